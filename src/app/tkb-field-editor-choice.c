/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* A switch for yes and no; one code of a vocabulary, as a button that opens its terms; a set of
 * codes, as tags with a button that adds one. */

#include "config.h"

#include "tkb-code-menu.h"
#include "tkb-field-editor.h"
#include "tkb-text.h"
#include "tkb-wrap-box.h"

/* ---- switch ---- */

#define TKB_TYPE_SWITCH_EDITOR (tkb_switch_editor_get_type ())
G_DECLARE_FINAL_TYPE (TkbSwitchEditor, tkb_switch_editor, TKB, SWITCH_EDITOR, TkbFieldEditor)

struct _TkbSwitchEditor
{
  TkbFieldEditor parent_instance;

  GtkSwitch *control; /* (unowned): a child */
  gboolean   is_filling;
  gboolean   is_set; /* a value stands in the document */
};

G_DEFINE_FINAL_TYPE (TkbSwitchEditor, tkb_switch_editor, TKB_TYPE_FIELD_EDITOR)

static void
switch_changed_cb (TkbSwitchEditor *self)
{
  if (self->is_filling)
    return;
  self->is_set = TRUE;
  tkb_field_editor_changed (TKB_FIELD_EDITOR (self));
}

static void
tkb_switch_editor_set_node (TkbFieldEditor *editor, JsonNode *node)
{
  TkbSwitchEditor *self = TKB_SWITCH_EDITOR (editor);

  self->is_filling = TRUE;
  self->is_set = node != NULL;
  gtk_switch_set_active (self->control, node != NULL && JSON_NODE_HOLDS_VALUE (node) &&
                                            json_node_get_value_type (node) == G_TYPE_BOOLEAN &&
                                            json_node_get_boolean (node));
  self->is_filling = FALSE;
}

static JsonNode *
tkb_switch_editor_get_node (TkbFieldEditor *editor)
{
  TkbSwitchEditor *self = TKB_SWITCH_EDITOR (editor);

  return self->is_set
             ? json_node_init_boolean (json_node_alloc (), gtk_switch_get_active (self->control))
             : NULL;
}

static void
tkb_switch_editor_constructed (GObject *object)
{
  TkbSwitchEditor *self = TKB_SWITCH_EDITOR (object);

  G_OBJECT_CLASS (tkb_switch_editor_parent_class)->constructed (object);
  self->control = GTK_SWITCH (gtk_switch_new ());
  gtk_widget_set_halign (GTK_WIDGET (self->control), GTK_ALIGN_START);
  g_signal_connect_swapped (self->control, "notify::active", G_CALLBACK (switch_changed_cb), self);
  tkb_field_editor_set_control (TKB_FIELD_EDITOR (self), GTK_WIDGET (self->control),
                                GTK_WIDGET (self->control));
}

static void
tkb_switch_editor_class_init (TkbSwitchEditorClass *klass)
{
  G_OBJECT_CLASS (klass)->constructed = tkb_switch_editor_constructed;
  TKB_FIELD_EDITOR_CLASS (klass)->set_node = tkb_switch_editor_set_node;
  TKB_FIELD_EDITOR_CLASS (klass)->get_node = tkb_switch_editor_get_node;
}

static void
tkb_switch_editor_init (TkbSwitchEditor *self)
{
}

/* ---- one code ---- */

#define TKB_TYPE_CHOICE_EDITOR (tkb_choice_editor_get_type ())
G_DECLARE_FINAL_TYPE (TkbChoiceEditor, tkb_choice_editor, TKB, CHOICE_EDITOR, TkbFieldEditor)

struct _TkbChoiceEditor
{
  TkbFieldEditor parent_instance;

  GtkWidget *button; /* (unowned): a child */
  GtkWidget *label;  /* (unowned): in the button */
  GtkWidget *clear;  /* (unowned): a child */
  char      *code;   /* (owned) (nullable) */
};

G_DEFINE_FINAL_TYPE (TkbChoiceEditor, tkb_choice_editor, TKB_TYPE_FIELD_EDITOR)

static void
show_choice (TkbChoiceEditor *self)
{
  TkbFieldEditor  *editor = TKB_FIELD_EDITOR (self);
  TkbCatalog      *catalog = tkb_library_get_catalog (tkb_field_editor_get_library (editor));
  const char      *label = self->code != NULL
                               ? tkb_text_code (catalog, tkb_field_editor_get_field (editor), self->code)
                               : _ ("Choose…");
  g_autofree char *name = g_strdup_printf ("%s: %s", tkb_field_editor_get_label (editor), label);

  gtk_label_set_text (GTK_LABEL (self->label), label);
  gtk_widget_set_visible (self->clear, self->code != NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  name, -1);
}

static void
set_code (TkbChoiceEditor *self, const char *code)
{
  if (g_strcmp0 (self->code, code) == 0)
    return;
  g_free (self->code);
  self->code = g_strdup (code);
  show_choice (self);
  tkb_field_editor_changed (TKB_FIELD_EDITOR (self));
}

static void
choice_chosen_cb (TkbCodeMenu *menu, const char *code, TkbChoiceEditor *self)
{
  set_code (self, code);
}

static void
clear_clicked_cb (TkbChoiceEditor *self)
{
  set_code (self, NULL);
}

static void
tkb_choice_editor_set_node (TkbFieldEditor *editor, JsonNode *node)
{
  TkbChoiceEditor *self = TKB_CHOICE_EDITOR (editor);

  g_free (self->code);
  self->code = node != NULL && JSON_NODE_HOLDS_VALUE (node) &&
                       json_node_get_value_type (node) == G_TYPE_STRING
                   ? json_node_dup_string (node)
                   : NULL;
  show_choice (self);
}

static JsonNode *
tkb_choice_editor_get_node (TkbFieldEditor *editor)
{
  TkbChoiceEditor *self = TKB_CHOICE_EDITOR (editor);

  return self->code != NULL ? json_node_init_string (json_node_alloc (), self->code) : NULL;
}

static void
tkb_choice_editor_constructed (GObject *object)
{
  TkbChoiceEditor *self = TKB_CHOICE_EDITOR (object);
  TkbFieldEditor  *editor = TKB_FIELD_EDITOR (object);
  GtkWidget       *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);
  GtkWidget       *content = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget       *menu;

  G_OBJECT_CLASS (tkb_choice_editor_parent_class)->constructed (object);
  menu = tkb_code_menu_new (tkb_library_get_catalog (tkb_field_editor_get_library (editor)),
                            tkb_field_editor_get_field (editor));
  g_signal_connect (menu, "chosen", G_CALLBACK (choice_chosen_cb), self);
  self->label = gtk_label_new (NULL);
  gtk_label_set_ellipsize (GTK_LABEL (self->label), PANGO_ELLIPSIZE_END);
  gtk_label_set_xalign (GTK_LABEL (self->label), 0);
  gtk_widget_set_hexpand (self->label, TRUE);
  gtk_box_append (GTK_BOX (content), self->label);
  gtk_box_append (GTK_BOX (content), gtk_image_new_from_icon_name ("pan-down-symbolic"));
  self->button = gtk_menu_button_new ();
  gtk_menu_button_set_child (GTK_MENU_BUTTON (self->button), content);
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (self->button), menu);
  gtk_widget_set_size_request (self->button, 240, -1);
  self->clear = gtk_button_new_from_icon_name ("edit-clear-symbolic");
  gtk_widget_add_css_class (self->clear, "flat");
  gtk_widget_set_tooltip_text (self->clear, _ ("Clear"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->clear), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Clear"), -1);
  g_signal_connect_swapped (self->clear, "clicked", G_CALLBACK (clear_clicked_cb), self);
  gtk_box_append (GTK_BOX (box), self->button);
  gtk_box_append (GTK_BOX (box), self->clear);
  gtk_widget_set_halign (box, GTK_ALIGN_START);
  tkb_field_editor_set_control (editor, box, NULL);
  show_choice (self);
}

static void
tkb_choice_editor_finalize (GObject *object)
{
  g_free (TKB_CHOICE_EDITOR (object)->code);
  G_OBJECT_CLASS (tkb_choice_editor_parent_class)->finalize (object);
}

static void
tkb_choice_editor_class_init (TkbChoiceEditorClass *klass)
{
  G_OBJECT_CLASS (klass)->constructed = tkb_choice_editor_constructed;
  G_OBJECT_CLASS (klass)->finalize = tkb_choice_editor_finalize;
  TKB_FIELD_EDITOR_CLASS (klass)->set_node = tkb_choice_editor_set_node;
  TKB_FIELD_EDITOR_CLASS (klass)->get_node = tkb_choice_editor_get_node;
}

static void
tkb_choice_editor_init (TkbChoiceEditor *self)
{
}

/* ---- a set of codes ---- */

#define TKB_TYPE_CODES_EDITOR (tkb_codes_editor_get_type ())
G_DECLARE_FINAL_TYPE (TkbCodesEditor, tkb_codes_editor, TKB, CODES_EDITOR, TkbFieldEditor)

struct _TkbCodesEditor
{
  TkbFieldEditor parent_instance;

  GtkWidget *box;   /* (unowned): a child */
  GtkWidget *add;   /* (owned): the button, taken out of the box and put back */
  GPtrArray *codes; /* (owned) (element-type utf8) */
};

G_DEFINE_FINAL_TYPE (TkbCodesEditor, tkb_codes_editor, TKB_TYPE_FIELD_EDITOR)

static void show_codes (TkbCodesEditor *self);

static void
code_removed_cb (GtkButton *button, TkbCodesEditor *self)
{
  guint index = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (button), "index"));

  g_ptr_array_remove_index (self->codes, index);
  show_codes (self);
  tkb_field_editor_changed (TKB_FIELD_EDITOR (self));
}

static GtkWidget *
make_tag (TkbCodesEditor *self, guint index)
{
  TkbFieldEditor *editor = TKB_FIELD_EDITOR (self);
  TkbCatalog     *catalog = tkb_library_get_catalog (tkb_field_editor_get_library (editor));
  const char     *label =
      tkb_text_code (catalog, tkb_field_editor_get_field (editor), self->codes->pdata[index]);
  g_autofree char *name = g_strdup_printf (_ ("Remove “%s”"), label);
  GtkWidget       *button = gtk_button_new ();
  GtkWidget       *content = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  gtk_box_append (GTK_BOX (content), gtk_label_new (label));
  gtk_box_append (GTK_BOX (content), gtk_image_new_from_icon_name ("window-close-symbolic"));
  gtk_button_set_child (GTK_BUTTON (button), content);
  gtk_widget_add_css_class (button, "chip");
  gtk_widget_add_css_class (button, "chosen");
  gtk_widget_set_tooltip_text (button, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_object_set_data (G_OBJECT (button), "index", GUINT_TO_POINTER (index));
  g_signal_connect (button, "clicked", G_CALLBACK (code_removed_cb), self);
  return button;
}

static void
show_codes (TkbCodesEditor *self)
{
  tkb_wrap_box_remove_all (TKB_WRAP_BOX (self->box));
  for (guint i = 0; i < self->codes->len; i++)
    tkb_wrap_box_append (TKB_WRAP_BOX (self->box), make_tag (self, i));
  tkb_wrap_box_append (TKB_WRAP_BOX (self->box), self->add);
}

static void
codes_chosen_cb (TkbCodeMenu *menu, const char *code, TkbCodesEditor *self)
{
  if (g_ptr_array_find_with_equal_func (self->codes, code, g_str_equal, NULL))
    return;
  g_ptr_array_add (self->codes, g_strdup (code));
  show_codes (self);
  tkb_field_editor_changed (TKB_FIELD_EDITOR (self));
}

static void
tkb_codes_editor_set_node (TkbFieldEditor *editor, JsonNode *node)
{
  TkbCodesEditor *self = TKB_CODES_EDITOR (editor);

  tkb_field_editor_take_strings (node, self->codes);
  show_codes (self);
}

static JsonNode *
tkb_codes_editor_get_node (TkbFieldEditor *editor)
{
  TkbCodesEditor *self = TKB_CODES_EDITOR (editor);
  g_autoptr (JsonArray) array = NULL;

  if (self->codes->len == 0)
    return NULL;
  array = json_array_new ();
  for (guint i = 0; i < self->codes->len; i++)
    json_array_add_string_element (array, self->codes->pdata[i]);
  return json_node_init_array (json_node_alloc (), array);
}

static void
tkb_codes_editor_constructed (GObject *object)
{
  TkbCodesEditor  *self = TKB_CODES_EDITOR (object);
  TkbFieldEditor  *editor = TKB_FIELD_EDITOR (object);
  g_autofree char *name = NULL;
  GtkWidget       *menu;

  G_OBJECT_CLASS (tkb_codes_editor_parent_class)->constructed (object);
  menu = tkb_code_menu_new (tkb_library_get_catalog (tkb_field_editor_get_library (editor)),
                            tkb_field_editor_get_field (editor));
  g_signal_connect (menu, "chosen", G_CALLBACK (codes_chosen_cb), self);
  name = g_strdup_printf (_ ("Add to “%s”"), tkb_field_editor_get_label (editor));
  self->add = g_object_ref_sink (gtk_menu_button_new ());
  gtk_menu_button_set_label (GTK_MENU_BUTTON (self->add), _ ("Add…"));
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (self->add), menu);
  gtk_widget_add_css_class (self->add, "chip");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->add), GTK_ACCESSIBLE_PROPERTY_LABEL, name,
                                  -1);
  self->box = tkb_wrap_box_new (6);
  tkb_field_editor_set_control (editor, self->box, NULL);
  show_codes (self);
}

static void
tkb_codes_editor_dispose (GObject *object)
{
  g_clear_object (&TKB_CODES_EDITOR (object)->add);
  G_OBJECT_CLASS (tkb_codes_editor_parent_class)->dispose (object);
}

static void
tkb_codes_editor_finalize (GObject *object)
{
  g_ptr_array_unref (TKB_CODES_EDITOR (object)->codes);
  G_OBJECT_CLASS (tkb_codes_editor_parent_class)->finalize (object);
}

static void
tkb_codes_editor_class_init (TkbCodesEditorClass *klass)
{
  G_OBJECT_CLASS (klass)->constructed = tkb_codes_editor_constructed;
  G_OBJECT_CLASS (klass)->dispose = tkb_codes_editor_dispose;
  G_OBJECT_CLASS (klass)->finalize = tkb_codes_editor_finalize;
  TKB_FIELD_EDITOR_CLASS (klass)->set_node = tkb_codes_editor_set_node;
  TKB_FIELD_EDITOR_CLASS (klass)->get_node = tkb_codes_editor_get_node;
}

static void
tkb_codes_editor_init (TkbCodesEditor *self)
{
  self->codes = g_ptr_array_new_with_free_func (g_free);
}
