/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-document-text.h"
#include "tkb-sample.h"

#include <string.h>

static char *
to_markdown (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbCatalog) catalog = tkb_catalog_new (tkb_sample_get_resource (), &error);
  g_autoptr (TkbDocument) document = tkb_document_new_parse (text, -1, &error);

  g_assert_no_error (error);
  return tkb_document_text_to_markdown (catalog, document);
}

static void
test_fields (void)
{
  g_autofree char *text = to_markdown (
      "{\"_id\":\"a_b\",\"kind\":\"sample\",\"title\":\"A *title*\",\"summary\":\"S\","
      "\"replaced\":\"with **marks**\",\"count\":7,\"colour\":\"red\",\"tags\":[\"new\",\"own\"],"
      "\"address\":\"https://example.org/a b\",\"amount\":{\"value\":1.5,\"unit\":\"t\"},"
      "\"related\":[{\"document\":\"x\",\"query\":\"a=b\"}],\"steps\":[{\"action\":\"Do\",\"when\":"
      "\"2020\"}],\"extra\":{\"x\":1},\"is_open\":null,\"titles\":{}}");

  g_assert_cmpstr (text, ==,
                   "# A \\*title\\*\n\na\\_b — Sample\n\nS\n\n"
                   "## Own one\n\nwith **marks**\n\n## Count\n\n7\n\n## Colour\n\nRed\n\n"
                   "## Tags\n\n- New\n- own\n\n## Address\n\n<https://example.org/a%20b>\n\n"
                   "## Amount\n\n1.5 t (not verified)\n\n## Related\n\n- x — a=b\n\n"
                   "## Steps\n\n- Do — 2020\n\n");
}

/* What was typed as plain text is read as plain text, whatever it looks like. */
static void
test_plain_text (void)
{
  g_autofree char *text =
      to_markdown ("{\"_id\":\"a\",\"kind\":\"sample\",\"title\":\"x\",\"summary\":"
                   "\"# no\\n- no\\n1. no\\n12) no\\n<b>\\n`c` [d](e)\\n===\\n2020 yes\"}");

  g_assert_nonnull (strstr (text, "\\# no\n\\- no\n1\\. no\n12\\) no\n\\<b\\>\n"
                                  "\\`c\\` \\[d\\](e)\n\\===\n2020 yes\n"));
}

static void
test_unknown_kinds (void)
{
  g_autofree char *none = to_markdown ("{\"_id\":\"a\"}");
  g_autofree char *unknown = to_markdown ("{\"_id\":\"a\",\"kind\":\"recipe\",\"title\":\"Soup\"}");

  g_assert_cmpstr (none, ==, "# a\n\na\n\n");
  g_assert_cmpstr (unknown, ==, "# Soup\n\na\n\n");
}

static void
test_html (void)
{
  g_autoptr (TkbCatalog) catalog = tkb_catalog_new (tkb_sample_get_resource (), NULL);
  g_autoptr (TkbDocument) document = tkb_document_new_parse (
      "{\"_id\":\"a\",\"kind\":\"sample\",\"title\":\"<script>alert(1)</script>\",\"replaced\":"
      "\"<script>x</script> [l](javascript:alert(1)) |\",\"address\":\"javascript:alert(1)\"}",
      -1, NULL);
  g_autofree char *html = tkb_document_text_to_html (catalog, document);

  g_assert_null (strstr (html, "<script>"));
  g_assert_null (strstr (html, "href=\"javascript:"));
  g_assert_nonnull (strstr (html, "&lt;script&gt;alert(1)"));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/document-text/fields", test_fields);
  g_test_add_func ("/document-text/plain-text", test_plain_text);
  g_test_add_func ("/document-text/unknown-kinds", test_unknown_kinds);
  g_test_add_func ("/document-text/html", test_html);

  return g_test_run ();
}
