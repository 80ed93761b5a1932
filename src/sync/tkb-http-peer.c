/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-http-peer.h"

#include "tkb-http-peer-private.h"
#include "tkb-json.h"
#include "tkb-sync-error.h"
#include "tkb-wire-error.h"
#include "tkb-wire-info.h"
#include "tkb-wire-revs-diff.h"
#include "tkb-wire-session.h"
#include "tkb-wire-text.h"

#include <string.h>

/* seconds without a byte until a request counts as lost; heartbeats come three times as often */
#define DEFAULT_TIMEOUT_S 60
#define HEARTBEAT_MS 20000
/* milliseconds for which an answer to "who are you" serves the next who asks: the two directions of
 * a connection begin together */
#define MEETING_LASTS_MS 5000
/* connections: one waits for changes, the others fetch */
#define MAX_CONNECTIONS 8
/* bytes of one answer of _changes: rows of documents with very many leaves */
#define MAX_CHANGES_BYTES (256 * 1024 * 1024)

static void peer_iface_init (TkbPeerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TkbHttpPeer,
                               tkb_http_peer,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TKB_TYPE_PEER, peer_iface_init))

static void
tkb_http_peer_dispose (GObject *object)
{
  TkbHttpPeer *self = TKB_HTTP_PEER (object);

  if (self->worker)
    tkb_worker_shutdown (self->worker);
  g_clear_object (&self->worker);
  g_clear_object (&self->session);
  g_clear_object (&self->clock);
  g_clear_object (&self->random);
  G_OBJECT_CLASS (tkb_http_peer_parent_class)->dispose (object);
}

static void
tkb_http_peer_finalize (GObject *object)
{
  TkbHttpPeer *self = TKB_HTTP_PEER (object);

  tkb_peer_info_free (self->met);
  tkb_remote_free (self->remote);
  g_free (self->url);
  g_free (self->root);
  g_hash_table_unref (self->local_revs);
  G_OBJECT_CLASS (tkb_http_peer_parent_class)->finalize (object);
}

static void
tkb_http_peer_class_init (TkbHttpPeerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = tkb_http_peer_dispose;
  object_class->finalize = tkb_http_peer_finalize;
}

static void
tkb_http_peer_init (TkbHttpPeer *self)
{
  self->local_revs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->retry_after_ms = -1;
  self->group_bytes = 512 * 1024;
}

/* ---- the address ---- */

static gboolean
is_loopback (const char *host)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);

  if (address)
    return g_inet_address_get_is_loopback (address);
  return g_ascii_strcasecmp (host, "localhost") == 0 || g_str_has_suffix (host, ".localhost");
}

static gboolean
set_address (TkbHttpPeer *self, GError **error)
{
  g_autoptr (GUri) uri = g_uri_parse (
      self->remote->url,
      G_URI_FLAGS_ENCODED | G_URI_FLAGS_HAS_PASSWORD | G_URI_FLAGS_SCHEME_NORMALIZE, NULL);
  const char      *scheme = uri ? g_uri_get_scheme (uri) : "";
  const char      *host = uri ? g_uri_get_host (uri) : NULL;
  g_autofree char *path = NULL;
  g_autoptr (GUri) plain = NULL;
  char *slash;

  if (!host || !*host || (!g_str_equal (scheme, "http") && !g_str_equal (scheme, "https")))
    {
      g_set_error (error, TKB_SYNC_ERROR, TKB_SYNC_ERROR_INVALID_ADDRESS,
                   "an address looks like https://server.example.org/database");
      return FALSE;
    }
  if (g_str_equal (scheme, "http") && !self->remote->allow_insecure && !is_loopback (host))
    {
      g_set_error (error, TKB_SYNC_ERROR, TKB_SYNC_ERROR_INSECURE,
                   "the address begins with http: anybody on the way could read along; use https");
      return FALSE;
    }
  self->is_loopback = is_loopback (host);
  path = g_strdup (g_uri_get_path (uri));
  while (*path && path[strlen (path) - 1] == '/')
    path[strlen (path) - 1] = '\0';
  if (!*path)
    {
      g_set_error (error, TKB_SYNC_ERROR, TKB_SYNC_ERROR_INVALID_ADDRESS,
                   "the address names a server, but no database: add its name at the end");
      return FALSE;
    }
  plain =
      g_uri_build (G_URI_FLAGS_ENCODED, scheme, NULL, host, g_uri_get_port (uri), path, NULL, NULL);
  self->url = g_uri_to_string (plain);
  slash = strrchr (self->url, '/');
  self->root = g_strndup (self->url, (gsize) (slash - self->url) + 1);
  if (!self->remote->user && g_uri_get_user (uri))
    {
      self->remote->user = g_uri_unescape_string (g_uri_get_user (uri), NULL);
      if (g_uri_get_password (uri))
        self->remote->password = g_uri_unescape_string (g_uri_get_password (uri), NULL);
    }
  return TRUE;
}

static gboolean
set_session (TkbHttpPeer *self, GError **error)
{
  self->session =
      soup_session_new_with_options ("max-conns", MAX_CONNECTIONS, "max-conns-per-host",
                                     MAX_CONNECTIONS, "timeout", DEFAULT_TIMEOUT_S, "idle-timeout",
                                     DEFAULT_TIMEOUT_S, "user-agent", "tisckb/" TKB_VERSION, NULL);
  /* the way to this very machine leads through no proxy */
  if (self->is_loopback)
    soup_session_set_proxy_resolver (self->session, NULL);
  /* the account is sent as this file decides, never because a server asks for it */
  soup_session_remove_feature_by_type (self->session, SOUP_TYPE_AUTH_MANAGER);
  soup_session_add_feature_by_type (self->session, SOUP_TYPE_COOKIE_JAR);
  if (!soup_session_has_feature (self->session, SOUP_TYPE_CONTENT_DECODER))
    soup_session_add_feature_by_type (self->session, SOUP_TYPE_CONTENT_DECODER);
  if (self->remote->ca_file)
    {
      g_autoptr (GError) local_error = NULL;
      g_autoptr (GTlsDatabase) database =
          g_tls_file_database_new (self->remote->ca_file, &local_error);

      if (!database)
        {
          g_set_error (error, TKB_SYNC_ERROR, TKB_SYNC_ERROR_CERTIFICATE,
                       "the authority's file cannot be read: %s", local_error->message);
          return FALSE;
        }
      soup_session_set_tls_database (self->session, database);
    }
  return TRUE;
}

/**
 * tkb_http_peer_new:
 * @remote: where and as whom; an account in the address counts where none stands beside it
 * @clock: for waits
 * @random: for jitter
 * @error: %TKB_SYNC_ERROR_INVALID_ADDRESS, %TKB_SYNC_ERROR_INSECURE, %TKB_SYNC_ERROR_CERTIFICATE:
 *   a person has to correct it
 *
 * Nothing is sent yet.
 *
 * Returns: (transfer full): a database behind HTTP
 */
TkbPeer *
tkb_http_peer_new (const TkbRemote *remote, TkbClock *clock, TkbRandom *random, GError **error)
{
  g_autoptr (TkbHttpPeer) self = g_object_new (TKB_TYPE_HTTP_PEER, NULL);

  self->remote = tkb_remote_copy (remote);
  self->clock = g_object_ref (clock);
  self->random = g_object_ref (random);
  if (!set_address (self, error) || !set_session (self, error))
    return NULL;
  self->worker = tkb_worker_new ("tkb-http-peer");
  return TKB_PEER (g_steal_pointer (&self));
}

/**
 * tkb_http_peer_set_timeout:
 * @self: an HTTP peer
 * @timeout_s: seconds without a byte until a request counts as lost
 */
void
tkb_http_peer_set_timeout (TkbHttpPeer *self, guint timeout_s)
{
  soup_session_set_timeout (self->session, timeout_s);
}

/**
 * tkb_http_peer_get_requests:
 * @self: an HTTP peer
 *
 * Returns: how many requests it has sent
 */
guint64
tkb_http_peer_get_requests (TkbHttpPeer *self)
{
  return self->requests;
}

/**
 * tkb_http_peer_get_url:
 * @self: an HTTP peer
 *
 * Returns: (transfer none): address of the database, without an account
 */
const char *
tkb_http_peer_get_url (TkbHttpPeer *self)
{
  return self->url;
}

/**
 * tkb_http_peer_is_loopback:
 * @self: an HTTP peer
 *
 * Returns: whether the server is on this very machine
 */
gboolean
tkb_http_peer_is_loopback (TkbHttpPeer *self)
{
  return self->is_loopback;
}

static gboolean
http_is_remote (TkbPeer *peer)
{
  return TRUE;
}

static gint64
http_get_retry_after_ms (TkbPeer *peer)
{
  return TKB_HTTP_PEER (peer)->retry_after_ms;
}

static GTask *
new_task (TkbPeer            *peer,
          const char         *name,
          GCancellable       *cancellable,
          GAsyncReadyCallback callback,
          gpointer            user_data)
{
  GTask *task = g_task_new (peer, cancellable, callback, user_data);

  g_task_set_name (task, name);
  return task;
}

static const char *
response_text (TkbHttpResponse *response, gsize *out_length)
{
  return g_bytes_get_data (response->body, out_length);
}

/* ---- meeting: sign in, then /, /_session and the database side by side ---- */

typedef struct
{
  TkbPeerInfo *info;     /* (owned) */
  char        *identity; /* (owned) (nullable): account and roles */
  GError      *error;    /* (owned) (nullable): the first */
  guint        pending;
} Meeting;

static void
meeting_free (gpointer data)
{
  Meeting *meeting = data;

  tkb_peer_info_free (meeting->info);
  g_free (meeting->identity);
  g_clear_error (&meeting->error);
  g_free (meeting);
}

static void
meeting_step (GTask *task, GError *error)
{
  TkbHttpPeer *self = TKB_HTTP_PEER (g_task_get_source_object (task));
  Meeting     *meeting = g_task_get_task_data (task);

  if (error && !meeting->error)
    meeting->error = error;
  else
    g_clear_error (&error);
  if (--meeting->pending > 0)
    {
      g_object_unref (task);
      return;
    }
  if (meeting->error)
    g_task_return_error (task, g_steal_pointer (&meeting->error));
  else
    {
      /* what a database shows depends on who asks, so that is part of the identity */
      meeting->info->identity =
          g_strconcat (self->url, "\n", meeting->identity ? meeting->identity : "", NULL);
      g_task_return_pointer (task, g_steal_pointer (&meeting->info),
                             (GDestroyNotify) tkb_peer_info_free);
    }
  g_object_unref (task);
}

static void
server_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GError *error = NULL;
  g_autoptr (TkbHttpResponse) response =
      tkb_http_peer_send_finish (TKB_HTTP_PEER (source), result, &error);
  TkbWireServerInfo *server;
  const char        *text;
  gsize              length;

  if (response)
    {
      text = response_text (response, &length);
      server = tkb_wire_server_info_parse (text, length, &error);
      tkb_wire_server_info_free (server);
    }
  else if (error->domain == TKB_WIRE_ERROR && tkb_wire_error_get_status (error->code) < 500)
    g_clear_error (&error); /* a proxy that shows the database alone */
  meeting_step (user_data, error);
}

static int
compare_roles (const void *a, const void *b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
who_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  TkbHttpPeer *self = TKB_HTTP_PEER (source);
  Meeting     *meeting = g_task_get_task_data (G_TASK (user_data));
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbHttpResponse) response = tkb_http_peer_send_finish (self, result, &error);
  g_autoptr (TkbWireUserContext) context = NULL;
  const char *text;
  gsize       length;

  if (response)
    {
      text = response_text (response, &length);
      context = tkb_wire_user_context_parse (text, length, NULL);
    }
  if (context)
    {
      g_autofree char *roles = NULL;

      qsort (context->roles, g_strv_length (context->roles), sizeof (char *), compare_roles);
      roles = g_strjoinv (",", context->roles);
      meeting->identity = g_strconcat (context->name ? context->name : "", "\n", roles, NULL);
      meeting->info->account = g_strdup (context->name);
      meeting->info->roles = g_strdupv (context->roles);
    }
  else
    {
      meeting->identity = g_strdup (self->remote->user);
      meeting->info->account = g_strdup (self->remote->user);
    }
  /* a server that does not tell is as good */
  meeting_step (user_data, NULL);
}

static void
database_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Meeting *meeting = g_task_get_task_data (G_TASK (user_data));
  GError  *error = NULL;
  g_autoptr (TkbHttpResponse) response =
      tkb_http_peer_send_finish (TKB_HTTP_PEER (source), result, &error);
  g_autoptr (TkbWireDatabaseInfo) database = NULL;
  const char *text;
  gsize       length;

  if (response)
    {
      text = response_text (response, &length);
      database = tkb_wire_database_info_parse (text, length, &error);
    }
  if (database)
    {
      meeting->info->update_seq = g_strdup (database->update_seq);
      meeting->info->documents = (guint64) database->documents;
    }
  meeting_step (user_data, error);
}

static void
signed_in_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  TkbHttpPeer    *self = TKB_HTTP_PEER (source);
  Meeting        *meeting = g_task_get_task_data (task);
  GCancellable   *cancellable = g_task_get_cancellable (task);
  GError         *error = NULL;
  TkbHttpRequest *request;

  if (!tkb_http_peer_sign_in_finish (self, result, &error))
    {
      g_task_return_error (task, error);
      return;
    }
  meeting->pending = 3;
  request = tkb_http_request_new ("GET", g_strdup (""), NULL);
  request->flags = TKB_HTTP_ROOT;
  tkb_http_peer_send_async (self, request, cancellable, server_cb, g_object_ref (task));
  request = tkb_http_request_new ("GET", g_strdup ("_session"), NULL);
  request->flags = TKB_HTTP_ROOT;
  tkb_http_peer_send_async (self, request, cancellable, who_cb, g_object_ref (task));
  request = tkb_http_request_new ("GET", g_strdup (""), NULL);
  tkb_http_peer_send_async (self, request, cancellable, database_cb, g_object_ref (task));
}

static void
http_get_info_async (TkbPeer            *peer,
                     GCancellable       *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer            user_data)
{
  TkbHttpPeer *self = TKB_HTTP_PEER (peer);
  GTask       *task = new_task (peer, "TkbHttpPeer info", cancellable, callback, user_data);
  Meeting     *meeting;

  g_task_set_source_tag (task, http_get_info_async);
  if (self->met && tkb_clock_get_monotonic_ms (self->clock) - self->met_ms < MEETING_LASTS_MS)
    {
      g_task_return_pointer (task, tkb_peer_info_copy (self->met),
                             (GDestroyNotify) tkb_peer_info_free);
      g_object_unref (task);
      return;
    }
  meeting = g_new0 (Meeting, 1);
  meeting->info = g_new0 (TkbPeerInfo, 1);
  g_task_set_task_data (task, meeting, meeting_free);
  tkb_http_peer_sign_in_async (self, cancellable, signed_in_cb, task);
}

/* ---- local documents ---- */

static char *
local_path (const char *id)
{
  g_autofree char *full = g_strconcat ("_local/", id, NULL);

  return tkb_wire_escape_id (full);
}

static void
get_local_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  TkbHttpPeer *self = TKB_HTTP_PEER (source);
  const char  *id = g_task_get_task_data (task);
  GError      *error = NULL;
  g_autoptr (TkbHttpResponse) response = tkb_http_peer_send_finish (self, result, &error);
  JsonObject *object = NULL;
  const char *text;
  gsize       length;

  if (response)
    {
      text = response_text (response, &length);
      object = tkb_json_parse_object (text, (gssize) length, 1 << 20, NULL);
      if (object && tkb_json_get_string (object, "_rev", NULL))
        g_hash_table_replace (self->local_revs, g_strdup (id),
                              g_strdup (tkb_json_get_string (object, "_rev", NULL)));
    }
  else if (g_error_matches (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_NOT_FOUND))
    {
      g_hash_table_remove (self->local_revs, id);
      g_clear_error (&error);
    }
  if (error)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, object, (GDestroyNotify) json_object_unref);
}

static void
http_get_local_async (TkbPeer            *peer,
                      const char         *id,
                      GCancellable       *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer            user_data)
{
  GTask *task = new_task (peer, "TkbHttpPeer get local", cancellable, callback, user_data);

  g_task_set_source_tag (task, http_get_local_async);
  g_task_set_task_data (task, g_strdup (id), g_free);
  tkb_http_peer_send_async (TKB_HTTP_PEER (peer),
                            tkb_http_request_new ("GET", local_path (id), NULL), cancellable,
                            get_local_cb, task);
}

typedef struct
{
  char       *id;     /* (owned) */
  JsonObject *object; /* (owned) */
  gboolean    is_second;
} PutLocal;

static void
put_local_free (gpointer data)
{
  PutLocal *put = data;

  g_free (put->id);
  json_object_unref (put->object);
  g_free (put);
}

static void put_local (GTask *task);

/* Somebody else wrote it meanwhile: look, then write over it. */
static void
put_local_looked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask  *task = user_data;
  GError *error = NULL;
  g_autoptr (JsonObject) object = tkb_peer_get_local_finish (TKB_PEER (source), result, &error);

  if (error)
    {
      g_task_return_error (task, error);
      g_object_unref (task);
    }
  else
    put_local (task);
}

static void
put_local_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  TkbHttpPeer *self = TKB_HTTP_PEER (source);
  PutLocal    *put = g_task_get_task_data (task);
  GError      *error = NULL;
  g_autoptr (TkbHttpResponse) response = tkb_http_peer_send_finish (self, result, &error);
  g_autoptr (JsonObject) answer = NULL;
  const char *text;
  gsize       length;

  if (!response)
    {
      if (!put->is_second && g_error_matches (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_CONFLICT))
        {
          g_error_free (error);
          put->is_second = TRUE;
          tkb_peer_get_local_async (TKB_PEER (self), put->id, g_task_get_cancellable (task),
                                    put_local_looked_cb, g_object_ref (task));
        }
      else
        g_task_return_error (task, error);
      return;
    }
  text = response_text (response, &length);
  answer = tkb_json_parse_object (text, (gssize) length, 1 << 20, NULL);
  if (answer && tkb_json_get_string (answer, "rev", NULL))
    g_hash_table_replace (self->local_revs, g_strdup (put->id),
                          g_strdup (tkb_json_get_string (answer, "rev", NULL)));
  else
    g_hash_table_remove (self->local_revs, put->id);
  g_task_return_boolean (task, TRUE);
}

static void
put_local (GTask *task)
{
  TkbHttpPeer    *self = TKB_HTTP_PEER (g_task_get_source_object (task));
  PutLocal       *put = g_task_get_task_data (task);
  TkbHttpRequest *request = tkb_http_request_new ("PUT", local_path (put->id), NULL);
  const char     *rev = g_hash_table_lookup (self->local_revs, put->id);
  GString        *text = g_string_new (NULL);

  json_object_remove_member (put->object, "_rev");
  if (rev)
    json_object_set_string_member (put->object, "_rev", rev);
  tkb_json_append_object (text, put->object);
  tkb_http_request_set_json (request, text);
  tkb_http_peer_send_async (self, request, g_task_get_cancellable (task), put_local_cb, task);
}

static void
http_put_local_async (TkbPeer            *peer,
                      const char         *id,
                      JsonObject         *object,
                      GCancellable       *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer            user_data)
{
  GTask    *task = new_task (peer, "TkbHttpPeer put local", cancellable, callback, user_data);
  PutLocal *put = g_new0 (PutLocal, 1);

  g_task_set_source_tag (task, http_put_local_async);
  put->id = g_strdup (id);
  put->object = tkb_json_object_copy (object);
  g_task_set_task_data (task, put, put_local_free);
  put_local (task);
}

/* ---- changes ---- */

static gboolean
changes_chunk (const char *data, gsize length, gpointer user_data, GError **error)
{
  return tkb_wire_changes_reader_push (user_data, data, length, error);
}

static void
changes_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  TkbWireChangesReader *reader = g_task_get_task_data (task);
  GError               *error = NULL;
  g_autoptr (TkbHttpResponse) response =
      tkb_http_peer_send_finish (TKB_HTTP_PEER (source), result, &error);
  TkbPeerChanges *changes;

  if (!response)
    {
      g_task_return_error (task, error);
      return;
    }
  /* a chunked answer whose line breaks looks like one that ends */
  if (!tkb_wire_changes_reader_finish (reader, &error))
    {
      g_task_return_new_error (task, TKB_SYNC_ERROR, TKB_SYNC_ERROR_UNREACHABLE,
                               "no connection: %s", error->message);
      g_error_free (error);
      return;
    }
  if (!tkb_wire_changes_reader_get_last_seq (reader))
    {
      g_task_return_new_error (task, TKB_WIRE_ERROR, TKB_WIRE_ERROR_MALFORMED,
                               "the changes feed does not say where to go on");
      return;
    }
  changes = g_new0 (TkbPeerChanges, 1);
  changes->rows = tkb_wire_changes_reader_take_rows (reader);
  changes->last_seq = g_strdup (tkb_wire_changes_reader_get_last_seq (reader));
  changes->pending = tkb_wire_changes_reader_get_pending (reader);
  g_task_return_pointer (task, changes, (GDestroyNotify) tkb_peer_changes_free);
}

static void
http_get_changes_async (TkbPeer            *peer,
                        const char         *since,
                        guint               limit,
                        guint               wait_ms,
                        GCancellable       *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer            user_data)
{
  GTask *task = new_task (peer, "TkbHttpPeer changes", cancellable, callback, user_data);
  g_autoptr (TkbWireChangesQuery) query = tkb_wire_changes_query_new ();
  TkbHttpRequest       *request;
  TkbWireChangesReader *reader;

  g_task_set_source_tag (task, http_get_changes_async);
  g_free (query->since);
  query->since = g_strdup (since);
  query->limit = limit;
  query->all_leaves = TRUE;
  if (wait_ms > 0)
    {
      query->feed = TKB_WIRE_FEED_LONGPOLL;
      query->timeout_ms = wait_ms;
      query->heartbeat_ms = HEARTBEAT_MS;
    }
  reader = tkb_wire_changes_reader_new (query->feed);
  g_task_set_task_data (task, reader, g_object_unref);
  request =
      tkb_http_request_new ("GET", g_strdup ("_changes"), tkb_wire_changes_query_to_string (query));
  request->chunk_func = changes_chunk;
  request->chunk_data = reader;
  request->max_bytes = MAX_CHANGES_BYTES;
  tkb_http_peer_send_async (TKB_HTTP_PEER (peer), request, cancellable, changes_cb, task);
}

/* ---- revs_diff ---- */

static void
revs_diff_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (TkbHttpResponse) response =
      tkb_http_peer_send_finish (TKB_HTTP_PEER (source), result, &error);
  GPtrArray  *missing = NULL;
  const char *text;
  gsize       length;

  if (response)
    {
      text = response_text (response, &length);
      missing = tkb_wire_revs_diff_parse_response (text, length, &error);
    }
  if (missing)
    g_task_return_pointer (task, missing, (GDestroyNotify) g_ptr_array_unref);
  else
    g_task_return_error (task, error);
}

static void
http_revs_diff_async (TkbPeer            *peer,
                      GPtrArray          *revs,
                      GCancellable       *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer            user_data)
{
  GTask          *task = new_task (peer, "TkbHttpPeer diff", cancellable, callback, user_data);
  TkbHttpRequest *request = tkb_http_request_new ("POST", g_strdup ("_revs_diff"), NULL);

  g_task_set_source_tag (task, http_revs_diff_async);
  tkb_http_request_set_json (request, tkb_wire_revs_diff_write_request (revs));
  tkb_http_peer_send_async (TKB_HTTP_PEER (peer), request, cancellable, revs_diff_cb, task);
}

static void
peer_iface_init (TkbPeerInterface *iface)
{
  iface->is_remote = http_is_remote;
  iface->get_info_async = http_get_info_async;
  iface->get_local_async = http_get_local_async;
  iface->put_local_async = http_put_local_async;
  iface->get_changes_async = http_get_changes_async;
  iface->revs_diff_async = http_revs_diff_async;
  iface->fetch_async = tkb_http_peer_fetch_async;
  iface->write_async = tkb_http_peer_write_async;
  iface->open_attachment_async = tkb_http_peer_open_attachment_async;
  iface->get_retry_after_ms = http_get_retry_after_ms;
}
