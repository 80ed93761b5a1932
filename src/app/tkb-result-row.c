/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-result-row.h"

#include "tkb-text.h"

struct _TkbResultRow
{
  GtkBox parent_instance;

  TkbLibrary   *library; /* (owned) */
  TkbSearchHit *hit;     /* (owned) (nullable) */
  gulong        notify_id;

  GtkLabel *title;
  GtkLabel *snippet;
  GtkLabel *meta;
  GtkImage *icon;
  GtkLabel *badge;
};

G_DEFINE_FINAL_TYPE (TkbResultRow, tkb_result_row, GTK_TYPE_BOX)

static void
activate_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  TkbResultRow *self = TKB_RESULT_ROW (widget);
  const char   *id = self->hit != NULL ? tkb_search_hit_get_id (self->hit) : NULL;

  if (id != NULL)
    gtk_widget_activate_action (widget, "win.read", "s", id);
}

static gboolean
is_loaded (TkbSearchHit *hit)
{
  gboolean loaded;

  g_object_get (hit, "is-loaded", &loaded, NULL);
  return loaded;
}

/* Pango markup that came out of a snippet maker, or, should it be broken, its text. */
static void
set_markup (GtkLabel *label, const char *markup, const char *fallback)
{
  if (markup != NULL && pango_parse_markup (markup, -1, 0, NULL, NULL, NULL, NULL))
    gtk_label_set_markup (label, markup);
  else
    gtk_label_set_text (label, fallback != NULL ? fallback : "");
  gtk_widget_set_direction (GTK_WIDGET (label),
                            tkb_text_direction (gtk_label_get_text (label)) == GTK_TEXT_DIR_LTR
                                ? GTK_TEXT_DIR_LTR
                                : GTK_TEXT_DIR_NONE);
}

/* Titles are bold throughout: there a match is marked with a tint. (transfer full) (nullable) */
static char *
tint_matches (const char *markup)
{
  g_autoptr (GString) text = NULL;

  if (markup == NULL)
    return NULL;
  text = g_string_new (markup);
  g_string_replace (text, "<b>", "<span background=\"#f6d32d\" background_alpha=\"35%\">", 0);
  g_string_replace (text, "</b>", "</span>", 0);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
set_badge (TkbResultRow *self, const char *state)
{
  const char *text = NULL;
  const char *css_class = NULL;

  if (g_strcmp0 (state, "draft") == 0)
    text = C_ ("state", "Draft"), css_class = "draft";
  else if (g_strcmp0 (state, "submitted") == 0)
    text = C_ ("state", "Submitted"), css_class = "submitted";
  else if (g_strcmp0 (state, "returned") == 0)
    text = C_ ("state", "Returned"), css_class = "warning";
  else if (g_strcmp0 (state, "withdrawn") == 0)
    text = C_ ("state", "Withdrawn"), css_class = "warning";
  gtk_widget_set_visible (GTK_WIDGET (self->badge), text != NULL);
  gtk_label_set_text (self->badge, text != NULL ? text : "");
  for (guint i = 0; i < 3; i++)
    gtk_widget_remove_css_class (GTK_WIDGET (self->badge),
                                 ((const char *[]){ "draft", "submitted", "warning" })[i]);
  if (css_class != NULL)
    gtk_widget_add_css_class (GTK_WIDGET (self->badge), css_class);
}

/* Grey bars where text will stand: of its height, so that nothing moves. */
static void
show_skeleton (TkbResultRow *self)
{
  gtk_widget_add_css_class (GTK_WIDGET (self), "skeleton");
  gtk_label_set_text (self->title, "\xc2\xa0");
  gtk_label_set_text (self->snippet, "\xc2\xa0\n\xc2\xa0");
  gtk_label_set_text (self->meta, "\xc2\xa0");
  gtk_image_clear (self->icon);
  set_badge (self, NULL);
}

static void
update (TkbResultRow *self)
{
  TkbKind         *kind = NULL;
  const char      *title;
  g_autofree char *meta = NULL;
  g_autofree char *name = NULL;
  g_autofree char *title_markup = NULL;

  if (self->hit == NULL || !is_loaded (self->hit))
    {
      show_skeleton (self);
      return;
    }
  gtk_widget_remove_css_class (GTK_WIDGET (self), "skeleton");
  title = tkb_search_hit_get_title (self->hit);
  if (tkb_search_hit_get_kind (self->hit) != NULL)
    kind = tkb_catalog_get_kind (tkb_library_get_catalog (self->library),
                                 tkb_search_hit_get_kind (self->hit));
  title_markup = tint_matches (tkb_search_hit_get_title_markup (self->hit));
  set_markup (self->title, title_markup, title);
  set_markup (self->snippet, tkb_search_hit_get_snippet_markup (self->hit), "");
  meta = tkb_text_hit_meta (tkb_library_get_catalog (self->library), self->hit);
  gtk_label_set_text (self->meta, meta);
  if (kind != NULL)
    gtk_image_set_from_icon_name (self->icon, tkb_kind_get_icon_name (kind));
  else
    gtk_image_clear (self->icon);
  set_badge (self, tkb_search_hit_get_state (self->hit));
  name = g_strdup_printf ("%s, %s", title != NULL ? title : "", meta);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

static void
tkb_result_row_dispose (GObject *object)
{
  TkbResultRow *self = TKB_RESULT_ROW (object);

  if (self->hit != NULL)
    g_clear_signal_handler (&self->notify_id, self->hit);
  g_clear_object (&self->hit);
  g_clear_object (&self->library);
  G_OBJECT_CLASS (tkb_result_row_parent_class)->dispose (object);
}

static void
tkb_result_row_class_init (TkbResultRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = tkb_result_row_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/example/TiscKB/ui/tkb-result-row.ui");
  gtk_widget_class_bind_template_child (widget_class, TkbResultRow, title);
  gtk_widget_class_bind_template_child (widget_class, TkbResultRow, snippet);
  gtk_widget_class_bind_template_child (widget_class, TkbResultRow, meta);
  gtk_widget_class_bind_template_child (widget_class, TkbResultRow, icon);
  gtk_widget_class_bind_template_child (widget_class, TkbResultRow, badge);
  gtk_widget_class_install_action (widget_class, "row.activate", NULL, activate_action);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
tkb_result_row_init (TkbResultRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
tkb_result_row_new (TkbLibrary *library)
{
  TkbResultRow *self = g_object_new (TKB_TYPE_RESULT_ROW, NULL);

  self->library = g_object_ref (library);
  show_skeleton (self);
  return GTK_WIDGET (self);
}

void
tkb_result_row_set_hit (TkbResultRow *self, TkbSearchHit *hit)
{
  g_return_if_fail (TKB_IS_RESULT_ROW (self));

  if (self->hit != NULL)
    g_clear_signal_handler (&self->notify_id, self->hit);
  g_set_object (&self->hit, hit);
  if (hit == NULL)
    return;
  self->notify_id = g_signal_connect_swapped (hit, "notify::is-loaded", G_CALLBACK (update), self);
  update (self);
}

TkbSearchHit *
tkb_result_row_get_hit (TkbResultRow *self)
{
  g_return_val_if_fail (TKB_IS_RESULT_ROW (self), NULL);
  return self->hit;
}
