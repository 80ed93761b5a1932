/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* The search, measured as docs/search.md reports it: making the index against unicode61; every
 * keystroke of the recorded queries (queries.tsv), the whole answer with total, order, the counts
 * of all facets and the first rows with their snippets; the same keystrokes put to FTS5 (ORDER BY
 * rank) and, where it is there, to Xapian; the first query of a process; memory.
 *
 * usage: bench-search QUERIES DOCUMENTSxBYTES... */

#include <sqlite3.h>
#include <string.h>

#include "bench-figures.h"
#include "bench-library.h"
#include "bench-queries.h"
#include "tkb-search.h"

/* what a window shows at once */
#define FIRST_ROWS 16
/* queries after which memory is measured */
#define MEMORY_QUERIES 100

static const char *const sorts[] = {
  "letter", "word", "two", "phrase", "chinese", "pinyin", "facet"
};

/* ---- asking ---- */

static TkbQuery *
make_query (const BenchQuery *recorded, guint n_strokes)
{
  g_autofree char *typed = bench_query_get_typed (recorded, n_strokes);
  TkbQuery        *query = tkb_query_new (typed, TKB_QUERY_TYPING);

  for (guint i = 0; recorded->selections[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (recorded->selections[i], "=", 2);
      g_autoptr (TkbQuery) wider = query;

      query = tkb_query_with_facet (wider, parts[0], parts[1]);
    }
  return query;
}

/* The total; the time goes to series (nullable). */
static guint
ask (TkbSearch *search, const BenchQuery *recorded, guint n_strokes, BenchSeries *series)
{
  g_autoptr (TkbQuery) query = make_query (recorded, n_strokes);
  g_autoptr (TkbSearchResults) results = NULL;
  g_autoptr (GError) error = NULL;
  BenchTime start = bench_time_now ();

  results = tkb_search_run (search, query, NULL, FIRST_ROWS, NULL, &error);
  g_assert_no_error (error);
  if (series != NULL)
    {
      double ms = bench_series_add (series, start);

      if (g_getenv ("BENCH_SLOW") != NULL && ms > 5)
        g_print ("    %6.1f ms: %s, %u of %s (%u found)\n", ms, recorded->sort, n_strokes,
                 recorded->text, tkb_search_results_get_total (results));
    }
  return tkb_search_results_get_total (results);
}

/* In the order in which they were recorded: what one query reads may help the next one. */
static void
measure_keystrokes (TkbSearch *search, GPtrArray *queries)
{
  g_autoptr (BenchSeries) all = bench_series_new ("every keystroke, whole answer");
  g_autoptr (GPtrArray) by_sort =
      g_ptr_array_new_with_free_func ((GDestroyNotify) bench_series_free);

  for (guint i = 0; i < G_N_ELEMENTS (sorts); i++)
    {
      g_autofree char *name = g_strdup_printf ("  of sort %s", sorts[i]);

      g_ptr_array_add (by_sort, bench_series_new (name));
    }
  for (guint i = 0; i < queries->len; i++)
    {
      const BenchQuery *query = g_ptr_array_index (queries, i);
      guint             sort = 0;

      while (sort + 1 < G_N_ELEMENTS (sorts) && strcmp (sorts[sort], query->sort) != 0)
        sort++;
      for (guint n = 1; n <= query->n_strokes; n++)
        ask (search, query, n, g_ptr_array_index (by_sort, sort));
    }
  for (guint i = 0; i < G_N_ELEMENTS (sorts); i++)
    {
      bench_series_append (all, g_ptr_array_index (by_sort, i));
      bench_series_print (g_ptr_array_index (by_sort, i));
    }
  bench_series_print (all);
}

/* ---- FTS5 as it comes ---- */

/* The words in quotation marks, the last one a beginning; a phrase as one. */
static char *
make_expression (const char *typed)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_auto (GStrv) words = NULL;

  if (typed[0] == '"')
    {
      g_auto (GStrv) parts = g_strsplit (typed, "\"", -1);

      return g_strdup_printf ("\"%s\"", parts[1]);
    }
  words = g_strsplit (typed, " ", -1);
  for (guint i = 0; words[i] != NULL; i++)
    if (words[i][0] != '\0')
      g_string_append_printf (out, "%s\"%s\"", out->len > 0 ? " " : "", words[i]);
  if (out->len > 0)
    g_string_append (out, "*");
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static void
measure_plain (BenchLibrary *library, GPtrArray *queries)
{
  g_autoptr (BenchSeries) series = bench_series_new ("FTS5 unicode61, ORDER BY rank");
  sqlite3_stmt *select;
  sqlite3      *plain;

  sqlite3_open (library->plain_path, &plain);
  sqlite3_exec (plain, "PRAGMA mmap_size = 1073741824", NULL, NULL, NULL);
  sqlite3_prepare_v2 (plain, "SELECT rowid FROM t WHERE t MATCH ?1 ORDER BY rank LIMIT 50", -1,
                      &select, NULL);
  for (guint i = 0; i < queries->len; i++)
    {
      const BenchQuery *query = g_ptr_array_index (queries, i);

      for (guint n = 1; n <= query->n_strokes; n++)
        {
          g_autofree char *typed = bench_query_get_typed (query, n);
          g_autofree char *expression = make_expression (typed);
          BenchTime        start = bench_time_now ();

          sqlite3_bind_text (select, 1, expression, -1, SQLITE_STATIC);
          while (sqlite3_step (select) == SQLITE_ROW)
            ;
          sqlite3_reset (select);
          bench_series_add (series, start);
        }
    }
  sqlite3_finalize (select);
  sqlite3_close (plain);
  bench_series_print (series);
}

/* ---- a process of its own ---- */

/* KiB of a line of /proc/self/status */
static guint64
read_status (const char *name)
{
  g_autofree char *content = NULL;
  const char      *line;

  if (!g_file_get_contents ("/proc/self/status", &content, NULL, NULL))
    return 0;
  line = strstr (content, name);
  return line != NULL ? g_ascii_strtoull (line + strlen (name) + 1, NULL, 10) : 0;
}

/* Opens a library, asks for everything, as a window does when it opens, then so many queries; says
 * how long the first answer took and what memory is held at the end. */
static int
run_child (const char *queries_path, const char *store_path)
{
  g_autoptr (GPtrArray) queries = bench_queries_read (queries_path);
  g_autoptr (TkbStore) store = bench_library_open (store_path, TKB_STORE_OPEN_NONE);
  g_autoptr (BenchSeries) first = bench_series_new ("first query of a process");
  BenchQuery browse = { .text = (char *) "", .selections = (GStrv) (char *[]){ NULL } };
  BenchTime  start = bench_time_now ();
  g_autoptr (TkbSearch) search = tkb_search_new (store);
  guint step = MAX (queries->len / MEMORY_QUERIES, 1);

  ask (search, &browse, 0, NULL);
  bench_series_add (first, start);
  for (guint i = 0; i < queries->len; i += step)
    {
      const BenchQuery *query = g_ptr_array_index (queries, i);

      for (guint n = 1; n <= query->n_strokes; n++)
        ask (search, query, n, NULL);
    }
  g_print ("%" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT
           "\n",
           g_array_index (first->cpu_us, gint64, 0), g_array_index (first->wall_us, gint64, 0),
           read_status ("\nRssAnon:"), read_status ("\nRssFile:"));
  g_clear_object (&search);
  tkb_store_close (store);
  return 0;
}

typedef struct
{
  double cpu_ms, wall_ms, anonymous_mb, file_mb;
} Child;

static Child
spawn_child (const char *queries_path, const char *store_path)
{
  const char *const arguments[] = { "/proc/self/exe", "--child", queries_path, store_path, NULL };
  g_autofree char  *output = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) parts = NULL;

  if (!g_spawn_sync (NULL, (char **) arguments, NULL, G_SPAWN_DEFAULT, NULL, NULL, &output, NULL,
                     NULL, &error))
    g_error ("%s", error->message);
  parts = g_strsplit (output, " ", 4);
  g_assert_cmpuint (g_strv_length (parts), ==, 4);
  return (Child){ g_ascii_strtoull (parts[0], NULL, 10) / 1000.0,
                  g_ascii_strtoull (parts[1], NULL, 10) / 1000.0,
                  g_ascii_strtoull (parts[2], NULL, 10) / 1024.0,
                  g_ascii_strtoull (parts[3], NULL, 10) / 1024.0 };
}

static void
measure_child (BenchLibrary *library, const char *queries_path)
{
  g_autofree char *empty_path = g_build_filename (library->folder, "empty.tisckb", NULL);
  g_autoptr (TkbStore) empty = bench_library_open (empty_path, TKB_STORE_OPEN_CREATE);
  Child without;
  Child with;

  tkb_store_close (empty);
  without = spawn_child (queries_path, empty_path);
  with = spawn_child (queries_path, library->path);
  g_print ("  first query of a process        %.1f ms (empty library %.1f), wall clock %.1f\n",
           with.cpu_ms, without.cpu_ms, with.wall_ms);
  g_print (
      "  memory after %d queries        %+.1f MB against an empty library (own %+.1f, pages of "
      "the file %+.1f)\n",
      MEMORY_QUERIES, with.anonymous_mb + with.file_mb - without.anonymous_mb - without.file_mb,
      with.anonymous_mb - without.anonymous_mb, with.file_mb - without.file_mb);
}

/* ---- Xapian ---- */

/* The documents come to it through a pipe, from the program that prints them. */
static void
run_xapian (BenchLibrary *library, const char *queries_path)
{
  const char      *program = g_getenv ("BENCH_XAPIAN");
  const char      *printer = g_getenv ("BENCH_CORPUS_PRINT");
  g_autofree char *command = NULL;
  const char      *arguments[] = { "/bin/sh", "-c", NULL, NULL };
  g_autoptr (GError) error = NULL;

  if (program == NULL || printer == NULL)
    {
      g_print ("  (Xapian is not here)\n");
      return;
    }
  command =
      g_strdup_printf ("'%s' %u %" G_GSIZE_FORMAT " | '%s' '%s' '%s'", printer, library->count,
                       library->size_bytes, program, library->folder, queries_path);
  arguments[2] = command;
  if (!g_spawn_sync (NULL, (char **) arguments, NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL, NULL, NULL,
                     &error))
    g_error ("%s", error->message);
}

/* For other benchmarks: a library of that size at path. */
static int
copy_library (const char *size, const char *path)
{
  g_auto (GStrv) parts = g_strsplit (size, "x", 2);
  g_autoptr (BenchLibrary) library = bench_library_new (g_ascii_strtoull (parts[0], NULL, 10),
                                                        g_ascii_strtoull (parts[1], NULL, 10));
  g_autoptr (TkbStore) store = bench_library_open (library->path, TKB_STORE_OPEN_NONE);
  g_autoptr (GError) error = NULL;

  tkb_store_backup (store, path, NULL, &error);
  g_assert_no_error (error);
  tkb_store_close (store);
  return 0;
}

static void
measure (const char *queries_path, GPtrArray *queries, guint count, gsize size_bytes)
{
  g_autoptr (BenchLibrary) library = bench_library_new (count, size_bytes);
  g_autoptr (TkbStore) store = NULL;
  g_autoptr (TkbSearch) search = NULL;

  g_print ("%u documents of %" G_GSIZE_FORMAT " bytes, processor time\n", count, size_bytes);
  g_print (
      "  index, all tables               %.1f s; FTS5 unicode61 of the same texts %.1f s; ratio "
      "%.2f\n",
      library->index_s, library->plain_s, library->index_s / MAX (library->plain_s, 0.001));
  measure_child (library, queries_path);
  store = bench_library_open (library->path, TKB_STORE_OPEN_NONE);
  search = tkb_search_new (store);
  measure_keystrokes (search, queries);
  g_clear_object (&search);
  tkb_store_close (store);
  measure_plain (library, queries);
  run_xapian (library, queries_path);
}

int
main (int argc, char **argv)
{
  g_autoptr (GPtrArray) queries = NULL;

  if (argc == 4 && strcmp (argv[1], "--child") == 0)
    return run_child (argv[2], argv[3]);
  if (argc == 4 && strcmp (argv[1], "--copy") == 0)
    return copy_library (argv[2], argv[3]);
  if (argc < 3)
    g_error ("usage: bench-search QUERIES DOCUMENTSxBYTES...");
  queries = bench_queries_read (argv[1]);
  for (int i = 2; i < argc; i++)
    {
      g_auto (GStrv) parts = g_strsplit (argv[i], "x", 2);

      if (g_strv_length (parts) != 2)
        g_error ("%s is not DOCUMENTSxBYTES", argv[i]);
      measure (argv[1], queries, g_ascii_strtoull (parts[0], NULL, 10),
               g_ascii_strtoull (parts[1], NULL, 10));
    }
  return 0;
}
