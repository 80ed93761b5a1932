/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* The subcommands of tisckb-server: each takes its own arguments and gives the exit status: 0 for
 * success, 1 for a failure that a message explains, 2 for wrong usage. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

int tkb_command_serve (int argc, char **argv);
int tkb_command_user (int argc, char **argv);
int tkb_command_backup (int argc, char **argv);

/* error: (transfer full). Prints it; returns 1. */
int tkb_command_fail (GError *error);
/* Prints message; returns 2. */
int tkb_command_usage (const char *message);

G_END_DECLS
