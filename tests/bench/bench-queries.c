/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "bench-queries.h"

static void
query_free (BenchQuery *self)
{
  g_free (self->sort);
  g_free (self->text);
  g_strfreev (self->selections);
  g_free (self);
}

GPtrArray *
bench_queries_read (const char *path)
{
  GPtrArray       *queries = g_ptr_array_new_with_free_func ((GDestroyNotify) query_free);
  g_autofree char *content = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) lines = NULL;

  if (!g_file_get_contents (path, &content, NULL, &error))
    g_error ("%s", error->message);
  lines = g_strsplit (content, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (lines[i], "\t", 3);
      BenchQuery *query;

      if (lines[i][0] == '#' || g_strv_length (parts) < 2)
        continue;
      query = g_new0 (BenchQuery, 1);
      query->sort = g_strdup (parts[0]);
      query->text = g_strdup (parts[1]);
      query->selections = g_strsplit (parts[2] != NULL ? parts[2] : "", " ", -1);
      query->n_strokes = g_utf8_strlen (query->text, -1);
      g_ptr_array_add (queries, query);
    }
  return queries;
}

char *
bench_query_get_typed (const BenchQuery *self, guint n_strokes)
{
  return g_utf8_substring (self->text, 0, n_strokes);
}
