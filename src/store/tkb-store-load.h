/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Private to src/store. The index behind a bulk load: words are counted on the indexer's thread,
 * beside the writer, which only puts the finished pages in. Titles and facets go ahead of bodies.
 * Belongs to the indexer's thread. */
#pragma once

#include "tkb-store-internal.h"

G_BEGIN_DECLS

/* fewer are left to FTS5, which merges them with what is there */
#define TKB_LOAD_MIN_DOCUMENTS 100

typedef enum
{
  TKB_LOAD_GOES_ON,  /* more can be done at once */
  TKB_LOAD_WAITS,    /* bodies are ready, but more are likely to come */
  TKB_LOAD_FEW,      /* little or nothing is behind: a step of the writer's */
  TKB_LOAD_NOT_OURS, /* changes of what is indexed: steps of the writer's */
} TkbLoadResult;

typedef struct _TkbLoad TkbLoad;

TkbLoad *tkb_load_new (TkbStore *store);
void     tkb_load_free (TkbLoad *self);
/* Does a piece of some 100 ms. is_over: nothing more will come, so that what is ready goes in.
 * FALSE: what was begun is forgotten, and is begun anew. */
gboolean
tkb_load_advance (TkbLoad *self, gboolean is_over, TkbLoadResult *out_result, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbLoad, tkb_load_free)

G_END_DECLS
