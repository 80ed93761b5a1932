/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-server-log.h"

#include "tkb-clock.h"
#include "tkb-server.h"

/* Quoted where it could be taken for something else; control characters never reach a terminal. */
static void
append_pair (GString *out, const char *key, const char *value)
{
  gboolean is_plain = value[0] != '\0';

  for (const char *p = value; *p != '\0' && is_plain; p++)
    is_plain = g_ascii_isgraph (*p) && *p != '"' && *p != '\\';
  g_string_append_printf (out, " %s=", key);
  if (is_plain)
    {
      g_string_append (out, value);
      return;
    }
  g_string_append_c (out, '"');
  for (const unsigned char *p = (const unsigned char *) value; *p != '\0'; p++)
    {
      if (*p < 0x20 || *p == 0x7f)
        g_string_append_printf (out, "\\x%02x", *p);
      else if (*p == '"' || *p == '\\')
        g_string_append_printf (out, "\\%c", *p);
      else
        g_string_append_c (out, *p);
    }
  g_string_append_c (out, '"');
}

/**
 * tkb_server_log_request:
 * @exchange: a finished exchange
 * @status: its HTTP status; 0: the client went before
 * @took_us: microseconds from headers to end
 */
void
tkb_server_log_request (TkbExchange *exchange, guint status, gint64 took_us)
{
  g_autofree char *now = tkb_clock_get_iso8601 (tkb_server_get_clock (exchange->server));
  g_autoptr (GString) line = g_string_new ("time=");

  g_string_append (line, now);
  append_pair (line, "method", exchange->method);
  append_pair (line, "path", g_uri_get_path (soup_server_message_get_uri (exchange->message)));
  g_string_append_printf (line, " status=%u", status);
  append_pair (line, "user", exchange->user != NULL ? exchange->user->name : "-");
  append_pair (line, "address", exchange->address);
  g_string_append_printf (line, " bytes=%" G_GINT64_FORMAT " ms=%.1f", exchange->bytes_out,
                          took_us / 1000.0);
  if (status != 0 && exchange->abort_error != NULL)
    append_pair (line, "error", exchange->abort_error->message);
  g_string_append_c (line, '\n');
  g_printerr ("%s", line->str);
}
