/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-link-chip.h"

#include "tkb-text.h"

struct _TkbLinkChip
{
  GtkButton parent_instance;

  char     *id; /* (owned) */
  GtkImage *icon;
  GtkLabel *label;
};

G_DEFINE_FINAL_TYPE (TkbLinkChip, tkb_link_chip, GTK_TYPE_BUTTON)

static void
tkb_link_chip_clicked (GtkButton *button)
{
  gtk_widget_activate_action (GTK_WIDGET (button), "win.open", "s", TKB_LINK_CHIP (button)->id);
}

static void
tkb_link_chip_finalize (GObject *object)
{
  g_free (TKB_LINK_CHIP (object)->id);
  G_OBJECT_CLASS (tkb_link_chip_parent_class)->finalize (object);
}

static void
tkb_link_chip_class_init (TkbLinkChipClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tkb_link_chip_finalize;
  GTK_BUTTON_CLASS (klass)->clicked = tkb_link_chip_clicked;
}

static void
tkb_link_chip_init (TkbLinkChip *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  self->icon = GTK_IMAGE (tkb_compat_icon (NULL));
  gtk_image_set_pixel_size (self->icon, 12);
  self->label = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_ellipsize (self->label, PANGO_ELLIPSIZE_END);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->icon));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->label));
  gtk_button_set_child (GTK_BUTTON (self), box);
  gtk_widget_add_css_class (GTK_WIDGET (self), "link-chip");
}

static void
set_title (TkbLinkChip *self, const char *title)
{
  gtk_label_set_text (self->label, title);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
}

GtkWidget *
tkb_link_chip_new (const char *id, const char *tooltip)
{
  TkbLinkChip *self = g_object_new (TKB_TYPE_LINK_CHIP, NULL);

  self->id = g_strdup (id);
  set_title (self, id);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), tooltip);
  return GTK_WIDGET (self);
}

const char *
tkb_link_chip_get_id (TkbLinkChip *self)
{
  return self->id;
}

void
tkb_link_chip_set_document (TkbLinkChip *self,
                            TkbCatalog  *catalog,
                            TkbDocument *document,
                            const char  *language)
{
  TkbKind *kind = NULL;

  g_return_if_fail (TKB_IS_LINK_CHIP (self));
  gtk_widget_set_sensitive (GTK_WIDGET (self), document != NULL);
  if (document == NULL)
    return;
  if (tkb_document_get_kind (document) != NULL)
    kind = tkb_catalog_get_kind (catalog, tkb_document_get_kind (document));
  if (kind != NULL)
    gtk_image_set_from_icon_name (self->icon, tkb_kind_get_icon_name (kind));
  set_title (self, tkb_document_get_title (document, language));
}
