/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* A server that is the child of another (--upstream): both libraries get in step, whichever was
 * written, and again after the parent was away. */
#include "config.h"

#include "server-fixture.h"

#include <string.h>

/* seconds until what was written must have arrived */
#define PATIENCE_S 30

static void
wait_for (ServerFixture *server, const char *path)
{
  gint64 until = g_get_monotonic_time () + PATIENCE_S * G_USEC_PER_SEC;

  for (;;)
    {
      g_autoptr (Answer) answer = server_fixture_send (server, "editor", "GET", path, NULL, NULL);

      if (answer->status == 200)
        return;
      g_assert_cmpint (g_get_monotonic_time (), <, until);
      g_usleep (50000);
    }
}

static void
write_case (ServerFixture *server, const char *id)
{
  g_autofree char *body = make_case (id, "published", NULL);
  g_autofree char *path = g_strdup_printf ("/tisckb/%s", id);

  server_fixture_expect (server, "editor", "PUT", path, body, 201, NULL, NULL);
}

static void
test_both_ways (void)
{
  g_autoptr (ServerFixture) parent = server_fixture_new (NULL);
  g_autoptr (ServerFixture) child = NULL;
  g_autofree char *url = g_strconcat (parent->url, "/tisckb", NULL);
  g_autofree char *password_file = g_build_filename (parent->data_dir, "password", NULL);
  const char      *arguments[] = {
         "--upstream", url, "--upstream-user", "editor", "--upstream-password-file", password_file, NULL
  };

  g_file_set_contents (password_file, "editor-password\n", -1, NULL);
  write_case (parent, "case:before");
  child = server_fixture_new (arguments);
  wait_for (child, "/tisckb/case:before");
  write_case (parent, "case:of-parent");
  write_case (child, "case:of-child");
  wait_for (child, "/tisckb/case:of-parent");
  wait_for (parent, "/tisckb/case:of-child");

  /* the parent is away for a while; the child goes on serving */
  server_fixture_stop (parent);
  write_case (child, "case:meanwhile");
  server_fixture_start (parent, NULL);
  wait_for (parent, "/tisckb/case:meanwhile");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/server/hub/both-ways", test_both_ways);
  return g_test_run ();
}
