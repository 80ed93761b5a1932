/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-hub.h"

#include "tkb-accounts.h"
#include "tkb-replicator.h"

#include <string.h>

/* milliseconds that a run gets to come to its end at a stop */
#define STOP_WAIT_MS 5000

struct _TkbHub
{
  TkbDatabase   *library;    /* (owned): held */
  TkbReplicator *replicator; /* (owned) */
  guint          last_state;
};

static const char *const state_names[] = { "stopped", "offline",      "connecting", "syncing",
                                           "idle",    "unauthorized", "error" };

static void
state_changed_cb (TkbReplicator *replicator, GParamSpec *pspec, gpointer user_data)
{
  TkbHub *self = user_data;
  guint   state = tkb_replicator_get_state (replicator);
  GError *error = tkb_replicator_get_error (replicator);

  if (state == self->last_state || state >= G_N_ELEMENTS (state_names))
    return;
  self->last_state = state;
  g_printerr ("upstream: %s%s%s\n", state_names[state], error != NULL ? ": " : "",
              error != NULL ? error->message : "");
}

/**
 * tkb_hub_read_remote:
 * @url: of the parent's database
 * @user: (nullable): account there
 * @password_file: (nullable): its first line is the password
 * @ca_file: (nullable): PEM of a private authority
 * @error: a file error
 *
 * Returns: (transfer full): where the parent is, or %NULL
 */
TkbRemote *
tkb_hub_read_remote (const char *url,
                     const char *user,
                     const char *password_file,
                     const char *ca_file,
                     GError    **error)
{
  g_autofree char *password = NULL;
  TkbRemote       *remote;

  if (password_file != NULL)
    {
      if (!g_file_get_contents (password_file, &password, NULL, error))
        return NULL;
      password[strcspn (password, "\r\n")] = '\0';
    }
  remote = tkb_remote_new (url, user, password);
  g_free (remote->ca_file);
  remote->ca_file = g_strdup (ca_file);
  tkb_password_wipe (password);
  return remote;
}

/**
 * tkb_hub_new:
 * @server: a server
 * @remote: the parent's database
 *
 * Returns: (transfer full): a hub at work
 */
TkbHub *
tkb_hub_new (TkbServer *server, const TkbRemote *remote)
{
  TkbHub *self = g_new0 (TkbHub, 1);

  self->library = tkb_server_hold_database (server, TKB_LIBRARY_DATABASE);
  self->last_state = TKB_REPLICATOR_STOPPED;
  self->replicator =
      tkb_replicator_new (tkb_database_get_store (self->library), tkb_server_get_clock (server),
                          tkb_server_get_random (server), g_network_monitor_get_default ());
  g_signal_connect (self->replicator, "notify::state", G_CALLBACK (state_changed_cb), self);
  tkb_replicator_set_remote (self->replicator, remote);
  tkb_replicator_start (self->replicator);
  return self;
}

/**
 * tkb_hub_free:
 * @self: (transfer full): a hub
 */
void
tkb_hub_free (TkbHub *self)
{
  gint64 until = g_get_monotonic_time () + STOP_WAIT_MS * 1000;

  tkb_replicator_stop (self->replicator);
  while (tkb_replicator_get_state (self->replicator) != TKB_REPLICATOR_STOPPED &&
         g_get_monotonic_time () < until)
    g_main_context_iteration (NULL, FALSE);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_signal_handlers_disconnect_by_data (self->replicator, self);
  g_object_unref (self->replicator);
  tkb_database_release (self->library);
  g_object_unref (self->library);
  g_free (self);
}
