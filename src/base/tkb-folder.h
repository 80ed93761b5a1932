/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Folders that the program made for itself. Blocks; any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A file, or a folder with all that is in it; a link goes, not what it leads to. What is not there
 * is no error. FALSE: a file error names what could not be removed; the rest of it is still there.
 */
gboolean tkb_folder_remove (const char *path, GError **error);

G_END_DECLS
