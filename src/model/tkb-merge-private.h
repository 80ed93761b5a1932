/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Between tkb-merge.c (documents, what is special about some members) and tkb-merge-value.c (values
 * by their type). */
#pragma once

#include "tkb-diff3.h"
#include "tkb-merge.h"

G_BEGIN_DECLS

/* One place in the three versions; every member may be NULL: nothing stands there. */
typedef struct
{
  JsonNode *nodes[TKB_DIFF3_N_SIDES];
} TkbTriple;

typedef struct
{
  gboolean    has_base;
  GPtrArray  *conflicts; /* (unowned) (element-type TkbMergeConflict) */
  const char *code;      /* (unowned): the member that is merged now */
  const char *label;     /* (unowned) (nullable) */
} TkbMerger;

/* Whether both are the same JSON; NULL is only the same as NULL. */
gboolean tkb_merge_is_same (JsonNode *a, JsonNode *b);
/* Notes a conflict and returns FALSE. */
gboolean tkb_merge_refuse (TkbMerger       *self,
                           const char      *path,
                           TkbMergeReason   reason,
                           const TkbTriple *triple);
/* FALSE: a conflict was noted. out (transfer full) (nullable): what stays. field (nullable): one
 * value. is_item: a single item of field, where that is a list. */
gboolean tkb_merge_value (TkbMerger       *self,
                          const char      *path,
                          TkbField        *field,
                          gboolean         is_item,
                          const TkbTriple *triple,
                          JsonNode       **out);

G_END_DECLS
