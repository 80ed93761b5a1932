/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Two live versions of one document in a store, what both come from, and what merging makes of
 * them; and how the two become one again: a child of the one, and on the other a tombstone that
 * names that child (TKB_MERGED_INTO), both in one transaction. All calls block: not for the main
 * thread of a program with a window. */
#pragma once

#include "tkb-merge.h"
#include "tkb-store.h"

G_BEGIN_DECLS

typedef struct
{
  TkbDocument *current; /* (owned): of the two the one that is preferred everywhere */
  TkbDocument *other;   /* (owned) */
  TkbDocument *base;    /* (owned) (nullable): its body is not kept here, or there is none */
  TkbMerge    *merge;   /* (owned): left is current, right is other */
} TkbFork;

void tkb_fork_free (TkbFork *self);
/* current, other (nullable): the winner, and the best of the other live leaves.
 * TKB_STORE_ERROR_NOT_FOUND: there are no two. */
TkbFork *tkb_fork_read (TkbStore     *store,
                        const char   *id,
                        const char   *current,
                        const char   *other,
                        GCancellable *cancellable,
                        GError      **error);
/* Whether one side never leaves this machine: a draft, or private. */
gboolean tkb_fork_stays (TkbFork *self);
/* Ends the fork with body: where that is what one side says already, that side stays as it is. The
 * side that never leaves gives way to the one that does. (transfer full): the revision that is
 * left. TKB_STORE_ERROR_CONFLICT: a side has changed meanwhile; TKB_STORE_ERROR_INVALID: body would
 * never leave, but both sides have. */
char *tkb_fork_close (
    TkbFork *self, TkbStore *store, JsonObject *body, GCancellable *cancellable, GError **error);

/* Revision (utf8) -> GPtrArray of utf8: the revisions that were merged into it. */
GHashTable *tkb_fork_list_merged (
    TkbStore *store, const char *id, TkbRevTree *tree, GCancellable *cancellable, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbFork, tkb_fork_free)

G_END_DECLS
