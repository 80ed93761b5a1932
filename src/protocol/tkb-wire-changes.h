/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* GET and POST _changes: the question as a struct, rows, and a reader that takes the answer in
 * pieces as they come, for all of its forms (one object, or one row a line). */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef enum
{
  TKB_WIRE_FEED_NORMAL,
  TKB_WIRE_FEED_LONGPOLL,
  TKB_WIRE_FEED_CONTINUOUS,
  TKB_WIRE_FEED_EVENTSOURCE,
} TkbWireFeed;

typedef enum
{
  TKB_WIRE_FILTER_NONE,
  TKB_WIRE_FILTER_DOC_IDS,
  TKB_WIRE_FILTER_SELECTOR,
  TKB_WIRE_FILTER_DESIGN,
  TKB_WIRE_FILTER_OTHER, /* a function of a design document, named in filter_name */
} TkbWireFilter;

typedef struct
{
  TkbWireFeed   feed;
  char         *since;        /* (owned) opaque, "0" or "now" */
  gint64        limit;        /* rows; -1: no limit (0 is read as 1, as CouchDB does) */
  gint64        heartbeat_ms; /* 0: none */
  gint64        timeout_ms;   /* -1: the server's own */
  gboolean      is_descending;
  gboolean      include_docs;
  gboolean      attachments;
  gboolean      att_encoding_info;
  gboolean      conflicts;
  gboolean      all_leaves; /* style=all_docs */
  TkbWireFilter filter;
  char         *filter_name; /* (owned) (nullable) */
  GPtrArray    *doc_ids;     /* (owned) (nullable) (element-type utf8) */
  JsonObject   *selector;    /* (owned) (nullable) */
} TkbWireChangesQuery;

TkbWireChangesQuery *tkb_wire_changes_query_new (void);
void                 tkb_wire_changes_query_free (TkbWireChangesQuery *self);
/* query (nullable): without its question mark */
TkbWireChangesQuery *tkb_wire_changes_query_parse (const char *query, GError **error);
/* The body of POST _changes, on top of the query: doc_ids or selector. */
gboolean tkb_wire_changes_query_parse_body (TkbWireChangesQuery *self,
                                            const char          *text,
                                            gsize                length,
                                            GError             **error);
char    *tkb_wire_changes_query_to_string (const TkbWireChangesQuery *self);

typedef struct
{
  char       *seq; /* (owned) opaque */
  char       *id;  /* (owned) */
  gboolean    is_deleted;
  GPtrArray  *revs;     /* (owned) (element-type utf8) winner first */
  JsonObject *document; /* (owned) (nullable) with include_docs */
} TkbWireChange;

TkbWireChange *tkb_wire_change_new (const char *seq, const char *id, gboolean is_deleted);
void           tkb_wire_change_free (TkbWireChange *self);

/* Writing, piece by piece. */
void tkb_wire_changes_append_start (GString *out, TkbWireFeed feed);
void tkb_wire_changes_append_row (GString             *out,
                                  TkbWireFeed          feed,
                                  const TkbWireChange *change,
                                  gboolean             is_first);
void tkb_wire_changes_append_heartbeat (GString *out, TkbWireFeed feed);
/* pending: -1 to leave it out */
void
tkb_wire_changes_append_end (GString *out, TkbWireFeed feed, const char *last_seq, gint64 pending);

/* Reading, piece by piece. */
#define TKB_TYPE_WIRE_CHANGES_READER (tkb_wire_changes_reader_get_type ())
G_DECLARE_FINAL_TYPE (
    TkbWireChangesReader, tkb_wire_changes_reader, TKB, WIRE_CHANGES_READER, GObject)

TkbWireChangesReader *tkb_wire_changes_reader_new (TkbWireFeed feed);
gboolean              tkb_wire_changes_reader_push (TkbWireChangesReader *self,
                                                    const char           *data,
                                                    gsize                 length,
                                                    GError              **error);
gboolean              tkb_wire_changes_reader_finish (TkbWireChangesReader *self, GError **error);
/* (transfer full) (element-type TkbWireChange): the rows complete since the last call */
GPtrArray  *tkb_wire_changes_reader_take_rows (TkbWireChangesReader *self);
const char *tkb_wire_changes_reader_get_last_seq (TkbWireChangesReader *self); /* (nullable) */
gint64      tkb_wire_changes_reader_get_pending (TkbWireChangesReader *self);  /* -1: not told */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbWireChangesQuery, tkb_wire_changes_query_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TkbWireChange, tkb_wire_change_free)

G_END_DECLS
