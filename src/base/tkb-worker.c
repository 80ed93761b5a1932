/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-worker.h"

#if defined(__SANITIZE_THREAD__)
void __tsan_acquire (void *address);
void __tsan_release (void *address);
#define ACQUIRE(address) __tsan_acquire (address)
#define RELEASE(address) __tsan_release (address)
#else
#define ACQUIRE(address) ((void) (address))
#define RELEASE(address) ((void) (address))
#endif

/**
 * TkbWorker:
 *
 * One thread that runs the work pushed to it, one piece after the other, in order of arrival.
 *
 * What is pushed before [method@Worker.shutdown] runs; what is pushed after it ends with
 * %G_IO_ERROR_CLOSED. The thread itself holds no reference to the worker, only to the queue, so
 * dropping the last reference shuts the worker down: from the thread itself as well (the task just
 * run may have held the last reference to the worker's owner), in which case nobody waits for the
 * thread and it ends by itself once the queue is empty.
 */
struct _TkbWorker
{
  GObject parent_instance;

  GThread *thread; /* (owned) (nullable): joined */
  GMutex   lock;   /* guards is_closed, and that nothing is queued behind the last job */
  gboolean is_closed;

  GAsyncQueue *queue; /* (owned) (element-type Job); shared with the thread */
};

/* Exactly one of task and run is set; neither: the thread ends. */
typedef struct
{
  GTask          *task; /* (owned) (nullable) */
  GTaskThreadFunc function;

  GFunc     run; /* (nullable) */
  gpointer  data;
  gpointer  user_data;
  GMutex   *done_lock; /* (unowned) (nullable): nobody waits; outlives the job; guards *is_done */
  GCond    *done_cond; /* (unowned): outlives the job */
  gboolean *is_done;   /* (unowned): outlives the job */
} Job;

G_DEFINE_FINAL_TYPE (TkbWorker, tkb_worker, G_TYPE_OBJECT)

static void
job_free (Job *job)
{
  g_clear_object (&job->task);
  g_free (job);
}

static void
job_run (Job *job)
{
  ACQUIRE (job);
  if (job->run != NULL)
    {
      job->run (job->data, job->user_data);
      if (job->done_lock == NULL)
        return;
      g_mutex_lock (job->done_lock);
      *job->is_done = TRUE;
      RELEASE (job->is_done);
      g_cond_signal (job->done_cond);
      g_mutex_unlock (job->done_lock);
      return;
    }

  if (!g_task_get_check_cancellable (job->task) || !g_task_return_error_if_cancelled (job->task))
    {
      job->function (job->task, g_task_get_source_object (job->task),
                     g_task_get_task_data (job->task), g_task_get_cancellable (job->task));
    }
  RELEASE (job->task);
}

static gpointer
worker_thread (gpointer data)
{
  g_autoptr (GAsyncQueue) queue = data;

  for (;;)
    {
      Job     *job = g_async_queue_pop (queue);
      gboolean is_last = job->task == NULL && job->run == NULL;

      if (!is_last)
        job_run (job);
      job_free (job);
      if (is_last)
        return NULL;
    }
}

static void
tkb_worker_finalize (GObject *object)
{
  TkbWorker *self = TKB_WORKER (object);

  tkb_worker_shutdown (self);
  g_clear_pointer (&self->thread, g_thread_unref); /* only where it could not be joined */
  g_clear_pointer (&self->queue, g_async_queue_unref);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (tkb_worker_parent_class)->finalize (object);
}

static void
tkb_worker_class_init (TkbWorkerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tkb_worker_finalize;
}

static void
tkb_worker_init (TkbWorker *self)
{
  g_mutex_init (&self->lock);
  self->queue = g_async_queue_new ();
}

/**
 * tkb_worker_new:
 * @name: of the thread, for debuggers; 15 bytes of it are shown
 *
 * Returns: (transfer full): a worker whose thread runs already
 */
TkbWorker *
tkb_worker_new (const char *name)
{
  TkbWorker *self = g_object_new (TKB_TYPE_WORKER, NULL);

  self->thread = g_thread_new (name, worker_thread, g_async_queue_ref (self->queue));
  return self;
}

/* Takes job; FALSE (and job freed by nobody) after shutdown. */
static gboolean
push_job (TkbWorker *self, Job *job)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  if (self->is_closed)
    return FALSE;
  RELEASE (job);
  g_async_queue_push (self->queue, job);
  return TRUE;
}

/**
 * tkb_worker_push:
 * @task: returned by @function, in the worker's thread; its callback is called in its own context
 * @function: gets the task, its source object, its task data and its cancellable
 *
 * Queues @function. Any thread may call this.
 *
 * A task that was cancelled before its turn ends with %G_IO_ERROR_CANCELLED without @function being
 * called, unless `g_task_set_check_cancellable (task, FALSE)`. After shutdown the task ends with
 * %G_IO_ERROR_CLOSED.
 */
void
tkb_worker_push (TkbWorker *self, GTask *task, GTaskThreadFunc function)
{
  Job *job;

  g_return_if_fail (TKB_IS_WORKER (self));
  g_return_if_fail (G_IS_TASK (task));
  g_return_if_fail (function != NULL);

  job = g_new0 (Job, 1);
  job->task = g_object_ref (task);
  job->function = function;
  if (!push_job (self, job))
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CLOSED, "The worker has shut down");
      job_free (job);
    }
}

/**
 * tkb_worker_run:
 * @function: called with @data and @user_data
 *
 * Runs @function in the worker's thread, behind all that is queued already, and waits until it has
 * returned. From the worker's own thread it is called at once. Not to be called after shutdown.
 */
void
tkb_worker_run (TkbWorker *self, GFunc function, gpointer data, gpointer user_data)
{
  GMutex   done_lock;
  GCond    done_cond;
  gboolean is_done = FALSE;
  Job     *job;

  g_return_if_fail (TKB_IS_WORKER (self));
  g_return_if_fail (function != NULL);

  if (tkb_worker_is_current (self))
    {
      function (data, user_data);
      return;
    }

  g_mutex_init (&done_lock);
  g_cond_init (&done_cond);
  job = g_new0 (Job, 1);
  job->run = function;
  job->data = data;
  job->user_data = user_data;
  job->done_lock = &done_lock;
  job->done_cond = &done_cond;
  job->is_done = &is_done;
  if (push_job (self, job))
    {
      g_mutex_lock (&done_lock);
      while (!is_done)
        g_cond_wait (&done_cond, &done_lock);
      ACQUIRE (&is_done);
      g_mutex_unlock (&done_lock);
    }
  else
    {
      g_critical ("tkb_worker_run() after tkb_worker_shutdown()");
      job_free (job);
    }
  g_cond_clear (&done_cond);
  g_mutex_clear (&done_lock);
}

/**
 * tkb_worker_queue:
 * @self: a worker
 * @function: (scope async): what to run
 * @data: the first argument of @function
 * @user_data: the second argument of @function
 *
 * Runs @function in the worker's thread after what is queued already, and does not wait for it. For
 * upkeep that nobody waits for; work with a result is a #GTask. Any thread, the worker's own too.
 *
 * Returns: %FALSE if the worker has shut down; then @function is not called
 */
gboolean
tkb_worker_queue (TkbWorker *self, GFunc function, gpointer data, gpointer user_data)
{
  Job *job;

  g_return_val_if_fail (TKB_IS_WORKER (self), FALSE);
  g_return_val_if_fail (function != NULL, FALSE);

  job = g_new0 (Job, 1);
  job->run = function;
  job->data = data;
  job->user_data = user_data;
  if (push_job (self, job))
    return TRUE;
  job_free (job);
  return FALSE;
}

/**
 * tkb_worker_is_current:
 *
 * Returns: whether the calling thread is the worker's
 */
gboolean
tkb_worker_is_current (TkbWorker *self)
{
  g_return_val_if_fail (TKB_IS_WORKER (self), FALSE);

  return self->thread != NULL && g_thread_self () == self->thread;
}

/**
 * tkb_worker_shutdown:
 *
 * Refuses new work, lets the queue run empty and joins the thread. From the worker's own thread it
 * only refuses new work. Calling it again does nothing. To be called by the owner of the worker,
 * from one thread at a time.
 */
void
tkb_worker_shutdown (TkbWorker *self)
{
  g_return_if_fail (TKB_IS_WORKER (self));

  g_mutex_lock (&self->lock);
  if (!self->is_closed)
    {
      self->is_closed = TRUE;
      g_async_queue_push (self->queue, g_new0 (Job, 1));
    }
  g_mutex_unlock (&self->lock);

  if (self->thread != NULL && !tkb_worker_is_current (self))
    g_thread_join (g_steal_pointer (&self->thread));
}
