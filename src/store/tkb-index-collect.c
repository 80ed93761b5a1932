/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* The score, after BM25F: per word of the query, points for the title, and points for head and body
 * that saturate with the number of matches and fall with the length of the text; times the rarity
 * of the word. Whole numbers only: no machine rounds differently. */
#include "config.h"

#include "tkb-index-collect.h"

#include <string.h>

#include "tkb-index-private.h"

/* matches of one phrase in one row that are looked at; more do not change the score visibly */
#define MAX_INSTANCES 24
/* what a point is cut into, and what two scores must differ in to count as different */
#define POINT 64
#define SCORE_STEP 8

typedef struct
{
  guint title; /* best factor */
  guint head;  /* sums of factors */
  guint body;
} Group;

typedef struct
{
  guint documents;
  guint limit;
} Count;

static int
count_cb (const Fts5ExtensionApi *api, Fts5Context *context, void *data)
{
  Count *count = data;

  return ++count->documents >= count->limit ? SQLITE_DONE : SQLITE_OK;
}

/* How often a word's documents halve until none is left, from "simply common" on: counted exactly,
 * so that it does not depend on the order of rows. */
static int
measure_rarity (TkbCollector *self, const Fts5ExtensionApi *api, Fts5Context *context)
{
  for (guint group = 0; group < self->n_groups; group++)
    {
      Count count = { 0, self->ranking->common };

      self->rarity[group] = 16;
      if (self->n_groups == 1)
        return SQLITE_OK;
      for (guint i = 0; i < self->n_phrases && count.documents < count.limit; i++)
        {
          const TkbMatchPhrase *phrase = &g_array_index (self->match->phrases, TkbMatchPhrase, i);
          int                   code;

          if (phrase->group != group || phrase->is_prefix)
            continue;
          code = api->xQueryPhrase (context, i, &count, count_cb);
          if (code != SQLITE_OK)
            return code;
        }
      if (count.documents > 0)
        for (guint n = count.documents; n < self->ranking->common; n *= 2)
          self->rarity[group] += self->ranking->rarity;
    }
  return SQLITE_OK;
}

void
tkb_collector_init (TkbCollector     *self,
                    TkbFacets        *facets,
                    const TkbMatch   *match,
                    const TkbRanking *ranking,
                    GArray           *hits)
{
  memset (self, 0, sizeof *self);
  self->facets = facets;
  self->match = match;
  self->ranking = ranking;
  self->hits = hits;
  self->n_phrases = match->phrases->len;
  for (guint i = 0; i < self->n_phrases; i++)
    {
      guint group = g_array_index (match->phrases, TkbMatchPhrase, i).group;

      g_assert (group == TKB_MATCH_NO_GROUP || group < TKB_MATCH_MAX_GROUPS);
      if (group != TKB_MATCH_NO_GROUP)
        self->n_groups = MAX (self->n_groups, group + 1);
    }
  for (guint code = 0; code < G_N_ELEMENTS (self->lengths); code++)
    {
      /* half of it grows with the length: lengths double every four codes */
      int     steps = (int) code - (int) ranking->usual_length + 40;
      guint64 times = steps <= 0 ? 1 : (guint64) (4 + steps % 4) << MIN (steps / 4, 30);
      guint64 usual = 4u << 10;

      self->lengths[code] =
          ranking->saturation / 2 + MIN (ranking->saturation * times / usual / 2, 4096);
    }
}

static void
take_instance (Group *group, int column, guint factor)
{
  if (column == TKB_INDEX_TITLE)
    group->title = MAX (group->title, factor);
  else if (column == TKB_INDEX_HEAD)
    group->head += factor;
  else
    group->body += factor;
}

static guint
score_groups (TkbCollector *self, const Group *groups, guint saturation)
{
  const TkbRanking *ranking = self->ranking;
  guint64           total = 0;

  for (guint i = 0; i < self->n_groups; i++)
    {
      const Group *group = &groups[i];
      guint        points = ranking->title * POINT * group->title / TKB_MATCH_EXACT;

      if (group->head > 0)
        points += ranking->head * POINT * group->head / (group->head + ranking->saturation);
      if (group->body > 0)
        points += ranking->body * POINT * group->body / (group->body + saturation);
      total += (guint64) points * self->rarity[i] / 16;
    }
  return MIN (total / SCORE_STEP, G_MAXUINT32);
}

int
tkb_collector_take (TkbCollector *self, const Fts5ExtensionApi *api, Fts5Context *context)
{
  Group              groups[TKB_MATCH_MAX_GROUPS];
  sqlite3_int64      doc = api->xRowid (context);
  const TkbFacetRow *row;
  TkbHit             hit;

  if (doc <= 0 || doc >= self->facets->rows->len)
    return SQLITE_OK;
  row = tkb_facets_get_row (self->facets, doc);
  if ((row->flags & TKB_FACET_ROW_LIVE) == 0)
    return SQLITE_OK;
  if (!self->is_started)
    {
      int code = measure_rarity (self, api, context);

      if (code != SQLITE_OK)
        return code;
      self->is_started = TRUE;
    }
  memset (groups, 0, sizeof groups[0] * MAX (self->n_groups, 1));
  for (guint i = 0; i < self->n_phrases; i++)
    {
      const TkbMatchPhrase *phrase = &g_array_index (self->match->phrases, TkbMatchPhrase, i);
      Fts5PhraseIter        iter;
      int                   column;
      int                   offset;
      int                   code;

      if (phrase->group == TKB_MATCH_NO_GROUP)
        continue;
      code = api->xPhraseFirst (context, i, &iter, &column, &offset);
      if (code != SQLITE_OK)
        return code;
      for (guint n = 0; column >= 0 && n < MAX_INSTANCES; n++)
        {
          take_instance (&groups[phrase->group], column, phrase->factor);
          api->xPhraseNext (context, &iter, &column, &offset);
        }
    }
  hit.doc = doc;
  hit.score = score_groups (self, groups, self->lengths[row->length]);
  g_array_append_val (self->hits, hit);
  return SQLITE_OK;
}
