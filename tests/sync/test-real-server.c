/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* The client against the real tisckb-server on the loopback: replication both ways, attachments,
 * refusals at its door, and a replicator whose server goes away and comes back. */

#include "config.h"

#include "sync-fixture.h"
#include "tkb-http-peer.h"
#include "tkb-json.h"
#include "tkb-local-peer.h"
#include "tkb-replicator.h"
#include "tkb-sync-error.h"
#include "tkb-wire-error.h"

#include <libsoup/soup.h>
#include <signal.h>
#include <string.h>

#define PASSWORD "correct horse battery"

typedef struct
{
  TkbRandom   *random;
  TkbClock    *clock;
  char        *binary; /* (nullable): not built */
  char        *dir;    /* of the server */
  GSubprocess *server; /* (nullable): while it runs */
  guint        port;   /* 0: not known yet */
  char        *path;   /* of the client's store */
  TkbStore    *store;
  TkbPeer     *local;
} Real;

static void
add_user (Real *real, const char *name, const char *role)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *file = g_build_filename (real->dir, "password", NULL);
  g_autoptr (GSubprocess) process = NULL;

  g_file_set_contents (file, PASSWORD "\n", -1, &error);
  g_assert_no_error (error);
  process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDERR_SILENCE | G_SUBPROCESS_FLAGS_STDOUT_SILENCE,
                              &error, real->binary, "user", "add", name, "--role", role,
                              "--password-file", file, "--data", real->dir, NULL);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_wait_check (process, NULL, &error));
}

/* Starts the server, on the same port as before if there was one, and waits for its first line. */
static void
start (Real *real)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *listen = g_strdup_printf ("127.0.0.1:%u", real->port);
  g_autoptr (GDataInputStream) lines = NULL;
  g_autofree char *line = NULL;
  const char      *colon;

  real->server =
      g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE, &error,
                        real->binary, "--data", real->dir, "--listen", listen, "--quiet", NULL);
  g_assert_no_error (error);
  lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (real->server));
  do
    {
      g_clear_pointer (&line, g_free);
      line = g_data_input_stream_read_line (lines, NULL, NULL, &error);
      g_assert_no_error (error);
      g_assert_nonnull (line);
    }
  while (!strstr (line, "listening on "));
  colon = strrchr (line, ':');
  real->port = (guint) g_ascii_strtoull (colon + 1, NULL, 10);
  g_assert_cmpuint (real->port, >, 0);
  g_filter_input_stream_set_close_base_stream (G_FILTER_INPUT_STREAM (lines), FALSE);
}

static void
stop (Real *real)
{
  if (!real->server)
    return;
  g_subprocess_send_signal (real->server, SIGTERM);
  g_subprocess_wait (real->server, NULL, NULL);
  g_clear_object (&real->server);
}

static char *
database_url (Real *real, const char *name)
{
  return g_strdup_printf ("http://127.0.0.1:%u/%s", real->port, name);
}

/* A database without the rules of the library. */
static void
make_database (Real *real, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SoupSession) session = soup_session_new ();
  g_autofree char *url = database_url (real, name);
  g_autoptr (SoupMessage) message = soup_message_new ("PUT", url);
  g_autofree char *account =
      g_base64_encode ((gconstpointer) "chief:" PASSWORD, strlen ("chief:" PASSWORD));
  g_autofree char *basic = g_strconcat ("Basic ", account, NULL);
  g_autoptr (GBytes) answer = NULL;

  soup_session_set_proxy_resolver (session, NULL);
  soup_message_headers_replace (soup_message_get_request_headers (message), "Authorization", basic);
  answer = soup_session_send_and_read (session, message, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (soup_message_get_status (message), ==, 201);
}

static TkbPeer *
connect_peer (Real *real, const char *name, const char *user)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *url = database_url (real, name);
  g_autoptr (TkbRemote) remote = tkb_remote_new (url, user, PASSWORD);
  TkbPeer *peer = tkb_http_peer_new (remote, real->clock, real->random, &error);

  g_assert_no_error (error);
  return peer;
}

static void
real_set_up (Real *real, gconstpointer data)
{
  g_autofree char *file = NULL;

  real->random = tkb_random_new_seeded (3);
  real->clock = tkb_clock_new_system ();
  real->binary = g_build_filename (g_getenv ("TKB_BUILD_ROOT") ? g_getenv ("TKB_BUILD_ROOT") : ".",
                                   "src", "server", "tisckb-server", NULL);
  if (!g_file_test (real->binary, G_FILE_TEST_IS_EXECUTABLE))
    g_clear_pointer (&real->binary, g_free);
  file = sync_temp_path ("x");
  real->dir = g_path_get_dirname (file);
  real->path = sync_temp_path ("client.tkb");
  real->store = sync_store_new (real->path, TKB_STORE_OPEN_OUTBOX, real->random);
  real->local = tkb_local_peer_new (real->store);
  if (!real->binary)
    return;
  add_user (real, "chief", "admin");
  add_user (real, "anna", "contributor");
  start (real);
  make_database (real, "plain");
}

static void
real_tear_down (Real *real, gconstpointer data)
{
  g_autofree char *client_dir = g_path_get_dirname (real->path);

  stop (real);
  g_clear_object (&real->local);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  tkb_store_close (real->store);
  g_clear_object (&real->store);
  g_clear_object (&real->clock);
  g_clear_object (&real->random);
  sync_remove_dir (client_dir);
  sync_remove_dir (real->dir);
  g_free (real->path);
  g_free (real->dir);
  g_free (real->binary);
}

static gboolean
is_missing (Real *real)
{
  if (!real->binary)
    g_test_skip ("tisckb-server is not built");
  return real->binary == NULL;
}

static TkbReplicationStats
run (Real *real, TkbPeer *source, TkbPeer *target)
{
  g_autoptr (GError) error = NULL;
  TkbReplicationStats stats;

  sync_replicate (source, target, real->random, TKB_REPLICATION_NONE, &stats, &error);
  g_assert_no_error (error);
  return stats;
}

/* A second client's store, to look at what the server has. */
typedef struct
{
  char     *path;
  TkbStore *store;
  TkbPeer  *peer;
} Other;

static void
other_open (Real *real, Other *other)
{
  other->path = sync_temp_path ("other.tkb");
  other->store = sync_store_new (other->path, TKB_STORE_OPEN_OUTBOX, real->random);
  other->peer = tkb_local_peer_new (other->store);
}

static void
other_close (Other *other)
{
  g_autofree char *dir = g_path_get_dirname (other->path);

  g_clear_object (&other->peer);
  tkb_store_close (other->store);
  g_clear_object (&other->store);
  sync_remove_dir (dir);
  g_free (other->path);
}

static void
test_both_ways (Real *real, gconstpointer data)
{
  g_autoptr (TkbPeer) remote = NULL;
  g_autofree char *rev = NULL;
  g_autofree char *here = NULL;
  g_autofree char *there = NULL;
  Other            other;
  guint64          before;

  if (is_missing (real))
    return;
  other_open (real, &other);
  remote = connect_peer (real, "plain", "chief");
  for (guint i = 0; i < 700; i++)
    {
      g_autofree char *id = g_strdup_printf ("doc/%u é%%", i);

      g_free (sync_put (real->store, id, NULL, "{\"kind\":\"note\",\"title\":\"文件\"}"));
    }
  rev = sync_put (real->store, "x", NULL, "{\"title\":\"one\"}");
  g_assert_cmpuint (run (real, real->local, remote).docs_written, ==, 701);
  g_assert_cmpuint (run (real, remote, other.peer).docs_written, ==, 701);
  sync_assert_equal (real->store, other.store);

  /* a conflict and a deletion travel */
  here = sync_put (real->store, "x", rev, "{\"title\":\"here\"}");
  there = sync_put (other.store, "x", rev, "{\"title\":\"there\"}");
  g_free (sync_delete (other.store, "doc/1 é%"));
  run (real, real->local, remote);
  run (real, other.peer, remote);
  run (real, remote, real->local);
  run (real, remote, other.peer);
  sync_assert_equal (real->store, other.store);
  g_assert_null (sync_get_title (real->store, "doc/1 é%"));

  /* nothing to do is cheap */
  run (real, real->local, remote);
  before = tkb_http_peer_get_requests (TKB_HTTP_PEER (remote));
  g_assert_cmpuint (run (real, remote, real->local).changes_read, ==, 0);
  g_assert_cmpuint (tkb_http_peer_get_requests (TKB_HTTP_PEER (remote)) - before, <=, 6);
  other_close (&other);
}

static void
test_attachments (Real *real, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbPeer) remote = NULL;
  g_autoptr (TkbDocument) document = NULL;
  g_autoptr (TkbDocument) edited = NULL;
  g_autoptr (TkbDocument) written = NULL;
  g_autofree char *small = NULL;
  g_autofree char *big = NULL;
  Other            other;

  if (is_missing (real))
    return;
  other_open (real, &other);
  remote = connect_peer (real, "plain", "chief");
  small = sync_put_with_attachment (real->store, "small", 5000);
  big = sync_put_with_attachment (real->store, "big/one", 5000000);
  g_assert_cmpuint (run (real, real->local, remote).docs_written, ==, 2);
  g_assert_cmpuint (run (real, remote, other.peer).docs_written, ==, 2);
  g_assert_true (tkb_store_has_blob (other.store, small));
  g_assert_true (tkb_store_has_blob (other.store, big));

  document = tkb_store_get (real->store, "big/one", NULL, NULL, &error);
  g_assert_no_error (error);
  edited = tkb_document_with_string (document, "title", "changed");
  written = tkb_store_put (real->store, edited, TKB_WRITE_NONE, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (run (real, real->local, remote).docs_written, ==, 1);
  run (real, remote, other.peer);
  sync_assert_equal (real->store, other.store);
  other_close (&other);
}

static void
test_refused (Real *real, gconstpointer data)
{
  g_autoptr (TkbPeer) remote = NULL;
  g_autoptr (GPtrArray) outbox = NULL;
  TkbOutboxEntry *entry;

  if (is_missing (real))
    return;
  remote = connect_peer (real, "tisckb", "anna");
  g_free (sync_put (real->store, "no-kind", NULL, "{\"title\":\"t\",\"state\":\"submitted\"}"));
  g_free (sync_put (real->store, "draft", NULL, "{\"title\":\"t\",\"state\":\"draft\"}"));
  g_assert_cmpuint (run (real, real->local, remote).doc_failures, ==, 1);
  outbox = tkb_store_get_outbox (real->store, NULL, NULL);
  g_assert_cmpuint (outbox->len, ==, 1);
  entry = g_ptr_array_index (outbox, 0);
  g_assert_cmpstr (entry->id, ==, "no-kind");
  g_assert_nonnull (entry->reason);
}

static void
test_wrong_password (Real *real, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *url = NULL;
  g_autoptr (TkbRemote) remote = NULL;
  g_autoptr (TkbPeer) peer = NULL;

  if (is_missing (real))
    return;
  url = database_url (real, "tisckb");
  remote = tkb_remote_new (url, "anna", "wrong");
  peer = tkb_http_peer_new (remote, real->clock, real->random, &error);
  g_assert_no_error (error);
  g_assert_false (
      sync_replicate (peer, real->local, real->random, TKB_REPLICATION_NONE, NULL, &error));
  g_assert_error (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_UNAUTHORIZED);
}

static gboolean
is_idle (gpointer user_data)
{
  return tkb_replicator_get_state (user_data) == TKB_REPLICATOR_IDLE;
}

static gboolean
is_offline (gpointer user_data)
{
  return tkb_replicator_get_state (user_data) == TKB_REPLICATOR_OFFLINE;
}

static gboolean
outbox_is_empty (gpointer user_data)
{
  g_autoptr (GPtrArray) outbox = tkb_store_get_outbox (user_data, NULL, NULL);

  return outbox->len == 0;
}

static void
test_replicator (Real *real, gconstpointer data)
{
  g_autoptr (TkbReplicator) replicator = NULL;
  g_autoptr (TkbRemote) remote = NULL;
  g_autofree char *url = NULL;
  gint64           start_ms;

  if (is_missing (real))
    return;
  url = database_url (real, "plain");
  remote = tkb_remote_new (url, "chief", PASSWORD);
  stop (real);
  g_free (sync_put (real->store, "before", NULL, "{\"title\":\"t\"}"));
  replicator = tkb_replicator_new (real->store, real->clock, real->random, NULL);
  tkb_replicator_set_remote (replicator, remote);
  tkb_replicator_start (replicator);
  sync_wait_for (is_offline, replicator);
  g_assert_false (outbox_is_empty (real->store));
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *id = g_strdup_printf ("later:%u", i);

      start (real);
      start_ms = tkb_clock_get_monotonic_ms (real->clock);
      sync_wait_for (outbox_is_empty, real->store);
      g_assert_cmpint (tkb_clock_get_monotonic_ms (real->clock) - start_ms, <, 10000);
      sync_wait_for (is_idle, replicator);
      stop (real);
      sync_wait_for (is_offline, replicator);
      g_free (sync_put (real->store, id, NULL, "{\"title\":\"t\"}"));
      g_assert_false (outbox_is_empty (real->store));
    }
  tkb_replicator_stop (replicator);
}

/* ---- merging ---- */

typedef struct
{
  TkbReplicator *replicators[2];
  TkbStore      *stores[2];
} Pair;

/* Both at rest, and each with the one version that says what both said. */
static gboolean
is_merged (gpointer user_data)
{
  Pair *pair = user_data;

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (TkbRevTree) tree = tkb_store_get_tree (pair->stores[i], "x", NULL, NULL);
      g_autoptr (GPtrArray) conflicts = tkb_rev_tree_get_conflicts (tree);
      g_autoptr (TkbDocument) document = tkb_store_get (pair->stores[i], "x", NULL, NULL, NULL);

      if (tkb_replicator_get_state (pair->replicators[i]) != TKB_REPLICATOR_IDLE ||
          conflicts->len > 0 || !outbox_is_empty (pair->stores[i]) ||
          g_strcmp0 (tkb_document_get_string (document, "title"), "here") != 0 ||
          g_strcmp0 (tkb_document_get_string (document, "city"), "there") != 0)
        return FALSE;
    }
  return TRUE;
}

/* Two people change different fields of one document, each without a line; both come back. */
static void
test_merge (Real *real, gconstpointer data)
{
  g_autoptr (TkbPeer) peer = NULL;
  g_autoptr (TkbRemote) remote = NULL;
  g_autofree char *url = NULL;
  g_autofree char *rev = NULL;
  Other            other;
  Pair             pair;

  if (is_missing (real))
    return;
  other_open (real, &other);
  peer = connect_peer (real, "plain", "chief");
  rev = sync_put (real->store, "x", NULL, "{\"title\":\"T\",\"city\":\"C\"}");
  run (real, real->local, peer);
  run (real, peer, other.peer);
  g_free (sync_put (real->store, "x", rev, "{\"title\":\"here\",\"city\":\"C\"}"));
  g_free (sync_put (other.store, "x", rev, "{\"title\":\"T\",\"city\":\"there\"}"));
  url = database_url (real, "plain");
  remote = tkb_remote_new (url, "chief", PASSWORD);
  pair.stores[0] = real->store;
  pair.stores[1] = other.store;
  for (guint i = 0; i < 2; i++)
    {
      pair.replicators[i] = tkb_replicator_new (pair.stores[i], real->clock, real->random, NULL);
      tkb_replicator_set_remote (pair.replicators[i], remote);
      tkb_replicator_start (pair.replicators[i]);
    }
  sync_wait_for (is_merged, &pair);
  sync_assert_equal (real->store, other.store);
  g_assert_cmpuint (tkb_replicator_get_merged (pair.replicators[0]) +
                        tkb_replicator_get_merged (pair.replicators[1]),
                    >=, 1);
  for (guint i = 0; i < 2; i++)
    {
      tkb_replicator_stop (pair.replicators[i]);
      g_object_unref (pair.replicators[i]);
    }
  while (g_main_context_iteration (NULL, FALSE))
    ;
  other_close (&other);
}

#define ADD(name, function)                                                                        \
  g_test_add ("/real-server/" name, Real, NULL, real_set_up, function, real_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  ADD ("both-ways", test_both_ways);
  ADD ("attachments", test_attachments);
  ADD ("refused", test_refused);
  ADD ("wrong-password", test_wrong_password);
  ADD ("replicator", test_replicator);
  ADD ("merge", test_merge);
  return g_test_run ();
}
