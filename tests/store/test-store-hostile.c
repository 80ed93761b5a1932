/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Store files that somebody prepared: each hostile content is refused or read, each foreign schema
 * is refused, and the file is then as it was. Random damage is tests/fuzz/fuzz-store.c. */
#include "config.h"

#include "hostile-store.h"

#include <glib/gstdio.h>

static GBytes *seed;

static char *
write_seed (const char *folder)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) log = NULL;
  char *path = g_build_filename (folder, "store.tisckb", NULL);

  /* within a test, where the folders of the person running it are set */
  if (seed == NULL)
    seed = hostile_store_make_seed (&log);
  g_file_set_contents (path, g_bytes_get_data (seed, NULL), (gssize) g_bytes_get_size (seed),
                       &error);
  g_assert_no_error (error);
  return path;
}

static GBytes *
read_bytes (const char *path)
{
  char *content = NULL;
  gsize length = 0;

  g_assert_true (g_file_get_contents (path, &content, &length, NULL));
  return g_bytes_new_take (content, length);
}

static void
test_change (gconstpointer data)
{
  const HostileChange *change = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("tkb-hostile-XXXXXX", &error);
  g_autofree char *path = NULL;
  g_autoptr (GBytes) before = NULL;
  g_autoptr (GBytes) after = NULL;
  gboolean was_open;

  g_assert_no_error (error);
  path = write_seed (folder);
  g_assert_true (hostile_store_change (path, change));
  before = read_bytes (path);
  was_open = hostile_store_exercise (path);
  after = read_bytes (path);
  if (change->kind == HOSTILE_SCHEMA)
    g_assert_false (was_open);
  if (!was_open)
    g_assert_true (g_bytes_equal (before, after));
  hostile_store_remove (path);
  g_rmdir (folder);
}

static void
test_unchanged (void)
{
  const HostileChange nothing = { "nothing", HOSTILE_CONTENT, "SELECT 1" };
  g_autofree char    *folder = g_dir_make_tmp ("tkb-hostile-XXXXXX", NULL);
  g_autofree char    *path = write_seed (folder);

  g_assert_true (hostile_store_change (path, &nothing));
  g_assert_true (hostile_store_exercise (path));
  hostile_store_remove (path);
  g_rmdir (folder);
}

int
main (int argc, char *argv[])
{
  int status;

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/store/hostile/unchanged", test_unchanged);
  for (guint i = 0; i < n_hostile_changes; i++)
    {
      g_autofree char *name = g_strconcat ("/store/hostile/", hostile_changes[i].name, NULL);

      g_test_add_data_func (name, &hostile_changes[i], test_change);
    }
  status = g_test_run ();
  g_clear_pointer (&seed, g_bytes_unref);
  return status;
}
