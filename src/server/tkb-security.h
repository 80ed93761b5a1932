/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* The security object of a database (_security): CouchDB's admins and members, and two members of
 * our own. "roles" is an object from account names to roles that hold in this database instead of
 * the account's own. "door" is "library" where documents are held against their kinds and states on
 * their way in, "none" where any JSON is welcome. Immutable and ref-counted. */
#pragma once

#include "tkb-role.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef struct _TkbSecurity TkbSecurity;

/* is_library: this database always has the door, whatever the object says. */
TkbSecurity *tkb_security_new_default (gboolean is_library);
TkbSecurity *tkb_security_new_from_json (JsonObject *object, gboolean is_library, GError **error);
TkbSecurity *tkb_security_ref (TkbSecurity *self);
void         tkb_security_unref (TkbSecurity *self);

JsonObject *tkb_security_get_object (TkbSecurity *self); /* (transfer none); never change it */
gboolean    tkb_security_has_door (TkbSecurity *self);
/* user (nullable): a visitor; is_open: visitors count as readers (--anonymous-read). */
TkbRole tkb_security_get_role (TkbSecurity *self, TkbUser *user, gboolean is_open);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbSecurity, tkb_security_unref)

G_END_DECLS
