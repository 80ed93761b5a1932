/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "fuzz.h"
#include "tkb-json.h"

/* What is read, written canonically and read again is the same. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = tkb_json_parse ((const char *) data, (gssize) size, 0, &error);
  g_autoptr (JsonNode) again = NULL;
  g_autoptr (JsonNode) copy = NULL;
  g_autofree char *text = NULL, *repeated = NULL, *copied = NULL;
  gsize            length = 0;

  g_assert_true ((node == NULL) == (error != NULL));
  if (node == NULL)
    {
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      return 0;
    }
  text = tkb_json_to_canonical (node, &length);
  again = tkb_json_parse (text, (gssize) length, G_MAXSIZE, &error);
  g_assert_no_error (error);
  repeated = tkb_json_to_canonical (again, NULL);
  g_assert_cmpstr (repeated, ==, text);
  copy = tkb_json_node_copy (node);
  copied = tkb_json_to_canonical (copy, NULL);
  g_assert_cmpstr (copied, ==, text);
  return 0;
}
