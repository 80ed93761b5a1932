/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-db-private.h"

#include "tkb-store.h"

/* virtual machine steps between two looks at the cancellable: some 50 microseconds */
#define PROGRESS_STEPS 2000

static const char *const statement_texts[] = {
#define S(name, text) text,
  TKB_SQL_LIST (S)
#undef S
};

static const char *const statement_names[] = {
#define S(name, text) #name,
  TKB_SQL_LIST (S)
#undef S
};

/* What a SQLite code is to the caller. Extended codes are looked up first, then primary ones. */
static const struct
{
  int           code;
  TkbStoreError error;
  const char   *what; /* English, for logs and for people who repair; programs go by the code */
} code_table[] = {
  { SQLITE_CANTOPEN, TKB_STORE_ERROR_IO, "cannot be opened" },
  /* what is no database at all was found out before (tkb-db-open.c) */
  { SQLITE_NOTADB, TKB_STORE_ERROR_CORRUPT, "is damaged" },
  { SQLITE_CORRUPT, TKB_STORE_ERROR_CORRUPT, "is damaged" },
  { SQLITE_FORMAT, TKB_STORE_ERROR_CORRUPT, "is damaged" },
  { SQLITE_CONSTRAINT, TKB_STORE_ERROR_CORRUPT, "contradicts itself" },
  { SQLITE_SCHEMA, TKB_STORE_ERROR_CORRUPT, "lacks a table" },
  { SQLITE_ERROR, TKB_STORE_ERROR_CORRUPT, "lacks a table or holds a broken one" },
  { SQLITE_MISMATCH, TKB_STORE_ERROR_CORRUPT, "holds a value of the wrong type" },
  { SQLITE_FULL, TKB_STORE_ERROR_FULL, "the disk is full" },
  { SQLITE_READONLY, TKB_STORE_ERROR_READ_ONLY, "cannot be written to" },
  { SQLITE_PERM, TKB_STORE_ERROR_READ_ONLY, "access is not allowed" },
  { SQLITE_AUTH, TKB_STORE_ERROR_READ_ONLY, "access is not allowed" },
  { SQLITE_BUSY, TKB_STORE_ERROR_BUSY, "is held by another program" },
  { SQLITE_LOCKED, TKB_STORE_ERROR_BUSY, "is held by another program" },
  { SQLITE_PROTOCOL, TKB_STORE_ERROR_BUSY, "is held by another program" },
  { SQLITE_TOOBIG, TKB_STORE_ERROR_INVALID, "a value is too large" },
  { SQLITE_NOMEM, TKB_STORE_ERROR_IO, "there is not enough memory" },
  { SQLITE_IOERR, TKB_STORE_ERROR_IO, "the disk answered with an error" },
};

gboolean
tkb_db_set_code_error (const char *path, int code, const char *detail, GError **error)
{
  TkbStoreError    store_error = TKB_STORE_ERROR_IO;
  const char      *what = "the disk answered with an error";
  g_autofree char *shown = NULL;

  if ((code & 0xff) == SQLITE_INTERRUPT || (code & 0xff) == SQLITE_ABORT)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "Operation was cancelled");
      return FALSE;
    }
  /* it can quote what stands in a damaged file */
  shown = g_utf8_make_valid (detail != NULL ? detail : sqlite3_errstr (code), -1);
  for (gsize i = 0; i < G_N_ELEMENTS (code_table); i++)
    if (code_table[i].code == (code & 0xff))
      {
        store_error = code_table[i].error;
        what = code_table[i].what;
      }
  g_set_error (error, TKB_STORE_ERROR, store_error, "%s: %s (SQLite %d: %s)", path, what, code,
               shown);
  return FALSE;
}

gboolean
tkb_db_set_error (TkbDb *self, int code, GError **error)
{
  const char *detail = NULL;

  if (self->handle != NULL && (sqlite3_errcode (self->handle) & 0xff) == (code & 0xff))
    detail = sqlite3_errmsg (self->handle);
  return tkb_db_set_code_error (self->path, code, detail, error);
}

/* ---- the connection ---- */

static void
assert_thread (TkbDb *self)
{
  g_assert (self->thread == g_thread_self ());
}

void
tkb_db_take (TkbDb *self)
{
  self->thread = g_thread_self ();
}

sqlite3 *
tkb_db_get_handle (TkbDb *self)
{
  assert_thread (self);
  return self->handle;
}

const char *
tkb_db_get_path (TkbDb *self)
{
  return self->path;
}

gint64
tkb_db_get_last_rowid (TkbDb *self)
{
  assert_thread (self);
  return sqlite3_last_insert_rowid (self->handle);
}

gint64
tkb_db_get_changes (TkbDb *self)
{
  assert_thread (self);
  return sqlite3_changes64 (self->handle);
}

static int
progress_cb (void *data)
{
  return g_cancellable_is_cancelled (data);
}

void
tkb_db_set_cancellable (TkbDb *self, GCancellable *cancellable)
{
  assert_thread (self);
  sqlite3_progress_handler (self->handle, cancellable != NULL ? PROGRESS_STEPS : 0,
                            cancellable != NULL ? progress_cb : NULL, cancellable);
  g_set_object (&self->cancellable, cancellable);
}

TkbDb *
tkb_db_alloc (const char *path)
{
  TkbDb *self = g_new0 (TkbDb, 1);

  self->path = g_strdup (path);
  self->thread = g_thread_self ();
  self->statements = g_new0 (sqlite3_stmt *, TKB_SQL_COUNT);
  self->is_borrowed = g_new0 (guint8, TKB_SQL_COUNT);
  return self;
}

void
tkb_db_close (TkbDb *self)
{
  int code;

  if (self == NULL)
    return;
  assert_thread (self);
  for (int i = 0; i < TKB_SQL_COUNT; i++)
    {
      g_assert (!self->is_borrowed[i]);
      sqlite3_finalize (self->statements[i]);
    }
  /* a NULL handle is a no-op; every statement is finalized, so it cannot be busy */
  code = sqlite3_close (self->handle);
  g_assert (code == SQLITE_OK);
  g_clear_object (&self->cancellable);
  g_free (self->statements);
  g_free (self->is_borrowed);
  g_free (self->path);
  g_free (self);
}

gboolean
tkb_db_run_script (TkbDb *self, const char *script, GError **error)
{
  assert_thread (self);
  while (*script != '\0')
    {
      sqlite3_stmt *stmt = NULL;
      int           code = sqlite3_prepare_v2 (self->handle, script, -1, &stmt, &script);

      /* no statement: white space or a comment */
      while (code == SQLITE_OK && stmt != NULL && (code = sqlite3_step (stmt)) == SQLITE_ROW)
        code = SQLITE_OK;
      if (code == SQLITE_DONE)
        code = SQLITE_OK;
      if (code != SQLITE_OK)
        {
          tkb_db_set_error (self, code, error);
          sqlite3_finalize (stmt);
          return FALSE;
        }
      sqlite3_finalize (stmt);
    }
  return TRUE;
}

/* pages between two looks at the cancellable */
#define COPY_PAGES 1024

gboolean
tkb_db_copy (TkbDb *self, const char *path, GCancellable *cancellable, GError **error)
{
  sqlite3        *target = NULL;
  sqlite3_backup *backup = NULL;
  gboolean        is_cancelled = FALSE;
  int             code, close_code;

  assert_thread (self);
  code = sqlite3_open_v2 (path, &target,
                          SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
  if (code == SQLITE_OK)
    backup = sqlite3_backup_init (target, "main", self->handle, "main");
  if (backup != NULL)
    {
      do
        {
          is_cancelled = g_cancellable_is_cancelled (cancellable);
          if (!is_cancelled)
            code = sqlite3_backup_step (backup, COPY_PAGES);
        }
      while (!is_cancelled && code == SQLITE_OK);
      close_code = sqlite3_backup_finish (backup);
      if (code == SQLITE_DONE)
        code = close_code;
    }
  else if (code == SQLITE_OK)
    code = sqlite3_errcode (target);
  close_code = sqlite3_close (target);
  if (is_cancelled)
    return !g_cancellable_set_error_if_cancelled (cancellable, error);
  if (code == SQLITE_OK)
    code = close_code;
  return code == SQLITE_OK || tkb_db_set_code_error (path, code, NULL, error);
}

const char *
tkb_sql_get_text (TkbSql sql)
{
  return statement_texts[sql];
}

const char *
tkb_sql_get_name (TkbSql sql)
{
  return statement_names[sql];
}

/* ---- statements ---- */

TkbStmt
tkb_db_borrow (TkbDb *self, TkbSql sql)
{
  TkbStmt stmt = { .db = self, .sql = sql, .code = SQLITE_OK };

  assert_thread (self);
  g_assert (!self->is_borrowed[sql]);
  if (self->statements[sql] == NULL)
    stmt.code = sqlite3_prepare_v3 (self->handle, statement_texts[sql], -1,
                                    SQLITE_PREPARE_PERSISTENT, &self->statements[sql], NULL);
  stmt.stmt = self->statements[sql];
  self->is_borrowed[sql] = TRUE;
  return stmt;
}

void
tkb_stmt_clear (TkbStmt *self)
{
  if (self->db == NULL)
    return;
  assert_thread (self->db);
  if (self->stmt != NULL)
    {
      sqlite3_reset (self->stmt);
      sqlite3_clear_bindings (self->stmt);
    }
  self->db->is_borrowed[self->sql] = FALSE;
  *self = (TkbStmt){ 0 };
}

static void
note_code (TkbStmt *self, int code)
{
  if (self->code == SQLITE_OK)
    self->code = code;
}

void
tkb_stmt_bind_int (TkbStmt *self, int index, gint64 value)
{
  if (self->code == SQLITE_OK)
    note_code (self, sqlite3_bind_int64 (self->stmt, index, value));
}

void
tkb_stmt_bind_double (TkbStmt *self, int index, double value)
{
  if (self->code == SQLITE_OK)
    note_code (self, sqlite3_bind_double (self->stmt, index, value));
}

void
tkb_stmt_bind_text (TkbStmt *self, int index, const char *text)
{
  if (self->code == SQLITE_OK)
    note_code (self, sqlite3_bind_text (self->stmt, index, text, -1, SQLITE_STATIC));
}

void
tkb_stmt_bind_text_length (TkbStmt *self, int index, const char *text, gsize length_bytes)
{
  if (self->code == SQLITE_OK)
    note_code (self, sqlite3_bind_text64 (self->stmt, index, text, length_bytes, SQLITE_STATIC,
                                          SQLITE_UTF8));
}

void
tkb_stmt_bind_blob (TkbStmt *self, int index, const void *data, gsize length_bytes)
{
  /* a NULL pointer would bind NULL, not an empty blob */
  if (self->code == SQLITE_OK)
    note_code (self, sqlite3_bind_blob64 (self->stmt, index, data != NULL ? data : "", length_bytes,
                                          SQLITE_STATIC));
}

void
tkb_stmt_bind_null (TkbStmt *self, int index)
{
  if (self->code == SQLITE_OK)
    note_code (self, sqlite3_bind_null (self->stmt, index));
}

TkbStep
tkb_stmt_step (TkbStmt *self, GError **error)
{
  int code = self->code;

  assert_thread (self->db);
  if (code == SQLITE_OK)
    code = sqlite3_step (self->stmt);
  if (code == SQLITE_ROW)
    return TKB_STEP_ROW;
  if (code == SQLITE_DONE)
    return TKB_STEP_DONE;
  tkb_db_set_error (self->db, code, error);
  return TKB_STEP_ERROR;
}

gboolean
tkb_stmt_run (TkbStmt *self, GError **error)
{
  TkbStep step;

  do
    step = tkb_stmt_step (self, error);
  while (step == TKB_STEP_ROW);
  tkb_stmt_reset (self);
  return step == TKB_STEP_DONE;
}

void
tkb_stmt_reset (TkbStmt *self)
{
  assert_thread (self->db);
  if (self->stmt != NULL)
    sqlite3_reset (self->stmt);
}

gint64
tkb_stmt_get_int (TkbStmt *self, int column)
{
  return sqlite3_column_int64 (self->stmt, column);
}

double
tkb_stmt_get_double (TkbStmt *self, int column)
{
  return sqlite3_column_double (self->stmt, column);
}

const char *
tkb_stmt_get_text (TkbStmt *self, int column)
{
  return (const char *) sqlite3_column_text (self->stmt, column);
}

const void *
tkb_stmt_get_blob (TkbStmt *self, int column, gsize *out_length_bytes)
{
  const void *data = sqlite3_column_blob (self->stmt, column);

  *out_length_bytes = (gsize) sqlite3_column_bytes (self->stmt, column);
  return data;
}

gsize
tkb_stmt_get_bytes (TkbStmt *self, int column)
{
  return (gsize) sqlite3_column_bytes (self->stmt, column);
}

gboolean
tkb_stmt_is_null (TkbStmt *self, int column)
{
  return sqlite3_column_type (self->stmt, column) == SQLITE_NULL;
}

gboolean
tkb_db_run (TkbDb *self, TkbSql sql, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (self, sql);

  return tkb_stmt_run (&stmt, error);
}

/* ---- transactions ---- */

static gboolean
begin (TkbTransaction *self, TkbDb *db, TkbSql sql, GError **error)
{
  g_assert (self->db == NULL);
  if (!tkb_db_run (db, sql, error))
    return FALSE;
  self->db = db;
  return TRUE;
}

gboolean
tkb_transaction_begin_read (TkbTransaction *self, TkbDb *db, GError **error)
{
  return begin (self, db, TKB_SQL_BEGIN_READ, error);
}

gboolean
tkb_transaction_begin_write (TkbTransaction *self, TkbDb *db, GError **error)
{
  return begin (self, db, TKB_SQL_BEGIN_WRITE, error);
}

gboolean
tkb_transaction_commit (TkbTransaction *self, GError **error)
{
  g_assert (self->db != NULL);
  if (!tkb_db_run (self->db, TKB_SQL_COMMIT, error))
    return FALSE;
  self->db = NULL;
  return TRUE;
}

void
tkb_transaction_clear (TkbTransaction *self)
{
  /* SQLite rolls some failures (disk full, I/O) back by itself */
  if (self->db != NULL && !sqlite3_get_autocommit (tkb_db_get_handle (self->db)))
    {
      g_autoptr (GError) error = NULL;

      /* a cancelled reader must still be able to end its transaction */
      tkb_db_set_cancellable (self->db, NULL);
      if (!tkb_db_run (self->db, TKB_SQL_ROLLBACK, &error))
        g_debug ("rollback: %s", error->message);
    }
  self->db = NULL;
}
