/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-sync-status.h"

#include "tkb-sync-error.h"
#include "tkb-sync-text.h"
#include "tkb-text.h"

/* How often "2 min ago" is looked at again. */
#define REFRESH_MS 60000
/* Most rows in the popover; the list "Waiting for the server" has them all. */
#define WAITING_MAX_ROWS 50

struct _TkbSyncStatus
{
  GtkBox parent_instance;

  TkbLibrary    *library;     /* (owned) */
  TkbReplicator *replicator;  /* (owned) (nullable) until the library is open */
  GCancellable  *cancellable; /* (owned) (nullable) of reading what waits */
  guint          timer;       /* of the library's clock; 0: none */
  char          *said;        /* (owned) (nullable) line on the screen */

  GtkProgressBar *progress;
  GtkMenuButton  *button;
  GtkPopover     *popover;
  GtkImage       *icon;
  GtkLabel       *line;
  GtkLabel       *heading;
  GtkLabel       *details;
  GtkBox         *waiting_box;
  GtkLabel       *waiting_heading;
  GtkListBox     *waiting_rows;
  GtkWidget      *now_button;
  GtkWidget      *deletions_button;
};

G_DEFINE_FINAL_TYPE (TkbSyncStatus, tkb_sync_status, GTK_TYPE_BOX)

/* One change that waits: what a reader thread found. */
typedef struct
{
  char *id;     /* (owned) */
  char *title;  /* (owned) */
  char *reason; /* (owned) (nullable): why the server refused it */
} Waiting;

static void
waiting_free (Waiting *self)
{
  g_free (self->id);
  g_free (self->title);
  g_free (self->reason);
  g_free (self);
}

static void
get_facts (TkbSyncStatus *self, TkbSyncFacts *facts)
{
  TkbAccounts          *accounts = tkb_library_get_accounts (self->library);
  const TkbStoreCounts *counts = tkb_library_get_counts (self->library);

  *facts = (TkbSyncFacts){
    .has_server = accounts != NULL && tkb_accounts_get_remote (accounts) != NULL,
    .is_enabled = accounts != NULL && tkb_accounts_is_enabled (accounts),
    .waiting = counts != NULL ? counts->waiting : 0,
    .refused = counts != NULL ? counts->refused : 0,
    .now_ms = tkb_clock_get_real_ms (tkb_library_get_clock (self->library)),
  };
  if (self->replicator == NULL)
    return;
  facts->state = tkb_replicator_get_state (self->replicator);
  facts->last_sync_ms = tkb_replicator_get_last_sync_ms (self->replicator);
  tkb_replicator_get_progress (self->replicator, &facts->done, &facts->total);
}

/* ---- the line ---- */

static void
say (TkbSyncStatus *self, const char *text)
{
  if (g_strcmp0 (self->said, text) == 0)
    return;
  g_free (self->said);
  self->said = g_strdup (text);
  gtk_label_set_label (self->line, text);
  /* the button in the menu button, which is focused, takes its name from the line */
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  text, -1);
}

static void
update_progress (TkbSyncStatus *self, const TkbSyncFacts *facts)
{
  gboolean is_syncing =
      facts->has_server && facts->is_enabled && facts->state == TKB_REPLICATOR_SYNCING;

  gtk_widget_set_visible (GTK_WIDGET (self->progress), is_syncing && facts->total > 0);
  if (is_syncing && facts->total > 0)
    gtk_progress_bar_set_fraction (self->progress,
                                   MIN (1.0, (double) facts->done / (double) facts->total));
}

static void
append_merged (TkbSyncStatus *self, GString *text)
{
  guint64 merged = self->replicator != NULL ? tkb_replicator_get_merged (self->replicator) : 0;
  g_autofree char *number = tkb_text_count (merged);

  if (merged == 0)
    return;
  g_string_append_c (text, '\n');
  g_string_append_printf (
      text, ngettext ("%s conflict merged", "%s conflicts merged", (gulong) merged), number);
}

static void
update_popover (TkbSyncStatus *self, const TkbSyncFacts *facts)
{
  TkbAccounts  *accounts = tkb_library_get_accounts (self->library);
  const GError *error =
      self->replicator != NULL ? tkb_replicator_get_error (self->replicator) : NULL;
  g_autoptr (GString) text = g_string_new (NULL);

  gtk_widget_set_visible (self->now_button, facts->has_server);
  gtk_widget_set_visible (
      self->deletions_button,
      facts->has_server && facts->is_enabled && facts->state == TKB_REPLICATOR_ERROR &&
          g_error_matches (error, TKB_SYNC_ERROR, TKB_SYNC_ERROR_MANY_DELETIONS));
  if (!facts->has_server)
    {
      gtk_label_set_label (self->heading, _ ("No server yet"));
      gtk_label_set_label (self->details,
                           _ ("Everything is stored on this computer. Name the server of your "
                              "network in the preferences to share it with other centres."));
      return;
    }
  gtk_label_set_label (self->heading, tkb_accounts_get_remote (accounts)->url);
  if (facts->is_enabled && error != NULL && facts->state != TKB_REPLICATOR_IDLE &&
      facts->state != TKB_REPLICATOR_SYNCING)
    {
      g_autofree char *sentence = tkb_sync_text_error (error);

      g_string_append_printf (text, "%s\n", sentence);
    }
  if (facts->last_sync_ms == 0)
    g_string_append (text, _ ("Not synchronised yet"));
  else
    {
      g_autofree char *ago = tkb_sync_text_ago (facts->last_sync_ms, facts->now_ms);

      g_string_append_printf (text, _ ("Last sync: %s"), ago);
    }
  append_merged (self, text);
  gtk_label_set_label (self->details, text->str);
}

/* A popover does not grow by itself with what stands in it. */
static void
fit_popover (TkbSyncStatus *self)
{
  if (gtk_widget_get_mapped (GTK_WIDGET (self->popover)))
    gtk_popover_present (self->popover);
}

static void
update (TkbSyncStatus *self)
{
  TkbSyncFacts     facts;
  g_autofree char *text = NULL;

  get_facts (self, &facts);
  text = tkb_sync_text_line (&facts);
  say (self, text);
  gtk_image_set_from_icon_name (self->icon, tkb_sync_text_icon (&facts));
  if (tkb_sync_text_is_alert (&facts))
    gtk_widget_add_css_class (GTK_WIDGET (self), "alert");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "alert");
  update_progress (self, &facts);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "sync.now",
                                 facts.has_server && facts.is_enabled);
  if (gtk_widget_get_visible (GTK_WIDGET (self->popover)))
    {
      update_popover (self, &facts);
      fit_popover (self);
    }
}

static gboolean
timer_cb (gpointer user_data)
{
  TkbSyncStatus *self = TKB_SYNC_STATUS (user_data);

  self->timer =
      tkb_clock_add_timeout (tkb_library_get_clock (self->library), REFRESH_MS, timer_cb, self);
  update (self);
  return G_SOURCE_REMOVE;
}

/* ---- what waits ---- */

/* On a reader thread. */
static void
waiting_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  const char *language = task_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) outbox = tkb_store_get_outbox (TKB_STORE (source), cancellable, &error);
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();
  g_autoptr (GPtrArray) rows = NULL;
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func ((GDestroyNotify) waiting_free);

  for (guint i = 0; outbox != NULL && i < MIN (outbox->len, WAITING_MAX_ROWS); i++)
    g_ptr_array_add (ids, ((TkbOutboxEntry *) g_ptr_array_index (outbox, i))->id);
  g_ptr_array_add (ids, NULL);
  if (outbox != NULL)
    rows = tkb_store_list_ids (TKB_STORE (source), (const char *const *) ids->pdata,
                               TKB_LIST_INCLUDE_DOCS, cancellable, &error);
  if (rows == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  for (guint i = 0; i < rows->len; i++)
    {
      TkbListRow     *row = g_ptr_array_index (rows, i);
      TkbOutboxEntry *entry = g_ptr_array_index (outbox, i);
      Waiting        *waiting = g_new0 (Waiting, 1);

      waiting->id = g_strdup (entry->id);
      waiting->reason = g_strdup (entry->reason);
      waiting->title = g_strdup (
          row->document != NULL ? tkb_document_get_title (row->document, language) : entry->id);
      g_ptr_array_add (found, waiting);
    }
  g_task_return_pointer (task, g_steal_pointer (&found), (GDestroyNotify) g_ptr_array_unref);
}

static GtkWidget *
waiting_row_new (const Waiting *waiting)
{
  GtkWidget       *row = gtk_list_box_row_new ();
  GtkWidget       *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  GtkWidget       *title = gtk_label_new (waiting->title);
  g_autofree char *name = NULL;

  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_label_set_ellipsize (GTK_LABEL (title), PANGO_ELLIPSIZE_END);
  gtk_label_set_max_width_chars (GTK_LABEL (title), 1);
  gtk_box_append (GTK_BOX (box), title);
  if (waiting->reason != NULL)
    {
      g_autofree char *text = g_strdup_printf (_ ("Refused: %s"), waiting->reason);
      GtkWidget       *reason = gtk_label_new (text);

      gtk_label_set_xalign (GTK_LABEL (reason), 0);
      gtk_label_set_wrap (GTK_LABEL (reason), TRUE);
      gtk_label_set_wrap_mode (GTK_LABEL (reason), PANGO_WRAP_WORD_CHAR);
      gtk_label_set_max_width_chars (GTK_LABEL (reason), 1);
      gtk_widget_add_css_class (reason, "refused");
      gtk_box_append (GTK_BOX (box), reason);
      name = g_strdup_printf ("%s\n%s", waiting->title, text);
    }
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  name != NULL ? name : waiting->title, -1);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  g_object_set_data_full (G_OBJECT (row), "id", g_strdup (waiting->id), g_free);
  return row;
}

static void
show_waiting (TkbSyncStatus *self, GPtrArray *found)
{
  const TkbStoreCounts *counts = tkb_library_get_counts (self->library);
  guint64               count = counts != NULL ? MAX (counts->waiting, found->len) : found->len;
  g_autofree char      *number = tkb_text_count (count);
  g_autofree char      *heading = NULL;
  GtkWidget            *row;

  while ((row = gtk_widget_get_first_child (GTK_WIDGET (self->waiting_rows))) != NULL)
    gtk_list_box_remove (self->waiting_rows, row);
  for (guint i = 0; i < found->len; i++)
    gtk_list_box_append (self->waiting_rows, waiting_row_new (g_ptr_array_index (found, i)));
  heading = g_strdup_printf (
      ngettext ("%s change waits for the server", "%s changes wait for the server", (gulong) count),
      number);
  gtk_label_set_label (self->waiting_heading, heading);
  gtk_widget_set_visible (GTK_WIDGET (self->waiting_box), found->len > 0);
  fit_popover (self);
}

static void
waiting_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TkbSyncStatus) self = TKB_SYNC_STATUS (user_data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) found = g_task_propagate_pointer (G_TASK (result), &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (found == NULL)
    g_debug ("reading the outbox failed: %s", error->message);
  else
    show_waiting (self, found);
}

static void
read_waiting (TkbSyncStatus *self)
{
  TkbStore *store = tkb_library_get_store (self->library);
  g_autoptr (GTask) task = NULL;

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  if (store == NULL)
    return;
  self->cancellable = g_cancellable_new ();
  task = g_task_new (store, self->cancellable, waiting_read_cb, g_object_ref (self));
  g_task_set_source_tag (task, read_waiting);
  g_task_set_name (task, "tkb_sync_status: waiting");
  g_task_set_task_data (task, g_strdup (tkb_library_get_language (self->library)), g_free);
  tkb_store_run_async (store, task, waiting_thread);
}

static void
popover_shown_cb (TkbSyncStatus *self)
{
  update (self);
  read_waiting (self);
}

static void
row_activated_cb (TkbSyncStatus *self, GtkListBoxRow *row)
{
  const char *id = g_object_get_data (G_OBJECT (row), "id");

  gtk_popover_popdown (self->popover);
  gtk_widget_activate_action (GTK_WIDGET (self), "win.open", "s", id);
}

/* ---- the library ---- */

static void
counts_changed_cb (TkbSyncStatus *self)
{
  update (self);
  if (gtk_widget_get_visible (GTK_WIDGET (self->popover)))
    read_waiting (self);
}

static void
library_opened_cb (TkbSyncStatus *self)
{
  TkbReplicator *replicator = tkb_library_get_replicator (self->library);

  if (self->replicator != NULL)
    g_signal_handlers_disconnect_by_data (self->replicator, self);
  g_set_object (&self->replicator, replicator);
  if (replicator != NULL)
    g_signal_connect_swapped (replicator, "notify", G_CALLBACK (update), self);
  update (self);
}

static void
now_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  TkbSyncStatus *self = TKB_SYNC_STATUS (widget);

  if (self->replicator != NULL)
    tkb_replicator_sync_now (self->replicator);
}

static void
deletions_answered_cb (TkbSyncStatus *self, const char *response)
{
  if (g_str_equal (response, "delete") && self->replicator != NULL)
    tkb_replicator_allow_deletions (self->replicator);
}

static void
allow_deletions_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  TkbSyncStatus *self = TKB_SYNC_STATUS (widget);
  GtkRoot       *root = gtk_widget_get_root (widget);
  GtkWidget     *dialog = adw_message_dialog_new (
          GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, _ ("Delete a large part of the library?"),
      _ ("What was deleted at the server will be deleted on this computer too. Changes of yours "
         "that the server has not got stay."));

  gtk_popover_popdown (self->popover);
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"), "delete",
                                    _ ("_Delete"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "delete",
                                              ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (deletions_answered_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
preferences_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  gtk_popover_popdown (TKB_SYNC_STATUS (widget)->popover);
  gtk_widget_activate_action (widget, "app.preferences", NULL);
}

static void
tkb_sync_status_dispose (GObject *object)
{
  TkbSyncStatus *self = TKB_SYNC_STATUS (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  if (self->timer != 0)
    tkb_clock_remove_timeout (tkb_library_get_clock (self->library), self->timer);
  self->timer = 0;
  if (self->replicator != NULL)
    g_signal_handlers_disconnect_by_data (self->replicator, self);
  g_clear_object (&self->replicator);
  if (self->library != NULL && tkb_library_get_accounts (self->library) != NULL)
    g_signal_handlers_disconnect_by_data (tkb_library_get_accounts (self->library), self);
  if (self->library != NULL)
    g_signal_handlers_disconnect_by_data (self->library, self);
  g_clear_object (&self->library);
  G_OBJECT_CLASS (tkb_sync_status_parent_class)->dispose (object);
}

static void
tkb_sync_status_finalize (GObject *object)
{
  g_free (TKB_SYNC_STATUS (object)->said);
  G_OBJECT_CLASS (tkb_sync_status_parent_class)->finalize (object);
}

static void
tkb_sync_status_class_init (TkbSyncStatusClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = tkb_sync_status_dispose;
  G_OBJECT_CLASS (klass)->finalize = tkb_sync_status_finalize;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/example/TiscKB/ui/tkb-sync-status.ui");
  gtk_widget_class_bind_template_child (widget_class, TkbSyncStatus, progress);
  gtk_widget_class_bind_template_child (widget_class, TkbSyncStatus, button);
  gtk_widget_class_bind_template_child (widget_class, TkbSyncStatus, popover);
  gtk_widget_class_bind_template_child (widget_class, TkbSyncStatus, icon);
  gtk_widget_class_bind_template_child (widget_class, TkbSyncStatus, line);
  gtk_widget_class_bind_template_child (widget_class, TkbSyncStatus, heading);
  gtk_widget_class_bind_template_child (widget_class, TkbSyncStatus, details);
  gtk_widget_class_bind_template_child (widget_class, TkbSyncStatus, waiting_box);
  gtk_widget_class_bind_template_child (widget_class, TkbSyncStatus, waiting_heading);
  gtk_widget_class_bind_template_child (widget_class, TkbSyncStatus, waiting_rows);
  gtk_widget_class_bind_template_child (widget_class, TkbSyncStatus, now_button);
  gtk_widget_class_bind_template_child (widget_class, TkbSyncStatus, deletions_button);
  gtk_widget_class_bind_template_callback (widget_class, popover_shown_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_activated_cb);
  gtk_widget_class_install_action (widget_class, "sync.now", NULL, now_action);
  gtk_widget_class_install_action (widget_class, "sync.allow-deletions", NULL,
                                   allow_deletions_action);
  gtk_widget_class_install_action (widget_class, "sync.preferences", NULL, preferences_action);
}

static void
tkb_sync_status_init (TkbSyncStatus *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  /* a menu button centres what it is given */
  gtk_widget_set_halign (gtk_widget_get_parent (gtk_menu_button_get_child (self->button)),
                         GTK_ALIGN_FILL);
  gtk_widget_set_hexpand (gtk_menu_button_get_child (self->button), TRUE);
}

/**
 * tkb_sync_status_new:
 * @library: may still be closed
 *
 * Returns: (transfer floating): the widget
 */
GtkWidget *
tkb_sync_status_new (TkbLibrary *library)
{
  TkbSyncStatus *self = g_object_new (TKB_TYPE_SYNC_STATUS, NULL);

  self->library = g_object_ref (library);
  g_signal_connect_swapped (library, "counts-changed", G_CALLBACK (counts_changed_cb), self);
  g_signal_connect_swapped (library, "notify::is-open", G_CALLBACK (library_opened_cb), self);
  if (tkb_library_get_accounts (library) != NULL)
    g_signal_connect_swapped (tkb_library_get_accounts (library), "changed", G_CALLBACK (update),
                              self);
  self->timer = tkb_clock_add_timeout (tkb_library_get_clock (library), REFRESH_MS, timer_cb, self);
  library_opened_cb (self);
  return GTK_WIDGET (self);
}
