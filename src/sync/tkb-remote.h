/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Where a remote database is and how to sign in there. A plain value. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define TKB_TYPE_REMOTE (tkb_remote_get_type ())

typedef struct
{
  char    *url;            /* (owned) of the database: https://kb.example.org/tisckb */
  char    *user;           /* (owned) (nullable) */
  char    *password;       /* (owned) (nullable) */
  char    *ca_file;        /* (owned) (nullable) PEM of a private authority */
  gboolean allow_insecure; /* plain http beyond loopback */
} TkbRemote;

GType      tkb_remote_get_type (void);
TkbRemote *tkb_remote_new (const char *url, const char *user, const char *password);
TkbRemote *tkb_remote_copy (const TkbRemote *self);
void       tkb_remote_free (TkbRemote *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbRemote, tkb_remote_free)

G_END_DECLS
