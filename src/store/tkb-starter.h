/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* The starter content: cases, guides and search systems compiled into every program, which a new
 * store gets as published documents. Their first revisions are computed from their bodies, so every
 * machine makes the same ones and a server that has them too is not in conflict. */
#pragma once

#include "tkb-store.h"

G_BEGIN_DECLS

gboolean tkb_starter_load (TkbStore     *store,
                           GResource    *resource,
                           guint        *out_n_documents,
                           GCancellable *cancellable,
                           GError      **error);

G_END_DECLS
