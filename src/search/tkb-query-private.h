/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Private to src/search: what the parser makes of the typed text. Immutable once parsed. */
#pragma once

#include "tkb-query.h"

G_BEGIN_DECLS

typedef enum
{
  TKB_NODE_AND,
  TKB_NODE_OR,
  TKB_NODE_NOT,    /* one child */
  TKB_NODE_WORD,   /* text: as typed; more than one word where it is a patent number */
  TKB_NODE_PHRASE, /* text: between the quotes */
  TKB_NODE_FIELD,  /* field and text: the value */
} TkbNodeType;

typedef struct
{
  TkbNodeType type;
  GPtrArray  *children;   /* (owned) (nullable) (element-type TkbNode): AND, OR, NOT */
  char       *text;       /* (owned) (nullable) */
  char       *field;      /* (owned) (nullable) as typed */
  gboolean    is_title;   /* only in titles: WORD, PHRASE */
  gboolean    is_grouped; /* stood in parentheses */
  gboolean    is_typing;  /* the end of the text stands in it: its last word is a prefix */
} TkbNode;

TkbNode *tkb_node_new (TkbNodeType type, const char *text, gssize length);
TkbNode *tkb_node_copy (const TkbNode *self);
void     tkb_node_free (TkbNode *self);
/* (nullable): nothing was asked for. notes (element-type utf8): what was left out, static. */
TkbNode *tkb_query_parse (const char *text, TkbQueryFlags flags, GPtrArray *notes);

typedef struct
{
  char *field; /* (owned) */
  char *code;  /* (owned) */
} TkbSelection;

const TkbNode *tkb_query_get_root (TkbQuery *self); /* (nullable) */
TkbQueryFlags  tkb_query_get_flags (TkbQuery *self);
const char    *tkb_query_get_kind (TkbQuery *self); /* (nullable) */
TkbScope       tkb_query_get_scope (TkbQuery *self);
GPtrArray     *tkb_query_get_selections (TkbQuery *self); /* (element-type TkbSelection) */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbNode, tkb_node_free)

G_END_DECLS
