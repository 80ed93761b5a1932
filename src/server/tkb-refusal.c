/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-exchange-private.h"
#include "tkb-server-limits.h"

#include <string.h>

/* seconds that the connection stays half open so that the answer arrives */
#define LINGER_S 5
#define PIECE_BYTES (64 * 1024)

/* An answer to a request whose body nobody wants to wait for. */
typedef struct
{
  GIOStream *stream; /* (owned) */
  GSocket   *socket; /* (owned) */
  GString   *text;   /* (owned) */
  char      *buffer; /* (owned) */
  gint64     left;   /* bytes still read and thrown away */
} Refusal;

static void
refusal_free (Refusal *self)
{
  g_io_stream_close (self->stream, NULL, NULL);
  g_object_unref (self->stream);
  g_object_unref (self->socket);
  g_string_free (self->text, TRUE);
  g_free (self->buffer);
  g_free (self);
}

static void read_more (Refusal *self);

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Refusal *self = user_data;
  gssize   n = g_input_stream_read_finish (G_INPUT_STREAM (source), result, NULL);

  self->left -= MAX (n, 0);
  if (n <= 0 || self->left <= 0)
    refusal_free (self);
  else
    read_more (self);
}

static void
read_more (Refusal *self)
{
  g_input_stream_read_async (g_io_stream_get_input_stream (self->stream), self->buffer, PIECE_BYTES,
                             G_PRIORITY_DEFAULT, NULL, read_cb, self);
}

/* A connection that is closed with unread bytes in it is reset, and the answer with it: so what
 * still comes is read for a while. */
static void
wrote_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Refusal *self = user_data;

  if (!g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL, NULL))
    {
      refusal_free (self);
      return;
    }
  g_socket_shutdown (self->socket, FALSE, TRUE, NULL);
  g_socket_set_timeout (self->socket, LINGER_S);
  read_more (self);
}

static void
append_header (gpointer name, gpointer value, GString *text)
{
  g_string_append_printf (text, "%s: %s\r\n", (const char *) name, (const char *) value);
}

static gboolean
refuse_cb (gpointer user_data)
{
  TkbExchange *x = user_data;
  Refusal     *self;

  if (x->is_finished)
    return G_SOURCE_REMOVE;
  self = g_new0 (Refusal, 1);
  self->text = g_string_new (NULL);
  g_string_append_printf (self->text, "HTTP/1.1 %u %s\r\n", x->status,
                          soup_status_get_phrase (x->status));
  for (guint i = 0; i + 1 < x->headers->len; i += 2)
    append_header (x->headers->pdata[i], x->headers->pdata[i + 1], self->text);
  append_header ((char *) "Connection", (char *) "close", self->text);
  append_header ((char *) "Content-Type", (char *) "application/json", self->text);
  g_string_append_printf (self->text, "Content-Length: %" G_GSIZE_FORMAT "\r\n\r\n",
                          g_bytes_get_size (x->body));
  g_string_append_len (self->text, g_bytes_get_data (x->body, NULL), g_bytes_get_size (x->body));

  self->socket = g_object_ref (soup_server_message_get_socket (x->message));
  self->stream = soup_server_message_steal_connection (x->message);
  self->buffer = g_malloc (PIECE_BYTES);
  self->left = TKB_SERVER_DRAIN_BYTES;
  x->bytes_out = g_bytes_get_size (x->body);
  tkb_exchange_finished (x);
  g_output_stream_write_all_async (g_io_stream_get_output_stream (self->stream), self->text->str,
                                   self->text->len, G_PRIORITY_DEFAULT, NULL, wrote_cb, self);
  return G_SOURCE_REMOVE;
}

/**
 * tkb_exchange_refuse_now:
 * @self: an exchange with an answer, whose message is paused
 *
 * Answers without waiting for the body, and closes the connection: libsoup would read all of what
 * was announced first.
 */
void
tkb_exchange_refuse_now (TkbExchange *self)
{
  g_idle_add_full (G_PRIORITY_DEFAULT, refuse_cb, tkb_exchange_ref (self),
                   (GDestroyNotify) tkb_exchange_unref);
}
