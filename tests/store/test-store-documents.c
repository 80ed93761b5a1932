/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* What CouchDB's rules make of local edits and replicated revisions. */
#include "config.h"

#include "store-fixture.h"
#include "tkb-json.h"

static void
test_put_get (Fixture *fixture, gconstpointer data)
{
  g_autofree char *first = put (fixture->store, "a", NULL, "{'kind':'case','title':'One'}");
  g_autofree char *second = put (fixture->store, "a", first, "{'kind':'case','title':'Two'}");
  g_autofree char *title = read_text (fixture->store, "a", NULL, "title");
  g_autofree char *old_title = read_text (fixture->store, "a", first, "title");
  g_autoptr (TkbDocument) document = tkb_store_get (fixture->store, "a", NULL, NULL, NULL);
  const char *const *path = tkb_document_get_revisions (document);
  g_autoptr (GPtrArray) history = tkb_store_get_history (fixture->store, "a", NULL, NULL);
  TkbRevisionInfo *info = g_ptr_array_index (history, 0);

  g_assert_cmpstr (title, ==, "Two");
  g_assert_cmpstr (old_title, ==, "One");
  g_assert_cmpuint (g_strv_length ((char **) path), ==, 2);
  g_assert_cmpstr (path[0], ==, second);
  g_assert_cmpstr (path[1], ==, first);
  g_assert_cmpuint (history->len, ==, 2);
  g_assert_cmpstr (info->rev, ==, second);
  g_assert_true (info->is_leaf && info->is_winner && info->has_body && !info->is_deleted);
  g_assert_cmpint (info->stored_ms, ==, tkb_clock_get_real_ms (fixture->clock));
  g_assert_cmpuint (tkb_store_get_last_seq (fixture->store), ==, 2);
}

static void
test_conflict (Fixture *fixture, gconstpointer data)
{
  g_autofree char *first = put (fixture->store, "a", NULL, "{'n':'1'}");
  g_autofree char *second = put (fixture->store, "a", first, "{'n':'2'}");

  put_fails (fixture->store, "a", NULL, "{'n':'x'}", TKB_STORE_ERROR_CONFLICT);
  put_fails (fixture->store, "a", first, "{'n':'x'}", TKB_STORE_ERROR_CONFLICT);
  put_fails (fixture->store, "a", "1-other", "{'n':'x'}", TKB_STORE_ERROR_CONFLICT);
  put_fails (fixture->store, "new", first, "{'n':'x'}", TKB_STORE_ERROR_CONFLICT);
  put_fails (fixture->store, "_bad", NULL, "{}", TKB_STORE_ERROR_INVALID);
  assert_winner (fixture->store, "a", second);
  g_assert_cmpuint (tkb_store_get_last_seq (fixture->store), ==, 2);
}

static void
test_delete (Fixture *fixture, gconstpointer data)
{
  g_autofree char *first = put (fixture->store, "a", NULL, "{'n':'1'}");
  g_autoptr (GError) error = NULL;
  g_autofree char *tombstone = NULL;
  g_autofree char *third = NULL;
  g_autoptr (TkbDocument) grave = NULL;
  g_autoptr (TkbDocument) again = make_tombstone ("a", NULL);

  g_assert_null (tkb_store_delete (fixture->store, "none", NULL, NULL, &error));
  g_assert_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_NOT_FOUND);
  g_clear_error (&error);

  tombstone = tkb_store_delete (fixture->store, "a", NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (tombstone, "2-"));
  g_assert_null (tkb_store_get (fixture->store, "a", NULL, NULL, &error));
  g_assert_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_DELETED);
  g_clear_error (&error);
  grave = tkb_store_get (fixture->store, "a", tombstone, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (tkb_document_is_deleted (grave));

  g_assert_null (tkb_store_delete (fixture->store, "a", NULL, NULL, &error));
  g_assert_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_DELETED);
  g_clear_error (&error);
  g_assert_null (tkb_store_put (fixture->store, again, TKB_WRITE_NONE, NULL, &error));
  g_assert_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_CONFLICT);

  /* a new document goes on from the tombstone, as in CouchDB */
  third = put (fixture->store, "a", NULL, "{'n':'back'}");
  g_assert_true (g_str_has_prefix (third, "3-"));
  assert_winner (fixture->store, "a", third);
}

static void
test_deterministic (Fixture *fixture, gconstpointer data)
{
  g_autofree char *one = put (fixture->store, "a", NULL, "{'x':1,'y':[true,null]}");
  g_autofree char *two = put (fixture->store, "b", NULL, "{'y':[true,null],'x':1}");

  g_assert_cmpstr (one, ==, two);
}

static void
test_replicated (Fixture *fixture, gconstpointer data)
{
  TkbStore        *store = fixture->store;
  g_autofree char *feed = NULL;
  g_autofree char *all = NULL;
  g_autoptr (GPtrArray) conflicted = NULL;

  replicate (store, "a", "2-b 1-a", FALSE, "{'n':'b'}");
  assert_winner (store, "a", "2-b");
  replicate (store, "a", "2-c 1-a", FALSE, "{'n':'c'}");
  assert_winner (store, "a", "2-c");
  g_assert_cmpuint (tkb_store_get_last_seq (store), ==, 2);
  /* known already: a success that changes nothing */
  replicate (store, "a", "2-b 1-a", FALSE, "{'n':'b'}");
  g_assert_cmpuint (tkb_store_get_last_seq (store), ==, 2);
  /* the body of an ancestor that was not seen yet: kept, no change */
  replicate (store, "a", "1-a", FALSE, "{'n':'a'}");
  g_assert_cmpuint (tkb_store_get_last_seq (store), ==, 2);
  g_clear_pointer (&feed, g_free);
  feed = read_text (store, "a", "1-a", "n");
  g_assert_cmpstr (feed, ==, "a");

  conflicted = tkb_store_get_conflicted (store, 10, NULL, NULL);
  g_assert_cmpuint (conflicted->len, ==, 1);
  /* a deletion never beats an edit */
  replicate (store, "a", "3-d 2-c 1-a", TRUE, "{}");
  assert_winner (store, "a", "2-b");
  g_clear_pointer (&conflicted, g_ptr_array_unref);
  conflicted = tkb_store_get_conflicted (store, 10, NULL, NULL);
  g_assert_cmpuint (conflicted->len, ==, 0);
  all = list_changes (store, 0, TKB_CHANGES_ALL_LEAVES);
  g_assert_cmpstr (all, ==, "a:2-b,3-d");
}

static void
test_replicated_invalid (Fixture *fixture, gconstpointer data)
{
  static const char *const wrong[] = { "2-b 2-a", "2-b 1-a 0-c", "3-c 1-a" };

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GPtrArray) documents =
          g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_document_unref);
      g_autoptr (GPtrArray) results = NULL;
      g_autoptr (GError) error = NULL;

      g_ptr_array_add (documents, make_replicated ("a", wrong[i], FALSE, "{}"));
      g_ptr_array_add (documents, make_replicated ("good", "1-x", FALSE, "{}"));
      results = tkb_store_write (fixture->store, documents, TKB_WRITE_REPLICATED, NULL, NULL, NULL,
                                 &error);
      g_assert_no_error (error);
      g_assert_error (((TkbWriteResult *) g_ptr_array_index (results, 0))->error, TKB_STORE_ERROR,
                      TKB_STORE_ERROR_INVALID);
      g_assert_no_error (((TkbWriteResult *) g_ptr_array_index (results, 1))->error);
    }
}

static gboolean
guard (TkbDocument *document, TkbDocument *previous, gpointer data, GError **error)
{
  guint *n_calls = data;

  (*n_calls)++;
  if (g_strcmp0 (tkb_document_get_string (document, "n"), "no") != 0)
    return TRUE;
  g_assert_cmpstr (tkb_document_get_string (previous, "n"), ==, "yes");
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "because");
  return FALSE;
}

static void
test_guard (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) documents =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_document_unref);
  g_autoptr (GPtrArray) results = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *rev = put (fixture->store, "a", NULL, "{'n':'yes'}");
  TkbWriteResult  *result;
  guint            n_calls = 0;

  g_ptr_array_add (documents, make_document ("a", rev, "{'n':'no'}"));
  g_ptr_array_add (documents, make_document ("b", NULL, "{'n':'yes'}"));
  results =
      tkb_store_write (fixture->store, documents, TKB_WRITE_NONE, guard, &n_calls, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (n_calls, ==, 2);
  result = g_ptr_array_index (results, 0);
  g_assert_error (result->error, TKB_STORE_ERROR, TKB_STORE_ERROR_REFUSED);
  g_assert_cmpstr (result->error->message, ==, "because");
  g_assert_null (result->rev);
  result = g_ptr_array_index (results, 1);
  g_assert_no_error (result->error);
  assert_winner (fixture->store, "a", rev);
  assert_winner (fixture->store, "b", result->rev);
}

static void
test_amend (Fixture *fixture, gconstpointer data)
{
  TkbStore        *store = fixture->store;
  g_autofree char *published = put (store, "a", NULL, "{'state':'published','n':'1'}");
  g_autofree char *draft = put (store, "a", published, "{'state':'draft','n':'2'}");
  g_autofree char *amended =
      put_with (store, "a", draft, "{'state':'draft','n':'3'}", TKB_WRITE_AMEND_DRAFT);
  g_autofree char *same =
      put_with (store, "a", amended, "{'state':'draft','n':'3'}", TKB_WRITE_AMEND_DRAFT);
  g_autofree char *done =
      put_with (store, "a", amended, "{'state':'submitted','n':'4'}", TKB_WRITE_AMEND_DRAFT);
  /* a submitted revision is history: the next edit is a child */
  g_autofree char *next =
      put_with (store, "a", done, "{'state':'draft','n':'5'}", TKB_WRITE_AMEND_DRAFT);
  g_autoptr (GPtrArray) history = tkb_store_get_history (store, "a", NULL, NULL);

  g_assert_true (g_str_has_prefix (draft, "2-"));
  g_assert_true (g_str_has_prefix (amended, "2-"));
  g_assert_cmpstr (draft, !=, amended);
  g_assert_cmpstr (same, ==, amended);
  g_assert_true (g_str_has_prefix (done, "2-"));
  g_assert_true (g_str_has_prefix (next, "3-"));
  g_assert_cmpuint (history->len, ==, 3);
  g_assert_null (tkb_store_get (store, "a", draft, NULL, NULL));
}

static void
test_purge_draft (Fixture *fixture, gconstpointer data)
{
  TkbStore *store = fixture->store;
  g_autoptr (GError) error = NULL;
  g_autofree char *published = put (store, "a", NULL, "{'state':'published','kind':'case'}");
  g_autofree char *draft = put (store, "a", published, "{'state':'draft','kind':'case'}");
  g_autofree char *second = put (store, "a", draft, "{'state':'draft','kind':'case','n':1}");
  g_autofree char *alone = put (store, "b", NULL, "{'state':'draft','kind':'guide'}");
  g_autoptr (TkbStoreCounts) counts = NULL;

  g_assert_true (tkb_store_purge_draft (store, "a", &error));
  g_assert_no_error (error);
  assert_winner (store, "a", published);
  g_assert_false (tkb_store_purge_draft (store, "a", &error));
  g_assert_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_true (tkb_store_purge_draft (store, "b", &error));
  g_assert_no_error (error);
  g_assert_null (tkb_store_get (store, "b", NULL, NULL, &error));
  g_assert_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_false (tkb_store_purge_draft (store, "b", &error));
  g_assert_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_NOT_FOUND);

  counts = tkb_store_get_counts (store, NULL, NULL);
  g_assert_cmpuint (counts->documents, ==, 1);
  g_assert_cmpuint (counts->drafts, ==, 0);
  g_assert_cmpuint (g_hash_table_size (counts->by_kind), ==, 1);
}

static void
test_list (Fixture *fixture, gconstpointer data)
{
  static const char *const names[] = { "a", "b", "c", "d", "e", "\344\270\255" };
  static const char *const asked[] = { "e", "none", "b", NULL };
  static const struct
  {
    const char  *start, *end;
    guint        skip, limit;
    TkbListFlags flags;
    const char  *expected;
  } table[] = {
    { NULL, NULL, 0, 10, TKB_LIST_NONE, "a c d e \344\270\255" },
    { "c", "e", 0, 10, TKB_LIST_NONE, "c d e" },
    { "c", "e", 0, 10, TKB_LIST_EXCLUSIVE_END, "c d" },
    { "e", "c", 0, 10, TKB_LIST_DESCENDING, "e d c" },
    { "e", "c", 0, 10, TKB_LIST_DESCENDING | TKB_LIST_EXCLUSIVE_END, "e d" },
    { NULL, NULL, 1, 2, TKB_LIST_DESCENDING, "e d" },
    { "b", "b", 0, 10, TKB_LIST_NONE, "" },
    { NULL, NULL, 0, 0, TKB_LIST_NONE, "" },
  };
  g_autoptr (GPtrArray) by_id = NULL;
  TkbListRow *row;

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    g_free (put (fixture->store, names[i], NULL, "{'title':'T'}"));
  g_free (tkb_store_delete (fixture->store, "b", NULL, NULL, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_autoptr (GPtrArray) rows =
          tkb_store_list (fixture->store, table[i].start, table[i].end, table[i].skip,
                          table[i].limit, table[i].flags | TKB_LIST_INCLUDE_DOCS, NULL, NULL);
      g_autoptr (GString) text = g_string_new (NULL);

      for (guint k = 0; k < rows->len; k++)
        {
          row = g_ptr_array_index (rows, k);
          g_assert_cmpstr (tkb_document_get_rev (row->document), ==, row->rev);
          g_string_append_printf (text, "%s%s", k > 0 ? " " : "", row->id);
        }
      g_assert_cmpstr (text->str, ==, table[i].expected);
    }
  by_id = tkb_store_list_ids (fixture->store, asked, TKB_LIST_INCLUDE_DOCS, NULL, NULL);
  g_assert_cmpuint (by_id->len, ==, 3);
  row = g_ptr_array_index (by_id, 0);
  g_assert_cmpstr (row->id, ==, "e");
  g_assert_nonnull (row->document);
  row = g_ptr_array_index (by_id, 1);
  g_assert_null (row->rev);
  row = g_ptr_array_index (by_id, 2);
  g_assert_true (row->is_deleted);
  g_assert_null (row->document);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  FIXTURE_TEST ("/store/documents/put-get", 0, test_put_get);
  FIXTURE_TEST ("/store/documents/conflict", 0, test_conflict);
  FIXTURE_TEST ("/store/documents/delete", 0, test_delete);
  FIXTURE_TEST ("/store/documents/deterministic", 0, test_deterministic);
  FIXTURE_TEST ("/store/documents/replicated", 0, test_replicated);
  FIXTURE_TEST ("/store/documents/replicated-invalid", 0, test_replicated_invalid);
  FIXTURE_TEST ("/store/documents/guard", 0, test_guard);
  FIXTURE_TEST ("/store/documents/amend", 0, test_amend);
  FIXTURE_TEST ("/store/documents/purge-draft", TKB_STORE_OPEN_OUTBOX, test_purge_draft);
  FIXTURE_TEST ("/store/documents/list", 0, test_list);
  return g_test_run ();
}
