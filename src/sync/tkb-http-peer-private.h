/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* What the files of the HTTP peer share: the peer's struct and one request. */
#pragma once

#include "tkb-http-peer.h"
#include "tkb-worker.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* Called with each piece of a successful answer's body, in place of keeping it. */
typedef gboolean (*TkbHttpChunkFunc) (const char *data,
                                      gsize       length,
                                      gpointer    user_data,
                                      GError    **error);

typedef enum
{
  TKB_HTTP_NONE = 0,
  TKB_HTTP_ROOT = 1 << 0,     /* path is below the server, not below the database */
  TKB_HTTP_SIGN_IN = 1 << 1,  /* the sign-in itself: no account is tried on a refusal */
  TKB_HTTP_ANY_TYPE = 1 << 2, /* the answer may be a web page (an attachment) */
  TKB_HTTP_PLAIN = 1 << 3,    /* no Accept-Encoding: ranges of the plain content */
} TkbHttpFlags;

typedef struct
{
  const char      *method; /* (unowned): static */
  char            *path;   /* (owned) escaped, without a slash in front */
  char            *query;  /* (owned) (nullable) */
  TkbHttpFlags     flags;
  GBytes          *body;         /* (owned) (nullable) */
  GBytes          *gzip_body;    /* (owned) (nullable): body, compressed; sent if there */
  GInputStream    *body_stream;  /* (owned) (nullable): in place of body; sent once */
  gint64           body_length;  /* bytes of body_stream, -1: not known */
  char            *content_type; /* (owned) (nullable): of the body; application/json */
  char            *accept;       /* (owned) (nullable): application/json */
  gsize            max_bytes;    /* of the answer, decoded */
  gint64           range_start;  /* > 0: ask for the rest from here */
  char            *if_range;     /* (owned) (nullable) */
  TkbHttpChunkFunc chunk_func;   /* (nullable) */
  gpointer         chunk_data;   /* (unowned): outlives the request */
} TkbHttpRequest;

typedef struct
{
  guint    status;
  GBytes  *body;         /* (owned) (nullable): with chunk_func */
  char    *content_type; /* (owned) (nullable) */
  char    *etag;         /* (owned) (nullable) */
  gboolean is_partial;   /* 206: what was asked for by range_start */
} TkbHttpResponse;

struct _TkbHttpPeer
{
  GObject parent_instance;

  SoupSession *session;    /* (owned) */
  TkbClock    *clock;      /* (owned) */
  TkbRandom   *random;     /* (owned) */
  TkbWorker   *worker;     /* (owned): parses and writes large bodies beside the main thread */
  TkbRemote   *remote;     /* (owned) */
  char        *url;        /* (owned) of the database, without account and trailing slash */
  char        *root;       /* (owned) of the server, with a trailing slash */
  TkbPeerInfo *met;        /* (owned) (nullable): the last answer to get_info */
  gint64       met_ms;     /* monotonic: when */
  GHashTable  *local_revs; /* (owned) (element-type utf8 utf8) revision of local documents seen */
  gint64       retry_after_ms;
  guint64      requests;
  gsize        group_bytes; /* of one _bulk_docs: grows and shrinks with the line */
  gboolean     is_loopback;
  gboolean     use_basic; /* no cookie session there: account with every request */
  gboolean     is_signed_in;
  gboolean     lacks_bulk_get;
  gboolean     lacks_gzip;  /* the server does not take compressed requests */
  gboolean     trusts_gzip; /* it did take one */
};

TkbHttpRequest *tkb_http_request_new (const char *method, char *path, char *query);
void            tkb_http_request_set_json (TkbHttpRequest *self, GString *json);
void            tkb_http_request_free (TkbHttpRequest *self);
void            tkb_http_response_free (TkbHttpResponse *self);
GBytes         *tkb_http_compress (GBytes *plain);

/* request (transfer full) */
void tkb_http_peer_send_async (TkbHttpPeer        *self,
                               TkbHttpRequest     *request,
                               GCancellable       *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer            user_data);
TkbHttpResponse          *
tkb_http_peer_send_finish (TkbHttpPeer *self, GAsyncResult *result, GError **error);
void     tkb_http_peer_sign_in_async (TkbHttpPeer        *self,
                                      GCancellable       *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer            user_data);
gboolean tkb_http_peer_sign_in_finish (TkbHttpPeer *self, GAsyncResult *result, GError **error);

/* vfuncs in files of their own */
void tkb_http_peer_fetch_async (TkbPeer            *peer,
                                GPtrArray          *wanted,
                                GCancellable       *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer            user_data);
void tkb_http_peer_write_async (TkbPeer            *peer,
                                GPtrArray          *revisions,
                                TkbPeer            *source,
                                GCancellable       *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer            user_data);
void tkb_http_peer_open_attachment_async (TkbPeer            *peer,
                                          const char         *id,
                                          const char         *rev,
                                          const char         *name,
                                          const char         *digest,
                                          GCancellable       *cancellable,
                                          GAsyncReadyCallback callback,
                                          gpointer            user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbHttpRequest, tkb_http_request_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbHttpResponse, tkb_http_response_free)

G_END_DECLS
