/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-catalog-private.h"
#include "tkb-field.h"

#include "tkb-json.h"

#include <math.h>

/**
 * TkbField:
 *
 * One field of a kind. Immutable, safe from any thread.
 */
struct _TkbField
{
  gatomicrefcount ref_count;

  char         *code;       /* (owned) */
  char         *label;      /* (owned) */
  char         *help;       /* (owned) (nullable) */
  char         *section;    /* (owned) (nullable) */
  char         *vocabulary; /* (owned) (nullable) */
  GPtrArray    *fields;     /* (owned) (nullable) (element-type TkbField): of a record */
  TkbFieldType  type;
  TkbFieldFlags flags;
  guint         max_chars;
  guint         min_items;
  guint         max_items;
  double        weight;
  double        minimum; /* -INFINITY: none */
  double        maximum; /* INFINITY: none */
};

G_DEFINE_BOXED_TYPE (TkbField, tkb_field, tkb_field_ref, tkb_field_unref)

static const char *const type_names[] = {
  [TKB_FIELD_STRING] = "string",       [TKB_FIELD_TEXT] = "text",
  [TKB_FIELD_MARKDOWN] = "markdown",   [TKB_FIELD_INTEGER] = "integer",
  [TKB_FIELD_NUMBER] = "number",       [TKB_FIELD_BOOLEAN] = "boolean",
  [TKB_FIELD_DATE] = "date",           [TKB_FIELD_DATETIME] = "datetime",
  [TKB_FIELD_CODE] = "code",           [TKB_FIELD_URL] = "url",
  [TKB_FIELD_LOCALIZED] = "localized", [TKB_FIELD_FIGURE] = "figure",
  [TKB_FIELD_LINK] = "link",           [TKB_FIELD_RECORD] = "record",
  [TKB_FIELD_JSON] = "json",
};

static const struct
{
  const char   *member;
  TkbFieldFlags flag;
} flag_names[] = {
  { "required", TKB_FIELD_FLAG_REQUIRED },   { "facet", TKB_FIELD_FLAG_FACET },
  { "list", TKB_FIELD_FLAG_LIST },           { "set", TKB_FIELD_FLAG_SET | TKB_FIELD_FLAG_LIST },
  { "read_only", TKB_FIELD_FLAG_READ_ONLY },
};

static gboolean
broken (GError **error, const char *code, const char *problem)
{
  g_set_error (error, TKB_CATALOG_ERROR, TKB_CATALOG_ERROR_BROKEN, "Field %s: %s", code, problem);
  return FALSE;
}

static gboolean
read_number (JsonObject *object, const char *member, double *out_value, GError **error)
{
  JsonNode *node = json_object_get_member (object, member);
  GType     type = node != NULL ? json_node_get_value_type (node) : G_TYPE_INVALID;

  if (node == NULL)
    return TRUE;
  if (type != G_TYPE_INT64 && type != G_TYPE_DOUBLE)
    return broken (error, tkb_json_get_string (object, "code", "?"), "a bound is not a number");
  *out_value = json_node_get_double (node);
  if (type == G_TYPE_INT64)
    *out_value = (double) json_node_get_int (node);
  return TRUE;
}

static gboolean
read_count (JsonObject *object, const char *member, guint *out_value, GError **error)
{
  double value = 0;

  if (!read_number (object, member, &value, error))
    return FALSE;
  if (value < 0 || value > G_MAXINT32 || value != floor (value))
    return broken (error, tkb_json_get_string (object, "code", "?"), "a bound is not a count");
  *out_value = (guint) value;
  return TRUE;
}

static gboolean
read_type (TkbField *self, JsonObject *object, GError **error)
{
  const char *type = tkb_catalog_require_string (object, "type", self->code, error);

  if (type == NULL)
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (type_names); i++)
    if (g_str_equal (type_names[i], type))
      {
        self->type = (TkbFieldType) i;
        return TRUE;
      }
  return broken (error, self->code, "an unknown type");
}

static gboolean
read_fields (TkbField *self, JsonObject *object, GError **error)
{
  JsonArray *fields = tkb_json_get_array (object, "fields");

  if ((fields != NULL) != (self->type == TKB_FIELD_RECORD))
    return broken (error, self->code, "a record, and nothing else, has fields");
  if (fields == NULL)
    return TRUE;
  self->fields = g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_field_unref);
  for (guint i = 0; i < json_array_get_length (fields); i++)
    {
      JsonNode *node = json_array_get_element (fields, i);
      TkbField *field;

      if (!JSON_NODE_HOLDS_OBJECT (node))
        return broken (error, self->code, "one of its fields is not an object");
      field = tkb_field_new_from_json (json_node_get_object (node), error);
      if (field == NULL)
        return FALSE;
      g_ptr_array_add (self->fields, field);
    }
  return TRUE;
}

TkbField *
tkb_field_new_from_json (JsonObject *object, GError **error)
{
  g_autoptr (TkbField) self = g_new0 (TkbField, 1);
  const char *code, *label;

  g_atomic_ref_count_init (&self->ref_count);
  self->minimum = -INFINITY;
  self->maximum = INFINITY;

  code = tkb_catalog_require_string (object, "code", "a field", error);
  label = code != NULL ? tkb_catalog_require_string (object, "label", code, error) : NULL;
  if (label == NULL)
    return NULL;
  self->code = g_strdup (code);
  self->label = g_strdup (label);
  self->help = g_strdup (tkb_json_get_string (object, "help", NULL));
  self->section = g_strdup (tkb_json_get_string (object, "section", NULL));
  self->vocabulary = g_strdup (tkb_json_get_string (object, "vocabulary", NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (flag_names); i++)
    if (tkb_json_get_boolean (object, flag_names[i].member, FALSE))
      self->flags |= flag_names[i].flag;

  if (!read_type (self, object, error) || !read_fields (self, object, error) ||
      !read_count (object, "max_chars", &self->max_chars, error) ||
      !read_count (object, "min_items", &self->min_items, error) ||
      !read_count (object, "max_items", &self->max_items, error) ||
      !read_number (object, "minimum", &self->minimum, error) ||
      !read_number (object, "maximum", &self->maximum, error) ||
      !read_number (object, "weight", &self->weight, error))
    return NULL;
  return g_steal_pointer (&self);
}

/**
 * tkb_field_new:
 * @code: the member of the object that it stands for
 * @label: English label, a msgid
 *
 * Makes a field that no file describes, such as a member of a figure. Any thread.
 *
 * Returns: (transfer full)
 */
TkbField *
tkb_field_new (const char *code, TkbFieldType type, const char *label)
{
  g_autoptr (JsonObject) object = json_object_new ();
  TkbField *self;

  json_object_set_string_member (object, "code", code);
  json_object_set_string_member (object, "type", type_names[type]);
  json_object_set_string_member (object, "label", label);
  self = tkb_field_new_from_json (object, NULL);
  g_assert (self != NULL);
  return self;
}

/**
 * tkb_field_ref:
 *
 * Returns: (transfer full): @self
 */
TkbField *
tkb_field_ref (TkbField *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * tkb_field_unref:
 */
void
tkb_field_unref (TkbField *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_free (self->code);
  g_free (self->label);
  g_free (self->help);
  g_free (self->section);
  g_free (self->vocabulary);
  g_clear_pointer (&self->fields, g_ptr_array_unref);
  g_free (self);
}

/**
 * tkb_field_get_code:
 *
 * Returns: (transfer none): the member of a document's body
 */
const char *
tkb_field_get_code (TkbField *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->code;
}

/**
 * tkb_field_get_field_type:
 */
TkbFieldType
tkb_field_get_field_type (TkbField *self)
{
  g_return_val_if_fail (self != NULL, TKB_FIELD_JSON);

  return self->type;
}

const char *
tkb_field_get_type_name (TkbField *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return type_names[self->type];
}

/**
 * tkb_field_get_flags:
 *
 * Returns: a set is always a list as well
 */
TkbFieldFlags
tkb_field_get_flags (TkbField *self)
{
  g_return_val_if_fail (self != NULL, TKB_FIELD_FLAG_NONE);

  return self->flags;
}

/**
 * tkb_field_get_label:
 *
 * Returns: (transfer none): in English, a msgid
 */
const char *
tkb_field_get_label (TkbField *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->label;
}

/**
 * tkb_field_get_help:
 *
 * Returns: (transfer none) (nullable): in English, a msgid
 */
const char *
tkb_field_get_help (TkbField *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->help;
}

/**
 * tkb_field_get_section:
 *
 * Returns: (transfer none) (nullable): code of the section of the editor
 */
const char *
tkb_field_get_section (TkbField *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->section;
}

/**
 * tkb_field_get_vocabulary:
 *
 * Returns: (transfer none) (nullable): name of the vocabulary of its codes
 */
const char *
tkb_field_get_vocabulary (TkbField *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->vocabulary;
}

/**
 * tkb_field_get_max_chars:
 *
 * Returns: Unicode characters; 0: only the document's own bound
 */
guint
tkb_field_get_max_chars (TkbField *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->max_chars;
}

/**
 * tkb_field_get_min_items:
 *
 * Returns: items that a complete document has in this list; 0: none
 */
guint
tkb_field_get_min_items (TkbField *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->min_items;
}

/**
 * tkb_field_get_max_items:
 *
 * Returns: items that any document may have in this list; 0: no bound
 */
guint
tkb_field_get_max_items (TkbField *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->max_items;
}

/**
 * tkb_field_get_weight:
 *
 * Returns: in search; 0: not indexed
 */
double
tkb_field_get_weight (TkbField *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->weight;
}

/**
 * tkb_field_get_range:
 * @out_minimum: (out) (optional): -INFINITY: no lower bound
 * @out_maximum: (out) (optional): INFINITY: no upper bound
 *
 * Returns: whether there is any bound, both bounds being allowed values
 */
gboolean
tkb_field_get_range (TkbField *self, double *out_minimum, double *out_maximum)
{
  g_return_val_if_fail (self != NULL, FALSE);

  if (!isfinite (self->minimum) && !isfinite (self->maximum))
    return FALSE;
  if (out_minimum != NULL)
    *out_minimum = self->minimum;
  if (out_maximum != NULL)
    *out_maximum = self->maximum;
  return TRUE;
}

/**
 * tkb_field_get_fields:
 *
 * Returns: (transfer none) (nullable) (element-type TkbField): of a record; %NULL for other types
 */
GPtrArray *
tkb_field_get_fields (TkbField *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->fields;
}
