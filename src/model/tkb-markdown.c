/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-markdown.h"

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm-extension_api.h>
#include <cmark-gfm.h>
#include <string.h>

/* Containers in containers: what no person writes is laid out flat, so that widgets may recurse. */
#define MAX_DEPTH 24
/* bytes that are parsed; the parser has inputs for which its time grows with the square of the
 * length, and the longest field of a kind, 20,000 characters, fits */
#define MAX_PARSED_BYTES (64 * 1024)
/* bytes of a whole document that are rendered for an export, where nobody waits for a frame */
#define MAX_RENDERED_BYTES (1024 * 1024)

/* The tree is walked with cmark's iterator, never by recursion, for its depth is the author's. */
typedef struct
{
  GPtrArray   *open;     /* (owned) (element-type TkbBlock, unowned): the root first */
  guint        n_flat;   /* containers entered but laid out flat */
  GPtrArray   *spans;    /* (unowned) (nullable): of the block being filled */
  TkbSpanFlags flags;    /* of the text being read */
  guint        n_strong; /* how often each is open: they nest */
  guint        n_emphasis;
  guint        n_strike;
  GPtrArray   *links; /* (owned) (element-type utf8, unowned) (nullable elements) */
  guint        n_images;
  const char  *image_url; /* (unowned) (nullable) */
} Builder;

static void
span_free (TkbSpan *span)
{
  g_free (span->text);
  g_free (span->url);
  g_free (span);
}

static TkbBlock *
block_new (TkbBlockType type)
{
  TkbBlock *block = g_new0 (TkbBlock, 1);

  block->type = type;
  block->children = g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_block_free);
  block->spans = g_ptr_array_new_with_free_func ((GDestroyNotify) span_free);
  return block;
}

/**
 * tkb_block_free:
 */
void
tkb_block_free (TkbBlock *self)
{
  g_free (self->text);
  g_free (self->info);
  g_ptr_array_unref (self->children);
  g_ptr_array_unref (self->spans);
  g_free (self);
}

static TkbBlock *
get_open (Builder *self)
{
  return self->open->pdata[self->open->len - 1];
}

static TkbBlock *
append_block (Builder *self, TkbBlockType type)
{
  TkbBlock *block = block_new (type);

  g_ptr_array_add (get_open (self)->children, block);
  return block;
}

/* Addresses are written by strangers: only those that a reader may safely follow are links. */
static gboolean
is_safe_url (const char *url)
{
  static const char *const schemes[] = { "http", "https", "mailto", "tisckb" };
  gsize                    length = strcspn (url, ":/?#");

  if (*url == '\0')
    return FALSE;
  for (const char *at = url; *at != '\0'; at++)
    if (g_ascii_iscntrl (*at) || *at == ' ' || *at == '\\')
      return FALSE;
  if (g_str_has_prefix (url, "//"))
    return FALSE;
  if (url[length] != ':')
    return TRUE; /* relative: the id of a document, or a place in this one */
  for (gsize i = 0; i < G_N_ELEMENTS (schemes); i++)
    if (strlen (schemes[i]) == length && g_ascii_strncasecmp (url, schemes[i], length) == 0)
      return TRUE;
  return FALSE;
}

static void
add_span (Builder *self, TkbSpanFlags flags, const char *text)
{
  const char *url = self->links->len > 0 ? self->links->pdata[self->links->len - 1] : NULL;
  TkbSpan    *last, *span;

  if (self->spans == NULL || text == NULL || *text == '\0')
    return;
  flags |= (self->n_strong > 0 ? TKB_SPAN_STRONG : 0) |
           (self->n_emphasis > 0 ? TKB_SPAN_EMPHASIS : 0) |
           (self->n_strike > 0 ? TKB_SPAN_STRIKE : 0);
  if (url != NULL)
    flags |= TKB_SPAN_LINK;
  if (self->n_images > 0)
    {
      flags |= TKB_SPAN_IMAGE;
      url = self->image_url != NULL ? self->image_url : url;
    }

  last = self->spans->len > 0 ? self->spans->pdata[self->spans->len - 1] : NULL;
  if (last != NULL && last->flags == flags && g_strcmp0 (last->url, url) == 0)
    {
      g_autofree char *before = g_steal_pointer (&last->text);

      last->text = g_strconcat (before, text, NULL);
      return;
    }
  span = g_new0 (TkbSpan, 1);
  span->flags = flags;
  span->text = g_strdup (text);
  span->url = g_strdup (url);
  g_ptr_array_add (self->spans, span);
}

/* A line end in the source is a space, but not between two Chinese or Japanese characters. */
static void
add_soft_break (Builder *self, cmark_node *node)
{
  TkbSpan *last =
      self->spans != NULL && self->spans->len > 0 ? self->spans->pdata[self->spans->len - 1] : NULL;
  cmark_node *next = cmark_node_next (node);
  const char *after = next != NULL ? cmark_node_get_literal (next) : NULL;
  gunichar    before = 0;

  if (last != NULL && *last->text != '\0')
    before = g_utf8_get_char (g_utf8_prev_char (last->text + strlen (last->text)));
  if (before != 0 && after != NULL && g_unichar_iswide (before) &&
      g_unichar_iswide (g_utf8_get_char (after)))
    return;
  add_span (self, TKB_SPAN_NONE, " ");
}

/* An image without alternative text is known by its address. */
static void
enter_image (Builder *self, cmark_node *node)
{
  const char *url = cmark_node_get_url (node);

  self->n_images++;
  if (self->n_images == 1)
    self->image_url = is_safe_url (url) ? url : NULL;
  if (cmark_node_first_child (node) == NULL)
    add_span (self, TKB_SPAN_NONE, url);
}

/* The node types of the extensions stand in no installed header, only their names do. */
static gboolean
is_named (cmark_node *node, const char *name)
{
  return strcmp (cmark_node_get_type_string (node), name) == 0;
}

/* Whether node was an inline one. */
static gboolean
visit_inline (Builder *self, cmark_node *node, gboolean is_enter)
{
  cmark_node_type type = cmark_node_get_type (node);
  int             step = is_enter ? 1 : -1;

  if (type == CMARK_NODE_TEXT || type == CMARK_NODE_HTML_INLINE)
    add_span (self, TKB_SPAN_NONE, cmark_node_get_literal (node));
  else if (type == CMARK_NODE_CODE)
    add_span (self, TKB_SPAN_CODE, cmark_node_get_literal (node));
  else if (type == CMARK_NODE_SOFTBREAK)
    add_soft_break (self, node);
  else if (type == CMARK_NODE_LINEBREAK)
    add_span (self, TKB_SPAN_BREAK, "\n");
  else if (type == CMARK_NODE_STRONG)
    self->n_strong += (guint) step;
  else if (type == CMARK_NODE_EMPH)
    self->n_emphasis += (guint) step;
  else if (is_named (node, "strikethrough"))
    self->n_strike += (guint) step;
  else if (type == CMARK_NODE_LINK && is_enter)
    {
      const char *url = cmark_node_get_url (node);

      g_ptr_array_add (self->links, is_safe_url (url) ? (gpointer) url : NULL);
    }
  else if (type == CMARK_NODE_LINK)
    g_ptr_array_set_size (self->links, (int) self->links->len - 1);
  else if (type == CMARK_NODE_IMAGE && is_enter)
    enter_image (self, node);
  else if (type == CMARK_NODE_IMAGE)
    {
      if (--self->n_images == 0)
        self->image_url = NULL;
    }
  else
    return FALSE;
  return TRUE;
}

static gboolean
is_container (cmark_node *node, TkbBlockType *out_type)
{
  cmark_node_type type = cmark_node_get_type (node);

  if (type == CMARK_NODE_BLOCK_QUOTE)
    *out_type = TKB_BLOCK_QUOTE;
  else if (type == CMARK_NODE_LIST)
    *out_type = TKB_BLOCK_LIST;
  else if (type == CMARK_NODE_ITEM)
    *out_type = TKB_BLOCK_ITEM;
  else if (is_named (node, "table"))
    *out_type = TKB_BLOCK_TABLE;
  else if (is_named (node, "table_row") || is_named (node, "table_header"))
    *out_type = TKB_BLOCK_ROW;
  else
    return FALSE;
  return TRUE;
}

static void
enter_container (Builder *self, cmark_node *node, TkbBlockType type)
{
  TkbBlock *block;

  if (self->n_flat > 0 || (self->open->len >= MAX_DEPTH && type != TKB_BLOCK_ROW))
    {
      self->n_flat++;
      return;
    }
  block = append_block (self, type);
  g_ptr_array_add (self->open, block);
  if (type == TKB_BLOCK_LIST)
    {
      block->is_ordered = cmark_node_get_list_type (node) == CMARK_ORDERED_LIST;
      block->level = cmark_node_get_list_start (node);
    }
  else if (type == TKB_BLOCK_ITEM && is_named (node, "tasklist"))
    block->task = cmark_gfm_extensions_get_tasklist_item_checked (node) ? 'x' : ' ';
  else if (type == TKB_BLOCK_ROW)
    block->is_header = cmark_gfm_extensions_get_table_row_is_header (node) != 0;
}

static void
leave_container (Builder *self)
{
  if (self->n_flat > 0)
    self->n_flat--;
  else
    g_ptr_array_set_size (self->open, (int) self->open->len - 1);
}

static char
get_alignment (cmark_node *cell, guint column)
{
  cmark_node *table = cmark_node_parent (cmark_node_parent (cell));
  uint8_t    *alignments = cmark_gfm_extensions_get_table_alignments (table);

  if (alignments == NULL || column >= cmark_gfm_extensions_get_table_columns (table))
    return 0;
  return (char) alignments[column];
}

static char *
chomp (const char *text)
{
  gsize length = strlen (text);

  if (length > 0 && text[length - 1] == '\n')
    length--;
  return g_strndup (text, length);
}

static void
enter_leaf (Builder *self, cmark_node *node)
{
  cmark_node_type  type = cmark_node_get_type (node);
  TkbBlock        *block;
  g_autofree char *text = NULL;

  if (type == CMARK_NODE_CODE_BLOCK)
    {
      block = append_block (self, TKB_BLOCK_CODE);
      block->text = chomp (cmark_node_get_literal (node));
      if (*cmark_node_get_fence_info (node) != '\0')
        block->info = g_strdup (cmark_node_get_fence_info (node));
    }
  else if (type == CMARK_NODE_THEMATIC_BREAK)
    append_block (self, TKB_BLOCK_RULE);
  else if (type == CMARK_NODE_HTML_BLOCK)
    {
      self->spans = append_block (self, TKB_BLOCK_PARAGRAPH)->spans;
      text = chomp (cmark_node_get_literal (node));
      add_span (self, TKB_SPAN_NONE, text);
      self->spans = NULL;
    }
  else if (type == CMARK_NODE_HEADING)
    {
      block = append_block (self, TKB_BLOCK_HEADING);
      block->level = cmark_node_get_heading_level (node);
      self->spans = block->spans;
    }
  else if (is_named (node, "table_cell"))
    {
      block = append_block (self, self->n_flat > 0 ? TKB_BLOCK_PARAGRAPH : TKB_BLOCK_CELL);
      if (block->type == TKB_BLOCK_CELL)
        block->alignment = get_alignment (node, get_open (self)->children->len - 1);
      self->spans = block->spans;
    }
  else if (type == CMARK_NODE_PARAGRAPH)
    self->spans = append_block (self, TKB_BLOCK_PARAGRAPH)->spans;
}

static void
build (TkbBlock *root, cmark_node *document)
{
  Builder self = { NULL };
  g_autoptr (GPtrArray) open = g_ptr_array_new ();
  g_autoptr (GPtrArray) links = g_ptr_array_new ();
  cmark_iter      *iter = cmark_iter_new (document);
  cmark_event_type event;

  self.open = open;
  self.links = links;
  g_ptr_array_add (open, root);
  while ((event = cmark_iter_next (iter)) != CMARK_EVENT_DONE)
    {
      cmark_node  *node = cmark_iter_get_node (iter);
      gboolean     is_enter = event == CMARK_EVENT_ENTER;
      TkbBlockType type;

      if (visit_inline (&self, node, is_enter) || node == document)
        continue;
      if (is_container (node, &type))
        {
          if (is_enter)
            enter_container (&self, node, type);
          else
            leave_container (&self);
        }
      else if (is_enter)
        enter_leaf (&self, node);
      else
        self.spans = NULL;
    }
  cmark_iter_free (iter);
}

/* out_html: (out) (optional): the same as HTML. libcmark-gfm keeps its table of special characters
 * and its list of extensions in statics, which each parse changes; one parse at a time keeps them
 * whole. */
static cmark_node *
parse_source (const char *text, gsize length, char **out_html)
{
  static const char *const extensions[] = { "table", "strikethrough", "tasklist", "autolink" };
  static GMutex            lock;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);
  cmark_parser *parser;
  cmark_node   *document;

  cmark_gfm_core_extensions_ensure_registered ();
  parser = cmark_parser_new (CMARK_OPT_VALIDATE_UTF8);
  for (gsize i = 0; i < G_N_ELEMENTS (extensions); i++)
    cmark_parser_attach_syntax_extension (parser, cmark_find_syntax_extension (extensions[i]));
  cmark_parser_feed (parser, text, length);
  document = cmark_parser_finish (parser);
  if (out_html != NULL)
    {
      char *html = cmark_render_html (document, CMARK_OPT_DEFAULT,
                                      cmark_parser_get_syntax_extensions (parser));

      *out_html = g_strdup (html);
      cmark_get_default_mem_allocator ()->free (html);
    }
  cmark_parser_free (parser);
  return document;
}

/* What is too long to be parsed is shown as it stands, paragraph by paragraph. */
static void
append_plain (TkbBlock *root, const char *text)
{
  g_auto (GStrv) paragraphs = g_strsplit (text, "\n\n", -1);

  for (guint i = 0; paragraphs[i] != NULL; i++)
    {
      TkbBlock *block;
      TkbSpan  *span;

      if (*g_strstrip (paragraphs[i]) == '\0')
        continue;
      block = block_new (TKB_BLOCK_PARAGRAPH);
      span = g_new0 (TkbSpan, 1);
      span->text = g_strdup (paragraphs[i]);
      g_ptr_array_add (block->spans, span);
      g_ptr_array_add (root->children, block);
    }
}

/**
 * tkb_markdown_parse:
 * @text: any UTF-8
 *
 * Reads CommonMark with GFM's tables, strikethrough, task lists and bare addresses.
 *
 * Raw HTML is text. An address other than `http`, `https`, `mailto`, `tisckb` or a relative one is
 * no link: its text stays, its address is dropped. Neighbouring texts with the same flags are one
 * span. Containers nested deeper than 24 levels are laid out flat; a text of more than 64 KiB is
 * not parsed but cut at empty lines. Any thread; one parse at a time.
 *
 * Returns: (transfer full): a %TKB_BLOCK_DOCUMENT
 */
TkbBlock *
tkb_markdown_parse (const char *text)
{
  TkbBlock   *root;
  cmark_node *document;
  gsize       length;

  g_return_val_if_fail (text != NULL, NULL);

  root = block_new (TKB_BLOCK_DOCUMENT);
  length = strlen (text);
  if (length > MAX_PARSED_BYTES)
    {
      append_plain (root, text);
      return root;
    }
  document = parse_source (text, length, NULL);
  build (root, document);
  cmark_node_free (document);
  return root;
}

static void
append_text (GString *out, TkbBlock *block)
{
  gsize length = out->len;

  for (guint i = 0; i < block->spans->len; i++)
    g_string_append (out, ((TkbSpan *) block->spans->pdata[i])->text);
  if (block->text != NULL)
    g_string_append (out, block->text);
  if (out->len > length)
    g_string_append_c (out, block->type == TKB_BLOCK_CELL ? ' ' : '\n');
  for (guint i = 0; i < block->children->len; i++)
    append_text (out, block->children->pdata[i]);
  if (block->type == TKB_BLOCK_ROW && out->len > length)
    out->str[out->len - 1] = '\n';
}

/**
 * tkb_markdown_to_plain:
 * @text: any UTF-8
 *
 * Returns: (transfer full): the words of @text, a line for each paragraph, heading, table row and
 *   piece of code; without marks and addresses
 */
char *
tkb_markdown_to_plain (const char *text)
{
  g_autoptr (TkbBlock) root = NULL;
  GString *out;

  g_return_val_if_fail (text != NULL, NULL);

  root = tkb_markdown_parse (text);
  out = g_string_new (NULL);
  append_text (out, root);
  if (out->len > 0 && out->str[out->len - 1] == '\n')
    g_string_truncate (out, out->len - 1);
  return g_string_free (out, FALSE);
}

/**
 * tkb_markdown_to_html:
 * @text: any UTF-8
 *
 * Returns: (transfer full): HTML of @text; raw HTML in it is left out and links of other than
 *   harmless schemes lead nowhere. A text of more than 1 MiB comes out as it stands, escaped.
 */
char *
tkb_markdown_to_html (const char *text)
{
  char *html = NULL;
  gsize length;

  g_return_val_if_fail (text != NULL, NULL);

  length = strlen (text);
  if (length > MAX_RENDERED_BYTES)
    {
      g_autofree char *escaped = g_markup_escape_text (text, (gssize) length);

      return g_strconcat ("<pre>", escaped, "</pre>\n", NULL);
    }
  cmark_node_free (parse_source (text, length, &html));
  return html;
}
