/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* A small server of the replication protocol over a store, in the test's own main context, that can
 * be told to misbehave. It is written for this purpose alone and shares only the wire formats with
 * the real server. */
#pragma once

#include "tkb-store.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

typedef enum
{
  FAULT_NONE,
  FAULT_STATUS,      /* answer with a status and CouchDB's error object */
  FAULT_HTML,        /* 200 and a web page */
  FAULT_REDIRECT,    /* 302 to elsewhere */
  FAULT_CUT,         /* the right answer, but the line breaks in the middle */
  FAULT_SILENCE,     /* no answer at all */
  FAULT_GARBAGE,     /* 200 and bytes that are no JSON */
  FAULT_HUGE,        /* 200 and more bytes than anybody wants */
  FAULT_REFUSE_DOCS, /* _bulk_docs: every document "forbidden" whose id begins with "no" */
} FaultKind;

typedef struct
{
  FaultKind   kind;
  const char *path;        /* (unowned) part of the path it is for; NULL: all */
  guint       times;       /* how often; G_MAXUINT: always */
  guint       status;      /* of FAULT_STATUS */
  const char *retry_after; /* (unowned) (nullable) */
  guint       hits;        /* how often it struck */
} Fault;

typedef struct
{
  SoupServer *server; /* (owned) (nullable): NULL while it is down */
  TkbStore   *store;  /* (unowned) */
  guint       port;
  char       *url;      /* (owned) of the database */
  char       *user;     /* (owned) (nullable): who may sign in */
  char       *password; /* (owned) (nullable) */
  Fault       fault;
  gboolean    has_no_session; /* Basic only */
  gboolean    has_no_bulk_get;
  gboolean    takes_no_gzip;
  gboolean    sends_gzip;
  gboolean    refuses_local; /* _local documents may not be written */
  guint       requests;
  guint       bulk_gets;
  guint       gzip_requests;
  guint       multipart_puts;
  guint       range_requests;
  GString    *log;     /* (owned) bodies of all requests, as they came in */
  GPtrArray  *waiting; /* (owned) (element-type Wait) longpolls */
  gulong      changed_id;
} HttpFixture;

HttpFixture *http_fixture_new (TkbStore *store);
void         http_fixture_free (HttpFixture *self);
/* Down: the port refuses connections; up again on the same port. */
void http_fixture_set_up (HttpFixture *self, gboolean is_up);
void http_fixture_set_fault (HttpFixture *self, FaultKind kind, const char *path, guint times);

G_END_DECLS
