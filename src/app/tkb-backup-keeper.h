/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Sees to the daily backup of an open library: soon after it is opened, and each day while it stays
 * open. A backup that fails is noted for who asks and tried again; nothing else depends on it. It
 * knows no widget. Main thread; the work is done on one of the store's. */
#pragma once

#include "tkb-clock.h"
#include "tkb-store.h"

G_BEGIN_DECLS

#define TKB_TYPE_BACKUP_KEEPER (tkb_backup_keeper_get_type ())
G_DECLARE_FINAL_TYPE (TkbBackupKeeper, tkb_backup_keeper, TKB, BACKUP_KEEPER, GObject)

/* Signal "changed" (): a backup was made, or failed. */

TkbBackupKeeper *tkb_backup_keeper_new (TkbStore *store, TkbClock *clock);
void             tkb_backup_keeper_stop (TkbBackupKeeper *self);
/* (nullable): the last one failed */
const GError *tkb_backup_keeper_get_error (TkbBackupKeeper *self);
/* The day of the newest backup, "2026-11-22". (transfer full) (nullable): there is none */
char *tkb_backup_keeper_dup_day (TkbBackupKeeper *self);

G_END_DECLS
