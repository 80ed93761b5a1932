/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* JSON as the whole program reads and writes it: one strict parser with limits for everything that
 * comes from outside, one canonical writer whose bytes can be digested. It knows nothing of what
 * the JSON means. */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

#define TKB_JSON_ERROR (tkb_json_error_quark ())

/* SYNTAX: not JSON (RFC 8259), the message names the byte; UTF8: bytes that are not UTF-8, a lone
 * surrogate or U+0000; DEPTH, SIZE: over TKB_JSON_MAX_DEPTH / the caller's limit; TYPE: JSON, but
 * not of the asked type. None can be cured by a retry. */
typedef enum
{
  TKB_JSON_ERROR_SYNTAX,
  TKB_JSON_ERROR_UTF8,
  TKB_JSON_ERROR_DEPTH,
  TKB_JSON_ERROR_SIZE,
  TKB_JSON_ERROR_TYPE,
} TkbJsonError;

GQuark tkb_json_error_quark (void);

JsonNode *tkb_json_parse (const char *text, gssize length, gsize max_bytes, GError **error);
JsonObject *
tkb_json_parse_object (const char *text, gssize length, gsize max_bytes, GError **error);

/* Canonical form: keys sorted bytewise, no white space, shortest numbers that read back the same.
 */
char *tkb_json_to_canonical (JsonNode *node, gsize *out_length);
char *tkb_json_object_to_canonical (JsonObject *object, gsize *out_length);
/* As canonical, but keys in their own order (for the wire). */
void tkb_json_append (GString *out, JsonNode *node);
void tkb_json_append_object (GString *out, JsonObject *object);
void tkb_json_append_string (GString *out, const char *string);

JsonObject *tkb_json_object_copy (JsonObject *object); /* deep */
JsonNode   *tkb_json_node_copy (JsonNode *node);       /* deep */

/* Reading without surprises: the default where the member is missing or of another type. */
const char *tkb_json_get_string (JsonObject *object, const char *member, const char *fallback);
gint64      tkb_json_get_int (JsonObject *object, const char *member, gint64 fallback);
gboolean    tkb_json_get_boolean (JsonObject *object, const char *member, gboolean fallback);
JsonObject *tkb_json_get_object (JsonObject *object,
                                 const char *member); /* (nullable) (transfer none) */
JsonArray  *tkb_json_get_array (JsonObject *object,
                                const char *member); /* (nullable) (transfer none) */

G_END_DECLS
