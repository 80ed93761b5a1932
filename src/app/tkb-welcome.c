/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-welcome.h"

#include "tkb-text.h"

struct _TkbWelcome
{
  AdwWindow parent_instance;

  GtkBox    *kinds;
  GtkWidget *browse_button;
  GtkWidget *connect_button;
};

G_DEFINE_FINAL_TYPE (TkbWelcome, tkb_welcome, ADW_TYPE_WINDOW)

/* What each kind answers, in the words of the staff. */
static const struct
{
  const char *kind;
  const char *question;
} questions[] = {
  { "case", N_ ("Who has done this before, and with what result?") },
  { "guide", N_ ("How do we do this service well, step by step?") },
  { "system", N_ ("Where do I search, and how do I type it there?") },
};

static void
connect_clicked_cb (TkbWelcome *self)
{
  GtkWindow *parent = gtk_window_get_transient_for (GTK_WINDOW (self));

  g_object_ref (self);
  gtk_window_close (GTK_WINDOW (self));
  if (parent != NULL)
    gtk_widget_activate_action (GTK_WIDGET (parent), "app.preferences", NULL);
  g_object_unref (self);
}

static void
append_kind (TkbWelcome *self, TkbKind *kind, const char *question)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 14);
  GtkWidget *icon = tkb_compat_icon (tkb_kind_get_icon_name (kind));
  GtkWidget *text = gtk_box_new (GTK_ORIENTATION_VERTICAL, 1);
  GtkWidget *title = gtk_label_new (tkb_text_translate (tkb_kind_get_label_plural (kind)));
  GtkWidget *label = gtk_label_new (question);

  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_widget_add_css_class (title, "heading");
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_widget_add_css_class (label, "dim-label");
  gtk_widget_add_css_class (icon, "welcome-icon");
  gtk_widget_add_css_class (icon, tkb_kind_get_code (kind));
  gtk_widget_set_valign (icon, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (text), title);
  gtk_box_append (GTK_BOX (text), label);
  gtk_widget_set_hexpand (text, TRUE);
  gtk_box_append (GTK_BOX (row), icon);
  gtk_box_append (GTK_BOX (row), text);
  gtk_box_append (self->kinds, row);
}

static void
tkb_welcome_class_init (TkbWelcomeClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/example/TiscKB/ui/tkb-welcome.ui");
  gtk_widget_class_bind_template_child (widget_class, TkbWelcome, kinds);
  gtk_widget_class_bind_template_child (widget_class, TkbWelcome, browse_button);
  gtk_widget_class_bind_template_child (widget_class, TkbWelcome, connect_button);
  gtk_widget_class_bind_template_callback (widget_class, connect_clicked_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
tkb_welcome_init (TkbWelcome *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * tkb_welcome_present:
 * @parent: a TkbWindow
 * @library: whose kinds are introduced
 */
void
tkb_welcome_present (GtkWindow *parent, TkbLibrary *library)
{
  TkbWelcome *self = g_object_new (TKB_TYPE_WELCOME, "transient-for", parent, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (questions); i++)
    {
      TkbKind *kind = tkb_catalog_get_kind (tkb_library_get_catalog (library), questions[i].kind);

      if (kind != NULL)
        append_kind (self, kind, _ (questions[i].question));
    }
  gtk_window_present (GTK_WINDOW (self));
}
