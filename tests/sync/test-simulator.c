/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Clients and a server whose lines lose, repeat, reorder and cut short, whose runs are called off
 * and whose programs crash, as a seed decides. Afterwards, on healed lines: the same leaves, the
 * same winners, the same attachments everywhere; every edit that was acknowledged is in the history
 * of all; no draft outside; nothing waits; and another sync moves nothing.
 *
 * Seeds: 1 … TKB_SIM_SEEDS (default 6); TKB_SIM_SEED runs that one alone. A seed that finds a bug
 * becomes a test function of its own, with the bug's name. */

#include "config.h"

#include "flaky-peer.h"
#include "sync-fixture.h"
#include "tkb-local-peer.h"

#include <string.h>

#define CLIENTS 3
#define DOCUMENTS 12
#define STEPS 40

typedef struct
{
  char     *path;
  TkbStore *store;
  TkbPeer  *peer;
  TkbPeer  *flaky;
} Node;

typedef struct
{
  TkbRandom *random;
  TkbClock  *clock;
  Node       server;
  Node       clients[CLIENTS];
  GPtrArray *acknowledged; /* (owned) (element-type utf8): id, space, revision */
  GPtrArray *blobs;        /* (owned) (element-type utf8): digests */
  guint      drafts;
} World;

static void
node_open (World *world, Node *node, gboolean is_server)
{
  node->store = sync_store_new (node->path, is_server ? TKB_STORE_OPEN_NONE : TKB_STORE_OPEN_OUTBOX,
                                world->random);
  node->peer = tkb_local_peer_new (node->store);
  node->flaky = flaky_peer_new (node->peer, world->random, is_server);
}

static void
node_close (Node *node)
{
  g_clear_object (&node->flaky);
  g_clear_object (&node->peer);
  tkb_store_close (node->store);
  g_clear_object (&node->store);
}

static void
remove_node (Node *node)
{
  g_autofree char *dir = g_path_get_dirname (node->path);

  node_close (node);
  sync_remove_dir (dir);
  g_clear_pointer (&node->path, g_free);
}

static void
set_rate (World *world, guint per_mille)
{
  flaky_peer_set_rate (TKB_FLAKY_PEER (world->server.flaky), per_mille);
  for (guint i = 0; i < CLIENTS; i++)
    flaky_peer_set_rate (TKB_FLAKY_PEER (world->clients[i].flaky), per_mille / 4);
}

/* ---- what people do ---- */

static char *
add_attachment (World *world, TkbStore *store)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = g_strdup_printf ("%08x", tkb_random_below (world->random, 5));
  g_autoptr (GInputStream) stream = g_memory_input_stream_new_from_data (text, -1, NULL);
  g_autoptr (TkbBlobInfo) blob = tkb_store_add_blob (store, stream, NULL, &error);

  g_assert_no_error (error);
  g_ptr_array_add (world->blobs, g_strdup (blob->digest));
  return g_strdup_printf (",\"_attachments\":{\"a\":{\"content_type\":\"text/plain\",\"digest\":"
                          "\"%s\",\"length\":8,\"stub\":true}}",
                          blob->digest);
}

static void
edit (World *world, Node *node)
{
  g_autofree char *id = g_strdup_printf ("doc:%u", tkb_random_below (world->random, DOCUMENTS));
  g_autoptr (TkbRevTree) tree = tkb_store_get_tree (node->store, id, NULL, NULL);
  g_autofree char *parent = tree ? g_strdup (tkb_rev_tree_get_winner (tree)) : NULL;
  g_autofree char *attachment = NULL;
  g_autofree char *json = NULL;
  g_autofree char *rev = NULL;

  if (parent && !tkb_rev_tree_is_deleted (tree) && tkb_random_below (world->random, 6) == 0)
    {
      rev = sync_delete (node->store, id);
      g_ptr_array_add (world->acknowledged, g_strconcat (id, " ", rev, NULL));
      return;
    }
  if (tkb_random_below (world->random, 4) == 0)
    attachment = add_attachment (world, node->store);
  json = g_strdup_printf ("{\"kind\":\"case\",\"title\":\"%08x\"%s}",
                          tkb_random_below (world->random, 1 << 30), attachment ? attachment : "");
  if (parent && tkb_rev_tree_is_deleted (tree))
    g_clear_pointer (&parent, g_free);
  rev = sync_put (node->store, id, parent, json);
  g_ptr_array_add (world->acknowledged, g_strconcat (id, " ", rev, NULL));
}

static void
draft (World *world, Node *node)
{
  g_autofree char *id = g_strdup_printf ("draft:%u", world->drafts++);

  g_free (sync_put (node->store, id, NULL, "{\"title\":\"d\",\"state\":\"draft\"}"));
}

/* ---- what lines and machines do ---- */

typedef struct
{
  GCancellable *cancellable;
  gboolean      is_over;
} Sync;

static void
sync_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  /* whatever went wrong: the next run makes it good */
  tkb_replication_run_finish (TKB_REPLICATION (source), result, NULL);
  ((Sync *) user_data)->is_over = TRUE;
}

static gboolean
is_over (gpointer user_data)
{
  return ((Sync *) user_data)->is_over;
}

static void
sync_some (World *world, Node *client, gboolean is_pull)
{
  Sync  sync = { .cancellable = g_cancellable_new () };
  guint rounds =
      tkb_random_below (world->random, 4) == 0 ? tkb_random_below (world->random, 60) : G_MAXUINT;
  g_autoptr (TkbReplication) run = tkb_replication_new (
      is_pull ? world->server.flaky : client->flaky, is_pull ? client->flaky : world->server.flaky,
      world->clock, world->random, TKB_REPLICATION_NONE);

  tkb_replication_run_async (run, sync.cancellable, sync_cb, &sync);
  /* called off in the middle */
  for (guint i = 0; i < rounds && !sync.is_over && rounds != G_MAXUINT; i++)
    g_main_context_iteration (NULL, TRUE);
  if (rounds != G_MAXUINT)
    g_cancellable_cancel (sync.cancellable);
  sync_wait_for (is_over, &sync);
  g_object_unref (sync.cancellable);
}

static void
step (World *world)
{
  Node *client = &world->clients[tkb_random_below (world->random, CLIENTS)];

  switch (tkb_random_below (world->random, 10))
    {
    case 0:
      draft (world, client);
      break;
    case 1:
      edit (world, &world->server);
      break;
    case 2:
      node_close (client);
      node_open (world, client, FALSE);
      set_rate (world, 60);
      break;
    case 3:
    case 4:
      sync_some (world, client, TRUE);
      break;
    case 5:
    case 6:
      sync_some (world, client, FALSE);
      break;
    default:
      edit (world, client);
      break;
    }
}

/* ---- what has to hold ---- */

static guint64
sync_all (World *world)
{
  guint64 written = 0;

  for (guint i = 0; i < CLIENTS; i++)
    for (guint is_pull = 0; is_pull < 2; is_pull++)
      {
        g_autoptr (GError) error = NULL;
        Node               *client = &world->clients[i];
        TkbReplicationStats stats;

        sync_replicate (is_pull ? world->server.flaky : client->flaky,
                        is_pull ? client->flaky : world->server.flaky, world->random,
                        TKB_REPLICATION_NONE, &stats, &error);
        g_assert_no_error (error);
        g_assert_cmpuint (stats.doc_failures, ==, 0);
        written += stats.docs_written;
      }
  return written;
}

static void
check_node (World *world, Node *node)
{
  for (guint i = 0; i < world->acknowledged->len; i++)
    {
      g_auto (GStrv) parts = g_strsplit (g_ptr_array_index (world->acknowledged, i), " ", 2);
      g_autoptr (TkbRevTree) tree = tkb_store_get_tree (node->store, parts[0], NULL, NULL);

      g_assert_nonnull (tree);
      g_assert_true (tkb_rev_tree_contains (tree, parts[1]));
    }
  for (guint i = 0; i < world->drafts && node == &world->server; i++)
    {
      g_autofree char *id = g_strdup_printf ("draft:%u", i);

      g_assert_null (sync_get_title (node->store, id));
    }
}

static void
check_attachments (Node *a, Node *b)
{
  for (guint i = 0; i < DOCUMENTS; i++)
    {
      g_autofree char *id = g_strdup_printf ("doc:%u", i);
      g_autoptr (TkbDocument) ours = tkb_store_get (a->store, id, NULL, NULL, NULL);
      g_autoptr (TkbDocument) theirs = tkb_store_get (b->store, id, NULL, NULL, NULL);
      g_autofree char *our_text = ours ? tkb_document_to_text (ours, 0) : NULL;
      g_autofree char *their_text = theirs ? tkb_document_to_text (theirs, 0) : NULL;
      const char      *at = our_text ? strstr (our_text, "\"md5-") : NULL;

      g_assert_cmpstr (our_text, ==, their_text);
      if (at)
        {
          g_autofree char *digest = g_strndup (at + 1, strcspn (at + 1, "\""));

          g_assert_true (tkb_store_has_blob (a->store, digest));
          g_assert_true (tkb_store_has_blob (b->store, digest));
        }
    }
}

static void
check_outbox (Node *node)
{
  g_autoptr (GPtrArray) outbox = tkb_store_get_outbox (node->store, NULL, NULL);

  g_assert_cmpuint (outbox->len, ==, 0);
}

static void
simulate (guint64 seed)
{
  World world = { 0 };

  g_test_message ("seed %" G_GUINT64_FORMAT, seed);
  world.random = tkb_random_new_seeded (seed);
  world.clock = tkb_clock_new_system ();
  world.acknowledged = g_ptr_array_new_with_free_func (g_free);
  world.blobs = g_ptr_array_new_with_free_func (g_free);
  world.server.path = sync_temp_path ("server.tkb");
  node_open (&world, &world.server, TRUE);
  for (guint i = 0; i < CLIENTS; i++)
    {
      world.clients[i].path = sync_temp_path ("client.tkb");
      node_open (&world, &world.clients[i], FALSE);
    }
  set_rate (&world, 60);
  for (guint i = 0; i < STEPS; i++)
    step (&world);

  set_rate (&world, 0);
  sync_all (&world);
  sync_all (&world);
  g_assert_cmpuint (sync_all (&world), ==, 0);
  check_node (&world, &world.server);
  for (guint i = 0; i < CLIENTS; i++)
    {
      check_node (&world, &world.clients[i]);
      check_outbox (&world.clients[i]);
      check_attachments (&world.server, &world.clients[i]);
      sync_assert_equal (world.server.store, world.clients[i].store);
    }

  remove_node (&world.server);
  for (guint i = 0; i < CLIENTS; i++)
    remove_node (&world.clients[i]);
  g_ptr_array_unref (world.acknowledged);
  g_ptr_array_unref (world.blobs);
  g_object_unref (world.clock);
  g_object_unref (world.random);
}

static void
test_seeds (void)
{
  const char *seeds = g_getenv ("TKB_SIM_SEEDS");
  const char *one = g_getenv ("TKB_SIM_SEED");
  guint64     count = seeds ? g_ascii_strtoull (seeds, NULL, 10) : 6;

  if (one)
    {
      simulate (g_ascii_strtoull (one, NULL, 10));
      return;
    }
  for (guint64 seed = 1; seed <= count; seed++)
    simulate (seed);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/simulator/seeds", test_seeds);
  return g_test_run ();
}
