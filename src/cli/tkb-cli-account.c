/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-cli-account.h"

#include <string.h>

void
tkb_cli_account_clear (TkbCliAccount *self)
{
  g_clear_pointer (&self->user, g_free);
  g_clear_pointer (&self->password_file, g_free);
  g_clear_pointer (&self->ca_file, g_free);
}

gboolean
tkb_cli_account_check (const TkbCliAccount *self)
{
  if ((self->user == NULL) == (self->password_file == NULL))
    return TRUE;
  tkb_cli_usage (_ ("--user and --password-file belong together."));
  return FALSE;
}

/* The first line of the file. (nullable) (transfer full): NULL after a message */
static char *
read_password (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *content = NULL;
  gsize            length;

  if (!g_file_get_contents (path, &content, &length, &error))
    {
      tkb_cli_fail (NULL, error);
      return NULL;
    }
  content[strcspn (content, "\r\n")] = '\0';
  if (*content == '\0' || !g_utf8_validate (content, -1, NULL))
    {
      g_printerr (_ ("%s does not hold a password on its first line.\n"), path);
      return NULL;
    }
  return g_steal_pointer (&content);
}

TkbRemote *
tkb_cli_account_make_remote (const TkbCliAccount *self, const char *uri)
{
  g_autofree char *password = NULL;
  TkbRemote       *remote;

  if (self->password_file != NULL)
    {
      password = read_password (self->password_file);
      if (password == NULL)
        return NULL;
    }
  remote = tkb_remote_new (uri, self->user, password);
  remote->ca_file = g_strdup (self->ca_file);
  remote->allow_insecure = self->allow_insecure;
  return remote;
}
