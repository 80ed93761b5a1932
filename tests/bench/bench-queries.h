/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* The recorded queries (queries.tsv): what is typed, of what sort it is, and what is selected. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  char *sort;       /* (owned): letter, word, two, phrase, chinese, pinyin, facet */
  char *text;       /* (owned) */
  GStrv selections; /* (owned): FIELD=CODE */
  guint n_strokes;  /* characters of text */
} BenchQuery;

/* (transfer full) (element-type BenchQuery); ends the program where the file cannot be read */
GPtrArray *bench_queries_read (const char *path);
/* What stands in the box after so many characters, from 1 on. (transfer full) */
char *bench_query_get_typed (const BenchQuery *self, guint n_strokes);

G_END_DECLS
