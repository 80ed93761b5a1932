/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Private to src/search: what the list model and the search ask of one another. */
#pragma once

#include "tkb-answer.h"
#include "tkb-search.h"

G_BEGIN_DECLS

/* rows of one page */
#define TKB_SEARCH_PAGE 50

/* answer (transfer full); rows (element-type TkbRow): the first ones, loaded already. */
TkbSearchResults *tkb_search_results_new (TkbSearch *search, TkbAnswer *answer, GPtrArray *rows);
/* row (transfer full): now the hit is loaded */
void     tkb_search_hit_set_row (TkbSearchHit *self, TkbRow *row);
gboolean tkb_search_hit_is_loaded (TkbSearchHit *self);

void tkb_search_load_async (TkbSearch          *self,
                            TkbAnswer          *answer,
                            guint               offset,
                            guint               limit,
                            GCancellable       *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer            user_data);
/* (transfer full) (element-type TkbRow) */
GPtrArray *tkb_search_load_finish (TkbSearch *self, GAsyncResult *result, GError **error);

G_END_DECLS
