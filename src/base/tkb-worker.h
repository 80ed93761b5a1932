/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* One thread with a queue of work in order of arrival: the writer of a store, the indexer. Shutdown
 * finishes what was queued. Knows nothing of what it runs. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define TKB_TYPE_WORKER (tkb_worker_get_type ())
G_DECLARE_FINAL_TYPE (TkbWorker, tkb_worker, TKB, WORKER, GObject)

TkbWorker *tkb_worker_new (const char *name);
/* Runs function in the worker's thread with the task, as g_task_run_in_thread () would; any thread.
 */
void tkb_worker_push (TkbWorker *self, GTask *task, GTaskThreadFunc function);
/* Runs function in the worker's thread and waits for it; not from the worker's own thread (there it
 * runs at once). */
void tkb_worker_run (TkbWorker *self, GFunc function, gpointer data, gpointer user_data);
/* Runs function in the worker's thread and does not wait; FALSE after shutdown. Any thread. */
gboolean tkb_worker_queue (TkbWorker *self, GFunc function, gpointer data, gpointer user_data);
gboolean tkb_worker_is_current (TkbWorker *self);
/* Refuses new work (tasks end with G_IO_ERROR_CLOSED), finishes the queue, joins the thread. */
void tkb_worker_shutdown (TkbWorker *self);

G_END_DECLS
