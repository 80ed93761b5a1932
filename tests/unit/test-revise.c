/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include <string.h>

#include "tkb-data.h"
#include "tkb-json.h"
#include "tkb-revise.h"
#include "tkb-word-diff.h"

static TkbDocument *
parse (const char *members)
{
  g_autofree char *text = g_strdup_printf ("{'_id':'case:a','kind':'case'%s%s}",
                                           members[0] != '\0' ? "," : "", members);
  g_autoptr (GError) error = NULL;
  TkbDocument *document;

  g_strdelimit (text, "'", '"');
  document = tkb_document_new_parse (text, -1, &error);
  g_assert_no_error (error);
  return document;
}

static char *
get_changed (const char *before, const char *after)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbCatalog) catalog = tkb_catalog_new (tkb_data_get_resource (), &error);
  g_autoptr (TkbDocument) a = parse (before);
  g_autoptr (TkbDocument) b = parse (after);
  g_autoptr (GPtrArray) codes = NULL;

  g_assert_no_error (error);
  codes = tkb_revise_get_changed (catalog, a, b);
  g_ptr_array_add (codes, NULL);
  return g_strjoinv (" ", (char **) codes->pdata);
}

static void
assert_changed (const char *before, const char *after, const char *expected)
{
  g_autofree char *forth = get_changed (before, after);
  g_autofree char *back = get_changed (after, before);

  g_assert_cmpstr (forth, ==, expected);
  g_assert_cmpstr (back, ==, expected);
}

static void
test_changed (void)
{
  assert_changed ("'title':'a'", "'title':'a'", "");
  assert_changed ("'title':'a','modified':'x','state':'draft'", "'title':'a','state':'published'",
                  "");
  assert_changed ("'title':'a','need':'n'", "'title':'b'", "title need");
  assert_changed ("'zz':1,'aa':{'x':1,'y':2}", "'zz':2,'aa':{'y':2,'x':1}", "zz");
  assert_changed ("", "'x':[1],'city':'c','need':'n','a':null", "city need a x");
}

static void
assert_restored (const char *current, const char *earlier, const char *code, const char *expected)
{
  g_autoptr (TkbDocument) now = parse (current);
  g_autoptr (TkbDocument) then = parse (earlier);
  g_autoptr (TkbDocument) restored = tkb_revise_restore (now, then, code);
  g_autoptr (TkbDocument) wanted = expected != NULL ? parse (expected) : NULL;
  g_autofree char *text = NULL;
  g_autofree char *wanted_text = NULL;

  g_assert_cmpint (restored != NULL, ==, wanted != NULL);
  if (wanted == NULL)
    return;
  text = tkb_document_to_text (restored, TKB_DOCUMENT_JSON_NONE);
  wanted_text = tkb_document_to_text (wanted, TKB_DOCUMENT_JSON_NONE);
  g_assert_cmpstr (text, ==, wanted_text);
}

static void
test_restore (void)
{
  assert_restored ("'title':'b','state':'draft'", "'title':'a','state':'published'", NULL,
                   "'title':'a','state':'draft'");
  assert_restored ("'title':'b','need':'n'", "'title':'a','need':'m'", "need",
                   "'title':'b','need':'m'");
  assert_restored ("'title':'b','need':'n'", "'title':'a'", NULL, "'title':'a'");
  assert_restored ("'title':'b','need':'n'", "'title':'a'", "need", "'title':'b'");
  assert_restored ("'title':'b'", "'title':'b','modified':'x'", NULL, NULL);
  assert_restored ("'title':'b'", "'title':'a'", "need", NULL);
  assert_restored ("'state':'draft'", "'state':'published'", "state", NULL);
}

static char *
mark (const char *text, GArray *ranges)
{
  GString *out = g_string_new (NULL);
  guint    at = 0;

  for (guint i = 0; i < ranges->len; i++)
    {
      const TkbWordRange *range = &g_array_index (ranges, TkbWordRange, i);

      g_assert_cmpuint (range->start, >=, at);
      g_assert_cmpuint (range->end, >, range->start);
      g_assert_cmpuint (range->end, <=, strlen (text));
      g_string_append_len (out, text + at, range->start - at);
      g_string_append_printf (out, "[%.*s]", (int) (range->end - range->start),
                              text + range->start);
      at = range->end;
    }
  g_string_append (out, text + at);
  return g_string_free (out, FALSE);
}

static void
assert_marked (const char *a, const char *b, const char *marked_a, const char *marked_b)
{
  g_autoptr (GArray) ranges_a = NULL;
  g_autoptr (GArray) ranges_b = NULL;
  g_autofree char *text_a = NULL;
  g_autofree char *text_b = NULL;

  tkb_word_diff (a, b, &ranges_a, &ranges_b);
  text_a = mark (a, ranges_a);
  text_b = mark (b, ranges_b);
  g_assert_cmpstr (text_a, ==, marked_a);
  g_assert_cmpstr (text_b, ==, marked_b);
}

static void
test_words (void)
{
  assert_marked ("", "", "", "");
  assert_marked ("same words", "same words", "same words", "same words");
  assert_marked ("", "new", "", "[new]");
  assert_marked ("old", "", "[old]", "");
  assert_marked ("the old valve leaks", "the new valve leaks", "the [old] valve leaks",
                 "the [new] valve leaks");
  assert_marked ("one two three", "one three", "one [two ]three", "one three");
  assert_marked ("a b c d", "a x y d", "a [b c] d", "a [x y] d");
  assert_marked ("专利检索报告", "专利分析报告", "专利[检索]报告", "专利[分析]报告");
  assert_marked ("поиск патентов", "поиск марок", "поиск [патентов]", "поиск [марок]");
  assert_marked ("year 2023.", "year 2024.", "year [2023].", "year [2024].");
}

/* Whatever the texts: what is not marked is the same on both sides. */
static void
test_rest_is_the_same (void)
{
  static const char *const words[] = { "a", "b ", "cc", " ", "专", "利", "\n", "é", "." };

  for (guint i = 0; i < 500; i++)
    {
      GString *texts[2] = { g_string_new (NULL), g_string_new (NULL) };
      GString *rest[2] = { g_string_new (NULL), g_string_new (NULL) };
      GArray  *ranges[2] = { NULL, NULL };

      for (guint side = 0; side < 2; side++)
        for (guint n = g_test_rand_int_range (0, 30); n > 0; n--)
          g_string_append (texts[side], words[g_test_rand_int_range (0, 9)]);
      tkb_word_diff (texts[0]->str, texts[1]->str, &ranges[0], &ranges[1]);
      for (guint side = 0; side < 2; side++)
        {
          guint at = 0;

          for (guint j = 0; j < ranges[side]->len; j++)
            {
              const TkbWordRange *range = &g_array_index (ranges[side], TkbWordRange, j);

              g_string_append_len (rest[side], texts[side]->str + at, range->start - at);
              at = range->end;
            }
          g_string_append (rest[side], texts[side]->str + at);
          g_strdelimit (rest[side]->str, " ", '_');
        }
      /* a blank between two marked words goes with them, on either side by itself */
      for (guint side = 0; side < 2; side++)
        {
          g_auto (GStrv) parts = g_strsplit (rest[side]->str, "_", -1);

          g_string_assign (rest[side], "");
          for (guint j = 0; parts[j] != NULL; j++)
            g_string_append (rest[side], parts[j]);
        }
      g_assert_cmpstr (rest[0]->str, ==, rest[1]->str);
      for (guint side = 0; side < 2; side++)
        {
          g_string_free (texts[side], TRUE);
          g_string_free (rest[side], TRUE);
          g_array_unref (ranges[side]);
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/revise/changed", test_changed);
  g_test_add_func ("/revise/restore", test_restore);
  g_test_add_func ("/word-diff/words", test_words);
  g_test_add_func ("/word-diff/rest-is-the-same", test_rest_is_the_same);
  return g_test_run ();
}
