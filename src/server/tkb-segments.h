/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* An answer made of texts and attachments in turn: multipart bodies, and a single attachment or a
 * part of it. Attachments are streamed from disk. A refill function adds the next segments when the
 * last were sent, so that an answer of any length takes little memory. */
#pragma once

#include "tkb-exchange.h"

G_BEGIN_DECLS

typedef struct _TkbSegments TkbSegments;

/* Adds segments and returns TRUE, or FALSE at the end or with an error. */
typedef gboolean (*TkbRefillFunc) (TkbExchange *x,
                                   TkbSegments *segments,
                                   gpointer     state,
                                   GError     **error);

TkbSegments *tkb_segments_new (void);
void         tkb_segments_free (TkbSegments *self);
void         tkb_segments_set_refill (TkbSegments   *self,
                                      TkbRefillFunc  refill,
                                      gpointer       state,
                                      GDestroyNotify destroy);
void         tkb_segments_add_text (TkbSegments *self, GString *text); /* (transfer full) */
/* source: (transfer full); length_bytes of it are sent, no more and no less. */
void tkb_segments_add_stream (TkbSegments *self, GInputStream *source, gint64 length_bytes);
/* A blob of this database; FALSE with an error where it is not there. */
gboolean
tkb_segments_add_blob (TkbExchange *x, TkbSegments *self, const char *digest, GError **error);
/* A document (of tkb_view_build () with TKB_VIEW_FOLLOWS) and the attachments that follow it, as
 * the inside of a multipart/related. */
gboolean tkb_segments_add_related (
    TkbExchange *x, TkbSegments *self, const char *boundary, JsonObject *object, GError **error);
/* Bytes of all segments added so far. */
gint64 tkb_segments_get_length (TkbSegments *self);
/* self: (transfer full). length_bytes -1: not known */
void tkb_segments_respond (
    TkbExchange *x, guint status, const char *content_type, gint64 length_bytes, TkbSegments *self);

G_END_DECLS
