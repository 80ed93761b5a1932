/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-clock.h"

typedef struct
{
  TkbClock *clock;
  GString  *log;
  guint     to_remove;
  guint     to_add_ms;
  char      name;
} Timer;

static gboolean
log_cb (gpointer user_data)
{
  Timer *timer = user_data;

  g_string_append_printf (timer->log, "%c%" G_GINT64_FORMAT " ", timer->name,
                          tkb_clock_get_monotonic_ms (timer->clock));
  if (timer->to_remove != 0)
    tkb_clock_remove_timeout (timer->clock, timer->to_remove);
  if (timer->to_add_ms != 0)
    {
      guint interval_ms = timer->to_add_ms;

      timer->to_add_ms = 0;
      tkb_clock_add_timeout (timer->clock, interval_ms, log_cb, timer);
    }
  return G_SOURCE_CONTINUE; /* one shot all the same */
}

static void
test_manual (void)
{
  g_autoptr (TkbClock) clock = tkb_clock_new_manual (G_GINT64_CONSTANT (1795360795000));
  g_autoptr (GString) log = g_string_new (NULL);
  Timer            a = { clock, log, 0, 0, 'a' }, b = { clock, log, 0, 30, 'b' };
  Timer            c = { clock, log, 0, 0, 'c' }, d = { clock, log, 0, 0, 'd' };
  g_autofree char *before = NULL, *after = NULL;

  before = tkb_clock_get_iso8601 (clock);
  g_assert_cmpstr (before, ==, "2026-11-22T15:19:55Z");
  g_assert_cmpint (tkb_clock_manual_get_next_ms (clock), ==, -1);

  tkb_clock_add_timeout (clock, 100, log_cb, &a);
  tkb_clock_add_timeout (clock, 50, log_cb, &b);
  tkb_clock_add_timeout (clock, 100, log_cb, &c);
  b.to_remove = tkb_clock_add_timeout (clock, 60, log_cb, &d);
  g_assert_cmpint (tkb_clock_manual_get_next_ms (clock), ==, 50);

  tkb_clock_manual_advance (clock, 49);
  g_assert_cmpstr (log->str, ==, "");
  tkb_clock_manual_advance (clock, 1);
  g_assert_cmpstr (log->str, ==, "b50 ");
  tkb_clock_manual_advance (clock, 1000);
  g_assert_cmpstr (log->str, ==, "b50 b80 a100 c100 ");
  g_assert_cmpint (tkb_clock_get_monotonic_ms (clock), ==, 1050);
  after = tkb_clock_get_iso8601 (clock);
  g_assert_cmpstr (after, ==, "2026-11-22T15:19:56Z");
  tkb_clock_remove_timeout (clock, 12345);
}

static gboolean
count_cb (gpointer user_data)
{
  ++*(int *) user_data;
  return G_SOURCE_CONTINUE;
}

static void
test_system (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (TkbClock) clock = tkb_clock_new_system ();
  int    n_called = 0, n_removed = 0, n_dropped = 0;
  guint  removed;
  gint64 start_ms = tkb_clock_get_monotonic_ms (clock);

  g_assert_cmpint (ABS (tkb_clock_get_real_ms (clock) - g_get_real_time () / 1000), <, 5000);
  g_main_context_push_thread_default (context);
  tkb_clock_add_timeout (clock, 5, count_cb, &n_called);
  removed = tkb_clock_add_timeout (clock, 1, count_cb, &n_removed);
  tkb_clock_add_timeout (clock, 3600000, count_cb, &n_dropped);
  tkb_clock_remove_timeout (clock, removed);
  tkb_clock_remove_timeout (clock, removed);
  while (n_called == 0)
    g_main_context_iteration (context, TRUE);
  g_assert_cmpint (tkb_clock_get_monotonic_ms (clock) - start_ms, >=, 4);
  while (g_main_context_iteration (context, FALSE))
    ;
  g_main_context_pop_thread_default (context);
  g_assert_cmpint (n_called, ==, 1);
  g_assert_cmpint (n_removed, ==, 0);
  g_clear_object (&clock); /* drops the last timer: nothing leaks */
  g_assert_cmpint (n_dropped, ==, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/clock/manual", test_manual);
  g_test_add_func ("/clock/system", test_system);

  return g_test_run ();
}
