/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* A store as one side of a replication. Drafts and private records are invisible from here: they
 * are left out where the changes are listed and refused again where bodies are read, whatever the
 * other side is. It knows nothing of the other side. */
#pragma once

#include "tkb-peer.h"
#include "tkb-store.h"

G_BEGIN_DECLS

#define TKB_TYPE_LOCAL_PEER (tkb_local_peer_get_type ())
G_DECLARE_FINAL_TYPE (TkbLocalPeer, tkb_local_peer, TKB, LOCAL_PEER, GObject)

TkbPeer  *tkb_local_peer_new (TkbStore *store);
TkbPeer  *tkb_local_peer_new_owning (TkbStore *store);
TkbStore *tkb_local_peer_get_store (TkbLocalPeer *self);

G_END_DECLS
