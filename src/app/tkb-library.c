/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-library.h"

#include "tkb-extractor.h"
#include "tkb-starter.h"
#include "tkb-worker.h"

struct _TkbLibrary
{
  GObject parent_instance;

  char            *path;       /* (owned) of the store file */
  char            *language;   /* (owned) BCP 47 */
  TkbCatalog      *catalog;    /* (owned) */
  TkbClock        *clock;      /* (owned) */
  TkbRandom       *random;     /* (owned) */
  GSettings       *settings;   /* (owned) (nullable) */
  TkbAccounts     *accounts;   /* (owned) (nullable) */
  TkbWorker       *worker;     /* (owned) (nullable) opens the store */
  TkbStore        *store;      /* (owned) (nullable) until opened */
  TkbSearch       *search;     /* (owned) (nullable) until opened */
  TkbReplicator   *replicator; /* (owned) (nullable) until opened */
  TkbExtractor    *extractor;  /* (owned) (nullable) until opened; none of a read-only one */
  TkbBackupKeeper *backups;    /* (owned) (nullable) until opened; none of a read-only one */

  GResource      *starter;           /* (owned) (nullable): content for a new store */
  int             is_new;            /* atomic: the starter content was loaded just now */
  int             is_read_only;      /* atomic: it could not be opened for writing */
  GHashTable     *marks;             /* (owned) (element-type utf8): a set */
  TkbStoreCounts *counts;            /* (owned) (nullable) until first counted */
  GCancellable   *cancellable;       /* (owned) (nullable) of what runs while it is open */
  gboolean        is_counting;       /* a count is on its way */
  gboolean        is_count_outdated; /* something changed while it was */
};

enum
{
  SIGNAL_COUNTS_CHANGED,
  SIGNAL_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

enum
{
  PROP_IS_OPEN = 1,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (TkbLibrary, tkb_library, G_TYPE_OBJECT)

/* "zh_CN.UTF-8" -> "zh-CN"; the C locale is English. */
static char *
get_interface_language (void)
{
  const char *locale = g_get_language_names ()[0];
  g_autoptr (GString) tag = g_string_new (NULL);

  for (; *locale != '\0' && *locale != '.' && *locale != '@'; locale++)
    g_string_append_c (tag, *locale == '_' ? '-' : *locale);
  if (tag->len == 0 || g_str_equal (tag->str, "C") || g_str_equal (tag->str, "POSIX"))
    return g_strdup ("en");
  return g_strdup (tag->str);
}

static void
tkb_library_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  TkbLibrary *self = TKB_LIBRARY (object);

  switch (prop_id)
    {
    case PROP_IS_OPEN:
      g_value_set_boolean (value, tkb_library_is_open (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
tkb_library_dispose (GObject *object)
{
  TkbLibrary *self = TKB_LIBRARY (object);

  tkb_library_close (self);
  g_clear_object (&self->accounts);
  g_clear_object (&self->settings);
  g_clear_object (&self->random);
  g_clear_object (&self->clock);
  g_clear_pointer (&self->catalog, tkb_catalog_unref);
  G_OBJECT_CLASS (tkb_library_parent_class)->dispose (object);
}

static void
tkb_library_finalize (GObject *object)
{
  TkbLibrary *self = TKB_LIBRARY (object);

  g_free (self->path);
  g_free (self->language);
  g_clear_pointer (&self->starter, g_resource_unref);
  g_hash_table_unref (self->marks);
  G_OBJECT_CLASS (tkb_library_parent_class)->finalize (object);
}

static void
tkb_library_class_init (TkbLibraryClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = tkb_library_get_property;
  object_class->dispose = tkb_library_dispose;
  object_class->finalize = tkb_library_finalize;

  /**
   * TkbLibrary:is-open:
   *
   * Whether store, search and replicator are there.
   */
  properties[PROP_IS_OPEN] = g_param_spec_boolean ("is-open", NULL, NULL, FALSE,
                                                   G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  /**
   * TkbLibrary::counts-changed:
   *
   * tkb_library_get_counts () has something new to say.
   */
  signals[SIGNAL_COUNTS_CHANGED] = g_signal_new (
      "counts-changed", TKB_TYPE_LIBRARY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  /**
   * TkbLibrary::changed:
   *
   * Documents, marks or the index changed: what is on the screen may be out of date.
   */
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", TKB_TYPE_LIBRARY, G_SIGNAL_RUN_LAST, 0, NULL,
                                          NULL, NULL, G_TYPE_NONE, 0);
}

static void
tkb_library_init (TkbLibrary *self)
{
  self->language = get_interface_language ();
  self->marks = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

/**
 * tkb_library_new:
 * @path: the store file; it need not exist
 * @settings: (nullable): remembers the choices of the user
 *
 * Makes a library that is still closed.
 *
 * Returns: (transfer full): the library
 */
TkbLibrary *
tkb_library_new (
    const char *path, TkbCatalog *catalog, TkbClock *clock, TkbRandom *random, GSettings *settings)
{
  TkbLibrary *self = g_object_new (TKB_TYPE_LIBRARY, NULL);

  self->path = g_strdup (path);
  self->catalog = tkb_catalog_ref (catalog);
  self->clock = g_object_ref (clock);
  self->random = g_object_ref (random);
  g_set_object (&self->settings, settings);
  return self;
}

/* ---- counts ---- */

static void start_counting (TkbLibrary *self);

/* On a reader thread. */
static void
count_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  g_autoptr (GError) error = NULL;
  TkbStoreCounts *counts = tkb_store_get_counts (TKB_STORE (source), cancellable, &error);

  if (counts == NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_pointer (task, counts, (GDestroyNotify) tkb_store_counts_free);
}

static void
counted_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TkbLibrary) self = TKB_LIBRARY (user_data);
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbStoreCounts) counts = g_task_propagate_pointer (G_TASK (result), &error);

  self->is_counting = FALSE;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (counts == NULL)
    {
      g_debug ("counting failed: %s", error->message);
      return;
    }
  g_clear_pointer (&self->counts, tkb_store_counts_free);
  self->counts = g_steal_pointer (&counts);
  g_signal_emit (self, signals[SIGNAL_COUNTS_CHANGED], 0);
  if (self->is_count_outdated)
    start_counting (self);
}

/* One count at a time; what changes meanwhile is counted once after it. */
static void
start_counting (TkbLibrary *self)
{
  g_autoptr (GTask) task = NULL;

  self->is_count_outdated = self->is_counting;
  if (self->is_counting || self->store == NULL)
    return;
  self->is_counting = TRUE;
  task = g_task_new (self->store, self->cancellable, counted_cb, g_object_ref (self));
  g_task_set_source_tag (task, start_counting);
  g_task_set_name (task, "tkb_library: count");
  tkb_store_run_async (self->store, task, count_thread);
}

/**
 * tkb_library_touch:
 *
 * Says that something changed that the store does not tell of by itself (a favourite).
 */
void
tkb_library_touch (TkbLibrary *self)
{
  g_return_if_fail (TKB_IS_LIBRARY (self));

  start_counting (self);
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

/**
 * tkb_library_get_counts:
 *
 * Returns: (transfer none) (nullable): the latest counts; valid until the next "counts-changed"
 */
const TkbStoreCounts *
tkb_library_get_counts (TkbLibrary *self)
{
  g_return_val_if_fail (TKB_IS_LIBRARY (self), NULL);
  return self->counts;
}

/* ---- reading ---- */

/* On a reader thread; the store is the source of the task. */
static void
look_up_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) rows = tkb_store_list_ids (TKB_STORE (source), task_data,
                                                   TKB_LIST_INCLUDE_DOCS, cancellable, &error);
  GHashTable *documents;

  if (rows == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  documents =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) tkb_document_unref);
  for (guint i = 0; i < rows->len; i++)
    {
      TkbListRow *row = g_ptr_array_index (rows, i);

      if (row->document != NULL && !row->is_deleted)
        g_hash_table_replace (documents, g_strdup (row->id), tkb_document_ref (row->document));
    }
  g_task_return_pointer (task, documents, (GDestroyNotify) g_hash_table_unref);
}

/* Hands what a reader thread found to the task of the caller. */
static void
looked_up_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  g_autoptr (GError) error = NULL;
  GHashTable *documents = g_task_propagate_pointer (G_TASK (result), &error);

  if (documents == NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_pointer (task, documents, (GDestroyNotify) g_hash_table_unref);
}

/**
 * tkb_library_look_up_async:
 * @ids: (array zero-terminated=1): of documents
 *
 * Reads documents by their ids, off the main thread.
 */
void
tkb_library_look_up_async (TkbLibrary         *self,
                           const char *const  *ids,
                           GCancellable       *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (GTask) read = NULL;

  g_return_if_fail (TKB_IS_LIBRARY (self));
  g_return_if_fail (self->store != NULL);
  g_task_set_source_tag (task, tkb_library_look_up_async);
  g_task_set_name (task, "tkb_library_look_up_async");
  read = g_task_new (self->store, cancellable, looked_up_cb, g_steal_pointer (&task));
  g_task_set_task_data (read, g_strdupv ((char **) ids), (GDestroyNotify) g_strfreev);
  g_task_set_name (read, "tkb_library: look up");
  tkb_store_run_async (self->store, read, look_up_thread);
}

/**
 * tkb_library_look_up_finish:
 *
 * Returns: (transfer full) (element-type utf8 TkbDocument): the documents found
 */
GHashTable *
tkb_library_look_up_finish (TkbLibrary *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, tkb_library_look_up_async), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- open and close ---- */

/* On the worker's thread. A library that was never written to gets the starter content; one that
 * cannot take it is still a library. */
static gboolean
load_starter (TkbLibrary *self, TkbStore *store)
{
  g_autoptr (GError) error = NULL;
  guint n_documents = 0;

  if (self->starter == NULL)
    return FALSE;
  if (!tkb_starter_load (store, self->starter, &n_documents, NULL, &error))
    {
      g_warning ("The starter content could not be loaded: %s", error->message);
      return FALSE;
    }
  g_debug ("%u documents of starter content", n_documents);
  return TRUE;
}

/* On the worker's thread. */
static void
open_store_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  TkbLibrary *self = source;
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbStore) store = NULL;
  g_autofree char *folder = g_path_get_dirname (self->path);

  g_mkdir_with_parents (folder, 0700);
  store = tkb_store_open (self->path, TKB_STORE_OPEN_CREATE | TKB_STORE_OPEN_OUTBOX, self->catalog,
                          self->clock, self->random, &error);
  if (g_error_matches (error, TKB_STORE_ERROR, TKB_STORE_ERROR_READ_ONLY))
    {
      store = tkb_store_open (self->path, TKB_STORE_OPEN_READ_ONLY | TKB_STORE_OPEN_OUTBOX,
                              self->catalog, self->clock, self->random, NULL);
      g_atomic_int_set (&self->is_read_only, store != NULL);
    }
  if (store == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  if (tkb_store_get_last_seq (store) == 0 && !tkb_library_is_read_only (self))
    g_atomic_int_set (&self->is_new, load_starter (self, store));
  g_task_return_pointer (task, g_steal_pointer (&store), g_object_unref);
}

/**
 * tkb_library_set_starter:
 * @resource: (nullable): what a store that is made by tkb_library_open_async () gets
 *
 * To be called before the library is opened.
 */
void
tkb_library_set_starter (TkbLibrary *self, GResource *resource)
{
  g_return_if_fail (TKB_IS_LIBRARY (self));
  g_return_if_fail (self->worker == NULL);

  g_clear_pointer (&self->starter, g_resource_unref);
  self->starter = resource != NULL ? g_resource_ref (resource) : NULL;
}

/**
 * tkb_library_set_accounts:
 * @accounts: (nullable): says with which server the library is kept in step
 *
 * To be called before the library is opened.
 */
void
tkb_library_set_accounts (TkbLibrary *self, TkbAccounts *accounts)
{
  g_return_if_fail (TKB_IS_LIBRARY (self));
  g_return_if_fail (self->worker == NULL);

  g_set_object (&self->accounts, accounts);
}

/**
 * tkb_library_is_new:
 *
 * Returns: whether opening it made it and filled it with the starter content
 */
gboolean
tkb_library_is_new (TkbLibrary *self)
{
  return g_atomic_int_get (&self->is_new);
}

/**
 * tkb_library_open_async:
 *
 * Opens the store, making it where there is none. Errors are those of tkb_store_open ().
 */
void
tkb_library_open_async (TkbLibrary         *self,
                        GCancellable       *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_return_if_fail (TKB_IS_LIBRARY (self));
  g_task_set_source_tag (task, tkb_library_open_async);
  g_task_set_name (task, "tkb_library_open_async");
  if (self->worker == NULL)
    self->worker = tkb_worker_new ("library");
  tkb_worker_push (self->worker, task, open_store_thread);
}

/**
 * tkb_library_open_finish:
 *
 * Returns: whether the library is open now
 */
gboolean
tkb_library_open_finish (TkbLibrary *self, GAsyncResult *result, GError **error)
{
  TkbStore *store;

  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, tkb_library_open_async), FALSE);

  store = g_task_propagate_pointer (G_TASK (result), error);
  if (store == NULL)
    return FALSE;
  self->store = store;
  self->search = tkb_search_new (store);
  self->replicator =
      tkb_replicator_new (store, self->clock, self->random, g_network_monitor_get_default ());
  if (!tkb_library_is_read_only (self))
    {
      self->extractor = tkb_extractor_new (store, NULL, 0);
      tkb_extractor_start (self->extractor);
      self->backups = tkb_backup_keeper_new (store, self->clock);
    }
  self->cancellable = g_cancellable_new ();
  g_signal_connect_object (store, "changed", G_CALLBACK (tkb_library_touch), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (store, "index-changed", G_CALLBACK (tkb_library_touch), self,
                           G_CONNECT_SWAPPED);
  if (self->accounts != NULL && !tkb_library_is_read_only (self))
    tkb_accounts_attach (self->accounts, self->replicator);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_IS_OPEN]);
  start_counting (self);
  return TRUE;
}

/* On the worker's thread. */
static void
salvage_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  TkbLibrary *self = source;
  GError     *error = NULL;
  TkbSalvage *salvage = tkb_salvage_run (self->path, NULL, self->catalog, self->clock, self->random,
                                         cancellable, &error);

  if (salvage != NULL)
    g_task_return_pointer (task, salvage, (GDestroyNotify) tkb_salvage_free);
  else
    g_task_return_error (task, error);
}

/**
 * tkb_library_salvage_async:
 *
 * Saves what can be read of the library's file into a new one that takes its place; the library is
 * still to be opened after that. Only while it is not open.
 */
void
tkb_library_salvage_async (TkbLibrary         *self,
                           GCancellable       *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_return_if_fail (TKB_IS_LIBRARY (self));
  g_return_if_fail (self->store == NULL);
  g_task_set_source_tag (task, tkb_library_salvage_async);
  g_task_set_name (task, "tkb_library_salvage_async");
  if (self->worker == NULL)
    self->worker = tkb_worker_new ("library");
  tkb_worker_push (self->worker, task, salvage_thread);
}

/**
 * tkb_library_salvage_finish:
 *
 * Returns: (transfer full): what was saved; %NULL with an error, and everything as it was
 */
TkbSalvage *
tkb_library_salvage_finish (TkbLibrary *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, tkb_library_salvage_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * tkb_library_is_read_only:
 *
 * Returns: whether it is open for reading only: no sync, no drafts, no marks
 */
gboolean
tkb_library_is_read_only (TkbLibrary *self)
{
  return g_atomic_int_get (&self->is_read_only);
}

/**
 * tkb_library_close:
 *
 * Stops sync, lets queued writes end and closes the store. May be called twice.
 */
void
tkb_library_close (TkbLibrary *self)
{
  g_return_if_fail (TKB_IS_LIBRARY (self));

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->counts, tkb_store_counts_free);
  if (self->accounts != NULL)
    tkb_accounts_attach (self->accounts, NULL);
  if (self->replicator != NULL)
    tkb_replicator_stop (self->replicator);
  g_clear_object (&self->replicator);
  if (self->backups != NULL)
    tkb_backup_keeper_stop (self->backups);
  g_clear_object (&self->backups);
  if (self->extractor != NULL)
    tkb_extractor_stop (self->extractor);
  g_clear_object (&self->extractor);
  if (self->search != NULL)
    tkb_search_stop (self->search);
  g_clear_object (&self->search);
  if (self->store != NULL)
    tkb_store_close (self->store);
  g_clear_object (&self->store);
  if (self->worker != NULL)
    tkb_worker_shutdown (self->worker);
  g_clear_object (&self->worker);
}

gboolean
tkb_library_is_open (TkbLibrary *self)
{
  return self->store != NULL;
}

TkbStore *
tkb_library_get_store (TkbLibrary *self)
{
  return self->store;
}

TkbSearch *
tkb_library_get_search (TkbLibrary *self)
{
  return self->search;
}

TkbReplicator *
tkb_library_get_replicator (TkbLibrary *self)
{
  return self->replicator;
}

TkbBackupKeeper *
tkb_library_get_backups (TkbLibrary *self)
{
  return self->backups;
}

TkbCatalog *
tkb_library_get_catalog (TkbLibrary *self)
{
  return self->catalog;
}

TkbClock *
tkb_library_get_clock (TkbLibrary *self)
{
  return self->clock;
}

TkbRandom *
tkb_library_get_random (TkbLibrary *self)
{
  return self->random;
}

GSettings *
tkb_library_get_settings (TkbLibrary *self)
{
  return self->settings;
}

TkbAccounts *
tkb_library_get_accounts (TkbLibrary *self)
{
  return self->accounts;
}

const char *
tkb_library_get_language (TkbLibrary *self)
{
  return self->language;
}

gboolean
tkb_library_get_mark (TkbLibrary *self, const char *key)
{
  return g_hash_table_contains (self->marks, key);
}

void
tkb_library_set_mark (TkbLibrary *self, const char *key, gboolean is_set)
{
  if (is_set)
    g_hash_table_add (self->marks, g_strdup (key));
  else
    g_hash_table_remove (self->marks, key);
}
