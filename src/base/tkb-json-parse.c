/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-json.h"
#include "tkb-limits.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/* A parser of its own builds json-glib's tree in one pass: json-glib's accepts comments, single
 * quotes and lone surrogates, wraps integers around silently and recurses without a bound. */
typedef struct
{
  const char *start;  /* (unowned) */
  const char *at;     /* next byte to read */
  const char *end;    /* one past the last byte */
  GString    *buffer; /* (owned) the string being read */
  guint       depth;
  GError    **error; /* (unowned) */
} Parser;

static JsonNode *parse_value (Parser *self);

/* Always NULL, so that a caller can return it. */
static gpointer G_GNUC_PRINTF (4, 5)
    fail (Parser *self, TkbJsonError code, const char *at, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list          args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (self->error, TKB_JSON_ERROR, code, "At byte %" G_GSIZE_FORMAT ": %s",
               (gsize) (at - self->start), message);
  return NULL;
}

static gpointer
fail_expected (Parser *self, const char *what)
{
  if (self->at == self->end)
    return fail (self, TKB_JSON_ERROR_SYNTAX, self->at, "the text ends where %s should stand",
                 what);
  return fail (self, TKB_JSON_ERROR_SYNTAX, self->at, "%s should stand here", what);
}

static void
skip_space (Parser *self)
{
  while (self->at < self->end &&
         (*self->at == ' ' || *self->at == '\n' || *self->at == '\t' || *self->at == '\r'))
    self->at++;
}

static gboolean
accept (Parser *self, char byte)
{
  if (self->at == self->end || *self->at != byte)
    return FALSE;
  self->at++;
  return TRUE;
}

static gboolean
parse_hex4 (Parser *self, guint *out_value)
{
  guint value = 0;

  for (int i = 0; i < 4; i++, self->at++)
    {
      if (self->at == self->end || !g_ascii_isxdigit (*self->at))
        return fail_expected (self, "a hexadecimal digit") != NULL;
      value = value * 16 + (guint) g_ascii_xdigit_value (*self->at);
    }
  *out_value = value;
  return TRUE;
}

/* Behind "\u". */
static gboolean
parse_unicode_escape (Parser *self)
{
  const char *escape = self->at - 2;
  guint       value, low;

  if (!parse_hex4 (self, &value))
    return FALSE;
  if (value == 0)
    return fail (self, TKB_JSON_ERROR_UTF8, escape, "U+0000 is not allowed in a text") != NULL;
  if (value >= 0xd800 && value <= 0xdbff && self->end - self->at >= 2 && self->at[0] == '\\' &&
      self->at[1] == 'u')
    {
      self->at += 2;
      if (!parse_hex4 (self, &low))
        return FALSE;
      if (low < 0xdc00 || low > 0xdfff)
        return fail (self, TKB_JSON_ERROR_UTF8, escape, "half of a surrogate pair") != NULL;
      value = 0x10000 + ((value - 0xd800) << 10) + (low - 0xdc00);
    }
  if (value >= 0xd800 && value <= 0xdfff)
    return fail (self, TKB_JSON_ERROR_UTF8, escape, "half of a surrogate pair") != NULL;

  g_string_append_unichar (self->buffer, value);
  return TRUE;
}

static gboolean
parse_escape (Parser *self)
{
  static const char letters[] = "\"\\/bfnrt";
  static const char meanings[] = "\"\\/\b\f\n\r\t";
  const char       *letter;

  if (accept (self, 'u'))
    return parse_unicode_escape (self);
  letter = self->at < self->end && *self->at != '\0' ? strchr (letters, *self->at) : NULL;
  if (letter == NULL)
    return fail_expected (self, "one of \"\\/bfnrtu") != NULL;
  g_string_append_c (self->buffer, meanings[letter - letters]);
  self->at++;
  return TRUE;
}

/* Behind the opening quote; the text is in self->buffer then. */
static gboolean
parse_string (Parser *self)
{
  g_string_truncate (self->buffer, 0);
  for (;;)
    {
      const char *run = self->at;

      while (self->at < self->end && *self->at != '"' && *self->at != '\\' &&
             (unsigned char) *self->at >= 0x20)
        self->at++;
      g_string_append_len (self->buffer, run, self->at - run);
      if (accept (self, '"'))
        return TRUE;
      if (self->at == self->end)
        return fail_expected (self, "the end of a string") != NULL;
      if (!accept (self, '\\'))
        return fail (self, TKB_JSON_ERROR_SYNTAX, self->at, "a control character in a string") !=
               NULL;
      if (!parse_escape (self))
        return FALSE;
    }
}

static gboolean
skip_digits (Parser *self)
{
  const char *first = self->at;

  while (self->at < self->end && g_ascii_isdigit (*self->at))
    self->at++;
  return self->at > first || fail_expected (self, "a digit") != NULL;
}

static JsonNode *
parse_number (Parser *self)
{
  const char      *first = self->at;
  g_autofree char *copy = NULL;
  char             small[32];
  const char      *text = small;
  gboolean         is_integer = TRUE;
  double           value;

  accept (self, '-');
  if (!accept (self, '0') && !skip_digits (self))
    return NULL;
  if (accept (self, '.'))
    {
      is_integer = FALSE;
      if (!skip_digits (self))
        return NULL;
    }
  if (accept (self, 'e') || accept (self, 'E'))
    {
      is_integer = FALSE;
      if (!accept (self, '+'))
        accept (self, '-');
      if (!skip_digits (self))
        return NULL;
    }

  if (self->at - first < (gssize) sizeof small)
    {
      memcpy (small, first, self->at - first);
      small[self->at - first] = '\0';
    }
  else
    text = copy = g_strndup (first, self->at - first);

  if (is_integer)
    {
      gint64 integer;

      errno = 0;
      integer = g_ascii_strtoll (text, NULL, 10);
      if (errno == 0)
        return json_node_init_int (json_node_alloc (), integer);
    }
  value = g_ascii_strtod (text, NULL);
  if (!isfinite (value))
    return fail (self, TKB_JSON_ERROR_SYNTAX, first, "a number beyond the range of a double");
  return json_node_init_double (json_node_alloc (), value);
}

static JsonNode *
parse_word (Parser *self, const char *word, JsonNode *value)
{
  g_autoptr (JsonNode) node = value;
  gsize length = strlen (word);

  if ((gsize) (self->end - self->at) < length || memcmp (self->at, word, length) != 0)
    return fail_expected (self, "a value");
  self->at += length;
  return g_steal_pointer (&node);
}

static JsonNode *
parse_array (Parser *self)
{
  g_autoptr (JsonArray) array = json_array_new ();

  skip_space (self);
  if (accept (self, ']'))
    return json_node_init_array (json_node_alloc (), array);
  for (;;)
    {
      JsonNode *element = parse_value (self);

      if (element == NULL)
        return NULL;
      json_array_add_element (array, element);
      skip_space (self);
      if (accept (self, ']'))
        return json_node_init_array (json_node_alloc (), array);
      if (!accept (self, ','))
        return fail_expected (self, "\",\" or \"]\"");
    }
}

static JsonNode *
parse_object (Parser *self)
{
  g_autoptr (JsonObject) object = json_object_new ();

  skip_space (self);
  if (accept (self, '}'))
    return json_node_init_object (json_node_alloc (), object);
  for (;;)
    {
      g_autofree char *member = NULL;
      JsonNode        *value;

      skip_space (self);
      if (!accept (self, '"'))
        return fail_expected (self, "the name of a member, in double quotes,");
      if (!parse_string (self))
        return NULL;
      member = g_strndup (self->buffer->str, self->buffer->len);
      skip_space (self);
      if (!accept (self, ':'))
        return fail_expected (self, "\":\"");
      value = parse_value (self);
      if (value == NULL)
        return NULL;
      json_object_set_member (object, member, value);
      skip_space (self);
      if (accept (self, '}'))
        return json_node_init_object (json_node_alloc (), object);
      if (!accept (self, ','))
        return fail_expected (self, "\",\" or \"}\"");
    }
}

static JsonNode *
parse_value (Parser *self)
{
  JsonNode *node;
  char      byte;

  skip_space (self);
  if (self->at == self->end)
    return fail_expected (self, "a value");

  byte = *self->at;
  if (byte == '-' || g_ascii_isdigit (byte))
    return parse_number (self);
  if (byte == 't' || byte == 'f')
    return parse_word (self, byte == 't' ? "true" : "false",
                       json_node_init_boolean (json_node_alloc (), byte == 't'));
  if (byte == 'n')
    return parse_word (self, "null", json_node_init_null (json_node_alloc ()));
  if (byte == '"')
    {
      self->at++;
      if (!parse_string (self))
        return NULL;
      return json_node_init_string (json_node_alloc (), self->buffer->str);
    }
  if (byte != '[' && byte != '{')
    return fail_expected (self, "a value");

  if (self->depth == TKB_JSON_MAX_DEPTH)
    return fail (self, TKB_JSON_ERROR_DEPTH, self->at, "nested deeper than %d levels",
                 TKB_JSON_MAX_DEPTH);
  self->depth++;
  self->at++;
  node = byte == '[' ? parse_array (self) : parse_object (self);
  self->depth--;
  return node;
}

static gboolean
check_text (const char *text, gsize length, gsize max_bytes, GError **error)
{
  const char *wrong;

  if (length > max_bytes)
    {
      g_set_error (error, TKB_JSON_ERROR, TKB_JSON_ERROR_SIZE,
                   "%" G_GSIZE_FORMAT " bytes are more than the %" G_GSIZE_FORMAT " allowed here",
                   length, max_bytes);
      return FALSE;
    }
  if (!g_utf8_validate_len (text, length, &wrong))
    {
      g_set_error (error, TKB_JSON_ERROR, TKB_JSON_ERROR_UTF8, "At byte %" G_GSIZE_FORMAT ": %s",
                   (gsize) (wrong - text),
                   *wrong == '\0' ? "a zero byte" : "a byte that is not UTF-8");
      return FALSE;
    }
  return TRUE;
}

/**
 * tkb_json_parse:
 * @text: not necessarily terminated by a zero
 * @length: of @text in bytes; -1: up to its zero
 * @max_bytes: that @text may have; 0: %TKB_MAX_JSON_BODY_BYTES
 *
 * Reads one JSON value (RFC 8259, nothing more lenient, no byte order mark).
 *
 * Of members that occur twice the last one counts. Whole numbers within 64 bits are integers, all
 * other numbers doubles; numbers beyond the range of a double are refused.
 *
 * Returns: (transfer full): the value; %NULL with one of [error@JsonError], whose message names the
 *   byte, counted from 0
 */
JsonNode *
tkb_json_parse (const char *text, gssize length, gsize max_bytes, GError **error)
{
  Parser parser = { NULL };
  g_autoptr (GString) buffer = NULL;
  g_autoptr (JsonNode) node = NULL;
  gsize length_bytes;

  g_return_val_if_fail (text != NULL || length == 0, NULL);

  length_bytes = length < 0 ? strlen (text) : (gsize) length;
  if (length_bytes == 0)
    text = "";
  if (!check_text (text, length_bytes, max_bytes > 0 ? max_bytes : TKB_MAX_JSON_BODY_BYTES, error))
    return NULL;

  buffer = g_string_new (NULL);
  parser.start = parser.at = text;
  parser.end = text + length_bytes;
  parser.buffer = buffer;
  parser.error = error;
  node = parse_value (&parser);
  if (node == NULL)
    return NULL;
  skip_space (&parser);
  if (parser.at != parser.end)
    return fail (&parser, TKB_JSON_ERROR_SYNTAX, parser.at, "something follows the value");

  return g_steal_pointer (&node);
}

/**
 * tkb_json_parse_object:
 *
 * As [func@json_parse] where only an object will do; anything else is %TKB_JSON_ERROR_TYPE.
 *
 * Returns: (transfer full): the object; %NULL on error
 */
JsonObject *
tkb_json_parse_object (const char *text, gssize length, gsize max_bytes, GError **error)
{
  g_autoptr (JsonNode) node = tkb_json_parse (text, length, max_bytes, error);

  if (node == NULL)
    return NULL;
  if (!JSON_NODE_HOLDS_OBJECT (node))
    {
      g_set_error (error, TKB_JSON_ERROR, TKB_JSON_ERROR_TYPE, "Not a JSON object but %s",
                   JSON_NODE_HOLDS_ARRAY (node)                        ? "an array"
                   : JSON_NODE_HOLDS_NULL (node)                       ? "null"
                   : json_node_get_value_type (node) == G_TYPE_STRING  ? "a string"
                   : json_node_get_value_type (node) == G_TYPE_BOOLEAN ? "a boolean"
                                                                       : "a number");
      return NULL;
    }
  return json_node_dup_object (node);
}
