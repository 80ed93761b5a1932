/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-cli.h"
#include "tkb-document-text.h"
#include "tkb-fork.h"
#include "tkb-revise.h"

/* show ID [--rev REV]: the document as Markdown for people, or as JSON. */
int
tkb_cli_show (TkbCli *cli, int argc, char **argv)
{
  g_autofree char *rev = NULL;
  GOptionEntry     entries[] = {
        { "rev", 0, 0, G_OPTION_ARG_STRING, &rev, N_ ("A revision other than the winner"), N_ ("REV") },
        G_OPTION_ENTRY_NULL,
  };
  g_autoptr (TkbStore) store = NULL;
  g_autoptr (TkbDocument) document = NULL;
  g_autoptr (GError) error = NULL;

  if (!tkb_cli_parse (cli, entries, &argc, &argv, 1, 1))
    return TKB_CLI_USAGE;
  store = tkb_cli_open (cli, TKB_STORE_OPEN_NONE);
  if (store == NULL)
    return TKB_CLI_FAILED;
  document = tkb_store_get (store, argv[1], rev, NULL, &error);
  if (document == NULL)
    return tkb_cli_fail (argv[1], error);
  if (cli->json)
    tkb_cli_print_json (tkb_document_to_json (document, TKB_DOCUMENT_JSON_NONE));
  else
    {
      g_autofree char *text = tkb_document_text_to_markdown (cli->catalog, document);

      g_print ("%s", text);
    }
  return TKB_CLI_OK;
}

static const char *
describe_revision (const TkbRevisionInfo *info)
{
  if (info->is_winner)
    return info->is_deleted ? _ ("deleted") : _ ("current");
  if (info->is_leaf)
    return info->is_deleted ? _ ("deleted branch") : _ ("conflict");
  return info->has_body ? _ ("earlier") : _ ("earlier, text not kept");
}

static JsonArray *
make_array (GPtrArray *texts)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < texts->len; i++)
    json_array_add_string_element (array, g_ptr_array_index (texts, i));
  return array;
}

/* Codes of the fields that a version changed. (transfer full) (nullable): not known, or the first
 */
static GPtrArray *
get_changed (TkbCli *cli, TkbStore *store, const char *id, const TkbRevisionInfo *info)
{
  g_autoptr (TkbDocument) version = NULL;
  g_autoptr (TkbDocument) before = NULL;
  const char *const *path;

  if (!info->has_body || info->is_deleted)
    return NULL;
  version = tkb_store_get (store, id, info->rev, NULL, NULL);
  path = version != NULL ? tkb_document_get_revisions (version) : NULL;
  if (path != NULL && path[0] != NULL && path[1] != NULL)
    before = tkb_store_get (store, id, path[1], NULL, NULL);
  if (before == NULL || tkb_document_is_deleted (before))
    return NULL;
  return tkb_revise_get_changed (cli->catalog, before, version);
}

/* merged (nullable) (element-type utf8): what went into it; changed (nullable) as well: fields */
static void
print_revision (
    TkbCli *cli, const char *id, const TkbRevisionInfo *info, GPtrArray *merged, GPtrArray *changed)
{
  g_autoptr (GDateTime) stored = g_date_time_new_from_unix_utc (info->stored_ms / 1000);
  g_autofree char *time =
      info->stored_ms != 0 ? g_date_time_format (stored, "%Y-%m-%dT%H:%M:%SZ") : g_strdup ("");
  JsonObject *row;

  if (!cli->json)
    {
      g_print ("%s  %-20s  %s", info->rev, time, describe_revision (info));
      for (guint i = 0; changed != NULL && i < changed->len; i++)
        g_print ("%s%s", i > 0 ? ", " : "  ", (const char *) changed->pdata[i]);
      g_print ("\n");
      for (guint i = 0; merged != NULL && i < merged->len; i++)
        g_print (_ ("  merged with %s\n"), (char *) merged->pdata[i]);
      return;
    }
  row = json_object_new ();
  json_object_set_string_member (row, "_id", id);
  json_object_set_string_member (row, "_rev", info->rev);
  json_object_set_boolean_member (row, "winner", info->is_winner);
  json_object_set_boolean_member (row, "leaf", info->is_leaf);
  json_object_set_boolean_member (row, "deleted", info->is_deleted);
  json_object_set_boolean_member (row, "body", info->has_body);
  if (*time != '\0')
    json_object_set_string_member (row, "stored", time);
  if (merged != NULL)
    json_object_set_array_member (row, "merged", make_array (merged));
  if (changed != NULL)
    json_object_set_array_member (row, "changed", make_array (changed));
  tkb_cli_print_json (row);
}

int
tkb_cli_history (TkbCli *cli, int argc, char **argv)
{
  g_autoptr (TkbStore) store = NULL;
  g_autoptr (GPtrArray) history = NULL;
  g_autoptr (TkbRevTree) tree = NULL;
  g_autoptr (GHashTable) merged = NULL;
  g_autoptr (GError) error = NULL;

  if (!tkb_cli_parse (cli, NULL, &argc, &argv, 1, 1))
    return TKB_CLI_USAGE;
  store = tkb_cli_open (cli, TKB_STORE_OPEN_NONE);
  if (store == NULL)
    return TKB_CLI_FAILED;
  history = tkb_store_get_history (store, argv[1], NULL, &error);
  if (history != NULL)
    tree = tkb_store_get_tree (store, argv[1], NULL, &error);
  if (tree != NULL)
    merged = tkb_fork_list_merged (store, argv[1], tree, NULL, &error);
  if (merged == NULL)
    return tkb_cli_fail (argv[1], error);
  for (guint i = 0; i < history->len; i++)
    {
      const TkbRevisionInfo *info = history->pdata[i];
      g_autoptr (GPtrArray) changed = get_changed (cli, store, argv[1], info);

      print_revision (cli, argv[1], info, g_hash_table_lookup (merged, info->rev), changed);
    }
  if (!cli->json && tkb_rev_tree_outlived_deletion (tree))
    g_print ("%s\n", _ ("Somebody deleted an earlier version; the edit was kept."));
  return TKB_CLI_OK;
}

int
tkb_cli_delete (TkbCli *cli, int argc, char **argv)
{
  g_autoptr (TkbStore) store = NULL;
  g_autofree char *rev = NULL;
  g_autoptr (GError) error = NULL;

  if (!tkb_cli_parse (cli, NULL, &argc, &argv, 1, 1))
    return TKB_CLI_USAGE;
  store = tkb_cli_open (cli, TKB_STORE_OPEN_NONE);
  if (store == NULL)
    return TKB_CLI_FAILED;
  rev = tkb_store_delete (store, argv[1], NULL, NULL, &error);
  if (rev == NULL)
    return tkb_cli_fail (argv[1], error);
  if (cli->json)
    {
      JsonObject *row = json_object_new ();

      json_object_set_string_member (row, "_id", argv[1]);
      json_object_set_string_member (row, "_rev", rev);
      json_object_set_boolean_member (row, "_deleted", TRUE);
      tkb_cli_print_json (row);
    }
  else
    g_print (_ ("%s is deleted (%s); its versions stay in the history.\n"), argv[1], rev);
  tkb_store_close (store);
  return TKB_CLI_OK;
}
