/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* A SQLite VFS that fails on purpose. It stands in front of the system's own, counts the calls that
 * change files (write, sync, truncate, delete) and at call number n does one of three things:
 * answers with an I/O error once, says the disk is full once, or "crashes": that call and all after
 * it fail, and what was written but not synced is taken back before the file is opened again, as
 * after a power failure. https://www.sqlite.org/vfs.html; what may be lost:
 * https://www.sqlite.org/atomiccommit.html */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  FAULT_NONE,
  FAULT_IO,    /* SQLITE_IOERR once */
  FAULT_FULL,  /* SQLITE_FULL once */
  FAULT_SHORT, /* half of a write reaches the file, then SQLITE_IOERR */
  FAULT_CRASH, /* nothing from here on; unsynced writes are lost: all, or with an odd seed some of
                  them */
} FaultKind;

void fault_vfs_register (void); /* becomes the default VFS */
/* From now on the call-th changing call (from 1) of any file goes wrong. */
void     fault_vfs_arm (FaultKind kind, guint call, guint32 seed);
guint    fault_vfs_get_calls (void); /* changing calls since the last arm */
gboolean fault_vfs_was_hit (void);
/* The power fails now: what is written later never reaches the disk. below (nullable): only the
 * files whose path begins so; only what was written since FAULT_CRASH was armed can be lost. */
void fault_vfs_crash_now (const char *below);
/* After a crash, with every connection closed: takes unsynced writes back, then behaves again
 * (after a crash of one folder: stays armed for the others). */
void fault_vfs_recover (void);

G_END_DECLS
