/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Holds something that may be wider than the page (a table, a line of code) and scrolls it
 * sideways. Other than a bare GtkScrolledWindow it is exactly as high as its child is at the width
 * that the child gets. */
#pragma once

#include "tkb-compat.h"

G_BEGIN_DECLS

#define TKB_TYPE_WIDE_BOX (tkb_wide_box_get_type ())
G_DECLARE_FINAL_TYPE (TkbWideBox, tkb_wide_box, TKB, WIDE_BOX, GtkWidget)

GtkWidget *tkb_wide_box_new (GtkWidget *child);

G_END_DECLS
