/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Private to src/store and src/search. The read side of the index: walks the hits of one expression
 * and scores them as it is told. It knows no query language and no policy. */
#pragma once

#include "tkb-db.h"
#include "tkb-document.h"
#include "tkb-facet.h"
#include "tkb-tokenizer.h"

G_BEGIN_DECLS

/* ---- an expression over words ---- */

/* 16ths of a match: as written. */
#define TKB_MATCH_EXACT 16
/* a phrase that must not match stands for no word */
#define TKB_MATCH_NO_GROUP G_MAXUINT8
/* words of one expression; more are left out by the planner */
#define TKB_MATCH_MAX_GROUPS 32

typedef struct
{
  guint8   group;  /* which word of the query it is one form of */
  guint8   factor; /* how much a match of this form is worth, in 16ths */
  gboolean is_prefix;
} TkbMatchPhrase;

/* FTS5's expression, put together here only, with every token quoted, and what its phrases mean. */
typedef struct
{
  GString *expression; /* (owned) */
  GArray  *phrases;    /* (owned) (element-type TkbMatchPhrase), in the order of expression */
} TkbMatch;

typedef enum
{
  TKB_MATCH_OPEN,
  TKB_MATCH_CLOSE,
  TKB_MATCH_AND,
  TKB_MATCH_OR,
  TKB_MATCH_NOT,
  TKB_MATCH_TITLE, /* what follows, only in titles */
} TkbMatchOperator;

TkbMatch *tkb_match_new (void);
void      tkb_match_free (TkbMatch *self);
void      tkb_match_add_operator (TkbMatch *self, TkbMatchOperator operation);
/* tokens (element-type utf8): as the tokenizer gives them, one after the other in the text. */
void tkb_match_add_phrase (TkbMatch *self, GPtrArray *tokens, TkbMatchPhrase phrase);

/* ---- hits ---- */

typedef enum
{
  TKB_INDEX_TABLE_TITLE, /* titles, with short prefixes */
  TKB_INDEX_TABLE_BODY,  /* everything, titles too */
} TkbIndexTable;

typedef struct
{
  guint32 doc;
  guint32 score;
} TkbHit;

/* The policy, in whole numbers, so that the order is the same on every machine. */
typedef struct
{
  guint title;        /* points for a word in the title */
  guint head;         /* at most, for a word in the summary, tags … */
  guint body;         /* at most, for a word in the rest */
  guint saturation;   /* 16ths of a match that give half the points in a text of usual length */
  guint usual_length; /* tkb_facet_length_code () of a text of usual length */
  guint rarity;       /* points in 16ths of one that each halving of a word's documents adds */
  guint common;       /* documents from which on a word is simply common; a power of two */
} TkbRanking;

/* Appends to hits (element-type TkbHit), in order of the document rows. db: in a read transaction;
 * facets: refreshed in it. */
gboolean tkb_index_reader_collect (TkbDb            *db,
                                   TkbFacets        *facets,
                                   TkbIndexTable     table,
                                   const TkbMatch   *match,
                                   const TkbRanking *ranking,
                                   GArray           *hits,
                                   GError          **error);
/* Titles that sound like this (tkb_pinyin_parse ()). */
gboolean tkb_index_reader_collect_pinyin (TkbDb      *db,
                                          TkbFacets  *facets,
                                          const char *syllables, /* may be empty */
                                          const char *initials,  /* may be empty */
                                          guint       score,
                                          GArray     *hits,
                                          GError    **error);
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
/* The winning revision of a document; (nullable) without error: it is no longer here. */
TkbDocument *tkb_index_reader_get_document (TkbDb *db, guint32 doc, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbMatch, tkb_match_free)

G_END_DECLS
