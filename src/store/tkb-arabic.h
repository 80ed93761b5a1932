/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Private to the tokenizer. Light stemming of Arabic after Larkey, Ballesteros and Connell (2002):
 * article, particles and endings go, the pattern of the word stays. Snowball gives the singular and
 * the plural of many nouns different stems, and takes the first letter of a word for a particle.
 * Pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define TKB_ARABIC_MAX_STEMS 3

/* A part of a word, in bytes. */
typedef struct
{
  guint start;
  guint length; /* less than the word's */
} TkbArabicStem;

/* word: folded UTF-8, so that heh is also teh marbuta. Without its article, as others write it;
 * without its endings; and, where there is no article, without what may be a particle. Returns how
 * many of out there are. */
guint
tkb_arabic_get_stems (const char *word, guint length, TkbArabicStem out[TKB_ARABIC_MAX_STEMS]);

G_END_DECLS
