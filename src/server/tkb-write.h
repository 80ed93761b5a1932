/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Writing through the door: every document that a request brings goes this way. Pool threads. */
#pragma once

#include "tkb-exchange.h"

G_BEGIN_DECLS

/* As tkb_store_write (), with the rules of this database for the one who asks. */
GPtrArray *
tkb_write_documents (TkbExchange *x, GPtrArray *documents, TkbWriteFlags flags, GError **error);
/* One document, and the answer: 201 (or success_status) with ok, id and rev. */
void tkb_write_and_respond (TkbExchange  *x,
                            TkbDocument  *document,
                            TkbWriteFlags flags,
                            guint         success_status);
/* The revision that query, If-Match or body_rev (nullable) names. FALSE: they differ, or it is
 * none; the answer is given. out_rev: (transfer full) (nullable) */
gboolean tkb_write_get_rev (TkbExchange *x, const char *body_rev, char **out_rev);

G_END_DECLS
