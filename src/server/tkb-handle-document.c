/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-handlers.h"

#include "tkb-json.h"
#include "tkb-rev-id.h"
#include "tkb-segments.h"
#include "tkb-server-limits.h"
#include "tkb-server.h"
#include "tkb-sight.h"
#include "tkb-view.h"
#include "tkb-wire-bulk-get.h"
#include "tkb-wire-multipart.h"

#include <string.h>

/* ---- open_revs ---- */

static void
respond_revs_json (TkbExchange *x, GPtrArray *found, TkbViewFlags flags, GPtrArray *atts_since)
{
  g_autoptr (GPtrArray) results =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_wire_bulk_get_result_free);
  gint64  budget = TKB_SERVER_MAX_INLINE_BYTES;
  GError *error = NULL;

  for (guint i = 0; i < found->len; i++)
    {
      TkbViewRev           *one = found->pdata[i];
      TkbWireBulkGetResult *result = g_new0 (TkbWireBulkGetResult, 1);

      g_ptr_array_add (results, result);
      result->id = g_strdup (x->id);
      result->rev = g_strdup (one->rev);
      if (one->document == NULL)
        {
          result->error = g_error_new_literal (TKB_WIRE_ERROR, TKB_WIRE_ERROR_NOT_FOUND, "missing");
          continue;
        }
      result->object = tkb_view_build (x, one->document, flags, atts_since, &budget, &error);
      if (result->object == NULL)
        {
          tkb_exchange_take_error (x, error);
          return;
        }
    }
  tkb_exchange_respond_json (x, 200, tkb_wire_open_revs_write_response (results));
}

/* One part of multipart/mixed for each revision, a multipart/related inside where attachments
 * follow. */
static gboolean
add_rev_part (TkbExchange *x,
              TkbSegments *segments,
              const char  *outer,
              const char  *inner,
              TkbViewRev  *one,
              TkbViewFlags flags,
              GPtrArray   *atts_since,
              GError     **error)
{
  GString         *text = g_string_new (NULL);
  gint64           budget = TKB_SERVER_MAX_INLINE_BYTES;
  g_autofree char *type = g_strdup_printf ("multipart/related; boundary=\"%s\"", inner);
  g_autoptr (JsonObject) object = NULL;
  g_autoptr (GPtrArray) names = NULL;

  if (one->document == NULL)
    {
      tkb_wire_multipart_append_part (text, outer, "application/json; error=\"true\"", NULL, NULL,
                                      -1);
      g_string_append (text, "{\"missing\":");
      tkb_json_append_string (text, one->rev);
      g_string_append_c (text, '}');
      tkb_segments_add_text (segments, text);
      return TRUE;
    }
  object = tkb_view_build (x, one->document, flags | TKB_VIEW_ATTACHMENTS | TKB_VIEW_FOLLOWS,
                           atts_since, &budget, error);
  if (object == NULL)
    {
      g_string_free (text, TRUE);
      return FALSE;
    }
  names = tkb_wire_multipart_get_following (object);
  tkb_wire_multipart_append_part (text, outer, names->len > 0 ? type : "application/json", NULL,
                                  NULL, -1);
  if (names->len == 0)
    tkb_json_append_object (text, object);
  tkb_segments_add_text (segments, text);
  return names->len == 0 || tkb_segments_add_related (x, segments, inner, object, error);
}

static void
respond_revs_multipart (TkbExchange *x, GPtrArray *found, TkbViewFlags flags, GPtrArray *atts_since)
{
  TkbRandom       *random = tkb_server_get_random (x->server);
  g_autofree char *outer = tkb_random_uuid (random);
  g_autofree char *inner = tkb_random_uuid (random);
  g_autofree char *type = g_strdup_printf ("multipart/mixed; boundary=\"%s\"", outer);
  TkbSegments     *segments = tkb_segments_new ();
  GString         *end = g_string_new (NULL);
  GError          *error = NULL;

  for (guint i = 0; i < found->len; i++)
    {
      if (!add_rev_part (x, segments, outer, inner, found->pdata[i], flags, atts_since, &error))
        {
          g_string_free (end, TRUE);
          tkb_segments_free (segments);
          tkb_exchange_take_error (x, error);
          return;
        }
    }
  tkb_wire_multipart_append_end (end, outer);
  tkb_segments_add_text (segments, end);
  tkb_segments_respond (x, 200, type, tkb_segments_get_length (segments), segments);
}

static void
handle_open_revs (TkbExchange *x, TkbViewFlags flags, GPtrArray *atts_since)
{
  g_autoptr (GPtrArray) revs = NULL;
  g_autoptr (GPtrArray) found = NULL;
  GError *error = NULL;

  if (strcmp (tkb_exchange_get_query (x, "open_revs"), "all") != 0)
    {
      revs = tkb_view_revs_from_query (x, "open_revs", &error);
      if (revs == NULL)
        {
          tkb_exchange_take_error (x, error);
          return;
        }
    }
  found = tkb_view_open_revs (x, x->id, revs, tkb_exchange_get_flag (x, "latest"), &error);
  if (found == NULL)
    tkb_exchange_take_error (x, error);
  else if (found->len == 0 && revs == NULL)
    tkb_exchange_fail_code (x, TKB_WIRE_ERROR_NOT_FOUND, "missing");
  else if (tkb_exchange_accepts (x, "multipart/mixed"))
    respond_revs_multipart (x, found, flags, atts_since);
  else
    respond_revs_json (x, found, flags, atts_since);
}

/* ---- one revision ---- */

static TkbDocument *
find_document (TkbExchange *x, GError **error)
{
  const char *rev = tkb_exchange_get_query (x, "rev");

  if (rev != NULL && !tkb_rev_id_is_valid (rev))
    {
      g_set_error_literal (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_BAD_REQUEST, "Invalid rev format");
      return NULL;
    }
  if (rev != NULL && tkb_exchange_get_flag (x, "latest"))
    {
      g_autoptr (GPtrArray) revs = g_ptr_array_new ();
      g_autoptr (GPtrArray) found = NULL;

      g_ptr_array_add (revs, (gpointer) rev);
      found = tkb_view_open_revs (x, x->id, revs, TRUE, error);
      if (found == NULL)
        return NULL;
      if (found->len > 0 && ((TkbViewRev *) found->pdata[0])->document != NULL)
        return tkb_document_ref (((TkbViewRev *) found->pdata[0])->document);
    }
  return tkb_sight_get (x, x->id, rev, error);
}

static void
respond_related (TkbExchange *x, JsonObject *object)
{
  g_autofree char *boundary = tkb_random_uuid (tkb_server_get_random (x->server));
  g_autofree char *type = g_strdup_printf ("multipart/related; boundary=\"%s\"", boundary);
  TkbSegments     *segments = tkb_segments_new ();
  GError          *error = NULL;

  if (!tkb_segments_add_related (x, segments, boundary, object, &error))
    {
      tkb_segments_free (segments);
      tkb_exchange_take_error (x, error);
      return;
    }
  tkb_segments_respond (x, 200, type, tkb_segments_get_length (segments), segments);
}

void
tkb_handle_document_get (TkbExchange *x)
{
  TkbViewFlags flags = tkb_view_flags_from_query (x);
  GError      *error = NULL;
  gint64       budget = TKB_SERVER_MAX_INLINE_BYTES;
  gboolean     wants_related;
  g_autoptr (GPtrArray) atts_since = tkb_view_revs_from_query (x, "atts_since", &error);
  g_autoptr (TkbDocument) document = NULL;
  g_autoptr (JsonObject) object = NULL;

  if (error != NULL || !tkb_document_id_is_valid (x->id, &error))
    {
      tkb_exchange_take_error (x, error);
      return;
    }
  if (tkb_exchange_get_query (x, "open_revs") != NULL)
    {
      handle_open_revs (x, flags, atts_since);
      return;
    }
  document = find_document (x, &error);
  if (document == NULL)
    {
      tkb_exchange_take_error (x, error);
      return;
    }
  /* as CouchDB: what is not the bare document has no ETag */
  if (flags == TKB_VIEW_NONE && atts_since == NULL &&
      tkb_exchange_check_etag (x, tkb_document_get_rev (document)))
    return;
  wants_related = ((flags & TKB_VIEW_ATTACHMENTS) != 0 || atts_since != NULL) &&
                  tkb_exchange_accepts (x, "multipart/related");
  if (wants_related)
    flags |= TKB_VIEW_ATTACHMENTS | TKB_VIEW_FOLLOWS;
  object = tkb_view_build (x, document, flags, atts_since, &budget, &error);
  if (object == NULL)
    tkb_exchange_take_error (x, error);
  else if (wants_related && json_object_has_member (object, "_attachments"))
    respond_related (x, object);
  else
    tkb_exchange_respond_node (x, 200, object);
}
