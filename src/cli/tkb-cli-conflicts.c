/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-cli-input.h"
#include "tkb-cli.h"

/* more than anybody resolves in one sitting, and bounded */
#define MAX_LISTED 100000

static JsonArray *
live_leaves (TkbStore *store, const char *id, GError **error)
{
  g_autoptr (TkbRevTree) tree = tkb_store_get_tree (store, id, NULL, error);
  g_autoptr (GPtrArray) leaves = NULL;
  JsonArray *array;

  if (tree == NULL)
    return NULL;
  leaves = tkb_rev_tree_get_conflicts (tree);
  array = json_array_new ();
  json_array_add_string_element (array, tkb_rev_tree_get_winner (tree));
  for (guint i = 0; i < leaves->len; i++)
    json_array_add_string_element (array, leaves->pdata[i]);
  return array;
}

int
tkb_cli_conflicts (TkbCli *cli, int argc, char **argv)
{
  g_autoptr (TkbStore) store = NULL;
  g_autoptr (GPtrArray) ids = NULL;
  g_autoptr (GError) error = NULL;

  if (!tkb_cli_parse (cli, NULL, &argc, &argv, 0, 0))
    return TKB_CLI_USAGE;
  store = tkb_cli_open (cli, TKB_STORE_OPEN_NONE);
  if (store == NULL)
    return TKB_CLI_FAILED;
  ids = tkb_store_get_conflicted (store, MAX_LISTED, NULL, &error);
  if (ids == NULL)
    return tkb_cli_fail (NULL, error);
  for (guint i = 0; i < ids->len; i++)
    {
      JsonArray *leaves = live_leaves (store, ids->pdata[i], &error);

      if (leaves == NULL)
        return tkb_cli_fail (ids->pdata[i], error);
      if (cli->json)
        {
          JsonObject *row = json_object_new ();

          json_object_set_string_member (row, "_id", ids->pdata[i]);
          json_object_set_string_member (row, "_rev", json_array_get_string_element (leaves, 0));
          json_object_set_array_member (row, "leaves", leaves);
          tkb_cli_print_json (row);
        }
      else
        {
          g_print ("%s\n", (const char *) ids->pdata[i]);
          for (guint j = 0; j < json_array_get_length (leaves); j++)
            g_print ("  %s%s\n", json_array_get_string_element (leaves, j),
                     j == 0 ? _ ("  (shown now)") : "");
          json_array_unref (leaves);
        }
    }
  return TKB_CLI_OK;
}

/* Puts tombstones on every live leaf but keep. */
static gboolean
delete_others (TkbStore *store, const char *id, const char *keep, GError **error)
{
  g_autoptr (TkbRevTree) tree = tkb_store_get_tree (store, id, NULL, error);
  g_autoptr (GPtrArray) leaves = NULL;

  if (tree == NULL)
    return FALSE;
  if (!tkb_rev_tree_is_leaf (tree, keep))
    {
      g_set_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_CONFLICT,
                   _ ("%s is an earlier version; only a current one can be kept."), keep);
      return FALSE;
    }
  leaves = tkb_rev_tree_get_leaves (tree);
  for (guint i = 0; i < leaves->len; i++)
    {
      const char      *leaf = leaves->pdata[i];
      g_autofree char *tombstone = NULL;

      if (g_str_equal (leaf, keep) ||
          (tkb_rev_tree_get_flags (tree, leaf) & TKB_REV_NODE_DELETED) != 0)
        continue;
      tombstone = tkb_store_delete (store, id, leaf, NULL, error);
      if (tombstone == NULL)
        return FALSE;
    }
  return TRUE;
}

/* Writes the merged document on the winner; (transfer full): its revision. */
static char *
put_merged (TkbCli *cli, TkbStore *store, const char *id, const char *file, GError **error)
{
  g_autoptr (GPtrArray) documents = tkb_cli_input_read_all (file, error);
  g_autoptr (TkbRevTree) tree = NULL;
  g_autoptr (TkbDocument) merged = NULL;
  g_autoptr (TkbDocument) written = NULL;
  g_autofree char *problems = NULL;

  if (documents == NULL)
    return NULL;
  if (documents->len != 1 || g_strcmp0 (tkb_document_get_id (documents->pdata[0]), id) != 0)
    {
      g_set_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_INVALID,
                   _ ("%s does not hold the one document %s."), file, id);
      return NULL;
    }
  problems = tkb_cli_describe_problems (cli, documents->pdata[0],
                                        tkb_validate_level_for (documents->pdata[0]));
  if (problems != NULL)
    {
      g_set_error_literal (error, TKB_STORE_ERROR, TKB_STORE_ERROR_INVALID, problems);
      return NULL;
    }
  tree = tkb_store_get_tree (store, id, NULL, error);
  if (tree == NULL)
    return NULL;
  merged = tkb_document_with_rev (documents->pdata[0], tkb_rev_tree_get_winner (tree));
  written = tkb_store_put (store, merged, TKB_WRITE_NONE, NULL, error);
  return written != NULL ? g_strdup (tkb_document_get_rev (written)) : NULL;
}

int
tkb_cli_resolve (TkbCli *cli, int argc, char **argv)
{
  g_autofree char *keep = NULL;
  g_autofree char *merged = NULL;
  GOptionEntry     entries[] = {
        { "keep", 0, 0, G_OPTION_ARG_STRING, &keep, N_ ("The revision that stays"), N_ ("REV") },
        { "merged", 0, 0, G_OPTION_ARG_FILENAME, &merged, N_ ("A document that holds the merged text"),
          N_ ("FILE") },
        G_OPTION_ENTRY_NULL,
  };
  g_autoptr (TkbStore) store = NULL;
  g_autoptr (TkbDocument) kept = NULL;
  g_autoptr (GError) error = NULL;

  if (!tkb_cli_parse (cli, entries, &argc, &argv, 1, 1))
    return TKB_CLI_USAGE;
  if ((keep == NULL) == (merged == NULL))
    return tkb_cli_usage (_ ("Say either --keep REV or --merged FILE."));
  store = tkb_cli_open (cli, TKB_STORE_OPEN_NONE);
  if (store == NULL)
    return TKB_CLI_FAILED;
  if (merged != NULL)
    {
      keep = put_merged (cli, store, argv[1], merged, &error);
      if (keep == NULL)
        return tkb_cli_fail (argv[1], error);
    }
  kept = tkb_store_get (store, argv[1], keep, NULL, &error);
  if (kept == NULL || !delete_others (store, argv[1], keep, &error))
    return tkb_cli_fail (argv[1], error);
  if (cli->json)
    {
      JsonObject *row = json_object_new ();

      json_object_set_string_member (row, "_id", argv[1]);
      json_object_set_string_member (row, "_rev", keep);
      tkb_cli_print_json (row);
    }
  else
    g_print (_ ("%s is now %s; the other versions stay in the history.\n"), argv[1], keep);
  tkb_store_close (store);
  return TKB_CLI_OK;
}
