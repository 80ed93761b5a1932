/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* What one file says: bytes in, plain text out. This runs in a process of its own (main.c), because
 * the files are untrusted and the libraries that read them are large; nothing here knows a store.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How it went: also the exit status of the program, so that nothing else has to be parsed. */
typedef enum
{
  TKB_EXTRACT_WHOLE = 0,
  TKB_EXTRACT_CUT = 3,        /* there is more text than is taken */
  TKB_EXTRACT_INCOMPLETE = 4, /* damaged: what could be read was */
  TKB_EXTRACT_NOTHING = 5,    /* there is no text in it */
  TKB_EXTRACT_ENCRYPTED = 6,
  TKB_EXTRACT_DAMAGED = 7,
  TKB_EXTRACT_TOO_LARGE = 8, /* it unpacks to more than is read */
  TKB_EXTRACT_UNSUPPORTED = 9,
} TkbExtractStatus;

/* Text on its way out, bounded to TKB_MAX_TEXT_BYTES: controls and runs of white space are taken
 * out, lines of one paragraph are joined (Chinese ones without a space, hyphenated ones without the
 * hyphen), paragraphs stand on lines of their own. */
typedef struct _TkbExtractText TkbExtractText;

typedef void (*TkbExtractSink) (const char *text, gsize length, gpointer user_data);

/* sink is called with pieces of whole characters while there is text; then with the last one in
 * finish. */
TkbExtractText *tkb_extract_text_new (TkbExtractSink sink, gpointer user_data);
void            tkb_extract_text_free (TkbExtractText *self);
/* Bytes that are not UTF-8 become spaces. */
void tkb_extract_text_add (TkbExtractText *self, const char *text, gsize length);
/* What follows is another paragraph. */
void     tkb_extract_text_break (TkbExtractText *self);
gboolean tkb_extract_text_is_full (TkbExtractText *self);
gboolean tkb_extract_text_is_empty (TkbExtractText *self); /* nothing was ever added */
void     tkb_extract_text_finish (TkbExtractText *self);

/* Reads data, whose type is told by its bytes first and then by content_type and name, which are
 * only what somebody called it (both nullable). Nothing has been finished. */
TkbExtractStatus tkb_extract_read (const guint8   *data,
                                   gsize           size,
                                   const char     *content_type,
                                   const char     *name,
                                   TkbExtractText *text);

/* ---- the readers ---- */

/* A closed set of office formats in a ZIP archive: DOCX and OpenDocument. */
TkbExtractStatus tkb_extract_read_office (const guint8 *data, gsize size, TkbExtractText *text);
/* charset (nullable): as declared outside of the file */
TkbExtractStatus
tkb_extract_read_html (const guint8 *data, gsize size, const char *charset, TkbExtractText *text);
TkbExtractStatus
tkb_extract_read_plain (const guint8 *data, gsize size, const char *charset, TkbExtractText *text);
TkbExtractStatus tkb_extract_read_pdf (const guint8 *data, gsize size, TkbExtractText *text);

/* The text in UTF-8, whatever it was: by a byte order mark, as UTF-8 where it is that, as declared,
 * or as its letters look. (transfer full) (nullable): is no text. out_is_cut: it was too long. */
char *tkb_extract_decode (
    const guint8 *data, gsize size, const char *charset, gsize *out_length, gboolean *out_is_cut);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbExtractText, tkb_extract_text_free)

G_END_DECLS
