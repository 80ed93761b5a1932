/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* A link to another document in the flow of a page: icon and title in a rounded button. */
#pragma once

#include "tkb-catalog.h"
#include "tkb-compat.h"

G_BEGIN_DECLS

#define TKB_TYPE_LINK_CHIP (tkb_link_chip_get_type ())
G_DECLARE_FINAL_TYPE (TkbLinkChip, tkb_link_chip, TKB, LINK_CHIP, GtkButton)

GtkWidget  *tkb_link_chip_new (const char *id, const char *tooltip /* (nullable) */);
const char *tkb_link_chip_get_id (TkbLinkChip *self);
/* document (nullable): it is not in the store */
void tkb_link_chip_set_document (TkbLinkChip *self,
                                 TkbCatalog  *catalog,
                                 TkbDocument *document,
                                 const char  *language);

G_END_DECLS
