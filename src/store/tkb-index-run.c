/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-index-run.h"

#include <string.h>

#include "tkb-attached.h"
#include "tkb-index-private.h"

/* between the parts of a key in the table of codes */
#define CODE_SEPARATOR "\037"

typedef struct
{
  gint64         doc;
  char          *rev;    /* (owned) */
  GArray        *codes;  /* (owned) (nullable) (element-type guint32): places in self->codes */
  TkbFacetRecord record; /* of titles */
} Entry;

typedef struct
{
  char *field; /* (owned) */
  char *code;  /* (owned) */
} Code;

struct _TkbIndexRun
{
  TkbIndexRunKind kind;
  TkbCatalog     *catalog;                     /* (unowned) (nullable): the store's */
  TkbTokenizer   *tokenizer;                   /* (owned) */
  TkbSegment     *segments[TKB_INDEX_N_PARTS]; /* (owned) (nullable) each, by kind */
  GArray         *entries;                     /* (owned) (element-type Entry) */
  GArray         *codes;                       /* (owned) (element-type Code) */
  GHashTable     *places;                      /* (owned) field and code -> place in codes + 1 */
};

typedef struct
{
  TkbSegment *segment; /* (unowned) */
  guint       column;
} Adding;

static void
entry_clear (Entry *self)
{
  g_free (self->rev);
  g_clear_pointer (&self->codes, g_array_unref);
}

static void
code_clear (Code *self)
{
  g_free (self->field);
  g_free (self->code);
}

TkbIndexRun *
tkb_index_run_new (TkbIndexRunKind kind, TkbCatalog *catalog)
{
  TkbIndexRun *self = g_new0 (TkbIndexRun, 1);

  self->kind = kind;
  self->catalog = catalog;
  self->tokenizer = tkb_tokenizer_new ();
  self->entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  g_array_set_clear_func (self->entries, (GDestroyNotify) entry_clear);
  self->codes = g_array_new (FALSE, FALSE, sizeof (Code));
  g_array_set_clear_func (self->codes, (GDestroyNotify) code_clear);
  self->places = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (int i = 0; i < TKB_INDEX_N_PARTS; i++)
    if ((i == TKB_INDEX_PART_BODY) == (kind == TKB_INDEX_RUN_BODIES))
      self->segments[i] = tkb_segment_new (tkb_index_get_form (i));
  return self;
}

void
tkb_index_run_free (TkbIndexRun *self)
{
  if (self == NULL)
    return;
  for (int i = 0; i < TKB_INDEX_N_PARTS; i++)
    tkb_segment_free (self->segments[i]);
  tkb_tokenizer_free (self->tokenizer);
  g_array_unref (self->entries);
  g_array_unref (self->codes);
  g_hash_table_unref (self->places);
  g_free (self);
}

/* ---- adding ---- */

static int
add_token (const TkbToken *token, gpointer user_data)
{
  Adding *adding = user_data;

  tkb_segment_add (adding->segment, adding->column, token->text, token->length,
                   token->is_colocated);
  return 0;
}

static int
add_ready_made (void *data, int flags, const char *token, int length, int start, int end)
{
  Adding *adding = data;

  tkb_segment_add (adding->segment, adding->column, token, length, FALSE);
  return 0;
}

static void
add_column (TkbIndexRun *self, TkbIndexPart table, guint column, GString *text)
{
  Adding adding = { self->segments[table], column };

  tkb_tokenizer_run (self->tokenizer, TKB_TOKENIZE_DOCUMENT, text->str, text->len, add_token,
                     &adding);
}

/* A row without any words is not put in, as in tkb_index_document (). */
static void
add_titles (TkbIndexRun *self, gint64 doc, const TkbIndexText *text)
{
  GString *title = text->columns[TKB_INDEX_TITLE];
  Adding   adding = { self->segments[TKB_INDEX_PART_PINYIN], 0 };

  if (title->len > 0)
    {
      tkb_segment_begin_row (self->segments[TKB_INDEX_PART_TITLE], doc);
      add_column (self, TKB_INDEX_PART_TITLE, 0, title);
    }
  if (text->pinyin->len > 0)
    {
      tkb_segment_begin_row (adding.segment, doc);
      tkb_index_split_joined (text->pinyin->str, (int) text->pinyin->len, add_ready_made, &adding);
    }
}

/* Codes get their numbers when the run is applied; until then their place here stands for them. */
static gboolean
place_code (gpointer data, const char *field, const char *code, guint32 *out_number, GError **error)
{
  TkbIndexRun     *self = data;
  g_autofree char *key = g_strconcat (field, CODE_SEPARATOR, code, NULL);
  guint            place = GPOINTER_TO_UINT (g_hash_table_lookup (self->places, key));

  if (place == 0)
    {
      Code one = { g_strdup (field), g_strdup (code) };

      g_array_append_val (self->codes, one);
      place = self->codes->len;
      g_hash_table_insert (self->places, g_steal_pointer (&key), GUINT_TO_POINTER (place));
    }
  *out_number = place - 1;
  return TRUE;
}

void
tkb_index_run_add (TkbIndexRun *self, gint64 doc, TkbDocument *document)
{
  g_auto (TkbIndexText) text = { 0 };
  Entry entry = { .doc = doc, .rev = g_strdup (tkb_document_get_rev (document)) };

  tkb_index_text_init (&text, self->catalog, document);
  if (self->kind == TKB_INDEX_RUN_TITLES)
    {
      entry.codes = tkb_index_collect_codes (self->catalog, document, place_code, self, NULL);
      tkb_index_record_init (&entry.record, document, &text);
      add_titles (self, doc, &text);
    }
  else
    {
      tkb_segment_begin_row (self->segments[TKB_INDEX_PART_BODY], doc);
      for (guint i = 0; i < TKB_INDEX_N_COLUMNS; i++)
        add_column (self, TKB_INDEX_PART_BODY, i, text.columns[i]);
    }
  g_array_append_val (self->entries, entry);
}

gint64
tkb_index_run_get_last (const TkbIndexRun *self)
{
  guint n = self->entries->len;

  return n > 0 ? g_array_index (self->entries, Entry, n - 1).doc : 0;
}

gsize
tkb_index_run_get_size (const TkbIndexRun *self)
{
  gsize size = 0;

  for (int i = 0; i < TKB_INDEX_N_PARTS; i++)
    if (self->segments[i] != NULL)
      size += tkb_segment_get_size (self->segments[i]);
  return size;
}

void
tkb_index_run_seal (TkbIndexRun *self)
{
  for (int i = 0; i < TKB_INDEX_N_PARTS; i++)
    if (self->segments[i] != NULL)
      tkb_segment_seal (self->segments[i]);
}

guint
tkb_index_run_get_n_documents (const TkbIndexRun *self)
{
  return self->entries->len;
}

void
tkb_index_run_get_document (const TkbIndexRun *self, guint i, gint64 *out_doc, const char **out_rev)
{
  const Entry *entry = &g_array_index (self->entries, Entry, i);

  *out_doc = entry->doc;
  *out_rev = entry->rev;
}

/* ---- applying ---- */

static GArray *
number_codes (TkbIndexRun *self, TkbDb *db, GError **error)
{
  g_autoptr (GArray) numbers = g_array_new (FALSE, FALSE, sizeof (guint32));

  for (guint i = 0; i < self->codes->len; i++)
    {
      Code   *code = &g_array_index (self->codes, Code, i);
      guint32 number;

      if (!tkb_index_number_code (db, code->field, code->code, &number, error))
        return NULL;
      g_array_append_val (numbers, number);
    }
  return g_steal_pointer (&numbers);
}

static gboolean
put_records (TkbIndexRun *self, TkbDb *db, GError **error)
{
  g_autoptr (GArray) numbers = number_codes (self, db, error);

  if (numbers == NULL)
    return FALSE;
  for (guint i = 0; i < self->entries->len; i++)
    {
      Entry *entry = &g_array_index (self->entries, Entry, i);
      g_autoptr (GArray) codes = g_array_new (FALSE, FALSE, sizeof (guint32));
      g_autoptr (GByteArray) record = NULL;

      for (guint j = 0; j < entry->codes->len; j++)
        g_array_append_val (
            codes, g_array_index (numbers, guint32, g_array_index (entry->codes, guint32, j)));
      tkb_index_sort_codes (codes);
      record = tkb_facet_record_pack (&entry->record, codes);
      if (!tkb_index_put_record (db, entry->doc, record, error) ||
          ((entry->record.flags & TKB_FACET_ATTACHMENT) != 0 &&
           !tkb_attached_queue (db, entry->doc, entry->rev, error)))
        return FALSE;
    }
  return TRUE;
}

/* Whoever keeps lists of hits sees from a new stamp that they have changed: one is enough. */
static gboolean
touch_last (TkbIndexRun *self, TkbDb *db, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_INDEX_DOCUMENT_TOUCH);

  tkb_stmt_bind_int (&stmt, 1, tkb_index_run_get_last (self));
  return tkb_stmt_run (&stmt, error);
}

gboolean
tkb_index_run_apply (TkbIndexRun *self, TkbDb *db, guint *out_n_small, GError **error)
{
  *out_n_small = 0;
  for (int i = 0; i < TKB_INDEX_N_PARTS; i++)
    if (self->segments[i] != NULL)
      {
        guint n_small;

        if (!tkb_index_append_segment (db, i, self->segments[i], &n_small, error))
          return FALSE;
        *out_n_small = MAX (*out_n_small, n_small);
      }
  return self->kind == TKB_INDEX_RUN_TITLES ? put_records (self, db, error)
                                            : touch_last (self, db, error);
}
