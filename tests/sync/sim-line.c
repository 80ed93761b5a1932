/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "sim-line.h"

#include "tkb-sync-error.h"
#include "tkb-wire-bulk-docs.h"
#include "tkb-wire-error.h"

/* one way, ms; one in SLOW_ONE_IN takes up to SLOW_MS */
#define WAY_MS 40
#define SLOW_MS 20000
#define SLOW_ONE_IN 50
/* how often a simulated feed looks for changes */
#define FEED_MS 1000

struct SimNet
{
  TkbRandom *random;  /* (owned) */
  TkbClock  *clock;   /* (owned) */
  guint      running; /* calls that a peer is working at */
  guint64    calls;
};

struct _SimLine
{
  GObject parent_instance;

  SimNet  *net;   /* (unowned) */
  TkbPeer *inner; /* (owned) */
  guint    rate;  /* per mille */
  gboolean is_remote;
  gboolean is_down;
};

typedef struct Call Call;

typedef void (*Start) (Call *call);

/* A call on its way. */
struct Call
{
  GTask         *task; /* (owned) */
  Start          start;
  GDestroyNotify result_free;                     /* NULL: the result is a boolean */
  void (*spoil) (SimLine *self, gpointer result); /* (nullable) */
  gboolean is_repeated;
  gboolean is_checkpoint; /* who may not touch one is told so each time, not now and then */

  char       *text;   /* (owned) (nullable): an id, or since */
  JsonObject *object; /* (owned) (nullable) */
  GPtrArray  *items;  /* (owned) (nullable) */
  TkbPeer    *source; /* (owned) (nullable) */
  guint       limit;
  gint64      wait_until_ms;

  gpointer pointer; /* (owned) (nullable): the result on its way back */
  gboolean is_true;
  GError  *error; /* (owned) (nullable) */
};

static void peer_iface_init (TkbPeerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SimLine,
                               sim_line,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TKB_TYPE_PEER, peer_iface_init))

/* ---- the net ---- */

SimNet *
sim_net_new (TkbRandom *random)
{
  SimNet *self = g_new0 (SimNet, 1);

  self->random = g_object_ref (random);
  self->clock = tkb_clock_new_manual (1800000000000);
  return self;
}

void
sim_net_free (SimNet *self)
{
  g_object_unref (self->random);
  g_object_unref (self->clock);
  g_free (self);
}

TkbClock *
sim_net_get_clock (SimNet *self)
{
  return self->clock;
}

guint64
sim_net_get_calls (SimNet *self)
{
  return self->calls;
}

/* Until nothing is left to do at this moment; FALSE: there was nothing. */
static gboolean
settle (SimNet *self)
{
  gboolean did_something = FALSE;

  /* that waits may wake up for nothing */
  while (g_main_context_iteration (NULL, self->running > 0) || self->running > 0)
    did_something = TRUE;
  return did_something;
}

gboolean
sim_net_turn (SimNet *self)
{
  gboolean did_something = settle (self);
  gint64   next_ms = tkb_clock_manual_get_next_ms (self->clock);

  if (next_ms < 0)
    return did_something;
  tkb_clock_manual_advance (self->clock,
                            MAX (next_ms - tkb_clock_get_monotonic_ms (self->clock), 0));
  settle (self);
  return TRUE;
}

static gboolean
deadline_cb (gpointer user_data)
{
  g_error ("waited too long");
  return G_SOURCE_REMOVE;
}

void
sim_net_run (SimNet *self, SimCondition condition, gpointer user_data)
{
  guint id = g_timeout_add_seconds (60, deadline_cb, NULL);

  while (!condition (user_data))
    if (!sim_net_turn (self))
      g_error ("nothing will ever happen again");
  g_source_remove (id);
}

/* ---- a line ---- */

static void
sim_line_dispose (GObject *object)
{
  g_clear_object (&SIM_LINE (object)->inner);
  G_OBJECT_CLASS (sim_line_parent_class)->dispose (object);
}

static void
sim_line_class_init (SimLineClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sim_line_dispose;
}

static void
sim_line_init (SimLine *self)
{
}

TkbPeer *
sim_line_new (SimNet *net, TkbPeer *inner, gboolean is_remote)
{
  SimLine *self = g_object_new (SIM_TYPE_LINE, NULL);

  self->net = net;
  self->inner = g_object_ref (inner);
  self->is_remote = is_remote;
  return TKB_PEER (self);
}

void
sim_line_set_rate (SimLine *self, guint per_mille)
{
  self->rate = per_mille;
}

void
sim_line_set_down (SimLine *self, gboolean is_down)
{
  self->is_down = is_down;
}

static gboolean
strikes (SimLine *self)
{
  return self->is_down || tkb_random_below (self->net->random, 1000) < self->rate;
}

static GError *
make_error (SimLine *self, gboolean may_refuse)
{
  static const guint statuses[] = { 409, 412, 413, 429, 500, 503, 401, 403 };
  guint              n = G_N_ELEMENTS (statuses) - (may_refuse ? 0 : 2);
  guint              choice = tkb_random_below (self->net->random, 2 * n);

  if (choice < n)
    return tkb_wire_error_new_for_status (statuses[choice], "simulated");
  return g_error_new_literal (TKB_SYNC_ERROR, TKB_SYNC_ERROR_UNREACHABLE, "simulated");
}

/* ---- a call: there, work, back ---- */

static void
call_free (Call *call)
{
  g_object_unref (call->task);
  g_free (call->text);
  g_clear_pointer (&call->object, json_object_unref);
  g_clear_pointer (&call->items, g_ptr_array_unref);
  g_clear_object (&call->source);
  g_clear_error (&call->error);
  if (call->pointer)
    call->result_free (call->pointer);
  g_free (call);
}

static SimLine *
get_line (Call *call)
{
  return SIM_LINE (g_task_get_source_object (call->task));
}

static void
travel (Call *call, GSourceFunc arrived)
{
  SimNet *net = get_line (call)->net;
  guint   ms = 1 + tkb_random_below (net->random, WAY_MS);

  if (tkb_random_below (net->random, SLOW_ONE_IN) == 0)
    ms += tkb_random_below (net->random, SLOW_MS);
  tkb_clock_add_timeout (net->clock, ms, arrived, call);
}

static gboolean
back_cb (gpointer user_data)
{
  Call    *call = user_data;
  SimLine *self = get_line (call);

  if (!call->error && strikes (self))
    call->error = make_error (self, !call->is_checkpoint);
  if (!call->error && call->pointer && call->spoil && strikes (self))
    call->spoil (self, call->pointer);
  if (call->error)
    g_task_return_error (call->task, g_steal_pointer (&call->error));
  else if (call->result_free)
    g_task_return_pointer (call->task, g_steal_pointer (&call->pointer), call->result_free);
  else
    g_task_return_boolean (call->task, call->is_true);
  call_free (call);
  return G_SOURCE_REMOVE;
}

static gboolean
there_cb (gpointer user_data)
{
  Call    *call = user_data;
  SimLine *self = get_line (call);

  if (strikes (self))
    {
      call->error = make_error (self, !call->is_checkpoint);
      travel (call, back_cb);
      return G_SOURCE_REMOVE;
    }
  if (self->net->running > 0) /* one after the other */
    {
      tkb_clock_add_timeout (self->net->clock, 1, there_cb, call);
      return G_SOURCE_REMOVE;
    }
  self->net->running++;
  self->net->calls++;
  call->start (call);
  return G_SOURCE_REMOVE;
}

static gboolean
is_waiting_feed (Call *call)
{
  TkbPeerChanges *changes = call->pointer;

  return call->wait_until_ms > 0 && changes && changes->rows->len == 0 &&
         tkb_clock_get_monotonic_ms (get_line (call)->net->clock) < call->wait_until_ms &&
         !g_cancellable_is_cancelled (g_task_get_cancellable (call->task));
}

static void
worked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Call    *call = user_data;
  SimLine *self = get_line (call);

  self->net->running--;
  if (call->result_free)
    call->pointer = g_task_propagate_pointer (G_TASK (result), &call->error);
  else
    call->is_true = g_task_propagate_boolean (G_TASK (result), &call->error);
  if (is_waiting_feed (call))
    {
      g_clear_pointer (&call->pointer, call->result_free);
      tkb_clock_add_timeout (self->net->clock, FEED_MS, there_cb, call);
      return;
    }
  /* the same request arrives a second time */
  if (!call->error && !call->is_repeated && self->rate > 0 && strikes (self))
    {
      call->is_repeated = TRUE;
      if (call->pointer)
        g_clear_pointer (&call->pointer, call->result_free);
      travel (call, there_cb);
      return;
    }
  travel (call, back_cb);
}

static Call *
call_new (TkbPeer            *peer,
          Start               start,
          GDestroyNotify      result_free,
          GCancellable       *cancellable,
          GAsyncReadyCallback callback,
          gpointer            user_data)
{
  Call *call = g_new0 (Call, 1);

  call->task = g_task_new (peer, cancellable, callback, user_data);
  g_task_set_source_tag (call->task, call_new);
  call->start = start;
  call->result_free = result_free;
  travel (call, there_cb);
  return call;
}

static GCancellable *
get_cancellable (Call *call)
{
  return g_task_get_cancellable (call->task);
}

/* ---- the calls of a peer ---- */

static gboolean
line_is_remote (TkbPeer *peer)
{
  return SIM_LINE (peer)->is_remote;
}

static void
start_get_info (Call *call)
{
  tkb_peer_get_info_async (get_line (call)->inner, get_cancellable (call), worked_cb, call);
}

static void
line_get_info_async (TkbPeer            *peer,
                     GCancellable       *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer            user_data)
{
  call_new (peer, start_get_info, (GDestroyNotify) tkb_peer_info_free, cancellable, callback,
            user_data);
}

static void
start_get_local (Call *call)
{
  tkb_peer_get_local_async (get_line (call)->inner, call->text, get_cancellable (call), worked_cb,
                            call);
}

static void
line_get_local_async (TkbPeer            *peer,
                      const char         *id,
                      GCancellable       *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer            user_data)
{
  Call *call = call_new (peer, start_get_local, (GDestroyNotify) json_object_unref, cancellable,
                         callback, user_data);

  call->text = g_strdup (id);
  call->is_checkpoint = TRUE;
}

static void
start_put_local (Call *call)
{
  tkb_peer_put_local_async (get_line (call)->inner, call->text, call->object,
                            get_cancellable (call), worked_cb, call);
}

static void
line_put_local_async (TkbPeer            *peer,
                      const char         *id,
                      JsonObject         *object,
                      GCancellable       *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer            user_data)
{
  Call *call = call_new (peer, start_put_local, NULL, cancellable, callback, user_data);

  call->text = g_strdup (id);
  call->is_checkpoint = TRUE;
  call->object = json_object_ref (object);
}

/* A row comes twice. */
static void
spoil_changes (SimLine *self, gpointer result)
{
  TkbPeerChanges *changes = result;
  TkbWireChange  *row, *again;

  if (changes->rows->len == 0)
    return;
  row = g_ptr_array_index (changes->rows, tkb_random_below (self->net->random, changes->rows->len));
  again = tkb_wire_change_new (row->seq, row->id, row->is_deleted);
  for (guint i = 0; i < row->revs->len; i++)
    g_ptr_array_add (again->revs, g_strdup (g_ptr_array_index (row->revs, i)));
  g_ptr_array_add (changes->rows, again);
}

static void
start_get_changes (Call *call)
{
  tkb_peer_get_changes_async (get_line (call)->inner, call->text, call->limit, 0,
                              get_cancellable (call), worked_cb, call);
}

static void
line_get_changes_async (TkbPeer            *peer,
                        const char         *since,
                        guint               limit,
                        guint               wait_ms,
                        GCancellable       *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer            user_data)
{
  SimNet *net = SIM_LINE (peer)->net;
  Call   *call = call_new (peer, start_get_changes, (GDestroyNotify) tkb_peer_changes_free,
                           cancellable, callback, user_data);

  call->spoil = spoil_changes;
  call->text = g_strdup (since);
  /* few rows at a time, so that many things can happen in between */
  call->limit = MIN (limit, 1 + tkb_random_below (net->random, 7));
  if (wait_ms > 0)
    call->wait_until_ms = tkb_clock_get_monotonic_ms (net->clock) + wait_ms;
}

static void
start_revs_diff (Call *call)
{
  tkb_peer_revs_diff_async (get_line (call)->inner, call->items, get_cancellable (call), worked_cb,
                            call);
}

static void
line_revs_diff_async (TkbPeer            *peer,
                      GPtrArray          *revs,
                      GCancellable       *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer            user_data)
{
  Call *call = call_new (peer, start_revs_diff, (GDestroyNotify) g_ptr_array_unref, cancellable,
                         callback, user_data);

  call->items = g_ptr_array_ref (revs);
}

/* Another order, and sometimes the end is missing. */
static void
spoil_fetch (SimLine *self, gpointer result)
{
  GPtrArray *revisions = result;

  for (guint i = revisions->len; i > 1; i--)
    {
      guint    k = tkb_random_below (self->net->random, i);
      gpointer swap = revisions->pdata[i - 1];

      revisions->pdata[i - 1] = revisions->pdata[k];
      revisions->pdata[k] = swap;
    }
  if (revisions->len > 0 && tkb_random_below (self->net->random, 2))
    g_ptr_array_set_size (revisions, (int) tkb_random_below (self->net->random, revisions->len));
}

static void
start_fetch (Call *call)
{
  tkb_peer_fetch_async (get_line (call)->inner, call->items, get_cancellable (call), worked_cb,
                        call);
}

static void
line_fetch_async (TkbPeer            *peer,
                  GPtrArray          *wanted,
                  GCancellable       *cancellable,
                  GAsyncReadyCallback callback,
                  gpointer            user_data)
{
  Call *call = call_new (peer, start_fetch, (GDestroyNotify) g_ptr_array_unref, cancellable,
                         callback, user_data);

  call->items = g_ptr_array_ref (wanted);
  call->spoil = spoil_fetch;
}

/* What was written is told as failed. */
static void
spoil_write (SimLine *self, gpointer result)
{
  GPtrArray *rows = result;

  for (guint i = 0; i < rows->len; i++)
    {
      TkbWireBulkDocsRow *row = g_ptr_array_index (rows, i);

      if (!row->error && tkb_random_below (self->net->random, 3) == 0)
        row->error = make_error (self, TRUE);
    }
}

static void
start_write (Call *call)
{
  tkb_peer_write_async (get_line (call)->inner, call->items, call->source, get_cancellable (call),
                        worked_cb, call);
}

static void
line_write_async (TkbPeer            *peer,
                  GPtrArray          *revisions,
                  TkbPeer            *source,
                  GCancellable       *cancellable,
                  GAsyncReadyCallback callback,
                  gpointer            user_data)
{
  Call *call = call_new (peer, start_write, (GDestroyNotify) g_ptr_array_unref, cancellable,
                         callback, user_data);

  call->items = g_ptr_array_ref (revisions);
  call->spoil = spoil_write;
  call->source = g_object_ref (source);
}

static void
start_note_sent (Call *call)
{
  tkb_peer_note_sent_async (get_line (call)->inner, call->items, get_cancellable (call), worked_cb,
                            call);
}

static void
line_note_sent_async (TkbPeer            *peer,
                      GPtrArray          *rows,
                      GCancellable       *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer            user_data)
{
  Call *call = call_new (peer, start_note_sent, NULL, cancellable, callback, user_data);

  call->items = g_ptr_array_ref (rows);
}

/* Within the work of another call, hence at once. */
static void
attachment_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  SimLine      *self = SIM_LINE (g_task_get_source_object (task));
  GError       *error = NULL;
  GInputStream *stream = g_task_propagate_pointer (G_TASK (result), &error);

  if (!error && strikes (self))
    {
      g_clear_object (&stream);
      error = make_error (self, TRUE);
    }
  if (error)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, stream, g_object_unref);
}

static void
line_open_attachment_async (TkbPeer            *peer,
                            const char         *id,
                            const char         *rev,
                            const char         *name,
                            const char         *digest,
                            GCancellable       *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer            user_data)
{
  SimLine *self = SIM_LINE (peer);
  GTask   *task = g_task_new (peer, cancellable, callback, user_data);

  g_task_set_source_tag (task, line_open_attachment_async);
  if (strikes (self))
    {
      g_task_return_error (task, make_error (self, TRUE));
      g_object_unref (task);
      return;
    }
  tkb_peer_open_attachment_async (self->inner, id, rev, name, digest, cancellable, attachment_cb,
                                  task);
}

static void
peer_iface_init (TkbPeerInterface *iface)
{
  iface->is_remote = line_is_remote;
  iface->get_info_async = line_get_info_async;
  iface->get_local_async = line_get_local_async;
  iface->put_local_async = line_put_local_async;
  iface->get_changes_async = line_get_changes_async;
  iface->revs_diff_async = line_revs_diff_async;
  iface->fetch_async = line_fetch_async;
  iface->write_async = line_write_async;
  iface->open_attachment_async = line_open_attachment_async;
  iface->note_sent_async = line_note_sent_async;
}
