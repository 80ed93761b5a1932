/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* The changes feed, what is missing here, the outbox, local documents, marks and counts. */
#include "config.h"

#include "store-fixture.h"
#include "tkb-json.h"

static void
assert_changes (TkbStore *store, guint64 since, TkbChangesFlags flags, const char *expected)
{
  g_autofree char *found = list_changes (store, since, flags);

  g_assert_cmpstr (found, ==, expected);
}

static void
test_feed (Fixture *fixture, gconstpointer data)
{
  TkbStore *store = fixture->store;
  g_autoptr (GPtrArray) page = NULL;
  g_autoptr (GError) error = NULL;
  guint64    last_seq = 0;
  TkbChange *change;

  assert_changes (store, 0, TKB_CHANGES_NONE, "");
  replicate (store, "a", "1-a", FALSE, "{'n':'a'}");
  replicate (store, "b", "1-b", FALSE, "{'n':'b'}");
  replicate (store, "a", "2-c 1-a", FALSE, "{'n':'c'}");
  replicate (store, "a", "2-d 1-a", FALSE, "{'n':'d'}");
  assert_changes (store, 0, TKB_CHANGES_NONE, "b:1-b a:2-d");
  assert_changes (store, 0, TKB_CHANGES_ALL_LEAVES, "b:1-b a:2-d,2-c");
  assert_changes (store, 0, TKB_CHANGES_DESCENDING, "a:2-d b:1-b");
  assert_changes (store, 2, TKB_CHANGES_NONE, "a:2-d");
  assert_changes (store, 4, TKB_CHANGES_NONE, "");

  page = tkb_store_get_changes (store, 0, 1, TKB_CHANGES_INCLUDE_DOCS, &last_seq, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (page->len, ==, 1);
  change = g_ptr_array_index (page, 0);
  g_assert_cmpuint (change->seq, ==, 2);
  g_assert_cmpuint (last_seq, ==, 2);
  g_assert_cmpstr (tkb_document_get_string (change->document, "n"), ==, "b");
  g_clear_pointer (&page, g_ptr_array_unref);
  page = tkb_store_get_changes (store, last_seq, 10, TKB_CHANGES_NONE, &last_seq, NULL, &error);
  g_assert_cmpuint (page->len, ==, 1);
  g_assert_cmpuint (last_seq, ==, 4);
  g_clear_pointer (&page, g_ptr_array_unref);
  page = tkb_store_get_changes (store, 3, 0, TKB_CHANGES_NONE, &last_seq, NULL, &error);
  g_assert_cmpuint (page->len, ==, 0);
  g_assert_cmpuint (last_seq, ==, 3);
}

/* Neither a draft nor a private record, nor the tombstone of one, may show in what is sent. */
static void
test_may_leave (Fixture *fixture, gconstpointer data)
{
  TkbStore        *store = fixture->store;
  TkbChangesFlags  flags = TKB_CHANGES_MAY_LEAVE | TKB_CHANGES_ALL_LEAVES;
  g_autofree char *draft = put (store, "draft", NULL, "{'state':'draft'}");
  g_autofree char *private = put (store, "private", NULL, "{'visibility':'private'}");
  g_autofree char *grave = NULL;
  g_autofree char *open = NULL;
  g_autofree char *gone = NULL;
  g_autofree char *expected = NULL;
  g_autofree char *only_open = NULL;
  g_autoptr (GPtrArray) changes = NULL;
  guint64 last_seq = 0;

  assert_changes (store, 0, flags, "");
  changes = tkb_store_get_changes (store, 0, 10, flags, &last_seq, NULL, NULL);
  g_assert_cmpuint (last_seq, ==, 2);
  grave = tkb_store_delete (store, "private", private, NULL, NULL);
  assert_changes (store, 0, flags, "");

  /* published once, so its deletion has to be told */
  open = put (store, "open", NULL, "{'state':'published'}");
  expected = g_strdup_printf ("open:%s", open);
  assert_changes (store, 0, flags, expected);
  {
    g_autofree char *hidden = put (store, "open", open, "{'visibility':'private'}");

    assert_changes (store, 0, flags, "");
    gone = tkb_store_delete (store, "open", hidden, NULL, NULL);
  }
  only_open = g_strdup_printf ("open:%s", gone);
  assert_changes (store, 0, flags, only_open);

  /* one side of a conflict is a draft, the other may leave */
  replicate (store, "both", "2-a 1-x", FALSE, "{'state':'published'}");
  replicate (store, "both", "2-b 1-x", FALSE, "{'state':'draft'}");
  assert_changes (store, 7, flags, "both:2-a");
  assert_changes (store, 7, TKB_CHANGES_MAY_LEAVE, "both:2-a");
  assert_changes (store, 7, TKB_CHANGES_ALL_LEAVES, "both:2-b,2-a");
}

static void
test_revs_diff (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();
  g_autoptr (GPtrArray) revs = g_ptr_array_new ();
  g_autoptr (GPtrArray) diff = NULL;
  g_autoptr (GError) error = NULL;
  char       *of_a[] = { (char *) "2-b", (char *) "3-c", NULL };
  char       *of_new[] = { (char *) "1-x", NULL };
  char       *of_known[] = { (char *) "1-k", NULL };
  TkbMissing *missing;

  replicate (fixture->store, "a", "2-b 1-a", FALSE, "{}");
  replicate (fixture->store, "known", "1-k", FALSE, "{}");
  g_ptr_array_add (ids, (char *) "a");
  g_ptr_array_add (revs, of_a);
  g_ptr_array_add (ids, (char *) "known");
  g_ptr_array_add (revs, of_known);
  g_ptr_array_add (ids, (char *) "new");
  g_ptr_array_add (revs, of_new);
  diff = tkb_store_revs_diff (fixture->store, ids, revs, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (diff->len, ==, 2);
  missing = g_ptr_array_index (diff, 0);
  g_assert_cmpstr (missing->id, ==, "a");
  g_assert_cmpuint (missing->missing->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (missing->missing, 0), ==, "3-c");
  g_assert_cmpuint (missing->possible_ancestors->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (missing->possible_ancestors, 0), ==, "2-b");
  missing = g_ptr_array_index (diff, 1);
  g_assert_cmpstr (missing->id, ==, "new");
  g_assert_cmpuint (missing->possible_ancestors->len, ==, 0);
}

static void
test_local (Fixture *fixture, gconstpointer data)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (JsonObject) found = NULL;
  g_autoptr (GError) error = NULL;

  json_object_set_int_member (object, "last_seq", 7);
  g_assert_true (tkb_store_put_local (fixture->store, "checkpoint", object, NULL, &error));
  json_object_set_int_member (object, "last_seq", 8);
  g_assert_true (tkb_store_put_local (fixture->store, "checkpoint", object, NULL, &error));
  found = tkb_store_get_local (fixture->store, "checkpoint", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (tkb_json_get_int (found, "last_seq", 0), ==, 8);
  g_assert_cmpuint (tkb_store_get_last_seq (fixture->store), ==, 0);
  g_assert_true (tkb_store_put_local (fixture->store, "checkpoint", NULL, NULL, &error));
  g_assert_null (tkb_store_get_local (fixture->store, "checkpoint", NULL, &error));
  g_assert_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_NOT_FOUND);
}

/* The outbox as "id:rev" or "id:rev!reason", oldest first. */
static void
assert_outbox (TkbStore *store, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) entries = tkb_store_get_outbox (store, NULL, &error);
  g_autoptr (TkbStoreCounts) counts = tkb_store_get_counts (store, NULL, NULL);
  g_autoptr (GString) text = g_string_new (NULL);

  g_assert_no_error (error);
  for (guint i = 0; i < entries->len; i++)
    {
      TkbOutboxEntry *entry = g_ptr_array_index (entries, i);

      g_string_append_printf (text, "%s%s:%s", i > 0 ? " " : "", entry->id, entry->rev);
      if (entry->reason != NULL)
        g_string_append_printf (text, "!%s", entry->reason);
    }
  g_assert_cmpstr (text->str, ==, expected);
  g_assert_cmpuint (counts->waiting, ==, entries->len);
}

static void
mark_sent (TkbStore *store, const char *id, const char *rev)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();
  g_autoptr (GPtrArray) revs = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (ids, (char *) id);
  g_ptr_array_add (revs, (char *) rev);
  g_assert_true (tkb_store_mark_sent (store, ids, revs, &error));
  g_assert_no_error (error);
}

static void
test_outbox (Fixture *fixture, gconstpointer data)
{
  TkbStore *store = fixture->store;
  g_autoptr (GError) error = NULL;
  g_autofree char *one = put (store, "a", NULL, "{'n':'1'}");
  g_autofree char *two = put (store, "a", one, "{'n':'2'}");
  g_autofree char *draft = put (store, "b", NULL, "{'state':'draft'}");
  g_autofree char *done = NULL;
  g_autofree char *expected = g_strdup_printf ("a:%s", two);
  g_autoptr (TkbStoreCounts) counts = NULL;

  /* one entry a document; drafts wait for nothing */
  assert_outbox (store, expected);
  g_assert_true (tkb_store_mark_refused (store, "a", two, "not yours", &error));
  g_assert_true (tkb_store_mark_refused (store, "a", two, "still not", &error));
  g_free (expected);
  expected = g_strdup_printf ("a:%s!still not", two);
  assert_outbox (store, expected);
  counts = tkb_store_get_counts (store, NULL, NULL);
  g_assert_cmpuint (counts->refused, ==, 1);
  /* the next edit takes its place */
  tkb_clock_manual_advance (fixture->clock, 10);
  done = put (store, "a", two, "{'n':'3'}");
  g_free (expected);
  expected = g_strdup_printf ("a:%s", done);
  assert_outbox (store, expected);
  /* older than what waits: still waits */
  mark_sent (store, "a", two);
  assert_outbox (store, expected);
  mark_sent (store, "a", done);
  mark_sent (store, "gone", done);
  assert_outbox (store, "");
  g_clear_pointer (&counts, tkb_store_counts_free);
  counts = tkb_store_get_counts (store, NULL, NULL);
  g_assert_cmpuint (counts->refused, ==, 0);
}

static void
test_outbox_answer (Fixture *fixture, gconstpointer data)
{
  TkbStore        *store = fixture->store;
  g_autofree char *mine = put (store, "a", NULL, "{'n':'1'}");
  g_autofree char *line = g_strdup_printf ("2-b %s", mine);

  /* somebody has gone on from our edit: the server has it, although its answer was lost */
  replicate (store, "a", line, FALSE, "{'n':'2'}");
  assert_outbox (store, "");
}

static void
test_without_outbox (Fixture *fixture, gconstpointer data)
{
  g_free (put (fixture->store, "a", NULL, "{}"));
  assert_outbox (fixture->store, "");
}

static void
test_counts (Fixture *fixture, gconstpointer data)
{
  TkbStore        *store = fixture->store;
  g_autofree char *a = put (store, "a", NULL, "{'kind':'case','state':'draft'}");
  g_autofree char *b = put (store, "b", NULL, "{'kind':'guide'}");
  g_autofree char *c = put (store, "c", NULL, "{'kind':'case'}");
  g_autofree char *design = put (store, "_design/x", NULL, "{'language':'javascript'}");
  g_autoptr (TkbStoreCounts) counts = NULL;
  g_autoptr (GError) error = NULL;

  g_free (tkb_store_delete (store, "b", NULL, NULL, NULL));
  replicate (store, "d", "1-a", FALSE, "{'kind':'system'}");
  replicate (store, "d", "1-b", FALSE, "{'kind':'system'}");
  g_assert_true (tkb_store_set_favourite (store, "a", TRUE, &error));
  g_assert_true (tkb_store_set_favourite (store, "a", TRUE, &error));
  g_assert_true (tkb_store_set_favourite (store, "c", TRUE, &error));
  g_assert_true (tkb_store_set_favourite (store, "c", FALSE, &error));
  g_assert_true (tkb_store_is_favourite (store, "a"));
  g_assert_false (tkb_store_is_favourite (store, "c"));
  counts = tkb_store_get_counts (store, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (counts->documents, ==, 3);
  g_assert_cmpuint (counts->drafts, ==, 1);
  g_assert_cmpuint (counts->conflicts, ==, 1);
  g_assert_cmpuint (counts->favourites, ==, 1);
  g_assert_cmpuint (counts->index_behind, ==, 0);
  g_assert_cmpuint (GPOINTER_TO_UINT (g_hash_table_lookup (counts->by_kind, "case")), ==, 2);
  g_assert_cmpuint (GPOINTER_TO_UINT (g_hash_table_lookup (counts->by_kind, "system")), ==, 1);
  g_assert_false (g_hash_table_contains (counts->by_kind, "guide"));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  FIXTURE_TEST ("/store/changes/feed", 0, test_feed);
  FIXTURE_TEST ("/store/changes/may-leave", 0, test_may_leave);
  FIXTURE_TEST ("/store/changes/revs-diff", 0, test_revs_diff);
  FIXTURE_TEST ("/store/changes/local", 0, test_local);
  FIXTURE_TEST ("/store/changes/outbox", TKB_STORE_OPEN_OUTBOX, test_outbox);
  FIXTURE_TEST ("/store/changes/outbox-answer", TKB_STORE_OPEN_OUTBOX, test_outbox_answer);
  FIXTURE_TEST ("/store/changes/without-outbox", 0, test_without_outbox);
  FIXTURE_TEST ("/store/changes/counts", 0, test_counts);
  return g_test_run ();
}
