/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* The preferences: the server, the account, what to trust, and the style. What is applied in a row
 * holds at once. */
#pragma once

#include "tkb-compat.h"
#include "tkb-library.h"

G_BEGIN_DECLS

#define TKB_TYPE_PREFERENCES (tkb_preferences_get_type ())
G_DECLARE_FINAL_TYPE (TkbPreferences, tkb_preferences, TKB, PREFERENCES, AdwPreferencesWindow)

GtkWindow *tkb_preferences_new (GtkWindow *parent, TkbLibrary *library);

G_END_DECLS
