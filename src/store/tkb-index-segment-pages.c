/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Lists into pages. A page: where its first row stands, if before the first term (2 bytes), where
 * its footer begins (2 bytes), terms with their lists, and the footer: where each term stands. A
 * term is shortened by what it has in common with the one before on the page; a row is the
 * difference to the one before, but for the first of a page. */
#include "config.h"

#include "tkb-index-segment-private.h"

#include <string.h>

/* FTS5's default "pgsz": with the rest of its row it fills a page of SQLite */
#define PAGE_BYTES 4050
#define HEAD_BYTES 4
/* a list that goes on over so many pages without a term gets a list of the first rows on each */
#define MIN_EMPTY_PAGES 4
#define FIRST_ROWS_BIT (G_GINT64_CONSTANT (1) << 36)

typedef struct
{
  TkbSegment    *segment;
  GByteArray    *page;
  GByteArray    *footer;
  guint          number;      /* of the page, from 1 */
  guint          last_footer; /* where the last term of the page begins */
  const TkbTerm *last_term;   /* (nullable) */
  gboolean       has_term;    /* on this page */
  gboolean       has_row;     /* on this page, or a term before any */
  guint          key_page;    /* the last page that begins a term; 0: none is waiting */
  const char    *key;
  guint          key_length;
  guint          n_empty;    /* pages without a term since then */
  GByteArray    *first_rows; /* of the list at work, a page each */
  gint64         first_row;  /* the last one noted there */
  guint          first_page; /* where the list's term stands */
} Writer;

static void
append_varint (GByteArray *to, guint64 value)
{
  guint8 digits[9];

  g_byte_array_append (to, digits, tkb_varint_put (digits, value));
}

static void
put_page (Writer *self, gint64 id, const GByteArray *content)
{
  TkbSegmentPage page = { id, self->segment->bytes->len, content->len };

  g_byte_array_append (self->segment->bytes, content->data, content->len);
  g_array_append_val (self->segment->pages, page);
}

static void
put_number (GByteArray *page, guint at, guint value)
{
  page->data[at] = (guint8) (value >> 8);
  page->data[at + 1] = (guint8) value;
}

static gboolean
is_full (const Writer *self, gsize more)
{
  return self->page->len + self->footer->len + more >= PAGE_BYTES;
}

static gboolean
fits (const Writer *self, gsize more)
{
  return self->page->len + self->footer->len + more <= PAGE_BYTES;
}

static void
end_page (Writer *self)
{
  put_number (self->page, 2, self->page->len);
  if (self->has_term)
    g_byte_array_append (self->page, self->footer->data, self->footer->len);
  else
    {
      if (!self->has_row && self->first_rows->len > 0)
        append_varint (self->first_rows, 0);
      self->n_empty++;
    }
  put_page (self, self->number, self->page);
  g_byte_array_set_size (self->page, HEAD_BYTES);
  memset (self->page->data, 0, HEAD_BYTES);
  g_byte_array_set_size (self->footer, 0);
  self->last_footer = 0;
  self->number++;
  self->has_term = FALSE;
  self->has_row = FALSE;
}

/* No term follows on the pages since key_page: its entry can be written. The list of first rows is
 * optional; one that would not fit on a page is left out. */
static void
end_key (Writer *self)
{
  TkbSegmentKey key = { self->segment->bytes->len, self->key_length, 0 };
  gboolean      has_rows = self->first_rows->len > 0 && self->first_rows->len <= PAGE_BYTES &&
                      self->n_empty >= MIN_EMPTY_PAGES;

  if (self->key_page == 0)
    return;
  g_byte_array_append (self->segment->bytes, (const guint8 *) self->key, self->key_length);
  key.page = (gint64) self->key_page << 1 | has_rows;
  g_array_append_val (self->segment->keys, key);
  if (has_rows)
    put_page (self, FIRST_ROWS_BIT | self->first_page, self->first_rows);
  g_byte_array_set_size (self->first_rows, 0);
  self->n_empty = 0;
  self->key_page = 0;
}

static guint
count_common (const TkbTerm *a, const TkbTerm *b)
{
  guint n = MIN (a->key_length, b->key_length);
  guint i = 0;

  while (i < n && a->key[i] == b->key[i])
    i++;
  return i;
}

static void
append_term (Writer *self, const TkbTerm *term)
{
  guint common = self->last_term != NULL ? count_common (self->last_term, term) : 0;

  if (is_full (self, term->key_length + 2) && self->page->len > HEAD_BYTES)
    end_page (self);
  append_varint (self->footer, self->page->len - self->last_footer);
  self->last_footer = self->page->len;
  if (self->has_term)
    append_varint (self->page, common);
  else
    {
      if (self->number != 1)
        {
          end_key (self);
          /* enough of it to tell it from the one before */
          self->key = term->key;
          self->key_length = self->last_term != NULL ? common + 1 : term->key_length;
          self->key_page = self->number;
        }
      common = 0;
    }
  append_varint (self->page, term->key_length - common);
  g_byte_array_append (self->page, (const guint8 *) term->key + common, term->key_length - common);
  self->last_term = term;
  self->has_term = TRUE;
  self->has_row = TRUE;
  self->first_page = self->number;
}

static void
note_first_row (Writer *self, gint64 row)
{
  if (self->first_rows->len == 0)
    {
      append_varint (self->first_rows, 0); /* the only page of its kind */
      append_varint (self->first_rows, self->number);
      append_varint (self->first_rows, (guint64) row);
    }
  else
    append_varint (self->first_rows, (guint64) (row - self->first_row));
  self->first_row = row;
}

static void
append_row (Writer *self, gint64 row, guint64 step)
{
  if (self->has_row)
    append_varint (self->page, step);
  else
    {
      put_number (self->page, 0, self->page->len);
      append_varint (self->page, (guint64) row);
      self->has_row = TRUE;
      note_first_row (self, row);
    }
}

/* How much of places goes onto a page that it does not fit on: whole numbers, at least one. */
static gsize
count_fitting (const Writer *self, const guint8 *places, gsize length)
{
  guint64 ignored;
  gsize   n = tkb_varint_get (places, length, &ignored);

  while (n < length)
    {
      guint digits = tkb_varint_get (places + n, length - n, &ignored);

      if (!fits (self, n + digits))
        break;
      n += digits;
    }
  return n;
}

static void
append_places (Writer *self, const guint8 *places, gsize length)
{
  if (fits (self, length))
    {
      g_byte_array_append (self->page, places, length);
      return;
    }
  while (length > 0)
    {
      gsize n = fits (self, length) ? length : count_fitting (self, places, length);

      g_byte_array_append (self->page, places, n);
      places += n;
      length -= n;
      if (is_full (self, 0))
        end_page (self);
    }
}

static void
append_list (Writer *self, const TkbTerm *term)
{
  gsize  at = 0;
  gint64 row = 0;

  if (fits (self, term->length + 1))
    {
      g_byte_array_append (self->page, term->list, term->length);
      return;
    }
  while (at < term->length)
    {
      guint64 step, size;
      guint   digits;

      at += tkb_varint_get (term->list + at, term->length - at, &step);
      row += (gint64) step;
      append_row (self, row, step);
      if (!self->segment->form.has_positions)
        {
          if (is_full (self, 0))
            end_page (self);
          continue;
        }
      digits = tkb_varint_get (term->list + at, term->length - at, &size);
      append_places (self, term->list + at, digits + size / 2);
      at += digits + size / 2;
    }
}

void
tkb_segment_write_pages (TkbSegment *segment, GArray *sorted)
{
  g_autoptr (GByteArray) page = g_byte_array_sized_new (2 * PAGE_BYTES);
  g_autoptr (GByteArray) footer = g_byte_array_sized_new (PAGE_BYTES);
  g_autoptr (GByteArray) first_rows = g_byte_array_new ();
  Writer self = { .segment = segment,
                  .page = page,
                  .footer = footer,
                  .first_rows = first_rows,
                  .number = 1,
                  .key = "",
                  .key_page = 1 };

  g_byte_array_set_size (page, HEAD_BYTES);
  memset (page->data, 0, HEAD_BYTES);
  for (guint i = 0; i < sorted->len; i++)
    {
      const TkbSortedTerm *at = &g_array_index (sorted, TkbSortedTerm, i);
      TkbTerm             *term = at->term;

      if (i + 16 < sorted->len)
        __builtin_prefetch (at[16].term);
      if (i + 8 < sorted->len)
        __builtin_prefetch (at[8].term->list);
      tkb_segment_close_list (segment, term);
      append_term (&self, term);
      append_list (&self, term);
    }
  if (page->len > HEAD_BYTES)
    end_page (&self);
  if (self.number > 1)
    end_key (&self);
  segment->n_leaves = self.number - 1;
}
