/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-text.h"

#include <locale.h>
#include <math.h>
#include <string.h>

/* characters of a text that is one line nearly everywhere, and stays with its neighbours then */
#define SHORT_CHARS 80

/**
 * tkb_text_translate:
 * @msgid: (nullable): an English label of the catalog
 *
 * Returns: (nullable): in the language of the interface
 */
const char *
tkb_text_translate (const char *msgid)
{
  return msgid == NULL || *msgid == '\0' ? msgid : gettext (msgid);
}

const char *
tkb_text_code (TkbCatalog *catalog, TkbField *field, const char *code)
{
  if (field == NULL || code == NULL)
    return code;
  return tkb_text_translate (tkb_catalog_get_code_label (catalog, field, code));
}

/* Reads up to three numbers with "-" between them; returns how many there are. */
static int
read_date (const char *iso, int out[3])
{
  int n = 0;

  while (n < 3 && g_ascii_isdigit (*iso))
    {
      char *end;

      out[n++] = (int) MIN (g_ascii_strtoull (iso, &end, 10), 9999);
      if (*end != '-')
        break;
      iso = end + 1;
    }
  return n;
}

/**
 * tkb_text_date:
 * @iso: (nullable): a date of any precision
 *
 * Returns: (transfer full): for people; "" for %NULL
 */
char *
tkb_text_date (const char *iso)
{
  g_autoptr (GDateTime) date = NULL;
  int parts[3] = { 0, 1, 1 };
  int n;

  if (iso == NULL)
    return g_strdup ("");
  n = read_date (iso, parts);
  if (n < 2)
    return g_strdup (iso);
  date = g_date_time_new_local (parts[0], parts[1], parts[2], 12, 0, 0);
  if (date == NULL)
    return g_strdup (iso);
  if (n == 2)
    /* Translators: month and year, as in "May 2024"; a strftime format */
    return g_date_time_format (date, C_ ("date format", "%B %Y"));
  /* Translators: a full date, as in "12 May 2024"; a strftime format */
  return g_date_time_format (date, C_ ("date format", "%-d %B %Y"));
}

char *
tkb_text_date_ms (gint64 real_ms)
{
  g_autoptr (GDateTime) date = g_date_time_new_from_unix_local (real_ms / 1000);

  if (date == NULL)
    return g_strdup ("");
  /* Translators: date and time, as in "12 May 2024, 14:05"; a strftime format */
  return g_date_time_format (date, C_ ("date format", "%-d %B %Y, %H:%M"));
}

/* Groups the digits of the whole part of text by threes, with the sign of the locale or, where it
 * has none, a narrow space; four digits stay together. (transfer full) */
static char *
group_digits (const char *text)
{
  const char *separator = localeconv ()->thousands_sep;
  const char *digits = *text == '-' ? text + 1 : text;
  gsize       n = strspn (digits, "0123456789");
  g_autoptr (GString) out = g_string_new_len (text, digits - text);

  if (separator == NULL || *separator == '\0' || !g_utf8_validate (separator, -1, NULL))
    separator = "\xe2\x80\xaf";
  for (gsize i = 0; i < n; i++)
    {
      if (n > 4 && i > 0 && (n - i) % 3 == 0)
        g_string_append (out, separator);
      g_string_append_c (out, digits[i]);
    }
  g_string_append (out, digits + n);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

char *
tkb_text_number (double value)
{
  char  text[400];
  char *end;

  if (!isfinite (value))
    return g_strdup ("–");
  g_snprintf (text, sizeof text, value == floor (value) ? "%.0f" : "%.6f", value);
  end = text + strlen (text) - 1;
  while (value != floor (value) && end > text && *end == '0')
    *end-- = '\0';
  return group_digits (text);
}

char *
tkb_text_count (guint64 count)
{
  g_autofree char *text = g_strdup_printf ("%" G_GUINT64_FORMAT, count);

  return group_digits (text);
}

char *
tkb_text_bytes (gint64 bytes)
{
  return g_format_size ((guint64) MAX (bytes, 0));
}

char *
tkb_text_host (const char *url)
{
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_PARSE_RELAXED, NULL);
  const char *host = uri != NULL ? g_uri_get_host (uri) : NULL;

  if (host == NULL || *host == '\0')
    return g_strdup (url);
  return g_strdup (g_str_has_prefix (host, "www.") ? host + 4 : host);
}

char *
tkb_text_isolate (const char *text)
{
  return g_strconcat ("\xe2\x81\xa6", text, "\xe2\x81\xa9", NULL);
}

static GtkWidget *
body_label (void)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_natural_wrap_mode (GTK_LABEL (label), GTK_NATURAL_WRAP_NONE);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  return label;
}

/**
 * tkb_text_direction:
 *
 * Returns: the way @text runs by its first letter; %GTK_TEXT_DIR_NONE without letters
 */
GtkTextDirection
tkb_text_direction (const char *text)
{
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (!g_unichar_isalpha (c))
        continue;
      switch ((int) g_unichar_get_script (c))
        {
        case G_UNICODE_SCRIPT_ARABIC:
        case G_UNICODE_SCRIPT_HEBREW:
        case G_UNICODE_SCRIPT_SYRIAC:
        case G_UNICODE_SCRIPT_THAANA:
        case G_UNICODE_SCRIPT_NKO:
          return GTK_TEXT_DIR_RTL;
        default:
          return GTK_TEXT_DIR_LTR;
        }
    }
  return GTK_TEXT_DIR_NONE;
}

/* A text of several lines runs the way its own language does, whatever the window does. */
static void
follow_text (GtkWidget *label)
{
  GtkTextDirection direction = tkb_text_direction (gtk_label_get_text (GTK_LABEL (label)));

  if (direction == GTK_TEXT_DIR_LTR &&
      g_utf8_strlen (gtk_label_get_text (GTK_LABEL (label)), -1) > SHORT_CHARS)
    gtk_widget_set_direction (label, GTK_TEXT_DIR_LTR);
  else if (direction == GTK_TEXT_DIR_RTL)
    gtk_widget_set_direction (label, GTK_TEXT_DIR_RTL);
}

GtkWidget *
tkb_text_label (const char *text)
{
  GtkWidget *label = body_label ();

  gtk_label_set_text (GTK_LABEL (label), text);
  follow_text (label);
  return label;
}

GtkWidget *
tkb_text_markup_label (const char *markup)
{
  GtkWidget *label = body_label ();

  gtk_label_set_markup (GTK_LABEL (label), markup);
  follow_text (label);
  return label;
}

GtkWidget *
tkb_text_label_with_class (const char *text, const char *css_class)
{
  GtkWidget *label = tkb_text_label (text);

  gtk_widget_add_css_class (label, css_class);
  return label;
}

GtkWidget *
tkb_text_pill (const char *text, const char *css_class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 40);
  gtk_widget_add_css_class (label, "pill-tag");
  if (css_class != NULL)
    gtk_widget_add_css_class (label, css_class);
  gtk_widget_set_halign (label, GTK_ALIGN_START);
  gtk_widget_set_valign (label, GTK_ALIGN_CENTER);
  return label;
}

/**
 * tkb_text_filter_pill:
 * @field: of a facet
 * @code: leads to all documents that have it
 */
GtkWidget *
tkb_text_filter_pill (const char *text, const char *field, const char *code)
{
  GtkWidget       *button = gtk_button_new ();
  GtkWidget       *label = gtk_label_new (text);
  g_autofree char *tooltip = g_strdup_printf (_ ("All documents with “%s”"), text);

  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 40);
  gtk_button_set_child (GTK_BUTTON (button), label);
  gtk_widget_add_css_class (button, "pill-tag");
  gtk_widget_set_tooltip_text (button, tooltip);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "win.filter");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "(ss)", field, code);
  return button;
}

GtkWidget *
tkb_text_heading (const char *text, const char *css_class, int level)
{
  GtkWidget *label =
      g_object_new (GTK_TYPE_LABEL, "accessible-role", GTK_ACCESSIBLE_ROLE_HEADING, NULL);

  gtk_label_set_text (GTK_LABEL (label), text);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, css_class);
  gtk_accessible_update_property (GTK_ACCESSIBLE (label), GTK_ACCESSIBLE_PROPERTY_LEVEL, level, -1);
  return label;
}

static void
append_word (GString *meta, const char *word)
{
  if (word != NULL && *word != '\0')
    g_string_append_printf (meta, "%s%s", meta->len > 0 ? " · " : "", word);
}

static const char *
get_label (TkbCatalog *catalog, TkbKind *kind, const char *field, const char *code)
{
  return tkb_text_code (catalog, kind != NULL ? tkb_kind_get_field (kind, field) : NULL, code);
}

char *
tkb_text_hit_meta (TkbCatalog *catalog, TkbSearchHit *hit)
{
  const char *code = tkb_search_hit_get_kind (hit);
  TkbKind    *kind = code != NULL ? tkb_catalog_get_kind (catalog, code) : NULL;
  const char *province = tkb_search_hit_get_province (hit);
  const char *attachment = tkb_search_hit_get_attachment (hit);
  int         year = tkb_search_hit_get_year (hit);
  g_autoptr (GString) meta = g_string_new (NULL);

  if (kind != NULL)
    append_word (meta, tkb_text_translate (tkb_kind_get_label (kind)));
  if (province != NULL)
    append_word (meta, get_label (catalog, kind, "province", province));
  else
    append_word (meta, get_label (catalog, kind, "country", tkb_search_hit_get_country (hit)));
  if (year > 0)
    {
      g_autofree char *text = g_strdup_printf ("%d", year);

      append_word (meta, text);
    }
  if (attachment != NULL)
    {
      /* TRANSLATORS: the words that were searched for stand in the file of this name */
      g_autofree char *where = g_strdup_printf (_ ("in %s"), attachment);

      append_word (meta, where);
    }
  return g_string_free (g_steal_pointer (&meta), FALSE);
}
