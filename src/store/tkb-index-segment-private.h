/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Between tkb-index-segment.c (words into lists) and tkb-index-segment-pages.c (lists into pages).
 */
#pragma once

#include "tkb-index-segment.h"

G_BEGIN_DECLS

/* sizes of lists: 16 bytes times two to the power of the class */
#define TKB_LIST_CLASSES 40

/* One fits, with its word and a first list, into a line of the processor's cache. */
typedef struct
{
  guint8 *list;       /* rows and places, as in the file but for the length of the last row */
  gint64  row;        /* the last one; 0: none */
  guint32 length;     /* of list */
  guint32 size_at;    /* where the length of the last row's places belongs */
  guint32 position;   /* the last one */
  guint16 key_length; /* bytes */
  guint8  column;     /* of the last position */
  guint8  size_class; /* of list */
  char    key[];      /* a digit for the index, and the word */
} TkbTerm;

typedef struct
{
  guint64  hash;
  TkbTerm *term; /* (nullable) */
} TkbTermSlot;

/* A word that waits for its term, so that the memory of several can be fetched at a time: to look
 * one up after the other would be to wait for memory most of the time. */
typedef struct
{
  guint64 hash;
  guint32 word_at; /* in the words that wait */
  guint32 position;
  guint16 length;
  guint8  column;
  char    digit;
} TkbWaitingWord;

#define TKB_MAX_WAITING 2048
#define TKB_MAX_WAITING_BYTES (64 * 1024)

typedef struct
{
  gpointer memory;
  gsize    bytes;
} TkbBlock;

typedef struct
{
  guint64  head; /* the first bytes of the key, as a number: most comparisons end there */
  TkbTerm *term;
} TkbSortedTerm;

struct _TkbSegment
{
  TkbSegmentForm form;
  gboolean       is_sealed;
  gint64         row;
  gint64         n_rows;
  guint          n_places[TKB_SEGMENT_MAX_COLUMNS]; /* of the row so far */
  gint64         n_words[TKB_SEGMENT_MAX_COLUMNS];  /* of the rows before */

  TkbWaitingWord *waiting; /* (owned) */
  guint           n_waiting;
  char           *waiting_words; /* (owned) */
  gsize           n_waiting_bytes;

  TkbTermSlot *slots; /* (owned) n_slots, a power of two */
  gsize        n_slots;
  gsize        n_terms;
  GArray      *blocks; /* (owned) (element-type TkbBlock) */
  guint8      *free;   /* in the last block */
  gsize        free_bytes;
  gsize        size;
  guint8      *left_lists[TKB_LIST_CLASSES]; /* each begins with the address of the next */

  GByteArray *bytes; /* (owned): of pages and keys */
  GArray     *pages; /* (owned) (element-type TkbSegmentPage) */
  GArray     *keys;  /* (owned) (element-type TkbSegmentKey) */
  guint       n_leaves;
};

/* sorted (element-type TkbSortedTerm) */
void tkb_segment_write_pages (TkbSegment *self, GArray *sorted);
/* The list as it stands in the file. */
void tkb_segment_close_list (TkbSegment *self, TkbTerm *term);

G_END_DECLS
