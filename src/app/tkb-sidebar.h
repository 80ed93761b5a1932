/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* The first pane: what can be listed, with live counts, the main menu, and at the bottom the state
 * of sync. Choosing a row activates win.show. */
#pragma once

#include "tkb-compat.h"
#include "tkb-library.h"

G_BEGIN_DECLS

#define TKB_TYPE_SIDEBAR (tkb_sidebar_get_type ())
G_DECLARE_FINAL_TYPE (TkbSidebar, tkb_sidebar, TKB, SIDEBAR, GtkBox)

void tkb_sidebar_set_library (TkbSidebar *self, TkbLibrary *library);
void tkb_sidebar_set_show_end_buttons (TkbSidebar *self, gboolean show);
void tkb_sidebar_popup_menu (TkbSidebar *self);
/* Marks the row of target without activating it. */
void tkb_sidebar_select (TkbSidebar *self, const char *target);

G_END_DECLS
