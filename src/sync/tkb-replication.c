/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-replication.h"

#include "tkb-http-peer.h"
#include "tkb-local-peer.h"
#include "tkb-replication-private.h"
#include "tkb-sync-error.h"

#include <string.h>

/* rows to ask for at once: from what a thin line carries in seconds to what keeps the target's
 * transactions short */
#define FIRST_LIMIT 200
#define MIN_LIMIT 20
#define MAX_LIMIT 1000
/* a batch should take about this long, milliseconds */
#define QUICK_BATCH_MS 1500
#define SLOW_BATCH_MS 8000
/* batches under way: one is written, one is fetched, one is compared */
#define MAX_BATCHES 3
/* milliseconds between checkpoints while there is more to do */
#define SAVE_INTERVAL_MS 2000
/* milliseconds between checkpoints of a live run in which nothing is written */
#define LAZY_SAVE_INTERVAL_MS (5 * 60 * 1000)
/* milliseconds that one wait for changes lasts */
#define WAIT_MS (5 * 60 * 1000)
/* milliseconds after which a live run tries again what failed */
#define RETRY_INTERVAL_MS (10 * 60 * 1000)

enum
{
  PROP_IS_IDLE = 1,
  N_PROPS
};

enum
{
  SIGNAL_PROGRESS,
  N_SIGNALS
};

static GParamSpec *props[N_PROPS];
static guint       signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (TkbReplication, tkb_replication, G_TYPE_OBJECT)

static void
tkb_replication_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_IS_IDLE)
    g_value_set_boolean (value, TKB_REPLICATION (object)->is_idle);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
tkb_replication_finalize (GObject *object)
{
  TkbReplication *self = TKB_REPLICATION (object);

  g_assert (self->pending == 0 && !self->task);
  g_queue_clear_full (&self->batches, (GDestroyNotify) tkb_batch_free);
  g_clear_object (&self->source);
  g_clear_object (&self->target);
  g_clear_object (&self->clock);
  g_clear_object (&self->random);
  g_clear_object (&self->known);
  g_clear_object (&self->cancellable);
  g_clear_error (&self->error);
  tkb_peer_info_free (self->source_info);
  tkb_peer_info_free (self->target_info);
  tkb_wire_checkpoint_free (self->source_log);
  tkb_wire_checkpoint_free (self->target_log);
  g_free (self->session.session_id);
  g_free (self->session.recorded_seq);
  g_free (self->session.start_seq);
  g_free (self->session.start_time);
  g_free (self->session.end_time);
  g_free (self->id);
  g_free (self->done_seq);
  g_free (self->saved_seq);
  g_free (self->read_seq);
  g_hash_table_unref (self->failed);
  g_ptr_array_unref (self->failures);
  G_OBJECT_CLASS (tkb_replication_parent_class)->finalize (object);
}

static void
tkb_replication_class_init (TkbReplicationClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = tkb_replication_get_property;
  object_class->finalize = tkb_replication_finalize;
  /**
   * TkbReplication:is-idle:
   *
   * Whether the target has all that the source has, and the run waits for more.
   */
  props[PROP_IS_IDLE] = g_param_spec_boolean ("is-idle", NULL, NULL, FALSE,
                                              G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  /**
   * TkbReplication::progress:
   * @self: the run
   *
   * The figures of tkb_replication_get_stats () have changed.
   */
  signals[SIGNAL_PROGRESS] = g_signal_new ("progress", TKB_TYPE_REPLICATION, G_SIGNAL_RUN_LAST, 0,
                                           NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
tkb_replication_init (TkbReplication *self)
{
  self->cancellable = g_cancellable_new ();
  self->limit = FIRST_LIMIT;
  self->average_bytes = 32 * 1024; /* careful until the first answer: 32 documents */
  self->failed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                        (GDestroyNotify) tkb_replication_failure_free);
  self->failures = g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_replication_failure_free);
  g_queue_init (&self->batches);
}

/**
 * tkb_replication_new:
 * @source: where documents come from
 * @target: where they go
 * @clock: decides how long things take
 * @random: makes session ids
 * @flags: how to run
 *
 * Returns: (transfer full): a run that has not begun
 */
TkbReplication *
tkb_replication_new (
    TkbPeer *source, TkbPeer *target, TkbClock *clock, TkbRandom *random, TkbReplicationFlags flags)
{
  TkbReplication *self = g_object_new (TKB_TYPE_REPLICATION, NULL);

  self->source = g_object_ref (source);
  self->target = g_object_ref (target);
  self->clock = g_object_ref (clock);
  self->random = g_object_ref (random);
  self->flags = flags;
  return self;
}

/**
 * tkb_replication_set_known:
 * @self: a run that has not begun
 * @known: shared with the run in the other direction
 *
 * A run with a remote source puts into @known what it sees there; a run with a remote target does
 * not offer what is in it.
 */
void
tkb_replication_set_known (TkbReplication *self, TkbKnownRevs *known)
{
  g_return_if_fail (TKB_IS_REPLICATION (self) && !self->task);
  g_set_object (&self->known, known);
}

/**
 * tkb_replication_is_idle:
 * @self: a run
 *
 * Returns: whether it is live, has caught up and waits
 */
gboolean
tkb_replication_is_idle (TkbReplication *self)
{
  return self->is_idle;
}

/**
 * tkb_replication_get_stats:
 * @self: a run
 *
 * Returns: (transfer none): how far it is
 */
const TkbReplicationStats *
tkb_replication_get_stats (TkbReplication *self)
{
  return &self->stats;
}

/**
 * tkb_replication_get_failures:
 * @self: a run
 *
 * Returns: (transfer none) (element-type TkbReplicationFailure): revisions that were skipped
 */
GPtrArray *
tkb_replication_get_failures (TkbReplication *self)
{
  return self->failures;
}

void
tkb_replication_progress (TkbReplication *self)
{
  g_signal_emit (self, signals[SIGNAL_PROGRESS], 0);
}

static void
set_idle (TkbReplication *self, gboolean is_idle)
{
  if (self->is_idle == is_idle)
    return;
  self->is_idle = is_idle;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_IS_IDLE]);
}

/* ---- the end ---- */

/* error (transfer full): the first one counts; everything under way is called off. */
void
tkb_replication_fail (TkbReplication *self, GError *error)
{
  if (self->error)
    {
      g_error_free (error);
      return;
    }
  self->error = error;
  g_cancellable_cancel (self->cancellable);
}

static void
finish (TkbReplication *self)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->task);
  GCancellable *outer = g_task_get_cancellable (task);

  if (self->cancelled_id)
    g_cancellable_disconnect (outer, self->cancelled_id);
  self->cancelled_id = 0;
  g_queue_clear_full (&self->batches, (GDestroyNotify) tkb_batch_free);
  set_idle (self, FALSE);
  if (self->error)
    g_task_return_error (task, g_error_copy (self->error));
  else
    g_task_return_boolean (task, TRUE);
}

/* Called first in every callback, with its error (transfer full). FALSE: the run is over, touch
 * nothing any more. */
gboolean
tkb_replication_end_call (TkbReplication *self, GError *error)
{
  g_assert (self->pending > 0);
  self->pending--;
  if (error)
    tkb_replication_fail (self, error);
  if (!self->error)
    return TRUE;
  if (self->pending == 0 && self->task)
    finish (self);
  return FALSE;
}

/* ---- reading the feed ---- */

static void
changes_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  TkbReplication *self = user_data;
  GError         *error = NULL;
  g_autoptr (TkbPeerChanges) changes =
      tkb_peer_get_changes_finish (TKB_PEER (source), result, &error);
  gboolean has_rows, is_stuck;

  self->is_reading = FALSE;
  self->is_waiting = FALSE;
  if (!tkb_replication_end_call (self, error))
    return;
  has_rows = changes->rows->len > 0;
  is_stuck = !has_rows && g_str_equal (changes->last_seq, self->read_seq);
  self->is_at_end = changes->pending == 0 || is_stuck || (!has_rows && changes->pending < 0);
  self->stats.changes_read += changes->rows->len;
  self->stats.total = self->stats.changes_read + (guint64) MAX (0, changes->pending);
  g_free (self->read_seq);
  self->read_seq = g_strdup (changes->last_seq);
  if (has_rows)
    {
      set_idle (self, FALSE);
      g_queue_push_tail (&self->batches, tkb_batch_new (self, changes->rows, changes->last_seq));
    }
  else if (g_queue_is_empty (&self->batches))
    {
      /* nothing for the target, but the feed went on: drafts, or what others may not see */
      g_free (self->done_seq);
      self->done_seq = g_strdup (changes->last_seq);
    }
  tkb_replication_progress (self);
  tkb_replication_pump (self);
}

static void
read_changes (TkbReplication *self, gboolean may_wait)
{
  self->is_reading = TRUE;
  self->is_waiting = may_wait;
  self->pending++;
  tkb_peer_get_changes_async (self->source, self->read_seq, self->limit, may_wait ? WAIT_MS : 0,
                              self->cancellable, changes_cb, self);
}

/* ---- the pump ---- */

static void
end_batch (TkbReplication *self)
{
  TkbBatch *batch = g_queue_pop_head (&self->batches);
  gint64    elapsed_ms = tkb_clock_get_monotonic_ms (self->clock) - batch->start_ms;

  if (batch->last_seq)
    {
      g_free (self->done_seq);
      self->done_seq = g_strdup (batch->last_seq);
      self->stats.done += batch->rows->len;
    }
  if (batch->rows->len >= self->limit && elapsed_ms < QUICK_BATCH_MS)
    self->limit = MIN (self->limit * 2, MAX_LIMIT);
  else if (elapsed_ms > SLOW_BATCH_MS)
    self->limit = MAX (self->limit / 2, MIN_LIMIT);
  tkb_batch_free (batch);
  tkb_replication_progress (self);
}

/* Gets every batch as far as it goes now; a batch that needs nothing may end at once. */
static void
work (TkbReplication *self)
{
  TkbBatch *head;
  gboolean  has_moved = TRUE;

  for (GList *l = self->batches.head; l && !self->error; l = l->next)
    {
      TkbBatch *batch = l->data;

      tkb_batch_compare (batch);
    }
  while (has_moved && !self->error)
    {
      has_moved = FALSE;
      for (GList *l = self->batches.head; l; l = l->next)
        while (tkb_batch_fetch (l->data))
          has_moved = TRUE;
      head = g_queue_peek_head (&self->batches);
      if (!head)
        return;
      if (tkb_batch_write (head) || tkb_batch_note (head))
        has_moved = TRUE;
      if (tkb_batch_is_done (head))
        {
          end_batch (self);
          has_moved = TRUE;
        }
    }
}

static gboolean
needs_saving (TkbReplication *self)
{
  return self->failed_changed || !g_str_equal (self->done_seq, self->saved_seq);
}

/* Whether the steps since the last checkpoint would cost little to do again: nothing was written,
 * so another checkpoint on both sides is worth more than it saves. */
static gboolean
may_save_later (TkbReplication *self)
{
  return !self->failed_changed && self->stats.docs_written == self->saved_docs &&
         tkb_clock_get_monotonic_ms (self->clock) - self->saved_ms < LAZY_SAVE_INTERVAL_MS;
}

/* Everything that was told is done: remember that, then wait or end. */
static void
rest (TkbReplication *self)
{
  gboolean  is_live = (self->flags & TKB_REPLICATION_LIVE) != 0;
  TkbBatch *again;

  if (self->is_saving)
    return;
  if (needs_saving (self) && !(is_live && may_save_later (self)))
    {
      tkb_replication_save (self);
      return;
    }
  if (!is_live)
    {
      if (self->pending == 0)
        finish (self);
      return;
    }
  set_idle (self, TRUE);
  if (self->is_reading)
    return;
  if (tkb_clock_get_monotonic_ms (self->clock) - self->retried_ms > RETRY_INTERVAL_MS)
    {
      again = tkb_batch_new_for_failures (self);
      if (again)
        {
          g_queue_push_tail (&self->batches, again);
          tkb_replication_pump (self);
          return;
        }
    }
  read_changes (self, TRUE);
}

/* Reads the feed on while the batches are at work, as long as not too many wait. */
static void
read_ahead (TkbReplication *self)
{
  if (!self->is_reading && !self->is_at_end && g_queue_get_length (&self->batches) < MAX_BATCHES)
    read_changes (self, FALSE);
}

static void
pump_once (TkbReplication *self)
{
  if (self->error)
    {
      if (self->pending == 0 && self->task)
        finish (self);
      return;
    }
  if (!self->is_ready || !self->task)
    return;
  read_ahead (self);
  work (self);
  if (self->error || self->pump_again)
    return;
  read_ahead (self); /* work may have ended the batches that stood in the way */
  if (g_queue_is_empty (&self->batches) && self->is_at_end &&
      (!self->is_reading || self->is_waiting))
    rest (self);
  else if (!self->is_saving && needs_saving (self) &&
           tkb_clock_get_monotonic_ms (self->clock) - self->saved_ms > SAVE_INTERVAL_MS)
    tkb_replication_save (self);
}

/* Looks at the whole state and starts whatever can be started. Every callback ends here; what is
 * called from within it runs another round. */
void
tkb_replication_pump (TkbReplication *self)
{
  g_autoptr (TkbReplication) alive = g_object_ref (self);

  self->pump_again = TRUE;
  if (self->is_pumping)
    return;
  self->is_pumping = TRUE;
  while (self->pump_again && self->task)
    {
      self->pump_again = FALSE;
      pump_once (self);
    }
  self->is_pumping = FALSE;
}

/* ---- the beginning ---- */

static void
outer_cancelled_cb (GCancellable *outer, GCancellable *inner)
{
  g_cancellable_cancel (inner);
}

/**
 * tkb_replication_run_async:
 * @self: a run that has not begun
 * @cancellable: (nullable): ends it with %G_IO_ERROR_CANCELLED; what was written stays written
 * @callback: called when it is over; a live run is over only when it is cancelled or fails
 * @user_data: for @callback
 */
void
tkb_replication_run_async (TkbReplication     *self,
                           GCancellable       *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer            user_data)
{
  g_return_if_fail (TKB_IS_REPLICATION (self) && !self->task && !self->is_ready);

  self->task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (self->task, tkb_replication_run_async);
  g_task_set_name (self->task, "TkbReplication run");
  if (cancellable)
    self->cancelled_id = g_cancellable_connect (cancellable, G_CALLBACK (outer_cancelled_cb),
                                                self->cancellable, NULL);
  tkb_replication_load (self);
}

/**
 * tkb_replication_run_finish:
 * @self: a run
 * @result: from the callback
 * @error: %TKB_SYNC_ERROR, %TKB_WIRE_ERROR, %TKB_STORE_ERROR, %G_IO_ERROR_CANCELLED
 *
 * Returns: %TRUE when the target has all that the source had, but for the failures named by
 *   tkb_replication_get_failures ()
 */
gboolean
tkb_replication_run_finish (TkbReplication *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * tkb_peer_new_for_uri:
 * @uri: `http://…`, `https://…` or the path of a store file
 * @account: (nullable): account, authority and permission for plain http; its url does not count
 * @may_create: whether a store file that is missing is made
 * @clock: a clock
 * @random: a random source
 * @error: %TKB_SYNC_ERROR, %TKB_STORE_ERROR
 *
 * A store file is opened as one to carry documents: without index and outbox. The store that a
 * program works with is a peer by tkb_local_peer_new ().
 *
 * Returns: (transfer full): one side of a replication
 */
TkbPeer *
tkb_peer_new_for_uri (const char      *uri,
                      const TkbRemote *account,
                      gboolean         may_create,
                      TkbClock        *clock,
                      TkbRandom       *random,
                      GError         **error)
{
  TkbStore *store;

  if (g_ascii_strncasecmp (uri, "http://", 7) == 0 || g_ascii_strncasecmp (uri, "https://", 8) == 0)
    {
      g_autoptr (TkbRemote) remote =
          account ? tkb_remote_copy (account) : tkb_remote_new (uri, NULL, NULL);

      g_free (remote->url);
      remote->url = g_strdup (uri);
      return tkb_http_peer_new (remote, clock, random, error);
    }
  store = tkb_store_open (
      uri, TKB_STORE_OPEN_NO_INDEX | (may_create ? TKB_STORE_OPEN_CREATE : TKB_STORE_OPEN_NONE),
      NULL, clock, random, error);
  return store ? tkb_local_peer_new_owning (store) : NULL;
}
