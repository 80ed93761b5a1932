/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* The changes feed, and what another peer has that is missing here. */
#include "config.h"

#include "tkb-store-internal.h"

#include <string.h>

void
tkb_change_free (TkbChange *self)
{
  if (self == NULL)
    return;
  g_free (self->id);
  g_clear_pointer (&self->revs, g_ptr_array_unref);
  g_clear_pointer (&self->document, tkb_document_unref);
  g_free (self);
}

void
tkb_missing_free (TkbMissing *self)
{
  if (self == NULL)
    return;
  g_free (self->id);
  g_clear_pointer (&self->missing, g_ptr_array_unref);
  g_clear_pointer (&self->possible_ancestors, g_ptr_array_unref);
  g_free (self);
}

/* ---- changes ---- */

/* Takes leaves that have to stay here out of leaves. */
static gboolean
keep_those_that_may_leave (TkbDb *db, const TkbDocRow *row, GPtrArray *leaves, GError **error)
{
  for (guint i = leaves->len; i-- > 0;)
    {
      TkbRowFlags flags = 0;
      g_autoptr (GError) local_error = NULL;

      if (!tkb_revision_find_flags (db, row->doc, g_ptr_array_index (leaves, i), &flags,
                                    &local_error) &&
          local_error != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
      if ((flags & TKB_ROW_STAYS) != 0)
        g_ptr_array_remove_index (leaves, i);
    }
  return TRUE;
}

/* The revisions that a change lists; none: the change is left out. Most documents have one leaf,
 * and then neither the tree nor the bodies are looked at. */
static gboolean
list_revs (TkbDb *db, const TkbDocRow *row, TkbChangesFlags flags, GPtrArray *revs, GError **error)
{
  gboolean may_leave_only = (flags & TKB_CHANGES_MAY_LEAVE) != 0;
  g_autoptr (GPtrArray) leaves = NULL;

  if (row->tree == NULL)
    {
      if (!may_leave_only || (row->flags & TKB_ROW_STAYS) == 0)
        g_ptr_array_add (revs, g_strdup (row->rev));
      return TRUE;
    }
  leaves = tkb_rev_tree_get_leaves (row->tree);
  if (may_leave_only && !keep_those_that_may_leave (db, row, leaves, error))
    return FALSE;
  if ((flags & TKB_CHANGES_ALL_LEAVES) == 0 && leaves->len > 1)
    g_ptr_array_set_size (leaves, 1);
  for (guint i = 0; i < leaves->len; i++)
    g_ptr_array_add (revs, g_strdup (g_ptr_array_index (leaves, i)));
  return TRUE;
}

/* FALSE in *out_is_listed: the change has nothing to show. */
static gboolean
read_change (TkbDb          *db,
             TkbStmt        *stmt,
             TkbChangesFlags flags,
             TkbChange      *change,
             gboolean       *out_is_listed,
             GError        **error)
{
  g_auto (TkbDocRow) row = TKB_DOC_ROW_INIT;
  TkbRowFlags row_flags = (TkbRowFlags) tkb_stmt_get_int (stmt, 4);
  gboolean    needs_tree = (row_flags & TKB_ROW_BRANCHED) != 0 &&
                        (flags & (TKB_CHANGES_ALL_LEAVES | TKB_CHANGES_MAY_LEAVE)) != 0;

  if (!tkb_doc_row_read (&row, stmt, needs_tree, error))
    return FALSE;
  change->seq = row.seq;
  change->is_deleted = (row.flags & TKB_ROW_DELETED) != 0;
  change->revs = g_ptr_array_new_with_free_func (g_free);
  if (!list_revs (db, &row, flags, change->revs, error))
    return FALSE;
  *out_is_listed = change->revs->len > 0;
  if (*out_is_listed && (flags & TKB_CHANGES_INCLUDE_DOCS) != 0)
    {
      change->document = tkb_revision_load (db, &row, g_ptr_array_index (change->revs, 0), error);
      if (change->document == NULL)
        return FALSE;
    }
  change->id = g_steal_pointer (&row.id);
  return TRUE;
}

static GPtrArray *
read_changes (TkbDb          *db,
              guint64         since,
              guint           limit,
              TkbChangesFlags flags,
              guint64        *out_last_seq,
              GError        **error)
{
  g_autoptr (GPtrArray) changes = g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_change_free);
  TkbSql sql = (flags & TKB_CHANGES_DESCENDING) != 0 ? TKB_SQL_DOCUMENT_CHANGES_DESC
                                                     : TKB_SQL_DOCUMENT_CHANGES;
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, sql);
  TkbStep step = TKB_STEP_ROW;
  gint64  last_seq, newest;

  if (!tkb_counter_get (db, "seq", &newest, error))
    return NULL;
  since = MIN (since, (guint64) G_MAXINT64);
  last_seq = (gint64) since;
  tkb_stmt_bind_int (&stmt, 1, last_seq);
  while (changes->len < limit && (step = tkb_stmt_step (&stmt, error)) == TKB_STEP_ROW)
    {
      TkbChange *change = g_new0 (TkbChange, 1);
      gboolean   is_listed;

      g_ptr_array_add (changes, change);
      if (!read_change (db, &stmt, flags, change, &is_listed, error))
        return NULL;
      last_seq = (gint64) change->seq;
      if (!is_listed)
        g_ptr_array_set_size (changes, (int) changes->len - 1);
    }
  if (step == TKB_STEP_ERROR)
    return NULL;
  /* at the end of the feed go on behind everything, purged documents too */
  if (step == TKB_STEP_DONE && (flags & TKB_CHANGES_DESCENDING) == 0)
    last_seq = MAX (last_seq, newest);
  *out_last_seq = (guint64) last_seq;
  return g_steal_pointer (&changes);
}

/**
 * tkb_store_get_changes:
 * @self: a store
 * @since: a sequence number; 0: from the beginning
 * @limit: the most changes returned
 * @flags: see #TkbChangesFlags
 * @out_last_seq: (out) (optional): where to go on
 * @cancellable: (nullable)
 * @error: return location
 *
 * Each document stands in the feed once, at its newest change. With %TKB_CHANGES_MAY_LEAVE neither
 * drafts and private records nor their ids are in the answer.
 *
 * Returns: (transfer full) (element-type TkbChange)
 */
GPtrArray *
tkb_store_get_changes (TkbStore       *self,
                       guint64         since,
                       guint           limit,
                       TkbChangesFlags flags,
                       guint64        *out_last_seq,
                       GCancellable   *cancellable,
                       GError        **error)
{
  GPtrArray *changes;
  guint64    last_seq = 0;
  TkbDb     *db;

  g_return_val_if_fail (TKB_IS_STORE (self), NULL);

  db = tkb_store_acquire_reader (self, cancellable, error);
  if (db == NULL)
    return NULL;
  changes = read_changes (db, since, limit, flags, &last_seq, error);
  tkb_store_release_reader (self, db);
  if (changes != NULL && out_last_seq != NULL)
    *out_last_seq = last_seq;
  return changes;
}

/* ---- what is missing here ---- */

static GPtrArray *
copy_strings (GPtrArray *strings)
{
  GPtrArray *copy = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; strings != NULL && i < strings->len; i++)
    g_ptr_array_add (copy, g_strdup (g_ptr_array_index (strings, i)));
  return copy;
}

/* Whether the bytes of all attachments of a revision that is here are here too. */
static gboolean
is_complete (TkbStore *self, TkbDb *db, gint64 doc, const char *rev, GError **error)
{
  g_auto (TkbStmt) head = tkb_db_borrow (db, TKB_SQL_REVISION_HEAD);
  g_auto (TkbStmt) files = tkb_db_borrow (db, TKB_SQL_REVISION_FILES);
  TkbStep step;

  tkb_stmt_bind_int (&head, 1, doc);
  tkb_stmt_bind_text (&head, 2, rev);
  if ((step = tkb_stmt_step (&head, error)) != TKB_STEP_ROW)
    return step == TKB_STEP_DONE;
  tkb_stmt_bind_int (&files, 1, tkb_stmt_get_int (&head, 0));
  while ((step = tkb_stmt_step (&files, error)) == TKB_STEP_ROW)
    if (!tkb_blob_store_has (self->blobs, tkb_stmt_get_text (&files, 0)))
      return FALSE;
  return step == TKB_STEP_DONE;
}

/* A revision whose attachments a repair set aside is asked for once more. */
static gboolean
add_incomplete (TkbStore          *self,
                TkbDb             *db,
                gint64             doc,
                const char *const *revs,
                GPtrArray         *missing,
                GError           **error)
{
  g_autoptr (GError) local_error = NULL;
  gboolean misses;

  if (!tkb_store_misses_blobs (db, &misses, error))
    return FALSE;
  for (guint i = 0; misses && doc != 0 && revs[i] != NULL; i++)
    if (!g_ptr_array_find_with_equal_func (missing, revs[i], g_str_equal, NULL) &&
        !is_complete (self, db, doc, revs[i], &local_error))
      {
        if (local_error != NULL)
          {
            g_propagate_error (error, g_steal_pointer (&local_error));
            return FALSE;
          }
        g_ptr_array_add (missing, (gpointer) revs[i]);
      }
  return TRUE;
}

static gboolean
diff_one (TkbStore          *self,
          TkbDb             *db,
          const char        *id,
          const char *const *revs,
          GPtrArray         *result,
          GError           **error)
{
  g_auto (TkbDocRow) row = TKB_DOC_ROW_INIT;
  g_autoptr (TkbRevTree) empty = NULL;
  g_autoptr (GPtrArray) missing = NULL;
  g_autoptr (GPtrArray) ancestors = NULL;
  g_autoptr (GError) local_error = NULL;
  TkbMissing *entry;

  if (!tkb_doc_row_find (&row, db, id, &local_error))
    {
      if (local_error != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
      empty = tkb_rev_tree_new ();
    }
  missing = tkb_rev_tree_get_missing (empty != NULL ? empty : row.tree, revs, &ancestors);
  if (!add_incomplete (self, db, row.doc, revs, missing, error))
    return FALSE;
  if (missing->len == 0)
    return TRUE;
  entry = g_new0 (TkbMissing, 1);
  entry->id = g_strdup (id);
  entry->missing = copy_strings (missing);
  entry->possible_ancestors = copy_strings (ancestors);
  g_ptr_array_add (result, entry);
  return TRUE;
}

/**
 * tkb_store_revs_diff:
 * @self: a store
 * @ids: (element-type utf8): documents
 * @revs: (element-type GStrv): for each of @ids the revisions that another peer has
 * @cancellable: (nullable)
 * @error: return location
 *
 * Returns: (transfer full) (element-type TkbMissing): for the documents of which something is
 *   missing here, in the order of @ids
 */
GPtrArray *
tkb_store_revs_diff (
    TkbStore *self, GPtrArray *ids, GPtrArray *revs, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) result = g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_missing_free);
  gboolean is_right = TRUE;
  TkbDb   *db;

  g_return_val_if_fail (TKB_IS_STORE (self), NULL);
  g_return_val_if_fail (ids != NULL && revs != NULL && ids->len == revs->len, NULL);

  db = tkb_store_acquire_reader (self, cancellable, error);
  if (db == NULL)
    return NULL;
  for (guint i = 0; i < ids->len && is_right; i++)
    is_right =
        diff_one (self, db, g_ptr_array_index (ids, i), g_ptr_array_index (revs, i), result, error);
  tkb_store_release_reader (self, db);
  return is_right ? g_steal_pointer (&result) : NULL;
}
