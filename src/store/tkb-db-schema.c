/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Whether the tables of a file are those that this program makes. SQLite runs what a schema says:
 * triggers, views, defaults, constraints, virtual tables of any module. So a file whose schema is
 * not word for word ours is not worked with. */
#include "config.h"

#include "tkb-db-private.h"

#include <string.h>

#include "tkb-index.h"
#include "tkb-store.h"

/* The schema of one version: name of a table, index … -> "type\ntable\nsql". Tables that a virtual
 * table keeps for itself have no sql: that is SQLite's, and may differ with its version. */
typedef GHashTable Schema;

static GMutex  lock;
static Schema *expected[TKB_DB_SCHEMA_VERSION + 1]; /* (owned) (nullable): under lock */

/* What SQLite itself keeps, if it was asked to analyze. */
static gboolean
is_statistics (const char *type, const char *name)
{
  return strcmp (type, "table") == 0 &&
         (strcmp (name, "sqlite_stat1") == 0 || strcmp (name, "sqlite_stat4") == 0);
}

/* The table of an FTS5 index that name belongs to. */
static gboolean
is_kept_by_index (const char *type, const char *name)
{
  static const char *const parts[] = { "_data", "_idx", "_content", "_docsize", "_config" };

  if (strcmp (type, "table") != 0 || !g_str_has_prefix (name, "index_"))
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    if (g_str_has_suffix (name, parts[i]))
      return TRUE;
  return FALSE;
}

/* Columns and a key are all that such a table has. */
static gboolean
is_plain (const char *sql)
{
  static const char *const words[] = { "check", "default",    "generated",
                                       " as ",  "references", "collate" };
  g_autofree char         *lower = g_ascii_strdown (sql, -1);

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    if (strstr (lower, words[i]) != NULL)
      return FALSE;
  return g_str_has_prefix (lower, "create table ");
}

static gboolean
set_foreign (TkbDb *self, const char *name, GError **error)
{
  g_autofree char *shown = g_utf8_make_valid (name != NULL ? name : "", -1);

  g_set_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_CORRUPT,
               "%s: its tables are not those of a store: “%s”", self->path, shown);
  return FALSE;
}

/* One row of sqlite_schema into schema; FALSE where no store has such a row. */
static gboolean
take_row (TkbDb *self, TkbStmt *stmt, Schema *schema, GError **error)
{
  const char *type = tkb_stmt_get_text (stmt, 0);
  const char *name = tkb_stmt_get_text (stmt, 1);
  const char *table = tkb_stmt_get_text (stmt, 2);
  const char *sql = tkb_stmt_get_text (stmt, 3);
  char       *text;

  if (type == NULL || name == NULL || table == NULL)
    return set_foreign (self, name, error);
  if (is_statistics (type, name))
    return TRUE;
  if (is_kept_by_index (type, name))
    {
      if (sql == NULL || !is_plain (sql))
        return set_foreign (self, name, error);
      sql = NULL;
    }
  text = g_strjoin ("\n", type, table, sql != NULL ? sql : "", NULL);
  return g_hash_table_insert (schema, g_strdup (name), text) || set_foreign (self, name, error);
}

static Schema *
read_schema (TkbDb *self, GError **error)
{
  g_autoptr (GHashTable) schema = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_auto (TkbStmt) stmt = tkb_db_borrow (self, TKB_SQL_SCHEMA);
  TkbStep step;

  while ((step = tkb_stmt_step (&stmt, error)) == TKB_STEP_ROW)
    if (!take_row (self, &stmt, schema, error))
      return NULL;
  return step == TKB_STEP_DONE ? g_steal_pointer (&schema) : NULL;
}

/* Made by the same scripts, in memory, once. */
static Schema *
make_expected (int version, GError **error)
{
  g_autoptr (TkbDb) db = tkb_db_alloc (":memory:");
  int code = sqlite3_open_v2 (":memory:", &db->handle,
                              SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX |
                                  SQLITE_OPEN_EXRESCODE,
                              NULL);

  if (code != SQLITE_OK)
    {
      tkb_db_set_error (db, code, error);
      return NULL;
    }
  if (!tkb_index_register (db, error) || !tkb_db_migrate_to (db, version, error))
    return NULL;
  return read_schema (db, error);
}

static Schema *
get_expected (int version, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);

  if (expected[version] == NULL)
    expected[version] = make_expected (version, error);
  return expected[version];
}

gboolean
tkb_db_check_schema (TkbDb *self, int version, GError **error)
{
  g_autoptr (GHashTable) found = read_schema (self, error);
  Schema        *wanted = found != NULL ? get_expected (version, error) : NULL;
  GHashTableIter iter;
  gpointer       name, text;

  if (wanted == NULL)
    return FALSE;
  g_hash_table_iter_init (&iter, found);
  while (g_hash_table_iter_next (&iter, &name, &text))
    if (g_strcmp0 (g_hash_table_lookup (wanted, name), text) != 0)
      return set_foreign (self, name, error);
  g_hash_table_iter_init (&iter, wanted);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    if (!g_hash_table_contains (found, name))
      return set_foreign (self, name, error);
  return TRUE;
}
