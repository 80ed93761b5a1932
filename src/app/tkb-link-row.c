/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-link-row.h"

#include "tkb-text.h"

struct _TkbLinkRow
{
  AdwActionRow parent_instance;

  char     *id;     /* (owned) */
  char     *remark; /* (owned) (nullable) */
  char     *query;  /* (owned) (nullable) */
  GtkImage *icon;
};

G_DEFINE_FINAL_TYPE (TkbLinkRow, tkb_link_row, ADW_TYPE_ACTION_ROW)

static void
activate_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  gtk_widget_activate_action (widget, "win.open", "s", TKB_LINK_ROW (widget)->id);
}

static void
tkb_link_row_activate (AdwActionRow *row)
{
  activate_action (GTK_WIDGET (row), NULL, NULL);
}

static void
tkb_link_row_finalize (GObject *object)
{
  TkbLinkRow *self = TKB_LINK_ROW (object);

  g_free (self->id);
  g_free (self->remark);
  g_free (self->query);
  G_OBJECT_CLASS (tkb_link_row_parent_class)->finalize (object);
}

static void
tkb_link_row_class_init (TkbLinkRowClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tkb_link_row_finalize;
  ADW_ACTION_ROW_CLASS (klass)->activate = tkb_link_row_activate;
  gtk_widget_class_install_action (GTK_WIDGET_CLASS (klass), "row.activate", NULL, activate_action);
}

static void
tkb_link_row_init (TkbLinkRow *self)
{
  GtkWidget *arrow = tkb_compat_icon ("go-next-symbolic");

  self->icon = GTK_IMAGE (tkb_compat_icon ("text-x-generic-symbolic"));
  adw_action_row_add_prefix (ADW_ACTION_ROW (self), GTK_WIDGET (self->icon));
  gtk_widget_add_css_class (arrow, "dim-label");
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), arrow);
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self), FALSE);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (self), TRUE);
}

static void
update (TkbLinkRow *self, const char *title, const char *kind)
{
  g_autoptr (GString) subtitle = g_string_new (kind);

  if (self->remark != NULL)
    g_string_append_printf (subtitle, "%s%s", subtitle->len > 0 ? " · " : "", self->remark);
  if (self->query != NULL)
    {
      g_autofree char *query = tkb_text_isolate (self->query);

      g_string_append_printf (subtitle, "%s%s", subtitle->len > 0 ? "\n" : "", query);
    }
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), subtitle->str);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
}

GtkWidget *
tkb_link_row_new (const char *id, const char *remark)
{
  TkbLinkRow *self = g_object_new (TKB_TYPE_LINK_ROW, NULL);

  self->id = g_strdup (id);
  self->remark = remark != NULL && *remark != '\0' ? g_strdup (remark) : NULL;
  update (self, id, "");
  return GTK_WIDGET (self);
}

const char *
tkb_link_row_get_id (TkbLinkRow *self)
{
  return self->id;
}

void
tkb_link_row_set_query (TkbLinkRow *self, const char *query)
{
  g_free (self->query);
  self->query = query != NULL && *query != '\0' ? g_strdup (query) : NULL;
  update (self, adw_preferences_row_get_title (ADW_PREFERENCES_ROW (self)), "");
}

void
tkb_link_row_set_document (TkbLinkRow  *self,
                           TkbCatalog  *catalog,
                           TkbDocument *document,
                           const char  *language)
{
  TkbKind *kind;

  g_return_if_fail (TKB_IS_LINK_ROW (self));
  if (document == NULL)
    {
      gtk_widget_set_sensitive (GTK_WIDGET (self), FALSE);
      update (self, self->id, _ ("Not in this library"));
      return;
    }
  kind = tkb_catalog_get_kind (catalog, tkb_document_get_kind (document));
  if (kind != NULL)
    gtk_image_set_from_icon_name (self->icon, tkb_kind_get_icon_name (kind));
  update (self, tkb_document_get_title (document, language),
          kind != NULL ? tkb_text_translate (tkb_kind_get_label (kind)) : "");
}

void
tkb_link_row_set_hit (TkbLinkRow *self, TkbCatalog *catalog, TkbSearchHit *hit)
{
  const char      *code = tkb_search_hit_get_kind (hit);
  TkbKind         *kind = code != NULL ? tkb_catalog_get_kind (catalog, code) : NULL;
  g_autofree char *meta = tkb_text_hit_meta (catalog, hit);

  g_return_if_fail (TKB_IS_LINK_ROW (self));
  if (kind != NULL)
    gtk_image_set_from_icon_name (self->icon, tkb_kind_get_icon_name (kind));
  update (self, tkb_search_hit_get_title (hit), meta);
}
