/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-handlers.h"

#include "tkb-json.h"
#include "tkb-part-stream.h"
#include "tkb-server-limits.h"
#include "tkb-server.h"
#include "tkb-sight.h"
#include "tkb-write.h"

#include <string.h>

static void
set_location (TkbExchange *x, const char *id)
{
  g_autofree char *db = g_uri_escape_string (x->db_name, NULL, FALSE);
  g_autofree char *escaped =
      g_uri_escape_string (id, g_str_has_prefix (id, "_design/") ? "/" : NULL, FALSE);
  g_autofree char *location = g_strdup_printf ("/%s/%s", db, escaped);

  tkb_exchange_set_header (x, "Location", location);
}

/* ---- multipart/related ---- */

static JsonObject *
read_json_part (TkbPartSource *source, GError **error)
{
  g_autoptr (GInputStream) part = NULL;
  g_autoptr (GByteArray) text = g_byte_array_new ();
  g_autofree guint8 *piece = g_malloc (TKB_SERVER_CHUNK_BYTES);
  gssize             n;

  switch (tkb_part_source_next (source, error))
    {
    case TKB_WIRE_MULTIPART_PART_BEGIN:
      break;
    case TKB_WIRE_MULTIPART_ERROR:
      return NULL;
    default:
      g_set_error_literal (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_BAD_REQUEST,
                           "The multipart body has no document.");
      return NULL;
    }
  part = tkb_part_stream_new (source);
  while ((n = g_input_stream_read (part, piece, TKB_SERVER_CHUNK_BYTES, NULL, error)) > 0)
    {
      if (text->len + n > 2 * TKB_MAX_DOCUMENT_BYTES)
        {
          g_set_error_literal (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_TOO_LARGE,
                               "The document is too large.");
          return NULL;
        }
      g_byte_array_append (text, piece, n);
    }
  if (n < 0)
    return NULL;
  return tkb_json_parse_object ((const char *) text->data, text->len, 2 * TKB_MAX_DOCUMENT_BYTES,
                                error);
}

static gboolean
is_gzip_part (TkbPartSource *source, JsonObject *stub)
{
  return g_strcmp0 (tkb_json_get_string (stub, "encoding", NULL), "gzip") == 0 ||
         g_strcmp0 (tkb_wire_multipart_reader_get_header (source->reader, "content-encoding"),
                    "gzip") == 0;
}

/* The part that the source stands at becomes a blob, and the stub names it. CouchDB sends what it
 * compresses as gzip; a blob holds the plain bytes. */
static gboolean
take_part (TkbExchange *x, TkbPartSource *source, JsonObject *stub, GError **error)
{
  g_autoptr (GInputStream) part = tkb_part_stream_new (source);
  g_autoptr (GInputStream) plain = NULL;
  g_autoptr (TkbBlobInfo) blob = NULL;

  if (is_gzip_part (source, stub))
    {
      g_autoptr (GConverter) converter =
          G_CONVERTER (g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP));

      plain = g_converter_input_stream_new (part, converter);
      g_filter_input_stream_set_close_base_stream (G_FILTER_INPUT_STREAM (plain), FALSE);
    }
  blob = tkb_store_add_blob (tkb_database_get_store (x->database), plain != NULL ? plain : part,
                             x->cancellable, error);
  if (blob == NULL || !tkb_part_stream_finish (TKB_PART_STREAM (part), error))
    return FALSE;
  json_object_remove_member (stub, "follows");
  json_object_remove_member (stub, "encoding");
  json_object_remove_member (stub, "encoded_length");
  json_object_set_boolean_member (stub, "stub", TRUE);
  json_object_set_string_member (stub, "digest", blob->digest);
  json_object_set_int_member (stub, "length", blob->length_bytes);
  return TRUE;
}

/* Parts are named by their file name, or come in the order of the document. */
static char *
choose_name (TkbPartSource *source, GPtrArray *names)
{
  g_autofree char *filename = tkb_wire_multipart_reader_get_filename (source->reader);
  guint            index = 0;
  char            *name;

  if (names->len == 0)
    return NULL;
  if (filename != NULL && !g_ptr_array_find_with_equal_func (names, filename, g_str_equal, &index))
    index = 0;
  name = g_strdup (names->pdata[index]);
  g_ptr_array_remove_index (names, index);
  return name;
}

static gboolean
take_parts (TkbExchange *x, TkbPartSource *source, JsonObject *document, GError **error)
{
  g_autoptr (GPtrArray) names = tkb_wire_multipart_get_following (document);
  JsonObject *attachments = tkb_json_get_object (document, "_attachments");

  for (;;)
    {
      TkbWireMultipartEvent event = tkb_part_source_next (source, error);
      g_autofree char      *name = NULL;

      if (event == TKB_WIRE_MULTIPART_ERROR)
        return FALSE;
      if (event == TKB_WIRE_MULTIPART_END)
        break;
      if (event != TKB_WIRE_MULTIPART_PART_BEGIN)
        continue;
      name = choose_name (source, names);
      if (name == NULL)
        {
          g_set_error_literal (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_BAD_REQUEST,
                               "The multipart body has more parts than the document names.");
          return FALSE;
        }
      if (!take_part (x, source, tkb_json_get_object (attachments, name), error))
        return FALSE;
    }
  if (names->len == 0)
    return TRUE;
  g_set_error (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_BAD_REQUEST,
               "The attachment “%s” does not follow.", (const char *) names->pdata[0]);
  return FALSE;
}

static JsonObject *
read_multipart (TkbExchange *x, const char *boundary, GError **error)
{
  g_auto (TkbPartSource) source = { 0 };
  g_autoptr (JsonObject) document = NULL;

  source.source = tkb_exchange_open_body (x, error);
  if (source.source == NULL)
    return NULL;
  source.reader = tkb_wire_multipart_reader_new (boundary);
  source.cancellable = x->cancellable;
  document = read_json_part (&source, error);
  if (document == NULL || !take_parts (x, &source, document, error))
    return NULL;
  return g_steal_pointer (&document);
}

static JsonObject *
read_body (TkbExchange *x, GError **error)
{
  const char      *type = tkb_exchange_get_header (x, "Content-Type");
  g_autofree char *boundary = NULL;

  if (type == NULL || g_ascii_strncasecmp (type, "multipart/", 10) != 0)
    {
      g_autoptr (GError) local_error = NULL;
      JsonObject *object = tkb_exchange_parse_body (x, TKB_MAX_JSON_BODY_BYTES, &local_error);

      if (object == NULL &&
          g_error_matches (local_error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_BAD_REQUEST))
        g_set_error_literal (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_BAD_REQUEST,
                             "Document must be a JSON object");
      else if (object == NULL)
        g_propagate_error (error, g_steal_pointer (&local_error));
      return object;
    }
  boundary = tkb_wire_multipart_get_boundary (type);
  if (boundary == NULL || g_ascii_strncasecmp (type, "multipart/related", 17) != 0)
    {
      g_set_error_literal (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_MEDIA_TYPE,
                           "A document comes as application/json or multipart/related.");
      return NULL;
    }
  return read_multipart (x, boundary, error);
}

/* ---- handlers ---- */

void
tkb_handle_document_put (TkbExchange *x)
{
  gboolean is_replicated = g_strcmp0 (tkb_exchange_get_query (x, "new_edits"), "false") == 0;
  GError  *error = NULL;
  g_autofree char *rev = NULL;
  g_autoptr (JsonObject) object = NULL;
  g_autoptr (TkbDocument) document = NULL;

  if (!tkb_document_id_is_valid (x->id, &error))
    {
      tkb_exchange_take_error (x, error);
      return;
    }
  object = read_body (x, &error);
  if (object == NULL)
    {
      tkb_exchange_take_error (x, error);
      return;
    }
  if (!tkb_write_get_rev (x, tkb_json_get_string (object, "_rev", NULL), &rev))
    return;
  /* the address has the last word, as in CouchDB; what is no string at all is refused below */
  if (!json_object_has_member (object, "_id") || tkb_json_get_string (object, "_id", NULL) != NULL)
    json_object_set_string_member (object, "_id", x->id);
  if (rev != NULL)
    json_object_set_string_member (object, "_rev", rev);
  document = tkb_document_new_from_json (object, &error);
  if (document == NULL)
    {
      tkb_exchange_take_error (x, error);
      return;
    }
  set_location (x, x->id);
  tkb_write_and_respond (x, document, is_replicated ? TKB_WRITE_REPLICATED : TKB_WRITE_NONE, 201);
}

void
tkb_handle_database_post (TkbExchange *x)
{
  GError *error = NULL;
  g_autoptr (JsonObject) object = tkb_exchange_parse_body (x, TKB_MAX_JSON_BODY_BYTES, &error);
  g_autoptr (TkbDocument) document = NULL;

  if (object != NULL && !json_object_has_member (object, "_id"))
    {
      g_autofree char *uuid = tkb_random_uuid (tkb_server_get_random (x->server));

      json_object_set_string_member (object, "_id", uuid);
    }
  if (object != NULL)
    document = tkb_document_new_from_json (object, &error);
  if (document == NULL)
    {
      tkb_exchange_take_error (x, error);
      return;
    }
  set_location (x, tkb_document_get_id (document));
  tkb_write_and_respond (x, document, TKB_WRITE_NONE, 201);
}

void
tkb_handle_document_delete (TkbExchange *x)
{
  GError          *error = NULL;
  g_autofree char *rev = NULL;
  g_autoptr (JsonObject) body = json_object_new ();
  g_autoptr (TkbDocument) document = NULL;

  if (!tkb_document_id_is_valid (x->id, &error))
    {
      tkb_exchange_take_error (x, error);
      return;
    }
  if (!tkb_write_get_rev (x, NULL, &rev))
    return;
  if (rev == NULL)
    {
      /* without a revision it is a conflict with what is there, or nothing is there */
      g_autoptr (TkbDocument) there = tkb_sight_get (x, x->id, NULL, &error);

      if (there == NULL)
        tkb_exchange_take_error (x, error);
      else
        tkb_exchange_fail_code (x, TKB_WIRE_ERROR_CONFLICT, "Document update conflict.");
      return;
    }
  document = tkb_document_new (x->id, rev, TRUE, body, NULL);
  tkb_write_and_respond (x, document, TKB_WRITE_NONE, 200);
}

/* Destination: ID or ID?rev=REV, escaped. */
static gboolean
read_destination (TkbExchange *x, char **out_id, char **out_rev, GError **error)
{
  const char      *header = tkb_exchange_get_header (x, "Destination");
  g_autofree char *path = g_strdup (header != NULL ? header : "");
  char            *query = strstr (path, "?rev=");
  g_autofree char *id = NULL;

  if (query != NULL)
    {
      *query = '\0';
      *out_rev = g_strdup (query + strlen ("?rev="));
    }
  id = g_uri_unescape_string (path, NULL);
  if (header == NULL || id == NULL || strchr (header, ':') != NULL)
    {
      g_set_error_literal (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_BAD_REQUEST,
                           "Destination header is mandatory for COPY, and is a document id.");
      return FALSE;
    }
  *out_id = g_steal_pointer (&id);
  return tkb_document_id_is_valid (*out_id, error);
}

void
tkb_handle_document_copy (TkbExchange *x)
{
  GError          *error = NULL;
  g_autofree char *id = NULL;
  g_autofree char *rev = NULL;
  g_autoptr (TkbDocument) source = NULL;
  g_autoptr (TkbDocument) copy = NULL;

  if (read_destination (x, &id, &rev, &error))
    source = tkb_sight_get (x, x->id, tkb_exchange_get_query (x, "rev"), &error);
  if (source == NULL)
    {
      tkb_exchange_take_error (x, error);
      return;
    }
  copy = tkb_document_new (id, rev, FALSE, tkb_document_get_body (source), NULL);
  set_location (x, id);
  tkb_write_and_respond (x, copy, TKB_WRITE_NONE, 201);
}
