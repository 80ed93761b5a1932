/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* One run of the CouchDB replication protocol from a source to a target, for pull, push and files
 * alike: common point, changes, differences, revisions, checkpoint. It runs once and is never
 * restarted; a live run stays and waits for changes until it is cancelled or the line breaks. It
 * knows peers, a clock and a random source, and nothing of sockets, files or time of day. */
#pragma once

#include "tkb-clock.h"
#include "tkb-known-revs.h"
#include "tkb-peer.h"
#include "tkb-random.h"
#include "tkb-remote.h"

G_BEGIN_DECLS

typedef enum
{
  TKB_REPLICATION_NONE = 0,
  TKB_REPLICATION_LIVE = 1 << 0,            /* after catching up wait for changes */
  TKB_REPLICATION_ALLOW_DELETIONS = 1 << 1, /* however many documents of the target they take */
} TkbReplicationFlags;

typedef struct
{
  guint64 changes_read;    /* rows of the feed */
  guint64 missing_checked; /* revisions compared */
  guint64 missing_found;   /* revisions that the target lacked */
  guint64 docs_read;
  guint64 docs_written;
  guint64 doc_failures; /* revisions skipped, to be tried again in the next run */
  guint64 bytes_read;   /* of documents, about */
  guint64 done;         /* changes done with */
  guint64 total;        /* changes known of, so far */
} TkbReplicationStats;

typedef struct
{
  char   *id;    /* (owned) */
  char   *rev;   /* (owned) */
  GError *error; /* (owned): why it was skipped */
} TkbReplicationFailure;

#define TKB_TYPE_REPLICATION (tkb_replication_get_type ())
G_DECLARE_FINAL_TYPE (TkbReplication, tkb_replication, TKB, REPLICATION, GObject)

/* Signal "progress" (): the figures have changed. Property "is-idle": live and caught up. */

TkbReplication *tkb_replication_new (TkbPeer            *source,
                                     TkbPeer            *target,
                                     TkbClock           *clock,
                                     TkbRandom          *random,
                                     TkbReplicationFlags flags);
/* Before the run. The pull of a pair fills the set, its push reads it. */
void     tkb_replication_set_known (TkbReplication *self, TkbKnownRevs *known);
void     tkb_replication_run_async (TkbReplication     *self,
                                    GCancellable       *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer            user_data);
gboolean tkb_replication_run_finish (TkbReplication *self, GAsyncResult *result, GError **error);
gboolean tkb_replication_is_idle (TkbReplication *self);
const TkbReplicationStats *tkb_replication_get_stats (TkbReplication *self);
/* (transfer none) (element-type TkbReplicationFailure): the first hundred of this run */
GPtrArray *tkb_replication_get_failures (TkbReplication *self);

/* A peer from what a person gives: an address (http, https) or the path of a store file. */
TkbPeer *tkb_peer_new_for_uri (const char      *uri,
                               const TkbRemote *account,    /* (nullable): its url does not count */
                               gboolean         may_create, /* a store file that is missing */
                               TkbClock        *clock,
                               TkbRandom       *random,
                               GError         **error);

G_END_DECLS
