/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-index-reader.h"

#include <string.h>

#include "tkb-postings.h"
#include "tkb-rows.h"
#include "tkb-store.h"

/* letters of a word that is worth a suggestion, at least and at most */
#define MIN_SUGGEST 4
#define MAX_SUGGEST 24
/* slips (one letter wrong, missing, too many, or two swapped) that a suggestion may lie away */
#define MAX_DISTANCE 2

GHashTable *
tkb_index_reader_get_scope (TkbDb *db, TkbIndexScope scope, GError **error)
{
  static const TkbSql statements[] = {
    [TKB_INDEX_SCOPE_CONFLICTS] = TKB_SQL_INDEX_SCOPE_CONFLICTS,
    [TKB_INDEX_SCOPE_WAITING] = TKB_SQL_INDEX_SCOPE_WAITING,
    [TKB_INDEX_SCOPE_FAVOURITES] = TKB_SQL_INDEX_SCOPE_FAVOURITES,
  };
  g_autoptr (GHashTable) docs = g_hash_table_new (NULL, NULL);
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, statements[scope]);
  TkbStep step;

  while ((step = tkb_stmt_step (&stmt, error)) == TKB_STEP_ROW)
    g_hash_table_add (docs, GSIZE_TO_POINTER (tkb_stmt_get_int (&stmt, 0)));
  return step == TKB_STEP_DONE ? g_steal_pointer (&docs) : NULL;
}

/* ---- did you mean ---- */

/* Optimal string alignment distance of two words, as soon as it is certain to exceed limit: more
 * than limit. */
static guint
get_distance (const gunichar *a, guint n, const gunichar *b, guint m, guint limit)
{
  guint rows[3][MAX_SUGGEST + 2];

  if (n > m + limit || m > n + limit)
    return limit + 1;
  for (guint j = 0; j <= m; j++)
    rows[0][j] = j;
  for (guint i = 1; i <= n; i++)
    {
      guint       *row = rows[i % 3];
      const guint *above = rows[(i + 2) % 3];
      const guint *two_above = rows[(i + 1) % 3];
      guint        best = row[0] = i;

      for (guint j = 1; j <= m; j++)
        {
          row[j] = MIN (MIN (above[j], row[j - 1]) + 1, above[j - 1] + (a[i - 1] != b[j - 1]));
          if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
            row[j] = MIN (row[j], two_above[j - 2] + 1);
          best = MIN (best, row[j]);
        }
      if (best > limit)
        return limit + 1;
    }
  return rows[n % 3][m];
}

/* The first string that sorts behind everything that begins with prefix. */
static char *
get_range_end (const gunichar *first)
{
  gunichar next[2] = { first[0] + 1, 0 };

  return g_ucs4_to_utf8 (next, 1, NULL, NULL, NULL);
}

/**
 * tkb_index_reader_suggest:
 * @db: a reader's connection in a transaction
 * @word: a folded word that found nothing
 * @out_word: (out) (nullable) (transfer full): a word of a title instead
 * @error: return location
 *
 * The nearest word with the same first letter; of several the one in most titles.
 */
gboolean
tkb_index_reader_suggest (TkbDb *db, const char *word, char **out_word, GError **error)
{
  long                 length = 0;
  g_autofree gunichar *wanted = g_utf8_to_ucs4_fast (word, -1, &length);
  g_autofree char     *first = NULL;
  g_autofree char     *end = NULL;
  g_autofree char     *found = NULL;
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_INDEX_WORD_RANGE);
  guint   best = length < 6 ? 1 : MAX_DISTANCE;
  gint64  best_documents = 0;
  TkbStep step;

  *out_word = NULL;
  if (length < MIN_SUGGEST || length > MAX_SUGGEST || wanted[0] >= 0x3000)
    return TRUE;
  first = g_ucs4_to_utf8 (wanted, 1, NULL, NULL, NULL);
  end = get_range_end (wanted);
  tkb_stmt_bind_text (&stmt, 1, first);
  tkb_stmt_bind_text (&stmt, 2, end);
  while ((step = tkb_stmt_step (&stmt, error)) == TKB_STEP_ROW)
    {
      const char          *term = tkb_stmt_get_text (&stmt, 0);
      gint64               documents = tkb_stmt_get_int (&stmt, 1);
      long                 n = 0;
      g_autofree gunichar *letters = g_utf8_to_ucs4_fast (term, -1, &n);
      guint                distance;

      if (n > MAX_SUGGEST)
        continue;
      distance = get_distance (wanted, length, letters, n, best);
      if (distance == 0 || distance > best || (distance == best && documents <= best_documents))
        continue;
      best = distance;
      best_documents = documents;
      g_free (found);
      found = g_strdup (term);
    }
  if (step == TKB_STEP_ERROR)
    return FALSE;
  *out_word = g_steal_pointer (&found);
  return TRUE;
}

/* ---- documents of rows ---- */

/**
 * tkb_index_reader_find:
 * @db: a reader's connection in a transaction
 * @id: of any document
 * @out_doc: (out): its row; 0: there is none of this id
 * @error: return location
 */
gboolean
tkb_index_reader_find (TkbDb *db, const char *id, guint32 *out_doc, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_DOCUMENT_BY_ID);
  TkbStep step;

  tkb_stmt_bind_text (&stmt, 1, id);
  step = tkb_stmt_step (&stmt, error);
  *out_doc = step == TKB_STEP_ROW ? tkb_stmt_get_int (&stmt, 0) : 0;
  return step != TKB_STEP_ERROR;
}

/**
 * tkb_index_reader_get_document:
 * @db: a reader's connection in a transaction
 * @doc: a document row
 * @error: return location
 *
 * Returns: (nullable) (transfer full): its winning revision; %NULL without an error if it is
 *   deleted or gone
 */
TkbDocument *
tkb_index_reader_get_document (TkbDb *db, guint32 doc, GError **error)
{
  g_auto (TkbStmt) row = tkb_db_borrow (db, TKB_SQL_INDEX_DOCUMENT_BODY);
  g_autoptr (JsonObject) body = NULL;
  g_autoptr (GError) local_error = NULL;

  tkb_stmt_bind_int (&row, 1, doc);
  if (tkb_stmt_step (&row, error) != TKB_STEP_ROW)
    return NULL;
  body = tkb_stmt_get_object (&row, 2, &local_error);
  if (body == NULL || !tkb_text_is_sound (tkb_stmt_get_text (&row, 0)) ||
      !tkb_text_is_sound (tkb_stmt_get_text (&row, 1)))
    {
      g_set_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_CORRUPT, "document %u is damaged: %s",
                   doc, local_error != NULL ? local_error->message : "its name is no text");
      return NULL;
    }
  return tkb_document_new (tkb_stmt_get_text (&row, 0), tkb_stmt_get_text (&row, 1), FALSE, body,
                           NULL);
}
