/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* One line a request on standard error, as key=value pairs: no bodies, no queries, no secrets. */
#pragma once

#include "tkb-exchange.h"

G_BEGIN_DECLS

/* status 0: the client went before there was an answer */
void tkb_server_log_request (TkbExchange *exchange, guint status, gint64 took_us);

G_END_DECLS
