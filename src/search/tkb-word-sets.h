/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Private to src/search. The scored documents of the last few words that were asked for, so that
 * who types the second word, or selects a facet, does not wait for the first one again. */
#pragma once

#include "tkb-facet.h"
#include "tkb-words.h"

G_BEGIN_DECLS

typedef struct _TkbWordSets TkbWordSets;

TkbWordSets *tkb_word_sets_new (void);
void         tkb_word_sets_free (TkbWordSets *self);
/* What word is known by; only_title: where it was looked for. (transfer full) */
char *tkb_word_sets_make_key (const TkbWord *word, gboolean only_title);
/* (nullable) (transfer full) (element-type TkbHit): not to be changed. facets: refreshed */
GArray *tkb_word_sets_find (TkbWordSets *self, TkbFacets *facets, const char *key);
void    tkb_word_sets_keep (TkbWordSets *self, TkbFacets *facets, const char *key, GArray *set);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbWordSets, tkb_word_sets_free)

G_END_DECLS
