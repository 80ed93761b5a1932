/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Private to src/store. Rows of the tables document and revision as values, and the counters that
 * follow from them. It knows no rules: what may be written on what is decided in tkb-edit.c. */
#pragma once

#include "tkb-db.h"
#include "tkb-document.h"
#include "tkb-rev-tree.h"

G_BEGIN_DECLS

/* Bits of document.flags and revision.flags; the numbers stand in the SQL as well. */
typedef enum
{
  TKB_ROW_DELETED = 1 << 0,  /* the (winning) revision is a tombstone */
  TKB_ROW_DESIGN = 1 << 1,   /* _design/… */
  TKB_ROW_DRAFT = 1 << 2,    /* state: draft */
  TKB_ROW_STAYS = 1 << 3,    /* the (winning) revision may not leave this machine */
  TKB_ROW_CONFLICT = 1 << 4, /* more than one live leaf */
  TKB_ROW_BRANCHED = 1 << 5, /* more than one leaf */
  TKB_ROW_PENDING = 1 << 6,  /* the full-text index does not hold the winner yet */
  TKB_ROW_HERE = 1 << 7,     /* revision: written here and not known to be anywhere else */
  TKB_ROW_TITLED = 1 << 8,   /* of the revision in the index only title and facets are there yet */
} TkbRowFlags;

/* A row of the table document. */
typedef struct
{
  gint64      doc; /* 0: not in the table yet */
  char       *id;  /* (owned) */
  guint64     seq;
  char       *rev; /* (owned) (nullable): the winner; NULL before the first write */
  TkbRowFlags flags;
  char       *kind;     /* (owned) (nullable) */
  char       *state;    /* (owned) (nullable) */
  char       *modified; /* (owned) (nullable) */
  char       *title;    /* (owned) (nullable) */
  char       *indexed;  /* (owned) (nullable): the revision in the index */
  TkbRevTree *tree;     /* (owned) (nullable): only where it was asked for */
} TkbDocRow;

void tkb_doc_row_clear (TkbDocRow *self);

#define TKB_DOC_ROW_INIT                                                                           \
  {                                                                                                \
    0                                                                                              \
  }

/* What a column that is never NULL should hold: UTF-8. */
gboolean tkb_text_is_sound (const char *text);
/* The JSON object of a column; its error is one of parsing. (transfer full) (nullable) */
JsonObject *tkb_stmt_get_object (TkbStmt *stmt, int column, GError **error);
/* From a statement that selects TKB_SQL_DOC_COLUMNS. */
gboolean tkb_doc_row_read (TkbDocRow *self, TkbStmt *stmt, gboolean with_tree, GError **error);
/* FALSE without an error: there is no such row. */
gboolean tkb_doc_row_find (TkbDocRow *self, TkbDb *db, const char *id, GError **error);
gboolean tkb_doc_row_find_by_doc (TkbDocRow *self, TkbDb *db, gint64 doc, GError **error);
/* Inserts (doc 0, which is set) or updates. */
gboolean tkb_doc_row_store (TkbDocRow *self, TkbDb *db, GError **error);

/* ---- bodies ---- */

/* FALSE without an error: the body is not here. path (nullable): the revisions that the document
 * shall carry. out_stored_ms, out_flags: (optional) */
gboolean tkb_revision_find (TkbDb             *db,
                            gint64             doc,
                            const char        *id,
                            const char        *rev,
                            const char *const *path,
                            TkbDocument      **out_document,
                            GError           **error);
/* FALSE without an error: the body is not here. */
gboolean tkb_revision_find_flags (
    TkbDb *db, gint64 doc, const char *rev, TkbRowFlags *out_flags, GError **error);
/* As find, but a missing body is TKB_STORE_ERROR_CORRUPT. */
TkbDocument *tkb_revision_load (TkbDb *db, const TkbDocRow *row, const char *rev, GError **error);
gboolean     tkb_revision_store (TkbDb      *db,
                                 gint64      doc,
                                 const char *rev,
                                 TkbRowFlags flags,
                                 gint64      stored_ms,
                                 const char *body,
                                 gsize       body_bytes,
                                 gint64     *out_revision,
                                 GError    **error);
gboolean     tkb_revision_remove (TkbDb *db, gint64 doc, const char *rev, GError **error);
/* NULL-terminated path from rev to its root; the strings are the tree's. (transfer container) */
const char **tkb_rev_path_dup (TkbRevTree *tree, const char *rev);

/* ---- counters ---- */

typedef struct
{
  gint64      documents;
  gint64      designs;
  gint64      deleted;
  gint64      drafts;
  gint64      conflicts;
  gint64      waiting;
  gint64      refused;
  gint64      favourites;
  gint64      pending;
  GHashTable *kinds; /* (owned) utf8 -> gint64 in a pointer */
  guint64     seq;   /* the last one given out; 0: not read */
} TkbCounters;

#define TKB_COUNTERS_INIT                                                                          \
  {                                                                                                \
    0                                                                                              \
  }

void tkb_counters_clear (TkbCounters *self);
/* What one document's row adds to (sign 1) or takes from (-1) the counters. */
void tkb_counters_add_row (TkbCounters *self, const TkbDocRow *row, int sign);
/* Adds the differences to the table. seq is set, not added, unless it is 0. */
gboolean tkb_counters_flush (TkbCounters *self, TkbDb *db, GError **error);
/* 0 where there is none. */
gboolean tkb_counter_get (TkbDb *db, const char *name, gint64 *out_value, GError **error);
gboolean tkb_counter_set (TkbDb *db, const char *name, gint64 value, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TkbDocRow, tkb_doc_row_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TkbCounters, tkb_counters_clear)

G_END_DECLS
