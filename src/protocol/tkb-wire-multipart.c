/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-wire-multipart.h"

#include "tkb-wire-private.h"

#include <string.h>

typedef enum
{
  STATE_PREAMBLE, /* before the first boundary */
  STATE_BOUNDARY, /* behind a boundary: "--" for the end, or the end of its line */
  STATE_HEADERS,
  STATE_CONTENT,
  STATE_EPILOGUE,
  STATE_BROKEN,
} State;

struct _TkbWireMultipartReader
{
  GObject parent_instance;

  char       *delimiter;        /* (owned) CR LF "--" boundary */
  gsize       delimiter_length; /* bytes */
  GByteArray *buffer;           /* (owned) bytes pushed and not handed out */
  gsize       consumed;         /* bytes at the start of buffer that are done with */
  GHashTable *headers;          /* (owned) (element-type utf8 utf8) of this part */
  const char *data;             /* (unowned) (nullable) into buffer */
  gsize       data_length;      /* bytes */
  guint       parts;
  State       state;
  gboolean    is_first; /* nothing was read yet: a boundary may stand at the very start */
};

G_DEFINE_FINAL_TYPE (TkbWireMultipartReader, tkb_wire_multipart_reader, G_TYPE_OBJECT)

static void
tkb_wire_multipart_reader_finalize (GObject *object)
{
  TkbWireMultipartReader *self = TKB_WIRE_MULTIPART_READER (object);

  g_free (self->delimiter);
  g_byte_array_unref (self->buffer);
  g_hash_table_unref (self->headers);
  G_OBJECT_CLASS (tkb_wire_multipart_reader_parent_class)->finalize (object);
}

static void
tkb_wire_multipart_reader_class_init (TkbWireMultipartReaderClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tkb_wire_multipart_reader_finalize;
}

static void
tkb_wire_multipart_reader_init (TkbWireMultipartReader *self)
{
  self->buffer = g_byte_array_new ();
  self->headers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->is_first = TRUE;
}

static gboolean
boundary_is_valid (const char *boundary)
{
  gsize length = strlen (boundary);

  if (length == 0 || length > TKB_WIRE_MULTIPART_MAX_BOUNDARY || boundary[length - 1] == ' ')
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (boundary[i]) && !strchr ("'()+_,-./:=? ", boundary[i]))
      return FALSE;
  return TRUE;
}

/* Value of a parameter `name=value` or `name="value"` behind the first semicolon. */
static char *
get_parameter (const char *header, const char *name)
{
  gsize       name_length = strlen (name);
  const char *p = strchr (header, ';');

  while (p)
    {
      GString *value;

      p++;
      while (*p == ' ' || *p == '\t')
        p++;
      if (g_ascii_strncasecmp (p, name, name_length) != 0 || p[name_length] != '=')
        {
          gboolean in_quotes = FALSE;

          for (; *p && (in_quotes || *p != ';'); p++)
            if (*p == '\\' && in_quotes && p[1])
              p++;
            else if (*p == '"')
              in_quotes = !in_quotes;
          p = *p ? p : NULL;
          continue;
        }
      p += name_length + 1;
      value = g_string_new (NULL);
      if (*p == '"')
        for (p++; *p && *p != '"'; p++)
          {
            if (*p == '\\' && p[1])
              p++;
            g_string_append_c (value, *p);
          }
      else
        for (; *p && *p != ';' && *p != ' ' && *p != '\t'; p++)
          g_string_append_c (value, *p);
      return g_string_free (value, FALSE);
    }
  return NULL;
}

/**
 * tkb_wire_multipart_get_boundary:
 * @content_type: a media type with parameters
 *
 * Returns: (transfer full) (nullable): its boundary
 */
char *
tkb_wire_multipart_get_boundary (const char *content_type)
{
  g_autofree char *boundary = NULL;

  if (!content_type || g_ascii_strncasecmp (content_type, "multipart/", 10) != 0)
    return NULL;
  boundary = get_parameter (content_type, "boundary");
  if (!boundary || !boundary_is_valid (boundary))
    return NULL;
  return g_steal_pointer (&boundary);
}

/**
 * tkb_wire_multipart_reader_new:
 * @boundary: from tkb_wire_multipart_get_boundary ()
 *
 * Returns: (transfer full): a reader of one body
 */
TkbWireMultipartReader *
tkb_wire_multipart_reader_new (const char *boundary)
{
  TkbWireMultipartReader *self = g_object_new (TKB_TYPE_WIRE_MULTIPART_READER, NULL);

  self->delimiter = g_strconcat ("\r\n--", boundary, NULL);
  self->delimiter_length = strlen (self->delimiter);
  return self;
}

/**
 * tkb_wire_multipart_reader_push:
 * @self: a reader
 * @data: the next bytes of the body
 * @length: bytes of @data
 *
 * Call tkb_wire_multipart_reader_next () until it needs data before pushing again: what is pushed
 * is kept until then.
 */
void
tkb_wire_multipart_reader_push (TkbWireMultipartReader *self, const char *data, gsize length)
{
  g_return_if_fail (TKB_IS_WIRE_MULTIPART_READER (self));

  self->data = NULL;
  self->data_length = 0;
  if (self->consumed > 0)
    {
      g_byte_array_remove_range (self->buffer, 0, (guint) self->consumed);
      self->consumed = 0;
    }
  if (self->is_first && length > 0)
    {
      /* so that a boundary at the very start looks like every other one */
      g_byte_array_append (self->buffer, (const guint8 *) "\r\n", 2);
      self->is_first = FALSE;
    }
  g_byte_array_append (self->buffer, (const guint8 *) data, (guint) length);
}

static TkbWireMultipartEvent
broken (TkbWireMultipartReader *self, GError **error, const char *what)
{
  self->state = STATE_BROKEN;
  g_set_error (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_MALFORMED, "the multipart body %s", what);
  return TKB_WIRE_MULTIPART_ERROR;
}

static const char *
find (const char *haystack, gsize length, const char *needle, gsize needle_length)
{
  return memmem (haystack, length, needle, needle_length);
}

/* FALSE: more bytes are needed. */
static gboolean
skip_preamble (TkbWireMultipartReader *self, const char *start, gsize length)
{
  const char *found = find (start, length, self->delimiter, self->delimiter_length);

  if (found)
    {
      self->consumed += (gsize) (found - start) + self->delimiter_length;
      self->state = STATE_BOUNDARY;
      return TRUE;
    }
  if (length >= self->delimiter_length)
    self->consumed += length - self->delimiter_length + 1;
  return FALSE;
}

static gboolean
parse_headers (TkbWireMultipartReader *self, const char *start, gsize length)
{
  g_autofree char *text = g_strndup (start, length);
  g_auto (GStrv) lines = NULL;

  if (strlen (text) != length || !g_utf8_validate (text, (gssize) length, NULL))
    return FALSE;
  g_hash_table_remove_all (self->headers);
  lines = g_strsplit (text, "\r\n", -1);
  for (gsize i = 0; lines[i]; i++)
    {
      char *colon = strchr (lines[i], ':');

      if (!*lines[i])
        continue;
      if (!colon || colon == lines[i])
        return FALSE;
      *colon = '\0';
      g_hash_table_replace (self->headers, g_strstrip (g_ascii_strdown (lines[i], -1)),
                            g_strdup (g_strstrip (colon + 1)));
    }
  return TRUE;
}

static TkbWireMultipartEvent
read_headers (TkbWireMultipartReader *self, const char *start, gsize length, GError **error)
{
  const char *end;
  gsize       size;

  /* no headers at all: an empty line follows the boundary */
  if (length >= 2 && memcmp (start, "\r\n", 2) == 0)
    {
      g_hash_table_remove_all (self->headers);
      self->consumed += 2;
      self->state = STATE_CONTENT;
      return TKB_WIRE_MULTIPART_PART_BEGIN;
    }
  end = find (start, length, "\r\n\r\n", 4);
  size = end ? (gsize) (end - start) : length;
  if (size > TKB_WIRE_MULTIPART_MAX_HEADER_BYTES)
    return broken (self, error, "has a part with too large headers");
  if (!end)
    return TKB_WIRE_MULTIPART_NEED_DATA;
  if (!parse_headers (self, start, size))
    return broken (self, error, "has a part with malformed headers");
  self->consumed += size + 4;
  self->state = STATE_CONTENT;
  return TKB_WIRE_MULTIPART_PART_BEGIN;
}

static TkbWireMultipartEvent
read_content (TkbWireMultipartReader *self, const char *start, gsize length)
{
  const char *found = find (start, length, self->delimiter, self->delimiter_length);
  gsize       ready;

  if (found == start)
    {
      self->consumed += self->delimiter_length;
      self->state = STATE_BOUNDARY;
      return TKB_WIRE_MULTIPART_PART_END;
    }
  if (found)
    ready = (gsize) (found - start);
  else if (length >= self->delimiter_length)
    ready = length - self->delimiter_length + 1;
  else
    ready = 0;
  if (ready == 0)
    return TKB_WIRE_MULTIPART_NEED_DATA;
  self->data = start;
  self->data_length = ready;
  self->consumed += ready;
  return TKB_WIRE_MULTIPART_DATA;
}

/* Behind a boundary: "--" closes the body; white space and the end of the line open a part. */
static TkbWireMultipartEvent
read_boundary (TkbWireMultipartReader *self, const char *start, gsize length, GError **error)
{
  gsize space = 0;

  if (length < 2)
    return TKB_WIRE_MULTIPART_NEED_DATA;
  if (start[0] == '-' && start[1] == '-')
    {
      self->state = STATE_EPILOGUE;
      return TKB_WIRE_MULTIPART_END;
    }
  while (space < length && (start[space] == ' ' || start[space] == '\t'))
    space++;
  if (space > 256)
    return broken (self, error, "has a malformed boundary");
  if (length - space < 2)
    return TKB_WIRE_MULTIPART_NEED_DATA;
  if (start[space] != '\r' || start[space + 1] != '\n')
    return broken (self, error, "has a malformed boundary");
  if (++self->parts > TKB_WIRE_MULTIPART_MAX_PARTS)
    return broken (self, error, "has too many parts");
  self->consumed += space + 2;
  self->state = STATE_HEADERS;
  return TKB_WIRE_MULTIPART_PART_BEGIN; /* of no event: the caller goes on to the headers */
}

/**
 * tkb_wire_multipart_reader_next:
 * @self: a reader
 * @error: %TKB_WIRE_ERROR_MALFORMED
 *
 * Returns: what comes next in the body
 */
TkbWireMultipartEvent
tkb_wire_multipart_reader_next (TkbWireMultipartReader *self, GError **error)
{
  g_return_val_if_fail (TKB_IS_WIRE_MULTIPART_READER (self), TKB_WIRE_MULTIPART_ERROR);

  self->data = NULL;
  self->data_length = 0;
  while (TRUE)
    {
      const char           *start = (const char *) self->buffer->data + self->consumed;
      gsize                 length = self->buffer->len - self->consumed;
      TkbWireMultipartEvent event;

      switch (self->state)
        {
        case STATE_PREAMBLE:
          if (length == 0 || !skip_preamble (self, start, length))
            return TKB_WIRE_MULTIPART_NEED_DATA;
          break;
        case STATE_BOUNDARY:
          event = read_boundary (self, start, length, error);
          if (event != TKB_WIRE_MULTIPART_PART_BEGIN)
            return event;
          break;
        case STATE_HEADERS:
          return read_headers (self, start, length, error);
        case STATE_CONTENT:
          return length == 0 ? TKB_WIRE_MULTIPART_NEED_DATA : read_content (self, start, length);
        case STATE_EPILOGUE:
          self->consumed = self->buffer->len;
          return TKB_WIRE_MULTIPART_NEED_DATA;
        case STATE_BROKEN:
        default:
          return broken (self, error, "is malformed");
        }
    }
}

/**
 * tkb_wire_multipart_reader_get_header:
 * @self: a reader
 * @name: in lower case
 *
 * Returns: (transfer none) (nullable): the value of a header of the part being read
 */
const char *
tkb_wire_multipart_reader_get_header (TkbWireMultipartReader *self, const char *name)
{
  return g_hash_table_lookup (self->headers, name);
}

/**
 * tkb_wire_multipart_reader_get_filename:
 * @self: a reader
 *
 * Returns: (transfer full) (nullable): the file name in the part's Content-Disposition
 */
char *
tkb_wire_multipart_reader_get_filename (TkbWireMultipartReader *self)
{
  const char *disposition = g_hash_table_lookup (self->headers, "content-disposition");

  return disposition ? get_parameter (disposition, "filename") : NULL;
}

/**
 * tkb_wire_multipart_reader_get_data:
 * @self: a reader
 * @out_length: bytes of the piece
 *
 * Returns: (transfer none): the piece of content that the last event announced
 */
const char *
tkb_wire_multipart_reader_get_data (TkbWireMultipartReader *self, gsize *out_length)
{
  *out_length = self->data_length;
  return self->data;
}

/**
 * tkb_wire_multipart_reader_finish:
 * @self: a reader
 * @error: %TKB_WIRE_ERROR_MALFORMED
 *
 * To be called when the body has ended.
 *
 * Returns: %FALSE with @error set where the closing boundary is missing
 */
gboolean
tkb_wire_multipart_reader_finish (TkbWireMultipartReader *self, GError **error)
{
  if (self->state == STATE_EPILOGUE)
    return TRUE;
  broken (self, error, "ended in the middle");
  return FALSE;
}

/* ---- writing ---- */

static void
append_quoted (GString *out, const char *text)
{
  for (const char *p = text; *p; p++)
    {
      if (*p == '"' || *p == '\\')
        g_string_append_c (out, '\\');
      if (*p != '\r' && *p != '\n')
        g_string_append_c (out, *p);
    }
}

/* A value from outside must not start a header of its own. */
static void
append_header (GString *out, const char *name, const char *value)
{
  g_string_append_printf (out, "%s: ", name);
  for (const char *p = value; *p; p++)
    if (*p != '\r' && *p != '\n')
      g_string_append_c (out, *p);
  g_string_append (out, "\r\n");
}

/**
 * tkb_wire_multipart_append_part:
 * @out: where to write
 * @boundary: of the body
 * @content_type: (nullable): media type of the part
 * @content_encoding: (nullable): "gzip" where the content is compressed
 * @filename: (nullable): name of the attachment
 * @length_bytes: bytes of the content as it stands in the body, -1 to leave it out
 *
 * Appends the boundary and the part's headers; its content is to follow.
 */
void
tkb_wire_multipart_append_part (GString    *out,
                                const char *boundary,
                                const char *content_type,
                                const char *content_encoding,
                                const char *filename,
                                gint64      length_bytes)
{
  g_string_append_printf (out, "\r\n--%s\r\n", boundary);
  if (filename)
    {
      g_string_append (out, "Content-Disposition: attachment; filename=\"");
      append_quoted (out, filename);
      g_string_append (out, "\"\r\n");
    }
  if (content_type)
    append_header (out, "Content-Type", content_type);
  if (length_bytes >= 0)
    g_string_append_printf (out, "Content-Length: %" G_GINT64_FORMAT "\r\n", length_bytes);
  if (content_encoding)
    append_header (out, "Content-Encoding", content_encoding);
  g_string_append (out, "\r\n");
}

/**
 * tkb_wire_multipart_append_end:
 * @out: where to write
 * @boundary: of the body
 */
void
tkb_wire_multipart_append_end (GString *out, const char *boundary)
{
  g_string_append_printf (out, "\r\n--%s--", boundary);
}

/**
 * tkb_wire_multipart_get_following:
 * @document: a document in wire form, the first part of a multipart/related
 *
 * Returns: (transfer full) (element-type utf8): names of the attachments marked `follows`
 */
GPtrArray *
tkb_wire_multipart_get_following (JsonObject *document)
{
  GPtrArray     *names = g_ptr_array_new_with_free_func (g_free);
  JsonObject    *attachments = tkb_json_get_object (document, "_attachments");
  JsonObjectIter iter;
  const char    *name;
  JsonNode      *node;

  if (!attachments)
    return names;
  json_object_iter_init_ordered (&iter, attachments);
  while (json_object_iter_next_ordered (&iter, &name, &node))
    if (JSON_NODE_HOLDS_OBJECT (node) &&
        tkb_json_get_boolean (json_node_get_object (node), "follows", FALSE))
      g_ptr_array_add (names, g_strdup (name));
  return names;
}
