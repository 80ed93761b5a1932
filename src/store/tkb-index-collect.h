/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Private to the index's own files: scores the rows of one statement as FTS5 finds them. */
#pragma once

#include "tkb-index-reader.h"

G_BEGIN_DECLS

/* type of the pointer that a statement is given, https://www.sqlite.org/bindptr.html */
#define TKB_COLLECTOR_POINTER "TkbCollector"

typedef struct
{
  TkbFacets        *facets;  /* (unowned) */
  const TkbMatch   *match;   /* (unowned) */
  const TkbRanking *ranking; /* (unowned) */
  GArray           *hits;    /* (unowned) (element-type TkbHit) */

  guint    n_groups;
  guint    n_phrases;
  gboolean is_started;
  guint    rarity[TKB_MATCH_MAX_GROUPS]; /* 16ths */
  guint    lengths[256];                 /* saturation by length of the text, in 16ths */
} TkbCollector;

void tkb_collector_init (TkbCollector     *self,
                         TkbFacets        *facets,
                         const TkbMatch   *match,
                         const TkbRanking *ranking,
                         GArray           *hits);
/* One row; a SQLite code. */
int tkb_collector_take (TkbCollector *self, const Fts5ExtensionApi *api, Fts5Context *context);

G_END_DECLS
