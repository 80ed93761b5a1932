/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-facet-sets.h"

#include <string.h>

#define FIRST_SLOTS 1024

void
tkb_facet_sets_init (TkbFacetSets *self)
{
  TkbFacetSet empty = { 0, 0 };

  self->codes = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->sets = g_array_new (FALSE, FALSE, sizeof (TkbFacetSet));
  g_array_append_val (self->sets, empty);
  self->n_slots = FIRST_SLOTS;
  self->slots = g_new0 (guint32, self->n_slots);
}

void
tkb_facet_sets_clear (TkbFacetSets *self)
{
  g_clear_pointer (&self->codes, g_array_unref);
  g_clear_pointer (&self->sets, g_array_unref);
  g_clear_pointer (&self->slots, g_free);
}

static const guint32 *
get_codes (TkbFacetSets *self, const TkbFacetSet *set)
{
  return (const guint32 *) self->codes->data + set->at;
}

/* The slot of the set, or the free one where it belongs. */
static guint32 *
find_slot (TkbFacetSets *self, const TkbFacetSet *set)
{
  const guint32 *codes = get_codes (self, set);
  guint64        hash = set->n;

  for (guint i = 0; i < set->n; i++)
    hash = (hash ^ codes[i]) * 0x9e3779b97f4a7c15ULL;
  for (guint at = (hash >> 32) & (self->n_slots - 1);; at = (at + 1) & (self->n_slots - 1))
    {
      const TkbFacetSet *other = &g_array_index (self->sets, TkbFacetSet, self->slots[at]);

      if (self->slots[at] == 0 || (other->n == set->n && memcmp (get_codes (self, other), codes,
                                                                 set->n * sizeof *codes) == 0))
        return &self->slots[at];
    }
}

static void
grow (TkbFacetSets *self)
{
  g_free (self->slots);
  self->n_slots *= 2;
  self->slots = g_new0 (guint32, self->n_slots);
  for (guint i = 1; i < self->sets->len; i++)
    *find_slot (self, &g_array_index (self->sets, TkbFacetSet, i)) = i;
}

guint32
tkb_facet_sets_take (TkbFacetSets *self, guint n)
{
  TkbFacetSet set = { self->codes->len - n, n };
  guint32    *slot;

  if (n == 0)
    return 0;
  slot = find_slot (self, &set);
  if (*slot != 0)
    {
      g_array_set_size (self->codes, set.at);
      return *slot;
    }
  *slot = self->sets->len;
  g_array_append_val (self->sets, set);
  if (self->sets->len > self->n_slots / 2)
    grow (self);
  return self->sets->len - 1;
}
