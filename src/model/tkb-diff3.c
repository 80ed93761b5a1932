/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-diff3.h"

#include <string.h>

/* cells of the tables of all longest common subsequences of one comparison: some 10 ms */
#define MAX_CELLS (1 << 23)
/* … and of one table, so that its numbers fit 16 bits */
#define MAX_TABLE_CELLS (1 << 20)
/* rounds of looking for elements that are unique between others that are */
#define MAX_DEPTH 12
#define NONE G_MAXUINT

/* ---- two sequences: which element of a is which of b ---- */

typedef struct
{
  const guint *a;
  const guint *b;
  guint       *match;   /* for each of a: its place in b, or NONE */
  guint       *count_a; /* for each value, in the range that is looked at */
  guint       *count_b;
  guint       *place_b;
  gint64       cells; /* that may still be filled */
} Matcher;

/* a[0 … n) and b[0 … m) have no value that is unique in both: the longest common subsequence, if
 * that is not too much work. */
static void
match_table (Matcher *self, guint a0, guint n, guint b0, guint m)
{
  gint64              cells = ((gint64) n + 1) * ((gint64) m + 1);
  g_autofree guint16 *table = NULL;
  gsize               width = (gsize) m + 1;
  guint               i = 0, j = 0;

  if (cells > MAX_TABLE_CELLS || cells > self->cells)
    return;
  self->cells -= cells;
  table = g_new0 (guint16, (gsize) cells);
  for (guint x = n; x-- > 0;)
    for (guint y = m; y-- > 0;)
      table[x * width + y] = self->a[a0 + x] == self->b[b0 + y]
                                 ? table[(x + 1) * width + y + 1] + 1
                                 : MAX (table[(x + 1) * width + y], table[x * width + y + 1]);
  while (i < n && j < m)
    if (self->a[a0 + i] == self->b[b0 + j])
      self->match[a0 + i++] = b0 + j++;
    else if (table[(i + 1) * width + j] >= table[i * width + j + 1])
      i++;
    else
      j++;
}

/* (element-type guint): the places in a of values that stand once in both ranges */
static GArray *
find_unique (Matcher *self, guint a0, guint a1, guint b0, guint b1)
{
  GArray *places = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint i = a0; i < a1; i++)
    self->count_a[self->a[i]] = self->count_b[self->a[i]] = 0;
  for (guint j = b0; j < b1; j++)
    self->count_a[self->b[j]] = self->count_b[self->b[j]] = 0;
  for (guint i = a0; i < a1; i++)
    self->count_a[self->a[i]]++;
  for (guint j = b0; j < b1; j++)
    {
      self->count_b[self->b[j]]++;
      self->place_b[self->b[j]] = j;
    }
  for (guint i = a0; i < a1; i++)
    if (self->count_a[self->a[i]] == 1 && self->count_b[self->a[i]] == 1)
      g_array_append_val (places, i);
  return places;
}

/* Of places in a the longest run whose places in b rise as well (patience sorting); out of order
 * are those that were moved. */
static GArray *
keep_rising (Matcher *self, GArray *places)
{
  guint             n = places->len, n_piles = 0;
  g_autofree guint *tops = g_new (guint, MAX (n, 1)); /* index into places of each pile's top */
  g_autofree guint *before = g_new (guint, MAX (n, 1));
  g_autoptr (GArray) rising = NULL;

  for (guint i = 0; i < n; i++)
    {
      guint place = self->place_b[self->a[g_array_index (places, guint, i)]];
      guint low = 0, high = n_piles;

      while (low < high)
        {
          guint middle = (low + high) / 2;
          guint top = g_array_index (places, guint, tops[middle]);

          if (self->place_b[self->a[top]] < place)
            low = middle + 1;
          else
            high = middle;
        }
      before[i] = low > 0 ? tops[low - 1] : NONE;
      tops[low] = i;
      n_piles = MAX (n_piles, low + 1);
    }
  rising = g_array_sized_new (FALSE, FALSE, sizeof (guint), n_piles);
  g_array_set_size (rising, n_piles);
  for (guint i = n_piles > 0 ? tops[n_piles - 1] : NONE, k = n_piles; i != NONE; i = before[i])
    g_array_index (rising, guint, --k) = g_array_index (places, guint, i);
  return g_steal_pointer (&rising);
}

static void
match_range (Matcher *self, guint a0, guint a1, guint b0, guint b1, guint depth)
{
  g_autoptr (GArray) places = NULL;
  g_autoptr (GArray) anchors = NULL;
  g_autofree guint *targets = NULL;

  for (; a0 < a1 && b0 < b1 && self->a[a0] == self->b[b0]; a0++, b0++)
    self->match[a0] = b0;
  for (; a0 < a1 && b0 < b1 && self->a[a1 - 1] == self->b[b1 - 1]; a1--, b1--)
    self->match[a1 - 1] = b1 - 1;
  if (a0 == a1 || b0 == b1)
    return;
  if (depth < MAX_DEPTH)
    {
      places = find_unique (self, a0, a1, b0, b1);
      anchors = keep_rising (self, places);
    }
  if (anchors == NULL || anchors->len == 0)
    {
      match_table (self, a0, a1 - a0, b0, b1 - b0);
      return;
    }
  /* the tables are filled anew further down */
  targets = g_new (guint, anchors->len);
  for (guint i = 0; i < anchors->len; i++)
    targets[i] = self->place_b[self->a[g_array_index (anchors, guint, i)]];
  for (guint i = 0; i <= anchors->len; i++)
    {
      gboolean is_end = i == anchors->len;
      guint    a = is_end ? a1 : g_array_index (anchors, guint, i);
      guint    b = is_end ? b1 : targets[i];

      match_range (self, a0, a, b0, b, depth + 1);
      if (!is_end)
        self->match[a] = b;
      a0 = a + 1;
      b0 = b + 1;
    }
}

/* A run of a (base) that became another run of b; either may be empty. */
typedef struct
{
  guint start;
  guint end;
  guint length; /* of what it became */
} Hunk;

static GArray *
compare (GArray *a, GArray *b, guint n_values)
{
  g_autofree guint *match = g_new (guint, MAX (a->len, 1));
  g_autofree guint *tables = g_new (guint, 3 * (gsize) MAX (n_values, 1));
  Matcher           matcher = { (const guint *) (gpointer) a->data,
                                (const guint *) (gpointer) b->data,
                                match,
                                tables,
                                tables + n_values,
                                tables + 2 * (gsize) n_values,
                                MAX_CELLS };
  GArray           *hunks = g_array_new (FALSE, FALSE, sizeof (Hunk));
  guint             i = 0, j = 0;

  for (guint k = 0; k < a->len; k++)
    match[k] = NONE;
  match_range (&matcher, 0, a->len, 0, b->len, 0);
  while (i < a->len || j < b->len)
    {
      Hunk  hunk = { i, i, 0 };
      guint target;

      while (hunk.end < a->len && match[hunk.end] == NONE)
        hunk.end++;
      target = hunk.end < a->len ? match[hunk.end] : b->len;
      hunk.length = target - j;
      if (hunk.end > hunk.start || hunk.length > 0)
        g_array_append_val (hunks, hunk);
      i = hunk.end;
      j = target;
      for (; i < a->len && match[i] == j; i++, j++)
        ;
    }
  return hunks;
}

/* ---- three sequences ---- */

/* The hunks of one side, and how far they are used up. */
typedef struct
{
  GArray *hunks;
  guint   next;
  gint64  shift; /* place in this side less the place in base, behind all hunks used */
} Changes;

static const Hunk *
peek (const Changes *self)
{
  return self->next < self->hunks->len ? &g_array_index (self->hunks, Hunk, self->next) : NULL;
}

/* Whether hunk belongs to the change of [start, end) of base that the other side made. */
static gboolean
meets (const Hunk *hunk, guint start, guint end, TkbDiff3Flags flags)
{
  if ((flags & TKB_DIFF3_TOUCHING) == 0)
    return hunk->start <= end;
  if (hunk->start == hunk->end)
    return (hunk->start > start && hunk->start < end) || (hunk->start == start && start == end);
  return hunk->start < end;
}

/* The side whose next hunk comes first; insertions before changes at the same place. */
static guint
choose_first (Changes changes[2])
{
  const Hunk *left = peek (&changes[0]), *right = peek (&changes[1]);

  if (left == NULL || right == NULL)
    return left == NULL ? 1 : 0;
  if (left->start != right->start)
    return left->start < right->start ? 0 : 1;
  return left->end <= right->end ? 0 : 1;
}

static gboolean
is_equal (GArray *const sides[], const TkbDiff3Chunk *chunk)
{
  guint length = chunk->length[TKB_DIFF3_LEFT];

  return length == chunk->length[TKB_DIFF3_RIGHT] &&
         (length == 0 ||
          memcmp (&g_array_index (sides[TKB_DIFF3_LEFT], guint, chunk->start[TKB_DIFF3_LEFT]),
                  &g_array_index (sides[TKB_DIFF3_RIGHT], guint, chunk->start[TKB_DIFF3_RIGHT]),
                  length * sizeof (guint)) == 0);
}

/* Takes the next hunk, and those of both sides that meet it, as one chunk. */
static TkbDiff3Chunk
take_chunk (GArray *const sides[], Changes changes[2], TkbDiff3Flags flags)
{
  TkbDiff3Chunk chunk = { 0 };
  gint64        shifts[2] = { changes[0].shift, changes[1].shift };
  gint64        grown[2] = { 0 };
  guint         first = choose_first (changes);
  guint         start = peek (&changes[first])->start, end = peek (&changes[first])->end;
  guint         used[2] = { 0 };
  gboolean      goes_on = TRUE;

  while (goes_on)
    {
      goes_on = FALSE;
      for (guint i = 0; i < 2; i++)
        for (const Hunk *hunk = peek (&changes[i]);
             hunk != NULL &&
             ((used[0] + used[1] == 0 && i == first) || meets (hunk, start, end, flags));
             hunk = peek (&changes[i]))
          {
            gint64 grows = (gint64) hunk->length - (hunk->end - hunk->start);

            end = MAX (end, hunk->end);
            grown[i] += grows;
            changes[i].shift += grows;
            changes[i].next++;
            used[i]++;
            goes_on = TRUE;
          }
    }
  chunk.start[TKB_DIFF3_BASE] = start;
  chunk.length[TKB_DIFF3_BASE] = end - start;
  for (guint i = 0; i < 2; i++)
    {
      chunk.start[TKB_DIFF3_LEFT + i] = (guint) (start + shifts[i]);
      chunk.length[TKB_DIFF3_LEFT + i] = (guint) (end - start + grown[i]);
    }
  if (used[1] == 0)
    chunk.kind = TKB_DIFF3_BY_LEFT;
  else if (used[0] == 0)
    chunk.kind = TKB_DIFF3_BY_RIGHT;
  else
    chunk.kind = is_equal (sides, &chunk) ? TKB_DIFF3_BY_BOTH : TKB_DIFF3_CONFLICT;
  return chunk;
}

static void
append_same (GArray *chunks, const Changes changes[2], guint start, guint end)
{
  TkbDiff3Chunk chunk = { TKB_DIFF3_SAME,
                          { start, (guint) (start + changes[0].shift),
                            (guint) (start + changes[1].shift) },
                          { end - start, end - start, end - start } };

  if (end > start)
    g_array_append_val (chunks, chunk);
}

/**
 * tkb_diff3:
 * @sides: (element-type guint): base, left, right; equal numbers are equal elements, and the
 *   numbers are small (places in a table)
 * @flags: what counts as one change
 *
 * Returns: (transfer full) (nullable) (element-type TkbDiff3Chunk): the chunks in order, which
 *   cover all three; %NULL where one is longer than %TKB_DIFF3_MAX_ELEMENTS
 */
GArray *
tkb_diff3 (GArray *const sides[TKB_DIFF3_N_SIDES], TkbDiff3Flags flags)
{
  g_autoptr (GArray) left = NULL;
  g_autoptr (GArray) right = NULL;
  GArray *chunks;
  Changes changes[2] = { { 0 } };
  guint   n_values = 0, at = 0;

  for (guint i = 0; i < TKB_DIFF3_N_SIDES; i++)
    {
      if (sides[i]->len > TKB_DIFF3_MAX_ELEMENTS)
        return NULL;
      for (guint k = 0; k < sides[i]->len; k++)
        n_values = MAX (n_values, g_array_index (sides[i], guint, k) + 1);
    }
  g_return_val_if_fail (n_values <= TKB_DIFF3_N_SIDES * TKB_DIFF3_MAX_ELEMENTS, NULL);
  left = compare (sides[TKB_DIFF3_BASE], sides[TKB_DIFF3_LEFT], n_values);
  right = compare (sides[TKB_DIFF3_BASE], sides[TKB_DIFF3_RIGHT], n_values);
  changes[0].hunks = left;
  changes[1].hunks = right;
  chunks = g_array_new (FALSE, FALSE, sizeof (TkbDiff3Chunk));
  while (peek (&changes[0]) != NULL || peek (&changes[1]) != NULL)
    {
      Changes       before[2] = { changes[0], changes[1] };
      TkbDiff3Chunk chunk = take_chunk (sides, changes, flags);

      append_same (chunks, before, at, chunk.start[TKB_DIFF3_BASE]);
      g_array_append_val (chunks, chunk);
      at = chunk.start[TKB_DIFF3_BASE] + chunk.length[TKB_DIFF3_BASE];
    }
  append_same (chunks, changes, at, sides[TKB_DIFF3_BASE]->len);
  return chunks;
}

static void
add_counts (guint *counts, GArray *side, guint start, guint length)
{
  for (guint k = 0; k < length; k++)
    counts[g_array_index (side, guint, start + k)]++;
}

/**
 * tkb_diff3_repeats:
 * @sides: what @chunks were made of
 * @chunks: (element-type TkbDiff3Chunk): of tkb_diff3 ()
 *
 * Returns: whether an element would stand there more often than in either side
 */
gboolean
tkb_diff3_repeats (GArray *const sides[TKB_DIFF3_N_SIDES], GArray *chunks)
{
  g_autofree guint *counts = NULL;
  guint             n = 0;

  for (guint i = 0; i < TKB_DIFF3_N_SIDES; i++)
    for (guint k = 0; k < sides[i]->len; k++)
      n = MAX (n, g_array_index (sides[i], guint, k) + 1);
  counts = g_new0 (guint, 3 * (gsize) MAX (n, 1));
  add_counts (counts + n, sides[TKB_DIFF3_LEFT], 0, sides[TKB_DIFF3_LEFT]->len);
  add_counts (counts + 2 * (gsize) n, sides[TKB_DIFF3_RIGHT], 0, sides[TKB_DIFF3_RIGHT]->len);
  for (guint i = 0; i < chunks->len; i++)
    {
      const TkbDiff3Chunk *chunk = &g_array_index (chunks, TkbDiff3Chunk, i);
      guint side = chunk->kind == TKB_DIFF3_BY_RIGHT ? TKB_DIFF3_RIGHT : TKB_DIFF3_LEFT;

      if (chunk->kind != TKB_DIFF3_CONFLICT)
        add_counts (counts, sides[side], chunk->start[side], chunk->length[side]);
    }
  for (guint value = 0; value < n; value++)
    if (counts[value] > MAX (counts[n + value], counts[2 * (gsize) n + value]))
      return TRUE;
  return FALSE;
}
