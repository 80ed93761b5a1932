/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* The checkpoint of a replication: a _local document on both sides with a history of sessions, so
 * that a side that was restored or replaced is noticed and the last common point is found. */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* sessions kept in a checkpoint, as CouchDB does */
#define TKB_WIRE_CHECKPOINT_HISTORY 50
/* version of how the replication id is made up */
#define TKB_WIRE_REPLICATION_ID_VERSION 3

typedef struct
{
  char   *session_id;   /* (owned) */
  char   *recorded_seq; /* (owned) opaque: source sequence up to which all is on the target */
  char   *start_seq;    /* (owned) opaque */
  char   *start_time;   /* (owned) (nullable) for people */
  char   *end_time;     /* (owned) (nullable) for people */
  guint64 docs_read;
  guint64 docs_written;
  guint64 doc_write_failures;
  guint64 missing_checked;
  guint64 missing_found;
} TkbWireCheckpointEntry;

typedef struct
{
  char      *rev;             /* (owned) (nullable) of the _local document */
  char      *session_id;      /* (owned) the latest */
  char      *source_last_seq; /* (owned) opaque */
  GPtrArray *history;         /* (owned) (element-type TkbWireCheckpointEntry) newest first */
  gboolean   is_one_sided;    /* the other side does not let itself be written to */
} TkbWireCheckpoint;

TkbWireCheckpoint *tkb_wire_checkpoint_new (void);
TkbWireCheckpoint *tkb_wire_checkpoint_from_json (JsonObject *object);
JsonObject        *tkb_wire_checkpoint_to_json (const TkbWireCheckpoint *self, const char *id);
void  tkb_wire_checkpoint_record (TkbWireCheckpoint *self, const TkbWireCheckpointEntry *session);
char *tkb_wire_checkpoint_find_common (const TkbWireCheckpoint *source,
                                       const TkbWireCheckpoint *target);
void  tkb_wire_checkpoint_free (TkbWireCheckpoint *self);
void  tkb_wire_checkpoint_entry_free (TkbWireCheckpointEntry *self);
TkbWireCheckpointEntry *tkb_wire_checkpoint_entry_copy (const TkbWireCheckpointEntry *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbWireCheckpoint, tkb_wire_checkpoint_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbWireCheckpointEntry, tkb_wire_checkpoint_entry_free)

G_END_DECLS
