/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-sync-text.h"

#include "tkb-sync-error.h"
#include "tkb-text.h"
#include "tkb-wire-error.h"

#define MINUTE_MS (60 * G_GINT64_CONSTANT (1000))
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)

/* A number for printf formats of ngettext, which choose by unsigned long. */
static char *
count_text (const char *format, guint64 count)
{
  g_autofree char *number = tkb_text_count (count);

  return g_strdup_printf (format, number);
}

static char *
waiting_text (guint64 count)
{
  return count_text (ngettext ("%s change waiting", "%s changes waiting", (gulong) count), count);
}

/**
 * tkb_sync_text_ago:
 * @then_ms: wall time; one in the future counts as now, since clocks are set back
 *
 * Returns: (transfer full): how long ago that is, short
 */
char *
tkb_sync_text_ago (gint64 then_ms, gint64 now_ms)
{
  gint64 age_ms = now_ms - then_ms;

  if (age_ms < MINUTE_MS)
    return g_strdup (C_ ("how long ago", "just now"));
  if (age_ms < HOUR_MS)
    return g_strdup_printf (ngettext ("%d min ago", "%d min ago", (gulong) (age_ms / MINUTE_MS)),
                            (int) (age_ms / MINUTE_MS));
  if (age_ms < DAY_MS)
    return g_strdup_printf (ngettext ("%d hour ago", "%d hours ago", (gulong) (age_ms / HOUR_MS)),
                            (int) (age_ms / HOUR_MS));
  if (age_ms < 7 * DAY_MS)
    return g_strdup_printf (ngettext ("%d day ago", "%d days ago", (gulong) (age_ms / DAY_MS)),
                            (int) (age_ms / DAY_MS));
  return tkb_text_date_ms (then_ms);
}

/* "Offline", or "Offline · 3 changes waiting" */
static char *
with_waiting (const char *text, const TkbSyncFacts *facts)
{
  g_autofree char *waiting = NULL;

  if (facts->waiting == 0)
    return g_strdup (text);
  waiting = waiting_text (facts->waiting);
  /* Translators: a state and a detail of it, as in "Offline · 3 changes waiting" */
  return g_strdup_printf (C_ ("sync", "%s · %s"), text, waiting);
}

static char *
idle_line (const TkbSyncFacts *facts)
{
  g_autofree char *ago = NULL;

  if (facts->refused > 0)
    return count_text (
        ngettext ("%s change refused", "%s changes refused", (gulong) facts->refused),
        facts->refused);
  if (facts->waiting > 0)
    return waiting_text (facts->waiting);
  if (facts->last_sync_ms == 0)
    return g_strdup (_ ("Up to date"));
  ago = tkb_sync_text_ago (facts->last_sync_ms, facts->now_ms);
  return g_strdup_printf (C_ ("sync", "%s · %s"), _ ("Up to date"), ago);
}

static char *
syncing_line (const TkbSyncFacts *facts)
{
  g_autofree char *done = tkb_text_count (facts->done);
  g_autofree char *total = tkb_text_count (facts->total);

  if (facts->total == 0)
    return g_strdup (_ ("Syncing…"));
  /* Translators: documents done and documents to be done */
  return g_strdup_printf (_ ("Syncing %s of %s"), done, total);
}

/**
 * tkb_sync_text_line:
 *
 * Returns: (transfer full): the state in a few words
 */
char *
tkb_sync_text_line (const TkbSyncFacts *facts)
{
  if (!facts->has_server)
    return g_strdup (_ ("No server yet"));
  if (!facts->is_enabled)
    return with_waiting (_ ("Sync is off"), facts);
  switch (facts->state)
    {
    case TKB_REPLICATOR_OFFLINE:
      return with_waiting (_ ("Offline"), facts);
    case TKB_REPLICATOR_SYNCING:
      return syncing_line (facts);
    case TKB_REPLICATOR_IDLE:
      return idle_line (facts);
    case TKB_REPLICATOR_UNAUTHORIZED:
      return g_strdup (_ ("Sign-in needed"));
    case TKB_REPLICATOR_ERROR:
      return with_waiting (_ ("Sync has a problem"), facts);
    case TKB_REPLICATOR_STOPPED:
    case TKB_REPLICATOR_CONNECTING:
    default:
      return g_strdup (_ ("Connecting…"));
    }
}

/**
 * tkb_sync_text_icon:
 *
 * Returns: the name of a symbolic icon
 */
const char *
tkb_sync_text_icon (const TkbSyncFacts *facts)
{
  if (!facts->has_server || !facts->is_enabled)
    return "network-offline-symbolic";
  switch (facts->state)
    {
    case TKB_REPLICATOR_OFFLINE:
      return "network-offline-symbolic";
    case TKB_REPLICATOR_IDLE:
      return facts->refused > 0 ? "dialog-warning-symbolic" : "emblem-ok-symbolic";
    case TKB_REPLICATOR_UNAUTHORIZED:
      return "dialog-password-symbolic";
    case TKB_REPLICATOR_ERROR:
      return "dialog-warning-symbolic";
    default:
      return "emblem-synchronizing-symbolic";
    }
}

/**
 * tkb_sync_text_is_alert:
 *
 * Returns: whether a person has to do something
 */
gboolean
tkb_sync_text_is_alert (const TkbSyncFacts *facts)
{
  if (!facts->has_server || !facts->is_enabled)
    return FALSE;
  return facts->state == TKB_REPLICATOR_UNAUTHORIZED || facts->state == TKB_REPLICATOR_ERROR ||
         (facts->state == TKB_REPLICATOR_IDLE && facts->refused > 0);
}

/* ---- errors ---- */

/* One row a code that a person can do something about. */
static const struct
{
  int         code;
  const char *text;
} sync_errors[] = {
  { TKB_SYNC_ERROR_INVALID_ADDRESS, N_ ("This is not the address of a server.") },
  { TKB_SYNC_ERROR_INSECURE,
    N_ ("The connection would not be encrypted. Use an address that begins with https://, or allow "
        "it in the preferences.") },
  { TKB_SYNC_ERROR_UNREACHABLE,
    N_ ("The server cannot be reached. Your changes are kept and sent when it can.") },
  { TKB_SYNC_ERROR_CERTIFICATE,
    N_ ("The server cannot prove who it is: its certificate is not trusted. If it has an authority "
        "of its own, name its certificate file in the preferences.") },
  { TKB_SYNC_ERROR_MANY_DELETIONS,
    N_ ("The server has deleted a large part of the library. Nothing was deleted here. Ask the "
        "people who run the server whether that is meant.") },
}, wire_errors[] = {
  { TKB_WIRE_ERROR_UNAUTHORIZED, N_ ("The server does not accept this name and password.") },
  { TKB_WIRE_ERROR_FORBIDDEN, N_ ("This account may not use this database.") },
  { TKB_WIRE_ERROR_NOT_FOUND,
    N_ ("The server answers, but it has no such database. Check the end of the address.") },
  { TKB_WIRE_ERROR_NOT_A_DATABASE,
    N_ ("Something answers at this address, but it is not a knowledge base. The network may ask you "
        "to sign in first, or the address is wrong.") },
  { TKB_WIRE_ERROR_REDIRECT, N_ ("The server has moved. Correct its address.") },
  { TKB_WIRE_ERROR_TOO_MANY_REQUESTS,
    N_ ("The server asks for patience. Sync goes on in a while.") },
  { TKB_WIRE_ERROR_INSUFFICIENT_STORAGE,
    N_ ("The disk of the server is full. Your changes are kept here.") },
};

/**
 * tkb_sync_text_error:
 * @error: of a peer or a replicator
 *
 * Returns: (transfer full): for people; the technical message where there is nothing better
 */
char *
tkb_sync_text_error (const GError *error)
{
  if (error->domain == TKB_SYNC_ERROR)
    for (guint i = 0; i < G_N_ELEMENTS (sync_errors); i++)
      if (sync_errors[i].code == error->code)
        return g_strdup (_ (sync_errors[i].text));
  if (error->domain == TKB_WIRE_ERROR)
    for (guint i = 0; i < G_N_ELEMENTS (wire_errors); i++)
      if (wire_errors[i].code == error->code)
        return g_strdup (_ (wire_errors[i].text));
  return g_strdup_printf (_ ("Sync did not work: %s"), error->message);
}
