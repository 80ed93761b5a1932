/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "fuzz.h"
#include "tkb-query-private.h"

static void
check_node (const TkbNode *node, guint depth)
{
  g_assert_cmpuint (depth, <, 60);
  g_assert_true (node->text == NULL || g_utf8_validate (node->text, -1, NULL));
  g_assert_true (node->type != TKB_NODE_NOT || node->children->len == 1);
  for (guint i = 0; node->children != NULL && i < node->children->len; i++)
    check_node (g_ptr_array_index (node->children, i), depth + 1);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);

  for (guint flags = 0; flags < 2; flags++)
    {
      g_autoptr (TkbQuery) query = tkb_query_new (text, flags);

      if (tkb_query_get_root (query) != NULL)
        check_node (tkb_query_get_root (query), 0);
    }
  return 0;
}
