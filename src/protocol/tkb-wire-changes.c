/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-wire-changes.h"

#include "tkb-wire-private.h"
#include "tkb-wire-text.h"

#include <string.h>

/* milliseconds that heartbeat=true stands for, as in CouchDB */
#define DEFAULT_HEARTBEAT_MS 60000

static const char *const feed_names[] = { "normal", "longpoll", "continuous", "eventsource" };

/**
 * tkb_wire_changes_query_new:
 *
 * Returns: (transfer full): the question of a plain GET _changes
 */
TkbWireChangesQuery *
tkb_wire_changes_query_new (void)
{
  TkbWireChangesQuery *self = g_new0 (TkbWireChangesQuery, 1);

  self->since = g_strdup ("0");
  self->limit = -1;
  self->timeout_ms = -1;
  return self;
}

/**
 * tkb_wire_changes_query_free:
 * @self: (transfer full) (nullable): what to free
 */
void
tkb_wire_changes_query_free (TkbWireChangesQuery *self)
{
  if (!self)
    return;
  g_free (self->since);
  g_free (self->filter_name);
  g_clear_pointer (&self->doc_ids, g_ptr_array_unref);
  g_clear_pointer (&self->selector, json_object_unref);
  g_free (self);
}

static gboolean
read_boolean (GHashTable *params, const char *name, gboolean *out_value, GError **error)
{
  const char *value = g_hash_table_lookup (params, name);

  if (!value)
    return TRUE;
  if (g_str_equal (value, "true") || g_str_equal (value, "false"))
    {
      *out_value = value[0] == 't';
      return TRUE;
    }
  g_set_error (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_BAD_REQUEST,
               "Invalid boolean parameter for %s", name);
  return FALSE;
}

static gboolean
read_number (GHashTable *params, const char *name, gint64 *out_value, GError **error)
{
  const char *value = g_hash_table_lookup (params, name);
  guint64     number;

  if (!value)
    return TRUE;
  if (g_ascii_string_to_unsigned (value, 10, 0, G_MAXINT64, &number, NULL))
    {
      *out_value = (gint64) number;
      return TRUE;
    }
  g_set_error (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_BAD_REQUEST,
               "Invalid value for %s: a number that is not negative is needed", name);
  return FALSE;
}

static gboolean
read_feed (TkbWireChangesQuery *self, GHashTable *params, GError **error)
{
  const char *value = g_hash_table_lookup (params, "feed");

  for (gsize i = 0; value && i < G_N_ELEMENTS (feed_names); i++)
    if (g_str_equal (value, feed_names[i]))
      {
        self->feed = (TkbWireFeed) i;
        return TRUE;
      }
  if (value)
    g_set_error (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_BAD_REQUEST,
                 "Supported `feed` types: "
                 "normal, continuous, longpoll, eventsource");
  return value == NULL;
}

static gboolean
read_filter (TkbWireChangesQuery *self, GHashTable *params, GError **error)
{
  const char *value = g_hash_table_lookup (params, "filter");
  const char *doc_ids = g_hash_table_lookup (params, "doc_ids");

  if (!value)
    return TRUE;
  self->filter_name = g_strdup (value);
  if (g_str_equal (value, "_doc_ids"))
    self->filter = TKB_WIRE_FILTER_DOC_IDS;
  else if (g_str_equal (value, "_selector"))
    self->filter = TKB_WIRE_FILTER_SELECTOR;
  else if (g_str_equal (value, "_design"))
    self->filter = TKB_WIRE_FILTER_DESIGN;
  else
    self->filter = TKB_WIRE_FILTER_OTHER;
  if (self->filter == TKB_WIRE_FILTER_DOC_IDS && doc_ids)
    {
      g_autoptr (JsonNode) node =
          tkb_wire_parse_node (doc_ids, strlen (doc_ids), TKB_WIRE_ERROR_BAD_REQUEST, error);

      if (!node)
        return FALSE;
      if (!JSON_NODE_HOLDS_ARRAY (node))
        {
          g_set_error (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_BAD_REQUEST,
                       "`doc_ids` filter parameter is not a JSON array.");
          return FALSE;
        }
      self->doc_ids = tkb_wire_strings_from_array (json_node_get_array (node), "doc_ids",
                                                   TKB_WIRE_ERROR_BAD_REQUEST, error);
      return self->doc_ids != NULL;
    }
  return TRUE;
}

/* CouchDB takes a sequence bare as well as JSON-encoded. */
static gboolean
read_since (TkbWireChangesQuery *self, GHashTable *params, GError **error)
{
  const char *value = g_hash_table_lookup (params, "since");

  if (!value)
    value = g_hash_table_lookup (params, "last-event-id");
  if (!value)
    return TRUE;
  g_free (self->since);
  self->since = NULL;
  if (value[0] == '"')
    {
      g_autoptr (JsonNode) node =
          tkb_wire_parse_node (value, strlen (value), TKB_WIRE_ERROR_BAD_REQUEST, error);

      if (!node)
        return FALSE;
      self->since = tkb_wire_seq_from_node (node);
    }
  if (!self->since)
    self->since = g_strdup (value);
  return TRUE;
}

/**
 * tkb_wire_changes_query_parse:
 * @query: (nullable): the query string of a request
 * @error: %TKB_WIRE_ERROR_BAD_REQUEST
 *
 * Parameters nobody knows are left aside, as CouchDB does.
 *
 * Returns: (transfer full): the question
 */
TkbWireChangesQuery *
tkb_wire_changes_query_parse (const char *query, GError **error)
{
  g_autoptr (GHashTable) params = tkb_wire_query_parse (query, error);
  g_autoptr (TkbWireChangesQuery) self = NULL;
  const char *style, *heartbeat;

  if (!params)
    return NULL;
  self = tkb_wire_changes_query_new ();
  style = g_hash_table_lookup (params, "style");
  self->all_leaves = g_strcmp0 (style, "all_docs") == 0;
  heartbeat = g_hash_table_lookup (params, "heartbeat");
  if (g_strcmp0 (heartbeat, "true") == 0)
    self->heartbeat_ms = DEFAULT_HEARTBEAT_MS;
  else if (heartbeat && !g_str_equal (heartbeat, "false") &&
           !read_number (params, "heartbeat", &self->heartbeat_ms, error))
    return NULL;
  if (!read_feed (self, params, error) || !read_since (self, params, error) ||
      !read_filter (self, params, error) || !read_number (params, "limit", &self->limit, error) ||
      !read_number (params, "timeout", &self->timeout_ms, error) ||
      !read_boolean (params, "descending", &self->is_descending, error) ||
      !read_boolean (params, "include_docs", &self->include_docs, error) ||
      !read_boolean (params, "attachments", &self->attachments, error) ||
      !read_boolean (params, "att_encoding_info", &self->att_encoding_info, error) ||
      !read_boolean (params, "conflicts", &self->conflicts, error))
    return NULL;
  if (self->limit == 0)
    self->limit = 1;
  return g_steal_pointer (&self);
}

/**
 * tkb_wire_changes_query_parse_body:
 * @self: the question as read from the query string
 * @text: the body of POST _changes; may be empty
 * @length: bytes of @text
 * @error: %TKB_WIRE_ERROR_BAD_REQUEST
 *
 * Returns: %FALSE with @error set where the body is wrong
 */
gboolean
tkb_wire_changes_query_parse_body (TkbWireChangesQuery *self,
                                   const char          *text,
                                   gsize                length,
                                   GError             **error)
{
  g_autoptr (JsonObject) object = NULL;
  JsonArray  *doc_ids;
  JsonObject *selector;

  if (length == 0)
    return TRUE;
  object = tkb_wire_parse_object (text, length, TKB_WIRE_ERROR_BAD_REQUEST, error);
  if (!object)
    return FALSE;
  doc_ids = tkb_json_get_array (object, "doc_ids");
  selector = tkb_json_get_object (object, "selector");
  if (self->filter == TKB_WIRE_FILTER_DOC_IDS && doc_ids)
    {
      g_clear_pointer (&self->doc_ids, g_ptr_array_unref);
      self->doc_ids =
          tkb_wire_strings_from_array (doc_ids, "doc_ids", TKB_WIRE_ERROR_BAD_REQUEST, error);
      if (!self->doc_ids)
        return FALSE;
    }
  if (self->filter == TKB_WIRE_FILTER_SELECTOR)
    {
      if (!selector)
        {
          g_set_error (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_BAD_REQUEST,
                       "Selector must be specified in POST payload");
          return FALSE;
        }
      g_clear_pointer (&self->selector, json_object_unref);
      self->selector = json_object_ref (selector);
    }
  return TRUE;
}

static void
append_number (GString *query, const char *name, gint64 value)
{
  char text[24];

  g_snprintf (text, sizeof text, "%" G_GINT64_FORMAT, value);
  tkb_wire_query_append (query, name, text);
}

/**
 * tkb_wire_changes_query_to_string:
 * @self: the question
 *
 * doc_ids and selector go into the body of a POST, which is the caller's business.
 *
 * Returns: (transfer full): the query string, without its question mark
 */
char *
tkb_wire_changes_query_to_string (const TkbWireChangesQuery *self)
{
  GString *query = g_string_new (NULL);

  if (self->feed != TKB_WIRE_FEED_NORMAL)
    tkb_wire_query_append (query, "feed", feed_names[self->feed]);
  if (self->all_leaves)
    tkb_wire_query_append (query, "style", "all_docs");
  tkb_wire_query_append (query, "since", self->since ? self->since : "0");
  if (self->limit >= 0)
    append_number (query, "limit", self->limit);
  if (self->heartbeat_ms > 0)
    append_number (query, "heartbeat", self->heartbeat_ms);
  if (self->timeout_ms >= 0)
    append_number (query, "timeout", self->timeout_ms);
  if (self->is_descending)
    tkb_wire_query_append (query, "descending", "true");
  if (self->include_docs)
    tkb_wire_query_append (query, "include_docs", "true");
  if (self->attachments)
    tkb_wire_query_append (query, "attachments", "true");
  if (self->att_encoding_info)
    tkb_wire_query_append (query, "att_encoding_info", "true");
  if (self->conflicts)
    tkb_wire_query_append (query, "conflicts", "true");
  if (self->filter_name)
    tkb_wire_query_append (query, "filter", self->filter_name);
  return g_string_free (query, FALSE);
}

/* ---- rows ---- */

/**
 * tkb_wire_change_new:
 * @seq: sequence of the change
 * @id: document id
 * @is_deleted: whether the winner is a tombstone
 *
 * Returns: (transfer full): a row without revisions yet
 */
TkbWireChange *
tkb_wire_change_new (const char *seq, const char *id, gboolean is_deleted)
{
  TkbWireChange *self = g_new0 (TkbWireChange, 1);

  self->seq = g_strdup (seq);
  self->id = g_strdup (id);
  self->is_deleted = is_deleted;
  self->revs = g_ptr_array_new_with_free_func (g_free);
  return self;
}

/**
 * tkb_wire_change_free:
 * @self: (transfer full) (nullable): what to free
 */
void
tkb_wire_change_free (TkbWireChange *self)
{
  if (!self)
    return;
  g_free (self->seq);
  g_free (self->id);
  g_clear_pointer (&self->revs, g_ptr_array_unref);
  g_clear_pointer (&self->document, json_object_unref);
  g_free (self);
}

static TkbWireChange *
change_from_json (JsonObject *object, GError **error)
{
  g_autofree char *seq = tkb_wire_seq_from_member (object, "seq");
  const char      *id = tkb_json_get_string (object, "id", NULL);
  JsonArray       *changes = tkb_json_get_array (object, "changes");
  JsonObject      *document = tkb_json_get_object (object, "doc");
  g_autoptr (TkbWireChange) self = NULL;

  if (!id || !*id || !changes)
    {
      g_set_error (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_MALFORMED,
                   "a row of the changes feed has no id or no revisions");
      return NULL;
    }
  self = tkb_wire_change_new (seq, id, tkb_json_get_boolean (object, "deleted", FALSE));
  for (guint i = 0; i < json_array_get_length (changes); i++)
    {
      JsonObject *entry = tkb_wire_array_get_object (changes, i);
      const char *rev = entry ? tkb_json_get_string (entry, "rev", NULL) : NULL;

      if (!rev)
        {
          g_set_error (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_MALFORMED,
                       "a row of the changes feed names no revision");
          return NULL;
        }
      g_ptr_array_add (self->revs, g_strdup (rev));
    }
  if (document)
    self->document = json_object_ref (document);
  return g_steal_pointer (&self);
}

/**
 * tkb_wire_changes_append_start:
 * @out: where to write
 * @feed: form of the answer
 */
void
tkb_wire_changes_append_start (GString *out, TkbWireFeed feed)
{
  if (feed == TKB_WIRE_FEED_NORMAL || feed == TKB_WIRE_FEED_LONGPOLL)
    g_string_append (out, "{\"results\":[\n");
}

/**
 * tkb_wire_changes_append_row:
 * @out: where to write
 * @feed: form of the answer
 * @change: the row
 * @is_first: whether no row was written before
 */
void
tkb_wire_changes_append_row (GString             *out,
                             TkbWireFeed          feed,
                             const TkbWireChange *change,
                             gboolean             is_first)
{
  if (feed == TKB_WIRE_FEED_EVENTSOURCE)
    g_string_append (out, "data: ");
  else if (!is_first && feed != TKB_WIRE_FEED_CONTINUOUS)
    g_string_append (out, ",\n");
  g_string_append (out, "{\"seq\":");
  tkb_wire_seq_append (out, change->seq);
  g_string_append (out, ",\"id\":");
  tkb_json_append_string (out, change->id);
  g_string_append (out, ",\"changes\":[");
  for (guint i = 0; i < change->revs->len; i++)
    {
      g_string_append (out, i > 0 ? ",{\"rev\":" : "{\"rev\":");
      tkb_json_append_string (out, g_ptr_array_index (change->revs, i));
      g_string_append_c (out, '}');
    }
  g_string_append_c (out, ']');
  if (change->is_deleted)
    g_string_append (out, ",\"deleted\":true");
  if (change->document)
    {
      g_string_append (out, ",\"doc\":");
      tkb_json_append_object (out, change->document);
    }
  g_string_append_c (out, '}');
  if (feed == TKB_WIRE_FEED_CONTINUOUS)
    g_string_append_c (out, '\n');
  else if (feed == TKB_WIRE_FEED_EVENTSOURCE)
    {
      g_string_append (out, "\nid: ");
      tkb_wire_seq_append (out, change->seq);
      g_string_append (out, "\n\n");
    }
}

/**
 * tkb_wire_changes_append_heartbeat:
 * @out: where to write
 * @feed: form of the answer
 */
void
tkb_wire_changes_append_heartbeat (GString *out, TkbWireFeed feed)
{
  g_string_append (out, feed == TKB_WIRE_FEED_EVENTSOURCE ? "event: heartbeat\ndata: \n\n" : "\n");
}

/**
 * tkb_wire_changes_append_end:
 * @out: where to write
 * @feed: form of the answer
 * @last_seq: where to go on
 * @pending: changes that are left after this answer, -1 to leave it out
 */
void
tkb_wire_changes_append_end (GString *out, TkbWireFeed feed, const char *last_seq, gint64 pending)
{
  if (feed == TKB_WIRE_FEED_EVENTSOURCE)
    return;
  g_string_append (out,
                   feed == TKB_WIRE_FEED_CONTINUOUS ? "{\"last_seq\":" : "\n],\n\"last_seq\":");
  tkb_wire_seq_append (out, last_seq);
  if (pending >= 0)
    g_string_append_printf (out, ",\"pending\":%" G_GINT64_FORMAT, pending);
  g_string_append (out, "}\n");
}

/* ---- reader ---- */

/* bytes of one row: a document with include_docs and its inline attachments, or thousands of
 * leaves */
#define MAX_ROW_BYTES TKB_MAX_JSON_BODY_BYTES

struct _TkbWireChangesReader
{
  GObject parent_instance;

  TkbWireFeed feed;
  GString    *skeleton; /* (owned) the answer without its rows; of a continuous feed: unused */
  GString    *row;      /* (owned) the row being read, or the line */
  GString    *key;      /* (owned) the last string at depth 1 */
  GPtrArray  *rows;     /* (owned) (element-type TkbWireChange) */
  char       *last_seq; /* (owned) (nullable) */
  gint64      pending;
  guint       depth;
  gboolean    in_string;
  gboolean    is_escaped;
  gboolean    in_results; /* between the brackets of "results" */
  gboolean    is_complete;
};

G_DEFINE_FINAL_TYPE (TkbWireChangesReader, tkb_wire_changes_reader, G_TYPE_OBJECT)

static void
tkb_wire_changes_reader_finalize (GObject *object)
{
  TkbWireChangesReader *self = TKB_WIRE_CHANGES_READER (object);

  g_string_free (self->skeleton, TRUE);
  g_string_free (self->row, TRUE);
  g_string_free (self->key, TRUE);
  g_ptr_array_unref (self->rows);
  g_free (self->last_seq);
  G_OBJECT_CLASS (tkb_wire_changes_reader_parent_class)->finalize (object);
}

static void
tkb_wire_changes_reader_class_init (TkbWireChangesReaderClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tkb_wire_changes_reader_finalize;
}

static void
tkb_wire_changes_reader_init (TkbWireChangesReader *self)
{
  self->skeleton = g_string_new (NULL);
  self->row = g_string_new (NULL);
  self->key = g_string_new (NULL);
  self->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_wire_change_free);
  self->pending = -1;
}

/**
 * tkb_wire_changes_reader_new:
 * @feed: the form asked for
 *
 * Returns: (transfer full): a reader of one answer
 */
TkbWireChangesReader *
tkb_wire_changes_reader_new (TkbWireFeed feed)
{
  TkbWireChangesReader *self = g_object_new (TKB_TYPE_WIRE_CHANGES_READER, NULL);

  self->feed = feed;
  return self;
}

static gboolean
fail (GError **error, const char *what)
{
  g_set_error (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_MALFORMED, "the changes feed %s", what);
  return FALSE;
}

static void
take_end (TkbWireChangesReader *self, JsonObject *object)
{
  g_free (self->last_seq);
  self->last_seq = tkb_wire_seq_from_member (object, "last_seq");
  self->pending = tkb_json_get_int (object, "pending", -1);
}

/* One complete row (or, in a continuous feed, the last line). */
static gboolean
take_row (TkbWireChangesReader *self, const char *text, gsize length, GError **error)
{
  g_autoptr (JsonObject) object =
      tkb_wire_parse_object (text, length, TKB_WIRE_ERROR_MALFORMED, error);
  TkbWireChange *change;

  if (!object)
    return FALSE;
  if (self->feed >= TKB_WIRE_FEED_CONTINUOUS && !json_object_has_member (object, "id"))
    {
      if (!json_object_has_member (object, "last_seq"))
        return fail (error, "has a line that is no change");
      take_end (self, object);
      self->is_complete = TRUE;
      return TRUE;
    }
  change = change_from_json (object, error);
  if (!change)
    return FALSE;
  g_ptr_array_add (self->rows, change);
  return TRUE;
}

static gboolean
push_lines (TkbWireChangesReader *self, const char *data, gsize length, GError **error)
{
  while (length > 0)
    {
      const char *newline = memchr (data, '\n', length);
      gsize       part = newline ? (gsize) (newline - data) : length;
      const char *line;
      gsize       line_length;

      if (self->row->len + part > MAX_ROW_BYTES)
        return fail (error, "has a row over the limit of size");
      g_string_append_len (self->row, data, (gssize) part);
      if (!newline)
        return TRUE;
      data += part + 1;
      length -= part + 1;
      line = self->row->str;
      line_length = self->row->len;
      if (line_length > 0 && line[line_length - 1] == '\r')
        line_length--;
      if (self->feed == TKB_WIRE_FEED_EVENTSOURCE)
        {
          if (line_length > 6 && g_str_has_prefix (line, "data: "))
            line += 6, line_length -= 6;
          else
            line_length = 0;
        }
      if (line_length > 0 && !take_row (self, line, line_length, error))
        return FALSE;
      g_string_truncate (self->row, 0);
    }
  return TRUE;
}

/* One byte of the object form; what belongs to a row goes to row, the rest to skeleton. */
static gboolean
push_byte (TkbWireChangesReader *self, char c, GError **error)
{
  gboolean in_row = self->in_results && self->depth > 2;

  if (self->is_complete)
    return g_ascii_isspace (c) ? TRUE : fail (error, "goes on after its end");
  if (self->in_string)
    {
      g_string_append_c (in_row ? self->row : self->skeleton, c);
      if (!in_row && self->depth == 1)
        g_string_append_c (self->key, c);
      if (self->is_escaped)
        self->is_escaped = FALSE;
      else if (c == '\\')
        self->is_escaped = TRUE;
      else if (c == '"')
        self->in_string = FALSE;
      return TRUE;
    }
  switch (c)
    {
    case '"':
      if (self->in_results && self->depth == 2)
        return fail (error, "has a row that is no object");
      self->in_string = TRUE;
      if (self->depth == 1)
        g_string_truncate (self->key, 0);
      break;
    case '{':
    case '[':
      if (self->in_results && self->depth == 2)
        {
          if (c == '[')
            return fail (error, "has a row that is no object");
          in_row = TRUE;
        }
      if (self->depth == 1 && c == '[' && g_str_equal (self->key->str, "results\""))
        self->in_results = TRUE;
      if (++self->depth > TKB_JSON_MAX_DEPTH)
        return fail (error, "is nested too deeply");
      break;
    case '}':
    case ']':
      if (self->depth == 0)
        return fail (error, "is no JSON object");
      self->depth--;
      if (self->in_results && self->depth == 1)
        self->in_results = FALSE;
      break;
    default:
      if (self->depth == 0 && !g_ascii_isspace (c))
        return fail (error, "is no JSON object");
      if (self->in_results && self->depth == 2)
        return c == ',' || g_ascii_isspace (c) ? TRUE : fail (error, "has a row that is no object");
      break;
    }
  g_string_append_c (in_row ? self->row : self->skeleton, c);
  if (in_row && self->depth == 2)
    {
      gboolean ok = take_row (self, self->row->str, self->row->len, error);

      g_string_truncate (self->row, 0);
      return ok;
    }
  if (self->depth == 0 && c == '}')
    self->is_complete = TRUE;
  return TRUE;
}

/**
 * tkb_wire_changes_reader_push:
 * @self: a reader
 * @data: the next bytes of the answer
 * @length: bytes of @data
 * @error: %TKB_WIRE_ERROR_MALFORMED; the reader is of no use afterwards, but for the rows complete
 *   before
 *
 * Returns: %FALSE with @error set where the answer breaks the protocol
 */
gboolean
tkb_wire_changes_reader_push (TkbWireChangesReader *self,
                              const char           *data,
                              gsize                 length,
                              GError              **error)
{
  g_return_val_if_fail (TKB_IS_WIRE_CHANGES_READER (self), FALSE);

  if (self->feed >= TKB_WIRE_FEED_CONTINUOUS)
    return push_lines (self, data, length, error);
  for (gsize i = 0; i < length; i++)
    if (!push_byte (self, data[i], error))
      return FALSE;
  if (self->row->len > MAX_ROW_BYTES || self->skeleton->len > TKB_WIRE_MAX_ERROR_BYTES)
    return fail (error, "has a row over the limit of size");
  return TRUE;
}

/**
 * tkb_wire_changes_reader_finish:
 * @self: a reader
 * @error: %TKB_WIRE_ERROR_MALFORMED
 *
 * To be called when the answer has ended.
 *
 * Returns: %FALSE with @error set where it ended in the middle
 */
gboolean
tkb_wire_changes_reader_finish (TkbWireChangesReader *self, GError **error)
{
  g_autoptr (JsonObject) object = NULL;

  g_return_val_if_fail (TKB_IS_WIRE_CHANGES_READER (self), FALSE);

  if (self->feed >= TKB_WIRE_FEED_CONTINUOUS)
    return self->row->len == 0 || push_lines (self, "\n", 1, error);
  if (!self->is_complete)
    return fail (error, "ended in the middle");
  object = tkb_wire_parse_object (self->skeleton->str, self->skeleton->len,
                                  TKB_WIRE_ERROR_MALFORMED, error);
  if (!object)
    return FALSE;
  if (!tkb_json_get_array (object, "results"))
    return fail (error, "has no results");
  take_end (self, object);
  return TRUE;
}

/**
 * tkb_wire_changes_reader_take_rows:
 * @self: a reader
 *
 * Returns: (transfer full) (element-type TkbWireChange): the rows complete since the last call
 */
GPtrArray *
tkb_wire_changes_reader_take_rows (TkbWireChangesReader *self)
{
  GPtrArray *rows = self->rows;

  self->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_wire_change_free);
  return rows;
}

/**
 * tkb_wire_changes_reader_get_last_seq:
 * @self: a reader
 *
 * Returns: (transfer none) (nullable): where to go on, once the end of the answer was read
 */
const char *
tkb_wire_changes_reader_get_last_seq (TkbWireChangesReader *self)
{
  return self->last_seq;
}

/**
 * tkb_wire_changes_reader_get_pending:
 * @self: a reader
 *
 * Returns: changes left after this answer, -1 where the server did not tell
 */
gint64
tkb_wire_changes_reader_get_pending (TkbWireChangesReader *self)
{
  return self->pending;
}
