/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "fault-vfs.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

/* One write that no sync has followed yet: what stood there before. */
typedef struct
{
  char   *path;     /* (owned) */
  gint64  offset;   /* bytes */
  gint64  length;   /* bytes */
  GBytes *before;   /* (owned): as far as the file reached */
  gint64  old_size; /* bytes of the file before */
} Undo;

typedef struct
{
  sqlite3_file  base;
  sqlite3_file *real; /* (unowned): behind this struct */
  char         *path; /* (owned) (nullable): a temporary file */
} FaultFile;

static struct
{
  GMutex       mutex;
  sqlite3_vfs *real;
  FaultKind    kind;
  guint        call;  /* the one that goes wrong */
  guint        calls; /* so far */
  guint32      seed;
  gboolean     was_hit;
  gboolean     is_down;
  char        *below; /* (owned) (nullable): only files in this folder are down */
  GPtrArray   *undo;  /* (owned) (element-type Undo) oldest first */
} fault;

static void
undo_free (gpointer data)
{
  Undo *undo = data;

  g_free (undo->path);
  g_bytes_unref (undo->before);
  g_free (undo);
}

static gboolean
is_concerned (const char *path)
{
  return fault.below == NULL || (path != NULL && g_str_has_prefix (path, fault.below));
}

/* What this changing call shall do; counts it. */
static FaultKind
next_fault (const char *path)
{
  if (fault.is_down && is_concerned (path))
    return FAULT_CRASH;
  if (fault.kind == FAULT_NONE || ++fault.calls != fault.call)
    return FAULT_NONE;
  fault.was_hit = TRUE;
  fault.is_down = fault.kind == FAULT_CRASH;
  return fault.kind;
}

static int
code_of (FaultKind kind, int io_code)
{
  return kind == FAULT_FULL ? SQLITE_FULL : io_code;
}

static void
remember (FaultFile *file, gint64 offset, gint64 length)
{
  sqlite3_int64    size = 0;
  g_autofree char *before = NULL;
  Undo            *undo;
  gint64           kept;

  if (file->path == NULL || fault.kind != FAULT_CRASH)
    return;
  file->real->pMethods->xFileSize (file->real, &size);
  kept = CLAMP (size - offset, 0, length);
  before = g_malloc (kept + 1);
  if (kept > 0)
    file->real->pMethods->xRead (file->real, before, kept, offset);
  undo = g_new0 (Undo, 1);
  undo->path = g_strdup (file->path);
  undo->offset = offset;
  undo->length = length;
  undo->before = g_bytes_new_take (g_steal_pointer (&before), kept);
  undo->old_size = size;
  g_ptr_array_add (fault.undo, undo);
}

/* A sync makes what was written to this file safe. */
static void
forget (const char *path)
{
  for (guint i = fault.undo->len; i > 0; i--)
    if (g_strcmp0 (((Undo *) fault.undo->pdata[i - 1])->path, path) == 0)
      g_ptr_array_remove_index (fault.undo, i - 1);
}

static int
fault_close (sqlite3_file *base)
{
  FaultFile *file = (FaultFile *) base;
  int code = file->real->pMethods != NULL ? file->real->pMethods->xClose (file->real) : SQLITE_OK;

  g_clear_pointer (&file->path, g_free);
  return code;
}

static int
fault_read (sqlite3_file *base, void *data, int length, sqlite3_int64 offset)
{
  FaultFile *file = (FaultFile *) base;

  return file->real->pMethods->xRead (file->real, data, length, offset);
}

static int
fault_write (sqlite3_file *base, const void *data, int length, sqlite3_int64 offset)
{
  FaultFile *file = (FaultFile *) base;
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&fault.mutex);
  FaultKind kind = next_fault (file->path);

  if (kind == FAULT_SHORT)
    file->real->pMethods->xWrite (file->real, data, length / 2, offset);
  if (kind != FAULT_NONE)
    return code_of (kind, SQLITE_IOERR_WRITE);
  remember (file, offset, length);
  return file->real->pMethods->xWrite (file->real, data, length, offset);
}

static int
fault_truncate (sqlite3_file *base, sqlite3_int64 size)
{
  FaultFile *file = (FaultFile *) base;
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&fault.mutex);
  FaultKind     kind = next_fault (file->path);
  sqlite3_int64 old_size = 0;

  if (kind != FAULT_NONE)
    return code_of (kind, SQLITE_IOERR_TRUNCATE);
  file->real->pMethods->xFileSize (file->real, &old_size);
  if (old_size > size)
    remember (file, size, old_size - size);
  return file->real->pMethods->xTruncate (file->real, size);
}

static int
fault_sync (sqlite3_file *base, int flags)
{
  FaultFile *file = (FaultFile *) base;
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&fault.mutex);
  FaultKind kind = next_fault (file->path);

  if (kind != FAULT_NONE)
    return code_of (kind, SQLITE_IOERR_FSYNC);
  forget (file->path);
  return SQLITE_OK; /* the tests need the order, not the disk */
}

static int
fault_file_size (sqlite3_file *base, sqlite3_int64 *size)
{
  FaultFile *file = (FaultFile *) base;

  return file->real->pMethods->xFileSize (file->real, size);
}

static int
fault_lock (sqlite3_file *base, int level)
{
  FaultFile *file = (FaultFile *) base;

  return file->real->pMethods->xLock (file->real, level);
}

static int
fault_unlock (sqlite3_file *base, int level)
{
  FaultFile *file = (FaultFile *) base;

  return file->real->pMethods->xUnlock (file->real, level);
}

static int
fault_check_reserved_lock (sqlite3_file *base, int *out)
{
  FaultFile *file = (FaultFile *) base;

  return file->real->pMethods->xCheckReservedLock (file->real, out);
}

static int
fault_file_control (sqlite3_file *base, int op, void *argument)
{
  FaultFile *file = (FaultFile *) base;

  return file->real->pMethods->xFileControl (file->real, op, argument);
}

static int
fault_sector_size (sqlite3_file *base)
{
  FaultFile *file = (FaultFile *) base;

  return file->real->pMethods->xSectorSize (file->real);
}

static int
fault_device_characteristics (sqlite3_file *base)
{
  /* promises nothing that a bad disk would not keep */
  return 0;
}

static int
fault_shm_map (sqlite3_file *base, int page, int size, int extend, void volatile **out)
{
  FaultFile *file = (FaultFile *) base;

  return file->real->pMethods->xShmMap (file->real, page, size, extend, out);
}

static int
fault_shm_lock (sqlite3_file *base, int offset, int n, int flags)
{
  FaultFile *file = (FaultFile *) base;

  return file->real->pMethods->xShmLock (file->real, offset, n, flags);
}

static void
fault_shm_barrier (sqlite3_file *base)
{
  FaultFile *file = (FaultFile *) base;

  file->real->pMethods->xShmBarrier (file->real);
}

static int
fault_shm_unmap (sqlite3_file *base, int should_delete)
{
  FaultFile *file = (FaultFile *) base;

  return file->real->pMethods->xShmUnmap (file->real, should_delete);
}

/* version 2: shared memory for the WAL, no memory mapping, so that every read passes through here
 */
static const sqlite3_io_methods fault_methods = {
  .iVersion = 2,
  .xClose = fault_close,
  .xRead = fault_read,
  .xWrite = fault_write,
  .xTruncate = fault_truncate,
  .xSync = fault_sync,
  .xFileSize = fault_file_size,
  .xLock = fault_lock,
  .xUnlock = fault_unlock,
  .xCheckReservedLock = fault_check_reserved_lock,
  .xFileControl = fault_file_control,
  .xSectorSize = fault_sector_size,
  .xDeviceCharacteristics = fault_device_characteristics,
  .xShmMap = fault_shm_map,
  .xShmLock = fault_shm_lock,
  .xShmBarrier = fault_shm_barrier,
  .xShmUnmap = fault_shm_unmap,
};

static int
fault_open (sqlite3_vfs *vfs, const char *name, sqlite3_file *base, int flags, int *out_flags)
{
  FaultFile *file = (FaultFile *) base;
  int        code;

  memset (file, 0, sizeof *file);
  file->real = (sqlite3_file *) &file[1];
  code = fault.real->xOpen (fault.real, name, file->real, flags, out_flags);
  if (code != SQLITE_OK)
    return code;
  file->path = g_strdup (name);
  file->base.pMethods = &fault_methods;
  return SQLITE_OK;
}

static int
fault_delete (sqlite3_vfs *vfs, const char *name, int sync_dir)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&fault.mutex);
  FaultKind kind = next_fault (name);

  if (kind != FAULT_NONE)
    return code_of (kind, SQLITE_IOERR_DELETE);
  forget (name);
  return fault.real->xDelete (fault.real, name, sync_dir);
}

void
fault_vfs_register (void)
{
  static sqlite3_vfs vfs;

  fault.real = sqlite3_vfs_find (NULL);
  fault.undo = g_ptr_array_new_with_free_func (undo_free);
  vfs = *fault.real;
  vfs.zName = "tkb-fault";
  vfs.szOsFile = sizeof (FaultFile) + fault.real->szOsFile;
  vfs.xOpen = fault_open;
  vfs.xDelete = fault_delete;
  g_assert_cmpint (sqlite3_vfs_register (&vfs, TRUE), ==, SQLITE_OK);
}

void
fault_vfs_arm (FaultKind kind, guint call, guint32 seed)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&fault.mutex);

  fault.kind = kind;
  fault.call = call;
  fault.calls = 0;
  fault.seed = seed;
  fault.was_hit = FALSE;
  g_ptr_array_set_size (fault.undo, 0);
}

guint
fault_vfs_get_calls (void)
{
  return fault.calls;
}

gboolean
fault_vfs_was_hit (void)
{
  return fault.was_hit;
}

void
fault_vfs_crash_now (const char *below)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&fault.mutex);

  fault.is_down = TRUE;
  g_free (fault.below);
  fault.below = g_strdup (below);
}

/* Puts back what stood there; zeros where the file did not reach before. */
static void
take_back (const Undo *undo)
{
  int              fd = g_open (undo->path, O_RDWR, 0600);
  g_autofree char *content = g_malloc0 (undo->length + 1);
  gsize            length = 0;
  const char      *before = g_bytes_get_data (undo->before, &length);

  if (fd < 0)
    return; /* deleted since */
  if (length > 0)
    memcpy (content, before, length);
  g_assert_cmpint (pwrite (fd, content, undo->length, undo->offset), ==, undo->length);
  close (fd);
}

static void
cut (const char *path, gint64 size)
{
  GStatBuf info;

  if (g_stat (path, &info) == 0 && info.st_size > size)
    g_assert_cmpint (truncate (path, size), ==, 0);
}

void
fault_vfs_recover (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (fault.seed);
  gboolean keep_some = fault.seed % 2 == 1;

  /* newest first, so that each puts back exactly what it found; without a sync the disk may have
   * kept any of the writes, which the odd seeds try */
  for (guint i = fault.undo->len; i > 0; i--)
    {
      const Undo *undo = fault.undo->pdata[i - 1];

      if (!is_concerned (undo->path))
        continue;
      if (!keep_some || !g_rand_boolean (random))
        take_back (undo);
      if (!keep_some)
        cut (undo->path, undo->old_size);
      g_ptr_array_remove_index (fault.undo, i - 1);
    }
  fault.is_down = FALSE;
  if (fault.below == NULL)
    fault.kind = FAULT_NONE;
  g_clear_pointer (&fault.below, g_free);
}
