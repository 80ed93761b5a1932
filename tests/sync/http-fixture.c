/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "http-fixture.h"

#include "tkb-json.h"
#include "tkb-wire-bulk-docs.h"
#include "tkb-wire-bulk-get.h"
#include "tkb-wire-changes.h"
#include "tkb-wire-error.h"
#include "tkb-wire-info.h"
#include "tkb-wire-multipart.h"
#include "tkb-wire-revs-diff.h"
#include "tkb-wire-session.h"
#include "tkb-wire-text.h"

#include <string.h>

typedef struct
{
  SoupServerMessage   *message; /* (owned) */
  TkbWireChangesQuery *query;   /* (owned) */
} Wait;

static void
wait_free (Wait *wait)
{
  g_object_unref (wait->message);
  tkb_wire_changes_query_free (wait->query);
  g_free (wait);
}

static void
answer (HttpFixture *self, SoupServerMessage *message, guint status, GString *text)
{
  gsize            length = text->len;
  g_autofree char *data = g_string_free (text, FALSE);

  soup_server_message_set_status (message, status, NULL);
  if (self->sends_gzip && length > 20)
    {
      g_autoptr (GZlibCompressor) compressor =
          g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, 5);
      g_autoptr (GOutputStream) memory = g_memory_output_stream_new_resizable ();
      g_autoptr (GOutputStream) out =
          g_converter_output_stream_new (memory, G_CONVERTER (compressor));
      g_autoptr (GBytes) bytes = NULL;
      gsize       size;
      const char *packed;

      g_output_stream_write_all (out, data, length, NULL, NULL, NULL);
      g_output_stream_close (out, NULL, NULL);
      bytes = g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (memory));
      packed = g_bytes_get_data (bytes, &size);
      soup_message_headers_replace (soup_server_message_get_response_headers (message),
                                    "Content-Encoding", "gzip");
      soup_server_message_set_response (message, "application/json", SOUP_MEMORY_COPY, packed,
                                        size);
      return;
    }
  soup_server_message_set_response (message, "application/json", SOUP_MEMORY_COPY, data, length);
}

static void
answer_error (HttpFixture *self, SoupServerMessage *message, TkbWireError code, const char *reason)
{
  g_autofree char *text = tkb_wire_error_write (code, reason);

  answer (self, message, tkb_wire_error_get_status (code), g_string_new (text));
}

/* ---- endpoints ---- */

static gboolean
send_changes (HttpFixture *self, SoupServerMessage *message, TkbWireChangesQuery *query)
{
  guint64          last_seq = 0;
  guint64          since = g_ascii_strtoull (query->since, NULL, 10);
  GString         *out;
  g_autofree char *last = NULL;
  g_autoptr (GPtrArray) changes =
      tkb_store_get_changes (self->store, since, query->limit > 0 ? (guint) query->limit : G_MAXINT,
                             TKB_CHANGES_ALL_LEAVES, &last_seq, NULL, NULL);

  if (changes->len == 0 && query->feed == TKB_WIRE_FEED_LONGPOLL)
    return FALSE;
  out = g_string_new (NULL);
  tkb_wire_changes_append_start (out, query->feed);
  for (guint i = 0; i < changes->len; i++)
    {
      TkbChange       *change = g_ptr_array_index (changes, i);
      g_autofree char *seq = g_strdup_printf ("%" G_GUINT64_FORMAT "-x", change->seq);
      g_autoptr (TkbWireChange) row = tkb_wire_change_new (seq, change->id, change->is_deleted);

      for (guint k = 0; k < change->revs->len; k++)
        g_ptr_array_add (row->revs, g_strdup (g_ptr_array_index (change->revs, k)));
      tkb_wire_changes_append_row (out, query->feed, row, i == 0);
    }
  last = g_strdup_printf ("%" G_GUINT64_FORMAT "-x", last_seq);
  tkb_wire_changes_append_end (out, query->feed, last,
                               (gint64) (tkb_store_get_last_seq (self->store) - last_seq));
  answer (self, message, 200, out);
  return TRUE;
}

static void
do_changes (HttpFixture *self, SoupServerMessage *message, const char *query_string)
{
  TkbWireChangesQuery *query = tkb_wire_changes_query_parse (query_string, NULL);
  Wait                *wait;

  g_assert_nonnull (query);
  if (send_changes (self, message, query))
    {
      tkb_wire_changes_query_free (query);
      return;
    }
  wait = g_new0 (Wait, 1);
  wait->message = g_object_ref (message);
  wait->query = query;
  soup_server_message_pause (message);
  g_ptr_array_add (self->waiting, wait);
}

static void
changed_cb (TkbStore *store, guint64 last_seq, HttpFixture *self)
{
  for (guint i = self->waiting->len; i > 0; i--)
    {
      Wait *wait = g_ptr_array_index (self->waiting, i - 1);

      if (send_changes (self, wait->message, wait->query))
        {
          soup_server_message_unpause (wait->message);
          g_ptr_array_remove_index (self->waiting, i - 1);
        }
    }
}

static void
do_revs_diff (HttpFixture *self, SoupServerMessage *message, const char *body, gsize length)
{
  g_autoptr (GPtrArray) asked = tkb_wire_revs_diff_parse_request (body, length, NULL);
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();
  g_autoptr (GPtrArray) revs = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) missing = NULL;
  g_autoptr (GPtrArray) result =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_wire_missing_free);

  g_assert_nonnull (asked);
  for (guint i = 0; i < asked->len; i++)
    {
      TkbWireRevs *entry = g_ptr_array_index (asked, i);
      const char **strv = g_new0 (const char *, entry->revs->len + 1);

      for (guint k = 0; k < entry->revs->len; k++)
        strv[k] = g_ptr_array_index (entry->revs, k);
      g_ptr_array_add (ids, entry->id);
      g_ptr_array_add (revs, strv);
    }
  missing = tkb_store_revs_diff (self->store, ids, revs, NULL, NULL);
  for (guint i = 0; i < missing->len; i++)
    {
      TkbMissing     *from = g_ptr_array_index (missing, i);
      TkbWireMissing *to = g_new0 (TkbWireMissing, 1);

      to->id = g_strdup (from->id);
      to->missing = g_ptr_array_ref (from->missing);
      to->possible_ancestors = g_ptr_array_ref (from->possible_ancestors);
      g_ptr_array_add (result, to);
    }
  answer (self, message, 200, tkb_wire_revs_diff_write_response (result));
}

static JsonObject *
read_revision (HttpFixture *self, const char *id, const char *rev, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (TkbDocument) document = tkb_store_get (self->store, id, rev, NULL, &local_error);

  if (document)
    return tkb_document_to_json (document, TKB_DOCUMENT_JSON_REVISIONS);
  g_set_error (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_NOT_FOUND, "missing");
  return NULL;
}

static void
do_bulk_get (HttpFixture *self, SoupServerMessage *message, const char *body, gsize length)
{
  g_autoptr (GPtrArray) items = tkb_wire_bulk_get_parse_request (body, length, NULL);
  GString    *out = g_string_new (NULL);
  const char *previous = NULL;

  g_assert_nonnull (items);
  self->bulk_gets++;
  tkb_wire_bulk_get_append_start (out);
  for (guint i = 0; i < items->len; i++)
    {
      TkbWireBulkGetItem  *item = g_ptr_array_index (items, i);
      TkbWireBulkGetResult result = { .id = item->id, .rev = item->rev };

      result.object = read_revision (self, item->id, item->rev, &result.error);
      tkb_wire_bulk_get_append_result (out, &result, previous);
      previous = item->id;
      g_clear_pointer (&result.object, json_object_unref);
      g_clear_error (&result.error);
    }
  tkb_wire_bulk_get_append_end (out, previous);
  answer (self, message, 200, out);
}

static void
do_open_revs (HttpFixture *self, SoupServerMessage *message, const char *id, GHashTable *query)
{
  g_autoptr (JsonNode) revs =
      tkb_json_parse (g_hash_table_lookup (query, "open_revs"), -1, 1000, NULL);
  g_autoptr (GPtrArray) results =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_wire_bulk_get_result_free);
  JsonArray *array = json_node_get_array (revs);

  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      TkbWireBulkGetResult *result = g_new0 (TkbWireBulkGetResult, 1);

      result->id = g_strdup (id);
      result->rev = g_strdup (json_array_get_string_element (array, i));
      result->object = read_revision (self, id, result->rev, &result->error);
      g_ptr_array_add (results, result);
    }
  answer (self, message, 200, tkb_wire_open_revs_write_response (results));
}

static void
do_bulk_docs (HttpFixture *self, SoupServerMessage *message, const char *body, gsize length)
{
  g_autoptr (TkbWireBulkDocs) request = tkb_wire_bulk_docs_parse_request (body, length, NULL);
  g_autoptr (GPtrArray) rows =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_wire_bulk_docs_row_free);

  g_assert_true (request && !request->new_edits);
  /* backwards: nobody promised an order */
  for (guint i = request->docs->len; i > 0; i--)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TkbDocument) document =
          tkb_document_new_from_json (g_ptr_array_index (request->docs, i - 1), &error);
      g_autoptr (GPtrArray) documents =
          g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_document_unref);
      g_autoptr (GPtrArray) results = NULL;
      TkbWriteResult *result;

      g_assert_no_error (error);
      if (self->fault.kind == FAULT_REFUSE_DOCS &&
          g_str_has_prefix (tkb_document_get_id (document), "no"))
        {
          error = g_error_new (TKB_WIRE_ERROR, TKB_WIRE_ERROR_FORBIDDEN, "not for you");
          g_ptr_array_add (
              rows, tkb_wire_bulk_docs_row_new (tkb_document_get_id (document), NULL, error));
          continue;
        }
      g_ptr_array_add (documents, tkb_document_ref (document));
      results =
          tkb_store_write (self->store, documents, TKB_WRITE_REPLICATED, NULL, NULL, NULL, &error);
      g_assert_no_error (error);
      result = g_ptr_array_index (results, 0);
      if (result->error)
        {
          error = g_error_new (
              TKB_WIRE_ERROR,
              g_error_matches (result->error, TKB_STORE_ERROR, TKB_STORE_ERROR_MISSING_BLOB)
                  ? TKB_WIRE_ERROR_MISSING_STUB
                  : TKB_WIRE_ERROR_BAD_REQUEST,
              "%s", result->error->message);
          g_ptr_array_add (rows, tkb_wire_bulk_docs_row_new (result->id, NULL, error));
        }
    }
  answer (self, message, 201, tkb_wire_bulk_docs_write_response (rows));
}

/* The body of PUT /db/doc as multipart/related. */
static void
do_put_multipart (HttpFixture *self, SoupServerMessage *message, const char *body, gsize length)
{
  const char *type = soup_message_headers_get_one (
      soup_server_message_get_request_headers (message), "Content-Type");
  g_autofree char *boundary = tkb_wire_multipart_get_boundary (type);
  g_autoptr (TkbWireMultipartReader) reader = tkb_wire_multipart_reader_new (boundary);
  g_autoptr (JsonObject) object = NULL;
  g_autoptr (GPtrArray) names = NULL;
  g_autoptr (GByteArray) part = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  TkbWireMultipartEvent event;
  int                   index = -1;

  self->multipart_puts++;
  tkb_wire_multipart_reader_push (reader, body, length);
  while ((event = tkb_wire_multipart_reader_next (reader, &error)) != TKB_WIRE_MULTIPART_NEED_DATA)
    {
      g_assert_no_error (error);
      if (event == TKB_WIRE_MULTIPART_DATA)
        {
          gsize       size;
          const char *data = tkb_wire_multipart_reader_get_data (reader, &size);

          g_byte_array_append (part, (const guint8 *) data, (guint) size);
        }
      else if (event == TKB_WIRE_MULTIPART_PART_END && index++ < 0)
        {
          object = tkb_json_parse_object ((char *) part->data, part->len, 1 << 20, &error);
          g_assert_no_error (error);
          names = tkb_wire_multipart_get_following (object);
          g_byte_array_set_size (part, 0);
        }
      else if (event == TKB_WIRE_MULTIPART_PART_END)
        {
          g_autoptr (GInputStream) stream =
              g_memory_input_stream_new_from_data (part->data, part->len, NULL);
          g_autoptr (TkbBlobInfo) blob = tkb_store_add_blob (self->store, stream, NULL, &error);
          JsonObject *stub = tkb_json_get_object (tkb_json_get_object (object, "_attachments"),
                                                  g_ptr_array_index (names, (guint) index - 1));

          g_assert_no_error (error);
          json_object_remove_member (stub, "follows");
          json_object_set_boolean_member (stub, "stub", TRUE);
          json_object_set_string_member (stub, "digest", blob->digest);
          g_byte_array_set_size (part, 0);
        }
    }
  g_assert_true (tkb_wire_multipart_reader_finish (reader, &error));
  {
    g_autoptr (TkbDocument) document = tkb_document_new_from_json (object, &error);
    g_autoptr (GPtrArray) documents = g_ptr_array_new ();
    g_autoptr (GPtrArray) results = NULL;

    g_assert_no_error (error);
    g_ptr_array_add (documents, document);
    results =
        tkb_store_write (self->store, documents, TKB_WRITE_REPLICATED, NULL, NULL, NULL, &error);
    g_assert_no_error (error);
    g_assert_no_error (((TkbWriteResult *) g_ptr_array_index (results, 0))->error);
  }
  answer (self, message, 201, g_string_new ("{\"ok\":true}"));
}

static void
do_attachment (HttpFixture       *self,
               SoupServerMessage *message,
               const char        *id,
               const char        *name,
               const char        *rev)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbDocument) document = tkb_store_get (self->store, id, rev, NULL, &error);
  g_autoptr (GInputStream) stream = NULL;
  g_autofree char *data = NULL;
  JsonObject      *stub;
  gint64           length;
  gsize            read;

  g_assert_no_error (error);
  stub = tkb_json_get_object (
      tkb_json_get_object (tkb_document_get_body (document), "_attachments"), name);
  stream =
      tkb_store_open_blob (self->store, tkb_json_get_string (stub, "digest", ""), &length, &error);
  g_assert_no_error (error);
  data = g_malloc ((gsize) length);
  g_input_stream_read_all (stream, data, (gsize) length, &read, NULL, NULL);
  if (soup_message_headers_get_one (soup_server_message_get_request_headers (message), "Range"))
    self->range_requests++;
  /* libsoup cuts out the range itself */
  soup_server_message_set_status (message, 200, NULL);
  soup_server_message_set_response (message, "text/html", SOUP_MEMORY_COPY, data, (gsize) length);
}

static void
do_local (
    HttpFixture *self, SoupServerMessage *message, const char *id, const char *body, gsize length)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) old = tkb_store_get_local (self->store, id, NULL, NULL);
  g_autoptr (JsonObject) object = NULL;
  const char *old_rev = old ? tkb_json_get_string (old, "_rev", "0-1") : NULL;
  GString    *out = g_string_new (NULL);

  if (soup_server_message_get_method (message) == SOUP_METHOD_GET)
    {
      if (!old)
        {
          g_string_free (out, TRUE);
          answer_error (self, message, TKB_WIRE_ERROR_NOT_FOUND, "missing");
          return;
        }
      tkb_json_append_object (out, old);
      answer (self, message, 200, out);
      return;
    }
  object = tkb_json_parse_object (body, (gssize) length, 1 << 20, &error);
  g_assert_no_error (error);
  if (self->refuses_local || g_strcmp0 (tkb_json_get_string (object, "_rev", NULL), old_rev) != 0)
    {
      g_string_free (out, TRUE);
      answer_error (self, message,
                    self->refuses_local ? TKB_WIRE_ERROR_FORBIDDEN : TKB_WIRE_ERROR_CONFLICT,
                    "Document update conflict.");
      return;
    }
  {
    guint            number = old_rev ? (guint) g_ascii_strtoull (old_rev + 2, NULL, 10) : 0;
    g_autofree char *rev = g_strdup_printf ("0-%u", number + 1);

    json_object_set_string_member (object, "_rev", rev);
    tkb_store_put_local (self->store, id, object, NULL, &error);
    g_assert_no_error (error);
    g_string_append_printf (out, "{\"ok\":true,\"id\":\"_local/x\",\"rev\":\"%s\"}", rev);
  }
  answer (self, message, 201, out);
}

/* ---- the door ---- */

static gboolean
is_let_in (HttpFixture *self, SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  const char         *cookie = soup_message_headers_get_one (headers, "Cookie");
  const char         *basic = soup_message_headers_get_one (headers, "Authorization");
  g_autofree char    *account = g_strdup_printf ("%s:%s", self->user, self->password);
  g_autofree char    *encoded = g_base64_encode ((gconstpointer) account, strlen (account));

  if (!self->user)
    return TRUE;
  if (basic && g_str_has_prefix (basic, "Basic ") && g_str_equal (basic + 6, encoded))
    return TRUE;
  return !self->has_no_session && cookie && strstr (cookie, "AuthSession=good");
}

static void
do_session (HttpFixture *self, SoupServerMessage *message, const char *body, gsize length)
{
  if (soup_server_message_get_method (message) == SOUP_METHOD_POST)
    {
      g_autoptr (TkbWireCredentials) account =
          tkb_wire_credentials_parse ("application/json", body, length, NULL);

      if (self->has_no_session)
        answer_error (self, message, TKB_WIRE_ERROR_METHOD_NOT_ALLOWED, "no");
      else if (!account || g_strcmp0 (account->name, self->user) != 0 ||
               g_strcmp0 (account->password, self->password) != 0)
        answer_error (self, message, TKB_WIRE_ERROR_UNAUTHORIZED, "Name or password is incorrect.");
      else
        {
          soup_message_headers_append (soup_server_message_get_response_headers (message),
                                       "Set-Cookie", "AuthSession=good; Path=/; HttpOnly");
          answer (self, message, 200, g_string_new ("{\"ok\":true,\"name\":\"u\",\"roles\":[]}"));
        }
      return;
    }
  answer (self, message, 200,
          g_string_new ("{\"ok\":true,\"userCtx\":{\"name\":null,\"roles\":[]}}"));
}

static void
do_database (HttpFixture       *self,
             SoupServerMessage *message,
             const char        *rest,
             GHashTable        *query,
             const char        *query_string,
             const char        *body,
             gsize              length)
{
  if (*rest == '\0')
    {
      TkbWireDatabaseInfo info = { .name = (char *) "kb" };
      g_autofree char    *seq =
          g_strdup_printf ("%" G_GUINT64_FORMAT "-x", tkb_store_get_last_seq (self->store));
      g_autofree char *text = NULL;

      info.update_seq = seq;
      text = tkb_wire_database_info_write (&info);
      answer (self, message, 200, g_string_new (text));
    }
  else if (g_str_equal (rest, "_changes"))
    do_changes (self, message, query_string);
  else if (g_str_equal (rest, "_revs_diff"))
    do_revs_diff (self, message, body, length);
  else if (g_str_equal (rest, "_bulk_get") && !self->has_no_bulk_get)
    do_bulk_get (self, message, body, length);
  else if (g_str_equal (rest, "_bulk_docs"))
    do_bulk_docs (self, message, body, length);
  else if (g_str_has_prefix (rest, "_local/"))
    do_local (self, message, rest + 7, body, length);
  else if (soup_server_message_get_method (message) == SOUP_METHOD_PUT)
    do_put_multipart (self, message, body, length);
  else if (query && g_hash_table_contains (query, "open_revs"))
    do_open_revs (self, message, rest, query);
  else if (strchr (rest, '/'))
    {
      g_autofree char *id = g_strndup (rest, (gsize) (strchr (rest, '/') - rest));

      do_attachment (self, message, id, strchr (rest, '/') + 1, g_hash_table_lookup (query, "rev"));
    }
  else
    answer_error (self, message, TKB_WIRE_ERROR_METHOD_NOT_ALLOWED, "no such thing");
}

static gboolean
cut_cb (gpointer user_data)
{
  SoupServerMessage *message = user_data;
  g_autoptr (GIOStream) stream = NULL;
  GSocket *socket = soup_server_message_get_socket (message);

  if (socket)
    g_socket_close (socket, NULL);
  return G_SOURCE_REMOVE;
}

/* TRUE: the fault took the place of the answer. */
static gboolean
strike (HttpFixture *self, SoupServerMessage *message, const char *path)
{
  Fault              *fault = &self->fault;
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);

  if (fault->kind == FAULT_NONE || fault->kind == FAULT_REFUSE_DOCS ||
      fault->hits >= fault->times || (fault->path && !strstr (path, fault->path)))
    return FALSE;
  fault->hits++;
  switch (fault->kind)
    {
    case FAULT_STATUS:
      {
        g_autoptr (GError) error = tkb_wire_error_new_for_status (fault->status, "as ordered");

        if (fault->retry_after)
          soup_message_headers_replace (headers, "Retry-After", fault->retry_after);
        answer_error (self, message, error->code, error->message);
        soup_server_message_set_status (message, fault->status, NULL);
        return TRUE;
      }
    case FAULT_HTML:
      soup_server_message_set_status (message, 200, NULL);
      soup_server_message_set_response (message, "text/html", SOUP_MEMORY_STATIC,
                                        "<html>Welcome to the hotel</html>", 33);
      return TRUE;
    case FAULT_REDIRECT:
      soup_server_message_set_redirect (message, 302, "http://127.0.0.1:1/portal");
      return TRUE;
    case FAULT_GARBAGE:
      answer (self, message, 200, g_string_new ("]nonsense["));
      return TRUE;
    case FAULT_HUGE:
      {
        GString *text = g_string_sized_new (70 * 1000 * 1000);

        for (guint i = 0; i < 7000; i++)
          g_string_append_printf (text, "%010000d", 0);
        answer (self, message, 200, text);
        return TRUE;
      }
    case FAULT_SILENCE:
      soup_server_message_pause (message);
      return TRUE;
    case FAULT_CUT:
      /* as much as goes out before the line breaks */
      soup_message_headers_set_encoding (headers, SOUP_ENCODING_CHUNKED);
      soup_server_message_set_status (message, 200, NULL);
      soup_message_headers_replace (headers, "Content-Type", "application/json");
      soup_message_body_append (soup_server_message_get_response_body (message), SOUP_MEMORY_STATIC,
                                "{\"results\":[", 12);
      g_timeout_add_full (G_PRIORITY_DEFAULT, 30, cut_cb, g_object_ref (message), g_object_unref);
      return TRUE;
    default:
      g_assert_not_reached ();
    }
}

static GBytes *
read_body (HttpFixture *self, SoupServerMessage *message)
{
  g_autoptr (GBytes) raw =
      soup_message_body_flatten (soup_server_message_get_request_body (message));
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  g_autoptr (GZlibDecompressor) decompressor = NULL;
  g_autoptr (GOutputStream) memory = NULL;
  g_autoptr (GOutputStream) out = NULL;
  gsize         size;
  gconstpointer data;

  if (g_strcmp0 (soup_message_headers_get_one (headers, "Content-Encoding"), "gzip") != 0)
    return g_steal_pointer (&raw);
  self->gzip_requests++;
  decompressor = g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP);
  memory = g_memory_output_stream_new_resizable ();
  out = g_converter_output_stream_new (memory, G_CONVERTER (decompressor));
  data = g_bytes_get_data (raw, &size);
  g_assert_true (g_output_stream_write_all (out, data, size, NULL, NULL, NULL));
  g_output_stream_close (out, NULL, NULL);
  return g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (memory));
}

static void
handler (SoupServer        *server,
         SoupServerMessage *message,
         const char        *unused_path,
         GHashTable        *unused_query,
         gpointer           user_data)
{
  HttpFixture     *self = user_data;
  GUri            *uri = soup_server_message_get_uri (message);
  g_autofree char *path = g_uri_unescape_string (g_uri_get_path (uri), NULL);
  g_autoptr (GHashTable) query = tkb_wire_query_parse (g_uri_get_query (uri), NULL);
  g_autoptr (GBytes) body = NULL;
  const char *text;
  gsize       length;

  self->requests++;
  if (strike (self, message, path))
    return;
  if (self->takes_no_gzip &&
      soup_message_headers_get_one (soup_server_message_get_request_headers (message),
                                    "Content-Encoding"))
    {
      answer_error (self, message, TKB_WIRE_ERROR_MEDIA_TYPE, "plain, please");
      return;
    }
  body = read_body (self, message);
  text = g_bytes_get_data (body, &length);
  g_string_append_len (self->log, text ? text : "", (gssize) length);
  g_string_append_c (self->log, '\n');
  if (g_str_equal (path, "/_session"))
    do_session (self, message, text, length);
  else if (!is_let_in (self, message))
    answer_error (self, message, TKB_WIRE_ERROR_UNAUTHORIZED, "You are not authorized.");
  else if (g_str_equal (path, "/"))
    answer (self, message, 200, g_string_new ("{\"couchdb\":\"Welcome\",\"version\":\"3.3\"}"));
  else if (g_str_equal (path, "/kb"))
    do_database (self, message, "", query, g_uri_get_query (uri), text, length);
  else if (g_str_has_prefix (path, "/kb/"))
    do_database (self, message, path + 4, query, g_uri_get_query (uri), text, length);
  else
    answer_error (self, message, TKB_WIRE_ERROR_NOT_FOUND, "Database does not exist.");
}

void
http_fixture_set_up (HttpFixture *self, gboolean is_up)
{
  g_autoptr (GError) error = NULL;

  g_ptr_array_set_size (self->waiting, 0);
  if (self->server)
    soup_server_disconnect (self->server);
  g_clear_object (&self->server);
  if (!is_up)
    return;
  self->server = g_object_new (SOUP_TYPE_SERVER, "raw-paths", TRUE, NULL);
  soup_server_add_handler (self->server, NULL, handler, self, NULL);
  soup_server_listen_local (self->server, self->port, SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
  g_assert_no_error (error);
  if (self->port == 0)
    {
      GSList *uris = soup_server_get_uris (self->server);

      self->port = (guint) g_uri_get_port (uris->data);
      g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
    }
}

HttpFixture *
http_fixture_new (TkbStore *store)
{
  HttpFixture *self = g_new0 (HttpFixture, 1);

  self->store = store;
  self->log = g_string_new (NULL);
  self->waiting = g_ptr_array_new_with_free_func ((GDestroyNotify) wait_free);
  self->changed_id = g_signal_connect (store, "changed", G_CALLBACK (changed_cb), self);
  http_fixture_set_up (self, TRUE);
  self->url = g_strdup_printf ("http://127.0.0.1:%u/kb", self->port);
  return self;
}

void
http_fixture_free (HttpFixture *self)
{
  http_fixture_set_up (self, FALSE);
  g_clear_signal_handler (&self->changed_id, self->store);
  g_ptr_array_unref (self->waiting);
  g_string_free (self->log, TRUE);
  g_free (self->url);
  g_free (self->user);
  g_free (self->password);
  g_free (self);
}

void
http_fixture_set_fault (HttpFixture *self, FaultKind kind, const char *path, guint times)
{
  memset (&self->fault, 0, sizeof self->fault);
  self->fault.kind = kind;
  self->fault.path = path;
  self->fault.times = times;
}
