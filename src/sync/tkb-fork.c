/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-fork.h"

#include <string.h>

#include "tkb-json.h"
#include "tkb-rev-id.h"

/**
 * tkb_fork_free:
 * @self: (transfer full): a fork
 */
void
tkb_fork_free (TkbFork *self)
{
  g_clear_pointer (&self->current, tkb_document_unref);
  g_clear_pointer (&self->other, tkb_document_unref);
  g_clear_pointer (&self->base, tkb_document_unref);
  g_clear_pointer (&self->merge, tkb_merge_free);
  g_free (self);
}

/* ---- what two revisions have in common ---- */

/* The parent of rev. (nullable) */
static const char *
get_parent (TkbRevTree *tree, const char *rev)
{
  g_autoptr (GPtrArray) path = tkb_rev_tree_get_path (tree, rev);

  return path != NULL && path->len > 1 ? path->pdata[1] : NULL;
}

/**
 * tkb_fork_list_merged:
 * @store: a store
 * @id: a document
 * @tree: its tree
 * @cancellable: (nullable): a cancellable
 * @error: return location
 *
 * Reads the tombstones that merges have left.
 *
 * Returns: (transfer full) (element-type utf8 GPtrArray): by revision, what was merged into it
 */
GHashTable *
tkb_fork_list_merged (
    TkbStore *store, const char *id, TkbRevTree *tree, GCancellable *cancellable, GError **error)
{
  g_autoptr (GHashTable) merged =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  g_autoptr (GPtrArray) leaves = tkb_rev_tree_get_leaves (tree);

  for (guint i = 0; i < leaves->len; i++)
    {
      const char *leaf = leaves->pdata[i];
      const char *parent = get_parent (tree, leaf);
      const char *into;
      GPtrArray  *parents;
      g_autoptr (TkbDocument) tombstone = NULL;

      if (parent == NULL || (tkb_rev_tree_get_flags (tree, leaf) & TKB_REV_NODE_DELETED) == 0)
        continue;
      tombstone = tkb_store_get (store, id, leaf, cancellable, error);
      if (tombstone == NULL)
        return NULL;
      into = tkb_document_get_string (tombstone, TKB_MERGED_INTO);
      if (into == NULL || !tkb_rev_tree_contains (tree, into))
        continue;
      parents = g_hash_table_lookup (merged, into);
      if (parents == NULL)
        {
          parents = g_ptr_array_new_with_free_func (g_free);
          g_hash_table_insert (merged, g_strdup (into), parents);
        }
      g_ptr_array_add (parents, g_strdup (parent));
    }
  return g_steal_pointer (&merged);
}

/* (transfer full) (element-type utf8): rev and all it comes from, through merges too */
static GHashTable *
list_ancestors (TkbRevTree *tree, GHashTable *merged, const char *rev)
{
  GHashTable *ancestors = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) waiting = g_ptr_array_new ();

  g_ptr_array_add (waiting, (gpointer) rev);
  while (waiting->len > 0)
    {
      const char *start = g_ptr_array_steal_index (waiting, waiting->len - 1);
      g_autoptr (GPtrArray) path = tkb_rev_tree_get_path (tree, start);

      for (guint i = 0; path != NULL && i < path->len; i++)
        {
          GPtrArray *parents = g_hash_table_lookup (merged, path->pdata[i]);

          if (!g_hash_table_add (ancestors, g_strdup (path->pdata[i])))
            break;
          for (guint k = 0; parents != NULL && k < parents->len; k++)
            g_ptr_array_add (waiting, parents->pdata[k]);
        }
    }
  return ancestors;
}

/* Takes what rev directly comes from out of newest. */
static void
remove_parents (TkbRevTree *tree, GHashTable *merged, const char *rev, GHashTable *newest)
{
  const char *parent = get_parent (tree, rev);
  GPtrArray  *parents = g_hash_table_lookup (merged, rev);

  if (parent != NULL)
    g_hash_table_remove (newest, parent);
  for (guint i = 0; parents != NULL && i < parents->len; i++)
    g_hash_table_remove (newest, parents->pdata[i]);
}

/* (nullable) (transfer full): the newest that both come from: one that no other common ancestor
 * comes from. There may be two where people merged the same versions differently; the order of
 * revisions picks the same one everywhere, and what it does not know becomes a question. */
static char *
find_base (TkbRevTree *tree, GHashTable *merged, const char *a, const char *b)
{
  g_autoptr (GHashTable) of_a = list_ancestors (tree, merged, a);
  g_autoptr (GHashTable) of_b = list_ancestors (tree, merged, b);
  g_autoptr (GHashTable) newest = g_hash_table_new (g_str_hash, g_str_equal);
  const char    *best = NULL;
  GHashTableIter iterator;
  gpointer       rev;

  g_hash_table_iter_init (&iterator, of_a);
  while (g_hash_table_iter_next (&iterator, &rev, NULL))
    if (g_hash_table_contains (of_b, rev))
      g_hash_table_add (newest, rev);
  g_hash_table_iter_init (&iterator, of_a);
  while (g_hash_table_iter_next (&iterator, &rev, NULL))
    if (g_hash_table_contains (of_b, rev))
      remove_parents (tree, merged, rev, newest);
  g_hash_table_iter_init (&iterator, newest);
  while (g_hash_table_iter_next (&iterator, &rev, NULL))
    if (best == NULL || tkb_rev_id_compare (rev, best) > 0)
      best = rev;
  return g_strdup (best);
}

/* ---- reading ---- */

static gboolean
is_live_leaf (TkbRevTree *tree, const char *rev)
{
  return tkb_rev_tree_is_leaf (tree, rev) &&
         (tkb_rev_tree_get_flags (tree, rev) & TKB_REV_NODE_DELETED) == 0;
}

static TkbFork *
set_no_fork (const char *id, GError **error)
{
  g_set_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_NOT_FOUND, "“%s” is not in conflict", id);
  return NULL;
}

/**
 * tkb_fork_read:
 * @store: a store
 * @id: a document
 * @current: (nullable): a live leaf; %NULL: the winner
 * @other: (nullable): another; %NULL: the best of those that do not win
 * @cancellable: (nullable): a cancellable
 * @error: return location
 *
 * Only the newest common ancestor is a base: an older one whose body happens to be kept could make
 * another document of the same conflict than the machine next to this one makes.
 *
 * Returns: (transfer full): the two, and what merging makes of them; %NULL with
 *   %TKB_STORE_ERROR_NOT_FOUND where there are no two, or an error of reading
 */
TkbFork *
tkb_fork_read (TkbStore     *store,
               const char   *id,
               const char   *current,
               const char   *other,
               GCancellable *cancellable,
               GError      **error)
{
  g_autoptr (TkbFork) self = g_new0 (TkbFork, 1);
  g_autoptr (TkbRevTree) tree = tkb_store_get_tree (store, id, cancellable, error);
  g_autoptr (GPtrArray) others = NULL;
  g_autoptr (GHashTable) merged = NULL;
  g_autofree char *base = NULL;

  if (tree == NULL)
    return NULL;
  others = tkb_rev_tree_get_conflicts (tree);
  if (current == NULL)
    current = tkb_rev_tree_get_winner (tree);
  if (other == NULL && others->len > 0)
    other = others->pdata[0];
  if (other == NULL || g_str_equal (current, other) || !is_live_leaf (tree, current) ||
      !is_live_leaf (tree, other))
    return set_no_fork (id, error);
  merged = tkb_fork_list_merged (store, id, tree, cancellable, error);
  if (merged == NULL)
    return NULL;
  self->current = tkb_store_get (store, id, current, cancellable, error);
  if (self->current != NULL)
    self->other = tkb_store_get (store, id, other, cancellable, error);
  if (self->other == NULL)
    return NULL;
  base = find_base (tree, merged, current, other);
  if (base != NULL)
    self->base = tkb_store_get (store, id, base, cancellable, NULL);
  self->merge =
      tkb_merge_new (tkb_store_get_catalog (store), self->base, self->current, self->other);
  return g_steal_pointer (&self);
}

/**
 * tkb_fork_stays:
 * @self: a fork
 *
 * Returns: whether one of the two versions is a draft or private
 */
gboolean
tkb_fork_stays (TkbFork *self)
{
  return !tkb_document_may_leave (self->current) || !tkb_document_may_leave (self->other);
}

/* ---- closing ---- */

static gboolean
has_body (TkbDocument *document, JsonObject *body)
{
  g_autofree char *a = tkb_json_object_to_canonical (tkb_document_get_body (document), NULL);
  g_autofree char *b = tkb_json_object_to_canonical (body, NULL);

  return strcmp (a, b) == 0;
}

/* (transfer full) */
static TkbDocument *
make_tombstone (TkbDocument *closed, const char *into)
{
  g_autoptr (JsonObject) body = json_object_new ();

  json_object_set_string_member (body, TKB_MERGED_INTO, into);
  return tkb_document_new (tkb_document_get_id (closed), tkb_document_get_rev (closed), TRUE, body,
                           NULL);
}

/* Writes what is left, if it is new, and the tombstone. */
static gboolean
write_both (TkbStore     *store,
            TkbDocument  *merged, /* (nullable) */
            TkbDocument  *tombstone,
            GCancellable *cancellable,
            GError      **error)
{
  g_autoptr (GPtrArray) documents =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_document_unref);
  g_autoptr (GPtrArray) results = NULL;

  if (merged != NULL)
    g_ptr_array_add (documents, tkb_document_ref (merged));
  g_ptr_array_add (documents, tkb_document_ref (tombstone));
  results =
      tkb_store_write (store, documents, TKB_WRITE_ALL_OR_NONE, NULL, NULL, cancellable, error);
  return results != NULL;
}

/**
 * tkb_fork_close:
 * @self: a fork
 * @store: where it was read
 * @body: what is left of the two
 * @cancellable: (nullable): a cancellable
 * @error: return location
 *
 * The revisions depend on the two versions and on @body alone: whoever closes the same fork with
 * the same body makes the same revisions, and there is nothing to merge between them. What both
 * versions said stays in the history.
 *
 * Returns: (transfer full): the revision that is left; %NULL with an error of tkb_store_write ()
 */
char *
tkb_fork_close (
    TkbFork *self, TkbStore *store, JsonObject *body, GCancellable *cancellable, GError **error)
{
  gboolean gives_way =
      !tkb_document_may_leave (self->current) && tkb_document_may_leave (self->other);
  TkbDocument *parent = gives_way ? self->other : self->current;
  TkbDocument *closed = gives_way ? self->current : self->other;
  g_autoptr (TkbDocument) merged = NULL;
  g_autoptr (TkbDocument) tombstone = NULL;
  g_autofree char *rev = NULL;

  if (has_body (parent, body))
    rev = g_strdup (tkb_document_get_rev (parent));
  else
    {
      merged = tkb_document_with_body (parent, body);
      rev = tkb_rev_id_compute (body, tkb_document_get_rev (parent), FALSE);
      if (!tkb_document_may_leave (merged) && tkb_document_may_leave (closed))
        {
          g_set_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_INVALID,
                       "“%s” is shared, and what is left of it would not be",
                       tkb_document_get_id (parent));
          return NULL;
        }
    }
  tombstone = make_tombstone (closed, rev);
  if (!write_both (store, merged, tombstone, cancellable, error))
    return NULL;
  return g_steal_pointer (&rev);
}
