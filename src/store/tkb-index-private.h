/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Private to the index's own files, and to src/search for the words of one document: those as they
 * go into the tables, and what a connection is given at registration. */
#pragma once

#include "tkb-catalog.h"
#include "tkb-db.h"
#include "tkb-facet-record.h"
#include "tkb-index-segment.h"
#include "tkb-tokenizer.h"

G_BEGIN_DECLS

/* Between tokens that are given to FTS5 ready-made, in queries and in joined tables. */
#define TKB_INDEX_TOKEN_SEPARATOR '\037'

typedef enum
{
  TKB_INDEX_TITLE,
  TKB_INDEX_HEAD,
  TKB_INDEX_BODY,
  TKB_INDEX_N_COLUMNS,
} TkbIndexColumn;

/* What of a document is indexed; the same document and catalog give the same bytes. */
typedef struct
{
  GString *columns[TKB_INDEX_N_COLUMNS]; /* (owned) */
  GString *pinyin;                       /* (owned) ready-made tokens */
} TkbIndexText;

/* catalog (nullable): every string of the document */
void    tkb_index_text_init (TkbIndexText *self, TkbCatalog *catalog, TkbDocument *document);
void    tkb_index_text_clear (TkbIndexText *self);
guint64 tkb_index_text_digest (const TkbIndexText *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TkbIndexText, tkb_index_text_clear)

/* Registers the tokenizer "tkb" and the function tkb_walk () (tkb-postings.c). */
gboolean tkb_index_register_fts (TkbDb *db, GError **error);
/* As FTS5 wants it; anything but 0 ends the run and is returned. */
typedef int (*TkbFtsTokenFunc) (void *, int, const char *, int, int, int);
/* Ready-made tokens of text. */
int tkb_index_split_joined (const char *text, int length, TkbFtsTokenFunc function, void *data);

/* ---- the record of a document (tkb-index.c) ---- */

/* The number of a code; data is the caller's. */
typedef gboolean (*TkbNumberFunc) (
    gpointer data, const char *field, const char *code, guint32 *out_number, GError **error);

void
tkb_index_record_init (TkbFacetRecord *record, TkbDocument *document, const TkbIndexText *text);
/* The numbers of all facet codes of a document. catalog (nullable). (transfer full) */
GArray *tkb_index_collect_codes (TkbCatalog   *catalog,
                                 TkbDocument  *document,
                                 TkbNumberFunc get_number,
                                 gpointer      data,
                                 GError      **error);
/* In rising order, each once. (element-type guint32) */
void tkb_index_sort_codes (GArray *codes);
/* data: a TkbDb; a code that has none gets one. */
gboolean tkb_index_number_code (
    gpointer data, const char *field, const char *code, guint32 *out_number, GError **error);
/* record (nullable): no longer indexed; the row stays, so that memory hears of it. */
gboolean tkb_index_put_record (TkbDb *db, gint64 doc, GByteArray *record, GError **error);

/* ---- segments into the tables (tkb-index-append.c) ---- */

typedef enum
{
  TKB_INDEX_PART_TITLE,
  TKB_INDEX_PART_BODY,
  TKB_INDEX_PART_PINYIN,
  TKB_INDEX_N_PARTS,
} TkbIndexPart;

const TkbSegmentForm *tkb_index_get_form (TkbIndexPart table);
/* Adds a sealed segment to a table, in the caller's transaction. out_n_small: segments that wait to
 * be merged with others of their size. */
gboolean tkb_index_append_segment (
    TkbDb *db, TkbIndexPart table, TkbSegment *segment, guint *out_n_small, GError **error);

G_END_DECLS
