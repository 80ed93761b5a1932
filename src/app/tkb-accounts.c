/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-accounts.h"

#include <glib/gi18n.h>
#include <string.h>

/* Database that an address without a path means. */
#define DEFAULT_DATABASE "/tisckb"

struct _TkbAccounts
{
  GObject parent_instance;

  GSettings     *settings;         /* (owned) (nullable) */
  char          *credentials_path; /* (owned) */
  TkbRemote     *stored;           /* (owned) url "": none is set up */
  TkbRemote     *override;         /* (owned) (nullable): the server of this run */
  gboolean       is_enabled;
  gboolean       is_looked_up; /* stored has its password, or there is none */
  TkbKeeping     keeping;
  GError        *error;       /* (owned) (nullable) of the last look-up or storing */
  GCancellable  *cancellable; /* (owned) (nullable) of the look-up under way */
  TkbReplicator *replicator;  /* (owned) (nullable) */
};

enum
{
  SIGNAL_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (TkbAccounts, tkb_accounts, G_TYPE_OBJECT)

/* ---- addresses ---- */

static char *
fail_address (GError **error, const char *message)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, message);
  return NULL;
}

/**
 * tkb_accounts_normalize_url:
 * @text: a host, a host with a scheme, or the address of a database
 *
 * Adds `https://` and `/tisckb` where they are missing.
 *
 * Returns: (transfer full) (nullable): the address of a database; %NULL with a translated error
 *   that says what is wrong with @text
 */
char *
tkb_accounts_normalize_url (const char *text, GError **error)
{
  g_autofree char *stripped = g_strstrip (g_strdup (text));
  g_autofree char *full = NULL;
  g_autofree char *path = NULL;
  g_autoptr (GUri) uri = NULL;
  const char *host;

  full = strstr (stripped, "://") != NULL ? g_strdup (stripped)
                                          : g_strconcat ("https://", stripped, NULL);
  uri = g_uri_parse (full, G_URI_FLAGS_ENCODED | G_URI_FLAGS_HAS_PASSWORD, NULL);
  host = uri != NULL ? g_uri_get_host (uri) : NULL;
  if (host == NULL || *host == '\0' || strpbrk (host, " \t\n<>\"") != NULL)
    return fail_address (error, _ ("This is not the address of a server"));
  if (!g_str_equal (g_uri_get_scheme (uri), "https") &&
      !g_str_equal (g_uri_get_scheme (uri), "http"))
    return fail_address (error, _ ("The address has to begin with https:// or http://"));
  if (g_uri_get_userinfo (uri) != NULL)
    return fail_address (error, _ ("Put the user name and the password into their own rows"));

  path = g_strdup (g_uri_get_path (uri));
  while (g_str_has_suffix (path, "/"))
    path[strlen (path) - 1] = '\0';
  return g_uri_join (G_URI_FLAGS_ENCODED, g_uri_get_scheme (uri), NULL, host, g_uri_get_port (uri),
                     *path == '\0' ? DEFAULT_DATABASE : path, NULL, NULL);
}

/* ---- settings ---- */

static char *
get_string (TkbAccounts *self, const char *key)
{
  return self->settings != NULL ? g_settings_get_string (self->settings, key) : g_strdup ("");
}

static gboolean
get_boolean (TkbAccounts *self, const char *key)
{
  return self->settings != NULL && g_settings_get_boolean (self->settings, key);
}

static void
put_string (TkbAccounts *self, const char *key, const char *value)
{
  if (self->settings != NULL)
    g_settings_set_string (self->settings, key, value != NULL ? value : "");
}

static void
put_boolean (TkbAccounts *self, const char *key, gboolean value)
{
  if (self->settings != NULL)
    g_settings_set_boolean (self->settings, key, value);
}

static char *
null_if_empty (char *text)
{
  if (text == NULL || *text != '\0')
    return text;
  g_free (text);
  return NULL;
}

/* Only addresses that we would have written: the settings may be edited by hand. */
static void
load_settings (TkbAccounts *self)
{
  g_autofree char *url = get_string (self, "server-url");
  g_autoptr (GError) error = NULL;
  g_autofree char *normal = *url != '\0' ? tkb_accounts_normalize_url (url, &error) : NULL;

  if (error != NULL)
    g_warning ("The server address in the settings is ignored: %s", error->message);
  self->stored = tkb_remote_new (normal != NULL ? normal : "", NULL, NULL);
  self->stored->user = null_if_empty (get_string (self, "user-name"));
  self->stored->ca_file = null_if_empty (get_string (self, "ca-file"));
  self->stored->allow_insecure = get_boolean (self, "allow-insecure");
  self->is_enabled = get_boolean (self, "sync-enabled");
}

/* ---- the replicator ---- */

/* Gives the replicator what is set up now. It waits for the password: signing in without it would
 * count as a failed attempt. */
static void
apply (TkbAccounts *self)
{
  const TkbRemote *remote = tkb_accounts_get_remote (self);

  if (self->replicator != NULL)
    {
      gboolean is_ready = remote != NULL && (self->override != NULL || self->is_looked_up);

      tkb_replicator_set_remote (self->replicator, is_ready ? remote : NULL);
      if (is_ready && tkb_accounts_is_enabled (self))
        tkb_replicator_start (self->replicator);
      else
        tkb_replicator_stop (self->replicator);
    }
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

static void
looked_up_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TkbAccounts) self = TKB_ACCOUNTS (user_data);
  g_autofree char *password = NULL;
  TkbKeeping       keeping;

  if (!tkb_password_look_up_finish (result, &password, &keeping, NULL))
    return;
  g_clear_object (&self->cancellable);
  self->keeping = keeping;
  self->stored->password = g_steal_pointer (&password);
  self->is_looked_up = TRUE;
  apply (self);
}

static void
forget_password (TkbAccounts *self)
{
  if (self->stored->password != NULL)
    explicit_bzero (self->stored->password, strlen (self->stored->password));
  g_clear_pointer (&self->stored->password, g_free);
  self->is_looked_up = FALSE;
}

/* Looks the password up for the account as it is now, and applies. */
static void
look_up (TkbAccounts *self)
{
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  if (self->override == NULL && !self->is_looked_up && *self->stored->url != '\0')
    {
      self->cancellable = g_cancellable_new ();
      tkb_password_look_up_async (self->credentials_path, self->stored->url, self->stored->user,
                                  self->cancellable, looked_up_cb, g_object_ref (self));
    }
  apply (self);
}

static void
stored_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TkbAccounts) self = TKB_ACCOUNTS (user_data);

  g_clear_error (&self->error);
  tkb_password_store_finish (result, &self->keeping, &self->error);
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

static void
store_password (TkbAccounts *self)
{
  if (*self->stored->url != '\0')
    tkb_password_store_async (self->credentials_path, self->stored->url, self->stored->user,
                              self->stored->password, NULL, stored_cb, g_object_ref (self));
}

/* ---- object ---- */

static void
tkb_accounts_dispose (GObject *object)
{
  TkbAccounts *self = TKB_ACCOUNTS (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->replicator);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (tkb_accounts_parent_class)->dispose (object);
}

static void
tkb_accounts_finalize (GObject *object)
{
  TkbAccounts *self = TKB_ACCOUNTS (object);

  tkb_remote_free (self->stored);
  tkb_remote_free (self->override);
  g_clear_error (&self->error);
  g_free (self->credentials_path);
  G_OBJECT_CLASS (tkb_accounts_parent_class)->finalize (object);
}

static void
tkb_accounts_class_init (TkbAccountsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = tkb_accounts_dispose;
  G_OBJECT_CLASS (klass)->finalize = tkb_accounts_finalize;

  /**
   * TkbAccounts::changed:
   *
   * The account, its password or where that is kept changed.
   */
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", TKB_TYPE_ACCOUNTS, G_SIGNAL_RUN_LAST, 0, NULL,
                                          NULL, NULL, G_TYPE_NONE, 0);
}

static void
tkb_accounts_init (TkbAccounts *self)
{
}

/**
 * tkb_accounts_new:
 * @settings: (nullable): remembers all but the password
 * @credentials_path: file for passwords where there is no keyring
 *
 * Returns: (transfer full): the account as the settings have it; no password was looked up yet
 */
TkbAccounts *
tkb_accounts_new (GSettings *settings, const char *credentials_path)
{
  TkbAccounts *self = g_object_new (TKB_TYPE_ACCOUNTS, NULL);

  g_set_object (&self->settings, settings);
  self->credentials_path = g_strdup (credentials_path);
  load_settings (self);
  return self;
}

/**
 * tkb_accounts_get_remote:
 *
 * Returns: (nullable) (transfer none): the server in use; valid until the next "changed"
 */
const TkbRemote *
tkb_accounts_get_remote (TkbAccounts *self)
{
  if (self->override != NULL)
    return self->override;
  return *self->stored->url != '\0' ? self->stored : NULL;
}

gboolean
tkb_accounts_is_enabled (TkbAccounts *self)
{
  return self->override != NULL || self->is_enabled;
}

gboolean
tkb_accounts_is_override (TkbAccounts *self)
{
  return self->override != NULL;
}

TkbKeeping
tkb_accounts_get_keeping (TkbAccounts *self)
{
  return self->keeping;
}

const GError *
tkb_accounts_get_error (TkbAccounts *self)
{
  return self->error;
}

/**
 * tkb_accounts_set_override:
 * @remote: (nullable): the server of this run, in the place of what is stored
 *
 * Nothing of it is stored, and the keyring is not asked.
 */
void
tkb_accounts_set_override (TkbAccounts *self, const TkbRemote *remote)
{
  g_return_if_fail (TKB_IS_ACCOUNTS (self));

  g_clear_pointer (&self->override, tkb_remote_free);
  self->override = tkb_remote_copy (remote);
  look_up (self);
}

static char *
get_origin (const char *url)
{
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_ENCODED, NULL);

  if (uri == NULL)
    return NULL;
  return g_strdup_printf ("%s://%s:%d", g_uri_get_scheme (uri), g_uri_get_host (uri),
                          g_uri_get_port (uri));
}

/**
 * tkb_accounts_set_url:
 * @url: of tkb_accounts_normalize_url (); "": none
 *
 * The password goes along to another database of the same server, to no other server. The first
 * address switches sync on.
 */
void
tkb_accounts_set_url (TkbAccounts *self, const char *url)
{
  g_autofree char *old_origin = get_origin (self->stored->url);
  g_autofree char *origin = get_origin (url);
  gboolean         is_first = *self->stored->url == '\0';

  g_return_if_fail (TKB_IS_ACCOUNTS (self));
  if (g_str_equal (self->stored->url, url))
    return;
  g_free (self->stored->url);
  self->stored->url = g_strdup (url);
  put_string (self, "server-url", url);
  if (self->stored->password != NULL && (is_first || g_strcmp0 (old_origin, origin) == 0))
    store_password (self);
  else
    forget_password (self);
  if (is_first)
    {
      self->is_enabled = TRUE;
      put_boolean (self, "sync-enabled", TRUE);
    }
  look_up (self);
}

/**
 * tkb_accounts_set_user:
 * @user: "": nobody, for servers that everybody may read
 *
 * A password that was given before the name is taken to be its.
 */
void
tkb_accounts_set_user (TkbAccounts *self, const char *user)
{
  gboolean had_user = self->stored->user != NULL;

  g_return_if_fail (TKB_IS_ACCOUNTS (self));
  if (g_strcmp0 (self->stored->user != NULL ? self->stored->user : "", user) == 0)
    return;
  g_free (self->stored->user);
  self->stored->user = null_if_empty (g_strdup (user));
  put_string (self, "user-name", user);
  if (!had_user && self->stored->password != NULL)
    store_password (self);
  else
    forget_password (self);
  look_up (self);
}

/**
 * tkb_accounts_set_password:
 * @password: "": forgets it
 */
void
tkb_accounts_set_password (TkbAccounts *self, const char *password)
{
  g_return_if_fail (TKB_IS_ACCOUNTS (self));
  if (g_strcmp0 (self->stored->password != NULL ? self->stored->password : "", password) == 0)
    return;
  forget_password (self);
  self->stored->password = null_if_empty (g_strdup (password));
  self->is_looked_up = TRUE;
  store_password (self);
  look_up (self);
}

void
tkb_accounts_set_ca_file (TkbAccounts *self, const char *path)
{
  g_return_if_fail (TKB_IS_ACCOUNTS (self));
  if (g_strcmp0 (self->stored->ca_file, path) == 0)
    return;
  g_free (self->stored->ca_file);
  self->stored->ca_file = null_if_empty (g_strdup (path));
  put_string (self, "ca-file", path);
  apply (self);
}

void
tkb_accounts_set_allow_insecure (TkbAccounts *self, gboolean allow)
{
  g_return_if_fail (TKB_IS_ACCOUNTS (self));
  if (self->stored->allow_insecure == allow)
    return;
  self->stored->allow_insecure = allow;
  put_boolean (self, "allow-insecure", allow);
  apply (self);
}

void
tkb_accounts_set_enabled (TkbAccounts *self, gboolean enabled)
{
  g_return_if_fail (TKB_IS_ACCOUNTS (self));
  if (self->is_enabled == enabled)
    return;
  self->is_enabled = enabled;
  put_boolean (self, "sync-enabled", enabled);
  apply (self);
}

/**
 * tkb_accounts_attach:
 * @replicator: (nullable): follows the account from now on; %NULL: none does
 */
void
tkb_accounts_attach (TkbAccounts *self, TkbReplicator *replicator)
{
  g_return_if_fail (TKB_IS_ACCOUNTS (self));

  g_set_object (&self->replicator, replicator);
  if (replicator != NULL)
    look_up (self);
}
