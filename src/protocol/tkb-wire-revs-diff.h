/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* POST _revs_diff (and its elder, _missing_revs): which of these revisions are not there. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  char      *id;   /* (owned) */
  GPtrArray *revs; /* (owned) (element-type utf8) */
} TkbWireRevs;

typedef struct
{
  char      *id;                 /* (owned) */
  GPtrArray *missing;            /* (owned) (element-type utf8) */
  GPtrArray *possible_ancestors; /* (owned) (nullable) (element-type utf8) */
} TkbWireMissing;

TkbWireRevs    *tkb_wire_revs_new (const char *id);
void            tkb_wire_revs_free (TkbWireRevs *self);
TkbWireMissing *tkb_wire_missing_new (const char *id);
void            tkb_wire_missing_free (TkbWireMissing *self);

/* (element-type TkbWireRevs) */
GPtrArray *tkb_wire_revs_diff_parse_request (const char *text, gsize length, GError **error);
GString   *tkb_wire_revs_diff_write_request (GPtrArray *revs);
/* (element-type TkbWireMissing) */
GPtrArray *tkb_wire_revs_diff_parse_response (const char *text, gsize length, GError **error);
GString   *tkb_wire_revs_diff_write_response (GPtrArray *missing);
GString   *tkb_wire_missing_revs_write_response (GPtrArray *missing);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbWireRevs, tkb_wire_revs_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbWireMissing, tkb_wire_missing_free)

G_END_DECLS
