/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* The query language, by recursive descent. There is no wrong input: what cannot be used is left
 * out, with a note where a person would wonder.
 *
 *   any   = all { ("OR" | "|") all }
 *   all   = { ["-" | "NOT"] part }
 *   part  = "(" any ")" | '"' … '"' | FIELD ":" part | word */
#include "config.h"

#include "tkb-query-private.h"

#include <string.h>

#include "tkb-tokenizer.h"

/* bytes of typed text that are read */
#define MAX_TEXT 4000
/* parentheses within one another */
#define MAX_DEPTH 12
/* parts of one query */
#define MAX_PARTS 64
/* bytes of the name of a field */
#define MAX_FIELD 40

/* marks a msgid: programs translate, the library does not */
#define N_(text) (text)

#define NOTE_TOO_LONG N_ ("The search text is very long; only its beginning is used.")
#define NOTE_TOO_MANY N_ ("There are too many words; only the first ones are used.")
#define NOTE_TOO_DEEP N_ ("There are too many parentheses within one another; some are ignored.")
#define NOTE_CLOSING N_ ("A closing parenthesis without an opening one is ignored.")

typedef struct
{
  const char   *at;
  const char   *end;
  TkbQueryFlags flags;
  GPtrArray    *notes; /* (unowned) */
  guint         depth;
  guint         n_parts;
  const char   *field; /* (unowned) (nullable): what stood before the colon */
} Parser;

static TkbNode *parse_any (Parser *self);

TkbNode *
tkb_node_new (TkbNodeType type, const char *text, gssize length)
{
  TkbNode *self = g_new0 (TkbNode, 1);

  self->type = type;
  if (type == TKB_NODE_AND || type == TKB_NODE_OR || type == TKB_NODE_NOT)
    self->children = g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_node_free);
  else
    self->text = length < 0 ? g_strdup (text) : g_strndup (text, length);
  return self;
}

TkbNode *
tkb_node_copy (const TkbNode *self)
{
  TkbNode *result = tkb_node_new (self->type, self->text, -1);

  result->field = g_strdup (self->field);
  result->is_title = self->is_title;
  result->is_typing = self->is_typing;
  result->is_grouped = self->is_grouped;
  for (guint i = 0; self->children != NULL && i < self->children->len; i++)
    g_ptr_array_add (result->children, tkb_node_copy (g_ptr_array_index (self->children, i)));
  return result;
}

void
tkb_node_free (TkbNode *self)
{
  g_clear_pointer (&self->children, g_ptr_array_unref);
  g_free (self->text);
  g_free (self->field);
  g_free (self);
}

static void
add_note (Parser *self, const char *note)
{
  for (guint i = 0; i < self->notes->len; i++)
    if (g_ptr_array_index (self->notes, i) == (gpointer) note)
      return;
  g_ptr_array_add (self->notes, (gpointer) note);
}

/* ---- characters ---- */

static gunichar
peek (Parser *self)
{
  return self->at < self->end ? g_utf8_get_char (self->at) : 0;
}

static void
skip (Parser *self)
{
  if (self->at < self->end)
    self->at = g_utf8_next_char (self->at);
}

static gboolean
is_space (gunichar c)
{
  return g_unichar_isspace (c) || g_unichar_iscntrl (c) || c == 0x3000 || c == 0x3001;
}

static gboolean
is_opening (gunichar c)
{
  return c == '(' || c == 0xFF08;
}

static gboolean
is_closing (gunichar c)
{
  return c == ')' || c == 0xFF09;
}

static gboolean
is_bar (gunichar c)
{
  return c == '|' || c == 0xFF5C;
}

static gboolean
is_colon (gunichar c)
{
  return c == ':' || c == 0xFF1A;
}

/* The quote that closes c; 0: c opens none. */
static gunichar
get_closing_quote (gunichar c)
{
  switch (c)
    {
    case '"':
    case 0xFF02:
      return c;
    case 0x201C: /* “ */
    case 0x201E: /* „ */
      return 0x201D;
    case 0x201D:
      return 0x201D;
    case 0x00AB: /* « */
      return 0x00BB;
    case 0x300C: /* 「 */
      return 0x300D;
    case 0x300E: /* 『 */
      return 0x300F;
    default:
      return 0;
    }
}

static gboolean
ends_word (gunichar c)
{
  return c == 0 || is_space (c) || is_opening (c) || is_closing (c) || is_bar (c) ||
         get_closing_quote (c) != 0;
}

static void
skip_spaces (Parser *self)
{
  while (self->at < self->end && is_space (peek (self)))
    skip (self);
}

/* Whether word stands here on its own; then it is read over. */
static gboolean
take_operator (Parser *self, const char *word)
{
  gsize    length = strlen (word);
  gunichar next;

  if ((gsize) (self->end - self->at) < length || memcmp (self->at, word, length) != 0)
    return FALSE;
  next = self->at + length < self->end ? g_utf8_get_char (self->at + length) : 0;
  if (!ends_word (next))
    return FALSE;
  self->at += length;
  return TRUE;
}

/* ---- parts ---- */

/* A leaf of the field that we are in. The part that the end of the text stands in is still being
 * typed. */
static TkbNode *
make_leaf (Parser *self, TkbNodeType type, const char *text, gsize length)
{
  TkbNode *node;

  if (self->n_parts >= MAX_PARTS)
    {
      add_note (self, NOTE_TOO_MANY);
      return NULL;
    }
  self->n_parts++;
  if (self->field != NULL && g_ascii_strcasecmp (self->field, "title") != 0)
    {
      node = tkb_node_new (TKB_NODE_FIELD, text, length);
      node->field = g_strdup (self->field);
    }
  else
    {
      node = tkb_node_new (type, text, length);
      node->is_title = self->field != NULL;
    }
  node->is_typing = (self->flags & TKB_QUERY_TYPING) != 0 && self->at == self->end;
  return node;
}

static TkbNode *
parse_group (Parser *self)
{
  TkbNode *node;

  skip (self);
  if (self->depth >= MAX_DEPTH)
    {
      add_note (self, NOTE_TOO_DEEP);
      return NULL;
    }
  self->depth++;
  node = parse_any (self);
  self->depth--;
  if (node != NULL)
    node->is_grouped = TRUE;
  if (is_closing (peek (self)))
    skip (self);
  return node;
}

static TkbNode *
parse_phrase (Parser *self)
{
  gunichar    closing = get_closing_quote (peek (self));
  const char *start;
  gsize       length;

  skip (self);
  start = self->at;
  while (self->at < self->end && peek (self) != closing)
    skip (self);
  length = self->at - start;
  if (self->at < self->end)
    {
      TkbNode *node;

      /* closed: nobody is typing in it any more */
      skip (self);
      node = length > 0 ? make_leaf (self, TKB_NODE_PHRASE, start, length) : NULL;
      if (node != NULL)
        node->is_typing = FALSE;
      return node;
    }
  return length > 0 ? make_leaf (self, TKB_NODE_PHRASE, start, length) : NULL;
}

/* FIELD: before something; its bytes, 0: none. */
static gsize
measure_field (Parser *self)
{
  gsize n = 0;

  while (self->at + n < self->end && n < MAX_FIELD &&
         (g_ascii_isalpha (self->at[n]) || (n > 0 && strchr ("_-", self->at[n]) != NULL)))
    n++;
  if (n < 2 || self->at + n >= self->end || !is_colon (g_utf8_get_char (self->at + n)))
    return 0;
  return n;
}

static TkbNode *
parse_field (Parser *self, gsize length)
{
  g_autofree char *field = g_strndup (self->at, length);
  const char      *start = self->at;
  const char      *outer = self->field;
  TkbNode         *node = NULL;

  self->at = g_utf8_next_char (self->at + length);
  self->field = field;
  if (is_opening (peek (self)))
    node = parse_group (self);
  else if (get_closing_quote (peek (self)) != 0)
    node = parse_phrase (self);
  else
    {
      const char *value = self->at;

      while (!ends_word (peek (self)))
        skip (self);
      if (self->at > value)
        node = make_leaf (self, TKB_NODE_WORD, value, self->at - value);
    }
  self->field = outer;
  /* "note:" with nothing behind it is a word that happens to end in a colon, unless more may come
   */
  if (node == NULL && (self->flags & TKB_QUERY_TYPING) == 0)
    node = make_leaf (self, TKB_NODE_WORD, start, length);
  return node;
}

static TkbNode *
parse_word (Parser *self)
{
  const char *start = self->at;
  TkbSymbol   symbol;

  if (tkb_symbol_scan_typed (self->at, self->end - self->at, &symbol))
    {
      const char *after = self->at + symbol.length_bytes;

      if (after >= self->end || ends_word (g_utf8_get_char (after)))
        {
          self->at = after;
          return make_leaf (self, TKB_NODE_WORD, start, symbol.length_bytes);
        }
    }
  do
    skip (self);
  while (!ends_word (peek (self)));
  return make_leaf (self, TKB_NODE_WORD, start, self->at - start);
}

static TkbNode *
parse_part (Parser *self)
{
  gunichar c = peek (self);
  gsize    field;

  if (is_opening (c))
    return parse_group (self);
  if (get_closing_quote (c) != 0)
    return parse_phrase (self);
  field = self->field == NULL ? measure_field (self) : 0;
  if (field > 0)
    return parse_field (self, field);
  return parse_word (self);
}

/* A minus sign right before something; not one that stands alone. */
static gboolean
take_minus (Parser *self)
{
  gunichar c = peek (self);

  if ((c != '-' && c != 0xFF0D && c != 0x2212) || self->at + 1 >= self->end ||
      is_space (g_utf8_get_char (g_utf8_next_char (self->at))))
    return FALSE;
  skip (self);
  return TRUE;
}

static TkbNode *
parse_all (Parser *self)
{
  g_autoptr (TkbNode) all = tkb_node_new (TKB_NODE_AND, NULL, 0);

  for (;;)
    {
      gboolean is_not = FALSE;
      TkbNode *part;

      skip_spaces (self);
      while (take_operator (self, "AND"))
        skip_spaces (self);
      for (;;)
        {
          if (take_minus (self) || take_operator (self, "NOT"))
            is_not = !is_not;
          else
            break;
          skip_spaces (self);
        }
      if (self->at >= self->end || is_bar (peek (self)))
        break;
      if (is_closing (peek (self)))
        {
          if (self->depth > 0)
            break;
          add_note (self, NOTE_CLOSING);
          skip (self);
          continue;
        }
      if (!is_not && take_operator (self, "OR"))
        {
          self->at -= 2; /* for parse_any () */
          break;
        }
      part = parse_part (self);
      if (part == NULL)
        continue;
      if (is_not)
        {
          TkbNode *not_node = tkb_node_new (TKB_NODE_NOT, NULL, 0);

          g_ptr_array_add (not_node->children, part);
          part = not_node;
        }
      g_ptr_array_add (all->children, part);
    }
  if (all->children->len == 0)
    return NULL;
  if (all->children->len == 1)
    return g_ptr_array_steal_index (all->children, 0);
  return g_steal_pointer (&all);
}

static TkbNode *
parse_any (Parser *self)
{
  g_autoptr (TkbNode) any = tkb_node_new (TKB_NODE_OR, NULL, 0);

  for (;;)
    {
      TkbNode *all = parse_all (self);

      if (all != NULL)
        g_ptr_array_add (any->children, all);
      if (is_bar (peek (self)))
        skip (self);
      else if (!take_operator (self, "OR"))
        break;
    }
  if (any->children->len == 0)
    return NULL;
  if (any->children->len == 1)
    return g_ptr_array_steal_index (any->children, 0);
  return g_steal_pointer (&any);
}

TkbNode *
tkb_query_parse (const char *text, TkbQueryFlags flags, GPtrArray *notes)
{
  gsize  length = strlen (text);
  Parser parser = { .at = text, .flags = flags, .notes = notes };

  if (length > MAX_TEXT)
    {
      length = g_utf8_find_prev_char (text, text + MAX_TEXT + 1) - text;
      add_note (&parser, NOTE_TOO_LONG);
    }
  parser.end = text + length;
  return parse_any (&parser);
}
