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
read_units (TkbTokenizer *tokenizer, const char *text)
{
  GPtrArray *units = g_ptr_array_new_with_free_func ((GDestroyNotify) unit_free);
  guint      n_letters = 0;

  tkb_tokenizer_run (tokenizer, TKB_TOKENIZE_QUERY, text, strlen (text), take_token_cb, units);
  for (guint i = 0; i < units->len; i++)
    n_letters += is_single_letter (g_ptr_array_index (units, i));
  if (n_letters < units->len)
    for (guint i = units->len; i > 0; i--)
      if (is_single_letter (g_ptr_array_index (units, i - 1)))
        g_ptr_array_remove_index (units, i - 1);
  return units;
}

/* ---- forms ---- */

static void
form_free (TkbForm *self)
{
  g_ptr_array_unref (self->tokens);
  g_free (self);
}

static void
word_free (TkbWord *self)
{
  g_ptr_array_unref (self->forms);
  g_free (self->plain);
  g_free (self);
}

static TkbWord *
add_word (GPtrArray *words)
{
  TkbWord *word = g_new0 (TkbWord, 1);

  word->forms = g_ptr_array_new_with_free_func ((GDestroyNotify) form_free);
  g_ptr_array_add (words, word);
  return word;
}

static TkbForm *
add_form (TkbWord *word, GPtrArray *tokens, guint factor, gboolean is_prefix)
{
  TkbForm *form = g_new0 (TkbForm, 1);

  form->tokens = g_ptr_array_ref (tokens);
  form->factor = factor;
  form->is_prefix = is_prefix;
  g_ptr_array_add (word->forms, form);
  return form;
}

static void
add_form_of_one (TkbWord *word, const char *token, guint factor, gboolean is_prefix)
{
  g_autoptr (GPtrArray) tokens = g_ptr_array_new_with_free_func (g_free);

  g_ptr_array_add (tokens, g_strdup (token));
  add_form (word, tokens, factor, is_prefix);
}

/* A section, a class and a subclass at least: a61k, h04l9 … */
static gboolean
is_classification (const char *token)
{
  return ((token[0] >= 'a' && token[0] <= 'h') || token[0] == 'y') && g_ascii_isdigit (token[1]) &&
         g_ascii_isdigit (token[2]) && g_ascii_isalpha (token[3]);
}

/* A run of an unspaced script: a phrase of its pairs; one character begins a pair. */
static void
add_run_forms (TkbWord *word, Unit *unit, gboolean is_typing)
{
  gboolean is_single = g_utf8_strlen (g_ptr_array_index (unit->tokens, 0), -1) < 2;
  TkbForm *form = add_form (word, unit->tokens, TKB_FORM_EXACT, is_single);

  form->is_short = is_single && is_typing;
}

static void
add_stem_forms (TkbWord *word, Unit *unit)
{
  const char      *token = g_ptr_array_index (unit->tokens, 0);
  g_autofree char *own_stem = g_strconcat (TKB_TOKEN_STEM_MARK, token, NULL);

  for (guint i = 0; i < unit->stems->len; i++)
    {
      const char *stem = g_ptr_array_index (unit->stems, i);

      if (strcmp (stem + 1, token) == 0)
        continue;
      add_form_of_one (word, stem, FACTOR_STEM, FALSE);
      /* a word that is its own stem stands unmarked in the index */
      add_form_of_one (word, stem + 1, FACTOR_STEM, FALSE);
    }
  add_form_of_one (word, own_stem, FACTOR_STEM, FALSE); /* it may itself be the stem of others */
}

static void
add_word_forms (TkbWord *word, Unit *unit, gboolean is_typing)
{
  const char *token = g_ptr_array_index (unit->tokens, 0);

  word->plain = g_strdup (token);
  add_form (word, unit->tokens, TKB_FORM_EXACT, FALSE);
  add_stem_forms (word, unit);
  for (guint i = 0; i < unit->symbols->len; i++)
    add_form_of_one (word, g_ptr_array_index (unit->symbols, i), TKB_FORM_EXACT, FALSE);
  if (is_classification (token))
    add_form (word, unit->tokens, FACTOR_SYMBOL, TRUE);
  else if (is_typing)
    add_form (word, unit->tokens, FACTOR_PREFIX, TRUE)->is_short =
        g_utf8_strlen (token, -1) < MIN_BODY_PREFIX;
}

/* A main group, perhaps with the beginning of a subgroup: all symbols of it, and texts that name no
 * more than it. */
static void
add_symbol_part (TkbWord *word, const TkbSymbol *symbol, gboolean is_typing)
{
  g_autoptr (GPtrArray) tokens = g_ptr_array_new_with_free_func (g_free);
  const char      *group = symbol->full + strlen (symbol->main);
  gboolean         is_group = strchr (group, '/') == NULL;
  g_autofree char *beginning = g_strconcat (symbol->full, is_group && !is_typing ? "/" : "", NULL);

  add_form_of_one (word, beginning, FACTOR_SYMBOL, TRUE);
  g_ptr_array_add (tokens, g_strdup (symbol->main));
  g_ptr_array_add (tokens, g_strndup (group, strcspn (group, "/")));
  add_form (word, tokens, FACTOR_SYMBOL, is_group && is_typing);
}

/* A patent number or a symbol, however many words it was typed in. */
static gboolean
add_symbol (GPtrArray *words, const TkbNode *node)
{
  TkbSymbol symbol;
  TkbWord  *word;
  gsize     length = strlen (node->text);

  if (!tkb_symbol_scan_typed (node->text, length, &symbol) || symbol.length_bytes != length)
    return FALSE;
  word = add_word (words);
  if (symbol.is_part)
    {
      add_symbol_part (word, &symbol, node->is_typing);
      return TRUE;
    }
  add_form_of_one (word, symbol.full, TKB_FORM_EXACT, FALSE);
  if (symbol.is_classification || node->is_typing)
    add_form_of_one (word, symbol.full, FACTOR_SYMBOL, TRUE);
  if (!symbol.is_classification && strcmp (symbol.main, symbol.full) != 0)
    add_form_of_one (word, symbol.main, FACTOR_STEM, FALSE);
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
  g_ptr_array_add (sequence->tokens, g_strndup (token->text, token->length));
  sequence->last = token->kind;
  return 0;
}

static void
add_phrase (GPtrArray *words, TkbTokenizer *tokenizer, const TkbNode *node)
{
  g_autoptr (GPtrArray) tokens = g_ptr_array_new_with_free_func (g_free);
  Sequence sequence = { tokens, TKB_TOKEN_WORD };
  gboolean is_prefix = node->is_typing;
  TkbForm *form;

  tkb_tokenizer_run (tokenizer, TKB_TOKENIZE_NO_STEMS, node->text, strlen (node->text),
                     take_sequence_cb, &sequence);
  if (tokens->len == 0)
    return;
  if (sequence.last == TKB_TOKEN_LAST)
    {
      const char *before = tokens->len > 1 ? g_ptr_array_index (tokens, tokens->len - 2) : NULL;
      const char *last = g_ptr_array_index (tokens, tokens->len - 1);

      /* in the text the run may go on behind it: its last pair says it all, or it begins one */
      is_prefix = before == NULL || !g_str_has_suffix (before, last);
      if (!is_prefix)
        g_ptr_array_set_size (tokens, tokens->len - 1);
    }
  form = add_form (add_word (words), tokens, TKB_FORM_EXACT, is_prefix);
  form->is_short = is_prefix && node->is_typing && tokens->len == 1 &&
                   g_utf8_strlen (g_ptr_array_index (tokens, 0), -1) < MIN_BODY_PREFIX;
}

GPtrArray *
tkb_words_read (TkbTokenizer *tokenizer, const TkbNode *node)
{
  GPtrArray *words = g_ptr_array_new_with_free_func ((GDestroyNotify) word_free);
  g_autoptr (GPtrArray) units = NULL;

  if (node->type == TKB_NODE_PHRASE)
    {
      add_phrase (words, tokenizer, node);
      return words;
    }
  if (add_symbol (words, node))
    return words;
  units = read_units (tokenizer, node->text);
  for (guint i = 0; i < units->len; i++)
    {
      Unit    *unit = g_ptr_array_index (units, i);
      gboolean is_typing = node->is_typing && i + 1 == units->len;

      if (unit->is_run)
        add_run_forms (add_word (words), unit, is_typing);
      else
        add_word_forms (add_word (words), unit, is_typing);
    }
  return words;
}
