/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include <locale.h>

#include "search-fixture.h"

/* so many documents that have nothing to do with anything, and some words in common */
#define N_OTHERS 60

static void
put_others (Fixture *self)
{
  static const char *const codes[] = { "CN", "VN", "MA", "BR" };
  g_autoptr (GPtrArray) documents =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_document_unref);

  for (guint i = 0; i < N_OTHERS; i++)
    {
      g_autofree char *id = g_strdup_printf ("other:%02u", i);
      g_autofree char *title = g_strdup_printf ("The patent of number %u", i);
      g_autofree char *members =
          g_strdup_printf ("'need':'an inventor and the patent office wrote it for a firm with "
                           "letter%u from 发明人的专利 "
                           "第%u号','country':'%s','year':2020,'service_types':['training']",
                           i, i, codes[i % 4]);

      g_ptr_array_add (documents, make_case (id, title, members));
    }
  put_bulk (self, documents);
}

/* The ids, the most similar first, with a blank between. */
static char *
find_similar (Fixture *self, const char *id, guint limit)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbSearchResults) results =
      tkb_search_similar (self->search, id, NULL, limit, NULL, &error);
  g_autoptr (GString) ids = g_string_new (NULL);

  g_assert_no_error (error);
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (results)); i++)
    {
      g_autoptr (TkbSearchHit) hit = g_list_model_get_item (G_LIST_MODEL (results), i);

      g_assert_cmpstr (tkb_search_hit_get_id (hit), !=, "");
      g_string_append_printf (ids, "%s%s", i > 0 ? " " : "", tkb_search_hit_get_id (hit));
    }
  return g_strdup (ids->str);
}

static void
assert_similar (Fixture *self, const char *id, const char *expected)
{
  g_autofree char *ids = find_similar (self, id, 5);

  if (g_strcmp0 (ids, expected) != 0)
    g_error ("like %s: “%s”, not “%s”", id, ids, expected);
}

static void
test_words (Fixture *self, gconstpointer unused)
{
  put_others (self);
  put_case (self, "a", "Desalination of seawater", "'need':'the patent of a membrane'");
  put_case (self, "b", "Seawater for the greenhouse", "'need':'desalination by membranes'");
  put_case (self, "c", "A kiln for bricks", "'summary':'with a membrane from the seawater'");
  put_case (self, "d", "Roasting coffee", "'need':'the patent of a drum'");
  assert_similar (self, "a", "b c");
  assert_similar (self, "b", "a c");
  assert_similar (self, "d", "");
}

static void
test_stems (Fixture *self, gconstpointer unused)
{
  put_others (self);
  put_case (self, "a", "Irrigating the orchards", "");
  put_case (self, "b", "An orchard is irrigated", "");
  put_case (self, "c", "Irrigation pumps", "");
  assert_similar (self, "a", "b c");
}

static void
test_ideographs (Fixture *self, gconstpointer unused)
{
  put_others (self);
  put_case (self, "a", "海水淡化平台", "'language':'zh'");
  put_case (self, "b", "天津的海水淡化", "'language':'zh'");
  put_case (self, "c", "平台经济的专利", "'language':'zh'");
  put_case (self, "d", "发明人的专利", "'language':'zh'");
  assert_similar (self, "a", "b c");
}

static void
test_symbols (Fixture *self, gconstpointer unused)
{
  put_others (self);
  put_case (self, "a", "First", "'need':'see EP 1 000 000 B1'");
  put_case (self, "b", "Second", "'need':'about EP1000000B1'");
  assert_similar (self, "a", "b");
}

/* One service, field and class: near, though no word is the same; and a guide by the vocabulary
 * that its own field shares with the field of cases. */
static void
test_codes_bridge_languages (Fixture *self, gconstpointer unused)
{
  put_others (self);
  put_case (self, "zh", "海水淡化",
            "'language':'zh','service_types':['patent-landscape'],'sector':'food-chemistry',"
            "'ipc_classes':['C02F 1/44'],'country':'CN'");
  put_case (self, "fr", "Dessalement",
            "'language':'fr','service_types':['patent-landscape'],'sector':'food-chemistry',"
            "'ipc_classes':['C02F 1/44'],'country':'MA'");
  put_case (self, "es", "Otra cosa",
            "'language':'es','service_types':['patent-landscape'],'country':'BR'");
  put_case (self, "guide", "Mapas", "'kind':'guide','service_type':'patent-landscape'");
  assert_similar (self, "zh", "fr guide es");
}

static void
test_links (Fixture *self, gconstpointer unused)
{
  put_others (self);
  put_case (self, "system:x", "Xenon", "'kind':'system'");
  put_case (self, "a", "Aurora", "'systems_used':[{'document':'system:x'}]");
  put_case (self, "b", "Borealis", "'systems_used':[{'document':'system:x'}]");
  put_case (self, "c", "Cirrus", "'systems_used':[{'document':'system:gone'}]");
  assert_similar (self, "a", "system:x b");
  assert_similar (self, "c", "");
}

/* The order does not depend on the order in which the documents came. */
static void
test_same_everywhere (Fixture *self, gconstpointer unused)
{
  Fixture          other = { 0 };
  g_autofree char *here = NULL;
  g_autofree char *there = NULL;

  fixture_set_up (&other, NULL);
  put_others (self);
  for (guint i = 0; i < 20; i++)
    {
      Fixture *const stores[] = { self, &other };

      for (guint j = 0; j < 2; j++)
        {
          guint            n = j == 0 ? i : 19 - i;
          g_autofree char *id = g_strdup_printf ("case:%02u", n);
          g_autofree char *title = g_strdup_printf ("Kiln %s", n % 3 == 0 ? "bricks" : "tiles");
          g_autofree char *members =
              g_strdup_printf ("'need':'fired %s %s','sector':'%s'", n % 2 == 0 ? "clay" : "loam",
                               n % 5 == 0 ? "glaze" : "slip", n % 4 == 0 ? "optics" : "textile");

          put_case (stores[j], id, title, members);
        }
    }
  put_others (&other);
  here = find_similar (self, "case:06", 20);
  there = find_similar (&other, "case:06", 20);
  g_assert_cmpstr (here, !=, "");
  g_assert_cmpstr (here, ==, there);
  fixture_tear_down (&other, NULL);
}

static void
test_follows_edits (Fixture *self, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *tombstone = NULL;

  put_others (self);
  put_case (self, "a", "Zeppelins", "");
  assert_similar (self, "a", "");
  put_case (self, "b", "Zeppelin hangars", "");
  assert_similar (self, "a", "b");
  put_case (self, "b", "Hangars", "");
  assert_similar (self, "a", "");
  put_case (self, "b", "Zeppelins again", "");
  assert_similar (self, "a", "b");
  tombstone = tkb_store_delete (self->store, "b", NULL, NULL, &error);
  g_assert_no_error (error);
  assert_similar (self, "a", "");
}

static void
test_missing (Fixture *self, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *tombstone = NULL;

  g_assert_null (tkb_search_similar (self->search, "nobody", NULL, 5, NULL, &error));
  g_assert_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_NOT_FOUND);
  g_clear_error (&error);
  put_case (self, "a", "Alone", "");
  assert_similar (self, "a", "");
  tombstone = tkb_store_delete (self->store, "a", NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_null (tkb_search_similar (self->search, "a", NULL, 5, NULL, &error));
  g_assert_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_DELETED);
}

static void
store_result_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static void
test_cancel (Fixture *self, gconstpointer unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) first = NULL;
  g_autoptr (GAsyncResult) second = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbSearchResults) results = NULL;

  put_others (self);
  put_case (self, "a", "Zeppelins", "");
  put_case (self, "b", "Zeppelins", "");
  put_case (self, "c", "Zeppelins", "");
  tkb_search_similar_async (self->search, "a", NULL, 1, cancellable, store_result_cb, &first);
  g_cancellable_cancel (cancellable);
  tkb_search_similar_async (self->search, "a", NULL, 1, NULL, store_result_cb, &second);
  while (first == NULL || second == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_null (tkb_search_similar_finish (self->search, first, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  results = tkb_search_similar_finish (self->search, second, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (tkb_search_results_get_total (results), ==, 1);
}

/* Whatever the documents look like: no error, never itself, never more than asked for. */
static void
test_any_document (Fixture *self, gconstpointer unused)
{
  static const char *const words[] = { "alpha", "专利检索", "brevets", "поиски",   "A61K 31/13",
                                       "",      "البراءات", "beta",    "1 22 333", "a b c" };

  for (guint i = 0; i < 40; i++)
    {
      g_autofree char *id = g_strdup_printf ("d%02u", i);
      g_autofree char *members = g_strdup_printf (
          "'need':'%s %s','tags':['%s'],'unknown':[{'x':1}]",
          words[tkb_random_below (self->random, 10)], words[tkb_random_below (self->random, 10)],
          words[tkb_random_below (self->random, 10)]);

      put_case (self, id, words[tkb_random_below (self->random, 10)], members);
    }
  for (guint i = 0; i < 40; i++)
    {
      g_autofree char *id = g_strdup_printf ("d%02u", i);
      g_autofree char *found = find_similar (self, id, 3);
      g_auto (GStrv) ids = g_strsplit (found, " ", -1);

      g_assert_cmpuint (g_strv_length (ids), <=, 3);
      g_assert_false (g_strv_contains ((const char *const *) ids, id));
    }
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  FIXTURE_TEST ("/similar/words", test_words);
  FIXTURE_TEST ("/similar/stems", test_stems);
  FIXTURE_TEST ("/similar/ideographs", test_ideographs);
  FIXTURE_TEST ("/similar/symbols", test_symbols);
  FIXTURE_TEST ("/similar/codes-bridge-languages", test_codes_bridge_languages);
  FIXTURE_TEST ("/similar/links", test_links);
  FIXTURE_TEST ("/similar/same-everywhere", test_same_everywhere);
  FIXTURE_TEST ("/similar/follows-edits", test_follows_edits);
  FIXTURE_TEST ("/similar/missing", test_missing);
  FIXTURE_TEST ("/similar/cancel", test_cancel);
  FIXTURE_TEST ("/similar/any-document", test_any_document);
  return g_test_run ();
}
