/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-wire-info.h"

#include "tkb-wire-private.h"
#include "tkb-wire-text.h"

static JsonObject *
parse_answer (const char *text, gsize length, GError **error)
{
  if (tkb_wire_is_html (NULL, text, length))
    {
      g_set_error (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_NOT_A_DATABASE,
                   "the answer is a web page: the address may be wrong, or a sign-in page of the "
                   "network stands in between");
      return NULL;
    }
  return tkb_wire_parse_object (text, length, TKB_WIRE_ERROR_NOT_A_DATABASE, error);
}

/**
 * tkb_wire_server_info_parse:
 * @text: the answer to GET /
 * @length: bytes of @text
 * @error: %TKB_WIRE_ERROR_NOT_A_DATABASE where the key `couchdb` is missing (express-pouchdb has
 * its own name in its place)
 *
 * Returns: (transfer full): who the server is
 */
TkbWireServerInfo *
tkb_wire_server_info_parse (const char *text, gsize length, GError **error)
{
  g_autoptr (JsonObject) object = parse_answer (text, length, error);
  TkbWireServerInfo *self;
  JsonObject        *vendor;

  if (!object)
    return NULL;
  if (!json_object_has_member (object, "couchdb") &&
      !json_object_has_member (object, "express-pouchdb"))
    {
      g_set_error (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_NOT_A_DATABASE,
                   "the server does not speak the replication protocol");
      return NULL;
    }
  vendor = tkb_json_get_object (object, "vendor");
  self = g_new0 (TkbWireServerInfo, 1);
  self->welcome = g_strdup (tkb_json_get_string (object, "couchdb", ""));
  self->version = g_strdup (tkb_json_get_string (object, "version", NULL));
  self->uuid = g_strdup (tkb_json_get_string (object, "uuid", NULL));
  if (vendor)
    {
      self->vendor_name = g_strdup (tkb_json_get_string (vendor, "name", NULL));
      self->vendor_version = g_strdup (tkb_json_get_string (vendor, "version", NULL));
    }
  return self;
}

/**
 * tkb_wire_server_info_write:
 * @self: who the server is
 *
 * Returns: (transfer full): the body of the answer to GET /
 */
char *
tkb_wire_server_info_write (const TkbWireServerInfo *self)
{
  GString *out = g_string_new ("{\"couchdb\":");

  tkb_json_append_string (out, self->welcome ? self->welcome : "Welcome");
  if (self->version)
    {
      g_string_append (out, ",\"version\":");
      tkb_json_append_string (out, self->version);
    }
  if (self->uuid)
    {
      g_string_append (out, ",\"uuid\":");
      tkb_json_append_string (out, self->uuid);
    }
  if (self->vendor_name)
    {
      g_string_append (out, ",\"vendor\":{\"name\":");
      tkb_json_append_string (out, self->vendor_name);
      if (self->vendor_version)
        {
          g_string_append (out, ",\"version\":");
          tkb_json_append_string (out, self->vendor_version);
        }
      g_string_append_c (out, '}');
    }
  g_string_append (out, "}\n");
  return g_string_free (out, FALSE);
}

/**
 * tkb_wire_server_info_free:
 * @self: (transfer full) (nullable): what to free
 */
void
tkb_wire_server_info_free (TkbWireServerInfo *self)
{
  if (!self)
    return;
  g_free (self->welcome);
  g_free (self->version);
  g_free (self->uuid);
  g_free (self->vendor_name);
  g_free (self->vendor_version);
  g_free (self);
}

/**
 * tkb_wire_database_info_parse:
 * @text: the answer to GET /{db}
 * @length: bytes of @text
 * @error: %TKB_WIRE_ERROR_NOT_A_DATABASE where it is not about a database
 *
 * Returns: (transfer full): what is in the database
 */
TkbWireDatabaseInfo *
tkb_wire_database_info_parse (const char *text, gsize length, GError **error)
{
  g_autoptr (JsonObject) object = parse_answer (text, length, error);
  TkbWireDatabaseInfo *self;
  JsonObject          *sizes;

  if (!object)
    return NULL;
  if (!json_object_has_member (object, "update_seq") &&
      !json_object_has_member (object, "doc_count"))
    {
      g_set_error (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_NOT_A_DATABASE,
                   "the address answers, but it is not the address of a database");
      return NULL;
    }
  sizes = tkb_json_get_object (object, "sizes");
  self = g_new0 (TkbWireDatabaseInfo, 1);
  self->name = g_strdup (tkb_json_get_string (object, "db_name", ""));
  self->update_seq = tkb_wire_seq_from_member (object, "update_seq");
  if (!self->update_seq)
    self->update_seq = g_strdup ("0");
  self->instance_start_time = tkb_wire_seq_from_member (object, "instance_start_time");
  self->uuid = g_strdup (tkb_json_get_string (object, "uuid", NULL));
  self->documents = MAX (0, tkb_json_get_int (object, "doc_count", 0));
  self->deleted_documents = MAX (0, tkb_json_get_int (object, "doc_del_count", 0));
  self->is_compacting = tkb_json_get_boolean (object, "compact_running", FALSE);
  if (sizes)
    {
      self->size_file_bytes = tkb_json_get_int (sizes, "file", 0);
      self->size_active_bytes = tkb_json_get_int (sizes, "active", 0);
      self->size_external_bytes = tkb_json_get_int (sizes, "external", 0);
    }
  return self;
}

/**
 * tkb_wire_database_info_write:
 * @self: what is in the database
 *
 * Returns: (transfer full): the body of the answer to GET /{db}
 */
char *
tkb_wire_database_info_write (const TkbWireDatabaseInfo *self)
{
  GString *out = g_string_new ("{\"db_name\":");

  tkb_json_append_string (out, self->name);
  g_string_append (out, ",\"update_seq\":");
  tkb_wire_seq_append (out, self->update_seq);
  g_string_append_printf (out,
                          ",\"doc_count\":%" G_GINT64_FORMAT ",\"doc_del_count\":%" G_GINT64_FORMAT
                          ",\"purge_seq\":0,\"compact_running\":%s,\"sizes\":{\"file\":"
                          "%" G_GINT64_FORMAT ",\"active\":%" G_GINT64_FORMAT
                          ",\"external\":%" G_GINT64_FORMAT "},\"instance_start_time\":",
                          self->documents, self->deleted_documents,
                          self->is_compacting ? "true" : "false", self->size_file_bytes,
                          self->size_active_bytes, self->size_external_bytes);
  tkb_json_append_string (out, self->instance_start_time ? self->instance_start_time : "0");
  if (self->uuid)
    {
      g_string_append (out, ",\"uuid\":");
      tkb_json_append_string (out, self->uuid);
    }
  g_string_append (out, ",\"disk_format_version\":8,\"props\":{}}\n");
  return g_string_free (out, FALSE);
}

/**
 * tkb_wire_database_info_free:
 * @self: (transfer full) (nullable): what to free
 */
void
tkb_wire_database_info_free (TkbWireDatabaseInfo *self)
{
  if (!self)
    return;
  g_free (self->name);
  g_free (self->update_seq);
  g_free (self->instance_start_time);
  g_free (self->uuid);
  g_free (self);
}
