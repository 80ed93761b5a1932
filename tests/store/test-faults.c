/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Every public operation of the store that touches the disk (fault-operations.c), with the n-th
 * call of the disk going wrong, for n = 1, 2, 3 … until it goes through. A failure says what
 * happened, and the store goes on: the same operation then works. Afterwards the store opens, check
 * finds nothing, and it holds the old or the new state, never a third. What was acknowledged is
 * there, also if the power fails right then. */
#include "config.h"

#include "fault-fixture.h"

#include <glib/gstdio.h>

/* faults of one kind in one operation, spread over its calls; all of them with -m slow */
#define SOME_FAULTS 7
#define SOME_FAULTS_SANITIZED 1

typedef struct
{
  const char *name;
  FaultKind   kind;
  gboolean    keeps_some; /* of what was not synced */
} Kind;

static const Kind kinds[] = {
  { "io-error", FAULT_IO, FALSE },           { "disk-full", FAULT_FULL, FALSE },
  { "short-write", FAULT_SHORT, TRUE },      { "crash", FAULT_CRASH, FALSE },
  { "crash-keeps-some", FAULT_CRASH, TRUE }, { "read-error", FAULT_READ, FALSE },
};

typedef struct
{
  const FaultOperation *operation;
  const Kind           *kind;
} Case;

static guint n_faults;

/* What a failure has to be called. */
static void
assert_says_so (const Case *test, const GError *error)
{
  int code = test->kind->kind == FAULT_FULL ? TKB_STORE_ERROR_FULL : TKB_STORE_ERROR_IO;

  if (!g_error_matches (error, TKB_STORE_ERROR, code))
    g_error ("%s, %s: %s %d: %s", test->operation->name, test->kind->name,
             g_quark_to_string (error->domain), error->code, error->message);
}

/* The operation under the fault, and once more if it failed. Whether the store said "done". */
static gboolean
run_faulty (const Case *test, FaultFixture *self, TkbStore *store, const char *answer)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) said = g_string_new (NULL);
  gboolean is_done = test->operation->run (self, store, said, &error);

  g_assert_true (is_done == (error == NULL));
  if (is_done)
    {
      if (!test->operation->may_miss)
        g_assert_cmpstr (said->str, ==, answer);
      return TRUE;
    }
  assert_says_so (test, error);
  if (test->kind->kind == FAULT_CRASH)
    return FALSE;
  g_clear_error (&error);
  g_string_truncate (said, 0);
  is_done = test->operation->run (self, store, said, &error);
  /* the first attempt may have been kept although it could not be confirmed */
  if (!is_done && !test->operation->is_once)
    g_error ("%s, %s: not even the second time: %s", test->operation->name, test->kind->name,
             error->message);
  return is_done;
}

/* FALSE once the operation needs fewer calls than n. */
static gboolean
try_fault (const Case *test, FaultFixture *self, guint n, const FaultOutcome *outcome)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbStore) store = NULL;
  g_autofree char *state = NULL;
  gboolean         is_done;
  gboolean         was_hit;

  fault_fixture_copy (self);
  store = fault_fixture_open (self, &error);
  g_assert_no_error (error);
  fault_vfs_arm (test->kind->kind, n, 2 * n + test->kind->keeps_some);
  is_done = run_faulty (test, self, store, outcome->answer);
  was_hit = fault_vfs_was_hit ();
  n_faults += was_hit;
  if (test->kind->kind != FAULT_READ)
    fault_vfs_crash_now (NULL); /* right after an acknowledgement too */
  tkb_store_close (store);
  g_clear_object (&store);
  fault_vfs_recover ();
  fault_fixture_forget_memory (self);

  store = fault_fixture_open (self, &error);
  g_assert_no_error (error);
  fault_fixture_assert_clean (store);
  state = fault_fixture_describe (self, store);
  if (is_done)
    g_assert_cmpstr (state, ==, outcome->new_state);
  else if (g_strcmp0 (state, outcome->new_state) != 0)
    g_assert_cmpstr (state, ==, outcome->old_state);
  tkb_store_close (store);
  if (test->operation->aftermath != NULL)
    test->operation->aftermath (self, is_done);
  return was_hit;
}

/* Without a fault: the two states, what it answers, and how many calls it takes. */
static guint
run_well (const Case *test, FaultFixture *self, FaultOutcome *outcome)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) said = g_string_new (NULL);
  g_autoptr (TkbStore) store = NULL;
  guint n_calls;

  fault_fixture_copy (self);
  store = fault_fixture_open (self, &error);
  g_assert_no_error (error);
  outcome->old_state = fault_fixture_describe (self, store);
  tkb_store_close (store);
  g_clear_object (&store);
  store = fault_fixture_open (self, &error);
  g_assert_no_error (error);
  fault_vfs_arm (test->kind->kind, 0, 0);
  if (!test->operation->run (self, store, said, &error))
    g_error ("%s: %s", test->operation->name, error->message);
  g_assert_no_error (error);
  n_calls = fault_vfs_get_calls ();
  fault_vfs_arm (FAULT_NONE, 0, 0);
  tkb_store_close (store);
  g_clear_object (&store);
  store = fault_fixture_open (self, &error);
  g_assert_no_error (error);
  outcome->new_state = fault_fixture_describe (self, store);
  outcome->answer = g_strdup (said->str);
  tkb_store_close (store);
  if (test->operation->aftermath != NULL)
    test->operation->aftermath (self, TRUE);
  return n_calls;
}

static void
test_operation (gconstpointer data)
{
  const Case  *test = data;
  FaultFixture fixture = { NULL };
  FaultOutcome outcome = { NULL };
  guint        some = FAULT_SANITIZED ? SOME_FAULTS_SANITIZED : SOME_FAULTS;
  guint        n_calls;
  guint        step;
  guint        n;

  fault_vfs_arm (FAULT_NONE, 0, 0);
  fault_fixture_set_up (&fixture);
  n_calls = run_well (test, &fixture, &outcome);
  step = g_test_slow () ? 1 : MAX (1, n_calls / some + 1);
  for (n = 1 + (guint) (test->kind - kinds) % step; try_fault (test, &fixture, n, &outcome);)
    n += step;
  g_test_message ("%s: %u calls", test->operation->name, n_calls);
  g_free (outcome.old_state);
  g_free (outcome.new_state);
  g_free (outcome.answer);
  fault_fixture_tear_down (&fixture);
}

/* ---- the table against the header ---- */

static gboolean
is_listed (const char *function)
{
  for (guint i = 0; fault_operations[i].name != NULL; i++)
    {
      g_auto (GStrv) functions = g_strsplit (fault_operations[i].functions, " ", -1);

      if (g_strv_contains ((const char *const *) functions, function))
        return TRUE;
    }
  for (guint i = 0; fault_diskless[i] != NULL; i++)
    if (strcmp (fault_diskless[i], function) == 0)
      return TRUE;
  return FALSE;
}

/* Every function that tkb-store.h declares stands in a row, or among those without a disk. */
static void
test_header (void)
{
  g_autofree char *path =
      g_build_filename (g_getenv ("TKB_SOURCE_ROOT"), "src", "store", "tkb-store.h", NULL);
  g_autofree char *header = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GRegex) pattern = NULL;
  g_autoptr (GMatchInfo) match = NULL;
  guint n_functions = 0;

  g_file_get_contents (path, &header, NULL, &error);
  g_assert_no_error (error);
  /* a declaration: at the beginning of a line or behind its type; comments say "name ()" too */
  pattern = g_regex_new ("^(?! ?\\*|/\\*)[^;{}\\n]*?\\b(tkb_store_[a-z_]+) \\((?!\\))",
                         G_REGEX_MULTILINE, 0, &error);
  g_assert_no_error (error);
  g_regex_match (pattern, header, 0, &match);
  while (g_match_info_matches (match))
    {
      g_autofree char *function = g_match_info_fetch (match, 1);

      if (!is_listed (function))
        g_test_message ("%s is in no row of fault-operations.c", function);
      g_assert_true (is_listed (function));
      n_functions++;
      g_match_info_next (match, NULL);
    }
  g_assert_cmpuint (n_functions, >, 50);
}

int
main (int argc, char **argv)
{
  g_autoptr (GPtrArray) cases = g_ptr_array_new_with_free_func (g_free);
  guint n_operations = 0;
  int   status;

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  fault_vfs_register ();
  g_test_add_func ("/store/faults/every-function", test_header);
  for (guint i = 0; fault_operations[i].name != NULL; i++, n_operations++)
    for (guint j = 0; j < G_N_ELEMENTS (kinds); j++)
      {
        g_autofree char *path =
            g_strdup_printf ("/store/faults/%s/%s", fault_operations[i].name, kinds[j].name);
        Case *test;

        /* the sanitizers make each one slow: one kind an operation, in turn */
        if (FAULT_SANITIZED && !g_test_slow () && j != i % G_N_ELEMENTS (kinds))
          continue;
        test = g_new (Case, 1);
        *test = (Case){ &fault_operations[i], &kinds[j] };
        g_ptr_array_add (cases, test);
        g_test_add_data_func (path, test, test_operation);
      }
  status = g_test_run ();
  g_print ("# faults: %u injected over %u operations\n", n_faults, n_operations);
  return status;
}
