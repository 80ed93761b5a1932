/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* The page on which a document is written: a form made from its kind, saved as you type, sent when
 * it is complete. What saving means is TkbDraft's business. */
#pragma once

#include "tkb-compat.h"
#include "tkb-library.h"

G_BEGIN_DECLS

#define TKB_TYPE_EDITOR (tkb_editor_get_type ())
G_DECLARE_FINAL_TYPE (TkbEditor, tkb_editor, TKB, EDITOR, GtkBox)

/* existing (nullable): a new document of kind */
GtkWidget *tkb_editor_new (TkbLibrary *library, TkbDocument *existing, const char *kind);
void       tkb_editor_set_folded (TkbEditor *self, gboolean is_folded);
void       tkb_editor_focus (TkbEditor *self);
/* All that was typed is on disk. */
gboolean tkb_editor_is_saved (TkbEditor *self);
/* Saves what is left to save, then calls function with user_data; if that fails, it says so and
 * stays. */
void tkb_editor_finish (TkbEditor *self, GSourceOnceFunc function, gpointer user_data);

/* Signal "closed" (const char *id, nullable: nothing was written): the window takes the page away.
 */

G_END_DECLS
