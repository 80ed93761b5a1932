/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Opening: is the file there, is it a store, of which version, how is the connection set up. A file
 * that is not a store, or a newer one, is not touched. */
#include "config.h"

#include "tkb-db-private.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tkb-index.h"
#include "tkb-limits.h"
#include "tkb-store-resources.h"
#include "tkb-store.h"

/* ms that a statement waits for another program's write; a batch of ours takes under a second */
#define BUSY_TIMEOUT_MS 10000
/* bytes of a SQLite file's header, https://www.sqlite.org/fileformat.html */
#define HEADER_BYTES 100
#define HEADER_APPLICATION_ID 68

/* Each version's files run in one transaction that ends with its "end". */
static const struct
{
  int         version;
  const char *files[4]; /* NULL-terminated, under /org/example/TiscKB/store/migrations/ */
  const char *end;
} migrations[] = {
  { 1, { "1.sql", "1-index.sql", NULL }, "PRAGMA user_version = 1" },
  { 2, { "2.sql", NULL }, "PRAGMA user_version = 2" },
};

G_STATIC_ASSERT (G_N_ELEMENTS (migrations) == TKB_DB_SCHEMA_VERSION);

/* For every connection. synchronous=FULL in WAL mode syncs the log at each commit: a write that
 * was acknowledged survives a power cut (docs/schema.md). */
static const char *const connection_setup = "PRAGMA synchronous = FULL;"
                                            "PRAGMA temp_store = MEMORY;";
/* Only for readers, of which there are several. No mmap: lists are read page by page and kept
 * (tkb-doclist.c), and a map of the file would count as memory of this program. cache: 4 MiB. */
static const char *const reader_setup = "PRAGMA query_only = ON;"
                                        "PRAGMA cache_size = -4096;";
/* Only for the writer. secure_delete (on in Debian's build) would write every freed page once
 * more; autocheckpoint: 16 MiB, so that a bulk load does not check in every few documents. */
static const char *const writer_setup = "PRAGMA mmap_size = 1073741824;"
                                        "PRAGMA cache_size = -32768;"
                                        "PRAGMA secure_delete = OFF;"
                                        "PRAGMA wal_autocheckpoint = 4096;"
                                        "PRAGMA journal_size_limit = 67108864;";
/* Before the first page of a new file is written. The application id goes in while the file is
 * still in rollback mode, so that it stands in the file itself from the first byte on. */
static const char *const new_file_setup = "BEGIN;"
                                          "PRAGMA auto_vacuum = INCREMENTAL;"
                                          "PRAGMA application_id = 1414218289;"
                                          "COMMIT";

G_STATIC_ASSERT (TKB_DB_APPLICATION_ID == 1414218289);

static gboolean
has_log (const char *path)
{
  g_autofree char *log_path = g_strconcat (path, "-wal", NULL);
  GStatBuf         status;

  return g_stat (log_path, &status) == 0 && status.st_size > 0;
}

/* A power failure can leave a new file without its first sector, and with the journal by which
 * SQLite takes the rest back. */
static gboolean
is_half_made (const char *path, const guint8 *header, gssize length)
{
  g_autofree char *journal_path = g_strconcat (path, "-journal", NULL);

  for (gssize i = 0; i < length; i++)
    if (header[i] != 0)
      return FALSE;
  return length > 0 && g_file_test (journal_path, G_FILE_TEST_EXISTS);
}

static gboolean
set_errno_error (const char *path, int errsv, GError **error)
{
  TkbStoreError code = TKB_STORE_ERROR_IO;

  if (errsv == ENOENT)
    code = TKB_STORE_ERROR_NOT_FOUND;
  else if (errsv == EACCES || errsv == EPERM || errsv == EROFS)
    code = TKB_STORE_ERROR_READ_ONLY;
  else if (errsv == ENOSPC || errsv == EDQUOT)
    code = TKB_STORE_ERROR_FULL;
  g_set_error (error, TKB_STORE_ERROR, code, "%s: %s", path, g_strerror (errsv));
  return FALSE;
}

/* Looks at what is there before SQLite opens it; nothing but a name is asked for. */
static gboolean
look_at_path (const char *path, TkbDbFlags flags, gboolean *out_is_new, GError **error)
{
  GStatBuf status;

  *out_is_new = FALSE;
  if (g_stat (path, &status) != 0)
    {
      *out_is_new = errno == ENOENT && (flags & TKB_DB_CREATE) != 0;
      return *out_is_new || set_errno_error (path, errno, error);
    }
  if (!S_ISREG (status.st_mode))
    {
      g_set_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_NOT_A_STORE, "%s: is no file", path);
      return FALSE;
    }
  *out_is_new = status.st_size == 0 && (flags & TKB_DB_CREATE) != 0;
  return TRUE;
}

/* Reads the header before SQLite does, so that a file that is not ours is certain to stay as it is;
 * but through SQLite's own file: to open and close the file beside it would end the locks that this
 * program's other connections hold (POSIX), and another program that leaves would take itself for
 * the last one and remove the log (https://www.sqlite.org/howtocorrupt.html, 2.2). */
static gboolean
look_at_header (TkbDb *self, GError **error)
{
  guint8        header[HEADER_BYTES];
  sqlite3_file *file = NULL;
  sqlite3_int64 length = 0;
  guint32       application_id;
  int           code;

  code = sqlite3_file_control (self->handle, "main", SQLITE_FCNTL_FILE_POINTER, &file);
  if (code == SQLITE_OK && (file == NULL || file->pMethods == NULL))
    code = SQLITE_CANTOPEN;
  if (code == SQLITE_OK)
    code = file->pMethods->xFileSize (file, &length);
  if (code == SQLITE_OK)
    code = file->pMethods->xRead (file, header, sizeof header, 0);
  if (code != SQLITE_OK && code != SQLITE_IOERR_SHORT_READ)
    return tkb_db_set_code_error (self->path, code, NULL, error);
  if (is_half_made (self->path, header, MIN (length, HEADER_BYTES)))
    return TRUE;
  if (length < 16 || memcmp (header, "SQLite format 3", 16) != 0)
    {
      g_set_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_NOT_A_STORE, "%s: is not a store",
                   self->path);
      return FALSE;
    }
  if (length < HEADER_BYTES)
    {
      g_set_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_CORRUPT, "%s: is cut off", self->path);
      return FALSE;
    }
  memcpy (&application_id, header + HEADER_APPLICATION_ID, sizeof application_id);
  if (GUINT32_FROM_BE (application_id) != TKB_DB_APPLICATION_ID)
    {
      g_set_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_NOT_A_STORE,
                   "%s: is a database of another program", self->path);
      return FALSE;
    }
  return TRUE;
}

static gboolean
get_pragma (TkbDb *self, TkbSql sql, gint64 *out_value, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (self, sql);
  TkbStep step = tkb_stmt_step (&stmt, error);

  if (step == TKB_STEP_ERROR)
    return FALSE;
  *out_value = step == TKB_STEP_ROW ? tkb_stmt_get_int (&stmt, 0) : 0;
  return TRUE;
}

static gboolean
run_migration (TkbDb *self, gsize index, GError **error)
{
  for (gsize i = 0; migrations[index].files[i] != NULL; i++)
    {
      g_autofree char *name =
          g_strconcat ("/org/example/TiscKB/store/migrations/", migrations[index].files[i], NULL);
      g_autoptr (GBytes) script = g_resource_lookup_data (tkb_store_get_resource (), name,
                                                          G_RESOURCE_LOOKUP_FLAGS_NONE, error);

      /* resource data ends with a NUL that its size does not count */
      if (script == NULL || !tkb_db_run_script (self, g_bytes_get_data (script, NULL), error))
        return FALSE;
    }
  return tkb_db_run_script (self, migrations[index].end, error);
}

gboolean
tkb_db_migrate_to (TkbDb *self, int version, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (migrations) && migrations[i].version <= version; i++)
    if (!run_migration (self, i, error))
      return FALSE;
  return TRUE;
}

/* The whole store as it was, before a migration changes it. That it cannot be copied is no reason
 * not to go on: a migration is one transaction. */
static void
copy_before_migration (TkbDb *self, gint64 version)
{
  g_autofree char *folder = g_strconcat (self->path, ".backups", NULL);
  g_autofree char *name = g_strdup_printf ("version-%" G_GINT64_FORMAT ".tisckb", version);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *partial = g_strconcat (path, ".partial", NULL);
  g_autoptr (GError) error = NULL;

  if (g_mkdir (folder, 0700) != 0 && errno != EEXIST)
    return;
  g_unlink (partial);
  if (!tkb_db_copy (self, partial, NULL, &error))
    g_debug ("%s", error->message);
  else if (g_rename (partial, path) == 0)
    return;
  g_unlink (partial);
}

static gboolean
migrate (TkbDb *self, gint64 from, GError **error)
{
  if (from > 0)
    copy_before_migration (self, from);
  for (gsize i = 0; i < G_N_ELEMENTS (migrations); i++)
    {
      g_auto (TkbTransaction) transaction = TKB_TRANSACTION_INIT;
      gint64 version;

      /* read inside the transaction: another program may be migrating the same file */
      if (!tkb_transaction_begin_write (&transaction, self, error) ||
          !get_pragma (self, TKB_SQL_USER_VERSION, &version, error))
        return FALSE;
      if (version >= migrations[i].version)
        continue;
      if (!run_migration (self, i, error) || !tkb_transaction_commit (&transaction, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
check_version (TkbDb *self, TkbDbFlags flags, gint64 *out_version, GError **error)
{
  if (!get_pragma (self, TKB_SQL_USER_VERSION, out_version, error))
    return FALSE;
  if (*out_version > TKB_DB_SCHEMA_VERSION)
    {
      sqlite3_db_config (self->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
      g_set_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_NEWER_VERSION,
                   "%s: has version %" G_GINT64_FORMAT "; this program knows versions up to %d",
                   self->path, *out_version, TKB_DB_SCHEMA_VERSION);
      return FALSE;
    }
  if (*out_version < 0)
    {
      g_set_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_CORRUPT,
                   "%s: has version %" G_GINT64_FORMAT ", which there never was", self->path,
                   *out_version);
      return FALSE;
    }
  if ((flags & TKB_DB_READ_ONLY) != 0 && *out_version < TKB_DB_SCHEMA_VERSION)
    {
      g_set_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_READ_ONLY,
                   "%s: has version %" G_GINT64_FORMAT " and has to be opened for writing once",
                   self->path, *out_version);
      return FALSE;
    }
  return TRUE;
}

/* A file from elsewhere is not trusted: its schema runs nothing, no SQL of a reader may write
 * where only SQLite does, cells are looked at before they are used, and no value or statement is
 * larger than ours ever are. */
static void
set_defences (sqlite3 *handle, gboolean is_reader)
{
  static const struct
  {
    int id;
    int limit;
  } limits[] = {
    { SQLITE_LIMIT_LENGTH, TKB_MAX_JSON_BODY_BYTES }, /* a row; bodies have 8 MB at the most */
    { SQLITE_LIMIT_SQL_LENGTH, 100000 },
    { SQLITE_LIMIT_COLUMN, 64 },
    { SQLITE_LIMIT_EXPR_DEPTH, 64 },
    { SQLITE_LIMIT_COMPOUND_SELECT, 16 },
    { SQLITE_LIMIT_VDBE_OP, 100000 },
    { SQLITE_LIMIT_FUNCTION_ARG, 16 },
    { SQLITE_LIMIT_ATTACHED, 0 },
    { SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1000 },
    { SQLITE_LIMIT_VARIABLE_NUMBER, 64 },
    { SQLITE_LIMIT_TRIGGER_DEPTH, 8 }, /* ON DELETE CASCADE is one */
    { SQLITE_LIMIT_WORKER_THREADS, 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (limits); i++)
    sqlite3_limit (handle, limits[i].id, limits[i].limit);
  /* the writer puts finished segments into the tables below those of FTS5: tkb-index-append.c */
  sqlite3_db_config (handle, SQLITE_DBCONFIG_DEFENSIVE, is_reader, NULL);
  sqlite3_db_config (handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
  sqlite3_db_config (handle, SQLITE_DBCONFIG_ENABLE_FKEY, 1, NULL);
  sqlite3_db_config (handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
  sqlite3_db_config (handle, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
  sqlite3_db_config (handle, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
  sqlite3_db_config (handle, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
}

static gboolean
set_up_writer (TkbDb *self, GError **error)
{
  gint64 version, pages;

  if (sqlite3_db_readonly (self->handle, "main") == 1)
    return tkb_db_set_code_error (self->path, SQLITE_READONLY, NULL, error);
  /* the journal of an attempt to make it may just have emptied it */
  if (!get_pragma (self, TKB_SQL_PAGE_COUNT, &pages, error))
    return FALSE;
  if (pages == 0 && !tkb_db_run_script (self, new_file_setup, error))
    return FALSE;
  if (!check_version (self, TKB_DB_NONE, &version, error) ||
      !tkb_db_check_schema (self, (int) version, error))
    return FALSE;
  return tkb_db_run_script (self, "PRAGMA journal_mode = WAL", error) &&
         tkb_db_run_script (self, connection_setup, error) &&
         tkb_db_run_script (self, writer_setup, error) && tkb_index_register (self, error) &&
         (version == TKB_DB_SCHEMA_VERSION || migrate (self, version, error));
}

static gboolean
set_up_reader (TkbDb *self, GError **error)
{
  gint64 version;

  return check_version (self, TKB_DB_READ_ONLY, &version, error) &&
         tkb_db_check_schema (self, (int) version, error) &&
         tkb_db_run_script (self, connection_setup, error) &&
         tkb_db_run_script (self, reader_setup, error) && tkb_index_register (self, error);
}

/* A store on a medium that cannot be written to has no room for SQLite's shared memory file; with
 * no log left, nobody writes it, so it can be read as it stands. */
static char *
make_uri (const char *path, TkbDbFlags flags)
{
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  g_autofree char *folder = g_path_get_dirname (absolute);
  g_autofree char *escaped = g_uri_escape_string (absolute, "/", FALSE);
  gboolean         is_immutable =
      (flags & TKB_DB_READ_ONLY) != 0 && !has_log (absolute) && g_access (folder, W_OK) != 0;

  return g_strconcat ("file:", escaped, is_immutable ? "?immutable=1" : NULL, NULL);
}

/* A log, and no right to make the shared memory that reading it takes. */
static gboolean
is_stuck (const char *path)
{
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  g_autofree char *folder = g_path_get_dirname (absolute);

  return has_log (absolute) && g_access (folder, W_OK) != 0;
}

TkbDb *
tkb_db_open (const char *path, TkbDbFlags flags, GError **error)
{
  g_autoptr (TkbDb) self = tkb_db_alloc (path);
  g_autofree char *uri = NULL;
  gboolean         is_new;
  int              open_flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI | SQLITE_OPEN_EXRESCODE;
  int              code;

  if (!look_at_path (path, flags, &is_new, error))
    return NULL;
  uri = make_uri (path, flags);
  if ((flags & TKB_DB_READ_ONLY) != 0)
    open_flags |= SQLITE_OPEN_READONLY;
  else
    open_flags |= SQLITE_OPEN_READWRITE | (is_new ? SQLITE_OPEN_CREATE : 0);
  code = sqlite3_open_v2 (uri, &self->handle, open_flags, NULL);
  if (code != SQLITE_OK)
    {
      tkb_db_set_error (self, code, error);
      return NULL;
    }
  if ((flags & TKB_DB_READ_ONLY) != 0 && is_stuck (path))
    {
      g_set_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_READ_ONLY,
                   "%s: its last changes stand in a log beside it, which can only be read where "
                   "there is a right to write; copy both files to such a place",
                   path);
      return NULL;
    }
  if (!is_new && !look_at_header (self, error))
    return NULL;
  sqlite3_busy_timeout (self->handle, BUSY_TIMEOUT_MS);
  set_defences (self->handle, (flags & TKB_DB_READ_ONLY) != 0);
  if (!tkb_db_run_script (self, "PRAGMA cell_size_check = ON", error))
    return NULL;
  if ((flags & TKB_DB_READ_ONLY) != 0 ? !set_up_reader (self, error) : !set_up_writer (self, error))
    return NULL;
  return g_steal_pointer (&self);
}
