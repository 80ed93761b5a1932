/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* server-setup: makes a database of an Apache CouchDB the library of a network of centres. */

#include "config.h"

#include "tkb-cli-account.h"
#include "tkb-design.h"
#include "tkb-folder.h"
#include "tkb-json.h"
#include "tkb-local-peer.h"
#include "tkb-replication.h"
#include "tkb-server-setup.h"
#include "tkb-starter.h"

#include <inttypes.h>

typedef struct
{
  GMainLoop     *loop; /* (owned) */
  TkbServerSetup done;
  GError        *error; /* (owned) (nullable) */
} Run;

static void
run_clear (Run *self)
{
  g_clear_pointer (&self->loop, g_main_loop_unref);
  g_clear_error (&self->error);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Run, run_clear)

static void
set_up_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Run *run = user_data;

  tkb_server_setup_finish (TKB_HTTP_PEER (source), result, &run->done, &run->error);
  g_main_loop_quit (run->loop);
}

static void
sent_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Run *run = user_data;

  tkb_replication_run_finish (TKB_REPLICATION (source), result, &run->error);
  g_main_loop_quit (run->loop);
}

static void
print_done (TkbCli *cli, const char *uri, const Run *run, guint64 n_sent)
{
  if (cli->json)
    {
      JsonObject *row = json_object_new ();

      json_object_set_string_member (row, "url", uri);
      json_object_set_boolean_member (row, "built_in", run->done & TKB_SERVER_SETUP_BUILT_IN);
      json_object_set_boolean_member (row, "database", run->done & TKB_SERVER_SETUP_DATABASE);
      json_object_set_boolean_member (row, "security", run->done & TKB_SERVER_SETUP_SECURITY);
      json_object_set_boolean_member (row, "design", run->done & TKB_SERVER_SETUP_DESIGN);
      json_object_set_int_member (row, "starter_documents", (gint64) n_sent);
      tkb_cli_print_json (row);
      return;
    }
  if (run->done & TKB_SERVER_SETUP_BUILT_IN)
    g_print ("%s\n", _ ("This is tisckb-server: database and rules are built in."));
  else
    {
      g_print ("%s\n", run->done & TKB_SERVER_SETUP_DATABASE ? _ ("The database was made.")
                                                             : _ ("The database is there."));
      g_print ("%s\n", run->done & TKB_SERVER_SETUP_SECURITY
                           ? _ ("Its members are those with a role of the library.")
                           : _ ("Its security object stays as it was set."));
      g_print ("%s\n", run->done & TKB_SERVER_SETUP_DESIGN ? _ ("The rules were installed.")
                                                           : _ ("The rules are up to date."));
    }
  g_print (_ ("%" PRIu64 " documents of the starter content were sent.\n"), n_sent);
}

/* The starter content goes out of a store of its own, which nobody sees. */
static gboolean
send_starter (TkbCli *cli, TkbPeer *peer, Run *run, guint64 *out_n_sent, GError **error)
{
  g_autofree char *folder = g_dir_make_tmp ("tisckb-setup-XXXXXX", error);
  g_autofree char *path = folder != NULL ? g_build_filename (folder, "starter.tisckb", NULL) : NULL;
  g_autoptr (TkbStore) store = NULL;

  if (folder == NULL)
    return FALSE;
  store = tkb_store_open (path, TKB_STORE_OPEN_CREATE | TKB_STORE_OPEN_NO_INDEX, cli->catalog,
                          cli->clock, cli->random, error);
  if (store != NULL && tkb_starter_load (store, cli->data, NULL, NULL, error))
    {
      g_autoptr (TkbPeer) local = tkb_local_peer_new (store);
      g_autoptr (TkbReplication) replication =
          tkb_replication_new (local, peer, cli->clock, cli->random, TKB_REPLICATION_NONE);

      tkb_replication_run_async (replication, NULL, sent_cb, run);
      g_main_loop_run (run->loop);
      *out_n_sent = tkb_replication_get_stats (replication)->docs_written;
      if (run->error != NULL)
        g_propagate_error (error, g_steal_pointer (&run->error));
    }
  if (store != NULL)
    tkb_store_close (store);
  tkb_folder_remove (folder, NULL);
  return error == NULL || *error == NULL;
}

static int
set_up (
    TkbCli *cli, const char *uri, TkbCliAccount *account, TkbDocument *design, gboolean no_starter)
{
  g_auto (Run) run = { g_main_loop_new (NULL, FALSE) };
  g_autoptr (TkbRemote) remote = tkb_cli_account_make_remote (account, uri);
  g_autoptr (TkbHttpPeer) peer = NULL;
  g_autoptr (GError) error = NULL;
  guint64 n_sent = 0;

  if (remote == NULL)
    return TKB_CLI_FAILED;
  peer = TKB_HTTP_PEER (tkb_http_peer_new (remote, cli->clock, cli->random, &error));
  if (peer == NULL)
    return tkb_cli_fail (uri, error);
  tkb_server_setup_async (peer, design, NULL, set_up_cb, &run);
  g_main_loop_run (run.loop);
  if (run.error != NULL)
    return tkb_cli_fail (uri, run.error);
  if (!no_starter && !send_starter (cli, TKB_PEER (peer), &run, &n_sent, &error))
    return tkb_cli_fail (uri, error);
  print_done (cli, uri, &run, n_sent);
  return TKB_CLI_OK;
}

int
tkb_cli_server_setup (TkbCli *cli, int argc, char **argv)
{
  g_auto (TkbCliAccount) account = { NULL };
  gboolean     no_starter = FALSE;
  gboolean     print = FALSE;
  GOptionEntry entries[] = {
    { "no-starter", 0, 0, G_OPTION_ARG_NONE, &no_starter, N_ ("Do not send the starter content"),
      NULL },
    { "print", 0, 0, G_OPTION_ARG_NONE, &print,
      N_ ("Only print the design document with the rules"), NULL },
    TKB_CLI_ACCOUNT_ENTRIES (&account),
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbDocument) design = NULL;

  if (!tkb_cli_parse (cli, entries, &argc, &argv, 0, 1))
    return TKB_CLI_USAGE;
  if (!tkb_cli_account_check (&account))
    return TKB_CLI_USAGE;
  if (!print && argc < 2)
    return tkb_cli_usage (_ ("Which database? An address is missing."));
  design = tkb_design_new (cli->catalog, cli->data, &error);
  if (design == NULL)
    return tkb_cli_fail (NULL, error);
  if (print)
    {
      tkb_cli_print_json (tkb_json_object_copy (tkb_document_get_body (design)));
      return TKB_CLI_OK;
    }
  return set_up (cli, argv[1], &account, design, no_starter);
}
