/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* What happens to files that are no store, are newer, damaged or cannot be written. */
#include "config.h"

#include "store-fixture.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tkb-db.h"

static void
run_sql (const char *path, const char *sql)
{
  sqlite3 *db = NULL;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_close (db), ==, SQLITE_OK);
}

static char *
read_file (const char *path, gsize *out_length)
{
  char *content = NULL;

  g_assert_true (g_file_get_contents (path, &content, out_length, NULL));
  return content;
}

/* Opening path ends with code and leaves every byte, and the folder, as they were. */
static void
assert_refused (Fixture *fixture, const char *path, TkbStoreOpenFlags flags, TkbStoreError code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbStore) store = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autofree char *log = g_strconcat (path, "-wal", NULL);
  g_autofree char *blobs = g_strconcat (path, ".blobs", NULL);
  gsize            before_length, after_length;

  before = read_file (path, &before_length);
  store = tkb_store_open (path, flags, NULL, fixture->clock, fixture->random, &error);
  g_assert_error (error, TKB_STORE_ERROR, (int) code);
  g_assert_null (store);
  after = read_file (path, &after_length);
  g_assert_cmpmem (before, before_length, after, after_length);
  g_assert_false (g_file_test (log, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (blobs, G_FILE_TEST_EXISTS));
}

static void
test_missing (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "none", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (
      tkb_store_open (path, TKB_STORE_OPEN_NONE, NULL, fixture->clock, fixture->random, &error));
  g_assert_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_NOT_FOUND);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  g_clear_error (&error);
  g_assert_null (tkb_store_open (fixture->folder, TKB_STORE_OPEN_CREATE, NULL, fixture->clock,
                                 fixture->random, &error));
  g_assert_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_NOT_A_STORE);
}

static void
test_foreign (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = g_build_filename (fixture->folder, "text", NULL);
  g_autofree char *database = g_build_filename (fixture->folder, "database", NULL);
  g_autofree char *empty = g_build_filename (fixture->folder, "empty", NULL);

  g_file_set_contents (text, "Not a database, but longer than sixteen bytes.", -1, NULL);
  assert_refused (fixture, text, TKB_STORE_OPEN_CREATE, TKB_STORE_ERROR_NOT_A_STORE);
  run_sql (database, "CREATE TABLE t (x); INSERT INTO t VALUES (1)");
  assert_refused (fixture, database, TKB_STORE_OPEN_CREATE, TKB_STORE_ERROR_NOT_A_STORE);
  assert_refused (fixture, database, TKB_STORE_OPEN_READ_ONLY, TKB_STORE_ERROR_NOT_A_STORE);
  g_file_set_contents (empty, "", 0, NULL);
  assert_refused (fixture, empty, TKB_STORE_OPEN_NONE, TKB_STORE_ERROR_NOT_A_STORE);
}

static void
test_empty_is_created (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "empty", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbStore) store = NULL;

  /* what a crash right after the file was made leaves */
  g_file_set_contents (path, "", 0, NULL);
  store =
      tkb_store_open (path, TKB_STORE_OPEN_CREATE, NULL, fixture->clock, fixture->random, &error);
  g_assert_no_error (error);
  g_free (put (store, "a", NULL, "{}"));
  tkb_store_close (store);
}

static void
test_newer (Fixture *fixture, gconstpointer data)
{
  g_free (put (fixture->store, "a", NULL, "{}"));
  tkb_store_close (fixture->store);
  g_clear_object (&fixture->store);
  run_sql (fixture->path, "PRAGMA journal_mode = DELETE; PRAGMA user_version = 999");
  assert_refused (fixture, fixture->path, TKB_STORE_OPEN_CREATE, TKB_STORE_ERROR_NEWER_VERSION);
  assert_refused (fixture, fixture->path, TKB_STORE_OPEN_READ_ONLY, TKB_STORE_ERROR_NEWER_VERSION);
}

static void
test_damaged (Fixture *fixture, gconstpointer data)
{
  g_autofree char *content = NULL;
  g_autofree char *cut = g_build_filename (fixture->folder, "cut", NULL);
  g_autofree char *half = g_build_filename (fixture->folder, "half", NULL);
  g_autofree char *noise = g_build_filename (fixture->folder, "noise", NULL);
  gsize            length;

  for (int i = 0; i < 50; i++)
    {
      g_autofree char *id = g_strdup_printf ("doc-%d", i);

      g_free (put (fixture->store, id, NULL, "{'title':'Some words in a document'}"));
    }
  tkb_store_close (fixture->store);
  g_clear_object (&fixture->store);
  content = read_file (fixture->path, &length);
  g_file_set_contents (cut, content, 50, NULL);
  assert_refused (fixture, cut, TKB_STORE_OPEN_CREATE, TKB_STORE_ERROR_CORRUPT);
  g_file_set_contents (half, content, (gssize) length / 2, NULL);
  assert_refused (fixture, half, TKB_STORE_OPEN_CREATE, TKB_STORE_ERROR_CORRUPT);
  memset (content + 100, 0xA5, length - 100);
  g_file_set_contents (noise, content, (gssize) length, NULL);
  assert_refused (fixture, noise, TKB_STORE_OPEN_CREATE, TKB_STORE_ERROR_CORRUPT);
}

static void
test_read_only (Fixture *fixture, gconstpointer data)
{
  g_autofree char *rev = put (fixture->store, "a", NULL, "{'title':'T'}");
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbDocument) document = make_document ("b", NULL, "{}");

  fixture_reopen (fixture, TKB_STORE_OPEN_READ_ONLY);
  assert_winner (fixture->store, "a", rev);
  g_assert_null (tkb_store_put (fixture->store, document, TKB_WRITE_NONE, NULL, &error));
  g_assert_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_READ_ONLY);
  g_clear_error (&error);
  g_assert_false (tkb_store_set_favourite (fixture->store, "a", TRUE, &error));
  g_assert_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_READ_ONLY);
}

/* A stick with the write lock on: no right to write to the folder either. */
static void
test_read_only_folder (Fixture *fixture, gconstpointer data)
{
  g_autofree char *rev = put (fixture->store, "a", NULL, "{'title':'T'}");
  g_autoptr (GError) error = NULL;

  if (geteuid () == 0)
    {
      g_test_skip ("the superuser may write everywhere");
      return;
    }
  tkb_store_close (fixture->store);
  g_clear_object (&fixture->store);
  g_assert_cmpint (g_chmod (fixture->path, 0444), ==, 0);
  g_assert_cmpint (g_chmod (fixture->folder, 0555), ==, 0);
  fixture->store = fixture_open (fixture, TKB_STORE_OPEN_NONE, &error);
  g_assert_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_READ_ONLY);
  g_clear_error (&error);
  fixture->store = fixture_open (fixture, TKB_STORE_OPEN_READ_ONLY, &error);
  g_assert_no_error (error);
  assert_winner (fixture->store, "a", rev);
  tkb_store_close (fixture->store);
  g_clear_object (&fixture->store);
  g_assert_cmpint (g_chmod (fixture->folder, 0755), ==, 0);
}

static void
test_identity (Fixture *fixture, gconstpointer data)
{
  g_autofree char *uuid = g_strdup (tkb_store_get_uuid (fixture->store));
  g_autofree char *rev = put (fixture->store, "a", NULL, "{}");

  g_assert_cmpuint (strlen (uuid), ==, 32);
  g_assert_true (tkb_store_set_revs_limit (fixture->store, 7, NULL));
  fixture_reopen (fixture, TKB_STORE_OPEN_NONE);
  g_assert_cmpstr (tkb_store_get_uuid (fixture->store), ==, uuid);
  g_assert_cmpuint (tkb_store_get_revs_limit (fixture->store), ==, 7);
  g_assert_cmpuint (tkb_store_get_last_seq (fixture->store), ==, 1);
  assert_winner (fixture->store, "a", rev);
}

static void
test_closed (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbDocument) document = make_document ("b", NULL, "{}");

  tkb_store_close (fixture->store);
  tkb_store_close (fixture->store);
  g_assert_null (tkb_store_get (fixture->store, "a", NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
  g_clear_error (&error);
  g_assert_null (tkb_store_put (fixture->store, document, TKB_WRITE_NONE, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
  g_clear_object (&fixture->store);
}

/* What was acknowledged is in the file, also where nobody closed it: a copy of the file and its
 * log, taken while the store is open, is what a crash would leave. */
static void
test_crash (Fixture *fixture, gconstpointer data)
{
  g_autofree char *copy = g_build_filename (fixture->folder, "copy", NULL);
  g_autofree char *copy_log = g_strconcat (copy, "-wal", NULL);
  g_autofree char *log = g_strconcat (fixture->path, "-wal", NULL);
  g_autoptr (TkbStore) recovered = NULL;
  g_autoptr (GError) error = NULL;

  for (int i = 0; i < 20; i++)
    {
      g_autofree char *id = g_strdup_printf ("doc-%d", i);
      g_autofree char *rev = put (fixture->store, id, NULL, "{'kind':'case'}");
      g_autofree char *content = NULL;
      gsize            length;

      content = read_file (fixture->path, &length);
      g_assert_true (g_file_set_contents (copy, content, (gssize) length, NULL));
      g_clear_pointer (&content, g_free);
      content = read_file (log, &length);
      /* with a torn write at its end */
      memset (content + length - 10, 0x5A, 10);
      g_assert_true (g_file_set_contents (copy_log, content, (gssize) length, NULL));
    }
  recovered =
      tkb_store_open (copy, TKB_STORE_OPEN_NONE, NULL, fixture->clock, fixture->random, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (tkb_store_get_last_seq (recovered), >=, 19);
  assert_clean (recovered);
  tkb_store_close (recovered);
}

/* ---- two programs ---- */

static const char *program; /* this one, to be run once more */

/* What the second program does: as many edits as it is told, each on its own. */
static int
run_child (const char *path, const char *prefix, int count)
{
  g_autoptr (TkbClock) clock = tkb_clock_new_system ();
  g_autoptr (TkbRandom) random = tkb_random_new_system ();
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbStore) store =
      tkb_store_open (path, TKB_STORE_OPEN_NONE, NULL, clock, random, &error);

  g_assert_no_error (error);
  for (int i = 0; i < count; i++)
    {
      g_autofree char *id = g_strdup_printf ("%s-%d", prefix, i);

      g_free (put (store, id, NULL, "{'title':'From the other program'}"));
    }
  tkb_store_close (store);
  return 0;
}

static GPid
start_child (Fixture *fixture, const char *prefix, int count)
{
  g_autofree char *number = g_strdup_printf ("%d", count);
  const char      *argv[] = { program, "--child", fixture->path, prefix, number, NULL };
  g_autoptr (GError) error = NULL;
  GPid pid;

  g_spawn_async (NULL, (char **) argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL,
                 NULL, NULL, &pid, &error);
  g_assert_no_error (error);
  return pid;
}

static void
wait_for_child (GPid pid)
{
  int status;

  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_true (g_spawn_check_wait_status (status, NULL));
}

static guint
count_documents (TkbStore *store, const char *prefix)
{
  g_autofree char *end = g_strconcat (prefix, "~", NULL);
  g_autoptr (GPtrArray) rows =
      tkb_store_list (store, prefix, end, 0, 100000, TKB_LIST_NONE, NULL, NULL);

  return rows->len;
}

/* The other program comes and goes: it must not take the log away from under this one, whatever
 * this one has read before. */
static void
test_other_program_leaves (Fixture *fixture, gconstpointer data)
{
  g_autofree char *log = g_strconcat (fixture->path, "-wal", NULL);
  g_autofree char *first = put (fixture->store, "here-0", NULL, "{}");
  GStatBuf         before, after;

  assert_winner (fixture->store, "here-0", first);
  g_assert_cmpint (g_stat (log, &before), ==, 0);
  wait_for_child (start_child (fixture, "there", 1));
  g_assert_cmpint (g_stat (log, &after), ==, 0);
  g_assert_cmpuint (before.st_ino, ==, after.st_ino);
  g_free (put (fixture->store, "here-1", NULL, "{}"));
  wait_for_child (start_child (fixture, "then", 1));
  fixture_reopen (fixture, TKB_STORE_OPEN_NONE);
  g_assert_cmpuint (count_documents (fixture->store, "here"), ==, 2);
  g_assert_cmpuint (count_documents (fixture->store, "there"), ==, 1);
  g_assert_cmpuint (count_documents (fixture->store, "then"), ==, 1);
}

/* Three programs write at the same time; nobody's edit is lost, nobody waits for ever. */
static void
test_programs_write (Fixture *fixture, gconstpointer data)
{
  GPid one = start_child (fixture, "one", 40);
  GPid two = start_child (fixture, "two", 40);

  for (int i = 0; i < 40; i++)
    {
      g_autofree char *id = g_strdup_printf ("here-%d", i);

      g_free (put (fixture->store, id, NULL, "{'title':'From here'}"));
    }
  wait_for_child (one);
  wait_for_child (two);
  g_assert_cmpuint (count_documents (fixture->store, "here"), ==, 40);
  g_assert_cmpuint (count_documents (fixture->store, "one"), ==, 40);
  g_assert_cmpuint (count_documents (fixture->store, "two"), ==, 40);
  g_assert_cmpuint (tkb_store_get_last_seq (fixture->store), ==, 120);
}

int
main (int argc, char *argv[])
{
  program = argv[0];
  if (argc == 5 && strcmp (argv[1], "--child") == 0)
    return run_child (argv[2], argv[3], atoi (argv[4]));
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  FIXTURE_TEST ("/store/open/missing", 0, test_missing);
  FIXTURE_TEST ("/store/open/foreign", 0, test_foreign);
  FIXTURE_TEST ("/store/open/empty-is-created", 0, test_empty_is_created);
  FIXTURE_TEST ("/store/open/newer", 0, test_newer);
  FIXTURE_TEST ("/store/open/damaged", 0, test_damaged);
  FIXTURE_TEST ("/store/open/read-only", 0, test_read_only);
  FIXTURE_TEST ("/store/open/read-only-folder", 0, test_read_only_folder);
  FIXTURE_TEST ("/store/open/identity", 0, test_identity);
  FIXTURE_TEST ("/store/open/closed", 0, test_closed);
  FIXTURE_TEST ("/store/open/crash", 0, test_crash);
  FIXTURE_TEST ("/store/open/other-program-leaves", 0, test_other_program_leaves);
  FIXTURE_TEST ("/store/open/programs-write", 0, test_programs_write);
  return g_test_run ();
}
