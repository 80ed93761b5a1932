/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* What can be done with a document from its page, with the toast that says so and takes it back.
 * Each runs by itself: the page may show another document, or be gone, when it ends. */
#pragma once

#include "tkb-compat.h"
#include "tkb-library.h"

G_BEGIN_DECLS

void tkb_document_ops_set_favourite (GtkWidget  *page,
                                     TkbLibrary *library,
                                     const char *id,
                                     gboolean    is_favourite);
void tkb_document_ops_export (GtkWidget *page, TkbLibrary *library, TkbDocument *document);
/* document: an earlier version; field (nullable): only this one */
void tkb_document_ops_restore (GtkWidget   *page,
                               TkbLibrary  *library,
                               TkbDocument *document,
                               const char  *field);
void tkb_document_ops_delete (GtkWidget *page, TkbLibrary *library, TkbDocument *document);

G_END_DECLS
