/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* A text in other languages: one line a language. */

#include "config.h"

#include "tkb-code-menu.h"
#include "tkb-field-editor.h"
#include "tkb-text.h"

#define TKB_TYPE_TITLES_EDITOR (tkb_titles_editor_get_type ())
G_DECLARE_FINAL_TYPE (TkbTitlesEditor, tkb_titles_editor, TKB, TITLES_EDITOR, TkbFieldEditor)

struct _TkbTitlesEditor
{
  TkbFieldEditor parent_instance;

  GtkBox   *rows;     /* (unowned): a child */
  TkbField *language; /* (owned): a code of the vocabulary of languages */
  gboolean  is_filling;
};

G_DEFINE_FINAL_TYPE (TkbTitlesEditor, tkb_titles_editor, TKB_TYPE_FIELD_EDITOR)

static void
row_changed_cb (TkbTitlesEditor *self)
{
  if (!self->is_filling)
    tkb_field_editor_changed (TKB_FIELD_EDITOR (self));
}

static void
remove_clicked_cb (GtkButton *button, TkbTitlesEditor *self)
{
  gtk_box_remove (self->rows, g_object_get_data (G_OBJECT (button), "row"));
  row_changed_cb (self);
}

static GtkWidget *
add_row (TkbTitlesEditor *self, const char *language, const char *text)
{
  TkbFieldEditor  *editor = TKB_FIELD_EDITOR (self);
  TkbCatalog      *catalog = tkb_library_get_catalog (tkb_field_editor_get_library (editor));
  const char      *label = tkb_text_code (catalog, self->language, language);
  g_autofree char *name = g_strdup_printf ("%s: %s", tkb_field_editor_get_label (editor), label);
  GtkWidget       *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget       *tag = gtk_label_new (label);
  GtkWidget       *entry = gtk_entry_new ();
  GtkWidget       *remove = gtk_button_new_from_icon_name ("user-trash-symbolic");

  gtk_label_set_xalign (GTK_LABEL (tag), 0);
  gtk_label_set_width_chars (GTK_LABEL (tag), 10);
  gtk_editable_set_text (GTK_EDITABLE (entry), text);
  gtk_widget_set_hexpand (entry, TRUE);
  gtk_widget_add_css_class (remove, "flat");
  gtk_widget_set_tooltip_text (remove, _ ("Remove"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (remove), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Remove"), -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_object_set_data (G_OBJECT (remove), "row", row);
  g_object_set_data (G_OBJECT (row), "entry", entry);
  g_object_set_data_full (G_OBJECT (row), "language", g_strdup (language), g_free);
  g_signal_connect (remove, "clicked", G_CALLBACK (remove_clicked_cb), self);
  g_signal_connect_swapped (entry, "changed", G_CALLBACK (row_changed_cb), self);
  gtk_box_append (GTK_BOX (row), tag);
  gtk_box_append (GTK_BOX (row), entry);
  gtk_box_append (GTK_BOX (row), remove);
  gtk_box_append (self->rows, row);
  return entry;
}

static void
language_chosen_cb (TkbCodeMenu *menu, const char *code, TkbTitlesEditor *self)
{
  for (GtkWidget *row = gtk_widget_get_first_child (GTK_WIDGET (self->rows)); row != NULL;
       row = gtk_widget_get_next_sibling (row))
    if (g_str_equal (g_object_get_data (G_OBJECT (row), "language"), code))
      {
        gtk_widget_grab_focus (g_object_get_data (G_OBJECT (row), "entry"));
        return;
      }
  gtk_widget_grab_focus (add_row (self, code, ""));
}

static void
tkb_titles_editor_set_node (TkbFieldEditor *editor, JsonNode *node)
{
  TkbTitlesEditor *self = TKB_TITLES_EDITOR (editor);
  GtkWidget       *row;
  JsonObjectIter   iter;
  const char      *language;
  JsonNode        *text;

  self->is_filling = TRUE;
  while ((row = gtk_widget_get_first_child (GTK_WIDGET (self->rows))) != NULL)
    gtk_box_remove (self->rows, row);
  if (node != NULL && JSON_NODE_HOLDS_OBJECT (node))
    {
      json_object_iter_init_ordered (&iter, json_node_get_object (node));
      while (json_object_iter_next_ordered (&iter, &language, &text))
        if (JSON_NODE_HOLDS_VALUE (text) && json_node_get_value_type (text) == G_TYPE_STRING)
          add_row (self, language, json_node_get_string (text));
    }
  self->is_filling = FALSE;
}

static JsonNode *
tkb_titles_editor_get_node (TkbFieldEditor *editor)
{
  TkbTitlesEditor *self = TKB_TITLES_EDITOR (editor);
  g_autoptr (JsonObject) object = json_object_new ();

  for (GtkWidget *row = gtk_widget_get_first_child (GTK_WIDGET (self->rows)); row != NULL;
       row = gtk_widget_get_next_sibling (row))
    {
      const char *text = gtk_editable_get_text (g_object_get_data (G_OBJECT (row), "entry"));

      if (*text != '\0')
        json_object_set_string_member (object, g_object_get_data (G_OBJECT (row), "language"),
                                       text);
    }
  return json_object_get_size (object) > 0 ? json_node_init_object (json_node_alloc (), object)
                                           : NULL;
}

static void
tkb_titles_editor_constructed (GObject *object)
{
  TkbTitlesEditor *self = TKB_TITLES_EDITOR (object);
  TkbFieldEditor  *editor = TKB_FIELD_EDITOR (object);
  TkbCatalog      *catalog;
  TkbField        *language;
  GtkWidget       *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);
  GtkWidget       *add = gtk_menu_button_new ();
  GtkWidget       *menu;
  g_autofree char *name = NULL;

  G_OBJECT_CLASS (tkb_titles_editor_parent_class)->constructed (object);
  catalog = tkb_library_get_catalog (tkb_field_editor_get_library (editor));
  language =
      tkb_kind_get_field (g_ptr_array_index (tkb_catalog_get_kinds (catalog), 0), "language");
  self->language = language != NULL ? tkb_field_ref (language)
                                    : tkb_field_new ("language", TKB_FIELD_STRING, "Language");
  menu = tkb_code_menu_new (catalog, self->language);
  g_signal_connect (menu, "chosen", G_CALLBACK (language_chosen_cb), self);
  name = g_strdup_printf (_ ("Add to “%s”"), tkb_field_editor_get_label (editor));
  self->rows = GTK_BOX (gtk_box_new (GTK_ORIENTATION_VERTICAL, 6));
  gtk_menu_button_set_label (GTK_MENU_BUTTON (add), _ ("Add Language…"));
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (add), menu);
  gtk_widget_add_css_class (add, "chip");
  gtk_widget_set_halign (add, GTK_ALIGN_START);
  gtk_accessible_update_property (GTK_ACCESSIBLE (add), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->rows));
  gtk_box_append (GTK_BOX (box), add);
  tkb_field_editor_set_control (editor, box, NULL);
}

static void
tkb_titles_editor_finalize (GObject *object)
{
  tkb_field_unref (TKB_TITLES_EDITOR (object)->language);
  G_OBJECT_CLASS (tkb_titles_editor_parent_class)->finalize (object);
}

static void
tkb_titles_editor_class_init (TkbTitlesEditorClass *klass)
{
  G_OBJECT_CLASS (klass)->constructed = tkb_titles_editor_constructed;
  G_OBJECT_CLASS (klass)->finalize = tkb_titles_editor_finalize;
  TKB_FIELD_EDITOR_CLASS (klass)->set_node = tkb_titles_editor_set_node;
  TKB_FIELD_EDITOR_CLASS (klass)->get_node = tkb_titles_editor_get_node;
}

static void
tkb_titles_editor_init (TkbTitlesEditor *self)
{
}
