/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* The state of a run, shared by the files that make up its steps. */
#pragma once

#include "tkb-replication.h"
#include "tkb-wire-checkpoint.h"

G_BEGIN_DECLS

/* What a feed told at once, on its way to the target. */
typedef struct
{
  TkbReplication *run;      /* (unowned): outlives self */
  GPtrArray      *rows;     /* (owned) (element-type TkbWireChange) */
  char           *last_seq; /* (owned) (nullable): a retry of failures */
  GPtrArray      *wanted;   /* (owned) (nullable) (element-type TkbPeerRevision): what to fetch */
  guint           next;     /* of wanted: not asked for yet */
  guint           fetching; /* requests under way */
  GPtrArray      *fetched;  /* (owned) (element-type TkbPeerRevision): to be written */
  gsize           fetched_bytes;
  gsize           total_bytes;
  GPtrArray      *notes; /* (owned) (element-type TkbWireBulkDocsRow): what the target said */
  gint64          start_ms;
  gboolean        is_comparing; /* asked the target what it lacks */
  gboolean        is_compared;
  gboolean        is_noting;
  gboolean        is_noted;
} TkbBatch;

struct _TkbReplication
{
  GObject parent_instance;

  TkbPeer            *source; /* (owned) */
  TkbPeer            *target; /* (owned) */
  TkbClock           *clock;  /* (owned) */
  TkbRandom          *random; /* (owned) */
  TkbKnownRevs       *known;  /* (owned) (nullable) */
  TkbReplicationFlags flags;

  GTask        *task;         /* (owned) (nullable): while it runs */
  GCancellable *cancellable;  /* (owned): of everything under way */
  gulong        cancelled_id; /* on the caller's cancellable */
  guint         pending;      /* calls under way */
  GError       *error;        /* (owned) (nullable): why it ends */

  TkbPeerInfo *source_info; /* (owned) (nullable) */
  TkbPeerInfo *target_info; /* (owned) (nullable) */

  /* checkpoints */
  char                  *id;         /* (owned) (nullable) of the local documents */
  TkbWireCheckpoint     *source_log; /* (owned) (nullable) */
  TkbWireCheckpoint     *target_log; /* (owned) (nullable) */
  gboolean               source_refuses_log;
  gboolean               target_refuses_log;
  TkbWireCheckpointEntry session;    /* strings (owned) */
  char                  *done_seq;   /* (owned): all up to here is on the target */
  char                  *saved_seq;  /* (owned): as the checkpoints have it */
  gint64                 saved_ms;   /* monotonic: when */
  guint64                saved_docs; /* stats.docs_written then */
  gboolean               is_saving;

  /* the pipeline */
  char    *read_seq;      /* (owned): where the feed is read on */
  GQueue   batches;       /* (element-type TkbBatch) in order of the feed */
  guint    fetching;      /* requests under way, of all batches */
  guint    limit;         /* rows to ask for */
  gsize    average_bytes; /* of a document, about */
  gboolean is_ready;      /* the common point is known */
  gboolean is_reading;
  gboolean is_waiting; /* the read under way is a wait for changes */
  gboolean is_writing;
  gboolean is_at_end; /* the feed had no more when it was read last */
  gboolean is_idle;
  gboolean is_pumping;
  gboolean pump_again; /* something changed while it pumped */

  /* failures */
  GHashTable *failed;   /* (owned) (element-type utf8 TkbReplicationFailure): to try again */
  GPtrArray  *failures; /* (owned) (element-type TkbReplicationFailure) */
  gboolean    failed_changed;
  gint64      retried_ms;  /* monotonic: when failures were tried again */
  guint64     deletions;   /* live documents of the target that the feed deletes */
  gint64      deletion_ms; /* monotonic: the last of them */

  TkbReplicationStats stats;
};

/* tkb-replication.c */
void     tkb_replication_pump (TkbReplication *self);
void     tkb_replication_fail (TkbReplication *self, GError *error);
gboolean tkb_replication_end_call (TkbReplication *self, GError *error);
void     tkb_replication_progress (TkbReplication *self);

/* tkb-replication-log.c: ids, checkpoints and the list of failures */
void tkb_replication_load (TkbReplication *self);
void tkb_replication_save (TkbReplication *self);
void tkb_replication_note_failure (TkbReplication *self,
                                   const char     *id,
                                   const char     *rev,
                                   const GError   *error);
/* (transfer full): names a revision of a document */
char *tkb_replication_failure_key (const char *id, const char *rev);
void  tkb_replication_forget_failure (TkbReplication *self, const char *id, const char *rev);
void  tkb_replication_failure_free (TkbReplicationFailure *failure);

/* tkb-replication-batch.c: one batch on its way */
TkbBatch *tkb_batch_new (TkbReplication *run, GPtrArray *rows, const char *last_seq);
TkbBatch *tkb_batch_new_for_failures (TkbReplication *run);
void      tkb_batch_free (TkbBatch *self);
void      tkb_batch_compare (TkbBatch *self);
gboolean  tkb_batch_fetch (TkbBatch *self);
gboolean  tkb_batch_write (TkbBatch *self);
gboolean  tkb_batch_note (TkbBatch *self);
gboolean  tkb_batch_is_done (TkbBatch *self);

G_END_DECLS
