/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* The second pane: search entry, facet chips, count line and the list of results. It asks the
 * library's search and shows the answer; each keystroke replaces the request before. Choosing a row
 * activates win.open. */
#pragma once

#include "tkb-compat.h"
#include "tkb-library.h"

G_BEGIN_DECLS

#define TKB_TYPE_RESULT_LIST (tkb_result_list_get_type ())
G_DECLARE_FINAL_TYPE (TkbResultList, tkb_result_list, TKB, RESULT_LIST, GtkBox)

void tkb_result_list_set_library (TkbResultList *self, TkbLibrary *library);
/* target: all, drafts, waiting, conflicts, favourites or the code of a kind */
void tkb_result_list_show (TkbResultList *self, const char *target);
void tkb_result_list_show_filtered (TkbResultList *self,
                                    const char    *target,
                                    const char    *field,
                                    const char    *code);
void tkb_result_list_focus_search (TkbResultList *self);
void tkb_result_list_popup_new (TkbResultList *self);
/* outer: the sidebar is folded away; inner: the page is */
void tkb_result_list_set_folded (TkbResultList *self, gboolean outer, gboolean inner);
/* Marks the row of the open document, where it is among the rows on the screen. */
void tkb_result_list_set_current (TkbResultList *self, const char *id /* (nullable) */);

G_END_DECLS
