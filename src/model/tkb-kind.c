/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-catalog-private.h"
#include "tkb-kind.h"

#include "tkb-json.h"

typedef struct
{
  char *code;  /* (owned) */
  char *label; /* (owned) */
} Section;

/**
 * TkbKind:
 *
 * What documents of one kind hold. Immutable, safe from any thread.
 *
 * A kind's file is laid over `common.json`: of the common fields and sections, those whose `place`
 * is `last` come after the kind's own, the others before. A field or section that the kind has
 * under a common code takes the place of the common one.
 */
struct _TkbKind
{
  gatomicrefcount ref_count;

  char       *code;         /* (owned) */
  char       *label;        /* (owned) */
  char       *label_plural; /* (owned) */
  char       *icon_name;    /* (owned) */
  GPtrArray  *fields;       /* (owned) (element-type TkbField) */
  GHashTable *by_code;      /* (owned): code -> TkbField, both in fields */
  GArray     *sections;     /* (owned) (element-type Section) */
};

G_DEFINE_BOXED_TYPE (TkbKind, tkb_kind, tkb_kind_ref, tkb_kind_unref)

static void
section_clear (gpointer data)
{
  Section *section = data;

  g_free (section->code);
  g_free (section->label);
}

static gboolean
has_code (JsonArray *array, const char *code)
{
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);

      if (JSON_NODE_HOLDS_OBJECT (node) &&
          g_strcmp0 (tkb_json_get_string (json_node_get_object (node), "code", NULL), code) == 0)
        return TRUE;
    }
  return FALSE;
}

/* (element-type JsonObject): the objects of one member of both files in their final order */
static GPtrArray *
lay_over (JsonObject *common, JsonObject *own, const char *member)
{
  GPtrArray *objects = g_ptr_array_new ();
  JsonArray *own_array = tkb_json_get_array (own, member);
  JsonArray *arrays[] = { tkb_json_get_array (common, member), own_array,
                          tkb_json_get_array (common, member) };

  for (guint pass = 0; pass < G_N_ELEMENTS (arrays); pass++)
    for (guint i = 0; arrays[pass] != NULL && i < json_array_get_length (arrays[pass]); i++)
      {
        JsonNode   *node = json_array_get_element (arrays[pass], i);
        JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;

        if (object == NULL)
          continue;
        if (pass != 1)
          {
            const char *place = tkb_json_get_string (object, "place", "first");

            if (g_str_equal (place, "last") != (pass == 2) ||
                has_code (own_array, tkb_json_get_string (object, "code", NULL)))
              continue;
          }
        g_ptr_array_add (objects, object);
      }
  return objects;
}

static gboolean
read_sections (TkbKind *self, GPtrArray *objects, GError **error)
{
  for (guint i = 0; i < objects->len; i++)
    {
      Section     section;
      const char *code = tkb_catalog_require_string (objects->pdata[i], "code", self->code, error);
      const char *label =
          code != NULL ? tkb_catalog_require_string (objects->pdata[i], "label", self->code, error)
                       : NULL;

      if (label == NULL)
        return FALSE;
      section.code = g_strdup (code);
      section.label = g_strdup (label);
      g_array_append_val (self->sections, section);
    }
  return TRUE;
}

static gboolean
has_section (TkbKind *self, const char *code)
{
  for (guint i = 0; i < self->sections->len; i++)
    if (g_str_equal (g_array_index (self->sections, Section, i).code, code))
      return TRUE;
  return FALSE;
}

static gboolean
read_fields (TkbKind *self, GPtrArray *objects, GError **error)
{
  for (guint i = 0; i < objects->len; i++)
    {
      TkbField   *field = tkb_field_new_from_json (objects->pdata[i], error);
      const char *problem = NULL;

      if (field == NULL)
        return FALSE;
      g_ptr_array_add (self->fields, field);
      if (tkb_field_get_section (field) != NULL &&
          !has_section (self, tkb_field_get_section (field)))
        problem = "stands in an unknown section";
      else if (!g_hash_table_insert (self->by_code, (gpointer) tkb_field_get_code (field), field))
        problem = "stands there twice";
      if (problem != NULL)
        {
          g_set_error (error, TKB_CATALOG_ERROR, TKB_CATALOG_ERROR_BROKEN, "Kind %s: field %s %s",
                       self->code, tkb_field_get_code (field), problem);
          return FALSE;
        }
    }
  return TRUE;
}

TkbKind *
tkb_kind_new_from_json (JsonObject *common, JsonObject *own, GError **error)
{
  g_autoptr (TkbKind) self = g_new0 (TkbKind, 1);
  g_autoptr (GPtrArray) sections = lay_over (common, own, "sections");
  g_autoptr (GPtrArray) fields = lay_over (common, own, "fields");
  struct
  {
    const char *member;
    char      **value;
  } names[] = {
    { "kind", &self->code },
    { "label", &self->label },
    { "label_plural", &self->label_plural },
    { "icon", &self->icon_name },
  };

  g_atomic_ref_count_init (&self->ref_count);
  self->fields = g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_field_unref);
  self->by_code = g_hash_table_new (g_str_hash, g_str_equal);
  self->sections = g_array_new (FALSE, FALSE, sizeof (Section));
  g_array_set_clear_func (self->sections, section_clear);

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const char *value = tkb_catalog_require_string (own, names[i].member, "a kind", error);

      if (value == NULL)
        return NULL;
      *names[i].value = g_strdup (value);
    }
  if (!read_sections (self, sections, error) || !read_fields (self, fields, error))
    return NULL;
  return g_steal_pointer (&self);
}

/**
 * tkb_kind_ref:
 *
 * Returns: (transfer full): @self
 */
TkbKind *
tkb_kind_ref (TkbKind *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * tkb_kind_unref:
 */
void
tkb_kind_unref (TkbKind *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_free (self->code);
  g_free (self->label);
  g_free (self->label_plural);
  g_free (self->icon_name);
  g_hash_table_unref (self->by_code);
  g_ptr_array_unref (self->fields);
  g_array_unref (self->sections);
  g_free (self);
}

/**
 * tkb_kind_get_code:
 *
 * Returns: (transfer none): `case`
 */
const char *
tkb_kind_get_code (TkbKind *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->code;
}

/**
 * tkb_kind_get_label:
 *
 * Returns: (transfer none): `Case study`, a msgid
 */
const char *
tkb_kind_get_label (TkbKind *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->label;
}

/**
 * tkb_kind_get_label_plural:
 *
 * Returns: (transfer none): `Case studies`, a msgid
 */
const char *
tkb_kind_get_label_plural (TkbKind *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->label_plural;
}

/**
 * tkb_kind_get_icon_name:
 *
 * Returns: (transfer none): of a symbolic icon
 */
const char *
tkb_kind_get_icon_name (TkbKind *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->icon_name;
}

/**
 * tkb_kind_get_fields:
 *
 * Returns: (transfer none) (element-type TkbField): in the order of the form
 */
GPtrArray *
tkb_kind_get_fields (TkbKind *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->fields;
}

/**
 * tkb_kind_get_field:
 *
 * Returns: (transfer none) (nullable)
 */
TkbField *
tkb_kind_get_field (TkbKind *self, const char *code)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (code != NULL, NULL);

  return g_hash_table_lookup (self->by_code, code);
}

/**
 * tkb_kind_get_n_sections:
 */
guint
tkb_kind_get_n_sections (TkbKind *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->sections->len;
}

/**
 * tkb_kind_get_section:
 * @index: below the number of sections
 * @out_code: (out) (optional) (transfer none)
 * @out_label: (out) (optional) (transfer none): a msgid
 */
void
tkb_kind_get_section (TkbKind *self, guint index, const char **out_code, const char **out_label)
{
  Section *section;

  g_return_if_fail (self != NULL);
  g_return_if_fail (index < self->sections->len);

  section = &g_array_index (self->sections, Section, index);
  if (out_code != NULL)
    *out_code = section->code;
  if (out_label != NULL)
    *out_label = section->label;
}
