/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Two descendants of one sequence brought together (diff3), and the same for text by paragraph and
 * line. What comes out depends on the three inputs alone, and swapping left and right changes
 * nothing but the names of the sides. The work is bounded whatever the input: a text that is too
 * long or too tangled comes out coarser, or as a conflict, never slowly. Pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* elements of one sequence; a text of 8 MB has fewer paragraphs unless it is made to have more */
#define TKB_DIFF3_MAX_ELEMENTS 200000

typedef enum
{
  TKB_DIFF3_BASE,
  TKB_DIFF3_LEFT,
  TKB_DIFF3_RIGHT,
  TKB_DIFF3_N_SIDES
} TkbDiff3Side;

typedef enum
{
  TKB_DIFF3_SAME,     /* the same in all three */
  TKB_DIFF3_BY_LEFT,  /* only left changed it: left's stays */
  TKB_DIFF3_BY_RIGHT, /* only right changed it: right's stays */
  TKB_DIFF3_BY_BOTH,  /* both made the same change */
  TKB_DIFF3_CONFLICT, /* both changed it, each in its own way */
} TkbDiff3Kind;

typedef enum
{
  TKB_DIFF3_STRICT = 0,
  /* changes that only touch are two changes, not one: right where each element is a whole of its
   * own (paragraphs, items), wrong for lines, which depend on their neighbours */
  TKB_DIFF3_TOUCHING = 1 << 0,
} TkbDiff3Flags;

typedef struct
{
  TkbDiff3Kind kind;
  guint        start[TKB_DIFF3_N_SIDES];
  guint        length[TKB_DIFF3_N_SIDES];
} TkbDiff3Chunk;

/* sides: three arrays (element-type guint); equal numbers are equal elements. (nullable) (transfer
 * full) (element-type TkbDiff3Chunk): in order, all of each side covered; NULL: too long */
GArray *tkb_diff3 (GArray *const sides[TKB_DIFF3_N_SIDES], TkbDiff3Flags flags);
/* Whether what chunks would keep (all but conflicts) has an element more often than either side:
 * both moved it, each to another place, or both put it in. */
gboolean tkb_diff3_repeats (GArray *const sides[TKB_DIFF3_N_SIDES], GArray *chunks);
/* (nullable) (transfer full): the text with both sides' changes; NULL: they meet in one paragraph
 * and there in the same or neighbouring lines, or it is too long. Where any of the three has CRLF,
 * all are read, and the result is written, with LF. */
char *tkb_diff3_merge_text (const char *base, const char *left, const char *right);

G_END_DECLS
