/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* check, salvage, backup, restore, stats, reindex */

#include "config.h"

#include "tkb-cli.h"
#include "tkb-backup.h"
#include "tkb-extractor.h"
#include "tkb-salvage.h"

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

static void
print_salvage (TkbCli *cli, TkbSalvage *report)
{
  g_autofree char *text = NULL;

  if (cli->json)
    {
      JsonObject *row = json_object_new ();

      json_object_set_int_member (row, "documents", (gint64) report->documents);
      json_object_set_int_member (row, "drafts", (gint64) report->drafts);
      json_object_set_int_member (row, "texts", (gint64) report->revisions);
      json_object_set_int_member (row, "waiting", (gint64) report->waiting);
      json_object_set_int_member (row, "lost_documents", report->lost);
      json_object_set_int_member (row, "lost_texts", report->unsure);
      if (report->kept_path != NULL)
        json_object_set_string_member (row, "kept", report->kept_path);
      tkb_cli_print_json (row);
      print_lines (cli, report->lines, "done");
      return;
    }
  text = tkb_salvage_to_text (report);
  g_print ("%s", text);
  if (report->report_path != NULL)
    g_print (_ ("The report is kept: %s\n"), report->report_path);
  g_print ("%s\n", _ ("Sync now: what the server has and is missing here comes again."));
}

static int
salvage (TkbCli *cli, const char *output)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbSalvage) report = tkb_salvage_run (cli->store_path, output, cli->catalog,
                                                   cli->clock, cli->random, NULL, &error);

  if (report == NULL)
    return tkb_cli_fail (cli->store_path, error);
  print_salvage (cli, report);
  return TKB_CLI_OK;
}

int
tkb_cli_salvage (TkbCli *cli, int argc, char **argv)
{
  g_autofree char *output = NULL;
  GOptionEntry     entries[] = {
        { "output", 0, 0, G_OPTION_ARG_FILENAME, &output,
          N_ ("A new file; without it the new store takes the place of the damaged one"), N_ ("FILE") },
        G_OPTION_ENTRY_NULL,
  };

  if (!tkb_cli_parse (cli, entries, &argc, &argv, 0, 0))
    return TKB_CLI_USAGE;
  return salvage (cli, output);
}

/* Where the file itself is damaged: saves what can be read. */
static int
repair (TkbCli *cli)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbStore) store = tkb_store_open (cli->store_path, TKB_STORE_OPEN_OUTBOX, cli->catalog,
                                               cli->clock, cli->random, &error);
  g_autoptr (GPtrArray) done = NULL;

  if (store != NULL)
    {
      done = tkb_store_repair (store, NULL, &error);
      tkb_store_close (store);
    }
  if (g_error_matches (error, TKB_STORE_ERROR, TKB_STORE_ERROR_CORRUPT))
    {
      g_printerr ("%s\n", error->message);
      return salvage (cli, NULL);
    }
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
  if (repairs)
    return repair (cli);
  store = tkb_cli_open (cli, TKB_STORE_OPEN_NONE);
  if (store == NULL)
    return TKB_CLI_FAILED;
  status = look (cli, store);
  tkb_store_close (store);
  return status;
}

int
tkb_cli_backup (TkbCli *cli, int argc, char **argv)
{
  g_autoptr (TkbStore) store = NULL;
  g_autoptr (GPtrArray) backups = NULL;
  g_autoptr (GError) error = NULL;
  const char *whole;
  guint       documents = 0;
  gboolean    is_done;

  if (!tkb_cli_parse (cli, NULL, &argc, &argv, 0, 1))
    return TKB_CLI_USAGE;
  whole = argc > 1 ? argv[1] : NULL;
  store = tkb_cli_open (cli, TKB_STORE_OPEN_NONE);
  if (store == NULL)
    return TKB_CLI_FAILED;
  is_done = whole != NULL ? tkb_store_backup (store, whole, NULL, &error)
                          : tkb_backup_make (store, &documents, NULL, &error);
  tkb_store_close (store);
  if (!is_done)
    return tkb_cli_fail (cli->store_path, error);
  if (cli->json)
    return TKB_CLI_OK;
  backups = tkb_backup_list (cli->store_path);
  if (whole != NULL)
    g_print (_ ("The whole library was copied: %s\n"), whole);
  else if (documents == 0 || backups->len == 0)
    g_print ("%s\n", _ ("Nothing is only here: the server has everything."));
  else
    g_print (ngettext ("%u document that only this machine has was saved: %s\n",
                       "%u documents that only this machine has were saved: %s\n", documents),
             documents, ((TkbBackup *) backups->pdata[0])->path);
  return TKB_CLI_OK;
}

int
tkb_cli_restore (TkbCli *cli, int argc, char **argv)
{
  g_autoptr (TkbStore) store = NULL;
  g_autoptr (GPtrArray) backups = NULL;
  g_autoptr (GPtrArray) ids = NULL;
  g_autoptr (GError) error = NULL;
  const char *path;

  if (!tkb_cli_parse (cli, NULL, &argc, &argv, 0, 1))
    return TKB_CLI_USAGE;
  backups = tkb_backup_list (cli->store_path);
  path = argc > 1 ? argv[1] : NULL;
  if (path == NULL && backups->len > 0)
    path = ((TkbBackup *) backups->pdata[0])->path;
  if (path == NULL)
    {
      g_printerr (_ ("There is no backup of %s yet.\n"), cli->store_path);
      return TKB_CLI_FAILED;
    }
  store = tkb_cli_open (cli, TKB_STORE_OPEN_CREATE);
  if (store == NULL)
    return TKB_CLI_FAILED;
  ids = tkb_backup_restore (store, path, NULL, &error);
  if (ids != NULL && !tkb_store_wait_for_index (store, NULL, &error))
    g_clear_pointer (&ids, g_ptr_array_unref);
  tkb_store_close (store);
  if (ids == NULL)
    return tkb_cli_fail (path, error);
  print_lines (cli, ids, "restored");
  if (!cli->json)
    g_print (ngettext ("%u document was put back from %s\n", "%u documents were put back from %s\n",
                       ids->len),
             ids->len, path);
  return TKB_CLI_OK;
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
