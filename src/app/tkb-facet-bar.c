/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-facet-bar.h"

#include "tkb-check-row.h"
#include "tkb-text.h"
#include "tkb-wrap-box.h"

/* facets that have a chip of their own; the others are in the last menu */
#define MAX_CHIPS 2
/* codes in one menu */
#define MAX_VALUES 80

typedef struct
{
  char *field; /* (owned) */
  char *code;  /* (owned) */
} Choice;

struct _TkbFacetBar
{
  GtkWidget parent_instance;

  TkbLibrary *library;  /* (owned) (nullable) until set */
  GPtrArray  *facets;   /* (owned) (nullable) (element-type TkbFacetCounts) */
  GPtrArray  *choices;  /* (owned) (element-type Choice) */
  char       *kind;     /* (owned) (nullable) */
  TkbWrapBox *box;      /* (owned) as widget child */
  GtkWidget  *open;     /* (unowned) (nullable): the menu that is open now */
  gboolean    is_stale; /* the chips are to be made again once it closes */
};

enum
{
  SIGNAL_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (TkbFacetBar, tkb_facet_bar, GTK_TYPE_WIDGET)

/* What staff narrow by most, first. */
static const char *const favoured[] = {
  "service_types", "service_type", "country",      "province", "client_type", "clients",
  "type",          "fee",          "search_tools", "year",     "sector",      "best_for",
  "ip_rights",     "skill_level",  "language",     NULL,
};

/* In all kinds at once, or of no use to a reader. */
static const char *const hidden[] = { "kind", "state", "visibility", NULL };

static void rebuild (TkbFacetBar *self);

static void
choice_free (Choice *choice)
{
  g_free (choice->field);
  g_free (choice->code);
  g_free (choice);
}

/* (nullable): of the listed kind, else of any that has it */
static TkbField *
find_field (TkbFacetBar *self, const char *code)
{
  TkbCatalog *catalog = tkb_library_get_catalog (self->library);
  GPtrArray  *kinds = tkb_catalog_get_kinds (catalog);
  TkbKind    *kind = self->kind != NULL ? tkb_catalog_get_kind (catalog, self->kind) : NULL;
  TkbField   *field = kind != NULL ? tkb_kind_get_field (kind, code) : NULL;

  for (guint i = 0; field == NULL && i < kinds->len; i++)
    field = tkb_kind_get_field (g_ptr_array_index (kinds, i), code);
  return field;
}

static gboolean
find_choice (TkbFacetBar *self, const char *field, const char *code, guint *out_index)
{
  for (guint i = 0; i < self->choices->len; i++)
    {
      const Choice *choice = g_ptr_array_index (self->choices, i);

      if (g_str_equal (choice->field, field) && g_str_equal (choice->code, code))
        {
          if (out_index != NULL)
            *out_index = i;
          return TRUE;
        }
    }
  return FALSE;
}

/* ---- menus ---- */

static void
row_toggled_cb (GtkCheckButton *button, gpointer user_data)
{
  TkbCheckRow *row = TKB_CHECK_ROW (button);

  tkb_facet_bar_choose (TKB_FACET_BAR (user_data), tkb_check_row_get_field (row),
                        tkb_check_row_get_code (row), gtk_check_button_get_active (button));
}

static GtkWidget *
values_new (TkbFacetBar *self, const TkbFacetCounts *facet)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  TkbField  *field = find_field (self, facet->field);

  for (guint i = 0; i < facet->values->len && i < MAX_VALUES; i++)
    {
      const TkbFacetValue *value = g_ptr_array_index (facet->values, i);
      GtkWidget           *row = tkb_check_row_new (
                    facet->field, value->code,
                    tkb_text_code (tkb_library_get_catalog (self->library), field, value->code),
                    value->count);

      gtk_check_button_set_active (GTK_CHECK_BUTTON (row),
                                   find_choice (self, facet->field, value->code, NULL));
      g_signal_connect_object (row, "toggled", G_CALLBACK (row_toggled_cb), self, 0);
      gtk_box_append (GTK_BOX (box), row);
    }
  return box;
}

static void
popover_closed_cb (GtkPopover *popover, gpointer user_data)
{
  TkbFacetBar *self = TKB_FACET_BAR (user_data);

  self->open = NULL;
  if (self->is_stale)
    rebuild (self);
}

static void
set_popover (TkbFacetBar *self, GtkMenuButton *button, GtkWidget *content)
{
  GtkWidget *popover = gtk_popover_new ();
  GtkWidget *scroller = gtk_scrolled_window_new ();

  gtk_widget_add_css_class (content, "facet-menu");
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), content);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scroller), TRUE);
  gtk_scrolled_window_set_propagate_natural_width (GTK_SCROLLED_WINDOW (scroller), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scroller), 380);
  gtk_widget_set_size_request (scroller, 240, -1);
  gtk_popover_set_child (GTK_POPOVER (popover), scroller);
  gtk_widget_add_css_class (popover, "facet-popover");
  g_signal_connect_object (popover, "closed", G_CALLBACK (popover_closed_cb), self, 0);
  gtk_menu_button_set_popover (button, popover);
  self->open = popover;
}

static TkbFacetCounts *
find_facet (TkbFacetBar *self, const char *field)
{
  for (guint i = 0; self->facets != NULL && i < self->facets->len; i++)
    {
      TkbFacetCounts *facet = g_ptr_array_index (self->facets, i);

      if (g_str_equal (facet->field, field))
        return facet;
    }
  return NULL;
}

static void
create_popup_cb (GtkMenuButton *button, gpointer user_data)
{
  TkbFacetBar          *self = TKB_FACET_BAR (user_data);
  const TkbFacetCounts *facet = find_facet (self, g_object_get_data (G_OBJECT (button), "field"));

  if (facet != NULL)
    set_popover (self, button, values_new (self, facet));
}

/* A facet that could narrow the list: with more than one code, or chosen. */
static gboolean
is_useful (TkbFacetBar *self, const TkbFacetCounts *facet)
{
  /* the guides' one service beside the cases' several would be the same menu twice */
  if (g_str_equal (facet->field, "service_type") && find_facet (self, "service_types") != NULL)
    return FALSE;
  return facet->values->len > 1 && !g_strv_contains (hidden, facet->field);
}

static gboolean
has_own_chip (TkbFacetBar *self, const char *field)
{
  guint n = 0;

  for (guint i = 0; favoured[i] != NULL && n < MAX_CHIPS; i++)
    {
      const TkbFacetCounts *facet = find_facet (self, favoured[i]);

      if (facet == NULL || !is_useful (self, facet))
        continue;
      if (g_str_equal (favoured[i], field))
        return TRUE;
      n++;
    }
  return FALSE;
}

static void
create_more_popup_cb (GtkMenuButton *button, gpointer user_data)
{
  TkbFacetBar *self = TKB_FACET_BAR (user_data);
  GtkWidget   *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);

  for (guint i = 0; self->facets != NULL && i < self->facets->len; i++)
    {
      const TkbFacetCounts *facet = g_ptr_array_index (self->facets, i);
      TkbField             *field = find_field (self, facet->field);
      GtkWidget            *expander;

      if (field == NULL || !is_useful (self, facet) || has_own_chip (self, facet->field))
        continue;
      expander = gtk_expander_new (tkb_text_translate (tkb_field_get_label (field)));
      gtk_expander_set_child (GTK_EXPANDER (expander), values_new (self, facet));
      gtk_widget_add_css_class (expander, "facet-group");
      gtk_box_append (GTK_BOX (box), expander);
    }
  set_popover (self, button, box);
}

/* ---- chips ---- */

static void
append_menu_chip (TkbFacetBar *self, const char *label, const char *field)
{
  GtkWidget *button = gtk_menu_button_new ();

  gtk_menu_button_set_label (GTK_MENU_BUTTON (button), label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  -1);
  gtk_widget_add_css_class (button, "chip");
  g_object_set_data_full (G_OBJECT (button), "field", g_strdup (field), g_free);
  gtk_menu_button_set_create_popup_func (
      GTK_MENU_BUTTON (button), field != NULL ? create_popup_cb : create_more_popup_cb, self, NULL);
  tkb_wrap_box_append (self->box, button);
}

static void
chip_clicked_cb (GtkButton *button, gpointer user_data)
{
  TkbFacetBar     *self = TKB_FACET_BAR (user_data);
  g_autofree char *field = g_strdup (g_object_get_data (G_OBJECT (button), "field"));
  g_autofree char *code = g_strdup (g_object_get_data (G_OBJECT (button), "code"));

  tkb_facet_bar_choose (self, field, code, FALSE);
}

static void
append_choice_chip (TkbFacetBar *self, const Choice *choice)
{
  TkbField   *field = find_field (self, choice->field);
  GtkWidget  *button = gtk_button_new ();
  GtkWidget  *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);
  const char *text = tkb_text_code (tkb_library_get_catalog (self->library), field, choice->code);
  GtkWidget  *label = gtk_label_new (text);
  g_autofree char *tooltip = NULL;

  /* Translators: takes a filter away; the filter is for example "China" */
  tooltip = g_strdup_printf (_ ("Remove the filter “%s”"), text);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 24);
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), tkb_compat_icon ("window-close-symbolic"));
  gtk_button_set_child (GTK_BUTTON (button), box);
  gtk_widget_add_css_class (button, "chip");
  gtk_widget_add_css_class (button, "chosen");
  gtk_widget_set_tooltip_text (button, tooltip);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, tooltip,
                                  -1);
  g_object_set_data_full (G_OBJECT (button), "field", g_strdup (choice->field), g_free);
  g_object_set_data_full (G_OBJECT (button), "code", g_strdup (choice->code), g_free);
  g_signal_connect_object (button, "clicked", G_CALLBACK (chip_clicked_cb), self, 0);
  tkb_wrap_box_append (self->box, button);
}

static void
rebuild (TkbFacetBar *self)
{
  gboolean has_more = FALSE;
  guint    n_chips = 0;

  self->is_stale = self->open != NULL;
  if (self->open != NULL)
    return;
  tkb_wrap_box_remove_all (self->box);
  for (guint i = 0; i < self->choices->len; i++)
    append_choice_chip (self, g_ptr_array_index (self->choices, i));
  for (guint i = 0; favoured[i] != NULL && n_chips < MAX_CHIPS; i++)
    {
      const TkbFacetCounts *facet = find_facet (self, favoured[i]);
      TkbField             *field = find_field (self, favoured[i]);

      if (facet == NULL || field == NULL || !is_useful (self, facet))
        continue;
      append_menu_chip (self, tkb_text_translate (tkb_field_get_label (field)), favoured[i]);
      n_chips++;
    }
  for (guint i = 0; self->facets != NULL && i < self->facets->len; i++)
    {
      const TkbFacetCounts *facet = g_ptr_array_index (self->facets, i);

      has_more |= is_useful (self, facet) && !has_own_chip (self, facet->field);
    }
  if (has_more)
    append_menu_chip (self, _ ("More"), NULL);
  gtk_widget_set_visible (GTK_WIDGET (self),
                          gtk_widget_get_first_child (GTK_WIDGET (self->box)) != NULL);
}

/* ---- class ---- */

static void
tkb_facet_bar_dispose (GObject *object)
{
  TkbFacetBar *self = TKB_FACET_BAR (object);
  GtkWidget   *child = gtk_widget_get_first_child (GTK_WIDGET (self));

  if (child != NULL)
    gtk_widget_unparent (child);
  g_clear_object (&self->library);
  G_OBJECT_CLASS (tkb_facet_bar_parent_class)->dispose (object);
}

static void
tkb_facet_bar_finalize (GObject *object)
{
  TkbFacetBar *self = TKB_FACET_BAR (object);

  g_clear_pointer (&self->facets, g_ptr_array_unref);
  g_ptr_array_unref (self->choices);
  g_free (self->kind);
  G_OBJECT_CLASS (tkb_facet_bar_parent_class)->finalize (object);
}

static void
tkb_facet_bar_class_init (TkbFacetBarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = tkb_facet_bar_dispose;
  G_OBJECT_CLASS (klass)->finalize = tkb_facet_bar_finalize;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);

  /**
   * TkbFacetBar::changed:
   *
   * The user chose a code or took one away.
   */
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", TKB_TYPE_FACET_BAR, G_SIGNAL_RUN_LAST, 0, NULL,
                                          NULL, NULL, G_TYPE_NONE, 0);
}

static void
tkb_facet_bar_init (TkbFacetBar *self)
{
  GtkWidget *box = tkb_wrap_box_new (6);

  self->choices = g_ptr_array_new_with_free_func ((GDestroyNotify) choice_free);
  self->box = TKB_WRAP_BOX (box);
  gtk_widget_set_parent (box, GTK_WIDGET (self));
  gtk_widget_add_css_class (GTK_WIDGET (self), "facet-bar");
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Filters"), -1);
}

void
tkb_facet_bar_set_library (TkbFacetBar *self, TkbLibrary *library)
{
  g_return_if_fail (TKB_IS_FACET_BAR (self));
  g_set_object (&self->library, library);
}

/**
 * tkb_facet_bar_set_facets:
 * @facets: (element-type TkbFacetCounts): kept until the next ones come
 * @kind: (nullable): the kind that is listed, whose words are used
 *
 * While a menu is open the chips stay as they are, so that nothing moves under the pointer.
 */
void
tkb_facet_bar_set_facets (TkbFacetBar *self, GPtrArray *facets, const char *kind)
{
  g_autofree char *new_kind = g_strdup (kind);

  g_return_if_fail (TKB_IS_FACET_BAR (self));
  g_clear_pointer (&self->facets, g_ptr_array_unref);
  self->facets = g_ptr_array_ref (facets);
  g_free (self->kind);
  self->kind = g_steal_pointer (&new_kind);
  rebuild (self);
}

TkbQuery *
tkb_facet_bar_apply (TkbFacetBar *self, TkbQuery *query)
{
  TkbQuery *applied = tkb_query_ref (query);

  for (guint i = 0; i < self->choices->len; i++)
    {
      const Choice *choice = g_ptr_array_index (self->choices, i);
      TkbQuery     *next = tkb_query_with_facet (applied, choice->field, choice->code);

      tkb_query_unref (applied);
      applied = next;
    }
  return applied;
}

gboolean
tkb_facet_bar_has_choice (TkbFacetBar *self)
{
  return self->choices->len > 0;
}

void
tkb_facet_bar_clear (TkbFacetBar *self)
{
  g_return_if_fail (TKB_IS_FACET_BAR (self));

  if (self->choices->len == 0)
    return;
  g_ptr_array_set_size (self->choices, 0);
  rebuild (self);
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

void
tkb_facet_bar_choose (TkbFacetBar *self, const char *field, const char *code, gboolean is_chosen)
{
  guint index;

  g_return_if_fail (TKB_IS_FACET_BAR (self));
  if (find_choice (self, field, code, &index) == is_chosen)
    return;
  if (is_chosen)
    {
      Choice *choice = g_new0 (Choice, 1);

      choice->field = g_strdup (field);
      choice->code = g_strdup (code);
      g_ptr_array_add (self->choices, choice);
    }
  else
    g_ptr_array_remove_index (self->choices, index);
  rebuild (self);
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}
