/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-sidebar-row.h"

#include "tkb-text.h"

struct _TkbSidebarRow
{
  GtkListBoxRow parent_instance;

  char     *target;  /* (owned) */
  char     *heading; /* (owned) (nullable) */
  gboolean  is_alert;
  GtkImage *icon;
  GtkLabel *label;
  GtkLabel *count;
};

G_DEFINE_FINAL_TYPE (TkbSidebarRow, tkb_sidebar_row, GTK_TYPE_LIST_BOX_ROW)

static void
activate_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  gtk_widget_activate (widget);
}

static void
tkb_sidebar_row_finalize (GObject *object)
{
  TkbSidebarRow *self = TKB_SIDEBAR_ROW (object);

  g_free (self->target);
  g_free (self->heading);
  G_OBJECT_CLASS (tkb_sidebar_row_parent_class)->finalize (object);
}

static void
tkb_sidebar_row_class_init (TkbSidebarRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = tkb_sidebar_row_finalize;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/example/TiscKB/ui/tkb-sidebar-row.ui");
  gtk_widget_class_bind_template_child (widget_class, TkbSidebarRow, icon);
  gtk_widget_class_bind_template_child (widget_class, TkbSidebarRow, label);
  gtk_widget_class_bind_template_child (widget_class, TkbSidebarRow, count);
  /* list rows have no action of their own that assistive technology could press */
  gtk_widget_class_install_action (widget_class, "row.activate", NULL, activate_action);
}

static void
tkb_sidebar_row_init (TkbSidebarRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

static void
update_accessible (TkbSidebarRow *self)
{
  const char      *label = gtk_label_get_label (self->label);
  const char      *count = gtk_label_get_label (self->count);
  g_autofree char *name = *count != '\0'
                              /* Translators: a line of the sidebar: what, how many */
                              ? g_strdup_printf (C_ ("sidebar", "%s, %s"), label, count)
                              : g_strdup (label);

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

GtkWidget *
tkb_sidebar_row_new (const char *target, const char *icon_name, const char *label)
{
  TkbSidebarRow *self = g_object_new (TKB_TYPE_SIDEBAR_ROW, NULL);

  self->target = g_strdup (target);
  gtk_image_set_from_icon_name (self->icon, icon_name);
  gtk_label_set_label (self->label, label);
  update_accessible (self);
  return GTK_WIDGET (self);
}

const char *
tkb_sidebar_row_get_target (TkbSidebarRow *self)
{
  return self->target;
}

void
tkb_sidebar_row_set_heading (TkbSidebarRow *self, const char *heading)
{
  g_free (self->heading);
  self->heading = g_strdup (heading);
}

const char *
tkb_sidebar_row_get_heading (TkbSidebarRow *self)
{
  return self->heading;
}

void
tkb_sidebar_row_set_count (TkbSidebarRow *self, guint64 count)
{
  g_autofree char *text = count > 0 ? tkb_text_count (count) : g_strdup ("");

  gtk_label_set_label (self->count, text);
  if (self->is_alert && count > 0)
    gtk_widget_add_css_class (GTK_WIDGET (self->count), "alert");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->count), "alert");
  update_accessible (self);
}

void
tkb_sidebar_row_set_is_alert (TkbSidebarRow *self, gboolean is_alert)
{
  self->is_alert = is_alert;
}
