/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-arabic.h"

#include <string.h>

/* bytes of a letter */
#define LETTER 2
/* letters that a word keeps at least */
#define KEEP 3
/* and what it keeps where its first letter may be its own */
#define KEEP_PARTICLE 4

typedef struct
{
  const char *text;
  guint       length;
} Affix;

#define AFFIX(text)                                                                                \
  {                                                                                                \
    text, sizeof (text) - 1                                                                        \
  }

/* the article, alone or behind particles that are written together with it */
static const Affix articles[] = { AFFIX ("وبال"), AFFIX ("وكال"), AFFIX ("وال"),
                                  AFFIX ("بال"),  AFFIX ("كال"),  AFFIX ("فال"),
                                  AFFIX ("ولل"),  AFFIX ("ال"),   AFFIX ("لل") };
/* and, so, in, like, for */
static const Affix particles[] = { AFFIX ("و"), AFFIX ("ف"), AFFIX ("ب"), AFFIX ("ك"),
                                   AFFIX ("ل") };
static const Affix endings[] = { AFFIX ("ها"), AFFIX ("ان"), AFFIX ("ات"), AFFIX ("ون"),
                                 AFFIX ("ين"), AFFIX ("يه"), AFFIX ("ه"),  AFFIX ("ي") };

/* Bytes of the first of prefixes that word begins with and can do without. */
static guint
get_prefix (const char *word, guint length, const Affix *prefixes, gsize n, guint keep)
{
  for (gsize i = 0; i < n; i++)
    {
      guint n_bytes = prefixes[i].length;

      if (length >= n_bytes + keep * LETTER && memcmp (word, prefixes[i].text, n_bytes) == 0)
        return n_bytes;
    }
  return 0;
}

/* Bytes that are left. */
static guint
cut_endings (const char *word, guint length)
{
  for (gsize i = 0; i < G_N_ELEMENTS (endings); i++)
    {
      guint n_bytes = endings[i].length;

      if (length >= n_bytes + KEEP * LETTER &&
          memcmp (word + length - n_bytes, endings[i].text, n_bytes) == 0)
        length -= n_bytes;
    }
  return length;
}

guint
tkb_arabic_get_stems (const char *word, guint length, TkbArabicStem out[TKB_ARABIC_MAX_STEMS])
{
  guint skip = get_prefix (word, length, articles, G_N_ELEMENTS (articles), KEEP);
  guint left = length - skip;
  guint stem = cut_endings (word + skip, left);
  guint n = 0;

  if (skip > 0)
    out[n++] = (TkbArabicStem){ skip, left };
  if (stem < left)
    out[n++] = (TkbArabicStem){ skip, stem };
  if (skip > 0)
    return n;
  skip = get_prefix (word, length, particles, G_N_ELEMENTS (particles), KEEP_PARTICLE);
  if (skip > 0)
    out[n++] = (TkbArabicStem){ skip, cut_endings (word + skip, length - skip) };
  return n;
}
