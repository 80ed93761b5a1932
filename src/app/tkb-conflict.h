/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Two live versions of one document and what they had in common: which fields differ, who changed
 * what, and the document that comes of choosing. A plain value with its reading and writing off the
 * main thread; no widgets. */
#pragma once

#include "tkb-library.h"

G_BEGIN_DECLS

typedef enum
{
  TKB_SIDE_CURRENT, /* the version that is shown everywhere now */
  TKB_SIDE_OTHER,
} TkbSide;

typedef struct
{
  char    *code;     /* (owned) of the field */
  TkbSide  side;     /* chosen; at first the side that changed it */
  gboolean is_clash; /* both sides changed it, or what they had in common is not known */
} TkbDifference;

typedef struct
{
  TkbDocument *current;     /* (owned) */
  TkbDocument *other;       /* (owned) */
  TkbDocument *base;        /* (owned) (nullable): not kept here */
  GPtrArray   *differences; /* (owned) (element-type TkbDifference), by code */
} TkbConflict;

void tkb_conflict_free (TkbConflict *self);
/* Fields that are written anew with every edit do not count. */
TkbConflict *tkb_conflict_new (TkbDocument *current, TkbDocument *other, TkbDocument *base);
/* (transfer full): current with the members of other where that side is chosen */
TkbDocument *tkb_conflict_merge (TkbConflict *self);

/* TKB_STORE_ERROR_NOT_FOUND where there is no conflict (any more) */
void         tkb_conflict_load_async (TkbStore           *store,
                                      const char         *id,
                                      GCancellable       *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer            user_data);
TkbConflict *tkb_conflict_load_finish (TkbStore *store, GAsyncResult *result, GError **error);
/* Writes what was chosen on the current version and ends the other one; both stay in the history.
 */
void     tkb_conflict_resolve_async (TkbStore           *store,
                                     TkbConflict        *conflict,
                                     GAsyncReadyCallback callback,
                                     gpointer            user_data);
gboolean tkb_conflict_resolve_finish (TkbStore *store, GAsyncResult *result, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbConflict, tkb_conflict_free)

G_END_DECLS
