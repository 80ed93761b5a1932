/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-wire-bulk-get.h"

#include "tkb-wire-private.h"

/**
 * tkb_wire_bulk_get_item_new:
 * @id: a document id
 * @rev: (nullable): a revision
 *
 * Returns: (transfer full): one thing to ask for
 */
TkbWireBulkGetItem *
tkb_wire_bulk_get_item_new (const char *id, const char *rev)
{
  TkbWireBulkGetItem *self = g_new0 (TkbWireBulkGetItem, 1);

  self->id = g_strdup (id);
  self->rev = g_strdup (rev);
  return self;
}

/**
 * tkb_wire_bulk_get_item_free:
 * @self: (transfer full) (nullable): what to free
 */
void
tkb_wire_bulk_get_item_free (TkbWireBulkGetItem *self)
{
  if (!self)
    return;
  g_free (self->id);
  g_free (self->rev);
  g_clear_pointer (&self->atts_since, g_ptr_array_unref);
  g_free (self);
}

/**
 * tkb_wire_bulk_get_result_free:
 * @self: (transfer full) (nullable): what to free
 */
void
tkb_wire_bulk_get_result_free (TkbWireBulkGetResult *self)
{
  if (!self)
    return;
  g_free (self->id);
  g_free (self->rev);
  g_clear_pointer (&self->object, json_object_unref);
  g_clear_error (&self->error);
  g_free (self);
}

/**
 * tkb_wire_bulk_get_parse_request:
 * @text: the body of a request: `{"docs": [{"id": …, "rev": …}, …]}`
 * @length: bytes of @text
 * @error: %TKB_WIRE_ERROR_BAD_REQUEST, %TKB_WIRE_ERROR_TOO_LARGE
 *
 * Returns: (transfer full) (element-type TkbWireBulkGetItem): what is asked for, in its order
 */
GPtrArray *
tkb_wire_bulk_get_parse_request (const char *text, gsize length, GError **error)
{
  g_autoptr (JsonObject) object =
      tkb_wire_parse_object (text, length, TKB_WIRE_ERROR_BAD_REQUEST, error);
  g_autoptr (GPtrArray) items = NULL;
  JsonArray *docs;

  if (!object)
    return NULL;
  docs = tkb_json_get_array (object, "docs");
  if (!docs)
    {
      g_set_error (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_BAD_REQUEST,
                   "Missing JSON list of 'docs'.");
      return NULL;
    }
  items = g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_wire_bulk_get_item_free);
  for (guint i = 0; i < json_array_get_length (docs); i++)
    {
      JsonObject         *doc = tkb_wire_array_get_object (docs, i);
      const char         *id = doc ? tkb_json_get_string (doc, "id", NULL) : NULL;
      JsonArray          *atts_since;
      TkbWireBulkGetItem *item;

      if (!id)
        {
          g_set_error (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_BAD_REQUEST,
                       "each of 'docs' must be an object with an id");
          return NULL;
        }
      item = tkb_wire_bulk_get_item_new (id, tkb_json_get_string (doc, "rev", NULL));
      g_ptr_array_add (items, item);
      atts_since = tkb_json_get_array (doc, "atts_since");
      if (atts_since)
        {
          item->atts_since = tkb_wire_strings_from_array (atts_since, "atts_since",
                                                          TKB_WIRE_ERROR_BAD_REQUEST, error);
          if (!item->atts_since)
            return NULL;
        }
    }
  return g_steal_pointer (&items);
}

/**
 * tkb_wire_bulk_get_write_request:
 * @items: (element-type TkbWireBulkGetItem): what to ask for
 *
 * Returns: (transfer full): the body of the request
 */
GString *
tkb_wire_bulk_get_write_request (GPtrArray *items)
{
  GString *out = g_string_new ("{\"docs\":[");

  for (guint i = 0; i < items->len; i++)
    {
      TkbWireBulkGetItem *item = g_ptr_array_index (items, i);

      g_string_append (out, i > 0 ? ",{\"id\":" : "{\"id\":");
      tkb_json_append_string (out, item->id);
      if (item->rev)
        {
          g_string_append (out, ",\"rev\":");
          tkb_json_append_string (out, item->rev);
        }
      if (item->atts_since && item->atts_since->len > 0)
        {
          g_string_append (out, ",\"atts_since\":");
          tkb_wire_append_strings (out, item->atts_since);
        }
      g_string_append_c (out, '}');
    }
  g_string_append (out, "]}");
  return out;
}

/* Reads {"ok": doc}, {"error": {…}} or {"missing": rev}; (nullable) with an error */
static TkbWireBulkGetResult *
parse_entry (const char *id, JsonObject *entry, GError **error)
{
  g_autoptr (TkbWireBulkGetResult) result = g_new0 (TkbWireBulkGetResult, 1);
  JsonObject *ok = entry ? tkb_json_get_object (entry, "ok") : NULL;
  JsonObject *failure = entry ? tkb_json_get_object (entry, "error") : NULL;

  if (ok)
    {
      result->id = g_strdup (tkb_json_get_string (ok, "_id", id));
      result->rev = g_strdup (tkb_json_get_string (ok, "_rev", NULL));
      result->object = json_object_ref (ok);
    }
  else if (failure)
    {
      result->id = g_strdup (tkb_json_get_string (failure, "id", id));
      result->rev = g_strdup (tkb_json_get_string (failure, "rev", NULL));
      result->error =
          tkb_wire_error_new_for_name (tkb_json_get_string (failure, "error", "unknown_error"),
                                       tkb_json_get_string (failure, "reason", NULL));
    }
  else if (entry && tkb_json_get_string (entry, "missing", NULL))
    {
      result->id = g_strdup (id);
      result->rev = g_strdup (tkb_json_get_string (entry, "missing", NULL));
      result->error = tkb_wire_error_new_for_name ("not_found", "missing");
    }
  else
    {
      g_set_error (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_MALFORMED,
                   "a revision in the answer is neither a document nor an error");
      return NULL;
    }
  if (!result->id)
    {
      g_set_error (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_MALFORMED,
                   "a revision in the answer has no id");
      return NULL;
    }
  return g_steal_pointer (&result);
}

/**
 * tkb_wire_bulk_get_parse_response:
 * @text: the body of an answer
 * @length: bytes of @text
 * @error: %TKB_WIRE_ERROR_MALFORMED
 *
 * Returns: (transfer full) (element-type TkbWireBulkGetResult): one for each revision answered
 */
GPtrArray *
tkb_wire_bulk_get_parse_response (const char *text, gsize length, GError **error)
{
  g_autoptr (JsonObject) object =
      tkb_wire_parse_object (text, length, TKB_WIRE_ERROR_MALFORMED, error);
  g_autoptr (GPtrArray) results = NULL;
  JsonArray *entries;

  if (!object)
    return NULL;
  entries = tkb_json_get_array (object, "results");
  if (!entries)
    {
      g_set_error (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_MALFORMED,
                   "the answer to _bulk_get has no results");
      return NULL;
    }
  results = g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_wire_bulk_get_result_free);
  for (guint i = 0; i < json_array_get_length (entries); i++)
    {
      JsonObject *entry = tkb_wire_array_get_object (entries, i);
      const char *id = entry ? tkb_json_get_string (entry, "id", NULL) : NULL;
      JsonArray  *docs = entry ? tkb_json_get_array (entry, "docs") : NULL;

      for (guint k = 0; docs && k < json_array_get_length (docs); k++)
        {
          TkbWireBulkGetResult *result =
              parse_entry (id, tkb_wire_array_get_object (docs, k), error);

          if (!result)
            return NULL;
          g_ptr_array_add (results, result);
        }
    }
  return g_steal_pointer (&results);
}

/**
 * tkb_wire_bulk_get_append_start:
 * @out: where to write
 */
void
tkb_wire_bulk_get_append_start (GString *out)
{
  g_string_append (out, "{\"results\":[");
}

/**
 * tkb_wire_bulk_get_append_result:
 * @out: where to write
 * @result: one revision or why there is none
 * @previous_id: (nullable): id of the result written before, %NULL for the first
 */
void
tkb_wire_bulk_get_append_result (GString                    *out,
                                 const TkbWireBulkGetResult *result,
                                 const char                 *previous_id)
{
  if (g_strcmp0 (result->id, previous_id) == 0)
    g_string_append_c (out, ',');
  else
    {
      g_string_append (out, previous_id ? "]},\n{\"id\":" : "\n{\"id\":");
      tkb_json_append_string (out, result->id);
      g_string_append (out, ",\"docs\":[");
    }
  if (result->object)
    {
      g_string_append (out, "{\"ok\":");
      tkb_json_append_object (out, result->object);
      g_string_append_c (out, '}');
      return;
    }
  g_string_append (out, "{\"error\":{\"id\":");
  tkb_json_append_string (out, result->id);
  g_string_append (out, ",\"rev\":");
  tkb_json_append_string (out, result->rev ? result->rev : "undefined");
  g_string_append_c (out, ',');
  tkb_wire_error_append_members (out, result->error);
  g_string_append (out, "}}");
}

/**
 * tkb_wire_bulk_get_append_end:
 * @out: where to write
 * @previous_id: (nullable): id of the last result written, %NULL if there was none
 */
void
tkb_wire_bulk_get_append_end (GString *out, const char *previous_id)
{
  g_string_append (out, previous_id ? "]}\n]}\n" : "]}\n");
}

/**
 * tkb_wire_open_revs_parse_response:
 * @id: the document asked for
 * @text: the body of an answer in JSON
 * @length: bytes of @text
 * @error: %TKB_WIRE_ERROR_MALFORMED
 *
 * Returns: (transfer full) (element-type TkbWireBulkGetResult): one for each revision answered
 */
GPtrArray *
tkb_wire_open_revs_parse_response (const char *id, const char *text, gsize length, GError **error)
{
  g_autoptr (JsonNode) node = tkb_wire_parse_node (text, length, TKB_WIRE_ERROR_MALFORMED, error);
  g_autoptr (GPtrArray) results = NULL;
  JsonArray *array;

  if (!node)
    return NULL;
  if (!JSON_NODE_HOLDS_ARRAY (node))
    {
      g_set_error (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_MALFORMED,
                   "the answer to open_revs is no array");
      return NULL;
    }
  results = g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_wire_bulk_get_result_free);
  array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      TkbWireBulkGetResult *result = parse_entry (id, tkb_wire_array_get_object (array, i), error);

      if (!result)
        return NULL;
      g_ptr_array_add (results, result);
    }
  return g_steal_pointer (&results);
}

/**
 * tkb_wire_open_revs_write_response:
 * @results: (element-type TkbWireBulkGetResult): revisions of one document
 *
 * Returns: (transfer full): the body of the answer in JSON
 */
GString *
tkb_wire_open_revs_write_response (GPtrArray *results)
{
  GString *out = g_string_new ("[");

  for (guint i = 0; i < results->len; i++)
    {
      TkbWireBulkGetResult *result = g_ptr_array_index (results, i);

      g_string_append (out, i > 0 ? ",\n" : "");
      if (result->object)
        {
          g_string_append (out, "{\"ok\":");
          tkb_json_append_object (out, result->object);
        }
      else
        {
          g_string_append (out, "{\"missing\":");
          tkb_json_append_string (out, result->rev ? result->rev : "");
        }
      g_string_append_c (out, '}');
    }
  g_string_append (out, "]\n");
  return out;
}
