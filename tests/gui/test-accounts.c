/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* The account without a window and without a keyring: addresses as people type them, where the
 * password goes when the server or the name changes, and the state of sync in words. */

#include "config.h"

#include <glib/gstdio.h>
#include <locale.h>

#include "tkb-accounts.h"
#include "tkb-sync-text.h"

static void
test_addresses (void)
{
  static const struct
  {
    const char *typed;
    const char *url; /* NULL: refused */
  } cases[] = {
    { "kb.example.org", "https://kb.example.org/tisckb" },
    { "  kb.example.org \n", "https://kb.example.org/tisckb" },
    { "kb.example.org:6984", "https://kb.example.org:6984/tisckb" },
    { "https://kb.example.org", "https://kb.example.org/tisckb" },
    { "https://kb.example.org/", "https://kb.example.org/tisckb" },
    { "https://kb.example.org/couch/tisc/", "https://kb.example.org/couch/tisc" },
    { "kb.example.org/other", "https://kb.example.org/other" },
    { "http://127.0.0.1:5984/tisckb", "http://127.0.0.1:5984/tisckb" },
    { "http://[::1]:5984", "http://[::1]:5984/tisckb" },
    { "https://kb.example.org/tisckb?a=1#b", "https://kb.example.org/tisckb" },
    { "HTTPS://kb.example.org", "https://kb.example.org/tisckb" },
    { "", NULL },
    { "https://", NULL },
    { "two words", NULL },
    { "ftp://kb.example.org", NULL },
    { "file:///etc/passwd", NULL },
    { "https://name:word@kb.example.org", NULL },
    { "kb.example.org:port", NULL },
    { "https://kb.example.org/%zz", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *url = tkb_accounts_normalize_url (cases[i].typed, &error);

      g_test_message ("“%s”", cases[i].typed);
      g_assert_cmpstr (url, ==, cases[i].url);
      g_assert_true ((url == NULL) == (error != NULL));
    }
}

/* ---- passwords ---- */

typedef struct
{
  char        *path;     /* (owned) of the file for passwords */
  TkbAccounts *accounts; /* (owned) */
  guint        n_changes;
} Fixture;

static void
changed_cb (Fixture *self)
{
  self->n_changes++;
}

static void
start (Fixture *self)
{
  self->accounts = tkb_accounts_new (NULL, self->path);
  g_signal_connect_swapped (self->accounts, "changed", G_CALLBACK (changed_cb), self);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  self->path = g_build_filename (g_get_user_config_dir (), "tisckb", "credentials", NULL);
  g_unlink (self->path);
  start (self);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_clear_object (&self->accounts);
  g_unlink (self->path);
  g_free (self->path);
}

static gboolean
expired_cb (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_CONTINUE;
}

/* Until the account has that password, %NULL: none, and the file what should be in it. */
static void
expect (Fixture *self, const char *password, const char *in_file)
{
  gboolean is_late = FALSE;
  guint    source = g_timeout_add_seconds (20, expired_cb, &is_late);

  for (;;)
    {
      const TkbRemote *remote = tkb_accounts_get_remote (self->accounts);
      g_autofree char *text = NULL;

      g_file_get_contents (self->path, &text, NULL, NULL);
      if (remote != NULL && g_strcmp0 (remote->password, password) == 0 &&
          (in_file == NULL || (text != NULL && strstr (text, in_file) != NULL)))
        break;
      g_assert_false (is_late);
      g_main_context_iteration (NULL, TRUE);
    }
  g_source_remove (source);
}

static void
test_password_file (Fixture *self, gconstpointer data)
{
  GStatBuf stat_buf;

  /* a password that comes first belongs to the server and the name that follow */
  tkb_accounts_set_password (self->accounts, "first word");
  g_assert_null (tkb_accounts_get_remote (self->accounts));
  tkb_accounts_set_url (self->accounts, "https://a.example.org/tisckb");
  tkb_accounts_set_user (self->accounts, "ada");
  expect (self, "first word", "user=ada");
  g_assert_true (tkb_accounts_is_enabled (self->accounts));
  g_assert_cmpint (tkb_accounts_get_keeping (self->accounts), ==, TKB_KEEPING_FILE);
  g_assert_no_error (tkb_accounts_get_error (self->accounts));
  g_assert_cmpint (g_stat (self->path, &stat_buf), ==, 0);
  g_assert_cmpint (stat_buf.st_mode & 0777, ==, 0600);
  g_assert_cmpuint (self->n_changes, >, 0);
}

static void
test_password_stays_with_its_server (Fixture *self, gconstpointer data)
{
  tkb_accounts_set_url (self->accounts, "https://a.example.org/tisckb");
  tkb_accounts_set_user (self->accounts, "ada");
  tkb_accounts_set_password (self->accounts, "for a only");
  expect (self, "for a only", "for a only");
  /* another database there: the same account */
  tkb_accounts_set_url (self->accounts, "https://a.example.org/other");
  expect (self, "for a only", "/other");
  /* another server must not see it, nor the same one without encryption, nor another name */
  tkb_accounts_set_url (self->accounts, "https://b.example.org/tisckb");
  expect (self, NULL, NULL);
  tkb_accounts_set_url (self->accounts, "http://a.example.org/tisckb");
  expect (self, NULL, NULL);
  tkb_accounts_set_url (self->accounts, "https://a.example.org/tisckb");
  tkb_accounts_set_user (self->accounts, "eve");
  expect (self, NULL, NULL);
  /* what was stored is found again */
  tkb_accounts_set_user (self->accounts, "ada");
  expect (self, "for a only", NULL);
}

static void
test_override_is_not_stored (Fixture *self, gconstpointer data)
{
  g_autoptr (TkbRemote) remote = tkb_remote_new ("http://127.0.0.1:1/tisckb", "demo", "demo word");

  tkb_accounts_set_override (self->accounts, remote);
  expect (self, "demo word", NULL);
  g_assert_true (tkb_accounts_is_enabled (self->accounts));
  g_assert_false (g_file_test (self->path, G_FILE_TEST_EXISTS));
  tkb_accounts_set_override (self->accounts, NULL);
  g_assert_null (tkb_accounts_get_remote (self->accounts));
  g_assert_false (tkb_accounts_is_enabled (self->accounts));
}

/* ---- words ---- */

#define NOW_MS G_GINT64_CONSTANT (1795360795000)

static void
test_line (void)
{
  static const struct
  {
    TkbSyncFacts facts;
    const char  *line;
    gboolean     is_alert;
  } cases[] = {
    { { FALSE, TRUE, TKB_REPLICATOR_STOPPED }, "No server yet", FALSE },
    { { TRUE, FALSE, TKB_REPLICATOR_STOPPED, .waiting = 1 },
      "Sync is off · 1 change waiting",
      FALSE },
    { { TRUE, TRUE, TKB_REPLICATOR_OFFLINE, .waiting = 3 }, "Offline · 3 changes waiting", FALSE },
    { { TRUE, TRUE, TKB_REPLICATOR_CONNECTING }, "Connecting…", FALSE },
    { { TRUE, TRUE, TKB_REPLICATOR_SYNCING }, "Syncing…", FALSE },
    { { TRUE, TRUE, TKB_REPLICATOR_SYNCING, 1200, 5000 }, "Syncing 1200 of 5000", FALSE },
    { { TRUE, TRUE, TKB_REPLICATOR_IDLE, .last_sync_ms = NOW_MS - 130000 },
      "Up to date · 2 min ago",
      FALSE },
    /* a clock that was set back */
    { { TRUE, TRUE, TKB_REPLICATOR_IDLE, .last_sync_ms = NOW_MS + 3600000 },
      "Up to date · just now",
      FALSE },
    { { TRUE, TRUE, TKB_REPLICATOR_IDLE, .waiting = 2, .refused = 1 }, "1 change refused", TRUE },
    { { TRUE, TRUE, TKB_REPLICATOR_UNAUTHORIZED }, "Sign-in needed", TRUE },
    { { TRUE, TRUE, TKB_REPLICATOR_ERROR }, "Sync has a problem", TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      TkbSyncFacts     facts = cases[i].facts;
      g_autofree char *line = NULL;

      facts.now_ms = NOW_MS;
      line = tkb_sync_text_line (&facts);
      g_assert_cmpstr (line, ==, cases[i].line);
      g_assert_true (tkb_sync_text_is_alert (&facts) == cases[i].is_alert);
      g_assert_nonnull (tkb_sync_text_icon (&facts));
    }
}

static void
test_ago (void)
{
  static const struct
  {
    gint64      age_s;
    const char *text;
  } cases[] = {
    { 0, "just now" },      { 59, "just now" },       { 60, "1 min ago" },
    { 3599, "59 min ago" }, { 3600, "1 hour ago" },   { 7200, "2 hours ago" },
    { 86400, "1 day ago" }, { 600000, "6 days ago" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = tkb_sync_text_ago (NOW_MS - cases[i].age_s * 1000, NOW_MS);

      g_assert_cmpstr (text, ==, cases[i].text);
    }
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char *argv[])
{
  setlocale (LC_ALL, "C.UTF-8");
  /* no keyring, whatever this machine has */
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent", TRUE);
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/accounts/addresses", test_addresses);
  ADD ("/accounts/password-file", test_password_file);
  ADD ("/accounts/password-stays-with-its-server", test_password_stays_with_its_server);
  ADD ("/accounts/override-is-not-stored", test_override_is_not_stored);
  g_test_add_func ("/accounts/line", test_line);
  g_test_add_func ("/accounts/ago", test_ago);
  return g_test_run ();
}
