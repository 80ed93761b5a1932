/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-wrap-box.h"

struct _TkbWrapBox
{
  GtkWidget parent_instance;

  int spacing; /* pixels, between children and between lines */
};

G_DEFINE_FINAL_TYPE (TkbWrapBox, tkb_wrap_box, GTK_TYPE_WIDGET)

/* Width that a child gets on a line of the given width. */
static int
child_width (GtkWidget *child, int width)
{
  int minimum, natural;

  gtk_widget_measure (child, GTK_ORIENTATION_HORIZONTAL, -1, &minimum, &natural, NULL, NULL);
  return MAX (minimum, MIN (natural, width));
}

static int
child_height (GtkWidget *child, int width)
{
  int natural;

  gtk_widget_measure (child, GTK_ORIENTATION_VERTICAL, width, NULL, &natural, NULL, NULL);
  return natural;
}

/* The children of one line, from first on. Returns the first child of the next line. */
static GtkWidget *
measure_line (TkbWrapBox *self, GtkWidget *first, int width, int *out_height)
{
  GtkWidget *child;
  int        x = 0;
  int        height = 0;

  for (child = first; child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      int child_w;

      if (!gtk_widget_should_layout (child))
        continue;
      child_w = child_width (child, width);
      if (x > 0 && x + child_w > width)
        break;
      x += child_w + self->spacing;
      height = MAX (height, child_height (child, child_w));
    }
  *out_height = height;
  return child;
}

static int
height_for_width (TkbWrapBox *self, int width)
{
  GtkWidget *line = gtk_widget_get_first_child (GTK_WIDGET (self));
  int        total = 0;

  while (line != NULL)
    {
      int height;

      line = measure_line (self, line, width, &height);
      if (height > 0)
        total += (total > 0 ? self->spacing : 0) + height;
    }
  return total;
}

static void
tkb_wrap_box_measure (GtkWidget     *widget,
                      GtkOrientation orientation,
                      int            for_size,
                      int           *minimum,
                      int           *natural,
                      int           *minimum_baseline,
                      int           *natural_baseline)
{
  TkbWrapBox *self = TKB_WRAP_BOX (widget);
  int         min_width = 0;
  int         nat_width = 0;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      int child_min, child_nat;

      if (!gtk_widget_should_layout (child))
        continue;
      gtk_widget_measure (child, GTK_ORIENTATION_HORIZONTAL, -1, &child_min, &child_nat, NULL,
                          NULL);
      min_width = MAX (min_width, child_min);
      nat_width += (nat_width > 0 ? self->spacing : 0) + child_nat;
    }
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      *minimum = min_width;
      *natural = nat_width;
    }
  else
    *minimum = *natural = height_for_width (self, for_size >= 0 ? for_size : nat_width);
}

static void
allocate_line (
    TkbWrapBox *self, GtkWidget *first, GtkWidget *end, int y, int width, int line_height)
{
  gboolean is_rtl = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;
  int      x = 0;

  for (GtkWidget *child = first; child != end; child = gtk_widget_get_next_sibling (child))
    {
      GtkAllocation allocation;

      if (!gtk_widget_should_layout (child))
        continue;
      allocation.width = child_width (child, width);
      allocation.height = child_height (child, allocation.width);
      allocation.x = is_rtl ? width - x - allocation.width : x;
      allocation.y = y + (line_height - allocation.height) / 2;
      gtk_widget_size_allocate (child, &allocation, -1);
      x += allocation.width + self->spacing;
    }
}

static void
tkb_wrap_box_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  TkbWrapBox *self = TKB_WRAP_BOX (widget);
  GtkWidget  *line = gtk_widget_get_first_child (widget);
  int         y = 0;

  while (line != NULL)
    {
      int        line_height;
      GtkWidget *end = measure_line (self, line, width, &line_height);

      allocate_line (self, line, end, y, width, line_height);
      if (line_height > 0)
        y += line_height + self->spacing;
      line = end;
    }
}

static GtkSizeRequestMode
tkb_wrap_box_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
tkb_wrap_box_dispose (GObject *object)
{
  tkb_wrap_box_remove_all (TKB_WRAP_BOX (object));
  G_OBJECT_CLASS (tkb_wrap_box_parent_class)->dispose (object);
}

static void
tkb_wrap_box_class_init (TkbWrapBoxClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = tkb_wrap_box_dispose;
  widget_class->measure = tkb_wrap_box_measure;
  widget_class->size_allocate = tkb_wrap_box_size_allocate;
  widget_class->get_request_mode = tkb_wrap_box_get_request_mode;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
tkb_wrap_box_init (TkbWrapBox *self)
{
  self->spacing = 6;
}

/**
 * tkb_wrap_box_new:
 * @spacing: pixels between children and between lines
 */
GtkWidget *
tkb_wrap_box_new (int spacing)
{
  TkbWrapBox *self = g_object_new (TKB_TYPE_WRAP_BOX, NULL);

  self->spacing = spacing;
  return GTK_WIDGET (self);
}

void
tkb_wrap_box_append (TkbWrapBox *self, GtkWidget *child)
{
  gtk_widget_insert_before (child, GTK_WIDGET (self), NULL);
}

void
tkb_wrap_box_remove_all (TkbWrapBox *self)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
}
