/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Private to src/store. The index entries of many documents that are not indexed yet, made in
 * memory and put into the tables in one go. Adding and sealing need no connection that may write
 * and belong on a thread of their own; applying is quick and belongs on the writer's. Titles with
 * facets, and bodies, are separate runs: titles can be found long before all bodies are in. */
#pragma once

#include "tkb-catalog.h"
#include "tkb-db.h"
#include "tkb-document.h"

G_BEGIN_DECLS

typedef enum
{
  TKB_INDEX_RUN_TITLES, /* titles, their sounds, facets */
  TKB_INDEX_RUN_BODIES, /* every word */
} TkbIndexRunKind;

typedef struct _TkbIndexRun TkbIndexRun;

TkbIndexRun *tkb_index_run_new (TkbIndexRunKind kind, TkbCatalog *catalog);
void         tkb_index_run_free (TkbIndexRun *self);
/* doc: above the one before; document: as it is stored */
void   tkb_index_run_add (TkbIndexRun *self, gint64 doc, TkbDocument *document);
gint64 tkb_index_run_get_last (const TkbIndexRun *self); /* 0: it is empty */
gsize  tkb_index_run_get_size (const TkbIndexRun *self); /* bytes of memory */
void   tkb_index_run_seal (TkbIndexRun *self);
guint  tkb_index_run_get_n_documents (const TkbIndexRun *self);
void   tkb_index_run_get_document (const TkbIndexRun *self,
                                   guint              i,
                                   gint64            *out_doc,
                                   const char       **out_rev);
/* In a transaction of the writer's; the caller notes that the documents are indexed. out_n_small:
 * segments that wait to be merged, of the table that has most. */
gboolean tkb_index_run_apply (TkbIndexRun *self, TkbDb *db, guint *out_n_small, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbIndexRun, tkb_index_run_free)

G_END_DECLS
