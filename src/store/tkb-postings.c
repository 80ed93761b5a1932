/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Lists are read by tkb-doclist.c. Where that cannot, FTS5 is asked with one statement that is
 * stepped once: its auxiliary function lets FTS5 walk the phrase's list itself (xQueryPhrase),
 * which costs 40 ns a row where stepping through rows costs 150. */
#include "config.h"

#include "tkb-postings.h"

#include <string.h>

#include "tkb-doclist.h"
#include "tkb-index-private.h"

/* bytes of lists that are kept: so many at least, and for each document of a large library */
#define MIN_KEPT_BYTES (12 << 20)
#define KEPT_BYTES_PER_DOCUMENT 32
/* what a list takes beside its postings: most are empty, forms of a word that nobody wrote */
#define LIST_BYTES 200
/* words of which it is known that too many documents have them */
#define MAX_MANY 2000
/* characters of a prefix that is not short */
#define SHORT_PREFIX 3
/* rows between two looks at the cancellable */
#define CHECK_ROWS 1024

struct _TkbPostings
{
  GHashTable *lists;      /* (owned) expression -> GArray of TkbPosting */
  GHashTable *older;      /* (owned) the same, not asked for since lists was begun */
  GHashTable *many;       /* (owned) expression -> documents that have it, at least */
  gsize       kept_bytes; /* of lists */
  guint64     generation; /* of the facets that the lists fit */
};

struct _TkbWalk
{
  TkbFacets    *facets;      /* (unowned) */
  GCancellable *cancellable; /* (unowned) (nullable) */
  GArray       *list;        /* (unowned) (element-type TkbPosting) */
  TkbIndexTable table;
  guint         max;        /* postings; the walk ends at one more */
  guint         rows;       /* seen */
  gboolean      is_stepped; /* the statement goes from row to row */
};

static GHashTable *
new_table (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_array_unref);
}

TkbPostings *
tkb_postings_new (void)
{
  TkbPostings *self = g_new0 (TkbPostings, 1);

  self->lists = new_table ();
  self->older = new_table ();
  self->many = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

void
tkb_postings_free (TkbPostings *self)
{
  g_hash_table_unref (self->lists);
  g_hash_table_unref (self->older);
  g_hash_table_unref (self->many);
  g_free (self);
}

static void
forget (TkbPostings *self)
{
  g_hash_table_remove_all (self->lists);
  g_hash_table_remove_all (self->older);
  g_hash_table_remove_all (self->many);
  self->kept_bytes = 0;
}

void
tkb_postings_append_phrase (GString *out, GPtrArray *tokens, gboolean is_prefix)
{
  g_string_append_c (out, '"');
  for (guint i = 0; i < tokens->len; i++)
    {
      if (i > 0)
        g_string_append_c (out, TKB_INDEX_TOKEN_SEPARATOR);
      for (const char *p = g_ptr_array_index (tokens, i); *p != '\0'; p++)
        {
          if (*p == '"')
            g_string_append_c (out, '"');
          g_string_append_c (out, *p);
        }
    }
  g_string_append (out, is_prefix ? "\" *" : "\"");
}

/* ---- the walk ---- */

static gboolean
is_live (TkbFacets *facets, guint32 doc)
{
  return (tkb_facets_get_row (facets, doc)->flags & TKB_FACET_ROW_LIVE) != 0;
}

/* A text counts for each document that has it. */
static int
take_attached (TkbWalk *self, const Fts5ExtensionApi *api, Fts5Context *context)
{
  guint                   n;
  const TkbFacetAttached *pairs =
      tkb_facets_find_attached (self->facets, api->xRowid (context), &n);
  TkbPosting     posting = { 0 };
  Fts5PhraseIter iter;
  int            column;
  int            offset;
  int            code;

  if (n == 0)
    return SQLITE_OK;
  code = api->xPhraseFirst (context, 0, &iter, &column, &offset);
  if (code != SQLITE_OK)
    return code;
  for (; column >= 0 && posting.attached < TKB_POSTING_MAX_MATCHES; posting.attached++)
    api->xPhraseNext (context, &iter, &column, &offset);
  for (guint i = 0; i < n; i++)
    {
      posting.doc = pairs[i].doc;
      if (is_live (self->facets, posting.doc))
        g_array_append_val (self->list, posting);
    }
  return SQLITE_OK;
}

static int
compare_docs (gconstpointer a, gconstpointer b)
{
  const TkbPosting *x = a;
  const TkbPosting *y = b;

  return (x->doc > y->doc) - (x->doc < y->doc);
}

/* The rows came by text: one posting a document, by rising row. */
static void
order_by_document (GArray *list)
{
  guint kept = 0;

  g_array_sort (list, compare_docs);
  for (guint i = 0; i < list->len; i++)
    {
      TkbPosting  posting = g_array_index (list, TkbPosting, i);
      TkbPosting *last = kept > 0 ? &g_array_index (list, TkbPosting, kept - 1) : NULL;

      if (last != NULL && last->doc == posting.doc)
        last->attached = MIN (last->attached + posting.attached, TKB_POSTING_MAX_MATCHES);
      else
        g_array_index (list, TkbPosting, kept++) = posting;
    }
  g_array_set_size (list, kept);
}

static int
take_row_cb (const Fts5ExtensionApi *api, Fts5Context *context, void *user_data)
{
  TkbWalk       *self = user_data;
  sqlite3_int64  doc = api->xRowid (context);
  TkbPosting     posting = { 0 };
  Fts5PhraseIter iter;
  int            column;
  int            offset;
  int            code;

  if (++self->rows % CHECK_ROWS == 0 && g_cancellable_is_cancelled (self->cancellable))
    return SQLITE_INTERRUPT;
  if (self->table == TKB_INDEX_TABLE_ATTACHED)
    return take_attached (self, api, context);
  if (doc <= 0 || doc >= self->facets->rows->len || !is_live (self->facets, doc))
    return SQLITE_OK;
  code = api->xPhraseFirst (context, 0, &iter, &column, &offset);
  if (code != SQLITE_OK)
    return code;
  posting.doc = doc;
  for (guint n = 0; column >= 0 && n < TKB_POSTING_MAX_MATCHES; n++)
    {
      posting.title += column == TKB_INDEX_TITLE;
      posting.head += column == TKB_INDEX_HEAD;
      posting.body += column == TKB_INDEX_BODY;
      api->xPhraseNext (context, &iter, &column, &offset);
    }
  g_array_append_val (self->list, posting);
  return self->list->len > self->max ? SQLITE_DONE : SQLITE_OK;
}

int
tkb_walk_run (TkbWalk *self, const Fts5ExtensionApi *api, Fts5Context *context)
{
  if (self->is_stepped)
    return take_row_cb (api, context, self);
  return self->rows == 0 ? api->xQueryPhrase (context, 0, self, take_row_cb) : SQLITE_OK;
}

static GArray *
walk (TkbDb        *db,
      TkbFacets    *facets,
      TkbIndexTable table,
      const char   *expression,
      gboolean      is_stepped,
      guint         max,
      GCancellable *cancellable,
      GError      **error)
{
  static const TkbSql statements[] = {
    [TKB_INDEX_TABLE_TITLE] = TKB_SQL_INDEX_TITLE_WALK,
    [TKB_INDEX_TABLE_BODY] = TKB_SQL_INDEX_BODY_WALK,
    [TKB_INDEX_TABLE_ATTACHED] = TKB_SQL_INDEX_ATTACHED_WALK,
  };
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, statements[table]);
  g_autoptr (GArray) list = g_array_new (FALSE, FALSE, sizeof (TkbPosting));
  TkbWalk self = { facets, cancellable, list, table, max, 0, is_stepped };
  TkbStep step;

  tkb_stmt_bind_text (&stmt, 1, expression);
  if (stmt.stmt != NULL)
    sqlite3_bind_pointer (stmt.stmt, 2, &self, TKB_WALK_POINTER, NULL);
  /* the first row, if there is one, has walked to the last, unless it is stepped */
  do
    step = tkb_stmt_step (&stmt, error);
  while (step == TKB_STEP_ROW && is_stepped);
  if (step == TKB_STEP_ERROR)
    return NULL;
  if (table == TKB_INDEX_TABLE_ATTACHED)
    order_by_document (list);
  return g_steal_pointer (&list);
}

static gboolean
is_short (const char *token)
{
  return g_utf8_strlen (token, -1) < SHORT_PREFIX;
}

/* What is looked up of a phrase that is being typed: its last word from the third letter on. One
 * ideograph begins few enough words. (transfer full) */
static GPtrArray *
leave_out_beginning (GPtrArray *tokens, gboolean *is_prefix)
{
  const char *last = g_ptr_array_index (tokens, tokens->len - 1);
  GPtrArray  *said;

  if (!*is_prefix || tokens->len == 1 || !is_short (last) ||
      g_unichar_iswide (g_utf8_get_char (last)))
    return g_ptr_array_ref (tokens);
  said = g_ptr_array_new ();
  for (guint i = 0; i + 1 < tokens->len; i++)
    g_ptr_array_add (said, g_ptr_array_index (tokens, i));
  *is_prefix = FALSE;
  return said;
}

/* xQueryPhrase reads the list a second time. That of a very short prefix is put together from so
 * many words that this would cost more than stepping does. */
static gboolean
is_costly (GPtrArray *tokens, gboolean is_prefix)
{
  return is_prefix && tokens->len == 1 && is_short (g_ptr_array_index (tokens, 0));
}

/* A table without positions knows no walk. */
static GArray *
ask_pinyin (TkbDb *db, TkbFacets *facets, const char *expression, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_INDEX_PINYIN_ROWS);
  g_autoptr (GArray) list = g_array_new (FALSE, FALSE, sizeof (TkbPosting));
  TkbStep step;

  tkb_stmt_bind_text (&stmt, 1, expression);
  while ((step = tkb_stmt_step (&stmt, error)) == TKB_STEP_ROW)
    {
      gint64     doc = tkb_stmt_get_int (&stmt, 0);
      TkbPosting posting = { .doc = doc, .title = 1 };

      if (doc > 0 && doc <= G_MAXUINT32 && tkb_facets_is_live (facets, doc))
        g_array_append_val (list, posting);
    }
  return step == TKB_STEP_DONE ? g_steal_pointer (&list) : NULL;
}

/* What FTS5 itself says. */
static GArray *
ask_fts5 (TkbDb        *db,
          TkbFacets    *facets,
          TkbIndexTable table,
          const char   *expression,
          gboolean      is_stepped,
          GCancellable *cancellable,
          GError      **error)
{
  if (table == TKB_INDEX_TABLE_PINYIN)
    return ask_pinyin (db, facets, expression, error);
  return walk (db, facets, table, expression, is_stepped, G_MAXUINT, cancellable, error);
}

/* What is kept fits what facets show. */
static void
follow (TkbPostings *self, TkbFacets *facets)
{
  if (self->generation != facets->generation)
    forget (self);
  self->generation = facets->generation;
}

/* Half of what may be kept is new. When that is full it becomes the older half, and what nobody
 * asked for since the last time goes. */
static void
keep (TkbPostings *self, TkbFacets *facets, const char *key, GArray *list)
{
  gsize max_bytes = MAX (MIN_KEPT_BYTES, (gsize) facets->n_live * KEPT_BYTES_PER_DOCUMENT);
  gsize bytes = list->len * sizeof (TkbPosting) + LIST_BYTES;

  if (self->kept_bytes + bytes > max_bytes / 2)
    {
      g_hash_table_unref (self->older);
      self->older = self->lists;
      self->lists = new_table ();
      self->kept_bytes = 0;
      g_hash_table_remove_all (self->many);
    }
  if (bytes > max_bytes / 2)
    return;
  self->kept_bytes += bytes;
  g_hash_table_insert (self->lists, g_strdup (key), g_array_ref (list));
}

/* (nullable) (transfer full) */
static GArray *
find_kept (TkbPostings *self, TkbFacets *facets, const char *key)
{
  GArray *list = g_hash_table_lookup (self->lists, key);
  GArray *older;

  if (list != NULL)
    return g_array_ref (list);
  older = g_hash_table_lookup (self->older, key);
  if (older == NULL)
    return NULL;
  list = g_array_ref (older);
  g_hash_table_remove (self->older, key);
  keep (self, facets, key, list);
  return list;
}

GArray *
tkb_postings_get (TkbPostings  *self,
                  TkbDb        *db,
                  TkbFacets    *facets,
                  TkbIndexTable table,
                  GPtrArray    *tokens,
                  gboolean      is_prefix,
                  GCancellable *cancellable,
                  GError      **error)
{
  static const char prefixes[] = {
    [TKB_INDEX_TABLE_TITLE] = 't',
    [TKB_INDEX_TABLE_BODY] = 'b',
    [TKB_INDEX_TABLE_ATTACHED] = 'a',
    [TKB_INDEX_TABLE_PINYIN] = 'p',
  };
  g_autoptr (GString) key = g_string_new_len (&prefixes[table], 1);
  g_autoptr (GPtrArray) said = leave_out_beginning (tokens, &is_prefix);
  GArray *list;

  follow (self, facets);
  tkb_postings_append_phrase (key, said, is_prefix);
  list = find_kept (self, facets, key->str);
  if (list != NULL)
    return list;
  if (!tkb_doclist_read (db, facets, table, said, is_prefix, cancellable, &list, error))
    return NULL;
  if (list == NULL)
    list =
        ask_fts5 (db, facets, table, key->str + 1, is_costly (said, is_prefix), cancellable, error);
  if (list == NULL)
    return NULL;
  keep (self, facets, key->str, list);
  return list;
}

gboolean
tkb_postings_get_few (TkbPostings  *self,
                      TkbDb        *db,
                      TkbFacets    *facets,
                      const char   *token,
                      guint         max,
                      GCancellable *cancellable,
                      GArray      **out_list,
                      GError      **error)
{
  g_autoptr (GString) key = g_string_new ("b");
  g_autoptr (GPtrArray) tokens = g_ptr_array_new ();
  g_autoptr (GArray) list = NULL;
  gboolean is_kept;

  *out_list = NULL;
  follow (self, facets);
  g_ptr_array_add (tokens, (gpointer) token);
  tkb_postings_append_phrase (key, tokens, FALSE);
  list = find_kept (self, facets, key->str);
  is_kept = list != NULL;
  if (!is_kept && GPOINTER_TO_UINT (g_hash_table_lookup (self->many, key->str)) > max)
    return TRUE;
  if (!is_kept)
    list = walk (db, facets, TKB_INDEX_TABLE_BODY, key->str + 1, FALSE, max, cancellable, error);
  if (list == NULL)
    return FALSE;
  if (!is_kept && list->len <= max)
    keep (self, facets, key->str, list);
  else if (!is_kept && g_hash_table_size (self->many) < MAX_MANY)
    g_hash_table_insert (self->many, g_strdup (key->str), GUINT_TO_POINTER (list->len));
  if (list->len <= max)
    *out_list = g_steal_pointer (&list);
  return TRUE;
}

GArray *
tkb_postings_ask_fts5 (TkbDb        *db,
                       TkbFacets    *facets,
                       TkbIndexTable table,
                       GPtrArray    *tokens,
                       gboolean      is_prefix,
                       GCancellable *cancellable,
                       GError      **error)
{
  g_autoptr (GString) expression = g_string_new (NULL);

  tkb_postings_append_phrase (expression, tokens, is_prefix);
  return ask_fts5 (db, facets, table, expression->str, is_costly (tokens, is_prefix), cancellable,
                   error);
}
