/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* sync: one run each way, pull first, or both ways at once until interrupted. */

#include "config.h"

#include <glib-unix.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tkb-cli-account.h"
#include "tkb-delay.h"
#include "tkb-local-peer.h"
#include "tkb-merger.h"
#include "tkb-replication.h"
#include "tkb-sync-error.h"

/* live: seconds until the first and the longest wait before a broken line is tried again */
#define FIRST_WAIT_S 1
#define LONGEST_WAIT_S 300

typedef struct _Sync Sync;

/* One way between the two peers. */
typedef struct
{
  Sync           *sync;        /* (unowned): outlives self */
  const char     *name;        /* "pull" or "push" */
  TkbPeer        *source;      /* (unowned): one of sync's */
  TkbPeer        *target;      /* (unowned): one of sync's */
  TkbReplication *replication; /* (owned) (nullable): the run of now */
  guint           wait_s;      /* live: before the next attempt */
} Direction;

struct _Sync
{
  TkbCli             *cli;         /* (unowned) */
  TkbPeer            *local;       /* (owned) */
  TkbPeer            *remote;      /* (owned) */
  TkbKnownRevs       *known;       /* (owned): what the pull brought, so that it is not pushed */
  GCancellable       *cancellable; /* (owned): cancelled by the interrupt key */
  GMainLoop          *loop;        /* (owned) */
  TkbStore           *store;       /* (unowned) */
  TkbMerger          *merger;      /* (owned) (nullable): NULL: nothing is merged */
  gboolean            is_merging;
  TkbReplicationFlags flags;
  Direction           directions[2]; /* pull and push; without peers where not wanted */
  guint               n_running;
  guint               n_skipped; /* documents */
  GError             *error;     /* (owned) (nullable): the first that ends all */
};

static void
sync_clear (Sync *sync)
{
  for (gsize i = 0; i < G_N_ELEMENTS (sync->directions); i++)
    g_clear_object (&sync->directions[i].replication);
  g_clear_object (&sync->merger);
  g_clear_object (&sync->local);
  g_clear_object (&sync->remote);
  g_clear_object (&sync->known);
  g_clear_object (&sync->cancellable);
  g_clear_pointer (&sync->loop, g_main_loop_unref);
  g_clear_error (&sync->error);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Sync, sync_clear)

static void
print_failures (Direction *direction)
{
  GPtrArray *failures = tkb_replication_get_failures (direction->replication);

  for (guint i = 0; i < failures->len; i++)
    {
      const TkbReplicationFailure *failure = failures->pdata[i];

      g_printerr ("%s: %s: %s\n", direction->name, failure->id, failure->error->message);
    }
}

static void
print_stats (Direction *direction)
{
  const TkbReplicationStats *stats = tkb_replication_get_stats (direction->replication);

  if (direction->sync->cli->json)
    {
      JsonObject *row = json_object_new ();

      json_object_set_string_member (row, "direction", direction->name);
      json_object_set_int_member (row, "changes", (gint64) stats->changes_read);
      json_object_set_int_member (row, "missing", (gint64) stats->missing_found);
      json_object_set_int_member (row, "read", (gint64) stats->docs_read);
      json_object_set_int_member (row, "written", (gint64) stats->docs_written);
      json_object_set_int_member (row, "failures", (gint64) stats->doc_failures);
      tkb_cli_print_json (row);
      fflush (stdout);
    }
  else if (stats->doc_failures > 0)
    g_print (_ ("%s: %" PRIu64 " written, %" PRIu64 " skipped\n"), direction->name,
             stats->docs_written, stats->doc_failures);
  else
    g_print (_ ("%s: %" PRIu64 " written\n"), direction->name, stats->docs_written);
}

/* ---- conflicts that need no question ---- */

static void
end_merge (Sync *sync)
{
  sync->is_merging = FALSE;
  if (!(sync->flags & TKB_REPLICATION_LIVE) || sync->n_running == 0)
    g_main_loop_quit (sync->loop);
}

static void
merged_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Sync *sync = user_data;
  g_autoptr (GError) error = NULL;
  guint merged = 0;

  if (!tkb_merger_run_finish (sync->merger, result, &merged, &error) &&
      !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    tkb_cli_fail (NULL, error);
  if (merged > 0 && sync->cli->json)
    {
      JsonObject *row = json_object_new ();

      json_object_set_string_member (row, "direction", "merge");
      json_object_set_int_member (row, "merged", merged);
      tkb_cli_print_json (row);
      fflush (stdout);
    }
  else if (merged > 0)
    g_print (ngettext ("%u conflict merged\n", "%u conflicts merged\n", merged), merged);
  end_merge (sync);
}

static void
met_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Sync *sync = user_data;
  g_autoptr (TkbPeerInfo) info = tkb_peer_get_info_finish (TKB_PEER (source), result, NULL);
  g_autoptr (TkbMergeRights) rights = NULL;

  if (info == NULL)
    {
      end_merge (sync);
      return;
    }
  rights = tkb_peer_is_remote (sync->remote) ? tkb_merge_rights_new_for_server (info)
                                             : tkb_merge_rights_new_noted (sync->store);
  tkb_merger_run_async (sync->merger, rights, sync->cancellable, merged_cb, sync);
}

/* After a pull. */
static void
merge (Sync *sync)
{
  if (sync->merger == NULL || sync->is_merging || sync->error != NULL)
    return;
  sync->is_merging = TRUE;
  tkb_peer_get_info_async (sync->remote, sync->cancellable, met_cb, sync);
}

static void start (Direction *direction);

static void
delayed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Direction *direction = user_data;
  Sync      *sync = direction->sync;

  if (tkb_delay_finish (TKB_CLOCK (source), result, NULL))
    start (direction);
  else if (--sync->n_running == 0)
    g_main_loop_quit (sync->loop);
}

static void
finished_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Direction *direction = user_data;
  Sync      *sync = direction->sync;
  g_autoptr (GError) error = NULL;
  gboolean is_done = tkb_replication_run_finish (direction->replication, result, &error);

  sync->n_skipped += (guint) tkb_replication_get_stats (direction->replication)->doc_failures;
  print_failures (direction);
  if ((sync->flags & TKB_REPLICATION_LIVE) && !g_cancellable_is_cancelled (sync->cancellable) &&
      (is_done || tkb_sync_error_is_retryable (error)))
    {
      guint wait_ms = direction->wait_s * 1000 +
                      tkb_random_below (sync->cli->random, direction->wait_s * 500 + 1);

      if (error != NULL)
        g_printerr (_ ("%s: %s; trying again in %u seconds\n"), direction->name, error->message,
                    wait_ms / 1000);
      direction->wait_s = MIN (direction->wait_s * 2, LONGEST_WAIT_S);
      tkb_delay_async (sync->cli->clock, wait_ms, sync->cancellable, delayed_cb, direction);
      return;
    }

  if (is_done)
    print_stats (direction);
  else
    {
      if (sync->error == NULL)
        sync->error = g_steal_pointer (&error);
      g_cancellable_cancel (sync->cancellable); /* the other way has no use without this one */
    }
  if (--sync->n_running == 0)
    g_main_loop_quit (sync->loop);
}

/* Live: each time that the two sides are in step. */
static void
idle_cb (GObject *object, GParamSpec *pspec, gpointer user_data)
{
  Direction *direction = user_data;

  if (!tkb_replication_is_idle (TKB_REPLICATION (object)))
    return;
  direction->wait_s = FIRST_WAIT_S;
  print_stats (direction);
  if (direction->target == direction->sync->local)
    merge (direction->sync);
}

static void
start (Direction *direction)
{
  Sync *sync = direction->sync;

  g_clear_object (&direction->replication);
  direction->replication = tkb_replication_new (direction->source, direction->target,
                                                sync->cli->clock, sync->cli->random, sync->flags);
  tkb_replication_set_known (direction->replication, sync->known);
  if (sync->flags & TKB_REPLICATION_LIVE)
    g_signal_connect (direction->replication, "notify::is-idle", G_CALLBACK (idle_cb), direction);
  tkb_replication_run_async (direction->replication, sync->cancellable, finished_cb, direction);
}

static gboolean
interrupted_cb (gpointer user_data)
{
  g_cancellable_cancel (user_data);
  return G_SOURCE_CONTINUE;
}

/* Runs what is wanted to its end. */
static void
run (Sync *sync)
{
  guint    interrupt = g_unix_signal_add (SIGINT, interrupted_cb, sync->cancellable);
  guint    terminate = g_unix_signal_add (SIGTERM, interrupted_cb, sync->cancellable);
  gboolean is_live = (sync->flags & TKB_REPLICATION_LIVE) != 0;

  for (gsize i = 0; i < G_N_ELEMENTS (sync->directions); i++)
    {
      Direction *direction = &sync->directions[i];

      if (direction->source == NULL || sync->error != NULL)
        continue;
      sync->n_running++;
      start (direction);
      if (is_live)
        continue;
      /* one after the other: what was pulled need not be offered back, what was merged goes along
       */
      g_main_loop_run (sync->loop);
      if (direction->target == sync->local)
        merge (sync);
      if (sync->is_merging)
        g_main_loop_run (sync->loop);
    }
  if (is_live && (sync->n_running > 0 || sync->is_merging))
    g_main_loop_run (sync->loop);
  if (sync->is_merging)
    g_main_loop_run (sync->loop);
  g_source_remove (interrupt);
  g_source_remove (terminate);
}

typedef struct
{
  gboolean       pull;
  gboolean       push;
  gboolean       live;
  gboolean       allow_deletions;
  gboolean       no_merge;
  TkbCliAccount *account; /* (unowned) */
} Options;

static int
sync_store (TkbCli *cli, TkbStore *store, const char *uri, const Options *options)
{
  g_auto (Sync) sync = { .cli = cli };
  g_autoptr (TkbRemote) account = tkb_cli_account_make_remote (options->account, uri);
  g_autoptr (GError) error = NULL;

  if (account == NULL)
    return TKB_CLI_FAILED;
  sync.remote = tkb_peer_new_for_uri (uri, account, FALSE, cli->clock, cli->random, &error);
  if (sync.remote == NULL)
    return tkb_cli_fail (uri, error);
  sync.store = store;
  sync.local = tkb_local_peer_new (store);
  if (!options->no_merge)
    sync.merger = tkb_merger_new (store);
  sync.known = tkb_known_revs_new ();
  sync.cancellable = g_cancellable_new ();
  sync.loop = g_main_loop_new (NULL, FALSE);
  sync.flags = (options->live ? TKB_REPLICATION_LIVE : 0) |
               (options->allow_deletions ? TKB_REPLICATION_ALLOW_DELETIONS : 0);
  if (options->pull || !options->push)
    sync.directions[0] = (Direction){ &sync, "pull", sync.remote, sync.local, NULL, FIRST_WAIT_S };
  if (options->push || !options->pull)
    sync.directions[1] = (Direction){ &sync, "push", sync.local, sync.remote, NULL, FIRST_WAIT_S };

  run (&sync);
  if (sync.error == NULL || g_error_matches (sync.error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_clear_error (&error);
  else
    error = g_error_copy (sync.error);
  if (!tkb_store_wait_for_index (store, NULL, error == NULL ? &error : NULL) || error != NULL)
    return tkb_cli_fail (uri, error);
  if (sync.error != NULL && !options->live)
    {
      g_printerr ("%s\n", _ ("Interrupted; the next sync goes on where this one stopped."));
      return TKB_CLI_FAILED;
    }
  if (sync.n_skipped > 0)
    {
      g_printerr (ngettext ("%u document was skipped; it stays where it is and is tried again.\n",
                            "%u documents were skipped; they stay where they are and are tried "
                            "again.\n",
                            sync.n_skipped),
                  sync.n_skipped);
      return TKB_CLI_FAILED;
    }
  return TKB_CLI_OK;
}

int
tkb_cli_sync (TkbCli *cli, int argc, char **argv)
{
  g_auto (TkbCliAccount) account = { NULL };
  Options      options = { .account = &account };
  GOptionEntry entries[] = {
    { "pull", 0, 0, G_OPTION_ARG_NONE, &options.pull, N_ ("Only fetch"), NULL },
    { "push", 0, 0, G_OPTION_ARG_NONE, &options.push, N_ ("Only send"), NULL },
    { "live", 0, 0, G_OPTION_ARG_NONE, &options.live, N_ ("Stay, and sync at every change"), NULL },
    { "allow-deletions", 0, 0, G_OPTION_ARG_NONE, &options.allow_deletions,
      N_ ("Fetch even if it deletes a large part of the library"), NULL },
    { "no-merge", 0, 0, G_OPTION_ARG_NONE, &options.no_merge,
      N_ ("Leave every conflict to a person"), NULL },
    TKB_CLI_ACCOUNT_ENTRIES (&account),
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (TkbStore) store = NULL;
  int status;

  if (!tkb_cli_parse (cli, entries, &argc, &argv, 1, 1))
    return TKB_CLI_USAGE;
  if (!tkb_cli_account_check (&account))
    return TKB_CLI_USAGE;
  store = tkb_cli_open (cli, TKB_STORE_OPEN_NONE);
  if (store == NULL)
    return TKB_CLI_FAILED;
  status = sync_store (cli, store, argv[1], &options);
  tkb_store_close (store);
  return status;
}
