/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-version-dialog.h"

#include "tkb-document-ops.h"
#include "tkb-field-view.h"
#include "tkb-rev-id.h"
#include "tkb-revise.h"
#include "tkb-text.h"
#include "tkb-word-diff.h"

#include <string.h>

struct _TkbVersionDialog
{
  AdwWindow parent_instance;

  TkbLibrary   *library;     /* (owned) */
  GtkWidget    *page;        /* (owned): for toasts and actions */
  TkbDocument  *earlier;     /* (owned) (nullable) until loaded */
  TkbDocument  *current;     /* (owned) (nullable) until loaded */
  GPtrArray    *links;       /* (owned): of the page context; their titles are not looked up */
  GCancellable *cancellable; /* (owned) */

  GtkWidget *restore_button; /* (unowned): our descendant */
  GtkBox    *fields;         /* (unowned): our descendant */
};

G_DEFINE_FINAL_TYPE (TkbVersionDialog, tkb_version_dialog, ADW_TYPE_WINDOW)

static void
restore (TkbVersionDialog *self, const char *code)
{
  tkb_document_ops_restore (self->page, self->library, self->earlier, code);
  gtk_window_close (GTK_WINDOW (self));
}

static void
restore_clicked_cb (GtkButton *button, gpointer user_data)
{
  restore (TKB_VERSION_DIALOG (user_data), g_object_get_data (G_OBJECT (button), "code"));
}

/* ---- one field ---- */

/* (nullable): the text of a plain text */
static const char *
get_text (JsonNode *node)
{
  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

/* Pango markup with the changed stretches marked. (transfer full) */
static char *
mark (const char *text, GArray *ranges)
{
  GString *markup = g_string_new (NULL);
  guint    at = 0;

  for (guint i = 0; i < ranges->len; i++)
    {
      const TkbWordRange *range = &g_array_index (ranges, TkbWordRange, i);
      g_autofree char    *before = g_markup_escape_text (text + at, range->start - at);
      g_autofree char    *inside =
          g_markup_escape_text (text + range->start, range->end - range->start);

      g_string_append_printf (markup, "%s<b><u>%s</u></b>", before, inside);
      at = range->end;
    }
  {
    g_autofree char *rest = g_markup_escape_text (text + at, -1);

    g_string_append (markup, rest);
  }
  return g_string_free (markup, FALSE);
}

/* (transfer floating): what is no plain text */
static GtkWidget *
value_new (TkbVersionDialog *self, TkbDocument *document, TkbField *field, JsonNode *node)
{
  TkbPageContext context = { self->library, document, self->links };
  GtkWidget     *value = NULL;

  if (field != NULL)
    value = tkb_field_view_is_short (field) ? tkb_field_view_new_inline (&context, field, node)
                                            : tkb_field_view_new_block (&context, field, node);
  if (value == NULL)
    {
      g_autofree char *text = json_to_string (node, FALSE);

      value = tkb_text_label_with_class (text, "code");
    }
  return value;
}

/* (transfer floating) */
static GtkWidget *
card_new (const char *title, GtkWidget *value)
{
  GtkWidget *card = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);

  gtk_widget_add_css_class (card, "figure");
  gtk_widget_set_hexpand (card, TRUE);
  gtk_box_append (GTK_BOX (card), tkb_text_label_with_class (title, "dim-label"));
  gtk_box_append (GTK_BOX (card), value);
  return card;
}

static void
append_heading (TkbVersionDialog *self, TkbField *field, const char *code)
{
  GtkWidget  *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget  *button = gtk_button_new_with_label (_ ("Restore this field"));
  const char *label = field != NULL ? tkb_text_translate (tkb_field_get_label (field)) : code;
  GtkWidget  *heading = tkb_text_label_with_class (label, "field-heading");

  gtk_widget_set_hexpand (heading, TRUE);
  gtk_widget_set_valign (button, GTK_ALIGN_END);
  gtk_widget_add_css_class (button, "flat");
  g_object_set_data_full (G_OBJECT (button), "code", g_strdup (code), g_free);
  g_signal_connect (button, "clicked", G_CALLBACK (restore_clicked_cb), self);
  gtk_box_append (GTK_BOX (line), heading);
  gtk_box_append (GTK_BOX (line), button);
  gtk_box_append (self->fields, line);
}

static void
append_field (TkbVersionDialog *self, TkbField *field, const char *code)
{
  TkbDocument *const documents[] = { self->earlier, self->current };
  const char *const  titles[] = { _ ("This version"), _ ("Version shown now") };
  JsonNode          *nodes[2];
  const char        *texts[2];
  GArray            *ranges[2] = { NULL, NULL };
  GtkWidget         *sides = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);

  for (guint i = 0; i < 2; i++)
    {
      nodes[i] = json_object_get_member (tkb_document_get_body (documents[i]), code);
      texts[i] = get_text (nodes[i]);
    }
  if (texts[0] != NULL && texts[1] != NULL)
    tkb_word_diff (texts[0], texts[1], &ranges[0], &ranges[1]);
  append_heading (self, field, code);
  gtk_box_set_homogeneous (GTK_BOX (sides), TRUE);
  for (guint i = 0; i < 2; i++)
    {
      GtkWidget *value;

      if (tkb_field_view_is_empty (nodes[i]))
        value = tkb_text_label_with_class (_ ("Empty"), "dim-label");
      else if (ranges[i] != NULL)
        {
          g_autofree char *markup = mark (texts[i], ranges[i]);

          value = tkb_text_markup_label (markup);
        }
      else
        value = value_new (self, documents[i], field, nodes[i]);
      gtk_box_append (GTK_BOX (sides), card_new (titles[i], value));
      g_clear_pointer (&ranges[i], g_array_unref);
    }
  gtk_box_append (self->fields, sides);
}

/* ---- the dialog ---- */

static void
fill (TkbVersionDialog *self)
{
  TkbCatalog *catalog = tkb_library_get_catalog (self->library);
  const char *kind_code = tkb_document_get_kind (self->current);
  TkbKind    *kind = kind_code != NULL ? tkb_catalog_get_kind (catalog, kind_code) : NULL;
  g_autoptr (GPtrArray) codes = tkb_revise_get_changed (catalog, self->earlier, self->current);

  gtk_box_append (self->fields, tkb_text_label_with_class (
                                    tkb_document_get_title (
                                        self->earlier, tkb_library_get_language (self->library)),
                                    "section-heading"));
  gtk_box_append (self->fields,
                  tkb_text_label_with_class (
                      codes->len > 0
                          ? _ ("What differs from the version shown now. What you restore "
                               "becomes a new version; nothing is lost.")
                          : _ ("This version says the same as the one shown now."),
                      "body-text"));
  for (guint i = 0; i < codes->len; i++)
    append_field (self, kind != NULL ? tkb_kind_get_field (kind, codes->pdata[i]) : NULL,
                  codes->pdata[i]);
  gtk_widget_set_sensitive (self->restore_button, codes->len > 0);
}

typedef struct
{
  char        *id;      /* (owned) */
  char        *rev;     /* (owned) */
  TkbDocument *earlier; /* (owned) (nullable) */
  TkbDocument *current; /* (owned) (nullable) */
} Pair;

static void
pair_free (gpointer data)
{
  Pair *pair = data;

  g_free (pair->id);
  g_free (pair->rev);
  g_clear_pointer (&pair->earlier, tkb_document_unref);
  g_clear_pointer (&pair->current, tkb_document_unref);
  g_free (pair);
}

/* On a reader thread. */
static void
load_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Pair   *pair = task_data;
  GError *error = NULL;

  pair->earlier = tkb_store_get (TKB_STORE (source), pair->id, pair->rev, cancellable, &error);
  if (pair->earlier != NULL)
    pair->current = tkb_store_get (TKB_STORE (source), pair->id, NULL, cancellable, &error);
  if (pair->current != NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
loaded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TkbVersionDialog) self = TKB_VERSION_DIALOG (user_data);
  g_autoptr (GError) error = NULL;
  Pair *pair = g_task_get_task_data (G_TASK (result));

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      if (self->fields != NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        gtk_box_append (self->fields, tkb_text_label_with_class (error->message, "body-text"));
      return;
    }
  if (self->library == NULL)
    return;
  self->earlier = g_steal_pointer (&pair->earlier);
  self->current = g_steal_pointer (&pair->current);
  fill (self);
}

static void
tkb_version_dialog_dispose (GObject *object)
{
  TkbVersionDialog *self = TKB_VERSION_DIALOG (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->library);
  g_clear_object (&self->page);
  g_clear_pointer (&self->earlier, tkb_document_unref);
  g_clear_pointer (&self->current, tkb_document_unref);
  g_clear_pointer (&self->links, g_ptr_array_unref);
  self->fields = NULL;
  G_OBJECT_CLASS (tkb_version_dialog_parent_class)->dispose (object);
}

static void
tkb_version_dialog_class_init (TkbVersionDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = tkb_version_dialog_dispose;
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
tkb_version_dialog_init (TkbVersionDialog *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *bar = adw_header_bar_new ();
  GtkWidget *scroller = gtk_scrolled_window_new ();
  GtkWidget *clamp = adw_clamp_new ();
  GtkWidget *fields = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);

  self->cancellable = g_cancellable_new ();
  self->links = g_ptr_array_new ();
  self->fields = GTK_BOX (fields);
  self->restore_button = gtk_button_new_with_label (_ ("Restore this version"));
  gtk_widget_add_css_class (self->restore_button, "suggested-action");
  gtk_widget_set_sensitive (self->restore_button, FALSE);
  g_signal_connect (self->restore_button, "clicked", G_CALLBACK (restore_clicked_cb), self);
  adw_header_bar_pack_end (ADW_HEADER_BAR (bar), self->restore_button);
  adw_clamp_set_maximum_size (ADW_CLAMP (clamp), 900);
  adw_clamp_set_child (ADW_CLAMP (clamp), fields);
  gtk_widget_add_css_class (clamp, "dialog-content");
  gtk_widget_add_css_class (fields, "page");
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), clamp);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_widget_set_vexpand (scroller, TRUE);
  gtk_box_append (GTK_BOX (box), bar);
  gtk_box_append (GTK_BOX (box), scroller);
  adw_window_set_content (ADW_WINDOW (self), box);
  gtk_window_set_default_size (GTK_WINDOW (self), 820, 600);
  gtk_window_set_modal (GTK_WINDOW (self), TRUE);
}

/**
 * tkb_version_dialog_present:
 * @page: in a window, which the dialog stands before
 * @library: must be open
 * @id: of the document
 * @rev: the earlier version
 */
void
tkb_version_dialog_present (GtkWidget *page, TkbLibrary *library, const char *id, const char *rev)
{
  TkbVersionDialog *self =
      g_object_new (TKB_TYPE_VERSION_DIALOG, "transient-for", gtk_widget_get_root (page), NULL);
  TkbStore        *store = tkb_library_get_store (library);
  g_autofree char *title = g_strdup_printf (_ ("Version %u"), tkb_rev_id_get_generation (rev));
  g_autoptr (GTask) task = g_task_new (store, self->cancellable, loaded_cb, g_object_ref (self));
  Pair *pair = g_new0 (Pair, 1);

  self->library = g_object_ref (library);
  self->page = g_object_ref (page);
  pair->id = g_strdup (id);
  pair->rev = g_strdup (rev);
  gtk_window_set_title (GTK_WINDOW (self), title);
  g_task_set_name (task, "tkb_version_dialog");
  g_task_set_task_data (task, pair, pair_free);
  tkb_store_run_async (store, task, load_thread);
  gtk_window_present (GTK_WINDOW (self));
}
