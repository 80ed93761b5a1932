/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* The wire formats: golden texts of CouchDB 3 and PouchDB 9, malformed ones, and random bytes in
 * random pieces, which must never do more than give an error. */

#include "config.h"

#include "tkb-json.h"
#include "tkb-random.h"
#include "tkb-wire-bulk-docs.h"
#include "tkb-wire-bulk-get.h"
#include "tkb-wire-changes.h"
#include "tkb-wire-checkpoint.h"
#include "tkb-wire-error.h"
#include "tkb-wire-info.h"
#include "tkb-wire-multipart.h"
#include "tkb-wire-revs-diff.h"
#include "tkb-wire-session.h"
#include "tkb-wire-text.h"

#include <string.h>

#define TEXT(literal) literal, sizeof (literal) - 1

static void
test_error_table (void)
{
  for (guint code = 0; code <= TKB_WIRE_ERROR_REDIRECT; code++)
    {
      const char *name = tkb_wire_error_get_name (code);
      g_autoptr (GError) error = tkb_wire_error_new_for_name (name, "why");

      g_assert_error (error, TKB_WIRE_ERROR, (int) code);
      g_assert_cmpstr (error->message, ==, "why");
      g_assert_cmpuint (tkb_wire_error_get_status (code), >=, 400);
    }
}

static void
test_error_responses (void)
{
  static const struct
  {
    guint        status;
    const char  *type;
    const char  *text;
    TkbWireError code;
    const char  *message;
  } cases[] = {
    { 403, "application/json", "{\"error\":\"forbidden\",\"reason\":\"no\"}",
      TKB_WIRE_ERROR_FORBIDDEN, "no" },
    { 412, NULL, "{\"error\":\"missing_stub\",\"reason\":\"x\"}", TKB_WIRE_ERROR_MISSING_STUB,
      "x" },
    { 412, NULL, "{\"error\":\"file_exists\",\"reason\":\"x\"}", TKB_WIRE_ERROR_FILE_EXISTS, "x" },
    { 412, NULL, "{\"error\":\"forbidden\"}", TKB_WIRE_ERROR_PRECONDITION, NULL },
    { 502, "text/html", "<html>{\"error\":\"forbidden\"}", TKB_WIRE_ERROR_BAD_GATEWAY, NULL },
    { 429, NULL, "", TKB_WIRE_ERROR_TOO_MANY_REQUESTS, NULL },
    { 418, NULL, "[1]", TKB_WIRE_ERROR_BAD_REQUEST, NULL },
    { 302, NULL, "", TKB_WIRE_ERROR_REDIRECT, NULL },
    { 599, NULL, "", TKB_WIRE_ERROR_INTERNAL, NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = tkb_wire_error_parse_response (
          cases[i].status, cases[i].type, cases[i].text, strlen (cases[i].text));

      g_assert_error (error, TKB_WIRE_ERROR, (int) cases[i].code);
      if (cases[i].message)
        g_assert_cmpstr (error->message, ==, cases[i].message);
    }
  {
    g_autofree char *text = tkb_wire_error_write (TKB_WIRE_ERROR_NOT_FOUND, "a \"b\"");

    g_assert_cmpstr (text, ==, "{\"error\":\"not_found\",\"reason\":\"a \\\"b\\\"\"}\n");
  }
}

static void
test_text (void)
{
  g_autofree char *a = tkb_wire_escape_id ("case/1 é");
  g_autofree char *b = tkb_wire_escape_id ("_design/a/b");
  g_autofree char *c = tkb_wire_unescape ("%00");
  g_autofree char *d = tkb_wire_unescape ("%C3%28");
  g_autofree char *e = tkb_wire_unescape ("a%2Fb");

  g_assert_cmpstr (a, ==, "case%2F1%20%C3%A9");
  g_assert_cmpstr (b, ==, "_design/a%2Fb");
  g_assert_null (c);
  g_assert_null (d);
  g_assert_cmpstr (e, ==, "a/b");
  g_assert_cmpint (tkb_wire_retry_after_parse ("7", 0), ==, 7000);
  g_assert_cmpint (tkb_wire_retry_after_parse ("999999999", 0), ==, 3600 * 1000);
  g_assert_cmpint (tkb_wire_retry_after_parse ("soon", 0), ==, -1);
  g_assert_cmpint (tkb_wire_retry_after_parse ("Thu, 01 Jan 1970 00:00:09 GMT", 4000), ==, 5000);
  g_assert_cmpint (tkb_wire_retry_after_parse ("Thu, 99 Xxx 1970 00:00:09 GMT", 0), ==, -1);
}

static void
test_info (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbWireServerInfo) server = tkb_wire_server_info_parse (
      TEXT ("{\"couchdb\":\"Welcome\",\"version\":\"3.3.3\",\"uuid\":\"u\",\"features\":[],"
            "\"vendor\":{\"name\":\"The Apache Software Foundation\"}}"),
      &error);
  g_autoptr (TkbWireDatabaseInfo) database = tkb_wire_database_info_parse (
      TEXT ("{\"db_name\":\"kb\",\"update_seq\":\"12-g1AAA\",\"doc_count\":3,\"doc_del_count\":1,"
            "\"sizes\":{\"file\":9}}"),
      &error);
  g_autofree char *text = NULL;

  g_assert_no_error (error);
  g_assert_cmpstr (server->version, ==, "3.3.3");
  g_assert_cmpstr (server->vendor_name, ==, "The Apache Software Foundation");
  g_assert_cmpstr (database->update_seq, ==, "12-g1AAA");
  g_assert_cmpint (database->documents, ==, 3);
  g_assert_cmpint (database->size_file_bytes, ==, 9);
  g_assert_null (tkb_wire_server_info_parse (TEXT (" <html>sign in</html>"), &error));
  g_assert_error (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_NOT_A_DATABASE);
  g_clear_error (&error);
  g_assert_null (tkb_wire_server_info_parse (TEXT ("{\"name\":\"other\"}"), &error));
  g_assert_error (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_NOT_A_DATABASE);
  g_clear_error (&error);

  text = tkb_wire_database_info_write (database);
  g_clear_pointer (&database, tkb_wire_database_info_free);
  database = tkb_wire_database_info_parse (text, strlen (text), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (database->update_seq, ==, "12-g1AAA");
  g_assert_cmpint (database->deleted_documents, ==, 1);
}

static void
test_changes_query (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_autoptr (TkbWireChangesQuery) query = tkb_wire_changes_query_parse (
      "style=all_docs&feed=longpoll&heartbeat=true&since=%2212-g1%22&limit=0&include_docs=true"
      "&filter=_doc_ids&doc_ids=%5B%22a%22%5D&seq_interval=5",
      &error);

  g_assert_no_error (error);
  g_assert_true (query->all_leaves && query->include_docs);
  g_assert_cmpint (query->feed, ==, TKB_WIRE_FEED_LONGPOLL);
  g_assert_cmpint (query->heartbeat_ms, ==, 60000);
  g_assert_cmpint (query->limit, ==, 1);
  g_assert_cmpstr (query->since, ==, "12-g1");
  g_assert_cmpuint (query->doc_ids->len, ==, 1);
  text = tkb_wire_changes_query_to_string (query);
  g_assert_cmpstr (text, ==,
                   "feed=longpoll&style=all_docs&since=12-g1&limit=1&heartbeat=60000"
                   "&include_docs=true&filter=_doc_ids");

  for (const char *const *bad =
           (const char *const[]){ "feed=x", "limit=-1", "limit=a", "include_docs=yes",
                                  "timeout=1.5", "filter=_doc_ids&doc_ids=x", NULL };
       *bad; bad++)
    {
      g_assert_null (tkb_wire_changes_query_parse (*bad, &error));
      g_assert_error (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_BAD_REQUEST);
      g_clear_error (&error);
    }
  g_clear_pointer (&query, tkb_wire_changes_query_free);
  query = tkb_wire_changes_query_parse ("filter=_selector", &error);
  g_assert_no_error (error);
  g_assert_true (
      tkb_wire_changes_query_parse_body (query, TEXT ("{\"selector\":{\"a\":1}}"), &error));
  g_assert_nonnull (query->selector);
  g_assert_false (tkb_wire_changes_query_parse_body (query, TEXT ("{}"), &error));
  g_assert_error (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_BAD_REQUEST);
}

/* Reads text in pieces of step bytes; NULL with an error, else a summary of what was read. */
static char *
read_changes (TkbWireFeed feed, const char *text, gsize length, gsize step, GError **error)
{
  g_autoptr (TkbWireChangesReader) reader = tkb_wire_changes_reader_new (feed);
  g_autoptr (GString) out = g_string_new (NULL);

  for (gsize at = 0; at < length; at += step)
    if (!tkb_wire_changes_reader_push (reader, text + at, MIN (step, length - at), error))
      return NULL;
  if (!tkb_wire_changes_reader_finish (reader, error))
    return NULL;
  {
    g_autoptr (GPtrArray) rows = tkb_wire_changes_reader_take_rows (reader);

    for (guint i = 0; i < rows->len; i++)
      {
        TkbWireChange *row = g_ptr_array_index (rows, i);

        g_string_append_printf (out, "%s %s%s", row->seq ? row->seq : "-", row->id,
                                row->is_deleted ? "!" : "");
        for (guint k = 0; k < row->revs->len; k++)
          g_string_append_printf (out, " %s", (char *) g_ptr_array_index (row->revs, k));
        g_string_append (out, row->document ? "+; " : "; ");
      }
  }
  g_string_append_printf (out, "%s %d",
                          tkb_wire_changes_reader_get_last_seq (reader)
                              ? tkb_wire_changes_reader_get_last_seq (reader)
                              : "-",
                          (int) tkb_wire_changes_reader_get_pending (reader));
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static void
test_changes_reader (void)
{
  static const struct
  {
    TkbWireFeed feed;
    const char *text;
    const char *summary; /* NULL: an error */
  } cases[] = {
    { TKB_WIRE_FEED_NORMAL,
      "{\"results\":[\n{\"seq\":\"1-a\",\"id\":\"x]}\\\"{\",\"changes\":[{\"rev\":\"1-a\"},{"
      "\"rev\":"
      "\"1-b\"}]},\n{\"seq\":null,\"id\":\"y\",\"changes\":[],\"deleted\":true,\"doc\":{"
      "\"results\":"
      "[1]}}\n],\n\"last_seq\":\"2-b\",\"pending\":0}\n",
      "1-a x]}\"{ 1-a 1-b; - y!+; 2-b 0" },
    { TKB_WIRE_FEED_LONGPOLL,
      "\n\n{\"last_seq\":[12,\"abc\"],\"pending\":7,\"results\":[{\"id\":\"a\",\"seq\":3,"
      "\"changes\":"
      "[{\"rev\":\"1-a\"}]}]}",
      "3 a 1-a; [12,\"abc\"] 7" },
    { TKB_WIRE_FEED_NORMAL, "{\"results\":[],\"last_seq\":0}", "0 -1" },
    { TKB_WIRE_FEED_NORMAL, "{\"results\":[]", NULL },
    { TKB_WIRE_FEED_NORMAL, "{\"results\":{}}", NULL },
    { TKB_WIRE_FEED_NORMAL, "{}", NULL },
    { TKB_WIRE_FEED_NORMAL, "[]", NULL },
    { TKB_WIRE_FEED_NORMAL, "", NULL },
    { TKB_WIRE_FEED_NORMAL, "<html>", NULL },
    { TKB_WIRE_FEED_NORMAL, "{\"results\":[]}{}", NULL },
    { TKB_WIRE_FEED_NORMAL, "{\"results\":[[]]}", NULL },
    { TKB_WIRE_FEED_NORMAL, "{\"results\":[1]}", NULL },
    { TKB_WIRE_FEED_NORMAL, "{\"results\":[\"x\"]}", NULL },
    { TKB_WIRE_FEED_NORMAL, "{\"results\":[{\"id\":\"a\"}]}", NULL },
    { TKB_WIRE_FEED_NORMAL, "{\"results\":[{\"id\":\"a\",\"changes\":[{\"rev\":1}]}]}", NULL },
    { TKB_WIRE_FEED_CONTINUOUS,
      "\n{\"seq\":1,\"id\":\"a\",\"changes\":[{\"rev\":\"1-a\"}]}\r\n\n\n{\"last_seq\":1,"
      "\"pending\":0}\n",
      "1 a 1-a; 1 0" },
    { TKB_WIRE_FEED_CONTINUOUS, "{\"seq\":1,\"id\":\"a\",\"changes\":[]}", "1 a; - -1" },
    { TKB_WIRE_FEED_CONTINUOUS, "{\"seq\":1,", NULL },
    { TKB_WIRE_FEED_CONTINUOUS, "{\"seq\":1}\n", NULL },
    { TKB_WIRE_FEED_EVENTSOURCE,
      "data: {\"seq\":1,\"id\":\"a\",\"changes\":[]}\nid: 1\n\nevent: heartbeat\ndata: \n\n",
      "1 a; - -1" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    for (gsize step = 1; step < 80; step += 13)
      {
        g_autoptr (GError) error = NULL;
        g_autofree char *summary =
            read_changes (cases[i].feed, cases[i].text, strlen (cases[i].text), step, &error);

        g_assert_cmpstr (summary, ==, cases[i].summary);
        if (!cases[i].summary)
          g_assert_error (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_MALFORMED);
      }
}

static void
test_changes_written_is_read (void)
{
  for (int feed = TKB_WIRE_FEED_NORMAL; feed <= TKB_WIRE_FEED_EVENTSOURCE; feed++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GString) out = g_string_new (NULL);
      g_autofree char *summary = NULL;

      tkb_wire_changes_append_start (out, feed);
      for (int i = 1; i <= 3; i++)
        {
          g_autofree char *seq = g_strdup_printf ("%d", i);
          g_autoptr (TkbWireChange) change = tkb_wire_change_new (seq, "a\"\n", i == 2);

          g_ptr_array_add (change->revs, g_strdup ("1-a"));
          tkb_wire_changes_append_heartbeat (out, feed);
          tkb_wire_changes_append_row (out, feed, change, i == 1);
        }
      tkb_wire_changes_append_end (out, feed, "3", 0);
      summary = read_changes (feed, out->str, out->len, 7, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (summary, ==,
                       feed == TKB_WIRE_FEED_EVENTSOURCE
                           ? "1 a\"\n 1-a; 2 a\"\n! 1-a; 3 a\"\n 1-a; - -1"
                           : "1 a\"\n 1-a; 2 a\"\n! 1-a; 3 a\"\n 1-a; 3 0");
    }
}

static void
test_revs_diff (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) request =
      tkb_wire_revs_diff_parse_request (TEXT ("{\"a\":[\"1-a\",\"2-b\"],\"b\":[]}"), &error);
  g_autoptr (GPtrArray) response = tkb_wire_revs_diff_parse_response (
      TEXT ("{\"a\":{\"missing\":[\"2-b\"],\"possible_ancestors\":[\"1-a\"]},\"b\":{}}"), &error);
  g_autoptr (GString) out = NULL;
  g_autoptr (GString) missing = NULL;

  g_assert_no_error (error);
  out = tkb_wire_revs_diff_write_request (request);
  g_assert_cmpstr (out->str, ==, "{\"a\":[\"1-a\",\"2-b\"],\"b\":[]}");
  g_string_free (g_steal_pointer (&out), TRUE);
  out = tkb_wire_revs_diff_write_response (response);
  g_assert_cmpstr (out->str, ==,
                   "{\"a\":{\"missing\":[\"2-b\"],\"possible_ancestors\":[\"1-a\"]},"
                   "\"b\":{\"missing\":[]}}\n");
  missing = tkb_wire_missing_revs_write_response (response);
  g_assert_cmpstr (missing->str, ==, "{\"missing_revs\":{\"a\":[\"2-b\"],\"b\":[]}}\n");
  g_assert_null (tkb_wire_revs_diff_parse_request (TEXT ("{\"a\":[1]}"), &error));
  g_assert_error (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_BAD_REQUEST);
  g_clear_error (&error);
  g_assert_null (tkb_wire_revs_diff_parse_request (TEXT ("{\"a\":1}"), &error));
  g_assert_error (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_BAD_REQUEST);
}

static void
test_bulk_docs (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbWireBulkDocs) request = tkb_wire_bulk_docs_parse_request (
      TEXT ("{\"new_edits\":false,\"docs\":[{\"_id\":\"a\"},{}]}"), &error);
  g_autoptr (GPtrArray) rows = tkb_wire_bulk_docs_parse_response (
      TEXT ("[{\"ok\":true,\"id\":\"b\",\"rev\":\"1-b\"},{\"id\":\"a\",\"error\":\"forbidden\","
            "\"reason\":\"not yours\"}]"),
      &error);
  g_autoptr (GString) out = NULL;
  TkbWireBulkDocsRow *row;

  g_assert_no_error (error);
  g_assert_false (request->new_edits);
  g_assert_cmpuint (request->docs->len, ==, 2);
  row = g_ptr_array_index (rows, 1);
  g_assert_error (row->error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_FORBIDDEN);
  out = tkb_wire_bulk_docs_write_response (rows);
  g_assert_cmpstr (out->str, ==,
                   "[{\"ok\":true,\"id\":\"b\",\"rev\":\"1-b\"},\n{\"id\":\"a\",\"error\":"
                   "\"forbidden\",\"reason\":\"not yours\"}]\n");
  g_assert_null (tkb_wire_bulk_docs_parse_request (TEXT ("{\"docs\":[1]}"), &error));
  g_assert_error (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_BAD_REQUEST);
  g_clear_error (&error);
  g_assert_null (tkb_wire_bulk_docs_parse_request (TEXT ("{}"), &error));
  g_assert_error (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_BAD_REQUEST);
  g_clear_error (&error);
  g_assert_null (tkb_wire_bulk_docs_parse_response (TEXT ("[{}]"), &error));
  g_assert_error (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_MALFORMED);
}

static void
test_bulk_get (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) items = tkb_wire_bulk_get_parse_request (
      TEXT ("{\"docs\":[{\"id\":\"a\",\"rev\":\"2-b\",\"atts_since\":[\"1-a\"]},{\"id\":\"b\"}]}"),
      &error);
  g_autoptr (GPtrArray) results = tkb_wire_bulk_get_parse_response (
      TEXT (
          "{\"results\":[{\"id\":\"a\",\"docs\":[{\"ok\":{\"_id\":\"a\",\"_rev\":\"2-b\"}},"
          "{\"error\":{\"id\":\"a\",\"rev\":\"3-c\",\"error\":\"not_found\",\"reason\":"
          "\"missing\"}}]},{\"id\":\"b\",\"docs\":[{\"ok\":{\"_id\":\"b\",\"_rev\":\"1-x\"}}]}]}"),
      &error);
  g_autoptr (GString) request = NULL;
  g_autoptr (GString) out = g_string_new (NULL);
  const char *previous = NULL;

  g_assert_no_error (error);
  request = tkb_wire_bulk_get_write_request (items);
  g_assert_cmpstr (request->str, ==,
                   "{\"docs\":[{\"id\":\"a\",\"rev\":\"2-b\",\"atts_since\":[\"1-a\"]},"
                   "{\"id\":\"b\"}]}");
  g_assert_cmpuint (results->len, ==, 3);
  tkb_wire_bulk_get_append_start (out);
  for (guint i = 0; i < results->len; i++)
    {
      TkbWireBulkGetResult *result = g_ptr_array_index (results, i);

      tkb_wire_bulk_get_append_result (out, result, previous);
      previous = result->id;
    }
  tkb_wire_bulk_get_append_end (out, previous);
  g_clear_pointer (&results, g_ptr_array_unref);
  results = tkb_wire_bulk_get_parse_response (out->str, out->len, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (results->len, ==, 3);
  g_assert_error (((TkbWireBulkGetResult *) g_ptr_array_index (results, 1))->error, TKB_WIRE_ERROR,
                  TKB_WIRE_ERROR_NOT_FOUND);
  g_clear_pointer (&results, g_ptr_array_unref);
  results = tkb_wire_open_revs_parse_response (
      "a", TEXT ("[{\"ok\":{\"_id\":\"a\",\"_rev\":\"1-a\"}},{\"missing\":\"1-b\"}]"), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (results->len, ==, 2);
  g_assert_null (tkb_wire_bulk_get_parse_response (
      TEXT ("{\"results\":[{\"id\":\"a\",\"docs\":[1]}]}"), &error));
  g_assert_error (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_MALFORMED);
}

static TkbWireCheckpoint *
checkpoint (const char *text)
{
  g_autoptr (JsonObject) object = tkb_json_parse_object (text, -1, 1 << 20, NULL);

  return tkb_wire_checkpoint_from_json (object);
}

static void
test_checkpoint_common (void)
{
  static const struct
  {
    const char *source, *target, *common;
  } cases[] = {
    { "{}", "{}", "0" },
    { "{\"session_id\":\"a\",\"source_last_seq\":5,\"history\":[{\"session_id\":\"a\","
      "\"recorded_seq\":5}]}",
      "{\"session_id\":\"a\",\"source_last_seq\":5,\"history\":[{\"session_id\":\"a\",\"last_seq\":"
      "5}]}",
      "5" },
    /* the source was restored: its newest session is older */
    { "{\"history\":[{\"session_id\":\"a\",\"recorded_seq\":\"3-x\"}]}",
      "{\"history\":[{\"session_id\":\"b\",\"recorded_seq\":\"9-x\"},{\"session_id\":\"a\","
      "\"recorded_seq\":\"3-x\"}]}",
      "3-x" },
    /* restored in the middle of a session */
    { "{\"history\":[{\"session_id\":\"a\",\"recorded_seq\":40}]}",
      "{\"history\":[{\"session_id\":\"a\",\"recorded_seq\":100}]}", "40" },
    { "{\"history\":[{\"session_id\":\"a\",\"recorded_seq\":\"100-q\"}]}",
      "{\"history\":[{\"session_id\":\"a\",\"recorded_seq\":\"40-q\"}]}", "40-q" },
    /* sequences without a number: an older session decides */
    { "{\"history\":[{\"session_id\":\"b\",\"recorded_seq\":\"x\"},{\"session_id\":\"a\","
      "\"recorded_seq\":\"w\"}]}",
      "{\"history\":[{\"session_id\":\"b\",\"recorded_seq\":\"y\"},{\"session_id\":\"a\","
      "\"recorded_seq\":\"w\"}]}",
      "w" },
    /* replaced: nothing in common */
    { "{\"history\":[]}", "{\"history\":[{\"session_id\":\"b\",\"recorded_seq\":9}]}", "0" },
    /* broken ones do not count */
    { "{\"history\":[1,{\"session_id\":1},{\"session_id\":\"a\"}],\"source_last_seq\":{}}",
      "{\"history\":\"x\"}", "0" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (TkbWireCheckpoint) source = checkpoint (cases[i].source);
      g_autoptr (TkbWireCheckpoint) target = checkpoint (cases[i].target);
      g_autofree char *common = tkb_wire_checkpoint_find_common (source, target);

      g_assert_cmpstr (common, ==, cases[i].common);
    }
}

static void
test_checkpoint_round_trip (void)
{
  g_autoptr (TkbWireCheckpoint) self = tkb_wire_checkpoint_new ();
  g_autoptr (JsonObject) object = NULL;

  for (int i = 0; i < 60; i++)
    {
      g_autofree char       *session_id = g_strdup_printf ("s%d", i / 2 * 2);
      g_autofree char       *seq = g_strdup_printf ("%d-x", i);
      TkbWireCheckpointEntry entry = { .session_id = session_id, .recorded_seq = seq };

      tkb_wire_checkpoint_record (self, &entry);
    }
  g_assert_cmpuint (self->history->len, ==, 30);
  object = tkb_wire_checkpoint_to_json (self, "_local/x");
  g_clear_pointer (&self, tkb_wire_checkpoint_free);
  self = tkb_wire_checkpoint_from_json (object);
  g_assert_cmpstr (self->source_last_seq, ==, "59-x");
  g_assert_cmpstr (self->session_id, ==, "s58");
  g_assert_cmpuint (self->history->len, ==, 30);
}

static void
test_session (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbWireCredentials) json = tkb_wire_credentials_parse (
      "application/json", TEXT ("{\"name\":\"é\",\"password\":\"\"}"), &error);
  g_autoptr (TkbWireCredentials) form = tkb_wire_credentials_parse (
      "application/x-www-form-urlencoded; charset=utf-8", TEXT ("name=a+b&password=%26"), &error);
  g_autoptr (TkbWireUserContext) context = tkb_wire_user_context_parse (
      TEXT ("{\"ok\":true,\"userCtx\":{\"name\":\"a\",\"roles\":[\"x\",\"y\"]}}"), &error);
  g_autofree char *text = NULL;

  g_assert_no_error (error);
  g_assert_cmpstr (json->name, ==, "é");
  g_assert_cmpstr (form->name, ==, "a b");
  g_assert_cmpstr (form->password, ==, "&");
  g_assert_cmpstr (context->roles[1], ==, "y");
  text = tkb_wire_user_context_write (context, TRUE);
  g_assert_cmpstr (text, ==, "{\"ok\":true,\"name\":\"a\",\"roles\":[\"x\",\"y\"]}\n");
  g_assert_null (tkb_wire_credentials_parse (NULL, TEXT ("{}"), &error));
  g_assert_error (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_BAD_REQUEST);
}

/* Reads a multipart body in pieces; what was read as text. */
static char *
read_multipart (const char *boundary, const char *text, gsize length, gsize step, GError **error)
{
  g_autoptr (TkbWireMultipartReader) reader = tkb_wire_multipart_reader_new (boundary);
  g_autoptr (GString) out = g_string_new (NULL);

  for (gsize at = 0; at < length; at += step)
    {
      TkbWireMultipartEvent event;

      tkb_wire_multipart_reader_push (reader, text + at, MIN (step, length - at));
      do
        {
          event = tkb_wire_multipart_reader_next (reader, error);
          if (event == TKB_WIRE_MULTIPART_ERROR)
            return NULL;
          if (event == TKB_WIRE_MULTIPART_PART_BEGIN)
            {
              g_autofree char *name = tkb_wire_multipart_reader_get_filename (reader);
              const char      *type = tkb_wire_multipart_reader_get_header (reader, "content-type");

              g_string_append_printf (out, "[%s|%s|", type ? type : "", name ? name : "");
            }
          if (event == TKB_WIRE_MULTIPART_DATA)
            {
              gsize       size;
              const char *data = tkb_wire_multipart_reader_get_data (reader, &size);

              g_string_append_len (out, data, (gssize) size);
            }
          if (event == TKB_WIRE_MULTIPART_PART_END)
            g_string_append_c (out, ']');
        }
      while (event != TKB_WIRE_MULTIPART_NEED_DATA);
    }
  if (!tkb_wire_multipart_reader_finish (reader, error))
    return NULL;
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static void
test_multipart (void)
{
  static const struct
  {
    const char *text;
    const char *read; /* NULL: an error */
  } cases[] = {
    { "--b\r\nContent-Type: application/json\r\n\r\n{}\r\n--b\r\nContent-Disposition: attachment; "
      "filename=\"a \\\"x\\\".png\"\r\ncontent-type:image/png\r\n\r\n\r\n--\r\nxx\r\n--b--",
      "[application/json||{}][image/png|a \"x\".png|\r\n--\r\nxx]" },
    { "preamble\r\n--b  \r\n\r\nx\r\n--b--\r\nepilogue", "[||x]" },
    { "--b\r\n\r\n\r\n--b--", "[||]" },
    { "--b--", "" },
    { "--b\r\n\r\nx", NULL },
    { "--b\r\nno colon\r\n\r\nx\r\n--b--", NULL },
    { "--bx\r\n\r\nx\r\n--b--", NULL },
    { "", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    for (gsize step = 1; step < 40; step += 3)
      {
        g_autoptr (GError) error = NULL;
        g_autofree char *read =
            read_multipart ("b", cases[i].text, strlen (cases[i].text), step, &error);

        g_assert_cmpstr (read, ==, cases[i].read);
        if (!cases[i].read)
          g_assert_error (error, TKB_WIRE_ERROR, TKB_WIRE_ERROR_MALFORMED);
      }
}

static void
test_multipart_written_is_read (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) out = g_string_new (NULL);
  g_autofree char *read = NULL;
  g_autofree char *a =
      tkb_wire_multipart_get_boundary ("multipart/related; x=\"a;b=c\"; boundary=\"b c\"");
  g_autofree char *b = tkb_wire_multipart_get_boundary ("multipart/mixed; boundary=abc; x=y");
  g_autofree char *c = tkb_wire_multipart_get_boundary ("multipart/mixed; boundary=");
  g_autofree char *d = tkb_wire_multipart_get_boundary ("text/plain; boundary=x");

  g_assert_cmpstr (a, ==, "b c");
  g_assert_cmpstr (b, ==, "abc");
  g_assert_null (c);
  g_assert_null (d);
  tkb_wire_multipart_append_part (out, "q", "application/json", NULL, NULL, -1);
  g_string_append (out, "{}");
  tkb_wire_multipart_append_part (out, "q", "image/png\r\nX: y", "gzip", "a\"\r\nb\\", 3);
  g_string_append (out, "xyz");
  tkb_wire_multipart_append_end (out, "q");
  read = read_multipart ("q", out->str, out->len, 5, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (read, ==, "[application/json||{}][image/pngX: y|a\"b\\|xyz]");
}

/* Random and mutated bytes through every parser. */
static void
test_random_bytes (void)
{
  static const char *const seeds[] = {
    "{\"results\":[{\"seq\":1,\"id\":\"a\",\"changes\":[{\"rev\":\"1-a\"}]}],\"last_seq\":1}",
    "{\"docs\":[{\"id\":\"a\",\"rev\":\"1-a\"}],\"new_edits\":false}",
    "{\"a\":{\"missing\":[\"1-a\"]}}",
    "[{\"id\":\"a\",\"error\":\"forbidden\"},{\"ok\":{\"_id\":\"a\"}}]",
    "--b\r\nContent-Type: x; boundary=\"c\"\r\n\r\nabc\r\n--b--",
    "since=%221%22&limit=3&feed=longpoll&doc_ids=[]&filter=_doc_ids",
  };
  g_autoptr (TkbRandom) random = tkb_random_new_seeded (20261122);

  for (int round = 0; round < 6000; round++)
    {
      g_autofree char *text = g_strdup (seeds[round % G_N_ELEMENTS (seeds)]);
      gsize            length = strlen (text);
      gsize            step = 1 + tkb_random_below (random, 9);

      for (guint i = tkb_random_below (random, 6); i > 0; i--)
        text[tkb_random_below (random, (guint32) length)] = (char) tkb_random_below (random, 256);
      length -= tkb_random_below (random, 8) == 0 ? tkb_random_below (random, (guint32) length) : 0;
      text[length] = '\0';
      for (int feed = 0; feed <= TKB_WIRE_FEED_EVENTSOURCE; feed++)
        g_free (read_changes (feed, text, length, step, NULL));
      g_free (read_multipart ("b", text, length, step, NULL));
      tkb_wire_changes_query_free (tkb_wire_changes_query_parse (text, NULL));
      g_clear_pointer (&(GPtrArray *){ tkb_wire_revs_diff_parse_request (text, length, NULL) },
                       g_ptr_array_unref);
      g_clear_pointer (&(GPtrArray *){ tkb_wire_revs_diff_parse_response (text, length, NULL) },
                       g_ptr_array_unref);
      tkb_wire_bulk_docs_free (tkb_wire_bulk_docs_parse_request (text, length, NULL));
      g_clear_pointer (&(GPtrArray *){ tkb_wire_bulk_docs_parse_response (text, length, NULL) },
                       g_ptr_array_unref);
      g_clear_pointer (&(GPtrArray *){ tkb_wire_bulk_get_parse_request (text, length, NULL) },
                       g_ptr_array_unref);
      g_clear_pointer (&(GPtrArray *){ tkb_wire_bulk_get_parse_response (text, length, NULL) },
                       g_ptr_array_unref);
      g_clear_pointer (
          &(GPtrArray *){ tkb_wire_open_revs_parse_response ("a", text, length, NULL) },
          g_ptr_array_unref);
      tkb_wire_server_info_free (tkb_wire_server_info_parse (text, length, NULL));
      tkb_wire_database_info_free (tkb_wire_database_info_parse (text, length, NULL));
      tkb_wire_credentials_free (tkb_wire_credentials_parse (NULL, text, length, NULL));
      tkb_wire_user_context_free (tkb_wire_user_context_parse (text, length, NULL));
      g_error_free (tkb_wire_error_parse_response (500, NULL, text, length));
      g_free (tkb_wire_multipart_get_boundary (text));
      tkb_wire_retry_after_parse (text, 0);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/protocol/error/table", test_error_table);
  g_test_add_func ("/protocol/error/responses", test_error_responses);
  g_test_add_func ("/protocol/text", test_text);
  g_test_add_func ("/protocol/info", test_info);
  g_test_add_func ("/protocol/changes/query", test_changes_query);
  g_test_add_func ("/protocol/changes/reader", test_changes_reader);
  g_test_add_func ("/protocol/changes/written-is-read", test_changes_written_is_read);
  g_test_add_func ("/protocol/revs-diff", test_revs_diff);
  g_test_add_func ("/protocol/bulk-docs", test_bulk_docs);
  g_test_add_func ("/protocol/bulk-get", test_bulk_get);
  g_test_add_func ("/protocol/checkpoint/common", test_checkpoint_common);
  g_test_add_func ("/protocol/checkpoint/round-trip", test_checkpoint_round_trip);
  g_test_add_func ("/protocol/session", test_session);
  g_test_add_func ("/protocol/multipart/reader", test_multipart);
  g_test_add_func ("/protocol/multipart/written-is-read", test_multipart_written_is_read);
  g_test_add_func ("/protocol/random-bytes", test_random_bytes);
  return g_test_run ();
}
