/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-random.h"
#include "tkb-rev-id.h"
#include "tkb-rev-tree.h"

#include <string.h>

#define AVAILABLE TKB_REV_NODE_AVAILABLE
#define DELETED (TKB_REV_NODE_AVAILABLE | TKB_REV_NODE_DELETED)

/* "3-c 2-b 1-a" */
static TkbRevInsertResult
insert (TkbRevTree *tree, const char *path, TkbRevNodeFlags flags)
{
  g_auto (GStrv) revs = g_strsplit (path, " ", -1);

  return tkb_rev_tree_insert_path (tree, (const char *const *) revs, flags);
}

/* array: (transfer container) */
static void
assert_revs (GPtrArray *array, const char *expected)
{
  g_autoptr (GPtrArray) revs = array;
  g_autofree char *text = NULL;

  g_ptr_array_add (revs, NULL);
  text = g_strjoinv (" ", (char **) revs->pdata);
  g_assert_cmpstr (text, ==, expected);
}

static void
assert_text (TkbRevTree *tree, const char *expected)
{
  g_autofree char *text = tkb_rev_tree_serialize (tree);
  g_autofree char *again = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbRevTree) parsed = tkb_rev_tree_parse (text, -1, &error);

  g_assert_cmpstr (text, ==, expected);
  g_assert_no_error (error);
  again = tkb_rev_tree_serialize (parsed);
  g_assert_cmpstr (again, ==, expected);
}

static void
test_empty (void)
{
  g_autoptr (TkbRevTree) tree = tkb_rev_tree_new ();

  g_assert_null (tkb_rev_tree_get_winner (tree));
  g_assert_false (tkb_rev_tree_is_deleted (tree));
  g_assert_cmpuint (tkb_rev_tree_get_size (tree), ==, 0);
  assert_revs (tkb_rev_tree_get_leaves (tree), "");
  assert_revs (tkb_rev_tree_get_conflicts (tree), "");
  g_assert_null (tkb_rev_tree_get_path (tree, "1-a"));
  g_assert_null (tkb_rev_tree_get_common_ancestor (tree, "1-a", "1-a"));
  assert_text (tree, "1\n");
}

static void
test_extend (void)
{
  g_autoptr (TkbRevTree) tree = tkb_rev_tree_new ();

  g_assert_cmpint (insert (tree, "1-a", AVAILABLE), ==, TKB_REV_INSERT_NEW_LEAF);
  g_assert_cmpint (insert (tree, "2-b 1-a", AVAILABLE), ==, TKB_REV_INSERT_NEW_LEAF);
  g_assert_cmpint (insert (tree, "2-b 1-a", AVAILABLE), ==, TKB_REV_INSERT_EXISTS);
  g_assert_cmpint (insert (tree, "1-a", AVAILABLE), ==, TKB_REV_INSERT_EXISTS);
  g_assert_cmpint (insert (tree, "5-e 4-d 3-c 2-b 1-a", AVAILABLE), ==, TKB_REV_INSERT_NEW_LEAF);
  g_assert_cmpint (insert (tree, "6-f 5-e", AVAILABLE), ==, TKB_REV_INSERT_NEW_LEAF);
  g_assert_cmpstr (tkb_rev_tree_get_winner (tree), ==, "6-f");
  assert_revs (tkb_rev_tree_get_path (tree, "6-f"), "6-f 5-e 4-d 3-c 2-b 1-a");
  g_assert_cmpint (tkb_rev_tree_get_flags (tree, "3-c"), ==, TKB_REV_NODE_NONE);
  g_assert_cmpint (tkb_rev_tree_get_flags (tree, "2-b"), ==, AVAILABLE);
  assert_text (tree, "1\n6:2f,2e,0d,0c,2b,2a\n");
}

static void
test_branch (void)
{
  g_autoptr (TkbRevTree) tree = tkb_rev_tree_new ();

  insert (tree, "3-c 2-b 1-a", AVAILABLE);
  g_assert_cmpint (insert (tree, "2-x 1-a", AVAILABLE), ==, TKB_REV_INSERT_NEW_BRANCH);
  g_assert_cmpint (insert (tree, "3-y 2-b", AVAILABLE), ==, TKB_REV_INSERT_NEW_BRANCH);
  g_assert_cmpint (insert (tree, "1-z", AVAILABLE), ==, TKB_REV_INSERT_NEW_BRANCH);
  g_assert_cmpint (insert (tree, "3-w 2-x", AVAILABLE), ==, TKB_REV_INSERT_NEW_LEAF);
  assert_revs (tkb_rev_tree_get_leaves (tree), "3-y 3-w 3-c 1-z");
  assert_revs (tkb_rev_tree_get_conflicts (tree), "3-w 3-c 1-z");
  g_assert_cmpstr (tkb_rev_tree_get_common_ancestor (tree, "3-y", "3-c"), ==, "2-b");
  g_assert_cmpstr (tkb_rev_tree_get_common_ancestor (tree, "3-y", "2-x"), ==, "1-a");
  g_assert_cmpstr (tkb_rev_tree_get_common_ancestor (tree, "3-y", "2-b"), ==, "2-b");
  g_assert_cmpstr (tkb_rev_tree_get_common_ancestor (tree, "3-y", "3-y"), ==, "3-y");
  g_assert_null (tkb_rev_tree_get_common_ancestor (tree, "3-y", "1-z"));
  g_assert_null (tkb_rev_tree_get_common_ancestor (tree, "3-y", "9-z"));
  g_assert_true (tkb_rev_tree_is_leaf (tree, "1-z"));
  g_assert_false (tkb_rev_tree_is_leaf (tree, "2-b"));
  g_assert_false (tkb_rev_tree_is_leaf (tree, "9-z"));
  assert_text (tree, "1\n3:2y,0b,0a\n3:2w,2x,^a\n3:2c,^b\n1:2z\n");
}

/* Live before deleted, then the longest path, then the highest digest. */
static void
test_winner (void)
{
  g_autoptr (TkbRevTree) tree = tkb_rev_tree_new ();

  insert (tree, "2-a 1-r", AVAILABLE);
  insert (tree, "2-b 1-r", AVAILABLE);
  g_assert_cmpstr (tkb_rev_tree_get_winner (tree), ==, "2-b");
  insert (tree, "3-b 2-b", DELETED);
  g_assert_cmpstr (tkb_rev_tree_get_winner (tree), ==, "2-a");
  g_assert_false (tkb_rev_tree_is_deleted (tree));
  assert_revs (tkb_rev_tree_get_conflicts (tree), "");
  insert (tree, "10-q 9-p", DELETED);
  assert_revs (tkb_rev_tree_get_leaves (tree), "2-a 10-q 3-b");
  insert (tree, "3-a 2-a", DELETED);
  g_assert_cmpstr (tkb_rev_tree_get_winner (tree), ==, "10-q");
  g_assert_true (tkb_rev_tree_is_deleted (tree));
  assert_revs (tkb_rev_tree_get_conflicts (tree), "");
  insert (tree, "4-z 3-a", AVAILABLE); /* a deleted document is written again */
  g_assert_cmpstr (tkb_rev_tree_get_winner (tree), ==, "4-z");
  assert_text (tree, "1\n10:3q,0p\n4:2z,3a,2a,0r\n3:3b,2b,^r\n");
}

/* A path whose oldest revision is a node of the tree, and one that brings what a root lacked. */
static void
test_stemmed (void)
{
  g_autoptr (TkbRevTree) tree = tkb_rev_tree_new ();

  insert (tree, "5-e 4-d 3-c", AVAILABLE);
  g_assert_cmpint (insert (tree, "7-g 6-f 5-e", AVAILABLE), ==, TKB_REV_INSERT_NEW_LEAF);
  g_assert_cmpint (insert (tree, "4-x 3-c", AVAILABLE), ==, TKB_REV_INSERT_NEW_BRANCH);
  g_assert_cmpint (insert (tree, "4-d 3-c 2-b 1-a", AVAILABLE), ==, TKB_REV_INSERT_EXISTS);
  assert_revs (tkb_rev_tree_get_path (tree, "7-g"), "7-g 6-f 5-e 4-d 3-c 2-b 1-a");
  assert_revs (tkb_rev_tree_get_path (tree, "4-x"), "4-x 3-c 2-b 1-a");

  /* a branch that knows an ancestor only joins once the other branch learns of it */
  g_assert_cmpint (insert (tree, "9-z 8-y", AVAILABLE), ==, TKB_REV_INSERT_NEW_BRANCH);
  assert_revs (tkb_rev_tree_get_leaves (tree), "9-z 7-g 4-x");
  g_assert_cmpint (insert (tree, "9-z 8-y 7-g 6-f", AVAILABLE), ==, TKB_REV_INSERT_EXISTS);
  assert_revs (tkb_rev_tree_get_leaves (tree), "9-z 4-x");
  g_assert_cmpuint (tkb_rev_tree_get_size (tree), ==, 10);
}

/* The missing parent of a root comes alone: nobody knows yet that they belong together. */
static void
test_parent_comes_alone (void)
{
  g_autoptr (TkbRevTree) tree = tkb_rev_tree_new ();

  insert (tree, "3-c", AVAILABLE);
  g_assert_cmpint (insert (tree, "2-b 1-a", AVAILABLE), ==, TKB_REV_INSERT_NEW_BRANCH);
  assert_revs (tkb_rev_tree_get_leaves (tree), "3-c 2-b");
  g_assert_cmpint (insert (tree, "3-c 2-b", AVAILABLE), ==, TKB_REV_INSERT_EXISTS);
  assert_revs (tkb_rev_tree_get_leaves (tree), "3-c");
  assert_text (tree, "1\n3:2c,2b,0a\n");
}

/* Forged paths do no harm: gaps and contradictions are believed up to where they begin. */
static void
test_forged (void)
{
  g_autoptr (TkbRevTree) tree = tkb_rev_tree_new ();

  insert (tree, "3-c 2-b 1-a", AVAILABLE);
  g_assert_cmpint (insert (tree, "5-e 3-c 2-b", AVAILABLE), ==, TKB_REV_INSERT_NEW_BRANCH);
  assert_revs (tkb_rev_tree_get_path (tree, "5-e"), "5-e");
  g_assert_cmpint (insert (tree, "4-d 3-c 2-other 1-other", AVAILABLE), ==,
                   TKB_REV_INSERT_NEW_LEAF);
  assert_revs (tkb_rev_tree_get_path (tree, "4-d"), "4-d 3-c 2-b 1-a");
  g_assert_false (tkb_rev_tree_contains (tree, "2-other"));
  insert (tree, "1-n nonsense", AVAILABLE); /* found by the fuzzer */
  g_assert_false (tkb_rev_tree_contains (tree, "nonsense"));
  insert (tree, "3-c", DELETED); /* what was seen stays as it was seen */
  g_assert_cmpint (tkb_rev_tree_get_flags (tree, "3-c"), ==, AVAILABLE);
}

static void
test_flags (void)
{
  g_autoptr (TkbRevTree) tree = tkb_rev_tree_new ();
  g_autoptr (TkbRevTree) copy = NULL;

  insert (tree, "2-b 1-a", AVAILABLE);
  insert (tree, "1-a", DELETED); /* the body of an ancestor arrives later */
  g_assert_cmpint (tkb_rev_tree_get_flags (tree, "1-a"), ==, DELETED);
  copy = tkb_rev_tree_copy (tree);
  tkb_rev_tree_set_flags (tree, "1-a", TKB_REV_NODE_NONE);
  tkb_rev_tree_set_flags (tree, "9-x", AVAILABLE);
  g_assert_cmpint (tkb_rev_tree_get_flags (tree, "1-a"), ==, TKB_REV_NODE_NONE);
  g_assert_cmpint (tkb_rev_tree_get_flags (tree, "9-x"), ==, TKB_REV_NODE_NONE);
  g_assert_cmpint (tkb_rev_tree_get_flags (copy, "1-a"), ==, DELETED);
  assert_revs (tkb_rev_tree_get_path (copy, "2-b"), "2-b 1-a");
}

static void
test_remove_leaf (void)
{
  g_autoptr (TkbRevTree) tree = tkb_rev_tree_new ();

  insert (tree, "2-b 1-a", AVAILABLE);
  insert (tree, "2-c 1-a", AVAILABLE);
  g_assert_false (tkb_rev_tree_remove_leaf (tree, "1-a"));
  g_assert_false (tkb_rev_tree_remove_leaf (tree, "9-x"));
  g_assert_true (tkb_rev_tree_remove_leaf (tree, "2-c"));
  g_assert_false (tkb_rev_tree_is_leaf (tree, "1-a"));
  g_assert_true (tkb_rev_tree_remove_leaf (tree, "2-b"));
  g_assert_true (tkb_rev_tree_is_leaf (tree, "1-a"));
  g_assert_true (tkb_rev_tree_remove_leaf (tree, "1-a"));
  g_assert_cmpuint (tkb_rev_tree_get_size (tree), ==, 0);
}

static void
test_missing (void)
{
  static const char *const revs[] = { "3-c", "4-new", "1-a", "2-other", "nonsense", NULL };
  static const char *const known[] = { "1-a", "2-x", NULL };
  g_autoptr (TkbRevTree) tree = tkb_rev_tree_new ();
  GPtrArray *ancestors = NULL;

  insert (tree, "3-c 2-b 1-a", AVAILABLE);
  insert (tree, "2-x 1-a", DELETED);
  insert (tree, "6-z 5-y", AVAILABLE);
  assert_revs (tkb_rev_tree_get_missing (tree, revs, &ancestors), "4-new 2-other nonsense");
  assert_revs (ancestors, "3-c 2-x");
  assert_revs (tkb_rev_tree_get_missing (tree, known, &ancestors), "");
  assert_revs (ancestors, "");
  assert_revs (tkb_rev_tree_get_missing (tree, known, NULL), "");
}

static void
test_stem (void)
{
  g_autoptr (TkbRevTree) tree = tkb_rev_tree_new ();

  insert (tree, "6-f 5-e 4-d 3-c 2-b 1-a", AVAILABLE);
  insert (tree, "3-x 2-b", AVAILABLE);
  g_assert_cmpuint (tkb_rev_tree_stem (tree, 100), ==, 0);
  g_assert_cmpuint (tkb_rev_tree_stem (tree, 3), ==, 1); /* 3-c goes, 2-b and 1-a do not */
  assert_text (tree, "1\n6:2f,0e,0d\n3:2x,0b,0a\n");
  g_assert_cmpuint (tkb_rev_tree_stem (tree, 1), ==, 4);
  assert_text (tree, "1\n6:2f\n3:2x\n");
  g_assert_cmpint (insert (tree, "7-g 6-f 5-e 4-d 3-c 2-b 1-a", AVAILABLE), ==,
                   TKB_REV_INSERT_NEW_LEAF);
  g_assert_cmpstr (tkb_rev_tree_get_common_ancestor (tree, "7-g", "3-x"), ==, NULL);
  insert (tree, "3-x 2-b", AVAILABLE);
  g_assert_cmpstr (tkb_rev_tree_get_common_ancestor (tree, "7-g", "3-x"), ==, "2-b");
}

static void
test_parse_refuses (void)
{
  static const char *const texts[] = {
    "",
    "2\n",
    "1\n3\n",
    "1\n3:\n",
    "1\nx:2a\n",
    "1\n0:2a\n",
    "1\n1:9a\n",
    "1\n1:2\n",
    "1\n1:2a,2b\n",
    "1\n2:2a,2b\n2:2a\n",
    "1\n2:^a\n",
    "1\n2:2a,^b\n",
    "1\n2:2a,2b\n2:2c,^b,2d\n",
    "1\n1:2a\n\n1:2b\n",
    "1\n-1:2a\n",
    "1\n2:2a b,2c\n",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (tkb_rev_tree_parse (texts[i], -1, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
    }
  g_assert_null (tkb_rev_tree_parse ("1\n1:2a\0\n", 8, NULL));
}

/* 10,000 revisions on one branch and 1,000 branches: no step may take quadratic time. */
static void
test_large (void)
{
  g_autoptr (TkbRevTree) tree = tkb_rev_tree_new ();
  g_autoptr (GPtrArray) path = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (TkbRevTree) parsed = NULL;
  g_autofree char *text = NULL;

  for (guint i = 10000; i > 0; i--)
    g_ptr_array_add (path, g_strdup_printf ("%u-r", i));
  g_ptr_array_add (path, NULL);
  tkb_rev_tree_insert_path (tree, (const char *const *) path->pdata, AVAILABLE);
  for (guint i = 2; i <= 1001; i++)
    {
      g_autofree char *branch = g_strdup_printf ("%u-s %u-r", i * 7, i * 7 - 1);

      g_assert_cmpint (insert (tree, branch, AVAILABLE), ==, TKB_REV_INSERT_NEW_BRANCH);
    }
  g_assert_cmpuint (tkb_rev_tree_get_size (tree), ==, 11000);
  text = tkb_rev_tree_serialize (tree);
  parsed = tkb_rev_tree_parse (text, -1, NULL);
  g_assert_cmpuint (tkb_rev_tree_get_size (parsed), ==, 11000);
  g_assert_cmpstr (tkb_rev_tree_get_winner (parsed), ==, "10000-r");
  g_assert_cmpstr (tkb_rev_tree_get_common_ancestor (parsed, "14-s", "7007-s"), ==, "13-r");
  tkb_rev_tree_stem (tree, 5);
  g_assert_cmpuint (tkb_rev_tree_get_size (tree), ==, 1001 * 5);
}

/* What the documentation says, word for word, without any cleverness: every revision ever named
 * and the first parent that was named for it. */
typedef struct
{
  GHashTable *parents; /* (owned): rev -> parent or "" */
} Naive;

static void
naive_insert (Naive *naive, char **path)
{
  for (guint i = 0; path[i] != NULL; i++)
    {
      const char *known = g_hash_table_lookup (naive->parents, path[i]);

      if (known == NULL || *known == '\0')
        g_hash_table_insert (naive->parents, g_strdup (path[i]),
                             g_strdup (path[i + 1] != NULL ? path[i + 1] : ""));
      else if (path[i + 1] != NULL && !g_str_equal (known, path[i + 1]))
        break;
    }
}

static GPtrArray *
naive_leaves (Naive *naive)
{
  g_autoptr (GList) revs = g_hash_table_get_keys (naive->parents);
  GPtrArray *leaves = g_ptr_array_new ();

  revs = g_list_reverse (g_list_sort (revs, (GCompareFunc) tkb_rev_id_compare));
  for (GList *rev = revs; rev != NULL; rev = rev->next)
    {
      gboolean is_parent = FALSE;

      for (GList *other = revs; other != NULL; other = other->next)
        if (g_str_equal (g_hash_table_lookup (naive->parents, other->data), rev->data))
          is_parent = TRUE;
      if (!is_parent)
        g_ptr_array_add (leaves, rev->data);
    }
  return leaves;
}

static void
check_against_naive (TkbRevTree *tree, Naive *naive)
{
  g_autoptr (GPtrArray) leaves = tkb_rev_tree_get_leaves (tree);
  g_autoptr (GPtrArray) expected = naive_leaves (naive);
  GHashTableIter iter;
  gpointer       rev, parent;

  g_assert_cmpuint (tkb_rev_tree_get_size (tree), ==, g_hash_table_size (naive->parents));
  g_assert_cmpuint (leaves->len, ==, expected->len);
  for (guint i = 0; i < leaves->len; i++)
    g_assert_cmpstr (leaves->pdata[i], ==, expected->pdata[i]);
  g_hash_table_iter_init (&iter, naive->parents);
  while (g_hash_table_iter_next (&iter, &rev, &parent))
    {
      g_autoptr (GPtrArray) path = tkb_rev_tree_get_path (tree, rev);

      g_assert_nonnull (path);
      g_assert_cmpstr (path->len > 1 ? path->pdata[1] : "", ==, parent);
    }
}

/* Pieces of the paths of one true history, in any order, give the same tree on two machines. */
static void
test_random (void)
{
  for (guint seed = 0; seed < 150; seed++)
    {
      g_autoptr (TkbRandom) random = tkb_random_new_seeded (seed);
      g_autoptr (GPtrArray) history = g_ptr_array_new_with_free_func (g_free);
      g_autoptr (GHashTable) parent_of = g_hash_table_new (g_str_hash, g_str_equal);
      g_autoptr (GPtrArray) pieces = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);
      g_autoptr (TkbRevTree) tree = tkb_rev_tree_new ();
      TkbRevTree      *other = tkb_rev_tree_new ();
      Naive            naive = { NULL };
      g_autofree char *text = NULL, *other_text = NULL;

      naive.parents = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
      for (guint i = 0; i < 30; i++)
        {
          const char *parent = i > 0 && tkb_random_below (random, 12) > 0
                                   ? history->pdata[tkb_random_below (random, history->len)]
                                   : NULL;
          char       *rev = g_strdup_printf ("%u-%02u%x", tkb_rev_id_get_generation (parent) + 1, i,
                                             tkb_random_below (random, 16));

          g_ptr_array_add (history, rev);
          if (parent != NULL)
            g_hash_table_insert (parent_of, rev, (gpointer) parent);
        }
      for (guint i = 0; i < 40; i++)
        {
          g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
          const char *rev = history->pdata[tkb_random_below (random, history->len)];
          guint       length = 1 + tkb_random_below (random, 6);

          for (; rev != NULL && length > 0; length--, rev = g_hash_table_lookup (parent_of, rev))
            g_strv_builder_add (builder, rev);
          g_ptr_array_add (pieces, g_strv_builder_end (builder));
        }

      for (guint i = 0; i < pieces->len; i++)
        {
          tkb_rev_tree_insert_path (tree, pieces->pdata[i], AVAILABLE);
          naive_insert (&naive, pieces->pdata[i]);
          check_against_naive (tree, &naive);
        }
      for (guint i = 0; i < history->len; i++)
        tkb_rev_tree_set_flags (tree, history->pdata[i], TKB_REV_NODE_NONE);
      for (guint i = pieces->len; i > 0; i--)
        tkb_rev_tree_insert_path (other, pieces->pdata[i - 1], TKB_REV_NODE_NONE);
      text = tkb_rev_tree_serialize (tree);
      other_text = tkb_rev_tree_serialize (other);
      g_assert_cmpstr (text, ==, other_text);
      assert_text (tree, text);
      g_hash_table_unref (naive.parents);
      tkb_rev_tree_free (other);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/rev-tree/empty", test_empty);
  g_test_add_func ("/rev-tree/extend", test_extend);
  g_test_add_func ("/rev-tree/branch", test_branch);
  g_test_add_func ("/rev-tree/winner", test_winner);
  g_test_add_func ("/rev-tree/stemmed", test_stemmed);
  g_test_add_func ("/rev-tree/parent-comes-alone", test_parent_comes_alone);
  g_test_add_func ("/rev-tree/forged", test_forged);
  g_test_add_func ("/rev-tree/flags", test_flags);
  g_test_add_func ("/rev-tree/remove-leaf", test_remove_leaf);
  g_test_add_func ("/rev-tree/missing", test_missing);
  g_test_add_func ("/rev-tree/stem", test_stem);
  g_test_add_func ("/rev-tree/parse-refuses", test_parse_refuses);
  g_test_add_func ("/rev-tree/large", test_large);
  g_test_add_func ("/rev-tree/random", test_random);

  return g_test_run ();
}
