/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-starter.h"

#include "tkb-json.h"
#include "tkb-limits.h"
#include "tkb-rev-id.h"

#define STARTER_PATH "/org/example/TiscKB/starter/"

/* (transfer full): object as the first revision of its document */
static TkbDocument *
make_first_revision (JsonObject *object, GError **error)
{
  g_autoptr (TkbDocument) document = tkb_document_new_from_json (object, error);
  g_autofree char *rev = NULL;

  if (document == NULL)
    return NULL;
  rev = tkb_rev_id_compute (tkb_document_get_body (document), NULL, FALSE);
  return tkb_document_with_rev (document, rev);
}

static gboolean
read_file (GResource *resource, const char *path, GPtrArray *documents, GError **error)
{
  g_autoptr (GBytes) bytes =
      g_resource_lookup_data (resource, path, G_RESOURCE_LOOKUP_FLAGS_NONE, error);
  g_autoptr (JsonNode) node = NULL;
  JsonArray *array;

  if (bytes == NULL)
    return FALSE;
  node = tkb_json_parse (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                         TKB_MAX_JSON_BODY_BYTES, error);
  if (node == NULL)
    return FALSE;
  if (!JSON_NODE_HOLDS_ARRAY (node))
    {
      g_set_error (error, TKB_JSON_ERROR, TKB_JSON_ERROR_TYPE, "%s is not an array", path);
      return FALSE;
    }
  array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      TkbDocument *document;

      if (!JSON_NODE_HOLDS_OBJECT (json_array_get_element (array, i)))
        {
          g_set_error (error, TKB_JSON_ERROR, TKB_JSON_ERROR_TYPE, "%s holds more than objects",
                       path);
          return FALSE;
        }
      document = make_first_revision (json_array_get_object_element (array, i), error);
      if (document == NULL)
        return FALSE;
      g_ptr_array_add (documents, document);
    }
  return TRUE;
}

/**
 * tkb_starter_load:
 * @store: a store, usually a new one
 * @resource: holds /org/example/TiscKB/starter/
 * @out_n_documents: (optional): how many documents the starter content has
 *
 * Writes the starter content in one transaction, as replicated revisions: what is there already
 * stays as it is, and nothing waits for the server because of it. Blocks; any thread.
 *
 * Returns: FALSE with an error of the store; then nothing was written.
 */
gboolean
tkb_starter_load (TkbStore     *store,
                  GResource    *resource,
                  guint        *out_n_documents,
                  GCancellable *cancellable,
                  GError      **error)
{
  g_autoptr (GPtrArray) documents =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_document_unref);
  g_autoptr (GPtrArray) results = NULL;
  g_auto (GStrv) names =
      g_resource_enumerate_children (resource, STARTER_PATH, G_RESOURCE_LOOKUP_FLAGS_NONE, error);

  if (names == NULL)
    return FALSE;
  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autofree char *path = g_strconcat (STARTER_PATH, names[i], NULL);

      if (!read_file (resource, path, documents, error))
        return FALSE;
    }
  results = tkb_store_write (store, documents, TKB_WRITE_REPLICATED | TKB_WRITE_BULK, NULL, NULL,
                             cancellable, error);
  if (results == NULL)
    return FALSE;
  for (guint i = 0; i < results->len; i++)
    {
      TkbWriteResult *result = results->pdata[i];

      if (result->error != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&result->error));
          return FALSE;
        }
    }
  if (out_n_documents != NULL)
    *out_n_documents = documents->len;
  return TRUE;
}
