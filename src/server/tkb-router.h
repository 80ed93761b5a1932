/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* From a request's path and method to its handler: the paths of CouchDB's HTTP API, and one table
 * that says for each who may, how large a body may be and what runs. */
#pragma once

#include "tkb-exchange.h"

G_BEGIN_DECLS

typedef enum
{
  TKB_TARGET_ROOT,       /* / */
  TKB_TARGET_SERVER,     /* /_name */
  TKB_TARGET_DATABASE,   /* /db */
  TKB_TARGET_SPECIAL,    /* /db/_name */
  TKB_TARGET_DOCUMENT,   /* /db/id, /db/_design/id */
  TKB_TARGET_LOCAL,      /* /db/_local/id */
  TKB_TARGET_ATTACHMENT, /* /db/id/name… */
  TKB_TARGET_VIEW,       /* /db/_design/id/_name…: not served */
  TKB_TARGET_NOWHERE,    /* nothing can be there */
} TkbTarget;

typedef enum
{
  TKB_ACCESS_ANYONE,       /* no account needed */
  TKB_ACCESS_SIGNED_IN,    /* any account, or a visitor where those may read */
  TKB_ACCESS_SERVER_ADMIN, /* an account with the role admin */
  TKB_ACCESS_READ,         /* reader of the database */
  TKB_ACCESS_MEMBER,       /* reader of the database with an account: checkpoints, pushes */
  TKB_ACCESS_WRITE,        /* contributor of the database */
  TKB_ACCESS_ADMIN,        /* admin of the database */
} TkbAccess;

typedef enum
{
  TKB_BODY_NONE,       /* what comes is thrown away */
  TKB_BODY_SMALL,      /* TKB_SERVER_MAX_SMALL_BODY_BYTES */
  TKB_BODY_JSON,       /* TKB_MAX_JSON_BODY_BYTES, of type application/json if it has one */
  TKB_BODY_DOCUMENT,   /* JSON, or multipart up to TKB_SERVER_MAX_MULTIPART_BYTES */
  TKB_BODY_ATTACHMENT, /* TKB_MAX_ATTACHMENT_BYTES of any type */
} TkbBodyPolicy;

typedef void (*TkbHandler) (TkbExchange *exchange); /* pool thread; must answer */

struct _TkbRoute
{
  TkbTarget     target;
  const char   *name;    /* (nullable): of SERVER and SPECIAL */
  const char   *methods; /* separated by blanks; GET stands for HEAD too */
  TkbAccess     access;
  TkbBodyPolicy body;
  TkbHandler    handler;
};

typedef struct
{
  TkbTarget target;
  char     *name;       /* (owned) (nullable): _name of SERVER and SPECIAL */
  char     *db_name;    /* (owned) (nullable) */
  char     *id;         /* (owned) (nullable) */
  char     *attachment; /* (owned) (nullable) */
} TkbPath;

/* raw: as it came, percent-escaped. NULL: an escape, UTF-8 or NUL in it is wrong. */
TkbPath *tkb_path_parse (const char *raw);
void     tkb_path_free (TkbPath *self);

/* NULL: nothing there; then out_allow is NULL too, or names the methods that there are. */
const TkbRoute *tkb_router_find (const TkbPath *path, const char *method, char **out_allow);
/* All routes, ended by one without handler. For tests and documentation. */
const TkbRoute *tkb_router_get_routes (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbPath, tkb_path_free)

G_END_DECLS
