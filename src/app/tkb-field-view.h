/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* One field of a document on the page. Short values (codes, dates, names …) stand in a table of
 * facts, long ones (texts, steps, figures, links) as blocks of their own; the type of the field
 * decides. Untrusted content: a value of the wrong type is shown as text, never trusted. */
#pragma once

#include <json-glib/json-glib.h>

#include "tkb-compat.h"
#include "tkb-library.h"

G_BEGIN_DECLS

/* What the widgets of one page share while they are made. */
typedef struct
{
  TkbLibrary  *library;  /* (unowned): outlives the page */
  TkbDocument *document; /* (unowned): during the call */
  GPtrArray   *links;    /* (unowned) (element-type GtkWidget): rows and chips to look up */
} TkbPageContext;

gboolean tkb_field_view_is_empty (JsonNode *node); /* (nullable): missing, null, "", [], {} */
gboolean tkb_field_view_is_short (TkbField *field);
/* (nullable): nothing to show */
GtkWidget *tkb_field_view_new_inline (TkbPageContext *context, TkbField *field, JsonNode *node);
GtkWidget *tkb_field_view_new_block (TkbPageContext *context, TkbField *field, JsonNode *node);
/* Rows of links in a frame: node is a link or an array of links. */
GtkWidget *tkb_field_view_new_links (TkbPageContext *context, TkbField *field, JsonNode *node);
/* The same as buttons in the flow of the text. */
GtkWidget *tkb_field_view_new_chips (TkbPageContext *context, JsonNode *node);
/* The texts of a list of strings as bullets or, with numbers, as a numbered list. */
GtkWidget *tkb_field_view_new_bullets (JsonArray *array, gboolean is_numbered);
/* yes, no, partly … as icon and word */
GtkWidget *tkb_field_view_new_support (const char *code, const char *label);

G_END_DECLS
