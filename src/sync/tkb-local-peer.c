/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-local-peer.h"

#include "tkb-json.h"
#include "tkb-local-peer-private.h"
#include "tkb-sync-error.h"
#include "tkb-wire-bulk-docs.h"
#include "tkb-wire-revs-diff.h"

struct _TkbLocalPeer
{
  GObject parent_instance;

  TkbStore *store; /* (owned) */
  gboolean  owns_store;
};

static void peer_iface_init (TkbPeerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TkbLocalPeer,
                               tkb_local_peer,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TKB_TYPE_PEER, peer_iface_init))

static void
tkb_local_peer_dispose (GObject *object)
{
  TkbLocalPeer *self = TKB_LOCAL_PEER (object);

  if (self->store && self->owns_store)
    tkb_store_close (self->store);
  g_clear_object (&self->store);
  G_OBJECT_CLASS (tkb_local_peer_parent_class)->dispose (object);
}

static void
tkb_local_peer_class_init (TkbLocalPeerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = tkb_local_peer_dispose;
}

static void
tkb_local_peer_init (TkbLocalPeer *self)
{
}

/**
 * tkb_local_peer_new:
 * @store: a store, which the caller closes
 *
 * Returns: (transfer full): @store as a peer
 */
TkbPeer *
tkb_local_peer_new (TkbStore *store)
{
  TkbLocalPeer *self = g_object_new (TKB_TYPE_LOCAL_PEER, NULL);

  self->store = g_object_ref (store);
  return TKB_PEER (self);
}

/**
 * tkb_local_peer_new_owning:
 * @store: (transfer full): a store
 *
 * Returns: (transfer full): @store as a peer that closes it at its end
 */
TkbPeer *
tkb_local_peer_new_owning (TkbStore *store)
{
  TkbLocalPeer *self = g_object_new (TKB_TYPE_LOCAL_PEER, NULL);

  self->store = store;
  self->owns_store = TRUE;
  return TKB_PEER (self);
}

/**
 * tkb_local_peer_get_store:
 * @self: a local peer
 *
 * Returns: (transfer none): its store
 */
TkbStore *
tkb_local_peer_get_store (TkbLocalPeer *self)
{
  g_return_val_if_fail (TKB_IS_LOCAL_PEER (self), NULL);
  return self->store;
}

static gboolean
local_is_remote (TkbPeer *peer)
{
  return FALSE;
}

/* ---- a call on one of the store's threads ---- */

typedef struct Call Call;

/* Fills in call->result or sets error; any thread. */
typedef void (*CallFunc) (Call *call, TkbStore *store, GCancellable *cancellable, GError **error);

struct Call
{
  CallFunc       function;
  char          *id;     /* (owned) (nullable) */
  JsonObject    *object; /* (owned) (nullable): nobody else's */
  GPtrArray     *items;  /* (owned) (nullable) */
  gpointer       result; /* (owned) (nullable) */
  GDestroyNotify result_free;
  gssize         number;
  gboolean       is_number; /* number is the result */
};

static void
call_free (gpointer data)
{
  Call *call = data;

  g_free (call->id);
  g_clear_pointer (&call->object, json_object_unref);
  g_clear_pointer (&call->items, g_ptr_array_unref);
  if (call->result)
    call->result_free (call->result);
  g_free (call);
}

static void
call_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Call   *call = data;
  GError *error = NULL;

  call->function (call, TKB_STORE (source), cancellable, &error);
  if (error)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

/* The store's task is the inner one; the peer's own task is its user data. */
static void
call_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Call   *call = g_task_get_task_data (G_TASK (result));
  GError *error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    g_task_return_error (task, error);
  else if (call->is_number)
    g_task_return_int (task, call->number);
  else
    g_task_return_pointer (task, g_steal_pointer (&call->result), call->result_free);
}

static void
run_call (TkbPeer            *peer,
          Call               *call,
          gpointer            tag,
          GCancellable       *cancellable,
          GAsyncReadyCallback callback,
          gpointer            user_data)
{
  TkbLocalPeer *self = TKB_LOCAL_PEER (peer);
  GTask        *outer = g_task_new (peer, cancellable, callback, user_data);
  g_autoptr (GTask) inner = g_task_new (self->store, cancellable, call_cb, outer);

  g_task_set_source_tag (outer, tag);
  g_task_set_name (outer, "TkbLocalPeer call");
  g_task_set_source_tag (inner, tag);
  g_task_set_name (inner, "TkbLocalPeer store call");
  g_task_set_task_data (inner, call, call_free);
  tkb_store_run_async (self->store, inner, call_thread);
}

/* ---- info ---- */

static void
do_info (Call *call, TkbStore *store, GCancellable *cancellable, GError **error)
{
  g_autoptr (TkbStoreCounts) counts = tkb_store_get_counts (store, cancellable, error);
  TkbPeerInfo *info;

  if (!counts)
    return;
  info = g_new0 (TkbPeerInfo, 1);
  info->identity = g_strconcat ("store:", tkb_store_get_uuid (store), NULL);
  info->update_seq = g_strdup_printf ("%" G_GUINT64_FORMAT, tkb_store_get_last_seq (store));
  info->documents = counts->documents;
  call->result = info;
}

static void
local_get_info_async (TkbPeer            *peer,
                      GCancellable       *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer            user_data)
{
  Call *call = g_new0 (Call, 1);

  call->function = do_info;
  call->result_free = (GDestroyNotify) tkb_peer_info_free;
  run_call (peer, call, local_get_info_async, cancellable, callback, user_data);
}

/* ---- local documents ---- */

static JsonObject *
read_local (TkbStore *store, const char *id, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  JsonObject *object = tkb_store_get_local (store, id, cancellable, &local_error);

  if (local_error && !g_error_matches (local_error, TKB_STORE_ERROR, TKB_STORE_ERROR_NOT_FOUND))
    g_propagate_error (error, g_steal_pointer (&local_error));
  return object;
}

static void
do_get_local (Call *call, TkbStore *store, GCancellable *cancellable, GError **error)
{
  call->result = read_local (store, call->id, cancellable, error);
}

static void
local_get_local_async (TkbPeer            *peer,
                       const char         *id,
                       GCancellable       *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer            user_data)
{
  Call *call = g_new0 (Call, 1);

  call->function = do_get_local;
  call->id = g_strdup (id);
  call->result_free = (GDestroyNotify) json_object_unref;
  run_call (peer, call, local_get_local_async, cancellable, callback, user_data);
}

static void
do_put_local (Call *call, TkbStore *store, GCancellable *cancellable, GError **error)
{
  g_autoptr (JsonObject) old = read_local (store, call->id, cancellable, NULL);
  const char      *rev = old ? tkb_json_get_string (old, "_rev", "0-0") : "0-0";
  guint64          number = g_str_has_prefix (rev, "0-") ? g_ascii_strtoull (rev + 2, NULL, 10) : 0;
  g_autofree char *next = g_strdup_printf ("0-%" G_GUINT64_FORMAT, number + 1);

  json_object_set_string_member (call->object, "_rev", next);
  call->number = tkb_store_put_local (store, call->id, call->object, cancellable, error);
}

static void
put_local_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (g_task_propagate_int (G_TASK (result), &error) < 0)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

static void
local_put_local_async (TkbPeer            *peer,
                       const char         *id,
                       JsonObject         *object,
                       GCancellable       *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer            user_data)
{
  GTask *task = g_task_new (peer, cancellable, callback, user_data);
  Call  *call = g_new0 (Call, 1);

  g_task_set_source_tag (task, local_put_local_async);
  g_task_set_name (task, "TkbLocalPeer put local");
  call->function = do_put_local;
  call->id = g_strdup (id);
  call->object = tkb_json_object_copy (object);
  call->is_number = TRUE;
  run_call (peer, call, local_put_local_async, cancellable, put_local_cb, task);
}

/* ---- changes ---- */

typedef struct
{
  guint64         since;
  guint           limit;
  TkbPeerChanges *changes; /* (owned) (nullable): the result of the last look */
  gulong          changed_id;
  guint           timeout_id;
  gulong          cancelled_id;
  gboolean        is_looking;  /* a look is under way in a thread */
  gboolean        has_changed; /* since the last look began */
  gboolean        may_wait;
  gboolean        is_done;
} Watch;

static void
watch_free (gpointer data)
{
  Watch *watch = data;

  tkb_peer_changes_free (watch->changes);
  g_free (watch);
}

static void look (GTask *task);

static void
look_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Watch    *watch = data;
  TkbStore *store = TKB_STORE (source);
  GError   *error = NULL;
  guint64   last_seq = 0;
  guint64   newest = tkb_store_get_last_seq (store);
  g_autoptr (GPtrArray) changes = NULL;
  TkbPeerChanges *result;

  /* a sequence this file never gave out belongs to another state of it */
  if (watch->since > newest)
    watch->since = 0;
  changes = tkb_store_get_changes (store, watch->since, watch->limit,
                                   TKB_CHANGES_ALL_LEAVES | TKB_CHANGES_MAY_LEAVE, &last_seq,
                                   cancellable, &error);
  if (!changes)
    {
      g_task_return_error (task, error);
      return;
    }
  result = g_new0 (TkbPeerChanges, 1);
  result->rows = g_ptr_array_new_full (changes->len, (GDestroyNotify) tkb_wire_change_free);
  for (guint i = 0; i < changes->len; i++)
    {
      TkbChange     *change = g_ptr_array_index (changes, i);
      char           seq[24];
      TkbWireChange *row;

      g_snprintf (seq, sizeof seq, "%" G_GUINT64_FORMAT, change->seq);
      row = tkb_wire_change_new (seq, change->id, change->is_deleted);
      for (guint k = 0; k < change->revs->len; k++)
        g_ptr_array_add (row->revs, g_strdup (g_ptr_array_index (change->revs, k)));
      g_ptr_array_add (result->rows, row);
    }
  result->last_seq = g_strdup_printf ("%" G_GUINT64_FORMAT, last_seq);
  result->pending = last_seq < newest ? (gint64) (newest - last_seq) : 0;
  g_task_return_pointer (task, result, (GDestroyNotify) tkb_peer_changes_free);
}

static void
watch_end (GTask *task)
{
  TkbLocalPeer *self = TKB_LOCAL_PEER (g_task_get_source_object (task));
  Watch        *watch = g_task_get_task_data (task);

  watch->is_done = TRUE;
  g_clear_signal_handler (&watch->changed_id, self->store);
  g_clear_handle_id (&watch->timeout_id, g_source_remove);
}

static void
look_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Watch          *watch = g_task_get_task_data (task);
  GError         *error = NULL;
  TkbPeerChanges *changes = g_task_propagate_pointer (G_TASK (result), &error);

  watch->is_looking = FALSE;
  if (watch->is_done)
    {
      tkb_peer_changes_free (changes);
      g_clear_error (&error);
      return;
    }
  if (!changes)
    {
      watch_end (task);
      g_task_return_error (task, error);
      return;
    }
  if (changes->rows->len > 0 || changes->pending > 0 || !watch->may_wait)
    {
      watch_end (task);
      g_task_return_pointer (task, changes, (GDestroyNotify) tkb_peer_changes_free);
      return;
    }
  tkb_peer_changes_free (watch->changes);
  watch->changes = changes;
  watch->since = g_ascii_strtoull (changes->last_seq, NULL, 10);
  if (watch->has_changed)
    look (task);
}

static void
look (GTask *task)
{
  TkbLocalPeer *self = TKB_LOCAL_PEER (g_task_get_source_object (task));
  Watch        *watch = g_task_get_task_data (task);
  Watch        *copy = g_new0 (Watch, 1);
  g_autoptr (GTask) inner =
      g_task_new (self->store, g_task_get_cancellable (task), look_cb, g_object_ref (task));

  watch->is_looking = TRUE;
  watch->has_changed = FALSE;
  copy->since = watch->since;
  copy->limit = watch->limit;
  g_task_set_source_tag (inner, look);
  g_task_set_name (inner, "TkbLocalPeer changes");
  g_task_set_task_data (inner, copy, watch_free);
  tkb_store_run_async (self->store, inner, look_thread);
}

static void
changed_cb (TkbStore *store, guint64 last_seq, GTask *task)
{
  Watch *watch = g_task_get_task_data (task);

  watch->has_changed = TRUE;
  if (!watch->is_looking && !watch->is_done)
    look (task);
}

static gboolean
wait_over_cb (gpointer user_data)
{
  GTask *task = user_data;
  Watch *watch = g_task_get_task_data (task);

  watch->may_wait = FALSE;
  if (!watch->is_looking)
    {
      watch->timeout_id = 0;
      watch_end (task);
      g_task_return_pointer (task, g_steal_pointer (&watch->changes),
                             (GDestroyNotify) tkb_peer_changes_free);
      return G_SOURCE_REMOVE;
    }
  watch->timeout_id = 0;
  return G_SOURCE_REMOVE;
}

/* g_cancellable_connect may not drop its own handler: the end comes from an idle. */
static gboolean
cancelled_idle_cb (gpointer user_data)
{
  GTask *task = user_data;
  Watch *watch = g_task_get_task_data (task);

  if (!watch->is_done)
    {
      watch_end (task);
      g_task_return_error_if_cancelled (task);
    }
  return G_SOURCE_REMOVE;
}

static void
cancelled_cb (GCancellable *cancellable, GTask *task)
{
  g_idle_add_full (G_PRIORITY_DEFAULT, cancelled_idle_cb, g_object_ref (task), g_object_unref);
}

/* Drops what holds the task, once its result was handed out. */
static void
watch_completed_cb (GTask *task, GParamSpec *pspec, gpointer user_data)
{
  Watch        *watch = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);

  if (cancellable && watch->cancelled_id)
    g_signal_handler_disconnect (cancellable, watch->cancelled_id);
  watch->cancelled_id = 0;
}

static void
local_get_changes_async (TkbPeer            *peer,
                         const char         *since,
                         guint               limit,
                         guint               wait_ms,
                         GCancellable       *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer            user_data)
{
  TkbLocalPeer *self = TKB_LOCAL_PEER (peer);
  g_autoptr (GTask) task = g_task_new (peer, cancellable, callback, user_data);
  Watch *watch = g_new0 (Watch, 1);

  g_task_set_source_tag (task, local_get_changes_async);
  g_task_set_name (task, "TkbLocalPeer changes feed");
  g_task_set_task_data (task, watch, watch_free);
  watch->since = g_ascii_strtoull (since, NULL, 10);
  watch->limit = limit;
  watch->may_wait = wait_ms > 0;
  if (g_task_return_error_if_cancelled (task))
    return;
  if (wait_ms > 0)
    {
      watch->changed_id = g_signal_connect_data (
          self->store, "changed", G_CALLBACK (changed_cb), g_object_ref (task),
          (GClosureNotify) (void (*) (void)) g_object_unref, 0);
      watch->timeout_id = g_timeout_add_full (G_PRIORITY_DEFAULT, wait_ms, wait_over_cb,
                                              g_object_ref (task), g_object_unref);
      if (cancellable)
        watch->cancelled_id = g_signal_connect_data (
            cancellable, "cancelled", G_CALLBACK (cancelled_cb), g_object_ref (task),
            (GClosureNotify) (void (*) (void)) g_object_unref, 0);
      g_signal_connect (task, "notify::completed", G_CALLBACK (watch_completed_cb), NULL);
    }
  look (task);
}

/* ---- revs_diff ---- */

static void
do_revs_diff (Call *call, TkbStore *store, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();
  g_autoptr (GPtrArray) revs = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) missing = NULL;
  GPtrArray *result;

  for (guint i = 0; i < call->items->len; i++)
    {
      TkbWireRevs *entry = g_ptr_array_index (call->items, i);
      const char **strv = g_new0 (const char *, entry->revs->len + 1);

      for (guint k = 0; k < entry->revs->len; k++)
        strv[k] = g_ptr_array_index (entry->revs, k);
      g_ptr_array_add (ids, entry->id);
      g_ptr_array_add (revs, strv);
    }
  missing = tkb_store_revs_diff (store, ids, revs, cancellable, error);
  if (!missing)
    return;
  result = g_ptr_array_new_full (missing->len, (GDestroyNotify) tkb_wire_missing_free);
  for (guint i = 0; i < missing->len; i++)
    {
      TkbMissing     *from = g_ptr_array_index (missing, i);
      TkbWireMissing *to = g_new0 (TkbWireMissing, 1);

      to->id = g_strdup (from->id);
      to->missing = g_ptr_array_ref (from->missing);
      to->possible_ancestors =
          from->possible_ancestors ? g_ptr_array_ref (from->possible_ancestors) : NULL;
      g_ptr_array_add (result, to);
    }
  call->result = result;
}

static void
local_revs_diff_async (TkbPeer            *peer,
                       GPtrArray          *revs,
                       GCancellable       *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer            user_data)
{
  Call *call = g_new0 (Call, 1);

  call->function = do_revs_diff;
  call->items = g_ptr_array_ref (revs);
  call->result_free = (GDestroyNotify) g_ptr_array_unref;
  run_call (peer, call, local_revs_diff_async, cancellable, callback, user_data);
}

/* ---- fetch ---- */

static void
do_fetch (Call *call, TkbStore *store, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) result =
      g_ptr_array_new_full (call->items->len, (GDestroyNotify) tkb_peer_revision_free);

  for (guint i = 0; i < call->items->len; i++)
    {
      TkbPeerRevision *wanted = g_ptr_array_index (call->items, i);
      TkbPeerRevision *revision = tkb_peer_revision_new (wanted->id, wanted->rev);

      g_ptr_array_add (result, revision);
      if (wanted->known)
        revision->known = g_ptr_array_ref (wanted->known);
      revision->document =
          tkb_store_get (store, wanted->id, wanted->rev, cancellable, &revision->error);
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return;
      if (revision->document && !tkb_document_may_leave (revision->document))
        {
          g_clear_pointer (&revision->document, tkb_document_unref);
          revision->error = g_error_new_literal (TKB_SYNC_ERROR, TKB_SYNC_ERROR_STAYS,
                                                 "a draft or a private record stays here");
        }
    }
  call->result = g_steal_pointer (&result);
}

static void
local_fetch_async (TkbPeer            *peer,
                   GPtrArray          *wanted,
                   GCancellable       *cancellable,
                   GAsyncReadyCallback callback,
                   gpointer            user_data)
{
  Call *call = g_new0 (Call, 1);

  call->function = do_fetch;
  call->items = g_ptr_array_ref (wanted);
  call->result_free = (GDestroyNotify) g_ptr_array_unref;
  run_call (peer, call, local_fetch_async, cancellable, callback, user_data);
}

/* ---- attachments ---- */

static void
do_open_attachment (Call *call, TkbStore *store, GCancellable *cancellable, GError **error)
{
  gint64 length_bytes = 0;

  call->result = tkb_store_open_blob (store, call->id, &length_bytes, error);
}

static void
local_open_attachment_async (TkbPeer            *peer,
                             const char         *id,
                             const char         *rev,
                             const char         *name,
                             const char         *digest,
                             GCancellable       *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer            user_data)
{
  Call *call = g_new0 (Call, 1);

  call->function = do_open_attachment;
  call->id = g_strdup (digest);
  call->result_free = g_object_unref;
  run_call (peer, call, local_open_attachment_async, cancellable, callback, user_data);
}

/* ---- counting and noting ---- */

static void
do_count_live (Call *call, TkbStore *store, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();
  g_autoptr (GPtrArray) rows = NULL;

  for (guint i = 0; i < call->items->len; i++)
    g_ptr_array_add (ids, g_ptr_array_index (call->items, i));
  g_ptr_array_add (ids, NULL);
  rows = tkb_store_list_ids (store, (const char *const *) ids->pdata, TKB_LIST_NONE, cancellable,
                             error);
  for (guint i = 0; rows && i < rows->len; i++)
    {
      TkbListRow *row = g_ptr_array_index (rows, i);

      if (row->rev && !row->is_deleted)
        call->number++;
    }
}

static void
local_count_live_async (TkbPeer            *peer,
                        GPtrArray          *ids,
                        GCancellable       *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer            user_data)
{
  Call *call = g_new0 (Call, 1);

  call->function = do_count_live;
  call->items = g_ptr_array_ref (ids);
  call->is_number = TRUE;
  run_call (peer, call, local_count_live_async, cancellable, callback, user_data);
}

static void
do_note_sent (Call *call, TkbStore *store, GCancellable *cancellable, GError **error)
{
  g_autoptr (TkbStoreCounts) counts = tkb_store_get_counts (store, cancellable, error);
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();
  g_autoptr (GPtrArray) revs = g_ptr_array_new ();

  if (!counts || counts->waiting == 0)
    return;
  for (guint i = 0; i < call->items->len; i++)
    {
      TkbWireBulkDocsRow *row = g_ptr_array_index (call->items, i);

      if (!row->error)
        {
          g_ptr_array_add (ids, row->id);
          g_ptr_array_add (revs, row->rev);
        }
      else if (!tkb_store_mark_refused (store, row->id, row->rev, row->error->message, error))
        return;
    }
  if (ids->len > 0)
    tkb_store_mark_sent (store, ids, revs, error);
}

static void
note_sent_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (g_task_propagate_int (G_TASK (result), &error) < 0)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

static void
local_note_sent_async (TkbPeer            *peer,
                       GPtrArray          *rows,
                       GCancellable       *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer            user_data)
{
  GTask *task = g_task_new (peer, cancellable, callback, user_data);
  Call  *call = g_new0 (Call, 1);

  g_task_set_source_tag (task, local_note_sent_async);
  g_task_set_name (task, "TkbLocalPeer note sent");
  call->function = do_note_sent;
  call->items = g_ptr_array_ref (rows);
  call->is_number = TRUE;
  run_call (peer, call, local_note_sent_async, cancellable, note_sent_cb, task);
}

/* ---- after damage ---- */

static void
do_list_incomplete (Call *call, TkbStore *store, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) documents = tkb_store_list_incomplete (store, cancellable, error);
  GPtrArray *result;

  if (!documents)
    return;
  result = g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_peer_revision_free);
  for (guint i = 0; i < documents->len; i++)
    {
      TkbMissing *entry = g_ptr_array_index (documents, i);

      for (guint k = 0; k < entry->missing->len; k++)
        g_ptr_array_add (result,
                         tkb_peer_revision_new (entry->id, g_ptr_array_index (entry->missing, k)));
    }
  call->result = result;
}

static void
local_list_incomplete_async (TkbPeer            *peer,
                             GCancellable       *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer            user_data)
{
  Call *call = g_new0 (Call, 1);

  call->function = do_list_incomplete;
  call->result_free = (GDestroyNotify) g_ptr_array_unref;
  run_call (peer, call, local_list_incomplete_async, cancellable, callback, user_data);
}

static void
peer_iface_init (TkbPeerInterface *iface)
{
  iface->is_remote = local_is_remote;
  iface->get_info_async = local_get_info_async;
  iface->get_local_async = local_get_local_async;
  iface->put_local_async = local_put_local_async;
  iface->get_changes_async = local_get_changes_async;
  iface->revs_diff_async = local_revs_diff_async;
  iface->fetch_async = local_fetch_async;
  iface->write_async = tkb_local_peer_write_async;
  iface->open_attachment_async = local_open_attachment_async;
  iface->count_live_async = local_count_live_async;
  iface->note_sent_async = local_note_sent_async;
  iface->list_incomplete_async = local_list_incomplete_async;
}
