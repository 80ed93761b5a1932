/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-record-view.h"

#include "tkb-json.h"
#include "tkb-table.h"
#include "tkb-text.h"

/* records of one list set on a page */
#define MAX_RECORDS 300

static JsonObject *
get_record (JsonArray *records, guint index)
{
  JsonNode *node = json_array_get_element (records, index);

  return JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static TkbField *
get_member (TkbField *field, const char *code)
{
  GPtrArray *members = tkb_field_get_fields (field);

  for (guint i = 0; members != NULL && i < members->len; i++)
    if (g_str_equal (tkb_field_get_code (g_ptr_array_index (members, i)), code))
      return g_ptr_array_index (members, i);
  return NULL;
}

static GtkWidget *
vertical_box (int spacing)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, spacing);

  gtk_widget_set_hexpand (box, TRUE);
  return box;
}

static void
append_output (GtkBox *box, const char *output)
{
  GtkWidget *row;
  GtkWidget *icon;
  GtkWidget *label;

  if (output == NULL || *output == '\0')
    return;
  row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  icon = gtk_image_new_from_icon_name ("go-next-symbolic");
  gtk_widget_set_valign (icon, GTK_ALIGN_START);
  gtk_widget_add_css_class (row, "step-output");
  gtk_accessible_update_property (GTK_ACCESSIBLE (icon), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Output"), -1);
  gtk_widget_set_tooltip_text (icon, _ ("Output"));
  label = tkb_text_label (output);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_box_append (GTK_BOX (row), icon);
  gtk_box_append (GTK_BOX (row), label);
  gtk_box_append (box, row);
}

/* ---- what was done: a time line ---- */

static GtkWidget *
timeline_mark_new (guint number, gboolean is_last)
{
  GtkWidget       *mark = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  g_autofree char *text = g_strdup_printf ("%u", number);
  GtkWidget       *badge = gtk_label_new (text);

  gtk_widget_add_css_class (badge, "step-number");
  gtk_widget_add_css_class (badge, "numeric");
  gtk_widget_set_halign (badge, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (mark), badge);
  if (!is_last)
    {
      GtkWidget *line = gtk_separator_new (GTK_ORIENTATION_VERTICAL);

      gtk_widget_set_vexpand (line, TRUE);
      gtk_widget_set_halign (line, GTK_ALIGN_CENTER);
      gtk_widget_add_css_class (line, "step-line");
      gtk_box_append (GTK_BOX (mark), line);
    }
  return mark;
}

static GtkWidget *
timeline_new (JsonArray *records)
{
  GtkWidget *box = vertical_box (0);
  guint      n = MIN (json_array_get_length (records), MAX_RECORDS);

  gtk_widget_add_css_class (box, "timeline");
  for (guint i = 0; i < n; i++)
    {
      JsonObject *record = get_record (records, i);
      GtkWidget  *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 14);
      GtkWidget  *content = vertical_box (4);
      const char *date = record != NULL ? tkb_json_get_string (record, "date", NULL) : NULL;

      gtk_widget_add_css_class (content, "step-content");
      if (date != NULL && *date != '\0')
        {
          g_autofree char *text = tkb_text_date (date);

          gtk_box_append (GTK_BOX (content), tkb_text_label_with_class (text, "step-date"));
        }
      if (record != NULL)
        {
          gtk_box_append (GTK_BOX (content),
                          tkb_text_label (tkb_json_get_string (record, "action", "")));
          append_output (GTK_BOX (content), tkb_json_get_string (record, "output", NULL));
        }
      gtk_box_append (GTK_BOX (row), timeline_mark_new (i + 1, i + 1 == n));
      gtk_box_append (GTK_BOX (row), content);
      gtk_box_append (GTK_BOX (box), row);
    }
  return box;
}

/* ---- what to do: a checklist ---- */

typedef struct
{
  TkbLibrary *library; /* (owned) */
  char       *key;     /* (owned): document and step */
} StepMark;

static void
step_mark_free (gpointer data, GClosure *closure)
{
  StepMark *mark = data;

  g_object_unref (mark->library);
  g_free (mark->key);
  g_free (mark);
}

static void
step_toggled_cb (GtkCheckButton *button, gpointer user_data)
{
  StepMark  *mark = user_data;
  GtkWidget *row = gtk_widget_get_parent (GTK_WIDGET (button));

  tkb_library_set_mark (mark->library, mark->key, gtk_check_button_get_active (button));
  if (gtk_check_button_get_active (button))
    gtk_widget_add_css_class (row, "done");
  else
    gtk_widget_remove_css_class (row, "done");
}

static GtkWidget *
step_check_new (TkbPageContext *context, guint index, const char *step)
{
  GtkWidget *check = gtk_check_button_new ();
  StepMark  *mark = g_new0 (StepMark, 1);

  mark->library = g_object_ref (context->library);
  mark->key = g_strdup_printf ("%s\n%u", tkb_document_get_id (context->document), index);
  gtk_widget_set_valign (check, GTK_ALIGN_START);
  gtk_widget_set_tooltip_text (check, _ ("Tick off while you work; the ticks last until you quit"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (check), GTK_ACCESSIBLE_PROPERTY_LABEL, step, -1);
  g_signal_connect_data (check, "toggled", G_CALLBACK (step_toggled_cb), mark, step_mark_free, 0);
  return check;
}

static void
append_step_systems (TkbPageContext *context, GtkBox *box, JsonObject *record)
{
  JsonNode *systems = json_object_get_member (record, "systems");

  if (!tkb_field_view_is_empty (systems))
    {
      GtkWidget *chips = tkb_field_view_new_chips (context, systems);

      gtk_widget_add_css_class (chips, "step-links");
      gtk_box_append (box, chips);
    }
}

static GtkWidget *
step_new (TkbPageContext *context, JsonObject *record, guint index)
{
  GtkWidget  *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 10);
  GtkWidget  *content = vertical_box (4);
  GtkWidget  *head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget  *title;
  GtkWidget  *check;
  const char *step = tkb_json_get_string (record, "step", "");
  const char *basis = tkb_json_get_string (record, "basis", NULL);
  gint64      minutes = tkb_json_get_int (record, "minutes", 0);

  gtk_widget_add_css_class (row, "check-step");
  title = tkb_text_label (step);
  gtk_widget_set_hexpand (title, TRUE);
  gtk_box_append (GTK_BOX (head), title);
  if (minutes > 0)
    {
      /* Translators: a short duration */
      g_autofree char *text = g_strdup_printf (_ ("%d min"), (int) MIN (minutes, G_MAXINT));
      GtkWidget       *pill = tkb_text_pill (text, NULL);

      gtk_widget_set_valign (pill, GTK_ALIGN_START);
      gtk_box_append (GTK_BOX (head), pill);
    }
  gtk_box_append (GTK_BOX (content), head);
  append_output (GTK_BOX (content), tkb_json_get_string (record, "output", NULL));
  if (basis != NULL && *basis != '\0')
    {
      g_autofree char *text = g_strdup_printf (_ ("Basis: %s"), basis);

      gtk_box_append (GTK_BOX (content), tkb_text_label_with_class (text, "remark"));
    }
  append_step_systems (context, GTK_BOX (content), record);

  check = step_check_new (context, index, step);
  gtk_box_append (GTK_BOX (row), check);
  gtk_box_append (GTK_BOX (row), content);
  {
    g_autofree char *key =
        g_strdup_printf ("%s\n%u", tkb_document_get_id (context->document), index);

    gtk_check_button_set_active (GTK_CHECK_BUTTON (check),
                                 tkb_library_get_mark (context->library, key));
  }
  return row;
}

static GtkWidget *
checklist_new (TkbPageContext *context, JsonArray *records)
{
  GtkWidget *box = vertical_box (0);
  guint      n = MIN (json_array_get_length (records), MAX_RECORDS);
  gint64     total = 0;

  gtk_widget_add_css_class (box, "checklist");
  for (guint i = 0; i < n; i++)
    {
      JsonObject *record = get_record (records, i);

      if (record == NULL)
        continue;
      gtk_box_append (GTK_BOX (box), step_new (context, record, i));
      total += MAX (0, tkb_json_get_int (record, "minutes", 0));
    }
  if (total > 0)
    {
      g_autofree char *text =
          total < 120 ? g_strdup_printf (_ ("About %d minutes in all"), (int) total)
                      : g_strdup_printf (_ ("About %.0f hours in all"), (double) total / 60.0);

      gtk_box_append (GTK_BOX (box), tkb_text_label_with_class (text, "checklist-total"));
    }
  return box;
}

/* ---- questions, sources ---- */

static GtkWidget *
questions_new (JsonArray *records)
{
  GtkWidget *box = vertical_box (12);
  guint      n = MIN (json_array_get_length (records), MAX_RECORDS);

  for (guint i = 0; i < n; i++)
    {
      JsonObject      *record = get_record (records, i);
      GtkWidget       *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
      GtkWidget       *content = vertical_box (2);
      g_autofree char *number = g_strdup_printf ("%u", i + 1);
      GtkWidget       *mark = gtk_label_new (number);
      const char      *why;

      if (record == NULL)
        continue;
      gtk_widget_add_css_class (mark, "question-mark");
      gtk_widget_add_css_class (mark, "numeric");
      gtk_widget_set_valign (mark, GTK_ALIGN_START);
      why = tkb_json_get_string (record, "why", NULL);
      gtk_box_append (
          GTK_BOX (content),
          tkb_text_label_with_class (tkb_json_get_string (record, "question", ""), "question"));
      if (why != NULL && *why != '\0')
        gtk_box_append (GTK_BOX (content), tkb_text_label_with_class (why, "remark"));
      gtk_box_append (GTK_BOX (row), mark);
      gtk_box_append (GTK_BOX (row), content);
      gtk_box_append (GTK_BOX (box), row);
    }
  return box;
}

static gboolean
open_url_cb (GtkLabel *label, const char *uri, gpointer user_data)
{
  tkb_compat_show_url (GTK_WIDGET (label), uri);
  return TRUE;
}

static char *
source_to_markup (TkbPageContext *context, TkbField *field, JsonObject *record)
{
  const char *url = tkb_json_get_string (record, "url", NULL);
  const char *what = tkb_json_get_string (record, "what", NULL);
  const char *type = tkb_json_get_string (record, "source_type", NULL);
  JsonNode   *as_of = json_object_get_member (record, "as_of");
  g_autoptr (GString) markup = g_string_new (NULL);

  if (what != NULL && *what != '\0')
    {
      g_autofree char *text = g_markup_escape_text (what, -1);

      g_string_append (markup, text);
    }
  if (url != NULL && *url != '\0')
    {
      g_autofree char *host = tkb_text_host (url);
      g_autofree char *text = g_markup_escape_text (host, -1);
      g_autofree char *href = g_markup_escape_text (url, -1);

      g_string_append (markup, markup->len > 0 ? "\n" : "");
      if (g_str_has_prefix (url, "https://") || g_str_has_prefix (url, "http://"))
        g_string_append_printf (
            markup, "<a href=\"%s\" title=\"%s\">\xe2\x81\xa6%s\xe2\x81\xa9</a>", href, href, text);
      else
        g_string_append (markup, text);
    }
  if (type != NULL && *type != '\0')
    {
      g_autofree char *text =
          g_markup_escape_text (tkb_text_code (tkb_library_get_catalog (context->library),
                                               get_member (field, "source_type"), type),
                                -1);

      g_string_append_printf (markup, "%s<span alpha=\"70%%\">%s</span>",
                              markup->len > 0 ? " · " : "", text);
    }
  if (!tkb_field_view_is_empty (as_of) && JSON_NODE_HOLDS_VALUE (as_of))
    {
      g_autofree char *raw = json_node_get_value_type (as_of) == G_TYPE_STRING
                                 ? tkb_text_date (json_node_get_string (as_of))
                                 : json_to_string (as_of, FALSE);
      g_autofree char *text = g_markup_escape_text (raw, -1);

      g_string_append_printf (markup, "%s<span alpha=\"70%%\">%s</span>",
                              markup->len > 0 ? " · " : "", text);
    }
  return g_string_free (g_steal_pointer (&markup), FALSE);
}

static GtkWidget *
sources_new (TkbPageContext *context, TkbField *field, JsonArray *records)
{
  GtkWidget *box = vertical_box (10);
  guint      n = MIN (json_array_get_length (records), MAX_RECORDS);

  gtk_widget_add_css_class (box, "sources");
  for (guint i = 0; i < n; i++)
    {
      JsonObject      *record = get_record (records, i);
      GtkWidget       *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 10);
      g_autofree char *number = g_strdup_printf ("%u.", i + 1);
      GtkWidget       *marker = gtk_label_new (number);
      g_autofree char *markup = NULL;
      GtkWidget       *label;

      if (record == NULL)
        continue;
      markup = source_to_markup (context, field, record);
      label = tkb_text_markup_label (markup);
      gtk_widget_set_hexpand (label, TRUE);
      g_signal_connect (label, "activate-link", G_CALLBACK (open_url_cb), NULL);
      gtk_widget_set_valign (marker, GTK_ALIGN_START);
      gtk_widget_add_css_class (marker, "md-marker");
      gtk_box_append (GTK_BOX (row), marker);
      gtk_box_append (GTK_BOX (row), label);
      gtk_box_append (GTK_BOX (box), row);
    }
  return box;
}

/* ---- any other record: a table ---- */

static gboolean
column_is_used (JsonArray *records, const char *code)
{
  guint n = MIN (json_array_get_length (records), MAX_RECORDS);

  for (guint i = 0; i < n; i++)
    {
      JsonObject *record = get_record (records, i);

      if (record != NULL && !tkb_field_view_is_empty (json_object_get_member (record, code)))
        return TRUE;
    }
  return FALSE;
}

static GtkWidget *
cell_new (TkbPageContext *context, TkbField *field, JsonObject *record)
{
  JsonNode *node =
      record != NULL ? json_object_get_member (record, tkb_field_get_code (field)) : NULL;
  GtkWidget *cell = tkb_field_view_new_inline (context, field, node);

  return cell != NULL ? cell : tkb_text_label_with_class ("–", "dim-label");
}

/* (nullable): the one member that is filled in, where it is a code */
static TkbField *
only_column (TkbField *field, JsonArray *records)
{
  GPtrArray *members = tkb_field_get_fields (field);
  TkbField  *only = NULL;

  for (guint m = 0; members != NULL && m < members->len; m++)
    {
      TkbField *member = g_ptr_array_index (members, m);

      if (!column_is_used (records, tkb_field_get_code (member)))
        continue;
      if (only != NULL || tkb_field_get_field_type (member) != TKB_FIELD_CODE)
        return NULL;
      only = member;
    }
  return only;
}

/* A table of one column of codes is a list of tags. */
static GtkWidget *
pills_new (TkbPageContext *context, TkbField *member, JsonArray *records)
{
  g_autoptr (JsonArray) codes = json_array_new ();
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_ARRAY);
  guint n = MIN (json_array_get_length (records), MAX_RECORDS);

  for (guint i = 0; i < n; i++)
    {
      JsonObject *record = get_record (records, i);
      const char *code =
          record != NULL ? tkb_json_get_string (record, tkb_field_get_code (member), NULL) : NULL;

      if (code != NULL)
        json_array_add_string_element (codes, code);
    }
  json_node_set_array (node, codes);
  return tkb_field_view_new_inline (context, member, node);
}

static GtkWidget *
table_new (TkbPageContext *context, TkbField *field, JsonArray *records)
{
  GtkWidget *table = tkb_table_new ();
  GPtrArray *members = tkb_field_get_fields (field);
  guint      n = MIN (json_array_get_length (records), MAX_RECORDS);
  guint      column = 0;
  TkbField  *only = only_column (field, records);

  if (only != NULL)
    {
      g_object_ref_sink (table);
      g_object_unref (table);
      return pills_new (context, only, records);
    }
  for (guint m = 0; members != NULL && m < members->len; m++)
    {
      TkbField *member = g_ptr_array_index (members, m);

      if (!column_is_used (records, tkb_field_get_code (member)))
        continue;
      tkb_table_add_heading (TKB_TABLE (table), column,
                             tkb_text_translate (tkb_field_get_label (member)));
      for (guint i = 0; i < n; i++)
        tkb_table_set_cell (TKB_TABLE (table), column, i,
                            cell_new (context, member, get_record (records, i)));
      column++;
    }
  return table;
}

/**
 * tkb_record_view_new:
 * @field: a record, whose code and members decide how it is set
 * @records: (element-type JsonObject); others in it are passed over
 */
GtkWidget *
tkb_record_view_new (TkbPageContext *context, TkbField *field, JsonArray *records)
{
  if (get_member (field, "action") != NULL)
    return timeline_new (records);
  if (get_member (field, "step") != NULL)
    return checklist_new (context, records);
  if (get_member (field, "question") != NULL)
    return questions_new (records);
  if (g_str_equal (tkb_field_get_code (field), "sources"))
    return sources_new (context, field, records);
  return table_new (context, field, records);
}
