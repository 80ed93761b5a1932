/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include <locale.h>
#include <string.h>

#include "search-fixture.h"

static void
fill_languages (Fixture *self)
{
  put_case (self, "en", "Searching patents for a start-up",
            "'need':'A landscape of **batteries** in Gansu','summary':'Prior art, fast.'");
  put_case (self, "zh", "甘肃设施蔬菜专利信息服务",
            "'language':'zh','need':'企业需要专利检索分析，避免重复研发。'");
  put_case (self, "zh-Hant", "專利地圖", "'language':'zh-Hant','summary':'台灣中小企業'");
  put_case (self, "fr", "Recherche de brevets et propriété intellectuelle", "'language':'fr'");
  put_case (self, "es", "Búsquedas de patentes para universidades", "'language':'es'");
  put_case (self, "ru", "Патентные исследования", "'language':'ru','need':'Ещё один поиск'");
  put_case (self, "ar", "خدمة البحث في البراءات", "'language':'ar'");
  put_case (self, "mixed", "CNIPA专利检索 system",
            "'ipc_classes':['A61K 31/13'],"
            "'need':'cites EP 1 000 000 B1 and ZL201510123456.7'");
}

static void
test_words (Fixture *self, gconstpointer unused)
{
  fill_languages (self);
  assert_finds (self, "patents", "en es");
  assert_finds (self, "patent", "en es");
  assert_finds (self, "search", "en");
  assert_finds (self, "SEARCHING", "en");
  assert_finds (self, "batteries gansu", "en");
  assert_finds (self, "battery", "en");
  assert_finds (self, "batteries hunan", "");
  assert_finds (self, "brevet", "fr");
  assert_finds (self, "propriete", "fr");
  assert_finds (self, "propriétés", "fr");
  assert_finds (self, "busqueda", "es");
  assert_finds (self, "патентный", "ru");
  assert_finds (self, "исследование еще", "ru");
  assert_finds (self, "براءات", "ar");
  assert_finds (self, "البَحث", "ar");
}

static void
test_ideographs (Fixture *self, gconstpointer unused)
{
  fill_languages (self);
  assert_finds (self, "检索", "mixed zh");
  assert_finds (self, "檢索", "mixed zh");
  assert_finds (self, "地图", "zh-Hant");
  assert_finds (self, "台湾中小", "zh-Hant");
  assert_finds (self, "专利检", "mixed zh");
  assert_finds (self, "利检", "mixed zh");
  assert_finds (self, "检利", "");
  assert_finds (self, "蔬菜 企业", "zh");
  assert_finds (self, "地", "zh-Hant");
  assert_finds (self, "务", "zh");
  assert_finds (self, "CNIPA专利", "mixed");
  assert_finds (self, "“设施蔬菜”", "zh");
  assert_finds (self, "甘肃－蔬菜", "zh");
}

static void
test_numbers (Fixture *self, gconstpointer unused)
{
  fill_languages (self);
  assert_finds (self, "EP1000000B1", "mixed");
  assert_finds (self, "EP 1 000 000 B1", "mixed");
  assert_finds (self, "ep1000000", "mixed");
  assert_finds (self, "EP-1000000", "mixed");
  assert_finds (self, "CN201510123456.7", "mixed");
  assert_finds (self, "A61K 31/13", "mixed");
  assert_finds (self, "a61k31/13", "mixed");
  assert_finds (self, "A61K", "mixed");
  assert_finds (self, "A61K 31/14", "");
  assert_finds (self, "EP1000001", "");
}

static void
test_operators (Fixture *self, gconstpointer unused)
{
  put_case (self, "a", "alpha beta", "'year':2021,'country':'CN','need':'gamma delta'");
  put_case (self, "b", "alpha", "'year':2022,'country':'FR','need':'beta gamma'");
  put_case (self, "c", "gamma", "'year':2024,'country':'CN','need':'alpha'");
  assert_finds (self, "alpha", "a b c");
  assert_finds (self, "alpha -delta", "b c");
  assert_finds (self, "-delta", "c b");
  assert_finds (self, "alpha NOT (delta OR beta)", "c");
  assert_finds (self, "\"alpha beta\"", "a");
  assert_finds (self, "\"beta alpha\"", "");
  assert_finds (self, "delta OR beta", "a b");
  assert_finds (self, "delta | (beta alpha)", "a b");
  assert_finds (self, "title:gamma", "c");
  assert_finds (self, "title:alpha gamma", "a b");
  assert_finds (self, "title:(beta OR gamma)", "a c");
  assert_finds (self, "year:2022..", "c b");
  assert_finds (self, "year:2021..2022", "a b");
  assert_finds (self, "year:..2021", "a");
  assert_finds (self, "year:>=2022", "c b");
  assert_finds (self, "year:>2022", "c");
  assert_finds (self, "year:<2022", "a");
  assert_finds (self, "year:<=2022", "a b");
  assert_finds (self, "year:>", "a c b");
  assert_finds (self, "country:CN", "a c");
  assert_finds (self, "country:china alpha", "a c");
  assert_finds (self, "-country:cn", "b");
  assert_finds (self, "country:FR OR delta", "a b");
  assert_finds (self, "country:CN,FR year:2024", "c");
  assert_finds (self, "kind:case alpha -year:2021", "b c");
  assert_finds (self, "state:published alpha beta", "a b");
  assert_finds (self, "has:attachment", "");
  assert_finds (self, "alpha OR -country:CN", "a b c");
  /* a filter at top level is for all alternatives */
  assert_finds (self, "delta OR gamma country:CN", "c a");
  assert_finds (self, "delta OR beta country:FR", "b");
  assert_finds (self, "country:FR delta OR beta", "b");
  assert_finds (self, "delta OR beta -country:CN", "b");
  assert_finds (self, "delta | gamma year:2021.. country:FR", "b");
  /* but not one that was grouped, stands alone, or is chosen for each */
  assert_finds (self, "delta OR (beta country:FR)", "a b");
  assert_finds (self, "delta year:2021 OR beta year:2022", "a b");
  assert_finds (self, "country:FR OR delta country:CN", "a b");
  assert_finds (self, "country:FR OR gamma year:2024", "c");
  assert_finds (self, "delta OR beta nofield:alpha", "a");
  assert_finds (self, "（alpha　beta）", "a b");
  assert_finds (self, "nofield:alpha", "");
}

static void
test_ranking (Fixture *self, gconstpointer unused)
{
  put_case (self, "body", "One", "'need':'searching searching searching searching'");
  put_case (self, "stem", "The search", "");
  put_case (self, "exact", "The searching", "");
  put_case (self, "head", "Two", "'tags':['searching']");
  put_case (self, "prefix", "The searchingest", "");
  assert_finds (self, "searching", "exact stem head body");
  {
    g_autofree char *typed = find_typing (self, "searching");

    g_assert_cmpstr (typed, ==, "exact stem prefix head body");
  }
}

static void
test_ties (Fixture *self, gconstpointer unused)
{
  put_case (self, "old", "same words", "'modified':'2020-01-01T00:00:00Z'");
  put_case (self, "new", "same words", "'modified':'2024-01-01T00:00:00Z'");
  put_case (self, "draft", "same words", "'state':'draft','modified':'2025-01-01T00:00:00Z'");
  assert_finds (self, "same", "new old draft");
  assert_finds (self, "", "draft new old");
}

static void
test_typing (Fixture *self, gconstpointer unused)
{
  static const struct
  {
    const char *text;
    const char *ids;
  } cases[] = {
    { "p", "a b" },        { "pa", "a b" },         { "pat", "a b" },   { "paten", "a b" },
    { "patents ", "a b" }, { "zhuanli", "z" },      { "zhuanl", "z" },  { "zl", "z" },
    { "专", "z" },         { "landscape pa", "a" }, { "\"a pat", "a" }, { "country:", "b z a" },
  };

  put_case (self, "a", "A patent landscape", "'modified':'2020-01-01T00:00:00Z'");
  put_case (self, "z", "中国专利", "'language':'zh','modified':'2021-01-01T00:00:00Z'");
  put_case (self, "b", "Title", "'need':'patents pay','modified':'2022-01-01T00:00:00Z'");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *found = find_typing (self, cases[i].text);

      if (strcmp (found, cases[i].ids) != 0)
        g_error ("“%s”: found “%s”, not “%s”", cases[i].text, found, cases[i].ids);
    }
}

static char *
get_hit_string (Fixture *self, const char *text, const char *language, const char *property)
{
  g_autoptr (TkbQuery) query = tkb_query_new (text, TKB_QUERY_TYPING);
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbSearchResults) results =
      tkb_search_run (self->search, query, language, 1, NULL, &error);
  g_autoptr (TkbSearchHit) hit = NULL;
  char *value = NULL;

  g_assert_no_error (error);
  g_assert_cmpuint (tkb_search_results_get_total (results), >, 0);
  hit = g_list_model_get_item (G_LIST_MODEL (results), 0);
  g_object_get (hit, property, &value, NULL);
  return value;
}

static void
assert_markup (Fixture *self, const char *text, const char *property, const char *markup)
{
  g_autofree char *found = get_hit_string (self, text, NULL, property);

  g_assert_cmpstr (found, ==, markup);
}

static void
test_markup (Fixture *self, gconstpointer unused)
{
  put_case (self, "1", "Patents & <trade marks>",
            "'summary':'Short.','need':'Some *text* on trade.'");
  put_case (self, "2", "甘肅專利檢索服務", "'language':'zh','summary':'设施蔬菜。'");
  put_case (self, "3", "خدمة البَرَاءات", "'language':'ar'");
  put_case (self, "4", "Été des brevets", "'language':'fr','titles':{'zh':'夏天','en':'Summer'}");
  assert_markup (self, "patent", "title-markup", "<b>Patents</b> &amp; &lt;trade marks&gt;");
  assert_markup (self, "trade", "title-markup", "Patents &amp; &lt;<b>trade</b> marks&gt;");
  assert_markup (self, "trade", "snippet-markup", "Some text on <b>trade</b>.");
  assert_markup (self, "short trade", "snippet-markup", "<b>Short</b>.");
  assert_markup (self, "专利检索", "title-markup", "甘肅<b>專利檢索</b>服務");
  assert_markup (self, "专利 检索", "title-markup", "甘肅<b>專利檢索</b>服務");
  assert_markup (self, "专", "title-markup", "甘肅<b>專</b>利檢索服務");
  assert_markup (self, "zhuanli", "title-markup", "甘肅<b>專利</b>檢索服務");
  assert_markup (self, "蔬菜", "snippet-markup", "设施<b>蔬菜</b>。");
  assert_markup (self, "براءات", "title-markup", "خدمة <b>البَرَاءات</b>");
  assert_markup (self, "ete brevet", "title-markup", "<b>Été</b> des <b>brevets</b>");
  {
    g_autofree char *title = get_hit_string (self, "brevets", "zh-CN", "title");
    g_autofree char *markup = get_hit_string (self, "summer", "en", "title-markup");

    g_assert_cmpstr (title, ==, "夏天");
    g_assert_cmpstr (markup, ==, "<b>Summer</b>");
  }
}

static void
assert_snippet (Fixture *self, const char *text, const char *markup)
{
  g_autofree char *found = get_hit_string (self, text, "en", "snippet-markup");

  g_assert_cmpstr (found, ==, markup);
}

/* A row says why it is there, also where neither its title nor its summary does. */
static void
test_other_fields (Fixture *self, gconstpointer unused)
{
  put_case (self, "1", "Patent information",
            "'titles':{'zh':'甘肃<设施>专利信息','ar':'معلومات البَرَاءات'},"
            "'summary':'For farmers.','summaries':{'zh':'蔬菜与灌溉。','fr':'Légumes & serres.'},"
            "'need':'Growers asked. The drip was blocked.','lessons':['Ask twice about valves.'],"
            "'caveats':['Nobody counted valves, tariffs, tubes.'],'country':'CN',"
            "'sources':[{'what':'Yearbook of tubes'},{'what':'Interview'}]");
  /* other languages, the title before the summary */
  assert_snippet (self, "专利", "甘肃&lt;设施&gt;<b>专利</b>信息");
  assert_snippet (self, "灌溉", "蔬菜与<b>灌溉</b>。");
  assert_snippet (self, "البراءات", "معلومات <b>البَرَاءات</b>");
  assert_snippet (self, "legumes", "<b>Légumes</b> &amp; serres.");
  /* fields by weight, however deep */
  assert_snippet (self, "interview", "<b>Interview</b>");
  assert_snippet (self, "tubes", "Nobody counted valves, tariffs, <b>tubes</b>.");
  assert_snippet (self, "blocked", "…The drip was <b>blocked</b>.");
  assert_snippet (self, "china", "<b>China</b>");
  /* what is shown comes first, and what is shown already is not said again in another language */
  assert_snippet (self, "farmers", "For <b>farmers</b>.");
  assert_snippet (self, "information", "For farmers.");
  assert_snippet (self, "", "For farmers.");
  /* by sound: the title that sounds so, as it is */
  assert_snippet (self, "zhuanli", "甘肃&lt;设施&gt;专利信息");
  assert_snippet (self, "zlxx", "甘肃&lt;设施&gt;专利信息");
}

/* In an interface of another language the document's own title is the hidden one. */
static void
test_own_language (Fixture *self, gconstpointer unused)
{
  g_autofree char *snippet = NULL;
  g_autofree char *shown = NULL;

  put_case (self, "1", "专利导航", "'language':'zh','titles':{'en':'Patent navigation'}");
  assert_snippet (self, "导航", "专利<b>导航</b>");
  assert_snippet (self, "daohang", "专利导航");
  assert_snippet (self, "navigation", "");
  snippet = get_hit_string (self, "daohang", "zh-CN", "snippet-markup");
  shown = get_hit_string (self, "daohang", "zh-CN", "title-markup");
  g_assert_cmpstr (snippet, ==, "");
  g_assert_cmpstr (shown, ==, "专利<b>导航</b>");
}

static void
test_long_snippet (Fixture *self, gconstpointer unused)
{
  g_autoptr (GString) need = g_string_new ("'need':'");
  g_autofree char *snippet = NULL;

  for (guint i = 0; i < 200; i++)
    g_string_append (need, "filler words go here ");
  g_string_append (need, "the needle lies here ");
  for (guint i = 0; i < 200; i++)
    g_string_append (need, "and more filler ");
  g_string_append (need, "'");
  put_case (self, "1", "Title", need->str);
  snippet = get_hit_string (self, "needle", NULL, "snippet-markup");
  g_assert_true (g_str_has_prefix (snippet, "…"));
  g_assert_true (g_str_has_suffix (snippet, "…"));
  g_assert_nonnull (strstr (snippet, "the <b>needle</b> lies"));
  g_assert_cmpint (g_utf8_strlen (snippet, -1), <, 260);
}

static void
test_facets (Fixture *self, gconstpointer unused)
{
  g_autoptr (TkbQuery) all = tkb_query_new ("alpha", TKB_QUERY_NONE);
  g_autoptr (TkbQuery) china = tkb_query_with_facet (all, "country", "CN");
  g_autoptr (TkbQuery) two = tkb_query_with_facet (china, "country", "FR");
  g_autoptr (TkbQuery) year = tkb_query_with_facet (two, "year", "2022");
  g_autoptr (TkbSearchResults) results = NULL;
  g_autofree char *countries = NULL;
  g_autofree char *years = NULL;

  put_case (self, "a", "alpha 1", "'year':2021,'country':'CN'");
  put_case (self, "b", "alpha 2", "'year':2022,'country':'CN'");
  put_case (self, "c", "alpha 3", "'year':2022,'country':'FR'");
  put_case (self, "d", "alpha 4", "'year':2022,'country':'EG'");
  put_case (self, "e", "beta", "'year':2022,'country':'EG'");
  results = ask_query (self, year, 10);
  countries = get_counts (results, "country");
  years = get_counts (results, "year");
  g_assert_cmpuint (tkb_search_results_get_total (results), ==, 2);
  g_assert_cmpstr (countries, ==, "*CN 1 EG 1 *FR 1");
  g_assert_cmpstr (years, ==, "*2022 2 2021 1");
}

/* Random documents and selections against a count by hand. */
static void
test_facets_random (Fixture *self, gconstpointer unused)
{
  static const char *const countries[] = { "CN", "FR", "EG", "RU", "MX" };
  g_autoptr (GPtrArray) documents =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_document_unref);
  g_autoptr (TkbRandom) random = tkb_random_new_seeded (3);
  guint country_of[300];
  guint year_of[300];
  guint word_of[300];

  for (guint i = 0; i < 300; i++)
    {
      g_autofree char *id = g_strdup_printf ("d%03u", i);
      g_autofree char *title = NULL;
      g_autofree char *members = NULL;

      country_of[i] = tkb_random_below (random, 5);
      year_of[i] = 2020 + tkb_random_below (random, 4);
      word_of[i] = tkb_random_below (random, 3);
      title = g_strdup_printf ("word%u common", word_of[i]);
      members = g_strdup_printf ("'country':'%s','year':%u", countries[country_of[i]], year_of[i]);
      g_ptr_array_add (documents, make_case (id, title, members));
    }
  put_bulk (self, documents);
  for (guint round = 0; round < 40; round++)
    {
      g_autofree char *text = g_strdup_printf ("word%u", round % 3);
      g_autoptr (TkbQuery) query = tkb_query_new (round % 4 == 3 ? "" : text, TKB_QUERY_NONE);
      g_autoptr (TkbSearchResults) results = NULL;
      gboolean country_wanted[5] = { FALSE };
      guint    n_wanted = tkb_random_below (random, 3);
      guint    year = tkb_random_below (random, 2) ? 2020 + tkb_random_below (random, 4) : 0;
      guint    by_country[5] = { 0 };
      guint    total = 0;

      for (guint i = 0; i < n_wanted; i++)
        {
          guint     country = tkb_random_below (random, 5);
          TkbQuery *next = tkb_query_with_facet (query, "country", countries[country]);

          country_wanted[country] = TRUE;
          tkb_query_unref (query);
          query = next;
        }
      if (year != 0)
        {
          g_autofree char *code = g_strdup_printf ("%u", year);
          TkbQuery        *next = tkb_query_with_facet (query, "year", code);

          tkb_query_unref (query);
          query = next;
        }
      for (guint i = 0; i < 300; i++)
        {
          if ((round % 4 != 3 && word_of[i] != round % 3) || (year != 0 && year_of[i] != year))
            continue;
          by_country[country_of[i]]++;
          total += n_wanted == 0 || country_wanted[country_of[i]];
        }
      results = ask_query (self, query, 1);
      g_assert_cmpuint (tkb_search_results_get_total (results), ==, total);
      for (guint i = 0; i < 5; i++)
        {
          g_autofree char *counts = get_counts (results, "country");
          g_autofree char *expected = g_strdup_printf ("%s%s %u", country_wanted[i] ? "*" : "",
                                                       countries[i], by_country[i]);

          if (by_country[i] > 0)
            g_assert_nonnull (strstr (counts, expected));
        }
    }
}

static void
test_scopes (Fixture *self, gconstpointer unused)
{
  static const struct
  {
    TkbScope    scope;
    const char *ids;
  } cases[] = {
    { TKB_SCOPE_ALL, "d p" },
    { TKB_SCOPE_DRAFTS, "d" },
    { TKB_SCOPE_FAVOURITES, "p" },
    { TKB_SCOPE_CONFLICTS, "" },
  };
  g_autoptr (GError) error = NULL;

  put_case (self, "p", "published", "'modified':'2020-01-01T00:00:00Z'");
  put_case (self, "d", "draft", "'state':'draft','modified':'2021-01-01T00:00:00Z'");
  g_assert_true (tkb_store_set_favourite (self->store, "p", TRUE, &error));
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (TkbQuery) all = tkb_query_new (NULL, TKB_QUERY_NONE);
      g_autoptr (TkbQuery) query = tkb_query_with_scope (all, cases[i].scope);
      g_autofree char *found = find_query (self, query);

      g_assert_cmpstr (found, ==, cases[i].ids);
    }
  {
    g_autoptr (TkbQuery) all = tkb_query_new (NULL, TKB_QUERY_NONE);
    g_autoptr (TkbQuery) guides = tkb_query_with_kind (all, "guide");
    g_autofree char *found = find_query (self, guides);

    g_assert_cmpstr (found, ==, "");
  }
}

static void
test_follows_edits (Fixture *self, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *tombstone = NULL;

  put_case (self, "a", "first title", "'need':'apples'");
  assert_finds (self, "first", "a");
  put_case (self, "a", "second title", "'need':'pears'");
  assert_finds (self, "first", "");
  assert_finds (self, "apples", "");
  assert_finds (self, "second pears", "a");
  tombstone = tkb_store_delete (self->store, "a", NULL, NULL, &error);
  g_assert_no_error (error);
  assert_finds (self, "second", "");
  assert_finds (self, "", "");
  put_case (self, "b", "second", "");
  assert_finds (self, "second", "b");
}

static void
test_suggestion (Fixture *self, gconstpointer unused)
{
  g_autoptr (TkbQuery) wrong = tkb_query_new ("Vegtables gansu", TKB_QUERY_NONE);
  g_autoptr (TkbQuery) right = tkb_query_new ("vegetables", TKB_QUERY_NONE);
  g_autoptr (TkbSearchResults) none = NULL;
  g_autoptr (TkbSearchResults) some = NULL;

  put_case (self, "a", "Vegetables in Gansu", "");
  none = ask_query (self, wrong, 1);
  some = ask_query (self, right, 1);
  g_assert_cmpuint (tkb_search_results_get_total (none), ==, 0);
  g_assert_cmpstr (tkb_search_results_get_suggestion (none), ==, "vegetables gansu");
  g_assert_null (tkb_search_results_get_suggestion (some));
}

static void
quit_cb (GObject *object, GParamSpec *pspec, gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
}

static void
test_paging (Fixture *self, gconstpointer unused)
{
  g_autoptr (GPtrArray) documents =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_document_unref);
  g_autoptr (TkbQuery) query = tkb_query_new ("common", TKB_QUERY_NONE);
  g_autoptr (TkbQuery) browse = tkb_query_new ("", TKB_QUERY_NONE);
  g_autoptr (TkbSearchResults) results = NULL;
  g_autoptr (TkbSearchResults) newest = NULL;
  g_autoptr (TkbSearchHit) far = NULL;
  g_autoptr (TkbSearchHit) again = NULL;
  g_autofree char *ids = NULL;
  gboolean         is_loaded = FALSE;

  for (guint i = 0; i < 2000; i++)
    {
      g_autofree char *id = g_strdup_printf ("d%04u", i);
      g_autofree char *modified = g_strdup_printf ("'modified':'2024-01-01T%02u:%02u:%02uZ'",
                                                   i / 3600, i / 60 % 60, i % 60);

      g_ptr_array_add (documents, make_case (id, "common", modified));
    }
  put_bulk (self, documents);
  results = ask_query (self, query, 10);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (results)), ==, 2000);
  far = g_list_model_get_item (G_LIST_MODEL (results), 1503);
  g_assert_cmpstr (tkb_search_hit_get_id (far), ==, "");
  g_signal_connect (far, "notify::is-loaded", G_CALLBACK (quit_cb), &is_loaded);
  while (!is_loaded)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (tkb_search_hit_get_id (far), ==, "d0496");
  again = g_list_model_get_item (G_LIST_MODEL (results), 1503);
  g_assert_true (again == far);
  g_assert_null (g_list_model_get_item (G_LIST_MODEL (results), 2000));
  newest = ask_query (self, browse, 3);
  ids = find_query (self, browse);
  g_assert_true (g_str_has_prefix (ids, "d1999 d1998 d1997 "));
  g_assert_cmpuint (tkb_search_results_get_total (newest), ==, 2000);
}

static void
store_result_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static void
test_cancel (Fixture *self, gconstpointer unused)
{
  g_autoptr (TkbQuery) query = tkb_query_new ("word", TKB_QUERY_TYPING);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) first = NULL;
  g_autoptr (GAsyncResult) second = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbSearchResults) results = NULL;

  put_case (self, "a", "word", "");
  tkb_search_run_async (self->search, query, NULL, cancellable, store_result_cb, &first);
  g_cancellable_cancel (cancellable);
  tkb_search_run_async (self->search, query, NULL, NULL, store_result_cb, &second);
  while (first == NULL || second == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_null (tkb_search_run_finish (self->search, first, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  results = tkb_search_run_finish (self->search, second, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (tkb_search_results_get_total (results), ==, 1);
}

/* The index after random edits is the index that is made anew. */
static void
test_random_edits (Fixture *self, gconstpointer unused)
{
  static const char *const words[] = { "alpha",       "专利检索", "brevets", "поиски", "A61K 31/13",
                                       "EP1000000B1", "البراءات", "beta",    "特許",   "特허" };
  static const char *const queries[] = { "alpha",      "专利",       "brevet",  "поиск",
                                         "A61K",       "EP1000000",  "براءات",  "-beta",
                                         "country:CN", "alpha beta", "zhuanli", "year:2021.." };
  g_autoptr (TkbRandom) random = tkb_random_new_seeded (11);
  g_autoptr (GPtrArray) before = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 250; i++)
    {
      g_autofree char *id = g_strdup_printf ("d%u", tkb_random_below (random, 40));
      g_autofree char *title =
          g_strdup_printf ("%s %s", words[tkb_random_below (random, G_N_ELEMENTS (words))],
                           words[tkb_random_below (random, G_N_ELEMENTS (words))]);
      g_autofree char *members = g_strdup_printf (
          "'country':'%s','year':%u,'need':'%s'", tkb_random_below (random, 2) ? "CN" : "FR",
          2019 + tkb_random_below (random, 5),
          words[tkb_random_below (random, G_N_ELEMENTS (words))]);

      if (tkb_random_below (random, 5) == 0)
        g_free (tkb_store_delete (self->store, id, NULL, NULL, NULL));
      else
        put_case (self, id, title, members);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (queries); i++)
    g_ptr_array_add (before, find (self, queries[i]));
  g_assert_true (tkb_store_reindex (self->store, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (tkb_store_wait_for_index (self->store, NULL, &error));
  for (gsize i = 0; i < G_N_ELEMENTS (queries); i++)
    assert_finds (self, queries[i], g_ptr_array_index (before, i));
}

/* Whatever is typed is answered. */
static void
test_any_query (Fixture *self, gconstpointer unused)
{
  static const char *const pieces[] = {
    "alpha",      " ",      "(",          ")",    "\"",      " OR ",           " NOT ", "-",
    "|",          "year:",  "title:",     "专利", "专",      "EP 1 000 000",   "'",     "*",
    "country:CN", "2020..", "A61K 31/13", "a",    "brevets", "has:attachment", "!!",    "البراءات",
    "zl",         "x:y",    "NEAR"
  };
  g_autoptr (TkbRandom) random = tkb_random_new_seeded (13);

  put_case (self, "a", "alpha 专利", "'year':2021,'country':'CN'");
  put_case (self, "b", "brevets", "'year':2022,'language':'fr','need':'alpha'");
  for (guint round = 0; round < 1500; round++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (TkbQuery) query = NULL;
      g_autoptr (TkbSearchResults) results = NULL;
      guint n = 1 + tkb_random_below (random, 12);

      for (guint i = 0; i < n; i++)
        g_string_append (text, pieces[tkb_random_below (random, G_N_ELEMENTS (pieces))]);
      query = tkb_query_new (text->str, round % 2 ? TKB_QUERY_TYPING : TKB_QUERY_NONE);
      g_test_message ("%s", text->str);
      results = ask_query (self, query, 10);
      g_assert_cmpuint (tkb_search_results_get_total (results), <=, 2);
    }
  assert_finds (self, "!!!", "a b");
  assert_finds (self, "alpha !!!", "a b");
}

/* More words than an expression takes. */
static void
test_many_words (Fixture *self, gconstpointer unused)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (TkbQuery) query = NULL;
  g_autoptr (TkbSearchResults) results = NULL;

  put_case (self, "a", "word", "");
  for (guint i = 0; i < 100; i++)
    g_string_append (text, "word ");
  query = tkb_query_new (text->str, TKB_QUERY_NONE);
  results = ask_query (self, query, 1);
  g_assert_cmpuint (tkb_search_results_get_total (results), ==, 1);
  g_assert_cmpuint (tkb_search_results_get_notes (results)->len, >=, 1);
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  FIXTURE_TEST ("/search/words", test_words);
  FIXTURE_TEST ("/search/ideographs", test_ideographs);
  FIXTURE_TEST ("/search/numbers", test_numbers);
  FIXTURE_TEST ("/search/operators", test_operators);
  FIXTURE_TEST ("/search/ranking", test_ranking);
  FIXTURE_TEST ("/search/ties", test_ties);
  FIXTURE_TEST ("/search/typing", test_typing);
  FIXTURE_TEST ("/search/markup", test_markup);
  FIXTURE_TEST ("/search/other-fields", test_other_fields);
  FIXTURE_TEST ("/search/own-language", test_own_language);
  FIXTURE_TEST ("/search/long-snippet", test_long_snippet);
  FIXTURE_TEST ("/search/facets", test_facets);
  FIXTURE_TEST ("/search/facets-random", test_facets_random);
  FIXTURE_TEST ("/search/scopes", test_scopes);
  FIXTURE_TEST ("/search/follows-edits", test_follows_edits);
  FIXTURE_TEST ("/search/suggestion", test_suggestion);
  FIXTURE_TEST ("/search/paging", test_paging);
  FIXTURE_TEST ("/search/cancel", test_cancel);
  FIXTURE_TEST ("/search/random-edits", test_random_edits);
  FIXTURE_TEST ("/search/any-query", test_any_query);
  FIXTURE_TEST ("/search/many-words", test_many_words);
  return g_test_run ();
}
