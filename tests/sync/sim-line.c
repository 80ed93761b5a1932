/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "flaky-peer.h"

#include "tkb-sync-error.h"
#include "tkb-wire-bulk-docs.h"
#include "tkb-wire-error.h"

struct _FlakyPeer
{
  GObject parent_instance;

  TkbPeer   *inner;  /* (owned) */
  TkbRandom *random; /* (owned) */
  guint      rate;   /* per mille */
  gboolean   is_remote;
};

static void peer_iface_init (TkbPeerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (FlakyPeer,
                               flaky_peer,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TKB_TYPE_PEER, peer_iface_init))

static void
flaky_peer_dispose (GObject *object)
{
  FlakyPeer *self = TKB_FLAKY_PEER (object);

  g_clear_object (&self->inner);
  g_clear_object (&self->random);
  G_OBJECT_CLASS (flaky_peer_parent_class)->dispose (object);
}

static void
flaky_peer_class_init (FlakyPeerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = flaky_peer_dispose;
}

static void
flaky_peer_init (FlakyPeer *self)
{
}

TkbPeer *
flaky_peer_new (TkbPeer *inner, TkbRandom *random, gboolean is_remote)
{
  FlakyPeer *self = g_object_new (TKB_TYPE_FLAKY_PEER, NULL);

  self->inner = g_object_ref (inner);
  self->random = g_object_ref (random);
  self->is_remote = is_remote;
  return TKB_PEER (self);
}

void
flaky_peer_set_rate (FlakyPeer *self, guint per_mille)
{
  self->rate = per_mille;
}

static gboolean
strikes (FlakyPeer *self)
{
  return tkb_random_below (self->random, 1000) < self->rate;
}

static GError *
make_error (FlakyPeer *self)
{
  static const guint statuses[] = { 401, 403, 409, 412, 413, 429, 500, 503 };
  guint              choice = tkb_random_below (self->random, 2 * G_N_ELEMENTS (statuses));

  if (choice < G_N_ELEMENTS (statuses))
    return tkb_wire_error_new_for_status (statuses[choice], "flaky");
  return g_error_new_literal (TKB_SYNC_ERROR, TKB_SYNC_ERROR_UNREACHABLE, "flaky");
}

/* A call that may be lost on the way there or on the way back. */
typedef struct
{
  GTask         *task; /* (owned) */
  GDestroyNotify result_free;
  void (*spoil) (FlakyPeer *self, gpointer result); /* (nullable) */
  enum
  {
    POINTER,
    BOOLEAN,
    INT
  } kind;
} Call;

static void
back_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Call *call = user_data;
  g_autoptr (GTask) task = call->task;
  FlakyPeer *self = TKB_FLAKY_PEER (g_task_get_source_object (task));
  GError    *error = NULL;
  gpointer   pointer = NULL;
  gssize     number = 0;

  if (call->kind == POINTER)
    pointer = g_task_propagate_pointer (G_TASK (result), &error);
  else if (call->kind == BOOLEAN)
    number = g_task_propagate_boolean (G_TASK (result), &error);
  else
    number = g_task_propagate_int (G_TASK (result), &error);
  if (error)
    {
      g_task_return_error (task, error);
      return;
    }
  if (strikes (self))
    {
      if (pointer)
        call->result_free (pointer);
      g_task_return_error (task, make_error (self));
      return;
    }
  if (pointer && call->spoil && strikes (self))
    call->spoil (self, pointer);
  if (call->kind == POINTER)
    g_task_return_pointer (task, pointer, call->result_free);
  else if (call->kind == BOOLEAN)
    g_task_return_boolean (task, number != 0);
  else
    g_task_return_int (task, number);
}

/* (nullable): NULL where the call was lost on the way there. */
static Call *
pass (TkbPeer            *peer,
      GDestroyNotify      result_free,
      int                 kind,
      GCancellable       *cancellable,
      GAsyncReadyCallback callback,
      gpointer            user_data)
{
  FlakyPeer *self = TKB_FLAKY_PEER (peer);
  GTask     *task = g_task_new (peer, cancellable, callback, user_data);
  Call      *call;

  g_task_set_source_tag (task, pass);
  if (strikes (self))
    {
      g_task_return_error (task, make_error (self));
      g_object_unref (task);
      return NULL;
    }
  call = g_new0 (Call, 1);
  call->task = task;
  call->result_free = result_free;
  call->kind = kind;
  return call;
}

static gboolean
flaky_is_remote (TkbPeer *peer)
{
  return TKB_FLAKY_PEER (peer)->is_remote;
}

static void
flaky_get_info_async (TkbPeer            *peer,
                      GCancellable       *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer            user_data)
{
  Call *call =
      pass (peer, (GDestroyNotify) tkb_peer_info_free, POINTER, cancellable, callback, user_data);

  if (call)
    tkb_peer_get_info_async (TKB_FLAKY_PEER (peer)->inner, cancellable, back_cb, call);
}

static void
flaky_get_local_async (TkbPeer            *peer,
                       const char         *id,
                       GCancellable       *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer            user_data)
{
  Call *call =
      pass (peer, (GDestroyNotify) json_object_unref, POINTER, cancellable, callback, user_data);

  if (call)
    tkb_peer_get_local_async (TKB_FLAKY_PEER (peer)->inner, id, cancellable, back_cb, call);
}

static void
flaky_put_local_async (TkbPeer            *peer,
                       const char         *id,
                       JsonObject         *object,
                       GCancellable       *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer            user_data)
{
  Call *call = pass (peer, NULL, BOOLEAN, cancellable, callback, user_data);

  if (call)
    tkb_peer_put_local_async (TKB_FLAKY_PEER (peer)->inner, id, object, cancellable, back_cb, call);
}

/* A row comes twice. */
static void
spoil_changes (FlakyPeer *self, gpointer result)
{
  TkbPeerChanges *changes = result;
  TkbWireChange  *row, *again;

  if (changes->rows->len == 0)
    return;
  row = g_ptr_array_index (changes->rows, tkb_random_below (self->random, changes->rows->len));
  again = tkb_wire_change_new (row->seq, row->id, row->is_deleted);
  for (guint i = 0; i < row->revs->len; i++)
    g_ptr_array_add (again->revs, g_strdup (g_ptr_array_index (row->revs, i)));
  g_ptr_array_add (changes->rows, again);
}

static void
flaky_get_changes_async (TkbPeer            *peer,
                         const char         *since,
                         guint               limit,
                         guint               wait_ms,
                         GCancellable       *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer            user_data)
{
  FlakyPeer *self = TKB_FLAKY_PEER (peer);
  Call *call = pass (peer, (GDestroyNotify) tkb_peer_changes_free, POINTER, cancellable, callback,
                     user_data);

  if (!call)
    return;
  call->spoil = spoil_changes;
  /* few rows at a time, so that many things can happen in between */
  tkb_peer_get_changes_async (self->inner, since,
                              MIN (limit, 1 + tkb_random_below (self->random, 7)), wait_ms,
                              cancellable, back_cb, call);
}

static void
flaky_revs_diff_async (TkbPeer            *peer,
                       GPtrArray          *revs,
                       GCancellable       *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer            user_data)
{
  Call *call =
      pass (peer, (GDestroyNotify) g_ptr_array_unref, POINTER, cancellable, callback, user_data);

  if (call)
    tkb_peer_revs_diff_async (TKB_FLAKY_PEER (peer)->inner, revs, cancellable, back_cb, call);
}

/* Another order, and sometimes the end is missing. */
static void
spoil_fetch (FlakyPeer *self, gpointer result)
{
  GPtrArray *revisions = result;

  for (guint i = revisions->len; i > 1; i--)
    {
      guint    k = tkb_random_below (self->random, i);
      gpointer swap = revisions->pdata[i - 1];

      revisions->pdata[i - 1] = revisions->pdata[k];
      revisions->pdata[k] = swap;
    }
  if (revisions->len > 0 && tkb_random_below (self->random, 2))
    g_ptr_array_set_size (revisions, (int) tkb_random_below (self->random, revisions->len));
}

static void
flaky_fetch_async (TkbPeer            *peer,
                   GPtrArray          *wanted,
                   GCancellable       *cancellable,
                   GAsyncReadyCallback callback,
                   gpointer            user_data)
{
  Call *call =
      pass (peer, (GDestroyNotify) g_ptr_array_unref, POINTER, cancellable, callback, user_data);

  if (!call)
    return;
  call->spoil = spoil_fetch;
  tkb_peer_fetch_async (TKB_FLAKY_PEER (peer)->inner, wanted, cancellable, back_cb, call);
}

/* What was written is told as failed. */
static void
spoil_write (FlakyPeer *self, gpointer result)
{
  GPtrArray *rows = result;

  for (guint i = 0; i < rows->len; i++)
    {
      TkbWireBulkDocsRow *row = g_ptr_array_index (rows, i);

      if (!row->error && tkb_random_below (self->random, 3) == 0)
        row->error = make_error (self);
    }
}

static void
flaky_write_async (TkbPeer            *peer,
                   GPtrArray          *revisions,
                   TkbPeer            *source,
                   GCancellable       *cancellable,
                   GAsyncReadyCallback callback,
                   gpointer            user_data)
{
  Call *call =
      pass (peer, (GDestroyNotify) g_ptr_array_unref, POINTER, cancellable, callback, user_data);

  if (!call)
    return;
  call->spoil = spoil_write;
  tkb_peer_write_async (TKB_FLAKY_PEER (peer)->inner, revisions, source, cancellable, back_cb,
                        call);
}

static void
flaky_open_attachment_async (TkbPeer            *peer,
                             const char         *id,
                             const char         *rev,
                             const char         *name,
                             const char         *digest,
                             GCancellable       *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer            user_data)
{
  Call *call = pass (peer, g_object_unref, POINTER, cancellable, callback, user_data);

  if (call)
    tkb_peer_open_attachment_async (TKB_FLAKY_PEER (peer)->inner, id, rev, name, digest,
                                    cancellable, back_cb, call);
}

static void
flaky_note_sent_async (TkbPeer            *peer,
                       GPtrArray          *rows,
                       GCancellable       *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer            user_data)
{
  Call *call = pass (peer, NULL, BOOLEAN, cancellable, callback, user_data);

  if (call)
    tkb_peer_note_sent_async (TKB_FLAKY_PEER (peer)->inner, rows, cancellable, back_cb, call);
}

static void
peer_iface_init (TkbPeerInterface *iface)
{
  iface->is_remote = flaky_is_remote;
  iface->get_info_async = flaky_get_info_async;
  iface->get_local_async = flaky_get_local_async;
  iface->put_local_async = flaky_put_local_async;
  iface->get_changes_async = flaky_get_changes_async;
  iface->revs_diff_async = flaky_revs_diff_async;
  iface->fetch_async = flaky_fetch_async;
  iface->write_async = flaky_write_async;
  iface->open_attachment_async = flaky_open_attachment_async;
  iface->note_sent_async = flaky_note_sent_async;
}
