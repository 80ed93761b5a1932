/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Private to src/store. The member _attachments of a body: inline data becomes blob files before
 * the transaction, stubs are held against the blobs that are here inside it. What a blob file looks
 * like on disk is tkb-blob-store.h's business. */
#pragma once

#include "tkb-blob-store.h"
#include "tkb-db.h"
#include "tkb-document.h"

G_BEGIN_DECLS

/* Writes inline data as blob files, which are on disk on return, and gives the document with stubs
 * in their place (document itself where there is none). blobs (element-type TkbBlob): what the
 * transaction has to record. */
TkbDocument *tkb_attachments_take_inline (TkbBlobStore *blob_store,
                                          TkbDocument  *document,
                                          GPtrArray    *blobs,
                                          GError      **error);
/* Stubs in their final form: content_type, digest, length, revpos, stub. parent (nullable): where
 * stubs without a digest and revpos come from. generation: of the revision to be written.
 * digests (element-type utf8): every blob that the body names. A blob that is not here is
 * TKB_STORE_ERROR_MISSING_BLOB. */
TkbDocument *tkb_attachments_resolve (TkbDb       *db,
                                      TkbDocument *document,
                                      TkbDocument *parent,
                                      guint        generation,
                                      gboolean     is_replicated,
                                      GPtrArray   *digests,
                                      GError     **error);
/* Notes that digest means this file. Bytes that were digested here count more than a digest that
 * came with them; two files that claim one digest are TKB_STORE_ERROR_INVALID. */
gboolean tkb_attachments_record (TkbDb *db, const TkbBlob *blob, gint64 now_ms, GError **error);
/* (nullable): unknown; without an error */
TkbBlob *tkb_attachments_find_blob (TkbDb *db, const char *digest, GError **error);
gboolean tkb_attachments_has_any (TkbDocument *document);

G_END_DECLS
