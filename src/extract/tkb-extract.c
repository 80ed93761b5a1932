/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Which reader a file is given to. */
#include "config.h"

#include "tkb-extract.h"

#include <string.h>

/* where a PDF's header may begin, by Adobe's own readers */
#define PDF_HEADER_BYTES 1024

static gboolean
begins_with (const guint8 *data, gsize size, const char *magic, gsize length)
{
  return size >= length && memcmp (data, magic, length) == 0;
}

static gboolean
contains (const guint8 *data, gsize size, const char *needle, gsize length)
{
  return memmem (data, size, needle, length) != NULL;
}

static gboolean
is_pdf (const guint8 *data, gsize size)
{
  return contains (data, MIN (size, PDF_HEADER_BYTES), "%PDF-", 5);
}

/* Microsoft's container: with a password a DOCX is stored in one; else it is an old format. */
static TkbExtractStatus
judge_compound (const guint8 *data, gsize size)
{
  static const char name[] = "E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e";

  return contains (data, size, name, sizeof name) ? TKB_EXTRACT_ENCRYPTED : TKB_EXTRACT_UNSUPPORTED;
}

/* The type without parameters, in small letters. (transfer full) */
static char *
get_media_type (const char *content_type)
{
  g_autofree char *type = g_strndup (content_type != NULL ? content_type : "",
                                     content_type != NULL ? strcspn (content_type, "; \t") : 0);

  return g_ascii_strdown (type, -1);
}

/* (nullable) (transfer full): the parameter charset */
static char *
get_charset (const char *content_type)
{
  const char *at = content_type != NULL ? strcasestr (content_type, "charset=") : NULL;

  if (at == NULL)
    return NULL;
  at += strlen ("charset=");
  at += strspn (at, "\"'");
  return g_strndup (at, strcspn (at, "\"'; \t"));
}

static gboolean
has_suffix (const char *name, const char *const *suffixes)
{
  g_autofree char *small = g_ascii_strdown (name != NULL ? name : "", -1);

  for (guint i = 0; suffixes[i] != NULL; i++)
    if (g_str_has_suffix (small, suffixes[i]))
      return TRUE;
  return FALSE;
}

static gboolean
looks_like_html (const guint8 *data, gsize size, const char *type, const char *name)
{
  static const char *const suffixes[] = { ".html", ".htm", ".xhtml", NULL };
  static const char *const beginnings[] = { "<!doctype html", "<html", NULL };
  gsize                    at = begins_with (data, size, "\xef\xbb\xbf", 3) ? 3 : 0;

  if (strcmp (type, "text/html") == 0 || strcmp (type, "application/xhtml+xml") == 0 ||
      has_suffix (name, suffixes))
    return TRUE;
  while (at < size && g_ascii_isspace (data[at]))
    at++;
  for (guint i = 0; beginnings[i] != NULL; i++)
    if (size - at >= strlen (beginnings[i]) &&
        g_ascii_strncasecmp ((const char *) data + at, beginnings[i], strlen (beginnings[i])) == 0)
      return TRUE;
  return FALSE;
}

/* What calls itself text in some encoding, or is UTF-8 whatever it calls itself. */
static gboolean
may_be_plain (const guint8 *data, gsize size, const char *type, const char *name)
{
  static const char *const suffixes[] = { ".txt", ".md",  ".csv",  ".tsv",
                                          ".log", ".xml", ".json", NULL };
  static const char *const media[] = { "image/", "audio/", "video/", "font/", NULL };

  if (g_str_has_prefix (type, "text/") || has_suffix (name, suffixes))
    return TRUE;
  for (guint i = 0; media[i] != NULL; i++)
    if (g_str_has_prefix (type, media[i]))
      return FALSE;
  return g_utf8_validate_len ((const char *) data, size, NULL) && memchr (data, 0x1b, size) == NULL;
}

static TkbExtractStatus
read_as (const guint8   *data,
         gsize           size,
         const char     *content_type,
         const char     *name,
         TkbExtractText *text)
{
  g_autofree char *type = get_media_type (content_type);
  g_autofree char *charset = get_charset (content_type);

  if (size == 0)
    return TKB_EXTRACT_NOTHING;
  if (is_pdf (data, size))
    return tkb_extract_read_pdf (data, size, text);
  if (begins_with (data, size, "PK\003\004", 4))
    return tkb_extract_read_office (data, size, text);
  if (begins_with (data, size, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8))
    return judge_compound (data, size);
  if (begins_with (data, size, "{\\rtf", 5))
    return TKB_EXTRACT_UNSUPPORTED;
  if (looks_like_html (data, size, type, name))
    return tkb_extract_read_html (data, size, charset, text);
  if (may_be_plain (data, size, type, name))
    return tkb_extract_read_plain (data, size, charset, text);
  /* what says that it is one of ours and is not */
  if (strcmp (type, "application/pdf") == 0)
    return TKB_EXTRACT_DAMAGED;
  return TKB_EXTRACT_UNSUPPORTED;
}

TkbExtractStatus
tkb_extract_read (const guint8   *data,
                  gsize           size,
                  const char     *content_type,
                  const char     *name,
                  TkbExtractText *text)
{
  TkbExtractStatus status = read_as (data, size, content_type, name, text);

  if (tkb_extract_text_is_full (text))
    return TKB_EXTRACT_CUT;
  if (tkb_extract_text_is_empty (text))
    {
      if (status == TKB_EXTRACT_WHOLE || status == TKB_EXTRACT_CUT)
        return TKB_EXTRACT_NOTHING;
      return status == TKB_EXTRACT_INCOMPLETE ? TKB_EXTRACT_DAMAGED : status;
    }
  return status == TKB_EXTRACT_TOO_LARGE ? TKB_EXTRACT_CUT : status;
}
