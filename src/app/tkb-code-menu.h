/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* A popover with the terms of a vocabulary: search entry above, translated labels below, one press
 * chooses. Made when it is opened, so that a form with many of them stays light. */
#pragma once

#include "tkb-catalog.h"
#include "tkb-compat.h"

G_BEGIN_DECLS

#define TKB_TYPE_CODE_MENU (tkb_code_menu_get_type ())
G_DECLARE_FINAL_TYPE (TkbCodeMenu, tkb_code_menu, TKB, CODE_MENU, GtkPopover)

/* Signal "chosen" (const char *code). */
GtkWidget *tkb_code_menu_new (TkbCatalog *catalog, TkbField *field);

G_END_DECLS
