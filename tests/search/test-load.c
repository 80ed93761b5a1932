/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* A bulk load from outside: titles are found while the bodies are still behind, what is changed
 * meanwhile is found as it is then, and in the end everything is. */
#include "config.h"

#include <locale.h>

#include "search-fixture.h"

#define N_DOCUMENTS 1200
/* loads until one is seen at work; on any machine the first one should be */
#define MAX_LOADS 5

static void
load (Fixture *fixture, guint number)
{
  g_autoptr (GPtrArray) documents =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_document_unref);
  g_autoptr (GPtrArray) results = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < N_DOCUMENTS; i++)
    {
      g_autofree char *id = g_strdup_printf ("case:%u-%04u", number, i);
      g_autofree char *title = g_strdup_printf ("Ttl%ux%04u 专利检索", number, i);
      g_autofree char *members = g_strdup_printf (
          "'country':'FR','need':'bdy%ux%04u among 中国专利 and many words more'", number, i);

      g_ptr_array_add (documents, make_case (id, title, members));
    }
  results = tkb_store_write (fixture->store, documents, TKB_WRITE_BULK, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (results->len, ==, N_DOCUMENTS);
}

static guint
count (Fixture *fixture, const char *text, gboolean *out_is_behind)
{
  g_autoptr (TkbQuery) query = tkb_query_new (text, TKB_QUERY_NONE);
  g_autoptr (TkbSearchResults) results = ask_query (fixture, query, 10);

  if (out_is_behind != NULL)
    *out_is_behind = tkb_search_results_is_index_behind (results);
  return tkb_search_results_get_total (results);
}

/* Whether the last title of a load was found while the answer said that the index is behind, and
 * the last body was not. */
static gboolean
see_at_work (Fixture *fixture, guint number)
{
  g_autofree char *title = g_strdup_printf ("ttl%ux%04u", number, N_DOCUMENTS - 1);
  g_autofree char *body = g_strdup_printf ("bdy%ux%04u", number, N_DOCUMENTS - 1);
  gboolean         is_behind = TRUE;

  while (is_behind)
    {
      if (count (fixture, title, &is_behind) == 1)
        return is_behind && count (fixture, body, &is_behind) == 0 && is_behind;
      g_usleep (2000);
    }
  return FALSE;
}

static guint
load_until_seen (Fixture *fixture)
{
  for (guint number = 1; number <= MAX_LOADS; number++)
    {
      load (fixture, number);
      if (see_at_work (fixture, number))
        return number;
      g_assert_true (tkb_store_wait_for_index (fixture->store, NULL, NULL));
    }
  g_test_fail_printf ("no title was found before the bodies in %d loads", MAX_LOADS);
  return MAX_LOADS;
}

static void
test_titles_first (Fixture *fixture, gconstpointer unused)
{
  guint    n = load_until_seen (fixture);
  gboolean is_behind;

  g_assert_true (tkb_store_wait_for_index (fixture->store, NULL, NULL));
  g_assert_cmpuint (count (fixture, "中国专利", &is_behind), ==, n * N_DOCUMENTS);
  g_assert_false (is_behind);
  g_assert_cmpuint (count (fixture, "专利检索", NULL), ==, n * N_DOCUMENTS);
  g_assert_cmpuint (count (fixture, "country:FR", NULL), ==, n * N_DOCUMENTS);
  g_assert_cmpuint (count (fixture, "bdy1x0007", NULL), ==, 1);
}

/* Documents of which only the title is in the index are edited, deleted and loaded once more. */
static void
test_changed_meanwhile (Fixture *fixture, gconstpointer unused)
{
  guint            n = load_until_seen (fixture);
  g_autofree char *edited = g_strdup_printf ("case:%u-0001", n);
  g_autofree char *deleted = g_strdup_printf ("case:%u-0002", n);
  g_autofree char *again = g_strdup_printf ("case:%u-0003", n);
  g_autoptr (TkbDocument) before = tkb_store_get (fixture->store, again, NULL, NULL, NULL);
  g_autoptr (TkbDocument) fresh = make_case (again, "Again", "'need':'loadedtwice'");
  g_autoptr (TkbDocument) after = tkb_document_with_rev (fresh, tkb_document_get_rev (before));
  g_autoptr (GPtrArray) batch = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *rev = NULL;

  put_case (fixture, edited, "Edited", "'need':'editedword'");
  rev = tkb_store_delete (fixture->store, deleted, NULL, NULL, &error);
  g_assert_no_error (error);
  g_ptr_array_add (batch, after);
  put_bulk (fixture, batch);
  g_assert_cmpuint (count (fixture, "中国专利", NULL), ==, n * N_DOCUMENTS - 3);
  g_assert_cmpuint (count (fixture, "专利检索", NULL), ==, n * N_DOCUMENTS - 3);
  assert_finds (fixture, "editedword", edited);
  assert_finds (fixture, "loadedtwice", again);
  assert_finds (fixture, "Edited", edited);
}

/* The index made anew while it is being made. */
static void
test_reindex_meanwhile (Fixture *fixture, gconstpointer unused)
{
  guint n = load_until_seen (fixture);
  g_autoptr (GError) error = NULL;

  g_assert_true (tkb_store_reindex (fixture->store, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (count (fixture, "中国专利", NULL), ==, n * N_DOCUMENTS);
  g_assert_cmpuint (count (fixture, "country:FR", NULL), ==, n * N_DOCUMENTS);
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  FIXTURE_TEST ("/load/titles-first", test_titles_first);
  FIXTURE_TEST ("/load/changed-meanwhile", test_changed_meanwhile);
  FIXTURE_TEST ("/load/reindex-meanwhile", test_reindex_meanwhile);
  return g_test_run ();
}
