/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* One line: string, address, date, whole number, number. A number that is none stays as it was
 * typed, so that nothing is lost; validation says what is wrong with it. */

#include "config.h"

#include "tkb-field-editor.h"
#include "tkb-json.h"

#define TKB_TYPE_ENTRY_EDITOR (tkb_entry_editor_get_type ())
G_DECLARE_FINAL_TYPE (TkbEntryEditor, tkb_entry_editor, TKB, ENTRY_EDITOR, TkbFieldEditor)

struct _TkbEntryEditor
{
  TkbFieldEditor parent_instance;

  GtkEditable *entry; /* (unowned): a child */
  gboolean     is_filling;
};

G_DEFINE_FINAL_TYPE (TkbEntryEditor, tkb_entry_editor, TKB_TYPE_FIELD_EDITOR)

static void
entry_changed_cb (TkbEntryEditor *self)
{
  tkb_field_editor_set_count (TKB_FIELD_EDITOR (self),
                              g_utf8_strlen (gtk_editable_get_text (self->entry), -1));
  if (!self->is_filling)
    tkb_field_editor_changed (TKB_FIELD_EDITOR (self));
}

static void
tkb_entry_editor_set_node (TkbFieldEditor *editor, JsonNode *node)
{
  TkbEntryEditor  *self = TKB_ENTRY_EDITOR (editor);
  g_autofree char *text = NULL;

  if (node == NULL)
    text = g_strdup ("");
  else if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
    text = json_node_dup_string (node);
  else
    text = tkb_json_to_canonical (node, NULL);
  self->is_filling = TRUE;
  gtk_editable_set_text (self->entry, text);
  self->is_filling = FALSE;
}

static JsonNode *
number_node (const char *text, TkbFieldType type)
{
  gint64 integer;
  char  *end = NULL;
  double number;

  if (g_ascii_string_to_signed (text, 10, -G_MAXINT64, G_MAXINT64, &integer, NULL))
    return json_node_init_int (json_node_alloc (), integer);
  number = g_ascii_strtod (text, &end);
  if (type == TKB_FIELD_NUMBER && end != text && *end == '\0')
    return json_node_init_double (json_node_alloc (), number);
  return json_node_init_string (json_node_alloc (), text);
}

static JsonNode *
tkb_entry_editor_get_node (TkbFieldEditor *editor)
{
  TkbEntryEditor  *self = TKB_ENTRY_EDITOR (editor);
  TkbFieldType     type = tkb_field_get_field_type (tkb_field_editor_get_field (editor));
  g_autofree char *text = g_strstrip (g_strdup (gtk_editable_get_text (self->entry)));

  if (*text == '\0')
    return NULL;
  if (type == TKB_FIELD_INTEGER || type == TKB_FIELD_NUMBER)
    return number_node (text, type);
  return json_node_init_string (json_node_alloc (), text);
}

static void
tkb_entry_editor_grab_focus (TkbFieldEditor *editor)
{
  gtk_widget_grab_focus (GTK_WIDGET (TKB_ENTRY_EDITOR (editor)->entry));
}

static void
tkb_entry_editor_constructed (GObject *object)
{
  TkbEntryEditor *self = TKB_ENTRY_EDITOR (object);
  GtkWidget      *entry = gtk_entry_new ();
  TkbFieldType    type;

  G_OBJECT_CLASS (tkb_entry_editor_parent_class)->constructed (object);
  type = tkb_field_get_field_type (tkb_field_editor_get_field (TKB_FIELD_EDITOR (self)));
  self->entry = GTK_EDITABLE (entry);
  if (type == TKB_FIELD_DATE)
    gtk_entry_set_placeholder_text (GTK_ENTRY (entry), _ ("2026, 2026-11 or 2026-11-22"));
  else if (type == TKB_FIELD_URL)
    gtk_entry_set_placeholder_text (GTK_ENTRY (entry), "https://");
  if (type == TKB_FIELD_INTEGER || type == TKB_FIELD_NUMBER || type == TKB_FIELD_DATE)
    {
      gtk_editable_set_max_width_chars (self->entry, 24);
      gtk_widget_set_halign (entry, GTK_ALIGN_START);
    }
  g_signal_connect_swapped (entry, "changed", G_CALLBACK (entry_changed_cb), self);
  tkb_field_editor_set_control (TKB_FIELD_EDITOR (self), entry, entry);
}

static void
tkb_entry_editor_class_init (TkbEntryEditorClass *klass)
{
  TkbFieldEditorClass *editor_class = TKB_FIELD_EDITOR_CLASS (klass);

  G_OBJECT_CLASS (klass)->constructed = tkb_entry_editor_constructed;
  editor_class->set_node = tkb_entry_editor_set_node;
  editor_class->get_node = tkb_entry_editor_get_node;
  editor_class->grab_focus = tkb_entry_editor_grab_focus;
}

static void
tkb_entry_editor_init (TkbEntryEditor *self)
{
}
