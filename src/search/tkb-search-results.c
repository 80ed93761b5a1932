/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-search-private.h"

/* Pages kept; of more, those go of which nobody holds a row. */
#define MAX_PAGES 40

/**
 * TkbSearchResults:
 *
 * All hits of one answer as a list model. A row that is asked for the first time is an empty
 * [class@SearchHit]; its page is loaded on the search thread, and then it notifies.
 */
struct _TkbSearchResults
{
  GObject parent_instance;

  TkbSearch    *search;      /* (owned) (nullable): NULL once disposed */
  TkbAnswer    *answer;      /* (owned) */
  GHashTable   *pages;       /* (owned) index -> Page */
  GCancellable *cancellable; /* (owned): of loads under way */
  guint64       clock;       /* of uses */
};

typedef struct
{
  GPtrArray *hits; /* (owned) (element-type TkbSearchHit) */
  guint64    used; /* clock at the last use */
  gboolean   is_requested;
} Page;

typedef struct
{
  GWeakRef results;
  guint    index;
  guint    offset; /* of the first row asked for */
} Load;

static void list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TkbSearchResults,
                               tkb_search_results,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static void
page_free (Page *page)
{
  g_ptr_array_unref (page->hits);
  g_free (page);
}

static void
load_free (Load *load)
{
  g_weak_ref_clear (&load->results);
  g_free (load);
}

static gboolean
is_held (Page *page)
{
  if (page->is_requested)
    return TRUE;
  for (guint i = 0; i < page->hits->len; i++)
    if (((GObject *) g_ptr_array_index (page->hits, i))->ref_count > 1)
      return TRUE;
  return FALSE;
}

/* Lets go of the page that was used longest ago, unless somebody holds a row of it: for as long as
 * a row is held, asking for it gives the same object. */
static void
drop_oldest_page (TkbSearchResults *self)
{
  GHashTableIter iter;
  gpointer       index;
  gpointer       data;
  gpointer       oldest = NULL;
  guint64        used = G_MAXUINT64;

  g_hash_table_iter_init (&iter, self->pages);
  while (g_hash_table_iter_next (&iter, &index, &data))
    {
      Page *page = data;

      if (page->used < used && !is_held (page))
        {
          used = page->used;
          oldest = index;
        }
    }
  if (used != G_MAXUINT64)
    g_hash_table_remove (self->pages, oldest);
}

static Page *
get_page (TkbSearchResults *self, guint index)
{
  Page *page = g_hash_table_lookup (self->pages, GUINT_TO_POINTER (index));
  guint n = MIN (TKB_SEARCH_PAGE, self->answer->total - index * TKB_SEARCH_PAGE);

  if (page == NULL)
    {
      if (g_hash_table_size (self->pages) >= MAX_PAGES)
        drop_oldest_page (self);
      page = g_new0 (Page, 1);
      page->hits = g_ptr_array_new_full (n, g_object_unref);
      for (guint i = 0; i < n; i++)
        g_ptr_array_add (page->hits, g_object_new (TKB_TYPE_SEARCH_HIT, NULL));
      g_hash_table_insert (self->pages, GUINT_TO_POINTER (index), page);
    }
  page->used = ++self->clock;
  return page;
}

static void
load_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Load *load = user_data;
  g_autoptr (TkbSearchResults) self = g_weak_ref_get (&load->results);
  g_autoptr (GPtrArray) rows = tkb_search_load_finish (TKB_SEARCH (source), result, NULL);
  Page *page =
      self != NULL ? g_hash_table_lookup (self->pages, GUINT_TO_POINTER (load->index)) : NULL;

  if (page != NULL)
    {
      page->is_requested = FALSE;
      for (guint i = 0; rows != NULL && i < rows->len && load->offset + i < page->hits->len; i++)
        tkb_search_hit_set_row (g_ptr_array_index (page->hits, load->offset + i),
                                g_steal_pointer (&rows->pdata[i]));
    }
  load_free (load);
}

static void
request (TkbSearchResults *self, Page *page, guint index)
{
  Load *load;
  guint offset = 0;

  if (page->is_requested || self->search == NULL)
    return;
  while (offset < page->hits->len &&
         tkb_search_hit_is_loaded (g_ptr_array_index (page->hits, offset)))
    offset++;
  page->is_requested = TRUE;
  load = g_new0 (Load, 1);
  g_weak_ref_init (&load->results, self);
  load->index = index;
  load->offset = offset;
  tkb_search_load_async (self->search, self->answer, index * TKB_SEARCH_PAGE + offset,
                         page->hits->len - offset, self->cancellable, load_cb, load);
}

static GType
get_item_type (GListModel *model)
{
  return TKB_TYPE_SEARCH_HIT;
}

static guint
get_n_items (GListModel *model)
{
  return TKB_SEARCH_RESULTS (model)->answer->total;
}

static gpointer
get_item (GListModel *model, guint position)
{
  TkbSearchResults *self = TKB_SEARCH_RESULTS (model);
  Page             *page;
  TkbSearchHit     *hit;

  if (position >= self->answer->total)
    return NULL;
  page = get_page (self, position / TKB_SEARCH_PAGE);
  hit = g_ptr_array_index (page->hits, position % TKB_SEARCH_PAGE);
  if (!tkb_search_hit_is_loaded (hit))
    request (self, page, position / TKB_SEARCH_PAGE);
  return g_object_ref (hit);
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

TkbSearchResults *
tkb_search_results_new (TkbSearch *search, TkbAnswer *answer, GPtrArray *rows)
{
  TkbSearchResults *self = g_object_new (TKB_TYPE_SEARCH_RESULTS, NULL);

  self->search = g_object_ref (search);
  self->answer = answer;
  for (guint i = 0; i < rows->len; i++)
    {
      Page *page = get_page (self, i / TKB_SEARCH_PAGE);

      tkb_search_hit_set_row (g_ptr_array_index (page->hits, i % TKB_SEARCH_PAGE),
                              g_steal_pointer (&rows->pdata[i]));
    }
  return self;
}

guint
tkb_search_results_get_total (TkbSearchResults *self)
{
  return self->answer->total;
}

/**
 * tkb_search_results_get_facets:
 * @self: an answer
 *
 * For each field the counts are those with the selections of all *other* fields applied: what one
 * would get by choosing that value instead of or beside those of the same field.
 *
 * Returns: (transfer none) (element-type TkbFacetCounts): in the order of the catalog
 */
GPtrArray *
tkb_search_results_get_facets (TkbSearchResults *self)
{
  return self->answer->facets;
}

gboolean
tkb_search_results_is_index_behind (TkbSearchResults *self)
{
  return self->answer->is_behind;
}

/**
 * tkb_search_results_get_notes:
 * @self: an answer
 *
 * Returns: (transfer none) (element-type utf8): what was ignored and why, English msgids
 */
GPtrArray *
tkb_search_results_get_notes (TkbSearchResults *self)
{
  return self->answer->notes;
}

/**
 * tkb_search_results_get_suggestion:
 * @self: an answer
 *
 * Returns: (nullable): the text of the query with words put right that no document has, by words
 *   of titles; only where nothing was found
 */
const char *
tkb_search_results_get_suggestion (TkbSearchResults *self)
{
  return self->answer->suggestion;
}

static void
dispose (GObject *object)
{
  TkbSearchResults *self = TKB_SEARCH_RESULTS (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->search);
  G_OBJECT_CLASS (tkb_search_results_parent_class)->dispose (object);
}

static void
finalize (GObject *object)
{
  TkbSearchResults *self = TKB_SEARCH_RESULTS (object);

  g_hash_table_unref (self->pages);
  g_object_unref (self->cancellable);
  g_clear_pointer (&self->answer, tkb_answer_unref);
  G_OBJECT_CLASS (tkb_search_results_parent_class)->finalize (object);
}

static void
tkb_search_results_class_init (TkbSearchResultsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = dispose;
  G_OBJECT_CLASS (klass)->finalize = finalize;
}

static void
tkb_search_results_init (TkbSearchResults *self)
{
  self->pages = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) page_free);
  self->cancellable = g_cancellable_new ();
}
