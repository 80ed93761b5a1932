/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Said once, when the library was just made: what this is, what is in it already, and the choice
 * between connecting to a server and looking round. */
#pragma once

#include "tkb-compat.h"
#include "tkb-library.h"

G_BEGIN_DECLS

#define TKB_TYPE_WELCOME (tkb_welcome_get_type ())
G_DECLARE_FINAL_TYPE (TkbWelcome, tkb_welcome, TKB, WELCOME, AdwWindow)

void tkb_welcome_present (GtkWindow *parent, TkbLibrary *library);

G_END_DECLS
