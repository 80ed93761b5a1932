/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-blob-store.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tkb-limits.h"
#include "tkb-store.h"

/* bytes read at a time: large enough to keep the digests busy, small beside a phone's memory */
#define CHUNK_BYTES (256 * 1024)
#define TEMPORARY_PREFIX "tmp-"
/* where damaged files are kept */
#define DAMAGED_FOLDER "damaged"

/* Folders: the shelves, named by the first byte of what stands on them, the one that those stand
 * in, and the one of damaged files. */
enum
{
  FOLDER_ALL = 256,
  FOLDER_ASIDE,
  N_FOLDERS,
};

struct _TkbBlobStore
{
  char *folder;             /* (owned) */
  int   is_safe[N_FOLDERS]; /* atomic: the name of this folder is certain to be on disk */
};

/* A blob being written. */
typedef struct
{
  char      *path;   /* (owned) (nullable): temporary file, removed unless it was renamed */
  int        fd;     /* -1: closed */
  GChecksum *sha256; /* (owned) */
  GChecksum *md5;    /* (owned) */
  gint64     length_bytes;
} Draft;

TkbBlobStore *
tkb_blob_store_new (const char *folder)
{
  TkbBlobStore *self = g_new0 (TkbBlobStore, 1);

  self->folder = g_strdup (folder);
  return self;
}

void
tkb_blob_store_free (TkbBlobStore *self)
{
  if (self == NULL)
    return;
  g_free (self->folder);
  g_free (self);
}

const char *
tkb_blob_store_get_folder (TkbBlobStore *self)
{
  return self->folder;
}

void
tkb_blob_free (TkbBlob *self)
{
  if (self == NULL)
    return;
  g_free (self->digest);
  g_free (self->sha256);
  g_free (self);
}

TkbBlob *
tkb_blob_copy (const TkbBlob *self)
{
  TkbBlob *copy = g_new (TkbBlob, 1);

  *copy = *self;
  copy->digest = g_strdup (self->digest);
  copy->sha256 = g_strdup (self->sha256);
  return copy;
}

static gboolean
set_error (const char *path, int errsv, GError **error)
{
  TkbStoreError code = TKB_STORE_ERROR_IO;

  if (errsv == ENOSPC || errsv == EDQUOT)
    code = TKB_STORE_ERROR_FULL;
  else if (errsv == EACCES || errsv == EPERM || errsv == EROFS)
    code = TKB_STORE_ERROR_READ_ONLY;
  else if (errsv == ENOENT)
    code = TKB_STORE_ERROR_NOT_FOUND;
  g_set_error (error, TKB_STORE_ERROR, code, "%s: %s", path, g_strerror (errsv));
  return FALSE;
}

/* Names come from a file that somebody may have tampered with: never a path. */
static gboolean
is_name (const char *sha256)
{
  return sha256 != NULL && strlen (sha256) == 64 && strspn (sha256, "0123456789abcdef") == 64;
}

static guint
get_shelf (const char *sha256)
{
  return (guint) (g_ascii_xdigit_value (sha256[0]) * 16 + g_ascii_xdigit_value (sha256[1]));
}

static char *
get_path (TkbBlobStore *self, const char *sha256)
{
  char shelf[3] = { sha256[0], sha256[1], '\0' };

  return g_build_filename (self->folder, shelf, sha256, NULL);
}

static gboolean
sync_folder (const char *path, GError **error)
{
  int fd = g_open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  int result;

  if (fd < 0)
    return set_error (path, errno, error);
  result = fsync (fd);
  close (fd);
  return result == 0 || set_error (path, errno, error);
}

/* Makes a folder whose parent exists; its name is on disk when this returns. One that is there may
 * be the work of an attempt that could not sync it. */
static gboolean
make_folder (TkbBlobStore *self, guint index, const char *path, GError **error)
{
  g_autofree char *parent = NULL;

  if (g_mkdir (path, 0777) != 0)
    {
      if (errno != EEXIST)
        return set_error (path, errno, error);
      if (g_atomic_int_get (&self->is_safe[index]))
        return TRUE;
    }
  parent = g_path_get_dirname (path);
  if (!sync_folder (parent, error))
    return FALSE;
  g_atomic_int_set (&self->is_safe[index], TRUE);
  return TRUE;
}

static void
draft_clear (Draft *draft)
{
  if (draft->fd >= 0)
    close (draft->fd);
  if (draft->path != NULL)
    g_unlink (draft->path);
  g_clear_pointer (&draft->path, g_free);
  g_clear_pointer (&draft->sha256, g_checksum_free);
  g_clear_pointer (&draft->md5, g_checksum_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Draft, draft_clear)

#define DRAFT_INIT                                                                                 \
  {                                                                                                \
    .fd = -1                                                                                       \
  }

static gboolean
draft_open (Draft *draft, TkbBlobStore *self, GError **error)
{
  if (!make_folder (self, FOLDER_ALL, self->folder, error))
    return FALSE;
  draft->path = g_build_filename (self->folder, TEMPORARY_PREFIX "XXXXXX", NULL);
  draft->fd = g_mkstemp_full (draft->path, O_RDWR | O_CLOEXEC, 0666);
  if (draft->fd < 0)
    {
      int errsv = errno;

      g_clear_pointer (&draft->path, g_free);
      return set_error (self->folder, errsv, error);
    }
  draft->sha256 = g_checksum_new (G_CHECKSUM_SHA256);
  draft->md5 = g_checksum_new (G_CHECKSUM_MD5);
  return TRUE;
}

static gboolean
draft_write (Draft *draft, const void *data, gsize length, GError **error)
{
  const guint8 *bytes = data;

  if (draft->length_bytes + (gint64) length > TKB_MAX_ATTACHMENT_BYTES)
    {
      g_set_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_INVALID,
                   "the attachment is larger than %lld bytes",
                   (long long) TKB_MAX_ATTACHMENT_BYTES);
      return FALSE;
    }
  g_checksum_update (draft->sha256, bytes, (gssize) length);
  g_checksum_update (draft->md5, bytes, (gssize) length);
  draft->length_bytes += (gint64) length;
  while (length > 0)
    {
      gssize written = write (draft->fd, bytes, length);

      if (written < 0 && errno == EINTR)
        continue;
      if (written < 0)
        return set_error (draft->path, errno, error);
      bytes += written;
      length -= (gsize) written;
    }
  return TRUE;
}

static char *
encode_md5 (GChecksum *checksum)
{
  guint8           bytes[16];
  gsize            length = sizeof bytes;
  g_autofree char *base64 = NULL;

  g_checksum_get_digest (checksum, bytes, &length);
  base64 = g_base64_encode (bytes, length);
  return g_strconcat ("md5-", base64, NULL);
}

/* Replaces a file of the same name: the bytes are the same, unless the old ones are damaged. */
static TkbBlob *
draft_finish (Draft *draft, TkbBlobStore *self, GError **error)
{
  g_autoptr (TkbBlob) blob = g_new0 (TkbBlob, 1);
  g_autofree char *path = NULL;
  g_autofree char *shelf = NULL;

  blob->digest = encode_md5 (draft->md5);
  blob->sha256 = g_strdup (g_checksum_get_string (draft->sha256));
  blob->length_bytes = draft->length_bytes;
  blob->is_verified = TRUE;

  path = get_path (self, blob->sha256);
  shelf = g_path_get_dirname (path);
  if (fsync (draft->fd) != 0)
    {
      set_error (draft->path, errno, error);
      return NULL;
    }
  if (!make_folder (self, get_shelf (blob->sha256), shelf, error))
    return NULL;
  if (g_rename (draft->path, path) != 0)
    {
      set_error (path, errno, error);
      return NULL;
    }
  g_clear_pointer (&draft->path, g_free);
  if (!sync_folder (shelf, error))
    return NULL;
  return g_steal_pointer (&blob);
}

TkbBlob *
tkb_blob_store_add (TkbBlobStore *self,
                    GInputStream *source,
                    GCancellable *cancellable,
                    GError      **error)
{
  g_auto (Draft) draft = DRAFT_INIT;
  g_autofree guint8 *chunk = g_malloc (CHUNK_BYTES);

  if (!draft_open (&draft, self, error))
    return NULL;
  for (;;)
    {
      gssize length;

      /* streams over memory do not look at it themselves */
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return NULL;
      length = g_input_stream_read (source, chunk, CHUNK_BYTES, cancellable, error);
      if (length < 0)
        return NULL;
      if (length == 0)
        return draft_finish (&draft, self, error);
      if (!draft_write (&draft, chunk, (gsize) length, error))
        return NULL;
    }
}

TkbBlob *
tkb_blob_store_add_bytes (TkbBlobStore *self, const void *data, gsize length, GError **error)
{
  g_auto (Draft) draft = DRAFT_INIT;

  if (!draft_open (&draft, self, error) || !draft_write (&draft, data, length, error))
    return NULL;
  return draft_finish (&draft, self, error);
}

TkbBlob *
tkb_blob_store_add_gzip (TkbBlobStore *self, const void *data, gsize length, GError **error)
{
  g_autoptr (GZlibDecompressor) decompressor = NULL;
  g_autoptr (GInputStream) packed = NULL;
  g_autoptr (GInputStream) plain = NULL;
  g_autoptr (GChecksum) md5 = g_checksum_new (G_CHECKSUM_MD5);
  TkbBlob *blob;

  decompressor = g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP);
  packed = g_memory_input_stream_new_from_data (data, (gssize) length, NULL);
  plain = g_converter_input_stream_new (packed, G_CONVERTER (decompressor));
  blob = tkb_blob_store_add (self, plain, NULL, error);
  if (blob == NULL)
    return NULL;
  g_checksum_update (md5, data, (gssize) length);
  g_free (blob->digest);
  blob->digest = encode_md5 (md5);
  return blob;
}

GInputStream *
tkb_blob_store_open (TkbBlobStore *self, const char *sha256, GError **error)
{
  g_autofree char *path = NULL;
  g_autoptr (GFile) file = NULL;
  g_autoptr (GError) local_error = NULL;
  GFileInputStream *stream;

  if (!is_name (sha256))
    {
      g_set_error_literal (error, TKB_STORE_ERROR, TKB_STORE_ERROR_CORRUPT,
                           "the name of an attachment's file is damaged");
      return NULL;
    }
  path = get_path (self, sha256);
  file = g_file_new_for_path (path);
  stream = g_file_read (file, NULL, &local_error);
  if (stream != NULL)
    return G_INPUT_STREAM (stream);
  g_set_error (error, TKB_STORE_ERROR,
               g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND)
                   ? TKB_STORE_ERROR_NOT_FOUND
                   : TKB_STORE_ERROR_IO,
               "%s: %s", path, local_error->message);
  return NULL;
}

gboolean
tkb_blob_store_has (TkbBlobStore *self, const char *sha256)
{
  g_autofree char *path = is_name (sha256) ? get_path (self, sha256) : NULL;

  return path != NULL && g_access (path, R_OK) == 0;
}

/* Takes cause. */
static gboolean
set_read_error (const char *sha256, GError *cause, GError **error)
{
  if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_propagate_error (error, cause);
      return FALSE;
    }
  g_set_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_IO, "the attachment %s cannot be read: %s",
               sha256, cause->message);
  g_error_free (cause);
  return FALSE;
}

gboolean
tkb_blob_store_verify (TkbBlobStore *self,
                       const char   *sha256,
                       gint64        length_bytes,
                       gboolean     *out_is_right,
                       GCancellable *cancellable,
                       GError      **error)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree guint8 *chunk = g_malloc (CHUNK_BYTES);
  g_autoptr (GInputStream) stream = NULL;
  g_autoptr (GError) local_error = NULL;
  gint64 total = 0;
  gssize length;

  *out_is_right = FALSE;
  stream = tkb_blob_store_open (self, sha256, &local_error);
  if (g_error_matches (local_error, TKB_STORE_ERROR, TKB_STORE_ERROR_IO))
    {
      /* the disk says nothing about the file: it may be whole */
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (stream == NULL)
    return TRUE;
  while ((length = g_input_stream_read (stream, chunk, CHUNK_BYTES, cancellable, &local_error)) > 0)
    {
      g_checksum_update (checksum, chunk, length);
      total += length;
    }
  if (length < 0)
    return set_read_error (sha256, g_steal_pointer (&local_error), error);
  *out_is_right = total == length_bytes && strcmp (g_checksum_get_string (checksum), sha256) == 0;
  return TRUE;
}

TkbBlob *
tkb_blob_store_identify (TkbBlobStore *self, const char *sha256, GCancellable *cancellable)
{
  g_autoptr (GChecksum) sha = g_checksum_new (G_CHECKSUM_SHA256);
  g_autoptr (GChecksum) md5 = g_checksum_new (G_CHECKSUM_MD5);
  g_autofree guint8 *chunk = g_malloc (CHUNK_BYTES);
  g_autoptr (GInputStream) stream = tkb_blob_store_open (self, sha256, NULL);
  TkbBlob *blob;
  gint64   total = 0;
  gssize   length = -1;

  while (stream != NULL &&
         (length = g_input_stream_read (stream, chunk, CHUNK_BYTES, cancellable, NULL)) > 0)
    {
      g_checksum_update (sha, chunk, length);
      g_checksum_update (md5, chunk, length);
      total += length;
    }
  if (length < 0 || strcmp (g_checksum_get_string (sha), sha256) != 0)
    return NULL;
  blob = g_new0 (TkbBlob, 1);
  blob->digest = encode_md5 (md5);
  blob->sha256 = g_strdup (sha256);
  blob->length_bytes = total;
  blob->is_verified = TRUE;
  return blob;
}

gboolean
tkb_blob_store_set_aside (TkbBlobStore *self, const char *sha256, GError **error)
{
  g_autofree char *folder = g_build_filename (self->folder, DAMAGED_FOLDER, NULL);
  g_autofree char *path = NULL;
  g_autofree char *aside = NULL;
  g_autofree char *shelf = NULL;

  if (!is_name (sha256)) /* of a row that is damaged itself: no file of ours */
    return TRUE;
  path = get_path (self, sha256);
  if (g_access (path, F_OK) != 0)
    return TRUE;
  aside = g_build_filename (folder, sha256, NULL);
  shelf = g_path_get_dirname (path);
  if (!make_folder (self, FOLDER_ASIDE, folder, error))
    return FALSE;
  if (g_rename (path, aside) != 0)
    return errno == ENOENT || set_error (path, errno, error);
  return sync_folder (folder, error) && sync_folder (shelf, error);
}

/* Now, as the file system that holds the blobs sees it. */
static gboolean
get_file_system_time (TkbBlobStore *self, gint64 *out_time_s, GError **error)
{
  g_auto (Draft) draft = DRAFT_INIT;
  struct stat status;

  if (!draft_open (&draft, self, error))
    return FALSE;
  if (fstat (draft.fd, &status) != 0)
    return set_error (draft.path, errno, error);
  *out_time_s = status.st_mtim.tv_sec;
  return TRUE;
}

static gboolean
is_old (const char *path, gint64 before_s)
{
  struct stat status;

  return g_lstat (path, &status) == 0 && S_ISREG (status.st_mode) &&
         status.st_mtim.tv_sec <= before_s;
}

gboolean
tkb_blob_store_remove (TkbBlobStore *self, const char *sha256, gint64 before_s, GError **error)
{
  g_autofree char *path = is_name (sha256) ? get_path (self, sha256) : NULL;

  return path == NULL || !is_old (path, before_s) || g_unlink (path) == 0 || errno == ENOENT ||
         set_error (path, errno, error);
}

static void
list_shelf (const char *path, gint64 before_s, GPtrArray *names)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);

      if (is_name (name) && is_old (file, before_s))
        g_ptr_array_add (names, g_strdup (name));
    }
}

GPtrArray *
tkb_blob_store_list (TkbBlobStore *self, gint64 min_age_s, gint64 *out_before_s, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) folder = NULL;
  const char *name;
  gint64      before_s = 0;

  *out_before_s = 0;
  if (g_access (self->folder, F_OK) != 0)
    return g_steal_pointer (&names);
  if (!get_file_system_time (self, &before_s, error))
    return NULL;
  before_s -= min_age_s;
  folder = g_dir_open (self->folder, 0, error);
  if (folder == NULL)
    return NULL;
  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *path = g_build_filename (self->folder, name, NULL);

      if (g_str_has_prefix (name, TEMPORARY_PREFIX))
        {
          if (is_old (path, before_s))
            g_unlink (path);
        }
      else if (strlen (name) == 2)
        list_shelf (path, before_s, names);
    }
  *out_before_s = before_s;
  return g_steal_pointer (&names);
}

gboolean
tkb_blob_store_copy (TkbBlobStore *self,
                     TkbBlobStore *target,
                     const char   *sha256,
                     GCancellable *cancellable,
                     GError      **error)
{
  g_autoptr (GInputStream) stream = tkb_blob_store_open (self, sha256, error);
  g_autoptr (TkbBlob) copy = NULL;
  g_autoptr (GError) local_error = NULL;

  if (stream == NULL)
    return FALSE;
  copy = tkb_blob_store_add (target, stream, cancellable, &local_error);
  if (copy == NULL && local_error->domain == G_IO_ERROR)
    return set_read_error (sha256, g_steal_pointer (&local_error), error);
  if (copy == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (strcmp (copy->sha256, sha256) != 0)
    {
      g_autofree char *path = get_path (target, copy->sha256);

      g_unlink (path);
      g_set_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_CORRUPT, "the attachment %s is damaged",
                   sha256);
      return FALSE;
    }
  return TRUE;
}
