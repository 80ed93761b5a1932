/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-result-list.h"

#include "tkb-facet-bar.h"
#include "tkb-result-row.h"
#include "tkb-text.h"

/* grey rows shown until the first answer */
#define SKELETON_ROWS 7
/* rows looked through for the open document after new results */
#define LOOK_FOR_CURRENT 60

struct _TkbResultList
{
  GtkBox parent_instance;

  TkbLibrary         *library;     /* (owned) (nullable) until set */
  GCancellable       *cancellable; /* (owned) (nullable) of the latest request */
  TkbSearchResults   *results;     /* (owned) (nullable): what is shown */
  GtkSingleSelection *selection;   /* (owned) */
  char               *target;      /* (owned): what is listed, as in win.show */
  char               *current;     /* (owned) (nullable): the open document */
  double              restore;     /* pixels to scroll back to; -1: to the top */
  gboolean            is_inner_folded;
  gboolean            is_selecting; /* the program changes the selection, not the user */

  AdwHeaderBar      *header;
  GtkWidget         *back_button;
  GtkWidget         *entry;
  GtkMenuButton     *new_button;
  TkbFacetBar       *facets;
  GtkLabel          *status;
  GtkStack          *stack;
  GtkBox            *loading;
  GtkScrolledWindow *scroller;
  GtkListView       *view;
  AdwStatusPage     *empty;
  GtkButton         *empty_button;
};

G_DEFINE_FINAL_TYPE (TkbResultList, tkb_result_list, GTK_TYPE_BOX)

static void run (TkbResultList *self);

static const struct
{
  const char *target;
  TkbScope    scope;
} scopes[] = {
  { "drafts", TKB_SCOPE_DRAFTS },
  { "waiting", TKB_SCOPE_WAITING },
  { "conflicts", TKB_SCOPE_CONFLICTS },
  { "favourites", TKB_SCOPE_FAVOURITES },
};

static TkbScope
get_scope (TkbResultList *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (scopes); i++)
    if (g_str_equal (scopes[i].target, self->target))
      return scopes[i].scope;
  return TKB_SCOPE_ALL;
}

/* (nullable): the kind that is listed */
static TkbKind *
get_kind (TkbResultList *self)
{
  return tkb_catalog_get_kind (tkb_library_get_catalog (self->library), self->target);
}

static const char *
get_text (TkbResultList *self)
{
  return gtk_editable_get_text (GTK_EDITABLE (self->entry));
}

/* ---- empty states ---- */

typedef struct
{
  const char *icon;
  const char *title;
  const char *description;
  const char *button; /* (nullable) */
} EmptyState;

static EmptyState
empty_state (TkbResultList *self)
{
  switch (get_scope (self))
    {
    case TKB_SCOPE_DRAFTS:
      return (
          EmptyState){ "document-edit-symbolic", _ ("No drafts"),
                       _ ("What you write stays here until you submit it. It is saved while you "
                          "type."),
                       _ ("New document") };
    case TKB_SCOPE_WAITING:
      return (
          EmptyState){ "document-send-symbolic", _ ("Nothing is waiting"),
                       _ ("What you change without a connection is listed here until the server "
                          "has it."),
                       NULL };
    case TKB_SCOPE_CONFLICTS:
      return (
          EmptyState){ "object-select-symbolic", _ ("No conflicts"),
                       _ ("When two people change the same lines of a document, both versions are "
                          "kept and you choose here."),
                       NULL };
    case TKB_SCOPE_FAVOURITES:
      return (EmptyState){ "starred-symbolic", _ ("No favourites yet"),
                           _ ("Open a document and press the star to find it here again."), NULL };
    case TKB_SCOPE_ALL:
    default:
      return (
          EmptyState){ "edit-find-symbolic", _ ("The library is empty"),
                       _ ("Write the first document, or connect to a server to receive the shared "
                          "ones."),
                       _ ("New document") };
    }
}

static void
show_empty (TkbResultList *self)
{
  gboolean   is_narrowed = *get_text (self) != '\0' || tkb_facet_bar_has_choice (self->facets);
  EmptyState state = empty_state (self);

  if (is_narrowed)
    state = (EmptyState){ "edit-find-symbolic", _ ("Nothing found"),
                          g_str_equal (self->target, "all")
                              ? _ ("Try fewer or other words, or another language.")
                              : _ ("Try fewer or other words, or search all documents."),
                          g_str_equal (self->target, "all") ? _ ("Clear the search")
                                                            : _ ("Search all documents") };
  adw_status_page_set_icon_name (self->empty, state.icon);
  adw_status_page_set_title (self->empty, state.title);
  adw_status_page_set_description (self->empty, state.description);
  gtk_widget_set_visible (GTK_WIDGET (self->empty_button), state.button != NULL);
  if (state.button != NULL)
    gtk_button_set_label (self->empty_button, state.button);
  gtk_stack_set_visible_child_name (self->stack, "empty");
}

static void
empty_clicked_cb (TkbResultList *self)
{
  gboolean is_narrowed = *get_text (self) != '\0' || tkb_facet_bar_has_choice (self->facets);

  if (!is_narrowed)
    tkb_result_list_popup_new (self);
  else if (g_str_equal (self->target, "all"))
    {
      gtk_editable_set_text (GTK_EDITABLE (self->entry), "");
      tkb_facet_bar_clear (self->facets);
    }
  else
    gtk_widget_activate_action (GTK_WIDGET (self), "win.search-all", NULL);
}

/* ---- answers ---- */

static void
update_status (TkbResultList *self, gboolean is_browse)
{
  guint total = tkb_search_results_get_total (self->results);
  g_autoptr (GString) text = g_string_new (NULL);
  GPtrArray       *notes = tkb_search_results_get_notes (self->results);
  g_autofree char *count = tkb_text_count (total);

  if (is_browse)
    g_string_append_printf (text, ngettext ("%s document", "%s documents", total), count);
  else
    g_string_append_printf (text, ngettext ("%s result", "%s results", total), count);
  if (total > 1)
    g_string_append_printf (text, " · %s", is_browse ? _ ("newest first") : _ ("best match first"));
  if (tkb_search_results_is_index_behind (self->results))
    g_string_append_printf (text, " · %s", _ ("still being indexed"));
  if (notes != NULL && notes->len > 0)
    g_string_append_printf (text, " · %s", tkb_text_translate (g_ptr_array_index (notes, 0)));
  /* without results the empty page says it */
  gtk_label_set_text (self->status, total > 0 ? text->str : "");
}

/* The open document stays marked where it is among the first results. */
static void
select_current (TkbResultList *self)
{
  guint         n = g_list_model_get_n_items (G_LIST_MODEL (self->selection));
  guint         position = GTK_INVALID_LIST_POSITION;
  TkbSearchHit *selected = gtk_single_selection_get_selected_item (self->selection);

  if (selected != NULL && g_strcmp0 (tkb_search_hit_get_id (selected), self->current) == 0)
    return;

  for (guint i = 0; self->current != NULL && i < MIN (n, LOOK_FOR_CURRENT); i++)
    {
      g_autoptr (TkbSearchHit) hit = g_list_model_get_item (G_LIST_MODEL (self->selection), i);
      const char *id = tkb_search_hit_get_id (hit);

      if (id == NULL || *id == '\0')
        break; /* not loaded: asking for more would load it */
      if (g_str_equal (id, self->current))
        {
          position = i;
          break;
        }
    }
  self->is_selecting = TRUE;
  gtk_single_selection_set_selected (self->selection, position);
  self->is_selecting = FALSE;
}

static gboolean
restore_scroll_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer user_data)
{
  TkbResultList *self = TKB_RESULT_LIST (widget);

  if (self->restore >= 0)
    gtk_adjustment_set_value (gtk_scrolled_window_get_vadjustment (self->scroller), self->restore);
  self->restore = -1;
  return G_SOURCE_REMOVE;
}

/* The grey rows have done their work. */
static void
drop_skeleton (TkbResultList *self)
{
  GtkWidget *row;

  while ((row = gtk_widget_get_first_child (GTK_WIDGET (self->loading))) != NULL)
    gtk_box_remove (self->loading, row);
}

static void
show_results (TkbResultList *self, TkbSearchResults *results, gboolean is_browse)
{
  TkbKind *kind = get_kind (self);

  drop_skeleton (self);
  /* before the rows go: the list keeps its place by row and would look for one that is not there */
  if (self->restore < 0)
    gtk_adjustment_set_value (gtk_scrolled_window_get_vadjustment (self->scroller), 0);
  g_set_object (&self->results, results);
  self->is_selecting = TRUE;
  gtk_single_selection_set_model (self->selection, G_LIST_MODEL (results));
  self->is_selecting = FALSE;
  select_current (self);
  tkb_facet_bar_set_facets (self->facets, tkb_search_results_get_facets (results),
                            kind != NULL ? tkb_kind_get_code (kind) : NULL);
  update_status (self, is_browse);
  if (tkb_search_results_get_total (results) == 0)
    show_empty (self);
  else
    gtk_stack_set_visible_child_name (self->stack, "results");
  if (self->restore >= 0)
    gtk_widget_add_tick_callback (GTK_WIDGET (self), restore_scroll_cb, NULL, NULL);
}

static void
found_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TkbResultList) self = TKB_RESULT_LIST (user_data);
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbSearchResults) results =
      tkb_search_run_finish (TKB_SEARCH (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || self->library == NULL)
    return;
  if (results == NULL)
    {
      g_autofree char *text = g_strdup_printf (_ ("The search failed: %s"), error->message);

      gtk_label_set_text (self->status, text);
      return;
    }
  show_results (self, results, *get_text (self) == '\0');
}

/* Asks anew; an answer that is still on its way is not wanted any more. */
static void
run (TkbResultList *self)
{
  TkbSearch *search = tkb_library_get_search (self->library);
  TkbKind   *kind = get_kind (self);
  g_autoptr (TkbQuery) words = NULL;
  g_autoptr (TkbQuery) of_kind = NULL;
  g_autoptr (TkbQuery) of_scope = NULL;
  g_autoptr (TkbQuery) query = NULL;

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  if (search == NULL)
    return;
  words = tkb_query_new (get_text (self), TKB_QUERY_TYPING);
  of_kind = tkb_query_with_kind (words, kind != NULL ? tkb_kind_get_code (kind) : NULL);
  of_scope = tkb_query_with_scope (of_kind, get_scope (self));
  query = tkb_facet_bar_apply (self->facets, of_scope);
  self->cancellable = g_cancellable_new ();
  tkb_search_run_async (search, query, tkb_library_get_language (self->library), self->cancellable,
                        found_cb, g_object_ref (self));
}

static void
run_from_top (TkbResultList *self)
{
  self->restore = -1;
  if (self->library != NULL)
    run (self);
}

/* Says how much there is to search. */
static void
counts_changed_cb (TkbResultList *self)
{
  const TkbStoreCounts *counts = tkb_library_get_counts (self->library);
  g_autofree char      *number = NULL;
  g_autofree char      *text = NULL;

  if (counts == NULL || counts->documents == 0)
    return;
  number = tkb_text_count (counts->documents);
  text = g_strdup_printf (
      ngettext ("Search %s document", "Search %s documents", (gulong) counts->documents), number);
  g_object_set (self->entry, "placeholder-text", text, NULL);
}

static void
library_changed_cb (TkbResultList *self)
{
  self->restore = gtk_adjustment_get_value (gtk_scrolled_window_get_vadjustment (self->scroller));
  run (self);
}

/* ---- entry and list ---- */

static void
search_changed_cb (TkbResultList *self)
{
  run_from_top (self);
}

static void
facets_changed_cb (TkbResultList *self)
{
  run_from_top (self);
}

static void
stop_search_cb (TkbResultList *self)
{
  gtk_editable_set_text (GTK_EDITABLE (self->entry), "");
}

/* Opens the hit at position. */
static void
open_position (TkbResultList *self, guint position)
{
  g_autoptr (TkbSearchHit) hit = g_list_model_get_item (G_LIST_MODEL (self->selection), position);
  const char *id = hit != NULL ? tkb_search_hit_get_id (hit) : NULL;

  if (id != NULL && *id != '\0')
    gtk_widget_activate_action (GTK_WIDGET (self), "win.read", "s", id);
}

static void
entry_activate_cb (TkbResultList *self)
{
  guint selected = gtk_single_selection_get_selected (self->selection);

  if (selected == GTK_INVALID_LIST_POSITION)
    selected = 0;
  if (g_list_model_get_n_items (G_LIST_MODEL (self->selection)) == 0)
    return;
  self->is_selecting = TRUE;
  gtk_single_selection_set_selected (self->selection, selected);
  self->is_selecting = FALSE;
  open_position (self, selected);
  gtk_widget_activate_action (GTK_WIDGET (self), "win.focus-page", NULL);
}

static gboolean
entry_key_pressed_cb (GtkEventControllerKey *controller,
                      guint                  keyval,
                      guint                  keycode,
                      GdkModifierType        state,
                      gpointer               user_data)
{
  GtkWidget     *entry = gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (controller));
  TkbResultList *self = TKB_RESULT_LIST (gtk_widget_get_ancestor (entry, TKB_TYPE_RESULT_LIST));

  if (keyval != GDK_KEY_Down && keyval != GDK_KEY_KP_Down)
    return GDK_EVENT_PROPAGATE;
  if (gtk_stack_get_visible_child (self->stack) != GTK_WIDGET (self->scroller))
    return GDK_EVENT_STOP;
  gtk_widget_child_focus (GTK_WIDGET (self->scroller), GTK_DIR_TAB_FORWARD);
  return GDK_EVENT_STOP;
}

static void
row_activated_cb (TkbResultList *self, guint position)
{
  open_position (self, position);
  gtk_widget_activate_action (GTK_WIDGET (self), "win.focus-page", NULL);
}

static void selected_cb (TkbResultList *self);

static void
selected_loaded_cb (TkbSearchHit *hit, GParamSpec *pspec, gpointer user_data)
{
  TkbResultList *self = TKB_RESULT_LIST (user_data);

  g_signal_handlers_disconnect_by_func (hit, selected_loaded_cb, self);
  if (gtk_single_selection_get_selected_item (self->selection) == hit)
    selected_cb (self);
}

/* With the page beside the list, moving through the list turns its pages. */
static void
selected_cb (TkbResultList *self)
{
  TkbSearchHit *hit = gtk_single_selection_get_selected_item (self->selection);
  gboolean      is_loaded = FALSE;

  if (self->is_selecting || self->is_inner_folded || hit == NULL)
    return;
  g_object_get (hit, "is-loaded", &is_loaded, NULL);
  if (is_loaded)
    open_position (self, gtk_single_selection_get_selected (self->selection));
  else
    g_signal_connect_object (hit, "notify::is-loaded", G_CALLBACK (selected_loaded_cb), self, 0);
}

/* Folded, a click opens at once: there is nothing to mark for later. */
static void
row_released_cb (GtkGestureClick *gesture, int n_press, double x, double y, gpointer user_data)
{
  TkbResultRow *row =
      TKB_RESULT_ROW (gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (gesture)));
  TkbResultList *self = TKB_RESULT_LIST (user_data);

  if (self->is_inner_folded && n_press == 1)
    gtk_widget_activate_action (GTK_WIDGET (row), "row.activate", NULL);
}

static void
setup_row_cb (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer user_data)
{
  TkbResultList *self = TKB_RESULT_LIST (user_data);
  GtkWidget     *row = tkb_result_row_new (self->library);
  GtkGesture    *click = gtk_gesture_click_new ();

  g_signal_connect_object (click, "released", G_CALLBACK (row_released_cb), self, 0);
  gtk_widget_add_controller (row, GTK_EVENT_CONTROLLER (click));
  gtk_list_item_set_child (item, row);
}

static void
bind_row_cb (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer user_data)
{
  tkb_result_row_set_hit (TKB_RESULT_ROW (gtk_list_item_get_child (item)),
                          TKB_SEARCH_HIT (gtk_list_item_get_item (item)));
}

static void
unbind_row_cb (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer user_data)
{
  tkb_result_row_set_hit (TKB_RESULT_ROW (gtk_list_item_get_child (item)), NULL);
}

/* ---- class ---- */

static void
tkb_result_list_dispose (GObject *object)
{
  TkbResultList *self = TKB_RESULT_LIST (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  if (self->library != NULL)
    g_signal_handlers_disconnect_by_data (self->library, self);
  if (self->selection != NULL)
    g_signal_handlers_disconnect_by_data (self->selection, self);
  g_clear_object (&self->library);
  g_clear_object (&self->results);
  g_clear_object (&self->selection);
  G_OBJECT_CLASS (tkb_result_list_parent_class)->dispose (object);
}

static void
tkb_result_list_finalize (GObject *object)
{
  TkbResultList *self = TKB_RESULT_LIST (object);

  g_free (self->target);
  g_free (self->current);
  G_OBJECT_CLASS (tkb_result_list_parent_class)->finalize (object);
}

static void
tkb_result_list_class_init (TkbResultListClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = tkb_result_list_dispose;
  G_OBJECT_CLASS (klass)->finalize = tkb_result_list_finalize;
  g_type_ensure (TKB_TYPE_FACET_BAR);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/example/TiscKB/ui/tkb-result-list.ui");
  gtk_widget_class_bind_template_child (widget_class, TkbResultList, header);
  gtk_widget_class_bind_template_child (widget_class, TkbResultList, back_button);
  gtk_widget_class_bind_template_child (widget_class, TkbResultList, entry);
  gtk_widget_class_bind_template_child (widget_class, TkbResultList, new_button);
  gtk_widget_class_bind_template_child (widget_class, TkbResultList, facets);
  gtk_widget_class_bind_template_child (widget_class, TkbResultList, status);
  gtk_widget_class_bind_template_child (widget_class, TkbResultList, stack);
  gtk_widget_class_bind_template_child (widget_class, TkbResultList, loading);
  gtk_widget_class_bind_template_child (widget_class, TkbResultList, scroller);
  gtk_widget_class_bind_template_child (widget_class, TkbResultList, view);
  gtk_widget_class_bind_template_child (widget_class, TkbResultList, empty);
  gtk_widget_class_bind_template_child (widget_class, TkbResultList, empty_button);
  gtk_widget_class_bind_template_callback (widget_class, search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, stop_search_cb);
  gtk_widget_class_bind_template_callback (widget_class, entry_activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, entry_key_pressed_cb);
  gtk_widget_class_bind_template_callback (widget_class, facets_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, empty_clicked_cb);
}

static void
tkb_result_list_init (TkbResultList *self)
{
  g_autoptr (GtkListItemFactory) factory = gtk_signal_list_item_factory_new ();

  self->target = g_strdup ("all");
  self->restore = -1;
  gtk_widget_init_template (GTK_WIDGET (self));
  self->selection = gtk_single_selection_new (NULL);
  gtk_single_selection_set_autoselect (self->selection, FALSE);
  gtk_single_selection_set_can_unselect (self->selection, TRUE);
  g_signal_connect_swapped (self->selection, "notify::selected", G_CALLBACK (selected_cb), self);
  g_signal_connect_object (factory, "setup", G_CALLBACK (setup_row_cb), self, 0);
  g_signal_connect_object (factory, "bind", G_CALLBACK (bind_row_cb), self, 0);
  g_signal_connect_object (factory, "unbind", G_CALLBACK (unbind_row_cb), self, 0);
  gtk_list_view_set_factory (self->view, factory);
  gtk_list_view_set_model (self->view, GTK_SELECTION_MODEL (self->selection));
}

static GMenuModel *
new_menu (TkbCatalog *catalog)
{
  GMenu     *menu = g_menu_new ();
  GPtrArray *kinds = tkb_catalog_get_kinds (catalog);

  for (guint i = 0; i < kinds->len; i++)
    {
      TkbKind *kind = g_ptr_array_index (kinds, i);
      g_autoptr (GMenuItem) item =
          g_menu_item_new (tkb_text_translate (tkb_kind_get_label (kind)), NULL);

      g_menu_item_set_action_and_target (item, "win.new", "s", tkb_kind_get_code (kind));
      g_menu_append_item (menu, item);
    }
  return G_MENU_MODEL (menu);
}

static void
fill_skeleton (TkbResultList *self)
{
  for (guint i = 0; i < SKELETON_ROWS; i++)
    {
      GtkWidget *row = tkb_result_row_new (self->library);

      gtk_widget_add_css_class (row, "skeleton");
      gtk_widget_add_css_class (row, "stand-in");
      gtk_box_append (self->loading, row);
    }
}

/**
 * tkb_result_list_set_library:
 * @library: may still be closed; grey rows are shown until it opens
 */
void
tkb_result_list_set_library (TkbResultList *self, TkbLibrary *library)
{
  g_autoptr (GMenuModel) menu = NULL;

  g_return_if_fail (TKB_IS_RESULT_LIST (self));
  g_return_if_fail (self->library == NULL);

  self->library = g_object_ref (library);
  menu = new_menu (tkb_library_get_catalog (library));
  gtk_menu_button_set_menu_model (self->new_button, menu);
  tkb_facet_bar_set_library (self->facets, library);
  fill_skeleton (self);
  g_signal_connect_swapped (library, "notify::is-open", G_CALLBACK (run_from_top), self);
  g_signal_connect_swapped (library, "changed", G_CALLBACK (library_changed_cb), self);
  g_signal_connect_swapped (library, "counts-changed", G_CALLBACK (counts_changed_cb), self);
  run_from_top (self);
}

/**
 * tkb_result_list_show:
 * @target: all, drafts, waiting, conflicts, favourites or the code of a kind
 *
 * Lists something else; the words stay, the facets of the other list do not.
 */
void
tkb_result_list_show (TkbResultList *self, const char *target)
{
  g_autofree char *copy = g_strdup (target);

  g_return_if_fail (TKB_IS_RESULT_LIST (self));
  g_free (self->target);
  self->target = g_steal_pointer (&copy);
  if (tkb_facet_bar_has_choice (self->facets))
    tkb_facet_bar_clear (self->facets); /* asks by itself */
  else
    run_from_top (self);
}

/**
 * tkb_result_list_show_filtered:
 *
 * As tkb_result_list_show (), without words and narrowed to one code of one facet.
 */
void
tkb_result_list_show_filtered (TkbResultList *self,
                               const char    *target,
                               const char    *field,
                               const char    *code)
{
  g_autofree char *copy = g_strdup (target);

  g_return_if_fail (TKB_IS_RESULT_LIST (self));
  g_free (self->target);
  self->target = g_steal_pointer (&copy);
  gtk_editable_set_text (GTK_EDITABLE (self->entry), "");
  tkb_facet_bar_clear (self->facets);
  tkb_facet_bar_choose (self->facets, field, code, TRUE);
}

void
tkb_result_list_focus_search (TkbResultList *self)
{
  gtk_widget_grab_focus (self->entry);
  gtk_editable_select_region (GTK_EDITABLE (self->entry), 0, -1);
}

void
tkb_result_list_popup_new (TkbResultList *self)
{
  gtk_menu_button_popup (self->new_button);
}

void
tkb_result_list_set_folded (TkbResultList *self, gboolean outer, gboolean inner)
{
  self->is_inner_folded = inner;
  gtk_widget_set_visible (self->back_button, outer);
  adw_header_bar_set_show_start_title_buttons (self->header, outer);
  adw_header_bar_set_show_end_title_buttons (self->header, inner);
}

void
tkb_result_list_set_current (TkbResultList *self, const char *id)
{
  g_autofree char *copy = g_strdup (id);

  g_return_if_fail (TKB_IS_RESULT_LIST (self));
  if (g_strcmp0 (self->current, id) == 0)
    return;
  g_free (self->current);
  self->current = g_steal_pointer (&copy);
  select_current (self);
}
