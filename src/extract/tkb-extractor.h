/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Sees to it that the text of every attachment of a store is read: one at a time, each by a program
 * of its own (tisckb-extract) at low priority, with a limit of time. What hangs or crashes there
 * marks that one attachment and holds up nothing. */
#pragma once

#include "tkb-store.h"

G_BEGIN_DECLS

/* Goes up when a file may give another text than before: then all are read again. */
#define TKB_EXTRACTOR_VERSION 1

#define TKB_TYPE_EXTRACTOR (tkb_extractor_get_type ())
G_DECLARE_FINAL_TYPE (TkbExtractor, tkb_extractor, TKB, EXTRACTOR, GObject)

/* store: open, keeps an index. program (nullable): another than the one that goes with this one;
 * timeout_ms 0: the usual. */
TkbExtractor *tkb_extractor_new (TkbStore *store, const char *program, guint timeout_ms);
/* Watches the store from now on and reads what comes in, on a thread of its own. */
void tkb_extractor_start (TkbExtractor *self);
/* Ends the program that runs, if one does, and joins the thread. Before the store is closed. */
void tkb_extractor_stop (TkbExtractor *self);
/* Reads everything that waits, on the calling thread; FALSE with an error of the store, of
 * starting the program, or G_IO_ERROR_CANCELLED. What could not be read is no error. */
gboolean tkb_extractor_run (TkbExtractor *self, GCancellable *cancellable, GError **error);

/* The language that a text is most likely in (BCP 47), of those that the index stems: for texts
 * that do not say. (nullable): cannot be told. */
const char *tkb_extractor_guess_language (const char *text);

G_END_DECLS
