/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* What every fuzz target defines: one run over one input, aborting where a promise is broken. The
 * same source is linked with libFuzzer (-Dfuzzing=true, clang) or with fuzz-driver.c, which replays
 * the corpus and a fixed number of seeded mutations of it as an ordinary test. */
#pragma once

#include <glib.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);
