/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Private to src/store and src/search. The documents that have one phrase, and where in them it
 * stands, read in one go and kept from keystroke to keystroke: whoever types the
 * second word does not wait for the first one again. Belongs to one thread. */
#pragma once

#include "tkb-db.h"
#include "tkb-facet.h"

G_BEGIN_DECLS

typedef enum
{
  TKB_INDEX_TABLE_TITLE,    /* titles, with short prefixes */
  TKB_INDEX_TABLE_BODY,     /* everything, titles too */
  TKB_INDEX_TABLE_ATTACHED, /* texts of attachments */
  TKB_INDEX_TABLE_PINYIN,   /* titles by sound: one match in the title, wherever */
} TkbIndexTable;

/* matches of a phrase in one document that are looked at; more do not change a score visibly */
#define TKB_POSTING_MAX_MATCHES 8

typedef struct
{
  guint32 doc;
  guint8  title; /* matches by column, at most TKB_POSTING_MAX_MATCHES together */
  guint8  head;
  guint8  body;
  guint8  attached;
} TkbPosting;

typedef struct _TkbPostings TkbPostings;

TkbPostings *tkb_postings_new (void);
void         tkb_postings_free (TkbPostings *self);
/* Of live documents, by rising row: (transfer full) (element-type TkbPosting), not to be changed.
 * tokens (element-type utf8): as the tokenizer gives them, one after the other in the text;
 * is_prefix: the last one is the beginning of a word. facets: refreshed in db's transaction. */
GArray *tkb_postings_get (TkbPostings  *self,
                          TkbDb        *db,
                          TkbFacets    *facets,
                          TkbIndexTable table,
                          GPtrArray    *tokens,
                          gboolean      is_prefix,
                          GCancellable *cancellable,
                          GError      **error);

/* As above for one whole word in everything that is written: out_list is NULL if more than max
 * documents have it, which costs no more than finding max of them, and nothing the next time. */
gboolean tkb_postings_get_few (TkbPostings  *self,
                               TkbDb        *db,
                               TkbFacets    *facets,
                               const char   *token,
                               guint         max,
                               GCancellable *cancellable,
                               GArray      **out_list,
                               GError      **error);
/* What FTS5 itself says, nothing kept: where its tables cannot be read directly, and in tests. */
GArray *tkb_postings_ask_fts5 (TkbDb        *db,
                               TkbFacets    *facets,
                               TkbIndexTable table,
                               GPtrArray    *tokens,
                               gboolean      is_prefix,
                               GCancellable *cancellable,
                               GError      **error);
/* FTS5's expression for one phrase, every token quoted: nothing that is typed can be an operator.
 */
void tkb_postings_append_phrase (GString *out, GPtrArray *tokens, gboolean is_prefix);

/* ---- for tkb-index-fts.c ---- */

/* type of the pointer that the statement is given, https://www.sqlite.org/bindptr.html */
#define TKB_WALK_POINTER "TkbWalk"

typedef struct _TkbWalk TkbWalk;

/* The phrase of the statement's expression from its first row to its last; a SQLite code. */
int tkb_walk_run (TkbWalk *self, const Fts5ExtensionApi *api, Fts5Context *context);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbPostings, tkb_postings_free)

G_END_DECLS
