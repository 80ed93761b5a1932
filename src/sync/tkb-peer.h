/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* One side of a replication: a store file, a database behind HTTP, or a test's invention. All that
 * a replication ever asks of a side stands here, so that the algorithm can be simulated without
 * sockets and without time. A peer knows nothing of the other side, of checkpoints' meaning or of
 * retries of a whole run. Main context of the caller.
 *
 * Implementations write the _async functions with a GTask of the named result; the finish functions
 * are the same for all. */
#pragma once

#include "tkb-document.h"
#include "tkb-wire-changes.h"

G_BEGIN_DECLS

typedef struct
{
  char *identity;     /* (owned) names this side in the replication id: the same as long as the
                       * same changes feed is seen; no secrets */
  char   *update_seq; /* (owned) opaque: the newest change */
  guint64 documents;  /* live documents */
  char   *account;    /* (owned) (nullable): who we are there; NULL: nobody, or no accounts */
  char  **roles;      /* (owned) (nullable): what we are there; NULL: it did not say */
} TkbPeerInfo;

typedef struct
{
  GPtrArray *rows;     /* (owned) (element-type TkbWireChange) */
  char      *last_seq; /* (owned) opaque: where to go on */
  gint64     pending;  /* about how many changes are left behind last_seq, -1: not known */
} TkbPeerChanges;

/* A revision asked for, fetched, or to be written. */
typedef struct
{
  char      *id;           /* (owned) */
  char      *rev;          /* (owned) */
  GPtrArray *known;        /* (owned) (nullable) (element-type utf8) revisions of the document that
                            * the target has */
  TkbDocument *document;   /* (owned) (nullable) with its revisions; attachments are stubs */
  GError      *error;      /* (owned) (nullable): why there is no document */
  gsize        size_bytes; /* about, of the document on the wire */
} TkbPeerRevision;

#define TKB_TYPE_PEER (tkb_peer_get_type ())
G_DECLARE_INTERFACE (TkbPeer, tkb_peer, TKB, PEER, GObject)

struct _TkbPeerInterface
{
  GTypeInterface parent_iface;

  gboolean (*is_remote) (TkbPeer *self);
  /* -> TkbPeerInfo; the first call, and the only one that may sign in */
  void (*get_info_async) (TkbPeer            *self,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data);
  /* -> JsonObject, NULL without an error: there is none */
  void (*get_local_async) (TkbPeer            *self,
                           const char         *id,
                           GCancellable       *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer            user_data);
  /* -> boolean */
  void (*put_local_async) (TkbPeer            *self,
                           const char         *id,
                           JsonObject         *object,
                           GCancellable       *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer            user_data);
  /* -> TkbPeerChanges; wait_ms > 0: an answer without rows only after that time */
  void (*get_changes_async) (TkbPeer            *self,
                             const char         *since,
                             guint               limit,
                             guint               wait_ms,
                             GCancellable       *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer            user_data);
  /* (element-type TkbWireRevs) -> (element-type TkbWireMissing) */
  void (*revs_diff_async) (TkbPeer            *self,
                           GPtrArray          *revs,
                           GCancellable       *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer            user_data);
  /* (element-type TkbPeerRevision) -> the same with document or error, in any order; fewer: the
   * rest failed */
  void (*fetch_async) (TkbPeer            *self,
                       GPtrArray          *wanted,
                       GCancellable       *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer            user_data);
  /* (element-type TkbPeerRevision), source for attachments -> (element-type TkbWireBulkDocsRow),
   * one for each, in order */
  void (*write_async) (TkbPeer            *self,
                       GPtrArray          *revisions,
                       TkbPeer            *source,
                       GCancellable       *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer            user_data);
  /* -> GInputStream of the plain content */
  void (*open_attachment_async) (TkbPeer            *self,
                                 const char         *id,
                                 const char         *rev,
                                 const char         *name,
                                 const char         *digest,
                                 GCancellable       *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer            user_data);
  /* Optional: -> gssize, how many of these ids (element-type utf8) are live here */
  void (*count_live_async) (TkbPeer            *self,
                            GPtrArray          *ids,
                            GCancellable       *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer            user_data);
  /* Optional: what a remote target said to this source's revisions (element-type
   * TkbWireBulkDocsRow): there, or refused. -> boolean */
  void (*note_sent_async) (TkbPeer            *self,
                           GPtrArray          *rows,
                           GCancellable       *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer            user_data);
  /* Optional: revisions that are here without all of their attachments' bytes
   * -> (element-type TkbPeerRevision) */
  void (*list_incomplete_async) (TkbPeer            *self,
                                 GCancellable       *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer            user_data);
  /* Optional: ms that the other side asked to be left alone, -1: it did not */
  gint64 (*get_retry_after_ms) (TkbPeer *self);
};

gboolean        tkb_peer_is_remote (TkbPeer *self);
gint64          tkb_peer_get_retry_after_ms (TkbPeer *self);
gboolean        tkb_peer_can_count_live (TkbPeer *self);
gboolean        tkb_peer_can_note_sent (TkbPeer *self);
gboolean        tkb_peer_can_list_incomplete (TkbPeer *self);
void            tkb_peer_get_info_async (TkbPeer            *self,
                                         GCancellable       *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer            user_data);
TkbPeerInfo    *tkb_peer_get_info_finish (TkbPeer *self, GAsyncResult *result, GError **error);
void            tkb_peer_get_local_async (TkbPeer            *self,
                                          const char         *id,
                                          GCancellable       *cancellable,
                                          GAsyncReadyCallback callback,
                                          gpointer            user_data);
JsonObject     *tkb_peer_get_local_finish (TkbPeer *self, GAsyncResult *result, GError **error);
void            tkb_peer_put_local_async (TkbPeer            *self,
                                          const char         *id,
                                          JsonObject         *object,
                                          GCancellable       *cancellable,
                                          GAsyncReadyCallback callback,
                                          gpointer            user_data);
gboolean        tkb_peer_put_local_finish (TkbPeer *self, GAsyncResult *result, GError **error);
void            tkb_peer_get_changes_async (TkbPeer            *self,
                                            const char         *since,
                                            guint               limit,
                                            guint               wait_ms,
                                            GCancellable       *cancellable,
                                            GAsyncReadyCallback callback,
                                            gpointer            user_data);
TkbPeerChanges *tkb_peer_get_changes_finish (TkbPeer *self, GAsyncResult *result, GError **error);
void            tkb_peer_revs_diff_async (TkbPeer            *self,
                                          GPtrArray          *revs,
                                          GCancellable       *cancellable,
                                          GAsyncReadyCallback callback,
                                          gpointer            user_data);
GPtrArray      *tkb_peer_revs_diff_finish (TkbPeer *self, GAsyncResult *result, GError **error);
void            tkb_peer_fetch_async (TkbPeer            *self,
                                      GPtrArray          *wanted,
                                      GCancellable       *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer            user_data);
GPtrArray      *tkb_peer_fetch_finish (TkbPeer *self, GAsyncResult *result, GError **error);
void            tkb_peer_write_async (TkbPeer            *self,
                                      GPtrArray          *revisions,
                                      TkbPeer            *source,
                                      GCancellable       *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer            user_data);
GPtrArray      *tkb_peer_write_finish (TkbPeer *self, GAsyncResult *result, GError **error);
void            tkb_peer_open_attachment_async (TkbPeer            *self,
                                                const char         *id,
                                                const char         *rev,
                                                const char         *name,
                                                const char         *digest,
                                                GCancellable       *cancellable,
                                                GAsyncReadyCallback callback,
                                                gpointer            user_data);
GInputStream *tkb_peer_open_attachment_finish (TkbPeer *self, GAsyncResult *result, GError **error);
void          tkb_peer_count_live_async (TkbPeer            *self,
                                         GPtrArray          *ids,
                                         GCancellable       *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer            user_data);
gssize        tkb_peer_count_live_finish (TkbPeer *self, GAsyncResult *result, GError **error);
void          tkb_peer_note_sent_async (TkbPeer            *self,
                                        GPtrArray          *rows,
                                        GCancellable       *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer            user_data);
gboolean      tkb_peer_note_sent_finish (TkbPeer *self, GAsyncResult *result, GError **error);
void          tkb_peer_list_incomplete_async (TkbPeer            *self,
                                              GCancellable       *cancellable,
                                              GAsyncReadyCallback callback,
                                              gpointer            user_data);
GPtrArray    *tkb_peer_list_incomplete_finish (TkbPeer *self, GAsyncResult *result, GError **error);

TkbPeerInfo     *tkb_peer_info_copy (const TkbPeerInfo *self);
void             tkb_peer_info_free (TkbPeerInfo *self);
void             tkb_peer_changes_free (TkbPeerChanges *self);
TkbPeerRevision *tkb_peer_revision_new (const char *id, const char *rev);
void             tkb_peer_revision_free (TkbPeerRevision *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbPeerInfo, tkb_peer_info_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbPeerChanges, tkb_peer_changes_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbPeerRevision, tkb_peer_revision_free)

G_END_DECLS
