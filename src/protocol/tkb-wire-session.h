/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* POST and GET /_session: signing in with a name and a password for a cookie, and who is asking. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  char *name;     /* (owned) */
  char *password; /* (owned): wiped when freed */
} TkbWireCredentials;

typedef struct
{
  char  *name;  /* (owned) (nullable): nobody */
  char **roles; /* (owned) */
} TkbWireUserContext;

/* content_type (nullable): JSON or application/x-www-form-urlencoded */
TkbWireCredentials *tkb_wire_credentials_parse (const char *content_type,
                                                const char *text,
                                                gsize       length,
                                                GError    **error);
char               *tkb_wire_credentials_write (const char *name, const char *password);
void                tkb_wire_credentials_free (TkbWireCredentials *self);

/* Both the answer to GET (userCtx) and to POST (name and roles at the top) are understood. */
TkbWireUserContext *tkb_wire_user_context_parse (const char *text, gsize length, GError **error);
char *tkb_wire_user_context_write (const TkbWireUserContext *self, gboolean is_sign_in);
void  tkb_wire_user_context_free (TkbWireUserContext *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbWireCredentials, tkb_wire_credentials_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbWireUserContext, tkb_wire_user_context_free)

G_END_DECLS
