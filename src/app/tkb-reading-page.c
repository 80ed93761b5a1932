/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-reading-page.h"

#include "tkb-document-ops.h"
#include "tkb-document-view.h"
#include "tkb-history-dialog.h"
#include "tkb-page-state.h"
#include "tkb-text.h"

/* pixels scrolled after which the title moves into the header bar */
#define TITLE_SCROLL 120
/* documents that one can go back to */
#define MAX_TRAIL 100

typedef struct
{
  char  *id;     /* (owned) */
  double scroll; /* pixels */
} Trail;

struct _TkbReadingPage
{
  GtkBox parent_instance;

  TkbLibrary   *library;      /* (owned) (nullable) until set */
  GCancellable *cancellable;  /* (owned) (nullable) of the load under way */
  char         *wanted_id;    /* (owned) (nullable): shown, or being loaded */
  char         *wanted_rev;   /* (owned) (nullable): an earlier version */
  TkbPageState *state;        /* (owned) (nullable): what is shown */
  GPtrArray    *trail;        /* (owned) (element-type Trail): to go back to */
  double        restore;      /* pixels to scroll to once the page is as high; -1: nowhere */
  guint         restore_id;   /* tick callback; 0: none */
  gboolean      is_scrolling; /* we do, not the reader */
  gboolean      is_inner_folded;

  AdwHeaderBar      *header;
  GtkLabel          *header_title;
  GtkWidget         *back_button;
  GtkWidget         *favourite_button;
  GtkWidget         *edit_button;
  GtkWidget         *menu_button;
  GtkWidget         *banner;
  GtkImage          *banner_icon;
  GtkLabel          *banner_label;
  GtkButton         *banner_button;
  GtkStack          *stack;
  GtkScrolledWindow *scroller;
  AdwClamp          *clamp;
  AdwStatusPage     *missing_page;
};

G_DEFINE_FINAL_TYPE (TkbReadingPage, tkb_reading_page, GTK_TYPE_BOX)

static void load (TkbReadingPage *self);

static void
trail_free (Trail *trail)
{
  g_free (trail->id);
  g_free (trail);
}

static void
toast_text (TkbReadingPage *self, const char *text)
{
  GtkWidget *overlay = gtk_widget_get_ancestor (GTK_WIDGET (self), ADW_TYPE_TOAST_OVERLAY);

  if (overlay != NULL)
    adw_toast_overlay_add_toast (ADW_TOAST_OVERLAY (overlay), adw_toast_new (text));
}

/* ---- header bar and banner ---- */

static void
update_back (TkbReadingPage *self)
{
  gtk_widget_set_visible (self->back_button, self->is_inner_folded || self->trail->len > 0);
}

static void
update_title (TkbReadingPage *self)
{
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (self->scroller);

  if (self->state != NULL && gtk_adjustment_get_value (adjustment) > TITLE_SCROLL)
    gtk_widget_add_css_class (GTK_WIDGET (self->header_title), "shown");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->header_title), "shown");
}

static void
update_favourite (TkbReadingPage *self)
{
  gboolean    is_favourite = self->state != NULL && self->state->is_favourite;
  const char *label = is_favourite ? _ ("Remove from favourites") : _ ("Add to favourites");

  gtk_button_set_icon_name (GTK_BUTTON (self->favourite_button),
                            is_favourite ? "starred-symbolic" : "non-starred-symbolic");
  if (is_favourite)
    gtk_widget_add_css_class (self->favourite_button, "is-favourite");
  else
    gtk_widget_remove_css_class (self->favourite_button, "is-favourite");
  gtk_widget_set_tooltip_text (self->favourite_button, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->favourite_button),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

static void
show_banner (TkbReadingPage *self,
             const char     *css_class,
             const char     *icon_name,
             const char     *text,
             const char     *button,
             const char     *action)
{
  const char *classes[] = { "banner", css_class, NULL };

  gtk_widget_set_css_classes (self->banner, classes);
  gtk_image_set_from_icon_name (self->banner_icon, icon_name);
  gtk_label_set_text (self->banner_label, text);
  gtk_widget_set_visible (GTK_WIDGET (self->banner_button), button != NULL);
  if (button != NULL)
    {
      gtk_button_set_label (self->banner_button, button);
      gtk_actionable_set_action_name (GTK_ACTIONABLE (self->banner_button), action);
    }
  gtk_widget_set_visible (self->banner, TRUE);
}

static void
update_banner (TkbReadingPage *self)
{
  TkbAccounts        *accounts = tkb_library_get_accounts (self->library);
  const TkbPageState *state = self->state;
  const char         *note;
  g_autofree char    *text = NULL;

  gtk_widget_set_visible (self->banner, FALSE);
  if (state == NULL)
    return;
  note = tkb_document_get_string (state->document, "state");
  if (state->is_old)
    show_banner (self, "tone-info", "document-open-recent-symbolic",
                 _ ("This is an earlier version."), _ ("Make it current"), "page.restore");
  else if (state->reason != NULL)
    {
      text =
          g_strdup_printf (_ ("The server did not accept this version: %s. Your text is kept here; "
                              "change it and send it again."),
                           state->reason);
      show_banner (self, "tone-error", "dialog-error-symbolic", text, _ ("Edit"), "win.edit");
    }
  else if (state->n_conflicts > 0)
    show_banner (self, "tone-warning", "dialog-warning-symbolic",
                 _ ("Two people changed this at the same time. Both versions are kept."),
                 _ ("Compare"), "win.resolve");
  else if (g_strcmp0 (note, "draft") == 0)
    show_banner (self, "tone-info", "document-edit-symbolic",
                 _ ("A draft: it stays on this computer until you submit it."), _ ("Edit"),
                 "win.edit");
  else if (g_strcmp0 (note, "returned") == 0)
    {
      const char *review = tkb_document_get_string (state->document, "review_note");

      text = review != NULL && *review != '\0'
                 ? g_strdup_printf (_ ("Returned by the editor: %s"), review)
                 : g_strdup (_ ("Returned by the editor for another look."));
      show_banner (self, "tone-warning", "mail-reply-sender-symbolic", text, _ ("Edit"),
                   "win.edit");
    }
  else if (state->is_waiting)
    show_banner (self, "tone-info", "document-send-symbolic",
                 accounts == NULL || tkb_accounts_get_remote (accounts) == NULL
                     ? _ ("Changed on this computer only: no server is connected.")
                     : _ ("Waiting for the server: it is sent as soon as there is a connection."),
                 NULL, NULL);
  else if (g_strcmp0 (note, "submitted") == 0)
    show_banner (self, "tone-info", "document-send-symbolic",
                 _ ("Submitted: an editor will look at it."), NULL, NULL);
  else if (g_strcmp0 (note, "withdrawn") == 0)
    show_banner (self, "tone-warning", "dialog-warning-symbolic",
                 _ ("Withdrawn: do not rely on it any more."), NULL, NULL);
}

static void
update_actions (TkbReadingPage *self)
{
  gboolean   has_document = self->state != NULL;
  gboolean   is_current = has_document && !self->state->is_old;
  GtkWidget *widget = GTK_WIDGET (self);

  gtk_widget_set_visible (self->favourite_button, has_document);
  gtk_widget_set_visible (self->edit_button, is_current);
  gtk_widget_set_visible (self->menu_button, has_document);
  gtk_widget_action_set_enabled (widget, "page.copy-link", has_document);
  gtk_widget_action_set_enabled (widget, "page.copy-id", has_document);
  gtk_widget_action_set_enabled (widget, "page.history", has_document);
  gtk_widget_action_set_enabled (widget, "page.export", has_document);
  gtk_widget_action_set_enabled (widget, "page.delete", is_current);
  gtk_widget_action_set_enabled (widget, "page.restore", has_document && self->state->is_old);
}

/* ---- loading ---- */

static void
scroll_to (TkbReadingPage *self, double value)
{
  self->is_scrolling = TRUE;
  gtk_adjustment_set_value (gtk_scrolled_window_get_vadjustment (self->scroller), value);
  self->is_scrolling = FALSE;
}

/* What comes after the page itself (titles, similar documents) makes it higher: until the reader
 * scrolls, it is gone back to where the reading was. */
static void
restore_scroll (TkbReadingPage *self)
{
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (self->scroller);
  double         end;

  if (self->restore <= 0)
    return;
  end = gtk_adjustment_get_upper (adjustment) - gtk_adjustment_get_page_size (adjustment);
  scroll_to (self, MIN (self->restore, end));
  if (end >= self->restore)
    self->restore = -1;
}

static gboolean
restore_scroll_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer user_data)
{
  gint64 *first_frame = user_data;

  if (*first_frame < 0)
    *first_frame = gdk_frame_clock_get_frame_counter (clock);
  if (gdk_frame_clock_get_frame_counter (clock) == *first_frame)
    return G_SOURCE_CONTINUE;
  TKB_READING_PAGE (widget)->restore_id = 0;
  restore_scroll (TKB_READING_PAGE (widget));
  return G_SOURCE_REMOVE;
}

/* In the second frame from now: then the page is laid out. While it is, scrolling is lost. */
static void
queue_restore (TkbReadingPage *self)
{
  gint64 *first_frame;

  if (self->restore <= 0 || self->restore_id != 0)
    return;
  first_frame = g_new (gint64, 1);
  *first_frame = -1;
  self->restore_id =
      gtk_widget_add_tick_callback (GTK_WIDGET (self), restore_scroll_cb, first_frame, g_free);
}

static void
scrolled_cb (TkbReadingPage *self)
{
  if (!self->is_scrolling)
    self->restore = -1;
  update_title (self);
}

static void
show_state (TkbReadingPage *self, TkbPageState *state)
{
  const char *language = tkb_library_get_language (self->library);
  gboolean    is_same = self->state != NULL && state != NULL &&
                     g_str_equal (tkb_document_get_id (self->state->document),
                                  tkb_document_get_id (state->document)) &&
                     g_strcmp0 (tkb_document_get_rev (self->state->document),
                                tkb_document_get_rev (state->document)) == 0;

  g_clear_pointer (&self->state, tkb_page_state_free);
  self->state = state;
  if (state != NULL && !is_same)
    {
      adw_clamp_set_child (self->clamp, tkb_document_view_new (self->library, state->document));
      gtk_label_set_text (self->header_title, tkb_document_get_title (state->document, language));
      scroll_to (self, 0);
      queue_restore (self);
    }
  gtk_stack_set_visible_child_name (self->stack, state != NULL ? "document" : "empty");
  update_favourite (self);
  update_banner (self);
  update_actions (self);
  update_back (self);
  update_title (self);
}

static void
show_missing (TkbReadingPage *self, const GError *error)
{
  show_state (self, NULL);
  adw_status_page_set_description (
      self->missing_page,
      g_error_matches (error, TKB_STORE_ERROR, TKB_STORE_ERROR_DELETED)
          ? _ ("This document was deleted.")
      : g_error_matches (error, TKB_STORE_ERROR, TKB_STORE_ERROR_NOT_FOUND)
          ? _ ("It may come with the next synchronisation, or it is not meant for you.")
          : _ ("It could not be read. Check the library with “tisckb-cli check”."));
  gtk_stack_set_visible_child_name (self->stack, "missing");
}

static void
loaded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TkbReadingPage) self = TKB_READING_PAGE (user_data);
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbPageState) state = tkb_page_state_load_finish (TKB_STORE (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || self->library == NULL)
    return;
  if (state == NULL)
    show_missing (self, error);
  else
    show_state (self, g_steal_pointer (&state));
}

static void
load (TkbReadingPage *self)
{
  TkbStore *store = tkb_library_get_store (self->library);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  if (self->wanted_id == NULL || store == NULL)
    return;
  self->cancellable = g_cancellable_new ();
  tkb_page_state_load_async (store, self->wanted_id, self->wanted_rev, self->cancellable, loaded_cb,
                             g_object_ref (self));
}

static void
set_wanted (TkbReadingPage *self, const char *id, const char *rev)
{
  g_autofree char *new_id = g_strdup (id);
  g_autofree char *new_rev = g_strdup (rev);

  g_free (self->wanted_id);
  g_free (self->wanted_rev);
  self->wanted_id = g_steal_pointer (&new_id);
  self->wanted_rev = g_steal_pointer (&new_rev);
}

static void
library_changed_cb (TkbReadingPage *self)
{
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (self->scroller);

  if (self->wanted_id == NULL)
    return;
  self->restore = gtk_adjustment_get_value (adjustment);
  load (self);
}

static void
close_document (TkbReadingPage *self)
{
  g_cancellable_cancel (self->cancellable);
  set_wanted (self, NULL, NULL);
  show_state (self, NULL);
  adw_clamp_set_child (self->clamp, NULL);
}

/* ---- actions ---- */

static void
copy (TkbReadingPage *self, const char *text, const char *message)
{
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), text);
  toast_text (self, message);
}

static void
copy_link_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  TkbReadingPage  *self = TKB_READING_PAGE (widget);
  g_autofree char *link = g_strconcat ("tkb:", self->wanted_id, NULL);

  copy (self, link, _ ("Link copied: it works in the texts of this library"));
}

static void
copy_id_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  TkbReadingPage *self = TKB_READING_PAGE (widget);

  copy (self, self->wanted_id, _ ("Identifier copied"));
}

static void
history_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  TkbReadingPage *self = TKB_READING_PAGE (widget);

  tkb_history_dialog_present (widget, self->library, self->wanted_id);
}

static void
export_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  TkbReadingPage *self = TKB_READING_PAGE (widget);

  if (self->state != NULL)
    tkb_document_ops_export (widget, self->library, self->state->document);
}

static void
delete_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  TkbReadingPage *self = TKB_READING_PAGE (widget);

  if (self->state != NULL)
    tkb_document_ops_delete (widget, self->library, self->state->document);
}

static void
restore_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  TkbReadingPage *self = TKB_READING_PAGE (widget);

  if (self->state != NULL)
    tkb_document_ops_restore (widget, self->library, self->state->document, NULL);
}

/* The document is no more: its page, and the way back to it, go with it. */
static void
close_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  TkbReadingPage *self = TKB_READING_PAGE (widget);
  const char     *id = g_variant_get_string (parameter, NULL);

  for (guint i = self->trail->len; i > 0; i--)
    if (g_str_equal (((Trail *) g_ptr_array_index (self->trail, i - 1))->id, id))
      g_ptr_array_remove_index (self->trail, i - 1);
  if (self->library == NULL || g_strcmp0 (self->wanted_id, id) != 0)
    return;
  close_document (self);
  gtk_widget_activate_action (widget, "win.back", NULL);
}

/* ---- class ---- */

static void
tkb_reading_page_dispose (GObject *object)
{
  TkbReadingPage *self = TKB_READING_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  if (self->library != NULL)
    g_signal_handlers_disconnect_by_data (self->library, self);
  g_clear_object (&self->library);
  G_OBJECT_CLASS (tkb_reading_page_parent_class)->dispose (object);
}

static void
tkb_reading_page_finalize (GObject *object)
{
  TkbReadingPage *self = TKB_READING_PAGE (object);

  g_clear_pointer (&self->state, tkb_page_state_free);
  g_ptr_array_unref (self->trail);
  g_free (self->wanted_id);
  g_free (self->wanted_rev);
  G_OBJECT_CLASS (tkb_reading_page_parent_class)->finalize (object);
}

static void
tkb_reading_page_class_init (TkbReadingPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = tkb_reading_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = tkb_reading_page_finalize;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/example/TiscKB/ui/tkb-reading-page.ui");
  gtk_widget_class_bind_template_child (widget_class, TkbReadingPage, header);
  gtk_widget_class_bind_template_child (widget_class, TkbReadingPage, header_title);
  gtk_widget_class_bind_template_child (widget_class, TkbReadingPage, back_button);
  gtk_widget_class_bind_template_child (widget_class, TkbReadingPage, favourite_button);
  gtk_widget_class_bind_template_child (widget_class, TkbReadingPage, edit_button);
  gtk_widget_class_bind_template_child (widget_class, TkbReadingPage, menu_button);
  gtk_widget_class_bind_template_child (widget_class, TkbReadingPage, banner);
  gtk_widget_class_bind_template_child (widget_class, TkbReadingPage, banner_icon);
  gtk_widget_class_bind_template_child (widget_class, TkbReadingPage, banner_label);
  gtk_widget_class_bind_template_child (widget_class, TkbReadingPage, banner_button);
  gtk_widget_class_bind_template_child (widget_class, TkbReadingPage, stack);
  gtk_widget_class_bind_template_child (widget_class, TkbReadingPage, scroller);
  gtk_widget_class_bind_template_child (widget_class, TkbReadingPage, clamp);
  gtk_widget_class_bind_template_child (widget_class, TkbReadingPage, missing_page);
  gtk_widget_class_install_action (widget_class, "page.copy-link", NULL, copy_link_action);
  gtk_widget_class_install_action (widget_class, "page.copy-id", NULL, copy_id_action);
  gtk_widget_class_install_action (widget_class, "page.history", NULL, history_action);
  gtk_widget_class_install_action (widget_class, "page.export", NULL, export_action);
  gtk_widget_class_install_action (widget_class, "page.delete", NULL, delete_action);
  gtk_widget_class_install_action (widget_class, "page.close", "s", close_action);
  gtk_widget_class_install_action (widget_class, "page.restore", NULL, restore_action);
}

static void
tkb_reading_page_init (TkbReadingPage *self)
{
  self->trail = g_ptr_array_new_with_free_func ((GDestroyNotify) trail_free);
  self->restore = -1;
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_swapped (gtk_scrolled_window_get_vadjustment (self->scroller), "value-changed",
                            G_CALLBACK (scrolled_cb), self);
  g_signal_connect_swapped (gtk_scrolled_window_get_vadjustment (self->scroller), "changed",
                            G_CALLBACK (queue_restore), self);
  update_actions (self);
}

void
tkb_reading_page_set_library (TkbReadingPage *self, TkbLibrary *library)
{
  g_return_if_fail (TKB_IS_READING_PAGE (self));
  g_return_if_fail (self->library == NULL);

  self->library = g_object_ref (library);
  g_signal_connect_swapped (library, "changed", G_CALLBACK (library_changed_cb), self);
  g_signal_connect_swapped (library, "notify::is-open", G_CALLBACK (load), self);
}

/**
 * tkb_reading_page_open:
 * @id: of a document; one that is not there is said to be missing
 *
 * Shows a document; the one shown before can be gone back to.
 */
void
tkb_reading_page_open (TkbReadingPage *self, const char *id)
{
  g_return_if_fail (TKB_IS_READING_PAGE (self));
  g_return_if_fail (id != NULL);

  if (self->wanted_id != NULL && !g_str_equal (self->wanted_id, id))
    {
      Trail *trail = g_new0 (Trail, 1);

      trail->id = g_strdup (self->wanted_id);
      trail->scroll =
          gtk_adjustment_get_value (gtk_scrolled_window_get_vadjustment (self->scroller));
      g_ptr_array_add (self->trail, trail);
      if (self->trail->len > MAX_TRAIL)
        g_ptr_array_remove_index (self->trail, 0);
    }
  set_wanted (self, id, NULL);
  self->restore = -1;
  load (self);
}

/**
 * tkb_reading_page_start:
 *
 * As tkb_reading_page_open (), for a document chosen from the list: there is no way back from it to
 * what was read before.
 */
void
tkb_reading_page_start (TkbReadingPage *self, const char *id)
{
  g_return_if_fail (TKB_IS_READING_PAGE (self));

  if (g_strcmp0 (self->wanted_id, id) == 0 && self->wanted_rev == NULL && self->state != NULL)
    return;
  set_wanted (self, NULL, NULL);
  g_ptr_array_set_size (self->trail, 0);
  tkb_reading_page_open (self, id);
}

void
tkb_reading_page_open_revision (TkbReadingPage *self, const char *id, const char *rev)
{
  g_return_if_fail (TKB_IS_READING_PAGE (self));

  set_wanted (self, id, rev);
  self->restore = -1;
  load (self);
}

TkbDocument *
tkb_reading_page_get_document (TkbReadingPage *self)
{
  g_return_val_if_fail (TKB_IS_READING_PAGE (self), NULL);
  return self->state != NULL ? self->state->document : NULL;
}

void
tkb_reading_page_toggle_favourite (TkbReadingPage *self)
{
  g_return_if_fail (TKB_IS_READING_PAGE (self));

  if (self->state != NULL)
    tkb_document_ops_set_favourite (GTK_WIDGET (self), self->library,
                                    tkb_document_get_id (self->state->document),
                                    !self->state->is_favourite);
}

gboolean
tkb_reading_page_go_back (TkbReadingPage *self)
{
  Trail *trail;

  g_return_val_if_fail (TKB_IS_READING_PAGE (self), FALSE);
  if (self->wanted_rev != NULL)
    {
      set_wanted (self, self->wanted_id, NULL);
      load (self);
      return TRUE;
    }
  if (self->trail->len == 0)
    return FALSE;
  trail = g_ptr_array_index (self->trail, self->trail->len - 1);
  set_wanted (self, trail->id, NULL);
  self->restore = trail->scroll;
  g_ptr_array_set_size (self->trail, (int) self->trail->len - 1);
  load (self);
  return TRUE;
}

void
tkb_reading_page_set_folded (TkbReadingPage *self, gboolean outer, gboolean inner)
{
  self->is_inner_folded = inner;
  adw_header_bar_set_show_start_title_buttons (self->header, inner);
  if (inner)
    gtk_widget_add_css_class (GTK_WIDGET (self), "narrow");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "narrow");
  update_back (self);
}

void
tkb_reading_page_focus (TkbReadingPage *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self->scroller));
}
