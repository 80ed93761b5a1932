/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Private to src/store and src/search. Documents that have the same codes share them: less memory,
 * and who counts hits counts sets first, of which there are fewer. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  guint32 at; /* of the first code */
  guint32 n;
} TkbFacetSet;

typedef struct
{
  GArray  *codes;   /* (owned) (element-type guint32) of all sets, one after the other */
  GArray  *sets;    /* (owned) (element-type TkbFacetSet) by number; the first one is empty */
  guint32 *slots;   /* (owned): numbers by hash; 0: free */
  guint    n_slots; /* a power of two */
} TkbFacetSets;

void tkb_facet_sets_init (TkbFacetSets *self);
void tkb_facet_sets_clear (TkbFacetSets *self);
/* The number of the set of the last n of codes, which are taken off again if they were known. */
guint32 tkb_facet_sets_take (TkbFacetSets *self, guint n);

G_END_DECLS
