/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Private to src/store. What the index keeps of a document beside its words, packed into one blob
 * of some forty bytes, so that those of a hundred thousand documents are read in one go. */
#pragma once

#include "tkb-document.h"

G_BEGIN_DECLS

typedef enum
{
  TKB_FACET_NONE = 0,
  TKB_FACET_PUBLISHED = 1 << 0,
  TKB_FACET_ATTACHMENT = 1 << 1, /* has at least one */
} TkbFacetFlags;

typedef struct
{
  guint32       modified_s; /* seconds since 1970 UTC; 0: unknown */
  guint32       tie;        /* digest of the id: orders equals the same way on every machine */
  guint64       digest;     /* of the words */
  guint8        length;     /* bytes of the words, on a scale of four steps to a doubling */
  TkbFacetFlags flags;
} TkbFacetRecord;

void tkb_facet_record_init (TkbFacetRecord *self, TkbDocument *document);
/* Steps of four to a doubling, from 64 bytes on. */
guint8 tkb_facet_length_code (gsize bytes);
/* codes (element-type guint32): numbers in rising order. (transfer full) */
GByteArray *tkb_facet_record_pack (const TkbFacetRecord *self, GArray *codes);
/* Appends the numbers to codes (element-type guint32); FALSE: not a record. */
gboolean tkb_facet_record_unpack (TkbFacetRecord *self,
                                  GArray         *codes,
                                  const guint8   *data,
                                  gsize           length_bytes);

G_END_DECLS
