/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-handlers.h"

#include "tkb-json.h"
#include "tkb-server-limits.h"

#include <string.h>

/* rows of one _local_docs; there are as many as clients with checkpoints */
#define MAX_LOCAL_DOCS 10000

static gboolean
check_id (TkbExchange *x)
{
  if (strlen (x->id) > strlen ("_local/") && strlen (x->id) <= TKB_MAX_ID_BYTES)
    return TRUE;
  tkb_exchange_fail (x, 400, "illegal_docid", "Document id is empty or too long.");
  return FALSE;
}

void
tkb_handle_local_get (TkbExchange *x)
{
  GError *error = NULL;
  g_autoptr (JsonObject) object = NULL;

  if (!check_id (x))
    return;
  object =
      tkb_store_get_local (tkb_database_get_store (x->database), x->id, x->cancellable, &error);
  if (object == NULL)
    tkb_exchange_take_error (x, error);
  else
    tkb_exchange_respond_node (x, 200, object);
}

static void
respond_written (TkbExchange *x, guint status, const char *rev)
{
  GString *text = g_string_new ("{\"ok\":true,\"id\":");

  tkb_json_append_string (text, x->id);
  g_string_append_printf (text, ",\"rev\":\"%s\"}", rev);
  tkb_exchange_respond_json (x, status, text);
}

void
tkb_handle_local_put (TkbExchange *x)
{
  GError          *error = NULL;
  g_autofree char *rev = NULL;
  g_autoptr (JsonObject) object = NULL;
  const char *given;

  if (!check_id (x))
    return;
  object = tkb_exchange_parse_body (x, TKB_SERVER_MAX_SMALL_BODY_BYTES, &error);
  if (object == NULL)
    {
      tkb_exchange_take_error (x, error);
      return;
    }
  given = tkb_exchange_get_query (x, "rev");
  if (given == NULL)
    given = tkb_json_get_string (object, "_rev", NULL);
  if (!tkb_database_put_local (x->database, x->id, given, object, &rev, &error))
    tkb_exchange_take_error (x, error);
  else
    respond_written (x, 201, rev);
}

void
tkb_handle_local_delete (TkbExchange *x)
{
  GError          *error = NULL;
  g_autofree char *rev = NULL;

  if (!check_id (x))
    return;
  if (!tkb_database_put_local (x->database, x->id, tkb_exchange_get_query (x, "rev"), NULL, &rev,
                               &error))
    tkb_exchange_take_error (x, error);
  else
    respond_written (x, 200, rev);
}

static void
append_row (TkbExchange *x, GString *text, const char *id)
{
  g_autoptr (JsonObject) object =
      tkb_store_get_local (tkb_database_get_store (x->database), id, x->cancellable, NULL);

  if (object == NULL)
    return;
  g_string_append (text, text->str[text->len - 1] == '[' ? "\n" : ",\n");
  g_string_append (text, "{\"id\":");
  tkb_json_append_string (text, id);
  g_string_append (text, ",\"key\":");
  tkb_json_append_string (text, id);
  g_string_append (text, ",\"value\":{\"rev\":");
  tkb_json_append_string (text, tkb_json_get_string (object, "_rev", "0-0"));
  g_string_append_c (text, '}');
  if (tkb_exchange_get_flag (x, "include_docs"))
    {
      g_string_append (text, ",\"doc\":");
      tkb_json_append_object (text, object);
    }
  g_string_append_c (text, '}');
}

void
tkb_handle_local_docs (TkbExchange *x)
{
  GError  *error = NULL;
  GString *text;
  gint64   limit;
  g_autoptr (GPtrArray) ids = NULL;

  if (tkb_exchange_get_number (x, "limit", MAX_LOCAL_DOCS, &limit, &error))
    ids = tkb_store_list_local (tkb_database_get_store (x->database), "_local/",
                                MIN (limit, MAX_LOCAL_DOCS), x->cancellable, &error);
  if (ids == NULL)
    {
      tkb_exchange_take_error (x, error);
      return;
    }
  text = g_string_new ("{\"total_rows\":null,\"offset\":null,\"rows\":[");
  for (guint i = 0; i < ids->len && g_str_has_prefix (ids->pdata[i], "_local/"); i++)
    append_row (x, text, ids->pdata[i]);
  g_string_append (text, "\n]}");
  tkb_exchange_respond_json (x, 200, text);
}
