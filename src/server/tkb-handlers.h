/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* The handlers that the router's table names, a file for each kind of target. Each runs on a thread
 * of the pool, may block, and leaves its answer in the exchange. */
#pragma once

#include "tkb-exchange.h"

G_BEGIN_DECLS

/* tkb-handle-server.c */
void tkb_handle_root (TkbExchange *x);
void tkb_handle_up (TkbExchange *x);
void tkb_handle_uuids (TkbExchange *x);
void tkb_handle_all_dbs (TkbExchange *x);
void tkb_handle_metrics (TkbExchange *x);
/* tkb-handle-session.c */
void tkb_handle_session_get (TkbExchange *x);
void tkb_handle_session_post (TkbExchange *x);
void tkb_handle_session_delete (TkbExchange *x);
/* tkb-handle-database.c */
void tkb_handle_database_get (TkbExchange *x);
void tkb_handle_database_put (TkbExchange *x);
void tkb_handle_database_delete (TkbExchange *x);
void tkb_handle_security_get (TkbExchange *x);
void tkb_handle_security_put (TkbExchange *x);
void tkb_handle_revs_limit_get (TkbExchange *x);
void tkb_handle_revs_limit_put (TkbExchange *x);
void tkb_handle_compact (TkbExchange *x);
void tkb_handle_full_commit (TkbExchange *x);
/* tkb-handle-changes.c */
void tkb_handle_changes (TkbExchange *x);
/* tkb-handle-all-docs.c */
void tkb_handle_all_docs (TkbExchange *x);
/* tkb-handle-bulk.c */
void tkb_handle_bulk_docs (TkbExchange *x);
void tkb_handle_bulk_get (TkbExchange *x);
void tkb_handle_revs_diff (TkbExchange *x);
void tkb_handle_missing_revs (TkbExchange *x);
/* tkb-handle-document.c */
void tkb_handle_document_get (TkbExchange *x);
/* tkb-handle-write.c */
void tkb_handle_database_post (TkbExchange *x);
void tkb_handle_document_put (TkbExchange *x);
void tkb_handle_document_delete (TkbExchange *x);
void tkb_handle_document_copy (TkbExchange *x);
/* tkb-handle-local.c */
void tkb_handle_local_get (TkbExchange *x);
void tkb_handle_local_put (TkbExchange *x);
void tkb_handle_local_delete (TkbExchange *x);
void tkb_handle_local_docs (TkbExchange *x);
/* tkb-handle-attachment.c */
void tkb_handle_attachment_get (TkbExchange *x);
void tkb_handle_attachment_put (TkbExchange *x);
void tkb_handle_attachment_delete (TkbExchange *x);
/* tkb-handle-server.c */
void tkb_handle_not_served (TkbExchange *x);

G_END_DECLS
