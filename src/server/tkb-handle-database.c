/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-handlers.h"

#include "tkb-json.h"
#include "tkb-server-limits.h"
#include "tkb-server.h"
#include "tkb-wire-info.h"

#include <glib/gstdio.h>
#include <string.h>

/* the highest _revs_limit; a tree of more would slow every write of its document */
#define MAX_REVS_LIMIT 10000

void
tkb_handle_database_get (TkbExchange *x)
{
  GError   *error = NULL;
  TkbStore *store = tkb_database_get_store (x->database);
  g_autoptr (TkbStoreCounts) counts = tkb_store_get_counts (store, x->cancellable, &error);
  g_autofree char    *seq = tkb_database_format_seq (x->database, tkb_store_get_last_seq (store));
  g_autofree char    *text = NULL;
  GStatBuf            stat_buf = { 0 };
  TkbWireDatabaseInfo info = { 0 };

  if (counts == NULL)
    {
      tkb_exchange_take_error (x, error);
      return;
    }
  g_stat (tkb_store_get_path (store), &stat_buf);
  info.name = x->db_name;
  info.update_seq = seq;
  info.instance_start_time = (char *) "0";
  info.uuid = (char *) tkb_store_get_uuid (store);
  info.documents = counts->documents + counts->designs;
  info.deleted_documents = counts->deleted;
  info.size_file_bytes = stat_buf.st_size;
  info.size_active_bytes = stat_buf.st_size;
  info.size_external_bytes = stat_buf.st_size;
  text = tkb_wire_database_info_write (&info);
  tkb_exchange_respond_text (x, 200, text);
}

void
tkb_handle_database_put (TkbExchange *x)
{
  GError          *error = NULL;
  g_autofree char *location = NULL;
  g_autofree char *escaped = NULL;

  if (!tkb_database_name_is_valid (x->db_name))
    {
      g_autofree char *reason = g_strdup_printf (
          "Name: '%s'. Only lowercase characters (a-z), digits (0-9), and any of the characters "
          "_, $, (, ), +, -, and / are allowed. Must begin with a letter.",
          x->db_name);

      tkb_exchange_fail (x, 400, "illegal_database_name", reason);
      return;
    }
  if (!tkb_server_create_database (x->server, x->db_name, &error))
    {
      tkb_exchange_take_error (x, error);
      return;
    }
  escaped = g_uri_escape_string (x->db_name, NULL, FALSE);
  location = g_strconcat ("/", escaped, NULL);
  tkb_exchange_set_header (x, "Location", location);
  tkb_exchange_respond_text (x, 201, "{\"ok\":true}");
}

void
tkb_handle_database_delete (TkbExchange *x)
{
  GError *error = NULL;

  if (tkb_exchange_get_query (x, "rev") != NULL)
    tkb_exchange_fail_code (x, TKB_WIRE_ERROR_BAD_REQUEST,
                            "You tried to DELETE a database with a ?rev= parameter. Did you mean "
                            "to DELETE a document instead?");
  else if (strcmp (x->db_name, TKB_LIBRARY_DATABASE) == 0)
    tkb_exchange_fail_code (x, TKB_WIRE_ERROR_FORBIDDEN,
                            "The library's database cannot be deleted.");
  else if (!tkb_server_delete_database (x->server, x->db_name, &error))
    tkb_exchange_take_error (x, error);
  else
    tkb_exchange_respond_text (x, 200, "{\"ok\":true}");
}

void
tkb_handle_security_get (TkbExchange *x)
{
  tkb_exchange_respond_node (x, 200, tkb_security_get_object (x->security));
}

void
tkb_handle_security_put (TkbExchange *x)
{
  GError *error = NULL;
  g_autoptr (JsonObject) object =
      tkb_exchange_parse_body (x, TKB_SERVER_MAX_SMALL_BODY_BYTES, &error);
  g_autoptr (TkbSecurity) security = NULL;

  if (object != NULL)
    security =
        tkb_security_new_from_json (object, strcmp (x->db_name, TKB_LIBRARY_DATABASE) == 0, &error);
  if (security == NULL || !tkb_database_set_security (x->database, security, &error))
    tkb_exchange_take_error (x, error);
  else
    tkb_exchange_respond_text (x, 200, "{\"ok\":true}");
}

void
tkb_handle_revs_limit_get (TkbExchange *x)
{
  g_autofree char *text =
      g_strdup_printf ("%u", tkb_store_get_revs_limit (tkb_database_get_store (x->database)));

  tkb_exchange_respond_text (x, 200, text);
}

void
tkb_handle_revs_limit_put (TkbExchange *x)
{
  GError *error = NULL;
  g_autoptr (GBytes) body = tkb_exchange_dup_body (x, TKB_SERVER_MAX_SMALL_BODY_BYTES, &error);
  g_autofree char *text = NULL;
  guint64          limit;

  if (body == NULL)
    {
      tkb_exchange_take_error (x, error);
      return;
    }
  text = g_strstrip (g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body)));
  if (!g_ascii_string_to_unsigned (text, 10, 1, MAX_REVS_LIMIT, &limit, NULL))
    tkb_exchange_fail_code (x, TKB_WIRE_ERROR_BAD_REQUEST,
                            "`_revs_limit` must be a number from 1 to 10000.");
  else if (!tkb_store_set_revs_limit (tkb_database_get_store (x->database), limit, &error))
    tkb_exchange_take_error (x, error);
  else
    tkb_exchange_respond_text (x, 200, "{\"ok\":true}");
}

void
tkb_handle_compact (TkbExchange *x)
{
  GError *error = NULL;

  if (!tkb_store_compact (tkb_database_get_store (x->database), x->cancellable, &error))
    tkb_exchange_take_error (x, error);
  else
    tkb_exchange_respond_text (x, 202, "{\"ok\":true}");
}

/* Every answered write is on disk already. */
void
tkb_handle_full_commit (TkbExchange *x)
{
  tkb_exchange_respond_text (x, 201, "{\"ok\":true,\"instance_start_time\":\"0\"}");
}
