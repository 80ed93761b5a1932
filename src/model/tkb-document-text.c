/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-document-text.h"

#include <string.h>

#include "tkb-json.h"
#include "tkb-markdown.h"

typedef struct
{
  TkbCatalog *catalog; /* (unowned) */
  GString    *out;     /* (owned) by the caller */
} Text;

static void append_value (Text *text, TkbField *field, JsonNode *node, guint indent);

/* Plain text stays what it is: no character of it becomes a mark. Inside a line (is_inline) line
 * ends become spaces. */
static void
append_plain (Text *text, const char *plain, gboolean is_inline)
{
  gboolean is_line_start = TRUE;

  for (const char *at = plain; *at != '\0'; at++)
    {
      gboolean is_digits = g_ascii_isdigit (*at);

      if (*at == '\n' || *at == '\r')
        {
          g_string_append_c (text->out, is_inline ? ' ' : *at);
          is_line_start = TRUE;
          continue;
        }
      if (is_line_start && is_digits)
        {
          gsize length = strspn (at, "0123456789");

          g_string_append_len (text->out, at, (gssize) length);
          at += length;
          if (*at == '.' || *at == ')')
            g_string_append_c (text->out, '\\');
          at--;
        }
      else
        {
          if (strchr ("\\`*_[]<>&~|", *at) != NULL ||
              (is_line_start && strchr ("#+-=", *at) != NULL))
            g_string_append_c (text->out, '\\');
          g_string_append_c (text->out, *at);
        }
      is_line_start = is_line_start && g_ascii_isspace (*at);
    }
}

static void
append_link (Text *text, JsonObject *link)
{
  static const char *const members[] = { "document", "query", "note" };
  gboolean                 is_first = TRUE;

  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    {
      const char *value = tkb_json_get_string (link, members[i], NULL);

      if (value == NULL || *value == '\0')
        continue;
      if (!is_first)
        g_string_append (text->out, " — ");
      is_first = FALSE;
      append_plain (text, value, TRUE);
    }
}

static void
append_figure (Text *text, JsonObject *figure)
{
  static const char *const measures[] = { "currency", "unit" };
  const char              *label = tkb_json_get_string (figure, "label", NULL);
  const char              *stated = tkb_json_get_string (figure, "text", NULL);
  const char              *caveat = tkb_json_get_string (figure, "caveat", NULL);
  JsonNode                *value = json_object_get_member (figure, "value");

  if (label != NULL)
    {
      append_plain (text, label, TRUE);
      g_string_append (text->out, ": ");
    }
  if (stated != NULL)
    append_plain (text, stated, TRUE);
  else if (value != NULL && JSON_NODE_HOLDS_VALUE (value))
    {
      g_autofree char *number = tkb_json_to_canonical (value, NULL);

      g_string_append (text->out, number);
      for (guint i = 0; i < G_N_ELEMENTS (measures); i++)
        if (tkb_json_get_string (figure, measures[i], NULL) != NULL)
          {
            g_string_append_c (text->out, ' ');
            append_plain (text, tkb_json_get_string (figure, measures[i], ""), TRUE);
          }
    }
  if (!tkb_json_get_boolean (figure, "verified", FALSE))
    g_string_append (text->out, " (not verified)");
  if (caveat != NULL)
    {
      g_string_append (text->out, " — ");
      append_plain (text, caveat, TRUE);
    }
}

/* Markdown inside a list: what follows its first line belongs to the item. */
static void
append_indented (Text *text, const char *markdown)
{
  for (const char *at = markdown; *at != '\0'; at++)
    {
      g_string_append_c (text->out, *at);
      if (*at == '\n')
        g_string_append (text->out, "  ");
    }
}

static void
append_scalar (Text *text, TkbField *field, JsonNode *node, guint indent)
{
  const char      *string;
  g_autofree char *value = NULL;

  if (json_node_get_value_type (node) != G_TYPE_STRING)
    {
      value = tkb_json_to_canonical (node, NULL);
      g_string_append (text->out, value);
      return;
    }

  string = json_node_get_string (node);
  switch (tkb_field_get_field_type (field))
    {
    case TKB_FIELD_CODE:
      append_plain (text, tkb_catalog_get_code_label (text->catalog, field, string), TRUE);
      break;
    case TKB_FIELD_URL:
      g_string_append_c (text->out, '<');
      g_string_append_uri_escaped (text->out, string, "!#$%&'()*+,/:;=?@[]~", TRUE);
      g_string_append_c (text->out, '>');
      break;
    case TKB_FIELD_MARKDOWN:
      if (indent == 0)
        g_string_append (text->out, string);
      else
        append_indented (text, string);
      break;
    case TKB_FIELD_TEXT:
      append_plain (text, string, indent > 0);
      break;
    default:
      append_plain (text, string, TRUE);
      break;
    }
}

static void
append_record (Text *text, TkbField *field, JsonObject *record)
{
  GPtrArray *fields = tkb_field_get_fields (field);
  gboolean   is_first = TRUE;

  for (guint i = 0; fields != NULL && i < fields->len; i++)
    {
      JsonNode *member = json_object_get_member (record, tkb_field_get_code (fields->pdata[i]));

      if (member == NULL || JSON_NODE_HOLDS_NULL (member))
        continue;
      if (!is_first)
        g_string_append (text->out, " — ");
      is_first = FALSE;
      append_value (text, fields->pdata[i], member, 1);
    }
}

static void
append_localized (Text *text, JsonObject *map)
{
  g_autoptr (GList) languages = json_object_get_members (map);

  for (GList *l = languages; l != NULL; l = l->next)
    {
      g_string_append (text->out, l == languages ? "" : "; ");
      append_plain (text, l->data, TRUE);
      g_string_append (text->out, ": ");
      append_plain (text, tkb_json_get_string (map, l->data, ""), TRUE);
    }
}

static void
append_object (Text *text, TkbField *field, JsonObject *object)
{
  switch (tkb_field_get_field_type (field))
    {
    case TKB_FIELD_FIGURE:
      append_figure (text, object);
      break;
    case TKB_FIELD_LINK:
      append_link (text, object);
      break;
    case TKB_FIELD_LOCALIZED:
      append_localized (text, object);
      break;
    case TKB_FIELD_RECORD:
      append_record (text, field, object);
      break;
    default:
      break;
    }
}

/* indent > 0: inside a line, so lists are joined by commas */
static void
append_value (Text *text, TkbField *field, JsonNode *node, guint indent)
{
  if (JSON_NODE_HOLDS_ARRAY (node))
    {
      JsonArray *array = json_node_get_array (node);

      for (guint i = 0; i < json_array_get_length (array); i++)
        {
          if (indent == 0)
            g_string_append (text->out, "- ");
          else if (i > 0)
            g_string_append (text->out, ", ");
          append_value (text, field, json_array_get_element (array, i), indent + 1);
          if (indent == 0)
            g_string_append_c (text->out, '\n');
        }
    }
  else if (JSON_NODE_HOLDS_OBJECT (node))
    append_object (text, field, json_node_get_object (node));
  else if (JSON_NODE_HOLDS_VALUE (node))
    append_scalar (text, field, node, indent);
}

static gboolean
is_shown (TkbField *field, JsonNode *node)
{
  const char *code = tkb_field_get_code (field);

  if (node == NULL || JSON_NODE_HOLDS_NULL (node) ||
      (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING &&
       *json_node_get_string (node) == '\0') ||
      tkb_field_get_field_type (field) == TKB_FIELD_JSON)
    return FALSE;
  if (JSON_NODE_HOLDS_ARRAY (node) && json_array_get_length (json_node_get_array (node)) == 0)
    return FALSE;
  if (JSON_NODE_HOLDS_OBJECT (node) && json_object_get_size (json_node_get_object (node)) == 0)
    return FALSE;
  return !g_str_equal (code, "title") && !g_str_equal (code, "summary") &&
         !g_str_equal (code, "kind");
}

/**
 * tkb_document_text_to_markdown:
 *
 * Plain text of the document is escaped, so that only its Markdown fields are marked up. A document
 * of an unknown kind has title and summary only.
 *
 * Returns: (transfer full): Markdown with English labels, ends in a line break
 */
char *
tkb_document_text_to_markdown (TkbCatalog *catalog, TkbDocument *document)
{
  Text        text = { catalog, NULL };
  const char *code;
  TkbKind    *kind;
  GPtrArray  *fields;
  JsonObject *body;
  const char *summary;

  g_return_val_if_fail (catalog != NULL, NULL);
  g_return_val_if_fail (document != NULL, NULL);

  code = tkb_document_get_kind (document);
  kind = code != NULL ? tkb_catalog_get_kind (catalog, code) : NULL;
  fields = kind != NULL ? tkb_kind_get_fields (kind) : NULL;
  body = tkb_document_get_body (document);
  summary = tkb_document_get_summary (document, NULL);

  text.out = g_string_new ("# ");
  append_plain (&text, tkb_document_get_title (document, NULL), TRUE);
  g_string_append (text.out, "\n\n");
  append_plain (&text, tkb_document_get_id (document), TRUE);
  if (kind != NULL)
    g_string_append_printf (text.out, " — %s", tkb_kind_get_label (kind));
  g_string_append (text.out, "\n\n");
  if (summary != NULL)
    {
      append_plain (&text, summary, FALSE);
      g_string_append (text.out, "\n\n");
    }
  for (guint i = 0; fields != NULL && i < fields->len; i++)
    {
      TkbField *field = fields->pdata[i];
      JsonNode *node = json_object_get_member (body, tkb_field_get_code (field));

      if (!is_shown (field, node))
        continue;
      g_string_append_printf (text.out, "## %s\n\n", tkb_field_get_label (field));
      append_value (&text, field, node, 0);
      g_string_append (text.out, text.out->str[text.out->len - 1] == '\n' ? "\n" : "\n\n");
    }
  return g_string_free (text.out, FALSE);
}

/**
 * tkb_document_text_to_html:
 *
 * Returns: (transfer full): the same as HTML without scripts, raw HTML or harmful links
 */
char *
tkb_document_text_to_html (TkbCatalog *catalog, TkbDocument *document)
{
  g_autofree char *markdown = tkb_document_text_to_markdown (catalog, document);

  return markdown != NULL ? tkb_markdown_to_html (markdown) : NULL;
}
