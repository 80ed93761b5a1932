/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-similar-list.h"

#include "tkb-link-row.h"
#include "tkb-text.h"

/* more would be a list of results */
#define MAX_ROWS 5

struct _TkbSimilarList
{
  GtkBox parent_instance;

  TkbLibrary   *library;     /* (owned) (nullable) until disposed */
  char         *id;          /* (owned) of the document */
  GCancellable *cancellable; /* (owned) */
  guint         start_id;    /* idle source; 0: asked already */
};

G_DEFINE_FINAL_TYPE (TkbSimilarList, tkb_similar_list, GTK_TYPE_BOX)

static void
show (TkbSimilarList *self, TkbSearchResults *results)
{
  guint      n = MIN (g_list_model_get_n_items (G_LIST_MODEL (results)), MAX_ROWS);
  GtkWidget *heading;
  GtkWidget *list;

  if (n == 0)
    return;
  heading = tkb_text_heading (C_ ("section", "Similar documents"), "section-heading", 2);
  list = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "boxed-list");
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (TkbSearchHit) hit = g_list_model_get_item (G_LIST_MODEL (results), i);
      GtkWidget *row = tkb_link_row_new (tkb_search_hit_get_id (hit), NULL);

      tkb_link_row_set_hit (TKB_LINK_ROW (row), tkb_library_get_catalog (self->library), hit);
      gtk_list_box_append (GTK_LIST_BOX (list), row);
    }
  gtk_accessible_update_relation (GTK_ACCESSIBLE (list), GTK_ACCESSIBLE_RELATION_LABELLED_BY,
                                  heading, NULL, -1);
  gtk_box_append (GTK_BOX (self), heading);
  gtk_box_append (GTK_BOX (self), list);
}

static void
found_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TkbSimilarList) self = TKB_SIMILAR_LIST (user_data);
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbSearchResults) results =
      tkb_search_similar_finish (TKB_SEARCH (source), result, &error);

  if (results != NULL && self->library != NULL)
    show (self, results);
  else if (results == NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_debug ("documents like %s: %s", self->id, error->message);
}

static gboolean
start_cb (gpointer user_data)
{
  TkbSimilarList *self = user_data;

  self->start_id = 0;
  if (tkb_library_is_open (self->library))
    tkb_search_similar_async (tkb_library_get_search (self->library), self->id,
                              tkb_library_get_language (self->library), MAX_ROWS, self->cancellable,
                              found_cb, g_object_ref (self));
  return G_SOURCE_REMOVE;
}

static void
tkb_similar_list_dispose (GObject *object)
{
  TkbSimilarList *self = TKB_SIMILAR_LIST (object);

  g_clear_handle_id (&self->start_id, g_source_remove);
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->library);
  g_clear_pointer (&self->id, g_free);
  G_OBJECT_CLASS (tkb_similar_list_parent_class)->dispose (object);
}

static void
tkb_similar_list_class_init (TkbSimilarListClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = tkb_similar_list_dispose;
}

static void
tkb_similar_list_init (TkbSimilarList *self)
{
  self->cancellable = g_cancellable_new ();
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
}

/**
 * tkb_similar_list_new:
 * @library: must be open
 * @id: of the document that is read
 *
 * Returns: an empty box that fills itself, once everything else on the screen is done
 */
GtkWidget *
tkb_similar_list_new (TkbLibrary *library, const char *id)
{
  TkbSimilarList *self = g_object_new (TKB_TYPE_SIMILAR_LIST, NULL);

  self->library = g_object_ref (library);
  self->id = g_strdup (id);
  self->start_id = g_idle_add_full (G_PRIORITY_LOW, start_cb, self, NULL);
  return GTK_WIDGET (self);
}
