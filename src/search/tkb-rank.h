/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Private to src/search. The order of hits: by score, then what is published, then the newest, then
 * a digest of the id, so that it is the same on every machine. Of many hits only the first are put
 * in order; the others are looked at once. */
#pragma once

#include "tkb-facet.h"
#include "tkb-index-reader.h"

G_BEGIN_DECLS

/* hits that are put in order at once */
#define TKB_RANK_FIRST 256

typedef struct
{
  guint64 key; /* small is first: score, published, modified */
  guint32 tie;
  guint32 doc;
} TkbRanked;

/* The best hits of those offered so far. */
typedef struct
{
  TkbRanked items[TKB_RANK_FIRST * 2];
  guint     n;
  gboolean  is_bounded; /* nothing behind bound is among the first */
  TkbRanked bound;
} TkbBest;

double tkb_ranked_get_score (const TkbRanked *self);
void   tkb_best_init (TkbBest *self);
void   tkb_best_offer (TkbBest *self, TkbFacets *facets, TkbHit hit);
/* At most TKB_RANK_FIRST, in order. (transfer full) (element-type TkbRanked) */
GArray *tkb_best_finish (TkbBest *self);
/* All hits (element-type TkbHit) in order, behind what stands in ranked (element-type TkbRanked)
 * already; what stands there is not put in once more. */
void tkb_rank_rest (GArray *ranked, TkbFacets *facets, GArray *hits);

G_END_DECLS
