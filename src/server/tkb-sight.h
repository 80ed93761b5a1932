/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* What a reader may see of the library: what is not for their eyes is not sent at all. Editors see
 * everything, and everybody sees everything in a database without a door. Others see documents that
 * are published (or withdrawn, so that their copies learn of it) and whose visibility includes
 * them, and their own. Where the newest revision is not for them, they are served its newest
 * ancestor that is: a published document that is being revised stays readable. */
#pragma once

#include "tkb-exchange.h"

G_BEGIN_DECLS

/* Whether nothing is hidden from this request, so that nothing needs to be looked at. */
gboolean tkb_sight_is_full (TkbExchange *x);
gboolean tkb_sight_allows (TkbExchange *x, TkbDocument *document);
/* rev (nullable): the winner, or what is served in its place. TKB_STORE_ERROR_NOT_FOUND where it is
 * hidden. (transfer full) */
TkbDocument *tkb_sight_get (TkbExchange *x, const char *id, const char *rev, GError **error);
/* document (transfer full), or its newest ancestor that may be seen; NULL: none. */
TkbDocument *tkb_sight_lower (TkbExchange *x, TkbDocument *document);

G_END_DECLS
