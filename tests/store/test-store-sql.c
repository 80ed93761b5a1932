/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Every statement of the list can be prepared, and the hot ones go by an index. */
#include "config.h"

#include <glib/gstdio.h>

#include "tkb-db-private.h"

static TkbDb *
open_new (char **out_folder)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  TkbDb           *db;

  *out_folder = g_dir_make_tmp ("tkb-sql-XXXXXX", NULL);
  path = g_build_filename (*out_folder, "test", NULL);
  db = tkb_db_open (path, TKB_DB_CREATE, &error);
  g_assert_no_error (error);
  return db;
}

static void
close_and_remove (TkbDb *db, char *folder)
{
  g_autofree char *path = g_strdup (tkb_db_get_path (db));

  tkb_db_close (db);
  g_unlink (path);
  g_rmdir (folder);
  g_free (folder);
}

static void
test_prepare (void)
{
  char  *folder = NULL;
  TkbDb *db = open_new (&folder);

  for (int i = 0; i < TKB_SQL_COUNT; i++)
    {
      g_auto (TkbStmt) stmt = tkb_db_borrow (db, (TkbSql) i);

      if (stmt.code != SQLITE_OK)
        g_error ("%s: %s", tkb_sql_get_name ((TkbSql) i), sqlite3_errmsg (db->handle));
    }
  close_and_remove (db, folder);
}

/* What the planner says of sql, one line a step. */
static char *
explain (TkbDb *db, TkbSql sql)
{
  g_autofree char *text = g_strconcat ("EXPLAIN QUERY PLAN ", tkb_sql_get_text (sql), NULL);
  sqlite3_stmt    *stmt = NULL;
  GString         *plan = g_string_new (NULL);

  g_assert_cmpint (sqlite3_prepare_v2 (db->handle, text, -1, &stmt, NULL), ==, SQLITE_OK);
  while (sqlite3_step (stmt) == SQLITE_ROW)
    g_string_append_printf (plan, "%s\n", sqlite3_column_text (stmt, 3));
  sqlite3_finalize (stmt);
  return g_string_free (plan, FALSE);
}

static void
test_plans (void)
{
  static const struct
  {
    TkbSql      sql;
    const char *plan;
  } golden[] = {
    { TKB_SQL_META_GET, "SEARCH meta USING PRIMARY KEY (key=?)\n" },
    { TKB_SQL_COUNTER_GET, "SEARCH counter USING PRIMARY KEY (name=?)\n" },
    { TKB_SQL_DOCUMENT_BY_ID, "SEARCH document USING INDEX sqlite_autoindex_document_1 (id=?)\n" },
    { TKB_SQL_DOCUMENT_BY_DOC, "SEARCH document USING INTEGER PRIMARY KEY (rowid=?)\n" },
    { TKB_SQL_DOCUMENT_UPDATE, "SEARCH document USING INTEGER PRIMARY KEY (rowid=?)\n" },
    { TKB_SQL_DOCUMENT_SET_INDEXED, "SEARCH document USING INTEGER PRIMARY KEY (rowid=?)\n" },
    { TKB_SQL_DOCUMENT_LIST,
      "SEARCH document USING INDEX sqlite_autoindex_document_1 (id>? AND id<?)\n" },
    { TKB_SQL_DOCUMENT_LIST_DESC,
      "SEARCH document USING INDEX sqlite_autoindex_document_1 (id>? AND id<?)\n" },
    { TKB_SQL_DOCUMENT_LIST_BEFORE,
      "SEARCH document USING INDEX sqlite_autoindex_document_1 (id>? AND id<?)\n" },
    { TKB_SQL_DOCUMENT_LIST_DESC_AFTER,
      "SEARCH document USING INDEX sqlite_autoindex_document_1 (id>? AND id<?)\n" },
    { TKB_SQL_DOCUMENT_CHANGES,
      "SEARCH document USING INDEX sqlite_autoindex_document_2 (seq>?)\n" },
    { TKB_SQL_DOCUMENT_CHANGES_DESC,
      "SEARCH document USING INDEX sqlite_autoindex_document_2 (seq>?)\n" },
    { TKB_SQL_DOCUMENT_CHANGES_HEADS,
      "SEARCH document USING INDEX sqlite_autoindex_document_2 (seq>?)\n" },
    { TKB_SQL_DOCUMENT_CONFLICTED, "SCAN document USING INDEX document_conflict\n" },
    { TKB_SQL_REVISION_GET,
      "SEARCH revision USING INDEX sqlite_autoindex_revision_1 (doc=? AND rev=?)\n" },
    { TKB_SQL_REVISION_HEAD,
      "SEARCH revision USING INDEX sqlite_autoindex_revision_1 (doc=? AND rev=?)\n" },
    { TKB_SQL_REVISION_HEADS, "SEARCH revision USING INDEX sqlite_autoindex_revision_1 (doc=?)\n" },
    { TKB_SQL_REVISION_DELETE,
      "SEARCH revision USING INDEX sqlite_autoindex_revision_1 (doc=? AND rev=?)\n"
      "SEARCH attachment USING PRIMARY KEY (revision=?)\n" },
    { TKB_SQL_BLOB_GET, "SEARCH blob USING PRIMARY KEY (digest=?)\n" },
    { TKB_SQL_BLOB_HAS_FILE, "SEARCH blob USING COVERING INDEX blob_sha256 (sha256=?)\n" },
    { TKB_SQL_ATTACHED_GET,
      "SEARCH attached USING INDEX sqlite_autoindex_attached_1 (digest=?)\n" },
    { TKB_SQL_ATTACHED_NEXT, "SEARCH attached USING INDEX attached_turn (version<?)\n" },
    { TKB_SQL_ATTACHED_COUNT_BEHIND, "SCAN attached USING INDEX attached_behind\n" },
    { TKB_SQL_LOCAL_GET, "SEARCH local USING PRIMARY KEY (id=?)\n" },
    { TKB_SQL_OUTBOX_OF, "SEARCH outbox USING PRIMARY KEY (doc=?)\n" },
    { TKB_SQL_OUTBOX_DELETE, "SEARCH outbox USING PRIMARY KEY (doc=? AND rev=?)\n" },
    { TKB_SQL_FAVOURITE_GET, "SEARCH favourite USING PRIMARY KEY (id=?)\n" },
  };
  char  *folder = NULL;
  TkbDb *db = open_new (&folder);

  for (gsize i = 0; i < G_N_ELEMENTS (golden); i++)
    {
      g_autofree char *plan = explain (db, golden[i].sql);

      g_test_message ("%s: %s", tkb_sql_get_name (golden[i].sql), plan);
      g_assert_cmpstr (plan, ==, golden[i].plan);
    }
  close_and_remove (db, folder);
}

static void
test_pragmas (void)
{
  static const struct
  {
    const char *sql;
    gint64      value;
  } table[] = {
    { "PRAGMA synchronous", 2 },
    { "PRAGMA foreign_keys", 1 },
    { "PRAGMA secure_delete", 0 },
    { "PRAGMA trusted_schema", 0 },
    { "PRAGMA auto_vacuum", 2 },
    { "PRAGMA application_id", TKB_DB_APPLICATION_ID },
    { "PRAGMA user_version", TKB_DB_SCHEMA_VERSION },
  };
  char  *folder = NULL;
  TkbDb *db = open_new (&folder);

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    {
      sqlite3_stmt *stmt = NULL;

      g_assert_cmpint (sqlite3_prepare_v2 (db->handle, table[i].sql, -1, &stmt, NULL), ==,
                       SQLITE_OK);
      g_assert_cmpint (sqlite3_step (stmt), ==, SQLITE_ROW);
      g_test_message ("%s", table[i].sql);
      g_assert_cmpint (sqlite3_column_int64 (stmt, 0), ==, table[i].value);
      sqlite3_finalize (stmt);
    }
  close_and_remove (db, folder);
}

/* A transaction that is not committed is as if it had not been. */
static void
test_transaction (void)
{
  char  *folder = NULL;
  TkbDb *db = open_new (&folder);
  g_autoptr (GError) error = NULL;

  {
    g_auto (TkbTransaction) transaction = TKB_TRANSACTION_INIT;
    g_auto (TkbStmt) stmt = { 0 };

    g_assert_true (tkb_transaction_begin_write (&transaction, db, &error));
    stmt = tkb_db_borrow (db, TKB_SQL_META_SET);
    tkb_stmt_bind_text (&stmt, 1, "k");
    tkb_stmt_bind_text (&stmt, 2, "v");
    g_assert_true (tkb_stmt_run (&stmt, &error));
  }
  {
    g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_META_GET);

    tkb_stmt_bind_text (&stmt, 1, "k");
    g_assert_cmpint (tkb_stmt_step (&stmt, &error), ==, TKB_STEP_DONE);
  }
  close_and_remove (db, folder);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/store/sql/prepare", test_prepare);
  g_test_add_func ("/store/sql/plans", test_plans);
  g_test_add_func ("/store/sql/pragmas", test_pragmas);
  g_test_add_func ("/store/sql/transaction", test_transaction);
  return g_test_run ();
}
