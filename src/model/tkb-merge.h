/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Two versions of one document brought together field by field, by what the kind says of each
 * field: text by paragraph and line, sets as sets, lists item by item, titles language by language,
 * a figure as one value. What only one side changed is taken from it; what cannot be merged is a
 * conflict with its reason. Nothing but the three versions decides (no clock, no order of sides),
 * so that two machines which merge the same conflict make the same revision. Pure. */
#pragma once

#include "tkb-catalog.h"
#include "tkb-document.h"

G_BEGIN_DECLS

/* Member of the tombstone that closes the other side of a merge: the revision that it went into. It
 * travels with the tombstone, and is how a later merge knows what both sides have in common. */
#define TKB_MERGED_INTO "merged_into"

typedef enum
{
  TKB_MERGE_TAKE_LEFT,
  TKB_MERGE_TAKE_RIGHT,
  TKB_MERGE_COMBINED, /* from both */
  TKB_MERGE_CONFLICT, /* a person has to choose */
} TkbMergeOutcome;

typedef enum
{
  TKB_MERGE_NO_BASE,      /* what both come from is not known */
  TKB_MERGE_BOTH_CHANGED, /* both changed the same value */
  TKB_MERGE_SAME_LINES,   /* both changed the same or neighbouring lines of a text */
  TKB_MERGE_SAME_ITEMS,   /* both changed the same items of a list, or their order */
  TKB_MERGE_REMOVED,      /* one changed what the other took away */
  TKB_MERGE_UNREVIEWED,   /* one published, the other changed text that nobody has reviewed */
  TKB_MERGE_INVALID,      /* together they break a rule of the field */
} TkbMergeReason;

/* A member that differs between the sides. */
typedef struct
{
  char           *code; /* (owned): a field's, or another member of the document */
  TkbMergeOutcome outcome;
  JsonNode       *value; /* (owned) (nullable): what stays, NULL: nothing; in a conflict left's */
} TkbMergeField;

typedef struct
{
  char          *code;  /* (owned) of the field */
  char          *path;  /* (owned) code, or more exactly: titles.fr, process[2].output */
  char          *label; /* (owned) (nullable) English label of the field, msgid */
  TkbMergeReason reason;
  JsonNode      *base; /* (owned) (nullable) at path, as the next two */
  JsonNode      *left;
  JsonNode      *right;
} TkbMergeConflict;

typedef struct
{
  GPtrArray  *fields;    /* (owned) (element-type TkbMergeField): by code */
  GPtrArray  *conflicts; /* (owned) (element-type TkbMergeConflict): empty: all merges */
  JsonObject *body;      /* (owned): of the merged document; fields in conflict are left's */
} TkbMerge;

/* catalog (nullable): every member is one value. base (nullable): what both come from is not known;
 * only what is equal merges. left and right are not deleted, their revisions do not matter. */
TkbMerge      *
tkb_merge_new (TkbCatalog *catalog, TkbDocument *base, TkbDocument *left, TkbDocument *right);
void tkb_merge_free (TkbMerge *self);
/* printf format with one %s, the label or path: English msgid */
const char *tkb_merge_reason_get_format (TkbMergeReason reason);
char       *tkb_merge_conflict_to_string (const TkbMergeConflict *self); /* English sentence */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbMerge, tkb_merge_free)

G_END_DECLS
