/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* One result: title, snippet, what it is and from where, and its state where that matters. A hit
 * that is not loaded yet is drawn as grey bars of the same height. */
#pragma once

#include "tkb-compat.h"
#include "tkb-library.h"

G_BEGIN_DECLS

#define TKB_TYPE_RESULT_ROW (tkb_result_row_get_type ())
G_DECLARE_FINAL_TYPE (TkbResultRow, tkb_result_row, TKB, RESULT_ROW, GtkBox)

GtkWidget *tkb_result_row_new (TkbLibrary *library);
/* hit (nullable): the row is put away for another one */
void          tkb_result_row_set_hit (TkbResultRow *self, TkbSearchHit *hit);
TkbSearchHit *tkb_result_row_get_hit (TkbResultRow *self); /* (nullable) */

G_END_DECLS
