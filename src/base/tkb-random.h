/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Random numbers as an object: from the system for programs, from a seed for tests and the
 * simulator. Safe from any thread. Not for secrets: those come from libsodium. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define TKB_TYPE_RANDOM (tkb_random_get_type ())
G_DECLARE_FINAL_TYPE (TkbRandom, tkb_random, TKB, RANDOM, GObject)

TkbRandom *tkb_random_new_system (void);
TkbRandom *tkb_random_new_seeded (guint64 seed);
guint64    tkb_random_next (TkbRandom *self);
guint32    tkb_random_below (TkbRandom *self, guint32 bound); /* uniform in [0, bound), bound > 0 */
char      *tkb_random_uuid (TkbRandom *self); /* (transfer full) 32 lower-case hex digits */

G_END_DECLS
