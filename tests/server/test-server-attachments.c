/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Attachments: alone, inline, as multipart both ways, large ones, ranges; and the backup of all. */
#include "config.h"

#include "server-fixture.h"

#include "tkb-json.h"
#include "tkb-wire-multipart.h"

#include <string.h>

static char *
get_rev (ServerFixture *server, const char *path)
{
  g_autoptr (Answer) answer = server_fixture_send (server, "admin", "GET", path, NULL, NULL);

  return answer_get (answer, "_rev");
}

static char *
get_text (Answer *answer)
{
  return g_strndup (g_bytes_get_data (answer->body, NULL), g_bytes_get_size (answer->body));
}

static void
test_alone (void)
{
  g_autoptr (ServerFixture) server = server_fixture_new (NULL);
  g_autofree char *rev = NULL;
  g_autofree char *path = NULL;
  static const struct
  {
    const char *range; /* (nullable) */
    guint       status;
    const char *text; /* (nullable) */
  } ranges[] = {
    { NULL, 200, "hello world" },
    { "bytes=0-4", 206, "hello" },
    { "bytes=6-", 206, "world" },
    { "bytes=-5", 206, "world" },
    { "bytes=0-999", 206, "hello world" },
    { "bytes=11-", 416, NULL },
    { "bytes=-0", 416, NULL },
    { "bytes=5-2", 200, "hello world" },
    { "bytes=0-1,3-4", 200, "hello world" },
    { "lines=1-2", 200, "hello world" },
    { "bytes=x", 200, "hello world" },
    { "bytes=99999999999999999999-", 200, "hello world" },
  };

  server_fixture_expect (server, "admin", "PUT", "/one", NULL, 201, NULL, NULL);
  {
    g_autoptr (Answer) put =
        server_fixture_send (server, "admin", "PUT", "/one/a/dir/b%20c.txt", "hello world",
                             "Content-Type", "text/plain", NULL);

    answer_assert (put, 201, "ok", "true");
  }
  for (guint i = 0; i < G_N_ELEMENTS (ranges); i++)
    {
      g_autoptr (Answer) got =
          server_fixture_send (server, "admin", "GET", "/one/a/dir/b%20c.txt", NULL,
                               ranges[i].range != NULL ? "Range" : "X-No",
                               ranges[i].range != NULL ? ranges[i].range : "", NULL);
      g_autofree char *text = get_text (got);

      g_test_message ("%s", ranges[i].range);
      answer_assert (got, ranges[i].status, NULL, NULL);
      if (ranges[i].text != NULL)
        g_assert_cmpstr (text, ==, ranges[i].text);
      g_assert_cmpstr (soup_message_headers_get_one (got->headers, "Accept-Ranges"), ==, "bytes");
    }
  {
    g_autoptr (Answer) got =
        server_fixture_send (server, "admin", "HEAD", "/one/a/dir/b%20c.txt", NULL, NULL);

    answer_assert (got, 200, NULL, NULL);
    g_assert_cmpint (soup_message_headers_get_content_length (got->headers), ==, 11);
    g_assert_cmpstr (soup_message_headers_get_one (got->headers, "ETag"), ==,
                     "\"XrY7u+Ae7tCTyyK7j1rNww==\"");
    g_assert_cmpstr (soup_message_headers_get_one (got->headers, "Content-MD5"), ==,
                     "XrY7u+Ae7tCTyyK7j1rNww==");
    g_assert_nonnull (soup_message_headers_get_one (got->headers, "Content-Security-Policy"));
  }
  server_fixture_expect (server, "admin", "GET", "/one/a/none", NULL, 404, "reason",
                         "Document is missing attachment");
  server_fixture_expect (server, "admin", "PUT", "/one/a/_x", "x", 400, NULL, NULL);
  server_fixture_expect (server, "admin", "PUT", "/one/a/second", "x", 409, NULL, NULL);
  server_fixture_expect (server, "admin", "PUT", "/one/a/second?rev=1-none", "x", 409, NULL, NULL);
  rev = get_rev (server, "/one/a");
  {
    g_autofree char *wrong = g_strdup_printf ("/one/a/second?rev=%s", rev);
    g_autoptr (Answer) put = server_fixture_send (server, "admin", "PUT", wrong, "x", "Content-MD5",
                                                  "XrY7u+Ae7tCTyyK7j1rNww==", NULL);

    answer_assert (put, 400, "error", "content_md5_mismatch");
  }
  path = g_strdup_printf ("/one/a/dir/b%%20c.txt?rev=%s", rev);
  server_fixture_expect (server, "admin", "DELETE", path, NULL, 200, "ok", "true");
  server_fixture_expect (server, "admin", "GET", "/one/a", NULL, 200, "_attachments", NULL);
}

static void
test_inline (void)
{
  g_autoptr (ServerFixture) server = server_fixture_new (NULL);
  g_autofree char *rev = NULL;
  g_autofree char *body = NULL;
  g_autofree char *since = NULL;

  server_fixture_expect (server, "admin", "PUT", "/one", NULL, 201, NULL, NULL);
  server_fixture_expect (server, "admin", "PUT", "/one/a",
                         "{\"_attachments\":{\"x\":{\"content_type\":\"text/plain\","
                         "\"data\":\"aGVsbG8=\"}}}",
                         201, NULL, NULL);
  server_fixture_expect (server, "admin", "GET", "/one/a", NULL, 200, "_attachments.x.stub",
                         "true");
  server_fixture_expect (server, "admin", "GET", "/one/a", NULL, 200, "_attachments.x.length", "5");
  server_fixture_expect (server, "admin", "GET", "/one/a?attachments=true", NULL, 200,
                         "_attachments.x.data", "aGVsbG8=");
  server_fixture_expect (server, "admin", "POST", "/one/_bulk_get?attachments=true",
                         "{\"docs\":[{\"id\":\"a\"}]}", 200,
                         "results.0.docs.0.ok._attachments.x.data", "aGVsbG8=");
  server_fixture_expect (server, "admin", "GET", "/one/_changes?include_docs=true&attachments=true",
                         NULL, 200, "results.0.doc._attachments.x.data", "aGVsbG8=");
  /* a stub keeps what is there; what a client has already stays a stub */
  rev = get_rev (server, "/one/a");
  body = g_strdup_printf ("{\"_rev\":\"%s\",\"n\":2,\"_attachments\":{\"x\":{\"stub\":true},"
                          "\"y\":{\"data\":\"eQ==\"}}}",
                          rev);
  server_fixture_expect (server, "admin", "PUT", "/one/a", body, 201, NULL, NULL);
  since = g_strdup_printf ("/one/a?atts_since=%%5B%%22%s%%22%%5D", rev);
  server_fixture_expect (server, "admin", "GET", since, NULL, 200, "_attachments.x.stub", "true");
  server_fixture_expect (server, "admin", "GET", since, NULL, 200, "_attachments.y.data", "eQ==");
  server_fixture_expect (server, "admin", "PUT", "/one/b",
                         "{\"_attachments\":{\"x\":{\"stub\":true,\"digest\":"
                         "\"md5-AAAAAAAAAAAAAAAAAAAAAA==\",\"length\":1}}}",
                         412, "error", "missing_stub");
}

/* CouchDB's own replicator: PUT as multipart/related with gzip parts, GET of open_revs as
 * multipart/mixed. */
static void
test_multipart (void)
{
  static const guint8 gzip_hello[] = { 0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
                                       0x03, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x86,
                                       0xa6, 0x10, 0x36, 0x05, 0x00, 0x00, 0x00 };
  g_autoptr (ServerFixture) server = server_fixture_new (NULL);
  g_autoptr (GString) body = g_string_new (NULL);
  g_autoptr (GBytes) bytes = NULL;

  server_fixture_expect (server, "admin", "PUT", "/one", NULL, 201, NULL, NULL);
  g_string_append (body,
                   "--outer\r\nContent-Type: application/json\r\n\r\n"
                   "{\"_id\":\"m\",\"_rev\":\"3-c\",\"_revisions\":{\"start\":3,\"ids\":[\"c\","
                   "\"b\",\"a\"]},\"_attachments\":{\"plain.bin\":{\"follows\":true,"
                   "\"content_type\":\"application/octet-stream\",\"length\":6,\"revpos\":1},"
                   "\"z.txt\":{\"follows\":true,\"content_type\":\"text/plain\",\"length\":5,"
                   "\"encoding\":\"gzip\",\"encoded_length\":25,\"revpos\":3,"
                   "\"digest\":\"md5-n1gwnEtNcUnaVHEzSDdNAQ==\"}}}");
  /* the content of the first part only looks like a boundary */
  g_string_append (body, "\r\n--outer\r\n\r\n\r\n--\r\n\r\n--outer\r\n"
                         "Content-Disposition: attachment; filename=\"z.txt\"\r\n"
                         "Content-Type: text/plain\r\nContent-Encoding: gzip\r\n\r\n");
  g_string_append_len (body, (const char *) gzip_hello, sizeof gzip_hello);
  g_string_append (body, "\r\n--outer--");
  bytes = g_bytes_new (body->str, body->len);
  {
    g_autoptr (Answer) put =
        server_fixture_send_bytes (server, "admin", "PUT", "/one/m?new_edits=false", bytes,
                                   "Content-Type", "multipart/related; boundary=\"outer\"", NULL);

    answer_assert (put, 201, "rev", "3-c");
  }
  server_fixture_expect (server, "admin", "GET", "/one/m?attachments=true", NULL, 200,
                         "_attachments.z.txt", NULL);
  {
    g_autoptr (Answer) got =
        server_fixture_send (server, "admin", "GET", "/one/m/z.txt", NULL, NULL);
    g_autofree char *text = get_text (got);

    answer_assert (got, 200, NULL, NULL);
    g_assert_cmpstr (text, ==, "hello");
  }
  {
    g_autoptr (Answer) got =
        server_fixture_send (server, "admin", "GET", "/one/m/plain.bin", NULL, NULL);

    answer_assert (got, 200, NULL, NULL);
    g_assert_cmpmem (g_bytes_get_data (got->body, NULL), g_bytes_get_size (got->body), "\r\n--\r\n",
                     6);
  }
  {
    g_autoptr (Answer) got = server_fixture_send (
        server, "admin", "GET", "/one/m?open_revs=%5B%223-c%22,%229-x%22%5D&revs=true", NULL,
        "Accept", "multipart/mixed", NULL);
    g_autofree char *text = get_text (got);

    answer_assert (got, 200, NULL, NULL);
    g_assert_true (g_str_has_prefix (soup_message_headers_get_one (got->headers, "Content-Type"),
                                     "multipart/mixed; boundary="));
    g_assert_nonnull (strstr (text, "Content-Type: multipart/related; boundary="));
    g_assert_nonnull (strstr (text, "\"_revisions\":{\"start\":3,\"ids\":[\"c\",\"b\",\"a\"]}"));
    g_assert_nonnull (strstr (text, "\"follows\":true"));
    g_assert_nonnull (strstr (text, "{\"missing\":\"9-x\"}"));
    g_assert_nonnull (strstr (text, "\r\n\r\nhello\r\n--"));
  }
  {
    g_autoptr (Answer) got = server_fixture_send (
        server, "admin", "POST", "/one/_bulk_get?revs=true",
        "{\"docs\":[{\"id\":\"m\",\"rev\":\"3-c\"},{\"id\":\"no\",\"rev\":\"1-x\"}]}", "Accept",
        "multipart/mixed", NULL);
    g_autofree char *text = get_text (got);

    answer_assert (got, 200, NULL, NULL);
    g_assert_nonnull (strstr (text, "error=\"true\""));
    g_assert_nonnull (strstr (text, "\r\n\r\nhello\r\n--"));
  }
  {
    g_autoptr (Answer) got = server_fixture_send (server, "admin", "GET", "/one/m?attachments=true",
                                                  NULL, "Accept", "multipart/related", NULL);

    answer_assert (got, 200, NULL, NULL);
    g_assert_true (g_str_has_prefix (soup_message_headers_get_one (got->headers, "Content-Type"),
                                     "multipart/related"));
  }
}

/* 40 MB up and down, through the spool and back in pieces. */
static void
test_large (void)
{
  g_autoptr (ServerFixture) server = server_fixture_new (NULL);
  const gsize length = 40 * 1000 * 1000;
  guint32    *data = g_malloc (length);
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *sum = NULL;

  for (gsize i = 0; i < length / 4; i++)
    data[i] = (guint32) i * 2654435761u;
  bytes = g_bytes_new_take (data, length);
  sum = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
  server_fixture_expect (server, "admin", "PUT", "/one", NULL, 201, NULL, NULL);
  {
    g_autoptr (Answer) put =
        server_fixture_send_bytes (server, "admin", "PUT", "/one/big/blob", bytes, "Content-Type",
                                   "application/octet-stream", NULL);

    answer_assert (put, 201, "ok", "true");
  }
  {
    g_autoptr (Answer) got =
        server_fixture_send (server, "admin", "GET", "/one/big/blob", NULL, NULL);
    g_autofree char *got_sum = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, got->body);

    answer_assert (got, 200, NULL, NULL);
    g_assert_cmpstr (got_sum, ==, sum);
  }
}

static void
run_program (const char *first, ...)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  int     status;
  va_list args;

  g_ptr_array_add (argv, (char *) first);
  va_start (args, first);
  do
    g_ptr_array_add (argv, va_arg (args, char *));
  while (argv->pdata[argv->len - 1] != NULL);
  va_end (args);
  g_spawn_sync (NULL, (char **) argv->pdata, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL,
                NULL, NULL, NULL, NULL, &status, &error);
  g_assert_no_error (error);
  g_spawn_check_wait_status (status, &error);
  g_assert_no_error (error);
}

/* A backup of a running server, unpacked, is a server. */
static void
test_backup (void)
{
  g_autoptr (ServerFixture) server = server_fixture_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *copy_dir = g_dir_make_tmp ("tisckb-restored-XXXXXX", &error);
  g_autofree char *archive = g_build_filename (copy_dir, "backup.tar", NULL);
  g_autofree char *program =
      g_build_filename (g_getenv ("TKB_BUILD_ROOT"), "src", "server", "tisckb-server", NULL);
  g_autofree char *original = NULL;

  server_fixture_expect (server, "admin", "PUT", "/one%2Ftwo", NULL, 201, NULL, NULL);
  server_fixture_expect (server, "admin", "PUT", "/one%2Ftwo/a/file", "hello", 201, NULL, NULL);
  run_program (program, "backup", "--data", server->data_dir, "--output", archive, NULL);
  run_program ("tar", "-xf", archive, "-C", copy_dir, NULL);
  server_fixture_stop (server);
  original = server->data_dir;
  server->data_dir = copy_dir;
  server->port = 0;
  server_fixture_start (server, NULL);
  {
    g_autoptr (Answer) got =
        server_fixture_send (server, "admin", "GET", "/one%2Ftwo/a/file", NULL, NULL);
    g_autofree char *text = get_text (got);

    answer_assert (got, 200, NULL, NULL);
    g_assert_cmpstr (text, ==, "hello");
  }
  server_fixture_stop (server);
  server->data_dir = g_steal_pointer (&original);
  run_program ("rm", "-rf", copy_dir, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/server/attachments/alone", test_alone);
  g_test_add_func ("/server/attachments/inline", test_inline);
  g_test_add_func ("/server/attachments/multipart", test_multipart);
  g_test_add_func ("/server/attachments/large", test_large);
  g_test_add_func ("/server/attachments/backup", test_backup);
  return g_test_run ();
}
