/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* What words of each script find in titles and in texts, what is marked in the lines that are
 * shown, the order, and second thoughts where nothing was found. */

#include "config.h"

#include <locale.h>
#include <string.h>

#include "search-fixture.h"

static char *
get_snippet (Fixture *self, const char *text)
{
  g_autoptr (TkbQuery) query = tkb_query_new (text, TKB_QUERY_TYPING);
  g_autoptr (TkbSearchResults) results = ask_query (self, query, 1);
  g_autoptr (TkbSearchHit) hit = g_list_model_get_item (G_LIST_MODEL (results), 0);

  g_assert_nonnull (hit);
  return g_strdup (tkb_search_hit_get_snippet_markup (hit));
}

static void
assert_snippet (Fixture *self, const char *text, const char *markup)
{
  g_autofree char *found = get_snippet (self, text);

  if (strcmp (found, markup) != 0)
    g_error ("%s: “%s”, not “%s”", text, found, markup);
}

/* Simplified and traditional find each other, in titles, in texts and in what is marked. */
static void
test_traditional (Fixture *self, gconstpointer unused)
{
  put_case (self, "hant", "專利地圖",
            "'language':'zh-Hant','need':'避開競爭對手的權利，迴避設計。'");
  put_case (
      self, "hans", "专利检索",
      "'language':'zh','need':'避开竞争对手的权利，回避设计。','modified':'2026-01-01T00:00:00Z'");
  assert_finds (self, "地图", "hant");
  assert_finds (self, "地圖", "hant");
  assert_finds (self, "檢索", "hans");
  assert_finds (self, "竞争对手", "hans hant");
  assert_finds (self, "競爭對手", "hans hant");
  assert_finds (self, "權利", "hans hant");
  assert_finds (self, "设", "hans hant");
  assert_snippet (self, "地图 竞争对手", "避開<b>競爭對手</b>的權利，迴避設計。");
  assert_snippet (self, "檢索 權利", "避开竞争对手的<b>权利</b>，回避设计。");
}

static void
test_japanese_and_korean (Fixture *self, gconstpointer unused)
{
  put_case (self, "ja", "特許検索のガイド",
            "'language':'ja','need':'すぐに使えるデータベースを選ぶ。'");
  put_case (self, "ko", "특허 검색 안내",
            "'language':'ko','need':'중소기업을 위한 특허정보서비스'");
  assert_finds (self, "ガイド", "ja");
  assert_finds (self, "ｶﾞｲﾄﾞ", "ja");
  assert_finds (self, "データベース", "ja");
  assert_finds (self, "ベース", "ja");
  assert_finds (self, "すぐ", "ja");
  assert_finds (self, "使える", "ja");
  assert_finds (self, "す", "ja");
  assert_finds (self, "ぐす", "");
  assert_finds (self, "특허", "ko");
  assert_finds (self, "정보", "ko");
  assert_finds (self, "특허정보", "ko");
  assert_finds (self, "중소기업 서비스", "ko");
  assert_finds (self, "기", "ko");
  assert_finds (self, "\xE1\x84\x90\xE1\x85\xB3\xE1\x86\xA8\xE1\x84\x92\xE1\x85\xA5", "ko");
  assert_snippet (self, "데이터 OR 정보", "중소기업을 위한 특허<b>정보</b>서비스");
  assert_snippet (self, "ﾃﾞｰﾀﾍﾞｰｽ", "すぐに使える<b>データベース</b>を選ぶ。");
}

static void
test_arabic (Fixture *self, gconstpointer unused)
{
  put_case (self, "ar", "بَرَاءَات الاختراع",
            "'language':'ar','need':'إيداع ٢٠٢٣ وفي المكتبـــات، EP ١٬٠٠٠٬٠٠٠'");
  assert_finds (self, "براءات", "ar");
  assert_finds (self, "براءة", "ar");
  assert_finds (self, "للبراءات", "ar");
  assert_finds (self, "اختراع", "ar");
  assert_finds (self, "الإختراع", "ar");
  assert_finds (self, "ايداع", "ar");
  assert_finds (self, "والإيداع", "ar");
  assert_finds (self, "مكتبة", "ar");
  assert_finds (self, "2023", "ar");
  assert_finds (self, "۲۰۲۳", "ar");
  assert_finds (self, "EP1000000", "ar");
  assert_finds (self, "EP ١٠٠٠٠٠٠", "ar");
  assert_snippet (self, "مكتبات", "إيداع ٢٠٢٣ وفي <b>المكتبـــات</b>، EP ١٬٠٠٠٬٠٠٠");
  assert_snippet (self, "2023", "إيداع <b>٢٠٢٣</b> وفي المكتبـــات، EP ١٬٠٠٠٬٠٠٠");
}

/* The whole number first, then what continues it; each keystroke of a symbol. */
static void
test_symbols (Fixture *self, gconstpointer unused)
{
  put_case (self, "class", "A61K 31/13, H04L 9/32", "");
  put_case (self, "text", "Two", "'tags':['A61K31/135','ＥＰ　１　０００　０００　Ｂ１']");
  put_case (self, "group", "Group", "'need':'All of A61K 31.'");
  put_case (self, "year", "Year", "'need':'H04L was changed in 2020.'");
  put_case (self, "number", "Three", "'need':'EP 1 000 000 A2, CN 101234567 A'");
  assert_finds (self, "A61K", "class text group");
  assert_finds (self, "a61k 31/13", "class text");
  assert_finds (self, "A61K31/135", "text");
  assert_finds (self, "H04L 9/32", "class");
  assert_finds (self, "A61L", "");
  assert_finds (self, "A61K 31", "class text group");
  assert_finds (self, "A61K 3", "");
  assert_finds (self, "A61K 31/", "class text group");
  assert_finds (self, "H04L 9 OR H04L 2020", "class year");
  assert_finds (self, "EP 1000000", "text number");
  assert_finds (self, "EP 1 000 000 B1", "text number");
  assert_finds (self, "EP1000000A2", "number text");
  assert_finds (self, "CN101234567A", "number");
  assert_finds (self, "ＣＮ１０１２３４５６７", "number");
  {
    static const char *const typed[] = {
      "A61", "A61K", "A61K 3", "A61K 31", "A61K 31/", "A61K 31/1"
    };

    for (gsize i = 0; i < G_N_ELEMENTS (typed); i++)
      {
        g_autofree char *found = find_typing (self, typed[i]);

        if (strcmp (found, "class text group") != 0)
          g_error ("%s: “%s”", typed[i], found);
      }
  }
}

/* The order does not depend on the order of writing, nor on what else the store holds. */
static void
test_order (Fixture *self, gconstpointer unused)
{
  Fixture                  other;
  static const char *const titles[] = { "valve",       "the valve", "valves", "valving",
                                        "valve again", "a valve",   "tap",    "valved tap" };
  g_autofree char         *here = NULL;
  g_autofree char         *there = NULL;

  fixture_set_up (&other, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (titles); i++)
    {
      gsize            j = G_N_ELEMENTS (titles) - 1 - i;
      g_autofree char *a = g_strdup_printf ("id%zu", i);
      g_autofree char *b = g_strdup_printf ("id%zu", j);
      const char      *members = "'need':'valve','modified':'2020-01-01T00:00:00Z'";

      put_case (self, a, titles[i], members);
      put_case (&other, "noise", "noise", "'need':'nothing'");
      put_case (&other, b, titles[j], members);
    }
  here = find (self, "valve");
  there = find (&other, "valve");
  g_assert_cmpstr (here, ==, there);
  fixture_tear_down (&other, NULL);
}

static void
assert_note (Fixture *self, const char *text, gboolean has_note)
{
  g_autoptr (TkbQuery) query = tkb_query_new (text, TKB_QUERY_TYPING);
  g_autoptr (TkbSearchResults) results = ask_query (self, query, 1);

  g_assert_cmpuint (tkb_search_results_get_notes (results)->len, ==, has_note ? 1 : 0);
}

static void
test_second_thoughts (Fixture *self, gconstpointer unused)
{
  put_case (self, "zh", "海水淡化专利", "'language':'zh','need':'高校与企业的成果转化。'");
  put_case (self, "en", "A valve", "'need':'Fields in terraces were dry.'");
  put_case (self, "es", "El nombre de su tienda", "'language':'es'");
  /* words that are there in another order, without what only holds them together */
  assert_finds (self, "淡化海水", "zh");
  assert_finds (self, "海水淡化的高校", "zh");
  assert_finds (self, "高校专利转化", "zh");
  assert_finds (self, "成果如何转化", "zh");
  assert_finds (self, "転化 淡化海水", "");
  assert_finds (self, "valve for the terraces", "en");
  assert_finds (self, "where is my valve", "en");
  assert_finds (self, "¿Cuál es el nombre de mi tienda?", "es");
  assert_note (self, "淡化海水", TRUE);
  assert_snippet (self, "成果如何转化", "高校与企业的<b>成果转化</b>。");
  /* but not where all of it was found, and never what was asked for exactly */
  assert_finds (self, "海水淡化", "zh");
  assert_note (self, "海水淡化", FALSE);
  assert_finds (self, "a valve", "en");
  assert_finds (self, "“淡化海水”", "");
  assert_finds (self, "\"valve for the terraces\"", "");
  assert_finds (self, "valve for the gardens", "");
  assert_note (self, "valve for the gardens", FALSE);
  assert_finds (self, "淡化湖水", "");
  assert_finds (self, "for my", "");
  assert_finds (self, "-valve for the terraces", "");
  assert_finds (self, "kind:guide valve for the terraces", "");
  assert_finds (self, "kind:case valve for the terraces", "en");
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  FIXTURE_TEST ("/languages/traditional", test_traditional);
  FIXTURE_TEST ("/languages/japanese-and-korean", test_japanese_and_korean);
  FIXTURE_TEST ("/languages/arabic", test_arabic);
  FIXTURE_TEST ("/languages/symbols", test_symbols);
  FIXTURE_TEST ("/languages/order", test_order);
  FIXTURE_TEST ("/languages/second-thoughts", test_second_thoughts);
  return g_test_run ();
}
