/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Lays its children out like words: one after the other, on a new line where the line is full.
 * (GtkFlowBox gives every child the same width.) Mirrored in right-to-left languages. */
#pragma once

#include "tkb-compat.h"

G_BEGIN_DECLS

#define TKB_TYPE_WRAP_BOX (tkb_wrap_box_get_type ())
G_DECLARE_FINAL_TYPE (TkbWrapBox, tkb_wrap_box, TKB, WRAP_BOX, GtkWidget)

GtkWidget *tkb_wrap_box_new (int spacing);
void       tkb_wrap_box_append (TkbWrapBox *self, GtkWidget *child);
void       tkb_wrap_box_remove_all (TkbWrapBox *self);

G_END_DECLS
