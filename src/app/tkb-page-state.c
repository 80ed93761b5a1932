/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-page-state.h"

typedef struct
{
  char *id;  /* (owned) */
  char *rev; /* (owned) (nullable) */
} Request;

static void
request_free (Request *request)
{
  g_free (request->id);
  g_free (request->rev);
  g_free (request);
}

void
tkb_page_state_free (TkbPageState *self)
{
  g_clear_pointer (&self->document, tkb_document_unref);
  g_free (self->reason);
  g_free (self);
}

static void
read_outbox (TkbPageState *state, TkbStore *store, const char *id, GCancellable *cancellable)
{
  g_autoptr (GPtrArray) outbox = tkb_store_get_outbox (store, cancellable, NULL);

  for (guint i = 0; outbox != NULL && i < outbox->len; i++)
    {
      const TkbOutboxEntry *entry = g_ptr_array_index (outbox, i);

      if (!g_str_equal (entry->id, id))
        continue;
      state->is_waiting = TRUE;
      g_free (state->reason);
      state->reason = g_strdup (entry->reason);
    }
}

/* On a reader thread. Only the document itself must be there; what cannot be told of it is left out
 * rather than keeping it from being read. */
static void
load_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  const Request *request = task_data;
  TkbStore      *store = TKB_STORE (source);
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbPageState) state = g_new0 (TkbPageState, 1);
  g_autoptr (TkbRevTree) tree = NULL;

  state->document = tkb_store_get (store, request->id, request->rev, cancellable, &error);
  if (state->document == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  tree = tkb_store_get_tree (store, request->id, cancellable, NULL);
  if (tree != NULL)
    {
      g_autoptr (GPtrArray) conflicts = tkb_rev_tree_get_conflicts (tree);

      state->n_conflicts = conflicts->len;
      state->is_old =
          request->rev != NULL && g_strcmp0 (request->rev, tkb_rev_tree_get_winner (tree)) != 0;
    }
  state->is_favourite = tkb_store_is_favourite (store, request->id);
  read_outbox (state, store, request->id, cancellable);
  g_task_return_pointer (task, g_steal_pointer (&state), (GDestroyNotify) tkb_page_state_free);
}

void
tkb_page_state_load_async (TkbStore           *store,
                           const char         *id,
                           const char         *rev,
                           GCancellable       *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (store, cancellable, callback, user_data);
  Request *request = g_new0 (Request, 1);

  request->id = g_strdup (id);
  request->rev = g_strdup (rev);
  g_task_set_source_tag (task, tkb_page_state_load_async);
  g_task_set_name (task, "tkb_page_state_load_async");
  g_task_set_task_data (task, request, (GDestroyNotify) request_free);
  tkb_store_run_async (store, task, load_thread);
}

TkbPageState *
tkb_page_state_load_finish (TkbStore *store, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, store), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, tkb_page_state_load_async), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
