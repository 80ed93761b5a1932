/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Bulk load into a store, index and all, against the same bytes into plain SQLite: a table (no
 * index) and a table with an FTS5 unicode61 index, one transaction a batch. Figures are ratios
 * within this run: 1.0 is as fast as the baseline, more is faster. usage: bench-load [DOCUMENTS]
 * [BYTES] */

#include "bench-corpus.h"

#include <glib/gstdio.h>
#include <sqlite3.h>

#include "tkb-data.h"
#include "tkb-store.h"

#define BATCH 500

static GPtrArray *
make_documents (guint count, gsize size_bytes)
{
  g_autoptr (TkbRandom) random = tkb_random_new_seeded (20261122);
  GPtrArray *documents = g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_document_unref);

  for (guint i = 0; i < count; i++)
    g_ptr_array_add (documents, bench_corpus_document (random, i, size_bytes));
  return documents;
}

static void
run_sql (sqlite3 *db, const char *sql)
{
  if (sqlite3_exec (db, sql, NULL, NULL, NULL) != SQLITE_OK)
    g_error ("%s: %s", sql, sqlite3_errmsg (db));
}

/* s for the same documents into one table, with or without an FTS5 index beside it */
static double
load_plain (const char *folder, GPtrArray *documents, gboolean with_index)
{
  g_autofree char *path = g_build_filename (folder, with_index ? "plain-fts.db" : "plain.db", NULL);
  g_autoptr (GTimer) timer = NULL;
  sqlite3      *db;
  sqlite3_stmt *insert;
  sqlite3_stmt *index = NULL;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  run_sql (db, "PRAGMA journal_mode=WAL");
  run_sql (db, "PRAGMA synchronous=FULL");
  run_sql (db, "CREATE TABLE document (id TEXT PRIMARY KEY, body TEXT)");
  if (with_index)
    run_sql (db, "CREATE VIRTUAL TABLE words USING fts5 (body, tokenize='unicode61')");
  g_assert_cmpint (sqlite3_prepare_v2 (db, "INSERT INTO document VALUES (?, ?)", -1, &insert, NULL),
                   ==, SQLITE_OK);
  if (with_index)
    g_assert_cmpint (sqlite3_prepare_v2 (db, "INSERT INTO words VALUES (?)", -1, &index, NULL), ==,
                     SQLITE_OK);

  timer = g_timer_new ();
  for (guint i = 0; i < documents->len; i++)
    {
      TkbDocument     *document = documents->pdata[i];
      g_autofree char *text = tkb_document_to_text (document, TKB_DOCUMENT_JSON_NONE);

      if (i % BATCH == 0)
        run_sql (db, "BEGIN");
      sqlite3_bind_text (insert, 1, tkb_document_get_id (document), -1, SQLITE_STATIC);
      sqlite3_bind_text (insert, 2, text, -1, SQLITE_STATIC);
      g_assert_cmpint (sqlite3_step (insert), ==, SQLITE_DONE);
      sqlite3_reset (insert);
      if (index != NULL)
        {
          sqlite3_bind_text (index, 1, text, -1, SQLITE_STATIC);
          g_assert_cmpint (sqlite3_step (index), ==, SQLITE_DONE);
          sqlite3_reset (index);
        }
      if (i % BATCH == BATCH - 1 || i == documents->len - 1)
        run_sql (db, "COMMIT");
    }
  sqlite3_finalize (insert);
  sqlite3_finalize (index);
  sqlite3_close (db);
  return g_timer_elapsed (timer, NULL);
}

/* s until the documents are readable, and until they are all indexed */
static void
load_store (const char *folder, GPtrArray *documents, double *out_readable, double *out_indexed)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (folder, "library.tisckb", NULL);
  g_autoptr (TkbCatalog) catalog = tkb_catalog_new (tkb_data_get_resource (), &error);
  g_autoptr (TkbClock) clock = tkb_clock_new_system ();
  g_autoptr (TkbRandom) random = tkb_random_new_system ();
  g_autoptr (TkbStore) store =
      tkb_store_open (path, TKB_STORE_OPEN_CREATE, catalog, clock, random, &error);
  g_autoptr (GTimer) timer = g_timer_new ();

  g_assert_no_error (error);
  for (guint start = 0; start < documents->len; start += BATCH)
    {
      g_autoptr (GPtrArray) batch = g_ptr_array_new ();
      g_autoptr (GPtrArray) results = NULL;

      for (guint i = start; i < MIN (start + BATCH, documents->len); i++)
        g_ptr_array_add (batch, documents->pdata[i]);
      results = tkb_store_write (store, batch, TKB_WRITE_BULK, NULL, NULL, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (results->len, ==, batch->len);
    }
  *out_readable = g_timer_elapsed (timer, NULL);
  tkb_store_wait_for_index (store, NULL, &error);
  g_assert_no_error (error);
  *out_indexed = g_timer_elapsed (timer, NULL);
  tkb_store_close (store);
}

int
main (int argc, char **argv)
{
  guint            count = argc > 1 ? g_ascii_strtoull (argv[1], NULL, 10) : 20000;
  gsize            size_bytes = argc > 2 ? g_ascii_strtoull (argv[2], NULL, 10) : 4096;
  g_autofree char *folder = g_dir_make_tmp ("tisckb-bench-XXXXXX", NULL);
  g_autoptr (GPtrArray) documents = make_documents (count, MAX (size_bytes, 1400));
  double            plain = load_plain (folder, documents, FALSE);
  double            indexed = load_plain (folder, documents, TRUE);
  double            readable, complete;
  const char *const remove[] = { "rm", "-rf", folder, NULL };

  load_store (folder, documents, &readable, &complete);
  g_print ("bulk load, %u documents of %" G_GSIZE_FORMAT " bytes (1.00 = the baseline's rate)\n",
           count, size_bytes);
  g_print ("  documents readable / plain SQLite, no index          %.2f\n", plain / readable);
  g_print ("  fully indexed      / plain SQLite + FTS5 unicode61   %.2f\n", indexed / complete);
  g_spawn_sync (NULL, (char **) remove, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
                NULL);
  return 0;
}
