/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Two versions of a document side by side, field by field; the reader chooses, the rest of both
 * stays in the history. */
#pragma once

#include "tkb-compat.h"
#include "tkb-library.h"

G_BEGIN_DECLS

#define TKB_TYPE_CONFLICT_DIALOG (tkb_conflict_dialog_get_type ())
G_DECLARE_FINAL_TYPE (TkbConflictDialog, tkb_conflict_dialog, TKB, CONFLICT_DIALOG, AdwWindow)

void tkb_conflict_dialog_present (GtkWindow *parent, TkbLibrary *library, const char *id);

G_END_DECLS
