/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Private to src/search. What the result list shows of one document. */
#pragma once

#include "tkb-catalog.h"
#include "tkb-highlight.h"

G_BEGIN_DECLS

typedef struct
{
  char  *id;             /* (owned) */
  char  *rev;            /* (owned) */
  char  *kind;           /* (owned) (nullable) */
  char  *title;          /* (owned) on one line */
  char  *title_markup;   /* (owned) */
  char  *snippet_markup; /* (owned) */
  char  *attachment;     /* (owned) (nullable): the name of the file that the snippet is from */
  char  *state;          /* (owned) (nullable) */
  char  *country;        /* (owned) (nullable) */
  char  *province;       /* (owned) (nullable) */
  char  *date;           /* (owned) (nullable) */
  int    year;           /* 0: none */
  double score;
} TkbRow;

/* out_shown: the words of the query that title and snippet show */
TkbRow *tkb_row_new (TkbDocument    *document,
                     TkbCatalog     *catalog,
                     TkbHighlighter *highlighter,
                     TkbTokenizer   *tokenizer,
                     const char     *language,
                     guint64        *out_shown);
/* texts (element-type TkbAttachedText): of the document's attachments. Where one of them shows more
 * of the query than title and snippet do (shown), the snippet is from there. */
void tkb_row_explain (TkbRow         *self,
                      TkbDocument    *document,
                      GPtrArray      *texts,
                      TkbHighlighter *highlighter,
                      TkbTokenizer   *tokenizer,
                      guint64         shown);
void tkb_row_free (TkbRow *self);

G_END_DECLS
