/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* multipart/related and multipart/mixed (RFC 2046) in a stream: a document with its attachments as
 * parts behind it, and several of those in one answer. The reader is fed bytes as they come and
 * hands out events; it holds no more than one piece and one part's headers. A part that is itself a
 * multipart gets a reader of its own from the caller. */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* bytes of all headers of one part; CouchDB's are under 300 */
#define TKB_WIRE_MULTIPART_MAX_HEADER_BYTES (16 * 1024)
/* parts of one body: leaves of a document or its attachments */
#define TKB_WIRE_MULTIPART_MAX_PARTS 10000
/* characters of a boundary, RFC 2046 */
#define TKB_WIRE_MULTIPART_MAX_BOUNDARY 70

typedef enum
{
  TKB_WIRE_MULTIPART_ERROR,      /* the body is malformed; see the GError */
  TKB_WIRE_MULTIPART_NEED_DATA,  /* push more, or finish */
  TKB_WIRE_MULTIPART_PART_BEGIN, /* the headers are there */
  TKB_WIRE_MULTIPART_DATA,       /* a piece of the part's content */
  TKB_WIRE_MULTIPART_PART_END,
  TKB_WIRE_MULTIPART_END, /* the closing boundary was read */
} TkbWireMultipartEvent;

#define TKB_TYPE_WIRE_MULTIPART_READER (tkb_wire_multipart_reader_get_type ())
G_DECLARE_FINAL_TYPE (
    TkbWireMultipartReader, tkb_wire_multipart_reader, TKB, WIRE_MULTIPART_READER, GObject)

/* The boundary parameter of a media type; NULL where it is no multipart or has none that is valid.
 */
char *tkb_wire_multipart_get_boundary (const char *content_type);

TkbWireMultipartReader *tkb_wire_multipart_reader_new (const char *boundary);
void tkb_wire_multipart_reader_push (TkbWireMultipartReader *self, const char *data, gsize length);
TkbWireMultipartEvent tkb_wire_multipart_reader_next (TkbWireMultipartReader *self, GError **error);
/* name in lower case; valid from PART_BEGIN to PART_END. (nullable) */
const char *tkb_wire_multipart_reader_get_header (TkbWireMultipartReader *self, const char *name);
/* The filename of Content-Disposition. (transfer full) (nullable) */
char *tkb_wire_multipart_reader_get_filename (TkbWireMultipartReader *self);
/* After DATA, until the next call of next () or push (). */
const char *tkb_wire_multipart_reader_get_data (TkbWireMultipartReader *self, gsize *out_length);
gboolean    tkb_wire_multipart_reader_finish (TkbWireMultipartReader *self, GError **error);

/* Writing: one call a part's head, then its content, then after the last part the end. */
void tkb_wire_multipart_append_part (GString    *out,
                                     const char *boundary,
                                     const char *content_type,     /* (nullable) */
                                     const char *content_encoding, /* (nullable) */
                                     const char *filename,         /* (nullable) */
                                     gint64      length_bytes);         /* -1: not told */
void tkb_wire_multipart_append_end (GString *out, const char *boundary);

/* Names of the attachments whose data follows as parts, in the order of the parts, which is the
 * order in the document. (transfer full) (element-type utf8) */
GPtrArray *tkb_wire_multipart_get_following (JsonObject *document);

G_END_DECLS
