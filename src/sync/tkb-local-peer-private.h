/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Writing with attachments is long enough for a file of its own. */
#pragma once

#include "tkb-local-peer.h"

G_BEGIN_DECLS

void tkb_local_peer_write_async (TkbPeer            *peer,
                                 GPtrArray          *revisions,
                                 TkbPeer            *source,
                                 GCancellable       *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer            user_data);

G_END_DECLS
