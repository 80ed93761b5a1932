/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Which bodies of a document are kept. Needed ones always: leaves, what the index holds, common
 * ancestors of leaves (the base of a merge), what an edit in the outbox was made on, what a draft
 * was made on. Of the others the newest TKB_KEPT_BODIES. */
#include "config.h"

#include "tkb-edit.h"

#include "tkb-limits.h"
#include "tkb-rev-id.h"

/* leaves of one document whose pairs are looked at for common ancestors; more conflicts than that
 * keep only the ancestors they share with the winner */
#define MAX_PAIRED_LEAVES 16

typedef struct
{
  char       *rev; /* (owned) */
  TkbRowFlags flags;
} Head;

static void
head_clear (Head *self)
{
  g_free (self->rev);
}

static int
compare_heads (const void *a, const void *b)
{
  return tkb_rev_id_compare (((const Head *) a)->rev, ((const Head *) b)->rev);
}

static GArray *
read_heads (TkbDb *db, gint64 doc, GError **error)
{
  g_autoptr (GArray) heads = g_array_new (FALSE, FALSE, sizeof (Head));
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_REVISION_HEADS);
  TkbStep step;

  g_array_set_clear_func (heads, (GDestroyNotify) head_clear);
  tkb_stmt_bind_int (&stmt, 1, doc);
  while ((step = tkb_stmt_step (&stmt, error)) == TKB_STEP_ROW)
    {
      Head head = { g_strdup (tkb_stmt_get_text (&stmt, 0)),
                    (TkbRowFlags) tkb_stmt_get_int (&stmt, 1) };

      g_array_append_val (heads, head);
    }
  if (step == TKB_STEP_ERROR)
    return NULL;
  g_array_sort (heads, compare_heads);
  return g_steal_pointer (&heads);
}

static void
need (GHashTable *needed, const char *rev)
{
  if (rev != NULL)
    g_hash_table_add (needed, g_strdup (rev));
}

static void
need_merge_bases (GHashTable *needed, TkbRevTree *tree, GPtrArray *leaves)
{
  guint paired = MIN (leaves->len, MAX_PAIRED_LEAVES);

  for (guint i = 0; i < leaves->len; i++)
    {
      need (needed, g_ptr_array_index (leaves, i));
      for (guint j = 0; j < (i < paired ? i : 1); j++)
        need (needed, tkb_rev_tree_get_common_ancestor (tree, g_ptr_array_index (leaves, i),
                                                        g_ptr_array_index (leaves, j)));
    }
}

/* The newest revision below a leaf that stays here which did not have to: what was published. */
static void
need_draft_bases (GHashTable *needed, TkbRevTree *tree, GPtrArray *leaves, GHashTable *flags_of)
{
  for (guint i = 0; i < leaves->len; i++)
    {
      g_autofree const char **path = tkb_rev_path_dup (tree, g_ptr_array_index (leaves, i));

      for (guint k = 0; path != NULL && path[k] != NULL; k++)
        {
          gpointer flags;

          if (g_hash_table_lookup_extended (flags_of, path[k], NULL, &flags) &&
              (GPOINTER_TO_UINT (flags) & TKB_ROW_STAYS) == 0)
            {
              need (needed, path[k]);
              break;
            }
        }
    }
}

static gboolean
need_outbox_bases (GHashTable *needed, TkbDb *db, gint64 doc, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_OUTBOX_OF);
  TkbStep step;

  tkb_stmt_bind_int (&stmt, 1, doc);
  while ((step = tkb_stmt_step (&stmt, error)) == TKB_STEP_ROW)
    {
      need (needed, tkb_stmt_get_text (&stmt, 0));
      need (needed, tkb_stmt_get_text (&stmt, 1));
    }
  return step == TKB_STEP_DONE;
}

gboolean
tkb_edit_prune (TkbDocRow *row, TkbDb *db, guint *out_dropped, GError **error)
{
  g_autoptr (GHashTable) needed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) flags_of = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) leaves = tkb_rev_tree_get_leaves (row->tree);
  g_autoptr (GArray) heads = read_heads (db, row->doc, error);
  guint spare = 0;

  *out_dropped = 0;
  if (heads == NULL || !need_outbox_bases (needed, db, row->doc, error))
    return FALSE;
  for (guint i = 0; i < heads->len; i++)
    {
      const Head *head = &g_array_index (heads, Head, i);

      g_hash_table_insert (flags_of, head->rev, GUINT_TO_POINTER (head->flags));
    }
  need (needed, row->indexed);
  need_merge_bases (needed, row->tree, leaves);
  need_draft_bases (needed, row->tree, leaves, flags_of);
  for (guint i = 0; i < heads->len; i++)
    if (!g_hash_table_contains (needed, g_array_index (heads, Head, i).rev))
      spare++;
  for (guint i = 0; i < heads->len; i++)
    {
      const char *rev = g_array_index (heads, Head, i).rev;
      gboolean    is_known = tkb_rev_tree_contains (row->tree, rev);

      if (g_hash_table_contains (needed, rev) || (is_known && spare <= TKB_KEPT_BODIES))
        continue;
      if (!tkb_revision_remove (db, row->doc, rev, error))
        return FALSE;
      if (is_known)
        tkb_rev_tree_set_flags (row->tree, rev,
                                tkb_rev_tree_get_flags (row->tree, rev) & ~TKB_REV_NODE_AVAILABLE);
      spare--;
      (*out_dropped)++;
    }
  return TRUE;
}
