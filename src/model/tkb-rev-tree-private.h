/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* The nodes of a revision tree, for the tree itself and its storage form only. */
#pragma once

#include "tkb-rev-tree.h"

G_BEGIN_DECLS

typedef struct _TkbRevNode TkbRevNode;
struct _TkbRevNode
{
  char           *rev;        /* (owned); also the key in nodes */
  const char     *digest;     /* (unowned): points into rev */
  TkbRevNode     *parent;     /* (unowned) (nullable): in nodes; of the generation before */
  guint           generation; /* of rev */
  guint           n_children; /* nodes whose parent this is; 0: a leaf */
  TkbRevNodeFlags flags;
};

struct _TkbRevTree
{
  GHashTable *nodes; /* (owned) rev -> TkbRevNode */
};

TkbRevNode *tkb_rev_tree_add_node (TkbRevTree *self, const char *rev, TkbRevNodeFlags flags);
void        tkb_rev_tree_link (TkbRevNode *child, TkbRevNode *parent);

G_END_DECLS
