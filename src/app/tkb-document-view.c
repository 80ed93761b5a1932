/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-document-view.h"

#include <string.h>

#include "tkb-attachment-list.h"
#include "tkb-backlinks.h"
#include "tkb-fact-grid.h"
#include "tkb-field-view.h"
#include "tkb-json.h"
#include "tkb-link-chip.h"
#include "tkb-link-row.h"
#include "tkb-similar-list.h"
#include "tkb-text.h"
#include "tkb-wrap-box.h"

struct _TkbDocumentView
{
  GtkBox parent_instance;

  TkbLibrary   *library;     /* (owned) */
  GPtrArray    *links;       /* (owned) (element-type GtkWidget) (unowned): our descendants */
  GtkWidget    *backlinks;   /* (unowned): box for documents that link here */
  GCancellable *cancellable; /* (owned): of looking up titles */
};

G_DEFINE_FINAL_TYPE (TkbDocumentView, tkb_document_view, GTK_TYPE_BOX)

/* Fields that have a place of their own on the page. */
static const char *const placed_fields[] = {
  "kind",      "title", "titles",  "summary",     "summaries",  "language",    "tags",
  "to_verify", "state", "caveats", "review_note", "visibility", "attachments", NULL,
};

/* Fields whose codes stand as tags above the title, in this order. */
static const char *const tag_fields[] = { "country",      "province", "year",        "type",
                                          "service_type", "fee",      "skill_level", NULL };

static JsonNode *
get_value (TkbDocument *document, const char *code)
{
  return json_object_get_member (tkb_document_get_body (document), code);
}

static gboolean
array_contains (JsonArray *array, const char *text)
{
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);

      if (JSON_NODE_HOLDS_VALUE (node) && g_strcmp0 (json_node_get_string (node), text) == 0)
        return TRUE;
    }
  return FALSE;
}

static gboolean
is_to_verify (TkbPageContext *context, const char *code)
{
  return array_contains (
      tkb_json_get_array (tkb_document_get_body (context->document), "to_verify"), code);
}

static GtkWidget *
verify_pill_new (void)
{
  GtkWidget *pill = tkb_text_pill (_ ("To verify"), "warning");

  gtk_widget_set_tooltip_text (pill,
                               _ ("No source was found for this yet: check before you quote it"));
  return pill;
}

/* ---- head ---- */

static void
append_tag (TkbPageContext *context, TkbWrapBox *tags, TkbKind *kind, const char *code)
{
  TkbField *field = tkb_kind_get_field (kind, code);
  JsonNode *node = get_value (context->document, code);
  GType     type;

  if (field == NULL || tkb_field_view_is_empty (node) || !JSON_NODE_HOLDS_VALUE (node))
    return;
  type = json_node_get_value_type (node);
  if (type == G_TYPE_STRING)
    {
      const char *value = json_node_get_string (node);
      const char *text = tkb_text_code (tkb_library_get_catalog (context->library), field, value);

      tkb_wrap_box_append (tags, tkb_text_filter_pill (text, code, value));
    }
  else if (type == G_TYPE_INT64)
    {
      g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, json_node_get_int (node));

      tkb_wrap_box_append (tags, tkb_text_pill (text, NULL));
    }
}

static GtkWidget *
tags_new (TkbPageContext *context, TkbKind *kind)
{
  GtkWidget *tags = tkb_wrap_box_new (6);

  gtk_widget_add_css_class (tags, "page-tags");
  if (kind == NULL)
    return tags;
  tkb_wrap_box_append (
      TKB_WRAP_BOX (tags),
      tkb_text_pill (tkb_text_translate (tkb_kind_get_label (kind)), tkb_kind_get_code (kind)));
  for (guint i = 0; tag_fields[i] != NULL; i++)
    append_tag (context, TKB_WRAP_BOX (tags), kind, tag_fields[i]);
  return tags;
}

static void
website_clicked_cb (GtkButton *button, gpointer user_data)
{
  tkb_compat_show_url (GTK_WIDGET (button), g_object_get_data (G_OBJECT (button), "url"));
}

/* A search system is there to be gone to. */
static void
append_website (TkbDocumentView *self, TkbPageContext *context)
{
  const char      *url = tkb_document_get_string (context->document, "address");
  GtkWidget       *button;
  GtkWidget       *content;
  g_autofree char *host = NULL;
  g_autofree char *label = NULL;

  if (url == NULL || (!g_str_has_prefix (url, "https://") && !g_str_has_prefix (url, "http://")))
    return;
  host = tkb_text_host (url);
  /* Translators: a button that opens a website; its address follows */
  label = g_strdup_printf (_ ("Open %s"), host);
  button = gtk_button_new ();
  content = adw_button_content_new ();
  adw_button_content_set_icon_name (ADW_BUTTON_CONTENT (content), "web-browser-symbolic");
  adw_button_content_set_label (ADW_BUTTON_CONTENT (content), label);
  gtk_button_set_child (GTK_BUTTON (button), content);
  gtk_widget_set_halign (button, GTK_ALIGN_START);
  gtk_widget_set_tooltip_text (button, url);
  gtk_widget_add_css_class (button, "website");
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  -1);
  g_object_set_data_full (G_OBJECT (button), "url", g_strdup (url), g_free);
  g_signal_connect (button, "clicked", G_CALLBACK (website_clicked_cb), NULL);
  gtk_box_append (GTK_BOX (self), button);
}

static void
append_head (TkbDocumentView *self, TkbPageContext *context, TkbKind *kind)
{
  const char *language = tkb_library_get_language (self->library);
  const char *title = tkb_document_get_title (context->document, language);
  const char *original = tkb_document_get_string (context->document, "title");
  const char *native = tkb_document_get_string (context->document, "native_name");
  const char *summary = tkb_document_get_summary (context->document, language);
  GtkWidget  *label;

  gtk_box_append (GTK_BOX (self), tags_new (context, kind));
  label = tkb_text_heading (title, "page-title", 1);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  if (tkb_text_direction (title) == GTK_TEXT_DIR_LTR)
    gtk_widget_set_direction (label, GTK_TEXT_DIR_LTR);
  gtk_box_append (GTK_BOX (self), label);
  if (original != NULL && !g_str_equal (original, title))
    gtk_box_append (GTK_BOX (self), tkb_text_label_with_class (original, "page-original"));
  if (native != NULL && *native != '\0' && g_strcmp0 (native, original) != 0 &&
      g_strcmp0 (native, title) != 0)
    gtk_box_append (GTK_BOX (self), tkb_text_label_with_class (native, "page-original"));
  if (summary != NULL && *summary != '\0')
    gtk_box_append (GTK_BOX (self), tkb_text_label_with_class (summary, "page-lead"));
  append_website (self, context);
}

/* ---- sections ---- */

/* The note that belongs to a field: fee and fee_note. (nullable) */
static const char *
get_note (TkbPageContext *context, TkbKind *kind, const char *code)
{
  g_autofree char *note = g_strconcat (code, "_note", NULL);

  return tkb_kind_get_field (kind, note) != NULL ? tkb_document_get_string (context->document, note)
                                                 : NULL;
}

/* Whether field is the note of another field that shows it. */
static gboolean
is_note (TkbKind *kind, TkbField *field)
{
  const char      *code = tkb_field_get_code (field);
  g_autofree char *base = NULL;

  if (!g_str_has_suffix (code, "_note") || g_str_equal (code, "review_note"))
    return FALSE;
  base = g_strndup (code, strlen (code) - strlen ("_note"));
  return tkb_kind_get_field (kind, base) != NULL;
}

/* Whether the head or the end of the page, or another field, shows it. A tag above the title cannot
 * say that it is still to be verified, nor carry a note. */
static gboolean
is_placed (TkbPageContext *context, TkbKind *kind, TkbField *field)
{
  const char *code = tkb_field_get_code (field);

  if (g_strv_contains (placed_fields, code) || is_note (kind, field))
    return TRUE;
  return g_strv_contains (tag_fields, code) && !is_to_verify (context, code) &&
         get_note (context, kind, code) == NULL;
}

/* The name of a fact, small over its value. */
static GtkWidget *
key_new (TkbPageContext *context, TkbField *field)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *label = gtk_label_new (tkb_text_translate (tkb_field_get_label (field)));

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "fact-key");
  gtk_box_append (GTK_BOX (box), label);
  if (is_to_verify (context, tkb_field_get_code (field)))
    gtk_box_append (GTK_BOX (box), verify_pill_new ());
  return box;
}

/* Whether a value wants a line of its own. */
static gboolean
is_long (TkbField *field, JsonNode *node, const char *note)
{
  if (note != NULL && g_utf8_strlen (note, -1) > 32)
    return TRUE;
  if (tkb_field_view_is_empty (node))
    return FALSE;
  if (JSON_NODE_HOLDS_ARRAY (node))
    return json_array_get_length (json_node_get_array (node)) > 2;
  return JSON_NODE_HOLDS_VALUE (node) && json_node_get_string (node) != NULL &&
         g_utf8_strlen (json_node_get_string (node), -1) >
             (tkb_field_get_field_type (field) == TKB_FIELD_URL ? 26 : 44);
}

/* A key fact: name, value and, below it, the note that belongs to it. */
static gboolean
append_fact (TkbPageContext *context, TkbFactGrid *facts, TkbKind *kind, TkbField *field)
{
  const char *code = tkb_field_get_code (field);
  const char *note = get_note (context, kind, code);
  JsonNode   *node = get_value (context->document, code);
  GtkWidget  *value = tkb_field_view_new_inline (context, field, node);
  GtkWidget  *fact;

  if (value == NULL && (note == NULL || *note == '\0'))
    return FALSE;
  fact = gtk_box_new (GTK_ORIENTATION_VERTICAL, 1);
  gtk_widget_set_valign (fact, GTK_ALIGN_START);
  gtk_box_append (GTK_BOX (fact), key_new (context, field));
  if (value != NULL)
    gtk_box_append (GTK_BOX (fact), value);
  if (note != NULL && *note != '\0')
    gtk_box_append (GTK_BOX (fact), tkb_text_label_with_class (note, "remark"));
  tkb_fact_grid_append (facts, fact, is_long (field, node, note) ? TKB_FACT_WIDE : TKB_FACT_SHORT);
  return TRUE;
}

static GtkWidget *
field_heading_new (TkbPageContext *context, TkbField *field)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 10);

  gtk_box_append (GTK_BOX (box), tkb_text_heading (tkb_text_translate (tkb_field_get_label (field)),
                                                   "field-heading", 3));
  if (is_to_verify (context, tkb_field_get_code (field)))
    gtk_box_append (GTK_BOX (box), verify_pill_new ());
  return box;
}

static gboolean
append_block (TkbPageContext *context, GtkBox *box, TkbField *field)
{
  const char *code = tkb_field_get_code (field);
  GtkWidget *block = tkb_field_view_new_block (context, field, get_value (context->document, code));

  if (block == NULL)
    return FALSE;
  gtk_box_append (box, field_heading_new (context, field));
  if (g_str_equal (code, "lessons"))
    gtk_widget_add_css_class (block, "callout");
  gtk_box_append (box, block);
  return TRUE;
}

/* (nullable): a section of which nothing is filled in */
static GtkWidget *
section_new (TkbPageContext *context, TkbKind *kind, const char *section, const char *label)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *facts = tkb_fact_grid_new ();
  GPtrArray *fields = tkb_kind_get_fields (kind);
  guint      n_facts = 0;
  guint      n_blocks = 0;

  gtk_widget_add_css_class (box, "section");
  g_object_ref_sink (facts);
  for (guint i = 0; i < fields->len; i++)
    {
      TkbField *field = g_ptr_array_index (fields, i);

      if (g_strcmp0 (tkb_field_get_section (field), section) != 0 ||
          is_placed (context, kind, field))
        continue;
      if (tkb_field_view_is_short (field))
        n_facts += append_fact (context, TKB_FACT_GRID (facts), kind, field);
      else
        n_blocks += append_block (context, GTK_BOX (box), field);
    }
  /* a section of one block bears the name of that block */
  if (n_blocks != 1 || n_facts > 0)
    gtk_box_prepend (GTK_BOX (box), tkb_text_heading (label, "section-heading", 2));
  else
    gtk_widget_set_css_classes (gtk_widget_get_first_child (gtk_widget_get_first_child (box)),
                                (const char *[]){ "section-heading", NULL });
  if (n_facts > 0)
    gtk_box_append (GTK_BOX (box), facts);
  g_object_unref (facts);
  if (n_facts + n_blocks > 0)
    return box;
  g_object_ref_sink (box);
  g_object_unref (box);
  return NULL;
}

static void
append_caveats (TkbDocumentView *self, TkbPageContext *context)
{
  JsonArray *caveats = tkb_json_get_array (tkb_document_get_body (context->document), "caveats");
  GtkWidget *box;
  GtkWidget *head;

  if (caveats == NULL || json_array_get_length (caveats) == 0)
    return;
  box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);
  head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  gtk_widget_add_css_class (box, "caveats");
  gtk_widget_add_css_class (head, "caveats-head");
  gtk_box_append (GTK_BOX (head), tkb_compat_icon ("dialog-warning-symbolic"));
  gtk_box_append (GTK_BOX (head),
                  tkb_text_heading (_ ("Before you quote from this"), "caveats-title", 2));
  gtk_box_append (GTK_BOX (box), head);
  gtk_box_append (GTK_BOX (box), tkb_field_view_new_bullets (caveats, FALSE));
  gtk_box_append (GTK_BOX (self), box);
}

static void
append_keywords (TkbDocumentView *self, TkbPageContext *context, TkbKind *kind)
{
  TkbField  *field = tkb_kind_get_field (kind, "tags");
  JsonNode  *node = get_value (context->document, "tags");
  GtkWidget *tags;

  if (field == NULL || tkb_field_view_is_empty (node))
    return;
  tags = tkb_field_view_new_inline (context, field, node);
  if (tags != NULL)
    {
      gtk_widget_add_css_class (tags, "page-keywords");
      gtk_box_append (GTK_BOX (self), tags);
    }
}

static void
append_sections (TkbDocumentView *self, TkbPageContext *context, TkbKind *kind)
{
  guint n_sections = tkb_kind_get_n_sections (kind);

  for (guint i = 0; i < n_sections; i++)
    {
      const char *code;
      const char *label;
      GtkWidget  *section;

      tkb_kind_get_section (kind, i, &code, &label);
      if (g_str_equal (code, "publication"))
        continue;
      if (g_str_equal (code, "references"))
        append_caveats (self, context);
      section = section_new (context, kind, code, tkb_text_translate (label));
      if (section != NULL)
        gtk_box_append (GTK_BOX (self), section);
    }
}

static void
append_attachments (TkbDocumentView *self, TkbPageContext *context)
{
  GtkWidget *list = tkb_attachment_list_new (context->library, context->document);

  if (list == NULL)
    return;
  gtk_box_append (GTK_BOX (self), tkb_text_heading (_ ("Attachments"), "section-heading", 2));
  gtk_box_append (GTK_BOX (self), list);
}

/* Who wrote it, when, on what terms: one quiet paragraph. */
static void
append_imprint (TkbDocumentView *self, TkbPageContext *context, TkbKind *kind)
{
  static const char *const codes[] = { "authors",   "contributing_institution",
                                       "published", "modified",
                                       "licence",   NULL };
  GtkWidget               *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget               *facts = tkb_fact_grid_new ();
  g_autofree char         *id = NULL;

  gtk_widget_add_css_class (box, "imprint");
  for (guint i = 0; codes[i] != NULL; i++)
    {
      TkbField *field = tkb_kind_get_field (kind, codes[i]);

      if (field != NULL)
        append_fact (context, TKB_FACT_GRID (facts), kind, field);
    }
  id = tkb_text_isolate (tkb_document_get_id (context->document));
  gtk_box_append (GTK_BOX (box), facts);
  gtk_box_append (GTK_BOX (box), tkb_text_label_with_class (id, "imprint-id"));
  gtk_box_append (GTK_BOX (self), box);
}

/* ---- titles of links ---- */

static const char *
get_link_id (GtkWidget *link)
{
  return TKB_IS_LINK_ROW (link) ? tkb_link_row_get_id (TKB_LINK_ROW (link))
                                : tkb_link_chip_get_id (TKB_LINK_CHIP (link));
}

static void
titles_found_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TkbDocumentView) self = TKB_DOCUMENT_VIEW (user_data);
  TkbLibrary *library = TKB_LIBRARY (source);
  g_autoptr (GError) error = NULL;
  g_autoptr (GHashTable) documents = tkb_library_look_up_finish (library, result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || self->links == NULL)
    return;
  if (documents == NULL)
    {
      g_debug ("titles of links: %s", error->message);
      return;
    }
  for (guint i = 0; i < self->links->len; i++)
    {
      GtkWidget   *link = g_ptr_array_index (self->links, i);
      TkbCatalog  *catalog = tkb_library_get_catalog (library);
      const char  *language = tkb_library_get_language (library);
      TkbDocument *document = g_hash_table_lookup (documents, get_link_id (link));

      if (TKB_IS_LINK_ROW (link))
        tkb_link_row_set_document (TKB_LINK_ROW (link), catalog, document, language);
      else
        tkb_link_chip_set_document (TKB_LINK_CHIP (link), catalog, document, language);
    }
}

static void
look_up_titles (TkbDocumentView *self)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();

  if (self->links->len == 0)
    return;
  for (guint i = 0; i < self->links->len; i++)
    g_ptr_array_add (ids, (gpointer) get_link_id (g_ptr_array_index (self->links, i)));
  g_ptr_array_add (ids, NULL);
  tkb_library_look_up_async (self->library, (const char *const *) ids->pdata, self->cancellable,
                             titles_found_cb, g_object_ref (self));
}

/* (element-type TkbDocument): may be empty */
static void
show_backlinks (TkbDocumentView *self, GPtrArray *documents)
{
  GtkWidget *list;

  if (documents->len == 0 || self->backlinks == NULL)
    return;
  list = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "boxed-list");
  for (guint i = 0; i < documents->len; i++)
    {
      TkbDocument *document = g_ptr_array_index (documents, i);
      GtkWidget   *row = tkb_link_row_new (tkb_document_get_id (document), NULL);

      tkb_link_row_set_document (TKB_LINK_ROW (row), tkb_library_get_catalog (self->library),
                                 document, tkb_library_get_language (self->library));
      gtk_list_box_append (GTK_LIST_BOX (list), row);
    }
  gtk_box_append (GTK_BOX (self->backlinks),
                  tkb_text_heading (_ ("Documents that refer to this one"), "section-heading", 2));
  gtk_box_append (GTK_BOX (self->backlinks), list);
}

static void
backlinks_found_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TkbDocumentView) self = TKB_DOCUMENT_VIEW (user_data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) documents =
      tkb_backlinks_find_finish (TKB_LIBRARY (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || self->library == NULL)
    return;
  if (documents == NULL)
    {
      g_debug ("documents that refer to this one: %s", error->message);
      return;
    }
  show_backlinks (self, documents);
}

/* ---- class ---- */

static void
tkb_document_view_dispose (GObject *object)
{
  TkbDocumentView *self = TKB_DOCUMENT_VIEW (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->links, g_ptr_array_unref);
  g_clear_object (&self->library);
  G_OBJECT_CLASS (tkb_document_view_parent_class)->dispose (object);
}

static void
tkb_document_view_class_init (TkbDocumentViewClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = tkb_document_view_dispose;
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (klass), GTK_ACCESSIBLE_ROLE_REGION);
}

static void
tkb_document_view_init (TkbDocumentView *self)
{
  self->links = g_ptr_array_new ();
  self->cancellable = g_cancellable_new ();
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_widget_add_css_class (GTK_WIDGET (self), "page");
}

/**
 * tkb_document_view_new:
 * @library: where links lead; must be open
 * @document: any document, also one of an unknown kind
 */
GtkWidget *
tkb_document_view_new (TkbLibrary *library, TkbDocument *document)
{
  TkbDocumentView *self = g_object_new (TKB_TYPE_DOCUMENT_VIEW, NULL);
  TkbPageContext   context = { library, document, self->links };
  TkbKind         *kind = NULL;

  self->library = g_object_ref (library);
  if (tkb_document_get_kind (document) != NULL)
    kind =
        tkb_catalog_get_kind (tkb_library_get_catalog (library), tkb_document_get_kind (document));
  append_head (self, &context, kind);
  if (kind == NULL)
    {
      g_autofree char *text = tkb_document_to_text (document, TKB_DOCUMENT_JSON_NONE);

      gtk_box_append (
          GTK_BOX (self),
          tkb_text_label_with_class (
              _ ("This document is of a kind that this version of the program does not know. "
                 "A newer version may show it better."),
              "remark"));
      gtk_box_append (GTK_BOX (self), tkb_text_label_with_class (text, "code"));
      return GTK_WIDGET (self);
    }
  append_sections (self, &context, kind);
  append_attachments (self, &context);
  self->backlinks = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_box_append (GTK_BOX (self), self->backlinks);
  append_keywords (self, &context, kind);
  append_imprint (self, &context, kind);
  gtk_box_append (GTK_BOX (self), tkb_similar_list_new (library, tkb_document_get_id (document)));
  look_up_titles (self);
  tkb_backlinks_find_async (library, tkb_document_get_id (document), self->cancellable,
                            backlinks_found_cb, g_object_ref (self));
  return GTK_WIDGET (self);
}
