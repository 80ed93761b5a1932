/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-cli-input.h"

#include <gio/gunixinputstream.h>
#include <string.h>
#include <unistd.h>

#include "tkb-json.h"
#include "tkb-limits.h"

/* bytes of one value, as large as a document with its attachments may be on the wire */
#define MAX_VALUE_BYTES TKB_MAX_JSON_BODY_BYTES
#define CHUNK_BYTES (1024 * 1024)

/* A window over the input: buffer holds what was read and not yet used. */
typedef struct
{
  GInputStream   *stream; /* (owned) */
  GString        *buffer; /* (owned) */
  gsize           at;     /* in buffer: what comes before is used */
  gboolean        is_at_end;
  guint           number;   /* values given out so far */
  TkbCliInputFunc function; /* gets the values */
  gpointer        user_data;
  gboolean        is_stopped; /* function has had enough */
} Reader;

static GInputStream *
open_input (const char *path, GError **error)
{
  g_autoptr (GFile) file = NULL;

  if (g_str_equal (path, "-"))
    return g_unix_input_stream_new (STDIN_FILENO, FALSE);
  file = g_file_new_for_path (path);
  return G_INPUT_STREAM (g_file_read (file, NULL, error));
}

static void
reader_clear (Reader *reader)
{
  g_clear_object (&reader->stream);
  g_string_free (reader->buffer, TRUE);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Reader, reader_clear)

/* Reads on, and forgets what is used; FALSE only with an error. */
static gboolean
fill (Reader *reader, GError **error)
{
  gsize  length;
  gssize n_read;

  g_string_erase (reader->buffer, 0, (gssize) reader->at);
  reader->at = 0;
  length = reader->buffer->len;
  if (length > MAX_VALUE_BYTES)
    {
      g_set_error (error, TKB_JSON_ERROR, TKB_JSON_ERROR_SIZE,
                   "Value %u is larger than %d bytes; nothing behind it was read",
                   reader->number + 1, MAX_VALUE_BYTES);
      return FALSE;
    }
  g_string_set_size (reader->buffer, length + CHUNK_BYTES);
  n_read =
      g_input_stream_read (reader->stream, reader->buffer->str + length, CHUNK_BYTES, NULL, error);
  g_string_set_size (reader->buffer, length + (gsize) MAX (n_read, 0));
  reader->is_at_end = n_read == 0;
  return n_read >= 0;
}

static gboolean
is_blank (const char *text, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isspace (text[i]))
      return FALSE;
  return TRUE;
}

static void
give (Reader *reader, const char *text, gsize length)
{
  if (!reader->is_stopped && !is_blank (text, length))
    reader->is_stopped = !reader->function (text, length, ++reader->number, reader->user_data);
}

/* Where the value at the start of an array's rest ends: at the "," or "]" behind it. */
typedef struct
{
  gsize    scanned; /* bytes behind reader->at that need no second look */
  guint    depth;   /* brackets open in the value */
  gboolean is_in_string;
  gboolean is_escaped;
} Scan;

/* The byte that ends the value, 0 where more has to be read. */
static char
scan_value (Reader *reader, Scan *scan)
{
  const char *text = reader->buffer->str + reader->at;
  gsize       length = reader->buffer->len - reader->at;

  for (; scan->scanned < length; scan->scanned++)
    {
      char byte = text[scan->scanned];

      if (scan->is_escaped)
        scan->is_escaped = FALSE;
      else if (scan->is_in_string && byte == '\\')
        scan->is_escaped = TRUE;
      else if (byte == '"')
        scan->is_in_string = !scan->is_in_string;
      else if (scan->is_in_string)
        continue;
      else if (byte == '{' || byte == '[')
        scan->depth++;
      else if (scan->depth == 0 && (byte == ',' || byte == ']'))
        return byte;
      else if ((byte == '}' || byte == ']') && scan->depth > 0)
        scan->depth--;
    }
  return 0;
}

/* Behind the "[". */
static gboolean
read_array (Reader *reader, GError **error)
{
  Scan scan = { 0 };

  while (!reader->is_stopped)
    {
      char end = scan_value (reader, &scan);

      if (end == 0)
        {
          if (reader->is_at_end)
            {
              g_set_error (error, TKB_JSON_ERROR, TKB_JSON_ERROR_SYNTAX,
                           "The file ends in the middle of the array, behind value %u",
                           reader->number);
              return FALSE;
            }
          if (!fill (reader, error))
            return FALSE;
          continue;
        }
      give (reader, reader->buffer->str + reader->at, scan.scanned);
      reader->at += scan.scanned + 1;
      memset (&scan, 0, sizeof scan);
      if (end == ']')
        break;
    }

  while (!reader->is_stopped)
    {
      if (!is_blank (reader->buffer->str + reader->at, reader->buffer->len - reader->at))
        {
          g_set_error_literal (error, TKB_JSON_ERROR, TKB_JSON_ERROR_SYNTAX,
                               "Something follows the end of the array");
          return FALSE;
        }
      reader->at = reader->buffer->len;
      if (reader->is_at_end)
        break;
      if (!fill (reader, error))
        return FALSE;
    }
  return TRUE;
}

/* Moves the end of the line into *out_length; FALSE only with an error. */
static gboolean
find_line (Reader *reader, gsize *out_length, GError **error)
{
  gsize scanned = 0;

  while (TRUE)
    {
      const char *text = reader->buffer->str + reader->at;
      gsize       length = reader->buffer->len - reader->at;
      const char *end = memchr (text + scanned, '\n', length - scanned);

      if (end != NULL || reader->is_at_end)
        {
          *out_length = end != NULL ? (gsize) (end - text) : length;
          return TRUE;
        }
      scanned = length;
      if (!fill (reader, error))
        return FALSE;
    }
}

static gboolean
read_lines (Reader *reader, GError **error)
{
  while (!reader->is_stopped)
    {
      gsize length;

      if (!find_line (reader, &length, error))
        return FALSE;
      if (length == 0 && reader->is_at_end && reader->at == reader->buffer->len)
        break;
      give (reader, reader->buffer->str + reader->at, length);
      reader->at = MIN (reader->at + length + 1, reader->buffer->len);
    }
  return TRUE;
}

static gboolean
is_object (const char *text, gsize length)
{
  g_autoptr (JsonObject) object =
      tkb_json_parse_object (text, (gssize) length, MAX_VALUE_BYTES, NULL);

  return object != NULL;
}

/* Whether a line of text that is no JSON as a whole is an object by itself: then there is one
 * object a line, and only some of the lines are wrong. */
static gboolean
has_object_line (const char *text, gsize length)
{
  for (const char *line = text, *end; line < text + length; line = end + 1)
    {
      end = memchr (line, '\n', (gsize) (text + length - line));
      if (end == NULL)
        end = text + length;
      if (*line == '{' && is_object (line, (gsize) (end - line)))
        return TRUE;
    }
  return FALSE;
}

/* Neither an array nor an object on the first line. */
static gboolean
read_whole (Reader *reader, GError **error)
{
  g_autoptr (GError) inner = NULL;
  g_autoptr (JsonNode) node = NULL;
  const char *text;
  gsize       length;

  while (!reader->is_at_end)
    if (!fill (reader, error))
      return FALSE;
  text = reader->buffer->str + reader->at;
  length = reader->buffer->len - reader->at;
  node = tkb_json_parse (text, (gssize) length, MAX_VALUE_BYTES, &inner);
  if (node != NULL)
    give (reader, text, length);
  else if (has_object_line (text, length))
    return read_lines (reader, error);
  else
    {
      g_propagate_error (error, g_steal_pointer (&inner));
      return FALSE;
    }
  return TRUE;
}

/* Moves to the first byte that counts: not white space, not a byte order mark. */
static gboolean
skip_to_content (Reader *reader, GError **error)
{
  while (TRUE)
    {
      while (reader->at < reader->buffer->len && g_ascii_isspace (reader->buffer->str[reader->at]))
        reader->at++;
      if (reader->buffer->len - reader->at >= 3 || reader->is_at_end)
        break;
      if (!fill (reader, error))
        return FALSE;
    }
  if (g_str_has_prefix (reader->buffer->str + reader->at, "\xef\xbb\xbf"))
    reader->at += 3;
  return TRUE;
}

gboolean
tkb_cli_input_read (const char *path, TkbCliInputFunc function, gpointer user_data, GError **error)
{
  g_auto (Reader) reader = { .function = function, .user_data = user_data };
  gsize length;

  reader.buffer = g_string_new (NULL);
  reader.stream = open_input (path, error);
  if (reader.stream == NULL || !skip_to_content (&reader, error))
    return FALSE;
  if (reader.at == reader.buffer->len)
    return TRUE;
  if (reader.buffer->str[reader.at] == '[')
    {
      reader.at++;
      return read_array (&reader, error);
    }
  if (!find_line (&reader, &length, error))
    return FALSE;
  if (is_object (reader.buffer->str + reader.at, length))
    return read_lines (&reader, error);
  return read_whole (&reader, error);
}

typedef struct
{
  GPtrArray *documents; /* (owned) (element-type TkbDocument) */
  GError    *error;     /* (owned) (nullable) */
} Collected;

static gboolean
collect_cb (const char *text, gsize length, guint number, gpointer user_data)
{
  Collected   *collected = user_data;
  TkbDocument *document = tkb_document_new_parse (text, (gssize) length, &collected->error);

  if (document == NULL)
    return FALSE;
  g_ptr_array_add (collected->documents, document);
  return TRUE;
}

GPtrArray *
tkb_cli_input_read_all (const char *path, GError **error)
{
  g_autoptr (GPtrArray) documents =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_document_unref);
  Collected collected = { documents, NULL };
  gboolean  is_read = tkb_cli_input_read (path, collect_cb, &collected, error);

  if (collected.error != NULL)
    {
      if (is_read)
        g_propagate_error (error, collected.error);
      else
        g_error_free (collected.error);
      return NULL;
    }
  return is_read ? g_steal_pointer (&documents) : NULL;
}
