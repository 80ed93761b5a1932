/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* A store file that is damaged or tampered with is refused or read: no crash, no hang, no memory
 * without bound. The input says what happens to a good store, in steps of five bytes. */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "fuzz.h"
#include "hostile-store.h"

#define STEP_BYTES 5
#define MAX_STEPS 12
#define PAGE_BYTES 4096
#define HEADER_BYTES 100
/* s that one input may take, with sanitizers on a busy machine */
#define PATIENCE_S 120
/* resident memory, most of it a sanitizer's */
#define MAX_RSS_KB (2 * 1024 * 1024)

static const guint32 values[] = { 0,          1,          2,          100,        0x7F,
                                  0x80,       0xFF,       0x7FFF,     0x8000,     0xFFFF,
                                  0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x3FFFFFFF, 4096 };

static void
put_be (guint8 *at, guint32 value, guint n_bytes)
{
  for (guint i = 0; i < n_bytes; i++)
    at[i] = (guint8) (value >> (8 * (n_bytes - 1 - i)));
}

/* One step on a file's bytes. */
static void
damage (GByteArray *file, guint kind, guint a, guint b)
{
  guint pages = file->len / PAGE_BYTES;
  guint at = file->len > 0 ? (guint) (((guint64) a << 16 | b) % file->len) : 0;

  if (pages < 2)
    return;
  switch (kind)
    {
    case 0: /* a bit */
      file->data[at] ^= (guint8) (1u << (b % 8));
      break;
    case 1: /* a number somewhere */
      put_be (file->data + MIN (at, file->len - 4), values[b % G_N_ELEMENTS (values)], 1 + a % 4);
      break;
    case 2: /* a number in the head of a page, where the pointers stand */
      put_be (file->data + (a % pages) * PAGE_BYTES + (a % pages == 0 ? HEADER_BYTES : 0) + b % 40,
              values[(b / 40) % G_N_ELEMENTS (values)], 1 + b % 4);
      break;
    case 3: /* a page over another */
      if (a % pages != b % pages)
        memcpy (file->data + (a % pages) * PAGE_BYTES, file->data + (b % pages) * PAGE_BYTES,
                PAGE_BYTES);
      break;
    case 4: /* nothing, or noise, where a page was */
      for (guint i = 0; i < PAGE_BYTES; i++)
        file->data[(a % pages) * PAGE_BYTES + i] =
            b % 2 ? (guint8) ((i * 2654435761u + b) >> 13) : 0;
      break;
    case 5: /* cut off */
      g_byte_array_set_size (file, b % 2 ? at : (1 + a % pages) * PAGE_BYTES);
      break;
    case 6: /* a field of the header */
      put_be (file->data + 16 + a % (HEADER_BYTES - 20), values[b % G_N_ELEMENTS (values)],
              1 + b % 4);
      break;
    default: /* a byte of a cell */
      file->data[(a % pages) * PAGE_BYTES + b % PAGE_BYTES] = (guint8) (b >> 8 ^ a);
      break;
    }
}

static char *
make_path (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("tkb-hostile-XXXXXX", &error);

  g_assert_no_error (error);
  return g_build_filename (folder, "store.tisckb", NULL);
}

static void
write_file (const char *path, GByteArray *content)
{
  g_autoptr (GError) error = NULL;

  g_file_set_contents_full (path, (const char *) content->data, content->len,
                            G_FILE_SET_CONTENTS_NONE, 0600, &error);
  g_assert_no_error (error);
}

static void
take_steps (const char *path, GByteArray *file, GByteArray *log, const guint8 *data, gsize size)
{
  gboolean has_log = size > 0 && data[0] % 2 == 0;

  for (gsize i = 1; i + STEP_BYTES <= size && i < MAX_STEPS * STEP_BYTES; i += STEP_BYTES)
    {
      guint a = data[i + 1] << 8 | data[i + 2];
      guint b = data[i + 3] << 8 | data[i + 4];

      if (data[i] % 16 < 8)
        damage (file, data[i] % 8, a, b);
      else if (data[i] % 16 < 11 && has_log)
        damage (log, a % 2 ? 0 : 7, a, b);
      else
        {
          g_autoptr (GError) error = NULL;
          char *content = NULL;
          gsize length = 0;

          write_file (path, file);
          hostile_store_change (path, &hostile_changes[(a + b) % n_hostile_changes]);
          g_file_get_contents (path, &content, &length, &error);
          g_assert_no_error (error);
          g_byte_array_set_size (file, 0);
          g_byte_array_append (file, (const guint8 *) content, (guint) length);
          g_free (content);
          has_log = FALSE; /* it no longer fits */
        }
    }
  write_file (path, file);
  if (has_log)
    {
      g_autofree char *log_path = g_strconcat (path, "-wal", NULL);

      write_file (log_path, log);
    }
}

static void
assert_memory (void)
{
  struct rusage usage;

  g_assert_cmpint (getrusage (RUSAGE_SELF, &usage), ==, 0);
  g_assert_cmpint (usage.ru_maxrss, <, MAX_RSS_KB);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static GBytes *seed, *seed_log;
  static char   *path;
  g_autoptr (GByteArray) file = g_byte_array_new ();
  g_autoptr (GByteArray) log = g_byte_array_new ();

  if (seed == NULL)
    {
      seed = hostile_store_make_seed (&seed_log);
      path = make_path ();
    }
  g_byte_array_append (file, g_bytes_get_data (seed, NULL), g_bytes_get_size (seed));
  g_byte_array_append (log, g_bytes_get_data (seed_log, NULL), g_bytes_get_size (seed_log));
  take_steps (path, file, log, data, size);
  alarm (PATIENCE_S); /* a hang ends with SIGALRM */
  hostile_store_exercise (path);
  alarm (0);
  hostile_store_remove (path);
  assert_memory ();
  return 0;
}
