/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Private to src/store and src/search. The table attached: for each blob that an indexed document
 * names, what stands in it and whether its words are in index_attached. A text is indexed once, not
 * with each document that names it, so that an edit of a document costs nothing here. Which
 * documents have which text follows from their indexed revisions; nothing is to be kept in step.
 * Who reads the text out of the bytes is not known here. */
#pragma once

#include "tkb-db.h"
#include "tkb-store.h"

G_BEGIN_DECLS

typedef struct
{
  gint64       attached; /* the row, here and in index_attached */
  TkbTextState state;
  gboolean     has_words; /* index_attached holds the words of text */
  char        *reason;    /* (owned) (nullable) */
  char        *language;  /* (owned) (nullable) */
  char        *text;      /* (owned) (nullable): none, or it was not asked for */
} TkbAttached;

void tkb_attached_clear (TkbAttached *self);

/* After a document is indexed: the blobs of that revision wait for being read, unless they have
 * been. In a transaction. */
gboolean tkb_attached_queue (TkbDb *db, gint64 doc, const char *rev, GError **error);
/* FALSE without an error: no such row. */
gboolean tkb_attached_find (
    TkbAttached *self, TkbDb *db, const char *digest, gboolean with_text, GError **error);
/* What was read, in place of what was known before, and its words into the index. In a transaction.
 */
gboolean tkb_attached_put (TkbDb *db, const char *digest, const TkbText *text, GError **error);
/* Before the blob goes: its text and its words go. In a transaction. */
gboolean tkb_attached_forget (TkbDb *db, const char *digest, GError **error);
/* One text whose words the index does not hold, because it was made anew. out_any: there was one.
 * In a transaction. */
gboolean tkb_attached_index_next (TkbDb *db, gboolean *out_any, GError **error);
gboolean tkb_attached_count_behind (TkbDb *db, gint64 *out_count, GError **error);
/* Adds one sentence a finding to findings (element-type utf8). */
gboolean tkb_attached_check (TkbDb *db, GPtrArray *findings, GError **error);

/* One text of a document, for snippets. */
typedef struct
{
  char *digest;   /* (owned) */
  char *language; /* (owned) (nullable) */
  char *text;     /* (owned) */
} TkbAttachedText;

/* The indexed texts of the indexed revision of doc, as far as inout_bytes goes, from which they are
 * taken: (transfer full) (element-type TkbAttachedText). */
GPtrArray *tkb_attached_get_texts (TkbDb *db, gint64 doc, gsize *inout_bytes, GError **error);

#define TKB_ATTACHED_INIT                                                                          \
  {                                                                                                \
    0                                                                                              \
  }

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TkbAttached, tkb_attached_clear)

G_END_DECLS
