/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Private to src/search. Which documents are like a document: they share the words that tell it
 * from others, and the codes by which it is classified, whatever language they are written in.
 * Whole numbers only: the same documents in the same order on every machine. */
#pragma once

#include "tkb-answer.h"

G_BEGIN_DECLS

/* At most limit documents, the most similar first; none that has hardly anything in common. An
 * error of reading, or TKB_STORE_ERROR_NOT_FOUND, TKB_STORE_ERROR_DELETED: no such document. */
TkbAnswer *tkb_similar_ask (TkbEngine    *engine,
                            TkbStore     *store,
                            const char   *id,
                            guint         limit,
                            const char   *language,
                            GCancellable *cancellable,
                            GError      **error);

G_END_DECLS
