/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-sight.h"

#include <string.h>

/**
 * tkb_sight_is_full:
 * @x: an exchange in a database
 *
 * Returns: whether the one who asks sees everything
 */
gboolean
tkb_sight_is_full (TkbExchange *x)
{
  return x->role >= TKB_ROLE_EDITOR || !tkb_security_has_door (x->security);
}

static gboolean
is_public_state (const char *state)
{
  return state == NULL || strcmp (state, "published") == 0 || strcmp (state, "withdrawn") == 0;
}

/**
 * tkb_sight_allows:
 * @x: an exchange in a database
 * @document: a revision
 *
 * Returns: whether the one who asks may see @document
 */
gboolean
tkb_sight_allows (TkbExchange *x, TkbDocument *document)
{
  const char *visibility = tkb_document_get_string (document, "visibility");

  if (tkb_sight_is_full (x) || tkb_document_is_deleted (document) ||
      tkb_document_is_design (document))
    return TRUE;
  if (x->user != NULL &&
      g_strcmp0 (tkb_document_get_string (document, "submitted_by"), x->user->name) == 0)
    return TRUE;
  if (!is_public_state (tkb_document_get_string (document, "state")))
    return FALSE;
  if (g_strcmp0 (visibility, "public") == 0)
    return TRUE;
  /* a document that says nothing is for the network */
  return x->user != NULL && (visibility == NULL || strcmp (visibility, "network") == 0);
}

/**
 * tkb_sight_lower:
 * @x: an exchange in a database
 * @document: (transfer full): a revision with its history
 *
 * Returns: (transfer full) (nullable): @document, or the newest of its ancestors that may be seen
 */
TkbDocument *
tkb_sight_lower (TkbExchange *x, TkbDocument *document)
{
  g_autoptr (TkbDocument) start = document;
  TkbStore          *store = tkb_database_get_store (x->database);
  const char *const *revisions = tkb_document_get_revisions (document);

  if (tkb_sight_allows (x, document))
    return g_steal_pointer (&start);
  for (guint i = 1; revisions != NULL && revisions[0] != NULL && revisions[i] != NULL; i++)
    {
      g_autoptr (TkbDocument) ancestor =
          tkb_store_get (store, tkb_document_get_id (document), revisions[i], x->cancellable, NULL);

      if (ancestor != NULL && !tkb_document_is_deleted (ancestor) && tkb_sight_allows (x, ancestor))
        return g_steal_pointer (&ancestor);
    }
  return NULL;
}

/**
 * tkb_sight_get:
 * @x: an exchange in a database
 * @id: a document
 * @rev: (nullable): a revision; %NULL: the winner, or the ancestor that is served in its place
 * @error: what tkb_store_get() says; a hidden revision is %TKB_STORE_ERROR_NOT_FOUND
 *
 * Returns: (transfer full): the document, or %NULL
 */
TkbDocument *
tkb_sight_get (TkbExchange *x, const char *id, const char *rev, GError **error)
{
  g_autoptr (TkbDocument) document =
      tkb_store_get (tkb_database_get_store (x->database), id, rev, x->cancellable, error);

  if (document == NULL || tkb_sight_allows (x, document))
    return g_steal_pointer (&document);
  if (rev == NULL)
    document = tkb_sight_lower (x, g_steal_pointer (&document));
  else
    g_clear_pointer (&document, tkb_document_unref);
  if (document == NULL)
    g_set_error_literal (error, TKB_STORE_ERROR, TKB_STORE_ERROR_NOT_FOUND, "missing");
  return g_steal_pointer (&document);
}
