/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* A library of made-up documents, and the same texts in a plain FTS5 table with unicode61. A large
 * one is made once and kept in the build folder (bench-cache/) with the times that it took. */
#pragma once

#include "tkb-store.h"

G_BEGIN_DECLS

typedef struct
{
  guint    count;
  gsize    size_bytes;
  gboolean is_kept;
  char    *folder;     /* (owned) */
  char    *path;       /* (owned) of the store */
  char    *plain_path; /* (owned): SQLite, FTS5 table t (text), rowid from 1 on */
  double   index_s;    /* processor time: all tables of the index */
  double   plain_s;    /* processor time: the plain table */
} BenchLibrary;

/* Makes it, or finds it made. */
BenchLibrary *bench_library_new (guint count, gsize size_bytes);
void          bench_library_free (BenchLibrary *self);
/* Opens a store with the kinds of the program; ends the program where that fails. */
TkbStore *bench_library_open (const char *path, TkbStoreOpenFlags flags);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BenchLibrary, bench_library_free)

G_END_DECLS
