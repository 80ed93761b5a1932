/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-json.h"
#include "tkb-replication-private.h"
#include "tkb-sync-error.h"
#include "tkb-wire-error.h"
#include "tkb-wire-text.h"

#include <string.h>

/* failures that are tried again in later runs; more than that is not a bad document */
#define MAX_FAILED 500
/* failures of this run that are kept for who asks */
#define MAX_FAILURES 100

void
tkb_replication_failure_free (TkbReplicationFailure *failure)
{
  g_free (failure->id);
  g_free (failure->rev);
  g_error_free (failure->error);
  g_free (failure);
}

static TkbReplicationFailure *
failure_new (const char *id, const char *rev, GError *error)
{
  TkbReplicationFailure *failure = g_new0 (TkbReplicationFailure, 1);

  failure->id = g_strdup (id);
  failure->rev = g_strdup (rev);
  failure->error = error;
  return failure;
}

char *
tkb_replication_failure_key (const char *id, const char *rev)
{
  return g_strconcat (id, "\n", rev, NULL);
}

/* Counts and names a revision that did not come over, for this run and for the next. */
void
tkb_replication_note_failure (TkbReplication *self,
                              const char     *id,
                              const char     *rev,
                              const GError   *error)
{
  self->stats.doc_failures++;
  if (self->failures->len < MAX_FAILURES)
    g_ptr_array_add (self->failures, failure_new (id, rev, g_error_copy (error)));
  if (g_hash_table_size (self->failed) < MAX_FAILED)
    {
      g_hash_table_replace (self->failed, tkb_replication_failure_key (id, rev),
                            failure_new (id, rev, g_error_copy (error)));
      self->failed_changed = TRUE;
    }
}

void
tkb_replication_forget_failure (TkbReplication *self, const char *id, const char *rev)
{
  g_autofree char *key = NULL;

  if (g_hash_table_size (self->failed) == 0)
    return;
  key = tkb_replication_failure_key (id, rev);
  if (g_hash_table_remove (self->failed, key))
    self->failed_changed = TRUE;
}

/* The side that keeps the list of failures: the one on this machine. */
static TkbPeer *
get_keeper (TkbReplication *self)
{
  return tkb_peer_is_remote (self->target) && !tkb_peer_is_remote (self->source) ? self->source
                                                                                 : self->target;
}

static char *
failed_id (TkbReplication *self)
{
  return g_strconcat (self->id, "-failed", NULL);
}

static void
read_failed (TkbReplication *self, JsonObject *object)
{
  JsonArray *items = object ? tkb_json_get_array (object, "items") : NULL;

  for (guint i = 0; items && i < MIN (json_array_get_length (items), MAX_FAILED); i++)
    {
      JsonNode   *node = json_array_get_element (items, i);
      JsonObject *item = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
      const char *id = item ? tkb_json_get_string (item, "id", NULL) : NULL;
      const char *rev = item ? tkb_json_get_string (item, "rev", NULL) : NULL;

      if (id && rev)
        g_hash_table_replace (
            self->failed, tkb_replication_failure_key (id, rev),
            failure_new (id, rev,
                         g_error_new_literal (TKB_WIRE_ERROR, TKB_WIRE_ERROR_INTERNAL,
                                              tkb_json_get_string (item, "reason", "failed"))));
    }
}

static JsonObject *
write_failed (TkbReplication *self)
{
  JsonObject            *object = json_object_new ();
  JsonArray             *items = json_array_new ();
  GHashTableIter         iter;
  TkbReplicationFailure *failure;

  g_hash_table_iter_init (&iter, self->failed);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &failure))
    {
      JsonObject *item = json_object_new ();

      json_object_set_string_member (item, "id", failure->id);
      json_object_set_string_member (item, "rev", failure->rev);
      json_object_set_string_member (item, "reason", failure->error->message);
      json_array_add_object_element (items, item);
    }
  json_object_set_array_member (object, "items", items);
  return object;
}

/* ---- loading: who, then the checkpoints of both, then the common point ---- */

static char *
make_id (TkbReplication *self)
{
  g_autofree char *text =
      g_strdup_printf ("%d\n%s\n%s", TKB_WIRE_REPLICATION_ID_VERSION, self->source_info->identity,
                       self->target_info->identity);
  g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);

  return g_strdup_printf ("tkb-%.32s", digest);
}

/* Where a server lets nobody write its side of the checkpoint, the other side has to do: then a
 * feed that is shorter than it was is the one sign of a restored source. */
static char *
find_one_sided (TkbReplication *self)
{
  TkbWireCheckpoint *log = NULL;
  guint64            recorded, newest;

  if (self->source_log->history->len == 0 && self->target_log->is_one_sided)
    log = self->target_log;
  else if (self->target_log->history->len == 0 && self->source_log->is_one_sided)
    log = self->source_log;
  if (!log || log->history->len == 0)
    return g_strdup ("0");
  recorded = g_ascii_strtoull (log->source_last_seq, NULL, 10);
  newest = g_ascii_strtoull (self->source_info->update_seq, NULL, 10);
  return g_strdup (recorded <= newest ? log->source_last_seq : "0");
}

/* All is known: what is to be tried again goes first. */
static void
begin (TkbReplication *self)
{
  TkbBatch *again;

  again = tkb_batch_new_for_failures (self);
  if (again)
    g_queue_push_tail (&self->batches, again);
  self->is_ready = TRUE;
  tkb_replication_pump (self);
}

/* What the target has lost bytes of counts as not come over yet. */
static void
incomplete_listed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  TkbReplication *self = user_data;
  GError         *error = NULL;
  g_autoptr (GPtrArray) lost = tkb_peer_list_incomplete_finish (TKB_PEER (source), result, &error);

  if (!tkb_replication_end_call (self, error))
    return;
  for (guint i = 0; i < lost->len && g_hash_table_size (self->failed) < MAX_FAILED; i++)
    {
      TkbPeerRevision *revision = g_ptr_array_index (lost, i);

      g_hash_table_replace (
          self->failed, tkb_replication_failure_key (revision->id, revision->rev),
          failure_new (revision->id, revision->rev,
                       g_error_new_literal (TKB_SYNC_ERROR, TKB_SYNC_ERROR_ATTACHMENT,
                                            "an attachment was damaged here")));
    }
  begin (self);
}

static void
failed_loaded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  TkbReplication *self = user_data;
  GError         *error = NULL;
  g_autoptr (JsonObject) object = tkb_peer_get_local_finish (TKB_PEER (source), result, &error);

  if (!tkb_replication_end_call (self, error))
    return;
  read_failed (self, object);
  if (!tkb_peer_can_list_incomplete (self->target))
    {
      begin (self);
      return;
    }
  self->pending++;
  tkb_peer_list_incomplete_async (self->target, self->cancellable, incomplete_listed_cb, self);
}

static void
logs_loaded (TkbReplication *self)
{
  g_autofree char *common = tkb_wire_checkpoint_find_common (self->source_log, self->target_log);
  g_autofree char *id = failed_id (self);

  if (tkb_wire_seq_is_start (common))
    {
      g_free (common);
      common = find_one_sided (self);
    }
  self->read_seq = g_strdup (common);
  self->done_seq = g_strdup (common);
  self->saved_seq = g_strdup (common);
  self->session.session_id = tkb_random_uuid (self->random);
  self->session.start_seq = g_strdup (common);
  self->session.start_time = tkb_clock_get_iso8601 (self->clock);
  self->saved_ms = tkb_clock_get_monotonic_ms (self->clock);
  self->retried_ms = self->saved_ms;
  self->pending++;
  tkb_peer_get_local_async (get_keeper (self), id, self->cancellable, failed_loaded_cb, self);
}

static gboolean
is_refusal (const GError *error)
{
  return error && (g_error_matches (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_FORBIDDEN) ||
                   g_error_matches (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_UNAUTHORIZED) ||
                   g_error_matches (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_METHOD_NOT_ALLOWED));
}

static void
log_loaded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  TkbReplication *self = user_data;
  gboolean        is_source = TKB_PEER (source) == self->source;
  GError         *error = NULL;
  g_autoptr (JsonObject) object = tkb_peer_get_local_finish (TKB_PEER (source), result, &error);
  TkbWireCheckpoint *log;

  if (is_refusal (error))
    {
      g_clear_error (&error);
      if (is_source)
        self->source_refuses_log = TRUE;
      else
        self->target_refuses_log = TRUE;
    }
  if (!tkb_replication_end_call (self, error))
    return;
  log = tkb_wire_checkpoint_from_json (object);
  if (is_source)
    self->source_log = log;
  else
    self->target_log = log;
  if (self->source_log && self->target_log)
    logs_loaded (self);
}

static void
info_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  TkbReplication *self = user_data;
  GError         *error = NULL;
  TkbPeerInfo    *info = tkb_peer_get_info_finish (TKB_PEER (source), result, &error);

  if (TKB_PEER (source) == self->source)
    self->source_info = info;
  else
    self->target_info = info;
  if (!tkb_replication_end_call (self, error) || !self->source_info || !self->target_info)
    return;
  if (g_str_equal (self->source_info->identity, self->target_info->identity))
    {
      tkb_replication_fail (self, g_error_new_literal (TKB_SYNC_ERROR, TKB_SYNC_ERROR_SAME_PEER,
                                                       "both sides are the same store"));
      tkb_replication_pump (self);
      return;
    }
  self->id = make_id (self);
  self->pending += 2;
  tkb_peer_get_local_async (self->source, self->id, self->cancellable, log_loaded_cb, self);
  tkb_peer_get_local_async (self->target, self->id, self->cancellable, log_loaded_cb, self);
}

/* Meets both sides, then pumps with the common point known. */
void
tkb_replication_load (TkbReplication *self)
{
  self->pending += 2;
  tkb_peer_get_info_async (self->source, self->cancellable, info_cb, self);
  tkb_peer_get_info_async (self->target, self->cancellable, info_cb, self);
}

/* ---- saving: failures, then the target's side, then the source's ---- */

static void
saved (TkbReplication *self)
{
  self->is_saving = FALSE;
  self->saved_ms = tkb_clock_get_monotonic_ms (self->clock);
  self->saved_docs = self->session.docs_written;
  g_free (self->saved_seq);
  self->saved_seq = g_strdup (self->session.recorded_seq);
  tkb_replication_pump (self);
}

static void
source_saved_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  TkbReplication *self = user_data;
  GError         *error = NULL;

  if (!tkb_peer_put_local_finish (TKB_PEER (source), result, &error) && is_refusal (error))
    {
      g_clear_error (&error);
      self->source_refuses_log = TRUE;
      /* the other side has to know that it is alone */
      self->is_saving = FALSE;
      if (tkb_replication_end_call (self, NULL) && !self->target_refuses_log)
        tkb_replication_save (self);
      return;
    }
  if (tkb_replication_end_call (self, error))
    saved (self);
}

static void
save_source (TkbReplication *self)
{
  g_autofree char *id = g_strconcat ("_local/", self->id, NULL);
  g_autoptr (JsonObject) object = NULL;

  if (self->source_refuses_log)
    {
      saved (self);
      return;
    }
  self->source_log->is_one_sided = self->target_refuses_log;
  tkb_wire_checkpoint_record (self->source_log, &self->session);
  object = tkb_wire_checkpoint_to_json (self->source_log, id);
  self->pending++;
  tkb_peer_put_local_async (self->source, self->id, object, self->cancellable, source_saved_cb,
                            self);
}

static void
target_saved_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  TkbReplication *self = user_data;
  GError         *error = NULL;

  if (!tkb_peer_put_local_finish (TKB_PEER (source), result, &error) && is_refusal (error))
    {
      g_clear_error (&error);
      self->target_refuses_log = TRUE;
    }
  if (tkb_replication_end_call (self, error))
    save_source (self);
}

static void
save_target (TkbReplication *self)
{
  g_autofree char *id = g_strconcat ("_local/", self->id, NULL);
  g_autoptr (JsonObject) object = NULL;

  if (self->target_refuses_log)
    {
      save_source (self);
      return;
    }
  self->target_log->is_one_sided = self->source_refuses_log;
  tkb_wire_checkpoint_record (self->target_log, &self->session);
  object = tkb_wire_checkpoint_to_json (self->target_log, id);
  self->pending++;
  tkb_peer_put_local_async (self->target, self->id, object, self->cancellable, target_saved_cb,
                            self);
}

static void
failed_saved_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  TkbReplication *self = user_data;
  GError         *error = NULL;

  /* without them no checkpoint may step over them, so a refusal is an error like any other */
  tkb_peer_put_local_finish (TKB_PEER (source), result, &error);
  if (tkb_replication_end_call (self, error))
    save_target (self);
}

/* The failures are on disk before the checkpoint that steps over them. */
void
tkb_replication_save (TkbReplication *self)
{
  g_autofree char *id = failed_id (self);
  g_autoptr (JsonObject) object = NULL;

  g_assert (!self->is_saving);
  self->is_saving = TRUE;
  g_free (self->session.recorded_seq);
  self->session.recorded_seq = g_strdup (self->done_seq);
  g_free (self->session.end_time);
  self->session.end_time = tkb_clock_get_iso8601 (self->clock);
  self->session.docs_read = self->stats.docs_read;
  self->session.docs_written = self->stats.docs_written;
  self->session.doc_write_failures = self->stats.doc_failures;
  self->session.missing_checked = self->stats.missing_checked;
  self->session.missing_found = self->stats.missing_found;
  if (!self->failed_changed)
    {
      save_target (self);
      return;
    }
  self->failed_changed = FALSE;
  object = write_failed (self);
  self->pending++;
  tkb_peer_put_local_async (get_keeper (self), id, object, self->cancellable, failed_saved_cb,
                            self);
}
