/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-wire-error.h"

#include "tkb-wire-private.h"

#include <string.h>

G_DEFINE_QUARK (tkb - wire - error - quark, tkb_wire_error)

typedef struct
{
  TkbWireError code;
  guint        status;
  const char  *name;
  gboolean     is_retryable;
} Row;

/* In order of TkbWireError. */
static const Row rows[] = {
  { TKB_WIRE_ERROR_BAD_REQUEST, 400, "bad_request", FALSE },
  { TKB_WIRE_ERROR_UNAUTHORIZED, 401, "unauthorized", FALSE },
  { TKB_WIRE_ERROR_FORBIDDEN, 403, "forbidden", FALSE },
  { TKB_WIRE_ERROR_NOT_FOUND, 404, "not_found", FALSE },
  { TKB_WIRE_ERROR_METHOD_NOT_ALLOWED, 405, "method_not_allowed", FALSE },
  { TKB_WIRE_ERROR_NOT_ACCEPTABLE, 406, "not_acceptable", FALSE },
  { TKB_WIRE_ERROR_TIMEOUT, 408, "timeout", TRUE },
  { TKB_WIRE_ERROR_CONFLICT, 409, "conflict", FALSE },
  { TKB_WIRE_ERROR_FILE_EXISTS, 412, "file_exists", FALSE },
  { TKB_WIRE_ERROR_PRECONDITION, 412, "precondition_failed", FALSE },
  { TKB_WIRE_ERROR_MISSING_STUB, 412, "missing_stub", FALSE },
  { TKB_WIRE_ERROR_TOO_LARGE, 413, "too_large", FALSE },
  { TKB_WIRE_ERROR_MEDIA_TYPE, 415, "bad_content_type", FALSE },
  { TKB_WIRE_ERROR_RANGE, 416, "requested_range_not_satisfiable", FALSE },
  { TKB_WIRE_ERROR_TOO_MANY_REQUESTS, 429, "too_many_requests", TRUE },
  { TKB_WIRE_ERROR_HEADERS_TOO_LARGE, 431, "headers_too_large", FALSE },
  { TKB_WIRE_ERROR_INTERNAL, 500, "internal_server_error", TRUE },
  { TKB_WIRE_ERROR_NOT_IMPLEMENTED, 501, "not_implemented", FALSE },
  { TKB_WIRE_ERROR_BAD_GATEWAY, 502, "bad_gateway", TRUE },
  { TKB_WIRE_ERROR_UNAVAILABLE, 503, "service_unavailable", TRUE },
  { TKB_WIRE_ERROR_GATEWAY_TIMEOUT, 504, "gateway_timeout", TRUE },
  { TKB_WIRE_ERROR_INSUFFICIENT_STORAGE, 507, "insufficient_storage", TRUE },
  { TKB_WIRE_ERROR_NOT_A_DATABASE, 502, "not_a_database", TRUE },
  { TKB_WIRE_ERROR_MALFORMED, 502, "malformed", TRUE },
  { TKB_WIRE_ERROR_REDIRECT, 502, "redirect", FALSE },
};

/* Names that CouchDB gives to the same things. */
static const struct
{
  const char  *name;
  TkbWireError code;
} aliases[] = {
  { "document_too_large", TKB_WIRE_ERROR_TOO_LARGE },
  { "attachment_too_large", TKB_WIRE_ERROR_TOO_LARGE },
  { "request_entity_too_large", TKB_WIRE_ERROR_TOO_LARGE },
  { "max_document_size_exceeded", TKB_WIRE_ERROR_TOO_LARGE },
  { "db_exists", TKB_WIRE_ERROR_FILE_EXISTS },
  { "query_parse_error", TKB_WIRE_ERROR_BAD_REQUEST },
  { "doc_validation", TKB_WIRE_ERROR_BAD_REQUEST },
  { "illegal_docid", TKB_WIRE_ERROR_BAD_REQUEST },
  { "illegal_database_name", TKB_WIRE_ERROR_BAD_REQUEST },
  { "missing", TKB_WIRE_ERROR_NOT_FOUND },
  { "deleted", TKB_WIRE_ERROR_NOT_FOUND },
  { "unknown_error", TKB_WIRE_ERROR_INTERNAL },
  { "internal_error", TKB_WIRE_ERROR_INTERNAL },
};

/**
 * tkb_wire_error_get_status:
 * @code: an error code
 *
 * Returns: the HTTP status that goes with @code
 */
guint
tkb_wire_error_get_status (TkbWireError code)
{
  g_return_val_if_fail (code < G_N_ELEMENTS (rows), 500);
  g_assert (rows[code].code == code);
  return rows[code].status;
}

/**
 * tkb_wire_error_get_name:
 * @code: an error code
 *
 * Returns: (transfer none): the member `error` of CouchDB's error object
 */
const char *
tkb_wire_error_get_name (TkbWireError code)
{
  g_return_val_if_fail (code < G_N_ELEMENTS (rows), "unknown_error");
  return rows[code].name;
}

/**
 * tkb_wire_error_is_retryable:
 * @code: an error code
 *
 * Returns: whether the same request may succeed later without anybody doing anything
 */
gboolean
tkb_wire_error_is_retryable (TkbWireError code)
{
  g_return_val_if_fail (code < G_N_ELEMENTS (rows), FALSE);
  return rows[code].is_retryable;
}

/**
 * tkb_wire_error_new_for_name:
 * @name: the member `error` of an error object or of a row
 * @reason: (nullable): the member `reason`
 *
 * Unknown names become %TKB_WIRE_ERROR_INTERNAL with the name in the message.
 *
 * Returns: (transfer full): an error of the domain %TKB_WIRE_ERROR
 */
GError *
tkb_wire_error_new_for_name (const char *name, const char *reason)
{
  g_return_val_if_fail (name != NULL, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (g_str_equal (rows[i].name, name))
      return g_error_new_literal (TKB_WIRE_ERROR, rows[i].code, reason ? reason : name);
  for (gsize i = 0; i < G_N_ELEMENTS (aliases); i++)
    if (g_str_equal (aliases[i].name, name))
      return g_error_new_literal (TKB_WIRE_ERROR, aliases[i].code, reason ? reason : name);
  return g_error_new (TKB_WIRE_ERROR, TKB_WIRE_ERROR_INTERNAL, "%s%s%s", name, reason ? ": " : "",
                      reason ? reason : "");
}

/**
 * tkb_wire_error_new_for_status:
 * @status: an HTTP status of 300 and more
 * @reason: (nullable): what the server said
 *
 * Returns: (transfer full): an error of the domain %TKB_WIRE_ERROR
 */
GError *
tkb_wire_error_new_for_status (guint status, const char *reason)
{
  TkbWireError code = status >= 500 ? TKB_WIRE_ERROR_INTERNAL : TKB_WIRE_ERROR_BAD_REQUEST;

  if (status >= 300 && status < 400)
    code = TKB_WIRE_ERROR_REDIRECT;
  else if (status == 412)
    code = TKB_WIRE_ERROR_PRECONDITION;
  else
    for (gsize i = 0; i < TKB_WIRE_ERROR_NOT_A_DATABASE; i++)
      if (rows[i].status == status)
        {
          code = rows[i].code;
          break;
        }
  if (reason && *reason)
    return g_error_new_literal (TKB_WIRE_ERROR, code, reason);
  return g_error_new (TKB_WIRE_ERROR, code, "the server answered with status %u", status);
}

/**
 * tkb_wire_error_parse_response:
 * @status: the HTTP status of an answer that is not a success
 * @content_type: (nullable): its media type
 * @text: its body, at least as much as was read
 * @length: bytes of @text
 *
 * Reads CouchDB's error object. An answer that is no such object (a proxy's page, a captive
 * portal) is told by its status alone; its text is not shown to anybody.
 *
 * Returns: (transfer full): an error of the domain %TKB_WIRE_ERROR; the status decides its code,
 *   except where the name says it more exactly
 */
GError *
tkb_wire_error_parse_response (guint       status,
                               const char *content_type,
                               const char *text,
                               gsize       length)
{
  g_autoptr (JsonObject) object = NULL;
  g_autoptr (GError) by_status = NULL;
  const char *name, *reason;

  if (length > 0 && !tkb_wire_is_html (content_type, text, length))
    object = tkb_json_parse_object (text, (gssize) length, TKB_WIRE_MAX_ERROR_BYTES, NULL);
  name = object ? tkb_json_get_string (object, "error", NULL) : NULL;
  reason = object ? tkb_json_get_string (object, "reason", NULL) : NULL;
  by_status = tkb_wire_error_new_for_status (status, reason);
  if (name && status == 412)
    {
      GError *by_name = tkb_wire_error_new_for_name (name, reason);
      if (tkb_wire_error_get_status (by_name->code) == 412)
        return by_name;
      g_error_free (by_name);
    }
  return g_steal_pointer (&by_status);
}

/**
 * tkb_wire_error_append_members:
 * @out: where to write
 * @error: an error of any domain; of another than %TKB_WIRE_ERROR it is an internal error
 *
 * Appends `"error":…,"reason":…` without braces, for the error object and for rows.
 */
void
tkb_wire_error_append_members (GString *out, const GError *error)
{
  TkbWireError code = error->domain == TKB_WIRE_ERROR ? error->code : TKB_WIRE_ERROR_INTERNAL;

  g_string_append (out, "\"error\":");
  tkb_json_append_string (out, tkb_wire_error_get_name (code));
  g_string_append (out, ",\"reason\":");
  tkb_json_append_string (out, error->message);
}

/**
 * tkb_wire_error_write:
 * @code: an error code
 * @reason: a sentence for people
 *
 * Returns: (transfer full): CouchDB's error object, with a newline
 */
char *
tkb_wire_error_write (TkbWireError code, const char *reason)
{
  GString *out = g_string_new ("{");
  GError   error = { TKB_WIRE_ERROR, code, (char *) reason };

  tkb_wire_error_append_members (out, &error);
  g_string_append (out, "}\n");
  return g_string_free (out, FALSE);
}
