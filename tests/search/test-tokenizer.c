/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include <locale.h>
#include <string.h>
#include <time.h>

#include "tkb-pinyin.h"
#include "tkb-random.h"
#include "tkb-tokenizer.h"

/* Tokens with a space between; "=" before a stem, "#" before a symbol. */
static int
write_cb (const TkbToken *token, gpointer user_data)
{
  GString    *out = user_data;
  const char *text = token->text;
  gsize       length = token->length;

  if (out->len > 0)
    g_string_append_c (out, ' ');
  if (token->kind == TKB_TOKEN_STEM)
    {
      g_assert_cmpint (text[0], ==, TKB_TOKEN_STEM_MARK[0]);
      g_string_append_c (out, '=');
      text++;
      length--;
    }
  else if (token->kind == TKB_TOKEN_SYMBOL)
    g_string_append_c (out, '#');
  g_string_append_len (out, text, length);
  return 0;
}

static char *
tokenize (const char *language, const char *text, TkbTokenizeFlags flags)
{
  g_autoptr (TkbTokenizer) tokenizer = tkb_tokenizer_new ();
  g_autoptr (GString) source = g_string_new (NULL);
  g_autoptr (GString) out = g_string_new (NULL);

  if (language != NULL)
    tkb_tokenizer_append_text (source, language, text);
  else
    g_string_append (source, text);
  tkb_tokenizer_run (tokenizer, flags, source->str, source->len, write_cb, out);
  return g_strdup (out->str);
}

static void
test_languages (void)
{
  static const struct
  {
    const char *language;
    const char *text;
    const char *tokens;
  } cases[] = {
    { "en", "Searching patents", "searching =search patents =patent" },
    { "en", "PATENT Searches", "patent searches =search" },
    { "fr", "Les propriétés intellectuelles",
      "les =le proprietes =propriet intellectuelles =intellectuel" },
    { "fr", "l'invention", "l invention =invent" },
    { "es", "las búsquedas de patentes", "las busquedas =busqued de patentes =patent" },
    { "de", "Schutzrechte der Größe", "schutzrechte der grosse" },
    { "ru", "патентные поиски", "патентные =патентн поиски =поиск" },
    { "ru", "ёлка Йод", "елка =елк йод" },
    { "ru", "и\xCC\x86од", "йод" },
    { "ar", "بَرَاءَةُ الاختراع", "براءه =براء =راء الاختراع =اختراع" },
    { "ar", "أحمد إلى ٢٠٢٣", "احمد الي 2023" },
    { "el", "Ευρεσιτεχνία", "ευρεσιτεχνια" },
    { NULL, "İstanbul ISTANBUL ılık", "istanbul istanbul ilik" },
    { NULL, "Æther Łódź straße ﬁn", "aether lodz strasse =strass fin" },
    { NULL, "co\xC2\xADoperate e\xCC\x81t\xC3\xA9", "cooperate =cooper ete" },
    { "zh", "专利检索", "专利 利检 检索 索" },
    { "zh", "專利檢索", "专利 利检 检索 索" },
    { "zh", "CNIPA专利检索", "cnipa 专利 利检 检索 索" },
    { "zh", "2023年第3批", "2023 年第 第 3 批" },
    { "zh", "ＣＮ５Ｇ　网络", "cn5g 网络 络" },
    { "zh", "茶", "茶" },
    { "ja", "特許の検索", "特许 许の の検 検索 索" },
    { "ja", "ガイド", "ガイ イド ド" },
    { "ja", "\xEF\xBD\xB6\xEF\xBE\x9E\xEF\xBD\xB2\xEF\xBE\x84\xEF\xBE\x9E", "ガイ イド ド" },
    { "ko", "특허검색", "특허 허검 검색 색" },
    { "ko", "\xE1\x84\x90\xE1\x85\xB3\xE1\x86\xA8\xE1\x84\x92\xE1\x85\xA5", "특허 허" },
    { "th", "สิทธิ", "สิ ิท ทธ ธิ ิ" },
    { "hi", "पेटेंट खोज", "पेटेंट खोज" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *tokens = tokenize (cases[i].language, cases[i].text, TKB_TOKENIZE_DOCUMENT);

      g_assert_cmpstr (tokens, ==, cases[i].tokens);
    }
}

/* Words that a reader takes for the same share a stem or are one another's. */
static void
assert_family (const char *language, const char *const *family)
{
  for (gsize j = 1; family[j] != NULL; j++)
    {
      g_autofree char *a = tokenize (language, family[0], TKB_TOKENIZE_DOCUMENT);
      g_autofree char *b = tokenize (language, family[j], TKB_TOKENIZE_QUERY);
      g_auto (GStrv) forms = g_strsplit (a, " ", -1);
      gboolean is_shared = FALSE;

      for (gsize k = 0; forms[k] != NULL; k++)
        {
          g_autofree char *form =
              g_strconcat (" ", forms[k][0] == '=' ? forms[k] + 1 : forms[k], " ", NULL);
          g_autofree char *others = g_strdelimit (g_strconcat (" ", b, " ", NULL), "=", ' ');

          is_shared |= strstr (others, form) != NULL;
        }
      if (!is_shared)
        g_error ("%s and %s: %s; %s", family[0], family[j], a, b);
    }
}

static void
test_russian (void)
{
  static const char *const families[][6] = {
    { "заявка", "заявок", "заявки", "заявкам", "заявкой", NULL },
    { "выставка", "выставок", "выставки", "выставкам", NULL },
    { "замок", "замков", "замки", "замком", NULL },
    { "рынок", "рынка", "рынки", "рынков", NULL },
    { "конец", "конца", "концов", NULL },
    { "владелец", "владельца", "владельцев", "владельцы", NULL },
    { "срок", "срока", "сроки", "сроков", NULL },
    { "поток", "потока", "потоков", NULL },
    { "человек", "человека", "человеком", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (families); i++)
    assert_family ("ru", families[i]);
}

static void
test_arabic (void)
{
  static const char *const families[][6] = {
    { "علامة", "علامات", "العلامة", "بالعلامات", "وعلامة", NULL },
    { "براءة", "البراءات", "للبراءة", "وبراءة", "وبالبراءات", NULL },
    { "حرية", "الحرية", "بحرية", "وحرية", "للحرية", NULL },
    { "جامعة", "الجامعات", "والجامعة", "جَامِعَة", "جامعـــة", NULL },
    { "مخترع", "المخترعين", "المخترعون", "ومخترع", "لمخترع", NULL },
    { "إيداع", "ايداع", "الإيداع", "أيداع", "والإيداع", NULL },
    { "مستشفى", "مستشفي", "المستشفى", "لمستشفى", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (families); i++)
    assert_family ("ar", families[i]);
  {
    /* what has three letters is left alone */
    g_autofree char *short_words = tokenize ("ar", "جدة بحث كتب لبن", TKB_TOKENIZE_DOCUMENT);

    g_assert_cmpstr (short_words, ==, "جده بحث كتب لبن");
  }
}

static void
test_query_stems (void)
{
  g_autofree char *tokens = tokenize (NULL, "brevets", TKB_TOKENIZE_QUERY);
  g_autofree char *plain = tokenize (NULL, "brevets", TKB_TOKENIZE_NO_STEMS);

  g_assert_cmpstr (tokens, ==, "brevets =brevet =brevet");
  g_assert_cmpstr (plain, ==, "brevets");
}

static void
test_symbols (void)
{
  static const struct
  {
    const char *text;
    const char *full; /* NULL: none */
    const char *main;
    gsize       length;
  } cases[] = {
    { "EP 1 000 000 B1", "ep1000000b1", "ep1000000", 15 },
    { "EP1000000B1", "ep1000000b1", "ep1000000", 11 },
    { "ep1000000", "ep1000000", "ep1000000", 9 },
    { "EP-1000000-A", "ep1000000", "ep1000000", 10 },
    { "US 7,123,456 B2 claims", "us7123456b2", "us7123456", 15 },
    { "US 2015/0123456 A1", "us20150123456a1", "us20150123456", 18 },
    { "WO 2019/123456 A method", "wo2019123456", "wo2019123456", 14 },
    { "ZL 2015 1 0123456.7", "cn2015101234567", "cn2015101234567", 19 },
    { "CN201510123456.X", "cn201510123456x", "cn201510123456", 16 },
    { "JP H09-123456 A", "jph09123456a", "jph09123456", 15 },
    { "PCT/CN2019/070001", "pctcn2019070001", "pctcn2019070001", 17 },
    { "DE 10 2015 123 456 A1", "de102015123456a1", "de102015123456", 21 },
    { "KR 10-2015-0012345", "kr1020150012345", "kr1020150012345", 18 },
    { "A61K 31/13", "a61k31/13", "a61k", 10 },
    { "A61K31/135 and", "a61k31/135", "a61k", 10 },
    { "H04L  0009/32", "h04l9/32", "h04l", 13 },
    { "EP ١٬٢٣٤٬٥٦٧ B1", "ep1234567b1", "ep1234567", 24 },
    { "EP\u200E ۱۲۳۴۵۶۷", "ep1234567", "ep1234567", 20 },
    { "ＥＰ　１　２３４　５６７　Ｂ１の", "ep1234567b1", "ep1234567", 45 },
    { "Ａ６１Ｋ　３１／１３", "a61k31/13", "a61k", 30 },
    { "EP ١٢٣", NULL, NULL, 0 },
    { "in é١٢٣٤٥٦٧", NULL, NULL, 0 },
    { "A61K", NULL, NULL, 0 },
    { "CN 2020", NULL, NULL, 0 },
    { "in the year", NULL, NULL, 0 },
    { "EP 12345678901234567890", NULL, NULL, 0 },
    { "", NULL, NULL, 0 },
    { "E", NULL, NULL, 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      TkbSymbol symbol = { 0 };
      gboolean  is_symbol = tkb_symbol_scan (cases[i].text, strlen (cases[i].text), &symbol);

      g_test_message ("%s", cases[i].text);
      g_assert_cmpint (is_symbol, ==, cases[i].full != NULL);
      if (!is_symbol)
        continue;
      g_assert_cmpstr (symbol.full, ==, cases[i].full);
      g_assert_cmpstr (symbol.main, ==, cases[i].main);
      g_assert_cmpuint (symbol.length_bytes, ==, cases[i].length);
    }
}

static void
test_typed_symbols (void)
{
  static const char *const cases[][2] = {
    { "A61K 31", "a61k31" },        { "a61k31", "a61k31" }, { "A61K 0031/ x", "a61k31/" },
    { "H04L 9/3", "h04l9/3" },      { "A61K", NULL },       { "A61K 31/13", "a61k31/13" },
    { "A61K 2020", NULL },          { "A61K 31x", NULL },   { "A61K 12345", NULL },
    { "Ａ６１Ｋ　３１", "a61k31" }, { "EP 123", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      TkbSymbol symbol = { 0 };
      gboolean  is_symbol = tkb_symbol_scan_typed (cases[i][0], strlen (cases[i][0]), &symbol);

      g_test_message ("%s", cases[i][0]);
      g_assert_cmpint (is_symbol, ==, cases[i][1] != NULL);
      if (is_symbol)
        g_assert_cmpstr (symbol.full, ==, cases[i][1]);
      g_assert_cmpint (symbol.is_part, ==, is_symbol && strlen (cases[i][1]) < 8);
    }
}

static void
test_symbols_in_text (void)
{
  g_autofree char *number = tokenize ("en", "see EP 1 000 000 B1.", TKB_TOKENIZE_DOCUMENT);
  g_autofree char *joined = tokenize ("en", "EP1000000B1", TKB_TOKENIZE_DOCUMENT);
  g_autofree char *class = tokenize ("en", "A61K 31/13", TKB_TOKENIZE_DOCUMENT);
  g_autofree char *tight = tokenize ("zh", "分类号A61K31/13等", TKB_TOKENIZE_DOCUMENT);
  g_autofree char *arabic = tokenize ("ar", "البراءة EP ١٢٣٤٥٦٧", TKB_TOKENIZE_DOCUMENT);

  g_assert_cmpstr (number, ==, "see ep #ep1000000 #ep1000000b1 1 000 000 b1");
  g_assert_cmpstr (joined, ==, "ep1000000b1 #ep1000000");
  g_assert_cmpstr (class, ==, "a61k #a61k31/13 31 13");
  g_assert_cmpstr (tight, ==, "分类 类号 号 a61k31 #a61k #a61k31/13 13 等");
  g_assert_cmpstr (arabic, ==, "البراءه =براءه =براء ep #ep1234567 1234567");
}

typedef struct
{
  gsize length;
  guint last_start;
  guint n;
} Bounds;

static int
bounds_cb (const TkbToken *token, gpointer user_data)
{
  Bounds *bounds = user_data;

  g_assert_cmpuint (token->length, >, 0);
  g_assert_cmpuint (token->length, <=, TKB_TOKEN_MAX_BYTES + 1);
  g_assert_cmpuint (token->start, <, token->end);
  g_assert_cmpuint (token->end, <=, bounds->length);
  g_assert_cmpuint (token->start, >=, bounds->last_start);
  g_assert_true (g_utf8_validate (token->text, token->length, NULL));
  bounds->last_start = token->start;
  bounds->n++;
  return 0;
}

static void
test_anything (void)
{
  static const char *const pieces[] = {
    "a",  "EP 1", "000 ", "专", "\xE4", "\xCC\x86", "и",        "A61K ",        "31/13", "\x1E",
    "fr", "ー",   "か",   "゙",   "ᄐ",   "ᅳ",       "\xED\xA0", "\xF4\x90\x80", "ﷺ",     "\xFF",
    "ة",  "PCT/", "ZL",   ".X", "7",    "ﬃ",        "\x7F",     "𠀀",           "'",     " ",
  };
  g_autoptr (TkbTokenizer) tokenizer = tkb_tokenizer_new ();
  g_autoptr (TkbRandom) random = tkb_random_new_seeded (7);

  for (guint round = 0; round < 3000; round++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      guint            n = tkb_random_below (random, 200);
      Bounds           bounds = { 0 };
      g_autofree char *exact = NULL;

      for (guint i = 0; i < n; i++)
        if (tkb_random_below (random, 6) == 0)
          g_string_append_c (text, (char) tkb_random_below (random, 256));
        else
          g_string_append (text, pieces[tkb_random_below (random, G_N_ELEMENTS (pieces))]);
      bounds.length = text->len;
      exact = g_memdup2 (text->str, MAX (text->len, 1)); /* no byte behind it may be read */
      tkb_tokenizer_run (tokenizer, round % 2 ? TKB_TOKENIZE_QUERY : TKB_TOKENIZE_DOCUMENT, exact,
                         text->len, bounds_cb, &bounds);
    }
}

static void
test_long_words (void)
{
  g_autofree char *letters = g_strnfill (5000, 'x');
  g_autoptr (GString) han = g_string_new (NULL);
  g_autofree char *tokens = tokenize ("en", letters, TKB_TOKENIZE_DOCUMENT);
  g_autofree char *cyrillic = NULL;
  Bounds           bounds = { 0 };
  g_autoptr (TkbTokenizer) tokenizer = tkb_tokenizer_new ();

  g_assert_cmpuint (strlen (tokens), ==, TKB_TOKEN_MAX_BYTES);
  for (guint i = 0; i < 5000; i++)
    g_string_append (han, i % 3 ? "щ" : "ж");
  cyrillic = tokenize ("ru", han->str, TKB_TOKENIZE_DOCUMENT);
  g_assert_true (g_utf8_validate (cyrillic, -1, NULL));
  bounds.length = han->len;
  tkb_tokenizer_run (tokenizer, TKB_TOKENIZE_DOCUMENT, han->str, han->len, bounds_cb, &bounds);
  g_assert_cmpuint (bounds.n, <=, 2);
}

static int
stop_cb (const TkbToken *token, gpointer user_data)
{
  guint *n = user_data;

  return ++*n == 3 ? 42 : 0;
}

static void
test_stop (void)
{
  g_autoptr (TkbTokenizer) tokenizer = tkb_tokenizer_new ();
  guint n = 0;

  g_assert_cmpint (
      tkb_tokenizer_run (tokenizer, TKB_TOKENIZE_DOCUMENT, "one 专利检索 two", 20, stop_cb, &n), ==,
      42);
  g_assert_cmpuint (n, ==, 3);
}

static void
test_marks_are_taken_out (void)
{
  g_autofree char *tokens =
      tokenize ("en", "one\036frpatents\002two\037three", TKB_TOKENIZE_NO_STEMS);

  g_assert_cmpstr (tokens, ==, "one frpatents two three");
}

static void
found_cb (guint start, guint end, gpointer user_data)
{
  g_string_append_printf (user_data, "%u-%u ", start, end);
}

static void
test_pinyin (void)
{
  static const struct
  {
    const char *text;
    const char *syllables; /* NULL: not pinyin */
    const char *initials;
  } cases[] = {
    { "zhuanli", "zhuanli", "" },
    { "zhuanl", "zhuanl", "" },
    { "zl", "", "'zl" },
    { "ZL", "", "'zl" },
    { "zljs", "", "'zljs" },
    { "zhuanli jiansuo", "zhuanlijiansuo", "" },
    { "zhuanlijiansuofangfa", "zhuanlijiansuo", "" },
    { "xian", "xian", "" },
    { "z", NULL, NULL },
    { "专利", NULL, NULL },
    { "a1", NULL, NULL },
    { "", NULL, NULL },
    { "internationalisationbureaucracy", NULL, NULL },
  };
  g_autoptr (GString) tokens = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      TkbPinyinQuery query = { 0 };
      gboolean       is_pinyin = tkb_pinyin_parse (cases[i].text, &query);

      g_test_message ("%s", cases[i].text);
      g_assert_cmpint (is_pinyin, ==, cases[i].syllables != NULL);
      if (!is_pinyin)
        continue;
      g_assert_cmpstr (query.syllables, ==, cases[i].syllables);
      g_assert_cmpstr (query.initials, ==, cases[i].initials);
    }
  tkb_pinyin_append (tokens, "重庆專利A");
  g_assert_cmpstr (g_strdelimit (tokens->str, "\037", ' '), ==,
                   "chongqingzhuanli 'cqzl qingzhuanli 'qzl zhuanli 'zl li");
}

static void
test_pinyin_match (void)
{
  TkbPinyinQuery query;
  g_autoptr (GString) found = g_string_new (NULL);

  g_assert_true (tkb_pinyin_parse ("zhuanli", &query));
  tkb_pinyin_match (&query, "专利和專利 A 专", found_cb, found);
  g_assert_cmpstr (found->str, ==, "0-6 9-15 ");
  g_string_truncate (found, 0);
  g_assert_true (tkb_pinyin_parse ("zl", &query));
  tkb_pinyin_match (&query, "A专利", found_cb, found);
  g_assert_cmpstr (found->str, ==, "1-7 ");
}

static int
count_cb (const TkbToken *token, gpointer user_data)
{
  (*(gsize *) user_data)++;
  return 0;
}

static double
get_rate (const char *language, const char *sentence)
{
  g_autoptr (TkbTokenizer) tokenizer = tkb_tokenizer_new ();
  g_autoptr (GString) text = g_string_new (NULL);
  gsize   n = 0;
  clock_t start;

  for (guint i = 0; i < 1000; i++)
    tkb_tokenizer_append_text (text, language, sentence);
  start = clock ();
  for (guint i = 0; i < 10; i++)
    tkb_tokenizer_run (tokenizer, TKB_TOKENIZE_DOCUMENT, text->str, text->len, count_cb, &n);
  g_assert_cmpuint (n, >, 0);
  return 10.0 * text->len * CLOCKS_PER_SEC / 1e6 / MAX (clock () - start, 1);
}

/* Megabytes a second of the processor's time, with stems. */
static void
test_throughput (void)
{
  static const char *const texts[][2] = {
    { "en", "The patent office searched prior art for new inventions and it granted protection to "
            "applicants. " },
    { "zh", "专利信息服务为企业提供检索分析和预警，帮助中小企业创新发展。" },
    { "fr", "L'office des brevets a cherché des antériorités pour de nouvelles inventions. " },
    { "es", "La oficina de patentes buscó el estado de la técnica de nuevas invenciones. " },
    { "ar", "بحث مكتب البراءات عن التقنية السابقة للاختراعات الجديدة ومنح الحماية للمودعين. " },
    { "ru",
      "Патентное ведомство провело поиск для новых изобретений и выдало охранные документы. " },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    g_test_message ("%s: %.0f MB/s", texts[i][0], get_rate (texts[i][0], texts[i][1]));
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/tokenizer/languages", test_languages);
  g_test_add_func ("/tokenizer/russian", test_russian);
  g_test_add_func ("/tokenizer/arabic", test_arabic);
  g_test_add_func ("/tokenizer/query-stems", test_query_stems);
  g_test_add_func ("/tokenizer/symbols", test_symbols);
  g_test_add_func ("/tokenizer/typed-symbols", test_typed_symbols);
  g_test_add_func ("/tokenizer/symbols-in-text", test_symbols_in_text);
  g_test_add_func ("/tokenizer/anything", test_anything);
  g_test_add_func ("/tokenizer/long-words", test_long_words);
  g_test_add_func ("/tokenizer/stop", test_stop);
  g_test_add_func ("/tokenizer/marks-are-taken-out", test_marks_are_taken_out);
  g_test_add_func ("/tokenizer/throughput", test_throughput);
  g_test_add_func ("/pinyin/tokens-and-queries", test_pinyin);
  g_test_add_func ("/pinyin/match", test_pinyin_match);
  return g_test_run ();
}
