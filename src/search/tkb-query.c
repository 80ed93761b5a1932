/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-query-private.h"

#include <string.h>

struct _TkbQuery
{
  gatomicrefcount references;
  char           *text; /* (owned) as typed; "" for everything */
  TkbQueryFlags   flags;
  TkbNode        *root;  /* (owned) (nullable) */
  GPtrArray      *notes; /* (owned) (element-type utf8), static strings */
  char           *kind;  /* (owned) (nullable) */
  TkbScope        scope;
  GPtrArray      *selections; /* (owned) (element-type TkbSelection) */
};

G_DEFINE_BOXED_TYPE (TkbQuery, tkb_query, tkb_query_ref, tkb_query_unref)

static void
free_selection (gpointer data)
{
  TkbSelection *selection = data;

  g_free (selection->field);
  g_free (selection->code);
  g_free (selection);
}

static void
add_selection (GPtrArray *selections, const char *field, const char *code)
{
  TkbSelection *selection = g_new0 (TkbSelection, 1);

  selection->field = g_strdup (field);
  selection->code = g_strdup (code);
  g_ptr_array_add (selections, selection);
}

/**
 * tkb_query_new:
 * @text: (nullable): what was typed; %NULL or empty: everything
 * @flags: how it was typed
 *
 * Words must all match; "phrases" match as written; -word and NOT leave out; OR and | are
 * alternatives; parentheses group; title:word looks in titles only; FIELD:VALUE holds the document
 * against any facet field (year:2020..2024 for a range, values separated by commas are
 * alternatives); has:attachment. A FIELD:VALUE beside the words of one alternative narrows all of
 * them, unless parentheses hold the two together or another alternative has the same FIELD.
 * Full-width punctuation counts as well.
 *
 * Returns: (transfer full): a query, whatever @text is
 */
TkbQuery *
tkb_query_new (const char *text, TkbQueryFlags flags)
{
  TkbQuery *self = g_new0 (TkbQuery, 1);

  g_atomic_ref_count_init (&self->references);
  self->text = text != NULL ? g_utf8_make_valid (text, -1) : g_strdup ("");
  self->flags = flags;
  self->notes = g_ptr_array_new ();
  self->root = tkb_query_parse (self->text, flags, self->notes);
  self->selections = g_ptr_array_new_with_free_func (free_selection);
  return self;
}

TkbQuery *
tkb_query_ref (TkbQuery *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
tkb_query_unref (TkbQuery *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_free (self->text);
  g_clear_pointer (&self->root, tkb_node_free);
  g_ptr_array_unref (self->notes);
  g_free (self->kind);
  g_ptr_array_unref (self->selections);
  g_free (self);
}

static TkbQuery *
copy (TkbQuery *self)
{
  TkbQuery *result = tkb_query_new (self->text, self->flags);

  result->kind = g_strdup (self->kind);
  result->scope = self->scope;
  for (guint i = 0; i < self->selections->len; i++)
    {
      TkbSelection *selection = g_ptr_array_index (self->selections, i);

      add_selection (result->selections, selection->field, selection->code);
    }
  return result;
}

/**
 * tkb_query_with_kind:
 * @self: a query
 * @kind: (nullable): code of a kind; %NULL: any
 *
 * Returns: (transfer full): the same query for documents of @kind
 */
TkbQuery *
tkb_query_with_kind (TkbQuery *self, const char *kind)
{
  TkbQuery *result = copy (self);

  g_free (result->kind);
  result->kind = g_strdup (kind);
  return result;
}

/**
 * tkb_query_with_scope:
 * @self: a query
 * @scope: where to look
 *
 * Returns: (transfer full): the same query within @scope
 */
TkbQuery *
tkb_query_with_scope (TkbQuery *self, TkbScope scope)
{
  TkbQuery *result = copy (self);

  result->scope = scope;
  return result;
}

/**
 * tkb_query_with_facet:
 * @self: a query
 * @field: code of a facet field
 * @code: a term of it
 *
 * Terms of one field are alternatives; fields narrow one another.
 *
 * Returns: (transfer full): the same query with @code selected too
 */
TkbQuery *
tkb_query_with_facet (TkbQuery *self, const char *field, const char *code)
{
  TkbQuery *result = copy (self);

  add_selection (result->selections, field, code);
  return result;
}

const char *
tkb_query_get_text (TkbQuery *self)
{
  return self->text;
}

static gboolean
has_words (const TkbNode *node)
{
  if (node->type == TKB_NODE_WORD || node->type == TKB_NODE_PHRASE)
    return TRUE;
  for (guint i = 0; node->children != NULL && i < node->children->len; i++)
    if (has_words (g_ptr_array_index (node->children, i)))
      return TRUE;
  return FALSE;
}

/**
 * tkb_query_is_browse:
 * @self: a query
 *
 * Returns: whether there are no words in it, so that the newest documents come first
 */
gboolean
tkb_query_is_browse (TkbQuery *self)
{
  return self->root == NULL || !has_words (self->root);
}

/**
 * tkb_query_get_notes:
 * @self: a query
 *
 * Returns: (transfer none) (element-type utf8): what was left out and why, English msgids
 */
GPtrArray *
tkb_query_get_notes (TkbQuery *self)
{
  return self->notes;
}

const TkbNode *
tkb_query_get_root (TkbQuery *self)
{
  return self->root;
}

TkbQueryFlags
tkb_query_get_flags (TkbQuery *self)
{
  return self->flags;
}

const char *
tkb_query_get_kind (TkbQuery *self)
{
  return self->kind;
}

TkbScope
tkb_query_get_scope (TkbQuery *self)
{
  return self->scope;
}

GPtrArray *
tkb_query_get_selections (TkbQuery *self)
{
  return self->selections;
}
