/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Check finds planted damage, compaction keeps what is needed, a backup is a store. */
#include "config.h"

#include "store-fixture.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>

#include "tkb-limits.h"

static void
run_sql (const char *path, const char *sql)
{
  sqlite3 *db = NULL;
  char    *message = NULL;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  if (sqlite3_exec (db, sql, NULL, NULL, &message) != SQLITE_OK)
    g_error ("%s: %s", sql, message);
  g_assert_cmpint (sqlite3_close (db), ==, SQLITE_OK);
}

static void
fill (TkbStore *store)
{
  g_autofree char *first = put (store, "a", NULL, "{'kind':'case','title':'One'}");

  g_free (put (store, "a", first, "{'kind':'case','title':'Two'}"));
  g_free (put (store, "b", NULL, "{'_attachments':{'h':{'data':'aGVsbG8='}}}"));
  replicate (store, "c", "2-x 1-o", FALSE, "{'title':'X'}");
  replicate (store, "c", "2-y 1-o", FALSE, "{'title':'Y'}");
}

/* Plants one damage and expects a finding that contains expected. */
static void
assert_found (Fixture *fixture, const char *sql, const char *expected)
{
  g_autoptr (GPtrArray) findings = NULL;
  g_autoptr (GError) error = NULL;
  gboolean is_found = FALSE;

  tkb_store_close (fixture->store);
  g_clear_object (&fixture->store);
  run_sql (fixture->path, sql);
  fixture_reopen (fixture, TKB_STORE_OPEN_NONE);
  findings = tkb_store_check (fixture->store, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < findings->len; i++)
    {
      g_test_message ("%s", (char *) g_ptr_array_index (findings, i));
      is_found |= strstr (g_ptr_array_index (findings, i), expected) != NULL;
    }
  g_assert_true (is_found);
}

static guint
repair (TkbStore *store)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) done = tkb_store_repair (store, NULL, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < done->len; i++)
    g_test_message ("%s", (char *) g_ptr_array_index (done, i));
  return done->len;
}

/* After that nothing is wrong any more, also for the next who opens the store. */
static void
assert_repaired (Fixture *fixture)
{
  g_assert_cmpuint (repair (fixture->store), >, 0);
  assert_clean (fixture->store);
  fixture_reopen (fixture, TKB_STORE_OPEN_NONE);
  assert_clean (fixture->store);
  g_assert_cmpuint (repair (fixture->store), ==, 0);
}

static void
test_altered_winner (Fixture *fixture, gconstpointer data)
{
  fill (fixture->store);
  assert_found (fixture, "UPDATE document SET rev = '2-x' WHERE id = 'c'",
                "the winner is 2-y, not 2-x");
  assert_repaired (fixture);
  assert_winner (fixture->store, "c", "2-y");
}

static void
test_altered_text (Fixture *fixture, gconstpointer data)
{
  fill (fixture->store);
  assert_found (fixture,
                "UPDATE revision SET body = replace (body, 'One', 'Eno') WHERE body LIKE '%One%'",
                "was altered");
  assert_repaired (fixture);
}

static void
test_missing_text (Fixture *fixture, gconstpointer data)
{
  fill (fixture->store);
  assert_found (fixture, "DELETE FROM revision WHERE body LIKE '%\"X\"%'", "is missing");
  /* the other side of the conflict stays; the lost one is missing to whoever offers it */
  assert_repaired (fixture);
  assert_winner (fixture->store, "c", "2-y");
  replicate (fixture->store, "c", "2-x 1-o", FALSE, "{'title':'X'}");
  g_free (read_text (fixture->store, "c", "2-x", "title"));
}

static void
test_altered_counter (Fixture *fixture, gconstpointer data)
{
  fill (fixture->store);
  assert_found (fixture, "UPDATE counter SET value = value + 1 WHERE name = 'documents'",
                "The count of documents is 4, counted again 3.");
  assert_repaired (fixture);
}

static void
test_altered_tree (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) history = NULL;
  g_autofree char *title = NULL;

  fill (fixture->store);
  assert_found (fixture, "UPDATE document SET tree = 'nonsense' WHERE id = 'a'", "cannot be read");
  assert_repaired (fixture);
  /* the names of the two revisions say how they hang together */
  history = tkb_store_get_history (fixture->store, "a", NULL, NULL);
  g_assert_cmpuint (history->len, ==, 2);
  g_assert_true (((TkbRevisionInfo *) g_ptr_array_index (history, 0))->is_leaf);
  g_assert_false (((TkbRevisionInfo *) g_ptr_array_index (history, 1))->is_leaf);
  title = read_text (fixture->store, "a", NULL, "title");
  g_assert_cmpstr (title, ==, "Two");
}

static void
test_altered_marks (Fixture *fixture, gconstpointer data)
{
  g_free (put (fixture->store, "d", NULL, "{'state':'draft','title':'Mine'}"));
  assert_found (fixture, "UPDATE revision SET flags = flags & ~12 WHERE body LIKE '%Mine%'",
                "may leave this machine");
  assert_repaired (fixture);
}

/* A draft whose text was altered is all there is of it: it goes on under another name. */
static void
test_altered_draft (Fixture *fixture, gconstpointer data)
{
  g_autofree char *title = NULL;

  g_free (put (fixture->store, "d", NULL, "{'state':'draft','title':'Mine'}"));
  assert_found (fixture, "UPDATE revision SET body = replace (body, 'Mine', 'Main')", "altered");
  assert_repaired (fixture);
  title = read_text (fixture->store, "d", NULL, "title");
  g_assert_cmpstr (title, ==, "Main");
}

/* Half of a text: nothing of the document can be read, and a peer may bring it again. */
static void
test_broken_text (Fixture *fixture, gconstpointer data)
{
  g_autofree char *identity = g_strdup (tkb_store_get_uuid (fixture->store));

  replicate (fixture->store, "r", "1-a", FALSE, "{'title':'Far'}");
  assert_found (fixture, "UPDATE revision SET body = '{\"tit' WHERE rev = '1-a'", "cannot be read");
  assert_repaired (fixture);
  g_assert_null (tkb_store_get (fixture->store, "r", NULL, NULL, NULL));
  g_assert_cmpstr (tkb_store_get_uuid (fixture->store), !=, identity);
  replicate (fixture->store, "r", "1-a", FALSE, "{'title':'Far'}");
  assert_winner (fixture->store, "r", "1-a");
}

static void
test_lost_tombstone (Fixture *fixture, gconstpointer data)
{
  replicate (fixture->store, "r", "2-b 1-a", TRUE, "{}");
  assert_found (fixture, "DELETE FROM revision WHERE rev = '2-b'", "is missing");
  assert_repaired (fixture);
}

static void
test_altered_index (Fixture *fixture, gconstpointer data)
{
  fill (fixture->store);
  assert_found (fixture, "UPDATE index_document SET record = x'00' WHERE doc = 1", "a");
  assert_repaired (fixture);
}

static void
flip_byte (const char *path)
{
  g_autofree char *content = NULL;
  gsize            length;

  g_assert_true (g_file_get_contents (path, &content, &length, NULL));
  content[0] ^= 1;
  g_assert_true (g_file_set_contents (path, content, (gssize) length, NULL));
}

static void
test_damaged_blob (Fixture *fixture, gconstpointer data)
{
  /* SHA-256 of "hello" */
  g_autofree char *path = g_strconcat (
      fixture->path, ".blobs/2c/2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
      NULL);
  g_autofree char *aside = g_strconcat (
      fixture->path,
      ".blobs/damaged/2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824", NULL);
  g_autofree char *target = g_build_filename (fixture->folder, "backup", NULL);
  g_autoptr (GPtrArray) incomplete = NULL;
  g_autoptr (GError) error = NULL;

  fill (fixture->store);
  flip_byte (path);
  g_assert_false (tkb_store_backup (fixture->store, target, NULL, &error));
  g_assert_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_CORRUPT);
  g_assert_false (g_file_test (target, G_FILE_TEST_EXISTS));
  assert_found (fixture, "SELECT 1", "is missing or damaged");
  incomplete = tkb_store_list_incomplete (fixture->store, NULL, NULL);
  g_assert_cmpuint (incomplete->len, ==, 0);
  g_clear_pointer (&incomplete, g_ptr_array_unref);
  g_assert_cmpuint (repair (fixture->store), ==, 1);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (aside, G_FILE_TEST_EXISTS));
  incomplete = tkb_store_list_incomplete (fixture->store, NULL, NULL);
  g_assert_cmpuint (incomplete->len, ==, 1);
  g_assert_cmpstr (((TkbMissing *) g_ptr_array_index (incomplete, 0))->id, ==, "b");
  g_clear_pointer (&incomplete, g_ptr_array_unref);
  /* the same bytes once more heal it */
  g_free (put (fixture->store, "d", NULL, "{'_attachments':{'h':{'data':'aGVsbG8='}}}"));
  incomplete = tkb_store_list_incomplete (fixture->store, NULL, NULL);
  g_assert_cmpuint (incomplete->len, ==, 0);
}

static void
test_backup (Fixture *fixture, gconstpointer data)
{
  g_autofree char *target = g_build_filename (fixture->folder, "backup", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbStore) copy = NULL;
  g_autoptr (GInputStream) blob = NULL;
  g_autofree char *changes = NULL;
  g_autofree char *copied = NULL;

  fill (fixture->store);
  g_assert_true (tkb_store_backup (fixture->store, target, NULL, &error));
  g_assert_no_error (error);
  changes = list_changes (fixture->store, 0, TKB_CHANGES_ALL_LEAVES);
  g_free (put (fixture->store, "later", NULL, "{}"));
  copy =
      tkb_store_open (target, TKB_STORE_OPEN_NONE, NULL, fixture->clock, fixture->random, &error);
  g_assert_no_error (error);
  assert_clean (copy);
  copied = list_changes (copy, 0, TKB_CHANGES_ALL_LEAVES);
  g_assert_cmpstr (copied, ==, changes);
  g_assert_cmpstr (tkb_store_get_uuid (copy), ==, tkb_store_get_uuid (fixture->store));
  blob = tkb_store_open_blob (copy, "md5-XUFAKrxLKna5cZ2REBfFkg==", NULL, &error);
  g_assert_no_error (error);
  tkb_store_close (copy);
  g_assert_false (tkb_store_backup (fixture->store, target, NULL, &error));
  g_assert_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_INVALID);
}

/* Hundreds of edits keep the newest bodies, and what a conflict and a waiting edit stand on. */
static void
test_kept_bodies (Fixture *fixture, gconstpointer data)
{
  TkbStore        *store = fixture->store;
  g_autofree char *rev = put (store, "a", NULL, "{'n':0,'state':'published'}");
  g_autofree char *base = g_strdup (rev);
  g_autoptr (GPtrArray) history = NULL;
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();
  g_autoptr (GPtrArray) revs = g_ptr_array_new ();
  g_autofree char *branch = NULL;
  g_autoptr (GError) error = NULL;
  guint n_bodies = 0;

  g_ptr_array_add (ids, (char *) "a");
  g_ptr_array_add (revs, base);
  g_assert_true (tkb_store_mark_sent (store, ids, revs, &error));
  /* somebody else's edit of the same: the base has to stay for the merge */
  branch = g_strdup_printf ("2-0 %s", base);
  for (int i = 1; i <= 120; i++)
    {
      g_autofree char *text = g_strdup_printf ("{'n':%d,'state':'published'}", i);
      char            *next = put (store, "a", rev, text);

      if (i == 1)
        replicate (store, "a", branch, FALSE, "{'n':'other'}");
      g_free (rev);
      rev = next;
    }
  g_assert_true (tkb_store_compact (store, NULL, &error));
  g_assert_no_error (error);
  history = tkb_store_get_history (store, "a", NULL, NULL);
  g_assert_cmpuint (history->len, ==, 122);
  for (guint i = 0; i < history->len; i++)
    n_bodies += ((TkbRevisionInfo *) g_ptr_array_index (history, i))->has_body;
  /* two leaves and the base beside the bound */
  g_assert_cmpuint (n_bodies, ==, TKB_KEPT_BODIES + 3);
  g_free (read_text (store, "a", base, "state"));
  assert_winner (store, "a", rev);
}

static void
test_revs_limit (Fixture *fixture, gconstpointer data)
{
  TkbStore        *store = fixture->store;
  g_autofree char *rev = NULL;
  g_autoptr (GPtrArray) history = NULL;

  g_assert_false (tkb_store_set_revs_limit (store, 0, NULL));
  g_assert_true (tkb_store_set_revs_limit (store, 5, NULL));
  for (int i = 0; i < 20; i++)
    {
      g_autofree char *text = g_strdup_printf ("{'n':%d}", i);
      char            *next = put (store, "a", rev, text);

      g_free (rev);
      rev = next;
    }
  history = tkb_store_get_history (store, "a", NULL, NULL);
  g_assert_cmpuint (history->len, ==, 5);
}

static void
test_compact_frees (Fixture *fixture, gconstpointer data)
{
  TkbStore        *store = fixture->store;
  g_autofree char *big = g_strnfill (200000, 'x');
  g_autofree char *text = g_strdup_printf ("{'state':'draft','n':'%s'}", big);
  g_autoptr (GError) error = NULL;
  GStatBuf before, after;

  for (int i = 0; i < 10; i++)
    {
      g_autofree char *id = g_strdup_printf ("doc-%d", i);

      g_free (put (store, id, NULL, text));
    }
  g_assert_true (tkb_store_compact (store, NULL, &error));
  g_assert_cmpint (g_stat (fixture->path, &before), ==, 0);
  for (int i = 0; i < 10; i++)
    {
      g_autofree char *id = g_strdup_printf ("doc-%d", i);

      g_assert_true (tkb_store_purge_draft (store, id, &error));
    }
  g_assert_true (tkb_store_compact (store, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (g_stat (fixture->path, &after), ==, 0);
  g_assert_cmpint (after.st_size, <, before.st_size / 4);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  FIXTURE_TEST ("/store/upkeep/altered-winner", 0, test_altered_winner);
  FIXTURE_TEST ("/store/upkeep/altered-text", 0, test_altered_text);
  FIXTURE_TEST ("/store/upkeep/missing-text", 0, test_missing_text);
  FIXTURE_TEST ("/store/upkeep/altered-counter", 0, test_altered_counter);
  FIXTURE_TEST ("/store/upkeep/altered-tree", 0, test_altered_tree);
  FIXTURE_TEST ("/store/upkeep/altered-marks", 0, test_altered_marks);
  FIXTURE_TEST ("/store/upkeep/altered-draft", 0, test_altered_draft);
  FIXTURE_TEST ("/store/upkeep/altered-index", 0, test_altered_index);
  FIXTURE_TEST ("/store/upkeep/broken-text", 0, test_broken_text);
  FIXTURE_TEST ("/store/upkeep/lost-tombstone", 0, test_lost_tombstone);
  FIXTURE_TEST ("/store/upkeep/damaged-blob", 0, test_damaged_blob);
  FIXTURE_TEST ("/store/upkeep/backup", 0, test_backup);
  FIXTURE_TEST ("/store/upkeep/kept-bodies", TKB_STORE_OPEN_OUTBOX, test_kept_bodies);
  FIXTURE_TEST ("/store/upkeep/revs-limit", 0, test_revs_limit);
  FIXTURE_TEST ("/store/upkeep/compact-frees", 0, test_compact_frees);
  return g_test_run ();
}
