/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-handlers.h"

#include "tkb-json.h"
#include "tkb-server-limits.h"
#include "tkb-sight.h"
#include "tkb-view.h"

#include <string.h>

typedef struct
{
  GPtrArray   *keys;  /* (owned) (nullable) (element-type utf8; NULL: a key that is no string) */
  char        *start; /* (owned) (nullable): from here */
  char        *end;   /* (owned) (nullable): to here */
  char        *last;  /* (owned) (nullable): id of the last row read */
  gint64       skip;
  gint64       left; /* rows still wanted; -1: no limit */
  TkbListFlags list_flags;
  TkbViewFlags view_flags;
  gint64       budget_bytes;
  guint        next_key;
  gboolean     is_empty; /* the range cannot hold any id */
  gboolean     include_docs;
  gboolean     wants_seq;
  gboolean     is_started;
  gboolean     has_rows;
} Listing;

static void
listing_free (gpointer data)
{
  Listing *self = data;

  g_clear_pointer (&self->keys, g_ptr_array_unref);
  g_free (self->start);
  g_free (self->end);
  g_free (self->last);
  g_free (self);
}

/* ---- the question ---- */

/* (transfer full) (nullable): from the body of a POST, else from the query. */
static JsonNode *
take_parameter (
    TkbExchange *x, JsonObject *body, const char *name, const char *other, GError **error)
{
  JsonNode *node = body != NULL ? json_object_get_member (body, name) : NULL;

  if (node == NULL && body != NULL && other != NULL)
    node = json_object_get_member (body, other);
  if (node != NULL)
    return tkb_json_node_copy (node);
  if (tkb_exchange_get_query (x, name) == NULL && other != NULL)
    name = other;
  return tkb_exchange_get_json (x, name, error);
}

typedef enum
{
  BOUND_NONE,
  BOUND_BELOW, /* sorts before every id */
  BOUND_ID,
  BOUND_ABOVE, /* sorts after every id */
} Bound;

/* Ids are strings: what is no string sorts before or after all of them. */
static Bound
read_bound (JsonNode *node, char **out_id)
{
  if (node == NULL)
    return BOUND_NONE;
  if (JSON_NODE_HOLDS_ARRAY (node) || JSON_NODE_HOLDS_OBJECT (node))
    return BOUND_ABOVE;
  if (json_node_get_value_type (node) != G_TYPE_STRING)
    return BOUND_BELOW;
  *out_id = g_strdup (json_node_get_string (node));
  return BOUND_ID;
}

static gboolean
read_range (TkbExchange *x, JsonObject *body, Listing *self, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (JsonNode) key = take_parameter (x, body, "key", NULL, &local_error);
  g_autoptr (JsonNode) start =
      local_error == NULL ? take_parameter (x, body, "startkey", "start_key", &local_error) : NULL;
  g_autoptr (JsonNode) end =
      local_error == NULL ? take_parameter (x, body, "endkey", "end_key", &local_error) : NULL;
  gboolean is_descending = (self->list_flags & TKB_LIST_DESCENDING) != 0;
  Bound    first, last;

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  first = read_bound (key != NULL ? key : start, &self->start);
  last = read_bound (key != NULL ? key : end, &self->end);
  if (key == NULL && tkb_exchange_get_query (x, "inclusive_end") != NULL &&
      !tkb_exchange_get_flag (x, "inclusive_end"))
    self->list_flags |= TKB_LIST_EXCLUSIVE_END;
  self->is_empty = first == (is_descending ? BOUND_BELOW : BOUND_ABOVE) ||
                   last == (is_descending ? BOUND_ABOVE : BOUND_BELOW);
  return TRUE;
}

static gboolean
read_keys (TkbExchange *x, JsonObject *body, Listing *self, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (JsonNode) node = take_parameter (x, body, "keys", NULL, &local_error);
  JsonArray *array;

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_ARRAY (node))
    {
      g_set_error_literal (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_BAD_REQUEST,
                           "`keys` body member must be an array.");
      return FALSE;
    }
  array = json_node_get_array (node);
  self->keys = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *key = json_array_get_element (array, i);

      g_ptr_array_add (self->keys, json_node_get_value_type (key) == G_TYPE_STRING
                                       ? g_strdup (json_node_get_string (key))
                                       : g_strdup (""));
    }
  return TRUE;
}

static gboolean
read_question (TkbExchange *x, Listing *self, GError **error)
{
  g_autoptr (JsonObject) body = NULL;

  if (strcmp (x->method, "POST") == 0 && x->spool != NULL && tkb_spool_get_length (x->spool) > 0)
    {
      body = tkb_exchange_parse_body (x, TKB_MAX_JSON_BODY_BYTES, error);
      if (body == NULL)
        return FALSE;
    }
  if (!tkb_exchange_get_number (x, "skip", 0, &self->skip, error) ||
      !tkb_exchange_get_number (x, "limit", -1, &self->left, error))
    return FALSE;
  if (tkb_exchange_get_flag (x, "descending"))
    self->list_flags |= TKB_LIST_DESCENDING;
  self->include_docs = tkb_exchange_get_flag (x, "include_docs");
  if (body != NULL)
    {
      self->skip = tkb_json_get_int (body, "skip", self->skip);
      self->left = tkb_json_get_int (body, "limit", self->left);
      self->include_docs = tkb_json_get_boolean (body, "include_docs", self->include_docs);
      if (tkb_json_get_boolean (body, "descending", FALSE))
        self->list_flags |= TKB_LIST_DESCENDING;
    }
  if (self->include_docs || !tkb_sight_is_full (x))
    self->list_flags |= TKB_LIST_INCLUDE_DOCS;
  self->view_flags = tkb_view_flags_from_query (x);
  self->wants_seq = tkb_exchange_get_flag (x, "update_seq");
  self->budget_bytes = TKB_SERVER_MAX_INLINE_BYTES;
  return read_keys (x, body, self, error) && read_range (x, body, self, error);
}

/* ---- rows ---- */

static void
append_comma (Listing *self, GString *out)
{
  g_string_append (out, self->has_rows ? ",\n" : "\n");
  self->has_rows = TRUE;
  if (self->left > 0)
    self->left--;
}

static gboolean
append_document (TkbExchange *x, Listing *self, GString *out, TkbDocument *document, GError **error)
{
  g_autoptr (JsonObject) object = NULL;

  if (!self->include_docs)
    return TRUE;
  if (document == NULL)
    {
      g_string_append (out, ",\"doc\":null");
      return TRUE;
    }
  object = tkb_view_build (x, document, self->view_flags, NULL, &self->budget_bytes, error);
  if (object == NULL)
    return FALSE;
  g_string_append (out, ",\"doc\":");
  tkb_json_append_object (out, object);
  return TRUE;
}

static gboolean
append_row (TkbExchange *x, Listing *self, GString *out, TkbListRow *row, GError **error)
{
  append_comma (self, out);
  g_string_append (out, "{\"id\":");
  tkb_json_append_string (out, row->id);
  g_string_append (out, ",\"key\":");
  tkb_json_append_string (out, row->id);
  g_string_append_printf (out, ",\"value\":{\"rev\":\"%s\"%s}", row->rev,
                          row->is_deleted ? ",\"deleted\":true" : "");
  if (!append_document (x, self, out, row->is_deleted ? NULL : row->document, error))
    return FALSE;
  g_string_append_c (out, '}');
  return TRUE;
}

static void
append_missing (Listing *self, GString *out, const char *key)
{
  append_comma (self, out);
  g_string_append (out, "{\"key\":");
  tkb_json_append_string (out, key);
  g_string_append (out, ",\"error\":\"not_found\"}");
}

/* The row as the asker may see it; FALSE: not at all. */
static gboolean
lower_row (TkbExchange *x, TkbListRow *row)
{
  if (tkb_sight_is_full (x) || row->document == NULL || tkb_sight_allows (x, row->document))
    return TRUE;
  g_clear_pointer (&row->document, tkb_document_unref);
  row->document = tkb_sight_get (x, row->id, NULL, NULL);
  if (row->document == NULL)
    return FALSE;
  g_free (row->rev);
  row->rev = g_strdup (tkb_document_get_rev (row->document));
  return TRUE;
}

static gboolean
append_keys (TkbExchange *x, Listing *self, GString *out, gboolean *out_is_end, GError **error)
{
  guint n = MIN (self->keys->len - self->next_key, TKB_SERVER_LIST_PAGE);
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();
  g_autoptr (GPtrArray) rows = NULL;

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (ids, self->keys->pdata[self->next_key + i]);
  g_ptr_array_add (ids, NULL);
  rows = tkb_store_list_ids (tkb_database_get_store (x->database), (const char *const *) ids->pdata,
                             self->list_flags, x->cancellable, error);
  if (rows == NULL)
    return FALSE;
  self->next_key += n;
  for (guint i = 0; i < rows->len && self->left != 0; i++)
    {
      TkbListRow *row = rows->pdata[i];

      if (self->skip > 0)
        self->skip--;
      else if (row->rev == NULL || !lower_row (x, row))
        append_missing (self, out, row->id);
      else if (!append_row (x, self, out, row, error))
        return FALSE;
    }
  *out_is_end = self->next_key == self->keys->len;
  return TRUE;
}

static gboolean
append_range (TkbExchange *x, Listing *self, GString *out, gboolean *out_is_end, GError **error)
{
  const char *from = self->last != NULL ? self->last : self->start;
  g_autoptr (GPtrArray) rows = NULL;

  *out_is_end = self->is_empty;
  if (self->is_empty)
    return TRUE;
  rows = tkb_store_list (tkb_database_get_store (x->database), from, self->end, 0,
                         TKB_SERVER_LIST_PAGE, self->list_flags, x->cancellable, error);
  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < rows->len && self->left != 0; i++)
    {
      TkbListRow *row = rows->pdata[i];

      /* a page begins with the last row of the one before */
      if (i == 0 && g_strcmp0 (self->last, row->id) == 0)
        continue;
      if (!lower_row (x, row))
        continue;
      if (self->skip > 0)
        self->skip--;
      else if (!append_row (x, self, out, row, error))
        return FALSE;
    }
  *out_is_end = rows->len < TKB_SERVER_LIST_PAGE;
  if (rows->len > 0)
    {
      g_free (self->last);
      self->last = g_strdup (((TkbListRow *) rows->pdata[rows->len - 1])->id);
    }
  return TRUE;
}

static gboolean
append_start (TkbExchange *x, Listing *self, GString *out, GError **error)
{
  TkbStore *store = tkb_database_get_store (x->database);
  g_autoptr (TkbStoreCounts) counts = tkb_store_get_counts (store, x->cancellable, error);

  if (counts == NULL)
    return FALSE;
  g_string_append_printf (out, "{\"total_rows\":%" G_GUINT64_FORMAT ",",
                          counts->documents + counts->designs);
  if (self->keys != NULL)
    g_string_append (out, "\"offset\":null,");
  else
    g_string_append_printf (out, "\"offset\":%" G_GINT64_FORMAT ",", self->skip);
  if (self->wants_seq)
    {
      g_autofree char *seq = tkb_database_format_seq (x->database, tkb_store_get_last_seq (store));

      g_string_append_printf (out, "\"update_seq\":\"%s\",", seq);
    }
  g_string_append (out, "\"rows\":[");
  self->is_started = TRUE;
  return TRUE;
}

static TkbProduced
produce (TkbExchange *x, gpointer state, GBytes **out_bytes, GError **error)
{
  Listing *self = state;
  g_autoptr (GString) out = g_string_new (NULL);
  gboolean is_end = self->left == 0 || (self->keys != NULL && self->keys->len == 0);

  if (!self->is_started && !append_start (x, self, out, error))
    return TKB_PRODUCED_ERROR;
  while (!is_end && out->len < TKB_SERVER_CHUNK_BYTES)
    {
      if (!(self->keys != NULL ? append_keys (x, self, out, &is_end, error)
                               : append_range (x, self, out, &is_end, error)))
        return TKB_PRODUCED_ERROR;
      is_end = is_end || self->left == 0;
    }
  if (is_end)
    g_string_append (out, "\n]}\n");
  *out_bytes = g_string_free_to_bytes (g_steal_pointer (&out));
  return is_end ? TKB_PRODUCED_END : TKB_PRODUCED_BYTES;
}

void
tkb_handle_all_docs (TkbExchange *x)
{
  Listing *self = g_new0 (Listing, 1);
  GError  *error = NULL;

  if (!read_question (x, self, &error))
    {
      listing_free (self);
      tkb_exchange_take_error (x, error);
      return;
    }
  tkb_exchange_respond_stream (x, 200, "application/json", -1, produce, self, listing_free);
}
