/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* The rules at the door of the library as a design document for Apache CouchDB, made from the
 * kinds: data/design/validate_doc_update.js with kinds and vocabularies filled in. Pure. */
#pragma once

#include "tkb-catalog.h"
#include "tkb-document.h"

G_BEGIN_DECLS

#define TKB_DESIGN_ID "_design/tisckb"

/* resource: holds /org/example/TiscKB/design/. (transfer full): without a revision */
TkbDocument *tkb_design_new (TkbCatalog *catalog, GResource *resource, GError **error);

G_END_DECLS
