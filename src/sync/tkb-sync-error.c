/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-sync-error.h"

#include "tkb-wire-error.h"

G_DEFINE_QUARK (tkb - sync - error - quark, tkb_sync_error)

/**
 * tkb_sync_error_is_retryable:
 * @error: an error of any domain
 *
 * Returns: whether the same may succeed later without anybody doing anything
 */
gboolean
tkb_sync_error_is_retryable (const GError *error)
{
  if (error->domain == TKB_WIRE_ERROR)
    return tkb_wire_error_is_retryable (error->code);
  if (error->domain == TKB_SYNC_ERROR)
    return error->code == TKB_SYNC_ERROR_UNREACHABLE || error->code == TKB_SYNC_ERROR_ATTACHMENT;
  return FALSE;
}

/**
 * tkb_sync_error_is_offline:
 * @error: an error of any domain
 *
 * Returns: whether it says that there is no line to the server, rather than that the server or a
 *   person has to do something
 */
gboolean
tkb_sync_error_is_offline (const GError *error)
{
  return g_error_matches (error, TKB_SYNC_ERROR, TKB_SYNC_ERROR_UNREACHABLE) ||
         g_error_matches (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_BAD_GATEWAY) ||
         g_error_matches (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_UNAVAILABLE) ||
         g_error_matches (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_GATEWAY_TIMEOUT);
}
