/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Compaction, backup, and throwing drafts away. */
#include "config.h"

#include "tkb-store-internal.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "tkb-attached.h"
#include "tkb-limits.h"

/* documents pruned in one transaction, so that edits get in between */
#define PRUNE_DOCUMENTS 200
/* how long a blob may wait for the document that names it: a sync that fetches large attachments
 * first and writes the batch after them */
#define BLOB_GRACE_S (60 * 60)

/* ---- compaction ---- */

typedef struct
{
  gint64   after_doc; /* where pruning goes on */
  gboolean goes_on;
} Pruning;

static gboolean
prune_document (TkbStore *self, gint64 doc, GError **error)
{
  g_auto (TkbDocRow) row = TKB_DOC_ROW_INIT;
  guint dropped;

  if (!tkb_doc_row_find_by_doc (&row, self->db, doc, error) ||
      !tkb_edit_prune (&row, self->db, &dropped, error))
    return FALSE;
  return dropped == 0 || tkb_doc_row_store (&row, self->db, error);
}

static gboolean
prune_on_writer (TkbStore *self, gpointer data, GError **error)
{
  g_auto (TkbTransaction) transaction = TKB_TRANSACTION_INIT;
  g_autoptr (GArray) docs = g_array_new (FALSE, FALSE, sizeof (gint64));
  Pruning *pruning = data;
  TkbStep  step;

  if (!tkb_transaction_begin_write (&transaction, self->db, error))
    return FALSE;
  {
    g_auto (TkbStmt) stmt = tkb_db_borrow (self->db, TKB_SQL_REVISION_CROWDED);

    tkb_stmt_bind_int (&stmt, 1, pruning->after_doc);
    tkb_stmt_bind_int (&stmt, 2, TKB_KEPT_BODIES);
    tkb_stmt_bind_int (&stmt, 3, PRUNE_DOCUMENTS);
    while ((step = tkb_stmt_step (&stmt, error)) == TKB_STEP_ROW)
      {
        gint64 doc = tkb_stmt_get_int (&stmt, 0);

        g_array_append_val (docs, doc);
      }
  }
  if (step == TKB_STEP_ERROR)
    return FALSE;
  for (guint i = 0; i < docs->len; i++)
    {
      pruning->after_doc = g_array_index (docs, gint64, i);
      if (!prune_document (self, pruning->after_doc, error))
        return FALSE;
    }
  pruning->goes_on = docs->len == PRUNE_DOCUMENTS;
  return tkb_transaction_commit (&transaction, error);
}

/* Rows of blobs that no kept body names. Their files go after the commit: a file without a row is
 * only lost room, a row without a file would be lost data. */
static gboolean
forget_blobs_on_writer (TkbStore *self, gpointer data, GError **error)
{
  g_auto (TkbTransaction) transaction = TKB_TRANSACTION_INIT;
  g_autoptr (GPtrArray) digests = g_ptr_array_new_with_free_func (g_free);
  TkbStep step;

  if (!tkb_transaction_begin_write (&transaction, self->db, error))
    return FALSE;
  {
    g_auto (TkbStmt) stmt = tkb_db_borrow (self->db, TKB_SQL_BLOB_UNUSED);

    tkb_stmt_bind_int (
        &stmt, 1, tkb_clock_get_real_ms (self->clock) - BLOB_GRACE_S * G_GINT64_CONSTANT (1000));
    while ((step = tkb_stmt_step (&stmt, error)) == TKB_STEP_ROW)
      g_ptr_array_add (digests, g_strdup (tkb_stmt_get_text (&stmt, 0)));
  }
  if (step == TKB_STEP_ERROR)
    return FALSE;
  for (guint i = 0; i < digests->len; i++)
    {
      g_auto (TkbStmt) stmt = tkb_db_borrow (self->db, TKB_SQL_BLOB_DELETE);

      if (!tkb_attached_forget (self->db, g_ptr_array_index (digests, i), error))
        return FALSE;
      tkb_stmt_bind_text (&stmt, 1, g_ptr_array_index (digests, i));
      if (!tkb_stmt_run (&stmt, error))
        return FALSE;
    }
  return tkb_transaction_commit (&transaction, error);
}

static gboolean
has_row (TkbDb *db, const char *sha256, gboolean *out_has, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_BLOB_HAS_FILE);
  TkbStep step;

  tkb_stmt_bind_text (&stmt, 1, sha256);
  step = tkb_stmt_step (&stmt, error);
  *out_has = step == TKB_STEP_ROW;
  return step != TKB_STEP_ERROR;
}

/* Holds the write lock, so that no other program records a blob meanwhile. */
static gboolean
remove_files_on_writer (TkbStore *self, gpointer data, GError **error)
{
  g_auto (TkbTransaction) transaction = TKB_TRANSACTION_INIT;
  g_autoptr (GPtrArray) files = NULL;
  gint64 before_s;

  if (!tkb_transaction_begin_write (&transaction, self->db, error))
    return FALSE;
  files = tkb_blob_store_list (self->blobs, BLOB_GRACE_S, &before_s, error);
  if (files == NULL)
    return FALSE;
  for (guint i = 0; i < files->len; i++)
    {
      const char *sha256 = g_ptr_array_index (files, i);
      gboolean    has;

      if (!has_row (self->db, sha256, &has, error) ||
          (!has && !tkb_blob_store_remove (self->blobs, sha256, before_s, error)))
        return FALSE;
    }
  return TRUE;
}

static gboolean
vacuum_on_writer (TkbStore *self, gpointer data, GError **error)
{
  gboolean *goes_on = data;
  g_auto (TkbStmt) stmt = { 0 };

  if (!tkb_db_run (self->db, TKB_SQL_INCREMENTAL_VACUUM, error))
    return FALSE;
  stmt = tkb_db_borrow (self->db, TKB_SQL_FREELIST);
  if (tkb_stmt_step (&stmt, error) != TKB_STEP_ROW)
    return FALSE;
  *goes_on = tkb_stmt_get_int (&stmt, 0) > 0;
  return TRUE;
}

static gboolean
finish_on_writer (TkbStore *self, gpointer data, GError **error)
{
  return tkb_db_run (self->db, TKB_SQL_OPTIMIZE, error) &&
         tkb_db_run (self->db, TKB_SQL_CHECKPOINT, error);
}

static gboolean
compact (TkbStore *self, GCancellable *cancellable, GError **error)
{
  Pruning  pruning = { 0 };
  gboolean goes_on = TRUE;

  do
    if (g_cancellable_set_error_if_cancelled (cancellable, error) ||
        !tkb_store_run_writer (self, prune_on_writer, &pruning, error))
      return FALSE;
  while (pruning.goes_on);
  if (!tkb_store_run_writer (self, forget_blobs_on_writer, NULL, error) ||
      !tkb_store_run_writer (self, remove_files_on_writer, NULL, error))
    return FALSE;
  while (goes_on)
    if (g_cancellable_set_error_if_cancelled (cancellable, error) ||
        !tkb_store_run_writer (self, vacuum_on_writer, &goes_on, error))
      return FALSE;
  return tkb_store_run_writer (self, finish_on_writer, NULL, error);
}

/**
 * tkb_store_compact:
 * @self: a store
 * @cancellable: (nullable): seen between steps; what was done by then stays done
 * @error: return location
 *
 * Drops bodies of ancestors beyond %TKB_KEPT_BODIES a document that no conflict and no waiting edit
 * needs, blobs that no kept body names, and gives free pages back to the file system. Works in
 * small steps, between which other writes are done.
 *
 * Returns: %FALSE with an error, as tkb_store_write ()
 */
gboolean
tkb_store_compact (TkbStore *self, GCancellable *cancellable, GError **error)
{
  gboolean is_done;

  g_return_val_if_fail (TKB_IS_STORE (self), FALSE);

  g_mutex_lock (&self->upkeep_lock);
  is_done = compact (self, cancellable, error);
  g_mutex_unlock (&self->upkeep_lock);
  return is_done;
}

/* ---- backup ---- */

static gboolean
copy_blobs (
    TkbStore *self, TkbDb *db, TkbBlobStore *target, GCancellable *cancellable, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_BLOB_ALL);
  g_autoptr (GHashTable) copied = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  TkbStep step;

  while ((step = tkb_stmt_step (&stmt, error)) == TKB_STEP_ROW)
    {
      const char *sha256 = tkb_stmt_get_text (&stmt, 1);

      /* several digests can name one file; one that an earlier attempt left may not be on disk */
      if (sha256 != NULL && !g_hash_table_add (copied, g_strdup (sha256)))
        continue;
      if (!tkb_blob_store_copy (self->blobs, target, sha256, cancellable, error))
        return FALSE;
    }
  return step == TKB_STEP_DONE;
}

static gboolean
copy_store (TkbStore     *self,
            const char   *partial,
            TkbBlobStore *target,
            GCancellable *cancellable,
            GError      **error)
{
  TkbDb   *db = tkb_store_acquire_reader (self, cancellable, error);
  gboolean is_copied;

  if (db == NULL)
    return FALSE;
  is_copied = tkb_db_copy (db, partial, cancellable, error) &&
              copy_blobs (self, db, target, cancellable, error);
  tkb_store_release_reader (self, db);
  return is_copied;
}

static gboolean
set_publish_error (const char *path, int errsv, GError **error)
{
  TkbStoreError code = TKB_STORE_ERROR_IO;

  if (errsv == EEXIST)
    code = TKB_STORE_ERROR_INVALID;
  else if (errsv == ENOSPC || errsv == EDQUOT)
    code = TKB_STORE_ERROR_FULL;
  else if (errsv == EACCES || errsv == EPERM || errsv == EROFS)
    code = TKB_STORE_ERROR_READ_ONLY;
  g_set_error (error, TKB_STORE_ERROR, code, "%s: %s", path, g_strerror (errsv));
  return FALSE;
}

/* 0 or an errno. Some file systems keep names without being asked and know no such call. */
static int
sync_folder_of (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  int              fd = g_open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  int              errsv = 0;

  if (fd < 0)
    return errno;
  if (fsync (fd) != 0 && errno != EINVAL && errno != ENOTSUP)
    errsv = errno;
  close (fd);
  return errsv;
}

/* The name appears when everything is there. link () and not rename (): what stands under the name
 * already stays. */
static gboolean
publish (const char *partial, const char *path, GError **error)
{
  int errsv = 0;

  if (link (partial, path) != 0)
    errsv = errno;
  /* a file system without links */
  if (errsv != 0 && errsv != EEXIST && !g_file_test (path, G_FILE_TEST_EXISTS))
    errsv = g_rename (partial, path) != 0 ? errno : 0;
  if (errsv != 0)
    return set_publish_error (path, errsv, error);
  g_unlink (partial);
  errsv = sync_folder_of (path);
  if (errsv == 0)
    return TRUE;
  g_unlink (path);
  return set_publish_error (path, errsv, error);
}

/**
 * tkb_store_backup:
 * @self: a store
 * @path: a new file; its attachments go to the folder @path.blobs
 * @cancellable: (nullable)
 * @error: return location
 *
 * Makes a consistent copy while the store is in use. The file appears under its name when it and
 * its attachments are complete and on disk. A damaged or missing attachment ends the backup with
 * %TKB_STORE_ERROR_CORRUPT or %TKB_STORE_ERROR_NOT_FOUND: tkb_store_check () names it.
 *
 * Returns: %FALSE with an error: %TKB_STORE_ERROR_INVALID where @path exists
 */
gboolean
tkb_store_backup (TkbStore *self, const char *path, GCancellable *cancellable, GError **error)
{
  g_autofree char *partial = NULL;
  g_autofree char *folder = NULL;
  g_autoptr (TkbBlobStore) target = NULL;
  gboolean is_done;

  g_return_val_if_fail (TKB_IS_STORE (self), FALSE);
  g_return_val_if_fail (path != NULL, FALSE);

  if (g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_INVALID,
                   "%s: there is something of that name already", path);
      return FALSE;
    }
  partial = g_strconcat (path, ".partial", NULL);
  folder = g_strconcat (path, ".blobs", NULL);
  target = tkb_blob_store_new (folder);
  g_unlink (partial);
  g_mutex_lock (&self->upkeep_lock);
  is_done =
      copy_store (self, partial, target, cancellable, error) && publish (partial, path, error);
  g_mutex_unlock (&self->upkeep_lock);
  if (!is_done)
    g_unlink (partial);
  return is_done;
}

/* ---- drafts ---- */

static gboolean
purge_on_writer (TkbStore *self, gpointer data, GError **error)
{
  g_auto (TkbTransaction) transaction = TKB_TRANSACTION_INIT;
  g_auto (TkbBatch) batch = { 0 };
  g_auto (TkbDocRow) row = TKB_DOC_ROW_INIT;
  g_autoptr (GError) local_error = NULL;
  const char *id = data;
  gboolean    any = FALSE;

  if (!tkb_store_begin_batch (self, TKB_WRITE_NONE, &transaction, &batch, error))
    return FALSE;
  if (!tkb_doc_row_find (&row, self->db, id, &local_error))
    {
      if (local_error != NULL)
        g_propagate_error (error, g_steal_pointer (&local_error));
      else
        g_set_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_NOT_FOUND, "there is no document “%s”",
                     id);
      return FALSE;
    }
  if (!tkb_edit_take_back_drafts (&row, &batch, &any, error))
    return FALSE;
  if (!any)
    {
      g_set_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_INVALID,
                   "“%s” is no draft of this machine", id);
      return FALSE;
    }
  return tkb_store_commit_batch (self, &transaction, &batch, error);
}

/**
 * tkb_store_purge_draft:
 * @self: a store
 * @id: a document
 * @error: return location
 *
 * Takes drafts back that were written here: a document that never was anything else is gone without
 * a tombstone, one that was published is again as it was published.
 *
 * Returns: %FALSE with %TKB_STORE_ERROR_NOT_FOUND, %TKB_STORE_ERROR_INVALID (no draft of this
 *   machine) or an error of the write
 */
gboolean
tkb_store_purge_draft (TkbStore *self, const char *id, GError **error)
{
  g_return_val_if_fail (TKB_IS_STORE (self), FALSE);
  g_return_val_if_fail (id != NULL, FALSE);

  return tkb_store_run_writer (self, purge_on_writer, (gpointer) id, error);
}

static void
purge_in_task (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  g_autoptr (GError) error = NULL;

  if (tkb_store_run_writer (TKB_STORE (source), purge_on_writer, task_data, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

/**
 * tkb_store_purge_draft_async:
 * @self: a store
 * @id: a document
 * @callback: (scope async): when it is done
 * @user_data: for @callback
 *
 * tkb_store_purge_draft () without waiting.
 */
void
tkb_store_purge_draft_async (TkbStore           *self,
                             const char         *id,
                             GAsyncReadyCallback callback,
                             gpointer            user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (TKB_IS_STORE (self));
  g_return_if_fail (id != NULL);

  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, tkb_store_purge_draft_async);
  g_task_set_name (task, "tkb_store_purge_draft_async");
  g_task_set_task_data (task, g_strdup (id), g_free);
  tkb_store_push_writer (self, task, purge_in_task);
}

/**
 * tkb_store_purge_draft_finish:
 * @self: a store
 * @result: from the callback
 * @error: return location
 *
 * Returns: as of tkb_store_purge_draft ()
 */
gboolean
tkb_store_purge_draft_finish (TkbStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, tkb_store_purge_draft_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
