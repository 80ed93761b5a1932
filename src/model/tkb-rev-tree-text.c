/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-rev-tree-private.h"

#include "tkb-rev-id.h"

#include <string.h>

/* The storage form, one line a branch, each ending with a line feed:
 *
 *     1
 *     3:1ccc,0bbb,0aaa
 *     2:3ddd,^aaa
 *
 * First the version. Then, for each leaf in descending order of revision ids, its generation, and
 * from the leaf towards the root the flags (a digit) and the digest of each revision, up to the
 * first that an earlier line has already, which is marked with "^". The same tree has one text. */

#define FORMAT_VERSION "1"
#define MAX_FLAGS (TKB_REV_NODE_DELETED | TKB_REV_NODE_AVAILABLE)

static int
compare_revisions_descending_cb (gconstpointer a, gconstpointer b)
{
  return -tkb_rev_id_compare (*(const char *const *) a, *(const char *const *) b);
}

/**
 * tkb_rev_tree_serialize:
 *
 * Returns: (transfer full): ASCII; the same bytes for the same tree
 */
char *
tkb_rev_tree_serialize (TkbRevTree *self)
{
  g_autoptr (GPtrArray) leaves = NULL;
  g_autoptr (GHashTable) written = NULL;
  GString *out;

  g_return_val_if_fail (self != NULL, NULL);

  out = g_string_new (FORMAT_VERSION "\n");
  leaves = tkb_rev_tree_get_leaves (self);
  g_ptr_array_sort (leaves, compare_revisions_descending_cb);
  written = g_hash_table_new (NULL, NULL);
  for (guint i = 0; i < leaves->len; i++)
    {
      TkbRevNode *node = g_hash_table_lookup (self->nodes, leaves->pdata[i]);

      g_string_append_printf (out, "%u:", node->generation);
      while (node != NULL)
        {
          if (!g_hash_table_add (written, node))
            {
              g_string_append_printf (out, "^%s", node->digest);
              break;
            }
          g_string_append_printf (out, "%d%s", (int) node->flags, node->digest);
          node = node->parent;
          if (node != NULL)
            g_string_append_c (out, ',');
        }
      g_string_append_c (out, '\n');
    }
  return g_string_free (out, FALSE);
}

static gboolean
refuse (GError **error, guint line, const char *what)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "Revision tree, line %u: %s", line,
               what);
  return FALSE;
}

/* text: one line, without its end; changed. */
static gboolean
parse_branch (TkbRevTree *self, char *text, guint line, GError **error)
{
  g_auto (GStrv) parts = NULL;
  char       *colon = strchr (text, ':');
  guint64     generation;
  TkbRevNode *child = NULL;

  if (colon == NULL)
    return refuse (error, line, "no generation");
  *colon = '\0';
  if (!g_ascii_string_to_unsigned (text, 10, 1, G_MAXINT32, &generation, NULL))
    return refuse (error, line, "not a generation");

  parts = g_strsplit (colon + 1, ",", -1);
  for (guint i = 0; parts[i] != NULL; i++, generation--)
    {
      g_autofree char *rev = NULL;
      char             mark = parts[i][0];
      gboolean         is_join = mark == '^';
      TkbRevNode      *node;

      if (!is_join && (mark < '0' || mark > '0' + MAX_FLAGS))
        return refuse (error, line, "no flags");
      rev = g_strdup_printf ("%" G_GUINT64_FORMAT "-%s", generation, parts[i] + 1);
      if (!tkb_rev_id_is_valid (rev))
        return refuse (error, line, "not a revision");
      node = g_hash_table_lookup (self->nodes, rev);
      if ((node != NULL) != is_join)
        return refuse (error, line, is_join ? "joins an unknown revision" : "a revision twice");
      if (is_join && (i == 0 || parts[i + 1] != NULL))
        return refuse (error, line, "something follows where the branch joins");
      if (node == NULL)
        node = tkb_rev_tree_add_node (self, rev, (TkbRevNodeFlags) (mark - '0'));
      if (child != NULL)
        tkb_rev_tree_link (child, node);
      child = node;
    }
  return child != NULL || refuse (error, line, "no revision");
}

/**
 * tkb_rev_tree_parse:
 * @text: what [method@RevTree.serialize] wrote
 * @length: in bytes; -1: up to the zero
 *
 * Returns: (transfer full): the tree; %NULL with %G_IO_ERROR_INVALID_DATA where @text is not a
 *   forest of valid revision ids: the store is damaged
 */
TkbRevTree *
tkb_rev_tree_parse (const char *text, gssize length, GError **error)
{
  g_autoptr (TkbRevTree) self = NULL;
  g_autofree char *copy = NULL;
  g_auto (GStrv) lines = NULL;
  gsize length_bytes;

  g_return_val_if_fail (text != NULL, NULL);

  self = tkb_rev_tree_new ();
  length_bytes = length < 0 ? strlen (text) : (gsize) length;
  copy = g_strndup (text, length_bytes);
  if (strlen (copy) != length_bytes)
    {
      refuse (error, 1, "a zero byte");
      return NULL;
    }
  lines = g_strsplit (copy, "\n", -1);
  if (g_strcmp0 (lines[0], FORMAT_VERSION) != 0)
    {
      refuse (error, 1, "an unknown version");
      return NULL;
    }
  for (guint i = 1; lines[i] != NULL; i++)
    {
      if (lines[i][0] == '\0' && lines[i + 1] == NULL)
        break;
      if (!parse_branch (self, lines[i], i + 1, error))
        return NULL;
    }
  return g_steal_pointer (&self);
}
