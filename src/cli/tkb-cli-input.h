/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Reads documents from a file or standard input: one JSON object (over any number of lines), an
 * array of objects, or one object a line. A value that is not a document is a problem of its own:
 * the caller hears of it and the rest goes on. Lines are read one by one, so a large NDJSON file is
 * never in memory as a whole. */
#pragma once

#include "tkb-document.h"

G_BEGIN_DECLS

/* text: the JSON text of one value, valid only during the call. FALSE ends the reading. */
typedef gboolean (*TkbCliInputFunc) (const char *text,
                                     gsize       length,
                                     guint       number,
                                     gpointer    user_data);

gboolean
tkb_cli_input_read (const char *path, TkbCliInputFunc function, gpointer user_data, GError **error);
/* (transfer full) (element-type TkbDocument); the first problem is an error. */
GPtrArray *tkb_cli_input_read_all (const char *path, GError **error);

G_END_DECLS
