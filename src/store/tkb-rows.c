/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-rows.h"

#include "tkb-json.h"
#include "tkb-limits.h"
#include "tkb-store.h"

/* columns of TKB_SQL_DOC_COLUMNS */
enum
{
  COLUMN_DOC,
  COLUMN_ID,
  COLUMN_SEQ,
  COLUMN_REV,
  COLUMN_FLAGS,
  COLUMN_KIND,
  COLUMN_STATE,
  COLUMN_MODIFIED,
  COLUMN_TITLE,
  COLUMN_INDEXED,
  COLUMN_TREE,
};

void
tkb_doc_row_clear (TkbDocRow *self)
{
  g_free (self->id);
  g_free (self->rev);
  g_free (self->kind);
  g_free (self->state);
  g_free (self->modified);
  g_free (self->title);
  g_free (self->indexed);
  g_clear_pointer (&self->tree, tkb_rev_tree_free);
  *self = (TkbDocRow) TKB_DOC_ROW_INIT;
}

static gboolean
set_damaged (const char *id, const char *what, GError *cause, GError **error)
{
  g_autofree char *shown = g_utf8_make_valid (id != NULL ? id : "", -1);

  g_set_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_CORRUPT,
               "%s of document “%s” is damaged%s%s", what, shown, cause != NULL ? ": " : "",
               cause != NULL ? cause->message : "");
  return FALSE;
}

gboolean
tkb_text_is_sound (const char *text)
{
  return text != NULL && g_utf8_validate (text, -1, NULL);
}

JsonObject *
tkb_stmt_get_object (TkbStmt *stmt, int column, GError **error)
{
  const char *text = tkb_stmt_get_text (stmt, column);

  return tkb_json_parse_object (text != NULL ? text : "",
                                text != NULL ? (gssize) tkb_stmt_get_bytes (stmt, column) : 0,
                                2 * TKB_MAX_DOCUMENT_BYTES, error);
}

static gboolean
is_sound (const TkbDocRow *row)
{
  const char *const optional[] = { row->kind, row->state, row->modified, row->title, row->indexed };

  for (gsize i = 0; i < G_N_ELEMENTS (optional); i++)
    if (optional[i] != NULL && !tkb_text_is_sound (optional[i]))
      return FALSE;
  return tkb_text_is_sound (row->id) && tkb_text_is_sound (row->rev);
}

gboolean
tkb_doc_row_read (TkbDocRow *self, TkbStmt *stmt, gboolean with_tree, GError **error)
{
  tkb_doc_row_clear (self);
  self->doc = tkb_stmt_get_int (stmt, COLUMN_DOC);
  self->id = g_strdup (tkb_stmt_get_text (stmt, COLUMN_ID));
  self->seq = (guint64) tkb_stmt_get_int (stmt, COLUMN_SEQ);
  self->rev = g_strdup (tkb_stmt_get_text (stmt, COLUMN_REV));
  self->flags = (TkbRowFlags) tkb_stmt_get_int (stmt, COLUMN_FLAGS);
  self->kind = g_strdup (tkb_stmt_get_text (stmt, COLUMN_KIND));
  self->state = g_strdup (tkb_stmt_get_text (stmt, COLUMN_STATE));
  self->modified = g_strdup (tkb_stmt_get_text (stmt, COLUMN_MODIFIED));
  self->title = g_strdup (tkb_stmt_get_text (stmt, COLUMN_TITLE));
  self->indexed = g_strdup (tkb_stmt_get_text (stmt, COLUMN_INDEXED));
  if (!is_sound (self))
    return set_damaged (self->id, "the row", NULL, error);
  if (with_tree)
    {
      g_autoptr (GError) local_error = NULL;
      const char *text = tkb_stmt_get_text (stmt, COLUMN_TREE);

      if (text != NULL)
        self->tree = tkb_rev_tree_parse (text, (gssize) tkb_stmt_get_bytes (stmt, COLUMN_TREE),
                                         &local_error);
      if (self->tree == NULL)
        return set_damaged (self->id, "the revision tree", local_error, error);
      if (!tkb_rev_tree_contains (self->tree, self->rev))
        return set_damaged (self->id, "the revision tree", NULL, error);
    }
  return TRUE;
}

static gboolean
find (TkbDocRow *self, TkbStmt *stmt, GError **error)
{
  switch (tkb_stmt_step (stmt, error))
    {
    case TKB_STEP_ROW:
      return tkb_doc_row_read (self, stmt, TRUE, error);
    case TKB_STEP_DONE:
    case TKB_STEP_ERROR:
    default:
      return FALSE;
    }
}

gboolean
tkb_doc_row_find (TkbDocRow *self, TkbDb *db, const char *id, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_DOCUMENT_BY_ID);

  tkb_stmt_bind_text (&stmt, 1, id);
  return find (self, &stmt, error);
}

gboolean
tkb_doc_row_find_by_doc (TkbDocRow *self, TkbDb *db, gint64 doc, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_DOCUMENT_BY_DOC);

  tkb_stmt_bind_int (&stmt, 1, doc);
  return find (self, &stmt, error);
}

gboolean
tkb_doc_row_store (TkbDocRow *self, TkbDb *db, GError **error)
{
  gboolean         is_new = self->doc == 0;
  g_autofree char *tree = tkb_rev_tree_serialize (self->tree);
  g_auto (TkbStmt) stmt =
      tkb_db_borrow (db, is_new ? TKB_SQL_DOCUMENT_INSERT : TKB_SQL_DOCUMENT_UPDATE);

  /* the two statements differ in the first value only */
  if (is_new)
    tkb_stmt_bind_text (&stmt, 1, self->id);
  else
    tkb_stmt_bind_int (&stmt, 1, self->doc);
  tkb_stmt_bind_int (&stmt, 2, (gint64) self->seq);
  tkb_stmt_bind_text (&stmt, 3, self->rev);
  tkb_stmt_bind_int (&stmt, 4, (gint64) self->flags);
  tkb_stmt_bind_text (&stmt, 5, self->kind);
  tkb_stmt_bind_text (&stmt, 6, self->state);
  tkb_stmt_bind_text (&stmt, 7, self->modified);
  tkb_stmt_bind_text (&stmt, 8, self->title);
  tkb_stmt_bind_text (&stmt, 9, self->indexed);
  tkb_stmt_bind_text (&stmt, 10, tree);
  if (!tkb_stmt_run (&stmt, error))
    return FALSE;
  if (is_new)
    self->doc = tkb_db_get_last_rowid (db);
  return TRUE;
}

/* ---- bodies ---- */

gboolean
tkb_revision_find (TkbDb             *db,
                   gint64             doc,
                   const char        *id,
                   const char        *rev,
                   const char *const *path,
                   TkbDocument      **out_document,
                   GError           **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_REVISION_GET);
  g_autoptr (JsonObject) body = NULL;
  g_autoptr (GError) local_error = NULL;

  tkb_stmt_bind_int (&stmt, 1, doc);
  tkb_stmt_bind_text (&stmt, 2, rev);
  if (tkb_stmt_step (&stmt, error) != TKB_STEP_ROW)
    return FALSE;
  body = tkb_stmt_get_object (&stmt, 3, &local_error);
  if (body == NULL)
    return set_damaged (id, "a body", local_error, error);
  *out_document =
      tkb_document_new (id, rev, (tkb_stmt_get_int (&stmt, 1) & TKB_ROW_DELETED) != 0, body, path);
  return TRUE;
}

gboolean
tkb_revision_find_flags (
    TkbDb *db, gint64 doc, const char *rev, TkbRowFlags *out_flags, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_REVISION_HEAD);

  tkb_stmt_bind_int (&stmt, 1, doc);
  tkb_stmt_bind_text (&stmt, 2, rev);
  if (tkb_stmt_step (&stmt, error) != TKB_STEP_ROW)
    return FALSE;
  *out_flags = (TkbRowFlags) tkb_stmt_get_int (&stmt, 1);
  return TRUE;
}

TkbDocument *
tkb_revision_load (TkbDb *db, const TkbDocRow *row, const char *rev, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  TkbDocument *document = NULL;

  if (tkb_revision_find (db, row->doc, row->id, rev, NULL, &document, &local_error))
    return document;
  if (local_error != NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  else
    set_damaged (row->id, "a body that has to be here", NULL, error);
  return NULL;
}

gboolean
tkb_revision_store (TkbDb      *db,
                    gint64      doc,
                    const char *rev,
                    TkbRowFlags flags,
                    gint64      stored_ms,
                    const char *body,
                    gsize       body_bytes,
                    gint64     *out_revision,
                    GError    **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_REVISION_INSERT);

  tkb_stmt_bind_int (&stmt, 1, doc);
  tkb_stmt_bind_text (&stmt, 2, rev);
  tkb_stmt_bind_int (&stmt, 3, (gint64) flags);
  tkb_stmt_bind_int (&stmt, 4, stored_ms);
  tkb_stmt_bind_text_length (&stmt, 5, body, body_bytes);
  if (!tkb_stmt_run (&stmt, error))
    return FALSE;
  *out_revision = tkb_db_get_last_rowid (db);
  return TRUE;
}

gboolean
tkb_revision_remove (TkbDb *db, gint64 doc, const char *rev, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_REVISION_DELETE);

  tkb_stmt_bind_int (&stmt, 1, doc);
  tkb_stmt_bind_text (&stmt, 2, rev);
  return tkb_stmt_run (&stmt, error);
}

const char **
tkb_rev_path_dup (TkbRevTree *tree, const char *rev)
{
  g_autoptr (GPtrArray) path = tkb_rev_tree_get_path (tree, rev);
  const char **strings;

  if (path == NULL)
    return NULL;
  strings = g_new0 (const char *, path->len + 1);
  for (guint i = 0; i < path->len; i++)
    strings[i] = g_ptr_array_index (path, i);
  return strings;
}

/* ---- counters ---- */

void
tkb_counters_clear (TkbCounters *self)
{
  g_clear_pointer (&self->kinds, g_hash_table_unref);
  *self = (TkbCounters) TKB_COUNTERS_INIT;
}

void
tkb_counters_add_row (TkbCounters *self, const TkbDocRow *row, int sign)
{
  if ((row->flags & TKB_ROW_CONFLICT) != 0)
    self->conflicts += sign;
  if ((row->flags & TKB_ROW_PENDING) != 0)
    self->pending += sign;
  if ((row->flags & TKB_ROW_DELETED) != 0)
    {
      self->deleted += sign;
      return;
    }
  if ((row->flags & TKB_ROW_DESIGN) != 0)
    {
      self->designs += sign;
      return;
    }
  self->documents += sign;
  if ((row->flags & TKB_ROW_DRAFT) != 0)
    self->drafts += sign;
  if (row->kind != NULL)
    {
      gssize count;

      if (self->kinds == NULL)
        self->kinds = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      count = GPOINTER_TO_SIZE (g_hash_table_lookup (self->kinds, row->kind)) + sign;
      g_hash_table_replace (self->kinds, g_strdup (row->kind), GSIZE_TO_POINTER (count));
    }
}

static gboolean
add (TkbDb *db, const char *name, gint64 difference, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_COUNTER_ADD);

  if (difference == 0)
    return TRUE;
  tkb_stmt_bind_text (&stmt, 1, name);
  tkb_stmt_bind_int (&stmt, 2, difference);
  return tkb_stmt_run (&stmt, error);
}

static gboolean
drop_empty (TkbDb *db, const char *name, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_COUNTER_DROP_EMPTY);

  tkb_stmt_bind_text (&stmt, 1, name);
  return tkb_stmt_run (&stmt, error);
}

gboolean
tkb_counters_flush (TkbCounters *self, TkbDb *db, GError **error)
{
  GHashTableIter iterator;
  gpointer       kind, count;

  if (!add (db, "documents", self->documents, error) ||
      !add (db, "designs", self->designs, error) || !add (db, "deleted", self->deleted, error) ||
      !add (db, "drafts", self->drafts, error) || !add (db, "conflicts", self->conflicts, error) ||
      !add (db, "waiting", self->waiting, error) || !add (db, "refused", self->refused, error) ||
      !add (db, "favourites", self->favourites, error) ||
      !add (db, "pending", self->pending, error))
    return FALSE;
  if (self->seq != 0 && !tkb_counter_set (db, "seq", (gint64) self->seq, error))
    return FALSE;
  if (self->kinds == NULL)
    return TRUE;
  g_hash_table_iter_init (&iterator, self->kinds);
  while (g_hash_table_iter_next (&iterator, &kind, &count))
    {
      g_autofree char *name = g_strconcat ("kind:", kind, NULL);

      if (!add (db, name, (gssize) GPOINTER_TO_SIZE (count), error) ||
          !drop_empty (db, name, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
tkb_counter_get (TkbDb *db, const char *name, gint64 *out_value, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_COUNTER_GET);
  TkbStep step;

  tkb_stmt_bind_text (&stmt, 1, name);
  step = tkb_stmt_step (&stmt, error);
  if (step == TKB_STEP_ERROR)
    return FALSE;
  *out_value = step == TKB_STEP_ROW ? tkb_stmt_get_int (&stmt, 0) : 0;
  return TRUE;
}

gboolean
tkb_counter_set (TkbDb *db, const char *name, gint64 value, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_COUNTER_SET);

  tkb_stmt_bind_text (&stmt, 1, name);
  tkb_stmt_bind_int (&stmt, 2, value);
  return tkb_stmt_run (&stmt, error);
}
