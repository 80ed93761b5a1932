/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* A link to another document: its title on a button that opens a search, and a remark. The members
 * that are not edited here (relation, query) are kept. */

#include "config.h"

#include "tkb-field-editor.h"
#include "tkb-json.h"
#include "tkb-search.h"

/* rows in the popover: more are found by typing on */
#define MAX_ROWS 12

#define TKB_TYPE_LINK_EDITOR (tkb_link_editor_get_type ())
G_DECLARE_FINAL_TYPE (TkbLinkEditor, tkb_link_editor, TKB, LINK_EDITOR, TkbFieldEditor)

struct _TkbLinkEditor
{
  TkbFieldEditor parent_instance;

  GtkWidget    *button;      /* (unowned): a child */
  GtkWidget    *label;       /* (unowned): in the button */
  GtkWidget    *popover;     /* (unowned): of the button */
  GtkWidget    *entry;       /* (unowned): in the popover */
  GtkListBox   *list;        /* (unowned): in the popover */
  GtkEditable  *note;        /* (unowned): a child */
  JsonObject   *object;      /* (owned) */
  GCancellable *cancellable; /* (owned) (nullable): of the request under way */
  gboolean      is_filling;
};

G_DEFINE_FINAL_TYPE (TkbLinkEditor, tkb_link_editor, TKB_TYPE_FIELD_EDITOR)

static GCancellable *
restart (TkbLinkEditor *self)
{
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  return self->cancellable;
}

static void
show_title (TkbLinkEditor *self, const char *title)
{
  g_autofree char *name =
      g_strdup_printf ("%s: %s", tkb_field_editor_get_label (TKB_FIELD_EDITOR (self)), title);

  gtk_label_set_text (GTK_LABEL (self->label), title);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  name, -1);
}

static void
looked_up_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TkbLinkEditor) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GHashTable) documents =
      tkb_library_look_up_finish (TKB_LIBRARY (source), result, &error);
  const char  *id;
  TkbDocument *document;

  if (documents == NULL)
    return;
  id = tkb_json_get_string (self->object, "document", "");
  document = g_hash_table_lookup (documents, id);
  if (document != NULL)
    show_title (self,
                tkb_document_get_title (document, tkb_library_get_language (TKB_LIBRARY (source))));
}

static void
show_document (TkbLinkEditor *self)
{
  const char *id = tkb_json_get_string (self->object, "document", NULL);
  const char *ids[] = { id, NULL };

  show_title (self, id != NULL ? id : _ ("Choose a Document…"));
  if (id != NULL)
    tkb_library_look_up_async (tkb_field_editor_get_library (TKB_FIELD_EDITOR (self)), ids,
                               restart (self), looked_up_cb, g_object_ref (self));
}

static void
row_activated_cb (GtkListBox *list, GtkListBoxRow *row, TkbLinkEditor *self)
{
  json_object_set_string_member (self->object, "document",
                                 g_object_get_data (G_OBJECT (row), "id"));
  gtk_popover_popdown (GTK_POPOVER (self->popover));
  show_document (self);
  tkb_field_editor_changed (TKB_FIELD_EDITOR (self));
}

static void
found_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TkbLinkEditor) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbSearchResults) results =
      tkb_search_run_finish (TKB_SEARCH (source), result, &error);
  GtkListBoxRow *old;
  guint          n;

  if (results == NULL)
    return;
  while ((old = gtk_list_box_get_row_at_index (self->list, 0)) != NULL)
    gtk_list_box_remove (self->list, GTK_WIDGET (old));
  n = MIN (MAX_ROWS, g_list_model_get_n_items (G_LIST_MODEL (results)));
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (TkbSearchHit) hit = g_list_model_get_item (G_LIST_MODEL (results), i);
      GtkWidget *row = gtk_list_box_row_new ();
      GtkWidget *title = gtk_label_new (tkb_search_hit_get_title (hit));

      gtk_label_set_xalign (GTK_LABEL (title), 0);
      gtk_label_set_ellipsize (GTK_LABEL (title), PANGO_ELLIPSIZE_END);
      gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), title);
      gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                      tkb_search_hit_get_title (hit), -1);
      g_object_set_data_full (G_OBJECT (row), "id", g_strdup (tkb_search_hit_get_id (hit)), g_free);
      gtk_list_box_append (self->list, row);
    }
}

/* Links named for systems offer systems, and so on; related documents offer all. */
static const char *
kind_for (TkbField *field)
{
  const char *code = tkb_field_get_code (field);

  if (strstr (code, "system") != NULL)
    return "system";
  if (strstr (code, "guide") != NULL)
    return "guide";
  return strstr (code, "case") != NULL ? "case" : NULL;
}

static void
search_changed_cb (TkbLinkEditor *self)
{
  TkbLibrary *library = tkb_field_editor_get_library (TKB_FIELD_EDITOR (self));
  TkbSearch  *search = tkb_library_get_search (library);
  g_autoptr (TkbQuery) typed =
      tkb_query_new (gtk_editable_get_text (GTK_EDITABLE (self->entry)), TKB_QUERY_TYPING);
  g_autoptr (TkbQuery) query =
      tkb_query_with_kind (typed, kind_for (tkb_field_editor_get_field (TKB_FIELD_EDITOR (self))));

  if (search != NULL)
    tkb_search_run_async (search, query, tkb_library_get_language (library), restart (self),
                          found_cb, g_object_ref (self));
}

static void
popover_shown_cb (TkbLinkEditor *self)
{
  gtk_editable_set_text (GTK_EDITABLE (self->entry), "");
  gtk_widget_grab_focus (self->entry);
  search_changed_cb (self);
}

static void
note_changed_cb (TkbLinkEditor *self)
{
  const char *text = gtk_editable_get_text (self->note);

  if (self->is_filling)
    return;
  if (*text != '\0')
    json_object_set_string_member (self->object, "note", text);
  else
    json_object_remove_member (self->object, "note");
  tkb_field_editor_changed (TKB_FIELD_EDITOR (self));
}

static void
tkb_link_editor_set_node (TkbFieldEditor *editor, JsonNode *node)
{
  TkbLinkEditor *self = TKB_LINK_EDITOR (editor);

  g_clear_pointer (&self->object, json_object_unref);
  self->object = node != NULL && JSON_NODE_HOLDS_OBJECT (node)
                     ? tkb_json_object_copy (json_node_get_object (node))
                     : json_object_new ();
  self->is_filling = TRUE;
  gtk_editable_set_text (self->note, tkb_json_get_string (self->object, "note", ""));
  self->is_filling = FALSE;
  show_document (self);
}

static JsonNode *
tkb_link_editor_get_node (TkbFieldEditor *editor)
{
  TkbLinkEditor *self = TKB_LINK_EDITOR (editor);
  g_autoptr (JsonObject) copy = NULL;

  if (json_object_get_size (self->object) == 0)
    return NULL;
  copy = tkb_json_object_copy (self->object);
  return json_node_init_object (json_node_alloc (), copy);
}

static GtkWidget *
make_popover (TkbLinkEditor *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *scroller = gtk_scrolled_window_new ();

  self->popover = gtk_popover_new ();
  self->entry = gtk_search_entry_new ();
  self->list = GTK_LIST_BOX (gtk_list_box_new ());
  gtk_widget_add_css_class (GTK_WIDGET (self->list), "code-list");
  gtk_list_box_set_selection_mode (self->list, GTK_SELECTION_NONE);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scroller), 320);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scroller), TRUE);
  gtk_widget_set_size_request (scroller, 300, -1);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), GTK_WIDGET (self->list));
  gtk_box_append (GTK_BOX (box), self->entry);
  gtk_box_append (GTK_BOX (box), scroller);
  gtk_popover_set_child (GTK_POPOVER (self->popover), box);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->entry), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Find a document"), -1);
  g_signal_connect_swapped (self->popover, "map", G_CALLBACK (popover_shown_cb), self);
  g_signal_connect_swapped (self->entry, "search-changed", G_CALLBACK (search_changed_cb), self);
  g_signal_connect (self->list, "row-activated", G_CALLBACK (row_activated_cb), self);
  return self->popover;
}

static void
tkb_link_editor_constructed (GObject *object)
{
  TkbLinkEditor   *self = TKB_LINK_EDITOR (object);
  TkbFieldEditor  *editor = TKB_FIELD_EDITOR (object);
  GtkWidget       *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget       *note = gtk_entry_new ();
  g_autofree char *name = NULL;

  G_OBJECT_CLASS (tkb_link_editor_parent_class)->constructed (object);
  self->label = gtk_label_new (NULL);
  gtk_label_set_ellipsize (GTK_LABEL (self->label), PANGO_ELLIPSIZE_END);
  gtk_label_set_xalign (GTK_LABEL (self->label), 0);
  self->button = gtk_menu_button_new ();
  gtk_menu_button_set_child (GTK_MENU_BUTTON (self->button), self->label);
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (self->button), make_popover (self));
  self->note = GTK_EDITABLE (note);
  gtk_entry_set_placeholder_text (GTK_ENTRY (note), _ ("Remark"));
  name = g_strdup_printf (_ ("%s: remark"), tkb_field_editor_get_label (editor));
  gtk_accessible_update_property (GTK_ACCESSIBLE (note), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_signal_connect_swapped (note, "changed", G_CALLBACK (note_changed_cb), self);
  gtk_box_append (GTK_BOX (box), self->button);
  gtk_box_append (GTK_BOX (box), note);
  tkb_field_editor_set_control (editor, box, NULL);
}

static void
tkb_link_editor_dispose (GObject *object)
{
  TkbLinkEditor *self = TKB_LINK_EDITOR (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  G_OBJECT_CLASS (tkb_link_editor_parent_class)->dispose (object);
}

static void
tkb_link_editor_finalize (GObject *object)
{
  json_object_unref (TKB_LINK_EDITOR (object)->object);
  G_OBJECT_CLASS (tkb_link_editor_parent_class)->finalize (object);
}

static void
tkb_link_editor_class_init (TkbLinkEditorClass *klass)
{
  G_OBJECT_CLASS (klass)->constructed = tkb_link_editor_constructed;
  G_OBJECT_CLASS (klass)->dispose = tkb_link_editor_dispose;
  G_OBJECT_CLASS (klass)->finalize = tkb_link_editor_finalize;
  TKB_FIELD_EDITOR_CLASS (klass)->set_node = tkb_link_editor_set_node;
  TKB_FIELD_EDITOR_CLASS (klass)->get_node = tkb_link_editor_get_node;
}

static void
tkb_link_editor_init (TkbLinkEditor *self)
{
  self->object = json_object_new ();
}
