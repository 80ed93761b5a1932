/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* A disk that fails on purpose: a SQLite VFS in front of the system's own, and for the files that
 * the store writes itself (blobs) the calls of the C library, which the test program defines before
 * the library does (fault-files.c). It counts the calls that change something (write, sync,
 * truncate, create, rename, delete), or those that read, and at call number n does one of these:
 * answers with an I/O error once, says the disk is full once, or "crashes": that call and all after
 * it fail, and what was written but not synced is taken back before the file is opened again, as
 * after a power failure. https://www.sqlite.org/vfs.html; what may be lost:
 * https://www.sqlite.org/atomiccommit.html (a sector is written whole or not; between two syncs in
 * any order; a name in a folder is there after the folder was synced). */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  FAULT_NONE,
  FAULT_IO,    /* an I/O error once */
  FAULT_FULL,  /* no room once */
  FAULT_SHORT, /* half of a write reaches the file, then an I/O error */
  FAULT_CRASH, /* nothing from here on; unsynced writes are lost: all, or with an odd seed some of
                  them, sector by sector, in any order */
  FAULT_READ,  /* an I/O error once, while reading */
} FaultKind;

void fault_vfs_register (void); /* becomes the default VFS */
/* From now on the call-th changing call (from 1; FAULT_READ: reading call) of any file goes wrong;
 * call 0: none does, but they are counted. */
void     fault_vfs_arm (FaultKind kind, guint call, guint32 seed);
guint    fault_vfs_get_calls (void); /* counted since the last arm */
gboolean fault_vfs_was_hit (void);
/* The power fails now: what is written later never reaches the disk. below (nullable): only the
 * files whose path begins so; only what was written since any fault was armed can be lost. */
void fault_vfs_crash_now (const char *below);
/* After a crash, with every connection closed: takes unsynced writes back, then behaves again
 * (after a crash of one folder: stays armed for the others). */
void fault_vfs_recover (void);

/* ---- for fault-files.c ---- */

/* What this call on path shall do; counts it. */
FaultKind fault_next_change (const char *path);
gboolean  fault_next_read (const char *path); /* whether it fails */
/* Notes what is about to be done, so that it can be lost. */
void fault_note_write (const char *path, const void *data, gint64 length, gint64 offset);
void fault_note_create (const char *path);
void fault_note_mkdir (const char *path);
void fault_note_rename (const char *from, const char *to);
void fault_note_delete (const char *path);
void fault_forget (const char *path);        /* its content is safe */
void fault_forget_folder (const char *path); /* the names in it are safe */
/* Whether this thread is in the VFS: its calls of the C library are not to be counted again. */
gboolean fault_is_inside (void);
gboolean fault_is_armed (void);
gboolean fault_is_reading (void); /* FAULT_READ is armed */

G_END_DECLS
