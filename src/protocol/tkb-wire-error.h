/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Failures of the replication protocol: CouchDB's error object {"error", "reason"} on one side, a
 * GError on the other, and the one table between codes, HTTP statuses and error names. Used by the
 * client to read and by the server to write. It knows nothing of sockets. */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

#define TKB_WIRE_ERROR (tkb_wire_error_quark ())

typedef enum
{
  TKB_WIRE_ERROR_BAD_REQUEST,        /* 400: the request is wrong; not retryable */
  TKB_WIRE_ERROR_UNAUTHORIZED,       /* 401: another name or password is needed */
  TKB_WIRE_ERROR_FORBIDDEN,          /* 403: the account may not, or the document is not accepted */
  TKB_WIRE_ERROR_NOT_FOUND,          /* 404: no such database, document, revision, attachment */
  TKB_WIRE_ERROR_METHOD_NOT_ALLOWED, /* 405 */
  TKB_WIRE_ERROR_NOT_ACCEPTABLE,     /* 406 */
  TKB_WIRE_ERROR_TIMEOUT,            /* 408: retryable */
  TKB_WIRE_ERROR_CONFLICT,           /* 409: the revision given is no leaf */
  TKB_WIRE_ERROR_FILE_EXISTS,        /* 412: the database exists already */
  TKB_WIRE_ERROR_PRECONDITION,       /* 412: a condition of the request does not hold */
  TKB_WIRE_ERROR_MISSING_STUB,       /* 412: an attachment stub names nothing that is there */
  TKB_WIRE_ERROR_TOO_LARGE,          /* 413: body, document or attachment over a limit */
  TKB_WIRE_ERROR_MEDIA_TYPE,         /* 415 */
  TKB_WIRE_ERROR_RANGE,              /* 416 */
  TKB_WIRE_ERROR_TOO_MANY_REQUESTS,  /* 429: retry after a while */
  TKB_WIRE_ERROR_HEADERS_TOO_LARGE,  /* 431 */
  TKB_WIRE_ERROR_INTERNAL,           /* 500: the server failed; retry may help */
  TKB_WIRE_ERROR_NOT_IMPLEMENTED,    /* 501 */
  TKB_WIRE_ERROR_BAD_GATEWAY,        /* 502: a proxy in between; retryable */
  TKB_WIRE_ERROR_UNAVAILABLE,        /* 503: retryable */
  TKB_WIRE_ERROR_GATEWAY_TIMEOUT,    /* 504: a proxy in between; retryable */
  TKB_WIRE_ERROR_INSUFFICIENT_STORAGE, /* 507: the server's disk is full; retry may help */
  /* Only seen by a client: */
  TKB_WIRE_ERROR_NOT_A_DATABASE, /* answered, but not by CouchDB's protocol: a wrong address or a
                                  * captive portal; retry may help */
  TKB_WIRE_ERROR_MALFORMED,      /* the answer breaks the protocol; retry may help */
  TKB_WIRE_ERROR_REDIRECT,       /* 3xx to elsewhere: the address wants correcting */
} TkbWireError;

GQuark tkb_wire_error_quark (void);

guint       tkb_wire_error_get_status (TkbWireError code);
const char *tkb_wire_error_get_name (TkbWireError code);
gboolean    tkb_wire_error_is_retryable (TkbWireError code);
GError     *tkb_wire_error_new_for_name (const char *name, const char *reason);
GError     *tkb_wire_error_new_for_status (guint status, const char *reason);
GError     *tkb_wire_error_parse_response (guint       status,
                                           const char *content_type,
                                           const char *text,
                                           gsize       length);
char       *tkb_wire_error_write (TkbWireError code, const char *reason);
void        tkb_wire_error_append_members (GString *out, const GError *error);

G_END_DECLS
