/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* An earlier version of a document beside the current one, field by field with the changed words
 * marked; brings back one field or all of it, as a new version. */
#pragma once

#include "tkb-compat.h"
#include "tkb-library.h"

G_BEGIN_DECLS

#define TKB_TYPE_VERSION_DIALOG (tkb_version_dialog_get_type ())
G_DECLARE_FINAL_TYPE (TkbVersionDialog, tkb_version_dialog, TKB, VERSION_DIALOG, AdwWindow)

/* page: where toasts appear and whose actions are called; rev: a version whose text is kept */
void
tkb_version_dialog_present (GtkWidget *page, TkbLibrary *library, const char *id, const char *rev);

G_END_DECLS
