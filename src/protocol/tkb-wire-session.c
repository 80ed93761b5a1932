/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-wire-session.h"

#include "tkb-wire-private.h"
#include "tkb-wire-text.h"

#include <string.h>

/**
 * tkb_wire_credentials_parse:
 * @content_type: (nullable): media type of the request
 * @text: the body of POST /_session
 * @length: bytes of @text
 * @error: %TKB_WIRE_ERROR_BAD_REQUEST
 *
 * Returns: (transfer full): name and password
 */
TkbWireCredentials *
tkb_wire_credentials_parse (const char *content_type,
                            const char *text,
                            gsize       length,
                            GError    **error)
{
  TkbWireCredentials *self;
  g_autofree char    *name = NULL;
  g_autofree char    *password = NULL;

  if (content_type &&
      g_ascii_strncasecmp (content_type, "application/x-www-form-urlencoded", 33) == 0)
    {
      g_autofree char *query = g_strndup (text, length);
      g_autoptr (GHashTable) params = tkb_wire_query_parse (query, error);

      if (!params)
        return NULL;
      name = g_strdup (g_hash_table_lookup (params, "name"));
      if (!name)
        name = g_strdup (g_hash_table_lookup (params, "username"));
      password = g_strdup (g_hash_table_lookup (params, "password"));
    }
  else
    {
      g_autoptr (JsonObject) object =
          tkb_wire_parse_object (text, length, TKB_WIRE_ERROR_BAD_REQUEST, error);

      if (!object)
        return NULL;
      name = g_strdup (tkb_json_get_string (object, "name", NULL));
      if (!name)
        name = g_strdup (tkb_json_get_string (object, "username", NULL));
      password = g_strdup (tkb_json_get_string (object, "password", NULL));
    }
  if (!name || !password)
    {
      g_set_error (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_BAD_REQUEST,
                   "request body must contain a username and a password");
      return NULL;
    }
  self = g_new0 (TkbWireCredentials, 1);
  self->name = g_steal_pointer (&name);
  self->password = g_steal_pointer (&password);
  return self;
}

/**
 * tkb_wire_credentials_write:
 * @name: a name
 * @password: a password
 *
 * Returns: (transfer full): the body of POST /_session, in JSON
 */
char *
tkb_wire_credentials_write (const char *name, const char *password)
{
  GString *out = g_string_new ("{\"name\":");

  tkb_json_append_string (out, name);
  g_string_append (out, ",\"password\":");
  tkb_json_append_string (out, password);
  g_string_append_c (out, '}');
  return g_string_free (out, FALSE);
}

/**
 * tkb_wire_credentials_free:
 * @self: (transfer full) (nullable): what to free
 */
void
tkb_wire_credentials_free (TkbWireCredentials *self)
{
  if (!self)
    return;
  if (self->password)
    explicit_bzero (self->password, strlen (self->password));
  g_free (self->password);
  g_free (self->name);
  g_free (self);
}

/**
 * tkb_wire_user_context_parse:
 * @text: the answer to GET or POST /_session
 * @length: bytes of @text
 * @error: %TKB_WIRE_ERROR_MALFORMED
 *
 * Returns: (transfer full): who the server takes us for
 */
TkbWireUserContext *
tkb_wire_user_context_parse (const char *text, gsize length, GError **error)
{
  g_autoptr (JsonObject) object =
      tkb_wire_parse_object (text, length, TKB_WIRE_ERROR_MALFORMED, error);
  g_autoptr (GPtrArray) roles = NULL;
  TkbWireUserContext *self;
  JsonObject         *context;

  if (!object)
    return NULL;
  context = tkb_json_get_object (object, "userCtx");
  if (!context)
    context = object;
  roles = tkb_wire_strings_from_array (tkb_json_get_array (context, "roles"), "roles",
                                       TKB_WIRE_ERROR_MALFORMED, error);
  if (!roles)
    return NULL;
  g_ptr_array_add (roles, NULL);
  self = g_new0 (TkbWireUserContext, 1);
  self->name = g_strdup (tkb_json_get_string (context, "name", NULL));
  self->roles = (char **) g_ptr_array_free (g_steal_pointer (&roles), FALSE);
  return self;
}

/**
 * tkb_wire_user_context_write:
 * @self: who is asking
 * @is_sign_in: whether this answers POST (the form differs)
 *
 * Returns: (transfer full): the body of the answer
 */
char *
tkb_wire_user_context_write (const TkbWireUserContext *self, gboolean is_sign_in)
{
  GString *out = g_string_new ("{\"ok\":true,");

  g_string_append (out, is_sign_in ? "\"name\":" : "\"userCtx\":{\"name\":");
  if (self->name)
    tkb_json_append_string (out, self->name);
  else
    g_string_append (out, "null");
  g_string_append (out, ",\"roles\":[");
  for (gsize i = 0; self->roles && self->roles[i]; i++)
    {
      if (i > 0)
        g_string_append_c (out, ',');
      tkb_json_append_string (out, self->roles[i]);
    }
  g_string_append_c (out, ']');
  if (!is_sign_in)
    g_string_append (out, "},\"info\":{\"authentication_handlers\":[\"cookie\",\"default\"]}");
  g_string_append (out, "}\n");
  return g_string_free (out, FALSE);
}

/**
 * tkb_wire_user_context_free:
 * @self: (transfer full) (nullable): what to free
 */
void
tkb_wire_user_context_free (TkbWireUserContext *self)
{
  if (!self)
    return;
  g_free (self->name);
  g_strfreev (self->roles);
  g_free (self);
}
