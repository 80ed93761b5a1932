/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Markdown (CommonMark with GFM tables, strikethrough, task lists, autolinks) to a tree of blocks
 * that a widget can lay out and a test can read. Raw HTML is shown as text, never interpreted;
 * images and links are data. Pure; libcmark-gfm does the parsing. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  TKB_BLOCK_DOCUMENT,
  TKB_BLOCK_HEADING, /* level 1-6 */
  TKB_BLOCK_PARAGRAPH,
  TKB_BLOCK_LIST, /* is_ordered, start */
  TKB_BLOCK_ITEM, /* task: none, open, done */
  TKB_BLOCK_QUOTE,
  TKB_BLOCK_CODE, /* text, info */
  TKB_BLOCK_RULE,
  TKB_BLOCK_TABLE,
  TKB_BLOCK_ROW,  /* is_header */
  TKB_BLOCK_CELL, /* alignment 'l' 'c' 'r' or 0 */
} TkbBlockType;

typedef enum
{
  TKB_SPAN_NONE = 0,
  TKB_SPAN_STRONG = 1 << 0,
  TKB_SPAN_EMPHASIS = 1 << 1,
  TKB_SPAN_CODE = 1 << 2,
  TKB_SPAN_STRIKE = 1 << 3,
  TKB_SPAN_LINK = 1 << 4,
  TKB_SPAN_IMAGE = 1 << 5,
  TKB_SPAN_BREAK = 1 << 6, /* a hard line break; text is "\n" */
} TkbSpanFlags;

typedef struct
{
  TkbSpanFlags flags;
  char        *text; /* (owned) */
  char        *url;  /* (owned) (nullable) of a link or image */
} TkbSpan;

typedef struct _TkbBlock TkbBlock;
struct _TkbBlock
{
  TkbBlockType type;
  int          level;      /* heading level, or list start */
  gboolean     is_ordered; /* list */
  gboolean     is_header;  /* row */
  char         alignment;  /* cell */
  char         task;       /* item: 0, ' ' or 'x' */
  char        *text;       /* (owned) (nullable) code */
  char        *info;       /* (owned) (nullable) code */
  GPtrArray   *children;   /* (owned) (element-type TkbBlock) */
  GPtrArray   *spans;      /* (owned) (element-type TkbSpan): paragraph, heading, cell */
};

TkbBlock *tkb_markdown_parse (const char *text); /* any UTF-8; (transfer full) */
void      tkb_block_free (TkbBlock *self);
char     *tkb_markdown_to_plain (const char *text); /* words only, for index and snippets */
char     *tkb_markdown_to_html (const char *text);  /* without raw HTML and harmful links */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbBlock, tkb_block_free)

G_END_DECLS
