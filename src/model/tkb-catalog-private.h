/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* How the catalog makes its parts from the files under data/. Errors are TKB_CATALOG_ERROR. */
#pragma once

#include "tkb-catalog.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

TkbField      *tkb_field_new_from_json (JsonObject *object, GError **error);
TkbKind       *tkb_kind_new_from_json (JsonObject *common, JsonObject *own, GError **error);
TkbVocabulary *tkb_vocabulary_new_from_json (JsonObject *object, GError **error);

/* (nullable) (transfer none): NULL with TKB_CATALOG_ERROR_BROKEN; context names the file's part */
const char *tkb_catalog_require_string (JsonObject *object,
                                        const char *member,
                                        const char *context,
                                        GError    **error);

G_END_DECLS
