/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* A record: an editor for each of its fields. A figure is a record whose fields are the same
 * everywhere. Members that the kind does not name are kept. */

#include "config.h"

#include "tkb-field-editor.h"
#include "tkb-json.h"

#define TKB_TYPE_RECORD_EDITOR (tkb_record_editor_get_type ())
G_DECLARE_FINAL_TYPE (TkbRecordEditor, tkb_record_editor, TKB, RECORD_EDITOR, TkbFieldEditor)

struct _TkbRecordEditor
{
  TkbFieldEditor parent_instance;

  GPtrArray  *editors; /* (owned) (element-type TkbFieldEditor): unowned children */
  JsonObject *object;  /* (owned): what was set, with the members nobody edits here */
};

G_DEFINE_FINAL_TYPE (TkbRecordEditor, tkb_record_editor, TKB_TYPE_FIELD_EDITOR)

static void
tkb_record_editor_set_node (TkbFieldEditor *editor, JsonNode *node)
{
  TkbRecordEditor *self = TKB_RECORD_EDITOR (editor);

  g_clear_pointer (&self->object, json_object_unref);
  self->object = node != NULL && JSON_NODE_HOLDS_OBJECT (node)
                     ? tkb_json_object_copy (json_node_get_object (node))
                     : json_object_new ();
  for (guint i = 0; i < self->editors->len; i++)
    {
      TkbFieldEditor *member = self->editors->pdata[i];

      tkb_field_editor_set_node (
          member, json_object_get_member (
                      self->object, tkb_field_get_code (tkb_field_editor_get_field (member))));
    }
}

static JsonNode *
tkb_record_editor_get_node (TkbFieldEditor *editor)
{
  TkbRecordEditor *self = TKB_RECORD_EDITOR (editor);
  g_autoptr (JsonObject) object = tkb_json_object_copy (self->object);

  for (guint i = 0; i < self->editors->len; i++)
    {
      TkbFieldEditor *member = self->editors->pdata[i];
      const char     *code = tkb_field_get_code (tkb_field_editor_get_field (member));
      JsonNode       *node = tkb_field_editor_get_node (member);

      if (node != NULL)
        json_object_set_member (object, code, node);
      else
        json_object_remove_member (object, code);
    }
  return json_object_get_size (object) > 0 ? json_node_init_object (json_node_alloc (), object)
                                           : NULL;
}

static void
tkb_record_editor_grab_focus (TkbFieldEditor *editor)
{
  TkbRecordEditor *self = TKB_RECORD_EDITOR (editor);

  if (self->editors->len > 0)
    tkb_field_editor_focus (self->editors->pdata[0]);
}

/* Short fields stand side by side where there is room. */
static gboolean
is_short (TkbField *field)
{
  switch (tkb_field_get_field_type (field))
    {
    case TKB_FIELD_DATE:
    case TKB_FIELD_INTEGER:
    case TKB_FIELD_NUMBER:
    case TKB_FIELD_BOOLEAN:
      return TRUE;
    default:
      return FALSE;
    }
}

/* The members of a figure, which are the same in every kind. (element-type TkbField) */
static GPtrArray *
make_figure_fields (void)
{
  static const struct
  {
    const char  *code;
    TkbFieldType type;
    const char  *label;
  } members[] = {
    { "label", TKB_FIELD_STRING, N_ ("What it counts") },
    { "value", TKB_FIELD_NUMBER, N_ ("Value") },
    { "unit", TKB_FIELD_STRING, N_ ("Unit") },
    { "currency", TKB_FIELD_STRING, N_ ("Currency") },
    { "text", TKB_FIELD_STRING, N_ ("As the source states it") },
    { "as_of", TKB_FIELD_DATE, N_ ("As of") },
    { "verified", TKB_FIELD_BOOLEAN, N_ ("Verified") },
    { "source", TKB_FIELD_STRING, N_ ("Source") },
    { "caveat", TKB_FIELD_STRING, N_ ("Caveat") },
  };
  GPtrArray *fields = g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_field_unref);

  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    g_ptr_array_add (fields, tkb_field_new (members[i].code, members[i].type, members[i].label));
  return fields;
}

static GPtrArray *
dup_fields (TkbField *field)
{
  GPtrArray *fields = tkb_field_get_fields (field);

  if (tkb_field_get_field_type (field) == TKB_FIELD_FIGURE)
    return make_figure_fields ();
  return fields != NULL ? g_ptr_array_ref (fields) : g_ptr_array_new ();
}

static void
tkb_record_editor_constructed (GObject *object)
{
  TkbRecordEditor *self = TKB_RECORD_EDITOR (object);
  TkbFieldEditor  *editor = TKB_FIELD_EDITOR (object);
  GtkWidget       *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 10);
  GtkWidget       *line = NULL;
  g_autoptr (GPtrArray) fields = NULL;

  G_OBJECT_CLASS (tkb_record_editor_parent_class)->constructed (object);
  fields = dup_fields (tkb_field_editor_get_field (editor));
  for (guint i = 0; i < fields->len; i++)
    {
      TkbFieldEditor *member =
          tkb_field_editor_new (tkb_field_editor_get_library (editor), fields->pdata[i]);

      g_ptr_array_add (self->editors, member);
      g_signal_connect_swapped (member, "changed", G_CALLBACK (tkb_field_editor_changed), self);
      if (!is_short (fields->pdata[i]))
        line = NULL;
      else if (line == NULL)
        {
          line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 16);
          gtk_box_append (GTK_BOX (box), line);
        }
      gtk_box_append (GTK_BOX (line != NULL ? line : box), GTK_WIDGET (member));
    }
  gtk_widget_add_css_class (box, "record");
  tkb_field_editor_set_control (editor, box, NULL);
}

static void
tkb_record_editor_finalize (GObject *object)
{
  TkbRecordEditor *self = TKB_RECORD_EDITOR (object);

  g_ptr_array_unref (self->editors);
  json_object_unref (self->object);
  G_OBJECT_CLASS (tkb_record_editor_parent_class)->finalize (object);
}

static void
tkb_record_editor_class_init (TkbRecordEditorClass *klass)
{
  G_OBJECT_CLASS (klass)->constructed = tkb_record_editor_constructed;
  G_OBJECT_CLASS (klass)->finalize = tkb_record_editor_finalize;
  TKB_FIELD_EDITOR_CLASS (klass)->set_node = tkb_record_editor_set_node;
  TKB_FIELD_EDITOR_CLASS (klass)->get_node = tkb_record_editor_get_node;
  TKB_FIELD_EDITOR_CLASS (klass)->grab_focus = tkb_record_editor_grab_focus;
}

static void
tkb_record_editor_init (TkbRecordEditor *self)
{
  self->editors = g_ptr_array_new ();
  self->object = json_object_new ();
}
