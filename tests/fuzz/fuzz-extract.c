/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Every reader of attachments but PDF's, which is all poppler's: whatever the bytes, what comes out
 * is UTF-8 of bounded length without controls. */
#include "config.h"

#include "fuzz.h"
#include "tkb-extract.h"
#include "tkb-limits.h"

static void
gather_cb (const char *text, gsize length, gpointer user_data)
{
  g_string_append_len (user_data, text, (gssize) length);
}

typedef enum
{
  AS_OFFICE,
  AS_HTML,
  AS_PLAIN,
  N_READERS,
} Reader;

static void
run (Reader reader, const guint8 *data, gsize size)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (TkbExtractText) text = tkb_extract_text_new (gather_cb, out);

  if (reader == AS_OFFICE)
    tkb_extract_read_office (data, size, text);
  else if (reader == AS_HTML)
    tkb_extract_read_html (data, size, NULL, text);
  else
    tkb_extract_read_plain (data, size, NULL, text);
  tkb_extract_text_finish (text);
  g_assert_cmpuint (out->len, <=, TKB_MAX_TEXT_BYTES);
  g_assert_true (g_utf8_validate (out->str, (gssize) out->len, NULL));
  for (gsize i = 0; i < out->len; i++)
    g_assert_true ((guint8) out->str[i] >= 0x20 || out->str[i] == '\n');
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  for (Reader reader = 0; reader < N_READERS; reader++)
    run (reader, data, size);
  return 0;
}
