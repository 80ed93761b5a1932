/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-salvage-files.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "tkb-db-private.h"
#include "tkb-salvage.h"

struct _TkbSalvageLock
{
  sqlite3      *handle; /* (owned): nothing is ever asked of it, so it reads nothing */
  sqlite3_file *file;   /* (unowned) (nullable): locked */
};

static gboolean
set_errno_error (const char *path, int errsv, GError **error)
{
  TkbStoreError code = TKB_STORE_ERROR_IO;

  if (errsv == ENOENT)
    code = TKB_STORE_ERROR_NOT_FOUND;
  else if (errsv == EACCES || errsv == EPERM || errsv == EROFS)
    code = TKB_STORE_ERROR_READ_ONLY;
  else if (errsv == ENOSPC || errsv == EDQUOT)
    code = TKB_STORE_ERROR_FULL;
  g_set_error (error, TKB_STORE_ERROR, code, "%s: %s", path, g_strerror (errsv));
  return FALSE;
}

TkbSalvageLock *
tkb_salvage_lock_take (const char *path, GError **error)
{
  g_autoptr (TkbSalvageLock) self = g_new0 (TkbSalvageLock, 1);
  sqlite3_file *file = NULL;
  int           code;

  if (g_access (path, F_OK) != 0)
    {
      set_errno_error (path, errno, error);
      return NULL;
    }
  code = sqlite3_open_v2 (path, &self->handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
  if (code == SQLITE_OK)
    code = sqlite3_file_control (self->handle, "main", SQLITE_FCNTL_FILE_POINTER, &file);
  /* on a medium that cannot be written to nobody writes, and no lock can be had */
  if (code == SQLITE_OK && sqlite3_db_readonly (self->handle, "main") == 0)
    {
      /* in steps, as SQLite's own code goes; whoever has a store open holds a shared lock */
      self->file = file;
      code = file->pMethods->xLock (file, SQLITE_LOCK_SHARED);
      if (code == SQLITE_OK)
        code = file->pMethods->xLock (file, SQLITE_LOCK_RESERVED);
      if (code == SQLITE_OK)
        code = file->pMethods->xLock (file, SQLITE_LOCK_EXCLUSIVE);
    }
  if (code == SQLITE_OK)
    return g_steal_pointer (&self);
  tkb_db_set_code_error (path, code, NULL, error);
  return NULL;
}

void
tkb_salvage_lock_release (TkbSalvageLock *self)
{
  if (self == NULL)
    return;
  if (self->file != NULL)
    self->file->pMethods->xUnlock (self->file, SQLITE_LOCK_NONE);
  sqlite3_close (self->handle);
  g_free (self);
}

void
tkb_salvage_remove (const char *path)
{
  static const char *const ends[] = { "", "-wal", "-shm", "-journal" };

  for (gsize i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_autofree char *file = g_strconcat (path, ends[i], NULL);

      g_unlink (file);
    }
}

static gboolean
sync_path (const char *path, int flags, GError **error)
{
  int fd = g_open (path, O_RDONLY | O_CLOEXEC | flags, 0);
  int result;

  if (fd < 0)
    return set_errno_error (path, errno, error);
  result = fsync (fd);
  close (fd);
  return result == 0 || set_errno_error (path, errno, error);
}

static gboolean
sync_folder_of (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);

  return sync_path (folder, O_DIRECTORY, error);
}

/* FILE.damaged-2026-11-22, or with -2, -3 … what is not taken yet */
static char *
choose_name (const char *path, TkbClock *clock)
{
  g_autofree char *now = tkb_clock_get_iso8601 (clock);
  g_autofree char *base = g_strdup_printf ("%s.damaged-%.10s", path, now);

  for (guint i = 1;; i++)
    {
      g_autofree char *name = i == 1 ? g_strdup (base) : g_strdup_printf ("%s-%u", base, i);

      if (g_access (name, F_OK) != 0)
        return g_steal_pointer (&name);
    }
}

/* The log goes first: beside the new file it would be taken for that one's. */
static gboolean
put_in_place (
    const char *ready, const char *path, TkbClock *clock, char **out_kept_path, GError **error)
{
  g_autofree char *kept = choose_name (path, clock);
  g_autofree char *log = g_strconcat (path, "-wal", NULL);
  g_autofree char *kept_log = g_strconcat (kept, "-wal", NULL);
  g_autofree char *memory = g_strconcat (path, "-shm", NULL);

  if (g_rename (log, kept_log) != 0 && errno != ENOENT)
    return set_errno_error (log, errno, error);
  g_unlink (memory);
  if (g_rename (path, kept) != 0 && errno != ENOENT)
    return set_errno_error (path, errno, error);
  if (!sync_folder_of (path, error))
    return FALSE;
  if (g_rename (ready, path) != 0)
    return set_errno_error (ready, errno, error);
  if (out_kept_path != NULL)
    *out_kept_path = g_steal_pointer (&kept);
  return sync_folder_of (path, error);
}

gboolean
tkb_salvage_publish (
    const char *partial, const char *path, TkbClock *clock, char **out_kept_path, GError **error)
{
  g_autofree char *ready = g_strconcat (path, ".salvaged", NULL);

  if (!sync_path (partial, 0, error))
    return FALSE;
  if (g_rename (partial, ready) != 0)
    return set_errno_error (partial, errno, error);
  return sync_folder_of (path, error) && put_in_place (ready, path, clock, out_kept_path, error);
}

/**
 * tkb_salvage_resume:
 * @path: a store
 * @clock: names the damaged file that is moved away
 * @error: return location
 *
 * A salvage that was interrupted while it changed the files is finished, before anybody opens what
 * stands there half way. tkb_store_open () calls this.
 *
 * Returns: %FALSE with an error if the files could not be moved
 */
gboolean
tkb_salvage_resume (const char *path, TkbClock *clock, GError **error)
{
  g_autofree char *ready = g_strconcat (path, ".salvaged", NULL);
  g_autoptr (TkbSalvageLock) lock = NULL;

  if (g_access (ready, F_OK) != 0)
    return TRUE;
  if (g_access (path, F_OK) == 0 && (lock = tkb_salvage_lock_take (path, error)) == NULL)
    return FALSE;
  return put_in_place (ready, path, clock, NULL, error);
}
