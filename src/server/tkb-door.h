/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* The rules at the door of the library: who may write what, in which state. They run on the store's
 * writer thread inside the transaction, once for each document; the reason of a refusal is for the
 * person who wrote it. The design document that ships for CouchDB says the same. Pure. */
#pragma once

#include "tkb-catalog.h"
#include "tkb-document.h"
#include "tkb-role.h"

G_BEGIN_DECLS

typedef struct
{
  TkbRole     role;
  const char *name;     /* (unowned): of the account */
  gboolean    has_door; /* FALSE: any JSON from contributors on, design documents from admins */
  TkbCatalog *catalog;  /* (unowned) (nullable) */
} TkbDoor;

/* A TkbWriteGuard; user_data is a TkbDoor. */
gboolean
tkb_door_check (TkbDocument *document, TkbDocument *previous, gpointer user_data, GError **error);

G_END_DECLS
