/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Sets right what can be set right in a file that SQLite still reads. The bodies are what counts;
 * everything else follows from them: trees where they are lost, winners, flags, figures, the index.
 * A body that is lost leaves its tree, so that a peer who has it offers it again; the store takes
 * another identity then, and so is compared with its peers from the beginning. */
#include "config.h"

#include "tkb-store-internal.h"

#include <string.h>

#include "tkb-attached.h"
#include "tkb-index.h"
#include "tkb-json.h"
#include "tkb-rev-id.h"

/* documents in one transaction, so that other writes get in between */
#define STEP_DOCUMENTS 200
/* the most of a body that cannot be read which is quoted, bytes */
#define MAX_QUOTE_BYTES 4096

typedef struct
{
  TkbStore  *self;   /* (unowned) */
  GPtrArray *report; /* (unowned) (element-type utf8) */
  gint64     after_doc;
  gboolean   goes_on;
  gboolean   has_lost;    /* something can only come from a peer */
  gboolean   needs_index; /* the index holds what is not here any more */
} Repair;

/* A row of the table revision. */
typedef struct
{
  char        *rev; /* (owned) */
  TkbRowFlags  flags;
  TkbDocument *document; /* (owned) */
} Body;

static void
body_free (Body *self)
{
  g_free (self->rev);
  tkb_document_unref (self->document);
  g_free (self);
}

G_GNUC_PRINTF (2, 3)
static void
tell (Repair *repair, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list          arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  g_ptr_array_add (repair->report, g_utf8_make_valid (text, -1)); /* it quotes what is damaged */
  va_end (arguments);
}

/* ---- bodies ---- */

static int
compare_bodies (const void *a, const void *b)
{
  return tkb_rev_id_compare ((*(Body *const *) a)->rev, (*(Body *const *) b)->rev);
}

/* Of an edit that was made here nothing may get lost in silence. */
static gboolean
drop_unreadable (
    Repair *repair, TkbDb *db, TkbDocRow *row, const char *rev, TkbRowFlags flags, GError **error)
{
  if ((flags & TKB_ROW_HERE) != 0)
    {
      g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_REVISION_GET);
      g_autofree char *text = NULL;
      gsize            length;
      const char      *bytes;

      tkb_stmt_bind_int (&stmt, 1, row->doc);
      tkb_stmt_bind_text (&stmt, 2, rev);
      if (tkb_stmt_step (&stmt, error) != TKB_STEP_ROW)
        return FALSE;
      bytes = tkb_stmt_get_blob (&stmt, 3, &length);
      text = g_utf8_make_valid (bytes != NULL ? bytes : "", (gssize) MIN (length, MAX_QUOTE_BYTES));
      tell (repair, "“%s”: revision %s, written here, cannot be read as it should. Its text: %s",
            row->id, rev, text);
    }
  else
    tell (repair, "“%s”: revision %s could not be read; a sync brings it again.", row->id, rev);
  return tkb_revision_remove (db, row->doc, rev, error);
}

/* Lowest revision first. What cannot be read is dropped. (nullable) with an error */
static GPtrArray *
read_bodies (Repair *repair, TkbDb *db, TkbDocRow *row, GError **error)
{
  g_autoptr (GPtrArray) bodies = g_ptr_array_new_with_free_func ((GDestroyNotify) body_free);
  g_autoptr (GPtrArray) revs = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GArray) flags = g_array_new (FALSE, FALSE, sizeof (TkbRowFlags));
  TkbStep step;

  {
    g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_REVISION_HEADS);

    tkb_stmt_bind_int (&stmt, 1, row->doc);
    while ((step = tkb_stmt_step (&stmt, error)) == TKB_STEP_ROW)
      {
        TkbRowFlags bits = (TkbRowFlags) tkb_stmt_get_int (&stmt, 1);

        g_ptr_array_add (revs, g_strdup (tkb_stmt_get_text (&stmt, 0)));
        g_array_append_val (flags, bits);
      }
    if (step == TKB_STEP_ERROR)
      return NULL;
  }
  for (guint i = 0; i < revs->len; i++)
    {
      const char *rev = g_ptr_array_index (revs, i);
      TkbRowFlags bits = g_array_index (flags, TkbRowFlags, i);
      g_autoptr (GError) local_error = NULL;
      TkbDocument *document = NULL;
      Body        *body;

      if (!tkb_rev_id_is_valid (rev) ||
          !tkb_revision_find (db, row->doc, row->id, rev, NULL, &document, &local_error))
        {
          if (local_error != NULL &&
              !g_error_matches (local_error, TKB_STORE_ERROR, TKB_STORE_ERROR_CORRUPT))
            {
              g_propagate_error (error, g_steal_pointer (&local_error));
              return NULL;
            }
          if (!drop_unreadable (repair, db, row, rev, bits, error))
            return NULL;
          continue;
        }
      body = g_new0 (Body, 1);
      body->rev = g_strdup (rev);
      body->flags = bits;
      body->document = document;
      g_ptr_array_add (bodies, body);
    }
  g_ptr_array_sort (bodies, compare_bodies);
  return g_steal_pointer (&bodies);
}

static Body *
find_body (GPtrArray *bodies, const char *rev)
{
  for (guint i = 0; i < bodies->len; i++)
    {
      Body *body = g_ptr_array_index (bodies, i);

      if (strcmp (body->rev, rev) == 0)
        return body;
    }
  return NULL;
}

static gboolean
has_name (Body *body, const char *parent, gboolean is_deleted)
{
  g_autofree char *computed =
      tkb_rev_id_compute (tkb_document_get_body (body->document), parent, is_deleted);

  return strcmp (computed, body->rev) == 0;
}

/* ---- trees ---- */

/* The name of a revision of ours says what it was made on. (nullable) */
static Body *
find_parent (GPtrArray *bodies, Body *body)
{
  guint generation = tkb_rev_id_get_generation (body->rev);

  for (guint i = 0; i < bodies->len; i++)
    {
      Body *other = g_ptr_array_index (bodies, i);

      if (tkb_rev_id_get_generation (other->rev) + 1 == generation &&
          has_name (body, other->rev, (body->flags & TKB_ROW_DELETED) != 0))
        return other;
    }
  return NULL;
}

/* From the bodies alone. One that hangs together with no other is a leaf if it is of the highest
 * generation or was written here; else it is an old text that a peer knows better. */
static gboolean
rebuild_tree (Repair *repair, TkbDb *db, TkbDocRow *row, GPtrArray *bodies, GError **error)
{
  g_autoptr (GHashTable) parents = g_hash_table_new (NULL, NULL);
  guint newest = 0;

  row->tree = tkb_rev_tree_new ();
  for (guint i = 0; i < bodies->len; i++)
    {
      Body *body = g_ptr_array_index (bodies, i);
      Body *parent = find_parent (bodies, body);

      newest = MAX (newest, tkb_rev_id_get_generation (body->rev));
      if (parent != NULL)
        {
          g_hash_table_insert (parents, body, parent);
          g_hash_table_add (parents, parent);
        }
    }
  for (guint i = 0; i < bodies->len;)
    {
      Body           *body = g_ptr_array_index (bodies, i);
      Body           *parent = g_hash_table_lookup (parents, body);
      TkbRevNodeFlags flags = TKB_REV_NODE_AVAILABLE;
      const char     *path[] = { body->rev, NULL, NULL };

      if (!g_hash_table_contains (parents, body) && (body->flags & TKB_ROW_HERE) == 0 &&
          tkb_rev_id_get_generation (body->rev) < newest)
        {
          if (!tkb_revision_remove (db, row->doc, body->rev, error))
            return FALSE;
          g_ptr_array_remove_index (bodies, i);
          continue;
        }
      if (parent != NULL && parent != body)
        path[1] = parent->rev;
      if ((body->flags & TKB_ROW_DELETED) != 0)
        flags |= TKB_REV_NODE_DELETED;
      tkb_rev_tree_insert_path (row->tree, path, flags);
      i++;
    }
  tell (repair, "“%s”: the revision tree was built again from %u texts.", row->id, bodies->len);
  repair->has_lost = TRUE;
  return TRUE;
}

/* ---- what follows from a body ---- */

static gboolean
set_flags (TkbDb *db, TkbDocRow *row, Body *body, TkbRowFlags flags, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_REVISION_SET_FLAGS);

  body->flags = flags;
  tkb_stmt_bind_int (&stmt, 1, row->doc);
  tkb_stmt_bind_text (&stmt, 2, body->rev);
  tkb_stmt_bind_int (&stmt, 3, (gint64) flags);
  return tkb_stmt_run (&stmt, error);
}

/* Whether it is deleted stands in the tree and in the row; the name decides, else the tree. */
static gboolean
mend_deleted (Repair *repair, TkbDb *db, TkbDocRow *row, Body *body, GError **error)
{
  TkbRevNodeFlags         node = tkb_rev_tree_get_flags (row->tree, body->rev);
  gboolean                in_tree = (node & TKB_REV_NODE_DELETED) != 0;
  gboolean                in_row = (body->flags & TKB_ROW_DELETED) != 0;
  g_autofree const char **path = NULL;

  if (in_tree == in_row)
    return TRUE;
  tell (repair, "“%s”: whether revision %s is a deletion was set right.", row->id, body->rev);
  path = tkb_rev_path_dup (row->tree, body->rev);
  if (path[1] != NULL && has_name (body, path[1], in_row))
    {
      tkb_rev_tree_set_flags (row->tree, body->rev, node ^ TKB_REV_NODE_DELETED);
      return TRUE;
    }
  return set_flags (db, row, body, body->flags ^ TKB_ROW_DELETED, error);
}

/* A tombstone has no state of its own: what stands in its row was found out when it was written. */
static gboolean
mend_stays (Repair *repair, TkbDb *db, TkbDocRow *row, Body *body, GError **error)
{
  TkbRowFlags mask = TKB_ROW_DRAFT | TKB_ROW_STAYS;
  TkbRowFlags wanted = tkb_edit_get_revision_flags (body->document) & mask;

  if ((body->flags & TKB_ROW_DELETED) != 0 || (body->flags & mask) == wanted)
    return TRUE;
  tell (repair, "“%s”: whether revision %s may leave this machine was set right.", row->id,
        body->rev);
  return set_flags (db, row, body, (body->flags & ~mask) | wanted, error);
}

/* Rows that say which blobs a body names. */
static gboolean
mend_attachments (TkbStore *self, TkbDb *db, TkbDocRow *row, Body *body, GError **error)
{
  JsonObject *attachments =
      tkb_json_get_object (tkb_document_get_body (body->document), "_attachments");
  JsonObjectIter iterator;
  JsonNode      *node;
  gint64         revision;
  gboolean       is_new = FALSE;

  if (attachments == NULL)
    return TRUE;
  {
    g_auto (TkbStmt) head = tkb_db_borrow (db, TKB_SQL_REVISION_HEAD);

    tkb_stmt_bind_int (&head, 1, row->doc);
    tkb_stmt_bind_text (&head, 2, body->rev);
    if (tkb_stmt_step (&head, error) != TKB_STEP_ROW)
      return FALSE;
    revision = tkb_stmt_get_int (&head, 0);
  }
  json_object_iter_init (&iterator, attachments);
  while (json_object_iter_next (&iterator, NULL, &node))
    {
      JsonObject *stub = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
      const char *digest = stub != NULL ? tkb_json_get_string (stub, "digest", NULL) : NULL;
      g_auto (TkbStmt) blob = tkb_db_borrow (db, TKB_SQL_BLOB_PLACEHOLDER);
      g_auto (TkbStmt) named = tkb_db_borrow (db, TKB_SQL_ATTACHMENT_INSERT);

      if (digest == NULL)
        continue;
      tkb_stmt_bind_text (&blob, 1, digest);
      tkb_stmt_bind_int (&blob, 2, tkb_json_get_int (stub, "length", 0));
      tkb_stmt_bind_int (&blob, 3, tkb_clock_get_real_ms (self->clock));
      tkb_stmt_bind_int (&named, 1, revision);
      tkb_stmt_bind_text (&named, 2, digest);
      if (!tkb_stmt_run (&blob, error) || !tkb_stmt_run (&named, error))
        return FALSE;
      is_new |= tkb_db_get_changes (db) > 0;
    }
  /* what the index has taken in meanwhile did not know of them */
  return !is_new || g_strcmp0 (row->indexed, body->rev) != 0 ||
         tkb_attached_queue (db, row->doc, body->rev, error);
}

/* ---- altered and lost texts ---- */

static gboolean
is_waiting (TkbDb *db, gint64 doc, const char *rev, gboolean *out_waits, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_OUTBOX_OF);
  TkbStep step;

  *out_waits = FALSE;
  tkb_stmt_bind_int (&stmt, 1, doc);
  while ((step = tkb_stmt_step (&stmt, error)) == TKB_STEP_ROW)
    *out_waits |= strcmp (tkb_stmt_get_text (&stmt, 0), rev) == 0;
  return step == TKB_STEP_DONE;
}

/* The text of an edit that only this store has goes on under the name that fits it. */
static gboolean
rename_leaf (
    Repair *repair, TkbDb *db, TkbDocRow *row, Body *body, const char *base, GError **error)
{
  gboolean         is_deleted = (body->flags & TKB_ROW_DELETED) != 0;
  g_autofree char *parent = g_strdup (base);
  g_autofree char *rev =
      tkb_rev_id_compute (tkb_document_get_body (body->document), parent, is_deleted);
  g_autofree char *text = NULL;
  const char      *path[] = { rev, parent, NULL };
  gint64           revision;
  gsize            length;

  tell (repair, "“%s”: the text of revision %s does not fit its name; it goes on as %s.", row->id,
        body->rev, rev);
  tkb_rev_tree_remove_leaf (row->tree, body->rev);
  tkb_rev_tree_insert_path (row->tree, path,
                            TKB_REV_NODE_AVAILABLE | (is_deleted ? TKB_REV_NODE_DELETED : 0));
  text = tkb_json_object_to_canonical (tkb_document_get_body (body->document), &length);
  if (!tkb_revision_remove (db, row->doc, body->rev, error) ||
      !tkb_revision_store (db, row->doc, rev, body->flags,
                           tkb_clock_get_real_ms (repair->self->clock), text, length, &revision,
                           error))
    return FALSE;
  g_free (body->rev);
  body->rev = g_steal_pointer (&rev);
  return TRUE;
}

/* The text of a revision made here that does not fit its name. */
static gboolean
mend_altered (
    Repair *repair, TkbDb *db, TkbDocRow *row, Body *body, gboolean *out_is_dropped, GError **error)
{
  g_autofree const char **path = tkb_rev_path_dup (row->tree, body->rev);
  gboolean                keeps_outbox = (repair->self->flags & TKB_STORE_OPEN_OUTBOX) != 0;
  gboolean                waits;

  *out_is_dropped = FALSE;
  if ((body->flags & TKB_ROW_HERE) == 0 ||
      (path[1] == NULL && tkb_rev_id_get_generation (body->rev) > 1) ||
      has_name (body, path[1], (body->flags & TKB_ROW_DELETED) != 0))
    return TRUE;
  if (!is_waiting (db, row->doc, body->rev, &waits, error))
    return FALSE;
  if (tkb_rev_tree_is_leaf (row->tree, body->rev) &&
      (!keeps_outbox || waits || (body->flags & TKB_ROW_STAYS) != 0))
    return rename_leaf (repair, db, row, body, path[1], error);
  tell (repair, "“%s”: the text of revision %s was altered; a sync brings the right one again.",
        row->id, body->rev);
  *out_is_dropped = TRUE;
  return tkb_revision_remove (db, row->doc, body->rev, error);
}

/* A tombstone without a body is as good as one with an empty body. */
static gboolean
write_tombstone (
    Repair *repair, TkbDb *db, TkbDocRow *row, const char *rev, GPtrArray *bodies, GError **error)
{
  g_autoptr (JsonObject) empty = json_object_new ();
  Body  *body = g_new0 (Body, 1);
  gint64 revision;

  body->rev = g_strdup (rev);
  body->flags = TKB_ROW_DELETED;
  body->document = tkb_document_new (row->id, rev, TRUE, empty, NULL);
  g_ptr_array_add (bodies, body);
  return tkb_revision_store (db, row->doc, rev, body->flags,
                             tkb_clock_get_real_ms (repair->self->clock), "{}", 2, &revision,
                             error);
}

/* Every leaf has a body; one whose body is lost is unknown from now on. */
static gboolean
cut_lost_leaves (Repair *repair, TkbDb *db, TkbDocRow *row, GPtrArray *bodies, GError **error)
{
  gboolean has_cut;

  do
    {
      g_autoptr (GPtrArray) leaves = tkb_rev_tree_get_leaves (row->tree);

      has_cut = FALSE;
      for (guint i = 0; i < leaves->len && !has_cut; i++)
        {
          const char *rev = g_ptr_array_index (leaves, i);

          if (find_body (bodies, rev) != NULL)
            continue;
          if ((tkb_rev_tree_get_flags (row->tree, rev) & TKB_REV_NODE_DELETED) != 0)
            {
              tell (repair, "“%s”: the tombstone %s was written again.", row->id, rev);
              if (!write_tombstone (repair, db, row, rev, bodies, error))
                return FALSE;
              continue;
            }
          if ((tkb_rev_tree_get_flags (row->tree, rev) & TKB_REV_NODE_AVAILABLE) != 0)
            tell (repair, "“%s”: the text of revision %s is lost; a sync brings it again.", row->id,
                  rev);
          tkb_rev_tree_remove_leaf (row->tree, rev);
          repair->has_lost = TRUE;
          has_cut = TRUE;
        }
    }
  while (has_cut);
  return TRUE;
}

/* The tree says of each revision whether its body is here. */
static void
mend_available (Repair *repair, TkbDocRow *row, GPtrArray *bodies)
{
  g_autoptr (GPtrArray) revs = tkb_rev_tree_get_all (row->tree);

  for (guint i = 0; i < revs->len; i++)
    {
      const char     *rev = g_ptr_array_index (revs, i);
      TkbRevNodeFlags flags = tkb_rev_tree_get_flags (row->tree, rev);
      TkbRevNodeFlags wanted = flags & ~TKB_REV_NODE_AVAILABLE;

      if (find_body (bodies, rev) != NULL)
        wanted |= TKB_REV_NODE_AVAILABLE;
      if (wanted != flags)
        tkb_rev_tree_set_flags (row->tree, rev, wanted);
    }
}

/* Nothing waits that is not in the tree, or may not leave. */
static gboolean
mend_outbox (Repair *repair, TkbDb *db, TkbDocRow *row, GPtrArray *bodies, GError **error)
{
  g_autoptr (GPtrArray) strays = g_ptr_array_new_with_free_func (g_free);
  TkbStep step;

  {
    g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_OUTBOX_OF);

    tkb_stmt_bind_int (&stmt, 1, row->doc);
    while ((step = tkb_stmt_step (&stmt, error)) == TKB_STEP_ROW)
      {
        const char *rev = tkb_stmt_get_text (&stmt, 0);
        Body       *body = find_body (bodies, rev);

        if (body == NULL || !tkb_rev_tree_contains (row->tree, rev) ||
            (body->flags & TKB_ROW_STAYS) != 0)
          g_ptr_array_add (strays, g_strdup (rev));
      }
    if (step == TKB_STEP_ERROR)
      return FALSE;
  }
  for (guint i = 0; i < strays->len; i++)
    {
      g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_OUTBOX_DELETE);

      tell (repair, "“%s”: revision %s does not wait for the server any more.", row->id,
            (char *) g_ptr_array_index (strays, i));
      tkb_stmt_bind_int (&stmt, 1, row->doc);
      tkb_stmt_bind_text (&stmt, 2, g_ptr_array_index (strays, i));
      if (!tkb_stmt_run (&stmt, error))
        return FALSE;
    }
  return TRUE;
}

/* ---- one document ---- */

static gboolean
mend_bodies (Repair *repair, TkbDb *db, TkbDocRow *row, GPtrArray *bodies, GError **error)
{
  for (guint i = 0; i < bodies->len;)
    {
      Body    *body = g_ptr_array_index (bodies, i);
      gboolean is_dropped;

      if (!tkb_rev_tree_contains (row->tree, body->rev))
        {
          i++;
          continue;
        }
      if (!mend_deleted (repair, db, row, body, error) ||
          !mend_stays (repair, db, row, body, error) ||
          !mend_altered (repair, db, row, body, &is_dropped, error))
        return FALSE;
      if (is_dropped)
        {
          g_ptr_array_remove_index (bodies, i);
          continue;
        }
      if (!mend_attachments (repair->self, db, row, body, error))
        return FALSE;
      i++;
    }
  return TRUE;
}

static gboolean
forget_document (Repair *repair, TkbDb *db, TkbDocRow *row, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_DOCUMENT_DELETE);

  tell (repair, "“%s”: nothing of it can be read; a sync brings it again if a peer has it.",
        row->id);
  repair->needs_index |= row->indexed != NULL;
  tkb_stmt_bind_int (&stmt, 1, row->doc);
  return tkb_stmt_run (&stmt, error);
}

/* What the row said before, so that what is new in it can be told. */
static char *
summarize (const TkbDocRow *row)
{
  return g_strjoin (
      "\n", row->rev, row->kind != NULL ? row->kind : "", row->state != NULL ? row->state : "",
      row->modified != NULL ? row->modified : "", row->title != NULL ? row->title : "", NULL);
}

static gboolean
describe (Repair *repair, TkbDb *db, TkbDocRow *row, const char *old_tree, GError **error)
{
  TkbRowFlags      old_flags = row->flags;
  g_autofree char *before = summarize (row);
  g_autofree char *after = NULL;
  g_autofree char *tree = NULL;
  const char      *wanted;
  gint64           seq;

  if (!tkb_edit_describe (row, db, error))
    return FALSE;
  wanted = (row->flags & (TKB_ROW_DELETED | TKB_ROW_DESIGN)) == 0 ? row->rev : NULL;
  row->flags &= ~TKB_ROW_PENDING;
  if (tkb_store_keeps_index (repair->self) &&
      (g_strcmp0 (wanted, row->indexed) != 0 || (row->flags & TKB_ROW_TITLED) != 0))
    row->flags |= TKB_ROW_PENDING;
  else
    row->flags |= tkb_store_keeps_index (repair->self) ? 0 : (old_flags & TKB_ROW_PENDING);
  after = summarize (row);
  tree = tkb_rev_tree_serialize (row->tree);
  if (strcmp (before, after) == 0 && old_flags == row->flags && g_strcmp0 (old_tree, tree) == 0)
    return TRUE;
  if (strcmp (before, after) != 0 || old_flags != row->flags)
    tell (repair, "“%s”: its row was computed again from its tree.", row->id);
  if (!tkb_counter_get (db, "seq", &seq, error))
    return FALSE;
  row->seq = (guint64) seq + 1;
  return tkb_counter_set (db, "seq", seq + 1, error) && tkb_doc_row_store (row, db, error);
}

static gboolean
repair_document (Repair *repair, TkbDb *db, gint64 doc, GError **error)
{
  g_auto (TkbDocRow) row = TKB_DOC_ROW_INIT;
  g_autoptr (GPtrArray) bodies = NULL;
  g_autoptr (GError) local_error = NULL;
  g_autofree char *old_tree = NULL;

  if (!tkb_doc_row_find_by_doc (&row, db, doc, &local_error) &&
      (row.id == NULL || !g_error_matches (local_error, TKB_STORE_ERROR, TKB_STORE_ERROR_CORRUPT)))
    {
      if (local_error == NULL)
        return TRUE;
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  bodies = read_bodies (repair, db, &row, error);
  if (bodies == NULL)
    return FALSE;
  if (row.tree != NULL)
    old_tree = tkb_rev_tree_serialize (row.tree);
  else if (!rebuild_tree (repair, db, &row, bodies, error))
    return FALSE;
  if (!mend_bodies (repair, db, &row, bodies, error) ||
      !cut_lost_leaves (repair, db, &row, bodies, error))
    return FALSE;
  mend_available (repair, &row, bodies);
  if (tkb_rev_tree_get_size (row.tree) == 0)
    return forget_document (repair, db, &row, error);
  if (row.indexed != NULL && find_body (bodies, row.indexed) == NULL)
    repair->needs_index = TRUE;
  return mend_outbox (repair, db, &row, bodies, error) &&
         describe (repair, db, &row, old_tree, error);
}

static gboolean
repair_step_on_writer (TkbStore *self, gpointer data, GError **error)
{
  g_auto (TkbTransaction) transaction = TKB_TRANSACTION_INIT;
  g_autoptr (GArray) docs = g_array_new (FALSE, FALSE, sizeof (gint64));
  Repair *repair = data;
  TkbStep step;

  if (!tkb_transaction_begin_write (&transaction, self->db, error))
    return FALSE;
  {
    g_auto (TkbStmt) stmt = tkb_db_borrow (self->db, TKB_SQL_DOCUMENT_STEP);

    tkb_stmt_bind_int (&stmt, 1, repair->after_doc);
    tkb_stmt_bind_int (&stmt, 2, STEP_DOCUMENTS);
    while ((step = tkb_stmt_step (&stmt, error)) == TKB_STEP_ROW)
      {
        gint64 doc = tkb_stmt_get_int (&stmt, 0);

        g_array_append_val (docs, doc);
      }
    if (step == TKB_STEP_ERROR)
      return FALSE;
  }
  for (guint i = 0; i < docs->len; i++)
    {
      repair->after_doc = g_array_index (docs, gint64, i);
      if (!repair_document (repair, self->db, repair->after_doc, error))
        return FALSE;
    }
  repair->goes_on = docs->len == STEP_DOCUMENTS;
  return tkb_transaction_commit (&transaction, error);
}

/* ---- figures, identity ---- */

static gboolean
recount (Repair *repair, TkbDb *db, const TkbRecount *figure, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, figure->recount);
  gint64 value;

  if (!tkb_counter_get (db, figure->name, &value, error) ||
      tkb_stmt_step (&stmt, error) != TKB_STEP_ROW)
    return FALSE;
  if (value == tkb_stmt_get_int (&stmt, 0))
    return TRUE;
  /* what this repair has changed itself is no news */
  if (repair->report->len == 0)
    tell (repair, "The count of %s was set right.", figure->name);
  return tkb_counter_set (db, figure->name, tkb_stmt_get_int (&stmt, 0), error);
}

static gboolean
recount_kinds (Repair *repair, TkbDb *db, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_COUNTER_KINDS_DIFFER);

  if (tkb_stmt_step (&stmt, error) != TKB_STEP_ROW)
    return FALSE;
  if (tkb_stmt_get_int (&stmt, 0) == 0)
    return TRUE;
  if (repair->report->len == 0)
    tell (repair, "The counts of kinds were set right.");
  return tkb_db_run (db, TKB_SQL_COUNTER_DROP_KINDS, error) &&
         tkb_db_run (db, TKB_SQL_COUNTER_COUNT_KINDS, error);
}

static gboolean
mend_sequence (Repair *repair, TkbDb *db, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_MAX_SEQ);
  gint64 seq;

  if (!tkb_counter_get (db, "seq", &seq, error) || tkb_stmt_step (&stmt, error) != TKB_STEP_ROW)
    return FALSE;
  if (tkb_stmt_get_int (&stmt, 0) <= seq)
    return TRUE;
  tell (repair, "The number of the last change was set right.");
  return tkb_counter_set (db, "seq", tkb_stmt_get_int (&stmt, 0), error);
}

static gboolean
take_new_identity (TkbStore *self, GError **error)
{
  g_autofree char *uuid = tkb_random_uuid (self->random);
  g_auto (TkbStmt) stmt = tkb_db_borrow (self->db, TKB_SQL_META_SET);

  tkb_stmt_bind_text (&stmt, 1, "uuid");
  tkb_stmt_bind_text (&stmt, 2, uuid);
  return tkb_stmt_run (&stmt, error);
}

static gboolean
finish_on_writer (TkbStore *self, gpointer data, GError **error)
{
  g_auto (TkbTransaction) transaction = TKB_TRANSACTION_INIT;
  Repair *repair = data;

  if (!tkb_transaction_begin_write (&transaction, self->db, error) ||
      !mend_sequence (repair, self->db, error))
    return FALSE;
  for (gsize i = 0; tkb_recounts[i].name != NULL; i++)
    if (!recount (repair, self->db, &tkb_recounts[i], error))
      return FALSE;
  if (!recount_kinds (repair, self->db, error) ||
      (repair->has_lost && !take_new_identity (self, error)))
    return FALSE;
  return tkb_transaction_commit (&transaction, error);
}

/* The sequence comes before the documents, which take numbers from it. */
static gboolean
begin_on_writer (TkbStore *self, gpointer data, GError **error)
{
  g_auto (TkbTransaction) transaction = TKB_TRANSACTION_INIT;

  return tkb_transaction_begin_write (&transaction, self->db, error) &&
         mend_sequence (data, self->db, error) && tkb_transaction_commit (&transaction, error);
}

/* ---- attachments ---- */

typedef struct
{
  Repair       *repair;
  TkbBlob      *blob;
  GCancellable *cancellable;
} SetAside;

/* Looks once more under the write lock: the bytes may have come again meanwhile. */
static gboolean
set_aside_on_writer (TkbStore *self, gpointer data, GError **error)
{
  g_auto (TkbTransaction) transaction = TKB_TRANSACTION_INIT;
  SetAside *aside = data;
  gboolean  is_right;

  if (!tkb_transaction_begin_write (&transaction, self->db, error) ||
      !tkb_blob_store_verify (self->blobs, aside->blob->sha256, aside->blob->length_bytes,
                              &is_right, aside->cancellable, error))
    return FALSE;
  if (is_right)
    return TRUE;
  {
    g_auto (TkbStmt) users = tkb_db_borrow (self->db, TKB_SQL_BLOB_USERS);
    TkbStep step;

    tkb_stmt_bind_text (&users, 1, aside->blob->digest);
    if ((step = tkb_stmt_step (&users, error)) == TKB_STEP_ERROR)
      return FALSE;
    if (step == TKB_STEP_ROW)
      tell (aside->repair,
            "“%s”: the attachment %s is missing or damaged; the next sync fetches it again.",
            tkb_stmt_get_text (&users, 0), aside->blob->digest);
  }
  return tkb_blob_store_set_aside (self->blobs, aside->blob->sha256, error) &&
         tkb_counter_set (self->db, TKB_COUNTER_MISSING_BLOBS, 1, error) &&
         tkb_transaction_commit (&transaction, error);
}

static gboolean
collect_damaged (
    TkbStore *self, TkbDb *db, GPtrArray *damaged, GCancellable *cancellable, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_BLOB_ALL);
  TkbStep step;

  while ((step = tkb_stmt_step (&stmt, error)) == TKB_STEP_ROW)
    {
      gboolean is_right;

      if (!tkb_blob_store_verify (self->blobs, tkb_stmt_get_text (&stmt, 1),
                                  tkb_stmt_get_int (&stmt, 2), &is_right, cancellable, error))
        return FALSE;
      if (!is_right)
        {
          TkbBlob *blob = g_new0 (TkbBlob, 1);

          blob->digest = g_strdup (tkb_stmt_get_text (&stmt, 0));
          blob->sha256 = g_strdup (tkb_stmt_get_text (&stmt, 1));
          blob->length_bytes = tkb_stmt_get_int (&stmt, 2);
          g_ptr_array_add (damaged, blob);
        }
    }
  return step == TKB_STEP_DONE;
}

static gboolean
repair_blobs (Repair *repair, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) damaged = g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_blob_free);
  TkbDb   *db = tkb_store_acquire_reader (repair->self, cancellable, error);
  gboolean is_read;

  if (db == NULL)
    return FALSE;
  is_read = collect_damaged (repair->self, db, damaged, cancellable, error);
  tkb_store_release_reader (repair->self, db);
  for (guint i = 0; is_read && i < damaged->len; i++)
    {
      SetAside aside = { repair, g_ptr_array_index (damaged, i), cancellable };

      is_read = tkb_store_run_writer (repair->self, set_aside_on_writer, &aside, error);
    }
  return is_read;
}

/* ---- the index ---- */

static gboolean
check_index_on_writer (TkbStore *self, gpointer data, GError **error)
{
  g_auto (TkbTransaction) transaction = TKB_TRANSACTION_INIT;

  return tkb_transaction_begin_write (&transaction, self->db, error) &&
         tkb_index_check (self->db, self->catalog, data, error);
}

/* A document that is behind is no fault of the index: what is found counts only after it caught up.
 */
static gboolean
repair_index (Repair *repair, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) findings = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) local_error = NULL;
  TkbStore *self = repair->self;

  if (!tkb_store_keeps_index (self))
    return TRUE;
  if (!repair->needs_index &&
      (!tkb_store_wait_for_index (self, cancellable, &local_error) ||
       !tkb_store_run_writer (self, check_index_on_writer, findings, &local_error)))
    {
      if (!g_error_matches (local_error, TKB_STORE_ERROR, TKB_STORE_ERROR_CORRUPT))
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
      repair->needs_index = TRUE;
    }
  if (!repair->needs_index && findings->len == 0)
    return TRUE;
  tell (repair, "The search index was built again.");
  return tkb_store_reindex (self, cancellable, error);
}

/* ---- the whole ---- */

static gboolean
check_pages (TkbStore *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) findings = g_ptr_array_new_with_free_func (g_free);
  TkbDb   *db = tkb_store_acquire_reader (self, cancellable, error);
  gboolean is_read;

  if (db == NULL)
    return FALSE;
  is_read = tkb_store_check_pages (db, findings, error);
  tkb_store_release_reader (self, db);
  if (is_read && findings->len > 0)
    g_set_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_CORRUPT, "%s: %s", self->path,
                 (char *) g_ptr_array_index (findings, 0));
  return is_read && findings->len == 0;
}

static gboolean
repair_all (Repair *repair, GCancellable *cancellable, GError **error)
{
  TkbStore *self = repair->self;

  if (!check_pages (self, cancellable, error) ||
      !tkb_store_run_writer (self, begin_on_writer, repair, error))
    return FALSE;
  do
    if (g_cancellable_set_error_if_cancelled (cancellable, error) ||
        !tkb_store_run_writer (self, repair_step_on_writer, repair, error))
      return FALSE;
  while (repair->goes_on);
  if (!tkb_store_run_writer (self, finish_on_writer, repair, error))
    return FALSE;
  if (!repair_blobs (repair, cancellable, error) || !repair_index (repair, cancellable, error))
    return FALSE;
  if (repair->report->len > 0)
    {
      tkb_store_announce (self, tkb_store_get_last_seq (self));
      tkb_store_kick_index (self);
    }
  return TRUE;
}

/**
 * tkb_store_repair:
 * @self: a store
 * @cancellable: (nullable): seen between steps; what was done by then stays done
 * @error: return location
 *
 * Sets right what follows from something else: trees from texts, rows from trees, marks, figures,
 * the index. A text or an attachment that is damaged or missing is given up here so that the next
 * sync fetches it; where texts are concerned the store takes a new identity
 * (tkb_store_get_uuid (), after it is opened again), and is compared with its peers from the
 * beginning. Damaged attachments are kept in the folder "damaged". Works in small steps, each of
 * which leaves the store consistent.
 *
 * %TKB_STORE_ERROR_CORRUPT means that the file itself is damaged: tkb_salvage_run ().
 *
 * Returns: (transfer full) (element-type utf8): what was done, one sentence each, in English;
 *   empty: nothing was wrong; %NULL with an error
 */
GPtrArray *
tkb_store_repair (TkbStore *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) report = g_ptr_array_new_with_free_func (g_free);
  Repair   repair = { .self = self, .report = report };
  gboolean is_done;

  g_return_val_if_fail (TKB_IS_STORE (self), NULL);

  if (!tkb_store_check_writable (self, error))
    return NULL;
  g_mutex_lock (&self->upkeep_lock);
  is_done = repair_all (&repair, cancellable, error);
  g_mutex_unlock (&self->upkeep_lock);
  return is_done ? g_steal_pointer (&report) : NULL;
}
