/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* POST _bulk_get in its JSON form, and GET doc?open_revs=[…] in JSON, which is the same for one
 * document: revisions asked for, and each as a document or as an error. */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef struct
{
  char      *id;         /* (owned) */
  char      *rev;        /* (owned) (nullable): the winner */
  GPtrArray *atts_since; /* (owned) (nullable) (element-type utf8) revisions whose attachments the
                          * asker has */
} TkbWireBulkGetItem;

typedef struct
{
  char       *id;     /* (owned) */
  char       *rev;    /* (owned) (nullable): asked for */
  JsonObject *object; /* (owned) (nullable): the document in wire form */
  GError     *error;  /* (owned) (nullable): exactly one of object and error is there */
} TkbWireBulkGetResult;

TkbWireBulkGetItem *tkb_wire_bulk_get_item_new (const char *id, const char *rev);
void                tkb_wire_bulk_get_item_free (TkbWireBulkGetItem *self);
void                tkb_wire_bulk_get_result_free (TkbWireBulkGetResult *self);

/* (element-type TkbWireBulkGetItem) */
GPtrArray *tkb_wire_bulk_get_parse_request (const char *text, gsize length, GError **error);
GString   *tkb_wire_bulk_get_write_request (GPtrArray *items);

/* (element-type TkbWireBulkGetResult) */
GPtrArray *tkb_wire_bulk_get_parse_response (const char *text, gsize length, GError **error);

/* Writing piecewise, so that a server can stream: start, then results one by one, then end.
 * Results that stand together and have the same id go into one entry. */
void tkb_wire_bulk_get_append_start (GString *out);
void tkb_wire_bulk_get_append_result (GString                    *out,
                                      const TkbWireBulkGetResult *result,
                                      const char                 *previous_id);
void tkb_wire_bulk_get_append_end (GString *out, const char *previous_id);

/* The JSON form of open_revs: (element-type TkbWireBulkGetResult) */
GPtrArray *
tkb_wire_open_revs_parse_response (const char *id, const char *text, gsize length, GError **error);
GString *tkb_wire_open_revs_write_response (GPtrArray *results);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbWireBulkGetItem, tkb_wire_bulk_get_item_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbWireBulkGetResult, tkb_wire_bulk_get_result_free)

G_END_DECLS
