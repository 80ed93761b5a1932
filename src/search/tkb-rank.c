/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-rank.h"

#include <stdlib.h>

static int
compare_ranked (const void *a, const void *b)
{
  const TkbRanked *x = a;
  const TkbRanked *y = b;

  if (x->key != y->key)
    return x->key < y->key ? -1 : 1;
  if (x->tie != y->tie)
    return x->tie < y->tie ? -1 : 1;
  return (x->doc > y->doc) - (x->doc < y->doc);
}

static inline TkbRanked
rank (TkbFacets *facets, TkbHit hit)
{
  const TkbFacetRow *row = tkb_facets_get_row (facets, hit.doc);
  TkbRanked          ranked = { 0, row->tie, hit.doc };
  guint64            score = MIN (hit.score, G_MAXINT32);
  guint64            unpublished = (row->flags & TKB_FACET_ROW_PUBLISHED) == 0;

  ranked.key = (G_MAXINT32 - score) << 33 | unpublished << 32 | (G_MAXUINT32 - row->modified_s);
  return ranked;
}

double
tkb_ranked_get_score (const TkbRanked *self)
{
  return (double) (G_MAXINT32 - (self->key >> 33));
}

/* Brings the first n of items to the front, in no order: Hoare's selection with the median of
 * three. */
static void
select_first (TkbRanked *items, gsize length, gsize n)
{
  gsize low = 0;
  gsize high = length;

  while (high - low > 16 && n > low && n < high)
    {
      TkbRanked a = items[low];
      TkbRanked b = items[low + (high - low) / 2];
      TkbRanked c = items[high - 1];
      TkbRanked pivot;
      gsize     i = low;
      gsize     j = high - 1;

      if (compare_ranked (&b, &a) < 0)
        pivot = compare_ranked (&c, &b) < 0 ? b : compare_ranked (&c, &a) < 0 ? c : a;
      else
        pivot = compare_ranked (&c, &a) < 0 ? a : compare_ranked (&c, &b) < 0 ? c : b;
      for (;;)
        {
          TkbRanked swap;

          while (compare_ranked (&items[i], &pivot) < 0)
            i++;
          while (compare_ranked (&pivot, &items[j]) < 0)
            j--;
          if (i >= j)
            break;
          swap = items[i];
          items[i++] = items[j];
          items[j--] = swap;
        }
      /* all before i are at most the pivot, all from i on at least */
      if (n <= i)
        high = i;
      else
        low = i;
    }
  if (high > low)
    qsort (items + low, high - low, sizeof *items, compare_ranked);
}

void
tkb_best_init (TkbBest *self)
{
  self->n = 0;
  self->is_bounded = FALSE;
}

/* Half of what is held goes: the last one that stays is the bound. */
static void
cut (TkbBest *self)
{
  select_first (self->items, self->n, TKB_RANK_FIRST);
  self->n = TKB_RANK_FIRST;
  self->bound = self->items[0];
  for (guint i = 1; i < self->n; i++)
    if (compare_ranked (&self->items[i], &self->bound) > 0)
      self->bound = self->items[i];
  self->is_bounded = TRUE;
}

void
tkb_best_offer (TkbBest *self, TkbFacets *facets, TkbHit hit)
{
  TkbRanked ranked;

  /* most often the score says enough, and the row is not looked at */
  if (self->is_bounded && hit.score < G_MAXINT32 - (self->bound.key >> 33))
    return;
  ranked = rank (facets, hit);
  if (self->is_bounded && compare_ranked (&ranked, &self->bound) > 0)
    return;
  self->items[self->n++] = ranked;
  if (self->n == G_N_ELEMENTS (self->items))
    cut (self);
}

GArray *
tkb_best_finish (TkbBest *self)
{
  GArray *ranked = g_array_new (FALSE, FALSE, sizeof (TkbRanked));

  qsort (self->items, self->n, sizeof (TkbRanked), compare_ranked);
  g_array_append_vals (ranked, self->items, MIN (self->n, TKB_RANK_FIRST));
  return ranked;
}

void
tkb_rank_rest (GArray *ranked, TkbFacets *facets, GArray *hits)
{
  g_autoptr (GHashTable) known = g_hash_table_new (NULL, NULL);
  guint first = ranked->len;

  for (guint i = 0; i < first; i++)
    g_hash_table_add (known, GUINT_TO_POINTER (g_array_index (ranked, TkbRanked, i).doc));
  for (guint i = 0; i < hits->len; i++)
    {
      TkbRanked one = rank (facets, g_array_index (hits, TkbHit, i));

      if (first == 0 || !g_hash_table_contains (known, GUINT_TO_POINTER (one.doc)))
        g_array_append_val (ranked, one);
    }
  if (ranked->len > first)
    qsort (&g_array_index (ranked, TkbRanked, first), ranked->len - first, sizeof (TkbRanked),
           compare_ranked);
}
