/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* A list of stable codes with labels, from data/vocabularies/NAME.json: service types, client
 * types, countries … Open vocabularies allow codes that are not listed. Immutable. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define TKB_TYPE_VOCABULARY (tkb_vocabulary_get_type ())
typedef struct _TkbVocabulary TkbVocabulary;

GType          tkb_vocabulary_get_type (void);
TkbVocabulary *tkb_vocabulary_ref (TkbVocabulary *self);
void           tkb_vocabulary_unref (TkbVocabulary *self);

const char *tkb_vocabulary_get_name (TkbVocabulary *self);
gboolean    tkb_vocabulary_is_open (TkbVocabulary *self);
guint       tkb_vocabulary_get_n_terms (TkbVocabulary *self);
const char *tkb_vocabulary_get_code (TkbVocabulary *self, guint index);
/* English label (msgid) of code; code itself where it is not listed */
const char *tkb_vocabulary_get_label (TkbVocabulary *self, const char *code);
gboolean    tkb_vocabulary_contains (TkbVocabulary *self, const char *code);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbVocabulary, tkb_vocabulary_unref)

G_END_DECLS
