/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Who asks, and what that lets them do. A role is a step on one ladder: each may do what those
 * below it may. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  TKB_ROLE_NONE,        /* may not even read */
  TKB_ROLE_READER,      /* reads, and keeps checkpoints */
  TKB_ROLE_CONTRIBUTOR, /* writes own documents, up to submitted */
  TKB_ROLE_EDITOR,      /* publishes, returns, withdraws */
  TKB_ROLE_ADMIN,       /* design documents, security, databases, upkeep */
} TkbRole;

const char *tkb_role_to_string (TkbRole role);
/* FALSE where text names no role that an account can have. */
gboolean tkb_role_parse (const char *text, TkbRole *out_role);

/* (nullable) wherever it stands: nobody is signed in. Immutable and ref-counted. */
typedef struct
{
  char   *name; /* (owned) */
  TkbRole role; /* the account's own, which a database may override */
} TkbUser;

TkbUser *tkb_user_new (const char *name, TkbRole role);
TkbUser *tkb_user_ref (TkbUser *self);
void     tkb_user_unref (TkbUser *self);
/* (transfer full): the roles as CouchDB would list them; an admin has _admin as well. */
char   **tkb_user_get_roles (TkbUser *self);
gboolean tkb_user_name_is_valid (const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbUser, tkb_user_unref)

G_END_DECLS
