/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* The content of one part of a multipart body as an input stream, so that it can go to a blob piece
 * by piece. Reads from the body as far as the part goes. */
#pragma once

#include "tkb-wire-multipart.h"

G_BEGIN_DECLS

/* A multipart body: the source and its reader. Reads as much as the reader asks for. */
typedef struct
{
  GInputStream           *source;      /* (owned) */
  TkbWireMultipartReader *reader;      /* (owned) */
  GCancellable           *cancellable; /* (unowned) (nullable) */
  gboolean                is_at_end;   /* the source has no more */
} TkbPartSource;

TkbWireMultipartEvent tkb_part_source_next (TkbPartSource *self, GError **error);
void                  tkb_part_source_clear (TkbPartSource *self);

#define TKB_TYPE_PART_STREAM (tkb_part_stream_get_type ())
G_DECLARE_FINAL_TYPE (TkbPartStream, tkb_part_stream, TKB, PART_STREAM, GInputStream)

/* After PART_BEGIN; ends at PART_END. source outlives it. */
GInputStream *tkb_part_stream_new (TkbPartSource *source);
/* Reads what is left of the part. */
gboolean tkb_part_stream_finish (TkbPartStream *self, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TkbPartSource, tkb_part_source_clear)

G_END_DECLS
