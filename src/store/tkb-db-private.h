/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* What tkb-db.c and tkb-db-open.c share: the connection's insides. */
#pragma once

#include "tkb-db.h"

G_BEGIN_DECLS

struct _TkbDb
{
  sqlite3       *handle;      /* (owned) (nullable): while it is being opened */
  char          *path;        /* (owned) */
  GThread       *thread;      /* (unowned): whose it is now */
  sqlite3_stmt **statements;  /* (owned): TKB_SQL_COUNT, each NULL until first borrowed */
  guint8        *is_borrowed; /* (owned): TKB_SQL_COUNT */
  GCancellable  *cancellable; /* (owned) (nullable): seen by the progress handler */
};

TkbDb   *tkb_db_alloc (const char *path);
gboolean tkb_db_set_code_error (const char *path, int code, const char *detail, GError **error);
/* Everything up to a version into an empty database, in the caller's transaction if there is one.
 */
gboolean tkb_db_migrate_to (TkbDb *self, int version, GError **error);
/* CORRUPT unless its tables, indexes and so on are word for word those of that version. */
gboolean    tkb_db_check_schema (TkbDb *self, int version, GError **error);
const char *tkb_sql_get_text (TkbSql sql);
const char *tkb_sql_get_name (TkbSql sql);

G_END_DECLS
