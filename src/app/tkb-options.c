/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-options.h"

#include <string.h>

#include "tkb-accounts.h"

/* Longest password taken from a file; anything longer is not a password file. */
#define PASSWORD_MAX_BYTES 1024

static const GOptionEntry entries[] = {
  { "version", 'v', 0, G_OPTION_ARG_NONE, NULL, N_ ("Print the version and exit"), NULL },
  { "server", 's', 0, G_OPTION_ARG_STRING, NULL,
    N_ ("Use this server for this run; nothing is stored"), N_ ("URL") },
  { "user", 'u', 0, G_OPTION_ARG_STRING, NULL, N_ ("Sign in with this name"), N_ ("NAME") },
  { "password-file", 'p', 0, G_OPTION_ARG_FILENAME, NULL,
    N_ ("Sign in with the password on the first line of a file"), N_ ("FILE") },
  { "no-starter", 0, 0, G_OPTION_ARG_NONE, NULL,
    N_ ("Leave the starter content out of a new library"), NULL },
  { "exit-after-first-frame", 0, 0, G_OPTION_ARG_NONE, NULL,
    N_ ("Exit once the window has been painted, to measure the start"), NULL },
  { NULL },
};

/**
 * tkb_options_add_to:
 * @application: not running yet
 *
 * Teaches @application the options, so that `--help` shows them.
 */
void
tkb_options_add_to (GApplication *application)
{
  g_application_add_main_option_entries (application, entries);
}

/* (transfer full) (nullable): the first line of the file at path */
static char *
read_password (const char *path, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_commandline_arg (path);
  g_autoptr (GFileInputStream) stream = g_file_read (file, NULL, error);
  char  text[PASSWORD_MAX_BYTES + 1] = { 0 };
  char *password = NULL;
  gsize length = 0;

  if (stream == NULL ||
      !g_input_stream_read_all (G_INPUT_STREAM (stream), text, sizeof text, &length, NULL, error))
    return NULL;
  length = MIN (length, PASSWORD_MAX_BYTES);
  text[length] = '\0';
  text[strcspn (text, "\r\n")] = '\0';
  if (!g_utf8_validate (text, -1, NULL))
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                         _ ("The password is not UTF-8 text"));
  else
    password = g_strdup (text);
  explicit_bzero (text, sizeof text);
  return password;
}

static gboolean
parse_remote (TkbOptions *self, GVariantDict *values, GError **error)
{
  const char      *server = NULL;
  const char      *user = NULL;
  const char      *password_file = NULL;
  g_autofree char *url = NULL;
  g_autoptr (TkbRemote) remote = NULL;

  g_variant_dict_lookup (values, "server", "&s", &server);
  g_variant_dict_lookup (values, "user", "&s", &user);
  g_variant_dict_lookup (values, "password-file", "^&ay", &password_file);
  if (server == NULL && (user != NULL || password_file != NULL))
    {
      g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                           _ ("--user and --password-file go with --server"));
      return FALSE;
    }
  if (server == NULL)
    return TRUE;
  url = tkb_accounts_normalize_url (server, error);
  if (url == NULL)
    return FALSE;
  remote = tkb_remote_new (url, user, NULL);
  if (password_file != NULL)
    {
      remote->password = read_password (password_file, error);
      if (remote->password == NULL)
        return FALSE;
    }
  self->remote = g_steal_pointer (&remote);
  return TRUE;
}

/**
 * tkb_options_parse:
 * @self: zeroed; filled, to be freed with tkb_options_clear ()
 * @values: of GApplication::handle-local-options
 *
 * Says on stderr what is wrong. A run with a server of its own, or one that measures, does not hand
 * over to an instance that runs already.
 *
 * Returns: -1 to go on, else the exit status
 */
int
tkb_options_parse (TkbOptions *self, GApplication *application, GVariantDict *values)
{
  g_autoptr (GError) error = NULL;

  if (g_variant_dict_contains (values, "version"))
    {
      g_print ("tisckb %s\n", TKB_VERSION);
      return 0;
    }
  if (!parse_remote (self, values, &error))
    {
      g_printerr ("tisckb: %s\n", error->message);
      return 2;
    }
  self->leaves_out_starter = g_variant_dict_contains (values, "no-starter");
  self->exits_after_first_frame = g_variant_dict_contains (values, "exit-after-first-frame");
  if (self->remote != NULL || self->exits_after_first_frame)
    g_application_set_flags (application,
                             g_application_get_flags (application) | G_APPLICATION_NON_UNIQUE);
  return -1;
}

void
tkb_options_clear (TkbOptions *self)
{
  g_clear_pointer (&self->remote, tkb_remote_free);
}

/* ---- the first frame ---- */

static void
after_paint_cb (GdkFrameClock *frame_clock, GtkWindow *window)
{
  /* the clock ticks for the layout before there is anything on the screen */
  if (!gtk_widget_get_mapped (GTK_WIDGET (window)))
    return;
  g_signal_handlers_disconnect_by_func (frame_clock, after_paint_cb, window);
  g_application_quit (g_application_get_default ());
}

static void
realized_cb (GtkWidget *window)
{
  g_signal_connect_object (gtk_widget_get_frame_clock (window), "after-paint",
                           G_CALLBACK (after_paint_cb), window, 0);
}

/**
 * tkb_options_quit_after_first_frame:
 * @window: not shown yet
 *
 * Ends the application once @window has been painted.
 */
void
tkb_options_quit_after_first_frame (GtkWindow *window)
{
  g_signal_connect (window, "realize", G_CALLBACK (realized_cb), NULL);
}
