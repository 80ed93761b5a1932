/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include <locale.h>
#include <string.h>

#include "tkb-query-private.h"
#include "tkb-random.h"

/* The tree as text: (and a b), (or a b), (not a), "phrase", field=value, title~word, word*. */
static void
write_node (GString *out, const TkbNode *node)
{
  static const char *const names[] = { "and", "or", "not" };

  switch (node->type)
    {
    case TKB_NODE_AND:
    case TKB_NODE_OR:
    case TKB_NODE_NOT:
      g_string_append_printf (out, "(%s", names[node->type]);
      for (guint i = 0; i < node->children->len; i++)
        {
          g_string_append_c (out, ' ');
          write_node (out, g_ptr_array_index (node->children, i));
        }
      g_string_append_c (out, ')');
      return;
    case TKB_NODE_FIELD:
      g_string_append_printf (out, "%s=%s", node->field, node->text);
      break;
    case TKB_NODE_PHRASE:
      g_string_append_printf (out, "%s\"%s\"", node->is_title ? "title~" : "", node->text);
      break;
    default:
      g_string_append_printf (out, "%s%s", node->is_title ? "title~" : "", node->text);
      break;
    }
  if (node->is_typing)
    g_string_append_c (out, '*');
}

static char *
parse (const char *text, TkbQueryFlags flags)
{
  g_autoptr (TkbQuery) query = tkb_query_new (text, flags);
  g_autoptr (GString) out = g_string_new (NULL);

  if (tkb_query_get_root (query) != NULL)
    write_node (out, tkb_query_get_root (query));
  return g_strdup (out->str);
}

static void
test_trees (void)
{
  static const struct
  {
    const char *text;
    const char *tree;
  } cases[] = {
    { "", "" },
    { "   ", "" },
    { "one", "one" },
    { "one two", "(and one two)" },
    { "one AND two", "(and one two)" },
    { "one OR two three", "(or one (and two three))" },
    { "one | two", "(or one two)" },
    { "one or two", "(and one or two)" },
    { "-one", "(not one)" },
    { "--one", "one" },
    { "NOT one two", "(and (not one) two)" },
    { "one - two", "(and one - two)" },
    { "state-of-the-art", "state-of-the-art" },
    { "(one OR two) three", "(and (or one two) three)" },
    { "((one))", "one" },
    { "(one", "one" },
    { "one)", "one" },
    { "()", "" },
    { "\"one two\" three", "(and \"one two\" three)" },
    { "\"one", "\"one\"" },
    { "\"\"", "" },
    { "“专利 检索” （甲 ｜ 乙）", "(and \"专利 检索\" (or 甲 乙))" },
    { "「一」『二』", "(and \"一\" \"二\")" },
    { "甲　乙、丙", "(and 甲 乙 丙)" },
    { "year:2020..2024", "year=2020..2024" },
    { "year：2020", "year=2020" },
    { "-province:gansu,hunan", "(not province=gansu,hunan)" },
    { "province:(gansu OR hunan)", "(or province=gansu province=hunan)" },
    { "title:one two", "(and title~one two)" },
    { "Title:\"one two\"", "title~\"one two\"" },
    { "title:(one two)", "(and title~one title~two)" },
    { "client-type:sme", "client-type=sme" },
    { "a:b", "a:b" },
    { "10:30", "10:30" },
    { "note:", "note" },
    { "http://example.org/x", "http=//example.org/x" },
    { "EP 1 000 000 B1 claims", "(and EP 1 000 000 B1 claims)" },
    { "(A61K 31/13)", "A61K 31/13" },
    { "A61K 31/13x", "(and A61K 31/13x)" },
    { "OR", "" },
    { "OR one OR", "one" },
    { "AND", "" },
    { "-", "-" },
    { "|", "" },
    { "NOT", "" },
    { "one NOT", "one" },
    { "* ? ^ ~ ' ;", "(and * ? ^ ~ ' ;)" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *tree = parse (cases[i].text, TKB_QUERY_NONE);

      if (strcmp (tree, cases[i].tree) != 0)
        g_error ("%s: %s, not %s", cases[i].text, tree, cases[i].tree);
    }
}

static void
test_typing (void)
{
  static const struct
  {
    const char *text;
    const char *tree;
  } cases[] = {
    { "one tw", "(and one tw*)" },
    { "one ", "one" },
    { "\"one tw", "\"one tw\"*" },
    { "\"one two\"", "\"one two\"" },
    { "(one tw", "(and one tw*)" },
    { "title:on", "title~on*" },
    { "country:", "" },
    { "country:C", "country=C*" },
    { "one -tw", "(and one (not tw*))" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *tree = parse (cases[i].text, TKB_QUERY_TYPING);

      if (strcmp (tree, cases[i].tree) != 0)
        g_error ("%s: %s, not %s", cases[i].text, tree, cases[i].tree);
    }
}

static void
test_browse (void)
{
  static const struct
  {
    const char *text;
    gboolean    is_browse;
  } cases[] = {
    { NULL, TRUE },         { "", TRUE },     { "year:2020", TRUE },
    { "-kind:case", TRUE }, { "one", FALSE }, { "year:2020 one", FALSE },
    { "\"a\"", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (TkbQuery) query = tkb_query_new (cases[i].text, TKB_QUERY_NONE);

      g_assert_cmpint (tkb_query_is_browse (query), ==, cases[i].is_browse);
    }
}

static void
test_bounds (void)
{
  g_autoptr (GString) many = g_string_new (NULL);
  g_autoptr (GString) deep = g_string_new (NULL);
  g_autoptr (TkbQuery) long_query = NULL;
  g_autoptr (TkbQuery) deep_query = NULL;
  g_autoptr (TkbQuery) plain = tkb_query_new ("one two", TKB_QUERY_NONE);
  g_autoptr (TkbQuery) closing = tkb_query_new ("one )", TKB_QUERY_NONE);

  for (guint i = 0; i < 5000; i++)
    {
      g_string_append (many, "词 ");
      g_string_append_c (deep, '(');
    }
  g_string_append (deep, "one");
  long_query = tkb_query_new (many->str, TKB_QUERY_NONE);
  deep_query = tkb_query_new (deep->str, TKB_QUERY_NONE);
  g_assert_cmpuint (tkb_query_get_notes (plain)->len, ==, 0);
  g_assert_cmpuint (tkb_query_get_notes (closing)->len, ==, 1);
  g_assert_cmpuint (tkb_query_get_notes (long_query)->len, ==, 2);
  g_assert_cmpuint (tkb_query_get_notes (deep_query)->len, >=, 1);
}

static void
test_copies (void)
{
  g_autoptr (TkbQuery) query = tkb_query_new ("one", TKB_QUERY_TYPING);
  g_autoptr (TkbQuery) kind = tkb_query_with_kind (query, "case");
  g_autoptr (TkbQuery) facet = tkb_query_with_facet (kind, "country", "CN");
  g_autoptr (TkbQuery) scope = tkb_query_with_scope (facet, TKB_SCOPE_DRAFTS);
  g_autoptr (TkbQuery) any = tkb_query_with_kind (scope, NULL);

  g_assert_null (tkb_query_get_kind (query));
  g_assert_cmpstr (tkb_query_get_kind (scope), ==, "case");
  g_assert_cmpint (tkb_query_get_scope (scope), ==, TKB_SCOPE_DRAFTS);
  g_assert_cmpuint (tkb_query_get_selections (scope)->len, ==, 1);
  g_assert_cmpuint (tkb_query_get_selections (kind)->len, ==, 0);
  g_assert_cmpstr (tkb_query_get_text (any), ==, "one");
  g_assert_null (tkb_query_get_kind (any));
}

static void
test_anything (void)
{
  static const char *const pieces[] = { "one",        " ",  "(", ")",    "\"",       "OR",
                                        "NOT",        "-",  "|", ":",    "year",     "title",
                                        "专利",       "“",  "”", "EP 1", "000 ",     "（",
                                        "A61K 31/13", "..", ",", "\xFF", "\xE4\xB8", "AND" };
  g_autoptr (TkbRandom) random = tkb_random_new_seeded (9);

  for (guint round = 0; round < 20000; round++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      guint            n = tkb_random_below (random, 40);
      g_autofree char *tree = NULL;

      for (guint i = 0; i < n; i++)
        if (tkb_random_below (random, 8) == 0)
          g_string_append_c (text, (char) (1 + tkb_random_below (random, 255)));
        else
          g_string_append (text, pieces[tkb_random_below (random, G_N_ELEMENTS (pieces))]);
      tree = parse (text->str, round % 2 ? TKB_QUERY_TYPING : TKB_QUERY_NONE);
      g_assert_true (g_utf8_validate (tree, -1, NULL));
    }
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/query/trees", test_trees);
  g_test_add_func ("/query/typing", test_typing);
  g_test_add_func ("/query/browse", test_browse);
  g_test_add_func ("/query/bounds", test_bounds);
  g_test_add_func ("/query/copies", test_copies);
  g_test_add_func ("/query/anything", test_anything);
  return g_test_run ();
}
