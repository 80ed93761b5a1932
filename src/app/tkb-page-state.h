/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* All that the reading page has to know of a document, read in one go off the main thread: the
 * revision itself and where it stands (favourite, waiting, refused, in conflict). A plain value. */
#pragma once

#include "tkb-library.h"

G_BEGIN_DECLS

typedef struct
{
  TkbDocument *document;    /* (owned) */
  char        *reason;      /* (owned) (nullable): why the server refused the last edit */
  guint        n_conflicts; /* live versions beside the winner */
  gboolean     is_favourite;
  gboolean     is_waiting; /* an edit waits for the server */
  gboolean     is_old;     /* an earlier version was asked for */
} TkbPageState;

void tkb_page_state_free (TkbPageState *self);

/* rev (nullable): the winner. Errors are those of tkb_store_get (). */
void          tkb_page_state_load_async (TkbStore           *store,
                                         const char         *id,
                                         const char         *rev,
                                         GCancellable       *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer            user_data);
TkbPageState *tkb_page_state_load_finish (TkbStore *store, GAsyncResult *result, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbPageState, tkb_page_state_free)

G_END_DECLS
