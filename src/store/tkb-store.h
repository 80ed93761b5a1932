/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* The document store: one SQLite file and, beside it, a folder of attachment blobs (FILE.blobs).
 * Documents with revision trees, kept ancestor bodies, attachments, a changes feed, local
 * documents, facets and the full-text index. One writer thread, a pool of readers (WAL).
 *
 * Every blocking function is safe from any thread: reads run on the caller's thread over a pooled
 * read-only connection, writes run on the writer thread while the caller waits. On the main thread
 * of a program with a window use the _async forms. The store knows nothing of sync, HTTP or GTK:
 * sync watches "changed" and reads the changes feed. */
#pragma once

#include "tkb-catalog.h"
#include "tkb-clock.h"
#include "tkb-document.h"
#include "tkb-random.h"
#include "tkb-rev-tree.h"

G_BEGIN_DECLS

#define TKB_STORE_ERROR (tkb_store_error_quark ())

typedef enum
{
  TKB_STORE_ERROR_NOT_FOUND,    /* no such document, revision, blob; not retryable */
  TKB_STORE_ERROR_DELETED,      /* the document is deleted; not retryable */
  TKB_STORE_ERROR_CONFLICT,     /* the parent is no leaf (any more): read again, then write again */
  TKB_STORE_ERROR_INVALID,      /* the input is wrong, message says what */
  TKB_STORE_ERROR_REFUSED,      /* the write guard refused it; message is the guard's reason */
  TKB_STORE_ERROR_MISSING_BLOB, /* an attachment stub names a blob that is not here */
  TKB_STORE_ERROR_NEWER_VERSION, /* the file was written by a newer program: untouched; update */
  TKB_STORE_ERROR_NOT_A_STORE,   /* the file is something else: untouched */
  TKB_STORE_ERROR_CORRUPT,       /* the file is damaged: untouched; check, then repair */
  TKB_STORE_ERROR_FULL, /* the disk is full: nothing of this write was kept; make room, retry */
  TKB_STORE_ERROR_READ_ONLY, /* no right to write here; nothing was kept */
  TKB_STORE_ERROR_BUSY,      /* another program holds the store too long; retry */
  TKB_STORE_ERROR_IO,        /* the disk answered with an error; retry may help */
} TkbStoreError;

GQuark tkb_store_error_quark (void);

typedef enum
{
  TKB_STORE_OPEN_NONE = 0,
  TKB_STORE_OPEN_CREATE = 1 << 0,    /* make the file if it is missing */
  TKB_STORE_OPEN_READ_ONLY = 1 << 1, /* no writer; writes end with READ_ONLY */
  TKB_STORE_OPEN_NO_INDEX = 1 << 2,  /* keep no full-text index and no facets (the server) */
  TKB_STORE_OPEN_OUTBOX = 1 << 3,    /* note which local edits wait for the server (a client) */
} TkbStoreOpenFlags;

#define TKB_TYPE_STORE (tkb_store_get_type ())
G_DECLARE_FINAL_TYPE (TkbStore, tkb_store, TKB, STORE, GObject)

/* Signals: "changed" (guint64 last_seq), on the main context that was thread-default at open, after
 * a commit, coalesced; "index-changed", after the index caught up a step. */

TkbStore *tkb_store_open (const char       *path,
                          TkbStoreOpenFlags flags,
                          TkbCatalog       *catalog, /* (nullable): no kinds, so no facets */
                          TkbClock         *clock,
                          TkbRandom        *random,
                          GError          **error);
void      tkb_store_close (TkbStore *self); /* finishes queued writes, checkpoints, joins threads */
const char *tkb_store_get_path (TkbStore *self);
TkbCatalog *tkb_store_get_catalog (TkbStore *self);
/* A random id made when the file was made; a copied or restored file keeps it. */
const char *tkb_store_get_uuid (TkbStore *self);
guint64     tkb_store_get_last_seq (TkbStore *self);

/* ---- reading ---- */

/* rev (nullable): the winner; then a deleted winner is TKB_STORE_ERROR_DELETED, with a given rev a
 * tombstone is returned. The result has its revisions (path to the root). */
TkbDocument *tkb_store_get (
    TkbStore *self, const char *id, const char *rev, GCancellable *cancellable, GError **error);
TkbRevTree *
tkb_store_get_tree (TkbStore *self, const char *id, GCancellable *cancellable, GError **error);

typedef struct
{
  char    *rev; /* (owned) */
  gboolean is_leaf;
  gboolean is_deleted;
  gboolean has_body;
  gboolean is_winner;
  gint64   stored_ms; /* when it came into this store; 0 where no body was seen */
} TkbRevisionInfo;

/* (element-type TkbRevisionInfo) newest first */
GPtrArray *
tkb_store_get_history (TkbStore *self, const char *id, GCancellable *cancellable, GError **error);

typedef enum
{
  TKB_LIST_NONE = 0,
  TKB_LIST_DESCENDING = 1 << 0,
  TKB_LIST_INCLUDE_DOCS = 1 << 1,
  TKB_LIST_EXCLUSIVE_END = 1 << 2,
} TkbListFlags;

typedef struct
{
  char        *id;         /* (owned) */
  char        *rev;        /* (owned) winner */
  gboolean     is_deleted; /* only in answers to keys */
  TkbDocument *document;   /* (owned) (nullable) with INCLUDE_DOCS */
} TkbListRow;

/* Live documents in id order (bytewise), the form of _all_docs. start/end (nullable): open. */
GPtrArray *tkb_store_list (TkbStore     *self,
                           const char   *start_id,
                           const char   *end_id,
                           guint         skip,
                           guint         limit,
                           TkbListFlags  flags,
                           GCancellable *cancellable,
                           GError      **error);
/* The documents of all ids in one read: (element-type TkbListRow), in the order of ids, rev NULL
 * where there is none. */
GPtrArray *tkb_store_list_ids (TkbStore          *self,
                               const char *const *ids,
                               TkbListFlags       flags,
                               GCancellable      *cancellable,
                               GError           **error);

/* ---- changes ---- */

typedef enum
{
  TKB_CHANGES_NONE = 0,
  TKB_CHANGES_ALL_LEAVES = 1 << 0, /* style=all_docs; else the winner only */
  TKB_CHANGES_INCLUDE_DOCS = 1 << 1,
  TKB_CHANGES_DESCENDING = 1 << 2,
  TKB_CHANGES_MAY_LEAVE = 1 << 3, /* without leaves that are drafts or private; without documents
                                   * that have no leaf left */
} TkbChangesFlags;

typedef struct
{
  guint64      seq;
  char        *id;         /* (owned) */
  gboolean     is_deleted; /* of the winner */
  GPtrArray   *revs;       /* (owned) (element-type utf8) winner first */
  TkbDocument *document;   /* (owned) (nullable) the winner */
} TkbChange;

void tkb_change_free (TkbChange *self);

/* (transfer full) (element-type TkbChange): seq > since, ascending (descending: from the newest),
 * at most limit. out_last_seq: where to go on: of the last change examined, or the store's if none.
 */
GPtrArray *tkb_store_get_changes (TkbStore       *self,
                                  guint64         since,
                                  guint           limit,
                                  TkbChangesFlags flags,
                                  guint64        *out_last_seq,
                                  GCancellable   *cancellable,
                                  GError        **error);

typedef struct
{
  char      *id;                 /* (owned) */
  GPtrArray *missing;            /* (owned) (element-type utf8) */
  GPtrArray *possible_ancestors; /* (owned) (element-type utf8) */
} TkbMissing;

void tkb_missing_free (TkbMissing *self);

/* ids[i] has the revisions revs[i] (GStrv each). (element-type TkbMissing): only those with
 * something missing. */
GPtrArray *tkb_store_revs_diff (
    TkbStore *self, GPtrArray *ids, GPtrArray *revs, GCancellable *cancellable, GError **error);

/* ---- writing ---- */

typedef enum
{
  TKB_WRITE_NONE = 0,
  TKB_WRITE_REPLICATED = 1 << 0, /* new_edits=false: revision and history as given */
  TKB_WRITE_AMEND_DRAFT =
      1 << 1,              /* replaces the parent revision where that is a draft of this machine */
  TKB_WRITE_BULK = 1 << 2, /* leave the full-text index to the background */
  TKB_WRITE_ALL_OR_NONE = 1 << 3, /* what one document is refused for, all are */
} TkbWriteFlags;

/* Runs on the writer thread inside the transaction; FALSE with an error refuses this document, the
 * rest goes on. previous (nullable): the winner before. Must not call the store. */
typedef gboolean (*TkbWriteGuard) (TkbDocument *document,
                                   TkbDocument *previous,
                                   gpointer     user_data,
                                   GError     **error);

typedef struct
{
  char   *id;    /* (owned) */
  char   *rev;   /* (owned) (nullable): the revision written */
  GError *error; /* (owned) (nullable): why this one was not; the others were */
} TkbWriteResult;

void tkb_write_result_free (TkbWriteResult *self);

/* Writes documents in ONE transaction; on return they are on disk. (element-type TkbWriteResult),
 * one for each, in order; NULL if the transaction as a whole failed: then nothing was kept. Inline
 * attachment data in a body becomes blobs and stubs. Cancellation is seen before the transaction
 * begins, never after. */
GPtrArray *tkb_store_write (TkbStore     *self,
                            GPtrArray    *documents,
                            TkbWriteFlags flags,
                            TkbWriteGuard guard, /* (nullable) */
                            gpointer      guard_data,
                            GCancellable *cancellable,
                            GError      **error);
/* One local edit: document's rev is its parent (NULL: new). Returns it with its new revision. */
TkbDocument *tkb_store_put (TkbStore     *self,
                            TkbDocument  *document,
                            TkbWriteFlags flags,
                            GCancellable *cancellable,
                            GError      **error);
/* A tombstone on rev (nullable: on the winner). (transfer full): its revision. */
char *tkb_store_delete (
    TkbStore *self, const char *id, const char *rev, GCancellable *cancellable, GError **error);

void         tkb_store_get_async (TkbStore           *self,
                                  const char         *id,
                                  const char         *rev,
                                  GCancellable       *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer            user_data);
TkbDocument *tkb_store_get_finish (TkbStore *self, GAsyncResult *result, GError **error);
void         tkb_store_write_async (TkbStore           *self,
                                    GPtrArray          *documents,
                                    TkbWriteFlags       flags,
                                    TkbWriteGuard       guard,
                                    gpointer            guard_data,
                                    GCancellable       *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer            user_data);
GPtrArray   *tkb_store_write_finish (TkbStore *self, GAsyncResult *result, GError **error);
void         tkb_store_put_async (TkbStore           *self,
                                  TkbDocument        *document,
                                  TkbWriteFlags       flags,
                                  GCancellable       *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer            user_data);
TkbDocument *tkb_store_put_finish (TkbStore *self, GAsyncResult *result, GError **error);
void         tkb_store_delete_async (TkbStore           *self,
                                     const char         *id,
                                     const char         *rev,
                                     GCancellable       *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer            user_data);
char        *tkb_store_delete_finish (TkbStore *self, GAsyncResult *result, GError **error);
/* Anything else off the main thread: function runs on a reader thread with this store as its source
 * object and task data data; it may call every blocking reading function. */
void tkb_store_run_async (TkbStore *self, GTask *task, GTaskThreadFunc function);

/* ---- local documents: never replicated (checkpoints, favourites, saved searches) ---- */

JsonObject *
tkb_store_get_local (TkbStore *self, const char *id, GCancellable *cancellable, GError **error);
/* object NULL: removes it. Revision of local documents (0-N) is the caller's business: in the
 * object. */
gboolean tkb_store_put_local (
    TkbStore *self, const char *id, JsonObject *object, GCancellable *cancellable, GError **error);

/* Ids of local documents behind start_id, in order. (transfer full) (element-type utf8) */
GPtrArray *tkb_store_list_local (
    TkbStore *self, const char *start_id, guint limit, GCancellable *cancellable, GError **error);

/* ---- attachments ---- */

typedef struct
{
  char  *digest; /* (owned) as on the wire: md5-BASE64 */
  gint64 length_bytes;
} TkbBlobInfo;

void tkb_blob_info_free (TkbBlobInfo *self);

/* Streams source into a new blob (temporary file, synced, renamed by its digest). The blob lives
 * when a written document names it; one that none names is removed by a compaction an
 * hour later or more. */
TkbBlobInfo *tkb_store_add_blob (TkbStore     *self,
                                 GInputStream *source,
                                 GCancellable *cancellable,
                                 GError      **error);
/* digest as it stands in the document's stub */
GInputStream *
tkb_store_open_blob (TkbStore *self, const char *digest, gint64 *out_length_bytes, GError **error);
/* CouchDB digests the gzip bytes of attachments that it compresses: says that wire_digest, as it
 * stands in a stub that is to be written, means the blob whose own digest is digest. */
gboolean
tkb_store_alias_blob (TkbStore *self, const char *wire_digest, const char *digest, GError **error);
gboolean tkb_store_has_blob (TkbStore *self, const char *digest);
/* Revisions that are here while the bytes of an attachment of theirs are not: what a repair set
 * aside and a sync fetches again. (element-type TkbMissing), possible_ancestors NULL */
GPtrArray *tkb_store_list_incomplete (TkbStore *self, GCancellable *cancellable, GError **error);

/* ---- text of attachments: read by an extractor, indexed here ---- */

typedef enum
{
  TKB_TEXT_WAITING,     /* nobody has looked yet */
  TKB_TEXT_WHOLE,       /* all of it was read */
  TKB_TEXT_PARTIAL,     /* some of it: reason says why not all */
  TKB_TEXT_EMPTY,       /* there is none: a picture, a scan */
  TKB_TEXT_UNREADABLE,  /* there may be, but it could not be read: reason */
  TKB_TEXT_UNSUPPORTED, /* of a type that nobody reads */
  TKB_TEXT_N_STATES,
} TkbTextState;

/* What an extractor found in an attachment. */
typedef struct
{
  TkbTextState state;
  const char  *reason;   /* (nullable): a word for programs, such as "encrypted" */
  const char  *language; /* (nullable) BCP 47 */
  const char  *text;     /* (nullable) UTF-8, at most TKB_MAX_TEXT_BYTES */
  guint        version;  /* of the extractor; a higher one looks again */
} TkbText;

/* An attachment that waits for an extractor, as one of the documents calls it. */
typedef struct
{
  char *digest;       /* (owned) */
  char *name;         /* (owned) (nullable) */
  char *content_type; /* (owned) (nullable) */
  char *language;     /* (owned) (nullable): of that document */
} TkbTextJob;

void tkb_text_job_free (TkbTextJob *self);
/* (transfer full) (nullable): the newest attachment of an indexed document that no extractor of
 * version has looked at; NULL without an error: there is none. */
TkbTextJob *
tkb_store_find_text_job (TkbStore *self, guint version, GCancellable *cancellable, GError **error);
/* The text replaces what was known of digest and is indexed in the same transaction. */
gboolean
tkb_store_put_text (TkbStore *self, const char *digest, const TkbText *text, GError **error);
/* WAITING also where no document names it, or nothing is indexed. out_reason: (optional) (nullable)
 * (transfer full) */
TkbTextState tkb_store_get_text_state (TkbStore *self, const char *digest, char **out_reason);
/* Those that could not be read wait again. */
gboolean tkb_store_retry_texts (TkbStore *self, GError **error);
/* counts: attachments of each state */
gboolean tkb_store_count_texts (TkbStore     *self,
                                guint64       counts[TKB_TEXT_N_STATES],
                                GCancellable *cancellable,
                                GError      **error);

/* ---- outbox: local edits that wait for the server ---- */

typedef struct
{
  char  *id;       /* (owned) */
  char  *rev;      /* (owned) */
  char  *reason;   /* (owned) (nullable): why the server refused it */
  gint64 since_ms; /* when it was written */
} TkbOutboxEntry;

void tkb_outbox_entry_free (TkbOutboxEntry *self);

GPtrArray *tkb_store_get_outbox (TkbStore *self, GCancellable *cancellable, GError **error);
/* revs (element-type utf8) and ids in parallel: the server has them. */
gboolean tkb_store_mark_sent (TkbStore *self, GPtrArray *ids, GPtrArray *revs, GError **error);
gboolean tkb_store_mark_refused (
    TkbStore *self, const char *id, const char *rev, const char *reason, GError **error);

/* ---- marks and counts ---- */

gboolean
tkb_store_set_favourite (TkbStore *self, const char *id, gboolean is_favourite, GError **error);
gboolean tkb_store_is_favourite (TkbStore *self, const char *id);

typedef struct
{
  guint64     documents; /* live, design documents not counted */
  guint64     designs;   /* live design documents */
  guint64     deleted;   /* documents whose winner is a tombstone */
  GHashTable *by_kind;   /* (owned) utf8 -> GUINT_TO_POINTER */
  guint64     drafts;
  guint64     waiting;
  guint64     refused;   /* of those waiting */
  guint64     conflicts; /* documents with more than one live leaf */
  guint64     favourites;
  guint64     index_behind; /* changes the full-text index has still to take in */
} TkbStoreCounts;

void tkb_store_counts_free (TkbStoreCounts *self);
/* Kept counters, so cheap at any size. */
TkbStoreCounts *tkb_store_get_counts (TkbStore *self, GCancellable *cancellable, GError **error);
/* Ids of documents with more than one live leaf. */
GPtrArray *
tkb_store_get_conflicted (TkbStore *self, guint limit, GCancellable *cancellable, GError **error);

/* ---- upkeep ---- */

/* Pages, trees, winners, index against documents, blobs by digest. (element-type utf8): one
 * sentence a finding; empty: clean. */
GPtrArray *tkb_store_check (TkbStore *self, GCancellable *cancellable, GError **error);
/* Sets right what tkb_store_check () finds and can be set right in the file as it stands.
 * (element-type utf8): one sentence for each thing done; empty: nothing was wrong. */
GPtrArray *tkb_store_repair (TkbStore *self, GCancellable *cancellable, GError **error);
/* Throws the index away and builds it again from the documents. */
gboolean tkb_store_reindex (TkbStore *self, GCancellable *cancellable, GError **error);
/* Waits until the index has taken in everything committed so far. */
gboolean tkb_store_wait_for_index (TkbStore *self, GCancellable *cancellable, GError **error);
/* Drops bodies and blobs that nothing needs any more; frees pages. */
gboolean tkb_store_compact (TkbStore *self, GCancellable *cancellable, GError **error);
/* Keeps at most limit revisions a branch from now on (default TKB_REVS_LIMIT). */
gboolean tkb_store_set_revs_limit (TkbStore *self, guint limit, GError **error);
guint    tkb_store_get_revs_limit (TkbStore *self);
/* A consistent copy into a new file while the store is in use (blobs included). */
gboolean
tkb_store_backup (TkbStore *self, const char *path, GCancellable *cancellable, GError **error);
/* Purges drafts that were never sent: the one way for "throw this draft away". */
gboolean tkb_store_purge_draft (TkbStore *self, const char *id, GError **error);
void     tkb_store_purge_draft_async (TkbStore           *self,
                                      const char         *id,
                                      GAsyncReadyCallback callback,
                                      gpointer            user_data);
gboolean tkb_store_purge_draft_finish (TkbStore *self, GAsyncResult *result, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbStoreCounts, tkb_store_counts_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbBlobInfo, tkb_blob_info_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbTextJob, tkb_text_job_free)

G_END_DECLS
