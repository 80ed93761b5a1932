/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Stores of every past version, kept as readable SQL, open in this one with everything in them. */
#include "config.h"

#include "store-fixture.h"

#include <glib/gstdio.h>

#include "tkb-db-private.h"
#include "tkb-index.h"
#include "tkb-json.h"

/* SHA-256 of "hello", which the attachment of the fixtures holds */
#define HELLO_SHA256 "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
#define WINNER "2-417f1edfcc25c1a9a71e2e767bdd0b7f"

/* Writes the store that the SQL text describes, as a program of that version left it. */
static void
load (Fixture *fixture, const char *name)
{
  g_autofree char *file = g_test_build_filename (G_TEST_DIST, "store", "fixtures", name, NULL);
  g_autofree char *script = NULL;
  g_autofree char *shelf = g_strconcat (fixture->path, ".blobs/2c", NULL);
  g_autofree char *blob = g_build_filename (shelf, HELLO_SHA256, NULL);
  g_autoptr (GError) error = NULL;
  TkbDb *db;

  tkb_store_close (fixture->store);
  g_clear_object (&fixture->store);
  g_assert_cmpint (g_unlink (fixture->path), ==, 0);
  g_file_get_contents (file, &script, NULL, &error);
  g_assert_no_error (error);
  db = tkb_db_alloc (fixture->path);
  g_assert_cmpint (sqlite3_open (fixture->path, &db->handle), ==, SQLITE_OK);
  g_assert_true (tkb_index_register (db, &error));
  if (!tkb_db_run_script (db, script, &error))
    g_error ("%s: %s", name, error->message);
  tkb_db_close (db);
  g_assert_cmpint (g_mkdir_with_parents (shelf, 0755), ==, 0);
  g_assert_true (g_file_set_contents (blob, "hello", 5, NULL));
}

static void
test_version_1 (Fixture *fixture, gconstpointer data)
{
  TkbStore *store;
  g_autoptr (JsonObject) checkpoint = NULL;
  g_autoptr (GPtrArray) outbox = NULL;
  g_autoptr (TkbStoreCounts) counts = NULL;
  g_autofree char *changes = NULL;
  g_autofree char *title = NULL;
  g_autofree char *next = NULL;
  g_autoptr (GError) error = NULL;

  load (fixture, "1.sql");
  fixture_reopen (fixture, TKB_STORE_OPEN_OUTBOX);
  store = fixture->store;
  g_assert_true (tkb_store_wait_for_index (store, NULL, &error));
  g_assert_no_error (error);
  assert_clean (store);
  g_assert_cmpstr (tkb_store_get_uuid (store), ==, "b3f2af6d0fc710c5853b559647364cea");
  g_assert_cmpuint (tkb_store_get_last_seq (store), ==, 7);
  assert_winner (store, "case-1", WINNER);
  title = read_text (store, "case-1", "1-8ebc3d0af9d6a3f73d99834842578f75", "title");
  g_assert_cmpstr (title, ==, "Solar pump");
  changes = list_changes (store, 4, TKB_CHANGES_ALL_LEAVES);
  g_assert_cmpstr (changes, ==, "system-1:2-c,2-b gone:2-117c322305f5cfafbdcf7771beb87f0e");
  g_assert_true (tkb_store_has_blob (store, "md5-XUFAKrxLKna5cZ2REBfFkg=="));
  checkpoint = tkb_store_get_local (store, "checkpoint", NULL, NULL);
  g_assert_cmpint (tkb_json_get_int (checkpoint, "last_seq", 0), ==, 3);
  outbox = tkb_store_get_outbox (store, NULL, NULL);
  g_assert_cmpuint (outbox->len, ==, 2);
  g_assert_true (tkb_store_is_favourite (store, "case-1"));
  counts = tkb_store_get_counts (store, NULL, NULL);
  g_assert_cmpuint (counts->documents, ==, 3);
  g_assert_cmpuint (counts->conflicts, ==, 1);
  /* and it can be written to */
  next = put (store, "case-1", WINNER, "{'kind':'case','title':'Next'}");
  assert_winner (store, "case-1", next);
}

/* Version 1 knew nothing of texts: its attachments wait for being read. */
static void
test_texts_wait (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TkbTextJob) job = NULL;
  g_autoptr (GError) error = NULL;

  load (fixture, "1.sql");
  fixture_reopen (fixture, TKB_STORE_OPEN_OUTBOX);
  g_assert_true (tkb_store_wait_for_index (fixture->store, NULL, &error));
  job = tkb_store_find_text_job (fixture->store, 1, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (job);
  g_assert_cmpstr (job->name, ==, "h.txt");
  g_assert_cmpstr (job->content_type, ==, "text/plain");
}

/* The whole store as it was is kept before it is changed; it is a store of that version. */
static void
test_copy_before (Fixture *fixture, gconstpointer data)
{
  g_autofree char *copy = g_strconcat (fixture->path, ".backups/version-1.tisckb", NULL);
  g_autoptr (TkbStore) store = NULL;
  g_autoptr (GError) error = NULL;

  load (fixture, "1.sql");
  fixture_reopen (fixture, TKB_STORE_OPEN_OUTBOX);
  store = tkb_store_open (copy, TKB_STORE_OPEN_READ_ONLY, NULL, fixture->clock, fixture->random,
                          &error);
  g_assert_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_READ_ONLY);
  g_clear_error (&error);
  store =
      tkb_store_open (copy, TKB_STORE_OPEN_OUTBOX, NULL, fixture->clock, fixture->random, &error);
  g_assert_no_error (error);
  assert_winner (store, "case-1", WINNER);
  tkb_store_close (store);
}

/* The text of an attachment is still there and its words are indexed again. */
static void
test_version_2 (Fixture *fixture, gconstpointer data)
{
  guint64 counts[TKB_TEXT_N_STATES];
  g_autoptr (TkbTextJob) job = NULL;
  g_autoptr (GError) error = NULL;

  load (fixture, "2.sql");
  fixture_reopen (fixture, TKB_STORE_OPEN_OUTBOX);
  g_assert_true (tkb_store_wait_for_index (fixture->store, NULL, &error));
  g_assert_no_error (error);
  assert_clean (fixture->store);
  assert_winner (fixture->store, "case-1", WINNER);
  g_assert_true (tkb_store_count_texts (fixture->store, counts, NULL, &error));
  g_assert_cmpuint (counts[TKB_TEXT_WHOLE], ==, 1);
  g_assert_cmpuint (counts[TKB_TEXT_WAITING], ==, 0);
  g_assert_null (tkb_store_find_text_job (fixture->store, 1, NULL, &error));
  job = tkb_store_find_text_job (fixture->store, 2, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (job);
}

/* A migration that was cut off has left nothing: it is one transaction. */
static void
test_half_made (Fixture *fixture, gconstpointer data)
{
  TkbDb *db;

  tkb_store_close (fixture->store);
  g_clear_object (&fixture->store);
  g_assert_cmpint (g_unlink (fixture->path), ==, 0);
  db = tkb_db_alloc (fixture->path);
  g_assert_cmpint (sqlite3_open (fixture->path, &db->handle), ==, SQLITE_OK);
  /* power failed after the file was marked as ours and before its tables were there */
  g_assert_true (tkb_db_run_script (db, "PRAGMA application_id = 1414218289", NULL));
  tkb_db_close (db);
  fixture_reopen (fixture, TKB_STORE_OPEN_CREATE);
  g_free (put (fixture->store, "a", NULL, "{}"));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  FIXTURE_TEST ("/store/migrations/1", 0, test_version_1);
  FIXTURE_TEST ("/store/migrations/copy-before", 0, test_copy_before);
  FIXTURE_TEST ("/store/migrations/1-texts", 0, test_texts_wait);
  FIXTURE_TEST ("/store/migrations/2", 0, test_version_2);
  FIXTURE_TEST ("/store/migrations/half-made", 0, test_half_made);
  return g_test_run ();
}
