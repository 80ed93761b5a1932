/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* The words of the document are weighed by where they stand and how often; those in too many
 * documents say nothing. The rest is asked for as a query would ask (tkb-score.h), each word by its
 * stem. Codes bridge languages: two cases of one service, field and class meet even if they share
 * no word. */
#include "config.h"

#include "tkb-similar.h"

#include <string.h>

#include "tkb-index-private.h"
#include "tkb-score.h"
#include "tkb-store-private.h"
#include "tkb-words.h"

/* words that are looked at, and of them the ones that are asked for */
#define MAX_CANDIDATES 48
#define MAX_TERMS 16
/* A word in more documents than this, or in more than one of so many, says nothing about one. */
#define MAX_DOCUMENTS 1024
#define MAX_SHARE 6
/* but in a small library this many may have it */
#define MIN_DOCUMENTS 4
/* points of a word of this document: in the title, in the head each time, in the body each time */
#define IN_TITLE 6
#define IN_HEAD 2
#define MAX_IN_HEAD 4
#define MAX_IN_BODY 4
/* codes of one document that are compared: bits of a mask */
#define MAX_CODES 64
/* points of a code that both have, for each time that its documents would have to double until all
 * have it; several times that for one that links them, or that people typed themselves */
#define CODE_POINTS 24
#define OWN_CODE_FACTOR 2
/* times, of two documents of which one links to the other */
#define LINKED_FACTOR 12
/* A document is similar that has at least one of so many of the points that this one itself has. */
#define LEAST_SHARE 14
/* documents between two looks at the cancellable */
#define CHECK_DOCUMENTS 4096

typedef struct
{
  char   *text; /* (owned): a base form: the stem, or the word if that is its own stem */
  GArray *list; /* (owned) (nullable) (element-type TkbPosting): of text */
  GArray *stem; /* (owned) (nullable) (element-type TkbPosting): of words with this stem */
  guint   title, head, body;
  guint   rarity;
  guint   points;
  guint   is_spaced : 1; /* a word that may have a stem */
} Term;

typedef struct
{
  TkbEngine    *engine;      /* (unowned) */
  TkbDb        *db;          /* (unowned) */
  TkbCatalog   *catalog;     /* (unowned) (nullable) */
  GCancellable *cancellable; /* (unowned) (nullable) */
  guint32       doc;
  guint32      *sums;   /* (owned) points by document row */
  GHashTable   *terms;  /* (owned) text -> Term, which owns the text */
  Term         *last;   /* (unowned) (nullable): of the last word of the column that is read */
  guint         column; /* TkbIndexColumn */
} Similar;

static void
term_free (Term *self)
{
  g_free (self->text);
  g_clear_pointer (&self->list, g_array_unref);
  g_clear_pointer (&self->stem, g_array_unref);
  g_free (self);
}

static void
similar_clear (Similar *self)
{
  g_clear_pointer (&self->sums, g_free);
  g_clear_pointer (&self->terms, g_hash_table_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Similar, similar_clear)

/* ---- words ---- */

static Term *
count_term (Similar *self, const char *text, gsize length, gboolean is_spaced, int times)
{
  g_autofree char *key = g_strndup (text, length);
  Term            *term = g_hash_table_lookup (self->terms, key);

  if (term == NULL)
    {
      term = g_new0 (Term, 1);
      term->text = g_steal_pointer (&key);
      term->is_spaced = is_spaced;
      g_hash_table_insert (self->terms, term->text, term);
    }
  term->title += self->column == TKB_INDEX_TITLE ? times : 0;
  term->head += self->column == TKB_INDEX_HEAD ? times : 0;
  term->body += self->column == TKB_INDEX_BODY ? times : 0;
  return term;
}

/* Numbers by themselves are years, amounts, steps; a letter by itself is part of something. */
static gboolean
is_telling (const TkbToken *token)
{
  for (guint i = 0; i < token->length; i++)
    if (!g_ascii_isdigit (token->text[i]))
      return token->length > 1;
  return FALSE;
}

static int
take_token_cb (const TkbToken *token, gpointer user_data)
{
  Similar *self = user_data;

  switch (token->kind)
    {
    case TKB_TOKEN_WORD:
      self->last = is_telling (token) && !token->is_colocated
                       ? count_term (self, token->text, token->length, TRUE, 1)
                       : NULL;
      break;
    case TKB_TOKEN_STEM: /* the stem instead of the word */
      if (self->last != NULL)
        count_term (self, self->last->text, strlen (self->last->text), TRUE, -1);
      if (self->last != NULL && token->length > 2)
        count_term (self, token->text + 1, token->length - 1, TRUE, 1);
      self->last = NULL;
      break;
    case TKB_TOKEN_SYMBOL:
    case TKB_TOKEN_PAIR:
      count_term (self, token->text, token->length, FALSE, 1);
      break;
    default: /* the last character of a run: its pair has said it */
      break;
    }
  return 0;
}

static void
read_words (Similar *self, TkbDocument *document)
{
  g_auto (TkbIndexText) text = { 0 };

  tkb_index_text_init (&text, self->catalog, document);
  for (self->column = 0; self->column < TKB_INDEX_N_COLUMNS; self->column++)
    {
      self->last = NULL;
      tkb_tokenizer_run (self->engine->tokenizer, TKB_TOKENIZE_DOCUMENT,
                         text.columns[self->column]->str, text.columns[self->column]->len,
                         take_token_cb, self);
    }
}

/* Most points first; then by the bytes of the word: never by chance. */
static int
compare_terms (gconstpointer a, gconstpointer b)
{
  const Term *x = *(const Term *const *) a;
  const Term *y = *(const Term *const *) b;

  if (x->points != y->points)
    return x->points > y->points ? -1 : 1;
  return strcmp (x->text, y->text);
}

/* The most frequent words of the document, in the order of what they may be worth. */
static GPtrArray *
pick_candidates (Similar *self)
{
  GPtrArray     *candidates = g_ptr_array_new ();
  GHashTableIter iter;
  Term          *term;

  g_hash_table_iter_init (&iter, self->terms);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &term))
    {
      term->points = (term->title > 0 ? IN_TITLE : 0) + IN_HEAD * MIN (term->head, MAX_IN_HEAD) +
                     MIN (term->body, MAX_IN_BODY);
      if (term->points > 0)
        g_ptr_array_add (candidates, term);
    }
  g_ptr_array_sort (candidates, compare_terms);
  g_ptr_array_set_size (candidates, MIN (candidates->len, MAX_CANDIDATES));
  return candidates;
}

/* Fills in the documents of a term; out_is_rare: it has some, and not too many. */
static gboolean
look_up (Similar *self, Term *term, guint max, gboolean *out_is_rare, GError **error)
{
  g_autofree char *stem = g_strconcat (TKB_TOKEN_STEM_MARK, term->text, NULL);
  guint            n = 0;

  *out_is_rare = FALSE;
  if (!tkb_postings_get_few (self->engine->postings, self->db, self->engine->facets, term->text,
                             max, self->cancellable, &term->list, error))
    return FALSE;
  if (term->list == NULL)
    return TRUE;
  n = term->list->len;
  if (term->is_spaced)
    {
      if (!tkb_postings_get_few (self->engine->postings, self->db, self->engine->facets, stem, max,
                                 self->cancellable, &term->stem, error))
        return FALSE;
      if (term->stem == NULL)
        return TRUE;
      n += term->stem->len;
    }
  *out_is_rare = n > 1 && n <= max;
  for (term->rarity = 1; n < max; n *= 2)
    term->rarity++;
  return TRUE;
}

static void
add_term (Similar *self, const Term *term)
{
  g_autoptr (TkbScore) score = tkb_score_new ();
  g_autoptr (GArray) hits = NULL;

  tkb_score_add (score, term->list, TKB_FORM_EXACT);
  if (term->stem != NULL)
    tkb_score_add (score, term->stem, TKB_FORM_EXACT);
  hits = tkb_score_finish (score, self->engine->facets, FALSE);
  for (guint i = 0; i < hits->len; i++)
    {
      const TkbHit *hit = &g_array_index (hits, TkbHit, i);

      self->sums[hit->doc] += hit->score * MIN (term->points, IN_TITLE + IN_HEAD + MAX_IN_BODY);
    }
}

static gboolean
add_words (Similar *self, TkbDocument *document, GError **error)
{
  guint live = self->engine->facets->n_live;
  guint max = CLAMP (live / MAX_SHARE, MIN_DOCUMENTS, MAX_DOCUMENTS);
  g_autoptr (GPtrArray) candidates = NULL;
  g_autoptr (GPtrArray) rare = g_ptr_array_new ();

  read_words (self, document);
  candidates = pick_candidates (self);
  for (guint i = 0; i < candidates->len && rare->len < MAX_TERMS; i++)
    {
      Term    *term = g_ptr_array_index (candidates, i);
      gboolean is_rare;

      if (!look_up (self, term, max, &is_rare, error))
        return FALSE;
      if (is_rare)
        g_ptr_array_add (rare, term);
    }
  for (guint i = 0; i < rare->len; i++)
    ((Term *) g_ptr_array_index (rare, i))->points *=
        ((Term *) g_ptr_array_index (rare, i))->rarity;
  g_ptr_array_sort (rare, compare_terms);
  for (guint i = 0; i < MIN (rare->len, MAX_TERMS); i++)
    {
      Term *term = g_ptr_array_index (rare, i);

      term->points /= term->rarity; /* the score knows how rare it is */
      add_term (self, term);
    }
  return TRUE;
}

/* ---- codes ---- */

/* A value of this document, in whatever field it stands. */
typedef struct
{
  const char *code;  /* (unowned) */
  const char *class; /* (unowned): what sort of value: a vocabulary, links, a field */
  guint factor;      /* of its points */
  guint count;       /* documents that have it */
  guint points;
} Code;

typedef struct
{
  guint32 doc;
  guint64 mask; /* codes of ours that it has */
} Sharing;

#define LINKS "\001links"

/* Says nothing about what a document is about. */
static gboolean
is_passed_over (const char *field)
{
  static const char *const fields[] = { "kind", "language", "state", "visibility", NULL };

  return g_strv_contains (fields, field);
}

/* (nullable): values of this field are not compared. Fields with one vocabulary, and all links,
 * are: a guide's service and the services of a case. */
static const char *
get_class (GPtrArray *fields, const char *name, guint *out_factor)
{
  for (guint i = 0; i < fields->len; i++)
    {
      TkbField *field = g_ptr_array_index (fields, i);

      if (strcmp (tkb_field_get_code (field), name) != 0)
        continue;
      *out_factor = OWN_CODE_FACTOR;
      if (is_passed_over (name))
        return NULL;
      if (tkb_field_get_field_type (field) == TKB_FIELD_LINK)
        return LINKS;
      if (tkb_field_get_field_type (field) == TKB_FIELD_STRING)
        return tkb_field_get_code (field);
      *out_factor = 1;
      return tkb_field_get_field_type (field) == TKB_FIELD_CODE ? tkb_field_get_vocabulary (field)
                                                                : NULL;
    }
  return NULL;
}

static Code *
find_code (GArray *codes, const char *class, const char *code)
{
  for (guint i = 0; i < codes->len; i++)
    {
      Code *own = &g_array_index (codes, Code, i);

      if (strcmp (own->code, code) == 0 && strcmp (own->class, class) == 0)
        return own;
    }
  return NULL;
}

static void
add_code (GArray *codes, const char *class, const char *code, guint factor)
{
  Code own = { code, class, factor, 0, 0 };

  if (codes->len < MAX_CODES && find_code (codes, class, code) == NULL)
    g_array_append_val (codes, own);
}

/* The values of the document, and itself as something that others link to. */
static GArray *
read_codes (Similar *self, const char *id, const char *const *classes, const guint *factors)
{
  TkbFacets         *facets = self->engine->facets;
  const TkbFacetRow *row = tkb_facets_get_row (facets, self->doc);
  GArray            *codes = g_array_new (FALSE, FALSE, sizeof (Code));

  add_code (codes, LINKS, id, LINKED_FACTOR);
  for (guint i = 0; i < row->n_codes; i++)
    {
      guint32             number = tkb_facets_get_codes (facets, row)[i];
      const TkbFacetCode *code = &g_array_index (facets->dictionary, TkbFacetCode, number);

      if (code->code != NULL && classes[code->field] != NULL)
        add_code (codes, classes[code->field], code->code, factors[code->field]);
    }
  return codes;
}

/* By number of a code of any document: 1 + the index of the code of ours that it equals; 0: none */
static guint8 *
match_dictionary (TkbFacets *facets, GArray *codes, const char *const *classes)
{
  guint8 *matches = g_new0 (guint8, facets->dictionary->len);
  g_autoptr (GHashTable) texts = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < codes->len; i++)
    g_hash_table_add (texts, (gpointer) g_array_index (codes, Code, i).code);
  for (guint i = 0; i < facets->dictionary->len; i++)
    {
      const TkbFacetCode *code = &g_array_index (facets->dictionary, TkbFacetCode, i);
      Code               *own;

      if (code->code == NULL || classes[code->field] == NULL ||
          !g_hash_table_contains (texts, code->code))
        continue;
      own = find_code (codes, classes[code->field], code->code);
      if (own != NULL)
        matches[i] = 1 + (own - (Code *) codes->data);
    }
  return matches;
}

/* All live documents that have any of the codes; counts those of each. (nullable): cancelled */
static GArray *
find_sharing (Similar *self, GArray *codes, const guint8 *matches, GError **error)
{
  TkbFacets *facets = self->engine->facets;
  g_autoptr (GArray) sharing = g_array_new (FALSE, FALSE, sizeof (Sharing));

  for (guint32 doc = 1; doc < facets->rows->len; doc++)
    {
      const TkbFacetRow *row = tkb_facets_get_row (facets, doc);
      const guint32     *numbers = tkb_facets_get_codes (facets, row);
      Sharing            shares = { doc, 0 };

      if (doc % CHECK_DOCUMENTS == 0 &&
          g_cancellable_set_error_if_cancelled (self->cancellable, error))
        return NULL;
      if ((row->flags & TKB_FACET_ROW_LIVE) == 0)
        continue;
      for (guint i = 0; i < row->n_codes; i++)
        if (matches[numbers[i]] > 0)
          shares.mask |= G_GUINT64_CONSTANT (1) << (matches[numbers[i]] - 1);
      if (shares.mask == 0)
        continue;
      g_array_append_val (sharing, shares);
      for (guint64 mask = shares.mask; mask != 0; mask &= mask - 1)
        g_array_index (codes, Code, __builtin_ctzll (mask)).count++;
    }
  return g_steal_pointer (&sharing);
}

/* What this document links to is near to it as well. */
static gboolean
add_linked (Similar *self, GArray *codes, GError **error)
{
  for (guint i = 1; i < codes->len; i++) /* the first is this document */
    {
      const Code *code = &g_array_index (codes, Code, i);
      guint32     doc = 0;

      if (strcmp (code->class, LINKS) != 0)
        continue;
      if (!tkb_index_reader_find (self->db, code->code, &doc, error))
        return FALSE;
      if (doc < self->engine->facets->rows->len)
        self->sums[doc] += CODE_POINTS * LINKED_FACTOR;
    }
  return TRUE;
}

static void
weigh_codes (GArray *codes, guint n_live)
{
  for (guint i = 0; i < codes->len; i++)
    {
      Code *code = &g_array_index (codes, Code, i);
      guint doublings = 0;

      for (guint n = MAX (code->count, 1) * 2; n <= n_live; n *= 2)
        doublings++;
      code->points = CODE_POINTS * code->factor * (doublings > 0 ? doublings - 1 : 0);
      if (code->factor == LINKED_FACTOR) /* it is this very document */
        code->points = CODE_POINTS * LINKED_FACTOR;
    }
}

static gboolean
add_codes (Similar *self, const char *id, GError **error)
{
  TkbFacets *facets = self->engine->facets;
  g_autoptr (GPtrArray) fields =
      self->catalog != NULL ? tkb_catalog_get_facets (self->catalog) : g_ptr_array_new ();
  g_autofree const char **classes = g_new0 (const char *, facets->fields->len + 1);
  g_autofree guint       *factors = g_new0 (guint, facets->fields->len + 1);
  g_autofree guint8      *matches = NULL;
  g_autoptr (GArray) codes = NULL;
  g_autoptr (GArray) sharing = NULL;

  for (guint i = 0; i < facets->fields->len; i++)
    classes[i] = get_class (fields, g_ptr_array_index (facets->fields, i), &factors[i]);
  codes = read_codes (self, id, classes, factors);
  matches = match_dictionary (facets, codes, classes);
  sharing = find_sharing (self, codes, matches, error);
  if (sharing == NULL || !add_linked (self, codes, error))
    return FALSE;
  weigh_codes (codes, facets->n_live);
  for (guint i = 0; i < sharing->len; i++)
    {
      const Sharing *shares = &g_array_index (sharing, Sharing, i);

      for (guint j = 0; j < codes->len; j++)
        if ((shares->mask >> j & 1) != 0)
          self->sums[shares->doc] += g_array_index (codes, Code, j).points;
    }
  return TRUE;
}

/* ---- asking ---- */

static GArray *
collect_hits (Similar *self)
{
  TkbFacets *facets = self->engine->facets;
  GArray    *hits = g_array_new (FALSE, FALSE, sizeof (TkbHit));
  guint32    least = MAX (self->sums[self->doc] / LEAST_SHARE, 1);

  for (guint32 doc = 1; doc < facets->rows->len; doc++)
    {
      TkbHit hit = { doc, self->sums[doc] };

      if (doc != self->doc && hit.score >= least &&
          (tkb_facets_get_row (facets, doc)->flags & TKB_FACET_ROW_LIVE) != 0)
        g_array_append_val (hits, hit);
    }
  return hits;
}

static TkbAnswer *
ask (Similar    *self,
     TkbStore   *store,
     const char *id,
     guint       limit,
     const char *language,
     GError    **error)
{
  TkbFacets *facets = self->engine->facets;
  g_autoptr (TkbDocument) document = NULL;
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GArray) hits = NULL;

  if (!tkb_facets_refresh (facets, self->db, error) ||
      !tkb_index_reader_find (self->db, id, &self->doc, error))
    return NULL;
  if (self->doc == 0)
    {
      g_set_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_NOT_FOUND, "there is no document “%s”",
                   id);
      return NULL;
    }
  document = tkb_index_reader_get_document (self->db, self->doc, &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }
  if (document == NULL)
    {
      g_set_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_DELETED, "“%s” is deleted", id);
      return NULL;
    }
  self->sums = g_new0 (guint32, MAX (facets->rows->len, self->doc + 1));
  self->terms = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) term_free);
  if (!add_words (self, document, error) || !add_codes (self, id, error))
    return NULL;
  hits = collect_hits (self);
  return tkb_answer_new_hits (store, language, facets, hits, limit);
}

TkbAnswer *
tkb_similar_ask (TkbEngine    *engine,
                 TkbStore     *store,
                 const char   *id,
                 guint         limit,
                 const char   *language,
                 GCancellable *cancellable,
                 GError      **error)
{
  g_auto (Similar) self = { .engine = engine,
                            .db = tkb_store_acquire_reader (store, cancellable, error),
                            .catalog = tkb_store_get_catalog (store),
                            .cancellable = cancellable };
  TkbAnswer *answer;

  if (self.db == NULL)
    return NULL;
  answer = ask (&self, store, id, limit, language, error);
  tkb_store_release_reader (store, self.db);
  return answer;
}
