/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* From a document to a line of the result list. */
#include "config.h"

#include "tkb-row.h"

#include <string.h>

#include "tkb-attached.h"
#include "tkb-json.h"
#include "tkb-markdown.h"

/* bytes of text that a snippet is chosen from */
#define MAX_PASSAGES_BYTES 60000

/* bytes of an attachment's text that are looked at in one go */
#define PIECE_BYTES 32768

/* translations of one field that are looked at */
#define MAX_LANGUAGES 40

typedef struct
{
  GPtrArray  *passages; /* (owned) (element-type TkbPassage) */
  TkbCatalog *catalog;  /* (unowned) (nullable) */
  const char *language; /* (unowned) (nullable) of the document */
  const char *title;    /* (unowned): what the row shows */
  const char *summary;  /* (unowned) (nullable): what the row shows */
  gboolean    is_foreign_wanted;
  gsize       bytes;
} Collect;

static void collect_field (Collect *collect, TkbField *field, JsonNode *node);

static void
add_passage (
    Collect *collect, TkbPassageRole role, double weight, const char *language, const char *text)
{
  TkbPassage *passage;

  if (text == NULL || text[0] == '\0' || collect->bytes > MAX_PASSAGES_BYTES)
    return;
  passage = g_new0 (TkbPassage, 1);
  passage->text = g_strdup (text);
  passage->language = g_strdup (language);
  passage->role = role;
  passage->weight = weight;
  collect->bytes += strlen (passage->text);
  g_ptr_array_add (collect->passages, passage);
}

static const char *
get_text (JsonNode *node)
{
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
    return NULL;
  return json_node_get_string (node);
}

static void
collect_foreign (Collect *collect, double weight, const char *language, const char *text)
{
  if (collect->is_foreign_wanted && text != NULL && strcmp (text, collect->title) != 0 &&
      g_strcmp0 (text, collect->summary) != 0)
    add_passage (collect, TKB_PASSAGE_FOREIGN, weight, language, text);
}

static void
collect_localized (Collect *collect, TkbField *field, JsonObject *object)
{
  JsonObjectIter iter;
  const char    *language;
  JsonNode      *node;
  guint          n = 0;

  json_object_iter_init_ordered (&iter, object);
  while (n++ < MAX_LANGUAGES && json_object_iter_next_ordered (&iter, &language, &node))
    collect_foreign (collect, tkb_field_get_weight (field), language, get_text (node));
}

static void
collect_object (Collect *collect, TkbField *field, JsonObject *object)
{
  static const char *const members[] = { "label", "text", "unit", "note", "query", "caveat" };
  GPtrArray               *fields = tkb_field_get_fields (field);
  TkbFieldType             type = tkb_field_get_field_type (field);

  for (guint i = 0; fields != NULL && i < fields->len; i++)
    {
      TkbField *member = g_ptr_array_index (fields, i);
      JsonNode *node = json_object_get_member (object, tkb_field_get_code (member));

      if (node != NULL)
        collect_field (collect, member, node);
    }
  if (type == TKB_FIELD_LOCALIZED && tkb_field_get_weight (field) > 0)
    collect_localized (collect, field, object);
  else if (type == TKB_FIELD_FIGURE || type == TKB_FIELD_LINK)
    for (guint i = 0; i < G_N_ELEMENTS (members); i++)
      add_passage (collect, TKB_PASSAGE_TEXT, tkb_field_get_weight (field), collect->language,
                   tkb_json_get_string (object, members[i], NULL));
}

static void
collect_text (Collect *collect, TkbField *field, const char *text)
{
  double           weight = tkb_field_get_weight (field);
  g_autofree char *plain = NULL;

  switch (tkb_field_get_field_type (field))
    {
    case TKB_FIELD_MARKDOWN:
      if (collect->bytes <= MAX_PASSAGES_BYTES)
        plain = tkb_markdown_to_plain (text);
      add_passage (collect, TKB_PASSAGE_TEXT, weight, collect->language, plain);
      break;
    case TKB_FIELD_STRING:
    case TKB_FIELD_TEXT:
      add_passage (collect, TKB_PASSAGE_TEXT, weight, collect->language, text);
      break;
    case TKB_FIELD_CODE: /* found by its label too */
      add_passage (collect, TKB_PASSAGE_HIDDEN, weight, "en",
                   tkb_catalog_get_code_label (collect->catalog, field, text));
      break;
    default:
      add_passage (collect, TKB_PASSAGE_HIDDEN, weight, collect->language, text);
      break;
    }
}

static void
collect_field (Collect *collect, TkbField *field, JsonNode *node)
{
  if (JSON_NODE_HOLDS_ARRAY (node))
    {
      JsonArray *array = json_node_get_array (node);

      for (guint i = 0; i < json_array_get_length (array); i++)
        if (!JSON_NODE_HOLDS_ARRAY (json_array_get_element (array, i)))
          collect_field (collect, field, json_array_get_element (array, i));
    }
  else if (JSON_NODE_HOLDS_OBJECT (node))
    collect_object (collect, field, json_node_get_object (node));
  else if (tkb_field_get_weight (field) > 0 && get_text (node) != NULL)
    collect_text (collect, field, get_text (node));
}

static void
collect_members_of_unknown_kind (Collect *collect, JsonObject *body)
{
  JsonObjectIter iter;
  const char    *name;
  JsonNode      *node;

  json_object_iter_init_ordered (&iter, body);
  while (json_object_iter_next_ordered (&iter, &name, &node))
    if (name[0] != '_' && strcmp (name, "title") != 0 && strcmp (name, "summary") != 0 &&
        strcmp (name, "kind") != 0)
      add_passage (collect, TKB_PASSAGE_TEXT, 1, collect->language, get_text (node));
}

/* What the document says beside what the row shows of it already, in the order of the form. */
static void
collect_fields (Collect *collect, TkbKind *kind, JsonObject *body)
{
  GPtrArray *fields = tkb_kind_get_fields (kind);

  for (guint i = 0; i < fields->len; i++)
    {
      TkbField   *field = g_ptr_array_index (fields, i);
      const char *code = tkb_field_get_code (field);
      JsonNode   *node = json_object_get_member (body, code);

      if (node == NULL)
        continue;
      if (strcmp (code, "title") == 0 || strcmp (code, "summary") == 0)
        collect_foreign (collect, tkb_field_get_weight (field), collect->language, get_text (node));
      else
        collect_field (collect, field, node);
    }
}

/* The summary first, then the rest. */
static GPtrArray *
collect_passages (TkbDocument *document,
                  TkbCatalog  *catalog,
                  const char  *language,
                  gboolean     is_title_explained)
{
  JsonObject *body = tkb_document_get_body (document);
  const char *kind_code = tkb_document_get_kind (document);
  TkbKind    *kind =
      catalog != NULL && kind_code != NULL ? tkb_catalog_get_kind (catalog, kind_code) : NULL;
  const char *summary = tkb_document_get_summary (document, language);
  Collect     collect = {
        .passages = g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_passage_free),
        .catalog = catalog,
        .language = tkb_json_get_string (body, "language", NULL),
        .title = tkb_document_get_title (document, language),
        .summary = summary,
        .is_foreign_wanted = !is_title_explained,
  };

  add_passage (&collect, TKB_PASSAGE_SUMMARY, 0,
               summary == tkb_document_get_string (document, "summary") ? collect.language
                                                                        : language,
               summary);
  if (kind != NULL)
    collect_fields (&collect, kind, body);
  else
    collect_members_of_unknown_kind (&collect, body);
  return collect.passages;
}

void
tkb_row_free (TkbRow *self)
{
  if (self == NULL) /* taken out of a page by the list */
    return;
  g_free (self->id);
  g_free (self->rev);
  g_free (self->kind);
  g_free (self->title);
  g_free (self->title_markup);
  g_free (self->snippet_markup);
  g_free (self->attachment);
  g_free (self->state);
  g_free (self->country);
  g_free (self->province);
  g_free (self->date);
  g_free (self);
}

static char *
on_one_line (const char *text)
{
  GString *out = g_string_new (NULL);

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      g_string_append_unichar (out, g_unichar_isspace (c) || g_unichar_iscntrl (c) ? ' ' : c);
    }
  return g_string_free (out, FALSE);
}

/**
 * tkb_row_new:
 * @document: what the row shows
 * @catalog: (nullable): the kinds
 * @highlighter: of the query
 * @tokenizer: of this thread
 * @language: (nullable): BCP 47 of the interface, for title and summary
 * @out_shown: (out): the words of the query that title and snippet show, a bit each
 *
 * Returns: (transfer full): the row, its score 0
 */
TkbRow *
tkb_row_new (TkbDocument    *document,
             TkbCatalog     *catalog,
             TkbHighlighter *highlighter,
             TkbTokenizer   *tokenizer,
             const char     *language,
             guint64        *out_shown)
{
  TkbRow     *self = g_new0 (TkbRow, 1);
  JsonObject *body = tkb_document_get_body (document);
  const char *title = tkb_document_get_title (document, language);
  gboolean    is_title_explained = FALSE;
  guint64     in_title = 0;
  guint64     in_snippet = 0;
  g_autoptr (GPtrArray) passages = NULL;

  self->id = g_strdup (tkb_document_get_id (document));
  self->rev = g_strdup (tkb_document_get_rev (document));
  self->kind = g_strdup (tkb_document_get_kind (document));
  self->title = on_one_line (title);
  self->title_markup =
      tkb_highlighter_mark_title (highlighter, tokenizer,
                                  title == tkb_document_get_string (document, "title")
                                      ? tkb_json_get_string (body, "language", NULL)
                                      : language,
                                  title, &is_title_explained, &in_title);
  passages = collect_passages (document, catalog, language, is_title_explained);
  self->snippet_markup =
      tkb_highlighter_mark_snippet (highlighter, tokenizer, passages, &in_snippet);
  *out_shown = in_title | in_snippet;
  self->state = g_strdup (tkb_document_get_string (document, "state"));
  self->country = g_strdup (tkb_document_get_string (document, "country"));
  self->province = g_strdup (tkb_document_get_string (document, "province"));
  self->date = g_strdup (tkb_document_get_string (document, "modified"));
  self->year = (int) CLAMP (tkb_json_get_int (body, "year", 0), 0, 9999);
  return self;
}

/* ---- from attachments ---- */

/* The name of the stub with this digest. (nullable) */
static const char *
find_name (TkbDocument *document, const char *digest)
{
  JsonObject    *stubs = tkb_json_get_object (tkb_document_get_body (document), "_attachments");
  JsonObjectIter iter;
  const char    *name;
  JsonNode      *node;

  if (stubs == NULL)
    return NULL;
  json_object_iter_init_ordered (&iter, stubs);
  while (json_object_iter_next_ordered (&iter, &name, &node))
    if (JSON_NODE_HOLDS_OBJECT (node) &&
        g_strcmp0 (tkb_json_get_string (json_node_get_object (node), "digest", NULL), digest) == 0)
      return name;
  return NULL;
}

static guint
count_bits (guint64 bits)
{
  guint n = 0;

  for (; bits != 0; bits &= bits - 1)
    n++;
  return n;
}

/* A piece from *at on, which ends with a word where that can be told; *at goes on behind it. */
static TkbPassage *
take_piece (const TkbAttachedText *text, gsize *at)
{
  TkbPassage *passage = g_new0 (TkbPassage, 1);
  const char *start = text->text + *at;
  gsize       length = strnlen (start, PIECE_BYTES);

  if (length == PIECE_BYTES)
    {
      gsize cut = length;

      while (cut > PIECE_BYTES / 2 && !g_ascii_isspace (start[cut]))
        cut--;
      if (cut > PIECE_BYTES / 2)
        length = cut;
      while ((start[length] & 0xc0) == 0x80) /* within a character */
        length--;
    }
  passage->text = g_strndup (start, length);
  passage->language = g_strdup (text->language);
  passage->role = TKB_PASSAGE_ATTACHED;
  *at += length;
  return passage;
}

/* Goes through a text until a piece shows all that is wanted; keeps the best. */
static void
explain_by (TkbRow                *self,
            const TkbAttachedText *text,
            const char            *name,
            TkbHighlighter        *highlighter,
            TkbTokenizer          *tokenizer,
            guint64               *shown)
{
  guint64 wanted = tkb_highlighter_get_wanted (highlighter);
  gsize   at = 0;

  while (text->text[at] != '\0' && (*shown & wanted) != wanted)
    {
      g_autoptr (GPtrArray) pieces =
          g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_passage_free);
      g_autofree char *markup = NULL;
      guint64          found = 0;

      g_ptr_array_add (pieces, take_piece (text, &at));
      markup = tkb_highlighter_mark_snippet (highlighter, tokenizer, pieces, &found);
      if (count_bits (found) <= count_bits (*shown))
        continue;
      *shown = found;
      g_free (self->snippet_markup);
      self->snippet_markup = g_steal_pointer (&markup);
      g_free (self->attachment);
      self->attachment = on_one_line (name != NULL ? name : "");
    }
}

/**
 * tkb_row_explain:
 * @self: a row
 * @document: the document that it shows
 * @texts: (element-type TkbAttachedText): of its attachments
 * @highlighter: of the query
 * @tokenizer: of this thread
 * @shown: the words of the query that the row shows by now
 *
 * Shows a piece of an attachment instead of the document's own words, where that says more about
 * why the document was found.
 */
void
tkb_row_explain (TkbRow         *self,
                 TkbDocument    *document,
                 GPtrArray      *texts,
                 TkbHighlighter *highlighter,
                 TkbTokenizer   *tokenizer,
                 guint64         shown)
{
  for (guint i = 0; i < texts->len; i++)
    {
      const TkbAttachedText *text = g_ptr_array_index (texts, i);

      explain_by (self, text, find_name (document, text->digest), highlighter, tokenizer, &shown);
    }
}
