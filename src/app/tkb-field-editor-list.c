/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* A list of anything but codes: one editor an item, in order, with buttons that move and remove it
 * and one that adds another. A removed item can be put back. */

#include "config.h"

#include "tkb-field-editor.h"

#define TKB_TYPE_LIST_EDITOR (tkb_list_editor_get_type ())
G_DECLARE_FINAL_TYPE (TkbListEditor, tkb_list_editor, TKB, LIST_EDITOR, TkbFieldEditor)

struct _TkbListEditor
{
  TkbFieldEditor parent_instance;

  GtkBox    *rows;    /* (unowned): a child; its children are the rows */
  GtkWidget *undo;    /* (unowned): a child */
  JsonNode  *removed; /* (owned) (nullable): the last one removed */
  int        removed_index;
};

G_DEFINE_FINAL_TYPE (TkbListEditor, tkb_list_editor, TKB_TYPE_FIELD_EDITOR)

static TkbFieldEditor *
editor_of (GtkWidget *row)
{
  return g_object_get_data (G_OBJECT (row), "editor");
}

static gboolean
is_block (TkbField *field)
{
  TkbFieldType type = tkb_field_get_field_type (field);

  return type == TKB_FIELD_RECORD || type == TKB_FIELD_FIGURE;
}

static void
number_rows (TkbListEditor *self)
{
  const char *label = tkb_field_editor_get_label (TKB_FIELD_EDITOR (self));
  guint       n = 0;

  for (GtkWidget *row = gtk_widget_get_first_child (GTK_WIDGET (self->rows)); row != NULL;
       row = gtk_widget_get_next_sibling (row))
    {
      g_autofree char *text = g_strdup_printf ("%u", ++n);
      g_autofree char *name = g_strdup_printf ("%s %u", label, n);

      gtk_label_set_text (g_object_get_data (G_OBJECT (row), "number"), text);
      gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, name,
                                      -1);
    }
}

static void
rows_changed (TkbListEditor *self)
{
  number_rows (self);
  tkb_field_editor_changed (TKB_FIELD_EDITOR (self));
}

static void
up_clicked_cb (GtkButton *button, TkbListEditor *self)
{
  GtkWidget *row = g_object_get_data (G_OBJECT (button), "row");
  GtkWidget *before = gtk_widget_get_prev_sibling (row);

  if (before == NULL)
    return;
  gtk_box_reorder_child_after (self->rows, row, gtk_widget_get_prev_sibling (before));
  rows_changed (self);
}

static void
down_clicked_cb (GtkButton *button, TkbListEditor *self)
{
  GtkWidget *row = g_object_get_data (G_OBJECT (button), "row");
  GtkWidget *after = gtk_widget_get_next_sibling (row);

  if (after == NULL)
    return;
  gtk_box_reorder_child_after (self->rows, row, after);
  rows_changed (self);
}

static void
remove_clicked_cb (GtkButton *button, TkbListEditor *self)
{
  GtkWidget *row = g_object_get_data (G_OBJECT (button), "row");
  int        index = 0;

  for (GtkWidget *w = gtk_widget_get_prev_sibling (row); w != NULL;
       w = gtk_widget_get_prev_sibling (w))
    index++;
  g_clear_pointer (&self->removed, json_node_unref);
  self->removed = tkb_field_editor_get_node (editor_of (row));
  self->removed_index = index;
  gtk_widget_set_visible (self->undo, self->removed != NULL);
  gtk_box_remove (self->rows, row);
  rows_changed (self);
}

static GtkWidget *
make_button (
    TkbListEditor *self, GtkWidget *row, const char *icon, const char *label, GCallback callback)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "item-button");
  gtk_widget_set_tooltip_text (button, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  -1);
  g_object_set_data (G_OBJECT (button), "row", row);
  g_signal_connect (button, "clicked", callback, self);
  return button;
}

static GtkWidget *
make_row (TkbListEditor *self, JsonNode *node)
{
  TkbFieldEditor *parent = TKB_FIELD_EDITOR (self);
  TkbField       *field = tkb_field_editor_get_field (parent);
  TkbFieldEditor *editor = tkb_field_editor_new_item (tkb_field_editor_get_library (parent), field);
  GtkWidget      *row =
      gtk_box_new (is_block (field) ? GTK_ORIENTATION_VERTICAL : GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *number = gtk_label_new (NULL);
  GtkWidget *tools = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  gtk_widget_add_css_class (row, is_block (field) ? "item-card" : "item-line");
  gtk_widget_add_css_class (number, "item-number");
  g_object_set_data (G_OBJECT (row), "editor", editor);
  g_object_set_data (G_OBJECT (row), "number", number);
  if ((tkb_field_get_flags (field) & TKB_FIELD_FLAG_SET) == 0)
    {
      gtk_box_append (GTK_BOX (tools), make_button (self, row, "go-up-symbolic", _ ("Move Up"),
                                                    G_CALLBACK (up_clicked_cb)));
      gtk_box_append (GTK_BOX (tools), make_button (self, row, "go-down-symbolic", _ ("Move Down"),
                                                    G_CALLBACK (down_clicked_cb)));
    }
  gtk_box_append (GTK_BOX (tools), make_button (self, row, "user-trash-symbolic", _ ("Remove"),
                                                G_CALLBACK (remove_clicked_cb)));
  gtk_widget_set_valign (tools, GTK_ALIGN_START);
  gtk_widget_set_hexpand (GTK_WIDGET (editor), TRUE);
  if (is_block (field))
    {
      GtkWidget *head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

      gtk_widget_set_hexpand (number, TRUE);
      gtk_widget_set_halign (number, GTK_ALIGN_START);
      gtk_box_append (GTK_BOX (head), number);
      gtk_box_append (GTK_BOX (head), tools);
      gtk_box_append (GTK_BOX (row), head);
      gtk_box_append (GTK_BOX (row), GTK_WIDGET (editor));
    }
  else
    {
      gtk_widget_set_valign (number, GTK_ALIGN_START);
      gtk_box_append (GTK_BOX (row), number);
      gtk_box_append (GTK_BOX (row), GTK_WIDGET (editor));
      gtk_box_append (GTK_BOX (row), tools);
    }
  tkb_field_editor_set_node (editor, node);
  g_signal_connect_swapped (editor, "changed", G_CALLBACK (tkb_field_editor_changed), self);
  return row;
}

static void
add_clicked_cb (TkbListEditor *self)
{
  GtkWidget *row = make_row (self, NULL);

  gtk_box_append (self->rows, row);
  number_rows (self);
  tkb_field_editor_focus (editor_of (row));
}

static void
undo_clicked_cb (TkbListEditor *self)
{
  GtkWidget *row = make_row (self, self->removed);
  GtkWidget *after = gtk_widget_get_first_child (GTK_WIDGET (self->rows));

  for (int i = 1; i < self->removed_index && after != NULL; i++)
    after = gtk_widget_get_next_sibling (after);
  gtk_box_insert_child_after (self->rows, row, self->removed_index == 0 ? NULL : after);
  g_clear_pointer (&self->removed, json_node_unref);
  gtk_widget_set_visible (self->undo, FALSE);
  rows_changed (self);
}

static void
tkb_list_editor_set_node (TkbFieldEditor *editor, JsonNode *node)
{
  TkbListEditor *self = TKB_LIST_EDITOR (editor);
  TkbField      *field = tkb_field_editor_get_field (editor);
  JsonArray     *array =
      node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  guint      n = array != NULL ? json_array_get_length (array) : 0;
  GtkWidget *row;

  while ((row = gtk_widget_get_first_child (GTK_WIDGET (self->rows))) != NULL)
    gtk_box_remove (self->rows, row);
  for (guint i = 0; i < n; i++)
    gtk_box_append (self->rows, make_row (self, json_array_get_element (array, i)));
  /* a required list shows where to begin */
  if (n == 0 && (tkb_field_get_flags (field) & TKB_FIELD_FLAG_REQUIRED) != 0)
    for (guint i = 0; i < MAX (tkb_field_get_min_items (field), 1); i++)
      gtk_box_append (self->rows, make_row (self, NULL));
  number_rows (self);
}

static JsonNode *
tkb_list_editor_get_node (TkbFieldEditor *editor)
{
  TkbListEditor *self = TKB_LIST_EDITOR (editor);
  g_autoptr (JsonArray) array = json_array_new ();

  for (GtkWidget *row = gtk_widget_get_first_child (GTK_WIDGET (self->rows)); row != NULL;
       row = gtk_widget_get_next_sibling (row))
    {
      JsonNode *node = tkb_field_editor_get_node (editor_of (row));

      if (node != NULL)
        json_array_add_element (array, node);
    }
  return json_array_get_length (array) > 0 ? json_node_init_array (json_node_alloc (), array)
                                           : NULL;
}

static void
tkb_list_editor_grab_focus (TkbFieldEditor *editor)
{
  GtkWidget *row = gtk_widget_get_first_child (GTK_WIDGET (TKB_LIST_EDITOR (editor)->rows));

  if (row != NULL)
    tkb_field_editor_focus (editor_of (row));
  else
    add_clicked_cb (TKB_LIST_EDITOR (editor));
}

static void
tkb_list_editor_constructed (GObject *object)
{
  TkbListEditor   *self = TKB_LIST_EDITOR (object);
  TkbFieldEditor  *editor = TKB_FIELD_EDITOR (object);
  GtkWidget       *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);
  GtkWidget       *buttons = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget       *add = gtk_button_new_with_label (_ ("Add…"));
  g_autofree char *name = NULL;

  G_OBJECT_CLASS (tkb_list_editor_parent_class)->constructed (object);
  name = g_strdup_printf (_ ("Add to “%s”"), tkb_field_editor_get_label (editor));
  self->rows = GTK_BOX (gtk_box_new (GTK_ORIENTATION_VERTICAL, 8));
  self->undo = gtk_button_new_with_label (_ ("Put Back"));
  gtk_widget_set_visible (self->undo, FALSE);
  gtk_widget_add_css_class (add, "chip");
  gtk_widget_add_css_class (self->undo, "chip");
  gtk_accessible_update_property (GTK_ACCESSIBLE (add), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_signal_connect_swapped (add, "clicked", G_CALLBACK (add_clicked_cb), self);
  g_signal_connect_swapped (self->undo, "clicked", G_CALLBACK (undo_clicked_cb), self);
  gtk_box_append (GTK_BOX (buttons), add);
  gtk_box_append (GTK_BOX (buttons), self->undo);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->rows));
  gtk_box_append (GTK_BOX (box), buttons);
  tkb_field_editor_set_control (editor, box, NULL);
}

static void
tkb_list_editor_finalize (GObject *object)
{
  g_clear_pointer (&TKB_LIST_EDITOR (object)->removed, json_node_unref);
  G_OBJECT_CLASS (tkb_list_editor_parent_class)->finalize (object);
}

static void
tkb_list_editor_class_init (TkbListEditorClass *klass)
{
  G_OBJECT_CLASS (klass)->constructed = tkb_list_editor_constructed;
  G_OBJECT_CLASS (klass)->finalize = tkb_list_editor_finalize;
  TKB_FIELD_EDITOR_CLASS (klass)->set_node = tkb_list_editor_set_node;
  TKB_FIELD_EDITOR_CLASS (klass)->get_node = tkb_list_editor_get_node;
  TKB_FIELD_EDITOR_CLASS (klass)->grab_focus = tkb_list_editor_grab_focus;
}

static void
tkb_list_editor_init (TkbListEditor *self)
{
}
