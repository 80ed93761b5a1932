/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Private to src/store and src/search. The full-text index and the facet codes of the documents:
 * what the store calls when a document changed. The store decides when (at once, or behind a bulk
 * load) and in which transaction; this decides what stands in the index. */
#pragma once

#include "tkb-catalog.h"
#include "tkb-db.h"
#include "tkb-document.h"

G_BEGIN_DECLS

/* For every connection, after it is opened and before anything is prepared on it or migrated:
 * registers the tokenizer and the SQL functions. */
gboolean tkb_index_register (TkbDb *db, GError **error);
/* Whether what the index holds was made by this tokenizer and this catalog; if not, the store
 * clears it and indexes everything again in the background. In a transaction. */
gboolean
tkb_index_is_current (TkbDb *db, TkbCatalog *catalog, gboolean *out_is_current, GError **error);
/* One document's words and facet codes: takes before out and puts after in, in the caller's
 * transaction. before (nullable): what is indexed now, exactly as given when it was indexed;
 * is_titled: of it only title and facets are there; after (nullable): nothing is to be indexed any
 * more. Never both NULL. catalog (nullable). */
gboolean tkb_index_document (TkbDb       *db,
                             TkbCatalog  *catalog,
                             gint64       doc_rowid,
                             TkbDocument *before,
                             gboolean     is_titled,
                             TkbDocument *after,
                             GError     **error);
/* Around a long run of tkb_index_document () calls in several transactions: puts segment merges
 * off; tkb_index_merge () then makes up for them. In transactions of the caller's. A crash between
 * the two is harmless: begin and end may be called again. */
gboolean tkb_index_begin_bulk (TkbDb *db, GError **error);
gboolean tkb_index_end_bulk (TkbDb *db, GError **error);
/* Merges segments, a few MB at a time; out_goes_on: there is more to do. is_whole: to one segment
 * a table, else only those of which there are many. A step that goes on is not whole again. */
gboolean tkb_index_merge (TkbDb *db, gboolean is_whole, gboolean *out_goes_on, GError **error);
/* Everything out, and noted as made by this tokenizer and catalog. In a transaction. */
gboolean tkb_index_clear (TkbDb *db, TkbCatalog *catalog, GError **error);
/* Adds one sentence a finding to findings (element-type utf8); FALSE only if it could not look. The
 * store itself checks that each document's indexed revision is the winner. */
gboolean tkb_index_check (TkbDb *db, TkbCatalog *catalog, GPtrArray *findings, GError **error);

G_END_DECLS
