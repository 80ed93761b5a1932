/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Private to the index's own files. Turns the words of many documents into one finished segment of
 * an FTS5 index, in memory and without SQLite, so that a bulk load can do it on a thread of its own
 * and the writer only has to put pages in. FTS5's own way costs it a walk through a chained table a
 * word and a sort of the same terms at every commit: measured at four times this.
 *
 * The format is the one that the head of SQLite's ext/fts5/fts5_index.c describes and that every
 * later version has to read. A test holds the pages against those that FTS5 writes for the same
 * words, to the byte. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define TKB_SEGMENT_MAX_COLUMNS 3
#define TKB_SEGMENT_MAX_PREFIXES 3
/* the rest of a longer word is left out */
#define TKB_SEGMENT_MAX_WORD_BYTES 1024

/* As the table was declared. */
typedef struct
{
  guint    n_columns;
  gboolean has_positions; /* detail=full; else detail=none */
  guint    n_prefixes;
  guint8   prefixes[TKB_SEGMENT_MAX_PREFIXES]; /* characters */
} TkbSegmentForm;

/* A page of the segment, or of the list of first rows of a long list. */
typedef struct
{
  gint64 id; /* in TABLE_data, without the segment's own number */
  gsize  offset;
  guint  length;
} TkbSegmentPage;

/* The first page whose words are not below key. */
typedef struct
{
  gsize  offset; /* of the key */
  guint  length;
  gint64 page; /* in TABLE_idx */
} TkbSegmentKey;

typedef struct _TkbSegment TkbSegment;

TkbSegment *tkb_segment_new (const TkbSegmentForm *form);
void        tkb_segment_free (TkbSegment *self);
/* row: above the one before */
void tkb_segment_begin_row (TkbSegment *self, gint64 row);
/* columns in rising order; colocated: at the place of the word before */
void tkb_segment_add (
    TkbSegment *self, guint column, const char *word, gsize length, gboolean is_colocated);
/* bytes of memory that are taken */
gsize tkb_segment_get_size (const TkbSegment *self);
/* Makes the pages; nothing can be added any more. */
void tkb_segment_seal (TkbSegment *self);

/* ---- of a sealed one ---- */

const guint8 *tkb_segment_get_bytes (const TkbSegment *self); /* what offsets count from */
/* (element-type TkbSegmentPage), (element-type TkbSegmentKey); empty: no words */
GArray *tkb_segment_get_pages (const TkbSegment *self);
GArray *tkb_segment_get_keys (const TkbSegment *self);
guint   tkb_segment_get_n_leaves (const TkbSegment *self);
gint64  tkb_segment_get_n_rows (const TkbSegment *self);
gint64  tkb_segment_get_n_words (const TkbSegment *self, guint column);

/* ---- numbers as SQLite writes them: 1 to 9 bytes ---- */

guint tkb_varint_put (guint8 *to, guint64 value);
/* Returns the bytes read; 0: there are no more than available */
guint tkb_varint_get (const guint8 *from, gsize available, guint64 *out_value);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbSegment, tkb_segment_free)

G_END_DECLS
