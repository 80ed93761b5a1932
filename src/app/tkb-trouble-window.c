/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-trouble-window.h"

struct _TkbTroubleWindow
{
  AdwApplicationWindow parent_instance;

  TkbLibrary *library; /* (owned) */

  GtkStack      *stack;
  AdwStatusPage *trouble;
  AdwStatusPage *work;
  AdwStatusPage *report;
  GtkWidget     *repair_button;
  GtkWidget     *retry_button;
  GtkWidget     *open_button;
  GtkTextView   *lines;
};

enum
{
  SIGNAL_OPENED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (TkbTroubleWindow, tkb_trouble_window, ADW_TYPE_APPLICATION_WINDOW)

/* ---- what happened, what was kept, what to do ---- */

static char *
describe (const GError *error)
{
  if (error->domain != TKB_STORE_ERROR)
    return g_strdup (error->message);
  switch ((TkbStoreError) error->code)
    {
    case TKB_STORE_ERROR_CORRUPT:
      return g_strdup (_ (
          "The file of the library is damaged. Repairing it reads everything that can still be "
          "read, drafts and unsent changes too, into a new file. The damaged file is kept beside "
          "it. What the server has comes back with the next sync."));
    case TKB_STORE_ERROR_NEWER_VERSION:
      return g_strdup (_ ("It was written by a newer version of this program and was not touched. "
                          "Update the program to open it."));
    case TKB_STORE_ERROR_NOT_A_STORE:
      return g_strdup (
          _ ("The file in its place is something else, or damaged where it begins, and "
             "was not touched. Put the library back in its place; or repair it, "
             "which looks for what can still be read and else changes nothing."));
    case TKB_STORE_ERROR_FULL:
      return g_strdup (_ ("The disk is full. Nothing was changed. Make room, then try again."));
    case TKB_STORE_ERROR_BUSY:
      return g_strdup (_ ("Another program holds the library. Nothing was changed. Close that "
                          "program, then try again."));
    case TKB_STORE_ERROR_READ_ONLY:
      return g_strdup (_ ("There is no right to write there. Nothing was changed. Check the rights "
                          "of the file and its folder, then try again."));
    default:
      return g_strdup_printf (_ ("Nothing was changed. The computer says: %s"), error->message);
    }
}

/* Status pages read their description as markup. */
static void
set_description (AdwStatusPage *page, const char *text)
{
  g_autofree char *markup = g_markup_escape_text (text, -1);

  adw_status_page_set_description (page, markup);
}

static void
show_trouble (TkbTroubleWindow *self, const GError *error, const char *title)
{
  g_autofree char *description = describe (error);
  gboolean         is_damaged = g_error_matches (error, TKB_STORE_ERROR, TKB_STORE_ERROR_CORRUPT);
  gboolean         may_be = g_error_matches (error, TKB_STORE_ERROR, TKB_STORE_ERROR_NOT_A_STORE);

  adw_status_page_set_title (self->trouble, title);
  set_description (self->trouble, description);
  gtk_widget_set_visible (self->repair_button, is_damaged || may_be);
  gtk_widget_set_visible (self->retry_button, !is_damaged);
  gtk_stack_set_visible_child_name (self->stack, "trouble");
  gtk_widget_grab_focus (is_damaged ? self->repair_button : self->retry_button);
}

static void
show_work (TkbTroubleWindow *self, const char *title, const char *description)
{
  adw_status_page_set_title (self->work, title);
  set_description (self->work, description);
  gtk_stack_set_visible_child_name (self->stack, "work");
}

static void
show_report (TkbTroubleWindow *self, TkbSalvage *salvage)
{
  g_autoptr (GString) summary = g_string_new (NULL);
  g_autofree char *text = tkb_salvage_to_text (salvage);
  g_autofree char *documents = g_strdup_printf ("%" G_GUINT64_FORMAT, salvage->documents);
  g_autofree char *drafts = g_strdup_printf ("%" G_GUINT64_FORMAT, salvage->drafts);
  g_autofree char *waiting = g_strdup_printf ("%" G_GUINT64_FORMAT, salvage->waiting);

  g_string_append_printf (summary,
                          _ ("Documents saved: %s, among them %s drafts and %s unsent changes."),
                          documents, drafts, waiting);
  g_string_append_c (summary, ' ');
  g_string_append (summary, salvage->lost == 0 && salvage->unsure == 0
                                ? _ ("Nothing was lost.")
                                : _ ("What is missing comes back with the next sync, as far as the "
                                     "server has it."));
  if (salvage->kept_path != NULL)
    {
      g_autofree char *name = g_path_get_basename (salvage->kept_path);

      g_string_append_c (summary, ' ');
      g_string_append_printf (summary, _ ("The damaged file is kept as %s."), name);
    }
  set_description (self->report, summary->str);
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (self->lines), text, -1);
  gtk_stack_set_visible_child_name (self->stack, "report");
  gtk_widget_grab_focus (self->open_button);
}

/* ---- what is done ---- */

static void
opened_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TkbTroubleWindow) self = user_data;
  g_autoptr (GError) error = NULL;

  if (tkb_library_open_finish (TKB_LIBRARY (source), result, &error))
    g_signal_emit (self, signals[SIGNAL_OPENED], 0);
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    show_trouble (self, error, _ ("The library could not be opened"));
}

static void
open_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  TkbTroubleWindow *self = TKB_TROUBLE_WINDOW (widget);

  show_work (self, _ ("Opening…"), "");
  tkb_library_open_async (self->library, NULL, opened_cb, g_object_ref (self));
}

static void
salvaged_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TkbTroubleWindow) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbSalvage) salvage =
      tkb_library_salvage_finish (TKB_LIBRARY (source), result, &error);

  if (salvage != NULL)
    show_report (self, salvage);
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    show_trouble (self, error, _ ("The library could not be repaired"));
}

static void
repair_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  TkbTroubleWindow *self = TKB_TROUBLE_WINDOW (widget);

  show_work (
      self, _ ("Repairing…"),
      _ ("This takes a few seconds for each thousand documents. The damaged file stays as it "
         "is until the new one is complete."));
  tkb_library_salvage_async (self->library, NULL, salvaged_cb, g_object_ref (self));
}

/* ---- class ---- */

static void
tkb_trouble_window_dispose (GObject *object)
{
  g_clear_object (&TKB_TROUBLE_WINDOW (object)->library);
  G_OBJECT_CLASS (tkb_trouble_window_parent_class)->dispose (object);
}

static void
tkb_trouble_window_class_init (TkbTroubleWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = tkb_trouble_window_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/example/TiscKB/ui/tkb-trouble-window.ui");
  gtk_widget_class_bind_template_child (widget_class, TkbTroubleWindow, stack);
  gtk_widget_class_bind_template_child (widget_class, TkbTroubleWindow, trouble);
  gtk_widget_class_bind_template_child (widget_class, TkbTroubleWindow, work);
  gtk_widget_class_bind_template_child (widget_class, TkbTroubleWindow, report);
  gtk_widget_class_bind_template_child (widget_class, TkbTroubleWindow, repair_button);
  gtk_widget_class_bind_template_child (widget_class, TkbTroubleWindow, retry_button);
  gtk_widget_class_bind_template_child (widget_class, TkbTroubleWindow, open_button);
  gtk_widget_class_bind_template_child (widget_class, TkbTroubleWindow, lines);
  gtk_widget_class_install_action (widget_class, "trouble.open", NULL, open_action);
  gtk_widget_class_install_action (widget_class, "trouble.repair", NULL, repair_action);
  /**
   * TkbTroubleWindow::opened:
   * @self: the window
   *
   * The library is open: the main window may take this one's place.
   */
  signals[SIGNAL_OPENED] = g_signal_new ("opened", TKB_TYPE_TROUBLE_WINDOW, G_SIGNAL_RUN_LAST, 0,
                                         NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
tkb_trouble_window_init (TkbTroubleWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * tkb_trouble_window_new:
 * @application: the application
 * @library: which could not be opened
 * @error: why
 *
 * Returns: (transfer none): the window, not shown yet; the application owns it
 */
GtkWindow *
tkb_trouble_window_new (GtkApplication *application, TkbLibrary *library, const GError *error)
{
  TkbTroubleWindow *self = g_object_new (TKB_TYPE_TROUBLE_WINDOW, "application", application, NULL);

  self->library = g_object_ref (library);
  show_trouble (self, error, _ ("The library could not be opened"));
  return GTK_WINDOW (self);
}
