/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* The parts of the server that need no socket: paths, selectors, security objects, accounts,
 * tokens, the throttle. */
#include "config.h"

#include "tkb-accounts.h"
#include "tkb-auth.h"
#include "tkb-gzip.h"
#include "tkb-json.h"
#include "tkb-router.h"
#include "tkb-security.h"
#include "tkb-selector.h"
#include "tkb-throttle.h"
#include "tkb-wire-error.h"

#include <sodium.h>
#include <string.h>

static void
test_paths (void)
{
  static const struct
  {
    const char *raw;
    gboolean    is_valid;
    TkbTarget   target;
    const char *name;
    const char *db_name;
    const char *id;
    const char *attachment;
  } cases[] = {
    { "/", TRUE, TKB_TARGET_ROOT, NULL, NULL, NULL, NULL },
    { "/_up", TRUE, TKB_TARGET_SERVER, "_up", NULL, NULL, NULL },
    { "/_up/x", TRUE, TKB_TARGET_NOWHERE, "_up", NULL, NULL, NULL },
    { "/db", TRUE, TKB_TARGET_DATABASE, NULL, "db", NULL, NULL },
    { "/db/", TRUE, TKB_TARGET_DATABASE, NULL, "db", NULL, NULL },
    { "/a%2Fb", TRUE, TKB_TARGET_DATABASE, NULL, "a/b", NULL, NULL },
    { "/db/_changes", TRUE, TKB_TARGET_SPECIAL, "_changes", "db", NULL, NULL },
    { "/db/_changes/x", TRUE, TKB_TARGET_NOWHERE, "_changes", "db", NULL, NULL },
    { "/db/id", TRUE, TKB_TARGET_DOCUMENT, NULL, "db", "id", NULL },
    { "/db/a%2Fb", TRUE, TKB_TARGET_DOCUMENT, NULL, "db", "a/b", NULL },
    { "/db/a+b", TRUE, TKB_TARGET_DOCUMENT, NULL, "db", "a+b", NULL },
    { "/db/%E4%B8%93", TRUE, TKB_TARGET_DOCUMENT, NULL, "db", "专", NULL },
    { "/db/_design/x", TRUE, TKB_TARGET_DOCUMENT, NULL, "db", "_design/x", NULL },
    { "/db/_design%2Fx", TRUE, TKB_TARGET_DOCUMENT, NULL, "db", "_design/x", NULL },
    { "/db/_design", TRUE, TKB_TARGET_SPECIAL, "_design", "db", NULL, NULL },
    { "/db/_design/x/_view/v", TRUE, TKB_TARGET_VIEW, NULL, "db", "_design/x", NULL },
    { "/db/_design/x/file", TRUE, TKB_TARGET_ATTACHMENT, NULL, "db", "_design/x", "file" },
    { "/db/_local/x", TRUE, TKB_TARGET_LOCAL, NULL, "db", "_local/x", NULL },
    { "/db/_local%2Fx", TRUE, TKB_TARGET_LOCAL, NULL, "db", "_local/x", NULL },
    { "/db/_local/a%2Fb", TRUE, TKB_TARGET_LOCAL, NULL, "db", "_local/a/b", NULL },
    { "/db/_local/x/y", TRUE, TKB_TARGET_NOWHERE, NULL, "db", "_local/x", NULL },
    { "/db/id/a/b.txt", TRUE, TKB_TARGET_ATTACHMENT, NULL, "db", "id", "a/b.txt" },
    { "/db/id/a%2Fb.txt", TRUE, TKB_TARGET_ATTACHMENT, NULL, "db", "id", "a/b.txt" },
    { "/db//id", TRUE, TKB_TARGET_NOWHERE, NULL, NULL, NULL, NULL },
    { "/db/a%00", FALSE, 0, NULL, NULL, NULL, NULL },
    { "/db/a%FF", FALSE, 0, NULL, NULL, NULL, NULL },
    { "/db/a%ZZ", FALSE, 0, NULL, NULL, NULL, NULL },
    { "/db/a%2", FALSE, 0, NULL, NULL, NULL, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (TkbPath) path = tkb_path_parse (cases[i].raw);

      g_test_message ("%s", cases[i].raw);
      g_assert_cmpint (path != NULL, ==, cases[i].is_valid);
      if (path == NULL)
        continue;
      g_assert_cmpint (path->target, ==, cases[i].target);
      g_assert_cmpstr (path->name, ==, cases[i].name);
      g_assert_cmpstr (path->db_name, ==, cases[i].db_name);
      g_assert_cmpstr (path->id, ==, cases[i].id);
      g_assert_cmpstr (path->attachment, ==, cases[i].attachment);
    }
}

/* Every route is found by a path of its kind, and no two answer the same question. */
static void
test_routes (void)
{
  const TkbRoute *routes = tkb_router_get_routes ();

  for (guint i = 0; routes[i].handler != NULL; i++)
    {
      g_auto (GStrv) methods = g_strsplit (routes[i].methods, " ", -1);

      for (guint j = 0; methods[j] != NULL; j++)
        {
          TkbPath          path = { .target = routes[i].target, .name = (char *) routes[i].name };
          g_autofree char *allow = NULL;

          g_assert_true (tkb_router_find (&path, methods[j], &allow) == &routes[i]);
          g_assert_null (allow);
        }
    }
}

static void
test_selector (void)
{
  const char *document =
      "{\"_id\":\"x\",\"n\":5,\"s\":\"hello\",\"b\":true,\"z\":null,\"list\":[1,2,3],"
      "\"o\":{\"in\":{\"deep\":\"v\"}},\"dot.ted\":1,\"objects\":[{\"k\":1},{\"k\":2}]}";
  static const struct
  {
    const char *selector;
    int         expected; /* -1: refused */
  } cases[] = {
    { "{}", 1 },
    { "{\"n\":5}", 1 },
    { "{\"n\":5.0}", 1 },
    { "{\"n\":\"5\"}", 0 },
    { "{\"n\":{\"$gt\":4,\"$lt\":6}}", 1 },
    { "{\"n\":{\"$gte\":5,\"$lte\":5}}", 1 },
    { "{\"n\":{\"$ne\":5}}", 0 },
    { "{\"missing\":{\"$ne\":5}}", 0 },
    { "{\"s\":{\"$gt\":null}}", 1 },
    { "{\"s\":{\"$gt\":9999}}", 1 },
    { "{\"missing\":{\"$exists\":false}}", 1 },
    { "{\"z\":{\"$exists\":true}}", 1 },
    { "{\"z\":{\"$type\":\"null\"}}", 1 },
    { "{\"list\":{\"$type\":\"array\"}}", 1 },
    { "{\"n\":{\"$in\":[1,5]}}", 1 },
    { "{\"list\":{\"$in\":[3]}}", 1 },
    { "{\"n\":{\"$nin\":[1,5]}}", 0 },
    { "{\"list\":{\"$all\":[1,3]}}", 1 },
    { "{\"list\":{\"$all\":[1,4]}}", 0 },
    { "{\"list\":{\"$size\":3}}", 1 },
    { "{\"n\":{\"$mod\":[3,2]}}", 1 },
    { "{\"s\":{\"$regex\":\"^hel+o$\"}}", 1 },
    { "{\"s\":{\"$beginsWith\":\"he\"}}", 1 },
    { "{\"o.in.deep\":\"v\"}", 1 },
    { "{\"o\":{\"in\":{\"deep\":\"v\"}}}", 1 },
    { "{\"dot\\\\.ted\":1}", 1 },
    { "{\"objects\":{\"$elemMatch\":{\"k\":2}}}", 1 },
    { "{\"objects\":{\"$allMatch\":{\"k\":2}}}", 0 },
    { "{\"$or\":[{\"n\":1},{\"s\":\"hello\"}]}", 1 },
    { "{\"$and\":[{\"n\":5},{\"s\":\"hello\"}]}", 1 },
    { "{\"$nor\":[{\"n\":1},{\"s\":\"no\"}]}", 1 },
    { "{\"$not\":{\"n\":5}}", 0 },
    { "{\"n\":{\"$not\":{\"$gt\":9}}}", 1 },
    { "{\"n\":{\"$frob\":1}}", -1 },
    { "{\"s\":{\"$regex\":\"(\"}}", -1 },
    { "{\"n\":{\"$mod\":[0,1]}}", -1 },
    { "{\"n\":{\"$in\":1}}", -1 },
    { "{\"$or\":{}}", -1 },
    { "{\"n\":{\"$exists\":1}}", -1 },
  };
  g_autoptr (JsonObject) object = tkb_json_parse_object (document, -1, 10000, NULL);

  g_assert_nonnull (object);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonObject) query = tkb_json_parse_object (cases[i].selector, -1, 10000, &error);
      TkbSelector *selector;

      g_test_message ("%s", cases[i].selector);
      g_assert_no_error (error);
      selector = tkb_selector_new (query, &error);
      if (cases[i].expected < 0)
        {
          g_assert_error (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_BAD_REQUEST);
          g_assert_null (selector);
          continue;
        }
      g_assert_no_error (error);
      g_assert_cmpint (tkb_selector_matches (selector, object), ==, cases[i].expected);
      tkb_selector_free (selector);
    }
}

static void
test_security (void)
{
  static const struct
  {
    const char *object; /* (nullable): the library's default */
    const char *name;   /* (nullable): a visitor */
    TkbRole     role;   /* of the account */
    gboolean    is_open;
    TkbRole     expected;
  } cases[] = {
    { NULL, NULL, 0, FALSE, TKB_ROLE_NONE },
    { NULL, NULL, 0, TRUE, TKB_ROLE_READER },
    { NULL, "a", TKB_ROLE_READER, FALSE, TKB_ROLE_READER },
    { NULL, "a", TKB_ROLE_EDITOR, FALSE, TKB_ROLE_EDITOR },
    { NULL, "a", TKB_ROLE_ADMIN, FALSE, TKB_ROLE_ADMIN },
    { "{}", NULL, 0, FALSE, TKB_ROLE_NONE },
    { "{}", NULL, 0, TRUE, TKB_ROLE_READER },
    { "{}", "a", TKB_ROLE_CONTRIBUTOR, FALSE, TKB_ROLE_CONTRIBUTOR },
    { "{\"members\":{\"roles\":[\"_admin\"]}}", "a", TKB_ROLE_EDITOR, FALSE, TKB_ROLE_NONE },
    { "{\"members\":{\"names\":[\"a\"]}}", "a", TKB_ROLE_READER, FALSE, TKB_ROLE_READER },
    { "{\"members\":{\"names\":[\"a\"]}}", "b", TKB_ROLE_EDITOR, FALSE, TKB_ROLE_NONE },
    { "{\"members\":{\"names\":[\"a\"]}}", NULL, 0, TRUE, TKB_ROLE_NONE },
    { "{\"members\":{\"names\":[\"a\"]}}", "b", TKB_ROLE_ADMIN, FALSE, TKB_ROLE_ADMIN },
    { "{\"admins\":{\"names\":[\"a\"]}}", "a", TKB_ROLE_READER, FALSE, TKB_ROLE_ADMIN },
    { "{\"admins\":{\"roles\":[\"editor\"]}}", "a", TKB_ROLE_EDITOR, FALSE, TKB_ROLE_ADMIN },
    { "{\"roles\":{\"a\":\"editor\"}}", "a", TKB_ROLE_READER, FALSE, TKB_ROLE_EDITOR },
    { "{\"roles\":{\"a\":\"reader\"}}", "a", TKB_ROLE_EDITOR, FALSE, TKB_ROLE_READER },
    { "{\"roles\":{\"a\":\"reader\"},\"members\":{\"names\":[\"x\"]}}", "a", TKB_ROLE_EDITOR, FALSE,
      TKB_ROLE_READER },
    { "{\"roles\":{\"a\":\"reader\"}}", "a", TKB_ROLE_ADMIN, FALSE, TKB_ROLE_ADMIN },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TkbUser) user =
          cases[i].name != NULL ? tkb_user_new (cases[i].name, cases[i].role) : NULL;
      g_autoptr (TkbSecurity) security = NULL;

      if (cases[i].object != NULL)
        {
          g_autoptr (JsonObject) object =
              tkb_json_parse_object (cases[i].object, -1, 10000, &error);

          security = tkb_security_new_from_json (object, FALSE, &error);
        }
      else
        {
          security = tkb_security_new_default (TRUE);
        }
      g_assert_no_error (error);
      g_assert_cmpint (tkb_security_get_role (security, user, cases[i].is_open), ==,
                       cases[i].expected);
      g_assert_cmpint (tkb_security_has_door (security), ==, cases[i].object == NULL);
    }
}

static void
test_accounts (void)
{
  static const char *const bad_names[] = { "", "_x", "a b", "a:b", "ä", "a/b", "a\n" };
  static const char *const broken[] = { "", "[]", "{}", "{\"version\":1,\"accounts\":[]}",
                                        "{\"version\":2,\"secret\":\"00\",\"accounts\":[]}" };
  g_autoptr (GError) error = NULL;
  g_autofree char *dir = g_dir_make_tmp ("tisckb-accounts-XXXXXX", &error);
  g_autofree char *path = g_build_filename (dir, "accounts.json", NULL);
  g_autofree char *hash = tkb_password_hash ("secret", &error);
  g_autoptr (TkbAccounts) accounts = tkb_accounts_load (dir, &error);
  g_autoptr (TkbAccounts) again = NULL;

  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (hash, "$argon2id$"));
  g_assert_true (tkb_password_verify (hash, "secret"));
  g_assert_false (tkb_password_verify (hash, "Secret"));
  g_assert_false (tkb_password_verify (hash, ""));
  g_assert_false (tkb_password_verify (tkb_password_get_dummy_hash (), "secret"));
  g_assert_null (tkb_password_hash ("", NULL));

  g_assert_true (tkb_accounts_add (accounts, "ana@centre", TKB_ROLE_EDITOR, hash, NULL, &error));
  g_assert_false (tkb_accounts_add (accounts, "ana@centre", TKB_ROLE_READER, hash, NULL, &error));
  g_assert_error (error, TKB_ACCOUNTS_ERROR, TKB_ACCOUNTS_ERROR_EXISTS);
  g_clear_error (&error);
  for (guint i = 0; i < G_N_ELEMENTS (bad_names); i++)
    g_assert_false (tkb_accounts_add (accounts, bad_names[i], TKB_ROLE_READER, hash, NULL, NULL));
  g_assert_true (tkb_accounts_save (accounts, &error));
  g_assert_false (tkb_accounts_is_stale (accounts));
  again = tkb_accounts_load (dir, &error);
  g_assert_no_error (error);
  g_assert_cmpint (tkb_accounts_find (again, "ana@centre")->role, ==, TKB_ROLE_EDITOR);
  g_assert_true (tkb_accounts_remove (again, "ana@centre", &error));
  g_assert_true (tkb_accounts_save (again, &error));
  g_assert_true (tkb_accounts_is_stale (accounts));

  for (guint i = 0; i < G_N_ELEMENTS (broken); i++)
    {
      g_file_set_contents (path, broken[i], -1, NULL);
      g_assert_null (tkb_accounts_load (dir, &error));
      g_assert_error (error, TKB_ACCOUNTS_ERROR, TKB_ACCOUNTS_ERROR_BROKEN);
      g_clear_error (&error);
    }
}

static void
test_tokens (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *dir = g_dir_make_tmp ("tisckb-tokens-XXXXXX", &error);
  g_autoptr (TkbClock) clock = tkb_clock_new_manual (G_GINT64_CONSTANT (1800000000000));
  g_autofree char *hash = tkb_password_hash ("secret", &error);
  g_autofree char *token = NULL;
  gboolean         is_old;

  {
    g_autoptr (TkbAccounts) accounts = tkb_accounts_load (dir, &error);

    tkb_accounts_add (accounts, "ana", TKB_ROLE_EDITOR, hash, NULL, &error);
    tkb_accounts_save (accounts, &error);
    g_assert_no_error (error);
  }
  {
    g_autoptr (TkbAuth) auth = tkb_auth_new (dir, clock, &error);
    g_autoptr (TkbUser) user = tkb_user_new ("ana", TKB_ROLE_EDITOR);
    g_autoptr (TkbUser) nobody = tkb_user_new ("bob", TKB_ROLE_EDITOR);

    g_assert_no_error (error);
    token = tkb_auth_make_token (auth, user);
    g_assert_null (tkb_auth_make_token (auth, nobody));
    for (char *p = token; *p != '\0'; p++) /* every character counts */
      {
        char kept = *p;
        g_autoptr (TkbUser) forged = NULL;

        *p = kept == 'A' ? 'B' : 'A';
        forged = tkb_auth_check_token (auth, token, &is_old);
        *p = kept;
        g_assert_null (forged);
      }
  }
  {
    /* another run of the server, later */
    g_autoptr (TkbAuth) auth = tkb_auth_new (dir, clock, &error);
    g_autoptr (TkbUser) first = tkb_auth_check_token (auth, token, &is_old);
    g_autoptr (TkbUser) second = NULL;
    g_autoptr (TkbUser) third = NULL;

    g_assert_cmpstr (first->name, ==, "ana");
    g_assert_cmpint (first->role, ==, TKB_ROLE_EDITOR);
    g_assert_false (is_old);
    tkb_clock_manual_advance (clock, 2 * 60 * 60 * 1000);
    second = tkb_auth_check_token (auth, token, &is_old);
    g_assert_nonnull (second);
    g_assert_true (is_old);
    tkb_clock_manual_advance (clock, 9 * 60 * 60 * 1000);
    third = tkb_auth_check_token (auth, token, &is_old);
    g_assert_null (third);
  }
}

static void
test_throttle (void)
{
  g_autoptr (TkbClock) clock = tkb_clock_new_manual (0);
  TkbThrottle *throttle = tkb_throttle_new (clock);
  guint        before = 0;

  for (guint i = 0; i < 4; i++)
    tkb_throttle_note_failure (throttle, "ana", "192.0.2.1");
  g_assert_cmpuint (tkb_throttle_get_wait_s (throttle, "ana", "192.0.2.1"), ==, 0);
  for (guint i = 0; i < 8; i++)
    {
      guint wait;

      tkb_throttle_note_failure (throttle, "ana", "192.0.2.1");
      wait = tkb_throttle_get_wait_s (throttle, "ana", "192.0.2.1");
      g_assert_cmpuint (wait, >=, before);
      g_assert_cmpuint (wait, >, 0);
      g_assert_cmpuint (wait, <=, 60);
      before = wait;
    }
  /* neither the account from elsewhere nor another account from there pays for it yet */
  g_assert_cmpuint (tkb_throttle_get_wait_s (throttle, "ana", "192.0.2.2"), ==, 0);
  g_assert_cmpuint (tkb_throttle_get_wait_s (throttle, "bob", "192.0.2.1"), ==, 0);
  tkb_clock_manual_advance (clock, 61 * 1000);
  g_assert_cmpuint (tkb_throttle_get_wait_s (throttle, "ana", "192.0.2.1"), ==, 0);
  /* many addresses against one account */
  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *address = g_strdup_printf ("198.51.100.%u", i);

      tkb_throttle_note_failure (throttle, "bob", address);
    }
  g_assert_cmpuint (tkb_throttle_get_wait_s (throttle, "bob", "203.0.113.1"), >, 0);
  /* a flood of names does not grow without end, nor push the guesser out */
  for (guint i = 0; i < 10000; i++)
    {
      g_autofree char *name = g_strdup_printf ("name-%u", i);

      tkb_throttle_note_failure (throttle, name, "203.0.113.9");
    }
  g_assert_cmpuint (tkb_throttle_get_wait_s (throttle, "new", "203.0.113.9"), >, 0);
  tkb_throttle_note_success (throttle, "name-9999", "203.0.113.9");
  tkb_throttle_free (throttle);
}

static void
test_gzip (void)
{
  g_autofree char *text = g_strnfill (300000, 'a');
  g_autoptr (GBytes) plain = g_bytes_new (text, strlen (text));
  TkbDeflater *deflater = tkb_deflater_new ();
  g_autoptr (GBytes) first = tkb_deflater_push (deflater, plain, FALSE);
  g_autoptr (GBytes) last = tkb_deflater_push (deflater, plain, TRUE);
  g_autoptr (GByteArray) all = g_byte_array_new ();
  g_autoptr (GBytes) packed = NULL;
  g_autoptr (GBytes) unpacked = NULL;
  g_autoptr (GBytes) half = NULL;
  g_autoptr (GError) error = NULL;

  tkb_deflater_free (deflater);
  g_byte_array_append (all, g_bytes_get_data (first, NULL), g_bytes_get_size (first));
  g_byte_array_append (all, g_bytes_get_data (last, NULL), g_bytes_get_size (last));
  packed = g_bytes_new (all->data, all->len);
  g_assert_cmpuint (all->len, <, 10000);
  unpacked = tkb_gzip_inflate (packed, 600000, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_bytes_get_size (unpacked), ==, 600000);
  g_assert_null (tkb_gzip_inflate (packed, 599999, &error));
  g_assert_error (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_TOO_LARGE);
  g_clear_error (&error);
  half = g_bytes_new_from_bytes (packed, 0, all->len / 2);
  g_assert_null (tkb_gzip_inflate (half, 600000, &error));
  g_assert_error (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_BAD_REQUEST);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  if (sodium_init () < 0)
    return 1;
  g_test_add_func ("/server/parts/paths", test_paths);
  g_test_add_func ("/server/parts/routes", test_routes);
  g_test_add_func ("/server/parts/selector", test_selector);
  g_test_add_func ("/server/parts/security", test_security);
  g_test_add_func ("/server/parts/accounts", test_accounts);
  g_test_add_func ("/server/parts/tokens", test_tokens);
  g_test_add_func ("/server/parts/throttle", test_throttle);
  g_test_add_func ("/server/parts/gzip", test_gzip);
  return g_test_run ();
}
