/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Private to src/search. Conditions on a document that are not words: province:Gansu, year:2020..,
 * has:attachment, a selected facet, a scope. A test costs a few look-ups in memory. */
#pragma once

#include "tkb-catalog.h"
#include "tkb-facet.h"

G_BEGIN_DECLS

typedef struct
{
  guint8     *wanted;    /* (owned) (nullable): by number of a code, not 0 if it fits */
  guint       n_wanted;  /* length of wanted */
  GHashTable *docs;      /* (owned) (nullable): document rows that fit */
  guint8      row_flags; /* flags that must be set */
  int         field;     /* index of the facet field; -1: none */
} TkbFilter;

void tkb_filter_free (TkbFilter *self);
/* field as typed; (nullable): there is no such field. out_is_empty: no document has the value. */
TkbFilter *tkb_filter_new_typed (TkbFacets  *facets,
                                 TkbCatalog *catalog,
                                 const char *field,
                                 const char *value,
                                 gboolean   *out_is_empty);
/* Nothing fits yet. */
TkbFilter *tkb_filter_new_selected (TkbFacets *facets, const char *field);
void       tkb_filter_select (TkbFilter *self, TkbFacets *facets, const char *code);
TkbFilter *tkb_filter_new_docs (GHashTable *docs); /* (transfer full) */
/* Whether any of the codes is selected; for filters that select codes and nothing else. */
gboolean tkb_filter_fits_codes (const TkbFilter *self, const guint32 *codes, guint n);
gboolean tkb_filter_fits (const TkbFilter *self, TkbFacets *facets, guint32 doc);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbFilter, tkb_filter_free)

G_END_DECLS
