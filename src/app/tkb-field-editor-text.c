/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Several lines: plain text, or Markdown with colours and a preview. */

#include "config.h"

#include <gtksourceview/gtksource.h>

#include "tkb-field-editor.h"
#include "tkb-json.h"
#include "tkb-markdown-view.h"

#define TKB_TYPE_TEXT_EDITOR (tkb_text_editor_get_type ())
G_DECLARE_FINAL_TYPE (TkbTextEditor, tkb_text_editor, TKB, TEXT_EDITOR, TkbFieldEditor)

struct _TkbTextEditor
{
  TkbFieldEditor parent_instance;

  GtkTextView   *view;         /* (unowned): a child */
  GtkTextBuffer *buffer;       /* (unowned): of the view */
  GtkStack      *stack;        /* (unowned) (nullable): a child, of Markdown fields */
  GtkWidget     *preview;      /* (unowned) (nullable): a child */
  gulong         dark_handler; /* on the style manager */
  gboolean       is_filling;
};

G_DEFINE_FINAL_TYPE (TkbTextEditor, tkb_text_editor, TKB_TYPE_FIELD_EDITOR)

static char *
get_text (TkbTextEditor *self)
{
  GtkTextIter start, end;

  gtk_text_buffer_get_bounds (self->buffer, &start, &end);
  return gtk_text_buffer_get_text (self->buffer, &start, &end, TRUE);
}

static void
buffer_changed_cb (TkbTextEditor *self)
{
  tkb_field_editor_set_count (TKB_FIELD_EDITOR (self),
                              gtk_text_buffer_get_char_count (self->buffer));
  if (!self->is_filling)
    tkb_field_editor_changed (TKB_FIELD_EDITOR (self));
}

static void
preview_toggled_cb (GtkToggleButton *button, TkbTextEditor *self)
{
  gboolean is_shown = gtk_toggle_button_get_active (button);

  if (is_shown)
    {
      g_autofree char *text = get_text (self);

      tkb_markdown_view_set_text (TKB_MARKDOWN_VIEW (self->preview), text);
    }
  gtk_stack_set_visible_child_name (self->stack, is_shown ? "preview" : "source");
}

static void
apply_style (TkbTextEditor *self)
{
  gboolean is_dark = adw_style_manager_get_dark (adw_style_manager_get_default ());

  gtk_source_buffer_set_style_scheme (
      GTK_SOURCE_BUFFER (self->buffer),
      gtk_source_style_scheme_manager_get_scheme (gtk_source_style_scheme_manager_get_default (),
                                                  is_dark ? "Adwaita-dark" : "Adwaita"));
}

static GtkWidget *
make_markdown (TkbTextEditor *self)
{
  GtkSourceBuffer *buffer =
      gtk_source_buffer_new_with_language (gtk_source_language_manager_get_language (
          gtk_source_language_manager_get_default (), "markdown"));
  GtkWidget *view = gtk_source_view_new_with_buffer (buffer);

  self->buffer = GTK_TEXT_BUFFER (buffer);
  apply_style (self);
  self->dark_handler = g_signal_connect_object (adw_style_manager_get_default (), "notify::dark",
                                                G_CALLBACK (apply_style), self, G_CONNECT_SWAPPED);
  g_object_unref (buffer);
  return view;
}

static GtkWidget *
make_frame (GtkWidget *view, int min_height)
{
  GtkWidget *scroller = gtk_scrolled_window_new ();

  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_min_content_height (GTK_SCROLLED_WINDOW (scroller), min_height);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scroller), 420);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scroller), TRUE);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), view);
  gtk_widget_add_css_class (scroller, "text-frame");
  return scroller;
}

/* Source and preview on one place, with a button that switches. */
static GtkWidget *
add_preview (TkbTextEditor *self, GtkWidget *frame)
{
  GtkWidget *overlay = gtk_overlay_new ();
  GtkWidget *button = gtk_toggle_button_new ();

  self->stack = GTK_STACK (gtk_stack_new ());
  gtk_stack_set_vhomogeneous (self->stack, FALSE);
  self->preview = tkb_markdown_view_new ("");
  gtk_widget_add_css_class (self->preview, "markdown");
  gtk_widget_add_css_class (self->preview, "text-preview");
  gtk_stack_add_named (self->stack, frame, "source");
  gtk_stack_add_named (self->stack, self->preview, "preview");
  gtk_overlay_set_child (GTK_OVERLAY (overlay), GTK_WIDGET (self->stack));
  gtk_button_set_icon_name (GTK_BUTTON (button), "view-reveal-symbolic");
  gtk_widget_set_tooltip_text (button, _ ("Preview"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Preview"), -1);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "preview-button");
  gtk_widget_set_halign (button, GTK_ALIGN_END);
  gtk_widget_set_valign (button, GTK_ALIGN_START);
  g_signal_connect (button, "toggled", G_CALLBACK (preview_toggled_cb), self);
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), button);
  return overlay;
}

static void
tkb_text_editor_set_node (TkbFieldEditor *editor, JsonNode *node)
{
  TkbTextEditor   *self = TKB_TEXT_EDITOR (editor);
  g_autofree char *text = NULL;

  if (node != NULL &&
      !(JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING))
    text = tkb_json_to_canonical (node, NULL);
  else
    text = g_strdup (node != NULL ? json_node_get_string (node) : "");
  self->is_filling = TRUE;
  gtk_text_buffer_begin_irreversible_action (self->buffer);
  gtk_text_buffer_set_text (self->buffer, text, -1);
  gtk_text_buffer_end_irreversible_action (self->buffer);
  self->is_filling = FALSE;
}

static JsonNode *
tkb_text_editor_get_node (TkbFieldEditor *editor)
{
  g_autofree char *text = get_text (TKB_TEXT_EDITOR (editor));
  g_autofree char *stripped = g_strstrip (g_strdup (text));

  return *stripped != '\0' ? json_node_init_string (json_node_alloc (), text) : NULL;
}

static void
tkb_text_editor_grab_focus (TkbFieldEditor *editor)
{
  gtk_widget_grab_focus (GTK_WIDGET (TKB_TEXT_EDITOR (editor)->view));
}

static void
tkb_text_editor_constructed (GObject *object)
{
  TkbTextEditor *self = TKB_TEXT_EDITOR (object);
  TkbField      *field;
  gboolean       is_markdown;
  gboolean       is_summary;
  GtkWidget     *view;
  GtkWidget     *frame;

  G_OBJECT_CLASS (tkb_text_editor_parent_class)->constructed (object);
  field = tkb_field_editor_get_field (TKB_FIELD_EDITOR (self));
  is_markdown = tkb_field_get_field_type (field) == TKB_FIELD_MARKDOWN;
  is_summary = tkb_field_get_max_chars (field) != 0 && tkb_field_get_max_chars (field) <= 500;
  view = is_markdown ? make_markdown (self) : gtk_text_view_new ();
  self->view = GTK_TEXT_VIEW (view);
  self->buffer = gtk_text_view_get_buffer (self->view);
  gtk_text_view_set_wrap_mode (self->view, GTK_WRAP_WORD_CHAR);
  gtk_text_view_set_accepts_tab (self->view, FALSE);
  gtk_text_view_set_top_margin (self->view, 8);
  gtk_text_view_set_bottom_margin (self->view, 8);
  gtk_text_view_set_left_margin (self->view, 10);
  gtk_text_view_set_right_margin (self->view, is_markdown ? 40 : 10);
  g_signal_connect_swapped (self->buffer, "changed", G_CALLBACK (buffer_changed_cb), self);
  frame = make_frame (view, is_markdown ? 150 : is_summary ? 66 : 56);
  tkb_field_editor_set_control (TKB_FIELD_EDITOR (self),
                                is_markdown ? add_preview (self, frame) : frame, view);
}

static void
tkb_text_editor_class_init (TkbTextEditorClass *klass)
{
  TkbFieldEditorClass *editor_class = TKB_FIELD_EDITOR_CLASS (klass);

  G_OBJECT_CLASS (klass)->constructed = tkb_text_editor_constructed;
  editor_class->set_node = tkb_text_editor_set_node;
  editor_class->get_node = tkb_text_editor_get_node;
  editor_class->grab_focus = tkb_text_editor_grab_focus;
}

static void
tkb_text_editor_init (TkbTextEditor *self)
{
}
