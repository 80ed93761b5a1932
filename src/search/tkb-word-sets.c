/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-word-sets.h"

#include <string.h>

#include "tkb-index-reader.h"

/* words of which the sets are kept */
#define MAX_SETS 24
/* bytes of them all: so many at least, and for each document of a large library */
#define MIN_BYTES (2 << 20)
#define BYTES_PER_DOCUMENT 16

typedef struct
{
  char   *key; /* (owned) (nullable): place not in use */
  GArray *set; /* (owned) (nullable) */
} Place;

struct _TkbWordSets
{
  Place   places[MAX_SETS]; /* the last one asked for first */
  guint64 generation;       /* of the facets that they fit */
};

TkbWordSets *
tkb_word_sets_new (void)
{
  return g_new0 (TkbWordSets, 1);
}

static void
place_clear (Place *self)
{
  g_clear_pointer (&self->key, g_free);
  g_clear_pointer (&self->set, g_array_unref);
}

void
tkb_word_sets_free (TkbWordSets *self)
{
  for (guint i = 0; i < MAX_SETS; i++)
    place_clear (&self->places[i]);
  g_free (self);
}

char *
tkb_word_sets_make_key (const TkbWord *word, gboolean only_title)
{
  GString *key = g_string_new (only_title ? "t" : "a");

  for (guint i = 0; i < word->forms->len; i++)
    {
      const TkbForm *form = g_ptr_array_index (word->forms, i);

      g_string_append_printf (key, "\037%u%s%s", form->factor, form->is_prefix ? "*" : "",
                              form->is_short ? "-" : "");
      for (guint j = 0; j < form->tokens->len; j++)
        g_string_append_printf (key, "\036%s", (const char *) g_ptr_array_index (form->tokens, j));
    }
  return g_string_free (key, FALSE);
}

/* Brings the place at index to the front. */
static void
move_first (TkbWordSets *self, guint index)
{
  Place place = self->places[index];

  memmove (self->places + 1, self->places, index * sizeof (Place));
  self->places[0] = place;
}

GArray *
tkb_word_sets_find (TkbWordSets *self, TkbFacets *facets, const char *key)
{
  for (guint i = 0; i < MAX_SETS && self->generation != facets->generation; i++)
    place_clear (&self->places[i]);
  self->generation = facets->generation;
  for (guint i = 0; i < MAX_SETS && self->places[i].key != NULL; i++)
    if (strcmp (self->places[i].key, key) == 0)
      {
        move_first (self, i);
        return g_array_ref (self->places[0].set);
      }
  return NULL;
}

void
tkb_word_sets_keep (TkbWordSets *self, TkbFacets *facets, const char *key, GArray *set)
{
  gsize max_bytes = MAX (MIN_BYTES, (gsize) facets->n_live * BYTES_PER_DOCUMENT);
  gsize bytes = set->len * sizeof (TkbHit);

  if (bytes > max_bytes)
    return;
  place_clear (&self->places[MAX_SETS - 1]);
  move_first (self, MAX_SETS - 1);
  self->places[0] = (Place){ g_strdup (key), g_array_ref (set) };
  for (guint i = 1; i < MAX_SETS && self->places[i].set != NULL; i++)
    {
      bytes += self->places[i].set->len * sizeof (TkbHit);
      if (bytes > max_bytes)
        place_clear (&self->places[i]);
    }
}
