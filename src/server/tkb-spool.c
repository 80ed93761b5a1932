/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-spool.h"

#include "tkb-server-limits.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixinputstream.h>
#include <glib/gstdio.h>
#include <unistd.h>

struct _TkbSpool
{
  char       *dir; /* (owned) */
  gint64      max_bytes;
  gint64      length_bytes; /* in memory and in the file */
  GByteArray *memory;       /* (owned): what is not in the file */
  int         fd;           /* -1: all is in memory */
};

/**
 * tkb_spool_new:
 * @dir: where the file goes if one is needed
 * @max_bytes: the most that is taken
 *
 * Returns: (transfer full): an empty spool
 */
TkbSpool *
tkb_spool_new (const char *dir, gint64 max_bytes)
{
  TkbSpool *self = g_new0 (TkbSpool, 1);

  self->dir = g_strdup (dir);
  self->max_bytes = max_bytes;
  self->memory = g_byte_array_new ();
  self->fd = -1;
  return self;
}

/**
 * tkb_spool_free:
 * @self: (transfer full): a spool
 */
void
tkb_spool_free (TkbSpool *self)
{
  if (self->fd >= 0)
    close (self->fd);
  g_byte_array_unref (self->memory);
  g_free (self->dir);
  g_free (self);
}

/**
 * tkb_spool_append:
 * @self: a spool
 * @piece: the next bytes
 *
 * Returns: whether there was room within the limit
 */
gboolean
tkb_spool_append (TkbSpool *self, GBytes *piece)
{
  gsize         length;
  const guint8 *data = g_bytes_get_data (piece, &length);

  if ((gint64) length > self->max_bytes - self->length_bytes)
    return FALSE;
  g_byte_array_append (self->memory, data, length);
  self->length_bytes += length;
  return TRUE;
}

/**
 * tkb_spool_wants_flush:
 * @self: a spool
 *
 * Returns: whether more waits in memory than %TKB_SERVER_SPOOL_MEMORY_BYTES
 */
gboolean
tkb_spool_wants_flush (TkbSpool *self)
{
  return self->memory->len > TKB_SERVER_SPOOL_MEMORY_BYTES;
}

static gboolean
fail (GError **error)
{
  int saved = errno;

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved), "%s", g_strerror (saved));
  return FALSE;
}

/* A file that has no name from the start where the file system can, else for a moment. */
static int
open_nameless (const char *dir)
{
  g_autofree char *path = NULL;
  int              fd = open (dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

  if (fd >= 0)
    return fd;
  path = g_build_filename (dir, ".spool-XXXXXX", NULL);
  fd = g_mkstemp_full (path, O_RDWR | O_CLOEXEC, 0600);
  if (fd >= 0)
    unlink (path);
  return fd;
}

/**
 * tkb_spool_flush:
 * @self: a spool
 * @error: a %G_IO_ERROR, such as a full disk
 *
 * Returns: whether what was in memory is in the file
 */
gboolean
tkb_spool_flush (TkbSpool *self, GError **error)
{
  gsize done = 0;

  if (self->fd < 0)
    self->fd = open_nameless (self->dir);
  if (self->fd < 0)
    return fail (error);
  while (done < self->memory->len)
    {
      gssize n = write (self->fd, self->memory->data + done, self->memory->len - done);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return fail (error);
      done += n;
    }
  g_byte_array_set_size (self->memory, 0);
  return TRUE;
}

/**
 * tkb_spool_get_length:
 * @self: a spool
 *
 * Returns: bytes taken so far
 */
gint64
tkb_spool_get_length (TkbSpool *self)
{
  return self->length_bytes;
}

/**
 * tkb_spool_to_bytes:
 * @self: a complete spool
 * @error: a %G_IO_ERROR
 *
 * Returns: (transfer full): all of it; valid after @self is gone
 */
GBytes *
tkb_spool_to_bytes (TkbSpool *self, GError **error)
{
  g_autoptr (GMappedFile) file = NULL;

  if (self->fd < 0)
    return g_bytes_new (self->memory->data, self->memory->len);
  if (!tkb_spool_flush (self, error))
    return NULL;
  file = g_mapped_file_new_from_fd (self->fd, FALSE, error);
  return file != NULL ? g_mapped_file_get_bytes (file) : NULL;
}

/**
 * tkb_spool_open:
 * @self: a complete spool
 * @error: a %G_IO_ERROR
 *
 * Returns: (transfer full): a stream over all of it; one at a time
 */
GInputStream *
tkb_spool_open (TkbSpool *self, GError **error)
{
  int fd;

  if (self->fd < 0)
    {
      g_autoptr (GBytes) bytes = g_bytes_new (self->memory->data, self->memory->len);

      return g_memory_input_stream_new_from_bytes (bytes);
    }
  if (!tkb_spool_flush (self, error))
    return NULL;
  fd = dup (self->fd);
  if (fd < 0 || lseek (fd, 0, SEEK_SET) < 0)
    {
      fail (error);
      if (fd >= 0)
        close (fd);
      return NULL;
    }
  return g_unix_input_stream_new (fd, TRUE);
}
