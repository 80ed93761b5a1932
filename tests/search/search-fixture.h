/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* A store with the real catalog and a search on it, and short words for what search tests do all
 * the time. Every helper fails the test by itself. */
#pragma once

#include "tkb-search.h"

G_BEGIN_DECLS

typedef struct
{
  char       *folder;  /* (owned) */
  TkbCatalog *catalog; /* (owned) */
  TkbClock   *clock;   /* (owned) manual */
  TkbRandom  *random;  /* (owned) seeded */
  TkbStore   *store;   /* (owned) */
  TkbSearch  *search;  /* (owned) */
} Fixture;

void fixture_set_up (Fixture *self, gconstpointer unused);
void fixture_tear_down (Fixture *self, gconstpointer unused); /* checks the store first */

#define FIXTURE_TEST(path, function)                                                               \
  g_test_add (path, Fixture, NULL, fixture_set_up, function, fixture_tear_down)

/* members: JSON members after title, with apostrophes for quotation marks; "" for none */
void         put_case (Fixture *self, const char *id, const char *title, const char *members);
void         put_bulk (Fixture *self, GPtrArray *documents);
TkbDocument *make_case (const char *id, const char *title, const char *members);
/* language (nullable); limit rows come loaded */
TkbSearchResults *ask_query (Fixture *self, TkbQuery *query, guint limit);
/* The ids found, best first, with a blank between. (transfer full) */
char *find (Fixture *self, const char *text);
char *find_typing (Fixture *self, const char *text);
char *find_query (Fixture *self, TkbQuery *query);
void  assert_finds (Fixture *self, const char *text, const char *ids);
/* "code count code count …" of one facet field. (transfer full) */
char *get_counts (TkbSearchResults *results, const char *field);

G_END_DECLS
