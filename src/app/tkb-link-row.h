/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* A line that leads to another document: its title (as soon as somebody has looked it up), its kind
 * and a remark. Activating it activates win.open. */
#pragma once

#include "tkb-catalog.h"
#include "tkb-compat.h"
#include "tkb-search-results.h"

G_BEGIN_DECLS

#define TKB_TYPE_LINK_ROW (tkb_link_row_get_type ())
G_DECLARE_FINAL_TYPE (TkbLinkRow, tkb_link_row, TKB, LINK_ROW, AdwActionRow)

/* remark (nullable): a second line */
GtkWidget  *tkb_link_row_new (const char *id, const char *remark);
const char *tkb_link_row_get_id (TkbLinkRow *self);
/* document (nullable): it is not in the store */
void tkb_link_row_set_document (TkbLinkRow  *self,
                                TkbCatalog  *catalog,
                                TkbDocument *document,
                                const char  *language);
/* The same from a result, with its place and year. */
void tkb_link_row_set_hit (TkbLinkRow *self, TkbCatalog *catalog, TkbSearchHit *hit);
/* A typed query, shown below in monospace. */
void tkb_link_row_set_query (TkbLinkRow *self, const char *query);

G_END_DECLS
