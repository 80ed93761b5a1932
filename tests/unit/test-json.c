/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-json.h"
#include "tkb-limits.h"

#include <locale.h>
#include <string.h>

static void
test_malformed (void)
{
  static const struct
  {
    const char  *text;
    TkbJsonError code;
    int          at; /* byte that the message names */
  } cases[] = {
    { "", TKB_JSON_ERROR_SYNTAX, 0 },
    { "  ", TKB_JSON_ERROR_SYNTAX, 2 },
    { "{", TKB_JSON_ERROR_SYNTAX, 1 },
    { "[", TKB_JSON_ERROR_SYNTAX, 1 },
    { "[1,]", TKB_JSON_ERROR_SYNTAX, 3 },
    { "[1 2]", TKB_JSON_ERROR_SYNTAX, 3 },
    { "[1}", TKB_JSON_ERROR_SYNTAX, 2 },
    { "{\"a\":1,}", TKB_JSON_ERROR_SYNTAX, 7 },
    { "{\"a\" 1}", TKB_JSON_ERROR_SYNTAX, 5 },
    { "{a:1}", TKB_JSON_ERROR_SYNTAX, 1 },
    { "{'a':1}", TKB_JSON_ERROR_SYNTAX, 1 },
    { "{\"a\":}", TKB_JSON_ERROR_SYNTAX, 5 },
    { "{\"a\":1}}", TKB_JSON_ERROR_SYNTAX, 7 },
    { "1 2", TKB_JSON_ERROR_SYNTAX, 2 },
    { "// c\n1", TKB_JSON_ERROR_SYNTAX, 0 },
    { "/* c */1", TKB_JSON_ERROR_SYNTAX, 0 },
    { "tru", TKB_JSON_ERROR_SYNTAX, 0 },
    { "truex", TKB_JSON_ERROR_SYNTAX, 4 },
    { "nul", TKB_JSON_ERROR_SYNTAX, 0 },
    { "True", TKB_JSON_ERROR_SYNTAX, 0 },
    { "NaN", TKB_JSON_ERROR_SYNTAX, 0 },
    { "Infinity", TKB_JSON_ERROR_SYNTAX, 0 },
    { "-", TKB_JSON_ERROR_SYNTAX, 1 },
    { "-x", TKB_JSON_ERROR_SYNTAX, 1 },
    { "+1", TKB_JSON_ERROR_SYNTAX, 0 },
    { "01", TKB_JSON_ERROR_SYNTAX, 1 },
    { "1.", TKB_JSON_ERROR_SYNTAX, 2 },
    { ".5", TKB_JSON_ERROR_SYNTAX, 0 },
    { "1e", TKB_JSON_ERROR_SYNTAX, 2 },
    { "1e+", TKB_JSON_ERROR_SYNTAX, 3 },
    { "0x10", TKB_JSON_ERROR_SYNTAX, 1 },
    { "[1e999]", TKB_JSON_ERROR_SYNTAX, 1 },
    { "\"a", TKB_JSON_ERROR_SYNTAX, 2 },
    { "\"a\nb\"", TKB_JSON_ERROR_SYNTAX, 2 },
    { "\"\\x41\"", TKB_JSON_ERROR_SYNTAX, 2 },
    { "\"\\u12\"", TKB_JSON_ERROR_SYNTAX, 5 },
    { "\"\\", TKB_JSON_ERROR_SYNTAX, 2 },
    { "\"\\u0000\"", TKB_JSON_ERROR_UTF8, 1 },
    { "\"\\ud800\"", TKB_JSON_ERROR_UTF8, 1 },
    { "\"\\ud800x\"", TKB_JSON_ERROR_UTF8, 1 },
    { "\"\\udc00\"", TKB_JSON_ERROR_UTF8, 1 },
    { "\"\\ud800\\ud800\"", TKB_JSON_ERROR_UTF8, 1 },
    { "\"\\ud800\\n\"", TKB_JSON_ERROR_UTF8, 1 },
    { "\"\xff\"", TKB_JSON_ERROR_UTF8, 1 },
    { "\"\xc3\"", TKB_JSON_ERROR_UTF8, 1 },
    { "\"\xc0\xaf\"", TKB_JSON_ERROR_UTF8, 1 },     /* overlong */
    { "\"\xed\xa0\x80\"", TKB_JSON_ERROR_UTF8, 1 }, /* a surrogate in UTF-8 */
    { "\"\xf4\x90\x80\x80\"", TKB_JSON_ERROR_UTF8, 1 },
    { "\xef\xbb\xbf{}", TKB_JSON_ERROR_SYNTAX, 0 }, /* byte order mark */
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *where = g_strdup_printf ("At byte %d: ", cases[i].at);
      JsonNode        *node;

      g_test_message ("case %" G_GSIZE_FORMAT, i);
      node = tkb_json_parse (cases[i].text, -1, 0, &error);
      g_assert_null (node);
      g_assert_error (error, TKB_JSON_ERROR, (int) cases[i].code);
      g_assert_true (g_str_has_prefix (error->message, where));
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
    }
}

static void
test_zero_byte (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (tkb_json_parse ("\"a\0b\"", 5, 0, &error));
  g_assert_error (error, TKB_JSON_ERROR, TKB_JSON_ERROR_UTF8);
  g_assert_nonnull (strstr (error->message, "At byte 2"));
}

static char *
nested (guint depth)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < depth; i++)
    g_string_append (text, i % 2 ? "{\"a\":" : "[");
  g_string_append_c (text, '1');
  for (guint i = depth; i > 0; i--)
    g_string_append_c (text, (i - 1) % 2 ? '}' : ']');
  return g_string_free (text, FALSE);
}

static void
test_depth (void)
{
  g_autofree char *allowed = nested (TKB_JSON_MAX_DEPTH);
  g_autofree char *refused = nested (TKB_JSON_MAX_DEPTH + 1);
  g_autofree char *bomb = g_strnfill (1000000, '[');
  g_autofree char *again = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GError) error = NULL;

  node = tkb_json_parse (allowed, -1, 0, &error);
  g_assert_no_error (error);
  again = tkb_json_to_canonical (node, NULL);
  g_assert_cmpstr (again, ==, allowed);

  g_assert_null (tkb_json_parse (refused, -1, 0, &error));
  g_assert_error (error, TKB_JSON_ERROR, TKB_JSON_ERROR_DEPTH);
  g_clear_error (&error);
  g_assert_null (tkb_json_parse (bomb, -1, 0, &error));
  g_assert_error (error, TKB_JSON_ERROR, TKB_JSON_ERROR_DEPTH);
}

static void
test_size (void)
{
  gsize length = 10 * 1000 * 1000;
  g_autoptr (GString) text = g_string_new ("\"");
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < length; i++)
    g_string_append_c (text, i % 1000 ? 'x' : ' ');
  g_string_append_c (text, '"');

  g_assert_null (tkb_json_parse (text->str, (gssize) text->len, 1000, &error));
  g_assert_error (error, TKB_JSON_ERROR, TKB_JSON_ERROR_SIZE);
  g_clear_error (&error);

  node = tkb_json_parse (text->str, (gssize) text->len, 0, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (strlen (json_node_get_string (node)), ==, length);
}

/* Input, its canonical form, its form with members in their own order. */
static const char *const golden[][3] = {
  { " { \"b\" : [ 1 , 2.50 , \"x\" ] , \"a\" : null } ", "{\"a\":null,\"b\":[1,2.5,\"x\"]}",
    "{\"b\":[1,2.5,\"x\"],\"a\":null}" },
  { "{\"\":{},\"Z\":[],\"a\":true,\"\\u4e13\":false,\"\\ud83d\\ude00\":1,\"\\uffee\":2}",
    "{\"\":{},\"Z\":[],\"a\":true,\"专\":false,\"\xef\xbf\xae\":2,\"😀\":1}",
    "{\"\":{},\"Z\":[],\"a\":true,\"专\":false,\"😀\":1,\"\xef\xbf\xae\":2}" },
  { "\"\\/\\\\\\\"\\b\\f\\n\\r\\t\\u001f\\u007f\\u2028\"",
    "\"/\\\\\\\"\\b\\f\\n\\r\\t\\u001f\x7f\xe2\x80\xa8\"", NULL },
  { "[0,-0,1,-1,9223372036854775807,-9223372036854775808]",
    "[0,0,1,-1,9223372036854775807,-9223372036854775808]", NULL },
  { "[18446744073709551616,1e21,1e20,1.0,-2.0,0.0]",
    "[18446744073709552000,1e+21,100000000000000000000,1,-2,0]", NULL },
  { "[0.1,0.30000000000000004,1e-6,1e-7,1.5e-9,5e-324,1.7976931348623157e308,123456.789]",
    "[0.1,0.30000000000000004,0.000001,1e-7,1.5e-9,5e-324,1.7976931348623157e+308,123456.789]",
    NULL },
  { "{\"a\":1,\"b\":2,\"a\":3}", "{\"a\":3,\"b\":2}", NULL },
};

static void
test_canonical (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (golden); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonNode) node = tkb_json_parse (golden[i][0], -1, 0, &error);
      g_autoptr (JsonNode) copy = NULL;
      g_autoptr (JsonNode) again = NULL;
      g_autofree char *canonical = NULL, *copied = NULL, *repeated = NULL;
      g_autoptr (GString) own_order = g_string_new (NULL);
      gsize length = 0;

      g_assert_no_error (error);
      canonical = tkb_json_to_canonical (node, &length);
      g_assert_cmpstr (canonical, ==, golden[i][1]);
      g_assert_cmpuint (length, ==, strlen (canonical));
      tkb_json_append (own_order, node);
      g_assert_cmpstr (own_order->str, ==, golden[i][2] != NULL ? golden[i][2] : golden[i][1]);

      copy = tkb_json_node_copy (node);
      copied = tkb_json_to_canonical (copy, NULL);
      g_assert_cmpstr (copied, ==, canonical);
      again = tkb_json_parse (canonical, -1, 0, &error);
      g_assert_no_error (error);
      repeated = tkb_json_to_canonical (again, NULL);
      g_assert_cmpstr (repeated, ==, canonical);
    }
}

/* Numbers are neither read nor written in the manner of the locale. */
static void
test_locale (void)
{
  static const char *const names[] = { "de_DE.UTF-8", "fr_FR.UTF-8", "ru_RU.UTF-8" };
  g_autofree char         *before = g_strdup (setlocale (LC_ALL, NULL));

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (setlocale (LC_ALL, names[i]) != NULL)
      test_canonical ();
  setlocale (LC_ALL, before);
}

static void
test_copy_is_deep (void)
{
  g_autoptr (JsonObject) object =
      tkb_json_parse_object ("{\"a\":{\"b\":[1,{\"c\":2}]}}", -1, 0, NULL);
  g_autoptr (JsonObject) copy = tkb_json_object_copy (object);
  g_autofree char *text = NULL;

  json_object_set_int_member (json_object_get_object_member (copy, "a"), "x", 1);
  json_array_add_int_element (
      json_object_get_array_member (json_object_get_object_member (copy, "a"), "b"), 3);
  text = tkb_json_object_to_canonical (object, NULL);
  g_assert_cmpstr (text, ==, "{\"a\":{\"b\":[1,{\"c\":2}]}}");
}

static void
test_getters (void)
{
  g_autoptr (JsonObject) object = tkb_json_parse_object (
      "{\"s\":\"x\",\"i\":7,\"d\":8.0,\"f\":1.5,\"big\":1e300,\"t\":true,\"n\":null,"
      "\"o\":{},\"a\":[]}",
      -1, 0, NULL);

  g_assert_cmpstr (tkb_json_get_string (object, "s", "-"), ==, "x");
  g_assert_cmpstr (tkb_json_get_string (object, "i", "-"), ==, "-");
  g_assert_cmpstr (tkb_json_get_string (object, "n", NULL), ==, NULL);
  g_assert_cmpint (tkb_json_get_int (object, "i", -1), ==, 7);
  g_assert_cmpint (tkb_json_get_int (object, "d", -1), ==, 8);
  g_assert_cmpint (tkb_json_get_int (object, "f", -1), ==, -1);
  g_assert_cmpint (tkb_json_get_int (object, "big", -1), ==, -1);
  g_assert_cmpint (tkb_json_get_int (object, "s", -1), ==, -1);
  g_assert_true (tkb_json_get_boolean (object, "t", FALSE));
  g_assert_true (tkb_json_get_boolean (object, "i", TRUE));
  g_assert_nonnull (tkb_json_get_object (object, "o"));
  g_assert_null (tkb_json_get_object (object, "a"));
  g_assert_null (tkb_json_get_object (object, "none"));
  g_assert_nonnull (tkb_json_get_array (object, "a"));
  g_assert_null (tkb_json_get_array (object, "o"));
}

static void
test_object_type (void)
{
  static const char *const texts[] = { "[]", "1", "\"x\"", "null", "true", "1.5" };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (tkb_json_parse_object (texts[i], -1, 0, &error));
      g_assert_error (error, TKB_JSON_ERROR, TKB_JSON_ERROR_TYPE);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/json/malformed", test_malformed);
  g_test_add_func ("/json/zero-byte", test_zero_byte);
  g_test_add_func ("/json/depth", test_depth);
  g_test_add_func ("/json/size", test_size);
  g_test_add_func ("/json/canonical", test_canonical);
  g_test_add_func ("/json/locale", test_locale);
  g_test_add_func ("/json/copy-is-deep", test_copy_is_deep);
  g_test_add_func ("/json/getters", test_getters);
  g_test_add_func ("/json/object-type", test_object_type);

  return g_test_run ();
}
