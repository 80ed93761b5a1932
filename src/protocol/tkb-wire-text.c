/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-wire-text.h"

#include "tkb-wire-private.h"

#include <string.h>

/* characters of a query string that is read; CouchDB's own clients stay under 8 KiB, doc_ids in a
 * query may be longer */
#define MAX_QUERY_BYTES (256 * 1024)

/**
 * tkb_wire_seq_from_node:
 * @node: (nullable): a sequence as it came: a string, a number or (very old clusters) an array
 *
 * Returns: (transfer full) (nullable): the sequence; %NULL for null or anything that is none
 */
char *
tkb_wire_seq_from_node (JsonNode *node)
{
  if (!node || JSON_NODE_HOLDS_NULL (node) || JSON_NODE_HOLDS_OBJECT (node))
    return NULL;
  if (JSON_NODE_HOLDS_VALUE (node))
    {
      GType type = json_node_get_value_type (node);

      if (type == G_TYPE_STRING)
        return g_strdup (json_node_get_string (node));
      if (type == G_TYPE_INT64)
        return g_strdup_printf ("%" G_GINT64_FORMAT, json_node_get_int (node));
      if (type == G_TYPE_BOOLEAN)
        return NULL;
    }
  return tkb_json_to_canonical (node, NULL);
}

/**
 * tkb_wire_seq_from_member:
 * @object: a JSON object
 * @member: name of a member that holds a sequence
 *
 * Returns: (transfer full) (nullable): as tkb_wire_seq_from_node ()
 */
char *
tkb_wire_seq_from_member (JsonObject *object, const char *member)
{
  return tkb_wire_seq_from_node (json_object_get_member (object, member));
}

static gboolean
seq_is_number (const char *seq)
{
  gsize length = strlen (seq);

  if (length == 0 || length > 18 || (seq[0] == '0' && length > 1))
    return FALSE;
  return strspn (seq, "0123456789") == length;
}

/**
 * tkb_wire_seq_append:
 * @out: where to write
 * @seq: (nullable): a sequence; %NULL is the beginning
 *
 * Appends @seq as JSON: a number where it looks like one, else a string.
 */
void
tkb_wire_seq_append (GString *out, const char *seq)
{
  if (!seq)
    g_string_append_c (out, '0');
  else if (seq_is_number (seq))
    g_string_append (out, seq);
  else
    tkb_json_append_string (out, seq);
}

/**
 * tkb_wire_seq_to_node:
 * @seq: (nullable): a sequence; %NULL is the beginning
 *
 * Returns: (transfer full): as tkb_wire_seq_append () would write it
 */
JsonNode *
tkb_wire_seq_to_node (const char *seq)
{
  JsonNode *node = json_node_alloc ();

  if (!seq || seq_is_number (seq))
    return json_node_init_int (node, seq ? g_ascii_strtoll (seq, NULL, 10) : 0);
  return json_node_init_string (node, seq);
}

/**
 * tkb_wire_seq_is_start:
 * @seq: (nullable): a sequence
 *
 * Returns: whether @seq is the beginning of every feed
 */
gboolean
tkb_wire_seq_is_start (const char *seq)
{
  return !seq || !*seq || g_str_equal (seq, "0");
}

/**
 * tkb_wire_escape_id:
 * @id: a document id
 *
 * Returns: (transfer full): @id as segments of a path; the slash after `_design` and `_local`
 *   stays a slash, any other becomes `%2F`
 */
char *
tkb_wire_escape_id (const char *id)
{
  g_autofree char *escaped = NULL;
  const char      *prefix = "";

  if (g_str_has_prefix (id, "_design/"))
    prefix = "_design/";
  else if (g_str_has_prefix (id, "_local/"))
    prefix = "_local/";
  escaped = g_uri_escape_string (id + strlen (prefix), NULL, FALSE);
  return g_strconcat (prefix, escaped, NULL);
}

/**
 * tkb_wire_unescape:
 * @segment: one segment of a path, still escaped
 *
 * Returns: (transfer full) (nullable): the text, or %NULL if it holds a broken escape, a zero byte
 *   or is not UTF-8
 */
char *
tkb_wire_unescape (const char *segment)
{
  g_autofree char *text = g_uri_unescape_string (segment, NULL);

  if (!text || !g_utf8_validate (text, -1, NULL))
    return NULL;
  return g_steal_pointer (&text);
}

/**
 * tkb_wire_query_parse:
 * @query: (nullable): a query string without its question mark
 * @error: %TKB_WIRE_ERROR_BAD_REQUEST
 *
 * Returns: (transfer full) (element-type utf8 utf8): names and values, the last of a name counts
 */
GHashTable *
tkb_wire_query_parse (const char *query, GError **error)
{
  GHashTable *params = NULL;
  g_autoptr (GError) local_error = NULL;

  if (!query || !*query)
    return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  if (strlen (query) > MAX_QUERY_BYTES)
    {
      g_set_error (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_BAD_REQUEST, "The query is too long");
      return NULL;
    }
  params = g_uri_parse_params (query, -1, "&", G_URI_PARAMS_WWW_FORM, &local_error);
  if (!params)
    g_set_error (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_BAD_REQUEST, "The query cannot be read: %s",
                 local_error->message);
  return params;
}

/**
 * tkb_wire_query_append:
 * @query: a query string being built
 * @name: a name that needs no escaping
 * @value: any text
 */
void
tkb_wire_query_append (GString *query, const char *name, const char *value)
{
  if (query->len > 0)
    g_string_append_c (query, '&');
  g_string_append (query, name);
  g_string_append_c (query, '=');
  g_string_append_uri_escaped (query, value, NULL, FALSE);
}

/* "Thu, 01 Jan 1970 00:00:09 GMT"; (transfer full) (nullable) */
static GDateTime *
parse_http_date (const char *text)
{
  static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
  /* which words are numbers, and up to what */
  static const guint limits[] = { 0, 31, 0, 9999, 23, 59, 60 };
  g_auto (GStrv) words = g_strsplit_set (text, " :", 9);
  guint64     numbers[G_N_ELEMENTS (limits)] = { 0 };
  const char *month;

  if (g_strv_length (words) != 8 || strlen (words[2]) != 3)
    return NULL;
  month = strstr (months, words[2]);
  if (!month || (month - months) % 3 != 0)
    return NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (limits); i++)
    if (limits[i] > 0 &&
        !g_ascii_string_to_unsigned (words[i], 10, 0, limits[i], &numbers[i], NULL))
      return NULL;
  return g_date_time_new_utc ((int) numbers[3], (int) (month - months) / 3 + 1, (int) numbers[1],
                              (int) numbers[4], (int) numbers[5], MIN ((double) numbers[6], 59));
}

/**
 * tkb_wire_retry_after_parse:
 * @value: (nullable): value of the header Retry-After: seconds or an HTTP date
 * @now_ms: wall clock, milliseconds since 1970
 *
 * Returns: milliseconds to wait, at most one hour; -1 where @value says nothing useful
 */
gint64
tkb_wire_retry_after_parse (const char *value, gint64 now_ms)
{
  g_autoptr (GDateTime) when = NULL;
  guint64 seconds;

  if (!value)
    return -1;
  if (g_ascii_string_to_unsigned (value, 10, 0, G_MAXUINT32, &seconds, NULL))
    return (gint64) MIN (seconds, 3600) * 1000;
  when = parse_http_date (value);
  return when ? CLAMP (g_date_time_to_unix (when) * 1000 - now_ms, 0, 3600 * 1000) : -1;
}

/* ---- shared by this folder ---- */

static void
set_json_error (GError **error, TkbWireError code, GError *json_error)
{
  if (code == TKB_WIRE_ERROR_BAD_REQUEST &&
      g_error_matches (json_error, TKB_JSON_ERROR, TKB_JSON_ERROR_SIZE))
    code = TKB_WIRE_ERROR_TOO_LARGE;
  g_set_error (error, TKB_WIRE_ERROR, code, "invalid UTF-8 JSON: %s", json_error->message);
  g_error_free (json_error);
}

JsonObject *
tkb_wire_parse_object (const char *text, gsize length, TkbWireError code, GError **error)
{
  GError     *json_error = NULL;
  JsonObject *object =
      tkb_json_parse_object (text, (gssize) length, TKB_MAX_JSON_BODY_BYTES, &json_error);

  if (!object)
    set_json_error (error, code, json_error);
  return object;
}

JsonNode *
tkb_wire_parse_node (const char *text, gsize length, TkbWireError code, GError **error)
{
  GError   *json_error = NULL;
  JsonNode *node = tkb_json_parse (text, (gssize) length, TKB_MAX_JSON_BODY_BYTES, &json_error);

  if (!node)
    set_json_error (error, code, json_error);
  return node;
}

gboolean
tkb_wire_is_html (const char *content_type, const char *text, gsize length)
{
  if (content_type && g_ascii_strncasecmp (content_type, "text/html", 9) == 0)
    return TRUE;
  while (length > 0 && g_ascii_isspace (*text))
    text++, length--;
  return length > 0 && *text == '<';
}

GPtrArray *
tkb_wire_strings_from_array (JsonArray *array, const char *what, TkbWireError code, GError **error)
{
  g_autoptr (GPtrArray) strings = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; array && i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);

      if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
        {
          g_set_error (error, TKB_WIRE_ERROR, code, "%s must be strings", what);
          return NULL;
        }
      g_ptr_array_add (strings, g_strdup (json_node_get_string (node)));
    }
  return g_steal_pointer (&strings);
}

void
tkb_wire_append_strings (GString *out, GPtrArray *strings)
{
  g_string_append_c (out, '[');
  for (guint i = 0; strings && i < strings->len; i++)
    {
      if (i > 0)
        g_string_append_c (out, ',');
      tkb_json_append_string (out, g_ptr_array_index (strings, i));
    }
  g_string_append_c (out, ']');
}

JsonObject *
tkb_wire_array_get_object (JsonArray *array, guint index)
{
  JsonNode *node = json_array_get_element (array, index);

  return JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}
