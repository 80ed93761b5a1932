/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* The rules at the door of the library, as a table, and what readers may see, over HTTP. */
#include "config.h"

#include "server-fixture.h"

#include "tkb-data.h"
#include "tkb-door.h"

#include <string.h>

/* ---- the table ---- */

typedef struct
{
  TkbRole     role;    /* of the account "me" */
  const char *from;    /* (nullable): no document; "deleted": a tombstone */
  const char *from_by; /* (nullable): submitted_by before */
  const char *to;      /* "deleted": a tombstone */
  const char *to_by;   /* (nullable): submitted_by now */
  const char *more;    /* (nullable): members on top */
  const char *refused; /* (nullable): allowed; else a part of the reason */
} Row;

static const Row rows[] = {
  /* contributors: their own, up to submitted */
  { TKB_ROLE_CONTRIBUTOR, NULL, NULL, "submitted", "me", NULL, NULL },
  { TKB_ROLE_CONTRIBUTOR, "deleted", NULL, "submitted", "me", NULL, NULL },
  { TKB_ROLE_CONTRIBUTOR, NULL, NULL, "submitted", NULL, NULL, "submitted_by has to be" },
  { TKB_ROLE_CONTRIBUTOR, NULL, NULL, "submitted", "you", NULL, "submitted_by has to be" },
  { TKB_ROLE_CONTRIBUTOR, "submitted", "me", "submitted", "me", NULL, NULL },
  { TKB_ROLE_CONTRIBUTOR, "returned", "me", "submitted", "me", NULL, NULL },
  { TKB_ROLE_CONTRIBUTOR, "published", "me", "submitted", "me", NULL, NULL },
  { TKB_ROLE_CONTRIBUTOR, "withdrawn", "me", "submitted", "me", NULL, NULL },
  { TKB_ROLE_CONTRIBUTOR, "submitted", "me", "submitted", "you", NULL, "has to stay" },
  { TKB_ROLE_CONTRIBUTOR, "submitted", "you", "submitted", "you", NULL, "someone else" },
  { TKB_ROLE_CONTRIBUTOR, "submitted", "you", "submitted", "me", NULL, "someone else" },
  { TKB_ROLE_CONTRIBUTOR, "published", NULL, "submitted", "me", NULL, "someone else" },
  { TKB_ROLE_CONTRIBUTOR, NULL, NULL, "published", "me", NULL, "Only an editor may publish" },
  { TKB_ROLE_CONTRIBUTOR, "submitted", "me", "published", "me", NULL, "Only an editor" },
  { TKB_ROLE_CONTRIBUTOR, "published", "me", "published", "me", NULL, "Only an editor" },
  { TKB_ROLE_CONTRIBUTOR, "submitted", "me", "returned", "me", NULL, "Only an editor" },
  { TKB_ROLE_CONTRIBUTOR, "published", "me", "withdrawn", "me", NULL, "Only an editor" },
  { TKB_ROLE_CONTRIBUTOR, "submitted", "me", "deleted", NULL, NULL, NULL },
  { TKB_ROLE_CONTRIBUTOR, "published", "me", "deleted", NULL, NULL, "only an editor may delete" },
  { TKB_ROLE_CONTRIBUTOR, "submitted", "you", "deleted", NULL, NULL, "someone else" },
  /* editors: publish (their own too), return with a note, withdraw */
  { TKB_ROLE_EDITOR, NULL, NULL, "published", "me", NULL, NULL },
  { TKB_ROLE_EDITOR, NULL, NULL, "published", NULL, NULL, NULL },
  { TKB_ROLE_EDITOR, "submitted", "you", "published", "you", NULL, NULL },
  { TKB_ROLE_EDITOR, "submitted", "you", "published", "me", NULL, "has to stay" },
  { TKB_ROLE_EDITOR, "submitted", "you", "published", NULL, NULL, "has to stay" },
  { TKB_ROLE_EDITOR, "submitted", "you", "returned", "you", NULL, "review note" },
  { TKB_ROLE_EDITOR, "submitted", "you", "returned", "you", "\"review_note\":\"\"", "review note" },
  { TKB_ROLE_EDITOR, "submitted", "you", "returned", "you", "\"review_note\":\"Why.\"", NULL },
  { TKB_ROLE_EDITOR, "published", "you", "withdrawn", "you", NULL, NULL },
  { TKB_ROLE_EDITOR, "published", "you", "deleted", NULL, NULL, NULL },
  /* readers, admins */
  { TKB_ROLE_READER, NULL, NULL, "submitted", "me", NULL, "read here, not write" },
  { TKB_ROLE_READER, "submitted", "me", "deleted", NULL, NULL, "read here, not write" },
  { TKB_ROLE_ADMIN, "submitted", "you", "published", "other", NULL, NULL },
  { TKB_ROLE_ADMIN, "submitted", "you", "returned", "you", NULL, NULL },
  /* never on a server, for anybody */
  { TKB_ROLE_CONTRIBUTOR, NULL, NULL, "draft", "me", NULL, "draft stays" },
  { TKB_ROLE_EDITOR, NULL, NULL, "draft", "me", NULL, "draft stays" },
  { TKB_ROLE_ADMIN, NULL, NULL, "draft", "me", NULL, "draft stays" },
  { TKB_ROLE_ADMIN, NULL, NULL, "published", "me", "\"visibility\":\"private\"", "private" },
  { TKB_ROLE_CONTRIBUTOR, NULL, NULL, "submitted", "me", "\"visibility\":\"private\"", "private" },
  /* states that are none */
  { TKB_ROLE_EDITOR, NULL, NULL, "nonsense", "me", NULL, "has to be submitted" },
  { TKB_ROLE_ADMIN, NULL, NULL, "", "me", NULL, "has to be submitted" },
  /* fields */
  { TKB_ROLE_EDITOR, NULL, NULL, "published", NULL, "\"title\":\"\"", "Title" },
  { TKB_ROLE_CONTRIBUTOR, NULL, NULL, "submitted", "me", "\"country\":5", "Country" },
  { TKB_ROLE_EDITOR, NULL, NULL, "published", NULL, "\"kind\":\"recipe\"", "recipe" },
  { TKB_ROLE_ADMIN, NULL, NULL, "published", NULL, "\"kind\":null", "kind" },
  { TKB_ROLE_EDITOR, NULL, NULL, "published", NULL, "\"client_type\":\"martian\"", "martian" },
  { TKB_ROLE_EDITOR, NULL, NULL, "published", NULL, "\"of_the_future\":[1]", NULL },
};

static TkbDocument *
make_document (const char *state, const char *submitted_by, const char *more)
{
  g_autoptr (GString) members = g_string_new (NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  TkbDocument *document;

  if (strcmp (state, "deleted") == 0)
    return tkb_document_new ("case:x", "2-a", TRUE, json_object_new (), NULL);
  if (submitted_by != NULL)
    g_string_append_printf (members, "\"submitted_by\":\"%s\"", submitted_by);
  if (more != NULL)
    g_string_append_printf (members, "%s%s", members->len > 0 ? "," : "", more);
  text = make_case ("case:x", state, members->len > 0 ? members->str : NULL);
  /* a member named twice: the later one counts */
  document = tkb_document_new_parse (text, -1, &error);
  if (document == NULL)
    {
      g_autoptr (JsonParser) parser = json_parser_new ();

      g_clear_error (&error);
      json_parser_load_from_data (parser, text, -1, &error);
      g_assert_no_error (error);
      document =
          tkb_document_new_from_json (json_node_get_object (json_parser_get_root (parser)), &error);
    }
  g_assert_no_error (error);
  return document;
}

static void
test_table (void)
{
  g_autoptr (GError) catalog_error = NULL;
  g_autoptr (TkbCatalog) catalog = tkb_catalog_new (tkb_data_get_resource (), &catalog_error);

  g_assert_no_error (catalog_error);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const Row *row = &rows[i];
      TkbDoor    door = { row->role, "me", TRUE, catalog };
      g_autoptr (TkbDocument) previous =
          row->from != NULL ? make_document (row->from, row->from_by, NULL) : NULL;
      g_autoptr (TkbDocument) document = make_document (row->to, row->to_by, row->more);
      g_autoptr (GError) error = NULL;
      gboolean is_allowed = tkb_door_check (document, previous, &door, &error);

      g_test_message ("row %u: %s, %s -> %s: %s", i, tkb_role_to_string (row->role),
                      row->from != NULL ? row->from : "new", row->to,
                      error != NULL ? error->message : "allowed");
      g_assert_cmpint (is_allowed, ==, row->refused == NULL);
      if (row->refused != NULL)
        g_assert_nonnull (strstr (error->message, row->refused));
    }
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
