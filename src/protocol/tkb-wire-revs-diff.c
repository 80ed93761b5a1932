/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-wire-revs-diff.h"

#include "tkb-wire-private.h"

/**
 * tkb_wire_revs_new:
 * @id: a document id
 *
 * Returns: (transfer full): @id with no revisions yet
 */
TkbWireRevs *
tkb_wire_revs_new (const char *id)
{
  TkbWireRevs *self = g_new0 (TkbWireRevs, 1);

  self->id = g_strdup (id);
  self->revs = g_ptr_array_new_with_free_func (g_free);
  return self;
}

/**
 * tkb_wire_revs_free:
 * @self: (transfer full) (nullable): what to free
 */
void
tkb_wire_revs_free (TkbWireRevs *self)
{
  if (!self)
    return;
  g_free (self->id);
  g_clear_pointer (&self->revs, g_ptr_array_unref);
  g_free (self);
}

/**
 * tkb_wire_missing_new:
 * @id: a document id
 *
 * Returns: (transfer full): @id with nothing missing yet
 */
TkbWireMissing *
tkb_wire_missing_new (const char *id)
{
  TkbWireMissing *self = g_new0 (TkbWireMissing, 1);

  self->id = g_strdup (id);
  self->missing = g_ptr_array_new_with_free_func (g_free);
  return self;
}

/**
 * tkb_wire_missing_free:
 * @self: (transfer full) (nullable): what to free
 */
void
tkb_wire_missing_free (TkbWireMissing *self)
{
  if (!self)
    return;
  g_free (self->id);
  g_clear_pointer (&self->missing, g_ptr_array_unref);
  g_clear_pointer (&self->possible_ancestors, g_ptr_array_unref);
  g_free (self);
}

/**
 * tkb_wire_revs_diff_parse_request:
 * @text: the body of a request: `{id: [rev, …], …}`
 * @length: bytes of @text
 * @error: %TKB_WIRE_ERROR_BAD_REQUEST, %TKB_WIRE_ERROR_TOO_LARGE
 *
 * Returns: (transfer full) (element-type TkbWireRevs): what is asked for, in its order
 */
GPtrArray *
tkb_wire_revs_diff_parse_request (const char *text, gsize length, GError **error)
{
  g_autoptr (JsonObject) object =
      tkb_wire_parse_object (text, length, TKB_WIRE_ERROR_BAD_REQUEST, error);
  g_autoptr (GPtrArray) result = NULL;
  JsonObjectIter iter;
  const char    *id;
  JsonNode      *node;

  if (!object)
    return NULL;
  result = g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_wire_revs_free);
  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &id, &node))
    {
      TkbWireRevs *revs;

      if (!JSON_NODE_HOLDS_ARRAY (node))
        {
          g_set_error (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_BAD_REQUEST,
                       "The revisions of “%s” must be an array", id);
          return NULL;
        }
      revs = g_new0 (TkbWireRevs, 1);
      g_ptr_array_add (result, revs);
      revs->id = g_strdup (id);
      revs->revs = tkb_wire_strings_from_array (json_node_get_array (node), "Revisions",
                                                TKB_WIRE_ERROR_BAD_REQUEST, error);
      if (!revs->revs)
        return NULL;
    }
  return g_steal_pointer (&result);
}

/**
 * tkb_wire_revs_diff_write_request:
 * @revs: (element-type TkbWireRevs): what to ask for; each id once
 *
 * Returns: (transfer full): the body of the request
 */
GString *
tkb_wire_revs_diff_write_request (GPtrArray *revs)
{
  GString *out = g_string_new ("{");

  for (guint i = 0; i < revs->len; i++)
    {
      TkbWireRevs *entry = g_ptr_array_index (revs, i);

      if (i > 0)
        g_string_append_c (out, ',');
      tkb_json_append_string (out, entry->id);
      g_string_append_c (out, ':');
      tkb_wire_append_strings (out, entry->revs);
    }
  g_string_append_c (out, '}');
  return out;
}

/**
 * tkb_wire_revs_diff_parse_response:
 * @text: the body of an answer: `{id: {"missing": [rev, …]}, …}`
 * @length: bytes of @text
 * @error: %TKB_WIRE_ERROR_MALFORMED
 *
 * Returns: (transfer full) (element-type TkbWireMissing): what is not there
 */
GPtrArray *
tkb_wire_revs_diff_parse_response (const char *text, gsize length, GError **error)
{
  g_autoptr (JsonObject) object =
      tkb_wire_parse_object (text, length, TKB_WIRE_ERROR_MALFORMED, error);
  g_autoptr (GPtrArray) result = NULL;
  JsonObjectIter iter;
  const char    *id;
  JsonNode      *node;

  if (!object)
    return NULL;
  result = g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_wire_missing_free);
  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &id, &node))
    {
      TkbWireMissing *missing;
      JsonObject     *entry;
      JsonArray      *ancestors;

      if (!JSON_NODE_HOLDS_OBJECT (node))
        {
          g_set_error (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_MALFORMED,
                       "the answer about “%s” is no object", id);
          return NULL;
        }
      entry = json_node_get_object (node);
      missing = g_new0 (TkbWireMissing, 1);
      g_ptr_array_add (result, missing);
      missing->id = g_strdup (id);
      missing->missing =
          tkb_wire_strings_from_array (tkb_json_get_array (entry, "missing"), "missing revisions",
                                       TKB_WIRE_ERROR_MALFORMED, error);
      if (!missing->missing)
        return NULL;
      ancestors = tkb_json_get_array (entry, "possible_ancestors");
      if (ancestors)
        {
          missing->possible_ancestors = tkb_wire_strings_from_array (
              ancestors, "possible ancestors", TKB_WIRE_ERROR_MALFORMED, error);
          if (!missing->possible_ancestors)
            return NULL;
        }
    }
  return g_steal_pointer (&result);
}

/**
 * tkb_wire_revs_diff_write_response:
 * @missing: (element-type TkbWireMissing): what is not there
 *
 * Returns: (transfer full): the body of the answer
 */
GString *
tkb_wire_revs_diff_write_response (GPtrArray *missing)
{
  GString *out = g_string_new ("{");

  for (guint i = 0; i < missing->len; i++)
    {
      TkbWireMissing *entry = g_ptr_array_index (missing, i);

      if (i > 0)
        g_string_append_c (out, ',');
      tkb_json_append_string (out, entry->id);
      g_string_append (out, ":{\"missing\":");
      tkb_wire_append_strings (out, entry->missing);
      if (entry->possible_ancestors && entry->possible_ancestors->len > 0)
        {
          g_string_append (out, ",\"possible_ancestors\":");
          tkb_wire_append_strings (out, entry->possible_ancestors);
        }
      g_string_append_c (out, '}');
    }
  g_string_append (out, "}\n");
  return out;
}

/**
 * tkb_wire_missing_revs_write_response:
 * @missing: (element-type TkbWireMissing): what is not there
 *
 * Returns: (transfer full): the body of the answer to _missing_revs
 */
GString *
tkb_wire_missing_revs_write_response (GPtrArray *missing)
{
  GString *out = g_string_new ("{\"missing_revs\":{");

  for (guint i = 0; i < missing->len; i++)
    {
      TkbWireMissing *entry = g_ptr_array_index (missing, i);

      if (i > 0)
        g_string_append_c (out, ',');
      tkb_json_append_string (out, entry->id);
      g_string_append_c (out, ':');
      tkb_wire_append_strings (out, entry->missing);
    }
  g_string_append (out, "}}\n");
  return out;
}
