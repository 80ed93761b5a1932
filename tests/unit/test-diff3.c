/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Text brought together by paragraph and line: a table of cases, each both ways round, and random
 * edits held against what must always be true. */

#include "config.h"

#include "tkb-diff3.h"
#include "tkb-random.h"

#include <string.h>

typedef struct
{
  const char *name;
  const char *base;
  const char *left;
  const char *right;
  const char *merged; /* (nullable): conflict */
} Case;

static const Case cases[] = {
  { "nothing", "a", "a", "a", "a" },
  { "one side", "a", "b", "a", "b" },
  { "the same", "a", "b", "b", "b" },
  { "both", "a", "b", "c", NULL },
  { "paragraphs", "a\n\nb\n\nc", "A\n\nb\n\nc", "a\n\nb\n\nC", "A\n\nb\n\nC" },
  { "neighbouring paragraphs", "a\n\nb", "A\n\nb", "a\n\nB", "A\n\nB" },
  { "changed and appended", "a\n\nb", "a\n\nB", "a\n\nb\n\nc", "a\n\nB\n\nc" },
  { "appended with a line end", "a\n\nb\n", "a\n\nB\n", "a\n\nb\n\nc\n", "a\n\nB\n\nc\n" },
  { "begun and appended", "b", "a\n\nb", "b\n\nc", "a\n\nb\n\nc" },
  { "both appended", "a", "a\n\nb", "a\n\nc", NULL },
  { "both appended the same", "a", "a\n\nb", "a\n\nb", "a\n\nb" },
  { "removed and changed", "a\n\nb\n\nc", "a\n\nc", "a\n\nB\n\nc", NULL },
  { "removed and changed elsewhere", "a\n\nb\n\nc", "a\n\nc", "a\n\nb\n\nC", "a\n\nC" },
  { "both removed", "a\n\nb\n\nc\n\nd", "a\n\nc\n\nd", "a\n\nc\n\nD", "a\n\nc\n\nD" },
  { "lines of one paragraph", "a\nb\nc\nd", "A\nb\nc\nd", "a\nb\nc\nD", "A\nb\nc\nD" },
  { "neighbouring lines", "a\nb\nc\nd", "a\nB\nc\nd", "a\nb\nC\nd", NULL },
  { "list items apart", "- a\n- b\n- c", "- a\n- b\n- c\n- d", "- A\n- b\n- c",
    "- A\n- b\n- c\n- d" },
  { "two paragraphs by both", "a\nb\nc\n\nd\ne\nf", "A\nb\nc\n\nD\ne\nf", "a\nb\nC\n\nd\ne\nF",
    "A\nb\nC\n\nD\ne\nF" },
  { "blank lines by one", "a\n\nb\n\nc", "a\n\n\n\nb\n\nc", "a\n\nb\n\nC", "a\n\n\n\nb\n\nC" },
  { "moved by one", "a\n\nb\n\nc\n\nd", "b\n\nc\n\na\n\nd", "a\n\nb\n\nc\n\nD",
    "b\n\nc\n\na\n\nD" },
  { "moved by both", "a\n\nb\n\nc\n\nd", "b\n\na\n\nc\n\nd", "b\n\nc\n\nd\n\na", NULL },
  { "moved and changed", "a\n\nb\n\nc", "b\n\nc\n\na", "A\n\nb\n\nc", NULL },
  { "line ends of Windows", "a\r\n\r\nb", "A\r\n\r\nb", "a\n\nB", "A\n\nB" },
  { "all removed", "a\n\nb", "", "a\n\nb", "" },
  { "all removed and changed", "a\n\nb", "", "A\n\nb", NULL },
  { "empty at first", "", "a", "b", NULL },
  { "leading blank lines", "\n\na\n\nb", "\n\nA\n\nb", "a\n\nb", "A\n\nb" },
  { "Chinese", "专利\n\n检索", "专利分析\n\n检索", "专利\n\n检索报告", "专利分析\n\n检索报告" },
  { "a fence with blank lines", "```\na\n\n\nb\n```\n\nend", "```\nA\n\n\nb\n```\n\nend",
    "```\na\n\n\nb\n```\n\nEND", "```\nA\n\n\nb\n```\n\nEND" },
};

static void
test_text (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const Case      *c = &cases[i];
      g_autofree char *merged = tkb_diff3_merge_text (c->base, c->left, c->right);
      g_autofree char *swapped = tkb_diff3_merge_text (c->base, c->right, c->left);

      g_test_message ("%s", c->name);
      g_assert_cmpstr (merged, ==, c->merged);
      g_assert_cmpstr (swapped, ==, c->merged);
    }
}

/* ---- random edits ---- */

#define MAX_PARAGRAPHS 12

/* Every paragraph is a word of its own, so that what is lost or doubled is seen. */
static char *
edit (TkbRandom *random, const char *text, const char *mark, guint *counter)
{
  g_auto (GStrv) parts = g_strsplit (text, "\n\n", -1);
  g_autoptr (GPtrArray) out = g_ptr_array_new_with_free_func (g_free);
  guint n_edits = 1 + tkb_random_below (random, 3);

  for (guint i = 0; parts[i] != NULL; i++)
    if (*parts[i] != '\0')
      g_ptr_array_add (out, g_strdup (parts[i]));
  for (guint i = 0; i < n_edits; i++)
    {
      guint at = tkb_random_below (random, out->len + 1);
      char *word = g_strdup_printf ("%s%u", mark, (*counter)++);

      if (at < out->len && tkb_random_below (random, 2) == 0)
        {
          g_free (out->pdata[at]);
          out->pdata[at] = word;
        }
      else if (at < out->len && tkb_random_below (random, 3) == 0)
        {
          g_ptr_array_remove_index (out, at);
          g_free (word);
        }
      else
        g_ptr_array_insert (out, (gint) at, word);
    }
  g_ptr_array_add (out, NULL);
  return g_strjoinv ("\n\n", (char **) out->pdata);
}

static guint
count_word (const char *text, const char *word)
{
  g_auto (GStrv) parts = g_strsplit (text, "\n\n", -1);
  guint n = 0;

  for (guint i = 0; parts[i] != NULL; i++)
    n += strcmp (parts[i], word) == 0;
  return n;
}

/* A word that both have stays; one that a side alone wrote is there once; one that was in the base
 * and one side took out is gone. */
static void
check_words (const char *base, const char *left, const char *right, const char *merged)
{
  g_autofree char *all = g_strjoin ("\n\n", base, left, right, merged, NULL);
  g_auto (GStrv) words = g_strsplit (all, "\n\n", -1);

  for (guint i = 0; words[i] != NULL; i++)
    {
      guint in_base = count_word (base, words[i]);
      guint in_left = count_word (left, words[i]);
      guint in_right = count_word (right, words[i]);

      if (*words[i] != '\0')
        g_assert_cmpuint (count_word (merged, words[i]), ==,
                          in_base > 0 ? in_left & in_right : in_left | in_right);
    }
}

static void
test_random (void)
{
  g_autoptr (TkbRandom) random = tkb_random_new_seeded (20261122);
  guint n_merged = 0;

  for (guint round = 0; round < 4000; round++)
    {
      guint n = tkb_random_below (random, MAX_PARAGRAPHS);
      guint counter = 0;
      g_autoptr (GString) base = g_string_new (NULL);
      g_autofree char *left = NULL, *right = NULL, *merged = NULL, *swapped = NULL;

      for (guint i = 0; i < n; i++)
        g_string_append_printf (base, "%sb%u", i > 0 ? "\n\n" : "", i);
      left = edit (random, base->str, "l", &counter);
      right = edit (random, base->str, "r", &counter);
      merged = tkb_diff3_merge_text (base->str, left, right);
      swapped = tkb_diff3_merge_text (base->str, right, left);
      g_assert_cmpstr (merged, ==, swapped);
      if (merged == NULL)
        continue;
      n_merged++;
      check_words (base->str, left, right, merged);
    }
  g_test_message ("%u of 4000 merged", n_merged);
  g_assert_cmpuint (n_merged, >, 1000);
}

/* Numbers over a small alphabet: every chunk is what it says, and together they cover all. */
static GArray *
make_sequence (TkbRandom *random, guint max)
{
  GArray *sequence = g_array_new (FALSE, FALSE, sizeof (guint));
  guint   n = tkb_random_below (random, max);

  for (guint i = 0; i < n; i++)
    {
      guint value = tkb_random_below (random, 4);

      g_array_append_val (sequence, value);
    }
  return sequence;
}

static gboolean
is_equal (GArray *const sides[], const TkbDiff3Chunk *chunk, guint a, guint b)
{
  return chunk->length[a] == chunk->length[b] &&
         (chunk->length[a] == 0 || memcmp (&g_array_index (sides[a], guint, chunk->start[a]),
                                           &g_array_index (sides[b], guint, chunk->start[b]),
                                           chunk->length[a] * sizeof (guint)) == 0);
}

static void
check_chunks (GArray *const sides[], GArray *chunks)
{
  guint at[TKB_DIFF3_N_SIDES] = { 0 };

  for (guint i = 0; i < chunks->len; i++)
    {
      const TkbDiff3Chunk *chunk = &g_array_index (chunks, TkbDiff3Chunk, i);

      for (guint k = 0; k < TKB_DIFF3_N_SIDES; k++)
        {
          g_assert_cmpuint (chunk->start[k], ==, at[k]);
          at[k] += chunk->length[k];
          g_assert_cmpuint (at[k], <=, sides[k]->len);
        }
      if (chunk->kind == TKB_DIFF3_SAME || chunk->kind == TKB_DIFF3_BY_LEFT)
        g_assert_true (is_equal (sides, chunk, TKB_DIFF3_BASE, TKB_DIFF3_RIGHT));
      if (chunk->kind == TKB_DIFF3_SAME || chunk->kind == TKB_DIFF3_BY_RIGHT)
        g_assert_true (is_equal (sides, chunk, TKB_DIFF3_BASE, TKB_DIFF3_LEFT));
      if (chunk->kind == TKB_DIFF3_BY_BOTH)
        g_assert_true (is_equal (sides, chunk, TKB_DIFF3_LEFT, TKB_DIFF3_RIGHT));
    }
  for (guint k = 0; k < TKB_DIFF3_N_SIDES; k++)
    g_assert_cmpuint (at[k], ==, sides[k]->len);
}

static void
test_sequences (void)
{
  g_autoptr (TkbRandom) random = tkb_random_new_seeded (7);

  for (guint round = 0; round < 6000; round++)
    {
      TkbDiff3Flags flags = round % 2 == 0 ? TKB_DIFF3_STRICT : TKB_DIFF3_TOUCHING;
      g_autoptr (GArray) base = make_sequence (random, 12);
      g_autoptr (GArray) left = make_sequence (random, 12);
      g_autoptr (GArray) right = make_sequence (random, 12);
      GArray *const sides[] = { base, left, right };
      GArray *const swapped[] = { base, right, left };
      g_autoptr (GArray) chunks = tkb_diff3 (sides, flags);
      g_autoptr (GArray) mirror = tkb_diff3 (swapped, flags);

      check_chunks (sides, chunks);
      check_chunks (swapped, mirror);
      g_assert_cmpuint (chunks->len, >=, base->len + left->len + right->len > 0 ? 1 : 0);
    }
}

/* ---- texts that are made to hurt ---- */

static char *
make_long (guint n, guint period, guint step)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "%u\n\n", (i * step) % period);
  return g_string_free (text, FALSE);
}

static void
test_hostile (void)
{
  g_autofree char *base = make_long (60000, 7, 3);
  g_autofree char *left = make_long (60000, 11, 5);
  g_autofree char *right = make_long (60000, 13, 7);
  g_autofree char *too_long = make_long (TKB_DIFF3_MAX_ELEMENTS + 1, 10, 1);
  g_autofree char *longer = g_strconcat (too_long, "x", NULL);
  g_autofree char *merged = NULL, *other = NULL;
  gint64           start = g_get_monotonic_time ();

  merged = tkb_diff3_merge_text (base, left, right);
  g_assert_null (merged);
  other = tkb_diff3_merge_text (too_long, longer, base);
  g_assert_null (other);
  g_test_message ("%d ms", (int) ((g_get_monotonic_time () - start) / 1000));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/diff3/text", test_text);
  g_test_add_func ("/diff3/random", test_random);
  g_test_add_func ("/diff3/sequences", test_sequences);
  g_test_add_func ("/diff3/hostile", test_hostile);
  return g_test_run ();
}
