/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Which documents link to a document: asked of the search, whose facets know every link field that
 * is a facet, so that it costs no more than a keystroke. */
#pragma once

#include "tkb-library.h"

G_BEGIN_DECLS

/* The answer: (element-type TkbDocument), at most a dozen, each once, in the order of the search.
 */
void       tkb_backlinks_find_async (TkbLibrary         *library,
                                     const char         *id,
                                     GCancellable       *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer            user_data);
GPtrArray *tkb_backlinks_find_finish (TkbLibrary *library, GAsyncResult *result, GError **error);

G_END_DECLS
