/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-attachments.h"

#include <string.h>

#include "tkb-json.h"
#include "tkb-store.h"

#define MEMBER "_attachments"

gboolean
tkb_attachments_has_any (TkbDocument *document)
{
  return json_object_has_member (tkb_document_get_body (document), MEMBER);
}

static gboolean
set_invalid (const char *name, const char *what, GError **error)
{
  g_set_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_INVALID, "the attachment “%s” %s", name,
               what);
  return FALSE;
}

/* The document with other attachments; its body's other members are shared, not copied. */
static TkbDocument *
with_attachments (TkbDocument *document, JsonObject *attachments)
{
  JsonObject *body = tkb_document_get_body (document);
  g_autoptr (JsonObject) changed = json_object_new ();
  JsonObjectIter iterator;
  const char    *member;
  JsonNode      *node;

  json_object_iter_init (&iterator, body);
  while (json_object_iter_next (&iterator, &member, &node))
    if (strcmp (member, MEMBER) != 0)
      json_object_set_member (changed, member, json_node_ref (node));
  if (json_object_get_size (attachments) > 0)
    json_object_set_object_member (changed, MEMBER, json_object_ref (attachments));
  return tkb_document_with_body (document, changed);
}

/* (nullable) with an error: _attachments is there but no object */
static JsonObject *
get_attachments (TkbDocument *document, GError **error)
{
  JsonObject *attachments = tkb_json_get_object (tkb_document_get_body (document), MEMBER);

  if (attachments == NULL)
    g_set_error_literal (error, TKB_STORE_ERROR, TKB_STORE_ERROR_INVALID,
                         "_attachments has to be an object");
  return attachments;
}

static JsonObject *
get_entry (const char *name, JsonNode *node, GError **error)
{
  if (name[0] == '\0' || name[0] == '_')
    {
      set_invalid (name, "has a name that begins with an underscore or is empty", error);
      return NULL;
    }
  if (!JSON_NODE_HOLDS_OBJECT (node))
    {
      set_invalid (name, "has to be an object", error);
      return NULL;
    }
  return json_node_get_object (node);
}

/* Strict, where g_base64_decode () skips what it does not know. */
static guint8 *
decode_base64 (const char *text, gsize *out_length)
{
  gsize length = strlen (text);
  gsize letters = strspn (text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
  gsize padding = strspn (text + letters, "=");

  if (letters + padding != length || length % 4 != 0 || padding > 2)
    return NULL;
  if (length == 0)
    {
      *out_length = 0;
      return g_new0 (guint8, 1);
    }
  return g_base64_decode (text, out_length);
}

static TkbBlob *
store_inline (TkbBlobStore *blob_store, const char *name, JsonObject *entry, GError **error)
{
  const char        *data = tkb_json_get_string (entry, "data", NULL);
  const char        *encoding = tkb_json_get_string (entry, "encoding", NULL);
  const char        *digest = tkb_json_get_string (entry, "digest", NULL);
  g_autofree guint8 *bytes = NULL;
  g_autoptr (TkbBlob) blob = NULL;
  gsize length = 0;

  bytes = data != NULL ? decode_base64 (data, &length) : NULL;
  if (bytes == NULL)
    {
      set_invalid (name, "has data that is not base64", error);
      return NULL;
    }
  if (encoding == NULL)
    blob = tkb_blob_store_add_bytes (blob_store, bytes, length, error);
  else if (strcmp (encoding, "gzip") == 0)
    blob = tkb_blob_store_add_gzip (blob_store, bytes, length, error);
  else
    set_invalid (name, "has an unknown encoding", error);
  if (blob == NULL)
    return NULL;
  /* CouchDB digests the gzip bytes of what it compresses: the name it gave is kept, or the same
   * attachment would be another one on the way back */
  if (digest != NULL && strcmp (digest, blob->digest) != 0)
    {
      g_free (blob->digest);
      blob->digest = g_strdup (digest);
      blob->is_verified = FALSE;
    }
  return g_steal_pointer (&blob);
}

static JsonObject *
make_stub (JsonObject *entry, const TkbBlob *blob)
{
  JsonObject *stub = json_object_new ();

  json_object_set_string_member (
      stub, "content_type",
      tkb_json_get_string (entry, "content_type", "application/octet-stream"));
  json_object_set_string_member (stub, "digest", blob->digest);
  json_object_set_int_member (stub, "length", blob->length_bytes);
  if (tkb_json_get_int (entry, "revpos", 0) > 0)
    json_object_set_int_member (stub, "revpos", tkb_json_get_int (entry, "revpos", 0));
  json_object_set_boolean_member (stub, "stub", TRUE);
  return stub;
}

TkbDocument *
tkb_attachments_take_inline (TkbBlobStore *blob_store,
                             TkbDocument  *document,
                             GPtrArray    *blobs,
                             GError      **error)
{
  g_autoptr (JsonObject) changed = NULL;
  JsonObject    *attachments;
  JsonObjectIter iterator;
  const char    *name;
  JsonNode      *node;

  if (!tkb_attachments_has_any (document))
    return tkb_document_ref (document);
  attachments = get_attachments (document, error);
  if (attachments == NULL)
    return NULL;
  changed = json_object_new ();
  json_object_iter_init (&iterator, attachments);
  while (json_object_iter_next (&iterator, &name, &node))
    {
      JsonObject *entry = get_entry (name, node, error);
      TkbBlob    *blob;

      if (entry == NULL)
        return NULL;
      if (!json_object_has_member (entry, "data"))
        {
          json_object_set_member (changed, name, json_node_ref (node));
          continue;
        }
      blob = store_inline (blob_store, name, entry, error);
      if (blob == NULL)
        return NULL;
      json_object_set_object_member (changed, name, make_stub (entry, blob));
      g_ptr_array_add (blobs, blob);
    }
  return with_attachments (document, changed);
}

static JsonObject *
get_parent_stub (TkbDocument *parent, const char *name)
{
  JsonObject *attachments = NULL;

  if (parent != NULL)
    attachments = tkb_json_get_object (tkb_document_get_body (parent), MEMBER);
  return attachments != NULL ? tkb_json_get_object (attachments, name) : NULL;
}

static JsonObject *
resolve_one (TkbDb      *db,
             const char *name,
             JsonObject *entry,
             JsonObject *inherited,
             guint       generation,
             gboolean    is_replicated,
             GError    **error)
{
  const char *digest = tkb_json_get_string (entry, "digest", NULL);
  const char *parent_digest = NULL;
  g_autoptr (TkbBlob) blob = NULL;
  g_autoptr (GError) local_error = NULL;
  JsonObject *stub;
  gint64      revpos = 0;

  if (inherited != NULL)
    parent_digest = tkb_json_get_string (inherited, "digest", NULL);
  if (digest == NULL)
    digest = parent_digest;
  if (digest != NULL)
    blob = tkb_attachments_find_blob (db, digest, &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }
  if (blob == NULL)
    {
      g_set_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_MISSING_BLOB,
                   "the attachment “%s” names data that is not here: %s", name,
                   digest != NULL ? digest : "no digest");
      return NULL;
    }
  if (!json_object_has_member (entry, "content_type") && inherited != NULL)
    entry = inherited;
  stub = make_stub (entry, blob);
  if (is_replicated)
    revpos = tkb_json_get_int (stub, "revpos", 0);
  else if (g_strcmp0 (digest, parent_digest) == 0)
    revpos = tkb_json_get_int (inherited, "revpos", 0);
  json_object_set_int_member (stub, "revpos", revpos > 0 ? revpos : (gint64) generation);
  return stub;
}

TkbDocument *
tkb_attachments_resolve (TkbDb       *db,
                         TkbDocument *document,
                         TkbDocument *parent,
                         guint        generation,
                         gboolean     is_replicated,
                         GPtrArray   *digests,
                         GError     **error)
{
  g_autoptr (JsonObject) changed = NULL;
  JsonObject    *attachments;
  JsonObjectIter iterator;
  const char    *name;
  JsonNode      *node;

  if (!tkb_attachments_has_any (document))
    return tkb_document_ref (document);
  attachments = get_attachments (document, error);
  if (attachments == NULL)
    return NULL;
  changed = json_object_new ();
  json_object_iter_init (&iterator, attachments);
  while (json_object_iter_next (&iterator, &name, &node))
    {
      JsonObject *entry = get_entry (name, node, error);
      JsonObject *stub = NULL;

      if (entry != NULL)
        stub = resolve_one (db, name, entry, get_parent_stub (parent, name), generation,
                            is_replicated, error);
      if (stub == NULL)
        return NULL;
      g_ptr_array_add (digests, g_strdup (json_object_get_string_member (stub, "digest")));
      json_object_set_object_member (changed, name, stub);
    }
  return with_attachments (document, changed);
}

TkbBlob *
tkb_attachments_find_blob (TkbDb *db, const char *digest, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_BLOB_GET);
  TkbBlob *blob;

  tkb_stmt_bind_text (&stmt, 1, digest);
  if (tkb_stmt_step (&stmt, error) != TKB_STEP_ROW)
    return NULL;
  if (tkb_stmt_is_null (&stmt, 0))
    {
      g_set_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_CORRUPT,
                   "the row of the attachment %s is damaged", digest);
      return NULL;
    }
  blob = g_new0 (TkbBlob, 1);
  blob->digest = g_strdup (digest);
  blob->sha256 = g_strdup (tkb_stmt_get_text (&stmt, 0));
  blob->length_bytes = tkb_stmt_get_int (&stmt, 1);
  blob->is_verified = tkb_stmt_get_int (&stmt, 2) != 0;
  return blob;
}

gboolean
tkb_attachments_record (TkbDb *db, const TkbBlob *blob, gint64 now_ms, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (TkbBlob) known = tkb_attachments_find_blob (db, blob->digest, &local_error);
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_BLOB_PUT);
  gboolean is_verified = blob->is_verified;

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (known != NULL && strcmp (known->sha256, blob->sha256) == 0)
    is_verified |= known->is_verified;
  else if (known != NULL && (known->is_verified || !blob->is_verified))
    {
      g_set_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_INVALID,
                   "the digest %s belongs to other data", blob->digest);
      return FALSE;
    }
  tkb_stmt_bind_text (&stmt, 1, blob->digest);
  tkb_stmt_bind_text (&stmt, 2, blob->sha256);
  tkb_stmt_bind_int (&stmt, 3, blob->length_bytes);
  tkb_stmt_bind_int (&stmt, 4, now_ms);
  tkb_stmt_bind_int (&stmt, 5, is_verified);
  return tkb_stmt_run (&stmt, error);
}
