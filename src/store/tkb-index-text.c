/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Which words of a document go into which column: by the weight that its kind gives each field. */
#include "config.h"

#include "tkb-index-private.h"

#include <string.h>

#include "tkb-json.h"
#include "tkb-pinyin.h"

/* fields of at least this weight stand in the column */
#define WEIGHT_TITLE 6.0
#define WEIGHT_HEAD 4.0

typedef struct
{
  TkbIndexText *text;
  TkbCatalog   *catalog;  /* (nullable) */
  const char   *language; /* (nullable) of the document */
} Walk;

static void walk_field (Walk *walk, TkbField *field, JsonNode *node);

static GString *
get_column (TkbIndexText *text, double weight)
{
  if (weight >= WEIGHT_TITLE)
    return text->columns[TKB_INDEX_TITLE];
  return text->columns[weight >= WEIGHT_HEAD ? TKB_INDEX_HEAD : TKB_INDEX_BODY];
}

static const char *
get_text (JsonNode *node)
{
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
    return NULL;
  return json_node_get_string (node);
}

static void
add_node (Walk *walk, double weight, const char *language, JsonNode *node)
{
  const char *text = get_text (node);

  if (text == NULL || text[0] == '\0')
    return;
  tkb_tokenizer_append_text (get_column (walk->text, weight), language, text);
  if (weight >= WEIGHT_TITLE)
    tkb_pinyin_append (walk->text->pinyin, text);
}

/* The words that members of a figure or a link hold, by name. */
static void
add_members (Walk *walk, double weight, JsonObject *object, const char *const *members)
{
  for (guint i = 0; members[i] != NULL; i++)
    {
      JsonNode *node = json_object_get_member (object, members[i]);

      if (node != NULL)
        add_node (walk, weight, walk->language, node);
    }
}

static void
walk_code (Walk *walk, TkbField *field, JsonNode *node)
{
  const char *code = get_text (node);
  const char *label;

  if (code == NULL)
    return;
  add_node (walk, tkb_field_get_weight (field), NULL, node);
  label = tkb_catalog_get_code_label (walk->catalog, field, code);
  if (label != NULL && strcmp (label, code) != 0)
    tkb_tokenizer_append_text (get_column (walk->text, tkb_field_get_weight (field)), "en", label);
}

static void
walk_localized (Walk *walk, TkbField *field, JsonObject *object)
{
  JsonObjectIter iter;
  const char    *language;
  JsonNode      *node;

  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &language, &node))
    add_node (walk, tkb_field_get_weight (field), language, node);
}

static void
walk_record (Walk *walk, TkbField *field, JsonObject *object)
{
  GPtrArray *fields = tkb_field_get_fields (field);

  for (guint i = 0; fields != NULL && i < fields->len; i++)
    {
      TkbField *member = g_ptr_array_index (fields, i);
      JsonNode *node = json_object_get_member (object, tkb_field_get_code (member));

      if (node != NULL)
        walk_field (walk, member, node);
    }
}

static void
walk_object (Walk *walk, TkbField *field, JsonObject *object)
{
  static const char *const figure[] = { "label", "text", "unit", "caveat", NULL };
  static const char *const link[] = { "note", "query", NULL };

  switch (tkb_field_get_field_type (field))
    {
    case TKB_FIELD_LOCALIZED:
      walk_localized (walk, field, object);
      break;
    case TKB_FIELD_RECORD:
      walk_record (walk, field, object);
      break;
    case TKB_FIELD_FIGURE:
      add_members (walk, tkb_field_get_weight (field), object, figure);
      break;
    case TKB_FIELD_LINK:
      add_members (walk, tkb_field_get_weight (field), object, link);
      break;
    default:
      break;
    }
}

static void
walk_field (Walk *walk, TkbField *field, JsonNode *node)
{
  double weight = tkb_field_get_weight (field);

  if (JSON_NODE_HOLDS_ARRAY (node))
    {
      JsonArray *array = json_node_get_array (node);

      if ((tkb_field_get_flags (field) & TKB_FIELD_FLAG_LIST) == 0)
        return;
      for (guint i = 0; i < json_array_get_length (array); i++)
        if (!JSON_NODE_HOLDS_ARRAY (json_array_get_element (array, i)))
          walk_field (walk, field, json_array_get_element (array, i));
      return;
    }
  if (JSON_NODE_HOLDS_OBJECT (node) &&
      (weight > 0 || tkb_field_get_field_type (field) == TKB_FIELD_RECORD))
    walk_object (walk, field, json_node_get_object (node));
  else if (weight > 0 && tkb_field_get_field_type (field) == TKB_FIELD_CODE)
    walk_code (walk, field, node);
  else if (weight > 0)
    add_node (walk, weight, walk->language, node);
}

/* A document of a kind that this program does not know: all that it says. */
static void
walk_unknown (Walk *walk, JsonNode *node)
{
  if (JSON_NODE_HOLDS_OBJECT (node))
    {
      g_autoptr (GList) members = json_object_get_members (json_node_get_object (node));

      for (GList *l = members; l != NULL; l = l->next)
        if (((const char *) l->data)[0] != '_')
          walk_unknown (walk, json_object_get_member (json_node_get_object (node), l->data));
    }
  else if (JSON_NODE_HOLDS_ARRAY (node))
    {
      JsonArray *array = json_node_get_array (node);

      for (guint i = 0; i < json_array_get_length (array); i++)
        walk_unknown (walk, json_array_get_element (array, i));
    }
  else
    add_node (walk, 1, walk->language, node);
}

static void
walk_body_of_unknown_kind (Walk *walk, JsonObject *body)
{
  JsonObjectIter iter;
  const char    *name;
  JsonNode      *node;

  json_object_iter_init_ordered (&iter, body);
  while (json_object_iter_next_ordered (&iter, &name, &node))
    if (name[0] == '_' || strcmp (name, "kind") == 0)
      continue;
    else if (strcmp (name, "title") == 0)
      add_node (walk, WEIGHT_TITLE, walk->language, node);
    else if (strcmp (name, "summary") == 0)
      add_node (walk, WEIGHT_HEAD, walk->language, node);
    else
      walk_unknown (walk, node);
}

void
tkb_index_text_init (TkbIndexText *self, TkbCatalog *catalog, TkbDocument *document)
{
  JsonObject *body = tkb_document_get_body (document);
  const char *kind_code = tkb_document_get_kind (document);
  TkbKind    *kind =
      catalog != NULL && kind_code != NULL ? tkb_catalog_get_kind (catalog, kind_code) : NULL;
  Walk walk = { self, catalog, tkb_json_get_string (body, "language", NULL) };

  for (guint i = 0; i < TKB_INDEX_N_COLUMNS; i++)
    self->columns[i] = g_string_new (NULL);
  self->pinyin = g_string_new (NULL);
  if (kind == NULL)
    {
      walk_body_of_unknown_kind (&walk, body);
      return;
    }
  for (guint i = 0; i < tkb_kind_get_fields (kind)->len; i++)
    {
      TkbField *field = g_ptr_array_index (tkb_kind_get_fields (kind), i);
      JsonNode *node = json_object_get_member (body, tkb_field_get_code (field));

      if (node != NULL)
        walk_field (&walk, field, node);
    }
}

void
tkb_index_text_clear (TkbIndexText *self)
{
  for (guint i = 0; i < TKB_INDEX_N_COLUMNS; i++)
    if (self->columns[i] != NULL)
      g_string_free (g_steal_pointer (&self->columns[i]), TRUE);
  if (self->pinyin != NULL)
    g_string_free (g_steal_pointer (&self->pinyin), TRUE);
}

guint64
tkb_index_text_digest (const TkbIndexText *self)
{
  guint64 digest = 14695981039346656037u;

  for (guint i = 0; i < TKB_INDEX_N_COLUMNS; i++)
    for (gsize j = 0; j <= self->columns[i]->len; j++)
      digest = (digest ^ (guint8) self->columns[i]->str[j]) * 1099511628211u;
  return digest;
}
