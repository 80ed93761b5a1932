/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Makes a database of an Apache CouchDB fit for a library: the database itself, who may read it,
 * and the rules at the door. Run again it changes only what differs. tisckb-server has all of it
 * built in and is left as it is. Main thread. */
#pragma once

#include "tkb-http-peer.h"

G_BEGIN_DECLS

typedef enum
{
  TKB_SERVER_SETUP_NONE = 0,
  TKB_SERVER_SETUP_DATABASE = 1 << 0, /* the database was made */
  TKB_SERVER_SETUP_SECURITY = 1 << 1, /* its security object was written */
  TKB_SERVER_SETUP_DESIGN = 1 << 2,   /* the rules were written */
  TKB_SERVER_SETUP_BUILT_IN = 1 << 3, /* tisckb-server: nothing to do */
} TkbServerSetup;

/* design: as tkb_design_new () makes it. An account of a server admin is needed. */
void tkb_server_setup_async (TkbHttpPeer        *peer,
                             TkbDocument        *design,
                             GCancellable       *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer            user_data);
/* FALSE: what was done before the error stays done; running it again goes on. */
gboolean tkb_server_setup_finish (TkbHttpPeer    *peer,
                                  GAsyncResult   *result,
                                  TkbServerSetup *out_done,
                                  GError        **error);

G_END_DECLS
