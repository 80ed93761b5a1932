/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-rev-tree-private.h"

#include "tkb-rev-id.h"

/**
 * TkbRevTree:
 *
 * The revisions of one document and who is whose parent: a forest, for stemming takes old
 * revisions away and two branches may have lost the ancestor that they share.
 *
 * A revision stands in the tree once. Its parent is what the first path said that knew it; a path
 * that contradicts (only a forged one can: a revision id is made from its parent) is believed up to
 * the contradiction. A root learns its parent when a longer path arrives, which joins branches that
 * were apart. These are the rules of CouchDB's key tree, without its need to hold a revision twice.
 *
 * Insertion takes one hash look-up a revision of the path, all else at most one walk over the
 * tree.
 */
G_DEFINE_BOXED_TYPE (TkbRevTree, tkb_rev_tree, tkb_rev_tree_copy, tkb_rev_tree_free)

static void
node_free (TkbRevNode *node)
{
  g_free (node->rev);
  g_free (node);
}

/**
 * tkb_rev_tree_new:
 *
 * Returns: (transfer full): an empty tree
 */
TkbRevTree *
tkb_rev_tree_new (void)
{
  TkbRevTree *self = g_new0 (TkbRevTree, 1);

  self->nodes = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) node_free);
  return self;
}

/**
 * tkb_rev_tree_free:
 */
void
tkb_rev_tree_free (TkbRevTree *self)
{
  g_hash_table_unref (self->nodes);
  g_free (self);
}

/* rev: valid and not in the tree */
TkbRevNode *
tkb_rev_tree_add_node (TkbRevTree *self, const char *rev, TkbRevNodeFlags flags)
{
  TkbRevNode *node = g_new0 (TkbRevNode, 1);

  node->rev = g_strdup (rev);
  node->flags = flags;
  tkb_rev_id_parse (node->rev, &node->generation, &node->digest);
  g_hash_table_insert (self->nodes, node->rev, node);
  return node;
}

void
tkb_rev_tree_link (TkbRevNode *child, TkbRevNode *parent)
{
  g_assert (child->parent == NULL);
  g_assert (child->generation == parent->generation + 1);

  child->parent = parent;
  parent->n_children++;
}

static TkbRevNode *
lookup (TkbRevTree *self, const char *rev)
{
  return rev != NULL ? g_hash_table_lookup (self->nodes, rev) : NULL;
}

/**
 * tkb_rev_tree_copy:
 *
 * Returns: (transfer full): an independent copy
 */
TkbRevTree *
tkb_rev_tree_copy (TkbRevTree *self)
{
  TkbRevTree    *copy;
  GHashTableIter iter;
  gpointer       value;

  g_return_val_if_fail (self != NULL, NULL);

  copy = tkb_rev_tree_new ();
  g_hash_table_iter_init (&iter, self->nodes);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      TkbRevNode *node = value;

      tkb_rev_tree_add_node (copy, node->rev, node->flags);
    }
  g_hash_table_iter_init (&iter, self->nodes);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      TkbRevNode *node = value;

      if (node->parent != NULL)
        tkb_rev_tree_link (lookup (copy, node->rev), lookup (copy, node->parent->rev));
    }
  return copy;
}

/**
 * tkb_rev_tree_insert_path:
 * @path: (array zero-terminated=1): newest first, each the child of the next; only the part whose
 *   generations count down one by one is taken
 * @flags: of the newest; the body that was seen first decides whether a revision is deleted
 *
 * Merges what a peer or an edit knows of one branch into the tree.
 *
 * Returns: what happened to the newest revision. %TKB_REV_INSERT_EXISTS as well where the path
 *   brought older ones that were missing.
 */
TkbRevInsertResult
tkb_rev_tree_insert_path (TkbRevTree *self, const char *const *path, TkbRevNodeFlags flags)
{
  TkbRevInsertResult result;
  TkbRevNode        *node, *child;
  gboolean           has_joined;

  g_return_val_if_fail (self != NULL, TKB_REV_INSERT_EXISTS);
  g_return_val_if_fail (path != NULL && tkb_rev_id_is_valid (path[0]), TKB_REV_INSERT_EXISTS);

  node = lookup (self, path[0]);
  has_joined = node != NULL;
  if (node != NULL)
    {
      result = TKB_REV_INSERT_EXISTS;
      if (!(node->flags & TKB_REV_NODE_AVAILABLE))
        node->flags |= flags;
    }
  else
    {
      result = g_hash_table_size (self->nodes) == 0 ? TKB_REV_INSERT_NEW_LEAF
                                                    : TKB_REV_INSERT_NEW_BRANCH;
      node = tkb_rev_tree_add_node (self, path[0], flags);
    }

  for (guint i = 1; path[i] != NULL; i++)
    {
      guint generation = tkb_rev_id_get_generation (path[i]);

      child = node;
      if (generation == 0 || generation != child->generation - 1)
        break;
      node = lookup (self, path[i]);
      if (child->parent != NULL)
        {
          if (child->parent != node)
            break;
          continue;
        }
      if (node == NULL)
        node = tkb_rev_tree_add_node (self, path[i], TKB_REV_NODE_NONE);
      else if (!has_joined)
        {
          has_joined = TRUE;
          if (node->n_children == 0)
            result = TKB_REV_INSERT_NEW_LEAF;
        }
      tkb_rev_tree_link (child, node);
    }

  return result;
}

/**
 * tkb_rev_tree_contains:
 * @rev: (nullable): any text
 */
gboolean
tkb_rev_tree_contains (TkbRevTree *self, const char *rev)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return lookup (self, rev) != NULL;
}

/**
 * tkb_rev_tree_is_leaf:
 * @rev: (nullable): any text
 *
 * Returns: whether @rev is in the tree and nobody's parent
 */
gboolean
tkb_rev_tree_is_leaf (TkbRevTree *self, const char *rev)
{
  TkbRevNode *node;

  g_return_val_if_fail (self != NULL, FALSE);

  node = lookup (self, rev);
  return node != NULL && node->n_children == 0;
}

/**
 * tkb_rev_tree_get_flags:
 * @rev: (nullable): any text; without flags where it is not in the tree
 */
TkbRevNodeFlags
tkb_rev_tree_get_flags (TkbRevTree *self, const char *rev)
{
  TkbRevNode *node;

  g_return_val_if_fail (self != NULL, TKB_REV_NODE_NONE);

  node = lookup (self, rev);
  return node != NULL ? node->flags : TKB_REV_NODE_NONE;
}

/**
 * tkb_rev_tree_set_flags:
 * @rev: ignored where it is not in the tree
 * @flags: all of them, those that were set before are gone
 */
void
tkb_rev_tree_set_flags (TkbRevTree *self, const char *rev, TkbRevNodeFlags flags)
{
  TkbRevNode *node;

  g_return_if_fail (self != NULL);

  node = lookup (self, rev);
  if (node != NULL)
    node->flags = flags;
}

static void
remove_node (TkbRevTree *self, TkbRevNode *node)
{
  if (node->parent != NULL)
    node->parent->n_children--;
  g_hash_table_remove (self->nodes, node->rev);
}

/**
 * tkb_rev_tree_remove_leaf:
 *
 * Takes a leaf away; its parent may become a leaf again.
 *
 * Returns: whether @rev was a leaf
 */
gboolean
tkb_rev_tree_remove_leaf (TkbRevTree *self, const char *rev)
{
  TkbRevNode *node;

  g_return_val_if_fail (self != NULL, FALSE);

  node = lookup (self, rev);
  if (node == NULL || node->n_children > 0)
    return FALSE;
  remove_node (self, node);
  return TRUE;
}

/**
 * tkb_rev_tree_get_size:
 *
 * Returns: the number of revisions
 */
guint
tkb_rev_tree_get_size (TkbRevTree *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return g_hash_table_size (self->nodes);
}

static int
compare_digests (const TkbRevNode *a, const TkbRevNode *b)
{
  if (a->generation != b->generation)
    return a->generation < b->generation ? -1 : 1;
  return g_strcmp0 (a->digest, b->digest);
}

/* Best first: live before deleted, then the highest revision id. */
static int
compare_preference (const TkbRevNode *a, const TkbRevNode *b)
{
  gboolean a_is_deleted = (a->flags & TKB_REV_NODE_DELETED) != 0;
  gboolean b_is_deleted = (b->flags & TKB_REV_NODE_DELETED) != 0;

  if (a_is_deleted != b_is_deleted)
    return a_is_deleted ? 1 : -1;
  return -compare_digests (a, b);
}

static int
compare_preference_cb (gconstpointer a, gconstpointer b)
{
  return compare_preference (*(const TkbRevNode *const *) a, *(const TkbRevNode *const *) b);
}

static TkbRevNode *
find_winner (TkbRevTree *self)
{
  GHashTableIter iter;
  gpointer       value;
  TkbRevNode    *winner = NULL;

  g_hash_table_iter_init (&iter, self->nodes);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      TkbRevNode *node = value;

      if (node->n_children == 0 && (winner == NULL || compare_preference (node, winner) < 0))
        winner = node;
    }
  return winner;
}

/**
 * tkb_rev_tree_get_winner:
 *
 * The revision that every machine with the same tree shows: a live leaf before a deleted one, then
 * the highest revision id.
 *
 * Returns: (transfer none) (nullable): valid as long as it is in the tree; %NULL for an empty tree
 */
const char *
tkb_rev_tree_get_winner (TkbRevTree *self)
{
  TkbRevNode *winner;

  g_return_val_if_fail (self != NULL, NULL);

  winner = find_winner (self);
  return winner != NULL ? winner->rev : NULL;
}

/**
 * tkb_rev_tree_is_deleted:
 *
 * Returns: whether the winner is deleted; %FALSE for an empty tree
 */
gboolean
tkb_rev_tree_is_deleted (TkbRevTree *self)
{
  TkbRevNode *winner;

  g_return_val_if_fail (self != NULL, FALSE);

  winner = find_winner (self);
  return winner != NULL && (winner->flags & TKB_REV_NODE_DELETED) != 0;
}

/**
 * tkb_rev_tree_get_leaves:
 *
 * Returns: (transfer container) (element-type utf8): winner first, then in descending order of
 *   preference
 */
GPtrArray *
tkb_rev_tree_get_leaves (TkbRevTree *self)
{
  GPtrArray     *leaves;
  GHashTableIter iter;
  gpointer       value;

  g_return_val_if_fail (self != NULL, NULL);

  leaves = g_ptr_array_new ();
  g_hash_table_iter_init (&iter, self->nodes);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (((TkbRevNode *) value)->n_children == 0)
      g_ptr_array_add (leaves, value);
  g_ptr_array_sort (leaves, compare_preference_cb);
  for (guint i = 0; i < leaves->len; i++)
    leaves->pdata[i] = ((TkbRevNode *) leaves->pdata[i])->rev;
  return leaves;
}

/**
 * tkb_rev_tree_get_conflicts:
 *
 * Returns: (transfer container) (element-type utf8): live leaves other than the winner, in
 *   descending order of preference
 */
GPtrArray *
tkb_rev_tree_get_conflicts (TkbRevTree *self)
{
  GPtrArray *leaves;
  guint      n_live = 0;

  g_return_val_if_fail (self != NULL, NULL);

  leaves = tkb_rev_tree_get_leaves (self);
  while (n_live < leaves->len &&
         !(tkb_rev_tree_get_flags (self, leaves->pdata[n_live]) & TKB_REV_NODE_DELETED))
    n_live++;
  g_ptr_array_set_size (leaves, (int) n_live);
  if (n_live > 0)
    g_ptr_array_remove_index (leaves, 0);
  return leaves;
}

/**
 * tkb_rev_tree_outlived_deletion:
 * @self: a tree
 *
 * A deletion never beats an edit: where one deleted a version and another went on from it, the
 * document lives. A tombstone on a version that nobody went on from is no such thing; that is how a
 * conflict ends.
 *
 * Returns: whether that has happened here
 */
gboolean
tkb_rev_tree_outlived_deletion (TkbRevTree *self)
{
  g_autoptr (GPtrArray) leaves = NULL;
  g_autoptr (GPtrArray) living = NULL;
  const char *winner;

  g_return_val_if_fail (self != NULL, FALSE);

  winner = tkb_rev_tree_get_winner (self);
  if (winner == NULL || tkb_rev_tree_is_deleted (self))
    return FALSE;
  leaves = tkb_rev_tree_get_leaves (self);
  living = tkb_rev_tree_get_path (self, winner);
  for (guint i = 0; i < leaves->len; i++)
    {
      g_autoptr (GPtrArray) path = tkb_rev_tree_get_path (self, leaves->pdata[i]);

      if ((tkb_rev_tree_get_flags (self, leaves->pdata[i]) & TKB_REV_NODE_DELETED) != 0 &&
          path->len > 1 &&
          g_ptr_array_find_with_equal_func (living, path->pdata[1], g_str_equal, NULL))
        return TRUE;
    }
  return FALSE;
}

/**
 * tkb_rev_tree_get_path:
 *
 * Returns: (transfer container) (element-type utf8) (nullable): @rev and its ancestors, newest
 *   first; %NULL where @rev is not in the tree
 */
GPtrArray *
tkb_rev_tree_get_path (TkbRevTree *self, const char *rev)
{
  TkbRevNode *node;
  GPtrArray  *path;

  g_return_val_if_fail (self != NULL, NULL);

  node = lookup (self, rev);
  if (node == NULL)
    return NULL;
  path = g_ptr_array_new ();
  for (; node != NULL; node = node->parent)
    g_ptr_array_add (path, node->rev);
  return path;
}

/**
 * tkb_rev_tree_get_all:
 *
 * Returns: (transfer container) (element-type utf8): all revisions, in no promised order
 */
GPtrArray *
tkb_rev_tree_get_all (TkbRevTree *self)
{
  GPtrArray     *all;
  GHashTableIter iter;
  gpointer       key;

  g_return_val_if_fail (self != NULL, NULL);

  all = g_ptr_array_sized_new (g_hash_table_size (self->nodes));
  g_hash_table_iter_init (&iter, self->nodes);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    g_ptr_array_add (all, key);
  return all;
}

/**
 * tkb_rev_tree_get_missing:
 * @revs: (array zero-terminated=1): what a peer has
 * @out_possible_ancestors: (out) (optional) (transfer container) (element-type utf8): leaves of a
 *   lower generation than the highest missing one; empty where nothing is missing
 *
 * Returns: (transfer container) (element-type utf8): those of @revs that are not in the tree,
 *   pointing into @revs
 */
GPtrArray *
tkb_rev_tree_get_missing (TkbRevTree        *self,
                          const char *const *revs,
                          GPtrArray        **out_possible_ancestors)
{
  GPtrArray *missing;
  guint      highest = 0;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (revs != NULL, NULL);

  missing = g_ptr_array_new ();
  for (; *revs != NULL; revs++)
    if (lookup (self, *revs) == NULL)
      {
        g_ptr_array_add (missing, (gpointer) *revs);
        highest = MAX (highest, tkb_rev_id_get_generation (*revs));
      }

  if (out_possible_ancestors != NULL)
    {
      g_autoptr (GPtrArray) leaves = tkb_rev_tree_get_leaves (self);
      GPtrArray *ancestors = g_ptr_array_new ();

      for (guint i = 0; i < leaves->len; i++)
        if (tkb_rev_id_get_generation (leaves->pdata[i]) < highest)
          g_ptr_array_add (ancestors, leaves->pdata[i]);
      *out_possible_ancestors = ancestors;
    }
  return missing;
}

/**
 * tkb_rev_tree_get_common_ancestor:
 *
 * Returns: (transfer none) (nullable): the newest revision that is an ancestor of, or equal to,
 *   both; %NULL where they share none or one is not in the tree
 */
const char *
tkb_rev_tree_get_common_ancestor (TkbRevTree *self, const char *a, const char *b)
{
  TkbRevNode *a_node, *b_node;

  g_return_val_if_fail (self != NULL, NULL);

  a_node = lookup (self, a);
  b_node = lookup (self, b);
  while (a_node != NULL && b_node != NULL && a_node != b_node)
    {
      guint a_generation = a_node->generation, b_generation = b_node->generation;

      if (a_generation >= b_generation)
        a_node = a_node->parent;
      if (b_generation >= a_generation)
        b_node = b_node->parent;
    }
  return a_node != NULL && b_node != NULL ? a_node->rev : NULL;
}

static int
compare_generation_descending_cb (gconstpointer a, gconstpointer b)
{
  const TkbRevNode *left = *(const TkbRevNode *const *) a, *right = *(const TkbRevNode *const *) b;

  return left->generation > right->generation ? -1 : left->generation < right->generation;
}

/**
 * tkb_rev_tree_stem:
 * @limit: revisions to keep on each path from a leaf, the leaf included; at least 1
 *
 * Forgets the oldest revisions. One that a shorter branch still needs stays.
 *
 * Returns: how many were dropped
 */
guint
tkb_rev_tree_stem (TkbRevTree *self, guint limit)
{
  g_autoptr (GPtrArray) nodes = NULL;
  g_autoptr (GHashTable) budgets = NULL; /* node -> revisions to keep from it on */
  g_autoptr (GPtrArray) dropped = NULL;
  GHashTableIter iter;
  gpointer       value;

  g_return_val_if_fail (self != NULL, 0);
  g_return_val_if_fail (limit > 0, 0);

  if (g_hash_table_size (self->nodes) <= limit)
    return 0;

  nodes = g_ptr_array_sized_new (g_hash_table_size (self->nodes));
  g_hash_table_iter_init (&iter, self->nodes);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    g_ptr_array_add (nodes, value);
  g_ptr_array_sort (nodes, compare_generation_descending_cb); /* children before parents */
  budgets = g_hash_table_new (NULL, NULL);
  dropped = g_ptr_array_new ();
  for (guint i = 0; i < nodes->len; i++)
    {
      TkbRevNode *node = nodes->pdata[i];
      guint       budget =
          node->n_children == 0 ? limit : GPOINTER_TO_UINT (g_hash_table_lookup (budgets, node));

      if (budget == 0)
        g_ptr_array_add (dropped, node);
      else if (node->parent != NULL &&
               GPOINTER_TO_UINT (g_hash_table_lookup (budgets, node->parent)) < budget - 1)
        g_hash_table_insert (budgets, node->parent, GUINT_TO_POINTER (budget - 1));
    }

  if (dropped->len > 0)
    {
      for (guint i = 0; i < nodes->len; i++)
        {
          TkbRevNode *node = nodes->pdata[i];

          if (node->parent != NULL &&
              GPOINTER_TO_UINT (g_hash_table_lookup (budgets, node->parent)) == 0)
            node->parent = NULL;
        }
      for (guint i = 0; i < dropped->len; i++)
        remove_node (self, dropped->pdata[i]);
    }
  return dropped->len;
}
