/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-exchange-private.h"
#include "tkb-gzip.h"
#include "tkb-server-limits.h"
#include "tkb-server.h"

#include <string.h>

struct _TkbStream
{
  TkbProduceFunc produce;
  gpointer       state;        /* (owned by destroy) */
  GDestroyNotify destroy;      /* (nullable) */
  gint64         length_bytes; /* -1: chunked */
  gint64         heartbeat_ms; /* 0: none */
  gint64         timeout_ms;   /* 0: none */
  GBytes        *heartbeat;    /* (owned) (nullable) */
  TkbDeflater   *deflater;     /* (owned) (nullable) */
  int            is_over;      /* atomic */

  /* what the pool thread hands back */
  TkbProduced result;
  GBytes     *piece; /* (owned) (nullable) */
  GError     *error; /* (owned) (nullable) */

  /* main thread only */
  guint    wakeups;        /* of the database, when the last piece was asked for */
  guint    timer;          /* 0: none */
  gint64   quiet_until_ms; /* when the timeout is reached; monotonic */
  gboolean is_busy;        /* a thread makes the next piece */
  gboolean is_waiting;
  gboolean is_complete;
};

static void request_piece (TkbExchange *exchange);

/**
 * tkb_stream_free:
 * @self: (transfer full): a stream that no thread works on
 */
void
tkb_stream_free (TkbStream *self)
{
  if (self->destroy != NULL)
    self->destroy (self->state);
  g_clear_pointer (&self->heartbeat, g_bytes_unref);
  g_clear_pointer (&self->piece, g_bytes_unref);
  g_clear_pointer (&self->deflater, tkb_deflater_free);
  g_clear_error (&self->error);
  g_free (self);
}

/**
 * tkb_exchange_respond_stream:
 * @self: an exchange
 * @status: HTTP status
 * @content_type: media type
 * @length_bytes: of the whole answer; -1: not known
 * @produce: makes the next piece, on a thread of the pool
 * @state: for @produce
 * @destroy: (nullable): frees @state
 *
 * Answers piece by piece; the next one is asked for when the last was taken by the client.
 */
void
tkb_exchange_respond_stream (TkbExchange   *self,
                             guint          status,
                             const char    *content_type,
                             gint64         length_bytes,
                             TkbProduceFunc produce,
                             gpointer       state,
                             GDestroyNotify destroy)
{
  TkbStream *stream = g_new0 (TkbStream, 1);

  tkb_exchange_respond (self, status, content_type, NULL);
  stream->produce = produce;
  stream->state = state;
  stream->destroy = destroy;
  stream->length_bytes = length_bytes;
  self->stream = stream;
}

/**
 * tkb_exchange_set_feed_times:
 * @self: an exchange with a stream
 * @heartbeat_ms: how often @heartbeat is sent while it waits; 0: never
 * @heartbeat: (nullable): what is sent
 * @timeout_ms: how long it waits before it comes to its end; 0: for ever
 */
void
tkb_exchange_set_feed_times (TkbExchange *self,
                             gint64       heartbeat_ms,
                             const char  *heartbeat,
                             gint64       timeout_ms)
{
  TkbStream *stream = self->stream;

  stream->heartbeat_ms = heartbeat_ms;
  stream->timeout_ms = timeout_ms;
  if (heartbeat_ms > 0)
    stream->heartbeat = g_bytes_new (heartbeat, strlen (heartbeat));
}

/**
 * tkb_exchange_is_over:
 * @self: an exchange with a stream
 *
 * Returns: whether it should come to its end: its time is over, the database goes, the server stops
 */
gboolean
tkb_exchange_is_over (TkbExchange *self)
{
  return g_atomic_int_get (&self->stream->is_over) != 0 ||
         (self->database != NULL && tkb_database_is_closing (self->database));
}

/**
 * tkb_stream_compress:
 * @self: a stream
 *
 * Returns: whether its pieces will be compressed
 */
gboolean
tkb_stream_compress (TkbStream *self)
{
  if (self->length_bytes >= 0 || self->heartbeat_ms > 0 || self->timeout_ms > 0)
    return FALSE;
  self->deflater = tkb_deflater_new ();
  return TRUE;
}

static void
stop_waiting (TkbExchange *exchange)
{
  TkbStream *self = exchange->stream;

  if (self->timer != 0)
    tkb_clock_remove_timeout (tkb_server_get_clock (exchange->server), self->timer);
  self->timer = 0;
  self->is_waiting = FALSE;
  if (exchange->database != NULL)
    tkb_database_stop_waiting (exchange->database, exchange);
}

static void
wake_cb (gpointer user_data)
{
  TkbExchange *exchange = user_data;

  stop_waiting (exchange);
  request_piece (exchange);
}

static void arm_timer (TkbExchange *exchange);

static gboolean
timer_cb (gpointer user_data)
{
  TkbExchange *exchange = user_data;
  TkbStream   *self = exchange->stream;
  gint64       now = tkb_clock_get_monotonic_ms (tkb_server_get_clock (exchange->server));

  self->timer = 0;
  if (self->timeout_ms > 0 && now >= self->quiet_until_ms)
    {
      tkb_exchange_end_feed (exchange);
      return G_SOURCE_REMOVE;
    }
  soup_message_body_append_bytes (soup_server_message_get_response_body (exchange->message),
                                  self->heartbeat);
  soup_server_message_unpause (exchange->message);
  arm_timer (exchange);
  return G_SOURCE_REMOVE;
}

static void
arm_timer (TkbExchange *exchange)
{
  TkbStream *self = exchange->stream;
  TkbClock  *clock = tkb_server_get_clock (exchange->server);
  gint64     wait_ms = self->heartbeat_ms > 0 ? self->heartbeat_ms : G_MAXINT;

  if (self->timeout_ms > 0)
    wait_ms = MIN (wait_ms, self->quiet_until_ms - tkb_clock_get_monotonic_ms (clock));
  if (wait_ms < G_MAXINT)
    self->timer = tkb_clock_add_timeout (clock, MAX (wait_ms, 0), timer_cb, exchange);
}

static void
start_waiting (TkbExchange *exchange)
{
  TkbStream *self = exchange->stream;

  if (tkb_exchange_is_over (exchange) ||
      (exchange->database != NULL &&
       tkb_database_get_wakeups (exchange->database) != self->wakeups))
    {
      request_piece (exchange);
      return;
    }
  self->is_waiting = TRUE;
  self->quiet_until_ms =
      tkb_clock_get_monotonic_ms (tkb_server_get_clock (exchange->server)) + self->timeout_ms;
  if (exchange->database != NULL)
    tkb_database_wait (exchange->database, wake_cb, exchange);
  arm_timer (exchange);
}

/* Main thread: a piece is there. */
static void
produced (TkbExchange *exchange)
{
  TkbStream       *self = exchange->stream;
  SoupMessageBody *body = soup_server_message_get_response_body (exchange->message);
  g_autoptr (GBytes) piece = g_steal_pointer (&self->piece);

  self->is_busy = FALSE;
  if (exchange->is_finished)
    return;
  if (self->result == TKB_PRODUCED_ERROR)
    {
      exchange->abort_error = g_steal_pointer (&self->error);
      tkb_exchange_cut (exchange);
      return;
    }
  if (self->result == TKB_PRODUCED_END)
    self->is_complete = TRUE;
  if (piece != NULL && g_bytes_get_size (piece) > 0)
    soup_message_body_append_bytes (body, piece);
  else if (self->result == TKB_PRODUCED_WAIT)
    {
      start_waiting (exchange);
      return;
    }
  else if (self->result == TKB_PRODUCED_BYTES)
    {
      request_piece (exchange);
      return;
    }
  if (self->is_complete)
    soup_message_body_complete (body);
  soup_server_message_unpause (exchange->message);
}

/* Pool thread. */
static void
produce (TkbExchange *exchange)
{
  TkbStream *self = exchange->stream;

  self->result = self->produce (exchange, self->state, &self->piece, &self->error);
  if (self->deflater != NULL && self->result != TKB_PRODUCED_ERROR &&
      (self->piece != NULL || self->result == TKB_PRODUCED_END))
    {
      GBytes *packed =
          tkb_deflater_push (self->deflater, self->piece, self->result == TKB_PRODUCED_END);

      g_clear_pointer (&self->piece, g_bytes_unref);
      self->piece = packed;
    }
  tkb_server_call (exchange->server, exchange, produced);
}

static void
request_piece (TkbExchange *exchange)
{
  TkbStream *self = exchange->stream;

  if (self->is_busy || self->is_complete || exchange->is_finished)
    return;
  self->is_busy = TRUE;
  if (exchange->database != NULL)
    self->wakeups = tkb_database_get_wakeups (exchange->database);
  tkb_server_run (exchange->server, exchange, produce);
}

static void
wrote_chunk_cb (SoupServerMessage *message, gpointer user_data)
{
  TkbExchange *exchange = user_data;

  if (!exchange->stream->is_waiting)
    request_piece (exchange);
}

/**
 * tkb_stream_start:
 * @exchange: an exchange with a stream, its headers set
 * @is_head: whether only the headers were asked for
 */
void
tkb_stream_start (TkbExchange *exchange, gboolean is_head)
{
  TkbStream          *self = exchange->stream;
  SoupServerMessage  *message = exchange->message;
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);

  if (self->length_bytes >= 0)
    soup_message_headers_set_content_length (headers, self->length_bytes);
  if (is_head)
    return;
  if (self->length_bytes < 0)
    soup_message_headers_set_encoding (headers, soup_server_message_get_http_version (message) ==
                                                        SOUP_HTTP_1_0
                                                    ? SOUP_ENCODING_EOF
                                                    : SOUP_ENCODING_CHUNKED);
  soup_message_body_set_accumulate (soup_server_message_get_response_body (message), FALSE);
  g_signal_connect_data (message, "wrote-chunk", G_CALLBACK (wrote_chunk_cb),
                         tkb_exchange_ref (exchange),
                         (GClosureNotify) (void (*) (void)) tkb_exchange_unref, 0);
  if (self->length_bytes == 0)
    {
      self->is_complete = TRUE;
      soup_message_body_complete (soup_server_message_get_response_body (message));
      return;
    }
  request_piece (exchange);
}

/**
 * tkb_exchange_end_feed:
 * @self: an exchange; main thread
 *
 * Lets a feed that waits come to its proper end.
 */
void
tkb_exchange_end_feed (TkbExchange *self)
{
  if (!self->is_sent || self->stream == NULL)
    return;
  g_atomic_int_set (&self->stream->is_over, 1);
  if (self->stream->is_waiting)
    {
      stop_waiting (self);
      request_piece (self);
    }
}

/**
 * tkb_stream_stop:
 * @exchange: an exchange that is finished; main thread
 */
void
tkb_stream_stop (TkbExchange *exchange)
{
  g_atomic_int_set (&exchange->stream->is_over, 1);
  stop_waiting (exchange);
}
