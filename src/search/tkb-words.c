/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-words.h"

#include <string.h>

/* 16ths of an exact match */
#define FACTOR_STEM 11
#define FACTOR_PREFIX 8
/* a symbol that continues: A61K finds A61K 31/13 */
#define FACTOR_SYMBOL 14
/* letters from which on a beginning is looked up in texts, not only in titles */
#define MIN_BODY_PREFIX 3

/* One word of the index's making: what stands between two boundaries of a typed word. */
typedef struct
{
  GPtrArray *tokens;   /* (owned) (element-type utf8) one; the pairs of a run */
  GPtrArray *stems;    /* (owned) (element-type utf8) with their mark, each once */
  GPtrArray *symbols;  /* (owned) (element-type utf8) */
  gboolean   is_run;   /* of an unspaced script */
  gboolean   is_ended; /* the end of the run was seen */
} Unit;

static void
unit_free (Unit *self)
{
  g_ptr_array_unref (self->tokens);
  g_ptr_array_unref (self->stems);
  g_ptr_array_unref (self->symbols);
  g_free (self);
}

void
tkb_needle_free (TkbNeedle *self)
{
  g_ptr_array_unref (self->tokens);
  g_free (self);
}

static Unit *
add_unit (GPtrArray *units, gboolean is_run)
{
  Unit *unit = g_new0 (Unit, 1);

  unit->tokens = g_ptr_array_new_with_free_func (g_free);
  unit->stems = g_ptr_array_new_with_free_func (g_free);
  unit->symbols = g_ptr_array_new_with_free_func (g_free);
  unit->is_run = is_run;
  g_ptr_array_add (units, unit);
  return unit;
}

static void
add_once (GPtrArray *strings, char *string)
{
  if (g_ptr_array_find_with_equal_func (strings, string, g_str_equal, NULL))
    g_free (string);
  else
    g_ptr_array_add (strings, string);
}

static int
take_token_cb (const TkbToken *token, gpointer user_data)
{
  GPtrArray *units = user_data;
  Unit      *last = units->len > 0 ? g_ptr_array_index (units, units->len - 1) : NULL;
  char      *text = g_strndup (token->text, token->length);

  switch (token->kind)
    {
    case TKB_TOKEN_STEM:
      add_once (last->stems, text);
      break;
    case TKB_TOKEN_SYMBOL:
      add_once (last->symbols, text);
      break;
    case TKB_TOKEN_WORD:
      g_ptr_array_add (add_unit (units, FALSE)->tokens, text);
      break;
    case TKB_TOKEN_PAIR:
      if (last == NULL || !last->is_run || last->is_ended)
        last = add_unit (units, TRUE);
      g_ptr_array_add (last->tokens, text);
      break;
    case TKB_TOKEN_LAST:
      if (last == NULL || !last->is_run || last->is_ended)
        last = add_unit (units, TRUE);
      last->is_ended = TRUE;
      if (last->tokens->len == 0)
        g_ptr_array_add (last->tokens, text);
      else
        g_free (text); /* the last pair has it */
      break;
    default:
      g_free (text);
      break;
    }
  return 0;
}

static gboolean
is_single_letter (const Unit *unit)
{
  const char *token = g_ptr_array_index (unit->tokens, 0);

  return !unit->is_run && g_ascii_isalpha (token[0]) && token[1] == '\0';
}

/* The units of a typed word. Of several, single letters say nothing: l'invention, e-mail. */
static GPtrArray *
read_units (TkbWords *self, const char *text)
{
  GPtrArray *units = g_ptr_array_new_with_free_func ((GDestroyNotify) unit_free);
  guint      n_letters = 0;

  tkb_tokenizer_run (self->tokenizer, TKB_TOKENIZE_QUERY, text, strlen (text), take_token_cb,
                     units);
  for (guint i = 0; i < units->len; i++)
    n_letters += is_single_letter (g_ptr_array_index (units, i));
  if (n_letters < units->len)
    for (guint i = units->len; i > 0; i--)
      if (is_single_letter (g_ptr_array_index (units, i - 1)))
        g_ptr_array_remove_index (units, i - 1);
  return units;
}

/* ---- forms ---- */

typedef struct
{
  TkbWords *words;
  guint     group;
  guint     n; /* forms so far */
} Forms;

static void
add_needle (TkbWords *self, GPtrArray *tokens, TkbMatchPhrase phrase)
{
  TkbNeedle *needle;

  if (self->needles == NULL)
    return;
  needle = g_new0 (TkbNeedle, 1);
  needle->tokens = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < tokens->len; i++)
    g_ptr_array_add (needle->tokens, g_strdup (g_ptr_array_index (tokens, i)));
  needle->is_prefix = phrase.is_prefix;
  needle->group = phrase.group;
  g_ptr_array_add (self->needles, needle);
}

static void
add_form (Forms *forms, GPtrArray *tokens, guint factor, gboolean is_prefix)
{
  TkbMatchPhrase phrase = { forms->group, factor, is_prefix };

  if (forms->n++ > 0)
    tkb_match_add_operator (forms->words->match, TKB_MATCH_OR);
  tkb_match_add_phrase (forms->words->match, tokens, phrase);
  add_needle (forms->words, tokens, phrase);
}

static void
add_form_of_one (Forms *forms, const char *token, guint factor, gboolean is_prefix)
{
  g_autoptr (GPtrArray) tokens = g_ptr_array_new ();

  g_ptr_array_add (tokens, (gpointer) token);
  add_form (forms, tokens, factor, is_prefix);
}

/* A section, a class and a subclass at least: a61k, h04l9 … */
static gboolean
is_classification (const char *token)
{
  return ((token[0] >= 'a' && token[0] <= 'h') || token[0] == 'y') && g_ascii_isdigit (token[1]) &&
         g_ascii_isdigit (token[2]) && g_ascii_isalpha (token[3]);
}

static void
add_run_forms (Forms *forms, Unit *unit)
{
  gboolean is_single = g_utf8_strlen (g_ptr_array_index (unit->tokens, 0), -1) < 2;

  add_form (forms, unit->tokens, TKB_MATCH_EXACT, is_single);
}

static void
add_word_forms (Forms *forms, Unit *unit, gboolean is_typing)
{
  TkbWords        *words = forms->words;
  const char      *token = g_ptr_array_index (unit->tokens, 0);
  g_autofree char *own_stem = NULL;

  add_form (forms, unit->tokens, TKB_MATCH_EXACT, FALSE);
  for (guint i = 0; i < unit->stems->len; i++)
    {
      const char *stem = g_ptr_array_index (unit->stems, i);

      if (strcmp (stem + 1, token) == 0)
        continue;
      add_form_of_one (forms, stem, FACTOR_STEM, FALSE);
      /* a word that is its own stem stands unmarked in the index */
      add_form_of_one (forms, stem + 1, FACTOR_STEM, FALSE);
    }
  own_stem = g_strconcat (TKB_TOKEN_STEM_MARK, token, NULL);
  add_form_of_one (forms, own_stem, FACTOR_STEM, FALSE); /* it may itself be the stem of others */
  for (guint i = 0; i < unit->symbols->len; i++)
    add_form_of_one (forms, g_ptr_array_index (unit->symbols, i), TKB_MATCH_EXACT, FALSE);
  if (is_classification (token))
    add_form (forms, unit->tokens, FACTOR_SYMBOL, TRUE);
  else if (is_typing &&
           ((words->flags & TKB_WORDS_TITLE) != 0 || g_utf8_strlen (token, -1) >= MIN_BODY_PREFIX))
    add_form (forms, unit->tokens, FACTOR_PREFIX, TRUE);
  else if (is_typing)
    words->is_cut = TRUE;
}

static gboolean
begin_group (TkbWords *self, Forms *forms)
{
  if (self->n_groups >= TKB_MATCH_MAX_GROUPS)
    {
      self->is_full = TRUE;
      return FALSE;
    }
  *forms = (Forms){ self, self->n_groups++, 0 };
  return TRUE;
}

/* A number or symbol of several words, as a whole or as the same words in a row. */
static gboolean
add_symbol (TkbWords *self, const TkbNode *node)
{
  TkbSymbol symbol;
  Forms     forms;
  gsize     length = strlen (node->text);

  if (!tkb_symbol_scan (node->text, length, &symbol) || symbol.length_bytes != length ||
      !begin_group (self, &forms))
    return FALSE;
  add_form_of_one (&forms, symbol.full, TKB_MATCH_EXACT, FALSE);
  if (symbol.is_classification || node->is_typing)
    add_form_of_one (&forms, symbol.full, FACTOR_SYMBOL, TRUE);
  if (!symbol.is_classification && strcmp (symbol.main, symbol.full) != 0)
    add_form_of_one (&forms, symbol.main, FACTOR_STEM, FALSE);
  return TRUE;
}

/* All units of a typed word must match. */
static gboolean
add_word (TkbWords *self, const TkbNode *node)
{
  g_autoptr (GPtrArray) units = read_units (self, node->text);

  if (units->len == 0)
    return FALSE;
  tkb_match_add_operator (self->match, TKB_MATCH_OPEN);
  if (!add_symbol (self, node))
    for (guint i = 0; i < units->len; i++)
      {
        Unit *unit = g_ptr_array_index (units, i);
        Forms forms;

        if (!begin_group (self, &forms))
          break;
        if (i > 0)
          tkb_match_add_operator (self->match, TKB_MATCH_AND);
        tkb_match_add_operator (self->match, TKB_MATCH_OPEN);
        if (unit->is_run)
          add_run_forms (&forms, unit);
        else
          {
            add_word_forms (&forms, unit, node->is_typing && i + 1 == units->len);
            if (self->plain_words != NULL)
              g_ptr_array_add (self->plain_words, g_strdup (g_ptr_array_index (unit->tokens, 0)));
          }
        tkb_match_add_operator (self->match, TKB_MATCH_CLOSE);
      }
  tkb_match_add_operator (self->match, TKB_MATCH_CLOSE);
  return TRUE;
}

/* ---- phrases ---- */

typedef struct
{
  GPtrArray   *tokens; /* (unowned) */
  TkbTokenKind last;
} Sequence;

static int
take_sequence_cb (const TkbToken *token, gpointer user_data)
{
  Sequence *sequence = user_data;

  if (token->is_colocated)
    return 0;
  /* the end of a run is only a place of its own when something follows: see add_phrase () */
  g_ptr_array_add (sequence->tokens, g_strndup (token->text, token->length));
  sequence->last = token->kind;
  return 0;
}

static gboolean
add_phrase (TkbWords *self, const TkbNode *node)
{
  g_autoptr (GPtrArray) tokens = g_ptr_array_new_with_free_func (g_free);
  Sequence sequence = { tokens, TKB_TOKEN_WORD };
  Forms    forms;
  gboolean is_prefix = node->is_typing;

  tkb_tokenizer_run (self->tokenizer, TKB_TOKENIZE_NO_STEMS, node->text, strlen (node->text),
                     take_sequence_cb, &sequence);
  if (tokens->len == 0)
    return FALSE;
  if (sequence.last == TKB_TOKEN_LAST)
    {
      const char *before = tokens->len > 1 ? g_ptr_array_index (tokens, tokens->len - 2) : NULL;
      const char *last = g_ptr_array_index (tokens, tokens->len - 1);

      /* in the text the run may go on behind it */
      is_prefix = before == NULL || !g_str_has_suffix (before, last);
      if (!is_prefix)
        g_ptr_array_set_size (tokens, tokens->len - 1);
    }
  if (!begin_group (self, &forms))
    return FALSE;
  add_form (&forms, tokens, TKB_MATCH_EXACT, is_prefix);
  return TRUE;
}

/* ---- trees ---- */

gboolean
tkb_words_is_text (const TkbNode *node)
{
  guint n_not = 0;

  if (node->type == TKB_NODE_FIELD || node->type == TKB_NODE_NOT)
    return FALSE;
  for (guint i = 0; node->children != NULL && i < node->children->len; i++)
    {
      const TkbNode *child = g_ptr_array_index (node->children, i);

      if (child->type == TKB_NODE_NOT && node->type == TKB_NODE_AND)
        {
          child = g_ptr_array_index (child->children, 0);
          n_not++;
        }
      if (!tkb_words_is_text (child))
        return FALSE;
    }
  return node->children == NULL || n_not < node->children->len;
}

static gboolean
add_leaf (TkbWords *self, const TkbNode *node)
{
  gsize    length = self->match->expression->len;
  gboolean is_added;

  if (self->n_groups >= TKB_MATCH_MAX_GROUPS)
    {
      self->is_full = TRUE;
      return FALSE;
    }
  if (node->is_title)
    tkb_match_add_operator (self->match, TKB_MATCH_TITLE);
  tkb_match_add_operator (self->match, TKB_MATCH_OPEN);
  is_added = node->type == TKB_NODE_WORD ? add_word (self, node) : add_phrase (self, node);
  if (is_added)
    tkb_match_add_operator (self->match, TKB_MATCH_CLOSE);
  else
    g_string_truncate (self->match->expression, length);
  return is_added;
}

/* children that are (not) negated, joined by operation; how many were added */
static guint
add_children (TkbWords *self, const TkbNode *node, TkbMatchOperator operation, gboolean negated)
{
  guint n = 0;

  for (guint i = 0; i < node->children->len; i++)
    {
      const TkbNode *child = g_ptr_array_index (node->children, i);
      gsize          length = self->match->expression->len;

      if ((child->type == TKB_NODE_NOT) != negated)
        continue;
      if (negated)
        child = g_ptr_array_index (child->children, 0);
      if (n > 0)
        tkb_match_add_operator (self->match, operation);
      if (tkb_words_add (self, child))
        n++;
      else
        g_string_truncate (self->match->expression, length);
    }
  return n;
}

/* What must not match stands for no word, is not highlighted and cannot be misspelt. */
static gboolean
add_negated (TkbWords *self, const TkbNode *node)
{
  TkbWords words = *self;
  guint    first = self->match->phrases->len;
  gboolean is_added;

  words.needles = NULL;
  words.plain_words = NULL;
  is_added = add_children (&words, node, TKB_MATCH_OR, TRUE) > 0;
  for (guint i = first; i < self->match->phrases->len; i++)
    g_array_index (self->match->phrases, TkbMatchPhrase, i).group = TKB_MATCH_NO_GROUP;
  self->is_full |= words.is_full;
  return is_added;
}

static gboolean
add_all (TkbWords *self, const TkbNode *node)
{
  gsize length = self->match->expression->len;
  gsize middle;

  tkb_match_add_operator (self->match, TKB_MATCH_OPEN);
  if (add_children (self, node, TKB_MATCH_AND, FALSE) == 0)
    {
      g_string_truncate (self->match->expression, length);
      return FALSE;
    }
  tkb_match_add_operator (self->match, TKB_MATCH_CLOSE);
  middle = self->match->expression->len;
  tkb_match_add_operator (self->match, TKB_MATCH_NOT);
  tkb_match_add_operator (self->match, TKB_MATCH_OPEN);
  if (add_negated (self, node))
    {
      tkb_match_add_operator (self->match, TKB_MATCH_CLOSE);
      g_string_insert_c (self->match->expression, length, '(');
      tkb_match_add_operator (self->match, TKB_MATCH_CLOSE);
    }
  else
    g_string_truncate (self->match->expression, middle);
  return TRUE;
}

gboolean
tkb_words_add (TkbWords *self, const TkbNode *node)
{
  gsize length = self->match->expression->len;

  switch (node->type)
    {
    case TKB_NODE_WORD:
    case TKB_NODE_PHRASE:
      return add_leaf (self, node);
    case TKB_NODE_AND:
      return add_all (self, node);
    case TKB_NODE_OR:
      tkb_match_add_operator (self->match, TKB_MATCH_OPEN);
      if (add_children (self, node, TKB_MATCH_OR, FALSE) == 0)
        {
          g_string_truncate (self->match->expression, length);
          return FALSE;
        }
      tkb_match_add_operator (self->match, TKB_MATCH_CLOSE);
      return TRUE;
    default:
      return FALSE;
    }
}
