/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-conflict.h"

#include <string.h>

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
  tkb_fork_free (self->fork);
  tkb_document_unref (self->merged);
  g_ptr_array_unref (self->differences);
  g_free (self);
}

/* ---- choosing ---- */

static void
add_differences (TkbConflict *self, gboolean clashes)
{
  GPtrArray *fields = self->fork->merge->fields;

  for (guint i = 0; i < fields->len; i++)
    {
      const TkbMergeField *field = fields->pdata[i];
      TkbDifference       *difference;

      if ((field->outcome == TKB_MERGE_CONFLICT) != clashes ||
          (!clashes &&
           (strcmp (field->code, "modified") == 0 || strcmp (field->code, "created") == 0)))
        continue;
      difference = g_new0 (TkbDifference, 1);
      difference->code = g_strdup (field->code);
      difference->is_clash = clashes;
      difference->is_combined = field->outcome == TKB_MERGE_COMBINED;
      if (difference->is_combined)
        difference->side = TKB_SIDE_BOTH;
      else if (field->outcome == TKB_MERGE_TAKE_RIGHT)
        difference->side = TKB_SIDE_OTHER;
      g_ptr_array_add (self->differences, difference);
    }
}

/**
 * tkb_conflict_new:
 * @fork: (transfer full): two versions
 *
 * Returns: (transfer full): what is to be chosen, with what merging chose
 */
TkbConflict *
tkb_conflict_new (TkbFork *fork)
{
  TkbConflict *self = g_new0 (TkbConflict, 1);

  self->fork = fork;
  self->merged = tkb_document_with_body (fork->current, fork->merge->body);
  self->differences = g_ptr_array_new_with_free_func (difference_free);
  add_differences (self, TRUE);
  add_differences (self, FALSE);
  return self;
}

JsonNode *
tkb_conflict_get_value (TkbConflict *self, TkbSide side, const char *code)
{
  TkbDocument *const sides[] = { self->fork->current, self->fork->other, self->merged };

  return json_object_get_member (tkb_document_get_body (sides[side]), code);
}

JsonObject *
tkb_conflict_choose (TkbConflict *self)
{
  JsonObject *body = tkb_json_object_copy (self->fork->merge->body);

  for (guint i = 0; i < self->differences->len; i++)
    {
      const TkbDifference *difference = g_ptr_array_index (self->differences, i);
      JsonNode            *node = tkb_conflict_get_value (self, difference->side, difference->code);

      if (node != NULL)
        json_object_set_member (body, difference->code, tkb_json_node_copy (node));
      else
        json_object_remove_member (body, difference->code);
    }
  return body;
}

/* ---- reading ---- */

/* On a reader thread. */
static void
load_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  g_autoptr (GError) error = NULL;
  TkbFork *fork = tkb_fork_read (TKB_STORE (source), task_data, NULL, NULL, cancellable, &error);

  if (fork == NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_pointer (task, tkb_conflict_new (fork), (GDestroyNotify) tkb_conflict_free);
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
  TkbConflict *conflict; /* (unowned): outlives the call, and only its fork is read */
  JsonObject  *body;     /* (owned) */
} Resolution;

static void
resolution_free (gpointer data)
{
  Resolution *resolution = data;

  json_object_unref (resolution->body);
  g_free (resolution);
}

/* On a reader thread, where waiting for the writer is no harm. */
static void
resolve_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  const Resolution *resolution = task_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *rev = tkb_fork_close (resolution->conflict->fork, TKB_STORE (source),
                                         resolution->body, cancellable, &error);

  if (rev == NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_boolean (task, TRUE);
}

/**
 * tkb_conflict_resolve_async:
 * @store: where @conflict was read
 * @conflict: must live until @callback
 * @callback: when it is over
 * @user_data: for @callback
 */
void
tkb_conflict_resolve_async (TkbStore           *store,
                            TkbConflict        *conflict,
                            GAsyncReadyCallback callback,
                            gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (store, NULL, callback, user_data);
  Resolution *resolution = g_new0 (Resolution, 1);

  resolution->conflict = conflict;
  resolution->body = tkb_conflict_choose (conflict);
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
