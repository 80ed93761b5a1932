/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Small texts of the protocol: sequences, document ids in paths, query strings, Retry-After.
 * Sequences are opaque: CouchDB's are strings such as "12-g1AAA", ours and old servers' are
 * numbers. In memory each is a string; it is only ever handed back to where it came from. */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

char     *tkb_wire_seq_from_node (JsonNode *node);
char     *tkb_wire_seq_from_member (JsonObject *object, const char *member);
void      tkb_wire_seq_append (GString *out, const char *seq);
JsonNode *tkb_wire_seq_to_node (const char *seq);
gboolean  tkb_wire_seq_is_start (const char *seq);

char       *tkb_wire_escape_id (const char *id);
char       *tkb_wire_unescape (const char *segment);
GHashTable *tkb_wire_query_parse (const char *query, GError **error);
void        tkb_wire_query_append (GString *query, const char *name, const char *value);
gint64      tkb_wire_retry_after_parse (const char *value, gint64 now_ms);

G_END_DECLS
