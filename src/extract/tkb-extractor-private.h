/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Between the files of the extractor. */
#pragma once

#include "tkb-extractor.h"

G_BEGIN_DECLS

typedef struct
{
  TkbTextState state;
  const char  *reason; /* (nullable): static */
  char        *text;   /* (owned) (nullable) */
} TkbReading;

void tkb_reading_clear (TkbReading *self);

/* Runs program on the file that fd is open on, for at most timeout_ms. FALSE only where the program
 * cannot be started, or when cancelled: then it has been ended. */
gboolean tkb_extractor_read (TkbReading   *out_reading,
                             const char   *program,
                             int           fd,
                             const char   *content_type,
                             const char   *name,
                             guint         timeout_ms,
                             GCancellable *cancellable,
                             GError      **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TkbReading, tkb_reading_clear)

G_END_DECLS
