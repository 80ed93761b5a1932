/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "store-fixture.h"

#include <glib/gstdio.h>
#include <string.h>

#include "tkb-json.h"

/* 2026-01-01T00:00:00Z */
#define START_MS G_GINT64_CONSTANT (1767225600000)

static void
remove_tree (const char *path)
{
  if (g_file_test (path, G_FILE_TEST_IS_DIR) && !g_file_test (path, G_FILE_TEST_IS_SYMLINK))
    {
      g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
      const char *name;

      while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
        {
          g_autofree char *child = g_build_filename (path, name, NULL);

          remove_tree (child);
        }
    }
  g_remove (path);
}

TkbStore *
fixture_open (Fixture *self, TkbStoreOpenFlags flags, GError **error)
{
  return tkb_store_open (self->path, flags, NULL, self->clock, self->random, error);
}

void
fixture_set_up (Fixture *self, gconstpointer flags)
{
  g_autoptr (GError) error = NULL;

  self->folder = g_dir_make_tmp ("tkb-store-XXXXXX", &error);
  g_assert_no_error (error);
  self->path = g_build_filename (self->folder, "test.tisckb", NULL);
  self->clock = tkb_clock_new_manual (START_MS);
  self->random = tkb_random_new_seeded (1);
  self->store = fixture_open (
      self, TKB_STORE_OPEN_CREATE | (TkbStoreOpenFlags) GPOINTER_TO_UINT (flags), &error);
  g_assert_no_error (error);
  g_assert_nonnull (self->store);
}

void
fixture_reopen (Fixture *self, TkbStoreOpenFlags flags)
{
  g_autoptr (GError) error = NULL;

  g_clear_object (&self->store);
  self->store = fixture_open (self, flags, &error);
  g_assert_no_error (error);
}

void
fixture_tear_down (Fixture *self, gconstpointer flags)
{
  if (self->store != NULL)
    {
      assert_clean (self->store);
      tkb_store_close (self->store);
    }
  g_clear_object (&self->store);
  g_clear_object (&self->clock);
  g_clear_object (&self->random);
  remove_tree (self->folder);
  g_free (self->folder);
  g_free (self->path);
}

static JsonObject *
parse_body (const char *text)
{
  g_autofree char *json = g_strdelimit (g_strdup (text), "'", '"');
  g_autoptr (GError) error = NULL;
  JsonObject *object = tkb_json_parse_object (json, -1, G_MAXINT, &error);

  g_assert_no_error (error);
  return object;
}

TkbDocument *
make_document (const char *id, const char *rev, const char *text)
{
  g_autoptr (JsonObject) body = parse_body (text);

  return tkb_document_new (id, rev, FALSE, body, NULL);
}

TkbDocument *
make_tombstone (const char *id, const char *rev)
{
  g_autoptr (JsonObject) body = json_object_new ();

  return tkb_document_new (id, rev, TRUE, body, NULL);
}

TkbDocument *
make_replicated (const char *id, const char *path, gboolean is_deleted, const char *text)
{
  g_autoptr (JsonObject) body = parse_body (text);
  g_auto (GStrv) revisions = g_strsplit (path, " ", -1);

  return tkb_document_new (id, revisions[0], is_deleted, body, (const char *const *) revisions);
}

char *
put_with (TkbStore *store, const char *id, const char *rev, const char *text, TkbWriteFlags flags)
{
  g_autoptr (TkbDocument) document = make_document (id, rev, text);
  g_autoptr (TkbDocument) written = NULL;
  g_autoptr (GError) error = NULL;

  written = tkb_store_put (store, document, flags, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (written);
  return g_strdup (tkb_document_get_rev (written));
}

char *
put (TkbStore *store, const char *id, const char *rev, const char *text)
{
  return put_with (store, id, rev, text, TKB_WRITE_NONE);
}

void
put_fails (TkbStore *store, const char *id, const char *rev, const char *text, TkbStoreError code)
{
  g_autoptr (TkbDocument) document = make_document (id, rev, text);
  g_autoptr (GError) error = NULL;

  g_assert_null (tkb_store_put (store, document, TKB_WRITE_NONE, NULL, &error));
  g_assert_error (error, TKB_STORE_ERROR, (int) code);
}

void
replicate (TkbStore *store, const char *id, const char *path, gboolean is_deleted, const char *text)
{
  g_autoptr (GPtrArray) documents =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_document_unref);
  g_autoptr (GPtrArray) results = NULL;
  g_autoptr (GError) error = NULL;
  TkbWriteResult *result;

  g_ptr_array_add (documents, make_replicated (id, path, is_deleted, text));
  results = tkb_store_write (store, documents, TKB_WRITE_REPLICATED, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (results->len, ==, 1);
  result = g_ptr_array_index (results, 0);
  g_assert_no_error (result->error);
  g_assert_cmpstr (result->id, ==, id);
}

void
assert_winner (TkbStore *store, const char *id, const char *rev)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbDocument) document = tkb_store_get (store, id, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (tkb_document_get_rev (document), ==, rev);
}

void
assert_clean (TkbStore *store)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) findings = tkb_store_check (store, NULL, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < findings->len; i++)
    g_test_message ("finding: %s", (char *) g_ptr_array_index (findings, i));
  g_assert_cmpuint (findings->len, ==, 0);
}

char *
list_changes (TkbStore *store, guint64 since, TkbChangesFlags flags)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) changes = NULL;
  GString *text = g_string_new (NULL);

  changes = tkb_store_get_changes (store, since, G_MAXUINT, flags, NULL, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < changes->len; i++)
    {
      TkbChange *change = g_ptr_array_index (changes, i);

      g_string_append_printf (text, "%s%s", i > 0 ? " " : "", change->id);
      for (guint k = 0; k < change->revs->len; k++)
        g_string_append_printf (text, "%c%s", k == 0 ? ':' : ',',
                                (char *) g_ptr_array_index (change->revs, k));
    }
  return g_string_free (text, FALSE);
}

char *
read_text (TkbStore *store, const char *id, const char *rev, const char *field)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbDocument) document = tkb_store_get (store, id, rev, NULL, &error);

  g_assert_no_error (error);
  return g_strdup (tkb_document_get_string (document, field));
}
