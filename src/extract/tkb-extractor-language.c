/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* By the small words that every text of a language is full of. */
#include "config.h"

#include "tkb-extractor.h"

#include <string.h>

/* bytes that are looked at */
#define SAMPLE_BYTES (32 * 1024)
/* small words that have to be there, and how many times as many as of the next language */
#define MIN_WORDS 5
#define MARGIN 2

static const struct
{
  const char *language;
  const char *words; /* each between blanks */
} table[] = {
  { "en", " the of and to is for with that are this by from be as or which " },
  { "fr", " le les des du et est une dans pour par sur au aux qui sont avec " },
  { "es", " el los las del y es una en para por con se que como su al " },
};

static void
count_word (guint counts[G_N_ELEMENTS (table)], const char *word, gsize length)
{
  char padded[16];

  if (length == 0 || length + 3 > sizeof padded)
    return;
  padded[0] = ' ';
  for (gsize i = 0; i < length; i++)
    padded[i + 1] = g_ascii_tolower (word[i]);
  padded[length + 1] = ' ';
  padded[length + 2] = '\0';
  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    counts[i] += strstr (table[i].words, padded) != NULL;
}

/**
 * tkb_extractor_guess_language:
 * @text: UTF-8
 *
 * Looks at the beginning of @text.
 *
 * Returns: (nullable): BCP 47 of one of the languages that are stemmed by language; %NULL: another
 *   one, or too short to tell
 */
const char *
tkb_extractor_guess_language (const char *text)
{
  const char *end = text + strnlen (text, SAMPLE_BYTES);
  guint       counts[G_N_ELEMENTS (table)] = { 0 };
  guint       best = 0;
  guint       second = 0;

  while (text < end)
    {
      const char *word = text;

      /* bytes of other letters belong to the word, so that "façon" does not count as "on" */
      while (text < end && (g_ascii_isalpha (*text) || (guint8) *text >= 0x80))
        text++;
      count_word (counts, word, text - word);
      text++;
    }
  for (guint i = 1; i < G_N_ELEMENTS (table); i++)
    if (counts[i] > counts[best])
      best = i;
  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if (i != best)
      second = MAX (second, counts[i]);
  return counts[best] >= MIN_WORDS && counts[best] >= MARGIN * second ? table[best].language : NULL;
}
