/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* The account at the server: what the settings hold, the password that they must not hold, and the
 * replicator that follows both. Passwords are kept by the Secret Service or, where none runs, in a
 * file that only its owner can read. It knows no widget. Main thread. */
#pragma once

#include "tkb-accounts-password.h"
#include "tkb-replicator.h"

G_BEGIN_DECLS

#define TKB_TYPE_ACCOUNTS (tkb_accounts_get_type ())
G_DECLARE_FINAL_TYPE (TkbAccounts, tkb_accounts, TKB, ACCOUNTS, GObject)

TkbAccounts *tkb_accounts_new (GSettings *settings /* (nullable) */, const char *credentials_path);

/* A full database address from what people type; %NULL with a translated error. */
char *tkb_accounts_normalize_url (const char *text, GError **error);

/* Signal "changed": anything below. */
const TkbRemote *tkb_accounts_get_remote (TkbAccounts *self); /* (nullable): none is set up */
gboolean         tkb_accounts_is_enabled (TkbAccounts *self);
gboolean         tkb_accounts_is_override (TkbAccounts *self);
TkbKeeping       tkb_accounts_get_keeping (TkbAccounts *self);
const GError *tkb_accounts_get_error (TkbAccounts *self); /* (nullable): of keeping the password */

void tkb_accounts_set_override (TkbAccounts *self, const TkbRemote *remote);
void tkb_accounts_set_url (TkbAccounts *self, const char *url);
void tkb_accounts_set_user (TkbAccounts *self, const char *user);
void tkb_accounts_set_password (TkbAccounts *self, const char *password);
void tkb_accounts_set_ca_file (TkbAccounts *self, const char *path /* (nullable) */);
void tkb_accounts_set_allow_insecure (TkbAccounts *self, gboolean allow);
void tkb_accounts_set_enabled (TkbAccounts *self, gboolean enabled);

/* (nullable): from now on replicator has this remote, and runs while sync is on */
void tkb_accounts_attach (TkbAccounts *self, TkbReplicator *replicator);

G_END_DECLS
