/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Attachments: from the digest on the wire to the file, and back. */
#include "config.h"

#include "tkb-store-internal.h"

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
