/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* POST _bulk_docs: documents to write, and what became of each. */
#pragma once

#include "tkb-document.h"

G_BEGIN_DECLS

typedef struct
{
  gboolean   new_edits; /* FALSE: revisions and histories as given (replication) */
  GPtrArray *docs;      /* (owned) (element-type JsonObject) as given; an _id may be missing */
} TkbWireBulkDocs;

typedef struct
{
  char   *id;    /* (owned) */
  char   *rev;   /* (owned) (nullable) */
  GError *error; /* (owned) (nullable) of the domain TKB_WIRE_ERROR: why it was not written */
} TkbWireBulkDocsRow;

TkbWireBulkDocs *tkb_wire_bulk_docs_parse_request (const char *text, gsize length, GError **error);
/* documents (element-type TkbDocument): each with its _revisions */
GString *tkb_wire_bulk_docs_write_request (GPtrArray *documents, gboolean new_edits);
void     tkb_wire_bulk_docs_free (TkbWireBulkDocs *self);

TkbWireBulkDocsRow      *
tkb_wire_bulk_docs_row_new (const char *id, const char *rev, const GError *error);
void tkb_wire_bulk_docs_row_free (TkbWireBulkDocsRow *self);
/* (element-type TkbWireBulkDocsRow) in the order of the answer, which is nobody's promise */
GPtrArray *tkb_wire_bulk_docs_parse_response (const char *text, gsize length, GError **error);
GString   *tkb_wire_bulk_docs_write_response (GPtrArray *rows);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbWireBulkDocs, tkb_wire_bulk_docs_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbWireBulkDocsRow, tkb_wire_bulk_docs_row_free)

G_END_DECLS
