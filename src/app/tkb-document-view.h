/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* A whole document as a page: tags, title, lead, then section by section what its kind says it has.
 * Made once for one revision; it does not follow changes. Titles of linked documents are looked up
 * after it is made. */
#pragma once

#include "tkb-compat.h"
#include "tkb-library.h"

G_BEGIN_DECLS

#define TKB_TYPE_DOCUMENT_VIEW (tkb_document_view_get_type ())
G_DECLARE_FINAL_TYPE (TkbDocumentView, tkb_document_view, TKB, DOCUMENT_VIEW, GtkBox)

GtkWidget *tkb_document_view_new (TkbLibrary *library, TkbDocument *document);

G_END_DECLS
