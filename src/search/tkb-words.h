/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Private to src/search: from words and phrases of a query to an expression over the index, and to
 * the needles that the highlighter looks for. Decides which forms of a word count, and how much. */
#pragma once

#include "tkb-index-reader.h"
#include "tkb-query-private.h"

G_BEGIN_DECLS

/* Something that is highlighted: tokens one after the other. */
typedef struct
{
  GPtrArray *tokens;    /* (owned) (element-type utf8) */
  gboolean   is_prefix; /* the last one */
  guint      group;     /* which word of the query it is a form of */
} TkbNeedle;

void tkb_needle_free (TkbNeedle *self);

typedef enum
{
  TKB_WORDS_BODY = 0,
  TKB_WORDS_TITLE = 1 << 0, /* for the table of titles, which has short prefixes */
} TkbWordsFlags;

typedef struct
{
  TkbTokenizer *tokenizer;   /* (unowned) */
  TkbMatch     *match;       /* (owned) */
  GPtrArray    *needles;     /* (unowned) (nullable) (element-type TkbNeedle) */
  GPtrArray    *plain_words; /* (unowned) (nullable) (element-type utf8): folded, for suggestions */
  TkbWordsFlags flags;
  guint         n_groups;
  gboolean      is_cut;  /* a short prefix was left out: titles know more */
  gboolean      is_full; /* words were left out: there are too many */
} TkbWords;

/* Whether the subtree can be asked of the index as a whole: words, phrases and operators, and
 * something positive wherever something is left out. */
gboolean tkb_words_is_text (const TkbNode *node);
/* Adds the subtree; FALSE where nothing in it can be looked up (only punctuation): nothing was
 * added. */
gboolean tkb_words_add (TkbWords *self, const TkbNode *node);

G_END_DECLS
