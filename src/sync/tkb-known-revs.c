/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-known-revs.h"

/* revisions; about 100 bytes each */
#define MAX_REVISIONS 200000

struct _TkbKnownRevs
{
  GObject parent_instance;

  GHashTable *keys; /* (owned) (element-type utf8): id, line feed, revision */
};

G_DEFINE_FINAL_TYPE (TkbKnownRevs, tkb_known_revs, G_TYPE_OBJECT)

static void
tkb_known_revs_finalize (GObject *object)
{
  g_hash_table_unref (TKB_KNOWN_REVS (object)->keys);
  G_OBJECT_CLASS (tkb_known_revs_parent_class)->finalize (object);
}

static void
tkb_known_revs_class_init (TkbKnownRevsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tkb_known_revs_finalize;
}

static void
tkb_known_revs_init (TkbKnownRevs *self)
{
  self->keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

/**
 * tkb_known_revs_new:
 *
 * Returns: (transfer full): an empty set
 */
TkbKnownRevs *
tkb_known_revs_new (void)
{
  return g_object_new (TKB_TYPE_KNOWN_REVS, NULL);
}

/**
 * tkb_known_revs_add:
 * @self: a set
 * @id: a document id
 * @rev: a revision that the server has
 */
void
tkb_known_revs_add (TkbKnownRevs *self, const char *id, const char *rev)
{
  if (g_hash_table_size (self->keys) < MAX_REVISIONS)
    g_hash_table_add (self->keys, g_strconcat (id, "\n", rev, NULL));
}

/**
 * tkb_known_revs_contains:
 * @self: a set
 * @id: a document id
 * @rev: a revision
 *
 * Returns: whether the server is known to have it; %FALSE may also mean that the set was full
 */
gboolean
tkb_known_revs_contains (TkbKnownRevs *self, const char *id, const char *rev)
{
  g_autofree char *key = g_strconcat (id, "\n", rev, NULL);

  return g_hash_table_contains (self->keys, key);
}
