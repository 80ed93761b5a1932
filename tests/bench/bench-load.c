/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Bulk load into a store, index and all, against the same bytes into plain SQLite: a table (no
 * index) and a table with an FTS5 unicode61 index, one transaction a batch, with the same
 * durability (WAL, synchronous=FULL). Figures are ratios within this run: 1.0 is as fast as the
 * baseline, more is faster. By the clock is what somebody waits; by processor time is what it costs
 * on all cores together, and does not depend on what else the machine does. Of several rounds the
 * best of each side counts. usage: bench-load [DOCUMENTS] [BYTES] [ROUNDS] */

#include "bench-corpus.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <time.h>

#include "tkb-data.h"
#include "tkb-store.h"

#define BATCH 500

/* s: by the clock, and of the processor on all threads */
typedef struct
{
  double clock, processor;
} Cost;

static double
read_clock (clockid_t id)
{
  struct timespec now;

  clock_gettime (id, &now);
  return now.tv_sec + now.tv_nsec * 1e-9;
}

static Cost
start (void)
{
  return (Cost){ read_clock (CLOCK_MONOTONIC), read_clock (CLOCK_PROCESS_CPUTIME_ID) };
}

static void
stop (Cost since, Cost *best)
{
  Cost now = start ();

  best->clock = MIN (best->clock, now.clock - since.clock);
  best->processor = MIN (best->processor, now.processor - since.processor);
}

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

static sqlite3 *
open_plain (const char *path)
{
  sqlite3 *db;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  run_sql (db, "PRAGMA journal_mode=WAL");
  run_sql (db, "PRAGMA synchronous=FULL");
  return db;
}

/* The same documents into one table, with or without an FTS5 index beside it. */
static void
load_plain (const char *path, GPtrArray *documents, gboolean with_index, Cost *best)
{
  sqlite3      *db = open_plain (path);
  sqlite3_stmt *insert;
  sqlite3_stmt *index = NULL;
  Cost          since;

  run_sql (db, "CREATE TABLE document (id TEXT PRIMARY KEY, body TEXT)");
  if (with_index)
    run_sql (db, "CREATE VIRTUAL TABLE words USING fts5 (body, tokenize='unicode61')");
  g_assert_cmpint (sqlite3_prepare_v2 (db, "INSERT INTO document VALUES (?, ?)", -1, &insert, NULL),
                   ==, SQLITE_OK);
  if (with_index)
    g_assert_cmpint (sqlite3_prepare_v2 (db, "INSERT INTO words VALUES (?)", -1, &index, NULL), ==,
                     SQLITE_OK);

  since = start ();
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
  stop (since, best);
  sqlite3_finalize (insert);
  sqlite3_finalize (index);
  sqlite3_close (db);
}

/* unicode61's index alone, over what stands in a table already. */
static void
index_plain (const char *path, GPtrArray *documents, Cost *best)
{
  sqlite3 *db = open_plain (path);
  Cost     since;

  run_sql (db, "CREATE VIRTUAL TABLE words USING fts5 (body, tokenize='unicode61')");
  since = start ();
  for (guint i = 0; i < documents->len; i += BATCH)
    {
      g_autofree char *sql =
          g_strdup_printf ("INSERT INTO words (rowid, body) SELECT rowid, body FROM document"
                           " WHERE rowid > %u AND rowid <= %u",
                           i, i + BATCH);

      run_sql (db, sql);
    }
  stop (since, best);
  sqlite3_close (db);
}

static gboolean
is_behind (TkbStore *store)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbStoreCounts) counts = tkb_store_get_counts (store, NULL, &error);

  g_assert_no_error (error);
  return counts->index_behind > 0;
}

/* Until the documents are readable, and until they are all indexed; and the index alone. */
static void
load_store (const char *folder,
            GPtrArray  *documents,
            Cost       *readable,
            Cost       *indexed,
            Cost       *merged,
            Cost       *index)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (folder, "library.tisckb", NULL);
  g_autoptr (TkbCatalog) catalog = tkb_catalog_new (tkb_data_get_resource (), &error);
  g_autoptr (TkbClock) clock = tkb_clock_new_system ();
  g_autoptr (TkbRandom) random = tkb_random_new_system ();
  g_autoptr (TkbStore) store =
      tkb_store_open (path, TKB_STORE_OPEN_CREATE, catalog, clock, random, &error);
  Cost since;

  g_assert_no_error (error);
  since = start ();
  for (guint first = 0; first < documents->len; first += BATCH)
    {
      g_autoptr (GPtrArray) batch = g_ptr_array_new ();
      g_autoptr (GPtrArray) results = NULL;

      for (guint i = first; i < MIN (first + BATCH, documents->len); i++)
        g_ptr_array_add (batch, documents->pdata[i]);
      results = tkb_store_write (store, batch, TKB_WRITE_BULK, NULL, NULL, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (results->len, ==, batch->len);
    }
  stop (since, readable);
  while (is_behind (store))
    g_usleep (5000);
  stop (since, indexed);
  tkb_store_wait_for_index (store, NULL, &error);
  g_assert_no_error (error);
  stop (since, merged);
  since = start ();
  tkb_store_reindex (store, NULL, &error);
  g_assert_no_error (error);
  stop (since, index);
  tkb_store_close (store);
}

static void
print (const char *what, Cost ours, Cost baseline)
{
  g_print ("  %-58s %6.2f %10.2f\n", what, baseline.clock / ours.clock,
           baseline.processor / ours.processor);
}

static void
remove_folder (const char *folder)
{
  const char *const arguments[] = { "rm", "-rf", folder, NULL };

  g_spawn_sync (NULL, (char **) arguments, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
                NULL);
}

int
main (int argc, char **argv)
{
  guint count = argc > 1 ? g_ascii_strtoull (argv[1], NULL, 10) : 20000;
  gsize size_bytes = argc > 2 ? g_ascii_strtoull (argv[2], NULL, 10) : 4096;
  guint rounds = argc > 3 ? g_ascii_strtoull (argv[3], NULL, 10) : 3;
  g_autoptr (GPtrArray) documents = make_documents (count, MAX (size_bytes, 1400));
  Cost never = { G_MAXDOUBLE, G_MAXDOUBLE };
  Cost plain = never, plain_indexed = never, plain_index = never;
  Cost readable = never, indexed = never, merged = never, index = never;

  for (guint i = 0; i < rounds; i++)
    {
      g_autofree char *folder = g_dir_make_tmp ("tisckb-bench-XXXXXX", NULL);
      g_autofree char *path = g_build_filename (folder, "plain.db", NULL);
      g_autofree char *indexed_path = g_build_filename (folder, "plain-fts.db", NULL);

      load_plain (path, documents, FALSE, &plain);
      load_store (folder, documents, &readable, &indexed, &merged, &index);
      load_plain (indexed_path, documents, TRUE, &plain_indexed);
      index_plain (path, documents, &plain_index);
      remove_folder (folder);
    }
  g_print ("bulk load, %u documents of %" G_GSIZE_FORMAT " bytes, best of %u rounds"
           " (1.00 = the baseline's rate)\n",
           count, size_bytes, rounds);
  g_print ("  %-58s %6s %10s\n", "", "clock", "processor");
  print ("documents readable / plain SQLite, no index", readable, plain);
  print ("fully indexed      / plain SQLite + FTS5 unicode61", indexed, plain_indexed);
  print ("the same, with all segments merged", merged, plain_indexed);
  print ("index alone, merged / FTS5 unicode61 alone", index, plain_index);
  g_print ("  s of processor time: plain %.2f, readable %.2f, plain + unicode61 %.2f, indexed %.2f,"
           " unicode61 alone %.2f, index alone %.2f\n",
           plain.processor, readable.processor, plain_indexed.processor, indexed.processor,
           plain_index.processor, index.processor);
  return 0;
}
