/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Private to src/store. The pages of an FTS5 table, read as they stand in the file: a word and its
 * rows, still packed. All of it is a file's content, hence nothing is believed. */
#pragma once

#include "tkb-postings.h"

G_BEGIN_DECLS

typedef enum
{
  TKB_PAGES_ERROR = -1, /* of SQLite, or cancelled */
  TKB_PAGES_ODD,        /* another format, or damaged */
  TKB_PAGES_OK,
} TkbPagesRead;

/* rows: of word in one segment, packed by rising number; marks (element-type gsize): where in rows
 * a number stands whole and not as a difference, the first at 0. FALSE: they make no sense. */
typedef gboolean (*TkbWordFunc) (const char *word,
                                 GByteArray *rows,
                                 GArray     *marks,
                                 gpointer    user_data);

/* Calls function for word, or with is_range for all that begin with it, in one segment after the
 * other, the oldest first. word: as it stands in the table, with the mark before it. */
TkbPagesRead tkb_word_pages_read (TkbDb        *db,
                                  TkbIndexTable table,
                                  const char   *word,
                                  gboolean      is_range,
                                  GCancellable *cancellable,
                                  TkbWordFunc   function,
                                  gpointer      user_data,
                                  GError      **error);

/* SQLite's: seven bits a byte, high ones first, the ninth byte whole. 0: it goes on behind end. */
static inline gsize
tkb_read_varint (const guint8 *at, const guint8 *end, guint64 *out)
{
  guint64 value = 0;

  for (gsize i = 0; i < 9 && at + i < end; i++)
    {
      if (i == 8)
        {
          *out = value << 8 | at[i];
          return 9;
        }
      value = value << 7 | (at[i] & 0x7F);
      if (at[i] < 0x80)
        {
          *out = value;
          return i + 1;
        }
    }
  return 0;
}

G_END_DECLS
