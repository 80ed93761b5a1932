/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* At the end of a page: the documents that are most like the one above. It takes no room until it
 * has found some, and asks only after the page has been drawn. */
#pragma once

#include "tkb-compat.h"
#include "tkb-library.h"

G_BEGIN_DECLS

#define TKB_TYPE_SIMILAR_LIST (tkb_similar_list_get_type ())
G_DECLARE_FINAL_TYPE (TkbSimilarList, tkb_similar_list, TKB, SIMILAR_LIST, GtkBox)

/* library: must be open; id: of a document */
GtkWidget *tkb_similar_list_new (TkbLibrary *library, const char *id);

G_END_DECLS
