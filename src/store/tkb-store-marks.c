/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* What a store keeps beside its documents: local documents, the outbox, favourites, the limit of
 * revisions. */
#include "config.h"

#include "tkb-store-internal.h"

#include <string.h>

#include "tkb-json.h"
#include "tkb-limits.h"

/* ---- local documents ---- */

static JsonObject *
read_local (TkbDb *db, const char *id, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_LOCAL_GET);
  g_autoptr (GError) local_error = NULL;
  JsonObject *object;

  tkb_stmt_bind_text (&stmt, 1, id);
  switch (tkb_stmt_step (&stmt, error))
    {
    case TKB_STEP_ROW:
      break;
    case TKB_STEP_DONE:
      g_set_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_NOT_FOUND,
                   "there is no local document “%s”", id);
      return NULL;
    case TKB_STEP_ERROR:
    default:
      return NULL;
    }
  object = tkb_stmt_get_object (&stmt, 0, &local_error);
  if (object == NULL)
    g_set_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_CORRUPT,
                 "the local document “%s” is damaged: %s", id, local_error->message);
  return object;
}

/**
 * tkb_store_get_local:
 * @self: a store
 * @id: without "_local/"
 * @cancellable: (nullable)
 * @error: return location
 *
 * Returns: (transfer full): as it was put; %NULL with %TKB_STORE_ERROR_NOT_FOUND or a failure
 */
JsonObject *
tkb_store_get_local (TkbStore *self, const char *id, GCancellable *cancellable, GError **error)
{
  JsonObject *object;
  TkbDb      *db;

  g_return_val_if_fail (TKB_IS_STORE (self), NULL);
  g_return_val_if_fail (id != NULL, NULL);

  db = tkb_store_acquire_reader (self, cancellable, error);
  if (db == NULL)
    return NULL;
  object = read_local (db, id, error);
  tkb_store_release_reader (self, db);
  return object;
}

/**
 * tkb_store_list_local:
 * @self: a store
 * @start_id: ids behind this one; "" for all
 * @limit: the most ids returned
 * @cancellable: (nullable)
 * @error: return location
 *
 * Returns: (transfer full) (element-type utf8): ids of local documents in order, or %NULL
 */
GPtrArray *
tkb_store_list_local (
    TkbStore *self, const char *start_id, guint limit, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  TkbStep step;
  TkbDb  *db;

  g_return_val_if_fail (TKB_IS_STORE (self), NULL);
  g_return_val_if_fail (start_id != NULL, NULL);

  db = tkb_store_acquire_reader (self, cancellable, error);
  if (db == NULL)
    return NULL;
  {
    g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_LOCAL_LIST);

    tkb_stmt_bind_text (&stmt, 1, start_id);
    tkb_stmt_bind_int (&stmt, 2, limit);
    while ((step = tkb_stmt_step (&stmt, error)) == TKB_STEP_ROW)
      if (tkb_text_is_sound (tkb_stmt_get_text (&stmt, 0)))
        g_ptr_array_add (ids, g_strdup (tkb_stmt_get_text (&stmt, 0)));
  }
  tkb_store_release_reader (self, db);
  return step == TKB_STEP_DONE ? g_steal_pointer (&ids) : NULL;
}

typedef struct
{
  const char   *id;
  JsonObject   *object; /* (unowned) (nullable) */
  GCancellable *cancellable;
} PutLocal;

static gboolean
put_local_on_writer (TkbStore *self, gpointer data, GError **error)
{
  PutLocal *put = data;
  g_auto (TkbStmt) stmt =
      tkb_db_borrow (self->db, put->object != NULL ? TKB_SQL_LOCAL_PUT : TKB_SQL_LOCAL_DELETE);
  g_autofree char *text = NULL;
  gsize            length = 0;

  if (g_cancellable_set_error_if_cancelled (put->cancellable, error))
    return FALSE;
  tkb_stmt_bind_text (&stmt, 1, put->id);
  if (put->object != NULL)
    {
      text = tkb_json_object_to_canonical (put->object, &length);
      if (length > TKB_MAX_DOCUMENT_BYTES)
        {
          g_set_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_INVALID,
                       "the local document “%s” is larger than %d bytes", put->id,
                       TKB_MAX_DOCUMENT_BYTES);
          return FALSE;
        }
      tkb_stmt_bind_text_length (&stmt, 2, text, length);
    }
  return tkb_stmt_run (&stmt, error);
}

/**
 * tkb_store_put_local:
 * @self: a store
 * @id: without "_local/"
 * @object: (nullable): what to keep; %NULL removes it
 * @cancellable: (nullable): seen before the write begins
 * @error: return location
 *
 * Writes a document that never leaves this store. On return it is on disk.
 *
 * Returns: %FALSE with an error, as tkb_store_write (); removing what is not there is a success
 */
gboolean
tkb_store_put_local (
    TkbStore *self, const char *id, JsonObject *object, GCancellable *cancellable, GError **error)
{
  PutLocal put = { id, object, cancellable };

  g_return_val_if_fail (TKB_IS_STORE (self), FALSE);
  g_return_val_if_fail (id != NULL, FALSE);

  return tkb_store_run_writer (self, put_local_on_writer, &put, error);
}

/* ---- outbox ---- */

void
tkb_outbox_entry_free (TkbOutboxEntry *self)
{
  if (self == NULL)
    return;
  g_free (self->id);
  g_free (self->rev);
  g_free (self->reason);
  g_free (self);
}

/**
 * tkb_store_get_outbox:
 * @self: a store
 * @cancellable: (nullable)
 * @error: return location
 *
 * Returns: (transfer full) (element-type TkbOutboxEntry): local edits that wait for the server,
 *   refused ones among them, oldest first; empty without %TKB_STORE_OPEN_OUTBOX
 */
GPtrArray *
tkb_store_get_outbox (TkbStore *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) entries =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_outbox_entry_free);
  TkbStep step;
  TkbDb  *db;

  g_return_val_if_fail (TKB_IS_STORE (self), NULL);

  db = tkb_store_acquire_reader (self, cancellable, error);
  if (db == NULL)
    return NULL;
  {
    g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_OUTBOX_ALL);

    while ((step = tkb_stmt_step (&stmt, error)) == TKB_STEP_ROW)
      {
        const char     *reason = tkb_stmt_get_text (&stmt, 2);
        TkbOutboxEntry *entry;

        if (!tkb_text_is_sound (tkb_stmt_get_text (&stmt, 0)) ||
            !tkb_text_is_sound (tkb_stmt_get_text (&stmt, 1)))
          continue;
        entry = g_new0 (TkbOutboxEntry, 1);
        entry->id = g_strdup (tkb_stmt_get_text (&stmt, 0));
        entry->rev = g_strdup (tkb_stmt_get_text (&stmt, 1));
        entry->reason = reason != NULL ? g_utf8_make_valid (reason, -1) : NULL;
        entry->since_ms = tkb_stmt_get_int (&stmt, 3);
        g_ptr_array_add (entries, entry);
      }
  }
  tkb_store_release_reader (self, db);
  return step == TKB_STEP_DONE ? g_steal_pointer (&entries) : NULL;
}

typedef struct
{
  GPtrArray  *ids;
  GPtrArray  *revs;
  const char *reason; /* (nullable): sent */
} Mark;

static gboolean
refuse (TkbBatch *batch, TkbDocRow *row, const char *rev, const char *reason, GError **error)
{
  gboolean was_refused = FALSE, is_waiting = FALSE;

  {
    g_auto (TkbStmt) stmt = tkb_db_borrow (batch->db, TKB_SQL_OUTBOX_OF);
    TkbStep step;

    tkb_stmt_bind_int (&stmt, 1, row->doc);
    while ((step = tkb_stmt_step (&stmt, error)) == TKB_STEP_ROW)
      if (strcmp (tkb_stmt_get_text (&stmt, 0), rev) == 0)
        {
          is_waiting = TRUE;
          was_refused = !tkb_stmt_is_null (&stmt, 2);
        }
    if (step == TKB_STEP_ERROR)
      return FALSE;
  }
  if (!is_waiting)
    return TRUE;
  {
    g_auto (TkbStmt) stmt = tkb_db_borrow (batch->db, TKB_SQL_OUTBOX_REFUSE);

    tkb_stmt_bind_int (&stmt, 1, row->doc);
    tkb_stmt_bind_text (&stmt, 2, rev);
    tkb_stmt_bind_text (&stmt, 3, reason);
    batch->counters.refused += was_refused ? 0 : 1;
    batch->has_changed = TRUE;
    return tkb_stmt_run (&stmt, error);
  }
}

static gboolean
mark_on_writer (TkbStore *self, gpointer data, GError **error)
{
  g_auto (TkbTransaction) transaction = TKB_TRANSACTION_INIT;
  g_auto (TkbBatch) batch = { 0 };
  Mark *mark = data;

  if (!tkb_store_begin_batch (self, TKB_WRITE_NONE, &transaction, &batch, error))
    return FALSE;
  for (guint i = 0; i < mark->ids->len; i++)
    {
      g_auto (TkbDocRow) row = TKB_DOC_ROW_INIT;
      g_autoptr (GError) local_error = NULL;
      const char *rev = g_ptr_array_index (mark->revs, i);
      gboolean    is_right;

      /* a document that is gone by now waits for nothing */
      if (!tkb_doc_row_find (&row, self->db, g_ptr_array_index (mark->ids, i), &local_error))
        {
          if (local_error == NULL)
            continue;
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
      is_right = mark->reason != NULL ? refuse (&batch, &row, rev, mark->reason, error)
                                      : tkb_edit_mark_sent (&row, &batch, rev, error);
      if (!is_right)
        return FALSE;
    }
  return tkb_store_commit_batch (self, &transaction, &batch, error);
}

/**
 * tkb_store_mark_sent:
 * @self: a store
 * @ids: (element-type utf8): documents
 * @revs: (element-type utf8): the revision of each that the server has now
 * @error: return location
 *
 * Takes these edits, and those below them, out of the outbox. What is not in it is passed over.
 *
 * Returns: %FALSE with an error, as tkb_store_write (); then all of them still wait
 */
gboolean
tkb_store_mark_sent (TkbStore *self, GPtrArray *ids, GPtrArray *revs, GError **error)
{
  Mark mark = { ids, revs, NULL };

  g_return_val_if_fail (TKB_IS_STORE (self), FALSE);
  g_return_val_if_fail (ids != NULL && revs != NULL && ids->len == revs->len, FALSE);

  return tkb_store_run_writer (self, mark_on_writer, &mark, error);
}

/**
 * tkb_store_mark_refused:
 * @self: a store
 * @id: a document
 * @rev: the edit
 * @reason: what the server said, for people
 * @error: return location
 *
 * Notes why an edit that waits was not taken. It goes on waiting; the next edit on top of it takes
 * its place, without the reason.
 *
 * Returns: %FALSE with an error, as tkb_store_write ()
 */
gboolean
tkb_store_mark_refused (
    TkbStore *self, const char *id, const char *rev, const char *reason, GError **error)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();
  g_autoptr (GPtrArray) revs = g_ptr_array_new ();
  Mark mark = { ids, revs, reason };

  g_return_val_if_fail (TKB_IS_STORE (self), FALSE);
  g_return_val_if_fail (id != NULL && rev != NULL && reason != NULL, FALSE);

  g_ptr_array_add (ids, (gpointer) id);
  g_ptr_array_add (revs, (gpointer) rev);
  return tkb_store_run_writer (self, mark_on_writer, &mark, error);
}

/* ---- favourites ---- */

typedef struct
{
  const char *id;
  gboolean    is_favourite;
} Favour;

static gboolean
favour_on_writer (TkbStore *self, gpointer data, GError **error)
{
  g_auto (TkbTransaction) transaction = TKB_TRANSACTION_INIT;
  g_auto (TkbBatch) batch = { 0 };
  Favour *favour = data;

  if (!tkb_store_begin_batch (self, TKB_WRITE_NONE, &transaction, &batch, error))
    return FALSE;
  {
    g_auto (TkbStmt) stmt = tkb_db_borrow (
        self->db, favour->is_favourite ? TKB_SQL_FAVOURITE_ADD : TKB_SQL_FAVOURITE_REMOVE);

    tkb_stmt_bind_text (&stmt, 1, favour->id);
    if (!tkb_stmt_run (&stmt, error))
      return FALSE;
    batch.has_changed = tkb_db_get_changes (self->db) > 0;
  }
  if (batch.has_changed)
    batch.counters.favourites = favour->is_favourite ? 1 : -1;
  return tkb_store_commit_batch (self, &transaction, &batch, error);
}

/**
 * tkb_store_set_favourite:
 * @self: a store
 * @id: a document, which need not be here
 * @is_favourite: what it shall be
 * @error: return location
 *
 * Marks a document for this store's user only.
 *
 * Returns: %FALSE with an error, as tkb_store_write ()
 */
gboolean
tkb_store_set_favourite (TkbStore *self, const char *id, gboolean is_favourite, GError **error)
{
  Favour favour = { id, is_favourite };

  g_return_val_if_fail (TKB_IS_STORE (self), FALSE);
  g_return_val_if_fail (id != NULL, FALSE);

  return tkb_store_run_writer (self, favour_on_writer, &favour, error);
}

/**
 * tkb_store_is_favourite:
 * @self: a store
 * @id: a document
 *
 * Returns: whether it was marked; %FALSE also where that cannot be read
 */
gboolean
tkb_store_is_favourite (TkbStore *self, const char *id)
{
  g_autoptr (GError) error = NULL;
  gboolean is_favourite = FALSE;
  TkbDb   *db;

  g_return_val_if_fail (TKB_IS_STORE (self), FALSE);
  g_return_val_if_fail (id != NULL, FALSE);

  db = tkb_store_acquire_reader (self, NULL, &error);
  if (db != NULL)
    {
      g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_FAVOURITE_GET);

      tkb_stmt_bind_text (&stmt, 1, id);
      is_favourite = tkb_stmt_step (&stmt, &error) == TKB_STEP_ROW;
      tkb_stmt_clear (&stmt);
      tkb_store_release_reader (self, db);
    }
  if (error != NULL)
    g_debug ("%s: %s", self->path, error->message);
  return is_favourite;
}

/* ---- the limit of revisions ---- */

static gboolean
set_limit_on_writer (TkbStore *self, gpointer data, GError **error)
{
  guint limit = GPOINTER_TO_UINT (data);

  if (!tkb_counter_set (self->db, "revs-limit", limit, error))
    return FALSE;
  g_mutex_lock (&self->lock);
  self->revs_limit = limit;
  g_mutex_unlock (&self->lock);
  return TRUE;
}

/**
 * tkb_store_set_revs_limit:
 * @self: a store
 * @limit: revisions kept on each line of a tree, at least 1
 * @error: return location
 *
 * Takes effect on each document when it is written next. Stands in the file.
 *
 * Returns: %FALSE with %TKB_STORE_ERROR_INVALID or an error, as tkb_store_write ()
 */
gboolean
tkb_store_set_revs_limit (TkbStore *self, guint limit, GError **error)
{
  g_return_val_if_fail (TKB_IS_STORE (self), FALSE);

  if (limit == 0)
    {
      g_set_error_literal (error, TKB_STORE_ERROR, TKB_STORE_ERROR_INVALID,
                           "at least one revision has to be kept");
      return FALSE;
    }
  return tkb_store_run_writer (self, set_limit_on_writer, GUINT_TO_POINTER (limit), error);
}

/**
 * tkb_store_get_revs_limit:
 * @self: a store
 *
 * Returns: revisions kept on each line of a tree
 */
guint
tkb_store_get_revs_limit (TkbStore *self)
{
  guint limit;

  g_return_val_if_fail (TKB_IS_STORE (self), TKB_REVS_LIMIT);

  g_mutex_lock (&self->lock);
  limit = self->revs_limit;
  g_mutex_unlock (&self->lock);
  return limit;
}
