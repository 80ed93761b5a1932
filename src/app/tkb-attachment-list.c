/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-attachment-list.h"

#include "tkb-json.h"
#include "tkb-text.h"

/* rows; a document with more has them in its JSON all the same */
#define MAX_ROWS 100

/* One file that can be saved: what a row's button works on. */
typedef struct
{
  TkbLibrary *library; /* (owned) */
  char       *name;    /* (owned) */
  char       *digest;  /* (owned) as in the stub */
} Attachment;

static void
attachment_free (gpointer data, GClosure *closure)
{
  Attachment *attachment = data;

  g_object_unref (attachment->library);
  g_free (attachment->name);
  g_free (attachment->digest);
  g_free (attachment);
}

static void
toast (GtkWidget *widget, const char *text)
{
  GtkWidget *overlay = gtk_widget_get_ancestor (widget, ADW_TYPE_TOAST_OVERLAY);

  if (overlay != NULL)
    adw_toast_overlay_add_toast (ADW_TOAST_OVERLAY (overlay), adw_toast_new (text));
}

/* ---- saving ---- */

typedef struct
{
  GtkWidget    *button; /* (owned) */
  GInputStream *source; /* (owned) (nullable) */
  GFile        *file;   /* (owned) */
} Saving;

static void
saving_free (Saving *saving)
{
  g_clear_object (&saving->button);
  g_clear_object (&saving->source);
  g_clear_object (&saving->file);
  g_free (saving);
}

static void
finish (Saving *saving, const GError *error)
{
  g_autofree char *text = NULL;

  if (error == NULL)
    text = g_strdup (_ ("Saved"));
  else
    text = g_strdup_printf (_ ("Not saved: %s"), error->message);
  gtk_widget_set_sensitive (saving->button, TRUE);
  toast (saving->button, text);
  saving_free (saving);
}

static void
spliced_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  g_output_stream_splice_finish (G_OUTPUT_STREAM (source), result, &error);
  finish (user_data, error);
}

static void
replaced_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Saving *saving = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFileOutputStream) stream = g_file_replace_finish (G_FILE (source), result, &error);

  if (stream == NULL)
    {
      finish (saving, error);
      return;
    }
  g_output_stream_splice_async (G_OUTPUT_STREAM (stream), saving->source,
                                G_OUTPUT_STREAM_SPLICE_CLOSE_SOURCE |
                                    G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET,
                                G_PRIORITY_DEFAULT, NULL, spliced_cb, saving);
}

static void
save_response_cb (GtkNativeDialog *dialog, int response, gpointer user_data)
{
  GtkWidget        *button = g_object_get_data (G_OBJECT (dialog), "button");
  const Attachment *attachment = user_data;
  Saving           *saving;
  g_autoptr (GError) error = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    {
      saving = g_new0 (Saving, 1);
      saving->button = g_object_ref (button);
      saving->file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
      saving->source = tkb_store_open_blob (tkb_library_get_store (attachment->library),
                                            attachment->digest, NULL, &error);
      gtk_widget_set_sensitive (button, FALSE);
      if (saving->source == NULL)
        finish (saving, error);
      else
        g_file_replace_async (saving->file, NULL, FALSE, G_FILE_CREATE_NONE, G_PRIORITY_DEFAULT,
                              NULL, replaced_cb, saving);
    }
  g_object_unref (dialog);
}

static void
save_clicked_cb (GtkButton *button, gpointer user_data)
{
  const Attachment     *attachment = user_data;
  GtkRoot              *root = gtk_widget_get_root (GTK_WIDGET (button));
  g_autofree char      *name = g_path_get_basename (attachment->name);
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (
      _ ("Save attachment"), GTK_WINDOW (root), GTK_FILE_CHOOSER_ACTION_SAVE, _ ("_Save"), NULL);

  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), name);
  /* the button outlives the dialog with the attachment that it owns */
  g_object_set_data_full (G_OBJECT (dialog), "button", g_object_ref (button), g_object_unref);
  g_signal_connect (dialog, "response", G_CALLBACK (save_response_cb), user_data);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

/* ---- rows ---- */

/* (nullable): the caption given to a file */
static const char *
find_caption (TkbDocument *document, const char *name)
{
  JsonArray *captions = tkb_json_get_array (tkb_document_get_body (document), "attachments");

  for (guint i = 0; captions != NULL && i < json_array_get_length (captions); i++)
    {
      JsonNode *node = json_array_get_element (captions, i);

      if (JSON_NODE_HOLDS_OBJECT (node) &&
          g_strcmp0 (tkb_json_get_string (json_node_get_object (node), "name", NULL), name) == 0)
        return tkb_json_get_string (json_node_get_object (node), "caption", NULL);
    }
  return NULL;
}

/* ---- what is known of their text ---- */

/* What a row says of its file whatever its text is, and the file's digest: data of the row. */
#define KEY_SUBTITLE "tkb-subtitle"
#define KEY_DIGEST "tkb-digest"

/* (nullable): nothing worth saying, as of a picture */
static const char *
describe_state (TkbTextState state)
{
  switch (state)
    {
    case TKB_TEXT_WHOLE:
      return _ ("Text can be searched");
    case TKB_TEXT_PARTIAL:
      return _ ("Only part of the text could be read");
    case TKB_TEXT_EMPTY:
    case TKB_TEXT_UNREADABLE:
      return _ ("No text could be read");
    default:
      return NULL;
    }
}

/* On a reader thread: the states of the digests, in order. */
static void
read_states (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  GPtrArray *digests = task_data;
  GArray    *states = g_array_new (FALSE, FALSE, sizeof (TkbTextState));

  for (guint i = 0; i < digests->len; i++)
    {
      TkbTextState state = tkb_store_get_text_state (source, g_ptr_array_index (digests, i), NULL);

      g_array_append_val (states, state);
    }
  g_task_return_pointer (task, states, (GDestroyNotify) g_array_unref);
}

static void
states_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GtkListBox) list = user_data;
  g_autoptr (GArray) states = g_task_propagate_pointer (G_TASK (result), NULL);

  for (guint i = 0; states != NULL && i < states->len; i++)
    {
      GtkListBoxRow   *row = gtk_list_box_get_row_at_index (list, (int) i);
      const char      *known = describe_state (g_array_index (states, TkbTextState, i));
      const char      *subtitle;
      g_autofree char *text = NULL;

      if (row == NULL)
        return;
      subtitle = g_object_get_data (G_OBJECT (row), KEY_SUBTITLE);
      text = known != NULL ? g_strdup_printf ("%s · %s", subtitle, known) : g_strdup (subtitle);
      adw_action_row_set_subtitle (ADW_ACTION_ROW (row), text);
    }
}

/* With each change of the library: a text may have been read. */
static void
update_states (GtkListBox *list, TkbLibrary *library)
{
  TkbStore      *store = tkb_library_get_store (library);
  GPtrArray     *digests = g_ptr_array_new_with_free_func (g_free);
  GtkListBoxRow *row;
  g_autoptr (GTask) task = NULL;

  for (int i = 0; (row = gtk_list_box_get_row_at_index (list, i)) != NULL; i++)
    g_ptr_array_add (digests, g_strdup (g_object_get_data (G_OBJECT (row), KEY_DIGEST)));
  task = g_task_new (store, NULL, states_read_cb, g_object_ref (list));
  g_task_set_source_tag (task, update_states);
  g_task_set_name (task, "states of attachments");
  g_task_set_task_data (task, digests, (GDestroyNotify) g_ptr_array_unref);
  tkb_store_run_async (store, task, read_states);
}

static void
library_changed_cb (GtkListBox *list, TkbLibrary *library)
{
  if (tkb_library_is_open (library))
    update_states (list, library);
}

/* ---- one row ---- */

static GtkWidget *
row_new (TkbLibrary *library, TkbDocument *document, const char *name, JsonObject *stub)
{
  GtkWidget       *row = adw_action_row_new ();
  GtkWidget       *button = gtk_button_new_from_icon_name ("document-save-symbolic");
  Attachment      *attachment = g_new0 (Attachment, 1);
  const char      *caption = find_caption (document, name);
  g_autofree char *size = tkb_text_bytes (tkb_json_get_int (stub, "length", 0));
  g_autofree char *subtitle = NULL;
  g_autofree char *label = g_strdup_printf (_ ("Save “%s”"), name);

  attachment->library = g_object_ref (library);
  attachment->name = g_strdup (name);
  attachment->digest = g_strdup (tkb_json_get_string (stub, "digest", ""));
  subtitle = caption != NULL && *caption != '\0' ? g_strdup_printf ("%s · %s", name, size)
                                                 : g_strdup (size);
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row),
                                 caption != NULL && *caption != '\0' ? caption : name);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  g_object_set_data_full (G_OBJECT (row), KEY_SUBTITLE, g_strdup (subtitle), g_free);
  g_object_set_data_full (G_OBJECT (row), KEY_DIGEST, g_strdup (attachment->digest), g_free);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), tkb_compat_icon ("mail-attachment-symbolic"));
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  -1);
  g_signal_connect_data (button, "clicked", G_CALLBACK (save_clicked_cb), attachment,
                         attachment_free, 0);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
  return row;
}

/**
 * tkb_attachment_list_new:
 * @library: must be open
 * @document: whose attachment stubs are listed
 */
GtkWidget *
tkb_attachment_list_new (TkbLibrary *library, TkbDocument *document)
{
  JsonObject    *stubs = tkb_json_get_object (tkb_document_get_body (document), "_attachments");
  GtkWidget     *list;
  JsonObjectIter iter;
  const char    *name;
  JsonNode      *stub;
  guint          n = 0;

  if (stubs == NULL || json_object_get_size (stubs) == 0)
    return NULL;
  list = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "boxed-list");
  json_object_iter_init (&iter, stubs);
  while (json_object_iter_next (&iter, &name, &stub) && n < MAX_ROWS)
    if (JSON_NODE_HOLDS_OBJECT (stub))
      {
        gtk_list_box_append (GTK_LIST_BOX (list),
                             row_new (library, document, name, json_node_get_object (stub)));
        n++;
      }
  update_states (GTK_LIST_BOX (list), library);
  g_signal_connect_object (library, "changed", G_CALLBACK (library_changed_cb), list,
                           G_CONNECT_SWAPPED);
  return list;
}
