/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* One query on the search thread: conditions and words to hits, hits to counts and an order. The
 * policy of ranking stands here; the walking of hits is the store's. */
#include "config.h"

#include "tkb-answer.h"

#include <stdlib.h>
#include <string.h>

#include "tkb-attached.h"
#include "tkb-evaluate.h"
#include "tkb-filter.h"
#include "tkb-rank.h"
#include "tkb-store-private.h"

/* documents between two looks at the cancellable */
#define CHECK_DOCUMENTS 16384
/* values of one facet that are counted out, beside those that are selected */
#define MAX_VALUES 200
/* words that are put right */
#define MAX_SUGGESTED 3
/* bytes of attachments that are looked at for the snippets of one page: some 30 ms */
#define MAX_TEXT_BYTES (4 * 1024 * 1024)

TkbEngine *
tkb_engine_new (void)
{
  TkbEngine *self = g_new0 (TkbEngine, 1);

  self->facets = tkb_facets_new ();
  self->postings = tkb_postings_new ();
  self->word_sets = tkb_word_sets_new ();
  self->tokenizer = tkb_tokenizer_new ();
  return self;
}

void
tkb_engine_free (TkbEngine *self)
{
  tkb_facets_free (self->facets);
  tkb_postings_free (self->postings);
  tkb_word_sets_free (self->word_sets);
  tkb_tokenizer_free (self->tokenizer);
  g_clear_pointer (&self->all_counts, g_array_unref);
  g_free (self);
}

/* ---- the answer ---- */

TkbFacetCounts *
tkb_facet_counts_new (const char *field)
{
  TkbFacetCounts *self = g_new0 (TkbFacetCounts, 1);

  self->field = g_strdup (field);
  self->values = g_ptr_array_new ();
  return self;
}

void
tkb_facet_counts_free (TkbFacetCounts *self)
{
  for (guint i = 0; i < self->values->len; i++)
    {
      TkbFacetValue *value = g_ptr_array_index (self->values, i);

      g_free (value->code);
      g_free (value);
    }
  g_ptr_array_unref (self->values);
  g_free (self->field);
  g_free (self);
}

static TkbAnswer *
answer_new (TkbStore *store, const char *language)
{
  TkbAnswer *self = g_new0 (TkbAnswer, 1);

  g_atomic_ref_count_init (&self->references);
  self->store = g_object_ref (store);
  self->language = g_strdup (language);
  self->facets = g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_facet_counts_free);
  self->notes = g_ptr_array_new ();
  return self;
}

TkbAnswer *
tkb_answer_ref (TkbAnswer *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
tkb_answer_unref (TkbAnswer *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_object_unref (self->store);
  g_free (self->language);
  g_clear_pointer (&self->ranked, g_array_unref);
  g_clear_pointer (&self->rest, g_array_unref);
  g_clear_pointer (&self->order, g_array_unref);
  g_ptr_array_unref (self->facets);
  g_ptr_array_unref (self->notes);
  g_free (self->suggestion);
  g_clear_pointer (&self->highlighter, tkb_highlighter_free);
  g_free (self);
}

/* ---- counting ---- */

/* How a set of codes stands to the selections. */
enum
{
  VERDICT_UNKNOWN,
  VERDICT_FITS,
  VERDICT_MISSES,     /* more than one */
  VERDICT_MISSES_ONE, /* the first; the others are the numbers behind it */
  VERDICT_MAX = G_MAXUINT8,
};

typedef struct
{
  TkbFacets *facets;     /* (unowned) */
  GPtrArray *selections; /* (unowned) (element-type TkbFilter): one a field */
  guint8    *verdicts;   /* (owned) by number of a set */
  guint32   *by_set;     /* (owned) documents by number of a set, unless it misses more than one */
} Counter;

static void
counter_init (Counter *self, TkbFacets *facets, GPtrArray *selections)
{
  guint n_sets = facets->sets.sets->len;

  *self = (Counter){ facets, selections, g_new0 (guint8, n_sets), g_new0 (guint32, n_sets) };
  if (selections->len == 0)
    memset (self->verdicts, VERDICT_FITS, n_sets);
}

static void
counter_clear (Counter *self)
{
  g_clear_pointer (&self->verdicts, g_free);
  g_clear_pointer (&self->by_set, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Counter, counter_clear)

/* A document that misses only the selection of one field still counts for the values of that field:
 * those are what could be selected in its place. */
static guint8
judge_set (Counter *self, guint32 number)
{
  const TkbFacetSet *set = &g_array_index (self->facets->sets.sets, TkbFacetSet, number);
  const guint32     *codes = (const guint32 *) self->facets->sets.codes->data + set->at;
  guint              verdict = VERDICT_FITS;

  for (guint i = 0; i < self->selections->len; i++)
    if (!tkb_filter_fits_codes (g_ptr_array_index (self->selections, i), codes, set->n))
      verdict = verdict == VERDICT_FITS && i + VERDICT_MISSES_ONE <= VERDICT_MAX
                    ? i + VERDICT_MISSES_ONE
                    : VERDICT_MISSES;
  return self->verdicts[number] = verdict;
}

/* Whether every selection fits. */
static inline gboolean
count_document (Counter *self, guint32 doc)
{
  guint32 set = tkb_facets_get_set (self->facets, doc);
  guint8  verdict = self->verdicts[set];

  if (verdict == VERDICT_UNKNOWN)
    verdict = judge_set (self, set);
  self->by_set[set]++;
  return verdict == VERDICT_FITS;
}

/* From sets to values: by number of a code. (transfer full) (element-type guint32) */
static GArray *
counter_finish (Counter *self)
{
  GArray  *result = g_array_new (FALSE, TRUE, sizeof (guint32));
  guint32 *counts;

  g_array_set_size (result, self->facets->dictionary->len);
  counts = (guint32 *) result->data;
  for (guint i = 1; i < self->facets->sets.sets->len; i++)
    {
      const TkbFacetSet *set = &g_array_index (self->facets->sets.sets, TkbFacetSet, i);
      const guint32     *codes = (const guint32 *) self->facets->sets.codes->data + set->at;
      guint32            n = self->by_set[i];
      guint8             verdict = self->verdicts[i];
      const TkbFilter   *missed = NULL;

      if (n == 0 || verdict == VERDICT_MISSES)
        continue;
      if (verdict >= VERDICT_MISSES_ONE)
        missed = g_ptr_array_index (self->selections, verdict - VERDICT_MISSES_ONE);
      for (guint j = 0; j < set->n; j++)
        if (missed == NULL ||
            (int) g_array_index (self->facets->dictionary, TkbFacetCode, codes[j]).field ==
                missed->field)
          counts[codes[j]] += n;
    }
  return result;
}

static int
compare_values (gconstpointer a, gconstpointer b)
{
  const TkbFacetValue *x = *(const TkbFacetValue *const *) a;
  const TkbFacetValue *y = *(const TkbFacetValue *const *) b;

  if (x->count != y->count)
    return x->count > y->count ? -1 : 1;
  return strcmp (x->code, y->code);
}

static gboolean
is_selected (TkbQuery *query, const char *field, const char *code)
{
  GPtrArray *selections = tkb_query_get_selections (query);

  if (strcmp (field, "kind") == 0 && g_strcmp0 (tkb_query_get_kind (query), code) == 0)
    return TRUE;
  for (guint i = 0; i < selections->len; i++)
    {
      TkbSelection *selection = g_ptr_array_index (selections, i);

      if (strcmp (selection->field, field) == 0 && strcmp (selection->code, code) == 0)
        return TRUE;
    }
  return FALSE;
}

static void
trim_values (GPtrArray *values)
{
  guint kept = MIN (values->len, MAX_VALUES);

  g_ptr_array_sort (values, compare_values);
  for (guint i = kept; i < values->len; i++)
    {
      TkbFacetValue *value = g_ptr_array_index (values, i);

      if (value->is_selected)
        values->pdata[kept++] = value;
      else
        {
          g_free (value->code);
          g_free (value);
        }
    }
  g_ptr_array_set_size (values, kept);
}

/* Counts by field, in the order of the catalog. */
static void
write_counts (TkbAnswer *answer, TkbFacets *facets, TkbQuery *query, GArray *counts)
{
  TkbCatalog *catalog = tkb_store_get_catalog (answer->store);
  g_autoptr (GPtrArray) fields = catalog != NULL ? tkb_catalog_get_facets (catalog) : NULL;
  g_autofree TkbFacetCounts **by_field = g_new0 (TkbFacetCounts *, facets->fields->len + 1);

  for (guint i = 0; i < counts->len; i++)
    {
      const TkbFacetCode *code = &g_array_index (facets->dictionary, TkbFacetCode, i);
      const char         *field;
      TkbFacetValue      *value;
      gboolean            selected;

      if (code->code == NULL)
        continue;
      field = g_ptr_array_index (facets->fields, code->field);
      selected = is_selected (query, field, code->code);
      if (g_array_index (counts, guint32, i) == 0 && !selected)
        continue;
      if (by_field[code->field] == NULL)
        by_field[code->field] = tkb_facet_counts_new (field);
      value = g_new0 (TkbFacetValue, 1);
      value->code = g_strdup (code->code);
      value->count = g_array_index (counts, guint32, i);
      value->is_selected = selected;
      g_ptr_array_add (by_field[code->field]->values, value);
    }
  for (guint i = 0; fields != NULL && i < fields->len; i++)
    {
      int index =
          tkb_facets_find_field (facets, tkb_field_get_code (g_ptr_array_index (fields, i)));

      if (index < 0 || by_field[index] == NULL)
        continue;
      trim_values (by_field[index]->values);
      g_ptr_array_add (answer->facets, g_steal_pointer (&by_field[index]));
    }
  for (guint i = 0; i < facets->fields->len; i++)
    g_clear_pointer (&by_field[i], tkb_facet_counts_free);
}

static void
select_code (GPtrArray *filters, TkbFacets *facets, const char *field, const char *code)
{
  TkbFilter *filter = NULL;
  int        index = tkb_facets_find_field (facets, field);

  for (guint i = 0; i < filters->len && index >= 0; i++)
    if (((TkbFilter *) g_ptr_array_index (filters, i))->field == index)
      filter = g_ptr_array_index (filters, i);
  if (filter == NULL)
    {
      filter = tkb_filter_new_selected (facets, field);
      g_ptr_array_add (filters, filter);
    }
  tkb_filter_select (filter, facets, code);
}

static GPtrArray *
make_selections (TkbFacets *facets, TkbQuery *query)
{
  GPtrArray *filters = g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_filter_free);
  GPtrArray *selections = tkb_query_get_selections (query);

  if (tkb_query_get_kind (query) != NULL)
    select_code (filters, facets, "kind", tkb_query_get_kind (query));
  for (guint i = 0; i < selections->len; i++)
    {
      TkbSelection *selection = g_ptr_array_index (selections, i);

      select_code (filters, facets, selection->field, selection->code);
    }
  return filters;
}

/* ---- hits ---- */

static gboolean
is_time_to_stop (guint i, GCancellable *cancellable, GError **error)
{
  return i % CHECK_DOCUMENTS == 0 && g_cancellable_set_error_if_cancelled (cancellable, error);
}

/* Counts hits and puts the first of them in order. hits: not to be changed, others may hold it */
static gboolean
rank_hits (
    TkbAnswer *answer, Counter *counter, GArray *hits, GCancellable *cancellable, GError **error)
{
  gboolean all_fit = counter->selections->len == 0;
  GArray  *fitting = all_fit ? g_array_ref (hits) : g_array_new (FALSE, FALSE, sizeof (TkbHit));
  TkbBest  best;

  answer->rest = fitting;
  tkb_best_init (&best);
  for (guint i = 0; i < hits->len; i++)
    {
      TkbHit hit = g_array_index (hits, TkbHit, i);

      if (is_time_to_stop (i, cancellable, error))
        return FALSE;
      if (!count_document (counter, hit.doc))
        continue;
      if (!all_fit)
        g_array_append_val (fitting, hit);
      tkb_best_offer (&best, counter->facets, hit);
    }
  answer->total = fitting->len;
  answer->ranked = tkb_best_finish (&best);
  return TRUE;
}

/* Rows beyond the first are asked for: puts all hits in order. */
static void
rank_until (TkbAnswer *self, TkbFacets *facets, guint n)
{
  if (n <= self->ranked->len || self->rest == NULL)
    return;
  tkb_rank_rest (self->ranked, facets, self->rest);
  g_clear_pointer (&self->rest, g_array_unref);
}

TkbAnswer *
tkb_answer_new_hits (
    TkbStore *store, const char *language, TkbFacets *facets, GArray *hits, guint limit)
{
  TkbAnswer *self = answer_new (store, language);

  self->highlighter = tkb_highlighter_new (g_ptr_array_new (), NULL);
  self->ranked = g_array_new (FALSE, FALSE, sizeof (TkbRanked));
  tkb_rank_rest (self->ranked, facets, hits);
  self->total = MIN (limit, hits->len);
  g_array_set_size (self->ranked, self->total);
  return self;
}

/* hits (nullable): all documents. Those are in the order of browsing already. */
static gboolean
browse_hits (
    TkbAnswer *answer, Counter *counter, GArray *hits, GCancellable *cancellable, GError **error)
{
  TkbFacets         *facets = counter->facets;
  g_autofree guint8 *is_hit = NULL;

  if (hits != NULL)
    {
      is_hit = g_new0 (guint8, facets->rows->len);
      for (guint i = 0; i < hits->len; i++)
        is_hit[g_array_index (hits, TkbHit, i).doc] = 1;
    }
  answer->order = g_array_new (FALSE, FALSE, sizeof (guint32));
  for (guint i = 0; i < facets->order->len; i++)
    {
      guint32 doc = g_array_index (facets->order, guint32, i);

      if (is_time_to_stop (i, cancellable, error))
        return FALSE;
      if ((is_hit == NULL || is_hit[doc]) && count_document (counter, doc))
        g_array_append_val (answer->order, doc);
    }
  answer->total = answer->order->len;
  return TRUE;
}

/* Everything there is: the order is shared, the counts are kept until something changes. */
static GArray *
browse_all (TkbAnswer *answer, TkbEngine *engine, Counter *counter)
{
  TkbFacets *facets = engine->facets;

  answer->order = g_array_ref (facets->order);
  answer->total = facets->order->len;
  if (engine->all_counts == NULL || engine->all_generation != facets->generation)
    {
      for (guint i = 0; i < facets->order->len; i++)
        count_document (counter, g_array_index (facets->order, guint32, i));
      g_clear_pointer (&engine->all_counts, g_array_unref);
      engine->all_counts = counter_finish (counter);
      engine->all_generation = facets->generation;
    }
  return g_array_ref (engine->all_counts);
}

/* ---- did you mean ---- */

typedef struct
{
  const char *text;      /* (unowned) of the query */
  GHashTable *put_right; /* (unowned) utf8 -> utf8 */
  GString    *out;       /* (unowned) */
  guint       at;
} Rewrite;

static int
rewrite_cb (const TkbToken *token, gpointer user_data)
{
  Rewrite         *rewrite = user_data;
  g_autofree char *word = g_strndup (token->text, token->length);
  const char      *instead = g_hash_table_lookup (rewrite->put_right, word);

  if (instead == NULL || token->kind != TKB_TOKEN_WORD || token->start < rewrite->at)
    return 0;
  g_string_append_len (rewrite->out, rewrite->text + rewrite->at, token->start - rewrite->at);
  g_string_append (rewrite->out, instead);
  rewrite->at = token->end;
  return 0;
}

static gboolean
suggest (TkbAnswer          *answer,
         TkbEngine          *engine,
         TkbDb              *db,
         TkbQuery           *query,
         const TkbEvaluated *evaluated,
         GError            **error)
{
  g_autoptr (GHashTable) put_right = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  g_autoptr (GString) out = g_string_new (NULL);
  Rewrite rewrite = { tkb_query_get_text (query), put_right, out, 0 };

  for (guint i = 0; i < evaluated->plain_words->len && i < MAX_SUGGESTED; i++)
    {
      const char *word = g_ptr_array_index (evaluated->plain_words, i);
      char       *instead = NULL;
      gboolean    is_known = FALSE;

      if (!tkb_evaluate_is_known (engine, db, word, &is_known, error) ||
          (!is_known && !tkb_index_reader_suggest (db, word, &instead, error)))
        return FALSE;
      if (instead != NULL)
        g_hash_table_replace (put_right, (gpointer) word, instead);
    }
  if (g_hash_table_size (put_right) == 0)
    return TRUE;
  tkb_tokenizer_run (engine->tokenizer, TKB_TOKENIZE_NO_STEMS, rewrite.text, strlen (rewrite.text),
                     rewrite_cb, &rewrite);
  g_string_append (out, rewrite.text + rewrite.at);
  answer->suggestion = g_strdup (out->str);
  return TRUE;
}

/* ---- asking ---- */

static void
add_notes (TkbAnswer *answer, GPtrArray *notes)
{
  for (guint i = 0; i < notes->len; i++)
    g_ptr_array_add (answer->notes, g_ptr_array_index (notes, i));
}

static TkbAnswer *
ask (TkbEngine    *self,
     TkbStore     *store,
     TkbDb        *db,
     TkbQuery     *query,
     const char   *language,
     GCancellable *cancellable,
     GError      **error)
{
  g_autoptr (TkbAnswer) answer = answer_new (store, language);
  g_auto (TkbEvaluated) evaluated = { 0 };
  g_autoptr (GPtrArray) selections = NULL;
  g_autoptr (GArray) counts = NULL;
  g_auto (Counter) counter = { 0 };
  gboolean is_done = TRUE;

  if (!tkb_facets_refresh (self->facets, db, error) ||
      !tkb_evaluate (&evaluated, self, db, tkb_store_get_catalog (store), query, cancellable,
                     error))
    return NULL;
  add_notes (answer, tkb_query_get_notes (query));
  add_notes (answer, evaluated.notes);
  answer->highlighter = tkb_highlighter_new (g_steal_pointer (&evaluated.needles),
                                             evaluated.has_pinyin ? &evaluated.pinyin : NULL);
  selections = make_selections (self->facets, query);
  counter_init (&counter, self->facets, selections);
  if (!evaluated.is_browse)
    is_done = rank_hits (answer, &counter, evaluated.hits, cancellable, error);
  else if (evaluated.hits != NULL || selections->len > 0)
    is_done = browse_hits (answer, &counter, evaluated.hits, cancellable, error);
  else
    counts = browse_all (answer, self, &counter);
  if (!is_done)
    return NULL;
  if (counts == NULL)
    counts = counter_finish (&counter);
  write_counts (answer, self->facets, query, counts);
  if (answer->total == 0 && !suggest (answer, self, db, query, &evaluated, error))
    return NULL;
  return g_steal_pointer (&answer);
}

static gboolean
is_behind (TkbStore *store, GCancellable *cancellable)
{
  g_autoptr (TkbStoreCounts) counts = tkb_store_get_counts (store, cancellable, NULL);

  return counts != NULL && counts->index_behind > 0;
}

TkbAnswer *
tkb_engine_ask (TkbEngine    *self,
                TkbStore     *store,
                TkbQuery     *query,
                const char   *language,
                GCancellable *cancellable,
                GError      **error)
{
  TkbDb     *db = tkb_store_acquire_reader (store, cancellable, error);
  TkbAnswer *answer;

  if (db == NULL)
    return NULL;
  answer = ask (self, store, db, query, language, cancellable, error);
  tkb_store_release_reader (store, db);
  if (answer != NULL)
    answer->is_behind = is_behind (store, cancellable);
  return answer;
}

gboolean
tkb_engine_warm_up (TkbEngine *self, TkbStore *store, GCancellable *cancellable, GError **error)
{
  TkbDb   *db = tkb_store_acquire_reader (store, cancellable, error);
  gboolean is_done;

  if (db == NULL)
    return FALSE;
  is_done = tkb_facets_refresh (self->facets, db, error);
  tkb_store_release_reader (store, db);
  return is_done;
}

/* ---- rows ---- */

static guint32
get_doc (TkbAnswer *self, guint index, double *out_score)
{
  if (self->ranked != NULL)
    {
      const TkbRanked *ranked = &g_array_index (self->ranked, TkbRanked, index);

      *out_score = tkb_ranked_get_score (ranked);
      return ranked->doc;
    }
  *out_score = 0;
  return g_array_index (self->order, guint32, index);
}

/* What title and snippet do not explain may stand in an attachment. Texts are long: text_bytes is
 * what may still be looked at for this page. */
static void
explain (TkbAnswer   *self,
         TkbEngine   *engine,
         TkbDb       *db,
         guint32      doc,
         TkbDocument *document,
         TkbRow      *row,
         guint64      shown,
         gsize       *text_bytes)
{
  guint64 wanted = tkb_highlighter_get_wanted (self->highlighter);
  g_autoptr (GPtrArray) texts = NULL;

  if ((shown & wanted) == wanted || engine->facets->attached->len == 0 ||
      (tkb_facets_get_row (engine->facets, doc)->flags & TKB_FACET_ROW_ATTACHMENT) == 0)
    return;
  texts = tkb_attached_get_texts (db, doc, text_bytes, NULL);
  if (texts != NULL)
    tkb_row_explain (row, document, texts, self->highlighter, engine->tokenizer, shown);
}

/* A document that went away since: an empty row, until the list is asked for anew. */
static TkbRow *
load_row (
    TkbAnswer *self, TkbEngine *engine, TkbDb *db, guint index, gsize *text_bytes, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  double  score;
  guint32 doc = get_doc (self, index, &score);
  g_autoptr (TkbDocument) document = tkb_index_reader_get_document (db, doc, &local_error);
  guint64 shown = 0;
  TkbRow *row;

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }
  if (document == NULL)
    {
      row = g_new0 (TkbRow, 1);
      row->id = g_strdup ("");
      row->rev = g_strdup ("");
      row->title = g_strdup ("");
      row->title_markup = g_strdup ("");
      row->snippet_markup = g_strdup ("");
      return row;
    }
  row = tkb_row_new (document, tkb_store_get_catalog (self->store), self->highlighter,
                     engine->tokenizer, self->language, &shown);
  row->score = score;
  explain (self, engine, db, doc, document, row, shown, text_bytes);
  return row;
}

GPtrArray *
tkb_answer_load (TkbAnswer    *self,
                 TkbEngine    *engine,
                 guint         offset,
                 guint         limit,
                 GCancellable *cancellable,
                 GError      **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_row_free);
  guint  end = MIN (self->total, offset + MIN (limit, G_MAXUINT - offset));
  gsize  text_bytes = MAX_TEXT_BYTES;
  TkbDb *db;

  if (offset >= end)
    return g_steal_pointer (&rows);
  if (self->ranked != NULL)
    rank_until (self, engine->facets, end);
  db = tkb_store_acquire_reader (self->store, cancellable, error);
  if (db == NULL)
    return NULL;
  for (guint i = offset; i < end; i++)
    {
      TkbRow *row = load_row (self, engine, db, i, &text_bytes, error);

      if (row == NULL)
        g_clear_pointer (&rows, g_ptr_array_unref);
      if (row == NULL)
        break;
      g_ptr_array_add (rows, row);
    }
  tkb_store_release_reader (self->store, db);
  return g_steal_pointer (&rows);
}
