/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Every public operation that writes, with the n-th changing call of the disk going wrong, for n =
 * 1, 2, 3 … until it goes through: afterwards the store opens, check finds nothing, and it holds
 * the old or the new state, never a third. What was acknowledged is there. */

#include "fault-vfs.h"

#include <glib/gstdio.h>

#include "tkb-data.h"
#include "tkb-json.h"
#include "tkb-store.h"

/* an operation that needs more calls than this is broken */
#define MAX_CALLS 2000

typedef struct
{
  char       *folder;  /* (owned) */
  char       *path;    /* (owned) */
  TkbCatalog *catalog; /* (owned) */
  TkbClock   *clock;   /* (owned) */
  TkbRandom  *random;  /* (owned) */
} Fixture;

typedef gboolean (*Operation) (TkbStore *store, GError **error);

static TkbStore *
open_store (Fixture *self, GError **error)
{
  return tkb_store_open (self->path, TKB_STORE_OPEN_CREATE | TKB_STORE_OPEN_OUTBOX, self->catalog,
                         self->clock, self->random, error);
}

static TkbDocument *
make_document (const char *id, const char *rev, const char *state, const char *title)
{
  g_autoptr (JsonObject) body = json_object_new ();

  json_object_set_string_member (body, "kind", "case");
  json_object_set_string_member (body, "state", state);
  json_object_set_string_member (body, "title", title);
  json_object_set_string_member (body, "need",
                                 "The need, in some 专利 words that the index takes in.");
  return tkb_document_new (id, rev, FALSE, body, NULL);
}

static gboolean
put (TkbStore     *store,
     const char   *id,
     const char   *rev,
     const char   *state,
     TkbWriteFlags flags,
     GError      **error)
{
  g_autoptr (TkbDocument) document = make_document (id, rev, state, "A title");
  g_autoptr (TkbDocument) written = tkb_store_put (store, document, flags, NULL, error);

  return written != NULL;
}

static char *
winner_of (TkbStore *store, const char *id)
{
  g_autoptr (TkbDocument) document = tkb_store_get (store, id, NULL, NULL, NULL);

  return document != NULL ? g_strdup (tkb_document_get_rev (document)) : NULL;
}

/* ---- the operations ---- */

static gboolean
put_new (TkbStore *store, GError **error)
{
  return put (store, "case:new", NULL, "submitted", TKB_WRITE_NONE, error);
}

static gboolean
put_edit (TkbStore *store, GError **error)
{
  g_autofree char *rev = winner_of (store, "case:one");

  return put (store, "case:one", rev, "submitted", TKB_WRITE_NONE, error);
}

static gboolean
amend_draft (TkbStore *store, GError **error)
{
  g_autofree char *rev = winner_of (store, "case:draft");
  g_autoptr (TkbDocument) document = make_document ("case:draft", rev, "draft", "Another title");
  g_autoptr (TkbDocument) written =
      tkb_store_put (store, document, TKB_WRITE_AMEND_DRAFT, NULL, error);

  return written != NULL;
}

static gboolean
delete_one (TkbStore *store, GError **error)
{
  g_autofree char *rev = tkb_store_delete (store, "case:one", NULL, NULL, error);

  return rev != NULL;
}

static gboolean
write_replicated (TkbStore *store, GError **error)
{
  g_autoptr (GPtrArray) documents =
      g_ptr_array_new_with_free_func ((GDestroyNotify) tkb_document_unref);
  g_autoptr (GPtrArray) results = NULL;

  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *id = g_strdup_printf ("case:pulled-%u", i);

      g_ptr_array_add (documents, make_document (id, "1-0123456789abcdef0123456789abcdef",
                                                 "published", "From elsewhere"));
    }
  g_ptr_array_add (documents, make_document ("case:two", "1-ffffffffffffffffffffffffffffffff",
                                             "published", "A conflict"));
  results = tkb_store_write (store, documents, TKB_WRITE_REPLICATED, NULL, NULL, NULL, error);
  return results != NULL;
}

static gboolean
put_local (TkbStore *store, GError **error)
{
  g_autoptr (JsonObject) object = json_object_new ();

  json_object_set_string_member (object, "since", "12");
  return tkb_store_put_local (store, "checkpoint", object, NULL, error);
}

static gboolean
mark_sent (TkbStore *store, GError **error)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();
  g_autoptr (GPtrArray) revs = g_ptr_array_new_with_free_func (g_free);

  g_ptr_array_add (ids, (gpointer) "case:two");
  g_ptr_array_add (revs, winner_of (store, "case:two"));
  return tkb_store_mark_sent (store, ids, revs, error);
}

static gboolean
add_favourite (TkbStore *store, GError **error)
{
  return tkb_store_set_favourite (store, "case:one", TRUE, error);
}

static gboolean
purge_draft (TkbStore *store, GError **error)
{
  return tkb_store_purge_draft (store, "case:draft", error);
}

static gboolean
reindex (TkbStore *store, GError **error)
{
  return tkb_store_reindex (store, NULL, error) && tkb_store_wait_for_index (store, NULL, error);
}

static gboolean
compact (TkbStore *store, GError **error)
{
  return tkb_store_compact (store, NULL, error);
}

static const struct
{
  const char *name;
  Operation   run;
} operations[] = {
  { "put-new", put_new },
  { "put-edit", put_edit },
  { "amend-draft", amend_draft },
  { "delete", delete_one },
  { "write-replicated", write_replicated },
  { "put-local", put_local },
  { "mark-sent", mark_sent },
  { "favourite", add_favourite },
  { "purge-draft", purge_draft },
  { "reindex", reindex },
  { "compact", compact },
};

/* ---- the state of a store, as text that can be compared ---- */

static char *
describe_state (TkbStore *store)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  guint64 last_seq;
  g_autoptr (GPtrArray) changes =
      tkb_store_get_changes (store, 0, 10000, TKB_CHANGES_ALL_LEAVES, &last_seq, NULL, &error);
  g_autoptr (GPtrArray) outbox = NULL;
  g_autoptr (JsonObject) local = NULL;

  g_assert_no_error (error);
  for (guint i = 0; i < changes->len; i++)
    {
      const TkbChange *change = changes->pdata[i];

      g_string_append (text, change->id);
      for (guint j = 0; j < change->revs->len; j++)
        {
          g_autoptr (TkbDocument) document =
              tkb_store_get (store, change->id, change->revs->pdata[j], NULL, &error);
          g_autofree char *body = NULL;

          g_assert_no_error (error);
          body = tkb_document_to_text (document, TKB_DOCUMENT_JSON_NONE);
          g_string_append_printf (text, " %s", body);
        }
      g_string_append_c (text, '\n');
    }
  outbox = tkb_store_get_outbox (store, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < outbox->len; i++)
    g_string_append_printf (text, "waiting %s\n", ((TkbOutboxEntry *) outbox->pdata[i])->id);
  local = tkb_store_get_local (store, "checkpoint", NULL, NULL);
  g_string_append_printf (text, "local %s\n",
                          local != NULL ? tkb_json_get_string (local, "since", "none") : "none");
  g_string_append_printf (text, "favourite %d\n", tkb_store_is_favourite (store, "case:one"));
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
assert_clean (TkbStore *store)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) findings = NULL;

  tkb_store_wait_for_index (store, NULL, &error);
  g_assert_no_error (error);
  findings = tkb_store_check (store, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < findings->len; i++)
    g_test_message ("%s", (const char *) findings->pdata[i]);
  g_assert_cmpuint (findings->len, ==, 0);
}

/* ---- setting up ---- */

static void
run_tool (const char *tool, const char *option, const char *from, const char *to)
{
  const char *const arguments[] = { tool, option, from, to, NULL };
  int               status = -1;

  g_spawn_sync (NULL, (char **) arguments, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL,
                &status, NULL);
  g_assert_cmpint (status, ==, 0);
}

static void
fixture_set_up (Fixture *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbStore) store = NULL;

  self->folder = g_dir_make_tmp ("tisckb-faults-XXXXXX", &error);
  g_assert_no_error (error);
  self->path = g_build_filename (self->folder, "seed.tisckb", NULL);
  self->catalog = tkb_catalog_new (tkb_data_get_resource (), &error);
  g_assert_no_error (error);
  self->clock = tkb_clock_new_manual (1790000000000);
  self->random = tkb_random_new_seeded (1);
  store = open_store (self, &error);
  g_assert_no_error (error);
  g_assert_true (put (store, "case:one", NULL, "submitted", TKB_WRITE_NONE, &error));
  g_assert_true (put (store, "case:two", NULL, "submitted", TKB_WRITE_NONE, &error));
  g_assert_true (put (store, "case:draft", NULL, "draft", TKB_WRITE_NONE, &error));
  tkb_store_close (store);
}

static void
fixture_tear_down (Fixture *self)
{
  run_tool ("rm", "-rf", self->folder, NULL);
  g_free (self->folder);
  g_free (self->path);
  tkb_catalog_unref (self->catalog);
  g_object_unref (self->clock);
  g_object_unref (self->random);
}

/* A fresh copy of the seed store at self->path. */
static void
use_copy (Fixture *self)
{
  g_autofree char         *seed = g_build_filename (self->folder, "seed.tisckb", NULL);
  static const char *const suffixes[] = { "", "-wal", "-shm", "-journal" };

  g_free (self->path);
  self->path = g_build_filename (self->folder, "copy.tisckb", NULL);
  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *old = g_strconcat (self->path, suffixes[i], NULL);

      g_unlink (old);
    }
  run_tool ("cp", "-p", seed, self->path);
}

/* Runs operation with call number n going wrong; FALSE once it needs fewer calls than that. */
static gboolean
try_fault (Fixture    *self,
           Operation   operation,
           FaultKind   kind,
           guint       n,
           guint32     seed,
           const char *old_state,
           const char *new_state)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbStore) store = NULL;
  g_autofree char *state = NULL;
  g_autofree char *shm = NULL;
  gboolean         acknowledged;
  gboolean         was_hit;

  use_copy (self);
  store = open_store (self, &error);
  g_assert_no_error (error);
  fault_vfs_arm (kind, n, seed);
  acknowledged = operation (store, &error);
  was_hit = fault_vfs_was_hit ();
  g_assert_true (acknowledged == (error == NULL));
  if (kind == FAULT_CRASH)
    fault_vfs_crash_now (NULL); /* right after an acknowledgement too */
  tkb_store_close (store);
  g_clear_object (&store);
  fault_vfs_recover ();
  shm = g_strconcat (self->path, "-shm", NULL);
  if (kind == FAULT_CRASH)
    g_unlink (shm); /* shared memory does not survive a power failure */
  g_clear_error (&error);

  store = open_store (self, &error);
  g_assert_no_error (error);
  assert_clean (store);
  state = describe_state (store);
  if (acknowledged)
    g_assert_cmpstr (state, ==, new_state);
  else if (g_strcmp0 (state, new_state) != 0)
    g_assert_cmpstr (state, ==, old_state);
  tkb_store_close (store);
  return was_hit;
}

static void
test_operation (gconstpointer data)
{
  guint     index = GPOINTER_TO_UINT (data) / 32;
  gboolean  keeps_some = GPOINTER_TO_UINT (data) / 16 % 2;
  FaultKind kind = GPOINTER_TO_UINT (data) % 16;
  Operation operation = operations[index].run;
  Fixture   fixture = { NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbStore) store = NULL;
  g_autofree char *old_state = NULL;
  g_autofree char *new_state = NULL;
  guint            step = g_test_slow () ? 1 : 5; /* the build with sanitizers is slow enough */
  guint            n = 1;

  fault_vfs_arm (FAULT_NONE, 0, 0);
  fixture_set_up (&fixture);
  use_copy (&fixture);
  store = open_store (&fixture, &error);
  g_assert_no_error (error);
  old_state = describe_state (store);
  g_assert_true (operation (store, &error));
  g_assert_no_error (error);
  new_state = describe_state (store);
  tkb_store_close (store);

  while (n < MAX_CALLS &&
         try_fault (&fixture, operation, kind, n, 2 * n + keeps_some, old_state, new_state))
    n += step;
  g_assert_cmpuint (n, <, MAX_CALLS);
  g_test_message ("%s: %u faults", operations[index].name, (n - 1) / step);
  fixture_tear_down (&fixture);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    FaultKind   kind;
    gboolean    keeps_some;
  } kinds[] = {
    { "io-error", FAULT_IO },
    { "disk-full", FAULT_FULL },
    { "short-write", FAULT_SHORT },
    { "crash", FAULT_CRASH },
    { "crash-keeps-some", FAULT_CRASH, TRUE },
  };

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  fault_vfs_register ();
  for (guint i = 0; i < G_N_ELEMENTS (operations); i++)
    for (guint j = 0; j < G_N_ELEMENTS (kinds); j++)
      {
        g_autofree char *path =
            g_strdup_printf ("/store/faults/%s/%s", operations[i].name, kinds[j].name);

        g_test_add_data_func (path,
                              GUINT_TO_POINTER (i * 32 + kinds[j].keeps_some * 16 + kinds[j].kind),
                              test_operation);
      }
  return g_test_run ();
}
