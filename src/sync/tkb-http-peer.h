/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* A database behind HTTP as one side of a replication: tisckb-server or Apache CouchDB. The only
 * place of the client that knows of sockets, signing in, certificates, compression and what a web
 * page in the place of an answer means. It retries single requests where the server asks for
 * patience, and nothing more: starting again is the replicator's business. Main thread. */
#pragma once

#include "tkb-clock.h"
#include "tkb-peer.h"
#include "tkb-random.h"
#include "tkb-remote.h"

G_BEGIN_DECLS

#define TKB_TYPE_HTTP_PEER (tkb_http_peer_get_type ())
G_DECLARE_FINAL_TYPE (TkbHttpPeer, tkb_http_peer, TKB, HTTP_PEER, GObject)

TkbPeer *
tkb_http_peer_new (const TkbRemote *remote, TkbClock *clock, TkbRandom *random, GError **error);
/* seconds without a byte until a request counts as lost (default 60) */
void tkb_http_peer_set_timeout (TkbHttpPeer *self, guint timeout_s);
/* requests sent so far, for tests and for people who count them */
guint64     tkb_http_peer_get_requests (TkbHttpPeer *self);
const char *tkb_http_peer_get_url (TkbHttpPeer *self); /* without a password */
gboolean    tkb_http_peer_is_loopback (TkbHttpPeer *self);

G_END_DECLS
