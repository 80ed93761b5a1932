/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* The accounts file (DIR/accounts.json, mode 0600): names, roles, Argon2id hashes and the secret
 * that signs session tokens. One value, read whole, changed and rewritten atomically; the server
 * reads it again when it changed on disk, so that "user add" needs no restart. Not thread safe. */
#pragma once

#include "tkb-role.h"

G_BEGIN_DECLS

#define TKB_ACCOUNTS_ERROR (tkb_accounts_error_quark ())

/* INVALID: a name, role or password that cannot be; EXISTS, NOT_FOUND: the account; BROKEN: the
 * file is not what it should be and was left untouched. */
typedef enum
{
  TKB_ACCOUNTS_ERROR_INVALID,
  TKB_ACCOUNTS_ERROR_EXISTS,
  TKB_ACCOUNTS_ERROR_NOT_FOUND,
  TKB_ACCOUNTS_ERROR_BROKEN,
} TkbAccountsError;

GQuark tkb_accounts_error_quark (void);

typedef struct
{
  char   *name; /* (owned) */
  TkbRole role;
  char   *hash;    /* (owned) Argon2id string of libsodium */
  char   *created; /* (owned) (nullable) RFC 3339, for people */
} TkbAccount;

typedef struct _TkbAccounts TkbAccounts;

/* A missing file is an empty list; it is written (with a new secret) by the first save. */
TkbAccounts *tkb_accounts_load (const char *data_dir, GError **error);
void         tkb_accounts_free (TkbAccounts *self);
gboolean     tkb_accounts_save (TkbAccounts *self, GError **error);
/* Whether the file on disk is another one than that which was loaded or saved. */
gboolean tkb_accounts_is_stale (TkbAccounts *self);

GPtrArray    *tkb_accounts_list (TkbAccounts *self); /* (transfer none) (element-type TkbAccount) */
TkbAccount   *tkb_accounts_find (TkbAccounts *self, const char *name); /* (nullable) */
const guint8 *tkb_accounts_get_secret (TkbAccounts *self, gsize *out_length);

/* hash: of tkb_password_hash () */
gboolean tkb_accounts_add (TkbAccounts *self,
                           const char  *name,
                           TkbRole      role,
                           const char  *hash,
                           const char  *created,
                           GError     **error);
gboolean tkb_accounts_remove (TkbAccounts *self, const char *name, GError **error);
gboolean
tkb_accounts_set_hash (TkbAccounts *self, const char *name, const char *hash, GError **error);

/* Before anything else of this file; FALSE: there are no random numbers, so no secrets. */
gboolean tkb_password_init (void);
/* Overwrites a password that is not needed any more. */
void tkb_password_wipe (char *password);
/* Both take some 60 ms and 64 MiB; any thread. */
char    *tkb_password_hash (const char *password, GError **error);
gboolean tkb_password_verify (const char *hash, const char *password);
/* A hash that no password has, to spend the same time on names that do not exist. */
const char *tkb_password_get_dummy_hash (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbAccounts, tkb_accounts_free)

G_END_DECLS
