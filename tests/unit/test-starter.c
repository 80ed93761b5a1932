/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* The starter content that every program carries: complete, linked and honest about its figures. */

#include "config.h"

#include "tkb-catalog.h"
#include "tkb-data.h"
#include "tkb-validation.h"

#include <string.h>

typedef struct
{
  TkbCatalog *catalog;   /* (owned) */
  GHashTable *documents; /* (owned) (element-type utf8 TkbDocument) */
} Fixture;

static void
read_file (Fixture *self, const char *name)
{
  g_autofree char *path = g_strconcat ("/org/example/TiscKB/starter/", name, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes =
      g_resource_lookup_data (tkb_data_get_resource (), path, G_RESOURCE_LOOKUP_FLAGS_NONE, &error);
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonArray *array;

  g_assert_no_error (error);
  json_parser_load_from_data (parser, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                              &error);
  g_assert_no_error (error);
  array = json_node_get_array (json_parser_get_root (parser));
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      g_autoptr (TkbDocument) document =
          tkb_document_new_from_json (json_array_get_object_element (array, i), &error);

      g_assert_no_error (error);
      g_assert_true (g_hash_table_insert (
          self->documents, g_strdup (tkb_document_get_id (document)), tkb_document_ref (document)));
    }
}

static void
fixture_set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  self->catalog = tkb_catalog_new (tkb_data_get_resource (), &error);
  g_assert_no_error (error);
  self->documents =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) tkb_document_unref);
  read_file (self, "cases.json");
  read_file (self, "guides.json");
  read_file (self, "systems.json");
}

static void
fixture_tear_down (Fixture *self, gconstpointer data)
{
  g_clear_pointer (&self->documents, g_hash_table_unref);
  g_clear_pointer (&self->catalog, tkb_catalog_unref);
}

static guint
count_kind (Fixture *self, const char *kind)
{
  GHashTableIter iter;
  gpointer       value;
  guint          count = 0;

  g_hash_table_iter_init (&iter, self->documents);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (g_strcmp0 (tkb_document_get_kind (value), kind) == 0)
      count++;
  return count;
}

static void
test_counts (Fixture *self, gconstpointer data)
{
  g_assert_cmpuint (count_kind (self, "system"), ==, 60);
  g_assert_cmpuint (count_kind (self, "case"), ==, 36);
  g_assert_cmpuint (count_kind (self, "guide"), ==, 16);
  g_assert_cmpuint (g_hash_table_size (self->documents), ==, 112);
}

/* Every document could be published as it stands: required fields, codes, bounds, addresses. */
static void
test_valid (Fixture *self, gconstpointer data)
{
  GHashTableIter iter;
  gpointer       key, value;

  g_hash_table_iter_init (&iter, self->documents);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      g_autoptr (GPtrArray) problems = tkb_validate (self->catalog, value, TKB_VALIDATE_COMPLETE);

      for (guint i = 0; i < problems->len; i++)
        {
          TkbProblem      *problem = problems->pdata[i];
          g_autofree char *text = tkb_problem_to_string (problem);

          g_test_message ("%s: %s: %s", (char *) key, problem->path, text);
        }
      g_assert_cmpuint (problems->len, ==, 0);
      g_assert_cmpstr (tkb_document_get_string (value, "state"), ==, "published");
      g_assert_cmpstr (tkb_document_get_string (value, "visibility"), ==, "public");
      g_assert_true (g_str_has_prefix (key, tkb_document_get_kind (value)));
    }
}

typedef struct
{
  Fixture *fixture;
  guint    n_links;
} LinkWalk;

static void walk_links (LinkWalk *walk, JsonNode *node);

static void
walk_member (JsonObject *object, const char *name, JsonNode *node, gpointer user_data)
{
  LinkWalk *walk = user_data;

  if (g_str_equal (name, "document") && JSON_NODE_HOLDS_VALUE (node))
    {
      const char *id = json_node_get_string (node);

      if (!g_hash_table_contains (walk->fixture->documents, id))
        g_error ("a link leads to %s, which does not exist", id);
      walk->n_links++;
    }
  else if (!g_str_equal (name, "query_syntax"))
    walk_links (walk, node);
}

static void
walk_element (JsonArray *array, guint index, JsonNode *node, gpointer user_data)
{
  walk_links (user_data, node);
}

static void
walk_links (LinkWalk *walk, JsonNode *node)
{
  if (JSON_NODE_HOLDS_OBJECT (node))
    json_object_foreach_member (json_node_get_object (node), walk_member, walk);
  else if (JSON_NODE_HOLDS_ARRAY (node))
    json_array_foreach_element (json_node_get_array (node), walk_element, walk);
}

static void
test_links (Fixture *self, gconstpointer data)
{
  LinkWalk       walk = { .fixture = self };
  GHashTableIter iter;
  gpointer       key, value;

  g_hash_table_iter_init (&iter, self->documents);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      guint before = walk.n_links;

      json_object_foreach_member (tkb_document_get_body (value), walk_member, &walk);
      /* a case or a guide that leads nowhere is of little use */
      if (!g_str_equal (tkb_document_get_kind (value), "system"))
        g_assert_cmpuint (walk.n_links, >, before);
    }
  g_assert_cmpuint (walk.n_links, >, 300);
}

/* A figure that is almost certainly wrong is shown as printed, not verified, with its caveat. */
static void
test_doubtful_figure (Fixture *self, gconstpointer data)
{
  TkbDocument *document = g_hash_table_lookup (self->documents, "case:gansu-facility-vegetables");
  JsonObject  *body, *figure;

  g_assert_nonnull (document);
  body = tkb_document_get_body (document);
  figure =
      json_array_get_object_element (json_object_get_array_member (body, "economic_figures"), 0);
  g_assert_cmpstr (json_object_get_string_member (figure, "text"), ==, "208,063 million yuan");
  g_assert_cmpint (json_object_get_int_member (figure, "value"), ==, 208063);
  g_assert_cmpstr (json_object_get_string_member (figure, "unit"), ==, "million");
  g_assert_cmpstr (json_object_get_string_member (figure, "currency"), ==, "CNY");
  g_assert_false (json_object_get_boolean_member (figure, "verified"));
  g_assert_nonnull (strstr (json_object_get_string_member (figure, "caveat"), "check"));
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (body, "caveats")), >=, 2);
  g_assert_cmpstr (tkb_document_get_string (document, "province"), ==, "CN-GS");
}

/* Who types 专利 must find every document. */
static void
test_chinese (Fixture *self, gconstpointer data)
{
  GHashTableIter iter;
  gpointer       key, value;
  guint          n_patent = 0;

  g_hash_table_iter_init (&iter, self->documents);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      const char *title = tkb_document_get_title (value, "zh-CN");
      const char *summary = tkb_document_get_summary (value, "zh-CN");

      g_assert_cmpstr (title, !=, NULL);
      g_assert_cmpstr (summary, !=, tkb_document_get_summary (value, NULL));
      g_assert_cmpint (g_utf8_strlen (summary, -1), <=, 300);
      if (strstr (title, "专利") != NULL || strstr (summary, "专利") != NULL)
        n_patent++;
    }
  g_assert_cmpuint (n_patent, >, 80);
}

/* 21 systems carry the syntax of a dialect and one of them that of an earlier one as well. */
static void
test_query_syntax (Fixture *self, gconstpointer data)
{
  GHashTableIter iter;
  gpointer       value;
  guint          n_syntaxes = 0;

  g_hash_table_iter_init (&iter, self->documents);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      JsonObject *body = tkb_document_get_body (value);
      JsonObject *syntax;

      if (!json_object_has_member (body, "query_syntax"))
        continue;
      syntax = json_object_get_object_member (body, "query_syntax");
      n_syntaxes++;
      if (json_object_has_member (syntax, "earlier_dialects"))
        n_syntaxes +=
            json_array_get_length (json_object_get_array_member (syntax, "earlier_dialects"));
      g_assert_true (json_object_has_member (syntax, "fields"));
      g_assert_true (json_object_has_member (syntax, "boolean"));
      g_assert_true (json_object_has_member (syntax, "wildcards"));
    }
  g_assert_cmpuint (n_syntaxes, ==, 22);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

#define ADD(path, function)                                                                        \
  g_test_add (path, Fixture, NULL, fixture_set_up, function, fixture_tear_down)
  ADD ("/starter/counts", test_counts);
  ADD ("/starter/valid", test_valid);
  ADD ("/starter/links", test_links);
  ADD ("/starter/doubtful-figure", test_doubtful_figure);
  ADD ("/starter/chinese", test_chinese);
  ADD ("/starter/query-syntax", test_query_syntax);
#undef ADD

  return g_test_run ();
}
