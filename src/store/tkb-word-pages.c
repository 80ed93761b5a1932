/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* The format is the one that the head of SQLite's fts5_index.c describes, version 4, detail=full. A
 * table consists of segments, newer ones over older ones; a segment of pages with words in order;
 * behind each word stand its rows, which go on from page to page. */
#include "config.h"

#include "tkb-word-pages.h"

#include <string.h>

/* of the record that lists the segments */
#define STRUCTURE_ID 10
#define STRUCTURE_COOKIE_BYTES 4
/* of a page: where the first row on it stands, and where its words' places are listed */
#define PAGE_HEAD_BYTES 4
/* bits of a page's id below the segment */
#define SEGMENT_SHIFT 37
#define FORMAT_VERSION 4
/* more than FTS5 ever makes */
#define MAX_SEGMENTS 2000
#define MAX_LEVELS 64

typedef struct
{
  guint64 id;
  guint64 first; /* pages */
  guint64 last;
} Segment;

typedef enum
{
  READ_ERROR = -1, /* of SQLite, or cancelled */
  READ_ODD,        /* not as expected */
  READ_END,
  READ_OK,
} Read;

typedef struct
{
  TkbSql version, leaves, seek;
} Statements;

static const Statements statements[] = {
  [TKB_INDEX_TABLE_TITLE] = { TKB_SQL_INDEX_TITLE_VERSION, TKB_SQL_INDEX_TITLE_LEAVES,
                              TKB_SQL_INDEX_TITLE_SEEK },
  [TKB_INDEX_TABLE_BODY] = { TKB_SQL_INDEX_BODY_VERSION, TKB_SQL_INDEX_BODY_LEAVES,
                             TKB_SQL_INDEX_BODY_SEEK },
  [TKB_INDEX_TABLE_PINYIN] = { TKB_SQL_INDEX_PINYIN_VERSION, TKB_SQL_INDEX_PINYIN_LEAVES,
                               TKB_SQL_INDEX_PINYIN_SEEK },
};

/* One walk from page to page of a segment. */
typedef struct
{
  TkbStmt       leaves;
  gint64        next_id;
  const guint8 *page; /* (unowned): until the next step */
  gsize         size; /* of the page */
  gsize         end;  /* of its words and rows; behind it stand the places of the words */
  gsize         first_row;
  gsize         next_word; /* its place; 0: none on this page */
  gsize         places_at; /* where the place after that stands */
  gboolean      is_ended;
  gboolean      is_whole; /* the next word is the first on its page, and not shortened */
  GString      *word;     /* (owned): the last one read */
  GCancellable *cancellable;
} Cursor;

typedef struct
{
  TkbDb            *db;
  const Statements *sql;
  GCancellable     *cancellable;
  const char       *wanted; /* (unowned): the word as it stands in the table, or its beginning */
  gsize             length; /* of wanted */
  gboolean          is_range;
  GByteArray       *rows;  /* (owned): of one word in one segment, page after page */
  GArray           *marks; /* (owned) (element-type gsize) */
  TkbWordFunc       function;
  gpointer          user_data;
} Reader;

/* ---- segments ---- */

static gboolean
parse_structure (const guint8 *at, gsize size, GArray *segments)
{
  const guint8 *end = at + size;
  guint64       counts[3]; /* levels, segments, writes */
  gsize         n;

  if (size < STRUCTURE_COOKIE_BYTES)
    return FALSE;
  at += STRUCTURE_COOKIE_BYTES;
  for (guint i = 0; i < 3; i++, at += n)
    if ((n = tkb_read_varint (at, end, &counts[i])) == 0)
      return FALSE;
  if (counts[0] > MAX_LEVELS || counts[1] > MAX_SEGMENTS)
    return FALSE;
  for (guint level = 0; level < counts[0]; level++)
    {
      guint   place = segments->len;
      guint64 level_counts[2]; /* of those being merged, of all */

      for (guint i = 0; i < 2; i++, at += n)
        if ((n = tkb_read_varint (at, end, &level_counts[i])) == 0)
          return FALSE;
      if (level_counts[1] > MAX_SEGMENTS)
        return FALSE;
      for (guint64 i = 0; i < level_counts[1]; i++)
        {
          Segment        segment;
          guint64 *const parts[] = { &segment.id, &segment.first, &segment.last };

          for (guint j = 0; j < G_N_ELEMENTS (parts); j++, at += n)
            if ((n = tkb_read_varint (at, end, parts[j])) == 0)
              return FALSE;
          if (segment.id > G_MAXUINT16 || segment.last > G_MAXINT32 ||
              segment.first > segment.last || segment.first == 0)
            return FALSE;
          /* within a level the newest stands last: it goes to the front */
          g_array_insert_val (segments, place, segment);
        }
    }
  return at == end;
}

/* Newest first. */
static Read
read_segments (Reader *self, GArray *segments, GError **error)
{
  g_auto (TkbStmt) version = tkb_db_borrow (self->db, self->sql->version);
  g_auto (TkbStmt) record = tkb_db_borrow (self->db, self->sql->leaves);
  const guint8 *block;
  gsize         size = 0;
  TkbStep       step = tkb_stmt_step (&version, error);

  if (step == TKB_STEP_ERROR)
    return READ_ERROR;
  if (step != TKB_STEP_ROW || tkb_stmt_get_int (&version, 0) != FORMAT_VERSION)
    return READ_ODD;
  tkb_stmt_bind_int (&record, 1, STRUCTURE_ID);
  tkb_stmt_bind_int (&record, 2, STRUCTURE_ID);
  step = tkb_stmt_step (&record, error);
  if (step == TKB_STEP_ERROR)
    return READ_ERROR;
  block = step == TKB_STEP_ROW ? tkb_stmt_get_blob (&record, 1, &size) : NULL;
  return block != NULL && parse_structure (block, size, segments) ? READ_OK : READ_ODD;
}

/* ---- pages ---- */

static gsize
get_u16 (const guint8 *at)
{
  return (gsize) at[0] << 8 | at[1];
}

/* The place of the next word, from the list behind the page. */
static gboolean
advance_place (Cursor *self)
{
  guint64 step;
  gsize   n;

  if (self->places_at >= self->size)
    {
      self->next_word = 0;
      return TRUE;
    }
  n = tkb_read_varint (self->page + self->places_at, self->page + self->size, &step);
  if (n == 0 || step == 0 || step >= self->end || self->next_word + step >= self->end)
    return FALSE;
  self->next_word += step;
  self->places_at += n;
  return self->next_word >= PAGE_HEAD_BYTES;
}

static Read
turn_page (Cursor *self, GError **error)
{
  TkbStep step = self->is_ended ? TKB_STEP_DONE : tkb_stmt_step (&self->leaves, error);

  self->is_ended = step != TKB_STEP_ROW; /* one step more and it would begin again */
  if (self->is_ended)
    return step == TKB_STEP_ERROR ? READ_ERROR : READ_END;
  if (g_cancellable_set_error_if_cancelled (self->cancellable, error))
    return READ_ERROR;
  if (tkb_stmt_get_int (&self->leaves, 0) != self->next_id++)
    return READ_ODD;
  self->page = tkb_stmt_get_blob (&self->leaves, 1, &self->size);
  if (self->page == NULL || self->size < PAGE_HEAD_BYTES)
    return READ_ODD;
  self->first_row = get_u16 (self->page);
  self->end = get_u16 (self->page + 2);
  if (self->end < PAGE_HEAD_BYTES || self->end > self->size || self->first_row >= self->end)
    return READ_ODD;
  self->next_word = 0;
  self->places_at = self->end;
  self->is_whole = TRUE;
  return advance_place (self) ? READ_OK : READ_ODD;
}

/* The next word, and where its rows begin. */
static Read
next_word (Cursor *self, gsize *out_rows_at, GError **error)
{
  const guint8 *end;
  const guint8 *at;
  guint64       kept = 0;
  guint64       length;
  gsize         n = 0;

  while (self->next_word == 0)
    {
      Read read = turn_page (self, error);

      if (read != READ_OK)
        return read;
    }
  at = self->page + self->next_word;
  end = self->page + self->end;
  if (!self->is_whole && (n = tkb_read_varint (at, end, &kept)) == 0)
    return READ_ODD;
  at += n;
  n = tkb_read_varint (at, end, &length);
  at += n;
  if (n == 0 || kept > self->word->len || length > (guint64) (end - at))
    return READ_ODD;
  g_string_truncate (self->word, kept);
  g_string_append_len (self->word, (const char *) at, length);
  self->is_whole = FALSE;
  *out_rows_at = at + length - self->page;
  return advance_place (self) ? READ_OK : READ_ODD;
}

/* All rows of the word that was read last, from this page and those on which they go on. */
static Read
collect_rows (Reader *self, Cursor *cursor, gsize rows_at, GError **error)
{
  gsize end = cursor->next_word != 0 ? cursor->next_word : cursor->end;
  gsize mark = 0;

  if (rows_at > end)
    return READ_ODD;
  g_byte_array_set_size (self->rows, 0);
  g_array_set_size (self->marks, 0);
  g_array_append_val (self->marks, mark);
  g_byte_array_append (self->rows, cursor->page + rows_at, end - rows_at);
  while (cursor->next_word == 0)
    {
      Read read = turn_page (cursor, error);

      if (read != READ_OK)
        return read == READ_END ? READ_OK : read;
      end = cursor->next_word != 0 ? cursor->next_word : cursor->end;
      if (cursor->first_row >= PAGE_HEAD_BYTES && cursor->first_row < end)
        {
          mark = self->rows->len + cursor->first_row - PAGE_HEAD_BYTES;
          g_array_append_val (self->marks, mark);
        }
      g_byte_array_append (self->rows, cursor->page + PAGE_HEAD_BYTES, end - PAGE_HEAD_BYTES);
    }
  return READ_OK;
}

/* < 0: the cursor's word stands before what is wanted; 0: it is wanted */
static int
compare_word (Reader *self, Cursor *cursor)
{
  GString *word = cursor->word;
  int      order = memcmp (word->str, self->wanted, MIN (word->len, self->length));

  if (order != 0)
    return order;
  if (word->len < self->length)
    return -1;
  return word->len == self->length || self->is_range ? 0 : 1;
}

/* The page on which the word must stand if it does. */
static Read
seek (Reader *self, const Segment *segment, guint64 *out_page, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (self->db, self->sql->seek);
  TkbStep step;

  tkb_stmt_bind_int (&stmt, 1, segment->id);
  tkb_stmt_bind_blob (&stmt, 2, self->wanted, self->length);
  step = tkb_stmt_step (&stmt, error);
  if (step == TKB_STEP_ERROR)
    return READ_ERROR;
  *out_page = step == TKB_STEP_ROW ? (guint64) tkb_stmt_get_int (&stmt, 0) >> 1 : 0;
  *out_page = MAX (*out_page, segment->first);
  return *out_page <= segment->last ? READ_OK : READ_ODD;
}

static Read
read_words (Reader *self, Cursor *cursor, GError **error)
{
  for (;;)
    {
      gsize rows_at = 0;
      Read  read = next_word (cursor, &rows_at, error);
      int   order;

      if (read != READ_OK)
        return read == READ_END ? READ_OK : read;
      order = compare_word (self, cursor);
      if (order > 0)
        return READ_OK;
      if (order < 0)
        continue;
      read = collect_rows (self, cursor, rows_at, error);
      if (read == READ_OK &&
          !self->function (cursor->word->str, self->rows, self->marks, self->user_data))
        read = READ_ODD;
      if (read != READ_OK || !self->is_range)
        return read;
    }
}

static Read
read_segment (Reader *self, const Segment *segment, GError **error)
{
  Cursor  cursor = { .cancellable = self->cancellable };
  gint64  base = (gint64) segment->id << SEGMENT_SHIFT;
  guint64 page;
  Read    read = seek (self, segment, &page, error);

  if (read != READ_OK)
    return read;
  cursor.word = g_string_new (NULL);
  cursor.next_id = base + page;
  cursor.leaves = tkb_db_borrow (self->db, self->sql->leaves);
  tkb_stmt_bind_int (&cursor.leaves, 1, base + page);
  tkb_stmt_bind_int (&cursor.leaves, 2, base + segment->last);
  read = read_words (self, &cursor, error);
  tkb_stmt_clear (&cursor.leaves);
  g_string_free (cursor.word, TRUE);
  return read;
}

TkbPagesRead
tkb_word_pages_read (TkbDb        *db,
                     TkbIndexTable table,
                     const char   *word,
                     gboolean      is_range,
                     GCancellable *cancellable,
                     TkbWordFunc   function,
                     gpointer      user_data,
                     GError      **error)
{
  g_autoptr (GArray) segments = g_array_new (FALSE, FALSE, sizeof (Segment));
  g_autoptr (GByteArray) rows = g_byte_array_new ();
  g_autoptr (GArray) marks = g_array_new (FALSE, FALSE, sizeof (gsize));
  Reader self = { db,    &statements[table], cancellable, word, strlen (word), is_range, rows,
                  marks, function,           user_data };
  Read   read = read_segments (&self, segments, error);

  for (guint i = segments->len; i > 0 && read == READ_OK; i--)
    read = read_segment (&self, &g_array_index (segments, Segment, i - 1), error);
  return read == READ_ERROR ? TKB_PAGES_ERROR : read == READ_OK ? TKB_PAGES_OK : TKB_PAGES_ODD;
}
