/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* One line of the sidebar: icon, label, count. */
#pragma once

#include "tkb-compat.h"

G_BEGIN_DECLS

#define TKB_TYPE_SIDEBAR_ROW (tkb_sidebar_row_get_type ())
G_DECLARE_FINAL_TYPE (TkbSidebarRow, tkb_sidebar_row, TKB, SIDEBAR_ROW, GtkListBoxRow)

/* target: parameter of win.show */
GtkWidget  *tkb_sidebar_row_new (const char *target, const char *icon_name, const char *label);
const char *tkb_sidebar_row_get_target (TkbSidebarRow *self);
/* a heading is shown above the row (nullable) */
void        tkb_sidebar_row_set_heading (TkbSidebarRow *self, const char *heading);
const char *tkb_sidebar_row_get_heading (TkbSidebarRow *self);
void        tkb_sidebar_row_set_count (TkbSidebarRow *self, guint64 count);
/* calls attention to a count that is not 0 */
void tkb_sidebar_row_set_is_alert (TkbSidebarRow *self, gboolean is_alert);

G_END_DECLS
