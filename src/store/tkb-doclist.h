/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Private to src/store. The list of one word or phrase out of the packed rows of its words
 * (tkb-word-pages.h), at a tenth of what FTS5's virtual table costs a row. What does not look as
 * expected is left to FTS5. */
#pragma once

#include "tkb-postings.h"

G_BEGIN_DECLS

/* As tkb_postings_get (), but nothing is kept, and out_list is NULL where FTS5 is to be asked
 * instead. FALSE: with an error, cancelled too. */
gboolean tkb_doclist_read (TkbDb        *db,
                           TkbFacets    *facets,
                           TkbIndexTable table,
                           GPtrArray    *tokens,
                           gboolean      is_prefix,
                           GCancellable *cancellable,
                           GArray      **out_list,
                           GError      **error);

G_END_DECLS
