/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-handlers.h"

#include "tkb-json.h"
#include "tkb-segments.h"
#include "tkb-server-limits.h"
#include "tkb-server.h"
#include "tkb-sight.h"
#include "tkb-view.h"
#include "tkb-wire-bulk-docs.h"
#include "tkb-wire-bulk-get.h"
#include "tkb-wire-multipart.h"
#include "tkb-wire-revs-diff.h"
#include "tkb-write.h"

#include <string.h>

/* (transfer full) (nullable): the body as text; NULL: the answer is an error already. */
static GBytes *
take_body (TkbExchange *x, const char **out_text, gsize *out_length)
{
  GError *error = NULL;
  GBytes *body = tkb_exchange_dup_body (x, TKB_MAX_JSON_BODY_BYTES, &error);

  if (body == NULL)
    {
      tkb_exchange_take_error (x, error);
      return NULL;
    }
  *out_text = g_bytes_get_data (body, out_length);
  if (*out_text == NULL)
    *out_text = "";
  return body;
}

/* ---- _revs_diff, _missing_revs ---- */

/* A revision that a reader may not see is not "missing" either: asking would be in vain. So the
 * tree answers, which tells of revisions only whether one who knows their id should send them. */
static GPtrArray *
find_missing (TkbExchange *x, GError **error)
{
  const char *text;
  gsize       length;
  g_autoptr (GBytes) body = take_body (x, &text, &length);
  g_autoptr (GPtrArray) asked = NULL;
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();
  g_autoptr (GPtrArray) revs = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) missing = NULL;
  GPtrArray *result;

  if (body == NULL)
    return NULL;
  asked = tkb_wire_revs_diff_parse_request (text, length, error);
  if (asked == NULL)
    return NULL;
  for (guint i = 0; i < asked->len; i++)
    {
      TkbWireRevs *one = asked->pdata[i];

      g_ptr_array_add (one->revs, NULL);
      g_ptr_array_add (ids, one->id);
      g_ptr_array_add (revs, g_memdup2 (one->revs->pdata, one->revs->len * sizeof (char *)));
    }
  missing =
      tkb_store_revs_diff (tkb_database_get_store (x->database), ids, revs, x->cancellable, error);
  for (guint i = 0; i < asked->len; i++)
    g_ptr_array_set_size (((TkbWireRevs *) asked->pdata[i])->revs,
                          ((TkbWireRevs *) asked->pdata[i])->revs->len - 1);
  if (missing == NULL)
    return NULL;

  result = g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_wire_missing_free);
  for (guint i = 0; i < missing->len; i++)
    {
      TkbMissing     *one = missing->pdata[i];
      TkbWireMissing *wire = tkb_wire_missing_new (one->id);

      g_clear_pointer (&wire->missing, g_ptr_array_unref);
      wire->missing = g_ptr_array_ref (one->missing);
      if (one->possible_ancestors != NULL && one->possible_ancestors->len > 0)
        {
          g_clear_pointer (&wire->possible_ancestors, g_ptr_array_unref);
          wire->possible_ancestors = g_ptr_array_ref (one->possible_ancestors);
        }
      g_ptr_array_add (result, wire);
    }
  return result;
}

static void
handle_missing (TkbExchange *x, GString *(*write) (GPtrArray *) )
{
  GError *error = NULL;
  g_autoptr (GPtrArray) missing = find_missing (x, &error);

  if (missing != NULL)
    tkb_exchange_respond_json (x, 200, write (missing));
  else if (error != NULL)
    tkb_exchange_take_error (x, error);
}

void
tkb_handle_revs_diff (TkbExchange *x)
{
  handle_missing (x, tkb_wire_revs_diff_write_response);
}

void
tkb_handle_missing_revs (TkbExchange *x)
{
  handle_missing (x, tkb_wire_missing_revs_write_response);
}

/* ---- _bulk_docs ---- */

static TkbWireBulkDocsRow *
write_local_row (TkbExchange *x, JsonObject *object)
{
  const char      *id = tkb_json_get_string (object, "_id", "");
  g_autofree char *rev = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) mapped = NULL;

  if (tkb_database_put_local (x->database, id, tkb_json_get_string (object, "_rev", NULL),
                              tkb_json_get_boolean (object, "_deleted", FALSE) ? NULL : object,
                              &rev, &error))
    return tkb_wire_bulk_docs_row_new (id, rev, NULL);
  mapped = tkb_exchange_map_error (error);
  return tkb_wire_bulk_docs_row_new (id, NULL, mapped);
}

/* The documents that can be read; for the others rows[i] says why not. */
static GPtrArray *
read_documents (TkbExchange *x, TkbWireBulkDocs *request, GPtrArray *rows)
{
  GPtrArray *documents = g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_document_unref);

  for (guint i = 0; i < request->docs->len; i++)
    {
      JsonObject *object = request->docs->pdata[i];
      g_autoptr (GError) error = NULL;
      TkbDocument *document;

      rows->pdata[i] = NULL;
      if (g_str_has_prefix (tkb_json_get_string (object, "_id", ""), "_local/"))
        {
          rows->pdata[i] = write_local_row (x, object);
          continue;
        }
      if (request->new_edits && !json_object_has_member (object, "_id"))
        {
          g_autofree char *uuid = tkb_random_uuid (tkb_server_get_random (x->server));

          json_object_set_string_member (object, "_id", uuid);
        }
      document = tkb_document_new_from_json (object, &error);
      if (document == NULL)
        {
          g_autoptr (GError) mapped = tkb_exchange_map_error (error);

          rows->pdata[i] =
              tkb_wire_bulk_docs_row_new (tkb_json_get_string (object, "_id", ""),
                                          tkb_json_get_string (object, "_rev", NULL), mapped);
          continue;
        }
      g_ptr_array_add (documents, document);
    }
  return documents;
}

void
tkb_handle_bulk_docs (TkbExchange *x)
{
  const char *text;
  gsize       length;
  g_autoptr (GBytes) body = take_body (x, &text, &length);
  g_autoptr (TkbWireBulkDocs) request = NULL;
  g_autoptr (GPtrArray) rows =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_wire_bulk_docs_row_free);
  g_autoptr (GPtrArray) answer = g_ptr_array_new ();
  g_autoptr (GPtrArray) documents = NULL;
  g_autoptr (GPtrArray) results = NULL;
  GError *error = NULL;
  guint   next = 0;

  if (body == NULL)
    return;
  request = tkb_wire_bulk_docs_parse_request (text, length, &error);
  if (request == NULL)
    {
      tkb_exchange_take_error (x, error);
      return;
    }
  g_ptr_array_set_size (rows, request->docs->len);
  documents = read_documents (x, request, rows);
  results = tkb_write_documents (
      x, documents, request->new_edits ? TKB_WRITE_BULK : TKB_WRITE_BULK | TKB_WRITE_REPLICATED,
      &error);
  if (results == NULL)
    {
      tkb_exchange_take_error (x, error);
      return;
    }
  for (guint i = 0; i < rows->len; i++)
    {
      TkbWriteResult *result = rows->pdata[i] == NULL ? results->pdata[next++] : NULL;

      if (result != NULL)
        {
          g_autoptr (GError) mapped =
              result->error != NULL ? tkb_exchange_map_error (result->error) : NULL;

          rows->pdata[i] = tkb_wire_bulk_docs_row_new (
              result->id, mapped == NULL || !request->new_edits ? result->rev : NULL, mapped);
        }
      /* as CouchDB: with new_edits=false only what failed is worth a row */
      if (request->new_edits || ((TkbWireBulkDocsRow *) rows->pdata[i])->error != NULL)
        g_ptr_array_add (answer, rows->pdata[i]);
    }
  tkb_exchange_respond_json (x, 201, tkb_wire_bulk_docs_write_response (answer));
}

/* ---- _bulk_get ---- */

typedef struct
{
  GPtrArray   *items; /* (owned) (element-type TkbWireBulkGetItem) */
  guint        next;
  TkbViewFlags flags;
  gboolean     is_latest;
  gint64       budget_bytes;
  char        *previous_id; /* (owned) (nullable): JSON */
  char        *boundary;    /* (owned) (nullable): multipart */
  char        *inner;       /* (owned) (nullable): multipart */
  gboolean     is_started;
  gboolean     is_ended;
} BulkGet;

static void
bulk_get_free (gpointer data)
{
  BulkGet *self = data;

  g_ptr_array_unref (self->items);
  g_free (self->previous_id);
  g_free (self->boundary);
  g_free (self->inner);
  g_free (self);
}

/* (transfer full) (element-type TkbViewRev): never empty but for an unknown document. */
static GPtrArray *
open_item (TkbExchange *x, BulkGet *self, TkbWireBulkGetItem *item, GError **error)
{
  g_autoptr (GPtrArray) revs = NULL;

  if (item->rev != NULL)
    {
      revs = g_ptr_array_new ();
      g_ptr_array_add (revs, item->rev);
    }
  return tkb_view_open_revs (x, item->id, revs, self->is_latest, error);
}

static void
append_json_result (BulkGet *self, GString *out, TkbWireBulkGetResult *result)
{
  tkb_wire_bulk_get_append_result (out, result, self->previous_id);
  if (g_strcmp0 (self->previous_id, result->id) != 0)
    {
      g_free (self->previous_id);
      self->previous_id = g_strdup (result->id);
    }
}

static GError *
make_missing_error (void)
{
  return g_error_new_literal (TKB_WIRE_ERROR, TKB_WIRE_ERROR_NOT_FOUND, "missing");
}

static void
append_json_item (TkbExchange *x, BulkGet *self, TkbWireBulkGetItem *item, GString *out)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) found = open_item (x, self, item, &error);

  if (found == NULL || found->len == 0)
    {
      TkbWireBulkGetResult result = { .id = item->id, .rev = item->rev };

      result.error = error != NULL ? tkb_exchange_map_error (error) : make_missing_error ();
      append_json_result (self, out, &result);
      g_error_free (result.error);
      return;
    }
  for (guint i = 0; i < found->len; i++)
    {
      TkbViewRev          *one = found->pdata[i];
      TkbWireBulkGetResult result = { .id = item->id, .rev = one->rev };
      g_autoptr (GError) build_error = NULL;

      if (one->document != NULL)
        result.object = tkb_view_build (x, one->document, self->flags, item->atts_since,
                                        &self->budget_bytes, &build_error);
      if (result.object == NULL)
        result.error =
            build_error != NULL ? tkb_exchange_map_error (build_error) : make_missing_error ();
      append_json_result (self, out, &result);
      g_clear_pointer (&result.object, json_object_unref);
      g_clear_error (&result.error);
    }
}

static TkbProduced
produce_json (TkbExchange *x, gpointer state, GBytes **out_bytes, GError **error)
{
  BulkGet *self = state;
  GString *out = g_string_new (NULL);

  if (!self->is_started)
    tkb_wire_bulk_get_append_start (out);
  self->is_started = TRUE;
  while (self->next < self->items->len && out->len < TKB_SERVER_CHUNK_BYTES)
    append_json_item (x, self, self->items->pdata[self->next++], out);
  self->is_ended = self->next == self->items->len;
  if (self->is_ended)
    tkb_wire_bulk_get_append_end (out, self->previous_id);
  *out_bytes = g_string_free_to_bytes (out);
  return self->is_ended ? TKB_PRODUCED_END : TKB_PRODUCED_BYTES;
}

static void
add_error_part (
    TkbSegments *segments, BulkGet *self, const char *id, const char *rev, const GError *error)
{
  GString *text = g_string_new (NULL);
  g_autoptr (GError) mapped =
      error != NULL ? tkb_exchange_map_error (error) : make_missing_error ();

  tkb_wire_multipart_append_part (text, self->boundary, "application/json; error=\"true\"", NULL,
                                  NULL, -1);
  g_string_append (text, "{\"id\":");
  tkb_json_append_string (text, id);
  g_string_append (text, ",\"rev\":");
  tkb_json_append_string (text, rev != NULL ? rev : "undefined");
  g_string_append_c (text, ',');
  tkb_wire_error_append_members (text, mapped);
  g_string_append_c (text, '}');
  tkb_segments_add_text (segments, text);
}

static gboolean
add_document_part (
    TkbExchange *x, TkbSegments *segments, BulkGet *self, JsonObject *object, GError **error)
{
  g_autoptr (GPtrArray) names = tkb_wire_multipart_get_following (object);
  GString         *text = g_string_new (NULL);
  g_autofree char *type = g_strdup_printf ("multipart/related; boundary=\"%s\"", self->inner);

  if (names->len == 0)
    {
      tkb_wire_multipart_append_part (text, self->boundary, "application/json", NULL, NULL, -1);
      tkb_json_append_object (text, object);
      tkb_segments_add_text (segments, text);
      return TRUE;
    }
  tkb_wire_multipart_append_part (text, self->boundary, type, NULL, NULL, -1);
  tkb_segments_add_text (segments, text);
  return tkb_segments_add_related (x, segments, self->inner, object, error);
}

static gboolean
refill_multipart (TkbExchange *x, TkbSegments *segments, gpointer state, GError **error)
{
  BulkGet            *self = state;
  TkbWireBulkGetItem *item;
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GPtrArray) found = NULL;

  if (self->next == self->items->len)
    {
      GString *end = g_string_new (NULL);

      if (self->is_ended)
        {
          g_string_free (end, TRUE);
          return FALSE;
        }
      self->is_ended = TRUE;
      tkb_wire_multipart_append_end (end, self->boundary);
      tkb_segments_add_text (segments, end);
      return TRUE;
    }
  item = self->items->pdata[self->next++];
  found = open_item (x, self, item, &local_error);
  if (found == NULL || found->len == 0)
    {
      add_error_part (segments, self, item->id, item->rev, local_error);
      return TRUE;
    }
  for (guint i = 0; i < found->len; i++)
    {
      TkbViewRev *one = found->pdata[i];
      g_autoptr (JsonObject) object = NULL;

      if (one->document != NULL)
        object =
            tkb_view_build (x, one->document, self->flags | TKB_VIEW_ATTACHMENTS | TKB_VIEW_FOLLOWS,
                            item->atts_since, &self->budget_bytes, &local_error);
      if (object == NULL)
        add_error_part (segments, self, item->id, one->rev, local_error);
      else if (!add_document_part (x, segments, self, object, error))
        return FALSE;
      g_clear_error (&local_error);
    }
  return TRUE;
}

static gboolean
wants_multipart (TkbExchange *x)
{
  return !tkb_exchange_accepts (x, "application/json") &&
         (tkb_exchange_accepts (x, "multipart/mixed") ||
          tkb_exchange_accepts (x, "multipart/related"));
}

void
tkb_handle_bulk_get (TkbExchange *x)
{
  const char *text;
  gsize       length;
  g_autoptr (GBytes) body = take_body (x, &text, &length);
  g_autoptr (GPtrArray) items = NULL;
  GError          *error = NULL;
  BulkGet         *self;
  TkbSegments     *segments;
  g_autofree char *type = NULL;

  if (body == NULL)
    return;
  items = tkb_wire_bulk_get_parse_request (text, length, &error);
  if (items == NULL)
    {
      tkb_exchange_take_error (x, error);
      return;
    }
  self = g_new0 (BulkGet, 1);
  self->items = g_steal_pointer (&items);
  self->flags = tkb_view_flags_from_query (x);
  self->is_latest = tkb_exchange_get_flag (x, "latest");
  self->budget_bytes = TKB_SERVER_MAX_INLINE_BYTES;
  if (!wants_multipart (x))
    {
      tkb_exchange_respond_stream (x, 200, "application/json", -1, produce_json, self,
                                   bulk_get_free);
      return;
    }
  self->boundary = tkb_random_uuid (tkb_server_get_random (x->server));
  self->inner = tkb_random_uuid (tkb_server_get_random (x->server));
  type = g_strdup_printf ("multipart/%s; boundary=\"%s\"",
                          tkb_exchange_accepts (x, "multipart/mixed") ? "mixed" : "related",
                          self->boundary);
  segments = tkb_segments_new ();
  tkb_segments_set_refill (segments, refill_multipart, self, bulk_get_free);
  tkb_segments_respond (x, 200, type, -1, segments);
}
