/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* The revision tree of one document, as CouchDB keeps it: several roots are possible (after
 * stemming), leaves may be live or deleted, the winner is computed, never stored. Pure value, not
 * thread safe while it is changed; it knows neither bodies nor storage. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  TKB_REV_NODE_NONE = 0,
  TKB_REV_NODE_DELETED = 1 << 0,   /* the revision is a tombstone */
  TKB_REV_NODE_AVAILABLE = 1 << 1, /* its body was seen here (a leaf or a kept ancestor) */
} TkbRevNodeFlags;

typedef enum
{
  TKB_REV_INSERT_EXISTS,     /* the revision is in the tree already; only flags may have changed */
  TKB_REV_INSERT_NEW_LEAF,   /* extends a leaf */
  TKB_REV_INSERT_NEW_BRANCH, /* a new branch: a conflict if another live leaf stands beside it */
} TkbRevInsertResult;

#define TKB_TYPE_REV_TREE (tkb_rev_tree_get_type ())
typedef struct _TkbRevTree TkbRevTree;

GType       tkb_rev_tree_get_type (void);
TkbRevTree *tkb_rev_tree_new (void);
TkbRevTree *tkb_rev_tree_copy (TkbRevTree *self);
void        tkb_rev_tree_free (TkbRevTree *self);

/* Storage form: compact, versioned text; parse refuses anything that is not a forest of valid ids.
 */
char       *tkb_rev_tree_serialize (TkbRevTree *self);
TkbRevTree *tkb_rev_tree_parse (const char *text, gssize length, GError **error);

/* path: revision ids newest first, each the child of the next (the form of _revisions); at least
 * one. flags belong to path[0]; older ones that are new get TKB_REV_NODE_NONE. */
TkbRevInsertResult
tkb_rev_tree_insert_path (TkbRevTree *self, const char *const *path, TkbRevNodeFlags flags);
gboolean        tkb_rev_tree_contains (TkbRevTree *self, const char *rev);
gboolean        tkb_rev_tree_is_leaf (TkbRevTree *self, const char *rev);
TkbRevNodeFlags tkb_rev_tree_get_flags (TkbRevTree *self, const char *rev);
void            tkb_rev_tree_set_flags (TkbRevTree *self, const char *rev, TkbRevNodeFlags flags);
/* Takes a leaf away (an amended draft); its parent may become a leaf again. */
gboolean tkb_rev_tree_remove_leaf (TkbRevTree *self, const char *rev);

guint tkb_rev_tree_get_size (TkbRevTree *self);
/* The winner: live before deleted, then the highest revision id. (nullable): empty tree. */
const char *tkb_rev_tree_get_winner (TkbRevTree *self);
gboolean    tkb_rev_tree_is_deleted (TkbRevTree *self); /* the winner is deleted */
/* (transfer container) (element-type utf8): winner first, then in descending order of preference */
GPtrArray *tkb_rev_tree_get_leaves (TkbRevTree *self);
/* Whether somebody deleted a version that a live winner goes on from: the edit was kept. */
gboolean tkb_rev_tree_outlived_deletion (TkbRevTree *self);
/* Live leaves other than the winner. */
GPtrArray *tkb_rev_tree_get_conflicts (TkbRevTree *self);
/* (transfer container): rev and its ancestors, newest first; (nullable): unknown rev */
GPtrArray *tkb_rev_tree_get_path (TkbRevTree *self, const char *rev);
/* All revisions, in no promised order. */
GPtrArray *tkb_rev_tree_get_all (TkbRevTree *self);
/* Those of revs that are not in the tree, and (optional) leaves of a lower generation than the
 * highest missing one: possible_ancestors of _revs_diff. */
GPtrArray *tkb_rev_tree_get_missing (TkbRevTree        *self,
                                     const char *const *revs,
                                     GPtrArray        **out_possible_ancestors);
/* The newest revision that is an ancestor of (or equal to) both. (nullable) */
const char *tkb_rev_tree_get_common_ancestor (TkbRevTree *self, const char *a, const char *b);
/* Keeps at most limit revisions on each path from a leaf; returns how many were dropped. */
guint tkb_rev_tree_stem (TkbRevTree *self, guint limit);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbRevTree, tkb_rev_tree_free)

G_END_DECLS
