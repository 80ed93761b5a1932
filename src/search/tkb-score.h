/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Private to src/search. What a word is worth in a document, after BM25F: points for the title, and
 * points for head and body that saturate with the number of matches and fall with the length of the
 * text; times the rarity of the word. In whole numbers: the same on every machine. Pure. */
#pragma once

#include "tkb-facet.h"
#include "tkb-index-reader.h"
#include "tkb-postings.h"

G_BEGIN_DECLS

/* The documents of one word, form by form. */
typedef struct _TkbScore TkbScore;

TkbScore *tkb_score_new (void);
void      tkb_score_free (TkbScore *self);
/* list (element-type TkbPosting): of a form that is worth factor 16ths */
void  tkb_score_add (TkbScore *self, GArray *list, guint factor);
guint tkb_score_get_n_documents (TkbScore *self);
/* (transfer full) (element-type TkbHit), by rising row; only_title: documents with the word in
 * their title, and no points for the rest */
GArray *tkb_score_finish (TkbScore *self, TkbFacets *facets, gboolean only_title);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbScore, tkb_score_free)

G_END_DECLS
