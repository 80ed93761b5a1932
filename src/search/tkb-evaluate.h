/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Private to src/search. From the tree of a query to the set of documents that it means. */
#pragma once

#include "tkb-answer.h"
#include "tkb-pinyin.h"

G_BEGIN_DECLS

typedef struct
{
  GArray        *hits;        /* (owned) (nullable) (element-type TkbHit) by document; NULL: all */
  gboolean       is_browse;   /* no words: newest first */
  GPtrArray     *needles;     /* (owned) (element-type TkbNeedle) */
  GPtrArray     *plain_words; /* (owned) (element-type utf8): words that could be misspelt */
  GPtrArray     *notes;       /* (owned) (element-type utf8), static */
  gboolean       has_pinyin;
  TkbPinyinQuery pinyin;
} TkbEvaluated;

void tkb_evaluated_clear (TkbEvaluated *self);
/* engine's arrays: refreshed in db's transaction */
gboolean tkb_evaluate (TkbEvaluated *out_evaluated,
                       TkbEngine    *engine,
                       TkbDb        *db,
                       TkbCatalog   *catalog,
                       TkbQuery     *query,
                       GCancellable *cancellable,
                       GError      **error);
/* Whether any document has the folded word. */
gboolean tkb_evaluate_is_known (
    TkbEngine *engine, TkbDb *db, const char *word, gboolean *out_is_known, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TkbEvaluated, tkb_evaluated_clear)

G_END_DECLS
