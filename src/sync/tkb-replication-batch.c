/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-replication-private.h"
#include "tkb-store.h"
#include "tkb-sync-error.h"
#include "tkb-wire-bulk-docs.h"
#include "tkb-wire-error.h"
#include "tkb-wire-revs-diff.h"

/* bytes of documents to ask for at once: a few seconds of a thin line */
#define FETCH_BYTES (1024 * 1024)
/* documents to ask for at once */
#define MAX_FETCH_DOCUMENTS 500
/* requests for documents under way, of all batches: hides the way there and back */
#define MAX_FETCHES 4
/* bytes that are written at once even if the batch is not complete, so that documents with large
 * bodies do not pile up in memory */
#define WRITE_BYTES (8 * 1024 * 1024)
/* bytes fetched or asked for and not written, of all batches */
#define MAX_WAITING_BYTES (32 * 1024 * 1024)
/* a document of unknown size, bytes */
#define GUESS_BYTES 4096
/* deletions that need no question, and the share of the library from which on they do */
#define FREE_DELETIONS 50
#define DELETIONS_SHARE 5
/* milliseconds without a deletion after which the count starts again */
#define DELETIONS_WINDOW_MS (10 * 60 * 1000)

TkbBatch *
tkb_batch_new (TkbReplication *run, GPtrArray *rows, const char *last_seq)
{
  TkbBatch *self = g_new0 (TkbBatch, 1);

  self->run = run;
  self->rows = g_ptr_array_ref (rows);
  self->last_seq = g_strdup (last_seq);
  self->fetched = g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_peer_revision_free);
  self->notes = g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_wire_bulk_docs_row_free);
  self->start_ms = tkb_clock_get_monotonic_ms (run->clock);
  return self;
}

/* (nullable): what failed before, as if the feed had told it again. */
TkbBatch *
tkb_batch_new_for_failures (TkbReplication *run)
{
  g_autoptr (GPtrArray) rows =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_wire_change_free);
  g_autoptr (GHashTable) by_id = g_hash_table_new (g_str_hash, g_str_equal);
  GHashTableIter         iter;
  TkbReplicationFailure *failure;

  run->retried_ms = tkb_clock_get_monotonic_ms (run->clock);
  if (g_hash_table_size (run->failed) == 0)
    return NULL;
  g_hash_table_iter_init (&iter, run->failed);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &failure))
    {
      TkbWireChange *row = g_hash_table_lookup (by_id, failure->id);

      if (!row)
        {
          row = tkb_wire_change_new (NULL, failure->id, FALSE);
          g_hash_table_insert (by_id, row->id, row);
          g_ptr_array_add (rows, row);
        }
      g_ptr_array_add (row->revs, g_strdup (failure->rev));
    }
  return tkb_batch_new (run, rows, NULL);
}

void
tkb_batch_free (TkbBatch *self)
{
  g_ptr_array_unref (self->rows);
  g_clear_pointer (&self->wanted, g_ptr_array_unref);
  g_ptr_array_unref (self->fetched);
  g_ptr_array_unref (self->notes);
  g_free (self->last_seq);
  g_free (self);
}

/* ---- comparing ---- */

/* The target has this revision. */
static void
note_there (TkbBatch *self, const char *id, const char *rev)
{
  tkb_replication_forget_failure (self->run, id, rev);
  g_ptr_array_add (self->notes, tkb_wire_bulk_docs_row_new (id, rev, NULL));
}

static gboolean
strings_contain (GPtrArray *strings, const char *string)
{
  return g_ptr_array_find_with_equal_func (strings, string, g_str_equal, NULL);
}

/* asked: (element-type TkbWireRevs), missing: (element-type TkbWireMissing) */
static void
take_missing (TkbBatch *self, GPtrArray *asked, GPtrArray *missing)
{
  g_autoptr (GHashTable) by_id = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < missing->len; i++)
    {
      TkbWireMissing *entry = g_ptr_array_index (missing, i);

      g_hash_table_insert (by_id, entry->id, entry);
    }
  for (guint i = 0; i < asked->len; i++)
    {
      TkbWireRevs    *revs = g_ptr_array_index (asked, i);
      TkbWireMissing *entry = g_hash_table_lookup (by_id, revs->id);

      for (guint k = 0; k < revs->revs->len; k++)
        {
          const char      *rev = g_ptr_array_index (revs->revs, k);
          TkbPeerRevision *wanted;

          self->run->stats.missing_checked++;
          if (!entry || !strings_contain (entry->missing, rev))
            {
              note_there (self, revs->id, rev);
              continue;
            }
          self->run->stats.missing_found++;
          wanted = tkb_peer_revision_new (revs->id, rev);
          wanted->known =
              entry->possible_ancestors ? g_ptr_array_ref (entry->possible_ancestors) : NULL;
          g_ptr_array_add (self->wanted, wanted);
        }
    }
}

typedef struct
{
  TkbBatch  *batch; /* (unowned) */
  GPtrArray *asked; /* (owned) (element-type TkbWireRevs) */
} Compare;

static void
compared_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Compare *compare = user_data;
  g_autoptr (GPtrArray) asked = compare->asked;
  TkbBatch       *self = compare->batch;
  TkbReplication *run = self->run;
  GError         *error = NULL;
  g_autoptr (GPtrArray) missing = tkb_peer_revs_diff_finish (TKB_PEER (source), result, &error);

  if (!tkb_replication_end_call (run, error))
    return;
  take_missing (self, asked, missing);
  self->is_comparing = FALSE;
  self->is_compared = TRUE;
  tkb_replication_pump (run);
}

/* Each id once, without what the other direction has seen at the target. */
static GPtrArray *
collect_revs (TkbBatch *self)
{
  GPtrArray *asked = g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_wire_revs_free);
  g_autoptr (GHashTable) by_id = g_hash_table_new (g_str_hash, g_str_equal);
  TkbReplication *run = self->run;
  gboolean        is_push = run->known && tkb_peer_is_remote (run->target);

  for (guint i = 0; i < self->rows->len; i++)
    {
      TkbWireChange *row = g_ptr_array_index (self->rows, i);
      TkbWireRevs   *revs = g_hash_table_lookup (by_id, row->id);

      for (guint k = 0; k < row->revs->len; k++)
        {
          const char *rev = g_ptr_array_index (row->revs, k);

          if (is_push && tkb_known_revs_contains (run->known, row->id, rev))
            continue;
          if (run->known && !is_push)
            tkb_known_revs_add (run->known, row->id, rev);
          if (!revs)
            {
              revs = tkb_wire_revs_new (row->id);
              g_hash_table_insert (by_id, revs->id, revs);
              g_ptr_array_add (asked, revs);
            }
          if (!strings_contain (revs->revs, rev))
            g_ptr_array_add (revs->revs, g_strdup (rev));
        }
    }
  return asked;
}

static void
compare (TkbBatch *self)
{
  TkbReplication *run = self->run;
  g_autoptr (GPtrArray) asked = collect_revs (self);
  Compare *data;

  self->wanted = g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_peer_revision_free);
  if (asked->len == 0)
    {
      self->is_comparing = FALSE;
      self->is_compared = TRUE;
      tkb_replication_pump (run);
      return;
    }
  data = g_new0 (Compare, 1);
  data->batch = self;
  data->asked = g_steal_pointer (&asked);
  run->pending++;
  tkb_peer_revs_diff_async (run->target, data->asked, run->cancellable, compared_cb, data);
}

/* ---- the question before many deletions ---- */

static void
counted_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  TkbBatch       *self = user_data;
  TkbReplication *run = self->run;
  GError         *error = NULL;
  gssize          live = tkb_peer_count_live_finish (TKB_PEER (source), result, &error);
  gint64          now_ms = tkb_clock_get_monotonic_ms (run->clock);

  if (!tkb_replication_end_call (run, error))
    return;
  if (now_ms - run->deletion_ms > DELETIONS_WINDOW_MS)
    run->deletions = 0;
  if (live > 0)
    {
      run->deletions += (guint64) live;
      run->deletion_ms = now_ms;
    }
  if (run->deletions > FREE_DELETIONS &&
      run->deletions > run->target_info->documents / DELETIONS_SHARE)
    {
      tkb_replication_fail (run, g_error_new (TKB_SYNC_ERROR, TKB_SYNC_ERROR_MANY_DELETIONS,
                                              "%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
                                              " documents would be deleted here",
                                              run->deletions, run->target_info->documents));
      tkb_replication_pump (run);
      return;
    }
  compare (self);
}

/* First step: nothing happens before it is clear that a person need not be asked. */
void
tkb_batch_compare (TkbBatch *self)
{
  TkbReplication *run = self->run;
  g_autoptr (GPtrArray) deleted = g_ptr_array_new_with_free_func (g_free);

  if (self->is_comparing || self->is_compared)
    return;
  self->is_comparing = TRUE;
  if (!(run->flags & TKB_REPLICATION_ALLOW_DELETIONS) && tkb_peer_can_count_live (run->target))
    for (guint i = 0; i < self->rows->len; i++)
      {
        TkbWireChange *row = g_ptr_array_index (self->rows, i);

        if (row->is_deleted)
          g_ptr_array_add (deleted, g_strdup (row->id));
      }
  if (deleted->len == 0)
    {
      compare (self);
      return;
    }
  run->pending++;
  tkb_peer_count_live_async (run->target, deleted, run->cancellable, counted_cb, self);
}

/* ---- fetching ---- */

typedef struct
{
  TkbBatch  *batch;  /* (unowned) */
  GPtrArray *wanted; /* (owned) (element-type TkbPeerRevision): of this request */
} FetchCall;

/* A revision that did not come. What failed before and is gone from the source since has been
 * overtaken: nothing to name any more. */
static void
not_fetched (TkbBatch *self, const char *id, const char *rev, const GError *error)
{
  gboolean is_gone = g_error_matches (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_NOT_FOUND) ||
                     g_error_matches (error, TKB_STORE_ERROR, TKB_STORE_ERROR_NOT_FOUND);

  if (g_error_matches (error, TKB_SYNC_ERROR, TKB_SYNC_ERROR_STAYS) || (is_gone && !self->last_seq))
    tkb_replication_forget_failure (self->run, id, rev);
  else
    tkb_replication_note_failure (self->run, id, rev, error);
}

static void
take_fetched (TkbBatch *self, GPtrArray *wanted, GPtrArray *revisions)
{
  TkbReplication *run = self->run;
  g_autoptr (GHashTable) answered = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  gsize total = 0;
  guint count = 0;

  for (guint i = 0; i < revisions->len; i++)
    {
      TkbPeerRevision *revision = g_ptr_array_index (revisions, i);
      gsize            size = revision->size_bytes ? revision->size_bytes : GUESS_BYTES;

      if (revision->id)
        g_hash_table_add (answered, tkb_replication_failure_key (revision->id, revision->rev));
      if (revision->document)
        {
          run->stats.docs_read++;
          run->stats.bytes_read += size;
          self->fetched_bytes += size;
          self->total_bytes += size;
          total += size;
          count++;
        }
      else if (revision->error)
        not_fetched (self, revision->id, revision->rev, revision->error);
    }
  for (guint i = 0; i < wanted->len; i++)
    {
      TkbPeerRevision *asked = g_ptr_array_index (wanted, i);

      g_autofree char *key = tkb_replication_failure_key (asked->id, asked->rev);

      if (!g_hash_table_contains (answered, key))
        {
          g_autoptr (GError) error = g_error_new_literal (TKB_WIRE_ERROR, TKB_WIRE_ERROR_INTERNAL,
                                                          "the source did not answer for it");

          not_fetched (self, asked->id, asked->rev, error);
        }
    }
  if (count > 0)
    run->average_bytes = MAX (256, (run->average_bytes + total / count) / 2);
  for (guint i = 0; i < revisions->len; i++)
    if (((TkbPeerRevision *) g_ptr_array_index (revisions, i))->document)
      {
        g_ptr_array_add (self->fetched, g_ptr_array_index (revisions, i));
        revisions->pdata[i] = tkb_peer_revision_new (NULL, NULL);
      }
}

static void
fetched_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree FetchCall *call = user_data;
  g_autoptr (GPtrArray) wanted = call->wanted;
  TkbBatch       *self = call->batch;
  TkbReplication *run = self->run;
  GError         *error = NULL;
  g_autoptr (GPtrArray) revisions = tkb_peer_fetch_finish (TKB_PEER (source), result, &error);

  self->fetching--;
  run->fetching--;
  if (!tkb_replication_end_call (run, error))
    return;
  take_fetched (self, wanted, revisions);
  tkb_replication_pump (run);
}

static gsize
waiting_bytes (TkbReplication *run, guint group)
{
  gsize total = (gsize) (run->fetching + 1) * group * run->average_bytes;

  for (GList *l = run->batches.head; l; l = l->next)
    total += ((TkbBatch *) l->data)->fetched_bytes;
  return total;
}

/* TRUE: asked for the next documents. The first batch may always ask, so that it gets on. */
gboolean
tkb_batch_fetch (TkbBatch *self)
{
  TkbReplication *run = self->run;
  guint           group = (guint) CLAMP (FETCH_BYTES / run->average_bytes, 1, MAX_FETCH_DOCUMENTS);
  FetchCall      *call;

  if (!self->is_compared || self->next >= self->wanted->len || run->fetching >= MAX_FETCHES)
    return FALSE;
  if (run->fetching > 0 && waiting_bytes (run, group) > MAX_WAITING_BYTES)
    return FALSE;
  if (run->fetching == 0 && self != g_queue_peek_head (&run->batches) &&
      waiting_bytes (run, group) > MAX_WAITING_BYTES)
    return FALSE;
  call = g_new0 (FetchCall, 1);
  call->batch = self;
  call->wanted = g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_peer_revision_free);
  for (; self->next < self->wanted->len && call->wanted->len < group; self->next++)
    g_ptr_array_add (call->wanted, g_steal_pointer (&g_ptr_array_index (self->wanted, self->next)));
  self->fetching++;
  run->fetching++;
  run->pending++;
  tkb_peer_fetch_async (run->source, call->wanted, run->cancellable, fetched_cb, call);
  return TRUE;
}

/* ---- writing ---- */

typedef struct
{
  TkbBatch  *batch;     /* (unowned) */
  GPtrArray *revisions; /* (owned) (element-type TkbPeerRevision) */
} WriteCall;

static void
written_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree WriteCall *call = user_data;
  g_autoptr (GPtrArray) revisions = call->revisions;
  TkbBatch       *self = call->batch;
  TkbReplication *run = self->run;
  GError         *error = NULL;
  g_autoptr (GPtrArray) rows = tkb_peer_write_finish (TKB_PEER (source), result, &error);

  run->is_writing = FALSE;
  if (!tkb_replication_end_call (run, error))
    return;
  for (guint i = 0; i < rows->len; i++)
    {
      TkbWireBulkDocsRow *row = g_ptr_array_index (rows, i);

      if (!row->error)
        {
          run->stats.docs_written++;
          note_there (self, row->id, row->rev);
          continue;
        }
      tkb_replication_note_failure (run, row->id, row->rev, row->error);
      /* what can change by itself is waiting, not refused */
      if (!tkb_sync_error_is_retryable (row->error))
        g_ptr_array_add (self->notes, tkb_wire_bulk_docs_row_new (row->id, row->rev, row->error));
    }
  tkb_replication_pump (run);
}

static gboolean
is_fetched (TkbBatch *self)
{
  return self->is_compared && self->fetching == 0 && self->next >= self->wanted->len;
}

/* TRUE: a write has begun. */
gboolean
tkb_batch_write (TkbBatch *self)
{
  TkbReplication *run = self->run;
  WriteCall      *call;

  if (run->is_writing || self->fetched->len == 0 ||
      (!is_fetched (self) && self->fetched_bytes < WRITE_BYTES))
    return FALSE;
  call = g_new0 (WriteCall, 1);
  call->batch = self;
  call->revisions = self->fetched;
  self->fetched = g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_peer_revision_free);
  self->fetched_bytes = 0;
  run->is_writing = TRUE;
  run->pending++;
  tkb_peer_write_async (run->target, call->revisions, run->source, run->cancellable, written_cb,
                        call);
  return TRUE;
}

/* ---- the outbox ---- */

static void
noted_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  TkbBatch       *self = user_data;
  TkbReplication *run = self->run;
  GError         *error = NULL;

  tkb_peer_note_sent_finish (TKB_PEER (source), result, &error);
  if (!tkb_replication_end_call (run, error))
    return;
  self->is_noting = FALSE;
  self->is_noted = TRUE;
  tkb_replication_pump (run);
}

/* TRUE: the source is being told what a server has now. */
gboolean
tkb_batch_note (TkbBatch *self)
{
  TkbReplication *run = self->run;

  if (self->is_noting || self->is_noted || !is_fetched (self) || self->fetched->len > 0 ||
      run->is_writing)
    return FALSE;
  if (self->notes->len == 0 || !tkb_peer_is_remote (run->target) ||
      !tkb_peer_can_note_sent (run->source))
    {
      self->is_noted = TRUE;
      return FALSE;
    }
  self->is_noting = TRUE;
  run->pending++;
  tkb_peer_note_sent_async (run->source, self->notes, run->cancellable, noted_cb, self);
  return TRUE;
}

gboolean
tkb_batch_is_done (TkbBatch *self)
{
  return is_fetched (self) && self->fetched->len == 0 && self->is_noted;
}
