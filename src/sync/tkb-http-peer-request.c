/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-delay.h"
#include "tkb-http-peer-private.h"
#include "tkb-json.h"
#include "tkb-limits.h"
#include "tkb-sync-error.h"
#include "tkb-wire-error.h"
#include "tkb-wire-session.h"
#include "tkb-wire-text.h"

#include <string.h>

/* bytes read at a time */
#define CHUNK_BYTES (64 * 1024)
/* bytes of an answer that tells of a failure */
#define MAX_ERROR_BYTES (64 * 1024)
/* times one request is sent while the server asks for patience */
#define MAX_ATTEMPTS 3
/* milliseconds that a request waits itself; longer waits are the replicator's */
#define MAX_WAIT_MS 30000
/* bytes from which on a body is worth compressing: under it the headers weigh more */
#define MIN_GZIP_BYTES 1024

/* One request on its way: the task data. */
typedef struct
{
  TkbHttpRequest  *request;  /* (owned) */
  SoupMessage     *message;  /* (owned) (nullable) */
  GInputStream    *stream;   /* (owned) (nullable) */
  GByteArray      *body;     /* (owned) (nullable) */
  TkbHttpResponse *response; /* (owned) (nullable) */
  gsize            received;
  guint            attempts;
  gboolean         has_signed_in; /* a refusal after that is final */
} Exchange;

static void attempt (GTask *task);

/* ---- values ---- */

TkbHttpRequest *
tkb_http_request_new (const char *method, char *path, char *query)
{
  TkbHttpRequest *self = g_new0 (TkbHttpRequest, 1);

  self->method = method;
  self->path = path;
  self->query = query;
  self->max_bytes = TKB_MAX_JSON_BODY_BYTES;
  return self;
}

/* Takes the text as the body, compressed too where that is worth it. */
void
tkb_http_request_set_json (TkbHttpRequest *self, GString *json)
{
  self->body = g_string_free_to_bytes (json);
  self->gzip_body = tkb_http_compress (self->body);
}

void
tkb_http_request_free (TkbHttpRequest *self)
{
  if (!self)
    return;
  g_free (self->path);
  g_free (self->query);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_clear_pointer (&self->gzip_body, g_bytes_unref);
  g_clear_object (&self->body_stream);
  g_free (self->content_type);
  g_free (self->accept);
  g_free (self->if_range);
  g_free (self);
}

void
tkb_http_response_free (TkbHttpResponse *self)
{
  if (!self)
    return;
  g_clear_pointer (&self->body, g_bytes_unref);
  g_free (self->content_type);
  g_free (self->etag);
  g_free (self);
}

/* (transfer full) (nullable): NULL where it is not worth it. Any thread. */
GBytes *
tkb_http_compress (GBytes *plain)
{
  g_autoptr (GZlibCompressor) compressor = NULL;
  g_autoptr (GOutputStream) memory = NULL;
  g_autoptr (GOutputStream) out = NULL;
  gsize         size;
  gconstpointer data = g_bytes_get_data (plain, &size);

  if (size < MIN_GZIP_BYTES)
    return NULL;
  compressor = g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, 4);
  memory = g_memory_output_stream_new_resizable ();
  out = g_converter_output_stream_new (memory, G_CONVERTER (compressor));
  if (!g_output_stream_write_all (out, data, size, NULL, NULL, NULL) ||
      !g_output_stream_close (out, NULL, NULL))
    return NULL;
  return g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (memory));
}

static void
exchange_free (gpointer data)
{
  Exchange *exchange = data;

  tkb_http_request_free (exchange->request);
  g_clear_object (&exchange->stream);
  g_clear_object (&exchange->message);
  g_clear_pointer (&exchange->body, g_byte_array_unref);
  g_clear_pointer (&exchange->response, tkb_http_response_free);
  g_free (exchange);
}

/* ---- errors ---- */

static char *
describe_tls (SoupMessage *message, const char *fallback)
{
  GTlsCertificateFlags flags = soup_message_get_tls_peer_certificate_errors (message);

  if (flags & G_TLS_CERTIFICATE_EXPIRED)
    return g_strdup ("the server's certificate has expired");
  if (flags & G_TLS_CERTIFICATE_NOT_ACTIVATED)
    return g_strdup ("the server's certificate is not valid yet: is the clock of this computer "
                     "right?");
  if (flags & G_TLS_CERTIFICATE_BAD_IDENTITY)
    return g_strdup ("the server's certificate is for another name");
  if (flags & G_TLS_CERTIFICATE_UNKNOWN_CA)
    return g_strdup ("the server's certificate comes from an authority that is not known here");
  return g_strdup (fallback);
}

/* The one place where errors of the network library get their meaning. */
static GError *
map_error (SoupMessage *message, GError *error)
{
  g_autoptr (GError) owned = error;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) ||
      error->domain == TKB_WIRE_ERROR || error->domain == TKB_SYNC_ERROR)
    return g_steal_pointer (&owned);
  if (error->domain == G_TLS_ERROR && error->code != G_TLS_ERROR_EOF &&
      error->code != G_TLS_ERROR_MISC)
    {
      g_autofree char *text = describe_tls (message, error->message);

      return g_error_new_literal (TKB_SYNC_ERROR, TKB_SYNC_ERROR_CERTIFICATE, text);
    }
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA) ||
      error->domain == G_CONVERT_ERROR)
    return g_error_new (TKB_WIRE_ERROR, TKB_WIRE_ERROR_MALFORMED,
                        "the answer cannot be decoded: %s", error->message);
  return g_error_new (TKB_SYNC_ERROR, TKB_SYNC_ERROR_UNREACHABLE, "no connection: %s",
                      error->message);
}

static void
fail (GTask *task, GError *error)
{
  Exchange *exchange = g_task_get_task_data (task);

  g_clear_object (&exchange->stream);
  g_task_return_error (task, map_error (exchange->message, error));
  g_object_unref (task);
}

/* ---- patience ---- */

static gboolean
asks_for_patience (guint status)
{
  return status == 429 || status == 502 || status == 503 || status == 504;
}

static void
waited_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask  *task = user_data;
  GError *error = NULL;

  if (!tkb_delay_finish (TKB_CLOCK (source), result, &error))
    fail (task, error);
  else
    attempt (task);
}

/* TRUE: the request will be sent again after a while. */
static gboolean
wait_and_retry (GTask *task, guint status, gint64 retry_after_ms)
{
  TkbHttpPeer *self = TKB_HTTP_PEER (g_task_get_source_object (task));
  Exchange    *exchange = g_task_get_task_data (task);
  gint64       wait_ms;

  if (!asks_for_patience (status) || exchange->attempts >= MAX_ATTEMPTS ||
      exchange->request->body_stream)
    return FALSE;
  /* without a word from the server: a second, then two, each with up to half of it on top */
  wait_ms = (gint64) 1000 << (exchange->attempts - 1);
  wait_ms += tkb_random_below (self->random, (guint32) wait_ms / 2);
  if (retry_after_ms >= 0)
    wait_ms = MAX (retry_after_ms, 100);
  if (wait_ms > MAX_WAIT_MS)
    return FALSE;
  tkb_delay_async (self->clock, (guint) wait_ms, g_task_get_cancellable (task), waited_cb, task);
  return TRUE;
}

/* ---- signing in ---- */

static void
signed_in_again_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask  *task = user_data;
  GError *error = NULL;

  if (!tkb_http_peer_sign_in_finish (TKB_HTTP_PEER (source), result, &error))
    fail (task, error);
  else
    attempt (task);
}

/* A session that has run out is renewed once. */
static gboolean
sign_in_and_retry (GTask *task, guint status)
{
  TkbHttpPeer *self = TKB_HTTP_PEER (g_task_get_source_object (task));
  Exchange    *exchange = g_task_get_task_data (task);

  if (status != 401 || exchange->has_signed_in || !self->remote->user || self->use_basic ||
      (exchange->request->flags & TKB_HTTP_SIGN_IN) || exchange->request->body_stream)
    return FALSE;
  exchange->has_signed_in = TRUE;
  tkb_http_peer_sign_in_async (self, g_task_get_cancellable (task), signed_in_again_cb, task);
  return TRUE;
}

static void
session_answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  TkbHttpPeer *self = TKB_HTTP_PEER (source);
  GError      *error = NULL;
  g_autoptr (TkbHttpResponse) response = tkb_http_peer_send_finish (self, result, &error);

  if (response)
    self->is_signed_in = TRUE;
  else if (g_error_matches (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_NOT_FOUND) ||
           g_error_matches (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_METHOD_NOT_ALLOWED) ||
           g_error_matches (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_NOT_IMPLEMENTED))
    {
      self->use_basic = TRUE;
      g_error_free (error);
    }
  else
    {
      g_task_return_error (task, error);
      return;
    }
  g_task_return_boolean (task, TRUE);
}

/* Asks for a cookie session; where the server has none, the account goes with every request. */
void
tkb_http_peer_sign_in_async (TkbHttpPeer        *self,
                             GCancellable       *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer            user_data)
{
  GTask          *task = g_task_new (self, cancellable, callback, user_data);
  TkbHttpRequest *request;
  char           *credentials;

  g_task_set_source_tag (task, tkb_http_peer_sign_in_async);
  g_task_set_name (task, "TkbHttpPeer sign in");
  if (!self->remote->user)
    {
      g_task_return_boolean (task, TRUE);
      g_object_unref (task);
      return;
    }
  request = tkb_http_request_new ("POST", g_strdup ("_session"), NULL);
  credentials = tkb_wire_credentials_write (self->remote->user,
                                            self->remote->password ? self->remote->password : "");
  request->flags = TKB_HTTP_ROOT | TKB_HTTP_SIGN_IN;
  request->body = g_bytes_new_take (credentials, strlen (credentials));
  tkb_http_peer_send_async (self, request, cancellable, session_answered_cb, task);
}

gboolean
tkb_http_peer_sign_in_finish (TkbHttpPeer *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* ---- the end of an exchange ---- */

static gboolean
resend_plain (GTask *task, guint status)
{
  TkbHttpPeer *self = TKB_HTTP_PEER (g_task_get_source_object (task));
  Exchange    *exchange = g_task_get_task_data (task);

  if (!exchange->request->gzip_body || self->lacks_gzip || self->trusts_gzip ||
      (status != 415 && status != 400))
    return FALSE;
  self->lacks_gzip = TRUE;
  attempt (task);
  return TRUE;
}

static void
end_failure (GTask *task, guint status)
{
  TkbHttpPeer        *self = TKB_HTTP_PEER (g_task_get_source_object (task));
  Exchange           *exchange = g_task_get_task_data (task);
  SoupMessageHeaders *headers = soup_message_get_response_headers (exchange->message);
  gint64              retry_after_ms = tkb_wire_retry_after_parse (
                   soup_message_headers_get_one (headers, "Retry-After"), tkb_clock_get_real_ms (self->clock));

  self->retry_after_ms = retry_after_ms;
  if (wait_and_retry (task, status, retry_after_ms) || sign_in_and_retry (task, status) ||
      resend_plain (task, status))
    return;
  fail (task,
        tkb_wire_error_parse_response (status, exchange->response->content_type,
                                       (const char *) exchange->body->data, exchange->body->len));
}

static void
end_exchange (GTask *task)
{
  TkbHttpPeer *self = TKB_HTTP_PEER (g_task_get_source_object (task));
  Exchange    *exchange = g_task_get_task_data (task);
  guint        status = exchange->response->status;

  g_clear_object (&exchange->stream);
  if (status < 200 || status >= 300)
    {
      end_failure (task, status);
      return;
    }
  if (exchange->request->gzip_body && !self->lacks_gzip)
    self->trusts_gzip = TRUE;
  self->retry_after_ms = -1;
  if (!exchange->request->chunk_func)
    exchange->response->body = g_byte_array_free_to_bytes (g_steal_pointer (&exchange->body));
  g_task_return_pointer (task, g_steal_pointer (&exchange->response),
                         (GDestroyNotify) tkb_http_response_free);
  g_object_unref (task);
}

/* ---- reading ---- */

static gboolean
take_chunk (Exchange *exchange, GBytes *bytes, GError **error)
{
  TkbHttpRequest *request = exchange->request;
  gboolean    is_success = exchange->response->status >= 200 && exchange->response->status < 300;
  gsize       size;
  const char *data = g_bytes_get_data (bytes, &size);
  gsize       limit = is_success ? request->max_bytes : MAX_ERROR_BYTES;

  if (size > limit - MIN (limit, exchange->received))
    {
      if (!is_success)
        return TRUE; /* enough was read to tell what is wrong */
      g_set_error (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_TOO_LARGE,
                   "the answer is larger than %" G_GSIZE_FORMAT " bytes", limit);
      return FALSE;
    }
  exchange->received += size;
  if (is_success && request->chunk_func)
    return request->chunk_func (data, size, request->chunk_data, error);
  g_byte_array_append (exchange->body, (const guint8 *) data, (guint) size);
  return TRUE;
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask    *task = user_data;
  Exchange *exchange = g_task_get_task_data (task);
  GError   *error = NULL;
  g_autoptr (GBytes) bytes =
      g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, &error);

  if (!bytes)
    fail (task, error);
  else if (g_bytes_get_size (bytes) == 0)
    end_exchange (task);
  else if (!take_chunk (exchange, bytes, &error))
    fail (task, error);
  else
    g_input_stream_read_bytes_async (exchange->stream, CHUNK_BYTES, G_PRIORITY_DEFAULT,
                                     g_task_get_cancellable (task), read_cb, task);
}

/* A web page where JSON was asked for: a wrong address, or a network that wants a sign-in first. */
static gboolean
check_type (Exchange *exchange, GError **error)
{
  const char *type = exchange->response->content_type;

  if ((exchange->request->flags & TKB_HTTP_ANY_TYPE) || exchange->response->status >= 300 ||
      !type || g_ascii_strcasecmp (type, "text/html") != 0)
    return TRUE;
  g_set_error (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_NOT_A_DATABASE,
               "a web page came in place of the answer: the address may be wrong, or this network "
               "wants you to sign in with a browser first");
  return FALSE;
}

static void
sent_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask              *task = user_data;
  Exchange           *exchange = g_task_get_task_data (task);
  SoupMessageHeaders *headers = soup_message_get_response_headers (exchange->message);
  GError             *error = NULL;

  exchange->stream = soup_session_send_finish (SOUP_SESSION (source), result, &error);
  if (!exchange->stream)
    {
      fail (task, error);
      return;
    }
  exchange->response = g_new0 (TkbHttpResponse, 1);
  exchange->response->status = soup_message_get_status (exchange->message);
  exchange->response->content_type =
      g_strdup (soup_message_headers_get_content_type (headers, NULL));
  exchange->response->etag = g_strdup (soup_message_headers_get_one (headers, "ETag"));
  exchange->response->is_partial = exchange->response->status == 206;
  exchange->body = g_byte_array_new ();
  if (!check_type (exchange, &error))
    {
      fail (task, error);
      return;
    }
  if (exchange->request->range_start > 0 && exchange->response->status == 200)
    {
      /* the server starts again from the beginning: so does who asked */
      fail (task, g_error_new_literal (TKB_WIRE_ERROR, TKB_WIRE_ERROR_RANGE,
                                       "the server does not resume"));
      return;
    }
  g_input_stream_read_bytes_async (exchange->stream, CHUNK_BYTES, G_PRIORITY_DEFAULT,
                                   g_task_get_cancellable (task), read_cb, task);
}

/* ---- sending ---- */

static void
set_headers (TkbHttpPeer *self, TkbHttpRequest *request, SoupMessage *message)
{
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);

  soup_message_headers_replace (headers, "Accept",
                                request->accept ? request->accept : "application/json");
  if (request->flags & TKB_HTTP_PLAIN)
    soup_message_disable_feature (message, SOUP_TYPE_CONTENT_DECODER);
  if (request->range_start > 0)
    {
      soup_message_headers_set_range (headers, request->range_start, -1);
      if (request->if_range)
        soup_message_headers_replace (headers, "If-Range", request->if_range);
    }
  if (self->use_basic && self->remote->user && !(request->flags & TKB_HTTP_SIGN_IN))
    {
      g_autofree char *account = g_strconcat (
          self->remote->user, ":", self->remote->password ? self->remote->password : "", NULL);
      g_autofree char *encoded = g_base64_encode ((gconstpointer) account, strlen (account));
      g_autofree char *value = g_strconcat ("Basic ", encoded, NULL);

      soup_message_headers_replace (headers, "Authorization", value);
      explicit_bzero (account, strlen (account));
    }
}

static void
set_body (TkbHttpPeer *self, TkbHttpRequest *request, SoupMessage *message)
{
  const char *type = request->content_type ? request->content_type : "application/json";

  if (request->body_stream)
    soup_message_set_request_body (message, type, request->body_stream, request->body_length);
  else if (request->gzip_body && !self->lacks_gzip)
    {
      soup_message_set_request_body_from_bytes (message, type, request->gzip_body);
      soup_message_headers_replace (soup_message_get_request_headers (message), "Content-Encoding",
                                    "gzip");
    }
  else if (request->body)
    soup_message_set_request_body_from_bytes (message, type, request->body);
}

static void
attempt (GTask *task)
{
  TkbHttpPeer     *self = TKB_HTTP_PEER (g_task_get_source_object (task));
  Exchange        *exchange = g_task_get_task_data (task);
  TkbHttpRequest  *request = exchange->request;
  gboolean         is_root = (request->flags & TKB_HTTP_ROOT) != 0;
  g_autofree char *uri =
      g_strconcat (is_root ? self->root : self->url, !is_root && *request->path ? "/" : "",
                   request->path, request->query ? "?" : NULL, request->query, NULL);

  g_clear_object (&exchange->stream);
  g_clear_object (&exchange->message);
  g_clear_pointer (&exchange->body, g_byte_array_unref);
  g_clear_pointer (&exchange->response, tkb_http_response_free);
  exchange->received = 0;
  exchange->attempts++;
  exchange->message = soup_message_new (request->method, uri);
  if (!exchange->message)
    {
      fail (task, g_error_new (TKB_SYNC_ERROR, TKB_SYNC_ERROR_INVALID_ADDRESS,
                               "“%s” is not an address", self->url));
      return;
    }
  /* a redirection would carry the account elsewhere */
  soup_message_add_flags (exchange->message, SOUP_MESSAGE_NO_REDIRECT);
  set_headers (self, request, exchange->message);
  set_body (self, request, exchange->message);
  self->requests++;
  soup_session_send_async (self->session, exchange->message, G_PRIORITY_DEFAULT,
                           g_task_get_cancellable (task), sent_cb, task);
}

/* Sends a request and reads its answer. Any status but success is an error of the domain
 * TKB_WIRE_ERROR; no answer at all is one of TKB_SYNC_ERROR. */
void
tkb_http_peer_send_async (TkbHttpPeer        *self,
                          TkbHttpRequest     *request,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data)
{
  GTask    *task = g_task_new (self, cancellable, callback, user_data);
  Exchange *exchange = g_new0 (Exchange, 1);

  g_task_set_source_tag (task, tkb_http_peer_send_async);
  g_task_set_name (task, "TkbHttpPeer request");
  exchange->request = request;
  g_task_set_task_data (task, exchange, exchange_free);
  attempt (task);
}

TkbHttpResponse *
tkb_http_peer_send_finish (TkbHttpPeer *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
