/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* The state of sync in words: one line for the sidebar, sentences for what went wrong. Pure. */
#pragma once

#include "tkb-replicator.h"

G_BEGIN_DECLS

typedef struct
{
  gboolean           has_server;
  gboolean           is_enabled;
  TkbReplicatorState state;
  guint64            done;         /* documents of this run, both directions */
  guint64            total;        /* 0: not known yet */
  guint64            waiting;      /* changes that the server has not got */
  guint64            refused;      /* of those waiting */
  gint64             last_sync_ms; /* 0: never */
  gint64             now_ms;
} TkbSyncFacts;

char       *tkb_sync_text_line (const TkbSyncFacts *facts);
const char *tkb_sync_text_icon (const TkbSyncFacts *facts);
gboolean    tkb_sync_text_is_alert (const TkbSyncFacts *facts);
/* "just now", "2 min ago", "yesterday", a date */
char *tkb_sync_text_ago (gint64 then_ms, gint64 now_ms);
/* what happened and what to do, as one or two sentences */
char *tkb_sync_text_error (const GError *error);

G_END_DECLS
