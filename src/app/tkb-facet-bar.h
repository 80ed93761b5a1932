/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* The chips under the search entry: the most useful facets as menus with counts, the chosen codes
 * as chips that take themselves away. It holds the choice and tells when it changed; asking is the
 * list's business. */
#pragma once

#include "tkb-compat.h"
#include "tkb-library.h"

G_BEGIN_DECLS

#define TKB_TYPE_FACET_BAR (tkb_facet_bar_get_type ())
G_DECLARE_FINAL_TYPE (TkbFacetBar, tkb_facet_bar, TKB, FACET_BAR, GtkWidget)

/* Signal "changed": the choice of the user is another one. */
void tkb_facet_bar_set_library (TkbFacetBar *self, TkbLibrary *library);
/* facets (element-type TkbFacetCounts) of the latest results; kind (nullable): what is listed */
void tkb_facet_bar_set_facets (TkbFacetBar *self, GPtrArray *facets, const char *kind);
/* query with the chosen codes added: (transfer full) */
TkbQuery *tkb_facet_bar_apply (TkbFacetBar *self, TkbQuery *query);
gboolean  tkb_facet_bar_has_choice (TkbFacetBar *self);
void      tkb_facet_bar_clear (TkbFacetBar *self); /* tells only if something was chosen */
void
tkb_facet_bar_choose (TkbFacetBar *self, const char *field, const char *code, gboolean is_chosen);

G_END_DECLS
