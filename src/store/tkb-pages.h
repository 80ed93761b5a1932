/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Private to src/store. Reads the rows of a damaged SQLite file without SQLite: page by page, also
 * those that no sound page leads to any more, with what is committed in its log. It believes
 * nothing: every length and every page number is held against what there is. It knows the tables of
 * a store by the shape of their rows and nothing of what the rows mean.
 * https://www.sqlite.org/fileformat2.html */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* columns of the widest table */
#define TKB_PAGES_MAX_COLUMNS 11

typedef enum
{
  TKB_CELL_NULL,
  TKB_CELL_INTEGER,
  TKB_CELL_TEXT,
  TKB_CELL_OTHER, /* a number with a fraction, a blob */
} TkbCellType;

typedef struct
{
  TkbCellType type;
  gint64      integer;
  const char *text; /* (unowned): not terminated; checked to be UTF-8 */
  gsize       length_bytes;
} TkbCell;

/* The tables of a store that hold what cannot be computed, and two indexes that know names. */
typedef enum
{
  TKB_PAGES_DOCUMENT,
  TKB_PAGES_REVISION,
  TKB_PAGES_BLOB,
  TKB_PAGES_LOCAL,
  TKB_PAGES_OUTBOX,
  TKB_PAGES_FAVOURITE,
  TKB_PAGES_COUNTER,
  TKB_PAGES_DOCUMENT_IDS,  /* id, doc */
  TKB_PAGES_REVISION_REVS, /* doc, rev, revision */
  TKB_PAGES_TABLES,
  TKB_PAGES_NONE = -1,
} TkbPagesTable;

/* One row; valid during the call. */
typedef struct
{
  TkbPagesTable table;
  gint64        rowid;    /* 0 where the table has none */
  gboolean      is_cut;   /* the end of its last column could not be read */
  gboolean      is_stray; /* from a page that nothing leads to: may be out of date */
  guint         n_cells;
  TkbCell       cells[TKB_PAGES_MAX_COLUMNS];
} TkbPagesRow;

/* FALSE with an error ends the walk. */
typedef gboolean (*TkbPagesFunc) (const TkbPagesRow *row, gpointer data, GError **error);

typedef struct _TkbPages TkbPages;

/* NULL with an error: the file cannot be opened or is empty. */
TkbPages *tkb_pages_open (const char *path, GError **error);
void      tkb_pages_free (TkbPages *self);
/* The number of the schema's version as the header has it; 0 where there is no header. */
guint32 tkb_pages_get_version (TkbPages *self);
/* Every row that can be read, of the tables in the order above, then those of stray pages where
 * damage was met. A row may come twice: what came first is to be believed. */
gboolean tkb_pages_walk (TkbPages     *self,
                         TkbPagesFunc  function,
                         gpointer      data,
                         GCancellable *cancellable,
                         GError      **error);
/* After the walk: pages that could not be read, and whether a table was read from end to end. */
guint    tkb_pages_get_bad_pages (TkbPages *self);
gboolean tkb_pages_is_whole (TkbPages *self, TkbPagesTable table);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbPages, tkb_pages_free)

G_END_DECLS
