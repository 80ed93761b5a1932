/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Private to src/store. One write inside a transaction: what CouchDB's rules make of a document
 * that is put, deleted, amended or brought by replication. Rows, counters, outbox and (for single
 * edits) the index change together. It knows no threads and no signals. */
#pragma once

#include "tkb-blob-store.h"
#include "tkb-catalog.h"
#include "tkb-rows.h"
#include "tkb-store.h"

G_BEGIN_DECLS

/* What all edits of one transaction share. */
typedef struct
{
  TkbDb        *db;      /* (unowned) */
  TkbCatalog   *catalog; /* (unowned) (nullable) */
  TkbWriteFlags flags;
  TkbWriteGuard guard; /* (nullable) */
  gpointer      guard_data;
  guint         revs_limit;
  gint64        now_ms;
  gboolean      keeps_outbox;
  gboolean      keeps_index;     /* a full-text index is kept at all */
  gboolean      indexes_at_once; /* … and in this transaction */
  gboolean      has_indexed;     /* out: something went into the index */
  gboolean      has_changed;     /* out: something that "changed" tells of */
  TkbCounters   counters;        /* out: to be flushed before the commit */
} TkbBatch;

/* One document of a batch. */
typedef struct
{
  TkbDocument *document; /* (owned) (nullable): NULL after an error in preparation */
  char        *body;     /* (owned) (nullable): canonical text, where it is known already */
  gsize        body_bytes;
  GPtrArray   *blobs; /* (owned) (element-type TkbBlob): from inline data */
  char        *rev;   /* (owned) (nullable) out: the revision written */
  GError      *error; /* (owned) (nullable) out: why it was not */
} TkbEdit;

void tkb_edit_clear (TkbEdit *self);
/* Before the transaction: blobs to disk, text ready. Errors go to self->error. */
void tkb_edit_prepare (TkbEdit      *self,
                       TkbDocument  *document,
                       TkbWriteFlags flags,
                       TkbBlobStore *blob_store);
/* Applies it. A refusal goes to self->error and leaves the transaction as it was; FALSE with error
 * means that the transaction as a whole has failed. */
gboolean tkb_edit_apply (TkbEdit *self, TkbBatch *batch, GError **error);
/* Takes back every draft that was written here and is a leaf, and the drafts below it; a document
 * of which nothing is left goes altogether, index and all. out_any FALSE: there was none. */
gboolean
tkb_edit_take_back_drafts (TkbDocRow *row, TkbBatch *batch, gboolean *out_any, GError **error);
/* The server has rev, and with it its ancestors: nothing of that waits any more. */
gboolean tkb_edit_mark_sent (TkbDocRow *row, TkbBatch *batch, const char *rev, GError **error);
/* Drops bodies beyond TKB_KEPT_BODIES that nothing needs, and those the tree has forgotten.
 * out_dropped: how many; the row has to be stored after that. */
gboolean tkb_edit_prune (TkbDocRow *row, TkbDb *db, guint *out_dropped, GError **error);
/* Computes again what a document's row says of its winner, from the tree and the winner's body. */
gboolean tkb_edit_describe (TkbDocRow *row, TkbDb *db, GError **error);
/* The bits of a revision that follow from what stands in it. */
TkbRowFlags tkb_edit_get_revision_flags (TkbDocument *document);
/* Brings the index from what it holds of a document to the winner, and notes that in the row. */
gboolean tkb_edit_index_row (TkbDocRow *row, TkbDb *db, TkbCatalog *catalog, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TkbEdit, tkb_edit_clear)

G_END_DECLS
