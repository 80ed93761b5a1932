/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include <unicode/ubrk.h>

#include "tkb-fold.h"
#include "tkb-tokenizer.h"

/* characters of a run that may hold more than one word */
#define MIN_RUN 4
/* UTF-16 units of a query that are looked at */
#define MAX_UNITS 1000

static gboolean
is_unspaced (gunichar c)
{
  return TKB_FOLD_CLASS (tkb_fold_lookup (c)) == TKB_FOLD_UNSPACED;
}

static gboolean
has_long_run (const char *text)
{
  guint length = 0;

  for (const char *p = text; *p != '\0' && length < MIN_RUN; p = g_utf8_next_char (p))
    length = is_unspaced (g_utf8_get_char (p)) ? length + 1 : 0;
  return length >= MIN_RUN;
}

/* Whether at parts two characters of a run. */
static gboolean
is_within_run (const UChar *units, int32_t length, int32_t at)
{
  UChar32 before;
  UChar32 after;

  if (at <= 0 || at >= length)
    return FALSE;
  U16_GET (units, 0, at - 1, length, before);
  U16_GET (units, 0, at, length, after);
  return !U_IS_SURROGATE (before) && !U_IS_SURROGATE (after) && is_unspaced (before) &&
         is_unspaced (after);
}

/**
 * tkb_segment_words:
 * @text: valid UTF-8
 *
 * What is written without spaces, apart as the dictionaries of ICU have it. It is for second
 * thoughts on a query only: nothing in the index depends on it.
 *
 * Returns: (transfer full) (nullable): @text with spaces between its words; %NULL if there is
 * nothing to take apart
 */
char *
tkb_segment_words (const char *text)
{
  UErrorCode code = U_ZERO_ERROR;
  g_autoptr (GString) out = NULL;
  g_autofree gunichar2 *units = NULL;
  UBreakIterator       *breaks;
  long                  length;
  int32_t               start = 0;
  gboolean              is_apart = FALSE;

  if (!has_long_run (text))
    return NULL;
  units = g_utf8_to_utf16 (text, -1, NULL, &length, NULL);
  if (units == NULL || length > MAX_UNITS)
    return NULL;
  breaks = ubrk_open (UBRK_WORD, "zh", units, length, &code);
  if (U_FAILURE (code))
    return NULL;
  out = g_string_new (NULL);
  for (int32_t end = ubrk_next (breaks); end != UBRK_DONE; end = ubrk_next (breaks))
    {
      g_autofree char *piece = g_utf16_to_utf8 (units + start, end - start, NULL, NULL, NULL);

      if (is_within_run (units, length, start))
        {
          g_string_append_c (out, ' ');
          is_apart = TRUE;
        }
      g_string_append (out, piece != NULL ? piece : "");
      start = end;
    }
  ubrk_close (breaks);
  return is_apart ? g_strdup (out->str) : NULL;
}
