/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Where the password of an account is kept: in the Secret Service or, where none runs, in a file
 * that only its owner can read. It knows no settings and no server. Main thread. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  TKB_KEEPING_UNKNOWN, /* nothing was looked up or stored yet */
  TKB_KEEPING_KEYRING,
  TKB_KEEPING_FILE, /* there is no keyring */
} TkbKeeping;

void     tkb_password_look_up_async (const char         *path,
                                     const char         *url,
                                     const char         *user,
                                     GCancellable       *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer            user_data);
gboolean tkb_password_look_up_finish (GAsyncResult *result,
                                      char        **out_password,
                                      TkbKeeping   *out_keeping,
                                      GError      **error);
void     tkb_password_store_async (const char         *path,
                                   const char         *url,
                                   const char         *user,
                                   const char         *password,
                                   GCancellable       *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer            user_data);
gboolean tkb_password_store_finish (GAsyncResult *result, TkbKeeping *out_keeping, GError **error);

G_END_DECLS
