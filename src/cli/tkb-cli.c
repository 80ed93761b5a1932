/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include <stdio.h>

#include "tkb-cli.h"

#include "tkb-json.h"
#include "tkb-sync-error.h"
#include "tkb-wire-error.h"

gboolean
tkb_cli_parse (TkbCli       *cli,
               GOptionEntry *entries,
               int          *argc,
               char       ***argv,
               int           min_arguments,
               int           max_arguments)
{
  g_autofree char *store = NULL;
  GOptionEntry     common[] = {
        { "json", 0, 0, G_OPTION_ARG_NONE, &cli->json, N_ ("Print one JSON object a line"), NULL },
        { "store", 0, 0, G_OPTION_ARG_FILENAME, &store, N_ ("The store to work on"), N_ ("FILE") },
        G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) context = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *help = NULL;
  g_autofree char *summary = NULL;

  help = g_strdup_printf ("%s %s", cli->verb->name, cli->verb->arguments);
  context = g_option_context_new (help);
  summary = g_strdup_printf ("tisckb-cli %s: %s", cli->verb->name, _ (cli->verb->summary));
  g_option_context_set_summary (context, summary);
  g_option_context_add_main_entries (context, common, GETTEXT_PACKAGE);
  if (entries != NULL)
    g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  if (!g_option_context_parse (context, argc, argv, &error))
    {
      tkb_cli_usage (error->message);
      return FALSE;
    }
  if (store != NULL)
    {
      g_free (cli->store_path);
      cli->store_path = g_steal_pointer (&store);
    }
  if (*argc - 1 < min_arguments)
    {
      tkb_cli_usage (_ ("Something is missing after the verb."));
      return FALSE;
    }
  if (max_arguments >= 0 && *argc - 1 > max_arguments)
    {
      tkb_cli_usage (_ ("There is too much after the verb."));
      return FALSE;
    }
  return TRUE;
}

TkbStore *
tkb_cli_open (TkbCli *cli, TkbStoreOpenFlags flags)
{
  g_autoptr (GError) error = NULL;
  TkbStore *store;

  if ((flags & TKB_STORE_OPEN_CREATE) == 0 && !g_file_test (cli->store_path, G_FILE_TEST_EXISTS))
    {
      g_printerr (_ ("There is no store at %s. Make one with \"tisckb-cli init\".\n"),
                  cli->store_path);
      return NULL;
    }
  store = tkb_store_open (cli->store_path, flags | TKB_STORE_OPEN_OUTBOX, cli->catalog, cli->clock,
                          cli->random, &error);
  /* what only reads goes on; what writes hears of it when it does */
  if ((flags & TKB_STORE_OPEN_CREATE) == 0 &&
      g_error_matches (error, TKB_STORE_ERROR, TKB_STORE_ERROR_READ_ONLY))
    {
      g_clear_error (&error);
      store = tkb_store_open (cli->store_path, TKB_STORE_OPEN_READ_ONLY | TKB_STORE_OPEN_OUTBOX,
                              cli->catalog, cli->clock, cli->random, &error);
    }
  if (store == NULL)
    tkb_cli_fail (cli->store_path, error);
  return store;
}

/* The same for what goes wrong between two peers. (nullable) */
static const char *
advice_for_sync (const GError *error)
{
  if (g_error_matches (error, TKB_SYNC_ERROR, TKB_SYNC_ERROR_MANY_DELETIONS))
    return _ ("Nothing was deleted. Look at what is missing there; --allow-deletions goes on.");
  if (g_error_matches (error, TKB_SYNC_ERROR, TKB_SYNC_ERROR_INSECURE))
    return _ ("Nothing was sent. Use an https address, or --allow-insecure within a network that "
              "you trust.");
  if (g_error_matches (error, TKB_SYNC_ERROR, TKB_SYNC_ERROR_CERTIFICATE))
    return _ ("Nothing was sent. Name the file of the server's authority with --ca-file.");
  if (g_error_matches (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_UNAUTHORIZED))
    return _ ("Your changes wait here. Give the account with --user and --password-file.");
  if (tkb_sync_error_is_retryable (error))
    return _ ("Your changes wait here. Repeat the sync when there is a line to the server; it goes "
              "on where it stopped.");
  return _ ("Your changes wait here.");
}

/* What to do about an error, where there is something to do. (nullable) */
static const char *
advice_for (const GError *error)
{
  if (error->domain == TKB_SYNC_ERROR || error->domain == TKB_WIRE_ERROR)
    return advice_for_sync (error);
  if (error->domain != TKB_STORE_ERROR)
    return NULL;
  switch ((TkbStoreError) error->code)
    {
    case TKB_STORE_ERROR_CONFLICT:
      return _ (
          "Nothing was changed. Read the document again and repeat the edit on that revision.");
    case TKB_STORE_ERROR_NEWER_VERSION:
      return _ ("The file was not touched. Update this program to open it.");
    case TKB_STORE_ERROR_NOT_A_STORE:
      return _ ("The file was not touched. Name another file with --store.");
    case TKB_STORE_ERROR_CORRUPT:
      return _ ("The file was not touched. \"check --repair\" saves what can be read and keeps "
                "this file.");
    case TKB_STORE_ERROR_FULL:
      return _ ("Nothing of this was kept. Make room on the disk and repeat it.");
    case TKB_STORE_ERROR_READ_ONLY:
      return _ ("Nothing was kept. Check the rights of the file and its folder.");
    case TKB_STORE_ERROR_BUSY:
      return _ ("Nothing was kept. Another program is writing; try again in a moment.");
    case TKB_STORE_ERROR_IO:
      return _ ("Nothing of this was kept. Check the disk and try again.");
    case TKB_STORE_ERROR_NOT_FOUND:
    case TKB_STORE_ERROR_DELETED:
    case TKB_STORE_ERROR_INVALID:
    case TKB_STORE_ERROR_REFUSED:
    case TKB_STORE_ERROR_MISSING_BLOB:
      break;
    }
  return NULL;
}

int
tkb_cli_fail (const char *subject, const GError *error)
{
  const char *advice = advice_for (error);

  if (subject != NULL)
    g_printerr ("%s: ", subject);
  g_printerr ("%s\n", error->message);
  if (advice != NULL)
    g_printerr ("%s\n", advice);
  return TKB_CLI_FAILED;
}

char *
tkb_cli_describe_problems (TkbCli *cli, TkbDocument *document, TkbValidateLevel level)
{
  g_autoptr (GPtrArray) problems = tkb_validate (cli->catalog, document, level);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < problems->len; i++)
    {
      const TkbProblem *problem = problems->pdata[i];
      const char       *argument = problem->argument;

      g_string_append_printf (text, "%s%s: ", i > 0 ? "; " : "", problem->path);
      g_string_append_printf (text, _ (tkb_problem_code_get_format (problem->code)),
                              problem->label != NULL ? _ (problem->label) : problem->path,
                              argument != NULL && *argument != '\0' ? _ (argument) : "");
    }
  return problems->len > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}

int
tkb_cli_usage (const char *message)
{
  g_printerr ("%s\n%s\n", message, _ ("\"tisckb-cli --help\" lists the verbs and their options."));
  return TKB_CLI_USAGE;
}

void
tkb_cli_print_json (JsonObject *object)
{
  g_autoptr (GString) line = g_string_new (NULL);

  tkb_json_append_object (line, object);
  g_string_append_c (line, '\n');
  fwrite (line->str, 1, line->len, stdout);
  json_object_unref (object);
}

char *
tkb_cli_strip_markup (const char *markup)
{
  g_autoptr (GString) out = g_string_new (NULL);
  static const struct
  {
    const char *entity;
    char        character;
  } entities[] = {
    { "&amp;", '&' },  { "&lt;", '<' },   { "&gt;", '>' },
    { "&quot;", '"' }, { "&#39;", '\'' }, { "&apos;", '\'' },
  };

  for (const char *at = markup != NULL ? markup : ""; *at != '\0';)
    {
      gboolean is_entity = FALSE;

      if (*at == '<')
        {
          const char *end = strchr (at, '>');

          at = end != NULL ? end + 1 : at + 1;
          continue;
        }
      for (guint i = 0; *at == '&' && i < G_N_ELEMENTS (entities) && !is_entity; i++)
        if (g_str_has_prefix (at, entities[i].entity))
          {
            g_string_append_c (out, entities[i].character);
            at += strlen (entities[i].entity);
            is_entity = TRUE;
          }
      if (!is_entity)
        g_string_append_c (out, *at++);
    }
  return g_string_free (g_steal_pointer (&out), FALSE);
}
