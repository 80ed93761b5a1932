/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* HTML by libxml2's parser, which reads anything; told the text by its events, so that no tree is
 * built however deep somebody nests. */
#include "config.h"

#include "tkb-extract.h"

#include <libxml/HTMLparser.h>
#include <string.h>

/* bytes that the parser is given at a time, between looks at how full the text is */
#define CHUNK_BYTES (64 * 1024)
/* bytes at the beginning in which an encoding may be declared, by the HTML standard */
#define DECLARATION_BYTES 1024

typedef struct
{
  TkbExtractText   *text;
  htmlParserCtxtPtr parser;
  guint             n_hidden; /* elements open whose text is not shown */
} Reader;

/* Elements that stand in the line; every other one begins and ends a paragraph. */
static const char *const inline_names[] = {
  "a",    "abbr",   "b",      "bdi", "bdo", "big",  "cite", "code", "del",  "dfn",
  "em",   "font",   "i",      "ins", "kbd", "mark", "q",    "s",    "samp", "small",
  "span", "strike", "strong", "sub", "sup", "tt",   "u",    "var",  "wbr",  NULL,
};
static const char *const hidden_names[] = { "script", "style", "template", "noscript",
                                            "svg",    "math",  "object",   NULL };

static gboolean
is_one_of (const xmlChar *name, const char *const *names)
{
  return g_strv_contains (names, (const char *) name);
}

static void
start_element_cb (void *data, const xmlChar *name, const xmlChar **attributes)
{
  Reader *reader = data;

  if (is_one_of (name, hidden_names))
    reader->n_hidden++;
  else if (!is_one_of (name, inline_names))
    tkb_extract_text_break (reader->text);
}

static void
end_element_cb (void *data, const xmlChar *name)
{
  Reader *reader = data;

  if (is_one_of (name, hidden_names))
    reader->n_hidden -= reader->n_hidden > 0;
  else if (!is_one_of (name, inline_names))
    tkb_extract_text_break (reader->text);
}

static void
characters_cb (void *data, const xmlChar *characters, int length)
{
  Reader *reader = data;

  if (reader->n_hidden == 0 && length > 0)
    tkb_extract_text_add (reader->text, (const char *) characters, length);
  if (tkb_extract_text_is_full (reader->text))
    xmlStopParser (reader->parser);
}

/* (nullable) (transfer full): <meta charset=x> or <meta … content="text/html; charset=x"> */
static char *
find_declared (const guint8 *data, gsize size)
{
  g_autofree char *head = g_strndup ((const char *) data, MIN (size, DECLARATION_BYTES));
  const char      *meta = head;

  while ((meta = strcasestr (meta, "<meta")) != NULL)
    {
      g_autofree char *tag = g_strndup (meta, strcspn (meta, ">"));
      const char      *at = strcasestr (tag, "charset=");

      if (at != NULL)
        {
          at += strlen ("charset=");
          at += strspn (at, "\"' ");
          return g_strndup (at, strcspn (at, "\"'; />"));
        }
      meta += strlen ("<meta");
    }
  return NULL;
}

static void
parse (const char *html, gsize length, TkbExtractText *text)
{
  htmlSAXHandler handler = { 0 };
  Reader         reader = { text, NULL, 0 };

  handler.startElement = start_element_cb;
  handler.endElement = end_element_cb;
  handler.characters = characters_cb;
  handler.ignorableWhitespace = characters_cb;
  reader.parser =
      htmlCreatePushParserCtxt (&handler, &reader, NULL, 0, NULL, XML_CHAR_ENCODING_UTF8);
  if (reader.parser == NULL)
    return;
  htmlCtxtUseOptions (reader.parser, HTML_PARSE_RECOVER | HTML_PARSE_NOERROR |
                                         HTML_PARSE_NOWARNING | HTML_PARSE_NONET |
                                         HTML_PARSE_IGNORE_ENC);
  for (gsize at = 0; at < length && !tkb_extract_text_is_full (text); at += CHUNK_BYTES)
    htmlParseChunk (reader.parser, html + at, (int) MIN (CHUNK_BYTES, length - at), 0);
  if (!tkb_extract_text_is_full (text))
    htmlParseChunk (reader.parser, NULL, 0, 1);
  if (reader.parser->myDoc != NULL)
    xmlFreeDoc (reader.parser->myDoc);
  htmlFreeParserCtxt (reader.parser);
}

TkbExtractStatus
tkb_extract_read_html (const guint8 *data, gsize size, const char *charset, TkbExtractText *text)
{
  g_autofree char *declared = charset != NULL ? g_strdup (charset) : find_declared (data, size);
  g_autofree char *html = NULL;
  gsize            length = 0;
  gboolean         is_cut;

  html = tkb_extract_decode (data, size, declared, &length, &is_cut);
  if (html == NULL)
    return TKB_EXTRACT_UNSUPPORTED;
  parse (html, length, text);
  return is_cut ? TKB_EXTRACT_CUT : TKB_EXTRACT_WHOLE;
}
