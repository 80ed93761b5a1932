/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Titles and snippets with what matches in bold. The first line is what is looked for, the rest the
 * text; what comes back is markup, and without its tags a piece of the text. */
#include "config.h"

#include <string.h>

#include "fuzz.h"
#include "tkb-highlight.h"

typedef struct
{
  GPtrArray *needles;
  guint      group;
} Looking;

static int
look_for_cb (const TkbToken *token, gpointer user_data)
{
  Looking *looking = user_data;
  g_autoptr (GPtrArray) tokens = g_ptr_array_new_with_free_func (g_free);

  if (looking->group > 40)
    return 1;
  g_ptr_array_add (tokens, g_strndup (token->text, token->length));
  g_ptr_array_add (looking->needles,
                   tkb_needle_new (tokens, looking->group % 3 == 0, looking->group));
  looking->group++;
  return 0;
}

static void
append_cb (GMarkupParseContext *context,
           const char          *text,
           gsize                length,
           gpointer             user_data,
           GError             **error)
{
  g_string_append_len (user_data, text, (gssize) length);
}

/* The text of the markup. */
static char *
read_markup (const char *markup)
{
  const GMarkupParser parser = { .text = append_cb };
  GString            *text = g_string_new (NULL);
  g_autofree char    *whole = g_strconcat ("<all>", markup, "</all>", NULL);
  g_autoptr (GError) error = NULL;
  GMarkupParseContext *context = g_markup_parse_context_new (&parser, 0, text, NULL);

  g_markup_parse_context_parse (context, whole, -1, &error);
  if (error == NULL)
    g_markup_parse_context_end_parse (context, &error);
  if (error != NULL)
    g_error ("%s: %s", error->message, markup);
  g_markup_parse_context_free (context);
  return g_string_free (text, FALSE);
}

static TkbPassage *
make_passage (const char *text, guint number)
{
  TkbPassage *passage = g_new0 (TkbPassage, 1);

  passage->text = g_strdup (text);
  passage->language = number % 2 == 0 ? g_strdup ("zh") : NULL;
  passage->role = (TkbPassageRole) (number % 4);
  passage->weight = 1.0 + number;
  return passage;
}

static void
mark (TkbHighlighter *highlighter, TkbTokenizer *tokenizer, const char *text)
{
  g_autoptr (GPtrArray) passages =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_passage_free);
  g_auto (GStrv) lines = g_strsplit (text, "\n", 8);
  gboolean         is_explained;
  guint64          shown = 0;
  g_autofree char *title =
      tkb_highlighter_mark_title (highlighter, tokenizer, "fr", text, &is_explained, &shown);
  g_autofree char *plain = read_markup (title);
  g_autofree char *snippet = NULL;
  g_autofree char *piece = NULL;

  g_assert_null (strchr (plain, '\n'));
  g_assert_cmpuint (strlen (plain), <=, strlen (text));
  for (guint i = 0; lines[i] != NULL; i++)
    g_ptr_array_add (passages, make_passage (lines[i], i));
  snippet = tkb_highlighter_mark_snippet (highlighter, tokenizer, passages, &shown);
  if (snippet != NULL)
    piece = read_markup (snippet);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (TkbTokenizer) tokenizer = tkb_tokenizer_new ();
  g_autofree char *text = g_utf8_make_valid ((const char *) data, (gssize) size);
  char            *rest = strchr (text, '\n');
  Looking          looking = { .needles = NULL };
  TkbPinyinQuery   pinyin;
  gboolean         has_pinyin;

  if (rest == NULL)
    return 0;
  *rest++ = '\0';
  looking.needles = g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_needle_free);
  tkb_tokenizer_run (tokenizer, TKB_TOKENIZE_QUERY, text, strlen (text), look_for_cb, &looking);
  has_pinyin = tkb_pinyin_parse (text, &pinyin);
  {
    g_autoptr (TkbHighlighter) highlighter =
        tkb_highlighter_new (looking.needles, has_pinyin ? &pinyin : NULL);

    mark (highlighter, tokenizer, rest);
  }
  return 0;
}
