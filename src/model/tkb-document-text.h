/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* A document as text for people, laid out by its kind: title, summary, then section by section
 * every field that has a value. Used by "show", by both exports and by "Export as Markdown". Pure.
 */
#pragma once

#include "tkb-catalog.h"

G_BEGIN_DECLS

/* (transfer full): Markdown with English labels, ends in a line break */
char *tkb_document_text_to_markdown (TkbCatalog *catalog, TkbDocument *document);
/* (transfer full): the same as HTML; raw HTML in fields comes out as text, links only http(s) */
char *tkb_document_text_to_html (TkbCatalog *catalog, TkbDocument *document);

G_END_DECLS
