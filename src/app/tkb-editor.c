/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-editor.h"

#include "tkb-draft.h"
#include "tkb-field-editor.h"
#include "tkb-text.h"
#include "tkb-validation.h"
#include "tkb-window.h"

/* ms after the last change until the form is checked */
#define CHECK_DELAY_MS 350

struct _TkbEditor
{
  GtkBox parent_instance;

  TkbLibrary *library;       /* (owned) */
  TkbDraft   *draft;         /* (owned) */
  TkbKind    *kind;          /* (owned) */
  GHashTable *editors;       /* (owned): field code -> TkbFieldEditor (unowned, a child) */
  guint       check_timeout; /* of the clock, 0: none */
  gboolean    is_existing;   /* not a new document */
  gboolean    is_draft;      /* it was one when the page was opened */
  gboolean    was_sent;      /* a first try to send: from now on missing fields are marked too */

  GPtrArray *sections; /* (owned) (element-type GtkWidget): of the form, which holds them */

  AdwHeaderBar      *header;
  GtkMenuButton     *sections_button;
  AdwWindowTitle    *title;
  GtkScrolledWindow *scroller;
  GtkBox            *form;
};

G_DEFINE_FINAL_TYPE (TkbEditor, tkb_editor, GTK_TYPE_BOX)

enum
{
  CLOSED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void
add_toast (TkbEditor *self, AdwToast *toast /* (transfer full) */)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  if (TKB_IS_WINDOW (root))
    tkb_window_add_toast (TKB_WINDOW (root), toast);
  else
    g_object_unref (g_object_ref_sink (toast));
}

/* ---- what is wrong ---- */

/* Of process[2].action 3; 0: the field itself */
static guint
item_of (const char *path)
{
  const char *bracket = strchr (path, '[');

  return bracket != NULL ? (guint) g_ascii_strtoull (bracket + 1, NULL, 10) + 1 : 0;
}

/* (transfer full): the field of the form that a path such as process[2].action belongs to */
static char *
field_of (const char *path)
{
  return g_strndup (path, strcspn (path, ".["));
}

static char *
describe (TkbProblem *problem)
{
  const char *label = problem->label != NULL ? tkb_text_translate (problem->label) : problem->path;
  guint       item = item_of (problem->path);
  g_autofree char *text =
      g_strdup_printf (_ (tkb_problem_code_get_format (problem->code)), label,
                       problem->argument != NULL ? tkb_text_translate (problem->argument) : "");

  if (item == 0)
    return g_steal_pointer (&text);
  /* Translators: what is wrong with the item of that number in a list */
  return g_strdup_printf (_ ("No. %u: %s"), item, text);
}

/* Marks what is wrong in the form. (nullable): the first field with a problem */
static TkbFieldEditor *
check (TkbEditor *self, TkbValidateLevel level, guint *out_n_problems)
{
  g_autoptr (TkbDocument) document =
      tkb_draft_make_document (self->draft, level == TKB_VALIDATE_COMPLETE ? "submitted" : "draft");
  g_autoptr (GPtrArray) problems =
      tkb_validate (tkb_library_get_catalog (self->library), document, level);
  g_autoptr (GHashTable) texts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  TkbFieldEditor *first = NULL;

  for (guint i = 0; i < problems->len; i++)
    {
      g_autofree char *code = field_of (((TkbProblem *) problems->pdata[i])->path);

      if (!g_hash_table_contains (texts, code))
        g_hash_table_insert (texts, g_steal_pointer (&code), describe (problems->pdata[i]));
    }
  for (GtkWidget *section = gtk_widget_get_first_child (GTK_WIDGET (self->form)); section != NULL;
       section = gtk_widget_get_next_sibling (section))
    for (GtkWidget *child = gtk_widget_get_first_child (section); child != NULL;
         child = gtk_widget_get_next_sibling (child))
      if (TKB_IS_FIELD_EDITOR (child))
        {
          const char *text = g_hash_table_lookup (
              texts, tkb_field_get_code (tkb_field_editor_get_field (TKB_FIELD_EDITOR (child))));

          tkb_field_editor_set_problem (TKB_FIELD_EDITOR (child), text);
          if (text != NULL && first == NULL)
            first = TKB_FIELD_EDITOR (child);
        }
  if (out_n_problems != NULL)
    *out_n_problems = problems->len;
  return first;
}

static gboolean
check_cb (gpointer user_data)
{
  TkbEditor *self = user_data;

  self->check_timeout = 0;
  check (self, self->was_sent ? TKB_VALIDATE_COMPLETE : TKB_VALIDATE_DRAFT, NULL);
  return G_SOURCE_REMOVE;
}

static void
clear_check (TkbEditor *self)
{
  if (self->check_timeout != 0)
    tkb_clock_remove_timeout (tkb_library_get_clock (self->library), self->check_timeout);
  self->check_timeout = 0;
}

static void
scroll_to (TkbEditor *self, GtkWidget *widget)
{
  GtkAdjustment   *adjustment = gtk_scrolled_window_get_vadjustment (self->scroller);
  graphene_point_t point;

  if (gtk_widget_compute_point (widget, GTK_WIDGET (self->form), &GRAPHENE_POINT_INIT (0, 0),
                                &point))
    gtk_adjustment_set_value (adjustment, point.y - 24);
}

static void
show_field (TkbEditor *self, TkbFieldEditor *editor)
{
  scroll_to (self, GTK_WIDGET (editor));
  tkb_field_editor_focus (editor);
}

/* parameter: the number of the section in the form */
static void
section_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  TkbEditor *self = TKB_EDITOR (widget);
  GtkWidget *section = g_ptr_array_index (self->sections, g_variant_get_uint32 (parameter));
  GtkWidget *first = gtk_widget_get_next_sibling (gtk_widget_get_first_child (section));

  if (TKB_IS_FIELD_EDITOR (first))
    tkb_field_editor_focus (TKB_FIELD_EDITOR (first));
  scroll_to (self, section);
}

/* ---- the form ---- */

static void
field_changed_cb (TkbFieldEditor *editor, TkbEditor *self)
{
  const char *code = tkb_field_get_code (tkb_field_editor_get_field (editor));

  tkb_draft_set_member (self->draft, code, tkb_field_editor_get_node (editor));
  clear_check (self);
  self->check_timeout =
      tkb_clock_add_timeout (tkb_library_get_clock (self->library), CHECK_DELAY_MS, check_cb, self);
}

static GtkWidget *
make_section (const char *label)
{
  GtkWidget *section = gtk_box_new (GTK_ORIENTATION_VERTICAL, 18);
  GtkWidget *heading = gtk_label_new (_ (label));

  gtk_label_set_xalign (GTK_LABEL (heading), 0);
  gtk_widget_add_css_class (heading, "form-heading");
  gtk_widget_add_css_class (section, "form-section");
  gtk_box_append (GTK_BOX (section), heading);
  return section;
}

static gboolean
is_in_form (TkbField *field)
{
  return (tkb_field_get_flags (field) & TKB_FIELD_FLAG_READ_ONLY) == 0 &&
         tkb_field_get_field_type (field) != TKB_FIELD_JSON &&
         g_strcmp0 (tkb_field_get_code (field), "attachments") != 0;
}

static void
add_field (TkbEditor *self, GtkWidget *section, TkbField *field)
{
  TkbFieldEditor *editor = tkb_field_editor_new (self->library, field);
  JsonNode       *node =
      json_object_get_member (tkb_draft_get_body (self->draft), tkb_field_get_code (field));

  tkb_field_editor_set_node (editor, node);
  g_signal_connect (editor, "changed", G_CALLBACK (field_changed_cb), self);
  g_hash_table_insert (self->editors, g_strdup (tkb_field_get_code (field)), editor);
  gtk_box_append (GTK_BOX (section), GTK_WIDGET (editor));
}

/* What the reviewer asks for stands above everything else. */
static void
show_review_note (TkbEditor *self, TkbDocument *document)
{
  const char *note = tkb_document_get_string (document, "review_note");
  GtkWidget  *box, *heading;

  if (note == NULL || *note == '\0' ||
      g_strcmp0 (tkb_document_get_string (document, "state"), "published") == 0)
    return;
  box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);
  heading = tkb_text_label_with_class (_ ("What the reviewer says"), "caveats-title");
  gtk_widget_add_css_class (box, "review-note");
  gtk_box_append (GTK_BOX (box), heading);
  gtk_box_append (GTK_BOX (box), tkb_text_label (note));
  gtk_box_append (self->form, box);
}

static void
fill_form (TkbEditor *self)
{
  GPtrArray *fields = tkb_kind_get_fields (self->kind);
  g_autoptr (GMenu) menu = g_menu_new ();

  for (guint i = 0; i < tkb_kind_get_n_sections (self->kind); i++)
    {
      const char *code, *label;
      GtkWidget  *section = NULL;

      tkb_kind_get_section (self->kind, i, &code, &label);
      for (guint j = 0; j < fields->len; j++)
        {
          if (g_strcmp0 (tkb_field_get_section (fields->pdata[j]), code) != 0 ||
              !is_in_form (fields->pdata[j]))
            continue;
          if (section == NULL)
            {
              g_autoptr (GMenuItem) item = g_menu_item_new (_ (label), NULL);

              g_menu_item_set_action_and_target (item, "editor.section", "u", self->sections->len);
              g_menu_append_item (menu, item);
              section = make_section (label);
              gtk_box_append (self->form, section);
              g_ptr_array_add (self->sections, section);
            }
          add_field (self, section, fields->pdata[j]);
        }
    }
  gtk_menu_button_set_menu_model (self->sections_button, G_MENU_MODEL (menu));
}

/* ---- saving, sending, leaving ---- */

/* Why the text is not on disk; it stays in the window, and is tried again by itself. */
static char *
describe_failure (const GError *error)
{
  if (g_error_matches (error, TKB_STORE_ERROR, TKB_STORE_ERROR_FULL))
    return g_strdup (_ ("Not saved: the disk is full. Make room; it is tried again by itself."));
  if (g_error_matches (error, TKB_STORE_ERROR, TKB_STORE_ERROR_BUSY))
    return g_strdup (_ ("Not saved yet: another program holds the library. It is tried again."));
  return g_strdup_printf (_ ("Not saved: %s"), error->message);
}

static void
status_changed_cb (TkbEditor *self)
{
  const char      *text = "";
  g_autofree char *failure = NULL;

  switch (tkb_draft_get_status (self->draft))
    {
    case TKB_DRAFT_UNTOUCHED:
      break;
    case TKB_DRAFT_CHANGED:
    case TKB_DRAFT_SAVING:
      text = _ ("Saving…");
      break;
    case TKB_DRAFT_SAVED:
      text = _ ("Saved as a draft");
      break;
    case TKB_DRAFT_FAILED:
      text = failure = describe_failure (tkb_draft_get_error (self->draft));
      break;
    }
  adw_window_title_set_subtitle (self->title, text);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "editor.discard",
                                 tkb_draft_get_status (self->draft) != TKB_DRAFT_UNTOUCHED ||
                                     self->is_draft);
}

static void
close_editor (TkbEditor *self)
{
  gboolean is_written =
      self->is_existing || tkb_draft_get_status (self->draft) != TKB_DRAFT_UNTOUCHED;

  g_signal_emit (self, signals[CLOSED], 0, is_written ? tkb_draft_get_id (self->draft) : NULL);
}

typedef struct
{
  TkbEditor      *editor; /* (owned) */
  GSourceOnceFunc function;
  gpointer        user_data; /* (unowned) */
} Finish;

static void
finished_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Finish *finish = user_data;
  g_autoptr (TkbEditor) self = finish->editor;
  g_autoptr (GError) error = NULL;

  if (tkb_draft_save_finish (TKB_DRAFT (source), result, &error))
    finish->function (finish->user_data);
  else
    {
      g_autofree char *text =
          g_strdup_printf (_ ("Could not be saved, so the form stays open: %s"), error->message);

      add_toast (self, adw_toast_new (text));
    }
  g_free (finish);
}

gboolean
tkb_editor_is_saved (TkbEditor *self)
{
  TkbDraftStatus status = tkb_draft_get_status (self->draft);

  return status == TKB_DRAFT_UNTOUCHED || status == TKB_DRAFT_SAVED;
}

void
tkb_editor_finish (TkbEditor *self, GSourceOnceFunc function, gpointer user_data)
{
  Finish *finish = g_new (Finish, 1);

  finish->editor = g_object_ref (self);
  finish->function = function;
  finish->user_data = user_data;
  tkb_draft_save_async (self->draft, finished_cb, finish);
}

static void
close_cb (gpointer user_data)
{
  close_editor (TKB_EDITOR (user_data));
}

static void
close_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  tkb_editor_finish (TKB_EDITOR (widget), close_cb, widget);
}

static void
sent_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TkbEditor) self = user_data;
  g_autoptr (GError) error = NULL;
  TkbReplicator *replicator = tkb_library_get_replicator (self->library);

  if (!tkb_draft_send_finish (TKB_DRAFT (source), result, &error))
    {
      g_autofree char *text =
          g_strdup_printf (_ ("Could not be saved; the draft stays open: %s"), error->message);

      add_toast (self, adw_toast_new (text));
      return;
    }
  if (replicator != NULL && (tkb_replicator_get_state (replicator) == TKB_REPLICATOR_IDLE ||
                             tkb_replicator_get_state (replicator) == TKB_REPLICATOR_SYNCING))
    add_toast (self, adw_toast_new (_ ("On its way to the server")));
  else
    add_toast (self, adw_toast_new (_ ("Saved; it will be sent when there is a connection")));
  close_editor (self);
}

static void
send_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  TkbEditor      *self = TKB_EDITOR (widget);
  guint           n_problems;
  TkbFieldEditor *first;

  self->was_sent = TRUE;
  first = check (self, TKB_VALIDATE_COMPLETE, &n_problems);
  if (n_problems > 0)
    {
      g_autofree char *text = g_strdup_printf (
          ngettext ("%u thing is missing or wrong", "%u things are missing or wrong", n_problems),
          n_problems);

      add_toast (self, adw_toast_new (text));
      if (first != NULL)
        show_field (self, first);
      return;
    }
  tkb_draft_send_async (self->draft, sent_cb, g_object_ref (self));
}

static void
brought_back_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GtkWidget) window = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbDocument) document = tkb_store_put_finish (TKB_STORE (source), result, &error);
  g_autofree char *text = NULL;

  if (document != NULL)
    {
      gtk_widget_activate_action (window, "win.open", "s", tkb_document_get_id (document));
      return;
    }
  text = g_strdup_printf (_ ("The draft could not be brought back: %s"), error->message);
  tkb_window_add_toast (TKB_WINDOW (window), adw_toast_new (text));
}

static void
undo_discard_cb (AdwToast *toast, TkbWindow *window)
{
  TkbDocument *document = g_object_get_data (G_OBJECT (toast), "document");

  tkb_store_put_async (tkb_library_get_store (tkb_window_get_library (window)), document,
                       TKB_WRITE_NONE, NULL, brought_back_cb, g_object_ref (window));
}

static void
discarded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TkbEditor) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  AdwToast        *toast;
  GtkRoot         *root = gtk_widget_get_root (GTK_WIDGET (self));

  if (!tkb_draft_discard_finish (TKB_DRAFT (source), result, &error))
    {
      text = g_strdup_printf (_ ("The draft could not be discarded: %s"), error->message);
      add_toast (self, adw_toast_new (text));
      return;
    }
  toast = adw_toast_new (_ ("Draft discarded"));
  adw_toast_set_button_label (toast, _ ("_Undo"));
  adw_toast_set_timeout (toast, 10);
  g_object_set_data_full (G_OBJECT (toast), "document",
                          tkb_draft_make_document (self->draft, "draft"),
                          (GDestroyNotify) tkb_document_unref);
  if (TKB_IS_WINDOW (root))
    g_signal_connect_object (toast, "button-clicked", G_CALLBACK (undo_discard_cb), root, 0);
  add_toast (self, toast);
  g_signal_emit (self, signals[CLOSED], 0,
                 tkb_draft_is_new (self->draft) ? NULL : tkb_draft_get_id (self->draft));
}

static void
discard_action (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  TkbEditor *self = TKB_EDITOR (widget);

  tkb_draft_discard_async (self->draft, discarded_cb, g_object_ref (self));
}

/* ---- class ---- */

static void
tkb_editor_dispose (GObject *object)
{
  TkbEditor *self = TKB_EDITOR (object);

  if (self->library != NULL)
    clear_check (self);
  if (self->draft != NULL)
    g_signal_handlers_disconnect_by_data (self->draft, self);
  g_clear_object (&self->draft);
  g_clear_object (&self->library);
  g_clear_pointer (&self->kind, tkb_kind_unref);
  g_clear_pointer (&self->editors, g_hash_table_unref);
  g_clear_pointer (&self->sections, g_ptr_array_unref);
  G_OBJECT_CLASS (tkb_editor_parent_class)->dispose (object);
}

static void
tkb_editor_class_init (TkbEditorClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = tkb_editor_dispose;
  signals[CLOSED] = g_signal_new ("closed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/example/TiscKB/ui/tkb-editor.ui");
  gtk_widget_class_bind_template_child (widget_class, TkbEditor, header);
  gtk_widget_class_bind_template_child (widget_class, TkbEditor, sections_button);
  gtk_widget_class_bind_template_child (widget_class, TkbEditor, title);
  gtk_widget_class_bind_template_child (widget_class, TkbEditor, scroller);
  gtk_widget_class_bind_template_child (widget_class, TkbEditor, form);
  gtk_widget_class_install_action (widget_class, "editor.close", NULL, close_action);
  gtk_widget_class_install_action (widget_class, "editor.send", NULL, send_action);
  gtk_widget_class_install_action (widget_class, "editor.discard", NULL, discard_action);
  gtk_widget_class_install_action (widget_class, "editor.section", "u", section_action);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Return, GDK_CONTROL_MASK,
                                       "editor.send", NULL);
}

static void
tkb_editor_init (TkbEditor *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->sections = g_ptr_array_new ();
  self->editors = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

/**
 * tkb_editor_new:
 * @library: open
 * @existing: (nullable): the document to edit
 * @kind: code of a kind of the catalog; of @existing, or of a new document
 *
 * Returns: (transfer floating): the page; it saves by itself
 */
GtkWidget *
tkb_editor_new (TkbLibrary *library, TkbDocument *existing, const char *kind)
{
  TkbEditor       *self = g_object_new (TKB_TYPE_EDITOR, NULL);
  TkbKind         *found = tkb_catalog_get_kind (tkb_library_get_catalog (library), kind);
  g_autofree char *heading = NULL;

  g_return_val_if_fail (found != NULL, GTK_WIDGET (self));
  self->library = g_object_ref (library);
  self->kind = tkb_kind_ref (found);
  self->is_existing = existing != NULL;
  self->is_draft =
      existing != NULL && g_strcmp0 (tkb_document_get_string (existing, "state"), "draft") == 0;
  self->draft = tkb_draft_new (library, existing, kind);
  heading = g_strdup_printf (existing != NULL ? _ ("Edit: %s") : _ ("New: %s"),
                             _ (tkb_kind_get_label (found)));
  adw_window_title_set_title (self->title, heading);
  if (existing != NULL)
    show_review_note (self, existing);
  fill_form (self);
  g_signal_connect_swapped (self->draft, "notify::status", G_CALLBACK (status_changed_cb), self);
  status_changed_cb (self);
  return GTK_WIDGET (self);
}

void
tkb_editor_set_folded (TkbEditor *self, gboolean is_folded)
{
  adw_header_bar_set_show_start_title_buttons (self->header, is_folded);
}

void
tkb_editor_focus (TkbEditor *self)
{
  TkbFieldEditor *editor = g_hash_table_lookup (self->editors, "title");

  if (editor != NULL)
    tkb_field_editor_focus (editor);
}
