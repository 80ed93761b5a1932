/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "fuzz.h"
#include "tkb-rev-id.h"
#include "tkb-rev-tree.h"

static void
check_tree (TkbRevTree *tree)
{
  g_autofree char *text = tkb_rev_tree_serialize (tree);
  g_autofree char *again = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbRevTree) parsed = tkb_rev_tree_parse (text, -1, &error);
  g_autoptr (GPtrArray) leaves = tkb_rev_tree_get_leaves (tree);

  g_assert_no_error (error);
  again = tkb_rev_tree_serialize (parsed);
  g_assert_cmpstr (again, ==, text);
  g_assert_true ((leaves->len == 0) == (tkb_rev_tree_get_size (tree) == 0));
  for (guint i = 0; i < leaves->len; i++)
    {
      g_autoptr (GPtrArray) path = tkb_rev_tree_get_path (tree, leaves->pdata[i]);

      g_assert_cmpuint (path->len, <=, tkb_rev_id_get_generation (leaves->pdata[i]));
      g_assert_true (tkb_rev_tree_is_leaf (tree, leaves->pdata[i]));
      g_assert_nonnull (
          tkb_rev_tree_get_common_ancestor (tree, leaves->pdata[i], path->pdata[path->len - 1]));
    }
}

/* The lines of the input are paths, revisions from the newest on, to be merged one by one. */
static void
merge_lines (const char *text)
{
  g_autoptr (TkbRevTree) tree = tkb_rev_tree_new ();
  g_auto (GStrv) lines = g_strsplit_set (text, "\n:", 200);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) path = g_strsplit_set (lines[i], " ,", -1);

      if (path[0] != NULL && tkb_rev_id_is_valid (path[0]))
        tkb_rev_tree_insert_path (tree, (const char *const *) path, (TkbRevNodeFlags) (i % 4));
    }
  check_tree (tree);
  tkb_rev_tree_stem (tree, 3);
  check_tree (tree);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (TkbRevTree) tree = tkb_rev_tree_parse ((const char *) data, (gssize) size, NULL);
  g_autofree char *text = g_strndup ((const char *) data, size);

  if (tree != NULL)
    {
      check_tree (tree);
      tkb_rev_tree_stem (tree, 2);
      check_tree (tree);
    }
  merge_lines (text);
  return 0;
}
