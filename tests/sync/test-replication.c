/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* One run between two stores: what arrives, what stays, what is done again and what is not. */

#include "config.h"

#include "sync-fixture.h"
#include "tkb-json.h"
#include "tkb-local-peer.h"
#include "tkb-sync-error.h"
#include "tkb-wire-error.h"

#include <string.h>

typedef struct
{
  TkbRandom *random;
  char      *path_a, *path_b;
  TkbStore  *a, *b;
  TkbPeer   *peer_a, *peer_b;
} Pair;

static void
pair_set_up (Pair *pair, gconstpointer data)
{
  pair->random = tkb_random_new_seeded (7);
  pair->path_a = sync_temp_path ("a.tkb");
  pair->path_b = sync_temp_path ("b.tkb");
  pair->a = sync_store_new (pair->path_a, TKB_STORE_OPEN_OUTBOX, pair->random);
  pair->b = sync_store_new (pair->path_b, TKB_STORE_OPEN_NONE, pair->random);
  pair->peer_a = tkb_local_peer_new (pair->a);
  pair->peer_b = tkb_local_peer_new (pair->b);
}

static void
remove_with_dir (char *path)
{
  g_autofree char *dir = g_path_get_dirname (path);

  sync_remove_dir (dir);
  g_free (path);
}

static void
pair_tear_down (Pair *pair, gconstpointer data)
{
  g_clear_object (&pair->peer_a);
  g_clear_object (&pair->peer_b);
  tkb_store_close (pair->a);
  tkb_store_close (pair->b);
  g_clear_object (&pair->a);
  g_clear_object (&pair->b);
  g_clear_object (&pair->random);
  remove_with_dir (pair->path_a);
  remove_with_dir (pair->path_b);
}

static TkbReplicationStats
replicate (Pair *pair, gboolean from_a)
{
  g_autoptr (GError) error = NULL;
  TkbReplicationStats stats;
  gboolean            ok =
      sync_replicate (from_a ? pair->peer_a : pair->peer_b, from_a ? pair->peer_b : pair->peer_a,
                      pair->random, TKB_REPLICATION_NONE, &stats, &error);

  g_assert_no_error (error);
  g_assert_true (ok);
  return stats;
}

static void
test_both_ways (Pair *pair, gconstpointer data)
{
  TkbReplicationStats stats;

  sync_put_many (pair->a, "a", 450);
  sync_put_many (pair->b, "b", 30);
  stats = replicate (pair, TRUE);
  g_assert_cmpuint (stats.docs_written, ==, 450);
  g_assert_cmpuint (stats.done, ==, 450);
  g_assert_cmpuint (stats.total, ==, 450);
  stats = replicate (pair, FALSE);
  g_assert_cmpuint (stats.docs_written, ==, 30);
  sync_assert_equal (pair->a, pair->b);

  /* nothing to do: nothing is read again */
  stats = replicate (pair, TRUE);
  g_assert_cmpuint (stats.docs_read, ==, 0);
  stats = replicate (pair, FALSE);
  g_assert_cmpuint (stats.changes_read, ==, 0);
  stats = replicate (pair, TRUE);
  g_assert_cmpuint (stats.changes_read, ==, 0);
}

static void
test_checkpoint (Pair *pair, gconstpointer data)
{
  TkbReplicationStats stats;

  sync_put_many (pair->a, "a", 20);
  replicate (pair, TRUE);
  sync_put_many (pair->a, "later", 3);
  stats = replicate (pair, TRUE);
  g_assert_cmpuint (stats.changes_read, ==, 3);
  g_assert_cmpuint (stats.docs_written, ==, 3);
}

static void
test_conflicts_and_deletions (Pair *pair, gconstpointer data)
{
  g_autofree char *first = sync_put (pair->a, "x", NULL, "{\"title\":\"one\"}");
  g_autofree char *here = NULL;
  g_autofree char *there = NULL;
  g_autofree char *title_a = NULL;
  g_autofree char *title_b = NULL;
  g_autofree char *gone = sync_put (pair->a, "gone", NULL, "{\"title\":\"gone\"}");
  g_autoptr (TkbRevTree) tree = NULL;
  g_autoptr (GPtrArray) conflicts = NULL;

  replicate (pair, TRUE);
  here = sync_put (pair->a, "x", first, "{\"title\":\"here\"}");
  there = sync_put (pair->b, "x", first, "{\"title\":\"there\"}");
  g_free (sync_delete (pair->b, "gone"));
  replicate (pair, TRUE);
  replicate (pair, FALSE);
  sync_assert_equal (pair->a, pair->b);
  tree = tkb_store_get_tree (pair->a, "x", NULL, NULL);
  conflicts = tkb_rev_tree_get_conflicts (tree);
  g_assert_cmpuint (conflicts->len, ==, 1);
  title_a = sync_get_title (pair->a, "x");
  title_b = sync_get_title (pair->b, "x");
  g_assert_cmpstr (title_a, ==, title_b);
  g_assert_null (sync_get_title (pair->a, "gone"));
}

static void
test_private_stays (Pair *pair, gconstpointer data)
{
  TkbReplicationStats stats;
  g_autofree char    *draft =
      sync_put (pair->a, "draft", NULL, "{\"title\":\"d\",\"state\":\"draft\"}");
  g_autofree char *private =
      sync_put (pair->a, "private", NULL, "{\"title\":\"p\",\"visibility\":\"private\"}");
  g_autofree char *open =
      sync_put (pair->a, "open", NULL, "{\"title\":\"o\",\"state\":\"published\"}");
  g_autofree char *submitted = NULL;
  g_autofree char *title = NULL;

  stats = replicate (pair, TRUE);
  g_assert_cmpuint (stats.docs_written, ==, 1);
  g_assert_null (sync_get_title (pair->b, "draft"));
  g_assert_null (sync_get_title (pair->b, "private"));

  submitted = sync_put (pair->a, "draft", draft, "{\"title\":\"d\",\"state\":\"submitted\"}");
  stats = replicate (pair, TRUE);
  g_assert_cmpuint (stats.docs_written, ==, 1);
  title = sync_get_title (pair->b, "draft");
  g_assert_cmpstr (title, ==, "d");
  /* the body of the draft before did not come along */
  g_assert_null (tkb_store_get (pair->b, "draft", draft, NULL, NULL));
}

static void
test_source_restored (Pair *pair, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char    *copy = sync_temp_path ("copy.tkb");
  TkbReplicationStats stats;

  sync_put_many (pair->a, "a", 5);
  replicate (pair, TRUE);
  g_assert_true (tkb_store_backup (pair->a, copy, NULL, &error));
  g_assert_no_error (error);
  sync_put_many (pair->a, "lost", 5);
  replicate (pair, TRUE);

  /* back to the backup, and other work goes on from there with the same sequence numbers */
  g_clear_object (&pair->peer_a);
  tkb_store_close (pair->a);
  g_clear_object (&pair->a);
  remove_with_dir (g_steal_pointer (&pair->path_a));
  pair->path_a = g_steal_pointer (&copy);
  pair->a = sync_store_new (pair->path_a, TKB_STORE_OPEN_OUTBOX, pair->random);
  pair->peer_a = tkb_local_peer_new (pair->a);
  sync_put_many (pair->a, "new", 5);
  stats = replicate (pair, TRUE);
  g_assert_cmpuint (stats.docs_written, ==, 5);
  stats = replicate (pair, FALSE);
  g_assert_cmpuint (stats.docs_written, ==, 5);
  sync_assert_equal (pair->a, pair->b);
}

static void
test_target_replaced (Pair *pair, gconstpointer data)
{
  TkbReplicationStats stats;

  sync_put_many (pair->a, "a", 5);
  replicate (pair, TRUE);
  g_clear_object (&pair->peer_b);
  tkb_store_close (pair->b);
  g_clear_object (&pair->b);
  remove_with_dir (g_steal_pointer (&pair->path_b));
  pair->path_b = sync_temp_path ("b.tkb");
  pair->b = sync_store_new (pair->path_b, TKB_STORE_OPEN_NONE, pair->random);
  pair->peer_b = tkb_local_peer_new (pair->b);
  stats = replicate (pair, TRUE);
  g_assert_cmpuint (stats.docs_written, ==, 5);
}

static void
test_many_deletions (Pair *pair, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  TkbStoreCounts *counts;

  sync_put_many (pair->a, "a", 100);
  replicate (pair, TRUE);
  for (guint i = 0; i < 60; i++)
    {
      g_autofree char *id = g_strdup_printf ("a:%04u é/%%", i);

      g_free (sync_delete (pair->a, id));
    }
  g_assert_false (sync_replicate (pair->peer_a, pair->peer_b, pair->random, TKB_REPLICATION_NONE,
                                  NULL, &error));
  g_assert_error (error, TKB_SYNC_ERROR, TKB_SYNC_ERROR_MANY_DELETIONS);
  g_clear_error (&error);
  counts = tkb_store_get_counts (pair->b, NULL, NULL);
  g_assert_cmpuint (counts->documents, ==, 100);
  tkb_store_counts_free (counts);
  g_assert_true (sync_replicate (pair->peer_a, pair->peer_b, pair->random,
                                 TKB_REPLICATION_ALLOW_DELETIONS, NULL, &error));
  counts = tkb_store_get_counts (pair->b, NULL, NULL);
  g_assert_cmpuint (counts->documents, ==, 40);
  tkb_store_counts_free (counts);
}

static void
test_attachments (Pair *pair, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  gsize size = 3 * 1000 * 1000;
  char *bytes = g_malloc0 (size);
  g_autoptr (GInputStream) stream = NULL;
  g_autoptr (GInputStream) back = NULL;
  g_autoptr (TkbBlobInfo) blob = NULL;
  g_autofree char *json = NULL;
  g_autofree char *rev = NULL;
  gint64           length = 0;

  for (gsize i = 0; i < size; i++)
    bytes[i] = (char) (i * 31 >> 5);
  stream = g_memory_input_stream_new_from_data (bytes, (gssize) size, g_free);
  blob = tkb_store_add_blob (pair->a, stream, NULL, &error);
  g_assert_no_error (error);
  json =
      g_strdup_printf ("{\"title\":\"t\",\"_attachments\":{\"big.bin\":{\"content_type\":"
                       "\"application/octet-stream\",\"digest\":\"%s\",\"length\":%" G_GSIZE_FORMAT
                       ",\"stub\":true},\"small.txt\":{\"content_type\":\"text/plain\","
                       "\"data\":\"aGVsbG8=\"}}}",
                       blob->digest, size);
  rev = sync_put (pair->a, "with", NULL, json);
  replicate (pair, TRUE);
  sync_assert_equal (pair->a, pair->b);
  back = tkb_store_open_blob (pair->b, blob->digest, &length, &error);
  g_assert_no_error (error);
  g_assert_cmpint (length, ==, size);
}

static void
test_same_store (Pair *pair, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbPeer) again = tkb_local_peer_new (pair->a);

  g_assert_false (
      sync_replicate (pair->peer_a, again, pair->random, TKB_REPLICATION_NONE, NULL, &error));
  g_assert_error (error, TKB_SYNC_ERROR, TKB_SYNC_ERROR_SAME_PEER);
}

/* ---- live ---- */

typedef struct
{
  TkbReplication *run;
  TkbStore       *store;
  const char     *id;
  GError         *error;
  gboolean        is_over;
} Live;

static void
live_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Live *live = user_data;

  tkb_replication_run_finish (TKB_REPLICATION (source), result, &live->error);
  live->is_over = TRUE;
}

static gboolean
live_is_idle (gpointer user_data)
{
  return tkb_replication_is_idle (((Live *) user_data)->run);
}

static gboolean
live_is_over (gpointer user_data)
{
  return ((Live *) user_data)->is_over;
}

static gboolean
live_has_document (gpointer user_data)
{
  Live            *live = user_data;
  g_autofree char *title = sync_get_title (live->store, live->id);

  return title != NULL;
}

static void
test_live (Pair *pair, gconstpointer data)
{
  g_autoptr (TkbClock) clock = tkb_clock_new_system ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (TkbReplication) run =
      tkb_replication_new (pair->peer_a, pair->peer_b, clock, pair->random, TKB_REPLICATION_LIVE);
  Live live = { .run = run, .store = pair->b };

  sync_put_many (pair->a, "a", 5);
  tkb_replication_run_async (run, cancellable, live_cb, &live);
  sync_wait_for (live_is_idle, &live);
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *id = g_strdup_printf ("live:%u", i);

      g_free (sync_put (pair->a, id, NULL, "{\"title\":\"t\"}"));
      live.id = id;
      sync_wait_for (live_has_document, &live);
    }
  sync_wait_for (live_is_idle, &live);
  g_cancellable_cancel (cancellable);
  sync_wait_for (live_is_over, &live);
  g_assert_error (live.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&live.error);
}

#define ADD(name, function)                                                                        \
  g_test_add ("/replication/" name, Pair, NULL, pair_set_up, function, pair_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  ADD ("both-ways", test_both_ways);
  ADD ("checkpoint", test_checkpoint);
  ADD ("conflicts-and-deletions", test_conflicts_and_deletions);
  ADD ("private-stays", test_private_stays);
  ADD ("source-restored", test_source_restored);
  ADD ("target-replaced", test_target_replaced);
  ADD ("many-deletions", test_many_deletions);
  ADD ("attachments", test_attachments);
  ADD ("same-store", test_same_store);
  ADD ("live", test_live);
  return g_test_run ();
}
