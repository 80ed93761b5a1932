/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* What a case, a guide, a search system is: sections and fields, read from data/kinds/KIND.json
 * over data/kinds/common.json. Editor, validation, facets, search weights and the server's rules
 * all read it from here. Immutable. */
#pragma once

#include "tkb-document.h"
#include "tkb-field.h"

G_BEGIN_DECLS

#define TKB_TYPE_KIND (tkb_kind_get_type ())
typedef struct _TkbKind    TkbKind;
typedef struct _TkbCatalog TkbCatalog;

GType    tkb_kind_get_type (void);
TkbKind *tkb_kind_ref (TkbKind *self);
void     tkb_kind_unref (TkbKind *self);

const char *tkb_kind_get_code (TkbKind *self);         /* "case" */
const char *tkb_kind_get_label (TkbKind *self);        /* "Case study", msgid */
const char *tkb_kind_get_label_plural (TkbKind *self); /* "Case studies", msgid */
const char *tkb_kind_get_icon_name (TkbKind *self);
GPtrArray  *tkb_kind_get_fields (TkbKind *self); /* (element-type TkbField), in order of the form */
TkbField   *tkb_kind_get_field (TkbKind *self, const char *code); /* (nullable) (transfer none) */
guint       tkb_kind_get_n_sections (TkbKind *self);
void        tkb_kind_get_section (TkbKind     *self,
                                  guint        index,
                                  const char **out_code,
                                  const char **out_label); /* msgid */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbKind, tkb_kind_unref)

G_END_DECLS
