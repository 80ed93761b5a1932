/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Between the files tkb-store*.c. The writer thread owns the one read-write connection; readers are
 * lent from a pool. What is not marked otherwise is set at open and never changed. */
#pragma once

#include "tkb-blob-store.h"
#include "tkb-edit.h"
#include "tkb-store-private.h"
#include "tkb-worker.h"

G_BEGIN_DECLS

/* threads for tkb_store_run_async () and the _async reads: enough that one long read does not hold
 * up the next short one, few enough for two cores */
#define TKB_STORE_READERS 3

typedef struct
{
  TkbWorker *worker; /* (owned) (nullable): until it is first needed; under lock */
  int        load;   /* atomic: tasks queued or running */
} TkbStoreReader;

struct _TkbStore
{
  GObject parent_instance;

  char             *path; /* (owned) absolute */
  TkbStoreOpenFlags flags;
  TkbCatalog       *catalog; /* (owned) (nullable) */
  TkbClock         *clock;   /* (owned) */
  TkbRandom        *random;  /* (owned) */
  char             *uuid;    /* (owned) */
  TkbBlobStore     *blobs;   /* (owned) */
  GMainContext     *context; /* (owned): where signals are emitted */

  TkbWorker *writer;   /* (owned) (nullable): NULL once closed */
  TkbDb     *db;       /* (owned); writer thread only; read-only where the store is */
  int        n_queued; /* atomic: writes that wait for the writer thread */

  TkbStoreReader readers[TKB_STORE_READERS];

  /* writer thread only */
  gint64 data_version; /* of db when it was last looked at: differs after others' commits */

  GMutex        lock; /* guards what follows */
  GCond         lent_cond;
  gboolean      is_closed;
  GQueue        idle; /* (element-type TkbDb) (owned): connections nobody has now */
  guint         n_lent;
  GCond         index_cond;      /* the index has moved on, or failed */
  GError       *index_error;     /* (owned) (nullable): why the index stands still */
  guint         revs_limit;      /* as in the table counter */
  guint64       announced_seq;   /* for the next "changed" */
  GSource      *changed_source;  /* (owned) (nullable): "changed" is on its way */
  GSource      *index_source;    /* (owned) (nullable): "index-changed" is on its way */
  GThread      *indexer;         /* (owned) (nullable): where an index is kept */
  GCond         indexer_cond;    /* the indexer has something to look at */
  gboolean      is_index_wanted; /* some documents may be behind */
  gint64        index_due_us;    /* a load in bulk may hold the next step up until then */
  gint64        bulk_us;         /* when something was last written in bulk; 0: never */
  guint         n_index_waiters; /* who waits for the index does not wait for the load */
  gboolean      is_look_queued;  /* a look at data_version is in the writer's queue */
  GFileMonitor *monitor;         /* (owned) (nullable): of the log */
  GMutex        upkeep_lock;     /* backup and compaction exclude each other */
};

/* ---- tkb-store.c ---- */

/* tkb_store_open () with the attachments in another folder. */
TkbStore *tkb_store_open_with_blobs (const char       *path,
                                     const char       *folder,
                                     TkbStoreOpenFlags flags,
                                     TkbCatalog       *catalog,
                                     TkbClock         *clock,
                                     TkbRandom        *random,
                                     GError          **error);

/* Runs on the writer thread. */
typedef gboolean (*TkbWriterFunc) (TkbStore *self, gpointer data, GError **error);

/* Runs func on the writer thread and waits. Not for stores that are read-only or closed: those end
 * with an error. */
gboolean tkb_store_run_writer (TkbStore *self, TkbWriterFunc func, gpointer data, GError **error);
/* READ_ONLY where it is; TRUE where writing is possible. */
gboolean tkb_store_check_writable (TkbStore *self, GError **error);
/* Begins a batch for the writer thread: transaction, sequence, limits. */
gboolean tkb_store_begin_batch (TkbStore       *self,
                                TkbWriteFlags   flags,
                                TkbTransaction *transaction,
                                TkbBatch       *batch,
                                GError        **error);
/* Flushes the counters, commits, announces. */
gboolean tkb_store_commit_batch (TkbStore       *self,
                                 TkbTransaction *transaction,
                                 TkbBatch       *batch,
                                 GError        **error);
void     tkb_batch_clear (TkbBatch *batch);
/* After a commit that others should hear of; seq 0: as before. Any thread. */
void tkb_store_announce (TkbStore *self, guint64 seq);
void tkb_store_announce_index (TkbStore *self);
/* The writer thread takes task, whose function begins with tkb_store_run_writer (). */
void tkb_store_push_writer (TkbStore *self, GTask *task, GTaskThreadFunc function);
/* A worker of the pool takes task. */
void tkb_store_push_reader (TkbStore *self, GTask *task, GTaskThreadFunc function);

/* ---- tkb-store-blobs.c ---- */

/* not 0: a repair has found bytes of attachments missing */
#define TKB_COUNTER_MISSING_BLOBS "missing-blobs"

gboolean tkb_store_misses_blobs (TkbDb *db, gboolean *out_misses, GError **error);

/* ---- tkb-store-check.c ---- */

/* The figures that can be counted again. */
typedef struct
{
  const char *name;
  TkbSql      recount;
} TkbRecount;

extern const TkbRecount tkb_recounts[]; /* ends with a NULL name */

/* Pages and references: what is found here no repair in place can mend. */
gboolean tkb_store_check_pages (TkbDb *db, GPtrArray *findings, GError **error);

/* ---- tkb-store-index.c ---- */

/* At open, on the writer thread: whether the index fits this program; goes on where it stopped. */
gboolean tkb_store_prepare_index (TkbStore *self, GError **error);
/* Some documents may be waiting for the index: sees to it in the background. Any thread. */
void tkb_store_kick_index (TkbStore *self);
/* Something was just written in bulk: more is likely to come. Any thread. */
void tkb_store_note_bulk (TkbStore *self);
/* The thread that paces the index, where one is kept. */
void     tkb_store_start_indexer (TkbStore *self);
void     tkb_store_stop_indexer (TkbStore *self); /* is_closed is set */
gboolean tkb_store_keeps_index (TkbStore *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TkbBatch, tkb_batch_clear)

G_END_DECLS
