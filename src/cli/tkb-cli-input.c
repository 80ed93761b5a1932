/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-cli-input.h"

#include <gio/gunixinputstream.h>
#include <unistd.h>

#include "tkb-json.h"
#include "tkb-limits.h"

/* bytes of a file that is one JSON value: it has to be in memory as a whole */
#define MAX_WHOLE_BYTES (512 * 1024 * 1024)

static GInputStream *
open_input (const char *path, GError **error)
{
  g_autoptr (GFile) file = NULL;

  if (g_str_equal (path, "-"))
    return g_unix_input_stream_new (STDIN_FILENO, FALSE);
  file = g_file_new_for_path (path);
  return G_INPUT_STREAM (g_file_read (file, NULL, error));
}

static gboolean
is_blank (const char *text, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isspace (text[i]))
      return FALSE;
  return TRUE;
}

/* Whether this line alone is a JSON object: then the file has one a line. */
static gboolean
is_object (const char *line, gsize length)
{
  g_autoptr (JsonObject) object =
      tkb_json_parse_object (line, length, TKB_MAX_JSON_BODY_BYTES, NULL);

  return object != NULL;
}

/* Gives each element of the array in text, found by its brackets and strings, to function. */
static void
split_array (const char *text, gsize length, TkbCliInputFunc function, gpointer user_data)
{
  gsize    start = 0;
  guint    depth = 0;
  guint    number = 0;
  gboolean in_string = FALSE;

  for (gsize i = 0; i < length; i++)
    {
      char c = text[i];

      if (in_string)
        {
          if (c == '\\')
            i++;
          else if (c == '"')
            in_string = FALSE;
          continue;
        }
      if (c == '"')
        in_string = TRUE;
      else if (c == '[' || c == '{')
        {
          if (depth++ == 0)
            start = i + 1;
        }
      else if (c == ']' || c == '}' || (c == ',' && depth == 1))
        {
          if (depth == 1 && !is_blank (text + start, i - start) &&
              !function (text + start, i - start, ++number, user_data))
            return;
          start = i + 1;
          if (c != ',')
            depth--;
        }
    }
}

static gboolean
read_whole (GString *text, TkbCliInputFunc function, gpointer user_data, GError **error)
{
  const char *first = text->str;
  g_autoptr (JsonNode) node = NULL;

  while (g_ascii_isspace (*first))
    first++;
  node = tkb_json_parse (text->str, text->len, MAX_WHOLE_BYTES, error);
  if (node == NULL)
    return FALSE;
  if (*first == '[')
    split_array (text->str, text->len, function, user_data);
  else
    function (text->str, text->len, 1, user_data);
  return TRUE;
}

/* The next line with content. (nullable): the end, or an error. */
static char *
next_line (GDataInputStream *stream, gsize *out_length, GError **error)
{
  g_autoptr (GError) inner = NULL;

  while (TRUE)
    {
      g_autofree char *line = g_data_input_stream_read_line (stream, out_length, NULL, &inner);

      if (inner != NULL)
        g_propagate_error (error, g_steal_pointer (&inner));
      if (line == NULL || !is_blank (line, *out_length))
        return g_steal_pointer (&line);
    }
}

static gboolean
read_lines (GDataInputStream *stream,
            char             *first /* (transfer full) */,
            gsize             length,
            TkbCliInputFunc   function,
            gpointer          user_data,
            GError          **error)
{
  g_autoptr (GError) inner = NULL;
  g_autofree char *line = first;
  guint            number = 0;

  while (line != NULL && function (line, length, ++number, user_data))
    {
      g_free (line);
      line = next_line (stream, &length, &inner);
    }
  if (inner != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&inner));
      return FALSE;
    }
  return TRUE;
}

gboolean
tkb_cli_input_read (const char *path, TkbCliInputFunc function, gpointer user_data, GError **error)
{
  g_autoptr (GInputStream) input = open_input (path, error);
  g_autoptr (GDataInputStream) stream = NULL;
  g_autoptr (GString) text = NULL;
  g_autoptr (GError) inner = NULL;
  g_autofree char *line = NULL;
  gsize            length = 0;

  if (input == NULL)
    return FALSE;
  stream = g_data_input_stream_new (input);
  g_buffered_input_stream_set_buffer_size (G_BUFFERED_INPUT_STREAM (stream), 1 << 20);
  line = next_line (stream, &length, &inner);
  if (inner == NULL && line != NULL && is_object (line, length))
    return read_lines (stream, g_steal_pointer (&line), length, function, user_data, error);

  text = g_string_new (NULL);
  while (inner == NULL && line != NULL)
    {
      if (text->len + length > MAX_WHOLE_BYTES)
        {
          g_set_error (error, TKB_JSON_ERROR, TKB_JSON_ERROR_SIZE,
                       "the file is larger than %d bytes", MAX_WHOLE_BYTES);
          return FALSE;
        }
      g_string_append_len (text, line, length);
      g_string_append_c (text, '\n');
      g_free (line);
      line = next_line (stream, &length, &inner);
    }
  if (inner != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&inner));
      return FALSE;
    }
  return read_whole (text, function, user_data, error);
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
  TkbDocument *document = tkb_document_new_parse (text, length, &collected->error);

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

  if (!tkb_cli_input_read (path, collect_cb, &collected, error))
    return NULL;
  if (collected.error != NULL)
    {
      g_propagate_error (error, collected.error);
      return NULL;
    }
  return g_steal_pointer (&documents);
}
