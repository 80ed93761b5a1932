/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Stores in temporary folders and runs of replications, for the tests of this folder. */
#pragma once

#include "tkb-replication.h"
#include "tkb-store.h"

G_BEGIN_DECLS

/* seconds until a test that waits for something gives up */
#define SYNC_DEADLINE_S 30

typedef gboolean (*SyncCondition) (gpointer user_data);

TkbStore *sync_store_new (const char *path, TkbStoreOpenFlags flags, TkbRandom *random);
char     *sync_temp_path (const char *name);
void      sync_remove_dir (const char *dir);
/* json: the body; parent (nullable). (transfer full): the new revision */
char *sync_put (TkbStore *store, const char *id, const char *parent, const char *json);
/* Cases PREFIX:0000 and on; their ids need escaping in a path. */
void sync_put_many (TkbStore *store, const char *prefix, guint count);
/* A document with an attachment "a b/ü.bin" of size bytes. (transfer full): its digest */
char *sync_put_with_attachment (TkbStore *store, const char *id, gsize size);
char *sync_delete (TkbStore *store, const char *id);
/* (nullable): the winner's member "title"; NULL where there is no live document */
char *sync_get_title (TkbStore *store, const char *id);
void  sync_wait_for (SyncCondition condition, gpointer user_data);
/* Runs to the end. */
gboolean sync_run (TkbReplication *run, GError **error);
gboolean sync_replicate (TkbPeer             *source,
                         TkbPeer             *target,
                         TkbRandom           *random,
                         TkbReplicationFlags  flags,
                         TkbReplicationStats *out_stats,
                         GError             **error);
/* Same documents, leaves, winners in both, in both directions of looking. */
void sync_assert_equal (TkbStore *a, TkbStore *b);

G_END_DECLS
