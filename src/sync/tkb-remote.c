/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-remote.h"

#include <string.h>

G_DEFINE_BOXED_TYPE (TkbRemote, tkb_remote, tkb_remote_copy, tkb_remote_free)

/**
 * tkb_remote_new:
 * @url: address of the database
 * @user: (nullable): account
 * @password: (nullable): its password
 *
 * Returns: (transfer full): a remote with certificates checked against the system's authorities
 */
TkbRemote *
tkb_remote_new (const char *url, const char *user, const char *password)
{
  TkbRemote *self = g_new0 (TkbRemote, 1);

  self->url = g_strdup (url);
  self->user = g_strdup (user);
  self->password = g_strdup (password);
  return self;
}

/**
 * tkb_remote_copy:
 * @self: (nullable): a remote
 *
 * Returns: (transfer full) (nullable): a copy
 */
TkbRemote *
tkb_remote_copy (const TkbRemote *self)
{
  TkbRemote *copy;

  if (!self)
    return NULL;
  copy = tkb_remote_new (self->url, self->user, self->password);
  copy->ca_file = g_strdup (self->ca_file);
  copy->allow_insecure = self->allow_insecure;
  return copy;
}

/**
 * tkb_remote_free:
 * @self: (transfer full) (nullable): what to free; the password is wiped
 */
void
tkb_remote_free (TkbRemote *self)
{
  if (!self)
    return;
  if (self->password)
    explicit_bzero (self->password, strlen (self->password));
  g_free (self->password);
  g_free (self->url);
  g_free (self->user);
  g_free (self->ca_file);
  g_free (self);
}
