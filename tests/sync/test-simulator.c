/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Two to five clients and a server in one process and one thread. People edit, delete, settle
 * conflicts and write drafts while pulls, pushes, live feeds and sticks between clients run over
 * lines (sim-line.h) that lose, repeat, delay, reorder and cut short. Machines lose their power and
 * what the disk had not kept, their clocks jump by years, the server is restored from an older copy
 * or replaced by an empty one: all as a seed decides.
 *
 * At any moment: no checkpoint is ahead of its data. Afterwards, on healed lines: the same leaves
 * everywhere and the winner that CouchDB's rule names; the same attachments; every edit that was
 * acknowledged is in the history of all; no draft outside; nothing waits; and another sync moves
 * nothing.
 *
 * Seeds: TKB_SIM_FIRST (1) and on, TKB_SIM_SEEDS of them (20); TKB_SIM_SEED is that one alone, told
 * step by step. A seed that finds a bug becomes a test function of its own, with the bug's name. */

#include "config.h"

#include "../store/fault-vfs.h"
#include "sim-line.h"
#include "sync-fixture.h"
#include "tkb-local-peer.h"
#include "tkb-json.h"
#include "tkb-wire-checkpoint.h"

#include <glib/gstdio.h>
#include <string.h>

#define CLIENTS_MAX 5
#define DOCUMENTS 10
#define STEPS 60
#define TURNS_MAX 120
/* per mille of the calls to a server and of those within a machine */
#define RATE 40
#define LOCAL_RATE 8
/* ms; clocks of machines differ by so much */
#define SKEW_MS (G_GINT64_CONSTANT (10) * 365 * 86400 * 1000)

typedef struct
{
  char     *dir;    /* (owned) */
  char     *path;   /* (owned) */
  TkbStore *store;  /* (owned) */
  TkbPeer  *peer;   /* (owned) */
  TkbPeer  *line;   /* (owned): to its own store */
  TkbPeer  *uplink; /* (owned) (nullable): a client's to the server */
  gboolean  is_cut; /* no line to the server */
} Node;

typedef struct
{
  TkbReplication *replication; /* (owned) */
  GCancellable   *cancellable; /* (owned) */
  Node           *client;
  Node           *other; /* (nullable): the server */
  gboolean        is_pull;
  gboolean        is_over;
} Run;

typedef struct
{
  char    *id;  /* (owned) */
  char    *rev; /* (owned) */
  gboolean is_of_server;
} Acknowledged;

typedef struct
{
  TkbRandom *random; /* (owned) */
  SimNet    *net;    /* (owned) */
  Node       server;
  Node       clients[CLIENTS_MAX];
  guint      n_clients;
  guint      rate;
  GPtrArray *runs;         /* (owned) (element-type Run) */
  GPtrArray *acknowledged; /* (owned) (element-type Acknowledged) */
  guint      drafts;
  char      *copy_dir;   /* (owned) (nullable): of the server */
  guint      copy_edits; /* acknowledged edits when it was made */
} World;

static gboolean is_told;

static guint
roll (World *world, guint below)
{
  return tkb_random_below (world->random, below);
}

static void G_GNUC_PRINTF (1, 2) tell (const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list          arguments;

  if (!is_told)
    return;
  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_test_message ("%s", text);
}

static int
number_of (World *world, Node *node)
{
  return node == &world->server ? -1 : (int) (node - world->clients);
}

/* ---- machines ---- */

static void
set_rate (World *world, guint rate)
{
  world->rate = rate;
  sim_line_set_rate (SIM_LINE (world->server.line), rate * LOCAL_RATE / RATE);
  for (guint i = 0; i < world->n_clients; i++)
    {
      Node *client = &world->clients[i];

      sim_line_set_rate (SIM_LINE (client->line), rate * LOCAL_RATE / RATE);
      sim_line_set_rate (SIM_LINE (client->uplink), rate);
      sim_line_set_down (SIM_LINE (client->uplink), client->is_cut);
    }
}

/* A new line in place of the old one, on which nothing passes any more. */
static void
replace_line (World *world, TkbPeer **line, TkbPeer *inner, gboolean is_remote)
{
  if (*line)
    sim_line_set_down (SIM_LINE (*line), TRUE);
  g_clear_object (line);
  if (inner)
    *line = sim_line_new (world->net, inner, is_remote);
}

static void
connect (World *world)
{
  for (guint i = 0; i < world->n_clients; i++)
    replace_line (world, &world->clients[i].uplink, world->server.peer, TRUE);
}

static void
node_open (World *world, Node *node)
{
  g_autoptr (GError) error = NULL;
  gint64 skew_ms = ((gint64) roll (world, 2001) - 1000) * (SKEW_MS / 1000);
  g_autoptr (TkbClock) clock = tkb_clock_new_manual (G_GINT64_CONSTANT (1800000000000) + skew_ms);
  /* its own, for it is used on the store's threads */
  g_autoptr (TkbRandom) random = tkb_random_new_seeded (roll (world, G_MAXINT32));
  TkbStoreOpenFlags flags = node == &world->server ? TKB_STORE_OPEN_NONE : TKB_STORE_OPEN_OUTBOX;

  node->store = tkb_store_open (node->path, flags | TKB_STORE_OPEN_CREATE | TKB_STORE_OPEN_NO_INDEX,
                                NULL, clock, random, &error);
  g_assert_no_error (error);
  node->peer = tkb_local_peer_new (node->store);
  replace_line (world, &node->line, node->peer, FALSE);
  if (node == &world->server)
    connect (world);
  else
    replace_line (world, &node->uplink, world->server.peer, TRUE);
}

static void
node_close (World *world, Node *node)
{
  replace_line (world, &node->line, NULL, FALSE);
  for (guint i = 0; i < world->n_clients && node == &world->server; i++)
    sim_line_set_down (SIM_LINE (world->clients[i].uplink), TRUE);
  g_clear_object (&node->peer);
  tkb_store_close (node->store);
  g_clear_object (&node->store);
}

static void
node_new (World *world, Node *node)
{
  node->path = sync_temp_path ("store.tkb");
  node->dir = g_path_get_dirname (node->path);
  node_open (world, node);
}

static void
node_remove (World *world, Node *node)
{
  node_close (world, node);
  g_clear_object (&node->uplink);
  sync_remove_dir (node->dir);
  g_clear_pointer (&node->dir, g_free);
  g_clear_pointer (&node->path, g_free);
}

/* ---- replications ---- */

static void
run_free (gpointer data)
{
  Run *run = data;

  g_object_unref (run->replication);
  g_object_unref (run->cancellable);
  g_free (run);
}

static void
run_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  /* whatever went wrong: the next run makes it good */
  tkb_replication_run_finish (TKB_REPLICATION (source), result, NULL);
  ((Run *) user_data)->is_over = TRUE;
}

/* other (nullable): the server */
static void
start_run (World *world, Node *client, Node *other, gboolean is_pull, TkbReplicationFlags flags)
{
  TkbPeer *far = other ? other->line : client->uplink;
  Run     *run = g_new0 (Run, 1);

  run->client = client;
  run->other = other;
  run->is_pull = is_pull;
  run->cancellable = g_cancellable_new ();
  run->replication =
      tkb_replication_new (is_pull ? far : client->line, is_pull ? client->line : far,
                           sim_net_get_clock (world->net), world->random, flags);
  g_ptr_array_add (world->runs, run);
  tkb_replication_run_async (run->replication, run->cancellable, run_cb, run);
}

static gboolean
is_running (World *world, Node *client, Node *other, gboolean is_pull)
{
  for (guint i = 0; i < world->runs->len; i++)
    {
      Run *run = g_ptr_array_index (world->runs, i);

      if (!run->is_over && run->client == client && run->other == other && run->is_pull == is_pull)
        return TRUE;
    }
  return FALSE;
}

static gboolean
are_all_over (gpointer user_data)
{
  World *world = user_data;

  for (guint i = 0; i < world->runs->len; i++)
    if (!((Run *) g_ptr_array_index (world->runs, i))->is_over)
      return FALSE;
  return TRUE;
}

/* node (nullable): everybody's; the server's are everybody's too */
static void
stop_runs (World *world, Node *node)
{
  for (guint i = 0; i < world->runs->len; i++)
    {
      Run *run = g_ptr_array_index (world->runs, i);

      if (!node || node == &world->server || run->client == node || run->other == node)
        g_cancellable_cancel (run->cancellable);
    }
}

static void
forget_runs (World *world)
{
  for (guint i = world->runs->len; i > 0; i--)
    if (((Run *) g_ptr_array_index (world->runs, i - 1))->is_over)
      g_ptr_array_remove_index (world->runs, i - 1);
}

/* Those of a machine that fell end with an error; the others go on meanwhile. */
static void
drop_runs (World *world, Node *node)
{
  stop_runs (world, node);
  for (guint i = 0; i < world->runs->len; i++)
    {
      Run *run = g_ptr_array_index (world->runs, i);

      while (!run->is_over && g_cancellable_is_cancelled (run->cancellable))
        g_assert_true (sim_net_turn (world->net));
    }
  forget_runs (world);
}

/* ---- what people do ---- */

static void
acknowledge (World *world, Node *node, const char *id, const char *rev)
{
  Acknowledged *edit = g_new0 (Acknowledged, 1);

  tell ("%d edits %s %s", number_of (world, node), id, rev);
  edit->id = g_strdup (id);
  edit->rev = g_strdup (rev);
  edit->is_of_server = node == &world->server;
  g_ptr_array_add (world->acknowledged, edit);
}

static void
acknowledged_free (gpointer data)
{
  Acknowledged *edit = data;

  g_free (edit->id);
  g_free (edit->rev);
  g_free (edit);
}

static char *
add_attachment (World *world, TkbStore *store)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = g_strdup_printf ("%08x", roll (world, 5));
  g_autoptr (GInputStream) stream = g_memory_input_stream_new_from_data (text, -1, NULL);
  g_autoptr (TkbBlobInfo) blob = tkb_store_add_blob (store, stream, NULL, &error);

  g_assert_no_error (error);
  return g_strdup_printf (",\"_attachments\":{\"a\":{\"content_type\":\"text/plain\",\"digest\":"
                          "\"%s\",\"length\":8,\"stub\":true}}",
                          blob->digest);
}

static void
edit (World *world, Node *node)
{
  g_autofree char *id = g_strdup_printf ("doc:%u", roll (world, DOCUMENTS));
  g_autoptr (TkbRevTree) tree = tkb_store_get_tree (node->store, id, NULL, NULL);
  g_autofree char *parent = tree ? g_strdup (tkb_rev_tree_get_winner (tree)) : NULL;
  g_autofree char *attachment = NULL;
  g_autofree char *json = NULL;
  g_autofree char *rev = NULL;

  if (parent && !tkb_rev_tree_is_deleted (tree) && roll (world, 6) == 0)
    {
      rev = sync_delete (node->store, id);
      acknowledge (world, node, id, rev);
      return;
    }
  if (roll (world, 4) == 0)
    attachment = add_attachment (world, node->store);
  /* few values, so that two people may write the same */
  json = g_strdup_printf ("{\"kind\":\"case\",\"title\":\"%u\"%s}", roll (world, 1000),
                          attachment ? attachment : "");
  if (parent && tkb_rev_tree_is_deleted (tree))
    g_clear_pointer (&parent, g_free);
  rev = sync_put (node->store, id, parent, json);
  acknowledge (world, node, id, rev);
}

/* Somebody looks at a conflict: one side goes on, the others end. */
static void
settle (World *world, Node *node)
{
  g_autoptr (GPtrArray) ids = tkb_store_get_conflicted (node->store, 10, NULL, NULL);
  g_autoptr (TkbRevTree) tree = NULL;
  g_autoptr (GPtrArray) losers = NULL;
  const char *id;

  if (!ids || ids->len == 0)
    return;
  id = g_ptr_array_index (ids, roll (world, ids->len));
  tree = tkb_store_get_tree (node->store, id, NULL, NULL);
  losers = tkb_rev_tree_get_conflicts (tree);
  for (guint i = 0; i < losers->len; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *rev =
          tkb_store_delete (node->store, id, g_ptr_array_index (losers, i), NULL, &error);

      g_assert_no_error (error);
      acknowledge (world, node, id, rev);
    }
}

static void
draft (World *world, Node *node)
{
  g_autofree char *id = g_strdup_printf ("draft:%u", world->drafts++);

  g_free (sync_put (node->store, id, NULL, "{\"title\":\"d\",\"state\":\"draft\"}"));
}

static void
sync_client (World *world, Node *client)
{
  Node    *other = world->n_clients > 1 && roll (world, 6) == 0
                       ? &world->clients[roll (world, world->n_clients)]
                       : NULL; /* a stick in between */
  gboolean is_pull = roll (world, 2) == 0;

  if (other == client || is_running (world, client, other, is_pull))
    return;
  tell ("%u %s %d", number_of (world, client), is_pull ? "pulls from" : "pushes to",
        other ? number_of (world, other) : -1);
  start_run (world, client, other, is_pull,
             !other && roll (world, 4) == 0 ? TKB_REPLICATION_LIVE : TKB_REPLICATION_NONE);
}

/* ---- what befalls machines ---- */

static void
lose_power (World *world, Node *node)
{
  tell ("%d loses its power", number_of (world, node));
  fault_vfs_crash_now (node->dir);
  sim_line_set_down (SIM_LINE (node->line), TRUE);
  for (guint i = 0; i < world->n_clients && node == &world->server; i++)
    sim_line_set_down (SIM_LINE (world->clients[i].uplink), TRUE);
  drop_runs (world, node);
  node_close (world, node);
  fault_vfs_recover ();
  node_open (world, node);
  set_rate (world, world->rate);
}

static void
copy_server (World *world)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;

  if (world->copy_dir)
    sync_remove_dir (world->copy_dir);
  g_free (world->copy_dir);
  path = sync_temp_path ("store.tkb");
  world->copy_dir = g_path_get_dirname (path);
  tkb_store_backup (world->server.store, path, NULL, &error);
  g_assert_no_error (error);
  world->copy_edits = world->acknowledged->len;
  tell ("the server is copied");
}

/* What was typed into the server alone and is younger than the copy is gone; nothing else may be.
 */
static void
forget_edits_of_server (World *world, guint from)
{
  for (guint i = world->acknowledged->len; i > from; i--)
    if (((Acknowledged *) g_ptr_array_index (world->acknowledged, i - 1))->is_of_server)
      g_ptr_array_remove_index (world->acknowledged, i - 1);
}

/* From its copy, or by an empty one. */
static void
replace_server (World *world)
{
  Node *server = &world->server;
  Node  old = *server;
  guint kept = world->copy_dir ? world->copy_edits : 0;

  tell (world->copy_dir ? "the server is restored" : "the server is replaced");
  drop_runs (world, server);
  node_close (world, server);
  sync_remove_dir (old.dir);
  g_free (old.path);
  g_free (old.dir);
  server->path = world->copy_dir ? g_build_filename (world->copy_dir, "store.tkb", NULL)
                                 : sync_temp_path ("store.tkb");
  server->dir = g_path_get_dirname (server->path);
  g_clear_pointer (&world->copy_dir, g_free);
  forget_edits_of_server (world, kept);
  node_open (world, server);
  set_rate (world, world->rate);
}

static void
befall (World *world)
{
  guint choice = roll (world, 16);
  Node *client = &world->clients[roll (world, world->n_clients)];

  if (choice < 5)
    lose_power (world, client);
  else if (choice < 7)
    lose_power (world, &world->server);
  else if (choice < 9)
    copy_server (world);
  else if (choice == 9)
    replace_server (world);
  else if (choice < 12)
    {
      client->is_cut = !client->is_cut;
      tell ("%d is %s", number_of (world, client), client->is_cut ? "cut off" : "connected");
      set_rate (world, world->rate);
    }
  else if (choice < 14)
    stop_runs (world, client); /* called off in the middle */
  else
    tkb_store_compact (client->store, NULL, NULL);
}

static void
step (World *world)
{
  Node *client = &world->clients[roll (world, world->n_clients)];
  guint choice = roll (world, 20);

  if (choice < 7)
    edit (world, client);
  else if (choice == 7)
    edit (world, &world->server);
  else if (choice == 8)
    draft (world, client);
  else if (choice == 9)
    settle (world, client);
  else if (choice < 12)
    befall (world);
  else
    sync_client (world, client);
  for (guint turns = roll (world, TURNS_MAX); turns > 0 && sim_net_turn (world->net); turns--)
    ;
  forget_runs (world);
}

/* ---- what has to hold at any moment ---- */

static TkbWireCheckpoint *
read_checkpoint (TkbStore *store, const char *id)
{
  g_autoptr (JsonObject) object = tkb_store_get_local (store, id, NULL, NULL);

  return tkb_wire_checkpoint_from_json (object);
}

/* Whether the next run will try this one again, wherever the checkpoint stands. */
static gboolean
is_noted (TkbStore *keeper, const char *id, const char *rev, const char *checkpoint)
{
  g_autofree char *local_id = g_strconcat (checkpoint, "-failed", NULL);
  g_autoptr (JsonObject) object = tkb_store_get_local (keeper, local_id, NULL, NULL);
  JsonArray *items = object ? tkb_json_get_array (object, "items") : NULL;

  for (guint i = 0; items && i < json_array_get_length (items); i++)
    {
      JsonObject *item = json_array_get_object_element (items, i);

      if (g_strcmp0 (tkb_json_get_string (item, "id", NULL), id) == 0 &&
          g_strcmp0 (tkb_json_get_string (item, "rev", NULL), rev) == 0)
        return TRUE;
    }
  return FALSE;
}

static void
check_checkpoint (World *world, Node *source, Node *target, Node *keeper)
{
  g_autofree char *text =
      g_strdup_printf ("%d\nstore:%s\nstore:%s", TKB_WIRE_REPLICATION_ID_VERSION,
                       tkb_store_get_uuid (source->store), tkb_store_get_uuid (target->store));
  g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
  g_autofree char *id = g_strdup_printf ("tkb-%.32s", digest);
  g_autoptr (TkbWireCheckpoint) ours = read_checkpoint (source->store, id);
  g_autoptr (TkbWireCheckpoint) theirs = read_checkpoint (target->store, id);
  g_autofree char *common = tkb_wire_checkpoint_find_common (ours, theirs);
  guint64          seq = g_ascii_strtoull (common, NULL, 10);
  guint64          last_seq;
  g_autoptr (GPtrArray) changes = NULL;

  if (seq == 0)
    return;
  changes =
      tkb_store_get_changes (source->store, 0, 100000,
                             TKB_CHANGES_ALL_LEAVES | TKB_CHANGES_MAY_LEAVE, &last_seq, NULL, NULL);
  for (guint i = 0; i < changes->len; i++)
    {
      TkbChange *change = g_ptr_array_index (changes, i);
      g_autoptr (TkbRevTree) tree = NULL;

      if (change->seq > seq)
        break;
      tree = tkb_store_get_tree (target->store, change->id, NULL, NULL);
      for (guint k = 0; k < change->revs->len; k++)
        {
          const char *rev = g_ptr_array_index (change->revs, k);

          if ((!tree || !tkb_rev_tree_contains (tree, rev)) &&
              !is_noted (keeper->store, change->id, rev, id))
            g_error ("the checkpoint from %d to %d at %s is ahead of its data: %s %s",
                     number_of (world, source), number_of (world, target), common, change->id, rev);
        }
    }
}

static void
check_checkpoints (World *world)
{
  for (guint i = 0; i < world->n_clients; i++)
    {
      Node *client = &world->clients[i];

      check_checkpoint (world, &world->server, client, client);
      check_checkpoint (world, client, &world->server, client);
      for (guint k = 0; k < world->n_clients; k++)
        if (k != i)
          check_checkpoint (world, client, &world->clients[k], &world->clients[k]);
    }
}

/* ---- what has to hold in the end ---- */

/* Everybody with the server, each way; how many documents moved. */
static guint64
sync_all (World *world)
{
  guint64 written = 0;

  for (guint i = 0; i < 2 * world->n_clients; i++)
    {
      Run                       *run;
      const TkbReplicationStats *stats;

      start_run (world, &world->clients[i / 2], NULL, i % 2, TKB_REPLICATION_NONE);
      sim_net_run (world->net, are_all_over, world);
      run = g_ptr_array_index (world->runs, world->runs->len - 1);
      stats = tkb_replication_get_stats (run->replication);
      g_assert_cmpuint (stats->doc_failures, ==, 0);
      written += stats->docs_written;
      forget_runs (world);
    }
  return written;
}

/* CouchDB's rule, written down once more: live before deleted, the longest history, the greatest
 * hash. */
static void
check_winner (TkbRevTree *tree)
{
  g_autoptr (GPtrArray) leaves = tkb_rev_tree_get_leaves (tree);
  g_autofree char *best = NULL;

  for (guint i = 0; i < leaves->len; i++)
    {
      const char      *rev = g_ptr_array_index (leaves, i);
      gboolean         is_live = !(tkb_rev_tree_get_flags (tree, rev) & TKB_REV_NODE_DELETED);
      g_autofree char *key = g_strdup_printf ("%d %010" G_GUINT64_FORMAT " %s", is_live,
                                              g_ascii_strtoull (rev, NULL, 10), strchr (rev, '-'));

      if (!best || strcmp (key, best) > 0)
        {
          g_free (best);
          best = g_steal_pointer (&key);
        }
    }
  g_assert_nonnull (best);
  g_assert_true (g_str_has_suffix (best, strchr (tkb_rev_tree_get_winner (tree), '-')));
}

static void
check_node (World *world, Node *node)
{
  for (guint i = 0; i < world->acknowledged->len; i++)
    {
      Acknowledged *edit = g_ptr_array_index (world->acknowledged, i);
      g_autoptr (TkbRevTree) tree = tkb_store_get_tree (node->store, edit->id, NULL, NULL);

      g_assert_nonnull (tree);
      if (!tkb_rev_tree_contains (tree, edit->rev))
        g_error ("%d has lost %s %s", number_of (world, node), edit->id, edit->rev);
      check_winner (tree);
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
check_all (World *world)
{
  guint rounds = 0;

  for (guint i = 0; i < world->n_clients; i++)
    world->clients[i].is_cut = FALSE;
  set_rate (world, 0);
  while (sync_all (world) > 0)
    g_assert_cmpuint (++rounds, <, 4);
  check_checkpoints (world);
  check_node (world, &world->server);
  for (guint i = 0; i < world->n_clients; i++)
    {
      check_node (world, &world->clients[i]);
      check_outbox (&world->clients[i]);
      check_attachments (&world->server, &world->clients[i]);
      sync_assert_equal (world->server.store, world->clients[i].store);
    }
}

static guint64
simulate (guint64 seed)
{
  World   world = { 0 };
  guint64 calls;

  world.random = tkb_random_new_seeded (seed);
  world.net = sim_net_new (world.random);
  world.runs = g_ptr_array_new_with_free_func (run_free);
  world.acknowledged = g_ptr_array_new_with_free_func (acknowledged_free);
  fault_vfs_arm (FAULT_CRASH, G_MAXUINT, (guint32) seed);
  node_new (&world, &world.server);
  world.n_clients = 2 + roll (&world, CLIENTS_MAX - 1);
  for (guint i = 0; i < world.n_clients; i++)
    node_new (&world, &world.clients[i]);
  set_rate (&world, RATE);
  for (guint i = 0; i < STEPS; i++)
    {
      step (&world);
      if (i % 6 == 5)
        check_checkpoints (&world);
    }

  stop_runs (&world, NULL);
  sim_net_run (world.net, are_all_over, &world);
  forget_runs (&world);
  check_checkpoints (&world);
  check_all (&world);

  while (sim_net_turn (world.net))
    ;
  for (guint i = 0; i < world.n_clients; i++)
    node_remove (&world, &world.clients[i]);
  world.n_clients = 0;
  node_remove (&world, &world.server);
  if (world.copy_dir)
    sync_remove_dir (world.copy_dir);
  g_free (world.copy_dir);
  g_ptr_array_unref (world.runs);
  g_ptr_array_unref (world.acknowledged);
  calls = sim_net_get_calls (world.net);
  sim_net_free (world.net);
  g_object_unref (world.random);
  return calls;
}

static guint64
get_number (const char *variable, guint64 otherwise)
{
  const char *text = g_getenv (variable);

  return text ? g_ascii_strtoull (text, NULL, 10) : otherwise;
}

static void
test_seeds (void)
{
  guint64 first = get_number ("TKB_SIM_FIRST", 1);
  guint64 count = get_number ("TKB_SIM_SEEDS", 20);
  guint64 one = get_number ("TKB_SIM_SEED", 0);
  guint64 calls = 0;

  if (one > 0)
    {
      is_told = TRUE;
      simulate (one);
      return;
    }
  for (guint64 seed = first; seed < first + count; seed++)
    {
      g_test_message ("seed %" G_GUINT64_FORMAT, seed);
      calls += simulate (seed);
    }
  g_print ("# simulator: %" G_GUINT64_FORMAT " seeds (%" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT
           "), %" G_GUINT64_FORMAT " calls\n",
           count, first, first + count - 1, calls);
}

int
main (int argc, char **argv)
{
  /* what counts is the order of writes, and the faulty disk keeps that anywhere */
  if (g_access ("/dev/shm", W_OK) == 0)
    g_setenv ("TMPDIR", "/dev/shm", FALSE);
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  fault_vfs_register ();
  g_test_add_func ("/simulator/seeds", test_seeds);
  return g_test_run ();
}
