/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Segments of an FTS5 index that are made outside FTS5: for the same words the same pages, to the
 * byte, as FTS5 writes by itself. */
#include "config.h"

#include <locale.h>
#include <sqlite3.h>
#include <string.h>

#include "tkb-random.h"
#include "tkb-index-segment.h"

/* ---- words: parted by spaces; "+" says that a word stands at the place of the one before ---- */

typedef int (*WordFunc) (void *, int, const char *, int, int, int);

static int
split (Fts5Tokenizer *tokenizer,
       void          *data,
       int            flags,
       const char    *text,
       int            length,
       WordFunc       function)
{
  for (int start = 0, end; start < length; start = end + 1)
    {
      int is_colocated = text[start] == '+';
      int code;

      for (end = start; end < length && text[end] != ' '; end++)
        ;
      code = function (data, is_colocated ? FTS5_TOKEN_COLOCATED : 0, text + start + is_colocated,
                       end - start - is_colocated, start, end);
      if (code != SQLITE_OK)
        return code;
    }
  return SQLITE_OK;
}

static int
create (void *data, const char **arguments, int n, Fts5Tokenizer **out_tokenizer)
{
  static int nothing;

  *out_tokenizer = (Fts5Tokenizer *) &nothing;
  return SQLITE_OK;
}

static void delete (Fts5Tokenizer *tokenizer)
{
}

typedef struct
{
  TkbSegment *segment;
  guint       column;
} Adding;

static int
add_word (void *data, int flags, const char *word, int length, int start, int end)
{
  Adding *adding = data;

  tkb_segment_add (adding->segment, adding->column, word, length,
                   (flags & FTS5_TOKEN_COLOCATED) != 0);
  return SQLITE_OK;
}

/* ---- FTS5's side ---- */

static void
run (sqlite3 *db, const char *sql)
{
  g_assert_cmpstr (sqlite3_exec (db, sql, NULL, NULL, NULL) == SQLITE_OK ? "" : sqlite3_errmsg (db),
                   ==, "");
}

static sqlite3_stmt *
prepare (sqlite3 *db, const char *sql)
{
  sqlite3_stmt *stmt = NULL;

  g_assert_cmpint (sqlite3_prepare_v2 (db, sql, -1, &stmt, NULL), ==, SQLITE_OK);
  return stmt;
}

static sqlite3 *
open_table (const char *declaration)
{
  fts5_tokenizer   methods = { create, delete, split };
  g_autofree char *sql = g_strdup_printf ("CREATE VIRTUAL TABLE words USING fts5 (%s, content = '',"
                                          " columnsize = 0, tokenize = 'split')",
                                          declaration);
  fts5_api        *api = NULL;
  sqlite3         *db;
  sqlite3_stmt    *stmt;

  g_assert_cmpint (sqlite3_open (":memory:", &db), ==, SQLITE_OK);
  stmt = prepare (db, "SELECT fts5 (?1)");
  sqlite3_bind_pointer (stmt, 1, &api, "fts5_api_ptr", NULL);
  sqlite3_step (stmt);
  sqlite3_finalize (stmt);
  g_assert_nonnull (api);
  g_assert_cmpint (api->xCreateTokenizer (api, "split", NULL, &methods, NULL), ==, SQLITE_OK);
  run (db, sql);
  run (db, "INSERT INTO words (words, rank) VALUES ('hashsize', 1000000000)");
  run (db, "INSERT INTO words (words, rank) VALUES ('automerge', 0)");
  return db;
}

static void
compare_pages (sqlite3 *db, TkbSegment *segment)
{
  sqlite3_stmt *stmt = prepare (db, "SELECT id & 0x1fffffffff, block FROM words_data WHERE id > 10"
                                    " ORDER BY id");
  GArray       *pages = tkb_segment_get_pages (segment);
  guint         n = 0;

  while (sqlite3_step (stmt) == SQLITE_ROW)
    {
      gint64          id = sqlite3_column_int64 (stmt, 0);
      TkbSegmentPage *page = NULL;

      for (guint i = 0; i < pages->len && page == NULL; i++)
        if (g_array_index (pages, TkbSegmentPage, i).id == id)
          page = &g_array_index (pages, TkbSegmentPage, i);
      g_assert_nonnull (page);
      g_assert_cmpmem (tkb_segment_get_bytes (segment) + page->offset, page->length,
                       sqlite3_column_blob (stmt, 1), sqlite3_column_bytes (stmt, 1));
      n++;
    }
  g_assert_cmpuint (n, ==, pages->len);
  sqlite3_finalize (stmt);
}

static void
compare_keys (sqlite3 *db, TkbSegment *segment)
{
  sqlite3_stmt *stmt = prepare (db, "SELECT term, pgno FROM words_idx ORDER BY segid, term");
  GArray       *keys = tkb_segment_get_keys (segment);
  guint         n = 0;

  for (; sqlite3_step (stmt) == SQLITE_ROW; n++)
    {
      TkbSegmentKey *key = &g_array_index (keys, TkbSegmentKey, n);

      g_assert_cmpuint (n, <, keys->len);
      g_assert_cmpmem (tkb_segment_get_bytes (segment) + key->offset, key->length,
                       sqlite3_column_blob (stmt, 0), sqlite3_column_bytes (stmt, 0));
      g_assert_cmpint (key->page, ==, sqlite3_column_int64 (stmt, 1));
    }
  g_assert_cmpuint (n, ==, keys->len);
  sqlite3_finalize (stmt);
}

static void
compare_totals (sqlite3 *db, TkbSegment *segment, guint n_columns)
{
  sqlite3_stmt *stmt = prepare (db, "SELECT block FROM words_data WHERE id = 1");
  guint8        expected[64];
  guint         n = tkb_varint_put (expected, tkb_segment_get_n_rows (segment));

  for (guint i = 0; i < n_columns; i++)
    n += tkb_varint_put (expected + n, tkb_segment_get_n_words (segment, i));
  g_assert_cmpint (sqlite3_step (stmt), ==, SQLITE_ROW);
  g_assert_cmpmem (expected, n, sqlite3_column_blob (stmt, 0), sqlite3_column_bytes (stmt, 0));
  sqlite3_finalize (stmt);
}

/* Writes the same rows both ways. (element-type utf8), n_columns a row */
static void
compare (const char *declaration, const TkbSegmentForm *form, GPtrArray *texts, const gint64 *rows)
{
  static const char *const insert[] = {
    "INSERT INTO words (rowid, a) VALUES (?1, ?2)",
    "INSERT INTO words (rowid, a, b) VALUES (?1, ?2, ?3)",
    "INSERT INTO words (rowid, a, b, c) VALUES (?1, ?2, ?3, ?4)",
  };
  sqlite3      *db = open_table (declaration);
  sqlite3_stmt *stmt = prepare (db, insert[form->n_columns - 1]);
  g_autoptr (TkbSegment) segment = tkb_segment_new (form);

  run (db, "BEGIN");
  for (guint i = 0; i < texts->len / form->n_columns; i++)
    {
      tkb_segment_begin_row (segment, rows[i]);
      sqlite3_bind_int64 (stmt, 1, rows[i]);
      for (guint j = 0; j < form->n_columns; j++)
        {
          const char *text = g_ptr_array_index (texts, i * form->n_columns + j);
          Adding      adding = { segment, j };

          split (NULL, &adding, 0, text, strlen (text), add_word);
          sqlite3_bind_text (stmt, 2 + j, text, -1, SQLITE_STATIC);
        }
      g_assert_cmpint (sqlite3_step (stmt), ==, SQLITE_DONE);
      sqlite3_reset (stmt);
    }
  sqlite3_finalize (stmt);
  run (db, "COMMIT");
  tkb_segment_seal (segment);
  compare_pages (db, segment);
  compare_keys (db, segment);
  compare_totals (db, segment, form->n_columns);
  sqlite3_close (db);
}

/* ---- what is written ---- */

static const char *const kinds[] = { "", "é", "专", "مع" };

static char *
make_text (TkbRandom *random, guint n_words, guint vocabulary)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < n_words; i++)
    {
      guint word = tkb_random_below (random, 1 + tkb_random_below (random, vocabulary));

      if (text->len > 0)
        g_string_append_c (text, ' ');
      if (tkb_random_below (random, 8) == 0)
        g_string_append_c (text, '+');
      g_string_append_printf (text, "%s%x%.*s", kinds[word % G_N_ELEMENTS (kinds)], word,
                              (int) (word % 60),
                              "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefgh");
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
compare_random (guint64 seed, guint n_rows, guint n_words, guint vocabulary)
{
  static const struct
  {
    const char    *declaration;
    TkbSegmentForm form;
  } tables[] = {
    { "a, b, c", { 3, TRUE, 0, { 0 } } },
    { "a, prefix = '1 2 3'", { 1, TRUE, 3, { 1, 2, 3 } } },
    { "a, detail = none, prefix = '2 3'", { 1, FALSE, 2, { 2, 3 } } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    {
      g_autoptr (TkbRandom) random = tkb_random_new_seeded (seed + i);
      g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
      g_autofree gint64 *rows = g_new (gint64, n_rows);

      for (guint j = 0; j < n_rows; j++)
        {
          rows[j] = (j > 0 ? rows[j - 1] : 0) + 1 + tkb_random_below (random, 300);
          for (guint k = 0; k < tables[i].form.n_columns; k++)
            g_ptr_array_add (texts,
                             make_text (random, tkb_random_below (random, n_words), vocabulary));
        }
      compare (tables[i].declaration, &tables[i].form, texts, rows);
    }
}

static void
test_empty (void)
{
  compare_random (1, 1, 1, 1);
  compare_random (2, 3, 1, 1);
}

static void
test_few (void)
{
  for (guint seed = 0; seed < 50; seed++)
    compare_random (100 + 10 * seed, 1 + seed, 20, 1 + 3 * seed);
}

static void
test_many (void)
{
  compare_random (3, 1000, 60, 20000);
  compare_random (4, 4000, 30, 12);
}

/* One word over so many pages that the list of first rows is written, with pages that begin no row
 * and lengths of two and three bytes. */
static void
test_long_lists (void)
{
  compare_random (5, 40, 20000, 3);
  compare_random (6, 20000, 6, 2);
}

static void
test_numbers (void)
{
  const guint64 numbers[] = { 0,          1,          127,         128,        16383,
                              16384,      G_MAXINT32, G_MAXUINT32, 1ULL << 55, (1ULL << 56) - 1,
                              1ULL << 56, G_MAXUINT64 };

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      guint8  bytes[9];
      guint64 back = 1;
      guint   n = tkb_varint_put (bytes, numbers[i]);

      g_assert_cmpuint (tkb_varint_get (bytes, n, &back), ==, n);
      g_assert_cmpuint (back, ==, numbers[i]);
      g_assert_cmpuint (tkb_varint_get (bytes, n - 1, &back), ==, 0);
    }
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/segment/empty", test_empty);
  g_test_add_func ("/segment/few", test_few);
  g_test_add_func ("/segment/many", test_many);
  g_test_add_func ("/segment/long-lists", test_long_lists);
  g_test_add_func ("/segment/numbers", test_numbers);
  return g_test_run ();
}
