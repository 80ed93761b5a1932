/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Feeds that wait: woken by a change, kept alive by heartbeats, ended by time, by the server, by
 * the client. */
#include "config.h"

#include "server-fixture.h"

#include <string.h>

#define AUTHORIZATION "Authorization: Basic YWRtaW46YWRtaW4tcGFzc3dvcmQ=\r\n"

typedef struct
{
  GSocketConnection *connection; /* (owned) */
  GDataInputStream  *in;         /* (owned) */
} Feed;

static void
feed_clear (Feed *self)
{
  g_clear_object (&self->in);
  g_clear_object (&self->connection);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Feed, feed_clear)

static void
feed_open (ServerFixture *server, Feed *self, const char *path)
{
  g_autofree char *request =
      g_strdup_printf ("GET %s HTTP/1.1\r\nHost: x\r\n" AUTHORIZATION "\r\n", path);
  g_autoptr (GError) error = NULL;

  self->connection = server_fixture_connect (server);
  g_socket_set_timeout (g_socket_connection_get_socket (self->connection), 20);
  self->in =
      g_data_input_stream_new (g_io_stream_get_input_stream (G_IO_STREAM (self->connection)));
  g_data_input_stream_set_newline_type (self->in, G_DATA_STREAM_NEWLINE_TYPE_LF);
  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (self->connection)),
                             request, strlen (request), NULL, NULL, &error);
  g_assert_no_error (error);
}

/* Reads lines until one holds what; FALSE at the end of the connection. */
static gboolean
feed_read_until (Feed *self, const char *what)
{
  for (;;)
    {
      g_autofree char *line = g_data_input_stream_read_line (self->in, NULL, NULL, NULL);

      if (line == NULL)
        return FALSE;
      if (strstr (line, what) != NULL)
        return TRUE;
    }
}

static ServerFixture *
start (void)
{
  ServerFixture *server = server_fixture_new (NULL);

  server_fixture_expect (server, "admin", "PUT", "/one", NULL, 201, NULL, NULL);
  server_fixture_expect (server, "admin", "PUT", "/one/first", "{}", 201, NULL, NULL);
  return server;
}

static void
test_longpoll (void)
{
  g_autoptr (ServerFixture) server = start ();
  g_auto (Feed) feed = { 0 };

  /* what is there already is answered at once */
  server_fixture_expect (server, "admin", "GET", "/one/_changes?feed=longpoll", NULL, 200,
                         "results.0.id", "first");
  feed_open (server, &feed, "/one/_changes?feed=longpoll&since=now&heartbeat=100");
  g_assert_true (feed_read_until (&feed, "results"));
  server_fixture_expect (server, "admin", "PUT", "/one/second", "{}", 201, NULL, NULL);
  g_assert_true (feed_read_until (&feed, "\"second\""));
  g_assert_true (feed_read_until (&feed, "last_seq"));
  /* time over */
  server_fixture_expect (server, "admin", "GET",
                         "/one/_changes?feed=longpoll&since=now&timeout=150", NULL, 200, "results",
                         "[]");
}

/* A filter is asked before the feed wakes up. */
static void
test_longpoll_filtered (void)
{
  g_autoptr (ServerFixture) server = start ();
  g_auto (Feed) feed = { 0 };

  feed_open (server, &feed,
             "/one/_changes?feed=longpoll&since=now&filter=_doc_ids&doc_ids=%5B%22wanted%22%5D");
  g_assert_true (feed_read_until (&feed, "results"));
  server_fixture_expect (server, "admin", "PUT", "/one/other", "{}", 201, NULL, NULL);
  server_fixture_expect (server, "admin", "PUT", "/one/wanted", "{}", 201, NULL, NULL);
  for (;;)
    {
      g_autofree char *line = g_data_input_stream_read_line (feed.in, NULL, NULL, NULL);

      g_assert_nonnull (line);
      g_assert_null (strstr (line, "\"other\""));
      if (strstr (line, "\"wanted\"") != NULL)
        break;
    }
}

static void
test_continuous (void)
{
  g_autoptr (ServerFixture) server = start ();
  g_auto (Feed) feed = { 0 };

  feed_open (server, &feed, "/one/_changes?feed=continuous&heartbeat=100&include_docs=true");
  g_assert_true (feed_read_until (&feed, "\"first\""));
  /* a chunk of one empty line is a heartbeat */
  g_assert_true (feed_read_until (&feed, "1\r"));
  for (guint i = 0; i < 5; i++)
    {
      g_autofree char *path = g_strdup_printf ("/one/next-%u", i);
      g_autofree char *quoted = g_strdup_printf ("\"next-%u\"", i);

      server_fixture_expect (server, "admin", "PUT", path, "{}", 201, NULL, NULL);
      g_assert_true (feed_read_until (&feed, quoted));
    }
}

static void
test_continuous_ends (void)
{
  g_autoptr (ServerFixture) server = start ();
  g_auto (Feed) limited = { 0 };
  g_auto (Feed) timed = { 0 };

  feed_open (server, &limited, "/one/_changes?feed=continuous&limit=1&heartbeat=100");
  g_assert_true (feed_read_until (&limited, "last_seq"));
  feed_open (server, &timed, "/one/_changes?feed=continuous&timeout=100");
  g_assert_true (feed_read_until (&timed, "\"first\""));
  g_assert_true (feed_read_until (&timed, "last_seq"));
}

static void
test_eventsource (void)
{
  g_autoptr (ServerFixture) server = start ();
  g_auto (Feed) feed = { 0 };

  feed_open (server, &feed, "/one/_changes?feed=eventsource&heartbeat=100");
  g_assert_true (feed_read_until (&feed, "text/event-stream"));
  g_assert_true (feed_read_until (&feed, "data: {"));
  g_assert_true (feed_read_until (&feed, "id: \"1-"));
  g_assert_true (feed_read_until (&feed, "heartbeat"));
  server_fixture_expect (server, "admin", "PUT", "/one/second", "{}", 201, NULL, NULL);
  g_assert_true (feed_read_until (&feed, "\"second\""));
}

/* Clients that go away leave nothing behind. */
static void
test_client_gone (void)
{
  g_autoptr (ServerFixture) server = start ();
  gint64 until = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;

  for (guint i = 0; i < 20; i++)
    {
      g_auto (Feed) feed = { 0 };

      feed_open (server, &feed, "/one/_changes?feed=continuous&heartbeat=100");
      g_assert_true (feed_read_until (&feed, "\"first\""));
    }
  for (;;)
    {
      g_autoptr (Answer) answer =
          server_fixture_send (server, "admin", "GET", "/_prometheus", NULL, NULL);
      g_autofree char *text =
          g_strndup (g_bytes_get_data (answer->body, NULL), g_bytes_get_size (answer->body));

      if (strstr (text, "tisckb_requests_current 1\n") != NULL)
        break;
      g_assert_cmpint (g_get_monotonic_time (), <, until);
      g_usleep (50000);
    }
}

/* A stop ends feeds properly; a deleted database ends its own. */
static void
test_server_ends (void)
{
  g_autoptr (ServerFixture) server = start ();
  g_auto (Feed) stopped = { 0 };
  g_auto (Feed) deleted = { 0 };

  server_fixture_expect (server, "admin", "PUT", "/two", NULL, 201, NULL, NULL);
  feed_open (server, &stopped, "/one/_changes?feed=continuous&heartbeat=10000");
  g_assert_true (feed_read_until (&stopped, "\"first\""));
  feed_open (server, &deleted, "/two/_changes?feed=longpoll&heartbeat=10000");
  g_assert_true (feed_read_until (&deleted, "results"));
  server_fixture_expect (server, "admin", "DELETE", "/two", NULL, 200, NULL, NULL);
  g_assert_true (feed_read_until (&deleted, "last_seq"));
  server_fixture_stop (server);
  g_assert_true (feed_read_until (&stopped, "last_seq"));
}

/* Many feeds at once are all woken by one change. */
static void
test_crowd (void)
{
  enum
  {
    N_FEEDS = 200
  };
  g_autoptr (ServerFixture) server = start ();
  Feed feeds[N_FEEDS] = { 0 };

  for (guint i = 0; i < N_FEEDS; i++)
    feed_open (server, &feeds[i], "/one/_changes?feed=longpoll&since=now&heartbeat=5000");
  for (guint i = 0; i < N_FEEDS; i++)
    g_assert_true (feed_read_until (&feeds[i], "results"));
  server_fixture_expect (server, "admin", "PUT", "/one/second", "{}", 201, NULL, NULL);
  for (guint i = 0; i < N_FEEDS; i++)
    {
      g_assert_true (feed_read_until (&feeds[i], "\"second\""));
      feed_clear (&feeds[i]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/server/feeds/longpoll", test_longpoll);
  g_test_add_func ("/server/feeds/longpoll-filtered", test_longpoll_filtered);
  g_test_add_func ("/server/feeds/continuous", test_continuous);
  g_test_add_func ("/server/feeds/continuous-ends", test_continuous_ends);
  g_test_add_func ("/server/feeds/eventsource", test_eventsource);
  g_test_add_func ("/server/feeds/client-gone", test_client_gone);
  g_test_add_func ("/server/feeds/server-ends", test_server_ends);
  g_test_add_func ("/server/feeds/crowd", test_crowd);
  return g_test_run ();
}
