/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-gzip.h"

#include "tkb-wire-error.h"

#include <zlib.h>

/* window bits of zlib, and 16 more for gzip's header instead of zlib's own */
#define GZIP_WINDOW_BITS (15 + 16)
/* speed before size: level 1 takes JSON to about a fifth */
#define LEVEL 1
#define PIECE_BYTES (64 * 1024)

struct _TkbDeflater
{
  z_stream stream;
};

static GBytes *
inflate_all (z_stream *stream, gsize max_bytes, GError **error)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autofree guint8 *piece = g_malloc (PIECE_BYTES);
  int                status;

  do
    {
      stream->next_out = piece;
      stream->avail_out = PIECE_BYTES;
      status = inflate (stream, Z_NO_FLUSH);
      if (status != Z_OK && status != Z_STREAM_END)
        {
          g_set_error_literal (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_BAD_REQUEST,
                               "The body is not valid gzip.");
          return NULL;
        }
      if (out->len + (PIECE_BYTES - stream->avail_out) > max_bytes)
        {
          g_set_error (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_TOO_LARGE,
                       "The body has more than %" G_GSIZE_FORMAT " bytes when decompressed.",
                       max_bytes);
          return NULL;
        }
      g_byte_array_append (out, piece, PIECE_BYTES - stream->avail_out);
    }
  while (status != Z_STREAM_END);
  return g_byte_array_free_to_bytes (g_steal_pointer (&out));
}

/**
 * tkb_gzip_inflate:
 * @bytes: gzip data
 * @max_bytes: the most that may come out
 * @error: %TKB_WIRE_ERROR_TOO_LARGE or %TKB_WIRE_ERROR_BAD_REQUEST
 *
 * Returns: (transfer full): what was compressed, or %NULL
 */
GBytes *
tkb_gzip_inflate (GBytes *bytes, gsize max_bytes, GError **error)
{
  z_stream stream = { 0 };
  gsize    length;
  GBytes  *result;

  stream.next_in = (Bytef *) g_bytes_get_data (bytes, &length);
  stream.avail_in = length;
  if (inflateInit2 (&stream, GZIP_WINDOW_BITS) != Z_OK)
    g_error ("zlib does not start");
  result = inflate_all (&stream, max_bytes, error);
  inflateEnd (&stream);
  return result;
}

/**
 * tkb_deflater_new:
 *
 * Returns: (transfer full): a compressor
 */
TkbDeflater *
tkb_deflater_new (void)
{
  TkbDeflater *self = g_new0 (TkbDeflater, 1);

  if (deflateInit2 (&self->stream, LEVEL, Z_DEFLATED, GZIP_WINDOW_BITS, 8, Z_DEFAULT_STRATEGY) !=
      Z_OK)
    g_error ("zlib does not start");
  return self;
}

/**
 * tkb_deflater_free:
 * @self: (transfer full): a compressor
 */
void
tkb_deflater_free (TkbDeflater *self)
{
  deflateEnd (&self->stream);
  g_free (self);
}

/**
 * tkb_deflater_push:
 * @self: a compressor
 * @data: (nullable): the next piece
 * @is_end: whether it is the last
 *
 * Returns: (transfer full): the piece compressed; what was pushed so far can be read from the
 *   pieces so far
 */
GBytes *
tkb_deflater_push (TkbDeflater *self, GBytes *data, gboolean is_end)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autofree guint8 *piece = g_malloc (PIECE_BYTES);
  gsize              length = 0;

  self->stream.next_in = data != NULL ? (Bytef *) g_bytes_get_data (data, &length) : NULL;
  self->stream.avail_in = length;
  do
    {
      self->stream.next_out = piece;
      self->stream.avail_out = PIECE_BYTES;
      deflate (&self->stream, is_end ? Z_FINISH : Z_SYNC_FLUSH);
      g_byte_array_append (out, piece, PIECE_BYTES - self->stream.avail_out);
    }
  while (self->stream.avail_out == 0);
  return g_byte_array_free_to_bytes (g_steal_pointer (&out));
}
