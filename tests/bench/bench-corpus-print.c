/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* usage: bench-corpus-print [DOCUMENTS] [BYTES]   NDJSON for tisckb-cli import and other programs
 */

#include "bench-corpus.h"

int
main (int argc, char **argv)
{
  g_autoptr (TkbRandom) random = tkb_random_new_seeded (20261122);

  bench_corpus_print (random, argc > 1 ? g_ascii_strtoull (argv[1], NULL, 10) : 1000,
                      argc > 2 ? g_ascii_strtoull (argv[2], NULL, 10) : 4096);
  return 0;
}
