/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* What can be saved of a store whose file is damaged (%TKB_STORE_ERROR_CORRUPT): every row that can
 * still be read goes into a new file, is held against what it should be, and takes the old file's
 * place in one step; the old one is kept. What the server has comes again with the next sync;
 * drafts and unsent edits are what this is for. */
#pragma once

#include "tkb-store.h"

G_BEGIN_DECLS

typedef struct
{
  guint64    documents; /* saved; live ones, drafts among them */
  guint64    revisions; /* saved; texts, old ones among them */
  guint64    drafts;    /* saved */
  guint64    waiting;   /* saved; edits that the server does not have */
  guint64    favourites;
  guint      bad_pages;   /* pieces of the file that could not be read */
  guint      lost;        /* documents of which nothing is left here and the name is known */
  guint      unsure;      /* texts that were given up */
  GPtrArray *lines;       /* (owned) (element-type utf8): what was lost or set right, in English */
  char      *kept_path;   /* (owned) (nullable): the damaged file's name now; NULL with an output */
  char      *report_path; /* (owned) (nullable): where the report was written */
} TkbSalvage;

void tkb_salvage_free (TkbSalvage *self);
/* path: a store that nobody has open. output (nullable): a new file for what is saved; else it
 * takes the place of path. */
TkbSalvage *tkb_salvage_run (const char   *path,
                             const char   *output,
                             TkbCatalog   *catalog, /* (nullable) */
                             TkbClock     *clock,
                             TkbRandom    *random,
                             GCancellable *cancellable,
                             GError      **error);
/* The report as text, a line each. (transfer full) */
char *tkb_salvage_to_text (TkbSalvage *self);
/* Finishes a change of files that a crash interrupted; nothing to do is a success. */
gboolean tkb_salvage_resume (const char *path, TkbClock *clock, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbSalvage, tkb_salvage_free)

G_END_DECLS
