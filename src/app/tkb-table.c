/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-table.h"

#include "tkb-text.h"
#include "tkb-wide-box.h"

struct _TkbTable
{
  AdwBin parent_instance;

  GtkGrid *grid;
};

G_DEFINE_FINAL_TYPE (TkbTable, tkb_table, ADW_TYPE_BIN)

static void
tkb_table_class_init (TkbTableClass *klass)
{
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (klass), GTK_ACCESSIBLE_ROLE_TABLE);
}

static void
tkb_table_init (TkbTable *self)
{
  self->grid = GTK_GRID (gtk_grid_new ());
  adw_bin_set_child (ADW_BIN (self), tkb_wide_box_new (GTK_WIDGET (self->grid)));
  gtk_widget_add_css_class (GTK_WIDGET (self), "table");
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
}

GtkWidget *
tkb_table_new (void)
{
  return g_object_new (TKB_TYPE_TABLE, NULL);
}

/* A box round the cell carries line and padding, so that the line runs the whole width. */
static void
attach (TkbTable *self, guint column, guint row, GtkWidget *cell, gboolean is_heading)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  gtk_widget_add_css_class (box, is_heading ? "heading-cell" : "cell");
  gtk_widget_set_hexpand (cell, TRUE);
  gtk_widget_set_valign (cell, GTK_ALIGN_START);
  if (GTK_IS_LABEL (cell))
    {
      int chars = g_utf8_strlen (gtk_label_get_text (GTK_LABEL (cell)), -1);

      gtk_widget_set_size_request (cell, MIN (chars, 12) * 8, -1);
      gtk_label_set_max_width_chars (GTK_LABEL (cell), 48);
    }
  gtk_box_append (GTK_BOX (box), cell);
  gtk_grid_attach (self->grid, box, (int) column, (int) row, 1, 1);
}

void
tkb_table_set_heading_cell (TkbTable *self, guint column, GtkWidget *cell)
{
  g_return_if_fail (TKB_IS_TABLE (self));
  attach (self, column, 0, cell, TRUE);
}

void
tkb_table_add_heading (TkbTable *self, guint column, const char *text)
{
  tkb_table_set_heading_cell (self, column, tkb_text_label (text));
}

void
tkb_table_set_cell (TkbTable *self, guint column, guint row, GtkWidget *cell)
{
  g_return_if_fail (TKB_IS_TABLE (self));
  attach (self, column, row + 1, cell, FALSE);
}
