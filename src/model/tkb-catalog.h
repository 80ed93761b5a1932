/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* All kinds and vocabularies of one program run, read once from the compiled-in resource. Immutable
 * after it is made, safe from any thread. */
#pragma once

#include "tkb-kind.h"
#include "tkb-vocabulary.h"

G_BEGIN_DECLS

#define TKB_CATALOG_ERROR (tkb_catalog_error_quark ())

/* BROKEN: a file under data/ is not what a catalog needs; a mistake of the build, never of a user.
 */
typedef enum
{
  TKB_CATALOG_ERROR_BROKEN,
} TkbCatalogError;

GQuark tkb_catalog_error_quark (void);

#define TKB_TYPE_CATALOG (tkb_catalog_get_type ())

GType       tkb_catalog_get_type (void);
TkbCatalog *tkb_catalog_ref (TkbCatalog *self);
void        tkb_catalog_unref (TkbCatalog *self);

/* resource: holds /org/example/TiscKB/kinds/ and …/vocabularies/ */
TkbCatalog *tkb_catalog_new (GResource *resource, GError **error);

GPtrArray          *
tkb_catalog_get_kinds (TkbCatalog *self); /* (element-type TkbKind) case, guide, system */
TkbKind *tkb_catalog_get_kind (TkbCatalog *self, const char *code);             /* (nullable) */
TkbVocabulary *tkb_catalog_get_vocabulary (TkbCatalog *self, const char *name); /* (nullable) */
/* English label (msgid) of a code in a field: through the field's vocabulary, else the code. */
const char *tkb_catalog_get_code_label (TkbCatalog *self, TkbField *field, const char *code);
/* Every field that is a facet in some kind, each code once: (transfer container) */
GPtrArray *tkb_catalog_get_facets (TkbCatalog *self);
/* The codes of one facet field in a document; figures and links give their unit/document; 0 or
 * more. (transfer container) (element-type utf8) */
GPtrArray *tkb_catalog_get_facet_codes (TkbCatalog *self, TkbDocument *document, TkbField *field);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbCatalog, tkb_catalog_unref)

G_END_DECLS
