/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Builds the graph of objects of the application and runs it. Nothing else in the program makes a
 * clock, a random source, a catalog or a path. */
#include "config.h"

#include "tkb-application.h"
#include "tkb-compat.h"
#include "tkb-data.h"
#include "tkb-library.h"
#include "tkb-program.h"

/* (nullable) (transfer full): NULL where the schema is not installed; everything has a default. */
static GSettings *
open_settings (void)
{
  g_autoptr (GSettingsSchemaSource) source = NULL;
  g_autoptr (GSettingsSchema) schema = NULL;
  GSettingsSchemaSource *parent = g_settings_schema_source_get_default ();

  if (tkb_program_is_uninstalled ())
    source =
        g_settings_schema_source_new_from_directory (TKB_BUILD_SCHEMA_DIR, parent, FALSE, NULL);
  else if (parent != NULL)
    source = g_settings_schema_source_ref (parent);
  if (source != NULL)
    schema = g_settings_schema_source_lookup (source, TKB_APPLICATION_ID, TRUE);
  if (schema == NULL)
    {
      g_debug ("the settings schema is not installed: nothing is remembered");
      return NULL;
    }
  return g_settings_new_full (schema, NULL, NULL);
}

int
main (int argc, char *argv[])
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbCatalog) catalog = NULL;
  g_autoptr (TkbClock) clock = NULL;
  g_autoptr (TkbRandom) random = NULL;
  g_autoptr (GSettings) settings = NULL;
  g_autoptr (TkbAccounts) accounts = NULL;
  g_autoptr (TkbLibrary) library = NULL;
  g_autoptr (TkbApplication) application = NULL;
  g_autofree char *path =
      g_build_filename (g_get_user_data_dir (), "tisckb", "library.tisckb", NULL);
  g_autofree char *credentials =
      g_build_filename (g_get_user_config_dir (), "tisckb", "credentials", NULL);

  tkb_program_set_up_language ();
  catalog = tkb_catalog_new (tkb_data_get_resource (), &error);
  if (catalog == NULL)
    {
      g_printerr ("tisckb: %s\n", error->message);
      return 1;
    }
  clock = tkb_clock_new_system ();
  random = tkb_random_new_system ();
  settings = open_settings ();
  library = tkb_library_new (path, catalog, clock, random, settings);
  accounts = tkb_accounts_new (settings, credentials);
  tkb_library_set_accounts (library, accounts);
  tkb_library_set_starter (library, tkb_data_get_resource ());
  application = tkb_application_new (library);
  return g_application_run (G_APPLICATION (application), argc, argv);
}
