/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* What FTS5 calls: the tokenizer "tkb" and the auxiliary function tkb_walk (), which hands
 * all rows of a phrase to the walk that the statement was given. */
#include "config.h"

#include <string.h>

#include "tkb-index-private.h"
#include "tkb-postings.h"

/* One for each table of a connection. */
typedef struct
{
  TkbTokenizer *tokenizer; /* (owned) */
  gboolean      is_joined; /* text is ready-made tokens */
} Instance;

typedef struct
{
  TkbFtsTokenFunc function;
  void           *data;
} Forward;

static int
create_tokenizer (void *data, const char **arguments, int n, Fts5Tokenizer **out_tokenizer)
{
  Instance *instance = g_new0 (Instance, 1);

  instance->tokenizer = tkb_tokenizer_new ();
  instance->is_joined = n > 0 && strcmp (arguments[0], "joined") == 0;
  *out_tokenizer = (Fts5Tokenizer *) instance;
  return SQLITE_OK;
}

static void
delete_tokenizer (Fts5Tokenizer *tokenizer)
{
  Instance *instance = (Instance *) tokenizer;

  tkb_tokenizer_free (instance->tokenizer);
  g_free (instance);
}

static int
forward_cb (const TkbToken *token, gpointer user_data)
{
  Forward *forward = user_data;

  return forward->function (forward->data, token->is_colocated ? FTS5_TOKEN_COLOCATED : 0,
                            token->text, token->length, token->start, token->end);
}

int
tkb_index_split_joined (const char *text, int length, TkbFtsTokenFunc function, void *data)
{
  int start = 0;

  for (int i = 0; i <= length; i++)
    if (i == length || text[i] == TKB_INDEX_TOKEN_SEPARATOR)
      {
        int code = i > start ? function (data, 0, text + start, i - start, start, i) : SQLITE_OK;

        if (code != SQLITE_OK)
          return code;
        start = i + 1;
      }
  return SQLITE_OK;
}

/* Queries come as finished tokens (tkb-postings.c): to stem and to pair is the planner's business.
 */
static int
tokenize (Fts5Tokenizer  *tokenizer,
          void           *data,
          int             flags,
          const char     *text,
          int             length,
          TkbFtsTokenFunc function)
{
  Instance *instance = (Instance *) tokenizer;
  Forward   forward = { function, data };

  if (text == NULL || length <= 0)
    return SQLITE_OK;
  if (instance->is_joined || (flags & FTS5_TOKENIZE_QUERY) != 0)
    return tkb_index_split_joined (text, length, function, data);
  return tkb_tokenizer_run (instance->tokenizer, TKB_TOKENIZE_DOCUMENT, text, length, forward_cb,
                            &forward);
}

static void
walk (const Fts5ExtensionApi *api,
      Fts5Context            *context,
      sqlite3_context        *result,
      int                     n_arguments,
      sqlite3_value         **arguments)
{
  TkbWalk *self = n_arguments == 1 ? sqlite3_value_pointer (arguments[0], TKB_WALK_POINTER) : NULL;
  int      code = self != NULL ? tkb_walk_run (self, api, context) : SQLITE_MISUSE;

  if (code != SQLITE_OK)
    sqlite3_result_error_code (result, code);
}

static gboolean
find_api (TkbDb *db, fts5_api **out_api, GError **error)
{
  g_auto (TkbStmt) stmt = tkb_db_borrow (db, TKB_SQL_INDEX_FTS5_API);

  *out_api = NULL;
  if (stmt.stmt != NULL)
    sqlite3_bind_pointer (stmt.stmt, 1, out_api, "fts5_api_ptr", NULL);
  return tkb_stmt_step (&stmt, error) != TKB_STEP_ERROR;
}

gboolean
tkb_index_register_fts (TkbDb *db, GError **error)
{
  fts5_tokenizer methods = { create_tokenizer, delete_tokenizer, tokenize };
  fts5_api      *api;
  int            code = SQLITE_ERROR;

  if (!find_api (db, &api, error))
    return FALSE;
  if (api != NULL)
    code = api->xCreateTokenizer (api, "tkb", NULL, &methods, NULL);
  if (code == SQLITE_OK)
    code = api->xCreateFunction (api, "tkb_walk", NULL, walk, NULL);
  return code == SQLITE_OK || tkb_db_set_error (db, code, error);
}
