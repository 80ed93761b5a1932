/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-catalog-private.h"
#include "tkb-json.h"
#include "tkb-validation.h"

#include "tkb-data.h"
#include "tkb-sample.h"

#include <string.h>

static TkbCatalog *
sample_catalog (void)
{
  g_autoptr (GError) error = NULL;
  TkbCatalog *catalog = tkb_catalog_new (tkb_sample_get_resource (), &error);

  g_assert_no_error (error);
  return catalog;
}

static TkbDocument *
sample_document (const char *members)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = g_strdup_printf ("{\"_id\":\"d\",\"kind\":\"sample\"%s%s}",
                                           *members != '\0' ? "," : "", members);
  TkbDocument     *document = tkb_document_new_parse (text, -1, &error);

  g_assert_no_error (error);
  return document;
}

static void
test_kind (void)
{
  g_autoptr (TkbCatalog) catalog = sample_catalog ();
  GPtrArray  *kinds = tkb_catalog_get_kinds (catalog);
  TkbKind    *kind = tkb_catalog_get_kind (catalog, "sample");
  TkbField   *field = tkb_kind_get_field (kind, "replaced");
  GPtrArray  *fields = tkb_kind_get_fields (kind);
  const char *code, *label;
  double      minimum, maximum;

  g_assert_cmpuint (kinds->len, ==, 1);
  g_assert_null (tkb_catalog_get_kind (catalog, "common"));
  g_assert_cmpstr (tkb_kind_get_label (kind), ==, "Sample");
  g_assert_cmpstr (tkb_kind_get_label_plural (kind), ==, "Samples");
  g_assert_cmpstr (tkb_kind_get_icon_name (kind), ==, "sample-symbolic");

  g_assert_cmpuint (tkb_kind_get_n_sections (kind), ==, 3);
  tkb_kind_get_section (kind, 1, &code, &label);
  g_assert_cmpstr (code, ==, "own");
  tkb_kind_get_section (kind, 2, NULL, &label);
  g_assert_cmpstr (label, ==, "End");

  g_assert_cmpstr (tkb_field_get_code (fields->pdata[0]), ==, "title");
  g_assert_cmpstr (tkb_field_get_code (fields->pdata[2]), ==, "replaced");
  g_assert_cmpstr (tkb_field_get_code (fields->pdata[fields->len - 1]), ==, "created");
  g_assert_cmpint (tkb_field_get_flags (fields->pdata[fields->len - 1]), ==,
                   TKB_FIELD_FLAG_READ_ONLY);
  g_assert_cmpstr (tkb_field_get_label (field), ==, "Own one");
  g_assert_cmpstr (tkb_field_get_help (field), ==, "A help.");
  g_assert_cmpint (tkb_field_get_field_type (field), ==, TKB_FIELD_MARKDOWN);
  g_assert_false (tkb_field_get_range (field, &minimum, &maximum));
  g_assert_null (tkb_kind_get_field (kind, "nothing"));

  field = tkb_kind_get_field (kind, "count");
  g_assert_true (tkb_field_get_range (field, &minimum, &maximum));
  g_assert_cmpfloat (minimum, ==, 1);
  g_assert_cmpfloat (maximum, ==, 10);
  field = tkb_kind_get_field (kind, "tags");
  g_assert_true (tkb_field_get_flags (field) & TKB_FIELD_FLAG_SET);
  g_assert_true (tkb_field_get_flags (field) & TKB_FIELD_FLAG_LIST);
  g_assert_cmpuint (tkb_field_get_fields (tkb_kind_get_field (kind, "steps"))->len, ==, 2);
  g_assert_cmpstr (tkb_catalog_get_code_label (catalog, field, "new"), ==, "New");
  g_assert_cmpstr (tkb_catalog_get_code_label (catalog, field, "old"), ==, "old");
  field = tkb_kind_get_field (kind, "tools");
  g_assert_cmpstr (tkb_catalog_get_code_label (catalog, field, "red"), ==, "Red");
}

static void
assert_codes (TkbCatalog *catalog, TkbDocument *document, const char *code, const char *expected)
{
  TkbKind *kind = tkb_catalog_get_kind (catalog, "sample");
  g_autoptr (GPtrArray) codes =
      tkb_catalog_get_facet_codes (catalog, document, tkb_kind_get_field (kind, code));
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < codes->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? " " : "", (char *) codes->pdata[i]);
  g_assert_cmpstr (text->str, ==, expected);
}

static void
test_facets (void)
{
  g_autoptr (TkbCatalog) catalog = sample_catalog ();
  g_autoptr (TkbDocument) document = sample_document (
      "\"count\":7,\"is_open\":false,\"since\":\"2024-05\",\"colour\":\"red\",\"tags\":[\"b\","
      "\"a\","
      "\"b\",\"\",null,7,[\"x\"]],\"amount\":{\"value\":1,\"unit\":\"CNY\"},\"related\":["
      "{\"document\":\"x\"},{\"note\":\"n\"},{\"document\":\"y\"}],\"tools\":[{\"tool\":\"red\","
      "\"support\":\"partly\"},{\"tool\":\"green\",\"support\":\"no\"},{\"support\":\"yes\"}]");
  g_autoptr (TkbDocument) wrong =
      sample_document ("\"tags\":{\"a\":1},\"colour\":[\"red\"],\"tools\":\"red\"");
  g_autoptr (GPtrArray) facets = tkb_catalog_get_facets (catalog);

  g_assert_cmpuint (facets->len, ==, 8);
  g_assert_cmpstr (tkb_field_get_code (facets->pdata[0]), ==, "count");
  assert_codes (catalog, document, "count", "7");
  assert_codes (catalog, document, "is_open", "false");
  assert_codes (catalog, document, "since", "2024");
  assert_codes (catalog, document, "colour", "red");
  assert_codes (catalog, document, "tags", "b a 7");
  assert_codes (catalog, document, "amount", "CNY");
  assert_codes (catalog, document, "related", "x y");
  assert_codes (catalog, document, "tools", "red");
  assert_codes (catalog, wrong, "tags", "");
  assert_codes (catalog, wrong, "colour", "");
  assert_codes (catalog, wrong, "tools", "red");
  assert_codes (catalog, wrong, "count", "");
}

static void
test_broken (void)
{
  static const char *const kinds[] = {
    "{}",
    "{\"kind\":\"k\",\"label\":\"L\",\"label_plural\":\"P\"}",
    "{\"kind\":\"k\",\"label\":\"L\",\"label_plural\":\"P\",\"icon\":\"i\",\"fields\":[{}]}",
    "{\"kind\":\"k\",\"label\":\"L\",\"label_plural\":\"P\",\"icon\":\"i\",\"fields\":[{\"code\":"
    "\"a\","
    "\"label\":\"A\",\"type\":\"nothing\"}]}",
    "{\"kind\":\"k\",\"label\":\"L\",\"label_plural\":\"P\",\"icon\":\"i\",\"fields\":[{\"code\":"
    "\"a\","
    "\"label\":\"A\",\"type\":\"string\",\"section\":\"none\"}]}",
    "{\"kind\":\"k\",\"label\":\"L\",\"label_plural\":\"P\",\"icon\":\"i\",\"fields\":[{\"code\":"
    "\"a\","
    "\"label\":\"A\",\"type\":\"record\"}]}",
    "{\"kind\":\"k\",\"label\":\"L\",\"label_plural\":\"P\",\"icon\":\"i\",\"fields\":[{\"code\":"
    "\"a\","
    "\"label\":\"A\",\"type\":\"string\",\"max_chars\":-1}]}",
    "{\"kind\":\"k\",\"label\":\"L\",\"label_plural\":\"P\",\"icon\":\"i\",\"fields\":[{\"code\":"
    "\"a\","
    "\"label\":\"A\",\"type\":\"number\",\"minimum\":\"1\"}]}",
    "{\"kind\":\"k\",\"label\":\"L\",\"label_plural\":\"P\",\"icon\":\"i\",\"fields\":[{\"code\":"
    "\"a\","
    "\"label\":\"A\",\"type\":\"string\"},{\"code\":\"a\",\"label\":\"A\",\"type\":\"string\"}]}",
  };
  static const char *const vocabularies[] = {
    "{}",
    "{\"vocabulary\":\"v\",\"terms\":[7]}",
    "{\"vocabulary\":\"v\",\"terms\":[{\"code\":\"a\"}]}",
    "{\"vocabulary\":\"v\",\"terms\":[{\"code\":\"a\",\"label\":\"A\"},{\"code\":\"a\",\"label\":"
    "\"A\"}]}",
  };
  g_autoptr (JsonObject) common = json_object_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonObject) object = tkb_json_parse_object (kinds[i], -1, 0, &error);

      g_assert_no_error (error);
      g_assert_null (tkb_kind_new_from_json (common, object, &error));
      g_assert_error (error, TKB_CATALOG_ERROR, TKB_CATALOG_ERROR_BROKEN);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (vocabularies); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonObject) object = tkb_json_parse_object (vocabularies[i], -1, 0, &error);

      g_assert_no_error (error);
      g_assert_null (tkb_vocabulary_new_from_json (object, &error));
      g_assert_error (error, TKB_CATALOG_ERROR, TKB_CATALOG_ERROR_BROKEN);
    }
}

/* problems as "code path argument", one a line */
static void
assert_problems (const char *members, TkbValidateLevel level, const char *expected)
{
  static const char *const names[] = {
    [TKB_PROBLEM_UNKNOWN_KIND] = "unknown-kind", [TKB_PROBLEM_MISSING] = "missing",
    [TKB_PROBLEM_WRONG_TYPE] = "wrong-type",     [TKB_PROBLEM_UNKNOWN_CODE] = "unknown-code",
    [TKB_PROBLEM_TOO_LONG] = "too-long",         [TKB_PROBLEM_TOO_FEW] = "too-few",
    [TKB_PROBLEM_TOO_MANY] = "too-many",         [TKB_PROBLEM_OUT_OF_RANGE] = "out-of-range",
    [TKB_PROBLEM_BAD_DATE] = "bad-date",         [TKB_PROBLEM_BAD_URL] = "bad-url",
  };
  g_autoptr (TkbCatalog) catalog = sample_catalog ();
  g_autoptr (TkbDocument) document = sample_document (members);
  g_autoptr (GPtrArray) problems = tkb_validate (catalog, document, level);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < problems->len; i++)
    {
      TkbProblem      *problem = problems->pdata[i];
      g_autofree char *sentence = tkb_problem_to_string (problem);

      g_assert_nonnull (strstr (sentence, problem->label));
      g_string_append_printf (text, "%s%s %s %s", i > 0 ? "\n" : "", names[problem->code],
                              problem->path, problem->argument != NULL ? problem->argument : "-");
    }
  g_assert_cmpstr (text->str, ==, expected);
}

#define GOOD "\"title\":\"T\",\"colour\":\"red\",\"steps\":[{\"action\":\"a\"},{\"action\":\"b\"}]"

static void
test_complete (void)
{
  assert_problems (GOOD, TKB_VALIDATE_COMPLETE, "");
  assert_problems (GOOD ",\"unknown\":{\"x\":[1]},\"extra\":[1,{}]", TKB_VALIDATE_COMPLETE, "");
  assert_problems ("", TKB_VALIDATE_DRAFT, "");
  assert_problems ("", TKB_VALIDATE_COMPLETE, "missing title -\nmissing colour -\nmissing steps -");
  assert_problems ("\"title\":\" \\u3000\",\"colour\":null,\"steps\":[{}]", TKB_VALIDATE_COMPLETE,
                   "missing title -\nmissing colour -\ntoo-few steps 2");
  assert_problems (
      "\"title\":\"T\",\"colour\":\"red\",\"steps\":[{\"when\":\"2020\"},{\"action\":\"b\"}]",
      TKB_VALIDATE_COMPLETE, "missing steps[0].action -");
  assert_problems ("\"title\":\"T\",\"colour\":\"red\",\"steps\":[{\"when\":\"2020\"}]",
                   TKB_VALIDATE_DRAFT, "");
}

static void
test_types (void)
{
  assert_problems ("\"title\":7", TKB_VALIDATE_DRAFT, "wrong-type title a text");
  assert_problems ("\"title\":[]", TKB_VALIDATE_DRAFT, "wrong-type title a text");
  assert_problems ("\"titles\":\"x\"", TKB_VALIDATE_DRAFT,
                   "wrong-type titles a text for each language");
  assert_problems ("\"titles\":{\"zh\":7}", TKB_VALIDATE_DRAFT, "wrong-type titles.zh a text");
  assert_problems ("\"titles\":{\"not a tag\":\"x\"}", TKB_VALIDATE_DRAFT,
                   "unknown-code titles not a tag");
  assert_problems ("\"titles\":{\"zh-Hans-CN\":\"x\",\"fr\":null}", TKB_VALIDATE_DRAFT, "");
  assert_problems ("\"count\":\"7\"", TKB_VALIDATE_DRAFT, "wrong-type count a whole number");
  assert_problems ("\"count\":1.5", TKB_VALIDATE_DRAFT, "wrong-type count a whole number");
  assert_problems ("\"count\":2.0", TKB_VALIDATE_DRAFT, "");
  assert_problems ("\"is_open\":1", TKB_VALIDATE_DRAFT, "wrong-type is_open true or false");
  assert_problems ("\"tags\":\"x\"", TKB_VALIDATE_DRAFT, "wrong-type tags a list");
  assert_problems ("\"tags\":[\"x\",{\"y\":1}]", TKB_VALIDATE_DRAFT,
                   "wrong-type tags[1] a code from the list");
  assert_problems ("\"steps\":[7,{\"action\":7}]", TKB_VALIDATE_DRAFT,
                   "wrong-type steps[0] an object with fields of its own\n"
                   "wrong-type steps[1].action a text");
  assert_problems ("\"amount\":{\"value\":\"7\",\"as_of\":\"soon\",\"verified\":\"yes\"}",
                   TKB_VALIDATE_DRAFT,
                   "wrong-type amount.value a number\nbad-date amount.as_of soon\n"
                   "wrong-type amount.verified true or false");
  assert_problems (
      "\"amount\":{\"value\":7.5,\"unit\":\"t\",\"as_of\":\"2020-01\",\"verified\":false,"
      "\"more\":[]}",
      TKB_VALIDATE_DRAFT, "");
  assert_problems ("\"related\":[{\"document\":7}]", TKB_VALIDATE_DRAFT,
                   "wrong-type related[0].document a text");
}

static void
test_bounds (void)
{
  assert_problems ("\"title\":\"专利专利专利专利专利专利专利专利专利专利\"", TKB_VALIDATE_DRAFT,
                   "");
  assert_problems ("\"title\":\"专利专利专利专利专利专利专利专利专利专利x\"", TKB_VALIDATE_DRAFT,
                   "too-long title 20");
  assert_problems ("\"titles\":{\"en\":\"aaaaaaaaaaaaaaaaaaaaa\"}", TKB_VALIDATE_DRAFT,
                   "too-long titles.en 20");
  assert_problems ("\"count\":0", TKB_VALIDATE_DRAFT, "out-of-range count 1 – 10");
  assert_problems ("\"count\":11", TKB_VALIDATE_DRAFT, "out-of-range count 1 – 10");
  assert_problems ("\"size\":0.25", TKB_VALIDATE_DRAFT, "out-of-range size ≥ 0.5");
  assert_problems ("\"depth\":1e300", TKB_VALIDATE_DRAFT, "out-of-range depth ≤ 2");
  assert_problems ("\"tags\":[\"a\",\"b\",\"c\",\"d\"]", TKB_VALIDATE_DRAFT, "too-many tags 3");
  assert_problems ("\"colour\":\"blue\"", TKB_VALIDATE_DRAFT, "unknown-code colour blue");
  assert_problems (
      "\"colour\":\"0123456789012345678901234567890123456789012345678901234567890123\"",
      TKB_VALIDATE_DRAFT,
      "unknown-code colour 012345678901234567890123456789012345678901234567890123456789…");
}

static void
test_dates (void)
{
  static const char *const good[] = { "2024", "2024-02", "2024-02-29", "0001-01-01" };
  static const char *const bad[] = { "24",         "2024-13",   "2024-00", "2024-2", "2023-02-29",
                                     "2024-04-31", "2024-04-0", "0000",    "x",      "2024-01-01T",
                                     "2024-",      " 2024",     "2024-01-" };
  static const char *const good_times[] = { "2026-11-22T15:19:55Z", "2026-11-22T15:19:55.25Z",
                                            "2026-11-22T23:59:60+00:00" };
  static const char *const bad_times[] = {
    "2026-11-22",           "2026-11-22T15:19:55",  "2026-11-22T15:19:55+08:00",
    "2026-11-22T24:00:00Z", "2026-11-22 15:19:55Z", "2026-11T15:19:55Z",
    "2026-11-22T15:19:55.Z"
  };

  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autofree char *members = g_strdup_printf ("\"since\":\"%s\"", good[i]);

      assert_problems (members, TKB_VALIDATE_DRAFT, "");
    }
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *members = g_strdup_printf ("\"since\":\"%s\"", bad[i]);
      g_autofree char *expected = g_strdup_printf ("bad-date since %s", bad[i]);

      assert_problems (members, TKB_VALIDATE_DRAFT, expected);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (good_times); i++)
    {
      g_autofree char *members = g_strdup_printf ("\"created\":\"%s\"", good_times[i]);

      assert_problems (members, TKB_VALIDATE_DRAFT, "");
    }
  for (gsize i = 0; i < G_N_ELEMENTS (bad_times); i++)
    {
      g_autofree char *members = g_strdup_printf ("\"created\":\"%s\"", bad_times[i]);
      g_autofree char *expected = g_strdup_printf ("bad-date created %s", bad_times[i]);

      assert_problems (members, TKB_VALIDATE_DRAFT, expected);
    }
}

static void
test_addresses (void)
{
  static const char *const good[] = { "https://example.org", "http://example.org/a?b=c#d",
                                      "https://例子.中国/专利", "https://[::1]:5984/" };
  static const char *const bad[] = { "example.org",         "ftp://example.org",
                                     "javascript:alert(1)", "http://",
                                     "https:///path",       "https://a b/",
                                     "file:///etc/passwd",  "https://exa\\nmple.org" };

  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autofree char *members = g_strdup_printf ("\"address\":\"%s\"", good[i]);

      assert_problems (members, TKB_VALIDATE_DRAFT, "");
    }
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *members = g_strdup_printf ("\"address\":\"%s\"", bad[i]);
      g_autofree char *shown = g_strcompress (bad[i]);
      g_autofree char *expected = g_strdup_printf ("bad-url address %s", shown);

      assert_problems (members, TKB_VALIDATE_DRAFT, expected);
    }
}

static void
assert_kind_problem (const char *text, int code)
{
  g_autoptr (TkbCatalog) catalog = sample_catalog ();
  g_autoptr (TkbDocument) document = tkb_document_new_parse (text, -1, NULL);
  g_autoptr (GPtrArray) problems = tkb_validate (catalog, document, TKB_VALIDATE_DRAFT);

  g_assert_cmpuint (problems->len, ==, code >= 0 ? 1 : 0);
  if (code >= 0)
    {
      TkbProblem *problem = problems->pdata[0];

      g_assert_cmpint ((int) problem->code, ==, code);
      g_assert_cmpstr (problem->path, ==, "kind");
    }
}

static void
test_kinds_of_documents (void)
{
  assert_kind_problem ("{\"_id\":\"a\"}", TKB_PROBLEM_MISSING);
  assert_kind_problem ("{\"_id\":\"a\",\"kind\":7}", TKB_PROBLEM_WRONG_TYPE);
  assert_kind_problem ("{\"_id\":\"a\",\"kind\":\"recipe\"}", TKB_PROBLEM_UNKNOWN_KIND);
  assert_kind_problem ("{\"_id\":\"a\",\"kind\":\"recipe\",\"_deleted\":true}", -1);
  assert_kind_problem ("{\"_id\":\"_design/a\"}", -1);
}

static void
test_hostile (void)
{
  g_autoptr (TkbCatalog) catalog = sample_catalog ();
  g_autoptr (GString) members = g_string_new ("\"tags\":[1");
  g_autoptr (TkbDocument) document = NULL;
  g_autoptr (GPtrArray) problems = NULL;

  for (int i = 0; i < 100000; i++)
    g_string_append (members, ",1");
  g_string_append_c (members, ']');
  document = sample_document (members->str);
  problems = tkb_validate (catalog, document, TKB_VALIDATE_DRAFT);
  g_assert_cmpuint (problems->len, ==, 100);
}

static void
test_levels (void)
{
  static const struct
  {
    const char      *members;
    TkbValidateLevel level;
  } cases[] = {
    { "", TKB_VALIDATE_COMPLETE },
    { "\"state\":\"draft\"", TKB_VALIDATE_DRAFT },
    { "\"state\":\"returned\"", TKB_VALIDATE_DRAFT },
    { "\"state\":\"withdrawn\"", TKB_VALIDATE_DRAFT },
    { "\"state\":\"submitted\"", TKB_VALIDATE_COMPLETE },
    { "\"state\":\"published\"", TKB_VALIDATE_COMPLETE },
    { "\"state\":7", TKB_VALIDATE_COMPLETE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (TkbDocument) document = sample_document (cases[i].members);

      g_assert_cmpint ((int) tkb_validate_level_for (document), ==, (int) cases[i].level);
    }
}

/* The files that the programs are built with. */
static void
test_real (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbCatalog) catalog = tkb_catalog_new (tkb_data_get_resource (), &error);
  static const char *const kinds[] = { "case", "guide", "system" };

  g_assert_no_error (error);
  g_assert_cmpuint (tkb_catalog_get_kinds (catalog)->len, >=, G_N_ELEMENTS (kinds));
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      TkbKind *kind = tkb_catalog_get_kind (catalog, kinds[i]);

      g_assert_nonnull (kind);
      g_assert_nonnull (tkb_kind_get_field (kind, "title"));
      g_assert_nonnull (tkb_kind_get_field (kind, "state"));
    }
  g_assert_true (tkb_vocabulary_contains (tkb_catalog_get_vocabulary (catalog, "service-type"),
                                          "novelty-search"));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/catalog/kind", test_kind);
  g_test_add_func ("/catalog/facets", test_facets);
  g_test_add_func ("/catalog/broken", test_broken);
  g_test_add_func ("/catalog/real", test_real);
  g_test_add_func ("/validation/complete", test_complete);
  g_test_add_func ("/validation/types", test_types);
  g_test_add_func ("/validation/bounds", test_bounds);
  g_test_add_func ("/validation/dates", test_dates);
  g_test_add_func ("/validation/addresses", test_addresses);
  g_test_add_func ("/validation/kinds-of-documents", test_kinds_of_documents);
  g_test_add_func ("/validation/hostile", test_hostile);
  g_test_add_func ("/validation/levels", test_levels);

  return g_test_run ();
}
