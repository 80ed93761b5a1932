/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-view.h"

#include "tkb-json.h"
#include "tkb-rev-id.h"
#include "tkb-rev-tree.h"
#include "tkb-server-limits.h"
#include "tkb-sight.h"

#include <string.h>

/**
 * tkb_view_flags_from_query:
 * @x: an exchange
 *
 * Returns: what its query asks for
 */
TkbViewFlags
tkb_view_flags_from_query (TkbExchange *x)
{
  static const struct
  {
    const char  *name;
    TkbViewFlags flags;
  } parameters[] = {
    { "revs", TKB_VIEW_REVS },
    { "revs_info", TKB_VIEW_REVS_INFO },
    { "conflicts", TKB_VIEW_CONFLICTS },
    { "deleted_conflicts", TKB_VIEW_DELETED_CONFLICTS },
    { "attachments", TKB_VIEW_ATTACHMENTS },
    { "meta", TKB_VIEW_REVS_INFO | TKB_VIEW_CONFLICTS | TKB_VIEW_DELETED_CONFLICTS },
  };
  TkbViewFlags flags = TKB_VIEW_NONE;

  for (guint i = 0; i < G_N_ELEMENTS (parameters); i++)
    {
      if (tkb_exchange_get_flag (x, parameters[i].name))
        flags |= parameters[i].flags;
    }
  return flags;
}

/* ---- attachments ---- */

static char *
read_base64 (TkbExchange *x, const char *digest, gint64 *budget_bytes, GError **error)
{
  gint64 length = 0;
  g_autoptr (GInputStream) source =
      tkb_store_open_blob (tkb_database_get_store (x->database), digest, &length, error);
  g_autofree guint8 *data = NULL;
  gsize              n_read;

  if (source == NULL)
    return NULL;
  *budget_bytes -= length;
  if (*budget_bytes < 0)
    {
      g_set_error_literal (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_TOO_LARGE,
                           "The attachments are too large for one JSON answer; ask for "
                           "multipart, or for one after the other.");
      return NULL;
    }
  data = g_malloc (length + 1);
  if (!g_input_stream_read_all (source, data, length, &n_read, x->cancellable, error))
    return NULL;
  return g_base64_encode (data, n_read);
}

static gboolean
fill_attachment (
    TkbExchange *x, JsonObject *stub, TkbViewFlags flags, gint64 *budget_bytes, GError **error)
{
  g_autofree char *data = NULL;

  if ((flags & TKB_VIEW_FOLLOWS) == 0)
    {
      data = read_base64 (x, tkb_json_get_string (stub, "digest", ""), budget_bytes, error);
      if (data == NULL)
        return FALSE;
      json_object_set_string_member (stub, "data", data);
      json_object_remove_member (stub, "length");
    }
  else
    {
      json_object_set_boolean_member (stub, "follows", TRUE);
    }
  json_object_remove_member (stub, "stub");
  return TRUE;
}

/* The highest generation of the document's own history that the client has the attachments of. */
static guint
get_known_generation (TkbDocument *document, GPtrArray *atts_since)
{
  const char *const *revisions = tkb_document_get_revisions (document);

  for (guint i = 0; atts_since != NULL && revisions != NULL && revisions[i] != NULL; i++)
    {
      for (guint j = 0; j < atts_since->len; j++)
        {
          if (strcmp (revisions[i], atts_since->pdata[j]) == 0)
            return tkb_rev_id_get_generation (revisions[i]);
        }
    }
  return 0;
}

static gboolean
fill_attachments (TkbExchange *x,
                  TkbDocument *document,
                  JsonObject  *object,
                  TkbViewFlags flags,
                  GPtrArray   *atts_since,
                  gint64      *budget_bytes,
                  GError     **error)
{
  JsonObject *attachments = tkb_json_get_object (object, "_attachments");
  g_autoptr (GList) names = attachments != NULL ? json_object_get_members (attachments) : NULL;
  guint known = get_known_generation (document, atts_since);

  for (GList *l = names; l != NULL; l = l->next)
    {
      JsonObject *stub = tkb_json_get_object (attachments, l->data);

      if (stub == NULL || tkb_json_get_int (stub, "revpos", G_MAXINT) <= known)
        continue;
      if (!fill_attachment (x, stub, flags, budget_bytes, error))
        return FALSE;
    }
  return TRUE;
}

/* ---- the tree ---- */

static void
add_conflicts (TkbExchange *x, JsonObject *object, TkbRevTree *tree, TkbViewFlags flags)
{
  g_autoptr (GPtrArray) leaves = tkb_rev_tree_get_leaves (tree);
  g_autoptr (JsonArray) live = json_array_new ();
  g_autoptr (JsonArray) deleted = json_array_new ();
  const char *id = json_object_get_string_member (object, "_id");

  for (guint i = 1; i < leaves->len; i++)
    {
      const char *rev = leaves->pdata[i];
      gboolean    is_deleted = tkb_rev_tree_get_flags (tree, rev) & TKB_REV_NODE_DELETED;

      if (!tkb_sight_is_full (x))
        {
          g_autoptr (TkbDocument) leaf = tkb_sight_get (x, id, rev, NULL);

          if (leaf == NULL)
            continue;
        }
      json_array_add_string_element (is_deleted ? deleted : live, rev);
    }
  if ((flags & TKB_VIEW_CONFLICTS) != 0 && json_array_get_length (live) > 0)
    json_object_set_array_member (object, "_conflicts", json_array_ref (live));
  if ((flags & TKB_VIEW_DELETED_CONFLICTS) != 0 && json_array_get_length (deleted) > 0)
    json_object_set_array_member (object, "_deleted_conflicts", json_array_ref (deleted));
}

static void
add_revs_info (JsonObject *object, TkbRevTree *tree, const char *rev)
{
  g_autoptr (GPtrArray) path = tkb_rev_tree_get_path (tree, rev);
  JsonArray *array = json_array_new ();

  for (guint i = 0; path != NULL && i < path->len; i++)
    {
      TkbRevNodeFlags node = tkb_rev_tree_get_flags (tree, path->pdata[i]);
      JsonObject     *info = json_object_new ();

      json_object_set_string_member (info, "rev", path->pdata[i]);
      json_object_set_string_member (info, "status",
                                     (node & TKB_REV_NODE_AVAILABLE) == 0 ? "missing"
                                     : (node & TKB_REV_NODE_DELETED) != 0 ? "deleted"
                                                                          : "available");
      json_array_add_object_element (array, info);
    }
  json_object_set_array_member (object, "_revs_info", array);
}

/**
 * tkb_view_build:
 * @x: an exchange in a database
 * @document: a revision that may be seen
 * @flags: what goes with it
 * @atts_since: (nullable) (element-type utf8): revisions whose attachments the client has
 * @budget_bytes: (inout): bytes of inline data still allowed
 * @error: %TKB_WIRE_ERROR_TOO_LARGE or a store error
 *
 * Returns: (transfer full): the document in wire form, or %NULL
 */
JsonObject *
tkb_view_build (TkbExchange *x,
                TkbDocument *document,
                TkbViewFlags flags,
                GPtrArray   *atts_since,
                gint64      *budget_bytes,
                GError     **error)
{
  g_autoptr (JsonObject) object =
      tkb_document_to_json (document, (flags & TKB_VIEW_REVS) != 0 ? TKB_DOCUMENT_JSON_REVISIONS
                                                                   : TKB_DOCUMENT_JSON_NONE);

  if ((flags & (TKB_VIEW_REVS_INFO | TKB_VIEW_CONFLICTS | TKB_VIEW_DELETED_CONFLICTS)) != 0)
    {
      g_autoptr (TkbRevTree) tree =
          tkb_store_get_tree (tkb_database_get_store (x->database), tkb_document_get_id (document),
                              x->cancellable, error);

      if (tree == NULL)
        return NULL;
      if ((flags & TKB_VIEW_REVS_INFO) != 0)
        add_revs_info (object, tree, tkb_document_get_rev (document));
      add_conflicts (x, object, tree, flags);
    }
  if (((flags & TKB_VIEW_ATTACHMENTS) != 0 || atts_since != NULL) &&
      !fill_attachments (x, document, object, flags, atts_since, budget_bytes, error))
    return NULL;
  return g_steal_pointer (&object);
}

/* ---- several revisions ---- */

static void
view_rev_free (gpointer data)
{
  TkbViewRev *self = data;

  g_free (self->rev);
  g_clear_pointer (&self->document, tkb_document_unref);
  g_free (self);
}

static gboolean
contains_rev (GPtrArray *found, const char *rev)
{
  for (guint i = 0; i < found->len; i++)
    {
      if (strcmp (((TkbViewRev *) found->pdata[i])->rev, rev) == 0)
        return TRUE;
    }
  return FALSE;
}

static void
add_rev (TkbExchange *x, GPtrArray *found, const char *id, const char *rev, gboolean is_leaf)
{
  TkbViewRev  *entry;
  TkbDocument *document =
      tkb_store_get (tkb_database_get_store (x->database), id, rev, x->cancellable, NULL);

  /* of all leaves each reader gets what they may see of them */
  if (document != NULL && is_leaf)
    document = tkb_sight_lower (x, document);
  else if (document != NULL && !tkb_sight_allows (x, document))
    g_clear_pointer (&document, tkb_document_unref);
  if (document == NULL && is_leaf)
    return;
  if (document != NULL)
    rev = tkb_document_get_rev (document);
  if (contains_rev (found, rev))
    {
      g_clear_pointer (&document, tkb_document_unref);
      return;
    }
  entry = g_new0 (TkbViewRev, 1);
  entry->rev = g_strdup (rev);
  entry->document = document;
  g_ptr_array_add (found, entry);
}

static gboolean
add_latest (TkbExchange *x, GPtrArray *found, const char *id, TkbRevTree *tree, const char *rev)
{
  g_autoptr (GPtrArray) leaves = tkb_rev_tree_get_leaves (tree);
  guint before = found->len;

  if (!tkb_rev_tree_contains (tree, rev))
    return FALSE;
  for (guint i = 0; i < leaves->len; i++)
    {
      g_autoptr (GPtrArray) path = tkb_rev_tree_get_path (tree, leaves->pdata[i]);

      for (guint j = 0; j < path->len; j++)
        {
          if (strcmp (path->pdata[j], rev) == 0)
            {
              add_rev (x, found, id, leaves->pdata[i], TRUE);
              break;
            }
        }
    }
  return found->len > before || contains_rev (found, rev);
}

/**
 * tkb_view_open_revs:
 * @x: an exchange in a database
 * @id: a document
 * @revs: (nullable) (element-type utf8): revisions; %NULL: all leaves
 * @is_latest: whether leaves that come from @revs are wanted instead
 * @error: a store error
 *
 * Returns: (transfer full) (element-type TkbViewRev): what there is and may be seen, and of @revs
 *   also what there is not; empty for all leaves of a document that is not there
 */
GPtrArray *
tkb_view_open_revs (
    TkbExchange *x, const char *id, GPtrArray *revs, gboolean is_latest, GError **error)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (view_rev_free);
  g_autoptr (GError) local_error = NULL;
  g_autoptr (TkbRevTree) tree = NULL;

  if (revs == NULL || is_latest)
    {
      tree = tkb_store_get_tree (tkb_database_get_store (x->database), id, x->cancellable,
                                 &local_error);
      if (tree == NULL &&
          !g_error_matches (local_error, TKB_STORE_ERROR, TKB_STORE_ERROR_NOT_FOUND))
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return NULL;
        }
    }
  if (revs == NULL)
    {
      g_autoptr (GPtrArray) leaves = tree != NULL ? tkb_rev_tree_get_leaves (tree) : NULL;

      for (guint i = 0; leaves != NULL && i < leaves->len; i++)
        add_rev (x, found, id, leaves->pdata[i], TRUE);
      return g_steal_pointer (&found);
    }
  for (guint i = 0; i < revs->len; i++)
    {
      if (tree == NULL || !add_latest (x, found, id, tree, revs->pdata[i]))
        add_rev (x, found, id, revs->pdata[i], FALSE);
    }
  return g_steal_pointer (&found);
}

/**
 * tkb_view_revs_from_query:
 * @x: an exchange
 * @name: a query parameter that holds a JSON array of revisions
 * @error: %TKB_WIRE_ERROR_BAD_REQUEST
 *
 * Returns: (transfer full) (element-type utf8) (nullable): them; %NULL with @error unset where
 *   there is no such parameter
 */
GPtrArray *
tkb_view_revs_from_query (TkbExchange *x, const char *name, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (JsonNode) node = tkb_exchange_get_json (x, name, &local_error);
  g_autoptr (GPtrArray) revs = NULL;
  JsonArray *array;

  if (node == NULL && local_error == NULL)
    return NULL;
  if (node == NULL || !JSON_NODE_HOLDS_ARRAY (node))
    {
      g_set_error (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_BAD_REQUEST,
                   "%s must be a JSON array of revisions", name);
      return NULL;
    }
  array = json_node_get_array (node);
  revs = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      const char *rev =
          json_node_get_value_type (json_array_get_element (array, i)) == G_TYPE_STRING
              ? json_array_get_string_element (array, i)
              : NULL;

      if (rev == NULL || !tkb_rev_id_is_valid (rev))
        {
          g_set_error_literal (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_BAD_REQUEST,
                               "Invalid rev format");
          return NULL;
        }
      g_ptr_array_add (revs, g_strdup (rev));
    }
  return g_steal_pointer (&revs);
}
