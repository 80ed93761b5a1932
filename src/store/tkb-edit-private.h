/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Between tkb-edit.c (the rules) and tkb-edit-store.c (the rows). */
#pragma once

#include "tkb-edit.h"

G_BEGIN_DECLS

/* A revision that the rules have allowed. The strings outlive the call and are not the tree's
 * unless they stand on the line of a leaf that stays. */
typedef struct
{
  const char        *path[3]; /* local: the new revision and what it is made on; NULL-terminated */
  const char *const *line;    /* newest first; path, or what came with the document */
  const char        *parent;  /* (nullable) local: the leaf it was made on */
  const char        *amended; /* (nullable): the draft revision that it replaces */
  TkbRowFlags        flags;   /* of the revision */
  GPtrArray         *digests; /* (element-type utf8): of the blobs that it names */
} TkbNewRevision;

/* Writes revision with edit's body: tree, winner, sequence, counters, outbox, index. */
gboolean tkb_edit_store (
    TkbEdit *edit, TkbBatch *batch, TkbDocRow *row, const TkbNewRevision *revision, GError **error);
/* Whatever stands on line is known elsewhere: it does not wait any more. */
gboolean tkb_edit_settle_outbox (TkbBatch          *batch,
                                 const TkbDocRow   *row,
                                 const char *const *line,
                                 GError           **error);

G_END_DECLS
