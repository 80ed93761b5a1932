/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-selector.h"

#include "tkb-json.h"
#include "tkb-wire-error.h"

#include <string.h>

/* nesting of combinations in one selector */
#define MAX_DEPTH 16

struct _TkbSelector
{
  JsonObject *object;  /* (owned) */
  GHashTable *regexes; /* (owned) pattern -> GRegex */
};

typedef gboolean (*TestFunc) (TkbSelector *self, JsonNode *value, JsonNode *argument);

/* ---- values ---- */

/* CouchDB's order of types: null, false, true, numbers, strings, arrays, objects. */
static int
get_rank (JsonNode *node)
{
  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return 0;
  if (JSON_NODE_HOLDS_ARRAY (node))
    return 5;
  if (JSON_NODE_HOLDS_OBJECT (node))
    return 6;
  switch (json_node_get_value_type (node))
    {
    case G_TYPE_BOOLEAN:
      return json_node_get_boolean (node) ? 2 : 1;
    case G_TYPE_STRING:
      return 4;
    default:
      return 3;
    }
}

static int
compare (JsonNode *a, JsonNode *b)
{
  int rank = get_rank (a);

  if (rank != get_rank (b))
    return rank - get_rank (b);
  switch (rank)
    {
    case 3:
      {
        double left = json_node_get_double (a), right = json_node_get_double (b);

        return left < right ? -1 : left > right;
      }
    case 4:
      return strcmp (json_node_get_string (a), json_node_get_string (b));
    case 5:
      {
        JsonArray *left = json_node_get_array (a), *right = json_node_get_array (b);
        guint      n = MIN (json_array_get_length (left), json_array_get_length (right));

        for (guint i = 0; i < n; i++)
          {
            int order =
                compare (json_array_get_element (left, i), json_array_get_element (right, i));

            if (order != 0)
              return order;
          }
        return (int) json_array_get_length (left) - (int) json_array_get_length (right);
      }
    case 6:
      {
        g_autofree char *left = tkb_json_to_canonical (a, NULL);
        g_autofree char *right = tkb_json_to_canonical (b, NULL);

        return strcmp (left, right);
      }
    default:
      return 0;
    }
}

/* A field by its path: "a.b" is member b of member a; "a\\.b" is one name. */
static JsonNode *
find_field (JsonObject *object, const char *path)
{
  g_autoptr (GString) name = g_string_new (NULL);

  for (const char *p = path;; p++)
    {
      JsonNode *node;

      if (*p == '\\' && p[1] == '.')
        {
          g_string_append_c (name, *++p);
          continue;
        }
      if (*p != '.' && *p != '\0')
        {
          g_string_append_c (name, *p);
          continue;
        }
      node = json_object_get_member (object, name->str);
      if (*p == '\0' || node == NULL)
        return node;
      if (!JSON_NODE_HOLDS_OBJECT (node))
        return NULL;
      object = json_node_get_object (node);
      g_string_truncate (name, 0);
    }
}

/* ---- operators ---- */

static gboolean match_value (TkbSelector *self, JsonNode *value, JsonNode *condition);
static gboolean match_object (TkbSelector *self, JsonObject *object, JsonObject *selector);

static gboolean
test_eq (TkbSelector *self, JsonNode *value, JsonNode *argument)
{
  return value != NULL && compare (value, argument) == 0;
}

static gboolean
test_ne (TkbSelector *self, JsonNode *value, JsonNode *argument)
{
  return value != NULL && compare (value, argument) != 0;
}

static gboolean
test_lt (TkbSelector *self, JsonNode *value, JsonNode *argument)
{
  return value != NULL && compare (value, argument) < 0;
}

static gboolean
test_lte (TkbSelector *self, JsonNode *value, JsonNode *argument)
{
  return value != NULL && compare (value, argument) <= 0;
}

static gboolean
test_gt (TkbSelector *self, JsonNode *value, JsonNode *argument)
{
  return value != NULL && compare (value, argument) > 0;
}

static gboolean
test_gte (TkbSelector *self, JsonNode *value, JsonNode *argument)
{
  return value != NULL && compare (value, argument) >= 0;
}

static gboolean
test_exists (TkbSelector *self, JsonNode *value, JsonNode *argument)
{
  return (value != NULL) == json_node_get_boolean (argument);
}

static gboolean
test_type (TkbSelector *self, JsonNode *value, JsonNode *argument)
{
  static const char *const types[] = { "null",   "boolean", "boolean", "number",
                                       "string", "array",   "object" };

  return value != NULL && strcmp (types[get_rank (value)], json_node_get_string (argument)) == 0;
}

static gboolean
contains (JsonArray *array, JsonNode *value)
{
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      if (compare (json_array_get_element (array, i), value) == 0)
        return TRUE;
    }
  return FALSE;
}

static gboolean
test_in (TkbSelector *self, JsonNode *value, JsonNode *argument)
{
  JsonArray *array = json_node_get_array (argument);

  if (value == NULL)
    return FALSE;
  if (JSON_NODE_HOLDS_ARRAY (value))
    {
      for (guint i = 0; i < json_array_get_length (json_node_get_array (value)); i++)
        {
          if (contains (array, json_array_get_element (json_node_get_array (value), i)))
            return TRUE;
        }
    }
  return contains (array, value);
}

static gboolean
test_nin (TkbSelector *self, JsonNode *value, JsonNode *argument)
{
  return value != NULL && !test_in (self, value, argument);
}

static gboolean
test_all (TkbSelector *self, JsonNode *value, JsonNode *argument)
{
  JsonArray *wanted = json_node_get_array (argument);

  if (value == NULL || !JSON_NODE_HOLDS_ARRAY (value))
    return FALSE;
  for (guint i = 0; i < json_array_get_length (wanted); i++)
    {
      if (!contains (json_node_get_array (value), json_array_get_element (wanted, i)))
        return FALSE;
    }
  return json_array_get_length (wanted) > 0;
}

static gboolean
test_elem_match (TkbSelector *self, JsonNode *value, JsonNode *argument)
{
  JsonArray *array =
      value != NULL && JSON_NODE_HOLDS_ARRAY (value) ? json_node_get_array (value) : NULL;

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      if (match_value (self, json_array_get_element (array, i), argument))
        return TRUE;
    }
  return FALSE;
}

static gboolean
test_all_match (TkbSelector *self, JsonNode *value, JsonNode *argument)
{
  JsonArray *array =
      value != NULL && JSON_NODE_HOLDS_ARRAY (value) ? json_node_get_array (value) : NULL;

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      if (!match_value (self, json_array_get_element (array, i), argument))
        return FALSE;
    }
  return array != NULL && json_array_get_length (array) > 0;
}

static gboolean
test_size (TkbSelector *self, JsonNode *value, JsonNode *argument)
{
  return value != NULL && JSON_NODE_HOLDS_ARRAY (value) &&
         json_array_get_length (json_node_get_array (value)) == json_node_get_int (argument);
}

static gboolean
test_mod (TkbSelector *self, JsonNode *value, JsonNode *argument)
{
  JsonArray *pair = json_node_get_array (argument);

  return value != NULL && get_rank (value) == 3 &&
         json_node_get_value_type (value) == G_TYPE_INT64 &&
         json_node_get_int (value) % json_array_get_int_element (pair, 0) ==
             json_array_get_int_element (pair, 1);
}

static gboolean
test_regex (TkbSelector *self, JsonNode *value, JsonNode *argument)
{
  GRegex *regex = g_hash_table_lookup (self->regexes, json_node_get_string (argument));

  return value != NULL && get_rank (value) == 4 &&
         g_regex_match (regex, json_node_get_string (value), 0, NULL);
}

static gboolean
test_begins_with (TkbSelector *self, JsonNode *value, JsonNode *argument)
{
  return value != NULL && get_rank (value) == 4 &&
         g_str_has_prefix (json_node_get_string (value), json_node_get_string (argument));
}

static gboolean
test_not (TkbSelector *self, JsonNode *value, JsonNode *argument)
{
  return !match_value (self, value, argument);
}

static gboolean
test_or (TkbSelector *self, JsonNode *value, JsonNode *argument)
{
  JsonArray *array = json_node_get_array (argument);

  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      if (match_value (self, value, json_array_get_element (array, i)))
        return TRUE;
    }
  return FALSE;
}

static gboolean
test_and (TkbSelector *self, JsonNode *value, JsonNode *argument)
{
  JsonArray *array = json_node_get_array (argument);

  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      if (!match_value (self, value, json_array_get_element (array, i)))
        return FALSE;
    }
  return TRUE;
}

static gboolean
test_nor (TkbSelector *self, JsonNode *value, JsonNode *argument)
{
  return !test_or (self, value, argument);
}

typedef enum
{
  ARGUMENT_ANY,
  ARGUMENT_BOOLEAN,
  ARGUMENT_STRING,
  ARGUMENT_ARRAY,
  ARGUMENT_INTEGER,
  ARGUMENT_DIVISOR, /* [divisor, remainder] */
  ARGUMENT_REGEX,
  ARGUMENT_SELECTOR,  /* a condition again */
  ARGUMENT_SELECTORS, /* several */
} Argument;

static const struct
{
  const char *name;
  Argument    argument;
  TestFunc    test;
} operators[] = {
  { "$eq", ARGUMENT_ANY, test_eq },
  { "$ne", ARGUMENT_ANY, test_ne },
  { "$lt", ARGUMENT_ANY, test_lt },
  { "$lte", ARGUMENT_ANY, test_lte },
  { "$gt", ARGUMENT_ANY, test_gt },
  { "$gte", ARGUMENT_ANY, test_gte },
  { "$exists", ARGUMENT_BOOLEAN, test_exists },
  { "$type", ARGUMENT_STRING, test_type },
  { "$in", ARGUMENT_ARRAY, test_in },
  { "$nin", ARGUMENT_ARRAY, test_nin },
  { "$all", ARGUMENT_ARRAY, test_all },
  { "$size", ARGUMENT_INTEGER, test_size },
  { "$mod", ARGUMENT_DIVISOR, test_mod },
  { "$regex", ARGUMENT_REGEX, test_regex },
  { "$beginsWith", ARGUMENT_STRING, test_begins_with },
  { "$elemMatch", ARGUMENT_SELECTOR, test_elem_match },
  { "$allMatch", ARGUMENT_SELECTOR, test_all_match },
  { "$not", ARGUMENT_SELECTOR, test_not },
  { "$and", ARGUMENT_SELECTORS, test_and },
  { "$or", ARGUMENT_SELECTORS, test_or },
  { "$nor", ARGUMENT_SELECTORS, test_nor },
};

static int
find_operator (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (operators); i++)
    {
      if (strcmp (operators[i].name, name) == 0)
        return i;
    }
  return -1;
}

/* value (nullable): the field is not there */
static gboolean
match_value (TkbSelector *self, JsonNode *value, JsonNode *condition)
{
  JsonObjectIter iter;
  const char    *name;
  JsonNode      *argument;

  if (!JSON_NODE_HOLDS_OBJECT (condition))
    return test_eq (self, value, condition);
  json_object_iter_init (&iter, json_node_get_object (condition));
  while (json_object_iter_next (&iter, &name, &argument))
    {
      if (name[0] == '$')
        {
          if (!operators[find_operator (name)].test (self, value, argument))
            return FALSE;
          continue;
        }
      if (!match_value (self,
                        value != NULL && JSON_NODE_HOLDS_OBJECT (value)
                            ? find_field (json_node_get_object (value), name)
                            : NULL,
                        argument))
        return FALSE;
    }
  return TRUE;
}

static gboolean
match_object (TkbSelector *self, JsonObject *object, JsonObject *selector)
{
  g_autoptr (JsonNode) value = json_node_init_object (json_node_alloc (), object);
  g_autoptr (JsonNode) condition = json_node_init_object (json_node_alloc (), selector);

  return match_value (self, value, condition);
}

/* ---- reading ---- */

static gboolean
refuse (GError **error, const char *format, const char *what)
{
  g_set_error (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_BAD_REQUEST, format, what);
  return FALSE;
}

static gboolean
is_integer (JsonNode *node)
{
  return json_node_get_value_type (node) == G_TYPE_INT64;
}

static gboolean check (TkbSelector *self, JsonNode *condition, guint depth, GError **error);

static gboolean
check_argument (
    TkbSelector *self, const char *name, JsonNode *argument, guint depth, GError **error)
{
  int      index = find_operator (name);
  GType    type = json_node_get_value_type (argument);
  gboolean is_array = JSON_NODE_HOLDS_ARRAY (argument);
  g_autoptr (GRegex) regex = NULL;

  if (index < 0)
    return refuse (error, "Invalid operator: %s", name);
  switch (operators[index].argument)
    {
    case ARGUMENT_BOOLEAN:
      return type == G_TYPE_BOOLEAN || refuse (error, "Bad argument for operator %s", name);
    case ARGUMENT_STRING:
      return type == G_TYPE_STRING || refuse (error, "Bad argument for operator %s", name);
    case ARGUMENT_INTEGER:
      return is_integer (argument) || refuse (error, "Bad argument for operator %s", name);
    case ARGUMENT_ARRAY:
      return is_array || refuse (error, "Bad argument for operator %s", name);
    case ARGUMENT_DIVISOR:
      return (is_array && json_array_get_length (json_node_get_array (argument)) == 2 &&
              is_integer (json_array_get_element (json_node_get_array (argument), 0)) &&
              is_integer (json_array_get_element (json_node_get_array (argument), 1)) &&
              json_array_get_int_element (json_node_get_array (argument), 0) > 0) ||
             refuse (error, "Bad argument for operator %s", name);
    case ARGUMENT_REGEX:
      if (type == G_TYPE_STRING)
        regex = g_regex_new (json_node_get_string (argument), 0, 0, NULL);
      if (regex == NULL)
        return refuse (error, "Bad argument for operator %s", name);
      g_hash_table_replace (self->regexes, g_strdup (json_node_get_string (argument)),
                            g_steal_pointer (&regex));
      return TRUE;
    case ARGUMENT_SELECTOR:
      return check (self, argument, depth + 1, error);
    case ARGUMENT_SELECTORS:
      if (!is_array)
        return refuse (error, "Bad argument for operator %s", name);
      for (guint i = 0; i < json_array_get_length (json_node_get_array (argument)); i++)
        {
          if (!check (self, json_array_get_element (json_node_get_array (argument), i), depth + 1,
                      error))
            return FALSE;
        }
      return TRUE;
    case ARGUMENT_ANY:
    default:
      return TRUE;
    }
}

static gboolean
check (TkbSelector *self, JsonNode *condition, guint depth, GError **error)
{
  JsonObjectIter iter;
  const char    *name;
  JsonNode      *argument;

  if (depth > MAX_DEPTH)
    return refuse (error, "%s", "The selector is nested too deeply");
  if (!JSON_NODE_HOLDS_OBJECT (condition))
    return TRUE;
  json_object_iter_init (&iter, json_node_get_object (condition));
  while (json_object_iter_next (&iter, &name, &argument))
    {
      if (name[0] == '$' ? !check_argument (self, name, argument, depth, error)
                         : !check (self, argument, depth + 1, error))
        return FALSE;
    }
  return TRUE;
}

/**
 * tkb_selector_new:
 * @object: a selector
 * @error: %TKB_WIRE_ERROR_BAD_REQUEST
 *
 * Returns: (transfer full): it, ready to be used, or %NULL
 */
TkbSelector *
tkb_selector_new (JsonObject *object, GError **error)
{
  TkbSelector *self = g_new0 (TkbSelector, 1);
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), object);

  self->object = json_object_ref (object);
  self->regexes =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_regex_unref);
  if (!check (self, node, 0, error))
    g_clear_pointer (&self, tkb_selector_free);
  return self;
}

/**
 * tkb_selector_free:
 * @self: (transfer full): a selector
 */
void
tkb_selector_free (TkbSelector *self)
{
  json_object_unref (self->object);
  g_hash_table_unref (self->regexes);
  g_free (self);
}

/**
 * tkb_selector_matches:
 * @self: a selector
 * @document: a document in wire form
 *
 * Returns: whether @document has what @self asks for
 */
gboolean
tkb_selector_matches (TkbSelector *self, JsonObject *document)
{
  return match_object (self, document, self->object);
}
