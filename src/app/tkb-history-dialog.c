/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-history-dialog.h"

#include "tkb-rev-id.h"
#include "tkb-text.h"

/* versions shown; older ones have seldom kept their text */
#define MAX_ROWS 200

struct _TkbHistoryDialog
{
  AdwWindow parent_instance;

  char         *id;          /* (owned) of the document */
  GtkListBox   *rows;        /* (unowned): our descendant */
  GCancellable *cancellable; /* (owned) */
};

G_DEFINE_FINAL_TYPE (TkbHistoryDialog, tkb_history_dialog, ADW_TYPE_WINDOW)

static void
row_activated_cb (AdwActionRow *row, gpointer user_data)
{
  TkbHistoryDialog *self = TKB_HISTORY_DIALOG (user_data);
  GtkWindow        *parent = gtk_window_get_transient_for (GTK_WINDOW (self));
  const char       *rev = g_object_get_data (G_OBJECT (row), "rev");

  if (parent != NULL)
    gtk_widget_activate_action (GTK_WIDGET (parent), "win.open-revision", "(ss)", self->id, rev);
  gtk_window_close (GTK_WINDOW (self));
}

static char *
describe (const TkbRevisionInfo *info)
{
  g_autofree char *date = info->stored_ms > 0 ? tkb_text_date_ms (info->stored_ms) : NULL;

  if (info->is_deleted)
    return date != NULL ? g_strdup_printf (_ ("Deleted · %s"), date) : g_strdup (_ ("Deleted"));
  if (!info->has_body)
    return g_strdup (_ ("The text of this version is not kept here"));
  if (info->is_winner)
    return date != NULL ? g_strdup_printf (_ ("Current version · %s"), date)
                        : g_strdup (_ ("Current version"));
  if (info->is_leaf)
    return date != NULL ? g_strdup_printf (_ ("Version in conflict · %s"), date)
                        : g_strdup (_ ("Version in conflict"));
  return date != NULL ? g_steal_pointer (&date) : g_strdup (_ ("Earlier version"));
}

static void
append_row (TkbHistoryDialog *self, const TkbRevisionInfo *info)
{
  GtkWidget       *row = adw_action_row_new ();
  g_autofree char *subtitle = describe (info);
  g_autofree char *title =
      g_strdup_printf (_ ("Version %u"), tkb_rev_id_get_generation (info->rev));
  gboolean can_open = info->has_body && !info->is_deleted;

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), can_open);
  gtk_widget_set_sensitive (row, can_open);
  if (info->is_winner && !info->is_deleted)
    adw_action_row_add_suffix (ADW_ACTION_ROW (row), tkb_compat_icon ("object-select-symbolic"));
  else if (can_open)
    adw_action_row_add_suffix (ADW_ACTION_ROW (row), tkb_compat_icon ("go-next-symbolic"));
  g_object_set_data_full (G_OBJECT (row), "rev", g_strdup (info->rev), g_free);
  g_signal_connect_object (row, "activated", G_CALLBACK (row_activated_cb), self, 0);
  gtk_list_box_append (self->rows, row);
}

/* On a reader thread. */
static void
history_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *history = tkb_store_get_history (TKB_STORE (source), task_data, cancellable, &error);

  if (history == NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_pointer (task, history, (GDestroyNotify) g_ptr_array_unref);
}

static void
history_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TkbHistoryDialog) self = TKB_HISTORY_DIALOG (user_data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) history = g_task_propagate_pointer (G_TASK (result), &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (history == NULL)
    {
      g_debug ("history: %s", error->message);
      return;
    }
  for (guint i = 0; i < history->len && i < MAX_ROWS; i++)
    append_row (self, g_ptr_array_index (history, i));
}

static void
tkb_history_dialog_dispose (GObject *object)
{
  TkbHistoryDialog *self = TKB_HISTORY_DIALOG (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->id, g_free);
  G_OBJECT_CLASS (tkb_history_dialog_parent_class)->dispose (object);
}

static void
tkb_history_dialog_class_init (TkbHistoryDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = tkb_history_dialog_dispose;
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
tkb_history_dialog_init (TkbHistoryDialog *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *scroller = gtk_scrolled_window_new ();
  GtkWidget *clamp = adw_clamp_new ();
  GtkWidget *list = gtk_list_box_new ();

  self->cancellable = g_cancellable_new ();
  self->rows = GTK_LIST_BOX (list);
  gtk_list_box_set_selection_mode (self->rows, GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "boxed-list");
  gtk_widget_add_css_class (clamp, "dialog-content");
  gtk_widget_set_valign (list, GTK_ALIGN_START);
  adw_clamp_set_child (ADW_CLAMP (clamp), list);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), clamp);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_widget_set_vexpand (scroller, TRUE);
  gtk_box_append (GTK_BOX (box), adw_header_bar_new ());
  gtk_box_append (GTK_BOX (box), scroller);
  adw_window_set_content (ADW_WINDOW (self), box);
  gtk_window_set_title (GTK_WINDOW (self), _ ("Earlier versions"));
  gtk_window_set_default_size (GTK_WINDOW (self), 460, 520);
  gtk_window_set_modal (GTK_WINDOW (self), TRUE);
}

/**
 * tkb_history_dialog_present:
 * @parent: a TkbWindow
 * @library: must be open
 * @id: of the document
 */
void
tkb_history_dialog_present (GtkWindow *parent, TkbLibrary *library, const char *id)
{
  TkbHistoryDialog *self = g_object_new (TKB_TYPE_HISTORY_DIALOG, "transient-for", parent, NULL);
  TkbStore         *store = tkb_library_get_store (library);
  g_autoptr (GTask) task = g_task_new (store, self->cancellable, history_cb, g_object_ref (self));

  self->id = g_strdup (id);
  g_task_set_name (task, "tkb_history_dialog");
  g_task_set_task_data (task, g_strdup (id), g_free);
  tkb_store_run_async (store, task, history_thread);
  gtk_window_present (GTK_WINDOW (self));
}
