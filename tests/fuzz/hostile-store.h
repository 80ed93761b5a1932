/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Store files that somebody has tampered with: a good one to begin with, statements that put
 * hostile content or a hostile schema into it, and everything a program does with a store. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  HOSTILE_CONTENT, /* the tables are ours, what stands in them is not: refused or read */
  HOSTILE_PAGES,   /* the schema leads to wrong pages: refused or read */
  HOSTILE_SCHEMA,  /* the schema is not ours: refused */
} HostileKind;

typedef struct
{
  const char *name;
  HostileKind kind;
  const char *sql; /* run with a writable schema, every check off */
} HostileChange;

extern const HostileChange hostile_changes[];
extern const guint         n_hostile_changes;

/* The bytes of a store with documents in several languages, a conflict, a draft, a tombstone, an
 * attachment and so on. out_log: of its write-ahead log, which holds the last third of it. */
GBytes *hostile_store_make_seed (GBytes **out_log);
/* Runs one change on the file; FALSE where SQLite refuses the statement, too. */
gboolean hostile_store_change (const char *path, const HostileChange *change);
/* Opens, reads, searches, writes, checks, copies, closes. Every failure has to be an error of the
 * store; aborts else. Whether the store could be opened. */
gboolean hostile_store_exercise (const char *path);
/* Removes the store and everything beside it. */
void hostile_store_remove (const char *path);

G_END_DECLS
