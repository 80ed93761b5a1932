/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-segments.h"

#include "tkb-json.h"
#include "tkb-server-limits.h"
#include "tkb-wire-multipart.h"

typedef struct
{
  GBytes       *text;         /* (owned) (nullable) */
  GInputStream *source;       /* (owned) (nullable): instead of text */
  gint64        length_bytes; /* still to come */
} Segment;

struct _TkbSegments
{
  GQueue         queue;   /* of Segment */
  TkbRefillFunc  refill;  /* (nullable) */
  gpointer       state;   /* (owned by destroy) */
  GDestroyNotify destroy; /* (nullable) */
};

static void
segment_free (gpointer data)
{
  Segment *self = data;

  g_clear_pointer (&self->text, g_bytes_unref);
  g_clear_object (&self->source);
  g_free (self);
}

/**
 * tkb_segments_new:
 *
 * Returns: (transfer full): no segments yet
 */
TkbSegments *
tkb_segments_new (void)
{
  TkbSegments *self = g_new0 (TkbSegments, 1);

  g_queue_init (&self->queue);
  return self;
}

/**
 * tkb_segments_free:
 * @self: (transfer full): segments
 */
void
tkb_segments_free (TkbSegments *self)
{
  g_queue_clear_full (&self->queue, segment_free);
  if (self->destroy != NULL)
    self->destroy (self->state);
  g_free (self);
}

/**
 * tkb_segments_set_refill:
 * @self: segments
 * @refill: adds more when all are sent
 * @state: for @refill
 * @destroy: (nullable): frees @state
 */
void
tkb_segments_set_refill (TkbSegments   *self,
                         TkbRefillFunc  refill,
                         gpointer       state,
                         GDestroyNotify destroy)
{
  self->refill = refill;
  self->state = state;
  self->destroy = destroy;
}

/**
 * tkb_segments_add_text:
 * @self: segments
 * @text: (transfer full): what comes next
 */
void
tkb_segments_add_text (TkbSegments *self, GString *text)
{
  Segment *segment = g_new0 (Segment, 1);

  segment->length_bytes = text->len;
  segment->text = g_string_free_to_bytes (text);
  g_queue_push_tail (&self->queue, segment);
}

/**
 * tkb_segments_add_stream:
 * @self: segments
 * @source: (transfer full): what comes next
 * @length_bytes: how much of it
 */
void
tkb_segments_add_stream (TkbSegments *self, GInputStream *source, gint64 length_bytes)
{
  Segment *segment = g_new0 (Segment, 1);

  segment->length_bytes = length_bytes;
  segment->source = source;
  g_queue_push_tail (&self->queue, segment);
}

/**
 * tkb_segments_add_blob:
 * @x: an exchange in a database
 * @self: segments
 * @digest: of an attachment
 * @error: a store error
 *
 * Returns: whether the blob is there
 */
gboolean
tkb_segments_add_blob (TkbExchange *x, TkbSegments *self, const char *digest, GError **error)
{
  gint64        length;
  GInputStream *source =
      tkb_store_open_blob (tkb_database_get_store (x->database), digest, &length, error);

  if (source == NULL)
    return FALSE;
  tkb_segments_add_stream (self, source, length);
  return TRUE;
}

/**
 * tkb_segments_add_related:
 * @x: an exchange in a database
 * @self: segments
 * @boundary: of the multipart/related
 * @object: the document in wire form
 * @error: a store error
 *
 * Returns: whether all attachments are there
 */
gboolean
tkb_segments_add_related (
    TkbExchange *x, TkbSegments *self, const char *boundary, JsonObject *object, GError **error)
{
  g_autoptr (GPtrArray) names = tkb_wire_multipart_get_following (object);
  JsonObject *attachments = tkb_json_get_object (object, "_attachments");
  GString    *text = g_string_new (NULL);
  GString    *end = g_string_new (NULL);

  tkb_wire_multipart_append_part (text, boundary, "application/json", NULL, NULL, -1);
  tkb_json_append_object (text, object);
  tkb_segments_add_text (self, text);
  for (guint i = 0; i < names->len; i++)
    {
      JsonObject *entry = tkb_json_get_object (attachments, names->pdata[i]);
      GString    *head = g_string_new (NULL);

      tkb_wire_multipart_append_part (head, boundary,
                                      tkb_json_get_string (entry, "content_type", NULL), NULL,
                                      names->pdata[i], tkb_json_get_int (entry, "length", -1));
      tkb_segments_add_text (self, head);
      if (!tkb_segments_add_blob (x, self, tkb_json_get_string (entry, "digest", ""), error))
        {
          g_string_free (end, TRUE);
          return FALSE;
        }
    }
  tkb_wire_multipart_append_end (end, boundary);
  tkb_segments_add_text (self, end);
  return TRUE;
}

/**
 * tkb_segments_get_length:
 * @self: segments
 *
 * Returns: bytes of all that were added
 */
gint64
tkb_segments_get_length (TkbSegments *self)
{
  gint64 sum = 0;

  for (GList *l = self->queue.head; l != NULL; l = l->next)
    sum += ((Segment *) l->data)->length_bytes;
  return sum;
}

static GBytes *
read_piece (TkbExchange *x, Segment *segment, GError **error)
{
  gsize   wanted = MIN (segment->length_bytes, TKB_SERVER_CHUNK_BYTES);
  GBytes *piece = g_input_stream_read_bytes (segment->source, wanted, x->cancellable, error);

  if (piece != NULL && g_bytes_get_size (piece) == 0)
    {
      g_bytes_unref (piece);
      g_set_error_literal (error, TKB_STORE_ERROR, TKB_STORE_ERROR_CORRUPT,
                           "a blob is shorter than it was");
      return NULL;
    }
  return piece;
}

static TkbProduced
produce (TkbExchange *x, gpointer state, GBytes **out_bytes, GError **error)
{
  TkbSegments *self = state;
  Segment     *segment;
  GError      *local_error = NULL;

  while (g_queue_is_empty (&self->queue))
    {
      if (self->refill == NULL || !self->refill (x, self, self->state, &local_error))
        {
          if (local_error == NULL)
            return TKB_PRODUCED_END;
          g_propagate_error (error, local_error);
          return TKB_PRODUCED_ERROR;
        }
    }
  segment = g_queue_peek_head (&self->queue);
  if (segment->text != NULL)
    {
      *out_bytes = g_bytes_ref (segment->text);
      segment->length_bytes = 0;
    }
  else if (segment->length_bytes > 0)
    {
      *out_bytes = read_piece (x, segment, error);
      if (*out_bytes == NULL)
        return TKB_PRODUCED_ERROR;
      segment->length_bytes -= g_bytes_get_size (*out_bytes);
    }
  if (segment->length_bytes == 0)
    segment_free (g_queue_pop_head (&self->queue));
  return g_queue_is_empty (&self->queue) && self->refill == NULL ? TKB_PRODUCED_END
                                                                 : TKB_PRODUCED_BYTES;
}

/**
 * tkb_segments_respond:
 * @x: an exchange
 * @status: HTTP status
 * @content_type: media type
 * @length_bytes: of the whole answer; -1: not known
 * @self: (transfer full): what is sent
 */
void
tkb_segments_respond (
    TkbExchange *x, guint status, const char *content_type, gint64 length_bytes, TkbSegments *self)
{
  tkb_exchange_respond_stream (x, status, content_type, length_bytes, produce, self,
                               (GDestroyNotify) tkb_segments_free);
}
