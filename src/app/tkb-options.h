/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* What the command line of the application says. It holds for one run and is never written down. */
#pragma once

#include "tkb-compat.h"
#include "tkb-replicator.h"

G_BEGIN_DECLS

typedef struct
{
  TkbRemote *remote;                  /* (owned) (nullable): the server of this run */
  gboolean   leaves_out_starter;      /* a new library begins empty */
  gboolean   exits_after_first_frame; /* measures the start */
} TkbOptions;

void tkb_options_add_to (GApplication *application);
int  tkb_options_parse (TkbOptions *self, GApplication *application, GVariantDict *values);
void tkb_options_clear (TkbOptions *self);
void tkb_options_quit_after_first_frame (GtkWindow *window);

G_END_DECLS
