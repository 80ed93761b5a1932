/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* The versions of one document that this library has seen, newest first. Choosing one activates
 * win.open-revision on the parent window. */
#pragma once

#include "tkb-compat.h"
#include "tkb-library.h"

G_BEGIN_DECLS

#define TKB_TYPE_HISTORY_DIALOG (tkb_history_dialog_get_type ())
G_DECLARE_FINAL_TYPE (TkbHistoryDialog, tkb_history_dialog, TKB, HISTORY_DIALOG, AdwWindow)

void tkb_history_dialog_present (GtkWidget *page, TkbLibrary *library, const char *id);

G_END_DECLS
