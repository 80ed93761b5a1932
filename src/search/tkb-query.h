/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* What a person asks for: typed words, kind, facets, scope. The parser never fails: what it cannot
 * use it leaves out and says so in a note. Immutable once built; knows nothing of the index. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  TKB_SCOPE_ALL,
  TKB_SCOPE_DRAFTS,
  TKB_SCOPE_WAITING,
  TKB_SCOPE_CONFLICTS,
  TKB_SCOPE_FAVOURITES,
} TkbScope;

typedef enum
{
  TKB_QUERY_NONE = 0,
  TKB_QUERY_TYPING = 1 << 0, /* the last word is still being typed: match it as a prefix */
} TkbQueryFlags;

#define TKB_TYPE_QUERY (tkb_query_get_type ())
typedef struct _TkbQuery TkbQuery;

GType tkb_query_get_type (void);
/* text (nullable): everything. Words (all must match), "phrases", -not, OR, parentheses, title:,
 * kind:, FIELD:CODE, year:2020..2024, lang: as far as built; the rest is words. */
TkbQuery *tkb_query_new (const char *text, TkbQueryFlags flags);
TkbQuery *tkb_query_ref (TkbQuery *self);
void      tkb_query_unref (TkbQuery *self);

/* Copies with one thing changed. */
TkbQuery *tkb_query_with_kind (TkbQuery *self, const char *kind); /* (nullable): any */
TkbQuery *tkb_query_with_scope (TkbQuery *self, TkbScope scope);
TkbQuery *
tkb_query_with_facet (TkbQuery *self, const char *field, const char *code); /* adds; several
                                                         codes of one field are alternatives */
const char *tkb_query_get_text (TkbQuery *self);
gboolean    tkb_query_is_browse (TkbQuery *self); /* no words: newest first instead of ranked */
GPtrArray *
tkb_query_get_notes (TkbQuery *self); /* (element-type utf8) what was ignored, English msgids */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbQuery, tkb_query_unref)

G_END_DECLS
