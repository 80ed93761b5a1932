/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* What may go wrong between two peers, beyond what the protocol itself names (TKB_WIRE_ERROR) and
 * the store (TKB_STORE_ERROR). */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define TKB_SYNC_ERROR (tkb_sync_error_quark ())

typedef enum
{
  TKB_SYNC_ERROR_INVALID_ADDRESS, /* not the address of a database; a person must correct it */
  TKB_SYNC_ERROR_INSECURE,    /* plain http beyond this machine: refused unless a person says so */
  TKB_SYNC_ERROR_UNREACHABLE, /* no connection, or it broke; retry helps once there is a line */
  TKB_SYNC_ERROR_CERTIFICATE, /* the server cannot prove who it is; name its authority's file */
  TKB_SYNC_ERROR_SAME_PEER,   /* source and target are the same store */
  TKB_SYNC_ERROR_MANY_DELETIONS, /* a pull would delete a large part of the library: a person
                                  * must agree (TKB_REPLICATION_ALLOW_DELETIONS) */
  TKB_SYNC_ERROR_STAYS,          /* a draft or a private record: it never leaves this machine */
  TKB_SYNC_ERROR_ATTACHMENT,     /* an attachment did not come as announced; retry may help */
} TkbSyncError;

GQuark   tkb_sync_error_quark (void);
gboolean tkb_sync_error_is_retryable (const GError *error);
gboolean tkb_sync_error_is_offline (const GError *error);

G_END_DECLS
