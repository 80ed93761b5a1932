/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-extract.h"

#include "tkb-limits.h"

/* bytes that are gathered before they go on */
#define PIECE_BYTES (32 * 1024)

/* White space that was seen and not yet written. */
typedef enum
{
  GAP_NONE,
  GAP_SPACE,
  GAP_LINE,      /* a line ended */
  GAP_PARAGRAPH, /* an empty line, or tkb_extract_text_break () */
} Gap;

struct _TkbExtractText
{
  TkbExtractSink sink;
  gpointer       user_data;
  GString       *piece; /* (owned) */
  gsize          total; /* bytes, piece among them */
  Gap            gap;
  gunichar       last;        /* written; 0: nothing yet */
  gunichar       before_last; /* written before it */
  gboolean       is_full;
};

TkbExtractText *
tkb_extract_text_new (TkbExtractSink sink, gpointer user_data)
{
  TkbExtractText *self = g_new0 (TkbExtractText, 1);

  self->sink = sink;
  self->user_data = user_data;
  self->piece = g_string_new (NULL);
  return self;
}

void
tkb_extract_text_free (TkbExtractText *self)
{
  g_string_free (self->piece, TRUE);
  g_free (self);
}

void
tkb_extract_text_finish (TkbExtractText *self)
{
  if (self->piece->len > 0)
    self->sink (self->piece->str, self->piece->len, self->user_data);
  g_string_truncate (self->piece, 0);
}

static void
write_character (TkbExtractText *self, gunichar c)
{
  gsize before = self->piece->len;

  if (self->is_full)
    return;
  g_string_append_unichar (self->piece, c);
  self->total += self->piece->len - before;
  self->before_last = self->last;
  self->last = c;
  self->is_full = self->total > TKB_MAX_TEXT_BYTES - 8;
  if (self->piece->len >= PIECE_BYTES)
    tkb_extract_text_finish (self);
}

/* A script whose lines end anywhere, without a space. */
static gboolean
is_unspaced (gunichar c)
{
  return c >= 0x2e80 && ((c < 0xa4d0 && c != 0x3000) || (c >= 0xf900 && c < 0xfb00) ||
                         (c >= 0xff00 && c < 0xfff0) || (c >= 0x20000 && c < 0x40000));
}

/* Whether the last character is the hyphen of a word that goes on with c on the next line. */
static gboolean
is_hyphenated (TkbExtractText *self, gunichar c)
{
  return (self->last == '-' || self->last == 0x2010) && g_unichar_isalpha (self->before_last) &&
         g_unichar_islower (c) && self->piece->len > 0;
}

/* Before c is written. */
static void
close_gap (TkbExtractText *self, gunichar c)
{
  Gap gap = self->gap;

  self->gap = GAP_NONE;
  if (gap == GAP_NONE || self->last == 0)
    return;
  if (gap == GAP_PARAGRAPH)
    write_character (self, '\n');
  else if (gap == GAP_LINE && is_unspaced (self->last) && is_unspaced (c))
    return;
  else if (gap == GAP_LINE && is_hyphenated (self, c))
    {
      const char *hyphen = g_utf8_prev_char (self->piece->str + self->piece->len);
      gsize       length = hyphen - self->piece->str;

      self->total -= self->piece->len - length;
      g_string_truncate (self->piece, length);
      self->last = self->before_last;
    }
  else
    write_character (self, ' ');
}

static void
add_character (TkbExtractText *self, gunichar c)
{
  if (c == '\n' || c == 0x2028)
    self->gap = self->gap >= GAP_LINE ? GAP_PARAGRAPH : GAP_LINE;
  else if (c == '\f' || c == 0x2029)
    self->gap = GAP_PARAGRAPH;
  else if (g_unichar_isspace (c) || c == 0xfffd || c == 0)
    self->gap = MAX (self->gap, GAP_SPACE);
  else if (c == 0xad || c == 0xfeff || g_unichar_iscntrl (c) || !g_unichar_isdefined (c) ||
           g_unichar_type (c) == G_UNICODE_PRIVATE_USE)
    return;
  else
    {
      close_gap (self, c);
      write_character (self, c);
    }
}

void
tkb_extract_text_add (TkbExtractText *self, const char *text, gsize length)
{
  const char *end = text + length;

  while (text < end && !self->is_full)
    {
      gunichar c = g_utf8_get_char_validated (text, end - text);

      if (c == (gunichar) -1 || c == (gunichar) -2)
        {
          add_character (self, ' ');
          text++;
          continue;
        }
      add_character (self, c);
      text = g_utf8_next_char (text);
    }
}

void
tkb_extract_text_break (TkbExtractText *self)
{
  self->gap = GAP_PARAGRAPH;
}

gboolean
tkb_extract_text_is_full (TkbExtractText *self)
{
  return self->is_full;
}

gboolean
tkb_extract_text_is_empty (TkbExtractText *self)
{
  return self->last == 0;
}
