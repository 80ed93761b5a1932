/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* A document while it is being written: its body, and the saving of it. Every change is on disk
 * shortly after the last keystroke, as a draft that replaces the draft before; "saved" is said only
 * when the store has acknowledged. It knows no widget. Main thread. */
#pragma once

#include "tkb-library.h"

G_BEGIN_DECLS

typedef enum
{
  TKB_DRAFT_UNTOUCHED, /* nothing was changed: nothing is written */
  TKB_DRAFT_CHANGED,   /* will be saved in a moment */
  TKB_DRAFT_SAVING,
  TKB_DRAFT_SAVED,  /* on disk, all of it */
  TKB_DRAFT_FAILED, /* not on disk: see the error; tried again by itself */
} TkbDraftStatus;

#define TKB_TYPE_DRAFT (tkb_draft_get_type ())
G_DECLARE_FINAL_TYPE (TkbDraft, tkb_draft, TKB, DRAFT, GObject)

/* existing (nullable): a new document of kind */
TkbDraft   *tkb_draft_new (TkbLibrary *library, TkbDocument *existing, const char *kind);
const char *tkb_draft_get_id (TkbDraft *self);
JsonObject *tkb_draft_get_body (TkbDraft *self); /* (transfer none) */
gboolean    tkb_draft_is_new (TkbDraft *self);   /* nothing of it was ever published or sent */
/* Property status, notified. */
TkbDraftStatus tkb_draft_get_status (TkbDraft *self);
const GError  *tkb_draft_get_error (TkbDraft *self); /* (nullable) */
/* node (transfer full) (nullable): takes the member away */
void tkb_draft_set_member (TkbDraft *self, const char *code, JsonNode *node);
/* As it would be in that state; for validation. (transfer full) */
TkbDocument *tkb_draft_make_document (TkbDraft *self, const char *state);

/* Ends once all that was typed is on disk. */
void     tkb_draft_save_async (TkbDraft *self, GAsyncReadyCallback callback, gpointer user_data);
gboolean tkb_draft_save_finish (TkbDraft *self, GAsyncResult *result, GError **error);
/* Writes it as submitted: from then on it waits for the server. */
void     tkb_draft_send_async (TkbDraft *self, GAsyncReadyCallback callback, gpointer user_data);
gboolean tkb_draft_send_finish (TkbDraft *self, GAsyncResult *result, GError **error);
/* Throws the draft away; what was published stays. */
void     tkb_draft_discard_async (TkbDraft *self, GAsyncReadyCallback callback, gpointer user_data);
gboolean tkb_draft_discard_finish (TkbDraft *self, GAsyncResult *result, GError **error);

G_END_DECLS
