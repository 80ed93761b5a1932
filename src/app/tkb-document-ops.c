/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-document-ops.h"

#include <string.h>

#include "tkb-document-text.h"
#include "tkb-json.h"
#include "tkb-revise.h"

/* What an operation under way must not lose: the page may be gone when it ends. */
static void
toast (GtkWidget *page, AdwToast *message)
{
  GtkWidget *overlay = gtk_widget_get_ancestor (page, ADW_TYPE_TOAST_OVERLAY);

  if (overlay != NULL)
    adw_toast_overlay_add_toast (ADW_TOAST_OVERLAY (overlay), message);
  else
    {
      g_object_ref_sink (message);
      g_object_unref (message);
    }
}

static void
toast_text (GtkWidget *page, const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);
  AdwToast        *message = adw_toast_new (escaped);

  adw_toast_set_timeout (message, 3);
  toast (page, message);
}

/* Where an operation was asked for, and on what. */
typedef struct
{
  GtkWidget   *page;     /* (owned): for toasts and actions */
  TkbLibrary  *library;  /* (owned) */
  TkbDocument *document; /* (owned) (nullable) */
  char        *id;       /* (owned) (nullable): of the document; restoring: of a field */
  char        *rev;      /* (owned) (nullable): tombstone; NULL: gone without trace */
  gboolean     is_favourite;
} Op;

static Op *
op_new (GtkWidget *page, TkbLibrary *library, TkbDocument *document, const char *id)
{
  Op *op = g_new0 (Op, 1);

  op->page = g_object_ref (page);
  op->library = g_object_ref (library);
  op->document = document != NULL ? tkb_document_ref (document) : NULL;
  op->id = g_strdup (id);
  return op;
}

static void
op_free (gpointer data)
{
  Op *op = data;

  g_clear_object (&op->page);
  g_clear_object (&op->library);
  g_clear_pointer (&op->document, tkb_document_unref);
  g_free (op->id);
  g_free (op->rev);
  g_free (op);
}

static void
op_closure_free (gpointer data, GClosure *closure)
{
  op_free (data);
}

static AdwToast *
undo_toast_new (const char *text, GCallback callback, Op *op /* (transfer full) */)
{
  AdwToast *undo = adw_toast_new (text);

  adw_toast_set_button_label (undo, _ ("Undo"));
  g_signal_connect_data (undo, "button-clicked", callback, op, op_closure_free, 0);
  return undo;
}

/* ---- favourite ---- */

/* On a reader thread, where waiting for the writer is no harm. */
static void
favourite_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  const Op *op = task_data;
  g_autoptr (GError) error = NULL;

  if (tkb_store_set_favourite (TKB_STORE (source), op->id, op->is_favourite, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
favourite_undo_cb (AdwToast *undo, gpointer user_data)
{
  const Op *op = user_data;

  tkb_document_ops_set_favourite (op->page, op->library, op->id, TRUE);
}

static void
favourite_set_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  const Op *op = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      g_autofree char *text =
          g_strdup_printf (_ ("The favourite was not saved: %s"), error->message);

      toast_text (op->page, text);
      return;
    }
  tkb_library_touch (op->library);
  if (op->is_favourite)
    toast_text (op->page, _ ("Added to favourites"));
  else
    toast (op->page, undo_toast_new (_ ("Removed from favourites"), G_CALLBACK (favourite_undo_cb),
                                     op_new (op->page, op->library, NULL, op->id)));
}

/**
 * tkb_document_ops_set_favourite:
 * @page: where toasts appear
 * @library: must be open
 *
 * Marks a document or takes the mark away; the latter can be undone from the toast.
 */
void
tkb_document_ops_set_favourite (GtkWidget  *page,
                                TkbLibrary *library,
                                const char *id,
                                gboolean    is_favourite)
{
  TkbStore *store = tkb_library_get_store (library);
  g_autoptr (GTask) task = NULL;
  Op *op;

  if (store == NULL)
    return;
  task = g_task_new (store, NULL, favourite_set_cb, NULL);
  op = op_new (page, library, NULL, id);
  op->is_favourite = is_favourite;
  g_task_set_source_tag (task, tkb_document_ops_set_favourite);
  g_task_set_name (task, "tkb_document_ops: favourite");
  g_task_set_task_data (task, op, op_free);
  tkb_store_run_async (store, task, favourite_thread);
}

/* ---- export ---- */

static void
exported_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Op *op = user_data;
  g_autoptr (GError) error = NULL;

  if (g_file_replace_contents_finish (G_FILE (source), result, NULL, &error))
    toast_text (op->page, _ ("Exported"));
  else
    {
      g_autofree char *text = g_strdup_printf (_ ("Not exported: %s"), error->message);

      toast_text (op->page, text);
    }
  op_free (op);
}

static void
export_response_cb (GtkNativeDialog *dialog, int response, gpointer user_data)
{
  Op *op = user_data;
  g_autoptr (GFile) file = NULL;
  g_autoptr (GBytes) bytes = NULL;
  char *text;

  if (response == GTK_RESPONSE_ACCEPT)
    {
      file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
      text = tkb_document_text_to_markdown (tkb_library_get_catalog (op->library), op->document);
      bytes = g_bytes_new_take (text, strlen (text));
      g_file_replace_contents_bytes_async (file, bytes, NULL, FALSE, G_FILE_CREATE_NONE, NULL,
                                           exported_cb, op);
    }
  else
    op_free (op);
  g_object_unref (dialog);
}

/**
 * tkb_document_ops_export:
 *
 * Asks where to, then writes the document as Markdown.
 */
void
tkb_document_ops_export (GtkWidget *page, TkbLibrary *library, TkbDocument *document)
{
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (
      _ ("Export as Markdown"), GTK_WINDOW (gtk_widget_get_root (page)),
      GTK_FILE_CHOOSER_ACTION_SAVE, _ ("_Export"), NULL);
  g_autofree char *name = g_strconcat (tkb_document_get_id (document), ".md", NULL);

  g_strdelimit (name, "/:\\", '-');
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), name);
  g_signal_connect (dialog, "response", G_CALLBACK (export_response_cb),
                    op_new (page, library, document, NULL));
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

/* ---- put back ---- */

static void
put_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Op *op = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbDocument) document = tkb_store_put_finish (TKB_STORE (source), result, &error);

  if (document == NULL)
    {
      g_autofree char *text = g_strdup_printf (_ ("Not restored: %s"), error->message);

      toast_text (op->page, text);
    }
  else
    {
      gtk_widget_activate_action (op->page, "win.open", "s", tkb_document_get_id (document));
      toast_text (op->page, _ ("Restored"));
    }
  op_free (op);
}

/* Writes the body of the document again, on rev (nullable: as a new one). op (transfer full) */
static void
put_back (Op *op, const char *rev)
{
  TkbStore *store = tkb_library_get_store (op->library);
  g_autoptr (TkbDocument) again = NULL;

  if (store == NULL)
    {
      op_free (op);
      return;
    }
  again = tkb_document_new (tkb_document_get_id (op->document), rev, FALSE,
                            tkb_document_get_body (op->document), NULL);
  tkb_store_put_async (store, again, TKB_WRITE_NONE, NULL, put_cb, op);
}

static void restore (Op *op);

static void
restore_undo_cb (AdwToast *undo, gpointer user_data)
{
  const Op *op = user_data;

  restore (op_new (op->page, op->library, op->document, op->id));
}

static void
restored_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Op *op = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbDocument) written = tkb_store_put_finish (TKB_STORE (source), result, &error);
  AdwToast *undo;

  if (written == NULL)
    {
      g_autofree char *text = g_strdup_printf (_ ("Not restored: %s"), error->message);

      toast_text (op->page, text);
      op_free (op);
      return;
    }
  gtk_widget_activate_action (op->page, "win.open", "s", tkb_document_get_id (written));
  undo = undo_toast_new (_ ("Restored"), G_CALLBACK (restore_undo_cb), op);
  adw_toast_set_timeout (undo, 10);
  toast (op->page, undo);
}

/* Now op holds what stands there, so that it can be undone in the same way. */
static void
current_loaded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Op *op = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbDocument) current = tkb_store_get_finish (TKB_STORE (source), result, &error);
  g_autoptr (TkbDocument) restored =
      current != NULL ? tkb_revise_restore (current, op->document, op->id) : NULL;
  g_autofree char *now = tkb_clock_get_iso8601 (tkb_library_get_clock (op->library));
  g_autoptr (JsonObject) body = NULL;
  g_autoptr (TkbDocument) dated = NULL;

  if (restored == NULL)
    {
      toast_text (op->page, error != NULL ? error->message : _ ("It says the same already"));
      op_free (op);
      return;
    }
  tkb_document_unref (op->document);
  op->document = tkb_document_ref (current);
  body = tkb_json_object_copy (tkb_document_get_body (restored));
  json_object_set_string_member (body, "modified", now);
  dated = tkb_document_with_body (restored, body);
  tkb_store_put_async (TKB_STORE (source), dated, TKB_WRITE_NONE, NULL, restored_cb, op);
}

/* op (transfer full): the document to go back to; id (nullable): in this field alone */
static void
restore (Op *op)
{
  TkbStore *store = tkb_library_get_store (op->library);

  if (store != NULL)
    tkb_store_get_async (store, tkb_document_get_id (op->document), NULL, NULL, current_loaded_cb,
                         op);
  else
    op_free (op);
}

/**
 * tkb_document_ops_restore:
 * @document: an earlier version
 * @field: (nullable): its code; %NULL: all that differs
 *
 * A new version says what @document says, there or everywhere but for where it stands on its way
 * to publication; the toast takes it back. Nothing is lost.
 */
void
tkb_document_ops_restore (GtkWidget   *page,
                          TkbLibrary  *library,
                          TkbDocument *document,
                          const char  *field)
{
  restore (op_new (page, library, document, field));
}

/* ---- delete ---- */

/* On a reader thread. A draft that nobody else has seen goes without a trace. */
static void
delete_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Op         *op = task_data;
  TkbStore   *store = TKB_STORE (source);
  const char *id = tkb_document_get_id (op->document);
  g_autoptr (GError) error = NULL;

  if (g_strcmp0 (tkb_document_get_string (op->document, "state"), "draft") == 0 &&
      tkb_store_purge_draft (store, id, NULL))
    {
      g_task_return_boolean (task, TRUE);
      return;
    }
  op->rev = tkb_store_delete (store, id, NULL, cancellable, &error);
  if (op->rev != NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
delete_undo_cb (AdwToast *undo, gpointer user_data)
{
  const Op *op = user_data;

  put_back (op_new (op->page, op->library, op->document, NULL), op->rev);
}

static void
deleted_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  const Op *op = g_task_get_task_data (G_TASK (result));
  Op       *kept;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  AdwToast        *undo;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      text = g_strdup_printf (_ ("Not deleted: %s"), error->message);
      toast_text (op->page, text);
      return;
    }
  gtk_widget_activate_action (op->page, "page.close", "s", tkb_document_get_id (op->document));
  kept = op_new (op->page, op->library, op->document, NULL);
  kept->rev = g_strdup (op->rev);
  text = g_markup_printf_escaped (
      _ ("“%s” deleted"),
      tkb_document_get_title (op->document, tkb_library_get_language (op->library)));
  undo = undo_toast_new (text, G_CALLBACK (delete_undo_cb), kept);
  adw_toast_set_timeout (undo, 10);
  toast (op->page, undo);
}

/**
 * tkb_document_ops_delete:
 * @page: where toasts appear and whose action page.close is called
 *
 * Deletes the document; the toast offers to put it back.
 */
void
tkb_document_ops_delete (GtkWidget *page, TkbLibrary *library, TkbDocument *document)
{
  TkbStore *store = tkb_library_get_store (library);
  g_autoptr (GTask) task = NULL;

  if (store == NULL)
    return;
  task = g_task_new (store, NULL, deleted_cb, NULL);
  g_task_set_source_tag (task, tkb_document_ops_delete);
  g_task_set_name (task, "tkb_document_ops: delete");
  g_task_set_task_data (task, op_new (page, library, document, NULL), op_free);
  tkb_store_run_async (store, task, delete_thread);
}
