/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Reading documents, trees, histories, lists and counts, each over one snapshot. */
#include "config.h"

#include "tkb-store-internal.h"

#include <string.h>

#include "tkb-json.h"
#include "tkb-rev-id.h"

/* ---- one document ---- */

static gboolean
set_not_found (const char *id, const char *rev, GError **error)
{
  if (rev != NULL)
    g_set_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_NOT_FOUND,
                 "there is no revision %s of “%s” here", rev, id);
  else
    g_set_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_NOT_FOUND, "there is no document “%s”",
                 id);
  return FALSE;
}

static gboolean
find_row (TkbDb *db, const char *id, TkbDocRow *row, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  if (tkb_doc_row_find (row, db, id, &local_error))
    return TRUE;
  if (local_error == NULL)
    return set_not_found (id, NULL, error);
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

static TkbDocument *
read_document (TkbDb *db, const char *id, const char *rev, GError **error)
{
  g_auto (TkbDocRow) row = TKB_DOC_ROW_INIT;
  g_autofree const char **path = NULL;
  g_autoptr (GError) local_error = NULL;
  TkbDocument *document = NULL;

  if (!find_row (db, id, &row, error))
    return NULL;
  if (rev == NULL && (row.flags & TKB_ROW_DELETED) != 0)
    {
      g_set_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_DELETED, "“%s” is deleted", id);
      return NULL;
    }
  if (rev == NULL)
    rev = row.rev;
  path = tkb_rev_path_dup (row.tree, rev);
  if (path != NULL &&
      tkb_revision_find (db, row.doc, id, rev, (const char *const *) path, &document, &local_error))
    return document;
  if (local_error != NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  else
    set_not_found (id, rev, error);
  return NULL;
}

/**
 * tkb_store_get:
 * @self: a store
 * @id: a document
 * @rev: (nullable): a revision; %NULL: the winner
 * @cancellable: (nullable)
 * @error: return location
 *
 * Returns: (transfer full): the document with its revisions, newest first; %NULL with
 *   %TKB_STORE_ERROR_NOT_FOUND (no such document, or the body of that revision is not kept here),
 *   %TKB_STORE_ERROR_DELETED (the winner is a tombstone), %G_IO_ERROR_CANCELLED or a failure
 */
TkbDocument *
tkb_store_get (
    TkbStore *self, const char *id, const char *rev, GCancellable *cancellable, GError **error)
{
  TkbDb       *db;
  TkbDocument *document;

  g_return_val_if_fail (TKB_IS_STORE (self), NULL);
  g_return_val_if_fail (id != NULL, NULL);

  db = tkb_store_acquire_reader (self, cancellable, error);
  if (db == NULL)
    return NULL;
  document = read_document (db, id, rev, error);
  tkb_store_release_reader (self, db);
  return document;
}

/**
 * tkb_store_get_tree:
 * @self: a store
 * @id: a document
 * @cancellable: (nullable)
 * @error: return location
 *
 * Returns: (transfer full): the document's revision tree; %NULL with %TKB_STORE_ERROR_NOT_FOUND,
 *   %G_IO_ERROR_CANCELLED or a failure
 */
TkbRevTree *
tkb_store_get_tree (TkbStore *self, const char *id, GCancellable *cancellable, GError **error)
{
  g_auto (TkbDocRow) row = TKB_DOC_ROW_INIT;
  TkbRevTree *tree = NULL;
  TkbDb      *db;

  g_return_val_if_fail (TKB_IS_STORE (self), NULL);
  g_return_val_if_fail (id != NULL, NULL);

  db = tkb_store_acquire_reader (self, cancellable, error);
  if (db == NULL)
    return NULL;
  if (find_row (db, id, &row, error))
    tree = g_steal_pointer (&row.tree);
  tkb_store_release_reader (self, db);
  return tree;
}

/* ---- history ---- */

static void
revision_info_free (gpointer data)
{
  TkbRevisionInfo *self = data;

  g_free (self->rev);
  g_free (self);
}

static int
compare_infos (const void *a, const void *b)
{
  const TkbRevisionInfo *left = *(TkbRevisionInfo *const *) a;
  const TkbRevisionInfo *right = *(TkbRevisionInfo *const *) b;

  return -tkb_rev_id_compare (left->rev, right->rev);
}

static GPtrArray *
read_history (TkbDb *db, const char *id, GError **error)
{
  g_auto (TkbDocRow) row = TKB_DOC_ROW_INIT;
  g_autoptr (GHashTable) by_rev = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) infos = g_ptr_array_new_with_free_func (revision_info_free);
  g_autoptr (GPtrArray) revs = NULL;
  g_auto (TkbStmt) stmt = { 0 };
  TkbStep step;

  if (!find_row (db, id, &row, error))
    return NULL;
  revs = tkb_rev_tree_get_all (row.tree);
  for (guint i = 0; i < revs->len; i++)
    {
      TkbRevisionInfo *info = g_new0 (TkbRevisionInfo, 1);
      const char      *rev = g_ptr_array_index (revs, i);

      info->rev = g_strdup (rev);
      info->is_leaf = tkb_rev_tree_is_leaf (row.tree, rev);
      info->is_winner = strcmp (rev, row.rev) == 0;
      info->is_deleted = (tkb_rev_tree_get_flags (row.tree, rev) & TKB_REV_NODE_DELETED) != 0;
      g_hash_table_insert (by_rev, info->rev, info);
      g_ptr_array_add (infos, info);
    }
  stmt = tkb_db_borrow (db, TKB_SQL_REVISION_HEADS);
  tkb_stmt_bind_int (&stmt, 1, row.doc);
  while ((step = tkb_stmt_step (&stmt, error)) == TKB_STEP_ROW)
    {
      TkbRevisionInfo *info = g_hash_table_lookup (by_rev, tkb_stmt_get_text (&stmt, 0));

      if (info != NULL)
        {
          info->has_body = TRUE;
          info->stored_ms = tkb_stmt_get_int (&stmt, 2);
        }
    }
  if (step == TKB_STEP_ERROR)
    return NULL;
  g_ptr_array_sort (infos, compare_infos);
  return g_steal_pointer (&infos);
}

/**
 * tkb_store_get_history:
 * @self: a store
 * @id: a document
 * @cancellable: (nullable)
 * @error: return location
 *
 * Returns: (transfer full) (element-type TkbRevisionInfo): every revision known, newest first;
 *   %NULL with %TKB_STORE_ERROR_NOT_FOUND, %G_IO_ERROR_CANCELLED or a failure
 */
GPtrArray *
tkb_store_get_history (TkbStore *self, const char *id, GCancellable *cancellable, GError **error)
{
  GPtrArray *infos;
  TkbDb     *db;

  g_return_val_if_fail (TKB_IS_STORE (self), NULL);
  g_return_val_if_fail (id != NULL, NULL);

  db = tkb_store_acquire_reader (self, cancellable, error);
  if (db == NULL)
    return NULL;
  infos = read_history (db, id, error);
  tkb_store_release_reader (self, db);
  return infos;
}

/* ---- lists ---- */

static void
list_row_free (gpointer data)
{
  TkbListRow *self = data;

  g_free (self->id);
  g_free (self->rev);
  g_clear_pointer (&self->document, tkb_document_unref);
  g_free (self);
}

/* What a row of the list says beside its name. */
static gboolean
read_listed (TkbDb *db, gint64 doc, TkbListRow *row, TkbListFlags flags, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  if (!tkb_text_is_sound (row->id) || !tkb_text_is_sound (row->rev))
    {
      g_set_error_literal (error, TKB_STORE_ERROR, TKB_STORE_ERROR_CORRUPT,
                           "the name of a document is damaged");
      return FALSE;
    }
  if ((flags & TKB_LIST_INCLUDE_DOCS) == 0 ||
      tkb_revision_find (db, doc, row->id, row->rev, NULL, &row->document, &local_error))
    return TRUE;
  if (local_error != NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  else
    g_set_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_CORRUPT,
                 "the text of document “%s” is missing", row->id);
  return FALSE;
}

/* start and end as CouchDB has them: descending, start is the upper one. A missing lower bound is
 * the empty text; a missing upper one an empty blob, which SQLite sorts behind every text. */
static GPtrArray *
read_list (TkbDb       *db,
           const char  *start_id,
           const char  *end_id,
           guint        skip,
           guint        limit,
           TkbListFlags flags,
           GError     **error)
{
  gboolean    is_descending = (flags & TKB_LIST_DESCENDING) != 0;
  gboolean    is_open = (flags & TKB_LIST_EXCLUSIVE_END) != 0 && end_id != NULL;
  const char *lower = is_descending ? end_id : start_id;
  const char *upper = is_descending ? start_id : end_id;
  TkbSql      sql = is_descending
                        ? (is_open ? TKB_SQL_DOCUMENT_LIST_DESC_AFTER : TKB_SQL_DOCUMENT_LIST_DESC)
                        : (is_open ? TKB_SQL_DOCUMENT_LIST_BEFORE : TKB_SQL_DOCUMENT_LIST);
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (list_row_free);
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, sql);
  TkbStep step;

  tkb_stmt_bind_text (&stmt, 1, lower != NULL ? lower : "");
  if (upper != NULL)
    tkb_stmt_bind_text (&stmt, 2, upper);
  else
    tkb_stmt_bind_blob (&stmt, 2, NULL, 0);
  tkb_stmt_bind_int (&stmt, 3, limit);
  tkb_stmt_bind_int (&stmt, 4, skip);
  while ((step = tkb_stmt_step (&stmt, error)) == TKB_STEP_ROW)
    {
      TkbListRow *row = g_new0 (TkbListRow, 1);

      row->id = g_strdup (tkb_stmt_get_text (&stmt, 1));
      row->rev = g_strdup (tkb_stmt_get_text (&stmt, 2));
      g_ptr_array_add (rows, row);
      if (!read_listed (db, tkb_stmt_get_int (&stmt, 0), row, flags, error))
        return NULL;
    }
  return step == TKB_STEP_DONE ? g_steal_pointer (&rows) : NULL;
}

/**
 * tkb_store_list:
 * @self: a store
 * @start_id: (nullable): where to begin; with %TKB_LIST_DESCENDING the highest id
 * @end_id: (nullable): where to end
 * @skip: rows left out at the beginning
 * @limit: the most rows returned
 * @flags: see #TkbListFlags
 * @cancellable: (nullable)
 * @error: return location
 *
 * Lists live documents by id, bytewise, design documents among them.
 *
 * Returns: (transfer full) (element-type TkbListRow)
 */
GPtrArray *
tkb_store_list (TkbStore     *self,
                const char   *start_id,
                const char   *end_id,
                guint         skip,
                guint         limit,
                TkbListFlags  flags,
                GCancellable *cancellable,
                GError      **error)
{
  GPtrArray *rows;
  TkbDb     *db;

  g_return_val_if_fail (TKB_IS_STORE (self), NULL);

  db = tkb_store_acquire_reader (self, cancellable, error);
  if (db == NULL)
    return NULL;
  rows = read_list (db, start_id, end_id, skip, limit, flags, error);
  tkb_store_release_reader (self, db);
  return rows;
}

static gboolean
read_list_row (TkbDb *db, TkbListRow *row, TkbListFlags flags, GError **error)
{
  g_auto (TkbDocRow) found = TKB_DOC_ROW_INIT;
  g_autoptr (GError) local_error = NULL;

  if (!tkb_doc_row_find (&found, db, row->id, &local_error))
    {
      if (local_error == NULL)
        return TRUE;
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  row->rev = g_strdup (found.rev);
  row->is_deleted = (found.flags & TKB_ROW_DELETED) != 0;
  if ((flags & TKB_LIST_INCLUDE_DOCS) == 0 || row->is_deleted)
    return TRUE;
  row->document = tkb_revision_load (db, &found, found.rev, error);
  return row->document != NULL;
}

/**
 * tkb_store_list_ids:
 * @self: a store
 * @ids: (array zero-terminated=1): documents
 * @flags: %TKB_LIST_INCLUDE_DOCS or none
 * @cancellable: (nullable)
 * @error: return location
 *
 * Returns: (transfer full) (element-type TkbListRow): one row for each of @ids, in their order; its
 *   rev is %NULL where there is no such document
 */
GPtrArray *
tkb_store_list_ids (TkbStore          *self,
                    const char *const *ids,
                    TkbListFlags       flags,
                    GCancellable      *cancellable,
                    GError           **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (list_row_free);
  gboolean is_right = TRUE;
  TkbDb   *db;

  g_return_val_if_fail (TKB_IS_STORE (self), NULL);
  g_return_val_if_fail (ids != NULL, NULL);

  db = tkb_store_acquire_reader (self, cancellable, error);
  if (db == NULL)
    return NULL;
  for (guint i = 0; ids[i] != NULL && is_right; i++)
    {
      TkbListRow *row = g_new0 (TkbListRow, 1);

      row->id = g_strdup (ids[i]);
      g_ptr_array_add (rows, row);
      is_right = read_list_row (db, row, flags, error);
    }
  tkb_store_release_reader (self, db);
  return is_right ? g_steal_pointer (&rows) : NULL;
}

/**
 * tkb_store_get_conflicted:
 * @self: a store
 * @limit: the most ids returned
 * @cancellable: (nullable)
 * @error: return location
 *
 * Returns: (transfer full) (element-type utf8): documents with more than one live leaf, by id
 */
GPtrArray *
tkb_store_get_conflicted (TkbStore *self, guint limit, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  TkbStep step;
  TkbDb  *db;

  g_return_val_if_fail (TKB_IS_STORE (self), NULL);

  db = tkb_store_acquire_reader (self, cancellable, error);
  if (db == NULL)
    return NULL;
  {
    g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_DOCUMENT_CONFLICTED);

    tkb_stmt_bind_int (&stmt, 1, limit);
    while ((step = tkb_stmt_step (&stmt, error)) == TKB_STEP_ROW)
      if (tkb_text_is_sound (tkb_stmt_get_text (&stmt, 0)))
        g_ptr_array_add (ids, g_strdup (tkb_stmt_get_text (&stmt, 0)));
  }
  tkb_store_release_reader (self, db);
  return step == TKB_STEP_DONE ? g_steal_pointer (&ids) : NULL;
}

/* ---- counts ---- */

void
tkb_store_counts_free (TkbStoreCounts *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->by_kind, g_hash_table_unref);
  g_free (self);
}

static void
take_count (TkbStore *self, TkbStoreCounts *counts, const char *name, gint64 value)
{
  const struct
  {
    const char *name;
    guint64    *target;
  } table[] = {
    { "documents", &counts->documents },  { "designs", &counts->designs },
    { "deleted", &counts->deleted },      { "drafts", &counts->drafts },
    { "waiting", &counts->waiting },      { "refused", &counts->refused },
    { "conflicts", &counts->conflicts },  { "favourites", &counts->favourites },
    { "pending", &counts->index_behind },
  };

  if (!tkb_text_is_sound (name))
    return;
  if (g_str_has_prefix (name, "kind:"))
    g_hash_table_insert (counts->by_kind, g_strdup (name + strlen ("kind:")),
                         GUINT_TO_POINTER ((guint) value));
  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    if (strcmp (table[i].name, name) == 0)
      *table[i].target = (guint64) MAX (value, 0);
}

/**
 * tkb_store_get_counts:
 * @self: a store
 * @cancellable: (nullable)
 * @error: return location
 *
 * Reads the counters that are kept with every write, so at the same cost for any number of
 * documents.
 *
 * Returns: (transfer full): the counts
 */
TkbStoreCounts *
tkb_store_get_counts (TkbStore *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (TkbStoreCounts) counts = NULL;
  TkbStep step;
  TkbDb  *db;

  g_return_val_if_fail (TKB_IS_STORE (self), NULL);

  db = tkb_store_acquire_reader (self, cancellable, error);
  if (db == NULL)
    return NULL;
  counts = g_new0 (TkbStoreCounts, 1);
  counts->by_kind = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  {
    g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_COUNTER_ALL);

    while ((step = tkb_stmt_step (&stmt, error)) == TKB_STEP_ROW)
      take_count (self, counts, tkb_stmt_get_text (&stmt, 0), tkb_stmt_get_int (&stmt, 1));
  }
  tkb_store_release_reader (self, db);
  if ((self->flags & TKB_STORE_OPEN_NO_INDEX) != 0)
    counts->index_behind = 0;
  return step == TKB_STEP_DONE ? g_steal_pointer (&counts) : NULL;
}

/**
 * tkb_store_get_last_seq:
 * @self: a store
 *
 * Returns: the number of the newest change of this and other programs; 0 in an empty store
 */
guint64
tkb_store_get_last_seq (TkbStore *self)
{
  g_autoptr (GError) error = NULL;
  gint64 seq = 0;
  TkbDb *db;

  g_return_val_if_fail (TKB_IS_STORE (self), 0);

  db = tkb_store_acquire_reader (self, NULL, &error);
  if (db != NULL)
    {
      tkb_counter_get (db, "seq", &seq, &error);
      tkb_store_release_reader (self, db);
    }
  if (error != NULL)
    g_debug ("%s: %s", self->path, error->message);
  return (guint64) seq;
}

/* ---- asynchronous ---- */

typedef struct
{
  char *id;  /* (owned) */
  char *rev; /* (owned) (nullable) */
} GetData;

static void
get_data_free (gpointer data)
{
  GetData *self = data;

  g_free (self->id);
  g_free (self->rev);
  g_free (self);
}

static void
get_in_task (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  GetData *data = task_data;
  g_autoptr (GError) error = NULL;
  TkbDocument *document = tkb_store_get (source, data->id, data->rev, cancellable, &error);

  if (document != NULL)
    g_task_return_pointer (task, document, (GDestroyNotify) tkb_document_unref);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

/**
 * tkb_store_get_async:
 * @self: a store
 * @id: a document
 * @rev: (nullable): see tkb_store_get ()
 * @cancellable: (nullable)
 * @callback: (scope async): when it is done
 * @user_data: for @callback
 *
 * tkb_store_get () without waiting.
 */
void
tkb_store_get_async (TkbStore           *self,
                     const char         *id,
                     const char         *rev,
                     GCancellable       *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer            user_data)
{
  g_autoptr (GTask) task = NULL;
  GetData *data;

  g_return_if_fail (TKB_IS_STORE (self));
  g_return_if_fail (id != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, tkb_store_get_async);
  g_task_set_name (task, "tkb_store_get_async");
  data = g_new (GetData, 1);
  data->id = g_strdup (id);
  data->rev = g_strdup (rev);
  g_task_set_task_data (task, data, get_data_free);
  tkb_store_push_reader (self, task, get_in_task);
}

/**
 * tkb_store_get_finish:
 * @self: a store
 * @result: from the callback
 * @error: return location
 *
 * Returns: (transfer full): as of tkb_store_get ()
 */
TkbDocument *
tkb_store_get_finish (TkbStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, tkb_store_get_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
