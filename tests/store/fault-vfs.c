/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "fault-vfs.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

/* bytes that a disk writes whole or not at all */
#define SECTOR_BYTES 512

typedef enum
{
  CHANGE_WRITE,
  CHANGE_TRUNCATE,
  CHANGE_CREATE, /* from here on: names in folders */
  CHANGE_MKDIR,
  CHANGE_RENAME,
  CHANGE_DELETE,
} ChangeKind;

/* Something that no sync has followed yet, with what stood there before. */
typedef struct
{
  ChangeKind kind;
  char      *path;     /* (owned) */
  char      *to;       /* (owned) (nullable): of a rename */
  gint64     offset;   /* bytes */
  gint64     old_size; /* bytes of the file before */
  GBytes    *before;   /* (owned) (nullable): as far as the file reached; of a rename: of to */
  GBytes    *after;    /* (owned) (nullable) */
} Change;

typedef struct
{
  sqlite3_file  base;
  sqlite3_file *real;         /* (unowned): behind this struct */
  char         *path;         /* (owned) (nullable): a temporary file */
  gboolean      syncs_folder; /* a new journal: SQLite syncs its folder with it */
} FaultFile;

static struct
{
  GRecMutex    mutex;
  sqlite3_vfs *real;
  FaultKind    kind;
  guint        call;  /* the one that goes wrong */
  guint        calls; /* so far */
  guint32      seed;
  gboolean     was_hit;
  gboolean     is_down;
  char        *below;   /* (owned) (nullable): only files in this folder are down */
  GPtrArray   *changes; /* (owned) (element-type Change) oldest first */
} fault;

static __thread guint depth; /* of calls of the VFS on this thread */

static void
change_free (gpointer data)
{
  Change *change = data;

  g_free (change->path);
  g_free (change->to);
  g_clear_pointer (&change->before, g_bytes_unref);
  g_clear_pointer (&change->after, g_bytes_unref);
  g_free (change);
}

static void
enter (void)
{
  g_rec_mutex_lock (&fault.mutex);
  depth++;
}

static void
leave (void)
{
  depth--;
  g_rec_mutex_unlock (&fault.mutex);
}

static void
leave_cb (gboolean *unused)
{
  leave ();
}

/* until the end of the block */
#define LOCK                                                                                       \
  __attribute__ ((cleanup (leave_cb))) gboolean is_locked = (enter (), TRUE);                      \
  (void) is_locked

gboolean
fault_is_inside (void)
{
  return depth > 0;
}

static gboolean
is_concerned (const char *path)
{
  return fault.below == NULL || (path != NULL && g_str_has_prefix (path, fault.below));
}

gboolean
fault_is_armed (void)
{
  return fault.kind != FAULT_NONE;
}

gboolean
fault_is_reading (void)
{
  return fault.kind == FAULT_READ;
}

static FaultKind
next_change (const char *path)
{
  if (fault.is_down && is_concerned (path))
    return FAULT_CRASH;
  if (fault.kind == FAULT_NONE || fault.kind == FAULT_READ || ++fault.calls != fault.call)
    return FAULT_NONE;
  fault.was_hit = TRUE;
  fault.is_down = fault.kind == FAULT_CRASH;
  return fault.kind;
}

FaultKind
fault_next_change (const char *path)
{
  FaultKind kind;

  enter ();
  kind = next_change (path);
  leave ();
  return kind;
}

gboolean
fault_next_read (const char *path)
{
  gboolean fails;

  if (fault.kind != FAULT_READ)
    return FALSE;
  enter ();
  fails = ++fault.calls == fault.call;
  fault.was_hit |= fails;
  leave ();
  return fails;
}

static int
code_of (FaultKind kind, int io_code)
{
  return kind == FAULT_FULL ? SQLITE_FULL : io_code;
}

/* ---- what can be lost ---- */

static GBytes *
read_bytes (const char *path)
{
  char *content = NULL;
  gsize length = 0;

  if (!g_file_get_contents (path, &content, &length, NULL))
    return NULL;
  return g_bytes_new_take (content, length);
}

static gint64
get_size (const char *path)
{
  GStatBuf info;

  return g_stat (path, &info) == 0 ? info.st_size : 0;
}

/* NULL where nothing is lost later. */
static Change *
note (ChangeKind kind, const char *path)
{
  Change *change;

  if (path == NULL || fault.kind == FAULT_NONE || fault.kind == FAULT_READ)
    return NULL;
  change = g_new0 (Change, 1);
  change->kind = kind;
  change->path = g_strdup (path);
  change->old_size = get_size (path);
  g_ptr_array_add (fault.changes, change);
  return change;
}

static GBytes *
read_part (const char *path, gint64 offset, gint64 length)
{
  g_autofree char *content = g_malloc (length + 1);
  int              fd = g_open (path, O_RDONLY | O_CLOEXEC, 0);
  gssize           n = fd >= 0 ? pread (fd, content, (gsize) length, offset) : 0;

  if (fd >= 0)
    close (fd);
  return g_bytes_new_take (g_steal_pointer (&content), (gsize) MAX (n, 0));
}

void
fault_note_write (const char *path, const void *data, gint64 length, gint64 offset)
{
  LOCK;
  Change *change = note (CHANGE_WRITE, path);

  if (change == NULL)
    return;
  change->offset = offset;
  change->before = read_part (path, offset, length);
  change->after = g_bytes_new (data, (gsize) length);
}

static void
note_truncate (const char *path, gint64 size)
{
  Change *change = note (CHANGE_TRUNCATE, path);

  if (change == NULL)
    return;
  change->offset = size;
  change->before = read_part (path, size, MAX (change->old_size - size, 0));
}

void
fault_note_create (const char *path)
{
  LOCK;
  note (CHANGE_CREATE, path);
}

void
fault_note_mkdir (const char *path)
{
  LOCK;
  note (CHANGE_MKDIR, path);
}

void
fault_note_rename (const char *from, const char *to)
{
  LOCK;
  Change *change = note (CHANGE_RENAME, from);

  if (change == NULL)
    return;
  change->to = g_strdup (to);
  change->before = read_bytes (to);
  /* the bytes of the file go by its new name */
  for (guint i = 0; i < fault.changes->len; i++)
    {
      Change *other = fault.changes->pdata[i];

      if (other->kind <= CHANGE_TRUNCATE && strcmp (other->path, from) == 0)
        {
          g_free (other->path);
          other->path = g_strdup (to);
        }
    }
}

void
fault_note_delete (const char *path)
{
  LOCK;
  Change *change = note (CHANGE_DELETE, path);

  if (change != NULL)
    change->before = read_bytes (path);
}

void
fault_forget (const char *path)
{
  LOCK;
  for (guint i = fault.changes->len; i > 0; i--)
    {
      const Change *change = fault.changes->pdata[i - 1];

      if (change->kind <= CHANGE_TRUNCATE && g_strcmp0 (change->path, path) == 0)
        g_ptr_array_remove_index (fault.changes, i - 1);
    }
}

void
fault_forget_folder (const char *path)
{
  LOCK;
  for (guint i = fault.changes->len; i > 0; i--)
    {
      const Change    *change = fault.changes->pdata[i - 1];
      g_autofree char *folder = g_path_get_dirname (change->to != NULL ? change->to : change->path);

      if (change->kind >= CHANGE_CREATE && strcmp (folder, path) == 0)
        g_ptr_array_remove_index (fault.changes, i - 1);
    }
}

static void
forget_folder_of (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);

  fault_forget_folder (folder);
}

/* ---- the files of SQLite ---- */

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
  gboolean   fails;

  enter ();
  fails = file->path != NULL && fault_next_read (file->path);
  leave ();
  if (fails)
    return SQLITE_IOERR_READ;
  return file->real->pMethods->xRead (file->real, data, length, offset);
}

static int
fault_write (sqlite3_file *base, const void *data, int length, sqlite3_int64 offset)
{
  FaultFile *file = (FaultFile *) base;
  FaultKind  kind;
  int        code = SQLITE_OK;

  enter ();
  kind = fault_next_change (file->path);
  if (kind == FAULT_SHORT)
    {
      fault_note_write (file->path, data, length / 2, offset);
      file->real->pMethods->xWrite (file->real, data, length / 2, offset);
    }
  if (kind != FAULT_NONE)
    code = code_of (kind, SQLITE_IOERR_WRITE);
  else
    {
      fault_note_write (file->path, data, length, offset);
      code = file->real->pMethods->xWrite (file->real, data, length, offset);
    }
  leave ();
  return code;
}

static int
fault_truncate (sqlite3_file *base, sqlite3_int64 size)
{
  FaultFile *file = (FaultFile *) base;
  FaultKind  kind;
  int        code = SQLITE_OK;

  enter ();
  kind = fault_next_change (file->path);
  if (kind != FAULT_NONE)
    code = code_of (kind, SQLITE_IOERR_TRUNCATE);
  else
    {
      note_truncate (file->path, size);
      code = file->real->pMethods->xTruncate (file->real, size);
    }
  leave ();
  return code;
}

/* The tests need the order, not the disk: nothing is really synced. */
static int
fault_sync (sqlite3_file *base, int flags)
{
  FaultFile *file = (FaultFile *) base;
  FaultKind  kind;

  enter ();
  kind = fault_next_change (file->path);
  if (kind == FAULT_NONE)
    {
      fault_forget (file->path);
      if (file->syncs_folder)
        forget_folder_of (file->path);
    }
  leave ();
  return kind == FAULT_NONE ? SQLITE_OK : code_of (kind, SQLITE_IOERR_FSYNC);
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
  gboolean   is_new =
      name != NULL && (flags & SQLITE_OPEN_CREATE) != 0 && !g_file_test (name, G_FILE_TEST_EXISTS);
  int code = SQLITE_OK;

  memset (file, 0, sizeof *file);
  file->real = (sqlite3_file *) &file[1];
  enter ();
  if (is_new)
    {
      FaultKind kind = fault_next_change (name);

      if (kind != FAULT_NONE)
        code = code_of (kind, SQLITE_CANTOPEN);
      else
        fault_note_create (name);
    }
  if (code == SQLITE_OK)
    code = fault.real->xOpen (fault.real, name, file->real, flags, out_flags);
  leave ();
  if (code != SQLITE_OK)
    return code;
  file->path = g_strdup (name);
  file->syncs_folder = is_new && (flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL)) != 0;
  file->base.pMethods = &fault_methods;
  return SQLITE_OK;
}

static int
fault_delete (sqlite3_vfs *vfs, const char *name, int sync_dir)
{
  FaultKind kind;
  int       code;

  enter ();
  kind = fault_next_change (name);
  if (kind != FAULT_NONE)
    code = code_of (kind, SQLITE_IOERR_DELETE);
  else
    {
      fault_note_delete (name);
      fault_forget (name);
      code = fault.real->xDelete (fault.real, name, 0);
      if (sync_dir)
        forget_folder_of (name);
    }
  leave ();
  return code;
}

void
fault_vfs_register (void)
{
  static sqlite3_vfs vfs;

  fault.real = sqlite3_vfs_find (NULL);
  fault.changes = g_ptr_array_new_with_free_func (change_free);
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
  enter ();
  fault.kind = kind;
  fault.call = call;
  fault.calls = 0;
  fault.seed = seed;
  fault.was_hit = FALSE;
  g_ptr_array_set_size (fault.changes, 0);
  leave ();
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
  enter ();
  fault.is_down = TRUE;
  g_free (fault.below);
  fault.below = g_strdup (below);
  leave ();
}

/* ---- after the crash ---- */

static void
write_part (int fd, GBytes *bytes, gsize from, gsize length, gint64 offset)
{
  const char *data = g_bytes_get_data (bytes, NULL);

  if (length > 0)
    g_assert_cmpint (pwrite (fd, data + from, length, offset + (gint64) from), ==, (gssize) length);
}

/* Exactly as it was before. Newest first. */
static void
undo_content (const Change *change)
{
  int fd = g_open (change->path, O_RDWR | O_CLOEXEC, 0);

  if (fd < 0)
    return; /* deleted since */
  write_part (fd, change->before, 0, g_bytes_get_size (change->before), change->offset);
  g_assert_cmpint (ftruncate (fd, change->old_size), ==, 0);
  close (fd);
}

/* Without a sync the disk may have any of the sectors. Oldest first. */
static void
redo_some (const Change *change, GRand *random)
{
  int   fd = g_open (change->path, O_RDWR | O_CLOEXEC, 0);
  gsize length = change->after != NULL ? g_bytes_get_size (change->after) : 0;

  if (fd < 0)
    return;
  if (change->kind == CHANGE_TRUNCATE && g_rand_boolean (random))
    g_assert_cmpint (ftruncate (fd, change->offset), ==, 0);
  for (gsize at = 0, n; at < length; at += n)
    {
      n = SECTOR_BYTES - (gsize) (change->offset + (gint64) at) % SECTOR_BYTES;
      n = MIN (n, length - at);
      if (g_rand_boolean (random))
        write_part (fd, change->after, at, n, change->offset);
    }
  close (fd);
}

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_tree (child);
    }
  g_remove (path);
}

static void
put_back (const char *path, GBytes *content)
{
  if (content != NULL && !g_file_test (path, G_FILE_TEST_EXISTS))
    g_file_set_contents_full (path, g_bytes_get_data (content, NULL),
                              (gssize) g_bytes_get_size (content), G_FILE_SET_CONTENTS_NONE, 0600,
                              NULL);
}

static void
undo_name (const Change *change)
{
  if (change->kind == CHANGE_CREATE)
    g_unlink (change->path);
  else if (change->kind == CHANGE_MKDIR)
    remove_tree (change->path);
  else if (change->kind == CHANGE_DELETE)
    put_back (change->path, change->before);
  else if (change->kind == CHANGE_RENAME)
    {
      g_rename (change->to, change->path);
      put_back (change->to, change->before);
    }
}

void
fault_vfs_recover (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (fault.seed);
  g_autoptr (GPtrArray) left = g_ptr_array_new_with_free_func (change_free);
  g_autoptr (GPtrArray) lost = g_ptr_array_new_with_free_func (change_free);
  gboolean keep_some = fault.seed % 2 == 1;

  enter ();
  while (fault.changes->len > 0)
    {
      Change *change = g_ptr_array_steal_index (fault.changes, 0);

      g_ptr_array_add (is_concerned (change->path) ? lost : left, change);
    }
  for (guint i = lost->len; i > 0; i--)
    if (((Change *) lost->pdata[i - 1])->kind <= CHANGE_TRUNCATE)
      undo_content (lost->pdata[i - 1]);
  for (guint i = 0; keep_some && i < lost->len; i++)
    if (((Change *) lost->pdata[i])->kind <= CHANGE_TRUNCATE)
      redo_some (lost->pdata[i], random);
  for (guint i = lost->len; i > 0; i--)
    if (((Change *) lost->pdata[i - 1])->kind >= CHANGE_CREATE &&
        (!keep_some || g_rand_boolean (random)))
      undo_name (lost->pdata[i - 1]);
  g_ptr_array_extend_and_steal (fault.changes, g_steal_pointer (&left));
  fault.is_down = FALSE;
  if (fault.below == NULL)
    fault.kind = FAULT_NONE;
  g_clear_pointer (&fault.below, g_free);
  leave ();
}
