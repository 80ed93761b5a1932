/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* GET / (who is this server) and GET /{db} (what is in this database). */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* vendor_name of tisckb-server */
#define TKB_WIRE_VENDOR "TISC Knowledge Base"

typedef struct
{
  char *welcome;        /* (owned) value of "couchdb" */
  char *version;        /* (owned) (nullable) of the protocol's reference, e.g. 3.3.3 */
  char *uuid;           /* (owned) (nullable) of the server */
  char *vendor_name;    /* (owned) (nullable) */
  char *vendor_version; /* (owned) (nullable) */
} TkbWireServerInfo;

TkbWireServerInfo *tkb_wire_server_info_parse (const char *text, gsize length, GError **error);
char              *tkb_wire_server_info_write (const TkbWireServerInfo *self);
void               tkb_wire_server_info_free (TkbWireServerInfo *self);

typedef struct
{
  char    *name;                /* (owned) */
  char    *update_seq;          /* (owned) opaque */
  char    *instance_start_time; /* (owned) (nullable) always "0" with CouchDB 3 */
  char    *uuid;                /* (owned) (nullable) of the store behind; CouchDB has none */
  gint64   documents;
  gint64   deleted_documents;
  gint64   size_file_bytes;
  gint64   size_active_bytes;
  gint64   size_external_bytes;
  gboolean is_compacting;
} TkbWireDatabaseInfo;

TkbWireDatabaseInfo *tkb_wire_database_info_parse (const char *text, gsize length, GError **error);
char                *tkb_wire_database_info_write (const TkbWireDatabaseInfo *self);
void                 tkb_wire_database_info_free (TkbWireDatabaseInfo *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbWireServerInfo, tkb_wire_server_info_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbWireDatabaseInfo, tkb_wire_database_info_free)

G_END_DECLS
