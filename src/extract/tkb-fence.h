/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* The fence around the program that reads untrusted files. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* From here on this process can compute, read what it has open and the system's own data, and write
 * to its standard output. No file of the user, no network, no other program; bounded memory and
 * time. input_bytes: that are mapped. FALSE: a limit that has to be there could not be set; a fence
 * that the kernel does not know is left out. */
gboolean tkb_fence_enter (gsize input_bytes);

G_END_DECLS
