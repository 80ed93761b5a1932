/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* What SQLite's own full-text search finds for a query: one FTS5 table with a tokenizer of
 * SQLite's, ordered by its bm25. Every helper fails the test by itself. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _Baseline Baseline;

/* tokenize: as FTS5 takes it */
Baseline *baseline_new (const char *tokenize);
void      baseline_free (Baseline *self);
void      baseline_add (Baseline *self, gint64 row, const char *const texts[3]);
/* All words must match, the last one as a beginning, "…" as a phrase. Rows, best first. (transfer
 * full) (element-type gint64) */
GArray *baseline_find (Baseline *self, const char *words);

G_END_DECLS
