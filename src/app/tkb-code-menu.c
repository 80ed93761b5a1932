/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-code-menu.h"

#include "tkb-text.h"

struct _TkbCodeMenu
{
  GtkPopover parent_instance;

  TkbVocabulary *vocabulary;  /* (owned) (nullable) */
  GtkWidget     *entry;       /* (unowned): a child */
  GtkListBox    *list;        /* (unowned): a child */
  GtkLabel      *placeholder; /* (unowned): of the list */
  gboolean       is_filled;
};

G_DEFINE_FINAL_TYPE (TkbCodeMenu, tkb_code_menu, GTK_TYPE_POPOVER)

enum
{
  CHOSEN,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void
choose (TkbCodeMenu *self, const char *code)
{
  g_autofree char *copy = g_strdup (code);

  gtk_popover_popdown (GTK_POPOVER (self));
  g_signal_emit (self, signals[CHOSEN], 0, copy);
}

static void
row_activated_cb (GtkListBox *list, GtkListBoxRow *row, TkbCodeMenu *self)
{
  choose (self, g_object_get_data (G_OBJECT (row), "code"));
}

static gboolean
filter_cb (GtkListBoxRow *row, gpointer user_data)
{
  TkbCodeMenu     *self = user_data;
  g_autofree char *needle =
      g_utf8_casefold (gtk_editable_get_text (GTK_EDITABLE (self->entry)), -1);

  return strstr (g_object_get_data (G_OBJECT (row), "folded"), needle) != NULL;
}

static gboolean
takes_free_text (TkbCodeMenu *self)
{
  return self->vocabulary == NULL || tkb_vocabulary_is_open (self->vocabulary);
}

/* Says what Enter does where no term fits. */
static void
entry_changed_cb (TkbCodeMenu *self)
{
  const char      *typed = gtk_editable_get_text (GTK_EDITABLE (self->entry));
  g_autofree char *text = g_strdup_printf (_ ("Press Enter to use “%s”"), typed);

  gtk_list_box_invalidate_filter (self->list);
  gtk_label_set_label (self->placeholder, takes_free_text (self) && *typed != '\0'
                                              ? text
                                              : _ ("No term has these letters"));
}

/* Of the rows that the filter leaves the first that begins with what was typed, else the first; in
 * an open vocabulary what was typed where there is none. */
static void
entry_activate_cb (TkbCodeMenu *self)
{
  const char      *typed = gtk_editable_get_text (GTK_EDITABLE (self->entry));
  g_autofree char *needle = g_utf8_casefold (typed, -1);
  const char      *best = NULL;
  gboolean         is_start = FALSE;
  GtkListBoxRow   *row;

  for (int i = 0; !is_start && (row = gtk_list_box_get_row_at_index (self->list, i)) != NULL; i++)
    {
      if (!filter_cb (row, self))
        continue;
      is_start = g_str_has_prefix (g_object_get_data (G_OBJECT (row), "folded"), needle);
      if (best == NULL || is_start)
        best = g_object_get_data (G_OBJECT (row), "code");
    }
  if (best != NULL)
    choose (self, best);
  else if (*typed != '\0' && takes_free_text (self))
    choose (self, typed);
}

static void
fill (TkbCodeMenu *self)
{
  guint n_terms = self->vocabulary != NULL ? tkb_vocabulary_get_n_terms (self->vocabulary) : 0;

  for (guint i = 0; i < n_terms; i++)
    {
      const char *code = tkb_vocabulary_get_code (self->vocabulary, i);
      const char *label = tkb_text_translate (tkb_vocabulary_get_label (self->vocabulary, code));
      GtkWidget  *row = gtk_list_box_row_new ();
      GtkWidget  *text = gtk_label_new (label);
      g_autofree char *both = g_strdup_printf ("%s %s", label, code);

      gtk_label_set_xalign (GTK_LABEL (text), 0);
      gtk_label_set_ellipsize (GTK_LABEL (text), PANGO_ELLIPSIZE_END);
      gtk_widget_set_tooltip_text (row, code);
      gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), text);
      gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                      -1);
      g_object_set_data_full (G_OBJECT (row), "code", g_strdup (code), g_free);
      g_object_set_data_full (G_OBJECT (row), "folded", g_utf8_casefold (both, -1), g_free);
      gtk_list_box_append (self->list, row);
    }
  self->is_filled = TRUE;
}

static void
tkb_code_menu_map (GtkWidget *widget)
{
  TkbCodeMenu *self = TKB_CODE_MENU (widget);

  if (!self->is_filled)
    fill (self);
  gtk_editable_set_text (GTK_EDITABLE (self->entry), "");
  GTK_WIDGET_CLASS (tkb_code_menu_parent_class)->map (widget);
  gtk_widget_grab_focus (self->entry);
}

static void
tkb_code_menu_dispose (GObject *object)
{
  g_clear_pointer (&TKB_CODE_MENU (object)->vocabulary, tkb_vocabulary_unref);
  G_OBJECT_CLASS (tkb_code_menu_parent_class)->dispose (object);
}

static void
tkb_code_menu_class_init (TkbCodeMenuClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = tkb_code_menu_dispose;
  GTK_WIDGET_CLASS (klass)->map = tkb_code_menu_map;
  signals[CHOSEN] = g_signal_new ("chosen", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
tkb_code_menu_init (TkbCodeMenu *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *scroller = gtk_scrolled_window_new ();

  self->entry = gtk_search_entry_new ();
  self->list = GTK_LIST_BOX (gtk_list_box_new ());
  self->placeholder = GTK_LABEL (gtk_label_new (NULL));
  gtk_widget_add_css_class (GTK_WIDGET (self->list), "code-list");
  gtk_list_box_set_selection_mode (self->list, GTK_SELECTION_NONE);
  gtk_label_set_wrap (self->placeholder, TRUE);
  gtk_widget_add_css_class (GTK_WIDGET (self->placeholder), "code-list-placeholder");
  gtk_list_box_set_placeholder (self->list, GTK_WIDGET (self->placeholder));
  gtk_list_box_set_filter_func (self->list, filter_cb, self, NULL);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scroller), 300);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scroller), TRUE);
  gtk_widget_set_size_request (scroller, 260, -1);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), GTK_WIDGET (self->list));
  gtk_box_append (GTK_BOX (box), self->entry);
  gtk_box_append (GTK_BOX (box), scroller);
  gtk_popover_set_child (GTK_POPOVER (self), box);
  g_signal_connect (self->list, "row-activated", G_CALLBACK (row_activated_cb), self);
  g_signal_connect_swapped (self->entry, "changed", G_CALLBACK (entry_changed_cb), self);
  g_signal_connect_swapped (self->entry, "activate", G_CALLBACK (entry_activate_cb), self);
}

GtkWidget *
tkb_code_menu_new (TkbCatalog *catalog, TkbField *field)
{
  TkbCodeMenu   *self = g_object_new (TKB_TYPE_CODE_MENU, NULL);
  const char    *name = tkb_field_get_vocabulary (field);
  TkbVocabulary *vocabulary = name != NULL ? tkb_catalog_get_vocabulary (catalog, name) : NULL;

  self->vocabulary = vocabulary != NULL ? tkb_vocabulary_ref (vocabulary) : NULL;
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->entry), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Find a term"), -1);
  return GTK_WIDGET (self);
}
