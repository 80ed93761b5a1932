/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-check-row.h"

#include "tkb-text.h"

struct _TkbCheckRow
{
  GtkCheckButton parent_instance;

  char *field; /* (owned) */
  char *code;  /* (owned) */
};

G_DEFINE_FINAL_TYPE (TkbCheckRow, tkb_check_row, GTK_TYPE_CHECK_BUTTON)

static void
toggle_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  GtkCheckButton *button = GTK_CHECK_BUTTON (widget);

  gtk_check_button_set_active (button, !gtk_check_button_get_active (button));
}

static void
tkb_check_row_finalize (GObject *object)
{
  TkbCheckRow *self = TKB_CHECK_ROW (object);

  g_free (self->field);
  g_free (self->code);
  G_OBJECT_CLASS (tkb_check_row_parent_class)->finalize (object);
}

static void
tkb_check_row_class_init (TkbCheckRowClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tkb_check_row_finalize;
  gtk_widget_class_install_action (GTK_WIDGET_CLASS (klass), "row.toggle", NULL, toggle_action);
}

static void
tkb_check_row_init (TkbCheckRow *self)
{
  gtk_widget_add_css_class (GTK_WIDGET (self), "check-row");
}

/**
 * tkb_check_row_new:
 * @label: translated
 * @count: how many results have it
 */
GtkWidget *
tkb_check_row_new (const char *field, const char *code, const char *label, guint count)
{
  TkbCheckRow     *self = g_object_new (TKB_TYPE_CHECK_ROW, NULL);
  GtkWidget       *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget       *name = gtk_label_new (label);
  g_autofree char *number = tkb_text_count (count);
  GtkWidget       *number_label = gtk_label_new (number);
  g_autofree char *accessible = g_strdup_printf (C_ ("sidebar", "%s, %s"), label, number);

  self->field = g_strdup (field);
  self->code = g_strdup (code);
  gtk_label_set_xalign (GTK_LABEL (name), 0);
  gtk_label_set_ellipsize (GTK_LABEL (name), PANGO_ELLIPSIZE_END);
  gtk_label_set_max_width_chars (GTK_LABEL (name), 30);
  gtk_widget_set_hexpand (name, TRUE);
  gtk_widget_add_css_class (number_label, "count");
  gtk_widget_add_css_class (number_label, "numeric");
  gtk_box_append (GTK_BOX (box), name);
  gtk_box_append (GTK_BOX (box), number_label);
  gtk_check_button_set_child (GTK_CHECK_BUTTON (self), box);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, accessible,
                                  -1);
  return GTK_WIDGET (self);
}

const char *
tkb_check_row_get_field (TkbCheckRow *self)
{
  return self->field;
}

const char *
tkb_check_row_get_code (TkbCheckRow *self)
{
  return self->code;
}
