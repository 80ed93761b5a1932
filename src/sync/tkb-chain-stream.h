/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Several streams one behind the other as one: a multipart body whose parts are files. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define TKB_TYPE_CHAIN_STREAM (tkb_chain_stream_get_type ())
G_DECLARE_FINAL_TYPE (TkbChainStream, tkb_chain_stream, TKB, CHAIN_STREAM, GInputStream)

TkbChainStream *tkb_chain_stream_new (void);
void            tkb_chain_stream_append_text (TkbChainStream *self, GString *text);
void            tkb_chain_stream_append (TkbChainStream *self, GInputStream *stream);

G_END_DECLS
