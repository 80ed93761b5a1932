/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-highlight.h"

#include <string.h>

/* bytes that tkb_tokenizer_append_text () puts before the text */
#define MARK_BYTES 4
/* columns (an ideograph takes two) of a snippet, and of what stands before its first match */
#define SNIPPET_COLUMNS 200
#define LEAD_COLUMNS 50
/* bytes of a passage that are looked at, and phrases that may be half matched at a time */
#define MAX_PASSAGE 100000
#define MAX_OPEN 32
/* of a stretch, each word of the query that it shows; more than any bonus and count below it */
#define WORTH_OF_WORD 10000

struct _TkbHighlighter
{
  GPtrArray     *needles;       /* (owned) (element-type TkbNeedle) */
  gboolean       is_first[256]; /* bytes that some needle begins with */
  gboolean       has_pinyin;
  TkbPinyinQuery pinyin;
};

typedef struct
{
  guint start, end; /* bytes in the text */
  guint group;
} Span;

typedef struct
{
  const TkbNeedle *needle;
  guint            matched;  /* tokens */
  guint            position; /* of the last one */
  guint            start;
} Open;

typedef struct
{
  TkbHighlighter *self;
  const char     *text;  /* with the mark before it */
  GArray         *spans; /* (unowned) (element-type Span) */
  Open            open[MAX_OPEN];
  guint           n_open;
  guint           position; /* of the last token that was not at the place of another; from 1 */
} Finder;

void
tkb_passage_free (TkbPassage *self)
{
  g_free (self->text);
  g_free (self->language);
  g_free (self);
}

TkbNeedle *
tkb_needle_new (GPtrArray *tokens, gboolean is_prefix, guint group)
{
  TkbNeedle *self = g_new0 (TkbNeedle, 1);

  self->tokens = g_ptr_array_ref (tokens);
  self->is_prefix = is_prefix;
  self->group = group;
  return self;
}

void
tkb_needle_free (TkbNeedle *self)
{
  g_ptr_array_unref (self->tokens);
  g_free (self);
}

TkbHighlighter *
tkb_highlighter_new (GPtrArray *needles, const TkbPinyinQuery *pinyin)
{
  TkbHighlighter *self = g_new0 (TkbHighlighter, 1);

  self->needles = needles;
  for (guint i = 0; i < needles->len; i++)
    {
      const TkbNeedle *needle = g_ptr_array_index (needles, i);

      self->is_first[*(const guint8 *) g_ptr_array_index (needle->tokens, 0)] = TRUE;
    }
  if (pinyin != NULL)
    {
      self->has_pinyin = TRUE;
      self->pinyin = *pinyin;
    }
  return self;
}

void
tkb_highlighter_free (TkbHighlighter *self)
{
  g_ptr_array_unref (self->needles);
  g_free (self);
}

/* ---- finding ---- */

static gboolean
fits (const TkbNeedle *needle, guint index, const TkbToken *token)
{
  const char *wanted = g_ptr_array_index (needle->tokens, index);
  gsize       length = strlen (wanted);

  if (needle->is_prefix && index + 1 == needle->tokens->len)
    return token->length >= length && memcmp (token->text, wanted, length) == 0;
  return token->length == length && memcmp (token->text, wanted, length) == 0;
}

static void
add_span (Finder *finder, const TkbNeedle *needle, guint start, const TkbToken *token)
{
  Span span = { start - MARK_BYTES, token->end - MARK_BYTES, needle->group };

  /* one ideograph was asked for, and it is the first of a pair */
  if (needle->is_prefix && token->kind == TKB_TOKEN_PAIR &&
      g_utf8_strlen (g_ptr_array_index (needle->tokens, needle->tokens->len - 1), -1) == 1)
    span.end = g_utf8_next_char (finder->text + token->start) - finder->text - MARK_BYTES;
  g_array_append_val (finder->spans, span);
}

static void
begin_or_end (Finder *finder, const TkbNeedle *needle, const TkbToken *token)
{
  if (needle->tokens->len == 1)
    add_span (finder, needle, token->start, token);
  else if (finder->n_open < MAX_OPEN)
    finder->open[finder->n_open++] = (Open){ needle, 1, finder->position, token->start };
}

static void
continue_open (Finder *finder, const TkbToken *token)
{
  guint kept = 0;

  for (guint i = 0; i < finder->n_open; i++)
    {
      Open open = finder->open[i];

      if (open.position + 1 == finder->position && fits (open.needle, open.matched, token))
        {
          open.matched++;
          open.position = finder->position;
          if (open.matched == open.needle->tokens->len)
            {
              add_span (finder, open.needle, open.start, token);
              continue;
            }
        }
      if (open.position + 1 >= finder->position)
        finder->open[kept++] = open;
    }
  finder->n_open = kept;
}

static int
find_cb (const TkbToken *token, gpointer user_data)
{
  Finder         *finder = user_data;
  TkbHighlighter *self = finder->self;

  if (!token->is_colocated)
    finder->position++;
  if (finder->n_open > 0)
    continue_open (finder, token);
  if (!self->is_first[(guint8) token->text[0]])
    return 0;
  for (guint i = 0; i < self->needles->len; i++)
    {
      const TkbNeedle *needle = g_ptr_array_index (self->needles, i);

      if (fits (needle, 0, token))
        begin_or_end (finder, needle, token);
    }
  return 0;
}

static void
find_sound_cb (guint start, guint end, gpointer user_data)
{
  Span span = { start, end, 0 };

  g_array_append_val ((GArray *) user_data, span);
}

static int
compare_spans (gconstpointer a, gconstpointer b)
{
  const Span *x = a;
  const Span *y = b;

  if (x->start != y->start)
    return x->start < y->start ? -1 : 1;
  return (x->end < y->end) - (x->end > y->end);
}

/* The matches in text, sorted by where they begin; they may overlap. */
static GArray *
find_spans (TkbHighlighter *self, TkbTokenizer *tokenizer, const char *language, const char *text)
{
  GArray *spans = g_array_new (FALSE, FALSE, sizeof (Span));
  g_autoptr (GString) marked = g_string_new (NULL);
  Finder finder = { .self = self, .spans = spans };

  if (self->needles->len == 0)
    return spans;
  tkb_tokenizer_append_text (marked, language, text);
  finder.text = marked->str;
  tkb_tokenizer_run (tokenizer, TKB_TOKENIZE_DOCUMENT, marked->str, MIN (marked->len, MAX_PASSAGE),
                     find_cb, &finder);
  g_array_sort (spans, compare_spans);
  return spans;
}

/* ---- writing ---- */

/* One stretch of text on one line, without control characters, escaped. */
static void
append_escaped (GString *out, const char *start, const char *end, gboolean *is_after_space)
{
  while (start < end)
    {
      gunichar    c = g_utf8_get_char (start);
      const char *next = g_utf8_next_char (start);

      if (g_unichar_isspace (c) || g_unichar_iscntrl (c))
        {
          if (!*is_after_space)
            g_string_append_c (out, ' ');
          *is_after_space = TRUE;
          start = next;
          continue;
        }
      *is_after_space = FALSE;
      if (c == '<')
        g_string_append (out, "&lt;");
      else if (c == '>')
        g_string_append (out, "&gt;");
      else if (c == '&')
        g_string_append (out, "&amp;");
      else
        g_string_append_len (out, start, next - start);
      start = next;
    }
}

/* text[from, to) with the spans in it in bold; overlapping ones become one. */
static void
append_marked (GString *out, const char *text, gsize from, gsize to, GArray *spans)
{
  gsize    at = from;
  gboolean is_after_space = TRUE;

  for (guint i = 0; i < spans->len; i++)
    {
      const Span *span = &g_array_index (spans, Span, i);
      gsize       start = MAX (span->start, at);
      gsize       end = MIN (span->end, to);

      if (start >= end)
        continue;
      for (guint j = i + 1; j < spans->len && g_array_index (spans, Span, j).start <= end; j++)
        end = MAX (end, MIN (g_array_index (spans, Span, j).end, to));
      append_escaped (out, text + at, text + start, &is_after_space);
      g_string_append (out, "<b>");
      append_escaped (out, text + start, text + end, &is_after_space);
      g_string_append (out, "</b>");
      at = end;
    }
  append_escaped (out, text + at, text + to, &is_after_space);
}

static guint64
get_bit (guint group)
{
  return 1ull << (group % 64);
}

guint64
tkb_highlighter_get_wanted (TkbHighlighter *self)
{
  guint64 wanted = 0;

  for (guint i = 0; i < self->needles->len; i++)
    wanted |= get_bit (((const TkbNeedle *) g_ptr_array_index (self->needles, i))->group);
  return wanted;
}

char *
tkb_highlighter_mark_title (TkbHighlighter *self,
                            TkbTokenizer   *tokenizer,
                            const char     *language,
                            const char     *text,
                            gboolean       *out_is_explained,
                            guint64        *out_shown)
{
  g_autoptr (GArray) spans = find_spans (self, tokenizer, language, text);
  GString *out = g_string_new (NULL);

  *out_shown = 0;
  for (guint i = 0; i < spans->len; i++)
    *out_shown |= get_bit (g_array_index (spans, Span, i).group);
  if (self->has_pinyin && spans->len == 0)
    tkb_pinyin_match (&self->pinyin, text, find_sound_cb, spans);
  append_marked (out, text, 0, strlen (text), spans);
  *out_is_explained = spans->len > 0 || (self->needles->len == 0 && !self->has_pinyin);
  return g_string_free (out, FALSE);
}

/* ---- choosing ---- */

typedef struct
{
  const TkbPassage *passage;
  GArray           *spans; /* (owned) */
  guint             first; /* span that the stretch begins with */
  guint             worth;
  guint64           shown; /* words of the query */
} Stretch;

/* How much of the query the spans from first on show, as far as they fit into one snippet. */
static guint
measure_stretch (GArray *spans, guint first, guint64 *out_shown)
{
  guint64 groups = 0;
  guint   n = 0;
  guint   start = g_array_index (spans, Span, first).start;
  guint   worth = 0;

  for (guint i = first; i < spans->len; i++, n++)
    {
      const Span *span = &g_array_index (spans, Span, i);

      if (span->end - start > SNIPPET_COLUMNS - LEAD_COLUMNS)
        break;
      groups |= get_bit (span->group);
    }
  *out_shown = groups;
  for (; groups != 0; groups &= groups - 1)
    worth += WORTH_OF_WORD;
  return worth + MIN (n, 9);
}

/* What a passage is worth beside the words that it shows: always less than one more word. */
static guint
get_bonus (const TkbPassage *passage)
{
  switch (passage->role)
    {
    case TKB_PASSAGE_SUMMARY:
      return 7000;
    case TKB_PASSAGE_FOREIGN:
      return 5000 + (guint) (CLAMP (passage->weight, 0, 10) * 100);
    default:
      return (guint) (CLAMP (passage->weight, 0, 40) * 100);
    }
}

static void
choose_stretch (Stretch *best, const TkbPassage *passage, GArray *spans, guint bonus)
{
  for (guint i = 0; i < spans->len && i < 200; i++)
    {
      guint64 shown;
      guint   worth = measure_stretch (spans, i, &shown) + bonus;

      if (worth > best->worth)
        {
          g_clear_pointer (&best->spans, g_array_unref);
          *best = (Stretch){ passage, g_array_ref (spans), i, worth, shown };
        }
    }
}

static guint
get_columns (gunichar c)
{
  return g_unichar_ismark (c) ? 0 : g_unichar_iswide (c) ? 2 : 1;
}

static gboolean
ends_sentence (gunichar c)
{
  return c == '.' || c == '!' || c == '?' || c == 0x3002 || c == 0xFF01 || c == 0xFF1F ||
         c == 0x061F || c == '\n';
}

/* Where the snippet begins that shows text[start]: after the end of a sentence nearby, else at the
 * beginning of a word. */
static const char *
find_beginning (const char *text, const char *start)
{
  const char *at = start;
  guint       columns = 0;

  while (at > text && columns < LEAD_COLUMNS)
    {
      const char *before = g_utf8_prev_char (at);
      gunichar    c = g_utf8_get_char (before);

      if (ends_sentence (c) && (c >= 0x80 || c == '\n' || g_unichar_isspace (g_utf8_get_char (at))))
        return at;
      columns += get_columns (c);
      at = before;
    }
  if (at == text)
    return at;
  for (const char *p = at; p < start; p = g_utf8_next_char (p))
    if (g_unichar_isspace (g_utf8_get_char (p)))
      return p;
    else if (g_unichar_iswide (g_utf8_get_char (p)))
      return p;
  while (at < start && g_unichar_ismark (g_utf8_get_char (at)))
    at = g_utf8_next_char (at);
  return at;
}

/* Where a snippet that begins at start ends; not within a word where that can be helped. */
static const char *
find_end (const char *start)
{
  const char *at = start;
  const char *space = NULL;
  guint       columns = 0;

  for (; *at != '\0' && columns < SNIPPET_COLUMNS; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);

      if (g_unichar_isspace (c) || g_unichar_iswide (c))
        space = at;
      columns += get_columns (c);
    }
  if (*at == '\0')
    return at;
  if (space != NULL && at - space < 40)
    return space;
  while (g_unichar_ismark (g_utf8_get_char (at)))
    at = g_utf8_next_char (at);
  return at;
}

static char *
write_snippet (const char *text, const char *start, GArray *spans)
{
  GString    *out = g_string_new (NULL);
  const char *end;

  while (g_unichar_isspace (g_utf8_get_char (start)))
    start = g_utf8_next_char (start);
  end = find_end (start);
  if (start > text)
    g_string_append (out, "…");
  append_marked (out, text, start - text, end - text, spans);
  g_string_truncate (out, strlen (g_strchomp (out->str)));
  if (*end != '\0')
    g_string_append (out, "…");
  return g_string_free (out, FALSE);
}

/* The beginning of what stands there when no passage has a word of the query. */
static char *
write_unmarked (TkbHighlighter *self, GPtrArray *passages)
{
  g_autoptr (GArray) spans = g_array_new (FALSE, FALSE, sizeof (Span));
  const TkbPassage *unasked = NULL;

  for (guint i = 0; i < passages->len; i++)
    {
      const TkbPassage *passage = g_ptr_array_index (passages, i);

      if (unasked == NULL &&
          (passage->role == TKB_PASSAGE_SUMMARY || passage->role == TKB_PASSAGE_TEXT))
        unasked = passage;
      if (!self->has_pinyin || passage->role != TKB_PASSAGE_FOREIGN)
        continue;
      tkb_pinyin_match (&self->pinyin, passage->text, find_sound_cb, spans);
      if (spans->len > 0)
        {
          g_array_set_size (spans, 0);
          return write_snippet (passage->text, passage->text, spans);
        }
    }
  return unasked != NULL ? write_snippet (unasked->text, unasked->text, spans) : g_strdup ("");
}

char *
tkb_highlighter_mark_snippet (TkbHighlighter *self,
                              TkbTokenizer   *tokenizer,
                              GPtrArray      *passages,
                              guint64        *out_shown)
{
  Stretch     best = { 0 };
  char       *snippet;
  const char *text;
  guint       start;

  for (guint i = 0; i < passages->len && self->needles->len > 0; i++)
    {
      const TkbPassage *passage = g_ptr_array_index (passages, i);
      g_autoptr (GArray) spans = find_spans (self, tokenizer, passage->language, passage->text);

      choose_stretch (&best, passage, spans, get_bonus (passage));
    }
  *out_shown = best.shown;
  if (best.passage == NULL)
    return write_unmarked (self, passages);
  text = best.passage->text;
  start = g_array_index (best.spans, Span, best.first).start;
  snippet = write_snippet (text, find_beginning (text, text + start), best.spans);
  g_array_unref (best.spans);
  return snippet;
}
