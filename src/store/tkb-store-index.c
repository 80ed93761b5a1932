/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* When documents go into the full-text index. A single edit is indexed in its own transaction; what
 * came in bulk follows in steps on the writer thread, between other writes. Each document's row
 * says which revision the index holds (indexed) and whether it is behind (a flag and a counter);
 * every one that is behind has a sequence number above the counter index-seq. */
#include "config.h"

#include "tkb-store-internal.h"

#include "tkb-attached.h"
#include "tkb-index.h"
#include "tkb-store-load.h"

/* documents in one step, and its time: long enough that the commit does not matter (a batch of 500
 * was measured near the best rate), short enough that an edit in between does not wait */
#define STEP_DOCUMENTS 500
#define STEP_MS 400
/* a load in bulk is over when nothing came for so long; until then a step is taken this often, so
 * that what has come in can be found */
#define QUIET_MS 250
#define PACE_MS 4000

gboolean
tkb_store_keeps_index (TkbStore *self)
{
  return (self->flags & (TKB_STORE_OPEN_NO_INDEX | TKB_STORE_OPEN_READ_ONLY)) == 0;
}

/* Everything out of the index, every live document behind. In a transaction. */
static gboolean
start_over (TkbStore *self, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (self->db, TKB_SQL_DOCUMENT_COUNT_PENDING);

  if (!tkb_index_clear (self->db, self->catalog, error) ||
      !tkb_db_run (self->db, TKB_SQL_DOCUMENT_FORGET_INDEX, error) ||
      !tkb_counter_set (self->db, "index-seq", 0, error) ||
      tkb_stmt_step (&stmt, error) != TKB_STEP_ROW)
    return FALSE;
  return tkb_counter_set (self->db, "pending", tkb_stmt_get_int (&stmt, 0), error);
}

gboolean
tkb_store_prepare_index (TkbStore *self, GError **error)
{
  g_auto (TkbTransaction) transaction = TKB_TRANSACTION_INIT;
  gboolean is_current;

  if (!tkb_store_keeps_index (self))
    return TRUE;
  if (!tkb_transaction_begin_write (&transaction, self->db, error) ||
      !tkb_index_is_current (self->db, self->catalog, &is_current, error))
    return FALSE;
  return (is_current || start_over (self, error)) && tkb_transaction_commit (&transaction, error);
}

/* ---- steps ---- */

typedef struct
{
  gint64 doc;
  gint64 seq;
} Behind;

/* The next rows that are behind, by sequence, from the counter index-seq on. They are collected
 * first: a statement that walks rows while they are changed promises nothing. out_seen: the last
 * number looked at. (element-type Behind) */
static GArray *
collect (TkbDb *db, gint64 since, gint64 *out_seen, GError **error)
{
  g_autoptr (GArray) behind = g_array_new (FALSE, FALSE, sizeof (Behind));
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_DOCUMENT_CHANGES_HEADS);
  TkbStep result = TKB_STEP_DONE;

  *out_seen = since;
  tkb_stmt_bind_int (&stmt, 1, since);
  while (behind->len < STEP_DOCUMENTS && (result = tkb_stmt_step (&stmt, error)) == TKB_STEP_ROW)
    {
      Behind one = { tkb_stmt_get_int (&stmt, 0), tkb_stmt_get_int (&stmt, 1) };

      *out_seen = one.seq;
      if ((tkb_stmt_get_int (&stmt, 2) & TKB_ROW_PENDING) != 0)
        g_array_append_val (behind, one);
    }
  return result != TKB_STEP_ERROR ? g_steal_pointer (&behind) : NULL;
}

/* Indexes what was collected, or as much of it as fits into the time: at least one. */
static gboolean
index_documents (TkbStore *self, GArray *behind, guint *out_done, GError **error)
{
  gint64 deadline_us = g_get_monotonic_time () + STEP_MS * G_TIME_SPAN_MILLISECOND;

  for (*out_done = 0; *out_done < behind->len; (*out_done)++)
    {
      g_auto (TkbDocRow) row = TKB_DOC_ROW_INIT;
      gint64 doc = g_array_index (behind, Behind, *out_done).doc;

      if (*out_done > 0 && g_get_monotonic_time () > deadline_us)
        return TRUE;
      if (!tkb_doc_row_find_by_doc (&row, self->db, doc, error) ||
          !tkb_edit_index_row (&row, self->db, self->catalog, error))
        return FALSE;
    }
  return TRUE;
}

/* That merges are put off is noted in the file: the load's last step, in whichever run of the
 * program, makes up for them (tkb-store-load.c). */
static gboolean
begin_bulk (TkbStore *self, GError **error)
{
  gint64 was_bulk;

  return tkb_counter_get (self->db, "index-bulk", &was_bulk, error) &&
         (was_bulk != 0 || (tkb_index_begin_bulk (self->db, error) &&
                            tkb_counter_set (self->db, "index-bulk", 1, error)));
}

/* The counters promise documents that are behind, and none was found: in a damaged file. Counts
 * them, and begins at the first change if there are any. */
static gboolean
look_again (TkbStore *self, gint64 since, gboolean *out_goes_on, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (self->db, TKB_SQL_DOCUMENT_COUNT_PENDING);
  gint64 pending;

  if (tkb_stmt_step (&stmt, error) != TKB_STEP_ROW)
    return FALSE;
  pending = tkb_stmt_get_int (&stmt, 0);
  if (pending > 0 && since <= 0)
    {
      g_set_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_CORRUPT,
                   "%s: %" G_GINT64_FORMAT " documents that are not indexed cannot be found",
                   self->path, pending);
      return FALSE;
    }
  *out_goes_on = pending > 0;
  return tkb_counter_set (self->db, "pending", pending, error) &&
         tkb_counter_set (self->db, "index-seq", 0, error);
}

/* One transaction. is_few: what is behind was little when the load looked at it; if there is more
 * by now, that has to look again. out_goes_on: there is more to do. */
static gboolean
take_step (TkbStore *self, gboolean is_few, gboolean *out_goes_on, GError **error)
{
  g_auto (TkbTransaction) transaction = TKB_TRANSACTION_INIT;
  g_auto (TkbCounters) counters = TKB_COUNTERS_INIT;
  g_autoptr (GArray) behind = NULL;
  gint64 pending, since, seen;
  guint  done;

  *out_goes_on = FALSE;
  /* most often there is nothing to do, and nothing to lock */
  if (!tkb_counter_get (self->db, "pending", &pending, error))
    return FALSE;
  *out_goes_on = is_few && pending >= TKB_LOAD_MIN_DOCUMENTS;
  if (pending == 0 || *out_goes_on)
    return TRUE;
  if (!tkb_transaction_begin_write (&transaction, self->db, error) ||
      !tkb_counter_get (self->db, "pending", &pending, error) ||
      !tkb_counter_get (self->db, "index-seq", &since, error))
    return FALSE;
  behind = collect (self->db, since, &seen, error);
  if (behind == NULL)
    return FALSE;
  if (behind->len == 0)
    return look_again (self, since, out_goes_on, error) &&
           tkb_transaction_commit (&transaction, error);
  if (behind->len == STEP_DOCUMENTS && !begin_bulk (self, error))
    return FALSE;
  if (!index_documents (self, behind, &done, error))
    return FALSE;
  if (done < behind->len)
    seen = g_array_index (behind, Behind, done - 1).seq;
  counters.pending = -(gint64) done;
  *out_goes_on = done > 0 && pending > done;
  return tkb_counters_flush (&counters, self->db, error) &&
         tkb_counter_set (self->db, "index-seq", seen, error) &&
         tkb_transaction_commit (&transaction, error);
}

/* Texts of attachments, when all documents are in: one transaction. out_goes_on: there is more to
 * do. */
static gboolean
take_text_step (TkbStore *self, gboolean *out_goes_on, GError **error)
{
  g_auto (TkbTransaction) transaction = TKB_TRANSACTION_INIT;
  gint64 deadline_us = g_get_monotonic_time () + STEP_MS * G_TIME_SPAN_MILLISECOND;
  gint64 behind;

  *out_goes_on = FALSE;
  if (!tkb_attached_count_behind (self->db, &behind, error))
    return FALSE;
  if (behind == 0)
    return TRUE;
  if (!tkb_transaction_begin_write (&transaction, self->db, error))
    return FALSE;
  do
    if (!tkb_attached_index_next (self->db, out_goes_on, error))
      return FALSE;
  while (*out_goes_on && g_get_monotonic_time () < deadline_us);
  return tkb_transaction_commit (&transaction, error);
}

static void
step_on_writer (gpointer data, gpointer user_data)
{
  TkbStore *self = data;
  g_autoptr (GError) error = NULL;
  gboolean goes_on = FALSE;

  if (!take_step (self, GPOINTER_TO_INT (user_data), &goes_on, &error) ||
      (!goes_on && !take_text_step (self, &goes_on, &error)))
    {
      g_debug ("%s: the index stands still: %s", self->path, error->message);
      goes_on = FALSE;
    }
  g_mutex_lock (&self->lock);
  g_clear_error (&self->index_error);
  self->index_error = g_steal_pointer (&error);
  self->is_index_wanted |= goes_on;
  g_mutex_unlock (&self->lock);
  tkb_store_announce_index (self);
}

/* ---- pacing ---- */

/* Under the lock: us until the next step may be taken; 0: now. */
static gint64
get_delay (TkbStore *self)
{
  gint64 now_us = g_get_monotonic_time ();
  gint64 quiet_us = self->bulk_us + QUIET_MS * G_TIME_SPAN_MILLISECOND;

  if (self->n_index_waiters > 0 || self->bulk_us == 0)
    return 0;
  /* the load goes on: its next batch came while the writer was at a step */
  if (g_atomic_int_get (&self->n_queued) > 0)
    quiet_us = now_us + QUIET_MS * G_TIME_SPAN_MILLISECOND;
  return MAX (0, MIN (quiet_us, self->index_due_us) - now_us);
}

/* Without the lock: a piece of a load, or a step of the writer's. Where the load finds the tables
 * damaged, FTS5 has to see what it can do with them; other failures are told to those who wait. */
static TkbLoadResult
take_piece (TkbStore *self, TkbLoad *load, gboolean is_over)
{
  g_autoptr (GError) error = NULL;
  TkbLoadResult result = TKB_LOAD_NOT_OURS;

  if (!tkb_load_advance (load, is_over, &result, &error))
    {
      g_debug ("%s: the load is left to the writer: %s", self->path, error->message);
      result = TKB_LOAD_NOT_OURS;
    }
  if ((result == TKB_LOAD_NOT_OURS || result == TKB_LOAD_FEW) && is_over)
    tkb_worker_run (self->writer, step_on_writer, self, GINT_TO_POINTER (result == TKB_LOAD_FEW));
  if (error != NULL && !g_error_matches (error, TKB_STORE_ERROR, TKB_STORE_ERROR_CORRUPT))
    {
      g_mutex_lock (&self->lock);
      if (self->index_error == NULL)
        self->index_error = g_steal_pointer (&error);
      g_mutex_unlock (&self->lock);
      tkb_store_announce_index (self);
    }
  return result;
}

/* The indexer's thread: it says when; what it does itself is the index behind a load. */
static gpointer
pace (gpointer data)
{
  TkbStore *self = data;
  g_autoptr (TkbLoad) load = tkb_load_new (self);

  g_mutex_lock (&self->lock);
  while (!self->is_closed)
    {
      gint64        delay_us = get_delay (self);
      TkbLoadResult result;

      if (!self->is_index_wanted)
        {
          g_cond_wait (&self->indexer_cond, &self->lock);
          continue;
        }
      self->is_index_wanted = FALSE;
      g_mutex_unlock (&self->lock);
      result = take_piece (self, load, delay_us == 0);
      g_mutex_lock (&self->lock);
      if (delay_us == 0 && result != TKB_LOAD_GOES_ON)
        self->index_due_us = g_get_monotonic_time () + PACE_MS * G_TIME_SPAN_MILLISECOND;
      if (result == TKB_LOAD_GOES_ON)
        self->is_index_wanted = TRUE;
      else if (delay_us > 0)
        {
          if (!self->is_closed && !self->is_index_wanted)
            g_cond_wait_until (&self->indexer_cond, &self->lock,
                               g_get_monotonic_time () + delay_us);
          self->is_index_wanted = TRUE;
        }
    }
  g_mutex_unlock (&self->lock);
  return NULL;
}

void
tkb_store_start_indexer (TkbStore *self)
{
  if (tkb_store_keeps_index (self))
    self->indexer = g_thread_new ("tkb-indexer", pace, self);
}

void
tkb_store_stop_indexer (TkbStore *self)
{
  if (self->indexer == NULL)
    return;
  g_mutex_lock (&self->lock);
  g_cond_broadcast (&self->indexer_cond);
  g_mutex_unlock (&self->lock);
  g_thread_join (g_steal_pointer (&self->indexer));
}

void
tkb_store_note_bulk (TkbStore *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  gint64 now_us = g_get_monotonic_time ();

  /* a load that begins holds bodies and changes up, but not for ever */
  if (self->bulk_us == 0 || now_us - self->bulk_us > QUIET_MS * G_TIME_SPAN_MILLISECOND)
    self->index_due_us = MAX (self->index_due_us, now_us + PACE_MS * G_TIME_SPAN_MILLISECOND);
  self->bulk_us = now_us;
}

void
tkb_store_kick_index (TkbStore *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  self->is_index_wanted = TRUE;
  g_cond_broadcast (&self->indexer_cond);
}

/* ---- for callers ---- */

/* Documents, or texts, or else whether segments are still to be merged. */
static gboolean
get_pending (TkbStore *self, gint64 *out_pending, GCancellable *cancellable, GError **error)
{
  TkbDb   *db = tkb_store_acquire_reader (self, cancellable, error);
  gboolean is_read;

  if (db == NULL)
    return FALSE;
  is_read = tkb_counter_get (db, "pending", out_pending, error) &&
            (*out_pending > 0 || tkb_attached_count_behind (db, out_pending, error)) &&
            (*out_pending > 0 || tkb_counter_get (db, "index-bulk", out_pending, error));
  tkb_store_release_reader (self, db);
  return is_read;
}

static gboolean
wait_for_index (TkbStore *self, GCancellable *cancellable, GError **error)
{
  for (;;)
    {
      g_autoptr (GMutexLocker) locker = NULL;
      gint64 pending;

      if (!get_pending (self, &pending, cancellable, error))
        return FALSE;
      if (pending == 0)
        return TRUE;
      tkb_store_kick_index (self);
      locker = g_mutex_locker_new (&self->lock);
      if (self->index_error != NULL)
        {
          if (error != NULL)
            *error = g_error_copy (self->index_error);
          return FALSE;
        }
      /* a step, or a look at the cancellable */
      if (!self->is_closed)
        g_cond_wait_until (&self->index_cond, &self->lock,
                           g_get_monotonic_time () + 50 * G_TIME_SPAN_MILLISECOND);
    }
}

/**
 * tkb_store_wait_for_index:
 * @self: a store
 * @cancellable: (nullable): ends the waiting, not the indexing
 * @error: return location
 *
 * Waits until the full-text index holds everything that was committed before the call and is at
 * rest. Not on one
 * of the store's own threads.
 *
 * Returns: %FALSE with the reason why the index stands still, or %G_IO_ERROR_CANCELLED; %TRUE at
 *   once where no index is kept
 */
gboolean
tkb_store_wait_for_index (TkbStore *self, GCancellable *cancellable, GError **error)
{
  gboolean is_done;

  g_return_val_if_fail (TKB_IS_STORE (self), FALSE);

  if (!tkb_store_keeps_index (self))
    return TRUE;
  g_mutex_lock (&self->lock);
  g_clear_error (&self->index_error);
  self->n_index_waiters++;
  g_mutex_unlock (&self->lock);
  is_done = wait_for_index (self, cancellable, error);
  g_mutex_lock (&self->lock);
  self->n_index_waiters--;
  g_mutex_unlock (&self->lock);
  return is_done;
}

static gboolean
reindex_on_writer (TkbStore *self, gpointer data, GError **error)
{
  g_auto (TkbTransaction) transaction = TKB_TRANSACTION_INIT;

  return tkb_transaction_begin_write (&transaction, self->db, error) && start_over (self, error) &&
         tkb_transaction_commit (&transaction, error);
}

/**
 * tkb_store_reindex:
 * @self: a store
 * @cancellable: (nullable): ends the waiting; the index then goes on in the background
 * @error: return location
 *
 * Throws the full-text index and the facet codes away, builds them again from the documents and
 * waits for that. Search finds less and less missing meanwhile.
 *
 * Returns: %FALSE with a #TkbStoreError or %G_IO_ERROR_CANCELLED
 */
gboolean
tkb_store_reindex (TkbStore *self, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (TKB_IS_STORE (self), FALSE);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  if (!tkb_store_check_writable (self, error) || !tkb_store_keeps_index (self) ||
      !tkb_store_run_writer (self, reindex_on_writer, NULL, error))
    return FALSE;
  tkb_store_announce_index (self);
  return tkb_store_wait_for_index (self, cancellable, error);
}
