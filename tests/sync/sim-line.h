/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* A peer in front of another one that loses, repeats, reorders and cuts short what passes, as a
 * seeded random source decides. */
#pragma once

#include "tkb-peer.h"
#include "tkb-random.h"

G_BEGIN_DECLS

#define TKB_TYPE_FLAKY_PEER (flaky_peer_get_type ())
G_DECLARE_FINAL_TYPE (FlakyPeer, flaky_peer, TKB, FLAKY_PEER, GObject)

TkbPeer *flaky_peer_new (TkbPeer *inner, TkbRandom *random, gboolean is_remote);
/* of a thousand calls so many go wrong; 0: the line is healed */
void flaky_peer_set_rate (FlakyPeer *self, guint per_mille);

G_END_DECLS
