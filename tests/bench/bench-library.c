/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "bench-library.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <stdlib.h>

#include "bench-corpus.h"
#include "bench-figures.h"
#include "tkb-data.h"
#include "tkb-json.h"

#define BATCH 500
/* as many documents, and the library is kept */
#define KEPT_COUNT 10000
/* another number and what is kept is made anew */
#define CORPUS_VERSION 1

TkbStore *
bench_library_open (const char *path, TkbStoreOpenFlags flags)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbCatalog) catalog = tkb_catalog_new (tkb_data_get_resource (), &error);
  g_autoptr (TkbClock) clock = tkb_clock_new_system ();
  g_autoptr (TkbRandom) random = tkb_random_new_seeded (1);
  TkbStore *store =
      catalog != NULL ? tkb_store_open (path, flags, catalog, clock, random, &error) : NULL;

  if (store == NULL)
    g_error ("%s: %s", path, error->message);
  return store;
}

static void
run_sql (sqlite3 *db, const char *sql)
{
  if (sqlite3_exec (db, sql, NULL, NULL, NULL) != SQLITE_OK)
    g_error ("%s: %s", sql, sqlite3_errmsg (db));
}

/* ---- making ---- */

static void append_strings (JsonNode *node, GString *out);

static void
append_element_cb (JsonArray *array, guint index, JsonNode *element, gpointer user_data)
{
  append_strings (element, user_data);
}

static void
append_member_cb (JsonObject *object, const char *name, JsonNode *member, gpointer user_data)
{
  append_strings (member, user_data);
}

/* Every string of a body: what there is to index. */
static void
append_strings (JsonNode *node, GString *out)
{
  if (JSON_NODE_HOLDS_OBJECT (node))
    json_object_foreach_member (json_node_get_object (node), append_member_cb, out);
  else if (JSON_NODE_HOLDS_ARRAY (node))
    json_array_foreach_element (json_node_get_array (node), append_element_cb, out);
  else if (json_node_get_value_type (node) == G_TYPE_STRING)
    {
      g_string_append (out, json_node_get_string (node));
      g_string_append_c (out, '\n');
    }
}

static char *
get_text (TkbDocument *document)
{
  GString *out = g_string_new (NULL);

  json_object_foreach_member (tkb_document_get_body (document), append_member_cb, out);
  return g_string_free (out, FALSE);
}

/* s of processor time for the texts of one batch, in one transaction */
static double
add_to_plain (sqlite3 *plain, sqlite3_stmt *insert, GPtrArray *batch, guint first)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  BenchTime start;

  for (guint i = 0; i < batch->len; i++)
    g_ptr_array_add (texts, get_text (g_ptr_array_index (batch, i)));
  start = bench_time_now ();
  run_sql (plain, "BEGIN");
  for (guint i = 0; i < batch->len; i++)
    {
      sqlite3_bind_int (insert, 1, first + i + 1);
      sqlite3_bind_text (insert, 2, g_ptr_array_index (texts, i), -1, SQLITE_STATIC);
      if (sqlite3_step (insert) != SQLITE_DONE)
        g_error ("%s", sqlite3_errmsg (plain));
      sqlite3_reset (insert);
    }
  run_sql (plain, "COMMIT");
  return (bench_time_now ().cpu_us - start.cpu_us) / (double) G_USEC_PER_SEC;
}

/* Documents without an index into the store, and their texts into the plain table. */
static void
load (BenchLibrary *self, TkbStore *store, sqlite3 *plain)
{
  g_autoptr (TkbRandom) random = tkb_random_new_seeded (20261122);
  sqlite3_stmt *insert;

  run_sql (plain, "PRAGMA journal_mode = WAL");
  run_sql (plain, "CREATE VIRTUAL TABLE t USING fts5 (text, content = '')");
  sqlite3_prepare_v2 (plain, "INSERT INTO t (rowid, text) VALUES (?1, ?2)", -1, &insert, NULL);
  for (guint first = 0; first < self->count; first += BATCH)
    {
      g_autoptr (GPtrArray) batch =
          g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_document_unref);
      g_autoptr (GPtrArray) results = NULL;

      for (guint i = first; i < MIN (first + BATCH, self->count); i++)
        g_ptr_array_add (batch, bench_corpus_document (random, i, self->size_bytes));
      self->plain_s += add_to_plain (plain, insert, batch, first);
      results = tkb_store_write (store, batch, TKB_WRITE_BULK, NULL, NULL, NULL, NULL);
      g_assert_nonnull (results);
    }
  sqlite3_finalize (insert);
}

static void
make (BenchLibrary *self)
{
  g_autoptr (TkbStore) store =
      bench_library_open (self->path, TKB_STORE_OPEN_CREATE | TKB_STORE_OPEN_NO_INDEX);
  sqlite3 *plain;

  if (sqlite3_open (self->plain_path, &plain) != SQLITE_OK)
    g_error ("%s: %s", self->plain_path, sqlite3_errmsg (plain));
  load (self, store, plain);
  sqlite3_close (plain);
  tkb_store_close (store);
}

/* Whatever the store has not indexed yet: all of it the first time, and after another version of
 * the program has made the index anew. */
static gboolean
index_all (BenchLibrary *self)
{
  BenchTime start = bench_time_now ();
  g_autoptr (TkbStore) store = bench_library_open (self->path, TKB_STORE_OPEN_NONE);
  g_autoptr (TkbStoreCounts) counts = tkb_store_get_counts (store, NULL, NULL);
  gboolean is_made = counts->index_behind > self->count / 2;

  g_assert_true (tkb_store_wait_for_index (store, NULL, NULL));
  tkb_store_close (store);
  if (is_made)
    self->index_s = (bench_time_now ().cpu_us - start.cpu_us) / (double) G_USEC_PER_SEC;
  return is_made;
}

/* ---- keeping ---- */

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

static char *
get_kept_folder (guint count, gsize size_bytes)
{
  const char      *root = g_getenv ("TKB_BUILD_ROOT");
  g_autofree char *name =
      g_strdup_printf ("%ux%" G_GSIZE_FORMAT "-%d", count, size_bytes, CORPUS_VERSION);

  return g_build_filename (root != NULL ? root : ".", "bench-cache", name, NULL);
}

/* Only what was finished has this file. */
static gboolean
read_figures (BenchLibrary *self, const char *path)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();

  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, NULL))
    return FALSE;
  self->index_s = g_key_file_get_double (file, "made", "index-s", NULL);
  self->plain_s = g_key_file_get_double (file, "made", "plain-s", NULL);
  return TRUE;
}

static void
write_figures (BenchLibrary *self, const char *path)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();

  g_key_file_set_double (file, "made", "index-s", self->index_s);
  g_key_file_set_double (file, "made", "plain-s", self->plain_s);
  if (!g_key_file_save_to_file (file, path, NULL))
    g_warning ("%s cannot be written", path);
}

BenchLibrary *
bench_library_new (guint count, gsize size_bytes)
{
  BenchLibrary    *self = g_new0 (BenchLibrary, 1);
  g_autofree char *figures = NULL;
  gboolean         is_made;

  self->count = count;
  self->size_bytes = size_bytes;
  self->is_kept = count >= KEPT_COUNT;
  self->folder = self->is_kept ? get_kept_folder (count, size_bytes)
                               : g_dir_make_tmp ("tkb-bench-XXXXXX", NULL);
  self->path = g_build_filename (self->folder, "library.tisckb", NULL);
  self->plain_path = g_build_filename (self->folder, "plain.db", NULL);
  figures = g_build_filename (self->folder, "figures.ini", NULL);
  is_made = read_figures (self, figures);
  if (!is_made)
    {
      remove_folder (self->folder);
      g_mkdir_with_parents (self->folder, 0755);
      make (self);
    }
  if (index_all (self) || !is_made)
    write_figures (self, figures);
  return self;
}

void
bench_library_free (BenchLibrary *self)
{
  if (!self->is_kept)
    remove_folder (self->folder);
  g_free (self->folder);
  g_free (self->path);
  g_free (self->plain_path);
  g_free (self);
}
