/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-chain-stream.h"

struct _TkbChainStream
{
  GInputStream parent_instance;

  GQueue streams; /* (owned) (element-type GInputStream) the head is being read */
};

G_DEFINE_FINAL_TYPE (TkbChainStream, tkb_chain_stream, G_TYPE_INPUT_STREAM)

static gssize
tkb_chain_stream_read (
    GInputStream *stream, void *buffer, gsize count, GCancellable *cancellable, GError **error)
{
  TkbChainStream *self = TKB_CHAIN_STREAM (stream);

  while (!g_queue_is_empty (&self->streams))
    {
      gssize size = g_input_stream_read (g_queue_peek_head (&self->streams), buffer, count,
                                         cancellable, error);

      if (size != 0)
        return size;
      g_object_unref (g_queue_pop_head (&self->streams));
    }
  return 0;
}

static void
tkb_chain_stream_finalize (GObject *object)
{
  TkbChainStream *self = TKB_CHAIN_STREAM (object);

  g_queue_clear_full (&self->streams, g_object_unref);
  G_OBJECT_CLASS (tkb_chain_stream_parent_class)->finalize (object);
}

static void
tkb_chain_stream_class_init (TkbChainStreamClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tkb_chain_stream_finalize;
  G_INPUT_STREAM_CLASS (klass)->read_fn = tkb_chain_stream_read;
}

static void
tkb_chain_stream_init (TkbChainStream *self)
{
  g_queue_init (&self->streams);
}

/**
 * tkb_chain_stream_new:
 *
 * Returns: (transfer full): an empty stream
 */
TkbChainStream *
tkb_chain_stream_new (void)
{
  return g_object_new (TKB_TYPE_CHAIN_STREAM, NULL);
}

/**
 * tkb_chain_stream_append_text:
 * @self: a chain that is not being read yet
 * @text: (transfer full): bytes to come next
 */
void
tkb_chain_stream_append_text (TkbChainStream *self, GString *text)
{
  g_autoptr (GBytes) bytes = g_string_free_to_bytes (text);

  g_queue_push_tail (&self->streams, g_memory_input_stream_new_from_bytes (bytes));
}

/**
 * tkb_chain_stream_append:
 * @self: a chain that is not being read yet
 * @stream: to come next; readable from any thread
 */
void
tkb_chain_stream_append (TkbChainStream *self, GInputStream *stream)
{
  g_queue_push_tail (&self->streams, g_object_ref (stream));
}
