/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-wire-bulk-docs.h"

#include "tkb-wire-private.h"

/**
 * tkb_wire_bulk_docs_parse_request:
 * @text: the body of a request: `{"docs": […], "new_edits": true}`
 * @length: bytes of @text
 * @error: %TKB_WIRE_ERROR_BAD_REQUEST, %TKB_WIRE_ERROR_TOO_LARGE
 *
 * Returns: (transfer full): the documents as given; each still has to be read by
 *   tkb_document_new_from_json ()
 */
TkbWireBulkDocs *
tkb_wire_bulk_docs_parse_request (const char *text, gsize length, GError **error)
{
  g_autoptr (JsonObject) object =
      tkb_wire_parse_object (text, length, TKB_WIRE_ERROR_BAD_REQUEST, error);
  g_autoptr (TkbWireBulkDocs) self = NULL;
  JsonArray *docs;

  if (!object)
    return NULL;
  docs = tkb_json_get_array (object, "docs");
  if (!docs)
    {
      g_set_error (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_BAD_REQUEST,
                   "POST body must include `docs` parameter.");
      return NULL;
    }
  self = g_new0 (TkbWireBulkDocs, 1);
  self->new_edits = tkb_json_get_boolean (object, "new_edits", TRUE);
  self->docs = g_ptr_array_new_with_free_func ((GDestroyNotify) json_object_unref);
  for (guint i = 0; i < json_array_get_length (docs); i++)
    {
      JsonObject *doc = tkb_wire_array_get_object (docs, i);

      if (!doc)
        {
          g_set_error (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_BAD_REQUEST,
                       "Document must be a JSON object");
          return NULL;
        }
      g_ptr_array_add (self->docs, json_object_ref (doc));
    }
  return g_steal_pointer (&self);
}

/**
 * tkb_wire_bulk_docs_write_request:
 * @documents: (element-type TkbDocument): what to write
 * @new_edits: %FALSE to keep revisions and histories as they are
 *
 * Returns: (transfer full): the body of the request
 */
GString *
tkb_wire_bulk_docs_write_request (GPtrArray *documents, gboolean new_edits)
{
  GString *out = g_string_new (new_edits ? "{\"docs\":[" : "{\"new_edits\":false,\"docs\":[");

  for (guint i = 0; i < documents->len; i++)
    {
      g_autoptr (JsonObject) object =
          tkb_document_to_json (g_ptr_array_index (documents, i), TKB_DOCUMENT_JSON_REVISIONS);

      if (i > 0)
        g_string_append_c (out, ',');
      tkb_json_append_object (out, object);
    }
  g_string_append (out, "]}");
  return out;
}

/**
 * tkb_wire_bulk_docs_free:
 * @self: (transfer full) (nullable): what to free
 */
void
tkb_wire_bulk_docs_free (TkbWireBulkDocs *self)
{
  if (!self)
    return;
  g_clear_pointer (&self->docs, g_ptr_array_unref);
  g_free (self);
}

/**
 * tkb_wire_bulk_docs_row_new:
 * @id: a document id
 * @rev: (nullable): its revision
 * @error: (nullable): why it was not written
 *
 * Returns: (transfer full): one row of the answer
 */
TkbWireBulkDocsRow *
tkb_wire_bulk_docs_row_new (const char *id, const char *rev, const GError *error)
{
  TkbWireBulkDocsRow *self = g_new0 (TkbWireBulkDocsRow, 1);

  self->id = g_strdup (id);
  self->rev = g_strdup (rev);
  self->error = error ? g_error_copy (error) : NULL;
  return self;
}

/**
 * tkb_wire_bulk_docs_row_free:
 * @self: (transfer full) (nullable): what to free
 */
void
tkb_wire_bulk_docs_row_free (TkbWireBulkDocsRow *self)
{
  if (!self)
    return;
  g_free (self->id);
  g_free (self->rev);
  g_clear_error (&self->error);
  g_free (self);
}

/**
 * tkb_wire_bulk_docs_parse_response:
 * @text: the body of an answer
 * @length: bytes of @text
 * @error: %TKB_WIRE_ERROR_MALFORMED
 *
 * With new_edits=false a server may answer with the failures only, and in any order: match the
 * rows by id and revision.
 *
 * Returns: (transfer full) (element-type TkbWireBulkDocsRow): the rows
 */
GPtrArray *
tkb_wire_bulk_docs_parse_response (const char *text, gsize length, GError **error)
{
  g_autoptr (JsonNode) node = tkb_wire_parse_node (text, length, TKB_WIRE_ERROR_MALFORMED, error);
  g_autoptr (GPtrArray) rows = NULL;
  JsonArray *array;

  if (!node)
    return NULL;
  if (!JSON_NODE_HOLDS_ARRAY (node))
    {
      g_set_error (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_MALFORMED,
                   "the answer to _bulk_docs is no array");
      return NULL;
    }
  rows = g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_wire_bulk_docs_row_free);
  array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject         *object = tkb_wire_array_get_object (array, i);
      const char         *id = object ? tkb_json_get_string (object, "id", NULL) : NULL;
      const char         *name = object ? tkb_json_get_string (object, "error", NULL) : NULL;
      TkbWireBulkDocsRow *row;

      if (!id)
        {
          g_set_error (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_MALFORMED,
                       "a row of the answer to _bulk_docs has no id");
          return NULL;
        }
      row = tkb_wire_bulk_docs_row_new (id, tkb_json_get_string (object, "rev", NULL), NULL);
      if (name)
        row->error =
            tkb_wire_error_new_for_name (name, tkb_json_get_string (object, "reason", NULL));
      g_ptr_array_add (rows, row);
    }
  return g_steal_pointer (&rows);
}

/**
 * tkb_wire_bulk_docs_write_response:
 * @rows: (element-type TkbWireBulkDocsRow): what became of each document
 *
 * Returns: (transfer full): the body of the answer
 */
GString *
tkb_wire_bulk_docs_write_response (GPtrArray *rows)
{
  GString *out = g_string_new ("[");

  for (guint i = 0; i < rows->len; i++)
    {
      TkbWireBulkDocsRow *row = g_ptr_array_index (rows, i);

      g_string_append (out, i > 0 ? ",\n{" : "{");
      if (!row->error)
        g_string_append (out, "\"ok\":true,");
      g_string_append (out, "\"id\":");
      tkb_json_append_string (out, row->id);
      if (row->rev)
        {
          g_string_append (out, ",\"rev\":");
          tkb_json_append_string (out, row->rev);
        }
      if (row->error)
        {
          g_string_append_c (out, ',');
          tkb_wire_error_append_members (out, row->error);
        }
      g_string_append_c (out, '}');
    }
  g_string_append (out, "]\n");
  return out;
}
