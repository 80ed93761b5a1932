/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* One request and its answer. The main thread receives the request, hands it to a handler on a
 * thread of the pool, and sends what the handler left here; in between the message is paused, so
 * that exactly one thread touches an exchange at any time. Long answers are produced piece by piece
 * on the pool as the client takes them; a feed may also wait for the next change.
 *
 * Handlers read the first part of the struct and answer through the functions; the rest belongs to
 * tkb-exchange.c and tkb-server.c. */
#pragma once

#include "tkb-database.h"
#include "tkb-spool.h"
#include "tkb-wire-error.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

typedef struct _TkbServer   TkbServer;
typedef struct _TkbExchange TkbExchange;
typedef struct _TkbRoute    TkbRoute;

typedef enum
{
  TKB_PRODUCED_BYTES, /* a piece; more may follow */
  TKB_PRODUCED_END,   /* the last piece, or none */
  TKB_PRODUCED_WAIT,  /* nothing to say until the database changes or time is over */
  TKB_PRODUCED_ERROR, /* the answer cannot be ended properly: the connection is cut */
} TkbProduced;

/* Pool thread. out_bytes may stay NULL (with END); with WAIT a piece may come as well. */
typedef TkbProduced (*TkbProduceFunc) (TkbExchange *exchange,
                                       gpointer     state,
                                       GBytes     **out_bytes,
                                       GError     **error);

typedef struct _TkbStream TkbStream;

struct _TkbExchange
{
  /* ---- what handlers read ---- */
  TkbServer      *server;      /* (unowned): outlives self */
  const TkbRoute *route;       /* (nullable) (unowned) */
  const char     *method;      /* (unowned) */
  char           *db_name;     /* (owned) (nullable) */
  char           *id;          /* (owned) (nullable): document, with _design/ or _local/ */
  char           *attachment;  /* (owned) (nullable): name */
  GHashTable     *query;       /* (owned): decoded */
  char           *raw_query;   /* (owned) (nullable): as it came */
  TkbUser        *user;        /* (owned) (nullable): nobody signed in */
  TkbRole         role;        /* here: in the database, else of the account */
  TkbDatabase    *database;    /* (owned) (nullable): held */
  TkbSecurity    *security;    /* (owned) (nullable): of the database, as the request came */
  GCancellable   *cancellable; /* (owned): the client is gone, or the server stops */
  gboolean        is_cookie;   /* signed in by a session */
  char           *address;     /* (owned): where from */

  /* ---- the rest ---- */
  gatomicrefcount    ref_count;
  SoupServerMessage *message; /* (owned): main thread; its request headers: the handler as well */
  TkbSpool          *spool;   /* (owned) (nullable): the body */
  GError            *spool_error; /* (owned) (nullable): why the body could not be kept */
  gint64             started_us;
  gint64             bytes_out;
  gint64             drained_bytes;
  gboolean           is_admitted; /* it may have its body read and its handler run */
  gboolean           is_dispatched;
  gboolean           is_finished;
  gboolean           is_sent;

  guint   status;
  char   *content_type;             /* (owned) (nullable) */
  GBytes *body;                     /* (owned) (nullable) */
  void (*deferred) (TkbExchange *); /* (nullable): instead of an answer: runs on the main thread and
                                     * ends in tkb_exchange_send () */
  gpointer       deferred_data;     /* (owned by deferred_destroy) */
  GDestroyNotify deferred_destroy;  /* (nullable) */
  GPtrArray     *headers;           /* (owned) (element-type utf8): name, value, name, value … */
  TkbStream     *stream;            /* (owned) (nullable): instead of body */
  GError        *abort_error;       /* (owned) (nullable): why a stream was cut, for the log */
};

TkbExchange *tkb_exchange_new (TkbServer *server, SoupServerMessage *message);
TkbExchange *tkb_exchange_ref (TkbExchange *self);
void         tkb_exchange_unref (TkbExchange *self);

/* ---- the request ---- */

const char *tkb_exchange_get_header (TkbExchange *self, const char *name); /* (nullable) */
const char *tkb_exchange_get_query (TkbExchange *self, const char *name);  /* (nullable) */
gboolean    tkb_exchange_get_flag (TkbExchange *self, const char *name);   /* =true */
/* fallback where it is missing; FALSE with an error where it is no number from 0 on */
gboolean tkb_exchange_get_number (
    TkbExchange *self, const char *name, gint64 fallback, gint64 *out_value, GError **error);
/* A query parameter that is JSON, as key or open_revs. NULL without error: not there. */
JsonNode *tkb_exchange_get_json (TkbExchange *self, const char *name, GError **error);
gboolean  tkb_exchange_accepts (TkbExchange *self, const char *media_type);
/* The whole body, decompressed, at most max_bytes. */
GBytes *tkb_exchange_dup_body (TkbExchange *self, gsize max_bytes, GError **error);
/* The body as a JSON object. */
JsonObject *tkb_exchange_parse_body (TkbExchange *self, gsize max_bytes, GError **error);
/* The body as it came, but decompressed. */
GInputStream *tkb_exchange_open_body (TkbExchange *self, GError **error);

/* ---- the answer ---- */

void tkb_exchange_set_header (TkbExchange *self, const char *name, const char *value);
void tkb_exchange_respond (TkbExchange *self, guint status, const char *content_type, GBytes *body);
/* text: (transfer full) JSON */
void tkb_exchange_respond_json (TkbExchange *self, guint status, GString *text);
void tkb_exchange_respond_text (TkbExchange *self, guint status, const char *json);
void tkb_exchange_respond_node (TkbExchange *self, guint status, JsonObject *object);
/* CouchDB's error object. */
void tkb_exchange_fail (TkbExchange *self, guint status, const char *name, const char *reason);
void tkb_exchange_fail_code (TkbExchange *self, TkbWireError code, const char *reason);
/* error: (transfer full), of any layer */
void tkb_exchange_take_error (TkbExchange *self, GError *error);
/* length_bytes -1: unknown. is_feed: it may wait; see tkb_exchange_set_feed_times (). */
void tkb_exchange_respond_stream (TkbExchange   *self,
                                  guint          status,
                                  const char    *content_type,
                                  gint64         length_bytes,
                                  TkbProduceFunc produce,
                                  gpointer       state,
                                  GDestroyNotify destroy);
/* heartbeat (nullable): what is sent every heartbeat_ms while a stream waits; timeout_ms 0: never
 */
void tkb_exchange_set_feed_times (TkbExchange *self,
                                  gint64       heartbeat_ms,
                                  const char  *heartbeat,
                                  gint64       timeout_ms);
/* In a produce function: whether to come to an end instead of waiting. */
gboolean tkb_exchange_is_over (TkbExchange *self);
/* Sets the ETag; TRUE where the client has this very thing: then 304 is the answer. */
gboolean tkb_exchange_check_etag (TkbExchange *self, const char *etag);

/* Any of the layers' errors as one of TKB_WIRE_ERROR, as it goes into a row of an answer. */
GError *tkb_exchange_map_error (const GError *error);

/* ---- for tkb-server.c, main thread ---- */

void tkb_exchange_compress (TkbExchange *self); /* pool thread: gzip where it is welcome */
void tkb_exchange_send (TkbExchange *self);
void tkb_exchange_end_feed (TkbExchange *self); /* time is over, or the server stops */
void tkb_exchange_cut (TkbExchange *self);      /* closes the connection */
void tkb_exchange_finished (TkbExchange *self); /* sent, or the client is gone */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbExchange, tkb_exchange_unref)

G_END_DECLS
