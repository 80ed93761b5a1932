/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-handlers.h"

#include "tkb-selector.h"
#include "tkb-server-limits.h"
#include "tkb-sight.h"
#include "tkb-view.h"
#include "tkb-wire-changes.h"

#include <string.h>

typedef struct
{
  TkbWireChangesQuery *query;    /* (owned) */
  TkbSelector         *selector; /* (owned) (nullable) */
  GHashTable          *ids;      /* (owned) (nullable): of filter _doc_ids */
  TkbViewFlags         flags;
  guint64              seq;  /* read up to here */
  gint64               left; /* rows still wanted; -1: no limit */
  gint64               budget_bytes;
  gboolean             is_started;
  gboolean             has_rows;
} Feed;

static void
feed_free (gpointer data)
{
  Feed *self = data;

  tkb_wire_changes_query_free (self->query);
  g_clear_pointer (&self->selector, tkb_selector_free);
  g_clear_pointer (&self->ids, g_hash_table_unref);
  g_free (self);
}

/* ---- rows ---- */

static gboolean
is_wanted_id (Feed *self, const char *id)
{
  switch (self->query->filter)
    {
    case TKB_WIRE_FILTER_DOC_IDS:
      return g_hash_table_contains (self->ids, id);
    case TKB_WIRE_FILTER_DESIGN:
      return g_str_has_prefix (id, "_design/");
    default:
      return TRUE;
    }
}

/* The change as the asker may see it: revisions that are hidden are replaced by what is served in
 * their place. FALSE: there is nothing to see. */
static gboolean
lower_change (TkbExchange *x, TkbChange *change)
{
  g_autoptr (GPtrArray) revs = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (TkbDocument) winner = NULL;

  for (guint i = 0; i < change->revs->len; i++)
    {
      g_autoptr (TkbDocument) leaf =
          i == 0 && change->document != NULL
              ? NULL
              : tkb_store_get (tkb_database_get_store (x->database), change->id,
                               change->revs->pdata[i], x->cancellable, NULL);

      if (i == 0 && change->document != NULL)
        leaf = tkb_document_ref (change->document);
      /* the winner of a feed comes without its history, which is needed only to look behind it */
      if (leaf != NULL && !tkb_sight_allows (x, leaf))
        {
          g_clear_pointer (&leaf, tkb_document_unref);
          leaf = tkb_store_get (tkb_database_get_store (x->database), change->id,
                                change->revs->pdata[i], x->cancellable, NULL);
          if (leaf != NULL)
            leaf = tkb_sight_lower (x, g_steal_pointer (&leaf));
        }
      if (leaf == NULL ||
          g_ptr_array_find_with_equal_func (revs, tkb_document_get_rev (leaf), g_str_equal, NULL))
        continue;
      g_ptr_array_add (revs, g_strdup (tkb_document_get_rev (leaf)));
      if (winner == NULL)
        winner = g_steal_pointer (&leaf);
    }
  if (winner == NULL)
    return FALSE;
  change->is_deleted = tkb_document_is_deleted (winner);
  g_ptr_array_unref (change->revs);
  change->revs = g_steal_pointer (&revs);
  g_clear_pointer (&change->document, tkb_document_unref);
  change->document = g_steal_pointer (&winner);
  return TRUE;
}

static gboolean
matches_selector (Feed *self, TkbDocument *document)
{
  g_autoptr (JsonObject) object = NULL;

  if (self->selector == NULL)
    return TRUE;
  if (document == NULL)
    return FALSE;
  object = tkb_document_to_json (document, TKB_DOCUMENT_JSON_NONE);
  return tkb_selector_matches (self->selector, object);
}

/* FALSE: the row cannot be made. */
static gboolean
append_change (TkbExchange *x, Feed *self, TkbChange *change, GString *out, GError **error)
{
  g_autofree char *seq = tkb_database_format_seq (x->database, change->seq);
  TkbWireChange    row = { .seq = seq, .id = change->id, .is_deleted = change->is_deleted };
  g_autoptr (JsonObject) object = NULL;

  if (self->query->include_docs && change->document != NULL)
    {
      object = tkb_view_build (x, change->document, self->flags, NULL, &self->budget_bytes, error);
      if (object == NULL)
        return FALSE;
    }
  row.revs = change->revs;
  row.document = object;
  tkb_wire_changes_append_row (out, self->query->feed, &row, !self->has_rows);
  self->has_rows = TRUE;
  if (self->left > 0)
    self->left--;
  return TRUE;
}

static TkbChangesFlags
get_flags (TkbExchange *x, Feed *self)
{
  TkbChangesFlags flags = TKB_CHANGES_NONE;

  if (self->query->all_leaves)
    flags |= TKB_CHANGES_ALL_LEAVES;
  if (self->query->include_docs || self->selector != NULL || !tkb_sight_is_full (x))
    flags |= TKB_CHANGES_INCLUDE_DOCS;
  if (self->query->is_descending)
    flags |= TKB_CHANGES_DESCENDING;
  return flags;
}

/* One page. out_is_end: the store had no more. */
static gboolean
append_page (TkbExchange *x, Feed *self, GString *out, gboolean *out_is_end, GError **error)
{
  gboolean is_descending = self->query->is_descending;
  guint    page = is_descending ? TKB_SERVER_MAX_DESCENDING + 1 : TKB_SERVER_CHANGES_PAGE;
  guint64  last = self->seq;
  g_autoptr (GPtrArray) changes = NULL;

  if (self->left > 0 && self->left < page && self->query->filter == TKB_WIRE_FILTER_NONE &&
      tkb_sight_is_full (x))
    page = self->left;
  changes = tkb_store_get_changes (tkb_database_get_store (x->database), self->seq, page,
                                   get_flags (x, self), &last, x->cancellable, error);
  if (changes == NULL)
    return FALSE;
  if (is_descending && changes->len > TKB_SERVER_MAX_DESCENDING)
    {
      g_set_error_literal (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_TOO_LARGE,
                           "A descending feed of that length wants a limit.");
      return FALSE;
    }
  for (guint i = 0; i < changes->len && self->left != 0; i++)
    {
      TkbChange *change = changes->pdata[i];

      self->seq = change->seq;
      if (!is_wanted_id (self, change->id) ||
          (!tkb_sight_is_full (x) && !lower_change (x, change)) ||
          !matches_selector (self, change->document))
        continue;
      if (!append_change (x, self, change, out, error))
        return FALSE;
    }
  *out_is_end = is_descending || changes->len < page;
  if (*out_is_end && self->left != 0 && !is_descending)
    self->seq = MAX (self->seq, last);
  return TRUE;
}

/* ---- the feed ---- */

static TkbProduced
end_feed (TkbExchange *x, Feed *self, GString *out)
{
  g_autofree char *seq = tkb_database_format_seq (x->database, self->seq);
  guint64          last = tkb_store_get_last_seq (tkb_database_get_store (x->database));

  /* an upper bound: changes overtaken by later ones of the same document are counted too */
  tkb_wire_changes_append_end (out, self->query->feed, seq,
                               self->query->is_descending || last < self->seq ? 0
                                                                              : last - self->seq);
  return TKB_PRODUCED_END;
}

static gboolean
may_wait (TkbExchange *x, Feed *self)
{
  if (self->left == 0 || tkb_exchange_is_over (x))
    return FALSE;
  switch (self->query->feed)
    {
    case TKB_WIRE_FEED_LONGPOLL:
      return !self->has_rows;
    case TKB_WIRE_FEED_CONTINUOUS:
    case TKB_WIRE_FEED_EVENTSOURCE:
      return TRUE;
    case TKB_WIRE_FEED_NORMAL:
    default:
      return FALSE;
    }
}

static TkbProduced
produce (TkbExchange *x, gpointer state, GBytes **out_bytes, GError **error)
{
  Feed       *self = state;
  GString    *out = g_string_new (NULL);
  gboolean    is_end = self->left == 0;
  TkbProduced result = TKB_PRODUCED_BYTES;

  if (!self->is_started)
    tkb_wire_changes_append_start (out, self->query->feed);
  self->is_started = TRUE;
  while (!is_end && self->left != 0 && out->len < TKB_SERVER_CHUNK_BYTES)
    {
      if (!append_page (x, self, out, &is_end, error))
        {
          g_string_free (out, TRUE);
          return TKB_PRODUCED_ERROR;
        }
      /* a long stretch without a row: let the client hear of it */
      if (!is_end && self->left != 0 && out->len == 0 && self->query->heartbeat_ms > 0)
        break;
    }
  if (is_end || self->left == 0)
    result = may_wait (x, self) ? TKB_PRODUCED_WAIT : end_feed (x, self, out);
  if (out->len > 0)
    *out_bytes = g_string_free_to_bytes (out);
  else
    g_string_free (out, TRUE);
  return result;
}

static gboolean
prepare_filter (Feed *self, GError **error)
{
  TkbWireChangesQuery *query = self->query;

  switch (query->filter)
    {
    case TKB_WIRE_FILTER_DOC_IDS:
      if (query->doc_ids == NULL)
        {
          g_set_error_literal (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_BAD_REQUEST,
                               "`doc_ids` filter parameter is not a list.");
          return FALSE;
        }
      self->ids = g_hash_table_new (g_str_hash, g_str_equal);
      for (guint i = 0; i < query->doc_ids->len; i++)
        g_hash_table_add (self->ids, query->doc_ids->pdata[i]);
      return TRUE;
    case TKB_WIRE_FILTER_SELECTOR:
      if (query->selector == NULL)
        {
          g_set_error_literal (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_BAD_REQUEST,
                               "Selector must be specified in POST payload");
          return FALSE;
        }
      self->selector = tkb_selector_new (query->selector, error);
      return self->selector != NULL;
    case TKB_WIRE_FILTER_OTHER:
      g_set_error (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_NOT_IMPLEMENTED,
                   "The filter %s is not there: this server runs no functions.",
                   query->filter_name);
      return FALSE;
    default:
      return TRUE;
    }
}

static gboolean
read_query (TkbExchange *x, Feed *self, GError **error)
{
  const char *event_id = tkb_exchange_get_header (x, "Last-Event-ID");

  self->query = tkb_wire_changes_query_parse (x->raw_query, error);
  if (self->query == NULL)
    return FALSE;
  if (strcmp (x->method, "POST") == 0)
    {
      g_autoptr (GBytes) body = tkb_exchange_dup_body (x, TKB_MAX_JSON_BODY_BYTES, error);
      gsize       length;
      const char *text = body != NULL ? g_bytes_get_data (body, &length) : NULL;

      if (body == NULL || (text != NULL && length > 0 &&
                           !tkb_wire_changes_query_parse_body (self->query, text, length, error)))
        return FALSE;
    }
  if (event_id != NULL && self->query->feed == TKB_WIRE_FEED_EVENTSOURCE)
    {
      g_free (self->query->since);
      self->query->since = g_strdelimit (g_strdup (event_id), "\"", ' ');
      g_strstrip (self->query->since);
    }
  self->left = self->query->limit;
  self->budget_bytes = TKB_SERVER_MAX_INLINE_BYTES;
  if (self->query->conflicts)
    self->flags |= TKB_VIEW_CONFLICTS;
  if (self->query->attachments)
    self->flags |= TKB_VIEW_ATTACHMENTS;
  return prepare_filter (self, error) &&
         tkb_database_parse_seq (x->database, self->query->since, &self->seq, error);
}

static void
set_times (TkbExchange *x, Feed *self)
{
  TkbWireChangesQuery *query = self->query;
  gint64               heartbeat_ms = query->heartbeat_ms;
  gint64 timeout_ms = query->timeout_ms >= 0 ? query->timeout_ms : TKB_SERVER_FEED_TIMEOUT_MS;
  g_autoptr (GString) heartbeat = g_string_new (NULL);

  if (query->feed == TKB_WIRE_FEED_NORMAL)
    return;
  if (heartbeat_ms > 0)
    heartbeat_ms = MAX (heartbeat_ms, TKB_SERVER_MIN_HEARTBEAT_MS);
  tkb_wire_changes_append_heartbeat (heartbeat, query->feed);
  /* a heartbeat keeps the feed open for ever, as CouchDB has it */
  tkb_exchange_set_feed_times (x, heartbeat_ms, heartbeat->str,
                               heartbeat_ms > 0 ? 0 : CLAMP (timeout_ms, 1, G_MAXINT / 2));
}

void
tkb_handle_changes (TkbExchange *x)
{
  Feed   *self = g_new0 (Feed, 1);
  GError *error = NULL;

  if (!read_query (x, self, &error))
    {
      if (self->query == NULL)
        g_free (self);
      else
        feed_free (self);
      tkb_exchange_take_error (x, error);
      return;
    }
  tkb_exchange_respond_stream (x, 200,
                               self->query->feed == TKB_WIRE_FEED_EVENTSOURCE ? "text/event-stream"
                                                                              : "application/json",
                               -1, produce, self, feed_free);
  set_times (x, self);
}
