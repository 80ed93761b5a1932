/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Text by paragraph, and within a paragraph that both sides changed by line. A paragraph is a run
 * of lines that are not blank; the blank lines behind it are merged apart from it, so that a new
 * paragraph at the end does not change the one before. */
#include "config.h"

#include "tkb-diff3.h"

#include <string.h>

#define DEFAULT_GAP "\n\n"

typedef struct
{
  const char *text;
  gsize       length; /* without the line end of its last line */
  gsize       gap;    /* bytes behind it up to the next block: line end and blank lines */
} Block;

/* One side as blocks or lines, and their numbers for tkb_diff3 (). */
typedef struct
{
  GArray *blocks;  /* (owned) (element-type Block) */
  GArray *numbers; /* (owned) (element-type guint) */
} Side;

static void
sides_clear (Side sides[])
{
  for (guint i = 0; i < TKB_DIFF3_N_SIDES; i++)
    {
      g_clear_pointer (&sides[i].blocks, g_array_unref);
      g_clear_pointer (&sides[i].numbers, g_array_unref);
    }
}

/* ---- taking apart ---- */

static gsize
get_line_length (const char *text, gsize left)
{
  const char *end = memchr (text, '\n', left);

  return end != NULL ? (gsize) (end - text) : left;
}

static gboolean
is_blank (const char *line, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (line[i] != ' ' && line[i] != '\t' && line[i] != '\r')
      return FALSE;
  return TRUE;
}

static GArray *
split_blocks (const char *text, gsize size)
{
  GArray *blocks = g_array_new (FALSE, FALSE, sizeof (Block));
  gsize   at = 0;

  while (at < size)
    {
      Block block = { text + at, 0, 0 };

      while (at < size)
        {
          gsize length = get_line_length (text + at, size - at);

          if (is_blank (text + at, length))
            break;
          block.length = (gsize) (text + at + length - block.text);
          at = MIN (size, at + length + 1);
        }
      while (at < size)
        {
          gsize length = get_line_length (text + at, size - at);

          if (!is_blank (text + at, length))
            break;
          at = MIN (size, at + length + 1);
        }
      block.gap = (gsize) (text + at - block.text) - block.length;
      g_array_append_val (blocks, block);
    }
  return blocks;
}

/* Every line, the last one too where it is empty: joined by line ends they are the text again. */
static GArray *
split_lines (const char *text, gsize size)
{
  GArray *lines = g_array_new (FALSE, FALSE, sizeof (Block));

  for (gsize at = 0;; at++)
    {
      Block line = { text + at, get_line_length (text + at, size - at), 0 };

      at += line.length;
      g_array_append_val (lines, line);
      if (at == size)
        return lines;
    }
}

/* Numbers the blocks of all sides, equal ones alike. */
static void
number (Side sides[])
{
  g_autoptr (GHashTable) known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < TKB_DIFF3_N_SIDES; i++)
    {
      sides[i].numbers = g_array_sized_new (FALSE, FALSE, sizeof (guint), sides[i].blocks->len);
      for (guint k = 0; k < sides[i].blocks->len; k++)
        {
          const Block *block = &g_array_index (sides[i].blocks, Block, k);
          char        *text = g_strndup (block->text, block->length);
          gpointer     found;
          guint        value = g_hash_table_size (known);

          if (g_hash_table_lookup_extended (known, text, NULL, &found))
            {
              value = GPOINTER_TO_UINT (found);
              g_free (text);
            }
          else
            g_hash_table_insert (known, text, GUINT_TO_POINTER (value));
          g_array_append_val (sides[i].numbers, value);
        }
    }
}

/* (nullable): too long, or a paragraph that both moved would stand there twice */
static GArray *
compare (Side sides[], TkbDiff3Flags flags)
{
  GArray *numbers[TKB_DIFF3_N_SIDES];
  g_autoptr (GArray) chunks = NULL;

  for (guint i = 0; i < TKB_DIFF3_N_SIDES; i++)
    if (sides[i].blocks->len > TKB_DIFF3_MAX_ELEMENTS)
      return NULL;
  number (sides);
  for (guint i = 0; i < TKB_DIFF3_N_SIDES; i++)
    numbers[i] = sides[i].numbers;
  chunks = tkb_diff3 (numbers, flags);
  if (chunks != NULL && (flags & TKB_DIFF3_TOUCHING) != 0 && tkb_diff3_repeats (numbers, chunks))
    return NULL;
  return g_steal_pointer (&chunks);
}

static gboolean
is_same (const Block *a, const Block *b)
{
  return a->length == b->length && memcmp (a->text, b->text, a->length) == 0;
}

/* ---- lines of one stretch ---- */

/* What all of [start, start + length) is, gaps between its blocks included. */
static Block
join (Side *side, guint start, guint length)
{
  Block        whole = { "", 0, 0 };
  const Block *first, *last;

  if (length == 0)
    return whole;
  first = &g_array_index (side->blocks, Block, start);
  last = &g_array_index (side->blocks, Block, start + length - 1);
  whole.text = first->text;
  whole.length = (gsize) (last->text - first->text) + last->length;
  return whole;
}

/* (nullable) (transfer full) */
static char *
merge_lines (const Block *base, const Block *left, const Block *right)
{
  const Block *const parts[TKB_DIFF3_N_SIDES] = { base, left, right };
  Side               sides[TKB_DIFF3_N_SIDES] = { { 0 } };
  g_autoptr (GArray) chunks = NULL;
  g_autoptr (GString) out = g_string_new (NULL);
  gboolean is_first = TRUE;

  if (is_same (left, right) || is_same (base, right))
    return g_strndup (left->text, left->length);
  if (is_same (base, left))
    return g_strndup (right->text, right->length);
  for (guint i = 0; i < TKB_DIFF3_N_SIDES; i++)
    sides[i].blocks = split_lines (parts[i]->text, parts[i]->length);
  chunks = compare (sides, TKB_DIFF3_STRICT);
  for (guint i = 0; chunks != NULL && i < chunks->len; i++)
    {
      const TkbDiff3Chunk *chunk = &g_array_index (chunks, TkbDiff3Chunk, i);
      guint side = chunk->kind == TKB_DIFF3_BY_RIGHT ? TKB_DIFF3_RIGHT : TKB_DIFF3_LEFT;

      if (chunk->kind == TKB_DIFF3_CONFLICT)
        {
          g_clear_pointer (&chunks, g_array_unref);
          break;
        }
      for (guint k = 0; k < chunk->length[side]; k++)
        {
          const Block *line = &g_array_index (sides[side].blocks, Block, chunk->start[side] + k);

          if (!is_first)
            g_string_append_c (out, '\n');
          g_string_append_len (out, line->text, (gssize) line->length);
          is_first = FALSE;
        }
    }
  sides_clear (sides);
  return chunks != NULL ? g_string_free (g_steal_pointer (&out), FALSE) : NULL;
}

/* ---- putting together ---- */

/* What is written, with the gap of the block before waiting until it is known that another
 * follows. */
typedef struct
{
  Side    *sides;
  GString *out; /* (owned) */
  char    *gap; /* (owned) (nullable): to be written before the next block */
} Writer;

/* (nullable): what stands behind a block between it and the next one; NULL: it is the last */
static char *
dup_gap (Side *side, guint index)
{
  const Block *block = &g_array_index (side->blocks, Block, index);

  return index + 1 < side->blocks->len ? g_strndup (block->text + block->length, block->gap) : NULL;
}

static int
compare_gaps (const char *a, const char *b)
{
  gsize length_a = strlen (a), length_b = strlen (b);

  return length_a != length_b ? (length_a < length_b ? -1 : 1) : strcmp (a, b);
}

/* The gap that one side changed; where that does not decide, the longest. (transfer full) */
static char *
choose_gap (char *gaps[])
{
  const char *base = gaps[TKB_DIFF3_BASE], *left = gaps[TKB_DIFF3_LEFT];
  const char *right = gaps[TKB_DIFF3_RIGHT], *best = NULL;

  if (base != NULL && left != NULL && right != NULL)
    {
      if (strcmp (base, left) == 0)
        return g_strdup (right);
      if (strcmp (base, right) == 0)
        return g_strdup (left);
    }
  for (guint i = 0; i < TKB_DIFF3_N_SIDES; i++)
    if (gaps[i] != NULL && (best == NULL || compare_gaps (gaps[i], best) > 0))
      best = gaps[i];
  return g_strdup (best != NULL ? best : DEFAULT_GAP);
}

/* places: which block of each side it comes from, NONE (-1) where none */
static void
write_block (Writer *self, const char *text, gsize length, const gint64 places[])
{
  char *gaps[TKB_DIFF3_N_SIDES] = { NULL };

  if (self->gap != NULL)
    g_string_append (self->out, self->gap);
  g_free (self->gap);
  g_string_append_len (self->out, text, (gssize) length);
  for (guint i = 0; i < TKB_DIFF3_N_SIDES; i++)
    if (places[i] >= 0)
      gaps[i] = dup_gap (&self->sides[i], (guint) places[i]);
  self->gap = choose_gap (gaps);
  for (guint i = 0; i < TKB_DIFF3_N_SIDES; i++)
    g_free (gaps[i]);
}

/* A stretch that is taken from one side. */
static void
write_chunk (Writer *self, const TkbDiff3Chunk *chunk)
{
  guint side = chunk->kind == TKB_DIFF3_BY_RIGHT ? TKB_DIFF3_RIGHT : TKB_DIFF3_LEFT;

  for (guint k = 0; k < chunk->length[side]; k++)
    {
      const Block *block = &g_array_index (self->sides[side].blocks, Block, chunk->start[side] + k);
      gint64       places[TKB_DIFF3_N_SIDES] = { -1, -1, -1 };

      places[side] = (gint64) chunk->start[side] + k;
      if (chunk->kind == TKB_DIFF3_SAME)
        places[TKB_DIFF3_BASE] = (gint64) chunk->start[TKB_DIFF3_BASE] + k;
      if (chunk->kind == TKB_DIFF3_SAME || chunk->kind == TKB_DIFF3_BY_BOTH)
        places[TKB_DIFF3_RIGHT] = (gint64) chunk->start[TKB_DIFF3_RIGHT] + k;
      write_block (self, block->text, block->length, places);
    }
}

/* [offset, offset + length of each) of a chunk that both changed, by line */
static gboolean
write_by_line (Writer *self, const guint starts[], const guint lengths[])
{
  Block            parts[TKB_DIFF3_N_SIDES];
  gint64           places[TKB_DIFF3_N_SIDES];
  g_autofree char *text = NULL;

  for (guint i = 0; i < TKB_DIFF3_N_SIDES; i++)
    {
      parts[i] = join (&self->sides[i], starts[i], lengths[i]);
      places[i] = lengths[i] > 0 ? (gint64) starts[i] + lengths[i] - 1 : -1;
    }
  text = merge_lines (&parts[TKB_DIFF3_BASE], &parts[TKB_DIFF3_LEFT], &parts[TKB_DIFF3_RIGHT]);
  if (text == NULL)
    return FALSE;
  if (*text != '\0')
    write_block (self, text, strlen (text), places);
  return TRUE;
}

static gboolean
write_conflict (Writer *self, const TkbDiff3Chunk *chunk)
{
  const guint one[TKB_DIFF3_N_SIDES] = { 1, 1, 1 };
  guint       n = chunk->length[TKB_DIFF3_BASE];

  if (n == 0 || chunk->length[TKB_DIFF3_LEFT] == 0 || chunk->length[TKB_DIFF3_RIGHT] == 0)
    return FALSE;
  if (chunk->length[TKB_DIFF3_LEFT] != n || chunk->length[TKB_DIFF3_RIGHT] != n)
    return write_by_line (self, chunk->start, chunk->length);
  for (guint k = 0; k < n; k++)
    {
      guint starts[TKB_DIFF3_N_SIDES];

      for (guint i = 0; i < TKB_DIFF3_N_SIDES; i++)
        starts[i] = chunk->start[i] + k;
      if (!write_by_line (self, starts, one))
        return FALSE;
    }
  return TRUE;
}

/* What stands behind the last block of the whole text. */
static void
write_end (Writer *self)
{
  char            *ends[TKB_DIFF3_N_SIDES] = { NULL };
  g_autofree char *end = NULL;

  for (guint i = 0; i < TKB_DIFF3_N_SIDES; i++)
    {
      GArray      *blocks = self->sides[i].blocks;
      const Block *last = blocks->len > 0 ? &g_array_index (blocks, Block, blocks->len - 1) : NULL;

      ends[i] = last != NULL ? g_strndup (last->text + last->length, last->gap) : g_strdup ("");
    }
  end = choose_gap (ends);
  if (self->gap != NULL)
    g_string_append (self->out, end);
  for (guint i = 0; i < TKB_DIFF3_N_SIDES; i++)
    g_free (ends[i]);
}

/* (nullable) (transfer full) */
static char *
merge_blocks (Side sides[])
{
  g_autoptr (GArray) chunks = compare (sides, TKB_DIFF3_TOUCHING);
  g_autoptr (GString) out = g_string_new (NULL);
  Writer   writer = { sides, out, NULL };
  gboolean is_merged = chunks != NULL;

  for (guint i = 0; is_merged && i < chunks->len; i++)
    {
      const TkbDiff3Chunk *chunk = &g_array_index (chunks, TkbDiff3Chunk, i);

      if (chunk->kind == TKB_DIFF3_CONFLICT)
        is_merged = write_conflict (&writer, chunk);
      else
        write_chunk (&writer, chunk);
    }
  if (is_merged)
    write_end (&writer);
  g_free (writer.gap);
  return is_merged ? g_string_free (g_steal_pointer (&out), FALSE) : NULL;
}

static char *
without_returns (const char *text)
{
  GString *out = g_string_sized_new (strlen (text));

  for (const char *at = text; *at != '\0'; at++)
    if (at[0] != '\r' || at[1] != '\n')
      g_string_append_c (out, *at);
  return g_string_free (out, FALSE);
}

/**
 * tkb_diff3_merge_text:
 * @base: what both come from
 * @left: one side
 * @right: the other
 *
 * Paragraphs that one side changed, added or removed are taken from it; a paragraph that both
 * changed is merged by line; blank lines follow whoever changed them.
 *
 * Returns: (transfer full) (nullable): the text with the changes of both; %NULL where they meet
 */
char *
tkb_diff3_merge_text (const char *base, const char *left, const char *right)
{
  const char *const texts[TKB_DIFF3_N_SIDES] = { base, left, right };
  char             *plain[TKB_DIFF3_N_SIDES] = { NULL };
  Side              sides[TKB_DIFF3_N_SIDES] = { { 0 } };
  char             *merged;

  if (strcmp (left, right) == 0 || strcmp (base, right) == 0)
    return g_strdup (left);
  if (strcmp (base, left) == 0)
    return g_strdup (right);
  for (guint i = 0; i < TKB_DIFF3_N_SIDES; i++)
    {
      plain[i] = without_returns (texts[i]);
      sides[i].blocks = split_blocks (plain[i], strlen (plain[i]));
    }
  merged = merge_blocks (sides);
  sides_clear (sides);
  for (guint i = 0; i < TKB_DIFF3_N_SIDES; i++)
    g_free (plain[i]);
  return merged;
}
