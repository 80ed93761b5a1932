/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Selectors of Mango, CouchDB's declarative queries, as the filter _selector of a changes feed.
 * Pure. */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef struct _TkbSelector TkbSelector;

/* TKB_WIRE_ERROR_BAD_REQUEST for an operator that is unknown or has the wrong argument. */
TkbSelector *tkb_selector_new (JsonObject *object, GError **error);
void         tkb_selector_free (TkbSelector *self);
gboolean     tkb_selector_matches (TkbSelector *self, JsonObject *document);

G_END_DECLS
