/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* One run of the private program: started with nothing but the file, read with a limit of bytes and
 * of time, ended whatever it does. It may be anybody's program by then; nothing it says is
 * believed beyond being text. */
#include "config.h"

#include "tkb-extractor-private.h"

#include <fcntl.h>
#include <gio/gunixinputstream.h>
#include <string.h>
#include <unistd.h>

#include "tkb-extract.h"
#include "tkb-limits.h"

/* between two looks at the cancellable */
#define LOOK_MS 100

void
tkb_reading_clear (TkbReading *self)
{
  g_clear_pointer (&self->text, g_free);
}

/* ---- the program ---- */

static GSubprocess *
start (const char *program, int fd, const char *content_type, const char *name, GError **error)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  const char *const environment[] = { "LC_ALL=C.UTF-8", NULL };
  int               input = fcntl (fd, F_DUPFD_CLOEXEC, 3);

  if (input < 0)
    {
      g_set_error_literal (error, G_IO_ERROR, g_io_error_from_errno (errno), g_strerror (errno));
      return NULL;
    }
  g_subprocess_launcher_take_stdin_fd (launcher, input);
  g_subprocess_launcher_set_environ (launcher, (char **) environment);
  return g_subprocess_launcher_spawn (launcher, error, program,
                                      content_type != NULL ? content_type : "",
                                      name != NULL ? name : "", NULL);
}

static int
get_wait_ms (gint64 deadline_us)
{
  gint64 left_ms = (deadline_us - g_get_monotonic_time ()) / G_TIME_SPAN_MILLISECOND;

  return (int) CLAMP (left_ms, 0, LOOK_MS);
}

/* To the end of its output; FALSE: it takes too long, says too much, or nobody wants it any more.
 */
static gboolean
read_output (GSubprocess *process, GString *text, gint64 deadline_us, GCancellable *cancellable)
{
  GInputStream *stream = g_subprocess_get_stdout_pipe (process);
  GPollFD       poll_fd = { g_unix_input_stream_get_fd (G_UNIX_INPUT_STREAM (stream)), G_IO_IN };
  char          buffer[16 * 1024];

  while (g_get_monotonic_time () < deadline_us && !g_cancellable_is_cancelled (cancellable))
    {
      gssize n;

      if (g_poll (&poll_fd, 1, get_wait_ms (deadline_us)) <= 0)
        continue;
      n = read (poll_fd.fd, buffer, sizeof buffer);
      if (n < 0 && (errno == EINTR || errno == EAGAIN))
        continue;
      if (n <= 0)
        return n == 0;
      if (text->len + n > TKB_MAX_TEXT_BYTES)
        return FALSE;
      g_string_append_len (text, buffer, n);
    }
  return FALSE;
}

typedef struct
{
  GSubprocess *process; /* (unowned) */
  gboolean     is_over;
  gboolean     is_too_late;
} Ending;

static void
ended_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Ending *ending = user_data;

  g_subprocess_wait_finish (G_SUBPROCESS (source), result, NULL);
  ending->is_over = TRUE;
}

static gboolean
too_late_cb (gpointer user_data)
{
  Ending *ending = user_data;

  ending->is_too_late = TRUE;
  g_subprocess_force_exit (ending->process);
  return G_SOURCE_REMOVE;
}

/* It has closed its output, which does not mean that it ends. FALSE: it had to be ended. */
static gboolean
wait_for_end (GSubprocess *process, gint64 deadline_us)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  gint64 left_ms = (deadline_us - g_get_monotonic_time ()) / G_TIME_SPAN_MILLISECOND;
  g_autoptr (GSource) timeout = g_timeout_source_new ((guint) MAX (left_ms, 0));
  Ending ending = { process, FALSE, FALSE };

  g_main_context_push_thread_default (context);
  g_source_set_callback (timeout, too_late_cb, &ending, NULL);
  g_source_attach (timeout, context);
  g_subprocess_wait_async (process, NULL, ended_cb, &ending);
  while (!ending.is_over)
    g_main_context_iteration (context, TRUE);
  g_source_destroy (timeout);
  g_main_context_pop_thread_default (context);
  return !ending.is_too_late;
}

/* ---- what it said ---- */

static const struct
{
  TkbExtractStatus status;
  TkbTextState     state;
  const char      *reason;
} verdicts[] = {
  { TKB_EXTRACT_WHOLE, TKB_TEXT_WHOLE, NULL },
  { TKB_EXTRACT_CUT, TKB_TEXT_PARTIAL, "long" },
  { TKB_EXTRACT_INCOMPLETE, TKB_TEXT_PARTIAL, "damaged" },
  { TKB_EXTRACT_NOTHING, TKB_TEXT_EMPTY, NULL },
  { TKB_EXTRACT_ENCRYPTED, TKB_TEXT_UNREADABLE, "encrypted" },
  { TKB_EXTRACT_DAMAGED, TKB_TEXT_UNREADABLE, "damaged" },
  { TKB_EXTRACT_TOO_LARGE, TKB_TEXT_UNREADABLE, "large" },
  { TKB_EXTRACT_UNSUPPORTED, TKB_TEXT_UNSUPPORTED, NULL },
};

static void
judge (TkbReading *reading, GSubprocess *process, gboolean is_in_time)
{
  reading->state = TKB_TEXT_UNREADABLE;
  reading->reason = is_in_time ? "crashed" : "timeout";
  if (is_in_time && g_subprocess_get_if_exited (process))
    for (gsize i = 0; i < G_N_ELEMENTS (verdicts); i++)
      if (verdicts[i].status == (TkbExtractStatus) g_subprocess_get_exit_status (process))
        {
          reading->state = verdicts[i].state;
          reading->reason = verdicts[i].reason;
        }
}

/* What came before it went wrong is kept. */
static void
take_text (TkbReading *reading, GString *output)
{
  g_autofree char *text = g_utf8_make_valid (output->str, (gssize) output->len);

  if (strlen (text) > TKB_MAX_TEXT_BYTES) /* bytes that were none became longer ones */
    *g_utf8_find_prev_char (text, text + TKB_MAX_TEXT_BYTES) = '\0';
  if (text[0] == '\0')
    {
      if (reading->state == TKB_TEXT_WHOLE || reading->state == TKB_TEXT_PARTIAL)
        reading->state = TKB_TEXT_EMPTY;
      return;
    }
  if (reading->state == TKB_TEXT_UNREADABLE)
    reading->state = TKB_TEXT_PARTIAL;
  else if (reading->state != TKB_TEXT_WHOLE && reading->state != TKB_TEXT_PARTIAL)
    return;
  reading->text = g_steal_pointer (&text);
}

gboolean
tkb_extractor_read (TkbReading   *out_reading,
                    const char   *program,
                    int           fd,
                    const char   *content_type,
                    const char   *name,
                    guint         timeout_ms,
                    GCancellable *cancellable,
                    GError      **error)
{
  gint64 deadline_us = g_get_monotonic_time () + timeout_ms * G_TIME_SPAN_MILLISECOND;
  g_autoptr (GSubprocess) process = start (program, fd, content_type, name, error);
  g_autoptr (GString) output = g_string_new (NULL);
  gboolean is_read, is_in_time;

  if (process == NULL)
    return FALSE;
  is_read = read_output (process, output, deadline_us, cancellable);
  if (!is_read)
    g_subprocess_force_exit (process);
  is_in_time =
      wait_for_end (process, deadline_us) && (is_read || g_get_monotonic_time () < deadline_us);
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  judge (out_reading, process, is_in_time);
  take_text (out_reading, output);
  return TRUE;
}
