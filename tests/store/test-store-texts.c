/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* The text of attachments: whose turn it is, what replaces what, and that the index forgets with
 * the blob. */
#include "config.h"

#include "store-fixture.h"

#include <string.h>

#include "tkb-index.h"
#include "tkb-limits.h"

#define HELLO "{'content_type':'text/plain','data':'aGVsbG8='}"
#define HELLO_DIGEST "md5-XUFAKrxLKna5cZ2REBfFkg=="
#define BYE "{'content_type':'application/pdf','data':'Ynll'}"
#define BYE_DIGEST "md5-v6md8zsTe8j7X1QH1+WNqA=="

/* The digest whose turn it is; "" where there is none. (transfer full) */
static char *
next (TkbStore *store, guint version)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbTextJob) job = tkb_store_find_text_job (store, version, NULL, &error);

  g_assert_no_error (error);
  return g_strdup (job != NULL ? job->digest : "");
}

static void
assert_next (TkbStore *store, guint version, const char *digest)
{
  g_autofree char *found = next (store, version);

  g_assert_cmpstr (found, ==, digest);
}

static void
put_text (TkbStore *store, const char *digest, TkbTextState state, const char *text)
{
  TkbText found = { state, state == TKB_TEXT_UNREADABLE ? "damaged" : NULL, "en", text, 1 };
  g_autoptr (GError) error = NULL;

  g_assert_true (tkb_store_put_text (store, digest, &found, &error));
  g_assert_no_error (error);
}

static guint64
count (TkbStore *store, TkbTextState state)
{
  guint64 counts[TKB_TEXT_N_STATES];
  g_autoptr (GError) error = NULL;

  g_assert_true (tkb_store_count_texts (store, counts, NULL, &error));
  g_assert_no_error (error);
  return counts[state];
}

static void
test_turns (Fixture *fixture, gconstpointer data)
{
  TkbStore        *store = fixture->store;
  g_autofree char *first = NULL;
  g_autofree char *reason = NULL;
  g_autoptr (TkbTextJob) job = NULL;

  assert_next (store, 1, "");
  first = put (store, "a", NULL, "{'language':'fr','_attachments':{'h.txt':" HELLO "}}");
  g_free (put (store, "b", NULL, "{'_attachments':{'b.pdf':" BYE ",'same.txt':" HELLO "}}"));
  g_assert_cmpuint (count (store, TKB_TEXT_WAITING), ==, 2);
  /* the newest first, each once */
  assert_next (store, 1, BYE_DIGEST);
  put_text (store, BYE_DIGEST, TKB_TEXT_UNREADABLE, NULL);
  assert_next (store, 1, HELLO_DIGEST);
  put_text (store, HELLO_DIGEST, TKB_TEXT_WHOLE, "hello world");
  assert_next (store, 1, "");
  g_assert_cmpint (tkb_store_get_text_state (store, BYE_DIGEST, &reason), ==, TKB_TEXT_UNREADABLE);
  g_assert_cmpstr (reason, ==, "damaged");
  g_assert_cmpint (tkb_store_get_text_state (store, HELLO_DIGEST, NULL), ==, TKB_TEXT_WHOLE);
  g_assert_cmpint (tkb_store_get_text_state (store, "md5-none", NULL), ==, TKB_TEXT_WAITING);
  /* what could not be read is tried again when asked, everything by a newer extractor */
  g_assert_true (tkb_store_retry_texts (store, NULL));
  assert_next (store, 1, BYE_DIGEST);
  put_text (store, BYE_DIGEST, TKB_TEXT_PARTIAL, "bye");
  job = tkb_store_find_text_job (store, 2, NULL, NULL);
  g_assert_nonnull (job);
  /* an edit does not ask again */
  g_free (put (store, "a", first, "{'n':1,'_attachments':{'h.txt':{'stub':true}}}"));
  assert_next (store, 1, "");
  assert_clean (store);
}

static void
test_replace (Fixture *fixture, gconstpointer data)
{
  TkbStore *store = fixture->store;
  g_autoptr (GError) error = NULL;

  g_free (put (store, "a", NULL, "{'_attachments':{'h.txt':" HELLO "}}"));
  put_text (store, HELLO_DIGEST, TKB_TEXT_WHOLE, "first words");
  put_text (store, HELLO_DIGEST, TKB_TEXT_PARTIAL, "second words, 专利");
  assert_clean (store);
  put_text (store, HELLO_DIGEST, TKB_TEXT_EMPTY, NULL);
  assert_clean (store);
  put_text (store, HELLO_DIGEST, TKB_TEXT_WHOLE, "third");
  g_assert_true (tkb_store_reindex (store, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (count (store, TKB_TEXT_WHOLE), ==, 1);
}

static void
test_wrong (Fixture *fixture, gconstpointer data)
{
  TkbStore        *store = fixture->store;
  g_autofree char *long_text = g_strnfill (TKB_MAX_TEXT_BYTES + 1, 'a');
  TkbText          text = { TKB_TEXT_WHOLE, NULL, NULL, long_text, 1 };
  g_autoptr (GError) error = NULL;

  g_free (put (store, "a", NULL, "{'_attachments':{'h.txt':" HELLO "}}"));
  g_assert_false (tkb_store_put_text (store, HELLO_DIGEST, &text, &error));
  g_assert_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_INVALID);
  g_clear_error (&error);
  text.text = "no \xff text";
  g_assert_false (tkb_store_put_text (store, HELLO_DIGEST, &text, &error));
  g_assert_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_INVALID);
  g_clear_error (&error);
  text.text = "text";
  g_assert_false (tkb_store_put_text (store, BYE_DIGEST, &text, &error));
  g_assert_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_NOT_FOUND);
}

/* The text goes with the blob, and its words with it. */
static void
test_compact (Fixture *fixture, gconstpointer data)
{
  TkbStore *store = fixture->store;
  g_autoptr (GError) error = NULL;

  g_free (put_with (store, "a", NULL, "{'state':'draft','_attachments':{'h.txt':" HELLO "}}",
                    TKB_WRITE_NONE));
  put_text (store, HELLO_DIGEST, TKB_TEXT_WHOLE, "hello world");
  g_assert_true (tkb_store_purge_draft (store, "a", &error));
  g_assert_no_error (error);
  g_assert_cmpuint (count (store, TKB_TEXT_WHOLE), ==, 1);
  tkb_clock_manual_advance (fixture->clock, 2 * 60 * 60 * 1000);
  g_assert_true (tkb_store_compact (store, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (count (store, TKB_TEXT_WHOLE), ==, 0);
  g_assert_false (tkb_store_has_blob (store, HELLO_DIGEST));
}

/* A server keeps no index and asks nobody to read; a client that opens its file does. */
static void
test_no_index (Fixture *fixture, gconstpointer data)
{
  g_free (put (fixture->store, "a", NULL, "{'_attachments':{'h.txt':" HELLO "}}"));
  assert_next (fixture->store, 1, "");
  g_assert_cmpuint (count (fixture->store, TKB_TEXT_WAITING), ==, 0);
  fixture_reopen (fixture, TKB_STORE_OPEN_NONE);
  g_assert_true (tkb_store_wait_for_index (fixture->store, NULL, NULL));
  assert_next (fixture->store, 1, HELLO_DIGEST);
}

/* A text whose bytes were damaged is named by the check, and read anew after a reindex. */
static void
test_damaged (Fixture *fixture, gconstpointer data)
{
  sqlite3 *handle = NULL;
  g_autoptr (GPtrArray) findings = NULL;
  g_autoptr (GError) error = NULL;

  g_free (put (fixture->store, "a", NULL, "{'_attachments':{'h.txt':" HELLO "}}"));
  put_text (fixture->store, HELLO_DIGEST, TKB_TEXT_WHOLE, "hello world");
  tkb_store_close (fixture->store);
  g_assert_cmpint (sqlite3_open (fixture->path, &handle), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (handle, "UPDATE attached SET text = x'00'", NULL, NULL, NULL), ==,
                   SQLITE_OK);
  sqlite3_close (handle);
  fixture_reopen (fixture, TKB_STORE_OPEN_NONE);
  findings = tkb_store_check (fixture->store, NULL, NULL);
  g_assert_cmpuint (findings->len, ==, 1);
  g_assert_true (tkb_store_reindex (fixture->store, NULL, &error));
  g_assert_no_error (error);
  assert_next (fixture->store, 1, HELLO_DIGEST);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  FIXTURE_TEST ("/store/texts/turns", TKB_STORE_OPEN_OUTBOX, test_turns);
  FIXTURE_TEST ("/store/texts/replace", 0, test_replace);
  FIXTURE_TEST ("/store/texts/wrong", 0, test_wrong);
  FIXTURE_TEST ("/store/texts/compact", TKB_STORE_OPEN_OUTBOX, test_compact);
  FIXTURE_TEST ("/store/texts/no-index", TKB_STORE_OPEN_NO_INDEX, test_no_index);
  FIXTURE_TEST ("/store/texts/damaged", 0, test_damaged);
  return g_test_run ();
}
