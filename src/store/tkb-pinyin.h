/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Private to src/store and src/search. Chinese by sound: zhuanli and zl find 专利. One usual
 * reading a character, without tones, with the common words that are read otherwise. Pure. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* syllables joined from each ideograph on; initials likewise */
#define TKB_PINYIN_MAX_SYLLABLES 4
#define TKB_PINYIN_MAX_INITIALS 6
/* before initials, so that they are not taken for syllables */
#define TKB_PINYIN_INITIALS_MARK '\''

/* Adds the tokens of every ideograph of text, separated by U+001F, to what is in out. */
void tkb_pinyin_append (GString *out, const char *text);

/* Typed text as pinyin; either may be empty. */
typedef struct
{
  char syllables[32];                         /* a beginning of joined syllables: "zhuanl" */
  char initials[TKB_PINYIN_MAX_INITIALS + 2]; /* with the mark: "'zl" */
} TkbPinyinQuery;

/* Whether text (ASCII letters, spaces between words) can be pinyin at all. */
gboolean tkb_pinyin_parse (const char *text, TkbPinyinQuery *out_query);

typedef void (*TkbPinyinMatchFunc) (guint start, guint end, gpointer user_data);

/* Calls function for each stretch of text (bytes) that sounds as query says. */
void tkb_pinyin_match (const TkbPinyinQuery *query,
                       const char           *text,
                       TkbPinyinMatchFunc    function,
                       gpointer              user_data);

G_END_DECLS
