/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* A row is its number, the size of its positions, and the positions by column; one without
 * positions was taken out. What a newer segment says of a row counts. */
#include "config.h"

#include "tkb-doclist.h"

#include <string.h>

#include "tkb-word-pages.h"

/* what a word begins with in the table: the main list; those of beginnings of 1, 2, 3 characters */
#define MAIN_MARK '0'
#define MAX_PREFIX_INDEX 3
#define MIN_PREFIX_INDEX_PINYIN 2
#define N_COLUMNS 3
/* tokens of a phrase; a longer one is FTS5's */
#define MAX_TOKENS 32
/* rows between two looks at the cancellable */
#define CHECK_ROWS 1024

/* A row of one word: what counts in it, or where it stands packed. */
typedef union
{
  TkbPosting posting;
  struct
  {
    guint32 doc;
    guint32 at; /* of the size, in the bytes of its list */
  } packed;
} Row;

G_STATIC_ASSERT (sizeof (Row) == sizeof (TkbPosting));

/* One token of what is asked for. */
typedef struct
{
  gboolean    is_packed; /* rows are packed, because the positions are needed */
  gboolean    is_bare;   /* of a table without positions */
  GHashTable *lists;     /* (owned) word -> GArray of Row */
  GByteArray *bytes;     /* (owned): what packed rows point into */
  GArray     *rows;      /* (owned) (nullable) (element-type Row): of all words together */
} List;

static void
list_init (List *self, gboolean is_packed)
{
  *self = (List){ .is_packed = is_packed, .bytes = g_byte_array_new () };
  self->lists =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_array_unref);
}

static void
list_clear (List *self)
{
  g_clear_pointer (&self->lists, g_hash_table_unref);
  g_clear_pointer (&self->bytes, g_byte_array_unref);
  g_clear_pointer (&self->rows, g_array_unref);
}

/* ---- rows ---- */

/* At most TKB_POSTING_MAX_MATCHES positions, by column. */
static gboolean
count_matches (TkbPosting *posting, const guint8 *at, const guint8 *end)
{
  guint8  counts[N_COLUMNS] = { 0 };
  guint64 column = 0;

  for (guint matches = 0; at < end && matches < TKB_POSTING_MAX_MATCHES;)
    {
      if (*at == 1)
        {
          gsize n = tkb_read_varint (at + 1, end, &column);

          if (n == 0 || column >= N_COLUMNS)
            return FALSE;
          at += n + 1;
          continue;
        }
      while (at < end && *at >= 0x80)
        at++;
      at++;
      counts[column]++;
      matches++;
    }
  posting->title = counts[0];
  posting->head = counts[1];
  posting->body = counts[2];
  return TRUE;
}

/* Behind a row of a table without positions: a zero if an older one was taken out, another one if
 * it was put in again. */
static inline gsize
read_bare (const guint8 *at, const guint8 *end, TkbPosting *posting)
{
  posting->title = 1;
  if (at >= end || *at != 0)
    return 0;
  if (at + 1 < end && at[1] == 0)
    return 2;
  posting->title = 0;
  return 1;
}

/* Rows from one whole number to the next. base: what places are counted from */
static gboolean
decode_run (List         *self,
            GArray       *rows,
            const guint8 *base,
            const guint8 *at,
            const guint8 *end,
            guint64      *last)
{
  gboolean is_first = TRUE;
  guint    length = rows->len;
  Row     *out;

  g_array_set_size (rows, length + (end - at)); /* no row takes less than a byte */
  out = &g_array_index (rows, Row, length);
  while (at < end)
    {
      Row     row = { { 0 } };
      guint64 doc = 0;
      guint64 size = 0;
      gsize   n = tkb_read_varint (at, end, &doc);
      gsize   m = n > 0 && !self->is_bare ? tkb_read_varint (at + n, end, &size) : 0;

      if (self->is_bare)
        m = read_bare (at + n, end, &row.posting);
      doc += is_first ? 0 : *last;
      size >>= 1; /* the lowest bit: an older one was taken out */
      if (n == 0 || (m == 0 && !self->is_bare) || doc <= *last || doc > G_MAXUINT32 ||
          size > (guint64) (end - at) - n - m)
        return FALSE;
      if (self->is_packed)
        row.packed.at = at + n - base;
      else if (!self->is_bare && !count_matches (&row.posting, at + n + m, at + n + m + size))
        return FALSE;
      row.posting.doc = *last = doc;
      at += n + m + size;
      is_first = FALSE;
      *out++ = row;
      length++;
    }
  g_array_set_size (rows, length);
  return TRUE;
}

static GArray *
decode_rows (List *self, GByteArray *bytes, gsize start, GArray *marks)
{
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (Row));
  guint64 last = 0;

  for (guint i = 0; i < marks->len; i++)
    {
      gsize from = g_array_index (marks, gsize, i) + start;
      gsize to = i + 1 < marks->len ? g_array_index (marks, gsize, i + 1) + start : bytes->len;

      if (from > to || to > bytes->len ||
          !decode_run (self, rows, bytes->data, bytes->data + from, bytes->data + to, &last))
        return NULL;
    }
  return g_steal_pointer (&rows);
}

/* ---- joining ---- */

typedef enum
{
  JOIN_OVER, /* of a row in both, b's */
  JOIN_BOTH, /* both, one after the other */
} Join;

/* a, b: (transfer full) */
static GArray *
join (GArray *a, GArray *b, Join how)
{
  const Row *x = (const Row *) a->data;
  const Row *y = (const Row *) b->data;
  const Row *x_end = x + a->len;
  const Row *y_end = y + b->len;
  GArray    *joined;
  Row       *out;

  if (a->len == 0 || b->len == 0 || x_end[-1].posting.doc < y->posting.doc)
    {
      g_array_append_vals (a, b->data, b->len);
      g_array_unref (b);
      return a;
    }
  joined = g_array_sized_new (FALSE, FALSE, sizeof (Row), a->len + b->len);
  out = (Row *) joined->data;
  while (x < x_end && y < y_end)
    {
      if (x->posting.doc != y->posting.doc || how == JOIN_BOTH)
        *out++ = x->posting.doc <= y->posting.doc ? *x++ : *y++;
      else
        {
          *out++ = *y++;
          x++;
        }
    }
  while (x < x_end)
    *out++ = *x++;
  while (y < y_end)
    *out++ = *y++;
  g_array_set_size (joined, out - (Row *) joined->data);
  g_array_unref (a);
  g_array_unref (b);
  return joined;
}

/* All words together. Lists of like length are joined with one another, so that a short one is not
 * carried along with every other. */
static GArray *
unite (List *self)
{
  g_autoptr (GPtrArray) stack = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer       list;

  g_hash_table_iter_init (&iter, self->lists);
  while (g_hash_table_iter_next (&iter, NULL, &list))
    {
      GArray *sum = g_array_ref (list);

      g_hash_table_iter_remove (&iter);
      while (stack->len > 0 && ((GArray *) stack->pdata[stack->len - 1])->len <= sum->len * 2)
        sum = join (g_ptr_array_steal_index (stack, stack->len - 1), sum, JOIN_BOTH);
      g_ptr_array_add (stack, sum);
    }
  if (stack->len == 0)
    return g_array_new (FALSE, FALSE, sizeof (Row));
  while (stack->len > 1)
    {
      GArray *last = g_ptr_array_steal_index (stack, stack->len - 1);

      stack->pdata[stack->len - 1] = join (stack->pdata[stack->len - 1], last, JOIN_BOTH);
    }
  return stack->pdata[0];
}

/* One word of one segment, over what older segments said of it. */
static gboolean
take_word (const char *word, GByteArray *bytes, GArray *marks, gpointer user_data)
{
  List    *self = user_data;
  GArray  *rows;
  gpointer older_word;
  gpointer older;

  if (self->is_packed)
    {
      gsize start = self->bytes->len;

      if (start + bytes->len > G_MAXINT32)
        return FALSE;
      g_byte_array_append (self->bytes, bytes->data, bytes->len);
      rows = decode_rows (self, self->bytes, start, marks);
    }
  else
    rows = decode_rows (self, bytes, 0, marks);
  if (rows == NULL)
    return FALSE;
  if (g_hash_table_steal_extended (self->lists, word, &older_word, &older))
    {
      g_free (older_word);
      rows = join (older, rows, JOIN_OVER);
    }
  g_hash_table_insert (self->lists, g_strdup (word), rows);
  return TRUE;
}

/* ---- positions ---- */

/* The positions of a word in one row: column and place in one number. */
typedef struct
{
  const guint8 *at;
  const guint8 *end;
  guint64       column;
  guint64       place;
  gboolean      is_odd;
} Positions;

static gboolean
positions_next (Positions *self)
{
  guint64 step = 0;
  gsize   n;

  while (self->at < self->end)
    {
      n = tkb_read_varint (self->at, self->end, &step);
      self->at += n;
      if (n == 0)
        break;
      if (step != 1)
        {
          self->place += step - 2;
          return step >= 2 && self->place <= G_MAXINT32;
        }
      n = tkb_read_varint (self->at, self->end, &self->column);
      self->at += n;
      self->place = 0;
      if (n == 0 || self->column >= N_COLUMNS)
        break;
    }
  return FALSE;
}

static void
positions_init (Positions *self, const List *list, const Row *row)
{
  const guint8 *at = list->bytes->data + row->packed.at;
  const guint8 *end = list->bytes->data + list->bytes->len;
  guint64       size = 0;
  gsize         n = tkb_read_varint (at, end, &size);

  /* decode_run () has looked at the size already */
  *self = (Positions){ .at = at + n, .end = at + n + (size >> 1) };
}

static guint64
get_place (const Positions *self)
{
  return self->column << 32 | self->place;
}

/* Puts a place among the smallest of those seen, each once. */
static guint
add_place (guint64 *places, guint n, guint64 place)
{
  guint at = n;

  while (at > 0 && places[at - 1] > place)
    at--;
  if ((at > 0 && places[at - 1] == place) || at == TKB_POSTING_MAX_MATCHES)
    return n;
  n = MIN (n, TKB_POSTING_MAX_MATCHES - 1);
  memmove (places + at + 1, places + at, (n - at) * sizeof *places);
  places[at] = place;
  return n + 1;
}

/* Several words in one document: a symbol and its beginning stand at one place, which counts once.
 */
static TkbPosting
count_places (const List *self, const Row *row, const Row *end)
{
  TkbPosting posting = { .doc = row->packed.doc };
  guint64    places[TKB_POSTING_MAX_MATCHES];
  guint      n = 0;

  if (end - row == 1) /* most often */
    {
      Positions only;

      positions_init (&only, self, row);
      count_matches (&posting, only.at, only.end);
      return posting;
    }
  for (; row < end; row++)
    {
      Positions positions;

      positions_init (&positions, self, row);
      for (guint i = 0; i < TKB_POSTING_MAX_MATCHES && positions_next (&positions); i++)
        n = add_place (places, n, get_place (&positions));
    }
  for (guint i = 0; i < n; i++)
    {
      posting.title += places[i] >> 32 == 0;
      posting.head += places[i] >> 32 == 1;
      posting.body += places[i] >> 32 == 2;
    }
  return posting;
}

/* Rows of several words without positions: one a document. */
static void
unite_bare (GArray *list)
{
  TkbPosting *postings = (TkbPosting *) list->data;
  guint       kept = 0;

  for (guint i = 0; i < list->len; i++)
    if (kept > 0 && postings[kept - 1].doc == postings[i].doc)
      postings[kept - 1].title = MAX (postings[kept - 1].title, postings[i].title);
    else
      postings[kept++] = postings[i];
  g_array_set_size (list, kept);
}

/* From packed rows to what counts in them, one a document. */
static void
count_rows (List *self)
{
  Row  *rows = (Row *) self->rows->data;
  Row  *end = rows + self->rows->len;
  guint kept = 0;

  for (Row *row = rows; row < end;)
    {
      Row *next = row + 1;

      while (next < end && next->packed.doc == row->packed.doc)
        next++;
      rows[kept++].posting = count_places (self, row, next);
      row = next;
    }
  g_array_set_size (self->rows, kept);
  self->is_packed = FALSE;
}

/* A beginning is several words, unless the table has a list of it: of so many characters. */
static gboolean
is_several (TkbIndexTable table, long length)
{
  switch (table)
    {
    case TKB_INDEX_TABLE_TITLE:
      return length > MAX_PREFIX_INDEX;
    case TKB_INDEX_TABLE_PINYIN:
      return length > MAX_PREFIX_INDEX || length < MIN_PREFIX_INDEX_PINYIN;
    default:
      return TRUE;
    }
}

static TkbPagesRead
list_read (List         *self,
           TkbDb        *db,
           TkbIndexTable table,
           const char   *token,
           gboolean      is_prefix,
           GCancellable *cancellable,
           GError      **error)
{
  long length = g_utf8_strlen (token, -1);
  /* the list of a beginning does not say of which word a position is */
  gboolean is_range = is_prefix && (self->is_packed || is_several (table, length));
  int      number = table == TKB_INDEX_TABLE_PINYIN ? length - MIN_PREFIX_INDEX_PINYIN + 1 : length;
  char     mark = is_prefix && !is_range ? MAIN_MARK + number : MAIN_MARK;
  g_autofree char *word = g_strdup_printf ("%c%s", mark, token);
  TkbPagesRead     read =
      tkb_word_pages_read (db, table, word, is_range, cancellable, take_word, self, error);

  if (read == TKB_PAGES_OK)
    self->rows = unite (self);
  return read;
}

/* ---- phrases ---- */

/* Where the words stand one after the other. */
static TkbPosting
match_phrase (const List *lists, const Row *const *rows, guint n)
{
  Positions  positions[MAX_TOKENS];
  TkbPosting posting = { .doc = rows[0]->posting.doc };
  guint8     counts[N_COLUMNS] = { 0 };
  guint      matches = 0;
  guint      in_step = 0; /* words that stand where they must, behind the first */

  for (guint i = 0; i < n; i++)
    {
      positions_init (&positions[i], &lists[i], rows[i]);
      if (!positions_next (&positions[i]))
        return posting;
    }
  while (matches < TKB_POSTING_MAX_MATCHES)
    {
      Positions *next = &positions[in_step];
      guint64    wanted = get_place (&positions[0]) + in_step;

      while (get_place (next) < wanted)
        if (!positions_next (next))
          return posting;
      if (get_place (next) > wanted)
        {
          while (get_place (&positions[0]) + in_step < get_place (next))
            if (!positions_next (&positions[0]))
              return posting;
          in_step = 0;
          continue;
        }
      if (++in_step < n)
        continue;
      counts[positions[0].column]++;
      matches++;
      posting.title = counts[0];
      posting.head = counts[1];
      posting.body = counts[2];
      in_step = 0;
      if (!positions_next (&positions[0]))
        break;
    }
  return posting;
}

/* The first row from at on that is not before doc: by steps that double, then halving. */
static guint
find_row (GArray *rows, guint at, guint32 doc)
{
  const Row *all = (const Row *) rows->data;
  guint      low = at;
  guint      step = 1;
  guint      high;

  if (low >= rows->len || all[low].packed.doc >= doc)
    return low;
  for (; low + step < rows->len && all[low + step].packed.doc < doc; step *= 2)
    low += step;
  high = MIN (low + step, rows->len);
  while (low + 1 < high)
    {
      guint middle = low + (high - low) / 2;

      if (all[middle].packed.doc < doc)
        low = middle;
      else
        high = middle;
    }
  return high;
}

static inline TkbPosting
add_postings (const TkbPosting *a, const TkbPosting *b)
{
  guint title = MIN (a->title + b->title, TKB_POSTING_MAX_MATCHES);
  guint head = MIN (a->head + b->head, TKB_POSTING_MAX_MATCHES - title);
  guint body = MIN (a->body + b->body, TKB_POSTING_MAX_MATCHES - title - head);

  return (TkbPosting){ a->doc, title, head, body };
}

/* All rows of the last word (which is several, if it is a beginning) in one document. */
static void
add_matches (GArray *out, const List *lists, const Row **rows, guint n, guint32 doc)
{
  GArray    *last = lists[n - 1].rows;
  const Row *end = (const Row *) last->data + last->len;
  TkbPosting sum = { .doc = doc };

  for (; rows[n - 1] < end && rows[n - 1]->packed.doc == doc; rows[n - 1]++)
    {
      TkbPosting one = match_phrase (lists, rows, n);

      sum = add_postings (&sum, &one);
    }
  g_array_append_val (out, sum);
}

/* Documents that have all the words, and in them the phrase. */
static GArray *
intersect (List *lists, guint n, GCancellable *cancellable, GError **error)
{
  g_autoptr (GArray) out = g_array_new (FALSE, FALSE, sizeof (TkbPosting));
  guint   at[MAX_TOKENS] = { 0 };
  guint32 doc = 0;
  guint   agreed = 0;

  for (guint i = 0, rounds = 1;; i = (i + 1) % n, rounds++)
    {
      const Row *row;

      if (rounds % CHECK_ROWS == 0 && g_cancellable_set_error_if_cancelled (cancellable, error))
        return NULL;
      at[i] = find_row (lists[i].rows, at[i], doc);
      if (at[i] == lists[i].rows->len)
        return g_steal_pointer (&out);
      row = &g_array_index (lists[i].rows, Row, at[i]);
      agreed = row->packed.doc == doc ? agreed + 1 : 1;
      doc = row->packed.doc;
      if (agreed == n)
        {
          const Row *rows[MAX_TOKENS];

          for (guint j = 0; j < n; j++)
            rows[j] = &g_array_index (lists[j].rows, Row, at[j]);
          add_matches (out, lists, rows, n, doc);
          if (doc++ == G_MAXUINT32)
            return g_steal_pointer (&out);
          agreed = 0;
        }
    }
}

static TkbPagesRead
read_phrase (TkbDb        *db,
             TkbIndexTable table,
             GPtrArray    *tokens,
             gboolean      is_prefix,
             GCancellable *cancellable,
             GArray      **out_rows,
             GError      **error)
{
  List         lists[MAX_TOKENS] = { 0 };
  TkbPagesRead read = TKB_PAGES_OK;

  for (guint i = 0; i < tokens->len && read == TKB_PAGES_OK; i++)
    {
      list_init (&lists[i], TRUE);
      read = list_read (&lists[i], db, table, g_ptr_array_index (tokens, i),
                        is_prefix && i + 1 == tokens->len, cancellable, error);
    }
  if (read == TKB_PAGES_OK)
    *out_rows = intersect (lists, tokens->len, cancellable, error);
  for (guint i = 0; i < tokens->len; i++)
    list_clear (&lists[i]);
  return read == TKB_PAGES_OK && *out_rows == NULL ? TKB_PAGES_ERROR : read;
}

static TkbPagesRead
read_word (TkbDb        *db,
           TkbIndexTable table,
           const char   *token,
           gboolean      is_prefix,
           GCancellable *cancellable,
           GArray      **out_rows,
           GError      **error)
{
  List         list;
  TkbPagesRead read;

  list_init (&list, table != TKB_INDEX_TABLE_PINYIN && is_prefix &&
                        is_several (table, g_utf8_strlen (token, -1)));
  list.is_bare = table == TKB_INDEX_TABLE_PINYIN;
  read = list_read (&list, db, table, token, is_prefix, cancellable, error);
  if (read == TKB_PAGES_OK && list.is_packed)
    count_rows (&list);
  else if (read == TKB_PAGES_OK && list.is_bare)
    unite_bare (list.rows);
  *out_rows = g_steal_pointer (&list.rows);
  list_clear (&list);
  return read;
}

/* Without those that were taken out, and those that the arrays do not know. */
static void
keep_live (GArray *list, TkbFacets *facets)
{
  TkbPosting *postings = (TkbPosting *) list->data;
  guint       kept = 0;

  for (guint i = 0; i < list->len; i++)
    {
      TkbPosting posting = postings[i];

      if (posting.title + posting.head + posting.body > 0 &&
          tkb_facets_is_live (facets, posting.doc))
        postings[kept++] = posting;
    }
  g_array_set_size (list, kept);
}

gboolean
tkb_doclist_read (TkbDb        *db,
                  TkbFacets    *facets,
                  TkbIndexTable table,
                  GPtrArray    *tokens,
                  gboolean      is_prefix,
                  GCancellable *cancellable,
                  GArray      **out_list,
                  GError      **error)
{
  TkbPagesRead read = TKB_PAGES_ODD;

  *out_list = NULL;
  if (table == TKB_INDEX_TABLE_ATTACHED) /* its rows are texts, not documents */
    return TRUE;
  if (tokens->len == 1)
    read = read_word (db, table, g_ptr_array_index (tokens, 0), is_prefix, cancellable, out_list,
                      error);
  else if (tokens->len > 1 && tokens->len <= MAX_TOKENS && table != TKB_INDEX_TABLE_PINYIN)
    read = read_phrase (db, table, tokens, is_prefix, cancellable, out_list, error);
  if (*out_list != NULL)
    keep_live (*out_list, facets);
  return read != TKB_PAGES_ERROR;
}
