/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* tisckb-cli: the library without a window. Finds the verb, builds the objects, hands over. */

#include "config.h"

#include <locale.h>
#include <stdio.h>

#include "tkb-cli.h"
#include "tkb-data.h"
#include "tkb-program.h"

static const TkbCliVerb verbs[] = {
  { "init", "[--starter]", N_ ("make a store, with the starter content if asked"), tkb_cli_init },
  { "put", "FILE|-", N_ ("write documents: an object, an array or one object a line"),
    tkb_cli_put },
  { "show", "ID [--rev REV]", N_ ("print a document"), tkb_cli_show },
  { "history", "ID", N_ ("list the revisions of a document"), tkb_cli_history },
  { "revert", "ID --rev REV [--field CODE]",
    N_ ("bring back what an earlier version says, as a new version"), tkb_cli_revert },
  { "delete", "ID", N_ ("delete a document"), tkb_cli_delete },
  { "search", "QUERY [--kind K] [--facet FIELD=CODE]... [--limit N]", N_ ("search the library"),
    tkb_cli_search },
  { "similar", "ID [--limit N]", N_ ("list the documents that are most like one"),
    tkb_cli_similar },
  { "facets", "[QUERY]", N_ ("count the values of every facet"), tkb_cli_facets },
  { "conflicts", "", N_ ("list documents with conflicting revisions"), tkb_cli_conflicts },
  { "resolve", "ID --auto | ID --keep REV | ID --merged FILE|-",
    N_ ("end a conflict; every version stays in the history"), tkb_cli_resolve },
  { "import", "FILE...", N_ ("bring documents in; incomplete ones become drafts"), tkb_cli_import },
  { "export", "[--format json|csv|markdown|html] [--output FILE]", N_ ("write the library out"),
    tkb_cli_export },
  { "sync", "URL [--pull|--push] [--live] [--user NAME] [--password-file FILE]",
    N_ ("sync with a database or a store file"), tkb_cli_sync },
  { "server-setup", "URL [--no-starter] [--user NAME] [--password-file FILE] | --print",
    N_ ("make a CouchDB database the library of a network"), tkb_cli_server_setup },
  { "check", "[--repair]", N_ ("look for damage, and repair it"), tkb_cli_check },
  { "salvage", "[--output FILE]", N_ ("save what can be read of a damaged store"),
    tkb_cli_salvage },
  { "backup", "[FILE]", N_ ("save what the server does not have, or copy everything to FILE"),
    tkb_cli_backup },
  { "restore", "[FILE]", N_ ("put back what a backup has and the store has not"), tkb_cli_restore },
  { "stats", "", N_ ("count what is in the store"), tkb_cli_stats },
  { "reindex", "", N_ ("build the search index again"), tkb_cli_reindex },
};

/* Texts in a library come from strangers: no control sequence of theirs reaches the terminal. */
static void
write_visible (FILE *stream, const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  for (const char *at = valid, *next; *at != '\0'; at = next)
    {
      gunichar character = g_utf8_get_char (at);

      next = g_utf8_next_char (at);
      if (g_unichar_iscntrl (character) && character != '\n' && character != '\t')
        fputs ("\xef\xbf\xbd", stream);
      else
        fwrite (at, 1, (gsize) (next - at), stream);
    }
}

static void
print_cb (const char *text)
{
  write_visible (stdout, text);
}

static void
printerr_cb (const char *text)
{
  fflush (stdout);
  write_visible (stderr, text);
}

static void
print_help (void)
{
  g_print ("%s\n\n", _ ("Usage: tisckb-cli [--store FILE] VERB [ARGUMENT]... [--json]"));
  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    g_print ("  %-10s %s\n             %s\n", verbs[i].name, verbs[i].arguments,
             _ (verbs[i].summary));
  g_print ("\n%s\n", _ ("The store is $XDG_DATA_HOME/tisckb/library.tisckb unless named.\n"
                        "Exit status: 0 done, 1 could not be done, 2 wrong usage."));
}

static const TkbCliVerb *
find_verb (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    if (g_str_equal (verbs[i].name, name))
      return &verbs[i];
  return NULL;
}

/* Reads what stands before the verb. Returns an exit code, or -1 to go on with argv at the verb. */
static int
parse_global (TkbCli *cli, int *argc, char ***argv)
{
  g_autofree char *store = NULL;
  gboolean         version = FALSE;
  gboolean         help = FALSE;
  GOptionEntry     entries[] = {
        { "store", 0, 0, G_OPTION_ARG_FILENAME, &store, NULL, NULL },
        { "json", 0, 0, G_OPTION_ARG_NONE, &cli->json, NULL, NULL },
        { "version", 0, 0, G_OPTION_ARG_NONE, &version, NULL, NULL },
        { "help", 'h', 0, G_OPTION_ARG_NONE, &help, NULL, NULL },
        G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_set_help_enabled (context, FALSE);
  g_option_context_set_strict_posix (context, TRUE);
  if (!g_option_context_parse (context, argc, argv, &error))
    return tkb_cli_usage (error->message);
  if (help)
    {
      print_help ();
      return TKB_CLI_OK;
    }
  if (version)
    {
      g_print ("tisckb-cli %s\n", TKB_VERSION);
      return TKB_CLI_OK;
    }
  if (*argc < 2)
    return tkb_cli_usage (_ ("Which verb?"));
  cli->store_path =
      store != NULL ? g_steal_pointer (&store)
                    : g_build_filename (g_get_user_data_dir (), "tisckb", "library.tisckb", NULL);
  (*argc)--;
  (*argv)++;
  return -1;
}

static void
tkb_cli_clear (TkbCli *cli)
{
  g_clear_pointer (&cli->catalog, tkb_catalog_unref);
  g_clear_object (&cli->clock);
  g_clear_object (&cli->random);
  g_clear_pointer (&cli->store_path, g_free);
}

int
main (int argc, char **argv)
{
  TkbCli cli = { .data = tkb_data_get_resource () };
  g_autoptr (GError) error = NULL;
  const TkbCliVerb *verb;
  int               status;

  tkb_program_set_up_language ();
  if (!g_get_charset (NULL)) /* the library is UTF-8, whatever the terminal was told */
    setlocale (LC_CTYPE, "C.UTF-8");
  g_set_print_handler (print_cb);
  g_set_printerr_handler (printerr_cb);

  status = parse_global (&cli, &argc, &argv);
  if (status < 0)
    {
      verb = cli.verb = find_verb (argv[0]);
      cli.clock = tkb_clock_new_system ();
      cli.random = tkb_random_new_system ();
      cli.catalog = tkb_catalog_new (cli.data, &error);
      if (verb == NULL)
        status = tkb_cli_usage (_ ("There is no such verb."));
      else if (cli.catalog == NULL)
        status = tkb_cli_fail (NULL, error);
      else
        status = verb->run (&cli, argc, argv);
    }
  if ((fflush (stdout) != 0 || ferror (stdout)) && status == TKB_CLI_OK)
    {
      g_printerr ("%s\n", _ ("The output could not be written."));
      status = TKB_CLI_FAILED;
    }
  tkb_cli_clear (&cli);
  return status;
}
