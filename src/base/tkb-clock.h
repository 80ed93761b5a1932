/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Time as an object, so that tests and the simulator decide what time it is. Two clocks: wall time,
 * only for display and stored dates, and monotonic time with timers. Main-context thread. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define TKB_TYPE_CLOCK (tkb_clock_get_type ())
G_DECLARE_DERIVABLE_TYPE (TkbClock, tkb_clock, TKB, CLOCK, GObject)

struct _TkbClockClass
{
  GObjectClass parent_class;

  gint64 (*get_real_ms) (TkbClock *self);
  gint64 (*get_monotonic_ms) (TkbClock *self);
  guint (*add_timeout) (TkbClock   *self,
                        guint       interval_ms,
                        GSourceFunc function,
                        gpointer    user_data);
  void (*remove_timeout) (TkbClock *self, guint id);
};

/* real time; timers on the thread-default main context of the caller */
TkbClock *tkb_clock_new_system (void);
/* time that stands still until tkb_clock_manual_advance (); timers fire in order of due time */
TkbClock *tkb_clock_new_manual (gint64 real_ms);
void      tkb_clock_manual_advance (TkbClock *self, gint64 by_ms);
/* (nullable: no timer) monotonic ms of the next timer; -1 if none */
gint64 tkb_clock_manual_get_next_ms (TkbClock *self);

gint64 tkb_clock_get_real_ms (TkbClock *self);      /* ms since 1970 UTC */
gint64 tkb_clock_get_monotonic_ms (TkbClock *self); /* ms, never goes back */
char  *tkb_clock_get_iso8601 (TkbClock *self);      /* (transfer full) 2026-11-22T15:19:55Z */
/* one shot: called once unless removed before; returns an id for tkb_clock_remove_timeout () */
guint
tkb_clock_add_timeout (TkbClock *self, guint interval_ms, GSourceFunc function, gpointer user_data);
void tkb_clock_remove_timeout (TkbClock *self, guint id);

G_END_DECLS
