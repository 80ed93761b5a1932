/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-document.h"
#include "tkb-json.h"
#include "tkb-limits.h"

#include <string.h>

static TkbDocument *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  TkbDocument *document = tkb_document_new_parse (text, -1, &error);

  g_assert_no_error (error);
  return document;
}

static void
test_wire (void)
{
  g_autoptr (TkbDocument) document =
      parse ("{\"title\":\"T\",\"_id\":\"a\",\"_rev\":\"3-c\",\"n\":1.50,"
             "\"_revisions\":{\"start\":3,\"ids\":[\"c\",\"b\"]},\"_conflicts\":[\"2-x\"],"
             "\"_attachments\":{\"f\":{\"stub\":true}},\"kind\":\"case\",\"x\":{\"_y\":1}}");
  g_autoptr (JsonObject) object = NULL;
  g_autofree char *plain = NULL, *full = NULL, *object_text = NULL;

  g_assert_cmpstr (tkb_document_get_id (document), ==, "a");
  g_assert_cmpstr (tkb_document_get_rev (document), ==, "3-c");
  g_assert_cmpstr (tkb_document_get_kind (document), ==, "case");
  g_assert_false (tkb_document_is_deleted (document));
  g_assert_cmpstr (tkb_document_get_revisions (document)[1], ==, "2-b");
  g_assert_null (tkb_document_get_revisions (document)[2]);

  plain = tkb_document_to_text (document, TKB_DOCUMENT_JSON_NONE);
  g_assert_cmpstr (plain, ==,
                   "{\"_id\":\"a\",\"_rev\":\"3-c\",\"title\":\"T\",\"n\":1.5,"
                   "\"_attachments\":{\"f\":{\"stub\":true}},\"kind\":\"case\",\"x\":{\"_y\":1}}");
  full = tkb_document_to_text (document, TKB_DOCUMENT_JSON_REVISIONS);
  g_assert_nonnull (strstr (full, "\"_revisions\":{\"start\":3,\"ids\":[\"c\",\"b\"]}"));
  object = tkb_document_to_json (document, TKB_DOCUMENT_JSON_REVISIONS);
  {
    g_autoptr (GString) text = g_string_new (NULL);

    tkb_json_append_object (text, object);
    object_text = g_strdup (text->str);
  }
  g_assert_cmpstr (object_text, ==, full);
}

static void
test_deleted (void)
{
  g_autoptr (TkbDocument) document = parse ("{\"_id\":\"a\",\"_rev\":\"2-b\",\"_deleted\":true}");
  g_autofree char *text = tkb_document_to_text (document, TKB_DOCUMENT_JSON_REVISIONS);

  g_assert_true (tkb_document_is_deleted (document));
  g_assert_cmpstr (text, ==, "{\"_id\":\"a\",\"_rev\":\"2-b\",\"_deleted\":true}");
}

static void
test_refused (void)
{
  static const struct
  {
    const char      *text;
    TkbDocumentError code;
  } cases[] = {
    { "{}", TKB_DOCUMENT_ERROR_INVALID_ID },
    { "{\"_id\":\"\"}", TKB_DOCUMENT_ERROR_INVALID_ID },
    { "{\"_id\":7}", TKB_DOCUMENT_ERROR_INVALID_ID },
    { "{\"_id\":null}", TKB_DOCUMENT_ERROR_INVALID_ID },
    { "{\"_id\":\"_x\"}", TKB_DOCUMENT_ERROR_INVALID_ID },
    { "{\"_id\":\"_design/\"}", TKB_DOCUMENT_ERROR_INVALID_ID },
    { "{\"_id\":\"a\",\"_rev\":\"x\"}", TKB_DOCUMENT_ERROR_INVALID_REV },
    { "{\"_id\":\"a\",\"_rev\":1}", TKB_DOCUMENT_ERROR_INVALID_REV },
    { "{\"_id\":\"a\",\"_deleted\":1}", TKB_DOCUMENT_ERROR_INVALID_MEMBER },
    { "{\"_id\":\"a\",\"_deleted\":\"true\"}", TKB_DOCUMENT_ERROR_INVALID_MEMBER },
    { "{\"_id\":\"a\",\"_unknown\":1}", TKB_DOCUMENT_ERROR_INVALID_MEMBER },
    { "{\"_id\":\"a\",\"_\":1}", TKB_DOCUMENT_ERROR_INVALID_MEMBER },
    { "{\"_id\":\"a\",\"_attachments\":[]}", TKB_DOCUMENT_ERROR_INVALID_MEMBER },
    { "{\"_id\":\"a\",\"_revisions\":[]}", TKB_DOCUMENT_ERROR_INVALID_MEMBER },
    { "{\"_id\":\"a\",\"_revisions\":{}}", TKB_DOCUMENT_ERROR_INVALID_REV },
    { "{\"_id\":\"a\",\"_revisions\":{\"start\":1,\"ids\":[]}}", TKB_DOCUMENT_ERROR_INVALID_REV },
    { "{\"_id\":\"a\",\"_revisions\":{\"start\":1,\"ids\":[\"b\",\"a\"]}}",
      TKB_DOCUMENT_ERROR_INVALID_REV },
    { "{\"_id\":\"a\",\"_revisions\":{\"start\":0,\"ids\":[\"a\"]}}",
      TKB_DOCUMENT_ERROR_INVALID_REV },
    { "{\"_id\":\"a\",\"_revisions\":{\"start\":1e10,\"ids\":[\"a\"]}}",
      TKB_DOCUMENT_ERROR_INVALID_REV },
    { "{\"_id\":\"a\",\"_revisions\":{\"start\":1,\"ids\":[7]}}", TKB_DOCUMENT_ERROR_INVALID_REV },
    { "{\"_id\":\"a\",\"_rev\":\"2-x\",\"_revisions\":{\"start\":2,\"ids\":[\"b\",\"a\"]}}",
      TKB_DOCUMENT_ERROR_INVALID_REV },
    { "{\"_revisions\":{\"start\":2,\"ids\":[\"b\",\"a\"]},\"_foo\":1}",
      TKB_DOCUMENT_ERROR_INVALID_MEMBER },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (tkb_document_new_parse (cases[i].text, -1, &error));
      g_assert_error (error, TKB_DOCUMENT_ERROR, (int) cases[i].code);
    }
}

static void
test_ids (void)
{
  g_autofree char *longest = g_strnfill (TKB_MAX_ID_BYTES, 'x');
  g_autofree char *too_long = g_strnfill (TKB_MAX_ID_BYTES + 1, 'x');

  g_assert_true (tkb_document_id_is_valid ("_design/x", NULL));
  g_assert_true (tkb_document_id_is_valid ("_local/x", NULL));
  g_assert_true (tkb_document_id_is_valid ("case/专利 1", NULL));
  g_assert_true (tkb_document_id_is_valid (longest, NULL));
  g_assert_false (tkb_document_id_is_valid (too_long, NULL));
  g_assert_false (tkb_document_id_is_valid ("\xff", NULL));
  g_assert_false (tkb_document_id_is_valid (NULL, NULL));
}

static void
test_too_large (void)
{
  g_autofree char *filler = g_strnfill (TKB_MAX_DOCUMENT_BYTES, 'x');
  g_autofree char *body = g_strdup_printf ("{\"_id\":\"a\",\"t\":\"%s\"}", filler);
  g_autofree char *attachment =
      g_strdup_printf ("{\"_id\":\"a\",\"_attachments\":{\"f\":{\"data\":\"%s\"}}}", filler);
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbDocument) document = NULL;

  g_assert_null (tkb_document_new_parse (body, -1, &error));
  g_assert_error (error, TKB_DOCUMENT_ERROR, TKB_DOCUMENT_ERROR_TOO_LARGE);
  document = parse (attachment); /* attachments have a bound of their own */
}

static void
test_changed_copies (void)
{
  g_autoptr (TkbDocument) document = parse (
      "{\"_id\":\"a\",\"_revisions\":{\"start\":2,\"ids\":[\"b\",\"a\"]},\"state\":\"draft\"}");
  g_autoptr (TkbDocument) next = tkb_document_with_rev (document, "3-c");
  g_autoptr (TkbDocument) same = tkb_document_with_rev (document, "2-b");
  g_autoptr (TkbDocument) published = tkb_document_with_string (document, "state", "published");
  g_autoptr (TkbDocument) stateless = tkb_document_with_string (document, "state", NULL);

  g_assert_cmpstr (tkb_document_get_rev (document), ==, "2-b");
  g_assert_cmpstr (tkb_document_get_rev (next), ==, "3-c");
  g_assert_null (tkb_document_get_revisions (next));
  g_assert_nonnull (tkb_document_get_revisions (same));
  g_assert_true (tkb_document_get_body (next) == tkb_document_get_body (document));
  g_clear_pointer (&document, tkb_document_unref);
  g_assert_cmpstr (tkb_document_get_string (next, "state"), ==, "draft");
  g_assert_cmpstr (tkb_document_get_string (published, "state"), ==, "published");
  g_assert_cmpstr (tkb_document_get_string (stateless, "state"), ==, NULL);
  g_assert_false (tkb_document_may_leave (next));
  g_assert_true (tkb_document_may_leave (published));
}

static void
test_may_leave (void)
{
  g_autoptr (TkbDocument) plain = parse ("{\"_id\":\"a\"}");
  g_autoptr (TkbDocument) private = parse ("{\"_id\":\"a\",\"visibility\":\"private\"}");
  g_autoptr (TkbDocument) centre =
      parse ("{\"_id\":\"a\",\"visibility\":\"centre\",\"state\":\"submitted\"}");

  g_assert_true (tkb_document_may_leave (plain));
  g_assert_false (tkb_document_may_leave (private));
  g_assert_true (tkb_document_may_leave (centre));
}

static void
test_languages (void)
{
  g_autoptr (TkbDocument) document =
      parse ("{\"_id\":\"a\",\"language\":\"en\",\"title\":\"Own\",\"titles\":{\"zh\":\"汉语\","
             "\"zh-TW\":\"臺灣\",\"pt-BR\":\"Brasil\",\"fr\":\"\",\"de\":7},\"summary\":\"S\","
             "\"summaries\":{\"zh\":\"摘要\"}}");
  g_autoptr (TkbDocument) bare = parse ("{\"_id\":\"the-id\",\"title\":\"\"}");
  static const char *const expected[][2] = {
    { NULL, "Own" },     { "en", "Own" },     { "en-GB", "Own" },    { "zh", "汉语" },
    { "zh-CN", "汉语" }, { "ZH-tw", "臺灣" }, { "zh-TW-x", "臺灣" }, { "zho", "Own" },
    { "pt", "Brasil" },  { "fr", "Own" },     { "de", "Own" },       { "", "Own" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (expected); i++)
    g_assert_cmpstr (tkb_document_get_title (document, expected[i][0]), ==, expected[i][1]);
  g_assert_cmpstr (tkb_document_get_summary (document, "zh-CN"), ==, "摘要");
  g_assert_cmpstr (tkb_document_get_summary (document, "ar"), ==, "S");
  g_assert_cmpstr (tkb_document_get_title (bare, "en"), ==, "the-id");
  g_assert_null (tkb_document_get_summary (bare, NULL));
}

static gpointer
share_thread (gpointer data)
{
  for (int i = 0; i < 5000; i++)
    {
      g_autoptr (TkbDocument) other = tkb_document_with_rev (data, "5-e");
      g_autoptr (TkbDocument) again = tkb_document_ref (data);

      g_assert_cmpstr (tkb_document_get_title (other, "zh"), ==, "T");
    }
  return NULL;
}

static void
test_threads (void)
{
  g_autoptr (TkbDocument) document = parse ("{\"_id\":\"a\",\"title\":\"T\"}");
  GThread *first = g_thread_new ("first", share_thread, document);
  GThread *second = g_thread_new ("second", share_thread, document);

  g_thread_join (first);
  g_thread_join (second);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/document/wire", test_wire);
  g_test_add_func ("/document/deleted", test_deleted);
  g_test_add_func ("/document/refused", test_refused);
  g_test_add_func ("/document/ids", test_ids);
  g_test_add_func ("/document/too-large", test_too_large);
  g_test_add_func ("/document/changed-copies", test_changed_copies);
  g_test_add_func ("/document/may-leave", test_may_leave);
  g_test_add_func ("/document/languages", test_languages);
  g_test_add_func ("/document/threads", test_threads);

  return g_test_run ();
}
