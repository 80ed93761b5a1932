/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-store.h"

/**
 * tkb_store_error_quark:
 *
 * The error domain of the store; #TkbStoreError says what each code means and who can help.
 *
 * Returns: the quark
 */
G_DEFINE_QUARK (tkb - store - error - quark, tkb_store_error)
