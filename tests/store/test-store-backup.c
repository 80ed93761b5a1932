/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* The daily backup has what only this machine has, and gives it back as what it was. */
#include "config.h"

#include "store-fixture.h"

#include <glib/gstdio.h>
#include <string.h>

#include "tkb-backup.h"

#define DAY_MS (24 * 60 * 60 * G_GINT64_CONSTANT (1000))
#define DIGEST "md5-XUFAKrxLKna5cZ2REBfFkg=="

static guint
make (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  guint documents = 99;

  g_assert_true (tkb_backup_make (fixture->store, &documents, NULL, &error));
  g_assert_no_error (error);
  return documents;
}

/* One of everything; the published one and the one that was sent need no backup. */
static void
fill (TkbStore *store)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();
  g_autoptr (GPtrArray) revs = g_ptr_array_new ();
  g_autofree char *sent = NULL;
  g_autofree char *first = NULL;

  replicate (store, "published", "1-a", FALSE, "{'state':'published','title':'P'}");
  sent = put (store, "sent", NULL, "{'state':'submitted','title':'S'}");
  g_ptr_array_add (ids, (char *) "sent");
  g_ptr_array_add (revs, sent);
  g_assert_true (tkb_store_mark_sent (store, ids, revs, NULL));
  g_free (put (store, "draft", NULL,
               "{'state':'draft','title':'D','_attachments':{'h':{'data':'aGVsbG8='}}}"));
  g_free (put (store, "private", NULL, "{'state':'published','visibility':'private','title':'V'}"));
  first = put (store, "unsent", NULL, "{'state':'submitted','title':'First'}");
  g_free (put (store, "unsent", first, "{'state':'submitted','title':'Second'}"));
  replicate (store, "edited", "1-b", FALSE, "{'state':'published','title':'Old'}");
  g_free (put (store, "edited", "1-b", "{'state':'published','title':'New'}"));
}

static void
assert_title (TkbStore *store, const char *id, const char *expected)
{
  g_autofree char *title = read_text (store, id, NULL, "title");

  g_assert_cmpstr (title, ==, expected);
}

static GPtrArray *
restore (TkbStore *store, const char *path)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *ids = tkb_backup_restore (store, path, NULL, &error);

  g_assert_no_error (error);
  return ids;
}

static void
test_into_a_new_store (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) backups = NULL;
  g_autoptr (GPtrArray) ids = NULL;
  g_autoptr (GPtrArray) again = NULL;
  g_autoptr (TkbStoreCounts) counts = NULL;
  g_autoptr (GInputStream) blob = NULL;
  g_autoptr (TkbStore) store = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (fixture->folder, "new", NULL);
  g_autofree char *history_rev = NULL;

  g_assert_true (tkb_backup_is_due (fixture->store));
  fill (fixture->store);
  g_assert_cmpuint (make (fixture), ==, 4);
  g_assert_false (tkb_backup_is_due (fixture->store));
  backups = tkb_backup_list (fixture->path);
  g_assert_cmpuint (backups->len, ==, 1);
  store = tkb_store_open (path, TKB_STORE_OPEN_CREATE | TKB_STORE_OPEN_OUTBOX, NULL, fixture->clock,
                          fixture->random, &error);
  g_assert_no_error (error);
  ids = restore (store, ((TkbBackup *) g_ptr_array_index (backups, 0))->path);
  g_assert_cmpuint (ids->len, ==, 4);
  assert_clean (store);
  assert_title (store, "draft", "D");
  assert_title (store, "private", "V");
  assert_title (store, "unsent", "Second");
  assert_title (store, "edited", "New");
  g_assert_null (tkb_store_get (store, "published", NULL, NULL, NULL));
  g_assert_null (tkb_store_get (store, "sent", NULL, NULL, NULL));
  counts = tkb_store_get_counts (store, NULL, &error);
  g_assert_cmpuint (counts->drafts, ==, 1);
  g_assert_cmpuint (counts->waiting, ==, 2);
  blob = tkb_store_open_blob (store, DIGEST, NULL, &error);
  g_assert_no_error (error);
  /* it is a draft of this machine again: what may be thrown away */
  g_assert_true (tkb_store_purge_draft (store, "draft", &error));
  g_assert_no_error (error);
  /* once more: only what is not there */
  again = restore (store, ((TkbBackup *) g_ptr_array_index (backups, 0))->path);
  g_assert_cmpuint (again->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (again, 0), ==, "draft");
  tkb_store_close (store);
}

/* A draft that was written on stays as it is; a purged one comes back. */
static void
test_into_the_same_store (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) backups = NULL;
  g_autoptr (GPtrArray) none = NULL;
  g_autoptr (GPtrArray) ids = NULL;
  g_autofree char *rev = NULL;
  g_autoptr (TkbDocument) document = NULL;

  fill (fixture->store);
  make (fixture);
  backups = tkb_backup_list (fixture->path);
  none = restore (fixture->store, ((TkbBackup *) g_ptr_array_index (backups, 0))->path);
  g_assert_cmpuint (none->len, ==, 0);
  document = tkb_store_get (fixture->store, "draft", NULL, NULL, NULL);
  g_free (put_with (fixture->store, "draft", tkb_document_get_rev (document),
                    "{'state':'draft','title':'Written on'}", TKB_WRITE_AMEND_DRAFT));
  ids = restore (fixture->store, ((TkbBackup *) g_ptr_array_index (backups, 0))->path);
  g_assert_cmpuint (ids->len, ==, 0);
  assert_title (fixture->store, "draft", "Written on");
}

static void
test_nothing_own (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) backups = NULL;
  g_autofree char *folder = g_strconcat (fixture->path, ".backups", NULL);

  replicate (fixture->store, "published", "1-a", FALSE, "{'state':'published'}");
  g_assert_cmpuint (make (fixture), ==, 0);
  g_assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));
  backups = tkb_backup_list (fixture->path);
  g_assert_cmpuint (backups->len, ==, 0);
}

/* One a day, fourteen days; attachments go with the last backup that names them. */
static void
test_fourteen_days (Fixture *fixture, gconstpointer data)
{
  g_autofree char *blob = g_strconcat (
      fixture->path,
      ".backups/blobs/2c/2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824", NULL);
  g_autoptr (GPtrArray) backups = NULL;

  fill (fixture->store);
  for (int day = 0; day < 20; day++)
    {
      make (fixture);
      make (fixture); /* a second one of the same day takes the place of the first */
      g_assert_false (tkb_backup_is_due (fixture->store));
      g_assert_cmpint (g_file_test (blob, G_FILE_TEST_EXISTS), ==, day < 16);
      if (day == 2)
        g_assert_true (tkb_store_purge_draft (fixture->store, "draft", NULL));
      tkb_clock_manual_advance (fixture->clock, DAY_MS);
      g_assert_true (tkb_backup_is_due (fixture->store));
    }
  backups = tkb_backup_list (fixture->path);
  g_assert_cmpuint (backups->len, ==, 14);
  g_assert_cmpstr (((TkbBackup *) g_ptr_array_index (backups, 0))->day, ==, "2026-01-20");
  g_assert_cmpstr (((TkbBackup *) g_ptr_array_index (backups, 13))->day, ==, "2026-01-07");
}

/* A backup that cannot be written is said to be, and changes nothing. */
static void
test_failure (Fixture *fixture, gconstpointer data)
{
  g_autofree char *folder = g_strconcat (fixture->path, ".backups", NULL);
  g_autoptr (GError) error = NULL;

  fill (fixture->store);
  g_assert_true (g_file_set_contents (folder, "in the way", -1, NULL));
  g_assert_false (tkb_backup_make (fixture->store, NULL, NULL, &error));
  g_assert_nonnull (error);
  g_assert_true (tkb_backup_is_due (fixture->store));
  g_free (put (fixture->store, "later", NULL, "{}"));
  g_unlink (folder);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  FIXTURE_TEST ("/store/backup/new-store", TKB_STORE_OPEN_OUTBOX, test_into_a_new_store);
  FIXTURE_TEST ("/store/backup/same-store", TKB_STORE_OPEN_OUTBOX, test_into_the_same_store);
  FIXTURE_TEST ("/store/backup/nothing-own", TKB_STORE_OPEN_OUTBOX, test_nothing_own);
  FIXTURE_TEST ("/store/backup/fourteen-days", TKB_STORE_OPEN_OUTBOX, test_fourteen_days);
  FIXTURE_TEST ("/store/backup/failure", TKB_STORE_OPEN_OUTBOX, test_failure);
  return g_test_run ();
}
