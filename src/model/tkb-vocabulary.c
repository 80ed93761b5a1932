/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-catalog-private.h"
#include "tkb-vocabulary.h"

#include "tkb-json.h"

/**
 * TkbVocabulary:
 *
 * A named list of stable codes with labels. Immutable, safe from any thread.
 */
struct _TkbVocabulary
{
  gatomicrefcount ref_count;

  char       *name;   /* (owned) */
  GPtrArray  *codes;  /* (owned) (element-type utf8): in the order of the file */
  GHashTable *labels; /* (owned): code (in codes) -> label */
  gboolean    is_open;
};

G_DEFINE_BOXED_TYPE (TkbVocabulary, tkb_vocabulary, tkb_vocabulary_ref, tkb_vocabulary_unref)

TkbVocabulary *
tkb_vocabulary_new_from_json (JsonObject *object, GError **error)
{
  g_autoptr (TkbVocabulary) self = g_new0 (TkbVocabulary, 1);
  const char *name;
  JsonArray  *terms = tkb_json_get_array (object, "terms");

  g_atomic_ref_count_init (&self->ref_count);
  self->codes = g_ptr_array_new_with_free_func (g_free);
  self->labels = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  self->is_open = tkb_json_get_boolean (object, "open", FALSE);

  name = tkb_catalog_require_string (object, "vocabulary", "a vocabulary", error);
  if (name == NULL)
    return NULL;
  self->name = g_strdup (name);
  for (guint i = 0; terms != NULL && i < json_array_get_length (terms); i++)
    {
      JsonNode   *node = json_array_get_element (terms, i);
      JsonObject *term = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
      const char *code = tkb_catalog_require_string (term, "code", name, error);
      const char *label =
          code != NULL ? tkb_catalog_require_string (term, "label", name, error) : NULL;

      if (label == NULL)
        return NULL;
      if (g_hash_table_contains (self->labels, code))
        {
          g_set_error (error, TKB_CATALOG_ERROR, TKB_CATALOG_ERROR_BROKEN,
                       "%s: the code %s stands there twice", name, code);
          return NULL;
        }
      g_ptr_array_add (self->codes, g_strdup (code));
      g_hash_table_insert (self->labels, self->codes->pdata[i], g_strdup (label));
    }
  return g_steal_pointer (&self);
}

/**
 * tkb_vocabulary_ref:
 *
 * Returns: (transfer full): @self
 */
TkbVocabulary *
tkb_vocabulary_ref (TkbVocabulary *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * tkb_vocabulary_unref:
 */
void
tkb_vocabulary_unref (TkbVocabulary *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_free (self->name);
  g_hash_table_unref (self->labels);
  g_ptr_array_unref (self->codes);
  g_free (self);
}

/**
 * tkb_vocabulary_get_name:
 *
 * Returns: (transfer none): as fields name it, `service-type`
 */
const char *
tkb_vocabulary_get_name (TkbVocabulary *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->name;
}

/**
 * tkb_vocabulary_is_open:
 *
 * Returns: whether codes that are not listed are allowed
 */
gboolean
tkb_vocabulary_is_open (TkbVocabulary *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->is_open;
}

/**
 * tkb_vocabulary_get_n_terms:
 */
guint
tkb_vocabulary_get_n_terms (TkbVocabulary *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->codes->len;
}

/**
 * tkb_vocabulary_get_code:
 * @index: below the number of terms
 *
 * Returns: (transfer none): in the order of the file
 */
const char *
tkb_vocabulary_get_code (TkbVocabulary *self, guint index)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (index < self->codes->len, NULL);

  return self->codes->pdata[index];
}

/**
 * tkb_vocabulary_get_label:
 *
 * Returns: (transfer none): the English label, a msgid; @code itself where it is not listed
 */
const char *
tkb_vocabulary_get_label (TkbVocabulary *self, const char *code)
{
  const char *label;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (code != NULL, NULL);

  label = g_hash_table_lookup (self->labels, code);
  return label != NULL ? label : code;
}

/**
 * tkb_vocabulary_contains:
 *
 * Returns: whether @code is listed
 */
gboolean
tkb_vocabulary_contains (TkbVocabulary *self, const char *code)
{
  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (code != NULL, FALSE);

  return g_hash_table_contains (self->labels, code);
}
