/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-filter.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* What people type for a field, beside its code and its label. */
static const struct
{
  const char *typed;
  const char *field;
} aliases[] = {
  { "lang", "language" },         { "status", "state" }, { "type", "kind" },
  { "service", "service_types" }, { "tag", "tags" },     { "institution", "serving_institution" },
};

void
tkb_filter_free (TkbFilter *self)
{
  g_free (self->wanted);
  g_clear_pointer (&self->docs, g_hash_table_unref);
  g_free (self);
}

static TkbFilter *
filter_new (void)
{
  TkbFilter *self = g_new0 (TkbFilter, 1);

  self->field = -1;
  return self;
}

TkbFilter *
tkb_filter_new_docs (GHashTable *docs)
{
  TkbFilter *self = filter_new ();

  self->docs = docs;
  return self;
}

TkbFilter *
tkb_filter_new_selected (TkbFacets *facets, const char *field)
{
  TkbFilter *self = filter_new ();

  self->n_wanted = facets->dictionary->len;
  self->wanted = g_new0 (guint8, self->n_wanted + 1);
  self->field = tkb_facets_find_field (facets, field);
  return self;
}

void
tkb_filter_select (TkbFilter *self, TkbFacets *facets, const char *code)
{
  for (guint i = 0; i < self->n_wanted; i++)
    {
      const TkbFacetCode *entry = &g_array_index (facets->dictionary, TkbFacetCode, i);

      if (entry->code != NULL && (int) entry->field == self->field &&
          strcmp (entry->code, code) == 0)
        self->wanted[i] = 1;
    }
}

gboolean
tkb_filter_fits_codes (const TkbFilter *self, const guint32 *codes, guint n)
{
  for (guint i = 0; i < n; i++)
    if (codes[i] < self->n_wanted && self->wanted[codes[i]])
      return TRUE;
  return FALSE;
}

gboolean
tkb_filter_fits (const TkbFilter *self, TkbFacets *facets, guint32 doc)
{
  const TkbFacetRow *row = tkb_facets_get_row (facets, doc);

  if ((row->flags & self->row_flags) != self->row_flags)
    return FALSE;
  if (self->docs != NULL && !g_hash_table_contains (self->docs, GUINT_TO_POINTER (doc)))
    return FALSE;
  if (self->wanted == NULL)
    return TRUE;
  return tkb_filter_fits_codes (self, tkb_facets_get_codes (facets, row), row->n_codes);
}

/* ---- typed ---- */

/* Lower case, with one form of what stands between words. */
static char *
simplify (const char *text)
{
  g_autofree char *normal = g_utf8_normalize (text, -1, G_NORMALIZE_ALL);
  char            *folded = g_utf8_casefold (normal != NULL ? normal : text, -1);

  return g_strdelimit (g_strstrip (folded), " -", '_');
}

static gboolean
is_same_name (const char *typed, const char *name)
{
  g_autofree char *simple = simplify (name);
  gsize            length = strlen (typed);

  return strcmp (typed, simple) == 0 ||
         (strncmp (typed, simple, length) == 0 && strcmp (simple + length, "s") == 0);
}

static TkbField *
find_field (TkbCatalog *catalog, const char *typed)
{
  g_autofree char *name = simplify (typed);
  g_autoptr (GPtrArray) fields = catalog != NULL ? tkb_catalog_get_facets (catalog) : NULL;
  const char *alias = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (aliases); i++)
    if (strcmp (aliases[i].typed, name) == 0)
      alias = aliases[i].field;
  for (guint i = 0; fields != NULL && i < fields->len; i++)
    {
      TkbField   *field = g_ptr_array_index (fields, i);
      const char *label = tkb_field_get_label (field);

      if (is_same_name (name, tkb_field_get_code (field)) || is_same_name (name, label) ||
          is_same_name (name, _ (label)))
        return field;
    }
  for (guint i = 0; alias != NULL && fields != NULL && i < fields->len; i++)
    if (strcmp (tkb_field_get_code (g_ptr_array_index (fields, i)), alias) == 0)
      return g_ptr_array_index (fields, i);
  return NULL;
}

typedef enum
{
  FIT_NONE,
  FIT_BEGINNING,
  FIT_WHOLE,
} Fit;

static Fit
compare_value (const char *value, const char *candidate)
{
  g_autofree char *simple = simplify (candidate);

  if (strcmp (simple, value) == 0)
    return FIT_WHOLE;
  return g_str_has_prefix (simple, value) ? FIT_BEGINNING : FIT_NONE;
}

static Fit
compare_code (TkbCatalog *catalog, TkbField *field, const char *value, const char *code)
{
  Fit         fit = compare_value (value, code);
  const char *label = tkb_catalog_get_code_label (catalog, field, code);

  if (label == NULL || label == code)
    return fit;
  fit = MAX (fit, compare_value (value, label));
  return MAX (fit, compare_value (value, _ (label)));
}

/* < 0: a before b; as numbers where both are */
static int
compare_bounds (const char *a, const char *b)
{
  gint64 x;
  gint64 y;

  if (g_ascii_string_to_signed (a, 10, G_MININT64, G_MAXINT64, &x, NULL) &&
      g_ascii_string_to_signed (b, 10, G_MININT64, G_MAXINT64, &y, NULL))
    return (x > y) - (x < y);
  return strcmp (a, b);
}

/* 2020..2024, 2020.., ..2024, >=2020, >2020, <=2024, <2024 */
typedef struct
{
  char    *from;    /* (owned) (nullable) */
  char    *to;      /* (owned) (nullable) */
  gboolean is_open; /* without the bounds themselves */
} Range;

static void
range_clear (Range *self)
{
  g_free (self->from);
  g_free (self->to);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Range, range_clear)

/* FALSE: value is no range */
static gboolean
parse_range (Range *self, const char *value)
{
  const char *dots = strstr (value, "..");

  if (value[0] == '<' || value[0] == '>')
    {
      const char *bound = value[1] == '=' ? value + 2 : value + 1;

      self->is_open = value[1] != '=';
      *(value[0] == '<' ? &self->to : &self->from) = g_strdup (bound);
    }
  else if (dots != NULL)
    {
      self->from = g_strndup (value, dots - value);
      self->to = g_strdup (dots + 2);
    }
  return self->from != NULL || self->to != NULL;
}

static gboolean
is_in_range (const Range *range, const char *code)
{
  int most = range->is_open ? -1 : 0;

  return (range->from == NULL || range->from[0] == '\0' ||
          compare_bounds (range->from, code) <= most) &&
         (range->to == NULL || range->to[0] == '\0' || compare_bounds (code, range->to) <= most);
}

/* Codes that are value, or, if none is, that begin with it. */
static void
select_value (
    TkbFilter *self, TkbFacets *facets, TkbCatalog *catalog, TkbField *field, const char *typed)
{
  g_autofree char   *value = simplify (typed);
  g_autofree guint8 *fits = g_new0 (guint8, self->n_wanted + 1);
  g_auto (Range) range = { NULL };
  gboolean is_range = parse_range (&range, value);
  Fit      best = FIT_NONE;

  if (value[0] == '\0')
    return;
  for (guint i = 0; i < self->n_wanted; i++)
    {
      const TkbFacetCode *entry = &g_array_index (facets->dictionary, TkbFacetCode, i);

      if (entry->code == NULL || (int) entry->field != self->field)
        continue;
      if (is_range)
        fits[i] = is_in_range (&range, entry->code) ? FIT_WHOLE : FIT_NONE;
      else
        fits[i] = compare_code (catalog, field, value, entry->code);
      best = MAX (best, fits[i]);
    }
  for (guint i = 0; i < self->n_wanted && best != FIT_NONE; i++)
    if (fits[i] == best)
      self->wanted[i] = 1;
}

static gboolean
is_empty (const TkbFilter *self)
{
  for (guint i = 0; i < self->n_wanted; i++)
    if (self->wanted[i])
      return FALSE;
  return TRUE;
}

/**
 * tkb_filter_new_typed:
 * @facets: the arrays
 * @catalog: (nullable): the kinds
 * @field: a field as typed: its code, its label in English or the language of the program, or what
 *   people call it
 * @value: as typed: codes or labels, their beginning will do; commas between alternatives; two dots
 *   or < <= > >= for a range
 * @out_is_empty: (out): whether no document has the value
 *
 * Returns: (nullable) (transfer full): %NULL if no field is called @field
 */
TkbFilter *
tkb_filter_new_typed (TkbFacets  *facets,
                      TkbCatalog *catalog,
                      const char *field,
                      const char *value,
                      gboolean   *out_is_empty)
{
  g_autoptr (TkbFilter) self = NULL;
  g_auto (GStrv) values = NULL;
  TkbField *found;

  *out_is_empty = FALSE;
  if (g_ascii_strcasecmp (field, "has") == 0 && g_ascii_strncasecmp (value, "attachment", 10) == 0)
    {
      self = filter_new ();
      self->row_flags = TKB_FACET_ROW_ATTACHMENT;
      return g_steal_pointer (&self);
    }
  found = find_field (catalog, field);
  if (found == NULL)
    return NULL;
  self = tkb_filter_new_selected (facets, tkb_field_get_code (found));
  values = g_strsplit (value, ",", 50);
  for (guint i = 0; values[i] != NULL; i++)
    select_value (self, facets, catalog, found, values[i]);
  *out_is_empty = is_empty (self);
  return g_steal_pointer (&self);
}
