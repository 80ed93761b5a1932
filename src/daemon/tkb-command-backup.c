/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-command.h"

#include "tkb-database.h"
#include "tkb-folder.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <gio/gunixoutputstream.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The archive is a tar file (POSIX ustar): to restore, unpack it into an empty folder and start the
 * server with --data of that folder. */
#define TAR_BLOCK 512
#define COPY_BYTES (256 * 1024)

static gboolean
fail_errno (const char *path, GError **error)
{
  int saved = errno;

  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (saved), "%s: %s", path,
               g_strerror (saved));
  return FALSE;
}

/* ---- tar ---- */

/* Octal while it fits, else the base-256 form that GNU tar and others read. */
static void
put_number (char *field, gsize size, guint64 value)
{
  if (value < (1ULL << (3 * (size - 1))))
    {
      g_snprintf (field, size, "%0*" G_GINT64_MODIFIER "o", (int) size - 1, value);
      return;
    }
  for (gsize i = size; i-- > 0; value >>= 8)
    field[i] = (char) (value & 0xff);
  field[0] = (char) 0x80;
}

static void
fill_header (char *block, const char *name, guint64 size, guint mode, gint64 time_s)
{
  guint sum = 0;

  memset (block, 0, TAR_BLOCK);
  g_strlcpy (block, name, 100);
  put_number (block + 100, 8, mode);
  put_number (block + 108, 8, 0);
  put_number (block + 116, 8, 0);
  put_number (block + 124, 12, size);
  put_number (block + 136, 12, MAX (time_s, 0));
  memset (block + 148, ' ', 8);
  block[156] = '0';
  memcpy (block + 257,
          "ustar\0"
          "00",
          8);
  for (guint i = 0; i < TAR_BLOCK; i++)
    sum += (unsigned char) block[i];
  g_snprintf (block + 148, 8, "%06o", sum);
  block[155] = ' ';
}

static gboolean
copy_content (GOutputStream *out, GInputStream *in, guint64 size, const char *path, GError **error)
{
  g_autofree char *buffer = g_malloc0 (COPY_BYTES);
  guint64          left = size;
  gsize            padding = (TAR_BLOCK - size % TAR_BLOCK) % TAR_BLOCK;

  while (left > 0)
    {
      gssize n = g_input_stream_read (in, buffer, MIN (left, COPY_BYTES), NULL, error);

      if (n <= 0)
        {
          if (n == 0)
            g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_IO, "%s became shorter", path);
          return FALSE;
        }
      if (!g_output_stream_write_all (out, buffer, n, NULL, NULL, error))
        return FALSE;
      left -= n;
    }
  memset (buffer, 0, TAR_BLOCK);
  return g_output_stream_write_all (out, buffer, padding, NULL, NULL, error);
}

static gboolean
add_file (GOutputStream *out, const char *path, const char *name, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) in = NULL;
  char     header[TAR_BLOCK];
  GStatBuf info;

  if (strlen (name) > 99)
    {
      g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_NAMETOOLONG, "%s: the name is too long", name);
      return FALSE;
    }
  if (g_stat (path, &info) != 0)
    return fail_errno (path, error);
  in = g_file_read (file, NULL, error);
  if (in == NULL)
    return FALSE;
  fill_header (header, name, info.st_size, info.st_mode & 0777, info.st_mtime);
  return g_output_stream_write_all (out, header, TAR_BLOCK, NULL, NULL, error) &&
         copy_content (out, G_INPUT_STREAM (in), info.st_size, path, error);
}

/* A file, or a folder with all in it. */
static gboolean
add_tree (GOutputStream *out, const char *path, const char *name, GError **error)
{
  g_autoptr (GDir) dir = NULL;
  const char *child;

  if (!g_file_test (path, G_FILE_TEST_IS_DIR))
    return add_file (out, path, name, error);
  dir = g_dir_open (path, 0, error);
  if (dir == NULL)
    return FALSE;
  while ((child = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child_path = g_build_filename (path, child, NULL);
      g_autofree char *child_name =
          name[0] != '\0' ? g_strconcat (name, "/", child, NULL) : g_strdup (child);

      if (!add_tree (out, child_path, child_name, error))
        return FALSE;
    }
  return TRUE;
}

/* ---- copies ---- */

static gboolean
copy_store (const char *path, const char *copy_path, GError **error)
{
  g_autoptr (TkbClock) clock = tkb_clock_new_system ();
  g_autoptr (TkbRandom) random = tkb_random_new_system ();
  g_autoptr (TkbStore) store = tkb_store_open (
      path, TKB_STORE_OPEN_READ_ONLY | TKB_STORE_OPEN_NO_INDEX, NULL, clock, random, error);
  gboolean is_done;

  if (store == NULL)
    return FALSE;
  is_done = tkb_store_backup (store, copy_path, NULL, error);
  tkb_store_close (store);
  return is_done;
}

/* Everything of data_dir, each store as it is at one moment, into the folder work. */
static gboolean
copy_all (const char *data_dir, const char *work, guint *out_n_databases, GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (data_dir, 0, error);
  const char *basename;

  if (dir == NULL)
    return FALSE;
  while ((basename = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (data_dir, basename, NULL);
      g_autofree char *copy_path = g_build_filename (work, basename, NULL);
      g_autofree char *name = tkb_database_name_from_file (basename);

      if (name != NULL)
        {
          if (!copy_store (path, copy_path, error))
            return FALSE;
          (*out_n_databases)++;
        }
      else if (strcmp (basename, "accounts.json") == 0)
        {
          g_autofree char *text = NULL;
          gsize            length;

          if (!g_file_get_contents (path, &text, &length, error) ||
              !g_file_set_contents_full (copy_path, text, length, G_FILE_SET_CONTENTS_NONE, 0600,
                                         error))
            return FALSE;
        }
    }
  return TRUE;
}

static gboolean
write_archive (const char *work, const char *output, GError **error)
{
  g_autofree char *temporary = g_strconcat (output, ".part", NULL);
  int              fd = g_open (temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  g_autoptr (GOutputStream) out = fd >= 0 ? g_unix_output_stream_new (fd, TRUE) : NULL;
  static const char end[2 * TAR_BLOCK];

  if (out == NULL)
    return fail_errno (temporary, error);
  if (!add_tree (out, work, "", error) ||
      !g_output_stream_write_all (out, end, sizeof end, NULL, NULL, error))
    {
      g_unlink (temporary);
      return FALSE;
    }
  if (fsync (fd) != 0 || g_rename (temporary, output) != 0)
    {
      fail_errno (output, error);
      g_unlink (temporary);
      return FALSE;
    }
  return TRUE;
}

static int
back_up (const char *data_dir, const char *output)
{
  g_autofree char *work = g_strconcat (output, ".work-XXXXXX", NULL);
  guint            n_databases = 0;
  GError          *error = NULL;
  gboolean         is_done;

  if (g_mkdtemp_full (work, 0700) == NULL)
    {
      fail_errno (work, &error);
      return tkb_command_fail (error);
    }
  is_done = copy_all (data_dir, work, &n_databases, &error) && write_archive (work, output, &error);
  tkb_folder_remove (work, NULL);
  if (!is_done)
    return tkb_command_fail (error);
  g_print ("%s: %u database%s and the accounts\n", output, n_databases,
           n_databases == 1 ? "" : "s");
  return 0;
}

/**
 * tkb_command_backup:
 * @argc: number of arguments
 * @argv: arguments, from "backup" on
 *
 * Writes all databases and accounts into one tar file, while the server runs or not.
 *
 * Returns: the exit status
 */
int
tkb_command_backup (int argc, char **argv)
{
  g_autofree char   *data_dir = NULL;
  g_autofree char   *output = NULL;
  const GOptionEntry entries[] = {
    { "data", 0, 0, G_OPTION_ARG_FILENAME, &data_dir, "The server's folder", "DIR" },
    { "output", 0, 0, G_OPTION_ARG_FILENAME, &output, "The archive to write (tar)", "FILE" },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    return tkb_command_usage (error->message);
  if (data_dir == NULL || output == NULL || argc > 1)
    return tkb_command_usage ("backup --data DIR --output FILE");
  return back_up (data_dir, output);
}
