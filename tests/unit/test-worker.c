/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-worker.h"

typedef struct
{
  GString *log; /* worker's thread only until the worker is shut down */
  GThread *thread;
  guint    n_finished;
  guint    n_closed;
  guint    n_cancelled;
} Fixture;

static void
log_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Fixture *fixture = g_object_get_data (source, "fixture");

  g_assert_true (fixture->thread == NULL || fixture->thread == g_thread_self ());
  fixture->thread = g_thread_self ();
  g_string_append (fixture->log, data);
  g_task_return_boolean (task, TRUE);
}

static void
finished_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *fixture = user_data;
  g_autoptr (GError) error = NULL;

  g_assert_true (fixture->thread != g_thread_self ());
  g_task_propagate_boolean (G_TASK (result), &error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CLOSED))
    fixture->n_closed++;
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    fixture->n_cancelled++;
  else
    g_assert_no_error (error);
  fixture->n_finished++;
}

static void
push (TkbWorker *worker, Fixture *fixture, const char *text, GCancellable *cancellable)
{
  g_autoptr (GTask) task = g_task_new (worker, cancellable, finished_cb, fixture);

  g_object_set_data (G_OBJECT (worker), "fixture", fixture);
  g_task_set_task_data (task, g_strdup (text), g_free);
  tkb_worker_push (worker, task, log_in_thread);
}

static void
iterate_until (Fixture *fixture, guint n_finished)
{
  while (fixture->n_finished < n_finished)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_order (void)
{
  g_autoptr (TkbWorker) worker = tkb_worker_new ("test");
  g_autoptr (GString) log = g_string_new (NULL);
  Fixture fixture = { log };

  for (char letter = 'a'; letter <= 'z'; letter++)
    push (worker, &fixture, (char[2]){ letter, '\0' }, NULL);
  iterate_until (&fixture, 26);
  g_assert_cmpstr (log->str, ==, "abcdefghijklmnopqrstuvwxyz");
}

static void
append_in_thread (gpointer data, gpointer user_data)
{
  Fixture *fixture = data;

  g_string_append (fixture->log, user_data);
  if (fixture->thread != NULL)
    g_assert_true (fixture->thread == g_thread_self ());
}

static void
nested_in_thread (gpointer data, gpointer user_data)
{
  g_assert_true (tkb_worker_is_current (user_data));
  tkb_worker_run (user_data, append_in_thread, data, (gpointer) "nested ");
}

static void
test_run (void)
{
  g_autoptr (TkbWorker) worker = tkb_worker_new ("test");
  g_autoptr (GString) log = g_string_new (NULL);
  Fixture fixture = { log };

  g_assert_false (tkb_worker_is_current (worker));
  push (worker, &fixture, "pushed ", NULL);
  tkb_worker_run (worker, append_in_thread, &fixture, (gpointer) "run ");
  tkb_worker_run (worker, nested_in_thread, &fixture, worker);
  g_assert_cmpstr (log->str, ==, "pushed run nested ");
  iterate_until (&fixture, 1);
}

static void
test_shutdown (void)
{
  g_autoptr (TkbWorker) worker = tkb_worker_new ("test");
  g_autoptr (GString) log = g_string_new (NULL);
  Fixture fixture = { log };

  for (int i = 0; i < 100; i++)
    push (worker, &fixture, "x", NULL);
  tkb_worker_shutdown (worker);
  g_assert_cmpuint (log->len, ==, 100);
  tkb_worker_shutdown (worker);
  push (worker, &fixture, "late", NULL);
  iterate_until (&fixture, 101);
  g_assert_cmpuint (fixture.n_closed, ==, 1);
  g_assert_cmpuint (log->len, ==, 100);
}

static void
block_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_mutex_lock (data);
  g_mutex_unlock (data);
  g_task_return_boolean (task, TRUE);
}

static void
test_cancelled_before_its_turn (void)
{
  g_autoptr (TkbWorker) worker = tkb_worker_new ("test");
  g_autoptr (GString) log = g_string_new (NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GTask) blocker = NULL;
  Fixture fixture = { log };
  GMutex  gate;

  g_mutex_init (&gate);
  g_mutex_lock (&gate);
  blocker = g_task_new (NULL, NULL, finished_cb, &fixture);
  g_task_set_task_data (blocker, &gate, NULL);
  tkb_worker_push (worker, blocker, block_in_thread);
  push (worker, &fixture, "never", cancellable);
  g_cancellable_cancel (cancellable);
  g_mutex_unlock (&gate);
  iterate_until (&fixture, 2);
  tkb_worker_shutdown (worker);
  g_assert_cmpuint (fixture.n_cancelled, ==, 1);
  g_assert_cmpstr (log->str, ==, "");
  g_mutex_clear (&gate);
}

static void
finalized_cb (gpointer data, GObject *where_the_object_was)
{
  g_atomic_int_set ((int *) data, TRUE);
}

/* The last reference may fall in the worker's own thread: no deadlock, nothing leaks. */
static void
test_last_reference_in_thread (void)
{
  TkbWorker *worker = tkb_worker_new ("test");
  GTask     *task = g_task_new (worker, NULL, NULL, NULL);
  int        is_finalized = FALSE;
  gint64     deadline = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;
  GMutex     gate;

  g_mutex_init (&gate);
  g_mutex_lock (&gate);
  g_object_weak_ref (G_OBJECT (worker), finalized_cb, &is_finalized);
  g_task_set_task_data (task, &gate, NULL);
  tkb_worker_push (worker, task, block_in_thread);
  g_object_unref (task);
  g_object_unref (worker);
  g_assert_false (g_atomic_int_get (&is_finalized));
  g_mutex_unlock (&gate);
  while (!g_atomic_int_get (&is_finalized) && g_get_monotonic_time () < deadline)
    {
      g_main_context_iteration (NULL, FALSE);
      g_thread_yield ();
    }
  g_assert_true (g_atomic_int_get (&is_finalized));
  g_mutex_clear (&gate);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/worker/order", test_order);
  g_test_add_func ("/worker/run", test_run);
  g_test_add_func ("/worker/shutdown", test_shutdown);
  g_test_add_func ("/worker/cancelled-before-its-turn", test_cancelled_before_its_turn);
  g_test_add_func ("/worker/last-reference-in-thread", test_last_reference_in_thread);

  return g_test_run ();
}
