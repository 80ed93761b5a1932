/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* The main window: sidebar | list | page, folded to fewer panes where it is narrow. It joins the
 * three and owns the actions that all of them use (win.open, win.new, win.edit …); what a pane
 * shows is the pane's own business. */
#pragma once

#include "tkb-compat.h"
#include "tkb-library.h"

G_BEGIN_DECLS

#define TKB_TYPE_WINDOW (tkb_window_get_type ())
G_DECLARE_FINAL_TYPE (TkbWindow, tkb_window, TKB, WINDOW, AdwApplicationWindow)

TkbWindow  *tkb_window_new (GtkApplication *application, TkbLibrary *library);
TkbLibrary *tkb_window_get_library (TkbWindow *self);
/* Shows a document in the third pane; the page's back button leads to what stood there before. */
void tkb_window_open_document (TkbWindow *self, const char *id);
/* Puts an editor (any widget) over the reading page until tkb_window_close_editor (). */
void tkb_window_show_editor (TkbWindow *self, GtkWidget *editor);
void tkb_window_close_editor (TkbWindow *self);
void tkb_window_add_toast (TkbWindow *self, AdwToast *toast /* (transfer full) */);

G_END_DECLS
