/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-facet.h"

#include <stdlib.h>
#include <string.h>

#include "tkb-facet-record.h"

/* Rows and codes are handed out from 1 on; the arrays are as long as the highest number. One that
 * is far beyond the count of all (this many, and so many times the count) means a damaged file and
 * is left out, or a few rows would take all memory. */
#define MAX_ROW 50000000
#define SPARE_ROWS 1000000
#define MAX_SPARSE 64
#define SPARE_CODES 10000
/* Codes of sets that perhaps nobody has any more. */
#define SPARE_CHANGED 100000
/* More changed rows than this and the order is sorted anew instead of merged. */
#define MERGE_MAX 2000

/* Those that are new are zeroed. */
static void
set_n_rows (TkbFacets *self, guint n)
{
  g_array_set_size (self->rows, n);
  g_array_set_size (self->set_of, n);
  g_array_set_size (self->lengths, n);
}

TkbFacets *
tkb_facets_new (void)
{
  TkbFacets *self = g_new0 (TkbFacets, 1);

  self->rows = g_array_new (FALSE, TRUE, sizeof (TkbFacetRow));
  self->set_of = g_array_new (FALSE, TRUE, sizeof (guint32));
  self->lengths = g_array_new (FALSE, TRUE, sizeof (guint8));
  tkb_facet_sets_init (&self->sets);
  self->dictionary = g_array_new (FALSE, TRUE, sizeof (TkbFacetCode));
  self->fields = g_ptr_array_new_with_free_func (g_free);
  self->order = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->attached = g_array_new (FALSE, FALSE, sizeof (TkbFacetAttached));
  set_n_rows (self, 1);
  return self;
}

static void
clear (TkbFacets *self)
{
  for (guint i = 0; i < self->dictionary->len; i++)
    g_free (g_array_index (self->dictionary, TkbFacetCode, i).code);
  g_array_set_size (self->dictionary, 0);
  set_n_rows (self, 0);
  set_n_rows (self, 1);
  tkb_facet_sets_clear (&self->sets);
  tkb_facet_sets_init (&self->sets);
  g_array_unref (self->order); /* an answer that is still shown may hold it too */
  self->order = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_array_set_size (self->attached, 0);
  g_ptr_array_set_size (self->fields, 0);
  g_clear_pointer (&self->epoch, g_free);
  self->n_live = 0;
  self->stamp = 0;
  self->last_number = 0;
  self->n_codes = 0;
  self->n_taken = 0;
  self->n_loaded = 0;
  self->generation++;
}

void
tkb_facets_free (TkbFacets *self)
{
  clear (self);
  g_array_unref (self->rows);
  g_array_unref (self->set_of);
  g_array_unref (self->lengths);
  tkb_facet_sets_clear (&self->sets);
  g_array_unref (self->dictionary);
  g_ptr_array_unref (self->fields);
  g_array_unref (self->order);
  g_array_unref (self->attached);
  g_free (self);
}

int
tkb_facets_find_field (TkbFacets *self, const char *name)
{
  for (guint i = 0; i < self->fields->len; i++)
    if (strcmp (g_ptr_array_index (self->fields, i), name) == 0)
      return i;
  return -1;
}

static guint
intern_field (TkbFacets *self, const char *name)
{
  int found = tkb_facets_find_field (self, name);

  if (found >= 0)
    return found;
  g_ptr_array_add (self->fields, g_strdup (name));
  return self->fields->len - 1;
}

static gboolean
load_dictionary (TkbFacets *self, TkbDb *db, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_INDEX_CODE_AFTER);
  TkbStep step;

  tkb_stmt_bind_int (&stmt, 1, self->last_number);
  while ((step = tkb_stmt_step (&stmt, error)) == TKB_STEP_ROW)
    {
      gint64        number = tkb_stmt_get_int (&stmt, 0);
      const char   *field = tkb_stmt_get_text (&stmt, 1);
      const char   *text = tkb_stmt_get_text (&stmt, 2);
      TkbFacetCode *code;

      self->n_codes++;
      if (number <= 0 || number > SPARE_CODES + (gint64) MAX_SPARSE * self->n_codes ||
          number > MAX_ROW || field == NULL || text == NULL || !g_utf8_validate (text, -1, NULL) ||
          !g_utf8_validate (field, -1, NULL))
        continue;
      if (number >= self->dictionary->len)
        g_array_set_size (self->dictionary, number + 1);
      code = &g_array_index (self->dictionary, TkbFacetCode, number);
      code->field = intern_field (self, field);
      code->code = g_strdup (text);
      self->last_number = number;
    }
  return step != TKB_STEP_ERROR;
}

/* Numbers that the dictionary does not know (a damaged record) are left out, so that nobody who
 * counts has to look. */
static guint16
keep_known (TkbFacets *self, guint from)
{
  guint kept = from;

  for (guint i = from; i < self->sets.codes->len; i++)
    {
      guint32 number = g_array_index (self->sets.codes, guint32, i);

      if (number < self->dictionary->len && kept - from < G_MAXUINT16 &&
          g_array_index (self->dictionary, TkbFacetCode, number).code != NULL)
        g_array_index (self->sets.codes, guint32, kept++) = number;
    }
  g_array_set_size (self->sets.codes, kept);
  return kept - from;
}

static gboolean
is_possible (TkbFacets *self, gint64 doc)
{
  return doc > 0 && doc <= MAX_ROW && doc <= SPARE_ROWS + (gint64) MAX_SPARSE * self->n_taken;
}

static void
take_row (TkbFacets *self, gint64 doc, const guint8 *record, gsize length)
{
  TkbFacetRecord unpacked;
  TkbFacetRow    row = { 0 };
  TkbFacetRow   *place;
  guint          end = self->sets.codes->len;
  guint32        set = 0;

  self->n_taken++;
  if (!is_possible (self, doc))
    return;
  if (doc >= self->rows->len)
    set_n_rows (self, doc + 1);
  place = &g_array_index (self->rows, TkbFacetRow, doc);
  self->n_live -= (place->flags & TKB_FACET_ROW_LIVE) != 0;
  if (record != NULL && tkb_facet_record_unpack (&unpacked, self->sets.codes, record, length))
    {
      row.n_codes = keep_known (self, end);
      set = tkb_facet_sets_take (&self->sets, row.n_codes);
      row.codes_at = g_array_index (self->sets.sets, TkbFacetSet, set).at;
      row.modified_s = unpacked.modified_s;
      row.tie = unpacked.tie;
      row.length = MIN (unpacked.length, TKB_FACET_LENGTH_LIVE - 1);
      row.flags = (unpacked.flags & (TKB_FACET_ROW_PUBLISHED | TKB_FACET_ROW_ATTACHMENT)) |
                  TKB_FACET_ROW_LIVE;
      self->n_live++;
    }
  else
    g_array_set_size (self->sets.codes, end);
  *place = row;
  g_array_index (self->set_of, guint32, doc) = set;
  g_array_index (self->lengths, guint8, doc) =
      row.flags != 0 ? TKB_FACET_LENGTH_LIVE | row.length : 0;
}

/* ---- newest first ---- */

typedef struct
{
  guint64 key; /* small is first */
  guint32 doc;
} OrderKey;

static guint64
get_order_key (TkbFacets *self, guint32 doc)
{
  const TkbFacetRow *row = tkb_facets_get_row (self, doc);

  return (guint64) (G_MAXUINT32 - row->modified_s) << 32 | row->tie;
}

static int
compare_order_keys (const void *a, const void *b)
{
  const OrderKey *x = a;
  const OrderKey *y = b;

  if (x->key != y->key)
    return x->key < y->key ? -1 : 1;
  return (x->doc > y->doc) - (x->doc < y->doc);
}

int
tkb_facets_compare_recency (TkbFacets *self, guint32 a, guint32 b)
{
  OrderKey x = { get_order_key (self, a), a };
  OrderKey y = { get_order_key (self, b), b };

  return compare_order_keys (&x, &y);
}

static gboolean
is_live (TkbFacets *self, guint32 doc)
{
  return (tkb_facets_get_row (self, doc)->flags & TKB_FACET_ROW_LIVE) != 0;
}

static GArray *
sort_docs (TkbFacets *self, const guint32 *docs, guint n)
{
  GArray *keys = g_array_sized_new (FALSE, FALSE, sizeof (OrderKey), n);

  for (guint i = 0; i < n; i++)
    {
      OrderKey key = { get_order_key (self, docs[i]), docs[i] };

      if (is_live (self, docs[i]))
        g_array_append_val (keys, key);
    }
  if (keys->len > 0)
    qsort (keys->data, keys->len, sizeof (OrderKey), compare_order_keys);
  return keys;
}

static void
sort_all (TkbFacets *self)
{
  g_autoptr (GArray) docs = g_array_sized_new (FALSE, FALSE, sizeof (guint32), self->n_live);
  g_autoptr (GArray) keys = NULL;

  for (guint32 doc = 1; doc < self->rows->len; doc++)
    if (is_live (self, doc))
      g_array_append_val (docs, doc);
  keys = sort_docs (self, (const guint32 *) docs->data, docs->len);
  g_array_unref (self->order);
  self->order = g_array_sized_new (FALSE, FALSE, sizeof (guint32), self->n_live);
  for (guint i = 0; i < keys->len; i++)
    g_array_append_val (self->order, g_array_index (keys, OrderKey, i).doc);
}

/* A few rows have changed: all others keep their order among themselves. A new array, because an
 * answer that is still shown may hold the old one. */
static void
merge_changed (TkbFacets *self, GHashTable *changed)
{
  g_autofree guint32 *docs = g_new (guint32, g_hash_table_size (changed) + 1);
  g_autoptr (GArray) keys = NULL;
  GArray        *merged = g_array_sized_new (FALSE, FALSE, sizeof (guint32), self->n_live);
  GHashTableIter iter;
  gpointer       doc;
  guint          n = 0;
  guint          next = 0;

  g_hash_table_iter_init (&iter, changed);
  while (g_hash_table_iter_next (&iter, &doc, NULL))
    docs[n++] = GPOINTER_TO_UINT (doc);
  keys = sort_docs (self, docs, n);
  for (guint i = 0; i < self->order->len; i++)
    {
      guint32 old = g_array_index (self->order, guint32, i);

      if (g_hash_table_contains (changed, GUINT_TO_POINTER (old)))
        continue;
      while (next < keys->len &&
             tkb_facets_compare_recency (self, g_array_index (keys, OrderKey, next).doc, old) < 0)
        g_array_append_val (merged, g_array_index (keys, OrderKey, next++).doc);
      g_array_append_val (merged, old);
    }
  while (next < keys->len)
    g_array_append_val (merged, g_array_index (keys, OrderKey, next++).doc);
  g_array_unref (self->order);
  self->order = merged;
}

/* ---- which documents have which attached text ---- */

static int
compare_attached (gconstpointer a, gconstpointer b)
{
  const TkbFacetAttached *x = a;
  const TkbFacetAttached *y = b;

  if (x->attached != y->attached)
    return x->attached < y->attached ? -1 : 1;
  return (x->doc > y->doc) - (x->doc < y->doc);
}

static void
add_attached (TkbFacets *self, gint64 attached, gint64 doc)
{
  TkbFacetAttached pair = { (guint32) attached, (guint32) doc };

  if (attached > 0 && attached <= MAX_ROW && doc > 0 && doc <= MAX_ROW)
    g_array_append_val (self->attached, pair);
}

static gboolean
load_attached (TkbFacets *self, TkbDb *db, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_ATTACHED_PAIRS);
  TkbStep step;

  g_array_set_size (self->attached, 0);
  while ((step = tkb_stmt_step (&stmt, error)) == TKB_STEP_ROW)
    add_attached (self, tkb_stmt_get_int (&stmt, 0), tkb_stmt_get_int (&stmt, 1));
  g_array_sort (self->attached, compare_attached);
  return step != TKB_STEP_ERROR;
}

static gboolean
load_attached_of (TkbFacets *self, TkbDb *db, guint32 doc, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_ATTACHED_OF);
  TkbStep step;

  tkb_stmt_bind_int (&stmt, 1, doc);
  while ((step = tkb_stmt_step (&stmt, error)) == TKB_STEP_ROW)
    add_attached (self, tkb_stmt_get_int (&stmt, 0), doc);
  return step != TKB_STEP_ERROR;
}

/* Of the changed documents only. */
static gboolean
reload_attached (TkbFacets *self, TkbDb *db, GHashTable *changed, GError **error)
{
  GHashTableIter iter;
  gpointer       doc;
  guint          kept = 0;
  guint          before;

  for (guint i = 0; i < self->attached->len; i++)
    {
      TkbFacetAttached pair = g_array_index (self->attached, TkbFacetAttached, i);

      if (!g_hash_table_contains (changed, GUINT_TO_POINTER (pair.doc)))
        g_array_index (self->attached, TkbFacetAttached, kept++) = pair;
    }
  g_array_set_size (self->attached, kept);
  before = kept;
  g_hash_table_iter_init (&iter, changed);
  while (g_hash_table_iter_next (&iter, &doc, NULL))
    if ((tkb_facets_get_row (self, GPOINTER_TO_UINT (doc))->flags & TKB_FACET_ROW_ATTACHMENT) !=
            0 &&
        !load_attached_of (self, db, GPOINTER_TO_UINT (doc), error))
      return FALSE;
  if (self->attached->len > before)
    g_array_sort (self->attached, compare_attached);
  return TRUE;
}

/**
 * tkb_facets_find_attached:
 * @self: the arrays
 * @attached: a row of the index of attached texts
 * @out_n: (out): how many documents have that text
 *
 * Returns: (array length=out_n) (nullable): the first of them, by row
 */
const TkbFacetAttached *
tkb_facets_find_attached (TkbFacets *self, gint64 attached, guint *out_n)
{
  const TkbFacetAttached *pairs = (const TkbFacetAttached *) self->attached->data;
  guint                   from = 0;
  guint                   to = self->attached->len;
  guint                   n = 0;

  while (from < to)
    {
      guint middle = from + (to - from) / 2;

      if (pairs[middle].attached < attached)
        from = middle + 1;
      else
        to = middle;
    }
  while (from + n < self->attached->len && pairs[from + n].attached == attached)
    n++;
  *out_n = n;
  return n > 0 ? &pairs[from] : NULL;
}

/* ---- catching up ---- */

static gboolean
load_rows (TkbFacets *self, TkbDb *db, TkbSql sql, GHashTable *changed, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, sql);
  TkbStep step;

  if (sql == TKB_SQL_INDEX_DOCUMENT_AFTER)
    tkb_stmt_bind_int (&stmt, 1, self->stamp);
  while ((step = tkb_stmt_step (&stmt, error)) == TKB_STEP_ROW)
    {
      gint64        doc = tkb_stmt_get_int (&stmt, 0);
      gsize         length = 0;
      const guint8 *record = tkb_stmt_get_blob (&stmt, 1, &length);

      take_row (self, doc, record, length);
      if (changed != NULL && is_possible (self, doc))
        g_hash_table_add (changed, GUINT_TO_POINTER (doc));
    }
  return step != TKB_STEP_ERROR;
}

static gboolean
read_state (TkbDb *db, char **out_epoch, gint64 *out_stamp, GError **error)
{
  g_auto (TkbStmt) stamp = tkb_db_borrow (db, TKB_SQL_INDEX_DOCUMENT_STAMP);
  g_auto (TkbStmt) epoch = tkb_db_borrow (db, TKB_SQL_META_GET);
  TkbStep step;

  tkb_stmt_bind_text (&epoch, 1, "index-epoch");
  step = tkb_stmt_step (&epoch, error);
  if (step == TKB_STEP_ERROR || tkb_stmt_step (&stamp, error) == TKB_STEP_ERROR)
    return FALSE;
  *out_epoch = g_strdup (step == TKB_STEP_ROW ? tkb_stmt_get_text (&epoch, 0) : "");
  *out_stamp = tkb_stmt_get_int (&stamp, 0);
  return TRUE;
}

static gboolean
load_all (TkbFacets *self, TkbDb *db, GError **error)
{
  clear (self);
  if (!load_dictionary (self, db, error) ||
      !load_rows (self, db, TKB_SQL_INDEX_DOCUMENT_ALL, NULL, error) ||
      !load_attached (self, db, error))
    return FALSE;
  sort_all (self);
  self->n_loaded = self->sets.codes->len;
  return TRUE;
}

static gboolean
load_changes (TkbFacets *self, TkbDb *db, GError **error)
{
  g_autoptr (GHashTable) changed = g_hash_table_new (NULL, NULL);

  if (!load_dictionary (self, db, error) ||
      !load_rows (self, db, TKB_SQL_INDEX_DOCUMENT_AFTER, changed, error))
    return FALSE;
  self->generation++;
  if (g_hash_table_size (changed) > MERGE_MAX)
    {
      sort_all (self);
      return load_attached (self, db, error);
    }
  merge_changed (self, changed);
  return reload_attached (self, db, changed, error);
}

/**
 * tkb_facets_refresh:
 * @self: the arrays
 * @db: a reader's connection in a transaction
 * @error: return location
 *
 * Reads everything the first time, after the index was made anew, and when more of the arrays is
 * garbage than use; else only what changed.
 *
 * Returns: whether @self now shows what @db shows; after an error it is empty
 */
gboolean
tkb_facets_refresh (TkbFacets *self, TkbDb *db, GError **error)
{
  g_autofree char *epoch = NULL;
  gint64           stamp;
  gboolean         is_done;

  if (!read_state (db, &epoch, &stamp, error))
    return FALSE;
  if (g_strcmp0 (epoch, self->epoch) == 0 && stamp == self->stamp)
    return TRUE;
  if (self->epoch == NULL || strcmp (epoch, self->epoch) != 0 || stamp < self->stamp ||
      self->sets.codes->len > self->n_loaded * 2 + SPARE_CHANGED)
    is_done = load_all (self, db, error);
  else
    is_done = load_changes (self, db, error);
  if (!is_done)
    {
      clear (self);
      return FALSE;
    }
  g_free (self->epoch);
  self->epoch = g_steal_pointer (&epoch);
  self->stamp = stamp;
  return TRUE;
}
