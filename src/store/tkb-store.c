/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* The store's life: open, threads and connections, signals, close. */
#include "config.h"

#include "tkb-store-internal.h"

#include <string.h>

#include "tkb-limits.h"
#include "tkb-salvage.h"

/* idle connections kept; more than readers and a search at once are rare */
#define MAX_IDLE_READERS 6
/* ms between two looks at what other programs have written, while they write */
#define FOREIGN_LOOK_MS 250

G_DEFINE_FINAL_TYPE (TkbStore, tkb_store, G_TYPE_OBJECT)

enum
{
  SIGNAL_CHANGED,
  SIGNAL_INDEX_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* ---- announcements ---- */

static gboolean
emit_changed_cb (gpointer data)
{
  TkbStore *self = data;
  guint64   seq;

  g_mutex_lock (&self->lock);
  g_clear_pointer (&self->changed_source, g_source_unref);
  seq = self->announced_seq;
  g_mutex_unlock (&self->lock);
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0, seq);
  return G_SOURCE_REMOVE;
}

static gboolean
emit_index_changed_cb (gpointer data)
{
  TkbStore *self = data;

  g_mutex_lock (&self->lock);
  g_clear_pointer (&self->index_source, g_source_unref);
  g_mutex_unlock (&self->lock);
  g_signal_emit (self, signals[SIGNAL_INDEX_CHANGED], 0);
  return G_SOURCE_REMOVE;
}

/* One source at a time: many commits before the main loop comes round are one signal. The lock is
 * held. The source holds no reference: close () takes it away. */
static void
schedule (TkbStore *self, GSource **source, GSourceFunc function)
{
  if (*source != NULL || self->is_closed)
    return;
  *source = g_idle_source_new ();
  g_source_set_priority (*source, G_PRIORITY_DEFAULT);
  g_source_set_callback (*source, function, self, NULL);
  g_source_attach (*source, self->context);
}

void
tkb_store_announce (TkbStore *self, guint64 seq)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  self->announced_seq = MAX (self->announced_seq, seq);
  schedule (self, &self->changed_source, emit_changed_cb);
}

void
tkb_store_announce_index (TkbStore *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  g_cond_broadcast (&self->index_cond);
  schedule (self, &self->index_source, emit_index_changed_cb);
}

/* ---- what other programs write ---- */

static gboolean
get_data_version (TkbDb *db, gint64 *out_version, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_DATA_VERSION);

  if (tkb_stmt_step (&stmt, error) != TKB_STEP_ROW)
    return FALSE;
  *out_version = tkb_stmt_get_int (&stmt, 0);
  return TRUE;
}

/* Writer thread. The data version of a connection changes when another connection commits, and only
 * this one writes here: so a change is another program's. */
static void
look_for_others (gpointer data, gpointer user_data)
{
  TkbStore *self = data;
  g_autoptr (GError) error = NULL;
  gint64 version, seq;

  g_mutex_lock (&self->lock);
  self->is_look_queued = FALSE;
  g_mutex_unlock (&self->lock);
  if (self->db == NULL || !get_data_version (self->db, &version, &error) ||
      version == self->data_version)
    return;
  self->data_version = version;
  if (tkb_counter_get (self->db, "seq", &seq, &error))
    tkb_store_announce (self, (guint64) seq);
  tkb_store_announce_index (self);
  tkb_store_kick_index (self);
}

static void
log_changed_cb (
    GFileMonitor *monitor, GFile *file, GFile *other, GFileMonitorEvent event, gpointer data)
{
  TkbStore *self = data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  if (!self->is_closed && !self->is_look_queued)
    self->is_look_queued = tkb_worker_queue (self->writer, look_for_others, self, NULL);
}

static void
watch_others (TkbStore *self)
{
  g_autofree char *path = g_strconcat (self->path, "-wal", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GError) error = NULL;

  self->monitor = g_file_monitor_file (file, G_FILE_MONITOR_NONE, NULL, &error);
  if (self->monitor == NULL)
    {
      g_debug ("%s: other programs' changes will show late: %s", self->path, error->message);
      return;
    }
  g_file_monitor_set_rate_limit (self->monitor, FOREIGN_LOOK_MS);
  g_signal_connect (self->monitor, "changed", G_CALLBACK (log_changed_cb), self);
}

/* ---- open ---- */

static gboolean
read_identity (TkbStore *self, GError **error)
{
  gint64 limit;

  {
    g_auto (TkbStmt) stmt = tkb_db_borrow (self->db, TKB_SQL_META_GET);

    tkb_stmt_bind_text (&stmt, 1, "uuid");
    switch (tkb_stmt_step (&stmt, error))
      {
      case TKB_STEP_ERROR:
        return FALSE;
      case TKB_STEP_ROW:
        self->uuid = g_strdup (tkb_stmt_get_text (&stmt, 0));
        break;
      case TKB_STEP_DONE:
      default:
        break;
      }
  }
  if (!tkb_counter_get (self->db, "revs-limit", &limit, error))
    return FALSE;
  self->revs_limit = limit > 0 ? (guint) limit : TKB_REVS_LIMIT;
  return TRUE;
}

/* A new store gets its id once, also where two programs make it at the same time. */
static gboolean
ensure_identity (TkbStore *self, GError **error)
{
  g_auto (TkbTransaction) transaction = TKB_TRANSACTION_INIT;

  if (!read_identity (self, error))
    return FALSE;
  if (self->uuid != NULL)
    return TRUE;
  if ((self->flags & TKB_STORE_OPEN_READ_ONLY) != 0)
    {
      g_set_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_CORRUPT, "%s: the store has no identity",
                   self->path);
      return FALSE;
    }
  if (!tkb_transaction_begin_write (&transaction, self->db, error) || !read_identity (self, error))
    return FALSE;
  if (self->uuid == NULL)
    {
      g_auto (TkbStmt) stmt = tkb_db_borrow (self->db, TKB_SQL_META_SET);

      self->uuid = tkb_random_uuid (self->random);
      tkb_stmt_bind_text (&stmt, 1, "uuid");
      tkb_stmt_bind_text (&stmt, 2, self->uuid);
      if (!tkb_stmt_run (&stmt, error))
        return FALSE;
    }
  return tkb_transaction_commit (&transaction, error);
}

typedef struct
{
  TkbStore *self;
  GError  **error;
  gboolean  is_open;
} Opening;

static void
open_on_writer (gpointer data, gpointer user_data)
{
  Opening   *opening = data;
  TkbStore  *self = opening->self;
  TkbDbFlags flags = TKB_DB_NONE;

  if ((self->flags & TKB_STORE_OPEN_READ_ONLY) != 0)
    flags |= TKB_DB_READ_ONLY;
  else if ((self->flags & TKB_STORE_OPEN_CREATE) != 0)
    flags |= TKB_DB_CREATE;
  self->db = tkb_db_open (self->path, flags, opening->error);
  opening->is_open = self->db != NULL && ensure_identity (self, opening->error) &&
                     tkb_store_prepare_index (self, opening->error) &&
                     get_data_version (self->db, &self->data_version, opening->error);
}

TkbStore *
tkb_store_open_with_blobs (const char       *path,
                           const char       *folder,
                           TkbStoreOpenFlags flags,
                           TkbCatalog       *catalog,
                           TkbClock         *clock,
                           TkbRandom        *random,
                           GError          **error)
{
  g_autoptr (TkbStore) self = g_object_new (TKB_TYPE_STORE, NULL);
  Opening opening = { .self = self, .error = error };

  self->path = g_canonicalize_filename (path, NULL);
  self->flags = flags;
  self->catalog = catalog != NULL ? tkb_catalog_ref (catalog) : NULL;
  self->clock = g_object_ref (clock);
  self->random = g_object_ref (random);
  self->context = g_main_context_ref_thread_default ();
  self->blobs = tkb_blob_store_new (folder);
  self->writer = tkb_worker_new ("tkb-writer");
  tkb_worker_run (self->writer, open_on_writer, &opening, NULL);
  if (!opening.is_open)
    return NULL;
  watch_others (self);
  tkb_store_start_indexer (self);
  tkb_store_kick_index (self);
  return g_steal_pointer (&self);
}

/**
 * tkb_store_open:
 * @path: the store's file; its attachments stand in the folder @path.blobs
 * @flags: see #TkbStoreOpenFlags
 * @catalog: (nullable): the kinds, from which facets and search weights follow
 * @clock: where stored times come from
 * @random: where a new store's id comes from
 * @error: return location
 *
 * Opens a store, creates it with %TKB_STORE_OPEN_CREATE, and brings one of an older version up to
 * date. Signals are emitted on the main context that is thread-default now. A file that is no
 * store, is damaged or comes from a newer program is left as it is.
 *
 * Blocks for the time of a few disk accesses; a migration can take seconds.
 *
 * Returns: (transfer full): the store, or %NULL with a #TkbStoreError
 */
TkbStore *
tkb_store_open (const char       *path,
                TkbStoreOpenFlags flags,
                TkbCatalog       *catalog,
                TkbClock         *clock,
                TkbRandom        *random,
                GError          **error)
{
  g_autofree char *absolute = NULL;
  g_autofree char *folder = NULL;

  g_return_val_if_fail (path != NULL, NULL);
  g_return_val_if_fail (TKB_IS_CLOCK (clock), NULL);
  g_return_val_if_fail (TKB_IS_RANDOM (random), NULL);

  absolute = g_canonicalize_filename (path, NULL);
  folder = g_strconcat (absolute, ".blobs", NULL);
  if ((flags & TKB_STORE_OPEN_READ_ONLY) == 0 && !tkb_salvage_resume (absolute, clock, error))
    return NULL;
  return tkb_store_open_with_blobs (absolute, folder, flags, catalog, clock, random, error);
}

/* ---- close ---- */

static void
close_on_writer (gpointer data, gpointer user_data)
{
  TkbStore *self = data;

  g_clear_pointer (&self->db, tkb_db_close);
}

static void
close_readers (TkbStore *self)
{
  g_mutex_lock (&self->lock);
  while (self->n_lent > 0)
    g_cond_wait (&self->lent_cond, &self->lock);
  while (!g_queue_is_empty (&self->idle))
    {
      TkbDb *db = g_queue_pop_head (&self->idle);

      tkb_db_take (db);
      tkb_db_close (db);
    }
  g_mutex_unlock (&self->lock);
}

static void
drop_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

/**
 * tkb_store_close:
 * @self: a store
 *
 * Finishes what is queued, checks the log in, closes the file and joins the threads. Waits for
 * readers that are still at work. After that every call ends with %G_IO_ERROR_CLOSED; closing
 * twice does nothing. Not from a callback that runs on one of the store's own threads.
 */
void
tkb_store_close (TkbStore *self)
{
  g_return_if_fail (TKB_IS_STORE (self));

  g_mutex_lock (&self->lock);
  if (self->is_closed)
    {
      g_mutex_unlock (&self->lock);
      return;
    }
  self->is_closed = TRUE;
  g_cond_broadcast (&self->index_cond);
  g_mutex_unlock (&self->lock);

  if (self->monitor != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->monitor, self);
      g_file_monitor_cancel (self->monitor);
      g_clear_object (&self->monitor);
    }
  tkb_store_stop_indexer (self);
  for (int i = 0; i < TKB_STORE_READERS; i++)
    if (self->readers[i].worker != NULL)
      tkb_worker_shutdown (self->readers[i].worker);
  close_readers (self);
  if (self->writer != NULL)
    {
      tkb_worker_run (self->writer, close_on_writer, self, NULL);
      tkb_worker_shutdown (self->writer);
    }
  g_mutex_lock (&self->lock);
  drop_source (&self->changed_source);
  drop_source (&self->index_source);
  g_mutex_unlock (&self->lock);
}

static gpointer
release_in_thread (gpointer data)
{
  g_object_unref (data);
  return NULL;
}

static gboolean
is_on_own_thread (TkbStore *self)
{
  if (self->writer != NULL && tkb_worker_is_current (self->writer))
    return TRUE;
  for (int i = 0; i < TKB_STORE_READERS; i++)
    if (self->readers[i].worker != NULL && tkb_worker_is_current (self->readers[i].worker))
      return TRUE;
  return FALSE;
}

static void
tkb_store_dispose (GObject *object)
{
  TkbStore *self = TKB_STORE (object);

  /* a finished task may drop the last reference on the thread that ran it, which cannot join
   * itself: another one does */
  if (!self->is_closed && is_on_own_thread (self))
    {
      g_thread_unref (g_thread_new ("tkb-store-close", release_in_thread, g_object_ref (self)));
      return;
    }
  tkb_store_close (self);
  G_OBJECT_CLASS (tkb_store_parent_class)->dispose (object);
}

static void
tkb_store_finalize (GObject *object)
{
  TkbStore *self = TKB_STORE (object);

  for (int i = 0; i < TKB_STORE_READERS; i++)
    g_clear_object (&self->readers[i].worker);
  g_clear_object (&self->writer);
  g_clear_object (&self->clock);
  g_clear_object (&self->random);
  g_clear_error (&self->index_error);
  g_clear_pointer (&self->catalog, tkb_catalog_unref);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_clear_pointer (&self->blobs, tkb_blob_store_free);
  g_free (self->path);
  g_free (self->uuid);
  g_mutex_clear (&self->lock);
  g_mutex_clear (&self->upkeep_lock);
  g_cond_clear (&self->lent_cond);
  g_cond_clear (&self->index_cond);
  g_cond_clear (&self->indexer_cond);
  G_OBJECT_CLASS (tkb_store_parent_class)->finalize (object);
}

static void
tkb_store_class_init (TkbStoreClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = tkb_store_dispose;
  object_class->finalize = tkb_store_finalize;

  /**
   * TkbStore::changed:
   * @self: a store
   * @last_seq: the newest change
   *
   * Emitted after commits of this or another program that changed documents, the outbox or
   * favourites; many commits can be one emission.
   */
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", TKB_TYPE_STORE, G_SIGNAL_RUN_LAST, 0, NULL,
                                          NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT64);
  /**
   * TkbStore::index-changed:
   * @self: a store
   *
   * Emitted after the full-text index took something in.
   */
  signals[SIGNAL_INDEX_CHANGED] = g_signal_new ("index-changed", TKB_TYPE_STORE, G_SIGNAL_RUN_LAST,
                                                0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
tkb_store_init (TkbStore *self)
{
  g_mutex_init (&self->lock);
  g_mutex_init (&self->upkeep_lock);
  g_cond_init (&self->lent_cond);
  g_cond_init (&self->index_cond);
  g_cond_init (&self->indexer_cond);
  g_queue_init (&self->idle);
  self->revs_limit = TKB_REVS_LIMIT;
}

/* ---- properties ---- */

/**
 * tkb_store_get_path:
 * @self: a store
 *
 * Returns: (transfer none): the absolute path of its file
 */
const char *
tkb_store_get_path (TkbStore *self)
{
  g_return_val_if_fail (TKB_IS_STORE (self), NULL);
  return self->path;
}

/**
 * tkb_store_get_catalog:
 * @self: a store
 *
 * Returns: (transfer none) (nullable): the catalog that it was opened with
 */
TkbCatalog *
tkb_store_get_catalog (TkbStore *self)
{
  g_return_val_if_fail (TKB_IS_STORE (self), NULL);
  return self->catalog;
}

/**
 * tkb_store_get_uuid:
 * @self: a store
 *
 * Returns: (transfer none): 32 hex digits, made with the file; a copy of the file keeps it
 */
const char *
tkb_store_get_uuid (TkbStore *self)
{
  g_return_val_if_fail (TKB_IS_STORE (self), NULL);
  return self->uuid;
}

/* ---- connections for readers ---- */

static gboolean
set_closed (GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CLOSED, "The store is closed");
  return FALSE;
}

TkbDb *
tkb_store_acquire_reader (TkbStore *self, GCancellable *cancellable, GError **error)
{
  TkbDb *db;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  g_mutex_lock (&self->lock);
  if (self->is_closed)
    {
      g_mutex_unlock (&self->lock);
      set_closed (error);
      return NULL;
    }
  self->n_lent++;
  db = g_queue_pop_head (&self->idle);
  g_mutex_unlock (&self->lock);

  if (db != NULL)
    tkb_db_take (db);
  else
    db = tkb_db_open (self->path, TKB_DB_READ_ONLY, error);
  if (db != NULL && tkb_db_run (db, TKB_SQL_BEGIN_READ, error))
    {
      tkb_db_set_cancellable (db, cancellable);
      return db;
    }
  tkb_db_close (db);
  g_mutex_lock (&self->lock);
  self->n_lent--;
  g_cond_broadcast (&self->lent_cond);
  g_mutex_unlock (&self->lock);
  return NULL;
}

void
tkb_store_release_reader (TkbStore *self, TkbDb *db)
{
  g_autoptr (GError) error = NULL;

  if (db == NULL)
    return;
  tkb_db_set_cancellable (db, NULL);
  if (!sqlite3_get_autocommit (tkb_db_get_handle (db)) &&
      !tkb_db_run (db, TKB_SQL_ROLLBACK, &error))
    {
      g_debug ("%s: a reader is given up: %s", self->path, error->message);
      g_clear_pointer (&db, tkb_db_close);
    }
  g_mutex_lock (&self->lock);
  if (db != NULL && self->idle.length < MAX_IDLE_READERS)
    g_queue_push_head (&self->idle, g_steal_pointer (&db));
  self->n_lent--;
  g_cond_broadcast (&self->lent_cond);
  g_mutex_unlock (&self->lock);
  tkb_db_close (db);
}

/* ---- the writer ---- */

gboolean
tkb_store_check_writable (TkbStore *self, GError **error)
{
  if ((self->flags & TKB_STORE_OPEN_READ_ONLY) == 0)
    return TRUE;
  g_set_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_READ_ONLY,
               "%s: the store was opened for reading only", self->path);
  return FALSE;
}

typedef struct
{
  TkbStore     *self;
  TkbWriterFunc function;
  gpointer      data;
  GError      **error;
  gboolean      is_done;
} WriterCall;

static void
run_call (gpointer data, gpointer user_data)
{
  WriterCall *call = data;

  g_atomic_int_add (&call->self->n_queued, -1);
  if (call->self->db == NULL)
    set_closed (call->error);
  else
    call->is_done = call->function (call->self, call->data, call->error);
}

gboolean
tkb_store_run_writer (TkbStore *self, TkbWriterFunc function, gpointer data, GError **error)
{
  WriterCall call = { self, function, data, error, FALSE };
  gboolean   is_closed;

  if (!tkb_store_check_writable (self, error))
    return FALSE;
  g_mutex_lock (&self->lock);
  is_closed = self->is_closed;
  g_mutex_unlock (&self->lock);
  /* what was queued before the store was closed is still done */
  if (is_closed && !tkb_worker_is_current (self->writer))
    return set_closed (error);
  g_atomic_int_inc (&self->n_queued);
  tkb_worker_run (self->writer, run_call, &call, NULL);
  return call.is_done;
}

static void
run_on_writer (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  TkbStore       *self = source;
  GTaskThreadFunc function = g_object_get_data (G_OBJECT (task), "tkb-writer-job");

  g_atomic_int_add (&self->n_queued, -1);
  function (task, source, task_data, cancellable);
}

void
tkb_store_push_writer (TkbStore *self, GTask *task, GTaskThreadFunc function)
{
  g_object_set_data (G_OBJECT (task), "tkb-writer-job", function);
  g_atomic_int_inc (&self->n_queued);
  tkb_worker_push (self->writer, task, run_on_writer);
}

gboolean
tkb_store_begin_batch (TkbStore       *self,
                       TkbWriteFlags   flags,
                       TkbTransaction *transaction,
                       TkbBatch       *batch,
                       GError        **error)
{
  gint64 seq;

  if (!tkb_transaction_begin_write (transaction, self->db, error) ||
      !tkb_counter_get (self->db, "seq", &seq, error))
    return FALSE;
  if (seq < 0 || seq > G_MAXINT64 / 2)
    {
      g_set_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_CORRUPT,
                   "%s: the number of the last change is damaged", self->path);
      return FALSE;
    }
  *batch = (TkbBatch){
    .db = self->db,
    .catalog = self->catalog,
    .flags = flags,
    .revs_limit = tkb_store_get_revs_limit (self),
    .now_ms = tkb_clock_get_real_ms (self->clock),
    .keeps_outbox = (self->flags & TKB_STORE_OPEN_OUTBOX) != 0,
    .indexes_at_once = tkb_store_keeps_index (self) && (flags & TKB_WRITE_BULK) == 0,
    .counters = { .seq = (guint64) seq },
  };
  return TRUE;
}

gboolean
tkb_store_commit_batch (TkbStore       *self,
                        TkbTransaction *transaction,
                        TkbBatch       *batch,
                        GError        **error)
{
  if (!tkb_counters_flush (&batch->counters, self->db, error) ||
      !tkb_transaction_commit (transaction, error))
    return FALSE;
  if (batch->has_changed)
    tkb_store_announce (self, batch->counters.seq);
  if (batch->has_indexed)
    tkb_store_announce_index (self);
  if (batch->counters.pending > 0)
    {
      if ((batch->flags & TKB_WRITE_BULK) != 0)
        tkb_store_note_bulk (self);
      tkb_store_kick_index (self);
    }
  return TRUE;
}

void
tkb_batch_clear (TkbBatch *batch)
{
  tkb_counters_clear (&batch->counters);
}

/* ---- work off the main thread ---- */

typedef struct
{
  GTaskThreadFunc function;
  TkbStoreReader *reader; /* (unowned): the store outlives its tasks */
} ReaderJob;

static void
run_on_reader (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  ReaderJob *job = g_object_get_data (G_OBJECT (task), "tkb-reader-job");

  job->function (task, source, task_data, cancellable);
}

/* With the task, so that it is right also where the worker never ran it. */
static void
reader_job_free (gpointer data)
{
  ReaderJob *job = data;

  g_atomic_int_add (&job->reader->load, -1);
  g_free (job);
}

/* The reader with the least to do; (nullable): the store is closed. */
static TkbStoreReader *
find_reader (TkbStore *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  TkbStoreReader *reader = &self->readers[0];

  for (int i = 1; i < TKB_STORE_READERS; i++)
    if (g_atomic_int_get (&self->readers[i].load) < g_atomic_int_get (&reader->load))
      reader = &self->readers[i];
  if (self->is_closed)
    return NULL;
  if (reader->worker == NULL)
    reader->worker = tkb_worker_new ("tkb-reader");
  g_atomic_int_inc (&reader->load);
  return reader;
}

void
tkb_store_push_reader (TkbStore *self, GTask *task, GTaskThreadFunc function)
{
  TkbStoreReader *reader = find_reader (self);
  ReaderJob      *job;

  if (reader == NULL)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CLOSED, "The store is closed");
      return;
    }
  job = g_new (ReaderJob, 1);
  job->function = function;
  job->reader = reader;
  g_object_set_data_full (G_OBJECT (task), "tkb-reader-job", job, reader_job_free);
  tkb_worker_push (reader->worker, task, run_on_reader);
}

/**
 * tkb_store_run_async:
 * @self: a store
 * @task: (transfer none): a task whose source object is @self
 * @function: (scope async): what to run; it returns through @task
 *
 * Runs @function on one of the store's reader threads. It may call every blocking reading function
 * of the store, not the writing ones and not tkb_store_close ().
 */
void
tkb_store_run_async (TkbStore *self, GTask *task, GTaskThreadFunc function)
{
  g_return_if_fail (TKB_IS_STORE (self));
  g_return_if_fail (G_IS_TASK (task));
  g_return_if_fail (function != NULL);

  tkb_store_push_reader (self, task, function);
}
