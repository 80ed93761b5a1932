/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Sets are arrays of hits in order of the document rows, because that is how the index gives them:
 * AND, OR and NOT are merges. Whatever the index can answer as a whole is asked as a whole. */
#include "config.h"

#include "tkb-evaluate.h"

#include <string.h>

#include "tkb-filter.h"

#define NOTE_NO_VALUE "No document has this value in this field."
#define NOTE_NO_FIELD "There is no field of this name; it was searched as words."
#define NOTE_NO_WORDS "There is nothing to search for in this text."
#define NOTE_TOO_MANY "There are too many words; only the first ones are used."

/* A word in the title weighs more than in the summary or the tags, and that more than any number
 * of times in the text. A text of 4 KiB is usual (tkb_facet_length_code (4096)). */
static const TkbRanking ranking = {
  .title = 10,
  .head = 4,
  .body = 2,
  .saturation = 19,
  .usual_length = 24,
  .rarity = 5,
  .common = 1024,
};
/* of a title that sounds like the query: below every title that has the word */
#define PINYIN_SCORE 30

typedef struct
{
  TkbEvaluated *out;     /* (unowned) */
  TkbEngine    *engine;  /* (unowned) */
  TkbDb        *db;      /* (unowned) */
  TkbCatalog   *catalog; /* (unowned) (nullable) */
  GHashTable   *filters; /* (owned) TkbNode -> TkbFilter */
} Evaluation;

static GArray *evaluate (Evaluation *self, const TkbNode *node, GError **error);

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

/* a, b: (transfer full) */
static GArray *
merge (GArray *a, GArray *b, Merge how)
{
  GArray *result = set_new ();
  guint   i = 0;
  guint   j = 0;

  while (i < a->len || j < b->len)
    {
      guint64 x = i < a->len ? get_doc (a, i) : G_MAXUINT64;
      guint64 y = j < b->len ? get_doc (b, j) : G_MAXUINT64;
      TkbHit  hit = x <= y ? g_array_index (a, TkbHit, i) : g_array_index (b, TkbHit, j);

      if (x == y)
        {
          guint32 other = g_array_index (b, TkbHit, j).score;

          hit.score = how == MERGE_BEST ? MAX (hit.score, other) : hit.score + other;
        }
      if (x == y ? how != MERGE_NOT
                 : (how == MERGE_OR || how == MERGE_BEST || (how == MERGE_NOT && x < y)))
        g_array_append_val (result, hit);
      i += x <= y;
      j += y <= x;
    }
  g_array_unref (a);
  g_array_unref (b);
  return result;
}

static void
keep_fitting (GArray *set, TkbFacets *facets, const TkbFilter *filter, gboolean is_not)
{
  guint kept = 0;

  for (guint i = 0; i < set->len; i++)
    if (tkb_filter_fits (filter, facets, get_doc (set, i)) != is_not)
      g_array_index (set, TkbHit, kept++) = g_array_index (set, TkbHit, i);
  g_array_set_size (set, kept);
}

/* ---- words ---- */

static gboolean
collect (Evaluation    *self,
         const TkbNode *node,
         TkbWordsFlags  flags,
         GArray        *hits,
         gboolean      *out_is_cut,
         gboolean      *out_is_nothing,
         GError       **error)
{
  g_autoptr (TkbMatch) match = tkb_match_new ();
  gboolean is_title = (flags & TKB_WORDS_TITLE) != 0;
  TkbWords words = { .tokenizer = self->engine->tokenizer,
                     .match = match,
                     .needles = self->out->needles,
                     .plain_words = is_title ? NULL : self->out->plain_words,
                     .flags = flags };

  *out_is_cut = FALSE;
  *out_is_nothing = !tkb_words_add (&words, node);
  if (*out_is_nothing)
    {
      add_note (self, words.is_full ? NOTE_TOO_MANY : NOTE_NO_WORDS);
      return TRUE;
    }
  if (words.is_full)
    add_note (self, NOTE_TOO_MANY);
  *out_is_cut = words.is_cut;
  return tkb_index_reader_collect (self->db, self->engine->facets,
                                   is_title ? TKB_INDEX_TABLE_TITLE : TKB_INDEX_TABLE_BODY, match,
                                   &ranking, hits, error);
}

static GArray *
evaluate_text (Evaluation *self, const TkbNode *node, GError **error)
{
  g_autoptr (GArray) hits = set_new ();
  g_autoptr (GArray) titles = set_new ();
  gboolean is_cut;
  gboolean is_nothing;

  if (!collect (self, node, TKB_WORDS_BODY, hits, &is_cut, &is_nothing, error))
    return NULL;
  if (is_nothing)
    return set_new_fitting (self->engine->facets, NULL, FALSE);
  if (is_cut && !collect (self, node, TKB_WORDS_TITLE, titles, &is_cut, &is_nothing, error))
    return NULL;
  if (titles->len == 0)
    return g_steal_pointer (&hits);
  return merge (g_steal_pointer (&hits), g_steal_pointer (&titles), MERGE_BEST);
}

/* ---- the tree ---- */

static gboolean
is_negated_text (const TkbNode *node)
{
  return node->type == TKB_NODE_NOT && tkb_words_is_text (g_ptr_array_index (node->children, 0));
}

/* The children of an AND or an OR that the index can answer together; (nullable): none. The node
 * does not own them. */
static TkbNode *
bundle_text (const TkbNode *node, GPtrArray *rest)
{
  g_autoptr (TkbNode) bundle = tkb_node_new (node->type, NULL, 0);
  guint n_positive = 0;

  g_ptr_array_set_free_func (bundle->children, NULL);
  for (guint i = 0; i < node->children->len; i++)
    {
      TkbNode *child = g_ptr_array_index (node->children, i);

      n_positive += tkb_words_is_text (child);
      if (tkb_words_is_text (child) || (node->type == TKB_NODE_AND && is_negated_text (child)))
        g_ptr_array_add (bundle->children, child);
      else
        g_ptr_array_add (rest, child);
    }
  if (n_positive > 0)
    return g_steal_pointer (&bundle);
  for (guint i = 0; i < bundle->children->len; i++)
    g_ptr_array_add (rest, g_ptr_array_index (bundle->children, i));
  return NULL;
}

/* set (transfer full) (nullable): all documents */
static GArray *
narrow (Evaluation *self, GArray *set, const TkbNode *node, GError **error)
{
  TkbFacets     *facets = self->engine->facets;
  gboolean       is_not = node->type == TKB_NODE_NOT;
  const TkbNode *child = is_not ? g_ptr_array_index (node->children, 0) : node;
  TkbFilter     *filter = g_hash_table_lookup (self->filters, child);
  GArray        *other;

  if (filter != NULL)
    {
      if (set == NULL)
        return set_new_fitting (facets, filter, is_not);
      keep_fitting (set, facets, filter, is_not);
      return set;
    }
  other = evaluate (self, child, error);
  if (other == NULL)
    {
      g_clear_pointer (&set, g_array_unref);
      return NULL;
    }
  if (set == NULL && !is_not)
    return other;
  if (set == NULL)
    set = set_new_fitting (facets, NULL, FALSE);
  return merge (set, other, is_not ? MERGE_NOT : MERGE_AND);
}

static GArray *
evaluate_all (Evaluation *self, const TkbNode *node, GError **error)
{
  g_autoptr (GPtrArray) rest = g_ptr_array_new ();
  g_autoptr (TkbNode) text = bundle_text (node, rest);
  GArray *set = NULL;

  if (text != NULL)
    {
      set = evaluate_text (self, text, error);
      if (set == NULL)
        return NULL;
    }
  for (guint i = 0; i < rest->len; i++)
    {
      set = narrow (self, set, g_ptr_array_index (rest, i), error);
      if (set == NULL)
        return NULL;
    }
  return set != NULL ? set : set_new_fitting (self->engine->facets, NULL, FALSE);
}

static GArray *
evaluate_any (Evaluation *self, const TkbNode *node, GError **error)
{
  g_autoptr (GPtrArray) rest = g_ptr_array_new ();
  g_autoptr (TkbNode) text = bundle_text (node, rest);
  g_autoptr (GArray) set = text != NULL ? evaluate_text (self, text, error) : set_new ();

  for (guint i = 0; i < rest->len && set != NULL; i++)
    {
      GArray *other = evaluate (self, g_ptr_array_index (rest, i), error);

      if (other == NULL)
        return NULL;
      set = merge (g_steal_pointer (&set), other, MERGE_OR);
    }
  return g_steal_pointer (&set);
}

static GArray *
evaluate (Evaluation *self, const TkbNode *node, GError **error)
{
  if (tkb_words_is_text (node))
    return evaluate_text (self, node, error);
  switch (node->type)
    {
    case TKB_NODE_AND:
      return evaluate_all (self, node, error);
    case TKB_NODE_OR:
      return evaluate_any (self, node, error);
    default:
      return narrow (self, NULL, node, error);
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

static gboolean
add_pinyin (Evaluation *self, const TkbNode *root, GError **error)
{
  g_autofree char *letters = join_letters (root);
  TkbEvaluated    *out = self->out;
  GArray          *hits;

  out->has_pinyin = letters != NULL && tkb_pinyin_parse (letters, &out->pinyin);
  if (!out->has_pinyin)
    return TRUE;
  hits = set_new ();
  if (!tkb_index_reader_collect_pinyin (self->db, self->engine->facets, out->pinyin.syllables,
                                        out->pinyin.initials, PINYIN_SCORE, hits, error))
    {
      g_array_unref (hits);
      return FALSE;
    }
  out->hits = merge (out->hits, hits, MERGE_BEST);
  return TRUE;
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
    keep_fitting (self->out->hits, facets, filter, FALSE);
  return TRUE;
}

gboolean
tkb_evaluate (TkbEvaluated *out_evaluated,
              TkbEngine    *engine,
              TkbDb        *db,
              TkbCatalog   *catalog,
              TkbQuery     *query,
              GError      **error)
{
  const TkbNode *parsed = tkb_query_get_root (query);
  g_autoptr (TkbNode) root = parsed != NULL ? tkb_node_copy (parsed) : NULL;
  g_autoptr (GHashTable) filters =
      g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) tkb_filter_free);
  Evaluation self = { out_evaluated, engine, db, catalog, filters };

  out_evaluated->needles = g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_needle_free);
  out_evaluated->plain_words = g_ptr_array_new_with_free_func (g_free);
  out_evaluated->notes = g_ptr_array_new ();
  out_evaluated->is_browse = tkb_query_is_browse (query);
  if (root != NULL)
    {
      resolve (&self, root);
      out_evaluated->hits = evaluate (&self, root, error);
      if (out_evaluated->hits == NULL ||
          (tkb_words_is_text (root) && !add_pinyin (&self, root, error)))
        return FALSE;
    }
  return apply_scope (&self, tkb_query_get_scope (query), error);
}

gboolean
tkb_evaluate_is_known (
    TkbFacets *facets, TkbDb *db, const char *word, gboolean *out_is_known, GError **error)
{
  g_autoptr (TkbMatch) match = tkb_match_new ();
  g_autoptr (GPtrArray) tokens = g_ptr_array_new ();
  g_autoptr (GArray) hits = set_new ();

  g_ptr_array_add (tokens, (gpointer) word);
  tkb_match_add_phrase (match, tokens, (TkbMatchPhrase){ 0, TKB_MATCH_EXACT, FALSE });
  if (!tkb_index_reader_collect (db, facets, TKB_INDEX_TABLE_BODY, match, &ranking, hits, error))
    return FALSE;
  *out_is_known = hits->len > 0;
  return TRUE;
}
