/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* What stands in the place of the main window while the library cannot be opened: what happened,
 * what was kept, and the one thing to do about it. A damaged library is repaired from here, with
 * the report of it. It never makes an empty library. */
#pragma once

#include "tkb-compat.h"
#include "tkb-library.h"

G_BEGIN_DECLS

#define TKB_TYPE_TROUBLE_WINDOW (tkb_trouble_window_get_type ())
G_DECLARE_FINAL_TYPE (
    TkbTroubleWindow, tkb_trouble_window, TKB, TROUBLE_WINDOW, AdwApplicationWindow)

/* Signal "opened" (): the library is open now. */

/* error: of tkb_library_open_finish () */
GtkWindow *
tkb_trouble_window_new (GtkApplication *application, TkbLibrary *library, const GError *error);

G_END_DECLS
