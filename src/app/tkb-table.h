/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* A printed table: heading row, hair lines, rounded frame, sideways scrolling where the page is too
 * narrow. Cells are any widgets. */
#pragma once

#include "tkb-compat.h"

G_BEGIN_DECLS

#define TKB_TYPE_TABLE (tkb_table_get_type ())
G_DECLARE_FINAL_TYPE (TkbTable, tkb_table, TKB, TABLE, AdwBin)

GtkWidget *tkb_table_new (void);
void       tkb_table_add_heading (TkbTable *self, guint column, const char *text);
/* row counts from 0 below the heading */
void tkb_table_set_cell (TkbTable *self, guint column, guint row, GtkWidget *cell);
void tkb_table_set_heading_cell (TkbTable *self, guint column, GtkWidget *cell);

G_END_DECLS
