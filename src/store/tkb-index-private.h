/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Private to the index's own files, and to src/search for the words of one document: those as they
 * go into the tables, and what a connection is given at registration. */
#pragma once

#include "tkb-catalog.h"
#include "tkb-db.h"
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

G_END_DECLS
