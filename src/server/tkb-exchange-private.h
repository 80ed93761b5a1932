/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Between tkb-exchange.c and tkb-stream.c: an answer that is made piece by piece. */
#pragma once

#include "tkb-exchange.h"

G_BEGIN_DECLS

void     tkb_stream_free (TkbStream *self);
gboolean tkb_stream_compress (TkbStream *self); /* FALSE: it is a feed or has a length */
void     tkb_stream_start (TkbExchange *exchange, gboolean is_head);
void     tkb_stream_stop (TkbExchange *exchange);

G_END_DECLS
