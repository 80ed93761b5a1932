/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-backlinks.h"

/* documents in the answer; more would be a list of its own */
#define MAX_DOCUMENTS 12

/* One search for each link field; the last answer looks the documents up. */
typedef struct
{
  char      *id;        /* (owned): linked to */
  GPtrArray *ids;       /* (owned) (element-type utf8): found, each once */
  guint      n_pending; /* operations under way, and one for the start */
  GError    *error;     /* (owned) (nullable): the first */
} Search;

static void
search_free (Search *search)
{
  g_free (search->id);
  g_ptr_array_unref (search->ids);
  g_clear_error (&search->error);
  g_free (search);
}

static void
looked_up_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  const Search *search = g_task_get_task_data (task);
  GError       *error = NULL;
  g_autoptr (GHashTable) found = tkb_library_look_up_finish (TKB_LIBRARY (source), result, &error);
  GPtrArray *documents;

  if (found == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  documents = g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_document_unref);
  for (guint i = 0; i < search->ids->len; i++)
    {
      TkbDocument *document = g_hash_table_lookup (found, g_ptr_array_index (search->ids, i));

      if (document != NULL)
        g_ptr_array_add (documents, tkb_document_ref (document));
    }
  g_task_return_pointer (task, documents, (GDestroyNotify) g_ptr_array_unref);
}

/* Drops one operation; the last one goes on to the documents. (transfer full) task */
static void
finish_op (GTask *task)
{
  g_autoptr (GTask) owned = task;
  Search     *search = g_task_get_task_data (task);
  TkbLibrary *library = g_task_get_source_object (task);

  if (--search->n_pending > 0)
    return;
  if (search->error != NULL)
    g_task_return_error (task, g_steal_pointer (&search->error));
  else if (!tkb_library_is_open (library))
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CLOSED, "The library is closed");
  else
    {
      g_ptr_array_add (search->ids, NULL);
      tkb_library_look_up_async (library, (const char *const *) search->ids->pdata,
                                 g_task_get_cancellable (task), looked_up_cb, g_object_ref (task));
      g_ptr_array_set_size (search->ids, (int) search->ids->len - 1);
    }
}

static void
add_ids (Search *search, TkbSearchResults *results)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (results));

  for (guint i = 0; i < n && search->ids->len < MAX_DOCUMENTS; i++)
    {
      g_autoptr (TkbSearchHit) hit = g_list_model_get_item (G_LIST_MODEL (results), i);
      const char *id = tkb_search_hit_get_id (hit);

      /* the first rows come loaded; what is not is beyond what is shown here */
      if (id == NULL || *id == '\0')
        break;
      if (!g_str_equal (id, search->id) &&
          !g_ptr_array_find_with_equal_func (search->ids, id, g_str_equal, NULL))
        g_ptr_array_add (search->ids, g_strdup (id));
    }
}

static void
found_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask  *task = user_data;
  Search *search = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbSearchResults) results =
      tkb_search_run_finish (TKB_SEARCH (source), result, &error);

  if (results != NULL)
    add_ids (search, results);
  else if (search->error == NULL)
    search->error = g_steal_pointer (&error);
  finish_op (task);
}

/**
 * tkb_backlinks_find_async:
 * @library: must be open
 * @id: of the document that is linked to
 */
void
tkb_backlinks_find_async (TkbLibrary         *library,
                          const char         *id,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data)
{
  GTask  *task = g_task_new (library, cancellable, callback, user_data);
  Search *search = g_new0 (Search, 1);
  g_autoptr (GPtrArray) facets = tkb_catalog_get_facets (tkb_library_get_catalog (library));

  g_task_set_source_tag (task, tkb_backlinks_find_async);
  g_task_set_name (task, "tkb_backlinks_find_async");
  search->id = g_strdup (id);
  search->ids = g_ptr_array_new_with_free_func (g_free);
  search->n_pending = 1;
  g_task_set_task_data (task, search, (GDestroyNotify) search_free);
  for (guint i = 0; i < facets->len; i++)
    {
      TkbField *field = g_ptr_array_index (facets, i);
      g_autoptr (TkbQuery) all = NULL;
      g_autoptr (TkbQuery) query = NULL;

      if (tkb_field_get_field_type (field) != TKB_FIELD_LINK)
        continue;
      all = tkb_query_new (NULL, TKB_QUERY_NONE);
      query = tkb_query_with_facet (all, tkb_field_get_code (field), id);
      search->n_pending++;
      tkb_search_run_async (tkb_library_get_search (library), query,
                            tkb_library_get_language (library), cancellable, found_cb,
                            g_object_ref (task));
    }
  finish_op (task);
}

GPtrArray *
tkb_backlinks_find_finish (TkbLibrary *library, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, library), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, tkb_backlinks_find_async), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
