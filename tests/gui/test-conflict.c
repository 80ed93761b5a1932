/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* What the dialog of conflicts chooses by itself, and what comes of a choice. No widgets. */

#include "config.h"

#include "tkb-conflict.h"
#include "tkb-data.h"
#include "tkb-json.h"

#include <glib/gstdio.h>

#define ID "case:1"

typedef struct
{
  char     *dir;   /* (owned) */
  TkbStore *store; /* (owned) */
} Fixture;

static char *
put (Fixture *fixture, const char *parent, const char *json)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = json_from_string (json, &error);
  g_autoptr (TkbDocument) document = NULL;
  g_autoptr (TkbDocument) written = NULL;

  g_assert_no_error (error);
  document = tkb_document_new (ID, parent, FALSE, json_node_get_object (node), NULL);
  written = tkb_store_put (fixture->store, document, TKB_WRITE_NONE, NULL, &error);
  g_assert_no_error (error);
  return g_strdup (tkb_document_get_rev (written));
}

/* A second version on parent, as it comes from elsewhere. */
static void
bring (Fixture *fixture, const char *parent, const char *rev, const char *members)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = g_strdup_printf (
      "{\"_id\":\"" ID
      "\",\"_rev\":\"2-%s\",\"_revisions\":{\"start\":2,\"ids\":[\"%s\",\"%s\"]},%s}",
      rev, rev, parent + 2, members);
  g_autoptr (TkbDocument) document = tkb_document_new_parse (text, -1, &error);
  g_autoptr (GPtrArray) documents = g_ptr_array_new ();
  g_autoptr (GPtrArray) results = NULL;

  g_assert_no_error (error);
  g_ptr_array_add (documents, document);
  results =
      tkb_store_write (fixture->store, documents, TKB_WRITE_REPLICATED, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbCatalog) catalog = tkb_catalog_new (tkb_data_get_resource (), &error);
  g_autoptr (TkbClock) clock = tkb_clock_new_system ();
  g_autoptr (TkbRandom) random = tkb_random_new_seeded (1);
  g_autofree char *path = NULL;

  g_assert_no_error (error);
  fixture->dir = g_dir_make_tmp ("tkb-conflict-XXXXXX", &error);
  g_assert_no_error (error);
  path = g_build_filename (fixture->dir, "x.tisckb", NULL);
  fixture->store = tkb_store_open (path, TKB_STORE_OPEN_CREATE, catalog, clock, random, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  static const char *const names[] = { "x.tisckb", "x.tisckb-wal", "x.tisckb-shm" };

  tkb_store_close (fixture->store);
  g_object_unref (fixture->store);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (fixture->dir, names[i], NULL);

      g_unlink (path);
    }
  g_rmdir (fixture->dir);
  g_free (fixture->dir);
}

static void
done_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static TkbConflict *
load (Fixture *fixture, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  tkb_conflict_load_async (fixture->store, ID, NULL, done_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return tkb_conflict_load_finish (fixture->store, result, error);
}

static void
resolve (Fixture *fixture, TkbConflict *conflict)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  tkb_conflict_resolve_async (fixture->store, conflict, done_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (tkb_conflict_resolve_finish (fixture->store, result, &error));
  g_assert_no_error (error);
}

static void
test_choice (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *code;
    TkbSide     side;
    gboolean    is_clash;
    gboolean    is_combined;
  } expected[] = {
    { "title", TKB_SIDE_CURRENT, TRUE, FALSE },
    { "city", TKB_SIDE_OTHER, FALSE, FALSE },
    { "tags", TKB_SIDE_BOTH, FALSE, TRUE },
    { "year", TKB_SIDE_CURRENT, FALSE, FALSE },
  };
  g_autoptr (GError) error = NULL;
  g_autofree char *base =
      put (fixture, NULL, "{\"kind\":\"case\",\"title\":\"T\",\"city\":\"X\",\"modified\":\"1\"}");
  g_autoptr (TkbConflict) conflict = NULL;
  g_autoptr (TkbConflict) after = NULL;
  g_autoptr (TkbDocument) document = NULL;
  g_autofree char *body = NULL;

  bring (fixture, base, "f",
         "\"kind\":\"case\",\"title\":\"U\",\"city\":\"X\",\"year\":2000,\"tags\":[\"a\"],"
         "\"modified\":\"2\"");
  bring (fixture, base, "e",
         "\"kind\":\"case\",\"title\":\"V\",\"city\":\"Y\",\"tags\":[\"b\"],\"modified\":\"3\"");
  conflict = load (fixture, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (conflict->differences->len, ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      const TkbDifference *difference = conflict->differences->pdata[i];

      g_assert_cmpstr (difference->code, ==, expected[i].code);
      g_assert_cmpint (difference->side, ==, expected[i].side);
      g_assert_cmpint (difference->is_clash, ==, expected[i].is_clash);
      g_assert_cmpint (difference->is_combined, ==, expected[i].is_combined);
    }
  ((TkbDifference *) conflict->differences->pdata[0])->side = TKB_SIDE_OTHER;
  ((TkbDifference *) conflict->differences->pdata[3])->side = TKB_SIDE_OTHER;
  resolve (fixture, conflict);
  document = tkb_store_get (fixture->store, ID, NULL, NULL, &error);
  g_assert_no_error (error);
  body = tkb_json_object_to_canonical (tkb_document_get_body (document), NULL);
  g_assert_cmpstr (body, ==,
                   "{\"city\":\"Y\",\"kind\":\"case\",\"modified\":\"3\",\"tags\":[\"a\",\"b\"],"
                   "\"title\":\"V\"}");
  after = load (fixture, &error);
  g_assert_null (after);
  g_assert_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_NOT_FOUND);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add ("/conflict/choice", Fixture, NULL, set_up, test_choice, tear_down);
  return g_test_run ();
}
