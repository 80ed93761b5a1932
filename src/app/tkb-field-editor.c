/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-field-editor.h"

#include "tkb-text.h"

typedef struct
{
  TkbLibrary *library; /* (owned) */
  TkbField   *field;   /* (owned) */
  gboolean    is_item; /* in a list: no label, no help */

  GtkWidget *label;   /* (nullable) (unowned): a child */
  GtkWidget *counter; /* (unowned): a child */
  GtkWidget *problem; /* (unowned): a child */
  GtkWidget *control; /* (nullable) (unowned): a child */
} TkbFieldEditorPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (TkbFieldEditor, tkb_field_editor, GTK_TYPE_BOX)

enum
{
  PROP_LIBRARY = 1,
  PROP_FIELD,
  PROP_IS_ITEM,
  N_PROPS,
};

enum
{
  CHANGED,
  N_SIGNALS,
};

static GParamSpec *properties[N_PROPS];
static guint       signals[N_SIGNALS];

static GtkWidget *
make_head (TkbFieldEditorPrivate *priv)
{
  GtkWidget *head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  priv->label = gtk_label_new (_ (tkb_field_get_label (priv->field)));
  gtk_label_set_xalign (GTK_LABEL (priv->label), 0);
  /* neither wrapping nor on a baseline: GTK 4.8 measures such a line in two ways and complains */
  gtk_label_set_ellipsize (GTK_LABEL (priv->label), PANGO_ELLIPSIZE_END);
  gtk_widget_set_tooltip_text (priv->label, gtk_label_get_text (GTK_LABEL (priv->label)));
  gtk_widget_set_valign (priv->label, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (priv->label, "field-label");
  gtk_box_append (GTK_BOX (head), priv->label);
  if ((tkb_field_get_flags (priv->field) & TKB_FIELD_FLAG_REQUIRED) != 0)
    {
      GtkWidget *mark = gtk_label_new (_ ("required"));

      gtk_widget_add_css_class (mark, "field-required");
      gtk_box_append (GTK_BOX (head), mark);
    }
  return head;
}

static void
tkb_field_editor_constructed (GObject *object)
{
  TkbFieldEditor        *self = TKB_FIELD_EDITOR (object);
  TkbFieldEditorPrivate *priv = tkb_field_editor_get_instance_private (self);
  GtkWidget             *head = NULL;
  const char            *help = tkb_field_get_help (priv->field);

  G_OBJECT_CLASS (tkb_field_editor_parent_class)->constructed (object);
  gtk_widget_add_css_class (GTK_WIDGET (self), "field-editor");
  priv->counter = gtk_label_new (NULL);
  gtk_widget_add_css_class (priv->counter, "field-counter");
  gtk_widget_set_hexpand (priv->counter, TRUE);
  gtk_widget_set_halign (priv->counter, GTK_ALIGN_END);
  gtk_widget_set_valign (priv->counter, GTK_ALIGN_CENTER);
  head = priv->is_item ? gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6) : make_head (priv);
  gtk_box_append (GTK_BOX (head), priv->counter);
  gtk_box_append (GTK_BOX (self), head);
  if (!priv->is_item && help != NULL)
    {
      GtkWidget *text = tkb_text_label_with_class (_ (help), "field-help");

      gtk_label_set_selectable (GTK_LABEL (text), FALSE);
      gtk_box_append (GTK_BOX (self), text);
    }
  gtk_widget_set_visible (head, !priv->is_item);
  priv->problem = tkb_text_label_with_class (NULL, "field-problem");
  gtk_label_set_selectable (GTK_LABEL (priv->problem), FALSE);
  gtk_widget_set_visible (priv->problem, FALSE);
  gtk_box_append (GTK_BOX (self), priv->problem);
}

static void
tkb_field_editor_dispose (GObject *object)
{
  TkbFieldEditorPrivate *priv = tkb_field_editor_get_instance_private (TKB_FIELD_EDITOR (object));

  g_clear_object (&priv->library);
  g_clear_pointer (&priv->field, tkb_field_unref);
  G_OBJECT_CLASS (tkb_field_editor_parent_class)->dispose (object);
}

static void
tkb_field_editor_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  TkbFieldEditorPrivate *priv = tkb_field_editor_get_instance_private (TKB_FIELD_EDITOR (object));

  switch (id)
    {
    case PROP_LIBRARY:
      priv->library = g_value_dup_object (value);
      break;
    case PROP_FIELD:
      priv->field = g_value_dup_boxed (value);
      break;
    case PROP_IS_ITEM:
      priv->is_item = g_value_get_boolean (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
tkb_field_editor_class_init (TkbFieldEditorClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags   flags = G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  object_class->constructed = tkb_field_editor_constructed;
  object_class->dispose = tkb_field_editor_dispose;
  object_class->set_property = tkb_field_editor_set_property;
  properties[PROP_LIBRARY] = g_param_spec_object ("library", NULL, NULL, TKB_TYPE_LIBRARY, flags);
  properties[PROP_FIELD] = g_param_spec_boxed ("field", NULL, NULL, TKB_TYPE_FIELD, flags);
  properties[PROP_IS_ITEM] = g_param_spec_boolean ("is-item", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);
}

static void
tkb_field_editor_init (TkbFieldEditor *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), 4);
}

static GType
type_for (TkbField *field, gboolean is_item)
{
  TkbFieldType  type = tkb_field_get_field_type (field);
  TkbFieldFlags flags = tkb_field_get_flags (field);

  if (!is_item && (flags & TKB_FIELD_FLAG_LIST) != 0)
    {
      if (type == TKB_FIELD_CODE)
        return tkb_codes_editor_get_type ();
      if (type == TKB_FIELD_STRING && (flags & TKB_FIELD_FLAG_SET) != 0)
        return tkb_tags_editor_get_type ();
      return tkb_list_editor_get_type ();
    }
  switch (type)
    {
    case TKB_FIELD_TEXT:
    case TKB_FIELD_MARKDOWN:
      return tkb_text_editor_get_type ();
    case TKB_FIELD_BOOLEAN:
      return tkb_switch_editor_get_type ();
    case TKB_FIELD_CODE:
      return tkb_choice_editor_get_type ();
    case TKB_FIELD_LOCALIZED:
      return tkb_titles_editor_get_type ();
    case TKB_FIELD_LINK:
      return tkb_link_editor_get_type ();
    case TKB_FIELD_RECORD:
    case TKB_FIELD_FIGURE:
      return tkb_record_editor_get_type ();
    default:
      return tkb_entry_editor_get_type ();
    }
}

TkbFieldEditor *
tkb_field_editor_new (TkbLibrary *library, TkbField *field)
{
  return g_object_new (type_for (field, FALSE), "library", library, "field", field, NULL);
}

TkbFieldEditor *
tkb_field_editor_new_item (TkbLibrary *library, TkbField *field)
{
  return g_object_new (type_for (field, TRUE), "library", library, "field", field, "is-item", TRUE,
                       NULL);
}

TkbField *
tkb_field_editor_get_field (TkbFieldEditor *self)
{
  TkbFieldEditorPrivate *priv = tkb_field_editor_get_instance_private (self);

  return priv->field;
}

TkbLibrary *
tkb_field_editor_get_library (TkbFieldEditor *self)
{
  TkbFieldEditorPrivate *priv = tkb_field_editor_get_instance_private (self);

  return priv->library;
}

const char *
tkb_field_editor_get_label (TkbFieldEditor *self)
{
  TkbFieldEditorPrivate *priv = tkb_field_editor_get_instance_private (self);

  return _ (tkb_field_get_label (priv->field));
}

void
tkb_field_editor_set_node (TkbFieldEditor *self, JsonNode *node)
{
  if (node != NULL && JSON_NODE_HOLDS_NULL (node))
    node = NULL;
  TKB_FIELD_EDITOR_GET_CLASS (self)->set_node (self, node);
}

JsonNode *
tkb_field_editor_get_node (TkbFieldEditor *self)
{
  return TKB_FIELD_EDITOR_GET_CLASS (self)->get_node (self);
}

void
tkb_field_editor_focus (TkbFieldEditor *self)
{
  TkbFieldEditorPrivate *priv = tkb_field_editor_get_instance_private (self);

  if (TKB_FIELD_EDITOR_GET_CLASS (self)->grab_focus != NULL)
    TKB_FIELD_EDITOR_GET_CLASS (self)->grab_focus (self);
  else if (priv->control != NULL)
    gtk_widget_child_focus (priv->control, GTK_DIR_TAB_FORWARD);
}

void
tkb_field_editor_set_problem (TkbFieldEditor *self, const char *text)
{
  TkbFieldEditorPrivate *priv = tkb_field_editor_get_instance_private (self);

  gtk_label_set_text (GTK_LABEL (priv->problem), text != NULL ? text : "");
  gtk_widget_set_visible (priv->problem, text != NULL);
  if (text != NULL)
    gtk_widget_add_css_class (GTK_WIDGET (self), "has-problem");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "has-problem");
}

void
tkb_field_editor_set_control (TkbFieldEditor *self, GtkWidget *control, GtkWidget *named)
{
  TkbFieldEditorPrivate *priv = tkb_field_editor_get_instance_private (self);

  priv->control = control;
  gtk_box_insert_child_after (GTK_BOX (self), control, gtk_widget_get_prev_sibling (priv->problem));
  if (named != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (named), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                    tkb_field_editor_get_label (self), -1);
}

void
tkb_field_editor_changed (TkbFieldEditor *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

/* What is no string is left out: content is untrusted. */
void
tkb_field_editor_take_strings (JsonNode *node, GPtrArray *texts)
{
  JsonArray *array =
      node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  g_ptr_array_set_size (texts, 0);
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *element = json_array_get_element (array, i);

      if (JSON_NODE_HOLDS_VALUE (element) && json_node_get_value_type (element) == G_TYPE_STRING)
        g_ptr_array_add (texts, json_node_dup_string (element));
    }
}

void
tkb_field_editor_set_count (TkbFieldEditor *self, long characters)
{
  TkbFieldEditorPrivate *priv = tkb_field_editor_get_instance_private (self);
  guint                  bound = tkb_field_get_max_chars (priv->field);
  g_autofree char       *text = NULL;

  if (bound == 0 || priv->is_item)
    return;
  text = g_strdup_printf ("%ld / %u", characters, bound);
  gtk_label_set_text (GTK_LABEL (priv->counter), text);
  if ((gulong) characters > bound)
    gtk_widget_add_css_class (priv->counter, "over");
  else
    gtk_widget_remove_css_class (priv->counter, "over");
}
