/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-exchange.h"

#include "tkb-exchange-private.h"
#include "tkb-gzip.h"
#include "tkb-json.h"
#include "tkb-server-limits.h"
#include "tkb-server.h"

#include <string.h>

/**
 * tkb_exchange_new:
 * @server: the server
 * @message: a request whose headers are there
 *
 * Returns: (transfer full): its exchange
 */
TkbExchange *
tkb_exchange_new (TkbServer *server, SoupServerMessage *message)
{
  TkbExchange *self = g_new0 (TkbExchange, 1);
  const char  *host = soup_server_message_get_remote_host (message);

  g_atomic_ref_count_init (&self->ref_count);
  self->server = server;
  self->message = g_object_ref (message);
  self->method = soup_server_message_get_method (message);
  self->raw_query = g_strdup (g_uri_get_query (soup_server_message_get_uri (message)));
  self->cancellable = g_cancellable_new ();
  self->headers = g_ptr_array_new_with_free_func (g_free);
  self->started_us = g_get_monotonic_time ();
  self->address = g_strdup (host != NULL ? host : "-");
  return self;
}

/**
 * tkb_exchange_ref:
 * @self: an exchange
 *
 * Returns: (transfer full): @self
 */
TkbExchange *
tkb_exchange_ref (TkbExchange *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * tkb_exchange_unref:
 * @self: (transfer full): an exchange
 *
 * The last reference is given back on the main thread.
 */
void
tkb_exchange_unref (TkbExchange *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_clear_pointer (&self->stream, tkb_stream_free);
  if (self->deferred_destroy != NULL)
    self->deferred_destroy (self->deferred_data);
  if (self->database != NULL)
    tkb_database_release (self->database);
  g_clear_object (&self->database);
  g_clear_pointer (&self->security, tkb_security_unref);
  g_clear_pointer (&self->user, tkb_user_unref);
  g_clear_pointer (&self->query, g_hash_table_unref);
  g_clear_pointer (&self->spool, tkb_spool_free);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_clear_error (&self->spool_error);
  g_clear_error (&self->abort_error);
  g_ptr_array_unref (self->headers);
  g_object_unref (self->cancellable);
  g_object_unref (self->message);
  g_free (self->db_name);
  g_free (self->id);
  g_free (self->attachment);
  g_free (self->raw_query);
  g_free (self->address);
  g_free (self->content_type);
  g_free (self);
}

/* ---- the request ---- */

/**
 * tkb_exchange_get_header:
 * @self: an exchange
 * @name: a header of the request
 *
 * Returns: (transfer none) (nullable): its value
 */
const char *
tkb_exchange_get_header (TkbExchange *self, const char *name)
{
  return soup_message_headers_get_one (soup_server_message_get_request_headers (self->message),
                                       name);
}

/**
 * tkb_exchange_get_query:
 * @self: an exchange
 * @name: a query parameter
 *
 * Returns: (transfer none) (nullable): its value, decoded
 */
const char *
tkb_exchange_get_query (TkbExchange *self, const char *name)
{
  return self->query != NULL ? g_hash_table_lookup (self->query, name) : NULL;
}

/**
 * tkb_exchange_get_flag:
 * @self: an exchange
 * @name: a query parameter
 *
 * Returns: whether it is there and true
 */
gboolean
tkb_exchange_get_flag (TkbExchange *self, const char *name)
{
  return g_strcmp0 (tkb_exchange_get_query (self, name), "true") == 0;
}

/**
 * tkb_exchange_get_number:
 * @self: an exchange
 * @name: a query parameter
 * @fallback: its value where it is missing
 * @out_value: (out): its value
 * @error: %TKB_WIRE_ERROR_BAD_REQUEST
 *
 * Returns: whether it is missing or a number from 0 on
 */
gboolean
tkb_exchange_get_number (
    TkbExchange *self, const char *name, gint64 fallback, gint64 *out_value, GError **error)
{
  const char *text = tkb_exchange_get_query (self, name);
  guint64     value;

  *out_value = fallback;
  if (text == NULL)
    return TRUE;
  if (!g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT64, &value, NULL))
    {
      g_set_error (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_BAD_REQUEST,
                   "Invalid value for integer parameter: %s", name);
      return FALSE;
    }
  *out_value = value;
  return TRUE;
}

/**
 * tkb_exchange_get_json:
 * @self: an exchange
 * @name: a query parameter
 * @error: %TKB_JSON_ERROR
 *
 * Returns: (transfer full) (nullable): its value; %NULL with @error unset where it is missing
 */
JsonNode *
tkb_exchange_get_json (TkbExchange *self, const char *name, GError **error)
{
  const char *text = tkb_exchange_get_query (self, name);

  return text != NULL ? tkb_json_parse (text, -1, TKB_SERVER_MAX_TARGET_BYTES, error) : NULL;
}

/**
 * tkb_exchange_accepts:
 * @self: an exchange
 * @media_type: such as multipart/mixed
 *
 * Returns: whether the Accept header names it, wildcards not counted
 */
gboolean
tkb_exchange_accepts (TkbExchange *self, const char *media_type)
{
  const char *accept = tkb_exchange_get_header (self, "Accept");
  g_auto (GStrv) parts = NULL;

  if (accept == NULL)
    return FALSE;
  parts = g_strsplit (accept, ",", 64);
  for (guint i = 0; parts[i] != NULL; i++)
    {
      char *end = strchr (parts[i], ';');

      if (end != NULL)
        *end = '\0';
      if (g_ascii_strcasecmp (g_strstrip (parts[i]), media_type) == 0)
        return TRUE;
    }
  return FALSE;
}

static gboolean
is_gzip_body (TkbExchange *self, gboolean *out_is_gzip, GError **error)
{
  const char *encoding = tkb_exchange_get_header (self, "Content-Encoding");

  *out_is_gzip = FALSE;
  if (encoding == NULL || g_ascii_strcasecmp (encoding, "identity") == 0)
    return TRUE;
  if (g_ascii_strcasecmp (encoding, "gzip") != 0)
    {
      g_set_error_literal (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_MEDIA_TYPE,
                           "gzip is the one Content-Encoding that is understood.");
      return FALSE;
    }
  *out_is_gzip = TRUE;
  return TRUE;
}

/**
 * tkb_exchange_dup_body:
 * @self: an exchange
 * @max_bytes: the most that is taken
 * @error: %TKB_WIRE_ERROR_TOO_LARGE and others
 *
 * Returns: (transfer full): the body, decompressed, or %NULL
 */
GBytes *
tkb_exchange_dup_body (TkbExchange *self, gsize max_bytes, GError **error)
{
  g_autoptr (GBytes) bytes = NULL;
  gboolean is_gzip;

  if (!is_gzip_body (self, &is_gzip, error))
    return NULL;
  if (self->spool == NULL)
    return g_bytes_new (NULL, 0);
  bytes = tkb_spool_to_bytes (self->spool, error);
  if (bytes == NULL)
    return NULL;
  if (is_gzip)
    return tkb_gzip_inflate (bytes, max_bytes, error);
  if (g_bytes_get_size (bytes) > max_bytes)
    {
      g_set_error (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_TOO_LARGE,
                   "The body has more than %" G_GSIZE_FORMAT " bytes.", max_bytes);
      return NULL;
    }
  return g_steal_pointer (&bytes);
}

/**
 * tkb_exchange_parse_body:
 * @self: an exchange
 * @max_bytes: the most that is taken
 * @error: %TKB_JSON_ERROR and others
 *
 * Returns: (transfer full): the body as a JSON object, or %NULL
 */
JsonObject *
tkb_exchange_parse_body (TkbExchange *self, gsize max_bytes, GError **error)
{
  g_autoptr (GBytes) bytes = tkb_exchange_dup_body (self, max_bytes, error);
  g_autoptr (GError) local_error = NULL;
  JsonObject *object;
  gsize       length;
  const char *text;

  if (bytes == NULL)
    return NULL;
  text = g_bytes_get_data (bytes, &length);
  object = tkb_json_parse_object (text != NULL ? text : "", length, max_bytes, &local_error);
  if (object != NULL)
    return object;
  if (g_error_matches (local_error, TKB_JSON_ERROR, TKB_JSON_ERROR_TYPE))
    g_set_error_literal (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_BAD_REQUEST,
                         "Request body must be a JSON object");
  else
    g_propagate_error (error, g_steal_pointer (&local_error));
  return NULL;
}

/**
 * tkb_exchange_open_body:
 * @self: an exchange
 * @error: a %G_IO_ERROR or %TKB_WIRE_ERROR
 *
 * Returns: (transfer full): the body as a stream, decompressed; how much comes is for the caller to
 *   bound
 */
GInputStream *
tkb_exchange_open_body (TkbExchange *self, GError **error)
{
  g_autoptr (GInputStream) raw = NULL;
  g_autoptr (GConverter) converter = NULL;
  gboolean is_gzip;

  if (!is_gzip_body (self, &is_gzip, error))
    return NULL;
  if (self->spool == NULL)
    return g_memory_input_stream_new ();
  raw = tkb_spool_open (self->spool, error);
  if (raw == NULL || !is_gzip)
    return g_steal_pointer (&raw);
  converter = G_CONVERTER (g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP));
  return g_converter_input_stream_new (raw, converter);
}

/* ---- the answer ---- */

/**
 * tkb_exchange_set_header:
 * @self: an exchange
 * @name: a header of the answer
 * @value: its value
 */
void
tkb_exchange_set_header (TkbExchange *self, const char *name, const char *value)
{
  g_ptr_array_add (self->headers, g_strdup (name));
  g_ptr_array_add (self->headers, g_strdup (value));
}

/**
 * tkb_exchange_respond:
 * @self: an exchange
 * @status: HTTP status
 * @content_type: (nullable): media type
 * @body: (transfer full) (nullable): the body
 */
void
tkb_exchange_respond (TkbExchange *self, guint status, const char *content_type, GBytes *body)
{
  g_clear_pointer (&self->stream, tkb_stream_free);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_free (self->content_type);
  self->status = status;
  self->content_type = g_strdup (content_type);
  self->body = body;
}

/**
 * tkb_exchange_respond_json:
 * @self: an exchange
 * @status: HTTP status
 * @text: (transfer full): JSON
 */
void
tkb_exchange_respond_json (TkbExchange *self, guint status, GString *text)
{
  if (text->len == 0 || text->str[text->len - 1] != '\n')
    g_string_append_c (text, '\n');
  tkb_exchange_respond (self, status, "application/json", g_string_free_to_bytes (text));
}

/**
 * tkb_exchange_respond_text:
 * @self: an exchange
 * @status: HTTP status
 * @json: JSON
 */
void
tkb_exchange_respond_text (TkbExchange *self, guint status, const char *json)
{
  tkb_exchange_respond_json (self, status, g_string_new (json));
}

/**
 * tkb_exchange_respond_node:
 * @self: an exchange
 * @status: HTTP status
 * @object: JSON
 */
void
tkb_exchange_respond_node (TkbExchange *self, guint status, JsonObject *object)
{
  GString *text = g_string_new (NULL);

  tkb_json_append_object (text, object);
  tkb_exchange_respond_json (self, status, text);
}

/**
 * tkb_exchange_fail:
 * @self: an exchange
 * @status: HTTP status
 * @name: member error
 * @reason: member reason, for people
 */
void
tkb_exchange_fail (TkbExchange *self, guint status, const char *name, const char *reason)
{
  GString *text = g_string_new ("{\"error\":");

  tkb_json_append_string (text, name);
  g_string_append (text, ",\"reason\":");
  tkb_json_append_string (text, reason);
  g_string_append_c (text, '}');
  tkb_exchange_respond_json (self, status, text);
}

/**
 * tkb_exchange_fail_code:
 * @self: an exchange
 * @code: what kind of failure
 * @reason: for people
 */
void
tkb_exchange_fail_code (TkbExchange *self, TkbWireError code, const char *reason)
{
  tkb_exchange_fail (self, tkb_wire_error_get_status (code), tkb_wire_error_get_name (code),
                     reason);
}

typedef struct
{
  TkbStoreError store;
  TkbWireError  wire;
  const char   *reason; /* (nullable): the error's own message is fit for people elsewhere */
} StoreRow;

static const StoreRow store_rows[] = {
  { TKB_STORE_ERROR_NOT_FOUND, TKB_WIRE_ERROR_NOT_FOUND, "missing" },
  { TKB_STORE_ERROR_DELETED, TKB_WIRE_ERROR_NOT_FOUND, "deleted" },
  { TKB_STORE_ERROR_CONFLICT, TKB_WIRE_ERROR_CONFLICT, "Document update conflict." },
  { TKB_STORE_ERROR_INVALID, TKB_WIRE_ERROR_BAD_REQUEST, NULL },
  { TKB_STORE_ERROR_REFUSED, TKB_WIRE_ERROR_FORBIDDEN, NULL },
  { TKB_STORE_ERROR_MISSING_BLOB, TKB_WIRE_ERROR_MISSING_STUB, NULL },
  { TKB_STORE_ERROR_FULL, TKB_WIRE_ERROR_INSUFFICIENT_STORAGE, "The server's disk is full." },
  { TKB_STORE_ERROR_BUSY, TKB_WIRE_ERROR_UNAVAILABLE, "The database is busy; try again." },
};

static GError *
map_store_error (const GError *error)
{
  for (guint i = 0; i < G_N_ELEMENTS (store_rows); i++)
    {
      const StoreRow *row = &store_rows[i];

      if ((int) row->store == error->code)
        return g_error_new_literal (TKB_WIRE_ERROR, row->wire,
                                    row->reason != NULL ? row->reason : error->message);
    }
  return g_error_new_literal (TKB_WIRE_ERROR, TKB_WIRE_ERROR_INTERNAL,
                              "The database could not do this; the server's log says why.");
}

/**
 * tkb_exchange_map_error:
 * @error: an error of the store, the model, the JSON reader, the disk or the wire
 *
 * Returns: (transfer full): the same for a client: of the domain %TKB_WIRE_ERROR, without paths and
 *   SQL
 */
GError *
tkb_exchange_map_error (const GError *error)
{
  TkbWireError code = TKB_WIRE_ERROR_INTERNAL;
  const char  *reason = "The server failed; its log says why.";

  if (error->domain == TKB_WIRE_ERROR)
    return g_error_copy (error);
  if (error->domain == TKB_STORE_ERROR)
    return map_store_error (error);
  if (error->domain == TKB_DOCUMENT_ERROR || error->domain == TKB_JSON_ERROR)
    {
      gboolean is_large = error->domain == TKB_DOCUMENT_ERROR
                              ? error->code == TKB_DOCUMENT_ERROR_TOO_LARGE
                              : error->code == TKB_JSON_ERROR_SIZE;

      code = is_large ? TKB_WIRE_ERROR_TOO_LARGE : TKB_WIRE_ERROR_BAD_REQUEST;
      reason = error->message;
    }
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE))
    {
      code = TKB_WIRE_ERROR_INSUFFICIENT_STORAGE;
      reason = "The server's disk is full.";
    }
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA))
    {
      code = TKB_WIRE_ERROR_BAD_REQUEST;
      reason = "The body is not what its headers say.";
    }
  return g_error_new_literal (TKB_WIRE_ERROR, code, reason);
}

/* CouchDB has names of its own for some failures that share a status. */
static const char *
get_special_name (const GError *error)
{
  if (error->domain == TKB_DOCUMENT_ERROR && error->code == TKB_DOCUMENT_ERROR_INVALID_ID)
    return "illegal_docid";
  if (error->domain == TKB_DOCUMENT_ERROR && error->code == TKB_DOCUMENT_ERROR_INVALID_MEMBER)
    return "doc_validation";
  if (error->domain == TKB_DOCUMENT_ERROR && error->code == TKB_DOCUMENT_ERROR_TOO_LARGE)
    return "document_too_large";
  return NULL;
}

/**
 * tkb_exchange_take_error:
 * @self: an exchange
 * @error: (transfer full): an error of any layer
 *
 * Answers with @error. What a client must not see goes to the log.
 */
void
tkb_exchange_take_error (TkbExchange *self, GError *error)
{
  g_autoptr (GError) mapped = tkb_exchange_map_error (error);
  const char *name = get_special_name (error);

  tkb_exchange_fail (self, tkb_wire_error_get_status (mapped->code),
                     name != NULL ? name : tkb_wire_error_get_name (mapped->code), mapped->message);
  if (mapped->code == TKB_WIRE_ERROR_INTERNAL)
    {
      g_clear_error (&self->abort_error);
      self->abort_error = error;
      return;
    }
  g_error_free (error);
}

/**
 * tkb_exchange_check_etag:
 * @self: an exchange
 * @etag: without quotes
 *
 * Returns: whether the client has it; then the answer is given
 */
gboolean
tkb_exchange_check_etag (TkbExchange *self, const char *etag)
{
  g_autofree char *quoted = g_strdup_printf ("\"%s\"", etag);
  const char      *known = tkb_exchange_get_header (self, "If-None-Match");
  g_auto (GStrv) parts = NULL;

  tkb_exchange_set_header (self, "ETag", quoted);
  parts = g_strsplit (known != NULL ? known : "", ",", 64);
  for (guint i = 0; parts[i] != NULL; i++)
    {
      const char *one = g_strstrip (parts[i]);

      if (g_str_has_prefix (one, "W/"))
        one += 2;
      if (strcmp (one, quoted) == 0 || strcmp (one, "*") == 0)
        {
          tkb_exchange_respond (self, SOUP_STATUS_NOT_MODIFIED, NULL, NULL);
          return TRUE;
        }
    }
  return FALSE;
}

static gboolean
wants_gzip (TkbExchange *self)
{
  const char *accept = tkb_exchange_get_header (self, "Accept-Encoding");
  const char *found = accept != NULL ? strstr (accept, "gzip") : NULL;

  return found != NULL && !g_str_has_prefix (found, "gzip;q=0") &&
         strcmp (self->method, "HEAD") != 0 &&
         g_strcmp0 (self->content_type, "application/json") == 0;
}

/**
 * tkb_exchange_compress:
 * @self: an exchange whose handler is done; pool thread
 *
 * Compresses the answer where the client takes gzip and there is enough to gain.
 */
void
tkb_exchange_compress (TkbExchange *self)
{
  TkbDeflater *deflater;
  GBytes      *whole;

  if (!wants_gzip (self))
    return;
  if (self->stream != NULL)
    {
      if (tkb_stream_compress (self->stream))
        tkb_exchange_set_header (self, "Content-Encoding", "gzip");
      tkb_exchange_set_header (self, "Vary", "Accept-Encoding");
      return;
    }
  if (self->body == NULL || g_bytes_get_size (self->body) < TKB_SERVER_MIN_GZIP_BYTES)
    return;
  deflater = tkb_deflater_new ();
  whole = tkb_deflater_push (deflater, self->body, TRUE);
  tkb_deflater_free (deflater);
  g_bytes_unref (self->body);
  self->body = whole;
  tkb_exchange_set_header (self, "Content-Encoding", "gzip");
  tkb_exchange_set_header (self, "Vary", "Accept-Encoding");
}

static void
set_headers (TkbExchange *self, SoupMessageHeaders *headers)
{
  gboolean has_caching = FALSE;

  for (guint i = 0; i + 1 < self->headers->len; i += 2)
    {
      soup_message_headers_append (headers, self->headers->pdata[i], self->headers->pdata[i + 1]);
      has_caching = has_caching || strcmp (self->headers->pdata[i], "Cache-Control") == 0;
    }
  if (self->content_type != NULL)
    soup_message_headers_replace (headers, "Content-Type", self->content_type);
  if (!has_caching)
    soup_message_headers_replace (headers, "Cache-Control", "must-revalidate");
  soup_message_headers_replace (headers, "X-Content-Type-Options", "nosniff");
  /* libsoup closes after the answer but does not say so, and Node's agent would use the line again
   */
  if (soup_message_headers_header_contains (soup_server_message_get_request_headers (self->message),
                                            "Connection", "close"))
    soup_message_headers_replace (headers, "Connection", "close");
}

/* The answer stands before the body has come, and more of it is announced than is worth reading. */
static gboolean
is_upload_unwanted (TkbExchange *self)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (self->message);

  return !self->is_admitted &&
         soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CONTENT_LENGTH &&
         soup_message_headers_get_content_length (headers) > TKB_SERVER_DRAIN_BYTES;
}

/**
 * tkb_exchange_send:
 * @self: an exchange with an answer; main thread
 *
 * Starts sending it. The message is unpaused by this.
 */
void
tkb_exchange_send (TkbExchange *self)
{
  SoupServerMessage  *message = self->message;
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  gboolean            is_head = strcmp (self->method, "HEAD") == 0;
  gsize               length = self->body != NULL ? g_bytes_get_size (self->body) : 0;

  if (self->is_finished || self->is_sent)
    return;
  self->is_sent = TRUE;
  if (self->status == 0)
    tkb_exchange_fail_code (self, TKB_WIRE_ERROR_INTERNAL, "No answer was made.");
  if (is_upload_unwanted (self))
    {
      soup_server_message_pause (message);
      tkb_exchange_refuse_now (self);
      return;
    }
  soup_server_message_set_status (message, self->status, NULL);
  set_headers (self, headers);
  if (self->stream != NULL)
    {
      tkb_stream_start (self, is_head);
    }
  else if (is_head || self->status == SOUP_STATUS_NOT_MODIFIED)
    {
      if (self->status != SOUP_STATUS_NOT_MODIFIED)
        soup_message_headers_set_content_length (headers, length);
    }
  else
    {
      soup_message_headers_set_content_length (headers, length);
      if (length > 0)
        soup_message_body_append_bytes (soup_server_message_get_response_body (message),
                                        self->body);
      soup_message_body_complete (soup_server_message_get_response_body (message));
    }
  soup_server_message_unpause (message);
}

/**
 * tkb_exchange_cut:
 * @self: an exchange; main thread
 *
 * Closes the connection at once: an answer cannot be ended properly, or a client does not stop
 * sending.
 */
void
tkb_exchange_cut (TkbExchange *self)
{
  GSocket *socket = self->is_finished ? NULL : soup_server_message_get_socket (self->message);

  if (socket == NULL)
    return;
  g_socket_shutdown (socket, TRUE, TRUE, NULL);
  soup_server_message_unpause (self->message);
}

/**
 * tkb_exchange_finished:
 * @self: an exchange; main thread
 *
 * The answer is on its way whole, or the client is gone: either way nothing is to be done any more.
 */
void
tkb_exchange_finished (TkbExchange *self)
{
  if (self->is_finished)
    return;
  self->is_finished = TRUE;
  g_cancellable_cancel (self->cancellable);
  if (self->is_sent && self->stream != NULL)
    tkb_stream_stop (self);
  tkb_server_note_finished (self->server, self);
}
