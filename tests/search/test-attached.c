/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Words that stand in attachments only: found like others, ranked behind them, and explained by a
 * snippet that names the file. What reads the files is tested elsewhere. */
#include "config.h"

#include "search-fixture.h"

#include <string.h>

#include "tkb-json.h"
#include "tkb-limits.h"

/* A member _attachments with files whose bytes are their names. (transfer full) */
static char *
attach (const char *first, const char *second)
{
  const char *const names[] = { first, second };
  g_autoptr (GString) out = g_string_new ("'_attachments':{");

  for (guint i = 0; i < 2 && names[i] != NULL; i++)
    {
      g_autofree char *data = g_base64_encode ((const guint8 *) names[i], strlen (names[i]));

      g_string_append_printf (out, "%s'%s':{'content_type':'text/plain','data':'%s'}",
                              i > 0 ? "," : "", names[i], data);
    }
  g_string_append_c (out, '}');
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static void
put_with_files (Fixture *fixture, const char *id, const char *title, const char *a, const char *b)
{
  g_autofree char *members = attach (a, b);

  put_case (fixture, id, title, members);
}

/* What an extractor would have found in the file of this name. */
static void
read_file (Fixture *fixture, const char *name, const char *text)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_MD5);
  guint8           digest[16];
  gsize            length = sizeof digest;
  g_autofree char *base64 = NULL;
  g_autofree char *wire = NULL;
  TkbText          found = { TKB_TEXT_WHOLE, NULL, "en", text, 1 };
  g_autoptr (GError) error = NULL;

  g_checksum_update (checksum, (const guint8 *) name, (gssize) strlen (name));
  g_checksum_get_digest (checksum, digest, &length);
  base64 = g_base64_encode (digest, length);
  wire = g_strconcat ("md5-", base64, NULL);
  g_assert_true (tkb_store_put_text (fixture->store, wire, &found, &error));
  g_assert_no_error (error);
}

static void
assert_snippet (Fixture *fixture, const char *text, const char *attachment, const char *markup)
{
  g_autoptr (TkbQuery) query = tkb_query_new (text, TKB_QUERY_NONE);
  g_autoptr (TkbSearchResults) results = ask_query (fixture, query, 10);
  g_autoptr (TkbSearchHit) hit = g_list_model_get_item (G_LIST_MODEL (results), 0);

  g_assert_nonnull (hit);
  g_assert_cmpstr (tkb_search_hit_get_attachment (hit), ==, attachment);
  if (strstr (tkb_search_hit_get_snippet_markup (hit), markup) == NULL)
    g_error ("%s: %s", text, tkb_search_hit_get_snippet_markup (hit));
}

static void
test_found (Fixture *fixture, gconstpointer data)
{
  put_with_files (fixture, "a", "Solar pump", "report", "drawing");
  put_with_files (fixture, "b", "Canal", "report", NULL);
  put_case (fixture, "c", "Valve", "");
  assert_finds (fixture, "membrane", "");
  read_file (fixture, "report", "The membrane of the valve, 隔膜泵, EP 1 000 000 B1");
  read_file (fixture, "drawing", "Gearboxes");
  assert_finds (fixture, "drawing OR gearbox", "a");
  assert_finds (fixture, "隔膜", "a b");
  assert_finds (fixture, "膜泵", "a b");
  assert_finds (fixture, "EP1000000", "a b");
  assert_finds (fixture, "\"membrane of the valve\"", "a b");
  assert_finds (fixture, "membranes", "a b");
  /* words of one document may stand in different places */
  assert_finds (fixture, "solar membrane gearbox", "a");
  assert_finds (fixture, "membrane -gearbox", "b");
  assert_finds (fixture, "-membrane", "c");
  assert_finds (fixture, "title:membrane", "");
  /* a title and a text come before an attachment */
  assert_finds (fixture, "valve", "c a b");
  {
    g_autofree char *typed = find_typing (fixture, "membr");

    g_assert_cmpstr (typed, ==, "a b");
  }
}

static void
test_follows (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *rev = NULL;

  put_with_files (fixture, "a", "Solar pump", "report", NULL);
  read_file (fixture, "report", "membrane");
  assert_finds (fixture, "membrane", "a");
  /* another document with the same file is found at once */
  put_with_files (fixture, "b", "Canal", "report", NULL);
  assert_finds (fixture, "membrane", "a b");
  /* an edit that takes it away */
  put_case (fixture, "a", "Solar pump", "");
  assert_finds (fixture, "membrane", "b");
  put_with_files (fixture, "a", "Solar pump", "report", "drawing");
  read_file (fixture, "drawing", "membrane too");
  assert_finds (fixture, "membrane", "a b");
  /* read once more, with another text */
  read_file (fixture, "report", "diaphragm");
  assert_finds (fixture, "membrane", "a");
  assert_finds (fixture, "diaphragm", "a b");
  g_assert_true (tkb_store_reindex (fixture->store, NULL, &error));
  g_assert_no_error (error);
  assert_finds (fixture, "membrane", "a");
  assert_finds (fixture, "diaphragm", "a b");
  rev = tkb_store_delete (fixture->store, "a", NULL, NULL, &error);
  g_assert_no_error (error);
  assert_finds (fixture, "membrane", "");
  assert_finds (fixture, "diaphragm", "b");
}

/* Many at a time: what is held in memory is then read as a whole. */
static void
test_bulk (Fixture *fixture, gconstpointer data)
{
  g_autofree char *members = attach ("report", NULL);
  g_autoptr (GPtrArray) documents =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_document_unref);
  g_autofree char *found = NULL;

  put_with_files (fixture, "first", "Solar pump", "report", NULL);
  read_file (fixture, "report", "membrane");
  assert_finds (fixture, "membrane", "first");
  for (guint i = 0; i < 2500; i++)
    {
      g_autofree char *id = g_strdup_printf ("case-%04u", i);

      g_ptr_array_add (documents, make_case (id, "Canal", i % 500 == 0 ? members : ""));
    }
  put_bulk (fixture, documents);
  found = find (fixture, "membrane");
  g_assert_cmpuint (strlen (found), ==, strlen ("first") + 5 * strlen (" case-0000"));
}

static void
test_snippet (Fixture *fixture, gconstpointer data)
{
  g_autofree char *padding = g_strnfill (100000, 'x');
  g_autofree char *long_text = NULL;
  g_autofree char *members = attach ("report", "drawing");
  g_autofree char *all = g_strconcat ("'summary':'About canals.',", members, NULL);

  for (gsize i = 0; i < 100000; i += 7)
    padding[i] = ' ';
  long_text =
      g_strconcat (padding, "\nThe membrane of the valve <is> here. 隔膜泵\n", padding, NULL);
  put_case (fixture, "a", "Solar pump", all);
  read_file (fixture, "report", long_text);
  read_file (fixture, "drawing", "Gearbox and canals");
  assert_snippet (fixture, "membrane", "report",
                  "…The <b>membrane</b> of the valve &lt;is&gt; here.");
  assert_snippet (fixture, "隔膜", "report", "<b>隔膜</b>泵");
  assert_snippet (fixture, "gearbox", "drawing", "<b>Gearbox</b> and canals");
  /* what the document says itself comes first */
  assert_snippet (fixture, "canals", NULL, "About <b>canals</b>.");
  assert_snippet (fixture, "solar", NULL, "About canals.");
  /* and is given up for what shows more of the query */
  assert_snippet (fixture, "gearbox canals", "drawing", "<b>Gearbox</b> and <b>canals</b>");
}

/* The last word of the longest text that is taken. */
static void
test_largest (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GString) text = g_string_new (NULL);

  while (text->len + 100 < TKB_MAX_TEXT_BYTES)
    g_string_append (text, "itistheirnumberthattakesthetimesothewordsarelong ");
  g_string_append (text, "membrane");
  put_with_files (fixture, "a", "Solar pump", "report", NULL);
  read_file (fixture, "report", text->str);
  assert_finds (fixture, "membrane", "a");
  assert_snippet (fixture, "membrane", "report", "<b>membrane</b>");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  FIXTURE_TEST ("/search/attached/found", test_found);
  FIXTURE_TEST ("/search/attached/follows", test_follows);
  FIXTURE_TEST ("/search/attached/bulk", test_bulk);
  FIXTURE_TEST ("/search/attached/snippet", test_snippet);
  FIXTURE_TEST ("/search/attached/largest", test_largest);
  return g_test_run ();
}
