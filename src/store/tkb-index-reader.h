/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Private to src/store and src/search. The read side of the index beside the words themselves
 * (tkb-postings.h). It knows no query language and no ranking. */
#pragma once

#include "tkb-db.h"
#include "tkb-document.h"
#include "tkb-facet.h"
#include "tkb-tokenizer.h"

G_BEGIN_DECLS

typedef struct
{
  guint32 doc;
  guint32 score;
} TkbHit;

typedef enum
{
  TKB_INDEX_SCOPE_CONFLICTS,
  TKB_INDEX_SCOPE_WAITING,
  TKB_INDEX_SCOPE_FAVOURITES,
} TkbIndexScope;

/* The document rows of a scope: a set of GUINT_TO_POINTER. */
GHashTable *tkb_index_reader_get_scope (TkbDb *db, TkbIndexScope scope, GError **error);
/* The word of the titles that word is most likely a slip for; (nullable): none near enough. */
gboolean tkb_index_reader_suggest (TkbDb *db, const char *word, char **out_word, GError **error);
/* The row of a document; 0: there is none of this id */
gboolean tkb_index_reader_find (TkbDb *db, const char *id, guint32 *out_doc, GError **error);
/* The winning revision of a document; (nullable) without error: it is no longer here. */
TkbDocument *tkb_index_reader_get_document (TkbDb *db, guint32 doc, GError **error);

G_END_DECLS
