/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Damaged files: everything that can be read goes into a new store, and the old one is kept. */
#include "config.h"

#include "store-fixture.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

#include "tkb-salvage.h"

#define PAGE_BYTES 4096
#define N_DOCUMENTS 300
#define N_DRAFTS 20

static char *
make_text (guint i, const char *state)
{
  g_autofree char *filler = g_strnfill (i % 7 == 0 ? 9000 : 400, (char) ('a' + i % 26));

  return g_strdup_printf ("{'kind':'case','title':'Title %u','state':'%s','need':'%s'}", i, state,
                          filler);
}

/* Published documents as a server gives them, drafts, an edit that waits, marks, an attachment. */
static void
fill (TkbStore *store)
{
  g_autofree char *rev = NULL;
  g_autoptr (JsonObject) local = json_object_new ();

  for (guint i = 0; i < N_DOCUMENTS; i++)
    {
      g_autofree char *id = g_strdup_printf ("case:%03u", i);
      g_autofree char *text = make_text (i, "published");

      replicate (store, id, "1-abc", FALSE, text);
    }
  for (guint i = 0; i < N_DRAFTS; i++)
    {
      g_autofree char *id = g_strdup_printf ("draft:%02u", i);
      g_autofree char *text = make_text (i, "draft");

      g_free (put (store, id, NULL, text));
    }
  rev = put (store, "edit:one", NULL, "{'state':'submitted','title':'First'}");
  g_free (put (store, "edit:one", rev, "{'state':'submitted','title':'Second'}"));
  g_free (put (store, "with:file", NULL,
               "{'state':'submitted','_attachments':{'h':{'data':'aGVsbG8='}}}"));
  replicate (store, "conflict", "2-x 1-o", FALSE, "{'title':'X'}");
  replicate (store, "conflict", "2-y 1-o", FALSE, "{'title':'Y'}");
  g_assert_true (tkb_store_set_favourite (store, "case:007", TRUE, NULL));
  json_object_set_string_member (local, "query", "valve");
  g_assert_true (tkb_store_put_local (store, "search:1", local, NULL, NULL));
  g_assert_true (tkb_store_wait_for_index (store, NULL, NULL));
}

static void
close_store (Fixture *fixture)
{
  tkb_store_close (fixture->store);
  g_clear_object (&fixture->store);
}

static guint8 *
read_bytes (const char *path, gsize *out_length)
{
  char *content = NULL;

  g_assert_true (g_file_get_contents (path, &content, out_length, NULL));
  return (guint8 *) content;
}

static void
write_bytes (const char *path, const guint8 *bytes, gsize length)
{
  g_assert_true (g_file_set_contents (path, (const char *) bytes, (gssize) length, NULL));
}

static TkbSalvage *
salvage (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  TkbSalvage *report =
      tkb_salvage_run (fixture->path, NULL, NULL, fixture->clock, fixture->random, NULL, &error);
  g_autofree char *text = NULL;

  g_assert_no_error (error);
  text = tkb_salvage_to_text (report);
  g_test_message ("%.2000s", text);
  return report;
}

/* Clean, but for an attachment that a damaged text names wrongly: that is for a person to see. */
static void
reopen (Fixture *fixture)
{
  g_autoptr (GPtrArray) findings = NULL;
  g_autoptr (GError) error = NULL;

  fixture->store = fixture_open (fixture, TKB_STORE_OPEN_OUTBOX, &error);
  g_assert_no_error (error);
  findings = tkb_store_check (fixture->store, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < findings->len; i++)
    {
      g_test_message ("finding: %s", (char *) g_ptr_array_index (findings, i));
      g_assert_nonnull (strstr (g_ptr_array_index (findings, i), "missing or damaged"));
    }
}

/* What is there is what was written. Returns how many documents are. */
static guint
assert_texts (TkbStore *store)
{
  guint count = 0;

  for (guint i = 0; i < N_DOCUMENTS + N_DRAFTS; i++)
    {
      gboolean         is_draft = i >= N_DOCUMENTS;
      guint            number = is_draft ? i - N_DOCUMENTS : i;
      g_autofree char *id =
          is_draft ? g_strdup_printf ("draft:%02u", number) : g_strdup_printf ("case:%03u", number);
      g_autofree char *text = make_text (number, is_draft ? "draft" : "published");
      g_autoptr (TkbDocument) expected = make_document (id, NULL, text);
      g_autoptr (TkbDocument) document = tkb_store_get (store, id, NULL, NULL, NULL);

      if (document == NULL)
        continue;
      count++;
      g_assert_cmpstr (tkb_document_get_string (document, "need"), ==,
                       tkb_document_get_string (expected, "need"));
      g_assert_cmpint (tkb_document_may_leave (document), !=, is_draft);
    }
  return count;
}

/* A sound file comes through without a loss. */
static void
test_sound (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TkbSalvage) report = NULL;
  g_autoptr (JsonObject) local = NULL;
  g_autoptr (GInputStream) blob = NULL;
  g_autofree char   *changes = NULL;
  g_autofree char   *after = NULL;
  g_autofree char   *title = NULL;
  g_autofree char   *identity = g_strdup (tkb_store_get_uuid (fixture->store));
  g_autofree guint8 *before_bytes = NULL;
  g_autofree guint8 *kept_bytes = NULL;
  gsize              before_length, kept_length;

  fill (fixture->store);
  changes = list_changes (fixture->store, 0, TKB_CHANGES_ALL_LEAVES);
  close_store (fixture);
  before_bytes = read_bytes (fixture->path, &before_length);
  report = salvage (fixture);
  g_assert_cmpuint (report->lines->len, ==, 0);
  g_assert_cmpuint (report->bad_pages, ==, 0);
  g_assert_cmpuint (report->documents, ==, N_DOCUMENTS + N_DRAFTS + 3);
  g_assert_cmpuint (report->drafts, ==, N_DRAFTS);
  g_assert_cmpuint (report->waiting, ==, 2);
  g_assert_cmpuint (report->favourites, ==, 1);
  kept_bytes = read_bytes (report->kept_path, &kept_length);
  g_assert_cmpmem (before_bytes, before_length, kept_bytes, kept_length);
  g_assert_true (g_str_has_suffix (report->report_path, ".txt"));
  reopen (fixture);
  after = list_changes (fixture->store, 0, TKB_CHANGES_ALL_LEAVES);
  g_assert_cmpstr (after, ==, changes);
  g_assert_cmpstr (tkb_store_get_uuid (fixture->store), !=, identity);
  g_assert_cmpuint (assert_texts (fixture->store), ==, N_DOCUMENTS + N_DRAFTS);
  title = read_text (fixture->store, "edit:one", NULL, "title");
  g_assert_cmpstr (title, ==, "Second");
  g_assert_true (tkb_store_is_favourite (fixture->store, "case:007"));
  local = tkb_store_get_local (fixture->store, "search:1", NULL, NULL);
  g_assert_nonnull (local);
  blob = tkb_store_open_blob (fixture->store, "md5-XUFAKrxLKna5cZ2REBfFkg==", NULL, NULL);
  g_assert_nonnull (blob);
}

/* Every page in turn (every seventh by default) is noise or zeroes. Whatever SQLite says of that
 * file, what comes out is a clean store, and a page costs no more than what stood in it. */
static void
test_each_page (Fixture *fixture, gconstpointer data)
{
  g_autofree guint8 *bytes = NULL;
  gsize              length;
  guint              step = g_test_slow () ? 1 : 13;
  guint              total = 0, worst = G_MAXUINT, files = 0;

  fill (fixture->store);
  close_store (fixture);
  bytes = read_bytes (fixture->path, &length);
  for (gsize page = 0; page < length / PAGE_BYTES; page += step)
    {
      g_autoptr (TkbSalvage) report = NULL;
      g_autofree guint8 *damaged = g_memdup2 (bytes, length);
      guint              saved;

      for (guint i = 0; i < PAGE_BYTES; i++)
        damaged[page * PAGE_BYTES + i] = page % 2 == 0 ? 0 : (guint8) (i * 131 + 77);
      write_bytes (fixture->path, damaged, length);
      report = salvage (fixture);
      reopen (fixture);
      saved = assert_texts (fixture->store);
      worst = MIN (worst, saved);
      total += saved;
      files++;
      close_store (fixture);
      g_unlink (report->kept_path);
      g_unlink (report->report_path);
    }
  g_test_message ("%u files: %.1f of %d documents saved on average, %u at least", files,
                  (double) total / files, N_DOCUMENTS + N_DRAFTS, worst);
  g_assert_cmpuint (worst, >=, N_DOCUMENTS + N_DRAFTS - 25);
  reopen (fixture);
}

/* The first page has the header and where every table begins. */
static void
test_no_beginning (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TkbSalvage) report = NULL;
  g_autofree guint8 *bytes = NULL;
  gsize              length;

  fill (fixture->store);
  close_store (fixture);
  bytes = read_bytes (fixture->path, &length);
  memset (bytes, 0, PAGE_BYTES);
  write_bytes (fixture->path, bytes, length);
  report = salvage (fixture);
  reopen (fixture);
  g_assert_cmpuint (assert_texts (fixture->store), ==, N_DOCUMENTS + N_DRAFTS);
  g_assert_cmpuint (report->waiting, ==, 2);
}

static void
test_half (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TkbSalvage) report = NULL;
  g_autofree guint8 *bytes = NULL;
  gsize              length;

  fill (fixture->store);
  close_store (fixture);
  bytes = read_bytes (fixture->path, &length);
  write_bytes (fixture->path, bytes, length / 2 + 1000);
  report = salvage (fixture);
  reopen (fixture);
  g_assert_cmpuint (assert_texts (fixture->store), >, 50);
}

/* What is committed stands in the log only. */
static void
test_log (Fixture *fixture, gconstpointer data)
{
  g_autofree char   *log = g_strconcat (fixture->path, "-wal", NULL);
  g_autofree guint8 *bytes = NULL;
  g_autofree guint8 *log_bytes = NULL;
  g_autoptr (TkbSalvage) report = NULL;
  gsize length, log_length;

  fill (fixture->store);
  bytes = read_bytes (fixture->path, &length);
  log_bytes = read_bytes (log, &log_length);
  close_store (fixture);
  write_bytes (fixture->path, bytes, length);
  /* with a torn write at its end */
  memset (log_bytes + log_length - 100, 0x5A, 100);
  write_bytes (log, log_bytes, log_length);
  report = salvage (fixture);
  g_assert_false (g_file_test (log, G_FILE_TEST_EXISTS));
  reopen (fixture);
  g_assert_cmpuint (assert_texts (fixture->store), ==, N_DOCUMENTS + N_DRAFTS);
}

static void
assert_fails (Fixture *fixture, TkbStoreError code)
{
  g_autoptr (GError) error = NULL;
  g_autofree guint8 *before = NULL;
  g_autofree guint8 *after = NULL;
  g_autofree char   *partial = g_strconcat (fixture->path, ".salvaging", NULL);
  gsize              before_length, after_length;

  before = read_bytes (fixture->path, &before_length);
  g_assert_null (
      tkb_salvage_run (fixture->path, NULL, NULL, fixture->clock, fixture->random, NULL, &error));
  g_assert_error (error, TKB_STORE_ERROR, (int) code);
  after = read_bytes (fixture->path, &after_length);
  g_assert_cmpmem (before, before_length, after, after_length);
  g_assert_false (g_file_test (partial, G_FILE_TEST_EXISTS));
}

static void
test_refused (Fixture *fixture, gconstpointer data)
{
  g_autofree guint8 *bytes = NULL;
  gsize              length;

  g_free (put (fixture->store, "a", NULL, "{}"));
  /* somebody has it open */
  assert_fails (fixture, TKB_STORE_ERROR_BUSY);
  close_store (fixture);
  bytes = read_bytes (fixture->path, &length);
  bytes[63] = 99;
  write_bytes (fixture->path, bytes, length);
  assert_fails (fixture, TKB_STORE_ERROR_NEWER_VERSION);
  memset (bytes, 0xA5, length);
  write_bytes (fixture->path, bytes, length);
  assert_fails (fixture, TKB_STORE_ERROR_CORRUPT);
}

/* A crash between the steps of changing the files: whoever opens the store finishes them. */
static void
test_interrupted (Fixture *fixture, gconstpointer data)
{
  for (int step = 0; step < 3; step++)
    {
      g_autofree char *ready = g_strconcat (fixture->path, ".salvaged", NULL);
      g_autofree char *log = g_strconcat (fixture->path, "-wal", NULL);
      g_autofree char *title = NULL;
      g_autofree char *text = g_strdup_printf ("{'title':'%d'}", step);
      g_autofree char *id = g_strdup_printf ("doc-%d", step);

      g_free (put (fixture->store, id, NULL, text));
      close_store (fixture);
      g_assert_cmpint (g_rename (fixture->path, ready), ==, 0);
      if (step < 2)
        g_file_set_contents (fixture->path, "the damaged one", -1, NULL);
      if (step < 1)
        g_file_set_contents (log, "its log", -1, NULL);
      reopen (fixture);
      g_assert_false (g_file_test (ready, G_FILE_TEST_EXISTS));
      title = read_text (fixture->store, id, NULL, "title");
      g_assert_cmpint (atoi (title), ==, step);
    }
}

/* Into another file: attachments come along, the old one is not touched. */
static void
test_output (Fixture *fixture, gconstpointer data)
{
  g_autofree char *output = g_build_filename (fixture->folder, "saved", NULL);
  g_autoptr (TkbSalvage) report = NULL;
  g_autoptr (TkbStore) store = NULL;
  g_autoptr (GInputStream) blob = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree guint8 *before = NULL;
  g_autofree guint8 *after = NULL;
  gsize              before_length, after_length;

  fill (fixture->store);
  close_store (fixture);
  before = read_bytes (fixture->path, &before_length);
  report =
      tkb_salvage_run (fixture->path, output, NULL, fixture->clock, fixture->random, NULL, &error);
  g_assert_no_error (error);
  g_assert_null (report->kept_path);
  after = read_bytes (fixture->path, &after_length);
  g_assert_cmpmem (before, before_length, after, after_length);
  store =
      tkb_store_open (output, TKB_STORE_OPEN_OUTBOX, NULL, fixture->clock, fixture->random, &error);
  g_assert_no_error (error);
  assert_clean (store);
  blob = tkb_store_open_blob (store, "md5-XUFAKrxLKna5cZ2REBfFkg==", NULL, &error);
  g_assert_no_error (error);
  tkb_store_close (store);
  g_assert_null (
      tkb_salvage_run (fixture->path, output, NULL, fixture->clock, fixture->random, NULL, &error));
  g_assert_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_INVALID);
}

/* Bytes all over the file, a few at a time: never a crash, always a clean store or a refusal. */
static void
test_noise (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (20261122);
  g_autofree guint8 *bytes = NULL;
  gsize              length;

  fill (fixture->store);
  close_store (fixture);
  bytes = read_bytes (fixture->path, &length);
  for (int round = 0; round < (g_test_slow () ? 200 : 12); round++)
    {
      g_autofree guint8 *damaged = g_memdup2 (bytes, length);
      g_autoptr (TkbSalvage) report = NULL;

      for (int i = 0; i < 1 << (round % 12); i++)
        damaged[g_rand_int_range (rand, round % 2 ? 0 : 100, (gint32) length)] =
            (guint8) g_rand_int (rand);
      /* the version decides by itself whether it is read */
      memcpy (damaged + 60, bytes + 60, 4);
      write_bytes (fixture->path, damaged, length);
      report = salvage (fixture);
      reopen (fixture);
      close_store (fixture);
      g_unlink (report->kept_path);
      g_unlink (report->report_path);
    }
  write_bytes (fixture->path, bytes, length);
  reopen (fixture);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  FIXTURE_TEST ("/store/salvage/sound", TKB_STORE_OPEN_OUTBOX, test_sound);
  FIXTURE_TEST ("/store/salvage/each-page", TKB_STORE_OPEN_OUTBOX, test_each_page);
  FIXTURE_TEST ("/store/salvage/no-beginning", TKB_STORE_OPEN_OUTBOX, test_no_beginning);
  FIXTURE_TEST ("/store/salvage/half", TKB_STORE_OPEN_OUTBOX, test_half);
  FIXTURE_TEST ("/store/salvage/log", TKB_STORE_OPEN_OUTBOX, test_log);
  FIXTURE_TEST ("/store/salvage/refused", TKB_STORE_OPEN_OUTBOX, test_refused);
  FIXTURE_TEST ("/store/salvage/interrupted", TKB_STORE_OPEN_OUTBOX, test_interrupted);
  FIXTURE_TEST ("/store/salvage/output", TKB_STORE_OPEN_OUTBOX, test_output);
  FIXTURE_TEST ("/store/salvage/noise", TKB_STORE_OPEN_OUTBOX, test_noise);
  return g_test_run ();
}
