/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* FTS5 expressions. Everything that comes from a person goes in as a quoted string of finished
 * tokens, so that nothing that is typed can be an operator. */
#include "config.h"

#include "tkb-index-private.h"
#include "tkb-index-reader.h"

TkbMatch *
tkb_match_new (void)
{
  TkbMatch *self = g_new0 (TkbMatch, 1);

  self->expression = g_string_new (NULL);
  self->phrases = g_array_new (FALSE, FALSE, sizeof (TkbMatchPhrase));
  return self;
}

void
tkb_match_free (TkbMatch *self)
{
  g_string_free (self->expression, TRUE);
  g_array_unref (self->phrases);
  g_free (self);
}

void
tkb_match_add_operator (TkbMatch *self, TkbMatchOperator operation)
{
  static const char *const texts[] = {
    [TKB_MATCH_OPEN] = "(",  [TKB_MATCH_CLOSE] = ")",   [TKB_MATCH_AND] = " AND ",
    [TKB_MATCH_OR] = " OR ", [TKB_MATCH_NOT] = " NOT ", [TKB_MATCH_TITLE] = "title : ",
  };

  g_string_append (self->expression, texts[operation]);
}

/**
 * tkb_match_add_phrase:
 * @self: an expression
 * @tokens: (element-type utf8): one after the other in the text
 * @phrase: what it stands for; with a prefix, the last token is one
 */
void
tkb_match_add_phrase (TkbMatch *self, GPtrArray *tokens, TkbMatchPhrase phrase)
{
  g_string_append_c (self->expression, '"');
  for (guint i = 0; i < tokens->len; i++)
    {
      if (i > 0)
        g_string_append_c (self->expression, TKB_INDEX_TOKEN_SEPARATOR);
      for (const char *p = g_ptr_array_index (tokens, i); *p != '\0'; p++)
        {
          if (*p == '"')
            g_string_append_c (self->expression, '"');
          g_string_append_c (self->expression, *p);
        }
    }
  g_string_append (self->expression, phrase.is_prefix ? "\" *" : "\"");
  g_array_append_val (self->phrases, phrase);
}
