/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Words and small labels that every pane sets the same way: dates, numbers, translated codes,
 * pills, body text. Pure but for the widgets it makes. */
#pragma once

#include "tkb-catalog.h"
#include "tkb-compat.h"
#include "tkb-search-results.h"

G_BEGIN_DECLS

/* gettext that leaves "" and NULL alone (the empty msgid is the header of the catalog) */
const char *tkb_text_translate (const char *msgid);
/* the translated label of a code of field; field (nullable): the code */
const char *tkb_text_code (TkbCatalog *catalog, TkbField *field, const char *code);
/* YYYY, YYYY-MM, YYYY-MM-DD or RFC 3339, as far as it says; anything else as it is */
char *tkb_text_date (const char *iso);
char *tkb_text_date_ms (gint64 real_ms);
/* with the thousands of the locale and at most six decimals */
char *tkb_text_number (double value);
char *tkb_text_count (guint64 count);
char *tkb_text_bytes (gint64 bytes);
/* host of a web address, without www. */
char *tkb_text_host (const char *url);
/* keeps left-to-right things (codes, ranges, addresses) in one piece in right-to-left text */
char *tkb_text_isolate (const char *text);

/* the way a text runs, by its first letter */
GtkTextDirection tkb_text_direction (const char *text);

/* Body text: wraps, selectable, aligned to the start. markup: Pango markup, known to be valid. */
GtkWidget *tkb_text_label (const char *text);
GtkWidget *tkb_text_markup_label (const char *markup);
/* as above with one CSS class */
GtkWidget *tkb_text_label_with_class (const char *text, const char *css_class);
/* A heading to look at and to hear; level from 1 */
GtkWidget *tkb_text_heading (const char *text, const char *css_class, int level);
/* "kind · place · year · file with the words" of a result, as far as it has them. (transfer full)
 */
char *tkb_text_hit_meta (TkbCatalog *catalog, TkbSearchHit *hit);
/* A rounded tag; css_class (nullable): kind, warning … */
GtkWidget *tkb_text_pill (const char *text, const char *css_class);
/* The same to press: lists all documents that have this code of a facet. */
GtkWidget *tkb_text_filter_pill (const char *text, const char *field, const char *code);

G_END_DECLS
