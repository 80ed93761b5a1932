/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-router.h"

#include "tkb-handlers.h"

#include <string.h>

/* clang-format off */
static const TkbRoute routes[] = {
  { TKB_TARGET_ROOT,       NULL,                  "GET",    TKB_ACCESS_ANYONE,       TKB_BODY_NONE,       tkb_handle_root },
  { TKB_TARGET_SERVER,     "_up",                 "GET",    TKB_ACCESS_ANYONE,       TKB_BODY_NONE,       tkb_handle_up },
  { TKB_TARGET_SERVER,     "_session",            "GET",    TKB_ACCESS_ANYONE,       TKB_BODY_NONE,       tkb_handle_session_get },
  { TKB_TARGET_SERVER,     "_session",            "POST",   TKB_ACCESS_ANYONE,       TKB_BODY_SMALL,      tkb_handle_session_post },
  { TKB_TARGET_SERVER,     "_session",            "DELETE", TKB_ACCESS_ANYONE,       TKB_BODY_NONE,       tkb_handle_session_delete },
  { TKB_TARGET_SERVER,     "_uuids",              "GET",    TKB_ACCESS_ANYONE,       TKB_BODY_NONE,       tkb_handle_uuids },
  { TKB_TARGET_SERVER,     "_all_dbs",            "GET",    TKB_ACCESS_SIGNED_IN,    TKB_BODY_NONE,       tkb_handle_all_dbs },
  { TKB_TARGET_SERVER,     "_prometheus",         "GET",    TKB_ACCESS_SERVER_ADMIN, TKB_BODY_NONE,       tkb_handle_metrics },

  { TKB_TARGET_DATABASE,   NULL,                  "GET",    TKB_ACCESS_READ,         TKB_BODY_NONE,       tkb_handle_database_get },
  { TKB_TARGET_DATABASE,   NULL,                  "PUT",    TKB_ACCESS_SERVER_ADMIN, TKB_BODY_SMALL,      tkb_handle_database_put },
  { TKB_TARGET_DATABASE,   NULL,                  "DELETE", TKB_ACCESS_SERVER_ADMIN, TKB_BODY_NONE,       tkb_handle_database_delete },
  { TKB_TARGET_DATABASE,   NULL,                  "POST",   TKB_ACCESS_WRITE,        TKB_BODY_JSON,       tkb_handle_database_post },

  { TKB_TARGET_SPECIAL,    "_changes",            "GET",    TKB_ACCESS_READ,         TKB_BODY_NONE,       tkb_handle_changes },
  { TKB_TARGET_SPECIAL,    "_changes",            "POST",   TKB_ACCESS_READ,         TKB_BODY_JSON,       tkb_handle_changes },
  { TKB_TARGET_SPECIAL,    "_all_docs",           "GET",    TKB_ACCESS_READ,         TKB_BODY_NONE,       tkb_handle_all_docs },
  { TKB_TARGET_SPECIAL,    "_all_docs",           "POST",   TKB_ACCESS_READ,         TKB_BODY_JSON,       tkb_handle_all_docs },
  { TKB_TARGET_SPECIAL,    "_bulk_get",           "POST",   TKB_ACCESS_READ,         TKB_BODY_JSON,       tkb_handle_bulk_get },
  { TKB_TARGET_SPECIAL,    "_bulk_docs",          "POST",   TKB_ACCESS_MEMBER,       TKB_BODY_JSON,       tkb_handle_bulk_docs },
  { TKB_TARGET_SPECIAL,    "_revs_diff",          "POST",   TKB_ACCESS_READ,         TKB_BODY_JSON,       tkb_handle_revs_diff },
  { TKB_TARGET_SPECIAL,    "_missing_revs",       "POST",   TKB_ACCESS_READ,         TKB_BODY_JSON,       tkb_handle_missing_revs },
  { TKB_TARGET_SPECIAL,    "_local_docs",         "GET",    TKB_ACCESS_MEMBER,       TKB_BODY_NONE,       tkb_handle_local_docs },
  { TKB_TARGET_SPECIAL,    "_security",           "GET",    TKB_ACCESS_READ,         TKB_BODY_NONE,       tkb_handle_security_get },
  { TKB_TARGET_SPECIAL,    "_security",           "PUT",    TKB_ACCESS_ADMIN,        TKB_BODY_SMALL,      tkb_handle_security_put },
  { TKB_TARGET_SPECIAL,    "_revs_limit",         "GET",    TKB_ACCESS_READ,         TKB_BODY_NONE,       tkb_handle_revs_limit_get },
  { TKB_TARGET_SPECIAL,    "_revs_limit",         "PUT",    TKB_ACCESS_ADMIN,        TKB_BODY_SMALL,      tkb_handle_revs_limit_put },
  { TKB_TARGET_SPECIAL,    "_compact",            "POST",   TKB_ACCESS_ADMIN,        TKB_BODY_SMALL,      tkb_handle_compact },
  { TKB_TARGET_SPECIAL,    "_ensure_full_commit", "POST",   TKB_ACCESS_READ,         TKB_BODY_SMALL,      tkb_handle_full_commit },

  { TKB_TARGET_DOCUMENT,   NULL,                  "GET",    TKB_ACCESS_READ,         TKB_BODY_NONE,       tkb_handle_document_get },
  { TKB_TARGET_DOCUMENT,   NULL,                  "PUT",    TKB_ACCESS_WRITE,        TKB_BODY_DOCUMENT,   tkb_handle_document_put },
  { TKB_TARGET_DOCUMENT,   NULL,                  "DELETE", TKB_ACCESS_WRITE,        TKB_BODY_NONE,       tkb_handle_document_delete },
  { TKB_TARGET_DOCUMENT,   NULL,                  "COPY",   TKB_ACCESS_WRITE,        TKB_BODY_NONE,       tkb_handle_document_copy },
  { TKB_TARGET_LOCAL,      NULL,                  "GET",    TKB_ACCESS_READ,         TKB_BODY_NONE,       tkb_handle_local_get },
  { TKB_TARGET_LOCAL,      NULL,                  "PUT",    TKB_ACCESS_MEMBER,       TKB_BODY_SMALL,      tkb_handle_local_put },
  { TKB_TARGET_LOCAL,      NULL,                  "DELETE", TKB_ACCESS_MEMBER,       TKB_BODY_NONE,       tkb_handle_local_delete },
  { TKB_TARGET_ATTACHMENT, NULL,                  "GET",    TKB_ACCESS_READ,         TKB_BODY_NONE,       tkb_handle_attachment_get },
  { TKB_TARGET_ATTACHMENT, NULL,                  "PUT",    TKB_ACCESS_WRITE,        TKB_BODY_ATTACHMENT, tkb_handle_attachment_put },
  { TKB_TARGET_ATTACHMENT, NULL,                  "DELETE", TKB_ACCESS_WRITE,        TKB_BODY_NONE,       tkb_handle_attachment_delete },
  { TKB_TARGET_VIEW,       NULL,                  "GET POST PUT", TKB_ACCESS_READ,   TKB_BODY_NONE,       tkb_handle_not_served },
  { TKB_TARGET_SPECIAL,    "_find",               "POST",   TKB_ACCESS_READ,         TKB_BODY_NONE,       tkb_handle_not_served },
  { TKB_TARGET_SPECIAL,    "_index",              "GET POST", TKB_ACCESS_READ,       TKB_BODY_NONE,       tkb_handle_not_served },
  { TKB_TARGET_SPECIAL,    "_purge",              "POST",   TKB_ACCESS_ADMIN,        TKB_BODY_NONE,       tkb_handle_not_served },
  { TKB_TARGET_NOWHERE,    NULL,                  "",       TKB_ACCESS_ANYONE,       TKB_BODY_NONE,       NULL },
};
/* clang-format on */

/**
 * tkb_router_get_routes:
 *
 * Returns: (transfer none): the table, ended by an entry without handler
 */
const TkbRoute *
tkb_router_get_routes (void)
{
  return routes;
}

/**
 * tkb_path_free:
 * @self: (transfer full): a path
 */
void
tkb_path_free (TkbPath *self)
{
  g_free (self->name);
  g_free (self->db_name);
  g_free (self->id);
  g_free (self->attachment);
  g_free (self);
}

/* (transfer full) (nullable): the segments, decoded; an empty last one is left out. */
static GStrv
split (const char *raw)
{
  g_auto (GStrv) segments = g_strsplit (raw + (raw[0] == '/'), "/", -1);
  guint n = g_strv_length (segments);

  if (n > 0 && segments[n - 1][0] == '\0')
    g_clear_pointer (&segments[--n], g_free);
  for (guint i = 0; i < n; i++)
    {
      char *decoded = g_uri_unescape_string (segments[i], NULL);

      if (decoded == NULL || !g_utf8_validate (decoded, -1, NULL))
        {
          g_free (decoded);
          return NULL;
        }
      g_free (segments[i]);
      segments[i] = decoded;
    }
  return g_steal_pointer (&segments);
}

/* The id of a document at segments[1], its prefix in the same segment or in one of its own. */
static guint
take_id (TkbPath *path, GStrv segments, guint n)
{
  const char *first = segments[1];

  if (n > 2 && (strcmp (first, "_design") == 0 || strcmp (first, "_local") == 0))
    {
      path->id = g_strconcat (first, "/", segments[2], NULL);
      return 3;
    }
  path->id = g_strdup (first);
  return 2;
}

static void
classify_document (TkbPath *path, GStrv segments, guint n)
{
  guint next = take_id (path, segments, n);

  if (g_str_has_prefix (path->id, "_local/"))
    {
      path->target = next == n ? TKB_TARGET_LOCAL : TKB_TARGET_NOWHERE;
      return;
    }
  if (next == n)
    {
      path->target = TKB_TARGET_DOCUMENT;
      return;
    }
  if (g_str_has_prefix (path->id, "_design/") && segments[next][0] == '_')
    {
      path->target = TKB_TARGET_VIEW;
      return;
    }
  path->attachment = g_strjoinv ("/", segments + next);
  path->target = TKB_TARGET_ATTACHMENT;
}

static gboolean
is_document_segment (const char *segment, guint n)
{
  return segment[0] != '_' || g_str_has_prefix (segment, "_design/") ||
         g_str_has_prefix (segment, "_local/") ||
         (n > 2 && (strcmp (segment, "_design") == 0 || strcmp (segment, "_local") == 0));
}

/**
 * tkb_path_parse:
 * @raw: the path of a request, escaped
 *
 * A slash may stand escaped in names of databases and documents; _design/ and _local/ may have it
 * either way; names of attachments may hold plain ones.
 *
 * Returns: (transfer full) (nullable): what it names; %NULL where it cannot be decoded
 */
TkbPath *
tkb_path_parse (const char *raw)
{
  g_auto (GStrv) segments = split (raw);
  TkbPath *path;
  guint    n;

  if (segments == NULL)
    return NULL;
  n = g_strv_length (segments);
  path = g_new0 (TkbPath, 1);
  path->target = TKB_TARGET_NOWHERE;
  for (guint i = 0; i < n; i++)
    {
      if (segments[i][0] == '\0')
        return path;
    }
  if (n == 0)
    {
      path->target = TKB_TARGET_ROOT;
      return path;
    }
  if (segments[0][0] == '_')
    {
      path->name = g_strdup (segments[0]);
      path->target = n == 1 ? TKB_TARGET_SERVER : TKB_TARGET_NOWHERE;
      return path;
    }
  path->db_name = g_strdup (segments[0]);
  if (n == 1)
    {
      path->target = TKB_TARGET_DATABASE;
    }
  else if (is_document_segment (segments[1], n))
    {
      classify_document (path, segments, n);
    }
  else
    {
      path->name = g_strdup (segments[1]);
      path->target = n == 2 ? TKB_TARGET_SPECIAL : TKB_TARGET_NOWHERE;
    }
  return path;
}

static gboolean
has_method (const TkbRoute *route, const char *method)
{
  g_auto (GStrv) methods = g_strsplit (route->methods, " ", -1);

  return g_strv_contains ((const char *const *) methods,
                          strcmp (method, "HEAD") == 0 ? "GET" : method);
}

/**
 * tkb_router_find:
 * @path: a path
 * @method: a method
 * @out_allow: (out) (transfer full) (nullable): the methods that @path knows, where it does not
 *   know @method
 *
 * Returns: (transfer none) (nullable): the route
 */
const TkbRoute *
tkb_router_find (const TkbPath *path, const char *method, char **out_allow)
{
  g_autoptr (GString) allow = g_string_new (NULL);

  *out_allow = NULL;
  for (const TkbRoute *route = routes; route->handler != NULL; route++)
    {
      if (route->target != path->target ||
          (route->name != NULL && strcmp (route->name, path->name) != 0))
        continue;
      if (has_method (route, method))
        return route;
      g_string_append_printf (allow, "%s%s%s", allow->len > 0 ? "," : "", route->methods,
                              has_method (route, "GET") ? ",HEAD" : "");
    }
  if (allow->len > 0)
    *out_allow = g_strdelimit (g_string_free (g_steal_pointer (&allow), FALSE), " ", ',');
  return NULL;
}
