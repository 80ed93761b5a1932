/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* How text is put together; what the fence keeps out; and that no program that reads an attachment
 * holds up the extractor or brings it down, whatever it does. */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tkb-extract.h"
#include "tkb-extractor-private.h"
#include "tkb-fence.h"
#include "tkb-json.h"
#include "tkb-limits.h"

/* ---- text ---- */

static void
gather_cb (const char *text, gsize length, gpointer user_data)
{
  g_string_append_len (user_data, text, (gssize) length);
}

static char *
tidy (const char *text)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (TkbExtractText) self = tkb_extract_text_new (gather_cb, out);

  tkb_extract_text_add (self, text, strlen (text));
  tkb_extract_text_finish (self);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static void
test_text (void)
{
  static const struct
  {
    const char *in, *out;
  } table[] = {
    { "", "" },
    { "  a \t b  ", "a b" },
    { "a\nb\n\nc\f\fd", "a b\nc\nd" },
    { "exam-\nple ex-\nAmple 1-\n2", "example ex- Ample 1- 2" },
    { "专\n利 检", "专利 检" },
    { "专\nA", "专 A" },
    { "so\302\255ft \001\002 \377\303 x", "soft x" },
    { "-\nx", "- x" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_autofree char *out = tidy (table[i].in);

      g_assert_cmpstr (out, ==, table[i].out);
    }
}

static void
test_bound (void)
{
  g_autofree char *text = g_strnfill (3 * TKB_MAX_TEXT_BYTES, 'x');
  g_autofree char *out = tidy (text);

  g_assert_cmpuint (strlen (out), <=, TKB_MAX_TEXT_BYTES);
  g_assert_cmpuint (strlen (out), >, TKB_MAX_TEXT_BYTES - 16);
}

static void
test_language (void)
{
  g_assert_cmpstr (tkb_extractor_guess_language (
                       "The pump is one of those that are driven by the light of the sun."),
                   ==, "en");
  g_assert_cmpstr (tkb_extractor_guess_language (
                       "Les pompes sont dans la cour et les vannes sur le toit, par les tuyaux."),
                   ==, "fr");
  g_assert_cmpstr (tkb_extractor_guess_language (
                       "El agua y los canales que llegan del monte, para las huertas en el valle."),
                   ==, "es");
  g_assert_null (tkb_extractor_guess_language ("专利检索是一门艺术"));
  g_assert_null (tkb_extractor_guess_language ("pump"));
}

/* ---- the fence ---- */

/* In the child: 0 where everything is kept out. */
static int
try_everything (const char *own_file)
{
  static const char hosts[] = "/etc/hostname";
  int               inside = open ("/usr/share", O_RDONLY | O_DIRECTORY);

  if (!tkb_fence_enter (0))
    return 1;
  if (inside < 0 || open (own_file, O_RDONLY) >= 0 || open (hosts, O_RDONLY) >= 0)
    return 2;
  if (open (own_file, O_WRONLY) >= 0 || open ("/tmp/tisckb-fence", O_CREAT | O_RDWR, 0600) >= 0)
    return 3;
  if (socket (AF_INET, SOCK_STREAM, 0) >= 0 || socket (AF_UNIX, SOCK_STREAM, 0) >= 0)
    return 4;
  if (fork () >= 0 || execl ("/bin/true", "true", NULL) == 0)
    return 5;
  if (unlink (own_file) == 0 || kill (getppid (), 0) == 0)
    return 6;
  if (mmap (NULL, 4ull << 30, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) !=
      MAP_FAILED)
    return 7;
  return 0;
}

static void
test_fence (void)
{
#if defined(__SANITIZE_ADDRESS__)
  g_test_skip ("the sanitizer needs what the fence keeps out");
#else
  g_autofree char *path = g_build_filename (g_get_user_data_dir (), "secret", NULL);
  int              status = -1;
  pid_t            child;

  g_mkdir_with_parents (g_get_user_data_dir (), 0700);
  g_assert_true (g_file_set_contents (path, "x", 1, NULL));
  child = fork ();
  if (child == 0)
    _exit (try_everything (path));
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
  g_assert_cmpint (g_unlink (path), ==, 0);
#endif
}

/* ---- programs that misbehave ---- */

typedef struct
{
  const char  *script;
  TkbTextState state;
  const char  *reason;
  const char  *text; /* "*": any */
} Behaviour;

static const Behaviour behaviours[] = {
  { "printf 'some text'; exit 0", TKB_TEXT_WHOLE, NULL, "some text" },
  { "printf 'some text'; exit 3", TKB_TEXT_PARTIAL, "long", "some text" },
  { "printf 'some text'; exit 77", TKB_TEXT_PARTIAL, "crashed", "some text" },
  { "printf 'some text'; kill -SEGV $$", TKB_TEXT_PARTIAL, "crashed", "some text" },
  { "kill -KILL $$", TKB_TEXT_UNREADABLE, "crashed", NULL },
  { "exit 6", TKB_TEXT_UNREADABLE, "encrypted", NULL },
  { "exit 9", TKB_TEXT_UNSUPPORTED, NULL, NULL },
  { "exit 5", TKB_TEXT_EMPTY, NULL, NULL },
  { "exit 0", TKB_TEXT_EMPTY, NULL, NULL },
  { "printf 'a\\377\\000b'; exit 0", TKB_TEXT_WHOLE, NULL, "*" },
  { "printf 'some text'; exec sleep 100", TKB_TEXT_PARTIAL, "timeout", "some text" },
  { "exec >&-; exec sleep 100", TKB_TEXT_UNREADABLE, "timeout", NULL },
  { "exec yes", TKB_TEXT_PARTIAL, "crashed", "*" },
};

static char *
write_program (const char *script)
{
  g_autofree char *text = g_strconcat ("#!/bin/sh\n", script, "\n", NULL);
  char            *path = NULL;
  g_autoptr (GError) error = NULL;
  int fd = g_file_open_tmp ("tisckb-program-XXXXXX", &path, &error);

  g_assert_no_error (error);
  close (fd);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  g_assert_cmpint (g_chmod (path, 0700), ==, 0);
  return path;
}

static void
test_behaviour (gconstpointer data)
{
  const Behaviour *behaviour = data;
  g_autofree char *program = write_program (behaviour->script);
  g_auto (TkbReading) reading = { TKB_TEXT_WAITING };
  g_autoptr (GError) error = NULL;
  int fd = open ("/dev/null", O_RDONLY | O_CLOEXEC);

  g_assert_true (tkb_extractor_read (&reading, program, fd, NULL, NULL, 1500, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (reading.state, ==, behaviour->state);
  g_assert_cmpstr (reading.reason, ==, behaviour->reason);
  if (g_strcmp0 (behaviour->text, "*") != 0)
    g_assert_cmpstr (reading.text, ==, behaviour->text);
  else
    g_assert_true (reading.text != NULL && g_utf8_validate (reading.text, -1, NULL) &&
                   strlen (reading.text) <= TKB_MAX_TEXT_BYTES);
  close (fd);
  g_unlink (program);
}

static gboolean
cancel_cb (gpointer user_data)
{
  g_cancellable_cancel (user_data);
  return G_SOURCE_REMOVE;
}

static gpointer
cancel_soon (gpointer data)
{
  g_usleep (100 * 1000);
  cancel_cb (data);
  return NULL;
}

static void
test_cancelled (void)
{
  g_autofree char *program = write_program ("exec sleep 100");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  GThread *thread = g_thread_new ("cancel", cancel_soon, cancellable);
  g_auto (TkbReading) reading = { TKB_TEXT_WAITING };
  g_autoptr (GError) error = NULL;
  int fd = open ("/dev/null", O_RDONLY | O_CLOEXEC);

  g_assert_false (
      tkb_extractor_read (&reading, program, fd, NULL, NULL, 60000, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_thread_join (thread);
  close (fd);
  g_unlink (program);
}

/* ---- over a store ---- */

static TkbStore *
make_store (const char *folder, guint n)
{
  g_autofree char *path = g_build_filename (folder, "test.tisckb", NULL);
  g_autoptr (TkbClock) clock = tkb_clock_new_manual (1767225600000);
  g_autoptr (TkbRandom) random = tkb_random_new_seeded (1);
  g_autoptr (GError) error = NULL;
  TkbStore *store = tkb_store_open (path, TKB_STORE_OPEN_CREATE, NULL, clock, random, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *id = g_strdup_printf ("doc-%u", i);
      g_autofree char *content = g_strdup_printf ("content %u", i);
      g_autofree char *data = g_base64_encode ((guint8 *) content, strlen (content));
      g_autofree char *text =
          g_strdup_printf ("{\"_id\":\"%s\",\"_attachments\":{\"a.txt\":{\"content_type\":\"text/"
                           "plain\",\"data\":\"%s\"}}}",
                           id, data);
      g_autoptr (JsonObject) object =
          tkb_json_parse_object (text, -1, TKB_MAX_DOCUMENT_BYTES, &error);
      g_autoptr (TkbDocument) document = tkb_document_new_from_json (object, &error);
      g_autoptr (TkbDocument) written = NULL;

      g_assert_no_error (error);
      written = tkb_store_put (store, document, TKB_WRITE_NONE, NULL, &error);
      g_assert_no_error (error);
    }
  return store;
}

static guint64
count (TkbStore *store, TkbTextState state)
{
  guint64 counts[TKB_TEXT_N_STATES];

  g_assert_true (tkb_store_count_texts (store, counts, NULL, NULL));
  return counts[state];
}

/* In the background, by the real program; a crash marks and the rest goes on. */
static void
test_background (void)
{
  g_autofree char *folder = g_dir_make_tmp ("tkb-extract-XXXXXX", NULL);
  g_autoptr (TkbStore) store = make_store (folder, 5);
  g_autofree char *crashing = write_program ("kill -SEGV $$");
  g_autoptr (TkbExtractor) broken = tkb_extractor_new (store, crashing, 0);
  g_autoptr (TkbExtractor) extractor = tkb_extractor_new (store, NULL, 0);
  g_autoptr (TkbExtractor) absent = tkb_extractor_new (store, "/nonexistent/program", 0);
  g_autoptr (GError) error = NULL;
  gint64 deadline = g_get_monotonic_time () + 30 * G_TIME_SPAN_SECOND;

  /* a program that is not there leaves everything waiting */
  g_assert_false (tkb_extractor_run (absent, NULL, &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
  g_assert_cmpuint (count (store, TKB_TEXT_WAITING), ==, 5);
  g_assert_true (tkb_extractor_run (broken, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (count (store, TKB_TEXT_UNREADABLE), ==, 5);
  g_assert_true (tkb_store_retry_texts (store, NULL));
  tkb_extractor_start (extractor);
  while (count (store, TKB_TEXT_WHOLE) < 5 && g_get_monotonic_time () < deadline)
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (count (store, TKB_TEXT_WHOLE), ==, 5);
  tkb_extractor_stop (extractor);
  tkb_store_close (store);
  g_unlink (crashing);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/extract/text", test_text);
  g_test_add_func ("/extract/bound", test_bound);
  g_test_add_func ("/extract/language", test_language);
  g_test_add_func ("/extract/fence", test_fence);
  for (gsize i = 0; i < G_N_ELEMENTS (behaviours); i++)
    {
      g_autofree char *path = g_strdup_printf ("/extract/behaviour/%" G_GSIZE_FORMAT, i);

      g_test_add_data_func (path, &behaviours[i], test_behaviour);
    }
  g_test_add_func ("/extract/cancelled", test_cancelled);
  g_test_add_func ("/extract/background", test_background);
  return g_test_run ();
}
