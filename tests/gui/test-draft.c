/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* The saving behind the editor, without a window: when it writes, what it keeps, what it does when
 * somebody else was faster. The clock stands still unless a test moves it. */

#include "config.h"

#include "tkb-data.h"
#include "tkb-draft.h"
#include "tkb-json.h"

/* ms after the last change until it is saved, and a little */
#define PAUSE_MS 1000

typedef struct
{
  char       *path;    /* (owned): of the store */
  TkbClock   *clock;   /* (owned) manual */
  TkbLibrary *library; /* (owned) open */
  TkbStore   *store;   /* (unowned): of the library */
} Fixture;

static void
keep_result_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

/* (transfer full): what the callback was given */
static GAsyncResult *
wait_for_result (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return g_steal_pointer (result);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbCatalog) catalog = tkb_catalog_new (tkb_data_get_resource (), &error);
  g_autoptr (TkbRandom) random = tkb_random_new_seeded (7);
  g_autoptr (GAsyncResult) opened = NULL;
  g_autofree char *folder = g_dir_make_tmp ("draft-XXXXXX", &error);
  GAsyncResult    *result = NULL;

  g_assert_no_error (error);
  self->path = g_build_filename (folder, "library.tisckb", NULL);
  self->clock = tkb_clock_new_manual (G_GINT64_CONSTANT (1764000000000));
  self->library = tkb_library_new (self->path, catalog, self->clock, random, NULL);
  tkb_library_open_async (self->library, NULL, keep_result_cb, &result);
  opened = wait_for_result (&result);
  g_assert_true (tkb_library_open_finish (self->library, opened, &error));
  g_assert_no_error (error);
  self->store = tkb_library_get_store (self->library);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  gpointer library = self->library;

  tkb_library_close (self->library);
  g_object_add_weak_pointer (G_OBJECT (self->library), &library);
  g_object_unref (self->library);
  while (library != NULL) /* a count that was under way holds it */
    g_main_context_iteration (NULL, TRUE);
  g_object_unref (self->clock);
  g_free (self->path);
}

static void
type_text (TkbDraft *draft, const char *code, const char *text)
{
  tkb_draft_set_member (draft, code, json_node_init_string (json_node_alloc (), text));
}

static void
wait_for_status (TkbDraft *draft, TkbDraftStatus status)
{
  while (tkb_draft_get_status (draft) != status)
    g_main_context_iteration (NULL, TRUE);
}

/* Types, pauses, and waits until it is called saved. */
static void
type_and_pause (Fixture *self, TkbDraft *draft, const char *code, const char *text)
{
  type_text (draft, code, text);
  tkb_clock_manual_advance (self->clock, PAUSE_MS);
  wait_for_status (draft, TKB_DRAFT_SAVED);
}

static TkbDocument *
get (Fixture *self, const char *id)
{
  g_autoptr (GError) error = NULL;
  TkbDocument *document = tkb_store_get (self->store, id, NULL, NULL, &error);

  g_assert_no_error (error);
  return document;
}

static void
assert_gone (Fixture *self, const char *id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbDocument) document = tkb_store_get (self->store, id, NULL, NULL, &error);

  g_assert_null (document);
  g_assert_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_NOT_FOUND);
}

static TkbDocument *
put (Fixture *self, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbDocument) document = tkb_document_new_parse (text, -1, &error);
  TkbDocument *stored;

  g_assert_no_error (error);
  stored = tkb_store_put (self->store, document, TKB_WRITE_NONE, NULL, &error);
  g_assert_no_error (error);
  return stored;
}

static TkbDocument *
put_published (Fixture *self)
{
  return put (self, "{\"_id\":\"case:p\",\"kind\":\"case\",\"title\":\"Printed\",\"state\":"
                    "\"published\",\"x_later\":{\"a\":[1,2]},\"year\":2020}");
}

static void
discard (TkbDraft *draft)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) discarded = NULL;
  GAsyncResult *result = NULL;

  tkb_draft_discard_async (draft, keep_result_cb, &result);
  discarded = wait_for_result (&result);
  tkb_draft_discard_finish (draft, discarded, &error);
  g_assert_no_error (error);
}

static void
test_saves_after_a_pause (Fixture *self, gconstpointer data)
{
  g_autoptr (TkbDraft) draft = tkb_draft_new (self->library, NULL, "case");
  g_autoptr (TkbDocument) first = NULL;
  g_autoptr (TkbDocument) second = NULL;
  const char *id = tkb_draft_get_id (draft);

  g_assert_cmpint (tkb_draft_get_status (draft), ==, TKB_DRAFT_UNTOUCHED);
  g_assert_cmpuint (strlen (id), ==, strlen ("case:") + 32);
  type_text (draft, "title", "Pumps");
  g_assert_cmpint (tkb_draft_get_status (draft), ==, TKB_DRAFT_CHANGED);
  tkb_clock_manual_advance (self->clock, 300);
  type_text (draft, "title", "Pumps without power");
  tkb_clock_manual_advance (self->clock, 500);
  assert_gone (self, id);

  tkb_clock_manual_advance (self->clock, PAUSE_MS);
  wait_for_status (draft, TKB_DRAFT_SAVED);
  first = get (self, id);
  g_assert_cmpstr (tkb_document_get_string (first, "title"), ==, "Pumps without power");
  g_assert_cmpstr (tkb_document_get_string (first, "state"), ==, "draft");
  g_assert_cmpstr (tkb_document_get_string (first, "created"), ==, "2025-11-24T16:00:01Z");

  /* the next save takes the place of the draft before and keeps its first date */
  type_and_pause (self, draft, "summary", "A question of head.");
  second = get (self, id);
  g_assert_true (g_str_has_prefix (tkb_document_get_rev (second), "1-"));
  g_assert_cmpstr (tkb_document_get_string (second, "created"), ==, "2025-11-24T16:00:01Z");
  g_assert_cmpstr (tkb_document_get_string (second, "modified"), >, "2025-11-24T16:00:01Z");
}

static void
test_keeps_what_it_does_not_know (Fixture *self, gconstpointer data)
{
  g_autoptr (TkbDocument) published = put_published (self);
  g_autoptr (TkbDraft) draft = tkb_draft_new (self->library, published, "case");
  g_autoptr (TkbDocument) stored = NULL;
  JsonObject *later;

  type_and_pause (self, draft, "title", "Reprinted");
  stored = get (self, "case:p");
  g_assert_cmpstr (tkb_document_get_string (stored, "state"), ==, "draft");
  g_assert_true (g_str_has_prefix (tkb_document_get_rev (stored), "2-"));
  later = tkb_json_get_object (tkb_document_get_body (stored), "x_later");
  g_assert_nonnull (later);
  g_assert_cmpuint (json_array_get_length (tkb_json_get_array (later, "a")), ==, 2);
  g_assert_cmpint (tkb_json_get_int (tkb_document_get_body (stored), "year", 0), ==, 2020);
}

static void
test_somebody_was_faster (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbDocument) published = put_published (self);
  g_autoptr (TkbDraft) draft = tkb_draft_new (self->library, published, "case");
  g_autofree char *other_text = g_strdup_printf ("{\"_id\":\"case:p\",\"_rev\":\"%s\",\"kind\":"
                                                 "\"case\",\"title\":\"From elsewhere\",\"state\":"
                                                 "\"published\"}",
                                                 tkb_document_get_rev (published));
  g_autoptr (TkbDocument) other = put (self, other_text);
  g_autoptr (TkbRevTree) tree = NULL;
  g_autoptr (GPtrArray) leaves = NULL;
  gboolean found[2] = { FALSE, FALSE };

  type_and_pause (self, draft, "title", "Typed here");
  type_and_pause (self, draft, "title", "Typed here, further");
  tree = tkb_store_get_tree (self->store, "case:p", NULL, &error);
  g_assert_no_error (error);
  leaves = tkb_rev_tree_get_leaves (tree);
  g_assert_cmpuint (leaves->len, ==, 2);
  for (guint i = 0; i < leaves->len; i++)
    {
      g_autoptr (TkbDocument) leaf =
          tkb_store_get (self->store, "case:p", leaves->pdata[i], NULL, &error);

      g_assert_no_error (error);
      found[0] |= g_str_equal (tkb_document_get_string (leaf, "title"), "From elsewhere");
      found[1] |= g_str_equal (tkb_document_get_string (leaf, "title"), "Typed here, further");
    }
  g_assert_true (found[0] && found[1]);
}

static void
test_sends (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbDraft) draft = tkb_draft_new (self->library, NULL, "guide");
  g_autoptr (TkbDocument) stored = NULL;
  g_autoptr (GPtrArray) outbox = NULL;
  g_autoptr (GAsyncResult) sent = NULL;
  GAsyncResult *result = NULL;

  type_and_pause (self, draft, "title", "How to search");
  outbox = tkb_store_get_outbox (self->store, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (outbox->len, ==, 0);
  type_text (draft, "summary", "Typed a moment before sending.");
  tkb_draft_send_async (draft, keep_result_cb, &result);
  sent = wait_for_result (&result);
  tkb_draft_send_finish (draft, sent, &error);
  g_assert_no_error (error);
  stored = get (self, tkb_draft_get_id (draft));
  g_assert_cmpstr (tkb_document_get_string (stored, "state"), ==, "submitted");
  g_assert_cmpstr (tkb_document_get_string (stored, "summary"), ==,
                   "Typed a moment before sending.");
  g_clear_pointer (&outbox, g_ptr_array_unref);
  outbox = tkb_store_get_outbox (self->store, NULL, &error);
  g_assert_cmpuint (outbox->len, ==, 1);
}

static void
test_discards_and_brings_back (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbDocument) published = put_published (self);
  g_autoptr (TkbDraft) of_published = tkb_draft_new (self->library, published, "case");
  g_autoptr (TkbDraft) of_new = tkb_draft_new (self->library, NULL, "case");
  TkbDraft *drafts[] = { of_published, of_new };

  for (guint i = 0; i < G_N_ELEMENTS (drafts); i++)
    {
      const char *id = tkb_draft_get_id (drafts[i]);
      g_autoptr (TkbDocument) undo = NULL;
      g_autoptr (TkbDocument) back = NULL;
      g_autoptr (TkbDocument) now = NULL;

      type_and_pause (self, drafts[i], "title", "Second thoughts");
      discard (drafts[i]);
      if (i == 0)
        {
          g_autoptr (TkbDocument) before = get (self, id);

          g_assert_cmpstr (tkb_document_get_rev (before), ==, tkb_document_get_rev (published));
        }
      else
        assert_gone (self, id);
      undo = tkb_draft_make_document (drafts[i], "draft");
      back = tkb_store_put (self->store, undo, TKB_WRITE_NONE, NULL, &error);
      g_assert_no_error (error);
      now = get (self, id);
      g_assert_cmpstr (tkb_document_get_string (now, "title"), ==, "Second thoughts");
    }
}

static void
test_discards_what_was_never_written (Fixture *self, gconstpointer data)
{
  g_autoptr (TkbDocument) published = put_published (self);
  g_autoptr (TkbDraft) draft = tkb_draft_new (self->library, published, "case");
  g_autoptr (TkbDocument) now = NULL;

  type_text (draft, "title", "Not for long");
  discard (draft);
  tkb_clock_manual_advance (self->clock, 10 * PAUSE_MS);
  now = get (self, "case:p");
  g_assert_cmpstr (tkb_document_get_string (now, "title"), ==, "Printed");
}

static void
test_writes_when_it_goes (Fixture *self, gconstpointer data)
{
  TkbDraft        *draft = tkb_draft_new (self->library, NULL, "case");
  g_autofree char *id = g_strdup (tkb_draft_get_id (draft));
  g_autoptr (TkbDocument) stored = NULL;

  type_text (draft, "title", "A window was closed");
  g_object_unref (draft);
  while (stored == NULL)
    {
      g_main_context_iteration (NULL, FALSE);
      stored = tkb_store_get (self->store, id, NULL, NULL, NULL);
    }
  g_assert_cmpstr (tkb_document_get_string (stored, "title"), ==, "A window was closed");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add ("/draft/saves-after-a-pause", Fixture, NULL, set_up, test_saves_after_a_pause,
              tear_down);
  g_test_add ("/draft/keeps-what-it-does-not-know", Fixture, NULL, set_up,
              test_keeps_what_it_does_not_know, tear_down);
  g_test_add ("/draft/somebody-was-faster", Fixture, NULL, set_up, test_somebody_was_faster,
              tear_down);
  g_test_add ("/draft/sends", Fixture, NULL, set_up, test_sends, tear_down);
  g_test_add ("/draft/discards-and-brings-back", Fixture, NULL, set_up,
              test_discards_and_brings_back, tear_down);
  g_test_add ("/draft/discards-what-was-never-written", Fixture, NULL, set_up,
              test_discards_what_was_never_written, tear_down);
  g_test_add ("/draft/writes-when-it-goes", Fixture, NULL, set_up, test_writes_when_it_goes,
              tear_down);
  return g_test_run ();
}
