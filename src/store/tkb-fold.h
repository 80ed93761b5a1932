/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Private to src/store. What the tokenizer knows of each character: how it is folded and of which
 * class it is. The tables are written at build time by tkb-fold-generate from ICU; this header says
 * what an entry holds. It needs nothing but GLib's types. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  TKB_FOLD_SEPARATOR, /* ends a word */
  TKB_FOLD_IGNORE,    /* vanishes: marks that searchers leave out, tatweel, joiners */
  TKB_FOLD_MARK,      /* belongs to the word that it stands in, whatever the script */
  TKB_FOLD_KANA_MARK, /* U+3099, U+309A: makes a voiced kana of the one before */
  TKB_FOLD_DIGIT,
  TKB_FOLD_LATIN,
  TKB_FOLD_CYRILLIC,
  TKB_FOLD_ARABIC,
  TKB_FOLD_UNSPACED, /* scripts without spaces between words: Han, kana, Hangul, Thai … */
  TKB_FOLD_OTHER, /* and the following: the other scripts, one value a script as far as it goes */
} TkbFoldClass;

#define TKB_FOLD_N_OTHER 22

/* An entry: in bits 0-20 the code point, class in bits 21-25; or TKB_FOLD_EXPANDS and an offset
 * into tkb_fold_expansions, where a count and so many entries stand. In tkb_fold_blocks the code
 * point stands as the difference to the one looked up, so that most blocks are alike and stored
 * once. */
#define TKB_FOLD_ENTRY(code_point, klass) ((guint32) (code_point) | (guint32) (klass) << 21)
#define TKB_FOLD_EXPANDS 0x80000000u
#define TKB_FOLD_CODE_POINT(entry) ((entry) &0x1FFFFFu)
#define TKB_FOLD_CLASS(entry) ((TkbFoldClass) ((entry) >> 21 & 0x1Fu))

/* the basic ideographs */
#define TKB_PINYIN_FIRST 0x4E00
#define TKB_PINYIN_LAST 0x9FFF

extern const guint16 tkb_fold_index[];
extern const guint32 tkb_fold_blocks[];
extern const guint32 tkb_fold_expansions[];
/* changes with any entry: an index made with other tables has to be made again */
extern const guint64 tkb_fold_digest;

/* reading of TKB_PINYIN_FIRST + i as an index of the syllables; 0: none */
extern const guint16 tkb_pinyin_of[];
extern const char    tkb_pinyin_syllables[][8];
extern const guint   tkb_pinyin_n_syllables;

/* c: at most U+10FFFF */
static inline guint32
tkb_fold_lookup (gunichar c)
{
  guint32 entry = tkb_fold_blocks[(guint) tkb_fold_index[c >> 8] << 8 | (c & 0xFF)];

  return entry & TKB_FOLD_EXPANDS ? entry : (entry & ~0x1FFFFFu) | ((entry + c) & 0x1FFFFFu);
}

G_END_DECLS
