/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-score.h"

#include "tkb-facet-record.h"
#include "tkb-words.h"

/* Points: of a word in the title; at most of one in the summary, the tags …; at most of one in the
 * rest; at most of one in an attachment. A word in the title weighs more than one anywhere else
 * however often it stands there, and one in the summary more than one in the rest. */
#define TITLE 10
#define HEAD 4
#define BODY 2
#define ATTACHED 1
/* what a point is cut into */
#define POINT 64
/* 16ths of a match that give half the points in a text of usual length: BM25's k1 of 1.2 */
#define SATURATION 19
/* the same in an attachment: most are long */
#define SATURATION_ATTACHED (4 * SATURATION)
/* bytes of a text of usual length; half of the saturation grows with the length: BM25's b of 0.5 */
#define USUAL_BYTES 4096
/* From so many documents on a word is simply common; each halving below makes it rarer by so many
 * 16ths. Counted, not estimated from the size of the store: that differs from machine to machine.
 */
#define COMMON 1024
#define RARITY 5
/* two scores that differ by less are equal, so that what is published and new comes first */
#define SCORE_STEP 8

typedef struct
{
  guint32 doc;
  guint16 head; /* sums of factors */
  guint16 body;
  guint16 attached;
  guint8  title; /* best factor */
} Sum;

struct _TkbScore
{
  GArray *sums; /* (owned) (element-type Sum) by rising row */
};

TkbScore *
tkb_score_new (void)
{
  TkbScore *self = g_new0 (TkbScore, 1);

  self->sums = g_array_new (FALSE, FALSE, sizeof (Sum));
  return self;
}

void
tkb_score_free (TkbScore *self)
{
  g_array_unref (self->sums);
  g_free (self);
}

static inline Sum
make_sum (const TkbPosting *posting, guint factor)
{
  return (Sum){ posting->doc, posting->head * factor, posting->body * factor,
                posting->attached * factor, posting->title > 0 ? factor : 0 };
}

void
tkb_score_add (TkbScore *self, GArray *list, guint factor)
{
  const Sum        *old = (const Sum *) self->sums->data;
  const Sum        *old_end = old != NULL ? old + self->sums->len : NULL;
  const TkbPosting *posting = (const TkbPosting *) list->data;
  const TkbPosting *end = posting != NULL ? posting + list->len : NULL;
  GArray           *merged;
  Sum              *out;

  if (list->len == 0)
    return;
  merged = g_array_sized_new (FALSE, FALSE, sizeof (Sum), self->sums->len + list->len);
  out = (Sum *) merged->data;
  while (old < old_end || posting < end)
    {
      Sum sum;

      if (posting == end || (old < old_end && old->doc < posting->doc))
        sum = *old++;
      else
        {
          sum = make_sum (posting, factor);
          if (old < old_end && old->doc == posting->doc)
            {
              sum.head += old->head;
              sum.body += old->body;
              sum.attached += old->attached;
              sum.title = MAX (sum.title, old->title);
              old++;
            }
          posting++;
        }
      *out++ = sum;
    }
  g_array_set_size (merged, out - (Sum *) merged->data);
  g_array_unref (self->sums);
  self->sums = merged;
}

guint
tkb_score_get_n_documents (TkbScore *self)
{
  return self->sums->len;
}

/* 16ths: how often a word's documents double until it is common */
static guint
get_rarity (guint documents)
{
  guint rarity = 16;

  for (guint n = MAX (documents, 1); n < COMMON; n *= 2)
    rarity += RARITY;
  return rarity;
}

/* Saturation by length of the text: lengths double every four codes. */
static void
fill_saturations (guint saturations[256])
{
  int usual = tkb_facet_length_code (USUAL_BYTES);

  for (int code = 0; code < 256; code++)
    {
      int     steps = MAX (code - usual + 40, 0);
      guint64 times = (guint64) (4 + steps % 4) << MIN (steps / 4, 30);

      saturations[code] = SATURATION / 2 + MIN (SATURATION * times / (4 << 10) / 2, 4096);
    }
}

GArray *
tkb_score_finish (TkbScore *self, TkbFacets *facets, gboolean only_title)
{
  GArray    *hits = g_array_sized_new (FALSE, FALSE, sizeof (TkbHit), self->sums->len);
  guint      rarity = get_rarity (self->sums->len);
  guint      saturations[256];
  const Sum *sums = (const Sum *) self->sums->data;
  TkbHit    *out = (TkbHit *) hits->data;

  fill_saturations (saturations);
  for (guint i = 0; i < self->sums->len; i++)
    {
      const Sum *sum = &sums[i];
      TkbHit     hit = { sum->doc, TITLE * POINT * sum->title / TKB_FORM_EXACT };

      if (only_title && sum->title == 0)
        continue;
      if (sum->head > 0 && !only_title)
        hit.score += HEAD * POINT * sum->head / (sum->head + SATURATION);
      if (sum->body > 0 && !only_title)
        hit.score += BODY * POINT * sum->body /
                     (sum->body + saturations[tkb_facets_get_length (facets, sum->doc)]);
      if (sum->attached > 0 && !only_title)
        hit.score += ATTACHED * POINT * sum->attached / (sum->attached + SATURATION_ATTACHED);
      hit.score = hit.score * rarity / 16 / SCORE_STEP;
      *out++ = hit;
    }
  g_array_set_size (hits, out - (TkbHit *) hits->data);
  return hits;
}
