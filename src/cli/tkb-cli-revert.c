/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-cli.h"
#include "tkb-json.h"
#include "tkb-revise.h"

/* (transfer full) (nullable): what stands now, also where that is a tombstone; NULL with an error
 */
static TkbDocument *
get_current (TkbStore *store, const char *id, GError **error)
{
  g_autoptr (TkbRevTree) tree = NULL;
  g_autoptr (GError) local_error = NULL;
  TkbDocument *current = tkb_store_get (store, id, NULL, NULL, &local_error);

  if (current == NULL && g_error_matches (local_error, TKB_STORE_ERROR, TKB_STORE_ERROR_DELETED) &&
      (tree = tkb_store_get_tree (store, id, NULL, NULL)) != NULL)
    return tkb_store_get (store, id, tkb_rev_tree_get_winner (tree), NULL, error);
  if (current == NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  return current;
}

/* (transfer full) (nullable): the next version; NULL: it says the same already */
static TkbDocument *
make_restored (TkbCli *cli, TkbDocument *current, TkbDocument *earlier, const char *field)
{
  g_autofree char *now = tkb_clock_get_iso8601 (cli->clock);
  g_autoptr (TkbDocument) restored = NULL;
  g_autoptr (JsonObject) body = NULL;

  if (tkb_document_is_deleted (current))
    restored = tkb_document_new (tkb_document_get_id (current), tkb_document_get_rev (current),
                                 FALSE, tkb_document_get_body (earlier), NULL);
  else
    restored = tkb_revise_restore (current, earlier, field);
  if (restored == NULL)
    return NULL;
  body = tkb_json_object_copy (tkb_document_get_body (restored));
  json_object_set_string_member (body, "modified", now);
  return tkb_document_with_body (restored, body);
}

static void
print_written (TkbCli *cli, const char *id, const char *rev, gboolean is_new)
{
  if (cli->json)
    {
      JsonObject *row = json_object_new ();

      json_object_set_string_member (row, "_id", id);
      json_object_set_string_member (row, "_rev", rev);
      json_object_set_boolean_member (row, "written", is_new);
      tkb_cli_print_json (row);
    }
  else if (is_new)
    g_print (_ ("%s is restored (%s); what it said before stays in the history.\n"), id, rev);
  else
    g_print (_ ("%s says the same already; nothing was written.\n"), id);
}

/* revert ID --rev REV [--field CODE]: a new version that says what that one said, there or
 * everywhere. */
int
tkb_cli_revert (TkbCli *cli, int argc, char **argv)
{
  g_autofree char *rev = NULL;
  g_autofree char *field = NULL;
  GOptionEntry     entries[] = {
        { "rev", 0, 0, G_OPTION_ARG_STRING, &rev, N_ ("The version to go back to"), N_ ("REV") },
        { "field", 0, 0, G_OPTION_ARG_STRING, &field, N_ ("Only this field"), N_ ("CODE") },
        G_OPTION_ENTRY_NULL,
  };
  g_autoptr (TkbStore) store = NULL;
  g_autoptr (TkbDocument) current = NULL;
  g_autoptr (TkbDocument) earlier = NULL;
  g_autoptr (TkbDocument) restored = NULL;
  g_autoptr (TkbDocument) written = NULL;
  g_autoptr (GError) error = NULL;

  if (!tkb_cli_parse (cli, entries, &argc, &argv, 1, 1))
    return TKB_CLI_USAGE;
  if (rev == NULL)
    return tkb_cli_usage (_ ("Which version? “tisckb-cli history ID” lists them."));
  if (field != NULL && tkb_revise_is_passed_over (field))
    return tkb_cli_usage (_ ("This field says where the document stands; it is not restored."));
  store = tkb_cli_open (cli, TKB_STORE_OPEN_NONE);
  if (store == NULL)
    return TKB_CLI_FAILED;
  current = get_current (store, argv[1], &error);
  earlier = current != NULL ? tkb_store_get (store, argv[1], rev, NULL, &error) : NULL;
  if (earlier == NULL)
    return tkb_cli_fail (argv[1], error);
  if (tkb_document_is_deleted (earlier) || (tkb_document_is_deleted (current) && field != NULL))
    return tkb_cli_usage (_ ("A deleted version has no fields to go back to."));
  restored = make_restored (cli, current, earlier, field);
  if (restored == NULL)
    {
      print_written (cli, argv[1], tkb_document_get_rev (current), FALSE);
      return TKB_CLI_OK;
    }
  written = tkb_store_put (store, restored, TKB_WRITE_NONE, NULL, &error);
  if (written == NULL)
    return tkb_cli_fail (argv[1], error);
  print_written (cli, argv[1], tkb_document_get_rev (written), TRUE);
  tkb_store_close (store);
  return TKB_CLI_OK;
}
