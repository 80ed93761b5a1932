/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-http-peer-private.h"
#include "tkb-limits.h"
#include "tkb-sync-error.h"
#include "tkb-wire-error.h"
#include "tkb-wire-text.h"

#include <fcntl.h>
#include <gio/gunixinputstream.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* bytes of an attachment that is kept in memory; larger ones go to a file without a name */
#define MAX_MEMORY_BYTES (256 * 1024)
/* times a line that breaks in the middle of an attachment is taken up again at that place */
#define MAX_RESUMES 5

typedef struct
{
  char       *path;     /* (owned) escaped */
  char       *query;    /* (owned) */
  char       *etag;     /* (owned) (nullable) */
  GByteArray *memory;   /* (owned): while it is small */
  int         fd;       /* (owned) -1: none yet */
  gint64      received; /* bytes */
  guint       resumes;
} Download;

static void ask (GTask *task);

static void
download_free (gpointer data)
{
  Download *download = data;

  if (download->fd >= 0)
    close (download->fd);
  g_byte_array_unref (download->memory);
  g_free (download->path);
  g_free (download->query);
  g_free (download->etag);
  g_free (download);
}

static gboolean
write_all (int fd, const char *data, gsize length, GError **error)
{
  while (length > 0)
    {
      gssize written = write (fd, data, length);

      if (written < 0 && errno == EINTR)
        continue;
      if (written < 0)
        {
          int code = errno;

          g_set_error (error, TKB_SYNC_ERROR, TKB_SYNC_ERROR_ATTACHMENT,
                       "no room for an attachment: %s", g_strerror (code));
          return FALSE;
        }
      data += written;
      length -= (gsize) written;
    }
  return TRUE;
}

static gboolean
open_file (Download *download, GError **error)
{
  g_autofree char *name = NULL;

  download->fd = g_file_open_tmp ("tisckb-XXXXXX", &name, error);
  if (download->fd < 0)
    return FALSE;
  g_unlink (name);
  return write_all (download->fd, (const char *) download->memory->data, download->memory->len,
                    error);
}

static gboolean
chunk (const char *data, gsize length, gpointer user_data, GError **error)
{
  Download *download = user_data;

  if (download->fd < 0 && download->memory->len + length > MAX_MEMORY_BYTES &&
      !open_file (download, error))
    return FALSE;
  if (download->fd < 0)
    g_byte_array_append (download->memory, (const guint8 *) data, (guint) length);
  else if (!write_all (download->fd, data, length, error))
    return FALSE;
  download->received += (gint64) length;
  return TRUE;
}

static void
start_again (Download *download)
{
  download->received = 0;
  g_byte_array_set_size (download->memory, 0);
  if (download->fd >= 0)
    close (download->fd);
  download->fd = -1;
}

static void
asked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Download *download = g_task_get_task_data (task);
  GError   *error = NULL;
  g_autoptr (TkbHttpResponse) response =
      tkb_http_peer_send_finish (TKB_HTTP_PEER (source), result, &error);
  GInputStream *stream;

  if (!response)
    {
      gboolean is_broken = g_error_matches (error, TKB_SYNC_ERROR, TKB_SYNC_ERROR_UNREACHABLE);
      gboolean is_range = g_error_matches (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_RANGE);

      if (((is_broken && download->received > 0) || is_range) && download->resumes < MAX_RESUMES)
        {
          g_error_free (error);
          download->resumes++;
          if (is_range)
            start_again (download);
          ask (g_object_ref (task));
          return;
        }
      g_task_return_error (task, error);
      return;
    }
  if (download->fd < 0)
    stream = g_memory_input_stream_new_from_data (
        g_memdup2 (download->memory->data, download->memory->len), download->memory->len, g_free);
  else
    {
      lseek (download->fd, 0, SEEK_SET);
      stream = g_unix_input_stream_new (download->fd, TRUE);
      download->fd = -1;
    }
  g_task_return_pointer (task, stream, g_object_unref);
}

static void
ask (GTask *task)
{
  Download       *download = g_task_get_task_data (task);
  TkbHttpRequest *request =
      tkb_http_request_new ("GET", g_strdup (download->path), g_strdup (download->query));

  /* the plain bytes, so that a position means the same in every answer */
  request->flags = TKB_HTTP_ANY_TYPE | TKB_HTTP_PLAIN;
  request->accept = g_strdup ("*/*");
  request->max_bytes = TKB_MAX_ATTACHMENT_BYTES;
  request->range_start = download->received;
  request->chunk_func = chunk;
  request->chunk_data = download;
  tkb_http_peer_send_async (TKB_HTTP_PEER (g_task_get_source_object (task)), request,
                            g_task_get_cancellable (task), asked_cb, task);
}

/* Reads an attachment to the end, taking the line up again where it broke; the stream that comes
 * out is a file or memory, so any thread may read it. */
void
tkb_http_peer_open_attachment_async (TkbPeer            *peer,
                                     const char         *id,
                                     const char         *rev,
                                     const char         *name,
                                     const char         *digest,
                                     GCancellable       *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer            user_data)
{
  GTask           *task = g_task_new (peer, cancellable, callback, user_data);
  Download        *download = g_new0 (Download, 1);
  g_autofree char *escaped_id = tkb_wire_escape_id (id);
  g_autofree char *escaped_name = g_uri_escape_string (name, NULL, FALSE);
  g_autoptr (GString) query = g_string_new (NULL);

  tkb_wire_query_append (query, "rev", rev);
  g_task_set_source_tag (task, tkb_http_peer_open_attachment_async);
  g_task_set_name (task, "TkbHttpPeer attachment");
  download->path = g_strconcat (escaped_id, "/", escaped_name, NULL);
  download->query = g_strdup (query->str);
  download->memory = g_byte_array_new ();
  download->fd = -1;
  g_task_set_task_data (task, download, download_free);
  ask (task);
}
