/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-revise.h"

#include "tkb-json.h"

gboolean
tkb_revise_is_passed_over (const char *code)
{
  static const char *const codes[] = { "_id",      "_rev",      "kind",        "state",
                                       "created",  "published", "modified",    "submitted_by",
                                       "reviewer", "reviewed",  "review_note", NULL };

  return g_strv_contains (codes, code);
}

static JsonNode *
get_member (TkbDocument *document, const char *code)
{
  return json_object_get_member (tkb_document_get_body (document), code);
}

static gboolean
is_same (JsonNode *a, JsonNode *b)
{
  g_autofree char *text_a = a != NULL ? tkb_json_to_canonical (a, NULL) : NULL;
  g_autofree char *text_b = b != NULL ? tkb_json_to_canonical (b, NULL) : NULL;

  return g_strcmp0 (text_a, text_b) == 0;
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (*(const char *const *) a, *(const char *const *) b);
}

/* Codes of all members of both, by their bytes. */
static GPtrArray *
list_members (TkbDocument *a, TkbDocument *b)
{
  TkbDocument *const documents[] = { a, b };
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *codes = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < G_N_ELEMENTS (documents); i++)
    {
      JsonObjectIter iter;
      const char    *code;

      json_object_iter_init (&iter, tkb_document_get_body (documents[i]));
      while (json_object_iter_next (&iter, &code, NULL))
        if (g_hash_table_add (seen, (gpointer) code))
          g_ptr_array_add (codes, g_strdup (code));
    }
  g_ptr_array_sort (codes, compare_texts);
  return codes;
}

GPtrArray *
tkb_revise_get_changed (TkbCatalog *catalog, TkbDocument *a, TkbDocument *b)
{
  const char *kind_code = tkb_document_get_kind (b);
  TkbKind    *kind =
      catalog != NULL && kind_code != NULL ? tkb_catalog_get_kind (catalog, kind_code) : NULL;
  g_autoptr (GPtrArray) codes = list_members (a, b);
  GPtrArray *fields = kind != NULL ? tkb_kind_get_fields (kind) : NULL;
  GPtrArray *changed = g_ptr_array_new_with_free_func (g_free);

  for (guint i = codes->len; i > 0; i--)
    {
      const char *code = g_ptr_array_index (codes, i - 1);

      if (tkb_revise_is_passed_over (code) || is_same (get_member (a, code), get_member (b, code)))
        g_ptr_array_remove_index (codes, i - 1);
    }
  for (guint i = 0; fields != NULL && i < fields->len; i++)
    {
      const char *code = tkb_field_get_code (g_ptr_array_index (fields, i));
      guint       at;

      if (g_ptr_array_find_with_equal_func (codes, code, g_str_equal, &at))
        g_ptr_array_add (changed, g_ptr_array_steal_index (codes, at));
    }
  while (codes->len > 0)
    g_ptr_array_add (changed, g_ptr_array_steal_index (codes, 0));
  return changed;
}

/* Whether it differed. */
static gboolean
restore_member (JsonObject *body, TkbDocument *earlier, const char *code)
{
  JsonNode *node = get_member (earlier, code);

  if (tkb_revise_is_passed_over (code) || is_same (json_object_get_member (body, code), node))
    return FALSE;
  if (node != NULL)
    json_object_set_member (body, code, tkb_json_node_copy (node));
  else
    json_object_remove_member (body, code);
  return TRUE;
}

TkbDocument *
tkb_revise_restore (TkbDocument *current, TkbDocument *earlier, const char *code)
{
  g_autoptr (JsonObject) body = tkb_json_object_copy (tkb_document_get_body (current));
  g_autoptr (GPtrArray) codes = list_members (current, earlier);
  gboolean is_changed = FALSE;

  if (code != NULL)
    is_changed = restore_member (body, earlier, code);
  else
    for (guint i = 0; i < codes->len; i++)
      is_changed |= restore_member (body, earlier, g_ptr_array_index (codes, i));
  return is_changed ? tkb_document_with_body (current, body) : NULL;
}
