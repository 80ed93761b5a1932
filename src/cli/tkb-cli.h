/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* What every verb of tisckb-cli works with: the objects that main.c made, and the few habits that
 * all verbs share: opening the store, saying what went wrong, printing documents. */
#pragma once

#include <glib/gi18n.h>

#include "tkb-store.h"
#include "tkb-validation.h"

G_BEGIN_DECLS

/* exit codes, fixed */
#define TKB_CLI_OK 0
#define TKB_CLI_FAILED 1
#define TKB_CLI_USAGE 2

typedef struct _TkbCliVerb TkbCliVerb;

typedef struct
{
  const TkbCliVerb *verb; /* (unowned) */

  TkbClock   *clock;      /* (owned) */
  TkbRandom  *random;     /* (owned) */
  TkbCatalog *catalog;    /* (owned) */
  GResource  *data;       /* (unowned): compiled in */
  char       *store_path; /* (owned) */
  gboolean    json;       /* one JSON object a line */
} TkbCli;

struct _TkbCliVerb
{
  const char *name;
  const char *arguments; /* for the usage line */
  const char *summary;   /* msgid */
  int (*run) (TkbCli *cli, int argc, char **argv);
};

int tkb_cli_init (TkbCli *cli, int argc, char **argv);
int tkb_cli_put (TkbCli *cli, int argc, char **argv);
int tkb_cli_import (TkbCli *cli, int argc, char **argv);
int tkb_cli_show (TkbCli *cli, int argc, char **argv);
int tkb_cli_history (TkbCli *cli, int argc, char **argv);
int tkb_cli_revert (TkbCli *cli, int argc, char **argv);
int tkb_cli_delete (TkbCli *cli, int argc, char **argv);
int tkb_cli_search (TkbCli *cli, int argc, char **argv);
int tkb_cli_similar (TkbCli *cli, int argc, char **argv);
int tkb_cli_facets (TkbCli *cli, int argc, char **argv);
int tkb_cli_conflicts (TkbCli *cli, int argc, char **argv);
int tkb_cli_resolve (TkbCli *cli, int argc, char **argv);
int tkb_cli_export (TkbCli *cli, int argc, char **argv);
int tkb_cli_sync (TkbCli *cli, int argc, char **argv);
int tkb_cli_server_setup (TkbCli *cli, int argc, char **argv);
int tkb_cli_check (TkbCli *cli, int argc, char **argv);
int tkb_cli_salvage (TkbCli *cli, int argc, char **argv);
int tkb_cli_backup (TkbCli *cli, int argc, char **argv);
int tkb_cli_restore (TkbCli *cli, int argc, char **argv);
int tkb_cli_stats (TkbCli *cli, int argc, char **argv);
int tkb_cli_reindex (TkbCli *cli, int argc, char **argv);

/* Parses a verb's options (entries: terminated, may be NULL) and takes --json and --store too; argv
 * then holds the verb and what is left. Wrong usage is said on standard error: FALSE. */
gboolean tkb_cli_parse (TkbCli       *cli,
                        GOptionEntry *entries,
                        int          *argc,
                        char       ***argv,
                        int           min_arguments,
                        int           max_arguments /* -1: any number */);
/* (nullable) (transfer full): the store, or NULL after a message. */
TkbStore *tkb_cli_open (TkbCli *cli, TkbStoreOpenFlags flags);
/* Says what happened and what to do about it; returns TKB_CLI_FAILED. */
int tkb_cli_fail (const char *subject /* (nullable) */, const GError *error);
int tkb_cli_usage (const char *message);
/* (transfer full) (nullable): what is wrong with document, in the reader's language; NULL: nothing
 */
char *tkb_cli_describe_problems (TkbCli *cli, TkbDocument *document, TkbValidateLevel level);
/* Prints object as one line and frees it. */
void tkb_cli_print_json (JsonObject *object /* (transfer full) */);
/* For people: plain text with the tags of Pango markup taken out. */
char *tkb_cli_strip_markup (const char *markup);

G_END_DECLS
