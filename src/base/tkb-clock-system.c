/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-clock.h"

typedef struct
{
  TkbClock parent_instance;

  GHashTable *timers; /* (owned) id -> Timer, those that have not been called yet */
  guint       last_id;
} TkbClockSystem;

typedef TkbClockClass TkbClockSystemClass;

typedef struct
{
  TkbClockSystem *clock;  /* (unowned): owns the timer */
  GSource        *source; /* (owned) */
  guint           id;
  GSourceFunc     function;
  gpointer        user_data;
} Timer;

GType tkb_clock_system_get_type (void);

G_DEFINE_TYPE (TkbClockSystem, tkb_clock_system, tkb_clock_get_type ())

static void
timer_free (Timer *timer)
{
  g_source_destroy (timer->source);
  g_source_unref (timer->source);
  g_free (timer);
}

static gboolean
timer_fired_cb (gpointer user_data)
{
  Timer      *timer = user_data;
  GSourceFunc function = timer->function;
  gpointer    function_data = timer->user_data;
  g_autoptr (GSource) source = g_source_ref (timer->source);
  g_autoptr (TkbClock) clock = g_object_ref (TKB_CLOCK (timer->clock));

  g_hash_table_remove (timer->clock->timers, GUINT_TO_POINTER (timer->id));
  function (function_data);

  return G_SOURCE_REMOVE;
}

static gint64
tkb_clock_system_get_real_ms (TkbClock *clock)
{
  return g_get_real_time () / 1000;
}

static gint64
tkb_clock_system_get_monotonic_ms (TkbClock *clock)
{
  return g_get_monotonic_time () / 1000;
}

static guint
tkb_clock_system_add_timeout (TkbClock   *clock,
                              guint       interval_ms,
                              GSourceFunc function,
                              gpointer    user_data)
{
  TkbClockSystem *self = (TkbClockSystem *) clock;
  Timer          *timer = g_new0 (Timer, 1);

  do
    self->last_id++;
  while (self->last_id == 0 ||
         g_hash_table_contains (self->timers, GUINT_TO_POINTER (self->last_id)));

  timer->clock = self;
  timer->id = self->last_id;
  timer->function = function;
  timer->user_data = user_data;
  timer->source = g_timeout_source_new (interval_ms);
  g_source_set_name (timer->source, "TkbClock");
  g_source_set_callback (timer->source, timer_fired_cb, timer, NULL);
  g_hash_table_insert (self->timers, GUINT_TO_POINTER (timer->id), timer);
  g_source_attach (timer->source, g_main_context_get_thread_default ());

  return timer->id;
}

static void
tkb_clock_system_remove_timeout (TkbClock *clock, guint id)
{
  TkbClockSystem *self = (TkbClockSystem *) clock;

  g_hash_table_remove (self->timers, GUINT_TO_POINTER (id));
}

static void
tkb_clock_system_finalize (GObject *object)
{
  TkbClockSystem *self = (TkbClockSystem *) object;

  g_clear_pointer (&self->timers, g_hash_table_unref);

  G_OBJECT_CLASS (tkb_clock_system_parent_class)->finalize (object);
}

static void
tkb_clock_system_class_init (TkbClockSystemClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tkb_clock_system_finalize;
  klass->get_real_ms = tkb_clock_system_get_real_ms;
  klass->get_monotonic_ms = tkb_clock_system_get_monotonic_ms;
  klass->add_timeout = tkb_clock_system_add_timeout;
  klass->remove_timeout = tkb_clock_system_remove_timeout;
}

static void
tkb_clock_system_init (TkbClockSystem *self)
{
  self->timers = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) timer_free);
}

/**
 * tkb_clock_new_system:
 *
 * Returns: (transfer full): the machine's own time. Timers run in the thread-default main context
 *   of whoever adds them; one clock's timers belong to one thread. Timers still waiting when the
 *   clock is finalized are dropped.
 */
TkbClock *
tkb_clock_new_system (void)
{
  return g_object_new (tkb_clock_system_get_type (), NULL);
}
