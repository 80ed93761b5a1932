/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Words go into a table of terms, each with its list of rows and places as it will stand in the
 * file; tkb-index-segment-pages.c cuts the sorted lists into pages. */
#include "config.h"

#include "tkb-index-segment-private.h"

#include <string.h>
#include <sys/mman.h>

/* two large pages of the processor's, where the system has such */
#define BLOCK_BYTES (4 * 1024 * 1024)
/* words ahead: of a slot, of a term, of the end of a list */
#define SLOT_AHEAD 24
#define TERM_AHEAD 12
#define LIST_AHEAD 6
#define FIRST_SLOTS 4096
#define MIN_LIST_BYTES 16
/* the digit before each word: of the main index, and of those of prefixes */
#define MAIN_DIGIT '0'
#define HASH_FACTOR 0x9e3779b97f4a7c15u

/* ---- numbers ---- */

guint
tkb_varint_put (guint8 *to, guint64 value)
{
  guint8 digits[10];
  guint  n = 0;

  if (value >> 56 != 0)
    {
      to[8] = (guint8) value;
      value >>= 8;
      for (int i = 7; i >= 0; i--, value >>= 7)
        to[i] = (guint8) (value & 0x7f) | 0x80;
      return 9;
    }
  do
    digits[n++] = (guint8) (value & 0x7f) | 0x80;
  while ((value >>= 7) != 0);
  digits[0] &= 0x7f;
  for (guint i = 0; i < n; i++)
    to[i] = digits[n - 1 - i];
  return n;
}

guint
tkb_varint_get (const guint8 *from, gsize available, guint64 *out_value)
{
  guint64 value = 0;

  for (guint i = 0; i < MIN (available, 8); i++)
    {
      value = value << 7 | (from[i] & 0x7f);
      if ((from[i] & 0x80) == 0)
        {
          *out_value = value;
          return i + 1;
        }
    }
  if (available < 9)
    return 0;
  *out_value = value << 8 | from[8];
  return 9;
}

static guint
get_varint_length (guint64 value)
{
  guint n = 1;

  while ((value >>= 7) != 0)
    n++;
  return MIN (n, 9);
}

/* ---- memory: taken in blocks and given back all at once, to the system ---- */

static gpointer
map (gsize bytes)
{
  gpointer memory = mmap (NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  if (memory == MAP_FAILED)
    g_error ("out of memory: %" G_GSIZE_FORMAT " bytes", bytes);
  madvise (memory, bytes, MADV_HUGEPAGE);
  return memory;
}

static gpointer
take (TkbSegment *self, gsize bytes)
{
  gpointer taken;

  bytes = (bytes + 7) & ~(gsize) 7;
  if (bytes > self->free_bytes)
    {
      TkbBlock block = { NULL, MAX (bytes, BLOCK_BYTES) };

      block.memory = map (block.bytes);
      g_array_append_val (self->blocks, block);
      self->free = block.memory;
      self->free_bytes = block.bytes;
    }
  taken = self->free;
  self->free += bytes;
  self->free_bytes -= bytes;
  self->size += bytes;
  return taken;
}

/* Lists grow by doubling; what they leave is used by the next one of that size. */
static void
grow_list (TkbSegment *self, TkbTerm *term, gsize needed)
{
  guint   old_class = term->size_class;
  guint   new_class = old_class;
  guint8 *list;

  while ((gsize) MIN_LIST_BYTES << new_class < needed)
    new_class++;
  list = self->left_lists[new_class];
  if (list != NULL)
    memcpy (&self->left_lists[new_class], list, sizeof (gpointer));
  else
    list = take (self, (gsize) MIN_LIST_BYTES << new_class);
  memcpy (list, term->list, term->length);
  memcpy (term->list, &self->left_lists[old_class], sizeof (gpointer));
  self->left_lists[old_class] = term->list;
  term->list = list;
  term->size_class = new_class;
}

static inline void
reserve (TkbSegment *self, TkbTerm *term, gsize bytes)
{
  gsize needed = (gsize) term->length + bytes;

  if (G_UNLIKELY (needed > (gsize) MIN_LIST_BYTES << term->size_class))
    grow_list (self, term, needed);
}

/* ---- terms ---- */

/* The address differs from run to run, so that nobody can prepare words that collide. */
static guint64
compute_hash (const TkbSegment *self, char digit, const char *word, gsize length)
{
  guint64 hash = ((guint64) (gsize) self ^ (guint8) digit ^ length << 8) * HASH_FACTOR;
  guint64 part;

  for (; length > 8; word += 8, length -= 8)
    {
      memcpy (&part, word, 8);
      hash = (hash ^ part) * HASH_FACTOR;
      hash ^= hash >> 32;
    }
  part = 0;
  memcpy (&part, word, length);
  hash = (hash ^ part) * HASH_FACTOR;
  return hash ^ hash >> 29;
}

static void
grow_slots (TkbSegment *self)
{
  TkbTermSlot *old = self->slots;
  gsize        n_old = self->n_slots;

  self->n_slots = n_old > 0 ? 2 * n_old : FIRST_SLOTS;
  self->slots = map (self->n_slots * sizeof (TkbTermSlot));
  self->size += (self->n_slots - n_old) * sizeof (TkbTermSlot);
  for (gsize i = 0; i < n_old; i++)
    if (old[i].term != NULL)
      {
        gsize at = old[i].hash & (self->n_slots - 1);

        while (self->slots[at].term != NULL)
          at = (at + 1) & (self->n_slots - 1);
        self->slots[at] = old[i];
      }
  if (old != NULL)
    munmap (old, n_old * sizeof (TkbTermSlot));
}

static TkbTerm *
find_term (TkbSegment *self, guint64 hash, char digit, const char *word, gsize length)
{
  TkbTerm *term;
  gsize    at;

  if (2 * self->n_terms >= self->n_slots)
    grow_slots (self);
  for (at = hash & (self->n_slots - 1); (term = self->slots[at].term) != NULL;
       at = (at + 1) & (self->n_slots - 1))
    if (self->slots[at].hash == hash && term->key_length == length + 1 && term->key[0] == digit &&
        memcmp (term->key + 1, word, length) == 0)
      return term;
  term = take (self, sizeof (TkbTerm) + length + 1);
  memset (term, 0, sizeof (TkbTerm));
  term->list = take (self, MIN_LIST_BYTES);
  term->key_length = length + 1;
  term->key[0] = digit;
  memcpy (term->key + 1, word, length);
  self->slots[at] = (TkbTermSlot){ hash, term };
  self->n_terms++;
  return term;
}

/* The length of a row's places stands before them, as twice as much: odd means "deleted". */
static inline void
close_row (TkbSegment *self, TkbTerm *term)
{
  guint bytes, n;

  if (!self->form.has_positions || term->row == 0)
    return;
  bytes = term->length - term->size_at - 1;
  n = get_varint_length (2 * (guint64) bytes);
  if (n > 1)
    memmove (term->list + term->size_at + n, term->list + term->size_at + 1, bytes);
  tkb_varint_put (term->list + term->size_at, 2 * (guint64) bytes);
  term->length += n - 1;
}

/* Most numbers have one digit. */
static inline void
append_number (TkbTerm *term, guint64 value)
{
  if (G_LIKELY (value < 0x80))
    term->list[term->length++] = (guint8) value;
  else
    term->length += tkb_varint_put (term->list + term->length, value);
}

static void
add_place (TkbSegment *self, TkbTerm *term, guint column, guint position)
{
  if (term->row != self->row)
    {
      guint64 step = (guint64) (self->row - term->row);

      /* up to four more bytes for the length of the row before */
      reserve (self, term, (term->row != 0 ? 4 : 0) + get_varint_length (step) + 1);
      close_row (self, term);
      append_number (term, step);
      term->row = self->row;
      term->size_at = term->length;
      term->column = 0;
      term->position = 0;
      if (self->form.has_positions)
        term->length++;
    }
  if (!self->form.has_positions)
    return;
  reserve (self, term, 2 + 5);
  if (column != term->column)
    {
      term->list[term->length++] = 1;
      term->list[term->length++] = (guint8) column;
      term->column = column;
      term->position = 0;
    }
  append_number (term, (guint64) position - term->position + 2);
  term->position = position;
}

static void
add_waiting (TkbSegment *self)
{
  const TkbWaitingWord *waiting = self->waiting;
  guint                 n = self->n_waiting;

  for (guint i = 0; i < n; i++)
    {
      const TkbWaitingWord *one = &waiting[i];
      gsize                 mask = self->n_slots - 1;
      TkbTerm              *ahead;

      if (self->n_slots > 0)
        {
          if (i + SLOT_AHEAD < n)
            __builtin_prefetch (&self->slots[waiting[i + SLOT_AHEAD].hash & mask]);
          if (i + TERM_AHEAD < n)
            __builtin_prefetch (self->slots[waiting[i + TERM_AHEAD].hash & mask].term);
          ahead = i + LIST_AHEAD < n ? self->slots[waiting[i + LIST_AHEAD].hash & mask].term : NULL;
          if (ahead != NULL)
            __builtin_prefetch (ahead->list + ahead->length, 1);
        }
      add_place (
          self,
          find_term (self, one->hash, one->digit, self->waiting_words + one->word_at, one->length),
          one->column, one->position);
    }
  self->n_waiting = 0;
  self->n_waiting_bytes = 0;
}

static void
add_term (
    TkbSegment *self, char digit, const char *word, gsize length, guint column, guint position)
{
  TkbWaitingWord *one = &self->waiting[self->n_waiting++];

  one->hash = compute_hash (self, digit, word, length);
  one->word_at = self->n_waiting_bytes;
  one->position = position;
  one->length = length;
  one->column = column;
  one->digit = digit;
  memcpy (self->waiting_words + self->n_waiting_bytes, word, length);
  self->n_waiting_bytes += length;
}

/* Bytes of the first characters of a word; 0: it has fewer. */
static gsize
get_prefix_length (const char *word, gsize length, guint characters)
{
  gsize n = 0;

  for (guint i = 0; i < characters; i++)
    {
      if (n >= length)
        return 0;
      n++;
      while (n < length && ((guint8) word[n] & 0xc0) == 0x80)
        n++;
    }
  return n;
}

void
tkb_segment_add (
    TkbSegment *self, guint column, const char *word, gsize length, gboolean is_colocated)
{
  guint position;

  g_assert (!self->is_sealed && self->row > 0 && column < self->form.n_columns);
  if (!is_colocated || self->n_places[column] == 0)
    self->n_places[column]++;
  position = self->n_places[column] - 1;
  length = MIN (length, TKB_SEGMENT_MAX_WORD_BYTES);
  if (self->n_waiting + TKB_SEGMENT_MAX_PREFIXES >= TKB_MAX_WAITING ||
      self->n_waiting_bytes + (1 + TKB_SEGMENT_MAX_PREFIXES) * length > TKB_MAX_WAITING_BYTES)
    add_waiting (self);
  add_term (self, MAIN_DIGIT, word, length, column, position);
  for (guint i = 0; i < self->form.n_prefixes; i++)
    {
      gsize bytes = get_prefix_length (word, length, self->form.prefixes[i]);

      if (bytes > 0)
        add_term (self, MAIN_DIGIT + 1 + i, word, bytes, column, position);
    }
}

static void
end_row (TkbSegment *self)
{
  add_waiting (self);
  for (guint i = 0; i < self->form.n_columns; i++)
    {
      self->n_words[i] += self->n_places[i];
      self->n_places[i] = 0;
    }
}

void
tkb_segment_begin_row (TkbSegment *self, gint64 row)
{
  g_assert (!self->is_sealed && row > self->row);
  end_row (self);
  self->row = row;
  self->n_rows++;
}

/* ---- sealing ---- */

static int
compare_terms (gconstpointer a, gconstpointer b)
{
  const TkbSortedTerm *x = a;
  const TkbSortedTerm *y = b;
  int                  order;

  if (x->head != y->head)
    return x->head < y->head ? -1 : 1;
  order = memcmp (x->term->key, y->term->key, MIN (x->term->key_length, y->term->key_length));
  if (order != 0)
    return order;
  return (int) x->term->key_length - (int) y->term->key_length;
}

/* (element-type TkbSortedTerm) */
static GArray *
sort_terms (TkbSegment *self)
{
  GArray *sorted = g_array_sized_new (FALSE, FALSE, sizeof (TkbSortedTerm), self->n_terms);

  for (gsize i = 0; i < self->n_slots; i++)
    if (self->slots[i].term != NULL)
      {
        TkbTerm      *term = self->slots[i].term;
        TkbSortedTerm one = { 0, term };

        memcpy (&one.head, term->key, MIN (term->key_length, sizeof one.head));
        one.head = GUINT64_FROM_BE (one.head);
        g_array_append_val (sorted, one);
      }
  if (sorted->len > 0)
    qsort (sorted->data, sorted->len, sizeof (TkbSortedTerm), compare_terms);
  return sorted;
}

void
tkb_segment_close_list (TkbSegment *self, TkbTerm *term)
{
  reserve (self, term, 4);
  close_row (self, term);
}

static void
clear_terms (TkbSegment *self)
{
  if (self->slots != NULL)
    munmap (self->slots, self->n_slots * sizeof (TkbTermSlot));
  for (guint i = 0; i < self->blocks->len; i++)
    munmap (g_array_index (self->blocks, TkbBlock, i).memory,
            g_array_index (self->blocks, TkbBlock, i).bytes);
  g_array_set_size (self->blocks, 0);
  g_clear_pointer (&self->waiting, g_free);
  g_clear_pointer (&self->waiting_words, g_free);
  self->slots = NULL;
  self->free = NULL;
  self->free_bytes = 0;
  self->n_slots = self->n_terms = 0;
}

void
tkb_segment_seal (TkbSegment *self)
{
  g_autoptr (GArray) sorted = NULL;

  g_assert (!self->is_sealed);
  end_row (self);
  self->is_sealed = TRUE;
  sorted = sort_terms (self);
  tkb_segment_write_pages (self, sorted);
  clear_terms (self);
  self->size = self->bytes->len;
}

/* ---- the object ---- */

TkbSegment *
tkb_segment_new (const TkbSegmentForm *form)
{
  TkbSegment *self = g_new0 (TkbSegment, 1);

  g_assert (form->n_columns <= TKB_SEGMENT_MAX_COLUMNS &&
            form->n_prefixes <= TKB_SEGMENT_MAX_PREFIXES);
  self->form = *form;
  self->waiting = g_new (TkbWaitingWord, TKB_MAX_WAITING);
  self->waiting_words = g_malloc (TKB_MAX_WAITING_BYTES);
  self->blocks = g_array_new (FALSE, FALSE, sizeof (TkbBlock));
  self->bytes = g_byte_array_new ();
  self->pages = g_array_new (FALSE, FALSE, sizeof (TkbSegmentPage));
  self->keys = g_array_new (FALSE, FALSE, sizeof (TkbSegmentKey));
  return self;
}

void
tkb_segment_free (TkbSegment *self)
{
  if (self == NULL)
    return;
  clear_terms (self);
  g_array_unref (self->blocks);
  g_byte_array_unref (self->bytes);
  g_array_unref (self->pages);
  g_array_unref (self->keys);
  g_free (self);
}

gsize
tkb_segment_get_size (const TkbSegment *self)
{
  return self->size;
}

const guint8 *
tkb_segment_get_bytes (const TkbSegment *self)
{
  return self->bytes->data;
}

GArray *
tkb_segment_get_pages (const TkbSegment *self)
{
  return self->pages;
}

GArray *
tkb_segment_get_keys (const TkbSegment *self)
{
  return self->keys;
}

guint
tkb_segment_get_n_leaves (const TkbSegment *self)
{
  return self->n_leaves;
}

gint64
tkb_segment_get_n_rows (const TkbSegment *self)
{
  return self->n_rows;
}

gint64
tkb_segment_get_n_words (const TkbSegment *self, guint column)
{
  return self->n_words[column];
}
