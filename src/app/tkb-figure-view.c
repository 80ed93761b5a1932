/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-json.h"
#include "tkb-record-view.h"
#include "tkb-text.h"

/* figures of one field set on a page */
#define MAX_FIGURES 100
/* characters of the natural width of a card */
#define NATURAL_CHARS 30

static char *
value_to_text (JsonObject *figure)
{
  JsonNode *node = json_object_get_member (figure, "value");

  if (tkb_field_view_is_empty (node) || !JSON_NODE_HOLDS_VALUE (node))
    return NULL;
  if (json_node_get_value_type (node) == G_TYPE_STRING)
    return json_node_dup_string (node);
  if (g_strcmp0 (tkb_json_get_string (figure, "unit", NULL), "year") == 0)
    return g_strdup_printf ("%" G_GINT64_FORMAT, json_node_get_int (node));
  return tkb_text_number (json_node_get_double (node));
}

static void
append (GtkWidget *box, const char *text, const char *css_class)
{
  GtkWidget *label;

  if (text == NULL || *text == '\0')
    return;
  label = tkb_text_label_with_class (text, css_class);
  /* a bound on the natural width, so that two cards fit beside each other */
  gtk_label_set_max_width_chars (GTK_LABEL (label), NATURAL_CHARS);
  gtk_box_append (GTK_BOX (box), label);
}

/* Letters and digits only, in small letters: "52,000 acres" -> "52000acres". (transfer full) */
static char *
bare (const char *text)
{
  g_autofree char *small = g_utf8_strdown (text, -1);
  g_autoptr (GString) out = g_string_new (NULL);

  for (const char *p = small; *p != '\0'; p = g_utf8_next_char (p))
    if (g_unichar_isalnum (g_utf8_get_char (p)))
      g_string_append_unichar (out, g_utf8_get_char (p));
  return g_string_free (g_steal_pointer (&out), FALSE);
}

/* Whether the words of the source say no more than value and unit do. */
static gboolean
is_plain (JsonObject *figure, const char *text)
{
  g_autofree char *value = value_to_text (figure);
  const char      *unit = tkb_json_get_string (figure, "unit", "");
  g_autofree char *both = g_strconcat (value != NULL ? value : "", unit, NULL);
  g_autofree char *bare_text = bare (text);
  g_autofree char *bare_both = bare (both);
  g_autofree char *bare_value = bare (value != NULL ? value : "");

  return value == NULL || g_str_equal (bare_text, bare_both) || g_str_equal (bare_text, bare_value);
}

static void
append_value (GtkWidget *card, JsonObject *figure)
{
  g_autofree char *value = value_to_text (figure);
  const char      *unit = tkb_json_get_string (figure, "unit", NULL);
  const char      *currency = tkb_json_get_string (figure, "currency", NULL);
  g_autofree char *escaped = NULL;
  g_autofree char *rest = NULL;
  g_autofree char *markup = NULL;
  g_autofree char *words = NULL;
  GtkWidget       *label;

  if (value == NULL)
    {
      append (card, tkb_json_get_string (figure, "text", NULL), "figure-value");
      return;
    }
  if (g_strcmp0 (unit, "year") == 0)
    unit = NULL;
  words = g_strjoin (unit != NULL && currency != NULL ? " " : "", currency != NULL ? currency : "",
                     unit != NULL ? unit : "", NULL);
  escaped = g_markup_escape_text (value, -1);
  rest = g_markup_escape_text (words, -1);
  markup = g_strdup_printf (
      "\xe2\x81\xa8%s\xe2\x81\xa9 <span size=\"60%%\" weight=\"400\">%s</span>", escaped, rest);
  label = tkb_text_markup_label (markup);
  gtk_widget_add_css_class (label, "figure-value");
  gtk_widget_add_css_class (label, "numeric");
  gtk_box_append (GTK_BOX (card), label);
}

static void
append_source (GtkWidget *card, JsonObject *figure)
{
  JsonNode   *as_of = json_object_get_member (figure, "as_of");
  const char *source = tkb_json_get_string (figure, "source", NULL);
  g_autoptr (GString) text = g_string_new (NULL);

  if (!tkb_field_view_is_empty (as_of) && JSON_NODE_HOLDS_VALUE (as_of))
    {
      g_autofree char *date = json_node_get_value_type (as_of) == G_TYPE_STRING
                                  ? tkb_text_date (json_node_get_string (as_of))
                                  : json_to_string (as_of, FALSE);

      /* Translators: when a figure was true: "As of May 2024" */
      g_string_append_printf (text, _ ("As of %s"), date);
    }
  if (source != NULL && *source != '\0')
    {
      g_autofree char *name =
          g_str_has_prefix (source, "http") ? tkb_text_host (source) : g_strdup (source);

      g_string_append_printf (text, "%s%s", text->len > 0 ? " · " : "", name);
    }
  append (card, text->str, "remark");
}

/* What keeps a reader from quoting the figure as it stands: colour and words. */
static GtkWidget *
warning_new (const char *text)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *icon = tkb_compat_icon ("dialog-warning-symbolic");
  GtkWidget *label = tkb_text_label (text);

  gtk_widget_set_valign (icon, GTK_ALIGN_START);
  gtk_label_set_max_width_chars (GTK_LABEL (label), NATURAL_CHARS - 4);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_box_append (GTK_BOX (box), icon);
  gtk_box_append (GTK_BOX (box), label);
  gtk_widget_add_css_class (box, "figure-warning");
  return box;
}

static GtkWidget *
card_new (JsonObject *figure)
{
  GtkWidget  *card = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);
  const char *label = tkb_json_get_string (figure, "label", NULL);
  const char *text = tkb_json_get_string (figure, "text", NULL);
  const char *caveat = tkb_json_get_string (figure, "caveat", NULL);
  gboolean    is_verified = tkb_json_get_boolean (figure, "verified", FALSE);

  gtk_widget_add_css_class (card, "figure");
  if (g_strcmp0 (label, tkb_json_get_string (figure, "unit", NULL)) != 0)
    append (card, label, "figure-label");
  append_value (card, figure);
  if (text != NULL && *text != '\0' && !is_plain (figure, text))
    {
      /* Translators: the words of the source of a figure, in quotation marks */
      g_autofree char *stated = g_strdup_printf (_ ("As stated: “%s”"), text);

      append (card, stated, "figure-stated");
    }
  append_source (card, figure);
  if (caveat != NULL && *caveat != '\0')
    {
      gtk_box_append (GTK_BOX (card), warning_new (caveat));
      gtk_widget_add_css_class (card, "has-caveat");
    }
  if (!is_verified)
    gtk_box_append (GTK_BOX (card), tkb_text_pill (_ ("Not verified"), "warning"));
  return card;
}

/**
 * tkb_figure_view_new:
 * @figures: (element-type JsonObject)
 *
 * Cards, two beside each other where there is room.
 */
GtkWidget *
tkb_figure_view_new (TkbField *field, JsonArray *figures)
{
  GtkWidget *flow = gtk_flow_box_new ();
  guint      n = MIN (json_array_get_length (figures), MAX_FIGURES);

  gtk_flow_box_set_selection_mode (GTK_FLOW_BOX (flow), GTK_SELECTION_NONE);
  gtk_flow_box_set_max_children_per_line (GTK_FLOW_BOX (flow), n > 1 ? 2 : 1);
  gtk_flow_box_set_row_spacing (GTK_FLOW_BOX (flow), 12);
  gtk_flow_box_set_column_spacing (GTK_FLOW_BOX (flow), 12);
  gtk_flow_box_set_homogeneous (GTK_FLOW_BOX (flow), TRUE);
  gtk_widget_add_css_class (flow, "figures");
  for (guint i = 0; i < n; i++)
    {
      JsonNode  *node = json_array_get_element (figures, i);
      GtkWidget *child;

      if (!JSON_NODE_HOLDS_OBJECT (node))
        continue;
      child = gtk_flow_box_child_new ();
      gtk_flow_box_child_set_child (GTK_FLOW_BOX_CHILD (child),
                                    card_new (json_node_get_object (node)));
      gtk_widget_set_focusable (child, FALSE);
      gtk_flow_box_insert (GTK_FLOW_BOX (flow), child, -1);
    }
  return flow;
}
