/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Merges by itself what can be merged: the forks of a store whose two versions changed different
 * things. What cannot stays a conflict for a person, and so does what this machine's account could
 * not write on its server, and what is still a draft or private here. */
#pragma once

#include "tkb-peer.h"
#include "tkb-store.h"

G_BEGIN_DECLS

/* What the account of this store may write. */
typedef struct
{
  gboolean may_write; /* FALSE: a reader; nothing is merged */
  char    *only_own; /* (owned) (nullable): a contributor, who writes what this account submitted */
} TkbMergeRights;

/* A store without a server, or a person who asks for it. */
TkbMergeRights *tkb_merge_rights_new_all (void);
/* From what a server said when it was met. */
TkbMergeRights *tkb_merge_rights_new_for_server (const TkbPeerInfo *info);
/* A store file has no accounts: what the server that this store met last allowed still holds;
 * without one, everything. Blocks. */
TkbMergeRights *tkb_merge_rights_new_noted (TkbStore *store);
TkbMergeRights *tkb_merge_rights_copy (const TkbMergeRights *self);
void            tkb_merge_rights_free (TkbMergeRights *self);

typedef enum
{
  TKB_MERGE_DOCUMENT_NONE = 0,
  TKB_MERGE_DOCUMENT_DRAFTS = 1 << 0, /* drafts and private versions too: a person asks for it */
} TkbMergeDocumentFlags;

/* Blocking. out_merged: how many versions went into another. TRUE also where there was nothing to
 * merge, or another write came first. */
gboolean tkb_merge_document (TkbStore             *store,
                             const char           *id,
                             const TkbMergeRights *rights,
                             TkbMergeDocumentFlags flags,
                             guint                *out_merged,
                             GCancellable         *cancellable,
                             GError              **error);

/* One after the other over all documents in conflict. Not two calls at once on one object. */
#define TKB_TYPE_MERGER (tkb_merger_get_type ())
G_DECLARE_FINAL_TYPE (TkbMerger, tkb_merger, TKB, MERGER, GObject)

TkbMerger *tkb_merger_new (TkbStore *store);
/* rights are copied, and noted in the store */
void tkb_merger_run_async (TkbMerger            *self,
                           const TkbMergeRights *rights,
                           GCancellable         *cancellable,
                           GAsyncReadyCallback   callback,
                           gpointer              user_data);
/* out_merged: documents that are in conflict no more, or less */
gboolean
tkb_merger_run_finish (TkbMerger *self, GAsyncResult *result, guint *out_merged, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbMergeRights, tkb_merge_rights_free)

G_END_DECLS
