/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Documents for benchmarks: complete cases with words drawn by a Zipf-like law from vocabularies in
 * five languages, half of them Chinese. The same seed gives the same documents on every machine. */
#pragma once

#include "tkb-document.h"
#include "tkb-random.h"

G_BEGIN_DECLS

/* number: makes the id; size_bytes: of the body, near enough. (transfer full) */
TkbDocument *bench_corpus_document (TkbRandom *random, guint number, gsize size_bytes);
/* NDJSON of count documents on standard output, for other programs. */
void bench_corpus_print (TkbRandom *random, guint count, gsize size_bytes);

G_END_DECLS
