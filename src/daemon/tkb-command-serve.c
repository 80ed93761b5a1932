/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-command.h"

#include "tkb-data.h"
#include "tkb-hub.h"
#include "tkb-server.h"
#include "tkb-starter.h"

#include <glib-unix.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#define DEFAULT_ADDRESS "127.0.0.1:5984"

typedef struct
{
  char    *data_dir;
  char    *listen;
  char    *tls_cert;
  char    *tls_key;
  char    *upstream;
  char    *upstream_user;
  char    *upstream_password_file;
  char    *upstream_ca_file;
  gboolean anonymous_read;
  gboolean trust_proxy;
  gboolean starter;
  gboolean quiet;
  gboolean version;
} Options;

static void
options_clear (Options *self)
{
  g_free (self->data_dir);
  g_free (self->listen);
  g_free (self->tls_cert);
  g_free (self->tls_key);
  g_free (self->upstream);
  g_free (self->upstream_user);
  g_free (self->upstream_password_file);
  g_free (self->upstream_ca_file);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static gboolean
parse_options (Options *options, int *argc, char ***argv, GError **error)
{
  const GOptionEntry entries[] = {
    { "data", 0, 0, G_OPTION_ARG_FILENAME, &options->data_dir, "Folder of databases and accounts",
      "DIR" },
    { "listen", 0, 0, G_OPTION_ARG_STRING, &options->listen,
      "Where to listen (" DEFAULT_ADDRESS "); port 0: any free one", "ADDR:PORT" },
    { "tls-cert", 0, 0, G_OPTION_ARG_FILENAME, &options->tls_cert, "Certificate chain (PEM)",
      "FILE" },
    { "tls-key", 0, 0, G_OPTION_ARG_FILENAME, &options->tls_key, "Its private key (PEM)", "FILE" },
    { "upstream", 0, 0, G_OPTION_ARG_STRING, &options->upstream,
      "Keep the library in step with this database of a parent server", "URL" },
    { "upstream-user", 0, 0, G_OPTION_ARG_STRING, &options->upstream_user, "Account there",
      "NAME" },
    { "upstream-password-file", 0, 0, G_OPTION_ARG_FILENAME, &options->upstream_password_file,
      "File whose first line is its password", "FILE" },
    { "upstream-ca-file", 0, 0, G_OPTION_ARG_FILENAME, &options->upstream_ca_file,
      "Certificate authority of the parent (PEM), where it is a private one", "FILE" },
    { "anonymous-read", 0, 0, G_OPTION_ARG_NONE, &options->anonymous_read,
      "Visitors without an account may read what readers may", NULL },
    { "trust-proxy", 0, 0, G_OPTION_ARG_NONE, &options->trust_proxy,
      "Believe X-Forwarded-For and X-Forwarded-Proto", NULL },
    { "starter", 0, 0, G_OPTION_ARG_NONE, &options->starter,
      "At the first start put the starter content in", NULL },
    { "quiet", 0, 0, G_OPTION_ARG_NONE, &options->quiet, "No line for each request", NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &options->version, "Print the version", NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);

  g_option_context_set_summary (context, "The central server of the TISC Knowledge Base.");
  g_option_context_set_description (
      context,
      "Commands:\n"
      "  tisckb-server user add|list|remove|password …   accounts\n"
      "  tisckb-server backup --data DIR --output FILE   a copy of everything, while it runs\n");
  g_option_context_add_main_entries (context, entries, NULL);
  return g_option_context_parse (context, argc, argv, error);
}

/* A feed is an open file: as many as the system allows us. */
static void
raise_file_limit (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) != 0)
    return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);
}

static gboolean
load_starter (TkbServer *server, GError **error)
{
  TkbDatabase *library = tkb_server_hold_database (server, TKB_LIBRARY_DATABASE);
  guint        n_documents = 0;
  gboolean is_done = tkb_starter_load (tkb_database_get_store (library), tkb_data_get_resource (),
                                       &n_documents, NULL, error);

  tkb_database_release (library);
  g_object_unref (library);
  if (is_done)
    g_printerr ("starter content: %u documents\n", n_documents);
  return is_done;
}

typedef struct
{
  GMainLoop *loop;
  TkbServer *server;
  gboolean   is_stopping;
} Run;

static gboolean
stopped_cb (gpointer user_data)
{
  Run *run = user_data;

  g_main_loop_quit (run->loop);
  return G_SOURCE_REMOVE;
}

static gboolean
signal_cb (gpointer user_data)
{
  Run *run = user_data;

  if (!run->is_stopping)
    tkb_server_stop (run->server, stopped_cb, run);
  run->is_stopping = TRUE;
  return G_SOURCE_CONTINUE;
}

static void
run_until_signal (TkbServer *server)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  Run   run = { .loop = loop, .server = server };
  guint term = g_unix_signal_add (SIGTERM, signal_cb, &run);
  guint interrupt = g_unix_signal_add (SIGINT, signal_cb, &run);

  g_main_loop_run (loop);
  g_source_remove (term);
  g_source_remove (interrupt);
}

static GTlsCertificate *
load_certificate (const Options *options, GError **error)
{
  return options->tls_key != NULL
             ? g_tls_certificate_new_from_files (options->tls_cert, options->tls_key, error)
             : g_tls_certificate_new_from_file (options->tls_cert, error);
}

static TkbServer *
make_server (const Options *options, GError **error)
{
  g_autoptr (TkbCatalog) catalog = tkb_catalog_new (tkb_data_get_resource (), error);
  g_autoptr (TkbClock) clock = tkb_clock_new_system ();
  g_autoptr (TkbRandom) random = tkb_random_new_system ();
  TkbServerFlags flags = (options->anonymous_read ? TKB_SERVER_ANONYMOUS_READ : 0) |
                         (options->trust_proxy ? TKB_SERVER_TRUST_PROXY : 0) |
                         (options->quiet ? TKB_SERVER_QUIET : 0);

  if (catalog == NULL)
    return NULL;
  return tkb_server_new (options->data_dir, flags, catalog, clock, random, error);
}

static int
serve (const Options *options)
{
  g_autoptr (GTlsCertificate) certificate = NULL;
  g_autoptr (TkbServer) server = NULL;
  g_autoptr (TkbRemote) parent = NULL;
  g_autoptr (TkbHub) hub = NULL;
  g_autofree char *url = NULL;
  GError          *error = NULL;

  if (options->upstream != NULL)
    parent =
        tkb_hub_read_remote (options->upstream, options->upstream_user,
                             options->upstream_password_file, options->upstream_ca_file, &error);
  if (error == NULL && options->tls_cert != NULL)
    certificate = load_certificate (options, &error);
  if (error == NULL)
    server = make_server (options, &error);
  if (server == NULL)
    return tkb_command_fail (error);
  if (!(options->starter && tkb_server_is_first_start (server) && !load_starter (server, &error)))
    url = tkb_server_listen (server, options->listen != NULL ? options->listen : DEFAULT_ADDRESS,
                             certificate, &error);
  if (url == NULL)
    {
      tkb_server_close (server);
      return tkb_command_fail (error);
    }
  g_print ("listening on %s\n", url);
  fflush (stdout);
  if (parent != NULL)
    hub = tkb_hub_new (server, parent);
  run_until_signal (server);
  g_clear_pointer (&hub, tkb_hub_free);
  tkb_server_close (server);
  return 0;
}

/**
 * tkb_command_serve:
 * @argc: number of arguments
 * @argv: arguments
 *
 * Serves until SIGTERM or SIGINT.
 *
 * Returns: the exit status
 */
int
tkb_command_serve (int argc, char **argv)
{
  g_auto (Options) options = { 0 };
  g_autoptr (GError) error = NULL;

  if (!parse_options (&options, &argc, &argv, &error))
    return tkb_command_usage (error->message);
  if (options.version)
    {
      g_print ("tisckb-server %s\n", TKB_VERSION);
      return 0;
    }
  if (argc > 1)
    return tkb_command_usage ("too many arguments");
  if (options.data_dir == NULL)
    return tkb_command_usage ("--data DIR is missing");
  if (options.tls_key != NULL && options.tls_cert == NULL)
    return tkb_command_usage ("--tls-key wants --tls-cert");
  raise_file_limit ();
  return serve (&options);
}
