/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* The daily backup of what only this machine has: drafts, private records, edits that wait for the
 * server, with their attachments. What the server has needs none. A backup is a store file of its
 * own in the folder FILE.backups, one a day; it is small, and made while the store is in use. */
#pragma once

#include "tkb-store.h"

G_BEGIN_DECLS

typedef struct
{
  char  *path;       /* (owned) */
  char  *day;        /* (owned) 2026-11-22, UTC */
  gint64 size_bytes; /* without attachments */
} TkbBackup;

void tkb_backup_free (TkbBackup *self);

/* Makes today's, in the place of an earlier one of today, and removes what is older than is kept.
 * FALSE with an error: nothing has changed. out_documents (optional): how many are in it; with none
 * no file is made. */
gboolean
tkb_backup_make (TkbStore *store, guint *out_documents, GCancellable *cancellable, GError **error);
/* Whether today's is still to be made. */
gboolean tkb_backup_is_due (TkbStore *store);
/* (element-type TkbBackup): newest first */
GPtrArray *tkb_backup_list (const char *store_path);
/* Puts back what is not in store any more, or not in that state; changes nothing else. path: of a
 * backup, or of any store. (transfer full) (element-type utf8): ids of the documents put back */
GPtrArray *
tkb_backup_restore (TkbStore *store, const char *path, GCancellable *cancellable, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbBackup, tkb_backup_free)

G_END_DECLS
