/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Revisions that a server is known to have because they came from there, shared by the two
 * directions of one connection, so that what was just pulled is not offered back. Bounded: what
 * does not fit costs a comparison, nothing else. Main thread. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define TKB_TYPE_KNOWN_REVS (tkb_known_revs_get_type ())
G_DECLARE_FINAL_TYPE (TkbKnownRevs, tkb_known_revs, TKB, KNOWN_REVS, GObject)

TkbKnownRevs *tkb_known_revs_new (void);
void          tkb_known_revs_add (TkbKnownRevs *self, const char *id, const char *rev);
gboolean      tkb_known_revs_contains (TkbKnownRevs *self, const char *id, const char *rev);

G_END_DECLS
