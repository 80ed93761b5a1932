/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-history-dialog.h"

#include "tkb-fork.h"
#include "tkb-rev-id.h"
#include "tkb-text.h"
#include "tkb-version-dialog.h"

/* versions shown; older ones have seldom kept their text */
#define MAX_ROWS 200

struct _TkbHistoryDialog
{
  AdwWindow parent_instance;

  TkbLibrary   *library;     /* (owned) */
  GtkWidget    *page;        /* (owned): where it was asked for */
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

static void
compare_clicked_cb (GtkButton *button, gpointer user_data)
{
  TkbHistoryDialog *self = TKB_HISTORY_DIALOG (user_data);

  tkb_version_dialog_present (self->page, self->library, self->id,
                              g_object_get_data (G_OBJECT (button), "rev"));
  gtk_window_close (GTK_WINDOW (self));
}

/* (transfer floating) */
static GtkWidget *
compare_button_new (TkbHistoryDialog *self, const char *rev)
{
  GtkWidget *button = gtk_button_new_from_icon_name ("view-dual-symbolic");

  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (button, _ ("Compare with the version shown now"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Compare with the version shown now"), -1);
  g_object_set_data_full (G_OBJECT (button), "rev", g_strdup (rev), g_free);
  g_signal_connect (button, "clicked", G_CALLBACK (compare_clicked_cb), self);
  return button;
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

/* What a reader thread found. */
typedef struct
{
  GPtrArray  *infos; /* (owned) (element-type TkbRevisionInfo) */
  GHashTable *notes; /* (owned) revision -> sentence: what merges and deletions made of it */
} History;

static void
history_free (History *self)
{
  g_clear_pointer (&self->infos, g_ptr_array_unref);
  g_clear_pointer (&self->notes, g_hash_table_unref);
  g_free (self);
}

static void
append_row (TkbHistoryDialog *self, const TkbRevisionInfo *info, const char *note)
{
  GtkWidget       *row = adw_action_row_new ();
  g_autofree char *description = describe (info);
  g_autofree char *subtitle =
      note != NULL ? g_strdup_printf ("%s\n%s", description, note) : g_strdup (description);
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
    {
      adw_action_row_add_suffix (ADW_ACTION_ROW (row), compare_button_new (self, info->rev));
      adw_action_row_add_suffix (ADW_ACTION_ROW (row), tkb_compat_icon ("go-next-symbolic"));
    }
  g_object_set_data_full (G_OBJECT (row), "rev", g_strdup (info->rev), g_free);
  g_signal_connect_object (row, "activated", G_CALLBACK (row_activated_cb), self, 0);
  gtk_list_box_append (self->rows, row);
}

/* Tombstones: one that ended the other side of a merge, one that lost against an edit. */
static void
note_deletions (TkbRevTree *tree, GHashTable *closed, GHashTable *notes)
{
  g_autoptr (GPtrArray) leaves = tkb_rev_tree_get_leaves (tree);
  g_autoptr (GPtrArray) living = tkb_rev_tree_get_path (tree, tkb_rev_tree_get_winner (tree));

  for (guint i = 0; i < leaves->len; i++)
    {
      g_autoptr (GPtrArray) path = tkb_rev_tree_get_path (tree, leaves->pdata[i]);

      if ((tkb_rev_tree_get_flags (tree, leaves->pdata[i]) & TKB_REV_NODE_DELETED) == 0 ||
          path->len < 2 || tkb_rev_tree_is_deleted (tree))
        continue;
      if (g_hash_table_contains (closed, path->pdata[1]))
        g_hash_table_insert (notes, g_strdup (leaves->pdata[i]),
                             g_strdup (_ ("Its text went into a merged version")));
      else if (g_ptr_array_find_with_equal_func (living, path->pdata[1], g_str_equal, NULL))
        g_hash_table_insert (notes, g_strdup (leaves->pdata[i]),
                             g_strdup (_ ("Somebody deleted it here; the edit was kept")));
    }
}

/* (transfer full): a sentence for each revision that has a part in a merge */
static GHashTable *
make_notes (TkbRevTree *tree, GHashTable *merged)
{
  GHashTable *notes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GHashTable) closed = g_hash_table_new (g_str_hash, g_str_equal);
  GHashTableIter iterator;
  gpointer       into, parents;

  g_hash_table_iter_init (&iterator, merged);
  while (g_hash_table_iter_next (&iterator, &into, &parents))
    {
      g_autoptr (GPtrArray) path = tkb_rev_tree_get_path (tree, into);
      const char *first = ((GPtrArray *) parents)->pdata[0];

      for (guint i = 0; i < ((GPtrArray *) parents)->len; i++)
        g_hash_table_add (closed, ((GPtrArray *) parents)->pdata[i]);
      if (path != NULL && path->len > 1)
        g_hash_table_insert (notes, g_strdup (into),
                             g_strdup_printf (_ ("Merged from version %u and version %u"),
                                              tkb_rev_id_get_generation (path->pdata[1]),
                                              tkb_rev_id_get_generation (first)));
    }
  note_deletions (tree, closed, notes);
  return notes;
}

/* On a reader thread. */
static void
history_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  TkbStore *store = TKB_STORE (source);
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbRevTree) tree = NULL;
  g_autoptr (GHashTable) merged = NULL;
  g_autoptr (GPtrArray) infos = tkb_store_get_history (store, task_data, cancellable, &error);
  History *history;

  if (infos != NULL)
    tree = tkb_store_get_tree (store, task_data, cancellable, &error);
  if (tree != NULL)
    merged = tkb_fork_list_merged (store, task_data, tree, cancellable, &error);
  if (merged == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  history = g_new0 (History, 1);
  history->infos = g_steal_pointer (&infos);
  history->notes = make_notes (tree, merged);
  g_task_return_pointer (task, history, (GDestroyNotify) history_free);
}

static void
history_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TkbHistoryDialog) self = TKB_HISTORY_DIALOG (user_data);
  g_autoptr (GError) error = NULL;
  History *history = g_task_propagate_pointer (G_TASK (result), &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (history == NULL)
    {
      g_debug ("history: %s", error->message);
      return;
    }
  for (guint i = 0; i < history->infos->len && i < MAX_ROWS; i++)
    {
      const TkbRevisionInfo *info = g_ptr_array_index (history->infos, i);

      append_row (self, info, g_hash_table_lookup (history->notes, info->rev));
    }
  history_free (history);
}

static void
tkb_history_dialog_dispose (GObject *object)
{
  TkbHistoryDialog *self = TKB_HISTORY_DIALOG (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->library);
  g_clear_object (&self->page);
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
 * @page: in a TkbWindow
 * @library: must be open
 * @id: of the document
 */
void
tkb_history_dialog_present (GtkWidget *page, TkbLibrary *library, const char *id)
{
  TkbHistoryDialog *self =
      g_object_new (TKB_TYPE_HISTORY_DIALOG, "transient-for", gtk_widget_get_root (page), NULL);
  TkbStore *store = tkb_library_get_store (library);
  g_autoptr (GTask) task = g_task_new (store, self->cancellable, history_cb, g_object_ref (self));

  self->library = g_object_ref (library);
  self->page = g_object_ref (page);
  self->id = g_strdup (id);
  g_task_set_name (task, "tkb_history_dialog");
  g_task_set_task_data (task, g_strdup (id), g_free);
  tkb_store_run_async (store, task, history_thread);
  gtk_window_present (GTK_WINDOW (self));
}
