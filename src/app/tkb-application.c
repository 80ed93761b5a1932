/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-application.h"

#include <string.h>

#include "tkb-app.h"
#include "tkb-options.h"
#include "tkb-preferences.h"
#include "tkb-trouble-window.h"
#include "tkb-window.h"

struct _TkbApplication
{
  AdwApplication parent_instance;

  TkbLibrary   *library;     /* (owned) */
  GCancellable *cancellable; /* (owned): of opening the library */
  TkbOptions    options;     /* of the command line */
};

G_DEFINE_FINAL_TYPE (TkbApplication, tkb_application, ADW_TYPE_APPLICATION)

static void
quit_activated (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  GtkApplication *application = GTK_APPLICATION (user_data);
  GtkWindow      *window;

  /* each window may still have something to ask */
  while ((window = gtk_application_get_active_window (application)) != NULL)
    {
      gtk_window_close (window);
      if (gtk_application_get_active_window (application) == window)
        return;
    }
  g_application_quit (G_APPLICATION (application));
}

static void
about_activated (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  GtkWindow *parent = gtk_application_get_active_window (GTK_APPLICATION (user_data));

  adw_show_about_window (
      parent, "application-name", _ ("TISC Knowledge Base"), "application-icon", TKB_APPLICATION_ID,
      "version", TKB_VERSION, "developer-name", _ ("The TISC Knowledge Base authors"),
      "license-type", GTK_LICENSE_GPL_3_0, "comments",
      _ ("Best-practice cases, service guides and patent search systems for technology and "
         "innovation support centres, with or without a connection."),
      /* Translators: put your name here, one a line */
      "translator-credits", _ ("translator-credits"), NULL);
}

static void
preferences_activated (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  TkbApplication *self = TKB_APPLICATION (user_data);
  GtkWindow      *parent = gtk_application_get_active_window (GTK_APPLICATION (self));

  if (parent != NULL && !TKB_IS_PREFERENCES (parent))
    gtk_window_present (tkb_preferences_new (parent, self->library));
}

static void
apply_style (const char *style)
{
  AdwColorScheme scheme = ADW_COLOR_SCHEME_DEFAULT;

  if (g_strcmp0 (style, "light") == 0)
    scheme = ADW_COLOR_SCHEME_FORCE_LIGHT;
  else if (g_strcmp0 (style, "dark") == 0)
    scheme = ADW_COLOR_SCHEME_FORCE_DARK;
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (), scheme);
}

/* The settings may come from another version of the schema. */
static gboolean
has_style_key (GSettings *settings)
{
  g_autoptr (GSettingsSchema) schema = NULL;

  if (settings == NULL)
    return FALSE;
  g_object_get (settings, "settings-schema", &schema, NULL);
  return g_settings_schema_has_key (schema, "style");
}

static void
style_changed (GSimpleAction *action, GVariant *value, gpointer user_data)
{
  TkbApplication *self = TKB_APPLICATION (user_data);
  GSettings      *settings = tkb_library_get_settings (self->library);

  g_simple_action_set_state (action, value);
  apply_style (g_variant_get_string (value, NULL));
  if (has_style_key (settings))
    g_settings_set_string (settings, "style", g_variant_get_string (value, NULL));
}

static const GActionEntry action_entries[] = {
  { .name = "quit", .activate = quit_activated },
  { .name = "preferences", .activate = preferences_activated },
  { .name = "about", .activate = about_activated },
  { .name = "style", .parameter_type = "s", .state = "'system'", .change_state = style_changed },
};

static const struct
{
  const char *action;
  const char *accels[3];
} accel_table[] = {
  { "app.quit", { "<Control>q" } },
  { "app.preferences", { "<Control>comma" } },
  { "window.close", { "<Control>w" } },
  { "win.show-help-overlay", { "<Control>question" } },
};

static void
set_up_actions (TkbApplication *self)
{
  GSettings *settings = tkb_library_get_settings (self->library);

  g_action_map_add_action_entries (G_ACTION_MAP (self), action_entries,
                                   G_N_ELEMENTS (action_entries), self);
  for (guint i = 0; i < G_N_ELEMENTS (accel_table); i++)
    gtk_application_set_accels_for_action (GTK_APPLICATION (self), accel_table[i].action,
                                           accel_table[i].accels);
  if (has_style_key (settings))
    {
      g_autofree char *style = g_settings_get_string (settings, "style");

      g_action_group_change_action_state (G_ACTION_GROUP (self), "style",
                                          g_variant_new_string (style));
    }
}

/* Every main window goes: there is nothing that it could show. */
static void
close_windows (TkbApplication *self, GType type)
{
  g_autoptr (GList) windows = g_list_copy (gtk_application_get_windows (GTK_APPLICATION (self)));

  for (GList *l = windows; l != NULL; l = l->next)
    if (G_TYPE_CHECK_INSTANCE_TYPE (l->data, type))
      gtk_window_destroy (GTK_WINDOW (l->data));
}

static void
trouble_over_cb (TkbTroubleWindow *trouble, TkbApplication *self)
{
  gtk_window_present (GTK_WINDOW (tkb_window_new (GTK_APPLICATION (self), self->library)));
  gtk_window_destroy (GTK_WINDOW (trouble));
}

static void
show_trouble (TkbApplication *self, const GError *error)
{
  GtkWindow *trouble = tkb_trouble_window_new (GTK_APPLICATION (self), self->library, error);

  g_signal_connect (trouble, "opened", G_CALLBACK (trouble_over_cb), self);
  gtk_window_present (trouble);
  close_windows (self, TKB_TYPE_WINDOW);
}

static void
library_opened_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TkbApplication) self = TKB_APPLICATION (user_data);
  g_autoptr (GError) error = NULL;

  if (tkb_library_open_finish (TKB_LIBRARY (source), result, &error))
    return;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  show_trouble (self, error);
}

/* GTK takes the direction of the window from its own translations, which may not be installed; ours
 * decide, since they are what is read. */
static void
apply_direction (void)
{
  static const char *const rtl[] = { "ar", "fa", "he", "ur", NULL };
  static const char        header_msgid[] = ""; /* a variable: xgettext is not to take it */
  const char              *header = gettext (header_msgid);
  const char              *language = strstr (header, "Language: ");
  g_autofree char         *code = NULL;

  if (language == NULL)
    return;
  code = g_strndup (language + strlen ("Language: "), 2);
  if (g_strv_contains (rtl, code))
    gtk_widget_set_default_direction (GTK_TEXT_DIR_RTL);
}

static int
tkb_application_handle_local_options (GApplication *application, GVariantDict *values)
{
  TkbApplication *self = TKB_APPLICATION (application);
  int             status = tkb_options_parse (&self->options, application, values);

  if (self->options.leaves_out_starter)
    tkb_library_set_starter (self->library, NULL);
  if (self->options.remote != NULL)
    tkb_accounts_set_override (tkb_library_get_accounts (self->library), self->options.remote);
  return status;
}

static void
tkb_application_startup (GApplication *application)
{
  TkbApplication *self = TKB_APPLICATION (application);

  G_APPLICATION_CLASS (tkb_application_parent_class)->startup (application);
  gtk_window_set_default_icon_name (TKB_APPLICATION_ID);
  g_object_set (gtk_settings_get_default (), "gtk-label-select-on-focus", FALSE, NULL);
  apply_direction ();
  set_up_actions (self);
  tkb_library_open_async (self->library, self->cancellable, library_opened_cb, g_object_ref (self));
}

static void
tkb_application_activate (GApplication *application)
{
  TkbApplication *self = TKB_APPLICATION (application);
  GtkWindow      *window = gtk_application_get_active_window (GTK_APPLICATION (application));

  if (window == NULL)
    {
      window = GTK_WINDOW (tkb_window_new (GTK_APPLICATION (application), self->library));
      if (self->options.exits_after_first_frame)
        tkb_options_quit_after_first_frame (window);
    }
  gtk_window_present (window);
}

static void
tkb_application_shutdown (GApplication *application)
{
  TkbApplication *self = TKB_APPLICATION (application);

  g_cancellable_cancel (self->cancellable);
  G_APPLICATION_CLASS (tkb_application_parent_class)->shutdown (application);
  tkb_library_close (self->library);
}

static void
tkb_application_dispose (GObject *object)
{
  TkbApplication *self = TKB_APPLICATION (object);

  tkb_options_clear (&self->options);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->library);
  G_OBJECT_CLASS (tkb_application_parent_class)->dispose (object);
}

static void
tkb_application_class_init (TkbApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = tkb_application_dispose;
  application_class->handle_local_options = tkb_application_handle_local_options;
  application_class->startup = tkb_application_startup;
  application_class->activate = tkb_application_activate;
  application_class->shutdown = tkb_application_shutdown;
}

static void
tkb_application_init (TkbApplication *self)
{
  /* the templates are in a static library: naming them is what links them in */
  g_resources_register (tkb_app_get_resource ());
  self->cancellable = g_cancellable_new ();
}

/**
 * tkb_application_new:
 * @library: still closed; opened when the application starts, closed when it ends
 *
 * Returns: (transfer full): the application
 */
TkbApplication *
tkb_application_new (TkbLibrary *library)
{
  TkbApplication *self = g_object_new (TKB_TYPE_APPLICATION, "application-id", TKB_APPLICATION_ID,
                                       "resource-base-path", "/org/example/TiscKB", NULL);

  self->library = g_object_ref (library);
  tkb_options_add_to (G_APPLICATION (self));
  return self;
}

TkbLibrary *
tkb_application_get_library (TkbApplication *self)
{
  return self->library;
}
