/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-draft.h"

#include "tkb-json.h"
#include "tkb-rev-id.h"

/* ms after the last keystroke: short enough that little is lost, long enough to wait for a pause */
#define SAVE_DELAY_MS 700
/* ms until a failed save is tried again */
#define RETRY_DELAY_MS 4000

struct _TkbDraft
{
  GObject parent_instance;

  TkbLibrary    *library; /* (owned) */
  TkbDocument   *stored; /* (owned) (nullable): the last revision on disk, the parent of the next */
  char          *id;     /* (owned) */
  char          *base;   /* (owned) (nullable): the revision that the draft was begun on */
  JsonObject    *body;   /* (owned) */
  char          *state;  /* (owned): in which it is written next */
  GError        *error;  /* (owned) (nullable): of the last save */
  GPtrArray     *waiting; /* (owned) (element-type GTask): for all to be on disk */
  guint          timeout; /* of the clock, 0: none */
  TkbDraftStatus status;
  gboolean       is_dirty;
  gboolean       is_saving;
  gboolean       is_done; /* sent or discarded: nothing is written any more */
};

G_DEFINE_FINAL_TYPE (TkbDraft, tkb_draft, G_TYPE_OBJECT)

enum
{
  PROP_STATUS = 1,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

static void start_save (TkbDraft *self);

/* ---- who writes, remembered from draft to draft ---- */

/* (nullable): none, or of a version of the schema that does not know these keys */
static GSettings *
get_memory (TkbLibrary *library)
{
  GSettings *settings = tkb_library_get_settings (library);
  g_autoptr (GSettingsSchema) schema = NULL;

  if (settings == NULL)
    return NULL;
  g_object_get (settings, "settings-schema", &schema, NULL);
  return g_settings_schema_has_key (schema, "authors") &&
                 g_settings_schema_has_key (schema, "institution")
             ? settings
             : NULL;
}

static void
remember_writer (TkbDraft *self)
{
  GSettings  *settings = get_memory (self->library);
  JsonArray  *authors = tkb_json_get_array (self->body, "authors");
  const char *institution = tkb_json_get_string (self->body, "contributing_institution", NULL);
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  g_auto (GStrv) all = NULL;

  if (settings == NULL)
    return;
  for (guint i = 0; authors != NULL && i < json_array_get_length (authors); i++)
    {
      JsonNode *node = json_array_get_element (authors, i);

      if (json_node_get_value_type (node) == G_TYPE_STRING)
        g_strv_builder_add (names, json_node_get_string (node));
    }
  all = g_strv_builder_end (names);
  if (*all != NULL)
    g_settings_set_strv (settings, "authors", (const char *const *) all);
  if (institution != NULL && *institution != '\0')
    g_settings_set_string (settings, "institution", institution);
}

static void
recall_writer (TkbLibrary *library, TkbKind *kind, JsonObject *body)
{
  GSettings *settings = get_memory (library);
  g_auto (GStrv) authors = settings != NULL ? g_settings_get_strv (settings, "authors") : NULL;
  g_autofree char *institution =
      settings != NULL ? g_settings_get_string (settings, "institution") : NULL;

  if (authors != NULL && *authors != NULL)
    {
      JsonArray *array = json_array_new ();

      for (guint i = 0; authors[i] != NULL; i++)
        json_array_add_string_element (array, authors[i]);
      json_object_set_array_member (body, "authors", array);
    }
  if (institution == NULL || *institution == '\0')
    return;
  json_object_set_string_member (body, "contributing_institution", institution);
  if (kind != NULL && tkb_kind_get_field (kind, "serving_institution") != NULL)
    json_object_set_string_member (body, "serving_institution", institution);
}

/* ---- saving ---- */

static void
set_status (TkbDraft *self, TkbDraftStatus status)
{
  if (self->status == status)
    return;
  self->status = status;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATUS]);
}

static void
clear_timeout (TkbDraft *self)
{
  if (self->timeout != 0)
    tkb_clock_remove_timeout (tkb_library_get_clock (self->library), self->timeout);
  self->timeout = 0;
}

static gboolean
timeout_cb (gpointer user_data)
{
  TkbDraft *self = user_data;

  self->timeout = 0;
  start_save (self);
  return G_SOURCE_REMOVE;
}

static void
schedule (TkbDraft *self, guint delay_ms)
{
  clear_timeout (self);
  self->timeout =
      tkb_clock_add_timeout (tkb_library_get_clock (self->library), delay_ms, timeout_cb, self);
}

/* Everybody who waits hears how the save went. */
static void
answer_waiting (TkbDraft *self)
{
  g_autoptr (GPtrArray) waiting = g_steal_pointer (&self->waiting);

  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < waiting->len; i++)
    if (self->error != NULL)
      g_task_return_error (waiting->pdata[i], g_error_copy (self->error));
    else
      g_task_return_boolean (waiting->pdata[i], TRUE);
}

static void
saved (TkbDraft *self, TkbDocument *document /* (transfer full) */)
{
  self->is_saving = FALSE;
  g_clear_error (&self->error);
  g_clear_pointer (&self->stored, tkb_document_unref);
  self->stored = document;
  if (self->is_dirty)
    {
      start_save (self);
      return;
    }
  set_status (self, TKB_DRAFT_SAVED);
  answer_waiting (self);
}

static void
failed (TkbDraft *self, GError *error /* (transfer full) */)
{
  self->is_saving = FALSE;
  self->is_dirty = TRUE;
  g_clear_error (&self->error);
  self->error = error;
  set_status (self, TKB_DRAFT_FAILED);
  answer_waiting (self);
  if (!self->is_done)
    schedule (self, RETRY_DELAY_MS);
}

static void
branched_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TkbDraft) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) results = tkb_store_write_finish (TKB_STORE (source), result, &error);
  TkbWriteResult *row = results != NULL && results->len == 1 ? results->pdata[0] : NULL;

  if (row != NULL && row->error == NULL)
    saved (self, tkb_document_ref (self->stored));
  else
    failed (self, row != NULL ? g_steal_pointer (&row->error) : g_steal_pointer (&error));
}

/* The document was changed elsewhere while it was edited here: what was typed becomes a version
 * beside that one, which the list of conflicts shows; neither is lost. */
static void
save_as_branch (TkbDraft *self)
{
  g_autoptr (TkbDocument) document = tkb_draft_make_document (self, self->state);
  const char        *parent = tkb_document_get_rev (document);
  const char *const *before =
      self->stored != NULL ? tkb_document_get_revisions (self->stored) : NULL;
  g_autofree char *rev = tkb_rev_id_compute (tkb_document_get_body (document), parent, FALSE);
  g_autoptr (GPtrArray) revisions = g_ptr_array_new ();
  g_autoptr (GPtrArray) documents =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_document_unref);

  g_ptr_array_add (revisions, rev);
  for (guint i = 0; before != NULL && before[i] != NULL; i++)
    g_ptr_array_add (revisions, (gpointer) before[i]);
  if (before == NULL)
    g_ptr_array_add (revisions, (gpointer) parent);
  g_ptr_array_add (revisions, NULL);
  g_clear_pointer (&self->stored, tkb_document_unref);
  self->stored = tkb_document_new (self->id, rev, FALSE, tkb_document_get_body (document),
                                   (const char *const *) revisions->pdata);
  g_ptr_array_add (documents, tkb_document_ref (self->stored));
  tkb_store_write_async (tkb_library_get_store (self->library), documents, TKB_WRITE_REPLICATED,
                         NULL, NULL, NULL, branched_cb, g_object_ref (self));
}

static void
put_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (TkbDraft) self = user_data;
  g_autoptr (GError) error = NULL;
  TkbDocument *document = tkb_store_put_finish (TKB_STORE (source), result, &error);

  if (document != NULL)
    saved (self, document);
  else if (g_error_matches (error, TKB_STORE_ERROR, TKB_STORE_ERROR_CONFLICT) &&
           self->stored != NULL)
    save_as_branch (self);
  else
    failed (self, g_steal_pointer (&error));
}

static void
start_save (TkbDraft *self)
{
  g_autoptr (TkbDocument) document = NULL;

  clear_timeout (self);
  if (self->is_saving || !self->is_dirty)
    return;
  self->is_saving = TRUE;
  self->is_dirty = FALSE;
  set_status (self, TKB_DRAFT_SAVING);
  if (!json_object_has_member (self->body, "created"))
    {
      g_autofree char *now = tkb_clock_get_iso8601 (tkb_library_get_clock (self->library));

      json_object_set_string_member (self->body, "created", now);
    }
  document = tkb_draft_make_document (self, self->state);
  tkb_store_put_async (tkb_library_get_store (self->library), document, TKB_WRITE_AMEND_DRAFT, NULL,
                       put_cb, g_object_ref (self));
}

/* The server holds this name against the account that sends the document in. */
static void
set_submitter (TkbDraft *self, JsonObject *body)
{
  TkbAccounts     *accounts = tkb_library_get_accounts (self->library);
  const TkbRemote *remote = accounts != NULL ? tkb_accounts_get_remote (accounts) : NULL;

  if (remote != NULL && remote->user != NULL && *remote->user != '\0' &&
      !json_object_has_member (body, "submitted_by"))
    json_object_set_string_member (body, "submitted_by", remote->user);
}

TkbDocument *
tkb_draft_make_document (TkbDraft *self, const char *state)
{
  g_autoptr (JsonObject) body = tkb_json_object_copy (self->body);
  g_autofree char *now = tkb_clock_get_iso8601 (tkb_library_get_clock (self->library));

  if (!json_object_has_member (body, "created"))
    json_object_set_string_member (body, "created", now);
  json_object_set_string_member (body, "modified", now);
  json_object_set_string_member (body, "state", state);
  if (g_str_equal (state, "submitted"))
    set_submitter (self, body);
  return tkb_document_new (self->id,
                           self->stored != NULL ? tkb_document_get_rev (self->stored) : NULL, FALSE,
                           body, NULL);
}

const char *
tkb_draft_get_id (TkbDraft *self)
{
  return self->id;
}

JsonObject *
tkb_draft_get_body (TkbDraft *self)
{
  return self->body;
}

static gboolean
is_stored_draft (TkbDraft *self)
{
  return self->stored != NULL &&
         g_strcmp0 (tkb_document_get_string (self->stored, "state"), "draft") == 0;
}

gboolean
tkb_draft_is_new (TkbDraft *self)
{
  return self->base == NULL;
}

TkbDraftStatus
tkb_draft_get_status (TkbDraft *self)
{
  return self->status;
}

const GError *
tkb_draft_get_error (TkbDraft *self)
{
  return self->error;
}

void
tkb_draft_set_member (TkbDraft *self, const char *code, JsonNode *node)
{
  JsonNode *old = json_object_get_member (self->body, code);

  if (self->is_done || (node == NULL && old == NULL) ||
      (node != NULL && old != NULL && json_node_equal (node, old)))
    {
      g_clear_pointer (&node, json_node_unref);
      return;
    }
  if (node != NULL)
    json_object_set_member (self->body, code, node);
  else
    json_object_remove_member (self->body, code);
  self->is_dirty = TRUE;
  if (!self->is_saving)
    {
      set_status (self, TKB_DRAFT_CHANGED);
      schedule (self, SAVE_DELAY_MS);
    }
}

void
tkb_draft_save_async (TkbDraft *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);

  g_task_set_source_tag (task, tkb_draft_save_async);
  if (!self->is_dirty && !self->is_saving)
    {
      g_task_return_boolean (task, TRUE);
      return;
    }
  g_ptr_array_add (self->waiting, g_steal_pointer (&task));
  start_save (self);
}

gboolean
tkb_draft_save_finish (TkbDraft *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
sent_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  TkbDraft *self = TKB_DRAFT (source);
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;

  if (tkb_draft_save_finish (self, result, &error))
    {
      self->is_done = TRUE;
      remember_writer (self);
      g_task_return_boolean (task, TRUE);
      return;
    }
  g_free (self->state);
  self->state = g_strdup ("draft");
  g_task_return_error (task, g_steal_pointer (&error));
}

void
tkb_draft_send_async (TkbDraft *self, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);

  g_task_set_source_tag (task, tkb_draft_send_async);
  g_free (self->state);
  self->state = g_strdup ("submitted");
  self->is_dirty = TRUE;
  tkb_draft_save_async (self, sent_cb, task);
}

gboolean
tkb_draft_send_finish (TkbDraft *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* The parent of what is written next is what the draft was begun on. */
static void
forget_draft (TkbDraft *self)
{
  TkbDocument *base = self->base != NULL ? tkb_document_with_rev (self->stored, self->base) : NULL;

  tkb_document_unref (self->stored);
  self->stored = base;
}

static void
purged_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;

  if (tkb_store_purge_draft_finish (TKB_STORE (source), result, &error) ||
      g_error_matches (error, TKB_STORE_ERROR, TKB_STORE_ERROR_NOT_FOUND))
    {
      forget_draft (g_task_get_source_object (task));
      g_task_return_boolean (task, TRUE);
    }
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

/* A save that is under way comes first. */
static void
saved_before_discard_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  TkbDraft *self = TKB_DRAFT (source);
  g_autoptr (GTask) task = user_data;

  tkb_draft_save_finish (self, result, NULL);
  clear_timeout (self);
  self->is_dirty = FALSE;
  self->is_done = TRUE;
  if (is_stored_draft (self))
    tkb_store_purge_draft_async (tkb_library_get_store (self->library), self->id, purged_cb,
                                 g_steal_pointer (&task));
  else
    g_task_return_boolean (task, TRUE); /* nothing of it ever was on disk */
}

void
tkb_draft_discard_async (TkbDraft *self, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);

  g_task_set_source_tag (task, tkb_draft_discard_async);
  clear_timeout (self);
  self->is_dirty = FALSE;
  tkb_draft_save_async (self, saved_before_discard_cb, task);
}

gboolean
tkb_draft_discard_finish (TkbDraft *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
tkb_draft_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_STATUS)
    g_value_set_int (value, TKB_DRAFT (object)->status);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
tkb_draft_dispose (GObject *object)
{
  TkbDraft *self = TKB_DRAFT (object);

  if (self->library != NULL)
    {
      clear_timeout (self);
      if (!self->is_done && tkb_library_get_store (self->library) != NULL && self->is_dirty &&
          !self->is_saving)
        start_save (self); /* holds a reference until it is on disk */
    }
  G_OBJECT_CLASS (tkb_draft_parent_class)->dispose (object);
}

static void
tkb_draft_finalize (GObject *object)
{
  TkbDraft *self = TKB_DRAFT (object);

  g_clear_object (&self->library);
  g_clear_pointer (&self->stored, tkb_document_unref);
  g_clear_pointer (&self->body, json_object_unref);
  g_clear_error (&self->error);
  g_ptr_array_unref (self->waiting);
  g_free (self->id);
  g_free (self->base);
  g_free (self->state);
  G_OBJECT_CLASS (tkb_draft_parent_class)->finalize (object);
}

static void
tkb_draft_class_init (TkbDraftClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = tkb_draft_get_property;
  object_class->dispose = tkb_draft_dispose;
  object_class->finalize = tkb_draft_finalize;
  properties[PROP_STATUS] =
      g_param_spec_int ("status", NULL, NULL, TKB_DRAFT_UNTOUCHED, TKB_DRAFT_FAILED,
                        TKB_DRAFT_UNTOUCHED, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
tkb_draft_init (TkbDraft *self)
{
  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  self->state = g_strdup ("draft");
}

static JsonObject *
make_new_body (TkbLibrary *library, const char *kind)
{
  const char      *language = tkb_library_get_language (library);
  g_autofree char *code = g_strndup (language, strcspn (language, "-_"));
  JsonObject      *body = json_object_new ();

  json_object_set_string_member (body, "kind", kind);
  json_object_set_string_member (body, "language", *code != '\0' ? code : "en");
  json_object_set_string_member (body, "visibility", "network");
  recall_writer (library, tkb_catalog_get_kind (tkb_library_get_catalog (library), kind), body);
  return body;
}

TkbDraft *
tkb_draft_new (TkbLibrary *library, TkbDocument *existing, const char *kind)
{
  TkbDraft          *self = g_object_new (TKB_TYPE_DRAFT, NULL);
  const char *const *revisions;

  self->library = g_object_ref (library);
  if (existing != NULL)
    {
      self->stored = tkb_document_ref (existing);
      self->id = g_strdup (tkb_document_get_id (existing));
      self->body = tkb_json_object_copy (tkb_document_get_body (existing));
      revisions = tkb_document_get_revisions (existing);
      if (!is_stored_draft (self))
        self->base = g_strdup (tkb_document_get_rev (existing));
      else if (revisions != NULL && revisions[0] != NULL)
        self->base = g_strdup (revisions[1]);
    }
  else
    {
      g_autofree char *uuid = tkb_random_uuid (tkb_library_get_random (library));

      self->id = g_strdup_printf ("%s:%s", kind, uuid);
      self->body = make_new_body (library, kind);
    }
  return self;
}
