/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Two live versions of one document and what becomes of them: what merges is chosen already, what
 * does not is for a person, and the document that comes of choosing. A plain value with its reading
 * and writing off the main thread; no widgets. */
#pragma once

#include "tkb-fork.h"
#include "tkb-library.h"

G_BEGIN_DECLS

typedef enum
{
  TKB_SIDE_CURRENT, /* the version that is shown everywhere now */
  TKB_SIDE_OTHER,
  TKB_SIDE_BOTH, /* what merging made of the two */
} TkbSide;

typedef struct
{
  char    *code;        /* (owned) of the field */
  TkbSide  side;        /* chosen; at first what merging chose */
  gboolean is_clash;    /* it could not be merged */
  gboolean is_combined; /* there is a TKB_SIDE_BOTH that is neither of the two */
} TkbDifference;

typedef struct
{
  TkbFork     *fork;        /* (owned) */
  TkbDocument *merged;      /* (owned): as far as it merges */
  GPtrArray   *differences; /* (owned) (element-type TkbDifference): clashes first, then by code */
} TkbConflict;

void tkb_conflict_free (TkbConflict *self);
/* Takes fork. Dates that the program writes by itself are no difference. */
TkbConflict *tkb_conflict_new (TkbFork *fork);
/* (nullable) (transfer none): what side has in a field */
JsonNode *tkb_conflict_get_value (TkbConflict *self, TkbSide side, const char *code);
/* (transfer full): the body with what is chosen */
JsonObject *tkb_conflict_choose (TkbConflict *self);

/* TKB_STORE_ERROR_NOT_FOUND where there is no conflict (any more) */
void         tkb_conflict_load_async (TkbStore           *store,
                                      const char         *id,
                                      GCancellable       *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer            user_data);
TkbConflict *tkb_conflict_load_finish (TkbStore *store, GAsyncResult *result, GError **error);
/* Writes what was chosen and ends the fork; both versions stay in the history. */
void     tkb_conflict_resolve_async (TkbStore           *store,
                                     TkbConflict        *conflict,
                                     GAsyncReadyCallback callback,
                                     gpointer            user_data);
gboolean tkb_conflict_resolve_finish (TkbStore *store, GAsyncResult *result, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbConflict, tkb_conflict_free)

G_END_DECLS
