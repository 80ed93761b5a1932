/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* The calls of the C library by which the store keeps its own files (attachments, the name of a
 * backup), defined here before the library's: each goes to the kernel, unless it is to fail. What
 * SQLite does goes through the VFS instead. */
/* open and open64 are two names here; they are the same function otherwise */
#undef _FILE_OFFSET_BITS

#include "fault-vfs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

int open64 (const char *path, int flags, ...);

static gboolean
is_ours (const char *path)
{
  return !fault_is_inside () && path != NULL &&
         (strstr (path, ".blobs") != NULL || g_str_has_suffix (path, ".partial"));
}

static int
fail (FaultKind kind)
{
  errno = kind == FAULT_FULL ? ENOSPC : EIO;
  return -1;
}

static gboolean
get_path (int fd, char *out_path, gsize size)
{
  char   link_path[64];
  gssize length;

  snprintf (link_path, sizeof link_path, "/proc/self/fd/%d", fd);
  length = readlink (link_path, out_path, size - 1);
  out_path[MAX (length, 0)] = '\0';
  return length > 0;
}

static int
do_open (const char *path, int flags, mode_t mode)
{
  if (is_ours (path) && (flags & O_CREAT) != 0)
    {
      FaultKind kind = fault_next_change (path);

      if (kind != FAULT_NONE)
        return fail (kind);
      fault_note_create (path);
    }
  else if (is_ours (path) && (flags & O_DIRECTORY) == 0 && fault_next_read (path))
    return fail (FAULT_IO);
  return (int) syscall (SYS_openat, AT_FDCWD, path, flags, mode);
}

int
open (const char *path, int flags, ...)
{
  va_list arguments;
  mode_t  mode;

  va_start (arguments, flags);
  mode = (flags & O_CREAT) != 0 ? va_arg (arguments, mode_t) : 0;
  va_end (arguments);
  return do_open (path, flags, mode);
}

int
open64 (const char *path, int flags, ...)
{
  va_list arguments;
  mode_t  mode;

  va_start (arguments, flags);
  mode = (flags & O_CREAT) != 0 ? va_arg (arguments, mode_t) : 0;
  va_end (arguments);
  return do_open (path, flags, mode);
}

ssize_t
read (int fd, void *data, size_t length)
{
  char path[4096];

  if (!fault_is_inside () && fault_is_reading () && get_path (fd, path, sizeof path) &&
      is_ours (path) && fault_next_read (path))
    return fail (FAULT_IO);
  return syscall (SYS_read, fd, data, length);
}

ssize_t
write (int fd, const void *data, size_t length)
{
  char      path[4096];
  FaultKind kind;

  if (fault_is_inside () || !fault_is_armed () || !get_path (fd, path, sizeof path) ||
      !is_ours (path))
    return syscall (SYS_write, fd, data, length);
  kind = fault_next_change (path);
  if (kind != FAULT_NONE && kind != FAULT_SHORT)
    return fail (kind);
  if (kind == FAULT_SHORT)
    length /= 2;
  fault_note_write (path, data, (gint64) length, lseek (fd, 0, SEEK_CUR));
  if (syscall (SYS_write, fd, data, length) < 0)
    return -1;
  return kind == FAULT_SHORT ? fail (kind) : (ssize_t) length;
}

int
fsync (int fd)
{
  char        path[4096];
  struct stat info;
  FaultKind   kind;

  if (fault_is_inside () || !get_path (fd, path, sizeof path))
    return 0;
  kind = fault_next_change (path);
  if (kind != FAULT_NONE)
    return fail (kind);
  if (fstat (fd, &info) == 0 && S_ISDIR (info.st_mode))
    fault_forget_folder (path);
  else
    fault_forget (path);
  return 0;
}

int
rename (const char *from, const char *to)
{
  if (is_ours (from))
    {
      FaultKind kind = fault_next_change (from);

      if (kind != FAULT_NONE)
        return fail (kind);
      fault_note_rename (from, to);
    }
  return (int) syscall (SYS_renameat, AT_FDCWD, from, AT_FDCWD, to);
}

int
link (const char *from, const char *to)
{
  if (is_ours (from))
    {
      FaultKind kind = fault_next_change (to);

      if (kind != FAULT_NONE)
        return fail (kind);
      fault_note_create (to);
    }
  return (int) syscall (SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int
unlink (const char *path)
{
  if (is_ours (path))
    {
      FaultKind kind = fault_next_change (path);

      if (kind != FAULT_NONE)
        return fail (kind);
      fault_note_delete (path);
    }
  return (int) syscall (SYS_unlinkat, AT_FDCWD, path, 0);
}

int
mkdir (const char *path, mode_t mode)
{
  struct stat info;

  if (is_ours (path) && stat (path, &info) != 0)
    {
      FaultKind kind = fault_next_change (path);

      if (kind != FAULT_NONE)
        return fail (kind);
      fault_note_mkdir (path);
    }
  return (int) syscall (SYS_mkdirat, AT_FDCWD, path, mode);
}
