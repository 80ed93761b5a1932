/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* A revision id, N-digest: N is the generation, counted from 1; the digest is opaque (ours: 32 hex
 * digits). Plain strings, with the functions that give them their meaning. */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

gboolean tkb_rev_id_parse (const char  *rev,
                           guint       *out_generation,
                           const char **out_digest); /* points into rev */
gboolean tkb_rev_id_is_valid (const char *rev);
guint    tkb_rev_id_get_generation (const char *rev); /* 0 where rev is not a revision id */
/* CouchDB's order: generation first, then the digest bytewise; < 0, 0, > 0 as strcmp () */
int tkb_rev_id_compare (const char *a, const char *b);
/* The deterministic id of an edit: digest of canonical body, parent, deleted flag and attachment
 * digests (all in body's _attachments), nothing else. body without the underscore members but
 * _attachments. parent_rev (nullable): first revision. (transfer full) */
char *tkb_rev_id_compute (JsonObject *body, const char *parent_rev, gboolean is_deleted);

G_END_DECLS
