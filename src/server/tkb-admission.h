/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* What happens to a request before its body is read: limits, route, who is asking, whether they
 * may. What is refused here never reaches a handler, and costs no upload. Main thread. */
#pragma once

#include "tkb-exchange.h"

G_BEGIN_DECLS

/* In the early handler of a message: admits the exchange, or answers it; may pause the message
 * while a password is checked. */
void tkb_admission_begin (TkbExchange *exchange);
/* A fresh session cookie in the answer. token (nullable): takes the cookie away. */
void tkb_admission_set_cookie (TkbExchange *exchange, const char *token);

G_END_DECLS
