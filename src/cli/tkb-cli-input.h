/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Reads documents from a file or standard input: one JSON object (over any number of lines), an
 * array of objects, or one object a line. A value that is not a document is a problem of its own:
 * the caller hears of it and the rest goes on. Arrays and lines are read value by value, so a large
 * file is never in memory as a whole. */
#pragma once

#include "tkb-document.h"

G_BEGIN_DECLS

/* text: one value of the file, JSON or not, valid only during the call; number: its place, counted
 * from 1. FALSE ends the reading. */
typedef gboolean (*TkbCliInputFunc) (const char *text,
                                     gsize       length,
                                     guint       number,
                                     gpointer    user_data);

/* path: "-" is standard input. FALSE with an error where the file cannot be read, is neither of the
 * three forms, or ends in the middle of a value; what came before that was given to function. */
gboolean
tkb_cli_input_read (const char *path, TkbCliInputFunc function, gpointer user_data, GError **error);
/* (transfer full) (element-type TkbDocument); the first problem is an error. */
GPtrArray *tkb_cli_input_read_all (const char *path, GError **error);

G_END_DECLS
