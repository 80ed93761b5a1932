/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-part-stream.h"

#include "tkb-wire-error.h"

#include <string.h>

#define PIECE_BYTES (64 * 1024)

struct _TkbPartStream
{
  GInputStream parent_instance;

  TkbPartSource *source;  /* (unowned): outlives self */
  const char    *data;    /* (unowned): the reader's, not yet handed out */
  gsize          n_left;  /* bytes of data */
  gboolean       is_done; /* PART_END was seen */
};

G_DEFINE_FINAL_TYPE (TkbPartStream, tkb_part_stream, G_TYPE_INPUT_STREAM)

/**
 * tkb_part_source_clear:
 * @self: a multipart body
 *
 * Drops what it owns.
 */
void
tkb_part_source_clear (TkbPartSource *self)
{
  g_clear_object (&self->source);
  g_clear_object (&self->reader);
}

/**
 * tkb_part_source_next:
 * @self: a multipart body
 * @error: a read error, or why the body is malformed
 *
 * Returns: the next event, never %TKB_WIRE_MULTIPART_NEED_DATA
 */
TkbWireMultipartEvent
tkb_part_source_next (TkbPartSource *self, GError **error)
{
  g_autofree char *piece = NULL;

  for (;;)
    {
      TkbWireMultipartEvent event = tkb_wire_multipart_reader_next (self->reader, error);
      gssize                n;

      if (event != TKB_WIRE_MULTIPART_NEED_DATA)
        return event;
      if (self->is_at_end)
        {
          g_set_error_literal (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_BAD_REQUEST,
                               "The multipart body ends too early.");
          return TKB_WIRE_MULTIPART_ERROR;
        }
      if (piece == NULL)
        piece = g_malloc (PIECE_BYTES);
      n = g_input_stream_read (self->source, piece, PIECE_BYTES, self->cancellable, error);
      if (n < 0)
        return TKB_WIRE_MULTIPART_ERROR;
      self->is_at_end = n == 0;
      if (n > 0)
        tkb_wire_multipart_reader_push (self->reader, piece, n);
    }
}

static gssize
tkb_part_stream_read (
    GInputStream *stream, void *buffer, gsize count, GCancellable *cancellable, GError **error)
{
  TkbPartStream *self = TKB_PART_STREAM (stream);
  gsize          n;

  while (self->n_left == 0 && !self->is_done)
    {
      switch (tkb_part_source_next (self->source, error))
        {
        case TKB_WIRE_MULTIPART_DATA:
          self->data = tkb_wire_multipart_reader_get_data (self->source->reader, &self->n_left);
          break;
        case TKB_WIRE_MULTIPART_PART_END:
          self->is_done = TRUE;
          break;
        case TKB_WIRE_MULTIPART_ERROR:
          return -1;
        default:
          g_set_error_literal (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_BAD_REQUEST,
                               "The multipart body is malformed.");
          return -1;
        }
    }
  n = MIN (count, self->n_left);
  memcpy (buffer, self->data, n);
  self->data += n;
  self->n_left -= n;
  return n;
}

static void
tkb_part_stream_class_init (TkbPartStreamClass *klass)
{
  G_INPUT_STREAM_CLASS (klass)->read_fn = tkb_part_stream_read;
}

static void
tkb_part_stream_init (TkbPartStream *self)
{
}

/**
 * tkb_part_stream_new:
 * @source: a multipart body that has just given %TKB_WIRE_MULTIPART_PART_BEGIN
 *
 * Returns: (transfer full): the content of that part
 */
GInputStream *
tkb_part_stream_new (TkbPartSource *source)
{
  TkbPartStream *self = g_object_new (TKB_TYPE_PART_STREAM, NULL);

  self->source = source;
  self->data = "";
  return G_INPUT_STREAM (self);
}

/**
 * tkb_part_stream_finish:
 * @self: the content of a part
 * @error: why the rest of it cannot be read
 *
 * Returns: whether the source stands behind the part
 */
gboolean
tkb_part_stream_finish (TkbPartStream *self, GError **error)
{
  char   buffer[4096];
  gssize n;

  do
    n = g_input_stream_read (G_INPUT_STREAM (self), buffer, sizeof buffer, NULL, error);
  while (n > 0);
  return n == 0;
}
