/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-conflict-dialog.h"

#include "tkb-conflict.h"
#include "tkb-field-view.h"
#include "tkb-text.h"

struct _TkbConflictDialog
{
  AdwWindow parent_instance;

  TkbLibrary   *library;     /* (owned) */
  TkbConflict  *conflict;    /* (owned) (nullable) until loaded */
  GPtrArray    *links;       /* (owned): of the page context; their titles are not looked up */
  GCancellable *cancellable; /* (owned) */

  AdwToastOverlay *toasts;
  GtkWidget       *keep_button;
  GtkBox          *fields;
};

G_DEFINE_FINAL_TYPE (TkbConflictDialog, tkb_conflict_dialog, ADW_TYPE_WINDOW)

static void
toast (TkbConflictDialog *self, const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  adw_toast_overlay_add_toast (self->toasts, adw_toast_new (escaped));
}

/* ---- one field ---- */

static void
side_toggled_cb (GtkCheckButton *button, gpointer user_data)
{
  TkbDifference *difference = user_data;

  if (gtk_check_button_get_active (button))
    difference->side = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (button), "side"));
}

/* (transfer floating): what one side has in the field */
static GtkWidget *
value_new (TkbConflictDialog *self, TkbSide side, TkbField *field, const char *code)
{
  TkbDocument *const documents[] = { self->conflict->fork->current, self->conflict->fork->other,
                                     self->conflict->merged };
  TkbPageContext     context = { self->library, documents[side], self->links };
  JsonNode          *node = tkb_conflict_get_value (self->conflict, side, code);
  GtkWidget         *value = NULL;

  if (tkb_field_view_is_empty (node))
    return tkb_text_label_with_class (_ ("Empty"), "dim-label");
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

static const char *
get_side_label (TkbSide side)
{
  switch (side)
    {
    case TKB_SIDE_BOTH:
      return _ ("Both together");
    case TKB_SIDE_OTHER:
      return _ ("Other version");
    case TKB_SIDE_CURRENT:
    default:
      return _ ("Version shown now");
    }
}

static GtkWidget *
side_new (TkbConflictDialog *self,
          TkbDifference     *difference,
          TkbField          *field,
          TkbSide            side,
          GtkCheckButton    *group)
{
  GtkWidget *card = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);
  GtkWidget *check = gtk_check_button_new_with_label (get_side_label (side));

  gtk_widget_add_css_class (card, "figure");
  gtk_widget_set_hexpand (card, TRUE);
  gtk_check_button_set_group (GTK_CHECK_BUTTON (check), group);
  g_object_set_data (G_OBJECT (check), "side", GUINT_TO_POINTER (side));
  g_object_set_data (G_OBJECT (card), "check", check);
  gtk_check_button_set_active (GTK_CHECK_BUTTON (check), difference->side == side);
  g_signal_connect (check, "toggled", G_CALLBACK (side_toggled_cb), difference);
  gtk_box_append (GTK_BOX (card), check);
  gtk_box_append (GTK_BOX (card), value_new (self, side, field, difference->code));
  return card;
}

/* Why the field could not be merged, a sentence a place in it. */
static void
append_reasons (TkbConflictDialog *self, GtkBox *box, const TkbDifference *difference)
{
  GPtrArray *conflicts = self->conflict->fork->merge->conflicts;

  for (guint i = 0; i < conflicts->len; i++)
    {
      const TkbMergeConflict *conflict = conflicts->pdata[i];
      const char             *name = conflict->path;
      g_autofree char        *text = NULL;

      if (!g_str_equal (conflict->code, difference->code))
        continue;
      if (conflict->label != NULL && g_str_equal (conflict->path, conflict->code))
        name = tkb_text_translate (conflict->label);
      text = g_strdup_printf (_ (tkb_merge_reason_get_format (conflict->reason)), name);
      gtk_box_append (box, tkb_text_label_with_class (text, "dim-label"));
    }
}

static void
append_difference (TkbConflictDialog *self, GtkBox *box, TkbKind *kind, TkbDifference *difference)
{
  TkbField  *field = kind != NULL ? tkb_kind_get_field (kind, difference->code) : NULL;
  GtkWidget *sides = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *current = side_new (self, difference, field, TKB_SIDE_CURRENT, NULL);
  gpointer   group = g_object_get_data (G_OBJECT (current), "check");

  gtk_box_append (
      box, tkb_text_label_with_class (
               field != NULL ? tkb_text_translate (tkb_field_get_label (field)) : difference->code,
               "field-heading"));
  append_reasons (self, box, difference);
  gtk_box_set_homogeneous (GTK_BOX (sides), TRUE);
  gtk_box_append (GTK_BOX (sides), current);
  gtk_box_append (GTK_BOX (sides), side_new (self, difference, field, TKB_SIDE_OTHER, group));
  if (difference->is_combined)
    gtk_box_append (GTK_BOX (sides), side_new (self, difference, field, TKB_SIDE_BOTH, group));
  gtk_box_append (box, sides);
}

/* ---- the dialog ---- */

static const char *
get_explanation (TkbConflict *conflict)
{
  if (conflict->fork->merge->conflicts->len > 0)
    return _ ("Both versions changed the same here. Choose what is to stay; both versions stay in "
              "the history.");
  if (conflict->differences->len > 0)
    return _ ("The changes of both versions go together, and are chosen already. Both versions "
              "stay in the history.");
  return _ ("Both versions say the same. Keep one, and the conflict is over.");
}

/* Folded away where there is something to choose: it needs no choice, and may still be looked at.
 */
static GtkBox *
append_merged_box (TkbConflictDialog *self, guint count, gboolean is_open)
{
  GtkWidget       *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);
  g_autofree char *number = tkb_text_count (count);
  g_autofree char *label = g_strdup_printf (
      ngettext ("%s field merged without a question", "%s fields merged without a question", count),
      number);
  GtkWidget *expander = gtk_expander_new (label);

  gtk_widget_set_margin_top (expander, 18);
  gtk_expander_set_expanded (GTK_EXPANDER (expander), is_open);
  gtk_expander_set_child (GTK_EXPANDER (expander), box);
  gtk_box_append (self->fields, expander);
  return GTK_BOX (box);
}

static void
fill (TkbConflictDialog *self)
{
  TkbDocument *current = self->conflict->fork->current;
  GPtrArray   *differences = self->conflict->differences;
  const char  *language = tkb_library_get_language (self->library);
  GtkBox      *box = self->fields;
  TkbKind     *kind = NULL;

  if (tkb_document_get_kind (current) != NULL)
    kind = tkb_catalog_get_kind (tkb_library_get_catalog (self->library),
                                 tkb_document_get_kind (current));
  gtk_box_append (self->fields, tkb_text_label_with_class (
                                    tkb_document_get_title (current, language), "section-heading"));
  gtk_box_append (self->fields,
                  tkb_text_label_with_class (get_explanation (self->conflict), "body-text"));
  for (guint i = 0; i < differences->len; i++)
    {
      TkbDifference *difference = differences->pdata[i];

      if (!difference->is_clash && box == self->fields)
        box = append_merged_box (self, differences->len - i, i == 0);
      append_difference (self, box, kind, difference);
    }
  gtk_widget_set_sensitive (self->keep_button, TRUE);
}

static void
loaded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TkbConflictDialog) self = TKB_CONFLICT_DIALOG (user_data);
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbConflict) conflict = tkb_conflict_load_finish (TKB_STORE (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || self->library == NULL)
    return;
  if (conflict == NULL)
    {
      toast (self, g_error_matches (error, TKB_STORE_ERROR, TKB_STORE_ERROR_NOT_FOUND)
                       ? _ ("There is no conflict any more")
                       : error->message);
      return;
    }
  self->conflict = g_steal_pointer (&conflict);
  fill (self);
}

static void
resolved_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TkbConflictDialog) self = TKB_CONFLICT_DIALOG (user_data);
  g_autoptr (GError) error = NULL;

  if (!tkb_conflict_resolve_finish (TKB_STORE (source), result, &error))
    {
      g_autofree char *text =
          g_strdup_printf (_ ("Not resolved; both versions are still there: %s"), error->message);

      toast (self, text);
      gtk_widget_set_sensitive (self->keep_button, TRUE);
      return;
    }
  gtk_window_close (GTK_WINDOW (self));
}

static void
keep_clicked_cb (TkbConflictDialog *self)
{
  TkbStore *store = tkb_library_get_store (self->library);

  if (store == NULL || self->conflict == NULL)
    return;
  gtk_widget_set_sensitive (self->keep_button, FALSE);
  tkb_conflict_resolve_async (store, self->conflict, resolved_cb, g_object_ref (self));
}

static void
tkb_conflict_dialog_dispose (GObject *object)
{
  TkbConflictDialog *self = TKB_CONFLICT_DIALOG (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->library);
  G_OBJECT_CLASS (tkb_conflict_dialog_parent_class)->dispose (object);
}

static void
tkb_conflict_dialog_finalize (GObject *object)
{
  TkbConflictDialog *self = TKB_CONFLICT_DIALOG (object);

  g_clear_pointer (&self->conflict, tkb_conflict_free);
  g_ptr_array_unref (self->links);
  G_OBJECT_CLASS (tkb_conflict_dialog_parent_class)->finalize (object);
}

static void
tkb_conflict_dialog_class_init (TkbConflictDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = tkb_conflict_dialog_dispose;
  G_OBJECT_CLASS (klass)->finalize = tkb_conflict_dialog_finalize;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/example/TiscKB/ui/tkb-conflict-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, TkbConflictDialog, toasts);
  gtk_widget_class_bind_template_child (widget_class, TkbConflictDialog, keep_button);
  gtk_widget_class_bind_template_child (widget_class, TkbConflictDialog, fields);
  gtk_widget_class_bind_template_callback (widget_class, keep_clicked_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
tkb_conflict_dialog_init (TkbConflictDialog *self)
{
  self->links = g_ptr_array_new ();
  self->cancellable = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * tkb_conflict_dialog_present:
 * @parent: a TkbWindow
 * @library: must be open
 * @id: of a document in conflict
 */
void
tkb_conflict_dialog_present (GtkWindow *parent, TkbLibrary *library, const char *id)
{
  TkbConflictDialog *self = g_object_new (TKB_TYPE_CONFLICT_DIALOG, "transient-for", parent, NULL);

  self->library = g_object_ref (library);
  tkb_conflict_load_async (tkb_library_get_store (library), id, self->cancellable, loaded_cb,
                           g_object_ref (self));
  gtk_window_present (GTK_WINDOW (self));
}
