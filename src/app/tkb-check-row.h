/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* A line to tick in a popover: label and count. GTK 4.8 gives check buttons no accessible action,
 * so the row has one of its own. */
#pragma once

#include "tkb-compat.h"

G_BEGIN_DECLS

#define TKB_TYPE_CHECK_ROW (tkb_check_row_get_type ())
G_DECLARE_FINAL_TYPE (TkbCheckRow, tkb_check_row, TKB, CHECK_ROW, GtkCheckButton)

GtkWidget  *tkb_check_row_new (const char *field, const char *code, const char *label, guint count);
const char *tkb_check_row_get_field (TkbCheckRow *self);
const char *tkb_check_row_get_code (TkbCheckRow *self);

G_END_DECLS
