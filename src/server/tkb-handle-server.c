/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-handlers.h"

#include "tkb-json.h"
#include "tkb-server-limits.h"
#include "tkb-server.h"
#include "tkb-wire-info.h"

/* What of CouchDB's API this server's version of it was written after. */
#define COUCHDB_VERSION "3.3.3"

void
tkb_handle_root (TkbExchange *x)
{
  TkbWireServerInfo info = {
    .welcome = (char *) "Welcome",
    .version = (char *) COUCHDB_VERSION,
    .uuid = (char *) tkb_server_get_uuid (x->server),
    .vendor_name = (char *) TKB_WIRE_VENDOR,
    .vendor_version = (char *) TKB_VERSION,
  };
  g_autofree char *text = tkb_wire_server_info_write (&info);

  tkb_exchange_respond_text (x, 200, text);
}

void
tkb_handle_up (TkbExchange *x)
{
  tkb_exchange_respond_text (x, 200, "{\"status\":\"ok\",\"seeds\":{}}");
}

void
tkb_handle_uuids (TkbExchange *x)
{
  gint64   count;
  GError  *error = NULL;
  GString *text;

  if (!tkb_exchange_get_number (x, "count", 1, &count, &error))
    {
      tkb_exchange_take_error (x, error);
      return;
    }
  if (count > TKB_SERVER_MAX_UUIDS)
    {
      tkb_exchange_fail_code (x, TKB_WIRE_ERROR_BAD_REQUEST, "count parameter too large");
      return;
    }
  text = g_string_new ("{\"uuids\":[");
  for (gint64 i = 0; i < count; i++)
    {
      g_autofree char *uuid = tkb_random_uuid (tkb_server_get_random (x->server));

      g_string_append_printf (text, "%s\"%s\"", i > 0 ? "," : "", uuid);
    }
  g_string_append (text, "]}");
  tkb_exchange_set_header (x, "Cache-Control", "no-store");
  tkb_exchange_respond_json (x, 200, text);
}

static gboolean
may_read (TkbExchange *x, const char *name)
{
  g_autoptr (TkbDatabase) database = tkb_server_hold_database (x->server, name);
  g_autoptr (TkbSecurity) security = NULL;

  if (database == NULL)
    return FALSE;
  security = tkb_database_dup_security (database);
  tkb_database_release (database);
  return tkb_security_get_role (security, x->user,
                                tkb_server_get_flags (x->server) & TKB_SERVER_ANONYMOUS_READ) >=
         TKB_ROLE_READER;
}

/* Those that the asker may read: what else there is, is not their business. */
void
tkb_handle_all_dbs (TkbExchange *x)
{
  g_autoptr (GPtrArray) names = tkb_server_list_databases (x->server);
  GString *text = g_string_new ("[");

  for (guint i = 0; i < names->len; i++)
    {
      if (!may_read (x, names->pdata[i]))
        continue;
      if (text->len > 1)
        g_string_append_c (text, ',');
      tkb_json_append_string (text, names->pdata[i]);
    }
  g_string_append_c (text, ']');
  tkb_exchange_respond_json (x, 200, text);
}

void
tkb_handle_metrics (TkbExchange *x)
{
  GString *text = g_string_new (NULL);

  tkb_server_append_metrics (x->server, text);
  tkb_exchange_respond (x, 200, "text/plain; version=0.0.4", g_string_free_to_bytes (text));
}

void
tkb_handle_not_served (TkbExchange *x)
{
  tkb_exchange_fail_code (x, TKB_WIRE_ERROR_NOT_IMPLEMENTED,
                          "This server stores and replicates documents; it has no queries.");
}
