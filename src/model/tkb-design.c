/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-design.h"

#include "tkb-json.h"

#include <math.h>
#include <string.h>

#define FUNCTION_PATH "/org/example/TiscKB/design/validate_doc_update.js"

static JsonArray *make_fields (GPtrArray *fields, GHashTable *vocabularies);

static void
set_count (JsonObject *object, const char *member, guint count)
{
  if (count > 0)
    json_object_set_int_member (object, member, count);
}

/* A field as the function reads it: what is not said is not there. */
static JsonObject *
make_field (TkbField *field, GHashTable *vocabularies)
{
  JsonObject   *object = json_object_new ();
  TkbFieldFlags flags = tkb_field_get_flags (field);
  const char   *vocabulary = tkb_field_get_vocabulary (field);
  double        minimum, maximum;

  json_object_set_string_member (object, "code", tkb_field_get_code (field));
  json_object_set_string_member (object, "type", tkb_field_get_type_name (field));
  json_object_set_string_member (object, "label", tkb_field_get_label (field));
  if (flags & TKB_FIELD_FLAG_REQUIRED)
    json_object_set_boolean_member (object, "required", TRUE);
  if (flags & TKB_FIELD_FLAG_LIST)
    json_object_set_boolean_member (object, "list", TRUE);
  set_count (object, "max_chars", tkb_field_get_max_chars (field));
  set_count (object, "min_items", tkb_field_get_min_items (field));
  set_count (object, "max_items", tkb_field_get_max_items (field));
  if (tkb_field_get_range (field, &minimum, &maximum))
    {
      if (isfinite (minimum))
        json_object_set_double_member (object, "min", minimum);
      if (isfinite (maximum))
        json_object_set_double_member (object, "max", maximum);
    }
  if (vocabulary != NULL)
    {
      json_object_set_string_member (object, "vocabulary", vocabulary);
      g_hash_table_add (vocabularies, (char *) vocabulary);
    }
  if (tkb_field_get_fields (field) != NULL)
    json_object_set_array_member (object, "fields",
                                  make_fields (tkb_field_get_fields (field), vocabularies));
  return object;
}

static JsonArray *
make_fields (GPtrArray *fields, GHashTable *vocabularies)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < fields->len; i++)
    json_array_add_object_element (array, make_field (fields->pdata[i], vocabularies));
  return array;
}

/* vocabularies: gets the names of those that the fields use */
static JsonObject *
make_kinds (TkbCatalog *catalog, GHashTable *vocabularies)
{
  JsonObject *object = json_object_new ();
  GPtrArray  *kinds = tkb_catalog_get_kinds (catalog);

  for (guint i = 0; i < kinds->len; i++)
    json_object_set_array_member (
        object, tkb_kind_get_code (kinds->pdata[i]),
        make_fields (tkb_kind_get_fields (kinds->pdata[i]), vocabularies));
  return object;
}

/* Only the closed ones: an open one takes any code. */
static JsonObject *
make_vocabularies (TkbCatalog *catalog, GHashTable *names)
{
  JsonObject    *object = json_object_new ();
  GHashTableIter iter;
  const char    *name;

  g_hash_table_iter_init (&iter, names);
  while (g_hash_table_iter_next (&iter, (gpointer *) &name, NULL))
    {
      TkbVocabulary *vocabulary = tkb_catalog_get_vocabulary (catalog, name);
      JsonArray     *codes;

      if (vocabulary == NULL || tkb_vocabulary_is_open (vocabulary))
        continue;
      codes = json_array_new ();
      for (guint i = 0; i < tkb_vocabulary_get_n_terms (vocabulary); i++)
        json_array_add_string_element (codes, tkb_vocabulary_get_code (vocabulary, i));
      json_object_set_array_member (object, name, codes);
    }
  return object;
}

/* Replaces the one empty object that name is set to. FALSE: there is none. */
static gboolean
fill_in (GString *function, const char *name, JsonObject *value)
{
  g_autofree char *empty = g_strdup_printf ("var %s = {}", name);
  g_autofree char *text = tkb_json_object_to_canonical (value, NULL);
  g_autofree char *filled = g_strdup_printf ("var %s = %s", name, text);

  return g_string_replace (function, empty, filled, 1) == 1;
}

/**
 * tkb_design_new:
 * @catalog: kinds and vocabularies
 * @resource: holds the function
 * @error: a failure of the resource, %TKB_CATALOG_ERROR_BROKEN
 *
 * The same catalog gives the same document, to the byte.
 *
 * Returns: (transfer full): the design document, without a revision
 */
TkbDocument *
tkb_design_new (TkbCatalog *catalog, GResource *resource, GError **error)
{
  g_autoptr (GBytes) bytes =
      g_resource_lookup_data (resource, FUNCTION_PATH, G_RESOURCE_LOOKUP_FLAGS_NONE, error);
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (JsonObject) kinds = NULL;
  g_autoptr (JsonObject) vocabularies = NULL;
  g_autoptr (JsonObject) body = NULL;
  g_autoptr (GString) function = NULL;
  const char *start;

  if (bytes == NULL)
    return NULL;
  /* the server wants a function and nothing in front of it */
  start =
      g_strstr_len (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "function (newDoc");
  function = g_string_new_len (
      start, start != NULL ? (gssize) (g_bytes_get_size (bytes) -
                                       (start - (const char *) g_bytes_get_data (bytes, NULL)))
                           : 0);
  kinds = make_kinds (catalog, names);
  vocabularies = make_vocabularies (catalog, names);
  if (!fill_in (function, "KINDS", kinds) || !fill_in (function, "VOCABULARIES", vocabularies))
    {
      g_set_error (error, TKB_CATALOG_ERROR, TKB_CATALOG_ERROR_BROKEN,
                   "%s has no place for the kinds", FUNCTION_PATH);
      return NULL;
    }
  body = json_object_new ();
  json_object_set_string_member (body, "language", "javascript");
  json_object_set_string_member (body, "validate_doc_update", function->str);
  return tkb_document_new (TKB_DESIGN_ID, NULL, FALSE, body, NULL);
}
