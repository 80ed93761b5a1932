/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-role.h"

#include "tkb-server-limits.h"

#include <string.h>

static const char *const names[] = { "none", "reader", "contributor", "editor", "admin" };

/**
 * tkb_role_to_string:
 * @role: a role
 *
 * Returns: (transfer none): its code
 */
const char *
tkb_role_to_string (TkbRole role)
{
  g_return_val_if_fail (role < G_N_ELEMENTS (names), names[0]);
  return names[role];
}

/**
 * tkb_role_parse:
 * @text: (nullable): a role's code
 * @out_role: (out): the role
 *
 * Returns: whether @text is reader, contributor, editor or admin
 */
gboolean
tkb_role_parse (const char *text, TkbRole *out_role)
{
  for (guint i = TKB_ROLE_READER; text != NULL && i < G_N_ELEMENTS (names); i++)
    {
      if (strcmp (text, names[i]) == 0)
        {
          *out_role = i;
          return TRUE;
        }
    }
  return FALSE;
}

static void
user_clear (gpointer data)
{
  TkbUser *self = data;

  g_free (self->name);
}

/**
 * tkb_user_new:
 * @name: the account's name
 * @role: its role
 *
 * Returns: (transfer full): a user
 */
TkbUser *
tkb_user_new (const char *name, TkbRole role)
{
  TkbUser *self = g_atomic_rc_box_new0 (TkbUser);

  self->name = g_strdup (name);
  self->role = role;
  return self;
}

/**
 * tkb_user_ref:
 * @self: a user
 *
 * Returns: (transfer full): @self
 */
TkbUser *
tkb_user_ref (TkbUser *self)
{
  return g_atomic_rc_box_acquire (self);
}

/**
 * tkb_user_unref:
 * @self: (transfer full): a user
 */
void
tkb_user_unref (TkbUser *self)
{
  g_atomic_rc_box_release_full (self, user_clear);
}

/**
 * tkb_user_get_roles:
 * @self: (nullable): a user
 *
 * Returns: (transfer full): the roles for userCtx; empty for nobody
 */
char **
tkb_user_get_roles (TkbUser *self)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  if (self != NULL && self->role == TKB_ROLE_ADMIN)
    g_strv_builder_add (builder, "_admin");
  if (self != NULL)
    g_strv_builder_add (builder, tkb_role_to_string (self->role));
  return g_strv_builder_end (builder);
}

/**
 * tkb_user_name_is_valid:
 * @name: what should become an account's name
 *
 * Letters, digits and ".", "-", "_", "@" and "+", not beginning with an underscore: such a name
 * stands in cookies, headers, logs and paths without escaping.
 *
 * Returns: whether it can
 */
gboolean
tkb_user_name_is_valid (const char *name)
{
  gsize length = strlen (name);

  if (length == 0 || length > TKB_SERVER_MAX_USER_NAME || name[0] == '_')
    return FALSE;
  for (const char *p = name; *p != '\0'; p++)
    {
      if (!g_ascii_isalnum (*p) && strchr (".-_@+", *p) == NULL)
        return FALSE;
    }
  return TRUE;
}
