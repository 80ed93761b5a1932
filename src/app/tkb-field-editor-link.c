/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* A link to another document: its title on a button that opens a search, what it is to this one,
 * the query that was typed there, and a remark. Relations are asked for between documents, queries
 * of search systems; either is shown where it is set already. */

#include "config.h"

#include "tkb-field-editor.h"
#include "tkb-json.h"
#include "tkb-search.h"
#include "tkb-text.h"

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
  GtkEditable  *query;       /* (unowned): a child */
  GtkDropDown  *relation;    /* (unowned): a child */
  GPtrArray    *relations;   /* (owned) (element-type utf8): codes, as in the list; "": none */
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

/* text "": takes the member away */
static void
set_member (TkbLinkEditor *self, const char *member, const char *text)
{
  if (self->is_filling)
    return;
  if (*text != '\0')
    json_object_set_string_member (self->object, member, text);
  else
    json_object_remove_member (self->object, member);
  tkb_field_editor_changed (TKB_FIELD_EDITOR (self));
}

static void
note_changed_cb (TkbLinkEditor *self)
{
  set_member (self, "note", gtk_editable_get_text (self->note));
}

static void
query_changed_cb (TkbLinkEditor *self)
{
  set_member (self, "query", gtk_editable_get_text (self->query));
}

static void
relation_changed_cb (TkbLinkEditor *self)
{
  guint index = gtk_drop_down_get_selected (self->relation);

  if (index < self->relations->len)
    set_member (self, "relation", self->relations->pdata[index]);
}

/* The terms of the vocabulary, and current where it is none of them. */
static void
show_relation (TkbLinkEditor *self, const char *current)
{
  TkbFieldEditor *editor = TKB_FIELD_EDITOR (self);
  TkbVocabulary  *vocabulary = tkb_catalog_get_vocabulary (
       tkb_library_get_catalog (tkb_field_editor_get_library (editor)), "relation");
  g_autoptr (GtkStringList) labels = gtk_string_list_new (NULL);
  guint n = vocabulary != NULL ? tkb_vocabulary_get_n_terms (vocabulary) : 0;
  guint selected = 0;

  g_ptr_array_set_size (self->relations, 0);
  g_ptr_array_add (self->relations, g_strdup (""));
  gtk_string_list_append (labels, C_ ("relation", "Not said"));
  for (guint i = 0; i < n; i++)
    {
      const char *code = tkb_vocabulary_get_code (vocabulary, i);

      g_ptr_array_add (self->relations, g_strdup (code));
      gtk_string_list_append (labels,
                              tkb_text_translate (tkb_vocabulary_get_label (vocabulary, code)));
    }
  if (*current != '\0' &&
      !g_ptr_array_find_with_equal_func (self->relations, current, g_str_equal, NULL))
    {
      g_ptr_array_add (self->relations, g_strdup (current));
      gtk_string_list_append (labels, current);
    }
  g_ptr_array_find_with_equal_func (self->relations, current, g_str_equal, &selected);
  gtk_drop_down_set_model (self->relation, G_LIST_MODEL (labels));
  gtk_drop_down_set_selected (self->relation, selected);
}

static void
tkb_link_editor_set_node (TkbFieldEditor *editor, JsonNode *node)
{
  TkbLinkEditor *self = TKB_LINK_EDITOR (editor);
  const char    *kind = kind_for (tkb_field_editor_get_field (editor));
  const char    *query, *relation;

  g_clear_pointer (&self->object, json_object_unref);
  self->object = node != NULL && JSON_NODE_HOLDS_OBJECT (node)
                     ? tkb_json_object_copy (json_node_get_object (node))
                     : json_object_new ();
  self->is_filling = TRUE;
  query = tkb_json_get_string (self->object, "query", "");
  relation = tkb_json_get_string (self->object, "relation", "");
  gtk_editable_set_text (self->note, tkb_json_get_string (self->object, "note", ""));
  gtk_editable_set_text (self->query, query);
  show_relation (self, relation);
  gtk_widget_set_visible (GTK_WIDGET (self->query),
                          g_strcmp0 (kind, "system") == 0 || *query != '\0');
  gtk_widget_set_visible (GTK_WIDGET (self->relation), kind == NULL || *relation != '\0');
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

/* format: of the name for screen readers, with the field's label */
static GtkEditable *
make_entry (TkbLinkEditor *self, const char *placeholder, const char *format, GCallback callback)
{
  GtkWidget       *entry = gtk_entry_new ();
  g_autofree char *name =
      g_strdup_printf (format, tkb_field_editor_get_label (TKB_FIELD_EDITOR (self)));

  gtk_entry_set_placeholder_text (GTK_ENTRY (entry), placeholder);
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_signal_connect_swapped (entry, "changed", callback, self);
  return GTK_EDITABLE (entry);
}

static void
tkb_link_editor_constructed (GObject *object)
{
  TkbLinkEditor   *self = TKB_LINK_EDITOR (object);
  TkbFieldEditor  *editor = TKB_FIELD_EDITOR (object);
  GtkWidget       *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  g_autofree char *name = NULL;

  G_OBJECT_CLASS (tkb_link_editor_parent_class)->constructed (object);
  self->label = gtk_label_new (NULL);
  gtk_label_set_ellipsize (GTK_LABEL (self->label), PANGO_ELLIPSIZE_END);
  gtk_label_set_xalign (GTK_LABEL (self->label), 0);
  self->button = gtk_menu_button_new ();
  gtk_menu_button_set_child (GTK_MENU_BUTTON (self->button), self->label);
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (self->button), make_popover (self));
  self->relation = GTK_DROP_DOWN (gtk_drop_down_new (NULL, NULL));
  gtk_widget_set_halign (GTK_WIDGET (self->relation), GTK_ALIGN_START);
  name = g_strdup_printf (_ ("%s: relation"), tkb_field_editor_get_label (editor));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->relation), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  name, -1);
  g_signal_connect_swapped (self->relation, "notify::selected", G_CALLBACK (relation_changed_cb),
                            self);
  self->query = make_entry (self, _ ("Query, as it was typed there"), _ ("%s: query"),
                            G_CALLBACK (query_changed_cb));
  gtk_widget_add_css_class (GTK_WIDGET (self->query), "code");
  self->note = make_entry (self, _ ("Remark"), _ ("%s: remark"), G_CALLBACK (note_changed_cb));
  gtk_box_append (GTK_BOX (box), self->button);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->relation));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->query));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->note));
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
  g_ptr_array_unref (TKB_LINK_EDITOR (object)->relations);
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
  self->relations = g_ptr_array_new_with_free_func (g_free);
}
