/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "search-fixture.h"

#include <glib/gstdio.h>
#include <string.h>

#include "tkb-data.h"
#include "tkb-json.h"

#define START_MS G_GINT64_CONSTANT (1767225600000)

static void
remove_tree (const char *path)
{
  if (g_file_test (path, G_FILE_TEST_IS_DIR) && !g_file_test (path, G_FILE_TEST_IS_SYMLINK))
    {
      g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
      const char *name;

      while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
        {
          g_autofree char *child = g_build_filename (path, name, NULL);

          remove_tree (child);
        }
    }
  g_remove (path);
}

void
fixture_set_up (Fixture *self, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;

  self->folder = g_dir_make_tmp ("tkb-search-XXXXXX", &error);
  g_assert_no_error (error);
  path = g_build_filename (self->folder, "test.tisckb", NULL);
  self->catalog = tkb_catalog_new (tkb_data_get_resource (), &error);
  g_assert_no_error (error);
  self->clock = tkb_clock_new_manual (START_MS);
  self->random = tkb_random_new_seeded (1);
  self->store = tkb_store_open (path, TKB_STORE_OPEN_CREATE | TKB_STORE_OPEN_OUTBOX, self->catalog,
                                self->clock, self->random, &error);
  g_assert_no_error (error);
  self->search = tkb_search_new (self->store);
}

void
fixture_tear_down (Fixture *self, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) findings = tkb_store_check (self->store, NULL, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < findings->len; i++)
    g_test_message ("%s", (const char *) g_ptr_array_index (findings, i));
  g_assert_cmpuint (findings->len, ==, 0);
  g_clear_object (&self->search);
  tkb_store_close (self->store);
  g_clear_object (&self->store);
  g_clear_object (&self->clock);
  g_clear_object (&self->random);
  tkb_catalog_unref (self->catalog);
  remove_tree (self->folder);
  g_free (self->folder);
}

TkbDocument *
make_case (const char *id, const char *title, const char *members)
{
  g_autoptr (GString) text = g_string_new ("{'kind':'case','state':'published','language':'en'");
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) body = NULL;

  g_string_append_printf (text, ",'title':'%s'%s%s}", title, members[0] != '\0' ? "," : "",
                          members);
  g_strdelimit (text->str, "'", '"');
  body = tkb_json_parse_object (text->str, -1, 1000000, &error);
  g_assert_no_error (error);
  return tkb_document_new (id, NULL, FALSE, body, NULL);
}

static char *
get_rev (Fixture *self, const char *id)
{
  g_autoptr (TkbDocument) document = tkb_store_get (self->store, id, NULL, NULL, NULL);

  return document != NULL ? g_strdup (tkb_document_get_rev (document)) : NULL;
}

void
put_case (Fixture *self, const char *id, const char *title, const char *members)
{
  g_autoptr (TkbDocument) fresh = make_case (id, title, members);
  g_autofree char *rev = get_rev (self, id);
  g_autoptr (TkbDocument) document =
      rev != NULL ? tkb_document_with_rev (fresh, rev) : tkb_document_ref (fresh);
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbDocument) written =
      tkb_store_put (self->store, document, TKB_WRITE_NONE, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (written);
}

void
put_bulk (Fixture *self, GPtrArray *documents)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) results =
      tkb_store_write (self->store, documents, TKB_WRITE_BULK, NULL, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (tkb_store_wait_for_index (self->store, NULL, &error));
  g_assert_no_error (error);
}

TkbSearchResults *
ask_query (Fixture *self, TkbQuery *query, guint limit)
{
  g_autoptr (GError) error = NULL;
  TkbSearchResults *results = tkb_search_run (self->search, query, NULL, limit, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (results);
  return results;
}

char *
find_query (Fixture *self, TkbQuery *query)
{
  g_autoptr (TkbSearchResults) results = ask_query (self, query, 1000);
  g_autoptr (GString) ids = g_string_new (NULL);

  for (guint i = 0; i < MIN (tkb_search_results_get_total (results), 1000); i++)
    {
      g_autoptr (TkbSearchHit) hit = g_list_model_get_item (G_LIST_MODEL (results), i);

      g_string_append_printf (ids, "%s%s", i > 0 ? " " : "", tkb_search_hit_get_id (hit));
    }
  return g_strdup (ids->str);
}

char *
find (Fixture *self, const char *text)
{
  g_autoptr (TkbQuery) query = tkb_query_new (text, TKB_QUERY_NONE);

  return find_query (self, query);
}

char *
find_typing (Fixture *self, const char *text)
{
  g_autoptr (TkbQuery) query = tkb_query_new (text, TKB_QUERY_TYPING);

  return find_query (self, query);
}

void
assert_finds (Fixture *self, const char *text, const char *ids)
{
  g_autofree char *found = find (self, text);

  if (strcmp (found, ids) != 0)
    g_error ("%s: found “%s”, not “%s”", text, found, ids);
}

char *
get_counts (TkbSearchResults *results, const char *field)
{
  GPtrArray *facets = tkb_search_results_get_facets (results);
  g_autoptr (GString) out = g_string_new (NULL);

  for (guint i = 0; i < facets->len; i++)
    {
      TkbFacetCounts *counts = g_ptr_array_index (facets, i);

      for (guint j = 0; strcmp (counts->field, field) == 0 && j < counts->values->len; j++)
        {
          TkbFacetValue *value = g_ptr_array_index (counts->values, j);

          g_string_append_printf (out, "%s%s%s %u", j > 0 ? " " : "", value->is_selected ? "*" : "",
                                  value->code, value->count);
        }
    }
  return g_strdup (out->str);
}
