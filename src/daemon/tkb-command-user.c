/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-command.h"

#include "tkb-accounts.h"
#include "tkb-clock.h"

#include <glib/gstdio.h>
#include <string.h>

/* bytes of a password file; only its first line counts */
#define MAX_PASSWORD_FILE_BYTES 4096
/* characters below which a password gets a word of warning */
#define SHORT_PASSWORD 8

typedef struct
{
  char *data_dir;
  char *role;
  char *password_file;
} Options;

static void
options_clear (Options *self)
{
  g_free (self->data_dir);
  g_free (self->role);
  g_free (self->password_file);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static char *
read_password (const char *path, GError **error)
{
  g_autofree char *text = NULL;
  char            *password;
  gsize            length;

  if (!g_file_get_contents (path, &text, &length, error))
    return NULL;
  text[strcspn (text, "\r\n")] = '\0';
  if (length > MAX_PASSWORD_FILE_BYTES || text[0] == '\0')
    {
      g_set_error (error, TKB_ACCOUNTS_ERROR, TKB_ACCOUNTS_ERROR_INVALID,
                   "%s: the first line should be the password", path);
      return NULL;
    }
  if (g_utf8_strlen (text, -1) < SHORT_PASSWORD)
    g_printerr ("tisckb-server: a password of fewer than %d characters is easily guessed\n",
                SHORT_PASSWORD);
  password = g_strdup (text);
  tkb_password_wipe (text);
  return password;
}

static char *
read_hash (const Options *options, GError **error)
{
  g_autofree char *password = read_password (options->password_file, error);
  char            *hash;

  if (password == NULL)
    return NULL;
  hash = tkb_password_hash (password, error);
  tkb_password_wipe (password);
  return hash;
}

static gboolean
add (TkbAccounts *accounts, const char *name, const Options *options, GError **error)
{
  g_autoptr (TkbClock) clock = tkb_clock_new_system ();
  g_autofree char *now = tkb_clock_get_iso8601 (clock);
  g_autofree char *hash = NULL;
  TkbRole          role;

  if (!tkb_role_parse (options->role, &role))
    {
      g_set_error_literal (error, TKB_ACCOUNTS_ERROR, TKB_ACCOUNTS_ERROR_INVALID,
                           "--role is one of reader, contributor, editor, admin");
      return FALSE;
    }
  hash = read_hash (options, error);
  return hash != NULL && tkb_accounts_add (accounts, name, role, hash, now, error) &&
         tkb_accounts_save (accounts, error);
}

static gboolean
set_password (TkbAccounts *accounts, const char *name, const Options *options, GError **error)
{
  g_autofree char *hash = read_hash (options, error);

  return hash != NULL && tkb_accounts_set_hash (accounts, name, hash, error) &&
         tkb_accounts_save (accounts, error);
}

static gboolean
remove_account (TkbAccounts *accounts, const char *name, const Options *options, GError **error)
{
  return tkb_accounts_remove (accounts, name, error) && tkb_accounts_save (accounts, error);
}

static gboolean
list (TkbAccounts *accounts, const char *name, const Options *options, GError **error)
{
  GPtrArray *all = tkb_accounts_list (accounts);

  for (guint i = 0; i < all->len; i++)
    {
      TkbAccount *account = all->pdata[i];

      g_print ("%s\t%s\n", account->name, tkb_role_to_string (account->role));
    }
  return TRUE;
}

static const struct
{
  const char *name;
  gboolean    wants_name;
  gboolean    wants_role;
  gboolean    wants_password;
  gboolean (*run) (TkbAccounts *accounts, const char *name, const Options *options, GError **error);
} verbs[] = {
  { "add", TRUE, TRUE, TRUE, add },
  { "list", FALSE, FALSE, FALSE, list },
  { "remove", TRUE, FALSE, FALSE, remove_account },
  { "password", TRUE, FALSE, TRUE, set_password },
};

static int
run_verb (guint index, const char *name, const Options *options)
{
  GError *error = NULL;
  g_autoptr (TkbAccounts) accounts = NULL;

  if (g_mkdir_with_parents (options->data_dir, 0700) != 0)
    {
      g_printerr ("tisckb-server: %s cannot be made\n", options->data_dir);
      return 1;
    }
  accounts = tkb_accounts_load (options->data_dir, &error);
  if (accounts == NULL || !verbs[index].run (accounts, name, options, &error))
    return tkb_command_fail (error);
  return 0;
}

/**
 * tkb_command_user:
 * @argc: number of arguments
 * @argv: arguments, from "user" on
 *
 * Adds, lists, removes accounts and changes passwords; a running server takes note by itself.
 *
 * Returns: the exit status
 */
int
tkb_command_user (int argc, char **argv)
{
  g_auto (Options) options = { 0 };
  const GOptionEntry entries[] = {
    { "data", 0, 0, G_OPTION_ARG_FILENAME, &options.data_dir, "The server's folder", "DIR" },
    { "role", 0, 0, G_OPTION_ARG_STRING, &options.role, "reader, contributor, editor or admin",
      "ROLE" },
    { "password-file", 0, 0, G_OPTION_ARG_FILENAME, &options.password_file,
      "File whose first line is the password", "FILE" },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("add|list|remove|password [NAME]");
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    return tkb_command_usage (error->message);
  if (options.data_dir == NULL)
    return tkb_command_usage ("--data DIR is missing");
  for (guint i = 0; argc > 1 && i < G_N_ELEMENTS (verbs); i++)
    {
      if (strcmp (argv[1], verbs[i].name) != 0)
        continue;
      if (argc != (verbs[i].wants_name ? 3 : 2))
        return tkb_command_usage ("one account name is wanted after add, remove, password");
      if ((verbs[i].wants_role && options.role == NULL) ||
          (verbs[i].wants_password && options.password_file == NULL))
        return tkb_command_usage ("--role or --password-file is missing");
      return run_verb (i, verbs[i].wants_name ? argv[2] : NULL, &options);
    }
  return tkb_command_usage ("user add, list, remove or password");
}
