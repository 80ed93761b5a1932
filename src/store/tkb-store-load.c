/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-store-load.h"

#include "tkb-index-run.h"
#include "tkb-index.h"

/* titles that go in with one transaction, and bodies read in one */
#define TITLES_AT_ONCE 1000
#define BODIES_AT_ONCE 250
/* memory of a run: the larger, the fewer segments; some 5,000 documents of 4 KB */
#define RUN_BYTES (48 * 1024 * 1024)
/* of one size; FTS5 itself merges from 4 on while it writes, and all at once from 16 on */
#define MAX_SMALL 12

struct _TkbLoad
{
  TkbStore    *store;      /* (unowned) */
  TkbIndexRun *bodies;     /* (owned) (nullable) */
  gint64       titled_seq; /* up to here there are no titles to do */
  gint64       bodies_seq; /* up to here bodies are in the run */
  gboolean     has_looked; /* from the beginning, since something was last found */
  gboolean     is_merging; /* the first step of the last merge is done */
  gboolean     is_off;     /* the tables are not as they are known here: FTS5 does it all */
};

typedef struct
{
  gint64 doc;
  gint64 seq;
  char  *id;  /* (owned) */
  char  *rev; /* (owned) */
} Behind;

static void
behind_clear (Behind *self)
{
  g_free (self->id);
  g_free (self->rev);
}

static int
compare_behind (gconstpointer a, gconstpointer b)
{
  gint64 x = ((const Behind *) a)->doc;
  gint64 y = ((const Behind *) b)->doc;

  return (x > y) - (x < y);
}

static void
start_over (TkbLoad *self)
{
  g_clear_pointer (&self->bodies, tkb_index_run_free);
  self->titled_seq = self->bodies_seq = 0;
}

TkbLoad *
tkb_load_new (TkbStore *store)
{
  TkbLoad *self = g_new0 (TkbLoad, 1);

  self->store = store;
  return self;
}

void
tkb_load_free (TkbLoad *self)
{
  start_over (self);
  g_free (self);
}

/* ---- reading ---- */

/* The next documents of one kind, by sequence, and then by row. out_seq: the last number that was
 * looked at. (element-type Behind) */
static GArray *
collect (TkbDb *db, gint64 since, guint limit, gboolean is_titled, gint64 *out_seq, GError **error)
{
  g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (Behind));
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_INDEX_BEHIND);
  TkbStep step = TKB_STEP_DONE;

  g_array_set_clear_func (found, (GDestroyNotify) behind_clear);
  *out_seq = since;
  tkb_stmt_bind_int (&stmt, 1, since);
  while (found->len < limit && (step = tkb_stmt_step (&stmt, error)) == TKB_STEP_ROW)
    {
      TkbRowFlags flags = (TkbRowFlags) tkb_stmt_get_int (&stmt, 2);
      const char *rev = tkb_stmt_get_text (&stmt, 4);
      const char *indexed = tkb_stmt_get_text (&stmt, 5);
      Behind      one = { .doc = tkb_stmt_get_int (&stmt, 0), .seq = tkb_stmt_get_int (&stmt, 1) };

      *out_seq = one.seq;
      if ((flags & (TKB_ROW_DELETED | TKB_ROW_DESIGN)) != 0 || one.doc <= 0)
        continue;
      if (is_titled ? (flags & TKB_ROW_TITLED) == 0 || g_strcmp0 (rev, indexed) != 0
                    : indexed != NULL)
        continue;
      one.id = g_strdup (tkb_stmt_get_text (&stmt, 3));
      one.rev = g_strdup (rev);
      g_array_append_val (found, one);
    }
  g_array_sort (found, compare_behind);
  return step != TKB_STEP_ERROR ? g_steal_pointer (&found) : NULL;
}

static gboolean
add_documents (TkbIndexRun *run, TkbDb *db, GArray *behind, GError **error)
{
  for (guint i = 0; i < behind->len; i++)
    {
      Behind *one = &g_array_index (behind, Behind, i);
      g_autoptr (TkbDocument) document = NULL;
      TkbDocRow row = { .doc = one->doc, .id = one->id, .rev = one->rev };

      document = tkb_revision_load (db, &row, one->rev, error);
      if (document == NULL)
        return FALSE;
      tkb_index_run_add (run, one->doc, document);
    }
  return TRUE;
}

/* ---- applying, on the writer thread ---- */

typedef struct
{
  TkbStore       *store;
  TkbIndexRun    *run;
  TkbIndexRunKind kind;
  gboolean        is_stale; /* out: a document is not what it was when the run was made */
  guint           n_small;  /* out */
  GError        **error;
  gboolean        is_done; /* out */
} Applying;

/* Runs a statement of a document and its revision. */
static gboolean
note (TkbDb *db, TkbSql sql, gint64 doc, const char *rev, gboolean *out_changed, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, sql);

  tkb_stmt_bind_int (&stmt, 1, doc);
  tkb_stmt_bind_text (&stmt, 2, rev);
  if (!tkb_stmt_run (&stmt, error))
    return FALSE;
  *out_changed = tkb_db_get_changes (db) > 0;
  return TRUE;
}

/* What was changed while its body was in the run: the index then holds the revision before, and
 * the document stays behind. */
static gboolean
note_documents (Applying *self, TkbDb *db, gint64 *out_caught_up, GError **error)
{
  gboolean is_titles = self->kind == TKB_INDEX_RUN_TITLES;

  *out_caught_up = 0;
  for (guint i = 0; i < tkb_index_run_get_n_documents (self->run); i++)
    {
      const char *rev;
      gint64      doc;
      gboolean    is_noted;

      tkb_index_run_get_document (self->run, i, &doc, &rev);
      if (!note (db, is_titles ? TKB_SQL_INDEX_TITLED : TKB_SQL_INDEX_INDEXED, doc, rev, &is_noted,
                 error))
        return FALSE;
      if (is_noted && !is_titles)
        ++*out_caught_up;
      if (!is_noted && !is_titles &&
          !note (db, TKB_SQL_INDEX_INDEXED_BEHIND, doc, rev, &is_noted, error))
        return FALSE;
      if (!is_noted)
        {
          self->is_stale = TRUE;
          return TRUE;
        }
    }
  return TRUE;
}

/* The first number that is still behind is where the next look begins. */
static gboolean
move_on (TkbDb *db, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_INDEX_BEHIND);
  gint64  since;
  TkbStep step;

  if (!tkb_counter_get (db, "index-seq", &since, error))
    return FALSE;
  tkb_stmt_bind_int (&stmt, 1, since);
  step = tkb_stmt_step (&stmt, error);
  if (step == TKB_STEP_ERROR)
    return FALSE;
  if (step == TKB_STEP_ROW)
    return tkb_counter_set (db, "index-seq", tkb_stmt_get_int (&stmt, 1) - 1, error);
  return !tkb_counter_get (db, "seq", &since, error) ||
         tkb_counter_set (db, "index-seq", since, error);
}

static gboolean
apply_on_writer (Applying *self, GError **error)
{
  g_auto (TkbTransaction) transaction = TKB_TRANSACTION_INIT;
  g_auto (TkbCounters) counters = TKB_COUNTERS_INIT;
  TkbDb *db = self->store->db;
  gint64 caught_up;

  if (!tkb_transaction_begin_write (&transaction, db, error) ||
      !note_documents (self, db, &caught_up, error))
    return FALSE;
  if (self->is_stale)
    return TRUE;
  counters.pending = -caught_up;
  return tkb_index_run_apply (self->run, db, &self->n_small, error) &&
         (self->kind == TKB_INDEX_RUN_TITLES || move_on (db, error)) &&
         tkb_counter_set (db, "index-bulk", 1, error) &&
         tkb_counters_flush (&counters, db, error) && tkb_transaction_commit (&transaction, error);
}

static void
apply_cb (gpointer data, gpointer user_data)
{
  Applying *self = data;

  self->is_done = apply_on_writer (self, self->error);
}

typedef struct
{
  TkbStore *store;
  gboolean  is_last;     /* all into one segment, and note that the load is over */
  gboolean  is_whole;    /* the first step of that */
  gboolean  is_given_up; /* only the note */
  gboolean  goes_on;     /* out */
  GError  **error;
  gboolean  is_done; /* out */
} Merging;

static gboolean
merge_on_writer (Merging *self, GError **error)
{
  g_auto (TkbTransaction) transaction = TKB_TRANSACTION_INIT;
  TkbDb *db = self->store->db;

  if (!tkb_transaction_begin_write (&transaction, db, error))
    return FALSE;
  if (self->is_given_up)
    return tkb_counter_set (db, "index-bulk", 0, error) &&
           tkb_transaction_commit (&transaction, error);
  if ((self->is_whole && !tkb_index_end_bulk (db, error)) ||
      !tkb_index_merge (db, self->is_whole, &self->goes_on, error))
    return FALSE;
  return (!self->is_last || self->goes_on || tkb_counter_set (db, "index-bulk", 0, error)) &&
         tkb_transaction_commit (&transaction, error);
}

static void
merge_cb (gpointer data, gpointer user_data)
{
  Merging *self = data;

  self->is_done = merge_on_writer (self, self->error);
}

/* In steps, so that an edit in between does not wait. */
static gboolean
merge_some (TkbLoad *self, GError **error)
{
  Merging merging = { .store = self->store, .goes_on = TRUE, .is_done = TRUE, .error = error };

  while (merging.is_done && merging.goes_on)
    tkb_worker_run (self->store->writer, merge_cb, &merging, NULL);
  return merging.is_done;
}

/* One step of merging all that a load has left. */
static gboolean
merge_all (TkbLoad *self, gboolean *out_goes_on, GError **error)
{
  Merging merging = { .store = self->store,
                      .is_last = TRUE,
                      .is_whole = !self->is_merging,
                      .is_given_up = self->is_off,
                      .error = error };

  tkb_worker_run (self->store->writer, merge_cb, &merging, NULL);
  self->is_merging = *out_goes_on = merging.is_done && merging.goes_on;
  return merging.is_done;
}

static gboolean
apply (
    TkbLoad *self, TkbIndexRun *run, TkbIndexRunKind kind, gboolean *out_is_stale, GError **error)
{
  Applying applying = { .store = self->store, .run = run, .kind = kind, .error = error };

  tkb_index_run_seal (run);
  tkb_worker_run (self->store->writer, apply_cb, &applying, NULL);
  *out_is_stale = applying.is_stale;
  if (!applying.is_done)
    return FALSE;
  tkb_store_announce_index (self->store);
  return applying.n_small < MAX_SMALL || merge_some (self, error);
}

/* ---- titles, then bodies ---- */

static gboolean
do_titles (TkbLoad *self, gboolean *out_any, GError **error)
{
  TkbDb *db = tkb_store_acquire_reader (self->store, NULL, error);
  g_autoptr (TkbIndexRun) run = tkb_index_run_new (TKB_INDEX_RUN_TITLES, self->store->catalog);
  g_autoptr (GArray) behind = NULL;
  gint64   since, seq;
  gboolean is_read, is_stale;

  *out_any = FALSE;
  if (db == NULL)
    return FALSE;
  is_read = tkb_counter_get (db, "index-seq", &since, error) &&
            (behind = collect (db, MAX (since, self->titled_seq), TITLES_AT_ONCE, FALSE, &seq,
                               error)) != NULL &&
            add_documents (run, db, behind, error);
  tkb_store_release_reader (self->store, db);
  if (!is_read)
    return FALSE;
  *out_any = behind->len > 0;
  if (behind->len > 0 && !apply (self, run, TKB_INDEX_RUN_TITLES, &is_stale, error))
    return FALSE;
  if (behind->len > 0 && is_stale)
    start_over (self);
  else
    self->titled_seq = seq;
  return TRUE;
}

static gboolean
apply_bodies (TkbLoad *self, GError **error)
{
  g_autoptr (TkbIndexRun) run = g_steal_pointer (&self->bodies);
  gboolean is_stale;

  if (!apply (self, run, TKB_INDEX_RUN_BODIES, &is_stale, error))
    return FALSE;
  if (is_stale)
    start_over (self);
  return TRUE;
}

static gboolean
do_bodies (TkbLoad *self, gboolean is_over, TkbLoadResult *out_result, GError **error)
{
  TkbDb *db = tkb_store_acquire_reader (self->store, NULL, error);
  g_autoptr (GArray) behind = NULL;
  gint64   since, seq;
  gboolean is_read, is_out_of_order = FALSE;

  if (db == NULL)
    return FALSE;
  is_read = tkb_counter_get (db, "index-seq", &since, error) &&
            (behind = collect (db, MAX (since, self->bodies_seq), BODIES_AT_ONCE, TRUE, &seq,
                               error)) != NULL;
  if (is_read && behind->len > 0)
    {
      if (self->bodies == NULL)
        self->bodies = tkb_index_run_new (TKB_INDEX_RUN_BODIES, self->store->catalog);
      is_out_of_order =
          tkb_index_run_get_last (self->bodies) >= g_array_index (behind, Behind, 0).doc;
      is_read = is_out_of_order || add_documents (self->bodies, db, behind, error);
      if (is_read && !is_out_of_order)
        self->bodies_seq = seq;
    }
  tkb_store_release_reader (self->store, db);
  if (!is_read)
    return FALSE;
  *out_result = TKB_LOAD_GOES_ON;
  if (self->bodies == NULL)
    *out_result = TKB_LOAD_NOT_OURS;
  else if (is_out_of_order || tkb_index_run_get_size (self->bodies) >= RUN_BYTES ||
           (behind->len == 0 && is_over))
    return apply_bodies (self, error);
  else if (behind->len == 0)
    *out_result = TKB_LOAD_WAITS;
  return TRUE;
}

static gboolean
get_counters (TkbLoad *self, gint64 *out_pending, gint64 *out_is_bulk, GError **error)
{
  TkbDb   *db = tkb_store_acquire_reader (self->store, NULL, error);
  gboolean is_read;

  if (db == NULL)
    return FALSE;
  is_read = tkb_counter_get (db, "pending", out_pending, error) &&
            tkb_counter_get (db, "index-bulk", out_is_bulk, error);
  tkb_store_release_reader (self->store, db);
  return is_read;
}

static gboolean
advance (TkbLoad *self, gboolean is_over, TkbLoadResult *out_result, GError **error)
{
  gint64   pending, is_bulk;
  gboolean any;

  *out_result = TKB_LOAD_FEW;
  if (!get_counters (self, &pending, &is_bulk, error))
    return FALSE;
  if (pending == 0 && is_bulk != 0)
    {
      *out_result = TKB_LOAD_WAITS;
      if (!is_over)
        return TRUE;
      if (!merge_all (self, &any, error))
        return FALSE;
      *out_result = any ? TKB_LOAD_GOES_ON : TKB_LOAD_FEW;
      return TRUE;
    }
  if (self->bodies == NULL && pending < TKB_LOAD_MIN_DOCUMENTS)
    return TRUE;
  *out_result = TKB_LOAD_NOT_OURS;
  if (self->is_off)
    return TRUE;
  if (!do_titles (self, &any, error))
    return FALSE;
  *out_result = TKB_LOAD_GOES_ON;
  if (!any && !do_bodies (self, is_over, out_result, error))
    return FALSE;
  /* whatever has begun the index anew meanwhile begins at its beginning */
  if (*out_result == TKB_LOAD_NOT_OURS && !self->has_looked)
    {
      start_over (self);
      self->has_looked = TRUE;
      *out_result = TKB_LOAD_GOES_ON;
    }
  else if (*out_result == TKB_LOAD_GOES_ON)
    self->has_looked = FALSE;
  return TRUE;
}

gboolean
tkb_load_advance (TkbLoad *self, gboolean is_over, TkbLoadResult *out_result, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  if (advance (self, is_over, out_result, &local_error))
    return TRUE;
  start_over (self);
  if (g_error_matches (local_error, TKB_STORE_ERROR, TKB_STORE_ERROR_CORRUPT))
    self->is_off = TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}
