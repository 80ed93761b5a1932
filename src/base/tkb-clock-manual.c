/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-clock.h"

typedef struct
{
  TkbClock parent_instance;

  GMutex lock; /* guards real_ms and monotonic_ms, which any thread may read */
  gint64 real_ms;
  gint64 monotonic_ms;
  GQueue timers; /* (owned) (element-type Timer): by due time, then in order of arrival */
  guint  last_id;
} TkbClockManual;

typedef TkbClockClass TkbClockManualClass;

typedef struct
{
  gint64      due_ms; /* on the monotonic clock */
  guint       id;
  GSourceFunc function;
  gpointer    user_data;
} Timer;

GType tkb_clock_manual_get_type (void);

G_DEFINE_TYPE (TkbClockManual, tkb_clock_manual, tkb_clock_get_type ())

#define TKB_IS_CLOCK_MANUAL(clock)                                                                 \
  (G_TYPE_CHECK_INSTANCE_TYPE ((clock), tkb_clock_manual_get_type ()))

static gint64
tkb_clock_manual_get_real_ms (TkbClock *clock)
{
  TkbClockManual *self = (TkbClockManual *) clock;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->real_ms;
}

static gint64
tkb_clock_manual_get_monotonic_ms (TkbClock *clock)
{
  TkbClockManual *self = (TkbClockManual *) clock;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->monotonic_ms;
}

static int
compare_timers (gconstpointer a, gconstpointer b, gpointer user_data)
{
  const Timer *left = a, *right = b;

  if (left->due_ms != right->due_ms)
    return left->due_ms < right->due_ms ? -1 : 1;
  return left->id < right->id ? -1 : left->id > right->id;
}

static guint
tkb_clock_manual_add_timeout (TkbClock   *clock,
                              guint       interval_ms,
                              GSourceFunc function,
                              gpointer    user_data)
{
  TkbClockManual *self = (TkbClockManual *) clock;
  Timer          *timer = g_new0 (Timer, 1);

  timer->due_ms = tkb_clock_manual_get_monotonic_ms (clock) + interval_ms;
  timer->id = ++self->last_id;
  timer->function = function;
  timer->user_data = user_data;
  g_queue_insert_sorted (&self->timers, timer, compare_timers, NULL);

  return timer->id;
}

static void
tkb_clock_manual_remove_timeout (TkbClock *clock, guint id)
{
  TkbClockManual *self = (TkbClockManual *) clock;

  for (GList *link = self->timers.head; link != NULL; link = link->next)
    {
      Timer *timer = link->data;

      if (timer->id != id)
        continue;
      g_queue_delete_link (&self->timers, link);
      g_free (timer);
      return;
    }
}

static void
tkb_clock_manual_finalize (GObject *object)
{
  TkbClockManual *self = (TkbClockManual *) object;

  g_queue_clear_full (&self->timers, g_free);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (tkb_clock_manual_parent_class)->finalize (object);
}

static void
tkb_clock_manual_class_init (TkbClockManualClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tkb_clock_manual_finalize;
  klass->get_real_ms = tkb_clock_manual_get_real_ms;
  klass->get_monotonic_ms = tkb_clock_manual_get_monotonic_ms;
  klass->add_timeout = tkb_clock_manual_add_timeout;
  klass->remove_timeout = tkb_clock_manual_remove_timeout;
}

static void
tkb_clock_manual_init (TkbClockManual *self)
{
  g_mutex_init (&self->lock);
  g_queue_init (&self->timers);
}

/**
 * tkb_clock_new_manual:
 * @real_ms: wall time to begin with, in milliseconds since 1970 UTC; the monotonic clock begins
 *   at 0
 *
 * Returns: (transfer full): a clock that stands still until [method@Clock.manual_advance]
 */
TkbClock *
tkb_clock_new_manual (gint64 real_ms)
{
  TkbClockManual *self = g_object_new (tkb_clock_manual_get_type (), NULL);

  self->real_ms = real_ms;
  return TKB_CLOCK (self);
}

static void
move_to (TkbClockManual *self, gint64 monotonic_ms)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  self->real_ms += monotonic_ms - self->monotonic_ms;
  self->monotonic_ms = monotonic_ms;
}

/**
 * tkb_clock_manual_advance:
 * @clock: made by [ctor@Clock.new_manual]
 * @by_ms: not negative
 *
 * Lets time pass. Timers that come due are called in order of their due time, each at its own
 * time; those that they add come due in the same call if they are early enough.
 */
void
tkb_clock_manual_advance (TkbClock *clock, gint64 by_ms)
{
  TkbClockManual *self = (TkbClockManual *) clock;
  g_autoptr (TkbClock) keep_alive = NULL;
  gint64 target_ms;

  g_return_if_fail (TKB_IS_CLOCK_MANUAL (clock));
  g_return_if_fail (by_ms >= 0);

  keep_alive = g_object_ref (clock);
  target_ms = tkb_clock_manual_get_monotonic_ms (clock) + by_ms;
  while (!g_queue_is_empty (&self->timers))
    {
      g_autofree Timer *timer = g_queue_peek_head (&self->timers);

      if (timer->due_ms > target_ms)
        {
          g_steal_pointer (&timer);
          break;
        }
      g_queue_pop_head (&self->timers);
      move_to (self, MAX (timer->due_ms, tkb_clock_manual_get_monotonic_ms (clock)));
      timer->function (timer->user_data);
    }
  if (target_ms > tkb_clock_manual_get_monotonic_ms (clock))
    move_to (self, target_ms);
}

/**
 * tkb_clock_manual_get_next_ms:
 * @clock: made by [ctor@Clock.new_manual]
 *
 * Returns: when the next timer is due, on the monotonic clock; -1 without a timer
 */
gint64
tkb_clock_manual_get_next_ms (TkbClock *clock)
{
  TkbClockManual *self = (TkbClockManual *) clock;
  Timer          *timer;

  g_return_val_if_fail (TKB_IS_CLOCK_MANUAL (clock), -1);

  timer = g_queue_peek_head (&self->timers);
  return timer != NULL ? timer->due_ms : -1;
}
