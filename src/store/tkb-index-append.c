/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Puts finished segments into the tables that FTS5 keeps below each of ours: pages, keys, totals,
 * and the record that says which segments there are. What is found there is held against what is
 * known of the format; anything else is left alone. */
#include "config.h"

#include <string.h>

#include "tkb-index-private.h"
#include "tkb-store.h"

/* rows of TABLE_data */
#define ROW_TOTALS 1
#define ROW_STRUCTURE 10
/* where a segment's number stands in the ids of its pages */
#define SEGMENT_SHIFT 37
#define MAX_SEGMENTS 2000
/* any row without effect, for the moment that it stands there */
#define ANY_SETTING "crisismerge"
#define ANY_VALUE 16

static const struct
{
  TkbSegmentForm form;
  TkbSql         get, put, put_key, configure;
} tables[TKB_INDEX_N_PARTS] = {
  [TKB_INDEX_PART_TITLE] = { { 1, TRUE, 3, { 1, 2, 3 } },
                             TKB_SQL_INDEX_TITLE_DATA_GET,
                             TKB_SQL_INDEX_TITLE_DATA_PUT,
                             TKB_SQL_INDEX_TITLE_KEY_PUT,
                             TKB_SQL_INDEX_TITLE_CONFIGURE },
  [TKB_INDEX_PART_BODY] = { { TKB_INDEX_N_COLUMNS, TRUE, 0, { 0 } },
                            TKB_SQL_INDEX_BODY_DATA_GET,
                            TKB_SQL_INDEX_BODY_DATA_PUT,
                            TKB_SQL_INDEX_BODY_KEY_PUT,
                            TKB_SQL_INDEX_BODY_CONFIGURE },
  [TKB_INDEX_PART_PINYIN] = { { 1, FALSE, 2, { 2, 3 } },
                              TKB_SQL_INDEX_PINYIN_DATA_GET,
                              TKB_SQL_INDEX_PINYIN_DATA_PUT,
                              TKB_SQL_INDEX_PINYIN_KEY_PUT,
                              TKB_SQL_INDEX_PINYIN_CONFIGURE },
};

const TkbSegmentForm *
tkb_index_get_form (TkbIndexPart table)
{
  return &tables[table].form;
}

static gboolean
set_damaged (const char *what, GError **error)
{
  g_set_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_CORRUPT,
               "The full-text index is damaged: %s", what);
  return FALSE;
}

/* (transfer full): empty if there is none; NULL: an error */
static GByteArray *
read_row (TkbDb *db, TkbIndexPart table, gint64 row, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, tables[table].get);
  GByteArray *bytes = NULL;
  TkbStep     step;

  tkb_stmt_bind_int (&stmt, 1, row);
  step = tkb_stmt_step (&stmt, error);
  if (step == TKB_STEP_ERROR)
    return NULL;
  bytes = g_byte_array_new ();
  if (step == TKB_STEP_ROW)
    {
      gsize         length = 0;
      const guint8 *data = tkb_stmt_get_blob (&stmt, 0, &length);

      if (data != NULL)
        g_byte_array_append (bytes, data, length);
    }
  return bytes;
}

static gboolean
put_row (
    TkbDb *db, TkbIndexPart table, gint64 row, const guint8 *data, gsize length, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, tables[table].put);

  tkb_stmt_bind_int (&stmt, 1, row);
  tkb_stmt_bind_blob (&stmt, 2, data, length);
  return tkb_stmt_run (&stmt, error);
}

static void
append_varint (GByteArray *to, guint64 value)
{
  guint8 digits[9];

  g_byte_array_append (to, digits, tkb_varint_put (digits, value));
}

/* ---- which segments there are ---- */

/* Walks a structure record: a number of the settings (4 bytes); how many levels, segments, pages
 * written; for each level how many are being merged and how many there are; for each segment its
 * number, first and last page. Notes where a segment at the end of level 0 has to go in. */
typedef struct
{
  guint64 n_levels, n_segments, n_written;
  gsize   level_at;   /* the numbers of level 0 */
  gsize   segment_at; /* behind its last segment */
  guint64 n_merging, n_small;
  guint8  is_used[MAX_SEGMENTS + 1]; /* by number */
} Structure;

static gboolean
read_number (const GByteArray *bytes, gsize *at, guint64 *out_number)
{
  guint n = tkb_varint_get (bytes->data + *at, bytes->len - *at, out_number);

  *at += n;
  return n > 0;
}

static gboolean
read_segments (Structure *self, const GByteArray *bytes, gsize *at, guint64 n)
{
  guint64 number, first, last;

  for (; n > 0; n--)
    {
      if (!read_number (bytes, at, &number) || !read_number (bytes, at, &first) ||
          !read_number (bytes, at, &last) || number == 0 || number > MAX_SEGMENTS ||
          self->is_used[number])
        return FALSE;
      self->is_used[number] = TRUE;
    }
  return TRUE;
}

static gboolean
read_structure (Structure *self, const GByteArray *bytes)
{
  gsize   at = 4;
  guint64 left;

  memset (self, 0, sizeof *self);
  if (bytes->len < 4 || !read_number (bytes, &at, &self->n_levels) ||
      !read_number (bytes, &at, &self->n_segments) || !read_number (bytes, &at, &self->n_written) ||
      self->n_levels > MAX_SEGMENTS || self->n_segments >= MAX_SEGMENTS)
    return FALSE;
  self->level_at = self->segment_at = at;
  left = self->n_segments;
  for (guint64 i = 0; i < self->n_levels; i++)
    {
      guint64 n_merging, n;

      if (!read_number (bytes, &at, &n_merging) || !read_number (bytes, &at, &n) || n > left ||
          !read_segments (self, bytes, &at, n))
        return FALSE;
      left -= n;
      if (i > 0)
        continue;
      self->n_merging = n_merging;
      self->n_small = n;
      self->segment_at = at;
    }
  return left == 0 && at == bytes->len;
}

static guint
find_free_number (const Structure *self)
{
  guint number = 1;

  while (number < MAX_SEGMENTS && self->is_used[number])
    number++;
  return number;
}

/* The same with one more segment, the newest of level 0. */
static GByteArray *
add_to_structure (const Structure *self, const GByteArray *before, guint number, guint n_leaves)
{
  GByteArray *after = g_byte_array_new ();
  gsize       at = self->level_at;
  guint64     ignored;

  g_byte_array_append (after, before->data, 4);
  append_varint (after, MAX (self->n_levels, 1));
  append_varint (after, self->n_segments + 1);
  append_varint (after, self->n_written);
  append_varint (after, self->n_merging);
  append_varint (after, self->n_small + 1);
  if (self->n_levels > 0)
    {
      read_number (before, &at, &ignored);
      read_number (before, &at, &ignored);
    }
  g_byte_array_append (after, before->data + at, self->segment_at - at);
  append_varint (after, number);
  append_varint (after, 1);
  append_varint (after, n_leaves);
  g_byte_array_append (after, before->data + self->segment_at, before->len - self->segment_at);
  return after;
}

/* ---- the parts of a segment ---- */

static gboolean
put_pages (TkbDb *db, TkbIndexPart table, TkbSegment *segment, gint64 number, GError **error)
{
  GArray       *pages = tkb_segment_get_pages (segment);
  const guint8 *bytes = tkb_segment_get_bytes (segment);

  for (guint i = 0; i < pages->len; i++)
    {
      TkbSegmentPage *page = &g_array_index (pages, TkbSegmentPage, i);

      if (!put_row (db, table, number << SEGMENT_SHIFT | page->id, bytes + page->offset,
                    page->length, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
put_keys (TkbDb *db, TkbIndexPart table, TkbSegment *segment, gint64 number, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, tables[table].put_key);
  GArray       *keys = tkb_segment_get_keys (segment);
  const guint8 *bytes = tkb_segment_get_bytes (segment);

  for (guint i = 0; i < keys->len; i++)
    {
      TkbSegmentKey *key = &g_array_index (keys, TkbSegmentKey, i);

      tkb_stmt_bind_int (&stmt, 1, number);
      tkb_stmt_bind_blob (&stmt, 2, bytes + key->offset, key->length);
      tkb_stmt_bind_int (&stmt, 3, key->page);
      if (!tkb_stmt_run (&stmt, error))
        return FALSE;
    }
  return TRUE;
}

/* How many rows, and how many words in each column. */
static gboolean
add_totals (TkbDb *db, TkbIndexPart table, TkbSegment *segment, GError **error)
{
  g_autoptr (GByteArray) before = read_row (db, table, ROW_TOTALS, error);
  g_autoptr (GByteArray) after = g_byte_array_new ();
  gsize at = 0;

  if (before == NULL)
    return FALSE;
  for (guint i = 0; i <= tables[table].form.n_columns; i++)
    {
      guint64 total = 0;

      if (before->len > 0 && !read_number (before, &at, &total))
        return set_damaged ("its totals", error);
      append_varint (after, total + (guint64) (i == 0 ? tkb_segment_get_n_rows (segment)
                                                      : tkb_segment_get_n_words (segment, i - 1)));
    }
  return put_row (db, table, ROW_TOTALS, after->data, after->len, error);
}

/* FTS5 remembers, for each connection, the structure that it wrote or read last. To roll a change
 * of its own back makes it forget. */
static gboolean
make_forget (TkbDb *db, TkbIndexPart table, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, tables[table].configure);

  tkb_stmt_bind_text (&stmt, 1, ANY_SETTING);
  tkb_stmt_bind_int (&stmt, 2, ANY_VALUE);
  return tkb_db_run (db, TKB_SQL_INDEX_SAVEPOINT, error) && tkb_stmt_run (&stmt, error) &&
         tkb_db_run (db, TKB_SQL_INDEX_SAVEPOINT_BACK, error) &&
         tkb_db_run (db, TKB_SQL_INDEX_SAVEPOINT_END, error);
}

gboolean
tkb_index_append_segment (
    TkbDb *db, TkbIndexPart table, TkbSegment *segment, guint *out_n_small, GError **error)
{
  g_autoptr (GByteArray) before = read_row (db, table, ROW_STRUCTURE, error);
  g_autoptr (GByteArray) after = NULL;
  g_autofree Structure *structure = g_new (Structure, 1);
  guint                 number;

  *out_n_small = 0;
  if (before == NULL)
    return FALSE;
  if (!read_structure (structure, before))
    return set_damaged ("the list of its segments", error);
  *out_n_small = structure->n_small;
  if (tkb_segment_get_n_rows (segment) == 0)
    return TRUE;
  if (!add_totals (db, table, segment, error))
    return FALSE;
  if (tkb_segment_get_n_leaves (segment) > 0)
    {
      number = find_free_number (structure);
      after = add_to_structure (structure, before, number, tkb_segment_get_n_leaves (segment));
      if (!put_pages (db, table, segment, number, error) ||
          !put_keys (db, table, segment, number, error) ||
          !put_row (db, table, ROW_STRUCTURE, after->data, after->len, error))
        return FALSE;
      ++*out_n_small;
    }
  return make_forget (db, table, error);
}
