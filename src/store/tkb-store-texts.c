/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* The text of attachments as programs see it: whose turn it is, what was found, how far it got. */
#include "config.h"

#include "tkb-store-internal.h"

#include <string.h>

#include "tkb-attached.h"
#include "tkb-json.h"
#include "tkb-limits.h"

void
tkb_text_job_free (TkbTextJob *self)
{
  if (self == NULL)
    return;
  g_free (self->digest);
  g_free (self->name);
  g_free (self->content_type);
  g_free (self->language);
  g_free (self);
}

/* ---- whose turn it is ---- */

/* How the stub of digest in body calls it. */
static void
take_stub (TkbTextJob *job, JsonObject *body)
{
  JsonObject    *stubs = tkb_json_get_object (body, "_attachments");
  JsonObjectIter iterator;
  const char    *name;
  JsonNode      *node;

  job->language = g_strdup (tkb_json_get_string (body, "language", NULL));
  if (stubs == NULL)
    return;
  json_object_iter_init_ordered (&iterator, stubs);
  while (json_object_iter_next_ordered (&iterator, &name, &node))
    {
      JsonObject *stub = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;

      if (stub == NULL || g_strcmp0 (tkb_json_get_string (stub, "digest", NULL), job->digest) != 0)
        continue;
      job->name = g_strdup (name);
      job->content_type = g_strdup (tkb_json_get_string (stub, "content_type", NULL));
      return;
    }
}

/* A body that cannot be read leaves the names open: the bytes say more than they do. */
static gboolean
describe_job (TkbTextJob *job, TkbDb *db, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_ATTACHED_BODY);
  g_autoptr (JsonObject) body = NULL;
  TkbStep step;

  tkb_stmt_bind_text (&stmt, 1, job->digest);
  step = tkb_stmt_step (&stmt, error);
  if (step == TKB_STEP_ROW)
    body =
        tkb_json_parse_object (tkb_stmt_get_text (&stmt, 0), (gssize) tkb_stmt_get_bytes (&stmt, 0),
                               2 * TKB_MAX_DOCUMENT_BYTES, NULL);
  if (body != NULL)
    take_stub (job, body);
  return step != TKB_STEP_ERROR;
}

static TkbTextJob *
find_job (TkbDb *db, guint version, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_ATTACHED_NEXT);
  g_autoptr (TkbTextJob) job = NULL;

  tkb_stmt_bind_int (&stmt, 1, version);
  if (tkb_stmt_step (&stmt, error) != TKB_STEP_ROW)
    return NULL;
  job = g_new0 (TkbTextJob, 1);
  job->digest = g_strdup (tkb_stmt_get_text (&stmt, 0));
  return describe_job (job, db, error) ? g_steal_pointer (&job) : NULL;
}

/**
 * tkb_store_find_text_job:
 * @self: a store
 * @version: of the extractor that asks
 * @cancellable: (nullable)
 * @error: return location
 *
 * Returns: (transfer full) (nullable): an attachment of an indexed document that no extractor of
 *   @version has looked at, those nobody looked at before the others, newer before older; %NULL
 *   without an error where there is none or no index is kept
 */
TkbTextJob *
tkb_store_find_text_job (TkbStore *self, guint version, GCancellable *cancellable, GError **error)
{
  TkbTextJob *job;
  TkbDb      *db;

  g_return_val_if_fail (TKB_IS_STORE (self), NULL);

  if (!tkb_store_keeps_index (self))
    return NULL;
  db = tkb_store_acquire_reader (self, cancellable, error);
  if (db == NULL)
    return NULL;
  job = find_job (db, version, error);
  tkb_store_release_reader (self, db);
  return job;
}

/* ---- what was found ---- */

typedef struct
{
  const char    *digest;
  const TkbText *text;
} Put;

static gboolean
put_on_writer (TkbStore *self, gpointer data, GError **error)
{
  g_auto (TkbTransaction) transaction = TKB_TRANSACTION_INIT;
  Put *put = data;

  return tkb_transaction_begin_write (&transaction, self->db, error) &&
         tkb_attached_put (self->db, put->digest, put->text, error) &&
         tkb_transaction_commit (&transaction, error);
}

/**
 * tkb_store_put_text:
 * @self: a store that keeps an index
 * @digest: of an attachment, as in #TkbTextJob
 * @text: what was found in it
 * @error: return location
 *
 * On return it is on disk and can be found.
 *
 * Returns: %FALSE with %TKB_STORE_ERROR_NOT_FOUND (the attachment is gone),
 *   %TKB_STORE_ERROR_INVALID (too long, or not UTF-8) or an error, as tkb_store_write ()
 */
gboolean
tkb_store_put_text (TkbStore *self, const char *digest, const TkbText *text, GError **error)
{
  Put put = { digest, text };

  g_return_val_if_fail (TKB_IS_STORE (self), FALSE);
  g_return_val_if_fail (digest != NULL && text != NULL, FALSE);
  g_return_val_if_fail (tkb_store_keeps_index (self), FALSE);

  if (text->text != NULL &&
      (strlen (text->text) > TKB_MAX_TEXT_BYTES || !g_utf8_validate (text->text, -1, NULL)))
    {
      g_set_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_INVALID,
                   "the text of the attachment %s is too long, or no text", digest);
      return FALSE;
    }
  if (!tkb_store_run_writer (self, put_on_writer, &put, error))
    return FALSE;
  tkb_store_announce_index (self);
  return TRUE;
}

static gboolean
retry_on_writer (TkbStore *self, gpointer data, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (self->db, TKB_SQL_ATTACHED_RETRY);

  tkb_stmt_bind_int (&stmt, 1, TKB_TEXT_UNREADABLE);
  return tkb_stmt_run (&stmt, error);
}

/**
 * tkb_store_retry_texts:
 * @self: a store
 * @error: return location
 *
 * Attachments that could not be read wait for the extractor once more.
 *
 * Returns: %FALSE with an error, as tkb_store_write ()
 */
gboolean
tkb_store_retry_texts (TkbStore *self, GError **error)
{
  g_return_val_if_fail (TKB_IS_STORE (self), FALSE);

  return tkb_store_run_writer (self, retry_on_writer, NULL, error);
}

/* ---- how far it got ---- */

/**
 * tkb_store_get_text_state:
 * @self: a store
 * @digest: of an attachment, as in a stub
 * @out_reason: (out) (optional) (nullable) (transfer full): why not all of it could be read
 *
 * Returns: what is known of its text; %TKB_TEXT_WAITING where nothing is, or that cannot be read
 */
TkbTextState
tkb_store_get_text_state (TkbStore *self, const char *digest, char **out_reason)
{
  g_auto (TkbAttached) attached = TKB_ATTACHED_INIT;
  g_autoptr (GError) error = NULL;
  TkbDb *db;

  g_return_val_if_fail (TKB_IS_STORE (self), TKB_TEXT_WAITING);
  g_return_val_if_fail (digest != NULL, TKB_TEXT_WAITING);

  db = tkb_store_acquire_reader (self, NULL, &error);
  if (db != NULL)
    {
      tkb_attached_find (&attached, db, digest, FALSE, &error);
      tkb_store_release_reader (self, db);
    }
  if (error != NULL)
    g_debug ("%s: %s", self->path, error->message);
  if (out_reason != NULL)
    *out_reason = g_steal_pointer (&attached.reason);
  return attached.state;
}

/**
 * tkb_store_count_texts:
 * @self: a store
 * @counts: (out): how many attachments of indexed documents are in each state
 * @cancellable: (nullable)
 * @error: return location
 *
 * Returns: %FALSE with an error of reading
 */
gboolean
tkb_store_count_texts (TkbStore     *self,
                       guint64       counts[TKB_TEXT_N_STATES],
                       GCancellable *cancellable,
                       GError      **error)
{
  TkbStep step;
  TkbDb  *db;

  g_return_val_if_fail (TKB_IS_STORE (self), FALSE);

  memset (counts, 0, TKB_TEXT_N_STATES * sizeof *counts);
  db = tkb_store_acquire_reader (self, cancellable, error);
  if (db == NULL)
    return FALSE;
  {
    g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_ATTACHED_STATES);

    while ((step = tkb_stmt_step (&stmt, error)) == TKB_STEP_ROW)
      if (tkb_stmt_get_int (&stmt, 0) >= 0 && tkb_stmt_get_int (&stmt, 0) < TKB_TEXT_N_STATES)
        counts[tkb_stmt_get_int (&stmt, 0)] = (guint64) tkb_stmt_get_int (&stmt, 1);
  }
  tkb_store_release_reader (self, db);
  return step == TKB_STEP_DONE;
}
