/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Holds a document against its kind: one problem a field, with a message for people. The same rules
 * in the editor, in the CLI and at the server's door. Pure. */
#pragma once

#include "tkb-catalog.h"

G_BEGIN_DECLS

typedef enum
{
  TKB_PROBLEM_UNKNOWN_KIND, /* argument: the kind */
  TKB_PROBLEM_MISSING,      /* required and empty */
  TKB_PROBLEM_WRONG_TYPE,   /* argument: the expected type, in words */
  TKB_PROBLEM_UNKNOWN_CODE, /* argument: the code */
  TKB_PROBLEM_TOO_LONG,     /* argument: the bound in characters */
  TKB_PROBLEM_TOO_FEW,      /* argument: the bound in items */
  TKB_PROBLEM_TOO_MANY,     /* argument: the bound in items */
  TKB_PROBLEM_OUT_OF_RANGE, /* argument: the range */
  TKB_PROBLEM_BAD_DATE,     /* argument: what stands there */
  TKB_PROBLEM_BAD_URL,      /* argument: what stands there */
} TkbProblemCode;

typedef struct
{
  TkbProblemCode code;
  char          *path;     /* (owned) field code, with index and member: process[2].action */
  char          *label;    /* (owned) (nullable) English label of the field, msgid */
  char          *argument; /* (owned) (nullable) see the code */
} TkbProblem;

void tkb_problem_free (TkbProblem *self);
/* printf format with two %s: label, argument (English msgid, so that programs can translate). */
const char *tkb_problem_code_get_format (TkbProblemCode code);
char       *tkb_problem_to_string (TkbProblem *self); /* English sentence, (transfer full) */

typedef enum
{
  TKB_VALIDATE_DRAFT,    /* types and bounds only: a draft may lack required fields */
  TKB_VALIDATE_COMPLETE, /* required fields as well: submitted and published */
} TkbValidateLevel;

/* (transfer full) (element-type TkbProblem): empty if the document is right. Deleted and design
 * documents are always right. */
GPtrArray *tkb_validate (TkbCatalog *catalog, TkbDocument *document, TkbValidateLevel level);
/* The level that a document's own state asks for. */
TkbValidateLevel tkb_validate_level_for (TkbDocument *document);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbProblem, tkb_problem_free)

G_END_DECLS
