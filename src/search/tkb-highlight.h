/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Private to src/search. Finds the words of a query in a text the way the index found them, and
 * writes Pango markup with the matches in <b>. Offsets are bytes of the text as written: folding,
 * stems and pairs of ideographs never show. One thread. */
#pragma once

#include "tkb-pinyin.h"
#include "tkb-tokenizer.h"

G_BEGIN_DECLS

/* What a passage is to the row. */
typedef enum
{
  TKB_PASSAGE_SUMMARY,  /* shown unless another has more of the query */
  TKB_PASSAGE_TEXT,     /* shown where it matches; the first one also for want of a summary */
  TKB_PASSAGE_HIDDEN,   /* only where it matches: the label of a code */
  TKB_PASSAGE_ATTACHED, /* only where it matches, after all that the document says itself */
  TKB_PASSAGE_FOREIGN,  /* title or summary in a language that the row does not show: only where it
                         * matches, before all other fields */
} TkbPassageRole;

typedef struct
{
  char          *text;     /* (owned) */
  char          *language; /* (owned) (nullable) BCP 47 */
  TkbPassageRole role;
  double         weight; /* of the field; the heavier one is shown */
} TkbPassage;

void tkb_passage_free (TkbPassage *self);

/* Something that is looked for: tokens one after the other. */
typedef struct
{
  GPtrArray *tokens;    /* (owned) (element-type utf8) */
  gboolean   is_prefix; /* the last one */
  guint      group;     /* which word of the query it is a form of */
} TkbNeedle;

/* tokens: shared */
TkbNeedle *tkb_needle_new (GPtrArray *tokens, gboolean is_prefix, guint group);
void       tkb_needle_free (TkbNeedle *self);

typedef struct _TkbHighlighter TkbHighlighter;

/* needles (transfer full) (element-type TkbNeedle); pinyin (nullable): also by sound, in titles */
TkbHighlighter *tkb_highlighter_new (GPtrArray *needles, const TkbPinyinQuery *pinyin);
void            tkb_highlighter_free (TkbHighlighter *self);
/* The words of the query that are looked for, a bit each (word 64 is word 0 again). */
guint64 tkb_highlighter_get_wanted (TkbHighlighter *self);
/* (transfer full): the whole text on one line; whether anything is marked in it, or nothing was
 * looked for; out_shown: the words that are */
char *tkb_highlighter_mark_title (TkbHighlighter *self,
                                  TkbTokenizer   *tokenizer,
                                  const char     *language,
                                  const char     *text,
                                  gboolean       *out_is_explained,
                                  guint64        *out_shown);
/* (transfer full): the stretch of the passages that shows most of the query, by role, then by
 * weight, then the first one. Where none does: a foreign title that sounds like the query, as it
 * is; else the beginning of the first that may be shown unasked. out_shown: the words of the query
 * in it */
char *tkb_highlighter_mark_snippet (TkbHighlighter *self,
                                    TkbTokenizer   *tokenizer,
                                    GPtrArray      *passages,
                                    guint64        *out_shown);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbHighlighter, tkb_highlighter_free)

G_END_DECLS
