/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-pages.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tkb-limits.h"
#include "tkb-store.h"

/* what SQLite makes by itself, and what every store of ours has */
#define DEFAULT_PAGE_BYTES 4096
/* levels of a b-tree; ten million rows have five */
#define MAX_DEPTH 20
#define LOG_HEADER_BYTES 32
#define FRAME_HEADER_BYTES 24
#define LOG_FORMAT 3007000

/* the first byte of a b-tree page */
enum
{
  PAGE_INDEX_INTERIOR = 0x02,
  PAGE_TABLE_INTERIOR = 0x05,
  PAGE_INDEX_LEAF = 0x0a,
  PAGE_TABLE_LEAF = 0x0d,
};

struct _TkbPages
{
  int         fd;
  int         log_fd;     /* -1: none */
  guint32     page_bytes; /* a power of two, 512 to 65536 */
  guint32     usable_bytes;
  guint32     n_pages;
  guint32     version;
  guint32     first_free;
  GHashTable *frames;                    /* (owned) page number -> GSIZE of the frame in the log */
  guint8     *seen;                      /* (owned): one for each page */
  guint32     roots[TKB_PAGES_TABLES];   /* 0: not found */
  gboolean    is_hurt[TKB_PAGES_TABLES]; /* something of it could not be read */
  guint       bad_pages;
  GByteArray *payload; /* (owned): of the row of now */

  TkbPagesFunc  function; /* during a walk */
  gpointer      data;
  GCancellable *cancellable;
};

static const char *const names[TKB_PAGES_TABLES] = {
  "document",
  "revision",
  "blob",
  "local",
  "outbox",
  "favourite",
  "counter",
  "sqlite_autoindex_document_1",
  "sqlite_autoindex_revision_1",
};

static guint32
get_16 (const guint8 *bytes)
{
  return (guint32) bytes[0] << 8 | bytes[1];
}

static guint32
get_32 (const guint8 *bytes)
{
  return get_16 (bytes) << 16 | get_16 (bytes + 2);
}

/* A number of one to nine bytes; 0 bytes: it goes beyond end. */
static guint
get_varint (const guint8 *bytes, const guint8 *end, guint64 *out_value)
{
  guint64 value = 0;

  for (guint i = 0; i < 9; i++)
    {
      if (bytes + i >= end)
        return 0;
      if (i == 8)
        {
          *out_value = value << 8 | bytes[i];
          return 9;
        }
      value = value << 7 | (bytes[i] & 0x7f);
      if ((bytes[i] & 0x80) == 0)
        {
          *out_value = value;
          return i + 1;
        }
    }
  return 0;
}

/* ---- the log ---- */

static void
add_checksum (const guint8 *bytes, gsize length, gboolean is_big, guint32 sums[2])
{
  for (gsize i = 0; i + 8 <= length; i += 8)
    {
      guint32 one, two;

      memcpy (&one, bytes + i, sizeof one);
      memcpy (&two, bytes + i + 4, sizeof two);
      one = is_big ? GUINT32_FROM_BE (one) : GUINT32_FROM_LE (one);
      two = is_big ? GUINT32_FROM_BE (two) : GUINT32_FROM_LE (two);
      sums[0] += one + sums[1];
      sums[1] += two + sums[0];
    }
}

static gboolean
read_at (int fd, void *buffer, gsize length, gint64 offset)
{
  return pread (fd, buffer, length, (off_t) offset) == (gssize) length;
}

/* Takes the frames of complete transactions in: as SQLite would, up to the first that is not right.
 */
static void
read_log (TkbPages *self)
{
  guint8             header[LOG_HEADER_BYTES];
  guint32            sums[2] = { 0, 0 };
  gint64             offset = LOG_HEADER_BYTES;
  gboolean           is_big;
  g_autofree guint8 *frame = g_malloc (FRAME_HEADER_BYTES + self->page_bytes);
  g_autoptr (GHashTable) pending = g_hash_table_new (NULL, NULL);

  if (self->log_fd < 0 || !read_at (self->log_fd, header, sizeof header, 0) ||
      (get_32 (header) & ~1u) != 0x377f0682 || get_32 (header + 4) != LOG_FORMAT ||
      get_32 (header + 8) != self->page_bytes)
    return;
  is_big = (get_32 (header) & 1) != 0;
  add_checksum (header, 24, is_big, sums);
  if (sums[0] != get_32 (header + 24) || sums[1] != get_32 (header + 28))
    return;
  while (read_at (self->log_fd, frame, FRAME_HEADER_BYTES + self->page_bytes, offset))
    {
      guint32        page = get_32 (frame);
      guint32        size = get_32 (frame + 4);
      GHashTableIter iterator;
      gpointer       key, value;

      add_checksum (frame, 8, is_big, sums);
      add_checksum (frame + FRAME_HEADER_BYTES, self->page_bytes, is_big, sums);
      if (page == 0 || memcmp (frame + 8, header + 16, 8) != 0 || sums[0] != get_32 (frame + 16) ||
          sums[1] != get_32 (frame + 20))
        return;
      g_hash_table_insert (pending, GUINT_TO_POINTER (page),
                           GSIZE_TO_POINTER ((gsize) offset + FRAME_HEADER_BYTES));
      offset += FRAME_HEADER_BYTES + self->page_bytes;
      if (size == 0)
        continue;
      g_hash_table_iter_init (&iterator, pending);
      while (g_hash_table_iter_next (&iterator, &key, &value))
        {
          g_hash_table_insert (self->frames, key, value);
          self->n_pages = MAX (self->n_pages, GPOINTER_TO_UINT (key));
        }
      g_hash_table_remove_all (pending);
    }
}

/* ---- pages ---- */

/* A page that the disk does not give is a page of zeroes: nothing in it can be read. */
static gboolean
read_page (TkbPages *self, guint32 number, guint8 *page)
{
  gsize  frame = GPOINTER_TO_SIZE (g_hash_table_lookup (self->frames, GUINT_TO_POINTER (number)));
  gssize length;

  memset (page, 0, self->page_bytes);
  if (number == 0 || number > self->n_pages)
    return FALSE;
  if (frame != 0)
    length = pread (self->log_fd, page, self->page_bytes, (off_t) frame);
  else
    length =
        pread (self->fd, page, self->page_bytes, (off_t) (number - 1) * (off_t) self->page_bytes);
  return length > 0;
}

static void
take_header (TkbPages *self, gint64 file_bytes)
{
  guint8  header[100] = { 0 };
  guint32 page_bytes;
  gint64  pages;

  self->page_bytes = DEFAULT_PAGE_BYTES;
  self->usable_bytes = DEFAULT_PAGE_BYTES;
  if (pread (self->fd, header, sizeof header, 0) == sizeof header &&
      memcmp (header, "SQLite format 3", 16) == 0)
    {
      page_bytes = get_16 (header + 16) == 1 ? 65536 : get_16 (header + 16);
      if (page_bytes >= 512 && (page_bytes & (page_bytes - 1)) == 0)
        {
          self->page_bytes = page_bytes;
          self->usable_bytes = page_bytes - MIN (header[20], page_bytes - 480);
        }
      self->version = get_32 (header + 60);
      self->first_free = get_32 (header + 32);
    }
  pages = (file_bytes + self->page_bytes - 1) / self->page_bytes;
  self->n_pages = (guint32) MIN (pages, G_MAXINT32);
}

TkbPages *
tkb_pages_open (const char *path, GError **error)
{
  g_autoptr (TkbPages) self = g_new0 (TkbPages, 1);
  g_autofree char *log = g_strconcat (path, "-wal", NULL);
  struct stat      status;

  self->log_fd = -1;
  self->frames = g_hash_table_new (NULL, NULL);
  self->payload = g_byte_array_new ();
  self->fd = g_open (path, O_RDONLY | O_CLOEXEC, 0);
  if (self->fd < 0 || fstat (self->fd, &status) != 0)
    {
      int errsv = errno;

      g_set_error (error, TKB_STORE_ERROR,
                   errsv == ENOENT ? TKB_STORE_ERROR_NOT_FOUND : TKB_STORE_ERROR_IO, "%s: %s", path,
                   g_strerror (errsv));
      return NULL;
    }
  if (!S_ISREG (status.st_mode) || status.st_size == 0)
    {
      g_set_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_NOT_A_STORE, "%s: is no store", path);
      return NULL;
    }
  self->log_fd = g_open (log, O_RDONLY | O_CLOEXEC, 0);
  take_header (self, status.st_size);
  read_log (self);
  if (self->n_pages > 0 && g_hash_table_contains (self->frames, GUINT_TO_POINTER (1)))
    {
      g_autofree guint8 *first = g_malloc (self->page_bytes);

      if (read_page (self, 1, first))
        {
          self->version = get_32 (first + 60);
          self->first_free = get_32 (first + 32);
        }
    }
  self->seen = g_new0 (guint8, (gsize) self->n_pages + 1);
  return g_steal_pointer (&self);
}

void
tkb_pages_free (TkbPages *self)
{
  if (self == NULL)
    return;
  if (self->fd >= 0)
    close (self->fd);
  if (self->log_fd >= 0)
    close (self->log_fd);
  g_hash_table_unref (self->frames);
  g_byte_array_unref (self->payload);
  g_free (self->seen);
  g_free (self);
}

guint32
tkb_pages_get_version (TkbPages *self)
{
  return self->version;
}

guint
tkb_pages_get_bad_pages (TkbPages *self)
{
  return self->bad_pages;
}

gboolean
tkb_pages_is_whole (TkbPages *self, TkbPagesTable table)
{
  return self->roots[table] != 0 && !self->is_hurt[table];
}

/* ---- rows ---- */

/* How much of a payload stands in the page itself. */
static guint64
get_local_bytes (TkbPages *self, guint64 total, gboolean is_table)
{
  guint64 usable = self->usable_bytes;
  guint64 most = is_table ? usable - 35 : (usable - 12) * 64 / 255 - 23;
  guint64 least = (usable - 12) * 32 / 255 - 23;
  guint64 wanted;

  if (total <= most)
    return total;
  wanted = least + (total - least) % (usable - 4);
  return wanted <= most ? wanted : least;
}

/* The rest of a payload stands in a chain of pages. FALSE: not all of it is there. */
static gboolean
read_overflow (TkbPages *self, guint32 number, guint64 left)
{
  g_autofree guint8 *page = g_malloc (self->page_bytes);

  while (left > 0)
    {
      guint part = (guint) MIN (left, self->usable_bytes - 4);

      if (number == 0 || number > self->n_pages || self->seen[number] ||
          !read_page (self, number, page))
        return FALSE;
      self->seen[number] = 1;
      g_byte_array_append (self->payload, page + 4, part);
      left -= part;
      number = get_32 (page);
    }
  return TRUE;
}

static gsize
get_serial_bytes (guint64 type)
{
  static const guint8 sizes[] = { 0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0 };

  return type < G_N_ELEMENTS (sizes) ? sizes[type] : (gsize) ((type - 12) / 2);
}

static void
set_cell (TkbCell *cell, guint64 type, const guint8 *bytes, gsize length)
{
  *cell = (TkbCell){ .type = TKB_CELL_OTHER };
  if (type == 0)
    cell->type = TKB_CELL_NULL;
  else if (type <= 6 || type == 8 || type == 9)
    {
      guint64 value = length > 0 && (bytes[0] & 0x80) != 0 ? G_MAXUINT64 : 0;

      for (gsize i = 0; i < length; i++)
        value = value << 8 | bytes[i];
      cell->type = TKB_CELL_INTEGER;
      cell->integer = type == 9 ? 1 : (gint64) value;
    }
  else if (type >= 13 && (type & 1) != 0)
    {
      cell->type = TKB_CELL_TEXT;
      cell->text = (const char *) bytes;
      cell->length_bytes = length;
      if (!g_utf8_validate_len (cell->text, length, NULL))
        cell->type = TKB_CELL_OTHER;
    }
}

/* Takes a payload apart. FALSE: it is none, or has more columns than any table of ours. */
static gboolean
parse_record (const guint8 *payload, gsize length, gboolean is_cut, TkbPagesRow *row)
{
  const guint8 *end = payload + length;
  const guint8 *at = payload;
  const guint8 *body;
  guint64       header_bytes;
  guint         step = get_varint (at, end, &header_bytes);

  if (step == 0 || header_bytes < step || header_bytes > length)
    return FALSE;
  body = payload + header_bytes;
  at += step;
  row->n_cells = 0;
  while (at < payload + header_bytes)
    {
      guint64 type;
      gsize   bytes;

      step = get_varint (at, payload + header_bytes, &type);
      if (step == 0 || type == 10 || type == 11 || row->n_cells == TKB_PAGES_MAX_COLUMNS)
        return FALSE;
      at += step;
      bytes = get_serial_bytes (type);
      if (bytes > (gsize) (end - body))
        {
          /* only the last column may be cut off, and only where pages are missing */
          if (!is_cut || at < payload + header_bytes)
            return FALSE;
          bytes = (gsize) (end - body);
        }
      set_cell (&row->cells[row->n_cells++], type, body, bytes);
      body += bytes;
    }
  return is_cut || body == end;
}

/* cell: the payload's length stands there. FALSE: it cannot be read. */
static gboolean
read_payload (
    TkbPages *self, const guint8 *cell, const guint8 *end, gboolean is_table, TkbPagesRow *row)
{
  guint64 total, rowid = 0, local;
  guint   step = get_varint (cell, end, &total);

  if (step == 0 || total == 0 || total > 3 * (guint64) TKB_MAX_DOCUMENT_BYTES)
    return FALSE;
  cell += step;
  if (is_table)
    {
      if ((step = get_varint (cell, end, &rowid)) == 0)
        return FALSE;
      cell += step;
    }
  row->rowid = (gint64) rowid;
  row->is_cut = FALSE;
  local = get_local_bytes (self, total, is_table);
  if (local > (guint64) (end - cell))
    return FALSE;
  g_byte_array_set_size (self->payload, 0);
  g_byte_array_append (self->payload, cell, (guint) local);
  if (local < total)
    {
      if (end - cell - (gssize) local < 4)
        return FALSE;
      row->is_cut = !read_overflow (self, get_32 (cell + local), total - local);
    }
  return parse_record (self->payload->data, self->payload->len, row->is_cut, row);
}

/* ---- shapes ---- */

static gboolean
is_type (const TkbPagesRow *row, guint i, TkbCellType type)
{
  return row->cells[i].type == type;
}

static gboolean
begins (const TkbPagesRow *row, guint i, const char *prefix)
{
  const TkbCell *cell = &row->cells[i];

  return cell->type == TKB_CELL_TEXT && cell->length_bytes >= strlen (prefix) &&
         memcmp (cell->text, prefix, strlen (prefix)) == 0;
}

/* N-digest */
static gboolean
is_rev (const TkbPagesRow *row, guint i)
{
  const TkbCell *cell = &row->cells[i];

  return cell->type == TKB_CELL_TEXT && cell->length_bytes >= 3 &&
         g_ascii_isdigit (cell->text[0]) && memchr (cell->text, '-', cell->length_bytes) != NULL;
}

/* Which table a row belongs to, as far as its columns tell. */
static TkbPagesTable
get_shape (const TkbPagesRow *row, gboolean is_table)
{
  if (is_table)
    {
      if (row->n_cells == 11 && is_type (row, 0, TKB_CELL_NULL) &&
          is_type (row, 1, TKB_CELL_TEXT) && is_type (row, 2, TKB_CELL_INTEGER) &&
          is_rev (row, 3) && is_type (row, 4, TKB_CELL_INTEGER))
        return TKB_PAGES_DOCUMENT;
      if (row->n_cells == 6 && is_type (row, 0, TKB_CELL_NULL) &&
          is_type (row, 1, TKB_CELL_INTEGER) && is_rev (row, 2) &&
          is_type (row, 3, TKB_CELL_INTEGER) && is_type (row, 4, TKB_CELL_INTEGER))
        return TKB_PAGES_REVISION;
      return TKB_PAGES_NONE;
    }
  if (row->n_cells == 5 && is_type (row, 0, TKB_CELL_TEXT) && is_type (row, 1, TKB_CELL_TEXT) &&
      row->cells[1].length_bytes == 64 && is_type (row, 2, TKB_CELL_INTEGER) &&
      is_type (row, 3, TKB_CELL_INTEGER) && is_type (row, 4, TKB_CELL_INTEGER))
    return TKB_PAGES_BLOB;
  if (row->n_cells == 5 && is_type (row, 0, TKB_CELL_INTEGER) && is_rev (row, 1) &&
      is_type (row, 4, TKB_CELL_INTEGER))
    return TKB_PAGES_OUTBOX;
  if (row->n_cells == 3 && is_type (row, 0, TKB_CELL_INTEGER) && is_rev (row, 1) &&
      is_type (row, 2, TKB_CELL_INTEGER))
    return TKB_PAGES_REVISION_REVS;
  if (row->n_cells == 2 && is_type (row, 0, TKB_CELL_TEXT) && begins (row, 1, "{"))
    return TKB_PAGES_LOCAL;
  if (row->n_cells == 2 && is_type (row, 0, TKB_CELL_TEXT) && is_type (row, 1, TKB_CELL_INTEGER))
    return TKB_PAGES_DOCUMENT_IDS;
  if (row->n_cells == 1 && is_type (row, 0, TKB_CELL_TEXT))
    return TKB_PAGES_FAVOURITE;
  return TKB_PAGES_NONE;
}

/* ---- walking ---- */

/* The rows of one b-tree page; table NONE: the shape decides. out_bad: how many could not be read.
 */
static gboolean
read_rows (TkbPages     *self,
           const guint8 *page,
           guint32       number,
           TkbPagesTable table,
           guint        *out_bad,
           GError      **error)
{
  const guint8 *header = page + (number == 1 ? 100 : 0);
  const guint8 *end = page + self->usable_bytes;
  gboolean      is_interior = (header[0] & 0x08) == 0;
  gboolean      is_table = header[0] == PAGE_TABLE_LEAF;
  const guint8 *pointers = header + (is_interior ? 12 : 8);
  guint         count = get_16 (header + 3);

  *out_bad = 0;
  if (header[0] == PAGE_TABLE_INTERIOR)
    return TRUE;
  if (pointers + 2 * count > end)
    {
      count = (guint) (end - pointers) / 2;
      (*out_bad)++;
    }
  for (guint i = 0; i < count; i++)
    {
      guint         offset = get_16 (pointers + 2 * i) + (is_interior ? 4 : 0);
      TkbPagesRow   row = { .is_stray = table == TKB_PAGES_NONE };
      TkbPagesTable shape;

      if (offset < (guint) (pointers - page) + 2 * count || offset >= self->usable_bytes ||
          !read_payload (self, page + offset, end, is_table, &row))
        {
          (*out_bad)++;
          continue;
        }
      shape = get_shape (&row, is_table);
      /* figures and the index of names look alike */
      row.table = table == TKB_PAGES_COUNTER && shape == TKB_PAGES_DOCUMENT_IDS ? table : shape;
      if (row.table == TKB_PAGES_NONE || (table != TKB_PAGES_NONE && row.table != table))
        {
          (*out_bad)++;
          continue;
        }
      if (!self->function (&row, self->data, error))
        return FALSE;
    }
  return TRUE;
}

static void
note_bad (TkbPages *self, TkbPagesTable table)
{
  self->bad_pages++;
  self->is_hurt[table] = TRUE;
}

static gboolean
walk_tree (TkbPages *self, guint32 number, TkbPagesTable table, guint depth, GError **error)
{
  g_autofree guint8 *page = NULL;
  const guint8      *header;
  guint              count, bad;

  if (g_cancellable_set_error_if_cancelled (self->cancellable, error))
    return FALSE;
  if (number == 0 || number > self->n_pages || self->seen[number] || depth > MAX_DEPTH)
    {
      note_bad (self, table);
      return TRUE;
    }
  self->seen[number] = 1;
  page = g_malloc (self->page_bytes);
  header = page + (number == 1 ? 100 : 0);
  if (!read_page (self, number, page) ||
      (header[0] != PAGE_TABLE_LEAF && header[0] != PAGE_INDEX_LEAF &&
       header[0] != PAGE_TABLE_INTERIOR && header[0] != PAGE_INDEX_INTERIOR))
    {
      note_bad (self, table);
      return TRUE;
    }
  if (!read_rows (self, page, number, table, &bad, error))
    return FALSE;
  if (bad > 0)
    note_bad (self, table);
  if ((header[0] & 0x08) != 0)
    return TRUE;
  count = MIN (get_16 (header + 3), (self->usable_bytes - 112) / 2);
  for (guint i = 0; i < count; i++)
    {
      guint offset = get_16 (header + 12 + 2 * i);

      if (offset + 4 > self->usable_bytes)
        note_bad (self, table);
      else if (!walk_tree (self, get_32 (page + offset), table, depth + 1, error))
        return FALSE;
    }
  return walk_tree (self, get_32 (header + 8), table, depth + 1, error);
}

/* ---- the schema ---- */

/* type, name, table, root, SQL */
static void
take_root (TkbPages *self, const TkbPagesRow *row)
{
  if (row->n_cells != 5 || !is_type (row, 1, TKB_CELL_TEXT) ||
      !is_type (row, 3, TKB_CELL_INTEGER) || row->cells[3].integer <= 0 ||
      row->cells[3].integer > self->n_pages)
    return;
  for (guint i = 0; i < TKB_PAGES_TABLES; i++)
    if (row->cells[1].length_bytes == strlen (names[i]) && begins (row, 1, names[i]))
      self->roots[i] = (guint32) row->cells[3].integer;
}

static void
read_schema (TkbPages *self, guint32 number, guint depth)
{
  g_autofree guint8 *page = g_malloc (self->page_bytes);
  const guint8      *header = page + (number == 1 ? 100 : 0);
  gboolean           is_leaf;
  guint              count;

  if (number == 0 || number > self->n_pages || self->seen[number] || depth > MAX_DEPTH)
    return;
  self->seen[number] = 1;
  if (!read_page (self, number, page) ||
      (header[0] != PAGE_TABLE_LEAF && header[0] != PAGE_TABLE_INTERIOR))
    return;
  is_leaf = header[0] == PAGE_TABLE_LEAF;
  count = MIN (get_16 (header + 3), (self->usable_bytes - 112) / 2);
  for (guint i = 0; i < count; i++)
    {
      guint       offset = get_16 (header + (is_leaf ? 8 : 12) + 2 * i);
      TkbPagesRow row = { 0 };

      if (offset + 4 > self->usable_bytes)
        continue;
      if (!is_leaf)
        read_schema (self, get_32 (page + offset), depth + 1);
      else if (read_payload (self, page + offset, page + self->usable_bytes, TRUE, &row))
        take_root (self, &row);
    }
  if (!is_leaf)
    read_schema (self, get_32 (header + 8), depth + 1);
}

/* Pages that were given up hold what was deleted on purpose. */
static void
skip_free_pages (TkbPages *self)
{
  g_autofree guint8 *page = g_malloc (self->page_bytes);
  guint32            number = self->first_free;

  while (number != 0 && number <= self->n_pages && !self->seen[number] &&
         read_page (self, number, page))
    {
      guint count = MIN (get_32 (page + 4), self->usable_bytes / 4 - 2);

      self->seen[number] = 1;
      for (guint i = 0; i < count; i++)
        {
          guint32 leaf = get_32 (page + 8 + 4 * i);

          if (leaf != 0 && leaf <= self->n_pages)
            self->seen[leaf] = 1;
        }
      number = get_32 (page);
    }
}

/* Leaves that no page leads to any more. */
static gboolean
walk_strays (TkbPages *self, GError **error)
{
  g_autofree guint8 *page = g_malloc (self->page_bytes);
  guint              bad;

  for (guint32 number = 2; number <= self->n_pages; number++)
    {
      if (g_cancellable_set_error_if_cancelled (self->cancellable, error))
        return FALSE;
      if (self->seen[number] || !read_page (self, number, page) ||
          (page[0] != PAGE_TABLE_LEAF && page[0] != PAGE_INDEX_LEAF))
        continue;
      if (!read_rows (self, page, number, TKB_PAGES_NONE, &bad, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
tkb_pages_walk (
    TkbPages *self, TkbPagesFunc function, gpointer data, GCancellable *cancellable, GError **error)
{
  gboolean is_hurt = FALSE;

  self->function = function;
  self->data = data;
  self->cancellable = cancellable;
  self->bad_pages = 0;
  memset (self->seen, 0, (gsize) self->n_pages + 1);
  read_schema (self, 1, 0);
  for (TkbPagesTable table = 0; table < TKB_PAGES_TABLES; table++)
    {
      self->is_hurt[table] = FALSE;
      if (self->roots[table] != 0 && !walk_tree (self, self->roots[table], table, 0, error))
        return FALSE;
      is_hurt |= !tkb_pages_is_whole (self, table);
    }
  if (!is_hurt)
    return TRUE;
  skip_free_pages (self);
  return walk_strays (self, error);
}
