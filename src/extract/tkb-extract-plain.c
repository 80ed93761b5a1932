/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Plain text of any encoding. */
#include "config.h"

#include "tkb-extract.h"

#include <string.h>
#include <unicode/ucnv.h>
#include <unicode/ucsdet.h>

#include "tkb-limits.h"

/* bytes of a file that are looked at: the most that the text can take in UTF-32 */
#define MAX_BYTES (4 * TKB_MAX_TEXT_BYTES)
/* bytes from whose letters the encoding is guessed */
#define SAMPLE_BYTES (64 * 1024)
/* ICU's confidence, of 100, below which it is no text */
#define MIN_CONFIDENCE 10

/* An incomplete character at the end of what was cut off is not wrong. */
static gsize
get_valid_length (const guint8 *data, gsize size, gboolean is_cut)
{
  const char *end;

  if (g_utf8_validate_len ((const char *) data, size, &end))
    return size;
  return is_cut && (const char *) data + size - end < 4 ? (gsize) (end - (const char *) data) : 0;
}

/* Bytes that no encoding of text has: not UTF-16 or -32, which have a mark. */
static gboolean
is_binary (const guint8 *data, gsize size)
{
  guint controls = 0;

  for (gsize i = 0; i < MIN (size, SAMPLE_BYTES); i++)
    {
      if (data[i] == 0)
        return TRUE;
      controls += data[i] < 0x20 && strchr ("\t\n\v\f\r\x1a\x1b", data[i]) == NULL;
    }
  return controls > MIN (size, SAMPLE_BYTES) / 10;
}

static const char *
find_mark (const guint8 *data, gsize size)
{
  UErrorCode  code = U_ZERO_ERROR;
  const char *name =
      ucnv_detectUnicodeSignature ((const char *) data, (int) MIN (size, 16), NULL, &code);

  return U_SUCCESS (code) ? name : NULL;
}

/* Chinese files declare gb2312 and hold more. */
static const char *
widen (const char *charset)
{
  if (g_ascii_strcasecmp (charset, "gb2312") == 0 || g_ascii_strcasecmp (charset, "gbk") == 0)
    return "GB18030";
  return charset;
}

/* (nullable) (transfer full): with a replacement for what the encoding does not have */
static char *
convert (const guint8 *data, gsize size, const char *charset, gsize *out_length)
{
  UErrorCode  code = U_ZERO_ERROR;
  UConverter *from = ucnv_open (widen (charset), &code);
  UConverter *to = ucnv_open ("UTF-8", &code);
  const char *source = (const char *) data;
  gsize       room = 3 * size + 16;
  char       *text = NULL;
  char       *at;

  if (U_SUCCESS (code))
    {
      at = text = g_malloc (room);
      ucnv_convertEx (to, from, &at, text + room, &source, (const char *) data + size, NULL, NULL,
                      NULL, NULL, TRUE, TRUE, &code);
      *out_length = at - text;
    }
  if (U_FAILURE (code))
    g_clear_pointer (&text, g_free);
  ucnv_close (from);
  ucnv_close (to);
  return text;
}

/* (nullable) (transfer full): the encoding's name */
static char *
guess (const guint8 *data, gsize size)
{
  UErrorCode           code = U_ZERO_ERROR;
  UCharsetDetector    *detector = ucsdet_open (&code);
  const UCharsetMatch *match;
  char                *name = NULL;

  ucsdet_setText (detector, (const char *) data, (int) MIN (size, SAMPLE_BYTES), &code);
  match = ucsdet_detect (detector, &code);
  if (U_SUCCESS (code) && match != NULL && ucsdet_getConfidence (match, &code) >= MIN_CONFIDENCE)
    name = g_strdup (ucsdet_getName (match, &code));
  ucsdet_close (detector);
  return name;
}

char *
tkb_extract_decode (
    const guint8 *data, gsize size, const char *charset, gsize *out_length, gboolean *out_is_cut)
{
  const char      *mark = find_mark (data, size);
  g_autofree char *guessed = NULL;
  gsize            valid;

  *out_is_cut = size > MAX_BYTES;
  size = MIN (size, MAX_BYTES);
  if (mark != NULL)
    return convert (data, size, mark, out_length);
  if (is_binary (data, size))
    return NULL;
  valid = get_valid_length (data, size, *out_is_cut);
  if (valid > 0 || size == 0)
    {
      *out_length = valid;
      return g_memdup2 (data, valid);
    }
  if (charset != NULL && g_ascii_strcasecmp (charset, "utf-8") != 0)
    {
      char *text = convert (data, size, charset, out_length);

      if (text != NULL)
        return text;
    }
  guessed = guess (data, size);
  return guessed != NULL ? convert (data, size, guessed, out_length) : NULL;
}

TkbExtractStatus
tkb_extract_read_plain (const guint8 *data, gsize size, const char *charset, TkbExtractText *text)
{
  gsize            length = 0;
  gboolean         is_cut;
  g_autofree char *decoded = tkb_extract_decode (data, size, charset, &length, &is_cut);

  if (decoded == NULL)
    return TKB_EXTRACT_UNSUPPORTED;
  tkb_extract_text_add (text, decoded, length);
  return is_cut ? TKB_EXTRACT_CUT : TKB_EXTRACT_WHOLE;
}
