/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Runs queries against a store: ranked pages, totals, facet counts, snippets, similar documents.
 * All work is on a thread of its own and can be cancelled. No GTK. */
#pragma once

#include "tkb-query.h"
#include "tkb-search-results.h"
#include "tkb-store.h"

G_BEGIN_DECLS

#define TKB_TYPE_SEARCH (tkb_search_get_type ())
G_DECLARE_FINAL_TYPE (TkbSearch, tkb_search, TKB, SEARCH, GObject)

TkbSearch *tkb_search_new (TkbStore *store);
/* Before the store is closed: what is read ahead ends soon. */
void tkb_search_stop (TkbSearch *self);

/* language: BCP 47 of the interface, for titles and summaries in rows (nullable: as written). */
void              tkb_search_run_async (TkbSearch          *self,
                                        TkbQuery           *query,
                                        const char         *language,
                                        GCancellable       *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer            user_data);
TkbSearchResults *tkb_search_run_finish (TkbSearch *self, GAsyncResult *result, GError **error);
/* Blocking, for the CLI and tests: hits from offset on, at most limit, with snippets. */
TkbSearchResults *tkb_search_run (TkbSearch    *self,
                                  TkbQuery     *query,
                                  const char   *language,
                                  guint         limit,
                                  GCancellable *cancellable,
                                  GError      **error);

/* The documents that are most like one, at most limit, the most similar first; few or none where
 * nothing is like it. */
void              tkb_search_similar_async (TkbSearch          *self,
                                            const char         *id,
                                            const char         *language,
                                            guint               limit,
                                            GCancellable       *cancellable,
                                            GAsyncReadyCallback callback,
                                            gpointer            user_data);
TkbSearchResults *tkb_search_similar_finish (TkbSearch *self, GAsyncResult *result, GError **error);
TkbSearchResults *tkb_search_similar (TkbSearch    *self,
                                      const char   *id,
                                      const char   *language,
                                      guint         limit,
                                      GCancellable *cancellable,
                                      GError      **error);

G_END_DECLS
