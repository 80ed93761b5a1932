/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "fuzz.h"
#include "tkb-markdown.h"

#include <string.h>

static void
check_block (TkbBlock *block, guint depth)
{
  g_assert_cmpuint (depth, <, 40);
  g_assert_true (block->text == NULL || g_utf8_validate (block->text, -1, NULL));
  for (guint i = 0; i < block->spans->len; i++)
    {
      TkbSpan *span = block->spans->pdata[i];

      g_assert_true (*span->text != '\0' && g_utf8_validate (span->text, -1, NULL));
      if (span->url != NULL)
        {
          g_assert_true (g_utf8_validate (span->url, -1, NULL));
          g_assert_false (g_ascii_strncasecmp (span->url, "javascript:", 11) == 0);
          g_assert_false (g_ascii_strncasecmp (span->url, "file:", 5) == 0);
        }
    }
  for (guint i = 0; i < block->children->len; i++)
    check_block (block->children->pdata[i], depth + 1);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_utf8_make_valid ((const char *) data, (gssize) size);
  g_autoptr (TkbBlock) root = tkb_markdown_parse (text);
  g_autofree char *plain = tkb_markdown_to_plain (text);
  g_autofree char *html = tkb_markdown_to_html (text);

  check_block (root, 0);
  g_assert_true (g_utf8_validate (plain, -1, NULL));
  g_assert_null (strstr (html, "<script"));
  return 0;
}
