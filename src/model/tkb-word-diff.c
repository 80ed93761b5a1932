/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-word-diff.h"

#include <string.h>

#include "tkb-diff3.h"

typedef struct
{
  GArray *numbers; /* (owned) (element-type guint): equal words have equal numbers */
  GArray *starts;  /* (owned) (element-type guint): bytes; one more than there are words */
} Words;

static void
words_clear (Words *self)
{
  g_clear_pointer (&self->numbers, g_array_unref);
  g_clear_pointer (&self->starts, g_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Words, words_clear)

/* Letters and digits of scripts with spaces. */
static gboolean
is_joined (gunichar c)
{
  switch (g_unichar_get_script (c))
    {
    case G_UNICODE_SCRIPT_HAN:
    case G_UNICODE_SCRIPT_HIRAGANA:
    case G_UNICODE_SCRIPT_KATAKANA:
    case G_UNICODE_SCRIPT_THAI:
    case G_UNICODE_SCRIPT_LAO:
    case G_UNICODE_SCRIPT_KHMER:
    case G_UNICODE_SCRIPT_MYANMAR:
      return FALSE;
    default:
      return g_unichar_isalnum (c) || g_unichar_ismark (c);
    }
}

static void
append (GArray *array, guint value)
{
  g_array_append_val (array, value);
}

/* table: word -> number from 1 on */
static Words
split (const char *text, GHashTable *table)
{
  Words       words = { g_array_new (FALSE, FALSE, sizeof (guint)),
                        g_array_new (FALSE, FALSE, sizeof (guint)) };
  const char *end;

  for (const char *p = text; *p != '\0'; p = end)
    {
      gboolean    joined = is_joined (g_utf8_get_char (p));
      const char *known;
      gpointer    number;
      char       *word;

      end = g_utf8_next_char (p);
      while (joined && *end != '\0' && is_joined (g_utf8_get_char (end)))
        end = g_utf8_next_char (end);
      word = g_strndup (p, end - p);
      if (g_hash_table_lookup_extended (table, word, (gpointer *) &known, &number))
        g_free (word);
      else
        {
          number = GUINT_TO_POINTER (g_hash_table_size (table) + 1);
          g_hash_table_insert (table, word, number);
        }
      append (words.numbers, GPOINTER_TO_UINT (number));
      append (words.starts, p - text);
    }
  append (words.starts, strlen (text));
  return words;
}

/* A blank between two changed words has changed with them. */
static void
add_range (GArray *ranges, const char *text, const Words *words, guint first, guint n)
{
  TkbWordRange  range = { g_array_index (words->starts, guint, first),
                          g_array_index (words->starts, guint, first + n) };
  TkbWordRange *last =
      ranges->len > 0 ? &g_array_index (ranges, TkbWordRange, ranges->len - 1) : NULL;

  if (n == 0)
    return;
  if (last != NULL &&
      (last->end == range.start || (last->end + 1 == range.start && text[last->end] == ' ')))
    last->end = range.end;
  else
    g_array_append_val (ranges, range);
}

void
tkb_word_diff (const char *a, const char *b, GArray **out_a, GArray **out_b)
{
  g_autoptr (GHashTable) table = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_auto (Words) words_a = split (a, table);
  g_auto (Words) words_b = split (b, table);
  GArray *const sides[TKB_DIFF3_N_SIDES] = { words_a.numbers, words_a.numbers, words_b.numbers };
  g_autoptr (GArray) chunks = tkb_diff3 (sides, TKB_DIFF3_STRICT);

  *out_a = g_array_new (FALSE, FALSE, sizeof (TkbWordRange));
  *out_b = g_array_new (FALSE, FALSE, sizeof (TkbWordRange));
  if (chunks == NULL) /* too long: all of it */
    {
      add_range (*out_a, a, &words_a, 0, words_a.numbers->len);
      add_range (*out_b, b, &words_b, 0, words_b.numbers->len);
    }
  for (guint i = 0; chunks != NULL && i < chunks->len; i++)
    {
      const TkbDiff3Chunk *chunk = &g_array_index (chunks, TkbDiff3Chunk, i);

      if (chunk->kind == TKB_DIFF3_SAME)
        continue;
      add_range (*out_a, a, &words_a, chunk->start[TKB_DIFF3_BASE], chunk->length[TKB_DIFF3_BASE]);
      add_range (*out_b, b, &words_b, chunk->start[TKB_DIFF3_RIGHT],
                 chunk->length[TKB_DIFF3_RIGHT]);
    }
}
