/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-json.h"
#include "tkb-local-peer-private.h"
#include "tkb-sync-error.h"
#include "tkb-wire-bulk-docs.h"

/* attachments read from the other side at a time: enough to hide the way there and back, few
 * enough that a thin line finishes one after the other */
#define MAX_ATTACHMENTS_IN_FLIGHT 4
/* documents in one transaction from which on the full-text index may follow behind */
#define BULK_DOCUMENTS 16

/* One attachment that has to come over. */
typedef struct
{
  GTask *task;         /* (owned): of the write */
  guint  index;        /* of the revision */
  char  *name;         /* (owned) */
  char  *digest;       /* (owned) as in the stub */
  gint64 length_bytes; /* -1: not told */
} Need;

typedef struct
{
  GPtrArray *revisions; /* (owned) (element-type TkbPeerRevision) */
  GPtrArray *documents; /* (owned) (element-type TkbDocument) one for each revision */
  GError   **errors;    /* (owned) one for each revision, NULL: none */
  TkbPeer   *source;    /* (owned) */
  GQueue     needs;     /* (element-type Need) */
  guint      in_flight;
} Write;

static void pump (GTask *task);

static void
need_free (Need *need)
{
  g_clear_object (&need->task);
  g_free (need->name);
  g_free (need->digest);
  g_free (need);
}

static void
write_free (gpointer data)
{
  Write *write = data;

  for (guint i = 0; i < write->revisions->len; i++)
    g_clear_error (&write->errors[i]);
  g_free (write->errors);
  g_queue_clear_full (&write->needs, (GDestroyNotify) need_free);
  g_ptr_array_unref (write->revisions);
  g_ptr_array_unref (write->documents);
  g_object_unref (write->source);
  g_free (write);
}

/* Rows for all revisions from the store's results for those that were tried. */
static void
written_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Write  *write = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GPtrArray) results = tkb_store_write_finish (TKB_STORE (source), result, &error);
  GPtrArray *rows;

  if (!results)
    {
      g_task_return_error (task, error);
      return;
    }
  rows = g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_wire_bulk_docs_row_free);
  for (guint i = 0, k = 0; i < write->revisions->len; i++)
    {
      TkbPeerRevision *revision = g_ptr_array_index (write->revisions, i);
      const GError    *failure = write->errors[i];

      if (!failure)
        failure = ((TkbWriteResult *) g_ptr_array_index (results, k++))->error;
      g_ptr_array_add (rows, tkb_wire_bulk_docs_row_new (revision->id, revision->rev, failure));
    }
  g_task_return_pointer (task, rows, (GDestroyNotify) g_ptr_array_unref);
}

static void
write_documents (GTask *task)
{
  TkbLocalPeer *self = TKB_LOCAL_PEER (g_task_get_source_object (task));
  Write        *write = g_task_get_task_data (task);
  g_autoptr (GPtrArray) documents =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_document_unref);

  for (guint i = 0; i < write->documents->len; i++)
    if (!write->errors[i])
      g_ptr_array_add (documents, tkb_document_ref (g_ptr_array_index (write->documents, i)));
  tkb_store_write_async (
      tkb_local_peer_get_store (self), documents,
      TKB_WRITE_REPLICATED | (documents->len >= BULK_DOCUMENTS ? TKB_WRITE_BULK : 0), NULL, NULL,
      g_task_get_cancellable (task), written_cb, g_object_ref (task));
}

static void
need_failed (Need *need, GError *error)
{
  Write *write = g_task_get_task_data (need->task);

  if (write->errors[need->index])
    g_error_free (error);
  else
    write->errors[need->index] = error;
}

/* The blob is here. Its own digest goes into the stub: CouchDB's may be of the compressed bytes. */
static void
need_arrived (Need *need, const TkbBlobInfo *blob)
{
  Write       *write = g_task_get_task_data (need->task);
  TkbDocument *document = g_ptr_array_index (write->documents, need->index);
  JsonObject  *body, *stub;

  if (need->length_bytes >= 0 && need->length_bytes != blob->length_bytes)
    {
      need_failed (need, g_error_new (TKB_SYNC_ERROR, TKB_SYNC_ERROR_ATTACHMENT,
                                      "the attachment “%s” has another length than announced",
                                      need->name));
      return;
    }
  if (g_str_equal (need->digest, blob->digest))
    return;
  body = tkb_json_object_copy (tkb_document_get_body (document));
  stub = tkb_json_get_object (tkb_json_get_object (body, "_attachments"), need->name);
  json_object_set_string_member (stub, "digest", blob->digest);
  json_object_set_int_member (stub, "length", blob->length_bytes);
  json_object_remove_member (stub, "encoding");
  json_object_remove_member (stub, "encoded_length");
  write->documents->pdata[need->index] = tkb_document_with_body (document, body);
  json_object_unref (body);
  tkb_document_unref (document);
}

static void
need_done (Need *need)
{
  g_autoptr (GTask) task = g_steal_pointer (&need->task);
  Write *write = g_task_get_task_data (task);

  need_free (need);
  write->in_flight--;
  pump (task);
}

static void
add_blob_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError      *error = NULL;
  TkbBlobInfo *blob =
      tkb_store_add_blob (TKB_STORE (source), G_INPUT_STREAM (data), cancellable, &error);

  if (blob)
    g_task_return_pointer (task, blob, (GDestroyNotify) tkb_blob_info_free);
  else
    g_task_return_error (task, error);
}

static void
blob_added_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Need   *need = user_data;
  GError *error = NULL;
  g_autoptr (TkbBlobInfo) blob = g_task_propagate_pointer (G_TASK (result), &error);

  if (blob)
    need_arrived (need, blob);
  else
    need_failed (need, error);
  need_done (need);
}

static void
opened_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Need         *need = user_data;
  TkbLocalPeer *self = TKB_LOCAL_PEER (g_task_get_source_object (need->task));
  GError       *error = NULL;
  GInputStream *stream = tkb_peer_open_attachment_finish (TKB_PEER (source), result, &error);
  g_autoptr (GTask) inner = NULL;

  if (!stream)
    {
      need_failed (need, error);
      need_done (need);
      return;
    }
  inner = g_task_new (tkb_local_peer_get_store (self), g_task_get_cancellable (need->task),
                      blob_added_cb, need);
  g_task_set_source_tag (inner, opened_cb);
  g_task_set_name (inner, "TkbLocalPeer add blob");
  g_task_set_task_data (inner, stream, g_object_unref);
  tkb_store_run_async (tkb_local_peer_get_store (self), inner, add_blob_thread);
}

static void
pump (GTask *task)
{
  Write *write = g_task_get_task_data (task);

  if (g_cancellable_is_cancelled (g_task_get_cancellable (task)))
    g_queue_clear_full (&write->needs, (GDestroyNotify) need_free);
  while (write->in_flight < MAX_ATTACHMENTS_IN_FLIGHT && !g_queue_is_empty (&write->needs))
    {
      Need            *need = g_queue_pop_head (&write->needs);
      TkbPeerRevision *revision = g_ptr_array_index (write->revisions, need->index);

      if (write->errors[need->index])
        {
          need_free (need);
          continue;
        }
      write->in_flight++;
      tkb_peer_open_attachment_async (write->source, revision->id, revision->rev, need->name,
                                      need->digest, g_task_get_cancellable (task), opened_cb, need);
    }
  if (write->in_flight == 0 && !g_task_return_error_if_cancelled (task))
    write_documents (task);
}

/* Queues what of a document's attachments is not here. */
static void
collect_needs (GTask *task, Write *write, TkbStore *store, guint index)
{
  TkbPeerRevision *revision = g_ptr_array_index (write->revisions, index);
  JsonObject      *attachments =
      tkb_json_get_object (tkb_document_get_body (revision->document), "_attachments");
  JsonObjectIter iter;
  const char    *name;
  JsonNode      *node;

  if (!attachments)
    return;
  json_object_iter_init_ordered (&iter, attachments);
  while (json_object_iter_next_ordered (&iter, &name, &node))
    {
      JsonObject *stub = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
      const char *digest = stub ? tkb_json_get_string (stub, "digest", NULL) : NULL;
      Need       *need;

      /* data inside: the store makes a blob of it; no digest: it names what is wrong */
      if (!stub || !digest || json_object_has_member (stub, "data") ||
          tkb_store_has_blob (store, digest))
        continue;
      need = g_new0 (Need, 1);
      need->task = g_object_ref (task);
      need->index = index;
      need->name = g_strdup (name);
      need->digest = g_strdup (digest);
      need->length_bytes = tkb_json_get_int (stub, "length", -1);
      g_queue_push_tail (&write->needs, need);
    }
}

void
tkb_local_peer_write_async (TkbPeer            *peer,
                            GPtrArray          *revisions,
                            TkbPeer            *source,
                            GCancellable       *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (peer, cancellable, callback, user_data);
  TkbStore *store = tkb_local_peer_get_store (TKB_LOCAL_PEER (peer));
  Write    *write = g_new0 (Write, 1);

  g_task_set_source_tag (task, tkb_local_peer_write_async);
  g_task_set_name (task, "TkbLocalPeer write");
  write->revisions = g_ptr_array_ref (revisions);
  write->documents = g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_document_unref);
  write->errors = g_new0 (GError *, revisions->len + 1);
  write->source = g_object_ref (source);
  g_queue_init (&write->needs);
  for (guint i = 0; i < revisions->len; i++)
    {
      TkbPeerRevision *revision = g_ptr_array_index (revisions, i);

      g_ptr_array_add (write->documents, tkb_document_ref (revision->document));
      collect_needs (task, write, store, i);
    }
  g_task_set_task_data (task, write, write_free);
  pump (task);
}
