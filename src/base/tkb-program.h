/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Where the running program stands: what goes with it lies in the build folder until it is
 * installed. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Whether this program runs from the folder that it was built in. */
gboolean tkb_program_is_uninstalled (void);
/* Sets the locale and finds the translations that go with this program. First thing in main. */
void tkb_program_set_up_language (void);

G_END_DECLS
