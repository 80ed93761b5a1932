/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-handlers.h"

#include "tkb-admission.h"
#include "tkb-auth.h"
#include "tkb-server-limits.h"
#include "tkb-server.h"
#include "tkb-wire-session.h"

static void
respond_context (TkbExchange *x, TkbUser *user, gboolean is_sign_in)
{
  g_auto (GStrv) roles = tkb_user_get_roles (user);
  TkbWireUserContext context = { .name = user != NULL ? user->name : NULL, .roles = roles };
  g_autofree char   *text = tkb_wire_user_context_write (&context, is_sign_in);

  tkb_exchange_set_header (x, "Cache-Control", "no-store");
  tkb_exchange_respond_text (x, 200, text);
}

void
tkb_handle_session_get (TkbExchange *x)
{
  respond_context (x, x->user, FALSE);
}

static void
signed_in_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TkbExchange) x = user_data;
  TkbAuth *auth = tkb_server_get_auth (x->server);
  guint    retry_s;
  GError  *error = NULL;
  g_autoptr (TkbUser) user = tkb_auth_verify_finish (auth, result, &retry_s, &error);
  g_autofree char *token = user != NULL ? tkb_auth_make_token (auth, user) : NULL;

  if (x->is_finished)
    {
      g_clear_error (&error);
      return;
    }
  if (token != NULL)
    {
      tkb_admission_set_cookie (x, token);
      respond_context (x, user, TRUE);
    }
  else if (error != NULL)
    {
      if (retry_s > 0)
        {
          g_autofree char *seconds = g_strdup_printf ("%u", retry_s);

          tkb_exchange_set_header (x, "Retry-After", seconds);
        }
      tkb_exchange_take_error (x, error);
    }
  else
    {
      tkb_exchange_fail_code (x, TKB_WIRE_ERROR_UNAUTHORIZED, "The account is gone.");
    }
  tkb_exchange_send (x);
}

/* Main thread: passwords are checked by the one worker of TkbAuth. */
static void
sign_in (TkbExchange *x)
{
  TkbWireCredentials *credentials = x->deferred_data;

  tkb_auth_verify_async (tkb_server_get_auth (x->server), credentials->name, credentials->password,
                         x->address, signed_in_cb, tkb_exchange_ref (x));
}

void
tkb_handle_session_post (TkbExchange *x)
{
  GError             *error = NULL;
  TkbWireCredentials *credentials;
  g_autoptr (GBytes) body = tkb_exchange_dup_body (x, TKB_SERVER_MAX_SMALL_BODY_BYTES, &error);
  const char *text;
  gsize       length;

  if (body == NULL)
    {
      tkb_exchange_take_error (x, error);
      return;
    }
  text = g_bytes_get_data (body, &length);
  credentials = tkb_wire_credentials_parse (tkb_exchange_get_header (x, "Content-Type"),
                                            text != NULL ? text : "", length, &error);
  if (credentials == NULL)
    {
      tkb_exchange_take_error (x, error);
      return;
    }
  x->deferred_data = credentials;
  x->deferred_destroy = (GDestroyNotify) tkb_wire_credentials_free;
  x->deferred = sign_in;
}

void
tkb_handle_session_delete (TkbExchange *x)
{
  tkb_admission_set_cookie (x, NULL);
  tkb_exchange_respond_text (x, 200, "{\"ok\":true}");
}
