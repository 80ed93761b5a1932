/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-search-private.h"
#include "tkb-similar.h"

#include "tkb-worker.h"

/* rows that come with the answer itself: what a window shows at once */
#define FIRST_ROWS 16

/**
 * TkbSearch:
 *
 * Asks a store. One thread does all the work, in the order in which it was asked; what has been
 * cancelled meanwhile is skipped at once, so that typing does not queue up.
 */
struct _TkbSearch
{
  GObject parent_instance;

  TkbStore  *store;  /* (owned) */
  TkbWorker *worker; /* (owned) */
  TkbEngine *engine; /* (owned): worker's thread only */

  GCancellable *stopped; /* (owned) */
};

G_DEFINE_FINAL_TYPE (TkbSearch, tkb_search, G_TYPE_OBJECT)

typedef struct
{
  TkbQuery  *query;    /* (owned) (nullable): documents like id are asked for */
  char      *id;       /* (owned) (nullable) */
  char      *language; /* (owned) (nullable) */
  guint      limit;
  TkbAnswer *answer; /* (owned) (nullable): asked */
  GPtrArray *rows;   /* (owned) (nullable): loaded */
} Run;

typedef struct
{
  TkbAnswer *answer; /* (owned) */
  guint      offset;
  guint      limit;
} Load;

static void
run_free (Run *run)
{
  g_clear_pointer (&run->query, tkb_query_unref);
  g_free (run->id);
  g_free (run->language);
  g_clear_pointer (&run->answer, tkb_answer_unref);
  g_clear_pointer (&run->rows, g_ptr_array_unref);
  g_free (run);
}

static void
load_free (Load *load)
{
  tkb_answer_unref (load->answer);
  g_free (load);
}

static Run *
run_new (TkbQuery *query, const char *id, const char *language, guint limit)
{
  Run *run = g_new0 (Run, 1);

  run->query = query != NULL ? tkb_query_ref (query) : NULL;
  run->id = g_strdup (id);
  run->language = g_strdup (language);
  run->limit = limit;
  return run;
}

static gboolean
run_query (TkbSearch *self, Run *run, GCancellable *cancellable, GError **error)
{
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  run->answer = run->query != NULL
                    ? tkb_engine_ask (self->engine, self->store, run->query, run->language,
                                      cancellable, error)
                    : tkb_similar_ask (self->engine, self->store, run->id, run->limit,
                                       run->language, cancellable, error);
  if (run->answer == NULL)
    return FALSE;
  run->rows = tkb_answer_load (run->answer, self->engine, 0, run->limit, cancellable, error);
  return run->rows != NULL;
}

static TkbSearchResults *
make_results (TkbSearch *self, Run *run)
{
  return tkb_search_results_new (self, g_steal_pointer (&run->answer), run->rows);
}

static void
warm_up (gpointer data, gpointer user_data)
{
  TkbSearch *self = data;

  /* an error will show again with the first query, which has somebody to tell it to */
  tkb_engine_warm_up (self->engine, self->store, self->stopped, NULL);
}

/**
 * tkb_search_new:
 * @store: an open store
 *
 * Starts the search thread, which reads the facet codes of all documents at once, so that the first
 * query finds them in memory. After tkb_store_close () every query fails.
 *
 * Returns: (transfer full): a search
 */
TkbSearch *
tkb_search_new (TkbStore *store)
{
  TkbSearch *self = g_object_new (TKB_TYPE_SEARCH, NULL);

  self->store = g_object_ref (store);
  tkb_worker_queue (self->worker, warm_up, self, NULL); /* finalize () waits for it */
  return self;
}

/**
 * tkb_search_stop:
 * @self: a search
 *
 * Before the store is closed: what is read ahead for the first query is not waited for. Queries
 * under way have cancellables of their own.
 */
void
tkb_search_stop (TkbSearch *self)
{
  g_return_if_fail (TKB_IS_SEARCH (self));
  g_cancellable_cancel (self->stopped);
}

static void
run_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  GError *error = NULL;

  if (run_query (source, task_data, cancellable, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/**
 * tkb_search_run_async:
 * @self: a search
 * @query: what is asked
 * @language: (nullable): BCP 47 of the interface, for titles and summaries
 * @cancellable: (nullable): a search under way ends within about a millisecond
 * @callback: called on the caller's main context
 * @user_data: for @callback
 *
 * The answer comes with its total, all counts and the first rows loaded.
 */
void
tkb_search_run_async (TkbSearch          *self,
                      TkbQuery           *query,
                      const char         *language,
                      GCancellable       *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_return_if_fail (TKB_IS_SEARCH (self));
  g_task_set_source_tag (task, tkb_search_run_async);
  g_task_set_name (task, "search");
  g_task_set_task_data (task, run_new (query, NULL, language, FIRST_ROWS),
                        (GDestroyNotify) run_free);
  tkb_worker_push (self->worker, task, run_thread);
}

/**
 * tkb_search_run_finish:
 * @self: a search
 * @result: from the callback
 * @error: %G_IO_ERROR_CANCELLED, or %TKB_STORE_ERROR of reading
 *
 * Returns: (transfer full): the answer
 */
TkbSearchResults *
tkb_search_run_finish (TkbSearch *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, tkb_search_run_async), NULL);
  if (!g_task_propagate_boolean (G_TASK (result), error))
    return NULL;
  return make_results (self, g_task_get_task_data (G_TASK (result)));
}

typedef struct
{
  TkbSearch    *self;        /* (unowned) */
  Run          *run;         /* (unowned) */
  GCancellable *cancellable; /* (unowned) (nullable) */
  GError       *error;       /* (owned) (nullable) */
  gboolean      is_done;
} Blocking;

static void
run_blocking (gpointer data, gpointer user_data)
{
  Blocking *blocking = data;

  blocking->is_done =
      run_query (blocking->self, blocking->run, blocking->cancellable, &blocking->error);
}

/* run: (transfer full) */
static TkbSearchResults *
wait_for (TkbSearch *self, Run *run, GCancellable *cancellable, GError **error)
{
  Blocking          blocking = { self, run, cancellable, NULL, FALSE };
  TkbSearchResults *results = NULL;

  tkb_worker_run (self->worker, run_blocking, &blocking, NULL);
  if (blocking.is_done)
    results = make_results (self, run);
  else
    g_propagate_error (error, blocking.error);
  run_free (run);
  return results;
}

/**
 * tkb_search_run:
 * @self: a search
 * @query: what is asked
 * @language: (nullable): BCP 47, for titles and summaries
 * @limit: how many rows come loaded
 * @cancellable: (nullable): cancels
 * @error: %G_IO_ERROR_CANCELLED, or %TKB_STORE_ERROR of reading
 *
 * Waits for the answer. Not on the main thread of a program with a window.
 *
 * Returns: (transfer full): the answer
 */
TkbSearchResults *
tkb_search_run (TkbSearch    *self,
                TkbQuery     *query,
                const char   *language,
                guint         limit,
                GCancellable *cancellable,
                GError      **error)
{
  g_return_val_if_fail (TKB_IS_SEARCH (self), NULL);
  return wait_for (self, run_new (query, NULL, language, limit), cancellable, error);
}

/* ---- similar documents ---- */

/**
 * tkb_search_similar_async:
 * @self: a search
 * @id: of a document, which itself is not in the answer
 * @language: (nullable): BCP 47 of the interface, for titles and summaries
 * @limit: how many documents at most
 * @cancellable: (nullable): cancels
 * @callback: called on the caller's main context
 * @user_data: for @callback
 *
 * They share the words that tell this document from others, or are classified as it is, in
 * whatever language. The order is the same on every machine with the same documents. All rows come
 * loaded; there are no counts.
 */
void
tkb_search_similar_async (TkbSearch          *self,
                          const char         *id,
                          const char         *language,
                          guint               limit,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_return_if_fail (TKB_IS_SEARCH (self));
  g_return_if_fail (id != NULL);
  g_task_set_source_tag (task, tkb_search_similar_async);
  g_task_set_name (task, "similar documents");
  g_task_set_task_data (task, run_new (NULL, id, language, limit), (GDestroyNotify) run_free);
  tkb_worker_push (self->worker, task, run_thread);
}

/**
 * tkb_search_similar_finish:
 * @self: a search
 * @result: from the callback
 * @error: %G_IO_ERROR_CANCELLED, %TKB_STORE_ERROR_NOT_FOUND, %TKB_STORE_ERROR_DELETED, or another
 *   %TKB_STORE_ERROR of reading
 *
 * Returns: (transfer full): the answer
 */
TkbSearchResults *
tkb_search_similar_finish (TkbSearch *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, tkb_search_similar_async), NULL);
  if (!g_task_propagate_boolean (G_TASK (result), error))
    return NULL;
  return make_results (self, g_task_get_task_data (G_TASK (result)));
}

/**
 * tkb_search_similar:
 * @self: a search
 * @id: of a document
 * @language: (nullable): BCP 47, for titles and summaries
 * @limit: how many documents at most
 * @cancellable: (nullable): cancels
 * @error: as of tkb_search_similar_finish ()
 *
 * As tkb_search_similar_async (), but waits. Not on the main thread of a program with a window.
 *
 * Returns: (transfer full): the answer
 */
TkbSearchResults *
tkb_search_similar (TkbSearch    *self,
                    const char   *id,
                    const char   *language,
                    guint         limit,
                    GCancellable *cancellable,
                    GError      **error)
{
  g_return_val_if_fail (TKB_IS_SEARCH (self), NULL);
  g_return_val_if_fail (id != NULL, NULL);
  return wait_for (self, run_new (NULL, id, language, limit), cancellable, error);
}

/* ---- pages ---- */

static void
load_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  TkbSearch *self = source;
  Load      *load = task_data;
  GError    *error = NULL;
  GPtrArray *rows;

  if (g_task_return_error_if_cancelled (task))
    return;
  rows =
      tkb_answer_load (load->answer, self->engine, load->offset, load->limit, cancellable, &error);
  if (rows != NULL)
    g_task_return_pointer (task, rows, (GDestroyNotify) g_ptr_array_unref);
  else
    g_task_return_error (task, error);
}

void
tkb_search_load_async (TkbSearch          *self,
                       TkbAnswer          *answer,
                       guint               offset,
                       guint               limit,
                       GCancellable       *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  Load *load = g_new0 (Load, 1);

  load->answer = tkb_answer_ref (answer);
  load->offset = offset;
  load->limit = limit;
  g_task_set_source_tag (task, tkb_search_load_async);
  g_task_set_name (task, "load rows");
  g_task_set_task_data (task, load, (GDestroyNotify) load_free);
  tkb_worker_push (self->worker, task, load_thread);
}

GPtrArray *
tkb_search_load_finish (TkbSearch *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, tkb_search_load_async), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
finalize (GObject *object)
{
  TkbSearch *self = TKB_SEARCH (object);

  g_cancellable_cancel (self->stopped);
  tkb_worker_shutdown (self->worker);
  g_object_unref (self->worker);
  g_object_unref (self->stopped);
  tkb_engine_free (self->engine);
  g_clear_object (&self->store);
  G_OBJECT_CLASS (tkb_search_parent_class)->finalize (object);
}

static void
tkb_search_class_init (TkbSearchClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = finalize;
}

static void
tkb_search_init (TkbSearch *self)
{
  self->stopped = g_cancellable_new ();
  self->worker = tkb_worker_new ("search");
  self->engine = tkb_engine_new ();
}
