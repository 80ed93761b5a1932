/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-sidebar.h"

#include "tkb-sidebar-row.h"
#include "tkb-sync-status.h"

struct _TkbSidebar
{
  GtkBox parent_instance;

  TkbLibrary *library; /* (owned) (nullable) until set */

  AdwHeaderBar  *header;
  GtkMenuButton *menu_button;
  GtkListBox    *rows;
  AdwBin        *status_bin;
};

G_DEFINE_FINAL_TYPE (TkbSidebar, tkb_sidebar, GTK_TYPE_BOX)

static void
row_activated_cb (TkbSidebar *self, GtkListBoxRow *row)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.show", "s",
                              tkb_sidebar_row_get_target (TKB_SIDEBAR_ROW (row)));
}

static void
update_header_cb (GtkListBoxRow *row, GtkListBoxRow *before, gpointer user_data)
{
  const char *heading = tkb_sidebar_row_get_heading (TKB_SIDEBAR_ROW (row));
  GtkWidget  *label;

  if (heading == NULL)
    {
      gtk_list_box_row_set_header (row, NULL);
      return;
    }
  label = gtk_label_new (heading);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "sidebar-heading");
  gtk_list_box_row_set_header (row, label);
}

static TkbSidebarRow *
find_row (TkbSidebar *self, const char *target)
{
  GtkListBoxRow *row;

  for (int i = 0; (row = gtk_list_box_get_row_at_index (self->rows, i)) != NULL; i++)
    if (g_str_equal (tkb_sidebar_row_get_target (TKB_SIDEBAR_ROW (row)), target))
      return TKB_SIDEBAR_ROW (row);
  return NULL;
}

static void
set_count (TkbSidebar *self, const char *target, guint64 count)
{
  TkbSidebarRow *row = find_row (self, target);

  if (row != NULL)
    tkb_sidebar_row_set_count (row, count);
}

static void
counts_changed_cb (TkbSidebar *self)
{
  const TkbStoreCounts *counts = tkb_library_get_counts (self->library);
  GPtrArray            *kinds = tkb_catalog_get_kinds (tkb_library_get_catalog (self->library));

  if (counts == NULL)
    return;
  set_count (self, "all", counts->documents);
  set_count (self, "drafts", counts->drafts);
  set_count (self, "waiting", counts->waiting);
  set_count (self, "conflicts", counts->conflicts);
  set_count (self, "favourites", counts->favourites);
  for (guint i = 0; i < kinds->len; i++)
    {
      const char *code = tkb_kind_get_code (g_ptr_array_index (kinds, i));

      set_count (self, code, GPOINTER_TO_UINT (g_hash_table_lookup (counts->by_kind, code)));
    }
}

static TkbSidebarRow *
add_row (TkbSidebar *self, const char *target, const char *icon_name, const char *label)
{
  GtkWidget *row = tkb_sidebar_row_new (target, icon_name, label);

  gtk_list_box_append (self->rows, row);
  return TKB_SIDEBAR_ROW (row);
}

static void
fill (TkbSidebar *self)
{
  GPtrArray *kinds = tkb_catalog_get_kinds (tkb_library_get_catalog (self->library));

  add_row (self, "all", "view-grid-symbolic", _ ("All documents"));
  add_row (self, "favourites", "starred-symbolic", _ ("Favourites"));
  for (guint i = 0; i < kinds->len; i++)
    {
      TkbKind       *kind = g_ptr_array_index (kinds, i);
      TkbSidebarRow *row = add_row (self, tkb_kind_get_code (kind), tkb_kind_get_icon_name (kind),
                                    _ (tkb_kind_get_label_plural (kind)));

      if (i == 0)
        tkb_sidebar_row_set_heading (row, _ ("Library"));
    }
  tkb_sidebar_row_set_heading (add_row (self, "drafts", "document-edit-symbolic", _ ("My drafts")),
                               _ ("My work"));
  add_row (self, "waiting", "document-send-symbolic", _ ("Waiting for the server"));
  tkb_sidebar_row_set_is_alert (
      add_row (self, "conflicts", "dialog-warning-symbolic", _ ("Conflicts")), TRUE);
  gtk_list_box_invalidate_headers (self->rows);
  tkb_sidebar_select (self, "all");
}

static void
tkb_sidebar_dispose (GObject *object)
{
  TkbSidebar *self = TKB_SIDEBAR (object);

  if (self->library != NULL)
    g_signal_handlers_disconnect_by_data (self->library, self);
  g_clear_object (&self->library);
  G_OBJECT_CLASS (tkb_sidebar_parent_class)->dispose (object);
}

static void
tkb_sidebar_class_init (TkbSidebarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = tkb_sidebar_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/example/TiscKB/ui/tkb-sidebar.ui");
  gtk_widget_class_bind_template_child (widget_class, TkbSidebar, header);
  gtk_widget_class_bind_template_child (widget_class, TkbSidebar, menu_button);
  gtk_widget_class_bind_template_child (widget_class, TkbSidebar, rows);
  gtk_widget_class_bind_template_child (widget_class, TkbSidebar, status_bin);
  gtk_widget_class_bind_template_callback (widget_class, row_activated_cb);
}

static void
tkb_sidebar_init (TkbSidebar *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_list_box_set_header_func (self->rows, update_header_cb, NULL, NULL);
}

/**
 * tkb_sidebar_set_library:
 * @library: whose kinds and counts are shown; set once
 */
void
tkb_sidebar_set_library (TkbSidebar *self, TkbLibrary *library)
{
  g_return_if_fail (TKB_IS_SIDEBAR (self));
  g_return_if_fail (self->library == NULL);

  self->library = g_object_ref (library);
  fill (self);
  adw_bin_set_child (self->status_bin, tkb_sync_status_new (library));
  g_signal_connect_swapped (library, "counts-changed", G_CALLBACK (counts_changed_cb), self);
  counts_changed_cb (self);
}

void
tkb_sidebar_set_show_end_buttons (TkbSidebar *self, gboolean show)
{
  adw_header_bar_set_show_end_title_buttons (self->header, show);
}

void
tkb_sidebar_popup_menu (TkbSidebar *self)
{
  gtk_menu_button_popup (self->menu_button);
}

void
tkb_sidebar_select (TkbSidebar *self, const char *target)
{
  TkbSidebarRow *row = find_row (self, target);

  gtk_list_box_select_row (self->rows, row != NULL ? GTK_LIST_BOX_ROW (row) : NULL);
}
