/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* The HTTP API as CouchDB 3 documents it: method, path and body against status and JSON. */
#include "config.h"

#include "server-fixture.h"

#include <string.h>

typedef struct
{
  const char *method;
  const char *path;
  const char *body; /* (nullable) */
  guint       status;
  const char *member;   /* (nullable) */
  const char *expected; /* (nullable) */
} Case;

/* In order: later ones build on what earlier ones made. All by an admin. */
static const Case cases[] = {
  { "GET", "/", NULL, 200, "couchdb", "Welcome" },
  { "GET", "/_up", NULL, 200, "status", "ok" },
  { "GET", "/_uuids?count=2", NULL, 200, "uuids.2", NULL },
  { "GET", "/_uuids?count=1001", NULL, 400, "error", "bad_request" },
  { "GET", "/_uuids?count=x", NULL, 400, "error", "bad_request" },
  { "GET", "/_nothing", NULL, 404, "error", "not_found" },
  { "POST", "/_up", "{}", 405, "error", "method_not_allowed" },
  { "GET", "/_session", NULL, 200, "userCtx.name", "admin" },
  { "GET", "/_session", NULL, 200, "userCtx.roles", "[\"_admin\",\"admin\"]" },
  /* databases */
  { "PUT", "/one", NULL, 201, "ok", "true" },
  { "PUT", "/one", NULL, 412, "error", "file_exists" },
  { "PUT", "/Bad", NULL, 400, "error", "illegal_database_name" },
  { "PUT", "/1bad", NULL, 400, "error", "illegal_database_name" },
  { "PUT", "/a%2Fb", NULL, 201, "ok", "true" },
  { "GET", "/a%2Fb", NULL, 200, "db_name", "a/b" },
  { "GET", "/_all_dbs", NULL, 200, NULL, NULL },
  { "DELETE", "/a%2Fb?rev=1-a", NULL, 400, "error", "bad_request" },
  { "DELETE", "/a%2Fb", NULL, 200, "ok", "true" },
  { "GET", "/a%2Fb", NULL, 404, "error", "not_found" },
  { "DELETE", "/tisckb", NULL, 403, "error", "forbidden" },
  { "GET", "/none", NULL, 404, "reason", "Database does not exist." },
  { "GET", "/one", NULL, 200, "doc_count", "0" },
  { "GET", "/one/", NULL, 200, "db_name", "one" },
  { "POST", "/one/_ensure_full_commit", "{}", 201, "ok", "true" },
  { "POST", "/one/_compact", "{}", 202, "ok", "true" },
  { "GET", "/one/_revs_limit", NULL, 200, NULL, NULL },
  { "PUT", "/one/_revs_limit", "500", 200, "ok", "true" },
  { "PUT", "/one/_revs_limit", "0", 400, "error", "bad_request" },
  { "GET", "/one/_security", NULL, 200, "members.roles.0", "_admin" },
  { "PUT", "/one/_security", "{\"members\":[]}", 400, "error", "bad_request" },
  { "PUT", "/one/_security", "{\"roles\":{\"a\":\"king\"}}", 400, "error", "bad_request" },
  { "PUT", "/one/_security", "{\"door\":\"open\"}", 400, "error", "bad_request" },
  { "PUT", "/tisckb/_security", "{\"door\":\"none\"}", 400, "error", "bad_request" },
  { "PUT", "/one/_security", "{\"admins\":{\"names\":[\"x\"],\"roles\":[]}}", 200, "ok", "true" },
  { "GET", "/one/_security", NULL, 200, "admins.names.0", "x" },
  /* documents */
  { "PUT", "/one/a", "{\"x\":1}", 201, "id", "a" },
  { "PUT", "/one/a", "{\"x\":2}", 409, "error", "conflict" },
  { "GET", "/one/a", NULL, 200, "x", "1" },
  { "GET", "/one/b", NULL, 404, "reason", "missing" },
  { "GET", "/one/a?rev=nonsense", NULL, 400, "reason", "Invalid rev format" },
  { "GET", "/one/a?rev=1-none", NULL, 404, "error", "not_found" },
  { "GET", "/one/a?revs=true", NULL, 200, "_revisions.start", "1" },
  { "GET", "/one/a?revs_info=true", NULL, 200, "_revs_info.0.status", "available" },
  { "DELETE", "/one/a", NULL, 409, "error", "conflict" },
  { "DELETE", "/one/b", NULL, 404, "error", "not_found" },
  { "POST", "/one", "{\"_id\":\"posted\",\"y\":1}", 201, "id", "posted" },
  { "POST", "/one", "{\"y\":1}", 201, "ok", "true" },
  { "PUT", "/one/bad", "[1]", 400, "reason", "Document must be a JSON object" },
  { "PUT", "/one/bad", "{", 400, "error", "bad_request" },
  { "PUT", "/one/bad", "{\"_special\":1}", 400, "error", "doc_validation" },
  { "PUT", "/one/_bad", "{}", 404, "error", "not_found" },
  { "PUT", "/one/_design/d", "{\"views\":{}}", 201, "id", "_design/d" },
  { "GET", "/one/_design%2Fd", NULL, 200, "_id", "_design/d" },
  { "GET", "/one/_design/d/_view/all", NULL, 501, "error", "not_implemented" },
  { "PUT", "/one/with%2Fslash", "{}", 201, "id", "with/slash" },
  { "GET", "/one/with%2Fslash", NULL, 200, "_id", "with/slash" },
  { "GET", "/one/with/slash", NULL, 404, "error", "not_found" },
  { "PUT", "/one/%E4%B8%93%E5%88%A9", "{}", 201, "id", "专利" },
  { "GET", "/one/plus+sign", NULL, 404, "error", "not_found" },
  /* new_edits=false, conflicts */
  { "PUT", "/one/c?new_edits=false",
    "{\"_rev\":\"2-b\",\"_revisions\":{\"start\":2,\"ids\":[\"b\",\"a\"]},\"v\":1}", 201, "rev",
    "2-b" },
  { "PUT", "/one/c?new_edits=false",
    "{\"_rev\":\"2-c\",\"_revisions\":{\"start\":2,\"ids\":[\"c\",\"a\"]},\"v\":2}", 201, "rev",
    "2-c" },
  { "GET", "/one/c?conflicts=true", NULL, 200, "_conflicts", "[\"2-b\"]" },
  { "GET", "/one/c?rev=2-b", NULL, 200, "v", "1" },
  { "GET", "/one/c?rev=1-a", NULL, 404, "error", "not_found" },
  { "GET", "/one/c?open_revs=all", NULL, 200, "1.ok.v", "1" },
  { "GET", "/one/c?open_revs=%5B%222-b%22,%229-x%22%5D", NULL, 200, "1.missing", "9-x" },
  { "GET", "/one/c?open_revs=%5B%221-a%22%5D&latest=true", NULL, 200, "1.ok._rev", "2-b" },
  { "GET", "/one/c?open_revs=nonsense", NULL, 400, "error", "bad_request" },
  { "GET", "/one/zzz?open_revs=all", NULL, 404, "error", "not_found" },
  { "GET", "/one/c?meta=true", NULL, 200, "_revs_info.1.status", "missing" },
  { "DELETE", "/one/c?rev=2-b", NULL, 200, "ok", "true" },
  { "GET", "/one/c?deleted_conflicts=true", NULL, 200, "_deleted_conflicts.1", NULL },
  /* bulk */
  { "POST", "/one/_bulk_docs", "{\"docs\":[{\"_id\":\"k1\"},{\"_id\":\"a\"},{\"_id\":\"_no\"}]}",
    201, "1.error", "conflict" },
  { "POST", "/one/_bulk_docs", "{\"docs\":[{\"_id\":\"_no\"}]}", 201, "0.error", "bad_request" },
  { "POST", "/one/_bulk_docs", "{\"docs\":{}}", 400, "error", "bad_request" },
  { "POST", "/one/_bulk_docs", "{}", 400, "error", "bad_request" },
  { "POST", "/one/_bulk_docs", "{\"docs\":[1]}", 400, "error", "bad_request" },
  { "POST", "/one/_bulk_docs",
    "{\"new_edits\":false,\"docs\":[{\"_id\":\"r\",\"_rev\":\"1-x\",\"v\":1}]}", 201, NULL, NULL },
  { "GET", "/one/r", NULL, 200, "_rev", "1-x" },
  { "POST", "/one/_revs_diff", "{\"r\":[\"1-x\",\"2-y\"]}", 200, "r.missing", "[\"2-y\"]" },
  { "POST", "/one/_revs_diff", "{\"r\":[\"2-y\"]}", 200, "r.possible_ancestors", "[\"1-x\"]" },
  { "POST", "/one/_revs_diff", "{\"r\":1}", 400, "error", "bad_request" },
  { "POST", "/one/_missing_revs", "{\"r\":[\"2-y\"]}", 200, "missing_revs.r.0", "2-y" },
  { "POST", "/one/_bulk_get?revs=true",
    "{\"docs\":[{\"id\":\"r\",\"rev\":\"1-x\"},{\"id\":\"zz\"}]}", 200, "results.0.docs.0.ok.v",
    "1" },
  { "POST", "/one/_bulk_get", "{\"docs\":[{\"id\":\"zz\",\"rev\":\"1-x\"}]}", 200,
    "results.0.docs.0.error.error", "not_found" },
  { "POST", "/one/_bulk_get", "{\"docs\":[]}", 200, "results", "[]" },
  { "POST", "/one/_bulk_get", "{}", 400, "error", "bad_request" },
  /* lists */
  { "GET", "/one/_all_docs?startkey=%22k%22&endkey=%22k~%22", NULL, 200, "rows.0.id", "k1" },
  { "GET", "/one/_all_docs?key=%22k1%22", NULL, 200, "rows.1", NULL },
  { "GET", "/one/_all_docs?keys=%5B%22k1%22,%22no%22%5D", NULL, 200, "rows.1.error", "not_found" },
  { "GET", "/one/_all_docs?limit=1&skip=1", NULL, 200, "rows.1", NULL },
  { "GET", "/one/_all_docs?descending=true&limit=1&startkey=%22c%22", NULL, 200, "rows.0.id", "c" },
  { "GET", "/one/_all_docs?startkey=%5B%5D", NULL, 200, "rows", "[]" },
  { "GET", "/one/_all_docs?include_docs=true&key=%22a%22", NULL, 200, "rows.0.doc.x", "1" },
  { "GET", "/one/_all_docs?limit=x", NULL, 400, "error", "bad_request" },
  { "GET", "/one/_all_docs?key=nonsense", NULL, 400, "error", "bad_request" },
  { "POST", "/one/_all_docs", "{\"keys\":[\"r\"]}", 200, "rows.0.value.rev", "1-x" },
  { "POST", "/one/_all_docs", "{\"keys\":1}", 400, "error", "bad_request" },
  /* changes */
  { "GET", "/one/_changes?limit=1", NULL, 200, "results.1", NULL },
  { "GET", "/one/_changes?since=now", NULL, 200, "results", "[]" },
  { "GET", "/one/_changes?since=nonsense", NULL, 400, "error", "bad_request" },
  { "GET", "/one/_changes?feed=sideways", NULL, 400, "error", "bad_request" },
  { "GET", "/one/_changes?descending=true&limit=1", NULL, 200, "results.0.id", "r" },
  { "GET", "/one/_changes?filter=_doc_ids&doc_ids=%5B%22r%22%5D", NULL, 200, "results.0.id", "r" },
  { "POST", "/one/_changes?filter=_doc_ids", "{\"doc_ids\":[\"a\"]}", 200, "results.0.id", "a" },
  { "POST", "/one/_changes?filter=_selector&include_docs=true",
    "{\"selector\":{\"v\":{\"$gte\":1},\"_id\":\"r\"}}", 200, "results.0.doc.v", "1" },
  { "POST", "/one/_changes?filter=_selector", "{\"selector\":{\"v\":{\"$nope\":1}}}", 400, "error",
    "bad_request" },
  { "GET", "/one/_changes?filter=_design", NULL, 200, "results.0.id", "_design/d" },
  { "GET", "/one/_changes?filter=d/f", NULL, 501, "error", "not_implemented" },
  { "GET", "/one/_changes?style=all_docs&filter=_doc_ids&doc_ids=%5B%22c%22%5D", NULL, 200,
    "results.0.changes.0.rev", "2-c" },
  /* local documents */
  { "GET", "/one/_local/cp", NULL, 404, "error", "not_found" },
  { "PUT", "/one/_local/cp", "{\"n\":1}", 201, "rev", "0-1" },
  { "PUT", "/one/_local/cp", "{\"n\":2}", 409, "error", "conflict" },
  { "PUT", "/one/_local/cp", "{\"n\":2,\"_rev\":\"0-1\"}", 201, "rev", "0-2" },
  { "GET", "/one/_local%2Fcp", NULL, 200, "n", "2" },
  { "GET", "/one/_local_docs", NULL, 200, "rows.0.id", "_local/cp" },
  { "DELETE", "/one/_local/cp?rev=0-1", NULL, 409, "error", "conflict" },
  { "DELETE", "/one/_local/cp?rev=0-2", NULL, 200, "ok", "true" },
  { "GET", "/one/_changes?filter=_doc_ids&doc_ids=%5B%22_local/cp%22%5D", NULL, 200, "results",
    "[]" },
  { "GET", "/one/_local/server%2Fsecurity", NULL, 404, "error", "not_found" },
  { "POST", "/one/_find", "{}", 501, "error", "not_implemented" },
  { "GET", "/_prometheus", NULL, 200, NULL, NULL },
};

static void
test_table (void)
{
  g_autoptr (ServerFixture) server = server_fixture_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    server_fixture_expect (server, "admin", cases[i].method, cases[i].path, cases[i].body,
                           cases[i].status, cases[i].member, cases[i].expected);
}

static void
test_conditions (void)
{
  g_autoptr (ServerFixture) server = server_fixture_new (NULL);
  g_autofree char *rev = NULL;
  g_autofree char *etag = NULL;
  g_autofree char *path = NULL;

  server_fixture_expect (server, "admin", "PUT", "/one", NULL, 201, NULL, NULL);
  {
    g_autoptr (Answer) made = server_fixture_send (server, "admin", "PUT", "/one/a", "{}", NULL);

    rev = answer_get (made, "rev");
    etag = g_strdup_printf ("\"%s\"", rev);
    g_assert_cmpstr (soup_message_headers_get_one (made->headers, "ETag"), ==, etag);
    g_assert_cmpstr (soup_message_headers_get_one (made->headers, "Location"), ==, "/one/a");
  }
  {
    g_autoptr (Answer) same =
        server_fixture_send (server, "admin", "GET", "/one/a", NULL, "If-None-Match", etag, NULL);

    answer_assert (same, 304, NULL, NULL);
    g_assert_cmpuint (g_bytes_get_size (same->body), ==, 0);
  }
  {
    g_autoptr (Answer) head = server_fixture_send (server, "admin", "HEAD", "/one/a", NULL, NULL);

    answer_assert (head, 200, NULL, NULL);
    g_assert_cmpuint (g_bytes_get_size (head->body), ==, 0);
    g_assert_cmpint (soup_message_headers_get_content_length (head->headers), >, 0);
  }
  {
    g_autoptr (Answer) differ = server_fixture_send (server, "admin", "PUT", "/one/a?rev=1-other",
                                                     "{}", "If-Match", etag, NULL);

    answer_assert (differ, 400, "error", "bad_request");
  }
  {
    g_autoptr (Answer) matched =
        server_fixture_send (server, "admin", "PUT", "/one/a", "{\"x\":1}", "If-Match", etag, NULL);

    answer_assert (matched, 201, NULL, NULL);
  }
  {
    g_autoptr (Answer) copied =
        server_fixture_send (server, "admin", "COPY", "/one/a", NULL, "Destination", "b", NULL);

    answer_assert (copied, 201, "id", "b");
  }
  server_fixture_expect (server, "admin", "GET", "/one/b", NULL, 200, "x", "1");
  {
    g_autoptr (Answer) wrong = server_fixture_send (server, "admin", "POST", "/one/_bulk_docs",
                                                    "{}", "Content-Type", "text/html", NULL);

    answer_assert (wrong, 415, "error", "bad_content_type");
  }
}

static void
test_paging (void)
{
  g_autoptr (ServerFixture) server = server_fixture_new (NULL);
  g_autoptr (GString) docs = g_string_new ("{\"docs\":[");
  const guint n = 1234; /* several pages */

  server_fixture_expect (server, "admin", "PUT", "/one", NULL, 201, NULL, NULL);
  for (guint i = 0; i < n; i++)
    g_string_append_printf (docs, "%s{\"_id\":\"doc%05u\",\"n\":%u}", i > 0 ? "," : "", i, i);
  g_string_append (docs, "]}");
  server_fixture_expect (server, "admin", "POST", "/one/_bulk_docs", docs->str, 201, "1233.ok",
                         "true");
  server_fixture_expect (server, "admin", "GET", "/one/_all_docs", NULL, 200, "rows.1233.id",
                         "doc01233");
  server_fixture_expect (server, "admin", "GET", "/one/_all_docs?descending=true", NULL, 200,
                         "rows.1233.id", "doc00000");
  server_fixture_expect (server, "admin", "GET", "/one/_all_docs?include_docs=true&skip=600", NULL,
                         200, "rows.0.doc.n", "600");
  server_fixture_expect (server, "admin", "GET", "/one/_changes", NULL, 200, "results.1233.id",
                         "doc01233");
  server_fixture_expect (server, "admin", "GET", "/one/_changes?limit=700&include_docs=true", NULL,
                         200, "results.699.doc.n", "699");
  server_fixture_expect (server, "admin", "GET", "/one/_changes?limit=700", NULL, 200, "pending",
                         "534");
  server_fixture_expect (server, "admin", "GET", "/one", NULL, 200, "doc_count", "1234");
}

static void
test_gzip (void)
{
  g_autoptr (ServerFixture) server = server_fixture_new (NULL);
  g_autoptr (GConverter) compressor =
      G_CONVERTER (g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, -1));
  g_autofree char *big = g_strnfill (20000, 'x');
  g_autofree char *body = g_strdup_printf ("{\"text\":\"%s\"}", big);
  g_autoptr (GBytes) plain = g_bytes_new (body, strlen (body));
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) packed = NULL;
  g_autoptr (GOutputStream) memory = g_memory_output_stream_new_resizable ();
  g_autoptr (GOutputStream) out = g_converter_output_stream_new (memory, compressor);

  g_output_stream_write_bytes (out, plain, NULL, &error);
  g_assert_no_error (error);
  g_output_stream_close (out, NULL, &error);
  g_assert_no_error (error);
  packed = g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (memory));
  server_fixture_expect (server, "admin", "PUT", "/one", NULL, 201, NULL, NULL);
  {
    g_autoptr (Answer) put = server_fixture_send_bytes (server, "admin", "PUT", "/one/a", packed,
                                                        "Content-Encoding", "gzip", NULL);

    answer_assert (put, 201, "ok", "true");
  }
  {
    /* the session asks for gzip and unpacks by itself */
    g_autoptr (Answer) got = server_fixture_send (server, "admin", "GET", "/one/a", NULL, NULL);

    answer_assert (got, 200, "text", big);
    g_assert_cmpstr (soup_message_headers_get_one (got->headers, "Content-Encoding"), ==, "gzip");
    g_assert_cmpint (soup_message_headers_get_content_length (got->headers), <, 1000);
  }
  {
    g_autoptr (Answer) got = server_fixture_send (server, "admin", "GET",
                                                  "/one/_all_docs?include_docs=true", NULL, NULL);

    answer_assert (got, 200, "rows.0.doc.text", big);
  }
  {
    g_autoptr (Answer) wrong = server_fixture_send (server, "admin", "PUT", "/one/b", "{}",
                                                    "Content-Encoding", "br", NULL);

    answer_assert (wrong, 415, "error", "bad_content_type");
  }
}

/* What was answered is there after a stop, and after a kill. */
static void
test_restart (void)
{
  g_autoptr (ServerFixture) server = server_fixture_new (NULL);
  g_autoptr (GPtrArray) written = g_ptr_array_new_with_free_func (g_free);

  server_fixture_expect (server, "admin", "PUT", "/one", NULL, 201, NULL, NULL);
  server_fixture_expect (server, "admin", "PUT", "/one/_security",
                         "{\"members\":{\"roles\":[\"reader\"]}}", 200, NULL, NULL);
  server_fixture_expect (server, "admin", "PUT", "/one/a", "{\"x\":1}", 201, NULL, NULL);
  server_fixture_expect (server, "admin", "PUT", "/one/_local/l", "{\"x\":1}", 201, NULL, NULL);
  server_fixture_stop (server);
  server_fixture_start (server, NULL);
  server_fixture_expect (server, "reader", "GET", "/one/a", NULL, 200, "x", "1");
  server_fixture_expect (server, "reader", "GET", "/one/_local/l", NULL, 200, "x", "1");

  for (guint round = 0; round < 3; round++)
    {
      for (guint i = 0; i < 20; i++)
        {
          g_autofree char *path = g_strdup_printf ("/one/kill-%u-%u", round, i);
          g_autoptr (Answer) answer =
              server_fixture_send (server, "admin", "PUT", path, "{}", NULL);

          answer_assert (answer, 201, NULL, NULL);
          g_ptr_array_add (written, g_steal_pointer (&path));
        }
      server_fixture_kill (server);
      server_fixture_start (server, NULL);
    }
  for (guint i = 0; i < written->len; i++)
    server_fixture_expect (server, "admin", "GET", written->pdata[i], NULL, 200, NULL, NULL);
}

/* A sequence of another store, or one from before a restored backup, starts the feed afresh. */
static void
test_replaced_database (void)
{
  g_autoptr (ServerFixture) server = server_fixture_new (NULL);
  g_autofree char *seq = NULL;
  g_autofree char *path = NULL;
  g_autofree char *ahead = NULL;

  server_fixture_expect (server, "admin", "PUT", "/one", NULL, 201, NULL, NULL);
  server_fixture_expect (server, "admin", "PUT", "/one/a", "{}", 201, NULL, NULL);
  {
    g_autoptr (Answer) feed =
        server_fixture_send (server, "admin", "GET", "/one/_changes", NULL, NULL);

    seq = answer_get (feed, "last_seq");
  }
  path = g_strdup_printf ("/one/_changes?since=%s", seq);
  server_fixture_expect (server, "admin", "GET", path, NULL, 200, "results", "[]");
  ahead = g_strdup_printf ("/one/_changes?since=99%s", strchr (seq, '-'));
  server_fixture_expect (server, "admin", "GET", ahead, NULL, 200, "results.0.id", "a");
  server_fixture_expect (server, "admin", "DELETE", "/one", NULL, 200, NULL, NULL);
  server_fixture_expect (server, "admin", "PUT", "/one", NULL, 201, NULL, NULL);
  server_fixture_expect (server, "admin", "PUT", "/one/b", "{}", 201, NULL, NULL);
  server_fixture_expect (server, "admin", "GET", path, NULL, 200, "results.0.id", "b");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/server/api/table", test_table);
  g_test_add_func ("/server/api/conditions", test_conditions);
  g_test_add_func ("/server/api/paging", test_paging);
  g_test_add_func ("/server/api/gzip", test_gzip);
  g_test_add_func ("/server/api/restart", test_restart);
  g_test_add_func ("/server/api/replaced-database", test_replaced_database);
  return g_test_run ();
}
