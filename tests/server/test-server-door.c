/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* The rules at the door of the library, as a table, and what readers may see, over HTTP. */
#include "config.h"

#include "server-fixture.h"

#include "tkb-data.h"
#include "tkb-door.h"
#include "tkb-json.h"

#include <string.h>

/* ---- the table: tests/data/door-cases.json ---- */

/* (nullable) (transfer full): NULL where state is */
static TkbDocument *
make_document (JsonObject *base, const char *state, const char *submitted_by, JsonObject *more)
{
  g_autoptr (JsonObject) object = NULL;
  g_autoptr (GError) error = NULL;
  TkbDocument   *document;
  JsonObjectIter iter;
  const char    *name;
  JsonNode      *node;

  if (state == NULL)
    return NULL;
  if (strcmp (state, "deleted") == 0)
    return tkb_document_new ("case:x", "2-a", TRUE, json_object_new (), NULL);
  object = tkb_json_object_copy (base);
  json_object_set_string_member (object, "state", state);
  if (submitted_by != NULL)
    json_object_set_string_member (object, "submitted_by", submitted_by);
  if (more != NULL)
    {
      json_object_iter_init (&iter, more);
      while (json_object_iter_next (&iter, &name, &node))
        json_object_set_member (object, name, json_node_copy (node));
    }
  document = tkb_document_new_from_json (object, &error);
  g_assert_no_error (error);
  return document;
}

static void
check_case (TkbCatalog *catalog, JsonObject *base, JsonObject *row)
{
  const char *role = tkb_json_get_string (row, "role", "");
  const char *from = tkb_json_get_string (row, "from", NULL);
  const char *to = tkb_json_get_string (row, "to", NULL);
  const char *refused = tkb_json_get_string (row, "refused", NULL);
  TkbDoor     door = { TKB_ROLE_NONE, "me", TRUE, catalog };
  g_autoptr (TkbDocument) previous =
      make_document (base, from, tkb_json_get_string (row, "from_by", NULL), NULL);
  g_autoptr (TkbDocument) document = make_document (
      base, to, tkb_json_get_string (row, "to_by", NULL), tkb_json_get_object (row, "more"));
  g_autoptr (GError) error = NULL;
  gboolean is_allowed;

  g_assert_true (tkb_role_parse (role, &door.role));
  is_allowed = tkb_door_check (document, previous, &door, &error);
  g_test_message ("%s, %s -> %s: %s", role, from != NULL ? from : "new", to,
                  error != NULL ? error->message : "allowed");
  g_assert_cmpint (is_allowed, ==, refused == NULL);
  if (refused != NULL && strstr (error->message, refused) == NULL)
    g_error ("“%s” does not say “%s”", error->message, refused);
}

static void
test_table (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbCatalog) catalog = tkb_catalog_new (tkb_data_get_resource (), &error);
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", "door-cases.json", NULL);
  g_autofree char *text = NULL;
  g_autoptr (JsonObject) file = NULL;
  JsonArray *cases;

  g_assert_no_error (error);
  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  file = tkb_json_parse_object (text, -1, G_MAXSIZE, &error);
  g_assert_no_error (error);
  cases = tkb_json_get_array (file, "cases");
  for (guint i = 0; i < json_array_get_length (cases); i++)
    check_case (catalog, tkb_json_get_object (file, "base"),
                json_array_get_object_element (cases, i));
}

static void
test_no_door (void)
{
  static const struct
  {
    TkbRole     role;
    const char *id;
    gboolean    is_allowed;
  } cases[] = {
    { TKB_ROLE_READER, "x", FALSE },         { TKB_ROLE_CONTRIBUTOR, "x", TRUE },
    { TKB_ROLE_EDITOR, "x", TRUE },          { TKB_ROLE_ADMIN, "x", TRUE },
    { TKB_ROLE_EDITOR, "_design/x", FALSE }, { TKB_ROLE_ADMIN, "_design/x", TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      TkbDoor door = { cases[i].role, "me", FALSE, NULL };
      g_autoptr (TkbDocument) document =
          tkb_document_new (cases[i].id, NULL, FALSE, json_object_new (), NULL);

      g_assert_cmpint (tkb_door_check (document, NULL, &door, NULL), ==, cases[i].is_allowed);
    }
}

/* ---- over HTTP ---- */

static void
put_case (ServerFixture *server,
          const char    *user,
          const char    *id,
          const char    *state,
          const char    *members,
          guint          status)
{
  g_autofree char *body = make_case (id, state, members);
  g_autofree char *path = g_strdup_printf ("/tisckb/%s", id);

  server_fixture_expect (server, user, "PUT", path, body, status, NULL, NULL);
}

/* One document is refused with its reason, the rest of the batch goes through. */
static void
test_batch (void)
{
  g_autoptr (ServerFixture) server = server_fixture_new (NULL);
  g_autofree char *good = make_case ("case:good", "submitted", "\"submitted_by\":\"contributor\"");
  g_autofree char *bad = make_case ("case:bad", "published", "\"submitted_by\":\"contributor\"");
  g_autofree char *body = g_strdup_printf ("{\"docs\":[%s,%s]}", bad, good);
  g_autofree char *reason = NULL;
  g_autoptr (Answer) answer =
      server_fixture_send (server, "contributor", "POST", "/tisckb/_bulk_docs", body, NULL);

  answer_assert (answer, 201, "0.error", "forbidden");
  answer_assert (answer, 201, "1.ok", "true");
  reason = answer_get (answer, "0.reason");
  g_assert_cmpstr (reason, ==, "Only an editor may publish. Submit “A case” for review.");
  server_fixture_expect (server, "editor", "GET", "/tisckb/case:bad", NULL, 404, NULL, NULL);
  server_fixture_expect (server, "reader", "POST", "/tisckb/_bulk_docs", body, 201, "0.error",
                         "forbidden");
  put_case (server, "contributor", "case:other", "published", NULL, 403);
}

/* A reviewed document: what each of them sees at each step. */
static void
test_sight (void)
{
  static const char *const arguments[] = { "--anonymous-read", NULL };
  g_autoptr (ServerFixture) server = server_fixture_new (arguments);
  const char      *by = "\"submitted_by\":\"contributor\"";
  g_autofree char *submitted_rev = NULL;
  g_autofree char *published_rev = NULL;
  g_autofree char *path = NULL;
  g_autofree char *again = NULL;

  {
    g_autofree char *body = make_case ("case:x", "submitted", by);
    g_autoptr (Answer) answer =
        server_fixture_send (server, "contributor", "PUT", "/tisckb/case:x", body, NULL);

    answer_assert (answer, 201, NULL, NULL);
    submitted_rev = answer_get (answer, "rev");
  }
  server_fixture_expect (server, "contributor", "GET", "/tisckb/case:x", NULL, 200, NULL, NULL);
  server_fixture_expect (server, "editor", "GET", "/tisckb/case:x", NULL, 200, NULL, NULL);
  server_fixture_expect (server, "reader", "GET", "/tisckb/case:x", NULL, 404, NULL, NULL);
  server_fixture_expect (server, NULL, "GET", "/tisckb/case:x", NULL, 404, NULL, NULL);
  server_fixture_expect (server, "reader", "GET", "/tisckb/_changes", NULL, 200, "results", "[]");
  server_fixture_expect (server, "reader", "GET", "/tisckb/_all_docs", NULL, 200, "rows", "[]");
  server_fixture_expect (server, "reader", "GET", "/tisckb/case:x?open_revs=all", NULL, 404, NULL,
                         NULL);

  /* published for the network */
  path = g_strdup_printf ("/tisckb/case:x?rev=%s", submitted_rev);
  {
    g_autofree char *body = make_case ("case:x", "published", by);
    g_autoptr (Answer) answer = server_fixture_send (server, "editor", "PUT", path, body, NULL);

    answer_assert (answer, 201, NULL, NULL);
    published_rev = answer_get (answer, "rev");
  }
  server_fixture_expect (server, "reader", "GET", "/tisckb/case:x", NULL, 200, "state",
                         "published");
  server_fixture_expect (server, "reader", "GET", path, NULL, 404, NULL, NULL);
  server_fixture_expect (server, NULL, "GET", "/tisckb/case:x", NULL, 404, NULL, NULL);
  server_fixture_expect (server, NULL, "GET", "/tisckb/_changes", NULL, 200, "results", "[]");

  /* revised by its author: readers keep the published one */
  again = g_strdup_printf ("/tisckb/case:x?rev=%s", published_rev);
  {
    g_autofree char *members = g_strconcat (by, ",\"tags\":[\"revised\"]", NULL);
    g_autofree char *body = make_case ("case:x", "submitted", members);

    server_fixture_expect (server, "contributor", "PUT", again, body, 201, NULL, NULL);
  }
  server_fixture_expect (server, "editor", "GET", "/tisckb/case:x", NULL, 200, "state",
                         "submitted");
  server_fixture_expect (server, "reader", "GET", "/tisckb/case:x", NULL, 200, "_rev",
                         published_rev);
  server_fixture_expect (server, "reader", "GET", "/tisckb/_changes?style=all_docs", NULL, 200,
                         "results.0.changes.0.rev", published_rev);
  server_fixture_expect (server, "reader", "POST", "/tisckb/_bulk_get",
                         "{\"docs\":[{\"id\":\"case:x\"}]}", 200, "results.0.docs.0.ok._rev",
                         published_rev);
  server_fixture_expect (server, "reader", "GET", "/tisckb/_all_docs", NULL, 200,
                         "rows.0.value.rev", published_rev);

  /* public, centre */
  put_case (server, "editor", "case:public", "published", "\"visibility\":\"public\"", 201);
  put_case (server, "editor", "case:centre", "published", "\"visibility\":\"centre\"", 201);
  server_fixture_expect (server, NULL, "GET", "/tisckb/_changes", NULL, 200, "results.0.id",
                         "case:public");
  server_fixture_expect (server, NULL, "GET", "/tisckb/_changes", NULL, 200, "results.1", NULL);
  server_fixture_expect (server, "reader", "GET", "/tisckb/case:centre", NULL, 404, NULL, NULL);
  server_fixture_expect (server, "editor", "GET", "/tisckb/case:centre", NULL, 200, NULL, NULL);
}

/* A database may have the door as well. */
static void
test_door_elsewhere (void)
{
  g_autoptr (ServerFixture) server = server_fixture_new (NULL);

  server_fixture_expect (server, "admin", "PUT", "/second", NULL, 201, NULL, NULL);
  server_fixture_expect (server, "admin", "PUT", "/second/free", "{\"any\":1}", 201, NULL, NULL);
  server_fixture_expect (server, "admin", "PUT", "/second/_security", "{\"door\":\"library\"}", 200,
                         NULL, NULL);
  server_fixture_expect (server, "admin", "PUT", "/second/free2", "{\"any\":1}", 403, "error",
                         "forbidden");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/server/door/table", test_table);
  g_test_add_func ("/server/door/none", test_no_door);
  g_test_add_func ("/server/door/batch", test_batch);
  g_test_add_func ("/server/door/sight", test_sight);
  g_test_add_func ("/server/door/elsewhere", test_door_elsewhere);
  return g_test_run ();
}
