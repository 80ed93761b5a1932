/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* The third pane: one document set like a printed page, with what can be done with it in the header
 * bar and a way back to the documents read before. */
#pragma once

#include "tkb-compat.h"
#include "tkb-library.h"

G_BEGIN_DECLS

#define TKB_TYPE_READING_PAGE (tkb_reading_page_get_type ())
G_DECLARE_FINAL_TYPE (TkbReadingPage, tkb_reading_page, TKB, READING_PAGE, GtkBox)

void tkb_reading_page_set_library (TkbReadingPage *self, TkbLibrary *library);
void tkb_reading_page_open (TkbReadingPage *self, const char *id);
void tkb_reading_page_start (TkbReadingPage *self, const char *id);
/* An earlier version, with an offer to make it the current one again. */
void tkb_reading_page_open_revision (TkbReadingPage *self, const char *id, const char *rev);
/* The document that is shown: (nullable) (transfer none) */
TkbDocument *tkb_reading_page_get_document (TkbReadingPage *self);
void         tkb_reading_page_toggle_favourite (TkbReadingPage *self);
/* FALSE: there is nothing to go back to */
gboolean tkb_reading_page_go_back (TkbReadingPage *self);
void     tkb_reading_page_set_folded (TkbReadingPage *self, gboolean outer, gboolean inner);
void     tkb_reading_page_focus (TkbReadingPage *self);

G_END_DECLS
