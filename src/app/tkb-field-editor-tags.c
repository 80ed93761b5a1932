/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* A set of short texts (tags, classes): one chip each, and an entry that makes the next one of what
 * is typed up to Enter or a comma. */

#include "config.h"

#include "tkb-field-editor.h"
#include "tkb-wrap-box.h"

#define TKB_TYPE_TAGS_EDITOR (tkb_tags_editor_get_type ())
G_DECLARE_FINAL_TYPE (TkbTagsEditor, tkb_tags_editor, TKB, TAGS_EDITOR, TkbFieldEditor)

struct _TkbTagsEditor
{
  TkbFieldEditor parent_instance;

  GtkWidget *box;       /* (unowned): a child */
  GtkWidget *entry;     /* (unowned): a child */
  GPtrArray *texts;     /* (owned) (element-type utf8) */
  gboolean   is_taking; /* the entry is emptied into texts */
};

G_DEFINE_FINAL_TYPE (TkbTagsEditor, tkb_tags_editor, TKB_TYPE_FIELD_EDITOR)

static void show_texts (TkbTagsEditor *self);

static void
removed_cb (GtkButton *button, TkbTagsEditor *self)
{
  guint index = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (button), "index"));

  g_ptr_array_remove_index (self->texts, index);
  show_texts (self);
  gtk_widget_grab_focus (self->entry);
  tkb_field_editor_changed (TKB_FIELD_EDITOR (self));
}

static GtkWidget *
make_chip (TkbTagsEditor *self, guint index)
{
  const char      *text = self->texts->pdata[index];
  g_autofree char *name = g_strdup_printf (_ ("Remove “%s”"), text);
  GtkWidget       *button = gtk_button_new ();
  GtkWidget       *content = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget       *label = gtk_label_new (text);

  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 40);
  gtk_box_append (GTK_BOX (content), label);
  gtk_box_append (GTK_BOX (content), gtk_image_new_from_icon_name ("window-close-symbolic"));
  gtk_button_set_child (GTK_BUTTON (button), content);
  gtk_widget_add_css_class (button, "chip");
  gtk_widget_add_css_class (button, "chosen");
  gtk_widget_set_tooltip_text (button, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_object_set_data (G_OBJECT (button), "index", GUINT_TO_POINTER (index));
  g_signal_connect (button, "clicked", G_CALLBACK (removed_cb), self);
  return button;
}

static void
show_texts (TkbTagsEditor *self)
{
  tkb_wrap_box_remove_all (TKB_WRAP_BOX (self->box));
  for (guint i = 0; i < self->texts->len; i++)
    tkb_wrap_box_append (TKB_WRAP_BOX (self->box), make_chip (self, i));
  gtk_widget_set_visible (self->box, self->texts->len > 0);
}

/* TRUE: something new was added */
static gboolean
add_text (TkbTagsEditor *self, const char *typed)
{
  g_autofree char *text = g_strstrip (g_strdup (typed));

  if (*text == '\0' || g_ptr_array_find_with_equal_func (self->texts, text, g_str_equal, NULL))
    return FALSE;
  g_ptr_array_add (self->texts, g_steal_pointer (&text));
  return TRUE;
}

/* Several at once: what was pasted may hold commas, of the Chinese and Arabic kind as well. */
static void
take_typed (TkbTagsEditor *self)
{
  g_autofree char *typed = g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->entry)));
  gboolean         is_new = FALSE;
  char            *start = typed;

  for (char *at = typed; *at != '\0';)
    {
      char    *next = g_utf8_next_char (at);
      gunichar c = g_utf8_get_char (at);

      if (c == ',' || c == 0xFF0C || c == 0x3001 || c == 0x060C)
        {
          *at = '\0';
          is_new = add_text (self, start) || is_new;
          start = next;
        }
      at = next;
    }
  is_new = add_text (self, start) || is_new;
  self->is_taking = TRUE;
  gtk_editable_set_text (GTK_EDITABLE (self->entry), "");
  self->is_taking = FALSE;
  if (!is_new)
    return;
  show_texts (self);
  tkb_field_editor_changed (TKB_FIELD_EDITOR (self));
}

/* What stands in the entry belongs to the value already, so that it is saved like everything else.
 */
static void
entry_changed_cb (TkbTagsEditor *self)
{
  const char *typed = gtk_editable_get_text (GTK_EDITABLE (self->entry));

  if (g_str_has_suffix (typed, ",") || g_str_has_suffix (typed, "，") ||
      g_str_has_suffix (typed, "、") || g_str_has_suffix (typed, "،"))
    take_typed (self);
  else if (!self->is_taking)
    tkb_field_editor_changed (TKB_FIELD_EDITOR (self));
}

static gboolean
key_pressed_cb (GtkEventControllerKey *controller,
                guint                  keyval,
                guint                  keycode,
                GdkModifierType        state,
                TkbTagsEditor         *self)
{
  if (keyval != GDK_KEY_BackSpace || self->texts->len == 0 ||
      *gtk_editable_get_text (GTK_EDITABLE (self->entry)) != '\0')
    return GDK_EVENT_PROPAGATE;
  g_ptr_array_remove_index (self->texts, self->texts->len - 1);
  show_texts (self);
  tkb_field_editor_changed (TKB_FIELD_EDITOR (self));
  return GDK_EVENT_STOP;
}

static void
tkb_tags_editor_set_node (TkbFieldEditor *editor, JsonNode *node)
{
  TkbTagsEditor *self = TKB_TAGS_EDITOR (editor);

  tkb_field_editor_take_strings (node, self->texts);
  show_texts (self);
}

static JsonNode *
tkb_tags_editor_get_node (TkbFieldEditor *editor)
{
  TkbTagsEditor *self = TKB_TAGS_EDITOR (editor);
  g_autoptr (JsonArray) array = json_array_new ();
  g_autofree char *typed =
      g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->entry))));

  for (guint i = 0; i < self->texts->len; i++)
    json_array_add_string_element (array, self->texts->pdata[i]);
  if (*typed != '\0' && !g_ptr_array_find_with_equal_func (self->texts, typed, g_str_equal, NULL))
    json_array_add_string_element (array, typed);
  if (json_array_get_length (array) == 0)
    return NULL;
  return json_node_init_array (json_node_alloc (), array);
}

static void
tkb_tags_editor_grab_focus (TkbFieldEditor *editor)
{
  gtk_widget_grab_focus (TKB_TAGS_EDITOR (editor)->entry);
}

static void
tkb_tags_editor_constructed (GObject *object)
{
  TkbTagsEditor      *self = TKB_TAGS_EDITOR (object);
  GtkWidget          *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);
  GtkEventController *keys = gtk_event_controller_key_new ();
  GtkEventController *focus = gtk_event_controller_focus_new ();

  G_OBJECT_CLASS (tkb_tags_editor_parent_class)->constructed (object);
  self->box = tkb_wrap_box_new (6);
  self->entry = gtk_entry_new ();
  gtk_entry_set_placeholder_text (GTK_ENTRY (self->entry), _ ("Type and press Enter"));
  g_signal_connect_swapped (self->entry, "activate", G_CALLBACK (take_typed), self);
  g_signal_connect_swapped (self->entry, "changed", G_CALLBACK (entry_changed_cb), self);
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect (keys, "key-pressed", G_CALLBACK (key_pressed_cb), self);
  gtk_widget_add_controller (self->entry, keys);
  /* what was typed counts without Enter as well */
  g_signal_connect_swapped (focus, "leave", G_CALLBACK (take_typed), self);
  gtk_widget_add_controller (self->entry, focus);
  gtk_box_append (GTK_BOX (box), self->box);
  gtk_box_append (GTK_BOX (box), self->entry);
  tkb_field_editor_set_control (TKB_FIELD_EDITOR (object), box, self->entry);
  show_texts (self);
}

static void
tkb_tags_editor_finalize (GObject *object)
{
  g_ptr_array_unref (TKB_TAGS_EDITOR (object)->texts);
  G_OBJECT_CLASS (tkb_tags_editor_parent_class)->finalize (object);
}

static void
tkb_tags_editor_class_init (TkbTagsEditorClass *klass)
{
  G_OBJECT_CLASS (klass)->constructed = tkb_tags_editor_constructed;
  G_OBJECT_CLASS (klass)->finalize = tkb_tags_editor_finalize;
  TKB_FIELD_EDITOR_CLASS (klass)->set_node = tkb_tags_editor_set_node;
  TKB_FIELD_EDITOR_CLASS (klass)->get_node = tkb_tags_editor_get_node;
  TKB_FIELD_EDITOR_CLASS (klass)->grab_focus = tkb_tags_editor_grab_focus;
}

static void
tkb_tags_editor_init (TkbTagsEditor *self)
{
  self->texts = g_ptr_array_new_with_free_func (g_free);
}
