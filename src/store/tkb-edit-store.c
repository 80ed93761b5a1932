/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-edit-private.h"

#include <string.h>

#include "tkb-attached.h"
#include "tkb-attachments.h"
#include "tkb-index.h"
#include "tkb-limits.h"
#include "tkb-rev-id.h"

/* ---- the winner and what follows from it ---- */

static void
replace (char **target, const char *value)
{
  char *copy = g_strdup (value);

  g_free (*target);
  *target = copy;
}

static void
describe (TkbDocRow *row, TkbDocument *winner, TkbRowFlags revision_flags)
{
  replace (&row->rev, tkb_document_get_rev (winner));
  replace (&row->kind, tkb_document_get_kind (winner));
  replace (&row->state, tkb_document_get_string (winner, "state"));
  replace (&row->modified, tkb_document_get_string (winner, "modified"));
  replace (&row->title, tkb_document_get_string (winner, "title"));
  row->flags &= ~(TKB_ROW_DELETED | TKB_ROW_DRAFT | TKB_ROW_STAYS);
  row->flags |= revision_flags & (TKB_ROW_DELETED | TKB_ROW_DRAFT | TKB_ROW_STAYS);
}

/* Describes the winner of row's tree. fresh (nullable): the revision that is about to be stored. */
static gboolean
update_winner (TkbDocRow   *row,
               TkbDb       *db,
               TkbDocument *fresh,
               const char  *fresh_rev,
               TkbRowFlags  fresh_flags,
               GError     **error)
{
  const char *winner = tkb_rev_tree_get_winner (row->tree);
  g_autoptr (GPtrArray) leaves = tkb_rev_tree_get_leaves (row->tree);
  guint live = 0;

  g_assert (winner != NULL);
  if (fresh != NULL && strcmp (winner, fresh_rev) == 0)
    {
      g_autoptr (TkbDocument) document = tkb_document_with_rev (fresh, fresh_rev);

      describe (row, document, fresh_flags);
    }
  else if (g_strcmp0 (winner, row->rev) != 0)
    {
      g_autoptr (TkbDocument) document = tkb_revision_load (db, row, winner, error);
      TkbRowFlags flags = 0;

      if (document == NULL || !tkb_revision_find_flags (db, row->doc, winner, &flags, error))
        return FALSE;
      describe (row, document, flags);
    }
  for (guint i = 0; i < leaves->len; i++)
    if ((tkb_rev_tree_get_flags (row->tree, g_ptr_array_index (leaves, i)) &
         TKB_REV_NODE_DELETED) == 0)
      live++;
  row->flags &= ~(TKB_ROW_CONFLICT | TKB_ROW_BRANCHED | TKB_ROW_DESIGN);
  if (g_str_has_prefix (row->id, "_design/"))
    row->flags |= TKB_ROW_DESIGN;
  if (live > 1)
    row->flags |= TKB_ROW_CONFLICT;
  if (leaves->len > 1)
    row->flags |= TKB_ROW_BRANCHED;
  return TRUE;
}

gboolean
tkb_edit_describe (TkbDocRow *row, TkbDb *db, GError **error)
{
  g_clear_pointer (&row->rev, g_free);
  return update_winner (row, db, NULL, NULL, 0, error);
}

/* ---- the index ---- */

/* (nullable): the revision that the index should hold */
static const char *
get_wanted (const TkbDocRow *row)
{
  return (row->flags & (TKB_ROW_DELETED | TKB_ROW_DESIGN)) == 0 ? row->rev : NULL;
}

static gboolean
is_titled (const TkbDocRow *row)
{
  return (row->flags & TKB_ROW_TITLED) != 0;
}

/* From held (nullable) to what is wanted. is_titled: of held only the title and the facets are
 * there. Both are read back from their stored text, also where the
 * document is at hand: the index takes words out by being given the same text once more, and the
 * order of members is part of that. */
static gboolean
put_in_index (TkbDocRow  *row,
              TkbDb      *db,
              TkbCatalog *catalog,
              const char *held,
              gboolean    is_titled,
              GError    **error)
{
  const char *wanted = get_wanted (row);
  g_autoptr (TkbDocument) before = NULL;
  g_autoptr (TkbDocument) after = NULL;

  if (g_strcmp0 (held, wanted) == 0 && !is_titled)
    return TRUE;
  if (held != NULL && (before = tkb_revision_load (db, row, held, error)) == NULL)
    return FALSE;
  if (wanted != NULL && (after = tkb_revision_load (db, row, wanted, error)) == NULL)
    return FALSE;
  return tkb_index_document (db, catalog, row->doc, before, is_titled, after, error) &&
         (after == NULL || !tkb_attachments_has_any (after) ||
          tkb_attached_queue (db, row->doc, wanted, error));
}

gboolean
tkb_edit_index_row (TkbDocRow *row, TkbDb *db, TkbCatalog *catalog, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_DOCUMENT_SET_INDEXED);

  if (!put_in_index (row, db, catalog, row->indexed, is_titled (row), error))
    return FALSE;
  replace (&row->indexed, get_wanted (row));
  row->flags &= ~(TKB_ROW_PENDING | TKB_ROW_TITLED);
  tkb_stmt_bind_int (&stmt, 1, row->doc);
  tkb_stmt_bind_text (&stmt, 2, row->indexed);
  tkb_stmt_bind_int (&stmt, 3, (gint64) row->flags);
  return tkb_stmt_run (&stmt, error);
}

/* ---- the outbox ---- */

typedef struct
{
  char *rev;  /* (owned) */
  char *base; /* (owned) (nullable) */
} Waiting;

static void
waiting_free (Waiting *self)
{
  g_free (self->rev);
  g_free (self->base);
  g_free (self);
}

static gboolean
remove_waiting (TkbBatch *batch, gint64 doc, const char *rev, gboolean is_refused, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (batch->db, TKB_SQL_OUTBOX_DELETE);

  tkb_stmt_bind_int (&stmt, 1, doc);
  tkb_stmt_bind_text (&stmt, 2, rev);
  if (!tkb_stmt_run (&stmt, error))
    return FALSE;
  batch->counters.waiting--;
  if (is_refused)
    batch->counters.refused--;
  batch->has_changed = TRUE;
  return TRUE;
}

/* Takes the entries of row's document that stand on line out; out_base (optional) (nullable):
 * what the newest of them was made on, as far as the server knows it. */
static gboolean
take_waiting (TkbBatch          *batch,
              const TkbDocRow   *row,
              const char *const *line,
              gboolean          *out_any,
              char             **out_base,
              GError           **error)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func ((GDestroyNotify) waiting_free);
  g_autoptr (GArray) refused = g_array_new (FALSE, FALSE, sizeof (gboolean));

  *out_any = FALSE;
  if (!batch->keeps_outbox || row->doc == 0)
    return TRUE;
  {
    g_auto (TkbStmt) stmt = tkb_db_borrow (batch->db, TKB_SQL_OUTBOX_OF);
    TkbStep step;

    tkb_stmt_bind_int (&stmt, 1, row->doc);
    while ((step = tkb_stmt_step (&stmt, error)) == TKB_STEP_ROW)
      if (g_strv_contains (line, tkb_stmt_get_text (&stmt, 0)))
        {
          Waiting *waiting = g_new0 (Waiting, 1);
          gboolean is_refused = !tkb_stmt_is_null (&stmt, 2);

          waiting->rev = g_strdup (tkb_stmt_get_text (&stmt, 0));
          waiting->base = g_strdup (tkb_stmt_get_text (&stmt, 1));
          g_ptr_array_add (found, waiting);
          g_array_append_val (refused, is_refused);
        }
    if (step == TKB_STEP_ERROR)
      return FALSE;
  }
  for (guint i = 0; i < found->len; i++)
    {
      Waiting *waiting = g_ptr_array_index (found, i);

      if (!remove_waiting (batch, row->doc, waiting->rev, g_array_index (refused, gboolean, i),
                           error))
        return FALSE;
      *out_any = TRUE;
      if (out_base != NULL)
        replace (out_base, waiting->base);
    }
  return TRUE;
}

gboolean
tkb_edit_settle_outbox (TkbBatch          *batch,
                        const TkbDocRow   *row,
                        const char *const *line,
                        GError           **error)
{
  gboolean any;

  return take_waiting (batch, row, line, &any, NULL, error);
}

gboolean
tkb_edit_mark_sent (TkbDocRow *row, TkbBatch *batch, const char *rev, GError **error)
{
  g_autofree const char **line = tkb_rev_path_dup (row->tree, rev);

  return line == NULL || tkb_edit_settle_outbox (batch, row, line, error);
}

/* A local edit takes the place of the one it was made on, and waits from now on. */
static gboolean
note_local (TkbBatch             *batch,
            const TkbDocRow      *row,
            const TkbNewRevision *revision,
            const char           *parent,
            const char           *base,
            GError              **error)
{
  const char *const made_on[] = { parent, NULL };
  g_autofree char  *known = NULL;
  gboolean          any = FALSE;
  g_auto (TkbStmt) stmt = { 0 };

  if (!batch->keeps_outbox)
    return TRUE;
  if (parent != NULL && !take_waiting (batch, row, made_on, &any, &known, error))
    return FALSE;
  if ((revision->flags & TKB_ROW_STAYS) != 0)
    return TRUE;
  stmt = tkb_db_borrow (batch->db, TKB_SQL_OUTBOX_PUT);
  tkb_stmt_bind_int (&stmt, 1, row->doc);
  tkb_stmt_bind_text (&stmt, 2, revision->path[0]);
  tkb_stmt_bind_text (&stmt, 3, any ? known : base);
  tkb_stmt_bind_null (&stmt, 4);
  tkb_stmt_bind_int (&stmt, 5, batch->now_ms);
  batch->counters.waiting++;
  return tkb_stmt_run (&stmt, error);
}

/* ---- writing ---- */

static gboolean
store_body (
    TkbEdit *edit, TkbBatch *batch, TkbDocRow *row, const TkbNewRevision *revision, GError **error)
{
  g_auto (TkbStmt) stmt = { 0 };
  gint64 revision_row;

  if (!tkb_revision_store (batch->db, row->doc, edit->rev, revision->flags, batch->now_ms,
                           edit->body, edit->body_bytes, &revision_row, error))
    return FALSE;
  if (revision->digests->len == 0)
    return TRUE;
  stmt = tkb_db_borrow (batch->db, TKB_SQL_ATTACHMENT_INSERT);
  for (guint i = 0; i < revision->digests->len; i++)
    {
      tkb_stmt_bind_int (&stmt, 1, revision_row);
      tkb_stmt_bind_text (&stmt, 2, g_ptr_array_index (revision->digests, i));
      if (!tkb_stmt_run (&stmt, error))
        return FALSE;
    }
  return TRUE;
}

/* Decides what is done about the index; TRUE: at once. */
static gboolean
plan_index (TkbDocRow *row, TkbBatch *batch, const char *amended)
{
  gboolean is_behind = g_strcmp0 (get_wanted (row), row->indexed) != 0 || is_titled (row);
  gboolean at_once = is_behind && batch->indexes_at_once;

  /* the index can only forget an old body while that is still here */
  if (amended != NULL && g_strcmp0 (row->indexed, amended) == 0)
    at_once = TRUE;
  if (is_behind && !at_once)
    row->flags |= TKB_ROW_PENDING;
  else
    row->flags &= ~TKB_ROW_PENDING;
  return at_once;
}

static gboolean
change_tree (TkbBatch             *batch,
             TkbDocRow            *row,
             const TkbNewRevision *revision,
             gboolean             *out_has_grown,
             GError              **error)
{
  TkbRevNodeFlags flags = TKB_REV_NODE_AVAILABLE;
  guint           dropped;

  if ((revision->flags & TKB_ROW_DELETED) != 0)
    flags |= TKB_REV_NODE_DELETED;
  if (revision->amended != NULL)
    tkb_rev_tree_remove_leaf (row->tree, revision->amended);
  *out_has_grown =
      tkb_rev_tree_insert_path (row->tree, revision->line, flags) != TKB_REV_INSERT_EXISTS ||
      revision->amended != NULL;
  if (tkb_rev_tree_stem (row->tree, batch->revs_limit) == 0 &&
      tkb_rev_tree_get_size (row->tree) <= TKB_KEPT_BODIES)
    return TRUE;
  return row->doc == 0 || tkb_edit_prune (row, batch->db, &dropped, error);
}

gboolean
tkb_edit_store (
    TkbEdit *edit, TkbBatch *batch, TkbDocRow *row, const TkbNewRevision *revision, GError **error)
{
  /* the tree may forget them when it is stemmed */
  g_autofree char *parent = g_strdup (revision->parent);
  g_autofree char *base = g_strdup (revision->path[1]);
  g_autofree char *amended = g_strdup (revision->amended);
  g_autofree char *held = g_strdup (row->indexed);
  gboolean         held_is_titled = is_titled (row);
  gboolean         is_replicated = (batch->flags & TKB_WRITE_REPLICATED) != 0;
  gboolean         is_here, has_grown, at_once;

  if (row->doc != 0)
    tkb_counters_add_row (&batch->counters, row, -1);
  is_here = (tkb_rev_tree_get_flags (row->tree, edit->rev) & TKB_REV_NODE_AVAILABLE) != 0;
  if (!change_tree (batch, row, revision, &has_grown, error) ||
      !update_winner (row, batch->db, edit->document, edit->rev, revision->flags, error))
    return FALSE;
  if (has_grown)
    {
      row->seq = ++batch->counters.seq;
      batch->has_changed = TRUE;
    }
  at_once = plan_index (row, batch, amended);
  if (at_once)
    {
      replace (&row->indexed, get_wanted (row));
      row->flags &= ~TKB_ROW_TITLED;
    }
  if (!tkb_doc_row_store (row, batch->db, error) ||
      (!is_here && !store_body (edit, batch, row, revision, error)))
    return FALSE;
  if (at_once)
    {
      if (!put_in_index (row, batch->db, batch->catalog, held, held_is_titled, error))
        return FALSE;
      batch->has_indexed = TRUE;
    }
  if (amended != NULL && !tkb_revision_remove (batch->db, row->doc, amended, error))
    return FALSE;
  tkb_counters_add_row (&batch->counters, row, 1);
  if (is_replicated)
    return tkb_edit_settle_outbox (batch, row, revision->line, error);
  return note_local (batch, row, revision, parent, base, error);
}

/* ---- taking drafts back ---- */

/* Takes leaf and the own drafts below it out of the tree; their ids are added to removed. */
static gboolean
cut_drafts (TkbDocRow *row, TkbDb *db, const char *leaf, GPtrArray *removed, GError **error)
{
  g_autofree const char **path = tkb_rev_path_dup (row->tree, leaf);

  for (guint i = 0; path != NULL && path[i] != NULL; i++)
    {
      g_autoptr (GError) local_error = NULL;
      const char *parent = path[i + 1];
      TkbRowFlags flags = 0;

      if (!tkb_revision_find_flags (db, row->doc, path[i], &flags, &local_error) &&
          local_error != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
      if ((flags & TKB_ROW_DRAFT) == 0 || (flags & TKB_ROW_HERE) == 0 ||
          !tkb_rev_tree_is_leaf (row->tree, path[i]))
        return TRUE;
      if (parent != NULL &&
          (tkb_rev_tree_get_flags (row->tree, parent) & TKB_REV_NODE_AVAILABLE) == 0)
        return TRUE;
      g_ptr_array_add (removed, g_strdup (path[i]));
      tkb_rev_tree_remove_leaf (row->tree, path[i]);
    }
  return TRUE;
}

static gboolean
remove_document (TkbDocRow *row, TkbBatch *batch, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (batch->db, TKB_SQL_DOCUMENT_DELETE);

  if (row->indexed != NULL)
    {
      g_autoptr (TkbDocument) before = tkb_revision_load (batch->db, row, row->indexed, error);

      if (before == NULL || !tkb_index_document (batch->db, batch->catalog, row->doc, before,
                                                 is_titled (row), NULL, error))
        return FALSE;
      batch->has_indexed = TRUE;
    }
  tkb_stmt_bind_int (&stmt, 1, row->doc);
  return tkb_stmt_run (&stmt, error);
}

/* After drafts were cut: the document as it was before them. */
static gboolean
restore_document (TkbDocRow *row, TkbBatch *batch, GPtrArray *removed, GError **error)
{
  g_autofree char *held = g_strdup (row->indexed);
  gboolean         at_once = TRUE;

  if (!update_winner (row, batch->db, NULL, NULL, 0, error))
    return FALSE;
  row->seq = ++batch->counters.seq;
  if (held == NULL && !batch->indexes_at_once)
    at_once = plan_index (row, batch, NULL);
  if (at_once)
    {
      if (!put_in_index (row, batch->db, batch->catalog, held, is_titled (row), error))
        return FALSE;
      replace (&row->indexed, get_wanted (row));
      row->flags &= ~(TKB_ROW_PENDING | TKB_ROW_TITLED);
      batch->has_indexed = TRUE;
    }
  for (guint i = 0; i < removed->len; i++)
    if (!tkb_revision_remove (batch->db, row->doc, g_ptr_array_index (removed, i), error))
      return FALSE;
  tkb_counters_add_row (&batch->counters, row, 1);
  return tkb_doc_row_store (row, batch->db, error);
}

gboolean
tkb_edit_take_back_drafts (TkbDocRow *row, TkbBatch *batch, gboolean *out_any, GError **error)
{
  g_autoptr (GPtrArray) removed = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) leaves = tkb_rev_tree_get_leaves (row->tree);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  /* the tree's own strings go with the leaves that are cut */
  for (guint i = 0; i < leaves->len; i++)
    g_ptr_array_add (names, g_strdup (g_ptr_array_index (leaves, i)));
  tkb_counters_add_row (&batch->counters, row, -1);
  for (guint i = 0; i < names->len; i++)
    if (!cut_drafts (row, batch->db, g_ptr_array_index (names, i), removed, error))
      return FALSE;
  *out_any = removed->len > 0;
  if (removed->len == 0)
    {
      tkb_counters_add_row (&batch->counters, row, 1);
      return TRUE;
    }
  batch->has_changed = TRUE;
  if (tkb_rev_tree_get_size (row->tree) == 0)
    return remove_document (row, batch, error);
  return restore_document (row, batch, removed, error);
}
