/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-delay.h"

typedef struct
{
  guint  timeout_id;   /* on the clock; 0: over */
  gulong cancelled_id; /* on the cancellable; 0: none */
} Delay;

static gboolean
timeout_cb (gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Delay *delay = g_task_get_task_data (task);

  delay->timeout_id = 0;
  g_task_return_boolean (task, TRUE);
  return G_SOURCE_REMOVE;
}

static gboolean
cancelled_idle_cb (gpointer user_data)
{
  GTask *task = user_data;
  Delay *delay = g_task_get_task_data (task);

  if (delay->timeout_id)
    {
      tkb_clock_remove_timeout (TKB_CLOCK (g_task_get_source_object (task)), delay->timeout_id);
      delay->timeout_id = 0;
      g_task_return_boolean (task, TRUE); /* becomes G_IO_ERROR_CANCELLED */
      g_object_unref (task);              /* the timeout's */
    }
  return G_SOURCE_REMOVE;
}

/* The cancellable is locked while its handlers run: the work is left to an idle. */
static void
cancelled_cb (GCancellable *cancellable, GTask *task)
{
  g_autoptr (GSource) idle = g_idle_source_new ();

  g_source_set_priority (idle, G_PRIORITY_DEFAULT);
  g_source_set_callback (idle, cancelled_idle_cb, g_object_ref (task), g_object_unref);
  g_source_attach (idle, g_task_get_context (task));
}

static void
completed_cb (GTask *task, GParamSpec *pspec, gpointer user_data)
{
  Delay        *delay = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);

  if (cancellable && delay->cancelled_id)
    g_signal_handler_disconnect (cancellable, delay->cancelled_id);
  delay->cancelled_id = 0;
}

static void
unref_closure (gpointer data, GClosure *closure)
{
  g_object_unref (data);
}

/**
 * tkb_delay_async:
 * @clock: whose time counts
 * @interval_ms: how long to wait
 * @cancellable: (nullable): ends it with %G_IO_ERROR_CANCELLED
 * @callback: called afterwards
 * @user_data: for @callback
 */
void
tkb_delay_async (TkbClock           *clock,
                 guint               interval_ms,
                 GCancellable       *cancellable,
                 GAsyncReadyCallback callback,
                 gpointer            user_data)
{
  GTask *task = g_task_new (clock, cancellable, callback, user_data);
  Delay *delay = g_new0 (Delay, 1);

  g_task_set_source_tag (task, tkb_delay_async);
  g_task_set_name (task, "tkb_delay");
  g_task_set_task_data (task, delay, g_free);
  delay->timeout_id = tkb_clock_add_timeout (clock, interval_ms, timeout_cb, task);
  if (!cancellable)
    return;
  g_signal_connect (task, "notify::completed", G_CALLBACK (completed_cb), NULL);
  delay->cancelled_id = g_signal_connect_data (cancellable, "cancelled", G_CALLBACK (cancelled_cb),
                                               g_object_ref (task), unref_closure, 0);
  if (g_cancellable_is_cancelled (cancellable))
    cancelled_cb (cancellable, task);
}

/**
 * tkb_delay_finish:
 * @clock: the clock
 * @result: from the callback
 * @error: %G_IO_ERROR_CANCELLED
 *
 * Returns: %TRUE when the time is over
 */
gboolean
tkb_delay_finish (TkbClock *clock, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, clock), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}
