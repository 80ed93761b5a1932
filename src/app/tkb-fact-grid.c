/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-fact-grid.h"

/* pixels */
#define COLUMN_WIDTH 170
#define COLUMN_SPACING 20
#define ROW_SPACING 14
#define MAX_COLUMNS 3

struct _TkbFactGrid
{
  GtkWidget parent_instance;
};

G_DEFINE_FINAL_TYPE (TkbFactGrid, tkb_fact_grid, GTK_TYPE_WIDGET)

static gboolean
is_wide (GtkWidget *child)
{
  return GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (child), "tkb-fact-width")) == TKB_FACT_WIDE;
}

static int
count_columns (int width)
{
  return CLAMP ((width + COLUMN_SPACING) / (COLUMN_WIDTH + COLUMN_SPACING), 1, MAX_COLUMNS);
}

static int
get_column_width (int width)
{
  int n = count_columns (width);

  return (width - (n - 1) * COLUMN_SPACING) / n;
}

static int
child_height (GtkWidget *child, int width)
{
  int minimum_width, natural;

  gtk_widget_measure (child, GTK_ORIENTATION_HORIZONTAL, -1, &minimum_width, NULL, NULL, NULL);
  gtk_widget_measure (child, GTK_ORIENTATION_VERTICAL, MAX (width, minimum_width), NULL, &natural,
                      NULL, NULL);
  return natural;
}

/* The children of one row, from first on; the row ends at a wide child or when it is full. Returns
 * the first child of the next row. */
static GtkWidget *
measure_row (TkbFactGrid *self, GtkWidget *first, int width, int *out_height)
{
  int        n_columns = count_columns (width);
  int        column = 0;
  GtkWidget *child;

  *out_height = 0;
  for (child = first; child != NULL && column < n_columns;
       child = gtk_widget_get_next_sibling (child))
    {
      gboolean wide = is_wide (child);

      if (wide && column > 0)
        break;
      *out_height =
          MAX (*out_height, child_height (child, wide ? width : get_column_width (width)));
      column += wide ? n_columns : 1;
    }
  return child;
}

static int
height_for_width (TkbFactGrid *self, int width)
{
  GtkWidget *row = gtk_widget_get_first_child (GTK_WIDGET (self));
  int        total = 0;

  while (row != NULL)
    {
      int height;

      row = measure_row (self, row, width, &height);
      total += (total > 0 ? ROW_SPACING : 0) + height;
    }
  return total;
}

static void
tkb_fact_grid_measure (GtkWidget     *widget,
                       GtkOrientation orientation,
                       int            for_size,
                       int           *minimum,
                       int           *natural,
                       int           *minimum_baseline,
                       int           *natural_baseline)
{
  TkbFactGrid *self = TKB_FACT_GRID (widget);
  int          widest = 0;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      int child_min;

      gtk_widget_measure (child, GTK_ORIENTATION_HORIZONTAL, -1, &child_min, NULL, NULL, NULL);
      widest = MAX (widest, child_min);
    }
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      *minimum = widest;
      *natural = MAX (widest, MAX_COLUMNS * COLUMN_WIDTH + (MAX_COLUMNS - 1) * COLUMN_SPACING);
    }
  else
    *minimum = *natural = height_for_width (self, for_size >= 0 ? for_size : widest);
}

static void
tkb_fact_grid_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  TkbFactGrid *self = TKB_FACT_GRID (widget);
  gboolean     is_rtl = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  GtkWidget   *row = gtk_widget_get_first_child (widget);
  int          y = 0;

  while (row != NULL)
    {
      int        row_height;
      GtkWidget *end = measure_row (self, row, width, &row_height);
      int        x = 0;

      for (GtkWidget *child = row; child != end; child = gtk_widget_get_next_sibling (child))
        {
          int           minimum;
          GtkAllocation allocation = { 0, y, is_wide (child) ? width : get_column_width (width),
                                       row_height };

          gtk_widget_measure (child, GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL, NULL, NULL);
          allocation.x = is_rtl ? width - x - allocation.width : x;
          x += allocation.width + COLUMN_SPACING;
          allocation.width = MAX (allocation.width, minimum);
          gtk_widget_size_allocate (child, &allocation, -1);
        }
      y += row_height + ROW_SPACING;
      row = end;
    }
}

static GtkSizeRequestMode
tkb_fact_grid_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
tkb_fact_grid_dispose (GObject *object)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (object))) != NULL)
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (tkb_fact_grid_parent_class)->dispose (object);
}

static void
tkb_fact_grid_class_init (TkbFactGridClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = tkb_fact_grid_dispose;
  widget_class->measure = tkb_fact_grid_measure;
  widget_class->size_allocate = tkb_fact_grid_size_allocate;
  widget_class->get_request_mode = tkb_fact_grid_get_request_mode;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
tkb_fact_grid_init (TkbFactGrid *self)
{
  gtk_widget_add_css_class (GTK_WIDGET (self), "facts");
}

GtkWidget *
tkb_fact_grid_new (void)
{
  return g_object_new (TKB_TYPE_FACT_GRID, NULL);
}

void
tkb_fact_grid_append (TkbFactGrid *self, GtkWidget *child, TkbFactWidth width)
{
  g_return_if_fail (TKB_IS_FACT_GRID (self));

  g_object_set_data (G_OBJECT (child), "tkb-fact-width", GUINT_TO_POINTER (width));
  gtk_widget_insert_before (child, GTK_WIDGET (self), NULL);
}
