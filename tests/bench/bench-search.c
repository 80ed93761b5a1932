/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Every keystroke of a person who types words and pairs of words of the corpus: the whole answer,
 * that is total, order, all facet counts and the first rows with their snippets. Against FTS5 with
 * unicode61 and bm25 over the same texts, for the finished words only (it knows no facets, no
 * snippets, no stems and no Chinese words). Times are of the processor. usage: bench-search
 * [DOCUMENTS] [BYTES] [WORDS] */

#include "bench-corpus.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tkb-data.h"
#include "tkb-search.h"

#define BATCH 500
#define FIRST_ROWS 16

typedef struct
{
  const char *name;
  GArray     *times_us; /* (owned) (element-type gint64) */
} Series;

static int
compare_times (const void *a, const void *b)
{
  gint64 x = *(const gint64 *) a;
  gint64 y = *(const gint64 *) b;

  return (x > y) - (x < y);
}

static gint64
get_quantile (Series *series, double quantile)
{
  GArray *times = series->times_us;

  if (times->len == 0)
    return 0;
  qsort (times->data, times->len, sizeof (gint64), compare_times);
  return g_array_index (times, gint64, (guint) (quantile * (times->len - 1)));
}

static void
print_series (Series *series)
{
  g_print ("%-28s %6u  p50 %7.2f  p99 %7.2f  worst %7.2f ms\n", series->name, series->times_us->len,
           get_quantile (series, 0.5) / 1000.0, get_quantile (series, 0.99) / 1000.0,
           get_quantile (series, 1) / 1000.0);
}

static void
run_sql (sqlite3 *db, const char *sql)
{
  if (sqlite3_exec (db, sql, NULL, NULL, NULL) != SQLITE_OK)
    g_error ("%s: %s", sql, sqlite3_errmsg (db));
}

/* Loads store and baseline, and keeps every so many titles and texts to type from. */
static void
load (TkbStore *store, sqlite3 *plain, guint count, gsize size_bytes, GPtrArray *words)
{
  g_autoptr (TkbRandom) random = tkb_random_new_seeded (20261122);
  sqlite3_stmt *insert;
  guint         every = MAX (count / 300, 1);
  gboolean      is_loaded = tkb_store_get_last_seq (store) > 0; /* a folder kept from before */

  if (!is_loaded)
    run_sql (plain, "CREATE VIRTUAL TABLE t USING fts5 (text, content='')");
  sqlite3_prepare_v2 (plain, "INSERT INTO t (rowid, text) VALUES (?1, ?2)", -1, &insert, NULL);
  for (guint i = 0; i < count;)
    {
      g_autoptr (GPtrArray) batch =
          g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_document_unref);
      g_autoptr (GPtrArray) results = NULL;

      run_sql (plain, "BEGIN");
      for (; batch->len < BATCH && i < count; i++)
        {
          TkbDocument     *document = bench_corpus_document (random, i, size_bytes);
          g_autofree char *text = tkb_document_to_text (document, TKB_DOCUMENT_JSON_NONE);

          g_ptr_array_add (batch, document);
          sqlite3_bind_int (insert, 1, i + 1);
          sqlite3_bind_text (insert, 2, text, -1, SQLITE_STATIC);
          if (!is_loaded)
            sqlite3_step (insert);
          sqlite3_reset (insert);
          if (i % every == 0)
            g_ptr_array_add (words, g_strdup (tkb_document_get_string (document, "need")));
        }
      run_sql (plain, "COMMIT");
      if (is_loaded)
        continue;
      results = tkb_store_write (store, batch, TKB_WRITE_BULK, NULL, NULL, NULL, NULL);
      g_assert_nonnull (results);
    }
  sqlite3_finalize (insert);
}

/* us of processor time of the whole process: what else the machine does shall not count */
static gint64
get_time_us (void)
{
  struct timespec now;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &now);
  return now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

static void
add_time (Series *series, gint64 start)
{
  gint64 time = get_time_us () - start;

  g_array_append_val (series->times_us, time);
}

static guint
ask (TkbSearch *search, const char *text, TkbQueryFlags flags, Series *series)
{
  g_autoptr (TkbQuery) query = tkb_query_new (text, flags);
  g_autoptr (TkbSearchResults) results = NULL;
  g_autoptr (GError) error = NULL;
  gint64 start = get_time_us ();

  results = tkb_search_run (search, query, NULL, FIRST_ROWS, NULL, &error);
  g_assert_no_error (error);
  add_time (series, start);
  if (g_getenv ("BENCH_SLOW") != NULL && get_time_us () - start > 16000)
    g_print ("  %.1f ms: %s (%u)\n", (get_time_us () - start) / 1000.0, text,
             tkb_search_results_get_total (results));
  return tkb_search_results_get_total (results);
}

static void
ask_plain (sqlite3_stmt *select, const char *text, Series *series)
{
  g_autofree char *expression = g_strdup_printf ("\"%s\"", text);
  gint64           start = get_time_us ();

  sqlite3_bind_text (select, 1, expression, -1, SQLITE_STATIC);
  while (sqlite3_step (select) == SQLITE_ROW)
    ;
  sqlite3_reset (select);
  add_time (series, start);
}

/* Two neighbouring words of a text, or four ideographs; (nullable): not found */
static char *
cut_words (const char *text, TkbRandom *random)
{
  glong       length = g_utf8_strlen (text, -1);
  const char *at = g_utf8_offset_to_pointer (text, tkb_random_below (random, MAX (length - 60, 1)));
  g_auto (GStrv) parts = NULL;

  if (g_unichar_iswide (g_utf8_get_char (text)))
    return g_utf8_substring (at, 0, 4);
  parts = g_strsplit_set (at, " .", 5);
  if (g_strv_length (parts) < 4 || parts[1][0] == '\0' || parts[2][0] == '\0')
    return NULL;
  return g_strdup_printf ("%s %s", parts[1], parts[2]);
}

static void
type (TkbSearch *search, const char *text, Series *keystrokes)
{
  for (const char *p = text; *p != '\0';)
    {
      g_autofree char *typed = NULL;

      p = g_utf8_next_char (p);
      typed = g_strndup (text, p - text);
      ask (search, typed, TKB_QUERY_TYPING, keystrokes);
    }
}

static void
remove_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        remove_folder (path);
      g_remove (path);
    }
  g_rmdir (folder);
}

static void
measure (TkbSearch *search, sqlite3 *plain, GPtrArray *texts, guint count)
{
  Series all = { "browse, all", g_array_new (FALSE, FALSE, sizeof (gint64)) };
  Series keystrokes = { "every keystroke", g_array_new (FALSE, FALSE, sizeof (gint64)) };
  Series whole = { "one finished word", g_array_new (FALSE, FALSE, sizeof (gint64)) };
  Series pairs = { "two finished words", g_array_new (FALSE, FALSE, sizeof (gint64)) };
  Series narrowed = { "two facets selected", g_array_new (FALSE, FALSE, sizeof (gint64)) };
  Series baseline = { "FTS5 bm25, one word", g_array_new (FALSE, FALSE, sizeof (gint64)) };
  g_autoptr (TkbRandom) random = tkb_random_new_seeded (5);
  sqlite3_stmt *select;
  Series *const series[] = { &all, &keystrokes, &whole, &pairs, &narrowed, &baseline };

  sqlite3_prepare_v2 (plain, "SELECT rowid FROM t WHERE t MATCH ?1 ORDER BY rank LIMIT 50", -1,
                      &select, NULL);
  for (guint i = 0; i < count; i++)
    {
      const char      *text = g_ptr_array_index (texts, tkb_random_below (random, texts->len));
      g_autofree char *words = cut_words (text, random);
      g_autofree char *first = NULL;

      if (words == NULL)
        continue;
      first = strchr (words, ' ') != NULL ? g_strndup (words, strchr (words, ' ') - words)
                                          : g_utf8_substring (words, 0, 2);
      ask (search, "", TKB_QUERY_NONE, &all);
      type (search, words, &keystrokes);
      ask (search, first, TKB_QUERY_NONE, &whole);
      ask (search, words, TKB_QUERY_NONE, &pairs);
      ask (search, "country:CN year:2020..", TKB_QUERY_NONE, &narrowed);
      ask_plain (select, first, &baseline);
    }
  sqlite3_finalize (select);
  for (guint i = 0; i < G_N_ELEMENTS (series); i++)
    print_series (series[i]);
  g_print ("ratio of p50, one word with everything : FTS5 bm25   %.2f\n",
           (double) get_quantile (&whole, 0.5) / MAX (get_quantile (&baseline, 0.5), 1));
  for (guint i = 0; i < G_N_ELEMENTS (series); i++)
    g_array_unref (series[i]->times_us);
}

int
main (int argc, char **argv)
{
  guint            count = argc > 1 ? g_ascii_strtoull (argv[1], NULL, 10) : 20000;
  gsize            size_bytes = argc > 2 ? MAX (g_ascii_strtoull (argv[2], NULL, 10), 1400) : 3000;
  guint            n_words = argc > 3 ? g_ascii_strtoull (argv[3], NULL, 10) : 200;
  const char      *kept = g_getenv ("BENCH_FOLDER");
  g_autofree char *folder = kept != NULL ? g_strdup (kept) : g_dir_make_tmp ("tkb-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "bench.tisckb", NULL);
  g_autofree char *plain_path = g_build_filename (folder, "plain.db", NULL);
  g_autoptr (TkbCatalog) catalog = tkb_catalog_new (tkb_data_get_resource (), NULL);
  g_autoptr (TkbClock) clock = tkb_clock_new_system ();
  g_autoptr (TkbRandom) random = tkb_random_new_seeded (1);
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (TkbStore) store = NULL;
  g_autoptr (TkbSearch) search = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GTimer) timer = g_timer_new ();
  Series   first = { "first query after opening", g_array_new (FALSE, FALSE, sizeof (gint64)) };
  sqlite3 *plain;

  store = tkb_store_open (path, TKB_STORE_OPEN_CREATE, catalog, clock, random, &error);
  g_assert_no_error (error);
  sqlite3_open (plain_path, &plain);
  run_sql (plain, "PRAGMA mmap_size = 1073741824");
  load (store, plain, count, size_bytes, texts);
  g_print ("%u documents written      %8.1f s\n", count, g_timer_elapsed (timer, NULL));
  g_assert_true (tkb_store_wait_for_index (store, NULL, NULL));
  g_print ("%u documents indexed      %8.1f s\n", count, g_timer_elapsed (timer, NULL));
  search = tkb_search_new (store);
  ask (search, "", TKB_QUERY_NONE, &first);
  print_series (&first);
  measure (search, plain, texts, n_words);
  g_array_unref (first.times_us);
  sqlite3_close (plain);
  g_clear_object (&search);
  tkb_store_close (store);
  if (kept == NULL)
    remove_folder (folder);
  return 0;
}
