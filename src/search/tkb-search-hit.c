/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-search-private.h"

/**
 * TkbSearchHit:
 *
 * One line of the result list. Until it is loaded its strings are empty and its codes %NULL.
 */
struct _TkbSearchHit
{
  GObject parent_instance;

  TkbRow *row; /* (owned) (nullable): not loaded yet */
};

G_DEFINE_FINAL_TYPE (TkbSearchHit, tkb_search_hit, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_IS_LOADED,
  PROP_ID,
  PROP_REV,
  PROP_KIND,
  PROP_TITLE,
  PROP_TITLE_MARKUP,
  PROP_SNIPPET_MARKUP,
  PROP_ATTACHMENT,
  PROP_STATE,
  PROP_COUNTRY,
  PROP_PROVINCE,
  PROP_DATE,
  PROP_YEAR,
  PROP_SCORE,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

gboolean
tkb_search_hit_is_loaded (TkbSearchHit *self)
{
  return self->row != NULL;
}

const char *
tkb_search_hit_get_id (TkbSearchHit *self)
{
  return self->row != NULL ? self->row->id : "";
}

const char *
tkb_search_hit_get_rev (TkbSearchHit *self)
{
  return self->row != NULL ? self->row->rev : "";
}

const char *
tkb_search_hit_get_kind (TkbSearchHit *self)
{
  return self->row != NULL ? self->row->kind : NULL;
}

const char *
tkb_search_hit_get_title (TkbSearchHit *self)
{
  return self->row != NULL ? self->row->title : "";
}

const char *
tkb_search_hit_get_title_markup (TkbSearchHit *self)
{
  return self->row != NULL ? self->row->title_markup : "";
}

const char *
tkb_search_hit_get_snippet_markup (TkbSearchHit *self)
{
  return self->row != NULL ? self->row->snippet_markup : "";
}

/**
 * tkb_search_hit_get_attachment:
 * @self: a hit
 *
 * Returns: (nullable): the name of the attachment that the snippet is from; %NULL: it is from the
 *   document itself
 */
const char *
tkb_search_hit_get_attachment (TkbSearchHit *self)
{
  return self->row != NULL ? self->row->attachment : NULL;
}

const char *
tkb_search_hit_get_state (TkbSearchHit *self)
{
  return self->row != NULL ? self->row->state : NULL;
}

const char *
tkb_search_hit_get_country (TkbSearchHit *self)
{
  return self->row != NULL ? self->row->country : NULL;
}

const char *
tkb_search_hit_get_province (TkbSearchHit *self)
{
  return self->row != NULL ? self->row->province : NULL;
}

const char *
tkb_search_hit_get_date (TkbSearchHit *self)
{
  return self->row != NULL ? self->row->date : NULL;
}

int
tkb_search_hit_get_year (TkbSearchHit *self)
{
  return self->row != NULL ? self->row->year : 0;
}

/**
 * tkb_search_hit_get_score:
 * @self: a hit
 *
 * Returns: how well it fits, comparable within one answer only; 0 when browsing
 */
double
tkb_search_hit_get_score (TkbSearchHit *self)
{
  return self->row != NULL ? self->row->score : 0;
}

void
tkb_search_hit_set_row (TkbSearchHit *self, TkbRow *row)
{
  g_clear_pointer (&self->row, tkb_row_free);
  self->row = row;
  g_object_freeze_notify (G_OBJECT (self));
  for (guint i = 1; i < N_PROPS; i++)
    g_object_notify_by_pspec (G_OBJECT (self), properties[i]);
  g_object_thaw_notify (G_OBJECT (self));
}

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  static const char *(*const getters[N_PROPS]) (TkbSearchHit *) = {
    [PROP_ID] = tkb_search_hit_get_id,
    [PROP_REV] = tkb_search_hit_get_rev,
    [PROP_KIND] = tkb_search_hit_get_kind,
    [PROP_TITLE] = tkb_search_hit_get_title,
    [PROP_TITLE_MARKUP] = tkb_search_hit_get_title_markup,
    [PROP_SNIPPET_MARKUP] = tkb_search_hit_get_snippet_markup,
    [PROP_ATTACHMENT] = tkb_search_hit_get_attachment,
    [PROP_STATE] = tkb_search_hit_get_state,
    [PROP_COUNTRY] = tkb_search_hit_get_country,
    [PROP_PROVINCE] = tkb_search_hit_get_province,
    [PROP_DATE] = tkb_search_hit_get_date,
  };
  TkbSearchHit *self = TKB_SEARCH_HIT (object);

  switch (id)
    {
    case PROP_IS_LOADED:
      g_value_set_boolean (value, tkb_search_hit_is_loaded (self));
      break;
    case PROP_YEAR:
      g_value_set_int (value, tkb_search_hit_get_year (self));
      break;
    case PROP_SCORE:
      g_value_set_double (value, tkb_search_hit_get_score (self));
      break;
    default:
      if (id < N_PROPS && getters[id] != NULL)
        g_value_set_string (value, getters[id](self));
      else
        G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
finalize (GObject *object)
{
  TkbSearchHit *self = TKB_SEARCH_HIT (object);

  g_clear_pointer (&self->row, tkb_row_free);
  G_OBJECT_CLASS (tkb_search_hit_parent_class)->finalize (object);
}

static void
tkb_search_hit_class_init (TkbSearchHitClass *klass)
{
  static const char *const strings[N_PROPS] = {
    [PROP_ID] = "id",
    [PROP_REV] = "rev",
    [PROP_KIND] = "kind",
    [PROP_TITLE] = "title",
    [PROP_TITLE_MARKUP] = "title-markup",
    [PROP_SNIPPET_MARKUP] = "snippet-markup",
    [PROP_ATTACHMENT] = "attachment",
    [PROP_STATE] = "state",
    [PROP_COUNTRY] = "country",
    [PROP_PROVINCE] = "province",
    [PROP_DATE] = "date",
  };
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;
  GObjectClass     *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = get_property;
  object_class->finalize = finalize;
  for (guint i = 0; i < N_PROPS; i++)
    if (strings[i] != NULL)
      properties[i] = g_param_spec_string (strings[i], NULL, NULL, NULL, flags);
  properties[PROP_IS_LOADED] = g_param_spec_boolean ("is-loaded", NULL, NULL, FALSE, flags);
  properties[PROP_YEAR] = g_param_spec_int ("year", NULL, NULL, 0, 9999, 0, flags);
  properties[PROP_SCORE] = g_param_spec_double ("score", NULL, NULL, 0, G_MAXDOUBLE, 0, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
tkb_search_hit_init (TkbSearchHit *self)
{
}
