/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* The box of key facts: short values beside each other in as many columns as there is room for,
 * long ones over the whole width. */
#pragma once

#include "tkb-compat.h"

G_BEGIN_DECLS

#define TKB_TYPE_FACT_GRID (tkb_fact_grid_get_type ())
G_DECLARE_FINAL_TYPE (TkbFactGrid, tkb_fact_grid, TKB, FACT_GRID, GtkWidget)

typedef enum
{
  TKB_FACT_SHORT, /* one column */
  TKB_FACT_WIDE,  /* the whole width */
} TkbFactWidth;

GtkWidget *tkb_fact_grid_new (void);
void       tkb_fact_grid_append (TkbFactGrid *self, GtkWidget *child, TkbFactWidth width);

G_END_DECLS
