/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* What the windows of the application work on: the opened store with search and sync around it, the
 * catalog and the settings. It opens the store off the main thread, so that a window can be on the
 * screen before, and it counts. It holds no widget and knows no window. Main thread. */
#pragma once

#include "tkb-accounts.h"
#include "tkb-backup-keeper.h"
#include "tkb-replicator.h"
#include "tkb-salvage.h"
#include "tkb-search.h"
#include "tkb-store.h"

G_BEGIN_DECLS

#define TKB_TYPE_LIBRARY (tkb_library_get_type ())
G_DECLARE_FINAL_TYPE (TkbLibrary, tkb_library, TKB, LIBRARY, GObject)

TkbLibrary *tkb_library_new (const char *path,
                             TkbCatalog *catalog,
                             TkbClock   *clock,
                             TkbRandom  *random,
                             GSettings  *settings /* (nullable) */);

void tkb_library_set_starter (TkbLibrary *self, GResource *resource);
/* (nullable): the account that sync uses; before the library is opened */
void     tkb_library_set_accounts (TkbLibrary *self, TkbAccounts *accounts);
void     tkb_library_open_async (TkbLibrary         *self,
                                 GCancellable       *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer            user_data);
gboolean tkb_library_open_finish (TkbLibrary *self, GAsyncResult *result, GError **error);
/* For a library that could not be opened because it is damaged: saves what can be read. */
void        tkb_library_salvage_async (TkbLibrary         *self,
                                       GCancellable       *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer            user_data);
TkbSalvage *tkb_library_salvage_finish (TkbLibrary *self, GAsyncResult *result, GError **error);
void        tkb_library_close (TkbLibrary *self);

/* Property is-open, notified once everything below is there. */
gboolean   tkb_library_is_open (TkbLibrary *self);
gboolean   tkb_library_is_new (TkbLibrary *self);
gboolean   tkb_library_is_read_only (TkbLibrary *self); /* it could be opened for reading only */
TkbStore  *tkb_library_get_store (TkbLibrary *self);    /* (nullable) before it is open */
TkbSearch *tkb_library_get_search (TkbLibrary *self);   /* (nullable) before it is open */
TkbReplicator   *tkb_library_get_replicator (TkbLibrary *self); /* (nullable) before it is open */
TkbBackupKeeper *tkb_library_get_backups (TkbLibrary *self);    /* (nullable) before it is open */
TkbCatalog      *tkb_library_get_catalog (TkbLibrary *self);
TkbClock        *tkb_library_get_clock (TkbLibrary *self);
TkbRandom       *tkb_library_get_random (TkbLibrary *self);
GSettings       *tkb_library_get_settings (TkbLibrary *self); /* (nullable) */
TkbAccounts     *tkb_library_get_accounts (TkbLibrary *self); /* (nullable) */
const char      *tkb_library_get_language (TkbLibrary *self); /* BCP 47 of the interface */

/* Signal "counts-changed". (nullable) before the first count; valid until the next signal. */
const TkbStoreCounts *tkb_library_get_counts (TkbLibrary *self);
/* Signal "changed", after each change of the store, and after this call. */
void tkb_library_touch (TkbLibrary *self);

/* The live documents of ids: id -> TkbDocument, without those that are not in the store. */
void        tkb_library_look_up_async (TkbLibrary         *self,
                                       const char *const  *ids,
                                       GCancellable       *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer            user_data);
GHashTable *tkb_library_look_up_finish (TkbLibrary *self, GAsyncResult *result, GError **error);

/* Ticks on checklists: remembered until the program ends. */
gboolean tkb_library_get_mark (TkbLibrary *self, const char *key);
void     tkb_library_set_mark (TkbLibrary *self, const char *key, gboolean is_set);

G_END_DECLS
