/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* One revision of one document: id, revision, deleted flag, body. Immutable and ref-counted, so
 * that it crosses threads freely. It knows nothing of kinds, validation or storage. */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

#define TKB_DOCUMENT_ERROR (tkb_document_error_quark ())

/* All: the input is wrong and a retry cannot help; the message names the member and what is wrong.
 */
typedef enum
{
  TKB_DOCUMENT_ERROR_INVALID_ID,     /* missing, empty, too long, unknown leading underscore */
  TKB_DOCUMENT_ERROR_INVALID_REV,    /* not of the form N-digest, or _revisions that do not fit */
  TKB_DOCUMENT_ERROR_INVALID_MEMBER, /* an unknown member with a leading underscore, or a wrong type
                                      */
  TKB_DOCUMENT_ERROR_TOO_LARGE,      /* over TKB_MAX_DOCUMENT_BYTES */
} TkbDocumentError;

GQuark tkb_document_error_quark (void);

#define TKB_TYPE_DOCUMENT (tkb_document_get_type ())
typedef struct _TkbDocument TkbDocument;

GType        tkb_document_get_type (void);
TkbDocument *tkb_document_ref (TkbDocument *self);
void         tkb_document_unref (TkbDocument *self);

/* Reads a document as it stands on the wire: _id, _rev, _deleted, _revisions, _attachments (stubs
 * or inline data stay in the body as given), all else the body. object is copied. */
TkbDocument *tkb_document_new_from_json (JsonObject *object, GError **error);
TkbDocument *tkb_document_new_parse (const char *text, gssize length, GError **error);
/* body: without _id, _rev, _deleted, _revisions; sealed and shared, so not to be changed after. */
TkbDocument *
tkb_document_new (const char        *id,
                  const char        *rev, /* (nullable) */
                  gboolean           is_deleted,
                  JsonObject        *body,
                  const char *const *revisions); /* (nullable) newest first, rev included */
/* The same document with another body / revision. */
TkbDocument *tkb_document_with_body (TkbDocument *self, JsonObject *body);
TkbDocument *tkb_document_with_rev (TkbDocument *self, const char *rev);
TkbDocument *tkb_document_with_string (TkbDocument *self, const char *field, const char *value);

const char        *tkb_document_get_id (TkbDocument *self);
const char        *tkb_document_get_rev (TkbDocument *self); /* (nullable) */
gboolean           tkb_document_is_deleted (TkbDocument *self);
gboolean           tkb_document_is_design (TkbDocument *self); /* _design/… */
JsonObject        *tkb_document_get_body (TkbDocument *self); /* (transfer none); never change it */
const char *const *tkb_document_get_revisions (TkbDocument *self); /* (nullable) newest first */
const char        *tkb_document_get_kind (TkbDocument *self);      /* (nullable) body's "kind" */
const char        *tkb_document_get_string (TkbDocument *self, const char *field); /* (nullable) */
/* The title (title, else the id) and, if lang fits titles/summaries, in that language. lang: BCP
 * 47, (nullable); "zh-CN" falls back to "zh". */
const char *tkb_document_get_title (TkbDocument *self, const char *lang);
const char *tkb_document_get_summary (TkbDocument *self, const char *lang); /* (nullable) */
/* Whether any of it may leave this machine: neither state draft nor visibility private. */
gboolean tkb_document_may_leave (TkbDocument *self);

typedef enum
{
  TKB_DOCUMENT_JSON_NONE = 0,
  TKB_DOCUMENT_JSON_REVISIONS = 1 << 0, /* with _revisions where known */
} TkbDocumentJsonFlags;

/* A new object in wire form: _id, _rev, _deleted where true, then the body. (transfer full) */
JsonObject *tkb_document_to_json (TkbDocument *self, TkbDocumentJsonFlags flags);
char       *tkb_document_to_text (TkbDocument *self, TkbDocumentJsonFlags flags);

gboolean tkb_document_id_is_valid (const char *id, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbDocument, tkb_document_unref)

G_END_DECLS
