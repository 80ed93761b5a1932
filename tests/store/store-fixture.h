/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* A store in a temporary folder, with a clock that stands still, and short words for what store
 * tests do all the time. Every helper fails the test by itself. */
#pragma once

#include "tkb-store.h"

G_BEGIN_DECLS

typedef struct
{
  char      *folder; /* (owned) */
  char      *path;   /* (owned): of the store */
  TkbClock  *clock;  /* (owned) manual */
  TkbRandom *random; /* (owned) seeded */
  TkbStore  *store;  /* (owned) (nullable) */
} Fixture;

void      fixture_set_up (Fixture *self, gconstpointer flags); /* GUINT_TO_POINTER (open flags) */
void      fixture_tear_down (Fixture *self, gconstpointer flags); /* checks the store first */
TkbStore *fixture_open (Fixture *self, TkbStoreOpenFlags flags, GError **error);
void      fixture_reopen (Fixture *self, TkbStoreOpenFlags flags);

#define FIXTURE_TEST(path, flags, function)                                                        \
  g_test_add (path, Fixture, GUINT_TO_POINTER (flags), fixture_set_up, function, fixture_tear_down)

/* text: JSON of a body, with apostrophes for quotation marks */
TkbDocument *make_document (const char *id, const char *rev, const char *text);
TkbDocument *make_tombstone (const char *id, const char *rev);
/* path: revisions newest first, separated by blanks */
TkbDocument *
make_replicated (const char *id, const char *path, gboolean is_deleted, const char *text);
/* The new revision. (transfer full) */
char *put (TkbStore *store, const char *id, const char *rev, const char *text);
char *
put_with (TkbStore *store, const char *id, const char *rev, const char *text, TkbWriteFlags flags);
void
put_fails (TkbStore *store, const char *id, const char *rev, const char *text, TkbStoreError code);
void replicate (
    TkbStore *store, const char *id, const char *path, gboolean is_deleted, const char *text);
void assert_winner (TkbStore *store, const char *id, const char *rev);
void assert_clean (TkbStore *store);
/* The revisions that changes lists, as "id:rev,rev id:rev". (transfer full) */
char *list_changes (TkbStore *store, guint64 since, TkbChangesFlags flags);
char *read_text (TkbStore *store, const char *id, const char *rev, const char *field);

G_END_DECLS
