/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* The store that the faults are tried on, and the operations. */
#pragma once

#include "fault-vfs.h"
#include "tkb-store.h"

G_BEGIN_DECLS

#if defined(__SANITIZE_ADDRESS__)
#define FAULT_SANITIZED TRUE
#else
#define FAULT_SANITIZED FALSE
#endif

typedef struct
{
  char       *folder;  /* (owned) */
  char       *seed;    /* (owned): the folder that is copied */
  char       *work;    /* (owned): the copy */
  char       *path;    /* (owned): of the store in it */
  TkbCatalog *catalog; /* (owned) */
  TkbClock   *clock;   /* (owned) */
  TkbRandom  *random;  /* (owned) */
} FaultFixture;

/* Without a fault. */
typedef struct
{
  char *old_state; /* (owned) */
  char *new_state; /* (owned) */
  char *answer;    /* (owned) */
} FaultOutcome;

typedef struct
{
  const char *name;
  const char *functions; /* of tkb-store.h, separated by blanks */
  /* answer: what it read, as text */
  gboolean (*run) (FaultFixture *self, TkbStore *store, GString *answer, GError **error);
  /* (nullable): more to be true afterwards */
  void (*aftermath) (FaultFixture *self, gboolean is_done);
  gboolean is_once;  /* a second time ends with an error if the first was kept */
  gboolean may_miss; /* it has no error to return: "not here" instead */
} FaultOperation;

extern const FaultOperation fault_operations[]; /* ends with a NULL name */
extern const char *const    fault_diskless[];   /* NULL-terminated */

void      fault_fixture_set_up (FaultFixture *self);
void      fault_fixture_tear_down (FaultFixture *self);
void      fault_fixture_copy (FaultFixture *self); /* a fresh copy of the seed */
TkbStore *fault_fixture_open (FaultFixture *self, GError **error);
TkbStore *fault_fixture_open_at (FaultFixture *self, const char *path, GError **error);
char     *fault_fixture_get_path (FaultFixture *self, const char *name); /* in the copy */
/* Shared memory does not survive a power failure. */
void fault_fixture_forget_memory (FaultFixture *self);
void fault_fixture_assert_clean (TkbStore *store);
/* All of the store, as text that can be compared. (transfer full) */
char *fault_fixture_describe (FaultFixture *self, TkbStore *store);

TkbDocument *fault_make_document (
    const char *id, const char *rev, const char *state, const char *title, const char *attachment);

G_END_DECLS
