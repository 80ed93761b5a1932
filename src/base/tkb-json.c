/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-json.h"

#include <float.h>
#include <math.h>
#include <string.h>

G_DEFINE_QUARK (tkb - json - error - quark, tkb_json_error)

/* The form of ECMAScript's Number::toString (also RFC 8785's): fewest digits that read back the
 * same, without an exponent from 1e-6 up to 1e21. */
static void
append_double (GString *out, double value)
{
  char  text[40];
  char  digits[24];
  int   n_digits = 0;
  int   exponent; /* of ten: 0.DIGITS * 10^exponent */
  char *mark;

  g_return_if_fail (isfinite (value));

  if (value == 0.0)
    {
      g_string_append_c (out, '0');
      return;
    }
  /* 15 digits survive a normal double, denormals have fewer; 17 tell any two doubles apart */
  for (int precision = fabs (value) < DBL_MIN ? 0 : 14; precision <= 16; precision++)
    {
      char format[8];

      g_snprintf (format, sizeof format, "%%.%de", precision);
      g_ascii_formatd (text, sizeof text, format, fabs (value));
      if (g_ascii_strtod (text, NULL) == fabs (value))
        break;
    }

  mark = strchr (text, 'e');
  exponent = (int) g_ascii_strtoll (mark + 1, NULL, 10) + 1;
  for (const char *at = text; at < mark; at++)
    if (*at != '.')
      digits[n_digits++] = *at;
  while (n_digits > 1 && digits[n_digits - 1] == '0')
    n_digits--;

  if (value < 0)
    g_string_append_c (out, '-');
  if (exponent > 21 || exponent < -5)
    {
      g_string_append_c (out, digits[0]);
      if (n_digits > 1)
        g_string_append_c (out, '.');
      g_string_append_len (out, digits + 1, n_digits - 1);
      g_string_append_printf (out, "e%+d", exponent - 1);
    }
  else if (exponent <= 0)
    {
      g_string_append (out, "0.");
      for (int i = exponent; i < 0; i++)
        g_string_append_c (out, '0');
      g_string_append_len (out, digits, n_digits);
    }
  else
    {
      g_string_append_len (out, digits, MIN (exponent, n_digits));
      for (int i = n_digits; i < exponent; i++)
        g_string_append_c (out, '0');
      if (n_digits > exponent)
        {
          g_string_append_c (out, '.');
          g_string_append_len (out, digits + exponent, n_digits - exponent);
        }
    }
}

/**
 * tkb_json_append_string:
 *
 * Appends @string in double quotes; only what RFC 8259 demands is escaped.
 */
void
tkb_json_append_string (GString *out, const char *string)
{
  const char *run = string;

  g_return_if_fail (out != NULL);
  g_return_if_fail (string != NULL);

  g_string_append_c (out, '"');
  for (const char *at = string;; at++)
    {
      unsigned char byte = (unsigned char) *at;

      if (byte >= 0x20 && byte != '"' && byte != '\\')
        continue;
      g_string_append_len (out, run, at - run);
      if (byte == '\0')
        break;
      run = at + 1;
      switch (byte)
        {
        case '"':
        case '\\':
          g_string_append_c (out, '\\');
          g_string_append_c (out, (char) byte);
          break;
        case '\b':
          g_string_append (out, "\\b");
          break;
        case '\f':
          g_string_append (out, "\\f");
          break;
        case '\n':
          g_string_append (out, "\\n");
          break;
        case '\r':
          g_string_append (out, "\\r");
          break;
        case '\t':
          g_string_append (out, "\\t");
          break;
        default:
          g_string_append_printf (out, "\\u%04x", byte);
          break;
        }
    }
  g_string_append_c (out, '"');
}

static void append_node (GString *out, JsonNode *node, gboolean is_canonical);

static int
compare_members (gconstpointer a, gconstpointer b)
{
  return strcmp (a, b); /* the order of UTF-8 bytes is that of code points, in every locale */
}

static void
append_object (GString *out, JsonObject *object, gboolean is_canonical)
{
  g_autoptr (GList) members = json_object_get_members (object);

  if (is_canonical)
    members = g_list_sort (members, compare_members);
  g_string_append_c (out, '{');
  for (GList *link = members; link != NULL; link = link->next)
    {
      if (link != members)
        g_string_append_c (out, ',');
      tkb_json_append_string (out, link->data);
      g_string_append_c (out, ':');
      append_node (out, json_object_get_member (object, link->data), is_canonical);
    }
  g_string_append_c (out, '}');
}

static void
append_array (GString *out, JsonArray *array, gboolean is_canonical)
{
  guint length = json_array_get_length (array);

  g_string_append_c (out, '[');
  for (guint i = 0; i < length; i++)
    {
      if (i > 0)
        g_string_append_c (out, ',');
      append_node (out, json_array_get_element (array, i), is_canonical);
    }
  g_string_append_c (out, ']');
}

static void
append_node (GString *out, JsonNode *node, gboolean is_canonical)
{
  switch (json_node_get_node_type (node))
    {
    case JSON_NODE_OBJECT:
      append_object (out, json_node_get_object (node), is_canonical);
      return;
    case JSON_NODE_ARRAY:
      append_array (out, json_node_get_array (node), is_canonical);
      return;
    case JSON_NODE_NULL:
      g_string_append (out, "null");
      return;
    case JSON_NODE_VALUE:
      break;
    }

  switch (json_node_get_value_type (node))
    {
    case G_TYPE_STRING:
      tkb_json_append_string (out, json_node_get_string (node));
      break;
    case G_TYPE_BOOLEAN:
      g_string_append (out, json_node_get_boolean (node) ? "true" : "false");
      break;
    case G_TYPE_DOUBLE:
      append_double (out, json_node_get_double (node));
      break;
    default:
      g_string_append_printf (out, "%" G_GINT64_FORMAT, json_node_get_int (node));
      break;
    }
}

/**
 * tkb_json_append:
 *
 * Appends @node without white space, members in their own order.
 */
void
tkb_json_append (GString *out, JsonNode *node)
{
  g_return_if_fail (out != NULL);
  g_return_if_fail (node != NULL);

  append_node (out, node, FALSE);
}

/**
 * tkb_json_append_object:
 *
 * As [func@json_append] for an object without its node.
 */
void
tkb_json_append_object (GString *out, JsonObject *object)
{
  g_return_if_fail (out != NULL);
  g_return_if_fail (object != NULL);

  append_object (out, object, FALSE);
}

/**
 * tkb_json_to_canonical:
 * @out_length: (out) (optional): bytes, without the zero at the end
 *
 * The one text of a value: members sorted by the bytes of their names, no white space, numbers in
 * the form of RFC 8785 (whole doubles below 1e21 look like integers), strings escaped as little as
 * possible. Equal values give equal bytes on every machine and in every locale.
 *
 * Returns: (transfer full): UTF-8
 */
char *
tkb_json_to_canonical (JsonNode *node, gsize *out_length)
{
  GString *out;

  g_return_val_if_fail (node != NULL, NULL);

  out = g_string_new (NULL);
  append_node (out, node, TRUE);
  if (out_length != NULL)
    *out_length = out->len;
  return g_string_free (out, FALSE);
}

/**
 * tkb_json_object_to_canonical:
 *
 * As [func@json_to_canonical] for an object without its node.
 *
 * Returns: (transfer full): UTF-8
 */
char *
tkb_json_object_to_canonical (JsonObject *object, gsize *out_length)
{
  GString *out;

  g_return_val_if_fail (object != NULL, NULL);

  out = g_string_new (NULL);
  append_object (out, object, TRUE);
  if (out_length != NULL)
    *out_length = out->len;
  return g_string_free (out, FALSE);
}

static JsonArray *
copy_array (JsonArray *array)
{
  guint      length = json_array_get_length (array);
  JsonArray *copy = json_array_sized_new (length);

  for (guint i = 0; i < length; i++)
    json_array_add_element (copy, tkb_json_node_copy (json_array_get_element (array, i)));
  return copy;
}

/**
 * tkb_json_object_copy:
 *
 * Returns: (transfer full): a copy that shares nothing with @object and may be changed
 */
JsonObject *
tkb_json_object_copy (JsonObject *object)
{
  JsonObject *copy;
  g_autoptr (GList) members = NULL;

  g_return_val_if_fail (object != NULL, NULL);

  copy = json_object_new ();
  members = json_object_get_members (object);
  for (GList *link = members; link != NULL; link = link->next)
    json_object_set_member (copy, link->data,
                            tkb_json_node_copy (json_object_get_member (object, link->data)));
  return copy;
}

/**
 * tkb_json_node_copy:
 *
 * Returns: (transfer full): a copy that shares nothing with @node (json_node_copy () shares arrays
 *   and objects) and may be changed
 */
JsonNode *
tkb_json_node_copy (JsonNode *node)
{
  JsonNode *copy;

  g_return_val_if_fail (node != NULL, NULL);

  switch (json_node_get_node_type (node))
    {
    case JSON_NODE_OBJECT:
      copy = json_node_new (JSON_NODE_OBJECT);
      json_node_take_object (copy, tkb_json_object_copy (json_node_get_object (node)));
      return copy;
    case JSON_NODE_ARRAY:
      copy = json_node_new (JSON_NODE_ARRAY);
      json_node_take_array (copy, copy_array (json_node_get_array (node)));
      return copy;
    case JSON_NODE_NULL:
      return json_node_new (JSON_NODE_NULL);
    case JSON_NODE_VALUE:
      break;
    }

  switch (json_node_get_value_type (node))
    {
    case G_TYPE_STRING:
      return json_node_init_string (json_node_alloc (), json_node_get_string (node));
    case G_TYPE_BOOLEAN:
      return json_node_init_boolean (json_node_alloc (), json_node_get_boolean (node));
    case G_TYPE_DOUBLE:
      return json_node_init_double (json_node_alloc (), json_node_get_double (node));
    default:
      return json_node_init_int (json_node_alloc (), json_node_get_int (node));
    }
}

/* (nullable) (transfer none) */
static JsonNode *
get_value (JsonObject *object, const char *member, GType type)
{
  JsonNode *node = json_object_get_member (object, member);

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != type)
    return NULL;
  return node;
}

/**
 * tkb_json_get_string:
 * @fallback: (nullable): where @member is missing or not a string
 *
 * Returns: (transfer none) (nullable): valid as long as @object is not changed
 */
const char *
tkb_json_get_string (JsonObject *object, const char *member, const char *fallback)
{
  JsonNode *node;

  g_return_val_if_fail (object != NULL, fallback);

  node = get_value (object, member, G_TYPE_STRING);
  return node != NULL ? json_node_get_string (node) : fallback;
}

/**
 * tkb_json_get_int:
 * @fallback: where @member is missing or not a whole number within 64 bits (2.0 is one)
 */
gint64
tkb_json_get_int (JsonObject *object, const char *member, gint64 fallback)
{
  JsonNode *node;

  g_return_val_if_fail (object != NULL, fallback);

  node = get_value (object, member, G_TYPE_INT64);
  if (node != NULL)
    return json_node_get_int (node);
  node = get_value (object, member, G_TYPE_DOUBLE);
  if (node != NULL)
    {
      double value = json_node_get_double (node);

      if (value == floor (value) && value >= -9223372036854775808.0 &&
          value < 9223372036854775808.0)
        return (gint64) value;
    }
  return fallback;
}

/**
 * tkb_json_get_boolean:
 * @fallback: where @member is missing or neither true nor false
 */
gboolean
tkb_json_get_boolean (JsonObject *object, const char *member, gboolean fallback)
{
  JsonNode *node;

  g_return_val_if_fail (object != NULL, fallback);

  node = get_value (object, member, G_TYPE_BOOLEAN);
  return node != NULL ? json_node_get_boolean (node) : fallback;
}

/**
 * tkb_json_get_object:
 *
 * Returns: (transfer none) (nullable): %NULL where @member is missing or not an object
 */
JsonObject *
tkb_json_get_object (JsonObject *object, const char *member)
{
  JsonNode *node;

  g_return_val_if_fail (object != NULL, NULL);

  node = json_object_get_member (object, member);
  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

/**
 * tkb_json_get_array:
 *
 * Returns: (transfer none) (nullable): %NULL where @member is missing or not an array
 */
JsonArray *
tkb_json_get_array (JsonObject *object, const char *member)
{
  JsonNode *node;

  g_return_val_if_fail (object != NULL, NULL);

  node = json_object_get_member (object, member);
  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}
