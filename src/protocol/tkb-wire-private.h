/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* What the files of this folder share and nobody else needs. */
#pragma once

#include "tkb-json.h"
#include "tkb-limits.h"
#include "tkb-wire-error.h"

G_BEGIN_DECLS

/* bytes of an error answer that are looked at; CouchDB's are under 1 KiB, a validation's reason
 * may be longer */
#define TKB_WIRE_MAX_ERROR_BYTES (64 * 1024)

JsonObject           *
tkb_wire_parse_object (const char *text, gsize length, TkbWireError code, GError **error);
JsonNode *tkb_wire_parse_node (const char *text, gsize length, TkbWireError code, GError **error);
gboolean  tkb_wire_is_html (const char *content_type, const char *text, gsize length);
/* (transfer full): an array of strings; FALSE-like NULL with an error if anything else is in it */
GPtrArray *
tkb_wire_strings_from_array (JsonArray *array, const char *what, TkbWireError code, GError **error);
void        tkb_wire_append_strings (GString *out, GPtrArray *strings);
JsonObject *tkb_wire_array_get_object (JsonArray *array, guint index); /* (nullable) */

G_END_DECLS
