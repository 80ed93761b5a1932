/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Private to src/search. Second thoughts on a query that has found nothing: words that only hold a
 * sentence together need not be there, and what is written without spaces may stand apart. */
#pragma once

#include "tkb-query-private.h"
#include "tkb-tokenizer.h"

G_BEGIN_DECLS

/* Rewrites node. Whether there was anything to relax; phrases, fields and what is left out by NOT
 * stay as they are. */
gboolean tkb_relax (TkbTokenizer *tokenizer, TkbNode *node);

G_END_DECLS
