/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-cli-input.h"
#include "tkb-cli.h"
#include "tkb-fork.h"
#include "tkb-json.h"
#include "tkb-merger.h"

/* more than anybody resolves in one sitting, and bounded */
#define MAX_LISTED 100000

/* (nullable) (transfer full) (element-type utf8): the winner, then the other live leaves */
static GPtrArray *
list_live (TkbStore *store, const char *id, GError **error)
{
  g_autoptr (TkbRevTree) tree = tkb_store_get_tree (store, id, NULL, error);
  g_autoptr (GPtrArray) others = NULL;
  GPtrArray *live;

  if (tree == NULL)
    return NULL;
  others = tkb_rev_tree_get_conflicts (tree);
  live = g_ptr_array_new_with_free_func (g_free);
  if (!tkb_rev_tree_is_deleted (tree))
    g_ptr_array_add (live, g_strdup (tkb_rev_tree_get_winner (tree)));
  for (guint i = 0; i < others->len; i++)
    g_ptr_array_add (live, g_strdup (others->pdata[i]));
  return live;
}

/* ---- conflicts ---- */

static const char *
get_reason_code (TkbMergeReason reason)
{
  switch (reason)
    {
    case TKB_MERGE_NO_BASE:
      return "no_base";
    case TKB_MERGE_BOTH_CHANGED:
      return "both_changed";
    case TKB_MERGE_SAME_LINES:
      return "same_lines";
    case TKB_MERGE_SAME_ITEMS:
      return "same_items";
    case TKB_MERGE_REMOVED:
      return "removed";
    case TKB_MERGE_UNREVIEWED:
      return "unreviewed";
    case TKB_MERGE_INVALID:
    default:
      return "invalid";
    }
}

static void
set_copy (JsonObject *object, const char *member, JsonNode *node)
{
  if (node != NULL)
    json_object_set_member (object, member, tkb_json_node_copy (node));
}

static JsonObject *
make_field (const TkbMergeConflict *conflict)
{
  JsonObject *field = json_object_new ();

  json_object_set_string_member (field, "field", conflict->code);
  json_object_set_string_member (field, "path", conflict->path);
  json_object_set_string_member (field, "reason", get_reason_code (conflict->reason));
  set_copy (field, "base", conflict->base);
  set_copy (field, "current", conflict->left);
  set_copy (field, "other", conflict->right);
  return field;
}

/* One of the other versions against the one that is shown. */
static JsonObject *
make_fork (TkbFork *fork)
{
  JsonObject *object = json_object_new ();
  JsonArray  *fields = json_array_new ();

  json_object_set_string_member (object, "other", tkb_document_get_rev (fork->other));
  if (fork->base != NULL)
    json_object_set_string_member (object, "base", tkb_document_get_rev (fork->base));
  json_object_set_boolean_member (object, "merges", fork->merge->conflicts->len == 0);
  for (guint i = 0; i < fork->merge->conflicts->len; i++)
    json_array_add_object_element (fields, make_field (fork->merge->conflicts->pdata[i]));
  json_object_set_array_member (object, "fields", fields);
  return object;
}

static void
print_fork (TkbFork *fork)
{
  g_print ("  %s\n", tkb_document_get_rev (fork->other));
  if (fork->merge->conflicts->len == 0)
    g_print ("    %s\n", _ ("can be merged: resolve --auto"));
  for (guint i = 0; i < fork->merge->conflicts->len; i++)
    {
      const TkbMergeConflict *conflict = fork->merge->conflicts->pdata[i];

      g_print ("    ");
      g_print (_ (tkb_merge_reason_get_format (conflict->reason)), conflict->path);
      g_print ("\n");
    }
}

static gboolean
print_document (TkbCli *cli, TkbStore *store, const char *id, GError **error)
{
  g_autoptr (GPtrArray) live = list_live (store, id, error);
  JsonArray  *leaves = json_array_new ();
  JsonArray  *forks = json_array_new ();
  JsonObject *row = json_object_new ();

  json_object_set_string_member (row, "_id", id);
  json_object_set_array_member (row, "leaves", leaves);
  json_object_set_array_member (row, "conflicts", forks);
  for (guint i = 0; live != NULL && i < live->len; i++)
    {
      g_autoptr (TkbFork) fork = NULL;

      json_array_add_string_element (leaves, live->pdata[i]);
      if (i == 0)
        {
          json_object_set_string_member (row, "_rev", live->pdata[0]);
          if (!cli->json)
            g_print ("%s\n  %s%s\n", id, (char *) live->pdata[0], _ ("  (shown now)"));
          continue;
        }
      fork = tkb_fork_read (store, id, live->pdata[0], live->pdata[i], NULL, error);
      if (fork == NULL)
        g_clear_pointer (&live, g_ptr_array_unref);
      else if (cli->json)
        json_array_add_object_element (forks, make_fork (fork));
      else
        print_fork (fork);
    }
  if (live != NULL && cli->json)
    tkb_cli_print_json (json_object_ref (row));
  json_object_unref (row);
  return live != NULL;
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
    if (!print_document (cli, store, ids->pdata[i], &error))
      return tkb_cli_fail (ids->pdata[i], error);
  return TKB_CLI_OK;
}

/* ---- resolve ---- */

/* Closes every live version but keep, which becomes body. (transfer full) (nullable): what is left
 */
static char *
close_others (TkbStore *store, const char *id, const char *keep, JsonObject *body, GError **error)
{
  g_autoptr (GPtrArray) live = list_live (store, id, error);
  g_autofree char *left = g_strdup (keep);

  if (live == NULL)
    return NULL;
  if (!g_ptr_array_find_with_equal_func (live, keep, g_str_equal, NULL))
    {
      g_set_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_CONFLICT,
                   _ ("%s is an earlier version; only a current one can be kept."), keep);
      return NULL;
    }
  for (guint i = 0; i < live->len; i++)
    {
      g_autoptr (TkbFork) fork = NULL;
      char *rev;

      if (g_str_equal (live->pdata[i], keep))
        continue;
      fork = tkb_fork_read (store, id, left, live->pdata[i], NULL, error);
      rev = fork != NULL ? tkb_fork_close (fork, store, body, NULL, error) : NULL;
      if (rev == NULL)
        return NULL;
      g_free (left);
      left = rev;
    }
  return g_steal_pointer (&left);
}

static char *
keep_one (TkbStore *store, const char *id, const char *keep, GError **error)
{
  g_autoptr (TkbDocument) kept = tkb_store_get (store, id, keep, NULL, error);

  if (kept == NULL)
    return NULL;
  return close_others (store, id, keep, tkb_document_get_body (kept), error);
}

/* Puts the merged document in the place of all versions; (transfer full): its revision. */
static char *
put_merged (TkbCli *cli, TkbStore *store, const char *id, const char *file, GError **error)
{
  g_autoptr (GPtrArray) documents = tkb_cli_input_read_all (file, error);
  g_autoptr (GPtrArray) live = NULL;
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
  live = list_live (store, id, error);
  if (live == NULL)
    return NULL;
  if (live->len > 1)
    return close_others (store, id, live->pdata[0], tkb_document_get_body (documents->pdata[0]),
                         error);
  merged = tkb_document_with_rev (documents->pdata[0], live->len > 0 ? live->pdata[0] : NULL);
  written = tkb_store_put (store, merged, TKB_WRITE_NONE, NULL, error);
  return written != NULL ? g_strdup (tkb_document_get_rev (written)) : NULL;
}

/* As a sync would, drafts too. */
static char *
merge_all (TkbStore *store, const char *id, GError **error)
{
  g_autoptr (TkbMergeRights) rights = tkb_merge_rights_new_all ();
  g_autoptr (GPtrArray) live = NULL;
  guint merged;

  if (!tkb_merge_document (store, id, rights, TKB_MERGE_DOCUMENT_DRAFTS, &merged, NULL, error))
    return NULL;
  live = list_live (store, id, error);
  if (live == NULL)
    return NULL;
  if (live->len > 1)
    {
      g_set_error_literal (error, TKB_STORE_ERROR, TKB_STORE_ERROR_INVALID,
                           _ ("Both versions changed the same; “conflicts” says what."));
      return NULL;
    }
  return g_strdup (live->len > 0 ? live->pdata[0] : "");
}

int
tkb_cli_resolve (TkbCli *cli, int argc, char **argv)
{
  g_autofree char *keep = NULL;
  g_autofree char *merged = NULL;
  gboolean         is_auto = FALSE;
  GOptionEntry     entries[] = {
        { "auto", 0, 0, G_OPTION_ARG_NONE, &is_auto, N_ ("Merge what can be merged"), NULL },
        { "keep", 0, 0, G_OPTION_ARG_STRING, &keep, N_ ("The revision that stays"), N_ ("REV") },
        { "merged", 0, 0, G_OPTION_ARG_FILENAME, &merged, N_ ("A document that holds the merged text"),
          N_ ("FILE") },
        G_OPTION_ENTRY_NULL,
  };
  g_autoptr (TkbStore) store = NULL;
  g_autofree char *left = NULL;
  g_autoptr (GError) error = NULL;

  if (!tkb_cli_parse (cli, entries, &argc, &argv, 1, 1))
    return TKB_CLI_USAGE;
  if (is_auto + (keep != NULL) + (merged != NULL) != 1)
    return tkb_cli_usage (_ ("Say one of --auto, --keep REV and --merged FILE."));
  store = tkb_cli_open (cli, TKB_STORE_OPEN_NONE);
  if (store == NULL)
    return TKB_CLI_FAILED;
  if (is_auto)
    left = merge_all (store, argv[1], &error);
  else if (merged != NULL)
    left = put_merged (cli, store, argv[1], merged, &error);
  else
    left = keep_one (store, argv[1], keep, &error);
  if (left == NULL)
    return tkb_cli_fail (argv[1], error);
  if (cli->json)
    {
      JsonObject *row = json_object_new ();

      json_object_set_string_member (row, "_id", argv[1]);
      json_object_set_string_member (row, "_rev", left);
      tkb_cli_print_json (row);
    }
  else
    g_print (_ ("%s is now %s; the other versions stay in the history.\n"), argv[1], left);
  tkb_store_close (store);
  return TKB_CLI_OK;
}
