/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* The outer replicator of the application: keeps one store and one remote database in step for as
 * long as it is started: live while connected, back-off with jitter while not, starts again by
 * itself when the network comes back or a local edit waits. One TkbReplication a run does the work.
 * Main thread. */
#pragma once

#include "tkb-remote.h"
#include "tkb-store.h"

G_BEGIN_DECLS

typedef enum
{
  TKB_REPLICATOR_STOPPED, /* no remote, or switched off */
  TKB_REPLICATOR_OFFLINE, /* cannot reach the server; tries again by itself */
  TKB_REPLICATOR_CONNECTING,
  TKB_REPLICATOR_SYNCING,      /* see progress */
  TKB_REPLICATOR_IDLE,         /* connected and up to date */
  TKB_REPLICATOR_UNAUTHORIZED, /* the server asks for another name or password */
  TKB_REPLICATOR_ERROR,        /* something a person should read; tries again by itself */
} TkbReplicatorState;

#define TKB_TYPE_REPLICATOR (tkb_replicator_get_type ())
G_DECLARE_FINAL_TYPE (TkbReplicator, tkb_replicator, TKB, REPLICATOR, GObject)

TkbReplicator *tkb_replicator_new (TkbStore        *store,
                                   TkbClock        *clock,
                                   TkbRandom       *random,
                                   GNetworkMonitor *monitor /* (nullable) */);
/* (nullable): none; takes effect at once */
void tkb_replicator_set_remote (TkbReplicator *self, const TkbRemote *remote);
void tkb_replicator_start (TkbReplicator *self);
void tkb_replicator_stop (TkbReplicator *self);
void tkb_replicator_sync_now (TkbReplicator *self); /* forgets the back-off */
/* The answer to TKB_SYNC_ERROR_MANY_DELETIONS: the next run may delete as much as it brings. */
void tkb_replicator_allow_deletions (TkbReplicator *self);
/* Properties, each notified: state, message, last-sync-ms, done, total, merged. */
TkbReplicatorState tkb_replicator_get_state (TkbReplicator *self);
GError            *tkb_replicator_get_error (TkbReplicator *self); /* (nullable) (transfer none) */
gint64             tkb_replicator_get_last_sync_ms (TkbReplicator *self); /* wall clock; 0: never */
/* documents done and known to be done in this run, both directions */
void tkb_replicator_get_progress (TkbReplicator *self, guint64 *out_done, guint64 *out_total);
/* conflicts merged without a question since this object was made */
guint64 tkb_replicator_get_merged (TkbReplicator *self);

G_END_DECLS
