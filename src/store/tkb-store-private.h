/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Private to src/store and src/search: reading from a store with own SQL. */
#pragma once

#include "tkb-db.h"
#include "tkb-store.h"

G_BEGIN_DECLS

/* A read-only connection for the calling thread, inside a read transaction: it sees one state of
 * the store until it is released. Keep it for one question (a snapshot that is held keeps the log
 * from being checked in). cancellable (nullable) interrupts its statements within about a
 * millisecond. NULL with an error when the store is closed or the file is gone. */
TkbDb *tkb_store_acquire_reader (TkbStore *self, GCancellable *cancellable, GError **error);
void   tkb_store_release_reader (TkbStore *self, TkbDb *db);

G_END_DECLS
