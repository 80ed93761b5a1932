/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Which words of two texts are not in both: for showing what an edit changed. A word is a run of
 * letters and digits, one character of a script without spaces, or any other character. Pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  guint start, end; /* bytes */
} TkbWordRange;

/* The changed stretches of each text, in order, not touching one another: (transfer full)
 * (element-type TkbWordRange). Texts that have hardly anything in common differ in one piece. */
void tkb_word_diff (const char *a, const char *b, GArray **out_a, GArray **out_b);

G_END_DECLS
