/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-conflict.h"

#include "tkb-json.h"

static void
difference_free (gpointer data)
{
  TkbDifference *difference = data;

  g_free (difference->code);
  g_free (difference);
}

void
tkb_conflict_free (TkbConflict *self)
{
  g_clear_pointer (&self->current, tkb_document_unref);
  g_clear_pointer (&self->other, tkb_document_unref);
  g_clear_pointer (&self->base, tkb_document_unref);
  g_ptr_array_unref (self->differences);
  g_free (self);
}

/* ---- comparing ---- */

static JsonNode *
get_member (TkbDocument *document, const char *code)
{
  return document != NULL ? json_object_get_member (tkb_document_get_body (document), code) : NULL;
}

static gboolean
is_same (JsonNode *a, JsonNode *b)
{
  g_autofree char *text_a = a != NULL ? tkb_json_to_canonical (a, NULL) : NULL;
  g_autofree char *text_b = b != NULL ? tkb_json_to_canonical (b, NULL) : NULL;

  return g_strcmp0 (text_a, text_b) == 0;
}

static void
compare_member (TkbConflict *self, const char *code)
{
  JsonNode      *current = get_member (self->current, code);
  JsonNode      *other = get_member (self->other, code);
  JsonNode      *base = get_member (self->base, code);
  TkbDifference *difference;
  gboolean       current_changed;
  gboolean       other_changed;

  if (g_str_equal (code, "modified") || is_same (current, other))
    return;
  current_changed = self->base == NULL || !is_same (current, base);
  other_changed = self->base == NULL || !is_same (other, base);
  difference = g_new0 (TkbDifference, 1);
  difference->code = g_strdup (code);
  difference->is_clash = current_changed && other_changed;
  difference->side = other_changed && !current_changed ? TKB_SIDE_OTHER : TKB_SIDE_CURRENT;
  g_ptr_array_add (self->differences, difference);
}

static int
compare_codes (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (*(const char *const *) a, *(const char *const *) b);
}

/**
 * tkb_conflict_new:
 * @current: the winner
 * @other: another live leaf
 * @base: (nullable): the newest version that both come from
 */
TkbConflict *
tkb_conflict_new (TkbDocument *current, TkbDocument *other, TkbDocument *base)
{
  TkbConflict *self = g_new0 (TkbConflict, 1);
  g_autoptr (GHashTable) codes = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) sorted = g_ptr_array_new ();
  g_autoptr (GList) mine = json_object_get_members (tkb_document_get_body (current));
  g_autoptr (GList) theirs = json_object_get_members (tkb_document_get_body (other));

  self->current = tkb_document_ref (current);
  self->other = tkb_document_ref (other);
  self->base = base != NULL ? tkb_document_ref (base) : NULL;
  self->differences = g_ptr_array_new_with_free_func (difference_free);
  for (GList *l = mine; l != NULL; l = l->next)
    if (g_hash_table_add (codes, l->data))
      g_ptr_array_add (sorted, l->data);
  for (GList *l = theirs; l != NULL; l = l->next)
    if (g_hash_table_add (codes, l->data))
      g_ptr_array_add (sorted, l->data);
  g_ptr_array_sort (sorted, compare_codes);
  for (guint i = 0; i < sorted->len; i++)
    compare_member (self, g_ptr_array_index (sorted, i));
  return self;
}

TkbDocument *
tkb_conflict_merge (TkbConflict *self)
{
  g_autoptr (JsonObject) body = tkb_json_object_copy (tkb_document_get_body (self->current));

  for (guint i = 0; i < self->differences->len; i++)
    {
      const TkbDifference *difference = g_ptr_array_index (self->differences, i);
      JsonNode            *node = get_member (self->other, difference->code);

      if (difference->side == TKB_SIDE_CURRENT)
        continue;
      if (node != NULL)
        json_object_set_member (body, difference->code, tkb_json_node_copy (node));
      else
        json_object_remove_member (body, difference->code);
    }
  return tkb_document_with_body (self->current, body);
}

/* ---- reading ---- */

/* On a reader thread. */
static void
load_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  TkbStore   *store = TKB_STORE (source);
  const char *id = task_data;
  const char *ancestor;
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbRevTree) tree = tkb_store_get_tree (store, id, cancellable, &error);
  g_autoptr (GPtrArray) others = NULL;
  g_autoptr (TkbDocument) current = NULL;
  g_autoptr (TkbDocument) other = NULL;
  g_autoptr (TkbDocument) base = NULL;

  if (tree == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  others = tkb_rev_tree_get_conflicts (tree);
  if (others->len == 0)
    {
      g_task_return_new_error (task, TKB_STORE_ERROR, TKB_STORE_ERROR_NOT_FOUND,
                               "%s is not in conflict", id);
      return;
    }
  current = tkb_store_get (store, id, tkb_rev_tree_get_winner (tree), cancellable, &error);
  if (current != NULL)
    other = tkb_store_get (store, id, g_ptr_array_index (others, 0), cancellable, &error);
  if (other == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  ancestor = tkb_rev_tree_get_common_ancestor (tree, tkb_document_get_rev (current),
                                               tkb_document_get_rev (other));
  if (ancestor != NULL)
    base = tkb_store_get (store, id, ancestor, cancellable, NULL);
  g_task_return_pointer (task, tkb_conflict_new (current, other, base),
                         (GDestroyNotify) tkb_conflict_free);
}

void
tkb_conflict_load_async (TkbStore           *store,
                         const char         *id,
                         GCancellable       *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (store, cancellable, callback, user_data);

  g_task_set_source_tag (task, tkb_conflict_load_async);
  g_task_set_name (task, "tkb_conflict_load_async");
  g_task_set_task_data (task, g_strdup (id), g_free);
  tkb_store_run_async (store, task, load_thread);
}

TkbConflict *
tkb_conflict_load_finish (TkbStore *store, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, store), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, tkb_conflict_load_async), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- writing ---- */

typedef struct
{
  TkbDocument *merged;    /* (owned): on the current revision */
  gboolean     is_edit;   /* it differs from the current version */
  char        *other_rev; /* (owned) */
} Resolution;

static void
resolution_free (gpointer data)
{
  Resolution *resolution = data;

  tkb_document_unref (resolution->merged);
  g_free (resolution->other_rev);
  g_free (resolution);
}

/* On a reader thread, where waiting for the writer is no harm. The merged text is written first: if
 * the second step fails the conflict stays, and nothing is lost. */
static void
resolve_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  const Resolution *resolution = task_data;
  TkbStore         *store = TKB_STORE (source);
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbDocument) written = NULL;
  g_autofree char *tombstone = NULL;

  if (resolution->is_edit)
    {
      written = tkb_store_put (store, resolution->merged, TKB_WRITE_NONE, cancellable, &error);
      if (written == NULL)
        {
          g_task_return_error (task, g_steal_pointer (&error));
          return;
        }
    }
  tombstone = tkb_store_delete (store, tkb_document_get_id (resolution->merged),
                                resolution->other_rev, cancellable, &error);
  if (tombstone == NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_boolean (task, TRUE);
}

void
tkb_conflict_resolve_async (TkbStore           *store,
                            TkbConflict        *conflict,
                            GAsyncReadyCallback callback,
                            gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (store, NULL, callback, user_data);
  Resolution *resolution = g_new0 (Resolution, 1);

  resolution->merged = tkb_conflict_merge (conflict);
  resolution->other_rev = g_strdup (tkb_document_get_rev (conflict->other));
  for (guint i = 0; i < conflict->differences->len; i++)
    {
      const TkbDifference *difference = g_ptr_array_index (conflict->differences, i);

      resolution->is_edit |= difference->side == TKB_SIDE_OTHER;
    }
  g_task_set_source_tag (task, tkb_conflict_resolve_async);
  g_task_set_name (task, "tkb_conflict_resolve_async");
  g_task_set_task_data (task, resolution, resolution_free);
  tkb_store_run_async (store, task, resolve_thread);
}

gboolean
tkb_conflict_resolve_finish (TkbStore *store, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, store), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, tkb_conflict_resolve_async), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}
