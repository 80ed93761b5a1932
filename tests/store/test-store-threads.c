/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Readers beside the writer, two stores on one file, signals, asynchronous calls, cancellation. */
#include "config.h"

#include "store-fixture.h"
#include "tkb-store-private.h"

/* ms after which a test that waits for something gives up */
#define DEADLINE_MS 20000

typedef struct
{
  TkbStore *store;
  int       stop;   /* atomic */
  int       n_read; /* atomic */
} Reader;

/* Two documents are always written together: a reader must never see them apart. */
static gpointer
read_pairs (gpointer data)
{
  Reader *reader = data;

  while (!g_atomic_int_get (&reader->stop))
    {
      const char *const ids[] = { "left", "right", NULL };
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) rows =
          tkb_store_list_ids (reader->store, ids, TKB_LIST_INCLUDE_DOCS, NULL, &error);
      TkbListRow *left, *right;

      g_assert_no_error (error);
      left = g_ptr_array_index (rows, 0);
      right = g_ptr_array_index (rows, 1);
      g_assert_cmpstr (tkb_document_get_string (left->document, "n"), ==,
                       tkb_document_get_string (right->document, "n"));
      g_atomic_int_inc (&reader->n_read);
    }
  return NULL;
}

static void
write_pair (TkbStore *store, char **left, char **right, int n)
{
  g_autoptr (GPtrArray) documents =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_document_unref);
  g_autofree char *text = g_strdup_printf ("{'n':'%d'}", n);
  g_autoptr (GPtrArray) results = NULL;
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (documents, make_document ("left", *left, text));
  g_ptr_array_add (documents, make_document ("right", *right, text));
  results = tkb_store_write (store, documents, TKB_WRITE_NONE, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_free (*left);
  g_free (*right);
  *left = g_strdup (((TkbWriteResult *) g_ptr_array_index (results, 0))->rev);
  *right = g_strdup (((TkbWriteResult *) g_ptr_array_index (results, 1))->rev);
  g_assert_nonnull (*left);
}

static void
test_readers (Fixture *fixture, gconstpointer data)
{
  Reader           reader = { .store = fixture->store };
  GThread         *threads[4];
  g_autofree char *left = NULL;
  g_autofree char *right = NULL;

  write_pair (fixture->store, &left, &right, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("reader", read_pairs, &reader);
  for (int i = 1; i < 100 || g_atomic_int_get (&reader.n_read) < 100; i++)
    write_pair (fixture->store, &left, &right, i);
  g_atomic_int_set (&reader.stop, TRUE);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

static gpointer
write_own (gpointer data)
{
  TkbStore *store = data;

  for (int i = 0; i < 50; i++)
    {
      g_autofree char *id = g_strdup_printf ("%p-%d", (void *) g_thread_self (), i);

      g_free (put (store, id, NULL, "{'kind':'case'}"));
    }
  return NULL;
}

/* Several threads through one store, and a second store on the same file, as when the command line
 * works while the application runs. */
static void
test_two_stores (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbStore) other = fixture_open (fixture, TKB_STORE_OPEN_NONE, &error);
  GThread *threads[4];
  g_autoptr (TkbStoreCounts) counts = NULL;
  g_autofree char *rev = NULL;

  g_assert_no_error (error);
  g_assert_cmpstr (tkb_store_get_uuid (other), ==, tkb_store_get_uuid (fixture->store));
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("writer", write_own, i % 2 == 0 ? fixture->store : other);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  counts = tkb_store_get_counts (other, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (counts->documents, ==, 200);
  g_assert_cmpuint (tkb_store_get_last_seq (fixture->store), ==, 200);
  rev = put (other, "z", NULL, "{}");
  put_fails (fixture->store, "z", NULL, "{}", TKB_STORE_ERROR_CONFLICT);
  assert_winner (fixture->store, "z", rev);
  tkb_store_close (other);
}

typedef struct
{
  guint   n_calls;
  guint64 last_seq;
} Heard;

static void
changed_cb (TkbStore *store, guint64 last_seq, gpointer data)
{
  Heard *heard = data;

  heard->n_calls++;
  heard->last_seq = last_seq;
}

static gboolean
give_up_cb (gpointer data)
{
  g_error ("waited too long");
  return G_SOURCE_REMOVE;
}

static void
wait_for_seq (Heard *heard, guint64 seq)
{
  guint id = g_timeout_add (DEADLINE_MS, give_up_cb, NULL);

  while (heard->last_seq < seq)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (id);
}

static void
test_changed (Fixture *fixture, gconstpointer data)
{
  Heard            heard = { 0 };
  g_autofree char *rev = NULL;

  g_signal_connect (fixture->store, "changed", G_CALLBACK (changed_cb), &heard);
  rev = put (fixture->store, "a", NULL, "{}");
  for (int i = 0; i < 20; i++)
    {
      g_autofree char *id = g_strdup_printf ("doc-%d", i);

      g_free (put (fixture->store, id, NULL, "{}"));
    }
  g_assert_cmpuint (heard.n_calls, ==, 0);
  wait_for_seq (&heard, 21);
  g_assert_cmpuint (heard.n_calls, ==, 1);
  /* a write that changes nothing says nothing */
  replicate (fixture->store, "a", rev, FALSE, "{}");
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (heard.n_calls, ==, 1);
  g_signal_handlers_disconnect_by_data (fixture->store, &heard);
}

static void
test_changed_elsewhere (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbStore) other = fixture_open (fixture, TKB_STORE_OPEN_NONE, &error);
  Heard heard = { 0 };

  g_assert_no_error (error);
  g_signal_connect (fixture->store, "changed", G_CALLBACK (changed_cb), &heard);
  g_free (put (other, "a", NULL, "{}"));
  wait_for_seq (&heard, 1);
  g_signal_handlers_disconnect_by_data (fixture->store, &heard);
  tkb_store_close (other);
}

/* ---- asynchronous ---- */

typedef struct
{
  guint   n_done;
  char   *rev;   /* (owned) (nullable) of the last one */
  GError *error; /* (owned) (nullable) of the last one */
} Done;

static void
put_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Done *done = data;
  g_autoptr (TkbDocument) document = NULL;

  g_clear_error (&done->error);
  document = tkb_store_put_finish (TKB_STORE (source), result, &done->error);
  g_free (done->rev);
  done->rev = document != NULL ? g_strdup (tkb_document_get_rev (document)) : NULL;
  done->n_done++;
}

static void
get_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Done *done = data;
  g_autoptr (TkbDocument) document = NULL;

  g_clear_error (&done->error);
  document = tkb_store_get_finish (TKB_STORE (source), result, &done->error);
  g_assert_true ((document == NULL) == (done->error != NULL));
  done->n_done++;
}

static void
wait_for (Done *done, guint n)
{
  guint id = g_timeout_add (DEADLINE_MS, give_up_cb, NULL);

  while (done->n_done < n)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (id);
}

static void
test_async (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TkbDocument) document = make_document ("a", NULL, "{'n':'1'}");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Done done = { 0 };

  tkb_store_put_async (fixture->store, document, TKB_WRITE_NONE, NULL, put_cb, &done);
  wait_for (&done, 1);
  g_assert_no_error (done.error);
  assert_winner (fixture->store, "a", done.rev);
  for (int i = 0; i < 10; i++)
    tkb_store_get_async (fixture->store, "a", NULL, NULL, get_cb, &done);
  wait_for (&done, 11);
  g_assert_no_error (done.error);
  tkb_store_put_async (fixture->store, document, TKB_WRITE_NONE, NULL, put_cb, &done);
  wait_for (&done, 12);
  g_assert_error (done.error, TKB_STORE_ERROR, TKB_STORE_ERROR_CONFLICT);
  g_cancellable_cancel (cancellable);
  tkb_store_get_async (fixture->store, "a", NULL, cancellable, get_cb, &done);
  wait_for (&done, 13);
  g_assert_error (done.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  tkb_store_put_async (fixture->store, document, TKB_WRITE_NONE, cancellable, put_cb, &done);
  wait_for (&done, 14);
  g_assert_error (done.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&done.error);
  g_free (done.rev);
}

/* Close finishes what was asked for, and the last reference may go on any thread. */
static void
test_close_finishes (Fixture *fixture, gconstpointer data)
{
  Done done = { 0 };

  for (int i = 0; i < 50; i++)
    {
      g_autofree char *id = g_strdup_printf ("doc-%d", i);
      g_autoptr (TkbDocument) document = make_document (id, NULL, "{}");

      tkb_store_put_async (fixture->store, document, TKB_WRITE_NONE, NULL, put_cb, &done);
    }
  tkb_store_close (fixture->store);
  wait_for (&done, 50);
  g_assert_no_error (done.error);
  g_free (done.rev);
  fixture_reopen (fixture, TKB_STORE_OPEN_NONE);
  g_assert_cmpuint (tkb_store_get_last_seq (fixture->store), ==, 50);
}

static gpointer
cancel_soon (gpointer data)
{
  g_usleep (20 * 1000);
  g_cancellable_cancel (data);
  return NULL;
}

static void
test_interrupted (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  TkbDb   *db = tkb_store_acquire_reader (fixture->store, cancellable, &error);
  GThread *thread;
  int      code;

  g_assert_no_error (error);
  thread = g_thread_new ("cancel", cancel_soon, cancellable);
  /* would count for minutes */
  code = sqlite3_exec (tkb_db_get_handle (db),
                       "WITH RECURSIVE c (x) AS (VALUES (1) UNION ALL SELECT x + 1 FROM c"
                       " LIMIT 10000000000) SELECT count(*) FROM c",
                       NULL, NULL, NULL);
  g_assert_cmpint (code & 0xff, ==, SQLITE_INTERRUPT);
  g_assert_false (tkb_db_set_error (db, code, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_thread_join (thread);
  tkb_store_release_reader (fixture->store, db);
  /* and the connection is as good as new */
  g_clear_error (&error);
  db = tkb_store_acquire_reader (fixture->store, NULL, &error);
  g_assert_no_error (error);
  tkb_store_release_reader (fixture->store, db);
}

/* A bulk load is indexed behind, and edits get in between. */
static void
test_bulk_index (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) documents =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_document_unref);
  g_autoptr (GPtrArray) results = NULL;
  g_autoptr (TkbStoreCounts) counts = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *rev = NULL;

  for (int i = 0; i < 1500; i++)
    {
      g_autofree char *id = g_strdup_printf ("doc-%04d", i);
      g_autofree char *text =
          g_strdup_printf ("{'kind':'case','title':'Title number %d','need':'words'}", i);

      g_ptr_array_add (documents, make_document (id, NULL, text));
    }
  results = tkb_store_write (fixture->store, documents, TKB_WRITE_BULK, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  rev = put (fixture->store, "edit", NULL, "{'title':'In between'}");
  g_assert_true (tkb_store_wait_for_index (fixture->store, NULL, &error));
  g_assert_no_error (error);
  counts = tkb_store_get_counts (fixture->store, NULL, &error);
  g_assert_cmpuint (counts->index_behind, ==, 0);
  assert_clean (fixture->store);
  g_assert_true (tkb_store_reindex (fixture->store, NULL, &error));
  g_assert_no_error (error);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  FIXTURE_TEST ("/store/threads/readers", 0, test_readers);
  FIXTURE_TEST ("/store/threads/two-stores", 0, test_two_stores);
  FIXTURE_TEST ("/store/threads/changed", 0, test_changed);
  FIXTURE_TEST ("/store/threads/changed-elsewhere", 0, test_changed_elsewhere);
  FIXTURE_TEST ("/store/threads/async", 0, test_async);
  FIXTURE_TEST ("/store/threads/close-finishes", 0, test_close_finishes);
  FIXTURE_TEST ("/store/threads/interrupted", 0, test_interrupted);
  FIXTURE_TEST ("/store/threads/bulk-index", 0, test_bulk_index);
  return g_test_run ();
}
