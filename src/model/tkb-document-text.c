/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-document-text.h"

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>

#include "tkb-json.h"

typedef struct
{
  TkbCatalog *catalog; /* (unowned) */
  GString    *out;     /* (owned) by the caller */
} Text;

static void append_value (Text *text, TkbField *field, JsonNode *node, guint indent);

static const char *
figure_or_link_text (JsonObject *object, const char *first, const char *second)
{
  const char *value = tkb_json_get_string (object, first, NULL);

  return value != NULL ? value : tkb_json_get_string (object, second, "");
}

static void
append_figure (Text *text, JsonObject *figure)
{
  const char *label = tkb_json_get_string (figure, "label", NULL);
  const char *stated = tkb_json_get_string (figure, "text", NULL);
  const char *caveat = tkb_json_get_string (figure, "caveat", NULL);
  JsonNode   *value = json_object_get_member (figure, "value");

  if (label != NULL)
    g_string_append_printf (text->out, "%s: ", label);
  if (stated != NULL)
    g_string_append (text->out, stated);
  else if (value != NULL && JSON_NODE_HOLDS_VALUE (value))
    {
      g_autofree char *number = tkb_json_to_canonical (value, NULL);

      g_string_append_printf (text->out, "%s %s %s", number,
                              tkb_json_get_string (figure, "currency", ""),
                              tkb_json_get_string (figure, "unit", ""));
    }
  if (!tkb_json_get_boolean (figure, "verified", FALSE))
    g_string_append (text->out, " (not verified)");
  if (caveat != NULL)
    g_string_append_printf (text->out, " — %s", caveat);
}

static void
append_scalar (Text *text, TkbField *field, JsonNode *node)
{
  if (json_node_get_value_type (node) != G_TYPE_STRING)
    {
      g_autofree char *value = tkb_json_to_canonical (node, NULL);

      g_string_append (text->out, value);
    }
  else if (tkb_field_get_field_type (field) == TKB_FIELD_CODE)
    g_string_append (
        text->out, tkb_catalog_get_code_label (text->catalog, field, json_node_get_string (node)));
  else if (tkb_field_get_field_type (field) == TKB_FIELD_URL)
    g_string_append_printf (text->out, "<%s>", json_node_get_string (node));
  else
    g_string_append (text->out, json_node_get_string (node));
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
    g_string_append_printf (text->out, "%s%s: %s", l == languages ? "" : "; ",
                            (const char *) l->data, tkb_json_get_string (map, l->data, ""));
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
      g_string_append (text->out, figure_or_link_text (object, "document", "note"));
      if (tkb_json_get_string (object, "query", NULL) != NULL)
        g_string_append_printf (text->out, " `%s`", tkb_json_get_string (object, "query", ""));
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
    append_scalar (text, field, node);
}

static gboolean
is_shown (TkbField *field, JsonNode *node)
{
  const char *code = tkb_field_get_code (field);

  if (node == NULL || JSON_NODE_HOLDS_NULL (node) ||
      tkb_field_get_field_type (field) == TKB_FIELD_JSON)
    return FALSE;
  if (JSON_NODE_HOLDS_ARRAY (node) && json_array_get_length (json_node_get_array (node)) == 0)
    return FALSE;
  return g_strcmp0 (code, "title") != 0 && g_strcmp0 (code, "summary") != 0;
}

char *
tkb_document_text_to_markdown (TkbCatalog *catalog, TkbDocument *document)
{
  Text        text = { catalog, g_string_new (NULL) };
  TkbKind    *kind = tkb_catalog_get_kind (catalog, tkb_document_get_kind (document));
  GPtrArray  *fields = kind != NULL ? tkb_kind_get_fields (kind) : NULL;
  JsonObject *body = tkb_document_get_body (document);
  const char *summary = tkb_document_get_summary (document, NULL);

  g_string_append_printf (text.out, "# %s\n\n", tkb_document_get_title (document, NULL));
  g_string_append_printf (text.out, "`%s` %s\n\n", tkb_document_get_id (document),
                          kind != NULL ? tkb_kind_get_label (kind) : "");
  if (summary != NULL)
    g_string_append_printf (text.out, "%s\n\n", summary);
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

char *
tkb_document_text_to_html (TkbCatalog *catalog, TkbDocument *document)
{
  g_autofree char *markdown = tkb_document_text_to_markdown (catalog, document);
  cmark_parser    *parser;
  cmark_node      *root;
  char            *html;
  char            *copy;

  cmark_gfm_core_extensions_ensure_registered ();
  parser = cmark_parser_new (CMARK_OPT_DEFAULT);
  cmark_parser_attach_syntax_extension (parser, cmark_find_syntax_extension ("table"));
  cmark_parser_feed (parser, markdown, strlen (markdown));
  root = cmark_parser_finish (parser);
  /* without CMARK_OPT_UNSAFE raw HTML is left out and only harmless links are kept */
  html = cmark_render_html (root, CMARK_OPT_DEFAULT, cmark_parser_get_syntax_extensions (parser));
  copy = g_strdup (html);
  cmark_get_default_mem_allocator ()->free (html);
  cmark_node_free (root);
  cmark_parser_free (parser);
  return copy;
}
