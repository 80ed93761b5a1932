/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* gzip for bodies: inflating with a bound, so that a bomb stays small, and deflating in pieces, so
 * that an answer can be compressed while it is made. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* TKB_WIRE_ERROR_TOO_LARGE beyond max_bytes, _BAD_REQUEST for what is not gzip. */
GBytes *tkb_gzip_inflate (GBytes *bytes, gsize max_bytes, GError **error);

typedef struct _TkbDeflater TkbDeflater;

TkbDeflater *tkb_deflater_new (void);
void         tkb_deflater_free (TkbDeflater *self);
/* The compressed form of data (nullable), complete enough to be read at the other end; is_end: the
 * last piece. */
GBytes *tkb_deflater_push (TkbDeflater *self, GBytes *data, gboolean is_end);

G_END_DECLS
