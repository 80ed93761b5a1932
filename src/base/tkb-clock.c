/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-clock.h"

/**
 * TkbClock:
 *
 * Where the program gets its time and its timers from.
 *
 * Reading the time is safe from any thread; timers belong to the thread that added them, whose
 * thread-default main context calls them back.
 */
G_DEFINE_ABSTRACT_TYPE (TkbClock, tkb_clock, G_TYPE_OBJECT)

static void
tkb_clock_class_init (TkbClockClass *klass)
{
}

static void
tkb_clock_init (TkbClock *self)
{
}

/**
 * tkb_clock_get_real_ms:
 *
 * Returns: wall time in milliseconds since 1970-01-01 UTC; may jump, so only for display and for
 *   dates that are stored
 */
gint64
tkb_clock_get_real_ms (TkbClock *self)
{
  g_return_val_if_fail (TKB_IS_CLOCK (self), 0);

  return TKB_CLOCK_GET_CLASS (self)->get_real_ms (self);
}

/**
 * tkb_clock_get_monotonic_ms:
 *
 * Returns: milliseconds since a fixed but unknown moment; never goes back
 */
gint64
tkb_clock_get_monotonic_ms (TkbClock *self)
{
  g_return_val_if_fail (TKB_IS_CLOCK (self), 0);

  return TKB_CLOCK_GET_CLASS (self)->get_monotonic_ms (self);
}

/**
 * tkb_clock_get_iso8601:
 *
 * Returns: (transfer full): wall time in UTC to the second, as `2026-11-22T15:19:55Z`: the form in
 *   which documents keep it, whose order as text is its order in time
 */
char *
tkb_clock_get_iso8601 (TkbClock *self)
{
  g_autoptr (GDateTime) moment = NULL;

  g_return_val_if_fail (TKB_IS_CLOCK (self), NULL);

  moment = g_date_time_new_from_unix_utc (tkb_clock_get_real_ms (self) / 1000);
  if (moment == NULL) /* outside the years 1 to 9999: a broken system clock */
    moment = g_date_time_new_from_unix_utc (0);
  return g_date_time_format (moment, "%Y-%m-%dT%H:%M:%SZ");
}

/**
 * tkb_clock_add_timeout:
 * @interval_ms: from now
 * @function: called once; its return value does not matter
 *
 * Returns: an id for [method@Clock.remove_timeout], never 0
 */
guint
tkb_clock_add_timeout (TkbClock *self, guint interval_ms, GSourceFunc function, gpointer user_data)
{
  g_return_val_if_fail (TKB_IS_CLOCK (self), 0);
  g_return_val_if_fail (function != NULL, 0);

  return TKB_CLOCK_GET_CLASS (self)->add_timeout (self, interval_ms, function, user_data);
}

/**
 * tkb_clock_remove_timeout:
 * @id: from [method@Clock.add_timeout]; an id whose timer was called or removed is ignored
 */
void
tkb_clock_remove_timeout (TkbClock *self, guint id)
{
  g_return_if_fail (TKB_IS_CLOCK (self));

  TKB_CLOCK_GET_CLASS (self)->remove_timeout (self, id);
}
