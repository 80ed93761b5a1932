/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* A server that is the child of another: keeps the library's database in step with the parent's,
 * both ways, as a client would; a province serves its centres while the national line is down. Says
 * on standard error how it fares. Main thread. */
#pragma once

#include "tkb-remote.h"
#include "tkb-server.h"

G_BEGIN_DECLS

typedef struct _TkbHub TkbHub;

/* remote: of the parent's database, as a value. Starts at once. */
TkbHub *tkb_hub_new (TkbServer *server, const TkbRemote *remote);
/* Stops, and waits until nothing is under way any more; before the server is closed. */
void tkb_hub_free (TkbHub *self);
/* (transfer full): URL, account (nullable) and the first line of password_file (nullable). */
TkbRemote *tkb_hub_read_remote (const char *url,
                                const char *user,
                                const char *password_file,
                                const char *ca_file,
                                GError    **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbHub, tkb_hub_free)

G_END_DECLS
