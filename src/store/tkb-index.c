/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* The write side of the index: what stands in it for a document, and whether it still does. FTS5
 * keeps no text here (content = ''), so a row is taken out by giving the words it was put in with:
 * they are computed again from the document as it was. */
#include "config.h"

#include "tkb-index.h"

#include <string.h>

#include "tkb-attached.h"
#include "tkb-facet-record.h"
#include "tkb-index-private.h"
#include "tkb-json.h"
#include "tkb-rows.h"
#include "tkb-store.h"

/* in meta: what made the index, and a random number that changes when it is made anew */
#define META_VERSION "index-version"
#define META_EPOCH "index-epoch"
/* goes up with any change in tkb-index*.c or tkb-facet-record.c that puts other things in */
#define INDEX_VERSION 1

/* FTS5's own settings. While loading: no merges until a level holds 64 segments, 16 MiB of words
 * in memory before a segment is written; at other times FTS5's defaults. */
static const struct
{
  const char *name;
  int         usual;
  int         bulk;
} settings[] = {
  { "automerge", 4, 0 },
  { "crisismerge", 16, 64 },
  { "hashsize", 1 << 20, 16 << 20 },
};

/* pages that one merge step writes: some 4 MB */
#define MERGE_PAGES 1000

static const struct
{
  TkbSql configure, merge, check, clear;
} tables[] = {
  { TKB_SQL_INDEX_TITLE_CONFIGURE, TKB_SQL_INDEX_TITLE_MERGE, TKB_SQL_INDEX_TITLE_CHECK,
    TKB_SQL_INDEX_TITLE_CLEAR },
  { TKB_SQL_INDEX_BODY_CONFIGURE, TKB_SQL_INDEX_BODY_MERGE, TKB_SQL_INDEX_BODY_CHECK,
    TKB_SQL_INDEX_BODY_CLEAR },
  { TKB_SQL_INDEX_PINYIN_CONFIGURE, TKB_SQL_INDEX_PINYIN_MERGE, TKB_SQL_INDEX_PINYIN_CHECK,
    TKB_SQL_INDEX_PINYIN_CLEAR },
  { TKB_SQL_INDEX_ATTACHED_CONFIGURE, TKB_SQL_INDEX_ATTACHED_MERGE, TKB_SQL_INDEX_ATTACHED_CHECK,
    TKB_SQL_INDEX_ATTACHED_CLEAR },
};

/**
 * tkb_index_register:
 * @db: a connection that was just opened, of this thread
 * @error: return location
 *
 * Returns: whether the connection now knows the tokenizer and the functions of the index
 */
gboolean
tkb_index_register (TkbDb *db, GError **error)
{
  return tkb_index_register_fts (db, error);
}

/* ---- what made the index ---- */

static void
describe_field (GChecksum *checksum, TkbField *field)
{
  g_autofree char *line = NULL;
  char             weight[G_ASCII_DTOSTR_BUF_SIZE];
  GPtrArray       *members = tkb_field_get_fields (field);

  line = g_strdup_printf ("%s %d %d %s\n", tkb_field_get_code (field),
                          tkb_field_get_field_type (field), tkb_field_get_flags (field),
                          g_ascii_dtostr (weight, sizeof weight, tkb_field_get_weight (field)));
  g_checksum_update (checksum, (const guint8 *) line, -1);
  if (tkb_field_get_vocabulary (field) != NULL)
    g_checksum_update (checksum, (const guint8 *) tkb_field_get_vocabulary (field), -1);
  for (guint i = 0; members != NULL && i < members->len; i++)
    describe_field (checksum, g_ptr_array_index (members, i));
}

/* Version of the code, of the tokenizer, and of those parts of the catalog that decide what is
 * indexed. */
static char *
compute_version (TkbCatalog *catalog)
{
  g_autofree char *tokenizer = tkb_tokenizer_get_version ();
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);

  for (guint i = 0; catalog != NULL && i < tkb_catalog_get_kinds (catalog)->len; i++)
    {
      TkbKind   *kind = g_ptr_array_index (tkb_catalog_get_kinds (catalog), i);
      GPtrArray *fields = tkb_kind_get_fields (kind);

      g_checksum_update (checksum, (const guint8 *) tkb_kind_get_code (kind), -1);
      for (guint j = 0; j < fields->len; j++)
        describe_field (checksum, g_ptr_array_index (fields, j));
    }
  return g_strdup_printf ("%d %s %.16s", INDEX_VERSION, tokenizer,
                          g_checksum_get_string (checksum));
}

static gboolean
get_meta (TkbDb *db, const char *key, char **out_value, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_META_GET);
  TkbStep step;

  tkb_stmt_bind_text (&stmt, 1, key);
  step = tkb_stmt_step (&stmt, error);
  if (step == TKB_STEP_ERROR)
    return FALSE;
  *out_value = step == TKB_STEP_ROW ? g_strdup (tkb_stmt_get_text (&stmt, 0)) : NULL;
  return TRUE;
}

static gboolean
set_meta (TkbDb *db, const char *key, const char *value, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_META_SET);

  tkb_stmt_bind_text (&stmt, 1, key);
  tkb_stmt_bind_text (&stmt, 2, value);
  return tkb_stmt_run (&stmt, error);
}

/**
 * tkb_index_is_current:
 * @db: a connection of this thread
 * @catalog: (nullable): the kinds of this program run
 * @out_is_current: (out): whether the index need not be made anew
 * @error: return location
 */
gboolean
tkb_index_is_current (TkbDb *db, TkbCatalog *catalog, gboolean *out_is_current, GError **error)
{
  g_autofree char *expected = compute_version (catalog);
  g_autofree char *found = NULL;

  if (!get_meta (db, META_VERSION, &found, error))
    return FALSE;
  *out_is_current = g_strcmp0 (found, expected) == 0;
  return TRUE;
}

/* ---- one document ---- */

static gboolean
write_words (TkbDb *db, TkbSql sql, gint64 doc, GString *const *columns, guint n, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, sql);

  tkb_stmt_bind_int (&stmt, 1, doc);
  for (guint i = 0; i < n; i++)
    tkb_stmt_bind_text_length (&stmt, 2 + i, columns[i]->str, columns[i]->len);
  return tkb_stmt_run (&stmt, error);
}

static gboolean
are_same (GString *const *a, GString *const *b, guint n)
{
  for (guint i = 0; i < n; i++)
    if (!g_string_equal (a[i], b[i]))
      return FALSE;
  return TRUE;
}

/* Takes before (nullable) out of one table and puts after (nullable) in, unless they are the same.
 */
static gboolean
replace_words (TkbDb          *db,
               TkbSql          remove,
               TkbSql          add,
               gint64          doc,
               GString *const *before,
               GString *const *after,
               guint           n,
               GError        **error)
{
  if (before != NULL && after != NULL && are_same (before, after, n))
    return TRUE;
  return (before == NULL || write_words (db, remove, doc, before, n, error)) &&
         (after == NULL || write_words (db, add, doc, after, n, error));
}

static gboolean
find_code (gpointer data, const char *field, const char *code, guint32 *out_number, GError **error)
{
  TkbDb *db = data;
  g_auto (TkbStmt) find = tkb_db_borrow (db, TKB_SQL_INDEX_CODE_FIND);
  TkbStep step;

  tkb_stmt_bind_text (&find, 1, field);
  tkb_stmt_bind_text (&find, 2, code);
  step = tkb_stmt_step (&find, error);
  if (step == TKB_STEP_ROW)
    *out_number = tkb_stmt_get_int (&find, 0);
  else
    *out_number = 0;
  return step != TKB_STEP_ERROR;
}

gboolean
tkb_index_number_code (
    gpointer data, const char *field, const char *code, guint32 *out_number, GError **error)
{
  TkbDb *db = data;

  if (!find_code (db, field, code, out_number, error))
    return FALSE;
  if (*out_number == 0)
    {
      g_auto (TkbStmt) add = tkb_db_borrow (db, TKB_SQL_INDEX_CODE_ADD);

      tkb_stmt_bind_text (&add, 1, field);
      tkb_stmt_bind_text (&add, 2, code);
      if (!tkb_stmt_run (&add, error))
        return FALSE;
      *out_number = tkb_db_get_last_rowid (db);
    }
  return TRUE;
}

static int
compare_numbers (gconstpointer a, gconstpointer b)
{
  guint32 x = *(const guint32 *) a;
  guint32 y = *(const guint32 *) b;

  return (x > y) - (x < y);
}

void
tkb_index_sort_codes (GArray *codes)
{
  guint kept = 0;

  g_array_sort (codes, compare_numbers);
  for (guint i = 0; i < codes->len; i++)
    if (kept == 0 || g_array_index (codes, guint32, kept - 1) != g_array_index (codes, guint32, i))
      g_array_index (codes, guint32, kept++) = g_array_index (codes, guint32, i);
  g_array_set_size (codes, kept);
}

GArray *
tkb_index_collect_codes (TkbCatalog   *catalog,
                         TkbDocument  *document,
                         TkbNumberFunc get_number,
                         gpointer      data,
                         GError      **error)
{
  g_autoptr (GArray) codes = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autoptr (GPtrArray) facets = catalog != NULL ? tkb_catalog_get_facets (catalog) : NULL;

  for (guint i = 0; facets != NULL && i < facets->len; i++)
    {
      TkbField *field = g_ptr_array_index (facets, i);
      g_autoptr (GPtrArray) of_field = tkb_catalog_get_facet_codes (catalog, document, field);

      for (guint j = 0; j < of_field->len; j++)
        {
          guint32 number;

          if (!get_number (data, tkb_field_get_code (field), g_ptr_array_index (of_field, j),
                           &number, error))
            return NULL;
          g_array_append_val (codes, number);
        }
    }
  return g_steal_pointer (&codes);
}

void
tkb_index_record_init (TkbFacetRecord *record, TkbDocument *document, const TkbIndexText *text)
{
  gsize bytes = 0;

  tkb_facet_record_init (record, document);
  for (guint i = 0; i < TKB_INDEX_N_COLUMNS; i++)
    bytes += text->columns[i]->len;
  record->length = tkb_facet_length_code (bytes);
  record->digest = tkb_index_text_digest (text);
}

static GByteArray *
make_record (TkbDb              *db,
             TkbCatalog         *catalog,
             TkbDocument        *document,
             const TkbIndexText *text,
             TkbNumberFunc       get_number,
             GError            **error)
{
  g_autoptr (GArray) codes = tkb_index_collect_codes (catalog, document, get_number, db, error);
  TkbFacetRecord record;

  if (codes == NULL)
    return NULL;
  tkb_index_sort_codes (codes);
  tkb_index_record_init (&record, document, text);
  return tkb_facet_record_pack (&record, codes);
}

gboolean
tkb_index_put_record (TkbDb *db, gint64 doc, GByteArray *record, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_INDEX_DOCUMENT_PUT);

  tkb_stmt_bind_int (&stmt, 1, doc);
  if (record != NULL)
    tkb_stmt_bind_blob (&stmt, 2, record->data, record->len);
  else
    tkb_stmt_bind_null (&stmt, 2);
  return tkb_stmt_run (&stmt, error);
}

/* A row without any words is not put in: there is nothing to take out either. */
static GString *const *
words_or_null (GString *const *columns, gboolean is_there)
{
  return is_there && columns[0]->len > 0 ? columns : NULL;
}

/**
 * tkb_index_document:
 * @db: the writer's connection, in a transaction
 * @catalog: (nullable): the kinds
 * @doc_rowid: the document's row
 * @before: (nullable): what is indexed now, exactly as it was given then
 * @is_titled: whether of @before only the title and the facets are there
 * @after: (nullable): what is to be indexed from now on
 * @error: return location
 *
 * Tables whose words stay the same are not touched.
 */
gboolean
tkb_index_document (TkbDb       *db,
                    TkbCatalog  *catalog,
                    gint64       doc_rowid,
                    TkbDocument *before,
                    gboolean     is_titled,
                    TkbDocument *after,
                    GError     **error)
{
  g_auto (TkbIndexText) old_text = { 0 };
  g_auto (TkbIndexText) new_text = { 0 };
  g_autoptr (GByteArray) record = NULL;

  g_return_val_if_fail (before != NULL || after != NULL, FALSE);
  if (before != NULL)
    tkb_index_text_init (&old_text, catalog, before);
  if (after != NULL)
    {
      tkb_index_text_init (&new_text, catalog, after);
      record = make_record (db, catalog, after, &new_text, tkb_index_number_code, error);
      if (record == NULL)
        return FALSE;
    }
  return replace_words (db, TKB_SQL_INDEX_BODY_REMOVE, TKB_SQL_INDEX_BODY_ADD, doc_rowid,
                        before != NULL && !is_titled ? old_text.columns : NULL,
                        after != NULL ? new_text.columns : NULL, TKB_INDEX_N_COLUMNS, error) &&
         replace_words (db, TKB_SQL_INDEX_TITLE_REMOVE, TKB_SQL_INDEX_TITLE_ADD, doc_rowid,
                        words_or_null (old_text.columns, before != NULL),
                        words_or_null (new_text.columns, after != NULL), 1, error) &&
         replace_words (db, TKB_SQL_INDEX_PINYIN_REMOVE, TKB_SQL_INDEX_PINYIN_ADD, doc_rowid,
                        words_or_null (&old_text.pinyin, before != NULL),
                        words_or_null (&new_text.pinyin, after != NULL), 1, error) &&
         tkb_index_put_record (db, doc_rowid, record, error);
}

/* ---- many documents ---- */

static gboolean
configure (TkbDb *db, gboolean is_bulk, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    for (guint j = 0; j < G_N_ELEMENTS (settings); j++)
      {
        g_auto (TkbStmt) stmt = tkb_db_borrow (db, tables[i].configure);

        tkb_stmt_bind_text (&stmt, 1, settings[j].name);
        tkb_stmt_bind_int (&stmt, 2, is_bulk ? settings[j].bulk : settings[j].usual);
        if (!tkb_stmt_run (&stmt, error))
          return FALSE;
      }
  return TRUE;
}

gboolean
tkb_index_begin_bulk (TkbDb *db, GError **error)
{
  return configure (db, TRUE, error);
}

/* FTS5 has nothing left to do when a step changes less than two rows. */
static gboolean
merge_table (TkbDb *db, TkbSql sql, gboolean is_whole, gboolean *out_goes_on, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, sql);
  gint64 before = sqlite3_total_changes64 (tkb_db_get_handle (db));

  /* negative: also segments of different levels; only the first step says so */
  tkb_stmt_bind_int (&stmt, 1, is_whole ? -MERGE_PAGES : MERGE_PAGES);
  if (!tkb_stmt_run (&stmt, error))
    return FALSE;
  *out_goes_on = sqlite3_total_changes64 (tkb_db_get_handle (db)) - before >= 2;
  return TRUE;
}

gboolean
tkb_index_merge (TkbDb *db, gboolean is_whole, gboolean *out_goes_on, GError **error)
{
  *out_goes_on = FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    {
      gboolean goes_on;

      if (!merge_table (db, tables[i].merge, is_whole, &goes_on, error))
        return FALSE;
      *out_goes_on |= goes_on;
    }
  return TRUE;
}

gboolean
tkb_index_end_bulk (TkbDb *db, GError **error)
{
  return configure (db, FALSE, error);
}

/**
 * tkb_index_clear:
 * @db: the writer's connection, in a transaction
 * @catalog: (nullable): the kinds by which the index will be filled
 * @error: return location
 */
gboolean
tkb_index_clear (TkbDb *db, TkbCatalog *catalog, GError **error)
{
  g_autofree char *version = compute_version (catalog);
  g_autofree char *epoch = g_uuid_string_random ();

  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    if (!tkb_db_run (db, tables[i].clear, error))
      return FALSE;
  return tkb_db_run (db, TKB_SQL_INDEX_CODE_CLEAR, error) &&
         tkb_db_run (db, TKB_SQL_INDEX_DOCUMENT_CLEAR, error) &&
         tkb_db_run (db, TKB_SQL_ATTACHED_FORGET_WORDS, error) && configure (db, FALSE, error) &&
         set_meta (db, META_VERSION, version, error) && set_meta (db, META_EPOCH, epoch, error);
}

/* ---- check ---- */

/* FTS5 holds its tables against themselves. It is an INSERT to SQLite, so a reader cannot ask. */
static gboolean
check_tables (TkbDb *db, GPtrArray *findings, GError **error)
{
  if (sqlite3_db_readonly (tkb_db_get_handle (db), "main") != 0)
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    {
      g_autoptr (GError) local_error = NULL;

      if (tkb_db_run (db, tables[i].check, &local_error))
        continue;
      /* anything else says nothing about the table */
      if (!g_error_matches (local_error, TKB_STORE_ERROR, TKB_STORE_ERROR_CORRUPT))
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
      g_ptr_array_add (
          findings, g_strdup_printf ("The full-text index is damaged: %s", local_error->message));
    }
  return TRUE;
}

static gboolean
check_document (TkbDb       *db,
                TkbCatalog  *catalog,
                gint64       doc,
                TkbDocument *document,
                GPtrArray   *findings,
                GError     **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_INDEX_DOCUMENT_GET);
  g_auto (TkbIndexText) text = { 0 };
  g_autoptr (GByteArray) expected = NULL;
  const guint8 *found;
  gsize         length = 0;
  TkbStep       step;

  tkb_index_text_init (&text, catalog, document);
  expected = make_record (db, catalog, document, &text, find_code, error);
  if (expected == NULL)
    return FALSE;
  tkb_stmt_bind_int (&stmt, 1, doc);
  step = tkb_stmt_step (&stmt, error);
  if (step == TKB_STEP_ERROR)
    return FALSE;
  found = step == TKB_STEP_ROW ? tkb_stmt_get_blob (&stmt, 0, &length) : NULL;
  if (length != expected->len || found == NULL || memcmp (found, expected->data, length) != 0)
    g_ptr_array_add (findings, g_strdup_printf ("The index does not fit document %s",
                                                tkb_document_get_id (document)));
  return TRUE;
}

/* FALSE only if it could not look; out_document NULL: there is none that can be read */
static gboolean
read_body (TkbDb        *db,
           gint64        doc,
           const char   *id,
           const char   *rev,
           TkbDocument **out_document,
           GError      **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_REVISION_GET);
  g_autoptr (JsonObject) body = NULL;
  TkbStep step;

  tkb_stmt_bind_int (&stmt, 1, doc);
  tkb_stmt_bind_text (&stmt, 2, rev);
  step = tkb_stmt_step (&stmt, error);
  if (step != TKB_STEP_ROW)
    return step == TKB_STEP_DONE;
  body = tkb_stmt_get_object (&stmt, 3, NULL);
  if (body != NULL)
    *out_document = tkb_document_new (id, rev, FALSE, body, NULL);
  return TRUE;
}

/**
 * tkb_index_check:
 * @db: a connection of this thread; FTS5's own check runs only where it may write
 * @catalog: (nullable): the kinds
 * @findings: (element-type utf8): where sentences are added
 * @error: return location
 *
 * The tables against themselves, and what is kept of each indexed document against what its body
 * gives today.
 */
gboolean
tkb_index_check (TkbDb *db, TkbCatalog *catalog, GPtrArray *findings, GError **error)
{
  g_auto (TkbStmt) all = tkb_db_borrow (db, TKB_SQL_INDEX_CHECK_DOCUMENTS);
  TkbStep step;

  if (!check_tables (db, findings, error))
    return FALSE;
  while ((step = tkb_stmt_step (&all, error)) == TKB_STEP_ROW)
    {
      gint64      doc = tkb_stmt_get_int (&all, 0);
      const char *id = tkb_stmt_get_text (&all, 1);
      const char *rev = tkb_stmt_get_text (&all, 2);
      g_autoptr (TkbDocument) document = NULL;

      if (!tkb_text_is_sound (id) || !tkb_text_is_sound (rev))
        continue; /* the check of documents says so */
      if (!read_body (db, doc, id, rev, &document, error))
        return FALSE;
      if (document == NULL)
        g_ptr_array_add (findings,
                         g_strdup_printf ("Document %s is indexed but its body is not here", id));
      else if (!check_document (db, catalog, doc, document, findings, error))
        return FALSE;
    }
  if (step == TKB_STEP_ERROR)
    return FALSE;
  tkb_stmt_clear (&all);
  all = tkb_db_borrow (db, TKB_SQL_INDEX_CHECK_STRAYS);
  while ((step = tkb_stmt_step (&all, error)) == TKB_STEP_ROW)
    g_ptr_array_add (
        findings,
        g_strdup_printf ("The index holds a document that is not here (row %" G_GINT64_FORMAT ")",
                         tkb_stmt_get_int (&all, 0)));
  return step != TKB_STEP_ERROR && tkb_attached_check (db, findings, error);
}
