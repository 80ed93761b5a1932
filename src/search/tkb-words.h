/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Private to src/search. From a word or phrase as typed to the forms of it that are looked up, and
 * what each of them is worth. It asks nobody but the tokenizer. */
#pragma once

#include "tkb-query-private.h"
#include "tkb-tokenizer.h"

G_BEGIN_DECLS

/* 16ths: what a match as written is worth */
#define TKB_FORM_EXACT 16

/* One way to find a word: as written, by its stem, as a beginning. */
typedef struct
{
  GPtrArray *tokens;    /* (owned) (element-type utf8): one after the other in the text */
  guint      factor;    /* 16ths */
  gboolean   is_prefix; /* the last token is the beginning of a word */
  gboolean   is_short;  /* so short a beginning that titles are asked first */
} TkbForm;

/* One word of a query: any of its forms will do. */
typedef struct
{
  GPtrArray *forms; /* (owned) (element-type TkbForm) */
  char      *plain; /* (owned) (nullable): folded, where it could be misspelt */
} TkbWord;

/* Of a WORD or PHRASE node: all of them must match. Empty where there is nothing but punctuation.
 * (transfer full) (element-type TkbWord) */
GPtrArray *tkb_words_read (TkbTokenizer *tokenizer, const TkbNode *node);

G_END_DECLS
