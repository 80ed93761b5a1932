/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* check, stats, reindex */

#include "config.h"

#include "tkb-cli.h"
#include "tkb-extractor.h"

static void
print_lines (TkbCli *cli, GPtrArray *lines, const char *member)
{
  for (guint i = 0; i < lines->len; i++)
    if (cli->json)
      {
        JsonObject *row = json_object_new ();

        json_object_set_string_member (row, member, lines->pdata[i]);
        tkb_cli_print_json (row);
      }
    else
      g_print ("%s\n", (const char *) lines->pdata[i]);
}

static int
look (TkbCli *cli, TkbStore *store)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) findings = tkb_store_check (store, NULL, &error);

  if (findings == NULL)
    return tkb_cli_fail (cli->store_path, error);
  print_lines (cli, findings, "finding");
  if (findings->len == 0 && !cli->json)
    g_print (_ ("%s is clean.\n"), cli->store_path);
  else if (!cli->json)
    g_print ("%s\n", _ ("Nothing was changed. \"check --repair\" sets this right."));
  return findings->len == 0 ? TKB_CLI_OK : TKB_CLI_FAILED;
}

static int
repair (TkbCli *cli, TkbStore *store)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) done = tkb_store_repair (store, NULL, &error);

  if (done == NULL)
    return tkb_cli_fail (cli->store_path, error);
  print_lines (cli, done, "done");
  if (done->len == 0 && !cli->json)
    g_print (_ ("%s is clean.\n"), cli->store_path);
  return TKB_CLI_OK;
}

int
tkb_cli_check (TkbCli *cli, int argc, char **argv)
{
  gboolean     repairs = FALSE;
  GOptionEntry entries[] = {
    { "repair", 0, 0, G_OPTION_ARG_NONE, &repairs, N_ ("Set right what is found"), NULL },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (TkbStore) store = NULL;
  int status;

  if (!tkb_cli_parse (cli, entries, &argc, &argv, 0, 0))
    return TKB_CLI_USAGE;
  store = tkb_cli_open (cli, TKB_STORE_OPEN_NONE);
  if (store == NULL)
    return TKB_CLI_FAILED;
  status = repairs ? repair (cli, store) : look (cli, store);
  tkb_store_close (store);
  return status;
}

int
tkb_cli_stats (TkbCli *cli, int argc, char **argv)
{
  g_autoptr (TkbStore) store = NULL;
  g_autoptr (TkbStoreCounts) counts = NULL;
  g_autoptr (GError) error = NULL;
  guint64     texts[TKB_TEXT_N_STATES];
  GPtrArray  *kinds = tkb_catalog_get_kinds (cli->catalog);
  JsonObject *row = NULL;

  if (!tkb_cli_parse (cli, NULL, &argc, &argv, 0, 0))
    return TKB_CLI_USAGE;
  store = tkb_cli_open (cli, TKB_STORE_OPEN_NONE);
  if (store == NULL)
    return TKB_CLI_FAILED;
  counts = tkb_store_get_counts (store, NULL, &error);
  if (counts == NULL || !tkb_store_count_texts (store, texts, NULL, &error))
    return tkb_cli_fail (cli->store_path, error);
  {
    const struct
    {
      const char *member;
      const char *label;
      guint64     value;
    } rows[] = {
      { "documents", N_ ("documents"), counts->documents },
      { "drafts", N_ ("drafts"), counts->drafts },
      { "waiting", N_ ("waiting for the server"), counts->waiting },
      { "refused", N_ ("refused by the server"), counts->refused },
      { "conflicts", N_ ("conflicts"), counts->conflicts },
      { "favourites", N_ ("favourites"), counts->favourites },
      { "index_behind", N_ ("changes still to be indexed"), counts->index_behind },
      { "texts_whole", N_ ("attachments whose text can be searched"), texts[TKB_TEXT_WHOLE] },
      { "texts_partial", N_ ("attachments read in part"), texts[TKB_TEXT_PARTIAL] },
      { "texts_none", N_ ("attachments without text"),
        texts[TKB_TEXT_EMPTY] + texts[TKB_TEXT_UNSUPPORTED] },
      { "texts_unreadable", N_ ("attachments that could not be read"), texts[TKB_TEXT_UNREADABLE] },
      { "texts_waiting", N_ ("attachments still to be read"), texts[TKB_TEXT_WAITING] },
    };

    if (cli->json)
      row = json_object_new ();
    for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
      if (row != NULL)
        json_object_set_int_member (row, rows[i].member, rows[i].value);
      else
        g_print ("%8" G_GUINT64_FORMAT "  %s\n", rows[i].value, _ (rows[i].label));
  }
  for (guint i = 0; i < kinds->len; i++)
    {
      const char *code = tkb_kind_get_code (kinds->pdata[i]);
      guint       count = GPOINTER_TO_UINT (g_hash_table_lookup (counts->by_kind, code));

      if (row != NULL)
        json_object_set_int_member (row, code, count);
      else
        g_print ("%8u  %s\n", count, _ (tkb_kind_get_label_plural (kinds->pdata[i])));
    }
  if (row != NULL)
    tkb_cli_print_json (row);
  return TKB_CLI_OK;
}

int
tkb_cli_reindex (TkbCli *cli, int argc, char **argv)
{
  g_autoptr (TkbStore) store = NULL;
  g_autoptr (TkbExtractor) extractor = NULL;
  g_autoptr (GError) error = NULL;

  if (!tkb_cli_parse (cli, NULL, &argc, &argv, 0, 0))
    return TKB_CLI_USAGE;
  store = tkb_cli_open (cli, TKB_STORE_OPEN_NONE);
  if (store == NULL)
    return TKB_CLI_FAILED;
  if (!tkb_store_reindex (store, NULL, &error) || !tkb_store_wait_for_index (store, NULL, &error) ||
      !tkb_store_retry_texts (store, &error))
    return tkb_cli_fail (cli->store_path, error);
  extractor = tkb_extractor_new (store, NULL, 0);
  if (!tkb_extractor_run (extractor, NULL, &error))
    return tkb_cli_fail (cli->store_path, error);
  if (!cli->json)
    g_print ("%s\n", _ ("The index was built again."));
  tkb_store_close (store);
  return TKB_CLI_OK;
}
