/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-result-list.h"

struct _TkbResultList
{
  GtkBox parent_instance;

  TkbLibrary *library; /* (owned) (nullable) until set */

  AdwHeaderBar  *header;
  GtkWidget     *back_button;
  GtkWidget     *entry;
  GtkMenuButton *new_button;
};

G_DEFINE_FINAL_TYPE (TkbResultList, tkb_result_list, GTK_TYPE_BOX)

static void
tkb_result_list_dispose (GObject *object)
{
  TkbResultList *self = TKB_RESULT_LIST (object);

  g_clear_object (&self->library);
  G_OBJECT_CLASS (tkb_result_list_parent_class)->dispose (object);
}

static void
tkb_result_list_class_init (TkbResultListClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = tkb_result_list_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/example/TiscKB/ui/tkb-result-list.ui");
  gtk_widget_class_bind_template_child (widget_class, TkbResultList, header);
  gtk_widget_class_bind_template_child (widget_class, TkbResultList, back_button);
  gtk_widget_class_bind_template_child (widget_class, TkbResultList, entry);
  gtk_widget_class_bind_template_child (widget_class, TkbResultList, new_button);
}

static void
tkb_result_list_init (TkbResultList *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
tkb_result_list_set_library (TkbResultList *self, TkbLibrary *library)
{
  self->library = g_object_ref (library);
}

void
tkb_result_list_show (TkbResultList *self, const char *target)
{
}

void
tkb_result_list_focus_search (TkbResultList *self)
{
  gtk_widget_grab_focus (self->entry);
}

void
tkb_result_list_popup_new (TkbResultList *self)
{
  gtk_menu_button_popup (self->new_button);
}

void
tkb_result_list_set_folded (TkbResultList *self, gboolean outer, gboolean inner)
{
  gtk_widget_set_visible (self->back_button, outer);
  adw_header_bar_set_show_start_title_buttons (self->header, outer);
  adw_header_bar_set_show_end_title_buttons (self->header, inner);
}

void
tkb_result_list_show_open_error (TkbResultList *self, const GError *error)
{
}

void
tkb_result_list_set_current (TkbResultList *self, const char *id)
{
}
