/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* What no client of good will sends. Whatever comes, the server answers with 4xx (or cuts the
 * connection) and goes on. */
#include "config.h"

#include "server-fixture.h"

#include <string.h>

#define AUTHORIZATION "Authorization: Basic YWRtaW46YWRtaW4tcGFzc3dvcmQ=\r\n"

static ServerFixture *
start (void)
{
  ServerFixture *server = server_fixture_new (NULL);

  server_fixture_expect (server, "admin", "PUT", "/one", NULL, 201, NULL, NULL);
  return server;
}

static void
check_alive (ServerFixture *server)
{
  server_fixture_expect (server, "admin", "GET", "/one", NULL, 200, "db_name", "one");
}

static void
test_json (void)
{
  g_autoptr (ServerFixture) server = start ();
  g_autofree char *deep_array = g_strnfill (200000, '[');
  g_autoptr (GString) deep_object = g_string_new (NULL);
  g_autofree char *title = g_strnfill (10 * 1000 * 1000, 'x');
  g_autofree char *huge = g_strdup_printf ("{\"title\":\"%s\"}", title);
  g_autofree char *huge_batch = g_strdup_printf ("{\"docs\":[{\"_id\":\"huge\",\"title\":\"%s\"},"
                                                 "{\"_id\":\"small\"}]}",
                                                 title);
  static const char *const bad[] = {
    "",
    " ",
    "null",
    "1",
    "\"x\"",
    "[]",
    "{",
    "}",
    "{]",
    "{\"a\":}",
    "{\"a\":1,}",
    "{'a':1}",
    "{\"a\":01}",
    "{\"a\":NaN}",
    "{\"a\":\"\xff\xfe\"}",
    "{\"a\":\"\xed\xa0\x80\"}",
    "{\"a\":\"\\ud800\"}",
    "{\"a\":\"\\u0000\"}",
    "{\"a\":1}{\"b\":2}",
    "{\"_id\":5}",
    "{\"_rev\":5}",
    "{\"_rev\":\"nonsense\"}",
    "{\"_attachments\":5}",
    "{\"_attachments\":{\"a\":{\"data\":\"!!!\"}}}",
    "{\"_attachments\":{\"a\":{\"follows\":true}}}",
    "{\"_revisions\":{\"start\":-1,\"ids\":[]}}",
  };

  for (guint i = 0; i < 100000; i++)
    g_string_append (deep_object, "{\"a\":");
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (Answer) answer =
          server_fixture_send (server, "admin", "PUT", "/one/bad", bad[i], NULL);

      g_test_message ("%u: %u", i, answer->status);
      g_assert_cmpuint (answer->status, >=, 400);
      g_assert_cmpuint (answer->status, <, 500);
      g_assert_nonnull (answer->json);
    }
  server_fixture_expect (server, "admin", "PUT", "/one/deep", deep_array, 400, NULL, NULL);
  server_fixture_expect (server, "admin", "PUT", "/one/deep", deep_object->str, 400, NULL, NULL);
  server_fixture_expect (server, "admin", "PUT", "/one/huge", huge, 413, "error",
                         "document_too_large");
  server_fixture_expect (server, "admin", "POST", "/one/_bulk_docs", huge_batch, 201, "1.ok",
                         "true");
  server_fixture_expect (server, "admin", "GET", "/one/huge", NULL, 404, NULL, NULL);
  check_alive (server);
}

static void
test_ids (void)
{
  g_autoptr (ServerFixture) server = start ();
  g_autofree char *long_id = g_strnfill (600, 'a');
  g_autofree char *long_path = g_strdup_printf ("/one/%s", long_id);
  g_autofree char *longer = g_strnfill (40000, 'a');
  g_autofree char *longer_path = g_strdup_printf ("/one/%s", longer);
  static const struct
  {
    const char *path;
    guint       status;
  } cases[] = {
    { "/one/_secret", 404 },
    { "/one/_local", 404 },
    { "/one/_design", 404 },
    { "/one/_local/", 404 },
    { "/one/..%2F..%2Fetc%2Fpasswd", 404 },
    { "/..%2Fone", 404 },
    { "/one%2F..%2F..%2Fx", 404 },
    { "/%2Fetc", 404 },
    { "/one/a%00b", 400 },
    { "/one/a%FFb", 400 },
    { "/one//a", 404 },
    { "/one/a?rev=%FF", 400 },
    { "/one/a/..%2F..%2Fx", 404 },
    { "/accounts.json", 404 },
    { "/tisckb.tisckb", 404 },
  };

  server_fixture_expect (server, "admin", "PUT", long_path, "{}", 400, "error", "illegal_docid");
  server_fixture_expect (server, "admin", "GET", longer_path, NULL, 414, "error", "uri_too_long");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *request = g_strdup_printf ("GET %s HTTP/1.1\r\nHost: x\r\n" AUTHORIZATION
                                                  "Connection: close\r\n\r\n",
                                                  cases[i].path);
      g_autofree char *answer = server_fixture_send_raw (server, request, -1, 10);
      g_autofree char *expected = g_strdup_printf ("HTTP/1.1 %u ", cases[i].status);

      g_test_message ("%s: %.12s", cases[i].path, answer);
      g_assert_true (g_str_has_prefix (answer, expected));
    }
  /* an odd but valid id is an id */
  server_fixture_expect (server, "admin", "PUT", "/one/..%2Fx", "{}", 201, "id", "../x");
  server_fixture_expect (server, "admin", "GET", "/one/..%2Fx", NULL, 200, "_id", "../x");
  check_alive (server);
}

static void
test_http (void)
{
  g_autoptr (ServerFixture) server = start ();
  g_autofree char *big_header = g_strnfill (40000, 'h');
  g_autofree char *headers = g_strdup_printf (
      "GET / HTTP/1.1\r\nHost: x\r\nX-Big: %s\r\nConnection: close\r\n\r\n", big_header);
  static const struct
  {
    const char *request;
    const char *begins; /* (nullable): anything, or nothing */
  } cases[] = {
    { "\x01\x02\x03\r\n\r\n", NULL },
    { "GET\r\n\r\n", NULL },
    { "GET / HTTP/9.9\r\n\r\n", NULL },
    { "BREW / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "HTTP/1.1 405" },
    { "GET /one HTTP/1.1\r\nHost: x\r\nCookie: AuthSession=\r\nConnection: close\r\n\r\n",
      "HTTP/1.1 401" },
    { "GET /one HTTP/1.1\r\nHost: x\r\nCookie: AuthSession=%%%; ;=;\r\nConnection: close\r\n\r\n",
      "HTTP/1.1 401" },
    { "PUT /one/a HTTP/1.1\r\nHost: x\r\n" AUTHORIZATION
      "Content-Length: 99999999999\r\nConnection: close\r\n\r\n{}",
      "HTTP/1.1 413" },
    /* a negative Content-Length makes libsoup 3.2 itself warn, which is fatal here: left out */
    { "PUT /one/a HTTP/1.1\r\nHost: x\r\n" AUTHORIZATION
      "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\nzz\r\n",
      NULL },
    { "PUT /one/a HTTP/1.1\r\nHost: x\r\n" AUTHORIZATION
      "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
      "HTTP/1.1 201" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *answer = server_fixture_send_raw (server, cases[i].request, -1, 1);

      g_test_message ("%u: %.12s", i, answer);
      if (cases[i].begins != NULL)
        g_assert_true (g_str_has_prefix (answer, cases[i].begins));
    }
  {
    g_autofree char *answer = server_fixture_send_raw (server, headers, -1, 5);

    g_assert_true (g_str_has_prefix (answer, "HTTP/1.1 431"));
  }
  check_alive (server);
}

/* 100 MB of zeros in 500 KB of gzip. */
static void
test_gzip_bomb (void)
{
  g_autoptr (ServerFixture) server = start ();
  g_autoptr (GConverter) compressor =
      G_CONVERTER (g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, 1));
  g_autoptr (GOutputStream) memory = g_memory_output_stream_new_resizable ();
  g_autoptr (GOutputStream) out = g_converter_output_stream_new (memory, compressor);
  g_autofree char *zeros = g_malloc0 (1000 * 1000);
  g_autoptr (GBytes) bomb = NULL;

  for (guint i = 0; i < 100; i++)
    g_output_stream_write_all (out, zeros, 1000 * 1000, NULL, NULL, NULL);
  g_output_stream_close (out, NULL, NULL);
  bomb = g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (memory));
  {
    g_autoptr (Answer) answer = server_fixture_send_bytes (
        server, "admin", "POST", "/one/_bulk_docs", bomb, "Content-Encoding", "gzip", NULL);

    answer_assert (answer, 413, "error", "too_large");
  }
  {
    g_autoptr (Answer) answer = server_fixture_send (server, "admin", "PUT", "/one/a", "not gzip",
                                                     "Content-Encoding", "gzip", NULL);

    answer_assert (answer, 400, "error", "bad_request");
  }
  check_alive (server);
}

static void
test_multipart (void)
{
  static const char *const bodies[] = {
    "",
    "--b",
    "--b\r\n",
    "--b--",
    "--b\r\nContent-Type: application/json\r\n\r\n{}",
    "--b\r\nContent-Type: application/json\r\n\r\n{\r\n--b--",
    "--b\r\nContent-Type: application/json\r\n\r\n"
    "{\"_attachments\":{\"a\":{\"follows\":true,\"length\":1}}}\r\n--b--",
    "--b\r\nContent-Type: application/json\r\n\r\n{}\r\n--b\r\n\r\nstray\r\n--b--",
    "--b\r\n\r\n[]\r\n--b--",
    "no boundary at all",
    "--b\r\nContent-Type: application/json\r\n\r\n"
    "{\"_attachments\":{\"a\":{\"follows\":true,\"length\":1,\"encoding\":\"gzip\"}}}\r\n"
    "--b\r\n\r\nnot gzip\r\n--b--",
  };
  static const char *const types[] = { "multipart/related", "multipart/related; boundary=",
                                       "multipart/form-data; boundary=b" };
  g_autoptr (ServerFixture) server = start ();

  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      g_autoptr (Answer) answer =
          server_fixture_send (server, "admin", "PUT", "/one/m", bodies[i], "Content-Type",
                               "multipart/related; boundary=b", NULL);

      g_test_message ("%u: %u", i, answer->status);
      g_assert_cmpuint (answer->status, >=, 400);
      g_assert_cmpuint (answer->status, <, 500);
    }
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    {
      g_autoptr (Answer) answer = server_fixture_send (server, "admin", "PUT", "/one/m", "--b--",
                                                       "Content-Type", types[i], NULL);

      answer_assert (answer, 415, NULL, NULL);
    }
  server_fixture_expect (server, "admin", "GET", "/one/m", NULL, 404, NULL, NULL);
  check_alive (server);
}

/* Half a request, then silence or a closed door. */
static void
test_broken_off (void)
{
  g_autoptr (ServerFixture) server = start ();

  for (guint i = 0; i < 50; i++)
    {
      g_autoptr (GSocketConnection) connection = server_fixture_connect (server);
      const char *half = "PUT /one/half HTTP/1.1\r\nHost: x\r\n" AUTHORIZATION
                         "Content-Length: 1000\r\n\r\n{\"a\":";

      g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), half,
                                 i % 2 == 0 ? strlen (half) : 20, NULL, NULL, NULL);
    }
  server_fixture_expect (server, "admin", "GET", "/one/half", NULL, 404, NULL, NULL);
  check_alive (server);
}

/* An upload that is refused is not read to its end. */
static void
test_endless_upload (void)
{
  g_autoptr (ServerFixture) server = start ();
  g_autoptr (GSocketConnection) connection = server_fixture_connect (server);
  GOutputStream   *out = g_io_stream_get_output_stream (G_IO_STREAM (connection));
  const char      *head = "PUT /one/a/b HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  g_autofree char *chunk = g_malloc0 (1000 * 1000);
  g_autofree char *head_of_chunk = g_strdup_printf ("%x\r\n", 1000 * 1000);
  guint            n = 0;

  g_socket_set_timeout (g_socket_connection_get_socket (connection), 10);
  g_output_stream_write_all (out, head, strlen (head), NULL, NULL, NULL);
  while (n < 200 &&
         g_output_stream_write_all (out, head_of_chunk, strlen (head_of_chunk), NULL, NULL, NULL) &&
         g_output_stream_write_all (out, chunk, 1000 * 1000, NULL, NULL, NULL) &&
         g_output_stream_write_all (out, "\r\n", 2, NULL, NULL, NULL))
    n++;
  g_assert_cmpuint (n, <, 200);
  check_alive (server);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/server/input/json", test_json);
  g_test_add_func ("/server/input/ids", test_ids);
  g_test_add_func ("/server/input/http", test_http);
  g_test_add_func ("/server/input/gzip-bomb", test_gzip_bomb);
  g_test_add_func ("/server/input/multipart", test_multipart);
  g_test_add_func ("/server/input/broken-off", test_broken_off);
  g_test_add_func ("/server/input/endless-upload", test_endless_upload);
  return g_test_run ();
}
