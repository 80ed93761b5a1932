/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "fuzz.h"
#include "tkb-data.h"
#include "tkb-document-text.h"
#include "tkb-rev-id.h"
#include "tkb-validation.h"

/* The catalog is made once and lives as long as the process. */
static TkbCatalog *
get_catalog (void)
{
  static TkbCatalog *catalog;

  if (g_once_init_enter (&catalog))
    g_once_init_leave (&catalog, tkb_catalog_new (tkb_data_get_resource (), NULL));
  return catalog;
}

static void
check_against_kind (TkbDocument *document)
{
  TkbCatalog *catalog = get_catalog ();
  g_autoptr (GPtrArray) problems = tkb_validate (catalog, document, TKB_VALIDATE_COMPLETE);
  g_autoptr (GPtrArray) facets = tkb_catalog_get_facets (catalog);
  g_autofree char *markdown = tkb_document_text_to_markdown (catalog, document);
  g_autofree char *html = tkb_document_text_to_html (catalog, document);

  for (guint i = 0; i < problems->len; i++)
    {
      g_autofree char *sentence = tkb_problem_to_string (problems->pdata[i]);

      g_assert_true (g_utf8_validate (sentence, -1, NULL));
    }
  for (guint i = 0; i < facets->len; i++)
    g_ptr_array_unref (tkb_catalog_get_facet_codes (catalog, document, facets->pdata[i]));
  g_assert_true (g_utf8_validate (markdown, -1, NULL));
  g_assert_null (g_strrstr (html, "<script"));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbDocument) document =
      tkb_document_new_parse ((const char *) data, (gssize) size, &error);
  g_autoptr (TkbDocument) again = NULL;
  g_autofree char *text = NULL, *repeated = NULL, *rev = NULL;

  g_assert_true ((document == NULL) == (error != NULL));
  if (document == NULL)
    return 0;
  text = tkb_document_to_text (document, TKB_DOCUMENT_JSON_REVISIONS);
  again = tkb_document_new_parse (text, -1, &error);
  g_assert_no_error (error);
  repeated = tkb_document_to_text (again, TKB_DOCUMENT_JSON_REVISIONS);
  g_assert_cmpstr (repeated, ==, text);
  rev = tkb_rev_id_compute (tkb_document_get_body (document), tkb_document_get_rev (document),
                            tkb_document_is_deleted (document));
  g_assert_true (tkb_rev_id_is_valid (rev) || tkb_document_get_rev (document) != NULL);
  g_assert_nonnull (tkb_document_get_title (document, "zh-CN"));
  check_against_kind (document);
  return 0;
}
