/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-server-setup.h"

#include "tkb-http-peer-private.h"
#include "tkb-json.h"
#include "tkb-limits.h"
#include "tkb-wire-error.h"
#include "tkb-wire-info.h"

/* Who may read: every role of the library; who may write what is the design document's business.
 * https://docs.couchdb.org/en/stable/api/database/security.html */
#define SECURITY                                                                                   \
  "{\"admins\":{\"names\":[],\"roles\":[\"_admin\",\"admin\"]},"                                   \
  "\"members\":{\"names\":[],\"roles\":[\"reader\",\"contributor\",\"editor\",\"admin\"]}}"

typedef struct
{
  TkbDocument   *design; /* (owned) */
  TkbServerSetup done;
} Setup;

static void
setup_free (gpointer data)
{
  Setup *self = data;

  tkb_document_unref (self->design);
  g_free (self);
}

/* body: (nullable) (transfer full) */
static void
request (GTask              *task,
         const char         *method,
         const char         *path,
         TkbHttpFlags        flags,
         GString            *body,
         GAsyncReadyCallback callback)
{
  TkbHttpRequest *message = tkb_http_request_new (method, g_strdup (path), NULL);

  message->flags = flags;
  if (body)
    tkb_http_request_set_json (message, body);
  tkb_http_peer_send_async (g_task_get_source_object (task), message, g_task_get_cancellable (task),
                            callback, task);
}

/* (nullable): NULL with an error, also where the answer is no object */
static JsonObject *
take_object (GObject *source, GAsyncResult *result, GError **error)
{
  g_autoptr (TkbHttpResponse) response =
      tkb_http_peer_send_finish (TKB_HTTP_PEER (source), result, error);

  if (!response)
    return NULL;
  return tkb_json_parse_object (g_bytes_get_data (response->body, NULL),
                                (gssize) g_bytes_get_size (response->body), TKB_MAX_JSON_BODY_BYTES,
                                error);
}

static void
fail (GTask *task, GError *error)
{
  g_task_return_error (task, error);
  g_object_unref (task);
}

static void
succeed (GTask *task)
{
  g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

/* ---- the rules ---- */

static void
design_written_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask  *task = user_data;
  GError *error = NULL;
  g_autoptr (JsonObject) answer = take_object (source, result, &error);

  if (!answer)
    {
      fail (task, error);
      return;
    }
  ((Setup *) g_task_get_task_data (task))->done |= TKB_SERVER_SETUP_DESIGN;
  succeed (task);
}

static void
design_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask  *task = user_data;
  Setup  *setup = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (JsonObject) there = take_object (source, result, &error);
  g_autoptr (JsonObject) body = NULL;
  GString *text;

  if (!there && !g_error_matches (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_NOT_FOUND))
    {
      fail (task, error);
      return;
    }
  g_clear_error (&error);
  if (there && g_strcmp0 (tkb_json_get_string (there, "validate_doc_update", NULL),
                          tkb_document_get_string (setup->design, "validate_doc_update")) == 0)
    {
      succeed (task);
      return;
    }
  body = tkb_json_object_copy (tkb_document_get_body (setup->design));
  if (there)
    json_object_set_string_member (body, "_rev", tkb_json_get_string (there, "_rev", ""));
  text = g_string_new (NULL);
  tkb_json_append_object (text, body);
  request (task, "PUT", tkb_document_get_id (setup->design), TKB_HTTP_NONE, text,
           design_written_cb);
}

static void
ask_for_design (GTask *task)
{
  Setup *setup = g_task_get_task_data (task);

  request (task, "GET", tkb_document_get_id (setup->design), TKB_HTTP_NONE, NULL, design_cb);
}

/* ---- who may read ---- */

static void
security_written_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask  *task = user_data;
  GError *error = NULL;
  g_autoptr (JsonObject) answer = take_object (source, result, &error);

  if (!answer)
    {
      fail (task, error);
      return;
    }
  ((Setup *) g_task_get_task_data (task))->done |= TKB_SERVER_SETUP_SECURITY;
  ask_for_design (task);
}

static gboolean
has_entries (JsonObject *security, const char *group, const char *list, const char *but)
{
  JsonObject *object = tkb_json_get_object (security, group);
  JsonArray  *array = object ? tkb_json_get_array (object, list) : NULL;

  for (guint i = 0; array && i < json_array_get_length (array); i++)
    if (g_strcmp0 (json_array_get_string_element (array, i), but) != 0)
      return TRUE;
  return FALSE;
}

/* What an administrator has set already stays. */
static void
security_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask  *task = user_data;
  GError *error = NULL;
  g_autoptr (JsonObject) there = take_object (source, result, &error);

  if (!there)
    {
      fail (task, error);
      return;
    }
  if (has_entries (there, "members", "names", NULL) ||
      has_entries (there, "members", "roles", "_admin") ||
      has_entries (there, "admins", "names", NULL) ||
      has_entries (there, "admins", "roles", "_admin"))
    {
      ask_for_design (task);
      return;
    }
  request (task, "PUT", "_security", TKB_HTTP_NONE, g_string_new (SECURITY), security_written_cb);
}

/* ---- the database ---- */

static void
created_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask  *task = user_data;
  GError *error = NULL;
  g_autoptr (JsonObject) answer = take_object (source, result, &error);

  if (answer)
    ((Setup *) g_task_get_task_data (task))->done |= TKB_SERVER_SETUP_DATABASE;
  else if (!g_error_matches (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_FILE_EXISTS))
    {
      fail (task, error);
      return;
    }
  g_clear_error (&error);
  request (task, "GET", "_security", TKB_HTTP_NONE, NULL, security_cb);
}

static void
root_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask  *task = user_data;
  GError *error = NULL;
  g_autoptr (TkbHttpResponse) response =
      tkb_http_peer_send_finish (TKB_HTTP_PEER (source), result, &error);
  g_autoptr (TkbWireServerInfo) info = NULL;

  if (response)
    info = tkb_wire_server_info_parse (g_bytes_get_data (response->body, NULL),
                                       (gssize) g_bytes_get_size (response->body), &error);
  if (!info)
    {
      fail (task, error);
      return;
    }
  if (g_strcmp0 (info->vendor_name, TKB_WIRE_VENDOR) == 0)
    {
      ((Setup *) g_task_get_task_data (task))->done |= TKB_SERVER_SETUP_BUILT_IN;
      succeed (task);
      return;
    }
  request (task, "PUT", "", TKB_HTTP_NONE, NULL, created_cb);
}

/**
 * tkb_server_setup_async:
 * @peer: a database that may be missing
 * @design: the rules
 * @cancellable: (nullable)
 * @callback: called when all is done
 * @user_data: for @callback
 */
void
tkb_server_setup_async (TkbHttpPeer        *peer,
                        TkbDocument        *design,
                        GCancellable       *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer            user_data)
{
  GTask *task = g_task_new (peer, cancellable, callback, user_data);
  Setup *setup = g_new0 (Setup, 1);

  g_task_set_source_tag (task, tkb_server_setup_async);
  g_task_set_name (task, "TkbServerSetup");
  setup->design = tkb_document_ref (design);
  g_task_set_task_data (task, setup, setup_free);
  request (task, "GET", "", TKB_HTTP_ROOT, NULL, root_cb);
}

/**
 * tkb_server_setup_finish:
 * @peer: the database
 * @result: of the call
 * @out_done: (out) (optional): what was changed, after an error as well
 * @error: of the wire or of sync
 *
 * Returns: %TRUE: the database is fit for a library
 */
gboolean
tkb_server_setup_finish (TkbHttpPeer    *peer,
                         GAsyncResult   *result,
                         TkbServerSetup *out_done,
                         GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, peer), FALSE);

  if (out_done)
    *out_done = ((Setup *) g_task_get_task_data (G_TASK (result)))->done;
  return g_task_propagate_boolean (G_TASK (result), error);
}
