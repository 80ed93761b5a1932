/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sync-fixture.h"

#include <glib/gstdio.h>

TkbStore *
sync_store_new (const char *path, TkbStoreOpenFlags flags, TkbRandom *random)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbClock) clock = tkb_clock_new_system ();
  TkbStore *store = tkb_store_open (path, flags | TKB_STORE_OPEN_CREATE | TKB_STORE_OPEN_NO_INDEX,
                                    NULL, clock, random, &error);

  g_assert_no_error (error);
  return store;
}

char *
sync_temp_path (const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *dir = g_dir_make_tmp ("tkb-sync-XXXXXX", &error);

  g_assert_no_error (error);
  return g_build_filename (dir, name, NULL);
}

void
sync_remove_dir (const char *dir)
{
  g_autoptr (GDir) entries = g_dir_open (dir, 0, NULL);
  const char *name;

  while (entries && (name = g_dir_read_name (entries)))
    {
      g_autofree char *path = g_build_filename (dir, name, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_DIR) && !g_file_test (path, G_FILE_TEST_IS_SYMLINK))
        sync_remove_dir (path);
      else
        g_unlink (path);
    }
  g_rmdir (dir);
}

char *
sync_put (TkbStore *store, const char *id, const char *parent, const char *json)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = json_from_string (json, &error);
  g_autoptr (TkbDocument) document = NULL;
  g_autoptr (TkbDocument) written = NULL;

  g_assert_no_error (error);
  document = tkb_document_new (id, parent, FALSE, json_node_get_object (node), NULL);
  written = tkb_store_put (store, document, TKB_WRITE_NONE, NULL, &error);
  g_assert_no_error (error);
  return g_strdup (tkb_document_get_rev (written));
}

void
sync_put_many (TkbStore *store, const char *prefix, guint count)
{
  for (guint i = 0; i < count; i++)
    {
      g_autofree char *id = g_strdup_printf ("%s:%04u é/%%", prefix, i);
      g_autofree char *json = g_strdup_printf ("{\"kind\":\"case\",\"title\":\"%s\"}", id);

      g_free (sync_put (store, id, NULL, json));
    }
}

char *
sync_put_with_attachment (TkbStore *store, const char *id, gsize size)
{
  g_autoptr (GError) error = NULL;
  char *bytes = g_malloc0 (size);
  g_autoptr (GInputStream) stream = NULL;
  g_autoptr (TkbBlobInfo) blob = NULL;
  g_autofree char *json = NULL;

  for (gsize i = 0; i < size; i++)
    bytes[i] = (char) (i * 2654435761u >> 9);
  stream = g_memory_input_stream_new_from_data (bytes, (gssize) size, g_free);
  blob = tkb_store_add_blob (store, stream, NULL, &error);
  g_assert_no_error (error);
  json = g_strdup_printf ("{\"title\":\"t\",\"_attachments\":{\"a b/ü.bin\":{\"content_type\":"
                          "\"image/png\",\"digest\":\"%s\",\"length\":%" G_GSIZE_FORMAT
                          ",\"stub\":true}}}",
                          blob->digest, size);
  g_free (sync_put (store, id, NULL, json));
  return g_strdup (blob->digest);
}

char *
sync_delete (TkbStore *store, const char *id)
{
  g_autoptr (GError) error = NULL;
  char *rev = tkb_store_delete (store, id, NULL, NULL, &error);

  g_assert_no_error (error);
  return rev;
}

char *
sync_get_title (TkbStore *store, const char *id)
{
  g_autoptr (TkbDocument) document = tkb_store_get (store, id, NULL, NULL, NULL);

  return document ? g_strdup (tkb_document_get_string (document, "title")) : NULL;
}

static gboolean
deadline_cb (gpointer user_data)
{
  g_error ("waited too long");
  return G_SOURCE_REMOVE;
}

void
sync_wait_for (SyncCondition condition, gpointer user_data)
{
  guint id = g_timeout_add_seconds (SYNC_DEADLINE_S, deadline_cb, NULL);

  while (!condition (user_data))
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (id);
}

typedef struct
{
  GError  *error;
  gboolean is_done;
  gboolean ok;
} Run;

static void
run_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Run *run = user_data;

  run->ok = tkb_replication_run_finish (TKB_REPLICATION (source), result, &run->error);
  run->is_done = TRUE;
}

static gboolean
is_done (gpointer user_data)
{
  return ((Run *) user_data)->is_done;
}

gboolean
sync_run (TkbReplication *replication, GError **error)
{
  Run run = { 0 };

  tkb_replication_run_async (replication, NULL, run_cb, &run);
  sync_wait_for (is_done, &run);
  if (run.error)
    g_propagate_error (error, run.error);
  return run.ok;
}

gboolean
sync_replicate (TkbPeer             *source,
                TkbPeer             *target,
                TkbRandom           *random,
                TkbReplicationFlags  flags,
                TkbReplicationStats *out_stats,
                GError             **error)
{
  g_autoptr (TkbClock) clock = tkb_clock_new_system ();
  g_autoptr (TkbReplication) run = tkb_replication_new (source, target, clock, random, flags);
  gboolean ok = sync_run (run, error);

  if (out_stats)
    *out_stats = *tkb_replication_get_stats (run);
  return ok;
}

static void
assert_in_other (TkbStore *a, TkbStore *b)
{
  g_autoptr (GError) error = NULL;
  guint64 last_seq;
  g_autoptr (GPtrArray) changes =
      tkb_store_get_changes (a, 0, 100000, TKB_CHANGES_MAY_LEAVE, &last_seq, NULL, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < changes->len; i++)
    {
      TkbChange *change = g_ptr_array_index (changes, i);
      g_autoptr (TkbRevTree) ours = tkb_store_get_tree (a, change->id, NULL, &error);
      g_autoptr (TkbRevTree) theirs = NULL;
      g_autoptr (GPtrArray) our_leaves = NULL;
      g_autoptr (GPtrArray) their_leaves = NULL;

      g_assert_no_error (error);
      theirs = tkb_store_get_tree (b, change->id, NULL, &error);
      g_assert_no_error (error);
      our_leaves = tkb_rev_tree_get_leaves (ours);
      their_leaves = tkb_rev_tree_get_leaves (theirs);
      g_assert_cmpuint (our_leaves->len, ==, their_leaves->len);
      for (guint k = 0; k < our_leaves->len; k++)
        g_assert_cmpstr (g_ptr_array_index (our_leaves, k), ==,
                         g_ptr_array_index (their_leaves, k));
      g_assert_cmpstr (tkb_rev_tree_get_winner (ours), ==, tkb_rev_tree_get_winner (theirs));
    }
}

void
sync_assert_equal (TkbStore *a, TkbStore *b)
{
  assert_in_other (a, b);
  assert_in_other (b, a);
}
