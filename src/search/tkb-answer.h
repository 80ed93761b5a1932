/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Private to src/search. The answer to one query as the search thread keeps it: the ranked document
 * rows, the counts, and what is needed to load any of the rows. Made and read on the search thread;
 * only the reference count, the total, counts and notes may be used elsewhere. */
#pragma once

#include "tkb-highlight.h"
#include "tkb-index-reader.h"
#include "tkb-postings.h"
#include "tkb-query-private.h"
#include "tkb-rank.h"
#include "tkb-row.h"
#include "tkb-search-results.h"
#include "tkb-store.h"
#include "tkb-word-sets.h"

G_BEGIN_DECLS

typedef struct
{
  gatomicrefcount references;
  TkbStore       *store;    /* (owned) */
  char           *language; /* (owned) (nullable) */
  GArray         *ranked;   /* (owned) (nullable) (element-type TkbRanked): with words, the first */
  GArray         *rest;     /* (owned) (nullable) (element-type TkbHit): all, not in order yet */
  GArray         *order;    /* (owned) (nullable) (element-type guint32): browsing */
  guint           total;
  GPtrArray      *facets;      /* (owned) (element-type TkbFacetCounts) */
  GPtrArray      *notes;       /* (owned) (element-type utf8), static */
  char           *suggestion;  /* (owned) (nullable): the whole query, put right */
  TkbHighlighter *highlighter; /* (owned) */
  gboolean        is_behind;
} TkbAnswer;

/* state of the search thread that lives from query to query */
typedef struct
{
  TkbFacets    *facets;         /* (owned) */
  TkbPostings  *postings;       /* (owned) */
  TkbWordSets  *word_sets;      /* (owned) */
  TkbTokenizer *tokenizer;      /* (owned) */
  guint64       all_generation; /* of all_counts */
  GArray       *all_counts;     /* (owned) (nullable) (element-type guint32): over all documents */
} TkbEngine;

TkbEngine *tkb_engine_new (void);
void       tkb_engine_free (TkbEngine *self);
/* Reads what there is to read before the first query. */
gboolean
tkb_engine_warm_up (TkbEngine *self, TkbStore *store, GCancellable *cancellable, GError **error);
TkbAnswer *tkb_engine_ask (TkbEngine    *self,
                           TkbStore     *store,
                           TkbQuery     *query,
                           const char   *language,
                           GCancellable *cancellable,
                           GError      **error);

/* An answer of the first limit of hits (element-type TkbHit), best first, without counts. */
TkbAnswer *tkb_answer_new_hits (
    TkbStore *store, const char *language, TkbFacets *facets, GArray *hits, guint limit);
TkbAnswer *tkb_answer_ref (TkbAnswer *self);
void       tkb_answer_unref (TkbAnswer *self);
/* Rows from offset on, at most limit: (element-type TkbRow). */
GPtrArray *tkb_answer_load (TkbAnswer    *self,
                            TkbEngine    *engine,
                            guint         offset,
                            guint         limit,
                            GCancellable *cancellable,
                            GError      **error);

TkbFacetCounts *tkb_facet_counts_new (const char *field);
void            tkb_facet_counts_free (TkbFacetCounts *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbAnswer, tkb_answer_unref)

G_END_DECLS
