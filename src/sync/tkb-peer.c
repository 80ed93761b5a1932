/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-peer.h"

G_DEFINE_INTERFACE (TkbPeer, tkb_peer, G_TYPE_OBJECT)

static void
tkb_peer_default_init (TkbPeerInterface *iface)
{
}

/**
 * tkb_peer_is_remote:
 * @self: a peer
 *
 * Returns: whether it is a server, whose answer decides what counts as sent
 */
gboolean
tkb_peer_is_remote (TkbPeer *self)
{
  return TKB_PEER_GET_IFACE (self)->is_remote (self);
}

/**
 * tkb_peer_get_retry_after_ms:
 * @self: a peer
 *
 * Returns: milliseconds that the other side asked to wait in its last answer, -1 if it did not
 */
gint64
tkb_peer_get_retry_after_ms (TkbPeer *self)
{
  TkbPeerInterface *iface = TKB_PEER_GET_IFACE (self);

  return iface->get_retry_after_ms ? iface->get_retry_after_ms (self) : -1;
}

/**
 * tkb_peer_can_count_live:
 * @self: a peer
 *
 * Returns: whether tkb_peer_count_live_async () may be called
 */
gboolean
tkb_peer_can_count_live (TkbPeer *self)
{
  return TKB_PEER_GET_IFACE (self)->count_live_async != NULL;
}

/**
 * tkb_peer_can_note_sent:
 * @self: a peer
 *
 * Returns: whether tkb_peer_note_sent_async () may be called
 */
gboolean
tkb_peer_can_note_sent (TkbPeer *self)
{
  return TKB_PEER_GET_IFACE (self)->note_sent_async != NULL;
}

/**
 * tkb_peer_can_list_incomplete:
 * @self: a peer
 *
 * Returns: whether tkb_peer_list_incomplete_async () may be called
 */
gboolean
tkb_peer_can_list_incomplete (TkbPeer *self)
{
  return TKB_PEER_GET_IFACE (self)->list_incomplete_async != NULL;
}

static gpointer
propagate_pointer (TkbPeer *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

static gboolean
propagate_boolean (TkbPeer *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * tkb_peer_get_info_async:
 * @self: a peer
 * @cancellable: (nullable): ends it with %G_IO_ERROR_CANCELLED
 * @callback: called when it is done
 * @user_data: for @callback
 *
 * Meets the other side: signs in where that is needed, and asks who and how far it is.
 */
void
tkb_peer_get_info_async (TkbPeer            *self,
                         GCancellable       *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer            user_data)
{
  g_return_if_fail (TKB_IS_PEER (self));
  TKB_PEER_GET_IFACE (self)->get_info_async (self, cancellable, callback, user_data);
}

/**
 * tkb_peer_get_info_finish:
 * @self: a peer
 * @result: from the callback
 * @error: %TKB_WIRE_ERROR, %TKB_SYNC_ERROR, %TKB_STORE_ERROR
 *
 * Returns: (transfer full): who the other side is
 */
TkbPeerInfo *
tkb_peer_get_info_finish (TkbPeer *self, GAsyncResult *result, GError **error)
{
  return propagate_pointer (self, result, error);
}

/**
 * tkb_peer_get_local_async:
 * @self: a peer
 * @id: of a local document, without `_local/`
 * @cancellable: (nullable): ends it with %G_IO_ERROR_CANCELLED
 * @callback: called when it is done
 * @user_data: for @callback
 */
void
tkb_peer_get_local_async (TkbPeer            *self,
                          const char         *id,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data)
{
  g_return_if_fail (TKB_IS_PEER (self));
  TKB_PEER_GET_IFACE (self)->get_local_async (self, id, cancellable, callback, user_data);
}

/**
 * tkb_peer_get_local_finish:
 * @self: a peer
 * @result: from the callback
 * @error: %TKB_WIRE_ERROR, %TKB_SYNC_ERROR, %TKB_STORE_ERROR
 *
 * Returns: (transfer full) (nullable): the local document; %NULL without @error: there is none
 */
JsonObject *
tkb_peer_get_local_finish (TkbPeer *self, GAsyncResult *result, GError **error)
{
  return propagate_pointer (self, result, error);
}

/**
 * tkb_peer_put_local_async:
 * @self: a peer
 * @id: of a local document, without `_local/`
 * @object: its content; its _rev is the peer's business
 * @cancellable: (nullable): ends it with %G_IO_ERROR_CANCELLED
 * @callback: called when it is done
 * @user_data: for @callback
 *
 * Writes a local document over whatever stands there.
 */
void
tkb_peer_put_local_async (TkbPeer            *self,
                          const char         *id,
                          JsonObject         *object,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data)
{
  g_return_if_fail (TKB_IS_PEER (self));
  TKB_PEER_GET_IFACE (self)->put_local_async (self, id, object, cancellable, callback, user_data);
}

/**
 * tkb_peer_put_local_finish:
 * @self: a peer
 * @result: from the callback
 * @error: %TKB_WIRE_ERROR_FORBIDDEN and %TKB_WIRE_ERROR_UNAUTHORIZED from who may only read
 *
 * Returns: whether it is written
 */
gboolean
tkb_peer_put_local_finish (TkbPeer *self, GAsyncResult *result, GError **error)
{
  return propagate_boolean (self, result, error);
}

/**
 * tkb_peer_get_changes_async:
 * @self: a peer
 * @since: opaque sequence, "0" for the beginning
 * @limit: rows at most
 * @wait_ms: 0 to answer at once; else milliseconds to wait for a change if there is none
 * @cancellable: (nullable): ends it with %G_IO_ERROR_CANCELLED
 * @callback: called when it is done
 * @user_data: for @callback
 *
 * Asks for the changes behind @since, all leaves of each document.
 */
void
tkb_peer_get_changes_async (TkbPeer            *self,
                            const char         *since,
                            guint               limit,
                            guint               wait_ms,
                            GCancellable       *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer            user_data)
{
  g_return_if_fail (TKB_IS_PEER (self));
  TKB_PEER_GET_IFACE (self)->get_changes_async (self, since, limit, wait_ms, cancellable, callback,
                                                user_data);
}

/**
 * tkb_peer_get_changes_finish:
 * @self: a peer
 * @result: from the callback
 * @error: %TKB_WIRE_ERROR, %TKB_SYNC_ERROR, %TKB_STORE_ERROR
 *
 * Returns: (transfer full): the changes
 */
TkbPeerChanges *
tkb_peer_get_changes_finish (TkbPeer *self, GAsyncResult *result, GError **error)
{
  return propagate_pointer (self, result, error);
}

/**
 * tkb_peer_revs_diff_async:
 * @self: a peer
 * @revs: (element-type TkbWireRevs): what may be missing; each id once
 * @cancellable: (nullable): ends it with %G_IO_ERROR_CANCELLED
 * @callback: called when it is done
 * @user_data: for @callback
 */
void
tkb_peer_revs_diff_async (TkbPeer            *self,
                          GPtrArray          *revs,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data)
{
  g_return_if_fail (TKB_IS_PEER (self));
  TKB_PEER_GET_IFACE (self)->revs_diff_async (self, revs, cancellable, callback, user_data);
}

/**
 * tkb_peer_revs_diff_finish:
 * @self: a peer
 * @result: from the callback
 * @error: %TKB_WIRE_ERROR, %TKB_SYNC_ERROR, %TKB_STORE_ERROR
 *
 * Returns: (transfer full) (element-type TkbWireMissing): what is missing there
 */
GPtrArray *
tkb_peer_revs_diff_finish (TkbPeer *self, GAsyncResult *result, GError **error)
{
  return propagate_pointer (self, result, error);
}

/**
 * tkb_peer_fetch_async:
 * @self: a peer
 * @wanted: (element-type TkbPeerRevision): revisions to read
 * @cancellable: (nullable): ends it with %G_IO_ERROR_CANCELLED
 * @callback: called when it is done
 * @user_data: for @callback
 */
void
tkb_peer_fetch_async (TkbPeer            *self,
                      GPtrArray          *wanted,
                      GCancellable       *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer            user_data)
{
  g_return_if_fail (TKB_IS_PEER (self));
  TKB_PEER_GET_IFACE (self)->fetch_async (self, wanted, cancellable, callback, user_data);
}

/**
 * tkb_peer_fetch_finish:
 * @self: a peer
 * @result: from the callback
 * @error: %TKB_WIRE_ERROR, %TKB_SYNC_ERROR, %TKB_STORE_ERROR; a single revision's failure is in
 *   its entry
 *
 * Returns: (transfer full) (element-type TkbPeerRevision): the revisions, in any order
 */
GPtrArray *
tkb_peer_fetch_finish (TkbPeer *self, GAsyncResult *result, GError **error)
{
  return propagate_pointer (self, result, error);
}

/**
 * tkb_peer_write_async:
 * @self: a peer
 * @revisions: (element-type TkbPeerRevision): each with its document
 * @source: where attachments that are missing here can be read
 * @cancellable: (nullable): ends it with %G_IO_ERROR_CANCELLED
 * @callback: called when it is done
 * @user_data: for @callback
 *
 * Writes revisions as they are, with their histories.
 */
void
tkb_peer_write_async (TkbPeer            *self,
                      GPtrArray          *revisions,
                      TkbPeer            *source,
                      GCancellable       *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer            user_data)
{
  g_return_if_fail (TKB_IS_PEER (self));
  TKB_PEER_GET_IFACE (self)->write_async (self, revisions, source, cancellable, callback,
                                          user_data);
}

/**
 * tkb_peer_write_finish:
 * @self: a peer
 * @result: from the callback
 * @error: %TKB_WIRE_ERROR, %TKB_SYNC_ERROR, %TKB_STORE_ERROR: nothing is known to be written; a
 *   single revision's failure is in its row
 *
 * Returns: (transfer full) (element-type TkbWireBulkDocsRow): one for each revision, in order; on
 *   disk over there
 */
GPtrArray *
tkb_peer_write_finish (TkbPeer *self, GAsyncResult *result, GError **error)
{
  return propagate_pointer (self, result, error);
}

/**
 * tkb_peer_open_attachment_async:
 * @self: a peer
 * @id: a document
 * @rev: its revision
 * @name: of the attachment
 * @digest: as it stands in the stub
 * @cancellable: (nullable): ends it with %G_IO_ERROR_CANCELLED
 * @callback: called when it is done
 * @user_data: for @callback
 */
void
tkb_peer_open_attachment_async (TkbPeer            *self,
                                const char         *id,
                                const char         *rev,
                                const char         *name,
                                const char         *digest,
                                GCancellable       *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer            user_data)
{
  g_return_if_fail (TKB_IS_PEER (self));
  TKB_PEER_GET_IFACE (self)->open_attachment_async (self, id, rev, name, digest, cancellable,
                                                    callback, user_data);
}

/**
 * tkb_peer_open_attachment_finish:
 * @self: a peer
 * @result: from the callback
 * @error: %TKB_WIRE_ERROR, %TKB_SYNC_ERROR, %TKB_STORE_ERROR
 *
 * Returns: (transfer full): the plain content
 */
GInputStream *
tkb_peer_open_attachment_finish (TkbPeer *self, GAsyncResult *result, GError **error)
{
  return propagate_pointer (self, result, error);
}

/**
 * tkb_peer_count_live_async:
 * @self: a peer for which tkb_peer_can_count_live ()
 * @ids: (element-type utf8): document ids
 * @cancellable: (nullable): ends it with %G_IO_ERROR_CANCELLED
 * @callback: called when it is done
 * @user_data: for @callback
 */
void
tkb_peer_count_live_async (TkbPeer            *self,
                           GPtrArray          *ids,
                           GCancellable       *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer            user_data)
{
  g_return_if_fail (TKB_IS_PEER (self) && tkb_peer_can_count_live (self));
  TKB_PEER_GET_IFACE (self)->count_live_async (self, ids, cancellable, callback, user_data);
}

/**
 * tkb_peer_count_live_finish:
 * @self: a peer
 * @result: from the callback
 * @error: %TKB_STORE_ERROR
 *
 * Returns: how many of the documents are live, -1 with @error set
 */
gssize
tkb_peer_count_live_finish (TkbPeer *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), -1);
  return g_task_propagate_int (G_TASK (result), error);
}

/**
 * tkb_peer_list_incomplete_async:
 * @self: a peer for which tkb_peer_can_list_incomplete ()
 * @cancellable: (nullable): ends it with %G_IO_ERROR_CANCELLED
 * @callback: called when it is done
 * @user_data: for @callback
 *
 * Asks for revisions that are there while bytes of their attachments are not: after damage. A
 * replication to this peer brings them once more.
 */
void
tkb_peer_list_incomplete_async (TkbPeer            *self,
                                GCancellable       *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer            user_data)
{
  g_return_if_fail (TKB_IS_PEER (self) && tkb_peer_can_list_incomplete (self));
  TKB_PEER_GET_IFACE (self)->list_incomplete_async (self, cancellable, callback, user_data);
}

/**
 * tkb_peer_list_incomplete_finish:
 * @self: a peer
 * @result: from the callback
 * @error: %TKB_STORE_ERROR
 *
 * Returns: (transfer full) (element-type TkbPeerRevision): most often empty
 */
GPtrArray *
tkb_peer_list_incomplete_finish (TkbPeer *self, GAsyncResult *result, GError **error)
{
  return propagate_pointer (self, result, error);
}

/**
 * tkb_peer_note_sent_async:
 * @self: a peer for which tkb_peer_can_note_sent ()
 * @rows: (element-type TkbWireBulkDocsRow): revisions that a server has, or refused
 * @cancellable: (nullable): ends it with %G_IO_ERROR_CANCELLED
 * @callback: called when it is done
 * @user_data: for @callback
 */
void
tkb_peer_note_sent_async (TkbPeer            *self,
                          GPtrArray          *rows,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data)
{
  g_return_if_fail (TKB_IS_PEER (self) && tkb_peer_can_note_sent (self));
  TKB_PEER_GET_IFACE (self)->note_sent_async (self, rows, cancellable, callback, user_data);
}

/**
 * tkb_peer_note_sent_finish:
 * @self: a peer
 * @result: from the callback
 * @error: %TKB_STORE_ERROR
 *
 * Returns: whether it is noted
 */
gboolean
tkb_peer_note_sent_finish (TkbPeer *self, GAsyncResult *result, GError **error)
{
  return propagate_boolean (self, result, error);
}

/* ---- values ---- */

/**
 * tkb_peer_info_copy:
 * @self: who a peer is
 *
 * Returns: (transfer full): a copy
 */
TkbPeerInfo *
tkb_peer_info_copy (const TkbPeerInfo *self)
{
  TkbPeerInfo *copy = g_new0 (TkbPeerInfo, 1);

  copy->identity = g_strdup (self->identity);
  copy->update_seq = g_strdup (self->update_seq);
  copy->documents = self->documents;
  copy->account = g_strdup (self->account);
  copy->roles = g_strdupv (self->roles);
  return copy;
}

/**
 * tkb_peer_info_free:
 * @self: (transfer full) (nullable): what to free
 */
void
tkb_peer_info_free (TkbPeerInfo *self)
{
  if (!self)
    return;
  g_free (self->identity);
  g_free (self->update_seq);
  g_free (self->account);
  g_strfreev (self->roles);
  g_free (self);
}

/**
 * tkb_peer_changes_free:
 * @self: (transfer full) (nullable): what to free
 */
void
tkb_peer_changes_free (TkbPeerChanges *self)
{
  if (!self)
    return;
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  g_free (self->last_seq);
  g_free (self);
}

/**
 * tkb_peer_revision_new:
 * @id: a document id
 * @rev: its revision
 *
 * Returns: (transfer full): a revision to ask for
 */
TkbPeerRevision *
tkb_peer_revision_new (const char *id, const char *rev)
{
  TkbPeerRevision *self = g_new0 (TkbPeerRevision, 1);

  self->id = g_strdup (id);
  self->rev = g_strdup (rev);
  return self;
}

/**
 * tkb_peer_revision_free:
 * @self: (transfer full) (nullable): what to free
 */
void
tkb_peer_revision_free (TkbPeerRevision *self)
{
  if (!self)
    return;
  g_free (self->id);
  g_free (self->rev);
  g_clear_pointer (&self->known, g_ptr_array_unref);
  g_clear_pointer (&self->document, tkb_document_unref);
  g_clear_error (&self->error);
  g_free (self);
}
