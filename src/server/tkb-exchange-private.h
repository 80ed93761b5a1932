/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Between tkb-exchange.c and the two special ways to answer: piece by piece (tkb-stream.c), and
 * before the request is read to its end (tkb-refusal.c). */
#pragma once

#include "tkb-exchange.h"

G_BEGIN_DECLS

void     tkb_stream_free (TkbStream *self);
gboolean tkb_stream_compress (TkbStream *self); /* FALSE: it is a feed or has a length */
void     tkb_stream_start (TkbExchange *exchange, gboolean is_head);
void     tkb_stream_stop (TkbExchange *exchange);

/* tkb-refusal.c */
void tkb_exchange_refuse_now (TkbExchange *self);

G_END_DECLS
