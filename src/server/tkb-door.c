/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "tkb-door.h"

#include "tkb-validation.h"
#include "tkb-wire-error.h"

#include <string.h>

/* problems named in one refusal */
#define MAX_PROBLEMS 3

typedef enum
{
  STATE_NEW = 1 << 0, /* there is no document, or a deleted one */
  STATE_SUBMITTED = 1 << 1,
  STATE_RETURNED = 1 << 2,
  STATE_PUBLISHED = 1 << 3,
  STATE_WITHDRAWN = 1 << 4,
  STATE_DELETED = 1 << 5, /* as what a document becomes */
  STATE_OTHER = 1 << 6,   /* draft, or nothing that is known */
  STATE_ANY = 0x7f,
} State;

typedef enum
{
  NEEDS_NOTHING = 0,
  NEEDS_OWN = 1 << 0,  /* the document before was submitted by this account */
  NEEDS_NOTE = 1 << 1, /* review_note says why */
} Needs;

/* What may become of what: the first row that fits allows; what no row allows is refused. */
static const struct
{
  TkbRole role; /* at least */
  int     from; /* of State */
  int     to;
  int     needs; /* of Needs */
} rules[] = {
  { TKB_ROLE_ADMIN, STATE_ANY, STATE_ANY & ~STATE_OTHER, NEEDS_NOTHING },
  { TKB_ROLE_EDITOR, STATE_ANY, STATE_SUBMITTED | STATE_PUBLISHED | STATE_WITHDRAWN | STATE_DELETED,
    NEEDS_NOTHING },
  { TKB_ROLE_EDITOR, STATE_ANY, STATE_RETURNED, NEEDS_NOTE },
  { TKB_ROLE_CONTRIBUTOR, STATE_NEW, STATE_SUBMITTED, NEEDS_NOTHING },
  { TKB_ROLE_CONTRIBUTOR, STATE_SUBMITTED | STATE_RETURNED | STATE_PUBLISHED | STATE_WITHDRAWN,
    STATE_SUBMITTED, NEEDS_OWN },
  { TKB_ROLE_CONTRIBUTOR, STATE_SUBMITTED | STATE_RETURNED | STATE_WITHDRAWN, STATE_DELETED,
    NEEDS_OWN },
};

static State
parse_state (TkbDocument *document)
{
  static const struct
  {
    const char *code;
    State       state;
  } states[] = {
    { "submitted", STATE_SUBMITTED },
    { "returned", STATE_RETURNED },
    { "published", STATE_PUBLISHED },
    { "withdrawn", STATE_WITHDRAWN },
  };
  const char *code = tkb_document_get_string (document, "state");

  for (guint i = 0; code != NULL && i < G_N_ELEMENTS (states); i++)
    {
      if (strcmp (code, states[i].code) == 0)
        return states[i].state;
    }
  return STATE_OTHER;
}

static gboolean G_GNUC_PRINTF (2, 3) refuse (GError **error, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  if (error != NULL)
    *error = g_error_new_valist (TKB_WIRE_ERROR, TKB_WIRE_ERROR_FORBIDDEN, format, args);
  va_end (args);
  return FALSE;
}

static gboolean
is_own (const TkbDoor *door, TkbDocument *previous)
{
  return g_strcmp0 (tkb_document_get_string (previous, "submitted_by"), door->name) == 0;
}

/* ---- what never belongs on a server ---- */

static gboolean
check_place (TkbDocument *document, GError **error)
{
  if (g_strcmp0 (tkb_document_get_string (document, "state"), "draft") == 0)
    return refuse (error, "A draft stays on your machine. Submit it to send it in.");
  if (g_strcmp0 (tkb_document_get_string (document, "visibility"), "private") == 0)
    return refuse (error, "A private document stays on your machine. Choose who may read it "
                          "before you send it in.");
  return TRUE;
}

/* ---- who wrote it ---- */

/* submitted_by names the account that first sent the document in, and never changes: the server
 * cannot add it to a revision (its id would change), so it holds it against what it knows. */
static gboolean
check_submitter (const TkbDoor *door, TkbDocument *document, TkbDocument *previous, GError **error)
{
  const char *now = tkb_document_get_string (document, "submitted_by");
  const char *before = previous != NULL ? tkb_document_get_string (previous, "submitted_by") : NULL;

  if (door->role >= TKB_ROLE_ADMIN || tkb_document_is_deleted (document))
    return TRUE;
  if (before != NULL && g_strcmp0 (now, before) != 0)
    return refuse (error, "submitted_by has to stay “%s”.", before);
  if (before == NULL && door->role < TKB_ROLE_EDITOR && g_strcmp0 (now, door->name) != 0)
    return refuse (error, "submitted_by has to be the account that sends the document in, “%s”.",
                   door->name);
  return TRUE;
}

/* ---- from state to state ---- */

static gboolean
refuse_step (
    const TkbDoor *door, TkbDocument *document, TkbDocument *previous, State to, GError **error)
{
  const char *title = tkb_document_get_title (previous != NULL ? previous : document, NULL);

  if (to == STATE_OTHER)
    return refuse (error,
                   "The state of “%s” has to be submitted, returned, published or "
                   "withdrawn.",
                   title);
  if (door->role < TKB_ROLE_CONTRIBUTOR)
    return refuse (error, "Your account may read here, not write.");
  if (door->role < TKB_ROLE_EDITOR && previous != NULL && !tkb_document_is_deleted (previous) &&
      !is_own (door, previous))
    return refuse (error, "“%s” was sent in by someone else; an editor may change it.", title);
  switch (to)
    {
    case STATE_PUBLISHED:
      return refuse (error, "Only an editor may publish. Submit “%s” for review.", title);
    case STATE_RETURNED:
      return door->role < TKB_ROLE_EDITOR
                 ? refuse (error, "Only an editor may return “%s”.", title)
                 : refuse (error, "Say in the review note why “%s” is returned.", title);
    case STATE_WITHDRAWN:
      return refuse (error, "Only an editor may withdraw “%s”.", title);
    case STATE_DELETED:
      return refuse (error, "“%s” is published; only an editor may delete it.", title);
    default:
      return refuse (error, "Your account may not do this to “%s”.", title);
    }
}

static gboolean
check_step (const TkbDoor *door, TkbDocument *document, TkbDocument *previous, GError **error)
{
  State from =
      previous == NULL || tkb_document_is_deleted (previous) ? STATE_NEW : parse_state (previous);
  State       to = tkb_document_is_deleted (document) ? STATE_DELETED : parse_state (document);
  const char *note = tkb_document_get_string (document, "review_note");

  for (guint i = 0; i < G_N_ELEMENTS (rules); i++)
    {
      if (door->role < rules[i].role || (from & rules[i].from) == 0 || (to & rules[i].to) == 0 ||
          ((rules[i].needs & NEEDS_OWN) != 0 && !is_own (door, previous)) ||
          ((rules[i].needs & NEEDS_NOTE) != 0 && (note == NULL || note[0] == '\0')))
        continue;
      return TRUE;
    }
  return refuse_step (door, document, previous, to, error);
}

/* ---- against its kind ---- */

static gboolean
check_fields (const TkbDoor *door, TkbDocument *document, GError **error)
{
  g_autoptr (GPtrArray) problems = NULL;
  g_autoptr (GString) text = NULL;

  if (tkb_document_get_kind (document) == NULL)
    return refuse (error, "The document does not say of which kind it is.");
  if (door->catalog == NULL)
    return TRUE;
  problems = tkb_validate (door->catalog, document, TKB_VALIDATE_COMPLETE);
  if (problems->len == 0)
    return TRUE;
  text = g_string_new (NULL);
  for (guint i = 0; i < MIN (problems->len, MAX_PROBLEMS); i++)
    {
      g_autofree char *sentence = tkb_problem_to_string (problems->pdata[i]);

      g_string_append_printf (text, "%s%s", i > 0 ? " " : "", sentence);
    }
  if (problems->len > MAX_PROBLEMS)
    g_string_append_printf (text, " (and %u more)", problems->len - MAX_PROBLEMS);
  return refuse (error, "%s", text->str);
}

/**
 * tkb_door_check:
 * @document: what is to be written
 * @previous: (nullable): the winner before, perhaps a tombstone
 * @user_data: a #TkbDoor: who writes, and where
 * @error: %TKB_WIRE_ERROR_FORBIDDEN with a reason for the person who wrote it
 *
 * Returns: whether @document may come in
 */
gboolean
tkb_door_check (TkbDocument *document, TkbDocument *previous, gpointer user_data, GError **error)
{
  const TkbDoor *door = user_data;

  if (door->role < TKB_ROLE_CONTRIBUTOR)
    return refuse (error, "Your account may read here, not write.");
  if (tkb_document_is_design (document))
    return door->role >= TKB_ROLE_ADMIN ||
           refuse (error, "Only an admin may write design documents.");
  if (!door->has_door)
    return TRUE;
  return check_place (document, error) && check_step (door, document, previous, error) &&
         check_submitter (door, document, previous, error) &&
         (tkb_document_is_deleted (document) || check_fields (door, document, error));
}
