/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Who is asking: session tokens and passwords against the accounts file. Passwords are checked by
 * one worker thread, one at a time (Argon2id is meant to be slow); a password that was right is
 * remembered as a keyed digest, so that clients with a Basic header do not pay for each request.
 * Main thread. It knows nothing of HTTP and of databases. */
#pragma once

#include "tkb-accounts.h"
#include "tkb-clock.h"

G_BEGIN_DECLS

typedef struct _TkbAuth TkbAuth;

TkbAuth *tkb_auth_new (const char *data_dir, TkbClock *clock, GError **error);
/* Waits for the password in hand; nothing may be pending. */
void tkb_auth_free (TkbAuth *self);

/* (transfer full): of the form NAME:TIME:MAC in base64url; ends with the password's life */
char *tkb_auth_make_token (TkbAuth *self, TkbUser *user);
/* (transfer full) (nullable): whose token it is; out_is_old: a new one is due. */
TkbUser *tkb_auth_check_token (TkbAuth *self, const char *token, gboolean *out_is_old);
/* (transfer full) (nullable): at once, where this password was right before. */
TkbUser *tkb_auth_check_known (TkbAuth *self, const char *name, const char *password);
void     tkb_auth_verify_async (TkbAuth            *self,
                                const char         *name,
                                const char         *password,
                                const char         *address,
                                GAsyncReadyCallback callback,
                                gpointer            user_data);
/* TKB_WIRE_ERROR_UNAUTHORIZED, or _TOO_MANY_REQUESTS and then out_retry_s is set. */
TkbUser *
tkb_auth_verify_finish (TkbAuth *self, GAsyncResult *result, guint *out_retry_s, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbAuth, tkb_auth_free)

G_END_DECLS
