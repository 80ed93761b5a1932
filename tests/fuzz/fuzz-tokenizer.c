/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "fuzz.h"
#include "tkb-pinyin.h"
#include "tkb-tokenizer.h"

typedef struct
{
  gsize length;
  guint last_start;
} Bounds;

static int
check_cb (const TkbToken *token, gpointer user_data)
{
  Bounds *bounds = user_data;

  g_assert_cmpuint (token->length, >, 0);
  g_assert_cmpuint (token->length, <=, TKB_TOKEN_MAX_BYTES + 1);
  g_assert_cmpuint (token->start, <, token->end);
  g_assert_cmpuint (token->end, <=, bounds->length);
  g_assert_cmpuint (token->start, >=, bounds->last_start);
  g_assert_true (g_utf8_validate (token->text, token->length, NULL));
  bounds->last_start = token->start;
  return 0;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (TkbTokenizer) tokenizer = tkb_tokenizer_new ();
  g_autoptr (GString) pinyin = g_string_new (NULL);
  g_autofree char *text = g_utf8_make_valid ((const char *) data, size);
  TkbPinyinQuery   query;

  for (guint flags = 0; flags < 4; flags++)
    {
      Bounds bounds = { size, 0 };

      tkb_tokenizer_run (tokenizer, flags, (const char *) data, size, check_cb, &bounds);
    }
  tkb_pinyin_append (pinyin, text);
  if (tkb_pinyin_parse (text, &query))
    g_assert_true (query.syllables[0] != '\0' || query.initials[0] != '\0');
  return 0;
}
