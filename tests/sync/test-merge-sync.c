/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Merging in stores that sync: the same revisions everywhere, nothing lost, nothing left over. */

#include "config.h"

#include "sync-fixture.h"
#include "tkb-data.h"
#include "tkb-fork.h"
#include "tkb-json.h"
#include "tkb-local-peer.h"
#include "tkb-merger.h"

#include <string.h>

#define ID "case:1"
#define MAX_NODES 4

typedef struct
{
  char     *path;  /* (owned) */
  TkbStore *store; /* (owned) */
  TkbPeer  *peer;  /* (owned) */
} Node;

/* nodes[0] is the one that all others sync with. */
typedef struct
{
  TkbRandom      *random;
  TkbMergeRights *all;
  Node            nodes[1 + MAX_NODES];
  guint           n_nodes; /* besides the first */
} World;

static void
world_open (World *world, guint n_nodes, guint64 seed)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbCatalog) catalog = tkb_catalog_new (tkb_data_get_resource (), &error);
  g_autoptr (TkbClock) clock = tkb_clock_new_system ();

  g_assert_no_error (error);
  world->random = tkb_random_new_seeded (seed);
  world->all = tkb_merge_rights_new_all ();
  world->n_nodes = n_nodes;
  for (guint i = 0; i <= n_nodes; i++)
    {
      Node *node = &world->nodes[i];

      node->path = sync_temp_path ("store.tkb");
      node->store = tkb_store_open (node->path,
                                    TKB_STORE_OPEN_CREATE | TKB_STORE_OPEN_NO_INDEX |
                                        (i > 0 ? TKB_STORE_OPEN_OUTBOX : 0),
                                    catalog, clock, world->random, &error);
      g_assert_no_error (error);
      node->peer = tkb_local_peer_new (node->store);
    }
}

static void
world_close (World *world)
{
  for (guint i = 0; i <= world->n_nodes; i++)
    {
      g_autofree char *dir = g_path_get_dirname (world->nodes[i].path);

      g_clear_object (&world->nodes[i].peer);
      tkb_store_close (world->nodes[i].store);
      g_clear_object (&world->nodes[i].store);
      sync_remove_dir (dir);
      g_clear_pointer (&world->nodes[i].path, g_free);
    }
  tkb_merge_rights_free (world->all);
  g_object_unref (world->random);
}

static void
carry (World *world, guint from, guint to)
{
  g_autoptr (GError) error = NULL;

  sync_replicate (world->nodes[from].peer, world->nodes[to].peer, world->random,
                  TKB_REPLICATION_NONE, NULL, &error);
  g_assert_no_error (error);
}

static void
sync_node (World *world, guint i)
{
  carry (world, 0, i);
  carry (world, i, 0);
}

static void
sync_all (World *world)
{
  for (guint round = 0; round < 2; round++)
    for (guint i = 1; i <= world->n_nodes; i++)
      sync_node (world, i);
}

static guint
merge (World *world, guint i)
{
  g_autoptr (GError) error = NULL;
  guint merged;

  tkb_merge_document (world->nodes[i].store, ID, world->all, TKB_MERGE_DOCUMENT_NONE, &merged, NULL,
                      &error);
  g_assert_no_error (error);
  return merged;
}

static guint
count_live (World *world, guint i)
{
  g_autoptr (TkbRevTree) tree = tkb_store_get_tree (world->nodes[i].store, ID, NULL, NULL);
  g_autoptr (GPtrArray) conflicts = tkb_rev_tree_get_conflicts (tree);

  return conflicts->len + !tkb_rev_tree_is_deleted (tree);
}

static char *
get_body (World *world, guint i)
{
  g_autoptr (TkbDocument) document = tkb_store_get (world->nodes[i].store, ID, NULL, NULL, NULL);

  g_assert_nonnull (document);
  return tkb_json_object_to_canonical (tkb_document_get_body (document), NULL);
}

static void
assert_equal_everywhere (World *world)
{
  for (guint i = 1; i <= world->n_nodes; i++)
    sync_assert_equal (world->nodes[0].store, world->nodes[i].store);
}

/* A case that all have, and on each node a child of it. */
static void
fork_at (World *world, const char *base, const char *const versions[])
{
  g_autofree char *rev = sync_put (world->nodes[0].store, ID, NULL, base);

  sync_all (world);
  for (guint i = 1; i <= world->n_nodes; i++)
    if (versions[i - 1] != NULL)
      g_free (sync_put (world->nodes[i].store, ID, rev, versions[i - 1]));
}

/* ---- */

static void
test_both_merge (void)
{
  const char *const versions[] = {
    "{\"kind\":\"case\",\"title\":\"T\",\"need\":\"A\\n\\nb\",\"tags\":[\"x\"],\"modified\":\"2026-"
    "01-02T00:00:00Z\"}",
    "{\"kind\":\"case\",\"title\":\"T\",\"need\":\"a\\n\\nB\",\"tags\":[\"y\"],\"modified\":\"2026-"
    "01-03T00:00:00Z\"}",
  };
  World            world = { 0 };
  g_autofree char *body = NULL;

  world_open (&world, 2, 1);
  fork_at (&world, "{\"kind\":\"case\",\"title\":\"T\",\"need\":\"a\\n\\nb\"}", versions);
  sync_node (&world, 1);
  sync_node (&world, 2);
  sync_node (&world, 1);
  g_assert_cmpuint (count_live (&world, 1), ==, 2);
  g_assert_cmpuint (count_live (&world, 2), ==, 2);
  /* both merge without knowing of one another */
  g_assert_cmpuint (merge (&world, 1), ==, 1);
  g_assert_cmpuint (merge (&world, 2), ==, 1);
  sync_assert_equal (world.nodes[1].store, world.nodes[2].store);
  sync_all (&world);
  assert_equal_everywhere (&world);
  g_assert_cmpuint (count_live (&world, 0), ==, 1);
  g_assert_cmpuint (merge (&world, 1), ==, 0);
  body = get_body (&world, 0);
  g_assert_cmpstr (body, ==,
                   "{\"kind\":\"case\",\"modified\":\"2026-01-03T00:00:00Z\",\"need\":\"A\\n\\nB\","
                   "\"tags\":[\"x\",\"y\"]"
                   ",\"title\":\"T\"}");
  world_close (&world);
}

/* Somebody goes on with the side that a merge has closed: what both have in common is that side. */
static void
test_edit_meanwhile (void)
{
  const char *const versions[] = {
    "{\"kind\":\"case\",\"title\":\"T\",\"need\":\"A\\n\\nb\"}",
    "{\"kind\":\"case\",\"title\":\"T\",\"need\":\"a\\n\\nB\"}",
  };
  World world = { 0 };
  g_autoptr (TkbRevTree) tree = NULL;
  g_autofree char *first = NULL, *second = NULL, *body = NULL;

  world_open (&world, 2, 2);
  fork_at (&world, "{\"kind\":\"case\",\"title\":\"T\",\"need\":\"a\\n\\nb\"}", versions);
  carry (&world, 2, 0);
  sync_node (&world, 1);
  g_assert_cmpuint (merge (&world, 1), ==, 1);
  /* both sides are edited again, without the merge: one edits what the merge closed */
  tree = tkb_store_get_tree (world.nodes[2].store, ID, NULL, NULL);
  first = sync_put (world.nodes[2].store, ID, tkb_rev_tree_get_winner (tree),
                    "{\"kind\":\"case\",\"title\":\"T\",\"need\":\"a\\n\\nB again\"}");
  sync_all (&world);
  g_assert_cmpuint (count_live (&world, 0), ==, 2);
  g_assert_cmpuint (merge (&world, 2), ==, 1);
  g_assert_cmpuint (merge (&world, 1), ==, 1);
  sync_all (&world);
  assert_equal_everywhere (&world);
  g_assert_cmpuint (count_live (&world, 0), ==, 1);
  body = get_body (&world, 0);
  g_assert_cmpstr (body, ==, "{\"kind\":\"case\",\"need\":\"A\\n\\nB again\",\"title\":\"T\"}");
  world_close (&world);
}

/* A person kept the version that did not win; from then on both come from that one, whatever the
 * order of the revisions says. */
static void
test_kept_other (void)
{
  const char *const versions[] = {
    "{\"kind\":\"case\",\"title\":\"T\",\"city\":\"A\"}",
    "{\"kind\":\"case\",\"title\":\"T\",\"city\":\"B\"}",
  };
  World world = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbFork) fork = NULL;
  g_autoptr (TkbFork) turned = NULL;
  g_autofree char *rev = NULL, *kept = NULL, *json = NULL, *body = NULL;
  g_autoptr (JsonObject) object = NULL;

  world_open (&world, 2, 9);
  fork_at (&world, "{\"kind\":\"case\",\"title\":\"T\",\"city\":\"X\"}", versions);
  sync_all (&world);
  fork = tkb_fork_read (world.nodes[1].store, ID, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  kept = g_strdup (tkb_document_get_rev (fork->other));
  object = tkb_json_object_copy (tkb_document_get_body (fork->other));
  turned = tkb_fork_read (world.nodes[1].store, ID, kept, tkb_document_get_rev (fork->current),
                          NULL, &error);
  g_assert_no_error (error);
  rev = tkb_fork_close (turned, world.nodes[1].store, object, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (rev, ==, kept);
  sync_all (&world);
  json_object_set_string_member (object, "title", "U");
  json = tkb_json_object_to_canonical (object, NULL);
  g_free (sync_put (world.nodes[1].store, ID, kept, json));
  json_object_set_string_member (object, "title", "T");
  json_object_set_string_member (object, "city", "C");
  g_free (json);
  json = tkb_json_object_to_canonical (object, NULL);
  g_free (sync_put (world.nodes[2].store, ID, kept, json));
  sync_all (&world);
  g_assert_cmpuint (merge (&world, 2), ==, 1);
  body = get_body (&world, 2);
  g_assert_cmpstr (body, ==, "{\"city\":\"C\",\"kind\":\"case\",\"title\":\"U\"}");
  world_close (&world);
}

static void
test_three (void)
{
  const char *const versions[] = {
    "{\"kind\":\"case\",\"title\":\"U\",\"city\":\"X\"}",
    "{\"kind\":\"case\",\"title\":\"T\",\"city\":\"Y\"}",
    "{\"kind\":\"case\",\"title\":\"T\",\"city\":\"X\",\"year\":2000}",
  };
  World            world = { 0 };
  g_autofree char *body = NULL;

  world_open (&world, 3, 3);
  fork_at (&world, "{\"kind\":\"case\",\"title\":\"T\",\"city\":\"X\"}", versions);
  /* 1 merges two of them, 3 all three */
  carry (&world, 2, 1);
  g_assert_cmpuint (merge (&world, 1), ==, 1);
  carry (&world, 2, 3);
  carry (&world, 3, 2);
  g_assert_cmpuint (merge (&world, 2), ==, 1);
  sync_all (&world);
  g_assert_cmpuint (count_live (&world, 3), ==, 2);
  for (guint i = 1; i <= 3; i++)
    g_assert_cmpuint (merge (&world, i), ==, 1);
  sync_assert_equal (world.nodes[1].store, world.nodes[2].store);
  sync_assert_equal (world.nodes[1].store, world.nodes[3].store);
  sync_all (&world);
  assert_equal_everywhere (&world);
  g_assert_cmpuint (count_live (&world, 0), ==, 1);
  body = get_body (&world, 0);
  g_assert_cmpstr (body, ==, "{\"city\":\"Y\",\"kind\":\"case\",\"title\":\"U\",\"year\":2000}");
  world_close (&world);
}

static void
test_conflict_stays (void)
{
  const char *const versions[] = {
    "{\"kind\":\"case\",\"title\":\"U\",\"city\":\"X\"}",
    "{\"kind\":\"case\",\"title\":\"V\",\"city\":\"Y\"}",
  };
  World world = { 0 };
  g_autoptr (TkbFork) fork = NULL;
  g_autofree char *rev = NULL, *again = NULL;
  g_autoptr (GError) error = NULL;

  world_open (&world, 2, 4);
  fork_at (&world, "{\"kind\":\"case\",\"title\":\"T\",\"city\":\"X\"}", versions);
  sync_all (&world);
  g_assert_cmpuint (merge (&world, 1), ==, 0);
  g_assert_cmpuint (count_live (&world, 1), ==, 2);
  fork = tkb_fork_read (world.nodes[1].store, ID, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (fork->merge->conflicts->len, ==, 1);
  /* a person chooses; the rest was merged already */
  json_object_set_string_member (fork->merge->body, "title", "W");
  rev = tkb_fork_close (fork, world.nodes[1].store, fork->merge->body, NULL, &error);
  g_assert_no_error (error);
  again = tkb_fork_close (fork, world.nodes[1].store, fork->merge->body, NULL, &error);
  g_assert_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_CONFLICT);
  g_assert_null (again);
  sync_all (&world);
  assert_equal_everywhere (&world);
  g_assert_cmpuint (count_live (&world, 2), ==, 1);
  world_close (&world);
}

/* What the server would not take is not merged: only the tombstone would get in. */
static void
test_unsound (void)
{
  const char *const versions[] = {
    "{\"kind\":\"case\",\"title\":\"U\",\"city\":\"X\",\"state\":\"published\"}",
    "{\"kind\":\"case\",\"title\":\"T\",\"city\":\"Y\",\"state\":\"published\"}",
  };
  World world = { 0 };

  world_open (&world, 2, 11);
  fork_at (&world, "{\"kind\":\"case\",\"title\":\"T\",\"city\":\"X\",\"state\":\"published\"}",
           versions);
  sync_all (&world);
  g_assert_cmpuint (merge (&world, 1), ==, 0);
  g_assert_cmpuint (count_live (&world, 1), ==, 2);
  world_close (&world);
}

/* Nothing of what both come from is here: the same field is a question, the same text is not. */
static void
test_no_base (void)
{
  World world = { 0 };

  world_open (&world, 2, 5);
  g_free (sync_put (world.nodes[1].store, ID, NULL, "{\"kind\":\"case\",\"title\":\"U\"}"));
  g_free (sync_put (world.nodes[2].store, ID, NULL,
                    "{\"kind\":\"case\",\"title\":\"U\",\"modified\":\"2026-01-02T00:00:00Z\"}"));
  sync_all (&world);
  g_assert_cmpuint (merge (&world, 1), ==, 0);
  g_assert_cmpuint (count_live (&world, 1), ==, 2);
  world_close (&world);
}

static void
test_deletion (void)
{
  World            world = { 0 };
  g_autofree char *rev = NULL;
  g_autofree char *title = NULL;
  g_autoptr (TkbRevTree) tree = NULL;

  world_open (&world, 2, 6);
  rev = sync_put (world.nodes[0].store, ID, NULL, "{\"kind\":\"case\",\"title\":\"T\"}");
  sync_all (&world);
  g_free (sync_delete (world.nodes[1].store, ID));
  g_free (sync_put (world.nodes[2].store, ID, rev, "{\"kind\":\"case\",\"title\":\"U\"}"));
  sync_all (&world);
  g_assert_cmpuint (merge (&world, 1), ==, 0);
  assert_equal_everywhere (&world);
  title = sync_get_title (world.nodes[1].store, ID);
  g_assert_cmpstr (title, ==, "U");
  tree = tkb_store_get_tree (world.nodes[1].store, ID, NULL, NULL);
  g_assert_true (tkb_rev_tree_outlived_deletion (tree));
  world_close (&world);
}

/* A draft is left alone until a person asks; then it goes onto what came from elsewhere, and
 * nothing of the draft leaves. */
static void
test_draft (void)
{
  const char *const versions[] = {
    "{\"kind\":\"case\",\"title\":\"T\",\"city\":\"Y\",\"state\":\"draft\"}",
    "{\"kind\":\"case\",\"title\":\"U\",\"city\":\"X\",\"state\":\"published\"}",
  };
  World world = { 0 };
  g_autoptr (GError) error = NULL;
  g_autofree char *body = NULL, *there = NULL, *sent = NULL, *after = NULL;
  g_autoptr (TkbDocument) draft = NULL;
  guint merged;

  world_open (&world, 2, 7);
  fork_at (&world, "{\"kind\":\"case\",\"title\":\"T\",\"city\":\"X\",\"state\":\"published\"}",
           versions);
  sync_node (&world, 2);
  sync_node (&world, 1);
  g_assert_cmpuint (merge (&world, 1), ==, 0);
  tkb_merge_document (world.nodes[1].store, ID, world.all, TKB_MERGE_DOCUMENT_DRAFTS, &merged, NULL,
                      &error);
  g_assert_no_error (error);
  g_assert_cmpuint (merged, ==, 1);
  body = get_body (&world, 1);
  g_assert_cmpstr (body, ==,
                   "{\"city\":\"Y\",\"kind\":\"case\",\"state\":\"draft\",\"title\":\"U\"}");
  sync_all (&world);
  there = get_body (&world, 0);
  g_assert_cmpstr (there, ==,
                   "{\"city\":\"X\",\"kind\":\"case\",\"state\":\"published\",\"title\":\"U\"}");
  {
    g_autoptr (TkbRevTree) tree = tkb_store_get_tree (world.nodes[0].store, ID, NULL, NULL);

    g_assert_cmpuint (tkb_rev_tree_get_size (tree), ==, 2);
  }
  /* sent in, it is a child of what is there */
  draft = tkb_store_get (world.nodes[1].store, ID, NULL, NULL, &error);
  g_assert_no_error (error);
  sent = sync_put (world.nodes[1].store, ID, tkb_document_get_rev (draft),
                   "{\"kind\":\"case\",\"title\":\"U\",\"city\":\"Y\",\"state\":\"submitted\"}");
  sync_all (&world);
  g_assert_cmpuint (count_live (&world, 0), ==, 1);
  after = get_body (&world, 2);
  g_assert_nonnull (strstr (after, "submitted"));
  world_close (&world);
}

typedef struct
{
  guint    merged;
  gboolean is_over;
} Pass;

static void
passed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbMerger) merger = g_object_ref (g_object_get_data (source, "merger"));
  Pass *pass = user_data;

  tkb_merger_run_finish (merger, result, &pass->merged, &error);
  g_assert_no_error (error);
  pass->is_over = TRUE;
}

static gboolean
is_over (gpointer user_data)
{
  return ((Pass *) user_data)->is_over;
}

/* A whole run with these rights merges nothing, and a stick is met with the same rights. */
static void
check_untouched (World *world, const TkbMergeRights *rights)
{
  TkbStore *store = world->nodes[1].store;
  g_autoptr (TkbMerger) merger = tkb_merger_new (store);
  g_autoptr (TkbMergeRights) noted = NULL;
  Pass pass = { 0 };

  g_object_set_data (G_OBJECT (store), "merger", merger);
  tkb_merger_run_async (merger, rights, NULL, passed_cb, &pass);
  sync_wait_for (is_over, &pass);
  g_assert_cmpuint (pass.merged, ==, 0);
  g_assert_cmpuint (count_live (world, 1), ==, 2);
  noted = tkb_merge_rights_new_noted (store);
  g_assert_cmpint (noted->may_write, ==, rights->may_write);
  g_assert_cmpstr (noted->only_own, ==, rights->only_own);
}

static void
test_rights (void)
{
  static const struct
  {
    const char *account;
    const char *role;
    gboolean    may_write;
    const char *only_own;
  } cases[] = {
    { NULL, NULL, FALSE, NULL },       { "r", "reader", FALSE, NULL },
    { "c", "contributor", TRUE, "c" }, { "e", "editor", TRUE, NULL },
    { "a", "_admin", TRUE, NULL },     { "x", "staff", TRUE, NULL },
  };
  const char *const versions[] = {
    "{\"kind\":\"case\",\"title\":\"U\",\"city\":\"X\",\"state\":\"published\"}",
    "{\"kind\":\"case\",\"title\":\"T\",\"city\":\"Y\",\"state\":\"published\"}",
  };
  World world = { 0 };

  world_open (&world, 2, 8);
  fork_at (&world, "{\"kind\":\"case\",\"title\":\"T\",\"city\":\"X\",\"state\":\"published\"}",
           versions);
  sync_all (&world);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      char       *roles[] = { (char *) cases[i].role, NULL };
      TkbPeerInfo info = { .account = (char *) cases[i].account, .roles = roles };
      g_autoptr (TkbMergeRights) rights = tkb_merge_rights_new_for_server (&info);

      g_assert_cmpint (rights->may_write, ==, cases[i].may_write);
      g_assert_cmpstr (rights->only_own, ==, cases[i].only_own);
      if (!rights->may_write || rights->only_own != NULL)
        check_untouched (&world, rights);
    }
  world_close (&world);
}

static char *
add_file (TkbStore *store, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GInputStream) stream = g_memory_input_stream_new_from_data (text, -1, NULL);
  g_autoptr (TkbBlobInfo) blob = tkb_store_add_blob (store, stream, NULL, &error);

  g_assert_no_error (error);
  return g_strdup (blob->digest);
}

/* A file that one put in stays with the words of the other, and arrives. */
static void
test_attachments (void)
{
  World            world = { 0 };
  g_autofree char *rev = NULL, *digest = NULL, *json = NULL;

  world_open (&world, 2, 10);
  rev = sync_put (world.nodes[0].store, ID, NULL, "{\"kind\":\"case\",\"title\":\"T\"}");
  sync_all (&world);
  digest = add_file (world.nodes[1].store, "a file");
  json = g_strdup_printf ("{\"kind\":\"case\",\"title\":\"T\",\"_attachments\":{\"f\":{\"digest\":"
                          "\"%s\",\"stub\":true,\"content_type\":\"text/plain\"}}}",
                          digest);
  g_free (sync_put (world.nodes[1].store, ID, rev, json));
  g_free (sync_put (world.nodes[2].store, ID, rev, "{\"kind\":\"case\",\"title\":\"U\"}"));
  sync_all (&world);
  g_assert_cmpuint (merge (&world, 1), ==, 1);
  g_assert_cmpuint (merge (&world, 2), ==, 1);
  sync_assert_equal (world.nodes[1].store, world.nodes[2].store);
  sync_all (&world);
  assert_equal_everywhere (&world);
  for (guint i = 0; i <= 2; i++)
    {
      g_autoptr (TkbDocument) document = tkb_store_get (world.nodes[i].store, ID, NULL, NULL, NULL);
      JsonObject *files = tkb_json_get_object (tkb_document_get_body (document), "_attachments");

      g_assert_cmpstr (tkb_document_get_string (document, "title"), ==, "U");
      g_assert_nonnull (files);
      g_assert_true (json_object_has_member (files, "f"));
      g_assert_true (tkb_store_has_blob (world.nodes[i].store, digest));
      g_assert_cmpuint (count_live (&world, i), ==, 1);
    }
  world_close (&world);
}

/* ---- random ---- */

#define STEPS 60
/* of syncing and merging until nothing is left to merge */
#define MAX_ROUNDS 6

/* Every edit puts in words of its own and takes none away, so that each of them has to be in some
 * live version at the end. */
typedef struct
{
  World      world;
  GPtrArray *words; /* (owned) (element-type utf8) */
} Story;

static char *
new_word (Story *story)
{
  char *word = g_strdup_printf ("w%u.", story->words->len);

  g_ptr_array_add (story->words, g_strdup (word));
  return word;
}

static void
insert_paragraph (Story *story, JsonObject *body, const char *word)
{
  g_auto (GStrv) parts = g_strsplit (tkb_json_get_string (body, "need", ""), "\n\n", -1);
  g_autoptr (GPtrArray) out = g_ptr_array_new ();
  g_autofree char *text = NULL;
  guint            at = tkb_random_below (story->world.random, g_strv_length (parts) + 1);

  for (guint i = 0; parts[i] != NULL; i++)
    g_ptr_array_add (out, parts[i]);
  if (at < out->len && tkb_random_below (story->world.random, 2) == 0)
    {
      /* into a paragraph rather than beside it */
      g_autofree char *longer = g_strconcat (out->pdata[at], " ", word, NULL);

      g_free (parts[at]);
      out->pdata[at] = parts[at] = g_steal_pointer (&longer);
    }
  else
    g_ptr_array_insert (out, (gint) at, (gpointer) word);
  g_ptr_array_add (out, NULL);
  text = g_strjoinv ("\n\n", (char **) out->pdata);
  json_object_set_string_member (body, "need", text);
}

static void
append_to_list (JsonObject *body, const char *code, JsonNode *item)
{
  JsonArray *array = tkb_json_get_array (body, code);

  if (array == NULL)
    {
      array = json_array_new ();
      json_object_set_array_member (body, code, array);
    }
  json_array_add_element (array, item);
}

static void
edit (Story *story, guint i)
{
  TkbStore *store = story->world.nodes[i].store;
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbDocument) before = tkb_store_get (store, ID, NULL, NULL, &error);
  g_autoptr (JsonObject) body = NULL;
  g_autofree char *word = NULL, *code = NULL, *json = NULL;
  JsonObject      *source;

  g_assert_no_error (error);
  body = tkb_json_object_copy (tkb_document_get_body (before));
  word = new_word (story);
  switch (tkb_random_below (story->world.random, 5))
    {
    case 0:
      append_to_list (body, "tags", json_node_init_string (json_node_alloc (), word));
      break;
    case 1:
      source = json_object_new ();
      json_object_set_string_member (source, "what", word);
      append_to_list (body, "sources", json_node_init_object (json_node_alloc (), source));
      json_object_unref (source);
      break;
    case 2:
      code = g_strdup_printf ("x%u", story->words->len);
      json_object_set_string_member (body, code, word);
      break;
    default:
      insert_paragraph (story, body, word);
      break;
    }
  json = tkb_json_object_to_canonical (body, NULL);
  g_free (sync_put (store, ID, tkb_document_get_rev (before), json));
}

static void
check_words (Story *story, guint i)
{
  TkbStore *store = story->world.nodes[i].store;
  g_autoptr (TkbRevTree) tree = tkb_store_get_tree (store, ID, NULL, NULL);
  g_autoptr (GPtrArray) leaves = tkb_rev_tree_get_leaves (tree);
  g_autoptr (GString) all = g_string_new (NULL);

  for (guint k = 0; k < leaves->len; k++)
    if ((tkb_rev_tree_get_flags (tree, leaves->pdata[k]) & TKB_REV_NODE_DELETED) == 0)
      {
        g_autoptr (TkbDocument) leaf = tkb_store_get (store, ID, leaves->pdata[k], NULL, NULL);
        g_autofree char *text = tkb_json_object_to_canonical (tkb_document_get_body (leaf), NULL);

        g_string_append (all, text);
      }
  for (guint k = 0; k < story->words->len; k++)
    if (strstr (all->str, story->words->pdata[k]) == NULL)
      g_error ("%s is lost: %s", (char *) story->words->pdata[k], all->str);
}

/* returns the live versions at the end */
static guint
tell (guint64 seed)
{
  Story            story = { .words = g_ptr_array_new_with_free_func (g_free) };
  World           *world = &story.world;
  g_autofree char *word = NULL;
  gboolean         is_merging = TRUE;
  guint            left;

  world_open (world, 2 + (guint) (seed % 3), seed);
  word = new_word (&story);
  g_free (sync_put (world->nodes[0].store, ID, NULL,
                    "{\"kind\":\"case\",\"need\":\"w0.\\n\\none\\n\\ntwo\\n\\nthree\"}"));
  sync_all (world);
  for (guint step = 0; step < STEPS; step++)
    {
      guint i = 1 + tkb_random_below (world->random, world->n_nodes);

      switch (tkb_random_below (world->random, 8))
        {
        case 0:
          carry (world, 0, i);
          break;
        case 1:
          carry (world, i, 0);
          break;
        case 2:
        case 3:
          sync_node (world, i);
          break;
        case 4:
        case 5:
          merge (world, i);
          break;
        default:
          edit (&story, i);
          break;
        }
    }
  /* who has the version that both come from merges, the others hear of it */
  for (guint round = 0; is_merging; round++)
    {
      g_assert_cmpuint (round, <, MAX_ROUNDS);
      is_merging = FALSE;
      sync_all (world);
      for (guint i = 1; i <= world->n_nodes; i++)
        is_merging |= merge (world, i) > 0;
    }
  assert_equal_everywhere (world);
  check_words (&story, 0);
  left = count_live (world, 0);
  world_close (world);
  g_ptr_array_unref (story.words);
  return left;
}

static void
test_random (void)
{
  const char *seeds = g_getenv ("TKB_MERGE_SEEDS");
  guint64     count = seeds != NULL ? g_ascii_strtoull (seeds, NULL, 10) : 20;
  guint       merged = 0;

  for (guint64 seed = 1; seed <= count; seed++)
    {
      g_test_message ("seed %" G_GUINT64_FORMAT, seed);
      merged += tell (seed) == 1;
    }
  g_test_message ("%u of %u without a question at the end", merged, (guint) count);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/merge-sync/both-merge", test_both_merge);
  g_test_add_func ("/merge-sync/edit-meanwhile", test_edit_meanwhile);
  g_test_add_func ("/merge-sync/kept-other", test_kept_other);
  g_test_add_func ("/merge-sync/three", test_three);
  g_test_add_func ("/merge-sync/conflict-stays", test_conflict_stays);
  g_test_add_func ("/merge-sync/unsound", test_unsound);
  g_test_add_func ("/merge-sync/no-base", test_no_base);
  g_test_add_func ("/merge-sync/deletion", test_deletion);
  g_test_add_func ("/merge-sync/draft", test_draft);
  g_test_add_func ("/merge-sync/rights", test_rights);
  g_test_add_func ("/merge-sync/attachments", test_attachments);
  g_test_add_func ("/merge-sync/random", test_random);
  return g_test_run ();
}
