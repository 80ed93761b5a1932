/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-merger.h"

#include <string.h>

#include "tkb-fork.h"
#include "tkb-json.h"
#include "tkb-validation.h"

/* live leaves of one document that are tried against one another; more than that is no honest
 * conflict, and the rest has its turn when these are merged */
#define MAX_LEAVES 8
/* documents in conflict that one run looks at */
#define MAX_DOCUMENTS 5000
/* local document: what the server that was met last lets this store's account write */
#define RIGHTS_ID "merge-rights"

/* ---- who may ---- */

/**
 * tkb_merge_rights_new_all:
 *
 * Returns: (transfer full): the right to merge everything
 */
TkbMergeRights *
tkb_merge_rights_new_all (void)
{
  TkbMergeRights *self = g_new0 (TkbMergeRights, 1);

  self->may_write = TRUE;
  return self;
}

/**
 * tkb_merge_rights_copy:
 * @self: rights
 *
 * Returns: (transfer full): a copy
 */
TkbMergeRights *
tkb_merge_rights_copy (const TkbMergeRights *self)
{
  TkbMergeRights *copy = g_new0 (TkbMergeRights, 1);

  copy->may_write = self->may_write;
  copy->only_own = g_strdup (self->only_own);
  return copy;
}

/**
 * tkb_merge_rights_free:
 * @self: (transfer full): rights
 */
void
tkb_merge_rights_free (TkbMergeRights *self)
{
  g_free (self->only_own);
  g_free (self);
}

static gboolean
has_role (const TkbPeerInfo *info, const char *role)
{
  return info->roles != NULL && g_strv_contains ((const char *const *) info->roles, role);
}

/**
 * tkb_merge_rights_new_for_server:
 * @info: what it said when it was met
 *
 * A server that knows other roles than ours (a bare CouchDB) lets its members write.
 *
 * Returns: (transfer full): what may be merged so that the server will take it
 */
TkbMergeRights *
tkb_merge_rights_new_for_server (const TkbPeerInfo *info)
{
  TkbMergeRights *self = g_new0 (TkbMergeRights, 1);

  if (info->account == NULL)
    return self;
  if (has_role (info, "_admin") || has_role (info, "admin") || has_role (info, "editor"))
    self->may_write = TRUE;
  else if (has_role (info, "contributor"))
    {
      self->may_write = TRUE;
      self->only_own = g_strdup (info->account);
    }
  else
    self->may_write = !has_role (info, "reader");
  return self;
}

/**
 * tkb_merge_rights_new_noted:
 * @store: a store
 *
 * Returns: (transfer full): what the account of @store may write on the server that it met last
 */
TkbMergeRights *
tkb_merge_rights_new_noted (TkbStore *store)
{
  TkbMergeRights *self = tkb_merge_rights_new_all ();
  g_autoptr (JsonObject) known = tkb_store_get_local (store, RIGHTS_ID, NULL, NULL);

  if (known == NULL)
    return self;
  self->may_write = tkb_json_get_boolean (known, "may_write", FALSE);
  self->only_own = g_strdup (tkb_json_get_string (known, "only_own", NULL));
  return self;
}

static void
note_rights (const TkbMergeRights *self, TkbStore *store)
{
  g_autoptr (TkbMergeRights) known = tkb_merge_rights_new_noted (store);
  g_autoptr (JsonObject) object = NULL;

  if (known->may_write == self->may_write && g_strcmp0 (known->only_own, self->only_own) == 0)
    return;
  object = json_object_new ();
  json_object_set_boolean_member (object, "may_write", self->may_write);
  if (self->only_own != NULL)
    json_object_set_string_member (object, "only_own", self->only_own);
  /* a disk that is full says so elsewhere */
  tkb_store_put_local (store, RIGHTS_ID, object, NULL, NULL);
}

static gboolean
is_own (TkbDocument *document, const char *account)
{
  return g_strcmp0 (tkb_document_get_string (document, "submitted_by"), account) == 0;
}

/* Whether the rules at the server's door let both the merged version and the tombstone in: a
 * contributor's own document, which goes to review again. */
static gboolean
may_close (const TkbMergeRights *rights, TkbFork *fork)
{
  if (!rights->may_write)
    return FALSE;
  if (rights->only_own == NULL)
    return TRUE;
  return is_own (fork->current, rights->only_own) && is_own (fork->other, rights->only_own) &&
         g_strcmp0 (tkb_json_get_string (fork->merge->body, "state", NULL), "submitted") == 0;
}

/* Whether the merged version keeps every rule. One that does not may be refused at the server's
 * door while the tombstone on the other side is let in: that side's words would be nowhere to be
 * seen. */
static gboolean
is_sound (TkbStore *store, TkbFork *fork)
{
  TkbCatalog *catalog = tkb_store_get_catalog (store);
  g_autoptr (TkbDocument) merged = NULL;
  g_autoptr (GPtrArray) problems = NULL;

  if (catalog == NULL)
    return TRUE;
  merged = tkb_document_with_body (fork->current, fork->merge->body);
  problems = tkb_validate (catalog, merged,
                           tkb_document_get_string (merged, "state") != NULL
                               ? tkb_validate_level_for (merged)
                               : TKB_VALIDATE_DRAFT);
  return problems->len == 0;
}

/* ---- one document ---- */

/* Tries the pair; TRUE in out_done: it is one version now. */
static gboolean
merge_pair (TkbStore             *store,
            const char           *id,
            const char           *a,
            const char           *b,
            const TkbMergeRights *rights,
            TkbMergeDocumentFlags flags,
            gboolean             *out_done,
            GCancellable         *cancellable,
            GError              **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (TkbFork) fork = tkb_fork_read (store, id, a, b, cancellable, &local_error);
  g_autofree char *rev = NULL;

  *out_done = FALSE;
  if (fork != NULL && fork->merge->conflicts->len == 0 && may_close (rights, fork) &&
      ((flags & TKB_MERGE_DOCUMENT_DRAFTS) != 0 ||
       (!tkb_fork_stays (fork) && is_sound (store, fork))))
    {
      rev = tkb_fork_close (fork, store, fork->merge->body, cancellable, &local_error);
      *out_done = rev != NULL;
    }
  /* changed meanwhile, or too large together, or a blob is not here: the conflict stays */
  if (local_error == NULL ||
      g_error_matches (local_error, TKB_STORE_ERROR, TKB_STORE_ERROR_NOT_FOUND) ||
      g_error_matches (local_error, TKB_STORE_ERROR, TKB_STORE_ERROR_CONFLICT) ||
      g_error_matches (local_error, TKB_STORE_ERROR, TKB_STORE_ERROR_INVALID) ||
      g_error_matches (local_error, TKB_STORE_ERROR, TKB_STORE_ERROR_MISSING_BLOB))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

/* (nullable) (transfer full) (element-type utf8): the live leaves, the winner first */
static GPtrArray *
list_live (TkbStore *store, const char *id, GCancellable *cancellable, GError **error)
{
  g_autoptr (TkbRevTree) tree = tkb_store_get_tree (store, id, cancellable, error);
  g_autoptr (GPtrArray) conflicts = NULL;
  GPtrArray *live;

  if (tree == NULL)
    return NULL;
  conflicts = tkb_rev_tree_get_conflicts (tree);
  live = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (live, g_strdup (tkb_rev_tree_get_winner (tree)));
  for (guint i = 0; i < conflicts->len; i++)
    g_ptr_array_add (live, g_strdup (conflicts->pdata[i]));
  return live;
}

/* The first pair, in the order of preference, that merges. */
static gboolean
merge_any_pair (TkbStore             *store,
                const char           *id,
                const TkbMergeRights *rights,
                TkbMergeDocumentFlags flags,
                gboolean             *out_done,
                GCancellable         *cancellable,
                GError              **error)
{
  g_autoptr (GPtrArray) live = list_live (store, id, cancellable, error);
  guint n;

  *out_done = FALSE;
  if (live == NULL)
    return FALSE;
  n = MIN (live->len, MAX_LEAVES);
  for (guint i = 0; i < n; i++)
    for (guint k = i + 1; k < n && !*out_done; k++)
      if (!merge_pair (store, id, live->pdata[i], live->pdata[k], rights, flags, out_done,
                       cancellable, error))
        return FALSE;
  return TRUE;
}

/**
 * tkb_merge_document:
 * @store: a store
 * @id: a document
 * @rights: what may be written
 * @flags: whether drafts count
 * @out_merged: (out): how many versions went into another one
 * @cancellable: (nullable): a cancellable
 * @error: return location
 *
 * Merges pair after pair, the preferred versions first. The order follows from the revisions alone,
 * so that every machine with the same versions makes the same of them.
 *
 * Returns: %FALSE where the store failed
 */
gboolean
tkb_merge_document (TkbStore             *store,
                    const char           *id,
                    const TkbMergeRights *rights,
                    TkbMergeDocumentFlags flags,
                    guint                *out_merged,
                    GCancellable         *cancellable,
                    GError              **error)
{
  gboolean is_done = TRUE;

  *out_merged = 0;
  while (is_done)
    {
      if (!merge_any_pair (store, id, rights, flags, &is_done, cancellable, error))
        return FALSE;
      *out_merged += is_done;
    }
  return TRUE;
}

/* ---- all documents ---- */

struct _TkbMerger
{
  GObject parent_instance;

  TkbStore   *store; /* (owned) */
  GHashTable *tried; /* (owned): id -> the leaves that could not be merged; the run's own */
  gboolean    is_running;
};

G_DEFINE_FINAL_TYPE (TkbMerger, tkb_merger, G_TYPE_OBJECT)

typedef struct
{
  TkbMergeRights *rights; /* (owned) */
  GHashTable     *tried;  /* (owned) */
  guint           merged;
} Run;

static void
run_free (gpointer data)
{
  Run *run = data;

  tkb_merge_rights_free (run->rights);
  g_hash_table_unref (run->tried);
  g_free (run);
}

/* (nullable) (transfer full): what stands against what, and who may settle it */
static char *
dup_leaves (TkbStore *store, const char *id, const Run *run, GCancellable *cancellable)
{
  g_autoptr (GPtrArray) live = list_live (store, id, cancellable, NULL);

  if (live == NULL)
    return NULL;
  g_ptr_array_add (live,
                   g_strdup_printf ("%d %s", run->rights->may_write,
                                    run->rights->only_own != NULL ? run->rights->only_own : ""));
  g_ptr_array_add (live, NULL);
  return g_strjoinv (" ", (char **) live->pdata);
}

/* On a reader thread, where waiting for the writer is no harm. */
static void
run_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  TkbStore *store = TKB_STORE (source);
  Run      *run = task_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) ids = NULL;

  note_rights (run->rights, store);
  if (run->rights->may_write)
    ids = tkb_store_get_conflicted (store, MAX_DOCUMENTS, cancellable, &error);
  for (guint i = 0; ids != NULL && i < ids->len && error == NULL; i++)
    {
      const char      *id = ids->pdata[i];
      g_autofree char *before = dup_leaves (store, id, run, cancellable);
      guint            merged = 0;

      if (before == NULL || g_str_has_prefix (id, "_design/") ||
          g_strcmp0 (g_hash_table_lookup (run->tried, id), before) == 0)
        continue;
      if (tkb_merge_document (store, id, run->rights, TKB_MERGE_DOCUMENT_NONE, &merged, cancellable,
                              &error))
        g_hash_table_replace (run->tried, g_strdup (id), dup_leaves (store, id, run, cancellable));
      run->merged += merged > 0;
    }
  if (error != NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_boolean (task, TRUE);
}

static void
tkb_merger_finalize (GObject *object)
{
  TkbMerger *self = TKB_MERGER (object);

  g_object_unref (self->store);
  g_hash_table_unref (self->tried);
  G_OBJECT_CLASS (tkb_merger_parent_class)->finalize (object);
}

static void
tkb_merger_class_init (TkbMergerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tkb_merger_finalize;
}

static void
tkb_merger_init (TkbMerger *self)
{
  self->tried = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

/**
 * tkb_merger_new:
 * @store: a store
 *
 * Returns: (transfer full): what merges in it
 */
TkbMerger *
tkb_merger_new (TkbStore *store)
{
  TkbMerger *self = g_object_new (TKB_TYPE_MERGER, NULL);

  self->store = g_object_ref (store);
  return self;
}

/**
 * tkb_merger_run_async:
 * @self: a merger that is not running
 * @rights: what may be written
 * @cancellable: (nullable): seen between two documents
 * @callback: when all have been looked at
 * @user_data: for @callback
 *
 * What could not be merged the last time is passed over until its versions are others.
 */
void
tkb_merger_run_async (TkbMerger            *self,
                      const TkbMergeRights *rights,
                      GCancellable         *cancellable,
                      GAsyncReadyCallback   callback,
                      gpointer              user_data)
{
  GTask *task = g_task_new (self->store, cancellable, callback, user_data);
  Run   *run = g_new0 (Run, 1);

  g_return_if_fail (!self->is_running);
  self->is_running = TRUE;
  run->rights = tkb_merge_rights_copy (rights);
  run->tried = g_hash_table_ref (self->tried);
  g_task_set_source_tag (task, tkb_merger_run_async);
  g_task_set_name (task, "tkb_merger_run_async");
  g_task_set_task_data (task, run, run_free);
  tkb_store_run_async (self->store, task, run_thread);
  g_object_unref (task);
}

/**
 * tkb_merger_run_finish:
 * @self: a merger
 * @result: from the callback
 * @out_merged: (out): documents that were merged, also where an error ended the run
 * @error: return location
 *
 * Returns: %FALSE where the store failed or the run was cancelled
 */
gboolean
tkb_merger_run_finish (TkbMerger *self, GAsyncResult *result, guint *out_merged, GError **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, tkb_merger_run_async), FALSE);
  self->is_running = FALSE;
  *out_merged = ((Run *) g_task_get_task_data (G_TASK (result)))->merged;
  return g_task_propagate_boolean (G_TASK (result), error);
}
