/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Private to src/store and src/search. What ranking, filtering, counting and browsing need of every
 * indexed document, held in arrays in memory: a hit costs nanoseconds instead of a row from SQL.
 * Follows the index by its stamps. Belongs to one thread. */
#pragma once

#include "tkb-db.h"
#include "tkb-facet-sets.h"

G_BEGIN_DECLS

typedef enum
{
  TKB_FACET_ROW_NONE = 0,
  TKB_FACET_ROW_PUBLISHED = 1 << 0,
  TKB_FACET_ROW_ATTACHMENT = 1 << 1,
  TKB_FACET_ROW_LIVE = 1 << 7, /* is indexed */
} TkbFacetRowFlags;

typedef struct
{
  guint32 modified_s; /* seconds since 1970 UTC; 0: unknown */
  guint32 tie;        /* orders equals the same way on every machine */
  guint32 codes_at;   /* where its codes begin */
  guint16 n_codes;
  guint8  length; /* of the words, tkb_facet_length_code () */
  guint8  flags;  /* TkbFacetRowFlags */
} TkbFacetRow;

/* in TkbFacets.lengths: the document is indexed */
#define TKB_FACET_LENGTH_LIVE 0x80

typedef struct
{
  char *code;  /* (owned) (nullable): number not in use */
  guint field; /* index of the field */
} TkbFacetCode;

/* That a document's indexed revision names an attachment whose words are indexed. */
typedef struct
{
  guint32 attached; /* row of index_attached */
  guint32 doc;
} TkbFacetAttached;

typedef struct _TkbFacets TkbFacets;
struct _TkbFacets
{
  GArray *rows;      /* (owned) (element-type TkbFacetRow) by document row; row 0 is unused */
  GArray *set_of;    /* (owned) (element-type guint32) by document row: number in sets */
  GArray *lengths;   /* (owned) (element-type guint8) by document row: what a walk over many looks
                        at by itself: TKB_FACET_LENGTH_LIVE, and the length */
  TkbFacetSets sets; /* codes of all rows */
  GArray      *dictionary; /* (owned) (element-type TkbFacetCode) by number */
  GPtrArray   *fields;     /* (owned) (element-type utf8) names by index */
  GArray      *order;      /* (owned) (element-type guint32) live documents, newest first */
  GArray      *attached;   /* (owned) (element-type TkbFacetAttached) by attached, doc */
  guint        n_live;
  guint64      generation; /* goes up with every change */

  char   *epoch; /* (owned) (nullable): before the first refresh */
  gint64  stamp; /* of the last change taken in */
  guint32 last_number;
  guint   n_codes;  /* in the dictionary */
  guint   n_taken;  /* rows read so far */
  gsize   n_loaded; /* codes of all sets when everything was read the last time */
};

TkbFacets *tkb_facets_new (void);
void       tkb_facets_free (TkbFacets *self);
/* Takes in what changed since; db: in a read transaction. After an error self is empty. */
gboolean tkb_facets_refresh (TkbFacets *self, TkbDb *db, GError **error);
/* -1: no document has had this field */
int tkb_facets_find_field (TkbFacets *self, const char *name);
/* < 0: a before b: modified, newest first, then the tie */
int tkb_facets_compare_recency (TkbFacets *self, guint32 a, guint32 b);
/* The documents with this text: the first of out_n; rows of attached, by doc. */
const TkbFacetAttached *tkb_facets_find_attached (TkbFacets *self, gint64 attached, guint *out_n);

static inline const TkbFacetRow *
tkb_facets_get_row (TkbFacets *self, guint32 doc)
{
  return &g_array_index (self->rows, TkbFacetRow, doc < self->rows->len ? doc : 0);
}

static inline const guint32 *
tkb_facets_get_codes (TkbFacets *self, const TkbFacetRow *row)
{
  return (const guint32 *) self->sets.codes->data + row->codes_at;
}

/* A number below sets.sets->len; 0 for a row that is not there. */
static inline guint32
tkb_facets_get_set (TkbFacets *self, guint32 doc)
{
  return g_array_index (self->set_of, guint32, doc < self->set_of->len ? doc : 0);
}

static inline gboolean
tkb_facets_is_live (TkbFacets *self, guint32 doc)
{
  return g_array_index (self->lengths, guint8, doc < self->lengths->len ? doc : 0) != 0;
}

/* tkb_facet_length_code () of its words */
static inline guint8
tkb_facets_get_length (TkbFacets *self, guint32 doc)
{
  return g_array_index (self->lengths, guint8, doc < self->lengths->len ? doc : 0) &
         ~TKB_FACET_LENGTH_LIVE;
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbFacets, tkb_facets_free)

G_END_DECLS
