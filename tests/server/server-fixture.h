/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* A real tisckb-server in a folder of its own, on a free port, with one account of each role, and
 * requests against it. The password of every account is its name with -password behind. */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>
#include <libsoup/soup.h>

G_BEGIN_DECLS

typedef struct
{
  char        *data_dir; /* (owned) */
  char        *url;      /* (owned): without a slash at the end */
  guint16      port;
  GSubprocess *process; /* (owned) (nullable): stopped */
  SoupSession *session; /* (owned) */
} ServerFixture;

typedef struct
{
  guint               status;
  SoupMessageHeaders *headers; /* (owned) */
  GBytes             *body;    /* (owned) */
  JsonNode           *json;    /* (owned) (nullable): where body is JSON */
} Answer;

/* arguments (nullable): more than --data and --listen */
ServerFixture *server_fixture_new (const char *const *arguments);
void           server_fixture_free (ServerFixture *self);
void           server_fixture_start (ServerFixture *self, const char *const *arguments);
/* SIGTERM, and waits; the exit status is checked. */
void server_fixture_stop (ServerFixture *self);
void server_fixture_kill (ServerFixture *self);

/* user (nullable): nobody. body (nullable). headers: name, value …, NULL. */
Answer *server_fixture_send (ServerFixture *self,
                             const char    *user,
                             const char    *method,
                             const char    *path,
                             const char    *body,
                             ...) G_GNUC_NULL_TERMINATED;
Answer *server_fixture_send_bytes (ServerFixture *self,
                                   const char    *user,
                                   const char    *method,
                                   const char    *path,
                                   GBytes        *body,
                                   ...) G_GNUC_NULL_TERMINATED;
/* Bytes as they are, on a connection of their own; what comes back until it closes, or for at most
 * seconds. (transfer full) */
char *
server_fixture_send_raw (ServerFixture *self, const char *bytes, gssize length, guint seconds);
GSocketConnection *server_fixture_connect (ServerFixture *self);
char              *server_fixture_authorization (const char *user);

void answer_free (Answer *self);
/* A member by its path: "rows.0.id". (transfer full) as text (strings plain, else JSON); NULL: none
 */
char *answer_get (Answer *self, const char *path);
/* Checks status and (nullable) one member. */
void answer_assert (Answer *self, guint status, const char *path, const char *expected);
/* Sends, checks status and member, frees. */
void server_fixture_expect (ServerFixture *self,
                            const char    *user,
                            const char    *method,
                            const char    *path,
                            const char    *body,
                            guint          status,
                            const char    *member,
                            const char    *expected);
/* A complete case as JSON, with these members on top (nullable, as inside of an object). */
char *make_case (const char *id, const char *state, const char *members);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ServerFixture, server_fixture_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Answer, answer_free)

G_END_DECLS
