/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Private to src/store and src/search. Cuts text of any language into the words that are indexed
 * and looked up, so that both sides agree to the byte. It folds characters, knows scripts without
 * spaces, stems, and recognises patent numbers and classification symbols. It knows no database.
 *
 * - A word ends where the script changes. Latin letters and digits stand together (A61K, 5G).
 * - A word of Latin, Cyrillic or Arabic letters is followed by its stem at the same place, marked,
 *   where the stem differs: so an exact match can be told from a stemmed one.
 * - A run of Han, kana, Hangul, Thai … becomes its pairs of neighbouring characters and then its
 *   last character: any piece of two or more is found as a phrase of pairs, one as a prefix.
 * - A patent number or a classification symbol adds its normal form at the place of its first word.
 *
 * One object belongs to one thread at a time. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Before a stem: it cannot be mistaken for a word. */
#define TKB_TOKEN_STEM_MARK "\002"
/* In the text: the language of what follows, two letters or "--", stands after it. */
#define TKB_TOKEN_LANGUAGE_MARK '\036'
/* Bytes of one token at most; the rest of a longer word is left out on both sides. */
#define TKB_TOKEN_MAX_BYTES 96

typedef enum
{
  TKB_TOKEN_WORD,
  TKB_TOKEN_STEM,   /* at the place of its word */
  TKB_TOKEN_SYMBOL, /* normal form, at the place of its first word */
  TKB_TOKEN_PAIR,   /* two neighbouring characters of an unspaced script */
  TKB_TOKEN_LAST,   /* the last character of such a run */
} TkbTokenKind;

typedef struct
{
  TkbTokenKind kind;
  const char  *text;         /* not terminated */
  guint        length;       /* bytes */
  guint        start, end;   /* bytes in the source */
  gboolean     is_latin;     /* a word of Latin letters and digits */
  gboolean     is_colocated; /* at the place of the token before */
} TkbToken;

/* Anything but 0 ends the run and is returned by it. */
typedef int (*TkbTokenFunc) (const TkbToken *token, gpointer user_data);

typedef enum
{
  TKB_TOKENIZE_DOCUMENT = 0,
  TKB_TOKENIZE_QUERY = 1 << 0,    /* the language is unknown: stems of every language */
  TKB_TOKENIZE_NO_STEMS = 1 << 1, /* for highlighting */
} TkbTokenizeFlags;

typedef struct _TkbTokenizer TkbTokenizer;

TkbTokenizer *tkb_tokenizer_new (void);
void          tkb_tokenizer_free (TkbTokenizer *self);
/* text: UTF-8; a byte that is not ends a word. length in bytes, below G_MAXINT. */
int tkb_tokenizer_run (TkbTokenizer    *self,
                       TkbTokenizeFlags flags,
                       const char      *text,
                       gsize            length,
                       TkbTokenFunc     function,
                       gpointer         user_data);
/* Appends text for indexing: the mark of its language (BCP 47, nullable) and the text itself
 * without control characters. */
void tkb_tokenizer_append_text (GString *out, const char *language, const char *text);
/* Changes when the same text gives other tokens. (transfer full) */
char *tkb_tokenizer_get_version (void);

/* text, valid UTF-8, with spaces between the words of what is written without: for second thoughts
 * on a query, by ICU's dictionaries. (transfer full) (nullable): there is nothing to take apart */
char *tkb_segment_words (const char *text);

/* ---- patent numbers and classification symbols ---- */

#define TKB_SYMBOL_MAX_BYTES 40

typedef struct
{
  char     full[TKB_SYMBOL_MAX_BYTES]; /* ep1000000b1, a61k31/13 */
  char     main[TKB_SYMBOL_MAX_BYTES]; /* without the kind code: ep1000000; the subclass: a61k */
  gsize    length_bytes;               /* in the source */
  gboolean is_classification;
  gboolean is_part; /* of a classification symbol: a61k31, a61k31/1 */
} TkbSymbol;

/* Whether a patent number (EP 1 000 000 B1, US 2015/0123456 A1, ZL201510123456.7, PCT/CN2019/07001)
 * or a classification symbol (A61K 31/13) begins at text. */
gboolean tkb_symbol_scan (const char *text, gsize length, TkbSymbol *out_symbol);
/* The same in a query, where a classification symbol may end at its main group or behind it. */
gboolean tkb_symbol_scan_typed (const char *text, gsize length, TkbSymbol *out_symbol);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbTokenizer, tkb_tokenizer_free)

G_END_DECLS
