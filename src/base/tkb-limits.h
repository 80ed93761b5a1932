/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Every bound that keeps untrusted input harmless, with its unit and reason. */
#pragma once

/* nesting levels: a document of any kind needs under 12; json-glib recurses */
#define TKB_JSON_MAX_DEPTH 64
/* bytes of one document's body as JSON; CouchDB 3's max_document_size default is 8,000,000 */
#define TKB_MAX_DOCUMENT_BYTES (8 * 1000 * 1000)
/* bytes of one attachment; CouchDB 3's max_attachment_size ships as 1 GiB */
#define TKB_MAX_ATTACHMENT_BYTES (1024LL * 1024 * 1024)
/* bytes of one JSON request or response body held in memory (64 MiB: CouchDB's
 * max_http_request_size is larger, but batches here are cut by bytes) */
#define TKB_MAX_JSON_BODY_BYTES (64 * 1024 * 1024)
/* bytes of a document id; ids travel in paths */
#define TKB_MAX_ID_BYTES 512
/* bytes of the part of a revision after the dash; ours are 32 */
#define TKB_MAX_REV_DIGEST_BYTES 128
/* revisions kept in a tree per branch, CouchDB's default _revs_limit */
#define TKB_REVS_LIMIT 1000
/* ancestor bodies kept per document, beyond those that a merge or a push still needs */
#define TKB_KEPT_BODIES 50
/* bytes of text that are taken from one attachment: a book of 1,000 pages has about that */
#define TKB_MAX_TEXT_BYTES (2 * 1024 * 1024)
