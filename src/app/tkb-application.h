/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* The application: its actions, keys and windows, and the life of the library. */
#pragma once

#include "tkb-compat.h"
#include "tkb-library.h"

G_BEGIN_DECLS

#define TKB_TYPE_APPLICATION (tkb_application_get_type ())
G_DECLARE_FINAL_TYPE (TkbApplication, tkb_application, TKB, APPLICATION, AdwApplication)

TkbApplication *tkb_application_new (TkbLibrary *library);
TkbLibrary     *tkb_application_get_library (TkbApplication *self);

G_END_DECLS
