/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Holds everything in a store against everything else. Findings are sentences for the person who
 * has to decide what to do: what is wrong, then what a repair does about it; nothing is changed. */
#include "config.h"

#include "tkb-store-internal.h"

#include <string.h>

#include "tkb-attachments.h"
#include "tkb-index.h"
#include "tkb-rev-id.h"

/* findings after which a check does not go on listing */
#define MAX_FINDINGS 1000

/* what a repair does about a finding */
#define COMPUTES_AGAIN " Repair computes it again."
#define FETCHES_AGAIN " Repair has the next sync fetch it again."
#define REBUILDS_TREE " Repair builds it again from the texts that are here."
#define SAVES_ROWS " Repair saves what can be read into a new file and keeps this one."

G_GNUC_PRINTF (2, 3)
static void
find (GPtrArray *findings, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list          arguments;

  if (findings->len >= MAX_FINDINGS)
    return;
  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  g_ptr_array_add (findings, g_utf8_make_valid (text, -1)); /* it quotes what is damaged */
  va_end (arguments);
}

/* ---- pages and references ---- */

static gboolean
look_at_pages (TkbDb *db, GPtrArray *findings, GError **error)
{
  g_auto (TkbStmt) integrity = tkb_db_borrow (db, TKB_SQL_INTEGRITY);
  g_auto (TkbStmt) references = tkb_db_borrow (db, TKB_SQL_FOREIGN_KEYS);
  TkbStep step;

  while ((step = tkb_stmt_step (&integrity, error)) == TKB_STEP_ROW)
    if (g_strcmp0 (tkb_stmt_get_text (&integrity, 0), "ok") != 0)
      find (findings, "The file is damaged: %s." SAVES_ROWS, tkb_stmt_get_text (&integrity, 0));
  if (step == TKB_STEP_ERROR)
    return FALSE;
  while ((step = tkb_stmt_step (&references, error)) == TKB_STEP_ROW)
    find (findings, "A row of the table %s refers to a row of %s that is not there." SAVES_ROWS,
          tkb_stmt_get_text (&references, 0), tkb_stmt_get_text (&references, 2));
  return step == TKB_STEP_DONE;
}

/* SQLite reports a page that the disk did not give as it reports a damaged one. What is there the
 * second time is damage. */
gboolean
tkb_store_check_pages (TkbDb *db, GPtrArray *findings, GError **error)
{
  guint n_before = findings->len;

  if (!look_at_pages (db, findings, error))
    return FALSE;
  if (findings->len == n_before)
    return TRUE;
  g_ptr_array_set_size (findings, (int) n_before);
  return look_at_pages (db, findings, error);
}

/* ---- documents ---- */

/* A revision that was written here has a name that follows from what stands in it. */
static void
check_name (TkbDocRow *row, TkbDocument *document, TkbRowFlags flags, GPtrArray *findings)
{
  const char             *rev = tkb_document_get_rev (document);
  g_autofree const char **path = tkb_rev_path_dup (row->tree, rev);
  g_autofree char        *computed = NULL;

  if ((flags & TKB_ROW_HERE) == 0 || path == NULL ||
      (path[1] == NULL && tkb_rev_id_get_generation (rev) > 1))
    return;
  computed = tkb_rev_id_compute (tkb_document_get_body (document), path[1],
                                 tkb_document_is_deleted (document));
  if (strcmp (computed, rev) != 0)
    find (findings, "“%s”: the text of revision %s was altered." FETCHES_AGAIN, row->id, rev);
}

static gboolean
check_revision (TkbDb *db, TkbDocRow *row, const char *rev, GPtrArray *findings, GError **error)
{
  gboolean is_expected = (tkb_rev_tree_get_flags (row->tree, rev) & TKB_REV_NODE_AVAILABLE) != 0;
  g_autoptr (TkbDocument) document = NULL;
  g_autoptr (GError) local_error = NULL;
  TkbRowFlags flags = 0;

  if (tkb_revision_find (db, row->doc, row->id, rev, NULL, &document, &local_error))
    {
      if (!tkb_revision_find_flags (db, row->doc, rev, &flags, error))
        return FALSE;
      if (!is_expected)
        find (findings, "“%s”: revision %s is here, but its tree does not say so." COMPUTES_AGAIN,
              row->id, rev);
      if (((flags & TKB_ROW_DELETED) != 0) !=
          ((tkb_rev_tree_get_flags (row->tree, rev) & TKB_REV_NODE_DELETED) != 0))
        find (findings, "“%s”: revision %s is deleted in one place only." COMPUTES_AGAIN, row->id,
              rev);
      if (!tkb_document_is_deleted (document) &&
          ((flags ^ tkb_edit_get_revision_flags (document)) & (TKB_ROW_DRAFT | TKB_ROW_STAYS)) != 0)
        find (findings,
              "“%s”: whether revision %s may leave this machine is noted wrongly." COMPUTES_AGAIN,
              row->id, rev);
      check_name (row, document, flags, findings);
      return TRUE;
    }
  if (g_error_matches (local_error, TKB_STORE_ERROR, TKB_STORE_ERROR_CORRUPT))
    find (findings, "“%s”: revision %s cannot be read." FETCHES_AGAIN, row->id, rev);
  else if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  else if (is_expected || tkb_rev_tree_is_leaf (row->tree, rev))
    find (findings, "“%s”: the text of revision %s is missing." FETCHES_AGAIN, row->id, rev);
  return TRUE;
}

static void
check_winner (TkbDocRow *row, GPtrArray *findings)
{
  const char *winner = tkb_rev_tree_get_winner (row->tree);
  g_autoptr (GPtrArray) conflicts = tkb_rev_tree_get_conflicts (row->tree);
  gboolean    is_deleted = tkb_rev_tree_is_deleted (row->tree);
  const char *wanted = NULL;

  if (g_strcmp0 (winner, row->rev) != 0)
    find (findings, "“%s”: the winner is %s, not %s." COMPUTES_AGAIN, row->id, winner, row->rev);
  if (is_deleted != ((row->flags & TKB_ROW_DELETED) != 0))
    find (findings, "“%s”: is wrongly listed as %s." COMPUTES_AGAIN, row->id,
          is_deleted ? "live" : "deleted");
  if ((conflicts->len > 0) != ((row->flags & TKB_ROW_CONFLICT) != 0))
    find (findings, "“%s”: its conflict is not listed, or listed wrongly." COMPUTES_AGAIN, row->id);
  if ((row->flags & (TKB_ROW_DELETED | TKB_ROW_DESIGN)) == 0)
    wanted = row->rev;
  if ((row->flags & TKB_ROW_PENDING) == 0 && row->indexed != NULL &&
      (g_strcmp0 (wanted, row->indexed) != 0 || (row->flags & TKB_ROW_TITLED) != 0))
    find (findings, "“%s”: the index holds another revision, or not all of it." COMPUTES_AGAIN,
          row->id);
}

static gboolean
check_documents (TkbDb *db, GPtrArray *findings, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_DOCUMENT_ALL);
  TkbStep step;

  while ((step = tkb_stmt_step (&stmt, error)) == TKB_STEP_ROW)
    {
      g_auto (TkbDocRow) row = TKB_DOC_ROW_INIT;
      g_autoptr (GPtrArray) revs = NULL;
      g_autoptr (GError) local_error = NULL;

      if (!tkb_doc_row_read (&row, &stmt, TRUE, &local_error))
        {
          find (findings, "“%s”: the revision tree cannot be read." REBUILDS_TREE, row.id);
          continue;
        }
      check_winner (&row, findings);
      revs = tkb_rev_tree_get_all (row.tree);
      for (guint i = 0; i < revs->len; i++)
        if (!check_revision (db, &row, g_ptr_array_index (revs, i), findings, error))
          return FALSE;
    }
  return step == TKB_STEP_DONE;
}

/* ---- counters ---- */

static gboolean
check_counter (TkbDb *db, const char *name, TkbSql recount, GPtrArray *findings, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, recount);
  gint64 value;

  if (!tkb_counter_get (db, name, &value, error) || tkb_stmt_step (&stmt, error) != TKB_STEP_ROW)
    return FALSE;
  if (value != tkb_stmt_get_int (&stmt, 0))
    find (findings,
          "The count of %s is %" G_GINT64_FORMAT ", counted again %" G_GINT64_FORMAT
          "." COMPUTES_AGAIN,
          name, value, tkb_stmt_get_int (&stmt, 0));
  return TRUE;
}

static gboolean
check_kinds (TkbDb *db, GPtrArray *findings, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_RECOUNT_KINDS);
  TkbStep step;

  while ((step = tkb_stmt_step (&stmt, error)) == TKB_STEP_ROW)
    {
      g_autofree char *name = g_strconcat ("kind:", tkb_stmt_get_text (&stmt, 0), NULL);
      gint64           value;

      if (!tkb_counter_get (db, name, &value, error))
        return FALSE;
      if (value != tkb_stmt_get_int (&stmt, 1))
        find (findings, "The count of the kind “%s” is wrong." COMPUTES_AGAIN,
              tkb_stmt_get_text (&stmt, 0));
    }
  return step == TKB_STEP_DONE;
}

const TkbRecount tkb_recounts[] = {
  { "documents", TKB_SQL_RECOUNT_DOCUMENTS },    { "designs", TKB_SQL_RECOUNT_DESIGNS },
  { "deleted", TKB_SQL_RECOUNT_DELETED },        { "drafts", TKB_SQL_RECOUNT_DRAFTS },
  { "conflicts", TKB_SQL_RECOUNT_CONFLICTS },    { "waiting", TKB_SQL_RECOUNT_WAITING },
  { "refused", TKB_SQL_RECOUNT_REFUSED },        { "favourites", TKB_SQL_RECOUNT_FAVOURITES },
  { "pending", TKB_SQL_DOCUMENT_COUNT_PENDING }, { NULL, 0 },
};

static gboolean
check_counters (TkbDb *db, GPtrArray *findings, GError **error)
{
  g_auto (TkbStmt) stmt = { 0 };
  gint64 seq;

  for (gsize i = 0; tkb_recounts[i].name != NULL; i++)
    if (!check_counter (db, tkb_recounts[i].name, tkb_recounts[i].recount, findings, error))
      return FALSE;
  stmt = tkb_db_borrow (db, TKB_SQL_MAX_SEQ);
  if (!tkb_counter_get (db, "seq", &seq, error) || tkb_stmt_step (&stmt, error) != TKB_STEP_ROW)
    return FALSE;
  if (tkb_stmt_get_int (&stmt, 0) > seq)
    find (findings, "A change has a number that has not been given out yet." COMPUTES_AGAIN);
  return check_kinds (db, findings, error);
}

/* ---- attachments ---- */

/* One that no text names is none of anybody's business. */
static gboolean
find_damaged_blob (
    TkbDb *db, const char *digest, const char *sha256, GPtrArray *findings, GError **error)
{
  g_auto (TkbStmt) users = tkb_db_borrow (db, TKB_SQL_BLOB_USERS);
  TkbStep step;

  tkb_stmt_bind_text (&users, 1, digest);
  step = tkb_stmt_step (&users, error);
  if (step == TKB_STEP_ROW)
    find (findings, "“%s”: the attachment %s (file %s) is missing or damaged." FETCHES_AGAIN,
          tkb_stmt_get_text (&users, 0), digest, sha256);
  return step != TKB_STEP_ERROR;
}

static gboolean
check_blobs (
    TkbStore *self, TkbDb *db, GPtrArray *findings, GCancellable *cancellable, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_BLOB_ALL);
  TkbStep step;

  while ((step = tkb_stmt_step (&stmt, error)) == TKB_STEP_ROW)
    {
      const char *sha256 = tkb_stmt_get_text (&stmt, 1);
      gboolean    is_right;

      if (!tkb_blob_store_verify (self->blobs, sha256, tkb_stmt_get_int (&stmt, 2), &is_right,
                                  cancellable, error))
        return FALSE;
      if (!is_right &&
          !find_damaged_blob (db, tkb_stmt_get_text (&stmt, 0), sha256, findings, error))
        return FALSE;
    }
  return step == TKB_STEP_DONE;
}

/* ---- the whole ---- */

/* The index checks itself through statements that count as writes. */
static gboolean
check_index_on_writer (TkbStore *self, gpointer data, GError **error)
{
  g_auto (TkbTransaction) transaction = TKB_TRANSACTION_INIT;

  return tkb_transaction_begin_write (&transaction, self->db, error) &&
         tkb_index_check (self->db, self->catalog, data, error);
}

/* Damage that ends a look is a finding like any other. */
static gboolean
note_damage (GPtrArray *findings, GError *local_error, GError **error)
{
  if (!g_error_matches (local_error, TKB_STORE_ERROR, TKB_STORE_ERROR_CORRUPT))
    {
      g_propagate_error (error, local_error);
      return FALSE;
    }
  find (findings, "The file is damaged: %s." SAVES_ROWS, local_error->message);
  g_error_free (local_error);
  return TRUE;
}

static gboolean
check (TkbStore *self, GPtrArray *findings, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  TkbDb   *db = tkb_store_acquire_reader (self, cancellable, error);
  gboolean is_done;

  if (db == NULL)
    return FALSE;
  is_done = tkb_store_check_pages (db, findings, &local_error) &&
            check_documents (db, findings, &local_error) &&
            check_counters (db, findings, &local_error) &&
            check_blobs (self, db, findings, cancellable, &local_error);
  tkb_store_release_reader (self, db);
  if (is_done && tkb_store_keeps_index (self))
    is_done = tkb_store_run_writer (self, check_index_on_writer, findings, &local_error);
  return is_done || note_damage (findings, g_steal_pointer (&local_error), error);
}

/**
 * tkb_store_check:
 * @self: a store
 * @cancellable: (nullable)
 * @error: return location
 *
 * Reads everything: pages, references, trees and winners, bodies written here against their
 * revision ids, counters, attachments by digest, the index. Takes as long as reading all of it
 * takes. Changes nothing.
 *
 * Returns: (transfer full) (element-type utf8): one sentence a finding, in English; empty: clean;
 *   %NULL with an error if it could not look
 */
GPtrArray *
tkb_store_check (TkbStore *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) findings = g_ptr_array_new_with_free_func (g_free);

  g_return_val_if_fail (TKB_IS_STORE (self), NULL);

  return check (self, findings, cancellable, error) ? g_steal_pointer (&findings) : NULL;
}
