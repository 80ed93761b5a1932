/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-catalog-private.h"

#include "tkb-json.h"

#include <string.h>

#define RESOURCE_PREFIX "/org/example/TiscKB/"
#define COMMON_FILE "common.json"

G_DEFINE_QUARK (tkb - catalog - error - quark, tkb_catalog_error)

/**
 * TkbCatalog:
 *
 * All kinds and vocabularies. Immutable, safe from any thread.
 */
struct _TkbCatalog
{
  gatomicrefcount ref_count;

  GPtrArray  *kinds;        /* (owned) (element-type TkbKind): in order of their codes */
  GHashTable *vocabularies; /* (owned): name -> TkbVocabulary, which owns the name */
};

G_DEFINE_BOXED_TYPE (TkbCatalog, tkb_catalog, tkb_catalog_ref, tkb_catalog_unref)

const char *
tkb_catalog_require_string (JsonObject *object,
                            const char *member,
                            const char *context,
                            GError    **error)
{
  const char *value = object != NULL ? tkb_json_get_string (object, member, NULL) : NULL;

  if (value == NULL || *value == '\0')
    {
      g_set_error (error, TKB_CATALOG_ERROR, TKB_CATALOG_ERROR_BROKEN, "In %s: %s is missing",
                   context, member);
      return NULL;
    }
  return value;
}

static int
compare_names_cb (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Names of the JSON files in a folder of the resource, sorted. (nullable): with error */
static char **
list_files (GResource *resource, const char *folder, GError **error)
{
  g_auto (GStrv) names =
      g_resource_enumerate_children (resource, folder, G_RESOURCE_LOOKUP_FLAGS_NONE, error);

  if (names == NULL)
    {
      g_prefix_error (error, "%s: ", folder);
      return NULL;
    }
  qsort (names, g_strv_length (names), sizeof *names, compare_names_cb);
  return g_steal_pointer (&names);
}

static JsonObject *
load_file (GResource *resource, const char *folder, const char *name, GError **error)
{
  g_autofree char *path = g_strconcat (folder, name, NULL);
  g_autoptr (GBytes) bytes =
      g_resource_lookup_data (resource, path, G_RESOURCE_LOOKUP_FLAGS_NONE, error);
  JsonObject *object;
  gsize       size;

  if (bytes == NULL)
    return NULL;
  size = g_bytes_get_size (bytes);
  object = tkb_json_parse_object (g_bytes_get_data (bytes, NULL), (gssize) size, 0, error);
  if (object == NULL)
    g_prefix_error (error, "%s: ", path);
  return object;
}

static gboolean
load_vocabularies (TkbCatalog *self, GResource *resource, GError **error)
{
  const char *folder = RESOURCE_PREFIX "vocabularies/";
  g_auto (GStrv) names = list_files (resource, folder, error);

  if (names == NULL)
    return FALSE;
  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autoptr (JsonObject) object = load_file (resource, folder, names[i], error);
      TkbVocabulary *vocabulary =
          object != NULL ? tkb_vocabulary_new_from_json (object, error) : NULL;

      if (vocabulary == NULL)
        return FALSE;
      g_hash_table_replace (self->vocabularies, (gpointer) tkb_vocabulary_get_name (vocabulary),
                            vocabulary);
    }
  return TRUE;
}

static gboolean
check_vocabularies (TkbCatalog *self, GPtrArray *fields, GError **error)
{
  for (guint i = 0; i < fields->len; i++)
    {
      TkbField   *field = fields->pdata[i];
      GPtrArray  *inner = tkb_field_get_fields (field);
      const char *name = tkb_field_get_vocabulary (field);

      if (name != NULL && tkb_catalog_get_vocabulary (self, name) == NULL)
        {
          g_set_error (error, TKB_CATALOG_ERROR, TKB_CATALOG_ERROR_BROKEN,
                       "Field %s: no vocabulary %s", tkb_field_get_code (field), name);
          return FALSE;
        }
      if (inner != NULL && !check_vocabularies (self, inner, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
load_kinds (TkbCatalog *self, GResource *resource, GError **error)
{
  const char *folder = RESOURCE_PREFIX "kinds/";
  g_auto (GStrv) names = list_files (resource, folder, error);
  g_autoptr (JsonObject) common =
      names != NULL ? load_file (resource, folder, COMMON_FILE, error) : NULL;

  if (common == NULL)
    return FALSE;
  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autoptr (JsonObject) object = NULL;
      TkbKind *kind;

      if (g_str_equal (names[i], COMMON_FILE))
        continue;
      object = load_file (resource, folder, names[i], error);
      kind = object != NULL ? tkb_kind_new_from_json (common, object, error) : NULL;
      if (kind == NULL)
        return FALSE;
      g_ptr_array_add (self->kinds, kind);
      if (!check_vocabularies (self, tkb_kind_get_fields (kind), error))
        return FALSE;
    }
  return TRUE;
}

/**
 * tkb_catalog_new:
 * @resource: holds `/org/example/TiscKB/kinds/` with `common.json` and a file a kind, and
 *   `/org/example/TiscKB/vocabularies/`
 *
 * Returns: (transfer full): %NULL with %TKB_CATALOG_ERROR_BROKEN, one of [error@JsonError] or
 *   %G_RESOURCE_ERROR, all of them mistakes of the build
 */
TkbCatalog *
tkb_catalog_new (GResource *resource, GError **error)
{
  g_autoptr (TkbCatalog) self = NULL;

  g_return_val_if_fail (resource != NULL, NULL);

  self = g_new0 (TkbCatalog, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->kinds = g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_kind_unref);
  self->vocabularies =
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) tkb_vocabulary_unref);
  if (!load_vocabularies (self, resource, error) || !load_kinds (self, resource, error))
    return NULL;
  return g_steal_pointer (&self);
}

/**
 * tkb_catalog_ref:
 *
 * Returns: (transfer full): @self
 */
TkbCatalog *
tkb_catalog_ref (TkbCatalog *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * tkb_catalog_unref:
 */
void
tkb_catalog_unref (TkbCatalog *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_ptr_array_unref (self->kinds);
  g_hash_table_unref (self->vocabularies);
  g_free (self);
}

/**
 * tkb_catalog_get_kinds:
 *
 * Returns: (transfer none) (element-type TkbKind): in order of their codes: case, guide, system
 */
GPtrArray *
tkb_catalog_get_kinds (TkbCatalog *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->kinds;
}

/**
 * tkb_catalog_get_kind:
 *
 * Returns: (transfer none) (nullable)
 */
TkbKind *
tkb_catalog_get_kind (TkbCatalog *self, const char *code)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (code != NULL, NULL);

  for (guint i = 0; i < self->kinds->len; i++)
    if (g_str_equal (tkb_kind_get_code (self->kinds->pdata[i]), code))
      return self->kinds->pdata[i];
  return NULL;
}

/**
 * tkb_catalog_get_vocabulary:
 *
 * Returns: (transfer none) (nullable)
 */
TkbVocabulary *
tkb_catalog_get_vocabulary (TkbCatalog *self, const char *name)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (name != NULL, NULL);

  return g_hash_table_lookup (self->vocabularies, name);
}

/* The first facet in a record: the one whose codes the record stands for. (nullable) */
static TkbField *
get_facet_of_record (TkbField *field)
{
  GPtrArray *fields = tkb_field_get_fields (field);

  for (guint i = 0; fields != NULL && i < fields->len; i++)
    if (tkb_field_get_flags (fields->pdata[i]) & TKB_FIELD_FLAG_FACET)
      return fields->pdata[i];
  return NULL;
}

/**
 * tkb_catalog_get_code_label:
 *
 * Returns: (transfer none): the English label, a msgid, of @code in the vocabulary of @field (of a
 *   record without one: of its first facet); @code itself where there is none
 */
const char *
tkb_catalog_get_code_label (TkbCatalog *self, TkbField *field, const char *code)
{
  const char    *name;
  TkbVocabulary *vocabulary;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (field != NULL, NULL);
  g_return_val_if_fail (code != NULL, NULL);

  name = tkb_field_get_vocabulary (field);
  if (name == NULL && get_facet_of_record (field) != NULL)
    name = tkb_field_get_vocabulary (get_facet_of_record (field));
  vocabulary = name != NULL ? tkb_catalog_get_vocabulary (self, name) : NULL;
  return vocabulary != NULL ? tkb_vocabulary_get_label (vocabulary, code) : code;
}

/**
 * tkb_catalog_get_facets:
 *
 * Returns: (transfer container) (element-type TkbField): every field that is a facet in some kind,
 *   each code once, in the order of kinds and forms
 */
GPtrArray *
tkb_catalog_get_facets (TkbCatalog *self)
{
  GPtrArray *facets;
  g_autoptr (GHashTable) seen = NULL;

  g_return_val_if_fail (self != NULL, NULL);

  facets = g_ptr_array_new ();
  seen = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < self->kinds->len; i++)
    {
      GPtrArray *fields = tkb_kind_get_fields (self->kinds->pdata[i]);

      for (guint j = 0; j < fields->len; j++)
        {
          TkbField *field = fields->pdata[j];

          if ((tkb_field_get_flags (field) & TKB_FIELD_FLAG_FACET) &&
              g_hash_table_add (seen, (gpointer) tkb_field_get_code (field)))
            g_ptr_array_add (facets, field);
        }
    }
  return facets;
}

/* code: (transfer full) (nullable) */
static void
take_code (GPtrArray *codes, char *code)
{
  if (code == NULL || *code == '\0' ||
      g_ptr_array_find_with_equal_func (codes, code, g_str_equal, NULL))
    g_free (code);
  else
    g_ptr_array_add (codes, code);
}

static void add_codes (GPtrArray *codes, TkbField *field, JsonNode *node);

static void
add_object_codes (GPtrArray *codes, TkbField *field, JsonObject *object)
{
  GPtrArray     *fields = tkb_field_get_fields (field);
  JsonObjectIter iter;
  const char    *name;
  const char    *support;

  switch (tkb_field_get_field_type (field))
    {
    case TKB_FIELD_LINK:
      take_code (codes, g_strdup (tkb_json_get_string (object, "document", NULL)));
      break;
    case TKB_FIELD_FIGURE:
      take_code (codes, g_strdup (tkb_json_get_string (object, "unit", NULL)));
      break;
    case TKB_FIELD_LOCALIZED:
      json_object_iter_init_ordered (&iter, object);
      while (json_object_iter_next_ordered (&iter, &name, NULL))
        take_code (codes, g_strdup (name));
      break;
    case TKB_FIELD_RECORD:
      support = tkb_json_get_string (object, "support", "yes");
      if (g_str_equal (support, "no") || g_str_equal (support, "unknown"))
        break;
      for (guint i = 0; i < fields->len; i++)
        {
          JsonNode *node = json_object_get_member (object, tkb_field_get_code (fields->pdata[i]));

          if (node != NULL && (tkb_field_get_flags (fields->pdata[i]) & TKB_FIELD_FLAG_FACET))
            add_codes (codes, fields->pdata[i], node);
        }
      break;
    default:
      break;
    }
}

static void
add_codes (GPtrArray *codes, TkbField *field, JsonNode *node)
{
  GType type = json_node_get_value_type (node);

  if (JSON_NODE_HOLDS_ARRAY (node))
    {
      JsonArray *array = json_node_get_array (node);

      if (tkb_field_get_flags (field) & TKB_FIELD_FLAG_LIST)
        for (guint i = 0; i < json_array_get_length (array); i++)
          if (!JSON_NODE_HOLDS_ARRAY (json_array_get_element (array, i)))
            add_codes (codes, field, json_array_get_element (array, i));
    }
  else if (JSON_NODE_HOLDS_OBJECT (node))
    add_object_codes (codes, field, json_node_get_object (node));
  else if (type == G_TYPE_STRING && tkb_field_get_field_type (field) == TKB_FIELD_DATE)
    take_code (codes, g_strndup (json_node_get_string (node), 4));
  else if (type == G_TYPE_STRING)
    take_code (codes, json_node_dup_string (node));
  else if (type == G_TYPE_INT64 || type == G_TYPE_DOUBLE || type == G_TYPE_BOOLEAN)
    take_code (codes, tkb_json_to_canonical (node, NULL));
}

/**
 * tkb_catalog_get_facet_codes:
 *
 * The codes under which a document stands in one facet, in the order in which it names them, each
 * once. A link gives the id of its document, a figure its unit, a localized text its languages, a
 * date its year, a number or truth value its JSON text. A record gives the codes of those of its
 * fields that are facets, unless it says `"support": "no"` or `"unknown"` of itself: a search
 * system is not to be found by the tools that it does not have. Values of wrong types give none.
 *
 * Returns: (transfer container) (element-type utf8): freed with the array
 */
GPtrArray *
tkb_catalog_get_facet_codes (TkbCatalog *self, TkbDocument *document, TkbField *field)
{
  GPtrArray *codes;
  JsonNode  *node;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (document != NULL, NULL);
  g_return_val_if_fail (field != NULL, NULL);

  codes = g_ptr_array_new_with_free_func (g_free);
  node = json_object_get_member (tkb_document_get_body (document), tkb_field_get_code (field));
  if (node != NULL)
    add_codes (codes, field, node);
  return codes;
}
