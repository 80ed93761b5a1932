/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* The account with which a verb goes to a server: the same options for every such verb. */
#pragma once

#include "tkb-cli.h"
#include "tkb-remote.h"

G_BEGIN_DECLS

typedef struct
{
  char    *user;          /* (owned) (nullable) */
  char    *password_file; /* (owned) (nullable) */
  char    *ca_file;       /* (owned) (nullable) */
  gboolean allow_insecure;
} TkbCliAccount;

#define TKB_CLI_ACCOUNT_ENTRIES(account)                                                             \
  {                                                                                                  \
    "user", 0, 0, G_OPTION_ARG_STRING, &(account)->user, N_ ("The name of the account"), N_ ("NAME") \
  },                                                                                                 \
      { "password-file",                                                                             \
        0,                                                                                           \
        0,                                                                                           \
        G_OPTION_ARG_FILENAME,                                                                       \
        &(account)->password_file,                                                                   \
        N_ ("A file whose first line is the password"),                                              \
        N_ ("FILE") },                                                                               \
      { "ca-file",                                                                                   \
        0,                                                                                           \
        0,                                                                                           \
        G_OPTION_ARG_FILENAME,                                                                       \
        &(account)->ca_file,                                                                         \
        N_ ("The certificate of a private authority (PEM)"),                                         \
        N_ ("FILE") },                                                                               \
  {                                                                                                  \
    "allow-insecure", 0, 0, G_OPTION_ARG_NONE, &(account)->allow_insecure,                           \
        N_ ("Plain http, which others can read, beyond this machine"), NULL                          \
  }

void tkb_cli_account_clear (TkbCliAccount *self);
/* FALSE after a message: --user without --password-file, or the other way round */
gboolean tkb_cli_account_check (const TkbCliAccount *self);
/* (nullable) (transfer full): NULL after a message */
TkbRemote *tkb_cli_account_make_remote (const TkbCliAccount *self, const char *uri);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TkbCliAccount, tkb_cli_account_clear)

G_END_DECLS
