/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* From a document to a line of the result list. */
#include "config.h"

#include "tkb-row.h"

#include <string.h>

#include "tkb-json.h"
#include "tkb-markdown.h"

/* bytes of text that a snippet is chosen from */
#define MAX_PASSAGES_BYTES 60000

typedef struct
{
  GPtrArray  *passages; /* (unowned) (element-type TkbPassage) */
  const char *language; /* (unowned) (nullable) of the document */
  gsize       bytes;
} Collect;

static void collect_field (Collect *collect, TkbField *field, JsonNode *node);

static void
add_passage (Collect *collect, const char *language, const char *text, gboolean is_markdown)
{
  TkbPassage *passage;

  if (text == NULL || text[0] == '\0' || collect->bytes > MAX_PASSAGES_BYTES)
    return;
  passage = g_new0 (TkbPassage, 1);
  passage->text = is_markdown ? tkb_markdown_to_plain (text) : g_strdup (text);
  passage->language = g_strdup (language);
  collect->bytes += strlen (passage->text);
  g_ptr_array_add (collect->passages, passage);
}

static void
collect_object (Collect *collect, TkbField *field, JsonObject *object)
{
  static const char *const members[] = { "label", "text", "note", "query", "caveat" };
  GPtrArray               *fields = tkb_field_get_fields (field);

  for (guint i = 0; fields != NULL && i < fields->len; i++)
    {
      TkbField *member = g_ptr_array_index (fields, i);
      JsonNode *node = json_object_get_member (object, tkb_field_get_code (member));

      if (node != NULL)
        collect_field (collect, member, node);
    }
  if (tkb_field_get_field_type (field) == TKB_FIELD_FIGURE ||
      tkb_field_get_field_type (field) == TKB_FIELD_LINK)
    for (guint i = 0; i < G_N_ELEMENTS (members); i++)
      add_passage (collect, collect->language, tkb_json_get_string (object, members[i], NULL),
                   FALSE);
}

static void
collect_field (Collect *collect, TkbField *field, JsonNode *node)
{
  TkbFieldType type = tkb_field_get_field_type (field);

  if (JSON_NODE_HOLDS_ARRAY (node))
    {
      JsonArray *array = json_node_get_array (node);

      for (guint i = 0; i < json_array_get_length (array); i++)
        if (!JSON_NODE_HOLDS_ARRAY (json_array_get_element (array, i)))
          collect_field (collect, field, json_array_get_element (array, i));
    }
  else if (JSON_NODE_HOLDS_OBJECT (node))
    collect_object (collect, field, json_node_get_object (node));
  else if (tkb_field_get_weight (field) > 0 && JSON_NODE_HOLDS_VALUE (node) &&
           json_node_get_value_type (node) == G_TYPE_STRING &&
           (type == TKB_FIELD_STRING || type == TKB_FIELD_TEXT || type == TKB_FIELD_MARKDOWN))
    add_passage (collect, collect->language, json_node_get_string (node),
                 type == TKB_FIELD_MARKDOWN);
}

static void
collect_members_of_unknown_kind (Collect *collect, JsonObject *body)
{
  JsonObjectIter iter;
  const char    *name;
  JsonNode      *node;

  json_object_iter_init_ordered (&iter, body);
  while (json_object_iter_next_ordered (&iter, &name, &node))
    if (name[0] != '_' && strcmp (name, "title") != 0 && strcmp (name, "summary") != 0 &&
        strcmp (name, "kind") != 0 && JSON_NODE_HOLDS_VALUE (node) &&
        json_node_get_value_type (node) == G_TYPE_STRING)
      add_passage (collect, collect->language, json_node_get_string (node), FALSE);
}

/* The summary first, then the texts in the order of the form. */
static GPtrArray *
collect_passages (TkbDocument *document, TkbCatalog *catalog, const char *language)
{
  JsonObject *body = tkb_document_get_body (document);
  const char *kind_code = tkb_document_get_kind (document);
  TkbKind    *kind =
      catalog != NULL && kind_code != NULL ? tkb_catalog_get_kind (catalog, kind_code) : NULL;
  GPtrArray  *passages = g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_passage_free);
  Collect     collect = { passages, tkb_json_get_string (body, "language", NULL), 0 };
  const char *summary = tkb_document_get_summary (document, language);

  add_passage (&collect,
               summary == tkb_document_get_string (document, "summary") ? collect.language
                                                                        : language,
               summary, FALSE);
  if (kind == NULL)
    {
      collect_members_of_unknown_kind (&collect, body);
      return passages;
    }
  for (guint i = 0; i < tkb_kind_get_fields (kind)->len; i++)
    {
      TkbField *field = g_ptr_array_index (tkb_kind_get_fields (kind), i);
      JsonNode *node = json_object_get_member (body, tkb_field_get_code (field));

      if (node != NULL && strcmp (tkb_field_get_code (field), "title") != 0 &&
          strcmp (tkb_field_get_code (field), "summary") != 0)
        collect_field (&collect, field, node);
    }
  return passages;
}

void
tkb_row_free (TkbRow *self)
{
  if (self == NULL) /* taken out of a page by the list */
    return;
  g_free (self->id);
  g_free (self->rev);
  g_free (self->kind);
  g_free (self->title);
  g_free (self->title_markup);
  g_free (self->snippet_markup);
  g_free (self->state);
  g_free (self->country);
  g_free (self->province);
  g_free (self->date);
  g_free (self);
}

static char *
on_one_line (const char *text)
{
  GString *out = g_string_new (NULL);

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      g_string_append_unichar (out, g_unichar_isspace (c) || g_unichar_iscntrl (c) ? ' ' : c);
    }
  return g_string_free (out, FALSE);
}

/**
 * tkb_row_new:
 * @document: what the row shows
 * @catalog: (nullable): the kinds
 * @highlighter: of the query
 * @tokenizer: of this thread
 * @language: (nullable): BCP 47 of the interface, for title and summary
 *
 * Returns: (transfer full): the row, its score 0
 */
TkbRow *
tkb_row_new (TkbDocument    *document,
             TkbCatalog     *catalog,
             TkbHighlighter *highlighter,
             TkbTokenizer   *tokenizer,
             const char     *language)
{
  TkbRow     *self = g_new0 (TkbRow, 1);
  JsonObject *body = tkb_document_get_body (document);
  const char *title = tkb_document_get_title (document, language);
  g_autoptr (GPtrArray) passages = collect_passages (document, catalog, language);

  self->id = g_strdup (tkb_document_get_id (document));
  self->rev = g_strdup (tkb_document_get_rev (document));
  self->kind = g_strdup (tkb_document_get_kind (document));
  self->title = on_one_line (title);
  self->title_markup =
      tkb_highlighter_mark_title (highlighter, tokenizer,
                                  title == tkb_document_get_string (document, "title")
                                      ? tkb_json_get_string (body, "language", NULL)
                                      : language,
                                  title);
  self->snippet_markup = tkb_highlighter_mark_snippet (highlighter, tokenizer, passages);
  self->state = g_strdup (tkb_document_get_string (document, "state"));
  self->country = g_strdup (tkb_document_get_string (document, "country"));
  self->province = g_strdup (tkb_document_get_string (document, "province"));
  self->date = g_strdup (tkb_document_get_string (document, "modified"));
  self->year = (int) CLAMP (tkb_json_get_int (body, "year", 0), 0, 9999);
  return self;
}
