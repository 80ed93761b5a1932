/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* One database: a store file, its security object, and the count of requests that use it. Any
 * thread, unless said otherwise. It knows nothing of HTTP. */
#pragma once

#include "tkb-security.h"
#include "tkb-store.h"

G_BEGIN_DECLS

/* The library's database: there from the first start, always behind the door. */
#define TKB_LIBRARY_DATABASE "tisckb"
#define TKB_STORE_SUFFIX ".tisckb"

#define TKB_TYPE_DATABASE (tkb_database_get_type ())
G_DECLARE_FINAL_TYPE (TkbDatabase, tkb_database, TKB, DATABASE, GObject)

gboolean tkb_database_name_is_valid (const char *name);
/* Path of the store file of a database. (transfer full) */
char *tkb_database_build_path (const char *data_dir, const char *name);
/* (transfer full) (nullable): the database that the file of this base name holds */
char *tkb_database_name_from_file (const char *basename);

TkbDatabase *tkb_database_open (const char *data_dir,
                                const char *name,
                                TkbCatalog *catalog, /* (nullable) */
                                TkbClock   *clock,
                                TkbRandom  *random,
                                GError    **error);
/* Nobody may use it any more. */
void     tkb_database_close (TkbDatabase *self);
gboolean tkb_database_delete_files (TkbDatabase *self, GError **error);

const char  *tkb_database_get_name (TkbDatabase *self);
TkbStore    *tkb_database_get_store (TkbDatabase *self);
TkbSecurity *tkb_database_dup_security (TkbDatabase *self);
gboolean     tkb_database_set_security (TkbDatabase *self, TkbSecurity *security, GError **error);

/* FALSE once it is being closed; each TRUE wants one release. */
gboolean tkb_database_hold (TkbDatabase *self);
void     tkb_database_release (TkbDatabase *self);
/* No new holds; waits until all are released. FALSE: it took too long, holds are possible again. */
gboolean tkb_database_begin_close (TkbDatabase *self, gint64 timeout_us);
gboolean tkb_database_is_closing (TkbDatabase *self);

/* Sequences on the wire: N-TAG. The tag is of this store file: a sequence of another one (the
 * server was replaced, the database deleted and made again) means: from the start. */
char *tkb_database_format_seq (TkbDatabase *self, guint64 seq);
gboolean
tkb_database_parse_seq (TkbDatabase *self, const char *text, guint64 *out_seq, GError **error);

/* A _local document, its revision 0-N checked and counted. object (nullable): removes it. */
gboolean tkb_database_put_local (TkbDatabase *self,
                                 const char  *id,
                                 const char  *rev,    /* (nullable): new */
                                 JsonObject  *object, /* (nullable) */
                                 char       **out_rev,
                                 GError     **error);

/* Main thread: how often the store changed, and being told once of the next change. */
typedef void (*TkbWakeFunc) (gpointer user_data);

guint tkb_database_get_wakeups (TkbDatabase *self);
void  tkb_database_wait (TkbDatabase *self, TkbWakeFunc wake, gpointer user_data);
void  tkb_database_stop_waiting (TkbDatabase *self, gpointer user_data);
void  tkb_database_wake_all (TkbDatabase *self);

G_END_DECLS
