/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Private to src/store and src/search. One SQLite connection with its prepared statements, so that
 * nothing else needs to know how a connection is set up, how a statement is given back and what a
 * SQLite code means for a person. It belongs to one thread at a time and asserts that in every
 * call. It knows no table. */
#pragma once

#include <gio/gio.h>
#include <sqlite3.h>

#include "tkb-sql.h"

G_BEGIN_DECLS

/* "TKB1", in the header of every store */
#define TKB_DB_APPLICATION_ID 0x544B4231
/* the schema that this program writes: the number of the last migration */
#define TKB_DB_SCHEMA_VERSION 2

typedef enum
{
  TKB_DB_NONE = 0,
  TKB_DB_CREATE = 1 << 0,    /* make and migrate a missing or empty file */
  TKB_DB_READ_ONLY = 1 << 1, /* a reader: no migration, no write */
} TkbDbFlags;

typedef struct _TkbDb TkbDb;

/* Opens, checks that the file is a store of a known version, and (not READ_ONLY) migrates it. */
TkbDb *tkb_db_open (const char *path, TkbDbFlags flags, GError **error);
void   tkb_db_close (TkbDb *self);
/* From now on the connection belongs to the calling thread. */
void tkb_db_take (TkbDb *self);
/* for FTS5 auxiliary functions and the like; asserts the thread */
sqlite3    *tkb_db_get_handle (TkbDb *self);
const char *tkb_db_get_path (TkbDb *self);
/* Statements end with G_IO_ERROR_CANCELLED soon after it is cancelled. (nullable): never */
void   tkb_db_set_cancellable (TkbDb *self, GCancellable *cancellable);
gint64 tkb_db_get_last_rowid (TkbDb *self);
gint64 tkb_db_get_changes (TkbDb *self); /* rows changed by the last statement */
/* Several statements without parameters: migrations only. */
gboolean tkb_db_run_script (TkbDb *self, const char *script, GError **error);
/* Copies the database, as it is in the transaction that is open, into a new file, and syncs that.
 */
gboolean tkb_db_copy (TkbDb *self, const char *path, GCancellable *cancellable, GError **error);
/* Sets error from a SQLite code; returns FALSE. */
gboolean tkb_db_set_error (TkbDb *self, int code, GError **error);

/* ---- statements: a stack value borrowed from the connection's prepared ones ---- */

typedef struct
{
  TkbDb        *db;   /* (unowned) */
  sqlite3_stmt *stmt; /* (unowned): the connection's; NULL if it could not be prepared */
  TkbSql        sql;
  int           code; /* the first error of preparing or binding; step reports it */
} TkbStmt;

typedef enum
{
  TKB_STEP_ERROR = -1,
  TKB_STEP_DONE = 0,
  TKB_STEP_ROW = 1,
} TkbStep;

/* Never fails by itself: what went wrong is reported by step or run. A statement can be borrowed
 * once at a time. g_auto (TkbStmt) gives it back. */
TkbStmt tkb_db_borrow (TkbDb *self, TkbSql sql);
void    tkb_stmt_clear (TkbStmt *self);
/* index from 1. Text and blobs are not copied: they must live until the next reset. */
void    tkb_stmt_bind_int (TkbStmt *self, int index, gint64 value);
void    tkb_stmt_bind_double (TkbStmt *self, int index, double value);
void    tkb_stmt_bind_text (TkbStmt *self, int index, const char *text); /* (nullable) */
void    tkb_stmt_bind_text_length (TkbStmt *self, int index, const char *text, gsize length_bytes);
void    tkb_stmt_bind_blob (TkbStmt *self, int index, const void *data, gsize length_bytes);
void    tkb_stmt_bind_null (TkbStmt *self, int index);
TkbStep tkb_stmt_step (TkbStmt *self, GError **error);
/* Steps to the end and resets, so that the next values can be bound. */
gboolean tkb_stmt_run (TkbStmt *self, GError **error);
void     tkb_stmt_reset (TkbStmt *self);
/* column from 0; text and blobs live until the next step or reset */
gint64      tkb_stmt_get_int (TkbStmt *self, int column);
double      tkb_stmt_get_double (TkbStmt *self, int column);
const char *tkb_stmt_get_text (TkbStmt *self, int column); /* (nullable) */
const void *tkb_stmt_get_blob (TkbStmt *self, int column, gsize *out_length_bytes);
gsize       tkb_stmt_get_bytes (TkbStmt *self, int column);
gboolean    tkb_stmt_is_null (TkbStmt *self, int column);
/* A statement without parameters. */
gboolean tkb_db_run (TkbDb *self, TkbSql sql, GError **error);

/* ---- transactions: rolled back unless committed ---- */

typedef struct
{
  TkbDb *db; /* (unowned) (nullable): NULL when none is open */
} TkbTransaction;

#define TKB_TRANSACTION_INIT                                                                       \
  {                                                                                                \
    NULL                                                                                           \
  }

gboolean tkb_transaction_begin_read (TkbTransaction *self, TkbDb *db, GError **error);
gboolean tkb_transaction_begin_write (TkbTransaction *self, TkbDb *db, GError **error);
gboolean tkb_transaction_commit (TkbTransaction *self, GError **error);
void     tkb_transaction_clear (TkbTransaction *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbDb, tkb_db_close)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TkbStmt, tkb_stmt_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TkbTransaction, tkb_transaction_clear)

G_END_DECLS
