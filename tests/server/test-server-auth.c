/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Who may do what: every kind of endpoint against every role, sessions, wrong passwords. */
#include "config.h"

#include "server-fixture.h"

#include "tkb-auth.h"

#include <glib/gstdio.h>
#include <string.h>

/* nobody, reader, contributor, editor, admin */
static const char *const users[] = { NULL, "reader", "contributor", "editor", "admin" };

typedef struct
{
  const char *method;
  const char *path; /* * becomes the user's name, so that each writes documents of their own */
  const char *body; /* (nullable) */
  guint       status[5];
} Row;

/* In a database without a door that all accounts are members of. */
static const Row open_rows[] = {
  { "GET", "/", NULL, { 200, 200, 200, 200, 200 } },
  { "GET", "/_up", NULL, { 200, 200, 200, 200, 200 } },
  { "GET", "/_session", NULL, { 200, 200, 200, 200, 200 } },
  { "GET", "/_uuids", NULL, { 200, 200, 200, 200, 200 } },
  { "GET", "/_all_dbs", NULL, { 401, 200, 200, 200, 200 } },
  { "GET", "/_prometheus", NULL, { 401, 401, 401, 401, 200 } },
  { "PUT", "/new-*", NULL, { 401, 401, 401, 401, 201 } },
  { "DELETE", "/new-admin", NULL, { 401, 401, 401, 401, 200 } },
  { "GET", "/open", NULL, { 401, 200, 200, 200, 200 } },
  { "GET", "/missing", NULL, { 401, 404, 404, 404, 404 } },
  { "GET", "/open/_changes", NULL, { 401, 200, 200, 200, 200 } },
  { "POST", "/open/_changes", "{}", { 401, 200, 200, 200, 200 } },
  { "GET", "/open/_all_docs", NULL, { 401, 200, 200, 200, 200 } },
  { "POST", "/open/_bulk_get", "{\"docs\":[]}", { 401, 200, 200, 200, 200 } },
  { "POST", "/open/_revs_diff", "{}", { 401, 200, 200, 200, 200 } },
  { "POST", "/open/_missing_revs", "{}", { 401, 200, 200, 200, 200 } },
  { "POST", "/open/_bulk_docs", "{\"docs\":[]}", { 401, 201, 201, 201, 201 } },
  { "POST", "/open/_ensure_full_commit", "{}", { 401, 201, 201, 201, 201 } },
  { "GET", "/open/_security", NULL, { 401, 200, 200, 200, 200 } },
  { "PUT", "/open/_security", "[]", { 401, 401, 401, 401, 400 } },
  { "GET", "/open/_revs_limit", NULL, { 401, 200, 200, 200, 200 } },
  { "PUT", "/open/_revs_limit", "1000", { 401, 401, 401, 401, 200 } },
  { "POST", "/open/_compact", "{}", { 401, 401, 401, 401, 202 } },
  { "GET", "/open/_local_docs", NULL, { 401, 200, 200, 200, 200 } },
  { "PUT", "/open/_local/*", "{}", { 401, 201, 201, 201, 201 } },
  { "GET", "/open/_local/admin", NULL, { 401, 200, 200, 200, 200 } },
  { "DELETE", "/open/_local/*?rev=0-1", NULL, { 401, 200, 200, 200, 200 } },
  { "PUT", "/open/doc-*", "{}", { 401, 403, 201, 201, 201 } },
  { "POST", "/open", "{}", { 401, 403, 201, 201, 201 } },
  { "GET", "/open/doc-editor", NULL, { 401, 200, 200, 200, 200 } },
  { "DELETE", "/open/doc-*", NULL, { 401, 403, 409, 409, 409 } },
  { "COPY", "/open/doc-*", NULL, { 401, 403, 400, 400, 400 } },
  { "PUT", "/open/att-*/a.txt", "x", { 401, 403, 201, 201, 201 } },
  { "GET", "/open/att-admin/a.txt", NULL, { 401, 200, 200, 200, 200 } },
  { "DELETE", "/open/att-*/a.txt", NULL, { 401, 403, 409, 409, 409 } },
  { "PUT", "/open/_design/*", "{}", { 401, 403, 403, 403, 201 } },
  { "GET", "/open/_design/d/_view/v", NULL, { 401, 501, 501, 501, 501 } },
  /* a database of admins only, as a new one is */
  { "GET", "/closed", NULL, { 401, 403, 403, 403, 200 } },
  { "GET", "/closed/_changes", NULL, { 401, 403, 403, 403, 200 } },
  { "PUT", "/closed/x-*", "{}", { 401, 403, 403, 403, 201 } },
  { "GET", "/closed/_local/x", NULL, { 401, 403, 403, 403, 404 } },
};

static char *
fill_in (const char *path, const char *user)
{
  g_auto (GStrv) parts = g_strsplit (path, "*", -1);

  return g_strjoinv (user != NULL ? user : "nobody", parts);
}

static void
check_rows (ServerFixture *server, const Row *rows, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      for (guint j = 0; j < G_N_ELEMENTS (users); j++)
        {
          g_autofree char *path = fill_in (rows[i].path, users[j]);

          server_fixture_expect (server, users[j], rows[i].method, path, rows[i].body,
                                 rows[i].status[j], NULL, NULL);
        }
    }
}

static void
make_databases (ServerFixture *server)
{
  server_fixture_expect (server, "admin", "PUT", "/closed", NULL, 201, NULL, NULL);
  server_fixture_expect (server, "admin", "PUT", "/open", NULL, 201, NULL, NULL);
  server_fixture_expect (server, "admin", "PUT", "/open/_security",
                         "{\"members\":{\"roles\":[\"reader\",\"contributor\",\"editor\"]}}", 200,
                         NULL, NULL);
}

static void
test_matrix (void)
{
  g_autoptr (ServerFixture) server = server_fixture_new (NULL);

  make_databases (server);
  check_rows (server, open_rows, G_N_ELEMENTS (open_rows));
}

/* --anonymous-read: visitors read what readers read, and write nothing at all. */
static void
test_anonymous (void)
{
  static const char *const arguments[] = { "--anonymous-read", NULL };
  static const Row         rows[] = {
            { "GET", "/_all_dbs", NULL, { 200, 200, 200, 200, 200 } },
            { "GET", "/open/_changes", NULL, { 200, 200, 200, 200, 200 } },
            { "GET", "/closed", NULL, { 401, 403, 403, 403, 200 } },
            { "GET", "/missing", NULL, { 404, 404, 404, 404, 404 } },
            { "POST", "/open/_bulk_docs", "{\"docs\":[]}", { 401, 201, 201, 201, 201 } },
            { "PUT", "/open/_local/*", "{}", { 401, 201, 201, 201, 201 } },
            { "PUT", "/open/doc-*", "{}", { 401, 403, 201, 201, 201 } },
            { "PUT", "/open/_security", "[]", { 401, 401, 401, 401, 400 } },
            { "GET", "/_prometheus", NULL, { 401, 401, 401, 401, 200 } },
  };
  g_autoptr (ServerFixture) server = server_fixture_new (arguments);

  make_databases (server);
  check_rows (server, rows, G_N_ELEMENTS (rows));
}

/* _security gives roles of its own in one database. */
static void
test_roles_per_database (void)
{
  g_autoptr (ServerFixture) server = server_fixture_new (NULL);

  make_databases (server);
  server_fixture_expect (server, "admin", "PUT", "/closed/_security",
                         "{\"members\":{\"roles\":[\"_admin\"]},\"roles\":{\"reader\":"
                         "\"contributor\"},\"admins\":{\"names\":[\"editor\"]}}",
                         200, NULL, NULL);
  server_fixture_expect (server, "reader", "PUT", "/closed/a", "{}", 201, NULL, NULL);
  server_fixture_expect (server, "reader", "PUT", "/closed/_design/a", "{}", 403, NULL, NULL);
  server_fixture_expect (server, "contributor", "GET", "/closed", NULL, 403, NULL, NULL);
  server_fixture_expect (server, "editor", "PUT", "/closed/_design/a", "{}", 201, NULL, NULL);
  server_fixture_expect (server, "editor", "PUT", "/open/_design/a", "{}", 403, NULL, NULL);
  server_fixture_expect (server, "editor", "DELETE", "/closed", NULL, 401, NULL, NULL);
}

static char *
sign_in (ServerFixture *server, const char *user)
{
  g_autofree char *body =
      g_strdup_printf ("{\"name\":\"%s\",\"password\":\"%s-password\"}", user, user);
  g_autoptr (Answer) answer = server_fixture_send (server, NULL, "POST", "/_session", body, NULL);
  const char *cookie = soup_message_headers_get_one (answer->headers, "Set-Cookie");

  answer_assert (answer, 200, "name", user);
  g_assert_nonnull (cookie);
  g_assert_nonnull (strstr (cookie, "HttpOnly"));
  g_assert_nonnull (strstr (cookie, "SameSite=Strict"));
  return g_strndup (cookie, strcspn (cookie, ";"));
}

static void
test_session (void)
{
  g_autoptr (ServerFixture) server = server_fixture_new (NULL);
  g_autofree char *cookie = sign_in (server, "editor");
  g_autofree char *forged = g_strconcat (cookie, "x", NULL);

  server_fixture_expect (server, NULL, "GET", "/_session", NULL, 200, "userCtx.name", "null");
  {
    g_autoptr (Answer) answer =
        server_fixture_send (server, NULL, "GET", "/tisckb", NULL, "Cookie", cookie, NULL);

    answer_assert (answer, 200, NULL, NULL);
  }
  {
    g_autoptr (Answer) answer =
        server_fixture_send (server, NULL, "GET", "/_session", NULL, "Cookie", cookie, NULL);

    answer_assert (answer, 200, "userCtx.name", "editor");
  }
  {
    g_autoptr (Answer) answer =
        server_fixture_send (server, NULL, "GET", "/tisckb", NULL, "Cookie", forged, NULL);

    answer_assert (answer, 401, "error", "unauthorized");
    g_assert_null (soup_message_headers_get_one (answer->headers, "WWW-Authenticate"));
  }
  {
    g_autoptr (Answer) form = server_fixture_send (
        server, NULL, "POST", "/_session", "name=reader&password=reader-password", "Content-Type",
        "application/x-www-form-urlencoded", NULL);

    answer_assert (form, 200, "roles", "[\"reader\"]");
  }
  {
    g_autoptr (Answer) out = server_fixture_send (server, NULL, "DELETE", "/_session", NULL, NULL);

    answer_assert (out, 200, "ok", "true");
    g_assert_nonnull (
        strstr (soup_message_headers_get_one (out->headers, "Set-Cookie"), "AuthSession=;"));
  }
  server_fixture_expect (server, NULL, "POST", "/_session", "{}", 400, NULL, NULL);
  server_fixture_expect (server, NULL, "POST", "/_session", "[1]", 400, NULL, NULL);
  /* a session outlives a restart of the server */
  server_fixture_stop (server);
  server_fixture_start (server, NULL);
  {
    g_autoptr (Answer) answer =
        server_fixture_send (server, NULL, "GET", "/tisckb", NULL, "Cookie", cookie, NULL);

    answer_assert (answer, 200, NULL, NULL);
  }
}

/* What "user password" and "user remove" write counts at once, for sessions and known passwords. */
static void
test_account_changes (void)
{
  g_autoptr (ServerFixture) server = server_fixture_new (NULL);
  g_autofree char *cookie = sign_in (server, "reader");
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbAccounts) accounts = tkb_accounts_load (server->data_dir, &error);
  g_autofree char *hash = tkb_password_hash ("another", &error);

  g_assert_no_error (error);
  server_fixture_expect (server, "reader", "GET", "/tisckb", NULL, 200, NULL, NULL);
  g_assert_true (tkb_accounts_set_hash (accounts, "reader", hash, &error));
  g_assert_true (tkb_accounts_remove (accounts, "editor", &error));
  g_assert_true (tkb_accounts_save (accounts, &error));
  server_fixture_expect (server, "reader", "GET", "/tisckb", NULL, 401, NULL, NULL);
  server_fixture_expect (server, "editor", "GET", "/tisckb", NULL, 401, NULL, NULL);
  {
    g_autoptr (Answer) answer =
        server_fixture_send (server, NULL, "GET", "/tisckb", NULL, "Cookie", cookie, NULL);

    answer_assert (answer, 401, NULL, NULL);
  }
  server_fixture_expect (server, "admin", "GET", "/tisckb", NULL, 200, NULL, NULL);
}

static void
test_guessing (void)
{
  g_autoptr (ServerFixture) server = server_fixture_new (NULL);
  guint n_refused = 0, n_slowed = 0;

  /* known to be right before: is not held up by the guesses of others */
  server_fixture_expect (server, "reader", "GET", "/tisckb", NULL, 200, NULL, NULL);
  for (guint i = 0; i < 10; i++)
    {
      g_autofree char *body =
          g_strdup_printf ("{\"name\":\"reader\",\"password\":\"guess %u\"}", i);
      g_autoptr (Answer) answer =
          server_fixture_send (server, NULL, "POST", "/_session", body, NULL);

      if (answer->status == 429)
        {
          n_slowed++;
          g_assert_nonnull (soup_message_headers_get_one (answer->headers, "Retry-After"));
        }
      else
        {
          answer_assert (answer, 401, "reason", "Name or password is incorrect.");
          n_refused++;
        }
    }
  g_assert_cmpuint (n_refused, >=, 4);
  g_assert_cmpuint (n_slowed, >=, 3);
  server_fixture_expect (server, "reader", "GET", "/tisckb", NULL, 200, NULL, NULL);
  server_fixture_expect (server, "editor", "GET", "/tisckb", NULL, 200, NULL, NULL);
  /* an account that does not exist is told the same */
  server_fixture_expect (server, NULL, "POST", "/_session", "{\"name\":\"x\",\"password\":\"y\"}",
                         401, "reason", "Name or password is incorrect.");
}

static void
test_headers (void)
{
  static const char *const bad[] = { "garbage",  "Basic",     "Basic !!!", "Basic bm9jb2xvbg==",
                                     "Bearer x", "Basic Og==" };
  g_autoptr (ServerFixture) server = server_fixture_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (Answer) root =
          server_fixture_send (server, NULL, "GET", "/", NULL, "Authorization", bad[i], NULL);
      g_autoptr (Answer) db =
          server_fixture_send (server, NULL, "GET", "/tisckb", NULL, "Authorization", bad[i], NULL);

      answer_assert (root, 200, "couchdb", "Welcome");
      answer_assert (db, 401, NULL, NULL);
      g_assert_nonnull (soup_message_headers_get_one (db->headers, "WWW-Authenticate"));
    }
  {
    g_autofree char *path = g_build_filename (server->data_dir, "accounts.json", NULL);
    GStatBuf         info;

    g_assert_cmpint (g_stat (path, &info), ==, 0);
    g_assert_cmpint (info.st_mode & 0777, ==, 0600);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/server/auth/matrix", test_matrix);
  g_test_add_func ("/server/auth/anonymous", test_anonymous);
  g_test_add_func ("/server/auth/roles-per-database", test_roles_per_database);
  g_test_add_func ("/server/auth/session", test_session);
  g_test_add_func ("/server/auth/account-changes", test_account_changes);
  g_test_add_func ("/server/auth/guessing", test_guessing);
  g_test_add_func ("/server/auth/headers", test_headers);
  return g_test_run ();
}
