/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-markdown-view.h"

#include <string.h>

#include "tkb-markdown.h"
#include "tkb-table.h"
#include "tkb-text.h"
#include "tkb-wide-box.h"

/* levels: deeper ones are set like this one; lists in lists in lists have no more room */
#define MAX_DEPTH 24

struct _TkbMarkdownView
{
  GtkBox parent_instance;
};

G_DEFINE_FINAL_TYPE (TkbMarkdownView, tkb_markdown_view, GTK_TYPE_BOX)

static void append_blocks (GtkBox *box, GPtrArray *blocks, int depth);

/* ---- text ---- */

/* Han, kana and hangul have no slanted form: emphasis is weight there. */
static gboolean
has_cjk (const char *text)
{
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if ((c >= 0x2e80 && c <= 0x9fff) || (c >= 0xac00 && c <= 0xd7a3) ||
          (c >= 0xf900 && c <= 0xfaff) || (c >= 0xff00 && c <= 0xffef) ||
          (c >= 0x20000 && c <= 0x3ffff))
        return TRUE;
    }
  return FALSE;
}

static gboolean
is_link (const char *url)
{
  return url != NULL && (g_str_has_prefix (url, "https://") || g_str_has_prefix (url, "http://") ||
                         g_str_has_prefix (url, "tkb:"));
}

static void
append_span (GString *markup, const TkbSpan *span)
{
  gboolean with_link = span->flags & (TKB_SPAN_LINK | TKB_SPAN_IMAGE) && is_link (span->url);
  g_autofree char *text = NULL;

  if (span->flags & TKB_SPAN_BREAK)
    {
      g_string_append_c (markup, '\n');
      return;
    }
  if (span->flags & TKB_SPAN_IMAGE && (span->text == NULL || *span->text == '\0'))
    text = g_markup_escape_text (_ ("image"), -1);
  else
    text = g_markup_escape_text (span->text != NULL ? span->text : "", -1);

  if (with_link)
    {
      g_autofree char *url = g_markup_escape_text (span->url, -1);

      g_string_append_printf (markup, "<a href=\"%s\" title=\"%s\">", url, url);
    }
  if (span->flags & TKB_SPAN_STRONG)
    g_string_append (markup, "<b>");
  if (span->flags & TKB_SPAN_EMPHASIS)
    g_string_append (markup, has_cjk (text) ? "<span weight=\"600\">" : "<span style=\"italic\">");
  if (span->flags & TKB_SPAN_STRIKE)
    g_string_append (markup, "<s>");
  if (span->flags & TKB_SPAN_CODE)
    g_string_append (markup,
                     "<span font_family=\"DejaVu Sans Mono, Noto Sans Mono CJK SC, monospace\" "
                     "size=\"90%\" background=\"#808080\" background_alpha=\"16%\">");
  g_string_append (markup, text);
  if (span->flags & TKB_SPAN_CODE)
    g_string_append (markup, "</span>");
  if (span->flags & TKB_SPAN_STRIKE)
    g_string_append (markup, "</s>");
  if (span->flags & TKB_SPAN_EMPHASIS)
    g_string_append (markup, "</span>");
  if (span->flags & TKB_SPAN_STRONG)
    g_string_append (markup, "</b>");
  if (with_link)
    g_string_append (markup, "</a>");
}

static gboolean
activate_link_cb (GtkLabel *label, const char *uri, gpointer user_data)
{
  if (g_str_has_prefix (uri, "tkb:"))
    gtk_widget_activate_action (GTK_WIDGET (label), "win.open", "s", uri + strlen ("tkb:"));
  else
    tkb_compat_show_url (GTK_WIDGET (label), uri);
  return TRUE;
}

static GtkWidget *
spans_to_label (GPtrArray *spans)
{
  g_autoptr (GString) markup = g_string_new (NULL);
  GtkWidget *label;

  for (guint i = 0; spans != NULL && i < spans->len; i++)
    append_span (markup, g_ptr_array_index (spans, i));
  label = tkb_text_markup_label (markup->str);
  g_signal_connect (label, "activate-link", G_CALLBACK (activate_link_cb), NULL);
  return label;
}

/* ---- blocks ---- */

static GtkWidget *
vertical_box (const char *css_class)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  gtk_widget_add_css_class (box, css_class);
  gtk_widget_set_hexpand (box, TRUE);
  return box;
}

static GtkWidget *
heading_new (TkbBlock *block)
{
  GtkWidget       *label = spans_to_label (block->spans);
  g_autofree char *css_class = g_strdup_printf ("md-h%d", CLAMP (block->level, 1, 6));

  gtk_widget_add_css_class (label, "md-heading");
  gtk_widget_add_css_class (label, css_class);
  return label;
}

static GtkWidget *
marker_new (TkbBlock *list, TkbBlock *item, guint index)
{
  GtkWidget *marker;

  if (item->task != 0)
    {
      marker = gtk_image_new_from_icon_name (item->task == 'x' ? "checkbox-checked-symbolic"
                                                               : "checkbox-symbolic");
      gtk_accessible_update_property (GTK_ACCESSIBLE (marker), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                      item->task == 'x' ? _ ("done") : _ ("to do"), -1);
    }
  else if (list->is_ordered)
    {
      g_autofree char *number = g_strdup_printf ("%d.", list->level + (int) index);

      marker = gtk_label_new (number);
      gtk_label_set_xalign (GTK_LABEL (marker), 1);
      gtk_label_set_width_chars (GTK_LABEL (marker), 2);
      gtk_widget_add_css_class (marker, "numeric");
    }
  else
    marker = gtk_label_new ("•");
  gtk_widget_set_valign (marker, GTK_ALIGN_START);
  gtk_widget_add_css_class (marker, "md-marker");
  return marker;
}

static GtkWidget *
list_new (TkbBlock *list, int depth)
{
  GtkWidget *box = vertical_box ("md-list");

  gtk_widget_set_hexpand (box, FALSE);
  for (guint i = 0; i < list->children->len; i++)
    {
      TkbBlock  *item = g_ptr_array_index (list->children, i);
      GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
      GtkWidget *content = vertical_box ("md-item");

      gtk_box_append (GTK_BOX (row), marker_new (list, item, i));
      append_blocks (GTK_BOX (content), item->children, depth + 1);
      gtk_box_append (GTK_BOX (row), content);
      gtk_box_append (GTK_BOX (box), row);
    }
  return box;
}

static void
copy_clicked_cb (GtkButton *button, gpointer user_data)
{
  GdkClipboard *clipboard = gtk_widget_get_clipboard (GTK_WIDGET (button));

  gdk_clipboard_set_text (clipboard, gtk_label_get_text (GTK_LABEL (user_data)));
  gtk_button_set_icon_name (button, "object-select-symbolic");
}

/**
 * tkb_markdown_code_block_new:
 * @code: shown as it is, always left to right
 */
GtkWidget *
tkb_markdown_code_block_new (const char *code)
{
  GtkWidget       *overlay = gtk_overlay_new ();
  GtkWidget       *label = gtk_label_new (NULL);
  GtkWidget       *button = gtk_button_new_from_icon_name ("edit-copy-symbolic");
  g_autofree char *text = g_strdup (code);

  g_strchomp (text);
  gtk_label_set_text (GTK_LABEL (label), text);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_set_direction (label, GTK_TEXT_DIR_LTR);
  gtk_widget_add_css_class (label, "code");
  gtk_overlay_set_child (GTK_OVERLAY (overlay), tkb_wide_box_new (label));
  gtk_widget_add_css_class (overlay, "code-block");
  gtk_widget_set_overflow (overlay, GTK_OVERFLOW_HIDDEN);

  gtk_widget_set_halign (button, GTK_ALIGN_END);
  gtk_widget_set_valign (button, GTK_ALIGN_START);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "code-copy");
  gtk_widget_set_tooltip_text (button, _ ("Copy"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Copy"), -1);
  g_signal_connect (button, "clicked", G_CALLBACK (copy_clicked_cb), label);
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), button);
  return overlay;
}

static GtkWidget *
table_new (TkbBlock *table)
{
  GtkWidget *widget = tkb_table_new ();
  guint      n_rows = 0;

  for (guint r = 0; r < table->children->len; r++)
    {
      TkbBlock *row = g_ptr_array_index (table->children, r);

      for (guint c = 0; c < row->children->len; c++)
        {
          TkbBlock  *cell = g_ptr_array_index (row->children, c);
          GtkWidget *label = spans_to_label (cell->spans);

          gtk_label_set_xalign (GTK_LABEL (label), cell->alignment == 'r'   ? 1
                                                   : cell->alignment == 'c' ? 0.5
                                                                            : 0);
          if (row->is_header)
            tkb_table_set_heading_cell (TKB_TABLE (widget), c, label);
          else
            tkb_table_set_cell (TKB_TABLE (widget), c, n_rows, label);
        }
      if (!row->is_header)
        n_rows++;
    }
  return widget;
}

static GtkWidget *
quote_new (TkbBlock *block, int depth)
{
  GtkWidget *box = vertical_box ("quote");

  append_blocks (GTK_BOX (box), block->children, depth + 1);
  return box;
}

static GtkWidget *
block_new (TkbBlock *block, int depth)
{
  GtkWidget *widget;

  switch (block->type)
    {
    case TKB_BLOCK_HEADING:
      return heading_new (block);
    case TKB_BLOCK_PARAGRAPH:
      widget = spans_to_label (block->spans);
      gtk_widget_add_css_class (widget, "md-paragraph");
      return widget;
    case TKB_BLOCK_LIST:
      return list_new (block, depth);
    case TKB_BLOCK_QUOTE:
      return quote_new (block, depth);
    case TKB_BLOCK_CODE:
      return tkb_markdown_code_block_new (block->text != NULL ? block->text : "");
    case TKB_BLOCK_RULE:
      widget = gtk_separator_new (GTK_ORIENTATION_HORIZONTAL);
      gtk_widget_add_css_class (widget, "md-rule");
      return widget;
    case TKB_BLOCK_TABLE:
      return table_new (block);
    case TKB_BLOCK_DOCUMENT:
    case TKB_BLOCK_ITEM:
    case TKB_BLOCK_ROW:
    case TKB_BLOCK_CELL:
    default:
      return NULL;
    }
}

static void
append_blocks (GtkBox *box, GPtrArray *blocks, int depth)
{
  for (guint i = 0; blocks != NULL && i < blocks->len && depth <= MAX_DEPTH; i++)
    {
      GtkWidget *widget = block_new (g_ptr_array_index (blocks, i), depth);

      if (widget != NULL)
        gtk_box_append (box, widget);
    }
}

static void
tkb_markdown_view_class_init (TkbMarkdownViewClass *klass)
{
}

static void
tkb_markdown_view_init (TkbMarkdownView *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_widget_add_css_class (GTK_WIDGET (self), "markdown");
}

/**
 * tkb_markdown_view_new:
 * @text: any text; see tkb_markdown_parse ()
 */
GtkWidget *
tkb_markdown_view_new (const char *text)
{
  TkbMarkdownView *self = g_object_new (TKB_TYPE_MARKDOWN_VIEW, NULL);

  tkb_markdown_view_set_text (self, text);
  return GTK_WIDGET (self);
}

void
tkb_markdown_view_set_text (TkbMarkdownView *self, const char *text)
{
  g_autoptr (TkbBlock) document = tkb_markdown_parse (text);
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_box_remove (GTK_BOX (self), child);
  append_blocks (GTK_BOX (self), document->children, 0);
}
