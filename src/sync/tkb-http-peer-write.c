/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-chain-stream.h"
#include "tkb-http-peer-private.h"
#include "tkb-json.h"
#include "tkb-rev-id.h"
#include "tkb-sync-error.h"
#include "tkb-wire-bulk-docs.h"
#include "tkb-wire-error.h"
#include "tkb-wire-multipart.h"
#include "tkb-wire-text.h"

#include <string.h>

/* documents in one _bulk_docs */
#define MAX_GROUP_DOCUMENTS 500
/* bytes of one _bulk_docs: from a size that a thin line carries in seconds to one that keeps a
 * server's memory small */
#define MIN_GROUP_BYTES (64 * 1024)
#define MAX_GROUP_BYTES (4 * 1024 * 1024)
/* milliseconds that one _bulk_docs should take */
#define QUICK_MS 800
#define SLOW_MS 5000
/* requests in flight */
#define MAX_REQUESTS 2
/* bytes of a document's attachments that still travel inside its JSON */
#define MAX_INLINE_BYTES (256 * 1024)
/* single failures in a row from which on it is the server, not a document */
#define MAX_FAILURES_IN_A_ROW 8

/* Consecutive entries of ready, sent in one request. */
typedef struct
{
  GTask     *task;     /* (owned): of the write */
  GPtrArray *indices;  /* (owned) (element-type guint): of revisions */
  GBytes    *body;     /* (owned) (nullable) */
  GBytes    *gzip;     /* (owned) (nullable) */
  gint64     start_ms; /* monotonic */
} Group;

/* A document with attachments that is made ready, or sent on its own. */
typedef struct
{
  GTask      *task;          /* (owned): of the write */
  guint       index;         /* of the revision */
  JsonObject *object;        /* (owned): the document in wire form */
  GPtrArray  *names;         /* (owned) (element-type utf8) attachments that have to be sent */
  GPtrArray  *streams;       /* (owned) (element-type GInputStream) opened so far */
  gint64      total_bytes;   /* of those */
  gboolean    without_stubs; /* the server does not have what a stub named */
} Parcel;

typedef struct
{
  GPtrArray *revisions; /* (owned) (element-type TkbPeerRevision) */
  TkbPeer   *source;    /* (owned) */
  char     **texts;     /* (owned): JSON of each revision, NULL: not ready or a parcel */
  GError   **errors;    /* (owned): why it was not written */
  gboolean  *is_done;   /* (owned) */
  GQueue     ready;     /* (element-type guint) revisions to go into groups */
  GQueue     groups;    /* (element-type Group): halves of groups that failed */
  GQueue     parcels;   /* (element-type Parcel) */
  GError    *error;     /* (owned) (nullable): ends the write */
  guint      in_flight;
  guint      failures; /* in a row */
} Write;

static void pump (GTask *task);
static void parcel_step (Parcel *parcel);

static void
group_free (Group *group)
{
  g_clear_object (&group->task);
  g_ptr_array_unref (group->indices);
  g_clear_pointer (&group->body, g_bytes_unref);
  g_clear_pointer (&group->gzip, g_bytes_unref);
  g_free (group);
}

static void
parcel_free (Parcel *parcel)
{
  g_clear_object (&parcel->task);
  json_object_unref (parcel->object);
  g_ptr_array_unref (parcel->names);
  g_ptr_array_unref (parcel->streams);
  g_free (parcel);
}

static void
write_free (gpointer data)
{
  Write *write = data;

  for (guint i = 0; i < write->revisions->len; i++)
    {
      g_free (write->texts[i]);
      g_clear_error (&write->errors[i]);
    }
  g_free (write->texts);
  g_free (write->errors);
  g_free (write->is_done);
  g_queue_clear (&write->ready);
  g_queue_clear_full (&write->groups, (GDestroyNotify) group_free);
  g_queue_clear_full (&write->parcels, (GDestroyNotify) parcel_free);
  g_ptr_array_unref (write->revisions);
  g_object_unref (write->source);
  g_clear_error (&write->error);
  g_free (write);
}

static void
end_one (Write *write, guint index, GError *error)
{
  write->is_done[index] = TRUE;
  g_clear_error (&write->errors[index]);
  write->errors[index] = error;
  g_clear_pointer (&write->texts[index], g_free);
}

static void
end_all (Write *write, GError *error)
{
  if (write->error)
    g_error_free (error);
  else
    write->error = error;
}

static void
step_done (GTask *task)
{
  Write *write = g_task_get_task_data (task);

  write->in_flight--;
  pump (task);
}

/* Whether a request's failure may be the fault of one document in it. */
static gboolean
is_about_documents (const GError *error)
{
  return error->domain == TKB_WIRE_ERROR &&
         (error->code == TKB_WIRE_ERROR_BAD_REQUEST || error->code == TKB_WIRE_ERROR_TOO_LARGE ||
          error->code == TKB_WIRE_ERROR_INTERNAL || error->code == TKB_WIRE_ERROR_FORBIDDEN ||
          error->code == TKB_WIRE_ERROR_MISSING_STUB ||
          error->code == TKB_WIRE_ERROR_PRECONDITION || error->code == TKB_WIRE_ERROR_CONFLICT ||
          error->code == TKB_WIRE_ERROR_NOT_FOUND);
}

/* ---- groups ---- */

static Group *
group_new (GTask *task)
{
  Group *group = g_new0 (Group, 1);

  group->task = g_object_ref (task);
  group->indices = g_ptr_array_new ();
  return group;
}

static void
adapt (TkbHttpPeer *self, gint64 elapsed_ms, gsize size)
{
  if (elapsed_ms > SLOW_MS)
    self->group_bytes = MAX (self->group_bytes / 2, MIN_GROUP_BYTES);
  else if (elapsed_ms < QUICK_MS && size > self->group_bytes / 2)
    self->group_bytes = MIN (self->group_bytes * 2, MAX_GROUP_BYTES);
}

static void
group_failed (Group *group, GError *error)
{
  Write *write = g_task_get_task_data (group->task);

  if (!is_about_documents (error))
    end_all (write, error);
  else if (group->indices->len > 1)
    {
      Group *halves[2] = { group_new (group->task), group_new (group->task) };

      for (guint i = 0; i < group->indices->len; i++)
        g_ptr_array_add (halves[i >= group->indices->len / 2]->indices,
                         g_ptr_array_index (group->indices, i));
      g_queue_push_head (&write->groups, halves[1]);
      g_queue_push_head (&write->groups, halves[0]);
      g_error_free (error);
    }
  else if (++write->failures > MAX_FAILURES_IN_A_ROW)
    end_all (write, error);
  else
    end_one (write, GPOINTER_TO_UINT (g_ptr_array_index (group->indices, 0)), error);
}

/* Rows come in any order, and with new_edits=false only those that failed. */
static void
take_rows (Group *group, GPtrArray *rows)
{
  Write *write = g_task_get_task_data (group->task);

  for (guint i = 0; i < group->indices->len; i++)
    {
      guint            index = GPOINTER_TO_UINT (g_ptr_array_index (group->indices, i));
      TkbPeerRevision *revision = g_ptr_array_index (write->revisions, index);
      GError          *error = NULL;

      for (guint k = 0; k < rows->len && !error; k++)
        {
          TkbWireBulkDocsRow *row = g_ptr_array_index (rows, k);

          if (row->error && g_str_equal (row->id, revision->id) &&
              (!row->rev || g_str_equal (row->rev, revision->rev)))
            error = g_error_copy (row->error);
        }
      end_one (write, index, error);
    }
}

static void
group_sent_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Group *group = user_data;
  g_autoptr (GTask) task = g_object_ref (group->task);
  Write       *write = g_task_get_task_data (task);
  TkbHttpPeer *self = TKB_HTTP_PEER (source);
  GError      *error = NULL;
  g_autoptr (TkbHttpResponse) response = tkb_http_peer_send_finish (self, result, &error);
  g_autoptr (GPtrArray) rows = NULL;
  const char *text;
  gsize       length;

  if (response)
    {
      text = g_bytes_get_data (response->body, &length);
      rows = tkb_wire_bulk_docs_parse_response (text, length, &error);
    }
  if (rows)
    {
      write->failures = 0;
      adapt (self, tkb_clock_get_monotonic_ms (self->clock) - group->start_ms,
             g_bytes_get_size (group->body));
      take_rows (group, rows);
    }
  else
    group_failed (group, error);
  group_free (group);
  step_done (task);
}

static void
group_built_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Group          *group = user_data;
  TkbHttpPeer    *self = TKB_HTTP_PEER (source);
  GError         *error = NULL;
  TkbHttpRequest *request;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      g_autoptr (GTask) task = g_object_ref (group->task);

      end_all (g_task_get_task_data (task), error);
      group_free (group);
      step_done (task);
      return;
    }
  request = tkb_http_request_new ("POST", g_strdup ("_bulk_docs"), NULL);
  request->body = g_bytes_ref (group->body);
  request->gzip_body = group->gzip ? g_bytes_ref (group->gzip) : NULL;
  group->start_ms = tkb_clock_get_monotonic_ms (self->clock);
  tkb_http_peer_send_async (self, request, g_task_get_cancellable (group->task), group_sent_cb,
                            group);
}

/* Beside the main thread: the texts of the group as one body, compressed. */
static void
build_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Group   *group = data;
  Write   *write = g_task_get_task_data (group->task);
  GString *out = g_string_new ("{\"new_edits\":false,\"docs\":[");

  for (guint i = 0; i < group->indices->len; i++)
    {
      if (i > 0)
        g_string_append_c (out, ',');
      g_string_append (out, write->texts[GPOINTER_TO_UINT (g_ptr_array_index (group->indices, i))]);
    }
  g_string_append (out, "]}");
  group->body = g_string_free_to_bytes (out);
  group->gzip = tkb_http_compress (group->body);
  g_task_return_boolean (task, TRUE);
}

static void
send_group (TkbHttpPeer *self, Group *group)
{
  g_autoptr (GTask) task =
      g_task_new (self, g_task_get_cancellable (group->task), group_built_cb, group);

  g_task_set_source_tag (task, send_group);
  g_task_set_name (task, "TkbHttpPeer build");
  g_task_set_task_data (task, group, NULL);
  tkb_worker_push (self->worker, task, build_thread);
}

/* (nullable): NULL while nothing is ready. */
static Group *
next_group (TkbHttpPeer *self, GTask *task)
{
  Write *write = g_task_get_task_data (task);
  Group *group;
  gsize  size = 0;

  if (!g_queue_is_empty (&write->groups))
    return g_queue_pop_head (&write->groups);
  if (g_queue_is_empty (&write->ready))
    return NULL;
  group = group_new (task);
  while (!g_queue_is_empty (&write->ready) && group->indices->len < MAX_GROUP_DOCUMENTS)
    {
      guint index = GPOINTER_TO_UINT (g_queue_peek_head (&write->ready));

      size += strlen (write->texts[index]);
      if (size > self->group_bytes && group->indices->len > 0)
        break;
      g_ptr_array_add (group->indices, g_queue_pop_head (&write->ready));
    }
  return group;
}

/* ---- documents with attachments ---- */

/* The generation up to which the server has this document's history; 0: none of it. */
static guint
known_generation (TkbPeerRevision *revision)
{
  const char *const *revisions = tkb_document_get_revisions (revision->document);
  guint              generation = 0;

  for (guint i = 0; revision->known && revisions && i < revision->known->len; i++)
    {
      const char *rev = g_ptr_array_index (revision->known, i);

      if (g_strv_contains (revisions, rev))
        generation = MAX (generation, tkb_rev_id_get_generation (rev));
    }
  return generation;
}

/* Sorts the attachments: what the server has stays a stub, the rest has to be sent. */
static Parcel *
parcel_new (GTask *task, guint index, gboolean without_stubs)
{
  Write           *write = g_task_get_task_data (task);
  TkbPeerRevision *revision = g_ptr_array_index (write->revisions, index);
  Parcel          *parcel = g_new0 (Parcel, 1);
  guint            known = without_stubs ? 0 : known_generation (revision);
  JsonObject      *attachments;
  JsonObjectIter   iter;
  const char      *name;
  JsonNode        *node;

  parcel->task = g_object_ref (task);
  parcel->index = index;
  parcel->without_stubs = without_stubs;
  parcel->object = tkb_document_to_json (revision->document, TKB_DOCUMENT_JSON_REVISIONS);
  parcel->names = g_ptr_array_new_with_free_func (g_free);
  parcel->streams = g_ptr_array_new_with_free_func (g_object_unref);
  attachments = tkb_json_get_object (parcel->object, "_attachments");
  json_object_iter_init_ordered (&iter, attachments);
  while (json_object_iter_next_ordered (&iter, &name, &node))
    {
      JsonObject *stub = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
      gint64      revpos = stub ? tkb_json_get_int (stub, "revpos", G_MAXINT64) : 0;

      if (!stub || json_object_has_member (stub, "data") || revpos <= known)
        continue;
      g_ptr_array_add (parcel->names, g_strdup (name));
      parcel->total_bytes += MAX (0, tkb_json_get_int (stub, "length", 0));
    }
  return parcel;
}

static JsonObject *
parcel_get_stub (Parcel *parcel, guint index)
{
  return tkb_json_get_object (tkb_json_get_object (parcel->object, "_attachments"),
                              g_ptr_array_index (parcel->names, index));
}

static void
parcel_failed (Parcel *parcel, GError *error)
{
  g_autoptr (GTask) task = g_object_ref (parcel->task);
  Write *write = g_task_get_task_data (task);

  if (g_error_matches (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_MISSING_STUB) &&
      !parcel->without_stubs)
    {
      g_queue_push_tail (&write->parcels, parcel_new (task, parcel->index, TRUE));
      g_error_free (error);
    }
  else if (g_error_matches (error, TKB_SYNC_ERROR, TKB_SYNC_ERROR_UNREACHABLE) ||
           g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) ||
           (error->domain == TKB_WIRE_ERROR && !is_about_documents (error)))
    end_all (write, error);
  else
    end_one (write, parcel->index, error);
  parcel_free (parcel);
  step_done (task);
}

static void
parcel_sent_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Parcel *parcel = user_data;
  GError *error = NULL;
  g_autoptr (TkbHttpResponse) response =
      tkb_http_peer_send_finish (TKB_HTTP_PEER (source), result, &error);

  if (response)
    {
      g_autoptr (GTask) task = g_object_ref (parcel->task);

      end_one (g_task_get_task_data (task), parcel->index, NULL);
      parcel_free (parcel);
      step_done (task);
    }
  else
    parcel_failed (parcel, error);
}

/* Streams the document and its attachments as multipart/related. */
static void
parcel_send (Parcel *parcel)
{
  TkbHttpPeer     *self = TKB_HTTP_PEER (g_task_get_source_object (parcel->task));
  Write           *write = g_task_get_task_data (parcel->task);
  TkbPeerRevision *revision = g_ptr_array_index (write->revisions, parcel->index);
  g_autofree char *boundary = tkb_random_uuid (self->random);
  g_autoptr (TkbChainStream) body = tkb_chain_stream_new ();
  GString        *text = g_string_new (NULL);
  gint64          length = 0;
  TkbHttpRequest *request;

  for (guint i = 0; i < parcel->names->len; i++)
    {
      JsonObject *stub = parcel_get_stub (parcel, i);

      json_object_remove_member (stub, "stub");
      json_object_remove_member (stub, "digest");
      json_object_set_boolean_member (stub, "follows", TRUE);
    }
  tkb_wire_multipart_append_part (text, boundary, "application/json", NULL, NULL, -1);
  tkb_json_append_object (text, parcel->object);
  for (guint i = 0; i < parcel->names->len; i++)
    {
      JsonObject *stub = parcel_get_stub (parcel, i);
      gint64      part_length = tkb_json_get_int (stub, "length", 0);

      tkb_wire_multipart_append_part (text, boundary,
                                      tkb_json_get_string (stub, "content_type", NULL), NULL,
                                      g_ptr_array_index (parcel->names, i), part_length);
      length += (gint64) text->len + part_length;
      tkb_chain_stream_append_text (body, text);
      tkb_chain_stream_append (body, g_ptr_array_index (parcel->streams, i));
      text = g_string_new (NULL);
    }
  tkb_wire_multipart_append_end (text, boundary);
  length += (gint64) text->len;
  tkb_chain_stream_append_text (body, text);
  request =
      tkb_http_request_new ("PUT", tkb_wire_escape_id (revision->id), g_strdup ("new_edits=false"));
  request->content_type = g_strdup_printf ("multipart/related; boundary=\"%s\"", boundary);
  request->body_stream = G_INPUT_STREAM (g_steal_pointer (&body));
  request->body_length = length;
  tkb_http_peer_send_async (self, request, g_task_get_cancellable (parcel->task), parcel_sent_cb,
                            parcel);
}

/* Small attachments are in the JSON now: the document joins the others. */
static void
parcel_unpack (Parcel *parcel)
{
  g_autoptr (GTask) task = g_object_ref (parcel->task);
  Write   *write = g_task_get_task_data (task);
  GString *text = g_string_new (NULL);

  tkb_json_append_object (text, parcel->object);
  g_free (write->texts[parcel->index]);
  write->texts[parcel->index] = g_string_free (text, FALSE);
  g_queue_push_tail (&write->ready, GUINT_TO_POINTER (parcel->index));
  parcel_free (parcel);
  step_done (task);
}

static void
inlined_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Parcel          *parcel = user_data;
  GError          *error = NULL;
  gssize           size = g_output_stream_splice_finish (G_OUTPUT_STREAM (source), result, &error);
  JsonObject      *stub;
  g_autofree char *encoded = NULL;

  if (size < 0)
    {
      parcel_failed (parcel, error);
      return;
    }
  encoded = g_base64_encode (g_memory_output_stream_get_data (G_MEMORY_OUTPUT_STREAM (source)),
                             (gsize) size);
  stub = parcel_get_stub (parcel, parcel->streams->len - 1);
  json_object_remove_member (stub, "stub");
  json_object_remove_member (stub, "digest");
  json_object_remove_member (stub, "length");
  json_object_set_string_member (stub, "data", encoded);
  parcel_step (parcel);
}

static void
opened_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Parcel       *parcel = user_data;
  GError       *error = NULL;
  GInputStream *stream = tkb_peer_open_attachment_finish (TKB_PEER (source), result, &error);

  if (!stream)
    {
      parcel_failed (parcel, error);
      return;
    }
  g_ptr_array_add (parcel->streams, stream);
  if (parcel->total_bytes <= MAX_INLINE_BYTES)
    {
      g_autoptr (GOutputStream) memory = g_memory_output_stream_new_resizable ();

      g_output_stream_splice_async (
          memory, stream, G_OUTPUT_STREAM_SPLICE_CLOSE_SOURCE | G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET,
          G_PRIORITY_DEFAULT, g_task_get_cancellable (parcel->task), inlined_cb, parcel);
    }
  else
    parcel_step (parcel);
}

/* Opens the next attachment; when all are open, sends. */
static void
parcel_step (Parcel *parcel)
{
  Write           *write = g_task_get_task_data (parcel->task);
  TkbPeerRevision *revision = g_ptr_array_index (write->revisions, parcel->index);
  guint            next = parcel->streams->len;

  if (next < parcel->names->len)
    tkb_peer_open_attachment_async (
        write->source, revision->id, revision->rev, g_ptr_array_index (parcel->names, next),
        tkb_json_get_string (parcel_get_stub (parcel, next), "digest", ""),
        g_task_get_cancellable (parcel->task), opened_cb, parcel);
  else if (parcel->total_bytes <= MAX_INLINE_BYTES)
    parcel_unpack (parcel);
  else
    parcel_send (parcel);
}

/* ---- the whole ---- */

static void
return_rows (GTask *task)
{
  Write     *write = g_task_get_task_data (task);
  GPtrArray *rows = g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_wire_bulk_docs_row_free);

  for (guint i = 0; i < write->revisions->len; i++)
    {
      TkbPeerRevision *revision = g_ptr_array_index (write->revisions, i);

      g_assert (write->is_done[i]);
      g_ptr_array_add (rows,
                       tkb_wire_bulk_docs_row_new (revision->id, revision->rev, write->errors[i]));
    }
  g_task_return_pointer (task, rows, (GDestroyNotify) g_ptr_array_unref);
}

/* A document that lost a stub: the same again with everything. */
static gboolean
needs_everything (Write *write, guint index)
{
  return g_error_matches (write->errors[index], TKB_WIRE_ERROR, TKB_WIRE_ERROR_MISSING_STUB) &&
         ((TkbPeerRevision *) g_ptr_array_index (write->revisions, index))->known != NULL;
}

static void
queue_again (GTask *task)
{
  Write *write = g_task_get_task_data (task);

  for (guint i = 0; i < write->revisions->len; i++)
    if (write->is_done[i] && needs_everything (write, i))
      {
        TkbPeerRevision *revision = g_ptr_array_index (write->revisions, i);

        g_clear_pointer (&revision->known, g_ptr_array_unref);
        write->is_done[i] = FALSE;
        g_clear_error (&write->errors[i]);
        g_queue_push_tail (&write->parcels, parcel_new (task, i, TRUE));
      }
}

static void
pump (GTask *task)
{
  TkbHttpPeer *self = TKB_HTTP_PEER (g_task_get_source_object (task));
  Write       *write = g_task_get_task_data (task);

  if (write->in_flight == 0 && !write->error && g_queue_is_empty (&write->ready) &&
      g_queue_is_empty (&write->groups) && g_queue_is_empty (&write->parcels))
    queue_again (task);
  while (!write->error && write->in_flight < MAX_REQUESTS)
    {
      Parcel *parcel = g_queue_pop_head (&write->parcels);
      Group  *group = parcel ? NULL : next_group (self, task);

      if (!parcel && !group)
        break;
      write->in_flight++;
      if (parcel)
        parcel_step (parcel);
      else
        send_group (self, group);
    }
  if (write->in_flight > 0)
    return;
  /* what is left holds references on the task */
  g_queue_clear_full (&write->groups, (GDestroyNotify) group_free);
  g_queue_clear_full (&write->parcels, (GDestroyNotify) parcel_free);
  if (write->error)
    g_task_return_error (task, g_steal_pointer (&write->error));
  else
    return_rows (task);
}

static gboolean
has_attachments (TkbDocument *document)
{
  JsonObject *attachments = tkb_json_get_object (tkb_document_get_body (document), "_attachments");

  return attachments && json_object_get_size (attachments) > 0;
}

static void
texts_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Write  *write = g_task_get_task_data (task);
  GError *error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      g_task_return_error (task, error);
      return;
    }
  for (guint i = 0; i < write->revisions->len; i++)
    if (write->texts[i])
      g_queue_push_tail (&write->ready, GUINT_TO_POINTER (i));
    else
      g_queue_push_tail (&write->parcels, parcel_new (task, i, FALSE));
  pump (task);
}

/* Beside the main thread: the JSON of every document without attachments. */
static void
texts_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Write *write = data;

  for (guint i = 0; i < write->revisions->len; i++)
    {
      TkbPeerRevision *revision = g_ptr_array_index (write->revisions, i);

      if (!has_attachments (revision->document))
        write->texts[i] = tkb_document_to_text (revision->document, TKB_DOCUMENT_JSON_REVISIONS);
    }
  g_task_return_boolean (task, TRUE);
}

/* Documents without attachments and with small ones go in groups by _bulk_docs, two requests at a
 * time; large attachments are streamed behind their document. */
void
tkb_http_peer_write_async (TkbPeer            *peer,
                           GPtrArray          *revisions,
                           TkbPeer            *source,
                           GCancellable       *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer            user_data)
{
  GTask *task = g_task_new (peer, cancellable, callback, user_data);
  Write *write = g_new0 (Write, 1);
  g_autoptr (GTask) inner = g_task_new (peer, cancellable, texts_cb, task);

  g_task_set_source_tag (task, tkb_http_peer_write_async);
  g_task_set_name (task, "TkbHttpPeer write");
  write->revisions = g_ptr_array_ref (revisions);
  write->source = g_object_ref (source);
  write->texts = g_new0 (char *, revisions->len + 1);
  write->errors = g_new0 (GError *, revisions->len + 1);
  write->is_done = g_new0 (gboolean, revisions->len + 1);
  g_queue_init (&write->ready);
  g_queue_init (&write->groups);
  g_queue_init (&write->parcels);
  g_task_set_task_data (task, write, write_free);
  g_task_set_source_tag (inner, texts_thread);
  g_task_set_name (inner, "TkbHttpPeer texts");
  g_task_set_task_data (inner, write, NULL);
  tkb_worker_push (TKB_HTTP_PEER (peer)->worker, inner, texts_thread);
}
