/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Every public operation that touches the disk. A new function of tkb-store.h needs a row here, or
 * a line in fault_diskless: the test every-function says so. */
#include "config.h"

#include "fault-fixture.h"

#include <glib/gstdio.h>
#include <string.h>

#include "tkb-json.h"

#define HELLO "md5-XUFAKrxLKna5cZ2REBfFkg=="

static char *
winner_of (TkbStore *store, const char *id)
{
  g_autoptr (TkbDocument) document = tkb_store_get (store, id, NULL, NULL, NULL);

  return document != NULL ? g_strdup (tkb_document_get_rev (document)) : NULL;
}

static gboolean
put (TkbStore     *store,
     const char   *id,
     const char   *rev,
     const char   *state,
     const char   *attachment,
     TkbWriteFlags flags,
     GError      **error)
{
  g_autoptr (TkbDocument) document =
      fault_make_document (id, rev, state, "Another title", attachment);
  g_autoptr (TkbDocument) written = tkb_store_put (store, document, flags, NULL, error);

  return written != NULL;
}

/* ---- documents ---- */

static gboolean
put_new (FaultFixture *self, TkbStore *store, GString *answer, GError **error)
{
  return put (store, "case:new", NULL, "submitted", NULL, TKB_WRITE_NONE, error);
}

static gboolean
put_edit (FaultFixture *self, TkbStore *store, GString *answer, GError **error)
{
  g_autoptr (TkbDocument) old = tkb_store_get (store, "case:one", NULL, NULL, error);

  return old != NULL && put (store, "case:one", tkb_document_get_rev (old), "submitted", HELLO,
                             TKB_WRITE_NONE, error);
}

static gboolean
put_attachment (FaultFixture *self, TkbStore *store, GString *answer, GError **error)
{
  return put (store, "case:new", NULL, "submitted", "d29ybGQ=", TKB_WRITE_NONE, error);
}

static gboolean
amend_draft (FaultFixture *self, TkbStore *store, GString *answer, GError **error)
{
  g_autoptr (TkbDocument) old = tkb_store_get (store, "case:draft", NULL, NULL, error);

  return old != NULL && put (store, "case:draft", tkb_document_get_rev (old), "draft", NULL,
                             TKB_WRITE_AMEND_DRAFT, error);
}

static gboolean
delete_one (FaultFixture *self, TkbStore *store, GString *answer, GError **error)
{
  g_autofree char *rev = tkb_store_delete (store, "case:one", NULL, NULL, error);

  return rev != NULL;
}

static GPtrArray *
make_many (void)
{
  GPtrArray *documents = g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_document_unref);

  for (guint i = 0; i < 12; i++)
    {
      g_autofree char *id = g_strdup_printf ("case:pulled-%u", i);

      g_ptr_array_add (documents,
                       fault_make_document (id, "1-0123456789abcdef0123456789abcdef", "published",
                                            "From elsewhere", i == 3 ? "d29ybGQ=" : NULL));
    }
  g_ptr_array_add (documents, fault_make_document ("case:one", "1-ffffffffffffffffffffffffffffffff",
                                                   "published", "A conflict", NULL));
  return documents;
}

static gboolean
take_results (GPtrArray *results, GError **error)
{
  if (results == NULL)
    return FALSE;
  for (guint i = 0; i < results->len; i++)
    {
      TkbWriteResult *result = results->pdata[i];

      if (result->error != NULL && (error == NULL || *error == NULL))
        g_propagate_error (error, g_steal_pointer (&result->error));
    }
  g_ptr_array_unref (results);
  return error == NULL || *error == NULL;
}

static gboolean
write_many (FaultFixture *self, TkbStore *store, GString *answer, GError **error)
{
  g_autoptr (GPtrArray) documents = make_many ();

  return take_results (
      tkb_store_write (store, documents, TKB_WRITE_REPLICATED, NULL, NULL, NULL, error), error);
}

static gboolean
write_bulk (FaultFixture *self, TkbStore *store, GString *answer, GError **error)
{
  g_autoptr (GPtrArray) documents = make_many ();

  return take_results (tkb_store_write (store, documents, TKB_WRITE_REPLICATED | TKB_WRITE_BULK,
                                        NULL, NULL, NULL, error),
                       error) &&
         tkb_store_wait_for_index (store, NULL, error);
}

static gboolean
purge_draft (FaultFixture *self, TkbStore *store, GString *answer, GError **error)
{
  return tkb_store_purge_draft (store, "case:draft", error);
}

/* ---- the same without waiting ---- */

static void
take_result_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

static GAsyncResult *
wait (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return *result;
}

static gboolean
put_async (FaultFixture *self, TkbStore *store, GString *answer, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (TkbDocument) document =
      fault_make_document ("case:new", NULL, "submitted", "New", NULL);
  g_autoptr (TkbDocument) written = NULL;

  tkb_store_put_async (store, document, 0, NULL, take_result_cb, &result);
  written = tkb_store_put_finish (store, wait (&result), error);
  return written != NULL;
}

static gboolean
write_async (FaultFixture *self, TkbStore *store, GString *answer, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) documents = make_many ();

  tkb_store_write_async (store, documents, TKB_WRITE_REPLICATED, NULL, NULL, NULL, take_result_cb,
                         &result);
  return take_results (tkb_store_write_finish (store, wait (&result), error), error);
}

static gboolean
delete_async (FaultFixture *self, TkbStore *store, GString *answer, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree char *rev = NULL;

  tkb_store_delete_async (store, "case:one", NULL, NULL, take_result_cb, &result);
  rev = tkb_store_delete_finish (store, wait (&result), error);
  return rev != NULL;
}

static gboolean
purge_async (FaultFixture *self, TkbStore *store, GString *answer, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  tkb_store_purge_draft_async (store, "case:draft", take_result_cb, &result);
  return tkb_store_purge_draft_finish (store, wait (&result), error);
}

static void
append_document (GString *answer, TkbDocument *document)
{
  g_autofree char *text =
      document != NULL ? tkb_document_to_text (document, TKB_DOCUMENT_JSON_REVISIONS) : NULL;

  g_string_append (answer, text != NULL ? text : "none");
}

static gboolean
get_async (FaultFixture *self, TkbStore *store, GString *answer, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (TkbDocument) document = NULL;

  tkb_store_get_async (store, "case:one", NULL, NULL, take_result_cb, &result);
  document = tkb_store_get_finish (store, wait (&result), error);
  append_document (answer, document);
  return document != NULL;
}

static void
count_in_task (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) rows =
      tkb_store_list (TKB_STORE (source), NULL, NULL, 0, 100, TKB_LIST_INCLUDE_DOCS, NULL, &error);

  if (rows != NULL)
    g_task_return_int (task, rows->len);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static gboolean
run_async (FaultFixture *self, TkbStore *store, GString *answer, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GTask) task = g_task_new (store, NULL, take_result_cb, &result);
  gssize n;

  tkb_store_run_async (store, task, count_in_task);
  n = g_task_propagate_int (G_TASK (wait (&result)), error);
  g_string_append_printf (answer, "%" G_GSSIZE_FORMAT, n);
  return n >= 0;
}

/* ---- reading ---- */

static gboolean
get_one (FaultFixture *self, TkbStore *store, GString *answer, GError **error)
{
  g_autoptr (TkbDocument) document = tkb_store_get (store, "case:one", NULL, NULL, error);

  append_document (answer, document);
  return document != NULL;
}

static gboolean
get_tree (FaultFixture *self, TkbStore *store, GString *answer, GError **error)
{
  g_autoptr (TkbRevTree) tree = tkb_store_get_tree (store, "case:two", NULL, error);
  g_autofree char *text = tree != NULL ? tkb_rev_tree_serialize (tree) : NULL;

  g_string_append (answer, text != NULL ? text : "");
  return tree != NULL;
}

static gboolean
take_length (GPtrArray *array, GString *answer)
{
  if (array == NULL)
    return FALSE;
  g_string_append_printf (answer, "%u ", array->len);
  g_ptr_array_unref (array);
  return TRUE;
}

static gboolean
get_history (FaultFixture *self, TkbStore *store, GString *answer, GError **error)
{
  return take_length (tkb_store_get_history (store, "case:two", NULL, error), answer);
}

static gboolean
list (FaultFixture *self, TkbStore *store, GString *answer, GError **error)
{
  const char *const ids[] = { "case:two", "case:none", "case:one", NULL };

  return take_length (
             tkb_store_list (store, NULL, NULL, 0, 100, TKB_LIST_INCLUDE_DOCS, NULL, error),
             answer) &&
         take_length (tkb_store_list_ids (store, ids, TKB_LIST_INCLUDE_DOCS, NULL, error), answer);
}

static gboolean
read_changes (FaultFixture *self, TkbStore *store, GString *answer, GError **error)
{
  guint64 last_seq = 0;

  if (!take_length (tkb_store_get_changes (store, 0, 100,
                                           TKB_CHANGES_ALL_LEAVES | TKB_CHANGES_INCLUDE_DOCS,
                                           &last_seq, NULL, error),
                    answer))
    return FALSE;
  g_string_append_printf (answer, "to %" G_GUINT64_FORMAT, last_seq);
  return TRUE;
}

static gboolean
last_seq (FaultFixture *self, TkbStore *store, GString *answer, GError **error)
{
  g_string_append_printf (answer, "%" G_GUINT64_FORMAT, tkb_store_get_last_seq (store));
  return TRUE;
}

static gboolean
revs_diff (FaultFixture *self, TkbStore *store, GString *answer, GError **error)
{
  static const char *const revs_of_one[] = { "1-abc", "1-def", NULL };
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();
  g_autoptr (GPtrArray) revs = g_ptr_array_new ();

  g_ptr_array_add (ids, (gpointer) "case:one");
  g_ptr_array_add (revs, (gpointer) revs_of_one);
  return take_length (tkb_store_revs_diff (store, ids, revs, NULL, error), answer);
}

static gboolean
counts (FaultFixture *self, TkbStore *store, GString *answer, GError **error)
{
  g_autoptr (TkbStoreCounts) found = tkb_store_get_counts (store, NULL, error);

  if (found == NULL)
    return FALSE;
  g_string_append_printf (answer, "%u %u", (guint) found->documents, (guint) found->waiting);
  return take_length (tkb_store_get_conflicted (store, 100, NULL, error), answer);
}

/* ---- marks ---- */

static gboolean
put_local (FaultFixture *self, TkbStore *store, GString *answer, GError **error)
{
  g_autoptr (JsonObject) object = json_object_new ();

  json_object_set_string_member (object, "since", "12");
  return tkb_store_put_local (store, "checkpoint", object, NULL, error);
}

static gboolean
read_local (FaultFixture *self, TkbStore *store, GString *answer, GError **error)
{
  g_autoptr (GError) inner = NULL;
  g_autoptr (JsonObject) object = tkb_store_get_local (store, "none", NULL, &inner);

  if (!g_error_matches (inner, TKB_STORE_ERROR, TKB_STORE_ERROR_NOT_FOUND))
    {
      g_propagate_error (error, g_steal_pointer (&inner));
      return FALSE;
    }
  return take_length (tkb_store_list_local (store, "", 100, NULL, error), answer) &&
         take_length (tkb_store_get_outbox (store, NULL, error), answer);
}

static gboolean
mark_sent (FaultFixture *self, TkbStore *store, GString *answer, GError **error)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();
  g_autoptr (GPtrArray) revs = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (TkbDocument) one = tkb_store_get (store, "case:one", NULL, NULL, error);

  if (one == NULL)
    return FALSE;
  g_ptr_array_add (ids, (gpointer) "case:one");
  g_ptr_array_add (revs, g_strdup (tkb_document_get_rev (one)));
  return tkb_store_mark_sent (store, ids, revs, error);
}

static gboolean
mark_refused (FaultFixture *self, TkbStore *store, GString *answer, GError **error)
{
  g_autoptr (TkbDocument) one = tkb_store_get (store, "case:one", NULL, NULL, error);

  return one != NULL && tkb_store_mark_refused (store, "case:one", tkb_document_get_rev (one),
                                                "incomplete", error);
}

static gboolean
favourite (FaultFixture *self, TkbStore *store, GString *answer, GError **error)
{
  return tkb_store_set_favourite (store, "case:one", TRUE, error);
}

static gboolean
look_at_marks (FaultFixture *self, TkbStore *store, GString *answer, GError **error)
{
  g_string_append_printf (answer, "%d %d %d", tkb_store_is_favourite (store, "case:two"),
                          tkb_store_has_blob (store, HELLO),
                          tkb_store_get_text_state (store, HELLO, NULL));
  return TRUE;
}

static gboolean
revs_limit (FaultFixture *self, TkbStore *store, GString *answer, GError **error)
{
  return tkb_store_set_revs_limit (store, 77, error);
}

/* ---- attachments ---- */

static gboolean
add_blob (FaultFixture *self, TkbStore *store, GString *answer, GError **error)
{
  g_autoptr (GInputStream) source = g_memory_input_stream_new_from_data ("world", 5, NULL);
  g_autoptr (TkbBlobInfo) info = tkb_store_add_blob (store, source, NULL, error);

  return info != NULL && put (store, "case:new", NULL, "submitted", info->digest, 0, error);
}

static gboolean
alias_blob (FaultFixture *self, TkbStore *store, GString *answer, GError **error)
{
  return tkb_store_alias_blob (store, "md5-alias", HELLO, error);
}

static gboolean
read_blob (FaultFixture *self, TkbStore *store, GString *answer, GError **error)
{
  gint64 length = 0;
  g_autoptr (GInputStream) stream = tkb_store_open_blob (store, HELLO, &length, error);
  g_autoptr (GError) inner = NULL;
  char   text[32] = "";
  gssize n = stream != NULL ? g_input_stream_read (stream, text, 30, NULL, &inner) : -1;

  if (inner != NULL) /* the stream's own: it says so */
    g_set_error_literal (error, TKB_STORE_ERROR, TKB_STORE_ERROR_IO, inner->message);
  g_string_append_printf (answer, "%d %s", (int) length, text);
  return n >= 0;
}

static gboolean
list_incomplete (FaultFixture *self, TkbStore *store, GString *answer, GError **error)
{
  return take_length (tkb_store_list_incomplete (store, NULL, error), answer);
}

static gboolean
put_text (FaultFixture *self, TkbStore *store, GString *answer, GError **error)
{
  const TkbText text = { .state = TKB_TEXT_WHOLE, .text = "hello of a pump", .version = 1 };

  return tkb_store_put_text (store, HELLO, &text, error);
}

static gboolean
fail_and_retry_text (FaultFixture *self, TkbStore *store, GString *answer, GError **error)
{
  const TkbText text = { .state = TKB_TEXT_UNREADABLE, .reason = "encrypted", .version = 1 };

  return tkb_store_put_text (store, HELLO, &text, error) && tkb_store_retry_texts (store, error);
}

static gboolean
look_for_texts (FaultFixture *self, TkbStore *store, GString *answer, GError **error)
{
  g_autoptr (GError) inner = NULL;
  g_autoptr (TkbTextJob) job = tkb_store_find_text_job (store, 1, NULL, &inner);
  guint64 found[TKB_TEXT_N_STATES] = { 0 };

  if (inner != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&inner));
      return FALSE;
    }
  if (!tkb_store_count_texts (store, found, NULL, error))
    return FALSE;
  g_string_append_printf (answer, "%s %u", job != NULL ? job->digest : "none",
                          (guint) found[TKB_TEXT_WAITING]);
  return TRUE;
}

/* ---- upkeep ---- */

static gboolean
check (FaultFixture *self, TkbStore *store, GString *answer, GError **error)
{
  return take_length (tkb_store_check (store, NULL, error), answer);
}

static gboolean
repair (FaultFixture *self, TkbStore *store, GString *answer, GError **error)
{
  return take_length (tkb_store_repair (store, NULL, error), answer);
}

static gboolean
reindex (FaultFixture *self, TkbStore *store, GString *answer, GError **error)
{
  return tkb_store_reindex (store, NULL, error) && tkb_store_wait_for_index (store, NULL, error);
}

static gboolean
compact (FaultFixture *self, TkbStore *store, GString *answer, GError **error)
{
  return tkb_store_compact (store, NULL, error);
}

static gboolean
backup (FaultFixture *self, TkbStore *store, GString *answer, GError **error)
{
  g_autofree char *path = fault_fixture_get_path (self, "backup.tisckb");

  return tkb_store_backup (store, path, NULL, error);
}

/* The copy is whole, or there is none. */
static void
look_at_backup (FaultFixture *self, gboolean is_done)
{
  g_autofree char *path = fault_fixture_get_path (self, "backup.tisckb");
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbStore) store = NULL;
  g_autofree char *rev = NULL;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_assert_false (is_done);
      return;
    }
  store = fault_fixture_open_at (self, path, &error);
  g_assert_no_error (error);
  fault_fixture_assert_clean (store);
  rev = winner_of (store, "case:one");
  g_assert_nonnull (rev);
  tkb_store_close (store);
}

/* ---- opening and closing ---- */

static gboolean
open_and_close (FaultFixture *self, const char *name, GError **error)
{
  g_autofree char *path = fault_fixture_get_path (self, name);
  g_autoptr (TkbStore) store = fault_fixture_open_at (self, path, error);
  gboolean is_done = store != NULL && tkb_store_wait_for_index (store, NULL, error);

  if (store != NULL)
    tkb_store_close (store);
  return is_done;
}

static void
look_at (FaultFixture *self, const char *name, const char *id)
{
  g_autofree char *path = fault_fixture_get_path (self, name);
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbStore) store = fault_fixture_open_at (self, path, &error);

  g_assert_no_error (error);
  fault_fixture_assert_clean (store);
  if (id != NULL)
    {
      g_autofree char *rev = winner_of (store, id);

      g_assert_nonnull (rev);
    }
  tkb_store_close (store);
}

static gboolean
open_again (FaultFixture *self, TkbStore *store, GString *answer, GError **error)
{
  return open_and_close (self, "store.tisckb", error);
}

static gboolean
open_new (FaultFixture *self, TkbStore *store, GString *answer, GError **error)
{
  return open_and_close (self, "new.tisckb", error);
}

static void
look_at_new (FaultFixture *self, gboolean is_done)
{
  look_at (self, "new.tisckb", NULL);
  look_at (self, "new.tisckb", NULL); /* what that made of it is a store too */
}

static gboolean
migrate (FaultFixture *self, TkbStore *store, GString *answer, GError **error)
{
  return open_and_close (self, "old.tisckb", error);
}

static void
look_at_old (FaultFixture *self, gboolean is_done)
{
  look_at (self, "old.tisckb", "case-1");
}

/* ---- the table ---- */

const FaultOperation fault_operations[] = {
  { "put-new", "tkb_store_put", put_new, NULL, TRUE },
  { "put-edit", "tkb_store_put", put_edit },
  { "put-attachment", "tkb_store_put", put_attachment, NULL, TRUE },
  { "amend-draft", "tkb_store_put", amend_draft },
  { "delete", "tkb_store_delete", delete_one, NULL, TRUE },
  { "write-many", "tkb_store_write tkb_write_result_free", write_many },
  { "write-bulk", "tkb_store_write tkb_store_wait_for_index", write_bulk },
  { "purge-draft", "tkb_store_purge_draft", purge_draft, NULL, TRUE },
  { "put-async", "tkb_store_put_async tkb_store_put_finish", put_async, NULL, TRUE },
  { "write-async", "tkb_store_write_async tkb_store_write_finish", write_async },
  { "delete-async", "tkb_store_delete_async tkb_store_delete_finish", delete_async, NULL, TRUE },
  { "purge-async", "tkb_store_purge_draft_async tkb_store_purge_draft_finish", purge_async, NULL,
    TRUE },
  { "get-async", "tkb_store_get_async tkb_store_get_finish", get_async },
  { "run-async", "tkb_store_run_async", run_async },
  { "get", "tkb_store_get", get_one },
  { "get-tree", "tkb_store_get_tree", get_tree },
  { "get-history", "tkb_store_get_history", get_history },
  { "list", "tkb_store_list tkb_store_list_ids", list },
  { "changes", "tkb_store_get_changes", read_changes },
  { "last-seq", "tkb_store_get_last_seq", last_seq, NULL, FALSE, TRUE },
  { "revs-diff", "tkb_store_revs_diff", revs_diff },
  { "counts", "tkb_store_get_counts tkb_store_get_conflicted", counts },
  { "put-local", "tkb_store_put_local", put_local },
  { "read-local", "tkb_store_get_local tkb_store_list_local tkb_store_get_outbox", read_local },
  { "mark-sent", "tkb_store_mark_sent", mark_sent },
  { "mark-refused", "tkb_store_mark_refused", mark_refused },
  { "favourite", "tkb_store_set_favourite", favourite },
  { "look-at-marks", "tkb_store_is_favourite tkb_store_has_blob tkb_store_get_text_state",
    look_at_marks, NULL, FALSE, TRUE },
  { "revs-limit", "tkb_store_set_revs_limit", revs_limit },
  { "add-blob", "tkb_store_add_blob", add_blob, NULL, TRUE },
  { "alias-blob", "tkb_store_alias_blob", alias_blob },
  { "read-blob", "tkb_store_open_blob", read_blob },
  { "list-incomplete", "tkb_store_list_incomplete", list_incomplete },
  { "put-text", "tkb_store_put_text", put_text },
  { "retry-texts", "tkb_store_retry_texts", fail_and_retry_text },
  { "look-for-texts", "tkb_store_find_text_job tkb_store_count_texts", look_for_texts },
  { "check", "tkb_store_check", check },
  { "repair", "tkb_store_repair", repair },
  { "reindex", "tkb_store_reindex", reindex },
  { "compact", "tkb_store_compact", compact },
  { "backup", "tkb_store_backup", backup, look_at_backup, TRUE },
  { "open", "tkb_store_open tkb_store_close", open_again },
  { "open-new", "tkb_store_open tkb_store_close", open_new, look_at_new },
  { "migrate", "tkb_store_open", migrate, look_at_old },
  { NULL },
};

const char *const fault_diskless[] = {
  "tkb_store_error_quark",    "tkb_store_get_type",
  "tkb_store_get_path",       "tkb_store_get_uuid",
  "tkb_store_get_revs_limit", "tkb_store_get_catalog",
  "tkb_store_counts_free",    NULL,
};
