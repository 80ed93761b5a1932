/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* The HTTP peer and the replicator against a server that behaves, and against one that does not. */

#include "config.h"

#include "http-fixture.h"
#include "sync-fixture.h"
#include "tkb-http-peer.h"
#include "tkb-json.h"
#include "tkb-local-peer.h"
#include "tkb-replicator.h"
#include "tkb-sync-error.h"
#include "tkb-wire-error.h"

#include <string.h>

typedef struct
{
  TkbRandom   *random;
  TkbClock    *clock;
  char        *path_a, *path_b;
  TkbStore    *client, *served;
  HttpFixture *http;
  TkbPeer     *local, *remote;
} Web;

static void
connect_peer (Web *web, const char *user, const char *password)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbRemote) remote = tkb_remote_new (web->http->url, user, password);

  g_clear_object (&web->remote);
  web->remote = tkb_http_peer_new (remote, web->clock, web->random, &error);
  g_assert_no_error (error);
}

static void
web_set_up (Web *web, gconstpointer data)
{
  web->random = tkb_random_new_seeded (11);
  web->clock = tkb_clock_new_system ();
  web->path_a = sync_temp_path ("client.tkb");
  web->path_b = sync_temp_path ("served.tkb");
  web->client = sync_store_new (web->path_a, TKB_STORE_OPEN_OUTBOX, web->random);
  web->served = sync_store_new (web->path_b, TKB_STORE_OPEN_NONE, web->random);
  web->http = http_fixture_new (web->served);
  web->local = tkb_local_peer_new (web->client);
  connect_peer (web, NULL, NULL);
}

static void
remove_with_dir (char *path)
{
  g_autofree char *dir = g_path_get_dirname (path);

  sync_remove_dir (dir);
  g_free (path);
}

static void
web_tear_down (Web *web, gconstpointer data)
{
  g_clear_object (&web->remote);
  g_clear_object (&web->local);
  http_fixture_free (web->http);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  tkb_store_close (web->client);
  tkb_store_close (web->served);
  g_clear_object (&web->client);
  g_clear_object (&web->served);
  g_clear_object (&web->clock);
  g_clear_object (&web->random);
  remove_with_dir (web->path_a);
  remove_with_dir (web->path_b);
}

static TkbReplicationStats
replicate (Web *web, gboolean is_pull)
{
  g_autoptr (GError) error = NULL;
  TkbReplicationStats stats;

  sync_replicate (is_pull ? web->remote : web->local, is_pull ? web->local : web->remote,
                  web->random, TKB_REPLICATION_NONE, &stats, &error);
  g_assert_no_error (error);
  return stats;
}

static GError *
replicate_fails (Web *web, gboolean is_pull)
{
  GError *error = NULL;

  g_assert_false (sync_replicate (is_pull ? web->remote : web->local,
                                  is_pull ? web->local : web->remote, web->random,
                                  TKB_REPLICATION_NONE, NULL, &error));
  g_assert_nonnull (error);
  return error;
}

static void
test_both_ways (Web *web, gconstpointer data)
{
  TkbReplicationStats stats;
  guint               before;

  sync_put_many (web->client, "c", 230);
  sync_put_many (web->served, "s", 640);
  stats = replicate (web, TRUE);
  g_assert_cmpuint (stats.docs_written, ==, 640);
  stats = replicate (web, FALSE);
  g_assert_cmpuint (stats.docs_written, ==, 230);
  sync_assert_equal (web->client, web->served);
  g_assert_cmpuint (web->http->gzip_requests, >, 0);
  replicate (web, TRUE);

  /* nothing to do: three to meet, the checkpoint, the feed */
  before = web->http->requests;
  connect_peer (web, NULL, NULL);
  stats = replicate (web, TRUE);
  g_assert_cmpuint (stats.changes_read, ==, 0);
  g_assert_cmpuint (web->http->requests - before, <=, 6);
}

static void
test_gzip_answers (Web *web, gconstpointer data)
{
  web->http->sends_gzip = TRUE;
  sync_put_many (web->served, "s", 300);
  g_assert_cmpuint (replicate (web, TRUE).docs_written, ==, 300);
  sync_assert_equal (web->client, web->served);
}

static void
test_old_server (Web *web, gconstpointer data)
{
  web->http->has_no_bulk_get = TRUE;
  web->http->takes_no_gzip = TRUE;
  sync_put_many (web->served, "s", 40);
  sync_put_many (web->client, "c", 40);
  g_assert_cmpuint (replicate (web, TRUE).docs_written, ==, 40);
  g_assert_cmpuint (replicate (web, FALSE).docs_written, ==, 40);
  g_assert_cmpuint (web->http->bulk_gets, ==, 0);
  sync_assert_equal (web->client, web->served);
}

static void
test_read_only_server (Web *web, gconstpointer data)
{
  TkbReplicationStats stats;

  web->http->refuses_local = TRUE;
  sync_put_many (web->served, "s", 20);
  stats = replicate (web, TRUE);
  g_assert_cmpuint (stats.docs_written, ==, 20);
  sync_put_many (web->served, "t", 3);
  stats = replicate (web, TRUE);
  g_assert_cmpuint (stats.changes_read, ==, 3);
}

static void
test_accounts (Web *web, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  web->http->user = g_strdup ("anna");
  web->http->password = g_strdup ("pässword");
  sync_put_many (web->served, "s", 3);
  error = replicate_fails (web, TRUE);
  g_assert_error (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_UNAUTHORIZED);
  g_clear_error (&error);
  connect_peer (web, "anna", "wrong");
  error = replicate_fails (web, TRUE);
  g_assert_error (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_UNAUTHORIZED);
  connect_peer (web, "anna", "pässword");
  g_assert_cmpuint (replicate (web, TRUE).docs_written, ==, 3);
  web->http->has_no_session = TRUE;
  sync_put_many (web->served, "t", 3);
  connect_peer (web, "anna", "pässword");
  g_assert_cmpuint (replicate (web, TRUE).docs_written, ==, 3);
}

static void
test_addresses (Web *web, gconstpointer data)
{
  static const struct
  {
    const char  *url;
    TkbSyncError code;
  } cases[] = {
    { "ftp://x/y", TKB_SYNC_ERROR_INVALID_ADDRESS },
    { "nonsense", TKB_SYNC_ERROR_INVALID_ADDRESS },
    { "https://kb.example.org", TKB_SYNC_ERROR_INVALID_ADDRESS },
    { "https://kb.example.org/", TKB_SYNC_ERROR_INVALID_ADDRESS },
    { "http://kb.example.org/db", TKB_SYNC_ERROR_INSECURE },
    { "http://127.0.0.1.example.org/db", TKB_SYNC_ERROR_INSECURE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TkbRemote) remote = tkb_remote_new (cases[i].url, NULL, NULL);

      g_assert_null (tkb_http_peer_new (remote, web->clock, web->random, &error));
      g_assert_error (error, TKB_SYNC_ERROR, (int) cases[i].code);
    }
  {
    g_autoptr (GError) error = NULL;
    g_autoptr (TkbRemote) remote =
        tkb_remote_new ("http://anna:s%40cret@kb.example.org:8443/path/db/", NULL, NULL);
    g_autoptr (TkbPeer) peer = NULL;

    remote->allow_insecure = TRUE;
    peer = tkb_http_peer_new (remote, web->clock, web->random, &error);
    g_assert_no_error (error);
    g_assert_cmpstr (tkb_http_peer_get_url (TKB_HTTP_PEER (peer)), ==,
                     "http://kb.example.org:8443/path/db");
  }
}

/* Each fault: what error comes out, and that afterwards a run makes everything good. */
static void
test_faults (Web *web, gconstpointer data)
{
  static const struct
  {
    FaultKind   kind;
    const char *path;
    guint       status;
    gboolean    is_pull;
    GQuark (*domain) (void);
    int code;
  } cases[] = {
    { FAULT_HTML, NULL, 0, TRUE, tkb_wire_error_quark, TKB_WIRE_ERROR_NOT_A_DATABASE },
    { FAULT_HTML, "_changes", 0, TRUE, tkb_wire_error_quark, TKB_WIRE_ERROR_NOT_A_DATABASE },
    { FAULT_REDIRECT, NULL, 0, TRUE, tkb_wire_error_quark, TKB_WIRE_ERROR_REDIRECT },
    { FAULT_GARBAGE, "_changes", 0, TRUE, tkb_wire_error_quark, TKB_WIRE_ERROR_MALFORMED },
    { FAULT_GARBAGE, "_revs_diff", 0, FALSE, tkb_wire_error_quark, TKB_WIRE_ERROR_MALFORMED },
    { FAULT_CUT, "_changes", 0, TRUE, tkb_sync_error_quark, TKB_SYNC_ERROR_UNREACHABLE },
    { FAULT_CUT, "_bulk_get", 0, TRUE, tkb_wire_error_quark, TKB_WIRE_ERROR_MALFORMED },
    { FAULT_CUT, "_bulk_docs", 0, FALSE, tkb_wire_error_quark, TKB_WIRE_ERROR_MALFORMED },
    { FAULT_STATUS, "/kb", 401, TRUE, tkb_wire_error_quark, TKB_WIRE_ERROR_UNAUTHORIZED },
    { FAULT_STATUS, "/kb", 403, TRUE, tkb_wire_error_quark, TKB_WIRE_ERROR_FORBIDDEN },
    { FAULT_STATUS, "/kb", 404, TRUE, tkb_wire_error_quark, TKB_WIRE_ERROR_NOT_FOUND },
    { FAULT_STATUS, "_changes", 500, TRUE, tkb_wire_error_quark, TKB_WIRE_ERROR_INTERNAL },
    { FAULT_STATUS, "_bulk_get", 500, TRUE, tkb_wire_error_quark, TKB_WIRE_ERROR_INTERNAL },
    { FAULT_STATUS, "_bulk_docs", 500, FALSE, tkb_wire_error_quark, TKB_WIRE_ERROR_INTERNAL },
    { FAULT_STATUS, "_bulk_docs", 507, FALSE, tkb_wire_error_quark,
      TKB_WIRE_ERROR_INSUFFICIENT_STORAGE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *prefix = g_strdup_printf ("f%u", i);
      TkbStore        *store = cases[i].is_pull ? web->served : web->client;

      sync_put_many (store, prefix, 40);
      http_fixture_set_fault (web->http, cases[i].kind, cases[i].path, G_MAXUINT);
      web->http->fault.status = cases[i].status;
      connect_peer (web, NULL, NULL);
      error = replicate_fails (web, cases[i].is_pull);
      if (error->domain != cases[i].domain () || error->code != cases[i].code)
        g_error ("case %u: %s", i, error->message);
      http_fixture_set_fault (web->http, FAULT_NONE, NULL, 0);
      connect_peer (web, NULL, NULL);
      replicate (web, cases[i].is_pull);
    }
  replicate (web, TRUE);
  replicate (web, FALSE);
  sync_assert_equal (web->client, web->served);
}

static void
test_patience (Web *web, gconstpointer data)
{
  sync_put_many (web->served, "s", 40);
  http_fixture_set_fault (web->http, FAULT_STATUS, "_changes", 1);
  web->http->fault.status = 429;
  web->http->fault.retry_after = "1";
  g_assert_cmpuint (replicate (web, TRUE).docs_written, ==, 40);
  g_assert_cmpuint (web->http->fault.hits, ==, 1);
}

static void
test_too_large (Web *web, gconstpointer data)
{
  /* a batch that is too large is cut until it fits */
  sync_put_many (web->client, "c", 60);
  http_fixture_set_fault (web->http, FAULT_STATUS, "_bulk_docs", 3);
  web->http->fault.status = 413;
  g_assert_cmpuint (replicate (web, FALSE).docs_written, ==, 60);
  sync_assert_equal (web->client, web->served);
}

static void
test_huge_answer (Web *web, gconstpointer data)
{
  sync_put_many (web->served, "s", 40);
  http_fixture_set_fault (web->http, FAULT_HUGE, "_bulk_get", 1);
  g_assert_cmpuint (replicate (web, TRUE).docs_written, ==, 40);
}

static void
test_silence (Web *web, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  sync_put_many (web->served, "s", 4);
  http_fixture_set_fault (web->http, FAULT_SILENCE, "_changes", 1);
  tkb_http_peer_set_timeout (TKB_HTTP_PEER (web->remote), 1);
  error = replicate_fails (web, TRUE);
  g_assert_error (error, TKB_SYNC_ERROR, TKB_SYNC_ERROR_UNREACHABLE);
}

static void
test_refused (Web *web, gconstpointer data)
{
  g_autoptr (GPtrArray) outbox = NULL;
  g_autofree char *draft =
      sync_put (web->client, "draft", NULL, "{\"title\":\"SECRET\",\"state\":\"draft\"}");
  TkbReplicationStats stats;
  TkbOutboxEntry     *entry;

  sync_put_many (web->client, "yes", 5);
  g_free (sync_put (web->client, "no:1", NULL, "{\"title\":\"x\"}"));
  http_fixture_set_fault (web->http, FAULT_REFUSE_DOCS, NULL, G_MAXUINT);
  stats = replicate (web, FALSE);
  g_assert_cmpuint (stats.docs_written, ==, 5);
  g_assert_cmpuint (stats.doc_failures, ==, 1);
  outbox = tkb_store_get_outbox (web->client, NULL, NULL);
  g_assert_cmpuint (outbox->len, ==, 1);
  entry = g_ptr_array_index (outbox, 0);
  g_assert_cmpstr (entry->id, ==, "no:1");
  g_assert_cmpstr (entry->reason, ==, "not for you");

  /* the rights were mended: the next run tries it again, though the checkpoint is past it */
  http_fixture_set_fault (web->http, FAULT_NONE, NULL, 0);
  stats = replicate (web, FALSE);
  g_assert_cmpuint (stats.docs_written, ==, 1);
  g_clear_pointer (&outbox, g_ptr_array_unref);
  outbox = tkb_store_get_outbox (web->client, NULL, NULL);
  g_assert_cmpuint (outbox->len, ==, 0);

  /* on the wire: never */
  g_assert_null (strstr (web->http->log->str, "SECRET"));
  g_assert_null (strstr (web->http->log->str, "\"draft\""));
}

static void
test_attachments (Web *web, gconstpointer data)
{
  g_autofree char *small = sync_put_with_attachment (web->client, "small", 5000);
  g_autofree char *big = sync_put_with_attachment (web->client, "big", 3000000);
  g_autofree char *theirs = sync_put_with_attachment (web->served, "theirs", 2500000);

  replicate (web, FALSE);
  g_assert_cmpuint (web->http->multipart_puts, ==, 1);
  g_assert_true (tkb_store_has_blob (web->served, small));
  g_assert_true (tkb_store_has_blob (web->served, big));
  replicate (web, TRUE);
  g_assert_true (tkb_store_has_blob (web->client, theirs));
  sync_assert_equal (web->client, web->served);
}

static void
test_attachment_stays_a_stub (Web *web, gconstpointer data)
{
  g_autofree char *digest = sync_put_with_attachment (web->client, "doc", 2000000);
  g_autoptr (TkbDocument) document = NULL;
  g_autoptr (TkbDocument) edited = NULL;
  g_autoptr (TkbDocument) written = NULL;
  g_autoptr (GError) error = NULL;

  replicate (web, FALSE);
  document = tkb_store_get (web->client, "doc", NULL, NULL, &error);
  g_assert_no_error (error);
  edited = tkb_document_with_string (document, "title", "changed");
  written = tkb_store_put (web->client, edited, TKB_WRITE_NONE, NULL, &error);
  g_assert_no_error (error);
  replicate (web, FALSE);
  /* two megabytes went over the line once */
  g_assert_cmpuint (web->http->multipart_puts, ==, 1);
  sync_assert_equal (web->client, web->served);
}

/* ---- the replicator ---- */

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
is_unauthorized (gpointer user_data)
{
  return tkb_replicator_get_state (user_data) == TKB_REPLICATOR_UNAUTHORIZED;
}

static gboolean
outbox_is_empty (gpointer user_data)
{
  g_autoptr (GPtrArray) outbox = tkb_store_get_outbox (user_data, NULL, NULL);

  return outbox->len == 0;
}

static gboolean
has_document (gpointer user_data)
{
  g_autofree char *title = sync_get_title (user_data, "hello");

  return title != NULL;
}

static void
test_replicator (Web *web, gconstpointer data)
{
  g_autoptr (TkbReplicator) replicator =
      tkb_replicator_new (web->client, web->clock, web->random, NULL);
  g_autoptr (TkbRemote) remote = tkb_remote_new (web->http->url, NULL, NULL);
  gint64 start_ms;

  g_assert_cmpint (tkb_replicator_get_state (replicator), ==, TKB_REPLICATOR_STOPPED);
  sync_put_many (web->served, "s", 30);
  tkb_replicator_set_remote (replicator, remote);
  tkb_replicator_start (replicator);
  sync_wait_for (is_idle, replicator);
  g_assert_cmpint (tkb_replicator_get_last_sync_ms (replicator), >, 0);
  sync_assert_equal (web->client, web->served);

  /* live, both ways, within a second */
  start_ms = tkb_clock_get_monotonic_ms (web->clock);
  g_free (sync_put (web->served, "hello", NULL, "{\"title\":\"from there\"}"));
  sync_wait_for (has_document, web->client);
  g_free (sync_put (web->client, "from-here", NULL, "{\"title\":\"x\"}"));
  g_assert_false (outbox_is_empty (web->client));
  sync_wait_for (outbox_is_empty, web->client);
  g_assert_cmpint (tkb_clock_get_monotonic_ms (web->clock) - start_ms, <, 5000);
  sync_wait_for (is_idle, replicator);

  /* the server goes; an edit waits; it comes back */
  http_fixture_set_up (web->http, FALSE);
  sync_wait_for (is_offline, replicator);
  g_assert_error (tkb_replicator_get_error (replicator), TKB_SYNC_ERROR,
                  TKB_SYNC_ERROR_UNREACHABLE);
  g_free (sync_put (web->client, "while-away", NULL, "{\"title\":\"x\"}"));
  g_assert_false (outbox_is_empty (web->client));
  http_fixture_set_up (web->http, TRUE);
  start_ms = tkb_clock_get_monotonic_ms (web->clock);
  sync_wait_for (outbox_is_empty, web->client);
  g_assert_cmpint (tkb_clock_get_monotonic_ms (web->clock) - start_ms, <, 6000);
  sync_wait_for (is_idle, replicator);
  sync_assert_equal (web->client, web->served);

  tkb_replicator_stop (replicator);
  g_assert_cmpint (tkb_replicator_get_state (replicator), ==, TKB_REPLICATOR_STOPPED);
}

static void
test_replicator_unauthorized (Web *web, gconstpointer data)
{
  g_autoptr (TkbReplicator) replicator =
      tkb_replicator_new (web->client, web->clock, web->random, NULL);
  g_autoptr (TkbRemote) wrong = tkb_remote_new (web->http->url, "anna", "wrong");
  g_autoptr (TkbRemote) right = tkb_remote_new (web->http->url, "anna", "right");

  web->http->user = g_strdup ("anna");
  web->http->password = g_strdup ("right");
  tkb_replicator_set_remote (replicator, wrong);
  tkb_replicator_start (replicator);
  sync_wait_for (is_unauthorized, replicator);
  tkb_replicator_set_remote (replicator, right);
  sync_wait_for (is_idle, replicator);
  tkb_replicator_set_remote (replicator, NULL);
  g_assert_cmpint (tkb_replicator_get_state (replicator), ==, TKB_REPLICATOR_STOPPED);
}

#define ADD(name, function)                                                                        \
  g_test_add ("/http/" name, Web, NULL, web_set_up, function, web_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  ADD ("both-ways", test_both_ways);
  ADD ("gzip-answers", test_gzip_answers);
  ADD ("old-server", test_old_server);
  ADD ("read-only-server", test_read_only_server);
  ADD ("accounts", test_accounts);
  ADD ("addresses", test_addresses);
  ADD ("faults", test_faults);
  ADD ("patience", test_patience);
  ADD ("too-large", test_too_large);
  ADD ("huge-answer", test_huge_answer);
  ADD ("silence", test_silence);
  ADD ("refused", test_refused);
  ADD ("attachments", test_attachments);
  ADD ("attachment-stays-a-stub", test_attachment_stays_a_stub);
  ADD ("replicator", test_replicator);
  ADD ("replicator-unauthorized", test_replicator_unauthorized);
  return g_test_run ();
}
