/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-wire-checkpoint.h"

#include "tkb-json.h"
#include "tkb-wire-text.h"

/**
 * tkb_wire_checkpoint_entry_free:
 * @self: (transfer full) (nullable): what to free
 */
void
tkb_wire_checkpoint_entry_free (TkbWireCheckpointEntry *self)
{
  if (!self)
    return;
  g_free (self->session_id);
  g_free (self->recorded_seq);
  g_free (self->start_seq);
  g_free (self->start_time);
  g_free (self->end_time);
  g_free (self);
}

/**
 * tkb_wire_checkpoint_entry_copy:
 * @self: a session
 *
 * Returns: (transfer full): a copy
 */
TkbWireCheckpointEntry *
tkb_wire_checkpoint_entry_copy (const TkbWireCheckpointEntry *self)
{
  TkbWireCheckpointEntry *copy = g_new0 (TkbWireCheckpointEntry, 1);

  *copy = *self;
  copy->session_id = g_strdup (self->session_id);
  copy->recorded_seq = g_strdup (self->recorded_seq);
  copy->start_seq = g_strdup (self->start_seq);
  copy->start_time = g_strdup (self->start_time);
  copy->end_time = g_strdup (self->end_time);
  return copy;
}

/**
 * tkb_wire_checkpoint_new:
 *
 * Returns: (transfer full): a checkpoint of a replication that never ran
 */
TkbWireCheckpoint *
tkb_wire_checkpoint_new (void)
{
  TkbWireCheckpoint *self = g_new0 (TkbWireCheckpoint, 1);

  self->source_last_seq = g_strdup ("0");
  self->history = g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_wire_checkpoint_entry_free);
  return self;
}

/**
 * tkb_wire_checkpoint_free:
 * @self: (transfer full) (nullable): what to free
 */
void
tkb_wire_checkpoint_free (TkbWireCheckpoint *self)
{
  if (!self)
    return;
  g_free (self->rev);
  g_free (self->session_id);
  g_free (self->source_last_seq);
  g_clear_pointer (&self->history, g_ptr_array_unref);
  g_free (self);
}

static TkbWireCheckpointEntry *
session_from_json (JsonObject *object)
{
  TkbWireCheckpointEntry *session;
  const char             *id = tkb_json_get_string (object, "session_id", NULL);

  if (!id)
    return NULL;
  session = g_new0 (TkbWireCheckpointEntry, 1);
  session->session_id = g_strdup (id);
  /* CouchDB calls it recorded_seq, PouchDB last_seq */
  session->recorded_seq = tkb_wire_seq_from_member (object, "recorded_seq");
  if (!session->recorded_seq)
    session->recorded_seq = tkb_wire_seq_from_member (object, "last_seq");
  session->start_seq = tkb_wire_seq_from_member (object, "start_last_seq");
  session->start_time = g_strdup (tkb_json_get_string (object, "start_time", NULL));
  session->end_time = g_strdup (tkb_json_get_string (object, "end_time", NULL));
  session->docs_read = (guint64) MAX (0, tkb_json_get_int (object, "docs_read", 0));
  session->docs_written = (guint64) MAX (0, tkb_json_get_int (object, "docs_written", 0));
  session->doc_write_failures =
      (guint64) MAX (0, tkb_json_get_int (object, "doc_write_failures", 0));
  session->missing_checked = (guint64) MAX (0, tkb_json_get_int (object, "missing_checked", 0));
  session->missing_found = (guint64) MAX (0, tkb_json_get_int (object, "missing_found", 0));
  if (!session->recorded_seq)
    g_clear_pointer (&session, tkb_wire_checkpoint_entry_free);
  return session;
}

/**
 * tkb_wire_checkpoint_from_json:
 * @object: (nullable): a _local document
 *
 * Never fails: what cannot be read in it does not count, and then more is compared, never less.
 *
 * Returns: (transfer full): the checkpoint
 */
TkbWireCheckpoint *
tkb_wire_checkpoint_from_json (JsonObject *object)
{
  TkbWireCheckpoint *self = tkb_wire_checkpoint_new ();
  JsonArray         *history = object ? tkb_json_get_array (object, "history") : NULL;
  char              *seq = object ? tkb_wire_seq_from_member (object, "source_last_seq") : NULL;

  if (!object)
    return self;
  self->rev = g_strdup (tkb_json_get_string (object, "_rev", NULL));
  self->session_id = g_strdup (tkb_json_get_string (object, "session_id", NULL));
  self->is_one_sided = tkb_json_get_boolean (object, "one_sided", FALSE);
  if (seq)
    {
      g_free (self->source_last_seq);
      self->source_last_seq = seq;
    }
  for (guint i = 0; history && i < MIN (json_array_get_length (history), 1000); i++)
    {
      JsonNode               *node = json_array_get_element (history, i);
      TkbWireCheckpointEntry *session =
          JSON_NODE_HOLDS_OBJECT (node) ? session_from_json (json_node_get_object (node)) : NULL;

      if (session)
        g_ptr_array_add (self->history, session);
    }
  return self;
}

static JsonObject *
session_to_json (const TkbWireCheckpointEntry *session)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "session_id", session->session_id);
  json_object_set_member (object, "start_last_seq", tkb_wire_seq_to_node (session->start_seq));
  json_object_set_member (object, "end_last_seq", tkb_wire_seq_to_node (session->recorded_seq));
  json_object_set_member (object, "recorded_seq", tkb_wire_seq_to_node (session->recorded_seq));
  if (session->start_time)
    json_object_set_string_member (object, "start_time", session->start_time);
  if (session->end_time)
    json_object_set_string_member (object, "end_time", session->end_time);
  json_object_set_int_member (object, "missing_checked", (gint64) session->missing_checked);
  json_object_set_int_member (object, "missing_found", (gint64) session->missing_found);
  json_object_set_int_member (object, "docs_read", (gint64) session->docs_read);
  json_object_set_int_member (object, "docs_written", (gint64) session->docs_written);
  json_object_set_int_member (object, "doc_write_failures", (gint64) session->doc_write_failures);
  return object;
}

/**
 * tkb_wire_checkpoint_to_json:
 * @self: a checkpoint
 * @id: its full id, `_local/…`
 *
 * Returns: (transfer full): the _local document
 */
JsonObject *
tkb_wire_checkpoint_to_json (const TkbWireCheckpoint *self, const char *id)
{
  JsonObject *object = json_object_new ();
  JsonArray  *history = json_array_new ();

  json_object_set_string_member (object, "_id", id);
  if (self->rev)
    json_object_set_string_member (object, "_rev", self->rev);
  json_object_set_int_member (object, "replication_id_version", TKB_WIRE_REPLICATION_ID_VERSION);
  if (self->session_id)
    json_object_set_string_member (object, "session_id", self->session_id);
  json_object_set_member (object, "source_last_seq", tkb_wire_seq_to_node (self->source_last_seq));
  for (guint i = 0; i < self->history->len; i++)
    json_array_add_object_element (history, session_to_json (g_ptr_array_index (self->history, i)));
  json_object_set_array_member (object, "history", history);
  if (self->is_one_sided)
    json_object_set_boolean_member (object, "one_sided", TRUE);
  return object;
}

/**
 * tkb_wire_checkpoint_record:
 * @self: a checkpoint
 * @session: a session as far as it came
 *
 * Puts @session at the head of the history, in place of an earlier state of the same session.
 */
void
tkb_wire_checkpoint_record (TkbWireCheckpoint *self, const TkbWireCheckpointEntry *session)
{
  for (guint i = 0; i < self->history->len; i++)
    {
      TkbWireCheckpointEntry *old = g_ptr_array_index (self->history, i);

      if (g_str_equal (old->session_id, session->session_id))
        {
          g_ptr_array_remove_index (self->history, i);
          break;
        }
    }
  g_ptr_array_insert (self->history, 0, tkb_wire_checkpoint_entry_copy (session));
  if (self->history->len > TKB_WIRE_CHECKPOINT_HISTORY)
    g_ptr_array_set_size (self->history, TKB_WIRE_CHECKPOINT_HISTORY);
  g_free (self->session_id);
  self->session_id = g_strdup (session->session_id);
  g_free (self->source_last_seq);
  self->source_last_seq = g_strdup (session->recorded_seq);
}

static const TkbWireCheckpointEntry *
find_session (const TkbWireCheckpoint *self, const char *session_id)
{
  for (guint i = 0; i < self->history->len; i++)
    {
      const TkbWireCheckpointEntry *session = g_ptr_array_index (self->history, i);

      if (g_str_equal (session->session_id, session_id))
        return session;
    }
  return NULL;
}

/* The number a sequence begins with; FALSE where it begins with none. */
static gboolean
seq_get_number (const char *seq, guint64 *out_number)
{
  char *end = NULL;

  if (!g_ascii_isdigit (*seq))
    return FALSE;
  *out_number = g_ascii_strtoull (seq, &end, 10);
  return *end == '\0' || *end == '-';
}

/**
 * tkb_wire_checkpoint_find_common:
 * @source: the checkpoint kept by the source
 * @target: the checkpoint kept by the target
 *
 * The newest session of the target that the source remembers too. Where the two recorded different
 * sequences for it, one side missed the last write or was restored to an older state in the middle
 * of a session: then the lower number counts, and where the sequences have no number, an older
 * session. Too low a start costs a comparison of revisions, too high a start would lose changes.
 * Source: CouchDB Replication Protocol, "Compare Replication Logs".
 *
 * Returns: (transfer full): the sequence to start from, "0" for the beginning
 */
char *
tkb_wire_checkpoint_find_common (const TkbWireCheckpoint *source, const TkbWireCheckpoint *target)
{
  for (guint i = 0; i < target->history->len; i++)
    {
      const TkbWireCheckpointEntry *theirs = g_ptr_array_index (target->history, i);
      const TkbWireCheckpointEntry *ours = find_session (source, theirs->session_id);
      guint64                       a, b;

      if (!ours)
        continue;
      if (g_str_equal (ours->recorded_seq, theirs->recorded_seq))
        return g_strdup (theirs->recorded_seq);
      if (seq_get_number (ours->recorded_seq, &a) && seq_get_number (theirs->recorded_seq, &b) &&
          a != b)
        return g_strdup (a < b ? ours->recorded_seq : theirs->recorded_seq);
    }
  return g_strdup ("0");
}
