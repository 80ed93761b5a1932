/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Lists of records on the page: what was done as a time line, what to do as a checklist, questions
 * with their reason, sources; any other record as a table with the columns that hold something. */
#pragma once

#include "tkb-field-view.h"

G_BEGIN_DECLS

GtkWidget *tkb_record_view_new (TkbPageContext *context, TkbField *field, JsonArray *records);
/* Value, unit, words of the source, date, caveat of each figure. */
GtkWidget *tkb_figure_view_new (TkbField *field, JsonArray *figures);
/* Field codes, operators, wildcards, limits and worked examples of a search system. */
GtkWidget *tkb_syntax_view_new (JsonObject *syntax);

G_END_DECLS
