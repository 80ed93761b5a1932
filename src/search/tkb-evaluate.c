/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Sets are arrays of hits in order of the document rows, because that is how the index gives them:
 * AND, OR and NOT are merges. The index is asked for one form of one word at a time, and what it
 * said is kept for the next keystroke. */
#include "config.h"

#include "tkb-evaluate.h"

#include <string.h>

#include "tkb-filter.h"
#include "tkb-relax.h"
#include "tkb-rows.h"
#include "tkb-score.h"
#include "tkb-words.h"

/* marks a msgid: programs translate, the library does not */
#define N_(text) (text)

#define NOTE_NO_VALUE N_ ("No document has this value in this field.")
#define NOTE_NO_FIELD N_ ("There is no field of this name; it was searched as words.")
#define NOTE_NO_WORDS N_ ("There is nothing to search for in this text.")
#define NOTE_TOO_MANY N_ ("There are too many words; only the first ones are used.")

#define NOTE_RELAXED N_ ("Nothing has all of this together; its words were searched apart.")

/* words of one query that are looked up */
#define MAX_WORDS 32
/* fewer titles with a short beginning than this, and texts are asked for it too */
#define FEW_TITLES 50
/* of a title that sounds like the query: below every title that has the word */
#define PINYIN_SCORE 30

typedef struct
{
  TkbEvaluated *out;         /* (unowned) */
  TkbEngine    *engine;      /* (unowned) */
  TkbDb        *db;          /* (unowned) */
  TkbCatalog   *catalog;     /* (unowned) (nullable) */
  GHashTable   *filters;     /* (owned) TkbNode -> TkbFilter */
  GCancellable *cancellable; /* (unowned) (nullable) */
  guint         n_words;     /* looked up so far */
  guint         n_not;       /* NOTs that we are in: what is left out is not highlighted */
  gint64        n_behind;    /* documents of which the index holds nothing, or the title only */
} Evaluation;

/* A set, or %NULL where nothing was asked (punctuation only). */
static gboolean evaluate (Evaluation *self, const TkbNode *node, GArray **out_set, GError **error);

void
tkb_evaluated_clear (TkbEvaluated *self)
{
  g_clear_pointer (&self->hits, g_array_unref);
  g_clear_pointer (&self->needles, g_ptr_array_unref);
  g_clear_pointer (&self->plain_words, g_ptr_array_unref);
  g_clear_pointer (&self->notes, g_ptr_array_unref);
}

static void
add_note (Evaluation *self, const char *note)
{
  if (!g_ptr_array_find (self->out->notes, note, NULL))
    g_ptr_array_add (self->out->notes, (gpointer) note);
}

/* ---- sets ---- */

static GArray *
set_new (void)
{
  return g_array_new (FALSE, FALSE, sizeof (TkbHit));
}

static guint32
get_doc (GArray *set, guint index)
{
  return g_array_index (set, TkbHit, index).doc;
}

/* All documents that fit (nullable: all), or with is_not all that do not. */
static GArray *
set_new_fitting (TkbFacets *facets, const TkbFilter *filter, gboolean is_not)
{
  GArray *set = set_new ();

  for (guint32 doc = 1; doc < facets->rows->len; doc++)
    {
      TkbHit hit = { doc, 0 };

      if ((tkb_facets_get_row (facets, doc)->flags & TKB_FACET_ROW_LIVE) != 0 &&
          (filter == NULL || tkb_filter_fits (filter, facets, doc) != is_not))
        g_array_append_val (set, hit);
    }
  return set;
}

typedef enum
{
  MERGE_AND, /* scores are added */
  MERGE_OR,
  MERGE_BEST, /* in either; the better score */
  MERGE_NOT,  /* in a, not in b */
} Merge;

/* a, b: (transfer full); others may hold them, so that neither is changed */
static GArray *
merge (GArray *a, GArray *b, Merge how)
{
  gboolean      is_both = how == MERGE_OR || how == MERGE_BEST;
  const TkbHit *x = (const TkbHit *) a->data;
  const TkbHit *y = (const TkbHit *) b->data;
  const TkbHit *x_end = x + a->len;
  const TkbHit *y_end = y + b->len;
  GArray       *result = g_array_sized_new (FALSE, FALSE, sizeof (TkbHit),
                                      is_both            ? a->len + b->len
                                            : how == MERGE_AND ? MIN (a->len, b->len)
                                                               : a->len);
  TkbHit       *out = (TkbHit *) result->data;

  while (x < x_end && y < y_end)
    {
      if (x->doc == y->doc)
        {
          guint32 score = how == MERGE_BEST ? MAX (x->score, y->score) : x->score + y->score;

          if (how != MERGE_NOT)
            *out++ = (TkbHit){ x->doc, score };
          x++;
          y++;
        }
      else if (x->doc < y->doc)
        {
          if (how != MERGE_AND)
            *out++ = *x;
          x++;
        }
      else
        {
          if (is_both)
            *out++ = *y;
          y++;
        }
    }
  for (; x < x_end && how != MERGE_AND; x++)
    *out++ = *x;
  for (; y < y_end && is_both; y++)
    *out++ = *y;
  g_array_set_size (result, out - (TkbHit *) result->data);
  g_array_unref (a);
  g_array_unref (b);
  return result;
}

/* set: (transfer full) */
static GArray *
keep_fitting (GArray *set, TkbFacets *facets, const TkbFilter *filter, gboolean is_not)
{
  GArray *kept = set_new ();

  for (guint i = 0; i < set->len; i++)
    if (tkb_filter_fits (filter, facets, get_doc (set, i)) != is_not)
      g_array_append_val (kept, g_array_index (set, TkbHit, i));
  g_array_unref (set);
  return kept;
}

/* ---- words ---- */

static gboolean
add_list (
    Evaluation *self, TkbScore *score, TkbIndexTable table, const TkbForm *form, GError **error)
{
  g_autoptr (GArray) list =
      tkb_postings_get (self->engine->postings, self->db, self->engine->facets, table, form->tokens,
                        form->is_prefix, self->cancellable, error);

  if (list == NULL)
    return FALSE;
  tkb_score_add (score, list, form->factor);
  return TRUE;
}

/* While a load is being indexed: titles of documents whose texts are still to come. */
static gboolean
add_titles_ahead (Evaluation *self, TkbScore *score, const TkbForm *form, GError **error)
{
  g_autoptr (GArray) ahead = g_array_new (FALSE, FALSE, sizeof (TkbPosting));
  g_autoptr (GArray) titles = NULL;
  g_autoptr (GArray) texts = NULL;
  guint at = 0;

  titles = tkb_postings_get (self->engine->postings, self->db, self->engine->facets,
                             TKB_INDEX_TABLE_TITLE, form->tokens, form->is_prefix,
                             self->cancellable, error);
  if (titles == NULL)
    return FALSE;
  texts = tkb_postings_get (self->engine->postings, self->db, self->engine->facets,
                            TKB_INDEX_TABLE_BODY, form->tokens, form->is_prefix, self->cancellable,
                            error);
  if (texts == NULL)
    return FALSE;
  for (guint i = 0; i < titles->len; i++)
    {
      TkbPosting *title = &g_array_index (titles, TkbPosting, i);

      while (at < texts->len && g_array_index (texts, TkbPosting, at).doc < title->doc)
        at++;
      if (at == texts->len || g_array_index (texts, TkbPosting, at).doc != title->doc)
        g_array_append_val (ahead, *title);
    }
  tkb_score_add (score, ahead, form->factor);
  return TRUE;
}

/* Everything that is written, in documents and in their attachments. */
static gboolean
add_texts (Evaluation *self, TkbScore *score, const TkbForm *form, GError **error)
{
  return add_list (self, score, TKB_INDEX_TABLE_BODY, form, error) &&
         (self->n_behind == 0 || form->is_short || add_titles_ahead (self, score, form, error)) &&
         (self->engine->facets->attached->len == 0 ||
          add_list (self, score, TKB_INDEX_TABLE_ATTACHED, form, error));
}

static gboolean
add_form (Evaluation *self, TkbScore *score, const TkbForm *form, GError **error)
{
  if (!form->is_short)
    return add_texts (self, score, form, error);
  return add_list (self, score, TKB_INDEX_TABLE_TITLE, form, error) &&
         (tkb_score_get_n_documents (score) >= FEW_TITLES || add_texts (self, score, form, error));
}

/* What of the word is shown in bold, and whether it may be misspelt. */
static void
note_word (Evaluation *self, const TkbWord *word)
{
  if (self->n_not > 0)
    return;
  for (guint i = 0; i < word->forms->len; i++)
    {
      const TkbForm *form = g_ptr_array_index (word->forms, i);

      g_ptr_array_add (self->out->needles,
                       tkb_needle_new (form->tokens, form->is_prefix, self->n_words));
    }
  if (word->plain != NULL)
    g_ptr_array_add (self->out->plain_words, g_strdup (word->plain));
}

static GArray *
score_word (Evaluation *self, const TkbWord *word, gboolean only_title, GError **error)
{
  g_autoptr (TkbScore) score = tkb_score_new ();

  for (guint i = 0; i < word->forms->len; i++)
    if (!add_form (self, score, g_ptr_array_index (word->forms, i), error))
      return NULL;
  return tkb_score_finish (score, self->engine->facets, only_title);
}

static GArray *
evaluate_word (Evaluation *self, const TkbWord *word, gboolean only_title, GError **error)
{
  TkbEngine       *engine = self->engine;
  g_autofree char *key = tkb_word_sets_make_key (word, only_title);
  GArray          *set = tkb_word_sets_find (engine->word_sets, engine->facets, key);

  note_word (self, word);
  self->n_words++;
  if (set != NULL)
    return set;
  set = score_word (self, word, only_title, error);
  if (set != NULL)
    tkb_word_sets_keep (engine->word_sets, engine->facets, key, set);
  return set;
}

static gboolean
evaluate_leaf (Evaluation *self, const TkbNode *node, GArray **out_set, GError **error)
{
  g_autoptr (GPtrArray) words = tkb_words_read (self->engine->tokenizer, node);
  g_autoptr (GArray) set = NULL;

  for (guint i = 0; i < words->len; i++)
    {
      GArray *hits;

      if (self->n_words >= MAX_WORDS)
        {
          add_note (self, NOTE_TOO_MANY);
          break;
        }
      hits = evaluate_word (self, g_ptr_array_index (words, i), node->is_title, error);
      if (hits == NULL)
        return FALSE;
      set = set == NULL ? hits : merge (g_steal_pointer (&set), hits, MERGE_AND);
    }
  *out_set = g_steal_pointer (&set);
  return TRUE;
}

/* ---- the tree ---- */

/* Narrows set (nullable: all documents) by node. */
static gboolean
narrow (Evaluation *self, GArray **set, const TkbNode *node, GError **error)
{
  TkbFacets     *facets = self->engine->facets;
  gboolean       is_not = node->type == TKB_NODE_NOT;
  const TkbNode *child = is_not ? g_ptr_array_index (node->children, 0) : node;
  TkbFilter     *filter = g_hash_table_lookup (self->filters, child);
  GArray        *other = NULL;
  gboolean       is_done;

  if (filter != NULL)
    {
      if (*set == NULL)
        *set = set_new_fitting (facets, filter, is_not);
      else
        *set = keep_fitting (*set, facets, filter, is_not);
      return TRUE;
    }
  self->n_not += is_not;
  is_done = evaluate (self, child, &other, error);
  self->n_not -= is_not;
  if (!is_done || other == NULL)
    return is_done;
  if (*set == NULL && !is_not)
    {
      *set = other;
      return TRUE;
    }
  if (*set == NULL)
    *set = set_new_fitting (facets, NULL, FALSE);
  *set = merge (*set, other, is_not ? MERGE_NOT : MERGE_AND);
  return TRUE;
}

/* Filters last: they cost least on a set that is small already. */
static gboolean
evaluate_all (Evaluation *self, const TkbNode *node, GArray **out_set, GError **error)
{
  g_autoptr (GArray) set = NULL;

  for (guint pass = 0; pass < 2; pass++)
    for (guint i = 0; i < node->children->len; i++)
      {
        const TkbNode *child = g_ptr_array_index (node->children, i);
        gboolean       is_late = child->type == TKB_NODE_FIELD || child->type == TKB_NODE_NOT;

        if (is_late == (pass == 1) && !narrow (self, &set, child, error))
          return FALSE;
      }
  *out_set = g_steal_pointer (&set);
  return TRUE;
}

static gboolean
evaluate_any (Evaluation *self, const TkbNode *node, GArray **out_set, GError **error)
{
  g_autoptr (GArray) set = NULL;

  for (guint i = 0; i < node->children->len; i++)
    {
      GArray *other = NULL;

      if (!evaluate (self, g_ptr_array_index (node->children, i), &other, error))
        return FALSE;
      if (set != NULL && other != NULL)
        set = merge (g_steal_pointer (&set), other, MERGE_OR);
      else if (other != NULL)
        set = other;
    }
  *out_set = g_steal_pointer (&set);
  return TRUE;
}

static gboolean
evaluate (Evaluation *self, const TkbNode *node, GArray **out_set, GError **error)
{
  switch (node->type)
    {
    case TKB_NODE_WORD:
    case TKB_NODE_PHRASE:
      return evaluate_leaf (self, node, out_set, error);
    case TKB_NODE_AND:
      return evaluate_all (self, node, out_set, error);
    case TKB_NODE_OR:
      return evaluate_any (self, node, out_set, error);
    default:
      return narrow (self, out_set, node, error);
    }
}

/* Fields become filters; what is no field becomes words. */
static void
resolve (Evaluation *self, TkbNode *node)
{
  for (guint i = 0; node->children != NULL && i < node->children->len; i++)
    resolve (self, g_ptr_array_index (node->children, i));
  if (node->type == TKB_NODE_FIELD)
    {
      char      *words;
      gboolean   is_empty;
      TkbFilter *filter = tkb_filter_new_typed (self->engine->facets, self->catalog, node->field,
                                                node->text, &is_empty);

      if (filter != NULL)
        {
          g_hash_table_insert (self->filters, node, filter);
          if (is_empty)
            add_note (self, NOTE_NO_VALUE);
          return;
        }
      words = g_strconcat (node->field, " ", node->text, NULL);
      node->type = TKB_NODE_WORD;
      g_free (node->text);
      node->text = words;
      self->out->is_browse = FALSE;
      if (!g_str_has_prefix (words + strlen (node->field) + 1, "//")) /* an address */
        add_note (self, NOTE_NO_FIELD);
    }
}

/* The FIELD of a filter or of one that is left out; (nullable): node is something else. */
static const char *
get_filter_field (Evaluation *self, const TkbNode *node)
{
  if (node->type == TKB_NODE_NOT)
    node = g_ptr_array_index (node->children, 0);
  return g_hash_table_contains (self->filters, node) ? node->field : NULL;
}

/* Whether all alternatives but the one at index do without filters on field. */
static gboolean
is_only_in (Evaluation *self, const TkbNode *any, guint index, const char *field)
{
  for (guint i = 0; i < any->children->len; i++)
    {
      const TkbNode *child = g_ptr_array_index (any->children, i);
      const char    *own = get_filter_field (self, child);

      if (i == index)
        continue;
      if (own != NULL && g_ascii_strcasecmp (own, field) == 0)
        return FALSE;
      for (guint j = 0; child->type == TKB_NODE_AND && j < child->children->len; j++)
        {
          own = get_filter_field (self, g_ptr_array_index (child->children, j));
          if (own != NULL && g_ascii_strcasecmp (own, field) == 0)
            return FALSE;
        }
    }
  return TRUE;
}

static gboolean
has_words_beside_filters (Evaluation *self, const TkbNode *all)
{
  for (guint i = 0; i < all->children->len; i++)
    if (get_filter_field (self, g_ptr_array_index (all->children, i)) == NULL)
      return TRUE;
  return FALSE;
}

/* a OR b kind:x means (a OR b) kind:x: people narrow what they see, and write it at the end. What
 * stands alone (a OR kind:x), in parentheses, or in several alternatives (a kind:x OR b kind:y)
 * stays where it is. root: (transfer full) */
static TkbNode *
widen_filters (Evaluation *self, TkbNode *root)
{
  g_autoptr (TkbNode) all = NULL;

  if (root->type != TKB_NODE_OR)
    return root;
  all = tkb_node_new (TKB_NODE_AND, NULL, 0);
  for (guint i = 0; i < root->children->len; i++)
    {
      TkbNode *part = g_ptr_array_index (root->children, i);

      if (part->type != TKB_NODE_AND || part->is_grouped || !has_words_beside_filters (self, part))
        continue;
      for (guint j = 0; j < part->children->len;)
        {
          const char *field = get_filter_field (self, g_ptr_array_index (part->children, j));

          if (field != NULL && is_only_in (self, root, i, field))
            g_ptr_array_add (all->children, g_ptr_array_steal_index (part->children, j));
          else
            j++;
        }
    }
  if (all->children->len == 0)
    return root;
  g_ptr_array_insert (all->children, 0, root);
  return g_steal_pointer (&all);
}

/* The words, if the query is nothing but words of ASCII letters. (nullable) (transfer full) */
static char *
join_letters (const TkbNode *node)
{
  g_autoptr (GString) out = g_string_new (NULL);

  if (node->type != TKB_NODE_WORD && node->type != TKB_NODE_AND)
    return NULL;
  for (guint i = 0; i < (node->children != NULL ? node->children->len : 1); i++)
    {
      const TkbNode *word = node->children != NULL ? g_ptr_array_index (node->children, i) : node;

      if (word->type != TKB_NODE_WORD)
        return NULL;
      g_string_append_printf (out, "%s ", word->text);
    }
  return g_string_free (g_steal_pointer (&out), FALSE);
}

/* Titles with one of the sounds, on top of what was found. sound: may be empty */
static gboolean
add_sound (Evaluation *self, const char *sound, GError **error)
{
  g_autoptr (GPtrArray) tokens = g_ptr_array_new ();
  g_autoptr (GArray) list = NULL;
  GArray *hits;

  if (sound[0] == '\0')
    return TRUE;
  g_ptr_array_add (tokens, (gpointer) sound);
  list = tkb_postings_get (self->engine->postings, self->db, self->engine->facets,
                           TKB_INDEX_TABLE_PINYIN, tokens, TRUE, self->cancellable, error);
  if (list == NULL)
    return FALSE;
  hits = g_array_sized_new (FALSE, FALSE, sizeof (TkbHit), list->len);
  for (guint i = 0; i < list->len; i++)
    {
      TkbHit hit = { g_array_index (list, TkbPosting, i).doc, PINYIN_SCORE };

      g_array_append_val (hits, hit);
    }
  self->out->hits = merge (self->out->hits, hits, MERGE_BEST);
  return TRUE;
}

static gboolean
add_pinyin (Evaluation *self, const TkbNode *root, GError **error)
{
  g_autofree char *letters = join_letters (root);
  TkbEvaluated    *out = self->out;

  out->has_pinyin = letters != NULL && tkb_pinyin_parse (letters, &out->pinyin);
  return !out->has_pinyin || (add_sound (self, out->pinyin.syllables, error) &&
                              add_sound (self, out->pinyin.initials, error));
}

static gboolean
apply_scope (Evaluation *self, TkbScope scope, GError **error)
{
  static const TkbIndexScope scopes[] = {
    [TKB_SCOPE_WAITING] = TKB_INDEX_SCOPE_WAITING,
    [TKB_SCOPE_CONFLICTS] = TKB_INDEX_SCOPE_CONFLICTS,
    [TKB_SCOPE_FAVOURITES] = TKB_INDEX_SCOPE_FAVOURITES,
  };
  TkbFacets *facets = self->engine->facets;
  g_autoptr (TkbFilter) filter = NULL;

  if (scope == TKB_SCOPE_ALL)
    return TRUE;
  if (scope == TKB_SCOPE_DRAFTS)
    {
      filter = tkb_filter_new_selected (facets, "state");
      tkb_filter_select (filter, facets, "draft");
    }
  else
    {
      GHashTable *docs = tkb_index_reader_get_scope (self->db, scopes[scope], error);

      if (docs == NULL)
        return FALSE;
      filter = tkb_filter_new_docs (docs);
    }
  if (self->out->hits == NULL)
    self->out->hits = set_new_fitting (facets, filter, FALSE);
  else
    self->out->hits = keep_fitting (self->out->hits, facets, filter, FALSE);
  return TRUE;
}

/* Where nothing has all of root as it was typed: what has its words. */
static gboolean
try_relaxed (Evaluation *self, TkbNode *root, GError **error)
{
  TkbEvaluated *out = self->out;

  if (out->hits->len > 0 || !tkb_relax (self->engine->tokenizer, root))
    return TRUE;
  g_clear_pointer (&out->hits, g_array_unref);
  g_ptr_array_set_size (out->needles, 0);
  g_ptr_array_set_size (out->plain_words, 0);
  self->n_words = 0;
  if (!evaluate (self, root, &out->hits, error))
    return FALSE;
  if (out->hits == NULL)
    out->hits = set_new ();
  if (out->hits->len > 0)
    add_note (self, NOTE_RELAXED);
  return TRUE;
}

gboolean
tkb_evaluate (TkbEvaluated *out_evaluated,
              TkbEngine    *engine,
              TkbDb        *db,
              TkbCatalog   *catalog,
              TkbQuery     *query,
              GCancellable *cancellable,
              GError      **error)
{
  const TkbNode *parsed = tkb_query_get_root (query);
  g_autoptr (TkbNode) root = parsed != NULL ? tkb_node_copy (parsed) : NULL;
  g_autoptr (GHashTable) filters =
      g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) tkb_filter_free);
  Evaluation self = { .out = out_evaluated,
                      .engine = engine,
                      .db = db,
                      .catalog = catalog,
                      .filters = filters,
                      .cancellable = cancellable };

  if (!tkb_counter_get (db, "pending", &self.n_behind, error))
    return FALSE;
  out_evaluated->needles = g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_needle_free);
  out_evaluated->plain_words = g_ptr_array_new_with_free_func (g_free);
  out_evaluated->notes = g_ptr_array_new ();
  out_evaluated->is_browse = tkb_query_is_browse (query);
  if (root != NULL)
    {
      resolve (&self, root);
      root = widen_filters (&self, root);
      if (!evaluate (&self, root, &out_evaluated->hits, error))
        return FALSE;
      if (out_evaluated->hits == NULL)
        {
          add_note (&self, NOTE_NO_WORDS);
          out_evaluated->is_browse = TRUE;
        }
      else if (!add_pinyin (&self, root, error) || !try_relaxed (&self, root, error))
        return FALSE;
    }
  return apply_scope (&self, tkb_query_get_scope (query), error);
}

gboolean
tkb_evaluate_is_known (
    TkbEngine *engine, TkbDb *db, const char *word, gboolean *out_is_known, GError **error)
{
  static const TkbIndexTable tables[] = { TKB_INDEX_TABLE_BODY, TKB_INDEX_TABLE_ATTACHED };
  g_autoptr (GPtrArray) tokens = g_ptr_array_new ();

  *out_is_known = FALSE;
  g_ptr_array_add (tokens, (gpointer) word);
  for (guint i = 0; i < G_N_ELEMENTS (tables) && !*out_is_known; i++)
    {
      g_autoptr (GArray) list = tkb_postings_get (engine->postings, db, engine->facets, tables[i],
                                                  tokens, FALSE, NULL, error);

      if (list == NULL)
        return FALSE;
      *out_is_known = list->len > 0;
    }
  return TRUE;
}
