/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-backup-keeper.h"

#include "tkb-backup.h"

/* milliseconds after the library was opened: the first pages come first */
#define FIRST_LOOK_MS 20000
/* milliseconds between two looks whether a new day has begun */
#define LOOK_INTERVAL_MS (30 * 60 * 1000)

struct _TkbBackupKeeper
{
  GObject parent_instance;

  TkbStore     *store;       /* (owned) (nullable): NULL once stopped */
  TkbClock     *clock;       /* (owned) */
  GCancellable *cancellable; /* (owned) */
  GError       *error;       /* (owned) (nullable): of the last backup */
  guint         timeout;     /* on the clock; 0: none */
  gboolean      is_working;
};

enum
{
  SIGNAL_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (TkbBackupKeeper, tkb_backup_keeper, G_TYPE_OBJECT)

static void schedule (TkbBackupKeeper *self, guint delay_ms);

static void
make_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  GError *error = NULL;

  if (tkb_backup_make (TKB_STORE (source), NULL, cancellable, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
made_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TkbBackupKeeper) self = user_data;
  g_autoptr (GError) error = NULL;

  self->is_working = FALSE;
  if (!g_task_propagate_boolean (G_TASK (result), &error) &&
      g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_clear_error (&self->error);
  self->error = g_steal_pointer (&error);
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

static gboolean
look_cb (gpointer user_data)
{
  TkbBackupKeeper *self = user_data;

  self->timeout = 0;
  schedule (self, LOOK_INTERVAL_MS);
  if (!self->is_working && tkb_backup_is_due (self->store))
    {
      g_autoptr (GTask) task =
          g_task_new (self->store, self->cancellable, made_cb, g_object_ref (self));

      g_task_set_source_tag (task, look_cb);
      g_task_set_name (task, "TkbBackupKeeper backup");
      self->is_working = TRUE;
      tkb_store_run_async (self->store, task, make_thread);
    }
  return G_SOURCE_REMOVE;
}

static void
schedule (TkbBackupKeeper *self, guint delay_ms)
{
  self->timeout = tkb_clock_add_timeout (self->clock, delay_ms, look_cb, self);
}

static void
tkb_backup_keeper_dispose (GObject *object)
{
  TkbBackupKeeper *self = TKB_BACKUP_KEEPER (object);

  tkb_backup_keeper_stop (self);
  g_clear_object (&self->clock);
  g_clear_object (&self->cancellable);
  g_clear_error (&self->error);
  G_OBJECT_CLASS (tkb_backup_keeper_parent_class)->dispose (object);
}

static void
tkb_backup_keeper_class_init (TkbBackupKeeperClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = tkb_backup_keeper_dispose;
  /**
   * TkbBackupKeeper::changed:
   * @self: a keeper
   *
   * A backup was made, or it failed: tkb_backup_keeper_get_error ().
   */
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", TKB_TYPE_BACKUP_KEEPER, G_SIGNAL_RUN_LAST, 0,
                                          NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
tkb_backup_keeper_init (TkbBackupKeeper *self)
{
  self->cancellable = g_cancellable_new ();
}

/**
 * tkb_backup_keeper_new:
 * @store: an open store
 * @clock: says when a day has begun
 *
 * Returns: (transfer full): a keeper at work
 */
TkbBackupKeeper *
tkb_backup_keeper_new (TkbStore *store, TkbClock *clock)
{
  TkbBackupKeeper *self = g_object_new (TKB_TYPE_BACKUP_KEEPER, NULL);

  self->store = g_object_ref (store);
  self->clock = g_object_ref (clock);
  schedule (self, FIRST_LOOK_MS);
  return self;
}

/**
 * tkb_backup_keeper_stop:
 * @self: a keeper
 *
 * Before the store is closed. A backup that is being made is given up; the last one stays.
 */
void
tkb_backup_keeper_stop (TkbBackupKeeper *self)
{
  g_return_if_fail (TKB_IS_BACKUP_KEEPER (self));

  g_cancellable_cancel (self->cancellable);
  if (self->timeout != 0)
    tkb_clock_remove_timeout (self->clock, self->timeout);
  self->timeout = 0;
  g_clear_object (&self->store);
}

const GError *
tkb_backup_keeper_get_error (TkbBackupKeeper *self)
{
  g_return_val_if_fail (TKB_IS_BACKUP_KEEPER (self), NULL);
  return self->error;
}

char *
tkb_backup_keeper_dup_day (TkbBackupKeeper *self)
{
  g_autoptr (GPtrArray) backups = NULL;

  g_return_val_if_fail (TKB_IS_BACKUP_KEEPER (self), NULL);
  if (self->store == NULL)
    return NULL;
  backups = tkb_backup_list (tkb_store_get_path (self->store));
  return backups->len > 0 ? g_strdup (((TkbBackup *) g_ptr_array_index (backups, 0))->day) : NULL;
}
