/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-field-view.h"

#include <string.h>

#include "tkb-json.h"
#include "tkb-link-chip.h"
#include "tkb-link-row.h"
#include "tkb-markdown-view.h"
#include "tkb-record-view.h"
#include "tkb-text.h"
#include "tkb-wrap-box.h"

/* items of one list set on a page; more is a mistake or malice, and would freeze it */
#define MAX_ITEMS 500

gboolean
tkb_field_view_is_empty (JsonNode *node)
{
  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return TRUE;
  if (JSON_NODE_HOLDS_ARRAY (node))
    return json_array_get_length (json_node_get_array (node)) == 0;
  if (JSON_NODE_HOLDS_OBJECT (node))
    return json_object_get_size (json_node_get_object (node)) == 0;
  return json_node_get_value_type (node) == G_TYPE_STRING && *json_node_get_string (node) == '\0';
}

/**
 * tkb_field_view_is_short:
 *
 * Returns: whether the values of @field belong into the table of facts
 */
gboolean
tkb_field_view_is_short (TkbField *field)
{
  TkbFieldFlags flags = tkb_field_get_flags (field);

  switch (tkb_field_get_field_type (field))
    {
    case TKB_FIELD_CODE:
      return TRUE;
    case TKB_FIELD_STRING:
    case TKB_FIELD_INTEGER:
    case TKB_FIELD_NUMBER:
    case TKB_FIELD_BOOLEAN:
    case TKB_FIELD_DATE:
    case TKB_FIELD_DATETIME:
    case TKB_FIELD_URL:
      /* words in no order are keywords, in order they are a list to read */
      return !(flags & TKB_FIELD_FLAG_LIST) || flags & TKB_FIELD_FLAG_SET ||
             g_str_equal (tkb_field_get_code (field), "partners") ||
             g_str_equal (tkb_field_get_code (field), "authors");
    case TKB_FIELD_TEXT:
    case TKB_FIELD_MARKDOWN:
    case TKB_FIELD_LOCALIZED:
    case TKB_FIELD_FIGURE:
    case TKB_FIELD_LINK:
    case TKB_FIELD_RECORD:
    case TKB_FIELD_JSON:
    default:
      return FALSE;
    }
}

/* ---- short values ---- */

/* A value of any type in one line of text. (transfer full) */
static char *
value_to_text (TkbPageContext *context, TkbField *field, JsonNode *node)
{
  GType type = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node) : G_TYPE_INVALID;

  if (type == G_TYPE_BOOLEAN)
    return g_strdup (json_node_get_boolean (node) ? _ ("Yes") : _ ("No"));
  if (type == G_TYPE_INT64 && g_str_has_suffix (tkb_field_get_code (field), "year"))
    return g_strdup_printf ("%" G_GINT64_FORMAT, json_node_get_int (node));
  if (type == G_TYPE_INT64 || type == G_TYPE_DOUBLE)
    return tkb_text_number (json_node_get_double (node));
  if (type != G_TYPE_STRING)
    return json_to_string (node, FALSE);
  switch (tkb_field_get_field_type (field))
    {
    case TKB_FIELD_CODE:
      return g_strdup (tkb_text_code (tkb_library_get_catalog (context->library), field,
                                      json_node_get_string (node)));
    case TKB_FIELD_DATE:
    case TKB_FIELD_DATETIME:
      return tkb_text_date (json_node_get_string (node));
    default:
      return g_strdup (json_node_get_string (node));
    }
}

static gboolean
open_url_cb (GtkLabel *label, const char *uri, gpointer user_data)
{
  tkb_compat_show_url (GTK_WIDGET (label), uri);
  return TRUE;
}

static GtkWidget *
url_new (const char *url)
{
  g_autofree char *escaped = g_markup_escape_text (url, -1);
  g_autofree char *markup = NULL;
  GtkWidget       *label;

  if (!g_str_has_prefix (url, "https://") && !g_str_has_prefix (url, "http://"))
    return tkb_text_label (url);
  markup = g_strdup_printf ("<a href=\"%s\">\xe2\x81\xa6%s\xe2\x81\xa9</a>", escaped, escaped);
  label = tkb_text_markup_label (markup);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_CHAR);
  g_signal_connect (label, "activate-link", G_CALLBACK (open_url_cb), NULL);
  return label;
}

/**
 * tkb_field_view_new_support:
 * @code: of the vocabulary "support"
 * @label: its translated label
 */
GtkWidget *
tkb_field_view_new_support (const char *code, const char *label)
{
  GtkWidget  *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  const char *icon = NULL;
  const char *css_class = "dim-label";

  if (g_str_equal (code, "yes"))
    icon = "object-select-symbolic", css_class = "success";
  else if (g_str_equal (code, "partly"))
    icon = "checkbox-mixed-symbolic", css_class = "warning";
  else if (g_str_equal (code, "no"))
    icon = "window-close-symbolic", css_class = "dim-label";
  if (icon != NULL)
    {
      GtkWidget *image = tkb_compat_icon (icon);

      gtk_widget_add_css_class (image, css_class);
      gtk_box_append (GTK_BOX (box), image);
    }
  gtk_box_append (GTK_BOX (box), gtk_label_new (label));
  return box;
}

static gboolean
is_support (TkbField *field)
{
  return g_strcmp0 (tkb_field_get_vocabulary (field), "support") == 0;
}

/* "Not stated" says nothing that a missing line does not. */
static gboolean
is_unknown (TkbField *field, JsonNode *node)
{
  return is_support (field) && JSON_NODE_HOLDS_VALUE (node) &&
         g_strcmp0 (json_node_get_string (node), "unknown") == 0;
}

static GtkWidget *
scalar_new (TkbPageContext *context, TkbField *field, JsonNode *node)
{
  g_autofree char *text = value_to_text (context, field, node);
  const char      *string = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_string (node) : NULL;

  if (string != NULL && tkb_field_get_field_type (field) == TKB_FIELD_URL)
    return url_new (string);
  if (string != NULL && is_support (field))
    return tkb_field_view_new_support (string, text);
  return tkb_text_label (text);
}

/* Codes and keywords; a facet leads to all documents that have it. */
static GtkWidget *
pills_new (TkbPageContext *context, TkbField *field, JsonArray *array)
{
  GtkWidget *box = tkb_wrap_box_new (6);
  guint      n = MIN (json_array_get_length (array), MAX_ITEMS);

  for (guint i = 0; i < n; i++)
    {
      JsonNode        *node = json_array_get_element (array, i);
      g_autofree char *text = value_to_text (context, field, node);

      if (tkb_field_get_flags (field) & TKB_FIELD_FLAG_FACET && JSON_NODE_HOLDS_VALUE (node) &&
          json_node_get_string (node) != NULL)
        tkb_wrap_box_append (
            TKB_WRAP_BOX (box),
            tkb_text_filter_pill (text, tkb_field_get_code (field), json_node_get_string (node)));
      else
        tkb_wrap_box_append (TKB_WRAP_BOX (box), tkb_text_pill (text, NULL));
    }
  return box;
}

/**
 * tkb_field_view_new_inline:
 * @field: one that tkb_field_view_is_short (), or a member of a record
 * @node: its value
 *
 * Returns: (transfer floating) (nullable): the value on as few lines as it needs
 */
GtkWidget *
tkb_field_view_new_inline (TkbPageContext *context, TkbField *field, JsonNode *node)
{
  if (tkb_field_view_is_empty (node) || is_unknown (field, node))
    return NULL;
  if (tkb_field_get_field_type (field) == TKB_FIELD_LINK)
    return tkb_field_view_new_chips (context, node);
  if (JSON_NODE_HOLDS_ARRAY (node))
    return pills_new (context, field, json_node_get_array (node));
  return scalar_new (context, field, node);
}

/* ---- long values ---- */

GtkWidget *
tkb_field_view_new_bullets (JsonArray *array, gboolean is_numbered)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);
  guint      n = MIN (json_array_get_length (array), MAX_ITEMS);

  gtk_widget_add_css_class (box, "bullets");
  for (guint i = 0; i < n; i++)
    {
      JsonNode        *node = json_array_get_element (array, i);
      GtkWidget       *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 10);
      g_autofree char *number = g_strdup_printf ("%u.", i + 1);
      GtkWidget       *marker = gtk_label_new (is_numbered ? number : "•");
      GtkWidget       *text;

      if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_string (node) == NULL)
        continue;
      gtk_widget_set_valign (marker, GTK_ALIGN_START);
      gtk_widget_add_css_class (marker, "md-marker");
      text = tkb_text_label (json_node_get_string (node));
      gtk_widget_set_hexpand (text, TRUE);
      gtk_box_append (GTK_BOX (row), marker);
      gtk_box_append (GTK_BOX (row), text);
      gtk_box_append (GTK_BOX (box), row);
    }
  return box;
}

static void
append_link (TkbPageContext *context, TkbField *field, GtkListBox *list, JsonNode *node)
{
  JsonObject *link;
  const char *id;
  const char *relation;
  const char *note;
  GtkWidget  *row;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return;
  link = json_node_get_object (node);
  id = tkb_json_get_string (link, "document", NULL);
  if (id == NULL)
    return;
  note = tkb_json_get_string (link, "note", NULL);
  relation = tkb_json_get_string (link, "relation", NULL);
  /* elsewhere the name of the field says what the relation is */
  if (note == NULL && relation != NULL &&
      g_str_equal (tkb_field_get_code (field), "related_documents"))
    {
      TkbVocabulary *vocabulary =
          tkb_catalog_get_vocabulary (tkb_library_get_catalog (context->library), "relation");

      note = vocabulary != NULL
                 ? tkb_text_translate (tkb_vocabulary_get_label (vocabulary, relation))
                 : relation;
    }
  row = tkb_link_row_new (id, note);
  tkb_link_row_set_query (TKB_LINK_ROW (row), tkb_json_get_string (link, "query", NULL));
  gtk_list_box_append (list, row);
  g_ptr_array_add (context->links, row);
}

GtkWidget *
tkb_field_view_new_links (TkbPageContext *context, TkbField *field, JsonNode *node)
{
  GtkWidget *list = gtk_list_box_new ();

  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "boxed-list");
  if (JSON_NODE_HOLDS_ARRAY (node))
    {
      JsonArray *array = json_node_get_array (node);
      guint      n = MIN (json_array_get_length (array), MAX_ITEMS);

      for (guint i = 0; i < n; i++)
        append_link (context, field, GTK_LIST_BOX (list), json_array_get_element (array, i));
    }
  else
    append_link (context, field, GTK_LIST_BOX (list), node);
  return list;
}

GtkWidget *
tkb_field_view_new_chips (TkbPageContext *context, JsonNode *node)
{
  GtkWidget *box = tkb_wrap_box_new (6);
  JsonArray *array = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  guint      n = array != NULL ? MIN (json_array_get_length (array), MAX_ITEMS) : 1;

  for (guint i = 0; i < n; i++)
    {
      JsonNode   *item = array != NULL ? json_array_get_element (array, i) : node;
      JsonObject *link = JSON_NODE_HOLDS_OBJECT (item) ? json_node_get_object (item) : NULL;
      const char *id = link != NULL ? tkb_json_get_string (link, "document", NULL) : NULL;
      GtkWidget  *chip;

      if (id == NULL)
        continue;
      chip = tkb_link_chip_new (id, tkb_json_get_string (link, "note", NULL));
      tkb_wrap_box_append (TKB_WRAP_BOX (box), chip);
      g_ptr_array_add (context->links, chip);
    }
  return box;
}

/* A record or figure that stands alone is set like a list of one. (transfer full) */
static JsonArray *
as_array (JsonNode *node)
{
  JsonArray *array;

  if (JSON_NODE_HOLDS_ARRAY (node))
    return json_array_ref (json_node_get_array (node));
  array = json_array_new ();
  json_array_add_element (array, json_node_copy (node));
  return array;
}

static GtkWidget *
text_new (JsonNode *node)
{
  GtkWidget *label;

  if (JSON_NODE_HOLDS_ARRAY (node))
    return tkb_field_view_new_bullets (json_node_get_array (node), FALSE);
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_string (node) == NULL)
    return NULL;
  label = tkb_text_label (json_node_get_string (node));
  gtk_widget_add_css_class (label, "body-text");
  return label;
}

static GtkWidget *
localized_new (JsonNode *node)
{
  GtkWidget     *box;
  JsonObjectIter iter;
  const char    *language;
  JsonNode      *value;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return NULL;
  box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  json_object_iter_init (&iter, json_node_get_object (node));
  while (json_object_iter_next (&iter, &language, &value))
    if (JSON_NODE_HOLDS_VALUE (value) && json_node_get_string (value) != NULL)
      {
        g_autofree char *text = g_strdup_printf ("%s: %s", language, json_node_get_string (value));

        gtk_box_append (GTK_BOX (box), tkb_text_label (text));
      }
  return box;
}

/**
 * tkb_field_view_new_block:
 *
 * Returns: (transfer floating) (nullable): the value as a block of the page's width
 */
GtkWidget *
tkb_field_view_new_block (TkbPageContext *context, TkbField *field, JsonNode *node)
{
  g_autoptr (JsonArray) array = NULL;

  if (tkb_field_view_is_empty (node))
    return NULL;
  switch (tkb_field_get_field_type (field))
    {
    case TKB_FIELD_MARKDOWN:
      if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_string (node) != NULL)
        return tkb_markdown_view_new (json_node_get_string (node));
      return NULL;
    case TKB_FIELD_FIGURE:
      array = as_array (node);
      return tkb_figure_view_new (field, array);
    case TKB_FIELD_LINK:
      return tkb_field_view_new_links (context, field, node);
    case TKB_FIELD_RECORD:
      array = as_array (node);
      return tkb_record_view_new (context, field, array);
    case TKB_FIELD_LOCALIZED:
      return localized_new (node);
    case TKB_FIELD_JSON:
      return JSON_NODE_HOLDS_OBJECT (node) ? tkb_syntax_view_new (json_node_get_object (node))
                                           : NULL;
    case TKB_FIELD_STRING:
    case TKB_FIELD_TEXT:
      return text_new (node);
    case TKB_FIELD_INTEGER:
    case TKB_FIELD_NUMBER:
    case TKB_FIELD_BOOLEAN:
    case TKB_FIELD_DATE:
    case TKB_FIELD_DATETIME:
    case TKB_FIELD_CODE:
    case TKB_FIELD_URL:
    default:
      return tkb_field_view_new_inline (context, field, node);
    }
}
