/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* The server: a folder of databases and accounts behind HTTP. main.c makes it, tests make it too.
 * Everything here is for the main thread, unless said otherwise. */
#pragma once

#include "tkb-database.h"
#include "tkb-exchange.h"

G_BEGIN_DECLS

#define TKB_TYPE_SERVER (tkb_server_get_type ())
G_DECLARE_FINAL_TYPE (TkbServer, tkb_server, TKB, SERVER, GObject)

typedef enum
{
  TKB_SERVER_NONE = 0,
  TKB_SERVER_ANONYMOUS_READ = 1 << 0, /* visitors count as readers */
  TKB_SERVER_TRUST_PROXY = 1 << 1,    /* X-Forwarded-For and -Proto are a proxy's word */
  TKB_SERVER_QUIET = 1 << 2,          /* no line for each request */
} TkbServerFlags;

/* Opens every database in data_dir (made if missing), and the library's. */
TkbServer *tkb_server_new (const char    *data_dir,
                           TkbServerFlags flags,
                           TkbCatalog    *catalog, /* (nullable) */
                           TkbClock      *clock,
                           TkbRandom     *random,
                           GError       **error);
/* address ADDR:PORT, port 0: any free one. certificate (nullable): plain HTTP. (transfer full): the
 * address as a URL. */
char *tkb_server_listen (TkbServer       *self,
                         const char      *address,
                         GTlsCertificate *certificate,
                         GError         **error);
/* Refuses what is new, ends feeds, waits for what is in flight; then callback. */
void tkb_server_stop (TkbServer *self, GSourceFunc callback, gpointer user_data);
/* Closes every database. Nothing may be in flight. */
void tkb_server_close (TkbServer *self);
/* Whether the library's database was made by this start. */
gboolean tkb_server_is_first_start (TkbServer *self);

/* ---- for handlers: any thread ---- */

const char    *tkb_server_get_uuid (TkbServer *self);
const char    *tkb_server_get_data_dir (TkbServer *self);
TkbServerFlags tkb_server_get_flags (TkbServer *self);
TkbRandom     *tkb_server_get_random (TkbServer *self);
TkbClock      *tkb_server_get_clock (TkbServer *self);
TkbCatalog    *tkb_server_get_catalog (TkbServer *self); /* (nullable) */
/* (transfer full) (nullable): held; release it. */
TkbDatabase *tkb_server_hold_database (TkbServer *self, const char *name);
GPtrArray   *tkb_server_list_databases (TkbServer *self); /* (transfer full) (element-type utf8) */
gboolean     tkb_server_create_database (TkbServer *self, const char *name, GError **error);
gboolean     tkb_server_delete_database (TkbServer *self, const char *name, GError **error);
/* Numbers for /_prometheus, in its text form. */
void tkb_server_append_metrics (TkbServer *self, GString *out);

/* ---- for tkb-exchange.c ---- */

typedef void (*TkbServerWork) (TkbExchange *exchange);
/* Runs work on a thread of the pool, which ends with tkb_server_call () of the same exchange. */
void tkb_server_run (TkbServer *self, TkbExchange *exchange, TkbServerWork work);
/* From work: runs the next step on the main thread. */
void tkb_server_call (TkbServer *self, TkbExchange *exchange, TkbServerWork work);
void tkb_server_note_finished (TkbServer *self, TkbExchange *exchange);

/* ---- sessions: main thread ---- */

typedef struct _TkbAuth TkbAuth;
TkbAuth                *tkb_server_get_auth (TkbServer *self);

G_END_DECLS
