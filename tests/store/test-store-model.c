/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Random operations on a store and on a plain model in memory, which knows nothing of rows: after
 * each both say the same. */
#include "config.h"

#include "store-fixture.h"

#include <string.h>

#include "tkb-rev-id.h"

#define N_IDS 6
#define N_STEPS 400

/* What the model knows of one revision. */
typedef struct
{
  char    *rev;    /* (owned) */
  char    *parent; /* (owned) (nullable) */
  char    *text;   /* (owned) value of "n" */
  gboolean is_deleted;
} Node;

typedef struct
{
  GPtrArray *nodes; /* (owned) (element-type Node) */
  gboolean   is_changed;
} Line;

typedef struct
{
  TkbStore  *store;
  TkbRandom *random;
  Line       lines[N_IDS];
  guint      n_made;
  guint64    seq;
  guint64    seqs[N_IDS];
} Model;

static void
node_free (gpointer data)
{
  Node *node = data;

  g_free (node->rev);
  g_free (node->parent);
  g_free (node->text);
  g_free (node);
}

static Node *
find (Line *line, const char *rev)
{
  for (guint i = 0; i < line->nodes->len; i++)
    {
      Node *node = g_ptr_array_index (line->nodes, i);

      if (strcmp (node->rev, rev) == 0)
        return node;
    }
  return NULL;
}

static gboolean
is_leaf (Line *line, const char *rev)
{
  for (guint i = 0; i < line->nodes->len; i++)
    if (g_strcmp0 (((Node *) g_ptr_array_index (line->nodes, i))->parent, rev) == 0)
      return FALSE;
  return TRUE;
}

/* Live before deleted, then the highest id. */
static Node *
get_winner (Line *line)
{
  Node *winner = NULL;

  for (guint i = 0; i < line->nodes->len; i++)
    {
      Node *node = g_ptr_array_index (line->nodes, i);

      if (!is_leaf (line, node->rev))
        continue;
      if (winner == NULL || (winner->is_deleted && !node->is_deleted) ||
          (winner->is_deleted == node->is_deleted &&
           tkb_rev_id_compare (node->rev, winner->rev) > 0))
        winner = node;
    }
  return winner;
}

static void
note (Model      *model,
      guint       which,
      const char *rev,
      const char *parent,
      const char *text,
      gboolean    is_deleted)
{
  Node *node = g_new0 (Node, 1);

  node->rev = g_strdup (rev);
  node->parent = g_strdup (parent);
  node->text = g_strdup (text);
  node->is_deleted = is_deleted;
  g_ptr_array_add (model->lines[which].nodes, node);
  model->seqs[which] = ++model->seq;
}

static Node *
pick (Model *model, Line *line)
{
  return g_ptr_array_index (line->nodes, tkb_random_below (model->random, line->nodes->len));
}

/* A local edit or deletion of any revision, leaf or not. */
static void
edit (Model *model, guint which, const char *id, gboolean is_deletion)
{
  Line *line = &model->lines[which];
  Node *parent =
      line->nodes->len > 0 && tkb_random_below (model->random, 8) > 0 ? pick (model, line) : NULL;
  Node            *winner = get_winner (line);
  const char      *made_on = parent != NULL ? parent->rev : NULL;
  g_autofree char *text = is_deletion ? NULL : g_strdup_printf ("%u", model->n_made++);
  g_autofree char *body = text != NULL ? g_strdup_printf ("{'n':'%s'}", text) : NULL;
  g_autoptr (TkbDocument) document =
      is_deletion ? make_tombstone (id, made_on) : make_document (id, made_on, body);
  g_autoptr (TkbDocument) written = NULL;
  g_autoptr (GError) error = NULL;
  gboolean is_right;

  if (made_on != NULL)
    is_right = is_leaf (line, made_on) && !(is_deletion && parent->is_deleted);
  else
    is_right = winner == NULL || (winner->is_deleted && !is_deletion);
  if (made_on == NULL && winner != NULL)
    made_on = winner->rev;
  written = tkb_store_put (model->store, document, TKB_WRITE_NONE, NULL, &error);
  if (!is_right)
    {
      g_assert_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_CONFLICT);
      return;
    }
  g_assert_no_error (error);
  note (model, which, tkb_document_get_rev (written), made_on, text, is_deletion);
}

/* A revision from elsewhere: on top of any revision, or a root of its own. */
static void
bring (Model *model, guint which, const char *id)
{
  Line *line = &model->lines[which];
  g_autoptr (GString) path = g_string_new (NULL);
  g_autofree char *text = g_strdup_printf ("%u", model->n_made++);
  g_autofree char *body = g_strdup_printf ("{'n':'%s'}", text);
  gboolean         is_deleted = tkb_random_below (model->random, 4) == 0;
  Node            *parent =
      line->nodes->len > 0 && tkb_random_below (model->random, 4) > 0 ? pick (model, line) : NULL;
  const char      *made_on = parent != NULL ? parent->rev : NULL;
  g_autofree char *rev =
      g_strdup_printf ("%u-%08x", made_on != NULL ? tkb_rev_id_get_generation (made_on) + 1 : 1,
                       (guint32) tkb_random_next (model->random));

  g_string_append (path, rev);
  for (Node *node = parent; node != NULL;
       node = node->parent != NULL ? find (line, node->parent) : NULL)
    g_string_append_printf (path, " %s", node->rev);
  replicate (model->store, id, path->str, is_deleted, body);
  note (model, which, rev, made_on, text, is_deleted);
}

static void
compare_line (Model *model, guint which, const char *id)
{
  Line *line = &model->lines[which];
  Node *winner = get_winner (line);
  g_autoptr (TkbRevTree) tree = tkb_store_get_tree (model->store, id, NULL, NULL);

  if (winner == NULL)
    {
      g_assert_null (tree);
      return;
    }
  g_assert_cmpstr (tkb_rev_tree_get_winner (tree), ==, winner->rev);
  g_assert_cmpuint (tkb_rev_tree_get_size (tree), ==, line->nodes->len);
  for (guint i = 0; i < line->nodes->len; i++)
    {
      Node            *node = g_ptr_array_index (line->nodes, i);
      g_autofree char *text = read_text (model->store, id, node->rev, "n");

      g_assert_cmpstr (text, ==, node->text);
      g_assert_true (tkb_rev_tree_is_leaf (tree, node->rev) == is_leaf (line, node->rev));
    }
}

static void
compare_all (Model *model)
{
  g_autoptr (TkbStoreCounts) counts = tkb_store_get_counts (model->store, NULL, NULL);
  g_autoptr (GPtrArray) changes =
      tkb_store_get_changes (model->store, 0, 1000, TKB_CHANGES_NONE, NULL, NULL, NULL);
  guint n_live = 0, n_any = 0;

  for (guint i = 0; i < N_IDS; i++)
    {
      g_autofree char *id = g_strdup_printf ("doc-%u", i);
      Node            *winner = get_winner (&model->lines[i]);

      compare_line (model, i, id);
      n_live += winner != NULL && !winner->is_deleted;
      n_any += winner != NULL;
    }
  g_assert_cmpuint (counts->documents, ==, n_live);
  g_assert_cmpuint (changes->len, ==, n_any);
  g_assert_cmpuint (tkb_store_get_last_seq (model->store), ==, model->seq);
  for (guint i = 0; i < changes->len; i++)
    {
      TkbChange *change = g_ptr_array_index (changes, i);
      guint      which = (guint) (change->id[strlen ("doc-")] - '0');

      g_assert_cmpuint (change->seq, ==, model->seqs[which]);
    }
}

static void
test_random (Fixture *fixture, gconstpointer data)
{
  Model model = { .store = fixture->store, .random = tkb_random_new_seeded (20261122) };

  for (guint i = 0; i < N_IDS; i++)
    model.lines[i].nodes = g_ptr_array_new_with_free_func (node_free);
  for (guint step = 0; step < N_STEPS; step++)
    {
      guint            which = tkb_random_below (model.random, N_IDS);
      g_autofree char *id = g_strdup_printf ("doc-%u", which);
      guint            what = tkb_random_below (model.random, 10);

      if (what < 5)
        edit (&model, which, id, FALSE);
      else if (what < 7)
        edit (&model, which, id, TRUE);
      else
        bring (&model, which, id);
      compare_line (&model, which, id);
      if (step % 100 == 99)
        {
          compare_all (&model);
          fixture_reopen (fixture, TKB_STORE_OPEN_NONE);
          model.store = fixture->store;
        }
    }
  compare_all (&model);
  for (guint i = 0; i < N_IDS; i++)
    g_ptr_array_unref (model.lines[i].nodes);
  g_object_unref (model.random);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  FIXTURE_TEST ("/store/model/random", 0, test_random);
  return g_test_run ();
}
