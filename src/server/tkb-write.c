/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-write.h"

#include "tkb-door.h"
#include "tkb-json.h"
#include "tkb-rev-id.h"
#include "tkb-server.h"

#include <string.h>

/**
 * tkb_write_documents:
 * @x: an exchange in a database
 * @documents: (element-type TkbDocument): what to write
 * @flags: see tkb_store_write()
 * @error: why nothing at all was written
 *
 * Returns: (transfer full) (element-type TkbWriteResult): one for each document
 */
GPtrArray *
tkb_write_documents (TkbExchange *x, GPtrArray *documents, TkbWriteFlags flags, GError **error)
{
  TkbDoor door = {
    .role = x->role,
    .name = x->user != NULL ? x->user->name : "",
    .has_door = tkb_security_has_door (x->security),
    .catalog = tkb_server_get_catalog (x->server),
  };

  /* not cancellable: a client that goes away in the middle gets all of its batch or none */
  return tkb_store_write (tkb_database_get_store (x->database), documents, flags, tkb_door_check,
                          &door, NULL, error);
}

/**
 * tkb_write_and_respond:
 * @x: an exchange in a database
 * @document: what to write
 * @flags: see tkb_store_write()
 * @success_status: 200 or 201
 */
void
tkb_write_and_respond (TkbExchange  *x,
                       TkbDocument  *document,
                       TkbWriteFlags flags,
                       guint         success_status)
{
  g_autoptr (GPtrArray) documents = g_ptr_array_new ();
  g_autoptr (GPtrArray) results = NULL;
  GError          *error = NULL;
  TkbWriteResult  *result;
  GString         *text;
  g_autofree char *quoted = NULL;

  g_ptr_array_add (documents, document);
  results = tkb_write_documents (x, documents, flags, &error);
  if (results == NULL)
    {
      tkb_exchange_take_error (x, error);
      return;
    }
  result = results->pdata[0];
  if (result->error != NULL)
    {
      tkb_exchange_take_error (x, g_steal_pointer (&result->error));
      return;
    }
  quoted = g_strdup_printf ("\"%s\"", result->rev);
  tkb_exchange_set_header (x, "ETag", quoted);
  text = g_string_new ("{\"ok\":true,\"id\":");
  tkb_json_append_string (text, result->id);
  g_string_append (text, ",\"rev\":");
  tkb_json_append_string (text, result->rev);
  g_string_append_c (text, '}');
  tkb_exchange_respond_json (x, success_status, text);
}

/**
 * tkb_write_get_rev:
 * @x: an exchange
 * @body_rev: (nullable): _rev of the body
 * @out_rev: (out) (transfer full) (nullable): the one revision that they agree on
 *
 * Returns: whether they agree; if not, the answer is given
 */
gboolean
tkb_write_get_rev (TkbExchange *x, const char *body_rev, char **out_rev)
{
  const char      *query_rev = tkb_exchange_get_query (x, "rev");
  const char      *etag = tkb_exchange_get_header (x, "If-Match");
  g_autofree char *header_rev = etag != NULL ? g_strdelimit (g_strdup (etag), "\"", ' ') : NULL;
  const char      *all[3] = { query_rev, header_rev, body_rev };
  const char      *rev = NULL;

  if (header_rev != NULL)
    g_strstrip (header_rev);
  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    {
      if (all[i] == NULL)
        continue;
      if (!tkb_rev_id_is_valid (all[i]))
        {
          tkb_exchange_fail_code (x, TKB_WIRE_ERROR_BAD_REQUEST, "Invalid rev format");
          return FALSE;
        }
      if (rev != NULL && strcmp (rev, all[i]) != 0)
        {
          tkb_exchange_fail_code (x, TKB_WIRE_ERROR_BAD_REQUEST,
                                  "Document rev from request body and query string have "
                                  "different values");
          return FALSE;
        }
      rev = all[i];
    }
  *out_rev = g_strdup (rev);
  return TRUE;
}
