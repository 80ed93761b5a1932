/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* A box of one child that asks for a natural width of its own. The outer leaflet of the window
 * folds by natural width; what is inside must not decide by its texts when that happens. */
#pragma once

#include "tkb-compat.h"

G_BEGIN_DECLS

#define TKB_TYPE_PANE (tkb_pane_get_type ())
G_DECLARE_FINAL_TYPE (TkbPane, tkb_pane, TKB, PANE, GtkWidget)

G_END_DECLS
