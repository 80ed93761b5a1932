/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* The answer to one query: a GListModel of TkbSearchHit over all hits, whose rows load themselves
 * in pages as they are asked for (a row not yet loaded has is-loaded FALSE and notifies later), the
 * total and the facet counts. Main thread, like every list model. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define TKB_TYPE_SEARCH_HIT (tkb_search_hit_get_type ())
G_DECLARE_FINAL_TYPE (TkbSearchHit, tkb_search_hit, TKB, SEARCH_HIT, GObject)

/* Properties, all notified when the row loads: is-loaded, id, kind, title-markup and snippet-markup
 * (Pango markup, matches in <b>), title, meta codes. */
const char *tkb_search_hit_get_id (TkbSearchHit *self);
const char *tkb_search_hit_get_rev (TkbSearchHit *self);
const char *tkb_search_hit_get_kind (TkbSearchHit *self);
const char *tkb_search_hit_get_title (TkbSearchHit *self);
const char *tkb_search_hit_get_title_markup (TkbSearchHit *self);
const char *tkb_search_hit_get_snippet_markup (TkbSearchHit *self);
const char *tkb_search_hit_get_attachment (TkbSearchHit *self); /* of the snippet (nullable) */
const char *tkb_search_hit_get_state (TkbSearchHit *self);    /* draft, submitted, … (nullable) */
const char *tkb_search_hit_get_country (TkbSearchHit *self);  /* code (nullable) */
const char *tkb_search_hit_get_province (TkbSearchHit *self); /* code (nullable) */
const char *tkb_search_hit_get_date (TkbSearchHit *self);     /* modified, ISO 8601 (nullable) */
int         tkb_search_hit_get_year (TkbSearchHit *self);     /* 0: none */
double      tkb_search_hit_get_score (TkbSearchHit *self);

typedef struct
{
  char    *code; /* (owned) */
  guint    count;
  gboolean is_selected;
} TkbFacetValue;

typedef struct
{
  char      *field;  /* (owned) */
  GPtrArray *values; /* (owned) (element-type TkbFacetValue) most frequent first */
} TkbFacetCounts;

#define TKB_TYPE_SEARCH_RESULTS (tkb_search_results_get_type ())
G_DECLARE_FINAL_TYPE (TkbSearchResults, tkb_search_results, TKB, SEARCH_RESULTS, GObject)

guint tkb_search_results_get_total (TkbSearchResults *self);
GPtrArray *
tkb_search_results_get_facets (TkbSearchResults *self); /* (element-type TkbFacetCounts) */
gboolean
tkb_search_results_is_index_behind (TkbSearchResults *self); /* says "still being indexed" */
GPtrArray *tkb_search_results_get_notes (TkbSearchResults *self);
/* (nullable): nothing was found, but this text might find something: "did you mean" */
const char *tkb_search_results_get_suggestion (TkbSearchResults *self);

G_END_DECLS
