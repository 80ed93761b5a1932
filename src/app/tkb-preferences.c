/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-preferences.h"

#include <string.h>

#include "tkb-http-peer.h"
#include "tkb-sync-text.h"
#include "tkb-text.h"

/* Silence after which a test says that the server cannot be reached. */
#define TEST_TIMEOUT_S 15

struct _TkbPreferences
{
  AdwPreferencesWindow parent_instance;

  TkbLibrary           *library;     /* (owned) */
  TkbAccounts          *accounts;    /* (owned) */
  GCancellable         *cancellable; /* (owned) (nullable) of the test under way */
  GtkFileChooserNative *chooser;     /* (owned) (nullable) while it is open */
  gboolean              is_filling;  /* rows change because of the account, not of the user */
  char                 *address;     /* (owned) last filled into the row */
  char                 *user;        /* (owned) last filled into the row */
  char                 *password;    /* (owned) last filled into the row */

  AdwPreferencesGroup *server_group;
  AdwActionRow        *sync_row;
  AdwPreferencesGroup *trust_group;
  AdwEntryRow         *address_row;
  AdwEntryRow         *user_row;
  AdwEntryRow         *password_row;
  AdwActionRow        *keeping_row;
  AdwActionRow        *test_row;
  GtkSpinner          *test_spinner;
  GtkSwitch           *sync_switch;
  AdwActionRow        *ca_row;
  GtkWidget           *ca_clear_button;
  GtkSwitch           *insecure_switch;
  AdwComboRow         *style_row;
  AdwActionRow        *backup_row;
};

G_DEFINE_FINAL_TYPE (TkbPreferences, tkb_preferences, ADW_TYPE_PREFERENCES_WINDOW)

static const char *const styles[] = { "system", "light", "dark" };

/* ---- filling the rows ---- */

/* What the user is typing stays. */
static void
fill_entry (AdwEntryRow *row, char **filled, const char *value)
{
  if (g_strcmp0 (*filled, gtk_editable_get_text (GTK_EDITABLE (row))) != 0 ||
      g_strcmp0 (*filled, value) == 0)
    return;
  explicit_bzero (*filled, strlen (*filled));
  g_free (*filled);
  *filled = g_strdup (value);
  /* the row would offer to apply what is applied */
  adw_entry_row_set_show_apply_button (row, FALSE);
  gtk_editable_set_text (GTK_EDITABLE (row), value);
  adw_entry_row_set_show_apply_button (row, TRUE);
}

static void
update_keeping (TkbPreferences *self, const TkbRemote *remote)
{
  const GError *error = tkb_accounts_get_error (self->accounts);
  gboolean      is_file = tkb_accounts_get_keeping (self->accounts) == TKB_KEEPING_FILE;

  gtk_widget_set_visible (
      GTK_WIDGET (self->keeping_row),
      !tkb_accounts_is_override (self->accounts) &&
          (error != NULL || (is_file && remote != NULL && remote->password != NULL)));
  if (error != NULL)
    {
      g_autofree char *text =
          g_strdup_printf (_ ("The password could not be kept: %s"), error->message);

      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->keeping_row), text);
    }
  else
    adw_preferences_row_set_title (
        ADW_PREFERENCES_ROW (self->keeping_row),
        _ ("No keyring found: the password is kept in a file only you can read"));
}

static void
update (TkbPreferences *self)
{
  const TkbRemote *remote = tkb_accounts_get_remote (self->accounts);
  gboolean         is_override = tkb_accounts_is_override (self->accounts);
  const char      *ca_file = remote != NULL ? remote->ca_file : NULL;

  self->is_filling = TRUE;
  fill_entry (self->address_row, &self->address, remote != NULL ? remote->url : "");
  if (remote != NULL)
    {
      fill_entry (self->user_row, &self->user, remote->user != NULL ? remote->user : "");
      fill_entry (self->password_row, &self->password,
                  remote->password != NULL && !is_override ? remote->password : "");
      gtk_switch_set_active (self->insecure_switch, remote->allow_insecure);
    }
  gtk_switch_set_active (self->sync_switch, tkb_accounts_is_enabled (self->accounts));
  adw_action_row_set_subtitle (self->ca_row,
                               ca_file != NULL ? ca_file : _ ("Those that the system trusts"));
  gtk_widget_set_visible (self->ca_clear_button, ca_file != NULL);
  update_keeping (self, remote);
  self->is_filling = FALSE;

  gtk_widget_set_sensitive (GTK_WIDGET (self->address_row), !is_override);
  gtk_widget_set_sensitive (GTK_WIDGET (self->user_row), !is_override);
  gtk_widget_set_sensitive (GTK_WIDGET (self->password_row), !is_override);
  gtk_widget_set_sensitive (GTK_WIDGET (self->sync_row), !is_override);
  gtk_widget_set_sensitive (GTK_WIDGET (self->trust_group), !is_override);
  if (is_override)
    adw_preferences_group_set_description (
        self->server_group,
        _ ("This run uses a server named on the command line. Nothing of it is stored."));
}

/* ---- applying ---- */

static void
set_result (TkbPreferences *self, const char *text, const char *css_class)
{
  static const char *const classes[] = { "test-passed", "test-failed" };

  /* the rows take markup */
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  adw_action_row_set_subtitle (self->test_row, escaped);
  for (guint i = 0; i < G_N_ELEMENTS (classes); i++)
    gtk_widget_remove_css_class (GTK_WIDGET (self->test_row), classes[i]);
  if (css_class != NULL)
    gtk_widget_add_css_class (GTK_WIDGET (self->test_row), css_class);
}

static void
stop_test (TkbPreferences *self)
{
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  gtk_spinner_stop (self->test_spinner);
  gtk_widget_set_visible (GTK_WIDGET (self->test_spinner), FALSE);
}

static gboolean
apply_address (TkbPreferences *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->address_row));
  g_autoptr (GError) error = NULL;
  g_autofree char *url = NULL;

  if (g_strcmp0 (text, self->address) == 0)
    return TRUE;
  url = text[strspn (text, " \t")] == '\0' ? g_strdup ("")
                                           : tkb_accounts_normalize_url (text, &error);
  if (url == NULL)
    {
      gtk_widget_add_css_class (GTK_WIDGET (self->address_row), "error");
      set_result (self, error->message, "test-failed");
      return FALSE;
    }
  /* so that the row shows the address as it was understood */
  g_free (self->address);
  self->address = g_strdup (text);
  tkb_accounts_set_url (self->accounts, url);
  update (self);
  return TRUE;
}

static void
apply_user (TkbPreferences *self)
{
  g_autofree char *text = g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->user_row)));

  if (g_strcmp0 (text, self->user) == 0)
    return;
  g_free (self->user);
  self->user = g_strdup (text);
  tkb_accounts_set_user (self->accounts, g_strstrip (text));
  update (self);
}

static void
apply_password (TkbPreferences *self)
{
  g_autofree char *text = g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->password_row)));

  if (g_strcmp0 (text, self->password) == 0)
    return;
  g_free (self->password);
  self->password = g_strdup (text);
  tkb_accounts_set_password (self->accounts, text);
  explicit_bzero (text, strlen (text));
}

/* Everything typed that was not applied yet. */
static gboolean
apply_all (TkbPreferences *self)
{
  if (tkb_accounts_is_override (self->accounts))
    return TRUE;
  if (!apply_address (self))
    return FALSE;
  apply_user (self);
  apply_password (self);
  return TRUE;
}

static void
forget_result (TkbPreferences *self)
{
  stop_test (self);
  set_result (self, _ ("Not tested yet"), NULL);
}

static void
address_applied_cb (TkbPreferences *self)
{
  forget_result (self);
  apply_address (self);
}

static void
address_edited_cb (TkbPreferences *self)
{
  gtk_widget_remove_css_class (GTK_WIDGET (self->address_row), "error");
}

static void
user_applied_cb (TkbPreferences *self)
{
  forget_result (self);
  apply_user (self);
}

static void
password_applied_cb (TkbPreferences *self)
{
  forget_result (self);
  apply_password (self);
}

static void
sync_switched_cb (TkbPreferences *self)
{
  if (!self->is_filling)
    tkb_accounts_set_enabled (self->accounts, gtk_switch_get_active (self->sync_switch));
}

static void
insecure_switched_cb (TkbPreferences *self)
{
  if (self->is_filling)
    return;
  forget_result (self);
  tkb_accounts_set_allow_insecure (self->accounts, gtk_switch_get_active (self->insecure_switch));
}

/* ---- test ---- */

static void
tested_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TkbPreferences) self = TKB_PREFERENCES (user_data);
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbPeerInfo) info = tkb_peer_get_info_finish (TKB_PEER (source), result, &error);
  g_autofree char *text = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  stop_test (self);
  if (info == NULL)
    {
      text = tkb_sync_text_error (error);
      set_result (self, text, "test-failed");
      return;
    }
  {
    g_autofree char *count = tkb_text_count (info->documents);

    text = g_strdup_printf (ngettext ("The server answers and has %s document",
                                      "The server answers and has %s documents",
                                      (gulong) info->documents),
                            count);
    set_result (self, text, "test-passed");
  }
}

static void
test_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  TkbPreferences *self = TKB_PREFERENCES (widget);
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbPeer) peer = NULL;
  const TkbRemote *remote;

  stop_test (self);
  if (!apply_all (self))
    return;
  remote = tkb_accounts_get_remote (self->accounts);
  if (remote == NULL)
    {
      set_result (self, _ ("Enter the address of a server first"), "test-failed");
      return;
    }
  peer = tkb_http_peer_new (remote, tkb_library_get_clock (self->library),
                            tkb_library_get_random (self->library), &error);
  if (peer == NULL)
    {
      g_autofree char *text = tkb_sync_text_error (error);

      set_result (self, text, "test-failed");
      return;
    }
  tkb_http_peer_set_timeout (TKB_HTTP_PEER (peer), TEST_TIMEOUT_S);
  self->cancellable = g_cancellable_new ();
  set_result (self, _ ("Asking the server…"), NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->test_spinner), TRUE);
  gtk_spinner_start (self->test_spinner);
  tkb_peer_get_info_async (peer, self->cancellable, tested_cb, g_object_ref (self));
}

/* ---- the private authority ---- */

static void
ca_chosen_cb (GtkNativeDialog *dialog, int response, TkbPreferences *self)
{
  g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
  g_autofree char *path = file != NULL ? g_file_get_path (file) : NULL;
  GList           *certificates;

  g_clear_object (&self->chooser);
  if (response != GTK_RESPONSE_ACCEPT || path == NULL)
    return;
  certificates = g_tls_certificate_list_new_from_file (path, NULL);
  if (certificates == NULL)
    {
      adw_preferences_window_add_toast (ADW_PREFERENCES_WINDOW (self),
                                        adw_toast_new (_ ("There is no certificate in this file")));
      return;
    }
  g_list_free_full (certificates, g_object_unref);
  forget_result (self);
  tkb_accounts_set_ca_file (self->accounts, path);
}

static void
choose_ca_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  TkbPreferences *self = TKB_PREFERENCES (widget);
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

  if (self->chooser != NULL)
    return;
  gtk_file_filter_set_name (filter, _ ("Certificates"));
  gtk_file_filter_add_mime_type (filter, "application/x-x509-ca-cert");
  gtk_file_filter_add_mime_type (filter, "application/x-pem-file");
  gtk_file_filter_add_suffix (filter, "pem");
  gtk_file_filter_add_suffix (filter, "crt");
  gtk_file_filter_add_suffix (filter, "cer");
  self->chooser = gtk_file_chooser_native_new (_ ("Certificate Authority"), GTK_WINDOW (self),
                                               GTK_FILE_CHOOSER_ACTION_OPEN, NULL, NULL);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->chooser), TRUE);
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (self->chooser), filter);
  g_signal_connect_object (self->chooser, "response", G_CALLBACK (ca_chosen_cb), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

static void
clear_ca_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  TkbPreferences *self = TKB_PREFERENCES (widget);

  forget_result (self);
  tkb_accounts_set_ca_file (self->accounts, NULL);
}

/* ---- style ---- */

static void
style_selected_cb (TkbPreferences *self)
{
  GActionGroup *application = G_ACTION_GROUP (g_application_get_default ());
  guint         selected = adw_combo_row_get_selected (self->style_row);

  if (!self->is_filling && selected < G_N_ELEMENTS (styles))
    g_action_group_change_action_state (application, "style",
                                        g_variant_new_string (styles[selected]));
}

/* The menu of the main window changes the style too, but not while this window is open. */
static void
fill_style (TkbPreferences *self)
{
  GActionGroup *application = G_ACTION_GROUP (g_application_get_default ());
  g_autoptr (GVariant) state = g_action_group_get_action_state (application, "style");

  if (state == NULL)
    return;
  self->is_filling = TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (styles); i++)
    if (g_str_equal (g_variant_get_string (state, NULL), styles[i]))
      adw_combo_row_set_selected (self->style_row, i);
  self->is_filling = FALSE;
}

/* ---- window ---- */

static gboolean
tkb_preferences_close_request (GtkWindow *window)
{
  TkbPreferences *self = TKB_PREFERENCES (window);

  /* an address that is none is not worth a question */
  if (apply_all (self))
    stop_test (self);
  return GTK_WINDOW_CLASS (tkb_preferences_parent_class)->close_request (window);
}

static void
tkb_preferences_dispose (GObject *object)
{
  TkbPreferences *self = TKB_PREFERENCES (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->chooser);
  if (self->accounts != NULL)
    g_signal_handlers_disconnect_by_data (self->accounts, self);
  g_clear_object (&self->accounts);
  g_clear_object (&self->library);
  G_OBJECT_CLASS (tkb_preferences_parent_class)->dispose (object);
}

static void
tkb_preferences_finalize (GObject *object)
{
  TkbPreferences *self = TKB_PREFERENCES (object);

  explicit_bzero (self->password, strlen (self->password));
  g_free (self->password);
  g_free (self->address);
  g_free (self->user);
  G_OBJECT_CLASS (tkb_preferences_parent_class)->finalize (object);
}

static void
bind_template (GtkWidgetClass *widget_class)
{
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/example/TiscKB/ui/tkb-preferences.ui");
  gtk_widget_class_bind_template_child (widget_class, TkbPreferences, server_group);
  gtk_widget_class_bind_template_child (widget_class, TkbPreferences, sync_row);
  gtk_widget_class_bind_template_child (widget_class, TkbPreferences, trust_group);
  gtk_widget_class_bind_template_child (widget_class, TkbPreferences, address_row);
  gtk_widget_class_bind_template_child (widget_class, TkbPreferences, user_row);
  gtk_widget_class_bind_template_child (widget_class, TkbPreferences, password_row);
  gtk_widget_class_bind_template_child (widget_class, TkbPreferences, keeping_row);
  gtk_widget_class_bind_template_child (widget_class, TkbPreferences, test_row);
  gtk_widget_class_bind_template_child (widget_class, TkbPreferences, test_spinner);
  gtk_widget_class_bind_template_child (widget_class, TkbPreferences, sync_switch);
  gtk_widget_class_bind_template_child (widget_class, TkbPreferences, ca_row);
  gtk_widget_class_bind_template_child (widget_class, TkbPreferences, ca_clear_button);
  gtk_widget_class_bind_template_child (widget_class, TkbPreferences, insecure_switch);
  gtk_widget_class_bind_template_child (widget_class, TkbPreferences, style_row);
  gtk_widget_class_bind_template_child (widget_class, TkbPreferences, backup_row);
  gtk_widget_class_bind_template_callback (widget_class, address_applied_cb);
  gtk_widget_class_bind_template_callback (widget_class, address_edited_cb);
  gtk_widget_class_bind_template_callback (widget_class, user_applied_cb);
  gtk_widget_class_bind_template_callback (widget_class, password_applied_cb);
  gtk_widget_class_bind_template_callback (widget_class, sync_switched_cb);
  gtk_widget_class_bind_template_callback (widget_class, insecure_switched_cb);
  gtk_widget_class_bind_template_callback (widget_class, style_selected_cb);
}

static void
tkb_preferences_class_init (TkbPreferencesClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = tkb_preferences_dispose;
  G_OBJECT_CLASS (klass)->finalize = tkb_preferences_finalize;
  GTK_WINDOW_CLASS (klass)->close_request = tkb_preferences_close_request;
  bind_template (widget_class);
  gtk_widget_class_install_action (widget_class, "preferences.test", NULL, test_action);
  gtk_widget_class_install_action (widget_class, "preferences.choose-ca", NULL, choose_ca_action);
  gtk_widget_class_install_action (widget_class, "preferences.clear-ca", NULL, clear_ca_action);
}

static void
tkb_preferences_init (TkbPreferences *self)
{
  self->is_filling = TRUE;
  self->address = g_strdup ("");
  self->user = g_strdup ("");
  self->password = g_strdup ("");
  gtk_widget_init_template (GTK_WIDGET (self));
  adw_entry_row_set_show_apply_button (self->address_row, TRUE);
  adw_entry_row_set_show_apply_button (self->user_row, TRUE);
  adw_entry_row_set_show_apply_button (self->password_row, TRUE);
  self->is_filling = FALSE;
}

/* What the daily backup last came to. */
static void
update_backup (TkbPreferences *self)
{
  TkbBackupKeeper *backups = tkb_library_get_backups (self->library);
  const GError    *error = backups != NULL ? tkb_backup_keeper_get_error (backups) : NULL;
  g_autofree char *day = backups != NULL ? tkb_backup_keeper_dup_day (backups) : NULL;
  g_autofree char *text = NULL;
  g_autofree char *markup = NULL;

  if (error != NULL)
    text = g_strdup_printf (_ ("The last one failed; it is tried again. %s"), error->message);
  else if (day != NULL)
    text =
        g_strdup_printf (_ ("Drafts, private records and unsent changes, last saved on %s"), day);
  else
    text = g_strdup (_ ("Nothing is only on this computer, so there is nothing to save"));
  markup = g_markup_escape_text (text, -1);
  adw_action_row_set_subtitle (self->backup_row, markup);
}

/**
 * tkb_preferences_new:
 * @parent: (nullable): the window in front of which it stands
 * @library: with accounts
 *
 * Returns: (transfer none): the window, not shown yet
 */
GtkWindow *
tkb_preferences_new (GtkWindow *parent, TkbLibrary *library)
{
  TkbPreferences *self = g_object_new (TKB_TYPE_PREFERENCES, "transient-for", parent, NULL);

  self->library = g_object_ref (library);
  self->accounts = g_object_ref (tkb_library_get_accounts (library));
  g_signal_connect_swapped (self->accounts, "changed", G_CALLBACK (update), self);
  update (self);
  update_backup (self);
  if (tkb_library_get_backups (library) != NULL)
    g_signal_connect_object (tkb_library_get_backups (library), "changed",
                             G_CALLBACK (update_backup), self, G_CONNECT_SWAPPED);
  fill_style (self);
  return GTK_WINDOW (self);
}
