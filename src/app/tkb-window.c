/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-window.h"

#include "tkb-conflict-dialog.h"
#include "tkb-editor.h"
#include "tkb-pane.h"
#include "tkb-reading-page.h"
#include "tkb-result-list.h"
#include "tkb-sidebar.h"
#include "tkb-welcome.h"

struct _TkbWindow
{
  AdwApplicationWindow parent_instance;

  TkbLibrary *library; /* (owned) */

  AdwToastOverlay *toasts;
  AdwLeaflet      *outer;
  AdwLeaflet      *inner;
  GtkStack        *page_stack;
  TkbSidebar      *sidebar;
  TkbResultList   *list;
  TkbReadingPage  *reading;
  AdwBin          *editor_bin;
  GtkInfoBar      *read_only_bar;
};

G_DEFINE_FINAL_TYPE (TkbWindow, tkb_window, ADW_TYPE_APPLICATION_WINDOW)

static void
show_pane (TkbWindow *self, const char *name)
{
  if (g_str_equal (name, "sidebar"))
    {
      adw_leaflet_set_visible_child_name (self->outer, "sidebar");
      return;
    }
  adw_leaflet_set_visible_child_name (self->outer, "content");
  adw_leaflet_set_visible_child_name (self->inner, name);
}

/* The editor has saved all: unless it was called back meanwhile, it goes. */
static void
drop_editor_cb (gpointer user_data)
{
  GtkRoot   *root = gtk_widget_get_root (GTK_WIDGET (user_data));
  TkbWindow *self;

  if (!TKB_IS_WINDOW (root))
    return;
  self = TKB_WINDOW (root);
  if (adw_bin_get_child (self->editor_bin) == user_data &&
      gtk_stack_get_visible_child (self->page_stack) != GTK_WIDGET (self->editor_bin))
    adw_bin_set_child (self->editor_bin, NULL);
}

static void
show_reading (TkbWindow *self)
{
  GtkWidget *focus = gtk_root_get_focus (GTK_ROOT (self));
  GtkWidget *editor = adw_bin_get_child (self->editor_bin);

  if (TKB_IS_EDITOR (editor))
    tkb_editor_finish (TKB_EDITOR (editor), drop_editor_cb, editor);

  gtk_stack_set_visible_child (self->page_stack, GTK_WIDGET (self->reading));
  show_pane (self, "page");
  if (adw_leaflet_get_folded (self->inner))
    tkb_reading_page_focus (self->reading);
  /* a leaflet moves the focus to its visible child, but the arrow keys go on through the list */
  else if (focus != NULL && gtk_widget_is_ancestor (focus, GTK_WIDGET (self->list)))
    gtk_window_set_focus (GTK_WINDOW (self), focus);
}

static void
update_decoration (TkbWindow *self)
{
  gboolean outer_folded = adw_leaflet_get_folded (self->outer);
  gboolean inner_folded = adw_leaflet_get_folded (self->inner);

  tkb_sidebar_set_show_end_buttons (self->sidebar, outer_folded);
  tkb_result_list_set_folded (self->list, outer_folded, inner_folded);
  tkb_reading_page_set_folded (self->reading, outer_folded, inner_folded);
}

/* ---- actions ---- */

static void
show_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  TkbWindow *self = TKB_WINDOW (widget);

  tkb_result_list_show (self->list, g_variant_get_string (parameter, NULL));
  show_pane (self, "list");
}

static void
open_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  tkb_window_open_document (TKB_WINDOW (widget), g_variant_get_string (parameter, NULL));
}

/* A document chosen from the list, as against one that a page led to. */
static void
read_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  TkbWindow *self = TKB_WINDOW (widget);

  const char *id = g_variant_get_string (parameter, NULL);

  tkb_result_list_set_current (self->list, id);
  tkb_reading_page_start (self->reading, id);
  show_reading (self);
}

static void
open_revision_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  TkbWindow  *self = TKB_WINDOW (widget);
  const char *id;
  const char *rev;

  g_variant_get (parameter, "(&s&s)", &id, &rev);
  tkb_reading_page_open_revision (self->reading, id, rev);
  show_reading (self);
}

static void
resolve_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  TkbWindow   *self = TKB_WINDOW (widget);
  TkbDocument *document = tkb_reading_page_get_document (self->reading);

  if (document != NULL)
    tkb_conflict_dialog_present (GTK_WINDOW (self), self->library, tkb_document_get_id (document));
}

static void
favourite_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  tkb_reading_page_toggle_favourite (TKB_WINDOW (widget)->reading);
}

/* All documents that have a code: from a tag on a page. */
static void
filter_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  TkbWindow  *self = TKB_WINDOW (widget);
  const char *field;
  const char *code;

  g_variant_get (parameter, "(&s&s)", &field, &code);
  tkb_sidebar_select (self->sidebar, "all");
  tkb_result_list_show_filtered (self->list, "all", field, code);
  show_pane (self, "list");
}

static void
focus_page_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  tkb_reading_page_focus (TKB_WINDOW (widget)->reading);
}

static void
search_all_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  TkbWindow *self = TKB_WINDOW (widget);

  tkb_sidebar_select (self->sidebar, "all");
  tkb_result_list_show (self->list, "all");
}

static void
back_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  TkbWindow *self = TKB_WINDOW (widget);

  if (gtk_stack_get_visible_child (self->page_stack) == GTK_WIDGET (self->reading) &&
      tkb_reading_page_go_back (self->reading))
    return;
  if (adw_leaflet_get_folded (self->inner) &&
      adw_leaflet_navigate (self->inner, ADW_NAVIGATION_DIRECTION_BACK))
    return;
  if (adw_leaflet_get_folded (self->outer))
    adw_leaflet_navigate (self->outer, ADW_NAVIGATION_DIRECTION_BACK);
}

static void
search_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  TkbWindow *self = TKB_WINDOW (widget);

  show_pane (self, "list");
  tkb_result_list_focus_search (self->list);
}

static void
menu_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  TkbWindow *self = TKB_WINDOW (widget);

  show_pane (self, "sidebar");
  tkb_sidebar_popup_menu (self->sidebar);
}

static void
new_menu_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  TkbWindow *self = TKB_WINDOW (widget);

  show_pane (self, "list");
  tkb_result_list_popup_new (self->list);
}

static void
editor_closed_cb (TkbEditor *editor, const char *id, TkbWindow *self)
{
  tkb_window_close_editor (self);
  if (id != NULL)
    tkb_window_open_document (self, id);
  else if (adw_leaflet_get_folded (self->inner))
    show_pane (self, "list");
}

static void
show_new_editor (TkbWindow *self, TkbDocument *existing, const char *kind)
{
  GtkWidget *editor;

  if (tkb_catalog_get_kind (tkb_library_get_catalog (self->library), kind) == NULL)
    {
      tkb_window_add_toast (self, adw_toast_new (_ ("This program has no form for this kind")));
      return;
    }
  /* one that could not save its text is not thrown away */
  if (adw_bin_get_child (self->editor_bin) != NULL)
    {
      gtk_stack_set_visible_child (self->page_stack, GTK_WIDGET (self->editor_bin));
      show_pane (self, "page");
      return;
    }
  editor = tkb_editor_new (self->library, existing, kind);
  g_signal_connect (editor, "closed", G_CALLBACK (editor_closed_cb), self);
  tkb_window_show_editor (self, editor);
  tkb_editor_focus (TKB_EDITOR (editor));
}

/* parameter: the code of the kind */
static void
new_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  show_new_editor (TKB_WINDOW (widget), NULL, g_variant_get_string (parameter, NULL));
}

static void
edit_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  TkbWindow   *self = TKB_WINDOW (widget);
  TkbDocument *document = tkb_reading_page_get_document (self->reading);

  if (document != NULL)
    show_new_editor (self, document, tkb_document_get_kind (document));
}

/* ---- class ---- */

static void
library_is_open_cb (TkbWindow *self)
{
  gboolean is_open = tkb_library_is_open (self->library);
  gboolean is_read_only = tkb_library_is_read_only (self->library);
  gboolean may_write = is_open && !is_read_only;

  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.new", may_write);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.new-menu", may_write);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.edit", may_write);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.favourite", may_write);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.resolve", may_write);
  gtk_info_bar_set_revealed (self->read_only_bar, is_open && is_read_only);
  if (is_open && tkb_library_is_new (self->library))
    tkb_welcome_present (GTK_WINDOW (self), self->library);
}

/* ---- size, remembered ---- */

static void
restore_size (TkbWindow *self)
{
  GSettings *settings = tkb_library_get_settings (self->library);

  if (settings == NULL)
    return;
  gtk_window_set_default_size (GTK_WINDOW (self), g_settings_get_int (settings, "window-width"),
                               g_settings_get_int (settings, "window-height"));
  if (g_settings_get_boolean (settings, "window-maximized"))
    gtk_window_maximize (GTK_WINDOW (self));
}

static void
save_size (TkbWindow *self)
{
  GSettings *settings = tkb_library_get_settings (self->library);
  int        width, height;

  if (settings == NULL)
    return;
  gtk_window_get_default_size (GTK_WINDOW (self), &width, &height);
  g_settings_set_int (settings, "window-width", MAX (width, 360));
  g_settings_set_int (settings, "window-height", MAX (height, 294));
  g_settings_set_boolean (settings, "window-maximized",
                          gtk_window_is_maximized (GTK_WINDOW (self)));
}

static void
destroy_window (gpointer user_data)
{
  gtk_window_destroy (GTK_WINDOW (user_data));
}

static gboolean
tkb_window_close_request (GtkWindow *window)
{
  GtkWidget *editor = adw_bin_get_child (TKB_WINDOW (window)->editor_bin);

  save_size (TKB_WINDOW (window));
  if (TKB_IS_EDITOR (editor) && !tkb_editor_is_saved (TKB_EDITOR (editor)))
    {
      tkb_editor_finish (TKB_EDITOR (editor), destroy_window, window);
      return TRUE;
    }
  return GTK_WINDOW_CLASS (tkb_window_parent_class)->close_request (window);
}

static void
tkb_window_dispose (GObject *object)
{
  TkbWindow *self = TKB_WINDOW (object);

  if (self->library != NULL)
    g_signal_handlers_disconnect_by_data (self->library, self);
  g_clear_object (&self->library);
  G_OBJECT_CLASS (tkb_window_parent_class)->dispose (object);
}

static void
tkb_window_class_init (TkbWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = tkb_window_dispose;

  GTK_WINDOW_CLASS (klass)->close_request = tkb_window_close_request;

  g_type_ensure (TKB_TYPE_PANE);
  g_type_ensure (TKB_TYPE_SIDEBAR);
  g_type_ensure (TKB_TYPE_RESULT_LIST);
  g_type_ensure (TKB_TYPE_READING_PAGE);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/example/TiscKB/ui/tkb-window.ui");
  gtk_widget_class_bind_template_child (widget_class, TkbWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, TkbWindow, outer);
  gtk_widget_class_bind_template_child (widget_class, TkbWindow, inner);
  gtk_widget_class_bind_template_child (widget_class, TkbWindow, page_stack);
  gtk_widget_class_bind_template_child (widget_class, TkbWindow, sidebar);
  gtk_widget_class_bind_template_child (widget_class, TkbWindow, list);
  gtk_widget_class_bind_template_child (widget_class, TkbWindow, reading);
  gtk_widget_class_bind_template_child (widget_class, TkbWindow, editor_bin);
  gtk_widget_class_bind_template_child (widget_class, TkbWindow, read_only_bar);

  gtk_widget_class_install_action (widget_class, "win.show", "s", show_action);
  gtk_widget_class_install_action (widget_class, "win.open", "s", open_action);
  gtk_widget_class_install_action (widget_class, "win.read", "s", read_action);
  gtk_widget_class_install_action (widget_class, "win.open-revision", "(ss)", open_revision_action);
  gtk_widget_class_install_action (widget_class, "win.focus-page", NULL, focus_page_action);
  gtk_widget_class_install_action (widget_class, "win.filter", "(ss)", filter_action);
  gtk_widget_class_install_action (widget_class, "win.search-all", NULL, search_all_action);
  gtk_widget_class_install_action (widget_class, "win.resolve", NULL, resolve_action);
  gtk_widget_class_install_action (widget_class, "win.favourite", NULL, favourite_action);
  gtk_widget_class_install_action (widget_class, "win.back", NULL, back_action);
  gtk_widget_class_install_action (widget_class, "win.search", NULL, search_action);
  gtk_widget_class_install_action (widget_class, "win.menu", NULL, menu_action);
  gtk_widget_class_install_action (widget_class, "win.new-menu", NULL, new_menu_action);
  gtk_widget_class_install_action (widget_class, "win.new", "s", new_action);
  gtk_widget_class_install_action (widget_class, "win.edit", NULL, edit_action);
}

static void
tkb_window_init (TkbWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_swapped (self->outer, "notify::folded", G_CALLBACK (update_decoration), self);
  g_signal_connect_swapped (self->inner, "notify::folded", G_CALLBACK (update_decoration), self);
  adw_leaflet_set_visible_child_name (self->outer, "content");
  adw_leaflet_set_visible_child_name (self->inner, "list");
  update_decoration (self);
}

/**
 * tkb_window_new:
 * @library: may still be closed: the window fills when it opens
 *
 * Returns: (transfer none): the window; the application owns it
 */
TkbWindow *
tkb_window_new (GtkApplication *application, TkbLibrary *library)
{
  TkbWindow *self = g_object_new (TKB_TYPE_WINDOW, "application", application, NULL);

  self->library = g_object_ref (library);
  restore_size (self);
  tkb_sidebar_set_library (self->sidebar, library);
  tkb_result_list_set_library (self->list, library);
  tkb_reading_page_set_library (self->reading, library);
  g_signal_connect_swapped (library, "notify::is-open", G_CALLBACK (library_is_open_cb), self);
  library_is_open_cb (self);
  return self;
}

TkbLibrary *
tkb_window_get_library (TkbWindow *self)
{
  g_return_val_if_fail (TKB_IS_WINDOW (self), NULL);
  return self->library;
}

/**
 * tkb_window_open_document:
 * @id: of a document; one that is not in the store is said to be missing
 */
void
tkb_window_open_document (TkbWindow *self, const char *id)
{
  g_return_if_fail (TKB_IS_WINDOW (self));

  tkb_result_list_set_current (self->list, id);
  tkb_reading_page_open (self->reading, id);
  show_reading (self);
}

/**
 * tkb_window_show_editor:
 * @editor: a widget with a header bar of its own
 */
void
tkb_window_show_editor (TkbWindow *self, GtkWidget *editor)
{
  g_return_if_fail (TKB_IS_WINDOW (self));

  adw_bin_set_child (self->editor_bin, editor);
  gtk_stack_set_visible_child (self->page_stack, GTK_WIDGET (self->editor_bin));
  show_pane (self, "page");
}

/**
 * tkb_window_close_editor:
 *
 * Drops the editor and shows the reading page again.
 */
void
tkb_window_close_editor (TkbWindow *self)
{
  g_return_if_fail (TKB_IS_WINDOW (self));

  gtk_stack_set_visible_child (self->page_stack, GTK_WIDGET (self->reading));
  adw_bin_set_child (self->editor_bin, NULL);
}

void
tkb_window_add_toast (TkbWindow *self, AdwToast *toast)
{
  g_return_if_fail (TKB_IS_WINDOW (self));
  adw_toast_overlay_add_toast (self->toasts, toast);
}
