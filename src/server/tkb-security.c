/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-security.h"

#include "tkb-json.h"
#include "tkb-wire-error.h"

#include <string.h>

struct _TkbSecurity
{
  JsonObject *object; /* (owned): as given */
  gboolean    has_door;
};

static void
security_clear (gpointer data)
{
  TkbSecurity *self = data;

  json_object_unref (self->object);
}

/**
 * tkb_security_ref:
 * @self: a security object
 *
 * Returns: (transfer full): @self
 */
TkbSecurity *
tkb_security_ref (TkbSecurity *self)
{
  return g_atomic_rc_box_acquire (self);
}

/**
 * tkb_security_unref:
 * @self: (transfer full): a security object
 */
void
tkb_security_unref (TkbSecurity *self)
{
  g_atomic_rc_box_release_full (self, security_clear);
}

static gboolean
refuse (GError **error, const char *reason)
{
  g_set_error_literal (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_BAD_REQUEST, reason);
  return FALSE;
}

static gboolean
check_strings (JsonObject *section, const char *member, GError **error)
{
  JsonNode  *node = json_object_get_member (section, member);
  JsonArray *array;

  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_ARRAY (node))
    return refuse (error, "names and roles must be JSON lists of strings");
  array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      if (json_node_get_value_type (json_array_get_element (array, i)) != G_TYPE_STRING)
        return refuse (error, "names and roles must be JSON lists of strings");
    }
  return TRUE;
}

static gboolean
check_section (JsonObject *object, const char *member, GError **error)
{
  JsonNode *node = json_object_get_member (object, member);

  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_OBJECT (node))
    return refuse (error, "admins and members must be JSON objects");
  return check_strings (json_node_get_object (node), "names", error) &&
         check_strings (json_node_get_object (node), "roles", error);
}

static gboolean
check_roles (JsonObject *object, GError **error)
{
  JsonNode      *node = json_object_get_member (object, "roles");
  JsonObjectIter iter;
  const char    *name;
  JsonNode      *value;

  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_OBJECT (node))
    return refuse (error, "roles must be a JSON object from account names to roles");
  json_object_iter_init (&iter, json_node_get_object (node));
  while (json_object_iter_next (&iter, &name, &value))
    {
      TkbRole role;

      if (json_node_get_value_type (value) != G_TYPE_STRING ||
          !tkb_role_parse (json_node_get_string (value), &role))
        return refuse (error, "a role is one of reader, contributor, editor, admin");
    }
  return TRUE;
}

/**
 * tkb_security_new_from_json:
 * @object: the body of PUT _security
 * @is_library: whether this is the library's database, whose door cannot be taken away
 * @error: %TKB_WIRE_ERROR_BAD_REQUEST where a member has the wrong form
 *
 * Returns: (transfer full): the security object, or %NULL
 */
TkbSecurity *
tkb_security_new_from_json (JsonObject *object, gboolean is_library, GError **error)
{
  TkbSecurity *self;
  JsonNode    *door = json_object_get_member (object, "door");
  const char  *value =
      door == NULL ? (is_library ? "library" : "none") : tkb_json_get_string (object, "door", "");

  if (!check_section (object, "admins", error) || !check_section (object, "members", error) ||
      !check_roles (object, error))
    return NULL;
  if (strcmp (value, "library") != 0 && strcmp (value, "none") != 0)
    {
      refuse (error, "door is \"library\" or \"none\"");
      return NULL;
    }
  if (is_library && strcmp (value, "library") != 0)
    {
      refuse (error, "the library's database keeps its door: \"door\" must be \"library\"");
      return NULL;
    }

  self = g_atomic_rc_box_new0 (TkbSecurity);
  self->object = tkb_json_object_copy (object);
  self->has_door = strcmp (value, "library") == 0;
  return self;
}

/**
 * tkb_security_new_default:
 * @is_library: whether this is the library's database
 *
 * Every account is a member of the library; any other database is for admins until they say
 * otherwise, as in CouchDB 3.
 *
 * Returns: (transfer full): a security object
 */
TkbSecurity *
tkb_security_new_default (gboolean is_library)
{
  const char *text =
      is_library ? "{\"admins\":{\"names\":[],\"roles\":[\"_admin\"]},\"members\":{\"names\":[],"
                   "\"roles\":[\"reader\",\"contributor\",\"editor\"]},\"door\":\"library\"}"
                 : "{\"members\":{\"roles\":[\"_admin\"]},\"admins\":{\"roles\":[\"_admin\"]}}";
  g_autoptr (JsonObject) object = tkb_json_parse_object (text, -1, strlen (text), NULL);

  return tkb_security_new_from_json (object, is_library, NULL);
}

/**
 * tkb_security_get_object:
 * @self: a security object
 *
 * Returns: (transfer none): the JSON it was made from
 */
JsonObject *
tkb_security_get_object (TkbSecurity *self)
{
  return self->object;
}

/**
 * tkb_security_has_door:
 * @self: a security object
 *
 * Returns: whether documents are held against the library's rules
 */
gboolean
tkb_security_has_door (TkbSecurity *self)
{
  return self->has_door;
}

static gboolean
lists (TkbSecurity *self, const char *section, const char *member, const char *value)
{
  JsonObject *object = tkb_json_get_object (self->object, section);
  JsonArray  *array = object != NULL ? tkb_json_get_array (object, member) : NULL;

  for (guint i = 0; array != NULL && value != NULL && i < json_array_get_length (array); i++)
    {
      if (strcmp (json_array_get_string_element (array, i), value) == 0)
        return TRUE;
    }
  return FALSE;
}

static gboolean
is_empty (TkbSecurity *self, const char *section, const char *member)
{
  JsonObject *object = tkb_json_get_object (self->object, section);
  JsonArray  *array = object != NULL ? tkb_json_get_array (object, member) : NULL;

  return array == NULL || json_array_get_length (array) == 0;
}

/**
 * tkb_security_get_role:
 * @self: a security object
 * @user: (nullable): who asks
 * @is_open: whether visitors may read what readers may
 *
 * Returns: what @user is in this database; %TKB_ROLE_NONE where not a member
 */
TkbRole
tkb_security_get_role (TkbSecurity *self, TkbUser *user, gboolean is_open)
{
  const char *name = user != NULL ? user->name : NULL;
  TkbRole     role = user != NULL ? user->role : (is_open ? TKB_ROLE_READER : TKB_ROLE_NONE);
  JsonObject *overrides = tkb_json_get_object (self->object, "roles");
  gboolean    is_member = FALSE;

  if (role == TKB_ROLE_ADMIN || role == TKB_ROLE_NONE)
    return role;
  if (name != NULL && overrides != NULL && json_object_has_member (overrides, name))
    is_member = tkb_role_parse (json_object_get_string_member (overrides, name), &role);
  if (lists (self, "admins", "names", name) ||
      (name != NULL && lists (self, "admins", "roles", tkb_role_to_string (role))))
    return TKB_ROLE_ADMIN;
  is_member = is_member || lists (self, "members", "names", name) ||
              lists (self, "members", "roles", tkb_role_to_string (role)) ||
              (is_empty (self, "members", "names") && is_empty (self, "members", "roles"));
  return is_member ? role : TKB_ROLE_NONE;
}
