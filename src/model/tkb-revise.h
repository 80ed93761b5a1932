/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* What one version of a document says and another does not, and going back to what an earlier one
 * said: the whole of it, or one field. Pure. */
#pragma once

#include "tkb-catalog.h"

G_BEGIN_DECLS

/* Members that say where a document stands on its way, not what it says: never compared, never
 * brought back. */
gboolean tkb_revise_is_passed_over (const char *code);
/* Codes of the members that differ, in the order of the form, then those that it does not have.
 * catalog (nullable). (transfer full) (element-type utf8) */
GPtrArray *tkb_revise_get_changed (TkbCatalog *catalog, TkbDocument *a, TkbDocument *b);
/* current, with what earlier has in code (nullable: in every member that differs). (transfer full)
 * (nullable): they do not differ there */
TkbDocument *tkb_revise_restore (TkbDocument *current, TkbDocument *earlier, const char *code);

G_END_DECLS
