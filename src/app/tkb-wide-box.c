/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-wide-box.h"

/* pixels: below this a table scrolls rather than making the page wider */
#define MINIMUM_WIDTH 200

struct _TkbWideBox
{
  GtkWidget parent_instance;

  GtkWidget *scroller; /* (owned) (nullable) as widget child */
  GtkWidget *child;    /* (unowned): within scroller */
};

G_DEFINE_FINAL_TYPE (TkbWideBox, tkb_wide_box, GTK_TYPE_WIDGET)

static void
tkb_wide_box_measure (GtkWidget     *widget,
                      GtkOrientation orientation,
                      int            for_size,
                      int           *minimum,
                      int           *natural,
                      int           *minimum_baseline,
                      int           *natural_baseline)
{
  TkbWideBox *self = TKB_WIDE_BOX (widget);
  int         child_min, child_nat;

  gtk_widget_measure (self->child, GTK_ORIENTATION_HORIZONTAL, -1, &child_min, &child_nat, NULL,
                      NULL);
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      *minimum = MIN (child_min, MINIMUM_WIDTH);
      *natural = child_nat;
      return;
    }
  gtk_widget_measure (self->child, GTK_ORIENTATION_VERTICAL,
                      MAX (for_size >= 0 ? for_size : child_nat, child_min), NULL, natural, NULL,
                      NULL);
  *minimum = *natural;
}

static void
tkb_wide_box_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  gtk_widget_allocate (TKB_WIDE_BOX (widget)->scroller, width, height, baseline, NULL);
}

static GtkSizeRequestMode
tkb_wide_box_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
tkb_wide_box_dispose (GObject *object)
{
  TkbWideBox *self = TKB_WIDE_BOX (object);

  g_clear_pointer (&self->scroller, gtk_widget_unparent);
  G_OBJECT_CLASS (tkb_wide_box_parent_class)->dispose (object);
}

static void
tkb_wide_box_class_init (TkbWideBoxClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = tkb_wide_box_dispose;
  widget_class->measure = tkb_wide_box_measure;
  widget_class->size_allocate = tkb_wide_box_size_allocate;
  widget_class->get_request_mode = tkb_wide_box_get_request_mode;
}

static void
tkb_wide_box_init (TkbWideBox *self)
{
}

GtkWidget *
tkb_wide_box_new (GtkWidget *child)
{
  TkbWideBox *self = g_object_new (TKB_TYPE_WIDE_BOX, NULL);

  self->child = child;
  self->scroller = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scroller), child);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  gtk_widget_set_parent (self->scroller, GTK_WIDGET (self));
  return GTK_WIDGET (self);
}
