/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* PDF by poppler, page by page. */
#include "config.h"

#include "tkb-extract.h"

#include <poppler.h>
#include <string.h>

/* pages that are looked at */
#define MAX_PAGES 5000

static TkbExtractStatus
judge_error (const GError *error)
{
  return g_error_matches (error, POPPLER_ERROR, POPPLER_ERROR_ENCRYPTED) ? TKB_EXTRACT_ENCRYPTED
                                                                         : TKB_EXTRACT_DAMAGED;
}

/* FALSE: it is not there. */
static gboolean
read_page (PopplerDocument *document, int index, TkbExtractText *text)
{
  PopplerPage     *page = poppler_document_get_page (document, index);
  g_autofree char *page_text = page != NULL ? poppler_page_get_text (page) : NULL;
  gboolean         is_there = page != NULL;

  g_clear_object (&page);
  if (page_text != NULL)
    tkb_extract_text_add (text, page_text, strlen (page_text));
  tkb_extract_text_break (text);
  return is_there;
}

static TkbExtractStatus
read_pages (PopplerDocument *document, TkbExtractText *text)
{
  int      n = poppler_document_get_n_pages (document);
  gboolean is_damaged = FALSE;

  if (n <= 0)
    return TKB_EXTRACT_DAMAGED;
  for (int i = 0; i < MIN (n, MAX_PAGES) && !tkb_extract_text_is_full (text); i++)
    is_damaged |= !read_page (document, i, text);
  if (is_damaged)
    return TKB_EXTRACT_INCOMPLETE;
  return n > MAX_PAGES ? TKB_EXTRACT_CUT : TKB_EXTRACT_WHOLE;
}

TkbExtractStatus
tkb_extract_read_pdf (const guint8 *data, gsize size, TkbExtractText *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (data, size);
  g_autoptr (GError) error = NULL;
  PopplerDocument *document = poppler_document_new_from_bytes (bytes, NULL, &error);
  TkbExtractStatus status;

  if (document == NULL)
    return judge_error (error);
  status = read_pages (document, text);
  g_object_unref (document);
  return status;
}
