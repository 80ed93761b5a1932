/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Three documents, one a line (base, left, right), merged both ways round; and the same bytes as
 * three texts, between form feeds. */

#include "config.h"

#include "fuzz.h"
#include "tkb-data.h"
#include "tkb-diff3.h"
#include "tkb-json.h"
#include "tkb-merge.h"

#include <string.h>

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
merge_texts (const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, "\f", 3);
  g_autofree char *merged = NULL, *swapped = NULL;

  if (g_strv_length (parts) < 3)
    return;
  merged = tkb_diff3_merge_text (parts[0], parts[1], parts[2]);
  swapped = tkb_diff3_merge_text (parts[0], parts[2], parts[1]);
  g_assert_cmpstr (merged, ==, swapped);
  g_assert_true (merged == NULL || !g_utf8_validate (text, -1, NULL) ||
                 g_utf8_validate (merged, -1, NULL));
}

static void
merge_documents (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", 3);
  TkbDocument *documents[3] = { NULL };

  for (guint i = 0; i < 3 && lines[i] != NULL; i++)
    documents[i] = tkb_document_new_parse (lines[i], -1, NULL);
  if (documents[1] != NULL && documents[2] != NULL)
    {
      g_autoptr (TkbMerge) merge =
          tkb_merge_new (get_catalog (), documents[0], documents[1], documents[2]);
      g_autoptr (TkbMerge) mirror =
          tkb_merge_new (get_catalog (), documents[0], documents[2], documents[1]);
      g_autofree char *body = tkb_json_object_to_canonical (merge->body, NULL);
      g_autofree char *other = tkb_json_object_to_canonical (mirror->body, NULL);

      g_assert_cmpuint (merge->conflicts->len, ==, mirror->conflicts->len);
      if (merge->conflicts->len == 0)
        g_assert_cmpstr (body, ==, other);
    }
  for (guint i = 0; i < 3; i++)
    g_clear_pointer (&documents[i], tkb_document_unref);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);

  merge_texts (text);
  merge_documents (text);
  return 0;
}
