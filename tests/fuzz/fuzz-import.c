/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* What "put", "import" and "resolve" read: an object, an array or one object a line. */
#include "config.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "tkb-cli-input.h"
#include "tkb-data.h"
#include "tkb-validation.h"

static TkbCatalog *
get_catalog (void)
{
  static TkbCatalog *catalog;

  if (g_once_init_enter (&catalog))
    g_once_init_leave (&catalog, tkb_catalog_new (tkb_data_get_resource (), NULL));
  return catalog;
}

typedef struct
{
  guint n_values;
  guint stop_after;
} Reading;

static gboolean
take_cb (const char *text, gsize length, guint number, gpointer user_data)
{
  Reading *reading = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbDocument) document = tkb_document_new_parse (text, (gssize) length, &error);

  g_assert_cmpuint (number, ==, ++reading->n_values);
  g_assert_true ((document == NULL) == (error != NULL));
  if (document != NULL)
    g_ptr_array_unref (tkb_validate (get_catalog (), document, TKB_VALIDATE_COMPLETE));
  return reading->n_values < reading->stop_after;
}

static void
read_from (const char *path, guint stop_after)
{
  Reading reading = { 0, stop_after };
  g_autoptr (GError) error = NULL;
  gboolean is_read = tkb_cli_input_read (path, take_cb, &reading, &error);

  g_assert_true (is_read == (error == NULL));
  g_assert_cmpuint (reading.n_values, <=, stop_after);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  int              fd = memfd_create ("input", MFD_CLOEXEC);
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", fd);
  g_autoptr (GPtrArray) documents = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (write (fd, data, size), ==, (gssize) size);
  read_from (path, G_MAXUINT);
  read_from (path, 2);
  documents = tkb_cli_input_read_all (path, &error);
  g_assert_true ((documents == NULL) == (error != NULL));
  close (fd);
  return 0;
}
