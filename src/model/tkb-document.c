/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-document.h"

#include "tkb-json.h"
#include "tkb-limits.h"
#include "tkb-rev-id.h"

#include <string.h>

G_DEFINE_QUARK (tkb - document - error - quark, tkb_document_error)

/* json-glib counts the references of an object without atomics, so that a body that two documents
 * share has a counted holder of its own. */
typedef struct
{
  JsonObject *object; /* (owned): sealed */
} Body;

/**
 * TkbDocument:
 *
 * One revision of one document. Immutable: safe from any thread, as is its body as long as nobody
 * takes a reference to that (borrow it, or copy it with tkb_json_object_copy ()).
 */
struct _TkbDocument
{
  gatomicrefcount ref_count;

  char    *id;        /* (owned) */
  char    *rev;       /* (owned) (nullable) */
  char   **revisions; /* (owned) (nullable): newest first, rev included */
  Body    *body;      /* (owned) */
  gboolean is_deleted;
};

G_DEFINE_BOXED_TYPE (TkbDocument, tkb_document, tkb_document_ref, tkb_document_unref)

static void
body_clear (Body *body)
{
  g_clear_pointer (&body->object, json_object_unref);
}

static Body *
body_new (JsonObject *object)
{
  Body *body = g_atomic_rc_box_new0 (Body);

  body->object = json_object_ref (object);
  if (!json_object_is_immutable (object))
    json_object_seal (object);
  return body;
}

/**
 * tkb_document_ref:
 *
 * Returns: (transfer full): @self
 */
TkbDocument *
tkb_document_ref (TkbDocument *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * tkb_document_unref:
 */
void
tkb_document_unref (TkbDocument *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_free (self->id);
  g_free (self->rev);
  g_strfreev (self->revisions);
  g_atomic_rc_box_release_full (self->body, (GDestroyNotify) body_clear);
  g_free (self);
}

/* body: (transfer full) */
static TkbDocument *
document_new (const char *id, const char *rev, gboolean is_deleted, Body *body, char **revisions)
{
  TkbDocument *self = g_new0 (TkbDocument, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->id = g_strdup (id);
  self->rev = g_strdup (rev);
  self->is_deleted = is_deleted;
  self->body = body;
  self->revisions = revisions;
  return self;
}

/**
 * tkb_document_new:
 * @id: valid
 * @rev: (nullable): valid
 * @body: without `_id`, `_rev`, `_deleted`, `_revisions`; sealed and shared, so not to be changed
 *   any more
 * @revisions: (nullable) (array zero-terminated=1): newest first, @rev included
 *
 * Returns: (transfer full): for input of one's own; what comes from outside goes through
 *   [ctor@Document.new_from_json]
 */
TkbDocument *
tkb_document_new (const char        *id,
                  const char        *rev,
                  gboolean           is_deleted,
                  JsonObject        *body,
                  const char *const *revisions)
{
  g_return_val_if_fail (id != NULL, NULL);
  g_return_val_if_fail (rev == NULL || tkb_rev_id_is_valid (rev), NULL);
  g_return_val_if_fail (body != NULL, NULL);

  return document_new (id, rev, is_deleted, body_new (body), g_strdupv ((char **) revisions));
}

/**
 * tkb_document_id_is_valid:
 * @id: (nullable): any bytes
 *
 * An id is UTF-8 of 1 to %TKB_MAX_ID_BYTES bytes; only design documents (`_design/…`) and local
 * ones (`_local/…`) begin with an underscore.
 *
 * Returns: %FALSE with %TKB_DOCUMENT_ERROR_INVALID_ID
 */
gboolean
tkb_document_id_is_valid (const char *id, GError **error)
{
  static const char *const prefixes[] = { "_design/", "_local/" };
  const char              *problem = NULL;

  if (id == NULL || *id == '\0')
    problem = "_id is missing or empty";
  else if (strlen (id) > TKB_MAX_ID_BYTES)
    problem = "_id is longer than 512 bytes";
  else if (!g_utf8_validate (id, -1, NULL))
    problem = "_id is not UTF-8";
  else if (*id == '_')
    {
      problem = "_id begins with an underscore, which only _design/ and _local/ may";
      for (gsize i = 0; i < G_N_ELEMENTS (prefixes); i++)
        if (g_str_has_prefix (id, prefixes[i]) && id[strlen (prefixes[i])] != '\0')
          problem = NULL;
    }

  if (problem == NULL)
    return TRUE;
  g_set_error_literal (error, TKB_DOCUMENT_ERROR, TKB_DOCUMENT_ERROR_INVALID_ID, problem);
  return FALSE;
}

/* Bytes of a value as JSON, but for escapes: enough to bound what a document costs. */
static gsize
measure (JsonNode *node)
{
  gsize size = 2;

  if (JSON_NODE_HOLDS_OBJECT (node))
    {
      JsonObjectIter iter;
      const char    *name;
      JsonNode      *value;

      json_object_iter_init (&iter, json_node_get_object (node));
      while (json_object_iter_next (&iter, &name, &value))
        size += strlen (name) + 4 + measure (value);
    }
  else if (JSON_NODE_HOLDS_ARRAY (node))
    {
      JsonArray *array = json_node_get_array (node);

      for (guint i = 0; i < json_array_get_length (array); i++)
        size += 1 + measure (json_array_get_element (array, i));
    }
  else if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
    size += strlen (json_node_get_string (node));
  return size;
}

/* {"start": 3, "ids": ["c", "b", "a"]} -> 3-c, 2-b, 1-a; NULL with error */
static char **
parse_revisions (JsonObject *object, GError **error)
{
  gint64     start = tkb_json_get_int (object, "start", -1);
  JsonArray *ids = tkb_json_get_array (object, "ids");
  guint      length = ids != NULL ? json_array_get_length (ids) : 0;
  g_autoptr (GPtrArray) revisions = g_ptr_array_new_with_free_func (g_free);

  if (start < 1 || start > G_MAXINT32 || length == 0 || length > start)
    {
      g_set_error_literal (error, TKB_DOCUMENT_ERROR, TKB_DOCUMENT_ERROR_INVALID_REV,
                           "_revisions does not have a start and as many ids or fewer");
      return NULL;
    }
  for (guint i = 0; i < length; i++)
    {
      JsonNode   *node = json_array_get_element (ids, i);
      const char *digest =
          json_node_get_value_type (node) == G_TYPE_STRING ? json_node_get_string (node) : "";

      g_ptr_array_add (revisions, g_strdup_printf ("%" G_GINT64_FORMAT "-%s", start - i, digest));
      if (!tkb_rev_id_is_valid (revisions->pdata[i]))
        {
          g_set_error (error, TKB_DOCUMENT_ERROR, TKB_DOCUMENT_ERROR_INVALID_REV,
                       "_revisions: number %u of ids is not a digest", i + 1);
          return NULL;
        }
    }
  g_ptr_array_add (revisions, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&revisions), FALSE);
}

static gboolean
invalid_member (const char *name, const char *problem, GError **error)
{
  g_set_error (error, TKB_DOCUMENT_ERROR, TKB_DOCUMENT_ERROR_INVALID_MEMBER, "%s %s", name,
               problem);
  return FALSE;
}

typedef struct
{
  const char *id;        /* (unowned) (nullable) */
  const char *rev;       /* (unowned) (nullable) */
  char      **revisions; /* (owned) (nullable) */
  gboolean    is_deleted;
} Head;

/* A member with a leading underscore; *out_is_body: whether it stays in the body. */
static gboolean
read_member (Head *head, const char *name, JsonNode *node, gboolean *out_is_body, GError **error)
{
  /* what a CouchDB adds when it is asked to, and ignores when it is given back */
  static const char *const ignored[] = { "_conflicts", "_deleted_conflicts", "_revs_info",
                                         "_local_seq", NULL };
  gboolean                 is_string = json_node_get_value_type (node) == G_TYPE_STRING;

  *out_is_body = FALSE;
  if (g_str_equal (name, "_id"))
    {
      head->id = is_string ? json_node_get_string (node) : NULL;
      return is_string || tkb_document_id_is_valid (NULL, error);
    }
  if (g_str_equal (name, "_rev"))
    {
      head->rev = is_string ? json_node_get_string (node) : NULL;
      if (tkb_rev_id_is_valid (head->rev))
        return TRUE;
      g_set_error_literal (error, TKB_DOCUMENT_ERROR, TKB_DOCUMENT_ERROR_INVALID_REV,
                           "_rev is not of the form N-digest");
      return FALSE;
    }
  if (g_str_equal (name, "_deleted"))
    {
      if (json_node_get_value_type (node) != G_TYPE_BOOLEAN)
        return invalid_member (name, "is neither true nor false", error);
      head->is_deleted = json_node_get_boolean (node);
      return TRUE;
    }
  if (g_str_equal (name, "_revisions"))
    {
      if (!JSON_NODE_HOLDS_OBJECT (node))
        return invalid_member (name, "is not an object", error);
      head->revisions = parse_revisions (json_node_get_object (node), error);
      return head->revisions != NULL;
    }
  if (g_str_equal (name, "_attachments"))
    {
      *out_is_body = TRUE;
      return JSON_NODE_HOLDS_OBJECT (node) || invalid_member (name, "is not an object", error);
    }
  return g_strv_contains (ignored, name) ||
         invalid_member (name, "is not a member known here, and begins with an underscore", error);
}

/**
 * tkb_document_new_from_json:
 * @object: a document in wire form; copied
 *
 * Reads `_id`, `_rev`, `_deleted`, `_revisions`; `_attachments` and all members without a leading
 * underscore are the body. `_conflicts`, `_deleted_conflicts`, `_revs_info` and `_local_seq` are
 * dropped, as CouchDB drops them.
 *
 * Returns: (transfer full): %NULL with one of [error@DocumentError]
 */
TkbDocument *
tkb_document_new_from_json (JsonObject *object, GError **error)
{
  g_auto (GStrv) revisions = NULL;
  g_autoptr (JsonObject) body = NULL;
  Head           head = { NULL };
  JsonObjectIter iter;
  const char    *name;
  JsonNode      *value;
  gsize          size = 0;
  gboolean       is_good = TRUE;

  g_return_val_if_fail (object != NULL, NULL);

  body = json_object_new ();
  json_object_iter_init_ordered (&iter, object);
  while (is_good && json_object_iter_next_ordered (&iter, &name, &value))
    {
      gboolean is_body = TRUE;

      if (*name == '_')
        is_good = read_member (&head, name, value, &is_body, error);
      else
        size += strlen (name) + 4 + measure (value);
      if (is_good && is_body)
        json_object_set_member (body, name, tkb_json_node_copy (value));
      if (size > TKB_MAX_DOCUMENT_BYTES)
        {
          g_clear_pointer (&head.revisions, g_strfreev);
          g_set_error (error, TKB_DOCUMENT_ERROR, TKB_DOCUMENT_ERROR_TOO_LARGE,
                       "The document is larger than %d bytes", TKB_MAX_DOCUMENT_BYTES);
          return NULL;
        }
    }
  revisions = g_steal_pointer (&head.revisions);
  if (!is_good || !tkb_document_id_is_valid (head.id, error))
    return NULL;
  if (revisions != NULL && head.rev != NULL && !g_str_equal (revisions[0], head.rev))
    {
      g_set_error_literal (error, TKB_DOCUMENT_ERROR, TKB_DOCUMENT_ERROR_INVALID_REV,
                           "_revisions does not begin with _rev");
      return NULL;
    }
  if (revisions != NULL)
    head.rev = revisions[0];

  return document_new (head.id, head.rev, head.is_deleted, body_new (body),
                       g_steal_pointer (&revisions));
}

/**
 * tkb_document_new_parse:
 * @text: JSON of one document
 * @length: in bytes; -1: up to the zero
 *
 * Returns: (transfer full): %NULL with one of [error@JsonError] or [error@DocumentError]
 */
TkbDocument *
tkb_document_new_parse (const char *text, gssize length, GError **error)
{
  g_autoptr (JsonObject) object = tkb_json_parse_object (text, length, 0, error);

  return object != NULL ? tkb_document_new_from_json (object, error) : NULL;
}

/**
 * tkb_document_with_body:
 * @body: as in [ctor@Document.new]
 *
 * Returns: (transfer full): the same document and revision with another body
 */
TkbDocument *
tkb_document_with_body (TkbDocument *self, JsonObject *body)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (body != NULL, NULL);

  return document_new (self->id, self->rev, self->is_deleted, body_new (body),
                       g_strdupv (self->revisions));
}

/**
 * tkb_document_with_rev:
 * @rev: (nullable): valid
 *
 * Returns: (transfer full): the same body as another revision; `revisions` are kept only where
 *   they begin with @rev
 */
TkbDocument *
tkb_document_with_rev (TkbDocument *self, const char *rev)
{
  gboolean fits;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (rev == NULL || tkb_rev_id_is_valid (rev), NULL);

  fits = self->revisions != NULL && g_strcmp0 (self->revisions[0], rev) == 0;
  return document_new (self->id, rev, self->is_deleted, g_atomic_rc_box_acquire (self->body),
                       fits ? g_strdupv (self->revisions) : NULL);
}

/**
 * tkb_document_with_string:
 * @field: a member of the body
 * @value: (nullable): %NULL takes the field away
 *
 * Returns: (transfer full): the same document and revision with one field changed
 */
TkbDocument *
tkb_document_with_string (TkbDocument *self, const char *field, const char *value)
{
  g_autoptr (JsonObject) body = NULL;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (field != NULL, NULL);

  body = tkb_json_object_copy (self->body->object);
  if (value != NULL)
    json_object_set_string_member (body, field, value);
  else if (json_object_has_member (body, field))
    json_object_remove_member (body, field);
  return tkb_document_with_body (self, body);
}

/**
 * tkb_document_get_id:
 *
 * Returns: (transfer none)
 */
const char *
tkb_document_get_id (TkbDocument *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->id;
}

/**
 * tkb_document_get_rev:
 *
 * Returns: (transfer none) (nullable)
 */
const char *
tkb_document_get_rev (TkbDocument *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->rev;
}

/**
 * tkb_document_is_deleted:
 *
 * Returns: whether this revision is a tombstone
 */
gboolean
tkb_document_is_deleted (TkbDocument *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->is_deleted;
}

/**
 * tkb_document_is_design:
 *
 * Returns: whether it is one of CouchDB's design documents, carried but never shown
 */
gboolean
tkb_document_is_design (TkbDocument *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return g_str_has_prefix (self->id, "_design/");
}

/**
 * tkb_document_get_body:
 *
 * Returns: (transfer none): sealed; not to be referenced beyond the life of @self
 */
JsonObject *
tkb_document_get_body (TkbDocument *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->body->object;
}

/**
 * tkb_document_get_revisions:
 *
 * Returns: (transfer none) (nullable) (array zero-terminated=1): newest first
 */
const char *const *
tkb_document_get_revisions (TkbDocument *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return (const char *const *) self->revisions;
}

/**
 * tkb_document_get_kind:
 *
 * Returns: (transfer none) (nullable)
 */
const char *
tkb_document_get_kind (TkbDocument *self)
{
  return tkb_document_get_string (self, "kind");
}

/**
 * tkb_document_get_string:
 *
 * Returns: (transfer none) (nullable): %NULL where the field is missing or not a string
 */
const char *
tkb_document_get_string (TkbDocument *self, const char *field)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (field != NULL, NULL);

  return tkb_json_get_string (self->body->object, field, NULL);
}

/* Whether tag is lang or a wider tag: "zh" of "zh-CN". BCP 47 tags ignore case. */
static gboolean
is_wider (const char *tag, const char *lang)
{
  gsize length = tag != NULL ? strlen (tag) : 0;

  return length > 0 && g_ascii_strncasecmp (tag, lang, length) == 0 &&
         (lang[length] == '\0' || lang[length] == '-');
}

/* The text of field in lang, by the longest tag that fits; of a bare language, any of its tags. */
static const char *
get_localized (TkbDocument *self, const char *field, const char *map_field, const char *lang)
{
  const char    *own = tkb_document_get_string (self, field);
  JsonObject    *map = tkb_json_get_object (self->body->object, map_field);
  const char    *best = NULL, *variant = NULL;
  gsize          best_length = 0;
  JsonObjectIter iter;
  const char    *tag;
  JsonNode      *value;
  const char    *own_lang;

  if (own != NULL && *own == '\0')
    own = NULL;
  if (lang == NULL)
    return own;

  own_lang = tkb_document_get_string (self, "language");
  if (own != NULL && is_wider (own_lang, lang))
    {
      best = own;
      best_length = strlen (own_lang);
    }
  if (map != NULL)
    {
      json_object_iter_init_ordered (&iter, map);
      while (json_object_iter_next_ordered (&iter, &tag, &value))
        {
          const char *text = json_node_get_value_type (value) == G_TYPE_STRING
                                 ? json_node_get_string (value)
                                 : NULL;

          if (text == NULL || *text == '\0')
            continue;
          if (is_wider (tag, lang) && strlen (tag) > best_length)
            {
              best = text;
              best_length = strlen (tag);
            }
          else if (variant == NULL && is_wider (lang, tag))
            variant = text;
        }
    }
  if (best == NULL && own != NULL && own_lang != NULL && is_wider (lang, own_lang))
    return own;
  return best != NULL ? best : variant != NULL ? variant : own;
}

/**
 * tkb_document_get_title:
 * @lang: (nullable): BCP 47; `zh-CN` falls back to `zh`, and `zh` to the first `zh-…`
 *
 * Returns: (transfer none): the title in @lang if there is one, else the title, else the id
 */
const char *
tkb_document_get_title (TkbDocument *self, const char *lang)
{
  const char *title;

  g_return_val_if_fail (self != NULL, NULL);

  title = get_localized (self, "title", "titles", lang);
  return title != NULL ? title : self->id;
}

/**
 * tkb_document_get_summary:
 * @lang: (nullable): as in [method@Document.get_title]
 *
 * Returns: (transfer none) (nullable): the summary in @lang if there is one, else the summary
 */
const char *
tkb_document_get_summary (TkbDocument *self, const char *lang)
{
  g_return_val_if_fail (self != NULL, NULL);

  return get_localized (self, "summary", "summaries", lang);
}

/**
 * tkb_document_may_leave:
 *
 * Returns: whether any of it may leave this machine: neither `state` draft nor `visibility` private
 */
gboolean
tkb_document_may_leave (TkbDocument *self)
{
  return g_strcmp0 (tkb_document_get_string (self, "state"), "draft") != 0 &&
         g_strcmp0 (tkb_document_get_string (self, "visibility"), "private") != 0;
}

static void
append_member (GString *out, const char *name)
{
  if (out->len > 1)
    g_string_append_c (out, ',');
  tkb_json_append_string (out, name);
  g_string_append_c (out, ':');
}

/**
 * tkb_document_to_text:
 *
 * Returns: (transfer full): wire form: `_id`, `_rev` and `_deleted` where they are set,
 *   `_revisions` where asked for and known, then the body
 */
char *
tkb_document_to_text (TkbDocument *self, TkbDocumentJsonFlags flags)
{
  GString       *out;
  JsonObjectIter iter;
  const char    *name;
  JsonNode      *value;

  g_return_val_if_fail (self != NULL, NULL);

  out = g_string_new ("{");
  append_member (out, "_id");
  tkb_json_append_string (out, self->id);
  if (self->rev != NULL)
    {
      append_member (out, "_rev");
      tkb_json_append_string (out, self->rev);
    }
  if (self->is_deleted)
    {
      append_member (out, "_deleted");
      g_string_append (out, "true");
    }
  if ((flags & TKB_DOCUMENT_JSON_REVISIONS) && self->revisions != NULL)
    {
      append_member (out, "_revisions");
      g_string_append_printf (out, "{\"start\":%u,\"ids\":[",
                              tkb_rev_id_get_generation (self->revisions[0]));
      for (guint i = 0; self->revisions[i] != NULL; i++)
        {
          const char *digest = NULL;

          tkb_rev_id_parse (self->revisions[i], NULL, &digest);
          if (i > 0)
            g_string_append_c (out, ',');
          tkb_json_append_string (out, digest);
        }
      g_string_append (out, "]}");
    }
  json_object_iter_init_ordered (&iter, self->body->object);
  while (json_object_iter_next_ordered (&iter, &name, &value))
    {
      append_member (out, name);
      tkb_json_append (out, value);
    }
  g_string_append_c (out, '}');
  return g_string_free (out, FALSE);
}

static JsonObject *
revisions_to_json (char **revisions)
{
  JsonObject *object = json_object_new ();
  JsonArray  *ids = json_array_new ();

  for (guint i = 0; revisions[i] != NULL; i++)
    {
      const char *digest = NULL;

      tkb_rev_id_parse (revisions[i], NULL, &digest);
      json_array_add_string_element (ids, digest);
    }
  json_object_set_int_member (object, "start", tkb_rev_id_get_generation (revisions[0]));
  json_object_set_array_member (object, "ids", ids);
  return object;
}

/**
 * tkb_document_to_json:
 *
 * Returns: (transfer full): wire form, as [method@Document.to_text]; it shares nothing with @self
 */
JsonObject *
tkb_document_to_json (TkbDocument *self, TkbDocumentJsonFlags flags)
{
  JsonObject    *object;
  JsonObjectIter iter;
  const char    *name;
  JsonNode      *value;

  g_return_val_if_fail (self != NULL, NULL);

  object = json_object_new ();
  json_object_set_string_member (object, "_id", self->id);
  if (self->rev != NULL)
    json_object_set_string_member (object, "_rev", self->rev);
  if (self->is_deleted)
    json_object_set_boolean_member (object, "_deleted", TRUE);
  if ((flags & TKB_DOCUMENT_JSON_REVISIONS) && self->revisions != NULL)
    json_object_set_object_member (object, "_revisions", revisions_to_json (self->revisions));
  json_object_iter_init_ordered (&iter, self->body->object);
  while (json_object_iter_next_ordered (&iter, &name, &value))
    json_object_set_member (object, name, tkb_json_node_copy (value));
  return object;
}
