/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Markdown on the page: one widget a block, text selectable. Links open through win.open (document
 * ids, as "tkb:ID") or the browser (http and https only); nothing in a text can do anything else.
 */
#pragma once

#include "tkb-compat.h"

G_BEGIN_DECLS

#define TKB_TYPE_MARKDOWN_VIEW (tkb_markdown_view_get_type ())
G_DECLARE_FINAL_TYPE (TkbMarkdownView, tkb_markdown_view, TKB, MARKDOWN_VIEW, GtkBox)

GtkWidget *tkb_markdown_view_new (const char *text);
void       tkb_markdown_view_set_text (TkbMarkdownView *self, const char *text);
/* A rounded block of code with a button that copies it. */
GtkWidget *tkb_markdown_code_block_new (const char *code);

G_END_DECLS
