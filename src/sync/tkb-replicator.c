/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-replicator.h"

#include "tkb-http-peer.h"
#include "tkb-json.h"
#include "tkb-local-peer.h"
#include "tkb-merger.h"
#include "tkb-replication.h"
#include "tkb-sync-error.h"
#include "tkb-wire-error.h"

#include <string.h>

/* milliseconds before the first new try, and at most: doubled after each failure */
#define FIRST_RETRY_MS 1000
#define MAX_RETRY_MS 60000
/* a server on this machine costs nothing to look for */
#define MAX_LOOPBACK_RETRY_MS 2000
/* milliseconds after a change of the network until the new routes are in place */
#define NETWORK_SETTLES_MS 500
/* milliseconds between tries that local edits bring forward */
#define EDIT_RETRY_MS 5000
/* seconds that a probe of an open connection may take */
#define PROBE_TIMEOUT_S 10
/* milliseconds between writes of the time of the last sync */
#define NOTE_INTERVAL_MS 30000
/* milliseconds from a change until conflicts are looked for: what comes together is merged at once
 */
#define MERGE_DELAY_MS 200
/* local document with the time of the last sync */
#define STATE_ID "replicator"

/* One connection: a probe, then a run in each direction. It outlives the replicator while its calls
 * come to their end. */
typedef struct
{
  TkbReplicator  *owner;       /* (unowned) (nullable): NULL once the replicator let go of it */
  TkbPeer        *remote;      /* (owned) */
  TkbReplication *pull;        /* (owned) (nullable) */
  TkbReplication *push;        /* (owned) (nullable) */
  TkbMergeRights *rights;      /* (owned) (nullable): known once they have met */
  GCancellable   *cancellable; /* (owned) */
  GError         *error;       /* (owned) (nullable): the first */
  guint           pending;     /* calls under way */
} Link;

struct _TkbReplicator
{
  GObject parent_instance;

  TkbStore        *store;   /* (owned) */
  TkbPeer         *local;   /* (owned) */
  TkbClock        *clock;   /* (owned) */
  TkbRandom       *random;  /* (owned) */
  GNetworkMonitor *monitor; /* (owned) (nullable) */
  TkbRemote       *remote;  /* (owned) (nullable) */
  TkbMerger       *merger;  /* (owned) */
  Link            *link;    /* (owned by its calls) (nullable): the connection of now */

  TkbReplicatorState state;
  GError            *error; /* (owned) (nullable) */
  gint64             last_sync_ms;
  gint64             noted_ms;     /* monotonic: when that was written */
  guint64            done;         /* documents */
  guint64            total;        /* documents */
  guint              failures;     /* in a row */
  guint              retry_id;     /* on the clock; 0: none */
  gint64             retry_due_ms; /* monotonic */
  gint64             tried_ms;     /* monotonic: the last try */
  guint64            merged;       /* documents merged since the start of the program */
  guint              merge_id;     /* on the clock; 0: none */
  gulong             changed_id;
  gulong             network_id;
  gboolean           is_merging;
  gboolean           has_changed; /* since the last look for conflicts */
  gboolean           is_started;
  gboolean           allows_deletions;
};

enum
{
  PROP_STATE = 1,
  PROP_MESSAGE,
  PROP_LAST_SYNC_MS,
  PROP_DONE,
  PROP_TOTAL,
  PROP_MERGED,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (TkbReplicator, tkb_replicator, G_TYPE_OBJECT)

static void connect_now (TkbReplicator *self);
static void schedule (TkbReplicator *self, guint delay_ms);

/* ---- what is shown ---- */

/* error (transfer full) (nullable) */
static void
set_state (TkbReplicator *self, TkbReplicatorState state, GError *error)
{
  gboolean has_changed = self->state != state;
  gboolean had_error = self->error != NULL;

  self->state = state;
  g_clear_error (&self->error);
  self->error = error;
  if (has_changed)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_STATE]);
  if (had_error || error)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_MESSAGE]);
}

static void
set_progress (TkbReplicator *self, guint64 done, guint64 total)
{
  if (self->done != done)
    {
      self->done = done;
      g_object_notify_by_pspec (G_OBJECT (self), props[PROP_DONE]);
    }
  if (self->total != total)
    {
      self->total = total;
      g_object_notify_by_pspec (G_OBJECT (self), props[PROP_TOTAL]);
    }
}

static void
state_noted_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  /* the time is for people: a disk that is full says so elsewhere */
  tkb_peer_put_local_finish (TKB_PEER (source), result, NULL);
}

static void
note_sync (TkbReplicator *self)
{
  gint64 now_ms = tkb_clock_get_monotonic_ms (self->clock);
  g_autoptr (JsonObject) object = NULL;

  self->last_sync_ms = tkb_clock_get_real_ms (self->clock);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_LAST_SYNC_MS]);
  if (self->noted_ms >= 0 && now_ms - self->noted_ms < NOTE_INTERVAL_MS)
    return;
  self->noted_ms = now_ms;
  object = json_object_new ();
  json_object_set_int_member (object, "last_sync_ms", self->last_sync_ms);
  json_object_set_string_member (object, "url", self->remote ? self->remote->url : "");
  tkb_peer_put_local_async (self->local, STATE_ID, object, NULL, state_noted_cb, NULL);
}

/* ---- a connection ---- */

static void
link_free (Link *link)
{
  g_clear_pointer (&link->rights, tkb_merge_rights_free);
  g_clear_object (&link->pull);
  g_clear_object (&link->push);
  g_clear_object (&link->remote);
  g_clear_object (&link->cancellable);
  g_clear_error (&link->error);
  g_free (link);
}

/* error (transfer full): ends the connection; the first counts. */
static void
link_fail (Link *link, GError *error)
{
  if (link->error)
    {
      g_error_free (error);
      return;
    }
  link->error = error;
  g_cancellable_cancel (link->cancellable);
}

/* Lets go of a connection; it ends by itself. */
static void
drop_link (TkbReplicator *self)
{
  Link *link = g_steal_pointer (&self->link);

  if (!link)
    return;
  link->owner = NULL;
  g_cancellable_cancel (link->cancellable);
}

static guint
retry_delay (TkbReplicator *self, gint64 retry_after_ms)
{
  gboolean is_loopback = strstr (self->remote->url, "//localhost") ||
                         strstr (self->remote->url, "//127.") ||
                         strstr (self->remote->url, "//[::1]");
  guint limit = is_loopback ? MAX_LOOPBACK_RETRY_MS : MAX_RETRY_MS;
  guint delay = FIRST_RETRY_MS;

  for (guint i = 1; i < self->failures && delay < limit; i++)
    delay *= 2;
  delay = MIN (delay, limit);
  /* a thousand centres must not come back in the same second */
  delay = delay * 3 / 4 + tkb_random_below (self->random, delay / 2);
  if (retry_after_ms > 0)
    delay = MAX (delay, (guint) retry_after_ms + tkb_random_below (self->random, 1000));
  return delay;
}

/* Whether only a person can help. */
static gboolean
needs_person (const GError *error)
{
  return g_error_matches (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_UNAUTHORIZED) ||
         (error->domain == TKB_SYNC_ERROR &&
          (error->code == TKB_SYNC_ERROR_INVALID_ADDRESS ||
           error->code == TKB_SYNC_ERROR_INSECURE || error->code == TKB_SYNC_ERROR_SAME_PEER ||
           error->code == TKB_SYNC_ERROR_MANY_DELETIONS));
}

/* error (transfer full): why there is no connection. */
static void
lost (TkbReplicator *self, GError *error, gint64 retry_after_ms)
{
  TkbReplicatorState state = TKB_REPLICATOR_ERROR;
  gboolean           may_retry = !needs_person (error);

  if (g_error_matches (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_UNAUTHORIZED))
    state = TKB_REPLICATOR_UNAUTHORIZED;
  else if (tkb_sync_error_is_offline (error))
    state = TKB_REPLICATOR_OFFLINE;
  self->failures++;
  if (may_retry)
    schedule (self, retry_delay (self, retry_after_ms));
  set_state (self, state, error);
}

/* Called last in every callback of a connection. */
static void
link_end_call (Link *link)
{
  TkbReplicator *self = link->owner;

  if (--link->pending > 0)
    return;
  if (self && self->link == link)
    {
      gint64 retry_after_ms = tkb_peer_get_retry_after_ms (link->remote);

      self->link = NULL;
      if (!link->error)
        link->error = g_error_new_literal (TKB_SYNC_ERROR, TKB_SYNC_ERROR_UNREACHABLE,
                                           "the connection ended");
      lost (self, g_steal_pointer (&link->error), retry_after_ms);
    }
  link_free (link);
}

/* ---- conflicts ---- */

static void schedule_merge (TkbReplicator *self);

static void
merged_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TkbReplicator) self = user_data;
  g_autoptr (GError) error = NULL;
  guint merged = 0;

  self->is_merging = FALSE;
  /* a store that fails says so where somebody writes to it; the conflicts are still there */
  if (!tkb_merger_run_finish (self->merger, result, &merged, &error) &&
      !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_debug ("merge: %s", error->message);
  if (merged > 0)
    {
      self->merged += merged;
      g_object_notify_by_pspec (G_OBJECT (self), props[PROP_MERGED]);
    }
  schedule_merge (self);
}

static gboolean
merge_cb (gpointer user_data)
{
  TkbReplicator *self = user_data;
  Link          *link = self->link;

  self->merge_id = 0;
  if (link && link->rights && !self->is_merging && tkb_replication_is_idle (link->pull))
    {
      self->has_changed = FALSE;
      self->is_merging = TRUE;
      tkb_merger_run_async (self->merger, link->rights, link->cancellable, merged_cb,
                            g_object_ref (self));
    }
  return G_SOURCE_REMOVE;
}

/* Looks for conflicts once everything of the server is here: before that, what looks like one may
 * have been settled by the next revision. */
static void
schedule_merge (TkbReplicator *self)
{
  Link *link = self->link;

  if (self->has_changed && !self->merge_id && !self->is_merging && link && link->rights &&
      tkb_replication_is_idle (link->pull))
    self->merge_id = tkb_clock_add_timeout (self->clock, MERGE_DELAY_MS, merge_cb, self);
}

static void
update (Link *link)
{
  TkbReplicator             *self = link->owner;
  const TkbReplicationStats *pull, *push;

  if (!self || !link->pull || link->error)
    return;
  pull = tkb_replication_get_stats (link->pull);
  push = tkb_replication_get_stats (link->push);
  set_progress (self, pull->done + push->done, pull->total + push->total);
  schedule_merge (self);
  if (tkb_replication_is_idle (link->pull) && tkb_replication_is_idle (link->push))
    {
      self->failures = 0;
      self->allows_deletions = FALSE;
      note_sync (self);
      set_state (self, TKB_REPLICATOR_IDLE, NULL);
    }
  else
    set_state (self, TKB_REPLICATOR_SYNCING, NULL);
}

static void
idle_changed_cb (TkbReplication *run, GParamSpec *pspec, Link *link)
{
  update (link);
}

static void
progress_cb (TkbReplication *run, Link *link)
{
  update (link);
}

static void
run_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Link   *link = user_data;
  GError *error = NULL;

  g_signal_handlers_disconnect_by_data (source, link);
  if (!tkb_replication_run_finish (TKB_REPLICATION (source), result, &error))
    link_fail (link, error);
  link_end_call (link);
}

static TkbReplication *
start_run (Link *link, TkbPeer *source, TkbPeer *target, TkbKnownRevs *known)
{
  TkbReplicator      *self = link->owner;
  TkbReplicationFlags flags = TKB_REPLICATION_LIVE;
  TkbReplication     *run;

  if (self->allows_deletions)
    flags |= TKB_REPLICATION_ALLOW_DELETIONS;
  run = tkb_replication_new (source, target, self->clock, self->random, flags);
  tkb_replication_set_known (run, known);
  g_signal_connect (run, "notify::is-idle", G_CALLBACK (idle_changed_cb), link);
  g_signal_connect (run, "progress", G_CALLBACK (progress_cb), link);
  return run;
}

static void
met_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Link          *link = user_data;
  TkbReplicator *self = link->owner;
  GError        *error = NULL;
  g_autoptr (TkbPeerInfo) info = tkb_peer_get_info_finish (TKB_PEER (source), result, &error);
  g_autoptr (TkbKnownRevs) known = NULL;

  if (!info)
    link_fail (link, error);
  else if (self)
    {
      known = tkb_known_revs_new ();
      self->has_changed = TRUE;
      link->rights = tkb_merge_rights_new_for_server (info);
      link->pull = start_run (link, link->remote, self->local, known);
      link->push = start_run (link, self->local, link->remote, known);
      set_state (self, TKB_REPLICATOR_SYNCING, NULL);
      link->pending += 2;
      tkb_replication_run_async (link->pull, link->cancellable, run_cb, link);
      tkb_replication_run_async (link->push, link->cancellable, run_cb, link);
    }
  link_end_call (link);
}

static void
connect_now (TkbReplicator *self)
{
  GError  *error = NULL;
  TkbPeer *remote;
  Link    *link;

  drop_link (self);
  if (self->retry_id)
    tkb_clock_remove_timeout (self->clock, self->retry_id);
  self->retry_id = 0;
  if (!self->is_started || !self->remote)
    {
      set_state (self, TKB_REPLICATOR_STOPPED, NULL);
      return;
    }
  self->tried_ms = tkb_clock_get_monotonic_ms (self->clock);
  remote = tkb_http_peer_new (self->remote, self->clock, self->random, &error);
  if (!remote)
    {
      lost (self, error, -1);
      return;
    }
  link = g_new0 (Link, 1);
  link->owner = self;
  link->remote = remote;
  link->cancellable = g_cancellable_new ();
  link->pending = 1;
  self->link = link;
  /* while the server is away every try would otherwise blink */
  if (self->state != TKB_REPLICATOR_OFFLINE && self->state != TKB_REPLICATOR_ERROR)
    set_state (self, TKB_REPLICATOR_CONNECTING, NULL);
  tkb_peer_get_info_async (remote, link->cancellable, met_cb, link);
}

/* ---- when to try again ---- */

static gboolean
retry_cb (gpointer user_data)
{
  TkbReplicator *self = user_data;

  self->retry_id = 0;
  connect_now (self);
  return G_SOURCE_REMOVE;
}

static void
schedule (TkbReplicator *self, guint delay_ms)
{
  if (self->retry_id)
    tkb_clock_remove_timeout (self->clock, self->retry_id);
  self->retry_due_ms = tkb_clock_get_monotonic_ms (self->clock) + delay_ms;
  self->retry_id = tkb_clock_add_timeout (self->clock, delay_ms, retry_cb, self);
}

/* A local edit waits: look for the server sooner, but not at every keystroke. */
static void
changed_cb (TkbStore *store, guint64 last_seq, TkbReplicator *self)
{
  gint64 due_ms = MAX (self->tried_ms + EDIT_RETRY_MS,
                       tkb_clock_get_monotonic_ms (self->clock) + NETWORK_SETTLES_MS);

  self->has_changed = TRUE;
  schedule_merge (self);
  if (self->retry_id && self->state == TKB_REPLICATOR_OFFLINE && self->retry_due_ms > due_ms)
    schedule (self, (guint) (due_ms - tkb_clock_get_monotonic_ms (self->clock)));
}

typedef struct
{
  TkbReplicator *self; /* (owned) */
  TkbPeer       *peer; /* (owned) */
  Link          *link; /* only compared, never looked into */
} Probe;

static void
probed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Probe  *probe = user_data;
  GError *error = NULL;
  g_autoptr (TkbPeerInfo) info = tkb_peer_get_info_finish (TKB_PEER (source), result, &error);

  if (error && tkb_sync_error_is_offline (error) && probe->self->link == probe->link)
    link_fail (probe->link, g_steal_pointer (&error));
  g_clear_error (&error);
  g_object_unref (probe->self);
  g_object_unref (probe->peer);
  g_free (probe);
}

/* The network is another one: an open connection may be dead without knowing. */
static void
probe_link (TkbReplicator *self)
{
  TkbPeer *peer = tkb_http_peer_new (self->remote, self->clock, self->random, NULL);
  Probe   *probe;

  if (!peer)
    return;
  tkb_http_peer_set_timeout (TKB_HTTP_PEER (peer), PROBE_TIMEOUT_S);
  probe = g_new0 (Probe, 1);
  probe->self = g_object_ref (self);
  probe->peer = peer;
  probe->link = self->link;
  tkb_peer_get_info_async (peer, self->link->cancellable, probed_cb, probe);
}

static void
network_changed_cb (GNetworkMonitor *monitor, gboolean is_available, TkbReplicator *self)
{
  if (!self->is_started || !self->remote)
    return;
  if (self->link && self->link->pull)
    probe_link (self);
  else if (is_available && self->retry_id)
    {
      self->failures = 0;
      schedule (self, NETWORK_SETTLES_MS);
    }
}

/* ---- the object ---- */

static void
tkb_replicator_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  TkbReplicator *self = TKB_REPLICATOR (object);

  switch (id)
    {
    case PROP_STATE:
      g_value_set_uint (value, self->state);
      break;
    case PROP_MESSAGE:
      g_value_set_string (value, self->error ? self->error->message : NULL);
      break;
    case PROP_LAST_SYNC_MS:
      g_value_set_int64 (value, self->last_sync_ms);
      break;
    case PROP_DONE:
      g_value_set_uint64 (value, self->done);
      break;
    case PROP_TOTAL:
      g_value_set_uint64 (value, self->total);
      break;
    case PROP_MERGED:
      g_value_set_uint64 (value, self->merged);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
tkb_replicator_dispose (GObject *object)
{
  TkbReplicator *self = TKB_REPLICATOR (object);

  drop_link (self);
  if (self->retry_id)
    tkb_clock_remove_timeout (self->clock, self->retry_id);
  self->retry_id = 0;
  if (self->merge_id)
    tkb_clock_remove_timeout (self->clock, self->merge_id);
  self->merge_id = 0;
  if (self->store)
    g_clear_signal_handler (&self->changed_id, self->store);
  if (self->monitor)
    g_clear_signal_handler (&self->network_id, self->monitor);
  g_clear_object (&self->merger);
  g_clear_object (&self->local);
  g_clear_object (&self->store);
  g_clear_object (&self->monitor);
  g_clear_object (&self->random);
  g_clear_object (&self->clock);
  G_OBJECT_CLASS (tkb_replicator_parent_class)->dispose (object);
}

static void
tkb_replicator_finalize (GObject *object)
{
  TkbReplicator *self = TKB_REPLICATOR (object);

  tkb_remote_free (self->remote);
  g_clear_error (&self->error);
  G_OBJECT_CLASS (tkb_replicator_parent_class)->finalize (object);
}

static void
tkb_replicator_class_init (TkbReplicatorClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags   flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = tkb_replicator_get_property;
  object_class->dispose = tkb_replicator_dispose;
  object_class->finalize = tkb_replicator_finalize;
  /**
   * TkbReplicator:state:
   *
   * A [enum@ReplicatorState].
   */
  props[PROP_STATE] = g_param_spec_uint ("state", NULL, NULL, 0, TKB_REPLICATOR_ERROR,
                                         TKB_REPLICATOR_STOPPED, flags);
  /**
   * TkbReplicator:message:
   *
   * (nullable): text of the error, for a log; the application makes its sentences from the code.
   */
  props[PROP_MESSAGE] = g_param_spec_string ("message", NULL, NULL, NULL, flags);
  /**
   * TkbReplicator:last-sync-ms:
   *
   * Wall clock, milliseconds since 1970, when both sides were last the same; 0: never.
   */
  props[PROP_LAST_SYNC_MS] =
      g_param_spec_int64 ("last-sync-ms", NULL, NULL, 0, G_MAXINT64, 0, flags);
  /**
   * TkbReplicator:done:
   *
   * Documents done with in this connection, both directions.
   */
  props[PROP_DONE] = g_param_spec_uint64 ("done", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  /**
   * TkbReplicator:total:
   *
   * Documents known to be done with in this connection, both directions.
   */
  props[PROP_TOTAL] = g_param_spec_uint64 ("total", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  /**
   * TkbReplicator:merged:
   *
   * Documents whose conflict was merged without a question since the replicator was made.
   */
  props[PROP_MERGED] = g_param_spec_uint64 ("merged", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
tkb_replicator_init (TkbReplicator *self)
{
  self->noted_ms = -1;
}

static void
state_loaded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TkbReplicator) self = user_data;
  g_autoptr (JsonObject) object = tkb_peer_get_local_finish (TKB_PEER (source), result, NULL);

  if (!object || self->last_sync_ms > 0)
    return;
  self->last_sync_ms = MAX (0, tkb_json_get_int (object, "last_sync_ms", 0));
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_LAST_SYNC_MS]);
}

/**
 * tkb_replicator_new:
 * @store: what is kept in step; it has to stay open until the replicator was stopped
 * @clock: for waits and the time of the last sync
 * @random: for jitter
 * @monitor: (nullable): tells of changes of the network
 *
 * Returns: (transfer full): a replicator that is stopped and has no remote
 */
TkbReplicator *
tkb_replicator_new (TkbStore *store, TkbClock *clock, TkbRandom *random, GNetworkMonitor *monitor)
{
  TkbReplicator *self = g_object_new (TKB_TYPE_REPLICATOR, NULL);

  self->store = g_object_ref (store);
  self->local = tkb_local_peer_new (store);
  self->merger = tkb_merger_new (store);
  self->clock = g_object_ref (clock);
  self->random = g_object_ref (random);
  self->changed_id = g_signal_connect (store, "changed", G_CALLBACK (changed_cb), self);
  if (monitor)
    {
      self->monitor = g_object_ref (monitor);
      self->network_id =
          g_signal_connect (monitor, "network-changed", G_CALLBACK (network_changed_cb), self);
    }
  tkb_peer_get_local_async (self->local, STATE_ID, NULL, state_loaded_cb, g_object_ref (self));
  return self;
}

/**
 * tkb_replicator_set_remote:
 * @self: a replicator
 * @remote: (nullable): the database to keep in step with; %NULL for none
 *
 * Takes effect at once: a connection to another remote is closed.
 */
void
tkb_replicator_set_remote (TkbReplicator *self, const TkbRemote *remote)
{
  g_return_if_fail (TKB_IS_REPLICATOR (self));

  tkb_remote_free (self->remote);
  self->remote = tkb_remote_copy (remote);
  self->failures = 0;
  self->allows_deletions = FALSE;
  set_progress (self, 0, 0);
  set_state (self, TKB_REPLICATOR_STOPPED, NULL);
  connect_now (self);
}

/**
 * tkb_replicator_start:
 * @self: a replicator
 */
void
tkb_replicator_start (TkbReplicator *self)
{
  g_return_if_fail (TKB_IS_REPLICATOR (self));

  if (self->is_started)
    return;
  self->is_started = TRUE;
  self->failures = 0;
  connect_now (self);
}

/**
 * tkb_replicator_stop:
 * @self: a replicator
 *
 * What is under way is called off; what was written stays. Nothing is notified afterwards but the
 * state.
 */
void
tkb_replicator_stop (TkbReplicator *self)
{
  g_return_if_fail (TKB_IS_REPLICATOR (self));

  if (!self->is_started)
    return;
  self->is_started = FALSE;
  connect_now (self);
}

/**
 * tkb_replicator_sync_now:
 * @self: a replicator
 *
 * Forgets the back-off: tries at once, also after an error that waits for a person. A connection
 * that stands needs no push.
 */
void
tkb_replicator_sync_now (TkbReplicator *self)
{
  g_return_if_fail (TKB_IS_REPLICATOR (self));

  self->failures = 0;
  if (!self->link)
    connect_now (self);
}

/**
 * tkb_replicator_allow_deletions:
 * @self: a replicator that stopped with %TKB_SYNC_ERROR_MANY_DELETIONS
 *
 * The person agrees: goes on, and deletes what the server deleted, until both sides are the same.
 */
void
tkb_replicator_allow_deletions (TkbReplicator *self)
{
  g_return_if_fail (TKB_IS_REPLICATOR (self));

  self->allows_deletions = TRUE;
  tkb_replicator_sync_now (self);
}

/**
 * tkb_replicator_get_state:
 * @self: a replicator
 *
 * Returns: how things stand
 */
TkbReplicatorState
tkb_replicator_get_state (TkbReplicator *self)
{
  return self->state;
}

/**
 * tkb_replicator_get_error:
 * @self: a replicator
 *
 * Returns: (transfer none) (nullable): why it is offline, not let in or in trouble:
 *   %TKB_SYNC_ERROR, %TKB_WIRE_ERROR or %TKB_STORE_ERROR
 */
GError *
tkb_replicator_get_error (TkbReplicator *self)
{
  return self->error;
}

/**
 * tkb_replicator_get_last_sync_ms:
 * @self: a replicator
 *
 * Returns: wall clock, milliseconds since 1970, when both sides were last the same; 0: never
 */
gint64
tkb_replicator_get_last_sync_ms (TkbReplicator *self)
{
  return self->last_sync_ms;
}

/**
 * tkb_replicator_get_progress:
 * @self: a replicator
 * @out_done: documents done with in this connection, both directions
 * @out_total: documents known to be done with
 */
void
tkb_replicator_get_progress (TkbReplicator *self, guint64 *out_done, guint64 *out_total)
{
  *out_done = self->done;
  *out_total = self->total;
}

/**
 * tkb_replicator_get_merged:
 * @self: a replicator
 *
 * Returns: documents whose conflict was merged without a question since @self was made
 */
guint64
tkb_replicator_get_merged (TkbReplicator *self)
{
  return self->merged;
}
