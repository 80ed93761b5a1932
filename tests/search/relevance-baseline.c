/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "relevance-baseline.h"

#include <sqlite3.h>
#include <string.h>

struct _Baseline
{
  sqlite3      *db;     /* (owned) in memory */
  sqlite3_stmt *insert; /* (owned) */
  sqlite3_stmt *find;   /* (owned) */
};

static sqlite3_stmt *
prepare (Baseline *self, const char *sql)
{
  sqlite3_stmt *statement;

  if (sqlite3_prepare_v2 (self->db, sql, -1, &statement, NULL) != SQLITE_OK)
    g_error ("%s: %s", sql, sqlite3_errmsg (self->db));
  return statement;
}

Baseline *
baseline_new (const char *tokenize)
{
  Baseline        *self = g_new0 (Baseline, 1);
  g_autofree char *create = g_strdup_printf (
      "CREATE VIRTUAL TABLE t USING fts5 (title, head, body, tokenize=\"%s\")", tokenize);
  sqlite3_stmt *statement;

  if (sqlite3_open (":memory:", &self->db) != SQLITE_OK)
    g_error ("%s", sqlite3_errmsg (self->db));
  statement = prepare (self, create);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_DONE);
  sqlite3_finalize (statement);
  self->insert = prepare (self, "INSERT INTO t (rowid, title, head, body) VALUES (?1, ?2, ?3, ?4)");
  /* the weights of our own columns */
  self->find =
      prepare (self, "SELECT rowid FROM t WHERE t MATCH ?1 ORDER BY bm25 (t, 10, 4, 2), rowid");
  return self;
}

void
baseline_free (Baseline *self)
{
  sqlite3_finalize (self->insert);
  sqlite3_finalize (self->find);
  sqlite3_close (self->db);
  g_free (self);
}

void
baseline_add (Baseline *self, gint64 row, const char *const texts[3])
{
  sqlite3_bind_int64 (self->insert, 1, row);
  for (int i = 0; i < 3; i++)
    sqlite3_bind_text (self->insert, i + 2, texts[i], -1, SQLITE_TRANSIENT);
  g_assert_cmpint (sqlite3_step (self->insert), ==, SQLITE_DONE);
  sqlite3_reset (self->insert);
}

/* The words in FTS5's syntax, each in quotes. */
static char *
to_match (const char *words)
{
  g_autoptr (GString) out = g_string_new (NULL);
  gboolean is_open = FALSE; /* within a word */
  gboolean is_phrase = FALSE;

  for (const char *p = words; *p != '\0'; p = g_utf8_next_char (p))
    {
      if (*p == '"')
        {
          g_string_append (out, is_open ? "\" " : "\"");
          is_phrase = is_open = !is_open;
        }
      else if (!is_phrase && g_unichar_isspace (g_utf8_get_char (p)))
        {
          g_string_append (out, is_open ? "\" " : "");
          is_open = FALSE;
        }
      else
        {
          g_string_append (out, is_open ? "" : "\"");
          g_string_append_len (out, p, g_utf8_next_char (p) - p);
          is_open = TRUE;
        }
    }
  if (is_open)
    g_string_append (out, is_phrase ? "\"" : "\"*");
  return g_strdup (out->str);
}

GArray *
baseline_find (Baseline *self, const char *words)
{
  g_autofree char *match = to_match (words);
  GArray          *rows = g_array_new (FALSE, FALSE, sizeof (gint64));
  int              status;

  sqlite3_bind_text (self->find, 1, match, -1, SQLITE_TRANSIENT);
  while ((status = sqlite3_step (self->find)) == SQLITE_ROW)
    {
      gint64 row = sqlite3_column_int64 (self->find, 0);

      g_array_append_val (rows, row);
    }
  if (status != SQLITE_DONE)
    g_error ("%s: %s", match, sqlite3_errmsg (self->db));
  sqlite3_reset (self->find);
  return rows;
}
