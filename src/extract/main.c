/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* The program tisckb-extract: one file on standard input, its text on standard output, how it went
 * as exit status (TkbExtractStatus). Private to TkbExtractor, which starts one for each attachment
 * and outlives whatever becomes of it.
 *
 *   tisckb-extract [TYPE [NAME]] < FILE > TEXT */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tkb-extract.h"
#include "tkb-fence.h"

#if defined(__SANITIZE_ADDRESS__)
/* it looks for leaks by means that the fence does not allow */
const char *__asan_default_options (void);

const char *
__asan_default_options (void)
{
  return "detect_leaks=0";
}
#endif

static void
write_cb (const char *text, gsize length, gpointer user_data)
{
  while (length > 0)
    {
      gssize n = write (STDOUT_FILENO, text, length);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0) /* nobody listens any more */
        exit (EXIT_FAILURE);
      text += n;
      length -= n;
    }
}

#ifdef __SANITIZE_ADDRESS__
/* Looking for leaks at the exit takes system calls that the fence forbids. */
int __lsan_is_turned_off (void);

int
__lsan_is_turned_off (void)
{
  return 1;
}
#endif

int
main (int argc, char **argv)
{
  g_autoptr (TkbExtractText) text = tkb_extract_text_new (write_cb, NULL);
  struct stat      input;
  void            *data = NULL;
  TkbExtractStatus status;

  if (fstat (STDIN_FILENO, &input) != 0 || !S_ISREG (input.st_mode))
    {
      fputs ("tisckb-extract: standard input has to be a file\n", stderr);
      return EXIT_FAILURE;
    }
  if (input.st_size > 0)
    data = mmap (NULL, input.st_size, PROT_READ, MAP_PRIVATE, STDIN_FILENO, 0);
  if (data == MAP_FAILED || !tkb_fence_enter (input.st_size))
    {
      perror ("tisckb-extract");
      return EXIT_FAILURE;
    }
  status = tkb_extract_read (data, input.st_size, argc > 1 ? argv[1] : NULL,
                             argc > 2 ? argv[2] : NULL, text);
  tkb_extract_text_finish (text);
  return status;
}
