/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "fault-fixture.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <utime.h>

#include "tkb-data.h"
#include "tkb-db-private.h"
#include "tkb-index.h"
#include "tkb-json.h"

/* SHA-256 of "stray", a file that no row names */
#define STRAY "a1b0ea4ee80ae5a1a0e5b8cd1a1bb9d1ca4d4d4bbc4cba7a3f0a5e3a7a86a9cf"

TkbDocument *
fault_make_document (
    const char *id, const char *rev, const char *state, const char *title, const char *attachment)
{
  g_autoptr (JsonObject) body = json_object_new ();

  json_object_set_string_member (body, "kind", "case");
  json_object_set_string_member (body, "state", state);
  json_object_set_string_member (body, "title", title);
  json_object_set_string_member (body, "need",
                                 "The need, in some 专利 words that the index takes in.");
  if (attachment != NULL)
    {
      g_autoptr (JsonObject) attachments = json_object_new ();
      g_autoptr (JsonObject) entry = json_object_new ();
      gboolean is_digest = g_str_has_prefix (attachment, "md5-");

      json_object_set_string_member (entry, "content_type", "text/plain");
      json_object_set_string_member (entry, is_digest ? "digest" : "data", attachment);
      if (is_digest)
        json_object_set_boolean_member (entry, "stub", TRUE);
      json_object_set_object_member (attachments, "a.txt", g_steal_pointer (&entry));
      json_object_set_object_member (body, "_attachments", g_steal_pointer (&attachments));
    }
  return tkb_document_new (id, rev, FALSE, body, NULL);
}

/* ---- files ---- */

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_tree (child);
    }
  g_remove (path);
}

static void
copy_file (const char *from, const char *to)
{
  g_autofree char *content = NULL;
  gsize            length = 0;
  GStatBuf         info;

  g_assert_true (g_file_get_contents (from, &content, &length, NULL));
  g_assert_true (g_file_set_contents_full (to, content, (gssize) length, G_FILE_SET_CONTENTS_NONE,
                                           0600, NULL));
  g_assert_cmpint (g_stat (from, &info), ==, 0);
  g_assert_cmpint (
      g_utime (to, &(struct utimbuf){ .actime = info.st_atime, .modtime = info.st_mtime }), ==, 0);
}

static void
copy_tree (const char *from, const char *to)
{
  g_autoptr (GDir) folder = g_dir_open (from, 0, NULL);
  const char *name;

  g_assert_nonnull (folder);
  g_assert_cmpint (g_mkdir (to, 0755), ==, 0);
  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *source = g_build_filename (from, name, NULL);
      g_autofree char *target = g_build_filename (to, name, NULL);

      if (g_file_test (source, G_FILE_TEST_IS_DIR))
        copy_tree (source, target);
      else
        copy_file (source, target);
    }
}

char *
fault_fixture_get_path (FaultFixture *self, const char *name)
{
  return g_build_filename (self->work, name, NULL);
}

void
fault_fixture_copy (FaultFixture *self)
{
  remove_tree (self->work);
  copy_tree (self->seed, self->work);
}

void
fault_fixture_forget_memory (FaultFixture *self)
{
  g_autoptr (GDir) folder = g_dir_open (self->work, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *path = g_build_filename (self->work, name, NULL);

      if (g_str_has_suffix (name, "-shm"))
        g_unlink (path);
    }
}

/* ---- the seed ---- */

TkbStore *
fault_fixture_open_at (FaultFixture *self, const char *path, GError **error)
{
  return tkb_store_open (path, TKB_STORE_OPEN_CREATE | TKB_STORE_OPEN_OUTBOX, self->catalog,
                         self->clock, self->random, error);
}

TkbStore *
fault_fixture_open (FaultFixture *self, GError **error)
{
  return fault_fixture_open_at (self, self->path, error);
}

static void
put (TkbStore *store, const char *id, const char *state, const char *attachment)
{
  g_autoptr (TkbDocument) document = fault_make_document (id, NULL, state, "A title", attachment);
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbDocument) written = tkb_store_put (store, document, 0, NULL, &error);

  g_assert_no_error (error);
}

static void
put_conflict (TkbStore *store)
{
  g_autoptr (GPtrArray) documents =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_document_unref);
  g_autoptr (GPtrArray) results = NULL;

  g_ptr_array_add (documents, fault_make_document ("case:two", "1-eeee", "published", "B", NULL));
  results = tkb_store_write (store, documents, TKB_WRITE_REPLICATED, NULL, NULL, NULL, NULL);
  g_assert_nonnull (results);
}

/* A file of blobs that compaction takes away: long there, and named by nobody. */
static void
make_stray (const char *path)
{
  g_autofree char *shelf = g_strconcat (path,
                                        ".blobs/"
                                        "a1",
                                        NULL);
  g_autofree char *file = g_build_filename (shelf, STRAY, NULL);
  struct utimbuf   times = { 1700000000, 1700000000 };

  g_assert_cmpint (g_mkdir_with_parents (shelf, 0755), ==, 0);
  g_assert_true (g_file_set_contents (file, "stray", 5, NULL));
  g_assert_cmpint (g_utime (file, &times), ==, 0);
}

static void
make_old_version (const char *path)
{
  g_autofree char *file = g_test_build_filename (G_TEST_DIST, "store", "fixtures", "1.sql", NULL);
  g_autofree char *shelf = g_strconcat (path, ".blobs/2c", NULL);
  g_autofree char *blob = g_build_filename (
      shelf, "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824", NULL);
  g_autofree char *script = NULL;
  g_autoptr (TkbDb) db = tkb_db_alloc (path);

  g_assert_true (g_file_get_contents (file, &script, NULL, NULL));
  g_assert_cmpint (sqlite3_open (path, &db->handle), ==, SQLITE_OK);
  g_assert_true (tkb_index_register (db, NULL));
  g_assert_true (tkb_db_run_script (db, script, NULL));
  g_assert_cmpint (g_mkdir_with_parents (shelf, 0755), ==, 0);
  g_assert_true (g_file_set_contents (blob, "hello", 5, NULL));
}

void
fault_fixture_set_up (FaultFixture *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbStore) store = NULL;
  g_autofree char *path = NULL;
  g_autofree char *old = NULL;

  self->folder = g_dir_make_tmp ("tisckb-faults-XXXXXX", &error);
  g_assert_no_error (error);
  self->seed = g_build_filename (self->folder, "seed", NULL);
  self->work = g_build_filename (self->folder, "work", NULL);
  self->path = g_build_filename (self->work, "store.tisckb", NULL);
  self->catalog = tkb_catalog_new (tkb_data_get_resource (), &error);
  g_assert_no_error (error);
  self->clock = tkb_clock_new_manual (1790000000000);
  self->random = tkb_random_new_seeded (1);
  g_assert_cmpint (g_mkdir (self->seed, 0755), ==, 0);
  path = g_build_filename (self->seed, "store.tisckb", NULL);
  old = g_build_filename (self->seed, "old.tisckb", NULL);
  store = fault_fixture_open_at (self, path, &error);
  g_assert_no_error (error);
  put (store, "case:one", "submitted", "aGVsbG8=");
  put (store, "case:two", "submitted", NULL);
  put (store, "case:draft", "draft", NULL);
  put_conflict (store);
  g_assert_true (tkb_store_wait_for_index (store, NULL, &error));
  tkb_store_close (store);
  make_stray (path);
  make_old_version (old);
}

void
fault_fixture_tear_down (FaultFixture *self)
{
  remove_tree (self->folder);
  g_free (self->folder);
  g_free (self->seed);
  g_free (self->work);
  g_free (self->path);
  tkb_catalog_unref (self->catalog);
  g_object_unref (self->clock);
  g_object_unref (self->random);
}

/* ---- what stands in it ---- */

static int
compare_changes (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(TkbChange *const *) a)->id, (*(TkbChange *const *) b)->id);
}

static void
describe_documents (TkbStore *store, GString *text)
{
  g_autoptr (GError) error = NULL;
  guint64 last_seq;
  g_autoptr (GPtrArray) changes =
      tkb_store_get_changes (store, 0, 10000, TKB_CHANGES_ALL_LEAVES, &last_seq, NULL, &error);

  g_assert_no_error (error);
  /* an attempt of which one document failed gives the others lower numbers */
  g_ptr_array_sort (changes, compare_changes);
  for (guint i = 0; i < changes->len; i++)
    {
      const TkbChange *change = changes->pdata[i];

      g_string_append (text, change->id);
      for (guint j = 0; j < change->revs->len; j++)
        {
          g_autoptr (TkbDocument) document =
              tkb_store_get (store, change->id, change->revs->pdata[j], NULL, &error);
          g_autofree char *body = NULL;

          g_assert_no_error (error);
          body = tkb_document_to_text (document, TKB_DOCUMENT_JSON_REVISIONS);
          g_string_append_printf (text, " %s", body);
        }
      g_string_append_c (text, '\n');
    }
}

static void
describe_marks (TkbStore *store, GString *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) outbox = tkb_store_get_outbox (store, NULL, &error);
  g_autoptr (GPtrArray) locals = NULL;

  g_assert_no_error (error);
  for (guint i = 0; i < outbox->len; i++)
    {
      const TkbOutboxEntry *entry = outbox->pdata[i];

      g_string_append_printf (text, "waiting %s %s\n", entry->id,
                              entry->reason != NULL ? entry->reason : "");
    }
  locals = tkb_store_list_local (store, "", 100, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < locals->len; i++)
    {
      g_autoptr (JsonObject) local = tkb_store_get_local (store, locals->pdata[i], NULL, &error);

      g_assert_no_error (error);
      g_string_append_printf (text, "local %s %s\n", (char *) locals->pdata[i],
                              tkb_json_get_string (local, "since", "none"));
    }
}

char *
fault_fixture_describe (FaultFixture *self, TkbStore *store)
{
  static const char *const digests[] = { "md5-XUFAKrxLKna5cZ2REBfFkg==", "md5-alias",
                                         "md5-fVy+9DVGJ6fA5hbsp6T4UA==" };
  GString                 *text = g_string_new (NULL);

  describe_documents (store, text);
  describe_marks (store, text);
  g_string_append_printf (
      text, "favourite %d, limit %u, text %d\n", tkb_store_is_favourite (store, "case:one"),
      tkb_store_get_revs_limit (store), tkb_store_get_text_state (store, digests[0], NULL));
  g_string_append_printf (text, "blobs %d, alias %d\n", tkb_store_has_blob (store, digests[0]),
                          tkb_store_has_blob (store, digests[1]));
  return g_string_free (text, FALSE);
}

void
fault_fixture_assert_clean (TkbStore *store)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) findings = NULL;

  tkb_store_wait_for_index (store, NULL, &error);
  g_assert_no_error (error);
  findings = tkb_store_check (store, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < findings->len; i++)
    g_test_message ("%s", (const char *) findings->pdata[i]);
  g_assert_cmpuint (findings->len, ==, 0);
}
