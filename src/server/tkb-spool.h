/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* The body of a request while it comes in: the first part in memory, the rest in a file without a
 * name in the server's folder. So a slow or large upload holds neither memory nor a thread. Filled
 * on the main thread; written to disk by the owner's threads; read when it is complete. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _TkbSpool TkbSpool;

TkbSpool *tkb_spool_new (const char *dir, gint64 max_bytes);
void      tkb_spool_free (TkbSpool *self);
/* Main thread. FALSE: over the limit; the piece was dropped. */
gboolean tkb_spool_append (TkbSpool *self, GBytes *piece);
/* Whether so much waits in memory that it should be written before more is read. */
gboolean tkb_spool_wants_flush (TkbSpool *self);
/* Any one thread, while nobody appends. */
gboolean tkb_spool_flush (TkbSpool *self, GError **error);
gint64   tkb_spool_get_length (TkbSpool *self);

/* Once complete. The file is mapped, not copied. */
GBytes       *tkb_spool_to_bytes (TkbSpool *self, GError **error);
GInputStream *tkb_spool_open (TkbSpool *self, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbSpool, tkb_spool_free)

G_END_DECLS
