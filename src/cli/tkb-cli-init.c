/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include <errno.h>

#include "tkb-cli.h"
#include "tkb-starter.h"

/* Makes the store (and its folder); an existing one is opened and kept as it is. */
int
tkb_cli_init (TkbCli *cli, int argc, char **argv)
{
  gboolean     starter = FALSE;
  GOptionEntry entries[] = {
    { "starter", 0, 0, G_OPTION_ARG_NONE, &starter, N_ ("Put the starter content in"), NULL },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (TkbStore) store = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = NULL;
  guint            n_written = 0;

  if (!tkb_cli_parse (cli, entries, &argc, &argv, 0, 0))
    return TKB_CLI_USAGE;
  folder = g_path_get_dirname (cli->store_path);
  if (g_mkdir_with_parents (folder, 0700) != 0)
    {
      g_printerr (_ ("The folder %s could not be made: %s\n"), folder, g_strerror (errno));
      return TKB_CLI_FAILED;
    }
  store = tkb_cli_open (cli, TKB_STORE_OPEN_CREATE);
  if (store == NULL)
    return TKB_CLI_FAILED;
  if (starter && !tkb_starter_load (store, cli->data, &n_written, NULL, &error))
    return tkb_cli_fail (cli->store_path, error);
  if (starter && !tkb_store_wait_for_index (store, NULL, &error))
    return tkb_cli_fail (cli->store_path, error);
  if (cli->json)
    {
      JsonObject *row = json_object_new ();

      json_object_set_string_member (row, "store", cli->store_path);
      json_object_set_int_member (row, "starter_documents", n_written);
      tkb_cli_print_json (row);
    }
  else if (starter)
    g_print (ngettext ("%s: %u document of the starter content written\n",
                       "%s: %u documents of the starter content written\n", n_written),
             cli->store_path, n_written);
  else
    g_print ("%s\n", cli->store_path);
  tkb_store_close (store);
  return TKB_CLI_OK;
}
