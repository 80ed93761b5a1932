/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Writing documents: batches on the writer thread, blocking and asynchronous. */
#include "config.h"

#include "tkb-store-internal.h"

#include "tkb-rev-id.h"

/* documents that one call may index in its own transaction: some 20 ms at about a millisecond
 * each; larger batches are indexed behind */
#define MAX_INDEXED_AT_ONCE 24

void
tkb_write_result_free (TkbWriteResult *self)
{
  if (self == NULL)
    return;
  g_free (self->id);
  g_free (self->rev);
  g_clear_error (&self->error);
  g_free (self);
}

typedef struct
{
  GPtrArray    *documents; /* (owned) (element-type TkbDocument) */
  TkbWriteFlags flags;
  TkbWriteGuard guard; /* (nullable) */
  gpointer      guard_data;
  GCancellable *cancellable; /* (owned) (nullable) */
  GArray       *edits;       /* (owned) (nullable) (element-type TkbEdit), with the documents */
} Write;

static void
write_clear (Write *self)
{
  g_clear_pointer (&self->documents, g_ptr_array_unref);
  g_clear_pointer (&self->edits, g_array_unref);
  g_clear_object (&self->cancellable);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Write, write_clear)

static void
write_free (gpointer data)
{
  write_clear (data);
  g_free (data);
}

static void
prepare (TkbStore *self, Write *write)
{
  guint n_documents = write->documents->len;

  write->edits = g_array_sized_new (FALSE, TRUE, sizeof (TkbEdit), n_documents);
  g_array_set_clear_func (write->edits, (GDestroyNotify) tkb_edit_clear);
  g_array_set_size (write->edits, n_documents);
  for (guint i = 0; i < n_documents; i++)
    tkb_edit_prepare (&g_array_index (write->edits, TkbEdit, i),
                      g_ptr_array_index (write->documents, i), write->flags, self->blobs);
}

/* Writer thread: blobs to disk first, then everything in one transaction. */
static gboolean
write_on_writer (TkbStore *self, gpointer data, GError **error)
{
  g_auto (TkbTransaction) transaction = TKB_TRANSACTION_INIT;
  g_auto (TkbBatch) batch = { 0 };
  Write        *write = data;
  TkbWriteFlags flags = write->flags;

  if (g_cancellable_set_error_if_cancelled (write->cancellable, error))
    return FALSE;
  if (write->documents->len > MAX_INDEXED_AT_ONCE)
    flags |= TKB_WRITE_BULK;
  prepare (self, write);
  if (g_cancellable_set_error_if_cancelled (write->cancellable, error) ||
      !tkb_store_begin_batch (self, flags, &transaction, &batch, error))
    return FALSE;
  batch.guard = write->guard;
  batch.guard_data = write->guard_data;
  for (guint i = 0; i < write->edits->len; i++)
    {
      TkbEdit *edit = &g_array_index (write->edits, TkbEdit, i);

      if (!tkb_edit_apply (edit, &batch, error))
        return FALSE;
      if (edit->error != NULL && (flags & TKB_WRITE_ALL_OR_NONE) != 0)
        {
          g_propagate_error (error, g_steal_pointer (&edit->error));
          return FALSE;
        }
    }
  return tkb_store_commit_batch (self, &transaction, &batch, error);
}

static GPtrArray *
get_results (Write *write)
{
  GPtrArray *results =
      g_ptr_array_new_full (write->edits->len, (GDestroyNotify) tkb_write_result_free);

  for (guint i = 0; i < write->edits->len; i++)
    {
      TkbEdit        *edit = &g_array_index (write->edits, TkbEdit, i);
      TkbDocument    *document = g_ptr_array_index (write->documents, i);
      TkbWriteResult *result = g_new0 (TkbWriteResult, 1);

      result->id = g_strdup (tkb_document_get_id (document));
      result->error = g_steal_pointer (&edit->error);
      if (result->error == NULL)
        result->rev = g_steal_pointer (&edit->rev);
      g_ptr_array_add (results, result);
    }
  return results;
}

/* The written form of a single edit, or its error. */
static TkbDocument *
get_single (Write *write, GError **error)
{
  TkbEdit *edit = &g_array_index (write->edits, TkbEdit, 0);

  if (edit->error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&edit->error));
      return NULL;
    }
  return tkb_document_with_rev (edit->document, edit->rev);
}

static void
write_init (Write        *write,
            GPtrArray    *documents,
            TkbWriteFlags flags,
            TkbWriteGuard guard,
            gpointer      guard_data,
            GCancellable *cancellable)
{
  *write = (Write){ .flags = flags, .guard = guard, .guard_data = guard_data };
  /* a copy: the caller's array may change while the writer works */
  write->documents = g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_document_unref);
  for (guint i = 0; i < documents->len; i++)
    g_ptr_array_add (write->documents, tkb_document_ref (g_ptr_array_index (documents, i)));
  g_set_object (&write->cancellable, cancellable);
}

/* Takes document. */
static void
write_init_single (Write        *write,
                   TkbDocument  *document,
                   TkbWriteFlags flags,
                   GCancellable *cancellable)
{
  *write = (Write){ .flags = flags };
  write->documents = g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_document_unref);
  g_ptr_array_add (write->documents, document);
  g_set_object (&write->cancellable, cancellable);
}

/**
 * tkb_store_write:
 * @self: a store
 * @documents: (element-type TkbDocument): what to write; the same id may come more than once
 * @flags: see #TkbWriteFlags
 * @guard: (nullable) (scope call): asked for each document on the writer thread
 * @guard_data: for @guard
 * @cancellable: (nullable): seen until the transaction begins
 * @error: return location
 *
 * Writes all documents in one transaction. On return they are on disk and survive a power cut.
 *
 * Without %TKB_WRITE_REPLICATED each is a local edit of the revision that it names: it ends with
 * %TKB_STORE_ERROR_CONFLICT if that is no leaf, or if none is named and the document exists. In the
 * place of a deleted document a new one goes on from the tombstone. With it the revision and its
 * history are taken as given; a revision that is here already is a success that changes nothing.
 * With %TKB_WRITE_ALL_OR_NONE a document that is refused takes all others with it: the call ends
 * with its error and nothing was kept.
 *
 * Returns: (transfer full) (element-type TkbWriteResult): one result a document, in order; %NULL
 *   with an error if nothing was kept: %TKB_STORE_ERROR_FULL, %TKB_STORE_ERROR_BUSY,
 *   %TKB_STORE_ERROR_IO (a retry may help), others (it cannot), %G_IO_ERROR_CANCELLED
 */
GPtrArray *
tkb_store_write (TkbStore     *self,
                 GPtrArray    *documents,
                 TkbWriteFlags flags,
                 TkbWriteGuard guard,
                 gpointer      guard_data,
                 GCancellable *cancellable,
                 GError      **error)
{
  g_auto (Write) write = { 0 };

  g_return_val_if_fail (TKB_IS_STORE (self), NULL);
  g_return_val_if_fail (documents != NULL, NULL);

  write_init (&write, documents, flags, guard, guard_data, cancellable);
  if (!tkb_store_run_writer (self, write_on_writer, &write, error))
    return NULL;
  return get_results (&write);
}

/**
 * tkb_store_put:
 * @self: a store
 * @document: the new content; its revision is the parent (%NULL: a new document)
 * @flags: see #TkbWriteFlags
 * @cancellable: (nullable): seen until the transaction begins
 * @error: return location
 *
 * Makes one local edit; see tkb_store_write ().
 *
 * Returns: (transfer full): the document as written, with its new revision; %NULL with the error of
 *   the document or of the write
 */
TkbDocument *
tkb_store_put (TkbStore     *self,
               TkbDocument  *document,
               TkbWriteFlags flags,
               GCancellable *cancellable,
               GError      **error)
{
  g_auto (Write) write = { 0 };

  g_return_val_if_fail (TKB_IS_STORE (self), NULL);
  g_return_val_if_fail (document != NULL, NULL);

  write_init_single (&write, tkb_document_ref (document), flags, cancellable);
  if (!tkb_store_run_writer (self, write_on_writer, &write, error))
    return NULL;
  return get_single (&write, error);
}

/* ---- deleting ---- */

typedef struct
{
  char         *id;          /* (owned) */
  char         *rev;         /* (owned) (nullable) */
  GCancellable *cancellable; /* (owned) (nullable) */
  char         *new_rev;     /* (owned) (nullable) out */
} Deletion;

static void
deletion_clear (Deletion *self)
{
  g_free (self->id);
  g_free (self->rev);
  g_free (self->new_rev);
  g_clear_object (&self->cancellable);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Deletion, deletion_clear)

static void
deletion_free (gpointer data)
{
  deletion_clear (data);
  g_free (data);
}

/* Finds what is to be deleted: rev, or the winner. */
static gboolean
find_victim (TkbStore *self, Deletion *deletion, GError **error)
{
  g_auto (TkbDocRow) row = TKB_DOC_ROW_INIT;
  g_autoptr (GError) local_error = NULL;

  if (!tkb_doc_row_find (&row, self->db, deletion->id, &local_error))
    {
      if (local_error != NULL)
        g_propagate_error (error, g_steal_pointer (&local_error));
      else
        g_set_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_NOT_FOUND, "there is no document “%s”",
                     deletion->id);
      return FALSE;
    }
  if (deletion->rev == NULL && (row.flags & TKB_ROW_DELETED) != 0)
    {
      g_set_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_DELETED, "“%s” is deleted already",
                   deletion->id);
      return FALSE;
    }
  if (deletion->rev == NULL)
    deletion->rev = g_strdup (row.rev);
  return TRUE;
}

static gboolean
delete_on_writer (TkbStore *self, gpointer data, GError **error)
{
  Deletion *deletion = data;
  g_auto (Write) write = { 0 };
  g_autoptr (JsonObject) body = json_object_new ();
  g_autoptr (TkbDocument) written = NULL;

  if (g_cancellable_set_error_if_cancelled (deletion->cancellable, error) ||
      !find_victim (self, deletion, error))
    return FALSE;
  write_init_single (&write, tkb_document_new (deletion->id, deletion->rev, TRUE, body, NULL),
                     TKB_WRITE_NONE, NULL);
  if (!write_on_writer (self, &write, error))
    return FALSE;
  written = get_single (&write, error);
  if (written == NULL)
    return FALSE;
  deletion->new_rev = g_strdup (tkb_document_get_rev (written));
  return TRUE;
}

/**
 * tkb_store_delete:
 * @self: a store
 * @id: a document
 * @rev: (nullable): the leaf to put the tombstone on; %NULL: the winner
 * @cancellable: (nullable): seen until the transaction begins
 * @error: return location
 *
 * Deletes a document, or one side of a conflict. What stood in it stays in the history.
 *
 * Returns: (transfer full): the revision of the tombstone; %NULL with %TKB_STORE_ERROR_NOT_FOUND,
 *   %TKB_STORE_ERROR_DELETED, %TKB_STORE_ERROR_CONFLICT (@rev is no live leaf) or an error of the
 *   write
 */
char *
tkb_store_delete (
    TkbStore *self, const char *id, const char *rev, GCancellable *cancellable, GError **error)
{
  g_auto (Deletion) deletion = { 0 };

  g_return_val_if_fail (TKB_IS_STORE (self), NULL);
  g_return_val_if_fail (id != NULL, NULL);

  deletion.id = g_strdup (id);
  deletion.rev = g_strdup (rev);
  g_set_object (&deletion.cancellable, cancellable);
  if (!tkb_store_run_writer (self, delete_on_writer, &deletion, error))
    return NULL;
  return g_steal_pointer (&deletion.new_rev);
}

/* ---- asynchronous forms: the same on the writer's queue ---- */

/* A write that was cancelled too late has been kept, and its result says so: the task must not
 * turn it into an error. */
static GTask *
new_task (TkbStore           *self,
          gpointer            tag,
          const char         *name,
          GCancellable       *cancellable,
          GAsyncReadyCallback callback,
          gpointer            user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, tag);
  g_task_set_name (task, name);
  g_task_set_check_cancellable (task, FALSE);
  return task;
}

static gboolean
run_in_task (GTask *task, TkbWriterFunc function, gpointer data)
{
  TkbStore *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;

  if (tkb_store_run_writer (self, function, data, &error))
    return TRUE;
  g_task_return_error (task, g_steal_pointer (&error));
  return FALSE;
}

static void
write_in_task (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  if (run_in_task (task, write_on_writer, task_data))
    g_task_return_pointer (task, get_results (task_data), (GDestroyNotify) g_ptr_array_unref);
}

/**
 * tkb_store_write_async:
 * @self: a store
 * @documents: (element-type TkbDocument): what to write
 * @flags: see #TkbWriteFlags
 * @guard: (nullable) (scope async): asked on the writer thread
 * @guard_data: for @guard; must live until @callback
 * @cancellable: (nullable): seen until the transaction begins
 * @callback: (scope async): when it is done
 * @user_data: for @callback
 *
 * tkb_store_write () without waiting. Writes are done in the order in which they were asked for.
 */
void
tkb_store_write_async (TkbStore           *self,
                       GPtrArray          *documents,
                       TkbWriteFlags       flags,
                       TkbWriteGuard       guard,
                       gpointer            guard_data,
                       GCancellable       *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer            user_data)
{
  g_autoptr (GTask) task = NULL;
  Write *write;

  g_return_if_fail (TKB_IS_STORE (self));
  g_return_if_fail (documents != NULL);

  task = new_task (self, tkb_store_write_async, "tkb_store_write_async", cancellable, callback,
                   user_data);
  write = g_new0 (Write, 1);
  write_init (write, documents, flags, guard, guard_data, cancellable);
  g_task_set_task_data (task, write, write_free);
  tkb_store_push_writer (self, task, write_in_task);
}

/**
 * tkb_store_write_finish:
 * @self: a store
 * @result: from the callback
 * @error: return location
 *
 * Returns: (transfer full) (element-type TkbWriteResult): as of tkb_store_write ()
 */
GPtrArray *
tkb_store_write_finish (TkbStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, tkb_store_write_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
put_in_task (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  g_autoptr (GError) error = NULL;
  TkbDocument *written;

  if (!run_in_task (task, write_on_writer, task_data))
    return;
  written = get_single (task_data, &error);
  if (written != NULL)
    g_task_return_pointer (task, written, (GDestroyNotify) tkb_document_unref);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

/**
 * tkb_store_put_async:
 * @self: a store
 * @document: see tkb_store_put ()
 * @flags: see #TkbWriteFlags
 * @cancellable: (nullable): seen until the transaction begins
 * @callback: (scope async): when it is done
 * @user_data: for @callback
 *
 * tkb_store_put () without waiting.
 */
void
tkb_store_put_async (TkbStore           *self,
                     TkbDocument        *document,
                     TkbWriteFlags       flags,
                     GCancellable       *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer            user_data)
{
  g_autoptr (GTask) task = NULL;
  Write *write;

  g_return_if_fail (TKB_IS_STORE (self));
  g_return_if_fail (document != NULL);

  task =
      new_task (self, tkb_store_put_async, "tkb_store_put_async", cancellable, callback, user_data);
  write = g_new0 (Write, 1);
  write_init_single (write, tkb_document_ref (document), flags, cancellable);
  g_task_set_task_data (task, write, write_free);
  tkb_store_push_writer (self, task, put_in_task);
}

/**
 * tkb_store_put_finish:
 * @self: a store
 * @result: from the callback
 * @error: return location
 *
 * Returns: (transfer full): as of tkb_store_put ()
 */
TkbDocument *
tkb_store_put_finish (TkbStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, tkb_store_put_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
delete_in_task (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Deletion *deletion = task_data;

  if (run_in_task (task, delete_on_writer, deletion))
    g_task_return_pointer (task, g_steal_pointer (&deletion->new_rev), g_free);
}

/**
 * tkb_store_delete_async:
 * @self: a store
 * @id: a document
 * @rev: (nullable): see tkb_store_delete ()
 * @cancellable: (nullable): seen until the transaction begins
 * @callback: (scope async): when it is done
 * @user_data: for @callback
 *
 * tkb_store_delete () without waiting.
 */
void
tkb_store_delete_async (TkbStore           *self,
                        const char         *id,
                        const char         *rev,
                        GCancellable       *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer            user_data)
{
  g_autoptr (GTask) task = NULL;
  Deletion *deletion;

  g_return_if_fail (TKB_IS_STORE (self));
  g_return_if_fail (id != NULL);

  task = new_task (self, tkb_store_delete_async, "tkb_store_delete_async", cancellable, callback,
                   user_data);
  deletion = g_new0 (Deletion, 1);
  deletion->id = g_strdup (id);
  deletion->rev = g_strdup (rev);
  g_set_object (&deletion->cancellable, cancellable);
  g_task_set_task_data (task, deletion, deletion_free);
  tkb_store_push_writer (self, task, delete_in_task);
}

/**
 * tkb_store_delete_finish:
 * @self: a store
 * @result: from the callback
 * @error: return location
 *
 * Returns: (transfer full): as of tkb_store_delete ()
 */
char *
tkb_store_delete_finish (TkbStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, tkb_store_delete_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
