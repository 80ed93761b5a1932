/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* The lists of words and phrases read from FTS5's own tables against what FTS5 itself says; what
 * happens where those tables are damaged; how soon a cancelled walk ends. */

#include <sqlite3.h>
#include <string.h>

#include "search-fixture.h"
#include "tkb-doclist.h"

typedef struct
{
  TkbDb         *db;          /* (owned) */
  TkbFacets     *facets;      /* (owned) */
  TkbTransaction transaction; /* of a reader */
} Reader;

static void
reader_open (Reader *self, const char *path)
{
  g_autoptr (GError) error = NULL;

  self->db = tkb_db_open (path, TKB_DB_READ_ONLY, &error);
  g_assert_no_error (error);
  tkb_db_take (self->db);
  self->facets = tkb_facets_new ();
  self->transaction = (TkbTransaction) TKB_TRANSACTION_INIT;
  tkb_transaction_begin_read (&self->transaction, self->db, &error);
  g_assert_no_error (error);
  tkb_facets_refresh (self->facets, self->db, &error);
  g_assert_no_error (error);
}

static void
reader_close (Reader *self)
{
  tkb_transaction_clear (&self->transaction);
  tkb_facets_free (self->facets);
  tkb_db_close (self->db);
}

static char *
get_path (Fixture *fixture)
{
  return g_build_filename (fixture->folder, "test.tisckb", NULL);
}

/* ---- as FTS5 ---- */

static const char *const words[] = {
  "patent", "patents", "search", "sea",  "seal",     "invention", "invent",  "inventor",   "专利",
  "检索",   "专",      "利检",   "农业", "patience", "pat",       "novelty", "A61K 31/13", "A61K",
};

static char *
draw_text (TkbRandom *random, guint n)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    {
      /* the first ones most often */
      guint rank = tkb_random_below (random, tkb_random_below (random, G_N_ELEMENTS (words)) + 1);

      g_string_append_printf (out, "%s%s", words[rank],
                              tkb_random_below (random, 3) > 0 ? " " : "");
    }
  return g_string_free (out, FALSE);
}

static TkbDocument *
draw_document (TkbRandom *random, guint number)
{
  g_autofree char *id = g_strdup_printf ("case:p%04u", number);
  g_autofree char *title = draw_text (random, 1 + tkb_random_below (random, 4));
  g_autofree char *summary = draw_text (random, tkb_random_below (random, 12));
  g_autofree char *need = draw_text (random, tkb_random_below (random, 60));
  g_autofree char *members = g_strdup_printf ("'summary':'%s','need':'%s'", summary, need);

  return make_case (id, title, members);
}

static void
write_range (Fixture *fixture, guint from, guint to, TkbWriteFlags flags)
{
  g_autoptr (GPtrArray) documents =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_document_unref);
  g_autoptr (GPtrArray) results = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = from; i < to; i++)
    g_ptr_array_add (documents, draw_document (fixture->random, i));
  results = tkb_store_write (fixture->store, documents, flags, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (tkb_store_wait_for_index (fixture->store, NULL, NULL));
}

/* Another body for the document, or its end. */
static void
change (Fixture *fixture, guint number, gboolean is_deleted)
{
  g_autofree char *id = g_strdup_printf ("case:p%04u", number);
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbDocument) old = tkb_store_get (fixture->store, id, NULL, NULL, &error);
  g_autoptr (TkbDocument) drawn = draw_document (fixture->random, number);
  g_autoptr (TkbDocument) changed = NULL;
  g_autoptr (GPtrArray) documents = g_ptr_array_new ();
  g_autoptr (GPtrArray) results = NULL;

  g_assert_no_error (error);
  changed = tkb_document_new (id, tkb_document_get_rev (old), is_deleted,
                              tkb_document_get_body (drawn), NULL);
  g_ptr_array_add (documents, changed);
  results = tkb_store_write (fixture->store, documents, TKB_WRITE_NONE, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
}

static GPtrArray *
make_tokens (const char *text)
{
  GPtrArray *tokens = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) parts = g_strsplit (text, " ", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    g_ptr_array_add (tokens, g_strdup (parts[i]));
  return tokens;
}

static void
assert_same (Reader *reader, TkbIndexTable table, const char *text, gboolean is_prefix)
{
  g_autoptr (GPtrArray) tokens = make_tokens (text);
  g_autoptr (GArray) read = NULL;
  g_autoptr (GArray) asked = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (
      tkb_doclist_read (reader->db, reader->facets, table, tokens, is_prefix, NULL, &read, &error));
  g_assert_no_error (error);
  g_assert_nonnull (read);
  asked =
      tkb_postings_ask_fts5 (reader->db, reader->facets, table, tokens, is_prefix, NULL, &error);
  g_assert_no_error (error);
  g_test_message ("%s%s: %u", text, is_prefix ? "*" : "", asked->len);
  g_assert_cmpmem (read->data, read->len * sizeof (TkbPosting), asked->data,
                   asked->len * sizeof (TkbPosting));
}

static void
assert_all_same (Fixture *fixture)
{
  static const char *const whole[] = {
    "patent",          "patents",       "sea",           "专利",           "检索",
    "nothing",         "patent search", "patent patent", "专利 利检",      "利检 检索",
    "sea sea sea sea", "search sea",    "inventor 专利", "patent nowhere", "专利 利检 检索",
    "novelty",
  };
  static const char *const beginnings[] = {
    "p",         "pa",      "pat", "pate",    "inv",  "invent", "专",
    "patent se", "sea inv", "zzz", "专利 利", "a61k", "a6",
  };
  static const char *const sounds[] = { "zhuan", "zhu", "zh", "z", "jiansuo", "zhuanlij", "q" };
  g_autofree char         *path = get_path (fixture);
  Reader                   reader;

  reader_open (&reader, path);
  for (guint table = TKB_INDEX_TABLE_TITLE; table <= TKB_INDEX_TABLE_BODY; table++)
    {
      for (guint i = 0; i < G_N_ELEMENTS (whole); i++)
        assert_same (&reader, table, whole[i], FALSE);
      for (guint i = 0; i < G_N_ELEMENTS (beginnings); i++)
        assert_same (&reader, table, beginnings[i], TRUE);
    }
  for (guint i = 0; i < G_N_ELEMENTS (sounds); i++)
    assert_same (&reader, TKB_INDEX_TABLE_PINYIN, sounds[i], TRUE);
  reader_close (&reader);
}

/* In one segment and in many, with documents changed, deleted and written again, and after all is
 * merged. */
static void
test_as_fts5 (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  write_range (fixture, 0, 400, TKB_WRITE_BULK);
  assert_all_same (fixture);
  for (guint i = 0; i < 60; i++)
    {
      change (fixture, tkb_random_below (fixture->random, 200), FALSE);
      change (fixture, 200 + i, TRUE);
    }
  write_range (fixture, 400, 440, TKB_WRITE_NONE);
  assert_all_same (fixture);
  write_range (fixture, 440, 1500, TKB_WRITE_BULK);
  assert_all_same (fixture);
  g_assert_true (tkb_store_reindex (fixture->store, NULL, &error));
  g_assert_no_error (error);
  assert_all_same (fixture);
}

static void
test_empty (Fixture *fixture, gconstpointer unused)
{
  assert_all_same (fixture);
}

/* ---- damage ---- */

static void
run_sql (sqlite3 *db, const char *sql)
{
  g_assert_cmpint (sqlite3_exec (db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
}

/* One byte of one page, or of the list of segments, becomes another. */
static void
damage (sqlite3 *db, TkbRandom *random)
{
  sqlite3_stmt *select;
  sqlite3_stmt *update;

  g_assert_cmpint (sqlite3_prepare_v2 (db,
                                       "SELECT id, block FROM index_body_data ORDER BY "
                                       "(id * ?1) % 1009 LIMIT 1",
                                       -1, &select, NULL),
                   ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (db, "UPDATE index_body_data SET block = ?2 WHERE id = ?1",
                                       -1, &update, NULL),
                   ==, SQLITE_OK);
  sqlite3_bind_int (select, 1, 1 + tkb_random_below (random, 1000));
  if (sqlite3_step (select) == SQLITE_ROW && sqlite3_column_bytes (select, 1) > 0)
    {
      int                size = sqlite3_column_bytes (select, 1);
      g_autofree guint8 *block = g_memdup2 (sqlite3_column_blob (select, 1), size);

      block[tkb_random_below (random, MIN (size, 400))] = tkb_random_below (random, 256);
      sqlite3_bind_int64 (update, 1, sqlite3_column_int64 (select, 0));
      sqlite3_bind_blob (update, 2, block, size - (int) tkb_random_below (random, 2),
                         SQLITE_TRANSIENT);
      sqlite3_reset (select);
      sqlite3_step (update);
    }
  sqlite3_finalize (select);
  sqlite3_finalize (update);
}

/* Whatever stands there: an answer, none, or an error; never a crash. */
static void
read_damaged (const char *path)
{
  static const char *const texts[] = { "patent", "patent search", "专利 利检", "sea" };
  Reader                   reader;

  reader_open (&reader, path);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    for (guint is_prefix = 0; is_prefix < 2; is_prefix++)
      {
        g_autoptr (GPtrArray) tokens = make_tokens (texts[i]);
        g_autoptr (GArray) list = NULL;
        g_autoptr (GError) error = NULL;

        if (!tkb_doclist_read (reader.db, reader.facets, TKB_INDEX_TABLE_BODY, tokens, is_prefix,
                               NULL, &list, &error))
          g_assert_nonnull (error);
        for (guint j = 1; list != NULL && j < list->len; j++)
          g_assert_cmpuint (g_array_index (list, TkbPosting, j - 1).doc, <,
                            g_array_index (list, TkbPosting, j).doc);
      }
  reader_close (&reader);
}

static void
test_damaged (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *path = get_path (fixture);
  sqlite3         *db;

  write_range (fixture, 0, 300, TKB_WRITE_BULK);
  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  run_sql (db, "ATTACH ':memory:' AS side");
  run_sql (db, "CREATE TABLE side.kept AS SELECT * FROM index_body_data");
  for (guint round = 0; round < 150; round++)
    {
      for (guint i = 0; i < 1 + round % 4; i++)
        damage (db, fixture->random);
      read_damaged (path);
      run_sql (db,
               "DELETE FROM index_body_data; INSERT INTO index_body_data SELECT * FROM side.kept");
    }
  sqlite3_close (db);
  assert_all_same (fixture);
}

/* ---- cancelling ---- */

typedef struct
{
  GCancellable *cancellable;
  guint         rows;      /* that any statement gave */
  guint         cancel_at; /* 0: never */
} Watch;

static int
row_cb (unsigned type, void *user_data, void *stmt, void *unused)
{
  Watch *watch = user_data;

  if (++watch->rows == watch->cancel_at)
    g_cancellable_cancel (watch->cancellable);
  return 0;
}

static guint
count_rows (Reader *reader, guint cancel_at, gboolean *out_is_cancelled)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GPtrArray) tokens = make_tokens ("p");
  g_autoptr (TkbPostings) postings = tkb_postings_new ();
  g_autoptr (GError) error = NULL;
  Watch watch = { cancellable, 0, cancel_at };
  g_autoptr (GArray) list = NULL;

  sqlite3_trace_v2 (tkb_db_get_handle (reader->db), SQLITE_TRACE_ROW, row_cb, &watch);
  list = tkb_postings_get (postings, reader->db, reader->facets, TKB_INDEX_TABLE_BODY, tokens, TRUE,
                           cancellable, &error);
  sqlite3_trace_v2 (tkb_db_get_handle (reader->db), 0, NULL, NULL);
  *out_is_cancelled = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_true (*out_is_cancelled == (list == NULL));
  return watch.rows;
}

/* Not by the clock, but by the pages that are read after the cancelling. */
static void
test_cancelled (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *path = get_path (fixture);
  gboolean         is_cancelled;
  Reader           reader;

  write_range (fixture, 0, 3000, TKB_WRITE_BULK);
  reader_open (&reader, path);
  g_assert_cmpuint (count_rows (&reader, 0, &is_cancelled), >, 12);
  g_assert_false (is_cancelled);
  g_assert_cmpuint (count_rows (&reader, 8, &is_cancelled), ==, 8);
  g_assert_true (is_cancelled);
  reader_close (&reader);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  FIXTURE_TEST ("/search/postings/as-fts5", test_as_fts5);
  FIXTURE_TEST ("/search/postings/empty", test_empty);
  FIXTURE_TEST ("/search/postings/damaged", test_damaged);
  FIXTURE_TEST ("/search/postings/cancelled", test_cancelled);
  return g_test_run ();
}
