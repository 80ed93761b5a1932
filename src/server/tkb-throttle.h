/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Slows down guessing: remembers failed logins per account, per address and per pair of both, and
 * says how long the next attempt has to wait. A pair is slowed down after a few failures, an
 * account or an address alone only after many, so that nobody can lock others out for long.
 * Bounded; main thread. It knows nothing of passwords. */
#pragma once

#include "tkb-clock.h"

G_BEGIN_DECLS

typedef struct _TkbThrottle TkbThrottle;

TkbThrottle *tkb_throttle_new (TkbClock *clock);
void         tkb_throttle_free (TkbThrottle *self);
/* Seconds until the next attempt is welcome; 0: now. */
guint tkb_throttle_get_wait_s (TkbThrottle *self, const char *name, const char *address);
void  tkb_throttle_note_failure (TkbThrottle *self, const char *name, const char *address);
void  tkb_throttle_note_success (TkbThrottle *self, const char *name, const char *address);

G_END_DECLS
