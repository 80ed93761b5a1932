/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "fuzz.h"
#include "tkb-random.h"

#include <stdlib.h>
#include <string.h>

static guint n_mutations; /* of each file of the corpus, all from one seed */
static guint n_inputs;    /* given to the target so far */

static const char *const tokens[] = {
  "{",  "}",    "[",     "]",  ",",    ":",    "\"",         "\\u0000", "\\ud800",
  "\\", "null", "1e999", "-0", "\xff", "\xc3", "\xe4\xb8",   "\n",      "|",
  "`",  "*",    "_",     "~~", "<",    ">",    "![",         "](",      "javascript:",
  "0",  "9",    "-",     "^",  "_rev", "_id",  "_revisions", "^a",      "1:2a\n",
};

static void
mutate (GByteArray *input, TkbRandom *random)
{
  guint n_steps = 1 + tkb_random_below (random, 4);

  for (guint step = 0; step < n_steps; step++)
    {
      guint       at = input->len > 0 ? tkb_random_below (random, input->len) : 0;
      guint       length = input->len - at;
      const char *token = tokens[tkb_random_below (random, G_N_ELEMENTS (tokens))];

      switch (tkb_random_below (random, 6))
        {
        case 0:
          if (length > 0)
            input->data[at] ^= (guint8) (1u << tkb_random_below (random, 8));
          break;
        case 1:
          g_byte_array_set_size (input, at);
          break;
        case 2: /* a piece out */
          if (length > 0)
            g_byte_array_remove_range (input, at, 1 + tkb_random_below (random, MIN (length, 16)));
          break;
        case 3: /* a piece again */
          {
            guint              n_copied = MIN (length, 64);
            g_autofree guint8 *copied = g_memdup2 (input->data + at, n_copied);
            g_autoptr (GByteArray) tail = g_byte_array_new ();

            if (n_copied == 0)
              break;
            g_byte_array_append (tail, input->data + at, length);
            g_byte_array_set_size (input, at);
            g_byte_array_append (input, copied, n_copied);
            g_byte_array_append (input, tail->data, tail->len);
            break;
          }
        case 4: /* noise behind it */
          for (guint i = tkb_random_below (random, 24); i > 0; i--)
            g_byte_array_append (input, &(guint8){ (guint8) tkb_random_below (random, 256) }, 1);
          break;
        default: /* a token over what stands there */
          for (gsize i = 0; token[i] != '\0'; i++)
            if (at + i < input->len)
              input->data[at + i] = (guint8) token[i];
            else
              g_byte_array_append (input, (const guint8 *) token + i, 1);
          break;
        }
    }
}

static void
run_one (const guint8 *data, gsize length)
{
  n_inputs++;
  LLVMFuzzerTestOneInput (data, length);
}

static void
replay (gconstpointer data)
{
  const char *path = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *content = NULL;
  g_autoptr (TkbRandom) random = tkb_random_new_seeded (20261122);
  gsize length;

  g_file_get_contents (path, &content, &length, &error);
  g_assert_no_error (error);
  run_one ((const guint8 *) content, length);
  for (guint i = 0; i < n_mutations; i++)
    {
      g_autoptr (GByteArray) input = g_byte_array_new ();
      g_autofree guint8 *exact = NULL;

      g_byte_array_append (input, (const guint8 *) content, (guint) length);
      mutate (input, random);
      exact = g_memdup2 (input->data, input->len); /* no spare bytes: a sanitizer sees overruns */
      run_one (exact != NULL ? exact : (const guint8 *) "", input->len);
    }
}

/* usage: fuzz-TARGET CORPUS_FOLDER MUTATIONS_A_FILE */
int
main (int argc, char *argv[])
{
  g_autoptr (GDir) folder = NULL;
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *target = NULL;
  const char      *name;
  int              status;

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_assert_cmpint (argc, ==, 3);
  n_mutations = (guint) atoi (argv[2]);
  folder = g_dir_open (argv[1], 0, NULL);
  g_assert_nonnull (folder);
  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *test = g_strconcat ("/fuzz/", name, NULL);

      g_ptr_array_add (paths, g_build_filename (argv[1], name, NULL));
      g_test_add_data_func (test, paths->pdata[paths->len - 1], replay);
    }
  g_assert_cmpuint (paths->len, >, 0);
  target = g_path_get_basename (argv[1]);
  status = g_test_run ();
  g_print ("# fuzz: %s %u inputs\n", target, n_inputs);
  return status;
}
