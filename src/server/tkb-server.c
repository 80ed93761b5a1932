/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-server.h"

#include "tkb-admission.h"
#include "tkb-auth.h"
#include "tkb-router.h"
#include "tkb-server-limits.h"
#include "tkb-server-log.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* how often a stop looks whether all is done, milliseconds */
#define STOP_POLL_MS 20
/* how long a deletion waits for feeds to end by themselves, then for cut connections, microseconds
 */
#define DELETE_WAIT_US (2 * G_USEC_PER_SEC)
#define DELETE_CUT_WAIT_US (10 * G_USEC_PER_SEC)
#define EXCHANGE_KEY "tkb-exchange"

struct _TkbServer
{
  GObject parent_instance;

  char          *data_dir; /* (owned) */
  TkbServerFlags flags;
  TkbCatalog    *catalog; /* (owned) (nullable) */
  TkbClock      *clock;   /* (owned) */
  TkbRandom     *random;  /* (owned) */
  TkbAuth       *auth;    /* (owned) main thread */
  char          *uuid;    /* (owned) */
  int            lock_fd; /* held as long as the folder is ours */
  gboolean       is_first_start;

  GMutex      databases_mutex; /* guards databases */
  GHashTable *databases;       /* (owned) name -> TkbDatabase */
  GMutex      making_mutex;    /* held while a database is made or deleted */

  GThreadPool  *pool;    /* (owned) */
  GMainContext *context; /* (owned): the main thread's */
  SoupServer   *soup;    /* (owned) */

  /* main thread only */
  GHashTable *exchanges; /* (owned) set of TkbExchange: all that are not finished */
  gboolean    is_stopping;
  gint64      stop_until_us;
  GSourceFunc stop_callback;
  gpointer    stop_data;

  /* guarded by databases_mutex */
  guint64 n_requests[6]; /* by hundreds of the status; 0: client gone before an answer */
  guint64 bytes_out;
  guint64 total_us;
  guint   n_current;
};

G_DEFINE_FINAL_TYPE (TkbServer, tkb_server, G_TYPE_OBJECT)

static void
tkb_server_finalize (GObject *object)
{
  TkbServer *self = TKB_SERVER (object);

  if (self->pool != NULL)
    g_thread_pool_free (self->pool, FALSE, TRUE);
  g_clear_object (&self->soup);
  g_clear_pointer (&self->auth, tkb_auth_free);
  g_clear_pointer (&self->exchanges, g_hash_table_unref);
  g_clear_pointer (&self->databases, g_hash_table_unref);
  g_clear_pointer (&self->catalog, tkb_catalog_unref);
  g_clear_object (&self->clock);
  g_clear_object (&self->random);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_mutex_clear (&self->databases_mutex);
  g_mutex_clear (&self->making_mutex);
  if (self->lock_fd >= 0)
    close (self->lock_fd);
  g_free (self->data_dir);
  g_free (self->uuid);

  G_OBJECT_CLASS (tkb_server_parent_class)->finalize (object);
}

static void
tkb_server_class_init (TkbServerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tkb_server_finalize;
}

static void
tkb_server_init (TkbServer *self)
{
  g_mutex_init (&self->databases_mutex);
  g_mutex_init (&self->making_mutex);
  self->lock_fd = -1;
  self->databases = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  self->exchanges = g_hash_table_new_full (NULL, NULL, (GDestroyNotify) tkb_exchange_unref, NULL);
}

/* ---- threads ---- */

typedef struct
{
  TkbExchange  *exchange; /* (owned) */
  TkbServerWork work;
} Job;

static void
pool_func (gpointer data, gpointer user_data)
{
  Job *job = data;

  job->work (job->exchange); /* its reference goes on to tkb_server_call () */
  g_free (job);
}

/**
 * tkb_server_run:
 * @self: a server
 * @exchange: an exchange; main thread
 * @work: runs on a thread of the pool and ends with tkb_server_call()
 */
void
tkb_server_run (TkbServer *self, TkbExchange *exchange, TkbServerWork work)
{
  Job *job = g_new0 (Job, 1);

  job->exchange = tkb_exchange_ref (exchange);
  job->work = work;
  g_thread_pool_push (self->pool, job, NULL);
}

static gboolean
call_cb (gpointer data)
{
  Job *job = data;

  job->work (job->exchange);
  return G_SOURCE_REMOVE;
}

static void
job_free (gpointer data)
{
  Job *job = data;

  tkb_exchange_unref (job->exchange);
  g_free (job);
}

/**
 * tkb_server_call:
 * @self: a server
 * @exchange: an exchange, on the thread that tkb_server_run() gave it
 * @work: runs on the main thread
 */
void
tkb_server_call (TkbServer *self, TkbExchange *exchange, TkbServerWork work)
{
  g_autoptr (GSource) source = g_idle_source_new ();
  Job *job = g_new0 (Job, 1);

  job->exchange = exchange;
  job->work = work;
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, call_cb, job, job_free);
  g_source_attach (source, self->context);
}

/* ---- requests ---- */

static void
handler_done (TkbExchange *x)
{
  if (x->is_finished)
    return;
  if (x->deferred != NULL)
    x->deferred (x);
  else
    tkb_exchange_send (x);
}

static void
run_handler (TkbExchange *x)
{
  if (x->spool_error != NULL)
    tkb_exchange_take_error (x, g_steal_pointer (&x->spool_error));
  else
    x->route->handler (x);
  if (x->deferred == NULL)
    tkb_exchange_compress (x);
  tkb_server_call (x->server, x, handler_done);
}

static void
flush_done (TkbExchange *x)
{
  if (!x->is_finished)
    soup_server_message_unpause (x->message);
}

static void
flush_spool (TkbExchange *x)
{
  if (!tkb_spool_flush (x->spool, &x->spool_error))
    g_clear_pointer (&x->spool, tkb_spool_free);
  tkb_server_call (x->server, x, flush_done);
}

static void
got_chunk_cb (SoupServerMessage *message, GBytes *chunk, gpointer user_data)
{
  TkbExchange *x = user_data;

  if (x->is_admitted && x->spool != NULL)
    {
      if (!tkb_spool_append (x->spool, chunk))
        {
          g_clear_pointer (&x->spool, tkb_spool_free);
          x->spool_error = g_error_new_literal (TKB_WIRE_ERROR, TKB_WIRE_ERROR_TOO_LARGE,
                                                "The body of the request is too large.");
        }
      else if (tkb_spool_wants_flush (x->spool))
        {
          soup_server_message_pause (message);
          tkb_server_run (x->server, x, flush_spool);
        }
      return;
    }
  x->drained_bytes += g_bytes_get_size (chunk);
  if (x->drained_bytes > TKB_SERVER_DRAIN_BYTES)
    tkb_exchange_cut (x);
}

static void
wrote_data_cb (SoupServerMessage *message, guint size, gpointer user_data)
{
  TkbExchange *x = user_data;

  x->bytes_out += size;
}

static void
finished_cb (SoupServerMessage *message, gpointer user_data)
{
  tkb_exchange_finished (user_data);
}

static void
early_handler (SoupServer        *soup,
               SoupServerMessage *message,
               const char        *path,
               GHashTable        *query,
               gpointer           user_data)
{
  TkbServer   *self = user_data;
  TkbExchange *x = tkb_exchange_new (self, message);

  g_hash_table_add (self->exchanges, x);
  g_object_set_data (G_OBJECT (message), EXCHANGE_KEY, x);
  soup_message_body_set_accumulate (soup_server_message_get_request_body (message), FALSE);
  g_signal_connect (message, "got-chunk", G_CALLBACK (got_chunk_cb), x);
  g_signal_connect (message, "wrote-body-data", G_CALLBACK (wrote_data_cb), x);
  g_signal_connect (message, "finished", G_CALLBACK (finished_cb), x);
  g_signal_connect (message, "disconnected", G_CALLBACK (finished_cb), x);
  g_mutex_lock (&self->databases_mutex);
  self->n_current = g_hash_table_size (self->exchanges);
  g_mutex_unlock (&self->databases_mutex);

  if (self->is_stopping || g_hash_table_size (self->exchanges) > TKB_SERVER_MAX_REQUESTS)
    {
      tkb_exchange_set_header (x, "Retry-After", "5");
      tkb_exchange_set_header (x, "Connection", "close");
      tkb_exchange_fail_code (x, TKB_WIRE_ERROR_UNAVAILABLE,
                              self->is_stopping ? "The server is stopping."
                                                : "The server is busy; try again.");
      tkb_exchange_send (x);
      return;
    }
  tkb_admission_begin (x);
}

static void
handler (SoupServer        *soup,
         SoupServerMessage *message,
         const char        *path,
         GHashTable        *query,
         gpointer           user_data)
{
  TkbServer   *self = user_data;
  TkbExchange *x = g_object_get_data (G_OBJECT (message), EXCHANGE_KEY);

  if (x == NULL || !x->is_admitted || x->is_dispatched)
    return;
  x->is_dispatched = TRUE;
  soup_server_message_pause (message);
  tkb_server_run (self, x, run_handler);
}

static void
started_cb (SoupServer *soup, SoupServerMessage *message, gpointer user_data)
{
  GSocket *socket = soup_server_message_get_socket (message);

  if (socket != NULL)
    g_socket_set_timeout (socket, TKB_SERVER_READ_TIMEOUT_S);
}

/**
 * tkb_server_note_finished:
 * @self: a server
 * @exchange: an exchange that has just finished
 */
void
tkb_server_note_finished (TkbServer *self, TkbExchange *exchange)
{
  gint64 took_us = g_get_monotonic_time () - exchange->started_us;
  guint  status = exchange->is_sent ? exchange->status : 0;

  if (!(self->flags & TKB_SERVER_QUIET))
    tkb_server_log_request (exchange, status, took_us);
  g_signal_handlers_disconnect_by_data (exchange->message, exchange);
  g_object_set_data (G_OBJECT (exchange->message), EXCHANGE_KEY, NULL);
  g_mutex_lock (&self->databases_mutex);
  self->n_requests[MIN (status / 100, 5)]++;
  self->bytes_out += exchange->bytes_out;
  self->total_us += took_us;
  self->n_current = g_hash_table_size (self->exchanges) - 1;
  g_mutex_unlock (&self->databases_mutex);
  g_hash_table_remove (self->exchanges, exchange);
}

/* ---- starting ---- */

static gboolean
take_folder (TkbServer *self, GError **error)
{
  g_autofree char *path = g_build_filename (self->data_dir, "server.lock", NULL);

  if (g_mkdir_with_parents (self->data_dir, 0700) != 0)
    {
      g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno), "%s: %s", self->data_dir,
                   g_strerror (errno));
      return FALSE;
    }
  self->lock_fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (self->lock_fd < 0 || flock (self->lock_fd, LOCK_EX | LOCK_NB) != 0)
    {
      int saved = errno;

      g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (saved), "%s: %s", path,
                   saved == EWOULDBLOCK ? "another tisckb-server uses this folder"
                                        : g_strerror (saved));
      return FALSE;
    }
  return TRUE;
}

static TkbDatabase *
open_database (TkbServer *self, const char *name, GError **error)
{
  TkbDatabase *database =
      tkb_database_open (self->data_dir, name, self->catalog, self->clock, self->random, error);

  if (database == NULL)
    {
      g_prefix_error (error, "database %s: ", name);
      return NULL;
    }
  g_mutex_lock (&self->databases_mutex);
  g_hash_table_insert (self->databases, g_strdup (name), database);
  g_mutex_unlock (&self->databases_mutex);
  return database;
}

static gboolean
open_databases (TkbServer *self, GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (self->data_dir, 0, error);
  const char *basename;

  if (dir == NULL)
    return FALSE;
  while ((basename = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *name = tkb_database_name_from_file (basename);

      if (name != NULL && open_database (self, name, error) == NULL)
        return FALSE;
    }
  if (!g_hash_table_contains (self->databases, TKB_LIBRARY_DATABASE))
    {
      self->is_first_start = TRUE;
      if (open_database (self, TKB_LIBRARY_DATABASE, error) == NULL)
        return FALSE;
    }
  self->uuid = g_strdup (tkb_store_get_uuid (
      tkb_database_get_store (g_hash_table_lookup (self->databases, TKB_LIBRARY_DATABASE))));
  return TRUE;
}

/**
 * tkb_server_new:
 * @data_dir: the folder of databases and accounts; made if missing
 * @flags: what differs from the defaults
 * @catalog: (nullable): the kinds that the library's door knows
 * @clock: the clock
 * @random: random numbers for ids
 * @error: why a store, the accounts or the folder cannot be used
 *
 * Returns: (transfer full): a server that does not listen yet, or %NULL
 */
TkbServer *
tkb_server_new (const char    *data_dir,
                TkbServerFlags flags,
                TkbCatalog    *catalog,
                TkbClock      *clock,
                TkbRandom     *random,
                GError       **error)
{
  g_autoptr (TkbServer) self = g_object_new (TKB_TYPE_SERVER, NULL);

  self->data_dir = g_strdup (data_dir);
  self->flags = flags;
  self->catalog = catalog != NULL ? tkb_catalog_ref (catalog) : NULL;
  self->clock = g_object_ref (clock);
  self->random = g_object_ref (random);
  self->context = g_main_context_ref_thread_default ();
  if (!take_folder (self, error))
    return NULL;
  self->auth = tkb_auth_new (data_dir, clock, error);
  if (self->auth == NULL)
    return NULL;
  if (!open_databases (self, error))
    {
      tkb_server_close (self);
      return NULL;
    }
  self->pool = g_thread_pool_new (pool_func, NULL, TKB_SERVER_THREADS, FALSE, NULL);
  self->soup = soup_server_new ("raw-paths", TRUE, "server-header", "TiscKB/" TKB_VERSION, NULL);
  soup_server_add_early_handler (self->soup, NULL, early_handler, self, NULL);
  soup_server_add_handler (self->soup, NULL, handler, self, NULL);
  g_signal_connect (self->soup, "request-started", G_CALLBACK (started_cb), self);
  return g_steal_pointer (&self);
}

static GSocketAddress *
parse_address (const char *text, GError **error)
{
  g_autoptr (GSocketConnectable) connectable = NULL;
  GNetworkAddress *network;
  const char      *host;
  GSocketAddress  *address = NULL;

  connectable = g_network_address_parse (text, 5984, error);
  if (connectable == NULL)
    return NULL;
  network = G_NETWORK_ADDRESS (connectable);
  host = g_network_address_get_hostname (network);
  if (strcmp (host, "localhost") == 0)
    host = "127.0.0.1";
  address = g_inet_socket_address_new_from_string (host, g_network_address_get_port (network));
  if (address == NULL)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                 "“%s” is not an address: a numeric one and a port are wanted, as 127.0.0.1:5984",
                 text);
  return address;
}

/* GLib's backlog of 10 makes a crowd wait; a socket of our own has the length we want. */
static GSocket *
make_socket (GSocketAddress *address, GError **error)
{
  g_autoptr (GSocket) socket = g_socket_new (g_socket_address_get_family (address),
                                             G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, error);

  if (socket == NULL)
    return NULL;
  g_socket_set_listen_backlog (socket, TKB_SERVER_BACKLOG);
  if (!g_socket_bind (socket, address, TRUE, error) || !g_socket_listen (socket, error))
    return NULL;
  return g_steal_pointer (&socket);
}

/**
 * tkb_server_listen:
 * @self: a server
 * @address: ADDR:PORT, numeric; port 0 takes any that is free
 * @certificate: (nullable): for TLS; %NULL: plain HTTP
 * @error: why it cannot listen there
 *
 * Returns: (transfer full): where it listens, as a URL, or %NULL
 */
char *
tkb_server_listen (TkbServer       *self,
                   const char      *address,
                   GTlsCertificate *certificate,
                   GError         **error)
{
  g_autoptr (GSocketAddress) wanted = parse_address (address, error);
  g_autoptr (GSocket) socket = wanted != NULL ? make_socket (wanted, error) : NULL;
  g_autoptr (GSocketAddress) local = NULL;
  g_autofree char *host = NULL;
  guint            port;

  if (socket == NULL)
    return NULL;
  local = g_socket_get_local_address (socket, error);
  if (local == NULL)
    return NULL;
  if (certificate != NULL)
    soup_server_set_tls_certificate (self->soup, certificate);
  if (!soup_server_listen_socket (self->soup, socket,
                                  certificate != NULL ? SOUP_SERVER_LISTEN_HTTPS : 0, error))
    return NULL;
  host =
      g_inet_address_to_string (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (local)));
  port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (local));
  return g_strdup_printf (strchr (host, ':') != NULL ? "%s://[%s]:%u/" : "%s://%s:%u/",
                          certificate != NULL ? "https" : "http", host, port);
}

/* ---- stopping ---- */

static gboolean
stop_poll_cb (gpointer user_data)
{
  TkbServer *self = user_data;

  if (g_hash_table_size (self->exchanges) > 0 && g_get_monotonic_time () < self->stop_until_us)
    return G_SOURCE_CONTINUE;
  soup_server_disconnect (self->soup);
  self->stop_callback (self->stop_data);
  return G_SOURCE_REMOVE;
}

/**
 * tkb_server_stop:
 * @self: a server
 * @callback: called on the main thread when nothing is in flight, or patience has ended
 * @user_data: for @callback
 *
 * Requests under way are answered, feeds come to their end, new requests get 503.
 */
void
tkb_server_stop (TkbServer *self, GSourceFunc callback, gpointer user_data)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_exchange_unref);
  GHashTableIter iter;
  gpointer       key;

  if (self->is_stopping)
    return;
  self->is_stopping = TRUE;
  self->stop_callback = callback;
  self->stop_data = user_data;
  self->stop_until_us = g_get_monotonic_time () + TKB_SERVER_STOP_GRACE_S * G_USEC_PER_SEC;
  g_hash_table_iter_init (&iter, self->exchanges);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    g_ptr_array_add (all, tkb_exchange_ref (key));
  for (guint i = 0; i < all->len; i++)
    tkb_exchange_end_feed (all->pdata[i]);
  g_timeout_add (STOP_POLL_MS, stop_poll_cb, self);
}

/**
 * tkb_server_close:
 * @self: a server that was stopped, or never listened
 *
 * Waits for handlers, finishes writes and closes the stores.
 */
void
tkb_server_close (TkbServer *self)
{
  GHashTableIter iter;
  gpointer       value;

  if (self->pool != NULL)
    g_thread_pool_free (g_steal_pointer (&self->pool), FALSE, TRUE);
  g_hash_table_iter_init (&iter, self->databases);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    tkb_database_close (value);
  g_hash_table_remove_all (self->databases);
}

/* ---- databases ---- */

/**
 * tkb_server_hold_database:
 * @self: a server
 * @name: a name
 *
 * Returns: (transfer full) (nullable): the database, held
 */
TkbDatabase *
tkb_server_hold_database (TkbServer *self, const char *name)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->databases_mutex);
  TkbDatabase *database = g_hash_table_lookup (self->databases, name);

  if (database == NULL || !tkb_database_hold (database))
    return NULL;
  return g_object_ref (database);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/**
 * tkb_server_list_databases:
 * @self: a server
 *
 * Returns: (transfer full) (element-type utf8): all names, sorted
 */
GPtrArray *
tkb_server_list_databases (TkbServer *self)
{
  GPtrArray     *names = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iter;
  gpointer       key;

  g_mutex_lock (&self->databases_mutex);
  g_hash_table_iter_init (&iter, self->databases);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    g_ptr_array_add (names, g_strdup (key));
  g_mutex_unlock (&self->databases_mutex);
  g_ptr_array_sort (names, compare_names);
  return names;
}

/**
 * tkb_server_create_database:
 * @self: a server
 * @name: a valid name
 * @error: %TKB_WIRE_ERROR_FILE_EXISTS, or what tkb_store_open() says
 *
 * Returns: whether it was made
 */
gboolean
tkb_server_create_database (TkbServer *self, const char *name, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->making_mutex);
  gboolean exists;

  g_mutex_lock (&self->databases_mutex);
  exists = g_hash_table_contains (self->databases, name);
  g_mutex_unlock (&self->databases_mutex);
  if (exists)
    {
      g_set_error_literal (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_FILE_EXISTS,
                           "The database could not be created, the file already exists.");
      return FALSE;
    }
  return open_database (self, name, error) != NULL;
}

typedef struct
{
  TkbServer   *server;   /* (owned) */
  TkbDatabase *database; /* (owned) */
  gboolean     cut;
} Eviction;

static void
eviction_free (gpointer data)
{
  Eviction *self = data;

  g_object_unref (self->server);
  g_object_unref (self->database);
  g_free (self);
}

static gboolean
evict_cb (gpointer data)
{
  Eviction *eviction = data;
  g_autoptr (GPtrArray) users =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_exchange_unref);
  GHashTableIter iter;
  gpointer       key;

  g_hash_table_iter_init (&iter, eviction->server->exchanges);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      if (((TkbExchange *) key)->database == eviction->database)
        g_ptr_array_add (users, tkb_exchange_ref (key));
    }
  for (guint i = 0; i < users->len; i++)
    {
      if (eviction->cut)
        tkb_exchange_cut (users->pdata[i]);
      else
        tkb_exchange_end_feed (users->pdata[i]);
    }
  return G_SOURCE_REMOVE;
}

static void
evict (TkbServer *self, TkbDatabase *database, gboolean cut)
{
  Eviction *eviction = g_new0 (Eviction, 1);

  eviction->server = g_object_ref (self);
  eviction->database = g_object_ref (database);
  eviction->cut = cut;
  g_main_context_invoke_full (self->context, G_PRIORITY_DEFAULT, evict_cb, eviction, eviction_free);
}

/**
 * tkb_server_delete_database:
 * @self: a server; not on the main thread
 * @name: a name
 * @error: %TKB_WIRE_ERROR_NOT_FOUND, %TKB_WIRE_ERROR_UNAVAILABLE where it is in use too long, or a
 *   file error
 *
 * Ends the feeds of the database, waits for requests under way, and removes its files.
 *
 * Returns: whether it is gone
 */
gboolean
tkb_server_delete_database (TkbServer *self, const char *name, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->making_mutex);
  g_autoptr (TkbDatabase) database = NULL;

  g_mutex_lock (&self->databases_mutex);
  database = g_hash_table_lookup (self->databases, name);
  if (database != NULL)
    g_object_ref (database);
  g_mutex_unlock (&self->databases_mutex);
  if (database == NULL)
    {
      g_set_error_literal (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_NOT_FOUND,
                           "Database does not exist.");
      return FALSE;
    }
  evict (self, database, FALSE);
  if (!tkb_database_begin_close (database, DELETE_WAIT_US))
    {
      evict (self, database, TRUE);
      if (!tkb_database_begin_close (database, DELETE_CUT_WAIT_US))
        {
          g_set_error_literal (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_UNAVAILABLE,
                               "The database is in use; try again.");
          return FALSE;
        }
    }
  g_mutex_lock (&self->databases_mutex);
  g_hash_table_remove (self->databases, name);
  g_mutex_unlock (&self->databases_mutex);
  tkb_database_close (database);
  return tkb_database_delete_files (database, error);
}

/* ---- what handlers ask for ---- */

/**
 * tkb_server_is_first_start:
 * @self: a server
 *
 * Returns: whether the library's database was made by this start
 */
gboolean
tkb_server_is_first_start (TkbServer *self)
{
  return self->is_first_start;
}

/**
 * tkb_server_get_uuid:
 * @self: a server
 *
 * Returns: (transfer none): of the library's store; it moves with a backup
 */
const char *
tkb_server_get_uuid (TkbServer *self)
{
  return self->uuid;
}

/**
 * tkb_server_get_data_dir:
 * @self: a server
 *
 * Returns: (transfer none): its folder
 */
const char *
tkb_server_get_data_dir (TkbServer *self)
{
  return self->data_dir;
}

/**
 * tkb_server_get_flags:
 * @self: a server
 *
 * Returns: its flags
 */
TkbServerFlags
tkb_server_get_flags (TkbServer *self)
{
  return self->flags;
}

/**
 * tkb_server_get_random:
 * @self: a server
 *
 * Returns: (transfer none): random numbers
 */
TkbRandom *
tkb_server_get_random (TkbServer *self)
{
  return self->random;
}

/**
 * tkb_server_get_clock:
 * @self: a server
 *
 * Returns: (transfer none): the clock
 */
TkbClock *
tkb_server_get_clock (TkbServer *self)
{
  return self->clock;
}

/**
 * tkb_server_get_catalog:
 * @self: a server
 *
 * Returns: (transfer none) (nullable): the kinds
 */
TkbCatalog *
tkb_server_get_catalog (TkbServer *self)
{
  return self->catalog;
}

/**
 * tkb_server_get_auth:
 * @self: a server
 *
 * Returns: (transfer none): who knows accounts and sessions; main thread
 */
TkbAuth *
tkb_server_get_auth (TkbServer *self)
{
  return self->auth;
}

/**
 * tkb_server_append_metrics:
 * @self: a server
 * @out: where to
 *
 * Appends counters in Prometheus' text form.
 */
void
tkb_server_append_metrics (TkbServer *self, GString *out)
{
  static const char *const classes[] = { "gone", "1xx", "2xx", "3xx", "4xx", "5xx" };
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->databases_mutex);

  g_string_append (out, "# TYPE tisckb_requests_total counter\n");
  for (guint i = 0; i < G_N_ELEMENTS (classes); i++)
    g_string_append_printf (out, "tisckb_requests_total{status=\"%s\"} %" G_GUINT64_FORMAT "\n",
                            classes[i], self->n_requests[i]);
  g_string_append_printf (out,
                          "# TYPE tisckb_request_seconds_total counter\n"
                          "tisckb_request_seconds_total %.3f\n"
                          "# TYPE tisckb_response_bytes_total counter\n"
                          "tisckb_response_bytes_total %" G_GUINT64_FORMAT "\n"
                          "# TYPE tisckb_requests_current gauge\n"
                          "tisckb_requests_current %u\n"
                          "# TYPE tisckb_databases gauge\n"
                          "tisckb_databases %u\n",
                          self->total_us / 1e6, self->bytes_out, self->n_current,
                          g_hash_table_size (self->databases));
}
