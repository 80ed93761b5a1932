/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* A simulated network. A line is a peer in front of another one: each call travels there and back
 * in simulated time and on its way is lost, delayed, repeated, reordered or cut short, as a seeded
 * random source decides. One call at a time reaches a peer, so that a seed is one story, to the
 * byte. */
#pragma once

#include "tkb-clock.h"
#include "tkb-peer.h"
#include "tkb-random.h"

G_BEGIN_DECLS

typedef struct SimNet SimNet;

typedef gboolean (*SimCondition) (gpointer user_data);

SimNet   *sim_net_new (TkbRandom *random);
void      sim_net_free (SimNet *self);
TkbClock *sim_net_get_clock (SimNet *self); /* (transfer none) simulated time */
guint64   sim_net_get_calls (SimNet *self); /* that arrived so far */
/* Does what is due next. FALSE: nothing will ever happen again. */
gboolean sim_net_turn (SimNet *self);
/* Turns until the condition holds; fails the test where it never will. */
void sim_net_run (SimNet *self, SimCondition condition, gpointer user_data);

#define SIM_TYPE_LINE (sim_line_get_type ())
G_DECLARE_FINAL_TYPE (SimLine, sim_line, SIM, LINE, GObject)

TkbPeer *sim_line_new (SimNet *net, TkbPeer *inner, gboolean is_remote);
/* Of a thousand calls so many go wrong on each way; 0: the line is healed. */
void sim_line_set_rate (SimLine *self, guint per_mille);
/* Nothing passes. */
void sim_line_set_down (SimLine *self, gboolean is_down);

G_END_DECLS
