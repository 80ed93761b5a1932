/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Documents as the API shows them: what a query asks for beside the body (_revisions, _revs_info,
 * _conflicts …) and attachments as stubs, inline or following as parts. Pool threads. */
#pragma once

#include "tkb-exchange.h"

G_BEGIN_DECLS

typedef enum
{
  TKB_VIEW_NONE = 0,
  TKB_VIEW_REVS = 1 << 0,
  TKB_VIEW_REVS_INFO = 1 << 1,
  TKB_VIEW_CONFLICTS = 1 << 2,
  TKB_VIEW_DELETED_CONFLICTS = 1 << 3,
  TKB_VIEW_ATTACHMENTS = 1 << 4, /* their data, inline as base64 */
  TKB_VIEW_FOLLOWS = 1 << 5,     /* with ATTACHMENTS: their data follows as parts */
} TkbViewFlags;

/* What the query string asks for. */
TkbViewFlags tkb_view_flags_from_query (TkbExchange *x);
/* atts_since (nullable) (element-type utf8): attachments that those revisions have stay stubs.
 * budget_bytes (inout): inline data still allowed in this answer. (transfer full) */
JsonObject *tkb_view_build (TkbExchange *x,
                            TkbDocument *document,
                            TkbViewFlags flags,
                            GPtrArray   *atts_since,
                            gint64      *budget_bytes,
                            GError     **error);

typedef struct
{
  char        *rev;      /* (owned) asked for, or found */
  TkbDocument *document; /* (owned) (nullable): missing */
} TkbViewRev;

/* revs (nullable) (element-type utf8): all leaves. is_latest: leaves that come from revs instead of
 * revs. (element-type TkbViewRev); empty: no such document. */
GPtrArray *tkb_view_open_revs (
    TkbExchange *x, const char *id, GPtrArray *revs, gboolean is_latest, GError **error);
/* Query parameter name as a list of revisions; NULL without error: not there. */
GPtrArray *tkb_view_revs_from_query (TkbExchange *x, const char *name, GError **error);

G_END_DECLS
