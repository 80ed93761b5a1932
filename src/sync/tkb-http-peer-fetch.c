/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-http-peer-private.h"
#include "tkb-limits.h"
#include "tkb-wire-bulk-get.h"
#include "tkb-wire-error.h"
#include "tkb-wire-text.h"

/* requests in flight of one fetch where each asks for one document (no _bulk_get there) */
#define MAX_SINGLE_REQUESTS 6
/* single failures in a row from which on it is the server, not a document */
#define MAX_FAILURES_IN_A_ROW 8

/* A slice of what is wanted, asked for in one request. */
typedef struct
{
  GTask     *task; /* (owned): of the fetch */
  guint      first;
  guint      count;
  GPtrArray *parsed; /* (owned) (nullable) (element-type TkbPeerRevision) */
} Group;

typedef struct
{
  GPtrArray *wanted;  /* (owned) (element-type TkbPeerRevision) */
  GPtrArray *results; /* (owned) (element-type TkbPeerRevision) */
  GQueue     groups;  /* (element-type Group) still to ask for */
  GError    *error;   /* (owned) (nullable): ends the fetch */
  guint      in_flight;
  guint      failures; /* in a row */
} Fetch;

static void pump (GTask *task);

static Group *
group_new (GTask *task, guint first, guint count)
{
  Group *group = g_new0 (Group, 1);

  group->task = g_object_ref (task);
  group->first = first;
  group->count = count;
  return group;
}

static void
group_free (Group *group)
{
  g_clear_object (&group->task);
  g_clear_pointer (&group->parsed, g_ptr_array_unref);
  g_free (group);
}

static void
fetch_free (gpointer data)
{
  Fetch *fetch = data;

  g_queue_clear_full (&fetch->groups, (GDestroyNotify) group_free);
  g_ptr_array_unref (fetch->wanted);
  g_ptr_array_unref (fetch->results);
  g_clear_error (&fetch->error);
  g_free (fetch);
}

static TkbPeerRevision *
group_get (Group *group, guint index)
{
  Fetch *fetch = g_task_get_task_data (group->task);

  return g_ptr_array_index (fetch->wanted, group->first + index);
}

static void
group_done (Group *group)
{
  g_autoptr (GTask) task = g_object_ref (group->task);
  Fetch *fetch = g_task_get_task_data (task);

  group_free (group);
  fetch->in_flight--;
  pump (task);
}

/* A group that failed as a whole: one document may be the reason, so ask for its halves. */
static void
group_failed (Group *group, GError *error)
{
  Fetch *fetch = g_task_get_task_data (group->task);

  if (g_error_matches (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_BAD_REQUEST) ||
      g_error_matches (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_NOT_FOUND) ||
      g_error_matches (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_FORBIDDEN) ||
      g_error_matches (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_TOO_LARGE) ||
      g_error_matches (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_INTERNAL) ||
      g_error_matches (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_MALFORMED))
    {
      if (group->count > 1)
        {
          guint half = group->count / 2;

          g_queue_push_head (&fetch->groups,
                             group_new (group->task, group->first + half, group->count - half));
          g_queue_push_head (&fetch->groups, group_new (group->task, group->first, half));
          g_error_free (error);
          return;
        }
      if (++fetch->failures <= MAX_FAILURES_IN_A_ROW)
        {
          TkbPeerRevision *wanted = group_get (group, 0);
          TkbPeerRevision *result = tkb_peer_revision_new (wanted->id, wanted->rev);

          result->error = error;
          g_ptr_array_add (fetch->results, result);
          return;
        }
    }
  if (fetch->error)
    g_error_free (error);
  else
    fetch->error = error;
}

/* ---- reading answers, beside the main thread ---- */

typedef struct
{
  Group  *group; /* (unowned): waits for this */
  GBytes *body;  /* (owned) */
  char   *id;    /* (owned) (nullable): of an answer to open_revs */
} Parse;

static void
parse_free (gpointer data)
{
  Parse *parse = data;

  g_bytes_unref (parse->body);
  g_free (parse->id);
  g_free (parse);
}

static TkbPeerRevision *
read_result (TkbWireBulkGetResult *from, gsize size_bytes)
{
  TkbPeerRevision *to = tkb_peer_revision_new (from->id, from->rev);

  to->size_bytes = size_bytes;
  if (!from->object)
    to->error = g_error_copy (from->error);
  else
    {
      to->document = tkb_document_new_from_json (from->object, &to->error);
      if (to->document && !tkb_document_get_rev (to->document))
        {
          g_clear_pointer (&to->document, tkb_document_unref);
          to->error = g_error_new_literal (TKB_WIRE_ERROR, TKB_WIRE_ERROR_MALFORMED,
                                           "the document came without a revision");
        }
    }
  return to;
}

static void
parse_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Parse      *parse = data;
  GError     *error = NULL;
  gsize       length;
  const char *text = g_bytes_get_data (parse->body, &length);
  g_autoptr (GPtrArray) results = NULL;
  GPtrArray *revisions;

  if (parse->id)
    results = tkb_wire_open_revs_parse_response (parse->id, text, length, &error);
  else
    results = tkb_wire_bulk_get_parse_response (text, length, &error);
  if (!results)
    {
      g_task_return_error (task, error);
      return;
    }
  revisions = g_ptr_array_new_full (results->len, (GDestroyNotify) tkb_peer_revision_free);
  for (guint i = 0; i < results->len; i++)
    g_ptr_array_add (revisions,
                     read_result (g_ptr_array_index (results, i), length / results->len));
  g_task_return_pointer (task, revisions, (GDestroyNotify) g_ptr_array_unref);
}

/* Takes over what was asked for, and nothing else. */
static void
take_results (Group *group, GPtrArray *revisions)
{
  Fetch *fetch = g_task_get_task_data (group->task);
  g_autoptr (GHashTable) asked = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < group->count; i++)
    {
      TkbPeerRevision *wanted = group_get (group, i);

      g_hash_table_insert (asked, wanted->id, wanted);
    }
  for (guint i = 0; i < revisions->len; i++)
    {
      TkbPeerRevision *revision = g_ptr_array_index (revisions, i);
      TkbPeerRevision *wanted = g_hash_table_lookup (asked, revision->id);

      if (!wanted || (revision->document &&
                      g_strcmp0 (tkb_document_get_id (revision->document), wanted->id) != 0))
        continue;
      if (wanted->known && !revision->known)
        revision->known = g_ptr_array_ref (wanted->known);
      if (!revision->rev)
        revision->rev = g_strdup (wanted->rev);
      g_ptr_array_add (fetch->results, revision);
      revisions->pdata[i] = tkb_peer_revision_new (NULL, NULL);
    }
}

static void
parsed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Group  *group = user_data;
  Fetch  *fetch = g_task_get_task_data (group->task);
  GError *error = NULL;
  g_autoptr (GPtrArray) revisions = g_task_propagate_pointer (G_TASK (result), &error);

  if (revisions)
    {
      fetch->failures = 0;
      take_results (group, revisions);
    }
  else
    group_failed (group, error);
  group_done (group);
}

static void
parse_answer (Group *group, TkbHttpResponse *response, const char *id)
{
  TkbHttpPeer *self = TKB_HTTP_PEER (g_task_get_source_object (group->task));
  g_autoptr (GTask) task =
      g_task_new (self, g_task_get_cancellable (group->task), parsed_cb, group);
  Parse *parse = g_new0 (Parse, 1);

  parse->group = group;
  parse->body = g_bytes_ref (response->body);
  parse->id = g_strdup (id);
  g_task_set_source_tag (task, parse_answer);
  g_task_set_name (task, "TkbHttpPeer parse");
  g_task_set_task_data (task, parse, parse_free);
  tkb_worker_push (self->worker, task, parse_thread);
}

/* ---- asking ---- */

static void
bulk_get_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Group       *group = user_data;
  Fetch       *fetch = g_task_get_task_data (group->task);
  TkbHttpPeer *self = TKB_HTTP_PEER (source);
  GError      *error = NULL;
  g_autoptr (TkbHttpResponse) response = tkb_http_peer_send_finish (self, result, &error);

  if (response)
    {
      parse_answer (group, response, NULL);
      return;
    }
  if (g_error_matches (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_METHOD_NOT_ALLOWED) ||
      g_error_matches (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_NOT_IMPLEMENTED) ||
      g_error_matches (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_NOT_FOUND))
    {
      /* an old server: ask for the documents one by one from now on */
      g_error_free (error);
      self->lacks_bulk_get = TRUE;
      for (guint i = group->count; i > 0; i--)
        g_queue_push_head (&fetch->groups, group_new (group->task, group->first + i - 1, 1));
    }
  else
    group_failed (group, error);
  group_done (group);
}

static void
send_bulk_get (TkbHttpPeer *self, Group *group)
{
  g_autoptr (GPtrArray) items =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_wire_bulk_get_item_free);
  TkbHttpRequest *request =
      tkb_http_request_new ("POST", g_strdup ("_bulk_get"), g_strdup ("revs=true&latest=true"));

  for (guint i = 0; i < group->count; i++)
    {
      TkbPeerRevision *wanted = group_get (group, i);

      g_ptr_array_add (items, tkb_wire_bulk_get_item_new (wanted->id, wanted->rev));
    }
  tkb_http_request_set_json (request, tkb_wire_bulk_get_write_request (items));
  tkb_http_peer_send_async (self, request, g_task_get_cancellable (group->task), bulk_get_cb,
                            group);
}

static void
open_revs_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Group  *group = user_data;
  GError *error = NULL;
  g_autoptr (TkbHttpResponse) response =
      tkb_http_peer_send_finish (TKB_HTTP_PEER (source), result, &error);

  if (response)
    {
      parse_answer (group, response, group_get (group, 0)->id);
      return;
    }
  group_failed (group, error);
  group_done (group);
}

static void
send_open_revs (TkbHttpPeer *self, Group *group)
{
  TkbPeerRevision *wanted = group_get (group, 0);
  g_autofree char *revs = g_strdup_printf ("[\"%s\"]", wanted->rev);
  g_autoptr (GString) query = g_string_new ("revs=true&latest=true");
  TkbHttpRequest *request;

  tkb_wire_query_append (query, "open_revs", revs);
  request = tkb_http_request_new ("GET", tkb_wire_escape_id (wanted->id), g_strdup (query->str));
  tkb_http_peer_send_async (self, request, g_task_get_cancellable (group->task), open_revs_cb,
                            group);
}

static void
pump (GTask *task)
{
  TkbHttpPeer *self = TKB_HTTP_PEER (g_task_get_source_object (task));
  Fetch       *fetch = g_task_get_task_data (task);
  guint        limit = self->lacks_bulk_get ? MAX_SINGLE_REQUESTS : 1;

  while (!fetch->error && fetch->in_flight < limit && !g_queue_is_empty (&fetch->groups))
    {
      Group *group = g_queue_pop_head (&fetch->groups);

      if (self->lacks_bulk_get && group->count > 1)
        {
          for (guint i = group->count; i > 0; i--)
            g_queue_push_head (&fetch->groups, group_new (task, group->first + i - 1, 1));
          group_free (group);
          limit = MAX_SINGLE_REQUESTS;
          continue;
        }
      fetch->in_flight++;
      if (self->lacks_bulk_get)
        send_open_revs (self, group);
      else
        send_bulk_get (self, group);
    }
  if (fetch->in_flight > 0)
    return;
  if (fetch->error)
    {
      /* the groups left hold references on the task */
      g_queue_clear_full (&fetch->groups, (GDestroyNotify) group_free);
      g_task_return_error (task, g_steal_pointer (&fetch->error));
    }
  else
    g_task_return_pointer (task, g_ptr_array_ref (fetch->results),
                           (GDestroyNotify) g_ptr_array_unref);
}

/* One _bulk_get for all that is wanted: who asks has cut it to size. */
void
tkb_http_peer_fetch_async (TkbPeer            *peer,
                           GPtrArray          *wanted,
                           GCancellable       *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (peer, cancellable, callback, user_data);
  Fetch *fetch = g_new0 (Fetch, 1);

  g_task_set_source_tag (task, tkb_http_peer_fetch_async);
  g_task_set_name (task, "TkbHttpPeer fetch");
  fetch->wanted = g_ptr_array_ref (wanted);
  fetch->results = g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_peer_revision_free);
  g_queue_init (&fetch->groups);
  g_task_set_task_data (task, fetch, fetch_free);
  if (wanted->len > 0)
    g_queue_push_tail (&fetch->groups, group_new (task, 0, wanted->len));
  pump (task);
}
