/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-extractor-private.h"

#include <gio/gfiledescriptorbased.h>

#include "tkb-program.h"

/* ms for one attachment; the program has a minute of processor time, at low priority */
#define TIMEOUT_MS (3 * 60 * 1000)

/**
 * TkbExtractor:
 *
 * Reads the text of a store's attachments in the background.
 */
struct _TkbExtractor
{
  GObject parent_instance;

  TkbStore     *store;   /* (owned) */
  char         *program; /* (owned) path */
  guint         timeout_ms;
  GCancellable *cancellable; /* (owned): of the thread */
  GThread      *thread;      /* (owned) (nullable): started */

  GMutex   lock; /* guards what follows */
  GCond    cond;
  gboolean is_wanted; /* something may wait */
  gboolean is_stopped;
};

G_DEFINE_FINAL_TYPE (TkbExtractor, tkb_extractor, G_TYPE_OBJECT)

/* ---- one attachment ---- */

static gboolean
put (TkbExtractor *self, const TkbTextJob *job, const TkbReading *reading, GError **error)
{
  const char *language =
      reading->text != NULL ? tkb_extractor_guess_language (reading->text) : NULL;
  TkbText text = { reading->state, reading->reason, language != NULL ? language : job->language,
                   reading->text, TKB_EXTRACTOR_VERSION };
  g_autoptr (GError) local_error = NULL;

  if (tkb_store_put_text (self->store, job->digest, &text, &local_error) ||
      g_error_matches (local_error, TKB_STORE_ERROR, TKB_STORE_ERROR_NOT_FOUND))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

static gboolean
read_one (TkbExtractor *self, const TkbTextJob *job, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GInputStream) stream =
      tkb_store_open_blob (self->store, job->digest, NULL, &local_error);
  g_auto (TkbReading) reading = { TKB_TEXT_UNREADABLE, "missing" };

  if (stream == NULL && g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_CLOSED))
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (stream != NULL && G_IS_FILE_DESCRIPTOR_BASED (stream) &&
      !tkb_extractor_read (&reading, self->program,
                           g_file_descriptor_based_get_fd (G_FILE_DESCRIPTOR_BASED (stream)),
                           job->content_type, job->name, self->timeout_ms, cancellable, error))
    return FALSE;
  return put (self, job, &reading, error);
}

/**
 * tkb_extractor_run:
 * @self: an extractor
 * @cancellable: (nullable): ends the program that runs; what was read by then is kept
 * @error: return location
 *
 * Reads every attachment that waits, newest first, and waits for that.
 *
 * Returns: %FALSE with an error of the store or of starting the program, or %G_IO_ERROR_CANCELLED
 */
gboolean
tkb_extractor_run (TkbExtractor *self, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (TKB_IS_EXTRACTOR (self), FALSE);

  for (;;)
    {
      g_autoptr (GError) local_error = NULL;
      g_autoptr (TkbTextJob) job =
          tkb_store_find_text_job (self->store, TKB_EXTRACTOR_VERSION, cancellable, &local_error);

      if (local_error == NULL && job == NULL)
        return TRUE;
      if (local_error != NULL || !read_one (self, job, cancellable, &local_error))
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
    }
}

/* ---- in the background ---- */

static gpointer
work (gpointer data)
{
  TkbExtractor *self = data;

  g_mutex_lock (&self->lock);
  while (!self->is_stopped)
    {
      g_autoptr (GError) error = NULL;

      if (!self->is_wanted)
        {
          g_cond_wait (&self->cond, &self->lock);
          continue;
        }
      self->is_wanted = FALSE;
      g_mutex_unlock (&self->lock);
      /* what it was will be tried again with the next change */
      if (!tkb_extractor_run (self, self->cancellable, &error))
        g_debug ("%s: attachments wait: %s", tkb_store_get_path (self->store), error->message);
      g_mutex_lock (&self->lock);
    }
  g_mutex_unlock (&self->lock);
  return NULL;
}

static void
store_changed_cb (TkbExtractor *self)
{
  g_mutex_lock (&self->lock);
  self->is_wanted = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);
}

/**
 * tkb_extractor_start:
 * @self: an extractor that was not started yet
 *
 * From now on whatever the index takes in is read, beginning with what waits already.
 */
void
tkb_extractor_start (TkbExtractor *self)
{
  g_return_if_fail (TKB_IS_EXTRACTOR (self));
  g_return_if_fail (self->thread == NULL);

  g_signal_connect_object (self->store, "index-changed", G_CALLBACK (store_changed_cb), self,
                           G_CONNECT_SWAPPED);
  self->is_wanted = TRUE;
  self->thread = g_thread_new ("tkb-extractor", work, self);
}

/**
 * tkb_extractor_stop:
 * @self: an extractor
 *
 * Ends what runs; an attachment that was being read is read again next time. Stopping twice, or
 * what was not started, does nothing.
 */
void
tkb_extractor_stop (TkbExtractor *self)
{
  g_return_if_fail (TKB_IS_EXTRACTOR (self));

  g_cancellable_cancel (self->cancellable);
  g_mutex_lock (&self->lock);
  self->is_stopped = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->lock);
  if (self->thread != NULL)
    g_thread_join (g_steal_pointer (&self->thread));
}

/* ---- the object ---- */

static void
tkb_extractor_dispose (GObject *object)
{
  tkb_extractor_stop (TKB_EXTRACTOR (object));
  G_OBJECT_CLASS (tkb_extractor_parent_class)->dispose (object);
}

static void
tkb_extractor_finalize (GObject *object)
{
  TkbExtractor *self = TKB_EXTRACTOR (object);

  g_clear_object (&self->store);
  g_clear_object (&self->cancellable);
  g_free (self->program);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  G_OBJECT_CLASS (tkb_extractor_parent_class)->finalize (object);
}

static void
tkb_extractor_class_init (TkbExtractorClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = tkb_extractor_dispose;
  object_class->finalize = tkb_extractor_finalize;
}

static void
tkb_extractor_init (TkbExtractor *self)
{
  self->cancellable = g_cancellable_new ();
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
}

/**
 * tkb_extractor_new:
 * @store: an open store that keeps an index
 * @program: (nullable): path of another program than tisckb-extract, for tests
 * @timeout_ms: for one attachment; 0: the usual
 *
 * Returns: (transfer full): an extractor that does nothing yet
 */
TkbExtractor *
tkb_extractor_new (TkbStore *store, const char *program, guint timeout_ms)
{
  TkbExtractor *self = g_object_new (TKB_TYPE_EXTRACTOR, NULL);

  self->store = g_object_ref (store);
  self->program = program != NULL ? g_strdup (program)
                                  : g_build_filename (tkb_program_is_uninstalled ()
                                                          ? TKB_BUILD_ROOT "/src/extract"
                                                          : TKB_LIBEXEC_DIR,
                                                      "tisckb-extract", NULL);
  self->timeout_ms = timeout_ms > 0 ? timeout_ms : TIMEOUT_MS;
  return self;
}
