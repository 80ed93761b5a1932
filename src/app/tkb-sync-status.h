/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* The state of sync at the foot of the sidebar: an icon and a line, a thin bar while documents
 * move, and a popover with the server, the changes that wait and what the server said to them. */
#pragma once

#include "tkb-compat.h"
#include "tkb-library.h"

G_BEGIN_DECLS

#define TKB_TYPE_SYNC_STATUS (tkb_sync_status_get_type ())
G_DECLARE_FINAL_TYPE (TkbSyncStatus, tkb_sync_status, TKB, SYNC_STATUS, GtkBox)

GtkWidget *tkb_sync_status_new (TkbLibrary *library);

G_END_DECLS
