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
  char  *state;          /* (owned) (nullable) */
  char  *country;        /* (owned) (nullable) */
  char  *province;       /* (owned) (nullable) */
  char  *date;           /* (owned) (nullable) */
  int    year;           /* 0: none */
  double score;
} TkbRow;

TkbRow *tkb_row_new (TkbDocument    *document,
                     TkbCatalog     *catalog,
                     TkbHighlighter *highlighter,
                     TkbTokenizer   *tokenizer,
                     const char     *language);
void    tkb_row_free (TkbRow *self);

G_END_DECLS
