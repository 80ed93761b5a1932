/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-json.h"
#include "tkb-limits.h"
#include "tkb-rev-id.h"

#include <string.h>

static void
test_parse (void)
{
  static const char *const invalid[] = { "",
                                         "1",
                                         "1-",
                                         "-a",
                                         "0-a",
                                         "01-a",
                                         "a-1",
                                         "-1-a",
                                         "1 -a",
                                         "1- a",
                                         "1-a b",
                                         "1-a\n",
                                         "1-a,b",
                                         "1-a\"",
                                         "1-\\",
                                         "1-\xc3\xa4",
                                         "2147483648-a",
                                         "+1-a",
                                         "99999999999999999999-a" };
  g_autofree char         *longest = g_strnfill (TKB_MAX_REV_DIGEST_BYTES + 2, 'f');
  g_autofree char         *too_long = NULL;
  guint                    generation = 0;
  const char              *digest = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (invalid); i++)
    {
      g_assert_false (tkb_rev_id_is_valid (invalid[i]));
      g_assert_cmpuint (tkb_rev_id_get_generation (invalid[i]), ==, 0);
    }
  g_assert_false (tkb_rev_id_is_valid (NULL));

  g_assert_true (tkb_rev_id_parse ("12-ab-c", &generation, &digest));
  g_assert_cmpuint (generation, ==, 12);
  g_assert_cmpstr (digest, ==, "ab-c");
  g_assert_true (tkb_rev_id_is_valid ("2147483647-x"));
  memcpy (longest, "1-", 2);
  g_assert_true (tkb_rev_id_is_valid (longest));
  too_long = g_strconcat (longest, "f", NULL);
  g_assert_false (tkb_rev_id_is_valid (too_long));
}

static void
test_compare (void)
{
  static const char *const ascending[] = { NULL,  "nonsense", "1-a", "1-b",
                                           "2-A", "2-a",      "9-f", "10-0" };

  for (gsize i = 0; i < G_N_ELEMENTS (ascending); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (ascending); j++)
      {
        int order = tkb_rev_id_compare (ascending[i], ascending[j]);

        g_assert_cmpint (CLAMP (order, -1, 1), ==, i < j ? -1 : i > j);
      }
}

static char *
compute (const char *body, const char *parent, gboolean is_deleted)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) object = tkb_json_parse_object (body, -1, 0, &error);

  g_assert_no_error (error);
  return tkb_rev_id_compute (object, parent, is_deleted);
}

static void
assert_computed (const char *body, const char *parent, gboolean is_deleted, const char *expected)
{
  g_autofree char *rev = compute (body, parent, is_deleted);

  g_assert_cmpstr (rev, ==, expected);
}

/* The same text, digested by another program: printf '%s' TEXT | sha256sum | cut -c1-32. A change
 * here changes the revision of every edit: it needs a very good reason. */
static void
test_golden (void)
{
  assert_computed ("{}", NULL, FALSE, "1-62a79be57fbd9955e9bcd2b6eb92980f");
  assert_computed ("{\"title\":\"专利\",\"a\":[1,2.50]}", NULL, FALSE,
                   "1-fb7a514f832d1962ae2509109012fa90");
  assert_computed ("{\"a\":[1.0,2.5],\"title\":\"\\u4e13\\u5229\"}", "1-abc", TRUE,
                   "2-765fa9779a697f121cbe6ab4d08d283b");
  assert_computed ("{\"_attachments\":{\"b\":{\"digest\":\"md5-x\",\"stub\":true,\"revpos\":3},"
                   "\"a\":{\"digest\":\"md5-y\",\"length\":5}},\"_id\":\"x\",\"t\":1}",
                   "9-abc", FALSE, "10-d64ee4dc4feed8543a2c236cc302ac42");
}

static void
test_what_counts (void)
{
  g_autofree char *plain = compute ("{\"a\":1,\"b\":2}", "1-x", FALSE);
  g_autofree char *reordered = compute ("{\"b\":2,\"_rev\":\"7-q\",\"a\":1.0}", "1-x", FALSE);
  g_autofree char *other_parent = compute ("{\"a\":1,\"b\":2}", "1-y", FALSE);
  g_autofree char *deleted = compute ("{\"a\":1,\"b\":2}", "1-x", TRUE);
  g_autofree char *other_body = compute ("{\"a\":1,\"b\":3}", "1-x", FALSE);
  g_autofree char *attachment =
      compute ("{\"a\":1,\"b\":2,\"_attachments\":{\"f\":{\"digest\":\"d\"}}}", "1-x", FALSE);
  g_autofree char *other_digest =
      compute ("{\"a\":1,\"b\":2,\"_attachments\":{\"f\":{\"digest\":\"e\"}}}", "1-x", FALSE);

  g_assert_cmpstr (plain, ==, reordered);
  g_assert_cmpstr (plain, !=, other_parent);
  g_assert_cmpstr (plain, !=, deleted);
  g_assert_cmpstr (plain, !=, other_body);
  g_assert_cmpstr (plain, !=, attachment);
  g_assert_cmpstr (attachment, !=, other_digest);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/rev-id/parse", test_parse);
  g_test_add_func ("/rev-id/compare", test_compare);
  g_test_add_func ("/rev-id/golden", test_golden);
  g_test_add_func ("/rev-id/what-counts", test_what_counts);

  return g_test_run ();
}
