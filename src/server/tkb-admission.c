/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-admission.h"

#include "tkb-auth.h"
#include "tkb-router.h"
#include "tkb-server-limits.h"
#include "tkb-server.h"
#include "tkb-wire-text.h"

#include <string.h>

#define COOKIE_NAME "AuthSession"

static void
refuse (TkbExchange *x, TkbWireError code, const char *reason)
{
  tkb_exchange_fail_code (x, code, reason);
}

/* ---- size and form ---- */

typedef struct
{
  gsize bytes;
} HeaderSize;

static void
add_header (const char *name, const char *value, gpointer user_data)
{
  HeaderSize *size = user_data;

  size->bytes += strlen (name) + strlen (value) + 4;
}

static gboolean
check_head (TkbExchange *x)
{
  GUri      *uri = soup_server_message_get_uri (x->message);
  HeaderSize size = { 0 };

  if (strlen (g_uri_get_path (uri)) + (x->raw_query != NULL ? strlen (x->raw_query) : 0) >
      TKB_SERVER_MAX_TARGET_BYTES)
    {
      tkb_exchange_fail (x, 414, "uri_too_long", "The address of the request is too long.");
      return FALSE;
    }
  soup_message_headers_foreach (soup_server_message_get_request_headers (x->message), add_header,
                                &size);
  if (size.bytes > TKB_SERVER_MAX_HEADER_BYTES)
    {
      refuse (x, TKB_WIRE_ERROR_HEADERS_TOO_LARGE, "The headers of the request are too large.");
      return FALSE;
    }
  return TRUE;
}

static gboolean
find_route (TkbExchange *x)
{
  GUri *uri = soup_server_message_get_uri (x->message);
  g_autoptr (TkbPath) path = tkb_path_parse (g_uri_get_path (uri));
  g_autofree char *allow = NULL;
  g_autoptr (GError) error = NULL;

  if (path == NULL)
    {
      refuse (x, TKB_WIRE_ERROR_BAD_REQUEST, "The address of the request is malformed.");
      return FALSE;
    }
  x->query = tkb_wire_query_parse (x->raw_query, &error);
  if (x->query == NULL)
    {
      refuse (x, TKB_WIRE_ERROR_BAD_REQUEST, error->message);
      return FALSE;
    }
  x->route = tkb_router_find (path, x->method, &allow);
  x->db_name = g_steal_pointer (&path->db_name);
  x->id = g_steal_pointer (&path->id);
  x->attachment = g_steal_pointer (&path->attachment);
  if (x->route != NULL)
    return TRUE;
  if (allow != NULL)
    {
      g_autofree char *reason = g_strdup_printf ("Only %s allowed", allow);

      tkb_exchange_set_header (x, "Allow", allow);
      refuse (x, TKB_WIRE_ERROR_METHOD_NOT_ALLOWED, reason);
    }
  else
    {
      refuse (x, TKB_WIRE_ERROR_NOT_FOUND, "missing");
    }
  return FALSE;
}

static gint64
get_body_limit (TkbExchange *x)
{
  const char *type = tkb_exchange_get_header (x, "Content-Type");

  switch (x->route->body)
    {
    case TKB_BODY_SMALL:
      return TKB_SERVER_MAX_SMALL_BODY_BYTES;
    case TKB_BODY_JSON:
      return TKB_MAX_JSON_BODY_BYTES;
    case TKB_BODY_DOCUMENT:
      return type != NULL && g_ascii_strncasecmp (type, "multipart/", 10) == 0
                 ? TKB_SERVER_MAX_MULTIPART_BYTES
                 : TKB_MAX_JSON_BODY_BYTES;
    case TKB_BODY_ATTACHMENT:
      return TKB_MAX_ATTACHMENT_BYTES;
    case TKB_BODY_NONE:
    default:
      return 0;
    }
}

static gboolean
check_body (TkbExchange *x)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (x->message);
  const char         *type = soup_message_headers_get_content_type (headers, NULL);
  gint64              limit = get_body_limit (x);

  if (x->route->body == TKB_BODY_NONE)
    return TRUE;
  if (x->route->body == TKB_BODY_JSON && type != NULL &&
      g_ascii_strcasecmp (type, "application/json") != 0)
    {
      refuse (x, TKB_WIRE_ERROR_MEDIA_TYPE, "Content-Type must be application/json");
      return FALSE;
    }
  if (soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CONTENT_LENGTH &&
      soup_message_headers_get_content_length (headers) > limit)
    {
      refuse (x, TKB_WIRE_ERROR_TOO_LARGE, "The body of the request is too large.");
      return FALSE;
    }
  x->spool = tkb_spool_new (tkb_server_get_data_dir (x->server), limit);
  return TRUE;
}

/* ---- who may ---- */

static gboolean
refuse_person (TkbExchange *x, const char *for_visitors, const char *for_users)
{
  if (x->user != NULL)
    refuse (x, TKB_WIRE_ERROR_FORBIDDEN, for_users);
  else
    refuse (x, TKB_WIRE_ERROR_UNAUTHORIZED, for_visitors);
  return FALSE;
}

static gboolean
check_server_access (TkbExchange *x)
{
  gboolean is_open = tkb_server_get_flags (x->server) & TKB_SERVER_ANONYMOUS_READ;

  x->role = x->user != NULL ? x->user->role : (is_open ? TKB_ROLE_READER : TKB_ROLE_NONE);
  if (x->route->access == TKB_ACCESS_SERVER_ADMIN && x->role != TKB_ROLE_ADMIN)
    {
      refuse (x, TKB_WIRE_ERROR_UNAUTHORIZED, "You are not a server admin.");
      return FALSE;
    }
  if (x->route->access == TKB_ACCESS_SIGNED_IN && x->role == TKB_ROLE_NONE)
    return refuse_person (x, "You have to sign in for this.", "Your account may not do this.");
  return TRUE;
}

static gboolean
check_database_access (TkbExchange *x)
{
  gboolean    is_open = tkb_server_get_flags (x->server) & TKB_SERVER_ANONYMOUS_READ;
  const char *sign_in = "You are not authorized to access this db.";

  /* whether a database is there is for those to know who may sign in */
  if (x->user == NULL && !is_open)
    return refuse_person (x, sign_in, sign_in);
  x->database = tkb_server_hold_database (x->server, x->db_name);
  if (x->database == NULL)
    {
      refuse (x, TKB_WIRE_ERROR_NOT_FOUND, "Database does not exist.");
      return FALSE;
    }
  x->security = tkb_database_dup_security (x->database);
  x->role = tkb_security_get_role (x->security, x->user, is_open);
  if (x->role < TKB_ROLE_READER)
    return refuse_person (x, sign_in, "You are not allowed to access this db.");

  switch (x->route->access)
    {
    case TKB_ACCESS_MEMBER:
      return x->user != NULL || refuse_person (x, "You have to sign in to write here.", "");
    case TKB_ACCESS_WRITE:
      return x->role >= TKB_ROLE_CONTRIBUTOR ||
             refuse_person (x, "You have to sign in to write here.",
                            "Your account may read here, not write.");
    case TKB_ACCESS_ADMIN:
      if (x->role >= TKB_ROLE_ADMIN)
        return TRUE;
      refuse (x, TKB_WIRE_ERROR_UNAUTHORIZED, "You are not a db or server admin.");
      return FALSE;
    default:
      return TRUE;
    }
}

static gboolean
check_access (TkbExchange *x)
{
  switch (x->route->access)
    {
    case TKB_ACCESS_ANYONE:
    case TKB_ACCESS_SIGNED_IN:
    case TKB_ACCESS_SERVER_ADMIN:
      return check_server_access (x);
    default:
      return check_database_access (x);
    }
}

/* ---- who asks ---- */

static char *
get_cookie_token (TkbExchange *x)
{
  const char *header = tkb_exchange_get_header (x, "Cookie");
  g_auto (GStrv) parts = g_strsplit (header != NULL ? header : "", ";", 64);

  for (guint i = 0; parts[i] != NULL; i++)
    {
      const char *part = g_strstrip (parts[i]);

      if (g_str_has_prefix (part, COOKIE_NAME "=") && part[strlen (COOKIE_NAME "=")] != '\0')
        return g_strdup (part + strlen (COOKIE_NAME "="));
    }
  return NULL;
}

/* FALSE: there are none, or nobody can make sense of them. */
static gboolean
get_basic (TkbExchange *x, char **out_name, char **out_password)
{
  const char               *header = tkb_exchange_get_header (x, "Authorization");
  g_autofree unsigned char *raw = NULL;
  g_autofree char          *text = NULL;
  gsize                     length;
  char                     *colon;

  if (header == NULL || g_ascii_strncasecmp (header, "Basic ", 6) != 0)
    return FALSE;
  raw = g_base64_decode (header + 6, &length);
  text = g_strndup ((const char *) raw, length);
  colon = strchr (text, ':');
  if (colon == NULL || !g_utf8_validate (text, -1, NULL))
    return FALSE;
  *out_name = g_strndup (text, colon - text);
  *out_password = g_strdup (colon + 1);
  tkb_password_wipe (text);
  return TRUE;
}

static gboolean
is_secure (TkbExchange *x)
{
  const char *proto = tkb_exchange_get_header (x, "X-Forwarded-Proto");

  return g_strcmp0 (g_uri_get_scheme (soup_server_message_get_uri (x->message)), "https") == 0 ||
         ((tkb_server_get_flags (x->server) & TKB_SERVER_TRUST_PROXY) &&
          g_strcmp0 (proto, "https") == 0);
}

/**
 * tkb_admission_set_cookie:
 * @exchange: an exchange that is not sent yet
 * @token: (nullable): the session's token; %NULL ends it
 */
void
tkb_admission_set_cookie (TkbExchange *exchange, const char *token)
{
  g_autofree char *value =
      g_strdup_printf (COOKIE_NAME "=%s; Version=1; Path=/; HttpOnly; SameSite=Strict%s%s",
                       token != NULL ? token : "", token != NULL ? "" : "; Max-Age=0",
                       is_secure (exchange) ? "; Secure" : "");

  tkb_exchange_set_header (exchange, "Set-Cookie", value);
}

/* The user is known, or known to be nobody: admits the exchange or answers it. */
static void
conclude (TkbExchange *x)
{
  x->is_admitted = check_access (x) && check_body (x);
  if (x->is_admitted)
    return;
  if (x->status == SOUP_STATUS_UNAUTHORIZED && !x->is_cookie)
    tkb_exchange_set_header (x, "WWW-Authenticate", "Basic realm=\"TISC Knowledge Base\"");
  tkb_exchange_send (x);
}

static void
verified_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TkbExchange) x = user_data;
  g_autoptr (GError) error = NULL;
  guint retry_s;

  x->user = tkb_auth_verify_finish (tkb_server_get_auth (x->server), result, &retry_s, &error);
  if (x->is_finished)
    return;
  if (x->user != NULL || x->route->target == TKB_TARGET_ROOT)
    {
      conclude (x);
      if (x->is_admitted)
        soup_server_message_unpause (x->message);
      return;
    }
  if (retry_s > 0)
    {
      g_autofree char *seconds = g_strdup_printf ("%u", retry_s);

      tkb_exchange_set_header (x, "Retry-After", seconds);
    }
  tkb_exchange_take_error (x, g_steal_pointer (&error));
  if (x->status == SOUP_STATUS_UNAUTHORIZED)
    tkb_exchange_set_header (x, "WWW-Authenticate", "Basic realm=\"TISC Knowledge Base\"");
  tkb_exchange_send (x);
}

static void
identify (TkbExchange *x)
{
  TkbAuth         *auth = tkb_server_get_auth (x->server);
  g_autofree char *token = get_cookie_token (x);
  g_autofree char *name = NULL;
  g_autofree char *password = NULL;
  gboolean         is_old = FALSE;

  if (get_basic (x, &name, &password))
    {
      x->user = tkb_auth_check_known (auth, name, password);
      if (x->user == NULL)
        {
          soup_server_message_pause (x->message);
          tkb_auth_verify_async (auth, name, password, x->address, verified_cb,
                                 tkb_exchange_ref (x));
          tkb_password_wipe (password);
          return;
        }
      tkb_password_wipe (password);
    }
  else if (token != NULL)
    {
      x->user = tkb_auth_check_token (auth, token, &is_old);
      x->is_cookie = TRUE;
    }
  if (x->user != NULL && is_old)
    {
      g_autofree char *fresh = tkb_auth_make_token (auth, x->user);

      tkb_admission_set_cookie (x, fresh);
    }
  conclude (x);
}

static void
find_address (TkbExchange *x)
{
  const char *forwarded = tkb_exchange_get_header (x, "X-Forwarded-For");
  const char *last;

  if (forwarded == NULL || !(tkb_server_get_flags (x->server) & TKB_SERVER_TRUST_PROXY))
    return;
  last = strrchr (forwarded, ',');
  g_free (x->address);
  x->address = g_strstrip (g_strdup (last != NULL ? last + 1 : forwarded));
}

/**
 * tkb_admission_begin:
 * @exchange: a new exchange
 *
 * Afterwards is_admitted says whether body and handler may come; if not, the answer is on its way,
 * or a password is being checked and the message is paused until then.
 */
void
tkb_admission_begin (TkbExchange *exchange)
{
  find_address (exchange);
  if (!check_head (exchange) || !find_route (exchange))
    {
      tkb_exchange_send (exchange);
      return;
    }
  identify (exchange);
}
