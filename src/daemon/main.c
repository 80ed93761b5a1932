/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-command.h"

#include "tkb-accounts.h"

#include <locale.h>
#include <string.h>

static const struct
{
  const char *name;
  int (*run) (int argc, char **argv);
} commands[] = {
  { "user", tkb_command_user },
  { "backup", tkb_command_backup },
};

int
tkb_command_fail (GError *error)
{
  g_printerr ("tisckb-server: %s\n", error->message);
  g_error_free (error);
  return 1;
}

int
tkb_command_usage (const char *message)
{
  g_printerr ("tisckb-server: %s\nTry tisckb-server --help\n", message);
  return 2;
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "");
  g_set_prgname ("tisckb-server");
  if (!tkb_password_init ())
    {
      g_printerr ("tisckb-server: libsodium does not start\n");
      return 1;
    }
  for (guint i = 0; argc > 1 && i < G_N_ELEMENTS (commands); i++)
    {
      if (strcmp (argv[1], commands[i].name) == 0)
        return commands[i].run (argc - 1, argv + 1);
    }
  if (argc > 1 && argv[1][0] != '-')
    return tkb_command_usage ("unknown command; there are user and backup");
  return tkb_command_serve (argc, argv);
}
