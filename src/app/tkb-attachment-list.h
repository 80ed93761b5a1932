/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* The files attached to a document, each with its caption and size and a button that saves a copy.
 * Nothing is opened from here: what comes from others is saved first, where the system can look at
 * it. */
#pragma once

#include "tkb-compat.h"
#include "tkb-library.h"

G_BEGIN_DECLS

/* (nullable): the document has no attachments */
GtkWidget *tkb_attachment_list_new (TkbLibrary *library, TkbDocument *document);

G_END_DECLS
