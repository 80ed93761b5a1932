/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-handlers.h"

#include "tkb-json.h"
#include "tkb-rev-id.h"
#include "tkb-segments.h"
#include "tkb-server-limits.h"
#include "tkb-sight.h"
#include "tkb-write.h"

#include <string.h>

/* ---- reading ---- */

static JsonObject *
find_stub (TkbDocument *document, const char *name)
{
  JsonObject *attachments = tkb_json_get_object (tkb_document_get_body (document), "_attachments");

  return attachments != NULL ? tkb_json_get_object (attachments, name) : NULL;
}

/* What people upload must not become a header of its own. */
static const char *
get_safe_type (JsonObject *stub)
{
  const char *type = tkb_json_get_string (stub, "content_type", "");

  for (const char *p = type; *p != '\0'; p++)
    {
      if (*p < 0x20 || *p > 0x7e)
        return "application/octet-stream";
    }
  return type[0] != '\0' ? type : "application/octet-stream";
}

typedef enum
{
  RANGE_NONE,
  RANGE_GOOD,
  RANGE_BAD,
} RangeResult;

/* One range of bytes; several, or another unit, are answered with the whole as RFC 9110 allows. */
static RangeResult
read_range (TkbExchange *x, gint64 length, gint64 *out_start, gint64 *out_end)
{
  const char *header = tkb_exchange_get_header (x, "Range");
  g_auto (GStrv) ends = NULL;
  guint64 first = 0, last = length - 1;

  if (header == NULL || !g_str_has_prefix (header, "bytes=") || strchr (header, ',') != NULL)
    return RANGE_NONE;
  ends = g_strsplit (header + strlen ("bytes="), "-", 2);
  if (g_strv_length (ends) != 2 || (ends[0][0] == '\0' && ends[1][0] == '\0'))
    return RANGE_NONE;
  if (ends[0][0] != '\0' &&
      !g_ascii_string_to_unsigned (g_strstrip (ends[0]), 10, 0, G_MAXINT64, &first, NULL))
    return RANGE_NONE;
  if (ends[1][0] != '\0' &&
      !g_ascii_string_to_unsigned (g_strstrip (ends[1]), 10, 0, G_MAXINT64, &last, NULL))
    return RANGE_NONE;
  if (ends[0][0] == '\0') /* the last so many bytes */
    {
      if (last == 0)
        return RANGE_BAD;
      first = (gint64) last >= length ? 0 : length - last;
      last = length - 1;
    }
  else if (ends[1][0] != '\0' && last < first)
    {
      return RANGE_NONE;
    }
  if ((gint64) first >= length)
    return RANGE_BAD;
  *out_start = first;
  *out_end = MIN ((gint64) last, length - 1);
  return RANGE_GOOD;
}

static gboolean
skip_bytes (GInputStream *source, gint64 n, GError **error)
{
  if (G_IS_SEEKABLE (source) && g_seekable_can_seek (G_SEEKABLE (source)))
    return g_seekable_seek (G_SEEKABLE (source), n, G_SEEK_SET, NULL, error);
  while (n > 0)
    {
      gssize skipped = g_input_stream_skip (source, n, NULL, error);

      if (skipped <= 0)
        return FALSE;
      n -= skipped;
    }
  return TRUE;
}

static void
respond_blob (TkbExchange *x, JsonObject *stub, GInputStream *source, gint64 length)
{
  g_autoptr (GInputStream) owned = source;
  TkbSegments     *segments;
  gint64           start = 0, end = length - 1;
  GError          *error = NULL;
  RangeResult      range = read_range (x, length, &start, &end);
  g_autofree char *content_range = NULL;

  tkb_exchange_set_header (x, "Accept-Ranges", "bytes");
  if (range == RANGE_BAD)
    {
      content_range = g_strdup_printf ("bytes */%" G_GINT64_FORMAT, length);
      tkb_exchange_set_header (x, "Content-Range", content_range);
      tkb_exchange_fail_code (x, TKB_WIRE_ERROR_RANGE, "Requested range not satisfiable");
      return;
    }
  if (range == RANGE_GOOD)
    {
      content_range = g_strdup_printf (
          "bytes %" G_GINT64_FORMAT "-%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT, start, end, length);
      tkb_exchange_set_header (x, "Content-Range", content_range);
      if (!skip_bytes (source, start, &error))
        {
          tkb_exchange_take_error (x, error);
          return;
        }
    }
  segments = tkb_segments_new ();
  tkb_segments_add_stream (segments, g_steal_pointer (&owned), end - start + 1);
  tkb_segments_respond (x, range == RANGE_GOOD ? 206 : 200, get_safe_type (stub), end - start + 1,
                        segments);
}

void
tkb_handle_attachment_get (TkbExchange *x)
{
  const char *rev = tkb_exchange_get_query (x, "rev");
  GError     *error = NULL;
  g_autoptr (TkbDocument) document = NULL;
  JsonObject   *stub;
  const char   *digest;
  GInputStream *source;
  gint64        length;

  if (tkb_document_id_is_valid (x->id, &error))
    document = tkb_sight_get (x, x->id, rev, &error);
  if (document == NULL)
    {
      tkb_exchange_take_error (x, error);
      return;
    }
  stub = find_stub (document, x->attachment);
  if (stub == NULL)
    {
      tkb_exchange_fail_code (x, TKB_WIRE_ERROR_NOT_FOUND, "Document is missing attachment");
      return;
    }
  digest = tkb_json_get_string (stub, "digest", "");
  /* uploads are no pages of this server: nothing in them may run in its name */
  tkb_exchange_set_header (x, "Content-Security-Policy", "sandbox; default-src 'none'");
  if (g_str_has_prefix (digest, "md5-"))
    tkb_exchange_set_header (x, "Content-MD5", digest + strlen ("md5-"));
  if (tkb_exchange_check_etag (x, g_str_has_prefix (digest, "md5-") ? digest + strlen ("md5-")
                                                                    : digest))
    return;
  source = tkb_store_open_blob (tkb_database_get_store (x->database), digest, &length, &error);
  if (source == NULL)
    tkb_exchange_take_error (x, error);
  else
    respond_blob (x, stub, source, length);
}

/* ---- writing ---- */

/* The document that the attachment belongs to: by rev, or none yet. FALSE: answered. */
static gboolean
find_parent (TkbExchange *x, const char *rev, TkbDocument **out_parent)
{
  GError *error = NULL;

  *out_parent = tkb_sight_get (x, x->id, rev, &error);
  if (*out_parent == NULL)
    {
      gboolean is_new =
          rev == NULL && error->domain == TKB_STORE_ERROR &&
          (error->code == TKB_STORE_ERROR_NOT_FOUND || error->code == TKB_STORE_ERROR_DELETED);

      if (is_new && strcmp (x->method, "PUT") == 0)
        {
          g_error_free (error);
          return TRUE;
        }
      if (rev != NULL && g_error_matches (error, TKB_STORE_ERROR, TKB_STORE_ERROR_NOT_FOUND))
        {
          g_error_free (error);
          tkb_exchange_fail_code (x, TKB_WIRE_ERROR_CONFLICT, "Document update conflict.");
          return FALSE;
        }
      tkb_exchange_take_error (x, error);
      return FALSE;
    }
  if (rev == NULL)
    {
      g_clear_pointer (out_parent, tkb_document_unref);
      tkb_exchange_fail_code (x, TKB_WIRE_ERROR_CONFLICT, "Document update conflict.");
      return FALSE;
    }
  return TRUE;
}

/* A new revision of parent with this one attachment changed; stub (transfer full) (nullable): away.
 */
static TkbDocument *
with_attachment (TkbExchange *x, TkbDocument *parent, JsonObject *stub)
{
  g_autoptr (JsonObject) body =
      parent != NULL ? tkb_json_object_copy (tkb_document_get_body (parent)) : json_object_new ();

  if (tkb_json_get_object (body, "_attachments") == NULL)
    json_object_set_object_member (body, "_attachments", json_object_new ());
  if (stub != NULL)
    json_object_set_object_member (tkb_json_get_object (body, "_attachments"), x->attachment, stub);
  else
    json_object_remove_member (tkb_json_get_object (body, "_attachments"), x->attachment);
  if (json_object_get_size (tkb_json_get_object (body, "_attachments")) == 0)
    json_object_remove_member (body, "_attachments");
  return tkb_document_new (x->id, parent != NULL ? tkb_document_get_rev (parent) : NULL, FALSE,
                           body, NULL);
}

static gboolean
check_md5 (TkbExchange *x, TkbBlobInfo *blob)
{
  const char *given = tkb_exchange_get_header (x, "Content-MD5");

  if (given == NULL || !g_str_has_prefix (blob->digest, "md5-") ||
      strcmp (given, blob->digest + strlen ("md5-")) == 0)
    return TRUE;
  tkb_exchange_fail (x, 400, "content_md5_mismatch", "Possible message corruption.");
  return FALSE;
}

void
tkb_handle_attachment_put (TkbExchange *x)
{
  const char      *type = tkb_exchange_get_header (x, "Content-Type");
  GError          *error = NULL;
  g_autofree char *rev = NULL;
  g_autoptr (TkbDocument) parent = NULL;
  g_autoptr (TkbDocument) document = NULL;
  g_autoptr (GInputStream) source = NULL;
  g_autoptr (TkbBlobInfo) blob = NULL;
  JsonObject *stub;

  if (!tkb_document_id_is_valid (x->id, &error))
    {
      tkb_exchange_take_error (x, error);
      return;
    }
  if (x->attachment[0] == '_')
    {
      tkb_exchange_fail_code (x, TKB_WIRE_ERROR_BAD_REQUEST,
                              "Attachment name '_' prefixes are reserved.");
      return;
    }
  if (!tkb_write_get_rev (x, NULL, &rev) || !find_parent (x, rev, &parent))
    return;
  source = tkb_exchange_open_body (x, &error);
  if (source != NULL)
    blob =
        tkb_store_add_blob (tkb_database_get_store (x->database), source, x->cancellable, &error);
  if (blob == NULL)
    {
      tkb_exchange_take_error (x, error);
      return;
    }
  if (!check_md5 (x, blob))
    return;
  stub = json_object_new ();
  json_object_set_string_member (
      stub, "content_type",
      type != NULL && g_utf8_validate (type, -1, NULL) ? type : "application/octet-stream");
  json_object_set_string_member (stub, "digest", blob->digest);
  json_object_set_int_member (stub, "length", blob->length_bytes);
  json_object_set_boolean_member (stub, "stub", TRUE);
  json_object_set_int_member (stub, "revpos",
                              parent != NULL ? tkb_rev_id_get_generation (rev) + 1 : 1);
  document = with_attachment (x, parent, stub);
  tkb_write_and_respond (x, document, TKB_WRITE_NONE, 201);
}

void
tkb_handle_attachment_delete (TkbExchange *x)
{
  GError          *error = NULL;
  g_autofree char *rev = NULL;
  g_autoptr (TkbDocument) parent = NULL;
  g_autoptr (TkbDocument) document = NULL;

  if (!tkb_document_id_is_valid (x->id, &error))
    {
      tkb_exchange_take_error (x, error);
      return;
    }
  if (!tkb_write_get_rev (x, NULL, &rev) || !find_parent (x, rev, &parent))
    return;
  if (find_stub (parent, x->attachment) == NULL)
    {
      tkb_exchange_fail_code (x, TKB_WIRE_ERROR_NOT_FOUND, "Document is missing attachment");
      return;
    }
  document = with_attachment (x, parent, NULL);
  tkb_write_and_respond (x, document, TKB_WRITE_NONE, 200);
}
