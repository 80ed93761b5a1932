/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Waiting as an asynchronous call that can be cancelled, on a clock that tests own. */
#pragma once

#include "tkb-clock.h"

G_BEGIN_DECLS

void     tkb_delay_async (TkbClock           *clock,
                          guint               interval_ms,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data);
gboolean tkb_delay_finish (TkbClock *clock, GAsyncResult *result, GError **error);

G_END_DECLS
