/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-reading-page.h"

struct _TkbReadingPage
{
  GtkBox parent_instance;

  TkbLibrary *library; /* (owned) (nullable) until set */

  AdwHeaderBar *header;
  GtkWidget    *back_button;
};

G_DEFINE_FINAL_TYPE (TkbReadingPage, tkb_reading_page, GTK_TYPE_BOX)

static void
tkb_reading_page_dispose (GObject *object)
{
  TkbReadingPage *self = TKB_READING_PAGE (object);

  g_clear_object (&self->library);
  G_OBJECT_CLASS (tkb_reading_page_parent_class)->dispose (object);
}

static void
tkb_reading_page_class_init (TkbReadingPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = tkb_reading_page_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/example/TiscKB/ui/tkb-reading-page.ui");
  gtk_widget_class_bind_template_child (widget_class, TkbReadingPage, header);
  gtk_widget_class_bind_template_child (widget_class, TkbReadingPage, back_button);
}

static void
tkb_reading_page_init (TkbReadingPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
tkb_reading_page_set_library (TkbReadingPage *self, TkbLibrary *library)
{
  self->library = g_object_ref (library);
}

void
tkb_reading_page_open (TkbReadingPage *self, const char *id)
{
}

TkbDocument *
tkb_reading_page_get_document (TkbReadingPage *self)
{
  return NULL;
}

gboolean
tkb_reading_page_go_back (TkbReadingPage *self)
{
  return FALSE;
}

void
tkb_reading_page_set_folded (TkbReadingPage *self, gboolean outer, gboolean inner)
{
  gtk_widget_set_visible (self->back_button, inner);
  adw_header_bar_set_show_start_title_buttons (self->header, inner);
}
