/* SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
 * SPDX-License-Identifier: GPL-3.0-or-later */

/* Attachments: inline data, stubs, streams, digests of other peers, what becomes of unused blobs.
 */
#include "config.h"

#include "store-fixture.h"

#include <string.h>

#include "tkb-json.h"

#define LARGE_BYTES (20 * 1000 * 1000)
/* "hello" */
#define HELLO_BASE64 "aGVsbG8="
#define HELLO_DIGEST "md5-XUFAKrxLKna5cZ2REBfFkg=="

static JsonObject *
get_stub (TkbStore *store, const char *id, const char *rev, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TkbDocument) document = tkb_store_get (store, id, rev, NULL, &error);
  JsonObject *attachments;

  g_assert_no_error (error);
  attachments = tkb_json_get_object (tkb_document_get_body (document), "_attachments");
  g_assert_nonnull (attachments);
  return json_object_ref (tkb_json_get_object (attachments, name));
}

static char *
read_blob (TkbStore *store, const char *digest, gsize *out_length)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GInputStream) stream = NULL;
  g_autoptr (GOutputStream) target = g_memory_output_stream_new_resizable ();
  gint64 length = -1;

  stream = tkb_store_open_blob (store, digest, &length, &error);
  g_assert_no_error (error);
  g_output_stream_splice (target, stream,
                          G_OUTPUT_STREAM_SPLICE_CLOSE_SOURCE | G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET,
                          NULL, &error);
  g_assert_no_error (error);
  *out_length = g_memory_output_stream_get_data_size (G_MEMORY_OUTPUT_STREAM (target));
  g_assert_cmpint (length, ==, (gint64) *out_length);
  return g_memory_output_stream_steal_data (G_MEMORY_OUTPUT_STREAM (target));
}

static TkbBlobInfo *
add_bytes (TkbStore *store, const void *data, gsize length)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GInputStream) stream =
      g_memory_input_stream_new_from_data (data, (gssize) length, NULL);
  TkbBlobInfo *info = tkb_store_add_blob (store, stream, NULL, &error);

  g_assert_no_error (error);
  return info;
}

static void
test_inline (Fixture *fixture, gconstpointer data)
{
  TkbStore        *store = fixture->store;
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autofree char *third = NULL;
  g_autofree char *content = NULL;
  g_autoptr (JsonObject) stub = NULL;
  g_autoptr (JsonObject) inherited = NULL;
  g_autoptr (TkbDocument) last = NULL;
  gsize length;

  first = put (store, "a", NULL,
               "{'n':'1','_attachments':{'h.txt':{'content_type':'text/plain','data':'" HELLO_BASE64
               "'}}}");
  stub = get_stub (store, "a", NULL, "h.txt");
  g_assert_cmpstr (json_object_get_string_member (stub, "digest"), ==, HELLO_DIGEST);
  g_assert_cmpstr (json_object_get_string_member (stub, "content_type"), ==, "text/plain");
  g_assert_cmpint (json_object_get_int_member (stub, "length"), ==, 5);
  g_assert_cmpint (json_object_get_int_member (stub, "revpos"), ==, 1);
  g_assert_true (json_object_get_boolean_member (stub, "stub"));
  g_assert_false (json_object_has_member (stub, "data"));
  content = read_blob (store, HELLO_DIGEST, &length);
  g_assert_cmpmem (content, length, "hello", 5);

  /* a bare stub stands for what the parent has */
  second = put (store, "a", first, "{'n':'2','_attachments':{'h.txt':{'stub':true}}}");
  inherited = get_stub (store, "a", NULL, "h.txt");
  g_assert_cmpint (json_object_get_int_member (inherited, "revpos"), ==, 1);
  g_assert_cmpstr (json_object_get_string_member (inherited, "content_type"), ==, "text/plain");

  /* left out means gone */
  third = put (store, "a", second, "{'n':'3','_attachments':{}}");
  last = tkb_store_get (store, "a", third, NULL, NULL);
  g_assert_false (json_object_has_member (tkb_document_get_body (last), "_attachments"));
}

static void
test_wrong (Fixture *fixture, gconstpointer data)
{
  static const char *const invalid[] = {
    "{'_attachments':[]}",
    "{'_attachments':{'a':1}}",
    "{'_attachments':{'_a':{'data':''}}}",
    "{'_attachments':{'':{'data':''}}}",
    "{'_attachments':{'a':{'data':'not base64!'}}}",
    "{'_attachments':{'a':{'data':'QQ'}}}",
    "{'_attachments':{'a':{'data':7}}}",
    "{'_attachments':{'a':{'data':'QQ==','encoding':'zip'}}}",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (invalid); i++)
    put_fails (fixture->store, "a", NULL, invalid[i], TKB_STORE_ERROR_INVALID);
  put_fails (fixture->store, "a", NULL, "{'_attachments':{'a':{'stub':true,'digest':'md5-AAAA'}}}",
             TKB_STORE_ERROR_MISSING_BLOB);
  put_fails (fixture->store, "a", NULL, "{'_attachments':{'a':{'stub':true}}}",
             TKB_STORE_ERROR_MISSING_BLOB);
  g_assert_cmpuint (tkb_store_get_last_seq (fixture->store), ==, 0);
}

/* Deterministic noise that is read like a network stream. */
static guint8 *
make_noise (gsize length)
{
  guint8 *noise = g_malloc (length);
  guint32 state = 1;

  for (gsize i = 0; i < length; i++)
    {
      state = state * 1664525 + 1013904223;
      noise[i] = (guint8) (state >> 24);
    }
  return noise;
}

static void
test_streamed (Fixture *fixture, gconstpointer data)
{
  TkbStore          *store = fixture->store;
  g_autofree guint8 *noise = make_noise (LARGE_BYTES);
  g_autoptr (TkbBlobInfo) info = add_bytes (store, noise, LARGE_BYTES);
  g_autoptr (TkbBlobInfo) again = add_bytes (store, noise, LARGE_BYTES);
  g_autofree char *text = NULL;
  g_autofree char *content = NULL;
  g_autofree char *rev = NULL;
  gsize            length;

  g_assert_cmpint (info->length_bytes, ==, LARGE_BYTES);
  g_assert_cmpstr (info->digest, ==, again->digest);
  g_assert_true (tkb_store_has_blob (store, info->digest));
  g_assert_false (tkb_store_has_blob (store, "md5-none"));
  text = g_strdup_printf ("{'_attachments':{'big':{'stub':true,'digest':'%s'}}}", info->digest);
  rev = put (store, "a", NULL, text);
  content = read_blob (store, info->digest, &length);
  g_assert_cmpmem (content, length, noise, LARGE_BYTES);
}

static void
test_cancelled_stream (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GInputStream) stream = g_memory_input_stream_new_from_data ("hello", 5, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *blobs = g_strconcat (fixture->path, ".blobs", NULL);
  g_autoptr (GDir) folder = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_null (tkb_store_add_blob (fixture->store, stream, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  folder = g_dir_open (blobs, 0, NULL);
  g_assert_nonnull (folder);
  g_assert_null (g_dir_read_name (folder));
}

/* CouchDB digests the gzip bytes of what it compresses. */
static void
test_foreign_digest (Fixture *fixture, gconstpointer data)
{
  TkbStore *store = fixture->store;
  g_autoptr (TkbBlobInfo) info = add_bytes (store, "hello", 5);
  g_autoptr (TkbBlobInfo) other = add_bytes (store, "other", 5);
  g_autoptr (GError) error = NULL;
  g_autofree char *content = NULL;
  g_autoptr (JsonObject) stub = NULL;
  gsize length;

  g_assert_true (tkb_store_alias_blob (store, "md5-ofgzip", info->digest, &error));
  g_assert_no_error (error);
  replicate (store, "a", "1-a", FALSE,
             "{'_attachments':{'h':{'stub':true,'digest':'md5-ofgzip','revpos':1}}}");
  stub = get_stub (store, "a", NULL, "h");
  g_assert_cmpstr (json_object_get_string_member (stub, "digest"), ==, "md5-ofgzip");
  content = read_blob (store, "md5-ofgzip", &length);
  g_assert_cmpmem (content, length, "hello", 5);
  /* what a digest means does not change */
  g_assert_false (tkb_store_alias_blob (store, "md5-ofgzip", other->digest, &error));
  g_assert_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_false (tkb_store_alias_blob (store, info->digest, other->digest, &error));
  g_assert_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_false (tkb_store_alias_blob (store, "md5-x", "md5-none", &error));
  g_assert_error (error, TKB_STORE_ERROR, TKB_STORE_ERROR_MISSING_BLOB);
}

static void
test_gzip (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GZlibCompressor) compressor = g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, 6);
  g_autoptr (GInputStream) plain = g_memory_input_stream_new_from_data ("hello", 5, NULL);
  g_autoptr (GInputStream) packed = g_converter_input_stream_new (plain, G_CONVERTER (compressor));
  g_autoptr (JsonObject) stub = NULL;
  g_autofree char *base64 = NULL;
  g_autofree char *text = NULL;
  g_autofree char *content = NULL;
  guint8           buffer[200];
  gsize            length = 0;

  g_assert_true (g_input_stream_read_all (packed, buffer, sizeof buffer, &length, NULL, NULL));
  base64 = g_base64_encode (buffer, length);
  text = g_strdup_printf ("{'_attachments':{'h':{'data':'%s','encoding':'gzip'}}}", base64);
  replicate (fixture->store, "a", "1-a", FALSE, text);
  stub = get_stub (fixture->store, "a", NULL, "h");
  g_assert_cmpint (json_object_get_int_member (stub, "length"), ==, 5);
  g_assert_cmpstr (json_object_get_string_member (stub, "digest"), !=, HELLO_DIGEST);
  content = read_blob (fixture->store, json_object_get_string_member (stub, "digest"), &length);
  g_assert_cmpmem (content, length, "hello", 5);
}

static void
test_collected (Fixture *fixture, gconstpointer data)
{
  TkbStore *store = fixture->store;
  g_autoptr (TkbBlobInfo) unused = add_bytes (store, "unused", 6);
  g_autofree char *rev =
      put (store, "a", NULL, "{'_attachments':{'h':{'data':'" HELLO_BASE64 "'}}}");
  g_autoptr (GError) error = NULL;

  /* a sync may be about to name it */
  g_assert_true (tkb_store_compact (store, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (tkb_store_has_blob (store, unused->digest));
  tkb_clock_manual_advance (fixture->clock, 2 * 60 * 60 * 1000);
  g_assert_true (tkb_store_compact (store, NULL, &error));
  g_assert_no_error (error);
  g_assert_false (tkb_store_has_blob (store, unused->digest));
  g_assert_true (tkb_store_has_blob (store, HELLO_DIGEST));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  FIXTURE_TEST ("/store/attachments/inline", 0, test_inline);
  FIXTURE_TEST ("/store/attachments/wrong", 0, test_wrong);
  FIXTURE_TEST ("/store/attachments/streamed", 0, test_streamed);
  FIXTURE_TEST ("/store/attachments/cancelled-stream", 0, test_cancelled_stream);
  FIXTURE_TEST ("/store/attachments/foreign-digest", 0, test_foreign_digest);
  FIXTURE_TEST ("/store/attachments/gzip", 0, test_gzip);
  FIXTURE_TEST ("/store/attachments/collected", 0, test_collected);
  return g_test_run ();
}
