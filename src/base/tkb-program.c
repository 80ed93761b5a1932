/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tkb-program.h"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <locale.h>

/**
 * tkb_program_is_uninstalled:
 *
 * Returns: whether this program runs from the folder that it was built in
 */
gboolean
tkb_program_is_uninstalled (void)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);

  return program != NULL && g_str_has_prefix (program, TKB_BUILD_ROOT G_DIR_SEPARATOR_S);
}

/**
 * tkb_program_set_up_language:
 *
 * Sets the locale from the environment and binds the translations. Not from a second thread.
 */
void
tkb_program_set_up_language (void)
{
  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE,
                  tkb_program_is_uninstalled () ? TKB_BUILD_LOCALE_DIR : TKB_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
}
