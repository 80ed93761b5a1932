/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-relax.h"

#include <string.h>

/* Articles, prepositions, pronouns, auxiliaries and question words, folded. Short on purpose: what
 * could be the name of something (who, us, it, may) is not among them. */
static const char *const function_words[] = {
  /* English */
  "a",
  "an",
  "and",
  "are",
  "as",
  "at",
  "be",
  "been",
  "by",
  "can",
  "do",
  "does",
  "for",
  "from",
  "has",
  "have",
  "how",
  "i",
  "if",
  "in",
  "into",
  "is",
  "its",
  "my",
  "of",
  "on",
  "or",
  "our",
  "that",
  "the",
  "their",
  "there",
  "these",
  "this",
  "those",
  "to",
  "was",
  "we",
  "were",
  "what",
  "when",
  "where",
  "whether",
  "which",
  "why",
  "with",
  "you",
  "your",
  /* French */
  "au",
  "aux",
  "avec",
  "ce",
  "ces",
  "cette",
  "comment",
  "dans",
  "de",
  "des",
  "du",
  "elle",
  "en",
  "est",
  "et",
  "il",
  "ils",
  "je",
  "la",
  "le",
  "les",
  "leur",
  "ma",
  "mes",
  "mon",
  "nos",
  "notre",
  "nous",
  "ou",
  "par",
  "pour",
  "quand",
  "que",
  "quel",
  "quelle",
  "quelles",
  "quels",
  "qui",
  "sa",
  "se",
  "ses",
  "son",
  "sont",
  "sur",
  "un",
  "une",
  "vos",
  "votre",
  "vous",
  /* Spanish */
  "al",
  "como",
  "con",
  "cual",
  "cuales",
  "cuando",
  "del",
  "donde",
  "el",
  "es",
  "esta",
  "este",
  "hay",
  "las",
  "lo",
  "los",
  "mi",
  "mis",
  "no",
  "nuestra",
  "nuestro",
  "para",
  "por",
  "puedo",
  "quien",
  "si",
  "sin",
  "sobre",
  "su",
  "sus",
  "tu",
  "una",
  "unas",
  "uno",
  "unos",
  "y",
  "yo",
  /* Russian */
  "без",
  "быть",
  "в",
  "во",
  "где",
  "для",
  "до",
  "его",
  "ее",
  "если",
  "есть",
  "за",
  "и",
  "из",
  "или",
  "их",
  "к",
  "как",
  "какие",
  "какой",
  "когда",
  "ли",
  "мне",
  "мой",
  "моя",
  "мы",
  "на",
  "над",
  "не",
  "о",
  "об",
  "от",
  "по",
  "под",
  "при",
  "про",
  "с",
  "со",
  "у",
  "что",
  "чтобы",
  "это",
  "я",
  /* Arabic */
  "الي",
  "التي",
  "الذي",
  "ان",
  "او",
  "اين",
  "اي",
  "بعد",
  "عن",
  "علي",
  "عند",
  "في",
  "قبل",
  "كيف",
  "لا",
  "لم",
  "لماذا",
  "ما",
  "ماذا",
  "متي",
  "مع",
  "من",
  "هذا",
  "هذه",
  "هل",
  "هو",
  "هي",
  "و",
  /* Chinese */
  "的",
  "了",
  "和",
  "与",
  "及",
  "或",
  "在",
  "是",
  "对",
  "为",
  "从",
  "把",
  "被",
  "吗",
  "呢",
  "等",
  "之",
  "我",
  "你",
  "他",
  "我们",
  "你们",
  "他们",
  "如何",
  "怎样",
  "怎么",
  "什么",
  "哪些",
  "哪里",
  "哪个",
  "是否",
  "可以",
  "能否",
  "为什么",
  "一个",
  "关于",
  "有关",
  "以及",
  "这个",
  "那个",
};

typedef struct
{
  guint    end;      /* of the first token; 0: none yet */
  gboolean is_found; /* it is a function word, and there is nothing behind it */
} Look;

static gboolean
is_listed (const TkbToken *token)
{
  for (gsize i = 0; i < G_N_ELEMENTS (function_words); i++)
    if (strlen (function_words[i]) == token->length &&
        memcmp (function_words[i], token->text, token->length) == 0)
      return TRUE;
  return FALSE;
}

static int
look_cb (const TkbToken *token, gpointer user_data)
{
  Look *look = user_data;

  if (look->end == 0)
    {
      look->end = token->end;
      look->is_found = is_listed (token);
    }
  else if (token->end > look->end)
    look->is_found = FALSE;
  return !look->is_found;
}

static gboolean
is_function_word (TkbTokenizer *tokenizer, const char *text)
{
  Look look = { 0 };

  tkb_tokenizer_run (tokenizer, TKB_TOKENIZE_NO_STEMS, text, strlen (text), look_cb, &look);
  return look.is_found;
}

/* What is written without spaces, apart and without its function words, unless nothing is left. */
static gboolean
relax_word (TkbTokenizer *tokenizer, TkbNode *node)
{
  g_autofree char *apart = tkb_segment_words (node->text);
  g_auto (GStrv) pieces = apart != NULL ? g_strsplit (apart, " ", -1) : NULL;
  g_autoptr (GString) out = g_string_new (NULL);

  if (apart == NULL)
    return FALSE;
  for (guint i = 0; pieces[i] != NULL; i++)
    if (!is_function_word (tokenizer, pieces[i]))
      g_string_append_printf (out, "%s%s", out->len > 0 ? " " : "", pieces[i]);
  if (out->len == 0)
    return FALSE;
  g_free (node->text);
  node->text = g_strdup (out->str);
  return TRUE;
}

static gboolean
is_word (TkbTokenizer *tokenizer, const TkbNode *node, gboolean is_function)
{
  return node->type == TKB_NODE_WORD && is_function_word (tokenizer, node->text) == is_function;
}

/* Leaves something to look for. */
static gboolean
drop_function_words (TkbTokenizer *tokenizer, TkbNode *all)
{
  guint n_before = all->children->len;
  guint n_words = 0;

  for (guint i = 0; i < n_before; i++)
    {
      const TkbNode *child = g_ptr_array_index (all->children, i);

      n_words += child->type == TKB_NODE_PHRASE || is_word (tokenizer, child, FALSE);
    }
  for (guint i = n_before; i > 0 && n_words > 0; i--)
    if (is_word (tokenizer, g_ptr_array_index (all->children, i - 1), TRUE))
      g_ptr_array_remove_index (all->children, i - 1);
  return all->children->len < n_before;
}

gboolean
tkb_relax (TkbTokenizer *tokenizer, TkbNode *node)
{
  gboolean is_relaxed = FALSE;

  if (node->type == TKB_NODE_WORD)
    return relax_word (tokenizer, node);
  if (node->type != TKB_NODE_AND && node->type != TKB_NODE_OR)
    return FALSE;
  for (guint i = 0; i < node->children->len; i++)
    is_relaxed |= tkb_relax (tokenizer, g_ptr_array_index (node->children, i));
  if (node->type == TKB_NODE_AND)
    is_relaxed |= drop_function_words (tokenizer, node);
  return is_relaxed;
}
