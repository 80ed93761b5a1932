/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-edit.h"

#include <string.h>

#include "tkb-attachments.h"
#include "tkb-edit-private.h"
#include "tkb-json.h"
#include "tkb-limits.h"
#include "tkb-merge.h"
#include "tkb-rev-id.h"

void
tkb_edit_clear (TkbEdit *self)
{
  g_clear_pointer (&self->document, tkb_document_unref);
  g_clear_pointer (&self->body, g_free);
  g_clear_pointer (&self->blobs, g_ptr_array_unref);
  g_clear_pointer (&self->rev, g_free);
  g_clear_error (&self->error);
}

static gboolean
set_conflict (const char *id, GError **error)
{
  g_set_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_CONFLICT,
               "“%s” has been changed since it was read", id);
  return FALSE;
}

static gboolean
set_invalid (const char *message, GError **error)
{
  g_set_error_literal (error, TKB_STORE_ERROR, TKB_STORE_ERROR_INVALID, message);
  return FALSE;
}

/* ---- before the transaction ---- */

/* revisions from outside: newest first, each generation one below the one before */
static gboolean
check_replicated (TkbDocument *document, GError **error)
{
  const char        *rev = tkb_document_get_rev (document);
  const char *const *path = tkb_document_get_revisions (document);
  guint              generation;

  if (rev == NULL || !tkb_rev_id_is_valid (rev))
    return set_invalid ("a replicated document has to name its revision", error);
  if (path == NULL)
    return TRUE;
  if (path[0] == NULL || strcmp (path[0], rev) != 0)
    return set_invalid ("_revisions does not begin with the revision", error);
  generation = tkb_rev_id_get_generation (rev);
  for (guint i = 1; path[i] != NULL; i++)
    if (!tkb_rev_id_is_valid (path[i]) || tkb_rev_id_get_generation (path[i]) != generation - i)
      return set_invalid ("_revisions is not a line of ancestors", error);
  return TRUE;
}

static gboolean
check_document (TkbDocument *document, TkbWriteFlags flags, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  const char *rev = tkb_document_get_rev (document);

  if (!tkb_document_id_is_valid (tkb_document_get_id (document), &local_error))
    return set_invalid (local_error->message, error);
  if ((flags & TKB_WRITE_REPLICATED) != 0)
    return check_replicated (document, error);
  if (rev != NULL && !tkb_rev_id_is_valid (rev))
    return set_invalid ("the revision is not of the form N-digest", error);
  return TRUE;
}

/* The canonical text of the body, made once. */
static gboolean
write_body (TkbEdit *self, GError **error)
{
  if (self->body == NULL)
    self->body =
        tkb_json_object_to_canonical (tkb_document_get_body (self->document), &self->body_bytes);
  if (self->body_bytes > TKB_MAX_DOCUMENT_BYTES)
    {
      g_clear_pointer (&self->body, g_free);
      g_set_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_INVALID,
                   "the document is larger than %d bytes", TKB_MAX_DOCUMENT_BYTES);
      return FALSE;
    }
  return TRUE;
}

void
tkb_edit_prepare (TkbEdit      *self,
                  TkbDocument  *document,
                  TkbWriteFlags flags,
                  TkbBlobStore *blob_store)
{
  if (!check_document (document, flags, &self->error))
    return;
  if (!tkb_attachments_has_any (document))
    {
      self->document = tkb_document_ref (document);
      /* else the text depends on the parent's attachments */
      if (!write_body (self, &self->error))
        g_clear_pointer (&self->document, tkb_document_unref);
      return;
    }
  self->blobs = g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_blob_free);
  self->document = tkb_attachments_take_inline (blob_store, document, self->blobs, &self->error);
}

/* ---- inside the transaction ---- */

/* Which revision a local edit is made on. NULL in out_parent: it is a first revision. */
static gboolean
find_parent (TkbDocRow *row, TkbDocument *document, const char **out_parent, GError **error)
{
  const char *rev = tkb_document_get_rev (document);
  const char *id = tkb_document_get_id (document);

  *out_parent = NULL;
  if (row->doc == 0)
    return rev == NULL || set_conflict (id, error);
  if (rev == NULL)
    {
      if ((row->flags & TKB_ROW_DELETED) == 0 || tkb_document_is_deleted (document))
        return set_conflict (id, error);
      /* a new document in the place of a deleted one goes on from its tombstone */
      *out_parent = row->rev;
      return TRUE;
    }
  if (!tkb_rev_tree_is_leaf (row->tree, rev))
    return set_conflict (id, error);
  if (tkb_document_is_deleted (document) &&
      (tkb_rev_tree_get_flags (row->tree, rev) & TKB_REV_NODE_DELETED) != 0)
    return set_conflict (id, error);
  *out_parent = rev;
  return TRUE;
}

/* guard: FALSE in *out_goes_on with self->error set when it refuses. */
static gboolean
ask_guard (TkbEdit *self, TkbBatch *batch, TkbDocRow *row, gboolean *out_goes_on, GError **error)
{
  g_autoptr (TkbDocument) previous = NULL;
  g_autoptr (GError) reason = NULL;

  *out_goes_on = TRUE;
  if (batch->guard == NULL)
    return TRUE;
  if (row->doc != 0)
    {
      previous = tkb_revision_load (batch->db, row, row->rev, error);
      if (previous == NULL)
        return FALSE;
    }
  if (batch->guard (self->document, previous, batch->guard_data, &reason))
    return TRUE;
  *out_goes_on = FALSE;
  g_set_error_literal (&self->error, TKB_STORE_ERROR, TKB_STORE_ERROR_REFUSED,
                       reason != NULL ? reason->message : "not allowed");
  return TRUE;
}

/* A failure of the store itself ends the transaction; anything else only this document. */
static gboolean
is_fatal (GError *error)
{
  return !g_error_matches (error, TKB_STORE_ERROR, TKB_STORE_ERROR_INVALID) &&
         !g_error_matches (error, TKB_STORE_ERROR, TKB_STORE_ERROR_MISSING_BLOB);
}

/* Records new blobs, completes the stubs and writes the body's text. A stub can only inherit from
 * parent (nullable). */
static gboolean
complete_body (TkbEdit    *self,
               TkbBatch   *batch,
               TkbDocRow  *row,
               const char *parent,
               guint       generation,
               GPtrArray  *digests,
               GError    **error)
{
  g_autoptr (TkbDocument) parent_document = NULL;
  g_autoptr (GError) local_error = NULL;
  TkbDocument *resolved;

  if (!tkb_attachments_has_any (self->document))
    return write_body (self, error);
  for (guint i = 0; self->blobs != NULL && i < self->blobs->len; i++)
    if (!tkb_attachments_record (batch->db, g_ptr_array_index (self->blobs, i), batch->now_ms,
                                 error))
      return FALSE;
  if (parent != NULL &&
      !tkb_revision_find (batch->db, row->doc, row->id, parent, NULL, &parent_document,
                          &local_error) &&
      local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  resolved = tkb_attachments_resolve (batch->db, self->document, parent_document, generation,
                                      (batch->flags & TKB_WRITE_REPLICATED) != 0, digests, error);
  if (resolved == NULL)
    return FALSE;
  tkb_document_unref (self->document);
  self->document = resolved;
  return write_body (self, error);
}

TkbRowFlags
tkb_edit_get_revision_flags (TkbDocument *document)
{
  TkbRowFlags flags = 0;

  if (tkb_document_is_deleted (document))
    flags |= TKB_ROW_DELETED;
  if (!tkb_document_may_leave (document))
    flags |= TKB_ROW_STAYS;
  if (g_strcmp0 (tkb_document_get_string (document, "state"), "draft") == 0)
    flags |= TKB_ROW_DRAFT;
  return flags;
}

/* A tombstone has no state of its own: it stays if nothing on its line ever was allowed to leave.
 * A revision without a body came from elsewhere, so elsewhere has to hear of the deletion. One that
 * only says that a draft was merged closes that draft, not the document: it stays with the draft.
 */
static gboolean
tombstone_stays (TkbEdit    *self,
                 TkbBatch   *batch,
                 TkbDocRow  *row,
                 const char *parent,
                 gboolean   *out_stays,
                 GError    **error)
{
  g_autofree const char **path = tkb_rev_path_dup (row->tree, parent);

  if (path != NULL && tkb_document_get_string (self->document, TKB_MERGED_INTO) != NULL)
    path[1] = NULL;
  *out_stays = TRUE;
  for (guint i = 0; path != NULL && path[i] != NULL && *out_stays; i++)
    {
      g_autoptr (GError) local_error = NULL;
      TkbRowFlags flags = 0;

      if (!tkb_revision_find_flags (batch->db, row->doc, path[i], &flags, &local_error) &&
          local_error != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
      *out_stays = (flags & TKB_ROW_STAYS) != 0;
    }
  return TRUE;
}

/* Whether parent is a draft that only this machine has, so that it can be replaced. */
static gboolean
can_amend (TkbBatch *batch, TkbDocRow *row, const char *parent, gboolean *out_can, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  TkbRowFlags flags = 0;

  *out_can = FALSE;
  if ((batch->flags & TKB_WRITE_AMEND_DRAFT) == 0 || parent == NULL)
    return TRUE;
  if (!tkb_revision_find_flags (batch->db, row->doc, parent, &flags, &local_error) &&
      local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  *out_can = (flags & TKB_ROW_DRAFT) != 0 && (flags & TKB_ROW_HERE) != 0;
  return TRUE;
}

static gboolean
apply_local (TkbEdit *self, TkbBatch *batch, TkbDocRow *row, GError **error)
{
  /* attachments may put another document in its place, and the parent may belong to this one */
  g_autoptr (TkbDocument) given = tkb_document_ref (self->document);
  g_autoptr (GPtrArray) digests = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) local_error = NULL;
  g_autofree const char **line = NULL;
  TkbNewRevision          revision = { .digests = digests };
  const char             *parent;
  const char             *base;
  gboolean                goes_on, can, stays = FALSE;

  if (!find_parent (row, given, &parent, &self->error))
    return TRUE;
  if (!ask_guard (self, batch, row, &goes_on, error))
    return FALSE;
  if (!goes_on)
    return TRUE;
  if (!can_amend (batch, row, parent, &can, error))
    return FALSE;
  base = parent;
  if (can)
    {
      line = tkb_rev_path_dup (row->tree, parent);
      revision.amended = parent;
      base = line[1];
    }
  if (!complete_body (self, batch, row, parent,
                      base != NULL ? tkb_rev_id_get_generation (base) + 1 : 1, digests,
                      &local_error))
    {
      if (is_fatal (local_error))
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
      self->error = g_steal_pointer (&local_error);
      return TRUE;
    }
  self->rev = tkb_rev_id_compute (tkb_document_get_body (self->document), base,
                                  tkb_document_is_deleted (self->document));
  if (revision.amended != NULL && strcmp (self->rev, revision.amended) == 0)
    return TRUE;
  revision.flags = tkb_edit_get_revision_flags (self->document) | TKB_ROW_HERE;
  if (tkb_document_is_deleted (self->document) && parent != NULL)
    {
      if (!tombstone_stays (self, batch, row, parent, &stays, error))
        return FALSE;
      if (stays)
        revision.flags |= TKB_ROW_STAYS;
    }
  revision.path[0] = self->rev;
  revision.path[1] = base;
  revision.parent = parent;
  revision.line = revision.path;
  return tkb_edit_store (self, batch, row, &revision, error);
}

static gboolean
apply_replicated (TkbEdit *self, TkbBatch *batch, TkbDocRow *row, GError **error)
{
  const char        *rev = tkb_document_get_rev (self->document);
  const char *const *line = tkb_document_get_revisions (self->document);
  g_autoptr (GPtrArray) digests = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) local_error = NULL;
  TkbNewRevision revision = { .digests = digests };
  gboolean       goes_on;

  revision.path[0] = rev;
  revision.line = line != NULL ? line : revision.path;
  self->rev = g_strdup (rev);
  if (row->doc != 0 && (tkb_rev_tree_get_flags (row->tree, rev) & TKB_REV_NODE_AVAILABLE) != 0)
    return tkb_edit_settle_outbox (batch, row, revision.line, error);
  if (!ask_guard (self, batch, row, &goes_on, error))
    return FALSE;
  if (goes_on && !complete_body (self, batch, row, row->doc != 0 ? revision.line[1] : NULL,
                                 tkb_rev_id_get_generation (rev), digests, &local_error))
    {
      if (is_fatal (local_error))
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
      self->error = g_steal_pointer (&local_error);
    }
  if (self->error != NULL)
    {
      g_clear_pointer (&self->rev, g_free);
      return TRUE;
    }
  revision.flags = tkb_edit_get_revision_flags (self->document);
  return tkb_edit_store (self, batch, row, &revision, error);
}

gboolean
tkb_edit_apply (TkbEdit *self, TkbBatch *batch, GError **error)
{
  g_auto (TkbDocRow) row = TKB_DOC_ROW_INIT;
  g_autoptr (TkbDocument) original = NULL;
  g_autoptr (GError) local_error = NULL;

  if (self->error != NULL)
    return TRUE;
  /* its revision's strings are in use while its completed form takes its place */
  original = tkb_document_ref (self->document);
  if (!tkb_doc_row_find (&row, batch->db, tkb_document_get_id (self->document), &local_error))
    {
      if (local_error != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
      row.id = g_strdup (tkb_document_get_id (self->document));
      row.tree = tkb_rev_tree_new ();
    }
  if ((batch->flags & TKB_WRITE_REPLICATED) != 0)
    return apply_replicated (self, batch, &row, error);
  return apply_local (self, batch, &row, error);
}
