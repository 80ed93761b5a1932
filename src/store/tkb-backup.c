/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-backup.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "tkb-attachments.h"
#include "tkb-rev-id.h"
#include "tkb-salvage-files.h"
#include "tkb-store-internal.h"

/* how many days are kept */
#define KEPT_DAYS 14
/* bytes that all backups together may take; the newest is kept in any case */
#define MAX_TOTAL_BYTES (G_GINT64_CONSTANT (1024) * 1024 * 1024)
#define FOLDER_SUFFIX ".backups"
#define FILE_SUFFIX ".tisckb"
/* attachments of all backups: each once */
#define BLOBS_FOLDER "blobs"

void
tkb_backup_free (TkbBackup *self)
{
  if (self == NULL)
    return;
  g_free (self->path);
  g_free (self->day);
  g_free (self);
}

static char *
get_folder (const char *store_path)
{
  return g_strconcat (store_path, FOLDER_SUFFIX, NULL);
}

static char *
get_today (TkbStore *store)
{
  g_autofree char *now = tkb_clock_get_iso8601 (store->clock);

  return g_strndup (now, strlen ("2026-11-22"));
}

static gboolean
set_errno_error (const char *path, int errsv, GError **error)
{
  TkbStoreError code = TKB_STORE_ERROR_IO;

  if (errsv == EACCES || errsv == EPERM || errsv == EROFS)
    code = TKB_STORE_ERROR_READ_ONLY;
  else if (errsv == ENOSPC || errsv == EDQUOT)
    code = TKB_STORE_ERROR_FULL;
  g_set_error (error, TKB_STORE_ERROR, code, "%s: %s", path, g_strerror (errsv));
  return FALSE;
}

/* ---- copying rows ---- */

typedef struct
{
  TkbStore     *store; /* (unowned) */
  TkbDb        *from;  /* (unowned): a reader of store */
  TkbDb        *to;    /* (owned) (nullable) */
  TkbBlobStore *blobs; /* (owned): of the backups */
  GCancellable *cancellable;
} Copy;

static void
copy_clear (Copy *copy)
{
  g_clear_pointer (&copy->to, tkb_db_close);
  g_clear_pointer (&copy->blobs, tkb_blob_store_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Copy, copy_clear)

/* Runs target once for each row of source, whose columns are its values. */
static gboolean
copy_rows (Copy *copy, TkbSql source, TkbSql target, gint64 doc, int n_columns, GError **error)
{
  g_auto (TkbStmt) rows = tkb_db_borrow (copy->from, source);
  TkbStep step;

  tkb_stmt_bind_int (&rows, 1, doc);
  while ((step = tkb_stmt_step (&rows, error)) == TKB_STEP_ROW)
    {
      g_auto (TkbStmt) insert = tkb_db_borrow (copy->to, target);

      for (int i = 0; i < n_columns; i++)
        if (tkb_stmt_is_null (&rows, i))
          tkb_stmt_bind_null (&insert, i + 1);
        else
          tkb_stmt_bind_text_length (&insert, i + 1, tkb_stmt_get_text (&rows, i),
                                     tkb_stmt_get_bytes (&rows, i));
      if (!tkb_stmt_run (&insert, error))
        return FALSE;
    }
  return step == TKB_STEP_DONE;
}

/* An attachment that is damaged or missing here does not keep the rest from being saved. */
static gboolean
copy_files (Copy *copy, gint64 doc, GError **error)
{
  g_auto (TkbStmt) rows = tkb_db_borrow (copy->from, TKB_SQL_BACKUP_BLOBS);
  TkbStep step;

  tkb_stmt_bind_int (&rows, 1, doc);
  while ((step = tkb_stmt_step (&rows, error)) == TKB_STEP_ROW)
    {
      const char *sha256 = tkb_stmt_get_text (&rows, 1);
      g_autoptr (GError) local_error = NULL;

      if (tkb_blob_store_has (copy->blobs, sha256) ||
          tkb_blob_store_copy (copy->store->blobs, copy->blobs, sha256, copy->cancellable,
                               &local_error))
        continue;
      if (!g_error_matches (local_error, TKB_STORE_ERROR, TKB_STORE_ERROR_CORRUPT) &&
          !g_error_matches (local_error, TKB_STORE_ERROR, TKB_STORE_ERROR_NOT_FOUND))
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
      g_debug ("%s", local_error->message);
    }
  return step == TKB_STEP_DONE;
}

static gboolean
copy_document (Copy *copy, gint64 doc, GError **error)
{
  return copy_rows (copy, TKB_SQL_BACKUP_DOCUMENT, TKB_SQL_SALVAGE_DOCUMENT, doc, 10, error) &&
         copy_rows (copy, TKB_SQL_BACKUP_REVISIONS, TKB_SQL_SALVAGE_REVISION, doc, 5, error) &&
         copy_rows (copy, TKB_SQL_BACKUP_OUTBOX, TKB_SQL_SALVAGE_OUTBOX, doc, 5, error) &&
         copy_rows (copy, TKB_SQL_BACKUP_BLOBS, TKB_SQL_SALVAGE_BLOB, doc, 5, error) &&
         copy_files (copy, doc, error);
}

/* (nullable) with an error; (element-type gint64) */
static GArray *
list_own (TkbDb *db, GError **error)
{
  g_autoptr (GArray) docs = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_BACKUP_DOCS);
  TkbStep step;

  while ((step = tkb_stmt_step (&stmt, error)) == TKB_STEP_ROW)
    {
      gint64 doc = tkb_stmt_get_int (&stmt, 0);

      g_array_append_val (docs, doc);
    }
  return step == TKB_STEP_DONE ? g_steal_pointer (&docs) : NULL;
}

static gboolean
copy_own (Copy *copy, const char *partial, GArray *docs, GError **error)
{
  g_auto (TkbTransaction) transaction = TKB_TRANSACTION_INIT;

  copy->to = tkb_db_open (partial, TKB_DB_CREATE, error);
  if (copy->to == NULL)
    return FALSE;
  sqlite3_db_config (tkb_db_get_handle (copy->to), SQLITE_DBCONFIG_ENABLE_FKEY, 0, NULL);
  if (!tkb_transaction_begin_write (&transaction, copy->to, error))
    return FALSE;
  for (guint i = 0; i < docs->len; i++)
    if (g_cancellable_set_error_if_cancelled (copy->cancellable, error) ||
        !copy_document (copy, g_array_index (docs, gint64, i), error))
      return FALSE;
  if (!tkb_transaction_commit (&transaction, error))
    return FALSE;
  /* the log goes with the last connection */
  g_clear_pointer (&copy->to, tkb_db_close);
  return TRUE;
}

/* ---- making ---- */

static gboolean
sync_path (const char *path, int flags, GError **error)
{
  int fd = g_open (path, O_RDONLY | O_CLOEXEC | flags, 0);
  int result;

  if (fd < 0)
    return set_errno_error (path, errno, error);
  result = fsync (fd);
  close (fd);
  return result == 0 || set_errno_error (path, errno, error);
}

static gboolean
make (Copy *copy, const char *folder, guint *out_documents, GError **error)
{
  g_autofree char *day = get_today (copy->store);
  g_autofree char *name = g_strconcat (day, FILE_SUFFIX, NULL);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *partial = g_strconcat (path, ".partial", NULL);
  g_autoptr (GArray) docs = list_own (copy->from, error);
  gboolean is_done;

  if (docs == NULL)
    return FALSE;
  *out_documents = docs->len;
  if (docs->len == 0)
    return TRUE;
  if (g_mkdir (folder, 0700) != 0 && errno != EEXIST)
    return set_errno_error (folder, errno, error);
  tkb_salvage_remove (partial);
  is_done = copy_own (copy, partial, docs, error) && sync_path (partial, 0, error);
  if (is_done && g_rename (partial, path) != 0)
    is_done = set_errno_error (path, errno, error);
  if (!is_done)
    {
      g_clear_pointer (&copy->to, tkb_db_close);
      tkb_salvage_remove (partial);
      return FALSE;
    }
  return sync_path (folder, O_DIRECTORY, error);
}

/* ---- what is kept ---- */

static gboolean
is_day (const char *name)
{
  return strlen (name) == strlen ("2026-11-22" FILE_SUFFIX) &&
         g_str_has_suffix (name, FILE_SUFFIX) &&
         strspn (name, "0123456789-") == strlen ("2026-11-22");
}

static int
compare_newest_first (const void *a, const void *b)
{
  return strcmp ((*(TkbBackup *const *) b)->day, (*(TkbBackup *const *) a)->day);
}

/**
 * tkb_backup_list:
 * @store_path: of a store, which need not be there any more
 *
 * Returns: (transfer full) (element-type TkbBackup): newest first
 */
GPtrArray *
tkb_backup_list (const char *store_path)
{
  GPtrArray       *backups = g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_backup_free);
  g_autofree char *folder = get_folder (store_path);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      TkbBackup *backup;
      GStatBuf   status;

      if (!is_day (name))
        continue;
      backup = g_new0 (TkbBackup, 1);
      backup->path = g_build_filename (folder, name, NULL);
      backup->day = g_strndup (name, strlen ("2026-11-22"));
      if (g_stat (backup->path, &status) == 0)
        backup->size_bytes = status.st_size;
      g_ptr_array_add (backups, backup);
    }
  g_ptr_array_sort (backups, compare_newest_first);
  return backups;
}

/* Attachments that no backup names any more. A backup that cannot be read keeps all of them. */
static void
drop_files (TkbBlobStore *blobs, GPtrArray *backups)
{
  g_autoptr (GHashTable) used = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) files = NULL;
  gint64 before_s;

  for (guint i = 0; i < backups->len; i++)
    {
      TkbBackup *backup = g_ptr_array_index (backups, i);
      g_autoptr (TkbDb) db = tkb_db_open (backup->path, TKB_DB_READ_ONLY, NULL);
      g_auto (TkbStmt) stmt = { 0 };
      TkbStep step;

      if (db == NULL)
        return;
      stmt = tkb_db_borrow (db, TKB_SQL_BLOB_ALL);
      while ((step = tkb_stmt_step (&stmt, NULL)) == TKB_STEP_ROW)
        g_hash_table_add (used, g_strdup (tkb_stmt_get_text (&stmt, 1)));
      tkb_stmt_clear (&stmt);
      if (step == TKB_STEP_ERROR)
        return;
    }
  files = tkb_blob_store_list (blobs, 0, &before_s, NULL);
  for (guint i = 0; files != NULL && i < files->len; i++)
    if (!g_hash_table_contains (used, g_ptr_array_index (files, i)))
      tkb_blob_store_remove (blobs, g_ptr_array_index (files, i), before_s, NULL);
}

/* Copies that were made before a migration, as old as the oldest backup that is kept. */
static void
drop_versions (TkbStore *store)
{
  g_autofree char *folder = get_folder (store->path);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  gint64      now_s = tkb_clock_get_real_ms (store->clock) / 1000;
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      GStatBuf         status;

      if (g_str_has_prefix (name, "version-") && g_stat (path, &status) == 0 &&
          status.st_mtime + KEPT_DAYS * 24 * 60 * 60 < now_s)
        g_unlink (path);
    }
}

/* What cannot be removed stays: there is more room taken than promised, and nothing worse. */
static void
drop_old (TkbStore *store, TkbBlobStore *blobs)
{
  g_autoptr (GPtrArray) backups = tkb_backup_list (store->path);
  gint64 total = 0;

  for (guint i = 0; i < backups->len;)
    {
      TkbBackup *backup = g_ptr_array_index (backups, i);

      total += backup->size_bytes;
      if (i > 0 && (i >= KEPT_DAYS || total > MAX_TOTAL_BYTES))
        {
          tkb_salvage_remove (backup->path);
          g_ptr_array_remove_index (backups, i);
        }
      else
        i++;
    }
  drop_files (blobs, backups);
  drop_versions (store);
}

/**
 * tkb_backup_make:
 * @store: a store, which may be in use
 * @out_documents: (out) (optional): how many documents only this machine has
 * @cancellable: (nullable)
 * @error: return location
 *
 * Writes drafts, private records and edits that wait for the server, with their history and their
 * attachments, into "FILE.backups/YYYY-MM-DD.tisckb": under another name, synced, then renamed.
 * Keeps those of 14 days. Where nothing is only here, no file is made.
 *
 * Returns: %FALSE with an error, and the earlier backups as they were
 */
gboolean
tkb_backup_make (TkbStore *store, guint *out_documents, GCancellable *cancellable, GError **error)
{
  g_autofree char *folder = NULL;
  g_autofree char *blobs_folder = NULL;
  g_auto (Copy) copy = { .store = store, .cancellable = cancellable };
  guint    documents = 0;
  gboolean is_done;

  g_return_val_if_fail (TKB_IS_STORE (store), FALSE);

  folder = get_folder (store->path);
  blobs_folder = g_build_filename (folder, BLOBS_FOLDER, NULL);
  copy.blobs = tkb_blob_store_new (blobs_folder);
  copy.from = tkb_store_acquire_reader (store, cancellable, error);
  if (copy.from == NULL)
    return FALSE;
  is_done = make (&copy, folder, &documents, error);
  tkb_store_release_reader (store, copy.from);
  if (!is_done)
    return FALSE;
  drop_old (store, copy.blobs);
  if (out_documents != NULL)
    *out_documents = documents;
  return TRUE;
}

/**
 * tkb_backup_is_due:
 * @store: a store
 *
 * Returns: whether there is none of today, by the store's clock (UTC)
 */
gboolean
tkb_backup_is_due (TkbStore *store)
{
  g_autoptr (GPtrArray) backups = NULL;
  g_autofree char *day = NULL;

  g_return_val_if_fail (TKB_IS_STORE (store), FALSE);

  if ((store->flags & TKB_STORE_OPEN_READ_ONLY) != 0)
    return FALSE;
  day = get_today (store);
  backups = tkb_backup_list (store->path);
  return backups->len == 0 || strcmp (((TkbBackup *) g_ptr_array_index (backups, 0))->day, day) < 0;
}

/* ---- putting back ---- */

typedef struct
{
  TkbDocument *document; /* (owned) with its revisions */
  TkbRowFlags  flags;
  gboolean     waits;
} Item;

static void
item_free (Item *self)
{
  tkb_document_unref (self->document);
  g_free (self);
}

typedef struct
{
  GPtrArray *items; /* (unowned) (element-type Item) */
  GPtrArray *ids;   /* (unowned) (element-type utf8) out */
} Restore;

static int
compare_revs (const void *a, const void *b)
{
  return tkb_rev_id_compare (*(const char *const *) a, *(const char *const *) b);
}

/* Every text of one document that the backup has, oldest first. */
static gboolean
read_items (TkbDb *db, TkbDocRow *row, GPtrArray *items, GError **error)
{
  g_autoptr (GPtrArray) revs = tkb_rev_tree_get_all (row->tree);

  g_ptr_array_sort (revs, compare_revs);
  for (guint i = 0; i < revs->len; i++)
    {
      const char             *rev = g_ptr_array_index (revs, i);
      g_autofree const char **path = tkb_rev_path_dup (row->tree, rev);
      g_autoptr (GError) local_error = NULL;
      TkbDocument *document = NULL;
      TkbRowFlags  flags = 0;
      Item        *item;
      TkbStep      step;

      if (!tkb_revision_find (db, row->doc, row->id, rev, path, &document, &local_error))
        {
          if (local_error == NULL)
            continue;
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
      item = g_new0 (Item, 1);
      item->document = document;
      g_ptr_array_add (items, item);
      if (!tkb_revision_find_flags (db, row->doc, rev, &flags, error))
        return FALSE;
      item->flags = flags;
      {
        g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_OUTBOX_OF);

        tkb_stmt_bind_int (&stmt, 1, row->doc);
        while ((step = tkb_stmt_step (&stmt, error)) == TKB_STEP_ROW)
          item->waits |= strcmp (tkb_stmt_get_text (&stmt, 0), rev) == 0;
        if (step == TKB_STEP_ERROR)
          return FALSE;
      }
    }
  return TRUE;
}

/* A draft that was written on since the backup is not put beside itself. */
static gboolean
has_newer_draft (TkbDb *db, TkbDocRow *row, gboolean *out_has, GError **error)
{
  g_autoptr (GPtrArray) leaves = tkb_rev_tree_get_leaves (row->tree);

  *out_has = FALSE;
  for (guint i = 0; i < leaves->len; i++)
    {
      g_autoptr (GError) local_error = NULL;
      TkbRowFlags flags = 0;

      if (!tkb_revision_find_flags (db, row->doc, g_ptr_array_index (leaves, i), &flags,
                                    &local_error) &&
          local_error != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
      *out_has |= (flags & TKB_ROW_HERE) != 0 && (flags & TKB_ROW_DRAFT) != 0;
    }
  return TRUE;
}

/* Whether item is unknown to the store and not overtaken there. */
static gboolean
is_wanted (TkbDb *db, Item *item, gboolean *out_is, GError **error)
{
  g_auto (TkbDocRow) row = TKB_DOC_ROW_INIT;
  g_autoptr (GError) local_error = NULL;
  gboolean has_newer;

  *out_is = TRUE;
  if (!tkb_doc_row_find (&row, db, tkb_document_get_id (item->document), &local_error))
    {
      if (local_error == NULL)
        return TRUE;
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (!has_newer_draft (db, &row, &has_newer, error))
    return FALSE;
  *out_is = !tkb_rev_tree_contains (row.tree, tkb_document_get_rev (item->document)) &&
            (!has_newer || (item->flags & TKB_ROW_DRAFT) == 0);
  return TRUE;
}

/* After the write: what a replicated text does not bring along. */
static gboolean
mark_item (TkbBatch *batch, Item *item, GError **error)
{
  g_auto (TkbDocRow) row = TKB_DOC_ROW_INIT;
  const char *rev = tkb_document_get_rev (item->document);

  if (!tkb_doc_row_find (&row, batch->db, tkb_document_get_id (item->document), error))
    return FALSE;
  {
    g_auto (TkbStmt) stmt = tkb_db_borrow (batch->db, TKB_SQL_REVISION_SET_FLAGS);

    tkb_stmt_bind_int (&stmt, 1, row.doc);
    tkb_stmt_bind_text (&stmt, 2, rev);
    tkb_stmt_bind_int (&stmt, 3, (gint64) item->flags);
    if (!tkb_stmt_run (&stmt, error))
      return FALSE;
  }
  if (item->waits && batch->keeps_outbox && tkb_rev_tree_is_leaf (row.tree, rev))
    {
      g_auto (TkbStmt) stmt = tkb_db_borrow (batch->db, TKB_SQL_OUTBOX_PUT);

      tkb_stmt_bind_int (&stmt, 1, row.doc);
      tkb_stmt_bind_text (&stmt, 2, rev);
      tkb_stmt_bind_null (&stmt, 3);
      tkb_stmt_bind_null (&stmt, 4);
      tkb_stmt_bind_int (&stmt, 5, batch->now_ms);
      batch->counters.waiting++;
      return tkb_stmt_run (&stmt, error);
    }
  return TRUE;
}

static gboolean
restore_item (TkbStore *store, TkbBatch *batch, Item *item, GPtrArray *ids, GError **error)
{
  g_auto (TkbEdit) edit = { 0 };
  const char *id = tkb_document_get_id (item->document);
  gboolean    is_right;

  if (!is_wanted (batch->db, item, &is_right, error))
    return FALSE;
  if (!is_right)
    return TRUE;
  tkb_edit_prepare (&edit, item->document, TKB_WRITE_REPLICATED, store->blobs);
  if (!tkb_edit_apply (&edit, batch, error))
    return FALSE;
  if (edit.error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&edit.error));
      return FALSE;
    }
  if (ids->len == 0 || strcmp (g_ptr_array_index (ids, ids->len - 1), id) != 0)
    g_ptr_array_add (ids, g_strdup (id));
  return mark_item (batch, item, error);
}

static gboolean
restore_on_writer (TkbStore *self, gpointer data, GError **error)
{
  g_auto (TkbTransaction) transaction = TKB_TRANSACTION_INIT;
  g_auto (TkbBatch) batch = { 0 };
  Restore *restore = data;

  if (!tkb_store_begin_batch (self, TKB_WRITE_REPLICATED | TKB_WRITE_BULK, &transaction, &batch,
                              error))
    return FALSE;
  for (guint i = 0; i < restore->items->len; i++)
    if (!restore_item (self, &batch, g_ptr_array_index (restore->items, i), restore->ids, error))
      return FALSE;
  return tkb_store_commit_batch (self, &transaction, &batch, error);
}

static gboolean
record_on_writer (TkbStore *self, gpointer data, GError **error)
{
  return tkb_attachments_record (self->db, data, tkb_clock_get_real_ms (self->clock), error);
}

/* Bytes before texts. Those that the backup has lost as well are missing, and said to be. */
static gboolean
restore_files (
    TkbStore *store, TkbDb *db, TkbBlobStore *blobs, GCancellable *cancellable, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_BLOB_ALL);
  TkbStep step;

  while ((step = tkb_stmt_step (&stmt, error)) == TKB_STEP_ROW)
    {
      TkbBlob blob = { .digest = (char *) tkb_stmt_get_text (&stmt, 0),
                       .sha256 = (char *) tkb_stmt_get_text (&stmt, 1),
                       .length_bytes = tkb_stmt_get_int (&stmt, 2),
                       .is_verified = FALSE };

      if (!tkb_blob_store_has (store->blobs, blob.sha256) &&
          tkb_blob_store_has (blobs, blob.sha256) &&
          !tkb_blob_store_copy (blobs, store->blobs, blob.sha256, cancellable, error))
        return FALSE;
      if (!tkb_store_run_writer (store, record_on_writer, &blob, error))
        return FALSE;
    }
  return step == TKB_STEP_DONE;
}

static gboolean
restore (TkbStore     *store,
         TkbDb        *db,
         TkbBlobStore *blobs,
         GPtrArray    *ids,
         GCancellable *cancellable,
         GError      **error)
{
  g_auto (TkbTransaction) transaction = TKB_TRANSACTION_INIT;
  g_auto (TkbStmt) stmt = { 0 };
  TkbStep step;

  if (!restore_files (store, db, blobs, cancellable, error) ||
      !tkb_transaction_begin_read (&transaction, db, error))
    return FALSE;
  stmt = tkb_db_borrow (db, TKB_SQL_DOCUMENT_ALL);
  while ((step = tkb_stmt_step (&stmt, error)) == TKB_STEP_ROW)
    {
      g_auto (TkbDocRow) row = TKB_DOC_ROW_INIT;
      g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func ((GDestroyNotify) item_free);
      Restore restore = { items, ids };

      if (g_cancellable_set_error_if_cancelled (cancellable, error) ||
          !tkb_doc_row_read (&row, &stmt, TRUE, error) || !read_items (db, &row, items, error) ||
          !tkb_store_run_writer (store, restore_on_writer, &restore, error))
        return FALSE;
    }
  return step == TKB_STEP_DONE;
}

/* Backups have their attachments in one folder, other stores each in its own. */
static char *
find_blobs (const char *path)
{
  g_autofree char *own = g_strconcat (path, ".blobs", NULL);
  g_autofree char *folder = g_path_get_dirname (path);

  if (g_file_test (own, G_FILE_TEST_IS_DIR))
    return g_steal_pointer (&own);
  return g_build_filename (folder, BLOBS_FOLDER, NULL);
}

/**
 * tkb_backup_restore:
 * @store: a store
 * @path: of a backup, or of another store
 * @cancellable: (nullable): seen between documents; those put back by then stay
 * @error: return location
 *
 * Puts texts back that @store does not know, as what they were: drafts of this machine, edits that
 * wait for the server. A draft that was written on since stays as it is; a document that was
 * changed otherwise since gets a second version beside the present one, for a person to choose.
 *
 * Returns: (transfer full) (element-type utf8): the ids of documents that got something back;
 *   %NULL with an error
 */
GPtrArray *
tkb_backup_restore (TkbStore *store, const char *path, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *folder = NULL;
  g_autoptr (TkbBlobStore) blobs = NULL;
  g_autoptr (TkbDb) db = NULL;

  g_return_val_if_fail (TKB_IS_STORE (store), NULL);
  g_return_val_if_fail (path != NULL, NULL);

  db = tkb_db_open (path, TKB_DB_READ_ONLY, error);
  if (db == NULL)
    return NULL;
  folder = find_blobs (path);
  blobs = tkb_blob_store_new (folder);
  if (!restore (store, db, blobs, ids, cancellable, error))
    return NULL;
  return g_steal_pointer (&ids);
}
