/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Private to src/store. The files around a salvage: whose turn it is, what they are called, how the
 * new one takes the place of the old one so that a crash at any point leaves one of the two. */
#pragma once

#include "tkb-clock.h"

G_BEGIN_DECLS

/* Nobody, this program neither, has the store open as long as this is held. */
typedef struct _TkbSalvageLock TkbSalvageLock;

/* NULL with TKB_STORE_ERROR_BUSY */
TkbSalvageLock *tkb_salvage_lock_take (const char *path, GError **error);
void            tkb_salvage_lock_release (TkbSalvageLock *self);
/* Removes a database and what belongs to it. */
void tkb_salvage_remove (const char *path);
/* The salvaged file is complete and on disk: partial becomes FILE.salvaged; from then on it will
 * take the place of path, whatever happens. out_kept_path: what the old one is called then. */
gboolean tkb_salvage_publish (
    const char *partial, const char *path, TkbClock *clock, char **out_kept_path, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbSalvageLock, tkb_salvage_lock_release)

G_END_DECLS
