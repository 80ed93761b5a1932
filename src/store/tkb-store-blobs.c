/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Attachments: from the digest on the wire to the file, and back. */
#include "config.h"

#include "tkb-store-internal.h"

#include <string.h>

#include "tkb-attachments.h"

void
tkb_blob_info_free (TkbBlobInfo *self)
{
  if (self == NULL)
    return;
  g_free (self->digest);
  g_free (self);
}

static gboolean
record_on_writer (TkbStore *self, gpointer data, GError **error)
{
  g_auto (TkbTransaction) transaction = TKB_TRANSACTION_INIT;

  return tkb_transaction_begin_write (&transaction, self->db, error) &&
         tkb_attachments_record (self->db, data, tkb_clock_get_real_ms (self->clock), error) &&
         tkb_transaction_commit (&transaction, error);
}

/**
 * tkb_store_add_blob:
 * @self: a store
 * @source: the bytes, read to their end, not closed
 * @cancellable: (nullable)
 * @error: return location
 *
 * Takes bytes in as a blob, without holding them in memory, so that a document written after that
 * can name it in a stub. A blob that no document names is removed by a compaction an hour later or
 * more. Reads @source on the calling thread.
 *
 * Returns: (transfer full): digest and length; %NULL with %TKB_STORE_ERROR_INVALID (over
 *   %TKB_MAX_ATTACHMENT_BYTES), %TKB_STORE_ERROR_FULL, %TKB_STORE_ERROR_IO, an error of @source or
 *   %G_IO_ERROR_CANCELLED; then nothing is left behind
 */
TkbBlobInfo *
tkb_store_add_blob (TkbStore *self, GInputStream *source, GCancellable *cancellable, GError **error)
{
  g_autoptr (TkbBlob) blob = NULL;
  TkbBlobInfo *info;

  g_return_val_if_fail (TKB_IS_STORE (self), NULL);
  g_return_val_if_fail (G_IS_INPUT_STREAM (source), NULL);

  if (!tkb_store_check_writable (self, error))
    return NULL;
  blob = tkb_blob_store_add (self->blobs, source, cancellable, error);
  if (blob == NULL || !tkb_store_run_writer (self, record_on_writer, blob, error))
    return NULL;
  info = g_new0 (TkbBlobInfo, 1);
  info->digest = g_strdup (blob->digest);
  info->length_bytes = blob->length_bytes;
  return info;
}

/* (nullable): unknown, or the file is not there; without an error */
static TkbBlob *
find_blob (TkbStore *self, const char *digest, GError **error)
{
  TkbBlob *blob;
  TkbDb   *db = tkb_store_acquire_reader (self, NULL, error);

  if (db == NULL)
    return NULL;
  blob = tkb_attachments_find_blob (db, digest, error);
  tkb_store_release_reader (self, db);
  if (blob != NULL && !tkb_blob_store_has (self->blobs, blob->sha256))
    g_clear_pointer (&blob, tkb_blob_free);
  return blob;
}

/**
 * tkb_store_alias_blob:
 * @self: a store
 * @wire_digest: the digest that a document's stub names
 * @digest: of a blob that is here, as tkb_store_add_blob () gave it
 * @error: return location
 *
 * Says that @wire_digest means the blob @digest. CouchDB digests the gzip bytes of attachments that
 * it compresses, so what came from it cannot be told by its own digest. A digest that was computed
 * here from other bytes is never given another meaning.
 *
 * Returns: %FALSE with %TKB_STORE_ERROR_MISSING_BLOB (@digest is not here),
 *   %TKB_STORE_ERROR_INVALID (@wire_digest belongs to other data) or a failure
 */
gboolean
tkb_store_alias_blob (TkbStore *self, const char *wire_digest, const char *digest, GError **error)
{
  g_autoptr (TkbBlob) blob = NULL;
  g_autoptr (GError) local_error = NULL;

  g_return_val_if_fail (TKB_IS_STORE (self), FALSE);
  g_return_val_if_fail (wire_digest != NULL && digest != NULL, FALSE);

  blob = find_blob (self, digest, &local_error);
  if (blob == NULL)
    {
      if (local_error != NULL)
        g_propagate_error (error, g_steal_pointer (&local_error));
      else
        g_set_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_MISSING_BLOB,
                     "there is no attachment with the digest %s", digest);
      return FALSE;
    }
  if (g_strcmp0 (wire_digest, digest) == 0)
    return TRUE;
  g_free (blob->digest);
  blob->digest = g_strdup (wire_digest);
  blob->is_verified = FALSE;
  return tkb_store_run_writer (self, record_on_writer, blob, error);
}

/**
 * tkb_store_open_blob:
 * @self: a store
 * @digest: as it stands in a document's stub
 * @out_length_bytes: (out) (optional): how much there is to read
 * @error: return location
 *
 * Returns: (transfer full): the bytes, a #GSeekable; %NULL with %TKB_STORE_ERROR_NOT_FOUND or
 *   %TKB_STORE_ERROR_IO
 */
GInputStream *
tkb_store_open_blob (TkbStore *self, const char *digest, gint64 *out_length_bytes, GError **error)
{
  g_autoptr (TkbBlob) blob = NULL;
  g_autoptr (GError) local_error = NULL;
  GInputStream *stream;

  g_return_val_if_fail (TKB_IS_STORE (self), NULL);
  g_return_val_if_fail (digest != NULL, NULL);

  blob = find_blob (self, digest, &local_error);
  if (blob == NULL)
    {
      if (local_error != NULL)
        g_propagate_error (error, g_steal_pointer (&local_error));
      else
        g_set_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_NOT_FOUND,
                     "there is no attachment with the digest %s", digest);
      return NULL;
    }
  stream = tkb_blob_store_open (self->blobs, blob->sha256, error);
  if (stream != NULL && out_length_bytes != NULL)
    *out_length_bytes = blob->length_bytes;
  return stream;
}

/**
 * tkb_store_has_blob:
 * @self: a store
 * @digest: as it stands in a document's stub
 *
 * Returns: whether its bytes are here, so that they need not be fetched
 */
gboolean
tkb_store_has_blob (TkbStore *self, const char *digest)
{
  g_autoptr (TkbBlob) blob = NULL;
  g_autoptr (GError) error = NULL;

  g_return_val_if_fail (TKB_IS_STORE (self), FALSE);
  g_return_val_if_fail (digest != NULL, FALSE);

  blob = find_blob (self, digest, &error);
  if (error != NULL)
    g_debug ("%s: %s", self->path, error->message);
  return blob != NULL;
}

/* ---- what is missing ---- */

gboolean
tkb_store_misses_blobs (TkbDb *db, gboolean *out_misses, GError **error)
{
  gint64 count;

  if (!tkb_counter_get (db, TKB_COUNTER_MISSING_BLOBS, &count, error))
    return FALSE;
  *out_misses = count != 0;
  return TRUE;
}

static gboolean
clear_mark_on_writer (TkbStore *self, gpointer data, GError **error)
{
  return tkb_counter_set (self->db, TKB_COUNTER_MISSING_BLOBS, 0, error);
}

static gboolean
read_incomplete (TkbStore *self, TkbDb *db, GPtrArray *result, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_BLOB_NAMED);
  TkbMissing *entry = NULL;
  TkbStep     step;

  while ((step = tkb_stmt_step (&stmt, error)) == TKB_STEP_ROW)
    {
      const char *id = tkb_stmt_get_text (&stmt, 0);
      const char *rev = tkb_stmt_get_text (&stmt, 1);

      if (tkb_blob_store_has (self->blobs, tkb_stmt_get_text (&stmt, 2)))
        continue;
      if (entry == NULL || strcmp (entry->id, id) != 0)
        {
          entry = g_new0 (TkbMissing, 1);
          entry->id = g_strdup (id);
          entry->missing = g_ptr_array_new_with_free_func (g_free);
          g_ptr_array_add (result, entry);
        }
      if (!g_ptr_array_find_with_equal_func (entry->missing, rev, g_str_equal, NULL))
        g_ptr_array_add (entry->missing, g_strdup (rev));
    }
  return step == TKB_STEP_DONE;
}

/**
 * tkb_store_list_incomplete:
 * @self: a store
 * @cancellable: (nullable)
 * @error: return location
 *
 * Costs nothing unless tkb_store_repair () has noted that bytes are missing; then every attachment
 * is looked for. When all are here again, the note is taken away.
 *
 * Returns: (transfer full) (element-type TkbMissing): revisions of which an attachment is missing,
 *   by document; %NULL with an error
 */
GPtrArray *
tkb_store_list_incomplete (TkbStore *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) result = g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_missing_free);
  gboolean misses = FALSE, is_read;
  TkbDb   *db;

  g_return_val_if_fail (TKB_IS_STORE (self), NULL);

  db = tkb_store_acquire_reader (self, cancellable, error);
  if (db == NULL)
    return NULL;
  is_read = tkb_store_misses_blobs (db, &misses, error) &&
            (!misses || read_incomplete (self, db, result, error));
  tkb_store_release_reader (self, db);
  if (!is_read)
    return NULL;
  if (misses && result->len == 0 && (self->flags & TKB_STORE_OPEN_READ_ONLY) == 0 &&
      !tkb_store_run_writer (self, clear_mark_on_writer, NULL, error))
    return NULL;
  return g_steal_pointer (&result);
}
