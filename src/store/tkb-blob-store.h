/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Private to src/store. The folder of attachment files: each named by the SHA-256 of its bytes, so
 * that equal content is kept once and damage can be seen. It knows neither documents nor SQLite;
 * which digest on the wire means which file stands in the table blob. Safe from any thread. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  char    *digest;       /* (owned) as on the wire: md5-BASE64 */
  char    *sha256;       /* (owned) 64 hex digits: the file's name */
  gint64   length_bytes; /* of the file */
  gboolean is_verified;  /* digest was computed from bytes seen here */
} TkbBlob;

void     tkb_blob_free (TkbBlob *self);
TkbBlob *tkb_blob_copy (const TkbBlob *self);

typedef struct _TkbBlobStore TkbBlobStore;

/* folder is made when the first blob is added */
TkbBlobStore *tkb_blob_store_new (const char *folder);
void          tkb_blob_store_free (TkbBlobStore *self);
const char   *tkb_blob_store_get_folder (TkbBlobStore *self);

/* The file is complete and on disk when these return: written under a temporary name, synced,
 * renamed, its folder synced. The digest is that of the bytes. */
TkbBlob *tkb_blob_store_add (TkbBlobStore *self,
                             GInputStream *source,
                             GCancellable *cancellable,
                             GError      **error);
TkbBlob *
tkb_blob_store_add_bytes (TkbBlobStore *self, const void *data, gsize length, GError **error);
/* data is gzip: the file holds the plain bytes, the digest is that of the gzip bytes. */
TkbBlob *
tkb_blob_store_add_gzip (TkbBlobStore *self, const void *data, gsize length, GError **error);

GInputStream *tkb_blob_store_open (TkbBlobStore *self, const char *sha256, GError **error);
gboolean      tkb_blob_store_has (TkbBlobStore *self, const char *sha256);
/* Removes a file that was last changed at or before before_s; a newer one stays: it has just been
 * added again. */
gboolean
tkb_blob_store_remove (TkbBlobStore *self, const char *sha256, gint64 before_s, GError **error);
/* Reads the file and compares; out_is_right FALSE for missing and damaged ones alike. */
gboolean tkb_blob_store_verify (TkbBlobStore *self,
                                const char   *sha256,
                                gint64        length_bytes,
                                gboolean     *out_is_right,
                                GCancellable *cancellable,
                                GError      **error);
/* What a file is by its bytes. NULL: it cannot be read, or is not what its name says. */
TkbBlob *
tkb_blob_store_identify (TkbBlobStore *self, const char *sha256, GCancellable *cancellable);
/* Moves a damaged file to the folder "damaged" beside the shelves: it counts as missing from then
 * on, and a person may still look at it. */
gboolean tkb_blob_store_set_aside (TkbBlobStore *self, const char *sha256, GError **error);
/* Names of all blob files that were last changed at least min_age_s before now, by the clock of the
 * file system; leftover temporary files of that age are removed on the way. out_before_s: for
 * remove. (transfer full) (element-type utf8) */
GPtrArray *
tkb_blob_store_list (TkbBlobStore *self, gint64 min_age_s, gint64 *out_before_s, GError **error);
/* Copies one blob into another store of blobs. */
gboolean tkb_blob_store_copy (TkbBlobStore *self,
                              TkbBlobStore *target,
                              const char   *sha256,
                              GCancellable *cancellable,
                              GError      **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbBlob, tkb_blob_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbBlobStore, tkb_blob_store_free)

G_END_DECLS
